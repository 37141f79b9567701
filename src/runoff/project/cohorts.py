"""Holdings of mortgage-backed securities in cohorts of one coupon, term and age: how they come about and repay.

Cohorts come from the published totals (`build_up`) or from a book of pools (`cohorts_of`). A calendar month holds one
payment of principal, that of about the 25th. Within a month arrays are paths by cohorts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, NamedTuple

import numpy as np

from runoff.core.errors import ConfigError, EstimationError
from runoff.core.series import FloatArray, IntArray
from runoff.core.time import month_after
from runoff.project.prepayment import (
    DEFAULT,
    MONTHS,
    PrepaymentModel,
    hazard,
    refinancing,
    scheduled_share,
    turnover,
)

# Uniform MBS pay on the 25th, Ginnie Mae II on the 20th: a book of an earlier day still has the month's principal due.
PRINCIPAL_DAY: Final = 25
LONG, SHORT = 360, 180  # months: the terms that are bought
_STEP: Final = 0.5  # points between the coupons of pass-through securities
_MILLION: Final = 1e6


def _nothing() -> FloatArray:
    return np.empty(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohorts:
    """Holdings by coupon, term and age, one element a cohort.

    Parameters
    ----------
    coupon, note_rate
        What the holder receives and what borrowers pay, percent a year.
    term, age
        Months; age is that of the loans.
    face
        Outstanding, dollars.
    burnout
        The monthly hazard of refinancing added up since the loans were made: nil is a cohort that never had the chance,
        1 one of which refinancing alone would have left a share of 1/e.
    recent
        The 30-year mortgage rates of the months before the next one, percent, latest last; where fewer are known than
        the model looks back, the earliest of them (or the first of a path) stands for those before.
    due
        Ordinal of the first day of the first month whose principal has not been paid; no principal arrives before.
    """

    coupon: FloatArray
    note_rate: FloatArray
    term: IntArray
    age: FloatArray
    face: FloatArray
    burnout: FloatArray
    recent: FloatArray = field(default_factory=_nothing)
    due: int = 0

    @property
    def total(self) -> float:
        """Face of all cohorts, dollars."""
        return float(self.face.sum())

    @property
    def average_coupon(self) -> float:
        """Coupon weighted by face, percent a year; nil of nothing."""
        return float(self.coupon @ self.face) / self.total if self.total else 0.0


class Held(NamedTuple):
    """Cohorts of every path, paths by cohorts, but for the term, which all paths share."""

    coupon: FloatArray
    note_rate: FloatArray
    term: IntArray
    age: FloatArray
    face: FloatArray
    burnout: FloatArray


def repay(
    held: Held, rate: FloatArray, month: int, model: PrepaymentModel
) -> tuple[FloatArray, FloatArray, Held]:
    """A month's scheduled and prepaid principal, paths by cohorts, and what is left; `rate` has one a path."""
    incentive = held.note_rate - rate[:, np.newaxis]
    refinanced = hazard(refinancing(incentive, held.burnout, model))
    moved = hazard(turnover(incentive, held.age, month, model))
    share = np.minimum(scheduled_share(held.note_rate, held.term - held.age), 1)
    scheduled = held.face * share
    prepaid = (held.face - scheduled) * -np.expm1(-refinanced - moved)
    left = held._replace(
        face=held.face - scheduled - prepaid, age=held.age + 1, burnout=held.burnout + refinanced
    )
    return scheduled, prepaid, left


def place(held: Held, face: FloatArray, rate: FloatArray, model: PrepaymentModel) -> Held:
    """Add what settles (one amount a path) in new cohorts: the two coupons about the mortgage rate less the strip.

    The two are weighted so that their average is the rate less the strip; the 15-year part likewise, at its own rate.
    """
    if not np.any(face > 0):
        return held
    columns: list[tuple[FloatArray, int, FloatArray]] = []
    for term, share, own in (
        (LONG, 1 - model.short_share, rate),
        (SHORT, model.short_share, rate - model.short_discount),
    ):
        target = np.maximum(own - model.strip, 0) / _STEP
        below = np.floor(target)
        columns.append((below * _STEP, term, face * share * (1 - target + below)))
        columns.append(((below + 1) * _STEP, term, face * share * (target - below)))
    coupon = np.stack([column[0] for column in columns], axis=1)
    nil = np.zeros_like(coupon)
    return Held(
        coupon=np.hstack([held.coupon, coupon]),
        note_rate=np.hstack([held.note_rate, coupon + model.strip]),
        term=np.concatenate([held.term, [column[1] for column in columns]]),
        age=np.hstack([held.age, nil + 1]),
        face=np.hstack([held.face, np.stack([column[2] for column in columns], axis=1)]),
        burnout=np.hstack([held.burnout, nil]),
    )


def rates_before(recent: FloatArray, rates: FloatArray, memory: int) -> FloatArray:
    """Rates with `memory` months before the first: paths by months, so that column `memory + j` is month j."""
    known = np.atleast_2d(recent)[:, -memory:] if memory else np.empty((1, 0))
    before = np.broadcast_to(known, (len(rates), known.shape[1]))
    first = before[:, :1] if before.shape[1] else rates[:, :1]
    return np.hstack([np.repeat(first, memory - before.shape[1], axis=1), before, rates])


def felt(rates: FloatArray, at: int, model: PrepaymentModel) -> FloatArray:
    """The mortgage rate that borrowers acted on, one a path, for principal of the month in column `at`."""
    felt_rate: FloatArray = np.mean([rates[:, at - lag] for lag in model.lags], axis=0)
    return felt_rate


def stacked(start: Cohorts | Sequence[Cohorts], paths: int) -> tuple[Held, FloatArray, int]:
    """Cohorts as paths by cohorts, the rates known before, and the first month with principal due."""
    each = [start] * paths if isinstance(start, Cohorts) else list(start)
    first = each[0]
    if len(each) != paths or any(
        not np.array_equal(one.term, first.term)
        or one.due != first.due
        or len(one.recent) != len(first.recent)
        for one in each
    ):
        raise ConfigError(
            "{found} sets of cohorts for {paths} paths; expected one, or the ends of one projection",
            found=len(each),
            paths=paths,
        )

    def stack(name: str) -> FloatArray:
        return np.stack([np.asarray(getattr(one, name), dtype=np.float64) for one in each])

    held = Held(
        coupon=stack("coupon"),
        note_rate=stack("note_rate"),
        term=np.asarray(first.term),
        age=stack("age"),
        face=stack("face"),
        burnout=stack("burnout"),
    )
    return held, np.stack([one.recent for one in each]), first.due


def unstacked(held: Held, recent: FloatArray, due: int) -> tuple[Cohorts, ...]:
    """The cohorts of each path."""
    return tuple(
        Cohorts(
            coupon=held.coupon[path],
            note_rate=held.note_rate[path],
            term=held.term,
            age=held.age[path],
            face=held.face[path],
            burnout=held.burnout[path],
            recent=recent[path],
            due=due,
        )
        for path in range(len(held.face))
    )


def following(first: int) -> int:
    """The first day of the month after that of a day, ordinals."""
    return month_after(date.fromordinal(first)).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Accumulation:
    """How published totals came about, month by month, dollars.

    `expected` is the principal of the model alone; `principal` is that or, where the total fell by more, the fall;
    `bought` (settled) less `principal` is the published change of each month; `cohorts` are those at the last date. The
    last month may be unfinished: then its principal is nil where it was not due by the last date.
    """

    months: IntArray
    expected: FloatArray
    principal: FloatArray
    bought: FloatArray
    cohorts: Cohorts


def build_up(
    periods: IntArray, totals: FloatArray, rates: FloatArray, model: PrepaymentModel = DEFAULT
) -> Accumulation:
    """Attribute each month's change of a published total to modelled principal and purchases, and keep the cohorts.

    A month ends with the first total on or after its last day. Purchases settled in it = change + principal, placed
    about the coupon of the mortgage rate (`place`); where the model repays less than the fall of the total, the
    difference is repaid by all cohorts alike. The last month ends with the last total, and has no principal before
    its 25th.

    Parameters
    ----------
    periods
        Ordinals of the Wednesdays, ascending; the first total should be nil, or all of it is taken as just bought.
    totals
        Holdings, millions of dollars.
    rates
        The 30-year mortgage rate known at each of them, percent.

    Raises
    ------
    EstimationError
        If lengths differ, there is no total, or a value is no number or a total below nil.
    """
    _check_totals(periods, totals, rates)
    months, levels, monthly = _by_month(periods, totals, rates)
    last = date.fromordinal(int(periods[-1]))
    known = rates_before(np.empty((1, 0)), monthly[np.newaxis], model.memory)
    held, due = _empty(), int(months[0])
    expected, principal, bought = (np.zeros(len(months)) for _ in range(3))
    for at, first in enumerate(months.tolist()):
        column, before = model.memory + at, held.face.sum()
        if at + 1 < len(months) or _paid(last, first):
            rate = felt(known, column, model)
            _, _, held = repay(held, rate, date.fromordinal(first).month, model)
            due = following(first)
        expected[at] = before - held.face.sum()
        missing = levels[at] - held.face.sum()
        if missing < 0:
            held = held._replace(face=held.face * (levels[at] / held.face.sum()))
        principal[at], bought[at] = before - held.face.sum(), max(missing, 0.0)
        held = place(held, bought[at : at + 1], known[:, column - model.origination], model)
    # A month whose principal is still due is the first to come: its rate is not yet past.
    past = known[:, : known.shape[1] if due > months[-1] else -1]
    (cohorts,) = unstacked(held, past[:, past.shape[1] - model.memory :], due)
    merged = _merged(cohorts)
    scale = levels[-1] / merged.total if merged.total else 1.0
    return Accumulation(
        months=months,
        expected=expected,
        principal=principal,
        bought=bought,
        cohorts=replace(merged, face=merged.face * scale),
    )


def _check_totals(periods: IntArray, totals: FloatArray, rates: FloatArray) -> None:
    if not len(periods) == len(totals) == len(rates) or not len(periods):
        raise EstimationError(
            "{periods} dates, {totals} totals and {rates} mortgage rates; expected as many of each, and one at least",
            periods=len(periods),
            totals=len(totals),
            rates=len(rates),
        )
    usable = np.isfinite(totals) & np.isfinite(rates) & (np.asarray(totals) >= 0)
    if not np.all(usable) or np.any(np.diff(periods) <= 0):
        raise EstimationError(
            "total and mortgage rate of {day}: expected numbers, a total of nil or more, and dates that ascend",
            day=date.fromordinal(int(periods[int(np.argmin(usable))])),
        )


def _by_month(
    periods: IntArray, totals: FloatArray, rates: FloatArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """First days of the months, the level that ends each, dollars, and the average mortgage rate in each."""
    begun = date.fromordinal(int(periods[0])).replace(day=1).toordinal()
    months = [begun]
    while (after := following(months[-1])) <= periods[-1]:
        months.append(after)
    ends = np.array([following(first) - 1 for first in months])
    at = np.minimum(np.searchsorted(periods, ends), len(periods) - 1)
    if len(months) > 1 and at[-2] == at[-1]:
        # The last total is the month end of the month before: nothing is known of a month begun after it.
        months, ends, at = months[:-1], ends[:-1], at[:-1]
    inside = np.searchsorted(periods, np.array(months))
    upto = np.maximum(np.searchsorted(periods, ends, side="right"), inside + 1)
    averages = np.array([rates[a:b].mean() for a, b in zip(inside, upto, strict=True)])
    return np.array(months, dtype=np.int64), np.asarray(totals)[at] * _MILLION, averages


def _paid(last: date, first: int) -> bool:
    """Whether the principal of the month that begins on `first` is in a total of the day `last`."""
    return last >= date.fromordinal(first).replace(day=PRINCIPAL_DAY)


def _empty() -> Held:
    nothing = np.empty((1, 0))
    return Held(nothing, nothing, np.empty(0, dtype=np.int64), nothing, nothing, nothing)


def _merged(cohorts: Cohorts) -> Cohorts:
    """Cohorts of one coupon, note rate, term and year of age in one, weighted by face; empty ones left out."""
    key = np.stack([cohorts.coupon, cohorts.note_rate, cohorts.term, np.floor(cohorts.age / MONTHS)], axis=1)[
        cohorts.face > 0
    ]
    groups, where = np.unique(key, axis=0, return_inverse=True)
    held = cohorts.face[cohorts.face > 0]

    face = np.bincount(where, weights=held, minlength=len(groups)).astype(np.float64)

    def average(values: FloatArray) -> FloatArray:
        return np.bincount(where, weights=values[cohorts.face > 0] * held, minlength=len(groups)) / face

    return replace(
        cohorts,
        coupon=groups[:, 0],
        note_rate=groups[:, 1],
        term=groups[:, 2].astype(np.int64),
        age=average(cohorts.age),
        face=face,
        burnout=average(cohorts.burnout),
    )


def cohorts_of(
    holdings: Sequence[tuple[float, date, int | None, float]],
    day: date,
    *,
    months: IntArray | None = None,
    rates: FloatArray | None = None,
    model: PrepaymentModel = DEFAULT,
) -> Cohorts:
    """Cohorts of a book of pools.

    Parameters
    ----------
    holdings
        One row a pool: coupon in percent a year, maturity date, term in months (none: 180, 240 or 360, whichever is the
        shortest that holds what is left), current face in dollars.
    day
        Date of the book.
    months, rates
        First days (ordinals, consecutive) and 30-year mortgage rates, percent, of the past up to the book's month: with
        them cohorts carry the burnout of what they went through; without, they are taken as never having refinanced.

    Raises
    ------
    ConfigError
        If a row has a negative or missing number, or a pool has matured.
    """
    rows = [_pool(number, row, day) for number, row in enumerate(holdings, start=1)]
    columns = list(zip(*rows, strict=True)) or [()] * 4
    coupon, term, age, face = (np.array(column, dtype=np.float64) for column in columns)
    first = day.replace(day=1).toordinal()
    paid = _paid(day, first)
    past = np.empty(0) if rates is None else np.asarray(rates, dtype=np.float64)
    before = past
    if months is not None and len(months) and int(months[-1]) == first and not paid:
        before = past[:-1]
    held = Cohorts(
        coupon=coupon,
        note_rate=coupon + model.strip,
        term=term.astype(np.int64),
        age=age,
        face=face,
        burnout=np.zeros(len(face)),
        recent=before[max(len(before) - model.memory, 0) :],
        due=following(first) if paid else first,
    )
    return _merged(replace(held, burnout=_burnout(held, before, model)))


def _pool(
    number: int, row: tuple[float, date, int | None, float], day: date
) -> tuple[float, float, float, float]:
    """Coupon, term, age and face of a pool."""
    coupon, maturity, term, face = row
    if not (np.isfinite(coupon) and coupon >= 0 and np.isfinite(face) and face >= 0) or maturity <= day:
        raise ConfigError(
            "row {number}: coupon {coupon}, maturity {maturity}, face {face}; expected a coupon and a face of nil or "
            "more and a maturity after {day}",
            number=number,
            coupon=coupon,
            maturity=maturity,
            face=face,
            day=day,
        )
    left = (maturity.year - day.year) * MONTHS + maturity.month - day.month
    whole = term if term is not None else next((t for t in (SHORT, 240, LONG) if left <= t), left)
    return float(coupon), float(max(whole, left)), float(max(whole - left, 0)), float(face)


def _burnout(cohorts: Cohorts, rates: FloatArray, model: PrepaymentModel) -> FloatArray:
    """The hazard of refinancing since each cohort was made; the last of the rates is that of the last month gone by."""
    burnt = np.zeros(len(cohorts.face))
    for at in range(max(model.lags), len(rates)):
        alive = cohorts.age >= len(rates) - at
        rate = np.mean([rates[at - lag] for lag in model.lags])
        burnt += alive * hazard(refinancing(cohorts.note_rate - rate, burnt, model))
    return burnt
