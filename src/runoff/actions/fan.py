"""A projection as a fan: how far a line may come out from its path, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np

from runoff.actions.drawn import DEFAULT_PATHS, TITLES, Drawn, draw, skill, told
from runoff.actions.projections import (
    DEFAULT_HORIZON,
    DEFAULT_POLICY,
    DEFAULT_SCENARIO,
    month_end,
    month_name,
    notes,
)
from runoff.actions.workspace import Workspace
from runoff.core.errors import ConfigError
from runoff.core.language import Words, said
from runoff.core.report import Band, Figure, Plot, PlotKind, Row, Section, Style, Table
from runoff.core.series import FloatArray
from runoff.core.units import USD_MILLIONS, Frequency
from runoff.project.fan import LEVELS, quantiles

_QUARTER = 3
ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class FanMonth:
    """A line at the end of a month: the projection, and the values below which so many percent of paths lie; USD mn."""

    month: str
    date: date
    line: str
    projected: int
    p5: int
    p10: int
    p25: int
    p50: int
    p75: int
    p90: int
    p95: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fan:
    """Quantiles of many paths, month by month, in millions.

    `record` is the digest of all that they follow from, `inputs` those of the files read, by series and book.
    """

    as_of: datetime
    policy: str
    scenario: str
    line: str
    start: date
    opening: int | None
    unit: str
    paths: int
    seed: int
    method: str
    hold: tuple[str, ...]
    kernel: str
    record: str
    inputs: dict[str, tuple[str, ...]]
    notes: tuple[str, ...]
    rows: tuple[FanMonth, ...]

    def section(self, words: Words) -> Section:
        """The end in a sentence, every third month as a table, all months as a fan."""
        line = TITLES[self.line if self.line != ALL else "reserves"]
        rows = [row for row in self.rows if row.line == (self.line if self.line != ALL else "reserves")]
        last = rows[-1]
        return Section(
            title=words.text("Fan: {line}", line=words.text(line)),
            sentences=(sentence(last, words.text(line), words), *self.notes),
            tables=(table(rows, words.text(line), words),),
            plots=(plot(rows, words.text(line), self.start, self.opening, words),),
        )


def fan(
    work: Workspace,
    words: Words,
    *,
    line: str = "reserves",
    policy: str = DEFAULT_POLICY,
    scenario: str = DEFAULT_SCENARIO,
    horizon: int = DEFAULT_HORIZON,
    paths: int = DEFAULT_PATHS,
    seed: int = 1,
    method: str = "bootstrap",
    hold: str = "",
    given: Path | None = None,
    as_of: str | None = None,
) -> Fan:
    """How far a line of the sheet may come out from its projection: quantiles of many paths, month by month.

    Rates, the Treasury's account, currency, the demand for ON RRP, all else that absorbs reserves, and (under the
    announced policy) surprises of policy are drawn together from what happened before `as_of`.

    Parameters
    ----------
    line
        reserves, net_liquidity, total_assets, securities, treasuries, mbs, tga, on_rrp, currency or any other line of
        the sheet; all gives every one (the picture then shows reserves).
    policy
        A policy by name (`runoff policies` lists them), or a TOML file of your own.
    scenario
        A scenario by name (`runoff scenarios` lists them), or a TOML file of your own.
    horizon
        How many month ends.
    paths
        How many paths are drawn.
    seed
        The same seed gives the same paths, whatever the policy: differences are then free of noise.
    method
        bootstrap draws blocks of months that happened, parametric from a model of them.
    hold
        What is not drawn, separated by commas: short_rate, ten_year, mortgage_spread, tga, currency, on_rrp, lending,
        other, policy.
    given
        A CSV file of your own paths, months (2027-01) by any of these variables: deviations from the projection, rates
        in points, amounts in billions of dollars, currency in percent.
    as_of
        A date or a time with a zone; by default the last moment at which anything in the store became known.
    """
    if line != ALL and line not in TITLES:
        raise ConfigError("no line {line!r}; there are {lines}", line=line, lines=", ".join((*TITLES, ALL)))
    found = draw(
        work,
        policy,
        scenario,
        as_of=as_of,
        horizon=horizon,
        paths=paths,
        seed=seed,
        method=method,
        hold=hold,
        given=given,
    )
    chosen = tuple(TITLES) if line == ALL else (line,)
    return Fan(
        as_of=found.made.view.as_of,
        policy=found.made.policy.id,
        scenario=found.made.scenario.id,
        line=line,
        start=found.made.found.start,
        opening=opened(found, "reserves" if line == ALL else line),
        unit=USD_MILLIONS.symbol,
        paths=paths,
        seed=seed,
        method=found.method,
        hold=tuple(sorted(found.held)),
        kernel=found.paths.kernel.name,
        record=found.record.digest,
        inputs=dict(found.record.inputs),
        notes=(
            *told(found, words),
            *skill(found, chosen, words),
            *notes(found.made, words),
        ),
        rows=fan_rows(found, chosen),
    )


def opened(found: Drawn, line: str) -> int | None:
    """A line of the published sheet from which the paths go on; None of one that the sheet does not have."""
    opening = found.made.found.opening
    if line == "securities":
        return opening.treasuries + opening.agency_debt + opening.mbs
    if line == "net_liquidity":
        return opening.total_assets - opening.tga - opening.on_rrp
    value = getattr(opening, line, None)
    return None if value is None else int(value)


def fan_rows(found: Drawn, lines: Sequence[str]) -> tuple[FanMonth, ...]:
    """The quantiles of lines, month by month."""
    months = found.made.found.months.tolist()
    spread = {line: np.rint(quantiles(found.paths.lines[line])).astype(np.int64) for line in lines}
    central = dict(found.made.found.sheet.lines)
    central["securities"] = central["treasuries"] + central["agency_debt"] + central["mbs"]
    return tuple(
        FanMonth(
            month=month_name(month),
            date=month_end(month),
            line=line,
            projected=int(central[line][0, place]),
            **{
                f"p{level}": int(value)
                for level, value in zip(LEVELS, spread[line][:, place].tolist(), strict=True)
            },
        )
        for place, month in enumerate(months)
        for line in lines
    )


def sentence(last: FanMonth, line: str, words: Words) -> str:
    """Between which amounts most paths end."""
    return words.text(
        "{line} at the end of {month}: {projected} as projected; half of the paths lie between {p25} and {p75}, nine "
        "in ten between {p5} and {p95}.",
        line=line,
        month=words.period(last.date, Frequency.MONTHLY),
        **{
            name: words.amount(getattr(last, name), USD_MILLIONS)
            for name in ("projected", "p5", "p25", "p75", "p95")
        },
    )


def table(rows: Sequence[FanMonth], line: str, words: Words) -> Table:
    """Every third month of one line."""
    kept = [row for n, row in enumerate(rows) if (len(rows) - 1 - n) % _QUARTER == 0]
    names = ("projected", "p5", "p25", "p50", "p75", "p95")
    columns = (words.text("Projected"), "5%", "25%", words.text("Median"), "75%", "95%")

    def cell(row: FanMonth, name: str, column: str) -> Figure:
        return Figure(
            id=f"{row.line}_{name}_{row.month}",
            label=f"{line}, {column}",
            value=getattr(row, name),
            unit=USD_MILLIONS.symbol,
            period=row.date,
            known_at=None,
            style=Style.LEVEL,
            note=words.text("projected"),
        )

    return Table(
        id="fan",
        title=line,
        columns=columns,
        rows=tuple(
            Row(
                label=row.month,
                cells=tuple(cell(row, name, column) for name, column in zip(names, columns, strict=True)),
            )
            for row in kept
        ),
        note=words.text("Below 5% stands the amount under which a twentieth of the paths lie, and so on."),
    )


def plot(rows: Sequence[FanMonth], line: str, start: date, opening: int | None, words: Words) -> Plot:
    """The fan of one line, from the published opening on where the sheet has it."""
    known = [] if opening is None else [(start, float(opening))]
    periods = np.array([*(day.toordinal() for day, _ in known), *(row.date.toordinal() for row in rows)])

    def values(name: str) -> FloatArray:
        return np.array([*(value for _, value in known), *(getattr(row, name) for row in rows)], dtype=float)

    return Plot(
        id="fan",
        title=line,
        kind=PlotKind.LINES,
        unit=USD_MILLIONS.symbol,
        periods=periods,
        lines={words.text("Projected"): values("projected"), words.text("Median"): values("p50")},
        bands=tuple(
            Band(lower=values(low), upper=values(high), label=words.text(label))
            for low, high, label in (
                ("p5", "p95", said("90 of 100 paths")),
                ("p10", "p90", said("80 of 100 paths")),
                ("p25", "p75", said("50 of 100 paths")),
            )
        ),
        description=words.text("Month ends; the bands hold so many of a hundred paths."),
        until=start,
    )
