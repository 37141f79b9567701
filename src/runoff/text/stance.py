"""The state of policy that texts speak of: a state machine over what was read from each, with every change dated.

1. Texts are taken in the order of their decisions (`changes`), each read before by `text.statement`.
2. What starts later is a step of its own; what ends, ends on the last day the text gives (`_steps`).
3. Purchases for their own sake are QE or its taper, for reserves reserve management, against sales a twist; redemptions
   are run-off or slowed run-off; an end of either is an end, and agency principal that moves on shifts the mix
   (`_programme`). Reinvestment alone changes nothing but a beginning.
4. An amount, or words in its place, that is not the last one known is a change as well (`_taken`).

What a text does not say is not filled in: there are no amounts, starts or states here but those that it states.

References
----------
Federal Open Market Committee, statements, implementation notes and minutes; Federal Reserve Bank of New York, operating
policy statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Final

from runoff.core.document import DocumentKind
from runoff.core.policy import State
from runoff.core.time import last_day
from runoff.text.facts import Direction, Move, Per, PolicyAction, Security, StatementReading

# Of one day the decision comes before what carries it out, and minutes, which repeat both, come last.
KINDS: Final = (
    DocumentKind.STATEMENT,
    DocumentKind.IMPLEMENTATION_NOTE,
    DocumentKind.DESK_STATEMENT,
    DocumentKind.MINUTES,
)
# A directive lists all that the Desk is to do: what it leaves out is not done. A statement leaves out at will.
_DIRECTIVES: Final = frozenset({DocumentKind.IMPLEMENTATION_NOTE, DocumentKind.MINUTES})
_BUYING: Final = frozenset({State.QE, State.TAPER})
_DRAINING: Final = frozenset({State.RUN_OFF, State.SLOWED_RUN_OFF})
OVER: Final = frozenset({State.ENDED, State.MIX_SHIFT})
_AGENCY: Final = frozenset({Security.AGENCY_MBS, Security.AGENCY_DEBT})
_RESERVES: Final = re.compile(
    r"\bample\b[^.]{0,60}\breserve|\breserve[^.]{0,60}\bample\b|\breserve management", re.IGNORECASE
)
# Words in the place of an amount: FOMC statements of 2020-03-23 and 2020-06-10.
_IN_WORDS: Final = ("amounts needed", "current pace")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_END_OF: Final = re.compile(
    r"\bend of (?:(?P<this>this month|(?:the current|this) quarter)|(?P<month>"
    + "|".join(_MONTHS)
    + r")(?: (?P<year>\d{4}))?)",
    re.IGNORECASE,
)
# Billions a month: small value purchases for operational readiness, at most 0.3 (Desk statement of 2018-09-14).
_SMALL_VALUE: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A text as it was read: of which kind and day, from when it could be read, and what it decides."""

    document: str
    kind: DocumentKind
    day: date
    known_at: datetime
    reading: StatementReading


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of policy as a text states it.

    Parameters
    ----------
    day, known_at
        The day of the decision, and when the text could first be read.
    effective
        From when it applies; the day of the decision where the text does not say.
    state, previous
        The state from then on and the one before; equal where an amount changed and the state did not.
    security
        Whose amount changed; None where the text names a programme and no class.
    amount_billions, per
        The new amount; of run-off the cap. None where the text states none.
    """

    day: date
    known_at: datetime
    effective: date
    state: State
    previous: State | None
    security: Security | None
    amount_billions: float | None
    per: Per | None
    sentence: str
    document: str


_Subject = tuple[Move, Security]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pace:
    """What a text says of how much: an amount and the time it counts for, or words in the place of one.

    `told` is the day of the text, `effective` from when it applies.
    """

    told: date
    effective: date
    billions: float | None
    per: Per | None
    words: str | None

    def same(self, other: _Pace | None) -> bool:
        """Whether another pace is as much."""
        return other is not None and (self.billions, self.per, self.words) == (
            other.billions,
            other.per,
            other.words,
        )


def _pace(action: PolicyAction, told: date, effective: date) -> _Pace | None:
    """How much an action is; None where the text says nothing of it."""
    words = next((one for one in _IN_WORDS if any(one in condition for condition in action.conditions)), None)
    if action.amount_billions is None and words is None:
        return None
    return _Pace(
        told=told,
        effective=effective,
        billions=action.amount_billions,
        per=action.per,
        words=words if action.amount_billions is None else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Memory:
    """What the texts so far have left in force and announced; `decided`: when a text other than minutes last did so."""

    state: State | None = None
    decided: date | None = None
    paces: Mapping[_Subject, tuple[_Pace, ...]]

    def pace(self, action: PolicyAction, day: date) -> _Pace | None:
        """How much of what an action is about is in force on `day`."""
        started = [one for one in self.paces.get(_subject(action), ()) if one.effective <= day]
        return started[-1] if started else None

    def slower(self, action: PolicyAction, day: date) -> bool | None:
        """Whether an amount from `day` is below the one before; None where it is the same or one is not known."""
        if action.amount_billions is None:
            return None
        before, pace = action.previous_billions, self.pace(action, day)
        if before is None and pace is not None and pace.per is action.per:
            before = pace.billions
        if before is None or before == action.amount_billions:
            return None
        return action.amount_billions < before

    def told_on(self, action: PolicyAction, day: date) -> bool:
        """Whether a text of that day has said how much of what an action is about."""
        return any(one.told == day for one in self.paces.get(_subject(action), ()))


def _subject(action: PolicyAction) -> _Subject:
    return action.action, action.security


def changes(readings: Iterable[Spoken]) -> tuple[Change, ...]:
    """Every dated change of balance-sheet policy that some texts state.

    1. Texts are taken in the order of their decisions, not of their release: minutes that come out after the next
       decision do not undo it. What was not released has no place among `readings`.
    2. The actions of a text that start later are steps of their own (`_steps`).
    3. Of each step the state follows from what is bought, sold, redeemed or reinvested (`_programme`).
    4. A new state is a change, and so is an amount that is not the last one known of its security.

    Parameters
    ----------
    readings
        What was read from each text, in any order.

    Examples
    --------
    >>> from datetime import UTC
    >>> from runoff.text.statement import read
    >>> day = date(2025, 10, 29)
    >>> text = "The Committee decided to conclude the reduction of its aggregate securities holdings on December 1."
    >>> found = read(text, day=day)
    >>> spoken = Spoken(
    ...     document="fed:statement:2025-10-29",
    ...     kind=DocumentKind.STATEMENT,
    ...     day=day,
    ...     known_at=datetime(2025, 10, 29, 18, tzinfo=UTC),
    ...     reading=found,
    ... )
    >>> [(one.state.value, one.effective.isoformat()) for one in changes([spoken])]
    [('ended', '2025-12-01')]
    """
    memory, found = _Memory(paces={}), []
    for spoken in sorted(_dated(readings), key=lambda one: (one.day, KINDS.index(one.kind), one.document)):
        for effective, step in _steps(spoken):
            memory, made = _taken(memory, spoken, effective, step)
            found += made
    return tuple(found)


def _dated(readings: Iterable[Spoken]) -> list[Spoken]:
    """The texts, minutes of a meeting of two days that are filed under its first moved to the day of its decision."""
    found = list(readings)
    decided = {one.day for one in found if one.kind is DocumentKind.STATEMENT}

    def moved(one: Spoken) -> Spoken:
        next_day = one.day + timedelta(days=1)
        if one.kind is DocumentKind.MINUTES and one.day not in decided and next_day in decided:
            return replace(one, day=next_day)
        return one

    return [moved(one) for one in found]


def _steps(spoken: Spoken) -> list[tuple[date, tuple[PolicyAction, ...]]]:
    """The actions of a text by the day from which they apply; those that say nothing apply from its own day.

    Of a text by which purchases go on, run-off is a plan: it is left out.
    """
    actions = spoken.reading.actions
    if any(_is_of_assets(one) for one in actions):
        actions = tuple(one for one in actions if one.action is not Move.REDEEM)

    def start(action: PolicyAction) -> date:
        end = _last_day(action, spoken.day) if action.direction is Direction.END else None
        return max(action.effective or end or spoken.day, spoken.day)

    ordered = sorted(actions, key=start)
    return [(day, tuple(step)) for day, step in groupby(ordered, key=start)]


def _last_day(action: PolicyAction, day: date) -> date | None:
    """The day by which what ends will have ended, where the text binds it to the end of a month or of the quarter."""
    for condition in action.conditions:
        if (match := _END_OF.search(condition)) is None:
            continue
        month, year = match["month"], int(match["year"] or day.year)
        if month is None:
            last = day.month if match["this"] == "this month" else (day.month + 2) // 3 * 3
            return last_day(date(day.year, last, 1))
        return last_day(date(year, _MONTHS.index(month.capitalize()) + 1, 1))
    return None


def _taken(
    memory: _Memory, spoken: Spoken, effective: date, step: Sequence[PolicyAction]
) -> tuple[_Memory, list[Change]]:
    """What a step leaves in force, and the changes that it is."""
    if spoken.kind is DocumentKind.MINUTES:
        # They repeat a decision, with what was still to be done of the one before: amounts told that day stand.
        step = [_without_amount(one) if memory.told_on(one, spoken.day) else one for one in step]
    if (programme := _programme(memory, spoken, effective, step)) is None:
        return memory, []
    state, actions = programme
    is_repeated = spoken.kind is DocumentKind.MINUTES and memory.decided == spoken.day
    if is_repeated and state is not memory.state and memory.state not in OVER:
        return memory, []
    known = memory if _family(state) == _family(memory.state) else _Memory(state=state, paces={})
    paces, changed = dict(known.paces), []
    for action in actions:
        pace = _pace(action, spoken.day, effective)
        if pace is None or pace.same(known.pace(action, effective)):
            continue
        before = tuple(one for one in paces.get(_subject(action), ()) if one.effective < effective)
        paces[_subject(action)] = (*before, pace)
        changed.append(action)
    if not changed and state is not memory.state:
        changed = [*actions[:1]]
    made = [_change(spoken, effective, (state, memory.state), action) for action in changed]
    decided = spoken.day if made and spoken.kind is not DocumentKind.MINUTES else memory.decided
    return _Memory(state=state, decided=decided, paces=paces), made


def _without_amount(action: PolicyAction) -> PolicyAction:
    return replace(
        action,
        amount_billions=None,
        per=None,
        previous_billions=None,
        conditions=(),
        direction=None if action.direction is not Direction.END else action.direction,
    )


def _is_of_assets(action: PolicyAction) -> bool:
    """Whether it is a purchase that adds to holdings for its own sake: no bills, no reserves, no exercise, no end."""
    return (
        action.action is Move.PURCHASE
        and action.direction is not Direction.END
        and action.security is not Security.BILLS
        and not _is_small(action)
        and not _is_of_reserves(action.sentence)
    )


@lru_cache(maxsize=1024)
def _is_of_reserves(sentence: str) -> bool:
    """Whether a sentence says that something is done to keep reserves ample."""
    return _RESERVES.search(sentence) is not None


def _change(
    spoken: Spoken, effective: date, states: tuple[State, State | None], action: PolicyAction
) -> Change:
    return Change(
        day=spoken.day,
        known_at=spoken.known_at,
        effective=effective,
        state=states[0],
        previous=states[1],
        security=action.security,
        amount_billions=action.amount_billions,
        per=action.per,
        sentence=action.sentence,
        document=spoken.document,
    )


def _family(state: State | None) -> frozenset[State]:
    """The states between which amounts compare: the purchases of a taper with those before it, caps with caps."""
    for family in (_BUYING, _DRAINING):
        if state in family:
            return family
    return frozenset() if state is None else frozenset({state})


_Programme = tuple[State, Sequence[PolicyAction]]


def _programme(
    memory: _Memory, spoken: Spoken, effective: date, step: Sequence[PolicyAction]
) -> _Programme | None:
    """The state that a step means, and the actions that decide it; None where it leaves the state as it is."""
    going = [one for one in step if one.direction is not Direction.END]
    ending = [one for one in step if one.direction is Direction.END]
    bought = [one for one in going if one.action is Move.PURCHASE and not _is_small(one)]
    for_reserves = [one for one in bought if _is_of_reserves(one.sentence)]
    assets = [one for one in going if _is_of_assets(one)]
    sold = [one for one in going if one.action is Move.SELL]
    drained = [one for one in going if one.action is Move.REDEEM and one.security is not Security.BILLS]
    if sold and {one.security for one in assets} <= {one.security for one in sold}:
        return (State.TWIST, [*assets, *sold]) if assets else (State.ACTIVE_SALES, sold)
    if assets:
        return _purchases(memory, effective, assets), assets
    if for_reserves:
        return State.RESERVE_MANAGEMENT, for_reserves
    if drained and (state := _run_off(memory, effective, drained)) is not None:
        return state, drained
    return _stopped(memory, spoken, ending) or _kept(memory, spoken, step)


def _is_small(action: PolicyAction) -> bool:
    """Whether a purchase only keeps the Desk in practice."""
    return action.amount_billions is not None and action.amount_billions < _SMALL_VALUE


def _purchases(memory: _Memory, effective: date, bought: Sequence[PolicyAction]) -> State:
    """QE or its taper: amounts decide, words where there are none to compare, and else nothing changed."""
    slower = [memory.slower(one, effective) for one in bought]
    if True in slower or False in slower:
        return State.QE if False in slower else State.TAPER
    if any(one.direction is Direction.SLOW for one in bought):
        return State.TAPER
    return memory.state if memory.state in _BUYING and memory.state is not None else State.QE


def _run_off(memory: _Memory, effective: date, drained: Sequence[PolicyAction]) -> State | None:
    """Run-off or its slowing; None where a cap is only restated until an end that is decided already."""
    if memory.state not in _DRAINING:
        is_begun = any(one.direction is Direction.START for one in drained)
        is_new = memory.state not in OVER and memory.state is not State.RESERVE_MANAGEMENT
        return State.RUN_OFF if is_begun or is_new else None
    slower = [memory.slower(one, effective) for one in drained]
    if True in slower or False in slower:
        return State.RUN_OFF if False in slower else State.SLOWED_RUN_OFF
    if any(one.direction is Direction.SLOW for one in drained):
        return State.SLOWED_RUN_OFF
    return memory.state


def _stopped(memory: _Memory, spoken: Spoken, ending: Sequence[PolicyAction]) -> _Programme | None:
    """The end of run-off or of purchases, where something was under way or nothing is known."""
    run_off = [one for one in ending if one.action is Move.REDEEM]
    if run_off and memory.state not in OVER and memory.state is not State.RESERVE_MANAGEMENT:
        return State.ENDED, run_off
    bought = [one for one in ending if one.action is Move.PURCHASE]
    still = [
        one
        for one in spoken.reading.actions
        if one.action is Move.PURCHASE and one.direction is not Direction.END
    ]
    if bought and not still and memory.state not in _DRAINING | OVER:
        return State.HOLD, bought
    return None


def _kept(memory: _Memory, spoken: Spoken, step: Sequence[PolicyAction]) -> _Programme | None:
    """What reinvestment alone means: a mix that shifts, purchases that a directive leaves out, or a level held."""
    kept = [one for one in step if one.action in {Move.REINVEST, Move.ROLL}]
    moved = [
        one for one in kept if one.security in _AGENCY and one.into in {Security.BILLS, Security.TREASURIES}
    ]
    said_of = {one.action for one in spoken.reading.actions}
    if moved and (memory.state in OVER or (memory.state in _DRAINING and Move.REDEEM not in said_of)):
        return State.MIX_SHIFT, moved
    is_whole = spoken.kind in _DIRECTIVES and not spoken.reading.unsure
    if kept and (
        memory.state is None
        or (memory.state in _BUYING and is_whole and said_of <= {Move.REINVEST, Move.ROLL})
    ):
        return State.HOLD, kept
    return None


def in_force(found: Sequence[Change], day: date) -> Change | None:
    """The change whose state applies on `day`; None before the first.

    Of those that have started it is the one decided last: what was decided earlier and starts later it has overtaken.
    """
    return next((change for change in reversed(found) if change.effective <= day), None)
