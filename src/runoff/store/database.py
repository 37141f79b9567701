"""The database underneath a store: opening it, looking at one moment of it, writing alone, naming what went wrong."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from runoff.core.errors import StoreError
from runoff.store import tables

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
    from sqlalchemy.pool import ConnectionPoolEntry

LOCK_WAIT_SECONDS = 30
_WRITER = int.from_bytes(b"runoff")  # the PostgreSQL advisory lock that makes writers take turns

# What the databases call it: SQLite's names of its codes (and of their kinds), PostgreSQL's SQLSTATE.
_LOCKED = ("SQLITE_BUSY", "SQLITE_LOCKED", "55P03")
_FULL = ("SQLITE_FULL", "53100")
_REFUSED = ("42501",)


class Database:
    """An open database that has the tables of a store.

    Parameters
    ----------
    url
        A SQLAlchemy address.

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
        self._closed = False
        if self.is_sqlite:
            event.listen(self._engine, "connect", _prepare_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)
        try:
            with self.errors():
                if self.is_sqlite and self.url.database:
                    Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
                self._create()
        except StoreError:
            self.close()
            raise

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a SQLite file."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def where(self) -> str:
        """The address as it may be shown: without a password."""
        return self.url.render_as_string(hide_password=True)

    def _create(self) -> None:
        with self._engine.connect() as connection:
            fresh = not sa.inspect(connection).has_table("layout")
        if fresh:
            with self.write() as connection:
                tables.metadata.create_all(connection)
                if connection.scalar(sa.select(sa.func.count()).select_from(tables.layout)) == 0:
                    connection.execute(tables.layout.insert().values(version=tables.LAYOUT))
        with self._engine.connect() as connection:
            version = connection.scalar(sa.select(tables.layout.c.version))
        if version is not None and version + 1 in tables.ADDED:
            with self.write() as connection:
                version = tables.take_on(connection)
        if version != tables.LAYOUT:
            raise StoreError(
                "the store at {url} has layout {found}, this version of runoff reads {expected}: move it away, or "
                "set RUNOFF_HOME to another folder",
                url=self.where,
                found=version,
                expected=tables.LAYOUT,
            )

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn what the database or the disk says into one line with the remedy."""
        try:
            yield
        except DatabaseError as error:
            code, reason = _code(error), " ".join(str(error.orig).split())
            if code.startswith(_LOCKED):
                raise StoreError(
                    "the store at {url} is being written by another process and did not come free within "
                    "{seconds} seconds: try again when it is done",
                    url=self.where,
                    seconds=LOCK_WAIT_SECONDS,
                ) from error
            if code.startswith(_FULL):
                raise StoreError(
                    "the disk that holds the store at {url} is full: free some space and run again; nothing was "
                    "half-written",
                    url=self.where,
                ) from error
            if isinstance(error, OperationalError) or code.startswith(_REFUSED):
                raise StoreError(
                    "the store at {url} cannot be used ({reason}): check its address and its permissions, or set "
                    "RUNOFF_HOME or RUNOFF_STORE to another place",
                    url=self.where,
                    reason=reason,
                ) from error
            raise StoreError(
                "the file at {url} is no store, or a damaged one ({reason}): move it away and run again",
                url=self.where,
                reason=reason,
            ) from error
        except OSError as error:
            raise StoreError(
                "the folder of the store at {url} cannot be written ({reason}): set RUNOFF_HOME to a folder of "
                "your own",
                url=self.where,
                reason=error.strerror,
            ) from error

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Look at one moment of the store, whatever is committed meanwhile."""
        with self.errors(), self._engine.connect() as connection:
            if not self.is_sqlite:  # where a transaction sees one moment anyway
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection
        if self._closed:  # a history that outlives its store still reads its books: leave nothing open
            self._engine.dispose()

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Hold the store alone among writers; commit at the end, or leave everything as it was."""
        options = {"runoff_write": True}
        with (
            self.errors(),
            self._engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            if not self.is_sqlite:  # where `_begin_sqlite` does it
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_WAIT_SECONDS}s'")
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITER)))
            yield connection

    def close(self) -> None:
        """Let go of the database."""
        self._closed = True
        self._engine.dispose()


def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin_sqlite`, not by the driver
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {LOCK_WAIT_SECONDS * 1000}")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _write_ahead(cursor: DBAPICursor) -> None:
    """Switch a new file to a write-ahead log; SQLite does not wait its turn where two processes do so at once."""
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
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


def _code(error: DatabaseError) -> str:
    """The code of what went wrong; empty where the driver gives none."""
    return getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None) or ""
