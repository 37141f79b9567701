"""Signals: readings of a view, each with its numbers, the thresholds they are held against, and how sure it is.

A signal is a plug-in in `signals/`: what it reads, the states it can be in, a pure function from a view to a `Reading`,
and a function that says the reading in the reader's language. `take` is how everyone else calls it, `sentence` and
`gauge_table` are how everyone else shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from runoff.core.errors import RegistryError, RunoffError, Stale
from runoff.core.language import Words, said
from runoff.core.report import Figure, Plot, Row, Table
from runoff.core.time import NEW_YORK
from runoff.core.units import Unit
from runoff.core.view import Needs, View

# The state of every signal that cannot be read: data that are missing, late, or too few.
NO_DATA = "no_data"
NO_DATA_TITLE = said("No data")


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """What a number is held against: its value in the number's unit, and where it is from.

    `source` is a message in English, marked with `said`.
    """

    value: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """A number behind a reading.

    Parameters
    ----------
    title
        What it is: a message in English, marked with `said`, that renderers translate.
    value
        In `unit` (a symbol of `core.units`); None where there is none, and `note` says why.
    low, high
        The interval about an estimate, with `level` its coverage in percent; None where it is no estimate.
    threshold
        What it is held against, where it is held against anything.
    note
        A message in English, marked with `said`.
    """

    id: str
    title: str
    value: float | None
    unit: str
    period: date | None = None
    known_at: datetime | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    threshold: Threshold | None = None
    note: str | None = None
    assumed: bool = False
    digests: tuple[str, ...] = ()

    def figure(self, words: Words) -> Figure:
        """The number as a figure of a section; its note says its interval, and whose threshold it is held against."""
        notes = [words.text(self.note)] if self.note else []
        if span := self.interval(words):
            notes.append(words.text("interval {span}", span=span))
        if self.threshold is not None:
            notes.append(
                words.text(
                    "held against {value}: {source}",
                    value=self._bar(words),
                    source=words.text(self.threshold.source),
                )
            )
        return self._figure(words, notes)

    def row(self, words: Words) -> Row:
        """The number as a row of a table: value, interval, what it is held against; whose threshold that is, below."""
        notes = [words.text(self.note)] if self.note else []
        if self.threshold is not None:
            notes.append(words.text("threshold: {source}", source=words.text(self.threshold.source)))
        shown = self._figure(words, notes)
        return Row(label=shown.label, cells=(shown, self.interval(words), self._bar(words)))

    def _figure(self, words: Words, notes: list[str]) -> Figure:
        return Figure(
            id=self.id,
            label=words.text(self.title),
            value=self.value,
            unit=self.unit,
            period=self.period,
            known_at=self.known_at,
            assumed=self.assumed,
            note=("；" if words.language == "zh" else "; ").join(notes) or None,
            digests=self.digests,
        )

    def _bar(self, words: Words) -> str:
        if self.threshold is None:
            return ""
        return words.amount(self.threshold.value, Unit.parse(self.unit))

    def interval(self, words: Words) -> str:
        """From where to where the number may be, and how surely; empty where it is no estimate."""
        if self.low is None or self.high is None or self.level is None:
            return ""
        unit = Unit.parse(self.unit)
        return words.text(
            "{low} to {high} ({level}%)",
            low=words.number(self.low, unit),
            high=words.number(self.high, unit),
            level=f"{self.level:g}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a signal says at a moment.

    `state` is one of the signal's, or `NO_DATA`; `confidence` is between nil and one; `gauges` come in the order in
    which a reader wants them, the first being the number that decides. `evidence` are sentences or days quoted from
    sources, as they stand there, and never translated. `reason` says why there is no reading: a template and values.
    """

    signal: str
    as_of: datetime
    state: str
    confidence: float
    gauges: tuple[Gauge, ...] = ()
    evidence: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    reason: tuple[str, Mapping[str, object]] | None = None

    def gauge(self, gauge_id: str) -> Gauge:
        """The gauge of that name.

        Raises
        ------
        KeyError
            If the reading has none; a reading without data has none at all.
        """
        for gauge in self.gauges:
            if gauge.id == gauge_id:
                return gauge
        raise KeyError(gauge_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """What a signal shows by itself alone, because it takes longer than a brief or a history has time for.

    Parameters
    ----------
    needs
        What it reads beside the signal's own needs.
    gauges
        Numbers to stand behind those of a reading; what cannot be had is a gauge without a value.
    plots
        Pictures to stand behind the signal's.
    """

    needs: Needs
    gauges: Callable[[View], tuple[Gauge, ...]]
    plots: Callable[[View, Words], tuple[Plot, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalPlugin:
    """A plug-in that reads a view.

    Parameters
    ----------
    title, says
        What it is called and what it answers: messages in English, marked with `said`.
    needs
        All it reads.
    fresh
        Series of which a late figure forbids a reading.
    states
        Every state by id, with its title (`said`); in ascending order of concern where there is one.
    read
        A pure function of a view narrowed to `needs`.
    say
        The reading in a sentence or two, in the language of `words`; never called without data.
    table
        Its numbers as a table; by default a row each.
    plots
        Pictures behind the reading, made only when somebody looks.
    further
        What takes longer, for whoever asks for this signal alone.
    """

    title: str
    says: str
    needs: Needs
    states: Mapping[str, str]
    read: Callable[[View], Reading]
    say: Callable[[Reading, Words], str]
    fresh: frozenset[str] = frozenset()
    table: Callable[[Reading, Words], Table] | None = None
    plots: Callable[[View, Words], tuple[Plot, ...]] | None = None
    further: Further | None = None

    @property
    def all_needs(self) -> Needs:
        """All it reads when it is asked for alone."""
        return self.needs if self.further is None else self.needs | self.further.needs


def take(name: str, signal: SignalPlugin, view: View) -> Reading:
    """The reading of a signal, or one without data that says why: missing and late data fail closed.

    Raises
    ------
    RegistryError
        If the plug-in hands back what it did not declare: another name, a state that is not one of its own, a
        confidence outside nil to one, two gauges of one name.
    """
    narrowed = view.narrow(signal.needs)
    try:
        for series in sorted(signal.fresh):
            found = narrowed.series(series)
            if narrowed.is_late(series):
                raise Stale(
                    "{id} is late: the last figure known is of {period}; runoff update",
                    id=series,
                    period=found.last().period,
                )
        reading = signal.read(narrowed)
    except RunoffError as error:
        return Reading(
            signal=name,
            as_of=view.as_of,
            state=NO_DATA,
            confidence=0.0,
            reason=(error.template, error.values),
        )
    _require_declared(name, signal, reading)
    return reading


def take_all(name: str, signal: SignalPlugin, view: View) -> Reading:
    """The reading of a signal with the numbers that take longer; the view must have declared `all_needs`.

    Raises
    ------
    RegistryError
        As `take`.
    """
    reading = take(name, signal, view)
    if signal.further is None or reading.state == NO_DATA:
        return reading
    more = signal.further.gauges(view.narrow(signal.all_needs))
    found = replace(reading, gauges=(*reading.gauges, *more))
    _require_declared(name, signal, found)
    return found


def _require_declared(name: str, signal: SignalPlugin, reading: Reading) -> None:
    if reading.signal != name:
        raise RegistryError(
            "the signal {name} named itself {found!r}: correct the plug-in", name=name, found=reading.signal
        )
    if reading.state not in signal.states and reading.state != NO_DATA:
        raise RegistryError(
            "the signal {name} is in the state {found!r}; it declares {states}: correct the plug-in",
            name=name,
            found=reading.state,
            states=", ".join(signal.states),
        )
    if not 0.0 <= reading.confidence <= 1.0:
        raise RegistryError(
            "the signal {name} is sure to {found}; expected a confidence between 0 and 1: correct the plug-in",
            name=name,
            found=reading.confidence,
        )
    ids = [gauge.id for gauge in reading.gauges]
    if len(set(ids)) < len(ids):
        raise RegistryError(
            "the signal {name} has two gauges of one name among {ids}: correct the plug-in",
            name=name,
            ids=", ".join(ids),
        )


def last_verdict(name: str, signal: SignalPlugin, view: View) -> Reading | None:
    """The last reading that could be given where today there is none, as it was known then; None where none could.

    It is that of the moment at which the first of the series that must be fresh was last heard of.
    """
    narrowed = view.narrow(signal.needs)
    heard = [series.last().known_at for one in signal.fresh if (series := narrowed.known(one)) is not None]
    if not heard or len(heard) < len(signal.fresh):
        return None
    found = take(name, signal, view.history.at(min(heard)))
    return None if found.state == NO_DATA else found


def verdict(reading: Reading, signal: SignalPlugin, words: Words) -> str:
    """What an earlier reading said, and as known on which day it did."""
    return words.text(
        "Last verdict: {state}, as known on {date}.",
        state=state_title(reading, signal, words),
        date=words.date(reading.as_of.astimezone(NEW_YORK).date()),
    )


def state_title(reading: Reading, signal: SignalPlugin, words: Words) -> str:
    """The state in the reader's language."""
    return words.text(NO_DATA_TITLE if reading.state == NO_DATA else signal.states[reading.state])


def reason(reading: Reading, words: Words) -> str:
    """Why there is no reading, in the reader's language; empty where there is one."""
    if reading.reason is None:
        return ""
    template, values = reading.reason
    return words.text(template, **values)


def sentence(reading: Reading, signal: SignalPlugin, words: Words) -> str:
    """What the reading says, or why there is none."""
    if reading.state == NO_DATA:
        return words.text("No data: {reason}.", reason=reason(reading, words))
    return signal.say(reading, words)


def number_table(reading: Reading, signal: SignalPlugin, words: Words) -> Table:
    """The numbers of a reading as its signal shows them."""
    return gauge_table(reading, words) if signal.table is None else signal.table(reading, words)


def gauge_table(reading: Reading, words: Words) -> Table:
    """The gauges of a reading: value, interval, what each is held against; a column that none fills is left out."""
    rows = [gauge.row(words) for gauge in reading.gauges]
    heads = (words.text("Value"), words.text("Interval"), words.text("Held against"))
    kept = [place for place in range(len(heads)) if any(row.cells[place] for row in rows)]
    return Table(
        id=f"{reading.signal}_gauges",
        title=words.text("Gauges"),
        columns=tuple(heads[place] for place in kept),
        rows=tuple(replace(row, cells=tuple(row.cells[place] for place in kept)) for row in rows),
    )
