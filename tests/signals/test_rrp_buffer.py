"""The reverse repo buffer: how full, how long it lasts, who pays next."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.sources import shipped

from runoff.core.language import Words
from runoff.core.signal import NO_DATA, sentence, take
from runoff.core.time import end_of_day
from runoff.signals.rrp_buffer import SIGNAL

ENGLISH = Words("en", lambda message: message)


def read(as_of, history=None):
    """The reading of a day."""
    return take(
        "rrp_buffer", SIGNAL, (history or shipped.history()).at(end_of_day(date.fromisoformat(as_of)))
    )


@pytest.mark.parametrize(
    ("as_of", "state", "loser"),
    [
        ("2019-09-13", "empty", "reserves"),
        ("2022-06-15", "held", "on_rrp"),
        ("2023-09-15", "draining", "on_rrp"),
        ("2025-08-22", "thin", "on_rrp"),
        ("2025-10-31", "empty", "reserves"),
        (
            "2026-01-02",
            "empty",
            "reserves",
        ),  # a quarter end fills it for a night: 106 USD bn on the Wednesday
        ("2026-10-01", "empty", "reserves"),
    ],
)
def test_states_on_the_days_that_matter(as_of, state, loser):
    """What the signal said at the end of that day."""
    reading = read(as_of)
    assert (reading.state, reading.facts["next_loser"]) == (state, loser)


def test_who_paid_adds_up_to_the_drain():
    """What reverse repos, reserves and the rest paid is the drain, to the last million."""
    reading = read("2023-09-15")
    value = {gauge.id: gauge.value for gauge in reading.gauges}
    assert value["drain"] == pytest.approx(
        value["paid_by_on_rrp"] + value["paid_by_reserves"] + value["paid_by_rest"], abs=1e-6
    )
    view = shipped.view("2023-09-15")
    now, then = date(2023, 9, 13), date(2023, 6, 14)
    change = {
        name: (view.series(f"frb:{name}").at(now).value - view.series(f"frb:{name}").at(then).value) / 1000
        for name in ("WSHOSHO", "WDTGAL", "WCICL", "WLRRAOL", "WRBWFRBL")
    }
    assert value["drain"] == pytest.approx(-change["WSHOSHO"] + change["WDTGAL"] + change["WCICL"])
    assert value["paid_by_on_rrp"] == pytest.approx(-change["WLRRAOL"])
    assert value["cover"] == pytest.approx(100 * value["on_rrp_month"] / value["drain"])


def test_weeks_left_at_the_pace_of_the_last_quarter():
    """The level over the decline of thirteen weeks, both the medians of four Wednesdays."""
    view = shipped.view("2023-09-15")
    wednesdays = view.series("frb:WLRRAOL").values / 1000
    level, before = np.median(wednesdays[-4:]), np.median(wednesdays[-17:-13])
    assert read("2023-09-15").facts["weeks_left"] == f"{level / ((before - level) / 13):.0f}"
    assert read("2022-06-15").facts["weeks_left"] == ""


def test_how_long_it_lasts_is_a_number_of_weeks():
    """In weeks where it falls; nothing and why where it does not, and no more than two years."""
    falling = read("2023-09-15").gauge("weeks_left")
    assert (f"{falling.value:.0f}", falling.unit) == (read("2023-09-15").facts["weeks_left"], "weeks")
    assert falling.row(ENGLISH).cells[0].unit == "weeks"
    rising = read("2022-06-15").gauge("weeks_left")
    assert (rising.value, rising.note) == (None, "it did not fall in these 13 weeks")
    slow = read("2017-06-21").gauge("weeks_left")
    assert slow.value == 104
    assert "two years or more" in slow.note


def test_share_is_of_the_highest_level_known_then():
    """In 2018 the peak was that of 2015; the record of December 2022 counts only from then on."""
    assert read("2018-06-29").gauge("share_of_peak").value == pytest.approx(
        100 * read("2018-06-29").gauge("on_rrp_month").value / 449.614, rel=1e-6
    )
    assert read("2026-07-17").gauge("share_of_peak").value < 1


def test_missing_lines_are_no_reading_and_a_missing_operation_is_named():
    """Without the Treasury account there is no drain; without the daily operation the sheet still speaks."""
    history = shipped.history()

    def without(name):
        return replace(history, columns={k: c for k, c in history.columns.items() if k != name})

    assert read("2024-06-05", without("frb:WDTGAL")).state == NO_DATA
    reading = read("2024-06-05", without("nyfed:RRPONTSYD"))
    assert reading.gauge("operation").value is None
    assert "not in the store" in reading.gauge("operation").note
    assert reading.confidence < read("2024-06-05").confidence
    assert read("2003-03-05").state == NO_DATA  # less than a year of weeks
    assert read("2027-01-06").state == NO_DATA  # late


@pytest.mark.parametrize(
    "as_of", ["2019-09-13", "2022-06-15", "2023-01-06", "2023-09-15", "2025-08-22", "2025-10-31"]
)
def test_a_sentence_and_a_picture_for_every_state(as_of):
    """The sentence names the level; the picture has the two that can pay."""
    said = sentence(read(as_of), SIGNAL, ENGLISH)
    assert "overnight reverse repos held" in said
    assert "{" not in said
    (plot,) = SIGNAL.plots(shipped.view(as_of).narrow(SIGNAL.needs), ENGLISH)
    assert len(plot.lines) == 2
