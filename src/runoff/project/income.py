"""Income of the central bank month by month: what its assets earn, what its liabilities cost, what becomes of the rest.

1. Treasuries earn coupons, indexation, the accretion of bills and the floating rate (`treasury_income`); mortgage
   securities earn their coupon (`mortgages.MortgagePath.interest`).
2. What was paid above par is written off over the life of what it was paid for (`premium_amortisation`).
3. Reserves and deposits that bear interest cost the rate on reserves, both kinds of reverse repo the award rate
   (`income`).
4. Net income less dividends pays down the deferred asset, then goes to the Treasury; a loss adds to the deferred asset
   (`remit`).

Amounts are dollars, paths by months; rates are percent a year. Twelve Reserve Banks remit each for itself; this is
their sum, as if losses of one were offset by profits of another.

References
----------
Federal Reserve Act, section 7 (12 U.S.C. 289 and 290): dividends, surplus, transfers. Federal Reserve Banks, Combined
Financial Statements, 2022 to 2025. H.4.1, table 1: unamortised premiums and discounts.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

import numpy as np

from runoff.core.errors import ConfigError
from runoff.core.holdings import SecurityKind
from runoff.core.series import BoolArray, FloatArray, IntArray
from runoff.core.time import month_after
from runoff.project.rates import TENORS, Rates
from runoff.project.treasuries import Security, TreasuryPath

_PERCENT = 100.0
_YEAR = 365.25  # days
_DAY = timedelta(days=1)
# Days to which a money-market rate is quoted. For reserves no text was found that says so: with 365 the interest paid
# on deposits in 2023 falls 0.9 percent short of the audited, with 360 it is 0.5 above.
MONEY_MARKET_YEAR: Final = 360.0
_SHORTEST_BILL = 28  # days: the only one that can be bought and mature within a month
_MONTH_END = 28  # a note that matures on this day or a later one was issued on the last of a month
# The primary credit rate is the top of the target range (Board, 2020-03-15); interest on reserves is 0.10 below it
# (implementation notes from 2021-06-16 on).
LOANS_OVER_RESERVES: Final = 0.10
# Operating expenses with the assessments for the Board, currency and the CFPB: 9.2bn in 2022 and in 2023 (Board,
# audited statements, releases of 2023-03-24 and 2024-03-26), less priced services, reimbursed services and other
# income: 1.3131bn in 2022 (Annual Report 2022, table D.1).
COSTS_PER_YEAR: Final = 9.2e9 - 1.3131e9
# Stock on which the dividend is the ten-year yield: 714 million paid in 2019 (Board, 2020-01-10) at 2.1414 percent, the
# mean of the year's daily yields (H.15). Large members are paid the ten-year yield at auction, at most 6 percent; small
# ones always 6 (12 U.S.C. 289(a)(1)), which makes the base a little larger than the stock of the large.
DIVIDEND_BASE: Final = 714e6 / 0.021414
_HIGHEST_DIVIDEND = 6.0
# What other absorbing factors of H.4.1 (all but currency, reverse repos and the Treasury's account) hold beside other
# deposits and the deferred asset, which lowers them: foreign official deposits, Treasury contributions to facilities,
# other liabilities and capital. 73 to 79bn on every Wednesday from 2021-12-15 to 2022-12-28 (Data Download Program).
BESIDE_DEPOSITS: Final = 75e9
# Premium at the start is spread over securities by principal times years to maturity to this power: one would give all
# the same premium a year. Fitted to H.4.1 of 2022-12-28 alone (docs/methods/income.md).
TERM_EXPONENT: Final = 0.82


@dataclass(frozen=True, slots=True, kw_only=True)
class TreasuryIncome:
    """What Treasuries earn, dollars, paths by months.

    `coupons` accrue on notes, bonds and the indexed principal of TIPS; `indexation` is the inflation compensation of
    TIPS, `discount` the accretion of bills, `floating` the index rate and spread of floating-rate notes.
    """

    months: IntArray
    coupons: FloatArray
    indexation: FloatArray
    discount: FloatArray
    floating: FloatArray

    @property
    def total(self) -> FloatArray:
        """All of it, before premiums are amortised."""
        return self.coupons + self.indexation + self.discount + self.floating


@dataclass(frozen=True, slots=True, kw_only=True)
class Premiums:
    """Unamortised premiums less discounts at the end of a day, dollars; those of bills left out."""

    date: date
    treasuries: float
    mortgages: float


# H.4.1 of 2022-02-17: premiums 350,324 million, discounts 20,185 million. The share of mortgage securities is theirs at
# amortised cost less face: 2,685,268 - 2,615,560 million on 2021-12-31, 2,770,162 - 2,709,336 on 2022-06-30 (Combined
# Quarterly Financial Report of 2022-06-30; face from H.4.1 of the next Wednesday), 67.5bn on the line between the two.
SOMA_PREMIUMS: Final = Premiums(
    date=date(2022, 2, 16), treasuries=350.324e9 - 20.185e9 - 67.5e9, mortgages=67.5e9
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amortisation:
    """Premiums written off in each month, and what is left at its end; dollars, paths by months.

    What belonged to a security that was sold leaves with it, not amortised: it is part of the gain or loss of the sale.
    """

    treasuries: FloatArray
    mortgages: FloatArray
    treasuries_left: FloatArray
    mortgages_left: FloatArray

    @property
    def total(self) -> FloatArray:
        """What is taken off interest income."""
        return self.treasuries + self.mortgages

    @property
    def left(self) -> FloatArray:
        """Unamortised premiums less discounts at month end."""
        return self.treasuries_left + self.mortgages_left


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """Average balances of each month, dollars, paths by months.

    `other_deposits` are no reserve balances and bear their rate all the same: those of designated financial market
    utilities (see `other_deposits`). `loans` are those at the primary credit rate; PPPLF loans earned 0.35 percent.
    """

    reserves: FloatArray
    on_rrp: FloatArray
    foreign_rrp: FloatArray
    other_deposits: FloatArray
    loans: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomePath:
    """Income month by month, dollars, paths by months.

    `interest_income` has treasuries (coupons), indexation, bills, floating, mbs, loans and premiums (below nil where
    they are written off); `interest_expense` has reserves, other_deposits, on_rrp and foreign_rrp. `net_income` is
    before dividends: it is `dividends` + `remitted` - the growth of `deferred_asset`, which stands at month end.
    """

    months: IntArray
    interest_income: Mapping[str, FloatArray]
    interest_expense: Mapping[str, FloatArray]
    costs: FloatArray
    dividends: FloatArray
    net_income: FloatArray
    remitted: FloatArray
    deferred_asset: FloatArray

    @property
    def total_income(self) -> FloatArray:
        """Interest income of all kinds, premiums taken off."""
        return _sum(self.interest_income)

    @property
    def total_expense(self) -> FloatArray:
        """Interest expense of all kinds."""
        return _sum(self.interest_expense)


class _Clock(NamedTuple):
    """Days of every month, those of them that had passed when the path began, and days of its year."""

    length: FloatArray
    passed: FloatArray
    year: FloatArray

    @property
    def counted(self) -> FloatArray:
        """The days of each month that the path covers."""
        return self.length - self.passed


def _clock(months: IntArray, start: date | None) -> _Clock:
    """The days of a path that goes on from the end of `start`, or from that of the day before its first month."""
    firsts = [date.fromordinal(int(month)) for month in months]
    length = np.array([(month_after(day) - day).days for day in firsts], dtype=np.float64)
    passed = np.zeros(len(firsts))
    if start is not None:
        begun = (start + _DAY).toordinal() - int(months[0])
        if not 0 <= begun < length[0]:
            raise ConfigError(
                "a path from {month} cannot go on from {start}; expected a start the day after which is in that month",
                month=firsts[0],
                start=start,
            )
        passed[0] = begun
    return _Clock(
        length=length,
        passed=passed,
        year=np.array([366 if calendar.isleap(day.year) else 365 for day in firsts], dtype=np.float64),
    )


def treasury_income(path: TreasuryPath, rates: Rates, *, start: date | None = None) -> TreasuryIncome:
    """What the Treasuries of a path earn under rates, month by month.

    1. Coupons accrue day by day on what is held: to the maturity date, and from the day of the month on which a
       security was bought as far as a path by months tells (`_average_held`).
    2. Bills accrete evenly from the price at which they were bought: at the yield of their term in the month of
       purchase. Those held at the start are taken to have been bought at the first month's yields.
    3. A floating-rate note pays the 13-week rate of the month and its spread.
    4. Indexation is what the path accrued. What a reopened TIPS has been indexed by when it is bought is in it, though
       it was paid for.

    Parameters
    ----------
    path
        Holdings; every security but a bill has its coupon (`auctions.with_coupons` gives one to what will be bought).
    rates
        Of all months of the path, and perhaps of more.
    start
        The day at whose end the path began, where that is not the end of a month.

    Raises
    ------
    ConfigError
        If a security bears no coupon, rates of a month are missing, or `start` is not in the first month.
    """
    columns = _columns(path.months, rates)
    clock = _clock(path.months, start)
    years = _average_held(path, clock) * clock.length / clock.year
    kinds = np.array([security.kind for security in path.securities])
    floating, bills = kinds == SecurityKind.FRN, kinds == SecurityKind.BILL
    coupon = np.array([_coupon(security) for security in path.securities]) / _PERCENT
    shape = (rates.paths, len(path.months))
    index = rates.tenor(0.25)[:, columns] / _PERCENT
    return TreasuryIncome(
        months=path.months,
        coupons=np.broadcast_to((coupon * ~floating) @ years, shape).copy(),
        indexation=np.broadcast_to(path.accrued.sum(axis=0), shape).copy(),
        discount=_accretion(path, rates.yields[:, columns], bills, years, clock),
        floating=(coupon * floating) @ years + index * years[floating].sum(axis=0),
    )


def refixed_coupons(
    path: TreasuryPath, rates: Rates, central: Rates, *, since: int, start: date | None = None
) -> FloatArray:
    """What coupons fixed from a month on bring beyond those of the path's own securities; dollars, paths by months.

    A note, bond or TIPS first bought in a month bears on each path so much more as the par yield of its term differs
    from the central path's in that month; terms are the nearest of `rates.TENORS`, and eighths are not rounded to.

    Parameters
    ----------
    path
        The central path's Treasuries, whose new securities bear the coupons of `central`.
    rates, central
        Of all months of the path: on many paths, and on the one that fixed the coupons.
    since
        The place of the first month from which rates differ.
    start
        As in `treasury_income`.
    """
    columns, clock = _columns(path.months, rates), _clock(path.months, start)
    years = _average_held(path, clock) * clock.length / clock.year
    added = path.bought + path.purchased > 0
    first = np.argmax(added, axis=1)
    fixed = np.array([s.kind in {SecurityKind.NOTE_OR_BOND, SecurityKind.TIPS} for s in path.securities])
    new = fixed & added.any(axis=1) & (path.opening[:, 0] == 0) & (first >= since)
    maturities = np.array([s.maturity.toordinal() for s in path.securities], dtype=np.float64)
    terms = (maturities - path.months[first] - clock.length[first] / 2) / _YEAR
    nearest = np.argmin(np.abs(terms[:, np.newaxis] - np.array(TENORS)), axis=1)
    groups, of = np.unique(first[new] * len(TENORS) + nearest[new], return_inverse=True)
    held = np.zeros((len(groups), len(path.months)))
    np.add.at(held, of, years[new])
    months, tenors = columns[groups // len(TENORS)], groups % len(TENORS)
    gap: FloatArray = (rates.yields[:, months, tenors] - central.yields[:, months, tenors]) / _PERCENT
    return gap @ held


def _columns(months: IntArray, rates: Rates) -> IntArray:
    """Where the months of a path are among those of the rates."""
    missing = ~np.isin(months, rates.months)
    if np.any(missing):
        raise ConfigError(
            "no rates for {month}; expected rates of every month from {first} to {last}",
            month=date.fromordinal(int(months[missing][0])),
            first=date.fromordinal(int(months[0])),
            last=date.fromordinal(int(months[-1])),
        )
    return np.searchsorted(rates.months, months).astype(np.int64)


def _coupon(security: Security) -> float:
    """The coupon in percent, nil of a bill."""
    if security.kind is SecurityKind.BILL:
        return 0.0
    if security.coupon is None:
        raise ConfigError(
            "{id} ({kind}) has no coupon; expected percent a year: give what is offered coupons before the projection",
            id=security.id,
            kind=security.kind,
        )
    return security.coupon


def _average_held(path: TreasuryPath, clock: _Clock) -> FloatArray:
    """Average holdings of every month, securities by months, dollars; days before the start count nil.

    What matures is held to its day. What is bought is held from the day of the month on which it matures, since most
    securities settle on it: TIPS from the last, and what was issued at the end of the month before from the first. A
    bill is held from the middle, or from its 28th day before maturity if that is in the same month; what is bought or
    sold in the market and what accrues, for half the month.
    """
    maturities = np.array([s.maturity.toordinal() for s in path.securities])[:, np.newaxis]
    day = np.array([s.maturity.day for s in path.securities], dtype=np.float64)[:, np.newaxis]
    month = np.array([s.maturity.month for s in path.securities])[:, np.newaxis]
    kinds = np.array([s.kind for s in path.securities])[:, np.newaxis]
    this = np.array([date.fromordinal(int(first)).month for first in path.months])
    due = (maturities >= path.months) & (maturities < path.months + clock.length)
    earlier = (kinds == SecurityKind.NOTE_OR_BOND) & (day >= _MONTH_END) & (month != this)
    settled = np.where(earlier, 0.0, day)
    settled = np.where(kinds == SecurityKind.TIPS, clock.length, settled)
    middle = (clock.passed + clock.length) / 2
    settled = np.where(kinds == SecurityKind.BILL, np.where(due, day - _SHORTEST_BILL, middle), settled)
    settled = np.clip(settled, clock.passed, clock.length)
    held: FloatArray = (
        path.opening * clock.counted
        - path.matured * (clock.length - day)
        + path.bought * (clock.length - settled)
        + (path.purchased - path.sold + path.accrued) * (clock.length - middle)
    ) / clock.length
    return held


def _accretion(
    path: TreasuryPath, yields: FloatArray, bills: BoolArray, years: FloatArray, clock: _Clock
) -> FloatArray:
    """The discount of bills that accretes in each month, paths by months.

    Each bill carries the average accretion a year per dollar of par of all its purchases so far.
    """
    maturities = np.array([s.maturity.toordinal() for s in path.securities], dtype=np.float64)[bills]
    kept = path.opening[bills]
    added = (path.bought + path.purchased)[bills]
    found = np.zeros(yields.shape[:2])
    rate = np.zeros((len(yields), len(maturities)))
    for number, first in enumerate(path.months.tolist()):
        if number == 0:
            rate = _discount(yields[:, 0], maturities - first - clock.passed[0])
        # Thousands of bills come and go on long paths: only those bought or held in a month are looked at in it.
        new = np.flatnonzero(added[:, number] > 0)
        days, term = np.unique(maturities[new] - first - clock.length[number] / 2, return_inverse=True)
        bought = _discount(yields[:, number], days)[:, term]
        share = added[new, number] / np.maximum(kept[new, number] + added[new, number], 1.0)
        rate[:, new] = rate[:, new] * (1 - share) + bought * share
        held = np.flatnonzero(years[bills, number])
        found[:, number] = rate[:, held] @ years[bills, number][held]
    return found


def _discount(yields: FloatArray, days: FloatArray) -> FloatArray:
    """Accretion a year per dollar of par of bills with `days` to run, paths by bills; `yields` are paths by tenors."""
    tenors = np.array(TENORS)
    terms = np.maximum(days, 1.0) / _YEAR
    low = np.clip(np.searchsorted(tenors, terms, "right") - 1, 0, len(tenors) - 2)
    weight = np.clip((terms - tenors[low]) / (tenors[low + 1] - tenors[low]), 0.0, 1.0)
    simple = (yields[:, low] * (1 - weight) + yields[:, low + 1] * weight) / _PERCENT
    accreted: FloatArray = simple / (1 + simple * terms)
    return accreted


def premium_amortisation(
    path: TreasuryPath, *, principal: FloatArray, held: FloatArray, premiums: Premiums = SOMA_PREMIUMS
) -> Amortisation:
    """Premiums less discounts written off month by month; what is bought from now on is taken to be bought at par.

    1. The premium of Treasuries is spread over the notes, bonds and TIPS held at the start, by principal times years to
       maturity to the power `TERM_EXPONENT`: what each was bought at is not published by security. Each part is written
       off evenly to its maturity.
    2. That of mortgage securities is written off as their principal is repaid.

    Parameters
    ----------
    path
        Treasuries from the end of `premiums.date`.
    principal, held
        Principal of mortgage securities repaid in each month and their face at its start, dollars, paths by months.
    premiums
        Stocks at the start.

    Raises
    ------
    ConfigError
        If `premiums.date` is not where the path began.

    Examples
    --------
    A tenth of the mortgage securities is repaid, and a tenth of their premium written off.

    >>> nothing = Premiums(date=date(2024, 12, 31), treasuries=0.0, mortgages=20.0)
    >>> written_off(np.array([[100.0, 90.0]]), np.array([[1000.0, 900.0]]), nothing.mortgages)[0]
    array([[2. , 1.8]])
    """
    clock = _clock(path.months, premiums.date)
    ends = path.months + clock.length - 1
    terms = np.array([(s.maturity - premiums.date).days / _YEAR for s in path.securities])
    bears = np.array(
        [s.kind in {SecurityKind.NOTE_OR_BOND, SecurityKind.TIPS} for s in path.securities], dtype=np.bool_
    )
    weights = path.opening[:, 0] * bears * terms**TERM_EXPONENT
    stock = premiums.treasuries * weights / max(float(weights.sum()), 1.0)
    passed = (np.concatenate([[premiums.date.toordinal()], ends]) - premiums.date.toordinal()) / _YEAR
    unamortised = np.clip(1 - passed / terms[:, np.newaxis], 0.0, None)
    worth = path.opening + path.bought + path.purchased + path.accrued
    kept = np.cumprod(1 - np.clip(path.sold / np.maximum(worth, 1.0), 0.0, 1.0), axis=1)
    before = np.concatenate([np.ones((len(terms), 1)), kept[:, :-1]], axis=1)
    of_mortgages, mortgages_left = written_off(principal, held, premiums.mortgages)
    return Amortisation(
        treasuries=np.broadcast_to(stock @ (before * -np.diff(unamortised)), principal.shape).copy(),
        mortgages=of_mortgages,
        treasuries_left=np.broadcast_to(stock @ (kept * unamortised[:, 1:]), principal.shape).copy(),
        mortgages_left=mortgages_left,
    )


def written_off(principal: FloatArray, held: FloatArray, stock: float) -> tuple[FloatArray, FloatArray]:
    """A stock of premium written off with principal, and what is left of it; paths by months."""
    repaid = np.divide(principal, held, out=np.zeros_like(principal), where=held > 0)
    left = stock * np.cumprod(1 - np.clip(repaid, 0.0, 1.0), axis=1)
    return -np.diff(left, axis=1, prepend=stock), left


def other_deposits(other_absorbing: FloatArray, deferred_asset: FloatArray | float) -> FloatArray:
    """Deposits that are neither reserves nor the Treasury's, out of what is published beside; dollars, shaped alike.

    H.4.1 does not say which of them bear interest. With all of them at the rate on reserves, beside reserves, interest
    on deposits is 0.2 percent above the audited in 2022 and 0.5 in 2023; with none, 6 and 5 percent short.

    Parameters
    ----------
    other_absorbing
        Factors absorbing reserves less currency, reverse repos and the Treasury's account.
    deferred_asset
        Of the same days.

    Examples
    --------
    28 December 2022: 276.8 billion, less 18.0 billion of deferred asset that is in it; published were 219.1.

    >>> other_deposits(np.array([276.8e9]), 18.0e9) / 1e9
    array([219.8])
    """
    return np.maximum(other_absorbing + deferred_asset - BESIDE_DEPOSITS, 0.0)


def dividends_per_year(rates: Rates) -> FloatArray:
    """What members are paid in a year at each month's ten-year yield, dollars, paths by the months of the rates."""
    return DIVIDEND_BASE * np.clip(rates.tenor(10.0), 0.0, _HIGHEST_DIVIDEND) / _PERCENT


def remit(net: FloatArray, deferred: FloatArray) -> tuple[FloatArray, FloatArray]:
    """What a month's income after dividends remits to the Treasury, and the deferred asset afterwards; dollars by path.

    A loss adds to the deferred asset; a profit first pays it down, and the rest is remitted: `net` = remitted + fall of
    the deferred asset. The surplus is left alone. It may not exceed 6.825bn (12 U.S.C. 289(a)(3)(A), since 2018-05-24;
    10bn from 2015-12-04, 7.5bn from 2018-02-09), stood there before 2022, and losses do not draw on it.

    Raises
    ------
    ConfigError
        If a deferred asset is below nil.

    Examples
    --------
    >>> remit(np.array([-5.0, 5.0, 5.0]), np.array([1.0, 2.0, 8.0]))
    (array([0., 3., 0.]), array([6., 0., 3.]))
    """
    if np.any(~(deferred >= 0)):
        raise ConfigError(
            "a deferred asset of {amount} dollars: expected nil or more", amount=np.min(deferred)
        )
    return np.maximum(net - deferred, 0.0), np.maximum(deferred - net, 0.0)


def income(
    treasuries: TreasuryIncome,
    rates: Rates,
    *,
    mortgages: FloatArray,
    amortisation: Amortisation,
    balances: Balances,
    deferred: float,
    costs_per_year: float = COSTS_PER_YEAR,
    dividends: FloatArray | None = None,
    start: date | None = None,
) -> IncomePath:
    """Income of the central bank month by month, and what it remits or defers.

    Not in it: gains and losses on foreign currencies and on securities sold, the income on foreign currencies, swaps,
    repos and agency debt, and pension items.

    Parameters
    ----------
    treasuries
        From `treasury_income`.
    rates
        Of all months of the path. The rate on reserves is paid on reserves and other deposits, the award rate of
        overnight reverse repos on both kinds of them; loans earn `LOANS_OVER_RESERVES` more than reserves.
    mortgages
        Coupon accrued on mortgage securities, dollars, paths by months.
    amortisation
        From `premium_amortisation`.
    balances
        Averages of each month; of a first month that is not whole, of what is left of it.
    deferred
        The deferred asset at the start, dollars.
    costs_per_year
        Operating costs and assessments less income from services, dollars.
    dividends
        Dollars a year, paths by the months of the path; those of `dividends_per_year` where none are given.
    start
        The day at whose end the path began, where that is not the end of a month.

    Raises
    ------
    ConfigError
        If rates of a month are missing, shapes differ, or the deferred asset is below nil.
    """
    months = treasuries.months
    columns = _columns(months, rates)
    clock = _clock(months, start)
    shape = (rates.paths, len(months))
    money = clock.counted / MONEY_MARKET_YEAR / _PERCENT
    share = clock.counted / clock.year
    reserves, on_rrp = rates.reserves[:, columns] * money, rates.on_rrp[:, columns] * money
    earned = {
        "treasuries": treasuries.coupons,
        "indexation": treasuries.indexation,
        "bills": treasuries.discount,
        "floating": treasuries.floating,
        "mbs": mortgages,
        "loans": balances.loans * (reserves + LOANS_OVER_RESERVES * money),
        "premiums": -amortisation.total,
    }
    paid = {
        "reserves": balances.reserves * reserves,
        "other_deposits": balances.other_deposits * reserves,
        "on_rrp": balances.on_rrp * on_rrp,
        "foreign_rrp": balances.foreign_rrp * on_rrp,
    }
    per_year = dividends_per_year(rates)[:, columns] if dividends is None else dividends
    _alike(shape, {**earned, **paid, "dividends": per_year})
    costs = np.broadcast_to(costs_per_year * share, shape).copy()
    net = _sum(earned) - _sum(paid) - costs
    remitted, standing = _remitted(net - per_year * share, deferred)
    return IncomePath(
        months=months,
        interest_income=earned,
        interest_expense=paid,
        costs=costs,
        dividends=per_year * share,
        net_income=net,
        remitted=remitted,
        deferred_asset=standing,
    )


def _sum(lines: Mapping[str, FloatArray]) -> FloatArray:
    found: FloatArray = np.sum(list(lines.values()), axis=0)
    return found


def _remitted(net: FloatArray, deferred: float) -> tuple[FloatArray, FloatArray]:
    """`remit` month after month."""
    remitted, standing = np.zeros_like(net), np.zeros_like(net)
    before = np.full(len(net), deferred)
    for month in range(net.shape[1]):
        remitted[:, month], before = remit(net[:, month], before)
        standing[:, month] = before
    return remitted, standing


def _alike(shape: tuple[int, int], lines: Mapping[str, FloatArray]) -> None:
    """Refuse a line that is not shaped like the path."""
    for name, line in lines.items():
        if line.shape != shape:
            raise ConfigError(
                "{name}: shape {found}; expected {expected} (paths by months)",
                name=name,
                found=line.shape,
                expected=shape,
            )
