"""What the actions that draw have in common: a projection followed on many paths, and what to know about the draws."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np

from runoff.actions.projections import DEFAULT_POLICY, DEFAULT_SCENARIO, Run, definition, month_name, run
from runoff.actions.workspace import Workspace
from runoff.core.errors import ConfigError, Unavailable
from runoff.core.language import Words, said
from runoff.core.run_record import RunRecord, Software, inputs_of
from runoff.core.series import FloatArray, IntArray
from runoff.core.source import Payload
from runoff.core.tabular import read_rows
from runoff.core.units import USD_MILLIONS, Frequency
from runoff.impact.skill import skill_notes
from runoff.project import draws
from runoff.project.draws import Calibration, Method, Variable
from runoff.project.engine import needs
from runoff.project.ensemble import Ensemble, ensemble

DEFAULT_PATHS: Final = 1000
_MUCH: Final = (
    500_000  # millions beyond the plan: no run-off missed its plan by as much, every large programme did
)
MOST_PATHS: Final = 100_000
FEWEST_PATHS: Final = 20  # of fewer, a twentieth is no path at all

TITLES: Final = {
    "total_assets": said("Total assets"),
    "securities": said("Securities held outright"),
    "treasuries": said("Treasuries"),
    "agency_debt": said("Agency debt"),
    "mbs": said("MBS"),
    "loans": said("Loans"),
    "other_supplying": said("Other supplying"),
    "supplying": said("Factors supplying"),
    "currency": said("Currency"),
    "tga": said("TGA"),
    "on_rrp": said("ON RRP"),
    "foreign_rrp": said("Foreign RRP"),
    "other_absorbing": said("Other absorbing"),
    "absorbing": said("Factors absorbing"),
    "reserves": said("Reserves"),
    "net_liquidity": said("Net liquidity"),
    "deferred_asset": said("Deferred asset"),
}
_VARIABLES: Final = {
    Variable.SHORT_RATE: said("the short rate"),
    Variable.TEN_YEAR: said("the ten-year yield"),
    Variable.MORTGAGE_SPREAD: said("the mortgage spread"),
    Variable.TGA: said("the TGA"),
    Variable.CURRENCY: said("currency"),
    Variable.ON_RRP: said("demand for ON RRP"),
    Variable.LENDING: said("loans and all else that supplies reserves"),
    Variable.OTHER: said("all else that absorbs reserves"),
    Variable.POLICY: said("surprises of policy"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A projection, what its draws stand on, and its paths.

    `held` are the variables that do not move, `asked` those of them that the user named, `given` the user's own paths.
    """

    made: Run
    calibration: Calibration
    seed: int
    method: Method
    held: frozenset[Variable]
    asked: frozenset[Variable]
    given: Mapping[Variable, FloatArray]
    paths: Ensemble

    @property
    def record(self) -> RunRecord:
        """What these paths follow from; the same record gives the same bytes."""
        view, lines = self.made.view, definition()
        return RunRecord(
            what="paths",
            as_of=view.as_of,
            hindsight=None,
            software=Software.here(),
            parameters={
                "policy": self.made.policy.id,
                "scenario": self.made.scenario.id,
                "terms": hashlib.sha256(f"{self.made.policy!r}{self.made.scenario!r}".encode()).hexdigest(),
                "horizon": len(self.made.found.months),
                "paths": self.paths.paths,
                "seed": self.seed,
                "method": str(self.method),
                "hold": [str(one) for one in Variable if one in self.held],
                "given": {str(one): values.tolist() for one, values in self.given.items()},
                "kernel": self.paths.kernel.name,
            },
            inputs=inputs_of(view, needs(lines) | draws.needs(lines)),
        )


def draw(
    work: Workspace,
    policy: str,
    scenario: str,
    *,
    as_of: str | None,
    horizon: int,
    paths: int,
    seed: int,
    method: str,
    hold: str,
    given: Path | None = None,
) -> Drawn:
    """Project, and follow the projection on so many paths.

    Surprises of policy move the path that was announced alone: any other policy is asked about as it stands.

    Raises
    ------
    ConfigError
        If there are too few or too many paths, or a method or a variable has no such name.
    RegistryError, Unavailable, LookaheadError, EstimationError
        As `projections.run` and `draws.calibrate` say.
    """
    if not FEWEST_PATHS <= paths <= MOST_PATHS:
        raise ConfigError(
            "paths: {paths}; expected {fewest} to {most}", paths=paths, fewest=FEWEST_PATHS, most=MOST_PATHS
        )
    if seed < 0:
        raise ConfigError("seed: {seed}; expected a whole number, nil or more", seed=seed)
    asked = variables(hold)
    chosen, held = _method(method), not_drawn(policy, asked)
    if work.progress is not None:
        work.progress(policy, 0, paths)
    lines = definition()
    made = run(work, policy, scenario, as_of=as_of, horizon=horizon, also=draws.needs(lines))
    calibration = draws.calibrate(made.view, lines)

    def done(followed: int) -> None:
        if work.progress is not None:
            work.progress(policy, followed, paths)

    own = {} if given is None else user_paths(given, made.found.months)
    found = ensemble(
        made.found, calibration, paths=paths, seed=seed, method=chosen, hold=held, given=own, done=done
    )
    return Drawn(
        made=made,
        calibration=calibration,
        seed=seed,
        method=chosen,
        held=held | calibration.held,
        asked=asked,
        given=own,
        paths=found,
    )


# What a user's file says a variable is in, and what that is of its deviation: points, dollars, log points.
_GIVEN: Final = {
    **dict.fromkeys((Variable.SHORT_RATE, Variable.TEN_YEAR, Variable.MORTGAGE_SPREAD), 1.0),
    **dict.fromkeys((Variable.TGA, Variable.ON_RRP, Variable.LENDING, Variable.OTHER, Variable.POLICY), 1e9),
    Variable.CURRENCY: 0.01,
}


def user_paths(path: Path, months: IntArray) -> dict[Variable, FloatArray]:
    """A user's own paths: a CSV file of months (2027-01) by variables, deviations from the projection.

    Rates are in points, amounts in billions of dollars, currency in percent. A month that is not in the file has what
    the last one before it has, and nil before the first; policy is bought in a month, and not carried on.

    Raises
    ------
    Unavailable
        If the file cannot be read.
    ConfigError
        If a heading is no variable, a month is none or there twice, or a value is no number.
    Unparseable
        If it is no CSV file.
    """
    try:
        payload = Payload(path.name, path.read_bytes())
    except OSError as error:
        raise Unavailable("{file} cannot be read ({reason})", file=path, reason=error.strerror) from error
    table: dict[str, dict[Variable, float]] = {}
    for line, row in read_rows(payload):
        month, values = _given_month(path, line, row)
        if month in table:
            raise ConfigError(
                "{file}, line {line}: {month} is there twice", file=path, line=line, month=month
            )
        table[month] = values
    asked = [month_name(int(month)) for month in months]
    found = {}
    for variable in next(iter(table.values()), {}):
        path_of, last = np.zeros(len(asked)), 0.0
        for place, month in enumerate(asked):
            passed = 0.0 if variable is Variable.POLICY else last
            last = table[month][variable] if month in table else passed
            path_of[place] = last
        found[variable] = path_of * _GIVEN[variable]
    return found


def _given_month(path: Path, line: int, row: Mapping[str, str]) -> tuple[str, dict[Variable, float]]:
    """A line of a user's own paths."""
    names = [name for name in row if name != "month"]
    if "month" not in row or not names or not set(names) <= set(Variable):
        raise ConfigError(
            "{file}: headings {found}; expected month and some of {names}",
            file=path,
            found=", ".join(row),
            names=", ".join(sorted(Variable)),
        )
    try:
        month = f"{date.fromisoformat(row['month'] + '-01'):%Y-%m}"
        values = {Variable(name): float(row[name]) for name in names}
    except ValueError as error:
        raise ConfigError(
            "{file}, line {line}: expected a month as 2027-01 and numbers ({reason})",
            file=path,
            line=line,
            reason=error,
        ) from error
    if not all(np.isfinite(value) for value in values.values()):
        raise ConfigError("{file}, line {line}: expected numbers that end", file=path, line=line)
    return month, values


def not_drawn(policy: str, asked: frozenset[Variable]) -> frozenset[Variable]:
    """What is not drawn under a policy: what is asked for, and its own surprises unless it is the announced one."""
    return asked if policy == DEFAULT_POLICY else asked | {Variable.POLICY}


def variables(text: str) -> frozenset[Variable]:
    """The variables named, separated by commas.

    Raises
    ------
    ConfigError
        If there is none of that name; the message lists those there are.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in set(Variable):
            raise ConfigError(
                "no variable {name!r}; there are {names}", name=name, names=", ".join(sorted(Variable))
            )
    return frozenset(Variable(name) for name in names)


def _method(name: str) -> Method:
    if name not in set(Method):
        raise ConfigError("no method {name!r}; there are {names}", name=name, names=", ".join(sorted(Method)))
    return Method(name)


def told(drawn: Drawn, words: Words) -> Iterator[str]:
    """What to know about the paths: how they were drawn, from what, and what was held."""
    sample = drawn.calibration
    places = {
        "paths": f"{drawn.paths.paths:,}",
        "first": words.period(date.fromordinal(int(sample.months[0])), Frequency.MONTHLY),
        "last": words.period(date.fromordinal(int(sample.months[-1])), Frequency.MONTHLY),
        "seed": drawn.seed,
    }
    if drawn.method is Method.BOOTSTRAP:
        yield words.text(
            "{paths} paths draw blocks of months from {first} to {last}, all variables together (seed {seed}).",
            **places,
        )
    else:
        yield words.text(
            "{paths} paths are drawn from a model of the months from {first} to {last} (seed {seed}).",
            **places,
        )
    if drawn.held:
        yield words.text(
            "Not drawn: {names}.",
            names=words.joined([words.text(_VARIABLES[one]) for one in Variable if one in drawn.held]),
        )
    if drawn.given:
        yield words.text(
            "Of your own file: {names}.",
            names=words.joined([words.text(_VARIABLES[one]) for one in Variable if one in drawn.given]),
        )
    if Variable.POLICY not in drawn.held | set(drawn.given) and (share := _bought_much(drawn)):
        yield words.text(
            "On {share}% of the paths the Federal Reserve comes to hold {much} more than projected: large purchases "
            "begin, as they did in the past.",
            share=f"{100 * share:.0f}",
            much=words.amount(_MUCH, USD_MILLIONS),
        )
    if drawn.made.scenario.debt_limit is not None and Variable.TGA not in drawn.held:
        yield words.text(
            "The scenario has a debt limit of its own, and what is drawn has such episodes too: `--hold tga` leaves "
            "the account to the scenario."
        )


def _bought_much(drawn: Drawn) -> float:
    """The share of paths on which securities come to exceed the projection by much."""
    sheet = drawn.made.found.sheet.lines
    central = sheet["treasuries"] + sheet["agency_debt"] + sheet["mbs"]
    return float(np.mean(np.any(drawn.paths.lines["securities"] - central >= _MUCH, axis=1)))


def skill(drawn: Drawn, lines: Sequence[str], words: Words) -> tuple[str, ...]:
    """How forecasts of these lines did; where these are made otherwise than those that were scored, that."""
    usual = (
        drawn.made.policy.id == DEFAULT_POLICY
        and drawn.made.scenario.id == DEFAULT_SCENARIO
        and drawn.method is Method.BOOTSTRAP
        and not drawn.asked
        and not drawn.given
    )
    if usual and (notes := skill_notes(drawn.made.view.as_of, lines, words)):
        return notes
    return (
        words.text(
            "Forecasts made like this one have not been scored: `runoff scorecard` has those of the announced policy, "
            "the baseline scenario, and everything drawn."
        ),
    )
