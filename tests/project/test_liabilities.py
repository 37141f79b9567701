"""Both sides of the sheet: an identity without residual, entries behind every line, and the drain of 2023."""

from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sources import shipped

from runoff.core.accounts import Claim, Sector
from runoff.core.errors import ConfigError, IdentityError, LookaheadError
from runoff.core.registry import plugin
from runoff.ledger.bank import Bank
from runoff.ledger.entries import Matrix
from runoff.project.income import remit
from runoff.project.liabilities import (
    Demand,
    Flows,
    Opening,
    ReverseRepoDemand,
    opening,
    project,
)
from runoff.project.rates import TENORS, Rates

FED = plugin("banks", "fed", Bank).defined_net_liquidity()
PAGE = Path(__file__).resolve().parents[2] / "docs" / "methods" / "other-side.md"
BANKS, FUNDS, HOUSEHOLDS = Sector.BANKS, Sector.MONEY_FUNDS, Sector.HOUSEHOLDS
CB = Sector.CENTRAL_BANK
SUPPLYING = ("treasuries", "agency_debt", "mbs", "loans", "other_supplying")
ABSORBING = ("currency", "tga", "on_rrp", "foreign_rrp", "other_absorbing")
LINES = (*SUPPLYING, *ABSORBING, "reserves")

# Round figures: ON RRP is well above its take-off.
START = Opening(
    treasuries=5_000_000, agency_debt=2_000, mbs=2_500_000, loans=10_000, other_supplying=488_000,
    currency=2_300_000, tga=500_000, on_rrp=1_500_000, foreign_rrp=300_000, other_absorbing=100_000,
    reserves=3_300_000, outside=50_000,
)  # fmt: skip


def flows(paths=1, months=6, **given_flows):
    """Flows in billions; what is not given does not happen."""
    shape = (paths, months)
    return Flows(
        **{
            f.name: np.broadcast_to(np.asarray(given_flows.get(f.name, 0.0)) * 1e9, shape)
            for f in fields(Flows)
        }
    )


def demand(start=START, months=6, **levels):
    """What others want, in billions: by default what they have."""
    found = {
        "tga": start.tga / 1e3, "currency": start.currency / 1e3, "foreign_rrp": start.foreign_rrp / 1e3,
        "other_deposits": 0.0, "lending": start.loans / 1e3,
    } | levels  # fmt: skip
    curve = ReverseRepoDemand.through(start.reserves * 1e6, start.on_rrp * 1e6, takeoff_at_least=0.0)
    return Demand(
        **{name: np.broadcast_to(np.asarray(level) * 1e9, (months,)) for name, level in found.items()},
        refunding={BANKS: 0.2, FUNDS: 0.3, HOUSEHOLDS: 0.5},
        curve=curve,
    )


def rates(months=6, *, reserves=0.0, on_rrp=0.0, first=date(2023, 6, 1)):
    """Constant rates on one path."""
    start = first.year * 12 + first.month - 1
    days = [date(i // 12, i % 12 + 1, 1).toordinal() for i in range(start, start + months)]
    return Rates(
        months=np.array(days),
        reserves=np.full((1, months), reserves),
        on_rrp=np.full((1, months), on_rrp),
        mortgage=np.full((1, months), 6.0),
        yields=np.full((1, months, len(TENORS)), 4.0),
    )


def run(some=None, wanted=None, price=None, *, start=START, deferred=0.0, dividends=0.0, **more):
    """A projection of six months in which nothing happens but what is given."""
    return project(
        start,
        some or flows(),
        wanted or demand(start),
        price or rates(),
        deferred=deferred,
        dividends_per_year=dividends,
        **more,
    )


def changes(path, start=START):
    """The change of each line over the horizon on the first path, in millions."""
    return {line: int(path.lines[line][0, -1]) - getattr(start, line) for line in LINES}


def moved(path, start=START):
    """Those that are not nil."""
    return {line: change for line, change in changes(path, start).items() if change}


# --- The sheet to start from --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "day", ["2008-12-17", "2014-12-10", "2019-09-18", "2022-02-16", "2023-05-31", "2025-12-31", "2026-09-30"]
)
def test_an_opening_is_the_published_sheet(day):
    """Its lines are those of H.4.1, its sums the published ones but for the million of rounding.

    PROVENANCE: H.4.1, as shipped.
    """
    view, period = shipped.view(), date.fromisoformat(day)
    found = opening(view, FED, period)

    def published(code):
        return round(view.series(f"frb:{code}").at(period).value)

    lines = {"treasuries": "WSHOTSL", "mbs": "WSHOMCB", "loans": "WLCFLL", "currency": "WCICL", "tga": "WDTGAL",
             "on_rrp": "WLRRAOL", "foreign_rrp": "WLRRAFOIAL", "reserves": "WRBWFRBL"}  # fmt: skip
    assert {line: getattr(found, line) for line in lines} == {
        line: published(code) for line, code in lines.items()
    }
    assert found.supplying == published("WTFSRFL") == found.absorbing + found.reserves
    assert abs(found.absorbing - published("WTFORBAFL")) <= 1
    if period < date(2026, 7, 1):
        assert found.total_assets == published("WALCL")


def test_an_opening_uses_nothing_that_was_not_known():
    """The sheet of a Wednesday is known on Thursday, and total assets of a later day play no part."""
    with pytest.raises(LookaheadError):
        opening(shipped.view("2023-05-31"), FED, date(2023, 5, 31))
    then = opening(shipped.view("2023-06-02"), FED, date(2023, 5, 31))
    assert then == opening(shipped.view(), FED, date(2023, 5, 31))


def test_a_published_sheet_that_does_not_balance_is_refused():
    """Two million are no rounding: here a line is read in place of another."""
    wrong = replace(FED, bridge=FED.bridge | {"reserves": "frb:WDTGAL"})
    with pytest.raises(IdentityError, match="is 3157014 off reserves; expected at most 1"):
        opening(shipped.view(), wrong, date(2023, 5, 31))


def test_a_sheet_before_any_total_assets_is_refused():
    """The supply outside them is not guessed; here total assets share no day with the sheet."""
    default = FED.variant(FED.default)
    elsewhere = replace(default.terms[0], series="test:later")
    wrong = replace(FED, variants={FED.default: replace(default, terms=(elsewhere,))})
    assets = shipped.view().series("frb:WALCL")
    later = replace(assets, periods=assets.periods + 1)

    class Later:
        """The shipped view with total assets dated a day late."""

        def series(self, name):
            return later if name == "test:later" else shipped.view().series(name)

    with pytest.raises(LookaheadError, match="no total assets"):
        opening(Later(), wrong, date(2010, 1, 6))


def test_a_sheet_that_does_not_balance_is_refused():
    """By a single million."""
    with pytest.raises(IdentityError, match="put the 1 that rounding leaves into other_absorbing"):
        replace(START, treasuries=START.treasuries + 1)


# --- Who pays -----------------------------------------------------------------------------------------------


def test_nothing_happens_where_nothing_is_done():
    """Every line stays, to the million, and no entry is made."""
    path = run()
    assert moved(path) == {}
    assert path.entries(0, 3) == ()


def test_treasuries_run_off_into_on_rrp_whoever_refunds():
    """Above the take-off the curve, not the buyer, decides at month end which liability fell."""
    for buyer in (BANKS, FUNDS, HOUSEHOLDS, Sector.FOREIGN_OFFICIAL):
        path = run(flows(treasuries_redeemed=60.0), replace(demand(), refunding={buyer: 1.0}))
        assert changes(path)["treasuries"] == -360_000
        assert changes(path)["tga"] == changes(path)["foreign_rrp"] == 0
        assert changes(path)["on_rrp"] == pytest.approx(-360_000, abs=1_000)
        assert changes(path)["reserves"] == pytest.approx(0, abs=1_000)
        held = Matrix.of(entry for month in range(6) for entry in path.entries(0, month))
        assert held.cell(buyer, Claim.TREASURIES) == 360_000


def test_refunding_shares_divide_what_matured_and_nothing_else():
    """Shares of whole millions add up to the maturity, in every month."""
    path = run(
        flows(treasuries_redeemed=0.0000011), replace(demand(), refunding={BANKS: 1 / 3, FUNDS: 2 / 3})
    )
    bought = sum(path.posted[f"refunding_{buyer}"] for buyer in Sector if f"refunding_{buyer}" in path.posted)
    assert np.array_equal(bought, path.posted["maturity"])
    assert path.posted["maturity"].sum() == 0  # 6,600 dollars are no million


def test_below_the_take_off_reserves_fall():
    """Once ON RRP is at its floor every dollar comes out of reserves."""
    start = replace(START, on_rrp=0, reserves=START.reserves + START.on_rrp)
    found = changes(run(flows(mbs_principal=20.0), start=start), start)
    assert found["mbs"] == found["reserves"] == -120_000
    assert found["on_rrp"] == 0


def test_the_treasury_spends_what_lies_between_its_receipts_and_its_balance():
    """A lower account raises liquidity by as much; so does a coupon, which it must pay out again."""
    path = run(wanted=demand(tga=400.0))
    assert moved(path)["tga"] == -100_000
    assert changes(path)["on_rrp"] + changes(path)["reserves"] == 100_000
    path = run(flows(coupons=10.0), deferred=1e12)
    assert path.posted["treasury_spending"].sum() == -60_000  # it taxes what the coupons took
    assert path.lines["deferred_asset"][0].tolist() == [990_000 - 10_000 * month for month in range(6)]
    assert changes(path)["tga"] == 0


@pytest.mark.parametrize("price", [0.85, 1.0, 1.2])
def test_a_purchase_keeps_its_premium_and_a_sale_loses_its_discount(price):
    """Bought at a price, other assets hold the premium; sold at it, net income takes the loss; both pay the price."""
    bought = run(flows(treasuries_bought=10.0, treasuries_bought_cost=10.0 * price))
    premium = round(60_000 * (price - 1))
    assert changes(bought)["treasuries"] == 60_000
    assert changes(bought)["other_supplying"] == premium
    assert not bought.net_income.any()
    sold = run(flows(mbs_sold=10.0, mbs_proceeds=10.0 * price))
    assert changes(sold)["mbs"] == -60_000
    assert sold.net_income.sum() == pytest.approx(premium * 1e6)
    remitted = max(premium, 0)
    assert sold.remitted.sum() == pytest.approx(remitted * 1e6)
    assert sold.lines["deferred_asset"][0, -1] == max(-premium, 0)
    liquidity = changes(sold)["on_rrp"] + changes(sold)["reserves"]
    assert liquidity == -60_000 - premium + remitted  # a gain is remitted and spent


def test_a_sale_at_par_moves_every_line_as_a_redemption():
    """Passive or active, what falls is the same; only the loss differs."""
    redeemed = run(flows(treasuries_redeemed=15.0))
    sold = run(flows(treasuries_sold=15.0, treasuries_proceeds=15.0))
    for line, amounts in redeemed.lines.items():
        assert np.array_equal(amounts, sold.lines[line]), line


def test_what_moves_net_worth_alone():
    """Indexation raises Treasuries, amortisation lowers other assets; the deferred asset takes both, reserves none."""
    path = run(flows(indexation=3.0, accretion=-1.0), deferred=100e9)
    assert moved(path) == {"treasuries": 18_000, "other_supplying": -6_000, "other_absorbing": 12_000}
    assert path.lines["deferred_asset"][0, -1] == 88_000


def test_what_others_want_is_what_they_hold():
    """Loans, currency, foreign repos, the Treasury's account and other deposits stand where the scenario has them."""
    wanted = demand(tga=np.linspace(550, 700, 6), currency=2_350.0, foreign_rrp=280.0, lending=[20, 30, 5, 0, 0, 1],
                    other_deposits=-2.0)  # fmt: skip
    path = run(wanted=wanted)
    assert path.lines["tga"][0].tolist() == [550_000, 580_000, 610_000, 640_000, 670_000, 700_000]
    assert path.lines["loans"][0].tolist() == [20_000, 30_000, 5_000, 0, 0, 1_000]
    assert set(path.lines["currency"][0]) == {2_350_000}
    assert set(path.lines["foreign_rrp"][0]) == {280_000}
    assert changes(path)["other_absorbing"] == -12_000
    assert path.posted["lending"][0, 0].tolist() == [10_000, 10_000, 0, 0, 0, 1_000]
    assert path.posted["repayment"][0, 0].tolist() == [0, 0, 25_000, 5_000, 0, 0]


# --- Interest, income, remittances --------------------------------------------------------------------------


def test_interest_is_paid_on_the_average_balance_by_rate():
    """One month: the rate over twelve, of the average of what it opened and would have closed with."""
    path = run(flows(months=1), demand(months=1, tga=400.0), rates(1, reserves=5.4, on_rrp=5.3), deferred=0.0)
    on_rrp = (1_500_000 + 1_600_000) / 2 * 1e6 * 0.053 / 12
    assert path.interest["on_rrp"][0, 0] == pytest.approx(on_rrp, rel=1e-4)
    assert path.interest["reserves"][0, 0] == pytest.approx(3_300_000e6 * 0.054 / 12, rel=1e-4)
    assert path.interest["foreign_rrp"][0, 0] == pytest.approx(300_000e6 * 0.053 / 12)
    paid = sum(amounts[0, 0] for amounts in path.interest.values())
    assert path.net_income[0, 0] == pytest.approx(-paid, abs=2e6)
    assert path.lines["deferred_asset"][0, 0] == pytest.approx(paid / 1e6, abs=2)


def test_income_goes_to_the_deferred_asset_then_to_the_treasury():
    """As `income.remit` has it, month by month, with dividends paid in any case."""
    earned = np.array([[4.0, -3.0, 1.0, 2.5, 6.0, 6.0]])
    path = run(flows(mbs_interest=earned, costs=0.5), deferred=5e9, dividends=1.2e9)
    net, deferred = path.net_income - path.dividends, np.array([5e9])
    assert path.net_income.tolist() == [[3.5e9, -3.5e9, 0.5e9, 2e9, 5.5e9, 5.5e9]]
    assert path.dividends.tolist() == [[0.1e9] * 6]
    for month in range(6):
        remitted, deferred = remit(net[:, month], deferred)
        assert path.remitted[0, month] == remitted[0]
        assert path.lines["deferred_asset"][0, month] * 1e6 == deferred[0]
    assert path.remitted[0, -1] == 5.4e9


def test_other_income_is_paid_by_banks():
    """It drains liquidity, and comes back when it is remitted and spent."""
    assert run(other_income=1e9).remitted.tolist() == [[1e9] * 6]
    path = run(other_income=1e9, deferred=1e12)
    assert changes(path)["on_rrp"] + changes(path)["reserves"] == -6_000


# --- The demand for ON RRP ----------------------------------------------------------------------------------


@given(
    reserves=st.floats(0, 5e12),
    on_rrp=st.floats(0, 3e12),
    floor=st.floats(0, 5e10),
    smoothness=st.floats(1e9, 5e11),
    least=st.floats(0, 8e12),
)
def test_the_curve_goes_through_today(reserves, on_rrp, floor, smoothness, least):
    """Within half a million of today's point, whatever is assumed; the take-off is no earlier than asked."""
    curve = ReverseRepoDemand.through(
        reserves, on_rrp, floor=floor, smoothness=smoothness, takeoff_at_least=least
    )
    assert curve.at(np.array([reserves + on_rrp]))[0] == pytest.approx(on_rrp, abs=0.51e6)
    assert curve.takeoff >= least
    liquidity = np.linspace(0, 8e12, 200)
    drained = curve.at(liquidity)
    assert np.all((drained >= 0) & (drained <= liquidity))
    slope = np.diff(drained) / np.diff(liquidity)
    assert np.all((slope >= -1e-9) & (slope <= 1 + 1e-9))


def test_a_later_take_off_leaves_todays_use_as_a_floor():
    """At a quarter end with little ON RRP it does not drain any further, nor grow before the take-off."""
    curve = ReverseRepoDemand.through(2.9e12, 12e9, smoothness=50e9, takeoff_at_least=3.5e12)
    assert curve.takeoff == 3.5e12
    assert curve.at(np.array([2.5e12, 3.0e12])) == pytest.approx([12e9, 12e9], rel=1e-2)
    assert curve.at(np.array([4.5e12]))[0] == pytest.approx(1.012e12, rel=1e-3)


def between(first, last):
    """The published changes of H.4.1 between two Wednesdays as flows and demands over the months between, on a line."""
    view = shipped.view()
    start, end = opening(view, FED, first), opening(view, FED, last)
    months = (last.year - first.year) * 12 + last.month - first.month
    change = {line: (getattr(end, line) - getattr(start, line)) / 1e3 for line in LINES}
    per_month = {line: amount / months for line, amount in change.items()}
    steps = np.arange(1, months + 1)
    levels = {
        line: getattr(start, line) / 1e3 + per_month[line] * steps
        for line in ("tga", "currency", "foreign_rrp")
    }
    some = flows(
        months=months, treasuries_redeemed=-per_month["treasuries"], mbs_principal=-per_month["mbs"],
        accretion=per_month["other_supplying"],
    )  # fmt: skip
    # Accretion moves net worth, and so other factors absorbing; the rest of their change is deposits.
    wanted = demand(
        start, months, **levels, lending=start.loans / 1e3 + per_month["loans"] * steps,
        other_deposits=per_month["other_absorbing"] - per_month["other_supplying"],
    )  # fmt: skip
    path = run(some, wanted, rates(months), start=start, deferred=1e12)
    found = {line: int(path.lines[line][0, -1]) - getattr(start, line) for line in LINES}
    return found, {line: round(amount * 1e3) for line, amount in change.items()}


def test_the_drain_of_summer_2023_comes_out_of_on_rrp():
    """The account is refilled by 623.6 billion; ON RRP falls by 849.0, reserves by nothing: published 812.1 and 37.0.

    The curve knows only the point of 2023-05-31. PROVENANCE: H.4.1 of 2023-05-31 and 2023-09-27.
    """
    found, published = between(date(2023, 5, 31), date(2023, 9, 27))
    assert (published["tga"], published["on_rrp"], published["reserves"]) == (623_630, -812_054, -37_024)
    given_lines = [line for line in LINES if line not in {"on_rrp", "reserves"}]
    assert all(abs(found[line] - published[line]) <= 1 for line in given_lines)
    assert found["on_rrp"] + found["reserves"] == pytest.approx(
        published["on_rrp"] + published["reserves"], abs=2
    )
    assert found["on_rrp"] == pytest.approx(-849_000, abs=500)
    assert found["reserves"] == pytest.approx(0, abs=500)


def documented():
    """The rows of the comparison in docs/methods: two days and five figures in billions."""
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 7 and cells[0][:2] == "20":
            figures = [float(cell.replace("−", "-").replace(",", "")) for cell in cells[2:]]
            yield date.fromisoformat(cells[0]), date.fromisoformat(cells[1]), figures


@pytest.mark.parametrize(("first", "last", "figures"), list(documented()), ids=str)
def test_the_page_shows_what_comes_out(first, last, figures):
    """Each row of the page on methods is what the engine gives, and what H.4.1 published."""
    found, published = between(first, last)
    lines = [published["tga"], found["on_rrp"], published["on_rrp"], found["reserves"], published["reserves"]]
    assert [amount / 1e3 for amount in lines] == pytest.approx(figures, abs=0.051)


# --- What always holds --------------------------------------------------------------------------------------

AMOUNTS = st.floats(0, 30)
POSSIBLE = {f.name: AMOUNTS for f in fields(Flows)} | {
    "indexation": st.floats(-5, 5),
    "accretion": st.floats(-5, 5),
}


@st.composite
def scenarios(draw, months=6):
    """Flows of up to 30 billion a month on two paths, balances that wander, rates, losses to make good."""

    def series(amounts, rows):
        return np.array(
            draw(st.lists(st.lists(amounts, min_size=months, max_size=months), min_size=rows, max_size=rows))
        )

    some = Flows(**{name: series(amounts, 2) * 1e9 for name, amounts in POSSIBLE.items()})
    wanted = demand(
        months=months,
        tga=series(st.floats(0, 900), 1)[0],
        currency=series(st.floats(2_200, 2_500), 1)[0],
        foreign_rrp=series(st.floats(0, 400), 1)[0],
        other_deposits=series(st.floats(-20, 20), 1)[0],
        lending=series(st.floats(0, 100), 1)[0],
    )
    shares = np.array(draw(st.lists(st.floats(0.01, 1), min_size=4, max_size=4)))
    buyers = (BANKS, FUNDS, HOUSEHOLDS, Sector.FOREIGN_OFFICIAL)
    wanted = replace(wanted, refunding=dict(zip(buyers, (shares / shares.sum()).tolist(), strict=True)))
    price = rates(months, reserves=draw(st.floats(0, 6)), on_rrp=draw(st.floats(0, 6)))
    return some, wanted, price, draw(st.floats(0, 200)) * 1e9


@settings(max_examples=25)
@given(scenarios())
def test_the_identity_has_no_residual_and_every_line_is_its_entries(scenario):
    """On every path and in every month, to the million; rows and columns of the entries cancel."""
    some, wanted, price, deferred = scenario
    path = run(some, wanted, price, deferred=deferred, dividends=1.5e9)
    lines = path.lines
    supplying = sum(lines[line] for line in SUPPLYING)
    absorbing = sum(lines[line] for line in ABSORBING)
    assert np.array_equal(supplying, absorbing + lines["reserves"])
    assert np.array_equal(supplying, lines["supplying"])
    assert np.array_equal(absorbing, lines["absorbing"])
    assert np.array_equal(lines["total_assets"], supplying - START.outside)
    assert np.array_equal(lines["net_liquidity"], lines["total_assets"] - lines["tga"] - lines["on_rrp"])
    assert np.all(lines["deferred_asset"] >= 0)
    for row in range(2):
        before = {line: getattr(START, line) for line in LINES}
        for month in range(6):
            matrix = Matrix.of(path.entries(row, month))
            assert not any(matrix.row(sector) for sector in Sector)
            assert not any(matrix.column(claim) for claim in Claim)
            now = {line: int(lines[line][row, month]) for line in LINES}
            assert by_line(matrix) == {line: now[line] - before[line] for line in LINES}
            before = now


def by_line(matrix):
    """The change of each line of the central bank's sheet, of the cells that belong to it."""
    cell = {claim: matrix.cell(CB, claim) for claim in Claim}
    return {
        "treasuries": cell[Claim.TREASURIES], "agency_debt": 0, "mbs": cell[Claim.MBS], "loans": cell[Claim.LOANS],
        "other_supplying": cell[Claim.OTHER_ASSETS], "currency": -cell[Claim.CURRENCY], "tga": -cell[Claim.TGA],
        "on_rrp": -cell[Claim.ON_RRP], "foreign_rrp": -cell[Claim.FOREIGN_RRP],
        "other_absorbing": cell[Claim.NET_WORTH] - cell[Claim.OTHER_DEPOSITS] - cell[Claim.CAPITAL],
        "reserves": -cell[Claim.RESERVES],
    }  # fmt: skip


@settings(max_examples=25)
@given(scenarios(), st.integers(1, 5))
def test_a_horizon_split_in_two_ends_the_same(scenario, at):
    """Up to what rounding carried over the split: half a million a kind of transaction."""
    some, wanted, price, deferred = scenario
    whole = run(some, wanted, price, deferred=deferred)
    first = run(*part(some, wanted, price, slice(None, at)), deferred=deferred)
    for row in range(2):
        second = run(
            *part(some, wanted, price, slice(at, None), row),
            start=first.closing(row),
            deferred=float(first.lines["deferred_asset"][row, -1]) * 1e6,
        )
        for line in LINES:
            assert abs(int(second.lines[line][0, -1]) - int(whole.lines[line][row, -1])) <= 15, line


def part(some, wanted, price, months, row=slice(None)):
    """Some months of a scenario, of all paths or of one."""
    rows = slice(row, row + 1) if isinstance(row, int) else row
    return (
        Flows(**{f.name: getattr(some, f.name)[rows, months] for f in fields(Flows)}),
        replace(
            wanted,
            **{
                name: getattr(wanted, name)[months]
                for name in ("tga", "currency", "foreign_rrp", "other_deposits", "lending")
            },
        ),
        Rates(
            months=price.months[months], reserves=price.reserves[:, months], on_rrp=price.on_rrp[:, months],
            mortgage=price.mortgage[:, months], yields=price.yields[:, months],
        ),
    )  # fmt: skip


@settings(max_examples=25)
@given(st.lists(st.floats(0, 1), min_size=40, max_size=40))
def test_rounding_never_accumulates(amounts):
    """Forty months of flows below two million: no line is ever off by more than half of one."""
    some = flows(months=40, mbs_principal=np.array([amounts]) / 1e3)
    path = run(some, demand(months=40), rates(40))
    exact = START.mbs - np.cumsum(some.mbs_principal[0]) / 1e6
    assert np.all(np.abs(path.lines["mbs"][0] - exact) <= 0.5 + 1e-6)


@settings(max_examples=25)
@given(st.floats(0, 1e-4), st.floats(0, 100e6))
def test_rounding_of_interest_and_dividends_never_accumulates(rate, dividends):
    """Forty months of interest of some hundred thousand dollars: what was posted is what was paid."""
    path = run(
        flows(months=40), demand(months=40), rates(40, reserves=rate, on_rrp=rate), dividends=dividends
    )
    for line, paid in path.interest.items():
        gap = np.cumsum(path.posted[f"interest_on_{line}"][0, 0]) - np.cumsum(paid[0]) / 1e6
        assert np.abs(gap).max() <= 0.5 + 1e-6, line
    gap = np.cumsum(path.dividends[0]) - dividends / 12 * np.arange(1, 41)
    assert np.abs(gap).max() <= 0.51e6


def test_paths_do_not_touch_each_other():
    """A path among a thousand is the path alone."""
    redeemed = np.random.default_rng(0).uniform(0, 60, (1000, 60))
    wanted, price = demand(months=60), rates(60, reserves=4.0, on_rrp=3.9)
    many = run(flows(1000, 60, treasuries_redeemed=redeemed), wanted, price)
    one = run(flows(1, 60, treasuries_redeemed=redeemed[[617]]), wanted, price)
    for line, amounts in one.lines.items():
        assert np.array_equal(amounts[0], many.lines[line][617]), line


# --- What is refused ----------------------------------------------------------------------------------------


def test_more_than_there_is_is_refused():
    """Reserves, and what is sold: the message names the month and what would be."""
    start = replace(START, on_rrp=0, reserves=100_000, other_absorbing=4_800_000)
    with pytest.raises(ConfigError, match="reserves would be -20000 USD mn at the end of 2023-08 on path 0"):
        run(flows(mbs_principal=40.0), start=start)
    with pytest.raises(ConfigError, match="mbs would be -100000 USD mn at the end of 2023-06"):
        run(flows(mbs_sold=2_600.0, mbs_proceeds=2_600.0), wanted=demand(tga=0.0, lending=3_000.0))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"some": flows(months=5)}, "treasuries_redeemed: shape"),
        ({"wanted": demand(tga=-1.0)}, "tga: a balance of -1000000000.0 USD"),
        ({"wanted": demand(currency=float("nan"))}, "currency: shape"),
        ({"deferred": -1.0}, "expected nil or more"),
        ({"other_income": np.zeros((3, 6)), "some": flows(2)}, "shape"),
    ],
    ids=["shape", "overdrawn", "no number", "deferred", "paths"],
)
def test_inputs_that_mean_nothing_are_refused(wrong, message):
    """By name, with what was found."""
    with pytest.raises(ConfigError, match=message):
        run(**wrong)


@pytest.mark.parametrize(
    "shares", [{BANKS: 0.5}, {BANKS: 1.5, FUNDS: -0.5}, {Sector.TREASURY: 1.0}, {}], ids=str
)
def test_refunding_shares_that_are_none_are_refused(shares):
    """They add up to 1, none is below nil, and whoever buys has an account to pay from."""
    with pytest.raises(ConfigError, match="that add up to 1"):
        replace(demand(), refunding=shares)


def test_a_curve_that_is_none_is_refused():
    """A floor below nil, or a bend without width."""
    for floor, smoothness in ((-1.0, 1e9), (0.0, 0.0), (0.0, float("nan"))):
        with pytest.raises(ConfigError, match="demand for ON RRP"):
            ReverseRepoDemand(floor=floor, smoothness=smoothness, takeoff=3e12)
