"""Whether a series is up to date, judged by when its next figure was due and not by its age in days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from runoff.core.series import Observation, Series, SeriesSpec
from runoff.core.time import ReleaseClock, next_period


class Condition(StrEnum):
    """How a series stands at a moment; unpublished is one that the store has and that had not begun to come out."""

    CURRENT = "current"
    LATE = "late"
    MISSING = "missing"
    UNPUBLISHED = "unpublished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """The state of a series: its last observation, and which figure is due next and when.

    `due` is None for a series without a calendar (a rate that holds until it is changed) and one with no observation.
    """

    spec: SeriesSpec
    condition: Condition
    last: Observation | None
    due_period: date | None
    due: datetime | None
    days_late: int


def freshness(
    spec: SeriesSpec, series: Series | None, clock: ReleaseClock, as_of: datetime, *, stored: bool = False
) -> Freshness:
    """Judge a series at `as_of`: late once the figure after its last one should have come out.

    `stored` says that the store has figures of it, known later than `as_of` where `series` has none.
    """
    if series is None or not len(series):
        condition = Condition.UNPUBLISHED if stored else Condition.MISSING
        return Freshness(spec=spec, condition=condition, last=None, due_period=None, due=None, days_late=0)
    last = series.last()
    period = next_period(last.period, spec.frequency, spec.release)
    due = None if period is None else clock.known_at(spec.release, period)
    while period is not None and due is None:  # a period that was never published
        period = next_period(period, spec.frequency, spec.release)
        due = None if period is None else clock.known_at(spec.release, period)
    late = due is not None and due <= as_of
    return Freshness(
        spec=spec,
        condition=Condition.LATE if late else Condition.CURRENT,
        last=last,
        due_period=period,
        due=due,
        days_late=(as_of.date() - due.date()).days if late and due is not None else 0,
    )
