"""Both sides of the balance sheet, month by month, under a policy and a scenario."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from pathlib import Path

import numpy as np

from runoff.actions.drawn import TITLES as LINES
from runoff.actions.drawn import Drawn, draw, skill, told
from runoff.actions.fan import FanMonth, fan_rows, plot, sentence
from runoff.actions.projections import (
    DEFAULT_HORIZON,
    DEFAULT_POLICY,
    DEFAULT_SCENARIO,
    Run,
    month_end,
    month_name,
    notes,
    run,
)
from runoff.actions.workspace import Workspace
from runoff.core.language import Words, said
from runoff.core.report import Figure, Plot, PlotKind, Row, Section, Style, Table
from runoff.core.units import Frequency, Unit
from runoff.project.duration import durations

_UNIT = Unit.parse("USD mn")
_MILLION = 1e6
_FANNED = ("reserves", "total_assets")  # the lines whose fans a screen shows; JSON has that of every line


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectedMonth:
    """A month: what stands at its end and what moved in it, in millions; reserves over GDP in percent.

    `ten_year_equivalents` are those of the Treasuries held, `duration_released` those the private sector absorbs.
    """

    month: str
    date: date
    total_assets: int
    treasuries: int
    agency_debt: int
    mbs: int
    loans: int
    other_supplying: int
    supplying: int
    currency: int
    tga: int
    on_rrp: int
    foreign_rrp: int
    other_absorbing: int
    deferred_asset: int
    absorbing: int
    reserves: int
    net_liquidity: int
    reserves_to_gdp: float
    treasuries_redeemed: int
    treasuries_bought: int
    treasuries_sold: int
    mbs_principal: int
    mbs_bought: int
    mbs_sold: int
    net_income: int
    remitted: int
    ten_year_equivalents: int
    duration_released: int
    average_maturity_years: float


# What a screen has room for, first what a narrow one should show; JSON, CSV and Parquet have every line.
_SHOWN = ("total_assets", "reserves", "net_liquidity", "treasuries", "mbs", "tga", "on_rrp", "currency")
TITLES = {
    "total_assets": said("Total assets"),
    "treasuries": said("Treasuries"),
    "mbs": said("MBS"),
    "currency": said("Currency"),
    "tga": said("TGA"),
    "on_rrp": said("ON RRP"),
    "reserves": said("Reserves"),
    "net_liquidity": said("Net liquidity"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectionReport:
    """A projection: what it stands on, what to know about it, and its months.

    `start` is the Wednesday whose published sheet it goes on from, `opening` that sheet in millions; `hindsight` says
    that it uses what was known only later. `fan` has the quantiles of every line and month where paths were drawn:
    `paths` of them, from `seed`, by `method`, with what is on `hold` not drawn; `record` is the digest of all that they
    follow from, `inputs` those of the files read.
    """

    as_of: datetime
    policy: str
    policy_title: str
    policy_says: str
    scenario: str
    scenario_says: str
    start: date
    book: date
    modelled: bool
    hindsight: bool
    unit: str
    notes: tuple[str, ...]
    opening: dict[str, int]
    rows: tuple[ProjectedMonth, ...]
    paths: int = 0
    seed: int | None = None
    method: str | None = None
    hold: tuple[str, ...] = ()
    record: str | None = None
    inputs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    fan: tuple[FanMonth, ...] = ()

    def section(self, words: Words) -> Section:
        """The path in a sentence, its figures, the months as a table, and pictures of both sides."""
        last = self.rows[-1]
        return Section(
            title=words.text("Projection: {policy}", policy=words.text(self.policy_title)),
            sentences=(
                words.text(
                    "{policy} Under it total assets go from {assets} on {start} to {ahead} at the end of {month}, and "
                    "reserves from {reserves} to {left}, {share} of GDP.",
                    policy=words.text(self.policy_says),
                    assets=words.amount(self.opening["total_assets"], _UNIT),
                    start=words.date(self.start),
                    ahead=words.amount(last.total_assets, _UNIT),
                    month=words.period(last.date, Frequency.MONTHLY),
                    reserves=words.amount(self.opening["reserves"], _UNIT),
                    left=words.amount(last.reserves, _UNIT),
                    share=words.amount(last.reserves_to_gdp, Unit.parse("percent")),
                ),
                *(sentence(rows[-1], words.text(LINES[line]), words) for line, rows in self._fans().items()),
                words.text(self.scenario_says),
                *self.notes,
            ),
            tables=(self._table(words),),
            plots=self._plots(words),
        )

    def _fans(self) -> dict[str, list[FanMonth]]:
        fans = {line: [row for row in self.fan if row.line == line] for line in _FANNED}
        return {line: rows for line, rows in fans.items() if rows}

    def _table(self, words: Words) -> Table:
        def cell(line: str, value: float, day: date) -> Figure:
            return Figure(
                id=f"{line}_{day:%Y_%m}",
                label=words.text(TITLES[line]),
                value=value,
                unit=self.unit,
                period=day,
                known_at=None,
                style=Style.LEVEL,
                note=words.text("projected"),
            )

        return Table(
            id="months",
            title=words.text("Month ends"),
            columns=tuple(words.text(TITLES[line]) for line in _SHOWN),
            rows=tuple(
                Row(
                    label=row.month,
                    cells=tuple(cell(line, getattr(row, line), row.date) for line in _SHOWN),
                )
                for row in self.rows
            ),
        )

    def _plots(self, words: Words) -> tuple[Plot, ...]:
        periods = np.array([self.start.toordinal(), *(row.date.toordinal() for row in self.rows)])

        def line(name: str) -> np.ndarray:
            return np.array([self.opening[name], *(getattr(row, name) for row in self.rows)], dtype=float)

        above = {words.text(TITLES[name]): line(name) for name in ("treasuries", "mbs")}
        above[words.text("Other supplying")] = line("supplying") - line("treasuries") - line("mbs")
        below = {words.text(TITLES[name]): line(name) for name in ("reserves", "currency", "tga", "on_rrp")}
        below[words.text("Other absorbing")] = (
            line("absorbing") - line("currency") - line("tga") - line("on_rrp")
        )
        fans = (
            replace(
                plot(rows, words.text(LINES[name]), self.start, self.opening[name], words), id=f"fan_{name}"
            )
            for name, rows in self._fans().items()
        )
        return (
            *fans,
            Plot(
                id="paths",
                title=words.text("Total assets, reserves and net liquidity"),
                kind=PlotKind.LINES,
                unit=self.unit,
                periods=periods,
                lines={
                    words.text(TITLES[name]): line(name)
                    for name in ("total_assets", "net_liquidity", "reserves")
                },
                description=words.text("Projected month ends; the first point is published."),
            ),
            Plot(
                id="sides",
                title=words.text("Both sides of the sheet, projected"),
                kind=PlotKind.STACKED,
                unit=self.unit,
                periods=periods,
                lines=above | below,
                below=frozenset(below),
                description=words.text(
                    "What supplies reserve funds above zero, what absorbs them and reserves below."
                ),
            ),
        )


def project(
    work: Workspace,
    words: Words,
    *,
    policy: str = DEFAULT_POLICY,
    scenario: str = DEFAULT_SCENARIO,
    horizon: int = DEFAULT_HORIZON,
    paths: int = 0,
    seed: int = 1,
    method: str = "bootstrap",
    hold: str = "",
    given: Path | None = None,
    as_of: str | None = None,
) -> ProjectionReport:
    """Both sides of the Federal Reserve's balance sheet, month by month, under a policy and a scenario.

    Amounts are in millions. Everything is of what was known at `as_of`, but for a policy or scenario in hindsight.

    Parameters
    ----------
    policy
        A policy by name (`runoff policies` lists them), or a TOML file of your own.
    scenario
        A scenario by name (`runoff scenarios` lists them), or a TOML file of your own.
    horizon
        How many month ends.
    paths
        How many paths of the world are drawn about it, for quantiles of every line; none by default.
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
    drawn: Drawn | None = None
    if paths:
        drawn = draw(
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
        made = drawn.made
    else:
        made = run(work, policy, scenario, as_of=as_of, horizon=horizon)
    return ProjectionReport(
        as_of=made.view.as_of,
        policy=made.policy.id,
        policy_title=made.policy.title,
        policy_says=made.policy.says,
        scenario=made.scenario.id,
        scenario_says=made.scenario.says,
        start=made.found.start,
        book=made.found.book.date,
        modelled=made.found.modelled,
        hindsight=made.hindsight,
        unit=_UNIT.symbol,
        notes=(*(() if drawn is None else _of_paths(drawn, words)), *notes(made, words)),
        opening=opening(made),
        rows=months(made),
        paths=paths,
        seed=None if drawn is None else drawn.seed,
        method=None if drawn is None else drawn.method,
        hold=() if drawn is None else tuple(sorted(drawn.held)),
        record=None if drawn is None else drawn.record.digest,
        inputs={} if drawn is None else dict(drawn.record.inputs),
        fan=() if drawn is None else fan_rows(drawn, tuple(LINES)),
    )


def _of_paths(drawn: Drawn, words: Words) -> tuple[str, ...]:
    return (*told(drawn, words), *skill(drawn, _FANNED, words))


def opening(made: Run) -> dict[str, int]:
    """The published sheet from which a projection goes on, in millions."""
    opened = made.found.opening
    lines = {field.name: int(getattr(opened, field.name)) for field in fields(opened)}
    return lines | {
        "supplying": opened.supplying,
        "absorbing": opened.absorbing,
        "total_assets": opened.total_assets,
        "net_liquidity": opened.total_assets - opened.tga - opened.on_rrp,
    }


def months(made: Run) -> tuple[ProjectedMonth, ...]:
    """The months of a projection, in millions."""
    found = made.found
    sheet, flows = found.sheet, found.flows
    duration = durations(found, known=made.view.as_of.date())
    moved = {
        "treasuries_redeemed": flows.treasuries_redeemed,
        "treasuries_bought": flows.treasuries_bought,
        "treasuries_sold": flows.treasuries_sold,
        "mbs_principal": flows.mbs_principal,
        "mbs_bought": flows.mbs_bought,
        "mbs_sold": flows.mbs_sold,
        "net_income": sheet.net_income,
        "remitted": sheet.remitted,
    }
    return tuple(
        ProjectedMonth(
            month=month_name(month),
            date=month_end(month),
            **{name: int(amounts[0, place]) for name, amounts in sheet.lines.items()},
            **{name: round(float(amounts[0, place]) / _MILLION) for name, amounts in moved.items()},
            reserves_to_gdp=round(
                100 * float(sheet.lines["reserves"][0, place]) * _MILLION / float(found.gdp[place]), 2
            ),
            ten_year_equivalents=round(float(duration.equivalents[place]) / _MILLION),
            duration_released=round(float(duration.released[place]) / _MILLION),
            average_maturity_years=round(float(duration.maturity[place]), 2),
        )
        for place, month in enumerate(found.months.tolist())
    )
