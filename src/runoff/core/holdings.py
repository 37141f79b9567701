"""Holdings security by security: what a central bank's portfolio held on a date."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import overload

from runoff.core.errors import Unparseable


class SecurityKind(StrEnum):
    """The kinds of security a portfolio summary tells apart; `AGENCY` is agency debt."""

    BILL = "bill"
    NOTE_OR_BOND = "note_bond"
    TIPS = "tips"
    FRN = "frn"
    AGENCY = "agency"
    MBS = "mbs"
    CMBS = "cmbs"

    @property
    def is_mortgage(self) -> bool:
        """Whether it is a claim on a pool of mortgages, which repays as they do."""
        return self in {SecurityKind.MBS, SecurityKind.CMBS}

    @property
    def is_treasury(self) -> bool:
        """Whether the Treasury issued it."""
        return self is not SecurityKind.AGENCY and not self.is_mortgage


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One security: par in whole units of currency, coupon in percent a year (the spread of a floating-rate note).

    `inflation_compensation` is what indexation added to par so far, to the cent; nil for all but TIPS. Of a mortgage
    security par is the current face, and `maturity` the month's last day where a publisher gives the month only;
    `factor` is the current over the original face and `term` the months from issue to maturity: None where the file
    does not say, and for all other kinds.

    Raises
    ------
    Unparseable
        If an amount is negative, a coupon is missing, or something is said that its kind does not have.
    """

    id: str
    kind: SecurityKind
    maturity: date
    coupon: float | None
    par: int
    inflation_compensation: float = 0.0
    factor: float | None = None
    term: int | None = None

    def __post_init__(self) -> None:
        if self.par < 0:
            raise Unparseable(
                "{id}: par is {par}; expected a holding of zero or more", id=self.id, par=self.par
            )
        if self.coupon is None and needs_coupon(self.kind):
            raise Unparseable(
                "{id}: a {kind} without a coupon; expected percent a year", id=self.id, kind=self.kind
            )
        if self.inflation_compensation and self.kind is not SecurityKind.TIPS:
            raise Unparseable(
                "{id}: inflation compensation on a {kind}; only TIPS carry it", id=self.id, kind=self.kind
            )
        if (self.factor is not None or self.term is not None) and not self.kind.is_mortgage:
            raise Unparseable(
                "{id}: a factor or a term on a {kind}; only mortgage securities have them",
                id=self.id,
                kind=self.kind,
            )
        if self.factor is not None and not 0 < self.factor <= 1:
            raise Unparseable(
                "{id}: the factor is {factor}; expected current over original face, above 0 and at most 1",
                id=self.id,
                factor=self.factor,
            )
        if self.term is not None and self.term <= 0:
            raise Unparseable(
                "{id}: the term is {term}; expected a number of months above 0", id=self.id, term=self.term
            )


def needs_coupon(kind: SecurityKind) -> bool:
    """Whether a holding of that kind is incomplete without a coupon: a bill pays none, that of a CMBS may vary."""
    return kind not in {SecurityKind.BILL, SecurityKind.CMBS}


class Unread(Sequence[Holding]):
    """Holdings that stay where they are kept until somebody looks at them, and equal the tuple that they are.

    Parameters
    ----------
    read
        Fetches them; called once, at the first look.
    """

    __slots__ = ("_found", "_read")

    def __init__(self, read: Callable[[], tuple[Holding, ...]]) -> None:
        self._read = read
        self._found: tuple[Holding, ...] | None = None

    def _all(self) -> tuple[Holding, ...]:
        if self._found is None:
            self._found = self._read()
        return self._found

    @overload
    def __getitem__(self, index: int) -> Holding: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Holding, ...]: ...

    def __getitem__(self, index: int | slice) -> Holding | tuple[Holding, ...]:
        return self._all()[index]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Holding]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return self._all() == (other._all() if isinstance(other, Unread) else other)

    def __hash__(self) -> int:
        return hash(self._all())

    def __reduce__(self) -> tuple[object, ...]:
        """Copied, or sent to another process, it is read first: what fetches it stays here."""
        return tuple, (self._all(),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The holdings of one portfolio on one date; those of a stored book are read when they are looked at.

    Raises
    ------
    Unparseable
        If a security appears twice.
    """

    portfolio: str
    date: date
    currency: str
    holdings: Sequence[Holding]
    known_at: datetime
    assumed: bool
    digest: str

    def __post_init__(self) -> None:
        if isinstance(self.holdings, Unread):  # it was checked when it was stored
            return
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
