"""The run-off engine: what was known at a moment, a policy and a scenario give both sides of the sheet, month by month.

1. The sheet opens with the last H.4.1 Wednesday known (`liabilities.opening`).
2. Treasuries run from the last book of holdings, through the policy as it was, to that Wednesday and on under the
   policy asked for (`_treasuries`). What the published total is off the modelled one stays as it is, by name.
3. Mortgage securities go on from cohorts, those of the book where it has them, that add up to the published total of
   that Wednesday (`_cohorts`, `_mortgages`).
4. What both do becomes flows of each month (`_flows`); what others want to hold comes from the scenario (`_demand`).
5. Ledger entries move both sides; reserves are what is left (`liabilities.project`).

Arrays are shaped paths by months, with one path here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np

from runoff.core.errors import EstimationError, LookaheadError, Unavailable
from runoff.core.holdings import Book, SecurityKind
from runoff.core.policy import PolicyCalendar, Step
from runoff.core.series import FloatArray, IntArray, Series
from runoff.core.time import last_day, month_after
from runoff.core.view import Needs, View
from runoff.ledger.net_liquidity import Definition
from runoff.project import earnings, income, liabilities, mortgages, rates, treasuries
from runoff.project.auctions import cycle, with_coupons
from runoff.project.bonds import Bonds, Curve
from runoff.project.earnings import Earned, Standing
from runoff.project.income import Amortisation, IncomePath
from runoff.project.inflation import ConsumerPrices
from runoff.project.liabilities import Demand, Flows, Opening, ReverseRepoDemand, SheetPath
from runoff.project.mortgages import Accumulation, Cohorts, MortgagePath
from runoff.project.plan import Plan, joined, plan, with_agency_principal
from runoff.project.rates import TENORS, Rates
from runoff.project.scenario import RatePath, Scenario
from runoff.project.treasuries import Portfolio, Purchase, Sale, TreasuryPath, months_after
from runoff.project.treasury_account import seasonal, tga_path, usual_level

BANK: Final = "fed"
PORTFOLIO: Final = "soma"
# The publisher gives the two halves of a date as two files; each is a portfolio of its own.
TREASURY_HALF, AGENCY_HALF = "soma:treasuries", "soma:agency"
PRICES: Final = "bls:CUUR0000SA0"
GDP: Final = "bea:GDP"
TREASURIES: Final = "frb:WSHOTSL"
_MILLION, _BILLION = 1e6, 1e9
_DAY = timedelta(days=1)
_MONTHS_A_YEAR = 12
# Nominal GDP goes on at the pace of the last ten years known: of one, two, five and ten years ten missed least, a year
# ahead and two (scripts/growth_rules.py).
_GROWTH_QUARTERS = 40
# Currency goes on at the pace of the last year, which gives way to that of GDP over five: GDP alone missed more, before
# 2022 and since (scripts/growth_rules.py).
_YEAR_WEEKS, _FADE_YEARS = 52, 5.0
_NEAR = 0.05  # share of what was published: what is bought and not settled, or lent, is far less
_SETTLING_MONTHS = 4  # what was bought in mortgage securities so long ago has settled


def needs(definition: Definition) -> Needs:
    """What a projection reads."""
    lines = {*definition.bridge.values(), *definition.parts.values()}
    assets = definition.variants[definition.default].terms[0].series
    return (
        rates.NEEDS
        | earnings.NEEDS
        | Needs(
            series=frozenset({*lines, assets, PRICES, GDP, TREASURIES}),
            policy=frozenset({BANK}),
            books=frozenset({PORTFOLIO, TREASURY_HALF, AGENCY_HALF}),
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """Both sides of the sheet month by month, and what moved them.

    `start` is the Wednesday whose published sheet is `opening`; `agency_book` has the agency securities of the date of
    `book`, where there are any. `months` (ordinals of first days) are those projected, the first of them the rest of
    its month. `treasuries`, `rates`, `income` and `amortisation` go back to the book's date: `first` is the place of
    the first projected month in them. `cohorts` are the mortgage securities at `start`, `held` the Treasuries modelled
    at `start`; `modelled` says whether these were rolled forward from an earlier book, and `unexplained` is the
    published total less theirs, in dollars. `seasonal` says whether the Treasury's account has one: too little is known
    for it before May 2022. `unverified` are terms in force at the end that were not read in a primary text.

    Many paths go on from the same (`ensemble`): `pending` is what earlier purchases of mortgage securities still bring,
    `share` what is left of the first month, `demand` what others want to hold, `deferred` the deferred asset at `start`
    in dollars.
    """

    start: date
    opening: Opening
    book: Book
    agency_book: Book | None
    months: IntArray
    first: int
    plan: Plan
    treasuries: TreasuryPath
    held: Portfolio
    modelled: bool
    unexplained: float
    cohorts: Cohorts
    mortgages: MortgagePath
    flows: Flows
    sheet: SheetPath
    income: IncomePath
    amortisation: Amortisation
    rates: Rates
    prices: ConsumerPrices
    gdp: FloatArray
    seasonal: bool
    unverified: tuple[Step, ...]
    pending: FloatArray
    share: float
    demand: Demand
    deferred: float


def forecast(
    view: View,
    definition: Definition,
    calendar: PolicyCalendar,
    scenario: Scenario,
    horizon: int,
    *,
    hindsight: View | None = None,
) -> Projection:
    """Project both sides of the sheet for so many months.

    Parameters
    ----------
    view
        What was known; it must have declared `needs`.
    definition
        The lines of the sheet.
    calendar
        The steps to be followed from the month after that of the view; up to it, policy is what was announced.
    scenario
        What is assumed of the world.
    horizon
        How many month ends are projected.
    hindsight
        Where rates and prices are those that came, what was known later; else `view`.

    Raises
    ------
    Unavailable
        If no book of holdings was known.
    LookaheadError
        If a series was not known.
    """
    start = _last_wednesday(view, definition)
    opened = liabilities.opening(view, definition, start)
    book = _book(view, start)
    agency_book = _agency_book(view, book)
    months = months_after(start, horizon)
    seen = hindsight if scenario.rates is RatePath.REALISED and hindsight is not None else view
    standing = _standing(view, definition, seen, scenario, book)
    assets = _Assets.of(view, seen, calendar, scenario, book, agency_book, start, horizon, standing)
    first, path, held, agency = assets.first, assets.treasuries, assets.held, assets.mortgages
    prices, earned, path_of_rates = assets.prices, assets.earned, assets.rates
    level = sum(position.principal(start, prices) for position in held.positions)
    level += sum(rolled.amount for rolled in held.awaiting)
    past = earnings.past_income(view, definition, earned, path_of_rates, first, standing)
    deferred = earnings.deferred_at(past, standing.deferred, start, book.date)
    share = (month_after(start + _DAY).toordinal() - (start + _DAY).toordinal()) / _days(months[0])
    flows = _flows(path, assets.plan, held, level, agency, earned, path_of_rates, prices, start, first, share)
    sliced = for_what_is_left(path_of_rates.since(first), share)
    gdp, growth = _gdp(view, months)
    account = view.series(definition.bridge["tga"]).to("USD mn")
    deviations = _seasonal(account) if scenario.seasonal else np.zeros(_MONTHS_A_YEAR)
    demand = _demand(view, definition, account, deviations, opened, scenario, months, start, growth, gdp)
    sheet = liabilities.project(
        opened,
        flows,
        demand,
        sliced,
        deferred=deferred,
        other_income=earnings.other_income(opened, deferred, demand.lending, sliced),
        dividends_per_year=float(income.dividends_per_year(sliced)[0, 0]),
    )
    return Projection(
        start=start,
        opening=opened,
        book=book,
        agency_book=agency_book,
        months=months,
        first=first,
        plan=assets.plan,
        treasuries=path,
        held=held,
        modelled=book.date < start,
        unexplained=opened.treasuries * _MILLION - level,
        cohorts=assets.cohorts,
        mortgages=agency,
        flows=flows,
        sheet=sheet,
        income=earnings.income_path(
            view, definition, earned, path_of_rates, past, sheet, opened, first, standing
        ),
        amortisation=earned.amortisation,
        rates=path_of_rates,
        prices=prices,
        gdp=gdp,
        seasonal=bool(np.any(deviations)),
        unverified=assets.plan.unverified(first + horizon - 1),
        pending=assets.pending,
        share=share,
        demand=demand,
        deferred=deferred,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Assets:
    """Both halves of the portfolio from a book to a horizon, and what they earn; `first` as in `Projection`."""

    first: int
    plan: Plan
    rates: Rates
    prices: ConsumerPrices
    cohorts: Cohorts
    mortgages: MortgagePath
    pending: FloatArray
    treasuries: TreasuryPath
    held: Portfolio
    earned: Earned

    @staticmethod
    def of(
        view: View,
        seen: View,
        calendar: PolicyCalendar,
        scenario: Scenario,
        book: Book,
        agency_book: Book | None,
        start: date,
        horizon: int,
        standing: Standing,
    ) -> _Assets:
        """Run a book to `start` under policy as announced, and on under a calendar; rates are those `seen`."""
        every = months_after(book.date, _between(book.date, start) + horizon)
        first = len(every) - horizon
        found = _rates(seen, every, scenario)
        prices = ConsumerPrices.of(seen.series(PRICES), growth=scenario.inflation)
        planned = _plan(view, calendar, book.date, every)
        built = _built_up(view, start)
        cohorts = _cohorts(view, built, agency_book, found, planned, first)
        pending = _pending(view, built, start)
        agency = mortgages.project(
            cohorts, every[first:], found.mortgage[:, first:], planned.agency.since(first), pending=pending
        )
        spent = _into_treasuries(built, agency, planned, first)
        planned = with_agency_principal(planned, spent, known=view.as_of.date())
        path, held = _treasuries(book, planned, found, prices, start, known=view.as_of.date())
        earlier = _earlier_mortgages(view, book.date, every[: first + 1], found, planned)
        return _Assets(
            first=first,
            plan=planned,
            rates=found,
            prices=prices,
            cohorts=cohorts,
            mortgages=agency,
            pending=pending,
            treasuries=path,
            held=held,
            earned=Earned.of(path, found, built, agency, earlier, first, standing.premiums),
        )


def _standing(view: View, definition: Definition, seen: View, scenario: Scenario, book: Book) -> Standing:
    """The accounts on the day of a book: known of the first, and run up to a later one from there."""
    origin = Standing.at_first(income.SOMA_PREMIUMS.date)
    books = [b for b in _books(view, book.date) if b.date == origin.premiums.date]
    if book.date <= origin.premiums.date or not books:
        return Standing.at_first(book.date)
    first_book, day = max(books, key=lambda b: b.known_at), book.date
    assets = _Assets.of(view, seen, view.policy(BANK), scenario, first_book, None, day, 1, origin)
    past = earnings.past_income(view, definition, assets.earned, assets.rates, assets.first, origin)
    return earnings.standing_at(assets.earned, past, origin.deferred, day, first_book.date)


def _last_wednesday(view: View, definition: Definition) -> date:
    """The last day of which every line of the sheet is known."""
    days = [view.series(name).periods for name in {*definition.bridge.values(), *definition.parts.values()}]
    common = days[0]
    for other in days[1:]:
        common = np.intersect1d(common, other, assume_unique=True)
    if not len(common):
        raise LookaheadError("no full sheet was known at {as_of}", as_of=view.as_of.isoformat())
    return date.fromordinal(int(common[-1]))


def _book(view: View, start: date) -> Book:
    """The last book of a day up to `start`, as last corrected, of those that hold what was published.

    A few lines of a book, imported to look at them, are no portfolio to go on from.

    Raises
    ------
    Unavailable
        If none was known.
    """
    known = [book for book in _books(view, start) if _is_whole(view, book)]
    if not known:
        raise Unavailable(
            "no holdings by security were known at {as_of}: the first book shipped is of {first}; for an earlier date "
            "import one (`runoff import-book`) that adds up to what was published",
            as_of=view.as_of.isoformat(),
            first=min((b.date for b in view.history.books), default="2022-02-16"),
        )
    return max(reversed(known), key=lambda b: (b.date, b.known_at))


def _books(view: View, day: date) -> list[Book]:
    """The books of Treasuries of dates up to a day that were known."""
    return [
        b
        for b in view.history.books
        if b.portfolio in {PORTFOLIO, TREASURY_HALF} and b.known_at <= view.as_of and b.date <= day
    ]


def _is_whole(view: View, book: Book) -> bool:
    """Whether the Treasuries of a book come near what the weekly release has for the day; where it has nothing, yes."""
    published = view.series(TREASURIES).in_force(book.date)
    held = sum(h.par + h.inflation_compensation for h in book.holdings if h.kind.is_treasury)
    return published is None or abs(held / (published.value * _MILLION) - 1) <= _NEAR


def _agency_book(view: View, book: Book) -> Book | None:
    """The book with the agency securities of the same date: the same one, or the other half."""
    if book.portfolio == PORTFOLIO:
        return book
    halves = [
        b
        for b in view.history.books
        if b.portfolio == AGENCY_HALF and b.known_at <= view.as_of and b.date == book.date
    ]
    return max(halves, key=lambda b: b.known_at, default=None)


def _between(earlier: date, later: date) -> int:
    """How many months the day after `later` is after the day after `earlier`."""
    a, b = earlier + _DAY, later + _DAY
    return (b.year - a.year) * _MONTHS_A_YEAR + b.month - a.month


def _days(first: int) -> int:
    return month_after(date.fromordinal(int(first))).toordinal() - int(first)


def _rates(view: View, months: IntArray, scenario: Scenario) -> Rates:
    found = rates.observed(view, months, mortgage_spread=scenario.mortgage_spread)
    since = int(np.searchsorted(months, view.as_of.date().toordinal(), "right"))
    if since >= len(months):
        return found
    if scenario.rates is RatePath.FORWARDS:
        found = rates.forwards(found, since)
    return rates.shifted(found, since, scenario.shift) if scenario.shift else found


def _plan(view: View, calendar: PolicyCalendar, start: date, months: IntArray) -> Plan:
    """The plan as announced up to the month of the view, and that of the calendar from then on."""
    known = view.as_of.date()
    since = int(np.searchsorted(months, known.toordinal(), "right"))
    announced = plan(view.policy(BANK), start, len(months), known=known)
    return joined(announced, plan(calendar, start, len(months), known=known), since)


def for_what_is_left(found: Rates, share: float) -> Rates:
    """What balances bear in a month, times twelve: by its days, as money is paid; of the first what is left of it."""
    weights = np.array([_days(month) for month in found.months]) * _MONTHS_A_YEAR / income.MONEY_MARKET_YEAR
    weights[0] *= share
    return replace(found, reserves=found.reserves * weights, on_rrp=found.on_rrp * weights)


# --- mortgage securities ----------------------------------------------------------------------------------------------


def _built_up(view: View, day: date) -> Accumulation:
    """Cohorts that add up to the published totals up to a day, from the first purchase on."""
    totals = view.series("frb:WSHOMCB")
    upto = int(np.searchsorted(totals.periods, day.toordinal(), "right"))
    begun = max(int(np.argmax(totals.values > 0)) - 1, 0)
    periods = totals.periods[begun:upto]
    return mortgages.build_up(periods, totals.values[begun:upto], rates.mortgage_rates_on(view, periods))


def _cohorts(
    view: View, built: Accumulation, book: Book | None, found: Rates, planned: Plan, first: int
) -> Cohorts:
    """The mortgage securities at the start: of the book where it has any, rolled forward, else as built up.

    Either adds up to the published total.
    """
    pools = [
        (h.coupon, h.maturity, h.term, float(h.par))
        for h in (() if book is None else book.holdings)
        if h.kind is SecurityKind.MBS and h.coupon is not None
    ]
    if book is None or not pools:
        return built.cohorts
    past = built.months[built.months <= book.date.toordinal()]
    held = mortgages.cohorts_of(pools, book.date, months=past, rates=rates.mortgage_rates_on(view, past))
    if first:
        path = mortgages.project(
            held, found.months[:first], found.mortgage[:, :first], planned.agency.upto(first)
        )
        (held,) = path.end
    return replace(held, face=held.face * (built.cohorts.total / held.total))


def _pending(view: View, built: Accumulation, start: date) -> FloatArray:
    """What purchases up to the start bring in the months to come, dollars."""
    current = (start + _DAY).replace(day=1)
    earlier = plan(
        view.policy(BANK),
        month_after(current, -_SETTLING_MONTHS) - _DAY,
        _SETTLING_MONTHS,
        known=view.as_of.date(),
    )
    principal = np.array([_principal(built, int(month)) for month in earlier.months])
    left = np.maximum(principal - earlier.agency.cap, 0.0)
    place = int(np.searchsorted(built.months, current.toordinal()))
    return mortgages.awaiting_settlement(
        left - np.minimum(earlier.agency.mix_cap, left),
        earlier.agency.purchases,
        settled=float(built.bought[place]) if place < len(built.months) else 0.0,
    )


def _principal(built: Accumulation, month: int, *, net: bool = False) -> float:
    """Principal of a month up to the start, or the fall of the holdings; dollars."""
    place = int(np.searchsorted(built.months, month))
    if place == len(built.months) or built.months[place] != month:
        return 0.0
    bought = built.bought[place] if net else 0.0
    return float(built.principal[place] - bought)


def _into_treasuries(built: Accumulation, agency: MortgagePath, planned: Plan, first: int) -> FloatArray:
    """Agency principal that is spent on Treasuries or bills in each month, dollars: as it was, then as projected.

    Where all that is not let go leaves mortgage securities, none are bought and their fall is the principal; otherwise
    the principal is the model's.
    """
    found = np.zeros(len(planned.months))
    for place, month in enumerate(planned.months[: first + 1].tolist()):
        cap, mix_cap = planned.agency.cap[place], planned.agency.mix_cap[place]
        principal = _principal(built, month, net=np.isinf(mix_cap))
        found[place] = min(mix_cap, max(principal - cap, 0.0))
    found[first:] += agency.into_treasuries[0]
    return found


def _earlier_mortgages(view: View, day: date, months: IntArray, found: Rates, planned: Plan) -> MortgagePath:
    """The path of mortgage securities from the book's date up to the first month projected: what they earned."""
    built = _built_up(view, day)
    return mortgages.project(
        built.cohorts,
        months,
        found.mortgage[:, : len(months)],
        planned.agency.upto(len(months)),
        pending=_pending(view, built, day),
    )


# --- Treasuries -------------------------------------------------------------------------------------------------------


def _treasuries(
    book: Book, planned: Plan, found: Rates, prices: ConsumerPrices, start: date, *, known: date
) -> tuple[TreasuryPath, Portfolio]:
    """The path from the book, and the holdings at the end of `start`."""
    end = month_after(date.fromordinal(int(planned.months[-1])), 2)
    offered = with_coupons(
        cycle(book.date + _DAY, end, known=known), found.par_yield, inflation=prices.growth
    )
    bought = tuple(
        replace(one, offered=with_coupons(one.offered, found.par_yield, inflation=prices.growth))
        for one in planned.treasuries.purchases
    )
    holdings = Portfolio.of(book, prices)
    path = treasuries.project(
        holdings, replace(planned.treasuries, purchases=bought), offered=offered, prices=prices, marks=[start]
    )
    return path, path.marks.get(start, holdings)


def _flows(
    path: TreasuryPath,
    planned: Plan,
    held: Portfolio,
    level: float,
    agency: MortgagePath,
    earned: Earned,
    found: Rates,
    prices: ConsumerPrices,
    start: date,
    first: int,
    share: float,
) -> Flows:
    """What the assets do in each projected month; of the first, what is left of it after `start`.

    What matures on a day on which nothing settles and is rolled over stays on the sheet until it is exchanged.
    """
    part = slice(first, None)
    closing = (path.closing.sum(axis=0) + _awaiting(path))[part]
    opening = np.concatenate([[level], closing[:-1]])
    accrued, purchased, sold = (
        table.sum(axis=0)[part] for table in (path.accrued, path.purchased, path.sold)
    )
    if share < 1:
        end = month_after(start + _DAY) - _DAY
        accrued[0] = sum(p.principal(end, prices) - p.principal(start, prices) for p in held.positions)
        purchased[0] *= _still_to_come(planned.treasuries.purchases, start, end)
        sold[0] *= _still_to_come(planned.treasuries.sales, start, end)
    redeemed = opening + accrued + purchased - sold - closing
    whole = np.ones(len(closing))
    whole[0] = share
    proceeds = sold * _sale_prices(path, found, part, inflation=prices.growth)
    amortised = earned.amortisation.total[:, part]
    # A bill is rolled over par for par: what it was bought below par comes in as cash, and not as a larger holding.
    earning = earned.treasuries
    cash = (earning.coupons + earning.floating + earning.discount)[:, part]
    nil = np.zeros_like(agency.opening)
    shape = agency.opening.shape

    def line(values: FloatArray) -> FloatArray:
        return np.broadcast_to(values, shape)

    return Flows(
        treasuries_redeemed=line(redeemed),
        treasuries_bought=line(purchased),
        treasuries_bought_cost=line(purchased),
        treasuries_sold=line(sold),
        treasuries_proceeds=line(proceeds),
        indexation=line(accrued),
        mbs_principal=agency.scheduled + agency.prepaid,
        mbs_bought=agency.bought,
        mbs_bought_cost=agency.bought,
        mbs_sold=agency.sold,
        mbs_proceeds=agency.sold - agency.loss,
        coupons=cash * whole,
        mbs_interest=agency.interest * whole,
        accretion=-amortised * whole,
        costs=nil + income.COSTS_PER_YEAR / _MONTHS_A_YEAR * whole,
    )


def _awaiting(path: TreasuryPath) -> FloatArray:
    """What is rolled over and not exchanged at the end of each month, dollars."""
    matured = path.coupons_maturing + path.bills_maturing
    settled = path.coupons_redeemed + path.bills_redeemed + path.coupons_rolled + path.bills_rolled
    return np.cumsum(matured - settled)


def _still_to_come(trades: Sequence[Purchase | Sale], start: date, end: date) -> float:
    """The share of a month's trades that settles after `start`; all of it where none is planned (an envelope)."""
    amounts = [(t.settles, t.amount) for t in trades if start.replace(day=1) <= t.settles <= end]
    whole = sum(amount for _, amount in amounts)
    return sum(amount for day, amount in amounts if day > start) / whole if whole else 1.0


def _sale_prices(path: TreasuryPath, found: Rates, part: slice, *, inflation: float) -> FloatArray:
    """The price of what is sold in each month, a share of principal: on the month's curve, without accrued interest.

    It is that of the last day, on which all that was sold, and nothing that matured, would still be held.
    """
    prices = np.ones(len(path.months[part]))
    for place, month in enumerate(path.months[part].tolist()):
        sold = path.sold[:, part][:, place]
        if not np.any(rows := sold > 0):
            continue
        day = last_day(date.fromordinal(month))
        chosen = [path.securities[row] for row in np.flatnonzero(rows)]
        bonds = Bonds.of(
            [s.kind for s in chosen],
            [s.coupon for s in chosen],
            [s.maturity for s in chosen],
            settlement=day,
            index=float(found.par_yield(day, 0.25)),
        )
        curve = Curve.of(np.array(TENORS), found.yields[0, found.month(day)])
        clean = bonds.value(curve, inflation=inflation) - bonds.accrued
        prices[place] = float(sold[rows] @ clean) / float(sold[rows].sum()) / 100
    return prices


# --- what others hold -------------------------------------------------------------------------------------------------


def _gdp(view: View, months: IntArray) -> tuple[FloatArray, float]:
    """Nominal GDP in each month, dollars a year, and its growth in percent a year over the last ten years known."""
    known = view.series(GDP).to("USD bn")
    back = min(_GROWTH_QUARTERS, len(known) - 1)
    growth = (known.values[-1] / known.values[-1 - back]) ** (4 / back) - 1 if back else 0.0
    # A quarter's figure stands at its middle, six weeks after its first day.
    years = (months + 14 - (known.periods[-1] + 45)) / 365.25
    return known.values[-1] * _BILLION * (1 + growth) ** years, 100 * growth


def _seasonal(account: Series) -> FloatArray:
    """The seasonal of the Treasury's account in dollars, nil where too little is known of it."""
    try:
        return seasonal(account.periods, account.values * _MILLION)
    except EstimationError:
        return np.zeros(_MONTHS_A_YEAR)


def _currency(known: Series, years: FloatArray, growth: float) -> FloatArray:
    """Currency over that of the last day known: its pace of the last year, giving way to `growth` (percent a year)."""
    steady = np.log1p(growth / 100)
    own = np.log(known.values[-1] / known.values[-1 - _YEAR_WEEKS]) if len(known) > _YEAR_WEEKS else steady
    fading = np.minimum(years, _FADE_YEARS)
    lasting = fading - fading**2 / (2 * _FADE_YEARS)
    grown: FloatArray = np.exp(steady * years + (own - steady) * lasting)
    return grown


def _demand(
    view: View,
    definition: Definition,
    account: Series,
    deviations: FloatArray,
    opened: Opening,
    scenario: Scenario,
    months: IntArray,
    start: date,
    growth: float,
    gdp: FloatArray,
) -> Demand:
    """What others want to hold at each month end, one path."""
    level = scenario.tga
    if level is None:
        level = usual_level(account.periods, account.values) * _MILLION
    limit = None if scenario.debt_limit is None else scenario.debt_limit.dated(view.as_of.date())
    ends = np.array([int(month) + _days(int(month)) - 1 for month in months])
    years = (ends - start.toordinal()) / 365.25
    if scenario.currency_growth is None:
        grown = _currency(view.series(definition.bridge["currency"]), years, growth)
    else:
        grown = (1 + scenario.currency_growth / 100) ** years
    count = np.ones((1, len(months)))
    return Demand(
        tga=tga_path(level, deviations, months, opened.tga * _MILLION, debt_limit=limit)[np.newaxis],
        currency=(opened.currency * _MILLION * grown)[np.newaxis],
        foreign_rrp=count * opened.foreign_rrp * _MILLION,
        other_deposits=0 * count,
        lending=count * opened.loans * _MILLION,
        refunding=scenario.refunding,
        curve=ReverseRepoDemand.through(
            opened.reserves * _MILLION,
            opened.on_rrp * _MILLION,
            takeoff_at_least=0.0 if scenario.takeoff is None else scenario.takeoff * float(gdp[0]),
        ),
    )
