import csv
import gzip
from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.project import desk

from runoff.core.errors import ConfigError
from runoff.core.holdings import SecurityKind
from runoff.project.auction_sizes import REFUNDINGS, TENORS, bill_sizes, coupon_sizes
from runoff.project.auctions import Offering, allot, cycle, replaced, settlement

KNOWN = date(2026, 10, 1)


def test_the_desks_example_to_the_dollar():
    """PROVENANCE: Federal Reserve Bank of New York, FAQs of 2016-12-14: a billion maturing on 2015-12-15."""
    shares = allot(1_000_000_000, [24 * 10**9, 21 * 10**9, 13 * 10**9])
    assert shares == (413_793_200, 362_068_900, 224_137_900)


@given(st.integers(0, 10**12), st.lists(st.integers(1, 10**12), min_size=1, max_size=9))
def test_add_ons_add_up_in_hundreds(amount, offered):
    """All but the first are multiples of 100 dollars, rounded down; together they are the amount."""
    first, *others = allot(amount, offered)
    assert first + sum(others) == amount
    assert first >= amount * offered[0] // sum(offered) // 100 * 100
    for share, part in zip(others, offered[1:], strict=True):
        assert share % 100 == 0
        assert 0 <= amount * part / sum(offered) - share <= 100 + 1e-3


def shown(start, end):
    """Offerings as (tenor, settlement, maturity)."""
    return {
        (o.id.split()[0], o.settles.isoformat(), o.maturity.isoformat())
        for o in cycle(start, end, known=KNOWN)
    }


def test_the_coupon_cycle_is_the_treasurys():
    """PROVENANCE: Treasury, auction results of December 2025 to March 2026."""
    found = shown(date(2025, 12, 15), date(2026, 3, 2))
    assert {
        ("frn", "2025-12-26", "2027-10-31"),
        ("20y", "2025-12-31", "2045-11-15"),
        ("tips", "2025-12-31", "2030-10-15"),
        ("2y", "2025-12-31", "2027-12-31"),
        ("7y", "2025-12-31", "2032-12-31"),
        ("10y", "2026-01-15", "2035-11-15"),
        ("3y", "2026-01-15", "2029-01-15"),
        ("30y", "2026-01-15", "2055-11-15"),
        ("tips", "2026-01-30", "2036-01-15"),
        ("20y", "2026-02-02", "2045-11-15"),
        ("2y", "2026-02-02", "2028-01-31"),
        ("frn", "2026-02-02", "2028-01-31"),
        ("5y", "2026-02-02", "2031-01-31"),
        ("10y", "2026-02-17", "2036-02-15"),
        ("tips", "2026-02-27", "2056-02-15"),
        ("frn", "2026-02-27", "2028-01-31"),
        ("2y", "2026-03-02", "2028-02-29"),
        ("20y", "2026-03-02", "2046-02-15"),
    } <= found
    assert Counter(tenor for tenor, *_ in found if tenor != "bill") == dict.fromkeys(TENORS, 3)


def test_a_year_of_indexed_and_floating_securities():
    """PROVENANCE: Treasury, auction results of 2025: settlement and maturity of every TIPS and FRN."""
    found = shown(date(2025, 1, 1), date(2025, 12, 31))
    assert sorted(pair[1:] for pair in found if pair[0] == "tips") == [
        ("2025-01-31", "2035-01-15"), ("2025-02-28", "2055-02-15"), ("2025-03-31", "2035-01-15"),
        ("2025-04-30", "2030-04-15"), ("2025-05-30", "2035-01-15"), ("2025-06-30", "2030-04-15"),
        ("2025-07-31", "2035-07-15"), ("2025-08-29", "2055-02-15"), ("2025-09-30", "2035-07-15"),
        ("2025-10-31", "2030-10-15"), ("2025-11-28", "2035-07-15"), ("2025-12-31", "2030-10-15"),
    ]  # fmt: skip
    assert sorted(pair[1:] for pair in found if pair[0] == "frn") == [
        ("2025-01-31", "2027-01-31"), ("2025-02-28", "2027-01-31"), ("2025-03-28", "2027-01-31"),
        ("2025-04-30", "2027-04-30"), ("2025-05-30", "2027-04-30"), ("2025-06-27", "2027-04-30"),
        ("2025-07-31", "2027-07-31"), ("2025-08-29", "2027-07-31"), ("2025-09-26", "2027-07-31"),
        ("2025-10-31", "2027-10-31"), ("2025-11-28", "2027-10-31"), ("2025-12-26", "2027-10-31"),
    ]  # fmt: skip


def test_the_bill_cycle_is_the_treasurys():
    """PROVENANCE: Treasury, auction results of May 2026; bills of one maturity are one security."""
    found = shown(date(2026, 5, 12), date(2026, 5, 28))
    assert {
        ("bill", "2026-05-12", "2026-06-09"),
        ("bill", "2026-05-12", "2026-07-07"),
        ("bill", "2026-05-12", "2026-09-08"),
        ("bill", "2026-05-14", "2026-06-25"),
        ("bill", "2026-05-14", "2026-08-13"),
        ("bill", "2026-05-14", "2026-11-12"),
        ("bill", "2026-05-14", "2027-05-13"),
        ("bill", "2026-05-28", "2026-11-27"),  # Thanksgiving is the 26th
    } <= found
    assert not any(start == "2026-05-21" and end > "2027" for _, start, end in found)


def test_bills_that_were_cash_management_bills_are_not_in_the_cycle():
    """The 17-week bill is regular from 2022-10-25, the 6-week bill from 2025-02-20."""
    terms = {
        (o.settles, (o.maturity - o.settles).days // 7)
        for o in cycle(date(2022, 10, 1), date(2025, 3, 1), known=KNOWN)
        if o.kind is SecurityKind.BILL
    }
    assert min(day for day, weeks in terms if weeks == 17) == date(2022, 10, 25)
    assert min(day for day, weeks in terms if weeks == 6) == date(2025, 2, 20)


def test_a_holiday_moves_a_settlement():
    """To the next day the market is open: Good Friday 2022, the fourth of July 2023, a Sunday."""
    assert settlement(date(2022, 4, 15)) == date(2022, 4, 18)
    assert settlement(date(2023, 7, 4)) == date(2023, 7, 5)
    assert settlement(date(2022, 7, 31)) == date(2022, 8, 1)
    assert settlement(date(2022, 8, 1)) == date(2022, 8, 1)


def test_a_cycle_cut_in_two_is_the_cycle():
    """No offering is lost or doubled at a border, and each settles where it is asked for."""
    start, end = date(2023, 12, 20), date(2024, 4, 10)
    whole = cycle(start, end, known=KNOWN)
    for cut in (date(2023, 12, 31), date(2024, 3, 28), date(2024, 4, 1)):
        assert cycle(start, cut, known=KNOWN) + cycle(cut + timedelta(days=1), end, known=KNOWN) == whole
    assert all(start <= o.settles <= end for o in whole)


def test_actual_offerings_replace_the_cycle_where_they_are_given():
    """A day's coupons are those announced; its bills, and other days, stay as the cycle has them."""
    regular = cycle(date(2026, 6, 22), date(2026, 6, 30), known=KNOWN)
    actual = [
        Offering(
            id="912810UT3",
            kind=SecurityKind.NOTE_OR_BOND,
            settles=day,
            maturity=date(2046, 5, 15),
            amount=13 * 10**9,
        )
        for day in (date(2026, 6, 22), date(2026, 6, 30))
    ]
    found = replaced(regular, actual)
    assert [o for o in found if o.kind is not SecurityKind.BILL and o.settles.day in (22, 30)] == actual
    bills = [o for o in regular if o.kind is SecurityKind.BILL]
    assert [o for o in found if o.kind is SecurityKind.BILL] == bills


def test_an_offering_of_nothing_is_refused():
    """So is one that matures before it settles."""
    good = {
        "id": "x",
        "kind": SecurityKind.BILL,
        "settles": date(2024, 1, 2),
        "maturity": date(2024, 2, 1),
        "amount": 1,
    }
    Offering(**good)
    for wrong in ({"amount": 0}, {"maturity": date(2024, 1, 2)}):
        with pytest.raises(ConfigError, match="expected an amount above nil that matures after it settles"):
            Offering(**good | wrong)


def test_sizes_are_those_announced_by_then():
    """What was not announced is not known: the last statement goes on, TIPS as a year before."""
    told, later = date(2023, 7, 31), date(2023, 8, 2)
    assert coupon_sizes(date(2023, 8, 1), later)["2y"] == 45
    assert coupon_sizes(date(2023, 8, 1), told)["2y"] == 42
    assert coupon_sizes(date(2023, 10, 1), told)["tips"] == 21  # as in October 2022
    assert coupon_sizes(date(2023, 10, 1), later)["tips"] == 22
    assert coupon_sizes(date(2030, 2, 1), KNOWN)["10y"] == 42
    assert coupon_sizes(date(2030, 3, 1), KNOWN) == coupon_sizes(date(2026, 3, 1), KNOWN)
    assert coupon_sizes(date(2020, 8, 1), KNOWN) == coupon_sizes(date(2021, 8, 1), KNOWN)
    assert coupon_sizes(date(2020, 2, 1), KNOWN)["tips"] == coupon_sizes(date(2022, 2, 1), KNOWN)["tips"] == 9
    assert 17 not in bill_sizes(date(2022, 12, 1), date(2022, 10, 24))
    assert bill_sizes(date(2022, 12, 1), date(2022, 10, 25))[17] == 36


def test_refunding_statements_follow_each_other_by_quarters():
    """None is missing between the first and the last, and each gives every tenor."""
    firsts = [r.first_month for r in REFUNDINGS]
    assert all(f.month in (2, 5, 8, 11) for f in firsts)
    numbers = [f.year * 12 + f.month for f in firsts]
    assert numbers == list(range(numbers[0], numbers[-1] + 1, 3))
    assert all(set(r.sizes) == set(TENORS) for r in REFUNDINGS)


@pytest.fixture(scope="module")
def issued(shared_data):
    """Notes and bonds issued by settlement day, in millions (Daily Treasury Statement, table III-A)."""
    found = defaultdict(dict)
    with gzip.open(shared_data / "dts" / "public_debt_transactions.csv.gz", "rt") as lines:
        for row in csv.DictReader(lines):
            amount = float(row["transact_today_amt"])
            # Smaller amounts are savings and corrections, no settlement of an auction.
            if (
                row["transaction_type"] == "Issues"
                and row["security_type"] in {"Notes", "Bonds"}
                and amount > 3_000
            ):
                found[date.fromisoformat(row["record_date"])][row["security_type"]] = amount
    return {day: amounts for day, amounts in found.items() if day >= date(2021, 8, 1)}


def offered(end):
    """Notes and bonds on offer by settlement day, in millions."""
    found = defaultdict(Counter)
    for o in cycle(date(2021, 8, 1), end, known=KNOWN):
        if o.kind is not SecurityKind.BILL:
            name = (
                "Bonds"
                if o.id.split()[0] in {"20y", "30y"} or o.maturity.year - o.settles.year > 10
                else "Notes"
            )
            found[o.settles][name] += o.amount / 1e6
    return found


def test_the_cycle_settles_on_the_days_and_in_the_sizes_of_the_daily_treasury_statement(issued):
    """On 156 of 157 days what was issued exceeds the cycle by one factor for notes and bonds: the SOMA add-ons.

    The 157th is the 20-year bond of June 2026, which settled on the 22nd.
    """
    end = date(2026, 6, 22)
    cycles = offered(end)
    assert set(issued) - set(cycles) == {end}
    assert set(cycles) <= set(issued)
    assert len(cycles) == 156
    for day, amounts in cycles.items():
        assert set(amounts) == set(issued[day]), day
        factors = [issued[day][name] / amount for name, amount in amounts.items()]
        spread = 0.0102 if day == date(2023, 7, 31) else 0.0025  # that day issued less than it announced
        assert max(factors) - min(factors) < spread, day
        assert min(factors) > (0.98 if day == date(2023, 7, 31) else 0.9985), day


def test_rollovers_to_2026_agree_with_the_daily_treasury_statement(issued):
    """Add-ons of January 2024 to May 2026, after the golden's end: within 0.7 percent in total, 1 billion a month."""
    cycles = offered(date(2026, 5, 31))
    add_ons = Counter()
    for day, amounts in issued.items():
        if day in cycles:
            add_ons[day.isoformat()[:7]] += sum(amounts.values()) - sum(cycles[day].values())
    rolled = desk.millions("coupons_rolled")
    months = [month for month in add_ons if "2024-01" <= month <= "2026-05"]
    assert len(months) == 29
    for month in months:
        assert abs(rolled[month] - add_ons[month]) < 1_000, month
    assert sum(rolled[m] for m in months) == pytest.approx(sum(add_ons[m] for m in months), rel=0.007)
