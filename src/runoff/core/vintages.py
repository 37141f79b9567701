"""Vintages: what a figure was at each of its releases, and so what was known of it on any day.

A table of vintages gives, for each period, its values in the order they were published, each with the first and the
last day on which it was the published one (`realtime_start`, `realtime_end`), as the St. Louis Fed's archive does.
The day is the publisher's; the hour is that of the series' release rule, which is all that is assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import numpy as np

from runoff.core.errors import Unparseable
from runoff.core.series import Observations, SeriesSpec
from runoff.core.source import Payload
from runoff.core.tabular import MISSING, read_rows, require_columns
from runoff.core.time import NEW_YORK, ReleaseClock
from runoff.core.units import Unit

OPEN = date.max  # how the archive writes, 9999-12-31, that a value is still the published one

_COLUMNS = ("realtime_start", "date", "value")
# H.6 came out weekly, on Thursdays at 16:30, before it became a monthly release at 13:00 (Federal Reserve Board,
# Technical Q&As on the H.6 of 2021-02-23); an earlier vintage must not be known before its hour.
_LATER_HOURS = {"h6": (date(2021, 2, 23), time(16, 30))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vintage:
    """A value of a period, the first and the last day on which it was the published one, and its row in the file."""

    row: int
    period: date
    start: date
    end: date
    value: float


def read_vintages(payload: Payload, spec: SeriesSpec, unit: Unit, clock: ReleaseClock) -> Observations:
    """Read a CSV file of all vintages of a series: realtime_start, realtime_end, date, value.

    A row becomes known on its `realtime_start`, at the hour of the series' release. A file may leave `realtime_end`
    out: a value holds until the next in any case, and one that was withdrawn stays the last one known.

    Parameters
    ----------
    payload
        The file.
    spec, unit
        Which series it is, and the unit in which the file gives it.
    clock
        The release clock; it says the moment of a release that fell on its day, and the hour of any other.

    Raises
    ------
    Unparseable
        If a column is missing, a date or number cannot be read, or two values of a period hold on one day.
    UnitError
        If the unit is not the declared one.
    """
    found = tuple(_read(payload))
    if not found:
        raise Unparseable("{file}: a header and no value; is the file cut short?", file=payload.name)
    return observations(payload, found, spec, unit, clock)


def _read(payload: Payload) -> Iterator[Vintage]:
    for line, row in read_rows(payload):
        require_columns(payload.name, row, _COLUMNS)
        vintage = read_vintage(payload.name, line, row.get("realtime_end", row["realtime_start"]), row)
        if vintage is not None:
            yield vintage


def read_vintage(file: str, line: int, end: str, row: dict[str, str]) -> Vintage | None:
    """One row of a table of vintages; None where it holds no value.

    Raises
    ------
    Unparseable
        If a date or the number cannot be read, or the dates cannot be those of a release.
    """
    period = read_day(file, line, "date", row["date"])
    start = read_day(file, line, "realtime_start", row["realtime_start"])
    last = read_day(file, line, "realtime_end", end)
    if not period <= start <= last:
        raise Unparseable(
            "{file}, row {row}: a value of {period} published from {start} to {end}; expected a release after its "
            "period began and before its end: are the columns shifted?",
            file=file,
            row=line,
            period=period,
            start=start,
            end=last,
        )
    if (text := row["value"].strip()) in MISSING:
        return None
    return Vintage(row=line, period=period, start=start, end=last, value=read_value(file, line, text))


def read_day(file: str, row: int, column: str, text: str) -> date:
    """A day of a row.

    Raises
    ------
    Unparseable
        If the text is no ISO date.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Unparseable(
            "{file}, row {row}, column {column}: {text!r} is no date; expected 2019-09-18",
            file=file,
            row=row,
            column=column,
            text=text,
        ) from error


def read_value(file: str, row: int, text: str) -> float:
    """The number of a row.

    Raises
    ------
    Unparseable
        If the text is no finite number.
    """
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise Unparseable(
            "{file}, row {row}, column {column}: {text!r} is no number",
            file=file,
            row=row,
            column="value",
            text=text,
        )
    return value


def observations(
    payload: Payload,
    vintages: Iterable[Vintage],
    spec: SeriesSpec,
    unit: Unit,
    clock: ReleaseClock,
) -> Observations:
    """Vintages as rows, by period and then by the moment each became known.

    A value that repeats the one before it is the same vintage. No row is flagged `ASSUMED` or `REVISED`: each is what
    a reader saw from that day on.

    Raises
    ------
    Unparseable
        If two values of a period were the published one on the same day.
    UnitError
        If `unit` is not the declared one.
    """
    kept = _distinct(payload.name, sorted(vintages, key=lambda v: (v.period, v.start)))
    return Observations(
        spec=spec,
        unit=unit,
        periods=np.array([v.period.toordinal() for v in kept], dtype=np.int64),
        values=np.array([v.value for v in kept], dtype=np.float64),
        known_at=np.array(
            [int(_moment(spec, v.period, v.start, clock).timestamp()) for v in kept], dtype=np.int64
        ),
        flags=np.zeros(len(kept), dtype=np.uint8),
        digest=payload.digest,
    )


def _distinct(file: str, vintages: Sequence[Vintage]) -> list[Vintage]:
    """The vintages that say something new of their period; two that hold on one day are refused."""
    kept: list[Vintage] = []
    before: Vintage | None = None
    for vintage in vintages:
        if before is None or vintage.period != before.period:
            kept.append(vintage)
        else:
            if vintage.start <= before.end:
                raise Unparseable(
                    "{file}, rows {first} and {second}: two values of {period} published on {day}; expected one",
                    file=file,
                    first=before.row,
                    second=vintage.row,
                    period=vintage.period,
                    day=vintage.start,
                )
            if vintage.value != before.value:
                kept.append(vintage)
        before = vintage
    return kept


def _moment(spec: SeriesSpec, period: date, day: date, clock: ReleaseClock) -> datetime:
    """When a value published on `day` became known: the clock's own moment where it is of that day."""
    scheduled = clock.known_at(spec.release, period)
    if scheduled is not None and scheduled.date() == day:
        hour = scheduled.time()
    else:
        usual = ReleaseClock().known_at(spec.release, day)
        hour = time(23, 59, 59) if usual is None else usual.time()
    until, later = _LATER_HOURS.get(spec.release, (date.min, hour))
    return datetime.combine(day, max(hour, later) if day < until else hour, NEW_YORK)
