"""What many paths say: quantiles, crossings, and how much of a difference common draws leave."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from runoff.core.errors import ConfigError
from runoff.project.fan import LEVELS, Odds, crossing, quantiles, variance_ratio

PATHS = arrays(np.float64, st.tuples(st.integers(2, 30), st.integers(1, 8)), elements=st.floats(0, 1e7))


@given(PATHS)
def test_quantiles_are_ordered_and_lie_within_the_paths(values: np.ndarray) -> None:
    """A higher level is no lower value, and none lies outside what was drawn."""
    found = quantiles(values)
    assert found.shape == (len(LEVELS), values.shape[1])
    assert np.all(np.diff(found, axis=0) >= -1e-6)
    assert np.all(found >= values.min(axis=0) - 1e-6)
    assert np.all(found <= values.max(axis=0) + 1e-6)


@given(PATHS, st.floats(1, 1e7))
def test_what_has_crossed_stays_crossed(values: np.ndarray, level: float) -> None:
    """The odds of having been below rise with time, and are no less than those of being below."""
    found = crossing(values, 1e8, np.full(values.shape[1], level))
    assert np.all(np.diff(found.crossed.share) >= 0)
    assert np.all(found.crossed.share >= found.below.share)
    assert np.mean(found.first >= 0) == pytest.approx(found.crossed.share[-1])
    for path, first in zip(values, found.first.tolist(), strict=True):
        below = np.flatnonzero(path < level)
        assert first == (below[0] if len(below) else -1)


def test_a_threshold_moves_with_what_it_is_a_share_of() -> None:
    """A line that stands still crosses a threshold that grows."""
    found = crossing(np.full((4, 3), 10.0), 10.0, np.array([9.0, 10.0, 11.0]))
    assert found.below.share.tolist() == [0.0, 0.0, 1.0]
    assert (found.already, found.date_at(50)) == (False, 2)
    assert crossing(np.full((4, 3), 10.0), 8.0, np.array([9.0, 10.0, 11.0])).already


def test_odds_know_what_so_few_paths_leave_uncertain() -> None:
    """A quarter of 100 paths has a standard error of 4.3 points, and none of them has none."""
    happened = np.zeros((100, 2), dtype=bool)
    happened[:25, 0] = True
    found = Odds.of(happened)
    assert found.share.tolist() == [0.25, 0.0]
    assert found.error == pytest.approx([0.0433, 0.0], abs=1e-4)


@pytest.mark.parametrize("threshold", [np.array([1.0]), np.array([np.nan, 1.0])])
def test_a_threshold_that_is_none_is_refused(threshold: np.ndarray) -> None:
    """One number for each month, or nothing."""
    with pytest.raises(ConfigError, match="expected a number for each of 2 months"):
        crossing(np.zeros((3, 2)), 1.0, threshold)


def test_common_draws_leave_the_effect_alone() -> None:
    """Where the noise is common the difference has none; on draws of its own it has twice that of each."""
    noise = np.random.default_rng(1).normal(size=(2, 5000, 1))
    found = variance_ratio(noise[0], noise[0] + 1 + 0.1 * noise[1], noise[1] + 1)
    assert found[0] == pytest.approx(200, rel=0.1)
