"""Projections as they would have been made on past days, and what came of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

import numpy as np

from runoff.actions.projections import DEFAULT_SCENARIO, definition, named
from runoff.core.errors import LookaheadError
from runoff.core.executor import Executor, Failed
from runoff.core.series import FloatArray, IntArray
from runoff.core.time import end_of_day, from_epoch, last_day, month_after, next_day
from runoff.core.units import USD_MILLIONS
from runoff.core.view import History, Needs, View
from runoff.executors.threads import Threads
from runoff.impact import skill
from runoff.impact.skill import DRIFT_WEEKS, LEVELS, LINES, WEEKS, Forecast
from runoff.ledger.net_liquidity import Definition
from runoff.project import draws, engine, treasuries
from runoff.project.auctions import cycle
from runoff.project.engine import BANK, Projection, forecast
from runoff.project.ensemble import Ensemble, ensemble
from runoff.project.scenario import Scenario
from runoff.project.treasuries import Portfolio

# The first month after the first book of holdings (2022-02-16) and the first plans of run-off that were published.
FIRST: Final = date(2022, 4, 1)
_HORIZON: Final = 13  # months: what is left of one and twelve more reach 52 weeks from any day
_UNIT: Final = USD_MILLIONS.symbol
_MILLION: Final = 1e6
# What a maturity and a repayment move on their day. A Treasury security is paid from the Treasury's account: both sides
# of the sheet shrink, net liquidity and reserves move when it is refunded. Mortgage principal comes out of banks.
_MOVED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "treasuries": ("treasuries",),
    "mbs": ("mbs",),
    "securities": ("treasuries", "mbs"),
    "total_assets": ("treasuries", "mbs"),
    "net_liquidity": ("mbs",),
    "reserves": ("mbs",),
}
# The day of the month on which principal of mortgage securities comes, or the next business day, and the part of it:
# Ginnie Mae's second programme, and Fannie Mae's and Freddie Mac's. The parts are those of H.4.1 since 2023 (3.5 of 17
# billion a month on the 20th). It is where a Wednesday stands within its month, and no part of the projection.
_PAID: Final = ((20, 0.2), (25, 0.8))


@dataclass(frozen=True, kw_only=True)
class Published:
    """The weekly sheet: days (ordinals), the scored lines in millions, and when each day's last figure came out."""

    days: IntArray
    lines: Mapping[str, FloatArray]
    known_at: IntArray

    @cached_property
    def _places(self) -> Mapping[int, int]:
        return {day: place for place, day in enumerate(self.days.tolist())}

    def at(self, day: date) -> int | None:
        """The place of a day; None where there is no sheet of it."""
        return self._places.get(day.toordinal())


def published(view: View, lines: Definition) -> Published:
    """The weekly sheet as a view knows it.

    Where total assets of a day are not in hand, the supply outside them is that of the last day for which they are, as
    in the sheet that a projection opens with.
    """
    assets = lines.variants[lines.default].terms[0].series
    of = {name: view.series(series).to(_UNIT) for name, series in {**lines.bridge, **lines.parts}.items()}
    days = next(iter(of.values())).periods
    for series in of.values():
        days = np.intersect1d(days, series.periods, assume_unique=True)
    places = {name: np.searchsorted(series.periods, days) for name, series in of.items()}
    amounts = {name: series.values[places[name]] for name, series in of.items()}
    known_at = np.max([series.known_at[places[name]] for name, series in of.items()], axis=0)
    total = view.series(assets).to(_UNIT)
    common, here, there = np.intersect1d(days, total.periods, assume_unique=True, return_indices=True)
    outside = amounts["supplying"][here] - total.values[there]
    last = np.searchsorted(common, days, side="right") - 1
    total_assets = amounts["supplying"] - outside[np.maximum(last, 0)]
    in_hand = np.searchsorted(days, common)
    known_at[in_hand] = np.maximum(known_at[in_hand], total.known_at[there])
    on_rrp = amounts["reverse_repos"] - amounts["foreign_rrp"]
    return Published(
        days=days,
        lines={
            "treasuries": amounts["treasuries"],
            "mbs": amounts["mbs"],
            "securities": amounts["treasuries"] + amounts["agency_debt"] + amounts["mbs"],
            "total_assets": total_assets,
            "net_liquidity": total_assets - amounts["tga"] - on_rrp,
            "reserves": amounts["reserves"],
        },
        known_at=known_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What all origins share: the history of which each sees its part, what came, and how paths are drawn."""

    history: History
    needs: Needs
    lines: Definition
    outcomes: Published
    paths: int
    seed: int = skill.SEED


def needs(lines: Definition) -> Needs:
    """What a scorecard reads: what a projection does, and what draws are made from."""
    return engine.needs(lines) | draws.needs(lines)


def world(view: View, *, paths: int) -> World:
    """Gather what origins share; what came is what `view` knows."""
    lines = definition()
    return World(
        history=view.history,
        needs=needs(lines),
        lines=lines,
        outcomes=published(view, lines),
        paths=paths,
    )


def origins_of(view: View, outcomes: Published) -> tuple[date, ...]:
    """The first of each month since April 2022 of which an outcome may be known."""
    found, day = [], FIRST
    last = date.fromordinal(int(outcomes.days[-1]))
    while day + timedelta(weeks=min(WEEKS)) <= last + timedelta(weeks=1) and end_of_day(day) <= view.as_of:
        found.append(day)
        day = month_after(day)
    return tuple(found)


def forecasts_at(shared: World, origin: date) -> tuple[Forecast, ...]:
    """What was said at an origin of every line and horizon whose outcome is known, and what came.

    1. The projection under the policy announced by then, in the scenario that is the default, is made of what was known
       at the end of the day, and followed on so many paths.
    2. Between the opening Wednesday and month ends both go on linearly (`_on`); but securities do not fall little by
       little, they mature and repay on known days: those of the day itself are taken (`_treasuries_on`, `_mbs_on`).
    3. No change and drifts go on from the opening Wednesday.
    """
    view = shared.history.at(end_of_day(origin)).narrow(shared.needs)
    scenario = named(Scenario, DEFAULT_SCENARIO)
    central = forecast(view, shared.lines, view.policy(BANK), scenario, _HORIZON)
    followed = ensemble(central, draws.calibrate(view, shared.lines), paths=shared.paths, seed=shared.seed)
    past = published(view, shared.lines)
    came = {weeks: shared.outcomes.at(central.start + timedelta(weeks=weeks)) for weeks in WEEKS}
    targets = [central.start + timedelta(weeks=weeks) for weeks, place in came.items() if place is not None]
    early = {"treasuries": _treasuries_on(view, central, targets), "mbs": _mbs_on(central, targets)}
    return tuple(
        _forecast(shared, origin, central, followed, past, line, weeks, place, early)
        for weeks, place in came.items()
        if place is not None
        for line in LINES
    )


def _forecast(
    shared: World,
    origin: date,
    central: Projection,
    followed: Ensemble,
    past: Published,
    line: str,
    weeks: int,
    came: int,
    early: Mapping[str, Mapping[date, float]],
) -> Forecast:
    """What was said of one line so many weeks ahead; `came` is the place of the outcome."""
    start, target = central.start, central.start + timedelta(weeks=weeks)
    if (opening := past.at(start)) is None:
        raise LookaheadError(
            "no full sheet of {start} was known on {origin}",
            start=start.isoformat(),
            origin=origin.isoformat(),
        )
    one = dict(central.sheet.lines)
    one["securities"] = one["treasuries"] + one["agency_debt"] + one["mbs"]
    first = float(past.lines[line][opening])
    moved = sum(early[half][target] for half in _MOVED_BY[line])
    spread = np.percentile(_on(target, central, first, followed.lines[line]) + moved, LEVELS)
    return Forecast(
        origin=origin,
        line=line,
        weeks=weeks,
        start=start,
        target=target,
        known_at=from_epoch(int(shared.outcomes.known_at[came])),
        model=round(float(_on(target, central, first, one[line])[0]) + moved),
        walk=round(first),
        **{name: _drift(past, line, start, weeks, back) for name, back in DRIFT_WEEKS.items()},
        **{f"p{level}": round(at) for level, at in zip(LEVELS, spread.tolist(), strict=True)},
        outcome=round(float(shared.outcomes.lines[line][came])),
    )


def _treasuries_on(view: View, central: Projection, targets: Sequence[date]) -> Mapping[date, float]:
    """By how much Treasuries of the central path on a day exceed the line between month ends, in millions."""
    end = month_after(date.fromordinal(int(central.months[-1])), 2)
    offered = cycle(central.book.date + timedelta(days=1), end, known=view.as_of.date())
    path = treasuries.project(
        Portfolio.of(central.book, central.prices),
        central.plan.treasuries,
        offered=offered,
        prices=central.prices,
        marks=targets,
    )
    between = central.sheet.lines["treasuries"]
    found = {}
    for day in targets:
        held = sum(position.principal(day, central.prices) for position in path.marks[day].positions)
        held += sum(rolled.amount for rolled in path.marks[day].awaiting) + central.unexplained
        found[day] = held / _MILLION - float(_on(day, central, central.opening.treasuries, between)[0])
    return found


def _mbs_on(central: Projection, targets: Sequence[date]) -> Mapping[date, float]:
    """By how much mortgage securities on a day exceed the line between month ends, in millions."""
    principal = (central.mortgages.scheduled + central.mortgages.prepaid)[0]
    found = {}
    for day in targets:
        place = int(np.searchsorted(central.months, day.toordinal(), side="right")) - 1
        paid = sum(part for due, part in _PAID if day >= next_day(day.replace(day=due - 1)))
        found[day] = float(principal[place]) / _MILLION * (day.day / last_day(day).day - paid)
    return found


def _on(target: date, central: Projection, opening: float, values: IntArray) -> FloatArray:
    """A line on a day, one value a path, of month ends shaped paths by months and the figure of the start."""
    ends = [month_after(date.fromordinal(int(month))).toordinal() - 1 for month in central.months]
    days = np.array([central.start.toordinal(), *ends])
    after = int(np.searchsorted(days, target.toordinal()))
    share = (target.toordinal() - days[after - 1]) / (days[after] - days[after - 1])
    later = values[:, after - 1].astype(np.float64)
    before = values[:, after - 2].astype(np.float64) if after > 1 else np.full(len(values), opening)
    found: FloatArray = before * (1 - share) + later * share
    return found


def _drift(past: Published, line: str, start: date, weeks: int, back: int) -> int:
    """A line so many weeks on, if it goes on changing as in the weeks back from the start.

    Raises
    ------
    LookaheadError
        If there is no sheet so far back.
    """
    now, then = past.at(start), past.at(start - timedelta(weeks=back))
    if now is None or then is None:
        raise LookaheadError(
            "no full sheet of {weeks} weeks before {start} was known", weeks=back, start=start.isoformat()
        )
    values = past.lines[line]
    return round(float(values[now] + (values[now] - values[then]) * weeks / back))


def threads_here() -> Executor:
    """As many threads as there are processors: processes were no faster, and every book would be copied to them."""
    return Threads(workers=os.cpu_count() or 1)


def computed(
    shared: World, days: Sequence[date], *, executor: Executor, done: Callable[[int], None]
) -> tuple[Forecast, ...]:
    """The forecasts of origins, by line and horizon.

    Raises
    ------
    RunoffError
        The first that an origin met.
    """
    rows: list[Forecast] = []
    with closing(executor.run(forecasts_at, shared, days)) as outcomes:
        for count, outcome in enumerate(outcomes, start=1):
            if isinstance(outcome, Failed):
                raise outcome.error
            rows += outcome.value
            done(count)
    return tuple(row for group in skill.by_line(rows) for row in group)
