"""Many paths of the balance sheet: what a projection becomes where the world is drawn and not assumed.

A projection is one path. `ensemble` draws what it assumed and follows both sides on each path:

1. Rates move: the short one those that policy sets, short and ten-year together the Treasury curve, the ten-year and
   its spread the mortgage rate (`rates_on`). None falls below nil.
2. Mortgage securities repay at those rates (`mortgages.amounts`). What of their principal goes into Treasuries or bills
   beyond the central path's stays there: no cap of a policy in force lets bills go that were bought with it
   (`_treasuries`).
3. Surprises of policy buy or let go of Treasuries (as bills) and of mortgage securities beyond the plan; those bear
   the mortgage rate of their month and repay nothing on the way.
4. Treasuries bought from now on bear the yields of their path (`income.refixed_coupons`).
5. The Treasury's account, currency, loans and all else on both sides, and the demand for ON RRP, move about the
   scenario's (`_demand`), and both sides are carried on by entries (`liabilities.project`): reserves are what is left.
   Where nothing would be left, banks borrow what is missing: no draw knows that policy would have answered before.

The Treasury path itself, security by security, is that of the projection: what matures when depends on no rate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from runoff.core.series import BoolArray, FloatArray, IntArray
from runoff.project import income, liabilities, mortgages
from runoff.project.draws import Calibration, Draws, Method, Variable, draw
from runoff.project.earnings import other_income
from runoff.project.engine import Projection, for_what_is_left
from runoff.project.kernels import Kernel
from runoff.project.liabilities import Demand, Flows
from runoff.project.mortgages import MortgageAmounts
from runoff.project.rates import TENORS, Rates

_MONTHS_A_YEAR: Final = 12
_PERCENT: Final = 100.0
_BLOCK: Final = 512  # paths followed at once: memory stays near a gigabyte for ten years
_MILLION: Final = 1e6
_ROUNDING: Final = 5e6  # dollars: entries are in whole millions, and each may round
# How much of a move of the short rate each tenor takes; the rest is that of the ten-year yield. All of it up to three
# months, none from ten years on, linear in the logarithm of the term between.
_SHORT_WEIGHT: Final = 1 - np.clip(np.log(np.array(TENORS) / 0.25) / np.log(10.0 / 0.25), 0.0, 1.0)
_TEN_YEARS: Final = TENORS.index(10.0)
_BILL: Final = 0.25  # years: what is bought or let go beyond the plan earns the three-month yield


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble:
    """Month ends of many paths.

    Parameters
    ----------
    months
        First days (ordinals) of the projected months.
    lines
        As `SheetPath.lines`, with `securities`: whole millions, paths by months.
    gdp
        Nominal GDP in each month, dollars a year: the same on every path.
    net_income, remitted
        Dollars, paths by months.
    cap_binds
        Whether agency principal of the month exceeds the cap, paths by months; false where none is in force.
    cap_in_force
        By months, whether there is such a cap: an amount above nil.
    short_rate, ten_year, mortgage_rate
        Percent a year, paths by months.
    kernel
        Which kernel followed the mortgage securities, and why.
    """

    months: IntArray
    lines: Mapping[str, IntArray]
    gdp: FloatArray
    net_income: FloatArray
    remitted: FloatArray
    cap_binds: BoolArray
    cap_in_force: BoolArray
    short_rate: FloatArray
    ten_year: FloatArray
    mortgage_rate: FloatArray
    kernel: Kernel

    @property
    def paths(self) -> int:
        """How many paths there are."""
        return len(self.net_income)

    def in_dollars(self, line: str) -> FloatArray:
        """A line in dollars, paths by months."""
        return self.lines[line].astype(np.float64) * _MILLION

    @staticmethod
    def joined(parts: tuple[Ensemble, ...]) -> Ensemble:
        """The paths of several parts of one ensemble, in their order."""

        def rows(name: str) -> FloatArray:
            return np.concatenate([getattr(part, name) for part in parts])

        return replace(
            parts[0],
            lines={line: np.concatenate([part.lines[line] for part in parts]) for line in parts[0].lines},
            net_income=rows("net_income"),
            remitted=rows("remitted"),
            cap_binds=rows("cap_binds").astype(np.bool_),
            short_rate=rows("short_rate"),
            ten_year=rows("ten_year"),
            mortgage_rate=rows("mortgage_rate"),
        )


def ensemble(
    central: Projection,
    calibration: Calibration,
    *,
    paths: int,
    seed: int,
    method: Method = Method.BOOTSTRAP,
    hold: frozenset[Variable] = frozenset(),
    given: Mapping[Variable, FloatArray] | None = None,
    first_path: int = 0,
    done: Callable[[int], None] | None = None,
) -> Ensemble:
    """Draw paths and follow a projection on each, in blocks that bound the memory.

    A path is the same, bit for bit, whatever others it is drawn with.

    Parameters
    ----------
    central
        The projection from which paths deviate.
    calibration
        What is drawn from.
    paths, seed, method, hold, first_path
        As `draws.draw` has them.
    given
        Deviations by month that a variable has on every path, in place of those drawn.
    done
        Told after each block how many paths have been followed.

    Raises
    ------
    ConfigError
        If a path takes more than there is: the message names line, month and path.
    """
    parts = []
    for first in range(first_path, first_path + paths, _BLOCK):
        count = min(_BLOCK, first_path + paths - first)
        drawn = draw(
            calibration, central.months, count, seed=seed, method=method, hold=hold, first_path=first
        )
        for variable, values in (given or {}).items():
            drawn = drawn.with_path(variable, values)
        parts.append(followed(central, drawn))
        if done is not None:
            done(first - first_path + count)
    return Ensemble.joined(tuple(parts))


def rates_on(central: Projection, draws: Draws) -> Rates:
    """The rates of every month from the book's date on each path: as they were, then as drawn."""
    known = central.rates
    paths, first = len(draws.short_rate), central.first

    def moved(values: FloatArray, by: FloatArray) -> FloatArray:
        found = np.repeat(values, paths, axis=0)
        later = found[:, first:] + by
        found[:, first:] = np.maximum(later, np.minimum(found[:, first:], 0.0))
        return found

    short, ten_year = draws.short_rate, draws.ten_year
    curve = _SHORT_WEIGHT * short[:, :, np.newaxis] + (1 - _SHORT_WEIGHT) * ten_year[:, :, np.newaxis]
    return Rates(
        months=known.months,
        reserves=moved(known.reserves, short),
        on_rrp=moved(known.on_rrp, short),
        mortgage=moved(known.mortgage, ten_year + draws.mortgage_spread),
        yields=moved(known.yields, curve),
    )


def followed(central: Projection, draws: Draws) -> Ensemble:
    """Follow a projection on every path of the draws, all at once.

    Raises
    ------
    ConfigError
        As `ensemble`.
    """
    rates = rates_on(central, draws)
    ahead = rates.since(central.first)
    planned = central.plan.agency.since(central.first)
    agency = mortgages.amounts(
        central.cohorts, central.months, ahead.mortgage, planned, pending=central.pending
    )
    treasuries, mbs = _treasuries(central, agency, draws), _mbs(agency, draws)
    borne = for_what_is_left(ahead, central.share)
    absorbed = _absorbed(central, draws)
    demand = _demand(central, draws, absorbed)
    sheet = liabilities.project(
        central.opening,
        _flows(central, agency, rates, treasuries, mbs),
        demand,
        borne,
        deferred=central.deferred,
        other_income=other_income(central.opening, central.deferred, demand.lending, borne, added=absorbed),
        dividends_per_year=income.dividends_per_year(borne)[:, 0],
    )
    lines = dict(sheet.lines)
    lines["securities"] = lines["treasuries"] + lines["agency_debt"] + lines["mbs"]
    in_force = (planned.cap > 0) & np.isfinite(planned.cap)
    return Ensemble(
        months=central.months,
        lines=lines,
        gdp=central.gdp,
        net_income=sheet.net_income,
        remitted=sheet.remitted,
        cap_binds=(agency.scheduled + agency.prepaid > planned.cap) & in_force,
        cap_in_force=in_force,
        short_rate=ahead.reserves,
        ten_year=ahead.yields[:, :, _TEN_YEARS],
        mortgage_rate=ahead.mortgage,
        kernel=agency.kernel,
    )


class _Beyond(NamedTuple):
    """What is bought, and let go, beyond what the engine follows; dollars, paths by months."""

    bought: FloatArray
    let_go: FloatArray

    @property
    def net(self) -> FloatArray:
        return self.bought - self.let_go


def _treasuries(central: Projection, agency: MortgageAmounts, draws: Draws) -> _Beyond:
    """Treasuries beyond the central path's: what more of agency principal buys (or less: below nil), and surprises.

    A surprise lets go of no more than is rolled over or bought in the month: nothing is sold.
    """
    path, part = central.treasuries, slice(central.first, None)
    extra = agency.into_treasuries - central.mortgages.into_treasuries
    held = central.sheet.lines["treasuries"].astype(np.float64) * _MILLION + np.cumsum(extra, axis=1)
    rolled = (path.coupons_rolled + path.bills_rolled + path.purchased.sum(axis=0))[part]
    found = _surprised(held, np.maximum(draws.policy - draws.policy_mbs, -rolled))
    return _Beyond(bought=extra + found.bought, let_go=found.let_go)


def _mbs(agency: MortgageAmounts, draws: Draws) -> _Beyond:
    """Mortgage securities beyond those followed: surprises let go of no more than comes as principal or is bought."""
    most = agency.scheduled + agency.prepaid + agency.bought
    return _surprised(agency.closing, np.maximum(draws.policy_mbs, -most))


def _surprised(held: FloatArray, surprise: FloatArray) -> _Beyond:
    """A surprise of policy as purchases and as what is let go: no more of it than is held at any month end."""
    bought, let_go = np.maximum(surprise, 0.0), np.cumsum(np.maximum(-surprise, 0.0), axis=1)
    room = np.maximum(held - _ROUNDING + np.cumsum(bought, axis=1), 0.0)
    least = np.minimum.accumulate(room[:, ::-1], axis=1)[:, ::-1]
    return _Beyond(bought=bought, let_go=np.diff(np.minimum(let_go, least), axis=1, prepend=0.0))


def _flows(
    central: Projection, agency: MortgageAmounts, rates: Rates, treasuries: _Beyond, mbs: _Beyond
) -> Flows:
    """What the assets do on each path: the central path's flows, with its own of mortgage securities and income."""
    flows, whole = central.flows, np.ones(len(central.months))
    whole[0] = central.share
    stock = central.amortisation
    premium = stock.mortgages_left[0, central.first] + stock.mortgages[0, central.first]
    principal = agency.scheduled + agency.prepaid
    of_mortgages, _ = income.written_off(principal, agency.opening, float(premium))
    usual = stock.mortgages[:, central.first :]
    on_top = _on_top(rates.tenor(_BILL)[:, central.first :], treasuries.net)
    on_top_of_mbs = _on_top(rates.mortgage[:, central.first :], mbs.net)
    bought = agency.bought + mbs.bought
    return replace(
        flows,
        treasuries_bought=flows.treasuries_bought + treasuries.bought,
        treasuries_bought_cost=flows.treasuries_bought_cost + treasuries.bought,
        treasuries_redeemed=flows.treasuries_redeemed + treasuries.let_go,
        mbs_principal=principal + mbs.let_go,
        mbs_bought=bought,
        mbs_bought_cost=bought,
        mbs_sold=agency.sold,
        mbs_proceeds=agency.sold - agency.loss,
        mbs_interest=(agency.interest + on_top_of_mbs) * whole,
        accretion=flows.accretion + (usual - of_mortgages) * whole,
        coupons=flows.coupons + (_repriced(central, rates) + on_top) * whole,
    )


def _repriced(central: Projection, rates: Rates) -> FloatArray:
    """What the central path's Treasuries earn on each path beyond what they earn on it, dollars."""
    path, start = central.treasuries, central.book.date
    on_paths = income.treasury_income(path, rates, start=start)
    on_one = income.treasury_income(path, central.rates, start=start)
    refixed = income.refixed_coupons(path, rates, central.rates, since=central.first, start=start)
    found = refixed + on_paths.floating - on_one.floating + on_paths.discount - on_one.discount
    return found[:, central.first :]


def _on_top(rate: FloatArray, added: FloatArray) -> FloatArray:
    """What holdings beyond those followed earn at a rate in percent; half a month of what is added in the month."""
    return (np.cumsum(added, axis=1) - added / 2) * rate / _PERCENT / _MONTHS_A_YEAR


def _absorbed(central: Projection, draws: Draws) -> FloatArray:
    """By how much all else that absorbs is higher at each month end, dollars: never by less than there is of it."""
    least = -(central.opening.other_absorbing * _MILLION + central.deferred)
    return np.maximum(draws.other, min(least, 0.0))


def _demand(central: Projection, draws: Draws, absorbed: FloatArray) -> Demand:
    """What others want to hold on each path: the scenario's balances, moved by the draws and never below nil.

    What lending falls by beyond all loans, other assets fall by: repos, swaps, premiums.
    """
    demand = central.demand
    wanted = demand.lending + draws.lending
    lent = np.maximum(wanted, 0.0)
    others = np.maximum(wanted - lent, -central.opening.other_supplying * _MILLION)
    return replace(
        demand,
        lending=lent,
        other_assets=np.diff(others, axis=1, prepend=0.0),
        tga=np.maximum(demand.tga + draws.tga, 0.0),
        currency=demand.currency * np.exp(draws.currency),
        other_deposits=demand.other_deposits + np.asarray(np.diff(absorbed, axis=1, prepend=0.0)),
        curve_shift=draws.on_rrp,
        least_reserves=0.0,
    )
