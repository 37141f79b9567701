"""PROVENANCE of the expected numbers: QuantLib 1.44 (`bench.bonds.Oracle`) and 31 CFR part 356, appendix B."""

import csv
from datetime import date, timedelta

import numpy as np
import pytest
from bench.bonds import Oracle
from hypothesis import given
from hypothesis import strategies as st
from tests.project import desk
from tests.sources import shipped

from runoff.core.errors import ConfigError, EstimationError
from runoff.core.holdings import SecurityKind
from runoff.project.bonds import Bonds, Curve, ten_year_equivalents, weighted_average_maturity

BILL, NOTE, TIPS, FRN = (
    SecurityKind.BILL, SecurityKind.NOTE_OR_BOND, SecurityKind.TIPS, SecurityKind.FRN,
)  # fmt: skip
INDEX = 0.4
TENORS = np.array([1 / 12, 0.25, 0.5, 1, 2, 3, 5, 7, 10, 20, 30])
# PROVENANCE: H.15 of 2022-02-16, rounded to a tenth.
PAR_YIELDS = np.array([0.0, 0.4, 0.7, 1.1, 1.5, 1.8, 1.9, 2.0, 2.0, 2.4, 2.3])


def held(settlement, *, kinds=tuple(SecurityKind)):
    """The Treasury securities of the shipped book that mature after a day."""
    book = shipped.view().book("soma")
    return [
        h
        for h in book.holdings
        if h.kind is not SecurityKind.AGENCY and h.kind in kinds and h.maturity > settlement
    ]


def lay_out(holdings, settlement, index=INDEX):
    """The same securities in `Bonds`."""
    return Bonds.of(
        [h.kind for h in holdings],
        [h.coupon for h in holdings],
        [h.maturity for h in holdings],
        settlement=settlement,
        index=index,
    )


def oracles(holdings, settlement, index=INDEX):
    """The same securities in QuantLib."""
    return [Oracle(h.kind, h.coupon, h.maturity, settlement=settlement, index=index) for h in holdings]


def one(kind, coupon, maturity, settlement, **options):
    """A single security."""
    return Bonds.of([kind], [coupon], [maturity], settlement=settlement, **options)


def slopes(price, *, step=1e-3):
    """First and second derivative by a fraction of one, extrapolated from two steps (error of order step^4)."""

    def differences(h):
        up, here, down = price(100 * h), price(0.0), price(-100 * h)
        return (up - down) / (2 * h), (up - 2 * here + down) / h**2

    near, far = differences(step), differences(2 * step)
    return tuple((4 * a - b) / 3 for a, b in zip(near, far, strict=True))


# --- The shipped book against QuantLib ----------------------------------------------------------------------


def test_the_book_is_compared_whole():
    """40 bills, 322 notes and bonds, 48 TIPS and 8 floating-rate notes are priced."""
    kinds = [h.kind for h in held(desk.BOOK)]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {BILL: 40, NOTE: 322, TIPS: 48, FRN: 8}


@pytest.mark.parametrize(
    "settlement",
    [
        desk.BOOK,
        date(2022, 2, 15),  # a payment date: nothing has accrued on what pays in February
        date(2022, 2, 28),  # a last day of a month
        date(2022, 6, 30),  # within the last half-year of what matures by year end
        date(2024, 2, 29),
        date(2027, 11, 14),
        date(2050, 12, 31),
    ],
)
def test_every_security_of_the_book_equals_quantlib(settlement):
    """Price, accrued interest, duration and convexity within 1e-9, at yields from -1 to 15 percent.

    The index stays at 0.4 percent for floating-rate notes: QuantLib has them as quarterly bonds of a fixed coupon on
    actual/360, yielding simple interest from payment to payment; what moves is the discount margin
    (`spread_duration`). Convexity is compared for all others, since theirs is with an index that moves.
    """
    holdings = held(settlement)
    bonds, theirs = lay_out(holdings, settlement), oracles(holdings, settlement)
    fixed = [n for n, h in enumerate(holdings) if h.kind is not FRN]
    assert bonds.accrued == pytest.approx([o.accrued for o in theirs], rel=0, abs=1e-9)
    for level in (-1.0, 0.0, 1e-7, 0.02, 2.0, 15.0):
        yields = np.full(len(holdings), level)
        assert bonds.price(yields) == pytest.approx([o.price(level) for o in theirs], rel=0, abs=1e-9)
        durations = [o.duration(level) for o in theirs]
        assert bonds.spread_duration(yields) == pytest.approx(durations, rel=0, abs=1e-9)
        assert bonds.duration(yields)[fixed] == pytest.approx([durations[n] for n in fixed], rel=0, abs=1e-9)
        convexities = [theirs[n].convexity(level) for n in fixed]
        assert bonds.convexity(yields)[fixed] == pytest.approx(convexities, rel=0, abs=1e-9)


def test_yields_of_the_book_equal_quantlib():
    """From prices of 80 to 120 for whatever matures in more than two years, within 1e-9 percent."""
    holdings = [h for h in held(desk.BOOK) if h.maturity > date(2024, 2, 16)]
    bonds, theirs = lay_out(holdings, desk.BOOK), oracles(holdings, desk.BOOK)
    for clean in (80.0, 100.0, 120.0):
        found = bonds.yields(np.full(len(holdings), clean))
        assert found == pytest.approx([o.yield_of(clean) for o in theirs], rel=0, abs=1e-9)


def test_an_index_that_moves_leaves_a_floating_rate_note_little_duration():
    """Duration and convexity are the derivatives of QuantLib's price where its coupons move with its yield.

    What accrued by settlement does not move: the difference of QuantLib's accrued interest is taken out of the first
    payment.
    """
    holdings = held(desk.BOOK, kinds={FRN})
    level, bonds = 0.45, lay_out(holdings, desk.BOOK)
    first = (date(2022, 4, 30) - desk.BOOK).days  # all eight pay at the end of April
    for n, holding in enumerate(holdings):

        def price(change, holding=holding):
            moved = oracles([holding], desk.BOOK, INDEX + change)[0]
            still = oracles([holding], desk.BOOK, INDEX)[0].accrued
            locked = (moved.accrued - still) / (1 + (level + change) / 100 * first / 360)
            return moved.price(level + change) + moved.accrued - locked

        slope, bend = slopes(price)
        yields = np.full(len(holdings), level)
        assert bonds.duration(yields)[n] == pytest.approx(-slope / price(0.0), abs=1e-9)
        assert bonds.convexity(yields)[n] == pytest.approx(bend / price(0.0), abs=1e-6)
        assert abs(bonds.duration(yields)[n]) < 0.002
        assert bonds.spread_duration(yields)[n] == pytest.approx(
            (holding.maturity - desk.BOOK).days / 365, abs=0.03
        )


def test_a_rate_at_its_floor_does_not_move():
    """Where the index and the spread are below nil, all that moves is what payments are worth."""
    note = one(FRN, -0.5, date(2024, 1, 31), desk.BOOK, index=0.4)
    assert note.accrued.tolist() == [0.0]
    assert note.duration(np.array([1.0])) == note.spread_duration(np.array([1.0]))


# --- The examples of the regulation, and auctions -----------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "coupon", "settlement", "maturity", "percent", "price"),
    [
        (NOTE, 8.75, date(1990, 5, 15), date(2020, 5, 15), 8.84, 99.057893),  # section II.A
        (TIPS, 3.875, date(1999, 1, 15), date(2009, 1, 15), 3.898, 99.811030),  # section III.A
        # Section IV.A and B: the index is 0.095022819; a rate below nil pays nothing.
        (FRN, 0.12, date(2012, 7, 31), date(2014, 7, 31), 0.215022819, 100.000000),
        (FRN, -0.15, date(2012, 7, 31), date(2014, 7, 31), 0.095022819 - 0.15, 100.111551),
    ],
)
def test_examples_of_the_regulation(kind, coupon, settlement, maturity, percent, price):
    """The examples of appendix B that settle on a payment date, to the sixth decimal."""
    found = one(kind, coupon, maturity, settlement, index=0.095022819).price(np.array([percent]))
    assert found == pytest.approx([price], abs=1e-6)


@pytest.mark.parametrize(
    ("settlement", "maturity", "price", "investment_rate"),
    [
        (date(1990, 6, 7), date(1991, 6, 6), 92.265, 8.237),  # section VI: 364 days, hence the quadratic
        (date(2026, 5, 28), date(2026, 11, 27), 98.144583, 3.771),  # auction: 183 days, and within six months
    ],
)
def test_investment_rates_of_bills(settlement, maturity, price, investment_rate):
    """A bill's yield is the investment rate Treasury prints."""
    assert one(BILL, None, maturity, settlement).yields(np.array([price])) == pytest.approx(
        [investment_rate], abs=5e-4
    )


def test_auction_results_are_reproduced(shared_data):
    """Bills' investment rates, and prices of notes and bonds that settle on a payment date, to the last digit printed.

    Where interest has accrued Treasury counts it simply, which is at most a cent per 100 away from the street.
    """
    compared = {"bill": 0, "on a payment date": 0, "accrued": 0}
    with (shared_data / "treasury" / "auction_results_2025_2026.csv").open() as lines:
        for row in csv.DictReader(lines):
            issue, maturity = date.fromisoformat(row["IssueDate"]), date.fromisoformat(row["MaturityDate"])
            if row["SecurityType"] == "Bill":
                found = one(BILL, None, maturity, issue).yields(np.array([float(row["HighPrice"])]))
                assert found == pytest.approx([float(row["HighInvestmentRate"])], abs=5.01e-4)
                compared["bill"] += 1
            elif "Yes" not in (row["FloatingRate"], row["Tips"]):
                bond = one(NOTE, float(row["InterestRate"]), maturity, issue)
                case = "accrued" if bond.accrued[0] else "on a payment date"
                found = bond.price(np.array([float(row["HighYield"])]))
                allowed = 0.01 if bond.accrued[0] else 5.01e-7
                assert found == pytest.approx([float(row["HighPrice"])], abs=allowed), row["Cusip"]
                compared[case] += 1
    assert compared == {"bill": 91, "on a payment date": 52, "accrued": 71}


def test_last_days_of_months_pay_on_last_days():
    """What matures on 28 February pays on 31 August; what matures on 28 August pays on 28 February."""
    half = 4.0 / 2
    last = one(NOTE, 4.0, date(2023, 2, 28), date(2022, 8, 30))
    assert last.accrued == pytest.approx([half * (date(2022, 8, 30) - date(2022, 2, 28)).days / 184])
    inner = one(NOTE, 4.0, date(2024, 8, 28), date(2024, 2, 29))
    assert inner.accrued == pytest.approx([half * 1 / (date(2024, 8, 28) - date(2024, 2, 28)).days])


# --- Properties ---------------------------------------------------------------------------------------------

days = st.dates(date(1985, 1, 1), date(2060, 12, 31))
securities = st.one_of(
    st.tuples(st.just(BILL), st.none(), st.integers(1, 364)),
    st.tuples(st.sampled_from([NOTE, TIPS]), st.floats(0, 15), st.integers(1, 30 * 365)),
    st.tuples(st.just(FRN), st.floats(-0.2, 1), st.integers(1, 2 * 365)),
)
portfolios = st.lists(securities, min_size=1, max_size=6)


def drawn(portfolio, settlement):
    """Securities given by kind, coupon and days to maturity."""
    kinds, coupons, terms = zip(*portfolio, strict=True)
    maturities = [settlement + timedelta(days=term) for term in terms]
    return Bonds.of(kinds, coupons, maturities, settlement=settlement, index=1.0)


@given(securities, days, st.floats(-5, 25))
def test_any_security_on_any_day_equals_quantlib(security, settlement, level):
    """Price, accrued interest and duration within 1e-9: leap years, last days of months, every fraction of a period."""
    bond, yields = drawn([security], settlement), np.array([level])
    kind, coupon, term = security
    other = Oracle(kind, coupon, settlement + timedelta(days=term), settlement=settlement, index=1.0)
    assert bond.accrued == pytest.approx([other.accrued], rel=0, abs=1e-9)
    assert bond.price(yields) == pytest.approx([other.price(level)], rel=1e-12, abs=1e-9)
    assert bond.spread_duration(yields) == pytest.approx([other.duration(level)], rel=0, abs=1e-9)


@given(portfolios, days, st.floats(-60, 100))
def test_prices_and_yields_invert_each_other(portfolio, settlement, level):
    """A price gives back its yield: to 1e-9 percent, of a bill of few days to what a price can tell."""
    bonds = drawn(portfolio, settlement)
    yields = np.full(len(portfolio), level)
    price = bonds.price(yields)
    found = bonds.yields(price)
    assert bonds.price(found) == pytest.approx(price, rel=1e-12, abs=1e-10)
    resolution = 100 * 1e-14 / bonds.spread_duration(yields)  # percent of yield for the last digit of a price
    assert np.all(np.abs(found - level) <= 1e-9 + resolution)


@given(portfolios, days, st.floats(0, 15), st.floats(0.01, 5))
def test_prices_fall_as_yields_rise(portfolio, settlement, level, rise):
    """By no more than duration and no less than with convexity at the lower yield."""
    bonds = drawn(portfolio, settlement)
    yields = np.full(len(portfolio), level)
    dirty, fallen = bonds.price(yields) + bonds.accrued, bonds.price(yields + rise) + bonds.accrued
    assert np.all(fallen < dirty)
    assert np.all(fallen >= dirty * (1 - bonds.spread_duration(yields) * rise / 100) - 1e-9)


@given(st.integers(1, 60), st.floats(0, 15))
def test_a_bond_that_yields_its_coupon_costs_par(half_years, coupon):
    """On a payment date, whatever its term."""
    maturity = date(2022 + half_years // 2, 8 if half_years % 2 else 2, 15)
    bond = one(NOTE, coupon, maturity, date(2022, 2, 15))
    assert bond.accrued.tolist() == [0.0]
    assert bond.price(np.array([coupon])) == pytest.approx([100.0], abs=1e-10)


def test_paths_are_carried_along():
    """Yields by path and security give prices by path and security, and back."""
    bonds = lay_out(held(desk.BOOK), desk.BOOK)
    levels = np.array([[0.5], [2.0], [8.0]])
    yields = np.broadcast_to(levels, (3, len(bonds.accrued)))
    price = bonds.price(yields)
    assert price.shape == yields.shape
    for path, level in enumerate(levels[:, 0]):
        assert price[path] == pytest.approx(bonds.price(np.full(len(bonds.accrued), level)), rel=1e-14)
    assert bonds.yields(price) == pytest.approx(yields, abs=1e-9)
    assert bonds.duration(yields).shape == bonds.convexity(yields).shape == yields.shape


def test_a_book_of_nothing_has_no_prices():
    """No security, no price, and no error."""
    nothing = Bonds.of([], [], [], settlement=desk.BOOK)
    assert nothing.price(np.array([])).tolist() == []
    assert nothing.value(Curve.of(TENORS, PAR_YIELDS)).tolist() == []


# --- The curve ----------------------------------------------------------------------------------------------

curves = st.builds(
    lambda level, bumps: Curve.of(TENORS[2:], level + np.array(bumps)),
    st.floats(0, 8),
    st.lists(st.floats(0, 0.5), min_size=len(TENORS) - 2, max_size=len(TENORS) - 2),
)


def test_a_curve_gives_back_its_par_yields():
    """At every tenor given, bills below half a year included; a tenor without a yield is dropped."""
    curve = Curve.of(TENORS, PAR_YIELDS)
    assert curve.par_yield(TENORS) == pytest.approx(PAR_YIELDS, abs=1e-12)
    missing = np.where(TENORS == 20, np.nan, PAR_YIELDS)
    dropped = Curve.of(TENORS, missing)
    assert dropped.par_yield(np.array([10.0, 30.0])) == pytest.approx([2.0, 2.3], abs=1e-12)
    assert 2.0 < dropped.par_yield(np.array([20.0]))[0] < 2.3


def test_par_yields_between_tenors_stay_between_them():
    """Interpolation does not overshoot: a rise stays a rise, and a peak is no higher than its tenor."""
    curve = Curve.of(TENORS, PAR_YIELDS)
    grid = np.arange(1, 61) / 2
    found = curve.par_yield(grid)
    assert np.all(np.diff(found[grid <= 20]) >= -1e-12)
    assert np.all(np.diff(found[grid >= 20]) <= 1e-12)
    assert found.max() == pytest.approx(2.4, abs=1e-12)


def test_an_end_of_the_curve_does_not_overshoot_its_tenor():
    """Where yields level off before the last tenor, and where they turn just after the first."""
    half = np.arange(1, 21) / 2
    levelling = Curve.of(np.array([0.5, 5.0, 6.0, 10.0]), np.array([1.0, 1.1, 3.0, 3.1])).par_yield(half)
    assert np.all(np.diff(levelling) >= -1e-12)
    turning = Curve.of(np.array([0.5, 1.5, 2.5]), np.array([3.0, 2.9, 3.9])).par_yield(half[:5])
    assert 2.9 <= turning[1] <= 3.0


def test_a_straight_line_of_par_yields_stays_straight():
    """Whatever the distances between tenors."""
    curve = Curve.of(np.array([0.5, 2.0, 3.0, 10.0, 30.0]), 1 + np.array([0.5, 2.0, 3.0, 10.0, 30.0]) / 10)
    assert curve.par_yield(np.array([1.5, 7.0, 25.5])) == pytest.approx([1.15, 1.7, 3.55], abs=1e-12)


def test_forward_rates_go_on_beyond_the_last_tenor():
    """A curve of up to two years discounts the third at its last forward rate."""
    curve = Curve.of(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    one_half, two, three = curve.discount(np.array([1.5, 2.0, 3.0]))
    assert three / two == pytest.approx((two / one_half) ** 2)


@given(curves, st.integers(1, 59), st.integers(0, 180))
def test_a_bond_at_the_par_yield_of_its_maturity_is_worth_par(curve, half_years, days_on):
    """On any curve and any day between payments, without accrued interest."""
    settlement = date(2023, 2, 15) + timedelta(days=days_on)
    maturity = date(2023 + (half_years + 1) // 2, 2 if half_years % 2 else 8, 15)
    term = float(one(NOTE, 1.0, maturity, settlement).level.years.max())
    coupon = float(curve.par_yield(np.array([term]))[0])
    bond = one(NOTE, coupon, maturity, settlement)
    assert bond.value(curve) - bond.accrued == pytest.approx([100.0], abs=1e-9)


@pytest.mark.parametrize("level", [0.0, 0.5, 4.0, 12.0])
def test_value_on_a_flat_curve_is_price_at_that_yield(level):
    """Notes, bonds and TIPS to 1e-9, but for simple interest in the last half-year, as on bills: y squared over 32."""
    curve = Curve.of(TENORS[2:], np.full(len(TENORS) - 2, level))
    holdings = held(desk.BOOK)
    bonds = lay_out(holdings, desk.BOOK, index=level)
    gap = np.abs(bonds.value(curve) - bonds.accrued - bonds.price(np.full(len(holdings), level)))
    floats = np.array([h.kind is FRN for h in holdings])
    many = np.array([h.kind in {NOTE, TIPS} and h.maturity > date(2022, 8, 16) for h in holdings])
    assert np.all(gap[many] <= 1e-9)
    assert np.all(gap[~many & ~floats] <= 1e-9 + 103 * (level / 100) ** 2 / 32)
    # The index is what the curve promises; its quotation (simple, on 360 days) differs, and discounts the spread.
    assert np.all(gap[floats] <= 1e-9 + 0.001 * level)


def test_a_bill_at_a_tenor_costs_what_its_yield_says():
    """The curve's yields below half a year are investment rates."""
    curve = Curve.of(TENORS, PAR_YIELDS)
    assert curve.discount(np.array([0.25])) == pytest.approx([1 / (1 + 0.004 * 0.25)], rel=1e-14)


def test_a_floating_rate_note_without_spread_is_worth_par():
    """On a payment date, whatever the curve; a spread is worth its payments discounted."""
    curve, settlement, maturity = Curve.of(TENORS, PAR_YIELDS), date(2022, 1, 31), date(2024, 1, 31)
    assert one(FRN, 0.0, maturity, settlement).value(curve) == pytest.approx([100.0], abs=1e-12)
    spread = one(FRN, 0.2, maturity, settlement).value(curve)[0] - 100
    assert spread == pytest.approx(0.2 * 2 * 365 / 360, rel=0.02)


def test_expected_inflation_turns_a_nominal_curve_into_a_real_one():
    """Only TIPS gain by it, and as much as the real curve says."""
    settlement, real, inflation = date(2022, 2, 15), 0.5, 2.5
    nominal = 200 * ((1 + real / 200) * (1 + inflation / 100) ** 0.5 - 1)
    bonds = Bonds.of([TIPS, NOTE], [1.0, 1.0], [date(2032, 2, 15)] * 2, settlement=settlement)
    flat = [Curve.of(np.array([1.0, 30.0]), np.full(2, level)) for level in (real, nominal)]
    assert bonds.value(flat[1], inflation=inflation)[0] == pytest.approx(bonds.value(flat[0])[0], rel=1e-12)
    assert bonds.value(flat[1], inflation=inflation)[1] == bonds.value(flat[1])[1]


# --- Sums over a portfolio ----------------------------------------------------------------------------------


def test_ten_year_equivalents_carry_the_same_risk():
    """The equivalent of a bond moves by as much for a basis point as the bond does; by QuantLib's duration."""
    curve = Curve.of(TENORS, PAR_YIELDS)
    new = Oracle(NOTE, 2.0, date(2032, 2, 15), settlement=date(2022, 2, 15))
    par, price, duration = np.array([30.0, 10.0]), np.array([110.0, 99.9]), np.array([20.0, 0.25])
    found = ten_year_equivalents(par, price, duration, curve)
    assert found * new.duration(2.0) == pytest.approx(par * price / 100 * duration, rel=1e-12)
    nil = Curve.of(TENORS, np.zeros(len(TENORS)))
    assert ten_year_equivalents(par, price, duration, nil) * 10 == pytest.approx(par * price / 100 * duration)


def test_weighted_average_maturity_of_the_book():
    """Between the shortest and the longest, and one security's is its own."""
    holdings = held(desk.BOOK)
    par, maturities = np.array([h.par for h in holdings]), [h.maturity for h in holdings]
    years = np.array([(m - desk.BOOK).days / 365.25 for m in maturities])
    assert weighted_average_maturity(par, maturities, desk.BOOK) == pytest.approx(
        np.average(years, weights=par), rel=1e-12
    )
    assert weighted_average_maturity(par[:1], maturities[:1], desk.BOOK) == pytest.approx(years[0])
    with pytest.raises(ConfigError, match=r"par of 0\.0 in all"):
        weighted_average_maturity(np.zeros(1), maturities[:1], desk.BOOK)


# --- Refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kinds", "coupons", "maturities", "message"),
    [
        ([NOTE], [], [date(2030, 1, 31)], "1 kinds, 0 coupons and 1 maturities"),
        ([NOTE], [1.0], [desk.BOOK], "a note_bond that matured on 2022-02-16"),
        ([NOTE], [None], [date(2030, 1, 31)], "with a coupon of none"),
        ([TIPS], [float("nan")], [date(2030, 1, 31)], "with a coupon of nan"),
        ([BILL], [1.0], [date(2022, 5, 31)], r"a bill .* with a coupon of 1\.0"),
        ([BILL], [None], [date(2023, 3, 31)], "no more than a year"),
        ([SecurityKind.AGENCY], [1.0], [date(2030, 1, 31)], "a security of kind agency"),
    ],
)
def test_what_is_no_treasury_security_is_refused(kinds, coupons, maturities, message):
    """The message names what is wrong and what was expected."""
    with pytest.raises(ConfigError, match=message):
        Bonds.of(kinds, coupons, maturities, settlement=desk.BOOK)


def test_prices_and_yields_without_meaning_are_refused():
    """A price of nothing, a yield at the floor, and a price that no yield gives."""
    bonds = Bonds.of([NOTE, BILL], [1.0, None], [date(2030, 1, 31), date(2022, 2, 17)], settlement=desk.BOOK)
    with pytest.raises(ConfigError, match=r"security 2: a clean price of -1\.0"):
        bonds.yields(np.array([100.0, -1.0]))
    with pytest.raises(ConfigError, match="security 1: a clean price of nan"):
        bonds.yields(np.array([np.nan, 100.0]))
    with pytest.raises(ConfigError, match=r"a yield of -200\.0 percent"):
        bonds.price(np.array([1.0, -200.0]))
    with pytest.raises(EstimationError, match=r"security 2: no yield found for a clean price of 101\.0"):
        bonds.yields(np.array([100.0, 101.0]))


@pytest.mark.parametrize(
    ("tenors", "yields", "message"),
    [
        ([1.0, 2.0], [np.nan, np.nan], "tenors of no years"),
        ([2.0, 1.0], [1.0, 1.0], "tenors of 2, 1 years"),
        ([0.0, 1.0], [1.0, 1.0], "tenors of 0, 1 years"),
        ([1.0, 30.0], [1.0, 60.0], r"of up to 60\.0 percent leave no positive discount factor"),
    ],
)
def test_par_yields_that_make_no_curve_are_refused(tenors, yields, message):
    """With what was found."""
    with pytest.raises(ConfigError, match=message):
        Curve.of(np.array(tenors), np.array(yields))


def test_times_without_meaning_are_refused():
    """A discount factor of the past, and the yield of a bond of no term."""
    curve = Curve.of(TENORS, PAR_YIELDS)
    with pytest.raises(ConfigError, match=r"for -1\.0 years"):
        curve.discount(np.array([-1.0]))
    with pytest.raises(ConfigError, match=r"a par yield for 0\.0 years"):
        curve.par_yield(np.array([0.0]))
