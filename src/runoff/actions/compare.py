"""Policies or scenarios side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product

import numpy as np

from runoff.actions.drawn import Drawn, draw, told
from runoff.actions.project import TITLES, months
from runoff.actions.projections import (
    DEFAULT_HORIZON,
    DEFAULT_POLICY,
    DEFAULT_SCENARIO,
    Run,
    month_end,
    notes,
    run,
)
from runoff.actions.workspace import Workspace
from runoff.core.errors import ConfigError
from runoff.core.language import Words, said
from runoff.core.report import Band, Figure, Plot, PlotKind, Row, Section, Style, Table
from runoff.core.series import FloatArray
from runoff.core.units import Frequency, Unit
from runoff.project.draws import Variable
from runoff.project.fan import quantiles

_UNIT = Unit.parse("USD mn")
_PERCENT = Unit.parse("percent")
_IN_PERCENT = "reserves_to_gdp"
LINES = (*TITLES, _IN_PERCENT, "deferred_asset", "ten_year_equivalents")
_TITLES = TITLES | {
    _IN_PERCENT: said("Reserves over GDP"),
    "deferred_asset": said("Deferred asset"),
    "ten_year_equivalents": said("Treasuries in ten-year equivalents"),
}
SPREAD = tuple(line for line in LINES if line != "ten_year_equivalents")
_LEVELS = (5, 25, 50, 75, 95)
_MILLION = 1e6
_MOST = 12  # as many as a picture tells apart
_QUARTER = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedMonth:
    """A line at the end of a month under one policy and one scenario, and what it is off the first of them.

    Where paths were drawn, `difference_p5` to `difference_p95` are quantiles of the difference path by path, both on
    the same draws.
    """

    month: str
    date: date
    policy: str
    scenario: str
    line: str
    value: float
    difference: float
    difference_p5: float | None = None
    difference_p25: float | None = None
    difference_p50: float | None = None
    difference_p75: float | None = None
    difference_p95: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A line under several policies or scenarios; the first is what the others are compared with."""

    as_of: datetime
    line: str
    unit: str
    start: date
    names: tuple[str, ...]
    titles: tuple[str, ...]
    hindsight: tuple[bool, ...]
    notes: tuple[str, ...]
    rows: tuple[ComparedMonth, ...]

    def section(self, words: Words) -> Section:
        """The ends in a sentence, every third month as a table, all months as a picture."""
        unit = Unit.parse(self.unit)
        paths = [self.rows[place :: len(self.names)] for place in range(len(self.names))]
        titles = [words.text(title) for title in self.titles]
        last = [path[-1] for path in paths]
        ends = [
            words.text("{name} {value}", name=title, value=words.amount(row.value, unit))
            for title, row in zip(titles, last, strict=True)
        ]
        kept = [n for n in range(len(paths[0])) if (len(paths[0]) - 1 - n) % _QUARTER == 0]
        table = Table(
            id="compared",
            title=words.text(_TITLES[self.line]),
            columns=tuple(titles),
            rows=tuple(
                Row(
                    label=paths[0][n].month,
                    cells=tuple(
                        Figure(
                            id=f"{name}_{path[n].month}",
                            label=title,
                            value=path[n].value,
                            unit=self.unit,
                            period=path[n].date,
                            known_at=None,
                            style=Style.LEVEL,
                            note=words.text("projected"),
                        )
                        for name, title, path in zip(self.names, titles, paths, strict=True)
                    ),
                )
                for n in kept
            ),
            note=words.text("Every third month; JSON, CSV and Parquet have all."),
        )
        plot = Plot(
            id="compared",
            title=words.text(_TITLES[self.line]),
            kind=PlotKind.LINES,
            unit=self.unit,
            periods=np.array([row.date.toordinal() for row in paths[0]]),
            lines={
                title: np.array([row.value for row in path], dtype=float)
                for title, path in zip(titles, paths, strict=True)
            },
            description=words.text("Projected month ends."),
        )
        return Section(
            title=words.text("Compared: {line}", line=words.text(_TITLES[self.line])),
            sentences=(
                words.text(
                    "At the end of {month}: {ends}.",
                    month=words.period(last[0].date, Frequency.MONTHLY),
                    ends=words.joined(ends),
                ),
                *_apart(last, titles, unit, words),
                *self.notes,
            ),
            tables=(table,),
            plots=(plot, *self._spreads(paths, titles, words)),
        )

    def _spreads(
        self, paths: Sequence[Sequence[ComparedMonth]], titles: Sequence[str], words: Words
    ) -> tuple[Plot, ...]:
        """How far each is off the first, with the band that nine in ten paths lie in; nothing where none was drawn."""
        others = [(n, path) for n, path in enumerate(paths) if n and path[0].difference_p50 is not None]
        if not others:
            return ()

        def values(path: Sequence[ComparedMonth], name: str) -> FloatArray:
            return np.array([getattr(row, name) for row in path], dtype=float)

        return (
            Plot(
                id="differences",
                title=words.text("Difference from {first}", first=titles[0]),
                kind=PlotKind.LINES,
                unit=self.unit,
                periods=np.array([row.date.toordinal() for row in paths[0]]),
                lines={titles[n]: values(path, "difference") for n, path in others},
                bands=tuple(
                    Band(
                        lower=values(path, "difference_p5"),
                        upper=values(path, "difference_p95"),
                        label=words.text("90 of 100 paths"),
                        of=titles[n],
                    )
                    for n, path in others
                ),
                description=words.text("Path by path, on the same draws."),
            ),
        )


def _apart(last: Sequence[ComparedMonth], titles: Sequence[str], unit: Unit, words: Words) -> Iterator[str]:
    """How far each ends off the first on nine in ten paths; nothing where none was drawn."""
    for row, title in zip(last[1:], titles[1:], strict=True):
        if row.difference_p5 is not None and row.difference_p95 is not None:
            yield words.text(
                "{name} ends {low} to {high} off {first} on nine in ten paths, path by path on the same draws.",
                name=title,
                first=titles[0],
                low=words.amount(row.difference_p5, unit, signed=True),
                high=words.amount(row.difference_p95, unit, signed=True),
            )


def compare(
    work: Workspace,
    words: Words,
    *,
    policies: str = "announced,60-35,full-run-off",
    scenarios: str = DEFAULT_SCENARIO,
    line: str = "reserves",
    horizon: int = DEFAULT_HORIZON,
    paths: int = 0,
    seed: int = 1,
    as_of: str | None = None,
) -> Compared:
    """Policies or scenarios side by side: one line of the sheet, month by month.

    Parameters
    ----------
    policies
        Names or TOML files, separated by commas; the first is what the others are compared with.
    scenarios
        Names or TOML files, separated by commas; each policy is run under each.
    line
        total_assets, treasuries, mbs, currency, tga, on_rrp, reserves, net_liquidity, reserves_to_gdp, deferred_asset
        or ten_year_equivalents.
    horizon
        How many month ends.
    paths
        How many paths are drawn, the same for each, for the spread of the differences; none by default. Surprises of
        policy are not drawn.
    seed
        The same seed gives the same paths.
    as_of
        A date or a time with a zone; by default the last moment at which anything in the store became known.
    """
    if line not in LINES:
        raise ConfigError("no line {line!r}; there are {lines}", line=line, lines=", ".join(LINES))
    pairs = list(product(_names(policies, DEFAULT_POLICY), _names(scenarios, DEFAULT_SCENARIO)))
    if len(pairs) > _MOST:
        raise ConfigError(
            "{found} combinations of policies and scenarios; at most {most} are told apart: leave some out",
            found=len(pairs),
            most=_MOST,
        )
    if paths and line not in SPREAD:
        raise ConfigError(
            "no paths of {line}; with --paths there are {lines}", line=line, lines=", ".join(SPREAD)
        )
    made: list[Run] = []
    drawn: list[Drawn] = []
    for number, (policy, scenario) in enumerate(pairs, start=1):
        if paths:
            drawn.append(
                draw(
                    work,
                    policy,
                    scenario,
                    as_of=as_of,
                    horizon=horizon,
                    paths=paths,
                    seed=seed,
                    method="bootstrap",
                    hold=Variable.POLICY,
                )
            )
            made.append(drawn[-1].made)
            continue
        if work.progress is not None:
            work.progress(f"{policy}, {scenario}", number, len(pairs))
        made.append(run(work, policy, scenario, as_of=as_of, horizon=horizon))
    several = len({scenario for _, scenario in pairs}) > 1
    names = tuple(f"{policy}, {scenario}" if several else policy for policy, scenario in pairs)
    titles = _told_apart([_title(one, several=several, words=words) for one in made], names)
    values = [[getattr(row, line) for row in months(one)] for one in made]
    spreads = [_spread(one, drawn[0], line) for one in drawn]
    first = made[0]
    return Compared(
        as_of=first.view.as_of,
        line=line,
        unit=(_PERCENT if line == _IN_PERCENT else _UNIT).symbol,
        start=first.found.start,
        names=names,
        titles=titles,
        hindsight=tuple(one.hindsight for one in made),
        notes=(*(told(drawn[0], words) if drawn else ()), *_notes(made, titles, words)),
        rows=tuple(
            ComparedMonth(
                month=f"{month_end(month):%Y-%m}",
                date=month_end(month),
                policy=policy,
                scenario=scenario,
                line=line,
                value=values[place][number],
                difference=round(values[place][number] - values[0][number], 6),
                **(
                    {
                        f"difference_p{level}": round(float(value), 2)
                        for level, value in zip(_LEVELS, spreads[place][:, number], strict=True)
                    }
                    if spreads
                    else {}
                ),
            )
            for number, month in enumerate(first.found.months.tolist())
            for place, (policy, scenario) in enumerate(pairs)
        ),
    )


def _spread(one: Drawn, first: Drawn, line: str) -> FloatArray:
    """Quantiles of a line less that of the first, path by path: levels by months."""

    def values(drawn: Drawn) -> FloatArray:
        if line == _IN_PERCENT:
            return 100 * drawn.paths.lines["reserves"] * _MILLION / drawn.paths.gdp
        return drawn.paths.lines[line].astype(np.float64)

    return quantiles(values(one) - values(first), _LEVELS)


def _names(text: str, default: str) -> list[str]:
    return list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip())) or [default]


def _title(made: Run, *, several: bool, words: Words) -> str:
    policy = words.text(made.policy.title)
    return f"{policy} · {words.text(made.scenario.title)}" if several else policy


def _told_apart(titles: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Titles, with the name behind those that are not the only one of their kind: a file copied keeps its title."""
    return tuple(
        f"{title} ({name})" if titles.count(title) > 1 else title
        for title, name in zip(titles, names, strict=True)
    )


def _notes(made: Sequence[Run], titles: Sequence[str], words: Words) -> Iterator[str]:
    """What to know about the projections, each once; what is not true of all after those it is true of."""
    told = [notes(one, words) for one in made]
    for note in dict.fromkeys(note for one in told for note in one):
        labels = [title for title, one in zip(titles, told, strict=True) if note in one]
        if len(labels) == len(made):
            yield note
        else:
            yield words.text("{labels}: {note}", labels=words.joined(labels), note=note)
