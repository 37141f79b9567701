"""Many paths: each is what the engine would have said of it, adds up, and does not depend on the others."""

from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.project import desk, made

from runoff.actions.projections import definition, named
from runoff.core.policy_file import NamedPolicy
from runoff.project import draws
from runoff.project.draws import Draws, Method, Variable
from runoff.project.engine import Projection, forecast
from runoff.project.ensemble import Ensemble, ensemble, followed
from runoff.project.fan import variance_ratio
from runoff.project.scenario import Scenario

AS_OF, LATER = "2024-08-01", "2026-10-01"
HORIZON = 24
VARIABLES = [f.name for f in fields(Draws) if f.name not in {"months", "seed", "method", "first_path"}]


@cache
def calibrated(as_of):
    """How the world had strayed up to a day."""
    known = made.view(as_of)
    return draws.calibrate(replace(known, needs=known.needs | draws.needs(definition())), definition())


@cache
def drawn(as_of, paths=128, hold=frozenset(), policy="announced", seed=1) -> Ensemble:
    """Two years on many paths."""
    central = made.projection(as_of, policy, horizon=HORIZON)
    return ensemble(central, calibrated(as_of), paths=paths, seed=seed, hold=hold)


def given_draws(central: Projection, paths: int = 1, **values: np.ndarray) -> Draws:
    """Draws of these deviations and no others."""
    nil = np.zeros((paths, len(central.months)))
    return Draws(
        months=central.months,
        seed=0,
        method=Method.BOOTSTRAP,
        first_path=0,
        **{name: np.broadcast_to(values.get(name, nil), nil.shape).copy() for name in VARIABLES},
    )


@pytest.mark.parametrize("as_of", ["2022-06-15", AS_OF, LATER])
def test_no_deviation_is_the_projection_itself(as_of: str) -> None:
    """Every line, to the million, and income to the dollar."""
    central = made.projection(as_of, horizon=HORIZON)
    found = followed(central, given_draws(central))
    for line, amounts in central.sheet.lines.items():
        assert found.lines[line].tolist() == amounts.tolist(), line
    assert found.net_income == pytest.approx(central.sheet.net_income, abs=1.0)
    assert found.remitted.tolist() == central.sheet.remitted.tolist()


@pytest.mark.parametrize("points", [-3.0, 1.0])
@pytest.mark.parametrize("as_of", ["2022-06-15", AS_OF, LATER])
def test_a_path_is_what_the_engine_says_of_its_rates(as_of: str, points: float) -> None:
    """A parallel shift, followed as a draw and projected security by security: within 0.3 billion after two years.

    Principal that goes into bills is rolled over in both; eighths of coupons are rounded in one.
    """
    known, scenario = made.view(as_of), named(Scenario, "baseline")
    calendar = named(NamedPolicy, "announced").calendar(desk.calendar(), known.as_of)
    central = made.projection(as_of, horizon=HORIZON)
    exact = forecast(known, definition(), calendar, replace(scenario, shift=points), HORIZON)
    shift = np.where(central.months > known.as_of.date().toordinal(), points, 0.0)
    found = followed(central, given_draws(central, short_rate=shift, ten_year=shift))
    assert abs(exact.sheet.lines["mbs"][0, -1] - central.sheet.lines["mbs"][0, -1]) > 20_000
    for line in ("treasuries", "mbs", "total_assets"):
        assert np.abs(found.lines[line] - exact.sheet.lines[line]).max() <= 1, line
    for line in ("reserves", "on_rrp", "deferred_asset"):
        assert np.abs(found.lines[line] - exact.sheet.lines[line]).max() <= 300, line


def test_every_path_adds_up_in_every_month() -> None:
    """Supplying is absorbing plus reserves; securities are their parts; nothing is held below nil."""
    found = drawn(LATER).lines
    assert np.array_equal(found["supplying"], found["absorbing"] + found["reserves"])
    assert np.array_equal(found["securities"], found["treasuries"] + found["agency_debt"] + found["mbs"])
    assert np.array_equal(found["net_liquidity"], found["total_assets"] - found["tga"] - found["on_rrp"])
    for line in ("treasuries", "mbs", "reserves", "tga", "on_rrp", "currency"):
        assert found[line].min() >= 0, line


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([-1e12, -2e11, 2e11]), st.sampled_from(VARIABLES))
def test_whatever_is_drawn_the_entries_cancel(seed: int, size: float, name: str) -> None:
    """Deviations of any size in any variable: the sheet balances on every path and month."""
    central = made.projection(LATER, horizon=6)
    rng = np.random.default_rng(seed)
    scale = {"short_rate": 2.0, "ten_year": 2.0, "mortgage_spread": 1.0, "currency": 0.05}.get(name, size)
    found = followed(central, given_draws(central, 3, **{name: rng.normal(size=(3, 6)) * scale}))
    assert np.array_equal(found.lines["supplying"], found.lines["absorbing"] + found.lines["reserves"])
    assert min(found.lines[line].min() for line in ("treasuries", "mbs", "reserves", "tga")) >= 0


def test_a_path_does_not_depend_on_the_others() -> None:
    """Paths 100 to 227 alone are, byte for byte, those of a larger ensemble."""
    central = made.projection(AS_OF, horizon=HORIZON)
    whole = ensemble(central, calibrated(AS_OF), paths=700, seed=7)
    part = ensemble(central, calibrated(AS_OF), paths=128, seed=7, first_path=500)
    for line, amounts in part.lines.items():
        assert amounts.tobytes() == whole.lines[line][500:628].tobytes(), line
    assert part.net_income.tobytes() == whole.net_income[500:628].tobytes()


def test_what_is_held_does_not_move() -> None:
    """With the Treasury's account held it is that of the projection, and the rates are those drawn with it free."""
    central = made.projection(AS_OF, horizon=HORIZON)
    held, free = drawn(AS_OF, hold=frozenset({Variable.TGA})), drawn(AS_OF)
    assert np.ptp(held.lines["tga"], axis=0).max() == 0
    assert held.lines["tga"][0].tolist() == central.sheet.lines["tga"][0].tolist()
    assert held.short_rate.tobytes() == free.short_rate.tobytes()
    assert held.lines["mbs"].tobytes() == free.lines["mbs"].tobytes()
    assert held.lines["reserves"].std(axis=0)[-1] < free.lines["reserves"].std(axis=0)[-1]


@pytest.mark.parametrize("line", ["reserves", "net_liquidity"])
@pytest.mark.parametrize(("policy", "months"), [("rmp-25", 24), ("bills-only", 24), ("60-35", 12)])
def test_common_draws_show_a_small_effect(line: str, policy: str, months: int) -> None:
    """Two policies on the same draws differ with less than a tenth of the variance of two on draws of their own."""
    without = frozenset({Variable.POLICY})
    first, second, other = (
        drawn(LATER, 512, without, policy=one, seed=seed).lines[line].astype(float)
        for one, seed in (("announced", 1), (policy, 1), (policy, 2))
    )
    assert variance_ratio(first, second, other)[:months].min() >= 10


@pytest.mark.parametrize(
    ("variable", "lines"),
    [
        ("tga", {"tga": 1, "net_liquidity": -1, "reserves": -1, "total_assets": 0}),
        ("lending", {"loans": 1, "total_assets": 1, "net_liquidity": 1, "reserves": 1}),
        ("other", {"other_absorbing": 1, "reserves": -1, "total_assets": 0}),
        ("policy", {"treasuries": 1, "mbs": 0, "total_assets": 1, "reserves": 1}),
    ],
)
@pytest.mark.parametrize("billions", [100.0, -100.0])
def test_each_variable_moves_the_lines_it_should(variable: str, lines: dict, billions: float) -> None:
    """A hundred billion more of one: its own line by as much; the rest goes to reserves and ON RRP, all of it."""
    central = made.projection(LATER, horizon=3)
    moved = np.array([0.0, billions, 0.0 if variable == "policy" else billions]) * 1e9
    found = followed(central, given_draws(central, **{variable: moved})).lines
    change = {line: (found[line] - central.sheet.lines[line])[0, 1] / 1e3 for line in central.sheet.lines}
    for line, sign in lines.items():
        # ON RRP takes its share of what is left: with it, all is accounted for.
        got = change[line] + (change["on_rrp"] if line in {"reserves", "net_liquidity"} else 0.0)
        expected = -central.opening.loans / 1e3 if line == "loans" and billions < 0 else sign * billions
        assert got == pytest.approx(expected, abs=0.7), line  # a month's interest on a hundred billion
        assert sign * billions * change[line] >= 0


def test_a_higher_take_off_moves_money_out_of_on_rrp() -> None:
    """By as much as it adds to reserves; assets stand."""
    central = made.projection("2023-06-30", horizon=3)
    found = followed(central, given_draws(central, on_rrp=np.full(3, 1e11))).lines
    fall = (central.sheet.lines["on_rrp"] - found["on_rrp"])[0]
    assert np.all(fall > 50_000)
    assert (found["reserves"] - central.sheet.lines["reserves"])[0] == pytest.approx(fall, abs=500)


def test_a_surprise_in_mortgage_securities_lets_go_of_what_repays_alone() -> None:
    """Where nothing is bought they fall by no more than their principal comes to once again."""
    central = made.projection(LATER, horizon=6)
    every = np.full(6, -1e13)
    found = followed(central, given_draws(central, policy=every, policy_mbs=every)).lines
    principal = (central.mortgages.scheduled + central.mortgages.prepaid)[0] / 1e6
    fall = -np.diff(found["mbs"][0] - central.sheet.lines["mbs"][0], prepend=0)
    assert fall == pytest.approx(principal, abs=2)
    assert found["treasuries"].tolist() == central.sheet.lines["treasuries"].tolist()


def test_a_surprise_sells_nothing() -> None:
    """What a surprise lets go of in a month is no more than would have been rolled over or bought in it."""
    central = made.projection(LATER, horizon=6)
    found = followed(central, given_draws(central, policy=np.full(6, -1e13)))
    path, part = central.treasuries, slice(central.first, None)
    rolled = (path.coupons_rolled + path.bills_rolled + path.purchased.sum(axis=0))[part] / 1e6
    fall = -np.diff(found.lines["treasuries"][0] - central.sheet.lines["treasuries"][0], prepend=0)
    assert fall == pytest.approx(rolled, abs=2)


def test_reserves_do_not_fall_below_nil() -> None:
    """A Treasury that drains all there is: what is missing is lent, and paid back when the money returns."""
    central = made.projection(LATER, horizon=4)
    drained = np.array([0.0, 4e12, 4e12, 0.0])
    found = followed(central, given_draws(central, tga=drained)).lines
    usual = central.sheet.lines
    assert found["reserves"][0].tolist()[1:3] == [0, 0]
    assert np.all(found["loans"][0, 1:3] > 500_000)
    assert found["loans"][0, 3] == usual["loans"][0, 3]
    assert found["supplying"].tolist() == (found["absorbing"] + found["reserves"]).tolist()
