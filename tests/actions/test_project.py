"""A projection as it is shown: its months, what it says of itself, and the user's own policy and scenario."""

import json
import re
from pathlib import Path

import pytest
from tests.project import made

from runoff.actions.brief import brief
from runoff.actions.project import ProjectionReport, project
from runoff.actions.workspace import Workspace, words_in
from runoff.core.errors import ConfigError, RegistryError, Unavailable
from runoff.render.rows import json_bytes

WORDS = words_in("en")
OWN = """title = "Mine"
says = "Caps of ten."
[[step]]
after_months = 1
state = "run_off"
security = "treasuries"
kind = "cap"
billions = 10
"""


@pytest.fixture(scope="module")
def found(work: Workspace) -> ProjectionReport:
    """A year from the last release of 2024."""
    return project(work, WORDS, as_of="2024-12-31", horizon=12)


def test_the_months_are_those_of_the_engine(found: ProjectionReport) -> None:
    """Every line in whole millions, as the engine has it from the same view."""
    engine = made.projection("2024-12-31")
    assert [row.month for row in found.rows] == made.names(engine)
    for name, amounts in engine.sheet.lines.items():
        assert [getattr(row, name) for row in found.rows] == amounts[0].tolist(), name


def test_each_month_adds_up(found: ProjectionReport) -> None:
    """Supplying is absorbing plus reserves, in the opening and in every row."""
    for row in found.rows:
        assert row.supplying == row.absorbing + row.reserves
        assert row.net_liquidity == row.total_assets - row.tga - row.on_rrp
    opening = found.opening
    assert opening["supplying"] == opening["absorbing"] + opening["reserves"]


def test_it_says_what_it_stands_on(found: ProjectionReport) -> None:
    """The book, the Wednesday it goes on from, that holdings are modelled, where rates come from."""
    assert (found.start.isoformat(), found.book.isoformat()) == ("2024-12-25", "2022-02-16")
    assert (found.modelled, found.hindsight) == (True, False)
    assert "Treasuries are modelled from the book of 16 Feb 2022" in found.notes[0]
    assert any("the survey is licensed and not in the store" in note for note in found.notes)
    shown = found.section(WORDS)
    assert shown.sentences[0].startswith("The policy in force and the steps announced so far")
    assert len(shown.tables[0].rows) == 12
    assert [plot.id for plot in shown.plots] == ["paths", "sides"]
    assert shown.tables[0].columns[:3] == ("Total assets", "Reserves", "Net liquidity")


def test_json_has_each_month_and_line(found: ProjectionReport) -> None:
    """Millions by line, with the month and its last day."""
    rows = json.loads(json_bytes(found))["rows"]
    assert rows[0]["month"] == "2024-12"
    assert rows[0]["date"] == "2024-12-31"
    assert rows[-1]["reserves"] == found.rows[-1].reserves


def test_both_sides_are_drawn_as_they_add_up(found: ProjectionReport) -> None:
    """What is above zero is supplying; what is below, absorbing and reserves."""
    sides = found.section(WORDS).plots[1]
    above = sum(amounts for name, amounts in sides.lines.items() if name not in sides.below)
    below = sum(amounts for name, amounts in sides.lines.items() if name in sides.below)
    assert (
        above.tolist() == below.tolist() == [found.opening["supplying"], *(r.supplying for r in found.rows)]
    )


def test_a_policy_and_a_scenario_of_ones_own(work: Workspace, tmp_path: Path) -> None:
    """Files ending in .toml are read; an error in one names it."""
    policy, scenario = tmp_path / "mine.toml", tmp_path / "calm.toml"
    policy.write_text(OWN)
    scenario.write_text('title = "Calm"\nsays = "No growth of currency."\ncurrency_growth = 0\n')
    found = project(work, WORDS, policy=str(policy), scenario=str(scenario), as_of="2024-12-31", horizon=3)
    assert (found.policy, found.policy_title, found.scenario) == ("mine", "Mine", "calm")
    assert [row.treasuries_redeemed for row in found.rows[1:]] == [10_000, 10_000]
    assert found.rows[-1].currency == found.rows[0].currency == found.opening["currency"]
    policy.write_text(OWN.replace("10\n", "-10\n"))
    with pytest.raises(ConfigError, match=r"mine\.toml, step 1: billions = -10; expected a number from 0"):
        project(work, WORDS, policy=str(policy), as_of="2024-12-31")


def test_what_is_refused_says_why(work: Workspace, tmp_path: Path) -> None:
    """Names that are none, files that are not there, horizons that mean nothing, a time before the book."""
    with pytest.raises(RegistryError, match="no 'qt3' among the policies; there are announced, 60-35"):
        project(work, WORDS, policy="qt3")
    with pytest.raises(RegistryError, match="no 'calm' among the scenarios; there are baseline, debt-limit"):
        project(work, WORDS, scenario="calm")
    with pytest.raises(Unavailable, match="cannot be read"):
        project(work, WORDS, policy=str(tmp_path / "none.toml"))
    for horizon in (0, -3, 361):
        with pytest.raises(ConfigError, match=f"horizon: {horizon} months; expected 1 to 360"):
            project(work, WORDS, horizon=horizon)
    with pytest.raises(Unavailable, match="import one"):
        project(work, WORDS, as_of="2021-06-30")


@pytest.mark.parametrize(("as_of", "gap"), [("2024-12-31", "less"), ("2026-10-01", "more")])
def test_the_distance_to_the_published_total_has_a_direction_and_no_sign(
    work: Workspace, as_of: str, gap: str
) -> None:
    """Modelled Treasuries are so much more, or less, than published; the brief says it in the same words."""
    (said,) = [n for n in project(work, WORDS, as_of=as_of, horizon=1).notes if "are modelled" in n]
    assert re.search(rf"they add up to \$4\.\d\dtn, \$[\d.]+bn {gap} than published", said)
    assert said in brief(work, WORDS, as_of=as_of).sections["run_off"].sentences


def test_a_sheet_that_is_late_is_said(work: Workspace) -> None:
    """Three years after the last release the path still goes on from it: that is told, and what prices do instead."""
    late = project(work, WORDS, as_of="2029-12-31", horizon=1)
    assert any("The last H.4.1 known is of 30 Sep 2026, though newer ones were due" in n for n in late.notes)
    assert any("the last known is of Aug 2026, and 2% a year is taken from there" in n for n in late.notes)
    now = project(work, WORDS, as_of="2026-10-01", horizon=1)
    assert not any("H.4.1" in note for note in now.notes)


def test_an_unread_pace_is_said(work: Workspace) -> None:
    """As of October 2026 the pace of purchases is the last published, which nobody read at its publisher."""
    found = project(work, WORDS, as_of="2026-10-01", horizon=1)
    assert any(
        "The last published pace of purchases" in note and "not read at its publisher" in note
        for note in found.notes
    )
