"""What history says of how the world strays from a projection: joint monthly surprises, as known at a moment.

One row a month, one column an innovation; all are in units of today. A projection is a central path, and a draw
(`runoff.project.draws`) adds up rows to deviations from it. Rows stay whole, so that what came together comes together.

1. Rates: the monthly change of the average three-month and ten-year yield, and of the spread of the mortgage survey.
2. The sheet (`_sheet`): the Treasury's account less its seasonal, and all else that absorbs reserves net of what
   supplies them, as first-order autoregressions; the take-off of ON RRP demand and currency as random walks. Dollars
   are shares of GDP then, and of GDP today.
3. Policy (`surprises`): by how much announcements of a month moved the announced pace of the year after it, what came
   at once, and what holdings missed of what had been announced (the model error of a plan).
4. Means are taken out; a column seen in a part of the months is scaled so that its variance is that of those months.

References
----------
Statement of the FOMC of 21 September 2011 (agency principal into agency securities); H.4.1; H.15.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

import numpy as np

from runoff.core.errors import EstimationError
from runoff.core.policy import Policy, PolicyCalendar, State
from runoff.core.series import BoolArray, FloatArray, IntArray, Series, align
from runoff.core.time import end_of_day, last_day, month_after
from runoff.core.view import Needs, View
from runoff.ledger.net_liquidity import Definition
from runoff.project import mortgages, rates
from runoff.project.engine import BANK, GDP
from runoff.project.liabilities import ReverseRepoDemand
from runoff.project.rates import SURVEY, TENORS, YIELDS
from runoff.project.treasuries import months_after
from runoff.project.treasury_account import seasonal

_MILLION, _BILLION = 1e6, 1e9
_MONTHS_A_YEAR: Final = 12
_WEEK: Final = timedelta(days=7)
# From here on the calendar says what becomes of the principal of both halves of the portfolio: the statement of
# 21 September 2011 sent agency principal back into agency securities from October. What was announced before has no
# monthly amounts, and the lending of 2008-09 was wound up.
SAMPLE_FROM: Final = date(2011, 10, 1)
# Five years: fewer months hold no turn of policy and no debt limit.
LEAST_MONTHS: Final = 60
_LEAST_SEEN: Final = 24  # a column seen in fewer months than two years is held
# ON RRP below this says little of where its demand takes off: the curve is then flat (docs/methods/paths.md).
_IN_USE: Final = 50e9
# Mean length of a block in months: the median over columns of those optimal for the sample known on 2022-04-01, rounded
# up (scripts/calibrate_paths.py).
BLOCK: Final = 5.0
# Days on which the policy of a month is looked at: caps begin on the first, purchases on any day.
_LOOKS: Final = (1, 8, 15, 22)
_SHORT, _TEN = YIELDS[TENORS.index(0.25)], YIELDS[TENORS.index(10.0)]
_SETTLING_MONTHS = 4  # mortgage securities settle up to three months after they were bought
_NOTHING = 0.5e9  # the Desk's smallest schedules of mortgage securities were of a billion or more
# Programmes of purchases on a large scale: their pace is revised again and again, that of a run-off is not.
_BUYING: Final = frozenset({State.QE, State.TAPER})

# What a draw reads beside the lines of the sheet (`needs`).
NEEDS: Final = Needs(
    series=frozenset({_SHORT, _TEN, GDP}), optional=frozenset({SURVEY}), policy=frozenset({BANK})
)


class Variable(StrEnum):
    """What may come out otherwise than on the central path."""

    SHORT_RATE = "short_rate"
    TEN_YEAR = "ten_year"
    MORTGAGE_SPREAD = "mortgage_spread"
    TGA = "tga"
    CURRENCY = "currency"
    ON_RRP = "on_rrp"
    LENDING = "lending"
    OTHER = "other"
    POLICY = "policy"


# The columns of the innovations, and the variable that each belongs to. The pace of purchases is dollars a month and
# stays; the flow is dollars of the month alone.
COLUMNS: Final[Mapping[str, Variable]] = {
    "short_rate": Variable.SHORT_RATE,
    "ten_year": Variable.TEN_YEAR,
    "mortgage_spread": Variable.MORTGAGE_SPREAD,
    "tga": Variable.TGA,
    "currency": Variable.CURRENCY,
    "on_rrp": Variable.ON_RRP,
    "lending": Variable.LENDING,
    "other": Variable.OTHER,
    "pace_treasuries": Variable.POLICY,
    "pace_mbs": Variable.POLICY,
    "flow_treasuries": Variable.POLICY,
    "flow_mbs": Variable.POLICY,
}


def needs(definition: Definition) -> Needs:
    """What `calibrate` reads: `NEEDS` and the lines of the sheet."""
    return NEEDS | Needs(series=frozenset({*definition.bridge.values(), *definition.parts.values()}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How the world strayed month by month, in units of today, as known at `as_of`.

    Parameters
    ----------
    as_of
        Nothing known later is in it.
    start
        The day of the last sheet: deviations begin after it.
    months
        First days (ordinals) of the months of the sample, consecutive.
    innovations
        Months by `COLUMNS`: points, log points or dollars of today; means are nil.
    seen
        In how many months each column was seen; in the others it is nil.
    persistence
        By column: what of last month's deviation is left this month; 1 is a random walk, nil no memory.
    buying
        By month, whether a programme of large purchases was under way as it began, and last whether one is under way
        on the day of `as_of`. A path goes on with months that began as its last one ended.
    goes_on
        By month, whether no block ends with it: what a programme without amounts bought at once and what it then bought
        less are one surprise, not two.
    block
        Mean length of a block in months.
    inputs
        Digests of the files read.
    """

    as_of: datetime
    start: date
    months: IntArray
    innovations: FloatArray
    seen: IntArray
    persistence: FloatArray
    buying: BoolArray
    goes_on: BoolArray
    block: float
    inputs: tuple[str, ...]

    @property
    def held(self) -> frozenset[Variable]:
        """Variables of which too little was seen to draw them: their deviations are nil."""
        return frozenset(
            variable for variable, seen in zip(COLUMNS.values(), self.seen.tolist(), strict=True) if not seen
        )

    @property
    def digest(self) -> str:
        """A digest of all that decides a draw, and of the files behind it."""
        found = hashlib.sha256(f"{self.start} {self.block}".encode())
        for part in (self.months, self.innovations, self.persistence, self.buying, self.goes_on):
            found.update(np.ascontiguousarray(part).tobytes())
        found.update(" ".join(self.inputs).encode())
        return found.hexdigest()


def calibrate(view: View, definition: Definition) -> Calibration:
    """Measure how the world strayed from month to month up to a moment.

    Parameters
    ----------
    view
        What was known; it must have declared `needs`.
    definition
        The lines of the sheet.

    Raises
    ------
    LookaheadError, Unavailable
        If nothing of a series was known.
    EstimationError
        If fewer than five years of months were over.
    """
    start = _last_sheet(view, definition)
    months = _months(start)
    gdp = _gdp(view, months)
    holders, held_on = _sheet(view, definition, months, gdp)
    policy, paces_kept, buying, watched = _policy(view, definition, months, gdp)
    columns, persistence = _rates(view, months) | holders | policy, held_on | paces_kept
    table = np.stack([columns[name][1:] for name in COLUMNS], axis=1)
    innovations, seen = _standing_for_all(table)
    lines = (view.known(name) for name in needs(definition).all_series)
    digests = {line.digests[file] for line in lines if line is not None for file in np.unique(line.files)}
    today = view.as_of.date()
    return Calibration(
        as_of=view.as_of,
        start=start,
        months=months[1:],
        innovations=innovations,
        seen=seen,
        persistence=np.array([persistence.get(name, 1.0) for name in COLUMNS]),
        buying=np.append(buying[:-1], _Announced.by(view.policy(BANK), today).buying(today)),
        goes_on=np.append(watched[2:], False) & watched[1:],
        block=BLOCK,
        inputs=tuple(sorted(digests)),
    )


def _last_sheet(view: View, definition: Definition) -> date:
    """The last day of which every line of the sheet is known."""
    lines = {*definition.bridge.values(), *definition.parts.values()}
    return date.fromordinal(int(min(view.series(name).periods[-1] for name in lines)))


def _months(start: date) -> IntArray:
    """The month before the sample and those of it that are over: a sheet of their last day or later is known."""
    over = (start.year - SAMPLE_FROM.year) * _MONTHS_A_YEAR + start.month - SAMPLE_FROM.month
    over += start == last_day(start)
    if over < LEAST_MONTHS:
        raise EstimationError(
            "joint draws: {found} months from {since} to {start}; expected {least}: use a later date",
            found=max(over, 0),
            since=SAMPLE_FROM,
            start=start,
            least=LEAST_MONTHS,
        )
    return months_after(month_after(SAMPLE_FROM, -1) - timedelta(days=1), over + 1)


def _ends(months: IntArray) -> IntArray:
    """The last day of each month."""
    return np.array([last_day(date.fromordinal(int(day))).toordinal() for day in months], dtype=np.int64)


def _gdp(view: View, months: IntArray) -> FloatArray:
    """Nominal GDP over the last one known, by month: the quarter's; quarters not yet known count as the last."""
    known = view.series(GDP).to("USD bn")
    return np.asarray(known.in_force_on(_ends(months)) / known.values[-1])


def _standing_for_all(table: FloatArray) -> tuple[FloatArray, IntArray]:
    """Columns without their means, nil where not seen, with the variance of the months in which they were."""
    there = np.isfinite(table)
    seen = np.where(there.sum(axis=0) >= _LEAST_SEEN, there.sum(axis=0), 0)
    held = seen == 0
    mean = np.where(there, table, 0.0).sum(axis=0) / np.maximum(seen, 1)
    scale = np.where(held, 0.0, np.sqrt(len(table) / np.maximum(seen, 1)))
    return np.where(there, table - mean, 0.0) * scale, seen.astype(np.int64)


# --- rates ------------------------------------------------------------------------------------------------------------


def _rates(view: View, months: IntArray) -> dict[str, FloatArray]:
    """Changes of monthly averages in points; the first month has none."""
    short, ten_year = (_averages(view.series(name), months) for name in (_SHORT, _TEN))
    survey = view.known(SURVEY)
    spread = np.full(len(months), np.nan) if survey is None else _averages(survey, months) - ten_year
    levels = {"short_rate": short, "ten_year": ten_year, "mortgage_spread": spread}
    return {name: _changes(level) for name, level in levels.items()}


def _averages(series: Series, months: IntArray) -> FloatArray:
    """The average of what was observed in each month; no number where nothing was."""
    bounds = np.searchsorted(series.periods, np.append(months, _ends(months)[-1] + 1))
    sums = np.concatenate([[0.0], np.cumsum(series.values)])
    count = np.diff(bounds)
    return np.where(count > 0, np.diff(sums[bounds]) / np.maximum(count, 1), np.nan)


def _changes(levels: FloatArray) -> FloatArray:
    return np.diff(levels, prepend=np.nan)


# --- the sheet --------------------------------------------------------------------------------------------------------


def _sheet(
    view: View, definition: Definition, months: IntArray, gdp: FloatArray
) -> tuple[dict[str, FloatArray], dict[str, float]]:
    """Innovations of what others hold, and what of a deviation is left after a month."""
    ends = _ends(months)

    def line(series: str) -> FloatArray:
        return view.series(series).to("USD mn").in_force_on(ends) * _MILLION

    of = {name: line(series) for name, series in {**definition.bridge, **definition.parts}.items()}
    on_rrp = of["reverse_repos"] - of["foreign_rrp"]
    # What absorbs reserves beside currency, the Treasury's account and ON RRP, and what supplies them beside the
    # securities. A loss counts against the first: it is the central bank's to pay in reserves.
    absorbing = of["absorbing"] - of["currency"] - of["tga"] - on_rrp
    supplying = of["supplying"] - of["treasuries"] - of["agency_debt"] - of["mbs"]
    places = np.array([date.fromordinal(int(day)).month - 1 for day in months])
    account = of["tga"] - _seasonal(view.series(definition.bridge["tga"]).to("USD mn"))[places]
    tga, tga_left = _autoregression(account / gdp)
    lending, lending_left = _autoregression(supplying / gdp)
    other, other_left = _autoregression(absorbing / gdp)
    on_rrp, on_rrp_left = _autoregression(_takeoffs(view, definition, months) / gdp)
    found = {
        "tga": tga,
        "lending": lending,
        "other": other,
        "currency": _less_month_means(_changes(np.log(of["currency"])), places),
        "on_rrp": on_rrp,
    }
    return found, {"tga": tga_left, "lending": lending_left, "other": other_left, "on_rrp": on_rrp_left}


def _seasonal(account: Series) -> FloatArray:
    """The seasonal of the Treasury's account in dollars, nil where too little is known of it."""
    try:
        return seasonal(account.periods, account.values * _MILLION)
    except EstimationError:
        return np.zeros(_MONTHS_A_YEAR)


def _autoregression(levels: FloatArray) -> tuple[FloatArray, float]:
    """The innovations of a first-order autoregression with a constant, and its coefficient, from nil to 1.

    Months without a level count in neither.
    """
    before, after = levels[:-1], levels[1:]
    both = np.isfinite(before) & np.isfinite(after)
    apart = before[both] - before[both].mean() if np.any(both) else np.zeros(0)
    left = float(np.clip(apart @ after[both] / (apart @ apart), 0.0, 1.0)) if np.any(apart) else 0.0
    return np.concatenate([[np.nan], after - left * before]), left


def _less_month_means(changes: FloatArray, places: IntArray) -> FloatArray:
    """Changes less the average of their calendar month: trend and seasonal."""
    found = changes.copy()
    for place in range(_MONTHS_A_YEAR):
        found[places == place] -= np.nanmean(changes[places == place])
    return found


def _takeoffs(view: View, definition: Definition, months: IntArray) -> FloatArray:
    """Where the demand for ON RRP takes off so that its curve goes through the sheets of a month, dollars.

    The median of the month's Wednesdays: at a quarter's end money is parked for a day or two, which says nothing of the
    next month. No number where the facility was not in use.
    """
    names = ("reserves", "reverse_repos", "foreign_rrp")
    days, (reserves, repos, foreign) = align(
        *(view.series(definition.bridge[name]).to("USD mn") for name in names)
    )
    found = np.full(len(months), np.nan)
    for place, (first, end) in enumerate(zip(months.tolist(), _ends(months).tolist(), strict=True)):
        week = slice(*np.searchsorted(days, [first, end + 1]))
        parked = np.median(repos[week] - foreign[week]) * _MILLION
        if parked >= _IN_USE:
            have = np.median(reserves[week]) * _MILLION
            found[place] = ReverseRepoDemand.through(have, parked, takeoff_at_least=0.0).takeoff
    return found


# --- policy -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Surprises:
    """How far holdings came out from what had been announced, Treasuries and mortgage securities by months, dollars.

    `pace` is by how much the announcements of a month moved the average pace of the twelve months after it, `once` what
    they moved in the month itself, `error` the published change less that announced at the end of the month.
    `announced` is the pace announced for the month after. A programme whose amounts were not announced by the month is
    known by watching it: its pace is what was seen in the month. `buying` says by month whether a programme of large
    purchases was under way at its end, `watched` whether it was one without amounts at its beginning or end, `settling`
    whether mortgage securities bought in it or in the three months
    before may have settled in it.
    """

    pace: FloatArray
    once: FloatArray
    error: FloatArray
    announced: FloatArray
    buying: BoolArray
    watched: BoolArray
    settling: BoolArray


def surprises(
    calendar: PolicyCalendar, months: IntArray, changes: FloatArray, principal: FloatArray
) -> Surprises:
    """Compare what was announced with what came, month by month.

    Steps count with the days that the calendar has for them, read in a primary text or not: here they say what had been
    announced, and decide no projection.

    Parameters
    ----------
    calendar
        The steps known.
    months
        First days (ordinals) of consecutive months.
    changes
        Published changes of both holdings, two by months, dollars.
    principal
        Principal of the mortgage securities by months, dollars: what a cap above it does not let go.
    """
    pace, once, error, announced = (np.zeros((2, len(months))) for _ in range(4))
    buying, bought, watching = (np.zeros(len(months), dtype=np.bool_) for _ in range(3))
    old = _Announced.by(calendar, date.fromordinal(int(months[0]) - 1))
    for place, end in enumerate(_ends(months).tolist()):
        month, last = date.fromordinal(int(months[place])), date.fromordinal(end)
        new = _Announced.by(calendar, last, instead=old)
        repaid, watched = float(principal[place]), changes[:, place]
        after = new.paces(month, repaid, watched)
        before = old.paces(month, repaid, changes[:, max(place - 1, 0)])
        if new.by_watching(last):
            after[:, 0] = watched
        pace[:, place], once[:, place] = (after - before)[:, 1:].mean(axis=1), (after - before)[:, 0]
        error[:, place], announced[:, place] = watched - after[:, 0], after[:, 1]
        buying[place], watching[place] = new.buying(last), new.by_watching(last)
        # What does not fall by its principal was bought, to grow or to stay.
        bought[place] = after[1, 0] + repaid > _NOTHING
        old = new
    return Surprises(
        pace=pace,
        once=once,
        error=error,
        announced=announced,
        buying=buying,
        watched=watching | np.append(False, watching[:-1]),
        settling=np.convolve(bought, np.ones(_SETTLING_MONTHS))[: len(months)] > 0,
    )


def announced(calendar: PolicyCalendar, known: date, months: IntArray, principal: FloatArray) -> FloatArray:
    """The change of both holdings in each month that had been announced by a day, two by months, dollars.

    A plan in its reduced form, without securities: redemptions of Treasuries reach their cap, those of mortgage
    securities the cap or the principal, and a programme without amounts counts for nil.

    Parameters
    ----------
    calendar, months, principal
        As for `surprises`.
    known
        Steps announced by the end of this day count.
    """
    policy, nothing = _Announced.by(calendar, known), np.zeros(2)
    return np.stack(
        [
            policy.paces(date.fromordinal(int(month)), float(repaid), nothing, ahead=0)[:, 0]
            for month, repaid in zip(months, principal, strict=True)
        ],
        axis=1,
    )


@dataclass(frozen=True, slots=True)
class _Announced:
    """What had been announced by the end of a day; a policy changes only on days on which a step takes effect."""

    calendar: PolicyCalendar
    days: tuple[date, ...]
    found: dict[int, Policy | None] = field(default_factory=dict)

    @staticmethod
    def by(calendar: PolicyCalendar, day: date, *, instead: _Announced | None = None) -> _Announced:
        """What had been announced by a day; `instead` where nothing was since."""
        known = calendar.known(end_of_day(day))
        if instead is not None and len(instead.calendar.steps) == len(known.steps):
            return instead
        return _Announced(known, tuple(sorted({s.effective for s in known.steps if s.effective is not None})))

    def on(self, day: date) -> Policy | None:
        place = bisect_right(self.days, day)
        if place not in self.found:
            self.found[place] = self.calendar.in_force(day)
        return self.found[place]

    def buying(self, day: date) -> bool:
        """Whether a programme of large purchases runs on a day."""
        policy = self.on(day)
        return policy is not None and policy.state in _BUYING

    def by_watching(self, day: date) -> bool:
        """Whether it runs on a day without a pace."""
        policy = self.on(day)
        terms = () if policy is None else policy.terms
        return self.buying(day) and not any(term.amount_kind == "purchase" for term in terms)

    def paces(
        self, month: date, principal: float, watched: FloatArray, *, ahead: int = _MONTHS_A_YEAR
    ) -> FloatArray:
        """Announced changes of both holdings in a month and those after it, two by months, dollars."""
        found = np.zeros((2, 1 + ahead))
        for place in range(1 + ahead):
            first = month_after(month, place)
            looks = [first.replace(day=day) for day in _LOOKS]
            found[:, place] = np.mean(
                [watched if self.by_watching(day) else _pace(self.on(day), principal) for day in looks],
                axis=0,
            )
        return found


def _pace(policy: Policy | None, principal: float) -> FloatArray:
    """What a policy does in a month to Treasuries and to mortgage securities, dollars.

    In a reduced form: redemptions of Treasuries reach their cap, and those of mortgage securities the cap or the
    principal.
    """
    terms = {(term.security, term.amount_kind): term for term in (() if policy is None else policy.terms)}

    def amount(security: str, kind: str) -> float:
        if (term := terms.get((security, kind))) is None:
            return 0.0
        per_month = {"month": 1.0, "year": 1.0 / _MONTHS_A_YEAR}.get(term.per, 0.0)
        return (term.amount or 0.0) * _BILLION * per_month

    let_go, cap = min(amount("agency_mbs", "cap"), principal), terms.get(("agency_mbs", "cap"))
    into_bills = ("agency_mbs", "into_bills") in terms
    all_leaves = into_bills or (cap is not None and cap.above in {"treasuries", "bills"})
    moved = min(np.inf if all_leaves else amount("agency_mbs", "mix_cap"), principal - let_go)
    treasuries = amount("treasuries", "purchase") + amount("bills", "purchase") - amount("treasuries", "cap")
    agency = amount("agency_mbs", "purchase") - let_go
    return np.array([treasuries + moved, agency - moved])


def _policy(
    view: View, definition: Definition, months: IntArray, gdp: FloatArray
) -> tuple[dict[str, FloatArray], dict[str, float], BoolArray, BoolArray]:
    """Innovations of what policy holds, what of a pace is left after a month, and when it bought much.

    The last two say in which months large purchases were under way, and were known by watching alone. Paces are in GDP
    of today, errors of a plan in holdings of today.
    """
    levels = np.stack([_holdings(view.series(definition.parts[name]), months) for name in _HALVES])
    changes = np.diff(levels)
    found = surprises(view.policy(BANK), months, changes, modelled_principal(view, definition, months))
    errors = found.error / levels[:, :-1] * levels[:, -1:]
    errors[1] = _as_now(errors[1], found.settling)
    flow = found.once / gdp + errors
    columns = {f"pace_{name}": found.pace[row] / gdp for row, name in enumerate(_HALVES)}
    columns |= {f"flow_{name}": flow[row] for row, name in enumerate(_HALVES)}
    pace = found.announced.sum(axis=0) / gdp
    left = float(np.clip(pace[:-1] @ pace[1:] / max(float(pace[:-1] @ pace[:-1]), 1.0), 0.0, 1.0))
    return (
        columns,
        dict.fromkeys(columns, 0.0) | {f"pace_{name}": left for name in _HALVES},
        found.buying,
        found.watched,
    )


def _as_now(errors: FloatArray, kind: BoolArray) -> FloatArray:
    """Errors of months of two kinds, those of the other kind as large as those of the last month's kind.

    Purchases of mortgage securities settle early or late by tens of billions; where nothing settles a plan misses what
    is repaid, and that by little. Sizes are medians of absolute deviations: a crisis does not set them. All as they are
    where one kind was seen in less than half a year.
    """
    same = kind == kind[-1]
    if min(same.sum(), (~same).sum()) < _MONTHS_A_YEAR // 2:
        return errors
    middle, size = zip(*(_middle_and_size(errors[one]) for one in (same, ~same)), strict=True)
    return np.where(same, errors, middle[0] + (errors - middle[1]) * size[0] / max(size[1], 1.0))


def _middle_and_size(values: FloatArray) -> tuple[float, float]:
    middle = float(np.median(values))
    return middle, float(np.median(np.abs(values - middle)))


_HALVES: Final = ("treasuries", "mbs")


def _holdings(series: Series, months: IntArray) -> FloatArray:
    """Holdings before the first month and at the end of each: on the first Wednesday not before its last day, dollars.

    What matures on the last day of a month is gone by then.
    """
    known = series.to("USD mn")
    ends = np.append(months[:1] - 1, _ends(months))
    return known.values[np.searchsorted(known.periods, ends)] * _MILLION


def modelled_principal(view: View, definition: Definition, months: IntArray) -> FloatArray:
    """The modelled principal of the published mortgage securities in each month of the past, dollars."""
    totals = view.series(definition.parts["mbs"])
    begun = max(int(np.argmax(totals.values > 0)) - 1, 0)
    periods = totals.periods[begun:]
    built = mortgages.build_up(periods, totals.values[begun:], rates.mortgage_rates_on(view, periods))
    return built.expected[np.searchsorted(built.months, months)]
