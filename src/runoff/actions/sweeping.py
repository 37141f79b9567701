"""One part of a sweep: a combination's central path, and a block of paths about it, wherever it is computed.

A worker is handed what was known (`World`) and what to assume (`Part`); it has no store, and needs none. What it
answers is a pure function of the two.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import groupby, zip_longest
from typing import Final

from runoff.actions.drawn import not_drawn
from runoff.core.errors import ConfigError
from runoff.core.executor import Kept
from runoff.core.holdings import Book, Holding, Unread
from runoff.core.policy import PolicyCalendar
from runoff.core.policy_file import NamedPolicy, read_policy
from runoff.core.run_record import Software
from runoff.core.series import IntArray
from runoff.core.source import Payload
from runoff.core.view import History, Needs, View
from runoff.ledger.net_liquidity import Definition
from runoff.project import engine
from runoff.project.draws import Calibration, Method, Variable, calibrate
from runoff.project.draws import needs as needs_of_draws
from runoff.project.engine import Projection, forecast
from runoff.project.ensemble import ensemble
from runoff.project.kernels import Arithmetic
from runoff.project.scenario import RatePath, Scenario, read_scenario
from runoff.project.sweep_file import changed

# The lines of a sheet that a sweep may write down, millions at month ends.
LINES: Final = (
    "reserves",
    "total_assets",
    "securities",
    "treasuries",
    "mbs",
    "currency",
    "tga",
    "on_rrp",
    "net_liquidity",
    "deferred_asset",
)
# Who adds up mortgage securities on a path. Machine code agrees with numpy to rounding and not to the bit, so that it
# would depend on what is installed on a worker which bytes there are.
ARITHMETIC: Final = Arithmetic.NUMPY
# Central paths that a worker keeps beyond one a thread: parts of a combination come one after the other.
_SPARE: Final = 2


def needs(definition: Definition) -> Needs:
    """What a sweep reads: what a projection does, and what draws are made from."""
    return engine.needs(definition) | needs_of_draws(definition)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What a central path assumes: the files of a policy and of a scenario, and what of the latter is varied.

    `policy` and `scenario` are their names in rows and files, that of a scenario with what is varied, as
    ``baseline shift=-1``. Files and not what was read from them: they are what the record names, and they pickle.
    """

    policy: str
    scenario: str
    policy_file: Payload
    scenario_file: Payload
    changes: tuple[tuple[str, float], ...]

    def read_policy(self) -> NamedPolicy:
        """The policy."""
        return read_policy(self.policy_file, self.policy_file.name.removesuffix(".toml"))

    def read_scenario(self) -> Scenario:
        """The scenario with what is varied set."""
        found = read_scenario(self.scenario_file, self.scenario_file.name.removesuffix(".toml"))
        return changed(found, self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """A policy, a scenario and a seed; `number` is its place in the sweep."""

    number: int
    assumed: Assumed
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A block of paths of a combination, from `first_path` on."""

    combination: Combination
    first_path: int
    paths: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What came of a part: lines in millions, paths by months; `months` are ordinals of first days.

    `seconds` is how long it took where it was computed, the central path included where it was made for it, and
    `kernel` names how mortgage securities were followed.
    """

    months: IntArray
    lines: Mapping[str, IntArray]
    seconds: float
    kernel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What all parts share: what was known, and how far and how to look ahead. It pickles.

    Parameters
    ----------
    history
        What was loaded, of which views are made.
    as_of, hindsight
        What was known at the first is used; rates that came, where a scenario takes them, are those known at the
        second.
    definition
        The lines of the sheet.
    calendars
        By the name of whose calendar a policy follows.
    calibration
        What paths are drawn from.
    horizon, method, hold, lines
        As in `SweepFile`.
    software
        What must compute.
    central
        Central paths already made by this worker.
    """

    history: History
    as_of: datetime
    hindsight: datetime
    definition: Definition
    calendars: Mapping[str, PolicyCalendar]
    calibration: Calibration
    horizon: int
    method: Method
    hold: frozenset[Variable]
    lines: tuple[str, ...]
    software: Software
    central: Kept[Assumed, Projection] = field(repr=False)

    @staticmethod
    def of(
        view: View,
        definition: Definition,
        calendars: Mapping[str, PolicyCalendar],
        *,
        hindsight: datetime,
        horizon: int,
        method: Method,
        hold: frozenset[Variable],
        lines: tuple[str, ...],
        workers: int,
    ) -> World:
        """Gather what travels: of the books of holdings only those that a projection reads.

        Raises
        ------
        Unavailable, LookaheadError, EstimationError
            If what a projection or its draws need was not known.
        """
        noted: set[int] = set()
        history = view.history
        books = tuple(_noting(noted, number, book) for number, book in enumerate(history.books))
        seen = replace(history, books=books).at(view.as_of).narrow(view.needs)
        calibration = calibrate(seen, definition)
        # Which books are read depends on what was known, and on no policy, scenario or horizon.
        forecast(seen, definition, view.policy(engine.BANK), Scenario(id="", title="", says=""), 1)
        return World(
            history=replace(history, books=tuple(history.books[number] for number in sorted(noted))),
            as_of=view.as_of,
            hindsight=hindsight,
            definition=definition,
            calendars=calendars,
            calibration=calibration,
            horizon=horizon,
            method=method,
            hold=hold,
            lines=lines,
            software=Software.here(),
            central=Kept(workers + _SPARE),
        )

    def project(self, assumed: Assumed) -> Projection:
        """The central path of what is assumed."""
        view = self.history.at(self.as_of)
        policy, scenario = assumed.read_policy(), assumed.read_scenario()
        realised = scenario.rates is RatePath.REALISED
        return forecast(
            view,
            self.definition,
            policy.calendar(self.calendars[policy.follows], view.as_of),
            scenario,
            self.horizon,
            hindsight=self.history.at(self.hindsight) if realised else None,
        )


def _noting(noted: set[int], number: int, book: Book) -> Book:
    """The same book, which notes its number when its holdings are looked at."""
    return replace(book, holdings=Unread(partial(_noted, noted, number, book)))


def _noted(noted: set[int], number: int, book: Book) -> tuple[Holding, ...]:
    noted.add(number)
    return tuple(book.holdings)


def follow(world: World, part: Part) -> Followed:
    """Compute a part.

    Raises
    ------
    ConfigError
        If this worker has other software than the one that asks, or a scenario means nothing here.
    Unavailable, LookaheadError
        If what it needs was not known.
    """
    started = time.perf_counter()
    if (here := Software.here()) != world.software:
        raise ConfigError(
            "this worker has {found}; expected {expected}: with other software the same seed need not give the same "
            "figures",
            found=here.said(),
            expected=world.software.said(),
        )
    assumed = part.combination.assumed
    central = world.central.get(assumed, partial(world.project, assumed))
    found = ensemble(
        central,
        world.calibration,
        paths=part.paths,
        seed=part.combination.seed,
        method=world.method,
        hold=not_drawn(part.combination.assumed.policy, world.hold),
        first_path=part.first_path,
    )
    return Followed(
        months=found.months,
        lines={line: found.lines[line] for line in world.lines},
        seconds=time.perf_counter() - started,
        kernel=f"{found.kernel.name} ({found.kernel.arithmetic})",
    )


def parts_of(combinations: Sequence[Combination], *, paths: int, block: int) -> tuple[Part, ...]:
    """The parts of a sweep, combination by combination."""
    return tuple(
        Part(combination=combination, first_path=first, paths=min(block, paths - first))
        for combination in combinations
        for first in range(0, paths, block)
    )


def dealt(parts: Sequence[Part], lanes: int) -> Iterator[Part]:
    """Parts in the order in which they are begun: so many central paths side by side, each with its parts in a row.

    A worker that takes every so manieth part then stays with one central path, and two do not make the same one.
    """
    groups = [list(found) for _, found in groupby(parts, key=lambda part: part.combination.assumed)]
    for first in range(0, len(groups), lanes):
        for row in zip_longest(*groups[first : first + lanes]):
            yield from (part for part in row if part is not None)
