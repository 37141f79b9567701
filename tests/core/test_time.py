import csv
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files

import pytest

from runoff.core.errors import ConfigError
from runoff.core.time import (
    NEW_YORK,
    RELEASE_RULES,
    RULE_NAMES,
    ReleaseClock,
    calendar_effect,
    from_epoch,
    is_fed_day,
    is_market_day,
    next_period,
    parse_as_of,
    parse_date,
)
from runoff.core.units import Frequency
from runoff.sources import figures

CLOCK = figures.clock()


def dates_of(file):
    """The dates of a shipped file, in order."""
    with (files("runoff") / "figures" / file).open(encoding="utf-8") as text:
        return [date.fromisoformat(row[0]) for row in list(csv.reader(text))[1:]]


def new_york(text):
    """An instant given as New York's clocks show it."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


# --- as-of -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2025-07-01", "2025-07-01T23:59:59-04:00"),
     ("2025-12-04", "2025-12-04T23:59:59-05:00"),
     ("2025-03-09", "2025-03-09T23:59:59-04:00"),  # clocks go forward that morning
     ("2025-11-02", "2025-11-02T23:59:59-05:00"),  # and back
     ("2025-12-04T21:30:00Z", "2025-12-04T16:30:00-05:00"),
     ("2025-07-03T16:30:00-04:00", "2025-07-03T16:30:00-04:00"),
     ("2025-12-05T05:30:00+08:00", "2025-12-04T16:30:00-05:00")],
)  # fmt: skip
def test_as_of_is_an_instant_in_new_york(text, expected):
    """A bare date means the last second of the day there, summer or winter; a time keeps its instant."""
    found = parse_as_of(text)
    assert found.isoformat() == expected
    assert found.tzinfo is NEW_YORK


def test_a_time_without_a_zone_is_refused():
    """A naive time could mean two moments: refused, with the zones to write."""
    with pytest.raises(ConfigError, match="has no time zone; write 2019-09-20T16:30-05:00"):
        parse_as_of("2019-09-20T16:30")


@pytest.mark.parametrize("text", ["yesterday", "2019-13-01", "20 Sep 2019", ""])
def test_what_is_no_moment_is_refused_with_both_forms(text):
    """The message shows a date and a time with a zone."""
    with pytest.raises(ConfigError, match=r"neither a date \(2019-09-20\) nor a time with a zone"):
        parse_as_of(text)


def test_what_is_no_date_is_refused_with_its_name():
    """A date asked for by name is refused by name."""
    assert parse_date("2019-09-20") == date(2019, 9, 20)
    with pytest.raises(ConfigError, match=r"until: '20/09/2019' is no date; write it as 2019-09-20"):
        parse_date("20/09/2019", what="until")


def test_seconds_since_the_epoch_come_back_as_the_same_instant():
    """What a store keeps as seconds is the instant that went in."""
    instant = new_york("2025-12-04T16:30:00")
    assert from_epoch(int(instant.timestamp())) == instant


# --- release clocks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "period", "expected"),
    [("h41", "2025-12-03", "2025-12-04T16:30"),  # an ordinary Thursday
     ("h41", "2025-07-02", "2025-07-03T16:30"),
     ("h41", "2025-11-26", "2025-11-28T16:30"),  # Thanksgiving
     ("h41", "2025-06-18", "2025-06-20T16:30"),  # Juneteenth
     ("h41", "2014-12-24", "2014-12-29T16:30"),  # Christmas, and Friday closed by order
     ("h41", "2020-12-23", "2020-12-28T16:30"),
     ("h41", "2025-12-24", "2025-12-29T16:30"),
     ("h41", "2008-12-31", "2009-01-02T16:30"),  # New Year's Day
     ("on_rrp", "2023-06-30", "2023-06-30T13:15"),
     ("standing_repo", "2025-10-31", "2025-10-31T14:00"),
     ("secured_rates", "2019-09-17", "2019-09-18T08:00"),
     ("secured_rates", "2019-09-20", "2019-09-23T08:00"),  # over a weekend
     ("secured_rates", "2023-04-06", "2023-04-10T08:00"),  # over Good Friday
     ("secured_rates", "2025-10-10", "2025-10-14T08:00"),  # over Columbus Day
     ("unsecured_rates", "2023-04-06", "2023-04-07T09:00"),  # the Fed is open on Good Friday
     ("dts", "2025-12-31", "2026-01-02T16:00"),
     ("h15", "2025-11-26", "2025-11-28T16:15"),
     ("h15_monthly", "2025-12-01", "2026-01-02T16:15"),
     ("h10", "2025-11-05", "2025-11-10T16:15"),
     ("h6", "2025-08-01", "2025-09-23T13:00"),
     ("cpi", "2024-01-01", "2024-02-18T08:30"),  # published on the 13th: the clock errs on the late side
     ("gdp", "2024-01-01", "2024-04-30T08:30"),
     ("nfci", "2025-11-28", "2025-12-03T08:30"),
     ("term_premium", "2025-11-20", "2025-11-28T16:15"),
     ("close", "2025-12-03", "2025-12-03T18:00"),
     ("effective", "2026-09-17", "2026-09-17T00:00")],
)  # fmt: skip
def test_a_figure_becomes_known_when_its_release_came_out(rule, period, expected):
    """Each clock gives the published hour of a date that was looked up."""
    assert CLOCK.known_at(rule, date.fromisoformat(period)) == new_york(expected)


@pytest.mark.parametrize(
    ("month", "expected"),
    [("2024-09-01", "2024-10-04"), ("2024-02-01", "2024-03-08"), ("2021-03-01", "2021-04-02"),
     ("2024-12-01", "2025-01-10"), ("2019-12-01", "2020-01-10"),  # the third Friday would be 3 January
     ("2014-12-01", "2015-01-09"), ("2020-12-01", "2021-01-08"),  # 2 January, New Year's Day
     ("2020-06-01", "2020-07-02"), ("2015-06-01", "2015-07-02"),  # 3 July, the 4th a Saturday
     ("2014-06-01", "2014-07-03"), ("2025-06-01", "2025-07-03")],  # 4 July
)  # fmt: skip
def test_the_jobs_report_comes_on_its_friday(month, expected):
    """The third Friday after the week of the 12th, not in the first days of January, before 4 July."""
    known = CLOCK.known_at("jobs", date.fromisoformat(month))
    assert known == new_york(f"{expected}T08:30")


@pytest.mark.parametrize(
    ("rule", "period", "expected"),
    [("jobs", "2013-09-01", "2013-10-22T08:30"), ("jobs_payroll", "2025-09-01", "2025-11-20T08:30"),
     ("jobs_household", "2025-09-01", "2025-11-20T08:30"), ("jobs_payroll", "2025-10-01", "2025-12-16T08:30"),
     ("cpi", "2013-09-01", "2013-10-30T08:30"), ("cpi", "2025-09-01", "2025-10-24T08:30"),
     ("gdp", "2018-10-01", "2019-02-28T08:30"), ("gdp", "2025-07-01", "2025-12-23T08:30")],
)  # fmt: skip
def test_shutdowns_delayed_releases(rule, period, expected):
    """A release that missed its clock is dated to the day it came out, for either survey of the jobs report."""
    assert CLOCK.known_at(rule, date.fromisoformat(period)) == new_york(expected)


@pytest.mark.parametrize("rule", ["cpi", "jobs_household"])
def test_what_was_never_published_is_never_known(rule):
    """Prices and unemployment of October 2025 have no moment."""
    assert CLOCK.known_at(rule, date(2025, 10, 1)) is None


@pytest.mark.parametrize("rule", sorted(RULE_NAMES))
def test_no_figure_is_known_before_the_day_it_describes(rule):
    """A clock without exceptions never runs ahead of its period, over years with every kind of holiday."""
    clock = ReleaseClock()
    for number in range(0, 12 * 366, 5):
        period = date(2015, 1, 1) + timedelta(days=number)
        known = clock.known_at(rule, period)
        assert known is not None
        assert known >= datetime.combine(period, time(), NEW_YORK)


def test_an_unknown_release_rule_is_refused_with_those_there_are():
    """The message lists the rules."""
    with pytest.raises(ConfigError, match=r"no release rule 'h42'; there are .*h41"):
        ReleaseClock().known_at("h42", date(2025, 1, 1))


def test_every_recorded_exception_is_of_a_rule():
    """No line of release_exceptions.csv is lost to a misspelt rule, and none runs ahead of its period."""
    for (rule, period), known in CLOCK.exceptions.items():
        assert rule in RULE_NAMES
        same_day = rule == "effective"  # a rate that took effect on the day it was decided
        assert known is None or (known.date() == period if same_day else known.date() > period)


@pytest.mark.parametrize("rule", sorted(RELEASE_RULES))
def test_a_release_rule_says_its_hour(rule):
    """What a rule tells the reader names the hour at which it dates figures."""
    assert f"{RELEASE_RULES[rule].at:%H:%M}" in RELEASE_RULES[rule].says


# --- days ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "is_open"),
    [
        ("sofr_percent.csv", is_market_day),
        ("tgcr_percent.csv", is_market_day),
        ("effr_percent.csv", is_fed_day),
    ],
)
def test_the_calendar_is_that_of_the_published_rates(file, is_open):
    """SOFR and TGCR exist for exactly the market days, EFFR for exactly the Fed's, over all that ships.

    Among them: no secured rate on any Good Friday, nor on 2018-12-05, a day of mourning.
    """
    published = dates_of(file)
    first, last = published[0], published[-1]
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    assert [day for day in days if is_open(day)] == published


@pytest.mark.parametrize(
    ("day", "fed", "market"),
    [("2023-04-07", True, False), ("2021-04-02", True, False),  # Good Friday
     ("2018-12-05", True, False),  # mourning for a president
     ("2020-07-03", True, False),  # 4 July on a Saturday: the Fed keeps Friday open
     ("2025-11-27", False, False), ("2025-10-13", False, False), ("2025-11-29", False, False)],
)  # fmt: skip
def test_the_fed_and_the_market_close_on_different_days(day, fed, market):
    """The two part on Good Friday, on a day of mourning and on the Friday before a Saturday holiday."""
    assert (is_fed_day(date.fromisoformat(day)), is_market_day(date.fromisoformat(day))) == (fed, market)


@pytest.mark.parametrize(
    ("frequency", "rule", "period", "expected"),
    [(Frequency.DAILY, "secured_rates", "2023-04-06", "2023-04-10"),
     (Frequency.DAILY, "unsecured_rates", "2023-04-06", "2023-04-07"),
     (Frequency.WEEKLY, "h41", "2025-12-24", "2025-12-31"),
     (Frequency.MONTHLY, "cpi", "2025-12-01", "2026-01-01"),
     (Frequency.QUARTERLY, "gdp", "2025-10-01", "2026-01-01")],
)  # fmt: skip
def test_the_next_period_follows_the_calendar_of_the_series(frequency, rule, period, expected):
    """A day is followed by the next day its market is open; weeks, months and quarters by the next."""
    assert next_period(date.fromisoformat(period), frequency, rule) == date.fromisoformat(expected)


def test_a_rate_that_holds_until_changed_has_no_next_period():
    """A step series is never due."""
    assert next_period(date(2025, 12, 11), Frequency.STEP) is None


@pytest.mark.parametrize(
    ("day", "effect"),
    [("2018-12-31", "quarter_end"), ("2019-01-02", "quarter_end"), ("2019-09-30", "quarter_end"),
     ("2025-10-31", "month_end"), ("2025-11-03", "month_end"), ("2019-08-30", "month_end"),
     ("2019-09-16", "tax_date"), ("2019-09-17", "tax_date"),  # the 15th was a Sunday
     ("2024-04-15", "tax_date"), ("2023-01-17", "tax_date"),  # after the 15th, a Sunday, and King's day
     ("2018-04-16", None), ("2018-04-17", "tax_date"), ("2023-04-18", "tax_date"),  # Emancipation Day
     ("2020-04-15", None), ("2020-07-15", "tax_date"),  # postponed
     ("2019-09-18", None), ("2019-09-13", None), ("2025-03-17", None)],
)  # fmt: skip
def test_days_that_lift_repo_rates_without_stress(day, effect):
    """Month ends, quarter ends and tax dates are told from ordinary days, across weekends and holidays."""
    assert calendar_effect(date.fromisoformat(day)) == effect


def test_an_instant_is_compared_by_what_it_is_and_not_by_its_zone():
    """The clock's answer equals the same instant told in UTC."""
    assert CLOCK.known_at("h41", date(2025, 12, 3)) == datetime(2025, 12, 4, 21, 30, tzinfo=UTC)
