"""The brief in a terminal."""

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from runoff.core.language import Words
from runoff.core.report import Brief
from runoff.render import text


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_no_line_is_wider_than_the_terminal(
    make_brief: Callable[[str], Brief], words: Words, width: int
) -> None:
    """Lines fit, Chinese characters counted as two columns, and never exceed a hundred."""
    lines = text.render(make_brief(words.language), words, width=width).splitlines()
    assert max(map(cell_len, lines)) <= min(width, 100)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_figure_is_broken_over_lines(
    make_brief: Callable[[str], Brief], english: Words, width: int
) -> None:
    """However narrow, a number keeps its line, with its marks."""
    out = text.render(make_brief("en"), english, width=width)
    for figure in ("2,881,686", "6,794,886 r", "−4,650 r", "6,464,597", "4,564,161"):
        assert figure in out


def test_each_figure_has_its_unit_and_its_period(make_brief: Callable[[str], Brief], english: Words) -> None:
    """A line a figure: label, number, unit, marks, period; a change says from when."""
    out = text.render(make_brief("en"), english)
    assert re.search(r"Reserve balances +2,881,686 +USD mn +30 Sep 2026\n", out)
    assert re.search(r"Total assets +\S+ +USD mn +s +16 Sep 2026\n", out)
    assert re.search(r"−88,236 +USD mn +23 Sep 2026 to 30 Sep 2026\n", out)


def test_what_a_table_shares_is_said_once(make_brief: Callable[[str], Brief], english: Words) -> None:
    """Unit and day of all figures stand in the title, the start of a change over its column."""
    out = text.render(make_brief("en"), english)
    assert "What supplies reserves (USD mn, 30 Sep 2026)" in out
    assert out.count("from 23 Sep 2026") == 1
    assert "Rates and amounts\n" in out
    assert re.search(r"\n  Upper limit +4\.00 +now +% +30 Sep 2026\n", out)


def test_missing_figures_say_so_and_why(make_brief: Callable[[str], Brief], english: Words) -> None:
    """No data is a word with its note below, also where a number is NaN; never a blank, never nan."""
    out = text.render(make_brief("en"), english)
    assert re.search(r"VIX +no data\n", out)
    assert "VIX: not shipped" in out
    assert re.search(r"SOFR less interest on reserves +no data\n", out)
    assert "Treasuries, 1 week: no row of last week" in out
    assert "nan" not in out.lower()


def test_the_legend_explains_the_marks_that_are_used(
    make_brief: Callable[[str], Brief], english: Words
) -> None:
    """Each mark once, below the last section."""
    tail = " ".join(text.render(make_brief("en"), english).splitlines()[-4:])
    for mark in ("r from a later revision", "s older than"):
        assert mark in tail
    assert tail.endswith("Research, not advice.")


def test_parts_are_indented_under_their_whole(make_brief: Callable[[str], Brief], english: Words) -> None:
    """Two blanks a level."""
    out = text.render(make_brief("en"), english)
    indents = [
        len(re.search(rf"^( *){name}.*\d", out, re.MULTILINE)[1])
        for name in ("Factors", "Securities", "Treasuries")
    ]
    assert indents == [2, 4, 6]


def test_a_pipe_gets_no_colour_and_a_terminal_does(
    make_brief: Callable[[str], Brief], english: Words
) -> None:
    """Escape sequences appear only where the console has colours; the text is the same."""
    plain = text.render(make_brief("en"), english)
    out = io.StringIO()
    colourful = Console(file=out, width=100, force_terminal=True, color_system="standard", _environ={})
    text.show(make_brief("en"), english, colourful)
    assert "\x1b[" not in plain
    assert "\x1b[" in out.getvalue()
    bare = re.sub(r"\x1b\[[\d;]*m", "", out.getvalue())
    assert [line.rstrip() for line in bare.splitlines()] == plain.splitlines()


def test_markup_in_a_label_is_text(make_brief: Callable[[str], Brief], english: Words) -> None:
    """Square brackets are no rich markup."""
    assert "<script>alert(1)</script>" in text.render(make_brief("en"), english)


def test_chinese_writes_its_units_and_dates(make_brief: Callable[[str], Brief]) -> None:
    """The same figure in 亿美元, with the day as it is written in Chinese."""
    chinese = Words("zh", lambda message: {"no data": "无数据"}.get(message, message))
    out = text.render(make_brief("zh"), chinese)
    assert re.search(r"28,816\.86 +亿美元 +2026年9月30日", out)
    assert "无数据" in out


def test_detail_stays_off_the_one_screen(make_brief: Callable[[str], Brief], english: Words) -> None:
    """A figure, a row or a table marked as detail is left out, and only that."""
    brief = make_brief("en")
    name, section = next((n, s) for n, s in brief.sections.items() if s.tables and s.tables[0].rows)
    table = section.tables[0]
    assert table.rows[-1].label in text.render(brief, english)
    fewer = replace(table, rows=(*table.rows[:-1], replace(table.rows[-1], label="UNSEEN", detail=True)))
    hidden = replace(table, title="HIDDEN", detail=True)
    changed = replace(section, tables=(fewer, hidden, *section.tables[1:]))
    out = text.render(replace(brief, sections={**brief.sections, name: changed}), english)
    assert "UNSEEN" not in out
    assert "HIDDEN" not in out
    assert table.title in out


def test_a_section_by_itself_is_headed_once(make_outlook: Callable[[Words], Brief], english: Words) -> None:
    """Its title and the moment stand at the top; no rule repeats the title, and the foot stays."""
    out = text.render(make_outlook(english), english)
    assert re.match(r"Outlook +as known at 1 Oct 2026 16:30 New York\n\nIt goes on\.\n", out)
    assert out.count("Outlook") == 1
    assert out.endswith("\nResearch, not advice.\n")


@pytest.mark.parametrize(("width", "parts"), [(60, 3), (80, 2), (100, 2)])
def test_a_wide_table_comes_in_parts_of_about_as_many_columns(
    make_outlook: Callable[[Words], Brief], english: Words, width: int, parts: int
) -> None:
    """Nine columns of millions, twenty-four months: every part has the months, none has a column alone."""
    lines = text.render(make_outlook(english), english, width=width).splitlines()
    months = [line for line in lines if re.match(r"  20\d\d-\d\d ", line)]
    assert len(months) == 24 * parts
    counts = [len(line.split()) - 1 for line in months[::24]]
    assert sum(counts) == 9
    assert min(counts) >= 2
    assert max(map(cell_len, lines)) <= width
    first = next(i for i, line in enumerate(lines) if line.startswith("  2028-06"))
    assert lines[first + 1] == ""


@pytest.mark.parametrize("columns", range(2, 10))
@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_column_stands_alone_in_the_last_part(
    make_outlook: Callable[[Words], Brief], english: Words, width: int, columns: int
) -> None:
    """Seven columns and then one would read worse than four and four; the order of the columns stays."""
    section = make_outlook(english).sections["result"]
    (table,) = section.tables
    fewer = replace(
        table,
        columns=table.columns[:columns],
        rows=tuple(replace(row, cells=row.cells[:columns]) for row in table.rows[:1]),
    )
    alone = replace(make_outlook(english), sections={"result": replace(section, tables=(fewer,))})
    parts = re.findall(r"^  2026-07 (.*)$", text.render(alone, english, width=width), re.MULTILINE)
    numbers = [part.split() for part in parts]
    assert min(map(len, numbers)) >= min(2, columns)
    flat = [int(number.replace(",", "")) for part in numbers for number in part]
    assert flat == [1_000_000 + 1_111_111 * index for index in range(columns)]


def test_a_row_named_by_its_period_needs_no_column_of_it(
    make_outlook: Callable[[Words], Brief], english: Words
) -> None:
    """2026-07 beside the figures of July says their period; beside those of August it would not."""
    brief = make_outlook(english)
    assert "Period" not in text.render(brief, english)
    (table,) = brief.sections["result"].tables
    labels = [row.label for row in table.rows]
    shifted = tuple(
        replace(row, label=label) for row, label in zip(table.rows, labels[1:] + labels[:1], strict=True)
    )
    section = replace(brief.sections["result"], tables=(replace(table, rows=shifted),))
    assert "Period" in text.render(replace(brief, sections={"result": section}), english)


def test_a_note_of_every_figure_of_a_table_is_said_once(
    make_outlook: Callable[[Words], Brief], english: Words
) -> None:
    """Without the names of all columns; where one figure lacks it, the others are named."""
    brief = make_outlook(english)
    (table,) = brief.sections["result"].tables

    def written(skipped: int) -> list[str]:
        rows = [
            replace(row, cells=tuple(c.noted("projected") for c in row.cells) if i >= skipped else row.cells)
            for i, row in enumerate(table.rows)
        ]
        section = replace(brief.sections["result"], tables=(replace(table, rows=tuple(rows)),))
        return text.render(replace(brief, sections={"result": section}), english).splitlines()

    assert "  projected" in written(0)
    assert "  projected" not in written(1)
    assert any(line.startswith("  Total assets, ") for line in written(1))
