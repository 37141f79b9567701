"""Policy state: what balance-sheet policy is doing, by the calendar and by what the central bank said.

1. The calendar of steps gives the policy in force on the day of the view (`core.policy`).
2. Separately, the texts known then are read (`text.statement`), and a state machine goes through them in the order of
   their decisions (`changes`): every change of state or of a published amount, with its sentence and document. Texts
   from before the programme before the last are left unread: they change nothing any more (`_first_day`).
3. The reading is the calendar's; the texts say the same, something else, or nothing. Loans stand beside a policy and
   are no part of it: they are the state only while nothing has been decided on holdings (2008).

The states never run into one another: the end of run-off is not a rate cut, and reserve management is not QE.

References
----------
Federal Open Market Committee, statements, implementation notes and minutes; Federal Reserve Bank of New York, operating
policy statements; H.4.1, table 1 (loans).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Final

from runoff.core.document import Document
from runoff.core.errors import Unavailable
from runoff.core.language import Words, said
from runoff.core.policy import Policy, PolicyCalendar, State
from runoff.core.signal import Gauge, Reading, SignalPlugin, Threshold
from runoff.core.units import DAYS, MONTHS, PERCENT, USD_BILLIONS, Unit
from runoff.core.view import Needs, View
from runoff.text.facts import StatementReading
from runoff.text.stance import KINDS, OVER, Change, Spoken, changes, in_force
from runoff.text.statement import read as read_statement

_BANK: Final = "fed"
_LOANS, _ASSETS = "frb:WLCFLL", "frb:WALCL"
# What the calendar and a text may each say of one thing: of the end of run-off, the less exact text leaves the mix out.
_SAME: Final = (OVER,)
# By these holdings grow, and by these they shrink.
_GROWING: Final = frozenset({State.QE, State.TAPER, State.TWIST})
_SHRINKING: Final = frozenset({State.RUN_OFF, State.SLOWED_RUN_OFF, State.ACTIVE_SALES})
# Announced beside a policy, without changing what is bought or redeemed.
_BESIDE: Final = frozenset({State.COMMUNICATION, State.EMERGENCY_LENDING})
# Share of loans in total assets from which lending is more than the discount window's daily business, percent: below
# it in every week of 2002 to 2007 and of 2012 to 2019 (H.4.1), above it in the crises between and since. Ours.
_LENDING: Final = 1.0
_DAYS_A_MONTH: Final = 365.25 / 12
# How sure a reading is: texts and calendar agree, no texts, they disagree; texts or loans alone; a step of the calendar
# that was not read in a primary text. Ours.
_SURE: Final[Mapping[str, float]] = {"yes": 1.0, "no_texts": 0.8, "no": 0.5}
_TEXTS_ALONE, _LOANS_ALONE, _UNVERIFIED = 0.6, 0.5, 0.8

# --- The reading -----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=2048)  # a store of every text since 2008 holds some 600
def _read_once(text: str, day: date) -> StatementReading:
    return read_statement(text, day=day)


def spoken(document: Document) -> Spoken:
    """A document as the state machine takes it; each text is read once a process."""
    return Spoken(
        document=document.id,
        kind=document.kind,
        day=document.day,
        known_at=document.published_at,
        reading=_read_once(document.text, document.day),
    )


@lru_cache(maxsize=64)  # between two texts every view has the same
def _changes_of(documents: tuple[Document, ...]) -> tuple[Change, ...]:
    return changes(spoken(one) for one in documents)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stated:
    """A state, since when, and the last day on which anything about it changed."""

    state: State
    since: date
    changed: date


def _by_texts(found: Sequence[Change], day: date) -> _Stated | None:
    """The state in force on `day` by the texts; it holds since the first of the unbroken run of that state."""
    if (last := in_force(found, day)) is None:
        return None
    since = last.effective
    for change in reversed(found[: found.index(last)]):
        if change.effective > day:
            continue
        if change.state is not last.state:
            break
        since = min(since, change.effective)
    return _Stated(state=last.state, since=since, changed=last.effective)


def _by_calendar(calendar: PolicyCalendar, day: date) -> tuple[_Stated | None, Policy | None]:
    """The state in force on `day` by the calendar, and the policy behind it."""
    started = [
        step.effective
        for step in calendar.steps
        if step.effective is not None and step.effective <= day and step.state not in _BESIDE
    ]
    if not started or (policy := _policy(calendar, max(started))) is None:
        return None, None
    return _Stated(state=policy.state, since=policy.since, changed=max(started)), policy


@lru_cache(maxsize=64)  # it is the same on every day until the next step starts
def _policy(calendar: PolicyCalendar, day: date) -> Policy | None:
    return calendar.in_force(day)


def _agreement(calendar: _Stated | None, found: Sequence[Change], announced: State | None, day: date) -> str:
    """Whether both say the same, of today or of what was announced last: texts often give no day for its start."""
    texts = _by_texts(found, day)
    if calendar is None and texts is None:
        return "yes"  # both: nothing
    if texts is None:
        return "no"
    is_of_today = calendar is not None and _alike(calendar.state, texts.state)
    return "yes" if is_of_today or _alike(announced, found[-1].state) else "no"


def _alike(one: State | None, other: State | None) -> bool:
    return one is not None and (one is other or any({one, other} <= same for same in _SAME))


def _first_day(calendar: PolicyCalendar, day: date) -> date:
    """From when on texts have a say on `day`: the announcement of the programme before the one in force.

    A programme is a run of steps that all buy, all drain, or all do neither. Whatever the texts before that said of
    states and amounts, those of a whole programme since then have replaced it.
    """
    started = sorted(
        (step.effective, step.known_at.date(), _direction(step.state))
        for step in calendar.steps
        if step.effective is not None and step.effective <= day and step.state not in _BESIDE
    )
    firsts = [min(step[1] for step in run) for _, run in groupby(started, key=lambda step: step[2])]
    return firsts[-2] if len(firsts) > 1 else date.min


def _direction(state: State) -> int:
    """Whether holdings grow, shrink or stay by their policy."""
    return (state in _GROWING) - (state in _SHRINKING)


def _last_announced(calendar: PolicyCalendar) -> State | None:
    """The state of the last dated step that was announced; the steps come in that order."""
    dated = [
        step.state for step in calendar.steps if step.effective is not None and step.state not in _BESIDE
    ]
    return dated[-1] if dated else None


def _lending(view: View) -> tuple[Gauge, Gauge]:
    """Loans of the central bank, and their share in its assets of that week or the last one known; or the reason."""
    loans, assets = view.known(_LOANS), view.known(_ASSETS)
    last = None if loans is None else loans.last()
    whole = None if assets is None or last is None else assets.in_force(last.period)
    if last is None or whole is None:
        note = said("not in the store, or not known at this date")
        return (
            Gauge(id="loans", title=_LOANS_TITLE, value=None, unit=USD_BILLIONS.symbol, note=note),
            Gauge(id="loans_share", title=_SHARE_TITLE, value=None, unit=PERCENT.symbol, note=note),
        )
    amount = last.series.unit.to(USD_BILLIONS, last.value)
    total = whole.series.unit.to(USD_BILLIONS, whole.value)
    late = said("late: a newer figure was due") if view.is_late(_LOANS) else None

    def gauge(name: str, title: str, value: float, unit: Unit, bar: Threshold | None) -> Gauge:
        return Gauge(
            id=name,
            title=title,
            value=value,
            unit=unit.symbol,
            period=last.period,
            known_at=max(last.known_at, whole.known_at),
            threshold=bar,
            note=late,
            assumed=last.assumed or whole.assumed,
            digests=tuple(sorted({last.digest, whole.digest})),
        )

    bar = Threshold(value=_LENDING, source=_LENDING_SAID)
    return (
        gauge("loans", _LOANS_TITLE, amount, USD_BILLIONS, None),
        gauge("loans_share", _SHARE_TITLE, 100.0 * amount / total, PERCENT, bar),
    )


_LOANS_TITLE = said("Loans of the Federal Reserve")
_SHARE_TITLE = said("Loans, share of total assets")
_LENDING_SAID = said("ours: no week of 2002 to 2007 or of 2012 to 2019 reached it; 2008, 2020 and 2023 did")


def read(view: View) -> Reading:
    """The state of balance-sheet policy on the day of the view, by the calendar and by texts.

    Raises
    ------
    Unavailable
        If there is no calendar, or nothing on holdings had been decided and little was lent.
    """
    day = view.as_of.date()
    calendar = view.policy(_BANK)
    first = _first_day(calendar, day)
    documents = tuple(one for kind in KINDS for one in view.documents(_BANK, kind) if one.day >= first)
    found = _changes_of(documents)
    (by_calendar, policy), by_texts = _by_calendar(calendar, day), _by_texts(found, day)
    loans, share = _lending(view)
    is_emergency = share.value is not None and share.value > _LENDING
    agree = _agreement(by_calendar, found, _last_announced(calendar), day) if documents else "no_texts"
    stated, sure = by_calendar or by_texts, _SURE[agree]
    if by_calendar is None:
        sure = _TEXTS_ALONE
    elif policy is not None and not policy.verified:
        sure *= _UNVERIFIED
    if stated is None and not is_emergency:
        raise Unavailable(
            "nothing on the Federal Reserve's holdings had been decided by {day}; the calendar starts in November "
            "2008: take a later date, or runoff update --source fomc",
            day=day,
        )
    evidence = in_force(found, day)
    return Reading(
        signal="policy_state",
        as_of=view.as_of,
        state=State.EMERGENCY_LENDING if stated is None else stated.state,
        confidence=round(_LOANS_ALONE if stated is None else sure, 3),
        gauges=(*_times(stated, day), loans, share),
        evidence=() if evidence is None else (_quoted(evidence),),
        facts=_facts(by_calendar, by_texts, agree)
        | {
            "since": stated.since.isoformat() if stated else "",
            "emergency_lending": "yes" if is_emergency else "no" if share.value is not None else "unknown",
            "document": "" if evidence is None else evidence.document,
        },
    )


def _facts(calendar: _Stated | None, texts: _Stated | None, agree: str) -> dict[str, str]:
    found = {"agree": agree}
    for name, stated in (("calendar", calendar), ("text", texts)):
        found[f"{name}_state"] = stated.state.value if stated else ""
        found[f"{name}_since"] = stated.since.isoformat() if stated else ""
    return found


def _quoted(change: Change) -> str:
    """The sentence of a change with its day and document, as it stands there."""
    return f"{change.day.isoformat()}, {change.document}: {change.sentence}"


def _times(stated: _Stated | None, day: date) -> tuple[Gauge, ...]:
    """How long ago the last change was, and how long the state has been in force."""
    if stated is None:
        return ()
    return (
        Gauge(
            id="days_since_change",
            title=said("Time since the last change"),
            value=float((day - stated.changed).days),
            unit=DAYS.symbol,
            period=stated.changed,
        ),
        Gauge(
            id="months_in_state",
            title=said("Time in this state"),
            value=round((day - stated.since).days / _DAYS_A_MONTH, 1),
            unit=MONTHS.symbol,
            period=stated.since,
        ),
    )


STATES: Final[Mapping[str, str]] = {
    State.QE: said("Asset purchases (QE)"),
    State.TAPER: said("Asset purchases are being slowed (taper)"),
    State.HOLD: said("Holdings are kept level (full reinvestment)"),
    State.TWIST: said("Maturity extension (twist)"),
    State.RESERVE_MANAGEMENT: said("Reserve management"),
    State.ENDED: said("Run-off has ended"),
    State.MIX_SHIFT: said("Run-off has ended; the mix shifts from agency securities to Treasuries"),
    State.SLOWED_RUN_OFF: said("Slowed run-off (QT at lower caps)"),
    State.RUN_OFF: said("Passive run-off (QT)"),
    State.ACTIVE_SALES: said("Active sales"),
    State.EMERGENCY_LENDING: said("Emergency lending"),
}


def say(reading: Reading, words: Words) -> str:
    """The state and since when, whether texts say the same, and what the state is not."""
    state, facts = words.text(STATES[reading.state]), reading.facts
    if reading.state == State.EMERGENCY_LENDING:
        found = [words.text("{state}: nothing on holdings has been decided.", state=state)]
    else:
        since = words.date(date.fromisoformat(facts["since"]))
        found = [words.text("{state}, since {since}.", state=state, since=since)]
        found.append(_of_texts(reading, words))
    if reading.state == State.RESERVE_MANAGEMENT:
        found.append(words.text("Reserve management keeps reserves ample; it is not QE."))
    if reading.state in {State.MIX_SHIFT, State.ENDED, State.RESERVE_MANAGEMENT}:
        found.append(words.text("The end of run-off is not a rate cut."))
    share, loans = reading.gauge("loans_share").value, reading.gauge("loans").value
    if facts["emergency_lending"] == "yes" and share is not None and loans is not None:
        found.append(
            words.text(
                "Loans are {loans}, {share} of assets: lending beside the policy, and no part of it.",
                loans=words.amount(loans, USD_BILLIONS),
                share=words.amount(share, PERCENT),
            )
        )
    return words.sentences(found)


def _of_texts(reading: Reading, words: Words) -> str:
    facts = reading.facts
    if facts["agree"] == "no_texts":
        return words.text("By the calendar alone: no recent texts in the store: runoff update --source fomc.")
    if not facts["text_state"]:
        return words.text("By the calendar alone: no text known yet speaks of holdings.")
    text = words.text(STATES[facts["text_state"]])
    since = words.date(date.fromisoformat(facts["text_since"]))
    if not facts["calendar_state"]:
        return words.text("By texts alone: the calendar has nothing in force.")
    if facts["agree"] == "no":
        return words.text("Texts say otherwise: {state}, since {since}.", state=text, since=since)
    if not _alike(State(facts["text_state"]), State(facts["calendar_state"])):
        return words.text(
            "Texts announced the next state on {since}: {state}; the calendar has it start on another day.",
            state=text,
            since=since,
        )
    if facts["text_state"] != facts["calendar_state"]:
        return words.text("Texts agree, less exactly: {state}, since {since}.", state=text, since=since)
    return words.text("Texts say the same, since {since}.", since=since)


SIGNAL = SignalPlugin(
    title=said("Policy state"),
    says=said(
        "What balance-sheet policy is doing, by the calendar and by what the central bank said, and whether they agree."
    ),
    needs=Needs(policy=frozenset({_BANK}), optional=frozenset({_LOANS, _ASSETS}), documents=frozenset(KINDS)),
    states=STATES,
    read=read,
    say=say,
)
