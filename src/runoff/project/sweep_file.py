"""A sweep written down by a user: a TOML file of policies, scenarios and seeds, each with each, on many paths.

::

    policies = ["announced", "60-35"]
    scenarios = ["baseline", "my-scenario.toml"]
    seeds = [1, 2]
    paths = 1000
    horizon = 60
    as_of = 2026-10-01
    lines = ["reserves", "total_assets"]

    [vary]
    shift = [-1.0, 0.0, 1.0]
    tga_billions = [700, 900]

What is varied is varied on top of each scenario, every value with every other: here six of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import product
from typing import Final

from runoff.core import toml_file
from runoff.core.errors import ConfigError
from runoff.core.source import Payload
from runoff.core.toml_file import Keys
from runoff.project.draws import Method, Variable
from runoff.project.scenario import Scenario, read_scenario

MOST_PATHS: Final = 1_000_000
MOST_COMBINATIONS: Final = 100_000
# Paths of one part: a file on disk, and what a killed worker loses. The central path costs a worker about a second
# (docs/guides/from-a-laptop-to-a-cluster.md): with fewer paths it would be most of what is computed.
BLOCK: Final = 1000
_MOST_MONTHS: Final = 360  # no security of today lives longer
_MOST_SEED: Final = 2**32 - 1
_KEYS: Final = frozenset(
    {
        "policies",
        "scenarios",
        "seeds",
        "paths",
        "block",
        "horizon",
        "as_of",
        "lines",
        "method",
        "hold",
        "vary",
    }
)
# What of a scenario can be varied: numbers. The key in a file, and the field of `Scenario` it is read into.
VARIED: Final[Mapping[str, str]] = {
    "shift": "shift",
    "inflation": "inflation",
    "mortgage_spread": "mortgage_spread",
    "tga_billions": "tga",
    "currency_growth": "currency_growth",
    "takeoff_of_gdp": "takeoff",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepFile:
    """What a file asks for; policies and scenarios by name, or by file as it is written there.

    Parameters
    ----------
    policies, scenarios, seeds
        Each with each is a combination.
    vary
        Values by key of a scenario, each with each on top of each scenario.
    paths
        Of each combination; path i of a seed is the same in all of them, so that differences are seen path by path.
    block
        Paths of one part.
    horizon
        How many month ends.
    as_of
        A date or a time with a zone; None for the last moment at which anything in the store became known.
    lines
        What is written down of each path.
    method, hold
        How months are drawn, and what is not drawn.
    """

    policies: tuple[str, ...]
    scenarios: tuple[str, ...]
    seeds: tuple[int, ...]
    vary: Mapping[str, tuple[float, ...]]
    paths: int
    block: int
    horizon: int
    as_of: str | None
    lines: tuple[str, ...]
    method: Method
    hold: frozenset[Variable]

    def changes(self) -> Iterator[tuple[tuple[str, float], ...]]:
        """What is set on top of each scenario: nothing at all where nothing is varied."""
        names = tuple(self.vary)
        for values in product(*self.vary.values()):
            yield tuple(zip(names, values, strict=True))


def read_sweep(payload: Payload, lines: tuple[str, ...]) -> SweepFile:
    """Read the file of a sweep; `lines` are those there are, and those written down where it names none.

    Raises
    ------
    ConfigError
        If it is no TOML, or a value is missing, unknown or means nothing.
    """
    where, table = payload.name, toml_file.read_table(payload)
    toml_file.require_keys(where, table, _KEYS)
    paths = toml_file.whole(where, table, "paths", lowest=1, highest=MOST_PATHS)
    if paths is None:
        raise ConfigError("{where}: {key} is missing", where=where, key="paths")
    method = toml_file.choice(where, table, "method", tuple(Method)) or Method.BOOTSTRAP
    hold = _texts(where, table, "hold", tuple(Variable))
    found = SweepFile(
        policies=_texts(where, table, "policies", None) or ("announced",),
        scenarios=_texts(where, table, "scenarios", None) or ("baseline",),
        seeds=_seeds(where, table),
        vary=_vary(where, table),
        paths=paths,
        block=toml_file.whole(where, table, "block", lowest=1, highest=MOST_PATHS) or BLOCK,
        horizon=toml_file.whole(where, table, "horizon", lowest=1, highest=_MOST_MONTHS) or 24,
        as_of=_as_of(where, table),
        lines=_texts(where, table, "lines", lines) or lines,
        method=Method(method),
        hold=frozenset(Variable(name) for name in hold),
    )
    count = len(found.policies) * len(found.scenarios) * len(found.seeds) * len(list(found.changes()))
    if count > MOST_COMBINATIONS:
        raise ConfigError(
            "{where}: {found} combinations; at most {most}: sweep them in several files",
            where=where,
            found=count,
            most=MOST_COMBINATIONS,
        )
    return found


def changed(scenario: Scenario, changes: tuple[tuple[str, float], ...]) -> Scenario:
    """A scenario with some of its numbers set, each read as if it stood in the scenario's own file.

    Raises
    ------
    ConfigError
        If a value is outside what a scenario may have.

    Examples
    --------
    >>> from runoff.project.scenario import Scenario
    >>> changed(Scenario(id="x", title="X", says="X."), (("tga_billions", 700.0),)).tga
    700000000000.0
    """
    for key, value in changes:
        content = f'title = "{key}"\nsays = "{key}"\n{key} = {value!r}\n'.encode()
        read = read_scenario(Payload("vary", content), key)
        scenario = replace(scenario, **{VARIED[key]: getattr(read, VARIED[key])})
    return scenario


def _texts(where: str, table: Keys, key: str, choices: tuple[str, ...] | None) -> tuple[str, ...]:
    """A list of texts, each once, of some where `choices` says which; none where the key is left out."""
    found = table.get(key)
    if found is None:
        return ()
    if not isinstance(found, list) or not found or not all(isinstance(one, str) and one for one in found):
        raise ConfigError(
            '{where}: {key} = {found!r}; expected a list of names, as ["a", "b"]',
            where=where,
            key=key,
            found=found,
        )
    for one in found:
        if choices is not None and one not in choices:
            raise ConfigError(
                "{where}: {key} = {found!r}; expected one of {choices}",
                where=where,
                key=key,
                found=one,
                choices=", ".join(choices),
            )
    return tuple(dict.fromkeys(found))


def _seeds(where: str, table: Keys) -> tuple[int, ...]:
    found = table.get("seeds", [1])
    if (
        not isinstance(found, list)
        or not found
        or not all(type(one) is int and 0 <= one <= _MOST_SEED for one in found)
    ):
        raise ConfigError(
            "{where}: seeds = {found!r}; expected a list of whole numbers from 0 to {highest}",
            where=where,
            found=found,
            highest=_MOST_SEED,
        )
    return tuple(dict.fromkeys(found))


def _vary(where: str, table: Keys) -> dict[str, tuple[float, ...]]:
    found = table.get("vary", {})
    where = f"{where}, vary"
    if not isinstance(found, dict):
        raise ConfigError("{where}: write it as a table, [vary]", where=where)
    toml_file.require_keys(where, found, frozenset(VARIED))
    return {key: _values(where, key, values) for key, values in found.items()}


def _values(where: str, key: str, values: object) -> tuple[float, ...]:
    """The values of a key: numbers that a scenario may have."""
    if not isinstance(values, list) or not values or not all(type(one) in {int, float} for one in values):
        raise ConfigError(
            "{where}: {key} = {found!r}; expected a list of numbers, as [-1.0, 0.0, 1.0]",
            where=where,
            key=key,
            found=values,
        )
    nothing = Scenario(id="", title="", says="")
    for one in values:
        changed(nothing, ((key, float(one)),))
    return tuple(float(one) for one in values)


def _as_of(where: str, table: Keys) -> str | None:
    """A date, a time with a zone, or either as text."""
    found = table.get("as_of")
    if found is None or isinstance(found, str):
        return found
    if isinstance(found, date | datetime):
        return found.isoformat()
    raise ConfigError(
        "{where}: as_of = {found!r} is no date; write it as 2026-10-01, without quotation marks",
        where=where,
        found=found,
    )
