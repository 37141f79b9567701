"""Documents: every wording that was published under an id, and the moment from which each could be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

import sqlalchemy as sa

from runoff.core.document import Document, DocumentKind
from runoff.core.time import from_epoch
from runoff.store.rows import next_batch
from runoff.store.tables import batch as batches
from runoff.store.tables import document as documents_table


def append_document(connection: sa.Connection, document: Document, batch: int, recorded_at: datetime) -> int:
    """Record a wording that was not recorded yet at its moment, and return 1 if it says something new, else 0.

    Another text of the same moment is a correction: the later batch counts. Another text of a later moment is a new
    wording, and readers of before keep the old one. The same text told again at a later moment is recorded and shown
    to nobody, as with rows.
    """
    rows = connection.execute(_with_digest().where(documents_table.c.id == document.id)).all()
    stored = {(row.published_at, row.batch): _document(row) for row in rows}
    mine = (int(document.published_at.timestamp()), batch)
    before = max((key for key in stored if key <= mine), default=None)
    again = before is not None and _says(stored[before]) == _says(document)
    if again and before is not None and before[0] == mine[0] and stored[before].assumed == document.assumed:
        return 0
    if mine in stored:  # this very file said otherwise
        mine = (mine[0], next_batch(connection, batch, recorded_at))
    connection.execute(
        documents_table.insert().values(
            id=document.id,
            published_at=mine[0],
            batch=mine[1],
            bank=document.bank,
            kind=document.kind,
            day=document.day.toordinal(),
            title=document.title,
            assumed=document.assumed,
            url=document.url,
            text=document.text,
        )
    )
    return int(not again)


def documents_of(connection: sa.Connection, kinds: Iterable[DocumentKind]) -> Iterator[Document]:
    """Every wording of the documents of those kinds, by id and moment: of one moment the last, none told again."""
    wanted = _with_digest().where(documents_table.c.kind.in_(kinds))
    last: dict[str, dict[int, Document]] = {}
    for row in connection.execute(wanted):
        last.setdefault(row.id, {})[row.published_at] = _document(row)
    for wordings in last.values():
        before: Document | None = None
        for wording in wordings.values():
            if before is None or _says(before) != _says(wording):
                yield wording
            before = wording


def document_ids(connection: sa.Connection) -> frozenset[str]:
    """The ids of all documents."""
    return frozenset(connection.scalars(sa.select(documents_table.c.id).distinct()))


def _with_digest() -> sa.Select[tuple[object, ...]]:
    key = documents_table.c
    return (
        sa.select(documents_table, batches.c.digest)
        .join(batches)
        .order_by(key.id, key.published_at, key.batch)
    )


def _says(document: Document) -> tuple[object, ...]:
    """What a reader finds in it, whenever it came out and in whatever file."""
    return (document.bank, document.kind, document.day, document.title, document.url, document.text)


def _document(row: sa.Row[tuple[object, ...]]) -> Document:
    return Document(
        id=row.id,
        bank=row.bank,
        kind=DocumentKind(row.kind),
        day=date.fromordinal(row.day),
        title=row.title,
        published_at=from_epoch(row.published_at),
        assumed=row.assumed,
        url=row.url,
        text=row.text,
        digest=row.digest,
    )
