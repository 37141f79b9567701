"""Funding, in the brief: figures of the last day known, the state where there is one, and the alarms of a quarter."""

from datetime import date

import pytest

from runoff.actions.signals import signals
from runoff.actions.workspace import Workspace, words_in
from runoff.core.report import Figure, Section
from runoff.core.signal import NO_DATA
from runoff.sections.funding import SECTION

WORDS = words_in("en")
# What users and other parts of runoff know the figures by.
FIGURES = {
    "sofr",
    "interest_on_reserves",
    "sofr_ior",
    "sofr_ior_percentile",
    "effr_ior",
    "standing_repo",
}


def funding(work: Workspace, as_of: str) -> Section:
    """The section of that day."""
    return SECTION.write(work.view(SECTION.needs, as_of), WORDS)


def test_in_september_2019_it_alarms(work: Workspace) -> None:
    """On the evening of the 18th: SOFR of the 17th, 315 basis points above the rate on reserves, and stress."""
    found = funding(work, "2019-09-18")
    figures = found.all_figures()
    assert figures["sofr_ior"].value == 315
    assert figures["sofr_ior"].period == date(2019, 9, 17)
    assert found.facts["state"] == "stress"
    assert "Stress since 17 Sep 2019" in found.sentences[0]


@pytest.mark.parametrize("as_of", ["2019-09-18", "2025-10-31", "2026-09-03", "2026-10-01"])
def test_the_state_is_that_of_the_signal(work: Workspace, as_of: str) -> None:
    """With its confidence, and each of its gauges."""
    found = funding(work, as_of)
    (signal,) = signals(work, WORDS, "funding_stress", as_of=as_of).rows
    assert found.facts["state"] == signal.state
    assert float(found.facts["confidence"]) == pytest.approx(signal.confidence)
    figures = found.all_figures()
    assert figures.keys() >= FIGURES
    for gauge in signal.gauges:
        if gauge.id not in {"sofr_ior", "effr_ior", "srf"}:
            assert figures[gauge.id].value == gauge.value


def test_late_figures_are_shown_and_alarm_nobody(work: Workspace) -> None:
    """SOFR ships until 2026-09-03: in October it is shown as stale, there is no state, and the reason is said."""
    found = funding(work, "2026-10-01")
    figures = found.all_figures()
    assert (figures["sofr"].period, figures["sofr"].stale) == (date(2026, 9, 3), True)
    assert found.facts["state"] == NO_DATA
    assert "No state of funding: nyfed:SOFR is late" in " ".join(found.sentences)
    assert [plot.id for plot in found.plots] == ["sofr_ior"]


def test_the_last_verdict_is_told_with_its_day(work: Workspace) -> None:
    """In October nothing can be said of today; on 4 September, when SOFR of the 3rd came out, funding was at watch."""
    found = funding(work, "2026-10-01")
    then = funding(work, "2026-09-04")
    assert "Last verdict: Watch, as known on 4 Sep 2026." in found.sentences
    assert (found.facts["last_state"], then.facts["state"]) == ("watch", "watch")
    assert not any("Last verdict" in line for line in then.sentences)
    assert "last_state" not in then.facts


def test_a_quarter_of_wednesdays_as_they_were_read_then(work: Workspace) -> None:
    """Each with the state of its own evening; the sentence counts those that were not calm."""
    found = funding(work, "2019-09-20")
    (table,) = found.tables
    assert table.detail
    assert [row.label for row in table.rows][-2:] == ["11 Sep 2019", "18 Sep 2019"]
    assert len(table.rows) == 13
    for row, as_of in ((table.rows[-1], "2019-09-18"), (table.rows[-2], "2019-09-11")):
        (then,) = signals(work, WORDS, "funding_stress", as_of=as_of).rows
        state, confidence, deciding = row.cells
        assert (state, confidence) == (then.state_title, f"{then.confidence:.0%}")
        assert isinstance(deciding, Figure)
        assert deciding.value == then.value
    counted = {row.cells[0] for row in table.rows} - {"Calm", "No data"}
    told = next(line for line in found.sentences if line.startswith("Of 13 Wednesdays"))
    assert all(str(state) in told for state in counted)


def test_a_calm_quarter_has_no_alarm(work: Workspace) -> None:
    """In the summer of 2022 cash was plentiful."""
    assert "No alarm on any of 13 Wednesdays to 8 Jun 2022." in funding(work, "2022-06-15").sentences


def test_dates_of_a_kind_are_compared_with_their_kind(work: Workspace) -> None:
    """A quarter end with earlier quarter ends; an ordinary day with none."""
    found = funding(work, "2026-07-01")
    assert "sofr_ior_percentile_of_kind" in found.all_figures()
    assert "quarter end" in found.sentences[1]
    assert "sofr_ior_percentile_of_kind" not in funding(work, "2026-09-03").all_figures()


def test_before_sofr_there_is_nothing(work: Workspace) -> None:
    """And it says since when there is."""
    found = funding(work, "2017-12-29")
    assert found.sentences == ("No data: SOFR starts on 2 Apr 2018; nothing of it is known.",)
    assert found.all_figures()["sofr_ior"].value is None
