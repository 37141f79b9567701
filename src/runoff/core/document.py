"""Documents: what a central bank said, in its own words, and when it could first be read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from runoff.core.errors import Unparseable


class DocumentKind(StrEnum):
    """The kinds of text that policy is read from."""

    STATEMENT = "statement"
    MINUTES = "minutes"
    IMPLEMENTATION_NOTE = "implementation_note"
    DESK_STATEMENT = "desk_statement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text of a central bank.

    `day` is that of the meeting or decision, `published_at` the moment from which it could be read; `assumed` says that
    the moment follows a rule and was not read at the publisher. `id` is ``bank:kind:day``, with a further part where a
    day has several of a kind.

    Raises
    ------
    Unparseable
        If there is no text, or the moment has no zone.
    """

    id: str
    bank: str
    kind: DocumentKind
    day: date
    title: str
    published_at: datetime
    assumed: bool
    url: str
    text: str
    digest: str

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise Unparseable("{id}: a document without a text; download it again", id=self.id)
        if self.published_at.tzinfo is None:
            raise Unparseable("{id}: its moment of publication has no time zone", id=self.id)
