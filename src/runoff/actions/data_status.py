"""What is in the store and how fresh it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from runoff.actions.workspace import Workspace
from runoff.core.freshness import Condition
from runoff.core.language import Words
from runoff.core.view import Needs
from runoff.sections.data_status import remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesStatus:
    """How one series stands: its last period, when that was known, what was due when, and what brings it."""

    id: str
    title: str
    unit: str
    last_period: date | None
    known_at: datetime | None
    condition: Condition
    due_period: date | None
    due: datetime | None
    days_late: int
    revised: bool
    licence: str
    remedy: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataStatus:
    """Every series of the catalogue, as it stood at `as_of`."""

    SHOWN: ClassVar = ("id", "title", "last_period", "condition", "days_late")

    as_of: datetime
    rows: tuple[SeriesStatus, ...]


def data_status(work: Workspace, words: Words, *, as_of: str | None = None) -> DataStatus:
    """What is in the store, how fresh it is, and what brings the rest.

    A series is late once the figure after its last one should have come out by its release calendar.

    Parameters
    ----------
    as_of
        A date or a time with a zone: freshness is judged at that moment; by default the last at which anything in
        the store became known.
    """
    view = work.view(Needs(optional=frozenset(work.specs)), as_of)
    rows = []
    for series_id in work.specs:
        found = view.freshness(series_id)
        last = found.last
        rows.append(
            SeriesStatus(
                id=series_id,
                title=words.text(found.spec.title),
                unit=found.spec.unit.symbol,
                last_period=None if last is None else last.period,
                known_at=None if last is None else last.known_at,
                condition=found.condition,
                due_period=found.due_period,
                due=found.due,
                days_late=found.days_late,
                revised=found.spec.revised,
                licence=words.text(found.spec.licence),
                remedy=remedy(words, found)
                if found.condition in {Condition.LATE, Condition.MISSING}
                else None,
            )
        )
    return DataStatus(as_of=view.as_of, rows=tuple(rows))
