"""Reading tables of dated numbers: strict about dates, numbers and duplicates, and precise about errors."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import numpy as np

from runoff.core.errors import Unparseable
from runoff.core.series import ASSUMED, REVISED, Observations, SeriesSpec
from runoff.core.source import Payload
from runoff.core.time import ReleaseClock
from runoff.core.units import Unit

# How publishers write "no value"; anything else that is no number is an error.
MISSING = frozenset({"", "."})
# No statistic that runoff reads is older, and the holiday calendars end there.
_FIRST_YEAR, _LAST_YEAR = 1800, 2099


def read_rows(payload: Payload) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with a header, each with its line number.

    Raises
    ------
    Unparseable
        If the bytes are no text, are a web page, have no header or hold a row of another width.
    """
    try:
        text = payload.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unparseable("{file}: no UTF-8 text; save it as a CSV file", file=payload.name) from error
    if text.lstrip()[:1] == "<":
        raise Unparseable(
            "{file}: a web page, not a table; the publisher sent an error page: download it again",
            file=payload.name,
        )
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(_lines(payload.name, reader), [])
    if len(header) < 2:
        raise Unparseable(
            "{file}: expected a header with a date and at least one column, found {found!r}",
            file=payload.name,
            found=",".join(header),
        )
    if doubled := sorted({name for name in header if header.count(name) > 1}):
        raise Unparseable(
            "{file}: two columns named {names}; rename or remove one",
            file=payload.name,
            names=", ".join(doubled),
        )
    for cells in _lines(payload.name, reader):
        if len(cells) != len(header):
            raise Unparseable(
                "{file}, line {line}: expected {expected} columns, found {found}; is the file cut short?",
                file=payload.name,
                line=reader.line_num,
                expected=len(header),
                found=len(cells),
            )
        yield reader.line_num, dict(zip(header, cells, strict=True))


def _lines(file: str, reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise Unparseable(
            "{file}: no CSV file ({reason}); is a quotation mark left open?", file=file, reason=error
        ) from error


def require_columns(file: str, row: Mapping[str, str], wanted: Iterable[str]) -> None:
    """Refuse a row that lacks a column.

    Raises
    ------
    Unparseable
        If it does.
    """
    if missing := [column for column in wanted if column not in row]:
        raise Unparseable(
            "{file}: no column {missing}; found {found}",
            file=file,
            missing=", ".join(missing),
            found=", ".join(row),
        )


def read_columns(
    payload: Payload, wanted: Mapping[str, tuple[SeriesSpec, Unit]], clock: ReleaseClock
) -> tuple[Observations, ...]:
    """Read columns of dated numbers; the first column is the date, empty cells and "." are missing.

    A row becomes known when the release clock of its series says so, and is flagged `ASSUMED`.

    Parameters
    ----------
    payload
        The file.
    wanted
        For each column: the series it is, and the unit in which the file gives it.
    clock
        When figures become known; one that is never published is refused.

    Raises
    ------
    Unparseable
        If a column is missing, a date or number cannot be read, or a date appears twice or out of order.
    UnitError
        If a unit is not the declared one.
    """
    periods: dict[str, list[int]] = {column: [] for column in wanted}
    values: dict[str, list[float]] = {column: [] for column in wanted}
    previous: date | None = None
    for line, row in read_rows(payload):
        require_columns(payload.name, row, wanted)
        period = _date(payload.name, line, next(iter(row.values())))
        if previous is not None and period <= previous:
            raise Unparseable(
                "{file}, line {line}: {period} comes after {previous}; expected each date once, in order",
                file=payload.name,
                line=line,
                period=period,
                previous=previous,
            )
        previous = period
        for column in wanted:
            if (cell := row[column].strip()) not in MISSING:
                periods[column].append(period.toordinal())
                values[column].append(_number(payload.name, line, column, cell))
    if previous is None:
        raise Unparseable("{file}: a header and no row; is the file cut short?", file=payload.name)
    seconds: dict[tuple[str, int], int] = {}  # columns of one file share their clock
    return tuple(
        clocked(spec, unit, periods[column], values[column], clock, payload.digest, seconds)
        for column, (spec, unit) in wanted.items()
    )


def clocked(
    spec: SeriesSpec,
    unit: Unit,
    periods: list[int],
    values: list[float],
    clock: ReleaseClock,
    digest: str,
    seconds: dict[tuple[str, int], int] | None = None,
) -> Observations:
    """Rows (ordinals and values) dated by the release clock of their series; `seconds` remembers what it said.

    Raises
    ------
    Unparseable
        If a period was never published.
    UnitError
        If `unit` is not the declared one.
    """
    seconds = {} if seconds is None else seconds
    return Observations(
        spec=spec,
        unit=unit,
        periods=np.array(periods, dtype=np.int64),
        values=np.array(values, dtype=np.float64),
        known_at=np.array([_known_at(spec, period, clock, seconds) for period in periods], dtype=np.int64),
        flags=np.full(len(periods), ASSUMED | (REVISED if spec.revised else 0), dtype=np.uint8),
        digest=digest,
    )


def _known_at(spec: SeriesSpec, period: int, clock: ReleaseClock, seconds: dict[tuple[str, int], int]) -> int:
    key = (spec.release, period)
    if key not in seconds:
        moment = clock.known_at(spec.release, date.fromordinal(period))
        if moment is None:
            raise Unparseable(
                "{id}: a value for {period}, a period that was never published",
                id=spec.id,
                period=date.fromordinal(period),
            )
        seconds[key] = int(moment.timestamp())
    return seconds[key]


def _date(file: str, line: int, cell: str) -> date:
    try:
        found = date.fromisoformat(cell.strip())
    except ValueError as error:
        raise Unparseable(
            "{file}, line {line}: {cell!r} is no date; expected 2019-09-18", file=file, line=line, cell=cell
        ) from error
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise Unparseable(
            "{file}, line {line}: the year of {cell} is outside {first} to {last}; correct it",
            file=file,
            line=line,
            cell=cell,
            first=_FIRST_YEAR,
            last=_LAST_YEAR,
        )
    return found


def _number(file: str, line: int, column: str, cell: str) -> float:
    try:
        return float(cell)
    except ValueError as error:
        raise Unparseable(
            "{file}, line {line}, column {column}: {cell!r} is no number",
            file=file,
            line=line,
            column=column,
            cell=cell,
        ) from error
