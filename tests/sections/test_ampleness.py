"""Ampleness, in the brief: what the signal says, with the kinks and their intervals."""

import pytest

from runoff.actions.signals import signals
from runoff.actions.workspace import Workspace, words_in
from runoff.core.report import Section
from runoff.core.signal import NO_DATA
from runoff.sections.ampleness import SECTION

WORDS = words_in("en")


def ampleness(work: Workspace, as_of: str) -> Section:
    """The section of that day."""
    return SECTION.write(work.view(SECTION.needs, as_of), WORDS)


@pytest.mark.parametrize("as_of", ["2019-09-18", "2026-09-03"])
def test_it_says_what_the_signal_says(work: Workspace, as_of: str) -> None:
    """Its sentence, its state and confidence, and every gauge it has in a brief, in figures or in the table."""
    found = ampleness(work, as_of)
    (signal,) = signals(work, WORDS, "ampleness", as_of=as_of).rows
    assert found.sentences[0] == signal.sentence
    assert found.facts["state"] == signal.state
    assert found.facts.items() >= signal.facts.items()
    figures = found.all_figures()
    quick = [g for g in signal.gauges if not g.id.endswith("_projected")]
    assert {name: figure.value for name, figure in figures.items()} == {g.id: g.value for g in quick}


def test_the_kinks_stand_on_the_screen_with_their_intervals(work: Workspace) -> None:
    """The rest is a detail, which a terminal leaves out."""
    found = ampleness(work, "2026-09-03")
    assert [figure.id for figure in found.figures] == ["kink_effr_hinge", "kink_sofr_hinge"]
    assert all("interval" in (figure.note or "") for figure in found.figures if figure.value is not None)
    assert all(table.detail for table in found.tables)


def test_its_pictures_are_the_share_and_the_curves(work: Workspace) -> None:
    """Reserves over GDP with the thresholds, and each rate's scatter; the elasticities are left to the signal."""
    drawn = {plot.id: plot for plot in ampleness(work, "2026-09-03").plots}
    assert list(drawn) == ["reserves_gdp", "curve_effr", "curve_sofr"]
    assert drawn["curve_effr"].bands


def test_before_there_was_interest_on_reserves_it_says_why_not(work: Workspace) -> None:
    """No kink without a rate to measure the spread from."""
    found = ampleness(work, "2005-01-05")
    assert found.facts == {"state": NO_DATA}
    assert found.sentences[0].startswith("No data: frb:IOR")
    assert len(found.sentences) == 1
    assert found.all_figures()["kink"].note


def test_late_reserves_leave_the_last_verdict(work: Workspace) -> None:
    """In November 2026 the sheet of 30 September is late; what it said on the day it came out is told."""
    found = ampleness(work, "2026-11-20")
    assert found.sentences[0].startswith("No data: frb:WRBWFRBL is late")
    assert found.sentences[1] == "Last verdict: At the kink or past it, as known on 1 Oct 2026."
    assert found.facts["last_state"] == "near_kink"
    assert found.plots == ()
