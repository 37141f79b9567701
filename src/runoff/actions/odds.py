"""How likely the milestones of run-off are, month by month: losses, remittances, the cap on MBS, less of everything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np

from runoff.actions.drawn import DEFAULT_PATHS, Drawn, draw, told
from runoff.actions.projections import (
    DEFAULT_HORIZON,
    DEFAULT_POLICY,
    DEFAULT_SCENARIO,
    month_end,
    month_name,
    notes,
)
from runoff.actions.workspace import Workspace
from runoff.core.language import Words, said
from runoff.core.report import Figure, Plot, PlotKind, Row, Section, Table
from runoff.core.units import PERCENT, Frequency
from runoff.project.fan import Odds

_TITLES = {
    "deferred_asset": said("A deferred asset stands"),
    "loss": said("The month makes a loss"),
    "mbs_cap_binds": said("MBS principal exceeds the cap"),
    "sheet_smaller": said("Total assets below today's"),
    "reserves_smaller": said("Reserves below today's"),
}
_QUARTER = 3
_MILLION = 1e6
_SHARE = 50  # percent


@dataclass(frozen=True, slots=True, kw_only=True)
class OddsMonth:
    """Percent of the paths on which each holds at, or in, a month; the error is the largest standard error of them.

    `mbs_cap_binds` is null where no cap is in force: all principal is let go, or none.
    """

    month: str
    date: date
    deferred_asset: float
    loss: float
    mbs_cap_binds: float | None
    sheet_smaller: float
    reserves_smaller: float
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OddsReport:
    """The odds of the milestones, month by month."""

    as_of: datetime
    policy: str
    scenario: str
    start: date
    opening_deferred_asset: int
    paths: int
    seed: int
    method: str
    hold: tuple[str, ...]
    record: str
    inputs: dict[str, tuple[str, ...]]
    notes: tuple[str, ...]
    rows: tuple[OddsMonth, ...]

    def section(self, words: Words) -> Section:
        """The end in a sentence, every third month as a table, all months as a picture."""
        last = self.rows[-1]
        kept = [row for n, row in enumerate(self.rows) if (len(self.rows) - 1 - n) % _QUARTER == 0]
        return Section(
            title=words.text("Odds along the way"),
            sentences=(*_sentences(self, last, words), *self.notes),
            tables=(
                Table(
                    id="odds",
                    title=words.text("Percent of the paths"),
                    columns=tuple(words.text(title) for title in _TITLES.values()),
                    rows=tuple(
                        Row(
                            label=row.month,
                            cells=tuple(
                                Figure(
                                    id=f"{name}_{row.month}",
                                    label=words.text(title),
                                    value=getattr(row, name),
                                    unit=PERCENT.symbol,
                                    period=row.date,
                                    known_at=None,
                                    note=None
                                    if getattr(row, name) is not None
                                    else words.text("no cap is in force"),
                                )
                                for name, title in _TITLES.items()
                            ),
                        )
                        for row in kept
                    ),
                ),
            ),
            plots=(
                Plot(
                    id="odds",
                    title=words.text("Odds along the way"),
                    kind=PlotKind.LINES,
                    unit=PERCENT.symbol,
                    periods=np.array([row.date.toordinal() for row in self.rows]),
                    lines={
                        words.text(title): np.array([getattr(row, name) for row in self.rows], dtype=float)
                        for name, title in _TITLES.items()
                    },
                    description=words.text("Percent of the paths."),
                ),
            ),
        )


def odds(
    work: Workspace,
    words: Words,
    *,
    policy: str = DEFAULT_POLICY,
    scenario: str = DEFAULT_SCENARIO,
    horizon: int = DEFAULT_HORIZON,
    paths: int = DEFAULT_PATHS,
    seed: int = 1,
    method: str = "bootstrap",
    hold: str = "",
    given: Path | None = None,
    as_of: str | None = None,
) -> OddsReport:
    """How likely losses, a deferred asset, a binding MBS cap and a smaller sheet are, month by month.

    Parameters
    ----------
    policy
        A policy by name (`runoff policies` lists them), or a TOML file of your own.
    scenario
        A scenario by name (`runoff scenarios` lists them), or a TOML file of your own.
    horizon
        How many month ends.
    paths
        How many paths are drawn.
    seed
        The same seed gives the same paths.
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
    return OddsReport(
        as_of=found.made.view.as_of,
        policy=found.made.policy.id,
        scenario=found.made.scenario.id,
        start=found.made.found.start,
        opening_deferred_asset=round(found.made.found.deferred / _MILLION),
        paths=paths,
        seed=seed,
        method=found.method,
        hold=tuple(sorted(found.held)),
        record=found.record.digest,
        inputs=dict(found.record.inputs),
        notes=(
            *told(found, words),
            words.text(
                "Odds of income and of the cap have not been scored; `runoff scorecard` has the lines that were."
            ),
            *notes(found.made, words),
        ),
        rows=_rows(found),
    )


def _rows(found: Drawn) -> tuple[OddsMonth, ...]:
    paths, opening = found.paths, found.made.found.opening
    shares = {
        "deferred_asset": Odds.of(paths.lines["deferred_asset"] > 0),
        "loss": Odds.of(paths.net_income < 0),
        "sheet_smaller": Odds.of(paths.lines["total_assets"] < opening.total_assets),
        "reserves_smaller": Odds.of(paths.lines["reserves"] < opening.reserves),
    }
    binds = Odds.of(paths.cap_binds)
    return tuple(
        OddsMonth(
            month=month_name(month),
            date=month_end(month),
            **{name: round(100 * float(one.share[place]), 2) for name, one in shares.items()},
            mbs_cap_binds=round(100 * float(binds.share[place]), 2) if paths.cap_in_force[place] else None,
            error=round(100 * max(float(one.error[place]) for one in (*shares.values(), binds)), 2),
        )
        for place, month in enumerate(found.made.found.months.tolist())
    )


def _sentences(report: OddsReport, last: OddsMonth, words: Words) -> tuple[str, str]:
    rows = report.rows
    gone = next((row for row in rows if row.deferred_asset < _SHARE), None)
    if not report.opening_deferred_asset:
        asset = words.text(
            "No deferred asset stood on {start}; one has come by the end of {month} on {share}% of the paths.",
            start=words.date(report.start),
            month=words.period(last.date, Frequency.MONTHLY),
            share=f"{last.deferred_asset:.0f}",
        )
    elif gone is None:
        asset = words.text(
            "At the end of {month} a deferred asset still stands on {share}% of the paths.",
            month=words.period(last.date, Frequency.MONTHLY),
            share=f"{last.deferred_asset:.0f}",
        )
    else:
        asset = words.text(
            "By the end of {month} the deferred asset is gone on more than half of the paths.",
            month=words.period(gone.date, Frequency.MONTHLY),
        )
    binding = [row.mbs_cap_binds for row in rows if row.mbs_cap_binds is not None]
    if not binding:
        cap = words.text("No cap on MBS is in force: its principal is let go whole, or not at all.")
    else:
        cap = words.text(
            "MBS principal exceeds its cap on at most {share}% of them in any month.",
            share=f"{max(binding):.0f}",
        )
    return asset, cap
