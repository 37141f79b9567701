"""The store: append-only and bitemporal, on SQLite by default and on PostgreSQL by address.

Every row says which period it describes, when it became known, and in which batch (one reading of one file) it was
recorded. Nothing is changed or deleted: a correction is a row of a later batch. What is appended together is one
transaction: a killed process leaves all of it or nothing. Beside the rows of each series stands a packed copy,
rewritten in the same transaction, so that a history loads in milliseconds. The one thing that is replaced is the
answer that a publisher last gave, which is no figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from runoff.core.errors import RunoffError
from runoff.core.holdings import Book
from runoff.core.policy import PolicyCalendar
from runoff.core.series import SeriesSpec
from runoff.core.source import Parsed, Payload
from runoff.core.time import ReleaseClock, from_epoch
from runoff.core.view import History, Needs
from runoff.store import books, copying, documents, record, rows, tables
from runoff.store.database import Database
from runoff.store.record import Answer, Refusal
from runoff.store.rows import Vintage

__all__ = ["Answer", "Appended", "Refusal", "Store", "Stored", "Vintage", "copy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What an append did: rows that say something new, and rows that were already known.

    A holding counts as a row, and so does a document.
    """

    added: int
    known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """How far the store is: the last period of each series, the last book of each portfolio, the ids of documents."""

    periods: Mapping[str, date]
    books: Mapping[str, date]
    documents: frozenset[str]


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
        self.database = Database(url)

    @property
    def url(self) -> sa.URL:
        """The address."""
        return self.database.url

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    # --- writing -----------------------------------------------------------------------------------------------------

    def append(
        self,
        files: Sequence[Parsed],
        *,
        recorded_at: datetime,
        progress: Callable[[str], None] | None = None,
        keep_raw: bool = False,
        remember: Iterable[Answer] = (),
    ) -> Appended:
        """Add what files hold, all of them or nothing; what is known already is left as it is.

        A row is new if it says something other than what was last known of its period, or corrects an earlier row of
        the same period and moment; a file that is read otherwise than before corrects itself.

        Parameters
        ----------
        files
            What sources parsed.
        recorded_at
            The moment of recording, for the record only.
        progress
            Called with the name of each file before it is written.
        keep_raw
            Keep the bytes of the files, for `raw` to give back: of all files but those that ship.
        remember
            The answers of publishers that brought these files, or said that nothing changed.

        Raises
        ------
        UnitError
            If a series is stored in another unit, measure or frequency.
        StoreError
            If the store cannot be written; nothing of `files` is then in it.
        """
        added = known = 0
        with self.database.write() as connection:
            for parsed in files:
                if progress is not None:
                    progress(parsed.payload.name)
                new, given = _append(connection, parsed, recorded_at)
                added, known = added + new, known + given - new
                if keep_raw:
                    record.keep(connection, parsed.payload)
            for answer in remember:
                record.remember(connection, answer)
        return Appended(added=added, known=known)

    def refuse(self, refused: Payload | str, reason: RunoffError, *, source: str, at: datetime) -> None:
        """Put aside what was refused, with its bytes, and why; no row changes.

        Parameters
        ----------
        refused
            The payload, or its name where nothing arrived.
        reason
            What was said of it.
        source, at
            Whose it is, and when it was refused.
        """
        with self.database.write() as connection:
            record.refuse(connection, refused, reason, source=source, at=at)

    # --- reading -----------------------------------------------------------------------------------------------------

    def digests(self) -> frozenset[str]:
        """The digests of all files that were ever appended."""
        with self.database.read() as connection:
            return frozenset(connection.scalars(sa.select(tables.batch.c.digest)))

    def latest_known_at(self) -> datetime | None:
        """The moment the newest figure or text became known; None in a store without either."""
        with self.database.read() as connection:
            moments = [
                connection.scalar(sa.select(sa.func.max(column)))
                for column in (tables.series.c.latest_known_at, tables.document.c.published_at)
            ]
        known = [seconds for seconds in moments if seconds is not None]
        return from_epoch(max(known)) if known else None

    def specs(self) -> Mapping[str, SeriesSpec]:
        """The series that have rows, by id."""
        with self.database.read() as connection:
            return rows.specs(connection)

    def stored(self) -> Stored:
        """How far the store is, for an update to ask for what comes after."""
        with self.database.read() as connection:
            return Stored(
                periods=rows.last_periods(connection),
                books=books.last_books(connection),
                documents=documents.document_ids(connection),
            )

    def why(self, series: str, period: date) -> tuple[Vintage, ...]:
        """What every file said of one period of a series, in the order in which it became known.

        Of two of one moment the last counts. A value that was told again at a later moment is among them.
        """
        with self.database.read() as connection:
            return rows.vintages(connection, series, period)

    def raw(self, digest: str) -> bytes | None:
        """The bytes of a file as they arrived; None where they were not kept.

        Raises
        ------
        StoreError
            If they are damaged.
        """
        with self.database.read() as connection:
            return record.kept(connection, digest)

    def refusals(self, since: datetime | None = None) -> tuple[Refusal, ...]:
        """What was refused, from `since` on where it is given, oldest first."""
        with self.database.read() as connection:
            return record.refusals(connection, since)

    def remembered(self, source: str) -> Mapping[str, Answer]:
        """The last answers of a source, by the name of the request."""
        with self.database.read() as connection:
            return record.remembered(connection, source)

    def books(self, portfolio: str, day: date) -> tuple[Book, ...]:
        """The books of a portfolio of one day, in the order in which they became known."""
        with self.database.read() as connection:
            digests = rows.digests_of(connection)
            found = tuple(books.books_of(self.database, connection, (portfolio,), digests, day))
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

        Of books their dates and moments are loaded; what one holds is read when it is looked at, and stays.

        Parameters
        ----------
        needs
            What will be read.
        policies, specs, clock
            Calendars by bank, the catalogue and the release clock: data of the package, not of the store.
        """
        with self.database.read() as connection:
            digests = rows.digests_of(connection)
            columns = rows.columns(connection, needs.all_series, digests)
            held = books.books_of(self.database, connection, needs.books, digests) if needs.books else ()
            texts = documents.documents_of(connection, needs.documents) if needs.documents else ()
            return History(
                needs=needs,
                columns=columns,
                books=tuple(held),
                documents=tuple(texts),
                policies=policies or {},
                specs=specs or {},
                clock=clock or ReleaseClock(),
            )


def copy(source: Store, target: Store, progress: Callable[[str, int, int], None] | None = None) -> None:
    """Copy a store into another, empty one, on the same database or another: all of it or nothing.

    Parameters
    ----------
    source, target
        The stores. The source may be written meanwhile: what is copied is one moment of it.
    progress
        Called with the name of a table, how many rows of all are copied, and how many there are.

    Raises
    ------
    StoreError
        If the target is not empty, or cannot be written.
    """
    copying.copy(source.database, target.database, progress)


def _append(connection: sa.Connection, parsed: Parsed, recorded_at: datetime) -> tuple[int, int]:
    """Append what one file holds; how much of it is new, and how much there is."""
    batch = rows.batch_of(connection, parsed.payload, recorded_at)
    new = given = 0
    for observations in parsed.observations:
        new += rows.append_rows(connection, observations, batch, recorded_at)
        given += len(observations)
    for book in parsed.books:
        new += books.append_book(connection, book, batch)
        given += len(book.holdings)
    for document in parsed.documents:
        new += documents.append_document(connection, document, batch, recorded_at)
        given += 1
    return new, given
