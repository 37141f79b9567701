"""Balance-sheet policy on a day, as known then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from runoff.actions.workspace import Workspace
from runoff.core.errors import Unavailable
from runoff.core.language import Words
from runoff.core.policy import State, Step
from runoff.core.time import parse_date
from runoff.core.view import Needs


class Standing(StrEnum):
    """How a step stands on a day."""

    IN_FORCE = "in_force"
    ANNOUNCED = "announced"
    UNDATED = "undated"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRow:
    """A step of a policy: whether it is in force, announced or announced without a start, and what it says."""

    standing: Standing
    effective: date | None
    programme: str
    state: State
    security: str | None
    amount_kind: str | None
    amount_billions: float | None
    currency: str
    per: str
    until: date | None
    known_at: datetime
    verified: bool
    note: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReport:
    """The state of a policy on a day, since when it holds, and its steps."""

    SHOWN: ClassVar = (
        "standing",
        "effective",
        "programme",
        "security",
        "amount_kind",
        "amount_billions",
        "verified",
    )

    as_of: datetime
    bank: str
    day: date
    state: State
    since: date
    verified: bool
    rows: tuple[PolicyRow, ...]


def policy(
    work: Workspace,
    words: Words,
    *,
    on: str | None = None,
    bank: str = "fed",
    as_of: str | None = None,
) -> PolicyReport:
    """The balance-sheet policy in force on a day, as it was known then.

    Parameters
    ----------
    on
        The day the policy is asked for; by default the day of `as_of`.
    bank
        The central bank.
    as_of
        A date or a time with a zone: later announcements are not seen; by default the end of the day `on`, or else
        the last moment at which anything in the store became known.
    """
    view = work.view(Needs(policy=frozenset({bank})), as_of or on)
    day = parse_date(on, what="on") if on else view.as_of.date()
    found = view.policy(bank).in_force(day)
    if found is None:
        raise Unavailable(
            "no balance-sheet policy of {bank} is on record for {day}, as known at {as_of}",
            bank=bank,
            day=day,
            as_of=words.instant(view.as_of),
        )
    return PolicyReport(
        as_of=view.as_of,
        bank=bank,
        day=day,
        state=found.state,
        since=found.since,
        verified=found.verified,
        rows=(
            *_rows(Standing.IN_FORCE, found.terms),
            *_rows(Standing.ANNOUNCED, found.announced),
            *_rows(Standing.UNDATED, found.undated),
        ),
    )


def _rows(standing: Standing, steps: Iterable[Step]) -> Iterator[PolicyRow]:
    for step in steps:
        yield PolicyRow(
            standing=standing,
            effective=step.effective,
            programme=step.programme,
            state=step.state,
            security=step.security,
            amount_kind=step.amount_kind,
            amount_billions=step.amount,
            currency=step.currency,
            per=step.per,
            until=step.until,
            known_at=step.known_at,
            verified=step.verified,
            note=step.note,
            source=step.source,
        )
