"""Who pays: the worked entries cell by cell, and the two sums that no entry can break."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff.core.accounts import Claim, Entry, Posting, Sector
from runoff.core.errors import IdentityError
from runoff.core.units import Unit
from runoff.ledger import entries
from runoff.ledger.entries import Matrix

CB, TREASURY, BANKS = Sector.CENTRAL_BANK, Sector.TREASURY, Sector.BANKS
FUNDS, HOUSEHOLDS, FOREIGN = Sector.MONEY_FUNDS, Sector.HOUSEHOLDS, Sector.FOREIGN_OFFICIAL
BORROWERS = Sector.MORTGAGE_BORROWERS

# Every cell that moves, per 60: a claim held rises (+), a claim owed rises (-). What is not here must not move.
WORKED = {
    "1 maturity": (
        entries.maturity(60),
        {
            (CB, Claim.TREASURIES): -60,
            (TREASURY, Claim.TREASURIES): +60,
            (TREASURY, Claim.TGA): -60,
            (CB, Claim.TGA): +60,
        },
    ),
    "2a refunding bought by banks": (
        entries.refunding(60, BANKS),
        {
            (TREASURY, Claim.TREASURIES): -60,
            (BANKS, Claim.TREASURIES): +60,
            (TREASURY, Claim.TGA): +60,
            (CB, Claim.TGA): -60,
            (BANKS, Claim.RESERVES): -60,
            (CB, Claim.RESERVES): +60,
        },
    ),
    "2b refunding bought by money funds out of ON RRP": (
        entries.refunding(60, FUNDS),
        {
            (TREASURY, Claim.TREASURIES): -60,
            (FUNDS, Claim.TREASURIES): +60,
            (TREASURY, Claim.TGA): +60,
            (CB, Claim.TGA): -60,
            (FUNDS, Claim.ON_RRP): -60,
            (CB, Claim.ON_RRP): +60,
        },
    ),
    "2c refunding bought by households through their bank": (
        entries.refunding(60, HOUSEHOLDS),
        {
            (TREASURY, Claim.TREASURIES): -60,
            (HOUSEHOLDS, Claim.TREASURIES): +60,
            (TREASURY, Claim.TGA): +60,
            (CB, Claim.TGA): -60,
            (HOUSEHOLDS, Claim.DEPOSITS): -60,
            (BANKS, Claim.DEPOSITS): +60,
            (BANKS, Claim.RESERVES): -60,
            (CB, Claim.RESERVES): +60,
        },
    ),
    "2 refunding bought by foreign officials out of their repo pool": (
        entries.refunding(60, FOREIGN),
        {
            (TREASURY, Claim.TREASURIES): -60,
            (FOREIGN, Claim.TREASURIES): +60,
            (TREASURY, Claim.TGA): +60,
            (CB, Claim.TGA): -60,
            (FOREIGN, Claim.FOREIGN_RRP): -60,
            (CB, Claim.FOREIGN_RRP): +60,
        },
    ),
    "3 MBS principal": (
        entries.mbs_principal(60),
        {
            (CB, Claim.MBS): -60,
            (BORROWERS, Claim.MBS): +60,
            (BORROWERS, Claim.DEPOSITS): -60,
            (BANKS, Claim.DEPOSITS): +60,
            (BANKS, Claim.RESERVES): -60,
            (CB, Claim.RESERVES): +60,
        },
    ),
    "4 Treasury spending": (
        entries.treasury_spending(60),
        {
            (TREASURY, Claim.TGA): -60,
            (CB, Claim.TGA): +60,
            (BANKS, Claim.RESERVES): +60,
            (CB, Claim.RESERVES): -60,
            (HOUSEHOLDS, Claim.DEPOSITS): +60,
            (BANKS, Claim.DEPOSITS): -60,
            (TREASURY, Claim.NET_WORTH): -60,
            (HOUSEHOLDS, Claim.NET_WORTH): +60,
        },
    ),
    "5 QE purchase from a non-bank": (
        entries.purchase(60),
        {
            (CB, Claim.TREASURIES): +60,
            (HOUSEHOLDS, Claim.TREASURIES): -60,
            (CB, Claim.RESERVES): -60,
            (BANKS, Claim.RESERVES): +60,
            (BANKS, Claim.DEPOSITS): -60,
            (HOUSEHOLDS, Claim.DEPOSITS): +60,
        },
    ),
    "6 sale of 60 for 51": (
        entries.sale(60, 51),
        {
            (CB, Claim.TREASURIES): -60,
            (HOUSEHOLDS, Claim.TREASURIES): +60,
            (HOUSEHOLDS, Claim.DEPOSITS): -51,
            (BANKS, Claim.DEPOSITS): +51,
            (BANKS, Claim.RESERVES): -51,
            (CB, Claim.RESERVES): +51,
            (CB, Claim.NET_WORTH): -9,
            (HOUSEHOLDS, Claim.NET_WORTH): +9,
        },
    ),
    "7a ON RRP shift": (
        entries.on_rrp_shift(60),
        {
            (FUNDS, Claim.ON_RRP): -60,
            (CB, Claim.ON_RRP): +60,
            (FUNDS, Claim.DEPOSITS): +60,
            (BANKS, Claim.DEPOSITS): -60,
            (BANKS, Claim.RESERVES): +60,
            (CB, Claim.RESERVES): -60,
        },
    ),
    "7b standing repo or facility loan": (
        entries.lending(60),
        {
            (CB, Claim.LOANS): +60,
            (BANKS, Claim.LOANS): -60,
            (BANKS, Claim.RESERVES): +60,
            (CB, Claim.RESERVES): -60,
        },
    ),
    "7c interest on reserves": (
        entries.interest_on_reserves(60),
        {
            (BANKS, Claim.RESERVES): +60,
            (CB, Claim.RESERVES): -60,
            (CB, Claim.NET_WORTH): -60,
            (BANKS, Claim.NET_WORTH): +60,
        },
    ),
    "7d coupon paid to the central bank": (
        entries.coupon_to_central_bank(60),
        {
            (TREASURY, Claim.TGA): -60,
            (CB, Claim.TGA): +60,
            (TREASURY, Claim.NET_WORTH): -60,
            (CB, Claim.NET_WORTH): +60,
        },
    ),
    "8a currency issued": (
        entries.currency_issued(60),
        {
            (HOUSEHOLDS, Claim.CURRENCY): +60,
            (CB, Claim.CURRENCY): -60,
            (HOUSEHOLDS, Claim.DEPOSITS): -60,
            (BANKS, Claim.DEPOSITS): +60,
            (BANKS, Claim.RESERVES): -60,
            (CB, Claim.RESERVES): +60,
        },
    ),
    "8b foreign RRP shift": (
        entries.foreign_rrp_shift(60),
        {
            (FOREIGN, Claim.FOREIGN_RRP): -60,
            (CB, Claim.FOREIGN_RRP): +60,
            (FOREIGN, Claim.DEPOSITS): +60,
            (BANKS, Claim.DEPOSITS): -60,
            (BANKS, Claim.RESERVES): +60,
            (CB, Claim.RESERVES): -60,
        },
    ),
    "8c other deposits of agencies": (
        entries.other_deposits(60),
        {
            (BORROWERS, Claim.OTHER_DEPOSITS): +60,
            (CB, Claim.OTHER_DEPOSITS): -60,
            (BORROWERS, Claim.DEPOSITS): -60,
            (BANKS, Claim.DEPOSITS): +60,
            (BANKS, Claim.RESERVES): -60,
            (CB, Claim.RESERVES): +60,
        },
    ),
    "8d repayment of loans": (
        entries.repayment(60),
        {
            (CB, Claim.LOANS): -60,
            (BANKS, Claim.LOANS): +60,
            (BANKS, Claim.RESERVES): -60,
            (CB, Claim.RESERVES): +60,
        },
    ),
    "9a interest on ON RRP": (
        entries.interest_on_reverse_repos(60),
        {
            (FUNDS, Claim.ON_RRP): +60,
            (CB, Claim.ON_RRP): -60,
            (CB, Claim.NET_WORTH): -60,
            (FUNDS, Claim.NET_WORTH): +60,
        },
    ),
    "9b interest on foreign RRP": (
        entries.interest_on_reverse_repos(60, holder=FOREIGN),
        {
            (FOREIGN, Claim.FOREIGN_RRP): +60,
            (CB, Claim.FOREIGN_RRP): -60,
            (CB, Claim.NET_WORTH): -60,
            (FOREIGN, Claim.NET_WORTH): +60,
        },
    ),
    "9c MBS interest": (
        entries.mbs_interest(60),
        {
            (BORROWERS, Claim.DEPOSITS): -60,
            (BANKS, Claim.DEPOSITS): +60,
            (BANKS, Claim.RESERVES): -60,
            (CB, Claim.RESERVES): +60,
            (BORROWERS, Claim.NET_WORTH): -60,
            (CB, Claim.NET_WORTH): +60,
        },
    ),
    "9d other income": (
        entries.other_income(60),
        {
            (BANKS, Claim.RESERVES): -60,
            (CB, Claim.RESERVES): +60,
            (BANKS, Claim.NET_WORTH): -60,
            (CB, Claim.NET_WORTH): +60,
        },
    ),
    "9e indexation": (
        entries.indexation(60),
        {
            (CB, Claim.TREASURIES): +60,
            (TREASURY, Claim.TREASURIES): -60,
            (TREASURY, Claim.NET_WORTH): -60,
            (CB, Claim.NET_WORTH): +60,
        },
    ),
    "9f amortisation of a premium on MBS": (
        entries.accretion(-60, issuer=BORROWERS),
        {
            (CB, Claim.OTHER_ASSETS): -60,
            (BORROWERS, Claim.OTHER_ASSETS): +60,
            (BORROWERS, Claim.NET_WORTH): +60,
            (CB, Claim.NET_WORTH): -60,
        },
    ),
    "9g costs": (
        entries.costs(60),
        {
            (HOUSEHOLDS, Claim.DEPOSITS): +60,
            (BANKS, Claim.DEPOSITS): -60,
            (BANKS, Claim.RESERVES): +60,
            (CB, Claim.RESERVES): -60,
            (CB, Claim.NET_WORTH): -60,
            (HOUSEHOLDS, Claim.NET_WORTH): +60,
        },
    ),
    "9h dividends": (
        entries.dividends(60),
        {
            (BANKS, Claim.RESERVES): +60,
            (CB, Claim.RESERVES): -60,
            (CB, Claim.NET_WORTH): -60,
            (BANKS, Claim.NET_WORTH): +60,
        },
    ),
    "9i remittance": (
        entries.remittance(60),
        {
            (TREASURY, Claim.TGA): +60,
            (CB, Claim.TGA): -60,
            (CB, Claim.NET_WORTH): -60,
            (TREASURY, Claim.NET_WORTH): +60,
        },
    ),
    "10 purchase of 60 for 63": (
        entries.purchase_at(60, 63),
        {
            (CB, Claim.TREASURIES): +60,
            (HOUSEHOLDS, Claim.TREASURIES): -60,
            (CB, Claim.OTHER_ASSETS): +3,
            (TREASURY, Claim.OTHER_ASSETS): -3,
            (BANKS, Claim.RESERVES): +63,
            (CB, Claim.RESERVES): -63,
            (HOUSEHOLDS, Claim.DEPOSITS): +63,
            (BANKS, Claim.DEPOSITS): -63,
            (TREASURY, Claim.NET_WORTH): -3,
            (HOUSEHOLDS, Claim.NET_WORTH): +3,
        },
    ),
}
BUYERS = (BANKS, FUNDS, HOUSEHOLDS, FOREIGN, BORROWERS)


@pytest.mark.parametrize("name", WORKED)
def test_worked_entry(name):
    """Each worked entry moves exactly the cells of the table, and no other."""
    entry, cells = WORKED[name]
    assert Matrix.of([entry]).cells == cells


def test_maturity_and_refunding_drain_the_buyers_money():
    """Run-off of Treasuries: maturity and refunding leave the TGA where it was; what falls is the buyer's money."""
    for buyer, money in ((BANKS, Claim.RESERVES), (FUNDS, Claim.ON_RRP), (FOREIGN, Claim.FOREIGN_RRP)):
        matrix = Matrix.of([entries.maturity(60), entries.refunding(60, buyer)])
        assert matrix.cells == {
            (CB, Claim.TREASURIES): -60,
            (buyer, Claim.TREASURIES): +60,
            (buyer, money): -60,
            (CB, money): +60,
        }


amounts = st.integers(min_value=-(10**13), max_value=10**13)
buyers = st.sampled_from(BUYERS)
securities = st.sampled_from([Claim.TREASURIES, Claim.MBS])
worked_entries = st.one_of(
    st.builds(entries.maturity, amounts),
    st.builds(entries.refunding, amounts, buyers),
    st.builds(entries.mbs_principal, amounts),
    st.builds(entries.treasury_spending, amounts),
    st.builds(entries.purchase, amounts, seller=buyers, claim=securities),
    st.builds(entries.sale, amounts, amounts, buyer=buyers, claim=securities),
    st.builds(entries.on_rrp_shift, amounts),
    st.builds(entries.lending, amounts),
    st.builds(entries.interest_on_reserves, amounts),
    st.builds(entries.coupon_to_central_bank, amounts),
    st.builds(entries.currency_issued, amounts),
    st.builds(entries.foreign_rrp_shift, amounts),
    st.builds(entries.other_deposits, amounts, holder=buyers),
    st.builds(entries.repayment, amounts),
    st.builds(entries.interest_on_reverse_repos, amounts, holder=st.sampled_from([FUNDS, FOREIGN])),
    st.builds(entries.mbs_interest, amounts),
    st.builds(entries.other_income, amounts),
    st.builds(entries.indexation, amounts),
    st.builds(entries.accretion, amounts, issuer=st.sampled_from([TREASURY, BORROWERS])),
    st.builds(entries.costs, amounts),
    st.builds(entries.dividends, amounts),
    st.builds(entries.remittance, amounts),
    st.builds(entries.purchase_at, amounts, amounts, seller=buyers, claim=securities),
)
claims = st.sampled_from([c for c in Claim if c is not Claim.NET_WORTH])


@st.composite
def free_entries(draw):
    """Any entry there can be: gifts of any claim by any sector to another, each with its net worth."""
    postings = []
    for _ in range(draw(st.integers(1, 5))):
        holder, issuer = draw(st.permutations(list(Sector)))[:2]
        claim, amount = draw(claims), draw(amounts)
        postings += [
            Posting(holder, claim, amount),
            Posting(issuer, claim, -amount),
            Posting(holder, Claim.NET_WORTH, amount),
            Posting(issuer, Claim.NET_WORTH, -amount),
        ]
    return Entry(name="any", postings=tuple(draw(st.permutations(postings))))


legal_entries = st.one_of(worked_entries, free_entries())


@given(st.lists(legal_entries, max_size=8))
def test_every_row_and_column_stays_zero(some):
    """Whatever legal entries are made, every sector's row and every claim's column adds up to zero."""
    matrix = Matrix.of(some)
    rows = dict.fromkeys(Sector, 0)
    columns = dict.fromkeys(Claim, 0)
    for (sector, claim), amount in matrix.cells.items():
        rows[sector] += -amount if claim is Claim.NET_WORTH else amount
        columns[claim] += amount
    assert not any(rows.values())
    assert not any(columns.values())
    assert {sector: matrix.row(sector) for sector in Sector} == rows
    assert {claim: matrix.column(claim) for claim in Claim} == columns


@given(legal_entries, st.data(), amounts.filter(bool))
def test_one_cell_alone_is_refused(entry, data, amount):
    """An entry in which one posting is off by anything cannot be made: half an entry does not exist."""
    at = data.draw(st.integers(0, len(entry.postings) - 1))
    posting = entry.postings[at]
    wrong = Posting(posting.sector, posting.claim, posting.amount + amount)
    with pytest.raises(IdentityError, match=f"left over.*{posting.claim} [+-]"):
        Entry(name="off", postings=(*entry.postings[:at], wrong, *entry.postings[at + 1 :]))


def test_half_an_entry_is_refused():
    """A posting whose other side is missing is refused, naming the sector, the claim and what is left over."""
    with pytest.raises(IdentityError, match=r"left over, in USD mn: banks -60, reserves -60$"):
        Entry(name="half", postings=(Posting(BANKS, Claim.RESERVES, -60),))


def test_a_gain_without_a_loser_is_refused():
    """Net worth only moves between sectors: a sector cannot gain unless another loses."""
    postings = (
        Posting(BANKS, Claim.RESERVES, 60),
        Posting(BANKS, Claim.NET_WORTH, 60),
        Posting(CB, Claim.RESERVES, -60),
    )
    with pytest.raises(IdentityError, match="central_bank -60, net_worth \\+60"):
        Entry(name="gain", postings=postings)


@pytest.mark.parametrize(
    "amount", [60.0, 60.5, Decimal(60), Fraction(121, 2), np.float64(60), "60"], ids=repr
)
def test_an_amount_that_is_no_integer_is_refused(amount):
    """An amount is a whole number of the unit; even 60.0 is refused, for money is never rounded unseen."""
    with pytest.raises(IdentityError, match="expected whole USD mn"):
        Entry(
            name="fraction",
            postings=(Posting(CB, Claim.RESERVES, amount), Posting(BANKS, Claim.RESERVES, amount)),
        )


def test_mixed_units_are_refused():
    """Millions and billions, or dollars and euros, do not add up, however right each entry is."""
    loan = entries.lending(60)
    for unit in ("USD bn", "EUR mn"):
        other = Entry(name="other", postings=loan.postings, unit=Unit.parse(unit))
        with pytest.raises(IdentityError, match=f"{unit}.*convert them first|convert them first.*{unit}"):
            Matrix.of([loan, other])
    assert Matrix.of([loan, loan]).cell(CB, Claim.LOANS) == 120


@pytest.mark.parametrize("buyer", BUYERS)
@given(amount=amounts, claim=securities)
def test_a_sale_at_par_undoes_a_purchase(buyer, amount, claim):
    """Selling at par what was bought from the same sector leaves nothing behind."""
    bought = entries.purchase(amount, seller=buyer, claim=claim)
    sold = entries.sale(amount, amount, buyer=buyer, claim=claim)
    assert Matrix.of([bought, sold]).cells == {}


def test_a_sale_of_mbs_at_par_moves_the_central_bank_as_principal_does():
    """For the central bank and for reserves a sale at par to households is what a repayment is."""
    sold = Matrix.of([entries.sale(60, 60, claim=Claim.MBS)])
    repaid = Matrix.of([entries.mbs_principal(60)])
    for claim in Claim:
        assert sold.cell(CB, claim) == repaid.cell(CB, claim), claim
    assert sold.cell(BANKS, Claim.RESERVES) == repaid.cell(BANKS, Claim.RESERVES) == -60


@given(par=st.integers(1, 10**13), data=st.data(), buyer=st.sampled_from([BANKS, FUNDS, HOUSEHOLDS, FOREIGN]))
def test_a_sale_below_par_loses_par_less_proceeds(par, data, buyer):
    """The central bank loses par less proceeds, the buyer gains it, and only the proceeds are paid."""
    proceeds = data.draw(st.integers(0, par))
    matrix = Matrix.of([entries.sale(par, proceeds, buyer=buyer)])
    assert matrix.cell(CB, Claim.NET_WORTH) == -(par - proceeds)
    assert matrix.cell(buyer, Claim.NET_WORTH) == par - proceeds
    owed = sum(matrix.cell(CB, claim) for claim in (Claim.RESERVES, Claim.ON_RRP, Claim.FOREIGN_RRP))
    assert owed == proceeds


@pytest.mark.parametrize("buyer", [CB, TREASURY])
def test_a_sector_without_money_to_pay_from_is_refused(buyer):
    """The central bank does not buy at auction for new money, nor the Treasury its own debt."""
    with pytest.raises(IdentityError, match="choose another buyer"):
        entries.refunding(60, buyer)


@given(par=amounts, cost=amounts, seller=buyers, claim=securities)
def test_a_premium_paid_is_worked_off_until_the_purchase_was_at_par_and_a_gift(par, cost, seller, claim):
    """A purchase at a price costs the central bank nothing on the day, and its premium in the end."""
    bought = entries.purchase_at(par, cost, seller=seller, claim=claim)
    assert Matrix.of([bought]).cell(CB, Claim.NET_WORTH) == 0
    issuer = TREASURY if claim is Claim.TREASURIES else BORROWERS
    amortised = Matrix.of([bought, entries.accretion(par - cost, issuer=issuer)])
    assert amortised.cell(CB, Claim.NET_WORTH) == par - cost
    assert not any(amortised.column(c) or amortised.cell(CB, Claim.OTHER_ASSETS) for c in Claim)
    assert amortised.cell(CB, claim) == par


def test_a_purchase_at_par_is_a_purchase():
    """The two forms of a purchase agree where there is no premium."""
    assert Matrix.of([entries.purchase_at(60, 60)]).cells == Matrix.of([entries.purchase(60)]).cells


def test_a_premium_on_what_is_no_security_and_repos_of_households_are_refused():
    """A loan is not bought at a price, and households hold no reverse repos to be paid interest on."""
    with pytest.raises(IdentityError, match="loans is no security"):
        entries.purchase_at(60, 61, claim=Claim.LOANS)
    with pytest.raises(IdentityError, match="households holds no reverse repos"):
        entries.interest_on_reverse_repos(60, holder=HOUSEHOLDS)
