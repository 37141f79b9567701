"""Signals: readings of a view, each with its numbers, the thresholds they are held against, and how sure it is.

A signal is a plug-in in `signals/`: what it reads, the states it can be in, a pure function from a view to a `Reading`,
and a function that says the reading in the reader's language. `take` is how everyone else calls it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from runoff.core.errors import RunoffError, Stale
from runoff.core.language import Words
from runoff.core.report import Plot
from runoff.core.view import Needs, View

# The state of every signal that cannot be read: data that are missing, late, or too few.
NO_DATA = "no_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """What a number is held against: its value in the number's unit, and where it is from."""

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
    plots
        Pictures behind the reading, made only when somebody looks.
    """

    title: str
    says: str
    needs: Needs
    states: Mapping[str, str]
    read: Callable[[View], Reading]
    say: Callable[[Reading, Words], str]
    fresh: frozenset[str] = frozenset()
    plots: Callable[[View, Words], tuple[Plot, ...]] | None = None


def take(name: str, signal: SignalPlugin, view: View) -> Reading:
    """The reading of a signal, or one without data that says why: missing and late data fail closed."""
    narrowed = view.narrow(signal.needs)
    try:
        for series in sorted(signal.fresh):
            narrowed.series(series)
            if narrowed.is_late(series):
                raise Stale(
                    "{id} is late: the last figure known is of {period}; runoff update",
                    id=series,
                    period=narrowed.series(series).last().period,
                )
        return signal.read(narrowed)
    except RunoffError as error:
        return Reading(
            signal=name,
            as_of=view.as_of,
            state=NO_DATA,
            confidence=0.0,
            reason=(error.template, error.values),
        )
