"""The brief as text for a terminal: compact, every figure with its unit and its period."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from runoff.core.language import Words
from runoff.core.report import Brief, Figure, Section
from runoff.render import wording
from runoff.render.wording import Cell, Edit, Sheet

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table as Grid

WIDEST = 100
_NARROWEST = 40
_INDENT = 2
_GAP = 2
_LEAST_LABEL = 20
_LEAST_WORDS = 16
_EDIT_STYLES = {Edit.KEPT: "", Edit.REMOVED: "red strike", Edit.ADDED: "green"}


def render(brief: Brief, words: Words, *, width: int = WIDEST) -> str:
    """The brief as plain text of at most `width` columns; a Chinese character takes two."""
    from rich.console import Console

    out = io.StringIO()
    show(brief, words, Console(file=out, width=width, color_system=None, legacy_windows=False, _environ={}))
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def show(brief: Brief, words: Words, console: Console) -> None:
    """Print the brief on a console, in its colours if it has any, on at most 100 of its columns."""
    from rich.rule import Rule
    from rich.text import Text

    width = max(_NARROWEST, min(console.width, WIDEST))
    _ends(console, brief.title, words.text("as known at {moment}", moment=words.instant(brief.as_of)), width)
    for section in brief.sections.values():
        console.print()
        if section.title != brief.title:
            rule = Rule(Text(section.title, style="bold"), align="left", style="dim", characters="─")
            console.print(rule, width=width)
        _section(console, section, words, width)
    console.print()
    if legend := wording.legend(brief, words):
        _quiet(console, ["; ".join(f"{mark} {meaning}" for mark, meaning in legend)], width, indent=0)
    _quiet(console, [brief.foot], width, indent=0)


def _ends(console: Console, left: str, right: str, width: int) -> None:
    """Two texts at the two ends of a line, or one below the other."""
    from rich.text import Text

    start, end = Text(left, style="bold"), Text(right)
    space = width - start.cell_len - end.cell_len
    between = " " * space if space >= _GAP else "\n"
    console.print(Text.assemble(start, between, end), width=width)


def _section(console: Console, section: Section, words: Words, width: int) -> None:
    from rich.text import Text

    for sentence in section.sentences:
        # The marks stay: where there is no colour they alone tell.
        parts = [(part, _EDIT_STYLES[edit]) for edit, part in wording.edits(sentence)]
        console.print(Text.assemble(*parts), width=width)
    if figures := [figure for figure in section.figures if not figure.detail]:
        _indented(console, _figures(figures, words), width)
        _quiet(console, wording.note_lines(figures, words), width)
    for table in section.tables:
        if table.detail:
            continue
        laid = wording.sheet(replace(table, rows=tuple(row for row in table.rows if not row.detail)), words)
        console.print()
        _indented(console, Text(laid.heading, style="bold"), width)
        for index, part in enumerate(_parts(laid, width - _INDENT)):
            if index:
                console.print()
            _indented(console, part, width)
        _quiet(console, laid.notes, width)


def _indented(console: Console, content: RenderableType, width: int, indent: int = _INDENT) -> None:
    from rich.padding import Padding

    console.print(Padding(content, (0, 0, 0, indent), expand=False), width=width)


def _quiet(console: Console, lines: Sequence[str], width: int, indent: int = _INDENT) -> None:
    from rich.text import Text

    for line in lines:
        _indented(console, Text(line, style="dim"), width, indent)


def _figures(figures: Sequence[Figure], words: Words) -> Grid:
    """Figures one below the other: label, number, unit, marks, period."""
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid.grid(padding=(0, _GAP, 0, 0))
    grid.add_column(overflow="fold")
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    for figure in figures:
        known = wording.known(figure) is not None
        grid.add_row(
            Text(figure.label),
            wording.number(figure, words),
            wording.unit(figure, words) if known else "",
            "".join(wording.marks(figure)),
            Text(wording.period(figure, words)),
            style=None if known else "dim",
        )
    return grid


def _parts(sheet: Sheet, width: int) -> Iterator[Grid]:
    """The table, or several with the same labels beside as many columns as fit, about as many in each."""
    labels = _Column.of_labels(sheet)
    columns = [_Column.of(sheet, i) for i in range(len(sheet.heads))]
    needs = [_GAP + column.least for column in columns]
    fewest = len(_split(needs, width - labels.least))
    # The narrowest room that needs no more parts leaves no column alone in the last.
    room = next(room for room in range(width + 1) if len(_split(needs, room - labels.least)) <= fewest)
    for start, end in _split(needs, room - labels.least):
        yield _grid(sheet, [labels, *columns[start:end]], width)


def _split(needs: Sequence[int], room: int) -> list[tuple[int, int]]:
    """From which column to which go together, one at least; one empty part where there are no columns."""
    starts, used = [0], 0
    for i, need in enumerate(needs):
        if used and used + need > room:
            starts.append(i)
            used = 0
        used += need
    return list(zip(starts, [*starts[1:], len(needs)], strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """A column as it is written; `least` is the width below which a figure or a word would break."""

    heading: str
    texts: tuple[str, ...]
    justify: Literal["left", "right"]
    least: int
    natural: int

    @staticmethod
    def of_labels(sheet: Sheet) -> _Column:
        texts = tuple(" " * (2 * line.depth) + line.label for line in sheet.lines)
        natural = max(map(_cells, texts), default=0)
        return _Column(
            heading="", texts=texts, justify="left", least=min(natural, _LEAST_LABEL), natural=natural
        )

    @staticmethod
    def of(sheet: Sheet, index: int) -> _Column:
        head, cells = sheet.heads[index], [line.cells[index] for line in sheet.lines]
        # Where one figure has a mark, the others leave its place empty, so that the numbers align.
        room = max((len(cell.marks) for cell in cells), default=0)
        texts = tuple(_text(cell, room) for cell in cells)
        heading = [head.name, *head.shared]
        whole = [_cells(text) for text, cell in zip(texts, cells, strict=True) if cell.figure]
        prose = [_cells(cell.text) for cell in cells if not cell.figure]
        words = [_cells(word) for text in heading for word in text.split()]
        return _Column(
            heading="\n".join(heading),
            texts=texts,
            justify="right" if whole else "left",
            least=max([*words, *whole, *(min(length, _LEAST_WORDS) for length in prose)], default=0),
            natural=max([*map(_cells, heading), *whole, *prose]),
        )


def _text(cell: Cell, room: int) -> str:
    return f"{cell.plain()} {''.join(cell.marks):<{room}}" if room and cell.figure else cell.plain()


def _cells(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _widths(columns: Sequence[_Column], width: int) -> list[int]:
    """Each column's least width; what is left over goes to those that need the least more to stay in one line."""
    widths = [column.least for column in columns]
    left = width - sum(widths) - _GAP * (len(columns) - 1)
    for i in sorted(range(len(columns)), key=lambda i: columns[i].natural - columns[i].least):
        more = max(0, min(columns[i].natural - columns[i].least, left))
        widths[i] += more
        left -= more
    return widths


def _grid(sheet: Sheet, columns: Sequence[_Column], width: int) -> Grid:
    from rich.box import Box
    from rich.table import Table as Grid
    from rich.text import Text

    # A line below the head, and a blank between columns, which is one of the gap.
    below_the_head = Box("    \n    \n ── \n    \n    \n    \n    \n    \n")
    grid = Grid(
        box=below_the_head, padding=(0, _GAP - 1, 0, 0), pad_edge=False, show_edge=False, header_style="dim"
    )
    for column, columns_wide in zip(columns, _widths(columns, width), strict=True):
        grid.add_column(Text(column.heading), justify=column.justify, width=columns_wide, overflow="fold")
    for row, line in enumerate(sheet.lines):
        cells = [Text(column.texts[row], justify=column.justify) for column in columns]
        grid.add_row(*cells, style="bold" if line.emphasis else None)
    return grid
