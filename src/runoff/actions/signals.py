"""Signals as they stand at a moment: their states, the numbers behind them, and what these are held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import ClassVar

from runoff.actions.workspace import Workspace
from runoff.core.language import Words
from runoff.core.registry import plugin, plugins
from runoff.core.report import Figure, Plot, Row, Section, Table
from runoff.core.signal import (
    NO_DATA,
    Gauge,
    Reading,
    SignalPlugin,
    last_verdict,
    number_table,
    reason,
    sentence,
    state_title,
    take,
    take_all,
    verdict,
)
from runoff.core.view import Needs, View

Taken = tuple[SignalPlugin, Reading]


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugeRow:
    """A number behind a reading, with its interval and what it is held against, where it has them.

    `level` is the coverage of the interval in percent.
    """

    id: str
    title: str
    value: float | None
    unit: str
    period: date | None
    known_at: datetime | None
    low: float | None
    high: float | None
    level: float | None
    threshold: float | None
    threshold_source: str | None
    note: str | None
    assumed: bool
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRow:
    """A signal: its state, how sure it is (nil to one), what it says, and its numbers, the deciding one first.

    `gauge`, `value` and `unit` are the deciding number's. Without data the state is "no_data", and `reason` says why.
    """

    id: str
    title: str
    state: str
    state_title: str
    confidence: float
    gauge: str | None
    value: float | None
    unit: str | None
    sentence: str
    reason: str | None
    gauges: tuple[GaugeRow, ...]
    evidence: tuple[str, ...]
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalsReport:
    """The signals as they stood at `as_of`; CSV has the columns that are no lists."""

    columns: ClassVar = (
        "id",
        "title",
        "state",
        "state_title",
        "confidence",
        "gauge",
        "value",
        "unit",
        "sentence",
        "reason",
    )

    as_of: datetime
    rows: tuple[SignalRow, ...]
    # What the section is told from; a name with an underscore is in no JSON.
    _taken: Mapping[str, Taken] = field(repr=False, compare=False)
    _view: View = field(repr=False, compare=False)

    def section(self, words: Words) -> Section:
        """The signals one below the other, or the only one with all its numbers, its evidence and its pictures."""
        if len(self._taken) == 1:
            ((signal, reading),) = self._taken.values()
            return _one(signal, reading, self._view, words)
        return _all(self._taken, self._view, words)


def signals(
    work: Workspace,
    words: Words,
    id: str | None = None,  # noqa: A002 - the word users know
    *,
    as_of: str | None = None,
) -> SignalsReport:
    """What every signal says, how sure it is, and which number decided, held against which threshold.

    Parameters
    ----------
    id
        One signal, with everything behind it; by default all of them.
    as_of
        A date or a time with a zone: only what was known then is read; by default the last moment at which anything in
        the store became known.
    """
    found = plugins("signals", SignalPlugin) if id is None else {id: plugin("signals", id, SignalPlugin)}
    alone = len(found) == 1
    needs = (signal.all_needs if alone else signal.needs for signal in found.values())
    view = work.view(reduce(or_, needs, Needs()), as_of)
    taken: dict[str, Taken] = {}
    for number, (name, signal) in enumerate(found.items(), start=1):
        if work.progress is not None:
            work.progress(words.text(signal.title), number, len(found))
        taken[name] = (signal, take_all(name, signal, view) if alone else take(name, signal, view))
    return SignalsReport(
        as_of=view.as_of,
        rows=tuple(_row(name, signal, reading, words) for name, (signal, reading) in taken.items()),
        _taken=taken,
        _view=view,
    )


def _row(name: str, signal: SignalPlugin, reading: Reading, words: Words) -> SignalRow:
    deciding = reading.gauges[0] if reading.gauges else None
    return SignalRow(
        id=name,
        title=words.text(signal.title),
        state=reading.state,
        state_title=state_title(reading, signal, words),
        confidence=round(reading.confidence, 4),
        gauge=deciding.id if deciding else None,
        value=deciding.value if deciding else None,
        unit=deciding.unit if deciding else None,
        sentence=sentence(reading, signal, words),
        reason=reason(reading, words) or None,
        gauges=tuple(_gauge(gauge, words) for gauge in reading.gauges),
        evidence=reading.evidence,
        facts=dict(reading.facts),
    )


def _gauge(gauge: Gauge, words: Words) -> GaugeRow:
    bar = gauge.threshold
    return GaugeRow(
        id=gauge.id,
        title=words.text(gauge.title),
        value=gauge.value,
        unit=gauge.unit,
        period=gauge.period,
        known_at=gauge.known_at,
        low=gauge.low,
        high=gauge.high,
        level=gauge.level,
        threshold=bar.value if bar else None,
        threshold_source=words.text(bar.source) if bar else None,
        note=words.text(gauge.note) if gauge.note else None,
        assumed=gauge.assumed,
        digests=gauge.digests,
    )


def _told(signal: SignalPlugin, reading: Reading, view: View, words: Words) -> str:
    """What the reading says; where there is none, why, and what the last one said."""
    told = [sentence(reading, signal, words)]
    if reading.state == NO_DATA and (last := last_verdict(reading.signal, signal, view)) is not None:
        told.append(verdict(last, signal, words))
    return words.sentences(told)


def _all(taken: Mapping[str, Taken], view: View, words: Words) -> Section:
    """A sentence a signal, and a table of states and deciding numbers."""
    return Section(
        title=words.text("Signals"),
        sentences=tuple(
            words.text(
                "{signal}: {said}",
                signal=words.text(signal.title),
                said=_told(signal, reading, view, words),
            )
            for signal, reading in taken.values()
        ),
        facts={name: reading.state for name, (_, reading) in taken.items()},
        tables=(
            Table(
                id="signals",
                title=words.text("States"),
                columns=(
                    words.text("State"),
                    words.text("Confidence"),
                    words.text("Deciding number"),
                    words.text("Value"),
                    words.text("Held against"),
                ),
                rows=tuple(_state_row(signal, reading, words) for signal, reading in taken.values()),
                note=words.text(
                    "`runoff signals ID` shows one with everything behind it; the names are {names}.",
                    names=", ".join(taken),
                ),
            ),
        ),
    )


def _state_row(signal: SignalPlugin, reading: Reading, words: Words) -> Row:
    title, state = words.text(signal.title), state_title(reading, signal, words)
    if not reading.gauges:
        return Row(label=title, cells=(state, "", "", "", ""))
    first = reading.gauges[0].row(words)
    value, _, bar = first.cells
    # Two signals may call their deciding number the same.
    if isinstance(value, Figure):
        value = replace(value, id=f"{reading.signal}_{value.id}", note=None)
    return Row(label=title, cells=(state, f"{reading.confidence:.0%}", first.label, value, bar))


def _one(signal: SignalPlugin, reading: Reading, view: View, words: Words) -> Section:
    """What it answers, what it says, every number, its evidence, and its pictures."""
    sentences = [words.text(signal.says)]
    if reading.state != NO_DATA:
        sentences.append(
            words.text(
                "State: {state}, confidence {confidence}.",
                state=state_title(reading, signal, words),
                confidence=f"{reading.confidence:.0%}",
            )
        )
    sentences.append(_told(signal, reading, view, words))
    sentences += [words.text("Evidence: {text}", text=text) for text in reading.evidence]
    return Section(
        title=words.text(signal.title),
        sentences=tuple(sentences),
        facts={"state": reading.state, **reading.facts},
        tables=(number_table(reading, signal, words),) if reading.gauges else (),
        plots=_plots(signal, reading, view, words),
    )


def _plots(signal: SignalPlugin, reading: Reading, view: View, words: Words) -> tuple[Plot, ...]:
    if reading.state == NO_DATA:
        return ()
    drawn = signal.plots(view.narrow(signal.needs), words) if signal.plots is not None else ()
    if signal.further is None:
        return drawn
    return (*drawn, *signal.further.plots(view.narrow(signal.all_needs), words))
