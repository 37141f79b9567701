"""Treasury run-off, security by security: what matures in a month, what of it is redeemed, and what the rest becomes.

1. What matures is summed over the calendar month of the maturity date, weekends included: coupons (notes, bonds, TIPS
   with their inflation compensation, floating-rate notes) and bills apart (`_maturing`).
2. Coupons are redeemed up to the cap, bills up to what of the cap is left; each redemption is spread over the month's
   maturity dates in proportion to what matures on each (`_plan`, `spread`).
3. The rest is rolled over: exchanged on the maturity date or the next business day, and booked there (`_month`).
4. What is exchanged buys the securities settling that day in proportion to what is offered of them (`auctions.allot`),
   which mature in their turn.

Amounts are whole dollars, but for the indexed principal of TIPS that has not matured, and that is a float.

References
----------
Federal Reserve Bank of New York, statements regarding Treasury securities operations of 4 May 2022 and 1 May 2024;
FAQs on reinvestments of 14 December 2016. Board of Governors, Annual Report, Table G.1, for the month in which each is
booked.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

import numpy as np

from runoff.core.errors import ConfigError
from runoff.core.holdings import Book, SecurityKind
from runoff.core.series import FloatArray, IntArray
from runoff.project.auctions import Offering, allot, settlement
from runoff.project.inflation import ConsumerPrices

_DAY = timedelta(days=1)
# The inflation compensation in the Desk's book of a Wednesday is that of Thursday: 912810FQ6 stood at 1.56865 on
# 2022-02-16, which is the reference index of the 17th over that of its dated date, 177.50.
_INDEXED_TO: Final = _DAY
_BILLS, _COUPONS = True, False


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """What a security is, without how much of it is held."""

    id: str
    kind: SecurityKind
    maturity: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A security held: par in whole dollars.

    `indexed` is the par of a TIPS over the reference index of its dated date: times the reference index of a day it is
    the indexed principal, in dollars.
    """

    security: Security
    par: int
    indexed: float = 0.0

    def principal(self, day: date, prices: ConsumerPrices) -> float:
        """Par, or the indexed principal of a TIPS, in dollars."""
        return (
            self.indexed * prices.reference(day)
            if self.security.kind is SecurityKind.TIPS
            else float(self.par)
        )

    def repaid(self, prices: ConsumerPrices) -> int:
        """What the Treasury pays at maturity, in whole dollars: for a TIPS no less than par."""
        return max(self.par, round(self.principal(self.security.maturity, prices)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaiting:
    """An amount rolled over and not exchanged yet: it matured on a day on which nothing settles."""

    settles: date
    bills: bool
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """Treasury holdings at the end of a day, and what awaits its exchange."""

    date: date
    positions: tuple[Position, ...]
    awaiting: tuple[Awaiting, ...] = ()

    @staticmethod
    def of(book: Book, prices: ConsumerPrices) -> Portfolio:
        """The Treasury securities of a book that mature after its date; agency debt is left out."""
        reference = prices.reference(book.date + _INDEXED_TO)
        return Portfolio(
            date=book.date,
            positions=tuple(
                Position(
                    security=Security(id=h.id, kind=h.kind, maturity=h.maturity),
                    par=h.par,
                    indexed=(h.par + h.inflation_compensation) / reference
                    if h.kind is SecurityKind.TIPS
                    else 0.0,
                )
                for h in sorted(book.holdings, key=lambda h: h.id)
                if h.kind is not SecurityKind.AGENCY and h.maturity > book.date
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TreasuryPath:
    """Treasury holdings month by month; amounts in dollars.

    By months: `months` (ordinals of first days), `..._maturing` by maturity date, `..._redeemed` in the month whose cap
    it counts against, `..._rolled` in the month of the exchange. Securities by months: `opening` + `accrued` -
    `matured` + `bought` = `closing`, where `accrued` is the indexation of TIPS (what a reopened one brings with it
    included) and nil for all else, and `bought` is at par. `end` continues the path.
    """

    months: IntArray
    coupons_maturing: FloatArray
    coupons_redeemed: FloatArray
    coupons_rolled: FloatArray
    bills_maturing: FloatArray
    bills_redeemed: FloatArray
    bills_rolled: FloatArray
    securities: tuple[Security, ...]
    opening: FloatArray
    accrued: FloatArray
    matured: FloatArray
    bought: FloatArray
    closing: FloatArray
    end: Portfolio


@dataclass(frozen=True, slots=True, kw_only=True)
class _Month:
    """What happened in a month: amounts by class (bills or coupons) and by security."""

    first: date
    opening: Mapping[Security, float]
    closing: Mapping[Security, float]
    maturing: Counter[bool] = field(default_factory=Counter)
    redeemed: Counter[bool] = field(default_factory=Counter)
    rolled: Counter[bool] = field(default_factory=Counter)
    matured: Counter[Security] = field(default_factory=Counter)
    bought: Counter[Security] = field(default_factory=Counter)


def spread(total: int, parts: Sequence[int]) -> tuple[int, ...]:
    """Divide a total in proportion to parts, to the dollar, so that the shares add up to it and none exceeds its part.

    Examples
    --------
    >>> spread(30, [10, 20, 60])
    (3, 7, 20)
    """
    whole, shares, passed, given = sum(parts), [], 0, 0
    for part in parts:
        passed += part
        reached = total * passed // whole if whole else 0
        shares.append(reached - given)
        given = reached
    return tuple(shares)


def months_after(day: date, count: int) -> IntArray:
    """The first days (ordinals) of the months from that of the day after `day`."""
    start = day + _DAY
    index = start.year * 12 + start.month - 1
    return np.array(
        [date(i // 12, i % 12 + 1, 1).toordinal() for i in range(index, index + count)], dtype=np.int64
    )


def project(
    start: Portfolio, caps: FloatArray, *, offered: Iterable[Offering], prices: ConsumerPrices
) -> TreasuryPath:
    """Run a portfolio off under monthly caps, rolling the rest over into what is offered.

    Where `start` stands within a month, the first month is the rest of it, and the whole cap counts against what is
    left to mature: what matured before is not in the portfolio.

    Parameters
    ----------
    start
        The holdings from which the path goes on.
    caps
        One for each month from that of the day after `start.date`, in dollars; infinity redeems everything.
    offered
        What the Treasury offers on each day of these months; an amount rolled on a day without an offering of its
        class waits for the next.
    prices
        Consumer prices up to the third month before the last; assumed ones count like known ones.

    Raises
    ------
    ConfigError
        If a cap is below nil or none, or an offering bears the id of another security.
    """
    if np.any(np.isnan(caps) | (caps < 0)):
        raise ConfigError("a cap of {cap} dollars: expected nil or more", cap=float(np.min(caps)))
    by_day: dict[tuple[date, bool], list[Offering]] = {}
    for offering in offered:
        by_day.setdefault((offering.settles, offering.kind is SecurityKind.BILL), []).append(offering)
    state, found = start, []
    for first, cap in zip(months_after(start.date, len(caps)).tolist(), caps.tolist(), strict=True):
        month, state = _month(state, date.fromordinal(first), cap, by_day, prices)
        found.append(month)
    return _path(found, state)


def _month(
    start: Portfolio,
    first: date,
    cap: float,
    by_day: Mapping[tuple[date, bool], Sequence[Offering]],
    prices: ConsumerPrices,
) -> tuple[_Month, Portfolio]:
    """One month, day by day: securities mature, and what is rolled over is exchanged."""
    end = (first + timedelta(days=31)).replace(day=1) - _DAY
    held = {position.security.id: position for position in start.positions}
    awaiting = Counter({(a.settles, a.bills): a.amount for a in start.awaiting})
    plan = _plan(start, end, cap, prices)
    month = _Month(first=first, opening=_values(held, start.date, prices), closing={})
    due = {p.security for p in start.positions if p.security.maturity <= end}
    day = start.date
    while day < end:
        day += _DAY
        for security in [s for s in due if s.maturity == day]:
            amount, bills = held.pop(security.id).repaid(prices), security.kind is SecurityKind.BILL
            month.matured[security] += amount
            month.maturing[bills] += amount
            awaiting[settlement(day), bills] += amount
        for bills in (_COUPONS, _BILLS):
            redeemed = plan[day, bills]
            month.redeemed[bills] += redeemed
            awaiting[settlement(day), bills] -= redeemed
            if not (amount := awaiting.pop((day, bills), 0)):
                continue
            if offerings := by_day.get((day, bills)):
                month.rolled[bills] += amount
                _exchange(held, month.bought, amount, offerings, prices)
                due |= {s for s in month.bought if s.maturity <= end}
            else:
                awaiting[settlement(day + _DAY), bills] += amount
    return replace(month, closing=_values(held, end, prices)), _left(end, held, awaiting)


def _left(day: date, held: Mapping[str, Position], awaiting: Mapping[tuple[date, bool], int]) -> Portfolio:
    return Portfolio(
        date=day,
        positions=tuple(held[name] for name in sorted(held)),
        awaiting=tuple(
            Awaiting(settles=settles, bills=bills, amount=amount)
            for (settles, bills), amount in sorted(awaiting.items())
            if amount
        ),
    )


def _maturing(start: Portfolio, end: date, prices: ConsumerPrices) -> Counter[tuple[date, bool]]:
    """What of the holdings matures by `end`, by maturity date and class, in dollars."""
    found: Counter[tuple[date, bool]] = Counter()
    for position in start.positions:
        if (day := position.security.maturity) <= end:
            found[day, position.security.kind is SecurityKind.BILL] += position.repaid(prices)
    return found


def _plan(start: Portfolio, end: date, cap: float, prices: ConsumerPrices) -> Counter[tuple[date, bool]]:
    """What is redeemed on each maturity date and of each class, in dollars: coupons first, then bills.

    The plan is made on what is held at the start. A bill that is bought and matures within the month comes out of a
    rollover, so the bills held have filled what is left of the cap: it is rolled over in full.
    """
    maturing = _maturing(start, end, prices)
    plan: Counter[tuple[date, bool]] = Counter()
    room = cap
    for bills in (_COUPONS, _BILLS):
        days = sorted(day for day, of_bills in maturing if of_bills is bills)
        parts = [maturing[day, bills] for day in days]
        redeemed = sum(parts) if math.isinf(room) else min(int(room), sum(parts))
        plan.update(dict(zip(((day, bills) for day in days), spread(redeemed, parts), strict=True)))
        room -= redeemed
    return plan


def _exchange(
    held: dict[str, Position],
    bought: Counter[Security],
    amount: int,
    offerings: Sequence[Offering],
    prices: ConsumerPrices,
) -> None:
    """Add the Desk's share of each security on offer to what is held, and note it."""
    for offering, par in zip(offerings, allot(amount, [o.amount for o in offerings]), strict=True):
        security = Security(id=offering.id, kind=offering.kind, maturity=offering.maturity)
        before = held.get(offering.id, Position(security=security, par=0))
        if before.security != security:
            raise ConfigError(
                "{id} is offered with maturity {maturity}, and held with {held}; expected one security",
                id=offering.id,
                maturity=offering.maturity,
                held=before.security.maturity,
            )
        indexed = before.indexed
        if offering.kind is SecurityKind.TIPS:
            indexed += par / prices.reference(offering.dated or offering.settles)
        held[offering.id] = replace(before, par=before.par + par, indexed=indexed)
        bought[security] += par


def _values(held: Mapping[str, Position], day: date, prices: ConsumerPrices) -> dict[Security, float]:
    return {position.security: position.principal(day, prices) for position in held.values()}


def _path(months: Sequence[_Month], end: Portfolio) -> TreasuryPath:
    """The months side by side."""
    every = {s for month in months for s in (*month.opening, *month.bought)}
    securities = tuple(sorted(every, key=lambda s: (s.maturity, s.id)))
    place = {security: row for row, security in enumerate(securities)}

    def table(columns: Iterable[Mapping[Security, float]]) -> FloatArray:
        found = np.zeros((len(securities), len(months)))
        for number, column in enumerate(columns):
            found[[place[security] for security in column], number] = list(column.values())
        return found

    def line(columns: Iterable[Counter[bool]], *, bills: bool) -> FloatArray:
        return np.array([column[bills] for column in columns], dtype=np.float64)

    opening, closing = table(m.opening for m in months), table(m.closing for m in months)
    matured, bought = table(m.matured for m in months), table(m.bought for m in months)
    indexed = np.array([s.kind is SecurityKind.TIPS for s in securities], dtype=bool)[:, np.newaxis]
    return TreasuryPath(
        months=np.array([month.first.toordinal() for month in months], dtype=np.int64),
        coupons_maturing=line((m.maturing for m in months), bills=_COUPONS),
        coupons_redeemed=line((m.redeemed for m in months), bills=_COUPONS),
        coupons_rolled=line((m.rolled for m in months), bills=_COUPONS),
        bills_maturing=line((m.maturing for m in months), bills=_BILLS),
        bills_redeemed=line((m.redeemed for m in months), bills=_BILLS),
        bills_rolled=line((m.rolled for m in months), bills=_BILLS),
        securities=securities,
        opening=opening,
        accrued=np.where(indexed, closing - opening + matured - bought, 0.0),
        matured=matured,
        bought=bought,
        closing=closing,
        end=end,
    )
