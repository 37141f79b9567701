"""How well the projections did: each month's forecast of what was then known, against what came and naive forecasts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np

from runoff.actions.drawn import FEWEST_PATHS, MOST_PATHS, TITLES
from runoff.actions.past_forecasts import computed, needs, origins_of, threads_here, world
from runoff.actions.projections import definition
from runoff.actions.workspace import Workspace
from runoff.core.errors import ConfigError, Unavailable
from runoff.core.language import Words, said
from runoff.core.report import Across, Figure, Plot, PlotKind, Row, Section, Style, Table
from runoff.core.units import PERCENT, USD_MILLIONS
from runoff.impact import skill
from runoff.impact.scoring import FEWEST, SIGNIFICANT, bootstrapped
from runoff.impact.skill import (
    BANDS,
    BENCHMARKS,
    LINES,
    WALK,
    WEEKS,
    Forecast,
    LineScore,
)

ALL: Final = "all"
RECORDED, RECOMPUTED = "recorded", "recomputed"
_UNIT: Final = USD_MILLIONS.symbol
_SHOWN: Final = ("securities", "reserves")  # of which there are pictures where every line is asked for
_BENCHMARKS: Final = {
    "walk": said("Random walk"),
    "drift": said("Drift of 13 weeks"),
    "drift_year": said("Drift of 52 weeks"),
}
_HUNDRED: Final = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """How the forecasts of a line so many weeks ahead did; USD mn, and percent of the outcomes in each band.

    `independent` is how many outcomes share no part of their way; `bias` is outcome less forecast.
    """

    line: str
    weeks: int
    count: int
    independent: int
    mae: float
    walk_mae: float
    drift_mae: float
    drift_year_mae: float
    bias: float
    covered_50: float
    covered_80: float
    covered_90: float
    width_80: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRow:
    """Our absolute errors less those of a benchmark, on average: below nil where ours are smaller; USD mn.

    `low` and `high` are the 95 percent interval of the difference, from Student's distribution; `resampled_low` and
    `resampled_high` from circular blocks. `p` is that of Diebold and Mariano, `p_adjusted` Holm's over all lines and
    horizons. `closer` is the percent of the origins of which ours was nearer.
    """

    line: str
    weeks: int
    benchmark: str
    count: int
    difference: float
    low: float | None
    high: float | None
    resampled_low: float
    resampled_high: float
    p: float
    p_adjusted: float
    closer: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ForesightRow:
    """Mean absolute errors had securities been known in advance: of our forecasts, and of the random walk with them.

    `p_model` and `p_walk` are those of either against the random walk alone.
    """

    line: str
    weeks: int
    count: int
    model_mae: float
    walk_with_securities_mae: float
    walk_mae: float
    p_model: float
    p_walk: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """Scores of past forecasts, the tests behind them, and every forecast with its outcome."""

    as_of: datetime
    source: str
    line: str
    unit: str
    paths: int
    seed: int
    origins: int
    first_origin: date
    last_origin: date
    notes: tuple[str, ...]
    rows: tuple[ScoreRow, ...]
    comparisons: tuple[ComparisonRow, ...]
    foresight: tuple[ForesightRow, ...]
    forecasts: tuple[Forecast, ...]

    def section(self, words: Words) -> Section:
        """What the scores say, as tables, and as pictures of the bands, of the errors and of how they grow."""
        shown = _SHOWN if self.line == ALL else (self.line,)
        return Section(
            title=words.text("Scorecard of the projections"),
            sentences=self.notes,
            tables=(
                _scores_table(self.rows, words),
                _tests_table(self.comparisons, words),
                *((_foresight_table(self.foresight, words),) if self.foresight else ()),
            ),
            plots=tuple(plot for line in shown for plot in plots(self.forecasts, line, words)),
        )


def scorecard(
    work: Workspace,
    words: Words,
    *,
    line: str = ALL,
    origins: int | None = None,
    paths: int = skill.PATHS,
    recorded: bool = False,
    as_of: str | None = None,
) -> Scorecard:
    """How far past projections were from what came, whether their bands held it, and whether naive ones did better.

    At the first of each month since April 2022 the projection is made of what was known on that day, and held 13, 26
    and 52 weeks later against the H.4.1 of that Wednesday; so are no change, and the change of the last 13 and of the
    last 52 weeks going on. It takes about a second an origin.

    Parameters
    ----------
    line
        treasuries, mbs, securities, total_assets, net_liquidity or reserves; all gives every one.
    origins
        The last so many months; by default all since April 2022.
    paths
        How many paths are drawn at each origin.
    recorded
        Read the scores that come with the package, made from the figures that ship with it, and compute nothing.
    as_of
        Outcomes known at a date, or a time with a zone; by default the last moment at which anything in the store
        became known.
    """
    if line != ALL and line not in LINES:
        raise ConfigError("no line {line!r}; there are {lines}", line=line, lines=", ".join((*LINES, ALL)))
    if not FEWEST_PATHS <= paths <= MOST_PATHS:
        raise ConfigError(
            "paths: {paths}; expected {fewest} to {most}", paths=paths, fewest=FEWEST_PATHS, most=MOST_PATHS
        )
    if origins is not None and origins < FEWEST:
        raise ConfigError("origins: {origins}; expected {fewest} or more", origins=origins, fewest=FEWEST)
    moment = work.as_of(as_of)
    found = skill.known(moment) if recorded else _recomputed(work, words, as_of, origins=origins, paths=paths)
    days = sorted({row.origin for row in found})[-(origins or len(found)) :]
    rows = tuple(row for row in found if row.origin in days)
    if len(days) < FEWEST:
        raise Unavailable(
            "{found} forecasts with a known outcome at {as_of}; expected {fewest} to score them",
            found=len(days),
            as_of=moment.isoformat(),
            fewest=FEWEST,
        )
    return scored(rows, line, words, as_of=moment, source=RECORDED if recorded else RECOMPUTED, paths=paths)


def scored(
    rows: Sequence[Forecast], line: str, words: Words, *, as_of: datetime, source: str, paths: int
) -> Scorecard:
    """Score forecasts; tests are adjusted for all lines and horizons, whichever line is shown."""
    found, chosen = skill.scores(rows), LINES if line == ALL else (line,)
    kept = [one for one in found if one.line in chosen]
    days = sorted({row.origin for row in rows})
    return Scorecard(
        as_of=as_of,
        source=source,
        line=line,
        unit=_UNIT,
        paths=paths,
        seed=skill.SEED,
        origins=len(days),
        first_origin=days[0],
        last_origin=days[-1],
        notes=tuple(_sentences(rows, found, chosen, days, words)),
        rows=tuple(_score_row(one) for one in kept),
        comparisons=tuple(_comparisons(rows, kept)),
        foresight=tuple(_foresight_row(one) for one in skill.foresight(rows) if one.line in chosen),
        forecasts=tuple(row for row in rows if row.line in chosen),
    )


def _recomputed(
    work: Workspace, words: Words, as_of: str | None, *, origins: int | None, paths: int
) -> tuple[Forecast, ...]:
    """The forecasts of the last so many origins, from the user's own store."""
    view = work.view(needs(definition()), as_of)
    shared = world(view, paths=paths)
    days = origins_of(view, shared.outcomes)[-(origins or 0) :]
    with_progress = work.progress

    def done(count: int) -> None:
        if with_progress is not None:
            with_progress(words.text("Scorecard of the projections"), count, len(days))

    return computed(shared, days, executor=threads_here(), done=done)


# --- rows -------------------------------------------------------------------------------------------------------------


def _score_row(found: LineScore) -> ScoreRow:
    return ScoreRow(
        line=found.line,
        weeks=found.weeks,
        count=found.count,
        independent=found.independent,
        mae=round(found.mae, 1),
        **{f"{name}_mae": round(found.against[name].theirs, 1) for name in BENCHMARKS},
        bias=round(found.bias, 1),
        **{f"covered_{band}": round(_HUNDRED * found.coverage[band], 1) for band in BANDS},
        width_80=round(found.width, 1),
    )


def _comparisons(rows: Sequence[Forecast], found: Sequence[LineScore]) -> Iterator[ComparisonRow]:
    groups = {(group[0].line, group[0].weeks): group for group in skill.by_line(rows)}
    for one in found:
        group = groups[one.line, one.weeks]
        for name in BENCHMARKS:
            against = one.against[name]
            low, high = bootstrapped(
                skill.losses(group) - skill.losses(group, name),
                block=skill.overlap(one.weeks),
                seed=skill.SEED,
            )
            yield ComparisonRow(
                line=one.line,
                weeks=one.weeks,
                benchmark=name,
                count=one.count,
                difference=round(against.difference, 1),
                low=_finite(against.interval[0]),
                high=_finite(against.interval[1]),
                resampled_low=round(low, 1),
                resampled_high=round(high, 1),
                p=round(against.p, 4),
                p_adjusted=round(one.adjusted[name], 4),
                closer=round(_HUNDRED * against.closer, 1),
            )


def _finite(value: float) -> float | None:
    return round(value, 1) if np.isfinite(value) else None


def _foresight_row(found: skill.Foresight) -> ForesightRow:
    return ForesightRow(
        line=found.line,
        weeks=found.weeks,
        count=found.model.count,
        model_mae=round(found.model.ours, 1),
        walk_with_securities_mae=round(found.walk.ours, 1),
        walk_mae=round(found.walk.theirs, 1),
        p_model=round(found.model.p, 4),
        p_walk=round(found.walk.p, 4),
    )


# --- in words ---------------------------------------------------------------------------------------------------------


def _sentences(
    rows: Sequence[Forecast],
    found: Sequence[LineScore],
    chosen: Sequence[str],
    days: Sequence[date],
    words: Words,
) -> Iterator[str]:
    yield words.text(
        "{count} monthly forecasts from {first} to {last}, each of what was known on its day, held against the H.4.1 "
        "of the Wednesday {weeks} weeks after the last one known.",
        count=len(days),
        first=words.date(days[0]),
        last=words.date(days[-1]),
        weeks=words.joined([str(weeks) for weeks in WEEKS]),
    )
    for line in chosen if len(chosen) == 1 else _SHOWN:
        yield from skill.told(rows, (line,), words)
    if len(chosen) > 1:
        yield _multiplicity(found, words)
    yield words.text(
        "Neighbouring forecasts share most of their way: 52 weeks ahead few outcomes are independent, and a p can be "
        "off by much."
    )
    yield words.text(
        "Prepayment speeds were fitted on months to December 2022 and the width of the ON RRP curve on 2023 to 2026: "
        "for these, earlier origins are not out of sample."
    )


def _multiplicity(found: Sequence[LineScore], words: Words) -> str:
    """How many tests say what, one by one and together."""
    better = [one for one in found if one.against[WALK].beats]
    return words.text(
        "Of {tests} lines and horizons {better} were nearer than the random walk on average, {clearly} of them "
        "significantly at 5% one by one, and {together} after Holm's adjustment for their number.",
        tests=len(found),
        better=len(better),
        clearly=sum(one.against[WALK].p < SIGNIFICANT for one in better),
        together=sum(one.adjusted[WALK] < SIGNIFICANT for one in better),
    )


def _cell(name: str, label: str, value: float | None, unit: str, *, style: Style = Style.LEVEL) -> Figure:
    return Figure(id=name, label=label, value=value, unit=unit, period=None, known_at=None, style=style)


def _label(line: str, weeks: int, words: Words) -> str:
    return words.text("{line}, {weeks} weeks", line=words.text(TITLES[line]), weeks=weeks)


def _scores_table(rows: Sequence[ScoreRow], words: Words) -> Table:
    """Errors beside those of the benchmarks, and what the bands held."""
    percent = PERCENT.symbol
    columns = (
        ("mae", said("Mean error"), _UNIT, Style.LEVEL),
        ("walk_mae", _BENCHMARKS["walk"], _UNIT, Style.LEVEL),
        ("drift_mae", _BENCHMARKS["drift"], _UNIT, Style.LEVEL),
        ("drift_year_mae", _BENCHMARKS["drift_year"], _UNIT, Style.LEVEL),
        ("bias", said("Bias"), _UNIT, Style.CHANGE),
        ("covered_50", said("In the 50% band"), percent, Style.LEVEL),
        ("covered_80", said("In the 80% band"), percent, Style.LEVEL),
        ("covered_90", said("In the 90% band"), percent, Style.LEVEL),
    )
    return Table(
        id="scores",
        title=words.text("Errors and bands"),
        columns=(words.text("Outcomes"), *(words.text(title) for _, title, _, _ in columns)),
        rows=tuple(
            Row(
                label=_label(row.line, row.weeks, words),
                cells=(
                    words.text("{count}, {independent} apart", count=row.count, independent=row.independent),
                    *(
                        _cell(
                            f"{row.line}_{row.weeks}_{name}",
                            words.text(title),
                            getattr(row, name),
                            unit,
                            style=style,
                        )
                        for name, title, unit, style in columns
                    ),
                ),
            )
            for row in rows
        ),
        note=words.text(
            "Mean absolute errors of the projection and of naive forecasts; bias is outcome less forecast; outcomes "
            "apart share no part of their way."
        ),
    )


def _tests_table(rows: Sequence[ComparisonRow], words: Words) -> Table:
    """Whether differences of errors are more than chance."""
    titles = (
        said("Difference"),
        said("95% from"),
        said("to"),
        said("Resampled from"),
        said("to"),
    )
    names = ("difference", "low", "high", "resampled_low", "resampled_high")
    return Table(
        id="tests",
        title=words.text("Against naive forecasts"),
        columns=(
            *(words.text(title) for title in titles),
            "p",
            words.text("p, adjusted"),
            words.text("Nearer"),
        ),
        rows=tuple(
            Row(
                label=f"{_label(row.line, row.weeks, words)}: {words.text(_BENCHMARKS[row.benchmark])}",
                cells=(
                    *(
                        _cell(
                            f"{row.line}_{row.weeks}_{row.benchmark}_{name}",
                            words.text(title),
                            getattr(row, name),
                            _UNIT,
                            style=Style.CHANGE,
                        )
                        for name, title in zip(names, titles, strict=True)
                    ),
                    f"{row.p:.3f}",
                    f"{row.p_adjusted:.3f}",
                    f"{row.closer:.0f}%",
                ),
            )
            for row in rows
        ),
        note=words.text(
            "Absolute error of the projection less that of the naive forecast, on average: below nil where the "
            "projection was nearer (Diebold and Mariano, corrected for small samples; resampled: circular blocks)."
        ),
        detail=True,
    )


def _foresight_table(rows: Sequence[ForesightRow], words: Words) -> Table:
    """What knowing securities in advance would have been worth."""
    columns = (
        ("model_mae", said("Projection, securities known")),
        ("walk_with_securities_mae", said("Random walk, securities known")),
        ("walk_mae", said("Random walk")),
    )
    return Table(
        id="foresight",
        title=words.text("Had securities been known in advance"),
        columns=(*(words.text(title) for _, title in columns), "p", "p"),
        rows=tuple(
            Row(
                label=_label(row.line, row.weeks, words),
                cells=(
                    *(
                        _cell(f"{row.line}_{row.weeks}_{name}", words.text(title), getattr(row, name), _UNIT)
                        for name, title in columns
                    ),
                    f"{row.p_model:.3f}",
                    f"{row.p_walk:.3f}",
                ),
            )
            for row in rows
        ),
        note=words.text("Mean absolute errors; p of the first and of the second against the random walk."),
        detail=True,
    )


# --- in pictures ------------------------------------------------------------------------------------------------------


def plots(rows: Sequence[Forecast], line: str, words: Words) -> tuple[Plot, ...]:
    """Of a line: what its bands held, its errors over time, and how errors grow beside those of naive forecasts."""
    groups = {
        group[0].weeks: group
        for group in skill.by_line(row for row in rows if row.line == line)
        if len(group) >= FEWEST
    }
    if not groups:
        return ()
    found = {weeks: skill.score(group) for weeks, group in groups.items()}
    return (
        _calibration(line, found, groups, words),
        _errors(line, groups, words),
        _growth(line, found, groups, words),
    )


def _ahead(weeks: int, words: Words) -> str:
    return words.text("{weeks} weeks ahead", weeks=weeks)


def _calibration(
    line: str, found: Mapping[int, LineScore], groups: Mapping[int, Sequence[Forecast]], words: Words
) -> Plot:
    """The share of outcomes in each band over the share it should hold, for each horizon."""
    last = max(row.target for group in groups.values() for row in group)
    grid = np.array([0.0, _HUNDRED])
    return Plot(
        id=f"calibration_{line}",
        title=words.text("{line}: outcomes in the bands", line=words.text(TITLES[line])),
        kind=PlotKind.SCATTER,
        unit=PERCENT.symbol,
        periods=np.full(len(BANDS), last.toordinal()),
        lines={
            _ahead(weeks, words): np.array([_HUNDRED * one.coverage[band] for band in BANDS])
            for weeks, one in found.items()
        },
        across=Across(
            title=words.text("Outcomes the band should hold"),
            unit=PERCENT.symbol,
            values=np.array([float(band) for band in BANDS]),
            grid=grid,
            curves={words.text("As many as it should"): grid},
        ),
        description=words.text("Points above the line: bands too wide; below it: too narrow."),
    )


def _errors(line: str, groups: Mapping[int, Sequence[Forecast]], words: Words) -> Plot:
    """Outcome less forecast over the day that was forecast, for each horizon."""
    days = sorted({row.target for group in groups.values() for row in group})
    lines = {}
    for weeks, group in groups.items():
        errors = {row.target: float(row.outcome - row.model) for row in group}
        # Origins are four or five weeks apart: between two targets of one horizon the line goes straight on.
        lines[_ahead(weeks, words)] = np.interp(
            [day.toordinal() for day in days],
            [day.toordinal() for day in errors],
            list(errors.values()),
            left=np.nan,
            right=np.nan,
        )
    return Plot(
        id=f"errors_{line}",
        title=words.text("{line}: outcome less forecast", line=words.text(TITLES[line])),
        kind=PlotKind.LINES,
        unit=_UNIT,
        periods=np.array([day.toordinal() for day in days]),
        lines=lines,
        description=words.text("By the Wednesday that was forecast; above nil the forecast was too low."),
    )


def _growth(
    line: str, found: Mapping[int, LineScore], groups: Mapping[int, Sequence[Forecast]], words: Words
) -> Plot:
    """Mean absolute errors by how far ahead, dated as those of a forecast made at the last origin."""
    start = groups[min(groups)][-1].start
    ahead = [0, *found]
    ours = np.array([0.0, *(one.mae for one in found.values())])
    theirs = {
        words.text(_BENCHMARKS[name]): np.array([0.0, *(one.against[name].theirs for one in found.values())])
        for name in BENCHMARKS
    }
    return Plot(
        id=f"growth_{line}",
        title=words.text("{line}: mean error of a forecast", line=words.text(TITLES[line])),
        kind=PlotKind.LINES,
        unit=_UNIT,
        periods=np.array([(start + timedelta(weeks=weeks)).toordinal() for weeks in ahead]),
        lines={words.text("Projection"): ours, **theirs},
        description=words.text(
            "Mean absolute errors {weeks} weeks ahead, drawn as from {start} on.",
            weeks=words.joined([str(weeks) for weeks in found]),
            start=words.date(start),
        ),
    )
