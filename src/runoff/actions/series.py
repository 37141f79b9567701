"""The values of one series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from runoff.actions.workspace import Workspace
from runoff.core.errors import ConfigError
from runoff.core.language import Words
from runoff.core.time import parse_date
from runoff.core.units import Frequency, Measure
from runoff.core.view import Needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value: its period, when it became known, and which file (by SHA-256) it is from."""

    date: date
    value: float
    known_at: datetime
    assumed: bool
    revised: bool
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesReport:
    """A series, what it is, and its values as known at `as_of`."""

    SHOWN: ClassVar = ("date", "value", "known_at", "assumed", "revised")

    as_of: datetime
    id: str
    title: str
    unit: str
    measure: Measure
    frequency: Frequency
    licence: str
    address: str
    rows: tuple[Value, ...]


def series(
    work: Workspace,
    words: Words,
    id: str,  # noqa: A002 - the word users know
    *,
    from_: str | None = None,
    to: str | None = None,
    as_of: str | None = None,
) -> SeriesReport:
    """The values of one series, as known at a date.

    Parameters
    ----------
    id
        The series, as publisher:code (frb:WALCL), or its code alone where that is enough (WALCL).
    from_
        The first date.
    to
        The last date.
    as_of
        A date or a time with a zone: only what was known then is shown.
    """
    spec = work.spec(id)
    view = work.view(Needs(series=frozenset({spec.id})), as_of)
    found = view.series(spec.id)
    start = parse_date(from_, what="from") if from_ else date.min
    end = parse_date(to, what="to") if to else date.max
    if start > end:
        raise ConfigError("from {start} is after to {end}: turn them round", start=start, end=end)
    rows = found.rows(start, end)
    return SeriesReport(
        as_of=view.as_of,
        id=spec.id,
        title=words.text(spec.title),
        unit=spec.unit.symbol,
        measure=spec.measure,
        frequency=spec.frequency,
        licence=words.text(spec.licence),
        address=spec.url,
        rows=tuple(
            Value(
                date=row.period,
                value=row.value,
                known_at=row.known_at,
                assumed=row.assumed,
                revised=row.revised,
                digest=row.digest,
            )
            for row in rows
        ),
    )
