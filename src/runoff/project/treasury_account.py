"""The Treasury's account: its seasonal, the debt limit, and a path of month-end balances.

The Treasury has held since May 2015 at least what it pays out in a week, 150 billion or more; around that level taxes,
refunds and coupon payments make a seasonal. While the debt limit binds it lives on the account, and refills it once the
limit is lifted. Those months say nothing of the seasonal and are left out of it.

References
----------
U.S. Treasury, quarterly refunding statement of 6 May 2015 (cash balance). Congressional Research Service, R43389, "The
Debt Limit Since 2011", and IN11829, "Debt Limit Suspensions". Daily Treasury Statement, table III-C, which shows the
limit on each day on which there is one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

import numpy as np

from runoff.core.errors import ConfigError, EstimationError
from runoff.core.series import FloatArray, IntArray

_MONTHS_A_YEAR: Final = 12
_WEEKS_A_YEAR = 52
# From here on the Treasury keeps a week's outflows, 150 billion at least (refunding statement of 6 May 2015); until
# 2008 the account stood near 5 billion and did not show what came in and went out.
CASH_POLICY: Final = date(2015, 5, 6)
# A median of fewer changes is one year's accident.
_LEAST_CHANGES: Final = 2
# The Treasury announces balances for the end of this quarter and the next: it goes to a level, and refills, within one.
# After 2023-06-03 the account was first above 600 billion on 20 September, after 2025-07-04 above 800 on 17 September
# (H.4.1): 16 and 11 weeks later.
_QUARTER_MONTHS: Final = 3
REFILL: Final = timedelta(days=92)
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """Days on which the balance was not the Treasury's choice in the ordinary sense: from `start` to `end`."""

    start: date
    end: date
    note: str


# From the day the limit bound (reached, or in force again after a suspension) to the day of the law that lifted it.
DEBT_LIMIT_EPISODES: Final = (
    Episode(
        start=date(2011, 5, 16),
        end=date(2011, 8, 2),
        note="reached; Budget Control Act, P.L. 112-25 (R43389)",
    ),
    Episode(start=date(2012, 12, 31), end=date(2013, 2, 4), note="reached; suspended by P.L. 113-3 (R43389)"),
    Episode(
        start=date(2013, 5, 19), end=date(2013, 10, 17), note="in force; suspended by P.L. 113-46 (R43389)"
    ),
    Episode(
        start=date(2014, 2, 8), end=date(2014, 2, 15), note="in force; suspended by P.L. 113-83 (R43389)"
    ),
    Episode(
        start=date(2015, 3, 16), end=date(2015, 11, 2), note="in force; suspended by P.L. 114-74 (R43389)"
    ),
    Episode(
        start=date(2017, 3, 16), end=date(2017, 9, 8), note="in force; suspended by P.L. 115-56 (table III-C)"
    ),
    Episode(
        start=date(2017, 12, 9),
        end=date(2018, 2, 9),
        note="in force; suspended by P.L. 115-123 (table III-C)",
    ),
    Episode(
        start=date(2019, 3, 2), end=date(2019, 8, 2), note="in force; suspended by P.L. 116-37 (table III-C)"
    ),
    # Two laws in one episode: the 480 billion of P.L. 117-50 (14 October) lasted two months.
    Episode(
        start=date(2021, 8, 1), end=date(2021, 12, 16), note="in force; raised by P.L. 117-73 (table III-C)"
    ),
    Episode(start=date(2023, 1, 19), end=date(2023, 6, 3), note="reached; suspended by P.L. 118-5 (IN11829)"),
    Episode(
        start=date(2025, 1, 2), end=date(2025, 7, 4), note="in force; raised by P.L. 119-21 (table III-C)"
    ),
)
# The Treasury borrowed ahead of relief payments, held up to 1.8 trillion (H.4.1 of 2020-07), and paid it out before the
# limit came back.
PANDEMIC: Final = Episode(
    start=date(2020, 3, 27),
    end=date(2021, 7, 31),
    note="CARES Act, P.L. 116-136, to the end of the suspension",
)


def seasonal(periods: IntArray, values: FloatArray, *, since: date = CASH_POLICY) -> FloatArray:
    """By how much the account stands above or below its level at the end of each month of the year.

    1. A month ends with its last observation (`_month_ends`); the last month counts once it is over.
    2. The change from one month end to the next is kept where neither lies in an episode or in the 92 days after one,
       in which the account is refilled; the pandemic is left out too. An episode counts from the day it began: nobody
       has to know when it will end.
    3. The median change of each calendar month, less their average, is added up; the average deviation is nil.

    Parameters
    ----------
    periods, values
        Days (ordinals, ascending) and the balance in dollars: Wednesdays of H.4.1, or days. What is not in them is not
        used, so that a series as known at a date gives the seasonal as it could be known then.
    since
        Changes before this day are not used.

    Returns
    -------
    FloatArray
        Twelve deviations in dollars, January first.

    Raises
    ------
    EstimationError
        If a calendar month has fewer than two changes to go by.

    Examples
    --------
    An account that is 12 billion higher at the end of every April:

    >>> days = np.arange(date(2004, 1, 1).toordinal(), date(2008, 1, 5).toordinal())
    >>> values = np.array([36e9 if date.fromordinal(d).month == 4 else 24e9 for d in days])
    >>> (seasonal(days, values, since=date(2004, 1, 1)) / 1e9).round().tolist()
    [-1.0, -1.0, -1.0, 11.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0]
    """
    changes = _changes(_month_ends(periods, values), since)
    for month in range(1, _MONTHS_A_YEAR + 1):
        if len(changes[month]) < _LEAST_CHANGES:
            raise EstimationError(
                "seasonal of the Treasury's account: {found} usable changes in month {month} since {since}; expected "
                "{least} outside debt-limit episodes: use a later date, an earlier `since`, or no seasonal",
                found=len(changes[month]),
                month=month,
                since=since,
                least=_LEAST_CHANGES,
            )
    medians = np.array([np.median(changes[month]) for month in range(1, _MONTHS_A_YEAR + 1)])
    reached = np.cumsum(medians - medians.mean())
    deviations: FloatArray = reached - reached.mean()
    return deviations


def usual_level(periods: IntArray, values: FloatArray) -> float:
    """The average balance of the last year outside debt-limit episodes; of the last year where there was no other.

    Parameters
    ----------
    periods
        Wednesdays (ordinals), ascending.
    values
        The account on each, in any unit of money; the result is in it.

    Examples
    --------
    In June 2023 the account was empty; the year before the limit bound is the one that counts.

    >>> days = np.arange(date(2021, 12, 1).toordinal(), date(2023, 6, 1).toordinal(), 7)
    >>> bound = days >= date(2023, 1, 19).toordinal()
    >>> round(usual_level(days, np.where(bound, 50.0, 600.0)))
    600
    """
    free = np.array([not _disturbed(date.fromordinal(int(day))) for day in periods], dtype=np.bool_)
    usual = values[free][-_WEEKS_A_YEAR:] if np.any(free) else values[-_WEEKS_A_YEAR:]
    return float(usual.mean())


def _month_ends(periods: IntArray, values: FloatArray) -> list[tuple[date, float]]:
    """The last observation of each month that is over: a day a week after it lies in another month."""
    days = [date.fromordinal(int(day)) for day in periods]
    found = {(day.year, day.month): (day, float(value)) for day, value in zip(days, values, strict=True)}
    return [(day, value) for day, value in found.values() if (day + _WEEK).month != day.month]


def _changes(ends: list[tuple[date, float]], since: date) -> dict[int, list[float]]:
    """The usable changes by calendar month."""
    changes: dict[int, list[float]] = defaultdict(list)
    for (before, opening), (day, closing) in pairwise(ends):
        adjacent = (day.year - before.year) * _MONTHS_A_YEAR + day.month - before.month == 1
        if before >= since and adjacent and not _disturbed(before) and not _disturbed(day):
            changes[day.month].append(closing - opening)
    return changes


def _disturbed(day: date) -> bool:
    lifted = any(e.start <= day <= e.end + REFILL for e in DEBT_LIMIT_EPISODES)
    return lifted or PANDEMIC.start <= day <= PANDEMIC.end


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtLimit:
    """A scenario of the debt limit: it binds from the month of `start` and is lifted in that of `resolution`.

    `low` is what is left of the account, in dollars, at the last month end before it is lifted: about 49 billion on
    2023-05-31 (H.4.1).

    Raises
    ------
    ConfigError
        If it is not lifted in a later month than it binds, or the low is below nil.
    """

    start: date
    resolution: date
    low: float

    def __post_init__(self) -> None:
        if _number(self.start) >= _number(self.resolution) or not self.low >= 0:
            raise ConfigError(
                "debt limit from {start} to {resolution}, down to {low} USD; expected it to be lifted in a later "
                "month, and a balance of nil or more",
                start=self.start,
                resolution=self.resolution,
                low=self.low,
            )


def tga_path(
    level: float,
    seasonal: FloatArray,
    months: IntArray,
    opening: float,
    *,
    debt_limit: DebtLimit | None = None,
) -> FloatArray:
    """The balance at the end of each month, in dollars.

    1. It goes from the opening to `level` plus the seasonal over three months, in equal steps of the distance.
    2. While a debt limit binds it falls in equal steps to its low at the last month end before the limit is lifted,
       where it would be higher; from then on it is refilled over three months.
    3. It never falls below nil.

    Parameters
    ----------
    level
        The average balance the Treasury aims at, in dollars: what its refunding statements announce.
    seasonal
        Twelve deviations in dollars, January first; zeros for none.
    months
        First days of consecutive months, as ordinals.
    opening
        The balance before the first month, in dollars.
    debt_limit
        When the limit binds and is lifted, if it does; its start may lie before the first month.

    Returns
    -------
    FloatArray
        By months, in dollars: one path.

    Raises
    ------
    ConfigError
        If the seasonal has not twelve values.

    Examples
    --------
    >>> months = np.array([date(2027, m, 1).toordinal() for m in range(1, 7)])
    >>> (tga_path(850e9, np.zeros(12), months, 700e9) / 1e9).tolist()
    [750.0, 800.0, 850.0, 850.0, 850.0, 850.0]
    >>> limit = DebtLimit(start=date(2027, 2, 1), resolution=date(2027, 5, 1), low=50e9)
    >>> (tga_path(850e9, np.zeros(12), months, 850e9, debt_limit=limit) / 1e9).round().tolist()
    [850.0, 583.0, 317.0, 50.0, 317.0, 583.0]
    """
    if seasonal.shape != (_MONTHS_A_YEAR,):
        raise ConfigError(
            "seasonal of the Treasury's account: shape {found}; expected twelve months", found=seasonal.shape
        )
    numbers = np.array([_number(date.fromordinal(int(day))) for day in months], dtype=np.int64)
    aims = level + seasonal[numbers % _MONTHS_A_YEAR]
    distance = opening - (level + seasonal[(numbers[:1] - 1) % _MONTHS_A_YEAR])
    path = aims + distance * np.maximum(1 - np.arange(1, len(numbers) + 1) / _QUARTER_MONTHS, 0.0)
    if debt_limit is not None:
        path = _limited(path, numbers, opening, debt_limit)
    balances: FloatArray = np.maximum(path, 0.0)
    return balances


def _limited(path: FloatArray, numbers: IntArray, opening: float, limit: DebtLimit) -> FloatArray:
    """The path with the account drawn down while the limit binds, and refilled afterwards."""
    lifted = _number(limit.resolution)
    ends = np.concatenate(([opening], path))  # of the month before the first, and of each
    first = max(_number(limit.start), int(numbers[0]))
    if not first < lifted or first > numbers[-1]:
        return path
    top = float(ends[first - numbers[0]])
    low = min(limit.low, top)
    fallen = top + (low - top) * (numbers - first + 1) / (lifted - first)
    bound = (first <= numbers) & (numbers < lifted)
    drawn: FloatArray = np.where(bound, np.minimum(path, fallen), path)
    bottom = drawn[bound][-1]
    refilled = np.clip((numbers - lifted + 1) / _QUARTER_MONTHS, 0.0, 1.0)
    return np.where(numbers >= lifted, np.minimum(path, bottom + (path - bottom) * refilled), drawn)


def _number(day: date) -> int:
    """The month of a day, counted from year nil."""
    return day.year * _MONTHS_A_YEAR + day.month - 1
