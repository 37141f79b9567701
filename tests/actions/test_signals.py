"""Signals at a moment: all of them, one with everything behind it, in rows."""

import csv
import io
import json
from dataclasses import replace

import pytest
from tests.actions import made_signals

from runoff.actions import signals as module
from runoff.actions.signals import SignalsReport, signals
from runoff.actions.workspace import Workspace, words_in
from runoff.core.errors import RegistryError
from runoff.core.registry import plugins
from runoff.core.report import Figure
from runoff.core.signal import NO_DATA, SignalPlugin
from runoff.render import rows

WORDS = words_in("en")


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the small signals made for tests."""
    monkeypatch.setattr(module, "plugins", made_signals.offered)
    monkeypatch.setattr(module, "plugin", made_signals.one)


@pytest.mark.usefixtures("two")
def test_a_row_a_signal(work: Workspace) -> None:
    """State, confidence and the deciding number of each; of one without data the reason instead."""
    found = signals(work, WORDS, as_of="2019-09-18")
    nowhere, tight = found.rows
    assert (nowhere.state, nowhere.state_title, nowhere.confidence, nowhere.gauges) == (
        NO_DATA,
        "No data",
        0.0,
        (),
    )
    assert nowhere.reason == "nyfed:NOWHERE is not in the store"
    assert (tight.state, tight.state_title, tight.confidence, tight.reason) == ("tight", "Tight", 0.5, None)
    assert (tight.gauge, tight.value, tight.unit) == ("spread", 315.0, "bp")
    assert tight.sentence == "Money is tight."
    assert tight.evidence == ("SOFR of 2019-09-17",)
    assert tight.facts == {"day": "2019-09-17"}


@pytest.mark.usefixtures("two")
def test_json_has_every_gauge_and_nothing_hidden(work: Workspace) -> None:
    """Value, unit, interval, threshold and its source; and no part of the view or the plug-ins."""
    told = json.loads(rows.json_bytes(signals(work, WORDS, as_of="2019-09-18")))
    assert told.keys() == {"as_of", "rows"}
    spread, facility = told["rows"][1]["gauges"]
    assert (spread["value"], spread["unit"], spread["period"]) == (315.0, "bp", "2019-09-17")
    assert (spread["low"], spread["high"], spread["level"]) == (313.0, 317.0, 90)
    assert (spread["threshold"], spread["threshold_source"]) == (0.0, "The floor of the corridor")
    assert (facility["value"], facility["note"]) == (None, "Lent overnight")


@pytest.mark.usefixtures("two")
def test_csv_has_the_deciding_numbers(work: Workspace) -> None:
    """One line a signal, without what is a list."""
    found = signals(work, WORDS, as_of="2019-09-18")
    lines = list(csv.DictReader(io.StringIO(rows.csv_text(found.rows, SignalsReport.columns))))
    assert [line["id"] for line in lines] == ["nowhere", "tightness"]
    assert (lines[1]["state"], lines[1]["value"], lines[1]["unit"]) == ("tight", "315", "bp")
    assert lines[0]["value"] == ""


@pytest.mark.usefixtures("two")
def test_all_are_told_in_sentences_and_a_table(work: Workspace) -> None:
    """A sentence each, and state, confidence and deciding number in a row; without data the rest is empty."""
    section = signals(work, WORDS, as_of="2019-09-18").section(WORDS)
    assert section.sentences == (
        "Nowhere: No data: nyfed:NOWHERE is not in the store.",
        "Tightness: Money is tight.",
    )
    assert section.facts == {"nowhere": NO_DATA, "tightness": "tight"}
    nowhere, tight = section.tables[0].rows
    assert nowhere.cells == ("No data", "", "", "", "")
    state, confidence, label, value, bar = tight.cells
    assert (state, confidence, label, bar) == ("Tight", "50%", "Spread", "0 bp")
    assert isinstance(value, Figure)
    assert value.value == 315
    assert not section.plots


@pytest.mark.usefixtures("two")
def test_one_is_told_with_everything(work: Workspace) -> None:
    """What it answers, its state, its evidence, every gauge, and its pictures."""
    section = signals(work, WORDS, "tightness", as_of="2019-09-18").section(WORDS)
    assert section.title == "Tightness"
    assert section.sentences == (
        "Whether money is tight.",
        "State: Tight, confidence 50%.",
        "Money is tight.",
        "Evidence: SOFR of 2019-09-17",
    )
    assert [row.label for row in section.tables[0].rows] == ["Spread", "Facility"]
    (plot,) = section.plots
    assert plot.periods[-1] == made_signals.TUESDAY.toordinal()


@pytest.mark.usefixtures("two")
def test_one_without_data_says_why_and_draws_nothing(work: Workspace) -> None:
    """What it answers, and the reason."""
    section = signals(work, WORDS, "nowhere").section(WORDS)
    assert section.sentences[-1] == "No data: nyfed:NOWHERE is not in the store."
    assert not section.tables
    assert not section.plots


def test_every_signal_that_there_is_can_be_asked_for(work: Workspace) -> None:
    """All together and each by itself, which say the same; by itself one may have more numbers behind these."""
    together = {row.id: row for row in signals(work, WORDS, as_of="2026-09-03").rows}
    assert together.keys() == plugins("signals", SignalPlugin).keys()
    for name, row in together.items():
        (alone,) = signals(work, WORDS, name, as_of="2026-09-03").rows
        assert replace(alone, gauges=alone.gauges[: len(row.gauges)]) == row


def test_another_name_is_refused_with_those_there_are(work: Workspace) -> None:
    """As with every other kind of plug-in."""
    with pytest.raises(RegistryError, match="no 'nothing' among the signals"):
        signals(work, WORDS, "nothing")
