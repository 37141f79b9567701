"""What is kept beside the rows: the bytes as they arrived, what was refused and why, what publishers last answered."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from runoff.core.errors import RunoffError, StoreError
from runoff.core.source import Payload
from runoff.core.time import from_epoch
from runoff.store.tables import answer as answers
from runoff.store.tables import raw as raw_table
from runoff.store.tables import refusal as refusals_table

_PLAIN = (str, int, float, bool, type(None))  # what JSON gives back as it was


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A payload that was refused, and why.

    `template` and `values` are those of the error, `says` is the message in English; values other than numbers and
    texts are kept as texts. `digest` is that of the bytes, None where nothing arrived.
    """

    source: str
    name: str
    digest: str | None
    template: str
    values: Mapping[str, str | float | None]
    says: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a publisher last answered to a request: enough to ask whether anything changed since.

    `request` is the request's name; `etag` and `modified` are what the publisher calls this version, where it does.
    """

    source: str
    request: str
    etag: str | None
    modified: str | None
    digest: str
    fetched_at: datetime


# --- bytes -----------------------------------------------------------------------------------------------------------


def keep(connection: sa.Connection, payload: Payload) -> None:
    """Keep the bytes of a payload, once."""
    digest = payload.digest
    if connection.scalar(sa.select(raw_table.c.digest).where(raw_table.c.digest == digest)) is None:
        packed = zlib.compress(payload.content)
        connection.execute(raw_table.insert().values(digest=digest, content=packed))


def kept(connection: sa.Connection, digest: str) -> bytes | None:
    """The bytes of that digest, as they arrived; None where they were not kept.

    Raises
    ------
    StoreError
        If they are not what they were.
    """
    packed = connection.scalar(sa.select(raw_table.c.content).where(raw_table.c.digest == digest))
    if packed is None:
        return None
    try:
        content = zlib.decompress(packed)
    except zlib.error:
        content = b""
    if (found := hashlib.sha256(content).hexdigest()) != digest:
        raise StoreError(
            "the bytes kept as {digest} are damaged (what can be read has the digest {found}): download the file "
            "again, and check the disk",
            digest=digest,
            found=found,
        )
    return content


# --- refusals --------------------------------------------------------------------------------------------------------


def refuse(
    connection: sa.Connection, refused: Payload | str, reason: RunoffError, *, source: str, at: datetime
) -> None:
    """Put what was refused aside, with its bytes where there are any."""
    if isinstance(refused, Payload):
        keep(connection, refused)
    values = {key: v if isinstance(v, _PLAIN) else str(v) for key, v in reason.values.items()}
    connection.execute(
        refusals_table.insert().values(
            source=source,
            name=refused.name if isinstance(refused, Payload) else refused,
            digest=refused.digest if isinstance(refused, Payload) else None,
            template=reason.template,
            parts=json.dumps(values, ensure_ascii=False),
            says=str(reason),
            refused_at=int(at.timestamp()),
        ),
    )


def refusals(connection: sa.Connection, since: datetime | None) -> tuple[Refusal, ...]:
    """What was refused, from `since` on where it is given, oldest first."""
    wanted = sa.select(refusals_table).order_by(refusals_table.c.refused_at, refusals_table.c.id)
    if since is not None:
        wanted = wanted.where(refusals_table.c.refused_at >= int(since.timestamp()))
    return tuple(
        Refusal(
            source=row.source,
            name=row.name,
            digest=row.digest,
            template=row.template,
            values=json.loads(row.parts),
            says=row.says,
            at=from_epoch(row.refused_at),
        )
        for row in connection.execute(wanted)
    )


# --- answers ---------------------------------------------------------------------------------------------------------


def remember(connection: sa.Connection, answer: Answer) -> None:
    """Remember an answer in place of the one before."""
    mine = (answers.c.source == answer.source) & (answers.c.request == answer.request)
    connection.execute(answers.delete().where(mine))
    connection.execute(
        answers.insert().values(
            source=answer.source,
            request=answer.request,
            etag=answer.etag,
            modified=answer.modified,
            digest=answer.digest,
            fetched_at=int(answer.fetched_at.timestamp()),
        ),
    )


def remembered(connection: sa.Connection, source: str) -> dict[str, Answer]:
    """The last answers of a source, by the name of the request."""
    rows = connection.execute(sa.select(answers).where(answers.c.source == source))
    return {
        row.request: Answer(
            source=row.source,
            request=row.request,
            etag=row.etag,
            modified=row.modified,
            digest=row.digest,
            fetched_at=from_epoch(row.fetched_at),
        )
        for row in rows
    }
