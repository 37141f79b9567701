"""Many paths against the engine path by path, and what common draws save."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from functools import partial

import numpy as np

from bench.measure import Measured, pair
from runoff.actions.drawn import Drawn, draw
from runoff.actions.projections import DEFAULT_POLICY, DEFAULT_SCENARIO, run
from runoff.actions.workspace import Workspace
from runoff.project.ensemble import ensemble
from runoff.project.fan import variance_ratio

_PATHS, _MONTHS = 1000, 24
_POLICIES = ("rmp-25", "bills-only", "60-35")
_YEAR = 12  # months


def many_paths(work: Workspace, as_of: str) -> Iterator[Measured]:
    """A thousand paths of two years; the baseline is one run of the engine, times a thousand."""
    found = _drawn(work, as_of, DEFAULT_POLICY, seed=1)
    one = pair(
        f"{_PATHS:,} paths of {_MONTHS} months, both sides",
        partial(ensemble, found.made.found, found.calibration, paths=_PATHS, seed=1),
        f"the engine {_PATHS:,} times (one run, times that)",
        partial(run, work, DEFAULT_POLICY, DEFAULT_SCENARIO, as_of=as_of, horizon=_MONTHS),
        target_seconds=1.0,
        runs=3,
    )
    yield Measured(
        what=one.what,
        seconds=one.seconds,
        baseline=one.baseline,
        baseline_seconds=one.baseline_seconds * _PATHS,
        target_seconds=one.target_seconds,
    )


def common_draws(work: Workspace, as_of: str) -> Iterator[str]:
    """By how much common draws reduce the variance of what a policy does to reserves after a year and after two."""
    first = _drawn(work, as_of, DEFAULT_POLICY, seed=1).paths.lines["reserves"].astype(np.float64)
    for policy in _POLICIES:
        same, other = (
            _drawn(work, as_of, policy, seed=seed).paths.lines["reserves"].astype(np.float64)
            for seed in (1, 2)
        )
        ratio, effect = variance_ratio(first, same, other), (same - first).mean(axis=0) / 1000
        yield (
            f"{policy:12} reserves {effect[_YEAR - 1]:+8.1f} and {effect[-1]:+8.1f} USD bn after 12 and {_MONTHS} "
            f"months; variance of the difference {ratio[_YEAR - 1]:.0f} and {ratio[-1]:.0f} times smaller"
        )


def memory(work: Workspace, as_of: str) -> float:
    """The most that arrays of a thousand paths take at once, megabytes."""
    found = _drawn(work, as_of, DEFAULT_POLICY, seed=1)
    tracemalloc.start()
    ensemble(found.made.found, found.calibration, paths=_PATHS, seed=1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def _drawn(work: Workspace, as_of: str, policy: str, *, seed: int) -> Drawn:
    """Paths on which policy itself holds no surprise."""
    return draw(
        work,
        policy,
        DEFAULT_SCENARIO,
        as_of=as_of,
        horizon=_MONTHS,
        paths=_PATHS,
        seed=seed,
        method="bootstrap",
        hold="policy",
    )
