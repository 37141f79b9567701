"""The repo crunch of September 2019, gauge by gauge: what it looked like week by week, and how near another day is.

Each gauge is a number of a week that ends on a Wednesday (`weekly`): levels and changes of the H.4.1 of that day, and
of daily rates the median and the highest of the five market days to it. A day is as far on the way as it lies between
the calm reference, the median of the first half of 2018, and the week of 18 September 2019 (`distances`):

    way = (now − calm) / (crunch − calm)

Nil is calm, one hundred percent is September 2019. A gauge that in September 2019 stood within what the calm half-year
already had seen measures no distance, and says so.

References
----------
Anbil, Anderson and Senyuz (2020), "What Happened in Money Markets in September 2019?", FEDS Notes. Copeland, Duffie
and Yang (2021), "Reserves Were Not So Ample After All", Federal Reserve Bank of New York Staff Report 974.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from runoff.core.errors import LookaheadError
from runoff.core.language import said
from runoff.core.series import FloatArray, IntArray, Observation, Series
from runoff.core.time import WEDNESDAY, is_market_day
from runoff.core.units import BASIS_POINTS, PERCENT, USD_BILLIONS, Unit
from runoff.core.view import Needs, View
from runoff.impact.funding import WEEK, DateKind, date_kind, level, spread_over_reserves

_RESERVES, _TGA, _ON_RRP, _GDP = "frb:WRBWFRBL", "frb:WDTGAL", "frb:WLRRAOL", "bea:GDP"
_SOFR, _EFFR, _IOR, _P99 = "nyfed:SOFR", "nyfed:EFFR", "frb:IOR", "nyfed:SOFR.P99"
NEEDS = Needs(
    series=frozenset({_RESERVES}),
    optional=frozenset({_TGA, _ON_RRP, _GDP, _SOFR, _EFFR, _IOR, _P99}),
)

# Repo rates were near the rate on reserves and quiet, and run-off had a year to go.
CALM = (date(2018, 1, 1), date(2018, 6, 30))
# The H.4.1 of the week in which SOFR reached 5.25 percent; reserves fell to 1,385 billion dollars.
CRUNCH = date(2019, 9, 18)
# Of the calm half-year's weeks a gauge must have at least so many: SOFR begins in April 2018. Ours.
_ENOUGH_CALM = 8
# Market days, two weeks: as far as the next tax or settlement date is worth a sentence. Ours.
_DATES_AHEAD = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A gauge: what it is called, its unit, what it reads, and its values by the day they describe.

    A figure of the first of `reads` must not be late; a late one of the others holds until the next.
    """

    id: str
    title: str
    unit: Unit
    reads: tuple[str, ...]
    values: Callable[[tuple[Series, ...]], tuple[IntArray, FloatArray]]
    daily: bool = False


def _billions(rows: tuple[Series, ...]) -> tuple[IntArray, FloatArray]:
    return rows[0].periods, rows[0].to("USD bn").values


def _over_gdp(rows: tuple[Series, ...]) -> tuple[IntArray, FloatArray]:
    """Percent of the annual GDP last published when the sheet came out."""
    reserves, gdp = rows[0].to("USD bn"), rows[1].to("USD bn")
    index = np.searchsorted(np.maximum.accumulate(gdp.known_at), reserves.known_at, "right") - 1
    there = index >= 0
    return reserves.periods[there], 100.0 * reserves.values[there] / gdp.values[index[there]]


def _change(rows: tuple[Series, ...]) -> tuple[IntArray, FloatArray]:
    """The change over a week, where the week before is there."""
    periods, values = _billions(rows)
    there = np.diff(periods) == 7
    return periods[1:][there], np.diff(values)[there]


def _usual(rows: tuple[Series, ...]) -> tuple[IntArray, FloatArray]:
    """The median spread over the rate on reserves of five market days."""
    periods, spread = spread_over_reserves(rows[0], rows[1])
    return periods[WEEK - 1 :], level(spread)[WEEK - 1 :]


def _highest(rows: tuple[Series, ...]) -> tuple[IntArray, FloatArray]:
    """The highest spread of five market days less their median."""
    periods, spread = spread_over_reserves(rows[0], rows[1])
    if len(periods) < WEEK:
        return periods[:0], spread[:0]
    high = np.lib.stride_tricks.sliding_window_view(spread, WEEK).max(axis=1)
    return periods[WEEK - 1 :], high - level(spread)[WEEK - 1 :]


def _dearest(rows: tuple[Series, ...]) -> tuple[IntArray, FloatArray]:
    """The median over five market days of the 99th percentile less the rate itself."""
    common, wide, narrow = np.intersect1d(rows[0].periods, rows[1].periods, return_indices=True)
    spread = rows[0].spec.unit.to(BASIS_POINTS, rows[0].values[wide] - rows[1].values[narrow])
    return common[WEEK - 1 :], level(spread)[WEEK - 1 :]


MEASURES = (
    Measure(
        id="reserves_gdp",
        title=said("Reserves over GDP"),
        unit=PERCENT,
        reads=(_RESERVES, _GDP),
        values=_over_gdp,
    ),
    Measure(id="reserves", title=said("Reserves"), unit=USD_BILLIONS, reads=(_RESERVES,), values=_billions),
    Measure(
        id="tga_change",
        title=said("Treasury account, change over the week"),
        unit=USD_BILLIONS,
        reads=(_TGA,),
        values=_change,
    ),
    Measure(
        id="sofr_ior",
        title=said("SOFR − interest on reserves, week's median"),
        unit=BASIS_POINTS,
        reads=(_SOFR, _IOR),
        values=_usual,
        daily=True,
    ),
    Measure(
        id="effr_ior",
        title=said("EFFR − interest on reserves, week's median"),
        unit=BASIS_POINTS,
        reads=(_EFFR, _IOR),
        values=_usual,
        daily=True,
    ),
    Measure(
        id="sofr_high",
        title=said("SOFR, week's highest − week's median"),
        unit=BASIS_POINTS,
        reads=(_SOFR, _IOR),
        values=_highest,
        daily=True,
    ),
    Measure(
        id="sofr_p99",
        title=said("SOFR, 99th percentile − SOFR, week's median"),
        unit=BASIS_POINTS,
        reads=(_P99, _SOFR),
        values=_dearest,
        daily=True,
    ),
    Measure(
        id="on_rrp",
        title=said("Overnight reverse repos"),
        unit=USD_BILLIONS,
        reads=(_ON_RRP,),
        values=_billions,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """Gauges by week: one value per Wednesday (ordinals), NaN where there is none, in the units of `MEASURES`."""

    wednesdays: IntArray
    values: Mapping[str, FloatArray]


def weekly(view: View, first: date, last: date) -> Weekly:
    """Every gauge on the Wednesdays from `first` to `last`, as far as it is known.

    A rate of a Wednesday without one (a holiday) is that of the last market day before it, up to a week old.
    """
    start = first.toordinal() + (WEDNESDAY - first.weekday()) % 7
    wednesdays = np.arange(start, last.toordinal() + 1, 7, dtype=np.int64)
    values = {}
    for measure in MEASURES:
        known = [view.known(name) for name in measure.reads]
        rows = tuple(series for series in known if series is not None)
        values[measure.id] = (
            _sampled(measure, *measure.values(rows), wednesdays)
            if len(rows) == len(known)
            else np.full(len(wednesdays), np.nan)
        )
    return Weekly(wednesdays=wednesdays, values=values)


def _sampled(measure: Measure, periods: IntArray, values: FloatArray, days: IntArray) -> FloatArray:
    """The values in force on `days`: of a daily gauge up to six days old, of a weekly one of that day."""
    if not len(periods):
        return np.full(len(days), np.nan)
    index = np.searchsorted(periods, days, "right") - 1
    age = days - periods[np.maximum(index, 0)]
    return np.where((index >= 0) & (age <= (6 if measure.daily else 0)), values[np.maximum(index, 0)], np.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """How far a gauge is on the way from calm to September 2019.

    Parameters
    ----------
    now, calm, crunch
        In the unit of the measure; None where there is none.
    calm_low, calm_high
        The lowest and highest week of the calm half-year.
    way
        Percent: nil is calm, one hundred September 2019; None where it cannot be measured, and `note` says why.
    rows
        The observations that `now` is made of, the first being the gauge's own.
    """

    measure: Measure
    now: float | None = None
    calm: float | None = None
    calm_low: float | None = None
    calm_high: float | None = None
    crunch: float | None = None
    way: float | None = None
    note: str | None = None
    rows: tuple[Observation, ...] = ()


def distances(view: View) -> tuple[Distance, ...]:
    """Every gauge's distance, in the order of `MEASURES`; late and missing ones say so.

    Raises
    ------
    LookaheadError
        If September 2019 had not happened yet.
    """
    crunch = view.series(_RESERVES).on(CRUNCH)
    if crunch is None:
        raise LookaheadError(
            "the week of {week}, which every gauge is held against, is not known at {as_of}: take a later date",
            week=CRUNCH,
            as_of=view.as_of.isoformat(),
        )
    return tuple(_distance(view, measure) for measure in MEASURES)


def _distance(view: View, measure: Measure) -> Distance:
    known = [view.known(name) for name in measure.reads]
    rows = tuple(series for series in known if series is not None)
    if len(rows) < len(known):
        return Distance(measure=measure, note=said("no data: not in the store, or not known at this date"))
    if view.is_late(measure.reads[0]):
        return Distance(measure=measure, note=said("no data: late, a newer figure was due"))
    periods, values = measure.values(rows)
    if not len(periods):
        return Distance(measure=measure, note=said("no data: too few days are known"))
    last = date.fromordinal(int(periods[-1]))
    observed = (rows[0].at(last), *(row for other in rows[1:] if (row := other.in_force(last)) is not None))
    return _placed(measure, periods, values, observed)


def _placed(
    measure: Measure, periods: IntArray, values: FloatArray, rows: tuple[Observation, ...]
) -> Distance:
    """Where the last value lies between the calm half-year and September 2019."""
    now = round(float(values[-1]), 6)
    start = CALM[0].toordinal() + (WEDNESDAY - CALM[0].weekday()) % 7
    wednesdays = np.arange(start, CALM[1].toordinal() + 1, 7, dtype=np.int64)
    calm = _sampled(measure, periods, values, wednesdays)
    calm = calm[np.isfinite(calm)]
    crunch = float(_sampled(measure, periods, values, np.array([CRUNCH.toordinal()]))[0])
    if len(calm) < _ENOUGH_CALM or not np.isfinite(crunch):
        return Distance(
            measure=measure, now=now, rows=rows, note=said("its history does not reach back to 2018 and 2019")
        )
    middle, low, high = float(np.median(calm)), float(calm.min()), float(calm.max())
    inside = low <= crunch <= high
    return Distance(
        measure=measure,
        now=now,
        calm=round(middle, 6),
        calm_low=round(low, 6),
        calm_high=round(high, 6),
        crunch=round(crunch, 6),
        way=None if inside else round(100.0 * (now - middle) / (crunch - middle), 3),
        note=said("in September 2019 it stood within the range of the calm half-year: no distance to measure")
        if inside
        else None,
        rows=rows,
    )


def dates_ahead(after: date) -> tuple[tuple[date, DateKind], ...]:
    """The dates that lift repo rates among the ten market days after `after`, the days after them left out.

    Examples
    --------
    >>> [(day.isoformat(), kind.value) for day, kind in dates_ahead(date(2019, 9, 11))]
    [('2019-09-16', 'tax_date')]
    """
    found, day, market_days = [], after, 0
    while market_days < _DATES_AHEAD:
        day = date.fromordinal(day.toordinal() + 1)
        if not is_market_day(day):
            continue
        market_days += 1
        kind = date_kind(day)
        if kind is not DateKind.ORDINARY and not kind.startswith("after_"):
            found.append((day, kind))
    return tuple(found)
