"""What many paths say: quantiles of a line, when reserves cross a threshold, and how likely something is.

Everything is a share of paths; with it goes what so few paths leave uncertain, one standard error of that share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from runoff.core.errors import ConfigError
from runoff.core.series import BoolArray, FloatArray, IntArray

# Percent. Between the outer two lie 90 paths of a hundred, between the next 80, between the inner ones 50.
LEVELS: Final = (5, 10, 25, 50, 75, 90, 95)
_NEVER: Final = -1


def quantiles(values: FloatArray | IntArray, levels: tuple[int, ...] = LEVELS) -> FloatArray:
    """Quantiles of paths at each month, levels by months, in the unit of the values.

    Examples
    --------
    >>> quantiles(np.array([[1.0, 5.0], [2.0, 7.0], [3.0, 9.0]]), (50,)).tolist()
    [[2.0, 7.0]]
    """
    found: FloatArray = np.percentile(np.asarray(values, dtype=np.float64), levels, axis=0)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """A share of paths, and the standard error that drawing so many leaves in it."""

    share: FloatArray
    error: FloatArray

    @staticmethod
    def of(happened: BoolArray) -> Odds:
        """How often something happened, paths by months."""
        share = happened.mean(axis=0)
        return Odds(share=share, error=np.sqrt(share * (1 - share) / len(happened)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """When a line falls below a threshold.

    Parameters
    ----------
    threshold
        Dollars, by months.
    below
        The odds of standing below it at each month end.
    crossed
        The odds of having stood below it at that month end or an earlier one.
    first
        The place of the month in which each path first ends below; -1 on a path on which none does.
    already
        Whether the opening stands below.
    """

    threshold: FloatArray
    below: Odds
    crossed: Odds
    first: IntArray
    already: bool

    def date_at(self, level: float) -> int | None:
        """The place of the month by which so many percent of paths have crossed; None where they do not."""
        reached = np.flatnonzero(self.crossed.share >= level / 100)
        return int(reached[0]) if len(reached) else None


def crossing(values: FloatArray, opening: float, threshold: FloatArray) -> Crossing:
    """When paths of a line fall below a threshold.

    Parameters
    ----------
    values
        Dollars, paths by months.
    opening
        Dollars, before the first month.
    threshold
        Dollars, by months.

    Raises
    ------
    ConfigError
        If the threshold is no number, or not one a month.

    Examples
    --------
    >>> found = crossing(np.array([[9.0, 7.0], [9.0, 8.5]]), 10.0, np.array([8.0, 8.0]))
    >>> found.crossed.share.tolist(), found.first.tolist(), found.already
    ([0.0, 0.5], [1, -1], False)
    """
    if threshold.shape != values.shape[1:] or not np.all(np.isfinite(threshold)):
        raise ConfigError(
            "a threshold of shape {found}; expected a number for each of {months} months",
            found=threshold.shape,
            months=values.shape[1],
        )
    below = values < threshold
    crossed = np.logical_or.accumulate(below, axis=1)
    return Crossing(
        threshold=threshold,
        below=Odds.of(below),
        crossed=Odds.of(crossed),
        first=np.where(crossed[:, -1], np.argmax(below, axis=1), _NEVER).astype(np.int64),
        already=bool(opening < threshold[0]),
    )


def variance_ratio(first: FloatArray, second: FloatArray, other: FloatArray) -> FloatArray:
    """How many times less a difference varies on common draws than on draws of its own, by months.

    Parameters
    ----------
    first, second
        A line under two policies on the same draws, paths by months.
    other
        The line under the second policy on other draws.
    """
    common = np.var(first - second, axis=0)
    own = np.var(first - other, axis=0)
    ratio: FloatArray = np.divide(own, common, out=np.full_like(own, np.inf), where=common > 0)
    return ratio
