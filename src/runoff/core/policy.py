"""Policy as data: dated steps, each known from a moment and in force from a day, and the policy in force as known then.

States are those of the field and never run into one another: the end of run-off is not a rate cut, and reserve
management is not QE.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from itertools import groupby

from runoff.core.errors import Unparseable
from runoff.core.source import Payload
from runoff.core.tabular import read_rows


class State(StrEnum):
    """What a balance-sheet policy is doing."""

    QE = "qe"
    TAPER = "taper"
    HOLD = "hold"
    RUN_OFF = "run_off"
    SLOWED_RUN_OFF = "slowed_run_off"
    ACTIVE_SALES = "active_sales"
    ENDED = "ended"
    RESERVE_MANAGEMENT = "reserve_management"
    MIX_SHIFT = "mix_shift"
    TWIST = "twist"
    EMERGENCY_LENDING = "emergency_lending"
    COMMUNICATION = "communication"


# Announced beside a policy, without changing what is bought or redeemed.
_BESIDE = frozenset({State.EMERGENCY_LENDING, State.COMMUNICATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a policy calendar.

    `effective` is None where an action was announced without its start; `amount` is in billions of `currency` per
    `per` (month, year, total), and what it limits is `amount_kind`:

    - ``cap``: what may be redeemed; `above` says what the rest of agency principal becomes (by default what matured);
    - ``mix_cap``: what of agency principal goes into Treasuries; `above` says what the rest becomes;
    - ``into_bills``: all that matures goes into Treasury bills;
    - ``purchase`` and ``sale``: net of reinvestment, of securities that mature `years` later where these are given;
    - ``envelope``: redemptions and sales together.

    `until` is the last day a published pace covers; `verified` is False where no primary text was read: such a line
    decides nothing alone and is shown as such.
    """

    bank: str
    known_at: datetime
    effective: date | None
    programme: str
    state: State
    security: str | None
    amount_kind: str | None
    amount: float | None
    currency: str
    per: str
    until: date | None
    verified: bool
    note: str
    source: str
    above: str | None = None
    years: tuple[float, float] | None = None

    @property
    def subject(self) -> tuple[str | None, tuple[float, float] | None]:
        """What the step is about: a security, or some maturities of it. A later step on the same replaces it."""
        return self.security, self.years


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The policy in force on a day, as it was known at a moment.

    `terms` are the steps whose amounts apply, one per security (or maturities of it); `announced` those that start
    later; `undated` those announced without a start; `verified` says whether the start of the state was read in a
    primary text.
    """

    state: State
    since: date
    terms: tuple[Step, ...]
    announced: tuple[Step, ...]
    undated: tuple[Step, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class PolicyCalendar:
    """All steps of one central bank, in the order they became known and took effect."""

    steps: tuple[Step, ...]

    def known(self, as_of: datetime) -> PolicyCalendar:
        """The steps that had been announced by `as_of`."""
        return PolicyCalendar(tuple(s for s in self.steps if s.known_at <= as_of))

    def in_force(self, day: date) -> Policy | None:
        """The policy in force on `day` according to these steps; None before the first.

        1. A step that a newer announcement overtook before it started is dropped (`_not_overtaken`).
        2. Steps are taken in the order they take effect (then as announced); those taking effect later are announced.
        3. A step replaces the term of its subject; one without a security replaces all terms.
        4. The state is that of the last steps; it holds since the first of the unbroken run of that state.
        """
        dated = _dated(self.steps)
        started = [pair for pair in dated if pair[0] <= day]
        if not started:
            return None
        terms: dict[object, Step] = {}
        state, since, decisive = None, started[0][0], [started[0][1]]
        for effective, group in groupby(started, key=lambda pair: pair[0]):
            steps = [step for _, step in group]
            for step in steps:
                if step.security is None:
                    terms.clear()
                else:
                    terms[step.subject] = step
            if steps[-1].state != state:
                state, since, decisive = steps[-1].state, effective, steps
        return Policy(
            state=decisive[-1].state,
            since=since,
            terms=tuple(terms.values()),
            announced=tuple(step for effective, step in dated if effective > day),
            undated=tuple(self._undated()),
            verified=all(s.verified for s in decisive),
        )

    def beside(self, day: date, days: int) -> tuple[Step, ...]:
        """Emergency lending that started in the `days` up to `day`: beside a policy, and no part of it."""
        return tuple(
            s
            for s in self.steps
            if s.state is State.EMERGENCY_LENDING
            and s.effective is not None
            and 0 <= (day - s.effective).days <= days
        )

    def _undated(self) -> Iterable[Step]:
        """Steps announced without a start, unless a later announcement of the same state gave one."""
        dated = [s for s in self.steps if s.effective is not None]
        for step in self.steps:
            if step.effective is None and not any(
                s.known_at > step.known_at and s.state == step.state for s in dated
            ):
                yield step


@lru_cache(maxsize=32)
def _dated(steps: tuple[Step, ...]) -> tuple[tuple[date, Step], ...]:
    """The steps with a date that count, in the order they take effect: the same for every day that is asked about."""
    found = [
        (step.effective, step) for step in steps if step.effective is not None and step.state not in _BESIDE
    ]
    return tuple(sorted(_not_overtaken(found), key=lambda pair: (pair[0], pair[1].known_at)))


def _not_overtaken(dated: list[tuple[date, Step]]) -> Iterable[tuple[date, Step]]:
    """The steps that no newer announcement, on the same subject or on all, replaced by or before their start."""
    for effective, step in dated:
        if not any(
            other.known_at > step.known_at
            and (other.security is None or other.subject == step.subject)
            and start <= effective
            for start, other in dated
        ):
            yield effective, step


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPlugin:
    """A plug-in in `policies/`: whose policy it is, and its calendar."""

    title: str
    calendar: Callable[[], PolicyCalendar]


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"known_at {text} has no time zone")
    return moment


def read_calendar(payload: Payload, bank: str) -> PolicyCalendar:
    """The steps of one central bank from a calendar file.

    Raises
    ------
    Unparseable
        If a row cannot be read, naming its line.
    """
    steps = []
    for line, row in read_rows(payload):
        try:
            if row["central_bank"] != bank:
                continue
            steps.append(
                Step(
                    bank=bank,
                    known_at=_instant(row["known_at"]),
                    effective=date.fromisoformat(row["effective"]) if row["effective"] else None,
                    programme=row["programme"],
                    state=State(row["state"]),
                    security=row["security"] or None,
                    amount_kind=row["amount_kind"] or None,
                    amount=float(row["amount_billions"]) if row["amount_billions"] else None,
                    currency=row["currency"],
                    per=row["per"],
                    above=row["above"] or None,
                    until=date.fromisoformat(row["until"]) if row["until"] else None,
                    verified=row["verified"] == "yes",
                    note=row["note"],
                    source=row["source"],
                )
            )
        except (KeyError, ValueError) as error:
            raise Unparseable(
                "{file}, line {line}: no step of a policy ({reason})",
                file=payload.name,
                line=line,
                reason=error,
            ) from error
    return PolicyCalendar(tuple(sorted(steps, key=lambda s: (s.known_at, s.effective or date.max))))
