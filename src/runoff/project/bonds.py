"""Prices, yields and sensitivities of many Treasury securities at once, and the curve they are valued on.

The securities lie side by side along the last axis of every array; axes before it (paths, months) are carried along.
Everything is per 100 of par, of TIPS per 100 of indexed principal and in real terms. Settlement is the day the caller
says; cash flows are dated as the security says, weekends included, and discounted from those dates.

1. Notes, bonds and TIPS pay half the coupon every half-year, counted back from maturity; where a security matures on
   the last day of a month it pays on last days (`_before`, `_payments`). Yields are the street's: compounded every
   half-year, the fraction of the current one (actual days over actual days) included. Within the last half-year
   interest is simple, as Treasury reckons it.
2. A bill's yield is Treasury's investment rate: simple up to six months, and one half-year of simple interest upon the
   rest beyond it, on the 365 or 366 days of the year after settlement.
3. Both are one formula, a first step and whole half-years after it (`_Level`).
4. A floating-rate note pays the index and its spread every quarter on actual days over 360, never less than nil; its
   yield is the index and the discount margin, simple within each quarter (`_Floating`). The index is one number here:
   what accrued and all that will accrue is reckoned at it.
5. A curve's discount factors come from par yields, half-year by half-year (`Curve`).

Left out, since a book of holdings does not tell them: odd first interest periods, the index rates fixed so far in a
quarter, and the floor under the principal of TIPS at maturity. Treasury's own price of a reopened security counts
simple interest through the first fraction of a half-year even where many follow; on a payment date it is the street's.

References
----------
31 CFR part 356, appendix B: section II (notes and bonds), III (TIPS), IV (floating-rate notes), VI (bills).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from runoff.core.errors import ConfigError, EstimationError
from runoff.core.holdings import SecurityKind
from runoff.core.series import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]

_HALF_YEAR, _QUARTER = 6, 3  # months from payment to payment: 31 CFR 356.30; appendix B, section I.C
_MONEY_MARKET_YEAR = 360  # days: appendix B, section I.C
_FLOOR: Final = -200.0  # percent: a yield compounded every half-year has no meaning at or below it
_CONVERGED = 1e-12  # of the price: a few roundings of a price of thirty years of payments
_STEPS = 40  # fewer than ten are needed where there is a yield; halving 40 times stays clear of the floor
_EPOCH = date(1970, 1, 1).toordinal()  # numpy counts days from here
_MEAN_YEAR = 365.25  # days
_TENOR = 10.0  # years, of the security equivalents are counted in


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Discount factors from today on, made of par yields.

    `nodes` are years, ascending from nil, `logs` the logarithm of the discount factor at each; it is linear between
    them and beyond the last (forward rates are constant there).
    """

    nodes: FloatArray
    logs: FloatArray

    @staticmethod
    def of(tenors: FloatArray, par_yields: FloatArray) -> Curve:
        """Bootstrap a curve.

        1. Par yields are interpolated onto every half-year by monotone cubics, flat before the first tenor.
        2. The discount factor of each half-year follows from those before it: a bond at its par yield costs 100.
        3. Tenors below half a year stand for bills: their yields are simple.

        Parameters
        ----------
        tenors
            Years, ascending.
        par_yields
            Percent a year, compounded every half-year (bond-equivalent), as H.15 prints constant maturities; by tenor.
            A tenor whose yield is not a number is dropped.

        Raises
        ------
        ConfigError
            If no yield is left, tenors do not ascend from above nil, or the yields leave nothing to discount with.

        Examples
        --------
        >>> curve = Curve.of(np.array([0.25, 2.0, 10.0]), np.array([1.0, 2.0, 3.0]))
        >>> [round(float(y), 6) for y in curve.par_yield(np.array([0.25, 2.0, 10.0]))]
        [1.0, 2.0, 3.0]
        """
        given = np.isfinite(par_yields)
        years, yields = np.asarray(tenors, dtype=np.float64)[given], np.asarray(par_yields)[given] / 100
        if not len(years) or years[0] <= 0 or np.any(np.diff(years) <= 0):
            raise ConfigError(
                "par yields at tenors of {tenors} years; expected tenors that ascend from above nil, and a yield at "
                "one of them at least",
                tenors=", ".join(f"{year:g}" for year in years.tolist()) or "no",
            )
        grid = np.arange(1, max(int(np.ceil(2 * years[-1])), 1) + 1) / 2
        short = years < grid[0]
        discounts = np.concatenate(
            [[1.0], 1 / (1 + yields[short] * years[short]), _bootstrap(_monotone(years, yields, grid))]
        )
        if not np.all(discounts > 0):
            raise ConfigError(
                "par yields of up to {highest} percent leave no positive discount factor; expected percent a year",
                highest=round(100 * float(yields.max()), 4),
            )
        return Curve(nodes=np.concatenate([[0.0], years[short], grid]), logs=np.log(discounts))

    def discount(self, years: FloatArray) -> FloatArray:
        """What 1 paid after so many years is worth today, for years of any shape."""
        years = np.asarray(years, dtype=np.float64)
        if np.any(years < 0):
            raise ConfigError(
                "a discount factor for {years} years; expected nil or more", years=float(years.min())
            )
        forward = (self.logs[-1] - self.logs[-2]) / (self.nodes[-1] - self.nodes[-2])
        beyond = np.maximum(years - self.nodes[-1], 0.0)
        return np.asarray(np.exp(np.interp(years, self.nodes, self.logs) + forward * beyond))

    def par_yield(self, years: FloatArray) -> FloatArray:
        """The coupon, in percent a year, at which a security of so many years costs 100 without accrued interest.

        Simple up to half a year, as of a bill; for years of any shape above nil.
        """
        years = np.asarray(years, dtype=np.float64)
        if not np.all(years > 0):
            raise ConfigError(
                "a par yield for {years} years; expected a number above nil", years=float(years.min())
            )
        # Ten years are twenty half-years, whether or not they were rounded up on the way here.
        payments = np.ceil(2 * years - 1e-9)[..., np.newaxis]
        number = np.arange(int(payments.max(initial=1)))
        first = years[..., np.newaxis] - (payments - 1) / 2
        due = number < payments
        paid = np.where(due, self.discount(np.where(due, first + number / 2, 0.0)), 0.0).sum(axis=-1)
        last = self.discount(years)
        elapsed = 1 - 2 * first[..., 0]  # the part of the current half-year whose interest has accrued
        simple = years <= 0.5
        return np.asarray(
            100 * (1 - last) / np.where(simple, last * years, 0.5 * (paid - np.where(simple, 0.0, elapsed)))
        )


def _bootstrap(par_yields: FloatArray) -> FloatArray:
    """Discount factors by half-years from par yields by half-years (a fraction of one, not percent)."""
    found, annuity = [], 0.0
    for half in (par_yields / 2).tolist():
        found.append((1 - half * annuity) / (1 + half))
        annuity += found[-1]
    return np.array(found)


def _monotone(x: FloatArray, y: FloatArray, at: FloatArray) -> FloatArray:
    """Cubic Hermite interpolation that rises and falls only where the points do, flat outside of them.

    References
    ----------
    Fritsch and Butland, "A method for constructing local monotone piecewise cubic interpolants", SIAM Journal on
    Scientific and Statistical Computing 5 (1984), 300-304.
    """
    if len(x) < 3:
        return np.interp(at, x, y)
    width, rise = np.diff(x), np.diff(y) / np.diff(x)
    before, after = 2 * width[1:] + width[:-1], width[1:] + 2 * width[:-1]
    turns = rise[:-1] * rise[1:] <= 0
    left, right = np.where(turns, 1.0, rise[:-1]), np.where(turns, 1.0, rise[1:])
    inner = np.where(turns, 0.0, (before + after) / (before / left + after / right))
    ends = (_end(width[0], width[1], rise[0], rise[1]), _end(width[-1], width[-2], rise[-1], rise[-2]))
    slope = np.concatenate([ends[:1], inner, ends[1:]])
    at = np.clip(at, x[0], x[-1])
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    t, h = (at - x[i]) / width[i], width[i]
    return np.asarray(
        y[i] * (1 + 2 * t) * (1 - t) ** 2
        + y[i + 1] * t**2 * (3 - 2 * t)
        + h * t * (1 - t) * (slope[i] * (1 - t) - slope[i + 1] * t)
    )


def _end(width: float, next_width: float, rise: float, next_rise: float) -> float:
    """The slope at an end point: of the parabola through three points, bent so as not to overshoot."""
    slope = ((2 * width + next_width) * rise - width * next_rise) / (width + next_width)
    if slope * rise <= 0:
        return 0.0
    if rise * next_rise <= 0 and abs(slope) > 3 * abs(rise):
        return 3 * rise
    return slope


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """Securities of level payments: bills, notes, bonds, TIPS; arrays by security.

    `payment` is paid every half-year per 100, `payments` times, and 100 with the last; `first` is the time to the
    first, in years, discounted by compound interest where `compounded` says so and by simple interest elsewhere.
    `flows` are the payments, securities by half-years from the first.
    """

    payment: FloatArray
    payments: IntArray
    first: FloatArray
    compounded: BoolArray
    flows: FloatArray

    @staticmethod
    def of(payment: FloatArray, payments: IntArray, first: FloatArray, compounded: BoolArray) -> _Level:
        number = np.arange(int(payments.max(initial=1)))
        left = payments[:, np.newaxis] - 1 - number
        flows = np.where(left >= 0, payment[:, np.newaxis], 0.0) + np.where(left == 0, 100.0, 0.0)
        return _Level(payment=payment, payments=payments, first=first, compounded=compounded, flows=flows)

    @property
    def start(self) -> FloatArray:
        """Where a search for the yield begins, as a fraction of one: at the coupon."""
        return self.payment / 50

    @property
    def years(self) -> FloatArray:
        """The time of each payment, securities by half-years; of what is not paid any more, nil."""
        return np.where(self.flows, self.first[:, np.newaxis] + np.arange(self.flows.shape[1]) / 2, 0.0)

    def price(self, rates: FloatArray) -> FloatArray:
        """Price with accrued interest; rates as a fraction of one.

        The sum of the payments in closed form, so that it costs the same for one half-year as for sixty.
        """
        half = rates / 2
        growth = np.log1p(half)
        annuity = np.broadcast_to(self.payments, half.shape).astype(np.float64)  # at a rate of nil
        np.divide(-np.expm1(-self.payments * growth) * (1 + half), half, out=annuity, where=half != 0)
        step = np.where(self.compounded, np.exp(-2 * self.first * growth), 1 / (1 + rates * self.first))
        return np.asarray(step * (self.payment * annuity + 100 * np.exp((1 - self.payments) * growth)))

    def moved(self, rates: FloatArray) -> tuple[FloatArray, FloatArray]:
        """First and second derivative of the price by the rate, over the price.

        They come from the mean and mean square of the number of half-years to a payment, weighted by present value.
        """
        growth = np.log1p(rates / 2)[..., np.newaxis]
        number = np.arange(self.flows.shape[1], dtype=np.float64)
        present = self.flows * np.exp(-growth * number)
        sums = present @ np.stack([np.ones_like(number), number, number**2], axis=1)
        mean, square = sums[..., 1] / sums[..., 0], sums[..., 2] / sums[..., 0]
        by_half = 0.5 / (1 + rates / 2)
        simple = self.first / (1 + rates * self.first)
        step = np.where(self.compounded, 2 * self.first * by_half, simple)
        bend = np.where(self.compounded, step * by_half, simple**2)
        first = -(step + by_half * mean)
        second = step**2 + bend + by_half * (2 * step + by_half) * mean + by_half**2 * square
        return first, second


@dataclass(frozen=True, slots=True, kw_only=True)
class _Floating:
    """Floating-rate notes: `steps` by note and quarter, in years of 360 days, the first from settlement.

    `rate` is the index and the spread, not below nil, and `spread` the spread alone, percent; `accrued` what accrued
    by settlement, per 100. A quarter after maturity has a step of nil.
    """

    rate: FloatArray
    spread: FloatArray
    accrued: FloatArray
    steps: FloatArray
    redemption: FloatArray
    years: FloatArray

    @staticmethod
    def of(
        maturities: IntArray, spreads: FloatArray, *, settlement: int, index: float, year: int
    ) -> _Floating:
        payments = _payments(maturities, settlement, _QUARTER)
        number = np.arange(int(payments.max(initial=1)))
        left = payments[:, np.newaxis] - 1 - number
        paid = _before(maturities[:, np.newaxis], _QUARTER * np.maximum(left, 0))
        start = _before(maturities, _QUARTER * payments)
        rate = np.maximum(index + spreads, 0.0)
        return _Floating(
            rate=rate,
            spread=spreads,
            accrued=rate * (settlement - start) / _MONEY_MARKET_YEAR,
            steps=np.diff(paid, axis=1, prepend=settlement) / _MONEY_MARKET_YEAR,
            redemption=np.where(left == 0, 100.0, 0.0),
            years=(paid - settlement) / year,
        )

    @property
    def start(self) -> FloatArray:
        """Where a search for the yield begins, as a fraction of one: at the rate paid."""
        return self.rate / 100

    @property
    def flows(self) -> FloatArray:
        """What is paid, by note and quarter, per 100: what accrued by settlement with the first payment."""
        flows = self.rate[:, np.newaxis] * self.steps + self.redemption
        flows[:, 0] += self.accrued
        return flows

    def price(self, rates: FloatArray) -> FloatArray:
        """Price with accrued interest; rates (index and discount margin) as a fraction of one."""
        return np.asarray((self.flows / np.cumprod(self._growth(rates), axis=-1)).sum(axis=-1))

    def moved(self, rates: FloatArray, *, resets: float) -> tuple[FloatArray, FloatArray]:
        """First and second derivative of the price by the rate, over the price.

        `resets` is by how much the index moves with the rate: nil for a move of the margin, 1 for one of the index.
        What has accrued by settlement stays what it is, and so does a rate at its floor.
        """
        growth = self._growth(rates)
        discounts = 1 / np.cumprod(growth, axis=-1)
        share = self.steps / growth
        slope = np.cumsum(share, axis=-1)
        bend = slope**2 + np.cumsum(share**2, axis=-1)
        paid = np.where(self.rate > 0, 100 * resets, 0.0)[:, np.newaxis] * self.steps
        price = (self.flows * discounts).sum(axis=-1)
        first = ((paid - self.flows * slope) * discounts).sum(axis=-1) / price
        second = ((self.flows * bend - 2 * paid * slope) * discounts).sum(axis=-1) / price
        return first, second

    def value(self, curve: Curve) -> FloatArray:
        """Value with accrued interest where the index pays what the curve promises, quarter by quarter."""
        discounts = curve.discount(self.years)
        before = np.concatenate([np.ones((len(self.rate), 1)), discounts[:, :-1]], axis=1)
        index = 100 * (before / discounts - 1)
        paid = np.maximum(index + self.spread[:, np.newaxis] * self.steps, 0.0) + self.redemption
        paid[:, 0] += self.accrued
        return np.asarray((paid * discounts).sum(axis=-1))

    def _growth(self, rates: FloatArray) -> FloatArray:
        return 1 + rates[..., np.newaxis] * self.steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Bonds:
    """Many Treasury securities side by side, on one settlement day.

    `accrued` is interest per 100 of par by security. The rest is what the formulas need: the securities of level
    payments and the floating-rate notes, the places of either, and which are TIPS.
    """

    accrued: FloatArray
    level: _Level
    floating: _Floating
    level_at: IntArray
    floating_at: IntArray
    tips: BoolArray

    @staticmethod
    def of(
        kinds: Sequence[SecurityKind],
        coupons: Sequence[float | None],
        maturities: Sequence[date],
        *,
        settlement: date,
        index: float = 0.0,
    ) -> Bonds:
        """Lay out the payments of securities that mature after settlement.

        Parameters
        ----------
        kinds, coupons, maturities
            By security. Coupons in percent a year: none or nil for bills, real for TIPS, the spread for floating-rate
            notes.
        settlement
            The day on which prices are paid; what is paid on that day is not part of them.
        index
            The index of floating-rate notes, assumed to stay: the 13-week bill rate as simple interest on 360 days,
            percent.

        Raises
        ------
        ConfigError
            If lengths differ, a security has matured or is no Treasury security, a coupon is missing or out of place,
            or a bill runs for more than a year.

        Examples
        --------
        The example of 31 CFR 356, appendix B, section II.A: 8 3/4 percent to yield 8.84 percent for thirty years.

        >>> bond = Bonds.of(
        ...     [SecurityKind.NOTE_OR_BOND], [8.75], [date(2020, 5, 15)], settlement=date(1990, 5, 15)
        ... )
        >>> round(float(bond.price(np.array([8.84]))[0]), 6)
        99.057893
        """
        if not len(kinds) == len(coupons) == len(maturities):
            raise ConfigError(
                "{kinds} kinds, {coupons} coupons and {maturities} maturities; expected one of each by security",
                kinds=len(kinds),
                coupons=len(coupons),
                maturities=len(maturities),
            )
        year = _year_after(settlement)
        for kind, coupon, maturity in zip(kinds, coupons, maturities, strict=True):
            _check(kind, coupon, maturity, settlement, year)
        paid = np.array([coupon or 0.0 for coupon in coupons], dtype=np.float64)
        due = np.array([day.toordinal() for day in maturities], dtype=np.int64) - _EPOCH
        start = settlement.toordinal() - _EPOCH
        floats = np.array([kind is SecurityKind.FRN for kind in kinds], dtype=bool)
        bills = np.array([kind is SecurityKind.BILL for kind in kinds], dtype=bool)[~floats]
        level, accrued_level = _level(paid[~floats], due[~floats], bills, settlement=start, year=year)
        floating = _Floating.of(due[floats], paid[floats], settlement=start, index=index, year=year)
        accrued = np.zeros(len(kinds))
        accrued[~floats], accrued[floats] = accrued_level, floating.accrued
        return Bonds(
            accrued=accrued,
            level=level,
            floating=floating,
            level_at=np.flatnonzero(~floats),
            floating_at=np.flatnonzero(floats),
            tips=np.array([kind is SecurityKind.TIPS for kind in kinds], dtype=bool),
        )

    def price(self, yields: FloatArray) -> FloatArray:
        """Clean price per 100 from yields in percent, by security on the last axis."""
        return self._price(self._rates(yields)) - self.accrued

    def yields(self, clean: FloatArray) -> FloatArray:
        """The yields, in percent, at which these are the clean prices per 100.

        Newton's method on the logarithm of the price with accrued interest, which is nearly a line.

        Raises
        ------
        ConfigError
            If a price with accrued interest is not above nil.
        EstimationError
            If a price is not met to 1e-12 of itself.
        """
        price = np.asarray(clean, dtype=np.float64) + self.accrued
        if not np.all(met := (price > 0) & np.isfinite(price)):
            raise ConfigError(
                "security {number}: a clean price of {price} per 100; expected one that is above nil with accrued "
                "interest",
                **self._first(met, price),
            )
        wanted = np.log(price)
        rates = np.broadcast_to(self._join(self.level.start, self.floating.start), price.shape)
        for _ in range(_STEPS):
            gap = np.log(self._price(rates)) - wanted
            step = gap / -self._moved(rates, resets=0.0)[0]
            # A step beyond the floor goes half the way to it.
            rates = np.maximum(rates + step, (rates + _FLOOR / 100) / 2)
            met = np.abs(gap) <= _CONVERGED
            if np.all(met):
                return 100 * rates
        raise EstimationError(
            "security {number}: no yield found for a clean price of {price} per 100; check the price and the coupon",
            **self._first(met, price),
        )

    def duration(self, yields: FloatArray) -> FloatArray:
        """Modified duration in years: the fall of the price with accrued interest, relative, by the level of yields.

        Yields as for `price`. The index of a floating-rate note moves with them at once, so that little is left but
        what has accrued; the days to the next weekly auction of the index, a fiftieth of a year, are left out.
        """
        return -self._moved(self._rates(yields), resets=1.0)[0]

    def spread_duration(self, yields: FloatArray) -> FloatArray:
        """As `duration`, with all payments as they are: for a floating-rate note a move of its discount margin."""
        return -self._moved(self._rates(yields), resets=0.0)[0]

    def convexity(self, yields: FloatArray) -> FloatArray:
        """The second derivative of the price with accrued interest by the level of yields, relative, years squared.

        As for `duration`, the index of a floating-rate note moves with them.
        """
        return self._moved(self._rates(yields), resets=1.0)[1]

    def value(self, curve: Curve, *, inflation: float = 0.0) -> FloatArray:
        """Price with accrued interest per 100, by security: every payment discounted on the curve.

        Time is counted as yields count it, in half-years from payment to payment, so that a bond at the par yield of
        its maturity is worth par. On a curve that is flat, and has no tenor below half a year, notes, bonds and TIPS
        are worth their price at that yield, but for simple interest within the last half-year. A floating-rate note
        is paid what the curve promises in place of the index.

        Parameters
        ----------
        curve
            Where there are TIPS, a curve of real yields or `inflation` with a nominal one.
        inflation
            Percent a year by which the principal of TIPS is expected to grow.
        """
        years = self.level.years
        growth = np.where(self.tips[self.level_at], np.log1p(inflation / 100), 0.0)[:, np.newaxis]
        level = (self.level.flows * curve.discount(years) * np.exp(growth * years)).sum(axis=-1)
        return self._join(level, self.floating.value(curve))

    def _rates(self, yields: FloatArray) -> FloatArray:
        yields = np.asarray(yields, dtype=np.float64)
        if not np.all((yields > _FLOOR) & np.isfinite(yields)):
            raise ConfigError(
                "a yield of {found} percent; expected one above {floor}",
                found=float(np.min(yields)),
                floor=_FLOOR,
            )
        return np.broadcast_to(yields / 100, np.broadcast_shapes(yields.shape, self.accrued.shape))

    def _price(self, rates: FloatArray) -> FloatArray:
        return self._join(
            self.level.price(rates[..., self.level_at]), self.floating.price(rates[..., self.floating_at])
        )

    def _moved(self, rates: FloatArray, *, resets: float) -> tuple[FloatArray, FloatArray]:
        level = self.level.moved(rates[..., self.level_at])
        floating = self.floating.moved(rates[..., self.floating_at], resets=resets)
        return self._join(level[0], floating[0]), self._join(level[1], floating[1])

    def _first(self, met: BoolArray, price: FloatArray) -> dict[str, object]:
        """The first security that does not meet what is asked, counted from 1, and its clean price."""
        at = int(np.flatnonzero(~met)[0])
        return {
            "number": at % len(self.accrued) + 1,
            "price": float((price - self.accrued).flat[at]),
        }

    def _join(self, level: FloatArray, floating: FloatArray) -> FloatArray:
        """Both kinds of security in their places."""
        found = np.empty((*level.shape[:-1], len(self.accrued)))
        found[..., self.level_at], found[..., self.floating_at] = level, floating
        return found


def _check(kind: SecurityKind, coupon: float | None, maturity: date, settlement: date, year: int) -> None:
    """Refuse what is no Treasury security on the settlement day."""
    if kind is SecurityKind.AGENCY:
        raise ConfigError("a security of kind {kind}; expected Treasury securities only", kind=kind)
    if maturity <= settlement:
        raise ConfigError(
            "a {kind} that matured on {maturity}; expected one that matures after settlement on {settlement}",
            kind=kind,
            maturity=maturity,
            settlement=settlement,
        )
    if kind is SecurityKind.BILL:
        if coupon or (maturity - settlement).days > year:
            raise ConfigError(
                "a bill that matures on {maturity}, with a coupon of {coupon}, settled on {settlement}; expected no "
                "coupon and no more than a year",
                maturity=maturity,
                coupon=coupon or 0,
                settlement=settlement,
            )
    elif coupon is None or not np.isfinite(coupon):
        raise ConfigError(
            "a {kind} that matures on {maturity} with a coupon of {coupon}; expected percent a year",
            kind=kind,
            maturity=maturity,
            coupon="none" if coupon is None else coupon,
        )


def _level(
    coupons: FloatArray, maturities: IntArray, bills: BoolArray, *, settlement: int, year: int
) -> tuple[_Level, FloatArray]:
    """Bills, notes, bonds and TIPS, and what accrued on them per 100."""
    payments = _payments(maturities, settlement, _HALF_YEAR)
    following = _before(maturities, _HALF_YEAR * (payments - 1))
    previous = _before(maturities, _HALF_YEAR * payments)
    left = (following - settlement) / (following - previous)
    accrued = np.where(bills, 0.0, coupons / 2 * (1 - left))
    term = (maturities - settlement) / year
    half = _before(np.array(settlement), np.array(-_HALF_YEAR))
    # Six months count, not half the days: the bill of 28 May 2026, 183 days to 27 November, was given simple interest.
    long = (maturities > half) & (term > 0.5)
    return (
        _Level.of(
            payment=coupons / 2,
            payments=np.where(bills, np.where(long, 2, 1), payments),
            first=np.where(bills, np.where(long, term - 0.5, term), left / 2),
            compounded=~bills & (payments > 1),
        ),
        accrued,
    )


def _year_after(day: date) -> int:
    """How many days the year after a day has: 366 where it holds a 29 February (appendix B, section VI)."""
    leap_day = day.month == 2 and day.day == 29
    return (day.replace(year=day.year + 1, day=28 if leap_day else day.day) - day).days


def _payments(maturities: IntArray, settlement: int, months: int) -> IntArray:
    """How many payments are left after settlement, one every so many months back from maturity."""
    day = np.datetime64(settlement, "D")
    apart = maturities.astype("datetime64[D]").astype("datetime64[M]") - day.astype("datetime64[M]")
    back = apart.astype(np.int64) // months
    return np.asarray(back + (_before(maturities, months * back) > settlement))


def _before(maturities: IntArray, months: IntArray) -> IntArray:
    """The days (from 1970 on) so many months before others; last days of months stay last days."""
    days = maturities.astype("datetime64[D]")
    month = days.astype("datetime64[M]")
    of_month = (days - month.astype("datetime64[D]")).astype(np.int64)
    last = of_month == _length(month) - 1
    found = month - months.astype("timedelta64[M]")
    end = _length(found) - 1
    first = found.astype("datetime64[D]").astype(np.int64)
    return np.asarray(first + np.where(last, end, np.minimum(of_month, end)))


def _length(months: npt.NDArray[np.datetime64]) -> IntArray:
    return np.asarray(
        ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)
    )


def ten_year_equivalents(
    par: FloatArray, price: FloatArray, duration: FloatArray, curve: Curve
) -> FloatArray:
    """The par of a new ten-year note at its par yield whose value moves as much for a basis point.

    Parameters
    ----------
    par
        By security, in any unit of money; of TIPS the indexed principal.
    price
        With accrued interest, per 100.
    duration
        Modified, years.
    curve
        What the ten-year note yields.

    Returns
    -------
    array
        By security, in the unit of `par`.

    Examples
    --------
    A new ten-year note is its own equivalent.

    >>> curve = Curve.of(np.array([1.0, 10.0]), np.array([4.0, 4.0]))
    >>> note = Bonds.of([SecurityKind.NOTE_OR_BOND], [4.0], [date(2032, 2, 15)], settlement=date(2022, 2, 15))
    >>> price, duration = note.value(curve), note.duration(np.array([4.0]))
    >>> ten_year_equivalents(np.array([50.0]), price, duration, curve).round(9)
    array([50.])
    """
    rate = float(curve.par_yield(np.array([_TENOR]))[0]) / 100
    # The duration of a bond at par on a payment date: what its coupons are worth, over its yield.
    of_ten_year = -np.expm1(-2 * _TENOR * np.log1p(rate / 2)) / rate if rate else _TENOR
    return np.asarray(par * (price / 100) * (duration / of_ten_year))


def weighted_average_maturity(par: FloatArray, maturities: Sequence[date], day: date) -> float:
    """Years to maturity on a day (of 365.25 days), weighted by par.

    Raises
    ------
    ConfigError
        If there is no par to weigh by.

    Examples
    --------
    >>> day, maturities = date(2022, 2, 16), [date(2023, 2, 16), date(2032, 2, 16)]
    >>> round(weighted_average_maturity(np.array([1.0, 3.0]), maturities, day), 2)
    7.75
    """
    total = float(np.sum(par))
    if not total > 0:
        raise ConfigError("par of {total} in all; expected more than nil to weigh maturities by", total=total)
    years = np.array([(maturity - day).days for maturity in maturities]) / _MEAN_YEAR
    return float(np.sum(par * years)) / total
