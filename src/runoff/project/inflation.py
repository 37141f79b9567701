"""Consumer prices as the Treasury indexes its securities to them: CPI-U, three months late, interpolated by day.

References
----------
31 CFR part 356, appendix B, section I.B: index ratios, and the index used where a month's was not published.
"""

from __future__ import annotations

import calendar
import math
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from runoff.core.errors import Unavailable
from runoff.core.series import FloatArray, IntArray, Series

# The FOMC's longer-run goal (statement of 25 January 2012, reaffirmed every January): what is assumed of prices that
# nobody knows yet. It is a goal for another index (PCE) and no forecast.
LONGER_RUN_GOAL: Final = 2.0
_LAG_MONTHS = 3


def to_five_decimals(value: float) -> float:
    """Truncate to six decimals and round to five, half up, as the Treasury does an index and a ratio.

    Examples
    --------
    >>> to_five_decimals(1.1615949), to_five_decimals(1.161595)
    (1.16159, 1.1616)
    """
    millionths = math.floor(round(value * 1e6, 3))  # the inner rounding undoes what binary fractions add
    return (millionths + 5) // 10 / 1e5


def _number(day: date) -> int:
    """The month of a day, counted from year nil."""
    return day.year * 12 + day.month - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerPrices:
    """The index (CPI-U, not seasonally adjusted, 1982-84 = 100) of every month from the first held, known or assumed.

    `first` counts its months from year nil, `levels` hold one value a month without gaps; after the last, prices grow
    by `growth` percent a year, the same every month.
    """

    first: int
    levels: FloatArray
    growth: float = LONGER_RUN_GOAL

    @staticmethod
    def of(series: Series, *, growth: float = LONGER_RUN_GOAL) -> ConsumerPrices:
        """The prices a series knows; a month that was never published is filled as the Treasury fills it."""
        return ConsumerPrices.at(series.periods, series.values, growth=growth)

    @staticmethod
    def at(periods: IntArray, values: FloatArray, *, growth: float = LONGER_RUN_GOAL) -> ConsumerPrices:
        """The prices of months given by any of their days (ordinals), ascending.

        A month that is missing takes the index of the month before, grown by a twelfth root of the growth of the year
        to that month (October 2025).
        """
        months = np.array([_number(date.fromordinal(int(day))) for day in periods], dtype=np.int64)
        first = int(months[0])
        levels = np.full(int(months[-1]) - first + 1, np.nan)
        levels[months - first] = values
        for gap in np.flatnonzero(np.isnan(levels)).tolist():
            year_before = levels[gap - 13] if gap >= 13 else levels[gap - 1]
            levels[gap] = levels[gap - 1] * (levels[gap - 1] / year_before) ** (1 / 12)
        return ConsumerPrices(first=first, levels=levels, growth=growth)

    @property
    def last(self) -> date:
        """The first day of the last month known."""
        month = self.first + len(self.levels) - 1
        return date(month // 12, month % 12 + 1, 1)

    def level(self, month: int) -> float:
        """The index of a month counted from year nil: known, or assumed after the last known.

        Raises
        ------
        Unavailable
            If the month is before the first.
        """
        index = month - self.first
        if index < 0:
            raise Unavailable(
                "consumer prices of {month} are not at hand; the first are of {first}",
                month=f"{month // 12}-{month % 12 + 1:02}",
                first=f"{self.first // 12}-{self.first % 12 + 1:02}",
            )
        beyond = max(index - len(self.levels) + 1, 0)
        return float(self.levels[index - beyond]) * math.pow(1 + self.growth / 100, beyond / 12)

    def reference(self, day: date) -> float:
        """The reference index of a day: that of the third month before on its first day, interpolated within it.

        Examples
        --------
        The reference index of 15 July 2022 is 14/31 of the way from the prices of April to those of May.

        >>> months = np.array([date(2022, m, 1).toordinal() for m in (4, 5)])
        >>> ConsumerPrices.at(months, np.array([289.109, 292.296])).reference(date(2022, 7, 15))
        290.54829
        """
        month = _number(day) - _LAG_MONTHS
        start, end = self.level(month), self.level(month + 1)
        days = calendar.monthrange(day.year, day.month)[1]
        return to_five_decimals(start + (day.day - 1) / days * (end - start))
