"""The record of past forecasts: what it holds, what could be known of it when, and what is said of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.project import made

from runoff.actions.workspace import words_in
from runoff.core.errors import EstimationError
from runoff.core.time import parse_as_of
from runoff.impact import skill
from runoff.impact.skill import FORESEEN, LEVELS, LINES, WALK, WEEKS, Forecast, skill_notes

EN = words_in("en")
NOW = parse_as_of("2026-10-01")


def forecasts(errors, walk_errors, *, line="reserves", weeks=13, width=10) -> tuple[Forecast, ...]:
    """Forecasts a month apart of which ours and the walk miss by given amounts, bands so many millions to a side."""
    rows = []
    for place, (error, walk_error) in enumerate(zip(errors, walk_errors, strict=True)):
        origin = date(2010 + place // 12, place % 12 + 1, 1)
        target = origin + timedelta(weeks=weeks)
        rows.append(
            Forecast(
                origin=origin,
                line=line,
                weeks=weeks,
                start=origin,
                target=target,
                known_at=datetime(target.year, target.month, target.day, 22, tzinfo=UTC),
                model=1000 - error,
                walk=1000 - walk_error,
                drift=900,
                drift_year=1300,
                **{f"p{level}": 1000 - error + round(width * (level - 50) / 30) for level in LEVELS},
                outcome=1000,
            )
        )
    return tuple(rows)


# --- the record that ships --------------------------------------------------------------------------------------------


def test_the_record_has_every_month_line_and_horizon() -> None:
    """From April 2022; three outcomes of early origins, of the latest only those that have come."""
    rows = skill.record()
    months = sorted({row.origin for row in rows})
    assert months[0] == date(2022, 4, 1)
    assert all(day.day == 1 for day in months)
    assert len(months) == (months[-1].year - 2022) * 12 + months[-1].month - 3
    for group in skill.by_line(rows):
        origins = [row.origin for row in group]
        assert origins == months[: len(group)]
    assert [(group[0].line, group[0].weeks) for group in skill.by_line(rows)] == [
        (line, weeks) for line in LINES for weeks in WEEKS
    ]


def test_outcomes_of_the_record_are_the_published_ones() -> None:
    """Of the Wednesday so many weeks after the last one known at the origin, which is at most eight days before it."""
    lines = {
        "treasuries": "frb:WSHOTSL",
        "mbs": "frb:WSHOMCB",
        "reserves": "frb:WRBWFRBL",
        "securities": "frb:WSHOSHO",
    }
    known = {line: made.published(series) for line, series in lines.items()}
    for row in skill.record():
        assert row.target == row.start + timedelta(weeks=row.weeks)
        assert timedelta(1) <= row.origin - row.start <= timedelta(9)
        assert row.known_at.date() > row.target
        if row.line in lines:
            assert abs(row.outcome - known[row.line][row.target]) <= 1
            assert abs(row.walk - known[row.line][row.start]) <= 1


def test_lines_of_the_record_agree() -> None:
    """Securities are Treasuries, MBS and 2.3 billion of agency debt; quantiles ascend."""
    rows = {(row.origin, row.weeks, row.line): row for row in skill.record()}
    for (origin, weeks, line), row in rows.items():
        values = [getattr(row, f"p{level}") for level in LEVELS]
        assert values == sorted(values)
        if line == "securities":
            parts = [rows[origin, weeks, part] for part in ("treasuries", "mbs")]
            for name in ("model", "walk", "outcome"):
                rest = getattr(row, name) - sum(getattr(part, name) for part in parts)
                assert 1900 < rest < 2700


def test_securities_beat_both_naive_forecasts() -> None:
    """At every horizon, and so do Treasuries and mortgage securities alone."""
    found = {(one.line, one.weeks): one for one in skill.scores(skill.record())}
    for line in ("treasuries", "mbs", "securities"):
        for weeks in WEEKS:
            assert all(against.beats for against in found[line, weeks].against.values()), (line, weeks)


# --- what could be known ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_of", ["2022-06-30", "2023-12-31", "2025-01-15", "2026-10-01"])
def test_no_outcome_speaks_before_it_is_known(as_of: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all that came out later is made nonsense, every sentence stays as it was."""
    moment = parse_as_of(as_of)
    before = [skill_notes(moment, (line,), EN) for line in LINES]
    poisoned = tuple(
        row if row.known_at <= moment else replace(row, outcome=-1, model=10**9, walk=-(10**9))
        for row in skill.record()
    )
    monkeypatch.setattr(skill, "record", lambda: poisoned)
    assert [skill_notes(moment, (line,), EN) for line in LINES] == before


def test_an_outcome_counts_from_its_release_on() -> None:
    """The H.4.1 of Wednesday 2023-03-29 came out on Thursday at 16:30 New York."""
    row = next(row for row in skill.record() if row.target == date(2023, 3, 29) and row.line == "reserves")
    assert row.known_at == parse_as_of("2023-03-30T16:30:00-04:00")
    assert row not in skill.known(parse_as_of("2023-03-30T16:29:59-04:00"))
    assert row in skill.known(parse_as_of("2023-03-30T16:30:00-04:00"))


def test_too_few_outcomes_are_not_scored() -> None:
    """Until a dozen have come out there is no verdict; the record knows nothing of 2021."""
    for as_of in ("2021-01-01", "2022-12-31"):
        assert skill_notes(parse_as_of(as_of), ("reserves",), EN) == (
            "Past forecasts of reserves: too few outcomes to score.",
        )
    with pytest.raises(EstimationError, match="11 outcomes; expected 12"):
        skill.score(forecasts([1] * 11, [2] * 11))


# --- what is said -----------------------------------------------------------------------------------------------------


def test_a_forecast_that_does_not_beat_the_walk_says_so() -> None:
    """Better or worse, clearly or not: four sentences, and the numbers in them."""
    noise = np.random.default_rng(1).integers(-3, 4, size=40)
    cases = {
        "have beaten a random walk: they were off by $5mn on average, it by $50mn (p < 0.01)": (
            5 + noise,
            50 - noise,
        ),
        "better, but not significantly": (20 + 5 * noise, 21 - 5 * noise),
        "have not beaten a random walk, which was significantly better": (50 + noise, 5 - noise),
        "have not beaten a random walk: they were off by": (21 + 5 * noise, 20 - 5 * noise),
    }
    for told, (ours, walk) in cases.items():
        rows = forecasts(np.abs(ours).tolist(), np.abs(walk).tolist())
        (said,) = skill.told(rows, ("reserves",), EN)
        assert told in said
        assert said.startswith("40 past forecasts of reserves 13 weeks ahead (14 of them without overlap)")


def test_the_longest_horizon_with_enough_outcomes_is_told() -> None:
    """A dozen of 26 weeks go before forty of 13; eleven do not."""
    short = forecasts([5] * 40, list(range(40)))
    for count, weeks in ((12, 26), (11, 13)):
        rows = (*short, *forecasts([5] * count, list(range(count)), weeks=26))
        assert f" {weeks} weeks ahead" in skill.told(rows, ("reserves",), EN)[0]


def test_two_sentences_at_most() -> None:
    """One a line up to two; of all lines one for those that have beaten the walk and one for those that have not."""
    assert len(skill_notes(NOW, ("securities", "reserves"), EN)) == 2
    assert skill_notes(NOW, ("currency",), EN) == ()
    assert 1 <= len(skill_notes(NOW, (*LINES, "currency", "tga"), EN)) <= 2
    good, bad = forecasts([1] * 20, list(range(20)), line="mbs"), forecasts(list(range(20)), [1] * 20)
    rows = (*good, *bad, *forecasts([1] * 20, list(range(20)), line="securities"))
    better, worse = skill.told(rows, LINES, EN)
    assert "have beaten a random walk for MBS and securities" in better
    assert "have not beaten a random walk for reserves" in worse


# --- scores -----------------------------------------------------------------------------------------------------------


def test_scores_are_means_of_errors_and_shares_of_bands() -> None:
    """Written out for errors of 5 and 15 in turn about bands of 10 to a side at 80 percent: half are inside."""
    found = skill.score(forecasts([5, -15] * 10, [20] * 20, width=30 / 4 + 0.01))
    assert (found.mae, found.bias, found.count, found.independent) == (10.0, -5.0, 20, 7)
    assert found.coverage[80] == 0.5
    assert (
        found.against[WALK].theirs,
        found.against["drift"].theirs,
        found.against["drift_year"].theirs,
    ) == (20, 100, 300)


def test_tests_are_adjusted_for_their_number() -> None:
    """Eighteen tests on the record: no adjusted p is below the raw one, the smallest is eighteen times it."""
    found = skill.scores(skill.record())
    assert len(found) == len(LINES) * len(WEEKS)
    raw = [one.against[WALK].p for one in found]
    adjusted = [one.adjusted[WALK] for one in found]
    assert all(a >= r for a, r in zip(adjusted, raw, strict=True))
    assert min(adjusted) == pytest.approx(min(1.0, 18 * min(raw)))


def test_foresight_takes_the_error_of_securities_out() -> None:
    """Where securities explain all of a line's error, knowing them leaves none."""
    errors, walk = list(range(1, 21)), list(range(30, 50))
    rows = (*forecasts(errors, walk), *forecasts(errors, walk, line="securities"))
    (found,) = skill.foresight(rows)
    assert (found.line, found.model.ours, found.walk.ours) == ("reserves", 0.0, 0.0)
    assert found.walk.theirs == np.mean(walk)
    assert {one.line for one in skill.foresight(skill.record())} == set(FORESEEN)


def test_even_foresight_of_securities_does_not_beat_the_walk_on_reserves() -> None:
    """Not significantly at any horizon: what else moves is larger."""
    for one in skill.foresight(skill.record()):
        if one.line == "reserves":
            assert one.model.p > 0.05
            assert one.walk.ours > one.walk.theirs


# --- on paper ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(-(10**7), 10**7), st.integers(-(10**7), 10**7)), max_size=5))
def test_what_is_written_is_read_again(errors: list[tuple[int, int]]) -> None:
    """Every field, days and moments among them."""
    rows = forecasts([a for a, _ in errors], [b for _, b in errors])
    assert skill.read(skill.written(rows)) == rows


def test_a_record_of_other_columns_is_refused() -> None:
    """The message names both."""
    with pytest.raises(EstimationError, match=r"columns \['a', 'b'\]; expected \['origin'"):
        skill.read("a,b\n1,2\n")
