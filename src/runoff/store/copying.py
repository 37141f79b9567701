"""Taking a store to another database, whole."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from runoff.core.errors import StoreError
from runoff.store import tables
from runoff.store.database import Database

_CHUNK = 10_000  # rows at a time: a store of any size passes through little memory


def copy(source: Database, target: Database, progress: Callable[[str, int, int], None] | None = None) -> None:
    """Copy every row of every table, as it is, in one transaction of the target and of one moment of the source.

    Raises
    ------
    StoreError
        If the target holds anything.
    """
    copied = [table for table in tables.metadata.sorted_tables if table is not tables.layout]
    with target.write() as there, source.read() as here:
        for table in copied:
            if there.scalar(sa.select(sa.func.count()).select_from(table)):
                raise StoreError(
                    "the store at {url} is not empty (there are rows in {table}): copy into a new one; nothing was "
                    "written",
                    url=target.where,
                    table=table.name,
                )
        counts = [here.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in copied]
        done, total = 0, sum(counts)
        for table in copied:
            rows = here.execute(
                sa.select(table).order_by(*table.primary_key.columns), execution_options={"yield_per": _CHUNK}
            )
            for chunk in rows.mappings().partitions():
                there.execute(table.insert(), [dict(row) for row in chunk])
                done += len(chunk)
                if progress is not None:
                    progress(table.name, done, total)
            if not target.is_sqlite:
                _count_on(there, table)


def _count_on(connection: sa.Connection, table: sa.Table) -> None:
    """Let PostgreSQL number the rows to come after those that were copied with their numbers."""
    key = table.autoincrement_column
    if key is None or not isinstance(key.type, sa.Integer):
        return
    last = connection.scalar(sa.select(sa.func.max(key)))
    if last is not None:
        connection.execute(
            sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(table.name, key.name), last))
        )
