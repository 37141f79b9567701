"""The file of a sweep: what it may say, and what is refused by name."""

import pytest

from runoff.core.errors import ConfigError
from runoff.core.source import Payload
from runoff.core.time import parse_as_of
from runoff.project.draws import Method, Variable
from runoff.project.scenario import Scenario
from runoff.project.sweep_file import BLOCK, VARIED, SweepFile, changed, read_sweep

LINES = ("reserves", "tga")
PLAIN = Scenario(id="plain", title="Plain", says="Plain.")


def read(text: str) -> SweepFile:
    """What a text asks for."""
    return read_sweep(Payload("sweep.toml", text.encode()), LINES)


def test_everything_but_the_paths_has_a_default() -> None:
    """The policy in force, the plain scenario, one seed, all lines, what is known last."""
    found = read("paths = 10")
    assert (found.policies, found.scenarios, found.seeds) == (("announced",), ("baseline",), (1,))
    assert (found.paths, found.block, found.horizon, found.as_of) == (10, BLOCK, 24, None)
    assert (found.lines, found.method, found.hold) == (LINES, Method.BOOTSTRAP, frozenset())
    assert list(found.changes()) == [()]


def test_what_is_set_is_read() -> None:
    """Lists keep their order, and what stands twice counts once."""
    found = read(
        'policies = ["b", "a", "b"]\nseeds = [3, 1, 3]\npaths = 5\nblock = 2\nhorizon = 60\nlines = ["tga"]\n'
        'method = "parametric"\nhold = ["tga", "policy"]\nas_of = 2026-10-01'
    )
    assert (found.policies, found.seeds, found.lines) == (("b", "a"), (3, 1), ("tga",))
    assert (found.method, found.hold) == (Method.PARAMETRIC, {Variable.TGA, Variable.POLICY})
    assert (found.block, found.horizon, found.as_of) == (2, 60, "2026-10-01")


@pytest.mark.parametrize(
    "written", ['"2026-10-01T16:30:00-04:00"', "2026-10-01T16:30:00-04:00", '"2026-10-01T20:30:00Z"']
)
def test_a_time_may_be_text_or_no_text(written: str) -> None:
    """TOML has times of its own; both are the same moment."""
    found = read(f"paths = 1\nas_of = {written}").as_of
    assert found is not None
    assert parse_as_of(found) == parse_as_of("2026-10-01T16:30:00-04:00")


def test_what_is_varied_is_varied_with_each() -> None:
    """Every value of a key with every one of the next."""
    found = read("paths = 1\n[vary]\nshift = [-1, 0.5]\ntga_billions = [700, 800]")
    assert list(found.changes()) == [
        (("shift", -1.0), ("tga_billions", 700.0)),
        (("shift", -1.0), ("tga_billions", 800.0)),
        (("shift", 0.5), ("tga_billions", 700.0)),
        (("shift", 0.5), ("tga_billions", 800.0)),
    ]


@pytest.mark.parametrize("key", sorted(VARIED))
def test_a_change_is_read_as_in_a_scenario(key: str) -> None:
    """In the unit of the scenario's file, into its field, and nothing else changes."""
    value = 0.1 if key == "takeoff_of_gdp" else 2.5
    found = changed(PLAIN, ((key, value),))
    assert getattr(found, VARIED[key]) == (value * 1e9 if key == "tga_billions" else value)
    back = changed(found, ())
    assert {
        name for name in Scenario.__dataclass_fields__ if getattr(back, name) != getattr(PLAIN, name)
    } == {VARIED[key]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seeds = [1]", "sweep.toml: paths is missing"),
        ("paths = 0", "paths = 0; expected a whole number from 1"),
        ("paths = 1\npath = 2", "no key named path"),
        ("paths = 1\nhorizon = 361", "horizon = 361; expected a whole number from 1 to 360"),
        ('paths = 1\nlines = ["gold"]', "lines = 'gold'; expected one of reserves, tga"),
        ("paths = 1\nlines = []", r"lines = \[\]; expected a list of names"),
        ('paths = 1\npolicies = "announced"', "policies = 'announced'; expected a list of names"),
        ('paths = 1\nmethod = "guess"', "method = 'guess'; expected one of bootstrap, parametric"),
        ('paths = 1\nhold = ["gold"]', "hold = 'gold'; expected one of short_rate"),
        ("paths = 1\nseeds = [-1]", r"seeds = \[-1\]; expected a list of whole numbers from 0"),
        ("paths = 1\nseeds = [true]", "expected a list of whole numbers"),
        ("paths = 1\nas_of = 2026", "as_of = 2026 is no date"),
        ("paths = 1\nvary = 3", r"write it as a table, \[vary\]"),
        ("paths = 1\n[vary]\nrates = [1]", "no key named rates; there are currency_growth"),
        ("paths = 1\n[vary]\nshift = 1", "shift = 1; expected a list of numbers"),
        ("paths = 1\n[vary]\nshift = [99]", "shift = 99.0; expected a number from -20 to 20"),
        ("paths = ", "no TOML file"),
    ],
)
def test_what_means_nothing_is_named(text: str, message: str) -> None:
    """The file, the key, what was found and what is expected."""
    with pytest.raises(ConfigError, match=message):
        read(text)


def test_a_sweep_without_end_is_refused() -> None:
    """More combinations than anybody sums up."""
    values = ", ".join(str(n / 100) for n in range(400))
    with pytest.raises(ConfigError, match="160000 combinations; at most 100000"):
        read(f"paths = 1\n[vary]\nshift = [{values}]\ninflation = [{values}]")
