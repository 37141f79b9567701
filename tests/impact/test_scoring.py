"""Tests of forecasts against each other: equal to scipy and statsmodels, and careful where outcomes overlap."""

import numpy as np
import pytest
import statsmodels.api as sm
from arch.bootstrap import CircularBlockBootstrap
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.sandwich_covariance import weights_bartlett, weights_uniform

from runoff.core.errors import EstimationError
from runoff.impact.scoring import (
    bootstrapped,
    compared,
    holm,
    independent,
    long_run_variance,
    student_p,
    student_quantile,
)


def overlapping(seed: int, count: int, overlap: int) -> np.ndarray:
    """Sums of so many shocks, each sharing all but one with the next: what errors of long forecasts look like."""
    return np.convolve(
        np.random.default_rng(seed).normal(size=count + overlap - 1), np.ones(overlap), "valid"
    )


@given(statistic=st.floats(0.0, 40.0), degrees=st.integers(1, 500))
def test_students_distribution_is_that_of_scipy(statistic: float, degrees: int) -> None:
    """Both tails, to a relative 1e-9, however far out; and the same for a statistic below nil."""
    assert student_p(statistic, degrees) == pytest.approx(2 * stats.t.sf(statistic, degrees), rel=1e-9)
    assert student_p(-statistic, degrees) == student_p(statistic, degrees)


@given(level=st.floats(0.5, 0.9999), degrees=st.integers(1, 500))
def test_its_quantiles_are_those_of_scipy(level: float, degrees: int) -> None:
    """From the middle far into the tail."""
    assert student_quantile(level, degrees) == pytest.approx(stats.t.ppf(level, degrees), rel=1e-8, abs=1e-12)


@given(seed=st.integers(0, 999), count=st.integers(13, 80), overlap=st.sampled_from([1, 3, 6, 12]))
def test_the_variance_is_the_larger_of_two_of_statsmodels(seed: int, count: int, overlap: int) -> None:
    """Whole weights, as Diebold and Mariano have them; where sampling makes these small, falling ones."""
    values = overlapping(seed, count, overlap)
    theirs = []
    for weights in (weights_uniform, weights_bartlett):
        options = {"maxlags": overlap - 1, "weights_func": weights, "use_correction": False}
        fit = sm.OLS(values, np.ones(count)).fit(cov_type="HAC", cov_kwds=options)
        theirs.append(float(fit.cov_params()[0, 0]) * count)
    assert long_run_variance(values, lags=overlap - 1) == pytest.approx(max(theirs), rel=1e-10)


def test_the_statistic_is_that_of_harvey_leybourne_and_newbold() -> None:
    """Their equation 9 written out with statsmodels' HAC error, where its weights are whole."""
    gaps = overlapping(3, 40, 3)
    ours, theirs = np.abs(gaps) + 1.0, np.abs(gaps) + 1.0 - gaps
    fit = sm.OLS(gaps, np.ones(40)).fit(
        cov_type="HAC",
        cov_kwds={"maxlags": 2, "weights_func": weights_uniform, "use_correction": False},
    )
    correction = np.sqrt((40 + 1 - 2 * 3 + 3 * 2 / 40) / 40)
    found = compared(ours, theirs, overlap=3)
    assert found.statistic == pytest.approx(float(fit.tvalues[0]) * correction, rel=1e-9)
    assert found.p == pytest.approx(2 * stats.t.sf(abs(found.statistic), 39), rel=1e-9)
    assert found.difference == pytest.approx(gaps.mean())


@given(seed=st.integers(0, 999), count=st.integers(13, 60), overlap=st.sampled_from([1, 3, 6, 12]))
def test_the_interval_holds_nil_where_the_test_does_not_reject(seed: int, count: int, overlap: int) -> None:
    """Interval and p say the same; exchanging the two forecasts turns the sign and leaves the p."""
    ours, theirs = (np.abs(overlapping(seed + n, count, overlap)) for n in (0, 1000))
    found, turned = compared(ours, theirs, overlap=overlap), compared(theirs, ours, overlap=overlap)
    low, high = found.interval
    assert (low <= 0 <= high) == (found.p >= 0.05)
    assert low <= found.difference <= high
    assert turned.difference == pytest.approx(-found.difference)
    assert turned.p == pytest.approx(found.p)
    assert found.beats == (found.difference < 0)


def test_overlap_is_heeded() -> None:
    """Of forecasts that are equally good, a test that knows of the overlap rejects seldom, another half the time.

    Where 12 in a row of 43 overlap, 5 percent cannot be had: how often is on the page of the scorecard.
    """
    wrong, right = 0, 0
    for seed in range(400):
        gaps = overlapping(seed, 43, 12)
        ours, theirs = 100.0 + gaps, np.full(43, 100.0)
        wrong += compared(ours, theirs, overlap=1).p < 0.05
        right += compared(ours, theirs, overlap=12).p < 0.05
    assert wrong / 400 > 0.45
    assert right / 400 < 0.2


def test_too_few_outcomes_prove_nothing() -> None:
    """Twelve outcomes that all overlap are one: the interval has no end, and p is 1."""
    found = compared(np.arange(12.0), np.arange(12.0) + 5.0, overlap=12)
    assert (found.independent, found.p, found.interval) == (1, 1.0, (-np.inf, np.inf)) or found.error == 0
    found = compared(np.arange(12.0), np.arange(12.0) ** 2, overlap=12)
    assert (found.independent, found.p) == (1, 1.0)
    assert found.interval == (-np.inf, np.inf)


def test_a_forecast_equal_to_the_other_is_not_better() -> None:
    """No difference, a p of 1; a difference that never varies is certain."""
    same = compared(np.ones(20), np.ones(20), overlap=1)
    assert (same.difference, same.p, same.beats, same.closer) == (0.0, 1.0, False, 0.0)
    assert compared(np.ones(20), np.full(20, 3.0), overlap=1).p == 0.0


@pytest.mark.parametrize(
    ("ours", "theirs", "overlap", "told"),
    [
        ([1.0], [1.0], 1, "1 losses against 1"),
        ([1.0, 2.0], [1.0], 1, "2 losses against 1"),
        ([1.0, np.nan], [1.0, 2.0], 1, "missing or not finite"),
        ([1.0, 2.0], [1.0, 2.0], 0, "overlap of 0"),
    ],
)
def test_what_cannot_be_compared_is_refused(ours: list, theirs: list, overlap: int, told: str) -> None:
    """Losses that do not pair, are missing, or an overlap that means nothing."""
    with pytest.raises(EstimationError, match=told):
        compared(np.array(ours), np.array(theirs), overlap=overlap)


@pytest.mark.parametrize(
    "chances",
    [[0.3], [0.01, 0.04, 0.03], [0.02, 0.02, 0.9, 0.0], np.random.default_rng(1).uniform(size=18).tolist()],
)
def test_holm_is_that_of_statsmodels(chances: list[float]) -> None:
    """In any order, ties among them."""
    np.testing.assert_allclose(holm(chances), multipletests(chances, method="holm")[1], rtol=1e-12)


def test_resampled_intervals_are_as_wide_as_those_of_arch() -> None:
    """Circular blocks: the spread of the means agrees with arch's bootstrap within a tenth; a seed gives its bytes."""
    values = overlapping(5, 48, 6)
    ours = bootstrapped(values, block=6, seed=1)
    theirs = CircularBlockBootstrap(6, values, seed=2).conf_int(np.mean, reps=4000, method="percentile")[:, 0]
    np.testing.assert_allclose(ours, theirs, atol=0.1 * float(theirs[1] - theirs[0]))
    assert bootstrapped(values, block=6, seed=1) == ours
    assert bootstrapped(values, block=6, seed=2) != ours


def test_independent_outcomes_are_counted() -> None:
    """Every overlap-th outcome shares nothing with the one before."""
    assert [independent(43, overlap) for overlap in (1, 3, 6, 12)] == [43, 15, 8, 4]
