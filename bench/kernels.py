"""Mortgage securities on 10,000 paths: the kernels against the literal months, in numpy and in plain Python.

The baselines run on a few of the paths and are scaled to all of them, and their names say so: each path costs as much
as the next. A row's target is the lesser of its seconds and its multiple of the literal months. Everything runs on one
thread, and seconds are the processor's: on an idle machine the clock's too.

Treasury securities have no row: their par knows no rates, so that one path of it serves all (`project/treasuries.py`).
"""

from __future__ import annotations

import math
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial

import numpy as np

from bench.measure import Measured
from runoff.core.series import FloatArray
from runoff.project.kernels import Arithmetic
from runoff.project.mortgages import AgencyPlan, Cohorts, amounts, project
from runoff.project.prepayment import DEFAULT, MONTHS, PrepaymentModel, hazard, refinancing

_PATHS, _HORIZON = 10_000, 120
_FEW = 40  # paths of the literal months
_QUARTERS = 45
_LIMIT = 2.5  # seconds, of numpy
_CAP = 15e9  # dollars a month: what exceeds it buys mortgage securities at the coupons of its path

_MONTHS = np.array(
    [date(2026 + (10 + at) // 12, (10 + at) % 12 + 1, 1).toordinal() for at in range(_HORIZON)]
)


def following_mortgages() -> Iterator[Measured]:
    """900 cohorts, 120 months: without burnout, with it, and with purchases on the way."""
    start, rates = _book(), _rates()
    lets_go, capped = AgencyPlan.of(_HORIZON), AgencyPlan.of(_HORIZON, cap=_CAP)
    plain = replace(DEFAULT, burnout=0.0)
    _same(start, rates[:1], lets_go)
    python = _scaled(partial(_by_hand, start, rates[0], DEFAULT), 1)
    yield Measured(
        what=f"literal months with burnout, {_FEW} paths scaled to {_PATHS}",
        seconds=(literal := _literal(start, rates, lets_go, DEFAULT)),
        baseline="plain Python, 1 path scaled",
        baseline_seconds=python,
        target_seconds=math.inf,
    )
    yield Measured(
        what=f"mortgages.project, {_FEW} paths scaled to {_PATHS}",
        seconds=_scaled(partial(project, start, _MONTHS, rates[:_FEW], lets_go), _FEW),
        baseline="literal months",
        baseline_seconds=literal,
        target_seconds=math.inf,
    )
    for what, plan, model, arithmetic, paths, limit, times in (
        ("numpy, no burnout", lets_go, plain, Arithmetic.NUMPY, _PATHS, _LIMIT, 5),
        ("numpy, burnout", lets_go, DEFAULT, Arithmetic.NUMPY, _PATHS, math.inf, 5),
        ("compiled, burnout", lets_go, DEFAULT, Arithmetic.COMPILED, _PATHS, math.inf, 8),
        ("numpy, burnout and purchases", capped, DEFAULT, Arithmetic.NUMPY, _PATHS // 10, math.inf, 1),
        ("compiled, burnout and purchases", capped, DEFAULT, Arithmetic.COMPILED, _PATHS // 10, math.inf, 8),
    ):
        baseline = _literal(start, rates, plan, model) * paths / _PATHS
        run = partial(amounts, start, _MONTHS, rates[:paths], plan, model=model, arithmetic=arithmetic)
        amounts(start, _MONTHS, rates[:1], plan, model=model, arithmetic=arithmetic)  # compiles
        yield Measured(
            what=f"{what}: {paths} paths, {_peak(run):.0f} MB",
            seconds=min(_seconds(run) for _ in range(3)),
            baseline=f"literal months, {_FEW} paths scaled",
            baseline_seconds=baseline,
            target_seconds=min(limit, baseline / times),
        )


def _book() -> Cohorts:
    """Ten coupons, two terms, a cohort a quarter over eleven years, burnt out by a mortgage rate that fell and rose."""
    ages = 1.5 + 3.0 * np.arange(_QUARTERS)
    coupon, term, age = (
        axis.ravel() for axis in np.meshgrid(np.arange(1.5, 6.5, 0.5), [180, 360], ages, indexing="ij")
    )
    note_rate, burnt = coupon + DEFAULT.strip, np.zeros(len(coupon))
    for before in range(int(ages[-1]), 0, -1):
        rate = 4.75 + 1.75 * math.cos(before / 20)  # percent, from 3 to 6.5 and back
        burnt += (age >= before) * hazard(refinancing(note_rate - rate, burnt))
    return Cohorts(
        coupon=coupon,
        note_rate=note_rate,
        term=term.astype(np.int64),
        age=age,
        face=np.random.default_rng(4).uniform(0.5e9, 4e9, len(coupon)),
        burnout=burnt,
        recent=np.full(DEFAULT.memory, 6.5),
    )


def _rates() -> FloatArray:
    """Mortgage rates that wander from 6.5 percent, a quarter of a point a month."""
    steps = np.random.default_rng(4).normal(0, 0.25, (_PATHS, _HORIZON))
    return np.clip(6.5 + np.cumsum(steps, axis=1), 1.0, 14.0)


def _literal(start: Cohorts, rates: FloatArray, plan: AgencyPlan, model: PrepaymentModel) -> float:
    """Every cohort of every path, month by month, and nothing but the amounts, seconds."""
    return _scaled(partial(amounts, [start] * _FEW, _MONTHS, rates[:_FEW], plan, model=model), _FEW)


def _scaled(run: Callable[[], object], paths: int) -> float:
    return min(_seconds(run) for _ in range(3)) * _PATHS / paths


def _seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def _peak(run: Callable[[], object]) -> float:
    """Most memory at a time, megabytes: results among it."""
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def _same(start: Cohorts, rates: FloatArray, plan: AgencyPlan) -> None:
    """Refuse to compare what does not compute the same."""
    expected = _by_hand(start, rates[0], DEFAULT)
    for arithmetic in Arithmetic:
        found = amounts(start, _MONTHS, rates, plan, arithmetic=arithmetic).closing[0]
        np.testing.assert_allclose(found, expected, rtol=1e-9)


def _by_hand(start: Cohorts, rates: FloatArray, model: PrepaymentModel) -> list[float]:
    """What is left month by month on one path, in plain Python: `docs/methods/mortgage-runoff.md` word by word."""
    face, age, burnt = start.face.tolist(), start.age.tolist(), start.burnout.tolist()
    notes, terms = start.note_rate.tolist(), start.term.tolist()
    known, left = [*start.recent.tolist(), *rates.tolist()], []
    for at, first in enumerate(_MONTHS.tolist()):
        rate = sum(known[model.memory + at - lag] for lag in model.lags) / len(model.lags)
        month = date.fromordinal(first).month
        season = 1 + model.season * math.cos(2 * math.pi * (month - model.peak) / MONTHS)
        for k, note in enumerate(notes):
            monthly = note / 1200
            share = min(monthly / ((1 + monthly) ** max(terms[k] - age[k], 1) - 1), 1)
            young = model.refinanced + (1 - model.refinanced) * min(age[k] / model.ramp, 1)
            moved = model.turnover * math.exp(model.lock_in * min(note - rate, 0)) * young * season
            curve = 1 / (1 + math.exp(-(note - rate - model.midpoint) / model.width))
            refinanced = (
                -math.log1p(-model.refinancing / 100 * curve * math.exp(-model.burnout * burnt[k])) / 12
            )
            face[k] *= (1 - share) * math.exp(math.log1p(-moved / 100) / 12 - refinanced)
            age[k] += 1
            burnt[k] += refinanced
        left.append(sum(face))
    return left
