"""The scorecard: forecasts as they would have been made, held against what came."""

import importlib.util
import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.project import made

from runoff.actions import past_forecasts
from runoff.actions.past_forecasts import computed, forecasts_at, needs, origins_of, world
from runoff.actions.projections import definition
from runoff.actions.scorecard import plots, scorecard
from runoff.actions.workspace import Workspace, words_in
from runoff.core.errors import ConfigError, EstimationError, Unavailable
from runoff.core.time import parse_as_of
from runoff.executors.threads import Threads
from runoff.impact import skill
from runoff.impact.skill import LINES, WEEKS
from runoff.render.rows import json_bytes

EN, ZH = words_in("en"), words_in("zh")
ORIGIN = date(2023, 7, 1)
ROOT = Path(__file__).resolve().parents[2]


def known(as_of: str = "2026-10-01"):
    """What was known of all that a scorecard reads."""
    found = made.view(as_of)
    return replace(found.history, needs=found.history.needs | needs(definition())).at(found.as_of)


@pytest.fixture(scope="module")
def shared():
    """What all origins share, as known in October 2026; so few paths that it takes a second."""
    return world(known(), paths=64)


@pytest.fixture(scope="module")
def at_origin(shared):
    """The forecasts of one origin."""
    return forecasts_at(shared, ORIGIN)


# --- forecasts --------------------------------------------------------------------------------------------------------


def test_the_published_sheet_is_that_of_the_release(shared) -> None:
    """On common Wednesdays to the million, total assets where they ship and where they follow from the supply."""
    series = {
        "treasuries": "frb:WSHOTSL",
        "securities": "frb:WSHOSHO",
        "reserves": "frb:WRBWFRBL",
        "total_assets": "frb:WALCL",
    }
    for line, name in series.items():
        release = made.published(name)
        for place, day in enumerate(shared.outcomes.days[-300:].tolist()):
            value = shared.outcomes.lines[line][len(shared.outcomes.days) - 300 + place]
            assert abs(value - release.get(date.fromordinal(day), value)) <= 1
    assert max(made.published("frb:WALCL")) < date.fromordinal(int(shared.outcomes.days[-1]))
    assert 6e6 < shared.outcomes.lines["total_assets"][-1] < 8e6


def test_a_forecast_opens_with_the_last_sheet_known(shared, at_origin) -> None:
    """On the first of July 2023 that of 28 June, out on the 29th; targets are Wednesdays 13, 26 and 52 weeks on."""
    assert {(row.start, row.origin) for row in at_origin} == {(date(2023, 6, 28), ORIGIN)}
    assert {(row.weeks, row.target) for row in at_origin} == {
        (weeks, date(2023, 6, 28) + timedelta(weeks=weeks)) for weeks in WEEKS
    }
    assert [row.line for row in at_origin[: len(LINES)]] == list(LINES)
    opening = made.projection("2023-07-01", horizon=13).opening
    walks = {row.line: row.walk for row in at_origin}
    assert walks["reserves"] == opening.reserves
    assert walks["total_assets"] == opening.total_assets
    assert walks["net_liquidity"] == opening.total_assets - opening.tga - opening.on_rrp


def test_a_drift_goes_on_as_before(at_origin) -> None:
    """Of the last 13 and of the last 52 weeks: 13 weeks on as much again as in 13, 52 weeks on four times that."""
    release = made.published("frb:WSHOTSL")
    now, then = release[date(2023, 6, 28)], release[date(2023, 3, 29)]
    year = release[date(2022, 6, 29)]
    for row in at_origin:
        if row.line == "treasuries":
            assert row.drift == round(now + (now - then) * row.weeks / 13)
            assert row.drift_year == round(now + (now - year) * row.weeks / 52)


def test_treasuries_are_those_of_the_day(at_origin) -> None:
    """Little was announced from July to September 2023: two days before a month end, which a line would miss by 20."""
    row = next(row for row in at_origin if (row.line, row.weeks) == ("treasuries", 13))
    assert row.target == date(2023, 9, 27)
    assert abs(row.outcome - row.model) < 1_500
    release = made.published("frb:WSHOTSL")
    found = made.line(made.projection("2023-07-01", horizon=13), "treasuries")
    linear = found["2023-08"] + (found["2023-09"] - found["2023-08"]) * 27 / 30
    assert abs(release[row.target] - linear) > 15_000


def test_nothing_later_is_seen(shared, at_origin) -> None:
    """Where all that came out after the origin is made nonsense, only outcomes change."""
    moment = int(parse_as_of("2023-07-02").timestamp())
    history = shared.history
    poisoned = {
        name: replace(columns, values=np.where(columns.known_at > moment, 1e9, columns.values))
        for name, columns in history.columns.items()
    }
    again = forecasts_at(replace(shared, history=replace(history, columns=poisoned)), ORIGIN)
    assert again == at_origin


def test_outcomes_that_have_not_come_are_left_out(shared) -> None:
    """As known on the first of March 2024 the forecast of July 2023 has two of three; the last origins none."""
    early = world(known("2024-03-01"), paths=20)
    found = forecasts_at(early, ORIGIN)
    assert {row.weeks for row in found} == {13, 26}
    days = origins_of(known("2024-03-01"), early.outcomes)
    assert (days[0], days[-1]) == (date(2022, 4, 1), date(2023, 12, 1))
    assert all(row.known_at <= parse_as_of("2024-03-01") for row in found)
    late = origins_of(known(), shared.outcomes)[-1]
    assert {row.weeks for row in forecasts_at(replace(shared, paths=20), late)} == {13}


def test_the_record_that_ships_is_what_is_computed(shared, at_origin) -> None:
    """The central path, the benchmarks and the outcomes to the million; quantiles of fewer paths are near."""
    recorded = {(row.line, row.weeks): row for row in skill.record() if row.origin == ORIGIN}
    for row in at_origin:
        shipped = recorded[row.line, row.weeks]
        for name in ("start", "target", "known_at", "walk", "drift", "drift_year", "outcome", "model"):
            assert getattr(row, name) == getattr(shipped, name), (row.line, row.weeks, name)
    assert {(row.line, row.weeks) for row in at_origin} == set(recorded)


def test_a_failed_origin_ends_the_run(shared, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error is that of the origin; those before it are counted."""

    def fail(_shared, origin):
        if origin == date(2022, 6, 1):
            raise EstimationError("no {month}", month=origin.month)
        return ()

    monkeypatch.setattr(past_forecasts, "forecasts_at", fail)
    counts: list[int] = []
    days = [date(2022, month, 1) for month in (4, 5, 6, 7)]
    with pytest.raises(EstimationError, match="no 6"):
        computed(shared, days, executor=Threads(workers=1), done=counts.append)
    assert counts == [1, 2]


# --- the action -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def recorded(work: Workspace):
    """The scores that ship."""
    return scorecard(work, EN, recorded=True)


def test_recorded_scores_have_every_line_and_horizon(recorded) -> None:
    """Eighteen rows, three comparisons for each, and every forecast behind them; JSON has no NaN."""
    assert [(row.line, row.weeks) for row in recorded.rows] == [
        (line, weeks) for line in LINES for weeks in WEEKS
    ]
    assert len(recorded.comparisons) == 54
    assert len(recorded.forecasts) == len(skill.record())
    written = json.loads(json_bytes(recorded))
    assert set(written) >= {
        "as_of",
        "source",
        "origins",
        "rows",
        "comparisons",
        "foresight",
        "forecasts",
        "notes",
    }
    for row in recorded.comparisons:
        assert row.low is None or row.low <= row.difference <= row.high
        assert row.p <= row.p_adjusted


def test_one_line_is_scored_as_among_all(recorded, work: Workspace) -> None:
    """Its rows and its adjusted p are those it has among the others."""
    one = scorecard(work, EN, recorded=True, line="reserves")
    assert one.rows == tuple(row for row in recorded.rows if row.line == "reserves")
    assert one.comparisons == tuple(row for row in recorded.comparisons if row.line == "reserves")
    assert {row.line for row in one.forecasts} == {"reserves"}


def test_at_a_past_date_only_what_had_come_is_scored(work: Workspace) -> None:
    """At the end of 2023: nothing a year ahead has a dozen outcomes, and no forecast has an outcome of later."""
    found = scorecard(work, EN, recorded=True, as_of="2023-12-31")
    assert {row.weeks for row in found.rows} == {13, 26}
    assert found.last_origin == date(2023, 10, 1)
    assert max(row.known_at for row in found.forecasts) <= parse_as_of("2023-12-31")


def test_the_section_says_what_the_scores_say(recorded) -> None:
    """Whether the walk was beaten, how many tests there were, what overlaps and what is not out of sample."""
    section = recorded.section(EN)
    text = " ".join(section.sentences)
    assert "past forecasts of securities 52 weeks ahead" in text
    assert "past forecasts of reserves 52 weeks ahead" in text
    assert "Of 18 lines and horizons" in text
    assert "not out of sample" in text
    assert [table.id for table in section.tables] == ["scores", "tests", "foresight"]
    assert [plot.id for plot in section.plots] == [
        f"{kind}_{line}"
        for line in ("securities", "reserves")
        for kind in ("calibration", "errors", "growth")
    ]
    assert recorded.section(ZH).plots


def test_pictures_show_the_scores(recorded) -> None:
    """Shares in the bands, errors on their days, and errors that start at nil."""
    calibration, errors, growth = plots(recorded.forecasts, "securities", EN)
    rows = [row for row in recorded.rows if row.line == "securities"]
    for row, values in zip(rows, calibration.lines.values(), strict=True):
        np.testing.assert_allclose(values, [row.covered_50, row.covered_80, row.covered_90], atol=0.06)
    for row, (_, values) in zip(rows, errors.lines.items(), strict=True):
        errors_of = {
            f.target: f.outcome - f.model
            for f in recorded.forecasts
            if (f.line, f.weeks) == (row.line, row.weeks)
        }
        on = dict(zip(errors.periods.tolist(), values.tolist(), strict=True))
        assert all(on[day.toordinal()] == error for day, error in errors_of.items())
    assert [values[0] for values in growth.lines.values()] == [0.0] * 4
    assert plots((), "securities", EN) == ()


def test_recomputing_asks_for_the_last_origins(work: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as asked for, with so many paths, and with progress; the shipped record answers in their place here."""
    asked, steps = [], []

    def from_record(shared, origin):
        asked.append((origin, shared.paths))
        return tuple(row for row in skill.record() if row.origin == origin)

    monkeypatch.setattr(past_forecasts, "forecasts_at", from_record)
    told = replace(work, progress=lambda *step: steps.append(step))
    found = scorecard(told, EN, origins=12, paths=30)
    assert (found.origins, found.source, found.paths) == (12, "recomputed", 30)
    assert sorted(asked) == [(day, 30) for day in sorted({row.origin for row in skill.record()})[-12:]]
    assert [number for _, number, _ in steps] == list(range(1, 13))
    assert {row.weeks for row in found.rows} == {13}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"line": "gold"}, "no line 'gold'; there are treasuries, mbs"),
        ({"paths": 3}, "paths: 3; expected 20 to 100000"),
        ({"origins": 5}, "origins: 5; expected 12 or more"),
    ],
)
def test_what_means_nothing_is_refused(work: Workspace, options: dict, told: str) -> None:
    """Lines, paths and numbers of months; the message says what there is."""
    with pytest.raises(ConfigError, match=told):
        scorecard(work, EN, recorded=True, **options)


def test_too_early_a_date_is_refused(work: Workspace) -> None:
    """In the autumn of 2022 there are too few outcomes to score anything."""
    with pytest.raises(Unavailable, match="4 forecasts with a known outcome"):
        scorecard(work, EN, recorded=True, as_of="2022-10-15")


def test_the_page_follows_from_the_record() -> None:
    """Tables of the method page are those of the record that ships (`scripts/score_forecasts.py --check`)."""
    spec = importlib.util.spec_from_file_location("score_forecasts", ROOT / "scripts" / "score_forecasts.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    page = script.PAGE.read_text("utf-8")
    assert script.filled(page, script.tables(skill.record())) == page
