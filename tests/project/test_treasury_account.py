"""The Treasury's account: a seasonal that knows no debt limit and no future, and paths that do what they are told."""

import csv
import gzip
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.sources import shipped

from runoff.core.errors import ConfigError, EstimationError
from runoff.project.treasury_account import (
    DEBT_LIMIT_EPISODES,
    DebtLimit,
    seasonal,
    tga_path,
)

BILLION = 1e9


def wednesdays(as_of="2026-10-01"):
    """The account on the Wednesdays known by a day, in dollars."""
    series = shipped.view(as_of).series("frb:WDTGAL").to("USD mn")
    return series.periods, series.values * 1e6


def months(year, month, count):
    """First days, as ordinals."""
    start = year * 12 + month - 1
    return np.array([date(i // 12, i % 12 + 1, 1).toordinal() for i in range(start, start + count)])


@pytest.fixture(scope="module")
def closes(shared_data):
    """The daily close of the Daily Treasury Statement, in dollars, by day."""
    with (shared_data / "dts" / "tga_close_daily.csv").open() as lines:
        return {date.fromisoformat(r["date"]): float(r["value"]) * 1e6 for r in csv.DictReader(lines)}


def test_the_seasonal_of_the_shipped_wednesdays():
    """Tax in April fills the account, refunds in February and March empty it.

    The figures are our own estimate: the test guards them against an unseen change.
    """
    found = np.rint(seasonal(*wednesdays()) / BILLION).astype(int).tolist()
    assert found == [52, -57, -51, 108, -38, -4, -22, -28, -1, 72, 2, -33]


def test_wednesdays_of_both_publications_give_one_seasonal(closes):
    """H.4.1 and the Daily Treasury Statement agree to the million on each of 539 Wednesdays, and so do the seasonals.

    The true month end is another day: with daily closes a deviation differs by 25 billion on average, by 49 at most.
    """
    periods, values = wednesdays()
    days = [date.fromordinal(int(day)) for day in periods]
    common = np.array([day in closes for day in days])
    theirs = np.array([closes[day] for day in days if day in closes])
    assert common.sum() == 539
    assert np.array_equal(theirs, values[common])
    ordinals = np.array([day.toordinal() for day in closes])
    daily = np.array(list(closes.values()))
    gap = np.abs(seasonal(ordinals, daily) - seasonal(periods[common], theirs)) / BILLION
    assert gap.mean() == pytest.approx(25, abs=0.5)
    assert gap.max() == pytest.approx(49, abs=0.5)


def test_the_seasonal_uses_nothing_that_was_not_known():
    """What came later, true or nonsense, does not change what was estimated then."""
    then = seasonal(*wednesdays("2024-07-05"))
    periods, values = wednesdays()
    known = periods <= date(2024, 7, 3).toordinal()
    assert np.array_equal(then, seasonal(periods[known], values[known]))
    assert not np.array_equal(then, seasonal(periods, values))


def test_months_of_a_debt_limit_play_no_part():
    """Whatever the account did while the limit bound, and while it was refilled, the seasonal is the same."""
    periods, values = wednesdays()
    poisoned = values.copy()
    for index, day in enumerate(periods.tolist()):
        if any(e.start.toordinal() <= day <= e.end.toordinal() + 92 for e in DEBT_LIMIT_EPISODES):
            poisoned[index] = 1e15
    assert (poisoned != values).sum() > 250
    assert np.array_equal(seasonal(periods, values), seasonal(periods, poisoned))


def test_the_limit_was_shown_on_the_days_of_the_episodes(shared_data):
    """From 2017 table III-C of the Daily Treasury Statement shows when the limit came back, went, or was raised."""
    with gzip.open(shared_data / "dts" / "debt_subject_to_limit.csv.gz", "rt") as lines:
        rows = list(csv.DictReader(lines))
    limits: dict[date, float] = {}
    days = sorted({date.fromisoformat(row["record_date"]) for row in rows})
    for row in rows:
        amount = row["close_today_bal"] or row["open_today_bal"]
        if row["debt_catg"] == "Statutory Debt Limit" and amount not in {"", "null"}:
            limits[date.fromisoformat(row["record_date"])] = float(amount)
    shown = [limits.get(day, 0.0) for day in days]
    steps = {day for day, before, now in zip(days[1:], shown, shown[1:], strict=False) if before != now}
    for episode in DEBT_LIMIT_EPISODES:
        if episode.start < date(2017, 1, 1):
            continue
        if episode.note.startswith("in force"):
            assert any(timedelta(0) <= day - episode.start <= timedelta(days=3) for day in steps), episode
        assert any(timedelta(0) <= day - episode.end <= timedelta(days=3) for day in steps), episode


def test_too_few_years_are_refused():
    """Before the end of May 2022 that month has one year outside episodes since the cash policy of 2015."""
    with pytest.raises(EstimationError, match="1 usable changes in month 5 since 2015-05-06"):
        seasonal(*wednesdays("2022-05-20"))
    assert seasonal(*wednesdays("2022-05-27")).shape == (12,)
    with pytest.raises(EstimationError, match="0 usable changes in month 1"):
        seasonal(np.array([], dtype=np.int64), np.array([]))


@given(st.lists(st.integers(-100, 100), min_size=12, max_size=12), st.integers(-30, 30))
def test_a_seasonal_put_in_comes_out(pattern, trend):
    """Of a trend and a pattern the pattern is found, about an average of nil."""
    days = np.arange(date(2003, 12, 1).toordinal(), date(2008, 1, 10).toordinal())
    stamps = [date.fromordinal(int(day)) for day in days]
    values = np.array([trend * (d.year * 12 + d.month) + pattern[d.month - 1] for d in stamps], dtype=float)
    found = seasonal(days, values, since=date(2003, 12, 1))
    expected = np.array(pattern) - np.mean(pattern)
    assert found == pytest.approx(expected, abs=1e-9)


def test_the_last_month_counts_once_it_is_over():
    """A Wednesday in the middle of a month is no month end."""
    periods, values = wednesdays("2026-07-03")
    more = np.append(periods, date(2026, 7, 15).toordinal())
    assert np.array_equal(seasonal(periods, values), seasonal(more, np.append(values, 9e15)))


# --- Paths --------------------------------------------------------------------------------------------------

FLAT = np.zeros(12)


def test_a_path_ends_where_the_level_and_the_season_have_it():
    """After a quarter the opening plays no part; an opening at its season starts on it."""
    season = np.arange(12) * BILLION - 5.5 * BILLION
    aims = 850 * BILLION + season
    path = tga_path(850 * BILLION, season, months(2027, 1, 12), 200 * BILLION)
    assert path[2:] == pytest.approx(aims[2:])
    assert 200 * BILLION < path[0] < path[1] < path[2]
    assert tga_path(850 * BILLION, season, months(2027, 1, 12), aims[11]) == pytest.approx(aims)


def test_the_debt_limit_of_2023_as_a_scenario():
    """From 455 billion it falls to its low at the end of May, and is refilled by August."""
    limit = DebtLimit(start=date(2023, 1, 19), resolution=date(2023, 6, 3), low=48.512 * BILLION)
    path = tga_path(650 * BILLION, FLAT, months(2023, 2, 10), 455 * BILLION, debt_limit=limit)
    assert path[3] == pytest.approx(48.512 * BILLION)
    assert np.all(np.diff(path[:4]) < 0)
    assert np.all(np.diff(path[3:7]) > 0)
    assert path[6:] == pytest.approx([650 * BILLION] * 4)


@given(
    start=st.integers(0, 14),
    length=st.integers(1, 14),
    low=st.floats(0, 900),
    opening=st.floats(0, 1500),
    level=st.floats(0, 1500),
)
@example(start=0, length=1, low=1.0, opening=1.0, level=0.0)  # refilled while the balance falls
def test_a_debt_limit_only_lowers_and_ends(start, length, low, opening, level):
    """Never above the path without it, never below nil, back on it a quarter after, untouched before."""
    first = months(2027, 1, 24)
    number = 2027 * 12 + start
    begin = date(number // 12, number % 12 + 1, 9)
    number += length
    limit = DebtLimit(start=begin, resolution=date(number // 12, number % 12 + 1, 1), low=low * BILLION)
    free = tga_path(level * BILLION, FLAT, first, opening * BILLION)
    bound = tga_path(level * BILLION, FLAT, first, opening * BILLION, debt_limit=limit)
    assert np.all(bound <= free + 1)
    assert np.all(bound >= 0)
    assert np.array_equal(bound[:start], free[:start])
    assert bound[start + length + 2 :] == pytest.approx(free[start + length + 2 :])
    assert np.all(bound[start + length - 1 : start + length] <= low * BILLION + 1)


def test_a_limit_lifted_before_the_path_changes_nothing():
    """What is left of it is the opening balance."""
    limit = DebtLimit(start=date(2026, 1, 1), resolution=date(2026, 6, 1), low=0.0)
    first = months(2027, 1, 6)
    free = tga_path(850 * BILLION, FLAT, first, 60 * BILLION)
    assert np.array_equal(tga_path(850 * BILLION, FLAT, first, 60 * BILLION, debt_limit=limit), free)


def test_what_is_refused():
    """A limit lifted before it binds, a low below nil, a seasonal that has not twelve months."""
    for resolution, low in (
        (date(2027, 2, 28), 0.0),
        (date(2027, 5, 1), -1.0),
        (date(2027, 5, 1), float("nan")),
    ):
        with pytest.raises(ConfigError, match="debt limit from 2027-02-01"):
            DebtLimit(start=date(2027, 2, 1), resolution=resolution, low=low)
    with pytest.raises(ConfigError, match="expected twelve months"):
        tga_path(1.0, np.zeros(4), months(2027, 1, 6), 1.0)
