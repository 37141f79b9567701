"""Policies and scenarios side by side."""

from pathlib import Path

import pytest
from tests.project import made

from runoff.actions.compare import LINES, compare
from runoff.actions.workspace import Workspace, words_in
from runoff.core.errors import ConfigError, RegistryError

WORDS = words_in("en")
WHEN = {"as_of": "2022-06-03", "horizon": 7}


def test_rows_are_months_by_policies_and_differ_from_the_first(work: Workspace) -> None:
    """The value of the engine, and what it is off that of the first policy."""
    found = compare(work, WORDS, policies="announced, full-run-off ,announced", line="total_assets", **WHEN)
    assert found.names == ("announced", "full-run-off")
    assert len(found.rows) == 14
    paths = {
        name: made.line(made.projection("2022-06-03", name, horizon=7), "total_assets")
        for name in found.names
    }
    for row in found.rows:
        assert row.value == paths[row.policy][row.month]
        assert row.difference == row.value - paths["announced"][row.month]


def test_each_policy_runs_under_each_scenario(work: Workspace) -> None:
    """Names then tell both; hindsight is told one by one, and once in words."""
    found = compare(work, WORDS, policies="announced,qt2", scenarios="baseline,realised", line="mbs", **WHEN)
    assert found.names == ("announced, baseline", "announced, realised", "qt2, baseline", "qt2, realised")
    assert found.hindsight == (False, True, True, True)
    assert sum("In hindsight" in note for note in found.notes) == 1
    shown = found.section(WORDS)
    assert [row.label for row in shown.tables[0].rows] == ["2022-06", "2022-09", "2022-12"]
    assert len(shown.plots[0].lines) == 4


def test_two_of_one_title_are_told_apart(work: Workspace) -> None:
    """Columns and lines of a picture bear policy and scenario where there are several scenarios."""
    found = compare(
        work, WORDS, policies="announced", scenarios="baseline,up-100", line="deferred_asset", **WHEN
    )
    assert len(set(found.titles)) == 2


def test_two_files_of_one_title_are_told_apart(work: Workspace, tmp_path: Path) -> None:
    """A copied file keeps its title: its name stands behind, and the picture has a line for each."""
    files = [tmp_path / "one.toml", tmp_path / "two.toml"]
    for file in files:
        file.write_text('title = "As announced"\nsays = "Mine."\n')
    found = compare(work, WORDS, policies=",".join(["full-run-off", *map(str, files)]), **WHEN)
    assert found.titles == ("Full run-off", *(f"As announced ({file})" for file in files))
    assert len(found.section(WORDS).plots[0].lines) == 3


def test_what_is_true_of_one_is_said_of_it(work: Workspace) -> None:
    """Hindsight of one policy is told after its title; what all stand on, once and without."""
    found = compare(work, WORDS, policies="announced,qt2", as_of="2022-05-10", horizon=1)
    assert any(note.startswith("QT2 as it happened: In hindsight") for note in found.notes)
    assert sum("Treasuries are modelled" in note for note in found.notes) == 1
    assert any(note.startswith("Treasuries are modelled") for note in found.notes)


@pytest.mark.parametrize("line", LINES)
def test_every_line_that_is_listed_is_there(work: Workspace, line: str) -> None:
    """Also those over GDP and in ten-year equivalents."""
    found = compare(work, WORDS, policies="announced", line=line, as_of="2022-06-03", horizon=1)
    assert found.unit == ("percent" if line == "reserves_to_gdp" else "USD mn")
    assert found.rows[0].difference == 0


def test_what_is_refused_says_why(work: Workspace) -> None:
    """A line that is none, a policy that is none, more than a picture tells apart."""
    with pytest.raises(ConfigError, match="no line 'gold'; there are total_assets"):
        compare(work, WORDS, line="gold")
    with pytest.raises(RegistryError, match="no 'x' among the policies"):
        compare(work, WORDS, policies="x", **WHEN)
    with pytest.raises(ConfigError, match="14 combinations of policies and scenarios; at most 12"):
        compare(
            work,
            WORDS,
            policies="announced,60-35,twist,qe,rmp-10,rmp-25,rmp-40",
            scenarios="baseline,up-100",
        )
