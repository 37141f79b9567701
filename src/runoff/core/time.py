"""When a figure becomes known: instants, holidays, and one release clock per kind of publication.

All clocks are New York time. Where a publisher keeps no release times the clock stands in for them, errs on the late
side, and the row is flagged `assumed`. Releases that missed their clock are data (`ReleaseClock.exceptions`).

References
----------
Federal Reserve Board, release schedules of H.4.1, H.6, H.10, H.15; Federal Reserve Bank of New York, reference rates
and operation results; Bureau of Labor Statistics and Bureau of Economic Analysis, release schedules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from runoff.core.errors import ConfigError
from runoff.core.units import Frequency

NEW_YORK = ZoneInfo("America/New_York")
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
WEDNESDAY, THURSDAY, FRIDAY = 2, 3, 4


def parse_date(text: str, *, what: str = "date") -> date:
    """Read an ISO date.

    Raises
    ------
    ConfigError
        If `text` is no ISO date.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            "{what}: {text!r} is no date; write it as 2019-09-20", what=what, text=text
        ) from error


def parse_as_of(text: str) -> datetime:
    """Read an instant: a bare date means the end of that day in New York, a time needs its zone.

    Examples
    --------
    >>> parse_as_of("2019-09-20").isoformat()
    '2019-09-20T23:59:59-04:00'
    >>> parse_as_of("2025-12-04T21:30:00Z").astimezone(NEW_YORK).isoformat()
    '2025-12-04T16:30:00-05:00'

    Raises
    ------
    ConfigError
        If `text` is neither, or is a time without a zone.
    """
    try:
        return _within(end_of_day(date.fromisoformat(text)))
    except ValueError:
        pass
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            "as-of: {text!r} is neither a date (2019-09-20) nor a time with a zone (2019-09-20T16:30:00-04:00)",
            text=text,
        ) from error
    if instant.tzinfo is None:
        raise ConfigError(
            "as-of: {text!r} has no time zone; write {text}-05:00, {text}-04:00 or {text}Z", text=text
        )
    return _within(instant)


def _within(instant: datetime) -> datetime:
    """The instant in New York, of a year in which calendars and projections have room."""
    if not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
        raise ConfigError(
            "as-of: the year {year}; expected {first} to {last}",
            year=instant.year,
            first=_FIRST_YEAR,
            last=_LAST_YEAR,
        )
    return instant.astimezone(NEW_YORK)


def end_of_day(day: date) -> datetime:
    """The last second of `day` in New York."""
    return datetime.combine(day, time(23, 59, 59), NEW_YORK)


def from_epoch(seconds: int) -> datetime:
    """The New York instant of `seconds` since 1970-01-01T00:00:00Z."""
    return datetime.fromtimestamp(int(seconds), NEW_YORK)


@lru_cache(maxsize=512)
def _holidays(market: str, year: int) -> frozenset[date]:
    import holidays  # 60 ms, and a brief from a warm store never needs it

    return frozenset(holidays.financial_holidays(market, years=year))


@lru_cache(maxsize=512)
def _good_friday(year: int) -> date | None:
    import holidays

    days = holidays.financial_holidays("NYSE", years=year)
    return next((day for day, name in days.items() if name == "Good Friday"), None)


def is_fed_day(day: date) -> bool:
    """Whether the Federal Reserve Banks are open on `day`."""
    return day.weekday() < 5 and day not in _holidays("FED", day.year)


def is_market_day(day: date) -> bool:
    """Whether repo in Treasuries trades on `day`: the SIFMA calendar, and never on Good Friday.

    SOFR is not published for a Good Friday even in the years when SIFMA only closed early (2021, 2023, 2026).
    """
    return day.weekday() < 5 and day not in _holidays("SIFMA", day.year) and day != _good_friday(day.year)


def next_day(day: date, is_open: Callable[[date], bool] = is_fed_day) -> date:
    """The first open day after `day`."""
    day += timedelta(days=1)
    while not is_open(day):
        day += timedelta(days=1)
    return day


def _on_or_after(day: date) -> date:
    return day if is_fed_day(day) else next_day(day)


def month_after(day: date, months: int = 1) -> date:
    """The first day of the month `months` after that of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def last_day(day: date) -> date:
    """The last day of a day's month."""
    return month_after(day) - timedelta(days=1)


def _weekday_of_month(first: date, weekday: int, nth: int) -> date:
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _jobs_day(month: date) -> date:
    """The third Friday after the week (Sunday to Saturday) that contains the 12th, as the bureau schedules it."""
    twelfth = month.replace(day=12)
    saturday = twelfth + timedelta(days=(5 - twelfth.weekday()) % 7)
    friday = saturday + timedelta(days=20)
    if (friday.month, friday.day) <= (1, 3):
        return friday + timedelta(days=7)
    return (
        friday if is_fed_day(friday) and (friday.month, friday.day) != (7, 3) else friday - timedelta(days=1)
    )


@dataclass(frozen=True, slots=True)
class ReleaseRule:
    """A publication's normal clock: from the period a figure describes to the day and hour it comes out."""

    says: str
    day: Callable[[date], date]
    at: time


# Sources: domain facts of each publisher's schedule; a rule with no published hour takes the latest one known.
RELEASE_RULES: Mapping[str, ReleaseRule] = {
    "h41": ReleaseRule(
        "Thursday 16:30 (the next business day when Thursday is a holiday)",
        lambda wednesday: _on_or_after(wednesday + timedelta(days=(THURSDAY - wednesday.weekday()) % 7 or 7)),
        time(16, 30),
    ),
    "on_rrp": ReleaseRule("the same day at 13:15", lambda day: day, time(13, 15)),
    # The afternoon operation closes at 13:45; the hour of the result is not published.
    "standing_repo": ReleaseRule("the same day at 14:00", lambda day: day, time(14, 0)),
    "secured_rates": ReleaseRule(
        "the next business day at about 08:00", lambda day: next_day(day, is_market_day), time(8, 0)
    ),
    "unsecured_rates": ReleaseRule("the next business day at about 09:00", next_day, time(9, 0)),
    "dts": ReleaseRule("the next business day at 16:00", next_day, time(16, 0)),
    "h15": ReleaseRule("the next business day at 16:15", next_day, time(16, 15)),
    "h15_monthly": ReleaseRule(
        "the first business day of the next month, 16:15",
        lambda month: _on_or_after(month_after(month)),
        time(16, 15),
    ),
    "h10": ReleaseRule(
        "the Monday after the week, 16:15",
        lambda day: _on_or_after(day + timedelta(days=7 - day.weekday())),
        time(16, 15),
    ),
    "h6": ReleaseRule(
        "the fourth Tuesday of the next month, 13:00",
        lambda month: _on_or_after(_weekday_of_month(month_after(month), 1, 4)),
        time(13, 0),
    ),
    # Releases fell between the 10th and the 24th before 2018, with one on the 26th (2015-02).
    "cpi": ReleaseRule(
        "by the 18th of the next month, 08:30 (by the 27th before 2018)",
        lambda month: month_after(month).replace(day=18 if month.year >= 2018 else 27),
        time(8, 30),
    ),
    "jobs": ReleaseRule("the third Friday after the week of the 12th, 08:30", _jobs_day, time(8, 30)),
    "gdp": ReleaseRule(
        "the last day of the month after the quarter, 08:30",
        lambda quarter: month_after(quarter, 4) - timedelta(days=1),
        time(8, 30),
    ),
    # Who took part in reverse repos: "about one quarter after the operations" (Federal Reserve Bank of New York).
    "rrp_counterparties": ReleaseRule(
        "the last day of the following quarter, 16:30",
        lambda day: (
            month_after(day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1), 6) - timedelta(days=1)
        ),
        time(16, 30),
    ),
    "nfci": ReleaseRule(
        "the Wednesday after the week, 08:30",
        lambda friday: _on_or_after(friday + timedelta(days=(WEDNESDAY - friday.weekday()) % 7 or 7)),
        time(8, 30),
    ),
    # The Board posts the daily estimates about once a week; the hour is not published.
    "term_premium": ReleaseRule(
        "a week later, 16:15", lambda day: _on_or_after(day + timedelta(days=7)), time(16, 15)
    ),
    # Freddie Mac's survey: on Thursdays at 12:00 since 2022-11, at 10:00 before.
    "pmms": ReleaseRule(
        "Thursday 12:00 (the business day before where it is a holiday)", lambda day: day, time(12, 0)
    ),
    "close": ReleaseRule("the same day at 18:00", lambda day: day, time(18, 0)),
    # Only the day a rate takes effect is held, not the hour it was announced: known from its first minute.
    "effective": ReleaseRule("00:00 of the day it takes effect", lambda day: day, time(0, 0)),
}

# A rule that shares another's clock but has exceptions of its own.
_CLOCK_OF = {"jobs_household": "jobs", "jobs_payroll": "jobs"}
RULE_NAMES = frozenset(RELEASE_RULES) | frozenset(_CLOCK_OF)


@dataclass(frozen=True, slots=True)
class ReleaseClock:
    """Answers when a figure became known; `exceptions` maps (rule, period) to an instant, or to None for never."""

    exceptions: Mapping[tuple[str, date], datetime | None] = field(default_factory=dict)

    def known_at(self, rule: str, period: date) -> datetime | None:
        """When the figure of `period` came out, or comes out if all goes to plan; None where it never will.

        Raises
        ------
        ConfigError
            If no such rule exists.
        """
        if rule not in RULE_NAMES:
            raise ConfigError(
                "no release rule {rule!r}; there are {rules}", rule=rule, rules=", ".join(sorted(RULE_NAMES))
            )
        base = _CLOCK_OF.get(rule, rule)
        for name in (rule, base):
            if (name, period) in self.exceptions:
                return self.exceptions[name, period]
        normal = RELEASE_RULES[base]
        return datetime.combine(normal.day(period), normal.at, NEW_YORK)


def next_period(period: date, frequency: Frequency, rule: str = "") -> date | None:
    """The period that follows `period`; None for a step series, which has no calendar."""
    match frequency:
        case Frequency.DAILY:
            secured = rule in {"secured_rates", "on_rrp", "standing_repo"}
            return next_day(period, is_market_day if secured else is_fed_day)
        case Frequency.WEEKLY:
            return period + timedelta(days=7)
        case Frequency.MONTHLY:
            return month_after(period)
        case Frequency.QUARTERLY:
            return month_after(period, 3)
        case Frequency.STEP:
            return None


def calendar_effect(day: date) -> str | None:
    """Which date that lifts repo rates without stress `day` is: quarter end, month end or tax date; None if neither.

    A month or quarter end is its last market day or the first of the next month; a tax date is a day on which federal
    income taxes are due (`_tax_days`), or the market day after.
    """
    following, before = next_day(day, is_market_day), _previous_day(day)
    for edge in (day, before):
        after = following if edge == day else day
        if edge.month != after.month:
            return "quarter_end" if edge.month % 3 == 0 else "month_end"
    return "tax_date" if {day, before} & _tax_days(day.year) else None


def _previous_day(day: date) -> date:
    day -= timedelta(days=1)
    while not is_market_day(day):
        day -= timedelta(days=1)
    return day


# Internal Revenue Service, Notice 2020-23: what was due from April to June 2020 was due on 15 July.
_POSTPONED = {date(2020, 4, 15): date(2020, 7, 15), date(2020, 6, 15): date(2020, 7, 15)}


@lru_cache(maxsize=256)
def _tax_days(year: int) -> frozenset[date]:
    """The days of a year on which instalments or the balance of federal income taxes are due.

    The 15th of January, April, June, September and December, or the next day that is neither a weekend nor a holiday;
    in April Emancipation Day in the District of Columbia (the 16th, or the working day next to it) counts as one.
    """
    found = set()
    emancipation = date(year, 4, 16)
    emancipation += timedelta(days={5: -1, 6: 1}.get(emancipation.weekday(), 0))
    for month in (1, 4, 6, 9, 12):
        day = date(year, month, 15)
        day = _POSTPONED.get(day, day)
        while not is_fed_day(day) or day == emancipation:
            day += timedelta(days=1)
        found.add(day)
    return frozenset(found)
