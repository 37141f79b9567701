"""Funding spreads: what overnight money costs over the rate on reserves, and what of that the date explains.

1. The spread of a rate over the rate on reserves, day by day (`spread_over_reserves`).
2. What each day is to the calendar: a month, quarter or year end, a tax date, a settlement, or the day after one
   (`date_kinds`).
3. What the spread is on days without an event, slowly: the baseline (`tension`).
4. What a date of its kind usually adds to that, from earlier dates alone (`tension`).
5. What is left: the deviation; its level over a week and its changes (`level`, `change`).

Every step looks back only. The row of a day is made of the days before it and its own spread, so that a longer history
changes no earlier row, and the last row of a history is what was known on its last day.

References
----------
Federal Reserve Bank of New York, Additional Information about Reference Rates. Internal Revenue Service, due dates of
estimated and final tax. U.S. Treasury, General Auction Timing: notes and bonds settle on the 15th and at month end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from runoff.core.errors import EstimationError
from runoff.core.series import FloatArray, IntArray, Series
from runoff.core.time import calendar_effect, is_fed_day, is_market_day, next_day
from runoff.core.units import BASIS_POINTS

# Days without an event that make the baseline: about four months of market days, so slow against a week of stress and
# fast against the run-off of years.
BASELINE_DAYS = 60
# The first baseline: one month of days without an event.
ENOUGH_DAYS = 16
# Fewer earlier dates of a kind than this say nothing of it, and it is taken together with the kind most like it.
ENOUGH_DATES = 3
WEEK = 5


def spread_over_reserves(rate: Series, interest_on_reserves: Series) -> tuple[IntArray, FloatArray]:
    """A rate less the rate on reserves in force that day, in basis points, on the days both are known."""
    ior = interest_on_reserves.to(rate.spec.unit.symbol).in_force_on(rate.periods)
    there = np.isfinite(ior)
    spread = rate.spec.unit.to(BASIS_POINTS, rate.values[there] - ior[there])
    return rate.periods[there], np.round(spread, 6)  # 1.80 less 1.75 is five, and not 5.000000000000004


def share_at_or_below(values: FloatArray, value: float) -> float:
    """The percentile of `value`: the share of `values` that are not above it, in percent."""
    return 100.0 * float(np.mean(values <= value + 1e-9))


# --- The calendar --------------------------------------------------------------------------------------------------


class DateKind(StrEnum):
    """What a day is to the calendar of overnight money; of several, the first that applies."""

    ORDINARY = "ordinary"
    YEAR_END = "year_end"
    AFTER_YEAR_END = "after_year_end"
    QUARTER_END = "quarter_end"
    AFTER_QUARTER_END = "after_quarter_end"
    MONTH_END = "month_end"
    AFTER_MONTH_END = "after_month_end"
    TAX_DATE = "tax_date"
    AFTER_TAX_DATE = "after_tax_date"
    SETTLEMENT = "settlement"
    AFTER_SETTLEMENT = "after_settlement"


_KINDS = tuple(DateKind)
_CODES = {kind: code for code, kind in enumerate(_KINDS)}
# How many dates of a kind three years have; the medians look back that far.
_IN_THREE_YEARS = {
    DateKind.YEAR_END: 3,
    DateKind.QUARTER_END: 9,
    DateKind.MONTH_END: 24,
    DateKind.TAX_DATE: 15,
    DateKind.SETTLEMENT: 21,
}
# The kind that one is taken together with where there are too few of it. A tax date settles coupons too, on most 15ths.
_LIKE = {
    DateKind.YEAR_END: DateKind.QUARTER_END,
    DateKind.QUARTER_END: DateKind.MONTH_END,
    DateKind.TAX_DATE: DateKind.SETTLEMENT,
}


def _after(kind: DateKind) -> DateKind:
    return DateKind(f"after_{kind}")


@lru_cache(maxsize=16384)
def date_kind(day: date) -> DateKind:
    """What `day` is to the calendar of overnight money.

    Examples
    --------
    >>> date_kind(date(2019, 9, 16)), date_kind(date(2019, 9, 17)), date_kind(date(2025, 12, 31))
    (<DateKind.TAX_DATE: 'tax_date'>, <DateKind.AFTER_TAX_DATE: 'after_tax_date'>, <DateKind.YEAR_END: 'year_end'>)
    """
    match calendar_effect(day):
        case "quarter_end" | "month_end" as effect:
            last = next_day(day, is_market_day).month != day.month
            kind = DateKind(effect)
            if effect == "quarter_end" and day.month in {12, 1}:
                kind = DateKind.YEAR_END
            return kind if last else _after(kind)
        case "tax_date":
            again = calendar_effect(_market_day_before(day)) == "tax_date"
            return DateKind.AFTER_TAX_DATE if again else DateKind.TAX_DATE
    settles = _mid_month(day)
    if day == settles:
        return DateKind.SETTLEMENT
    return DateKind.AFTER_SETTLEMENT if _market_day_before(day) == settles else DateKind.ORDINARY


def _mid_month(day: date) -> date:
    """The day on which the coupons of mid-month settle in the month of `day`: the 15th, or the next business day."""
    fifteenth = day.replace(day=15)
    return fifteenth if is_fed_day(fifteenth) else next_day(fifteenth)


def _market_day_before(day: date) -> date:
    before = date.fromordinal(day.toordinal() - 1)
    while not is_market_day(before):
        before = date.fromordinal(before.toordinal() - 1)
    return before


@lru_cache(maxsize=64)
def _codes_of_year(year: int) -> npt.NDArray[np.int64]:
    """The kind of every day of a year, as an index into `_KINDS`."""
    first, past = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
    return np.array([_CODES[date_kind(date.fromordinal(day))] for day in range(first, past)])


def date_kinds(periods: IntArray) -> IntArray:
    """What each of `periods` (ordinals, ascending) is to the calendar, as an index into the members of `DateKind`."""
    if not len(periods):
        return np.zeros(0, dtype=np.int64)
    first, last = (date.fromordinal(int(periods[edge])).year for edge in (0, -1))
    codes = np.concatenate([_codes_of_year(year) for year in range(first, last + 1)])
    return codes[periods - date(first, 1, 1).toordinal()]


# --- What the date explains ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Tension:
    """A spread taken apart, day by day; basis points, one value per day, in the order of `periods`.

    Parameters
    ----------
    spread
        The spread itself.
    kinds
        What the day is to the calendar: an index into the members of `DateKind`.
    baseline
        The median of the last `BASELINE_DAYS` ordinary days before it; NaN before there are `ENOUGH_DAYS`.
    explained
        What earlier dates of its kind added to their baselines, at the median; nil on ordinary days.
    dates
        How many earlier dates `explained` stands on; nil on ordinary days, and where there were too few to say.
    """

    periods: IntArray
    spread: FloatArray
    kinds: IntArray
    baseline: FloatArray
    explained: FloatArray
    dates: IntArray

    @property
    def deviation(self) -> FloatArray:
        """What neither the months before nor the date explain."""
        return self.spread - self.baseline - self.explained

    @property
    def adjusted(self) -> FloatArray:
        """The spread less what its date explains."""
        return self.spread - self.explained

    def kind(self, index: int) -> DateKind:
        """What the day at `index` is to the calendar."""
        return _KINDS[int(self.kinds[index])]


def tension(periods: IntArray, spread: FloatArray) -> Tension:
    """Take a spread apart into its baseline, what the date explains, and the rest.

    The kinds of date exclude each other, so that the medians within each are the least-absolute-deviations regression
    of the spread over its baseline on one dummy per kind: the 307 basis points of 17 September 2019 move a mean of
    fifteen such days by twenty, and their median by next to nothing.

    Parameters
    ----------
    periods, spread
        Days (ordinals, ascending) and the spread on them, basis points.

    Raises
    ------
    EstimationError
        If there are too few days to know what an ordinary one is.
    """
    kinds = date_kinds(periods)
    ordinary = np.flatnonzero(kinds == _CODES[DateKind.ORDINARY])
    if len(ordinary) <= ENOUGH_DAYS:
        raise EstimationError(
            "funding spread: {found} ordinary days are known; expected more than {enough}, to know what an ordinary "
            "day is: take a later date, or runoff update",
            found=len(ordinary),
            enough=ENOUGH_DAYS,
        )
    medians, counts = _medians_so_far(spread[ordinary], BASELINE_DAYS)
    medians[counts < ENOUGH_DAYS] = np.nan
    baseline = medians[np.searchsorted(ordinary, np.arange(len(periods)))]
    explained, dates = _explained(kinds, spread - baseline)
    return Tension(
        periods=periods, spread=spread, kinds=kinds, baseline=baseline, explained=explained, dates=dates
    )


def _explained(kinds: IntArray, excess: FloatArray) -> tuple[FloatArray, IntArray]:
    """What the date explains of each day, and on how many earlier dates that stands.

    Parameters
    ----------
    kinds, excess
        The kind of each day, and its spread over its baseline (NaN where there was none yet).
    """
    explained, dates = np.zeros(len(kinds)), np.zeros(len(kinds), dtype=np.int64)
    for kind in _IN_THREE_YEARS:
        for coded in (_on_the_day, _on_the_day_after):
            days = np.flatnonzero(kinds == coded(kind))
            unsaid = np.ones(len(days), dtype=bool)
            pool: tuple[DateKind, ...] = ()
            wider: DateKind | None = kind
            while wider is not None and np.any(unsaid):
                pool, wider = (*pool, wider), _LIKE.get(wider)
                alike = np.flatnonzero(np.isin(kinds, [coded(one) for one in pool]) & np.isfinite(excess))
                medians, counts = _medians_so_far(excess[alike], sum(_IN_THREE_YEARS[one] for one in pool))
                before = np.searchsorted(alike, days)
                said = unsaid & (counts[before] >= ENOUGH_DATES)
                explained[days[said]], dates[days[said]] = medians[before[said]], counts[before[said]]
                unsaid &= ~said
    return explained, dates


def _on_the_day(kind: DateKind) -> int:
    return _CODES[kind]


def _on_the_day_after(kind: DateKind) -> int:
    return _CODES[_after(kind)]


def _medians_so_far(values: FloatArray, window: int) -> tuple[FloatArray, IntArray]:
    """The median of the last `window` values before each place, and of how many it is.

    Both have one place more than `values`: the last looks back on all of them. NaN where nothing lies before.
    """
    padded = np.concatenate((np.full(window, np.nan), values))
    sorted_windows = np.sort(np.lib.stride_tricks.sliding_window_view(padded, window), axis=1)  # NaN last
    counts = np.minimum(np.arange(len(values) + 1), window)
    rows = np.arange(len(counts))
    low, high = np.maximum(counts - 1, 0) // 2, counts // 2
    medians = 0.5 * (sorted_windows[rows, low] + sorted_windows[rows, high])
    return np.where(counts > 0, medians, np.nan), counts


# --- Level and speed -----------------------------------------------------------------------------------------------


def level(values: FloatArray, *, days: int = WEEK) -> FloatArray:
    """The median of the last `days` values at each place, its own included; NaN before there are as many.

    Examples
    --------
    >>> level(np.array([1.0, 2.0, 90.0, 3.0]), days=3)
    array([nan, nan,  2.,  3.])
    """
    found = np.full(len(values), np.nan)
    if len(values) >= days:
        found[days - 1 :] = np.median(np.lib.stride_tricks.sliding_window_view(values, days), axis=1)
    return found


def change(values: FloatArray, *, days: int) -> FloatArray:
    """What each value is more than the one `days` places before it; NaN before there is one."""
    found = np.full(len(values), np.nan)
    found[days:] = values[days:] - values[:-days]
    return found


def on_days(periods: IntArray, found: tuple[IntArray, FloatArray]) -> FloatArray:
    """Values of other days brought to `periods`, NaN on those they do not have."""
    theirs, values = found
    if not len(theirs):
        return np.full(len(periods), np.nan)
    index = np.minimum(np.searchsorted(theirs, periods), len(theirs) - 1)
    return np.where(theirs[index] == periods, values[index], np.nan)
