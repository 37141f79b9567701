"""States with hysteresis, the alarms they raise, and how well those announced what came.

A gauge climbs a ladder of thresholds; a state rises at once and falls only when the gauges have stayed below lower
thresholds for some days (`held`). Alarms are spells of a state (`spells`), and are scored against dated events
(`score`): which were announced, how many days ahead, how many alarms announced nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from runoff.core.errors import EstimationError
from runoff.core.series import FloatArray, IntArray

# Market days before an event within which an alarm counts as having announced it: a month.
AHEAD = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Thresholds in ascending order of concern, and the share of each at which it is left again.

    `enter` may be shorter than there are states: what it does not reach, it cannot raise. A threshold is left at
    `enter - give`, with one `give` for each.
    """

    enter: tuple[float, ...]
    give: tuple[float, ...]

    def rises(self, values: FloatArray) -> IntArray:
        """How many thresholds each value reaches; none where it is NaN."""
        return _reached(values, self.enter)

    def stays(self, values: FloatArray) -> IntArray:
        """How many thresholds each value has not yet left."""
        return _reached(values, tuple(e - g for e, g in zip(self.enter, self.give, strict=True)))


def _reached(values: FloatArray, thresholds: tuple[float, ...]) -> IntArray:
    reached = np.zeros(len(values), dtype=np.int64)
    for count, threshold in enumerate(thresholds, start=1):
        reached[values >= threshold] = count  # NaN reaches nothing
    return reached


def held(rises: IntArray, stays: IntArray, *, days: int) -> IntArray:
    """The state of each day: up at once, down to the highest that was not left on any of the last `days` days.

    Parameters
    ----------
    rises, stays
        The state that each day's gauges reach by the thresholds to enter, and by those to leave.
    days
        For how many days gauges must have been below before a state is left.

    Examples
    --------
    >>> held(np.array([0, 2, 0, 0, 0]), np.array([0, 2, 1, 0, 0]), days=2)
    array([0, 2, 2, 1, 0])
    """
    padded = np.concatenate((np.zeros(days - 1, dtype=np.int64), np.maximum(stays, rises)))
    holds = np.lib.stride_tricks.sliding_window_view(padded, days).max(axis=1)
    states, state = [], 0
    for rise, hold in zip(rises.tolist(), holds.tolist(), strict=True):
        state = max(rise, min(state, hold))
        states.append(state)
    return np.array(states, dtype=np.int64)


# --- Scoring -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What an alarm should announce: its days, first and last."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A run of days in a state or a higher one, and the highest of them."""

    first: date
    last: date
    days: int
    highest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What was known of an event: how many market days before its first day the alarm stood, negative for after it.

    `lead` is None where no alarm stood in the days before nor on any day until the event's last figure was known.
    `since` is the day on which the alarm that announced it began.
    """

    event: Event
    lead: int | None
    since: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How alarms did: what they announced, the false ones, and what they cost in days.

    `hits` are alarms that announced or accompanied an event; `false_per_year` counts the others; `share_of_days` in
    alarm is in percent.
    """

    announced: tuple[Announced, ...]
    alarms: tuple[Spell, ...]
    false_alarms: tuple[Spell, ...]
    years: float
    share_of_days: float

    @property
    def false_per_year(self) -> float:
        """False alarms a year."""
        return len(self.false_alarms) / self.years


def spells(days: Sequence[date], states: IntArray, *, at_least: int) -> tuple[Spell, ...]:
    """The runs of days in `at_least` or higher, in order."""
    inside = np.concatenate(([False], states >= at_least, [False]))
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    return tuple(
        Spell(
            first=days[first],
            last=days[past - 1],
            days=int(past - first),
            highest=int(states[first:past].max()),
        )
        for first, past in edges.reshape(-1, 2).tolist()
    )


def score(days: Sequence[date], states: IntArray, events: Sequence[Event], *, at_least: int) -> Score:
    """Judge the states read on `days` by the events.

    A reading of a day knows the rates of the day before. An alarm announces an event if it began within `AHEAD` days
    before the event's first day, or on any of its days, or on the first reading after its last one; an alarm that
    began earlier and still stood on the event's first day announces it too, and its lead is counted from its beginning.

    Parameters
    ----------
    days
        The days that were read, ascending.
    states
        The state read on each.

    Raises
    ------
    EstimationError
        If there are no days.
    """
    if not len(days):
        raise EstimationError("alarms: no day was read; expected at least one: give a longer range")
    ordinals = np.array([day.toordinal() for day in days])
    alarms = spells(days, states, at_least=at_least)
    announced, hits = [], set()
    for event in events:
        if not days[0] <= event.first <= days[-1]:
            continue
        start = int(np.searchsorted(ordinals, event.first.toordinal()))
        end = min(int(np.searchsorted(ordinals, event.last.toordinal(), "right")), len(days) - 1)
        lead, since = None, None
        for alarm in alarms:
            began = int(np.searchsorted(ordinals, alarm.first.toordinal()))
            ahead = start - AHEAD <= began <= end
            if ahead or (began < start and alarm.last >= days[start]):
                hits.add(alarm)
                if lead is None:
                    lead, since = start - began, alarm.first
        announced.append(Announced(event=event, lead=lead, since=since))
    return Score(
        announced=tuple(announced),
        alarms=alarms,
        false_alarms=tuple(alarm for alarm in alarms if alarm not in hits),
        years=(ordinals[-1] - ordinals[0]) / 365.25,
        share_of_days=100.0 * float(np.mean(states >= at_least)),
    )
