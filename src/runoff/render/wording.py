"""What every rendering says about a figure: its number, unit and period, its marks, where it comes from."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from runoff.core.language import Words
from runoff.core.report import Brief, Figure, Row, Style, Table
from runoff.core.units import Frequency, Unit


class Mark(StrEnum):
    """A letter beside a figure that says what to know about it."""

    REVISED = "r"
    STALE = "s"


def known(figure: Figure) -> float | None:
    """The number of a figure; None where there is none, or no finite one."""
    return figure.value if figure.value is not None and math.isfinite(figure.value) else None


def number(figure: Figure, words: Words) -> str:
    """The number as a table has it, or the words that there is none."""
    value = known(figure)
    if value is None:
        return words.text("no data")
    return words.number(value, Unit.parse(figure.unit), signed=figure.style is Style.CHANGE)


def unit(figure: Figure, words: Words) -> str:
    """The unit in which `number` counts."""
    return words.table_unit(Unit.parse(figure.unit))


def period(figure: Figure, words: Words) -> str:
    """The day a figure is of, or from which day to which it changed; empty where there is none."""
    if figure.period is None:
        return ""
    day = words.date(figure.period)
    return (
        day
        if figure.since is None
        else words.text("{start} to {end}", start=words.date(figure.since), end=day)
    )


def marks(figure: Figure) -> tuple[Mark, ...]:
    """What to know about a figure, in the order of the legend."""
    flags = ((figure.revised, Mark.REVISED), (figure.stale, Mark.STALE))
    return tuple(mark for flag, mark in flags if flag)


def meaning(mark: Mark, words: Words) -> str:
    """What a mark says, in a few words."""
    match mark:
        case Mark.REVISED:
            return words.text("from a later revision than the one read at the time")
        case Mark.STALE:
            return words.text("older than its release schedule promises")


def legend(brief: Brief, words: Words) -> tuple[tuple[Mark, str], ...]:
    """The marks that the brief uses, each with its meaning."""
    used = {
        mark for part in brief.sections.values() for f in part.all_figures().values() for mark in marks(f)
    }
    return tuple((mark, meaning(mark, words)) for mark in Mark if mark in used)


def provenance(figure: Figure, words: Words) -> tuple[tuple[str, str], ...]:
    """Of when a figure is, since when it is known, what to know about it, and the files it was read from."""
    told = [(words.text("Period"), period(figure, words))]
    if figure.known_at is not None:
        known_at = words.instant(figure.known_at)
        if figure.assumed:
            known_at = words.text("{moment}, by the release calendar", moment=known_at)
        told.append((words.text("Known at"), known_at))
    told += [(words.text("Mark"), f"{mark}: {meaning(mark, words)}") for mark in marks(figure)]
    told.append((words.text("Note"), figure.note or ""))
    told += [(words.text("Input file, SHA-256"), digest) for digest in figure.digests]
    return tuple((name, text) for name, text in told if text)


class Edit(StrEnum):
    """What became of words between two texts."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


_EDITED = re.compile(r"(\[-.+?-\]|\{\+.+?\+\})")
_EDITS = {"[-": Edit.REMOVED, "{+": Edit.ADDED}


def edits(sentence: str) -> tuple[tuple[Edit, str], ...]:
    """The parts of a sentence whose removed words are marked ``[-so-]`` and added ones ``{+so+}``, marks included."""
    parts = (part for part in _EDITED.split(sentence) if part)
    return tuple(
        (_EDITS.get(part[:2], Edit.KEPT) if _EDITED.fullmatch(part) else Edit.KEPT, part) for part in parts
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell to be written: its text, what it still has to say of itself, and the figure where it is one."""

    text: str
    unit: str = ""
    period: str = ""
    figure: Figure | None = None

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marks of the figure; none for words."""
        return marks(self.figure) if self.figure else ()

    def plain(self) -> str:
        """The cell in one line, without its marks."""
        return " ".join(part for part in (self.text, self.unit, self.period and f"({self.period})") if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row to be written."""

    label: str
    cells: tuple[Cell, ...]
    depth: int
    emphasis: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A column heading: its name, and what all its figures share: unit, period, start of the change."""

    name: str
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table laid out so that a unit or a period is said once: for the table, a column, a row, or else in the cell."""

    title: str
    subtitle: str
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]

    @property
    def heading(self) -> str:
        """The title with what all figures share."""
        return f"{self.title} ({self.subtitle})" if self.subtitle else self.title


def sheet(table: Table, words: Words) -> Sheet:
    """Lay a table out: what all its figures share goes to the subtitle, else to the columns, else to the rows.

    A level of rows becomes a column of its own, unless a cell of each row says it already. What is shared nowhere
    stays in the cell, except the start of a change, which the names of the columns imply ("4 weeks").
    """
    units = _shared(table, lambda f: unit(f, words))
    periods = _shared(table, lambda f: words.date(f.period) if f.period else "")
    starts = _shared(
        table, lambda f: words.text("from {start}", start=words.date(f.since)) if f.since else ""
    )
    starts = _Shared(columns=starts.columns or _every_column(table, starts.table))
    heads = [
        Head(name=name, shared=tuple(filter(None, (s.columns.get(i) for s in (units, periods, starts)))))
        for i, name in enumerate(table.columns)
    ]
    in_rows = [(words.text("Unit"), units), (words.text("Period"), periods)]
    in_rows = [
        (name, shared) for name, shared in in_rows if shared.rows and not _said(table, shared.rows, words)
    ]
    heads += [Head(name=name) for name, _ in in_rows]
    return Sheet(
        title=table.title,
        subtitle=", ".join(
            t for t in (units.table, periods.table) if t and t not in table.columns and t not in table.title
        ),
        heads=tuple(heads),
        lines=tuple(
            Line(
                label=row.label,
                cells=(
                    *(_cell(cell, words, units, periods) for cell in row.cells),
                    *(Cell(text=shared.rows.get(i, "")) for _, shared in in_rows),
                ),
                depth=row.depth,
                emphasis=row.emphasis,
            )
            for i, row in enumerate(table.rows)
        ),
        notes=(*_table_notes(table, words), *([table.note] if table.note else [])),
    )


def _table_notes(table: Table, words: Words) -> tuple[str, ...]:
    """The notes of a table's figures; one that all of them have needs no labels."""
    notes = {figure.note for figure in figures(table)}
    return (note,) if len(notes) == 1 and (note := notes.pop()) else note_lines(figures(table), words)


def figures(table: Table) -> tuple[Figure, ...]:
    """The figures of a table, row by row."""
    return tuple(cell for row in table.rows for cell in row.cells if isinstance(cell, Figure))


def note_lines(noted: Iterable[Figure], words: Words) -> tuple[str, ...]:
    """The notes of figures, each once, after the labels it belongs to."""
    return tuple(
        words.text("{labels}: {note}", labels=words.joined(labels), note=note)
        for note, labels in _notes(noted).items()
    )


def _notes(noted: Iterable[Figure]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for figure in noted:
        if figure.note:
            labels = found.setdefault(figure.note, [])
            if figure.label not in labels:
                labels.append(figure.label)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """A text that figures share: all of them, those of each column, or those of each row."""

    table: str = ""
    columns: dict[int, str] = field(default_factory=dict)
    rows: dict[int, str] = field(default_factory=dict)

    @property
    def found(self) -> bool:
        return bool(self.table or self.columns or self.rows)


def _shared(table: Table, text: Callable[[Figure], str]) -> _Shared:
    """The level at which a text is common; a figure without one (no period, where there are no data) has no say."""
    places = [
        (i, j, found)
        for i, row in enumerate(table.rows)
        for j, cell in enumerate(row.cells)
        if isinstance(cell, Figure) and (found := text(cell))
    ]
    if len(everywhere := {found for _, _, found in places}) <= 1:
        return _Shared(table=next(iter(everywhere), ""))
    if columns := _single((j, found) for _, j, found in places):
        return _Shared(columns=columns)
    return _Shared(rows=_single((i, found) for i, _, found in places))


def _single(places: Iterable[tuple[int, str]]) -> dict[int, str]:
    """The text of each index where every index has but one; nothing otherwise."""
    found: dict[int, str] = {}
    for index, text in places:
        if found.setdefault(index, text) != text:
            return {}
    return found


def _every_column(table: Table, text: str) -> dict[int, str]:
    """A start that all changes share, at the columns that hold changes."""
    if not text:
        return {}
    cells = ((j, cell) for row in table.rows for j, cell in enumerate(row.cells))
    return {j: text for j, cell in cells if isinstance(cell, Figure) and cell.since}


def _said(table: Table, rows: dict[int, str], words: Words) -> bool:
    """Whether each row has a cell that says it in words already, or a label that names the period of its figures."""
    return all(
        text in table.rows[i].cells or _names_period(table.rows[i], text, words) for i, text in rows.items()
    )


def _names_period(row: Row, text: str, words: Words) -> bool:
    """Whether a row is labelled with the day, the month or the year that `text` says its figures are of."""
    days = {cell.period for cell in row.cells if isinstance(cell, Figure) and cell.period}
    return any(
        words.date(day) == text
        and row.label in {text, f"{day:%Y-%m}", words.period(day, Frequency.MONTHLY), f"{day:%Y}"}
        for day in days
    )


def _cell(cell: Figure | str, words: Words, units: _Shared, periods: _Shared) -> Cell:
    if isinstance(cell, str):
        return Cell(text=cell)
    return Cell(
        text=number(cell, words),
        unit="" if units.found or known(cell) is None else unit(cell, words),
        period="" if periods.found else period(cell, words),
        figure=cell,
    )
