"""The brief on the shipped figures: what it must show, and on which day."""

from datetime import date

import pytest

from runoff.actions.brief import brief
from runoff.actions.workspace import Workspace, words_in
from runoff.core.report import Brief, Figure, Table

SECTIONS = [
    "policy",
    "policy_state",
    "net_liquidity",
    "balance_sheet",
    "run_off",
    "reserves",
    "ampleness",
    "funding",
    "data_status",
]


def on(work: Workspace, as_of: str | None, language: str = "en") -> Brief:
    """Write the brief of a moment."""
    return brief(work, words_in(language), as_of=as_of)


def figures(found: Brief) -> dict[str, Figure]:
    """All figures of a brief, as section.figure."""
    return {
        f"{name}.{key}": figure
        for name, section in found.sections.items()
        for key, figure in section.all_figures().items()
    }


def test_the_brief_of_the_last_release_shows_each_figure_with_its_date(work: Workspace) -> None:
    """On 2026-10-01 from 16:30 the sheet is of 09-30, net liquidity of 09-16, SOFR of 09-03."""
    shown = figures(on(work, "2026-10-01T16:30:00-04:00"))
    expected = {
        "balance_sheet.reserves": (2_881_686, date(2026, 9, 30)),
        "balance_sheet.securities": (6_464_597, date(2026, 9, 30)),
        "balance_sheet.tga": (984_046, date(2026, 9, 30)),
        "balance_sheet.reverse_repos": (361_883, date(2026, 9, 30)),
        "net_liquidity.level": (5_749_465, date(2026, 9, 16)),
        "net_liquidity.table1": (6_794_886 - 984_046 - 11_539, date(2026, 9, 30)),
        "funding.sofr": (3.66, date(2026, 9, 3)),
    }
    assert {key: (shown[key].value, shown[key].period) for key in expected} == expected


def test_sections_stand_in_order(work: Workspace) -> None:
    """Policy, net liquidity, balance sheet, reserves, funding, data status."""
    assert list(on(work, "2026-10-01").sections) == SECTIONS


def test_a_change_needs_both_wednesdays(work: Workspace) -> None:
    """Total assets of 2026-09-09 did not ship: the change over a week has no value, and says why."""
    cell = figures(on(work, "2026-10-01"))["net_liquidity.level_change_1w"]
    assert cell.value is None
    assert "9 Sep 2026" in (cell.note or "")


@pytest.mark.parametrize("as_of", ["2004-07-01", "2009-03-20", "2019-09-20", "2023-03-17", "2026-10-01"])
def test_the_attribution_adds_up(work: Workspace, as_of: str) -> None:
    """What moved net liquidity adds up to its change, to the last million, over every horizon."""
    table = table_of(on(work, as_of), "net_liquidity", "attribution")
    *parts, total = table.rows
    for column, cell in enumerate(total.cells):
        assert isinstance(cell, Figure)
        values = [row.cells[column].value for row in parts if isinstance(row.cells[column], Figure)]
        if cell.value is None:
            assert values == [None] * len(parts)
        else:
            assert sum(v for v in values if v is not None) == cell.value


@pytest.mark.parametrize("as_of", ["2004-07-01", "2014-12-12", "2019-09-20", "2026-10-01"])
def test_the_bridge_leads_to_reserves(work: Workspace, as_of: str) -> None:
    """Net liquidity and the lines under it add up to reserve balances."""
    *lines, reserves = table_of(on(work, as_of), "reserves", "bridge").rows
    cells = [row.cells[0] for row in lines]
    assert all(isinstance(cell, Figure) for cell in cells)
    last = reserves.cells[0]
    assert isinstance(last, Figure)
    assert sum(cell.value or 0 for cell in cells if isinstance(cell, Figure)) == last.value


def table_of(found: Brief, section: str, table_id: str) -> Table:
    """A table of a section."""
    return next(table for table in found.sections[section].tables if table.id == table_id)


@pytest.mark.parametrize(
    ("as_of", "fragment"),
    [
        ("2014-10-01", "taper"),
        ("2017-07-01", "Announced without a starting date"),
        ("2017-11-01", "Passive run-off (QT), since 1 Oct 2017. "),
        ("2022-05-10", "from 1 Sep 2022"),
        ("2022-07-01", "Treasuries: run-off up to $30bn a month"),
        ("2025-12-05", "The end of run-off is not a rate cut."),
        ("2026-10-01", "last published pace $10bn a month (schedule to 13 Jul 2026"),
        ("2026-10-01", "it is not QE"),
    ],
)
def test_policy_says_what_is_in_force(work: Workspace, as_of: str, fragment: str) -> None:
    """The state, its caps or pace, and what was announced, as known on the day."""
    assert fragment in " ".join(on(work, as_of).sections["policy"].sentences)


@pytest.mark.parametrize(
    ("as_of", "fragments"),
    [
        (
            "2019-09-20",
            (
                "total assets grew by $75bn, yet net liquidity fell by $59.8bn",
                "Treasury General Account rose by $119.5bn",
            ),
        ),
        ("2026-08-27", ("total assets",)),
    ],
)
def test_one_sentence_says_what_moved_it(work: Workspace, as_of: str, fragments: tuple[str, ...]) -> None:
    """The sentence names the direction, the size and the driver."""
    sentence = on(work, as_of).sections["net_liquidity"].sentences[0]
    assert all(fragment in sentence for fragment in fragments), sentence


def test_gdp_at_a_past_date_is_marked_revised(work: Workspace) -> None:
    """The shipped GDP is the latest revision: the share of a past date carries the mark."""
    share = figures(on(work, "2019-09-20"))["reserves.share"]
    assert share.revised
    assert share.value == pytest.approx(100 * 1_385.426 / 21_397, rel=0.01)


def test_the_calendar_explains_a_quarter_end(work: Workspace) -> None:
    """SOFR on a quarter end is compared with earlier quarter ends, an ordinary day with none."""
    quarter_end = on(work, "2026-07-01").sections["funding"]
    assert "quarter end" in quarter_end.sentences[1]
    assert "sofr_ior_percentile_of_kind" in quarter_end.all_figures()
    assert "does not explain" in on(work, "2019-09-20").sections["funding"].sentences[1]
    assert "not unusual" in on(work, "2026-10-01").sections["funding"].sentences[1]


@pytest.mark.parametrize("as_of", ["2002-12-27", "2005-01-05", "2016-01-01", "2026-10-01"])
def test_nothing_is_blank(work: Workspace, as_of: str) -> None:
    """A figure without a value says why; every section has a sentence."""
    for section in on(work, as_of).sections.values():
        assert all(section.sentences)
        for figure in section.all_figures().values():
            assert figure.value is not None or figure.note


def test_what_is_late_or_missing_names_a_command(work: Workspace) -> None:
    """Stale SOFR and prices that cannot ship come with the command that brings them."""
    found = on(work, "2026-10-01")
    commands = " ".join(
        str(cell) for row in table_of(found, "data_status", "remedies").rows for cell in row.cells
    )
    assert "runoff import SOFR.csv --series nyfed:SOFR" in commands
    assert "runoff import SP500.csv --series spdji:SP500" in commands
    assert figures(found)["funding.sofr"].stale


def test_both_languages_say_the_same_numbers(work: Workspace) -> None:
    """Chinese changes words and not one value, period or moment; the foot is in both languages in both."""
    english, chinese = on(work, "2019-09-20"), on(work, "2019-09-20", "zh")
    mine, theirs = figures(english), figures(chinese)
    assert mine.keys() == theirs.keys()
    for key, figure in mine.items():
        other = theirs[key]
        assert (figure.value, figure.unit, figure.period, figure.known_at) == (
            other.value,
            other.unit,
            other.period,
            other.known_at,
        )
    assert "净流动性" in " ".join(chinese.sections["net_liquidity"].sentences)
    assert chinese.foot == english.foot
    assert "not advice" in english.foot
    assert "不构成投资建议" in english.foot
