"""Agency mortgage-backed securities month by month: what they repay, and what policy does with it.

1. A month's principal arrives: what the level payment schedules, and what is prepaid of the rest (`cohorts.repay`).
2. Policy lets go of it up to the cap; of the rest Treasuries or bills take up to the mix cap, and the remainder is
   reinvested in mortgage-backed securities (`_Flows`).
3. Sales take what is asked for, or what principal leaves of the envelope, pro rata, at a modelled price.
4. What is bought settles over the following months, in new cohorts at the coupon of the day (`cohorts.place`).

Arrays are paths by months.

References
----------
Federal Reserve Bank of New York, FAQs on agency MBS operations, 20 September 2017 and 14 October 2022 (reinvestment
from mid-month to mid-month, settlement afterwards); `docs/methods/mortgage-runoff.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, NamedTuple

import numpy as np

from runoff.core.errors import ConfigError
from runoff.core.series import FloatArray, IntArray
from runoff.project import compiled
from runoff.project.cohorts import (
    Accumulation,
    Cohorts,
    Held,
    build_up,
    cohorts_of,
    felt,
    following,
    place,
    rates_before,
    repay,
    stacked,
    unstacked,
)
from runoff.project.kernels import Arithmetic, Classes, Followed, Holding, Kernel, Literal, kernel_for, worth
from runoff.project.prepayment import DEFAULT, MONTHS, PrepaymentModel

# What is held, how it came about and what becomes of it is imported from here, speeds and rates from `prepayment`.
__all__ = [
    "Accumulation",
    "AgencyPlan",
    "Cohorts",
    "MortgageAmounts",
    "MortgagePath",
    "amounts",
    "awaiting_settlement",
    "build_up",
    "cohorts_of",
    "project",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyPlan:
    """What policy does with agency securities, one element a month, dollars.

    Parameters
    ----------
    cap
        Principal let go, at most: infinity lets go of all, nil of none.
    mix_cap
        Of the rest, what goes into Treasuries or bills, at most: infinity sends all of it there, nil none.
    purchases
        Bought beyond reinvestment; it settles later.
    sales
        Face sold.
    envelope
        What principal and sales reach together, at least: sales fill what principal leaves.
    """

    cap: FloatArray
    mix_cap: FloatArray
    purchases: FloatArray
    sales: FloatArray
    envelope: FloatArray

    def __post_init__(self) -> None:
        """Refuse amounts below nil and arrays of unequal length."""
        for name in ("cap", "mix_cap", "purchases", "sales", "envelope"):
            found = np.asarray(getattr(self, name))
            if found.shape != np.shape(self.cap) or found.ndim != 1:
                raise ConfigError(
                    "{name} has shape {found}; expected one element a month, {expected} as the cap",
                    name=name,
                    found=found.shape,
                    expected=np.shape(self.cap),
                )
            if np.any(np.isnan(found) | (found < 0)):
                raise ConfigError(
                    "{name} of {amount} dollars in month {month}: expected nil or more",
                    name=name,
                    amount=float(found[np.isnan(found) | (found < 0)][0]),
                    month=int(np.argmax(np.isnan(found) | (found < 0))) + 1,
                )

    def since(self, first: int) -> AgencyPlan:
        """The same from the month in that place on."""
        return self._part(slice(first, None))

    def upto(self, months: int) -> AgencyPlan:
        """The same of the first months."""
        return self._part(slice(0, months))

    def _part(self, part: slice) -> AgencyPlan:
        return AgencyPlan(
            cap=self.cap[part],
            mix_cap=self.mix_cap[part],
            purchases=self.purchases[part],
            sales=self.sales[part],
            envelope=self.envelope[part],
        )

    @staticmethod
    def of(
        months: int,
        *,
        cap: float = np.inf,
        mix_cap: float = 0.0,
        purchases: float = 0.0,
        sales: float = 0.0,
        envelope: float = 0.0,
    ) -> AgencyPlan:
        """The same amounts every month."""
        return AgencyPlan(
            cap=np.full(months, cap),
            mix_cap=np.full(months, mix_cap),
            purchases=np.full(months, purchases),
            sales=np.full(months, sales),
            envelope=np.full(months, envelope),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MortgagePath:
    """Mortgage-backed securities month by month, paths by months, dollars.

    `opening` - `scheduled` - `prepaid` - `sold` + `bought` = `closing`, and `scheduled` + `prepaid` = `redeemed` +
    `into_treasuries` + `into_mbs`. `into_mbs` is decided in its month and becomes `bought` when it settles; `settling`
    is bought and not settled at month end. `interest` is the coupon accrued, `cpr` and `average_coupon` are percent a
    year, `loss` is par less proceeds of what was sold (below nil: a gain), `market_value` that of `closing` at the
    month's mortgage rate. `end` (one a path) and `pending` (face still to settle: paths by coming months) continue it.
    """

    months: IntArray
    opening: FloatArray
    scheduled: FloatArray
    prepaid: FloatArray
    redeemed: FloatArray
    into_treasuries: FloatArray
    into_mbs: FloatArray
    bought: FloatArray
    sold: FloatArray
    closing: FloatArray
    interest: FloatArray
    cpr: FloatArray
    average_coupon: FloatArray
    loss: FloatArray
    market_value: FloatArray
    settling: FloatArray
    end: tuple[Cohorts, ...]
    pending: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class MortgageAmounts:
    """Mortgage-backed securities month by month, paths by months, dollars, and nothing of single cohorts.

    The amounts are those of `MortgagePath`; `kernel` says how they were come by.
    """

    months: IntArray
    opening: FloatArray
    scheduled: FloatArray
    prepaid: FloatArray
    redeemed: FloatArray
    into_treasuries: FloatArray
    into_mbs: FloatArray
    bought: FloatArray
    sold: FloatArray
    closing: FloatArray
    interest: FloatArray
    loss: FloatArray
    kernel: Kernel


_AMOUNTS: Final = (
    "opening",
    "scheduled",
    "prepaid",
    "redeemed",
    "into_treasuries",
    "into_mbs",
    "bought",
    "sold",
    "closing",
    "interest",
    "loss",
)
# How many numbers, paths by columns, a block of paths has: what bounds memory and is worth a call. It has no bearing on
# results.
_BLOCK: Final = 1 << 17


class _Flows(NamedTuple):
    """What becomes of a month's principal, and what is sold, one amount a path."""

    redeemed: FloatArray
    into_treasuries: FloatArray
    into_mbs: FloatArray
    sold: FloatArray

    @staticmethod
    def under(plan: AgencyPlan, at: int, principal: FloatArray, left: FloatArray) -> _Flows:
        redeemed = np.minimum(plan.cap[at], principal)
        into_treasuries = np.minimum(plan.mix_cap[at], principal - redeemed)
        wanted = np.maximum(plan.sales[at], plan.envelope[at] - principal)
        return _Flows(
            redeemed=redeemed,
            into_treasuries=into_treasuries,
            into_mbs=principal - redeemed - into_treasuries,
            sold=np.clip(wanted, 0, left),
        )


def project(
    start: Cohorts | Sequence[Cohorts],
    months: IntArray,
    rates: FloatArray,
    plan: AgencyPlan,
    *,
    model: PrepaymentModel = DEFAULT,
    pending: FloatArray | None = None,
) -> MortgagePath:
    """Run mortgage-backed securities off along mortgage-rate paths.

    Parameters
    ----------
    start
        The holdings from which every path goes on, or those of each (the `end` of another projection).
    months
        Ordinals of first days, one after the other.
    rates
        The 30-year mortgage rate, percent: paths by months (or one path).
    plan
        What policy does, a month an element.
    pending
        Face of earlier purchases that settles in the first, second, ... month, dollars: paths by months, or one row.

    Raises
    ------
    ConfigError
        If lengths differ, the months are not consecutive, or a rate is no number.
    """
    rates = np.atleast_2d(np.asarray(rates, dtype=np.float64))
    _check(months, rates, plan)
    held, recent, due = stacked(start, len(rates))
    known = rates_before(recent, rates, model.memory)
    awaiting = _awaiting(pending, len(rates), len(months) + len(model.settlement))
    lines: list[dict[str, FloatArray]] = []
    for at, first in enumerate(months.tolist()):
        column = model.memory + at
        opening = held
        scheduled = prepaid = np.zeros_like(held.face)
        if first >= due:
            scheduled, prepaid, held = repay(
                held, felt(known, column, model), date.fromordinal(first).month, model
            )
        principal, left = (scheduled + prepaid).sum(axis=1), held.face.sum(axis=1)
        flows = _Flows.under(plan, at, principal, left)
        sold = held.face * (flows.sold / np.where(left > 0, left, 1))[:, np.newaxis]
        loss = (sold * (1 - worth(held, rates[:, at], model))).sum(axis=1) if np.any(sold) else 0 * left
        held = held._replace(face=held.face - sold)
        for later, share in enumerate(model.settlement):
            awaiting[:, at + later] += share * (flows.into_mbs + plan.purchases[at])
        held = place(held, awaiting[:, at], known[:, column - model.origination], model)
        lines.append(
            flows._asdict()
            | {"loss": loss, "bought": awaiting[:, at], "settling": awaiting[:, at + 1 :].sum(axis=1)}
            | _measured(opening, scheduled, prepaid, held, rates[:, at], model)
        )
    return MortgagePath(
        months=months,
        **{name: np.stack([line[name] for line in lines], axis=1) for name in lines[0]},
        end=unstacked(held, known[:, known.shape[1] - model.memory :], max(due, following(int(months[-1])))),
        pending=awaiting[:, len(months) :],
    )


def amounts(
    start: Cohorts | Sequence[Cohorts],
    months: IntArray,
    rates: FloatArray,
    plan: AgencyPlan,
    *,
    model: PrepaymentModel = DEFAULT,
    pending: FloatArray | None = None,
    arithmetic: Arithmetic = Arithmetic.NUMPY,
    threads: int = 1,
) -> MortgageAmounts:
    """The amounts of `project` on many paths, several times as fast and in bounded memory: parameters as there.

    A path is the same, bit for bit, whatever paths it is computed with and on however many threads.

    Parameters
    ----------
    arithmetic
        Who computes classes of cohorts.
    threads
        How many share the paths.

    Raises
    ------
    ConfigError
        As `project`, and where numba is asked for and not installed.
    """
    rates = np.atleast_2d(np.asarray(rates, dtype=np.float64))
    _check(months, rates, plan)
    paths = len(rates)
    kernel, classes = kernel_for(start, len(months), model, sales=np.stack([plan.sales, plan.envelope]))
    if classes is not None:
        kernel = replace(kernel, arithmetic=arithmetic)
    if kernel.arithmetic is Arithmetic.COMPILED:
        compiled.ready(model)
    awaiting = _awaiting(pending, paths, len(months) + len(model.settlement))
    found = {name: np.zeros((paths, len(months))) for name in _AMOUNTS}

    def follow(first: int) -> None:
        block = slice(first, min(first + size, paths))
        mine = start if isinstance(start, Cohorts) else start[block]
        holding, recent, due = _holding(mine, classes, block.stop - first, model, kernel)
        known = _Known(rates_before(recent, rates[block], model.memory), awaiting[block], plan, due, model)
        _follow(holding, months, known, {name: values[block] for name, values in found.items()})

    size = max(1, _BLOCK // max(1, kernel.followed))
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(follow, range(0, paths, size)):
            pass
    return MortgageAmounts(months=months, **found, kernel=kernel)


def _holding(
    start: Cohorts | Sequence[Cohorts],
    classes: Classes | None,
    paths: int,
    model: PrepaymentModel,
    kernel: Kernel,
) -> tuple[Holding, FloatArray, int]:
    """The holdings of some paths at the start, the rates known before, and the first month with principal due."""
    if classes is None or not isinstance(start, Cohorts):
        held, recent, due = stacked(start, paths)
        return Literal(held, model), recent, due
    if kernel.arithmetic is Arithmetic.COMPILED:
        return compiled.Compiled.of(classes, paths), np.atleast_2d(start.recent), start.due
    return Followed.of(classes, paths), np.atleast_2d(start.recent), start.due


class _Known(NamedTuple):
    """What months to come are given, for some paths: rates with those before, settlements due, and the plan."""

    rates: FloatArray
    awaiting: FloatArray
    plan: AgencyPlan
    due: int
    model: PrepaymentModel


def _follow(holding: Holding, months: IntArray, known: _Known, into: dict[str, FloatArray]) -> None:
    """Run a holding through the months, as `project` does, and write its amounts; `known.awaiting` is used up."""
    model, plan, awaiting = known.model, known.plan, known.awaiting
    closing, coupons = holding.amount()
    # A month is a row here: to write it into a column of every path's months would cost more than some of the sums.
    found = {name: np.empty((len(months), len(closing))) for name in into}
    for at, first in enumerate(months.tolist()):
        column, opening = model.memory + at, closing
        scheduled = prepaid = np.zeros(len(opening))
        if first >= known.due:
            scheduled, prepaid = holding.repay(
                felt(known.rates, column, model), date.fromordinal(first).month
            )
        flows = _Flows.under(plan, at, scheduled + prepaid, opening - scheduled - prepaid)
        loss = holding.sell(flows.sold, known.rates[:, column])
        for later, share in enumerate(model.settlement):
            awaiting[:, at + later] += share * (flows.into_mbs + plan.purchases[at])
        bought = awaiting[:, at]
        earned = coupons + holding.place(bought, known.rates[:, column - model.origination]) / 2
        closing, coupons = holding.amount()
        line = flows._asdict() | {
            "opening": opening,
            "scheduled": scheduled,
            "prepaid": prepaid,
            "bought": bought,
            "loss": loss,
            "interest": earned / (100 * MONTHS),
            "closing": closing,
        }
        for name, values in line.items():
            found[name][at] = values
    for name, rows in found.items():
        into[name][:] = rows.T


def awaiting_settlement(
    principal: FloatArray,
    net: FloatArray,
    *,
    settled: float = 0.0,
    model: PrepaymentModel = DEFAULT,
) -> FloatArray:
    """What earlier purchases bring in coming months, dollars: the `pending` of a projection.

    Parameters
    ----------
    principal
        Reinvested in mortgage-backed securities in the months before the first one projected, latest last.
    net
        Bought beyond that in the same months; the month of a purchase period is the one in which it begins.
    settled
        What of the first coming month has settled already, where the book stands within a month.

    Examples
    --------
    >>> model = PrepaymentModel(settlement=(0.0, 0.25, 0.75))
    >>> awaiting_settlement(np.array([8.0, 4.0]), np.array([0.0, 4.0]), settled=1.0, model=model).tolist()
    [7.0, 6.0]
    """
    shares = np.array(model.settlement)
    found = np.zeros(max(len(shares) - 1, 1))
    for before, traded in enumerate((np.asarray(principal) + np.asarray(net))[::-1], start=1):
        later = traded * shares[before:]
        found[: len(later)] += later
    found[0] = max(found[0] - settled, 0.0)
    return found


def _check(months: IntArray, rates: FloatArray, plan: AgencyPlan) -> None:
    """Refuse a projection whose parts do not fit together."""
    if not len(months) == rates.shape[1] == len(plan.cap):
        raise ConfigError(
            "{months} months, {rates} mortgage rates and a plan of {plan}; expected as many of each",
            months=len(months),
            rates=rates.shape[1],
            plan=len(plan.cap),
        )
    if not len(months):
        raise ConfigError("no month to project; expected one or more")
    if not np.all(np.isfinite(rates)):
        raise ConfigError(
            "mortgage rate of month {month} is no number; expected percent a year",
            month=int(np.argmin(np.isfinite(rates).all(axis=0))) + 1,
        )
    found = [date.fromordinal(first) for first in months.tolist()]
    index = np.array([day.year * MONTHS + day.month for day in found])
    if any(day.day != 1 for day in found) or np.any(np.diff(index) != 1):
        raise ConfigError(
            "months from {first} to {last}: expected the first days of consecutive months",
            first=found[0],
            last=found[-1],
        )


def _awaiting(pending: FloatArray | None, paths: int, months: int) -> FloatArray:
    """What is to settle, paths by coming months, in an array long enough for every later purchase."""
    given = np.atleast_2d(np.zeros(1) if pending is None else np.asarray(pending, dtype=np.float64))
    if given.shape[0] not in (1, paths) or not np.all(np.isfinite(given) & (given >= 0)):
        raise ConfigError(
            "pending settlements of shape {shape}: expected dollars, nil or more, one row or {paths}",
            shape=given.shape,
            paths=paths,
        )
    found = np.zeros((paths, max(months, given.shape[1])))
    found[:, : given.shape[1]] = given
    return found


def _measured(
    opening: Held,
    scheduled: FloatArray,
    prepaid: FloatArray,
    closing: Held,
    rate: FloatArray,
    model: PrepaymentModel,
) -> dict[str, FloatArray]:
    """What a month's cohorts amount to, one figure a path."""
    columns = opening.coupon.shape[1]
    settled = closing.coupon[:, columns:] * closing.face[:, columns:]
    total = closing.face.sum(axis=1)
    return {
        "opening": opening.face.sum(axis=1),
        "scheduled": scheduled.sum(axis=1),
        "prepaid": prepaid.sum(axis=1),
        "closing": total,
        # What settles in a month does so about its middle.
        "interest": ((opening.coupon * opening.face).sum(axis=1) + settled.sum(axis=1) / 2) / (100 * MONTHS),
        "cpr": _speed(prepaid.sum(axis=1), (opening.face - scheduled).sum(axis=1)),
        "average_coupon": (closing.coupon * closing.face).sum(axis=1) / np.where(total > 0, total, 1),
        "market_value": (closing.face * worth(closing, rate, model)).sum(axis=1),
    }


def _speed(prepaid: FloatArray, balance: FloatArray) -> FloatArray:
    """CPR, percent a year, of what was prepaid of a balance after its scheduled principal."""
    monthly = prepaid / np.where(balance > 0, balance, 1)
    speed: FloatArray = 100 * (1 - (1 - np.minimum(monthly, 1)) ** MONTHS)
    return speed
