"""Funding spreads: the calendar of overnight money, the baseline, what dates explain, alarms and their score."""

from datetime import date, timedelta

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from tests.sources import shipped

from runoff.core.errors import EstimationError, LookaheadError
from runoff.core.time import calendar_effect, is_market_day, next_day
from runoff.impact import crunch
from runoff.impact.alarms import Event, Ladder, held, score, spells
from runoff.impact.funding import (
    BASELINE_DAYS,
    DateKind,
    change,
    date_kind,
    date_kinds,
    level,
    on_days,
    share_at_or_below,
    spread_over_reserves,
    tension,
)

KINDS = tuple(DateKind)


def sofr(as_of="2026-09-04"):
    """SOFR less the rate on reserves as shipped."""
    view = shipped.view(as_of)
    return spread_over_reserves(view.series("nyfed:SOFR"), view.series("frb:IOR"))


def market_days(count, start=date(2018, 4, 2)):
    """As many market days from `start`, as ordinals."""
    days = [start]
    while len(days) < count:
        days.append(next_day(days[-1], is_market_day))
    return np.array([day.toordinal() for day in days])


# --- The calendar --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2018-12-31", "year_end"),
        ("2019-01-02", "after_year_end"),
        ("2019-03-29", "quarter_end"),  # the 31st was a Sunday
        ("2019-04-01", "after_quarter_end"),
        ("2025-10-31", "month_end"),
        ("2025-11-03", "after_month_end"),
        ("2019-09-16", "tax_date"),  # the 15th was a Sunday; coupons settled too
        ("2019-09-17", "after_tax_date"),
        ("2020-07-15", "tax_date"),  # postponed from April and June
        ("2020-04-15", "settlement"),
        ("2025-11-17", "settlement"),  # the 15th was a Saturday
        ("2025-11-18", "after_settlement"),
        ("2019-09-18", "ordinary"),
    ],
)
def test_what_a_day_is_to_the_calendar(day, kind):
    """Month ends, tax dates and settlements are told apart, and each from the day after it."""
    assert date_kind(date.fromisoformat(day)) == kind


def test_kinds_of_many_days_are_those_of_each():
    """The array form gives what the single form gives, across years, and agrees with the core calendar."""
    periods, _ = sofr()
    kinds = [KINDS[code] for code in date_kinds(periods)]
    days = [date.fromordinal(int(period)) for period in periods]
    assert kinds[::17] == [date_kind(day) for day in days[::17]]
    lifted = {
        "quarter_end": {"quarter_end", "year_end"},
        "month_end": {"month_end"},
        "tax_date": {"tax_date"},
    }
    for day, kind in zip(days, kinds, strict=True):
        if (effect := calendar_effect(day)) is not None:
            assert kind.removeprefix("after_") in lifted[effect]
    assert len(date_kinds(periods[:0])) == 0


# --- Taking a spread apart -----------------------------------------------------------------------------------------


def test_spread_is_in_basis_points_and_exact():
    """SOFR 5.25 on 17 September 2019 over 2.10 is 315 basis points, not 314.99999999999994."""
    periods, spread = sofr()
    assert spread[np.searchsorted(periods, date(2019, 9, 17).toordinal())] == 315.0
    by_year = {2018: -0.7, 2019: 6.6, 2020: -1.9, 2021: -8.8, 2022: -11.5, 2023: -9.1, 2024: -6.9, 2025: -2.9}
    years = np.array([date.fromordinal(int(period)).year for period in periods])
    for year, average in by_year.items():
        assert spread[years == year].mean() == pytest.approx(average, abs=0.06)


def test_no_row_knows_a_later_day():
    """A longer history changes no earlier row: each is made of the days before it and its own spread."""
    periods, spread = sofr()
    whole = tension(periods, spread)
    for length in (150, 371, 900, 1500):
        part = tension(periods[:length], spread[:length])
        for name in ("baseline", "explained", "dates", "deviation"):
            np.testing.assert_array_equal(getattr(part, name), getattr(whole, name)[:length])


def test_a_days_own_spread_explains_nothing_of_it():
    """A spike enters neither its own baseline nor its own date's median."""
    periods, spread = sofr()
    spiked = spread.copy()
    spiked[-40:] += 500.0
    before, after = tension(periods, spread), tension(periods, spiked)
    assert after.baseline[-40] == before.baseline[-40]
    assert after.explained[-40] == before.explained[-40]
    assert after.deviation[-40] == pytest.approx(before.deviation[-40] + 500.0)


def test_parts_add_up_and_ordinary_days_are_explained_by_no_date():
    """Baseline, explained part and deviation are the spread; ordinary days have no explained part."""
    found = tension(*sofr())
    known = np.isfinite(found.baseline)
    np.testing.assert_allclose(
        (found.baseline + found.explained + found.deviation)[known], found.spread[known], atol=1e-9
    )
    assert not np.any(found.explained[found.kinds == KINDS.index(DateKind.ORDINARY)])
    assert known[60:].all()


def test_baseline_is_the_median_of_sixty_ordinary_days_before():
    """Counted by hand for one day."""
    found = tension(*sofr())
    place = int(np.searchsorted(found.periods, date(2023, 6, 20).toordinal()))
    ordinary = [i for i in range(place) if found.kind(i) is DateKind.ORDINARY][-BASELINE_DAYS:]
    assert found.baseline[place] == np.median(found.spread[ordinary])


def test_baseline_leaves_its_own_day_out():
    """On a spread that rises by one a day the baseline of a day is the middle of the ordinary days before it."""
    periods = market_days(200)
    found = tension(periods, np.arange(200.0))
    for place in range(120, 200):
        ordinary = [i for i in range(place) if found.kind(i) is DateKind.ORDINARY][-BASELINE_DAYS:]
        assert found.baseline[place] == np.median(ordinary)


def test_explained_part_is_a_median_regression_on_the_date():
    """The explained part of a date is the coefficient of its dummy in a regression by least absolute deviations."""
    found = tension(*sofr())
    place = int(
        np.searchsorted(found.periods, date(2025, 6, 16).toordinal())
    )  # a tax date, fifteen before it
    assert found.kind(place) is DateKind.TAX_DATE
    alike = np.flatnonzero(found.kinds[:place] == found.kinds[place])[-15:]
    assert found.dates[place] == 15
    excess = (found.spread - found.baseline)[alike]
    oracle = sm.QuantReg(excess, np.ones((len(excess), 1))).fit(q=0.5)
    assert found.explained[place] == pytest.approx(float(oracle.params[0]), abs=1e-3)


def test_few_dates_are_taken_with_those_most_like_them():
    """The first year end stands on quarter and month ends; the fourth on three year ends."""
    found = tension(*sofr())
    dates = {
        date.fromordinal(int(p)).year: int(n)
        for p, n, k in zip(found.periods, found.dates, found.kinds, strict=True)
        if KINDS[k] is DateKind.YEAR_END
    }
    assert dates[2018] > 3
    assert dates[2021] == 3


@given(height=st.floats(5, 40), seed=st.integers(0, 50))
def test_month_ends_of_known_height_are_found(height, seed):
    """Where every month end adds so much, that is what is explained, and what is left is noise."""
    periods = market_days(400)
    kinds = date_kinds(periods)
    ends = np.isin(
        kinds, [KINDS.index(k) for k in (DateKind.MONTH_END, DateKind.QUARTER_END, DateKind.YEAR_END)]
    )
    noise = np.random.default_rng(seed).uniform(-1, 1, len(periods))
    found = tension(periods, -8.0 + noise + height * ends)
    late = np.flatnonzero(ends)[6:]
    assert found.explained[late] == pytest.approx(height, abs=1.6)
    assert np.abs(found.deviation[200:]).max() < 3.5


def test_too_few_days_are_refused():
    """With less than a month of ordinary days there is no ordinary day."""
    periods, spread = sofr()
    with pytest.raises(EstimationError, match="ordinary days"):
        tension(periods[:20], spread[:20])


def test_levels_and_changes_look_back_only():
    """A level is the median of a week, a change the difference to so many places before."""
    values = np.array([1.0, 2.0, 3.0, 100.0, 5.0, 6.0])
    assert level(values)[4:].tolist() == [3.0, 5.0]
    assert np.isnan(level(values)[:4]).all()
    assert np.isnan(level(values[:2])).all()
    assert change(values, days=5)[5] == 5.0
    assert np.isnan(change(values[:3], days=5)).all()
    assert on_days(np.array([1, 2, 3]), (np.array([2, 4]), np.array([7.0, 8.0]))).tolist()[1] == 7.0
    assert np.isnan(on_days(np.array([1]), (np.zeros(0, dtype=np.int64), np.zeros(0)))).all()
    assert share_at_or_below(values, 3.0) == 50.0


# --- Alarms --------------------------------------------------------------------------------------------------------

STEPS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1)), min_size=1, max_size=60)


@given(steps=STEPS, days=st.integers(1, 6))
def test_states_rise_at_once_and_fall_after_their_days(steps, days):
    """A state is never below the day's rung, never above what was held in the last days or before, and never short."""
    rises = np.array([rise for rise, _ in steps])
    stays = rises + np.array([more for _, more in steps])
    found = held(rises, stays, days=days)
    assert (found >= rises).all()
    for place in range(len(found)):
        before = found[place - 1] if place else 0
        assert found[place] <= max(rises[place], before)
        if found[place] < before:
            assert found[place] >= min(before, stays[max(0, place - days + 1) : place + 1].max())
    # The same by definition, one day at a time.
    state, slow = 0, []
    for place, rise in enumerate(rises):
        state = max(rise, min(state, stays[max(0, place - days + 1) : place + 1].max()))
        slow.append(state)
    assert found.tolist() == slow


def test_a_ladder_is_left_below_what_enters_it():
    """Entered at ten and left below five: seven neither enters nor leaves; a missing value reaches nothing."""
    ladder = Ladder(enter=(5.0, 10.0), give=(2.5, 5.0))
    values = np.array([4.9, 5.0, 7.0, 10.0, np.nan])
    assert ladder.rises(values).tolist() == [0, 1, 1, 2, 0]
    assert ladder.stays(values).tolist() == [1, 2, 2, 2, 0]


def test_score_counts_leads_false_alarms_and_days():
    """One alarm ahead, one after the first day, one false; an event nobody saw has no lead."""
    first = date(2024, 1, 1)
    days = [first + timedelta(days=n) for n in range(200)]
    states = np.zeros(200, dtype=np.int64)
    states[[50, 51]], states[[101]], states[150:155] = 2, 3, 2
    events = (
        Event(name="announced", first=days[60], last=days[62]),
        Event(name="late", first=days[100], last=days[100]),
        Event(name="unseen", first=days[199], last=days[199]),
        Event(name="later", first=date(2030, 1, 1), last=date(2030, 1, 1)),
    )
    found = score(days, states, events, at_least=2)
    assert [(one.event.name, one.lead) for one in found.announced] == [
        ("announced", 10),
        ("late", -1),
        ("unseen", None),
    ]
    assert [alarm.first for alarm in found.false_alarms] == [days[150]]
    assert found.false_per_year == pytest.approx(365.25 / 199)
    assert found.share_of_days == pytest.approx(4.0)
    assert [spell.days for spell in spells(days, states, at_least=3)] == [1]
    with pytest.raises(EstimationError, match="no day was read"):
        score([], states[:0], events, at_least=2)


def test_an_alarm_that_stands_is_an_announcement():
    """An alarm that began long before and still stood on the first day counts from its beginning."""
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(100)]
    states = np.array([2 if 10 <= n <= 60 else 0 for n in range(100)])
    found = score(days, states, (Event(name="x", first=days[60], last=days[60]),), at_least=2)
    assert found.announced[0].lead == 50
    assert not found.false_alarms


# --- September 2019 ------------------------------------------------------------------------------------------------


def test_the_week_of_september_2019_is_what_was_published():
    """Reserves, the Treasury account and the rates of the week to the 18th, from the H.4.1 and the New York Fed."""
    view = shipped.view("2019-09-20").narrow(crunch.NEEDS)
    week = crunch.weekly(view, date(2019, 9, 18), date(2019, 9, 18))
    found = {name: values[0] for name, values in week.values.items()}
    assert found["reserves"] == pytest.approx(1385.426)
    assert found["tga_change"] == pytest.approx(119.476)
    assert found["sofr_ior"] == 33.0  # 10, 10, 33, 315, 45
    assert found["sofr_high"] == 282.0
    assert found["on_rrp"] == pytest.approx(18.910)
    assert np.isnan(found["sofr_p99"])
    assert {d.way for d in crunch.distances(view) if d.way is not None} == {100.0}


def test_distances_are_measured_from_the_calm_half_year():
    """Nil is the median of early 2018; a gauge that saw September's level in the calm measures nothing and says so."""
    view = shipped.view("2026-07-17").narrow(crunch.NEEDS)
    found = {one.measure.id: one for one in crunch.distances(view)}
    for name in ("reserves", "sofr_ior", "effr_ior"):
        one = found[name]
        assert one.way == pytest.approx(100 * (one.now - one.calm) / (one.crunch - one.calm), abs=1e-3)
    rrp = found["on_rrp"]
    assert rrp.way is None
    assert rrp.calm_low <= rrp.crunch <= rrp.calm_high
    assert "within the range" in rrp.note
    assert found["sofr_p99"].now is None
    late = {one.measure.id: one for one in crunch.distances(shipped.view().narrow(crunch.NEEDS))}
    assert late["sofr_ior"].now is None
    assert "late" in late["sofr_ior"].note
    assert late["reserves"].now == pytest.approx(2881.686)


def test_nothing_is_near_september_before_september():
    """The day before its H.4.1 came out the week cannot be held against anything."""
    with pytest.raises(LookaheadError, match="2019-09-18"):
        crunch.distances(shipped.view("2019-09-18").narrow(crunch.NEEDS))
