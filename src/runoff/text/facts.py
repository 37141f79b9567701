"""What a text decides about the balance sheet, as values: who does what, how much, from when, on what condition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from runoff.core.errors import Unparseable


class Security(StrEnum):
    """The classes of securities that policy names; bills are never counted among `TREASURIES` here."""

    TREASURIES = "treasuries"
    AGENCY_MBS = "agency_mbs"
    AGENCY_DEBT = "agency_debt"
    BILLS = "bills"


class Move(StrEnum):
    """What is done with them: `REDEEM` lets them mature unreplaced, `ROLL` replaces them at auction."""

    PURCHASE = "purchase"
    REDEEM = "redeem"
    REINVEST = "reinvest"
    ROLL = "roll"
    SELL = "sell"


class Per(StrEnum):
    """The time over which an amount counts; `TOTAL` is that of the whole programme."""

    MONTH = "month"
    DAY = "day"
    TOTAL = "total"


class Direction(StrEnum):
    """How an action stands to what was done before; `HOLD` restates it."""

    START = "start"
    RAISE = "raise"
    SLOW = "slow"
    HOLD = "hold"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyAction:
    """One action on one class of securities, as a text states it.

    Parameters
    ----------
    amount_billions
        Billions of the currency; of a redemption the cap. None where the text states no amount.
    per
        What time the amount counts for; None where there is no amount.
    previous_billions
        The amount that this one replaces, where the text names it.
    direction
        None where the text does not say.
    effective
        The first day; of a month the first, of the middle of a month the fifteenth. None where the text does not say.
    conditions
        What the text binds the action to, in its words: ``at least``, ``as needed``.
    into
        What a reinvestment buys, where the text says so.
    sentence
        The sentence it was read from.
    confidence
        One where the sentence names the class and the amount itself; less where another sentence or class was needed.

    Raises
    ------
    Unparseable
        If an amount is not positive, or its time is missing.
    """

    security: Security
    action: Move
    amount_billions: float | None = None
    per: Per | None = None
    previous_billions: float | None = None
    direction: Direction | None = None
    effective: date | None = None
    conditions: tuple[str, ...] = ()
    into: Security | None = None
    sentence: str
    confidence: float = 1.0

    def __post_init__(self) -> None:
        if self.amount_billions is not None and not self.amount_billions >= 0:
            raise Unparseable(
                "{security}, {action}: an amount of {amount} billion; expected zero or more",
                security=self.security,
                action=self.action,
                amount=self.amount_billions,
            )
        if (self.amount_billions is None) != (self.per is None):
            raise Unparseable(
                "{security}, {action}: an amount and the time it counts for come together; found {amount} and {per}",
                security=self.security,
                action=self.action,
                amount=self.amount_billions,
                per=self.per,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementReading:
    """What a text says about the balance sheet.

    Parameters
    ----------
    actions
        In the order of the text, one for each class, action and amount.
    silent
        Whether the text says nothing about the balance sheet.
    unsure
        Sentences that speak of the balance sheet and could not be read for certain.
    """

    actions: tuple[PolicyAction, ...]
    silent: bool
    unsure: tuple[str, ...]
