"""Joint draws: what history says of surprises as known at its date, and paths that are the same wherever drawn."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache

import numpy as np
import pytest
from arch.bootstrap import StationaryBootstrap
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from tests.contract.poison import poisoned, rewritten
from tests.project import desk, made
from tests.project.desk import months_from, surveyed

from runoff.actions.projections import definition
from runoff.core.errors import ConfigError, EstimationError, LookaheadError
from runoff.core.policy import PolicyCalendar, State, Step
from runoff.core.time import parse_as_of
from runoff.project.calibration import COLUMNS, Surprises, announced, surprises
from runoff.project.calibration import _as_now as as_now
from runoff.project.calibration import _autoregression as autoregression
from runoff.project.calibration import _standing_for_all as standing_for_all
from runoff.project.draws import Calibration, Draws, Method, Variable, calibrate, draw, needs
from runoff.project.draws import _rows as rows_drawn
from runoff.project.rates import SURVEY

BILLION = 1e9
PLACES = {name: place for place, name in enumerate(COLUMNS)}
MONTHS = months_from(2026, 10, 24)
VARIABLES = (*Variable, "policy_mbs")


@cache
def known(as_of="2026-10-01") -> Calibration:
    """The calibration on the shipped figures as of a day."""
    return calibrate(made.view(as_of), definition())


def made_up(
    *, rows=60, block=4.0, persistence=1.0, buying=None, goes_on=(), start=date(2026, 9, 30), seed=5
) -> Calibration:
    """A calibration of Gaussian months of variance 1, one state of policy unless told."""
    found = np.random.default_rng(seed).normal(size=(rows, len(COLUMNS)))
    found = (found - found.mean(axis=0)) / found.std(axis=0)
    return Calibration(
        as_of=datetime(2026, 10, 1, tzinfo=UTC),
        start=start,
        months=months_from(2021, 10, rows),
        innovations=found,
        seen=np.full(len(COLUMNS), rows),
        persistence=np.array([0.0 if name.startswith("flow") else persistence for name in COLUMNS]),
        buying=np.zeros(rows + 1, dtype=np.bool_) if buying is None else np.asarray(buying),
        goes_on=np.isin(np.arange(rows), goes_on),
        block=block,
        inputs=("0" * 64,),
    )


def bytes_of(found: Draws, *, but=frozenset()):
    """All deviations as bytes, but for some."""
    return {name: getattr(found, name).tobytes() for name in VARIABLES if name not in but}


# --- calibration ------------------------------------------------------------------------------------------------------


def test_a_calibration_has_one_row_for_each_month_that_is_over():
    """From October 2011 to the month of the last sheet where that is of its last day; columns have no mean."""
    found = known()
    first, last = (date.fromordinal(int(found.months[place])) for place in (0, -1))
    assert (first, last, found.start) == (date(2011, 10, 1), date(2026, 9, 1), date(2026, 9, 30))
    assert date.fromordinal(int(known("2024-06-10").months[-1])) == date(2024, 5, 1)
    assert found.innovations.shape == (180, len(COLUMNS))
    assert found.buying.shape == (181,)
    sizes = np.abs(found.innovations).mean(axis=0)
    assert np.all(np.abs(found.innovations.mean(axis=0)) <= 1e-12 * sizes)


def test_what_the_sample_does_not_have_is_held_and_said():
    """The mortgage survey does not ship: its spread is held. Yields end earlier than the sheets: nil there."""
    found = known()
    assert found.held == {Variable.MORTGAGE_SPREAD}
    assert not np.any(draw(found, MONTHS, 5, seed=1).mortgage_spread)
    unseen = found.innovations[found.seen[PLACES["ten_year"]] :, PLACES["ten_year"]]
    assert not np.any(unseen)


def test_the_survey_where_it_is_known_gives_a_spread(shared_data):
    """With the survey the spread is drawn; its changes have a deviation of a tenth to a fifth of a point."""
    history = made.view("2022-04-01").history
    history = replace(history, columns={**history.columns, SURVEY: surveyed(shared_data)})
    found = calibrate(history.at(parse_as_of("2022-04-01")), definition())
    assert not found.held
    assert found.seen[PLACES["mortgage_spread"]] == len(found.months)
    assert 0.05 < found.innovations[:, PLACES["mortgage_spread"]].std() < 0.2


@pytest.mark.parametrize("as_of", ["2019-09-17T16:00:00-04:00", "2020-03-15T16:59:00-04:00", "2024-05-01"])
def test_a_poisoned_future_changes_no_byte(as_of):
    """What became known later does not move a calibration; what is known of policy does."""
    moment = parse_as_of(as_of)
    history = made.view(as_of).history
    clean = calibrate(history.at(moment), definition())
    assert calibrate(poisoned(history, moment).at(moment), definition()).digest == clean.digest
    told = rewritten(history.policies["fed"], parse_as_of("2017-01-01"))
    assert calibrate(replace(history, policies={"fed": told}).at(moment), definition()).digest != clean.digest


def test_it_reads_what_it_declared():
    """Its needs suffice."""
    view = made.view("2022-04-01")
    assert calibrate(view.narrow(needs(definition())), definition()).digest == known("2022-04-01").digest
    with pytest.raises(LookaheadError, match="declare"):
        calibrate(view.narrow(replace(needs(definition()), policy=frozenset())), definition())


def test_too_short_a_sample_is_refused():
    """In 2015 four years were over: a sample without a turn of policy."""
    with pytest.raises(EstimationError, match="use a later date"):
        known("2015-09-01")


def test_another_input_is_another_digest():
    """The digest of a calibration is that of its numbers and of the files behind them."""
    found = known()
    assert replace(found, inputs=("1" * 64,)).digest != found.digest
    moved = found.innovations.copy()
    moved[3, 3] = np.nextafter(moved[3, 3], 1)
    assert replace(found, innovations=moved).digest != found.digest
    assert known("2026-09-30").digest != found.digest


def test_a_programme_without_amounts_is_drawn_whole():
    """What it bought at once and what it then bought less: no block begins or ends within the months of 2020."""
    found = known()
    months = [date.fromordinal(int(day)).isoformat()[:7] for day in found.months]
    whole = [month for month, on in zip(months, found.goes_on.tolist(), strict=True) if on]
    assert whole == ["2020-03", "2020-04", "2020-05"]
    rows = rows_drawn(made_up(goes_on=(20, 21, 22), block=2.0), 40, 500, 3, 0)
    after = {20: 21, 21: 22, 22: 23}
    for row, following in after.items():
        places = np.argwhere(rows[:-1] == row)
        assert len(places) > 100
        assert {int(rows[month + 1, path]) for month, path in places} == {following}
    assert np.sum(rows == 20) * 0.8 < np.sum(rows == 22) <= np.sum(rows == 20)


def test_the_treasurys_account_returns_and_rates_do_not():
    """The account and other balances keep a share of a deviation, rates and currency all of it, a flow nothing."""
    kept = dict(zip(COLUMNS, known().persistence.tolist(), strict=True))
    assert kept["short_rate"] == kept["ten_year"] == kept["currency"] == 1.0
    assert 0.7 < kept["on_rrp"] < 1
    assert 0.9 < kept["tga"] < 1
    assert 0.5 < kept["other"] < 0.95
    assert 0.5 < kept["pace_treasuries"] < 0.95
    assert kept["flow_treasuries"] == kept["flow_mbs"] == 0.0


def test_a_column_seen_in_a_part_of_the_months_has_the_variance_of_that_part():
    """Nil elsewhere, and larger where it was seen; a column seen for less than two years is held."""
    table = np.random.default_rng(1).normal(2.0, 3.0, size=(100, 3))
    table[:50, 1] = np.nan
    table[:80, 2] = np.nan
    found, seen = standing_for_all(table)
    assert seen.tolist() == [100, 50, 0]
    assert found[:, 0].std() == pytest.approx(table[:, 0].std())
    assert found[:, 1].std() == pytest.approx(np.nanstd(table[:, 1]))
    assert not np.any(found[:50, 1])
    assert not np.any(found[:, 2])


def test_an_autoregression_gives_its_coefficient_and_its_shocks():
    """Of 5,000 months with 0.8 left of each: the coefficient to 0.02, the shocks to their correlation."""
    shocks = np.random.default_rng(2).normal(size=5000)
    levels = np.zeros(5000)
    for month in range(1, 5000):
        levels[month] = 0.8 * levels[month - 1] + shocks[month]
    found, left = autoregression(levels + 100)
    assert left == pytest.approx(0.8, abs=0.02)
    assert np.isnan(found[0])
    assert np.corrcoef(found[1:], shocks[1:])[0, 1] > 0.999
    assert autoregression(np.ones(10))[1] == 0.0


def test_currency_has_no_season():
    """Each calendar month's average is taken out: Christmas is no surprise."""
    found = known()
    currency = found.innovations[:, PLACES["currency"]]
    places = np.array([date.fromordinal(int(day)).month for day in found.months])
    means = [currency[places == place].mean() for place in range(1, 13)]
    assert np.abs(means).max() < 1e-6


def test_errors_are_of_the_size_of_the_kind_that_holds_today():
    """Where nothing settles now errors of settlement count as small ones; half a year of a kind is needed to say so."""
    size = np.where(np.arange(40) < 30, 10.0, 1.0)
    errors = np.where(np.arange(40) % 2, 1.0, -1.0) * size
    quiet = as_now(errors, np.arange(40) < 30)
    np.testing.assert_allclose(np.abs(quiet), 1.0)
    np.testing.assert_array_equal(as_now(errors, np.arange(40) < 36), errors)
    np.testing.assert_allclose(np.abs(as_now(errors, np.arange(40) >= 30)), 1.0)


def test_settlement_is_no_surprise_once_nothing_settles():
    """Mortgage securities bought in April 2015 came late by 13 billion: 10 or more in 2022, under 5 in 2026."""

    def late(as_of):
        found = known(as_of)
        months = [date.fromordinal(int(day)).isoformat()[:7] for day in found.months]
        return found.innovations[months.index("2015-04"), PLACES["flow_mbs"]] / BILLION

    assert late("2022-04-01") < -10
    assert -5 < late("2026-10-01") < 0


def test_the_error_of_a_plan_is_a_share_of_holdings():
    """Under the cap of 60 billion March and May of 2023 missed it by shares that count on the holdings of today."""
    found, published = known(), made.published("frb:WSHOTSL")
    months = [date.fromordinal(int(day)).isoformat()[:7] for day in found.months]
    flow = dict(zip(months, found.innovations[:, PLACES["flow_treasuries"]] / BILLION, strict=True))
    ends = [date(2023, 3, 1), date(2023, 4, 5), date(2023, 5, 3), date(2023, 5, 31)]
    march, april, may, june = (published[day] / 1e3 for day in ends)
    today = published[date(2026, 9, 30)] / 1e3
    expected = ((april - march + 60) / march - (june - may + 60) / may) * today
    assert flow["2023-03"] - flow["2023-05"] == pytest.approx(expected)


# --- surprises of policy ----------------------------------------------------------------------------------------------


def step(known_at, effective, security, kind, amount, *, state=State.RUN_OFF, above=None) -> Step:
    """A step of a made-up policy, billions a month."""
    return Step(
        bank="fed",
        known_at=parse_as_of(known_at),
        effective=date.fromisoformat(effective),
        programme="made up",
        state=state,
        security=security,
        amount_kind=kind,
        amount=amount,
        currency="USD",
        per="month" if amount else "",
        until=None,
        verified=True,
        note="",
        source="",
        above=above,
    )


def surprised(steps, changes, *, principal=20 * BILLION, first=(2030, 1)) -> Surprises:
    """Surprises of made-up months; changes of Treasuries and mortgage securities in billions."""
    table = np.asarray(changes, dtype=float).T * BILLION
    months = months_from(*first, len(changes))
    return surprises(PolicyCalendar(tuple(steps)), months, table, np.full(len(changes), principal))


def test_an_announcement_moves_the_pace_of_the_year_after_it():
    """A cap of 10 halved in March from April on: 5 more a month from then, and nothing in March itself."""
    steps = [
        step("2029-06-01", "2029-07-01", "treasuries", "cap", 10.0),
        step("2030-03-15", "2030-04-01", "treasuries", "cap", 5.0, state=State.SLOWED_RUN_OFF),
    ]
    found = surprised(steps, [(-10, 0), (-10, 0), (-10, 0), (-4, 0), (-5, 0)])
    np.testing.assert_allclose(found.pace[0] / BILLION, [0, 0, 5, 0, 0])
    np.testing.assert_allclose(found.once[0], 0)
    np.testing.assert_allclose(found.error[0] / BILLION, [0, 0, 0, 1, 0])


def test_surprises_add_up_to_what_came_less_what_was_announced():
    """For a pace that stays: paces of earlier months, what came at once and errors give the whole difference."""
    steps = [
        step("2029-06-01", "2029-07-01", "treasuries", "cap", 10.0),
        step("2030-02-15", "2030-02-20", "bills", "purchase", 30.0, state=State.RESERVE_MANAGEMENT),
        step("2030-04-10", "2030-05-01", "treasuries", "cap", 0.0),
    ]
    changes = [(-10, 1), (-1, 2), (21, 3), (19, -1), (30, 0), (31, 1)]
    found = surprised(steps, changes)
    months = months_from(2030, 1, len(changes))
    expected = announced(
        PolicyCalendar(tuple(steps)), date(2029, 12, 31), months, np.full(len(changes), 20 * BILLION)
    )
    missed = np.cumsum(np.asarray(changes).T * BILLION - expected, axis=1)
    carried = np.concatenate([np.zeros((2, 1)), np.cumsum(found.pace, axis=1)[:, :-1]], axis=1)
    np.testing.assert_allclose(np.cumsum(carried + found.once + found.error, axis=1), missed, atol=1.0)


def test_principal_above_a_cap_stays_or_goes_where_the_step_says():
    """Of 20 billion principal under a cap of 15, 5 go into Treasuries; under a mix cap of 12, 12; into bills, all."""
    for kind, amount, above, treasuries, agency in (
        ("cap", 15.0, "treasuries", 5.0, -20.0),
        ("cap", 15.0, "agency_mbs", 0.0, -15.0),
        ("cap", 15.0, None, 0.0, -15.0),
        ("cap", 35.0, "treasuries", 0.0, -20.0),
        ("mix_cap", 12.0, "agency_mbs", 12.0, -12.0),
        ("into_bills", None, None, 20.0, -20.0),
        ("purchase", 40.0, None, 0.0, 40.0),
    ):
        calendar = PolicyCalendar(
            (step("2029-06-01", "2029-07-01", "agency_mbs", kind, amount, above=above),)
        )
        found = announced(calendar, date(2029, 12, 31), months_from(2030, 1, 1), np.array([20 * BILLION]))
        np.testing.assert_allclose(
            found[:, 0] / BILLION, [treasuries, agency], err_msg=f"{kind} {amount} {above}"
        )


def test_a_programme_without_amounts_is_known_by_watching_it():
    """In the month of its announcement all that was bought is new, a month later only what is bought beyond that."""
    steps = [step("2030-02-20", "2030-02-21", None, None, None, state=State.QE)]
    found = surprised(steps, [(0, 0), (70, 5), (100, 5), (90, 5)])
    np.testing.assert_allclose(found.pace[0] / BILLION, [0, 70, 30, -10])
    np.testing.assert_allclose(found.once[0] / BILLION, [0, 70, 30, -10])
    np.testing.assert_allclose(found.error, 0, atol=1e-3)
    assert found.buying.tolist() == [False, True, True, True]


def test_published_turns_of_policy_are_surprises_of_their_size():
    """Slower run-off by 35 billion a month in May 2024 and by 20 in March 2025, in GDP of September 2026."""
    found = known()
    months = [date.fromordinal(int(day)).isoformat()[:7] for day in found.months]
    pace = found.innovations[:, PLACES["pace_treasuries"]] / BILLION
    assert 35 < pace[months.index("2024-05")] < 40
    assert 20 < pace[months.index("2025-03")] < 23
    quiet = [pace[months.index(month)] for month in ("2023-03", "2023-09", "2024-09", "2025-06")]
    np.testing.assert_allclose(quiet, 0, atol=0.5)  # but for the mean that is taken out


# --- draws ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", Method)
@given(
    first=st.integers(0, 150), paths=st.integers(1, 140), months=st.integers(1, 24), seed=st.integers(0, 99)
)
@settings(max_examples=15)
def test_a_path_is_the_same_in_whichever_chunk_and_however_far(method, first, paths, months, seed):
    """Paths cut out of the whole, and months cut off, are those of the whole, byte for byte."""
    calibration = made_up(buying=np.arange(61) % 7 == 0)
    whole = draw(calibration, MONTHS, first + paths, seed=seed, method=method)
    part = draw(calibration, MONTHS[:months], paths, seed=seed, method=method, first_path=first)
    assert (part.paths, part.first_path) == (paths, first)
    for name in VARIABLES:
        expected = np.ascontiguousarray(getattr(whole, name)[first:, :months])
        assert getattr(part, name).tobytes() == expected.tobytes(), name


def test_two_halves_are_the_whole_and_another_seed_is_another_draw():
    """On the shipped figures: paths 0 to 99 and 100 to 199 are paths 0 to 199."""
    whole = draw(known(), MONTHS, 200, seed=7)
    halves = [draw(known(), MONTHS, 100, seed=7, first_path=first) for first in (0, 100)]
    for name in VARIABLES:
        joined = np.concatenate([getattr(half, name) for half in halves])
        assert joined.tobytes() == getattr(whole, name).tobytes()
    assert bytes_of(draw(known(), MONTHS, 200, seed=8)) != bytes_of(whole)


def test_the_same_seed_gives_the_same_bytes_on_every_machine():
    """A draw is sums of the sample's numbers in one order: its bytes are pinned."""
    rows = np.arange(60 * len(COLUMNS), dtype=float).reshape(60, len(COLUMNS)) % 37 - 18
    found = draw(replace(made_up(), innovations=rows), MONTHS, 70, seed=3)
    digest = hashlib.sha256(b"".join(bytes_of(found).values())).hexdigest()[:12]
    assert digest == "53b5abd6e9ea"


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("held", Variable)
def test_holding_a_variable_leaves_the_others_as_they_were(held, method):
    """Common random numbers: what is held is nil, and no other byte moves."""
    calibration = made_up()
    free = draw(calibration, MONTHS, 30, seed=2, method=method)
    found = draw(calibration, MONTHS, 30, seed=2, method=method, hold=frozenset({held}))
    mine = {held, "policy_mbs"} if held is Variable.POLICY else {held}
    assert not any(np.any(getattr(found, name)) for name in mine)
    assert bytes_of(found, but=mine) == bytes_of(free, but=mine)


def test_a_given_path_replaces_one_variable_on_every_path():
    """The rest stays; a path of another length is refused; of policy a given path is Treasuries."""
    drawn = draw(made_up(), MONTHS, 30, seed=2)
    given_path = np.linspace(0, 1, len(MONTHS))
    found = drawn.with_path(Variable.TEN_YEAR, given_path)
    np.testing.assert_array_equal(found.of(Variable.TEN_YEAR), np.tile(given_path, (30, 1)))
    assert bytes_of(found, but={"ten_year"}) == bytes_of(drawn, but={"ten_year"})
    assert not np.any(drawn.with_path(Variable.POLICY, given_path).policy_mbs)
    with pytest.raises(ConfigError, match="one number for each of 24 months"):
        drawn.with_path(Variable.TGA, given_path[1:])


@pytest.mark.parametrize(("paths", "months", "seed"), [(0, 24, 1), (1, 0, 1), (1, 24, -1)])
def test_numbers_that_mean_nothing_are_refused(paths, months, seed):
    """No path, no month, a seed below nil."""
    with pytest.raises(ConfigError, match="expected one path and one month"):
        draw(made_up(), MONTHS[:months], paths, seed=seed)


# --- the walk through the sample --------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", [1.0, 3.0, 8.0])
def test_in_one_state_of_policy_it_is_the_stationary_bootstrap_of_arch(block):
    """Lengths of blocks and places of all rows have the distribution of another program's index draws.

    There the sample is a circle: here a block ends at its end, so that runs of the made-up sample are compared within.
    """
    rows, months, paths = 400, 50, 400
    ours = rows_drawn(made_up(rows=rows, block=block), months, paths, 1, 0)
    other = StationaryBootstrap(block, np.arange(rows), seed=2)
    theirs = np.stack([other.update_indices()[:months] for _ in range(paths)], axis=1)
    going_on = [(np.diff(found, axis=0) == 1).mean() for found in (ours, theirs)]
    assert going_on[0] == pytest.approx(1 - 1 / block, abs=0.02)
    assert going_on[1] == pytest.approx(1 - 1 / block, abs=0.02)
    assert stats.ks_2samp(ours[0], theirs[0]).pvalue > 0.01
    assert stats.kstest(ours[0] / rows, "uniform").pvalue > 0.01
    lengths = [runs(found) for found in (ours, theirs)]
    assert np.mean(lengths[0]) == pytest.approx(np.mean(lengths[1]), rel=0.05)


def runs(rows):
    """Lengths of unbroken runs of consecutive rows, over all paths."""
    return np.concatenate([np.diff(np.flatnonzero(np.r_[True, np.diff(path) != 1, True])) for path in rows.T])


def test_a_block_begins_in_a_month_that_began_as_the_last_one_ended():
    """Large purchases are not tapered that never began: every step keeps the state of policy, the first that of now."""
    buying = np.zeros(61, dtype=np.bool_)
    buying[20:35] = True
    found = rows_drawn(made_up(buying=buying, block=3.0), 60, 200, 4, 0)
    assert not np.any(buying[found[0]])
    np.testing.assert_array_equal(buying[found[1:]], buying[found[:-1] + 1])
    assert np.any(buying[found])
    under_way = rows_drawn(made_up(buying=np.r_[buying[:-1], True], block=3.0), 60, 200, 4, 0)
    assert np.all(buying[under_way[0]])


def test_a_state_that_the_sample_never_saw_draws_from_all_of_it():
    """Where large purchases begin for the first time, nothing is known of them: any month may come."""
    found = rows_drawn(made_up(buying=np.r_[np.zeros(60, dtype=np.bool_), True]), 1, 2000, 4, 0)
    assert set(found[0].tolist()) == set(range(60))


# --- moments ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", Method)
def test_deviations_of_independent_months_grow_with_the_root_of_time(method):
    """No mean, and a variance of one for each month of a random walk, on a sample of variance one."""
    found = draw(made_up(rows=300, block=1.0), MONTHS, 6000, seed=1, method=method)
    for variable in (Variable.SHORT_RATE, Variable.TGA, Variable.CURRENCY):
        values = found.of(variable)
        expected = np.sqrt(np.arange(1, 25))
        assert np.all(np.abs(values.mean(axis=0)) < 4 * expected / np.sqrt(6000) + 0.02 * expected)
        np.testing.assert_allclose(values.std(axis=0), expected, rtol=0.12)


def test_what_does_not_stay_has_a_bound():
    """With half of a deviation left each month its variance goes to 1 / (1 - 1/4)."""
    found = draw(made_up(rows=300, block=1.0, persistence=0.5), MONTHS, 6000, seed=1)
    assert found.tga[:, -1].std() == pytest.approx(np.sqrt(4 / 3), rel=0.05)


@pytest.mark.parametrize("method", Method)
def test_what_came_together_comes_together(method):
    """Correlations of the first month are those of the sample, as rows stay whole; a parametric draw shrinks them."""
    calibration = made_up(rows=300, block=1.0)
    rows = calibration.innovations.copy()
    rows[:, PLACES["tga"]] = 0.8 * rows[:, PLACES["short_rate"]] + 0.6 * rows[:, PLACES["tga"]]
    found = draw(replace(calibration, innovations=rows), MONTHS, 6000, seed=1, method=method)
    sample = np.corrcoef(rows[:, PLACES["short_rate"]], rows[:, PLACES["tga"]])[0, 1]
    drawn = np.corrcoef(found.short_rate[:, 0], found.tga[:, 0])[0, 1]
    assert sample * (0.95 if method is Method.BOOTSTRAP else 0.6) < drawn < sample + 0.02


def test_a_pace_is_followed_from_the_month_after_and_mortgage_securities_are_a_part():
    """A month's flow comes at once, an announced pace a month later, what is left of it a month after that."""
    rows = np.zeros((60, len(COLUMNS)))
    rows[:, PLACES["pace_mbs"]], rows[:, PLACES["flow_treasuries"]] = 2.0, 10.0
    found = draw(replace(made_up(persistence=0.5), innovations=rows), MONTHS, 1, seed=1)
    np.testing.assert_allclose(found.policy_mbs[0, :4], [0.0, 2.0, 3.0, 3.5])
    np.testing.assert_allclose((found.policy - found.policy_mbs)[0], 10.0)


def test_a_part_of_a_month_has_a_part_of_its_variance():
    """With the last sheet of the 21st a third of September's 30 days is left... and its variance with it."""
    rest = draw(made_up(start=date(2026, 9, 20)), months_from(2026, 9, 3), 50, seed=1)
    whole = draw(made_up(start=date(2026, 8, 31)), months_from(2026, 9, 3), 50, seed=1)
    np.testing.assert_allclose(rest.tga[:, 0], whole.tga[:, 0] * np.sqrt(1 / 3))
    np.testing.assert_allclose(np.diff(rest.tga, axis=1), np.diff(whole.tga, axis=1))


def test_draws_of_another_shape_are_refused():
    """Every array is paths by months."""
    found = draw(made_up(), MONTHS, 3, seed=1)
    with pytest.raises(ConfigError, match="paths by months"):
        replace(found, tga=found.tga[:, 1:])


def test_policy_before_the_rise_of_2022_does_not_see_the_run_off():
    """As of April 2022 nothing was under way, and a year of surprises spreads over hundreds of billions."""
    calibration = known("2022-04-01")
    assert not calibration.buying[-1]
    found = draw(calibration, desk.months_from(2022, 4, 12), 4000, seed=1).policy.sum(axis=1) / BILLION
    low, high = np.percentile(found, [10, 90])
    assert -300 < low < -50
    assert 300 < high < 1500
