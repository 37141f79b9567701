"""The demand for reserves: at which share of GDP overnight rates begin to rise, how sure that is, and how steeply.

1. Reserves in percent of GDP and a rate over the rate on reserves, week by week (`weekly`).
2. A curve that is flat while reserves are plenty and rises as they fall, with its kink found on a grid: for every place
   of the kink the rest is a closed form (`fit`).
3. An interval about the kink from the profile of the fit, widened for correlated and uneven errors; whether the data
   tell that there is a kink at all (`Curve.identified`).
4. The elasticity near today's reserves, from unforeseen changes of them (`elasticity`).
5. How long reserves take to the kink at a pace (`months_until`).

What this cannot do is in `docs/methods/ampleness.md`: a level of the spread that a change of administered rates moved
looks like demand, and so does a trend in the demand itself.

References
----------
Poole (1968), "Commercial bank reserve management in a stochastic model", Journal of Finance 23. Afonso, Giannone, La
Spada and Williams (2022), "Scarce, Abundant, or Ample? A Time-Varying Model of the Reserve Demand Curve", Federal
Reserve Bank of New York, Staff Report 1019. Lopez-Salido and Vissing-Jorgensen (2023), "Reserve Demand, Interest Rate
Control, and Quantitative Tightening". Davies (1977), "Hypothesis testing when a nuisance parameter is present only
under the alternative", Biometrika 64. Hansen (2017), "Regression Kink With an Unknown Threshold", Journal of Business &
Economic Statistics 35.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import assert_never

import numpy as np

from runoff.core.errors import EstimationError
from runoff.core.series import BoolArray, FloatArray, IntArray, Series
from runoff.core.time import month_after
from runoff.impact.funding import DateKind, date_kinds, spread_over_reserves
from runoff.impact.regression import (
    NORMAL_95,
    automatic_lags,
    first_stage,
    instrumented,
    least_squares,
)

# A year of weeks: below it neither a kink nor an elasticity is looked for.
ENOUGH_WEEKS = 52
# Two days of a week with an ordinary date give it a spread.
_ENOUGH_DAYS = 2
# The share of weeks that a kink must have on either side of it, or there is nothing to tell its slope from.
_TRIM = 0.05
# How many kinks are tried between the edges: a tenth of a percentage point of GDP apart, or less, in samples like ours;
# fewer for the logistic, whose bend is broader than the steps.
_KINKS = {"hinge": 121, "logistic": 61}
# Widths of the logistic curve, as shares of the range of reserves: from a bend as sharp as the data show to an arc over
# all of them.
_WIDTHS = np.geomspace(0.03, 0.5, 5)
# Deviations that last longer are taken to last so long: with unit roots nothing is known of a level.
_MOST_PERSISTENT = 0.97
# The quantile of chi-squared with one degree of freedom that leaves ten percent above it: its square root is NORMAL_95.
_CHI_90 = NORMAL_95**2
# A slope counts as seen where a flat line would show one as steep in at most one of twenty samples.
SIGNIFICANT = 0.05
# Where the logistic curve bends most on its flat side, in widths from its middle: its third derivative is nil there.
_SHOULDER = math.log(2.0 + math.sqrt(3.0))
# Below it, instruments are called weak (Staiger and Stock 1997).
STRONG_INSTRUMENT = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """Reserves and a spread by week, one value per week in each.

    Parameters
    ----------
    periods
        The Wednesdays, as ordinals.
    share
        Reserves in percent of GDP at an annual rate.
    spread
        A rate over the rate on reserves, in basis points; NaN in weeks with too few ordinary days.
    """

    periods: IntArray
    share: FloatArray
    spread: FloatArray

    def since(self, period: int) -> Weeks:
        """The weeks after an ordinal."""
        first = int(np.searchsorted(self.periods, period, "right"))
        return Weeks(periods=self.periods[first:], share=self.share[first:], spread=self.spread[first:])

    @property
    def known(self) -> BoolArray:
        """The weeks of which both are known."""
        return np.isfinite(self.share) & np.isfinite(self.spread)


class Shape(StrEnum):
    """The curve of demand: straight on both sides of a kink, or an arc between two flat ends."""

    HINGE = "hinge"
    LOGISTIC = "logistic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A fitted demand curve: spread = level + slope · basis(share).

    Parameters
    ----------
    level
        The spread where reserves are plenty, basis points.
    slope
        Of the hinge, basis points per percentage point of GDP below the kink; of the logistic, from its lower end to
        its upper, basis points.
    kink, low, high
        Where the curve begins to rise, and its 90 percent interval; percent of GDP. Of the logistic it is where the
        curve bends most.
    width
        Of the logistic, percentage points of GDP; nil for the hinge.
    edges
        The lowest and highest kink that was tried: beyond them lie too few weeks to tell.
    chance
        The most that the chance can be of a slope as clear as this one where there is none.
    persistence
        The correlation of the spread's deviations from one week to the next, which the fit allows for.
    inflation
        By how much uneven errors, and correlation beyond that, widen the variance of the kink.
    deviation
        Of the spread from the curve, standard, basis points.
    covariance
        Of level, slope and kink, so widened.
    """

    shape: Shape
    level: float
    slope: float
    kink: float
    low: float
    high: float
    width: float
    edges: tuple[float, float]
    chance: float
    persistence: float
    inflation: float
    deviation: float
    covariance: FloatArray
    weeks: int

    @property
    def sloped(self) -> bool:
        """Whether the spread rises as reserves fall, beyond what chance would show."""
        return self.chance <= SIGNIFICANT

    @property
    def identified(self) -> bool:
        """Whether the data tell a kink: a slope, and an interval that ends before the data do on both sides.

        An interval that reaches the highest kink tried holds a straight line through all weeks: a slope without a kink.
        """
        return self.sloped and self.low > self.edges[0] and self.high < self.edges[1]

    def at(self, share: FloatArray) -> FloatArray:
        """The spread at shares of GDP, basis points."""
        return self.level + self.slope * _basis(self.shape, share, self.kink, self.width)

    def band(self, share: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The 90 percent band of the curve at shares of GDP, pointwise, from the covariance of its parameters.

        Beside the kink a hinge has no derivative that would do: there the band also holds the curves whose kinks are
        the ends of the interval, with the level and slope that go with them.
        """
        gradient = _gradient(self.shape, share, self.slope, self.kink, self.width)
        error = np.sqrt(np.einsum("ij,jk,ik->i", gradient, self.covariance, gradient).clip(0.0))
        middle = self.at(share)
        low, high = middle - NORMAL_95 * error, middle + NORMAL_95 * error
        if self.shape is Shape.HINGE and self.covariance[2, 2] > 0.0:
            go_with = self.covariance[:2, 2] / self.covariance[2, 2]
            for kink in (self.low, self.high):
                level, slope = np.array([self.level, self.slope]) + go_with * (kink - self.kink)
                other = level + slope * _basis(self.shape, share, kink, self.width)
                low, high = np.minimum(low, other), np.maximum(high, other)
        return low, high


def share_of_gdp(reserves: Series, gdp: Series) -> FloatArray:
    """Reserves in percent of the GDP out by then, one value per period of `reserves`; NaN before the first.

    A quarter counts from the last day of the month after it, when its first estimate is due: so does every reading of
    the share that was made at the time. Its value is the latest revision known.
    """
    due = np.array(
        [(month_after(date.fromordinal(quarter), 4)).toordinal() for quarter in gdp.periods.tolist()],
        dtype=np.int64,
    )
    quarter = np.searchsorted(due, reserves.periods, "right") - 1
    # What is known last is known: a quarter whose first estimate came early counts in the last week.
    quarter[-1:] = len(gdp) - 1
    values = reserves.spec.unit.to(gdp.spec.unit, reserves.values)
    return np.where(quarter < 0, np.nan, 100.0 * values / gdp.values[np.maximum(quarter, 0)])


def weekly(reserves: Series, gdp: Series, *, rate: Series, interest_on_reserves: Series) -> Weeks:
    """Reserves over GDP on Wednesdays, and the mean spread of the ordinary days of the week that ends there.

    Month, quarter and year ends, tax dates, settlements of coupons and the days after them are left out: they lift the
    spread at any level of reserves.
    """
    periods, spread = spread_over_reserves(rate, interest_on_reserves)
    ordinary = date_kinds(periods) == tuple(DateKind).index(DateKind.ORDINARY)
    periods, sums = periods[ordinary], np.concatenate([[0.0], np.cumsum(spread[ordinary])])
    first, past = (np.searchsorted(periods, reserves.periods - back, "right") for back in (7, 0))
    days = past - first
    mean = np.where(days >= _ENOUGH_DAYS, (sums[past] - sums[first]) / np.maximum(days, 1), np.nan)
    return Weeks(periods=reserves.periods, share=share_of_gdp(reserves, gdp), spread=mean)


# --- The kink ------------------------------------------------------------------------------------------------------


def fit(weeks: Weeks, shape: Shape) -> Curve:
    """The curve of that shape which leaves the least squares, with the interval of its kink.

    1. `_profile`: for every kink on a grid (and every width of the logistic), level and slope in closed form; the slope
       is not negative.
    2. `_persistence`: the correlation of what is left from week to week; with it the profile is taken again on
       quasi-differences (Prais and Winsten 1954), in which errors are no longer correlated.
    3. `_inflation`: what unequal variance and the correlation still left make of the variance of the kink.
    4. The interval: all kinks whose sum of squares exceeds the least by no more than the quantile of chi-squared with
       one degree of freedom, times variance and inflation.
    5. `_chance`: how likely a flat line would show as clear a slope at the best of all kinks.

    Raises
    ------
    EstimationError
        If there are fewer than `ENOUGH_WEEKS`, or reserves or spread do not move.
    """
    known = weeks.known
    share, spread = weeks.share[known], weeks.spread[known]
    if (count := len(share)) < ENOUGH_WEEKS:
        raise EstimationError(
            "reserve demand: {found} weeks with both reserves and a spread are known; expected at least {enough}: take "
            "a later date, or runoff update",
            found=count,
            enough=ENOUGH_WEEKS,
        )
    edges = np.quantile(share, [_TRIM, 1.0 - _TRIM])
    if edges[1] - edges[0] <= 1e-9 or np.ptp(spread) <= 1e-9:
        raise EstimationError(
            "reserve demand: reserves or the spread do not move over {weeks} weeks", weeks=count
        )
    trials = _trials(shape, share, np.linspace(edges[0], edges[1], _KINKS[shape]))
    rough = _profile(trials, spread, persistence=0.0)
    persistence = _persistence(
        spread - rough.level - rough.slope * _basis(shape, share, rough.kink, rough.width)
    )
    best = _profile(trials, spread, persistence=persistence)
    gradient = _gradient(shape, share, best.slope, best.kink, best.width)
    residuals = _whitened(spread - gradient[:, :2] @ [best.level, best.slope], persistence)
    variance = float(residuals @ residuals) / (count - 3)
    covariance, inflation = _inflation(residuals, _whitened(gradient, persistence), variance)
    low, high = _interval(trials.kinks, (best.squares - best.squares.min()) / (variance * inflation[2]))
    return Curve(
        shape=shape,
        level=best.level,
        slope=best.slope,
        kink=best.kink,
        low=low,
        high=high,
        width=best.width,
        edges=(float(edges[0]), float(edges[1])),
        chance=_chance(best, variance * inflation[1]),
        persistence=persistence,
        inflation=float(inflation[2]),
        deviation=float(np.std(spread - gradient[:, :2] @ [best.level, best.slope])),
        covariance=covariance,
        weeks=count,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trials:
    """The curves that are tried: kinks, widths, and what rises at each; widths by weeks by kinks."""

    kinks: FloatArray
    widths: FloatArray
    rises: FloatArray


def _trials(shape: Shape, share: FloatArray, kinks: FloatArray) -> _Trials:
    widths = np.array([0.0]) if shape is Shape.HINGE else _WIDTHS * np.ptp(share)
    rises = np.stack([_basis(shape, share[:, None], kinks, width) for width in widths.tolist()])
    return _Trials(kinks=kinks, widths=widths, rises=rises)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Profile:
    """The best of the curves tried, and of each kink the sum of squares of its best one.

    `gain` is the most that any takes off the squares of a flat line, as a root; `arc` the length that the direction of
    what rises travels over all that were tried, in radians.
    """

    level: float
    slope: float
    kink: float
    width: float
    squares: FloatArray
    gain: float
    arc: float


def _profile(trials: _Trials, spread: FloatArray, *, persistence: float) -> _Profile:
    """Level and slope in closed form for every curve tried, on quasi-differences."""
    one, y = _whitened(np.ones(len(spread)), persistence), _whitened(spread, persistence)
    one /= np.linalg.norm(one)
    left = y - one * (one @ y)
    gains, lengths, arc = [], [], 0.0
    for rise in trials.rises:
        rises = _whitened(rise, persistence)
        rises -= np.outer(one, one @ rises)
        length = np.maximum(np.sqrt(np.einsum("ij,ij->j", rises, rises)), 1e-300)
        rises /= length
        gains.append(np.maximum(left @ rises, 0.0))
        lengths.append(length)
        arc += float(np.arccos(np.einsum("ij,ij->j", rises[:, 1:], rises[:, :-1]).clip(-1.0, 1.0)).sum())
    gain = np.array(gains)
    width, kink = np.unravel_index(np.argmax(gain), gain.shape)
    slope = float(gain[width, kink] / lengths[width][kink])
    flat = _whitened(np.ones(len(spread)), persistence)
    level = float(flat @ (y - slope * _whitened(trials.rises[width][:, kink], persistence))) / float(
        flat @ flat
    )
    return _Profile(
        level=level,
        slope=slope,
        kink=float(trials.kinks[kink]),
        width=float(trials.widths[width]),
        squares=left @ left - gain.max(axis=0) ** 2,
        gain=float(gain.max()),
        arc=arc,
    )


def _persistence(residuals: FloatArray) -> float:
    """The correlation of residuals from one week to the next, without the bias of short samples (Kendall 1954)."""
    centred = residuals - residuals.mean()
    found = float(centred[1:] @ centred[:-1]) / float(centred @ centred)
    return float(np.clip(found + (1.0 + 3.0 * found) / len(residuals), 0.0, _MOST_PERSISTENT))


def _whitened(values: FloatArray, persistence: float) -> FloatArray:
    """Values less `persistence` times those of the week before, along the first axis; the first one scaled alike."""
    found = values.copy()
    found[0] *= math.sqrt(1.0 - persistence**2)
    found[1:] -= persistence * values[:-1]
    return found


def _basis(shape: Shape, share: FloatArray, kink: FloatArray | float, width: float) -> FloatArray:
    """What rises as reserves fall: nil above the kink and one per point below, or from nil to one."""
    match shape:
        case Shape.HINGE:
            return np.asarray(np.maximum(kink - share, 0.0))
        case Shape.LOGISTIC:
            return np.asarray(1.0 / (1.0 + np.exp(((share - kink) / width + _SHOULDER).clip(-500.0, 500.0))))
        case _:
            assert_never(shape)


def _gradient(shape: Shape, share: FloatArray, slope: float, kink: float, width: float) -> FloatArray:
    """How the curve moves with level, slope and kink: shares by three."""
    basis = _basis(shape, share, kink, width)
    bend = (share < kink) * 1.0 if shape is Shape.HINGE else basis * (1.0 - basis) / width
    return np.column_stack([np.ones(len(share)), basis, slope * bend])


def _inflation(residuals: FloatArray, gradient: FloatArray, variance: float) -> tuple[FloatArray, FloatArray]:
    """The covariance of level, slope and kink, and what it exceeds that of independent, even errors by, each.

    The ratio is taken as at least one, so that no interval is narrower than independent errors allow.
    """
    try:
        inverse = np.linalg.inv(gradient.T @ gradient)
        robust = least_squares(residuals, gradient, lags=automatic_lags(len(residuals))).covariance
    except (np.linalg.LinAlgError, EstimationError):
        # At such a kink slope and kink are one: the interval is left to the profile.
        return np.full((3, 3), np.nan), np.ones(3)
    ratio = np.maximum(np.diag(robust) / (variance * np.diag(inverse)), 1.0)
    scale = np.sqrt(ratio * variance * np.diag(inverse) / np.diag(robust))
    return robust * np.outer(scale, scale), ratio


def _interval(kinks: FloatArray, ratio: FloatArray) -> tuple[float, float]:
    """The outermost kinks that the quantile allows, between grid points along a straight line."""
    inside = np.flatnonzero(ratio <= _CHI_90)
    first, last = int(inside[0]), int(inside[-1])
    low, high = float(kinks[first]), float(kinks[last])
    if first > 0:
        low = float(np.interp(-_CHI_90, -ratio[first - 1 : first + 1], kinks[first - 1 : first + 1]))
    if last < len(kinks) - 1:
        high = float(np.interp(_CHI_90, ratio[last : last + 2], kinks[last : last + 2]))
    return low, high


def _chance(profile: _Profile, variance: float) -> float:
    """A bound on the chance of a slope as clear as the best one where spreads do not depend on reserves (Davies 1977).

    The t statistic of the slope, as the kink runs over its grid, is a Gaussian process whose expected number of
    crossings of a height is the length of its path over two pi, times exp(-height² / 2).
    """
    height = profile.gain / math.sqrt(variance)
    tail = 0.5 * math.erfc(height / math.sqrt(2.0))
    return min(1.0, tail + profile.arc / (2.0 * math.pi) * math.exp(-(height**2) / 2.0))


# --- The elasticity ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Elasticity:
    """By how many basis points the spread moves when reserves rise by a percentage point of GDP.

    Parameters
    ----------
    value, low, high
        From unforeseen changes of reserves, with its 90 percent interval.
    plain
        By least squares on the changes themselves, for comparison.
    strength
        The robust F statistic of the instrument.
    """

    value: float
    low: float
    high: float
    plain: float
    strength: float
    weeks: int

    @property
    def negative(self) -> bool:
        """Whether the spread rises as reserves fall, beyond what chance would show."""
        return self.high < 0.0

    @property
    def strong(self) -> bool:
        """Whether the instrument is strong enough for the interval to be believed."""
        return self.strength >= STRONG_INSTRUMENT


def elasticity(weeks: Weeks) -> Elasticity:
    """The slope of demand about the reserves of these weeks, whatever the curve.

    The change of the spread over two weeks is regressed on the change of reserves, for which the error of a forecast of
    reserves a week earlier stands in: what was not foreseen then and is still there now. A shock to demand in the last
    week cannot have moved that; one of the week before that lasts can, and weekly figures do not tell them apart.

    Raises
    ------
    EstimationError
        If there are fewer than `ENOUGH_WEEKS` without a gap, or reserves do not move.
    """
    # Positions, so that every change is over consecutive weeks.
    share, spread = weeks.share, weeks.spread
    surprise = _surprises(share, spread)
    rise, drift = spread[2:] - spread[:-2], share[2:] - share[:-2]
    instrument = surprise[1:-1]
    whole = np.isfinite(rise) & np.isfinite(drift) & np.isfinite(instrument)
    if (count := int(whole.sum())) < ENOUGH_WEEKS:
        raise EstimationError(
            "elasticity of reserve demand: {found} weeks with changes of reserves and spread are known; expected at "
            "least {enough}: take a later date, or runoff update",
            found=count,
            enough=ENOUGH_WEEKS,
        )
    one, lags = np.ones((count, 1)), max(automatic_lags(count), 2)
    y, x, z = rise[whole], drift[whole][:, None], instrument[whole][:, None]
    two = instrumented(y, np.hstack([one, x]), np.hstack([one, z]), lags=lags)
    low, high = two.interval(1)
    return Elasticity(
        value=float(two.coefficients[1]),
        low=low,
        high=high,
        plain=float(least_squares(y, np.hstack([one, x]), lags=lags).coefficients[1]),
        strength=first_stage(x[:, 0], one, z, lags=lags),
        weeks=count,
    )


def _surprises(share: FloatArray, spread: FloatArray) -> FloatArray:
    """What reserves and spreads of the weeks before do not tell of reserves; NaN where they are not known.

    The forecast is a row of a vector autoregression: the last level of reserves, their last four changes, and the last
    two spreads, without which a shock to demand that passed would look like a surprise in supply.
    """
    found = np.full(len(share), np.nan)
    if len(share) < ENOUGH_WEEKS:
        return found
    steps, told = np.diff(share), _carried(spread)
    # Row i explains step i + 4 by what was there before it.
    past = np.column_stack(
        [
            np.ones(len(steps) - 4),
            share[4:-1],
            *(steps[3 - lag : -1 - lag] for lag in range(4)),
            told[4:-1],
            told[3:-2],
        ]
    )
    whole = np.isfinite(past).all(axis=1) & np.isfinite(steps[4:])
    if whole.sum() > past.shape[1] and np.ptp(steps[4:][whole]) > 0.0:
        coefficients = np.linalg.lstsq(past[whole], steps[4:][whole], rcond=None)[0]
        found[5:] = np.where(whole, steps[4:] - past @ coefficients, np.nan)
    return found


def _carried(values: FloatArray) -> FloatArray:
    """Values with each missing one replaced by the last before it."""
    place = np.where(np.isfinite(values), np.arange(len(values)), -1)
    return values[np.maximum(np.maximum.accumulate(place), 0)]


def rolling(
    weeks: Weeks, window: int, estimate: Callable[[Weeks], Elasticity], *, every: int = 1
) -> tuple[Elasticity | None, ...]:
    """An estimate for every so many weeks, the last among them, from the `window` weeks up to it.

    None where these do not give one. With `every` at one there is an estimate for each week, in their order.
    """
    found: list[Elasticity | None] = []
    count = len(weeks.periods)
    for past in range((count - 1) % every + 1, count + 1, every):
        part = slice(max(0, past - window), past)
        try:
            found.append(
                estimate(
                    Weeks(periods=weeks.periods[part], share=weeks.share[part], spread=weeks.spread[part])
                )
            )
        except EstimationError:
            found.append(None)
    return tuple(found)


# --- The way to the kink -------------------------------------------------------------------------------------------

# Fifty years: what takes longer is not on its way.
_MONTHS = 600


def months_until(reserves: float, gdp: float, kink: float, *, pace: float, growth: float) -> float | None:
    """Months until reserves are down to a share of a growing GDP; nil if they are, None if they do not get there.

    Parameters
    ----------
    reserves, gdp
        In one unit of money, GDP at an annual rate.
    kink
        Percent of GDP.
    pace
        The change of reserves in a month, in the same unit; negative as they fall.
    growth
        Of GDP in a month, a share: 0.004 is 0.4 percent.

    Examples
    --------
    >>> months_until(3000.0, 30000.0, 9.0, pace=-50.0, growth=0.0)
    6.0
    >>> months_until(3000.0, 30000.0, 9.0, pace=50.0, growth=0.0) is None
    True
    """
    months = np.arange(_MONTHS + 1.0)
    left = reserves + pace * months - kink / 100.0 * gdp * (1.0 + growth) ** months
    if left[0] <= 0.0:
        return 0.0
    past = np.flatnonzero(left <= 0.0)
    if not len(past):
        return None
    month = int(past[0])
    return float(month - 1 + left[month - 1] / (left[month - 1] - left[month]))
