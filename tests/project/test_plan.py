"""What policy does in each month, from calendars of the Federal Reserve and made up here."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import inf

import numpy as np
import pytest

from runoff.core.holdings import SecurityKind
from runoff.core.policy import PolicyCalendar, PolicyPlugin, State, Step
from runoff.core.registry import plugin
from runoff.core.time import NEW_YORK, end_of_day
from runoff.project.plan import (
    bills_on,
    coupons_on,
    deciding,
    joined,
    plan,
    treasury_caps,
    with_agency_principal,
)

FED = plugin("policies", "fed", PolicyPlugin).calendar()


def caps(calendar, *months):
    """Caps in billions."""
    return (treasury_caps(calendar, np.array([date(*m, 1).toordinal() for m in months])) / 1e9).tolist()


def test_the_caps_as_they_happened():
    """Two run-offs, slowed and ended.

    PROVENANCE: FOMC statements and plans of 2017-09-20, 2019-03-20, 2019-07-31, 2022-05-04, 2024-05-01, 2025-03-19,
    2025-10-29.
    """
    months = {
        (2016, 1): 0, (2017, 9): 0, (2017, 10): 6, (2018, 1): 12, (2018, 4): 18, (2018, 7): 24, (2018, 10): 30,
        (2019, 4): 30, (2019, 5): 15, (2019, 8): 0, (2020, 6): 0, (2022, 5): 0, (2022, 6): 30, (2022, 8): 30,
        (2022, 9): 60, (2024, 5): 60, (2024, 6): 25, (2025, 3): 25, (2025, 4): 5, (2025, 11): 5, (2025, 12): 0,
        (2026, 6): 0,
    }  # fmt: skip
    assert caps(FED, *months) == list(months.values())


def test_the_caps_as_announced_by_a_day():
    """The step of September 2022 was announced in May; the end of the 60 billion was not."""
    told = FED.known(end_of_day(date(2022, 5, 4)))
    assert caps(told, (2022, 6), (2022, 9), (2026, 1)) == [30, 60, 60]
    assert caps(FED.known(end_of_day(date(2022, 5, 3))), (2022, 6), (2022, 9)) == [0, 0]


STEP = Step(
    bank="x", known_at=datetime(2024, 1, 1, tzinfo=NEW_YORK), effective=date(2024, 2, 1), programme="", note="",
    state=State.RUN_OFF, security=None, amount_kind=None, amount=None, currency="USD", per="", until=None,
    verified=True, source="",
)  # fmt: skip


def test_a_run_off_without_a_cap_has_none():
    """And nothing is redeemed before it, nor under a policy that holds."""
    assert caps(PolicyCalendar((STEP,)), (2024, 1), (2024, 2)) == [0, inf]
    assert caps(PolicyCalendar((replace(STEP, state=State.HOLD),)), (2024, 2)) == [0]


def test_a_step_that_nobody_read_decides_nothing():
    """An unverified cap leaves the one before it in force."""
    capped = replace(STEP, security="treasuries", amount_kind="cap", amount=10.0, per="month")
    later = replace(
        capped, effective=date(2024, 5, 1), amount=20.0, known_at=datetime(2024, 4, 1, tzinfo=NEW_YORK)
    )
    assert caps(PolicyCalendar((capped, later)), (2024, 5)) == [20]
    assert caps(PolicyCalendar((capped, replace(later, verified=False))), (2024, 5)) == [10]


# --- Whole plans --------------------------------------------------------------------------------------------

KNOWN_AT = datetime(2024, 1, 1, tzinfo=NEW_YORK)
START = date(2024, 1, 31)


def term(security, kind, amount=None, **changes):
    """A step on a security from February 2024."""
    return replace(
        STEP, security=security, amount_kind=kind, amount=amount, per="month", state=State.HOLD, **changes
    )


def planned(*steps, count=3, start=START):
    """The plan of these steps."""
    return plan(PolicyCalendar(steps), start, count, known=date(2024, 1, 31))


@pytest.mark.parametrize(
    ("step", "cap", "mix_cap", "into_bills"),
    [
        (term("agency_mbs", "cap", 35.0, above="treasuries"), 35e9, inf, False),
        (term("agency_mbs", "cap", 35.0, above="bills"), 35e9, inf, True),
        (term("agency_mbs", "cap", 35.0, above="agency_mbs"), 35e9, 0, False),
        (term("agency_mbs", "cap", 35.0), 35e9, 0, False),
        (term("agency_mbs", "mix_cap", 20.0, above="agency_mbs"), 0, 20e9, False),
        (term("agency_mbs", "into_bills"), 0, inf, True),
        (term("agency_mbs", "sale", 5.0), inf, 0, False),
        (term("agency_mbs", "envelope", 30.0), inf, 0, False),
        (term("agency_mbs", "purchase", 40.0), 0, 0, False),
    ],
)
def test_what_becomes_of_agency_principal(step, cap, mix_cap, into_bills):
    """Let go up to the cap; of the rest into Treasuries or bills up to the mix cap; what is left stays in MBS."""
    found = planned(step)
    assert found.agency.cap.tolist() == [cap] * 3
    assert found.agency.mix_cap.tolist() == [mix_cap] * 3
    assert found.mix_into_bills.tolist() == [into_bills] * 3


def test_a_pace_adds_up_to_the_day():
    """Of 31 billion a month from Friday 15 March, a week's seven are bought on each Thursday; in all 17/31 and 31."""
    found = planned(term("treasuries", "purchase", 31.0, effective=date(2024, 3, 15)))
    bought = {purchase.settles: purchase.amount for purchase in found.treasuries.purchases}
    assert (bought[date(2024, 3, 21)], bought[date(2024, 3, 28)]) == (7 * 10**9, 7 * 10**9)
    assert sum(bought.values()) == pytest.approx(48e9, abs=10)
    assert max(bought) == date(2024, 4, 30)  # what the last days add up to is bought by the end


def test_a_pace_goes_on_where_a_plan_is_split():
    """Two plans, one after the other, buy and sell what one over both does, to the dollars of the weeks."""
    steps = (term("treasuries", "sale", 10.0, years=(0.0, 3.0)), term("agency_mbs", "purchase", 20.0))
    whole, first = planned(*steps, count=4), planned(*steps, count=2)
    second = planned(*steps, count=2, start=date(2024, 3, 31))
    sold = sum(sale.amount for part in (first, second) for sale in part.treasuries.sales)
    assert sold == pytest.approx(sum(sale.amount for sale in whole.treasuries.sales), abs=10)
    bought = [*first.agency.purchases, *second.agency.purchases]
    assert sum(bought) == pytest.approx(whole.agency.purchases.sum(), abs=10)
    assert {(sale.shortest, sale.longest) for sale in whole.treasuries.sales} == {(0.0, 3.0)}


def test_an_envelope_of_a_year_is_a_twelfth_a_month():
    """And there is no cap beside it."""
    found = planned(replace(term("treasuries", "envelope", 120.0), per="year"))
    assert found.treasuries.envelopes.tolist() == [10e9] * 3
    assert found.treasuries.caps.tolist() == [inf] * 3
    assert planned(term("treasuries", "into_bills")).treasuries.into_bills.all()


def test_an_unread_pace_counts_where_a_read_step_started_it():
    """The end of purchases has to be read; their pace does not."""
    started = term("bills", "purchase", 40.0)
    slower = replace(
        started,
        effective=date(2024, 3, 1),
        amount=10.0,
        verified=False,
        known_at=KNOWN_AT + timedelta(days=9),
    )
    ended = replace(slower, state=State.ENDED, amount=0.0)
    assert deciding(PolicyCalendar((started, slower))).steps == (started, slower)
    assert deciding(PolicyCalendar((started, ended))).steps == (started,)
    assert deciding(PolicyCalendar((slower,))).steps == ()
    assert planned(started, slower).unverified(0) == (slower,)


def test_joined_plans_change_at_the_month():
    """Everything before it is of the one, everything from it on of the other."""
    one, other = planned(term("treasuries", "cap", 5.0)), planned(term("treasuries", "purchase", 8.0))
    found = joined(one, other, 1)
    assert found.treasuries.caps.tolist() == [5e9, 0, 0]
    assert {p.settles.month for p in found.treasuries.purchases} == {3, 4}
    assert found.policies == (one.policies[0], *other.policies[1:])
    assert joined(one, other, 3) is one


def test_bills_on_a_day_mature_after_it_within_a_year():
    """The longer ago a bill can have been issued the less of it there is; weights are in whole dollars."""
    offered = bills_on(date(2024, 3, 14), date(2024, 3, 1))
    assert all(date(2024, 3, 14) < o.maturity <= date(2025, 3, 14) for o in offered)
    assert offered[0].amount > offered[-1].amount > 0


@pytest.mark.parametrize(
    ("years", "least", "most"), [((6.0, 30.0), 5.9, 30.1), ((0.0, 3.0), 0.2, 3.1), ((0.0, inf), 0.9, 30.1)]
)
def test_coupons_bought_are_of_the_maturities_named(years, least, most):
    """In equal parts; all of one to thirty years where none are named."""
    day = date(2024, 3, 14)
    offered = coupons_on(day, years)
    assert len({o.amount for o in offered}) == 1
    assert all(least <= (o.maturity - day).days / 365.25 <= most for o in offered)


def test_agency_principal_is_spent_on_the_thursdays_of_its_month():
    """All of it, in bills where policy says so."""
    into = np.array([10e9, 0.0, 20e9])
    found = with_agency_principal(
        planned(term("agency_mbs", "into_bills")), into, known=date(2024, 1, 31)
    ).treasuries.purchases
    spent = Counter()
    for purchase in found:
        spent[purchase.settles.month] += purchase.amount
        assert all(o.kind is SecurityKind.BILL for o in purchase.offered)
    assert spent[2] == pytest.approx(10e9, abs=5)
    assert spent[4] == pytest.approx(20e9, abs=5)
    assert set(spent) == {2, 4}
