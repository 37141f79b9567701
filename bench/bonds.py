"""Treasury securities as QuantLib has them: the oracle of the tests, and the baseline of repricing a whole book."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np

from bench.measure import Measured, pair
from runoff.core.holdings import Holding, SecurityKind
from runoff.project.bonds import Bonds

_LEVEL = 2.0  # percent: a yield for all; what it is makes no difference to the time


def repricing(holdings: Sequence[Holding], settlement: date) -> Iterator[Measured]:
    """Price, yield and duration of every Treasury security of a book that matures after settlement.

    Both sides have their securities built, and QuantLib its yields too; it is asked one by one, since it has no
    other way.
    """
    held = [h for h in holdings if h.kind is not SecurityKind.AGENCY and h.maturity > settlement]
    kinds, coupons, maturities = [h.kind for h in held], [h.coupon for h in held], [h.maturity for h in held]
    build = partial(Bonds.of, kinds, coupons, maturities, settlement=settlement)
    bonds, yields = build(), np.full(len(held), _LEVEL)
    theirs = [Oracle(h.kind, h.coupon, h.maturity, settlement=settlement) for h in held]
    prices = [one.pricing(_LEVEL) for one in theirs]
    durations = [one.moving(_LEVEL) for one in theirs]
    clean = bonds.price(yields)
    yield pair(
        f"price of {len(held)} securities from their yields",
        partial(bonds.price, yields),
        "QuantLib",
        lambda: [price() for price in prices],
        target_seconds=0.0005,
        calls=20,
    )
    yield pair(
        f"duration of {len(held)} securities",
        partial(bonds.duration, yields),
        "QuantLib",
        lambda: [duration() for duration in durations],
        target_seconds=0.002,
        calls=20,
    )
    yield pair(
        f"yield of {len(held)} securities from their prices",
        partial(bonds.yields, clean),
        "QuantLib",
        lambda: [one.yield_of(price) for one, price in zip(theirs, clean.tolist(), strict=True)],
        target_seconds=0.02,
        calls=5,
    )
    yield pair(
        f"laying out {len(held)} securities",
        build,
        "QuantLib",
        lambda: [Oracle(h.kind, h.coupon, h.maturity, settlement=settlement) for h in held],
        target_seconds=0.02,
    )


class Oracle:
    """One security in QuantLib, on the conventions of `runoff.project.bonds`; yields in percent, prices per 100."""

    def __init__(
        self,
        kind: SecurityKind,
        coupon: float | None,
        maturity: date,
        *,
        settlement: date,
        index: float = 0.0,
    ) -> None:
        import QuantLib as ql  # type: ignore[import-untyped]  # noqa: N813 - the name it is known by

        self._ql = ql
        self._day = ql.Date.from_date(settlement)
        if kind is SecurityKind.BILL:
            self._bill(maturity, settlement)
        elif kind is SecurityKind.FRN:
            self._coupons(max((coupon or 0.0) + index, 0.0), maturity, ql.Quarterly)
        else:
            self._coupons(coupon or 0.0, maturity, ql.Semiannual)

    def _bill(self, maturity: date, settlement: date) -> None:
        """Simple interest on the days of the year after settlement."""
        ql = self._ql
        days = [settlement + timedelta(days=n) for n in range(1, 366)]
        leap = any(day.month == 2 and day.day == 29 for day in days)
        self._counter = ql.Actual366() if leap else ql.Actual365Fixed()
        self._compounding, self._frequency = ql.Simple, ql.Annual
        self._bond = ql.ZeroCouponBond(0, ql.NullCalendar(), 100.0, ql.Date.from_date(maturity))
        end = ql.Date.from_date(maturity)
        half = ql.NullCalendar().advance(self._day, 6, ql.Months, ql.Unadjusted, True)
        self._beyond = max(self._counter.yearFraction(self._day, end) - 0.5, 0.0) if end > half else 0.0

    def _coupons(self, coupon: float, maturity: date, frequency: int) -> None:
        """Regular payments back from maturity; the schedule starts with a period that is over before settlement."""
        ql = self._ql
        schedule = ql.Schedule(
            self._day - 400,
            ql.Date.from_date(maturity),
            ql.Period(frequency),
            ql.NullCalendar(),
            ql.Unadjusted,
            ql.Unadjusted,
            ql.DateGeneration.Backward,
            True,  # end of month
        )
        simple = frequency == ql.Quarterly
        self._counter = ql.Actual360() if simple else ql.ActualActual(ql.ActualActual.ISMA, schedule)
        self._bond = ql.FixedRateBond(0, 100.0, schedule, [coupon / 100], self._counter)
        last = sum(day > self._day for day in schedule) == 1
        self._frequency = frequency
        self._compounding = ql.Simple if simple or last else ql.Compounded
        self._beyond = 0.0

    def _rate(self, percent: float) -> Any:  # noqa: ANN401 - QuantLib has no types
        return self._ql.InterestRate(percent / 100, self._counter, self._compounding, self._frequency)

    def price(self, percent: float) -> float:
        """Clean price."""
        return self.pricing(percent)()

    def pricing(self, percent: float) -> Callable[[], float]:
        """The price, to be asked; of a bill beyond half a year, the simple factors of half a year and of the rest."""
        rate = self._rate(percent)
        if self._beyond:
            return lambda: 100 * rate.discountFactor(0.5) * rate.discountFactor(self._beyond)
        return partial(self._ql.BondFunctions.cleanPrice, self._bond, rate, self._day)

    @property
    def accrued(self) -> float:
        """Accrued interest."""
        return float(self._bond.accruedAmount(self._day))

    def duration(self, percent: float) -> float:
        """Modified duration, all payments as they are."""
        return self.moving(percent)()

    def moving(self, percent: float) -> Callable[[], float]:
        """The duration, to be asked; of a bill beyond half a year, the sum of its two steps'."""
        rate = self._rate(percent)
        if self._beyond:
            return lambda: 0.5 * rate.discountFactor(0.5) + self._beyond * rate.discountFactor(self._beyond)
        modified = self._ql.Duration.Modified
        return partial(self._ql.BondFunctions.duration, self._bond, rate, modified, self._day)

    def convexity(self, percent: float) -> float:
        """Convexity, all payments as they are; of a bill beyond half a year, from its two steps."""
        rate = self._rate(percent)
        if self._beyond:
            half, rest = 0.5 * rate.discountFactor(0.5), self._beyond * rate.discountFactor(self._beyond)
            return float(2 * (half**2 + half * rest + rest**2))
        return float(self._ql.BondFunctions.convexity(self._bond, rate, self._day))

    def yield_of(self, clean: float) -> float:
        """Yield of a clean price; of a bill beyond half a year, the root of Treasury's quadratic."""
        ql = self._ql
        if self._beyond:
            a, b, c = self._beyond / 2, self._beyond + 0.5, 1 - 100 / clean
            return float(100 * (-b + (b * b - 4 * a * c) ** 0.5) / (2 * a))
        price = ql.BondPrice(clean, ql.BondPrice.Clean)
        counted = (self._counter, self._compounding, self._frequency)
        return 100 * float(ql.BondFunctions.bondYield(self._bond, price, *counted, self._day, 1e-12))
