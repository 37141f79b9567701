"""Income as it is shown: by year or month, past and projected."""

import pytest
from tests.project import made

from runoff.actions.income import IncomeReport, income
from runoff.actions.project import project
from runoff.actions.workspace import Workspace, words_in

WORDS = words_in("en")
# PROVENANCE: Federal Reserve Banks, Combined Financial Statements: deferred asset at year end, millions.
DEFERRED = {"2022": 18_000, "2023": 131_500, "2024": 215_200, "2025": 242_700}


@pytest.fixture(scope="module")
def monthly(work: Workspace) -> IncomeReport:
    """By month, as of the end of 2024."""
    return income(work, WORDS, as_of="2024-12-31", by="month", horizon=6)


def test_parts_add_up(monthly: IncomeReport) -> None:
    """Kinds of income and expense to their sums, and these less costs to net income; to rounding."""
    for row in monthly.rows:
        earned = (
            row.coupons
            + row.inflation_compensation
            + row.bills
            + row.floating_rate_notes
            + row.mbs
            + row.loans
        ) + row.premiums
        assert row.interest_income == pytest.approx(earned, abs=4)
        paid = (
            row.interest_on_reserves
            + row.interest_on_other_deposits
            + row.interest_on_on_rrp
            + row.interest_on_foreign_rrp
        )
        assert row.interest_expense == pytest.approx(paid, abs=3)
        assert row.net_income == pytest.approx(row.interest_income - row.interest_expense - row.costs, abs=2)
    for before, row in zip(monthly.rows, monthly.rows[1:], strict=False):
        moved = row.net_income - row.dividends - row.remitted
        assert before.deferred_asset - row.deferred_asset == pytest.approx(moved, abs=3)


def test_past_months_are_told_from_projected_ones(monthly: IncomeReport) -> None:
    """The month of the last release is projected in part, and so marked."""
    assert monthly.rows[0].period == "2022-02"
    assert [row.projected for row in monthly.rows[-7:]] == [False] + [True] * 6
    assert monthly.rows[-6].period == "2024-12"
    assert monthly.section(WORDS).tables[0].rows[-1].label.endswith(" *")


def test_years_are_sums_of_their_months(work: Workspace, monthly: IncomeReport) -> None:
    """To rounding; the deferred asset is that of the last month."""
    years = {row.period: row for row in income(work, WORDS, as_of="2024-12-31", horizon=6).rows}
    assert list(years) == ["2022", "2023", "2024", "2025"]
    of_2023 = [row for row in monthly.rows if row.period.startswith("2023")]
    assert years["2023"].net_income == pytest.approx(sum(row.net_income for row in of_2023), abs=12)
    assert years["2023"].deferred_asset == of_2023[-1].deferred_asset
    assert years["2024"].projected


def test_what_stood_at_the_last_past_month_is_said_by_year_as_by_month(
    work: Workspace, monthly: IncomeReport
) -> None:
    """In November 2024, the last month of which nothing is projected, and not at the end of the last whole year."""
    by_year = income(work, WORDS, as_of="2024-12-31", horizon=6)
    (november,) = [row for row in monthly.rows if row.period == "2024-11"]
    for found in (monthly, by_year):
        assert (found.last_past, found.deferred_asset_then) == (november.date, november.deferred_asset)
        assert "At the end of Nov 2024 it stood at $2" in found.section(WORDS).sentences[1]
    note = by_year.section(WORDS).tables[0].note
    assert note is not None
    assert "the first period begins after 16 Feb 2022, the last ends in May 2025" in note
    first = income(work, WORDS, as_of="2022-02-17", horizon=1)
    assert first.last_past is None
    assert not any("it stood at" in sentence for sentence in first.section(WORDS).sentences)


def test_it_goes_on_where_the_projection_does(work: Workspace, monthly: IncomeReport) -> None:
    """The same deferred asset in `project`, within 0.4 billion."""
    rows = project(work, WORDS, as_of="2024-12-31", horizon=6).rows
    for ours, theirs in zip(monthly.rows[-6:], rows, strict=True):
        assert ours.deferred_asset == pytest.approx(theirs.deferred_asset, abs=400), ours.period


def test_the_deferred_asset_agrees_with_the_audited(work: Workspace) -> None:
    """2022 within three billion, later within ten percent: from the book of 2022 and published balances and rates."""
    found = {
        row.period: row.deferred_asset for row in income(work, WORDS, as_of="2026-10-01", horizon=1).rows
    }
    assert abs(found["2022"] - DEFERRED["2022"]) <= 3_000
    for year in ("2023", "2024", "2025"):
        assert found[year] == pytest.approx(DEFERRED[year], rel=0.1), year


def test_it_says_what_the_sum_hides(monthly: IncomeReport) -> None:
    """Twelve banks remit each for itself."""
    assert any(
        "Twelve Reserve Banks remit each for itself" in said for said in monthly.section(WORDS).sentences
    )
    assert made.projection("2024-12-31").start == monthly.start
