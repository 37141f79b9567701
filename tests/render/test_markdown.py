"""The brief as Markdown."""

import re
from collections.abc import Callable

from runoff.core.language import Words
from runoff.core.report import Brief
from runoff.render import markdown


def tables(text: str) -> list[list[str]]:
    """The lines of each table."""
    blocks = [block.splitlines() for block in text.split("\n\n")]
    return [block for block in blocks if block[0].startswith("|")]


def cells(line: str) -> list[str]:
    """The cells of a line: a bar that is escaped parts nothing."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_every_line_of_a_table_has_as_many_cells_as_its_head(
    make_brief: Callable[[str], Brief], words: Words
) -> None:
    """Head, rule and rows agree, also with a bar in a label."""
    found = tables(markdown.render(make_brief(words.language), words))
    assert len(found) == 3
    for table in found:
        assert len({len(cells(line)) for line in table}) == 1
        assert all(re.fullmatch(r"---:?", cell) for cell in cells(table[1]))
        assert len(table) > 2


def test_numbers_stand_to_the_right_with_their_marks(
    make_brief: Callable[[str], Brief], english: Words
) -> None:
    """A row of figures: label, value with marks, unit, period."""
    (figures, *_) = tables(markdown.render(make_brief("en"), english))
    assert cells(figures[1]) == ["---", "---:", "---", "---"]
    assert cells(figures[2]) == ["Reserve balances", "2,881,686", "USD mn", "30 Sep 2026"]
    assert cells(figures[5])[:3] == ["VIX", "no data", ""]


def test_nothing_in_a_text_is_markup(make_brief: Callable[[str], Brief], english: Words) -> None:
    """HTML, code marks and bars of a note are escaped."""
    out = markdown.render(make_brief("en"), english)
    assert r"\<script\>alert(1)\</script\> \`runoff import\` brings it \| yes" in out
    assert r"Securities \| held" in out


def test_headings_and_legend(make_brief: Callable[[str], Brief], english: Words) -> None:
    """Title, sections, the marks and the foot."""
    out = markdown.render(make_brief("en"), english)
    assert re.findall(r"^#+ .*$", out, re.MULTILINE) == [
        "# Liquidity brief",
        "## Reserves",
        "## Balance sheet",
    ]
    assert "**What supplies reserves (USD mn, 30 Sep 2026)**" in out
    assert "r from a later revision" in out
    assert out.endswith("\nResearch, not advice.\n")


def test_a_section_by_itself_has_one_heading(make_outlook: Callable[[Words], Brief], english: Words) -> None:
    """The title is not repeated, and what follows stands apart from the moment."""
    out = markdown.render(make_outlook(english), english)
    assert re.findall(r"^#+ .*$", out, re.MULTILINE) == ["# Outlook"]
    assert "New York\n\nIt goes on." in out
