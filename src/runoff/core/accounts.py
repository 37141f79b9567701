"""Accounts: who holds what on whom, entries that must cancel, and charts of accounts that must add up."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from runoff.core.errors import IdentityError
from runoff.core.units import USD_MILLIONS, Unit


class Sector(StrEnum):
    """Who holds and who owes."""

    CENTRAL_BANK = "central_bank"
    TREASURY = "treasury"
    BANKS = "banks"
    MONEY_FUNDS = "money_funds"
    HOUSEHOLDS = "households"  # households and funds other than money funds
    FOREIGN_OFFICIAL = "foreign_official"
    MORTGAGE_BORROWERS = "mortgage_borrowers"  # and the agencies that pool them


class Claim(StrEnum):
    """What is held and owed; `NET_WORTH` is what is left over in each sector."""

    TREASURIES = "treasuries"
    MBS = "mbs"
    LOANS = "loans"  # loans and repos of the central bank
    RESERVES = "reserves"
    TGA = "tga"
    ON_RRP = "on_rrp"
    FOREIGN_RRP = "foreign_rrp"
    CURRENCY = "currency"
    DEPOSITS = "deposits"
    MONEY_FUND_SHARES = "money_fund_shares"
    OTHER_DEPOSITS = "other_deposits"
    OTHER_ASSETS = "other_assets"  # foreign currency, gold, premises
    CAPITAL = "capital"  # remittances due and central-bank capital
    NET_WORTH = "net_worth"


@dataclass(frozen=True, slots=True)
class Posting:
    """One cell of the matrix changes: a claim held rises (+), a claim owed rises (-), net worth rises (+)."""

    sector: Sector
    claim: Claim
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A transaction: postings, in whole `unit`, that cancel in every sector and in every claim.

    Within a sector, claims held less claims owed move net worth; within a claim, what one sector holds another owes;
    net worth itself only moves between sectors.

    Raises
    ------
    IdentityError
        If a sector's row or a claim's column does not cancel, naming it and the amount left over.

    Examples
    --------
    >>> Entry(name="half an entry", postings=(Posting(Sector.BANKS, Claim.RESERVES, -60),))
    Traceback (most recent call last):
        ...
    runoff.core.errors.IdentityError: half an entry: every sector and every claim must cancel; left over, in USD mn: \
banks -60, reserves -60
    """

    name: str
    postings: tuple[Posting, ...]
    unit: Unit = USD_MILLIONS

    def __post_init__(self) -> None:
        rows: dict[Sector, int] = defaultdict(int)
        columns: dict[Claim, int] = defaultdict(int)
        for posting in self.postings:
            if not isinstance(posting.amount, int):
                raise IdentityError(
                    "{name}: {sector} {claim} posts {amount!r}; expected whole {unit}: round once, and post the "
                    "remainder to a named account",
                    name=self.name,
                    sector=posting.sector,
                    claim=posting.claim,
                    amount=posting.amount,
                    unit=self.unit.symbol,
                )
            rows[posting.sector] += -posting.amount if posting.claim is Claim.NET_WORTH else posting.amount
            columns[posting.claim] += posting.amount
        if left := [f"{key} {rest:+d}" for key, rest in (*rows.items(), *columns.items()) if rest]:
            raise IdentityError(
                "{name}: every sector and every claim must cancel; left over, in {unit}: {left}",
                name=self.name,
                unit=self.unit.symbol,
                left=", ".join(left),
            )


class Side(StrEnum):
    """Where an account stands in the identity: supplying = absorbing + reserves."""

    SUPPLYING = "supplying"
    ABSORBING = "absorbing"
    RESERVES = "reserves"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A line of a central bank's balance sheet.

    `series` is where its figure comes from; `parent` the account it is part of; `sign` -1 where the publisher gives
    a deduction as a positive number; `counterparty` the sector that owes (supplying) or holds (absorbing) it.
    """

    id: str
    title: str
    side: Side
    series: str
    parent: str | None = None
    counterparty: Sector | None = None
    sign: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The chart of accounts of one central bank: a tree per side, and what a total may miss by rounding.

    `tolerance` is in `unit`: by how much supplying may miss absorbing plus reserves.
    """

    bank: str
    title: str
    unit: Unit
    tolerance: int
    accounts: tuple[Account, ...]

    def account(self, account_id: str) -> Account:
        """The account of that id."""
        return next(a for a in self.accounts if a.id == account_id)

    def parent(self, account_id: str) -> str | None:
        """The account that another is part of; None for a total and for what is no account of its own."""
        return next((a.parent for a in self.accounts if a.id == account_id), None)

    def total(self, side: Side) -> Account:
        """The account at the root of a side."""
        return next(a for a in self.accounts if a.side is side and a.parent is None)

    def children(self, account_id: str) -> tuple[Account, ...]:
        """The accounts that are part of another, in the order of the sheet."""
        return tuple(a for a in self.accounts if a.parent == account_id)


# The ending of the name of what the parts of an account leave over.
RESIDUAL = ".rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure of a sheet, in whole units of the chart; `residual` marks what the publisher does not itemise."""

    account: str
    title: str
    side: Side
    depth: int
    amount: int
    residual: bool
    revised: bool
    assumed: bool
    known_at: datetime
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceSheet:
    """Both sides of a central bank on one date, every parent equal to its parts and a named residual.

    `gap` is supplying - absorbing - reserves: rounding, at most the tolerance of the chart.
    """

    bank: str
    period: date
    unit: Unit
    lines: tuple[Line, ...]
    gap: int

    def changes(self, before: BalanceSheet) -> dict[str, int]:
        """The change of each line since an earlier sheet.

        A line that the earlier sheet lacks has none, unless it is what a whole leaves over: that was nil then.
        """
        earlier = {line.account: line.amount for line in before.lines}
        found = {}
        for line in self.lines:
            if line.account in earlier:
                found[line.account] = line.amount - earlier[line.account]
            elif line.residual and line.account.removesuffix(RESIDUAL) in earlier:
                found[line.account] = line.amount
        return found

    def amount(self, account: str) -> int | None:
        """The amount of an account; None where the sheet has no such line."""
        return next((line.amount for line in self.lines if line.account == account), None)
