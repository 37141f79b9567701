"""A signal as it was read at each of many moments, each time with what was known by then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, make_dataclass
from datetime import date, datetime
from typing import Literal

import numpy as np

from runoff.actions.workspace import Workspace
from runoff.core.errors import ConfigError
from runoff.core.language import Words
from runoff.core.registry import plugin
from runoff.core.report import Plot, PlotKind, Row, Section, Table
from runoff.core.series import FloatArray
from runoff.core.signal import Gauge, Reading, SignalPlugin, reason, state_title, take
from runoff.core.time import WEDNESDAY, end_of_day, is_market_day, last_day, month_after, parse_date
from runoff.core.units import Unit

Every = Literal["day", "week", "month"]

# The year in which SOFR begins: most signals have data from then on.
_START = date(2018, 1, 1)
# As many changes as a screen has room for; JSON and CSV have every reading.
_MOST_CHANGES = 30
_MOST_LINES = 12  # as many as a picture tells apart


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """The reading of the end of a day in New York; a class made of this one has the gauges of its signal as well."""

    date: date
    state: str
    confidence: float
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugeColumn:
    """What a column of a gauge holds, and what it is held against at the last reading that has it."""

    id: str
    title: str
    unit: str
    threshold: float | None
    threshold_source: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalHistory:
    """A signal over time: its states by name, its gauges, and the readings in rows, the gauges as columns."""

    as_of: datetime
    id: str
    title: str
    states: Mapping[str, str]
    gauges: tuple[GaugeColumn, ...]
    rows: tuple[HistoryRow, ...]
    # What the section is told from; a name with an underscore is in no JSON.
    _signal: SignalPlugin = field(repr=False, compare=False)
    _readings: tuple[Reading, ...] = field(repr=False, compare=False)

    def section(self, words: Words) -> Section:
        """How long it was in which state, the changes of state, and pictures of the gauges, the deciding one first."""
        changes = list(_changes(self._readings))
        return Section(
            title=words.text("{signal} over time", signal=words.text(self._signal.title)),
            sentences=tuple(_sentences(self._signal, self._readings, changes, words)),
            tables=(_table(self._signal, changes, words),),
            plots=tuple(_plots(self._signal, self._readings, self.gauges, words)),
        )


def signal_history(
    work: Workspace,
    words: Words,
    id: str,  # noqa: A002 - the word users know
    *,
    since: str | None = None,
    until: str | None = None,
    every: Every = "week",
) -> SignalHistory:
    """What a signal said at the end of each Wednesday, market day or month, read from what was known then.

    Parameters
    ----------
    id
        The signal; `runoff signals` lists them.
    since
        The first date; by default the beginning of 2018.
    until
        The last date; by default that of the last moment at which anything in the store became known.
    every
        week (each Wednesday), day (each market day in New York) or month (its last day).
    """
    signal = plugin("signals", id, SignalPlugin)
    view = work.view(signal.needs, None)
    first = parse_date(since, what="since") if since else _START
    last = parse_date(until, what="until") if until else view.as_of.date()
    days = list(_days(first, last, every))
    if not days:
        raise ConfigError(
            "no {every} ends from {since} to {until}: choose an earlier start or a later end",
            every=every,
            since=first,
            until=last,
        )
    readings = []
    for number, day in enumerate(days, start=1):
        if work.progress is not None:
            work.progress(day.isoformat(), number, len(days))
        readings.append(take(id, signal, view.history.at(end_of_day(day))))
    gauges = _columns(readings, words)
    return SignalHistory(
        as_of=readings[-1].as_of,
        id=id,
        title=words.text(signal.title),
        states={name: words.text(title) for name, title in signal.states.items()},
        gauges=gauges,
        rows=tuple(_rows(days, readings, gauges, words)),
        _signal=signal,
        _readings=tuple(readings),
    )


def _days(first: date, last: date, every: Every) -> Iterator[date]:
    """The days from `first` to `last` at whose end the signal is read."""
    if every == "month":
        end = last_day(first)
        while end <= last:
            yield end
            end = last_day(month_after(end.replace(day=1)))
        return
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if day.weekday() == WEDNESDAY if every == "week" else is_market_day(day):
            yield day


def _columns(readings: Iterable[Reading], words: Words) -> tuple[GaugeColumn, ...]:
    """Every gauge that any reading has, in the order of the readings that have the most."""
    last: dict[str, Gauge] = {}
    for reading in sorted(readings, key=lambda reading: -len(reading.gauges)):
        for gauge in reading.gauges:
            last.setdefault(gauge.id, gauge)
    for reading in readings:
        last |= {gauge.id: gauge for gauge in reading.gauges}
    return tuple(
        GaugeColumn(
            id=gauge.id,
            title=words.text(gauge.title),
            unit=gauge.unit,
            threshold=gauge.threshold.value if gauge.threshold else None,
            threshold_source=words.text(gauge.threshold.source) if gauge.threshold else None,
        )
        for gauge in last.values()
    )


def _rows(
    days: Sequence[date], readings: Sequence[Reading], gauges: Sequence[GaugeColumn], words: Words
) -> Iterator[HistoryRow]:
    """The readings as rows of a class that has a field for each gauge, so that CSV has a column for it."""
    row = make_dataclass(
        "SignalHistoryRow",
        [(gauge.id, float | None) for gauge in gauges],
        bases=(HistoryRow,),
        frozen=True,
        slots=True,
        kw_only=True,
    )
    for day, reading in zip(days, readings, strict=True):
        values = {gauge.id: gauge.value for gauge in reading.gauges}
        found: HistoryRow = row(
            date=day,
            state=reading.state,
            confidence=round(reading.confidence, 4),
            reason=reason(reading, words) or None,
            **{gauge.id: values.get(gauge.id) for gauge in gauges},
        )
        yield found


def _changes(readings: Sequence[Reading]) -> Iterator[tuple[Reading, int]]:
    """The first reading of each spell of one state, and how many readings the spell has."""
    start = 0
    for number in range(1, len(readings) + 1):
        if number == len(readings) or readings[number].state != readings[start].state:
            yield readings[start], number - start
            start = number


def _sentences(
    signal: SignalPlugin, readings: Sequence[Reading], changes: Sequence[tuple[Reading, int]], words: Words
) -> Iterator[str]:
    counts: dict[str, int] = {}
    for reading in readings:
        title = state_title(reading, signal, words)
        counts[title] = counts.get(title, 0) + 1
    yield words.text(signal.says)
    yield words.text(
        "{count} readings from {first} to {last}, each of what was known at its end of day: {states}.",
        count=f"{len(readings):,}",
        first=words.date(readings[0].as_of.date()),
        last=words.date(readings[-1].as_of.date()),
        states=words.joined(
            [words.text("{state} {count} times", state=title, count=n) for title, n in counts.items()]
        ),
    )
    last, _ = changes[-1]
    yield words.text(
        "At the end it is {state}, since the reading of {date}.",
        state=state_title(last, signal, words),
        date=words.date(last.as_of.date()),
    )


def _table(signal: SignalPlugin, changes: Sequence[tuple[Reading, int]], words: Words) -> Table:
    """The last changes of state, newest first."""
    shown = changes[: -_MOST_CHANGES - 1 : -1]
    return Table(
        id="changes",
        title=words.text("Changes of state"),
        columns=(words.text("State"), words.text("Readings"), words.text("Confidence")),
        rows=tuple(
            Row(
                label=words.date(reading.as_of.date()),
                cells=(state_title(reading, signal, words), str(count), f"{reading.confidence:.0%}"),
            )
            for reading, count in shown
        ),
        note=words.text("Newest first; JSON, CSV and Parquet have every reading."),
    )


def _plots(
    signal: SignalPlugin, readings: Sequence[Reading], gauges: Sequence[GaugeColumn], words: Words
) -> Iterator[Plot]:
    """The deciding gauge with a line for each state that it was read in, then the others by their unit."""
    if not gauges:
        return
    periods = np.array([reading.as_of.toordinal() for reading in readings])
    values = {
        gauge.id: np.array([_value(reading, gauge.id) for reading in readings], dtype=float)
        for gauge in gauges
    }
    first, *others = gauges
    lines = dict(_by_state(signal, readings, values[first.id], words))
    if first.threshold is not None:
        lines[words.text("Held against")] = _held_against(readings, first.id)
    yield Plot(
        id="deciding",
        title=first.title,
        kind=PlotKind.LINES,
        unit=first.unit,
        periods=periods,
        lines=lines,
        description=words.text("The deciding number, in the colour of the state that was read with it."),
    )
    units: dict[str, list[GaugeColumn]] = {}
    for gauge in others:
        if np.isfinite(values[gauge.id]).any():
            units.setdefault(gauge.unit, []).append(gauge)
    for unit, alike in units.items():
        yield Plot(
            id=f"gauges_{unit.replace(' ', '_')}",
            title=words.text("Other gauges, {unit}", unit=words.table_unit(Unit.parse(unit))),
            kind=PlotKind.LINES,
            unit=unit,
            periods=periods,
            lines={gauge.title: values[gauge.id] for gauge in alike[:_MOST_LINES]},
        )


def _value(reading: Reading, gauge_id: str) -> float:
    """The value of a gauge; NaN where the reading has none."""
    found = next((gauge.value for gauge in reading.gauges if gauge.id == gauge_id), None)
    return np.nan if found is None else found


def _held_against(readings: Sequence[Reading], gauge_id: str) -> FloatArray:
    """What a gauge was held against at each reading; NaN where nothing was."""
    bars = (next((g.threshold for g in r.gauges if g.id == gauge_id), None) for r in readings)
    return np.array([np.nan if bar is None else bar.value for bar in bars], dtype=float)


def _by_state(
    signal: SignalPlugin, readings: Sequence[Reading], values: FloatArray, words: Words
) -> Iterator[tuple[str, FloatArray]]:
    """The values while in a state, by its title; a spell reaches to the reading that ends it, so that none is a dot."""
    states = np.array([reading.state for reading in readings])
    for state, title in signal.states.items():
        inside = states == state
        reached = inside | np.concatenate(([False], inside[:-1]))
        if inside.any():
            yield words.text(title), np.where(reached, values, np.nan)
