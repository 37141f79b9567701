"""A projection, and its most expensive part once more as plain Python: every security on every day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from bench.measure import Measured, pair
from runoff.actions.projections import DEFAULT_POLICY, DEFAULT_SCENARIO, run
from runoff.actions.workspace import Workspace
from runoff.core.time import last_day
from runoff.project.engine import Projection

_MONTHS = 24
_DAY = timedelta(days=1)


def projecting(work: Workspace, as_of: str) -> Iterator[Measured]:
    """Two years of both sides of the sheet, from a history already loaded or not: as the actions call it."""
    made = run(work, DEFAULT_POLICY, DEFAULT_SCENARIO, as_of=as_of, horizon=_MONTHS)
    yield pair(
        f"a projection of {_MONTHS} months",
        partial(run, work, DEFAULT_POLICY, DEFAULT_SCENARIO, as_of=as_of, horizon=_MONTHS),
        "principal of what the path holds, each security each day",
        partial(_day_by_day, made.found),
        target_seconds=2.0,
        runs=3,
    )


def _day_by_day(found: Projection) -> float:
    """What a literal calendar costs: the principal of every security held, on every day of the path."""
    total, day = 0.0, found.book.date
    end = last_day(date.fromordinal(int(found.months[-1])))
    positions = found.held.positions
    while day < end:
        day += _DAY
        total += sum(p.principal(day, found.prices) for p in positions if p.security.maturity > day)
    return total
