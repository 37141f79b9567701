"""The brief as Markdown (GitHub's tables), for a note or a message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from runoff.core.language import Words
from runoff.core.report import Brief, Section
from runoff.render import wording
from runoff.render.wording import Cell, Edit, Head, Mark, Sheet


def render(brief: Brief, words: Words) -> str:
    """The brief as Markdown with tables; no part of it is read as markup or HTML."""
    lines = [
        f"# {_escaped(brief.title)}",
        "",
        _escaped(words.text("as known at {moment}", moment=words.instant(brief.as_of))),
    ]
    for section in brief.sections.values():
        heading = ["", f"## {_escaped(section.title)}"] if section.title != brief.title else []
        lines += [*heading, *_section(section, words)]
    if legend := wording.legend(brief, words):
        lines += ["", _escaped("; ".join(f"{mark} {meaning}" for mark, meaning in legend))]
    return "\n".join([*lines, "", _escaped(brief.foot), ""])


def _section(section: Section, words: Words) -> Iterator[str]:
    for sentence in section.sentences:
        yield from ("", _sentence(sentence))
    if section.figures:
        yield ""
        yield from _rows(
            ("", words.text("Value"), words.text("Unit"), words.text("Period")),
            [
                (
                    figure.label,
                    _marked(wording.number(figure, words), wording.marks(figure)),
                    wording.unit(figure, words) if wording.known(figure) is not None else "",
                    wording.period(figure, words),
                )
                for figure in section.figures
            ],
            numeric={1},
        )
        yield from _notes(wording.note_lines(section.figures, words))
    for table in section.tables:
        sheet = wording.sheet(table, words)
        yield from ("", f"**{_escaped(sheet.heading)}**", "")
        yield from _table(sheet)
        yield from _notes(sheet.notes)


def _sentence(sentence: str) -> str:
    """A sentence; removed words struck through, added ones bold, in place of the marks that say so without a style."""
    written = {Edit.KEPT: "{}", Edit.REMOVED: "~~{}~~", Edit.ADDED: "**{}**"}
    return "".join(
        written[edit].format(_escaped(part if edit is Edit.KEPT else part[2:-2]))
        for edit, part in wording.edits(sentence)
    )


def _notes(notes: Sequence[str]) -> Iterator[str]:
    for note in notes:
        yield from ("", f"*{_escaped(note)}*")


def _table(sheet: Sheet) -> Iterator[str]:
    # An em space indents a part under its whole: Markdown drops ordinary ones.
    rows = [("\u2003" * line.depth + line.label, *map(_cell, line.cells)) for line in sheet.lines]
    numeric = {
        index
        for index in range(1, len(sheet.heads) + 1)
        if any(line.cells[index - 1].figure for line in sheet.lines)
    }
    yield from _rows(("", *map(_head, sheet.heads)), rows, numeric=numeric)


def _head(head: Head) -> str:
    return f"{head.name} ({', '.join(head.shared)})" if head.shared else head.name


def _cell(cell: Cell) -> str:
    return _marked(cell.plain(), cell.marks)


def _marked(text: str, marks: Sequence[Mark]) -> str:
    return f"{text} {''.join(marks)}" if marks else text


def _rows(columns: Sequence[str], rows: Sequence[Sequence[str]], *, numeric: set[int]) -> Iterator[str]:
    yield _line(columns)
    yield _line_of("---:" if index in numeric else "---" for index in range(len(columns)))
    for row in rows:
        yield _line(row)


def _line(cells: Sequence[str]) -> str:
    return _line_of(map(_escaped, cells))


def _line_of(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """Text in one line that Markdown does not read as markup or as HTML."""
    return re.sub(r"([\\`*_<>\[\]|~#])", r"\\\1", text.replace("\n", " "))
