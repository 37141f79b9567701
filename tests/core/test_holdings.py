from dataclasses import replace
from datetime import date

import pytest
from tests.core.rows import moment

from runoff.core.errors import Unparseable
from runoff.core.holdings import Book, Holding, SecurityKind

NOTE = Holding(
    id="91282CBW0", kind=SecurityKind.NOTE_OR_BOND, maturity=date(2026, 4, 30), coupon=0.75, par=1_000_000
)


def test_a_holding_is_not_negative():
    """A short position is no holding: refused by its id."""
    with pytest.raises(Unparseable, match="91282CBW0: par is -1; expected a holding of zero or more"):
        replace(NOTE, par=-1)
    assert replace(NOTE, par=0).par == 0


@pytest.mark.parametrize("kind", [kind for kind in SecurityKind if kind is not SecurityKind.BILL])
def test_everything_but_a_bill_has_a_coupon(kind):
    """A missing coupon is refused, by the kind of security it is missing on; a coupon of nil is none missing."""
    with pytest.raises(Unparseable, match=f"91282CBW0: a {kind} without a coupon; expected percent a year"):
        replace(NOTE, kind=kind, coupon=None)
    assert replace(NOTE, kind=kind, coupon=0.0).coupon == 0.0


def test_a_bill_needs_no_coupon():
    """A bill pays none."""
    assert replace(NOTE, kind=SecurityKind.BILL, coupon=None).coupon is None


def test_only_tips_carry_inflation_compensation():
    """Indexation on a nominal note is a misread column."""
    assert replace(NOTE, kind=SecurityKind.TIPS, inflation_compensation=12.5).inflation_compensation == 12.5
    with pytest.raises(Unparseable, match="inflation compensation on a note_bond; only TIPS carry it"):
        replace(NOTE, inflation_compensation=12.5)


def test_a_security_stands_in_a_book_once():
    """A CUSIP that comes twice is refused, with the book and its date."""
    book = Book(
        portfolio="soma", date=date(2022, 2, 16), currency="USD", holdings=(NOTE,), known_at=moment(0),
        assumed=True, digest="d",
    )  # fmt: skip
    with pytest.raises(Unparseable, match="soma of 2022-02-16: 91282CBW0 appears twice"):
        replace(book, holdings=(NOTE, replace(NOTE, id="x"), replace(NOTE, par=5)))
