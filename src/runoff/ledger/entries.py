"""The transactions of balance-sheet policy, each with all its sides, and the matrix they add up to.

Every function answers "who pays?" for an amount in whole millions (or any whole unit): it returns an `Entry`, which
cannot be made unless it cancels in every sector and in every claim.

References
----------
Federal Reserve Board, H.4.1, notes; Leonard, Martin and Potter (2017), "How the Fed changes the size of its balance
sheet", Liberty Street Economics.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runoff.core.accounts import Claim, Entry, Posting, Sector
from runoff.core.errors import IdentityError

_CB, _TREASURY, _BANKS = Sector.CENTRAL_BANK, Sector.TREASURY, Sector.BANKS
_FUNDS, _HOUSEHOLDS, _FOREIGN = Sector.MONEY_FUNDS, Sector.HOUSEHOLDS, Sector.FOREIGN_OFFICIAL
_BORROWERS = Sector.MORTGAGE_BORROWERS

# Who owes a security of each kind, and so what is promised on it above its par.
_ISSUERS = {Claim.TREASURIES: _TREASURY, Claim.MBS: _BORROWERS}

# How each sector pays the central bank or the Treasury: the claim it gives up, and whether its bank stands between.
_MEANS = {_FUNDS: Claim.ON_RRP, _FOREIGN: Claim.FOREIGN_RRP}


def maturity(amount: int) -> Entry:
    """Treasuries held by the central bank mature: the Treasury redeems them from its account; reserves do not move."""
    return Entry(
        name="maturity",
        postings=(
            Posting(_CB, Claim.TREASURIES, -amount),
            Posting(_TREASURY, Claim.TREASURIES, amount),
            Posting(_TREASURY, Claim.TGA, -amount),
            Posting(_CB, Claim.TGA, amount),
        ),
    )


def refunding(amount: int, buyer: Sector) -> Entry:
    """The Treasury issues to the public and refills its account; the buyer decides which liability falls.

    Banks pay from reserves, money funds from ON RRP, foreign officials from their repo pool, households and funds
    through their bank, which loses reserves and deposits alike.
    """
    return Entry(
        name=f"refunding bought by {buyer}",
        postings=(
            Posting(_TREASURY, Claim.TREASURIES, -amount),
            Posting(buyer, Claim.TREASURIES, amount),
            Posting(_TREASURY, Claim.TGA, amount),
            Posting(_CB, Claim.TGA, -amount),
            *_payment(buyer, _CB, amount),
        ),
    )


def mbs_principal(amount: int) -> Entry:
    """Borrowers repay mortgages held by the central bank: drains reserves directly, with no Treasury in between."""
    return Entry(
        name="MBS principal",
        postings=(
            Posting(_CB, Claim.MBS, -amount),
            Posting(_BORROWERS, Claim.MBS, amount),
            *_payment(_BORROWERS, _CB, amount),
        ),
    )


def treasury_spending(amount: int) -> Entry:
    """The Treasury spends from its account: reserves and household deposits rise, and so does household net worth."""
    return Entry(
        name="Treasury spending",
        postings=(
            Posting(_TREASURY, Claim.TGA, -amount),
            Posting(_CB, Claim.TGA, amount),
            *_payment(_HOUSEHOLDS, _CB, -amount),
            Posting(_TREASURY, Claim.NET_WORTH, -amount),
            Posting(_HOUSEHOLDS, Claim.NET_WORTH, amount),
        ),
    )


def purchase(amount: int, *, seller: Sector = _HOUSEHOLDS, claim: Claim = Claim.TREASURIES) -> Entry:
    """The central bank buys securities at par: reserves rise, and deposits too where the seller is not a bank."""
    return Entry(
        name=f"purchase of {claim} from {seller}",
        postings=(
            Posting(_CB, claim, amount),
            Posting(seller, claim, -amount),
            *_payment(seller, _CB, -amount),
        ),
    )


def purchase_at(
    par: int, cost: int, *, seller: Sector = _HOUSEHOLDS, claim: Claim = Claim.TREASURIES
) -> Entry:
    """The central bank buys `par` for `cost` and keeps the premium (a discount where negative) on its books.

    Par stands with the securities, the premium with other assets, as the Federal Reserve keeps it: nothing is lost on
    the day, `accretion` works it off. The seller held at par and gains the premium; who issued the security owes it,
    for the coupons that made it dear.

    Raises
    ------
    IdentityError
        If the claim is no security.
    """
    if claim not in _ISSUERS:
        raise IdentityError("{claim} is no security to buy; expected Treasuries or MBS", claim=claim)
    premium, issuer = cost - par, _ISSUERS[claim]
    return Entry(
        name=f"purchase of {claim} from {seller} at a price",
        postings=(
            Posting(_CB, claim, par),
            Posting(seller, claim, -par),
            Posting(_CB, Claim.OTHER_ASSETS, premium),
            Posting(issuer, Claim.OTHER_ASSETS, -premium),
            *_payment(seller, _CB, -cost),
            *_transfer(issuer, seller, premium),
        ),
    )


def sale(par: int, proceeds: int, *, buyer: Sector = _HOUSEHOLDS, claim: Claim = Claim.TREASURIES) -> Entry:
    """The central bank sells `par` for `proceeds`; the difference is its loss and the buyer's gain, both at par."""
    gain = par - proceeds
    return Entry(
        name=f"sale of {claim} to {buyer}",
        postings=(
            Posting(_CB, claim, -par),
            Posting(buyer, claim, par),
            *_payment(buyer, _CB, proceeds),
            Posting(_CB, Claim.NET_WORTH, -gain),
            Posting(buyer, Claim.NET_WORTH, gain),
        ),
    )


def on_rrp_shift(amount: int) -> Entry:
    """Money funds leave ON RRP for bank deposits: reserves rise by what ON RRP falls."""
    return Entry(
        name="ON RRP shift",
        postings=(
            Posting(_FUNDS, Claim.ON_RRP, -amount),
            Posting(_CB, Claim.ON_RRP, amount),
            Posting(_FUNDS, Claim.DEPOSITS, amount),
            Posting(_BANKS, Claim.DEPOSITS, -amount),
            Posting(_BANKS, Claim.RESERVES, amount),
            Posting(_CB, Claim.RESERVES, -amount),
        ),
    )


def foreign_rrp_shift(amount: int) -> Entry:
    """Foreign officials leave their repo pool for deposits at banks: reserves rise by what the pool falls."""
    return Entry(
        name="foreign RRP shift",
        postings=(
            *_payment(_FOREIGN, _CB, amount),
            Posting(_FOREIGN, Claim.DEPOSITS, amount),
            Posting(_BANKS, Claim.DEPOSITS, -amount),
            Posting(_BANKS, Claim.RESERVES, amount),
            Posting(_CB, Claim.RESERVES, -amount),
        ),
    )


def currency_issued(amount: int) -> Entry:
    """The public draws banknotes: its deposits fall, and its banks pay for the notes out of reserves."""
    return Entry(
        name="currency issued",
        postings=(
            Posting(_HOUSEHOLDS, Claim.CURRENCY, amount),
            Posting(_CB, Claim.CURRENCY, -amount),
            *_payment(_HOUSEHOLDS, _CB, amount),
        ),
    )


def other_deposits(amount: int, *, holder: Sector = _BORROWERS) -> Entry:
    """A depositor that is no bank (agencies, clearing houses) moves money from its bank to the central bank."""
    return Entry(
        name=f"other deposits of {holder}",
        postings=(
            Posting(holder, Claim.OTHER_DEPOSITS, amount),
            Posting(_CB, Claim.OTHER_DEPOSITS, -amount),
            *_payment(holder, _CB, amount),
        ),
    )


def lending(amount: int) -> Entry:
    """A standing repo or a facility loan to banks: both the loan and reserves rise."""
    return Entry(
        name="lending to banks",
        postings=(
            Posting(_CB, Claim.LOANS, amount),
            Posting(_BANKS, Claim.LOANS, -amount),
            Posting(_BANKS, Claim.RESERVES, amount),
            Posting(_CB, Claim.RESERVES, -amount),
        ),
    )


def repayment(amount: int) -> Entry:
    """Banks repay a loan or a standing repo: both the loan and reserves fall."""
    return Entry(name="repayment of loans", postings=lending(-amount).postings)


def other_assets(amount: int) -> Entry:
    """The central bank acquires what is neither a security nor a loan (a swap, say): reserves rise.

    Below nil it lets go of some.
    """
    return Entry(
        name="other assets",
        postings=(
            Posting(_CB, Claim.OTHER_ASSETS, amount),
            Posting(_BANKS, Claim.OTHER_ASSETS, -amount),
            Posting(_BANKS, Claim.RESERVES, amount),
            Posting(_CB, Claim.RESERVES, -amount),
        ),
    )


def interest_on_reserves(amount: int) -> Entry:
    """The central bank pays banks interest: reserves rise, its net worth falls and theirs rises."""
    return Entry(
        name="interest on reserves",
        postings=(
            Posting(_BANKS, Claim.RESERVES, amount),
            Posting(_CB, Claim.RESERVES, -amount),
            Posting(_CB, Claim.NET_WORTH, -amount),
            Posting(_BANKS, Claim.NET_WORTH, amount),
        ),
    )


def coupon_to_central_bank(amount: int) -> Entry:
    """The Treasury pays a coupon on what the central bank holds: the account falls, net worth moves to the bank."""
    return Entry(
        name="coupon to the central bank",
        postings=(
            Posting(_TREASURY, Claim.TGA, -amount),
            Posting(_CB, Claim.TGA, amount),
            Posting(_TREASURY, Claim.NET_WORTH, -amount),
            Posting(_CB, Claim.NET_WORTH, amount),
        ),
    )


def interest_on_reverse_repos(amount: int, *, holder: Sector = _FUNDS) -> Entry:
    """The central bank pays money funds (or foreign officials) interest: it stays in their repos until they shift it.

    Raises
    ------
    IdentityError
        If the holder has no reverse repos.
    """
    if holder not in _MEANS:
        raise IdentityError(
            "{holder} holds no reverse repos of the central bank; expected money_funds or foreign_official",
            holder=holder,
        )
    return Entry(
        name=f"interest on reverse repos of {holder}",
        postings=(*_payment(holder, _CB, -amount), *_transfer(_CB, holder, amount)),
    )


def mbs_interest(amount: int) -> Entry:
    """Borrowers pay interest on mortgages held by the central bank: deposits and reserves fall, net worth moves."""
    return Entry(
        name="MBS interest",
        postings=(*_payment(_BORROWERS, _CB, amount), *_transfer(_BORROWERS, _CB, amount)),
    )


def other_income(amount: int) -> Entry:
    """Banks pay the central bank interest on loans, or fees: reserves fall, net worth moves."""
    return Entry(
        name="other income",
        postings=(*_payment(_BANKS, _CB, amount), *_transfer(_BANKS, _CB, amount)),
    )


def indexation(amount: int) -> Entry:
    """Consumer prices raise what the Treasury owes on TIPS held by the central bank: no cash, net worth moves."""
    return Entry(
        name="indexation",
        postings=(
            Posting(_CB, Claim.TREASURIES, amount),
            Posting(_TREASURY, Claim.TREASURIES, -amount),
            *_transfer(_TREASURY, _CB, amount),
        ),
    )


def accretion(amount: int, *, issuer: Sector = _TREASURY) -> Entry:
    """Discounts accrete, premiums amortise (negative): the book moves towards par, no cash, net worth moves."""
    return Entry(
        name=f"accretion on securities of {issuer}",
        postings=(
            Posting(_CB, Claim.OTHER_ASSETS, amount),
            Posting(issuer, Claim.OTHER_ASSETS, -amount),
            *_transfer(issuer, _CB, amount),
        ),
    )


def costs(amount: int) -> Entry:
    """The central bank pays wages, printing and assessments: deposits and reserves rise, net worth moves."""
    return Entry(
        name="costs",
        postings=(*_payment(_HOUSEHOLDS, _CB, -amount), *_transfer(_CB, _HOUSEHOLDS, amount)),
    )


def dividends(amount: int) -> Entry:
    """The central bank pays dividends to its member banks: reserves rise, net worth moves."""
    return Entry(
        name="dividends",
        postings=(*_payment(_BANKS, _CB, -amount), *_transfer(_CB, _BANKS, amount)),
    )


def remittance(amount: int) -> Entry:
    """The central bank remits its earnings into the Treasury's account: reserves do not move until it is spent."""
    return Entry(
        name="remittance",
        postings=(
            Posting(_TREASURY, Claim.TGA, amount),
            Posting(_CB, Claim.TGA, -amount),
            *_transfer(_CB, _TREASURY, amount),
        ),
    )


def _transfer(giver: Sector, taker: Sector, amount: int) -> tuple[Posting, ...]:
    """Net worth that moves from one sector to another."""
    return (Posting(giver, Claim.NET_WORTH, -amount), Posting(taker, Claim.NET_WORTH, amount))


def _payment(payer: Sector, payee: Sector, amount: int) -> tuple[Posting, ...]:
    """The payer's money falls by `amount` and the central bank owes that much less (the reverse where negative)."""
    if payer is _BANKS:
        return (Posting(_BANKS, Claim.RESERVES, -amount), Posting(payee, Claim.RESERVES, amount))
    if payer in _MEANS:
        return (Posting(payer, _MEANS[payer], -amount), Posting(payee, _MEANS[payer], amount))
    if payer in {_HOUSEHOLDS, _BORROWERS}:
        return (
            Posting(payer, Claim.DEPOSITS, -amount),
            Posting(_BANKS, Claim.DEPOSITS, amount),
            Posting(_BANKS, Claim.RESERVES, -amount),
            Posting(payee, Claim.RESERVES, amount),
        )
    raise IdentityError(
        "{payer} has no account at the central bank to pay from; choose another buyer", payer=payer
    )


@dataclass(frozen=True, slots=True)
class Matrix:
    """What entries add up to, sectors by claims: claims held positive, claims owed negative, and net worth."""

    cells: dict[tuple[Sector, Claim], int]

    @staticmethod
    def of(entries: Iterable[Entry]) -> Matrix:
        """Add up entries of one unit.

        Raises
        ------
        IdentityError
            If two entries are in different units.
        """
        cells: dict[tuple[Sector, Claim], int] = {}
        units = set()
        for entry in entries:
            units.add(entry.unit)
            for posting in entry.postings:
                key = (posting.sector, posting.claim)
                cells[key] = cells.get(key, 0) + posting.amount
        if len(units) > 1:
            raise IdentityError(
                "entries in {units} do not add up: convert them first",
                units=" and ".join(sorted(u.symbol for u in units)),
            )
        return Matrix({key: amount for key, amount in cells.items() if amount})

    def cell(self, sector: Sector, claim: Claim) -> int:
        """The change of a claim of a sector."""
        return self.cells.get((sector, claim), 0)

    def row(self, sector: Sector) -> int:
        """Claims held less claims owed less net worth of a sector: always zero."""
        return sum(
            -amount if claim is Claim.NET_WORTH else amount
            for (owner, claim), amount in self.cells.items()
            if owner is sector
        )

    def column(self, claim: Claim) -> int:
        """A claim over all sectors: always zero."""
        return sum(amount for (_, kind), amount in self.cells.items() if kind is claim)
