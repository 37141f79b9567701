from dataclasses import replace
from datetime import date

import pytest
from tests.core.rows import moment

from runoff.core.errors import Unparseable
from runoff.core.holdings import Book, Holding, SecurityKind, needs_coupon

NOTE = Holding(
    id="91282CBW0", kind=SecurityKind.NOTE_OR_BOND, maturity=date(2026, 4, 30), coupon=0.75, par=1_000_000
)
POOL = replace(NOTE, kind=SecurityKind.MBS, factor=0.5, term=360)


def test_a_holding_is_not_negative():
    """A short position is no holding: refused by its id."""
    with pytest.raises(Unparseable, match="91282CBW0: par is -1; expected a holding of zero or more"):
        replace(NOTE, par=-1)
    assert replace(NOTE, par=0).par == 0


@pytest.mark.parametrize("kind", SecurityKind)
def test_a_coupon_is_missing_where_one_is_paid(kind):
    """A bill pays none and that of a CMBS may vary; on all else a missing coupon is refused, a coupon of nil is not."""
    assert needs_coupon(kind) is (kind not in {SecurityKind.BILL, SecurityKind.CMBS})
    assert replace(NOTE, kind=kind, coupon=0.0).coupon == 0.0
    if not needs_coupon(kind):
        assert replace(NOTE, kind=kind, coupon=None).coupon is None
        return
    with pytest.raises(Unparseable, match=f"91282CBW0: a {kind} without a coupon; expected percent a year"):
        replace(NOTE, kind=kind, coupon=None)


def test_each_kind_is_a_treasury_an_agency_debt_or_a_mortgage_security():
    """Every kind is one of the three: what the Treasury issued, what pays as mortgages do, agency debt."""
    assert {kind for kind in SecurityKind if kind.is_treasury} == {
        SecurityKind.BILL, SecurityKind.NOTE_OR_BOND, SecurityKind.TIPS, SecurityKind.FRN,
    }  # fmt: skip
    assert {kind for kind in SecurityKind if kind.is_mortgage} == {SecurityKind.MBS, SecurityKind.CMBS}
    assert [kind for kind in SecurityKind if not kind.is_treasury and not kind.is_mortgage] == ["agency"]


def test_only_tips_carry_inflation_compensation():
    """Indexation on a nominal note is a misread column."""
    assert replace(NOTE, kind=SecurityKind.TIPS, inflation_compensation=12.5).inflation_compensation == 12.5
    with pytest.raises(Unparseable, match="inflation compensation on a note_bond; only TIPS carry it"):
        replace(NOTE, inflation_compensation=12.5)


@pytest.mark.parametrize(
    ("holding", "changes", "reason"),
    [
        (NOTE, {"factor": 0.5}, "a factor or a term on a note_bond; only mortgage securities have them"),
        (NOTE, {"term": 360}, "a factor or a term on a note_bond; only mortgage securities have them"),
        (POOL, {"factor": 0.0}, "the factor is 0.0; expected current over original face"),
        (POOL, {"factor": 1.01}, "the factor is 1.01; expected current over original face"),
        (POOL, {"factor": float("nan")}, "the factor is nan; expected current over original face"),
        (POOL, {"term": 0}, "the term is 0; expected a number of months above 0"),
    ],
)
def test_a_factor_and_a_term_are_those_of_a_mortgage_security(holding, changes, reason):
    """A factor is above nil and at most one, a term is some months, and nothing else has either."""
    with pytest.raises(Unparseable, match=f"91282CBW0: {reason}"):
        replace(holding, **changes)
    assert (replace(POOL, factor=1.0).factor, replace(POOL, factor=None, term=None).term) == (1.0, None)


def test_a_security_stands_in_a_book_once():
    """A CUSIP that comes twice is refused, with the book and its date."""
    book = Book(
        portfolio="soma", date=date(2022, 2, 16), currency="USD", holdings=(NOTE,), known_at=moment(0),
        assumed=True, digest="d",
    )  # fmt: skip
    with pytest.raises(Unparseable, match="soma of 2022-02-16: 91282CBW0 appears twice"):
        replace(book, holdings=(NOTE, replace(NOTE, id="x"), replace(NOTE, par=5)))
