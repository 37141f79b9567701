"""Rates month by month: what is known, what is assumed after it, forwards and shifts."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.project import desk, made

from runoff.core.errors import ConfigError
from runoff.project.rates import NEEDS, TENORS, YIELDS, Rates, forwards, observed, shifted

MONTHS = desk.months_from(2026, 1, 6)


def flat(level=4.0, *, slope=0.0, paths=1):
    """Rates that are the same in every month."""
    shape = (paths, len(MONTHS))
    yields = np.broadcast_to(level + slope * np.log1p(np.array(TENORS)), (*shape, len(TENORS))).copy()
    return Rates(
        months=MONTHS,
        reserves=np.full(shape, level - 0.3),
        on_rrp=np.full(shape, level - 0.5),
        mortgage=np.full(shape, level + 2.0),
        yields=yields,
    )


def test_known_months_are_averages_and_later_ones_the_last():
    """May 2023 is the average of its days' yields in force; after the view the last yield stands."""
    view = made.view("2023-06-09")
    found = observed(view, desk.months_from(2023, 4, 6))
    ten = view.series(YIELDS[TENORS.index(10.0)])
    inside = (ten.periods >= date(2023, 5, 1).toordinal()) & (ten.periods <= date(2023, 5, 31).toordinal())
    assert found.tenor(10.0)[0, 1] == pytest.approx(ten.values[inside].mean(), abs=0.03)
    assert found.tenor(10.0)[0, 3:].tolist() == [ten.values[-1]] * 3
    assert found.reserves[0, 3:].tolist() == [view.series("frb:IOR").values[-1]] * 3
    assert NEEDS.series <= view.needs.series


def test_a_mortgage_spread_counts_only_from_the_next_month():
    """Months up to the view are the model's, those after it the ten-year yield and the spread given."""
    view = made.view("2026-09-10")
    months = desk.months_from(2026, 7, 6)
    plain, given_ = observed(view, months), observed(view, months, mortgage_spread=5.0)
    assert np.array_equal(plain.mortgage[0, :3], given_.mortgage[0, :3])
    assert given_.mortgage[0, 3:] == pytest.approx(given_.tenor(10.0)[0, 3:] + 5.0)


def test_nothing_known_later_is_read():
    """What is observed as of a day is the same whether or not later days exist."""
    months = desk.months_from(2023, 1, 12)
    early, late = (observed(made.view(day), months) for day in ("2023-06-02", "2023-12-29"))
    assert early.tenor(2.0)[0, 4] == late.tenor(2.0)[0, 4]
    assert early.tenor(2.0)[0, 8] != late.tenor(2.0)[0, 8]


@given(st.floats(0.5, 8))
def test_the_forwards_of_a_flat_curve_are_the_curve(level):
    """Wherever rates are the same for all terms they stay, but for simple interest; the first curve is unchanged."""
    found = forwards(flat(level), 2)
    assert found.yields == pytest.approx(flat(level).yields, rel=0.03)
    assert np.array_equal(found.yields[:, :3], flat(level).yields[:, :3])


def test_forwards_of_a_rising_curve_rise():
    """Short rates go up, and what policy sets moves with the shortest; nothing falls below nil."""
    found = forwards(flat(1.0, slope=0.5), 1)
    assert np.all(np.diff(found.yields[0, 1:, 0]) >= 0)
    assert found.yields[0, -1, 0] > found.yields[0, 1, 0] + 0.1
    moved = found.yields[0, :, 0] - 1.0 - 0.5 * np.log1p(TENORS[0])
    assert found.reserves[0] == pytest.approx(0.7 + moved)
    falling = forwards(flat(0.4, slope=-0.3), 1)
    assert falling.on_rrp.min() >= 0


@given(st.floats(-6, 6), st.integers(0, 5))
def test_a_shift_moves_every_rate_from_a_month_on_and_none_below_nil(points, since):
    """Rates that are below nil already stay where they are."""
    before, after = flat(2.0, paths=2), shifted(flat(2.0, paths=2), since, points)
    for name in ("reserves", "on_rrp", "mortgage", "yields"):
        old, new = getattr(before, name), getattr(after, name)
        assert np.array_equal(new[:, :since], old[:, :since])
        assert new[:, since:] == pytest.approx(np.maximum(old[:, since:] + points, 0))
    negative = flat(0.1)
    assert shifted(negative, 0, -1.0).on_rrp.tolist() == negative.on_rrp.tolist()


def test_par_yields_between_tenors_and_outside_of_the_months():
    """Linear between tenors; the nearest month for a day outside."""
    found = flat(4.0, slope=1.0)
    two, three = (4 + np.log1p(years) for years in (2, 3))
    assert found.par_yield(date(2026, 3, 20), 2.5) == pytest.approx((two + three) / 2)
    assert [found.month(d) for d in (date(2020, 1, 1), date(2026, 2, 28), date(2030, 1, 1))] == [0, 1, 5]


def test_shapes_that_do_not_fit_are_refused():
    """By name, with what was expected."""
    with pytest.raises(ConfigError, match=r"rates of mortgage: shape .*expected numbers shaped"):
        replace(flat(), mortgage=np.zeros((1, 3)))
    with pytest.raises(ConfigError, match="rates of on_rrp"):
        replace(flat(), on_rrp=np.full((1, 6), np.nan))
