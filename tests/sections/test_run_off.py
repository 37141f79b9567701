"""Run-off ahead, in the brief."""

import numpy as np
from tests.project import made

from runoff.actions.brief import brief
from runoff.actions.workspace import Workspace, words_in


def test_it_shows_three_months_and_two_years(work: Workspace) -> None:
    """The engine's own numbers: three months in the table, the ends of 24 in the figures, the path in the picture."""
    section = brief(work, words_in("en"), as_of="2024-12-31").sections["run_off"]
    found = made.projection("2024-12-31", horizon=24)
    lines = found.sheet.lines
    figures = section.all_figures()
    assert figures["total_assets_24m"].value == lines["total_assets"][0, -1]
    assert figures["reserves_24m"].value == lines["reserves"][0, -1]
    table = section.tables[0]
    assert len(table.columns) == 3
    cells = {row.cells[0].id.removesuffix("_2024_12"): row for row in table.rows}
    path, at = found.treasuries, found.first
    for name in ("coupons_maturing", "coupons_redeemed", "bills_maturing", "bills_redeemed"):
        expected = [round(v / 1e6) for v in getattr(path, name)[at : at + 3].tolist()]
        assert [cell.value for cell in cells[name].cells] == expected, name
    (plot,) = section.plots
    assert plot.until == found.start
    for line in plot.lines.values():
        assert len(line) == len(plot.periods) == 104 + 24


def test_reserves_are_a_fan_with_odds(work: Workspace) -> None:
    """Nested bands about the path, and odds of each share of GDP that rise with it and with time gone by."""
    section = brief(work, words_in("en"), as_of="2024-12-31").sections["run_off"]
    wide, narrow = section.plots[0].bands
    assert (wide.label, narrow.label) == ("90 of 100 paths", "50 of 100 paths")
    assert np.all(wide.lower[-24:] <= narrow.lower[-24:])
    assert np.all(narrow.upper[-24:] <= wide.upper[-24:])
    assert np.all(np.isnan(wide.lower[:-24]))
    odds = {name: figure.value for name, figure in section.all_figures().items() if "below_" in name}
    for months in (12, 24):
        assert odds[f"below_8_{months}m"] <= odds[f"below_10_{months}m"] <= odds[f"below_12_{months}m"]
    crossed = section.all_figures()
    assert crossed["crossed_10_24m"].value >= crossed["below_10_24m"].value
    assert any("Of 500 paths drawn from the past" in said for said in section.sentences)


def test_it_says_what_it_stands_on(work: Workspace) -> None:
    """Modelled holdings and how far they are off; with a book of the week itself nothing is modelled."""
    section = brief(work, words_in("en"), as_of="2024-12-31").sections["run_off"]
    assert section.facts == {"holdings": "modelled", "book": "2022-02-16", "start": "2024-12-25"}
    assert any("modelled from the book of 16 Feb 2022" in said for said in section.sentences)
    own = brief(work, words_in("en"), as_of="2022-02-18").sections["run_off"]
    assert own.facts["holdings"] == "published"


def test_before_a_book_it_says_why_there_is_nothing(work: Workspace) -> None:
    """And the other sections stand."""
    section = brief(work, words_in("en"), as_of="2021-06-30").sections["run_off"]
    assert section.title == "Run-off ahead"
    assert "no holdings by security were known" in section.sentences[0]
    assert not section.tables
