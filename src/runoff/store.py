"""The store: append-only and bitemporal, on SQLite by default and on PostgreSQL by address.

Every row says which period it describes, when it became known, and in which batch (one reading of one file) it was
recorded. Nothing is changed or deleted: a correction is a row of a later batch. What is appended together is one
transaction: a killed process leaves all of it or nothing. Beside the rows of each series stands a packed copy,
rewritten in the same transaction, so that a history loads in milliseconds.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from runoff.core.errors import StoreError, UnitError
from runoff.core.holdings import Book, Holding, SecurityKind
from runoff.core.policy import PolicyCalendar
from runoff.core.series import Observations, SeriesSpec
from runoff.core.source import Parsed, Payload
from runoff.core.time import ReleaseClock, from_epoch
from runoff.core.units import Frequency, Measure, Unit
from runoff.core.view import Columns, History, Needs

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
    from sqlalchemy.pool import ConnectionPoolEntry

LAYOUT = 2
# What an older layout lacks, by the layout that brought it: the store is taken there when it is opened.
_ADDED = {
    2: (
        "ALTER TABLE holding ADD COLUMN factor DOUBLE PRECISION",
        "ALTER TABLE holding ADD COLUMN term INTEGER",
    )
}
_LOCK_WAIT_SECONDS = 30
_WRITER = int.from_bytes(b"runoff")  # the PostgreSQL advisory lock that makes writers take turns

_metadata = sa.MetaData()
_layout = sa.Table("layout", _metadata, sa.Column("version", sa.Integer, primary_key=True))
_batch = sa.Table(
    "batch",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False, index=True),
    sa.Column("recorded_at", sa.BigInteger, nullable=False),
)
_series = sa.Table(
    "series",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("measure", sa.Text, nullable=False),
    sa.Column("frequency", sa.Text, nullable=False),
    sa.Column("release", sa.Text, nullable=False),
    sa.Column("licence", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("revised", sa.Boolean, nullable=False),
    sa.Column("latest_known_at", sa.BigInteger, nullable=False),
    sa.Column("packed", sa.LargeBinary, nullable=False),
)
_observation = sa.Table(
    "observation",
    _metadata,
    sa.Column("series", sa.Integer, sa.ForeignKey("series.id"), primary_key=True),
    sa.Column("period", sa.Integer, primary_key=True),
    sa.Column("known_at", sa.BigInteger, primary_key=True),
    sa.Column("batch", sa.Integer, sa.ForeignKey("batch.id"), primary_key=True),
    sa.Column("value", sa.Double, nullable=False),
    sa.Column("flags", sa.SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)
_book = sa.Table(
    "book",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("portfolio", sa.Text, nullable=False),
    sa.Column("date", sa.Integer, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("known_at", sa.BigInteger, nullable=False),
    sa.Column("assumed", sa.Boolean, nullable=False),
    sa.Column("batch", sa.Integer, sa.ForeignKey("batch.id"), nullable=False),
)
_holding = sa.Table(
    "holding",
    _metadata,
    sa.Column("book", sa.Integer, sa.ForeignKey("book.id"), primary_key=True),
    sa.Column("security", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("maturity", sa.Integer, nullable=False),
    sa.Column("coupon", sa.Double),
    sa.Column("par", sa.BigInteger, nullable=False),
    sa.Column("inflation_compensation", sa.Double, nullable=False),
    sa.Column("factor", sa.Double),
    sa.Column("term", sa.Integer),
    sqlite_with_rowid=False,
)

_PACKED = np.dtype(
    [("period", "<i4"), ("known_at", "<i8"), ("batch", "<i4"), ("value", "<f8"), ("flags", "<u1")]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What an append did: rows added, and rows that were already known."""

    added: int
    known: int


class Store:
    """An open store.

    Parameters
    ----------
    url
        A SQLAlchemy address: ``sqlite:////path/store.sqlite`` or ``postgresql+psycopg://...``.

    Raises
    ------
    StoreError
        If it cannot be opened, or its layout is of another version of runoff.
    """

    def __init__(self, url: str) -> None:
        try:
            self.url = sa.make_url(url)
            if (backend := self.url.get_backend_name()) not in {"sqlite", "postgresql"}:
                raise ArgumentError(f"no store on {backend}")
            self._engine = sa.create_engine(self.url)
        except ArgumentError as error:
            raise StoreError(
                "RUNOFF_STORE is no address of a store ({reason}); expected sqlite:////path/runoff.sqlite or "
                "postgresql+psycopg://user@host/database",
                reason=error,
            ) from error
        except ModuleNotFoundError as error:
            raise StoreError(
                "the store at {url} needs the package {package}: pip install 'runoff[postgres]'",
                url=sa.make_url(url).render_as_string(hide_password=True),
                package=error.name,
            ) from error
        if self._sqlite:
            event.listen(self._engine, "connect", _prepare_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)
        try:
            with self._errors():
                if self._sqlite and self.url.database:
                    Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
                self._create()
        except StoreError:
            self.close()
            raise

    @property
    def _sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    def _create(self) -> None:
        with self._engine.connect() as connection:
            fresh = not sa.inspect(connection).has_table("layout")
        if fresh:
            with self._write() as connection:
                _metadata.create_all(connection)
                if connection.scalar(sa.select(sa.func.count()).select_from(_layout)) == 0:
                    connection.execute(_layout.insert().values(version=LAYOUT))
        with self._engine.connect() as connection:
            version = connection.scalar(sa.select(_layout.c.version))
        if version is not None and version + 1 in _ADDED:
            with self._write() as connection:
                version = _taken_on(connection)
        if version != LAYOUT:
            raise StoreError(
                "the store at {url} has layout {found}, this version of runoff reads {expected}: move it away, or "
                "set RUNOFF_HOME to another folder",
                url=self.url.render_as_string(hide_password=True),
                found=version,
                expected=LAYOUT,
            )

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn what the database or the disk says into one line with the remedy."""
        where = self.url.render_as_string(hide_password=True)
        try:
            yield
        except DatabaseError as error:
            code, reason = _code(error), " ".join(str(error.orig).split())
            if code.startswith(_LOCKED):
                raise StoreError(
                    "the store at {url} is being written by another process and did not come free within "
                    "{seconds} seconds: try again when it is done",
                    url=where,
                    seconds=_LOCK_WAIT_SECONDS,
                ) from error
            if code.startswith(_FULL):
                raise StoreError(
                    "the disk that holds the store at {url} is full: free some space and run again; nothing was "
                    "half-written",
                    url=where,
                ) from error
            if isinstance(error, OperationalError) or code.startswith(_REFUSED):
                raise StoreError(
                    "the store at {url} cannot be used ({reason}): check its address and its permissions, or set "
                    "RUNOFF_HOME or RUNOFF_STORE to another place",
                    url=where,
                    reason=reason,
                ) from error
            raise StoreError(
                "the file at {url} is no store, or a damaged one ({reason}): move it away and run again",
                url=where,
                reason=reason,
            ) from error
        except OSError as error:
            raise StoreError(
                "the folder of the store at {url} cannot be written ({reason}): set RUNOFF_HOME to a folder of "
                "your own",
                url=where,
                reason=error.strerror,
            ) from error

    @contextmanager
    def _read(self) -> Iterator[sa.Connection]:
        """Look at one moment of the store, whatever is committed meanwhile."""
        with self._engine.connect() as connection:
            if not self._sqlite:  # where a transaction sees one moment anyway
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def _write(self) -> Iterator[sa.Connection]:
        """Hold the store alone among writers; commit at the end, or leave everything as it was."""
        with self._engine.connect().execution_options(runoff_write=True) as connection, connection.begin():
            if not self._sqlite:  # where `_begin_sqlite` does it
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_WAIT_SECONDS}s'")
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITER)))
            yield connection

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def digests(self) -> frozenset[str]:
        """The digests of all files that were ever appended."""
        with self._errors(), self._read() as connection:
            return frozenset(connection.scalars(sa.select(_batch.c.digest)))

    def latest_known_at(self) -> datetime | None:
        """The moment the newest figure became known; None in an empty store."""
        with self._errors(), self._read() as connection:
            seconds = connection.scalar(sa.select(sa.func.max(_series.c.latest_known_at)))
        return None if seconds is None else from_epoch(seconds)

    def specs(self) -> Mapping[str, SeriesSpec]:
        """The series that have rows, by id."""
        with self._errors(), self._read() as connection:
            rows = connection.execute(sa.select(*(c for c in _series.c if c.name != "packed"))).all()
        return {row.name: _spec(row) for row in rows}

    def append(
        self,
        files: Sequence[Parsed],
        *,
        recorded_at: datetime,
        progress: Callable[[str], None] | None = None,
    ) -> Appended:
        """Add what files hold, all of them or nothing; what is known already is left as it is.

        A row is added if it is new, says something other than what was last known of its period, or corrects an
        earlier row of the same period and moment; a file that is read otherwise than before corrects itself.

        Parameters
        ----------
        files
            What sources parsed.
        recorded_at
            The moment of recording, for the record only.
        progress
            Called with the name of each file before it is written.

        Raises
        ------
        UnitError
            If a series is stored in another unit, measure or frequency.
        StoreError
            If the store cannot be written; nothing of `files` is then in it.
        """
        added = known = 0
        with self._errors(), self._write() as connection:
            for parsed in files:
                if progress is not None:
                    progress(parsed.payload.name)
                batch = _batch_id(connection, parsed.payload, recorded_at)
                for rows in parsed.observations:
                    new = _append_rows(connection, rows, batch, recorded_at)
                    added, known = added + new, known + len(rows) - new
                for book in parsed.books:
                    new = _append_book(connection, book, batch)
                    added, known = added + new, known + len(book.holdings) - new
        return Appended(added=added, known=known)

    def books(self, portfolio: str, day: date) -> tuple[Book, ...]:
        """The books of a portfolio of one day, in the order in which they became known."""
        with self._errors(), self._read() as connection:
            digests = _digests(connection)
            found = tuple(_books(connection, (portfolio,), digests, day))
        return tuple(sorted(found, key=lambda book: book.known_at))

    def history(
        self,
        needs: Needs,
        *,
        policies: Mapping[str, PolicyCalendar] | None = None,
        specs: Mapping[str, SeriesSpec] | None = None,
        clock: ReleaseClock | None = None,
    ) -> History:
        """Load everything that was declared, once; what the store lacks is simply not in it.

        Parameters
        ----------
        needs
            What will be read.
        policies, specs, clock
            Calendars by bank, the catalogue and the release clock: data of the package, not of the store.
        """
        with self._errors(), self._read() as connection:
            digests = _digests(connection)
            rows = connection.execute(sa.select(_series).where(_series.c.name.in_(needs.all_series))).all()
            books = tuple(_books(connection, needs.books, digests)) if needs.books else ()
        columns = {row.name: _unpack(_spec(row), row.packed, digests) for row in rows}
        return History(
            needs=needs,
            columns=columns,
            books=books,
            policies=policies or {},
            specs=specs or {},
            clock=clock or ReleaseClock(),
        )


def _taken_on(connection: sa.Connection) -> int:
    """Add to a store of an older layout what it lacks; another process may have done so meanwhile."""
    version: int = connection.execute(sa.select(_layout.c.version)).scalar_one()
    for layout in range(version + 1, LAYOUT + 1):
        for statement in _ADDED[layout]:
            connection.execute(sa.text(statement))
        connection.execute(_layout.update().values(version=layout))
    return max(version, LAYOUT)


def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin_sqlite`, not by the driver
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_LOCK_WAIT_SECONDS * 1000}")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _write_ahead(cursor: DBAPICursor) -> None:
    """Switch a new file to a write-ahead log; SQLite does not wait its turn where two processes do so at once."""
    deadline = time.monotonic() + _LOCK_WAIT_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith(_LOCKED) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: sa.Connection) -> None:
    write = connection.get_execution_options().get("runoff_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


# What the databases call it: SQLite's names of its codes (and of their kinds), PostgreSQL's SQLSTATE.
_LOCKED = ("SQLITE_BUSY", "SQLITE_LOCKED", "55P03")
_FULL = ("SQLITE_FULL", "53100")
_REFUSED = ("42501",)


def _code(error: DatabaseError) -> str:
    """The code of what went wrong; empty where the driver gives none."""
    return getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None) or ""


def _digests(connection: sa.Connection) -> dict[int, str]:
    """The file of each batch."""
    return {row.id: row.digest for row in connection.execute(sa.select(_batch.c.id, _batch.c.digest))}


def _batch_id(connection: sa.Connection, payload: Payload, recorded_at: datetime) -> int:
    """The batch of a file: the last in which it was recorded, or a new one."""
    digest = payload.digest
    found = connection.scalar(sa.select(sa.func.max(_batch.c.id)).where(_batch.c.digest == digest))
    return _new_batch(connection, payload.name, digest, recorded_at) if found is None else int(found)


def _new_batch(connection: sa.Connection, name: str, digest: str, recorded_at: datetime) -> int:
    return _inserted(
        connection,
        _batch.insert().values(name=name, digest=digest, recorded_at=int(recorded_at.timestamp())),
    )


def _next_batch(connection: sa.Connection, batch: int, recorded_at: datetime) -> int:
    """Another batch of the file of `batch`."""
    file = connection.execute(sa.select(_batch.c.name, _batch.c.digest).where(_batch.c.id == batch)).one()
    return _new_batch(connection, file.name, file.digest, recorded_at)


def _inserted(connection: sa.Connection, statement: sa.Insert) -> int:
    """Insert one row and return its id."""
    key = connection.execute(statement).inserted_primary_key
    assert key is not None, "an insert of one row has a key"
    return int(key[0])


def _spec(row: sa.Row[tuple[object, ...]]) -> SeriesSpec:
    return SeriesSpec(
        id=row.name,
        title=row.title,
        unit=Unit.parse(row.unit),
        measure=Measure(row.measure),
        frequency=Frequency(row.frequency),
        release=row.release,
        licence=row.licence,
        url=row.url,
        revised=row.revised,
    )


def _series_id(connection: sa.Connection, spec: SeriesSpec) -> tuple[int, bytes]:
    """The id and packed rows of a series, declared on first sight; it is locked until the transaction ends."""
    row = connection.execute(
        sa.select(_series).where(_series.c.name == spec.id).with_for_update()
    ).one_or_none()
    if row is None:
        series = _inserted(
            connection,
            _series.insert().values(
                name=spec.id,
                title=spec.title,
                unit=spec.unit.symbol,
                measure=spec.measure,
                frequency=spec.frequency,
                release=spec.release,
                licence=spec.licence,
                url=spec.url,
                revised=spec.revised,
                latest_known_at=0,
                packed=b"",
            ),
        )
        return series, b""
    stored = _spec(row)
    for what in ("unit", "measure", "frequency"):
        mine, theirs = getattr(stored, what), getattr(spec, what)
        if mine != theirs:
            raise UnitError(
                "{id}: stored with {what} {stored}, the new rows declare {found}; nothing was written: if the "
                "publisher changed it, give the series a new id",
                id=spec.id,
                what=what,
                stored=getattr(mine, "symbol", mine),
                found=getattr(theirs, "symbol", theirs),
            )
    return row.id, row.packed


def _append_rows(connection: sa.Connection, rows: Observations, batch: int, recorded_at: datetime) -> int:
    if not len(rows):
        return 0
    series, packed = _series_id(connection, rows.spec)
    old = np.frombuffer(packed, dtype=_PACKED)
    incoming = np.empty(len(rows), dtype=_PACKED)
    incoming["period"], incoming["known_at"] = rows.periods, rows.known_at
    incoming["value"], incoming["flags"], incoming["batch"] = rows.values, rows.flags, batch
    new = incoming[_says_something_new(old, incoming)]
    if not len(new):
        return 0
    keys = ["period", "known_at", "batch"]
    if np.isin(new[keys], old[keys]).any():  # this very file said otherwise: another column of it, say
        new["batch"] = _next_batch(connection, batch, recorded_at)
    connection.execute(
        _observation.insert(),
        [
            {"series": series, "period": p, "known_at": k, "batch": b, "value": v, "flags": f}
            for p, k, b, v, f in new.tolist()
        ],
    )
    merged = np.concatenate((old, new))
    merged = merged[np.lexsort((merged["batch"], merged["known_at"], merged["period"]))]
    connection.execute(
        _series.update()
        .where(_series.c.id == series)
        .values(packed=merged.tobytes(), latest_known_at=int(merged["known_at"].max()))
    )
    return len(new)


def _says_something_new(old: npt.NDArray[np.void], incoming: npt.NDArray[np.void]) -> npt.NDArray[np.bool_]:
    """Which incoming rows differ from what the store last knew of their period at their moment."""
    if not len(old):
        return np.ones(len(incoming), dtype=bool)
    rows = np.concatenate((old, incoming))
    fresh = np.arange(len(rows)) >= len(old)
    order = np.lexsort((fresh, rows["batch"], rows["known_at"], rows["period"]))
    ordered = rows[order]
    repeats = np.zeros(len(rows), dtype=bool)
    repeats[1:] = (ordered["period"][1:] == ordered["period"][:-1]) & (
        ordered["value"][1:] == ordered["value"][:-1]
    )
    result = np.ones(len(rows), dtype=bool)
    result[order] = ~repeats
    return result[len(old) :]


def _append_book(connection: sa.Connection, book: Book, batch: int) -> int:
    file = sa.select(_batch.c.digest).where(_batch.c.id == batch).scalar_subquery()
    same = (
        sa.select(_book.c.id)
        .join(_batch)
        .where(
            _book.c.portfolio == book.portfolio,
            _book.c.date == book.date.toordinal(),
            _batch.c.digest == file,
        )
    )
    if connection.scalar(same.limit(1)) is not None:
        return 0
    book_id = _inserted(
        connection,
        _book.insert().values(
            portfolio=book.portfolio,
            date=book.date.toordinal(),
            currency=book.currency,
            known_at=int(book.known_at.timestamp()),
            assumed=book.assumed,
            batch=batch,
        ),
    )
    if not book.holdings:
        return 0
    connection.execute(
        _holding.insert(),
        [
            {
                "book": book_id,
                "security": h.id,
                "kind": h.kind,
                "maturity": h.maturity.toordinal(),
                "coupon": h.coupon,
                "par": h.par,
                "inflation_compensation": h.inflation_compensation,
                "factor": h.factor,
                "term": h.term,
            }
            for h in book.holdings
        ],
    )
    return len(book.holdings)


def _books(
    connection: sa.Connection,
    portfolios: Iterable[str],
    digests: Mapping[int, str],
    day: date | None = None,
) -> Iterator[Book]:
    """The books of portfolios (of one day, where it is given) in the order of their recording.

    Of two of one date and moment the later recorded corrects the earlier, which stays on record and is not loaded.
    """
    latest = (
        sa.select(sa.func.max(_book.c.id))
        .where(_book.c.portfolio.in_(portfolios))
        .group_by(_book.c.portfolio, _book.c.date, _book.c.known_at)
    )
    if day is not None:
        latest = latest.where(_book.c.date == day.toordinal())
    books = sa.select(_book).where(_book.c.id.in_(latest)).order_by(_book.c.id)
    for row in connection.execute(books).all():
        holdings = connection.execute(
            sa.select(_holding)
            .where(_holding.c.book == row.id)
            .order_by(_holding.c.maturity, _holding.c.security)
        )
        yield Book(
            portfolio=row.portfolio,
            date=date.fromordinal(row.date),
            currency=row.currency,
            holdings=tuple(
                Holding(
                    id=h.security,
                    kind=SecurityKind(h.kind),
                    maturity=date.fromordinal(h.maturity),
                    coupon=h.coupon,
                    par=h.par,
                    inflation_compensation=h.inflation_compensation,
                    factor=h.factor,
                    term=h.term,
                )
                for h in holdings
            ),
            known_at=from_epoch(row.known_at),
            assumed=row.assumed,
            digest=digests[row.batch],
        )


def _unpack(spec: SeriesSpec, packed: bytes, digests: Mapping[int, str]) -> Columns:
    rows = np.frombuffer(packed, dtype=_PACKED)
    batches, files = np.unique(rows["batch"], return_inverse=True)
    return Columns.of(
        spec,
        rows["period"].astype(np.int64),
        rows["known_at"].astype(np.int64),
        rows["value"].astype(np.float64),
        rows["flags"].astype(np.uint8),
        files.astype(np.int32),
        tuple(digests[int(batch)] for batch in batches),
    )
