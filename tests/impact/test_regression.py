"""Regressions: equal to statsmodels, and honest about what has no answer."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.sandbox.regression.gmm import IV2SLS

from runoff.core.errors import EstimationError
from runoff.impact.regression import (
    NORMAL_95,
    automatic_lags,
    first_stage,
    instrumented,
    least_squares,
)


def sample(seed: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw persistent regressors, two instruments, and a response whose errors are correlated with the regressor."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(count, 2))
    shock = np.convolve(rng.normal(size=count + 2), [1.0, 0.6, 0.3], "valid")
    x = np.column_stack([np.ones(count), z @ [1.0, 0.5] + 0.8 * shock])
    return x @ [1.0, -2.0] + shock, x, np.column_stack([np.ones(count), z])


@given(seed=st.integers(0, 999), count=st.integers(20, 120), lags=st.integers(0, 12))
def test_least_squares_and_its_errors_are_those_of_statsmodels(seed: int, count: int, lags: int) -> None:
    """Coefficients, covariance and residuals agree to 1e-10, whatever the lags."""
    y, x, _ = sample(seed, count)
    ours = least_squares(y, x, lags=lags)
    theirs = sm.OLS(y, x).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False})
    np.testing.assert_allclose(ours.coefficients, theirs.params, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(ours.covariance, theirs.cov_params(), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(ours.residuals, theirs.resid, rtol=0, atol=1e-10)
    np.testing.assert_allclose(ours.interval(1), theirs.conf_int(alpha=0.1)[1], rtol=1e-9)


@given(seed=st.integers(0, 999), count=st.integers(30, 120))
def test_two_stages_are_those_of_statsmodels(seed: int, count: int) -> None:
    """Coefficients agree to 1e-10; so does the covariance with that of the second stage and the true residuals."""
    y, x, z = sample(seed, count)
    ours = instrumented(y, x, z, lags=0)
    np.testing.assert_allclose(ours.coefficients, IV2SLS(y, x, z).fit().params, rtol=1e-9)
    projected = sm.OLS(x[:, 1], z).fit().fittedvalues
    second = np.column_stack([np.ones(count), projected])
    inverse = np.linalg.inv(second.T @ second)
    white = inverse @ (second.T * ours.residuals**2 @ second) @ inverse
    np.testing.assert_allclose(ours.covariance, white, rtol=1e-9)
    np.testing.assert_allclose(ours.residuals, y - x @ ours.coefficients, atol=1e-12)


def test_instruments_remove_what_least_squares_gets_wrong() -> None:
    """The response to a regressor that moves with the error: -2 in truth, found by instruments alone."""
    y, x, z = sample(1, 20_000)
    plain, two = least_squares(y, x, lags=4), instrumented(y, x, z, lags=4)
    assert plain.coefficients[1] > -1.7
    assert two.coefficients[1] == pytest.approx(-2.0, abs=0.03)


@given(seed=st.integers(0, 999), lags=st.integers(0, 8))
def test_the_first_stage_is_the_robust_f_of_statsmodels(seed: int, lags: int) -> None:
    """A Wald test of both instruments, over their number."""
    _, x, z = sample(seed, 90)
    theirs = sm.OLS(x[:, 1], z).fit(cov_type="HAC", cov_kwds={"maxlags": lags})
    wald = theirs.wald_test(np.eye(3)[1:], use_f=True, scalar=True)
    assert first_stage(x[:, 1], z[:, :1], z[:, 1:], lags=lags) == pytest.approx(
        float(wald.statistic), rel=1e-9
    )


def test_what_has_no_unique_answer_is_refused() -> None:
    """Too few rows, a missing value, a regressor that is a sum of others, too few instruments."""
    y, x, z = sample(3, 30)
    with pytest.raises(EstimationError, match="2 rows of 2 regressors for 2 observations"):
        least_squares(y[:2], x[:2], lags=0)
    with pytest.raises(EstimationError, match="leave its observation out"):
        least_squares(np.where(y == y[3], np.nan, y), x, lags=0)
    with pytest.raises(EstimationError, match="regressor 3 of 3 is nil or a sum"):
        least_squares(y, np.column_stack([x, x @ [2.0, 1.0]]), lags=0)
    with pytest.raises(EstimationError, match="1 instruments for 2 regressors"):
        instrumented(y, x, z[:, :1], lags=0)


def test_constants_are_those_of_their_sources() -> None:
    """The normal quantile, and the rule for lags."""
    from scipy.stats import norm

    assert norm.ppf(0.95) == pytest.approx(NORMAL_95, abs=1e-15)
    assert automatic_lags(100) == 4
