"""Fans, crossings, odds and differences, as the commands give them."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.project import made

from runoff.actions.compare import compare
from runoff.actions.crossing import crossing
from runoff.actions.fan import fan
from runoff.actions.odds import odds
from runoff.actions.project import project
from runoff.actions.workspace import Workspace, words_in
from runoff.core.errors import ConfigError, Unavailable
from runoff.project.fan import LEVELS
from runoff.render.rows import json_bytes

EN, ZH = words_in("en"), words_in("zh")
AS_OF = "2024-12-31"
FEW = {"as_of": AS_OF, "horizon": 6, "paths": 64}


@pytest.fixture(scope="module")
def drawn(work: Workspace):
    """Half a year from the end of 2024."""
    return fan(work, EN, **FEW)


def test_the_fan_stands_about_the_projection(drawn) -> None:
    """Quantiles ascend, and the path the engine gives is among the rows."""
    central = made.projection(AS_OF, horizon=6)
    assert [row.projected for row in drawn.rows] == central.sheet.lines["reserves"][0].tolist()
    for row in drawn.rows:
        values = [getattr(row, f"p{level}") for level in LEVELS]
        assert values == sorted(values)
        assert values[0] < row.projected < values[-1]
    widths = [row.p95 - row.p5 for row in drawn.rows]
    assert widths[-1] > widths[0]


def test_json_has_every_line_and_quantile(work: Workspace) -> None:
    """`project --paths` adds them by month and line, in millions; the same seed gives the same bytes."""
    found = project(work, EN, seed=3, **FEW)
    written = json.loads(json_bytes(found))
    assert len(written["fan"]) == 6 * 17
    assert set(written["fan"][0]) == {
        "month",
        "date",
        "line",
        "projected",
        *(f"p{level}" for level in LEVELS),
    }
    assert (written["paths"], written["seed"]) == (64, 3)
    assert json_bytes(project(work, EN, seed=3, **FEW)) == json_bytes(found)
    assert json_bytes(project(work, EN, seed=4, **FEW)) != json_bytes(found)
    assert project(work, EN, as_of=AS_OF, horizon=6).fan == ()
    shown = found.section(EN)
    assert [plot.id for plot in shown.plots] == ["fan_reserves", "fan_total_assets", "paths", "sides"]
    assert [band.label for band in shown.plots[0].bands] == [
        "90 of 100 paths",
        "80 of 100 paths",
        "50 of 100 paths",
    ]


@pytest.mark.parametrize("words", [EN, ZH])
def test_it_says_how_it_was_drawn(work: Workspace, words) -> None:
    """How many paths, of which months, from which seed, and what was held."""
    notes = " ".join(fan(work, words, hold="tga,currency", **FEW).notes)
    assert "64" in notes
    assert "{" not in notes
    if words is EN:
        assert "64 paths draw blocks of months from" in notes
        assert "Not drawn: the mortgage spread, the TGA and currency." in notes
    assert "from a model" in " ".join(fan(work, EN, method="parametric", **FEW).notes)


def test_what_was_not_scored_says_so(work: Workspace) -> None:
    """Skill is told of the announced policy, all drawn; a record names what the paths follow from."""
    usual, other = fan(work, EN, **FEW), fan(work, EN, hold="tga", **FEW)
    assert not any("have not been scored" in note for note in usual.notes)
    assert any("have not been scored" in note for note in other.notes)
    assert usual.record != other.record
    assert usual.inputs == other.inputs
    assert "frb:WCICL" in usual.inputs


def test_other_policies_are_asked_about_as_they_stand(work: Workspace) -> None:
    """Surprises of policy move the announced path alone."""
    assert "policy" not in fan(work, EN, **FEW).hold
    assert "policy" in fan(work, EN, policy="full-rollover", **FEW).hold


def test_odds_of_a_crossing_rise_with_the_threshold(work: Workspace) -> None:
    """The higher the threshold the likelier; where reserves stand below it already, that is said."""
    low, high = (crossing(work, EN, threshold=level, of="level", **FEW) for level in (2500, 3200))
    assert all(a.crossed <= b.crossed for a, b in zip(low.rows, high.rows, strict=True))
    assert all(row.below <= row.crossed for row in high.rows)
    assert 0 < high.rows[-1].crossed <= 100
    assert high.never == pytest.approx(100 - high.rows[-1].crossed, abs=0.01)
    assert not low.already
    above = crossing(work, EN, threshold=0.5, **FEW)
    assert above.already
    assert "stand below 50% of GDP already" in above.section(EN).sentences[0]
    assert (above.never, above.by["10%"]) == (0.0, "2024-12")


def test_what_no_threshold_is_is_refused(work: Workspace) -> None:
    """Shares above one, measures that are none, series that are not in the store."""
    for threshold in (0.0, -0.1, 8.0):
        with pytest.raises(ConfigError, match=r"0\.10 is ten percent"):
            crossing(work, EN, threshold=threshold, **FEW)
    with pytest.raises(ConfigError, match="expected gdp, bank_assets, level"):
        crossing(work, EN, of="gnp", **FEW)
    with pytest.raises(
        Unavailable, match=r"bank assets \(frb:TLAACBW027SBOG, from H\.8\) are not in the store"
    ):
        crossing(work, EN, of="bank_assets", **FEW)


def test_odds_along_the_way(work: Workspace) -> None:
    """A deferred asset of 216 billion does not go in half a year; the MBS cap of 35 billion does not bind."""
    found = odds(work, EN, **FEW)
    assert [row.deferred_asset for row in found.rows] == [100.0] * 6
    assert found.rows[0].mbs_cap_binds == 0.0
    assert 0 <= found.rows[-1].reserves_smaller <= 100
    assert (
        found.section(EN).sentences[0]
        == "At the end of May 2025 a deferred asset still stands on 100% of the paths."
    )
    none = odds(work, EN, as_of="2022-06-15", horizon=3, paths=64)
    assert none.opening_deferred_asset == 0
    assert none.section(EN).sentences[0].startswith("No deferred asset stood on 8 Jun 2022")
    now = odds(work, EN, as_of="2026-10-01", horizon=3, paths=64)
    assert [row.mbs_cap_binds for row in now.rows] == [None] * 3
    assert "No cap on MBS is in force" in now.section(EN).sentences[1]


def test_differences_are_taken_path_by_path(work: Workspace) -> None:
    """On the same draws the first differs from itself by nothing, and full roll-over adds reserves on every path."""
    found = compare(work, EN, policies="announced,full-rollover", paths=64, horizon=6, as_of=AS_OF)
    first, second = found.rows[-2:]
    assert {getattr(first, f"difference_p{level}") for level in (5, 25, 50, 75, 95)} == {0.0}
    assert second.difference_p5 > 0
    assert second.difference_p5 <= second.difference_p50 <= second.difference_p95
    drawn = found.section(EN).plots[1]
    assert (drawn.id, len(drawn.bands)) == ("differences", 1)
    assert np.all(drawn.bands[0].lower <= drawn.bands[0].upper)
    share = compare(
        work, EN, policies="full-rollover", line="reserves_to_gdp", paths=64, horizon=2, as_of=AS_OF
    )
    assert share.unit == "percent"
    with pytest.raises(ConfigError, match="no paths of ten_year_equivalents"):
        compare(work, EN, line="ten_year_equivalents", paths=64)


def test_a_path_of_ones_own_is_followed_on_every_path(work: Workspace, tmp_path: Path) -> None:
    """The account 100 billion higher from January on: drawn no more, and reserves lower by about as much."""
    own = tmp_path / "own.csv"
    own.write_text("month,tga\n2025-01,100\n")
    found, free = (
        fan(work, EN, line="all", hold=hold, given=given, **FEW) for hold, given in (("", own), ("tga", None))
    )
    accounts = [row for row in found.rows if row.line == "tga"]
    assert [row.p95 - row.p5 for row in accounts] == [0] * 6
    assert [row.p50 - row.projected for row in accounts] == [0, *[100_000] * 5]
    before, after = ([row.p50 for row in one.rows if row.line == "net_liquidity"] for one in (free, found))
    assert before[0] == after[0]
    assert all(a < b for a, b in zip(after[1:], before[1:], strict=True))
    assert "Of your own file: the TGA." in found.notes
    assert found.record != free.record
    for content, told in (
        ("month,gold\n2025-01,1\n", "headings month, gold; expected month and some of currency"),
        ("month,tga\n2025-13,1\n", "line 2: expected a month as 2027-01 and numbers"),
        ("month,tga\n2025-01,1\n2025-01,2\n", "line 3: 2025-01 is there twice"),
        ("month,tga\n2025-01,nan\n", "expected numbers that end"),
    ):
        own.write_text(content)
        with pytest.raises(ConfigError, match=told):
            fan(work, EN, given=own, **FEW)
    with pytest.raises(Unavailable, match="cannot be read"):
        fan(work, EN, given=tmp_path / "none.csv", **FEW)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"paths": 3}, "paths: 3; expected 20 to 100000"),
        ({"paths": 64, "seed": -1}, "seed: -1; expected a whole number"),
        ({"paths": 64, "method": "garch"}, "no method 'garch'; there are bootstrap, parametric"),
        (
            {"paths": 64, "hold": "tga,gold"},
            "no variable 'gold'; there are currency, lending, mortgage_spread, on_rrp",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(work: Workspace, options: dict, told: str) -> None:
    """Too few paths, methods and variables that are none; the message lists those there are."""
    with pytest.raises(ConfigError, match=told):
        fan(work, EN, as_of=AS_OF, **options)
    with pytest.raises(ConfigError, match="no line 'gold'"):
        fan(work, EN, line="gold")
