"""Holdings security by security: what a central bank's portfolio held on a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from runoff.core.errors import Unparseable


class SecurityKind(StrEnum):
    """The kinds of security a portfolio summary tells apart."""

    BILL = "bill"
    NOTE_OR_BOND = "note_bond"
    TIPS = "tips"
    FRN = "frn"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One security: par in whole units of currency, coupon in percent a year (the spread of a floating-rate note).

    `inflation_compensation` is what indexation added to par so far, to the cent; nil for all but TIPS.
    """

    id: str
    kind: SecurityKind
    maturity: date
    coupon: float | None
    par: int
    inflation_compensation: float = 0.0

    def __post_init__(self) -> None:
        if self.par < 0:
            raise Unparseable(
                "{id}: par is {par}; expected a holding of zero or more", id=self.id, par=self.par
            )
        if self.kind is not SecurityKind.BILL and self.coupon is None:
            raise Unparseable(
                "{id}: a {kind} without a coupon; expected percent a year", id=self.id, kind=self.kind
            )
        if self.inflation_compensation and self.kind is not SecurityKind.TIPS:
            raise Unparseable(
                "{id}: inflation compensation on a {kind}; only TIPS carry it", id=self.id, kind=self.kind
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The holdings of one portfolio on one date.

    Raises
    ------
    Unparseable
        If a security appears twice.
    """

    portfolio: str
    date: date
    currency: str
    holdings: tuple[Holding, ...]
    known_at: datetime
    assumed: bool
    digest: str

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for holding in self.holdings:
            if holding.id in seen:
                raise Unparseable(
                    "{portfolio} of {date}: {id} appears twice",
                    portfolio=self.portfolio,
                    date=self.date,
                    id=holding.id,
                )
            seen.add(holding.id)
