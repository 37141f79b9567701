"""How near September 2019 is: the table, its middle, and what has no data."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.sources import shipped

from runoff.core.language import Words
from runoff.core.report import Figure
from runoff.core.signal import NO_DATA, sentence, take
from runoff.core.time import end_of_day
from runoff.core.view import Columns
from runoff.signals.liquidity_crunch import SIGNAL

ENGLISH = Words("en", lambda message: message)


def read(as_of, history=None):
    """The reading of a day."""
    return take(
        "liquidity_crunch", SIGNAL, (history or shipped.history()).at(end_of_day(date.fromisoformat(as_of)))
    )


@pytest.mark.parametrize(
    ("as_of", "state"),
    [
        ("2019-09-18", NO_DATA),  # its H.4.1 came out on the 19th
        ("2019-09-20", "there"),
        ("2019-09-27", "half_way"),
        ("2022-06-15", "far"),
        ("2025-10-31", "far"),
    ],
)
def test_states_on_the_days_that_matter(as_of, state):
    """What the signal said at the end of that day."""
    assert read(as_of).state == state


def test_the_state_goes_by_the_median_and_the_table_has_every_gauge():
    """Each gauge has its level and its way; the first gauge is the median of the ways."""
    reading = read("2025-10-31")
    ways = sorted(
        g.value
        for g in reading.gauges
        if g.id.endswith("_way") and g.id != "median_way" and g.value is not None
    )
    middle = (ways[len(ways) // 2] + ways[(len(ways) - 1) // 2]) / 2
    assert reading.gauges[0].value == pytest.approx(middle, abs=1e-3)
    assert reading.gauge("reserves").threshold.value == pytest.approx(1385.426)
    assert reading.gauge("tga_change").value == pytest.approx(78.785)
    assert len(reading.gauges) == 17


def test_gauges_without_data_are_named():
    """A late SOFR leaves its gauges empty with a reason, lowers the confidence, and the sentence says so."""
    whole, late = read("2026-07-17"), read("2026-10-01")
    assert late.gauge("sofr_ior").value is None
    assert "late" in late.gauge("sofr_ior").note
    assert "sofr_ior" in late.facts["no_data"].split()
    assert late.confidence < whole.confidence
    assert "No data for SOFR" in sentence(late, SIGNAL, ENGLISH)
    history = shipped.history()
    few = {name: c for name, c in history.columns.items() if name.startswith("frb:") or name == "bea:GDP"}
    few.pop("frb:WDTGAL")
    reading = read("2024-06-05", replace(history, columns=few))
    assert reading.state == "far"  # by reserves and their share of GDP alone
    assert reading.confidence == pytest.approx(2 / 7, abs=1e-3)
    few.pop("frb:WRBWFRBL")
    assert read("2024-06-05", replace(history, columns=few)).state == NO_DATA


def test_a_history_that_does_not_reach_back_places_nothing():
    """Without 2018 there is no calm to measure from: no reading, and the reason names the gauges."""
    history = shipped.history()
    whole = history.columns["frb:WRBWFRBL"]
    late = slice(int(np.searchsorted(whole.periods, date(2019, 1, 2).toordinal())), None)
    cut = Columns.of(
        whole.spec,
        whole.periods[late],
        whole.known_at[late],
        whole.values[late],
        whole.flags[late],
        whole.files[late],
        whole.digests,
    )
    reading = read("2024-06-05", replace(history, columns={"frb:WRBWFRBL": cut}))
    assert reading.state == NO_DATA
    assert "none of reserves_gdp, reserves" in sentence(reading, SIGNAL, ENGLISH)


def test_dates_ahead_are_named():
    """A week before the tax date of September 2025 the sentence names it."""
    reading = read("2025-09-10")
    assert "2025-09-15:tax_date" in reading.facts["dates_ahead"].split()
    assert "15 Sep 2025 (tax date)" in sentence(reading, SIGNAL, ENGLISH)


def test_the_picture_passes_through_all_of_september():
    """Every line is at one hundred percent in the week of the crunch."""
    (plot,) = SIGNAL.plots(shipped.view("2026-07-17").narrow(SIGNAL.needs), ENGLISH)
    week = list(plot.periods).index(date(2019, 9, 18).toordinal())
    assert {round(float(line[week]), 3) for line in plot.lines.values()} == {100.0}


def test_its_table_has_a_row_a_gauge_between_its_references():
    """The share of the way, now, early 2018, September 2019; the median last; every gauge of the reading once."""
    reading = read("2025-10-31")
    table = SIGNAL.table(reading, ENGLISH)
    shown = [cell for row in table.rows for cell in row.cells if isinstance(cell, Figure)]
    assert {f.id: f.value for f in shown} == {g.id: g.value for g in reading.gauges}
    reserves = next(row for row in table.rows if row.label == "Reserves")
    way, now, calm, crunch = reserves.cells
    assert (calm, crunch) == ("$2.12tn", "$1.39tn")
    level, low, high = now.value, float(reading.facts["reserves_calm"]), 1385.426
    assert way.value == pytest.approx(100 * (level - low) / (high - low), abs=0.01)
    assert table.rows[-1].cells[0].value == reading.gauges[0].value
    assert all("threshold" not in (f.note or "") for f in shown)
