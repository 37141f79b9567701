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
    """Its sentence, its state and confidence, and every gauge, in figures or in the table."""
    found = ampleness(work, as_of)
    (signal,) = signals(work, WORDS, "ampleness", as_of=as_of).rows
    assert found.sentences[0] == signal.sentence
    assert found.facts["state"] == signal.state
    assert found.facts.items() >= signal.facts.items()
    figures = found.all_figures()
    assert {name: figure.value for name, figure in figures.items()} == {g.id: g.value for g in signal.gauges}


def test_the_kinks_stand_on_the_screen_with_their_intervals(work: Workspace) -> None:
    """The rest is a detail, which a terminal leaves out."""
    found = ampleness(work, "2026-09-03")
    assert [figure.id for figure in found.figures] == ["kink_effr_hinge", "kink_sofr_hinge"]
    assert all("interval" in (figure.note or "") for figure in found.figures if figure.value is not None)
    assert all(table.detail for table in found.tables)


def test_before_there_was_interest_on_reserves_it_says_why_not(work: Workspace) -> None:
    """No kink without a rate to measure the spread from."""
    found = ampleness(work, "2005-01-05")
    assert found.facts == {"state": NO_DATA}
    assert found.sentences[0].startswith("No data: frb:IOR")
    assert found.all_figures()["kink"].note
