"""When reserves may fall below a threshold, and how likely that is by each date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np

from runoff.actions.drawn import DEFAULT_PATHS, Drawn, draw, skill, told
from runoff.actions.projections import (
    DEFAULT_POLICY,
    DEFAULT_SCENARIO,
    month_end,
    month_name,
    notes,
)
from runoff.actions.workspace import Workspace
from runoff.core.errors import ConfigError, Unavailable
from runoff.core.language import Words
from runoff.core.report import Figure, Plot, PlotKind, Row, Section, Table
from runoff.core.series import FloatArray
from runoff.core.units import PERCENT, USD_MILLIONS, Frequency
from runoff.core.view import Needs
from runoff.project.fan import Crossing
from runoff.project.fan import crossing as crossed

_MILLION, _BILLION = 1e6, 1e9
BANK_ASSETS = "frb:TLAACBW027SBOG"
GDP_SHARE, BANK_SHARE, LEVEL = _MEASURES = ("gdp", "bank_assets", "level")
_QUARTILES = (10, 25, 50, 75, 90)
_QUARTER = 3
_SHORTEST = 2  # months between which there is growth


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossingMonth:
    """The threshold at the end of a month, in millions, and the odds, in percent, of reserves below it.

    `below` is the share of paths below it at that month end, `crossed` of those that have been below it by then, and
    the errors are one standard error of drawing so many paths.
    """

    month: str
    date: date
    threshold: int
    projected: int
    below: float
    below_error: float
    crossed: float
    crossed_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossingReport:
    """When reserves cross a threshold.

    `already` says that they stand below it on the opening sheet. `by` names the month by which 10, 25, 50, 75 and 90
    percent of the paths have crossed, null where they have not at the horizon; `never` is the percentage of paths that
    do not cross at all.
    """

    as_of: datetime
    policy: str
    scenario: str
    threshold: float
    of: str
    start: date
    opening: int
    opening_share: float | None
    already: bool
    never: float
    by: dict[str, str | None]
    paths: int
    seed: int
    method: str
    hold: tuple[str, ...]
    record: str
    inputs: dict[str, tuple[str, ...]]
    notes: tuple[str, ...]
    rows: tuple[CrossingMonth, ...]

    def section(self, words: Words) -> Section:
        """The odds in a sentence, every third month as a table, all months as a picture."""
        return Section(
            title=words.text("Crossing: reserves below {what}", what=_what(self, words)),
            sentences=(_sentence(self, words), *self.notes),
            tables=(_table(self, words),),
            plots=(
                Plot(
                    id="crossing",
                    title=words.text("Odds of reserves below {what}", what=_what(self, words)),
                    kind=PlotKind.LINES,
                    unit=PERCENT.symbol,
                    periods=np.array([row.date.toordinal() for row in self.rows]),
                    lines={
                        words.text("Below at that month end"): np.array([row.below for row in self.rows]),
                        words.text("Below by then"): np.array([row.crossed for row in self.rows]),
                    },
                    description=words.text("Percent of the paths."),
                ),
            ),
        )


def crossing(
    work: Workspace,
    words: Words,
    *,
    threshold: float = 0.10,
    of: str = GDP_SHARE,
    policy: str = DEFAULT_POLICY,
    scenario: str = DEFAULT_SCENARIO,
    horizon: int = 24,
    paths: int = DEFAULT_PATHS,
    seed: int = 1,
    method: str = "bootstrap",
    hold: str = "",
    given: Path | None = None,
    as_of: str | None = None,
) -> CrossingReport:
    """When reserves fall below a threshold: the odds by date, over many paths.

    Parameters
    ----------
    threshold
        A share (0.10 is ten percent), or billions of dollars where `of` is level.
    of
        gdp, bank_assets (needs the series of H.8 in the store) or level.
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
    _require(threshold, of)
    if of == BANK_SHARE:
        _bank_assets(work, as_of)
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
    base = _base(work, found, of)
    central = found.made.found
    result = crossed(
        found.paths.in_dollars("reserves"), central.opening.reserves * _MILLION, threshold * base
    )
    return CrossingReport(
        as_of=found.made.view.as_of,
        policy=found.made.policy.id,
        scenario=found.made.scenario.id,
        threshold=threshold,
        of=of,
        start=central.start,
        opening=central.opening.reserves,
        opening_share=None if of == LEVEL else round(central.opening.reserves * _MILLION / float(base[0]), 4),
        already=result.already,
        never=round(100 * float(np.mean(result.first < 0)), 2),
        by={f"{level}%": _month_of(found, result.date_at(level)) for level in _QUARTILES},
        paths=paths,
        seed=seed,
        method=found.method,
        hold=tuple(sorted(found.held)),
        record=found.record.digest,
        inputs=dict(found.record.inputs),
        notes=(
            *told(found, words),
            *skill(found, ("reserves",), words),
            *_growing(central.gdp, of, words),
            *notes(found.made, words),
        ),
        rows=_rows(found, result),
    )


def _require(threshold: float, of: str) -> None:
    if of not in _MEASURES:
        raise ConfigError("no measure {of!r}; expected {names}", of=of, names=", ".join(_MEASURES))
    highest = 1e5 if of == LEVEL else 1.0
    if not 0 < threshold <= highest:
        raise ConfigError(
            "threshold of {threshold}: expected a share above 0 and up to 1 (0.10 is ten percent), or with --of level "
            "billions of dollars",
            threshold=threshold,
        )


def _base(work: Workspace, found: Drawn, of: str) -> FloatArray:
    """What the threshold is a share of, dollars by months: GDP, bank assets that grow with it, or a billion."""
    gdp = found.made.found.gdp
    if of == GDP_SHARE:
        return gdp
    if of == LEVEL:
        return np.full(len(gdp), _BILLION)
    grown: FloatArray = _bank_assets(work, found.made.view.as_of.isoformat()) * gdp / gdp[0]
    return grown


def _bank_assets(work: Workspace, as_of: str | None) -> float:
    """The last known total of bank assets, dollars.

    Raises
    ------
    Unavailable
        If the series is not in the store.
    """
    known = work.view(Needs(optional=frozenset({BANK_ASSETS})), as_of).known(BANK_ASSETS)
    if known is None:
        raise Unavailable(
            "bank assets ({series}, from H.8) are not in the store: declare the series in a folder of your own and "
            "`runoff import` it (docs/guides/your-own-data.md), or take --of gdp or --of level",
            series=BANK_ASSETS,
        )
    return known.to("USD bn").last().value * _BILLION


def _growing(gdp: FloatArray, of: str, words: Words) -> tuple[str, ...]:
    """At what pace the threshold rises with GDP; nothing of a level."""
    if of == LEVEL or len(gdp) < _SHORTEST:
        return ()
    pace = 100 * ((float(gdp[-1]) / float(gdp[0])) ** (12 / (len(gdp) - 1)) - 1)
    return (
        words.text(
            "GDP is taken to grow by {pace}% a year, as over the last ten known; the threshold rises with it.",
            pace=f"{pace:.1f}",
        ),
    )


def _month_of(found: Drawn, place: int | None) -> str | None:
    return None if place is None else month_name(int(found.made.found.months[place]))


def _rows(found: Drawn, result: Crossing) -> tuple[CrossingMonth, ...]:
    central = found.made.found
    return tuple(
        CrossingMonth(
            month=month_name(month),
            date=month_end(month),
            threshold=round(float(result.threshold[place]) / _MILLION),
            projected=int(central.sheet.lines["reserves"][0, place]),
            below=round(100 * float(result.below.share[place]), 2),
            below_error=round(100 * float(result.below.error[place]), 2),
            crossed=round(100 * float(result.crossed.share[place]), 2),
            crossed_error=round(100 * float(result.crossed.error[place]), 2),
        )
        for place, month in enumerate(central.months.tolist())
    )


def _what(report: CrossingReport, words: Words) -> str:
    share = f"{100 * report.threshold:g}"
    if report.of == GDP_SHARE:
        return words.text("{share}% of GDP", share=share)
    if report.of == BANK_SHARE:
        return words.text("{share}% of bank assets", share=share)
    return words.amount(report.threshold * 1000, USD_MILLIONS)


def _sentence(report: CrossingReport, words: Words) -> str:
    last = report.rows[-1]
    places = {
        "what": _what(report, words),
        "month": words.period(last.date, Frequency.MONTHLY),
        "below": f"{last.below:.0f}",
        "crossed": f"{last.crossed:.0f}",
        "reserves": words.amount(report.opening, USD_MILLIONS),
        "start": words.date(report.start),
    }
    if report.already:
        return words.text(
            "Reserves of {start}, {reserves}, stand below {what} already; at the end of {month} {below}% of the paths "
            "are below it.",
            **places,
        )
    return words.text(
        "Reserves stood at {reserves} on {start}. By the end of {month} {crossed}% of the paths have been below {what} "
        "at a month end, and {below}% are below it then.",
        **places,
    )


def _table(report: CrossingReport, words: Words) -> Table:
    kept = [row for n, row in enumerate(report.rows) if (len(report.rows) - 1 - n) % _QUARTER == 0]
    columns = {
        "threshold": (words.text("Threshold"), USD_MILLIONS),
        "projected": (words.text("Reserves as projected"), USD_MILLIONS),
        "below": (words.text("Below at that month end"), PERCENT),
        "crossed": (words.text("Below by then"), PERCENT),
    }
    return Table(
        id="crossing",
        title=words.text("Odds by month"),
        columns=tuple(label for label, _ in columns.values()),
        rows=tuple(
            Row(
                label=row.month,
                cells=tuple(
                    Figure(
                        id=f"{name}_{row.month}",
                        label=label,
                        value=getattr(row, name),
                        unit=unit.symbol,
                        period=row.date,
                        known_at=None,
                        note=words.text("projected"),
                    )
                    for name, (label, unit) in columns.items()
                ),
            )
            for row in kept
        ),
        note=words.text(
            "Drawing {paths} paths leaves up to {error} points of uncertainty in a share.",
            paths=f"{report.paths:,}",
            error=f"{100 * 0.5 / report.paths**0.5:.1f}",
        ),
    )
