"""The other side of the sheet: from monthly flows of the assets to reserves, through entries that cancel.

Each month, on all paths at once (`_month`):

1. What the engine of the assets says is posted: maturities and their refunding, purchases, sales, mortgage principal,
   interest received, indexation, accretion, costs (`_post_flows`).
2. Loans, currency and other deposits go where the scenario has them (`_post_demand`).
3. Interest is paid on the average of the opening and the provisional closing balance (`_post_interest`).
4. Net income is what all this did to net worth; dividends and remittances come out of it (`_post_remittance`).
5. Foreign officials, then the Treasury by spending or taxing, bring their balances to the scenario's; money funds
   bring ON RRP onto their demand curve. Reserves are what is left (`_settle`).

Every step is a function of `ledger.entries`. They are linear in their amounts, so what one of them does to each line
is read off the entry for one (`_effects`) and applied to arrays: the arithmetic and the entries cannot disagree.
Amounts are rounded to whole millions once, when posted; what rounding leaves is carried into the next month.

References
----------
Federal Reserve Board, H.4.1, table 1; minutes of the FOMC of 10-11 December 2019 (rate of the foreign repo pool).
Federal Reserve Bank of New York, FAQs on overnight reverse repurchase agreements.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import partial
from typing import Final

import numpy as np

from runoff.core.accounts import Claim, Entry, Sector
from runoff.core.errors import ConfigError, IdentityError, LookaheadError
from runoff.core.series import FloatArray, IntArray, align
from runoff.core.units import USD_MILLIONS
from runoff.core.view import View
from runoff.ledger import entries
from runoff.ledger.entries import Matrix
from runoff.ledger.net_liquidity import Definition
from runoff.ledger.sheet import whole
from runoff.project.income import remit
from runoff.project.rates import Rates

_UNIT: Final = USD_MILLIONS.symbol
_MILLION: Final = 1e6
_MONTHS_A_YEAR: Final = 12
_PERCENT: Final = 100.0
# Width of the bend of the ON RRP demand curve, in dollars. Fitted by least squares, with the take-off, to the
# Wednesdays of 2023-05-31 to 2026-09-30, in which 2,240 billion drained (H.4.1; docs/methods/other-side.md).
SMOOTHNESS: Final = 170e9
_HALF_A_MILLION: Final = 0.5e6

_SUPPLYING: Final = ("treasuries", "agency_debt", "mbs", "loans", "other_supplying")
_ABSORBING: Final = ("currency", "tga", "on_rrp", "foreign_rrp", "other_absorbing")
_RESERVES, _NET_WORTH = "reserves", "net_worth"

# Where a claim of the central bank stands on the sheet, and whether a claim held (+) adds to the line. Net worth is
# part of other factors absorbing, and kept apart as well: the deferred asset is what it lacks.
_LINES: Final[Mapping[Claim, tuple[tuple[str, int], ...]]] = {
    Claim.TREASURIES: (("treasuries", 1),),
    Claim.MBS: (("mbs", 1),),
    Claim.LOANS: (("loans", 1),),
    Claim.OTHER_ASSETS: (("other_supplying", 1),),
    Claim.CURRENCY: (("currency", -1),),
    Claim.TGA: (("tga", -1),),
    Claim.ON_RRP: (("on_rrp", -1),),
    Claim.FOREIGN_RRP: (("foreign_rrp", -1),),
    Claim.OTHER_DEPOSITS: (("other_absorbing", -1),),
    Claim.RESERVES: ((_RESERVES, -1),),
    Claim.NET_WORTH: (("other_absorbing", 1), (_NET_WORTH, 1)),
}

# Who can buy what the Treasury refunds: those that have an account to pay from.
BUYERS: Final = (Sector.BANKS, Sector.MONEY_FUNDS, Sector.HOUSEHOLDS, Sector.FOREIGN_OFFICIAL)

# Every kind of transaction of a month, in the order in which a month posts them; those of prices take two amounts.
_KINDS: Final[Mapping[str, Callable[..., Entry]]] = {
    "maturity": entries.maturity,
    **{f"refunding_{buyer}": partial(entries.refunding, buyer=buyer) for buyer in BUYERS},
    "treasuries_bought": entries.purchase_at,
    "treasuries_sold": entries.sale,
    "mbs_principal": entries.mbs_principal,
    "mbs_bought": partial(entries.purchase_at, claim=Claim.MBS),
    "mbs_sold": partial(entries.sale, claim=Claim.MBS),
    "coupons": entries.coupon_to_central_bank,
    "mbs_interest": entries.mbs_interest,
    "indexation": entries.indexation,
    "accretion": entries.accretion,
    "costs": entries.costs,
    "other_income": entries.other_income,
    "lending": entries.lending,
    "standing_facilities": entries.lending,
    "repayment": entries.repayment,
    "other_assets": entries.other_assets,
    "currency": entries.currency_issued,
    "other_deposits": entries.other_deposits,
    "interest_on_reserves": entries.interest_on_reserves,
    "interest_on_on_rrp": entries.interest_on_reverse_repos,
    "interest_on_foreign_rrp": partial(entries.interest_on_reverse_repos, holder=Sector.FOREIGN_OFFICIAL),
    "dividends": entries.dividends,
    "remittance": entries.remittance,
    "foreign_rrp_shift": entries.foreign_rrp_shift,
    "treasury_spending": entries.treasury_spending,
    "on_rrp_shift": entries.on_rrp_shift,
}
_PRICED: Final = frozenset({"treasuries_bought", "treasuries_sold", "mbs_bought", "mbs_sold"})

# The flows behind each kind of transaction that the engine of the assets decides.
_FLOWS: Final[Mapping[str, tuple[str, ...]]] = {
    "maturity": ("treasuries_redeemed",),
    "treasuries_bought": ("treasuries_bought", "treasuries_bought_cost"),
    "treasuries_sold": ("treasuries_sold", "treasuries_proceeds"),
    "mbs_principal": ("mbs_principal",),
    "mbs_bought": ("mbs_bought", "mbs_bought_cost"),
    "mbs_sold": ("mbs_sold", "mbs_proceeds"),
    "coupons": ("coupons",),
    "mbs_interest": ("mbs_interest",),
    "indexation": ("indexation",),
    "accretion": ("accretion",),
    "costs": ("costs",),
}


def _effects(kind: str) -> tuple[Mapping[str, int], ...]:
    """By how much each line moves for one unit of each amount of a kind of transaction."""
    amounts = np.eye(2 if kind in _PRICED else 1, dtype=np.int64)
    return tuple(_moves(_KINDS[kind](*row)) for row in amounts.tolist())


def _moves(entry: Entry) -> Mapping[str, int]:
    matrix = Matrix.of([entry])
    return {
        line: sign * amount
        for claim, stands in _LINES.items()
        for line, sign in stands
        if (amount := matrix.cell(Sector.CENTRAL_BANK, claim))
    }


_EFFECTS: Final = {kind: _effects(kind) for kind in _KINDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Both sides of the sheet of one Wednesday, in whole millions of dollars.

    `other_supplying` and `other_absorbing` are all that the other lines leave of each side: repos, premiums and
    discounts, gold, other assets, Treasury currency; Treasury cash, other deposits, other liabilities and capital (with
    the deferred asset as a deduction). `outside` is what supplies reserves and is not among total assets.

    Raises
    ------
    IdentityError
        If supplying is not absorbing plus reserves.
    """

    treasuries: int
    agency_debt: int
    mbs: int
    loans: int
    other_supplying: int
    currency: int
    tga: int
    on_rrp: int
    foreign_rrp: int
    other_absorbing: int
    reserves: int
    outside: int

    def __post_init__(self) -> None:
        if gap := self.supplying - self.absorbing - self.reserves:
            raise IdentityError(
                "opening sheet: supplying {supplying} less absorbing {absorbing} is not reserves {reserves}, USD mn; "
                "put the {gap} that rounding leaves into other_absorbing",
                supplying=self.supplying,
                absorbing=self.absorbing,
                reserves=self.reserves,
                gap=gap,
            )

    @property
    def supplying(self) -> int:
        """All factors supplying reserves."""
        return sum(getattr(self, line) for line in _SUPPLYING)

    @property
    def absorbing(self) -> int:
        """All factors absorbing reserves other than reserve balances."""
        return sum(getattr(self, line) for line in _ABSORBING)

    @property
    def total_assets(self) -> int:
        """Factors supplying without those outside the balance sheet of the Reserve Banks."""
        return self.supplying - self.outside


def opening(view: View, definition: Definition, period: date) -> Opening:
    """The sheet of `period` to project from, of the lines that net liquidity and its bridge are made of.

    Rounding of the published sheet (1 million) goes to other factors absorbing. Where total assets of that day are not
    in hand, the supply outside them is that of the last day for which they are: it moved by less than 2 billion within
    any year since 2013.

    Raises
    ------
    LookaheadError, Unavailable
        If a line of that day was not known, or is not in the store.
    IdentityError
        If supplying misses absorbing plus reserves by more than 1 million.
    """
    of = {**definition.bridge, **definition.parts}
    amounts = {line: whole(view.series(series).to(_UNIT).at(period)) for line, series in of.items()}
    gap = amounts["supplying"] - amounts["absorbing"] - amounts["reserves"]
    if abs(gap) > 1:
        raise IdentityError(
            "sheet of {period}: supplying less absorbing is {gap} off reserves; expected at most 1 (USD mn)",
            period=period,
            gap=gap,
        )
    on_rrp = amounts["reverse_repos"] - amounts["foreign_rrp"]
    parts = {line: amounts[line] for line in definition.parts}
    named = amounts["currency"] + amounts["tga"] + amounts["reverse_repos"]
    return Opening(
        **parts,
        other_supplying=amounts["supplying"] - sum(parts.values()),
        currency=amounts["currency"],
        tga=amounts["tga"],
        on_rrp=on_rrp,
        foreign_rrp=amounts["foreign_rrp"],
        other_absorbing=amounts["absorbing"] - named + gap,
        reserves=amounts["reserves"],
        outside=_outside(view, definition, period),
    )


def _outside(view: View, definition: Definition, period: date) -> int:
    """Supplying less total assets on the last day up to `period` that has both."""
    assets = definition.variants[definition.default].terms[0].series
    pair = (view.series(series).to(_UNIT) for series in (definition.bridge["supplying"], assets))
    days, both = align(*pair)
    if not (count := int(np.searchsorted(days, period.toordinal(), side="right"))):
        raise LookaheadError(
            "no total assets ({assets}) up to {period}: the supply outside them is not known",
            assets=assets,
            period=period,
        )
    supplying, total = both[:, count - 1]
    return round(float(supplying - total))


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """What the engine of the assets says of each month, in dollars, shaped paths by months.

    Parameters
    ----------
    treasuries_redeemed
        What matured and is not rolled over; the Treasury pays from its account and refunds from the public.
    treasuries_bought, treasuries_bought_cost, treasuries_sold, treasuries_proceeds
        Par (indexed principal for TIPS) and price in the secondary market.
    indexation
        Inflation compensation accrued, net of what was paid out: no cash.
    mbs_principal, mbs_bought, mbs_bought_cost, mbs_sold, mbs_proceeds
        All principal received; par and price of trades as they settle.
    coupons, mbs_interest
        Interest received in cash, from the Treasury and from mortgage borrowers.
    accretion
        Discounts accreted less premiums amortised, no cash; with what a sale leaves of the premium of what was sold.
    costs
        Operating costs, cost of currency, assessments.
    """

    treasuries_redeemed: FloatArray
    treasuries_bought: FloatArray
    treasuries_bought_cost: FloatArray
    treasuries_sold: FloatArray
    treasuries_proceeds: FloatArray
    indexation: FloatArray
    mbs_principal: FloatArray
    mbs_bought: FloatArray
    mbs_bought_cost: FloatArray
    mbs_sold: FloatArray
    mbs_proceeds: FloatArray
    coupons: FloatArray
    mbs_interest: FloatArray
    accretion: FloatArray
    costs: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseRepoDemand:
    """ON RRP as a function of liquidity (reserves and ON RRP together), in dollars.

    `floor` + `smoothness` log(1 + exp((liquidity - `takeoff`) / `smoothness`)): above the take-off a dollar drained
    comes out of ON RRP, below it out of reserves. It drains before reserves because banks outbid the facility once they
    need the money; the take-off is the reserves they then want.

    Raises
    ------
    ConfigError
        If the floor is below nil, or the bend has no width.

    Examples
    --------
    The curve through 31 May 2023: of 849 billion drained by 27 September nearly all comes out of ON RRP.

    >>> curve = ReverseRepoDemand.through(3_205_526e6, 2_254_859e6, takeoff_at_least=0.0)
    >>> round(curve.takeoff / 1e9), round((curve.at(np.array([4_611_308e6]))[0] - 2_254_859e6) / 1e9)
    (3206, -849)
    """

    floor: float
    smoothness: float
    takeoff: float

    def __post_init__(self) -> None:
        if not (self.floor >= 0 and self.smoothness > 0 and np.isfinite(self.takeoff)):
            raise ConfigError(
                "demand for ON RRP: floor {floor}, smoothness {smoothness}, take-off {takeoff}; expected a floor of "
                "nil or more, a smoothness above nil and a number to take off at",
                floor=self.floor,
                smoothness=self.smoothness,
                takeoff=self.takeoff,
            )

    @staticmethod
    def through(
        reserves: float,
        on_rrp: float,
        *,
        floor: float = 0.0,
        smoothness: float = SMOOTHNESS,
        takeoff_at_least: float,
    ) -> ReverseRepoDemand:
        """The curve through today's point, amounts in dollars.

        1. The take-off follows from the point, and is the later the less ON RRP there is above the floor.
        2. Where `takeoff_at_least` is later still, it holds and the floor rises to what then is left of today's ON RRP:
           use that banks and money funds have for the facility anyway.

        A point fixes one number; the others are assumptions. `smoothness` is identified by a drain seen to its end, of
        which there is one. A floor above today's ON RRP is lowered to it.
        """
        lowest = min(floor, on_rrp)
        above = max(on_rrp - lowest, _HALF_A_MILLION) / smoothness
        distance = above + np.log(-np.expm1(-above))  # log(exp(above) - 1), without its overflow
        takeoff = max(reserves + on_rrp - smoothness * float(distance), takeoff_at_least)
        bend = smoothness * float(np.logaddexp(0.0, (reserves + on_rrp - takeoff) / smoothness))
        return ReverseRepoDemand(floor=max(on_rrp - bend, 0.0), smoothness=smoothness, takeoff=takeoff)

    def at(self, liquidity: FloatArray, shift: FloatArray | float = 0.0) -> FloatArray:
        """ON RRP at each amount of liquidity, never more than there is, nor below nil; in dollars.

        `shift` moves the take-off: by so much more reserves are wanted before money goes into ON RRP.
        """
        bend = np.logaddexp(0.0, (liquidity - self.takeoff - shift) / self.smoothness)
        demanded: FloatArray = np.clip(self.floor + self.smoothness * bend, 0.0, np.maximum(liquidity, 0.0))
        return demanded


def _nil() -> FloatArray:
    return np.zeros(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What others want to hold, in dollars, shaped paths by months (or months alone).

    `tga`, `currency`, `foreign_rrp` and `lending` are levels at month end, `other_deposits` is the change over the
    month of all other deposits, `other_assets` that of assets that are neither securities nor loans. `refunding` says
    by which shares the public buys what the Treasury refunds, `curve` how much money funds keep in ON RRP, and
    `curve_shift` by how much its take-off moves. Where reserves would fall below `least_reserves` the standing
    facilities lend what is missing, until the next month; by default they do not.

    Raises
    ------
    ConfigError
        If the shares do not add up to 1, one is below nil, or a buyer has no account to pay from.
    """

    tga: FloatArray
    currency: FloatArray
    foreign_rrp: FloatArray
    other_deposits: FloatArray
    lending: FloatArray
    refunding: Mapping[Sector, float]
    curve: ReverseRepoDemand
    curve_shift: FloatArray = field(default_factory=_nil)
    other_assets: FloatArray = field(default_factory=_nil)
    least_reserves: float = -np.inf

    def __post_init__(self) -> None:
        shares = self.refunding
        total = sum(shares.values())
        if not set(shares) <= set(BUYERS) or min(shares.values(), default=0.0) < 0 or abs(total - 1) > 1e-9:
            raise ConfigError(
                "refunding shares {shares}: expected shares of {buyers}, none below nil, that add up to 1",
                shares=", ".join(f"{buyer} {share}" for buyer, share in shares.items()),
                buyers=", ".join(BUYERS),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPath:
    """Both sides month by month.

    Parameters
    ----------
    lines
        Month-end amounts by line, whole millions of dollars, paths by months: `Opening`'s lines with supplying,
        total_assets, absorbing, net_liquidity and deferred_asset, which is part of other_absorbing as a deduction.
    interest
        What was paid on reserves, on_rrp and foreign_rrp, dollars, paths by months, before rounding.
    net_income, remitted, dividends
        As posted, in dollars, paths by months; net income is before dividends and remittances.
    posted
        The amounts behind the entries by kind of transaction, whole millions, shaped amounts by paths by months.
    outside
        What supplies reserves and is not among total assets, whole millions.
    """

    lines: Mapping[str, IntArray]
    interest: Mapping[str, FloatArray]
    net_income: FloatArray
    remitted: FloatArray
    dividends: FloatArray
    posted: Mapping[str, IntArray]
    outside: int

    def entries(self, path: int, month: int) -> tuple[Entry, ...]:
        """The ledger entries behind a month; `Matrix.of` them is exactly the change of every line."""
        found = []
        for kind, amounts in self.posted.items():
            whole_amounts = amounts[:, path, month].tolist()
            if any(whole_amounts):
                found.append(_KINDS[kind](*whole_amounts))
        return tuple(found)

    def closing(self, path: int) -> Opening:
        """The sheet a path ends with, from which another can go on."""
        lines = (*_SUPPLYING, *_ABSORBING, _RESERVES)
        return Opening(outside=self.outside, **{line: int(self.lines[line][path, -1]) for line in lines})


def project(
    opening: Opening,
    flows: Flows,
    demand: Demand,
    rates: Rates,
    *,
    deferred: float,
    other_income: FloatArray | float = 0.0,
    dividends_per_year: FloatArray | float,
) -> SheetPath:
    """Carry both sides of the sheet through the months of `rates`, on as many paths as the widest input has.

    Parameters
    ----------
    opening
        The sheet on the day before the first month.
    flows, demand, rates
        What happens to the assets, what others want to hold, and what money costs.
    deferred
        The deferred asset at the opening, in dollars: losses not yet made good.
    other_income
        Interest on loans and all other income in cash, dollars a month, shaped as `flows` or one for all; banks pay it.
    dividends_per_year
        Dividends to member banks, in dollars, one amount a path or one for all; paid and counted by month.

    Raises
    ------
    ConfigError
        If an input has another shape, is no number, or wants a negative balance; if more is sold or repaid than is
        held, or more is drained than there are reserves: the message names the line, the path and the month.
    """
    if not 0 <= deferred < np.inf:
        raise ConfigError("a deferred asset of {found} USD; expected nil or more", found=deferred)
    inputs = _inputs(flows, demand, rates, other_income)
    books = _Books.at(opening, deferred, inputs["tga"].shape)
    planned = _planned(inputs, demand.refunding)
    for month in range(len(rates.months)):
        _month(books, inputs, planned, demand, dividends_per_year, month)
    _require_not_negative(books, rates)
    return _path(books, opening)


# What cannot be negative: balances that the scenario gives, and lines that follow from it.
_LEVELS: Final = frozenset({"tga", "currency", "foreign_rrp", "lending"})
_CHANGES: Final = ("other_deposits", "other_assets")
_HELD: Final = ("treasuries", "mbs", _RESERVES)


def _inputs(
    flows: Flows, demand: Demand, rates: Rates, other_income: FloatArray | float
) -> Mapping[str, FloatArray]:
    """Every input by name as paths by months."""
    given: dict[str, FloatArray] = {f.name: getattr(flows, f.name) for f in fields(Flows)}
    given |= {name: getattr(demand, name) for name in (*sorted(_LEVELS), *_CHANGES, "curve_shift")}
    given |= {"rate_on_reserves": rates.reserves, "rate_on_rrp": rates.on_rrp}
    given["other_income"] = np.asarray(other_income, dtype=np.float64)
    shape = (max(len(values) if values.ndim == 2 else 1 for values in given.values()), len(rates.months))
    return {name: _shaped(name, values, shape) for name, values in given.items()}


def _shaped(name: str, values: FloatArray, shape: tuple[int, int]) -> FloatArray:
    fits = values.ndim <= 2 and all(
        have in (1, want) for have, want in zip(values.shape[::-1], shape[::-1], strict=False)
    )
    if not fits or not np.all(np.isfinite(values)):
        raise ConfigError(
            "{name}: shape {found}; expected numbers shaped {expected} (paths by months), or one path of them",
            name=name,
            found=values.shape,
            expected=shape,
        )
    if name in _LEVELS and np.any(values < 0):
        raise ConfigError(
            "{name}: a balance of {found} USD; expected nil or more", name=name, found=values.min()
        )
    return np.broadcast_to(values, shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Books:
    """The sheet as it stands on every path, what was posted to it, and what rounding has left to carry."""

    lines: dict[str, IntArray]
    history: dict[str, IntArray]
    posted: dict[str, IntArray]
    interest: dict[str, FloatArray]
    net_income: FloatArray
    carried: dict[str, FloatArray] = field(default_factory=dict)

    @staticmethod
    def at(opening: Opening, deferred: float, shape: tuple[int, ...]) -> _Books:
        start = {line: getattr(opening, line) for line in (*_SUPPLYING, *_ABSORBING, _RESERVES)}
        start[_NET_WORTH] = -round(deferred / _MILLION)
        return _Books(
            lines={line: np.full(shape[0], amount, dtype=np.int64) for line, amount in start.items()},
            history={line: np.zeros(shape, dtype=np.int64) for line in start},
            posted={
                kind: np.zeros((len(effects), *shape), dtype=np.int64) for kind, effects in _EFFECTS.items()
            },
            interest={line: np.zeros(shape) for line in (_RESERVES, "on_rrp", "foreign_rrp")},
            net_income=np.zeros(shape),
        )

    def post(self, kind: str, month: int, *amounts: IntArray) -> None:
        """Post whole millions on every path: each line moves as the entries of that kind move it."""
        for number, (amount, effects) in enumerate(zip(amounts, _EFFECTS[kind], strict=True)):
            self.posted[kind][number, :, month] = amount
            for line, effect in effects.items():
                self.lines[line] += effect * amount

    def rounded(self, kind: str, amount: FloatArray) -> IntArray:
        """Whole millions of an amount in dollars and of what earlier months left over."""
        exact = amount / _MILLION + self.carried.get(kind, 0.0)
        posted = np.rint(exact).astype(np.int64)
        self.carried[kind] = exact - posted
        return posted

    def side(self, names: tuple[str, ...]) -> IntArray:
        """The sum of some lines."""
        return _sum(self.lines, names)


def _sum(lines: Mapping[str, IntArray], names: tuple[str, ...]) -> IntArray:
    total: IntArray = np.sum([lines[name] for name in names], axis=0)
    return total


def _whole(amounts: FloatArray) -> IntArray:
    """Whole millions of flows in dollars, paths by months; no month is off by more than rounding, nor is their sum."""
    reached = np.rint(np.cumsum(amounts / _MILLION, axis=1)).astype(np.int64)
    return np.diff(reached, axis=1, prepend=0)


def _planned(
    inputs: Mapping[str, FloatArray], refunding: Mapping[Sector, float]
) -> Mapping[str, tuple[IntArray, ...]]:
    """What is known of all months beforehand, whole millions by kind of transaction; refunding adds up to maturity."""
    planned = {kind: tuple(_whole(inputs[name]) for name in names) for kind, names in _FLOWS.items()}
    matured = np.cumsum(planned["maturity"][0], axis=1)
    shares = np.cumsum([refunding.get(buyer, 0.0) for buyer in BUYERS])
    shares[np.flatnonzero(shares >= shares[-1])] = 1.0  # binary fractions may miss it
    reached = np.zeros_like(matured)
    for buyer, share in zip(BUYERS, shares.tolist(), strict=True):
        upto = np.rint(share * matured).astype(np.int64)
        planned[f"refunding_{buyer}"] = (np.diff(upto - reached, axis=1, prepend=0),)
        reached = upto
    for name in ("other_income", *_CHANGES):
        planned[name] = (_whole(inputs[name]),)
    return planned


def _month(
    books: _Books,
    inputs: Mapping[str, FloatArray],
    planned: Mapping[str, tuple[IntArray, ...]],
    demand: Demand,
    dividends_per_year: FloatArray | float,
    month: int,
) -> None:
    """Post one month and keep the lines it ends with."""
    now = {name: values[:, month] for name, values in inputs.items()}
    before = {line: amounts.copy() for line, amounts in books.lines.items()}
    for kind, amounts in planned.items():
        books.post(kind, month, *(amount[:, month] for amount in amounts))
    _post_levels(books, now, month)
    _post_interest(books, now, before, demand.curve, month)
    _post_remittance(books, before[_NET_WORTH], dividends_per_year, month)
    _settle(books, now, demand, month)
    for line, amount in books.lines.items():
        books.history[line][:, month] = amount


def _millions(level: FloatArray) -> IntArray:
    return np.rint(level / _MILLION).astype(np.int64)


def _dollars(amounts: IntArray) -> FloatArray:
    return amounts.astype(np.float64) * _MILLION


def _post_levels(books: _Books, now: Mapping[str, FloatArray], month: int) -> None:
    """Bring loans and currency to where the scenario has them."""
    lent = _millions(now["lending"]) - books.lines["loans"]
    books.post("lending", month, np.maximum(lent, 0))
    books.post("repayment", month, np.maximum(-lent, 0))
    books.post("currency", month, _millions(now["currency"]) - books.lines["currency"])


def _post_interest(
    books: _Books,
    now: Mapping[str, FloatArray],
    before: Mapping[str, IntArray],
    curve: ReverseRepoDemand,
    month: int,
) -> None:
    """Pay a month's interest on the average of the opening balance and the one it would close with without interest.

    Foreign officials are paid the rate of ON RRP (since December 2019; the FOMC's minutes of that month).
    """
    absorbed = books.lines["currency"] + books.lines["other_absorbing"]
    liquidity = _dollars(books.side(_SUPPLYING) - absorbed) - now["tga"] - now["foreign_rrp"]
    on_rrp = curve.at(liquidity, now["curve_shift"])
    closing = {_RESERVES: liquidity - on_rrp, "on_rrp": on_rrp, "foreign_rrp": now["foreign_rrp"]}
    for line, amount in closing.items():
        rate = now["rate_on_reserves" if line == _RESERVES else "rate_on_rrp"]
        average = (_dollars(before[line]) + amount) / 2
        paid = average * rate / _PERCENT / _MONTHS_A_YEAR
        books.interest[line][:, month] = paid
        kind = f"interest_on_{line}"
        books.post(kind, month, books.rounded(kind, paid))


def _post_remittance(
    books: _Books, before: IntArray, dividends_per_year: FloatArray | float, month: int
) -> None:
    """Pay dividends, then remit what is left of net income once losses are made good.

    Net income is what the entries of the month did to net worth.
    """
    net = books.lines[_NET_WORTH] - before
    books.net_income[:, month] = _dollars(net)
    monthly = np.broadcast_to(np.asarray(dividends_per_year) / _MONTHS_A_YEAR, net.shape)
    paid = books.rounded("dividends", monthly)
    books.post("dividends", month, paid)
    remitted, _ = remit(_dollars(net - paid), _dollars(-before))
    books.post("remittance", month, _millions(remitted))


def _settle(books: _Books, now: Mapping[str, FloatArray], demand: Demand, month: int) -> None:
    """Bring foreign repos and the Treasury's account to the scenario's balances, and ON RRP onto its curve.

    What is then missing of the least reserves is lent.
    """
    books.post("foreign_rrp_shift", month, books.lines["foreign_rrp"] - _millions(now["foreign_rrp"]))
    books.post("treasury_spending", month, books.lines["tga"] - _millions(now["tga"]))
    on_rrp = books.lines["on_rrp"]
    demanded = _millions(demand.curve.at(_dollars(books.lines[_RESERVES] + on_rrp), now["curve_shift"]))
    books.post("on_rrp_shift", month, on_rrp - demanded)
    if np.isfinite(demand.least_reserves):
        missing = round(demand.least_reserves / _MILLION) - books.lines[_RESERVES]
        if np.any(missing > 0):
            books.post("standing_facilities", month, np.maximum(missing, 0))


def _require_not_negative(books: _Books, rates: Rates) -> None:
    for line in _HELD:
        if len(found := np.argwhere(books.history[line] < 0)):
            path, month = found[np.argmin(found[:, 1])].tolist()
            raise ConfigError(
                "{line} would be {amount} USD mn at the end of {month} on path {path}: policy and scenario together "
                "take more than there is; end before, let go of less, or lower the scenario's balances",
                line=line,
                amount=int(books.history[line][path, month]),
                month=date.fromordinal(int(rates.months[month])).isoformat()[:7],
                path=path,
            )


def _path(books: _Books, opening: Opening) -> SheetPath:
    lines = {line: amounts for line, amounts in books.history.items() if line != _NET_WORTH}
    lines["supplying"] = _sum(lines, _SUPPLYING)
    lines["absorbing"] = _sum(lines, _ABSORBING)
    lines["total_assets"] = lines["supplying"] - opening.outside
    lines["net_liquidity"] = lines["total_assets"] - lines["tga"] - lines["on_rrp"]
    lines["deferred_asset"] = -books.history[_NET_WORTH]
    return SheetPath(
        lines=lines,
        interest=books.interest,
        net_income=books.net_income,
        remitted=_dollars(books.posted["remittance"][0]),
        dividends=_dollars(books.posted["dividends"][0]),
        posted=books.posted,
        outside=opening.outside,
    )
