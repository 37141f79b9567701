"""How fast mortgages repay: turnover, refinancing and burnout, and what the rest is worth.

1. Owners move, whatever rates do: turnover grows with the age of the loan, follows the seasons, and weakens where
   moving means giving up a cheap loan (`turnover`).
2. They refinance where it pays: an S-curve in the incentive, the borrower's rate less the mortgage rate, weaker the
   more of the cohort has already used the chance (`refinancing`).
3. What is scheduled follows from the level payment (`scheduled_share`).
4. A price is the present value of what a cohort will pay at the speed of the day (`price`).

Rates are percent a year, speeds are conditional prepayment rates (CPR) in percent a year, ages are months.

References
----------
Hayre, L. and Rajan, A. (1995), Anatomy of Prepayments: The Salomon Brothers Prepayment Model. Richard, S. and Roll, R.
(1989), Prepayments on Fixed-Rate Mortgage-Backed Securities, Journal of Portfolio Management 15(3). Public Securities
Association standard prepayment model (1985).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from runoff.core.errors import ConfigError
from runoff.core.series import FloatArray, IntArray

MONTHS: Final = 12
# What stands in for the survey's 30-year rate less the ten-year Treasury yield, points, from a day on: the means of the
# weekly gaps from 2009 to March 2022 and from April to December 2022, the end of the calibration
# (scripts/calibrate_mortgages.py prints both). The second was not known before that December: earlier dates have it in
# hindsight. The gap was wider still in 2023 and has been narrowing since.
SPREADS: Final = ((date(2009, 1, 1), 1.72), (date(2022, 4, 1), 2.57))


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepaymentModel:
    """What decides how fast a cohort repays, where purchases go and when they settle.

    Where the comment says "fitted", the default is fitted to figures known by December 2022
    (`scripts/calibrate_mortgages.py`); `docs/methods/mortgage-runoff.md` has the fit.
    """

    # CPR of a seasoned cohort at the money, percent a year: fitted.
    turnover: float = 10.1
    # How much of turnover is lost for each point below the mortgage rate, log: fitted.
    lock_in: float = 0.18
    # Months to full turnover of the loans that bought a house: the standard of 1985.
    ramp: float = 30.0
    # Share of loans that refinanced another, whose borrowers moved long before and so have no ramp: set, of the order
    # of that share in originations when SOMA bought most (2009, 2012, 2020, 2021). The docs say what hangs on it.
    refinanced: float = 0.6
    # Amplitude of turnover over the year, share: fitted.
    season: float = 0.11
    # Month of the year (1 to 12) in which most of it is received: fitted.
    peak: float = 7.4
    # CPR at a large incentive, percent a year: fitted.
    refinancing: float = 68.0
    # Incentive at which half of that is reached, points: fitted.
    midpoint: float = 0.57
    # Scale of the logistic curve, points: fitted.
    width: float = 0.2
    # How much refinancing falls for each unit of hazard refinanced before, log: fitted.
    burnout: float = 0.48
    # Months from the mortgage rate to the principal it brings, averaged: an application takes about 45 days to close,
    # and what is prepaid in a month is passed on in the next; of four choices tried this one fits best.
    lags: tuple[int, ...] = (1, 2, 3)
    # Months from the mortgage rate of a purchase to its settlement: Desk summaries named in the docs.
    origination: int = 1
    # Borrower's rate less pass-through coupon, points: mean of eight Desk summaries named in the docs.
    strip: float = 0.5
    # Mortgage rate less the yield of a new pass-through security, points: set, of the usual order of that gap.
    secondary: float = 1.0
    # Share of 15-year securities in purchases: mean of the same eight summaries.
    short_share: float = 0.15
    # 30-year less 15-year mortgage rate, points: from the coupons in the same summaries.
    short_discount: float = 0.65
    # Of what a month's principal buys, from its middle to that of the next, the share that settles so many months
    # later: by the settlement months in the same summaries.
    settlement: tuple[float, ...] = (0.0, 0.45, 0.45, 0.1)

    def __post_init__(self) -> None:
        """Refuse what cannot be a speed or a share."""
        for name in ("turnover", "refinancing"):
            if not 0 <= getattr(self, name) < 100:
                raise ConfigError(
                    "{name} of {value}: expected a speed from 0 to below 100 percent a year",
                    name=name,
                    value=getattr(self, name),
                )
        if self.ramp <= 0 or self.width <= 0 or not 0 <= self.season < 1 or not 0 <= self.short_share <= 1:
            raise ConfigError(
                "ramp {ramp}, width {width}, season {season}, short_share {share}: expected a ramp and a width above "
                "nil, a season below 1 and a share from 0 to 1",
                ramp=self.ramp,
                width=self.width,
                season=self.season,
                share=self.short_share,
            )
        if min(self.settlement, default=-1.0) < 0 or abs(sum(self.settlement) - 1) > 1e-9:
            raise ConfigError(
                "settlement {settlement}: expected shares that add up to 1", settlement=self.settlement
            )
        if not self.lags or min(self.lags) < 0 or self.origination < 0:
            raise ConfigError(
                "lags {lags}, origination {origination}: expected whole months, nil or more",
                lags=self.lags,
                origination=self.origination,
            )

    @property
    def memory(self) -> int:
        """How many months of past mortgage rates decide what is still to come."""
        return max(*self.lags, self.origination)


DEFAULT: Final = PrepaymentModel()


def mortgage_rate(ten_year: FloatArray, days: IntArray) -> FloatArray:
    """A 30-year mortgage rate, percent, from ten-year Treasury yields on days (ordinals): where the survey is missing.

    Examples
    --------
    >>> days = np.array([date(2020, 6, 1).toordinal(), date(2023, 6, 1).toordinal()])
    >>> mortgage_rate(np.array([1.0, 4.0]), days).round(2).tolist()
    [2.72, 6.57]
    """
    starts = np.array([day.toordinal() for day, _ in SPREADS])
    gaps = np.array([gap for _, gap in SPREADS])
    since = np.maximum(np.searchsorted(starts, days, "right") - 1, 0)
    rate: FloatArray = np.asarray(ten_year, dtype=np.float64) + gaps[since]
    return rate


def hazard(speed: FloatArray) -> FloatArray:
    """The monthly hazard of a CPR in percent a year: what log survival loses in a month."""
    return -np.log1p(-np.asarray(speed) / 100) / MONTHS


def turnover(
    incentive: FloatArray, age: FloatArray, month: int | None, model: PrepaymentModel = DEFAULT
) -> FloatArray:
    """Speed from moves, percent a year, of loans of an age when principal is received in a month of the year.

    Parameters
    ----------
    incentive
        Borrower's rate less mortgage rate, points.
    month
        1 to 12; none for the average over a year.
    """
    season = 1.0 if month is None else 1 + model.season * np.cos(2 * np.pi * (month - model.peak) / MONTHS)
    return (
        model.turnover
        * np.exp(model.lock_in * np.minimum(incentive, 0))
        * (model.refinanced + (1 - model.refinanced) * np.minimum(age / model.ramp, 1))
        * season
    )


def refinancing(incentive: FloatArray, burnout: FloatArray, model: PrepaymentModel = DEFAULT) -> FloatArray:
    """Speed from refinancing, percent a year; `burnout` is the hazard of refinancing accumulated so far (nil: none)."""
    curve = (
        1 + np.tanh((incentive - model.midpoint) / (2 * model.width))
    ) / 2  # the logistic, without its overflow
    return model.refinancing * curve * np.exp(-model.burnout * burnout)


def scheduled_share(note_rate: FloatArray, remaining: FloatArray) -> FloatArray:
    """The share of the balance that the level payment repays this month.

    Examples
    --------
    A loan in its last month is repaid; one of 30 years at 6 percent repays a thousandth at first.

    >>> scheduled_share(np.array([6.0, 6.0]), np.array([1.0, 360.0])).round(6).tolist()
    [1.0, 0.000996]
    """
    monthly = np.maximum(note_rate, 1e-9) / (100 * MONTHS)
    share: FloatArray = monthly / np.expm1(np.maximum(remaining, 1) * np.log1p(monthly))
    return share


def price(
    coupon: FloatArray,
    note_rate: FloatArray,
    remaining: FloatArray,
    burnout: FloatArray,
    rate: FloatArray,
    *,
    model: PrepaymentModel = DEFAULT,
) -> FloatArray:
    """The value of a dollar of face at a mortgage rate: present value of what is paid at today's seasoned speed.

    With a constant speed the sum over months is geometric: par plus the annuity of (coupon - yield) on the balance
    left. A coupon equal to the yield of the day, `rate` less `secondary`, is worth par. The option to refinance later,
    and the days between a payment and its passing on, have no price here.

    Examples
    --------
    >>> def show(coupon):
    ...     one = np.array([360.0])
    ...     return price(np.array([coupon]), np.array([coupon + 0.6]), one, one * 0, np.array([6.0])).round(3)
    >>> show(5.0).item(), show(2.5).item() < 0.9
    (1.0, True)
    """
    incentive = note_rate - rate
    seasoned = np.full_like(incentive, model.ramp)
    monthly = hazard(turnover(incentive, seasoned, None, model)) + hazard(
        refinancing(incentive, burnout, model)
    )
    borrower = np.maximum(note_rate, 1e-9) / (100 * MONTHS)
    yielded = np.maximum(rate - model.secondary, 0) / (100 * MONTHS)
    months = np.maximum(remaining, 1)
    kept = np.exp(-monthly) / (1 + yielded)
    growth = np.expm1(months * np.log1p(borrower))
    annuity = ((growth + 1) * _geometric(kept, months) - _geometric(kept * (1 + borrower), months)) / growth
    value: FloatArray = 1 + annuity * (coupon / (100 * MONTHS) - yielded) / (1 + yielded)
    return value


def _geometric(ratio: FloatArray, terms: FloatArray) -> FloatArray:
    """1 + ratio + ... over so many terms."""
    gap = 1 - ratio
    flat = np.abs(gap) < 1e-9
    return np.where(flat, terms, -np.expm1(terms * np.log(ratio)) / np.where(flat, 1.0, gap))
