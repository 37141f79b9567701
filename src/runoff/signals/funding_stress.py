"""Funding stress: whether overnight money is dearer than the rate on reserves, the last months and the date explain.

1. SOFR less the rate on reserves is taken apart: baseline, what the date explains, the rest (`impact.funding.tension`).
2. The excess of a day is what exceeds both the rate on reserves and what was to be expected of that day; level, speed,
   tail, federal funds and the standing repo facility stand beside it (`measures`).
3. Each climbs its ladder of thresholds (`LADDERS`); the highest of them is the day's rung, and the state rises at once
   and falls only after `LEAVING_DAYS` days below lower thresholds (`states`).

The thresholds are steps of the framework itself, fixed before the rule was scored; docs/methods/funding-stress.md has
the scores.

References
----------
Federal Open Market Committee, implementation notes (rate on reserves, standing repo rate, target range). Federal
Reserve Bank of New York, reference rates and standing repo operations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from runoff.core.errors import EstimationError
from runoff.core.language import Words, said
from runoff.core.report import Plot, PlotKind
from runoff.core.series import FloatArray, IntArray, Observation, Series
from runoff.core.signal import Gauge, Reading, SignalPlugin, Threshold
from runoff.core.units import BASIS_POINTS, PERCENT, USD_BILLIONS
from runoff.core.view import Needs, View
from runoff.impact.alarms import Ladder, held
from runoff.impact.funding import DateKind, Tension, change, level, on_days, spread_over_reserves, tension

_SOFR, _IOR, _TGCR, _EFFR, _SRF = "nyfed:SOFR", "frb:IOR", "nyfed:TGCR", "nyfed:EFFR", "nyfed:SRF"
_P99, _VOLUME = "nyfed:SOFR.P99", "nyfed:SOFR.VOLUME"
_OPTIONAL = (_TGCR, _EFFR, _SRF, _P99, _VOLUME)
CALM, WATCH, WARNING, STRESS = "calm", "watch", "warning", "stress"
_ORDER = (CALM, WATCH, WARNING, STRESS)

# The step in which the rate on reserves was moved within the target range: implementation notes of 2018-06-13,
# 2018-12-19, 2019-05-01, 2019-09-18, 2020-01-29 and 2021-06-16.
_ADJUSTMENT = 5.0
# How far the standing repo rate, at the top of the target range, lies above the rate on reserves: implementation notes
# since 2021-07-28. Who pays more could borrow from the central bank at less.
_STANDING_REPO_RATE = 10.0
# The width of the target range, and the usual step of policy: implementation notes since 2008-12-16.
_TARGET_RANGE = 25.0
# Of an operation, USD bn: above the Desk's small value exercises, each below 1; and ten times that. Ours.
_USE, _LARGE_USE = 1.0, 10.0
# Half a threshold is given back before it is left, so that one basis point of noise raises no second alarm; of the rate
# on reserves itself, the one basis point in which rates are published.
_TICK = 1.0
LEAVING_DAYS = 5

_EXCESS = Ladder(
    enter=(_ADJUSTMENT, _STANDING_REPO_RATE, _TARGET_RANGE),
    give=(_ADJUSTMENT / 2, _STANDING_REPO_RATE / 2, _TARGET_RANGE / 2),
)
_AT_RESERVES = Ladder(enter=(0.0,), give=(_TICK,))
_SPEED = Ladder(enter=(_ADJUSTMENT,), give=(_ADJUSTMENT / 2,))
LADDERS: Mapping[str, Ladder] = {
    "excess": _EXCESS,
    # A week's median moves less than a day: a week above an adjustment is a warning, above the facility's rate stress.
    "week_excess": Ladder(
        enter=(_ADJUSTMENT, _ADJUSTMENT, _STANDING_REPO_RATE),
        give=(_ADJUSTMENT / 2, _ADJUSTMENT / 2, _STANDING_REPO_RATE / 2),
    ),
    "week": _AT_RESERVES,
    "change_5": _SPEED,
    "change_20": _SPEED,
    "tail_excess": Ladder(
        enter=(_STANDING_REPO_RATE, _TARGET_RANGE), give=(_STANDING_REPO_RATE / 2, _TARGET_RANGE / 2)
    ),
    "effr_ior": _AT_RESERVES,
    "srf": Ladder(enter=(_USE, _LARGE_USE), give=(_USE / 2, _LARGE_USE / 2)),
}

# Three years of market days: what the medians of dates look back on. With fewer the reading is less sure.
_FULL_HISTORY = 756
# What a missing or late one of the optional series, and a date with few earlier ones, take from the confidence. Ours.
_MISSING_COSTS, _FEW_DATES_COST, _FEW_DATES = 0.1, 0.2, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What is held against the ladders, day by day: by name, one value per day, NaN where there is none."""

    tension: Tension
    values: Mapping[str, FloatArray]


def measures(
    spread: Tension, *, tail: Tension | None, effr: FloatArray | None, srf: FloatArray | None
) -> Measures:
    """The numbers that decide, on the days of the spread.

    Parameters
    ----------
    spread
        SOFR less the rate on reserves, taken apart.
    tail
        The 99th percentile of the rates behind SOFR less SOFR, taken apart; None where it is not known.
    effr, srf
        EFFR less the rate on reserves, basis points, and standing repos, USD bn, on the days of the spread.
    """
    week = level(spread.adjusted)
    values = {
        "excess": np.minimum(spread.deviation, spread.spread),
        "week_excess": np.minimum(week - spread.baseline, week),
        "week": week,
        "change_5": change(week, days=5),
        "change_20": change(week, days=20),
    }
    if tail is not None:
        values["tail_excess"] = on_days(spread.periods, (tail.periods, tail.deviation))
    if effr is not None:
        values["effr_ior"] = effr
    if srf is not None:
        values["srf"] = srf
    return Measures(tension=spread, values=values)


def states(found: Measures, ladders: Mapping[str, Ladder] = LADDERS) -> IntArray:
    """The state of each day as an index into calm, watch, warning and stress."""
    shape = len(found.tension.periods)
    rises, stays = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for name, ladder in ladders.items():
        if (values := found.values.get(name)) is not None:
            rises = np.maximum(rises, ladder.rises(values))
            stays = np.maximum(stays, ladder.stays(values))
    return held(rises, stays, days=LEAVING_DAYS)


# --- Reading -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inputs:
    """The series of a reading, and what is wrong with those that are not there or late.

    A late series still counts on the days it has; on the last day of SOFR it then has no value and raises nothing.
    """

    sofr: Series
    ior: Series
    others: Mapping[str, Series]
    notes: Mapping[str, str]


def _inputs(view: View) -> _Inputs:
    others, notes = {}, {}
    for name in _OPTIONAL:
        if (series := view.known(name)) is None:
            notes[name] = said("not in the store, or not known at this date")
            continue
        others[name] = series
        if view.is_late(name):
            notes[name] = said("late: a newer figure was due, and the state is read without it")
    return _Inputs(sofr=view.series(_SOFR), ior=view.series(_IOR), others=others, notes=notes)


def _measured(inputs: _Inputs) -> Measures:
    spread = tension(*spread_over_reserves(inputs.sofr, inputs.ior))
    effr, srf, p99 = (inputs.others.get(name) for name in (_EFFR, _SRF, _P99))
    return measures(
        spread,
        tail=None if p99 is None else _tail(p99, inputs.sofr),
        effr=None if effr is None else on_days(spread.periods, spread_over_reserves(effr, inputs.ior)),
        srf=None if srf is None else on_days(spread.periods, (srf.periods, srf.to("USD bn").values)),
    )


def _tail(p99: Series, sofr: Series) -> Tension | None:
    """The 99th percentile less SOFR on the days that have both; None where they are too few to know the usual."""
    common, theirs, ours = np.intersect1d(p99.periods, sofr.periods, assume_unique=True, return_indices=True)
    wide = p99.spec.unit.to(BASIS_POINTS, p99.values[theirs]) - sofr.spec.unit.to(
        BASIS_POINTS, sofr.values[ours]
    )
    try:
        return tension(common, np.round(wide, 6))
    except EstimationError:
        return None


def read(view: View) -> Reading:
    """The state of funding on the last day of SOFR known, and the numbers behind it.

    Raises
    ------
    RunoffError
        If SOFR or the rate on reserves is missing, or known for too few days.
    """
    inputs = _inputs(view)
    found = _measured(inputs)
    if not np.isfinite(found.values["week_excess"][-1]):
        raise EstimationError(
            "funding spread: {found} days are known; expected a week with a baseline before it: take a later date, or "
            "runoff update",
            found=len(found.tension.periods),
        )
    history = states(found)
    rung = int(history[-1])
    return Reading(
        signal="funding_stress",
        as_of=view.as_of,
        state=_ORDER[rung],
        confidence=_confidence(found.tension, inputs),
        gauges=_gauges(found, inputs),
        facts={
            "day": _day(found.tension, -1).isoformat(),
            "date_kind": found.tension.kind(-1).value,
            "state_since": _day(found.tension, _since(history)).isoformat(),
            "drivers": " ".join(_drivers(found, rung)),
        },
    )


def _day(spread: Tension, index: int) -> date:
    return date.fromordinal(int(spread.periods[index]))


def _since(history: IntArray) -> int:
    """The index of the first day of the state that the last day is in."""
    others = np.flatnonzero(history != history[-1])
    return int(others[-1]) + 1 if len(others) else 0


def _drivers(found: Measures, rung: int) -> list[str]:
    """The measures that reach the last day's state; else those that hold it; none where it waits out its days."""
    if not rung:
        return []
    last = {name: found.values[name][-1:] for name in LADDERS if name in found.values}
    reaching = [name for name, value in last.items() if LADDERS[name].rises(value)[0] >= rung]
    return reaching or [name for name, value in last.items() if LADDERS[name].stays(value)[0] >= rung]


def _confidence(spread: Tension, inputs: _Inputs) -> float:
    """Between nil and one: less for a short history, for each series left out, and for a date with few like it."""
    absent = sum(1 for name in inputs.notes if name != _SRF or inputs.sofr.last().period >= _STANDING_FROM)
    sure = min(1.0, len(spread.periods) / _FULL_HISTORY) * (1.0 - _MISSING_COSTS * absent)
    if spread.kind(-1) is not DateKind.ORDINARY and spread.dates[-1] < _FEW_DATES:
        sure *= 1.0 - _FEW_DATES_COST
    return round(sure, 3)


_STANDING_FROM = date(2021, 7, 29)  # Desk statement of 2021-07-28: the standing facility's first operation

_ADJUSTMENT_SAID = said(
    "the 5 bp by which the rate on reserves was moved within the target range, 2018 to 2021"
)
_STANDING_SAID = said("the standing repo rate, 10 bp above the rate on reserves since July 2021")
_RESERVES_SAID = said(
    "the rate on reserves itself: at or above it reserves are no longer the better place for cash"
)
_KIND_NOTES = {
    DateKind.ORDINARY: said("no date that lifts repo rates"),
    DateKind.YEAR_END: said("year end"),
    DateKind.AFTER_YEAR_END: said("the day after a year end"),
    DateKind.QUARTER_END: said("quarter end"),
    DateKind.AFTER_QUARTER_END: said("the day after a quarter end"),
    DateKind.MONTH_END: said("month end"),
    DateKind.AFTER_MONTH_END: said("the day after a month end"),
    DateKind.TAX_DATE: said("tax date"),
    DateKind.AFTER_TAX_DATE: said("the day after a tax date"),
    DateKind.SETTLEMENT: said("mid-month settlement of Treasury coupons"),
    DateKind.AFTER_SETTLEMENT: said("the day after a mid-month settlement of Treasury coupons"),
}


def _gauges(found: Measures, inputs: _Inputs) -> tuple[Gauge, ...]:
    """The excess, what it is made of, level and speed, then what else is known."""
    sofr = inputs.sofr.last()
    floor = inputs.ior.in_force(sofr.period)
    assert floor is not None, "the spread was taken on days with a rate on reserves"
    spread, now = found.tension, {name: float(values[-1]) for name, values in found.values.items()}

    def made(gauge: str, title: str, value: float, bar: Threshold | None = None) -> Gauge:
        return _made(gauge, title, value, (sofr, floor), bar=bar)

    adjustment = Threshold(value=_ADJUSTMENT, source=_ADJUSTMENT_SAID)
    return (
        made(
            "excess",
            said("SOFR above the rate on reserves and above what was to be expected"),
            now["excess"],
            Threshold(value=_STANDING_REPO_RATE, source=_STANDING_SAID),
        ),
        made(
            "sofr_ior",
            said("SOFR − interest on reserves"),
            float(spread.spread[-1]),
            Threshold(value=0.0, source=_RESERVES_SAID),
        ),
        made("baseline", said("Median of the 60 ordinary days before"), float(spread.baseline[-1])),
        replace(
            made("explained", said("Explained by the date"), float(spread.explained[-1])),
            note=_KIND_NOTES[spread.kind(-1)],
        ),
        made("deviation", said("Explained by neither"), float(spread.deviation[-1])),
        made(
            "week",
            said("Week's median, less what dates explain"),
            now["week"],
            Threshold(value=0.0, source=_RESERVES_SAID),
        ),
        made(
            "week_excess",
            said("The same, above the rate on reserves and the 60 days"),
            now["week_excess"],
            adjustment,
        ),
        made("change_5", said("Week's median, change over 5 days"), now["change_5"], adjustment),
        made("change_20", said("Week's median, change over 20 days"), now["change_20"], adjustment),
        *_other_gauges(inputs, now),
    )


def _made(
    gauge: str,
    title: str,
    value: float,
    rows: tuple[Observation, ...],
    *,
    bar: Threshold | None = None,
    note: str | None = None,
) -> Gauge:
    """A number in basis points made of rates of the same day."""
    there = bool(np.isfinite(value))
    return Gauge(
        id=gauge,
        title=title,
        value=round(value, 6) if there else None,
        unit=BASIS_POINTS.symbol,
        period=rows[0].period,
        known_at=max(row.known_at for row in rows),
        threshold=bar,
        note=note if there else said("too few days are known"),
        assumed=any(row.assumed for row in rows),
        digests=tuple(sorted({row.digest for row in rows})),
    )


def _other_gauges(inputs: _Inputs, now: Mapping[str, float]) -> tuple[Gauge, ...]:
    """The other rates over the rate on reserves, the tail, volume and the standing repo facility."""
    reserves = Threshold(value=0.0, source=_RESERVES_SAID)
    return (
        _rate_gauge(inputs, _TGCR, "tgcr_ior", said("TGCR − interest on reserves"), reserves),
        _rate_gauge(inputs, _EFFR, "effr_ior", said("EFFR − interest on reserves"), reserves),
        _rate_gauge(inputs, _P99, "p99_ior", said("SOFR, 99th percentile − interest on reserves"), None),
        _tail_gauge(inputs, now),
        _amount_gauge(inputs, _VOLUME, "volume", said("Volume behind SOFR"), None),
        _amount_gauge(
            inputs,
            _SRF,
            "srf",
            said("Standing repo facility, accepted"),
            Threshold(
                value=_LARGE_USE, source=said("ten times the Desk's small value exercises; our own rule")
            ),
        ),
    )


def _rate_gauge(inputs: _Inputs, series: str, gauge: str, title: str, bar: Threshold | None) -> Gauge:
    if (rate := inputs.others.get(series)) is None:
        return _absent(gauge, title, BASIS_POINTS.symbol, inputs.notes[series], bar)
    last = rate.last()
    floor = inputs.ior.in_force(last.period)
    if floor is None:
        return _absent(gauge, title, BASIS_POINTS.symbol, said("no rate on reserves was in force yet"), bar)
    value = float(spread_over_reserves(rate, inputs.ior)[1][-1])
    return _made(gauge, title, value, (last, floor), bar=bar, note=inputs.notes.get(series))


def _tail_gauge(inputs: _Inputs, now: Mapping[str, float]) -> Gauge:
    gauge, title = "tail_excess", said("99th percentile above SOFR, more than usual for the date")
    bar = Threshold(value=_TARGET_RANGE, source=said("the width of the target range, 25 bp"))
    if (p99 := inputs.others.get(_P99)) is None:
        return _absent(gauge, title, BASIS_POINTS.symbol, inputs.notes[_P99], bar)
    value = now.get("tail_excess", float("nan"))
    return _made(gauge, title, value, (p99.last(), inputs.sofr.last()), bar=bar, note=inputs.notes.get(_P99))


def _amount_gauge(inputs: _Inputs, series: str, gauge: str, title: str, bar: Threshold | None) -> Gauge:
    if (amounts := inputs.others.get(series)) is None:
        return _absent(gauge, title, USD_BILLIONS.symbol, inputs.notes[series], bar)
    last = amounts.to(USD_BILLIONS.symbol).last()
    return Gauge(
        id=gauge,
        title=title,
        value=last.value,
        unit=USD_BILLIONS.symbol,
        period=last.period,
        known_at=last.known_at,
        threshold=bar,
        note=inputs.notes.get(series),
        assumed=last.assumed,
        digests=(last.digest,),
    )


def _absent(gauge: str, title: str, unit: str, note: str, bar: Threshold | None) -> Gauge:
    return Gauge(id=gauge, title=title, value=None, unit=unit, threshold=bar, note=note)


# --- Saying --------------------------------------------------------------------------------------------------------

_DRIVER_TITLES = {
    "excess": said("the day's excess"),
    "week_excess": said("the week's excess"),
    "week": said("a week at or above the rate on reserves"),
    "change_5": said("the rise over 5 days"),
    "change_20": said("the rise over 20 days"),
    "tail_excess": said("the dearest trades"),
    "effr_ior": said("federal funds at or above the rate on reserves"),
    "srf": said("use of the standing repo facility"),
}


def say(reading: Reading, words: Words) -> str:
    """What SOFR cost, what explains it, and the state with what put it there."""
    values = {
        "date": words.date(date.fromisoformat(reading.facts["day"])),
        "since": words.date(date.fromisoformat(reading.facts["state_since"])),
        "kind": words.text(_KIND_NOTES[DateKind(reading.facts["date_kind"])]),
    } | {
        name: words.amount(_value(reading, name), BASIS_POINTS, signed=True)
        for name in ("sofr_ior", "baseline", "explained", "deviation")
    }
    if reading.facts["date_kind"] == DateKind.ORDINARY:
        what = words.text(
            "SOFR of {date} stood {sofr_ior} against the rate on reserves; the ordinary days before it {baseline}: "
            "{deviation} are unexplained.",
            **values,
        )
    else:
        what = words.text(
            "SOFR of {date} ({kind}) stood {sofr_ior} against the rate on reserves; the ordinary days before it "
            "{baseline}, and such a date usually adds {explained}: {deviation} are unexplained.",
            **values,
        )
    return words.sentences((what, _state(reading, words, values)))


def _value(reading: Reading, gauge: str) -> float:
    value = reading.gauge(gauge).value
    assert value is not None, "a reading with a state has what it is made of"
    return value


def _state(reading: Reading, words: Words, values: Mapping[str, str]) -> str:
    drivers = [words.text(_DRIVER_TITLES[name]) for name in reading.facts["drivers"].split()]
    if reading.state == CALM:
        return words.text("Funding has been calm since {since}.", **values)
    if not drivers:
        return words.text(
            "Funding stays at {state}, since {since}, until it has been quieter for five days.",
            state=words.text(_TITLES[reading.state]),
            **values,
        )
    return words.text(
        "Funding has been at {state} since {since}: {drivers}.",
        state=words.text(_TITLES[reading.state]),
        drivers=words.joined(drivers),
        **values,
    )


def plots(view: View, words: Words) -> tuple[Plot, ...]:
    """The spread with what explains it, and the share of each month's days in each state."""
    found = _measured(_inputs(view))
    spread = found.tension
    return (
        Plot(
            id="funding_spread",
            title=words.text("SOFR less interest on reserves, and what explains it"),
            kind=PlotKind.LINES,
            unit=BASIS_POINTS.symbol,
            periods=spread.periods,
            lines={
                words.text("SOFR − interest on reserves"): spread.spread,
                words.text("Explained by the months before and the date"): spread.baseline + spread.explained,
                words.text("Explained by neither"): spread.deviation,
            },
            description=words.text("Each day is explained from earlier days alone."),
        ),
        _calendar(spread.periods, states(found), words),
    )


def _calendar(periods: IntArray, history: IntArray, words: Words) -> Plot:
    """Of each month, the share of days at watch, warning and stress."""
    firsts = np.array([date.fromordinal(int(day)).replace(day=1).toordinal() for day in periods])
    months, of_month = np.unique(firsts, return_inverse=True)
    days = np.bincount(of_month)
    return Plot(
        id="stress_calendar",
        title=words.text("Days at watch, warning and stress, of each month"),
        kind=PlotKind.BARS,
        unit=PERCENT.symbol,
        periods=months,
        lines={
            words.text(_TITLES[_ORDER[rung]]): 100.0 * np.bincount(of_month, weights=history == rung) / days
            for rung in (1, 2, 3)
        },
        description=words.text("What is left of a month was calm."),
    )


_TITLES = {
    CALM: said("Calm"),
    WATCH: said("Watch"),
    WARNING: said("Warning"),
    STRESS: said("Stress"),
}
SIGNAL = SignalPlugin(
    title=said("Funding stress"),
    says=said(
        "Whether overnight money is dearer than the rate on reserves, the last months and the date explain."
    ),
    needs=Needs(series=frozenset({_SOFR, _IOR}), optional=frozenset(_OPTIONAL)),
    fresh=frozenset({_SOFR}),
    states=_TITLES,
    read=read,
    say=say,
    plots=plots,
)
