"""A policy written down by a user: a TOML file of dated steps that depart from a central bank's own calendar.

The same format serves the named policies that ship::

    title = "Run-off again from 2027"
    says = "Caps of 60 and 35 billion a month from January 2027."

    [[step]]
    effective = 2027-01-01
    state = "run_off"
    security = "treasuries"
    kind = "cap"
    billions = 60
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from runoff.core import toml_file
from runoff.core.errors import ConfigError
from runoff.core.policy import PolicyCalendar, State, Step
from runoff.core.source import Payload
from runoff.core.time import end_of_day, month_after
from runoff.core.toml_file import Keys

SECURITIES = ("treasuries", "bills", "agency_mbs")
KINDS = ("cap", "mix_cap", "into_bills", "purchase", "sale", "envelope")
# What can be done with each; anything else would be passed over in silence.
_DONE_WITH = {
    "treasuries": ("cap", "into_bills", "purchase", "sale", "envelope"),
    "bills": ("purchase",),
    "agency_mbs": ("cap", "mix_cap", "into_bills", "purchase", "sale", "envelope"),
}
_HINDSIGHT = "hindsight"
_FILE_KEYS = frozenset({"title", "says", "follows", "known", "step"})
_STEP_KEYS = frozenset(
    {"effective", "after_months", "state", "security", "kind", "billions", "per", "years", "above"}
)
_PER = ("month", "year")
_MOST_BILLIONS = 1e6  # a month; more than thirty times what the Treasury owes
_LONGEST_YEARS = 30.0  # of what the Treasury issues
_MOST_MONTHS = 1200
_A_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedStep:
    """A step of a policy file: dated, or so many months after the month in which the policy starts."""

    effective: date | None
    after_months: int | None
    state: State
    security: str | None
    kind: str | None
    billions: float | None
    per: str
    years: tuple[float, float] | None
    above: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPolicy:
    """A policy by name: what it says, whose calendar it follows until its own steps, and these.

    `known` is the day up to which announcements of the calendar are followed; None follows those known at the moment
    of the projection, and `hindsight` (written known = "hindsight") all there are, whenever they were made.
    """

    id: str
    title: str
    says: str
    follows: str
    known: date | None
    hindsight: bool
    steps: tuple[NamedStep, ...]

    def calendar(self, history: PolicyCalendar, as_of: datetime) -> PolicyCalendar:
        """The steps of the calendar followed and then the policy's own, which overtake it from their start."""
        followed = history
        if not self.hindsight:
            followed = history.known(as_of if self.known is None else end_of_day(self.known))
        announced = max((as_of, *(step.known_at for step in followed.steps))) + _A_MOMENT
        own = [self._step(step, as_of, announced) for step in self.steps]
        return PolicyCalendar((*followed.steps, *own))

    def looks_ahead(self, history: PolicyCalendar, as_of: datetime) -> bool:
        """Whether it uses announcements that were made after `as_of`: a comparison in hindsight, and no forecast."""
        followed = self.calendar(history, as_of).steps[: -len(self.steps) or None]
        return any(step.known_at > as_of for step in followed)

    def _step(self, step: NamedStep, as_of: datetime, announced: datetime) -> Step:
        effective = step.effective or month_after(as_of.date(), step.after_months or 0)
        return Step(
            bank=self.follows,
            known_at=announced,
            effective=effective,
            programme=self.title,
            state=step.state,
            security=step.security,
            amount_kind=step.kind,
            amount=step.billions,
            currency="USD",
            per=step.per if step.kind else "",
            until=None,
            verified=True,
            note="",
            source="",
            above=step.above,
            years=step.years,
        )


def read_policy(payload: Payload, policy_id: str) -> NamedPolicy:
    """Read a policy file.

    Raises
    ------
    ConfigError
        If it is no TOML, or a value is missing, unknown or means nothing: the message names the step and the key.
    """
    where, table = payload.name, toml_file.read_table(payload)
    toml_file.require_keys(where, table, _FILE_KEYS)
    hindsight = table.get("known") == _HINDSIGHT
    steps = table.get("step", [])
    if not isinstance(steps, list):
        raise ConfigError("{file}: write each step under [[step]], with two brackets", file=where)
    return NamedPolicy(
        id=policy_id,
        title=toml_file.text(where, table, "title"),
        says=toml_file.text(where, table, "says"),
        follows=toml_file.text(where, table, "follows") if "follows" in table else "fed",
        known=None if hindsight else toml_file.day(where, table, "known"),
        hindsight=hindsight,
        steps=_distinct(where, [_read_step(f"{where}, step {n}", step) for n, step in enumerate(steps, 1)]),
    )


def _distinct(where: str, steps: list[NamedStep]) -> tuple[NamedStep, ...]:
    """Refuse two steps of which the later would take the place of the earlier on the day it starts."""
    first: dict[object, int] = {}
    for number, step in enumerate(steps, 1):
        place = step.effective, step.after_months, step.security, step.years
        if (other := first.setdefault(place, number)) != number:
            raise ConfigError(
                "{where}, step {number}: it takes the place of step {other}, which starts with it and is on the same "
                "security; keep one of them, or give each its own years",
                where=where,
                number=number,
                other=other,
            )
    return tuple(steps)


def _read_step(where: str, table: object) -> NamedStep:
    if not isinstance(table, dict):
        raise ConfigError(
            "{where}: {found!r} is no step; write it under [[step]], or as {{ effective = 2027-01-01, ... }}",
            where=where,
            found=table,
        )
    toml_file.require_keys(where, table, _STEP_KEYS)
    effective = toml_file.day(where, table, "effective")
    after_months = toml_file.whole(where, table, "after_months", lowest=1, highest=_MOST_MONTHS)
    if (effective is None) == (after_months is None):
        raise ConfigError(
            "{where}: expected either effective = 2027-01-01 or after_months = 1, and not both", where=where
        )
    security = toml_file.choice(where, table, "security", SECURITIES)
    kind = toml_file.choice(where, table, "kind", KINDS)
    if (security is None) != (kind is None):
        raise ConfigError(
            "{where}: security and kind come together; leave both out to end all terms in force", where=where
        )
    if security is not None and kind not in _DONE_WITH[security]:
        raise ConfigError(
            "{where}: kind = {kind!r}; expected of {security} one of {kinds}",
            where=where,
            kind=kind,
            security=security,
            kinds=", ".join(_DONE_WITH[security]),
        )
    if (state := toml_file.choice(where, table, "state", tuple(State))) is None:
        raise ConfigError("{where}: {key} is missing", where=where, key="state")
    return NamedStep(
        effective=effective,
        after_months=after_months,
        state=State(state),
        security=security,
        kind=kind,
        billions=_billions(where, table, kind),
        per=toml_file.choice(where, table, "per", _PER) or "month",
        years=_years(where, table, security, kind),
        above=_above(where, table, security, kind),
    )


def _billions(where: str, table: Keys, kind: str | None) -> float | None:
    """The amount of a step: nil or more, infinity only for a cap; None for what has none."""
    found = toml_file.number(
        where,
        table,
        "billions",
        lowest=0,
        highest=_MOST_BILLIONS,
        unbounded=kind in {"cap", "mix_cap"},
    )
    needed = kind is not None and kind != "into_bills"
    if needed and found is None:
        raise ConfigError("{where}: {key} is missing", where=where, key="billions")
    if not needed and found is not None:
        raise ConfigError("{where}: a step of this kind has no amount; leave billions out", where=where)
    return found


def _years(where: str, table: Keys, security: str | None, kind: str | None) -> tuple[float, float] | None:
    found = table.get("years")
    if found is None:
        return None
    if security != "treasuries" or kind not in {"purchase", "sale"}:
        raise ConfigError(
            "{where}: years = {found!r}; only a purchase or a sale of treasuries has them, leave years out",
            where=where,
            found=found,
        )
    if isinstance(found, list) and len(found) == 2 and all(type(n) in (int, float) for n in found):
        shortest, longest = found
        if 0 <= shortest < longest <= _LONGEST_YEARS:
            return float(shortest), float(longest)
    raise ConfigError(
        "{where}: years = {found!r}; expected the shortest and the longest maturity, as [6, 30]",
        where=where,
        found=found,
    )


def _above(where: str, table: Keys, security: str | None, kind: str | None) -> str | None:
    """What agency principal above a cap becomes."""
    found = toml_file.choice(where, table, "above", SECURITIES)
    if found is not None and (security != "agency_mbs" or kind not in {"cap", "mix_cap"}):
        raise ConfigError(
            "{where}: above = {found!r}; only a cap on agency_mbs has it, leave above out",
            where=where,
            found=found,
        )
    return found
