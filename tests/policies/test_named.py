"""The policies and scenarios that ship: each reads, projects a year on the shipped figures, and does what it says."""

import numpy as np
import pytest
from tests.project import made

from runoff.actions.projections import shipped
from runoff.core.holdings import SecurityKind
from runoff.core.policy_file import NamedPolicy
from runoff.project.duration import durations
from runoff.project.scenario import Scenario

AS_OF = "2022-06-03"
POLICIES, SCENARIOS = shipped(NamedPolicy), shipped(Scenario)


def of(policy, scenario="baseline", horizon=12):
    """A projection, the first month of which is June 2022 and still under the policy announced."""
    return made.projection(AS_OF, policy, scenario, horizon)


def own(line, found):
    """What the path does in the months in which a named policy rules."""
    return getattr(found.treasuries, line)[..., found.first + 1 :]


def bought_bills(found):
    """Bills bought in the market in each of these months, dollars."""
    rows = [s.kind is SecurityKind.BILL for s in found.treasuries.securities]
    return own("purchased", found)[rows].sum(axis=0)


def grown(found, name):
    """By how much a line grows from the end of the first month to the last, in millions."""
    amounts = found.sheet.lines[name][0]
    return int(amounts[-1] - amounts[0])


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_projects_a_year(name):
    """It has a title and says in a sentence what it does; nothing held falls below nil."""
    found, policy = of(name), POLICIES[name]
    assert policy.id == name
    assert policy.title
    assert policy.says.endswith(".")
    assert len(found.months) == 12
    for line in ("treasuries", "mbs", "reserves", "currency", "tga", "on_rrp"):
        assert found.sheet.lines[line].min() >= 0, line


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_projects_a_year(name):
    """From the policy announced; it says what it assumes."""
    found, scenario = of("announced", name), SCENARIOS[name]
    assert scenario.id == name
    assert scenario.says.endswith(".")
    assert len(found.months) == 12


def test_the_defaults_come_first():
    """Then the others by name."""
    assert (next(iter(POLICIES)), next(iter(SCENARIOS))) == ("announced", "baseline")
    assert list(POLICIES)[1:] == sorted(list(POLICIES)[1:])


def test_full_run_off_lets_everything_go():
    """All that matures is redeemed, all agency principal leaves, and nothing is bought."""
    found = of("full-run-off")
    path = found.treasuries
    assert np.array_equal(own("coupons_redeemed", found), own("coupons_maturing", found))
    assert np.array_equal(own("bills_redeemed", found), own("bills_maturing", found))
    assert not own("purchased", found).any()
    assert path.coupons_rolled[found.first + 2 :].sum() == 0
    assert found.mortgages.redeemed[0, 1:] == pytest.approx(
        (found.mortgages.scheduled + found.mortgages.prepaid)[0, 1:]
    )


def test_full_rollover_lets_nothing_go():
    """Par is what it was, and agency principal goes into mortgage securities, which settle later."""
    found = of("full-rollover")
    assert not own("coupons_redeemed", found).any()
    assert not own("bills_redeemed", found).any()
    agency = found.mortgages
    assert agency.into_mbs[0, 1:] == pytest.approx((agency.scheduled + agency.prepaid)[0, 1:])
    held = found.sheet.lines["treasuries"][0, 1:] - np.cumsum(found.flows.indexation[0, 1:] / 1e6)
    assert held == pytest.approx(held[0], abs=10)


@pytest.mark.parametrize(("name", "billions"), [("rmp-10", 10), ("rmp-25", 25), ("rmp-40", 40)])
def test_reserve_management_buys_bills(name, billions):
    """The pace named, beside all agency principal; Treasuries grow by both and indexation, the sheet by the pace."""
    found = of(name)
    principal = found.mortgages.into_treasuries[0, 1:]
    assert principal == pytest.approx((found.mortgages.scheduled + found.mortgages.prepaid)[0, 1:])
    assert (bought_bills(found) - principal).sum() == pytest.approx(11 * billions * 1e9, rel=0.01)
    assert own("purchased", found).sum() == bought_bills(found).sum()
    growth = 11 * billions * 1e3 + principal.sum() / 1e6 + found.flows.indexation[0, 1:].sum() / 1e6
    assert grown(found, "treasuries") == pytest.approx(growth, rel=0.01)


def test_more_reserve_management_leaves_more_money():
    """The sheets differ by the difference of the paces."""
    ten, forty = of("rmp-10"), of("rmp-40")
    assert grown(forty, "total_assets") - grown(ten, "total_assets") == pytest.approx(330_000, rel=0.01)
    held = [one.sheet.lines["reserves"][0, -1] + one.sheet.lines["on_rrp"][0, -1] for one in (ten, forty)]
    assert held[1] > held[0] + 300_000


def test_qe_raises_reserves():
    """80 billion of Treasuries and 40 of mortgage securities a month, and full reinvestment."""
    found = of("qe")
    assert own("purchased", found).sum() == pytest.approx(11 * 80e9, rel=0.01)
    assert found.plan.agency.purchases[found.first + 1 :].sum() == pytest.approx(11 * 40e9, rel=0.01)
    assert not own("coupons_redeemed", found).any()
    assert grown(found, "mbs") > 300_000  # the last purchases have not settled
    still = of("full-rollover")
    for name in ("reserves", "total_assets"):
        assert grown(found, name) > grown(still, name), name
    # While money funds use the facility, most of what is added goes there and not into reserves.
    liquidity = [grown(one, "reserves") + grown(one, "on_rrp") for one in (still, found)]
    assert liquidity[1] - liquidity[0] > 1_000_000


def test_sales_of_mbs_reach_the_envelope_at_a_loss():
    """Principal and sales are 30 billion every month; what is sold is worth less than its face."""
    found = of("mbs-sales")
    agency = found.mortgages
    assert (agency.scheduled + agency.prepaid + agency.sold)[0, 1:] == pytest.approx(30e9)
    assert agency.sold[0, 1:].min() > 3e9
    assert np.all(agency.loss[0, 1:] > 0.03 * agency.sold[0, 1:])
    assert np.all(agency.loss[0, 1:] < 0.3 * agency.sold[0, 1:])
    assert not own("coupons_redeemed", found).any()


def test_twist_keeps_par_and_lengthens():
    """As much is sold as bought; it is short what is sold and long what is bought."""
    found = of("twist")
    sold, bought = own("sold", found), own("purchased", found)
    into_bills = found.mortgages.into_treasuries[0, 1:].sum()
    assert sold.sum() == pytest.approx(11 * 40e9, rel=0.01)
    assert bought.sum() - into_bills == pytest.approx(sold.sum(), rel=0.001)
    securities = found.treasuries.securities
    day = 1 / 365.25
    end = found.months[-1] + 31
    for row in np.flatnonzero(sold.any(axis=1)):
        assert (securities[row].maturity.toordinal() - found.months[1]) * day < 4
    for row in np.flatnonzero(bought.any(axis=1)):
        assert (securities[row].maturity.toordinal() - end) * day > 5 - day or into_bills
    known = made.view(AS_OF).as_of.date()
    maturity = durations(found, known=known).maturity
    still = durations(of("full-rollover"), known=known).maturity
    assert maturity[-1] - maturity[0] > still[-1] - still[0] + 1


def test_bills_only_keeps_the_size_and_shortens():
    """All that matures and all agency principal goes into bills: assets stay, duration leaves."""
    found = of("bills-only")
    path = found.treasuries
    notes = [s.kind is not SecurityKind.BILL for s in path.securities]
    assert not own("bought", found)[notes].any()
    assert not own("coupons_redeemed", found).any()
    known = made.view(AS_OF).as_of.date()
    maturity = durations(found, known=known)
    still = durations(of("full-rollover"), known=known)
    assert maturity.maturity[-1] < still.maturity[-1] - 0.3
    assert maturity.equivalents[-1] < still.equivalents[-1]
    assert grown(found, "total_assets") == pytest.approx(
        grown(of("full-rollover"), "total_assets"), abs=50_000
    )  # MBS settle late


def test_the_caps_of_the_first_run_off_are_a_ladder():
    """6 and 4 from the next month, to 30 and 20 in five steps; agency principal above it stays in MBS."""
    found = of("qt1-caps", horizon=15)
    part = slice(found.first + 1, None)
    assert (found.plan.treasuries.caps[part] / 1e9).tolist() == [6] * 3 + [12] * 3 + [18] * 3 + [24] * 3 + [
        30
    ] * 2
    assert (found.plan.agency.cap[part] / 1e9).tolist() == [4] * 3 + [8] * 3 + [12] * 3 + [16] * 3 + [20] * 2
    assert not found.mortgages.into_treasuries[0, 1:].any()
    assert np.all(
        own("coupons_redeemed", found) + own("bills_redeemed", found) <= found.plan.treasuries.caps[part]
    )


def test_sixty_and_thirty_five():
    """60 billion of Treasuries where so much matures; agency principal is below its cap, and all of it leaves."""
    found = of("60-35")
    redeemed = own("coupons_redeemed", found) + own("bills_redeemed", found)
    matured = own("coupons_maturing", found) + own("bills_maturing", found)
    assert redeemed == pytest.approx(np.minimum(60e9, matured), abs=1e9)
    assert not own("purchased", found).any()
    assert not found.mortgages.into_treasuries[0, 1:].any()


def test_the_announced_policy_as_of_may_2022_has_no_end():
    """QT2 as announced goes on at 60 and 35 to the horizon; as it happened it slows in June 2024."""
    announced, happened = (
        made.projection("2022-06-03", name, horizon=30) for name in ("qt2-announced", "qt2")
    )
    assert (announced.plan.treasuries.caps[-27:] / 1e9).tolist() == [60.0] * 27
    months = made.names(happened)
    caps = dict(zip(months, happened.plan.treasuries.caps[happened.first :] / 1e9, strict=True))
    assert (caps["2024-05"], caps["2024-06"]) == (60, 25)
    assert POLICIES["qt2"].hindsight
    assert not POLICIES["qt2-announced"].hindsight


def test_a_restart_begins_when_it_says():
    """Until the end of 2026 what is announced, then caps of 60 and 35 and no more purchases."""
    found = made.projection("2026-10-01", "restart-2027", horizon=6)
    announced = made.projection("2026-10-01", "announced", horizon=6)
    months = made.names(found)
    at = months.index("2027-01")
    caps = found.plan.treasuries.caps[found.first :] / 1e9
    assert (caps[:at].max(), caps[at:].tolist()) == (0, [60.0] * 3)
    for line in ("total_assets", "reserves", "mbs"):
        assert np.array_equal(found.sheet.lines[line][0, :at], announced.sheet.lines[line][0, :at]), line
    assert not found.treasuries.purchased[:, found.first + at :].any()


def test_the_scenarios_move_what_they_say():
    """Rates a point up and two down, the Treasury's account at its low while the limit binds and at 500 else."""
    base, higher, lower = (of("announced", name) for name in ("baseline", "up-100", "down-200"))
    now = base.first + 1
    for name in ("reserves", "on_rrp", "mortgage", "yields"):
        before = getattr(base.rates, name)[0]
        assert getattr(higher.rates, name)[0, now:] == pytest.approx(before[now:] + 1), name
        assert getattr(lower.rates, name)[0, now:] == pytest.approx(np.maximum(before[now:] - 2, 0)), name
        assert np.array_equal(getattr(higher.rates, name)[0, : now - 1], before[: now - 1]), name
    assert higher.mortgages.prepaid.sum() < base.mortgages.prepaid.sum() < lower.mortgages.prepaid.sum()
    assert higher.sheet.net_income.sum() < base.sheet.net_income.sum() < lower.sheet.net_income.sum()
    limit = made.line(of("announced", "debt-limit"), "tga")
    assert limit["2023-02"] == 50_000
    assert limit["2023-05"] == made.line(base, "tga")["2023-05"]
    low = made.line(of("announced", "low-cash"), "tga")
    assert np.mean(list(low.values())[-9:]) == pytest.approx(500_000, rel=0.15)
