"""How a text of a central bank differs from one before it: sentences kept, changed, removed and added, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from runoff.actions.read_statement import Text, text_before, text_named
from runoff.actions.workspace import Workspace
from runoff.core.language import Words
from runoff.core.report import Section
from runoff.core.time import end_of_day
from runoff.text.differences import Change, Difference, Span, compare


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffRow:
    """What became of a sentence: as it was and as it is, one of them empty where it was added or removed.

    `marked` has both in one: removed words as ``[-these-]``, added ones as ``{+these+}``. `moved` says that the
    sentence stands elsewhere among the others than before.
    """

    change: Change
    moved: bool
    old: str
    new: str
    marked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffReport:
    """Two texts, how many sentences of which fate they have, and every sentence in the order of the new one."""

    as_of: datetime
    old: str
    new: str
    old_day: date | None
    new_day: date | None
    kept: int
    changed: int
    removed: int
    added: int
    rows: tuple[DiffRow, ...]

    def section(self, words: Words) -> Section:
        """How much changed, then every sentence that did, its words marked; what was kept is only counted."""
        shown = [row for row in self.rows if row.change is not Change.KEPT]
        return Section(
            title=words.text("From {old} to {new}", old=self.old, new=self.new),
            sentences=(
                words.text(
                    "Sentences changed: {changed}, removed: {removed}, added: {added}, kept: {kept}. Words are marked "
                    "where they were [-removed-] or {{+added+}}.",
                    changed=self.changed,
                    removed=self.removed,
                    added=self.added,
                    kept=self.kept,
                )
                if shown
                else words.text("The same words in both: {kept} sentences.", kept=self.kept),
                *_lines(shown, words),
            ),
            facts={
                "changed": str(self.changed),
                "removed": str(self.removed),
                "added": str(self.added),
                "kept": str(self.kept),
            },
        )


def diff_statements(
    work: Workspace,
    words: Words,  # noqa: ARG001 - every action is handed words
    old: str = "previous",
    new: str = "latest",
    *,
    as_of: str | None = None,
) -> DiffReport:
    """How a statement differs from one before it: words removed and added, sentence by sentence.

    Parameters
    ----------
    old
        A file, or of the store an id as fed:statement:2022-05-04, a date or latest; previous is the one before the new
        one.
    new
        The same; by default the latest statement.
    as_of
        A date or a time with a zone: of the store, only what could be read then.
    """
    after = text_named(work, new, day=None, as_of=as_of)
    before = (
        text_before(work, after, as_of=as_of)
        if old == "previous"
        else text_named(work, old, day=None, as_of=as_of)
    )
    found = compare(before.words, after.words)
    return DiffReport(
        as_of=_moment(work, after, as_of),
        old=before.name,
        new=after.name,
        old_day=before.day,
        new_day=after.day,
        kept=len(found.of(Change.KEPT)),
        changed=len(found.of(Change.CHANGED)),
        removed=len(found.of(Change.REMOVED)),
        added=len(found.of(Change.ADDED)),
        rows=tuple(_row(one) for one in found.differences),
    )


def _moment(work: Workspace, text: Text, as_of: str | None) -> datetime:
    """When the new text could be read; of a file the end of its day."""
    if text.document is not None:
        return text.document.published_at
    return end_of_day(text.day) if text.day else work.as_of(as_of)


def _row(one: Difference) -> DiffRow:
    return DiffRow(change=one.change, moved=one.moved, old=one.old, new=one.new, marked=marked(one.spans))


def marked(spans: tuple[Span, ...]) -> str:
    """The words of spans in reading order, marked so that no colour is needed to tell them apart.

    Examples
    --------
    >>> marked(
    ...     (
    ...         Span(change=Change.KEPT, text="at"),
    ...         Span(change=Change.REMOVED, text="60"),
    ...         Span(change=Change.ADDED, text="25"),
    ...         Span(change=Change.KEPT, text="."),
    ...     )
    ... )
    'at [-60-] {+25+}.'
    """
    text = ""
    for span in spans:
        opens, closes = {Change.REMOVED: ("[-", "-]"), Change.ADDED: ("{+", "+}")}.get(span.change, ("", ""))
        glue = "" if not text or re.match(r"[,.;:)?!]", span.text) else " "
        text += f"{glue}{opens}{span.text}{closes}"
    return text


def _lines(rows: list[DiffRow], words: Words) -> Iterator[str]:
    for row in rows:
        yield words.text("{sentence} (moved)", sentence=row.marked) if row.moved else row.marked
