"""Is a forecast better than another, and do its bands hold what they promise: statistics of few, overlapping outcomes.

A forecast made every month for a year ahead shares eleven months with the next one. Their errors are then so alike that
forty outcomes say little more than four would: every test here is told how many in a row overlap, and `independent`
says how many outcomes do not.

References
----------
Diebold, F. X., and R. S. Mariano (1995), "Comparing Predictive Accuracy", Journal of Business and Economic Statistics
13. Harvey, D., S. Leybourne, and P. Newbold (1997), "Testing the equality of prediction mean squared errors",
International Journal of Forecasting 13. Holm, S. (1979), "A Simple Sequentially Rejective Multiple Test Procedure",
Scandinavian Journal of Statistics 6. Politis, D. N., and J. P. Romano (1992), "A circular block-resampling procedure
for stationary data", in Exploring the Limits of Bootstrap. Lentz, W. J. (1976), "Generating Bessel functions in Mie
scattering calculations using continued fractions", Applied Optics 15.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from runoff.core.errors import EstimationError
from runoff.core.series import FloatArray

FEWEST: Final = 12  # outcomes: of fewer, one more changes the verdict
SIGNIFICANT: Final = 0.05
_CONFIDENCE: Final = 0.95
_DRAWS: Final = (
    2000  # of a bootstrap: the ends of a 95 percent interval then move by a hundredth of its width or so
)
# A continued fraction is cut where a term changes it by less, and after so many terms at most: ten times what it takes.
_CLOSE: Final = 1e-15
_TERMS: Final = 1000
_TINY: Final = 1e-300
_HALVINGS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How our losses compare with those of another forecast of the same outcomes.

    Parameters
    ----------
    count
        How many outcomes.
    independent
        How many of them do not overlap.
    ours, theirs
        Mean losses, in the unit of the losses.
    error
        Standard error of the difference of the means, corrected for small samples.
    statistic, p
        Of Diebold and Mariano as corrected by Harvey, Leybourne and Newbold, and its two-sided p by Student's
        distribution. The null is that both lose the same on average.
    interval
        Of the difference, ours less theirs, 95 percent.
    closer
        The share of outcomes of which ours lost less.
    """

    count: int
    independent: int
    ours: float
    theirs: float
    error: float
    statistic: float
    p: float
    interval: tuple[float, float]
    closer: float

    @property
    def difference(self) -> float:
        """Ours less theirs: below nil where ours is better."""
        return self.ours - self.theirs

    @property
    def beats(self) -> bool:
        """Whether ours lost less on average, significantly or not."""
        return self.difference < 0


def compared(ours: FloatArray, theirs: FloatArray, *, overlap: int) -> Comparison:
    """Compare the losses of two forecasts of the same outcomes.

    Parameters
    ----------
    ours, theirs
        Losses (absolute errors, say), one per outcome, in the order of the origins.
    overlap
        How many consecutive origins' forecasts share a part of their way: 1 where none do.

    Raises
    ------
    EstimationError
        If there are fewer than two outcomes, a loss is missing, or `overlap` means nothing.

    Examples
    --------
    >>> found = compared(np.array([1.0, 2.0, 1.0, 2.0]), np.array([2.0, 2.5, 3.0, 2.5]), overlap=1)
    >>> found.difference, found.closer, found.independent
    (-1.0, 1.0, 4)
    """
    _check(ours, theirs, overlap)
    gaps, count = ours - theirs, len(ours)
    variance = long_run_variance(gaps, lags=overlap - 1)
    # Harvey, Leybourne and Newbold (1997), equation 9: the square of what their correction divides the error by.
    small = (count + 1 - 2 * overlap + overlap * (overlap - 1) / count) / count
    error = math.sqrt(variance / count / small) if small > 0 else math.inf
    middle = float(gaps.mean())
    statistic = middle / error if error > 0 else math.copysign(math.inf, middle) if middle else 0.0
    width = student_quantile((1 + _CONFIDENCE) / 2, count - 1) * error
    return Comparison(
        count=count,
        independent=independent(count, overlap),
        ours=float(ours.mean()),
        theirs=float(theirs.mean()),
        error=error,
        statistic=statistic,
        p=student_p(statistic, count - 1),
        interval=(middle - width, middle + width),
        closer=float(np.mean(ours < theirs)),
    )


def _check(ours: FloatArray, theirs: FloatArray, overlap: int) -> None:
    if len(ours) != len(theirs) or len(ours) < 2:
        raise EstimationError(
            "{ours} losses against {theirs}; a comparison needs one of each per outcome, and two outcomes at least",
            ours=len(ours),
            theirs=len(theirs),
        )
    if not (np.isfinite(ours).all() and np.isfinite(theirs).all()):
        raise EstimationError("a loss is missing or not finite; leave its outcome out of both")
    if overlap < 1:
        raise EstimationError(
            "an overlap of {overlap}; expected 1 (none) or more origins in a row", overlap=overlap
        )


def independent(count: int, overlap: int) -> int:
    """How many of so many outcomes in a row share no part of their way.

    Examples
    --------
    >>> [independent(count, 12) for count in (1, 12, 13, 40)]
    [1, 1, 2, 4]
    """
    return -(-count // overlap)


def long_run_variance(values: FloatArray, *, lags: int) -> float:
    """The variance of a mean times the number of values, where values so many apart are still alike.

    Autocovariances up to `lags` count whole, as Diebold and Mariano have it. Sampling can make their sum too small or
    even negative, and declare a difference certain of which little is known: the sum with falling weights (Newey and
    West) is a floor under it.

    Examples
    --------
    >>> long_run_variance(np.array([1.0, -1.0, 1.0, -1.0]), lags=1), long_run_variance(np.arange(5.0), lags=0)
    (0.25, 2.0)
    """
    centred = values - values.mean()
    count = len(values)
    whole = falling = float(centred @ centred) / count
    for lag in range(1, min(lags, count - 1) + 1):
        both_sides = 2 * float(centred[lag:] @ centred[:-lag]) / count
        whole += both_sides
        falling += (1 - lag / (lags + 1)) * both_sides
    return max(whole, falling)


def bootstrapped(values: FloatArray, *, block: int, seed: int) -> tuple[float, float]:
    """The 95 percent interval of a mean by circular blocks: a check that trusts no formula of variance.

    With few blocks it is too narrow: it can only rearrange what happened.

    Parameters
    ----------
    values
        In their order; blocks run over the end back to the beginning.
    block
        How many values stay together: the overlap.
    seed
        Of the draws; the same seed gives the same interval.

    Examples
    --------
    >>> low, high = bootstrapped(np.arange(40.0), block=1, seed=1)
    >>> bool(15 < low < 17), bool(22 < high < 24)
    (True, True)
    """
    count = len(values)
    blocks = independent(count, block)
    starts = np.random.default_rng(seed).integers(0, count, size=(_DRAWS, blocks))
    places = (starts[:, :, np.newaxis] + np.arange(block)) % count
    means = values[places.reshape(_DRAWS, -1)[:, :count]].mean(axis=1)
    tail = 100 * (1 - _CONFIDENCE) / 2
    low, high = np.percentile(means, (tail, 100 - tail))
    return float(low), float(high)


def holm(chances: Sequence[float]) -> tuple[float, ...]:
    """The p of several tests, each raised for there being several: one below 5 percent is so in 5 percent of families.

    Parameters
    ----------
    chances
        The p of each test, in any order; adjusted ones come in the same.

    Examples
    --------
    >>> [round(one, 3) for one in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(chances)), key=lambda place: chances[place])
    adjusted, least = [0.0] * len(chances), 0.0
    for rank, place in enumerate(order):
        least = max(least, min(1.0, chances[place] * (len(chances) - rank)))
        adjusted[place] = least
    return tuple(adjusted)


def student_p(statistic: float, degrees: int) -> float:
    """How likely Student's distribution goes further from nil than a statistic, either way.

    Examples
    --------
    >>> round(student_p(2.0, 10), 6), student_p(0.0, 3)
    (0.073388, 1.0)
    """
    return _beta(degrees / (degrees + statistic * statistic), degrees / 2, 0.5)


@lru_cache(maxsize=256)
def student_quantile(level: float, degrees: int) -> float:
    """The value below which so large a part (from a half to less than one) of Student's distribution lies.

    Examples
    --------
    >>> round(student_quantile(0.975, 10), 6)
    2.228139
    """
    low, high = 0.0, 1.0
    while 1 - student_p(high, degrees) / 2 < level:
        low, high = high, 2 * high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if 1 - student_p(middle, degrees) / 2 < level else (low, middle)
    return (low + high) / 2


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22)."""
    if x <= 0.0 or x >= 1.0:
        return min(max(x, 0.0), 1.0)
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast below only
        return 1 - _beta(1 - x, b, a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    return front * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function, from its front to its end (Lentz)."""
    found, numerator, denominator = 1.0, math.inf, 1.0
    for term in range(1, _TERMS):
        half, odd = divmod(term, 2)
        if odd:
            part = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        else:
            part = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        denominator = 1 / _away(1 + part * denominator)
        numerator = _away(1 + part / numerator)
        step = numerator * denominator
        found *= step
        if abs(step - 1) < _CLOSE:
            break
    return found


def _away(value: float) -> float:
    """A number that can be divided by."""
    return value if abs(value) > _TINY else _TINY
