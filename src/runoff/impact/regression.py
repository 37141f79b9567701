"""Least squares with standard errors that bear serial correlation and unequal variance, plain and with instruments.

Closed forms over numpy, because signals fit thousands of windows; the tests hold them against statsmodels to 1e-10.

References
----------
Newey and West (1987), "A simple, positive semi-definite, heteroskedasticity and autocorrelation consistent covariance
matrix", Econometrica 55. Newey and West (1994), "Automatic lag selection in covariance matrix estimation", Review of
Economic Studies 61. Staiger and Stock (1997), "Instrumental variables regression with weak instruments",
Econometrica 65.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from runoff.core.errors import EstimationError
from runoff.core.series import FloatArray

# The quantile of the standard normal distribution with five percent above it: intervals of 90 percent.
NORMAL_95 = 1.6448536269514722
# The share of a regressor's length that the others must leave of it; less is rounding.
_INDEPENDENT = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """A fitted regression: coefficients with their covariance, and what it leaves.

    Parameters
    ----------
    coefficients
        One per regressor.
    covariance
        Of the coefficients, regressors by regressors: Newey and West (1987) over `lags`.
    residuals
        One per observation; with instruments, from the regressors themselves and not from their projections.
    """

    coefficients: FloatArray
    covariance: FloatArray
    residuals: FloatArray
    lags: int

    @property
    def errors(self) -> FloatArray:
        """The standard errors, one per coefficient."""
        return np.sqrt(np.diag(self.covariance))

    def interval(self, index: int) -> tuple[float, float]:
        """The 90 percent interval of a coefficient, from the normal distribution."""
        middle, width = float(self.coefficients[index]), NORMAL_95 * float(self.errors[index])
        return middle - width, middle + width


def least_squares(y: FloatArray, x: FloatArray, *, lags: int) -> Regression:
    """Ordinary least squares with the covariance of Newey and West.

    Parameters
    ----------
    y
        One value per observation.
    x
        Observations by regressors; a constant is a column of ones.
    lags
        How far errors are correlated, in observations; nil gives White's covariance. `automatic_lags` chooses.

    Returns
    -------
    Regression
        Without a correction for small samples, as `statsmodels` has it with `cov_type="HAC"`.

    Raises
    ------
    EstimationError
        If there are not more observations than regressors, a value is missing, or a regressor is a sum of others.

    Examples
    --------
    >>> x = np.column_stack([np.ones(5), np.arange(5.0)])
    >>> least_squares(np.array([1.0, 3.0, 5.0, 7.0, 9.0]), x, lags=0).coefficients.round(6).tolist()
    [1.0, 2.0]
    """
    return _fitted(y, x, x, lags=lags)


def instrumented(y: FloatArray, x: FloatArray, z: FloatArray, *, lags: int) -> Regression:
    """Two-stage least squares with the covariance of Newey and West.

    Parameters
    ----------
    y, x, lags
        As in `least_squares`.
    z
        Observations by instruments, at least as many as regressors: those of `x` that are their own instruments, the
        constant among them, and those that stand in for the others.

    Raises
    ------
    EstimationError
        As `least_squares`, or if the instruments do not tell the regressors apart.
    """
    if z.shape[1] < x.shape[1]:
        raise EstimationError(
            "{found} instruments for {expected} regressors; give at least as many",
            found=z.shape[1],
            expected=x.shape[1],
        )
    _check(y, z)
    projected = z @ np.linalg.lstsq(z, x, rcond=None)[0]
    return _fitted(y, x, projected, lags=lags)


def first_stage(x: FloatArray, controls: FloatArray, instruments: FloatArray, *, lags: int) -> float:
    """How strong instruments are: the robust F statistic of their coefficients in a regression of `x` on them.

    Below 10 they are called weak (Staiger and Stock 1997): estimate and interval then lean towards least squares.

    Parameters
    ----------
    x
        The regressor that is instrumented, one value per observation.
    controls, instruments
        Observations by columns.
    """
    stage = least_squares(x, np.column_stack([controls, instruments]), lags=lags)
    first = controls.shape[1]
    found = stage.coefficients[first:]
    return float(found @ np.linalg.solve(stage.covariance[first:, first:], found)) / len(found)


def automatic_lags(count: int) -> int:
    """The lags that Newey and West (1994) give as a rule for so many observations: 4 (count / 100) to the 2/9.

    Examples
    --------
    >>> [automatic_lags(count) for count in (50, 100, 260, 2000)]
    [3, 4, 4, 7]
    """
    return math.floor(4.0 * math.pow(count / 100.0, 2.0 / 9.0))


def _fitted(y: FloatArray, x: FloatArray, projected: FloatArray, *, lags: int) -> Regression:
    """Regress on `projected`, and take residuals from `x`; the two are the same without instruments."""
    _check(y, projected)
    inverse = np.linalg.inv(projected.T @ projected)
    coefficients = inverse @ (projected.T @ y)
    residuals = y - x @ coefficients
    scores = projected * residuals[:, None]
    middle = scores.T @ scores
    for lag in range(1, min(lags, len(y) - 1) + 1):
        shifted = scores[lag:].T @ scores[:-lag]
        middle += (1.0 - lag / (lags + 1.0)) * (shifted + shifted.T)
    return Regression(
        coefficients=coefficients, covariance=inverse @ middle @ inverse, residuals=residuals, lags=lags
    )


def _check(y: FloatArray, x: FloatArray) -> None:
    """Refuse what has no unique answer."""
    if len(y) != len(x) or len(y) <= x.shape[1]:
        raise EstimationError(
            "{rows} rows of {columns} regressors for {count} observations; a regression needs one row per observation, "
            "and more of them than regressors",
            rows=len(x),
            columns=x.shape[1],
            count=len(y),
        )
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise EstimationError("a value is missing or not finite; leave its observation out")
    left = np.abs(np.diag(np.linalg.qr(x, mode="r")))
    lengths = np.linalg.norm(x, axis=0)
    if (left <= _INDEPENDENT * lengths).any():
        raise EstimationError(
            "regressor {column} of {columns} is nil or a sum of those before it; leave it out",
            column=int(np.argmax(left <= _INDEPENDENT * lengths)) + 1,
            columns=x.shape[1],
        )
