"""Policies, scenarios and seeds, each with each, on many paths: on this machine or on a cluster, to Parquet."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from itertools import groupby, product
from pathlib import Path
from typing import ClassVar

import numpy as np

from runoff.actions.projections import Named, definition, named
from runoff.actions.sweep_folder import Folder, Quantiles, require_polars
from runoff.actions.sweeping import (
    ARITHMETIC,
    LINES,
    Assumed,
    Combination,
    Followed,
    Part,
    World,
    dealt,
    follow,
    needs,
    parts_of,
)
from runoff.actions.workspace import Workspace
from runoff.core.errors import ConfigError, RunoffError, Unavailable
from runoff.core.executor import Executor, Failed
from runoff.core.language import Words
from runoff.core.policy import PolicyPlugin
from runoff.core.policy_file import NamedPolicy
from runoff.core.registry import plugin
from runoff.core.run_record import Parameter, RunRecord, inputs_of
from runoff.core.source import Payload
from runoff.executors.cluster import Cluster
from runoff.executors.processes import Processes
from runoff.executors.threads import Threads
from runoff.project.engine import BANK
from runoff.project.fan import LEVELS
from runoff.project.scenario import RatePath, Scenario
from runoff.project.sweep_file import SweepFile, read_sweep

LOCAL, PROCESSES, CLUSTER = "local", "processes", "tcp://"
_FAILED = 1  # exit code: some parts have no result
_SHOWN_LINE = "reserves"

Task = Callable[[World, Part], Followed]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweptRow:
    """A combination: quantiles over its paths of one line at the last month end, in millions.

    `seconds` is what its parts took where they were computed, and `per_second` follows from it; None where all of
    them were there from an earlier run.
    """

    policy: str
    scenario: str
    seed: int
    paths: int
    month: str
    line: str
    p05: int
    p10: int
    p25: int
    p50: int
    p75: int
    p90: int
    p95: int
    seconds: float | None
    per_second: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep did: the record it is of, what it computed and what was there, and what has no result.

    `seconds` and `per_second` are of this run from its first part to its last; `failed` names parts and why.
    """

    SHOWN: ClassVar = ("policy", "scenario", "seed", "p05", "p50", "p95", "seconds", "per_second")

    as_of: datetime
    record: str
    output: str
    executor: str
    workers: int
    kernel: str
    line: str
    unit: str
    month: str
    computed: int
    kept: int
    failed: tuple[str, ...]
    seconds: float
    per_second: float | None
    rows: tuple[SweptRow, ...]

    @property
    def exit_code(self) -> int:
        """0 where every part is there, 1 where one failed."""
        return _FAILED if self.failed else 0


def sweep(
    work: Workspace,
    words: Words,
    file: Path,
    *,
    executor: str = LOCAL,
    output: Path,
    workers: int | None = None,
) -> Swept:
    """Policies, scenarios and seeds, each with each, on many paths, to Parquet: on this machine or on a cluster.

    The same file and the same data give the same bytes, whoever computes them. An interrupt leaves the parts that are
    done; the same command goes on where it stopped.

    Parameters
    ----------
    file
        A TOML file: policies, scenarios, seeds, paths, horizon, as_of, lines, method, hold, vary.
    executor
        local (threads), processes, or the address of a dask scheduler, tcp://HOST:PORT.
    output
        The folder for the parts, the record and the summary: a new one, or that of the same sweep.
    workers
        How many threads or processes; by default as many as there are processors.
    """
    require_polars()
    asked = _read(file)
    with executor_of(executor, workers) as runs:
        combinations = tuple(combined(asked, file.parent))
        world = world_of(work, asked, combinations, workers=runs.workers)
        return swept(
            work, words, asked, combinations, world, output, executor=runs, name=executor, task=follow
        )


@contextmanager
def executor_of(name: str, workers: int | None) -> Iterator[Executor]:
    """The executor of that name.

    Raises
    ------
    ConfigError
        If there is none, or a number of workers means nothing to it.
    Unavailable
        If nobody answers at the address.
    """
    if workers is not None and (workers < 1 or name.startswith(CLUSTER)):
        raise ConfigError(
            "--workers {workers} with --executor {name}: expected 1 or more with local or processes; a cluster has the "
            "workers it has",
            workers=workers,
            name=name,
        )
    count = workers or os.cpu_count() or 1
    if name == LOCAL:
        yield Threads(workers=count)
    elif name == PROCESSES:
        yield Processes(workers=count)
    elif name.startswith(CLUSTER):
        with Cluster.connect(name) as found:
            yield found
    else:
        raise ConfigError(
            "no executor {name!r}; there are local, processes, or the address of a scheduler, tcp://HOST:PORT",
            name=name,
        )


def swept(
    work: Workspace,
    words: Words,
    asked: SweepFile,
    combinations: Sequence[Combination],
    world: World,
    output: Path,
    *,
    executor: Executor,
    name: str,
    task: Task,
) -> Swept:
    """The same with everything handed in: what is known, who runs it, and what computes a part.

    Raises
    ------
    ConfigError
        If the folder holds something else.
    StoreError
        If it cannot be written; what was written stays.
    """
    record = record_of(asked, combinations, world)
    parts = parts_of(combinations, paths=asked.paths, block=asked.block)
    with Folder.open(output, record) as folder:
        there = folder.kept()
        wanted = [part for part in parts if (part.combination.number, part.first_path) not in there]
        order = list(dealt(wanted, executor.workers))
        started = time.perf_counter()
        run = _compute(work, folder, world, order, executor=executor, task=task)
        seconds = time.perf_counter() - started
        own = [list(found) for _, found in groupby(parts, key=lambda part: part.combination.number)]
        found = folder.summarise([each for each in own if run.failed.keys().isdisjoint(each)], asked.lines)
    rows = _rows(found, asked, run)
    computed = sum(part.paths for part in run.seconds)
    return Swept(
        as_of=world.as_of,
        record=record.digest,
        output=str(output),
        executor=name,
        workers=executor.workers,
        kernel="; ".join(sorted(run.kernels)),
        line=_shown_line(asked),
        unit="USD mn",
        month=rows[0].month if rows else "",
        computed=len(run.seconds),
        kept=len(parts) - len(wanted),
        failed=tuple(_told(words, part, error) for part, error in run.failed.items()),
        seconds=round(seconds, 3),
        per_second=round(computed / seconds, 1) if computed else None,
        rows=rows,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What became of the parts of this run: how long each took, and why some have no result."""

    seconds: dict[Part, float]
    failed: dict[Part, RunoffError]
    kernels: set[str]


def _compute(
    work: Workspace,
    folder: Folder,
    world: World,
    wanted: Sequence[Part],
    *,
    executor: Executor,
    task: Task,
) -> _Run:
    """Run what is wanted, and write each part as it is done."""
    run = _Run(seconds={}, failed={}, kernels=set())
    if not wanted:
        return run
    with closing(executor.run(task, world, wanted)) as outcomes:
        for count, outcome in enumerate(outcomes, start=1):
            part = wanted[outcome.number]
            if isinstance(outcome, Failed):
                run.failed[part] = outcome.error
            else:
                folder.keep(part, outcome.value)
                run.seconds[part] = outcome.value.seconds
                run.kernels.add(outcome.value.kernel)
            if work.progress is not None:
                assumed = part.combination.assumed
                work.progress(f"{assumed.policy}, {assumed.scenario}", count, len(wanted))
    return run


# --- what a file asks for ---------------------------------------------------------------------------------------------


def _read(file: Path) -> SweepFile:
    try:
        payload = Payload(file.name, file.read_bytes())
    except OSError as error:
        raise Unavailable("{file} cannot be read ({reason})", file=file, reason=error.strerror) from error
    return read_sweep(payload, LINES)


def combined(asked: SweepFile, beside: Path) -> Iterator[Combination]:
    """Each policy with each scenario, each change of it and each seed; files are read, and refused, here."""
    policies = {name: _file(NamedPolicy, "policies", name, beside) for name in asked.policies}
    scenarios = {name: _file(Scenario, "scenarios", name, beside) for name in asked.scenarios}
    combined = product(policies, scenarios, asked.changes(), asked.seeds)
    for number, (policy, scenario, changes, seed) in enumerate(combined):
        assumed = Assumed(
            policy=policy,
            scenario=" ".join((scenario, *(f"{key}={value:g}" for key, value in changes))),
            policy_file=policies[policy],
            scenario_file=scenarios[scenario],
            changes=changes,
        )
        yield Combination(number=number, assumed=assumed, seed=seed)


def _file(kind: type[Named], folder: str, name: str, beside: Path) -> Payload:
    """The file of a policy or a scenario: one that ships, or the user's own, which lies beside the sweep's.

    Raises
    ------
    RegistryError
        If none that ships bears the name.
    Unavailable, ConfigError
        If a file of the user's own cannot be read, or says what means nothing.
    """
    if name.endswith(".toml"):
        path = beside / name
        named(kind, str(path))
        return Payload(path.name, path.read_bytes())
    named(kind, name)
    entry = files("runoff") / folder / f"{name}.toml"
    return Payload(entry.name, entry.read_bytes())


def world_of(
    work: Workspace, asked: SweepFile, combinations: Sequence[Combination], *, workers: int
) -> World:
    """What is known for a sweep, and what its parts share.

    Raises
    ------
    Unavailable, LookaheadError, EstimationError
        If what a projection or its draws need was not known.
    """
    lines = definition()
    view = work.view(needs(lines), asked.as_of)
    follows = {BANK, *(one.assumed.read_policy().follows for one in combinations)}
    return World.of(
        view,
        lines,
        {name: plugin("policies", name, PolicyPlugin).calendar() for name in follows},
        hindsight=work.as_of(None),
        horizon=asked.horizon,
        method=asked.method,
        hold=asked.hold,
        lines=asked.lines,
        workers=workers,
    )


def record_of(asked: SweepFile, combinations: Sequence[Combination], world: World) -> RunRecord:
    """What the sweep follows from: what was asked for, and every file that was read."""
    every = {one.assumed.scenario_file: one.assumed.read_scenario() for one in combinations}
    ahead = any(scenario.rates is RatePath.REALISED for scenario in every.values())
    view = world.history.at(world.as_of)
    inputs = inputs_of(view, view.needs)
    if ahead:
        later = world.history.at(world.hindsight)
        inputs |= {f"hindsight {name}": found for name, found in inputs_of(later, later.needs).items()}
    for one in combinations:
        assumed = one.assumed
        inputs[f"policy {assumed.policy}"] = (assumed.policy_file.digest,)
        inputs[f"scenario {assumed.scenario.split()[0]}"] = (assumed.scenario_file.digest,)
    for name, calendar in world.calendars.items():
        inputs[f"calendar {name}"] = (hashlib.sha256(repr(calendar).encode()).hexdigest(),)
    return RunRecord(
        what="sweep",
        as_of=world.as_of,
        hindsight=world.hindsight if ahead else None,
        software=world.software,
        parameters=_parameters(asked),
        inputs=inputs,
    )


def _parameters(asked: SweepFile) -> dict[str, Parameter]:
    return {
        "policies": list(asked.policies),
        "scenarios": list(asked.scenarios),
        "vary": {key: list(values) for key, values in asked.vary.items()},
        "seeds": list(asked.seeds),
        "paths": asked.paths,
        "block": asked.block,
        "horizon": asked.horizon,
        "lines": list(asked.lines),
        "method": asked.method.value,
        "kernel": ARITHMETIC.value,
        "hold": [*sorted(variable.value for variable in asked.hold)],
    }


# --- what came of it --------------------------------------------------------------------------------------------------


def _told(words: Words, part: Part, error: RunoffError) -> str:
    return words.text(
        "{policy}, {scenario}, seed {seed}, paths {first} to {last}: {reason}",
        policy=part.combination.assumed.policy,
        scenario=part.combination.assumed.scenario,
        seed=part.combination.seed,
        first=part.first_path,
        last=part.first_path + part.paths - 1,
        reason=words.text(error.template, **error.values),
    )


def _shown_line(asked: SweepFile) -> str:
    """The line whose ends are shown: reserves, or the first of those written down."""
    return _SHOWN_LINE if _SHOWN_LINE in asked.lines else asked.lines[0]


def _rows(found: Sequence[Quantiles], asked: SweepFile, run: _Run) -> tuple[SweptRow, ...]:
    took: dict[int, list[tuple[int, float]]] = {}
    for part, seconds in run.seconds.items():
        took.setdefault(part.combination.number, []).append((part.paths, seconds))
    return tuple(
        _row(one, asked.paths, took.get(one.combination.number, ()))
        for one in found
        if one.line == _shown_line(asked)
    )


def _row(found: Quantiles, paths: int, took: Sequence[tuple[int, float]]) -> SweptRow:
    """The last month of a combination; `took` are the paths and seconds of the parts that this run computed."""
    assumed = found.combination.assumed
    seconds = sum(each for _, each in took)
    last = dict(zip(LEVELS, np.rint(found.levels[:, -1]).astype(np.int64).tolist(), strict=True))
    return SweptRow(
        policy=assumed.policy,
        scenario=assumed.scenario,
        seed=found.combination.seed,
        paths=paths,
        month=f"{found.days[-1]:%Y-%m}",
        line=found.line,
        p05=last[5],
        p10=last[10],
        p25=last[25],
        p50=last[50],
        p75=last[75],
        p90=last[90],
        p95=last[95],
        seconds=round(seconds, 3) if took else None,
        per_second=round(sum(count for count, _ in took) / seconds, 1) if took else None,
    )
