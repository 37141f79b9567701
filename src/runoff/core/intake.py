"""Rows on their way into the store: what fits a series and what is known of it, and what is refused as a whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import numpy as np

from runoff.core.errors import UnitError, Unparseable
from runoff.core.series import ASSUMED, REVISED, FloatArray, Observations, Series, SeriesSpec
from runoff.core.time import NEW_YORK
from runoff.core.units import Frequency, Measure, Unit

# A wrong unit changes a value by a hundred (percent) or a thousand and more (money); no revision of a period does, and
# of periods that are not in the store hardly a series (ON RRP went from nil to trillions, over a year).
_OTHER_UNIT, _OTHER_UNIT_LATER = 50.0, 300.0
_SHEET_UNIT = Unit.parse("USD mn")
_COMPARED = 60  # of the last stored values, where the file shares no period with the store
# A series that in a year of weeks or more never moved by ten thirds from one figure to the next is not ten times itself
# at the last (seven, since it may move besides); of a rate, which moves by multiples near nil, only if those are points
# too. Over 58 series, figure by figure since their start, this refuses none, and five would refuse one; 30 are guarded.
_STEADY, _TENFOLD, _TOLD, _POINTS = 10 / 3, 7.0, 52, 5.0


def checked(rows: Observations, file: str, now: datetime, stored: Series | None) -> Observations:
    """The rows as they are appended, once they fit the series and what is stored of it.

    1. No value of the future, and each period one that the series can have (`_require_periods`).
    2. Amounts of a balance sheet are whole, and of the size of what is stored (`_require_size`).
    3. Of a rate that holds until it is changed, only the changes are kept.
    4. A value that differs from the stored one is a revision, known now; no row is known later than now. One that does
       not differ is left out: said again, it must not be taken for known since its first release.

    A last value of about ten times the one before, of a series that never moved so, is refused too (`_require_steady`).

    Raises
    ------
    Unparseable
        If the rows cannot be this series.
    UnitError
        If they are of another size than what is stored.
    """
    spec = rows.spec
    if not len(rows):
        raise Unparseable("{file}: no value of {id} in it", file=file, id=spec.id)
    last = date.fromordinal(int(rows.periods[-1]))
    if last > now.astimezone(NEW_YORK).date():
        raise Unparseable("{file}: {period} is in the future; correct its date", file=file, period=last)
    _require_periods(rows, file, stored)
    if spec.unit == _SHEET_UNIT and spec.measure is Measure.STOCK and np.any(rows.values % 1):
        raise Unparseable(
            "{file}: {id} is published in whole {unit}, and the file holds fractions",
            file=file,
            id=spec.id,
            unit=spec.unit.symbol,
        )
    if stored is not None and len(stored):
        _require_size(rows, file, stored)
        _require_steady(rows, file, stored)
    if spec.frequency is Frequency.STEP:
        rows = _changes(rows, stored)
    seconds = int(now.timestamp())
    known_at = np.minimum(rows.known_at, seconds)
    flags = rows.flags.copy()
    if stored is None:
        return replace(rows, known_at=known_at, flags=flags)
    before = {int(p): float(v) for p, v in zip(stored.periods, stored.values, strict=True)}
    told = [before.get(int(p)) for p in rows.periods]
    differs = np.array([b is not None and b != v for b, v in zip(told, rows.values, strict=True)], dtype=bool)
    new = np.array([b is None for b in told], dtype=bool)
    stated = (rows.flags & ASSUMED) == 0  # a row that states its moment is a vintage, and keeps it
    known_at[differs & ~stated] = seconds
    flags[differs & ~stated] |= REVISED
    keep = new | differs | stated
    return replace(
        rows,
        periods=rows.periods[keep],
        values=rows.values[keep],
        known_at=known_at[keep],
        flags=flags[keep],
    )


def _require_periods(rows: Observations, file: str, stored: Series | None) -> None:
    weekday = (
        None if stored is None or not len(stored) else date.fromordinal(int(stored.periods[-1])).weekday()
    )
    for period in rows.periods:
        day = date.fromordinal(int(period))
        if not _fits(rows.spec, day, weekday):
            raise Unparseable(
                "{file}: {period} is no period of {id}, which is {frequency}: a working day, the series' own weekday, "
                "or the first day of the month or quarter; leave the other rows out",
                file=file,
                period=day,
                id=rows.spec.id,
                frequency=rows.spec.frequency,
            )


def _fits(spec: SeriesSpec, day: date, weekday: int | None) -> bool:
    match spec.frequency:
        case Frequency.DAILY:
            return day.weekday() < 5
        case Frequency.WEEKLY:
            return weekday is None or day.weekday() == weekday
        case Frequency.MONTHLY:
            return day.day == 1
        case Frequency.QUARTERLY:
            return day.day == 1 and day.month % 3 == 1
        case Frequency.STEP:
            return True


def _require_size(rows: Observations, file: str, stored: Series) -> None:
    """Refuse a file whose values are of another size than those stored: a unit that is not the declared one."""
    common, mine, theirs = np.intersect1d(rows.periods, stored.periods, return_indices=True)
    new = np.abs(rows.values[mine] if len(common) else rows.values)
    old = np.abs(stored.values[theirs] if len(common) else stored.values[-_COMPARED:])
    size, expected = float(np.median(new)), float(np.median(old))
    limit = _OTHER_UNIT if len(common) else _OTHER_UNIT_LATER
    if expected and not 1 / limit < size / expected < limit:
        raise UnitError(
            "{file}: {id} in {unit} is about {size} there and {expected} in the store; is the file in another unit?",
            file=file,
            id=rows.spec.id,
            unit=rows.spec.unit.symbol,
            size=f"{size:,.6g}",
            expected=f"{expected:,.6g}",
        )


def _require_steady(rows: Observations, file: str, stored: Series) -> None:
    """Refuse a last value about ten times off the one before it, of a series that never moved so: a digit too many.

    Once a later figure confirms it, it is the last no more, and is taken.
    """
    order = np.lexsort((rows.known_at, rows.periods))
    periods, values = rows.periods[order], rows.values[order]
    last, value = int(periods[-1]), float(values[-1])
    if (same := stored.on(date.fromordinal(last))) is not None and same.value == value:
        return
    earlier = stored.periods < last
    told, mine = stored.values[earlier], values[periods < last]
    if len(told) < _TOLD or float(np.max(_moves(told))) >= _STEADY:
        return
    previous = float(mine[-1]) if len(mine) else float(told[-1])
    is_far = rows.spec.measure is not Measure.RATE or abs(value - previous) >= _POINTS
    if is_far and float(_moves(np.array([previous, value]))[0]) >= _TENFOLD:
        raise UnitError(
            "{file}: {id} of {period} is {value} {unit}, and {previous} before it; it never moved so: a digit too many "
            "or another unit? Nothing of the file was taken; it will be once the next figure confirms it",
            file=file,
            id=rows.spec.id,
            period=date.fromordinal(last),
            value=f"{value:,.6g}",
            previous=f"{previous:,.6g}",
            unit=rows.spec.unit.symbol,
        )


def _moves(values: FloatArray) -> FloatArray:
    """By how much each value is a multiple of the one before, or that of it; without bound through nil."""
    now, before = values[1:], values[:-1]
    small, large = np.minimum(np.abs(now), np.abs(before)), np.maximum(np.abs(now), np.abs(before))
    through_nil = now * before <= 0
    moves = np.where(through_nil, np.inf, large / np.where(through_nil, 1.0, small))
    return np.where(now == before, 1.0, moves)


def _changes(rows: Observations, stored: Series | None) -> Observations:
    """Of a rate given day by day, the days on which it changed, from the one in force before the file on."""
    before = stored.in_force(date.fromordinal(int(rows.periods[0]) - 1)) if stored is not None else None
    previous = np.concatenate(([np.nan if before is None else before.value], rows.values[:-1]))
    changed = rows.values != previous
    return replace(
        rows,
        periods=rows.periods[changed],
        values=rows.values[changed],
        known_at=rows.known_at[changed],
        flags=rows.flags[changed],
    )
