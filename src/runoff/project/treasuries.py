"""Treasury run-off, security by security: what matures in a month, what of it is redeemed, and what the rest becomes.

1. What matures is summed over the calendar month of the maturity date, weekends included: coupons (notes, bonds, TIPS
   with their inflation compensation, floating-rate notes) and bills apart (`_maturing`).
2. Coupons are redeemed up to the cap, bills up to what of the cap is left; each redemption is spread over the month's
   maturity dates in proportion to what matures on each (`_plan`, `spread`).
3. The rest is rolled over: exchanged on the maturity date or the next business day, and booked there (`_month`).
4. What is exchanged buys the securities settling that day in proportion to what is offered of them (`auctions.allot`),
   which mature in their turn; where policy says so, coupons too are exchanged into bills.
5. Beside that, the plan buys and sells in the market: given amounts on given days, or as much as an envelope for
   redemptions and sales leaves (`_sell`).

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
from typing import Final, TypeVar

import numpy as np

from runoff.core.errors import ConfigError
from runoff.core.holdings import Book, SecurityKind
from runoff.core.series import BoolArray, FloatArray, IntArray
from runoff.core.time import last_day
from runoff.project.auctions import Offering, allot, settlement
from runoff.project.inflation import ConsumerPrices

_DAY = timedelta(days=1)
_YEAR = 365.25  # days
_MIDDLE = 15  # the day of the month on which what an envelope leaves is sold
# The inflation compensation in the Desk's book of a Wednesday is that of Thursday: 912810FQ6 stood at 1.56865 on
# 2022-02-16, which is the reference index of the 17th over that of its dated date, 177.50.
_INDEXED_TO: Final = _DAY
_BILLS, _COUPONS = True, False


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """What a security is, without how much of it is held.

    `coupon` is in percent a year: the spread of a floating-rate note, None for a bill and where it is not known.
    """

    id: str
    kind: SecurityKind
    maturity: date
    coupon: float | None = None


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
        """The Treasury securities of a book that mature after its date; agency debt and MBS are left out."""
        reference = prices.reference(book.date + _INDEXED_TO)
        return Portfolio(
            date=book.date,
            positions=tuple(
                Position(
                    security=Security(id=h.id, kind=h.kind, maturity=h.maturity, coupon=h.coupon),
                    par=h.par,
                    indexed=(h.par + h.inflation_compensation) / reference
                    if h.kind is SecurityKind.TIPS
                    else 0.0,
                )
                for h in sorted(book.holdings, key=lambda h: h.id)
                if h.kind.is_treasury and h.maturity > book.date
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """Securities bought in the market on a day: `amount` in whole dollars of par, divided as what is offered is."""

    settles: date
    amount: int
    offered: tuple[Offering, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """Securities sold in the market on a day: `amount` in whole dollars, indexed principal for a TIPS.

    All that is held and matures `shortest` to `longest` years later is sold in proportion, but for what is due in the
    same month; no more is sold than there is.
    """

    settles: date
    amount: int
    shortest: float = 0.0
    longest: float = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class TreasuryPlan:
    """What policy does with Treasuries in each month.

    `caps` (dollars, infinity redeems everything) and `envelopes` (what redemptions and sales together reach at least,
    dollars) have one element a month; `into_bills` says in which months coupons are rolled over into bills; purchases
    and sales stand beside both.

    Raises
    ------
    ConfigError
        If a cap or an envelope is below nil or none, or the lengths differ.
    """

    caps: FloatArray
    envelopes: FloatArray
    into_bills: BoolArray
    purchases: tuple[Purchase, ...] = ()
    sales: tuple[Sale, ...] = ()

    def __post_init__(self) -> None:
        if np.any(np.isnan(self.caps) | (self.caps < 0)):
            raise ConfigError("a cap of {cap} dollars: expected nil or more", cap=float(np.min(self.caps)))
        if np.any(~np.isfinite(self.envelopes) | (self.envelopes < 0)):
            raise ConfigError(
                "an envelope of {envelope} dollars: expected nil or more, and an end to it",
                envelope=float(np.min(self.envelopes)),
            )
        if not len(self.caps) == len(self.envelopes) == len(self.into_bills):
            raise ConfigError(
                "a plan of {caps} caps, {envelopes} envelopes and {bills} months into bills: expected one a month",
                caps=len(self.caps),
                envelopes=len(self.envelopes),
                bills=len(self.into_bills),
            )

    @staticmethod
    def capped(caps: FloatArray) -> TreasuryPlan:
        """A plan of caps alone: nothing is bought or sold beside them."""
        return TreasuryPlan(
            caps=caps, envelopes=np.zeros(len(caps)), into_bills=np.zeros(len(caps), dtype=np.bool_)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TreasuryPath:
    """Treasury holdings month by month; amounts in dollars.

    By months: `months` (ordinals of first days), `..._maturing` by maturity date, `..._redeemed` in the month whose cap
    it counts against, `..._rolled` in the month of the exchange (by what matured). Securities by months: `opening` +
    `accrued` - `matured` + `bought` + `purchased` - `sold` = `closing`, where `accrued` is the indexation of TIPS (what
    a reopened one brings with it included) and nil for all else, `bought` (add-ons) and `purchased` (in the market) are
    at par. `marks` are the holdings at the end of the days asked for; `end` continues the path.
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
    purchased: FloatArray
    sold: FloatArray
    closing: FloatArray
    marks: Mapping[date, Portfolio]
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
    purchased: Counter[Security] = field(default_factory=Counter)
    sold: dict[Security, float] = field(default_factory=dict)
    marks: dict[date, Portfolio] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Market:
    """What happens on the days of a path, whatever is held: offerings by day and class, purchases and sales by day."""

    offered: Mapping[tuple[date, bool], Sequence[Offering]]
    purchases: Mapping[date, Sequence[Purchase]]
    sales: Mapping[date, Sequence[Sale]]
    marks: frozenset[date]
    prices: ConsumerPrices


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """What policy does in one month."""

    cap: float
    envelope: float
    into_bills: bool


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
    start: Portfolio,
    plan: TreasuryPlan,
    *,
    offered: Iterable[Offering],
    prices: ConsumerPrices,
    marks: Iterable[date] = (),
) -> TreasuryPath:
    """Run a portfolio off under a plan, rolling the rest over into what is offered.

    Where `start` stands within a month, the first month is the rest of it, and the whole cap counts against what is
    left to mature: what matured before is not in the portfolio.

    Parameters
    ----------
    start
        The holdings from which the path goes on.
    plan
        What policy does, from the month of the day after `start.date`.
    offered
        What the Treasury offers on each day of these months; an amount rolled on a day without an offering of its
        class waits for the next.
    prices
        Consumer prices up to the third month before the last; assumed ones count like known ones.
    marks
        Days of the path at whose end the holdings are wanted.

    Raises
    ------
    ConfigError
        If an offering bears the id of another security.
    """
    market = _Market(
        offered=_offered_by_day(offered),
        purchases=_by_day(plan.purchases),
        sales=_by_day(plan.sales),
        marks=frozenset(marks),
        prices=prices,
    )
    state, found = start, []
    rules = zip(plan.caps.tolist(), plan.envelopes.tolist(), plan.into_bills.tolist(), strict=True)
    for first, (cap, envelope, into_bills) in zip(
        months_after(start.date, len(plan.caps)).tolist(), rules, strict=True
    ):
        rule = _Rule(cap=cap, envelope=envelope, into_bills=into_bills)
        month, state = _month(state, date.fromordinal(first), rule, market)
        found.append(month)
    return _path(found, state)


def _month(start: Portfolio, first: date, rule: _Rule, market: _Market) -> tuple[_Month, Portfolio]:
    """One month, day by day: securities mature, what is rolled over is exchanged, and the market is entered."""
    prices, end = market.prices, last_day(first)
    held = {position.security.id: position for position in start.positions}
    awaiting = Counter({(a.settles, a.bills): a.amount for a in start.awaiting})
    plan = _plan(start, end, rule.cap, prices)
    month = _Month(first=first, opening=_values(held, start.date, prices), closing={})
    due = {p.security for p in start.positions if p.security.maturity <= end}
    left = max(0, round(rule.envelope) - sum(plan.values()))
    envelope = Sale(settles=max(settlement(first.replace(day=_MIDDLE)), start.date + _DAY), amount=left)
    day, taken = start.date, 0
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
            if offerings := market.offered.get((day, bills or rule.into_bills)):
                month.rolled[bills] += amount
                _take(held, month.bought, amount, offerings, prices)
            else:
                awaiting[settlement(day + _DAY), bills] += amount
        for purchase in market.purchases.get(day, ()):
            _take(held, month.purchased, purchase.amount, purchase.offered, prices)
        for sale in (*market.sales.get(day, ()), *((envelope,) if envelope.settles == day else ())):
            _sell(held, month.sold, sale, after=end, prices=prices)
        if len(month.bought) + len(month.purchased) > taken:
            taken = len(month.bought) + len(month.purchased)
            due |= {s for s in (*month.bought, *month.purchased) if s.maturity <= end}
        if day in market.marks:
            month.marks[day] = _left(day, held, awaiting)
    return replace(month, closing=_values(held, end, prices)), _left(end, held, awaiting)


Trade = TypeVar("Trade", Purchase, Sale)


def _by_day(trades: Iterable[Trade]) -> Mapping[date, Sequence[Trade]]:
    found: dict[date, list[Trade]] = {}
    for trade in trades:
        found.setdefault(trade.settles, []).append(trade)
    return found


def _offered_by_day(offered: Iterable[Offering]) -> Mapping[tuple[date, bool], Sequence[Offering]]:
    found: dict[tuple[date, bool], list[Offering]] = {}
    for offering in offered:
        found.setdefault((offering.settles, offering.kind is SecurityKind.BILL), []).append(offering)
    return found


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


def _take(
    held: dict[str, Position],
    bought: Counter[Security],
    amount: int,
    offerings: Sequence[Offering],
    prices: ConsumerPrices,
) -> None:
    """Add the Desk's share of each security on offer to what is held, and note it."""
    for offering, par in zip(offerings, allot(amount, [o.amount for o in offerings]), strict=True):
        security = Security(
            id=offering.id, kind=offering.kind, maturity=offering.maturity, coupon=offering.coupon
        )
        before = held.get(offering.id, Position(security=security, par=0))
        if before.security.maturity != security.maturity or before.security.kind is not security.kind:
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
        bought[before.security] += par


def _sell(
    held: dict[str, Position],
    sold: dict[Security, float],
    sale: Sale,
    *,
    after: date,
    prices: ConsumerPrices,
) -> None:
    """Take a sale out of what is held in proportion to principal, and note it; par is rounded to the dollar."""
    if sale.amount <= 0:
        return
    worth = {
        name: position.principal(sale.settles, prices)
        for name, position in held.items()
        if position.security.maturity > after
        and sale.shortest <= (position.security.maturity - sale.settles).days / _YEAR < sale.longest
    }
    total = sum(worth.values())
    share = min(1.0, sale.amount / total) if total else 0.0
    for name, principal in worth.items():
        position = held[name]
        par = round(position.par * share)
        part = par / position.par if position.par else 0.0
        gone = float(par) if position.security.kind is not SecurityKind.TIPS else principal * part
        sold[position.security] = sold.get(position.security, 0.0) + gone
        if par == position.par:
            del held[name]
        else:
            held[name] = replace(position, par=position.par - par, indexed=position.indexed * (1 - part))


def _values(held: Mapping[str, Position], day: date, prices: ConsumerPrices) -> dict[Security, float]:
    return {position.security: position.principal(day, prices) for position in held.values()}


def _path(months: Sequence[_Month], end: Portfolio) -> TreasuryPath:
    """The months side by side."""
    every = {s for month in months for s in (*month.opening, *month.bought, *month.purchased)}
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
    purchased, sold = table(m.purchased for m in months), table(m.sold for m in months)
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
        accrued=np.where(indexed, closing - opening + matured - bought - purchased + sold, 0.0),
        matured=matured,
        bought=bought,
        purchased=purchased,
        sold=sold,
        closing=closing,
        marks={day: held for month in months for day, held in month.marks.items()},
        end=end,
    )
