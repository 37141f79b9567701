"""Why the store says what it says of one period of a series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from runoff.actions.workspace import Workspace
from runoff.core.errors import Unavailable
from runoff.core.language import Words
from runoff.core.time import parse_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a file said of the period: the value, since when it is known, and when it was recorded.

    `in_force` marks the value that counts today; `kept` says whether the bytes of the file are in the store.
    """

    value: float
    known_at: datetime
    in_force: bool
    assumed: bool
    revised: bool
    file: str
    digest: str
    recorded_at: datetime
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Every vintage of one period, oldest first."""

    SHOWN: ClassVar = ("value", "known_at", "in_force", "assumed", "revised", "file", "recorded_at")

    series: str
    title: str
    period: date
    unit: str
    release: str
    rows: tuple[Told, ...]


def data_why(work: Workspace, words: Words, series: str, on: str) -> Why:
    """Why a series says what it says of a period: every vintage, when it was known, from which file.

    Parameters
    ----------
    series
        The series, by id or code.
    on
        The period: a date, the first day of a month or quarter.
    """
    spec, period = work.spec(series), parse_date(on, what="on")
    vintages = work.store.why(spec.id, period)
    if not vintages:
        raise Unavailable(
            "{id}: nothing is stored for {period}; `runoff series {code}` shows what is",
            id=spec.id,
            period=period,
            code=spec.code,
        )
    last = max(range(len(vintages)), key=lambda n: (vintages[n].known_at, n))
    return Why(
        series=spec.id,
        title=words.text(spec.title),
        period=period,
        unit=spec.unit.symbol,
        release=spec.release,
        rows=tuple(
            Told(
                value=vintage.value,
                known_at=vintage.known_at,
                in_force=number == last,
                assumed=vintage.assumed,
                revised=vintage.revised,
                file=vintage.file,
                digest=vintage.digest,
                recorded_at=vintage.recorded_at,
                kept=work.store.raw(vintage.digest) is not None,
            )
            for number, vintage in enumerate(vintages)
        ),
    )
