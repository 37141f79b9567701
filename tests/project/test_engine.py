"""Both sides of the sheet under every shipped policy and from odd days: what adds up, and what is refused."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from tests.project import desk, made

from runoff.actions.projections import definition
from runoff.core.accounts import Claim, Sector
from runoff.core.errors import LookaheadError, Unavailable
from runoff.core.holdings import Holding
from runoff.core.policy import PolicyCalendar
from runoff.core.time import last_day
from runoff.ledger.entries import Matrix
from runoff.project.engine import forecast
from runoff.project.scenario import Scenario

BASELINE = Scenario(id="baseline", title="", says="")
SUPPLYING = ("treasuries", "agency_debt", "mbs", "loans", "other_supplying")
ABSORBING = ("currency", "tga", "on_rrp", "foreign_rrp", "other_absorbing")
# What of a claim on or of the central bank a line of the sheet holds, as assets (+) or as what is owed (-).
CLAIMS = {
    "treasuries": {Claim.TREASURIES: 1},
    "mbs": {Claim.MBS: 1},
    "agency_debt": {},
    "loans": {Claim.LOANS: 1},
    "other_supplying": {Claim.OTHER_ASSETS: 1},
    "currency": {Claim.CURRENCY: -1},
    "tga": {Claim.TGA: -1},
    "on_rrp": {Claim.ON_RRP: -1},
    "foreign_rrp": {Claim.FOREIGN_RRP: -1},
    "other_absorbing": {Claim.OTHER_DEPOSITS: -1, Claim.NET_WORTH: 1},
    "reserves": {Claim.RESERVES: -1},
}
CASES = [
    ("2022-02-18", "announced", "baseline"),  # within the book's own month
    ("2022-06-03", "qt2", "realised"),
    ("2023-06-02", "full-run-off", "debt-limit"),
    ("2024-12-31", "mbs-sales", "up-100"),  # nearly a whole year's income, a month of which a week is left
    ("2026-10-01", "qe", "forwards"),  # from a month end
    ("2022-02-19", "twist", "down-200"),  # a Saturday
    ("2022-03-31", "rmp-40", "low-cash"),
    ("2027-12-31", "bills-only", "baseline"),  # long after the last figure
]


@pytest.mark.parametrize(("as_of", "policy", "scenario"), CASES)
def test_both_sides_agree_and_follow_from_entries(as_of, policy, scenario):
    """Supplying is absorbing plus reserves to the million, and entries explain every line of every month."""
    found = made.projection(as_of, policy, scenario)
    lines = {name: amounts[0] for name, amounts in found.sheet.lines.items()}
    assert np.array_equal(lines["supplying"], lines["absorbing"] + lines["reserves"])
    assert np.array_equal(lines["supplying"], sum(lines[name] for name in SUPPLYING))
    assert np.array_equal(lines["absorbing"], sum(lines[name] for name in ABSORBING))
    assert np.array_equal(lines["total_assets"], lines["supplying"] - found.opening.outside)
    assert np.array_equal(lines["net_liquidity"], lines["total_assets"] - lines["tga"] - lines["on_rrp"])
    before = {name: getattr(found.opening, name) for name in CLAIMS}
    for month in range(len(found.months)):
        matrix = Matrix.of(found.sheet.entries(0, month))
        assert all(matrix.row(sector) == 0 for sector in Sector)
        assert all(matrix.column(claim) == 0 for claim in Claim if claim is not Claim.NET_WORTH)
        for name, claims in CLAIMS.items():
            moved = sum(sign * matrix.cell(Sector.CENTRAL_BANK, claim) for claim, sign in claims.items())
            assert lines[name][month] - before[name] == moved, (name, month)
            before[name] = lines[name][month]


@pytest.mark.parametrize(("as_of", "policy", "scenario"), CASES)
def test_the_sheet_holds_what_the_portfolios_do(as_of, policy, scenario):
    """At each month end Treasuries are the path's and what waits for its exchange; mortgages are the model's."""
    found = made.projection(as_of, policy, scenario)
    path = found.treasuries
    matured = path.coupons_maturing + path.bills_maturing
    settled = path.coupons_redeemed + path.bills_redeemed + path.coupons_rolled + path.bills_rolled
    modelled = (path.closing.sum(axis=0) + np.cumsum(matured - settled))[found.first :] + found.unexplained
    assert found.sheet.lines["treasuries"][0] * 1e6 == pytest.approx(modelled, abs=5e6)
    agency = found.mortgages.closing[0] - found.mortgages.opening[0, 0]
    assert (found.sheet.lines["mbs"][0] - found.opening.mbs) * 1e6 == pytest.approx(agency, abs=5e6)


@pytest.mark.parametrize(("as_of", "policy", "scenario"), CASES)
def test_what_is_redeemed_is_what_the_path_redeems(as_of, policy, scenario):
    """In each whole month, to the million; of a first month in part no more, and not below nil but for indexation."""
    found = made.projection(as_of, policy, scenario)
    path = found.treasuries
    redeemed = (path.coupons_redeemed + path.bills_redeemed)[found.first :]
    assert found.flows.treasuries_redeemed[0, 1:] == pytest.approx(redeemed[1:], abs=1e6)
    assert -50e6 <= found.flows.treasuries_redeemed[0, 0] <= redeemed[0] + 50e6


def test_a_month_end_on_a_weekend_is_no_dip():
    """On Saturday 31 May 2025 what matured and is exchanged on Monday still stands; so do reserves."""
    found = made.projection("2024-12-31", "full-rollover")
    held = made.line(found, "treasuries")
    assert held["2025-05"] == pytest.approx(held["2025-04"], rel=0.002)
    assert held["2025-05"] == pytest.approx(held["2025-06"], rel=0.002)
    path, may = found.treasuries, found.first + made.names(found).index("2025-05")
    assert path.coupons_maturing[may] - path.coupons_rolled[may] > 20e9  # there is something that waits


@pytest.mark.parametrize("as_of", ["2024-12-31", "2026-10-01"])
def test_income_and_the_sheet_tell_the_same(as_of):
    """The deferred asset of the income statement and that of the sheet go on from one point and move together."""
    found = made.projection(as_of)
    ours, theirs = found.income.deferred_asset[0, found.first :], found.sheet.lines["deferred_asset"][0] * 1e6
    assert ours == pytest.approx(theirs, abs=0.4e9)
    assert found.income.net_income[0, found.first + 1 :] == pytest.approx(
        found.sheet.net_income[0, 1:], abs=0.06e9
    )


def test_a_loss_on_sales_is_in_the_sheet_and_leaves_with_the_cash():
    """MBS sold below par: net worth falls by the loss, and the less cash comes in the less reserves fall."""
    found = made.projection("2024-12-31", "mbs-sales", "up-100")
    loss = (found.flows.mbs_sold - found.flows.mbs_proceeds)[0]
    assert loss[1:].min() > 1e9
    assert found.mortgages.loss[0] == pytest.approx(loss)
    still = made.projection("2024-12-31", "full-rollover", "up-100")
    assert found.sheet.net_income[0, 1:] == pytest.approx(still.sheet.net_income[0, 1:] - loss[1:], abs=0.6e9)


def test_reserves_are_what_is_left():
    """A hundred billion more in the Treasury's account comes out of reserves and what ON RRP there is.

    And the interest that is not paid on it any more.
    """
    known = made.view("2026-10-01")
    low, high = (
        forecast(known, definition(), known.policy("fed"), replace(BASELINE, tga=tga), 12).sheet.lines
        for tga in (700e9, 800e9)
    )
    assert (high["tga"] - low["tga"])[0, 3:].tolist() == [100_000] * 9
    liquidity = [lines["reserves"] + lines["on_rrp"] for lines in (low, high)]
    gone = (liquidity[0] - liquidity[1])[0, 3:]
    assert gone == pytest.approx(100_000 * (1 + 0.04 / 12) ** np.arange(3, 12), rel=0.01)
    assert np.all(high["reserves"][0, 3:] < low["reserves"][0, 3:])
    assert np.array_equal(low["currency"], high["currency"])


def test_it_goes_on_from_the_last_wednesday_published():
    """On a Friday from that week's release; on Thursday before it from that of the week before."""
    assert made.projection("2024-12-27", horizon=1).start == date(2024, 12, 25)
    assert made.projection("2024-12-26T16:29:00-05:00", horizon=1).start == date(2024, 12, 18)


@pytest.mark.parametrize(
    ("as_of", "error", "says"),
    [
        (
            "2022-02-17T16:29:59-05:00",
            Unavailable,
            "no holdings by security were known at 2022-02-17T16:29:59",
        ),
        (
            "2020-01-01",
            Unavailable,
            "the first book shipped is of 2022-02-16; for an earlier date import one",
        ),
        ("2000-01-01", LookaheadError, "nothing was known at 2000-01-01"),
    ],
)
def test_before_the_book_it_refuses_and_says_why(as_of, error, says):
    """No holdings by security, no projection."""
    with pytest.raises(error) as refused:
        made.projection(as_of)
    assert says in str(refused.value)
    assert made.projection("2022-02-17T16:30:00-05:00", horizon=1).start == desk.BOOK


def test_a_step_announced_later_changes_nothing():
    """What is projected as announced is the same whether or not later steps exist."""
    known = made.view("2024-04-30")
    cut = PolicyCalendar(tuple(s for s in desk.calendar().steps if s.known_at <= known.as_of))
    assert len(cut.steps) < len(desk.calendar().steps)
    forgotten = replace(known.history, policies={"fed": cut}).at(known.as_of)
    one, other = (
        forecast(view, definition(), view.policy("fed"), BASELINE, 12) for view in (known, forgotten)
    )
    for name, amounts in one.sheet.lines.items():
        assert np.array_equal(amounts, other.sheet.lines[name]), name


def test_a_later_book_changes_nothing_and_a_known_one_is_used():
    """A book counts from the moment it is known, and takes the place of the one before it; a few lines are no book."""
    found = made.projection("2024-12-31", horizon=3)
    day, published = date(2024, 12, 18), found.opening.treasuries * 1_000_000
    left = [h for h in found.book.holdings if h.maturity > day and h.kind.is_treasury]
    whole = published / sum(h.par + h.inflation_compensation for h in left)
    later = replace(
        found.book,
        date=day,
        known_at=made.view("2025-01-02").as_of,
        holdings=tuple(replace(h, par=round(h.par * whole)) for h in left),
    )
    view = made.view("2024-12-31")
    history = replace(view.history, books=(*view.history.books, later))
    again = forecast(history.at(view.as_of), definition(), view.policy("fed"), BASELINE, 3)
    assert np.array_equal(again.sheet.lines["reserves"], found.sheet.lines["reserves"])
    assert again.book == found.book
    assert forecast(history.at(later.known_at), definition(), view.policy("fed"), BASELINE, 1).book == later
    few = replace(later, holdings=later.holdings[:9])
    history = replace(view.history, books=(*view.history.books, few))
    assert (
        forecast(history.at(few.known_at), definition(), view.policy("fed"), BASELINE, 1).book == found.book
    )


def test_policy_up_to_the_moment_is_what_was_announced():
    """A named policy rules from the month after the moment, whatever it says of earlier ones."""
    found = made.projection("2024-12-31", "full-run-off", horizon=3)
    caps = dict(zip([last_day(date.fromordinal(int(m))).isoformat()[:7] for m in found.plan.months],
                    found.plan.treasuries.caps, strict=True))  # fmt: skip
    assert (caps["2024-05"], caps["2024-12"], caps["2025-01"]) == (60e9, 25e9, np.inf)


def test_a_newer_book_is_what_a_projection_goes_on_from():
    """The modelled holdings as a book of their own day: nothing is modelled, and the assets go the same way."""
    old = made.projection("2024-12-31", horizon=3)
    reference = old.prices.reference(old.start + timedelta(days=1))
    holdings = tuple(
        Holding(
            id=p.security.id,
            kind=p.security.kind,
            maturity=p.security.maturity,
            coupon=p.security.coupon,
            par=p.par,
            inflation_compensation=round(p.indexed * reference) - p.par if p.indexed else 0,
        )
        for p in old.held.positions
    )
    book = replace(
        old.book, date=old.start, known_at=made.view("2024-12-27").as_of, holdings=holdings, digest="own"
    )
    view = made.view("2024-12-31")
    history = replace(view.history, books=(*view.history.books, book))
    new = forecast(history.at(view.as_of), definition(), view.policy("fed"), BASELINE, 3)
    assert (new.modelled, new.book, new.first) == (False, book, 0)
    for line in ("treasuries", "mbs", "total_assets"):
        assert new.sheet.lines[line][0] == pytest.approx(old.sheet.lines[line][0], rel=0.002), line
    # The accounts were run up to its day from the first book: premiums and the deferred asset do not begin anew.
    assert new.sheet.lines["deferred_asset"][0] == pytest.approx(
        old.sheet.lines["deferred_asset"][0], rel=0.01
    )
    left = old.amortisation.left[0, old.first :]
    assert new.amortisation.left[0] == pytest.approx(left, rel=0.03)


@pytest.mark.parametrize("policy", ["announced", "qe"])
def test_the_path_does_not_depend_on_how_far_it_is_followed(policy):
    """The months of a short horizon are those of a longer one: no purchase is brought forward to its end."""
    short = made.projection("2026-10-01", policy, horizon=1)
    longer = made.projection("2026-10-01", policy, horizon=7)
    for line, amounts in short.sheet.lines.items():
        assert amounts[0].tolist() == pytest.approx(longer.sheet.lines[line][0, :1].tolist(), abs=1), line
