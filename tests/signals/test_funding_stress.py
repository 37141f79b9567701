"""The funding stress signal: its states on the days that matter, what is missing, and that no day sees a later one."""

import csv
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.sources import shipped

from runoff.core.language import Words
from runoff.core.series import Observations
from runoff.core.signal import NO_DATA, sentence, take
from runoff.core.time import ReleaseClock, end_of_day, is_market_day, next_day
from runoff.core.units import PERCENT
from runoff.core.view import History
from runoff.impact.funding import spread_over_reserves, tension
from runoff.signals.funding_stress import LADDERS, SIGNAL, measures, states
from runoff.sources.nyfed import specs

ENGLISH = Words("en", lambda message: message)
ORDER = tuple(SIGNAL.states)


def read(as_of, history=None):
    """The reading of a day."""
    return take(
        "funding_stress", SIGNAL, (history or shipped.history()).at(end_of_day(date.fromisoformat(as_of)))
    )


@pytest.mark.parametrize(
    ("as_of", "state"),
    [
        ("2018-12-10", "warning"),
        ("2019-01-02", "stress"),  # SOFR of year end is known on the next business day
        ("2019-09-16", "watch"),
        ("2019-09-17", "warning"),
        ("2019-09-18", "stress"),
        ("2020-03-18", "stress"),
        ("2022-06-15", "calm"),
        ("2023-03-16", "calm"),  # a bank failed, and no repo rate moved
        ("2025-10-31", "stress"),
        ("2026-01-02", "warning"),
        ("2026-07-17", "calm"),
    ],
)
def test_states_on_the_days_that_matter(as_of, state):
    """What the signal said at the end of that day, from what was known then."""
    assert read(as_of).state == state


def test_a_month_end_as_large_as_usual_is_no_alarm():
    """A quarter end below the rate on reserves leaves the signal calm; one of 20 bp in 2019 is mostly its date's."""
    reading = read("2022-10-03")
    assert reading.facts["date_kind"] == "quarter_end"
    assert reading.state == "calm"
    july = read("2019-08-01")
    assert july.facts["date_kind"] == "month_end"
    assert july.gauge("sofr_ior").value == 20
    assert july.gauge("explained").value >= 7
    assert july.state == "watch"


def test_parts_of_a_reading_add_up():
    """Baseline, explained part and deviation are the spread; the excess is the lesser of deviation and spread."""
    reading = read("2025-10-31")
    parts = {
        name: reading.gauge(name).value
        for name in ("sofr_ior", "baseline", "explained", "deviation", "excess")
    }
    assert parts["baseline"] + parts["explained"] + parts["deviation"] == pytest.approx(parts["sofr_ior"])
    assert parts["excess"] == min(parts["deviation"], parts["sofr_ior"])
    assert parts["sofr_ior"] == 14.0
    assert reading.gauge("srf").value == pytest.approx(50.35)  # known at 14:00 of the day itself
    assert reading.gauges[0].id == "excess"
    assert all(gauge.threshold.source for gauge in reading.gauges if gauge.threshold)


def test_states_of_one_pass_are_those_of_the_daily_views():
    """The states of a whole history are, day by day, what each day's own view said."""
    view = shipped.view("2026-07-17")
    spread = tension(*spread_over_reserves(view.series("nyfed:SOFR"), view.series("frb:IOR")))
    place = {int(period): index for index, period in enumerate(spread.periods)}

    def on(name, values):
        found = dict(zip(view.series(name).periods.tolist(), values, strict=True))
        return np.array([found.get(int(period), np.nan) for period in spread.periods])

    effr = spread_over_reserves(view.series("nyfed:EFFR"), view.series("frb:IOR"))[1]
    found = measures(
        spread, tail=None, effr=on("nyfed:EFFR", effr), srf=on("nyfed:SRF", view.series("nyfed:SRF").values)
    )
    history = states(found)
    day = date(2018, 6, 6)
    while day < date(2026, 7, 17):
        reading = read(day.isoformat())
        if reading.state != NO_DATA:
            index = place[date.fromisoformat(reading.facts["day"]).toordinal()]
            assert reading.state == ORDER[history[index]], day
        for _ in range(29):
            day = next_day(day, is_market_day)


def test_late_and_missing_sofr_is_no_reading():
    """A late SOFR, none at all, or too little of it gives no state and says why."""
    assert read("2026-10-01").state == NO_DATA
    assert "nyfed:SOFR is late" in sentence(read("2026-10-01"), SIGNAL, ENGLISH)
    assert read("2018-04-12").state == NO_DATA
    without = without_series("nyfed:SOFR")
    assert read("2024-06-03", without).state == NO_DATA


def without_series(*names):
    """The shipped figures without some."""
    history = shipped.history()
    return replace(
        history, columns={name: columns for name, columns in history.columns.items() if name not in names}
    )


def test_what_is_missing_lowers_the_confidence_and_is_named():
    """Each optional series that is not there costs a tenth, and its gauge says so; late ones as well."""
    whole = read("2024-06-04")
    less = read("2024-06-04", without_series("nyfed:TGCR", "nyfed:EFFR"))
    assert whole.confidence == pytest.approx(0.8)  # percentile and volume do not ship
    assert less.confidence == pytest.approx(0.6)
    assert less.gauge("tgcr_ior").value is None
    assert "not in the store" in less.gauge("tgcr_ior").note
    assert whole.gauge("tgcr_ior").value is not None
    late = read("2026-09-04")
    assert "late" in late.gauge("srf").note
    assert late.confidence == pytest.approx(0.6)
    assert read("2018-07-02").confidence < 0.1


def test_standing_repos_alone_make_no_stress():
    """A trillion of standing repos on a quiet day is a warning; without them the day is calm."""
    history = shipped.history()
    view = history.at(end_of_day(date(2023, 6, 21)))
    spread = tension(*spread_over_reserves(view.series("nyfed:SOFR"), view.series("frb:IOR")))
    use = np.zeros(len(spread.periods))
    assert ORDER[states(measures(spread, tail=None, effr=None, srf=use))[-1]] == "calm"
    use[-1] = 1000.0
    assert ORDER[states(measures(spread, tail=None, effr=None, srf=use))[-1]] == "warning"
    assert set(LADDERS) >= set(measures(spread, tail=spread, effr=use, srf=use).values)


def test_a_state_waits_five_days_before_it_is_left():
    """After the turn of the year 2024 the warning stands until five quiet days have passed."""
    quiet = read("2025-01-07")
    assert quiet.state == "warning"
    assert quiet.facts["drivers"] == ""
    assert "until it has been quieter for five days" in sentence(quiet, SIGNAL, ENGLISH)
    assert read("2025-01-14").state in {"watch", "calm"}


def test_the_percentile_is_read_where_it_is_there(shared_data):
    """With the 99th percentile and the volume of the New York Fed the tail has a number and the reading is surer."""
    history = with_percentiles(shared_data / "nyfed" / "reference_rates_2016_2024.csv")
    reading = read("2019-09-18", history)
    assert reading.gauge("p99_ior").value == pytest.approx(690.0)  # 9.00 over 2.10
    assert reading.gauge("tail_excess").value > 300
    assert reading.gauge("volume").value == 1177.0
    assert "tail_excess" in reading.facts["drivers"] or reading.state == "stress"
    assert reading.confidence > read("2019-09-18").confidence
    assert read("2022-06-15", history).state == "calm"


def with_percentiles(path):
    """The shipped figures with the percentile and volume of SOFR from a recorded file."""
    with path.open() as lines:
        rows = [row for row in csv.DictReader(lines) if row["type"] == "SOFR"]
    found = {}
    for name, column in (("nyfed:SOFR.P99", "p99"), ("nyfed:SOFR.VOLUME", "volume_bn_usd")):
        spec, there = specs()[name], sorted((row["date"], float(row[column])) for row in rows if row[column])
        days = [date.fromisoformat(day) for day, _ in there]
        known = [ReleaseClock().known_at("secured_rates", day) for day in days]
        found[name] = History.of(
            [
                Observations(
                    spec=spec,
                    unit=spec.unit,
                    periods=np.array([day.toordinal() for day in days]),
                    values=np.array([value for _, value in there]),
                    known_at=np.array([int(moment.timestamp()) for moment in known]),
                    flags=np.zeros(len(days), dtype=np.uint8),
                    digest="recorded",
                )
            ]
        ).columns[name]
    assert specs()["nyfed:SOFR.P99"].unit == PERCENT
    history = shipped.history()
    needs = replace(history.needs, series=history.needs.series | set(found))
    return replace(history, needs=needs, columns={**history.columns, **found})


def test_plots_show_the_parts_and_the_share_of_days():
    """The spread's parts on its days; of each month the share of days in each state, at most all of them."""
    spread, calendar = SIGNAL.plots(shipped.view("2026-07-17").narrow(SIGNAL.needs), ENGLISH)
    assert {len(line) for line in spread.lines.values()} == {len(spread.periods)}
    total = sum(calendar.lines.values())
    assert (total <= 100 + 1e-9).all()
    september = list(calendar.periods).index(date(2019, 9, 1).toordinal())
    assert total[september] == pytest.approx(100.0)
