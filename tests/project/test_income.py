import csv
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.project import desk, made
from tests.sources import shipped

from runoff.actions.projections import definition
from runoff.core.errors import ConfigError
from runoff.core.holdings import SecurityKind
from runoff.core.time import last_day
from runoff.project import treasuries
from runoff.project.engine import BANK, forecast
from runoff.project.income import (
    SOMA_PREMIUMS,
    Amortisation,
    Balances,
    Premiums,
    dividends_per_year,
    income,
    other_deposits,
    premium_amortisation,
    remit,
    treasury_income,
    written_off,
)
from runoff.project.rates import SURVEY, TENORS, Rates
from runoff.project.scenario import Scenario
from runoff.project.treasuries import Portfolio, Position, Sale, Security, TreasuryPlan, months_after

# H.4.1, earnings remittances due (the deferred asset), Wednesdays, billions.
DEFERRED = {
    date(2022, 8, 31): 0.0,
    date(2022, 12, 28): 18.0,
    date(2023, 12, 27): 131.5,
    date(2024, 12, 25): 215.2,
    date(2025, 12, 31): 242.7,
    date(2026, 8, 26): 233.518,
}


def projection():
    """The engine's own as of the last release: its income goes back to the book of 2022-02-16."""
    return made.projection(shipped.LATEST, horizon=1)


def replay():
    """Income from the book on, as it is shown."""
    return projection().income


def with_survey(data):
    """The same projection with the survey's mortgage rate."""
    known = made.view()
    columns = {**known.history.columns, SURVEY: desk.surveyed(data)}
    view = replace(known.history, columns=columns).at(known.as_of)
    scenario = Scenario(id="baseline", title="", says="")
    return forecast(view, definition(), view.policy(BANK), scenario, 1)


def of_year(line, year):
    """The sum of a line over a year, billions."""
    years = np.array([date.fromordinal(int(month)).year for month in replay().months])
    return float(line[0, years == year].sum()) / 1e9


def at(line, day, opening):
    """A stock at month ends read at the end of a day, on the line between two month ends, billions."""
    ends = [last_day(date.fromordinal(int(month))).toordinal() for month in replay().months]
    return np.interp(day.toordinal(), [desk.BOOK.toordinal(), *ends], [opening, *line[0]]) / 1e9


def test_the_deferred_asset_is_the_published_one():
    """At the end of 2022 within 3 billion, of 2023, 2024 and 2025 within 10 percent, on 2026-08-26 too.

    PROVENANCE: H.4.1, earnings remittances due to the U.S. Treasury, last Wednesday of each year. Twelve banks remit
    separately and this is one: see docs/methods/income.md for what that hides.
    """
    found = {day: at(replay().deferred_asset, day, 0.0) for day in DEFERRED}
    assert found[date(2022, 12, 28)] == pytest.approx(18.0, abs=3)
    for day in list(DEFERRED)[2:]:
        assert found[day] == pytest.approx(DEFERRED[day], rel=0.10), day


def test_interest_of_a_year_is_the_audited_one():
    """Interest paid within 1 percent, each part within 2; earned on securities within 4 and on loans within 2.

    PROVENANCE: Federal Reserve Banks, Combined Financial Statements of 2023 (releases of 2024-01-12 and 2024-03-26),
    and of 2024 as reported on 2025-03-21: interest income 158.8, expense 226.8.
    """
    found = replay()
    paid, earned = found.interest_expense, found.interest_income
    assert of_year(found.total_expense, 2023) == pytest.approx(281.1, rel=0.01)
    assert of_year(paid["reserves"] + paid["other_deposits"], 2023) == pytest.approx(176.8, rel=0.02)
    assert of_year(paid["on_rrp"] + paid["foreign_rrp"], 2023) == pytest.approx(104.3, rel=0.02)
    assert of_year(earned["loans"], 2023) == pytest.approx(10.4, rel=0.02)
    assert of_year(found.total_income - earned["loans"], 2023) == pytest.approx(163.8, rel=0.04)
    assert of_year(found.total_expense, 2024) == pytest.approx(226.8, rel=0.01)
    assert of_year(found.total_income, 2024) == pytest.approx(158.8, rel=0.04)


def left_to_mortgages(found, year, audited):
    """Audited interest income of a year less all of ours but that of mortgage securities, billions."""
    return audited - of_year(found.total_income - found.interest_income["mbs"], year)


def test_mortgages_earn_what_the_audited_income_leaves_to_them():
    """In 2023 and 2024 within 6 percent: all the interest that is audited, less what the rest of ours earned.

    PROVENANCE: as above; of 2024 what loans earned is ours.
    """
    found = replay()
    for year, audited in ((2023, 163.8 + of_year(found.interest_income["loans"], 2023)), (2024, 158.8)):
        ours = of_year(found.interest_income["mbs"], year)
        assert ours == pytest.approx(left_to_mortgages(found, year, audited), rel=0.06), year


def test_the_survey_brings_the_audited_loss(shared_data):
    """With the survey's mortgage rate the loss of 2023 is within 1 billion, what mortgages earn within 4 percent.

    The deferred asset is what it was published at less what banks in profit went on remitting, which one bank does not:
    0.8, 4.8 and 12.2 billion by the end of 2023, 2024 and 2025.

    PROVENANCE: as above.
    """
    found = with_survey(shared_data).income
    assert of_year(found.net_income, 2023) == pytest.approx(-114.3, abs=1)
    for year, audited in ((2023, 163.8 + of_year(found.interest_income["loans"], 2023)), (2024, 158.8)):
        ours = of_year(found.interest_income["mbs"], year)
        assert ours == pytest.approx(left_to_mortgages(found, year, audited), rel=0.04), year
    remitted = {
        date(2022, 12, 28): 0.0,
        date(2023, 12, 27): 0.8,
        date(2024, 12, 25): 4.8,
        date(2025, 12, 31): 12.2,
    }
    for day, elsewhere in remitted.items():
        assert at(found.deferred_asset, day, 0.0) == pytest.approx(DEFERRED[day] - elsewhere, abs=3), day


# H.4.1, premiums less discounts on securities held outright, billions: Wednesday levels, or the week's average where
# the level was not at hand (2023-12-06, 2024-03-27, 2025-04-30).
PUBLISHED_PREMIUMS = {
    date(2022, 12, 28): 314.178 - 27.288,
    date(2023, 4, 19): 303.280 - 27.248,
    date(2023, 12, 6): 281.418 - 26.705,
    date(2024, 3, 27): 271.654 - 25.084,
    date(2025, 4, 30): 241.237 - 23.641,
}


def unaccreted(day):
    """What has not accreted of the bills held at the end of a day's month, billions, at that month's yields."""
    found = projection()
    path, rates = found.treasuries, found.rates
    number = rates.month(day)
    return sum(
        held * rates.par_yield(day, 0.25) / 100 * (security.maturity - day).days / 365e9
        for security, held in zip(path.securities, path.closing[:, number], strict=True)
        if security.kind is SecurityKind.BILL
    )


def test_premiums_run_off_as_published():
    """The stock within 3 percent, what is written off from the end of 2022 on within 6; fitted to 2022 alone.

    PROVENANCE: H.4.1, table 1, unamortised premiums and discounts. Discounts of bills are in it, and not in ours. The
    stock of mortgage securities fell by about 4 billion more in 2022 than their principal explains: purchases that
    settled in that spring were below par.
    """
    opening = SOMA_PREMIUMS.treasuries + SOMA_PREMIUMS.mortgages
    left = projection().amortisation.left
    ours = {day: at(left, day, opening) for day in PUBLISHED_PREMIUMS}
    published = {day: value + unaccreted(day) for day, value in PUBLISHED_PREMIUMS.items()}
    (first, start), *later = published.items()
    for day, value in published.items():
        assert ours[day] == pytest.approx(value, rel=0.03), day
    for day, value in later[1:]:
        assert ours[first] - ours[day] == pytest.approx(start - value, rel=0.06), day


def test_other_deposits_follow_from_what_ships(shared_data):
    """Every Wednesday of 2022 within 4.5 billion.

    PROVENANCE: H.4.1, deposits other than reserve balances: other (RESPPLLDO_N.WW).
    """
    with (shared_data / "h41" / "h41_components_2021-04_2022-12.csv").open() as file:
        rows = list(csv.reader(file))
    column = rows[0].index("RESPPLLDO_N.WW")
    published = {date.fromisoformat(row[0]): float(row[column]) for row in rows[1:] if row[0] >= "2022"}
    view = shipped.view()

    def line(name, day):
        return view.series(name).to("USD mn").at(day).value

    known = [day.toordinal() for day in DEFERRED]
    for day, expected in published.items():
        other = line("frb:WTFORBAFL", day) - sum(
            line(name, day) for name in ("frb:WCICL", "frb:WLRRAL", "frb:WDTGAL")
        )
        deferred = np.interp(day.toordinal(), known, list(DEFERRED.values())) * 1e9
        assert other_deposits(np.array([other * 1e6]), deferred) == pytest.approx(
            expected * 1e6, abs=4.5e9
        ), day


def test_what_the_replay_earns_goes_somewhere():
    """Every month net income is what is paid out, remitted, or taken off the deferred asset."""
    found = replay()
    before = np.concatenate([np.zeros((1, 1)), found.deferred_asset[:, :-1]], axis=1)
    assert found.net_income == pytest.approx(
        found.dividends + found.remitted - (found.deferred_asset - before), abs=1
    )
    assert found.net_income == pytest.approx(found.total_income - found.total_expense - found.costs, abs=1)
    assert np.all(found.deferred_asset >= 0)
    assert np.all(found.remitted >= 0)
    assert np.all((found.remitted == 0) | (found.deferred_asset == 0))


amounts = st.floats(-1e12, 1e12, allow_nan=False)


@given(st.lists(amounts, min_size=1, max_size=30), st.floats(0, 1e12))
def test_a_deferred_asset_is_never_below_nil(nets, deferred):
    """Nothing is remitted while it stands, and what is earned over any months is remitted or takes it down."""
    standing, remitted = np.array([deferred]), 0.0
    for net in nets:
        paid, after = remit(np.array([net]), standing)
        assert paid[0] >= 0
        assert after[0] >= 0
        assert paid[0] == 0 or after[0] == 0
        remitted, standing = remitted + paid[0], after
    assert sum(nets) == pytest.approx(remitted + deferred - standing[0], abs=1)


def test_a_negative_deferred_asset_is_refused():
    """With the amount."""
    with pytest.raises(ConfigError, match=r"a deferred asset of -1\.0 dollars: expected nil or more"):
        remit(np.array([1.0]), np.array([-1.0]))


START = date(2024, 12, 31)
BILLION = 10**9


def flat(level=4.0, *, months=13, paths=1, first=START):
    """Rates that stand still: one level on each path."""
    levels = np.broadcast_to(np.atleast_1d(level), (paths,)).astype(float)
    line = np.repeat(levels[:, np.newaxis], months, axis=1)
    return Rates(
        months=months_after(first, months),
        reserves=line,
        on_rrp=line,
        mortgage=line,
        yields=np.repeat(line[:, :, np.newaxis], len(TENORS), axis=2),
    )


def held(*positions, months=12, sales=(), start=START):
    """The path of (kind, maturity, coupon) of a billion each: what matures is redeemed."""
    portfolio = Portfolio(
        date=start,
        positions=tuple(
            Position(
                security=Security(id=f"{number:03}", kind=kind, maturity=maturity, coupon=coupon),
                par=BILLION,
                indexed=BILLION / 250.0 if kind is SecurityKind.TIPS else 0.0,
            )
            for number, (kind, maturity, coupon) in enumerate(positions)
        ),
    )
    without_end = TreasuryPlan.capped(np.full(months, np.inf))
    return treasuries.project(portfolio, replace(without_end, sales=sales), offered=(), prices=desk.FLAT)


NOTE, BILL, TIPS, FRN = (
    SecurityKind.NOTE_OR_BOND,
    SecurityKind.BILL,
    SecurityKind.TIPS,
    SecurityKind.FRN,
)


def test_a_note_earns_its_coupon_to_the_day_it_matures():
    """Held for a year it earns the coupon; one that matures on 15 March, 74 of 365 days."""
    earned = treasury_income(
        held((NOTE, date(2030, 1, 31), 2.0), (NOTE, date(2025, 3, 15), 4.0)), flat(), start=START
    )
    assert earned.coupons.sum() == pytest.approx(20e6 + 40e6 * 74 / 365)
    assert earned.coupons[0, 3] == pytest.approx(20e6 * 30 / 365)
    assert earned.total == pytest.approx(earned.coupons)


def test_a_path_that_begins_within_a_month_earns_from_there():
    """From the end of 16 February 2022, February is 12 days."""
    path = held((NOTE, date(2030, 1, 31), 2.0), months=2, start=desk.BOOK)
    earned = treasury_income(path, flat(first=desk.BOOK), start=desk.BOOK)
    assert earned.coupons[0] == pytest.approx([20e6 * 12 / 365, 20e6 * 31 / 365])


def test_a_bill_earns_what_it_was_short_of_par():
    """From the price at which 4 percent is earned on it to par, and no more."""
    maturity = date(2025, 7, 1)
    earned = treasury_income(held((BILL, maturity, None)), flat(4.0))
    simple = 0.04 * 181 / 365.25  # days from the first of the first month
    assert earned.discount.sum() == pytest.approx(1e9 * simple / (1 + simple), rel=0.01)
    assert not earned.coupons.any()


def test_a_bill_keeps_the_yield_it_was_bought_at():
    """Rates that rise afterwards change nothing for it."""
    path, low = held((BILL, date(2025, 7, 1), None)), flat(1.0)
    risen = replace(low, yields=np.concatenate([low.yields[:, :1], low.yields[:, 1:] * 5], axis=1))
    assert treasury_income(path, risen).discount == pytest.approx(treasury_income(path, low).discount)


def test_a_floating_note_earns_the_bill_rate_and_its_spread():
    """Path by path."""
    earned = treasury_income(held((FRN, date(2027, 1, 31), 0.2)), flat([1.0, 5.0], paths=2))
    assert earned.floating.sum(axis=1) == pytest.approx([12e6, 52e6])


def test_tips_earn_the_coupon_on_indexed_principal_and_the_indexation():
    """With prices that grow by 2 percent a year, about 2 percent, and half a percent on what that makes of par."""
    prices = replace(desk.FLAT, growth=2.0)
    path = held((TIPS, date(2034, 1, 15), 0.5))
    start = path.end.positions[0]
    portfolio = Portfolio(date=START, positions=(start,))
    indexed = treasuries.project(
        portfolio, TreasuryPlan.capped(np.full(12, np.inf)), offered=(), prices=prices
    )
    earned = treasury_income(indexed, flat())
    principal = indexed.opening[0, 0]
    assert earned.indexation.sum() == pytest.approx(0.02 * principal, rel=0.01)
    assert earned.coupons.sum() == pytest.approx(0.005 * principal * 1.01, rel=0.01)


kinds = st.sampled_from([NOTE, BILL, TIPS, FRN])
securities = st.lists(
    st.tuples(kinds, st.dates(date(2025, 1, 10), date(2030, 1, 1)), st.floats(0.125, 6)),
    min_size=1,
    max_size=6,
).map(lambda rows: [(kind, day, None if kind is BILL else coupon) for kind, day, coupon in rows])


@settings(max_examples=40)
@given(securities, st.floats(0, 8), st.floats(0, 8))
def test_only_floating_notes_and_bills_feel_rates(positions, low, high):
    """Coupons and indexation are the same on every path; what floats is linear in the rate; bills rise with it."""
    middle = (low + high) / 2
    earned = treasury_income(held(*positions), flat([low, middle, high], paths=3))
    assert np.ptp(earned.coupons, axis=0) == pytest.approx(np.zeros(12))
    assert np.ptp(earned.indexation, axis=0) == pytest.approx(np.zeros(12))
    assert earned.floating[1] == pytest.approx((earned.floating[0] + earned.floating[2]) / 2)
    assert np.all((earned.discount[2] - earned.discount[0]) * (high - low) >= 0)


@settings(max_examples=25)
@given(securities)
def test_income_of_a_portfolio_is_that_of_its_parts(positions):
    """Kind by kind and month by month."""
    whole = treasury_income(held(*positions), flat())
    parts = [treasury_income(held(position), flat()) for position in positions]
    for line in ("coupons", "indexation", "discount", "floating"):
        assert getattr(whole, line) == pytest.approx(sum(getattr(part, line) for part in parts), abs=1)


def test_a_security_without_a_coupon_is_refused():
    """By its name, with what to do."""
    with pytest.raises(ConfigError, match=r"000 \(note_bond\) has no coupon; expected percent a year"):
        treasury_income(held((NOTE, date(2030, 1, 31), None)), flat())


def test_rates_of_other_months_are_refused():
    """With the first month that is missing."""
    with pytest.raises(ConfigError, match="no rates for 2025-03-01; expected rates of every month"):
        treasury_income(held((NOTE, date(2030, 1, 31), 2.0)), flat(months=2))


def test_a_start_outside_the_first_month_is_refused():
    """Since holdings are counted from it."""
    with pytest.raises(
        ConfigError, match="cannot go on from 2025-02-10; expected a start the day after which"
    ):
        treasury_income(held((NOTE, date(2030, 1, 31), 2.0)), flat(), start=date(2025, 2, 10))


def at_premium(path, *, treasury=50e6, mortgage=0.0, start=START):
    """Premiums on a path without mortgage securities."""
    nothing = np.zeros((1, len(path.months)))
    return premium_amortisation(
        path,
        principal=nothing,
        held=nothing,
        premiums=Premiums(date=start, treasuries=treasury, mortgages=mortgage),
    )


def test_a_premium_is_written_off_evenly_to_maturity():
    """All of it by then, the same every day; nothing on what was not held at the start."""
    found = at_premium(held((NOTE, date(2025, 12, 31), 2.0)))
    assert found.treasuries.sum() == pytest.approx(50e6)
    assert found.treasuries[0, 0] == pytest.approx(50e6 * 31 / 365)
    assert found.treasuries_left[0, -1] == pytest.approx(0, abs=1)


def test_a_premium_sold_is_not_written_off():
    """Half of a note is sold: half of what was left of its premium goes with it."""
    maturity = date(2034, 12, 31)
    sale = Sale(settles=date(2025, 6, 30), amount=BILLION // 2)
    kept, sold = (
        at_premium(held((NOTE, maturity, 2.0))),
        at_premium(held((NOTE, maturity, 2.0), sales=(sale,))),
    )
    assert sold.treasuries[0, :6] == pytest.approx(kept.treasuries[0, :6])
    assert sold.treasuries[0, 6:] == pytest.approx(kept.treasuries[0, 6:] / 2)
    assert sold.left[0, -1] == pytest.approx(kept.left[0, -1] / 2)


@given(
    st.lists(st.tuples(st.floats(1, 1e12), st.floats(0, 1)), min_size=1, max_size=24), st.floats(-1e11, 1e11)
)
def test_premiums_of_mortgages_go_with_principal(months, stock):
    """What is written off and what is left are the stock, and a month's share is that of its principal."""
    face = np.array([[face for face, _ in months]])
    repaid = face * np.array([[share for _, share in months]])
    off, left = written_off(repaid, face, stock)
    assert off.sum() + left[0, -1] == pytest.approx(stock, abs=1)
    assert off[0, 0] == pytest.approx(stock * months[0][1], abs=1)


def simple(rates, *, mortgage=0.0, deferred=0.0, costs=0.0, dividends=None, **balances):
    """Income of a bank that holds no Treasuries, over a year."""
    shape = (rates.paths, 12)
    nothing = np.zeros(shape)
    lines = {
        name: np.full(shape, balances.get(name, 0.0))
        for name in ("reserves", "on_rrp", "foreign_rrp", "other_deposits", "loans")
    }
    return income(
        treasury_income(held((NOTE, date(2030, 1, 31), 0.0)), rates),
        rates,
        mortgages=np.full(shape, mortgage),
        amortisation=Amortisation(
            treasuries=nothing, mortgages=nothing, treasuries_left=nothing, mortgages_left=nothing
        ),
        balances=Balances(**lines),
        deferred=deferred,
        costs_per_year=costs,
        dividends=nothing if dividends is None else dividends,
    )


balances = st.fixed_dictionaries(
    {name: st.floats(0, 4e12) for name in ("reserves", "on_rrp", "foreign_rrp", "other_deposits", "loans")}
)


@settings(max_examples=40)
@given(balances, st.floats(0, 8), st.floats(0, 8))
def test_expense_is_linear_in_rates(amounts, low, high):
    """And the parts are the whole; other deposits cost what reserves do, both kinds of reverse repo the same."""
    found = simple(flat([low, (low + high) / 2, high], paths=3), **amounts)
    assert found.total_expense[1] == pytest.approx(
        (found.total_expense[0] + found.total_expense[2]) / 2, abs=1
    )
    assert found.total_expense == pytest.approx(sum(found.interest_expense.values()))
    swapped = simple(
        flat([low], paths=1),
        **{
            **amounts,
            "reserves": amounts["other_deposits"],
            "other_deposits": amounts["reserves"],
            "on_rrp": amounts["foreign_rrp"],
            "foreign_rrp": amounts["on_rrp"],
        },
    )
    assert swapped.total_expense[0] == pytest.approx(found.total_expense[0], abs=1)


def test_a_year_of_interest_has_365_days_of_360():
    """A trillion of reserves at 3.6 percent costs 36.5 billion, a billion lent earns a tenth of a point more."""
    found = simple(flat(3.6), reserves=1e12, loans=1e9)
    assert found.total_expense.sum() == pytest.approx(36.5e9)
    assert found.interest_income["loans"].sum() == pytest.approx(37e6 * 365 / 360)


def test_costs_and_dividends_are_spread_over_the_year():
    """Dividends are paid out of net income, and before anything is remitted."""
    found = simple(flat(), mortgage=1e9, costs=3.65e9, dividends=np.full((1, 12), 1.2e9), deferred=5e9)
    assert found.costs.sum() == pytest.approx(3.65e9)
    assert found.net_income.sum() == pytest.approx(12e9 - 3.65e9)
    assert found.remitted.sum() == pytest.approx(12e9 - 3.65e9 - 1.2e9 - 5e9)
    assert found.deferred_asset[0, -1] == 0


def test_dividends_follow_the_ten_year_yield_up_to_six_percent():
    """12 U.S.C. 289(a)(1); 714 million at the yields of 2019, with which the base was made."""
    found = dividends_per_year(flat([2.1414, 6.0, 9.0], paths=3))[:, 0]
    assert found[0] == pytest.approx(714e6)
    assert found[1] == found[2]


def test_lines_of_another_shape_are_refused():
    """By name, with both shapes."""
    with pytest.raises(ConfigError, match=r"dividends: shape \(1, 3\); expected \(1, 12\)"):
        simple(flat(), dividends=np.zeros((1, 3)))
