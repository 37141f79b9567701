"""Holdings as they are shown: published on the book's day, modelled after it."""

from dataclasses import replace

import pytest
from tests.project import desk, made

from runoff.actions.portfolio import PortfolioReport, portfolio
from runoff.actions.workspace import Workspace, words_in
from runoff.core.errors import Unavailable
from runoff.core.holdings import SecurityKind

WORDS = words_in("en")


@pytest.fixture(scope="module")
def published(work: Workspace) -> PortfolioReport:
    """The week of the book itself."""
    return portfolio(work, WORDS, as_of="2022-02-18")


def test_on_its_own_day_the_book_is_what_is_shown(published: PortfolioReport) -> None:
    """Nothing is modelled, and the distance to H.4.1 is that of the book."""
    assert not published.modelled
    assert (published.day, published.book) == (desk.BOOK, desk.BOOK)
    assert abs(published.distance_percent) < 0.05
    book = made.view("2022-02-18").book("soma")
    assert book is not None
    for row in published.rows:
        if row.kind.is_treasury:
            held = [h for h in book.holdings if h.kind is row.kind and h.maturity > desk.BOOK]
            assert row.securities == len(held), row.kind
            assert row.par == pytest.approx(sum(h.par for h in held) / 1e6, abs=1), row.kind
            inflation = sum(h.inflation_compensation for h in held) / 1e6
            assert row.inflation_compensation == pytest.approx(inflation, abs=150), row.kind


@pytest.mark.parametrize(
    ("as_of", "percent"), [("2022-02-25", 0.1), ("2024-12-31", 0.2), ("2025-11-15", 0.2), ("2026-10-01", 0.5)]
)
def test_later_it_is_modelled_and_says_how_far_off(work: Workspace, as_of: str, percent: float) -> None:
    """The distance is ours less the published total of the week, in millions and in percent."""
    found = portfolio(work, WORDS, as_of=as_of)
    assert found.modelled
    assert found.published == made.published("frb:WSHOTSL")[found.day]
    assert found.distance == found.treasuries - found.published
    assert abs(found.distance_percent) < percent
    assert found.distance_percent == pytest.approx(100 * found.distance / found.published, abs=0.001)
    assert "modelled from the book of 16 Feb 2022" in found.section(WORDS).sentences[0]


def test_types_and_years_add_up(published: PortfolioReport) -> None:
    """Principal by type and by year of maturity are one total; par and inflation compensation are principal."""
    treasuries = [row for row in published.rows if row.kind.is_treasury]
    assert sum(row.principal for row in treasuries) == pytest.approx(published.treasuries, abs=3)
    assert sum(rung.total for rung in published.ladder) == pytest.approx(published.treasuries, abs=60)
    for row in published.rows:
        assert row.par + row.inflation_compensation == pytest.approx(row.principal, abs=1)
    for rung in published.ladder:
        assert rung.total == rung.bills + rung.notes_and_bonds + rung.tips + rung.frns
    assert [rung.year for rung in published.ladder] == list(range(2022, 2053))


def test_measures_are_plausible(work: Workspace, published: PortfolioReport) -> None:
    """Maturity, duration and premiums in February 2022; a loss of more than a tenth of the portfolio after the rise."""
    assert published.average_maturity_years == pytest.approx(7.6, abs=0.3)
    assert 5.5 < published.duration_years < 7
    assert published.unamortised_premiums == pytest.approx(330_000, rel=0.02)
    kinds = {row.kind: row for row in published.rows}
    assert kinds[SecurityKind.BILL].average_maturity_years < 0.5
    assert kinds[SecurityKind.FRN].duration_years < 0.5
    assert kinds[SecurityKind.MBS].average_maturity_years is None
    later = portfolio(work, WORDS, as_of="2025-01-03")
    assert 900_000 < later.unrealised_loss < 1_300_000
    assert published.unrealised_loss < 300_000


def test_a_gain_is_told_as_more_and_a_loss_as_less(published: PortfolioReport) -> None:
    """And never as less by a negative amount."""
    for loss, says in ((5_000, "is worth $5bn less than"), (-5_000, "is worth $5bn more than")):
        sentences = replace(published, unrealised_loss=loss).section(WORDS).sentences
        assert any(says in sentence for sentence in sentences), loss


def test_before_the_book_it_refuses(work: Workspace) -> None:
    """And says how to bring one in."""
    with pytest.raises(Unavailable, match="for an earlier date import one"):
        portfolio(work, WORDS, as_of="2021-12-31")
