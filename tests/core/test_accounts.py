from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.rows import moment

from runoff.core.accounts import BalanceSheet, Claim, Entry, Line, Posting, Sector, Side
from runoff.core.errors import IdentityError
from runoff.core.units import USD_MILLIONS

BANK, TREASURY, BANKS = Sector.CENTRAL_BANK, Sector.TREASURY, Sector.BANKS
HELD = [claim for claim in Claim if claim is not Claim.NET_WORTH]

# A claim changes hands: one sector holds more, another owes more, and net worth follows in both.
transfers = st.tuples(
    st.sampled_from(HELD),
    st.lists(st.sampled_from(Sector), min_size=2, max_size=2, unique=True),
    st.integers(-(10**9), 10**9),
)


def postings(claim, sectors, amount):
    """The four cells of a transfer that nothing pays for."""
    to, owed_by = sectors
    return (
        Posting(to, claim, amount), Posting(to, Claim.NET_WORTH, amount),
        Posting(owed_by, claim, -amount), Posting(owed_by, Claim.NET_WORTH, -amount),
    )  # fmt: skip


@given(st.lists(transfers, max_size=6))
def test_any_transfers_cancel(found):
    """Whatever is held, owed and gained, each sector and each claim cancels, so the entry stands."""
    assert Entry(name="e", postings=tuple(p for t in found for p in postings(*t))).unit == USD_MILLIONS


@given(st.lists(transfers, min_size=1, max_size=4), st.data())
def test_a_posting_that_is_off_is_refused(found, data):
    """One cell off by any amount breaks a sector and a claim, and the message names both with what is left over."""
    cells = [p for t in found for p in postings(*t)]
    index = data.draw(st.integers(0, len(cells) - 1))
    off = data.draw(st.integers(1, 1000))
    cell = cells[index]
    cells[index] = Posting(cell.sector, cell.claim, cell.amount + off)
    with pytest.raises(IdentityError, match=rf"left over, in USD mn: .*{cell.claim} \+{off}\b") as caught:
        Entry(name="e", postings=tuple(cells))
    assert f"{cell.sector} {-off if cell.claim is Claim.NET_WORTH else off:+d}" in str(caught.value)


def test_amounts_are_whole():
    """Half a million is refused: rounding happens once, in a posting of its own."""
    with pytest.raises(IdentityError, match=r"banks reserves posts 0\.5; expected whole USD mn: round once"):
        Entry(name="e", postings=(Posting(BANKS, Claim.RESERVES, 0.5), Posting(BANK, Claim.RESERVES, -0.5)))


def line(account, amount, *, residual=False):
    """A line of a sheet."""
    return Line(
        account=account, title=account, side=Side.SUPPLYING, depth=0, amount=amount, residual=residual,
        revised=False, assumed=False, known_at=moment(0), digest="d",
    )  # fmt: skip


def sheet(*lines):
    """A sheet of those lines."""
    return BalanceSheet(bank="x", period=date(2024, 1, 3), unit=USD_MILLIONS, lines=lines, gap=0)


def test_a_change_is_told_line_by_line():
    """A line of both sheets changed by the difference; one that is new has no change, for nothing was known of it."""
    changes = sheet(line("loans", 7), line("swaps", 3)).changes(sheet(line("loans", 10), line("gold", 1)))
    assert changes == {"loans": -3}


def test_what_a_whole_leaves_over_was_nil_where_it_had_no_line():
    """A residual that appears counts from nil where its whole was on the earlier sheet, and not otherwise."""
    later = sheet(
        line("loans", 7), line("loans.rest", 2, residual=True), line("swaps.rest", 5, residual=True)
    )
    assert later.changes(sheet(line("loans", 7))) == {"loans": 0, "loans.rest": 2}


def test_an_amount_is_asked_for_by_account():
    """A line that is there gives its amount; one that is not gives None, never nil."""
    assert (sheet(line("loans", 7)).amount("loans"), sheet().amount("loans")) == (7, None)
