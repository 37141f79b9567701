"""What the actions that project have in common: policies and scenarios by name or from a file, and the projection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from runoff.actions.workspace import Workspace
from runoff.core.errors import ConfigError, RegistryError, Unavailable
from runoff.core.language import Words
from runoff.core.policy import PolicyPlugin
from runoff.core.policy_file import NamedPolicy, read_policy
from runoff.core.registry import plugin
from runoff.core.source import Payload
from runoff.core.time import month_after
from runoff.core.view import Needs, View
from runoff.ledger.bank import Bank
from runoff.ledger.net_liquidity import Definition
from runoff.project.engine import BANK, PRICES, Projection, forecast, needs
from runoff.project.rates import SURVEY, YIELDS
from runoff.project.scenario import RatePath, Scenario, read_scenario
from runoff.sections.run_off import modelled_holdings, unread_paces

DEFAULT_POLICY, DEFAULT_SCENARIO, DEFAULT_HORIZON = "announced", "baseline", 24
LONGEST_HORIZON = 360  # months: no security of today lives longer
_FOLDERS = {NamedPolicy: "policies", Scenario: "scenarios"}
_READERS = {NamedPolicy: read_policy, Scenario: read_scenario}
_YIELD: Final = YIELDS[8]  # ten years

Named = TypeVar("Named", NamedPolicy, Scenario)


def shipped(kind: type[Named]) -> dict[str, Named]:
    """The policies or the scenarios that come with the package, by name; the default first."""
    folder = files("runoff") / _FOLDERS[kind]
    found = {
        entry.name.removesuffix(".toml"): _read(kind, Payload(entry.name, entry.read_bytes()))
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }
    defaults = {DEFAULT_POLICY, DEFAULT_SCENARIO}
    return dict(sorted(found.items(), key=lambda item: (item[0] not in defaults, item[0])))


def named(kind: type[Named], text: str) -> Named:
    """The policy or scenario of that name, or of that TOML file.

    Raises
    ------
    RegistryError
        If none bears the name; the message lists those there are.
    Unavailable
        If the file cannot be read.
    ConfigError
        If what it says means nothing.
    """
    if text.endswith(".toml"):
        path = Path(text)
        try:
            return _read(kind, Payload(path.name, path.read_bytes()))
        except OSError as error:
            raise Unavailable("{file} cannot be read ({reason})", file=path, reason=error.strerror) from error
    known = shipped(kind)
    if text not in known:
        raise RegistryError(
            "no {name!r} among the {folder}; there are {names}, or name a file of your own ending in .toml",
            name=text,
            folder=_FOLDERS[kind],
            names=", ".join(known),
        )
    return known[text]


def _read(kind: type[Named], payload: Payload) -> Named:
    name = payload.name.removesuffix(".toml")
    found = _READERS[kind](payload, name)
    assert isinstance(found, kind), "each kind has its reader"
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A projection, and the view, policy and scenario it was made of; `hindsight` says that either looks ahead."""

    view: View
    policy: NamedPolicy
    scenario: Scenario
    hindsight: bool
    found: Projection


def definition() -> Definition:
    """The lines of the sheet that is projected."""
    return plugin("banks", BANK, Bank).defined_net_liquidity()


def run(
    work: Workspace,
    policy: str,
    scenario: str,
    *,
    as_of: str | None,
    horizon: int,
    also: Needs | None = None,
) -> Run:
    """Make a projection of what was known at `as_of`; its view can read `also` as well.

    Raises
    ------
    ConfigError
        If the horizon means nothing.
    RegistryError, Unavailable, LookaheadError
        As `named` and `engine.forecast` say.
    """
    if not 1 <= horizon <= LONGEST_HORIZON:
        raise ConfigError(
            "horizon: {horizon} months; expected 1 to {longest}", horizon=horizon, longest=LONGEST_HORIZON
        )
    chosen, assumed = named(NamedPolicy, policy), named(Scenario, scenario)
    lines = definition()
    view = work.view(needs(lines) | (also or Needs()), as_of)
    calendar = plugin("policies", chosen.follows, PolicyPlugin).calendar()
    looks_ahead = assumed.rates is RatePath.REALISED
    found = forecast(
        view,
        lines,
        chosen.calendar(calendar, view.as_of),
        assumed,
        horizon,
        hindsight=work.view(needs(lines), None) if looks_ahead else None,
    )
    return Run(
        view=view,
        policy=chosen,
        scenario=assumed,
        hindsight=looks_ahead or chosen.looks_ahead(calendar, view.as_of),
        found=found,
    )


def month_end(first: int) -> date:
    """The last day of the month of which an ordinal is the first."""
    return date.fromordinal(month_after(date.fromordinal(int(first))).toordinal() - 1)


def month_name(first: int) -> str:
    """A month as rows have it: 2026-10."""
    return f"{date.fromordinal(int(first)):%Y-%m}"


def notes(made: Run, words: Words) -> tuple[str, ...]:
    """What to know about a projection before it is believed: hindsight, modelled holdings, late and unread inputs."""
    found, view = made.found, made.view
    told = []
    if made.hindsight:
        told.append(
            words.text("In hindsight: it uses what was announced or happened only later; no forecast.")
        )
    if view.is_late(definition().bridge["reserves"]):
        told.append(
            words.text(
                "The last H.4.1 known is of {start}, though newer ones were due; the path goes on from it.",
                start=words.date(found.start),
            )
        )
    told += modelled_holdings(found, words)
    if not np.any(found.amortisation.left):
        told.append(
            words.text(
                "Of the book of {book} premiums are not known and count as nil, and the deferred asset is counted from "
                "nil: income, remittances and other deposits are not to be believed.",
                book=words.date(found.book.date),
            )
        )
    if not made.hindsight:
        told += _late(made, words)
    if view.known(SURVEY) is None:
        told.append(
            words.text(
                "Mortgage rates are the ten-year yield plus a spread: the survey is licensed and not in the store."
            )
        )
    return (*told, *unread_paces(found, view, words))


def _late(made: Run, words: Words) -> Iterator[str]:
    """What a newer figure was due of, and what is assumed in its place."""
    view = made.view
    if view.is_late(_YIELD):
        yield words.text(
            "{series} is late: the last known is of {period} and is taken to hold.",
            series=words.text(view.series(_YIELD).spec.title),
            period=words.period(view.series(_YIELD).last().period, view.series(_YIELD).spec.frequency),
        )
    if view.is_late(PRICES):
        yield words.text(
            "{series} is late: the last known is of {period}, and {growth}% a year is taken from there.",
            series=words.text(view.series(PRICES).spec.title),
            period=words.period(view.series(PRICES).last().period, view.series(PRICES).spec.frequency),
            growth=f"{made.found.prices.growth:g}",
        )
