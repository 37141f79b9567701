"""Duration: what a portfolio holds of it, and what the private sector must absorb of it month by month.

What the central bank does not roll over the Treasury sells to the public in the proportions of what it offers; what the
central bank sells it sells itself; agency principal that is let go comes back as new mortgage securities. All of it is
counted in ten-year equivalents: the par of a new ten-year note whose value moves as much for a basis point.

References
----------
Federal Reserve Board, "The Federal Reserve's Portfolio and Term Premium" (FEDS Notes on ten-year equivalents); Bonis,
Ihrig and Wei (2017), "The Effect of the Federal Reserve's Securities Holdings on Longer-term Interest Rates".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from runoff.core.holdings import SecurityKind
from runoff.core.series import BoolArray, FloatArray, IntArray
from runoff.core.time import last_day
from runoff.project.auctions import Offering, cycle, with_coupons
from runoff.project.bonds import Bonds, Curve, ten_year_equivalents, weighted_average_maturity
from runoff.project.engine import Projection
from runoff.project.prepayment import DEFAULT, PrepaymentModel, price
from runoff.project.rates import TENORS, Rates
from runoff.project.treasuries import Security

# Years to maturity, the end of each bucket excluded.
BUCKETS: Final[Mapping[str, tuple[float, float]]] = {
    "up_to_1": (0.0, 1.0),
    "1_to_3": (1.0, 3.0),
    "3_to_5": (3.0, 5.0),
    "5_to_7": (5.0, 7.0),
    "7_to_10": (7.0, 10.0),
    "10_to_20": (10.0, 20.0),
    "over_20": (20.0, math.inf),
}
_YEAR = 365.25  # days
_DAY = timedelta(days=1)
_BUMP = 0.25  # points, up and down: the mortgage rate for an effective duration
_NEW_LOAN = 360.0  # months


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """Treasuries held at each month end, and what the private sector absorbs in the month; one path.

    `held` (buckets by months, principal in dollars), `equivalents` (ten-year equivalents in dollars) and `maturity`
    (weighted average, years) are of the central bank; `absorbed` (buckets by months) is what it redeems and sells,
    `absorbed_mbs` the agency principal it lets go and the securities it sells, less what it buys of either; `released`
    is both in ten-year equivalents.
    """

    months: IntArray
    held: FloatArray
    equivalents: FloatArray
    maturity: FloatArray
    absorbed: FloatArray
    absorbed_mbs: FloatArray
    released: FloatArray


def durations(found: Projection, *, known: date, model: PrepaymentModel = DEFAULT) -> Duration:
    """What the private sector absorbs along a projection.

    Parameters
    ----------
    found
        The projection.
    known
        Only auction sizes published by this day are used.
    """
    count = len(found.months)
    held, absorbed = np.zeros((len(BUCKETS), count)), np.zeros((len(BUCKETS), count))
    equivalents, maturity, released = np.zeros(count), np.zeros(count), np.zeros(count)
    agency = found.mortgages
    # New money moves the other way: what is bought leaves the private sector.
    mortgages = (agency.redeemed + agency.into_treasuries + agency.sold)[0] + (
        agency.into_mbs - agency.bought
    )[0]
    for place, month in enumerate(found.months.tolist()):
        first = date.fromordinal(month)
        end = last_day(first)
        priced = _Priced(rates=found.rates, day=end)
        closing = found.treasuries.closing[:, found.first + place]
        securities = found.treasuries.securities
        rows = closing > 0
        kept = [s for s, there in zip(securities, rows, strict=True) if there and s.maturity > end]
        principal = np.array(
            [c for c, s, there in zip(closing, securities, rows, strict=True) if there and s.maturity > end]
        )
        equivalents[place] = priced.equivalents(kept, principal).sum()
        maturity[place] = (
            weighted_average_maturity(principal, [s.maturity for s in kept], end) if kept else 0.0
        )
        held[:, place] = _bucketed(kept, principal, end)
        gone, amounts = _absorbed(found, place, first, known)
        absorbed[:, place] = _bucketed(gone, amounts, end)
        of_mortgages = mortgages[place] * _mortgage_duration(
            float(found.rates.mortgage[0, found.first + place]), model
        )
        released[place] = priced.equivalents(gone, amounts).sum() + of_mortgages / priced.ten_year_duration
    return Duration(
        months=found.months,
        held=held,
        equivalents=equivalents,
        maturity=maturity,
        absorbed=absorbed,
        absorbed_mbs=mortgages,
        released=released,
    )


def _absorbed(found: Projection, place: int, first: date, known: date) -> tuple[list[Security], FloatArray]:
    """What the public takes in a month: new issues in place of what is redeemed, what is sold, less what is bought."""
    path, column = found.treasuries, found.first + place
    offered = with_coupons(
        cycle(first, last_day(first), known=known), found.rates.par_yield, inflation=found.prices.growth
    )
    securities: list[Security] = []
    amounts: list[float] = []
    for bills, redeemed in ((False, path.coupons_redeemed), (True, path.bills_redeemed)):
        part = [o for o in offered if (o.kind is SecurityKind.BILL) is bills]
        total = sum(o.amount for o in part)
        securities += [_security(o) for o in part]
        amounts += [float(redeemed[column]) * o.amount / total for o in part]
    for table, sign in ((path.sold, 1.0), (path.purchased, -1.0)):
        for row in np.flatnonzero(table[:, column]).tolist():
            securities.append(path.securities[row])
            amounts.append(sign * float(table[row, column]))
    return securities, np.array(amounts)


def _security(offering: Offering) -> Security:
    return Security(id=offering.id, kind=offering.kind, maturity=offering.maturity, coupon=offering.coupon)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Priced:
    """The curve of a month, and a day of it."""

    rates: Rates
    day: date

    @property
    def curve(self) -> Curve:
        return Curve.of(np.array(TENORS), self.rates.yields[0, self.rates.month(self.day)])

    @property
    def ten_year_duration(self) -> float:
        """Modified duration of a new ten-year note at par, years."""
        ten = Security(
            id="ten", kind=SecurityKind.NOTE_OR_BOND, maturity=self.day.replace(year=self.day.year + 10, day=28),
            coupon=float(self.curve.par_yield(np.array([10.0]))[0]),
        )  # fmt: skip
        return float(self._duration([ten])[1][0])

    def equivalents(self, securities: Sequence[Security], principal: FloatArray) -> FloatArray:
        """Ten-year equivalents of principal held, by security, dollars."""
        live: BoolArray = np.array([s.maturity > self.day for s in securities], dtype=np.bool_)
        found = np.zeros(len(securities))
        if not np.any(live):
            return found
        chosen = [s for s, alive in zip(securities, live, strict=True) if alive]
        prices, years = self._duration(chosen)
        found[live] = ten_year_equivalents(principal[live], prices, years, self.curve)
        return found

    def _duration(self, securities: Sequence[Security]) -> tuple[FloatArray, FloatArray]:
        """Price with accrued interest per 100, and modified duration in years, at the par yield of each maturity."""
        bonds = Bonds.of(
            [s.kind for s in securities],
            [s.coupon for s in securities],
            [s.maturity for s in securities],
            settlement=self.day,
            index=self.rates.par_yield(self.day, 0.25),
        )
        years = np.array([(s.maturity - self.day).days / _YEAR for s in securities])
        yields = self.curve.par_yield(years)
        return bonds.price(yields) + bonds.accrued, bonds.duration(yields)


def _bucketed(securities: Sequence[Security], amounts: FloatArray, day: date) -> FloatArray:
    # A new bill of four weeks may have matured by then: it was taken all the same.
    years = np.array([max((s.maturity - day).days, 0) / _YEAR for s in securities])
    return np.array(
        [
            amounts[(years >= low) & (years < high)].sum() if len(years) else 0.0
            for low, high in BUCKETS.values()
        ]
    )


def _mortgage_duration(rate: float, model: PrepaymentModel) -> float:
    """Effective duration of a new mortgage security at the mortgage rate, years."""
    coupon = np.array([rate - model.strip])
    values = [
        float(
            price(
                coupon,
                coupon + model.strip,
                np.array([_NEW_LOAN]),
                np.zeros(1),
                np.array([rate + bump]),
                model=model,
            )[0]
        )
        for bump in (-_BUMP, 0.0, _BUMP)
    ]
    return (values[0] - values[2]) / (2 * _BUMP / 100) / values[1]
