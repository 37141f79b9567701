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
