"""Mortgage securities on many paths: every kernel is the literal one, and no path knows the others."""

import sys
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.project.desk import months_from
from tests.project.test_mortgages import cohorts, projections

from runoff.core.errors import ConfigError
from runoff.project import compiled, mortgages
from runoff.project.kernels import TOLERANCE, Arithmetic, classes_of
from runoff.project.mortgages import AgencyPlan, Cohorts, MortgageAmounts, amounts, project
from runoff.project.prepayment import DEFAULT

NAMES = [field.name for field in fields(MortgageAmounts) if field.name not in {"months", "kernel"}]
NO_BURNOUT = replace(DEFAULT, burnout=0.0)
# Polynomials do not reach so far: the compiled kernel falls back on the C library.
EAGER = replace(DEFAULT, refinancing=95.0)


def book(ages: int = 30) -> Cohorts:
    """Three coupons and two terms, a cohort every four months of age, burnt out by age and coupon."""
    coupon, term, age = (
        x.ravel() for x in np.meshgrid([2.0, 3.5, 6.0], [180, 360], 1.5 + 4 * np.arange(ages), indexing="ij")
    )
    return Cohorts(
        coupon=coupon,
        note_rate=coupon + 0.5,
        term=term.astype(np.int64),
        age=age,
        face=1e9 + 1e7 * np.arange(len(coupon)),
        burnout=age * coupon / 250,
        recent=np.array([5.0, 5.5, 6.0]),
    )


def wandering(paths: int, months: int) -> np.ndarray:
    """Mortgage rates that wander, percent: paths by months."""
    steps = np.random.default_rng(7).normal(0, 0.4, (paths, months))
    return np.clip(5 + np.cumsum(steps, axis=1), 0.5, 15)


def assert_same(found: MortgageAmounts, expected, *, scale: float, within: float = 1e-12) -> None:
    """Every amount, up to a share of the scale."""
    for name in NAMES:
        np.testing.assert_allclose(
            getattr(found, name), getattr(expected, name), rtol=0, atol=within * scale, err_msg=name
        )


def assert_bits(found: MortgageAmounts, expected: MortgageAmounts, rows: slice = slice(None)) -> None:
    """The same bits on some paths."""
    for name in NAMES:
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name)[rows], err_msg=name)


# --- The literal kernel, faster --------------------------------------------------------------------------------------


@given(projections(), st.sampled_from([DEFAULT, NO_BURNOUT]), st.booleans())
@settings(max_examples=60)
def test_amounts_are_those_of_a_projection(case, model, sells):
    """Any cohorts, plan and rates, with sales and without: what the literal months give."""
    start, plan, rates, pending = case
    if not sells:
        plan = replace(plan, sales=0 * plan.sales, envelope=0 * plan.envelope)
    months = months_from(2024, 11, len(plan.cap))
    found = amounts(start, months, rates, plan, model=model, pending=pending)
    expected = project(start, months, rates, plan, model=model, pending=pending)
    scale = 1 + expected.opening.max() + expected.closing.max() + pending.sum()
    assert_same(found, expected, scale=scale)
    assert (found.kernel.name == "literal") == bool(np.any(plan.sales) or np.any(plan.envelope))


@given(projections(), st.sampled_from(list(Arithmetic)))
@settings(max_examples=40, deadline=None)  # the first is compiled
def test_nothing_is_lost(case, arithmetic):
    """Opening less scheduled, prepaid and sold, and what was bought, is closing, and the next month opens with it."""
    start, plan, rates, pending = case
    plan = replace(plan, sales=0 * plan.sales, envelope=0 * plan.envelope)
    path = amounts(
        start, months_from(2024, 1, len(plan.cap)), rates, plan, pending=pending, arithmetic=arithmetic
    )
    change = path.opening - path.scheduled - path.prepaid - path.sold + path.bought
    scale = 1 + path.opening.max() + path.closing.max()
    np.testing.assert_allclose(change, path.closing, rtol=0, atol=1e-9 * scale)
    np.testing.assert_array_equal(path.closing[:, :-1], path.opening[:, 1:])
    assert all(np.all(getattr(path, name) >= 0) for name in NAMES if name != "loss")


@pytest.mark.parametrize("model", [DEFAULT, NO_BURNOUT, EAGER])
@pytest.mark.parametrize("cap", [np.inf, 2e8])
def test_numpy_and_compiled_agree(model, cap):
    """With polynomials and with the C library, with and without purchases on the way: to 1e-12."""
    plan, months, rates = AgencyPlan.of(48, cap=cap), months_from(2024, 1, 48), wandering(9, 48)
    one = amounts(book(), months, rates, plan, model=model)
    other = amounts(book(), months, rates, plan, model=model, arithmetic=Arithmetic.COMPILED)
    assert_same(other, one, scale=book().total)
    assert_same(one, project(book(), months, rates, plan, model=model), scale=book().total, within=1e-11)
    assert (one.kernel.arithmetic, other.kernel.arithmetic) == tuple(Arithmetic)
    assert np.any(one.bought > 0) == np.isfinite(cap)


def test_what_the_polynomials_stand_for_is_told_by_their_error():
    """Within 1e-13 for the default speeds; not for speeds near all at once, which take the C library."""
    assert compiled.approximation(DEFAULT).error < compiled.POLYNOMIAL_ERROR
    assert compiled.approximation(EAGER).error > compiled.POLYNOMIAL_ERROR


# --- Classes ---------------------------------------------------------------------------------------------------------


def test_cohorts_that_prepay_alike_are_followed_as_one():
    """Without burnout, terms and seasoned ages do not matter: a note rate has one seasoned class and its young ages."""
    young = np.count_nonzero(1.5 + 4 * np.arange(30) < DEFAULT.ramp)
    found = amounts(
        book(), months_from(2024, 1, 12), wandering(2, 12), AgencyPlan.of(12), model=NO_BURNOUT
    ).kernel
    assert (found.name, found.followed, found.cohorts) == ("classes", 3 * (young + 1), 180)
    assert found.error == 0


def test_many_burnouts_are_followed_at_a_few():
    """Interpolated, and the largest miss found is told and within the tolerance."""
    found = amounts(book(), months_from(2024, 1, 12), wandering(2, 12), AgencyPlan.of(12)).kernel
    assert found.name == "nodes"
    assert found.followed < 90  # as many as there are burnouts
    assert 0 < found.error <= TOLERANCE
    assert "interpolated" in found.why


@given(
    st.floats(0.1, 4),
    st.lists(st.floats(0.3, 14), min_size=36, max_size=36),
    st.sampled_from([DEFAULT, EAGER, replace(DEFAULT, burnout=1.5)]),
)
@settings(max_examples=40, deadline=None)
def test_interpolation_misses_no_more_than_it_says(widest, rates, model):
    """On rates it was not tried on, each cohort alone is what it is literally, to the tolerance."""
    coupon = np.full(40, 4.0)
    start = Cohorts(
        coupon=coupon,
        note_rate=coupon + 0.5,
        term=np.full(40, 360),
        age=np.full(40, 60.0),
        face=np.ones(40),
        burnout=np.linspace(0, 1, 40) ** 2 * widest,
    )
    months, plan = months_from(2024, 1, 36), AgencyPlan.of(36)
    found = amounts(start, months, np.array([rates]), plan, model=model)
    expected = project(start, months, np.array([rates]), plan, model=model)
    assert_same(found, expected, scale=40, within=2 * TOLERANCE)


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        (AgencyPlan.of(6, sales=1e9), "price for each cohort"),
        (AgencyPlan.of(6, envelope=1e9), "price for each cohort"),
    ],
)
def test_what_is_sold_is_followed_cohort_by_cohort(plan, why):
    """A price needs every cohort, and the kernel says so."""
    found = amounts(book(), months_from(2024, 1, 6), wandering(2, 6), plan).kernel
    assert (found.name, found.followed) == ("literal", 180)
    assert why in found.why


def test_paths_that_begin_apart_go_on_literally():
    """From the ends of another projection, one a path."""
    plan, rates = AgencyPlan.of(8, cap=1e9), wandering(3, 8)
    months = months_from(2024, 1, 8)
    first = project(book(), months[:4], rates[:, :4], AgencyPlan.of(4, cap=1e9))
    found = amounts(first.end, months[4:], rates[:, 4:], AgencyPlan.of(4, cap=1e9), pending=first.pending)
    whole = project(book(), months, rates, plan)
    assert found.kernel.name == "literal"
    np.testing.assert_allclose(found.closing, whole.closing[:, 4:], rtol=1e-12)


def test_a_month_whose_principal_was_paid_has_none():
    """Principal due in March: none in February, and no schedule moves on."""
    start = replace(book(), due=int(months_from(2024, 3, 1)[0]))
    for arithmetic in Arithmetic:
        found = amounts(
            start, months_from(2024, 2, 3), wandering(2, 3), AgencyPlan.of(3), arithmetic=arithmetic
        )
        expected = project(start, months_from(2024, 2, 3), wandering(2, 3), AgencyPlan.of(3))
        assert not found.prepaid[:, 0].any()
        assert_same(found, expected, scale=start.total, within=1e-11)


@pytest.mark.parametrize("arithmetic", list(Arithmetic))
def test_nothing_held_repays_nothing(arithmetic):
    """No cohort at all, and purchases from the first month on."""
    none = np.empty(0)
    start = Cohorts(
        coupon=none, note_rate=none, term=none.astype(np.int64), age=none, face=none, burnout=none
    )
    plan = AgencyPlan.of(6, purchases=1e9)
    months, rates = months_from(2024, 1, 6), wandering(2, 6)
    found = amounts(start, months, rates, plan, arithmetic=arithmetic)
    assert_same(found, project(start, months, rates, plan), scale=1e9)


# --- Bits ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arithmetic", list(Arithmetic))
@pytest.mark.parametrize("model", [DEFAULT, NO_BURNOUT, EAGER])
@pytest.mark.parametrize(
    "plan", [AgencyPlan.of(24), AgencyPlan.of(24, cap=1.5e9), AgencyPlan.of(24, cap=1.5e9, envelope=2e9)]
)
def test_blocks_threads_and_other_paths_change_no_bit(plan, model, arithmetic, monkeypatch):
    """A path is the same in blocks of one and of many, on three threads, and without the others."""
    months, rates = months_from(2024, 1, 24), wandering(13, 24)

    def run(which: slice = slice(None), threads: int = 1) -> MortgageAmounts:
        return amounts(
            book(12), months, rates[which], plan, model=model, arithmetic=arithmetic, threads=threads
        )

    whole = run()
    for block in (1, 200, 500):
        monkeypatch.setattr(mortgages, "_BLOCK", block)
        assert_bits(run(threads=3), whole)
    monkeypatch.undo()
    for which in (slice(0, 1), slice(3, 5), slice(12, 13)):
        assert_bits(run(which), whole, which)


@pytest.mark.parametrize("arithmetic", list(Arithmetic))
def test_the_horizon_changes_no_bit(arithmetic):
    """The first months of a longer path, or a single one, are the same."""
    rates, months = wandering(4, 30), months_from(2024, 1, 30)
    whole = amounts(book(), months, rates, AgencyPlan.of(30, cap=1e9), arithmetic=arithmetic)
    for count in (1, 2, 17):
        part = amounts(
            book(), months[:count], rates[:, :count], AgencyPlan.of(count, cap=1e9), arithmetic=arithmetic
        )
        for name in NAMES:
            np.testing.assert_array_equal(getattr(part, name), getattr(whole, name)[:, :count], err_msg=name)


def test_a_class_does_not_hang_on_the_paths():
    """What is followed comes from the start and the horizon alone."""
    one, other = (classes_of(book(), 12, DEFAULT) for _ in range(2))
    np.testing.assert_array_equal(one.face, other.face)
    np.testing.assert_allclose(one.face[0].sum(), book().total, rtol=1e-12)


# --- What is refused -------------------------------------------------------------------------------------------------


def test_compiled_kernels_name_what_brings_them(monkeypatch):
    """Without numba: one line with the command that installs it."""
    monkeypatch.setitem(sys.modules, "numba", None)
    vars(compiled)["_step"].cache_clear()
    with pytest.raises(ConfigError, match=r"pip install 'runoff\[fast\]'"):
        amounts(
            cohorts(),
            months_from(2024, 1, 2),
            wandering(1, 2),
            AgencyPlan.of(2),
            arithmetic=Arithmetic.COMPILED,
        )


def test_parts_that_do_not_fit_are_refused():
    """As by a projection."""
    with pytest.raises(ConfigError, match="3 months, 2 mortgage rates"):
        amounts(cohorts(), months_from(2024, 1, 3), wandering(1, 2), AgencyPlan.of(3))
