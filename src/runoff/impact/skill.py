"""How well past forecasts did, as far as it could be known at a moment.

The record that ships (`forecast_record.csv`, made by `scripts/score_forecasts.py` from shipped figures) holds what
today's engine says at the first of each month since April 2022, of what was known then, and what came of it. An
outcome counts from the moment it came out: at a past date the record says no more than could be said on that day.

What the engine was fitted on partly lies after the first origins; `docs/methods/scorecard.md` says what and when.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Final

import numpy as np

from runoff.core.errors import EstimationError
from runoff.core.language import Words, said
from runoff.core.series import FloatArray
from runoff.core.units import USD_MILLIONS
from runoff.impact.scoring import FEWEST, SIGNIFICANT, Comparison, compared, holm

# The lines and horizons that are scored, and what each forecast is held against.
LINES: Final = ("treasuries", "mbs", "securities", "total_assets", "net_liquidity", "reserves")
WEEKS: Final = (13, 26, 52)
WALK, DRIFT, DRIFT_YEAR = "walk", "drift", "drift_year"
# The lines of which securities are a part.
FORESEEN: Final = ("total_assets", "net_liquidity", "reserves")
BENCHMARKS: Final = (WALK, DRIFT, DRIFT_YEAR)
# Weeks over which the two drifts take their pace. The first is the one that counts: it was fixed before any was scored,
# because a pace set by policy changes several times in a year.
DRIFT_WEEKS: Final = {DRIFT: 13, DRIFT_YEAR: 52}
LEVELS: Final = (5, 10, 25, 50, 75, 90, 95)
# Bands by the percent of outcomes they should hold, and the quantiles at their edges.
BANDS: Final = {50: (25, 75), 80: (10, 90), 90: (5, 95)}
_RECORD: Final = "forecast_record.csv"
_WEEKS_A_MONTH: Final = 365.25 / 12 / 7
_MOST_SENTENCES: Final = 2
_LEAST_SHOWN: Final = 0.01
# How the forecasts of the record were drawn (`runoff scorecard` draws as many, by default, of the same seed).
PATHS: Final = 500
SEED: Final = 1
_NAMES: Final = {
    "treasuries": said("Treasuries"),
    "mbs": said("MBS"),
    "securities": said("securities"),
    "total_assets": said("total assets"),
    "net_liquidity": said("net liquidity"),
    "reserves": said("reserves"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What was said of a line at an origin, and what came; whole millions of dollars.

    Parameters
    ----------
    origin
        What was known at the end of this day was used.
    line, weeks
        What was forecast, and how far from `start`.
    start
        The last Wednesday whose sheet was known.
    target, known_at
        The Wednesday that was forecast, and when its figure came out.
    model
        The central path.
    walk
        No change: the figure of `start`.
    drift, drift_year
        The mean change of the last 13, of the last 52 weeks, going on.
    p5, p10, p25, p50, p75, p90, p95
        Below these so many percent of the paths lie.
    outcome
        The published figure.
    """

    origin: date
    line: str
    weeks: int
    start: date
    target: date
    known_at: datetime
    model: int
    walk: int
    drift: int
    drift_year: int
    p5: int
    p10: int
    p25: int
    p50: int
    p75: int
    p90: int
    p95: int
    outcome: int

    def inside(self, band: int) -> bool:
        """Whether the outcome lies in the band of so many percent."""
        low, high = BANDS[band]
        return bool(getattr(self, f"p{low}") <= self.outcome <= getattr(self, f"p{high}"))

    def width(self, band: int) -> int:
        """How wide the band of so many percent is."""
        low, high = BANDS[band]
        return int(getattr(self, f"p{high}") - getattr(self, f"p{low}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LineScore:
    """How forecasts of a line so many weeks ahead did; amounts in millions.

    Parameters
    ----------
    count, independent
        How many outcomes, and how many of them share no part of their way.
    mae
        Mean absolute error.
    bias
        Mean of outcome less forecast: above nil where forecasts were too low.
    coverage
        The share of outcomes in each band, by its percent.
    width
        The mean width of the 80 percent band.
    against
        Absolute errors compared with those of each benchmark.
    adjusted
        The p of each comparison, raised (Holm) for all lines and horizons that it is one of.
    """

    line: str
    weeks: int
    count: int
    independent: int
    mae: float
    bias: float
    coverage: Mapping[int, float]
    width: float
    against: Mapping[str, Comparison]
    adjusted: Mapping[str, float] = field(default_factory=dict)


def overlap(weeks: int) -> int:
    """How many monthly origins in a row share a part of so many weeks.

    Examples
    --------
    >>> [overlap(weeks) for weeks in WEEKS]
    [3, 6, 12]
    """
    return max(1, round(weeks / _WEEKS_A_MONTH))


# --- the record -------------------------------------------------------------------------------------------------------

_READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "int": int,
    "str": str,
}


def read(text: str) -> tuple[Forecast, ...]:
    """The forecasts of a record as `written` wrote it.

    Raises
    ------
    EstimationError
        If its columns are others.
    """
    columns = [one.name for one in fields(Forecast)]
    found = csv.reader(io.StringIO(text))
    if (header := next(found, [])) != columns:
        raise EstimationError(
            "record of forecasts: columns {found}; expected {expected}", found=header, expected=columns
        )
    readers = [_READERS[str(one.type)] for one in fields(Forecast)]
    rows: list[Forecast] = []
    for row in found:
        values = {name: reads(cell) for name, reads, cell in zip(columns, readers, row, strict=True)}
        rows.append(Forecast(**values))  # type: ignore[arg-type] # the readers are chosen by the types of the fields
    return tuple(rows)


def written(rows: Iterable[Forecast]) -> str:
    """Forecasts as CSV, one a row: days and moments as ISO 8601."""
    columns = [one.name for one in fields(Forecast)]
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(columns)
    for row in rows:
        values = (getattr(row, name) for name in columns)
        out.writerow([value.isoformat() if isinstance(value, date) else value for value in values])
    return text.getvalue()


@cache
def record() -> tuple[Forecast, ...]:
    """The forecasts that ship, by line and horizon, origins ascending."""
    return read((files("runoff.impact") / _RECORD).read_text("utf-8"))


def known(as_of: datetime) -> tuple[Forecast, ...]:
    """The forecasts that ship whose outcome had come out by `as_of`."""
    return tuple(row for row in record() if row.known_at <= as_of)


# --- scores -----------------------------------------------------------------------------------------------------------


def losses(rows: Sequence[Forecast], of: str = "model") -> FloatArray:
    """Absolute errors of a forecast or a benchmark (a field of `Forecast`), millions, one a row."""
    return np.array([abs(row.outcome - getattr(row, of)) for row in rows], dtype=np.float64)


def by_line(rows: Iterable[Forecast]) -> Iterator[tuple[Forecast, ...]]:
    """The rows of each line and horizon, origins ascending, in the order of `LINES` and `WEEKS`."""

    def place(row: Forecast) -> tuple[int, str, int]:
        known_line = LINES.index(row.line) if row.line in LINES else len(LINES)
        return known_line, row.line, row.weeks

    for _, group in groupby(sorted(rows, key=lambda row: (*place(row), row.origin)), key=place):
        yield tuple(group)


def score(rows: Sequence[Forecast]) -> LineScore:
    """Score the forecasts of one line and horizon.

    Raises
    ------
    EstimationError
        If there are fewer than `FEWEST` outcomes.
    """
    if len(rows) < FEWEST:
        raise EstimationError(
            "{found} outcomes; expected {fewest} at least to score a forecast by",
            found=len(rows),
            fewest=FEWEST,
        )
    first, ours = rows[0], losses(rows)
    together = overlap(first.weeks)
    against = {name: compared(ours, losses(rows, name), overlap=together) for name in BENCHMARKS}
    return LineScore(
        line=first.line,
        weeks=first.weeks,
        count=len(rows),
        independent=against[WALK].independent,
        mae=float(ours.mean()),
        bias=float(np.mean([row.outcome - row.model for row in rows])),
        coverage={band: float(np.mean([row.inside(band) for row in rows])) for band in BANDS},
        width=float(np.mean([row.width(80) for row in rows])),
        against=against,
    )


def scores(rows: Iterable[Forecast]) -> tuple[LineScore, ...]:
    """Score every line and horizon that has `FEWEST` outcomes, p of each benchmark adjusted over all of them."""
    found = [score(group) for group in by_line(rows) if len(group) >= FEWEST]
    adjusted = {name: holm([one.against[name].p for one in found]) for name in BENCHMARKS}
    return tuple(
        LineScore(
            **{one.name: getattr(line, one.name) for one in fields(LineScore) if one.name != "adjusted"},
            adjusted={name: adjusted[name][place] for name in BENCHMARKS},
        )
        for place, line in enumerate(found)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """What a line's forecasts would have been worth, had securities been known in advance; amounts in millions.

    All of the change of securities goes to the line, which is what the identity says where nothing else moves: what
    falls on ON RRP or the Treasury's account instead is in the errors.

    Parameters
    ----------
    model
        Ours, with its error of securities taken out, against the random walk.
    walk
        The random walk plus the change of securities, against the random walk alone.
    """

    line: str
    weeks: int
    model: Comparison
    walk: Comparison


def foresight(rows: Iterable[Forecast]) -> tuple[Foresight, ...]:
    """What perfect foresight of securities would bring each line that they are a part of, by line and horizon."""
    rows = tuple(rows)
    held = {(row.origin, row.weeks): row for row in rows if row.line == "securities"}
    found = []
    for group in by_line(row for row in rows if row.line in FORESEEN):
        pairs = [(row, held[row.origin, row.weeks]) for row in group if (row.origin, row.weeks) in held]
        if len(pairs) < FEWEST:
            continue
        together = overlap(group[0].weeks)
        walk = losses([row for row, _ in pairs], WALK)
        ours = _abs(row.outcome - row.model - (held.outcome - held.model) for row, held in pairs)
        moved = _abs(row.outcome - row.walk - (held.outcome - held.walk) for row, held in pairs)
        found.append(
            Foresight(
                line=group[0].line,
                weeks=group[0].weeks,
                model=compared(ours, walk, overlap=together),
                walk=compared(moved, walk, overlap=together),
            )
        )
    return tuple(found)


def _abs(errors: Iterable[int]) -> FloatArray:
    return np.abs(np.array(list(errors), dtype=np.float64))


# --- in a sentence ----------------------------------------------------------------------------------------------------


def skill_notes(as_of: datetime, lines: Sequence[str], words: Words) -> tuple[str, ...]:
    """What the record says of forecasts of these lines, as it could be known at `as_of`: two sentences at most.

    Of one or two lines a sentence each, on the longest horizon with enough outcomes; of more, which have beaten the
    random walk and which have not. Lines that are not scored have none.

    Parameters
    ----------
    as_of
        Outcomes that came out later are not looked at.
    lines
        Lines of the sheet by name.
    words
        The language.
    """
    return told(known(as_of), lines, words)


def told(rows: Sequence[Forecast], lines: Sequence[str], words: Words) -> tuple[str, ...]:
    """What forecasts and their outcomes say of these lines, as `skill_notes`."""
    scored = [line for line in LINES if line in lines]
    found = {line: _longest(rows, line) for line in scored}
    if len(scored) <= _MOST_SENTENCES:
        return tuple(_sentence(line, found[line], words) for line in scored)
    return tuple(_summary([one for one in found.values() if one is not None], words))


def _longest(rows: Iterable[Forecast], line: str) -> LineScore | None:
    """The score over the longest horizon that has enough outcomes; None where none has."""
    groups = by_line(row for row in rows if row.line == line)
    enough = [group for group in groups if len(group) >= FEWEST]
    return score(enough[-1]) if enough else None


def chance(p: float) -> str:
    """A p as sentences have it.

    Examples
    --------
    >>> chance(0.2345), chance(0.0012)
    ('p = 0.23', 'p < 0.01')
    """
    return f"p = {p:.2f}" if p >= _LEAST_SHOWN else f"p < {_LEAST_SHOWN}"


def _sentence(line: str, found: LineScore | None, words: Words) -> str:
    name = words.text(_NAMES[line])
    if found is None:
        return words.text("Past forecasts of {line}: too few outcomes to score.", line=name)
    walk = found.against[WALK]
    places = {
        "count": found.count,
        "line": name,
        "weeks": found.weeks,
        "independent": found.independent,
        "ours": words.amount(found.mae, USD_MILLIONS),
        "walk": words.amount(walk.theirs, USD_MILLIONS),
        "p": chance(walk.p),
        "coverage": f"{100 * found.coverage[80]:.0f}",
    }
    return words.text(_verdict(walk), **places)


def _verdict(walk: Comparison) -> str:
    """What to say of our forecasts beside the random walk."""
    if walk.beats and walk.p < SIGNIFICANT:
        return said(
            "{count} past forecasts of {line} {weeks} weeks ahead ({independent} of them without overlap) have beaten "
            "a random walk: they were off by {ours} on average, it by {walk} ({p}); the 80% band held {coverage}% of "
            "the outcomes."
        )
    if walk.beats:
        return said(
            "{count} past forecasts of {line} {weeks} weeks ahead ({independent} of them without overlap) were off by "
            "{ours} on average, a random walk by {walk}: better, but not significantly ({p}); the 80% band held "
            "{coverage}% of the outcomes."
        )
    if walk.p < SIGNIFICANT:
        return said(
            "{count} past forecasts of {line} {weeks} weeks ahead ({independent} of them without overlap) have not "
            "beaten a random walk, which was significantly better: they were off by {ours} on average, it by {walk} "
            "({p}); the 80% band held {coverage}% of the outcomes."
        )
    return said(
        "{count} past forecasts of {line} {weeks} weeks ahead ({independent} of them without overlap) have not beaten "
        "a random walk: they were off by {ours} on average, it by {walk} (the difference is not significant, {p}); the "
        "80% band held {coverage}% of the outcomes."
    )


def _summary(found: Sequence[LineScore], words: Words) -> Iterator[str]:
    """Which lines have beaten the random walk, and which have not."""
    if not found:
        yield words.text("Past forecasts: too few outcomes to score.")
        return
    weeks = found[0].weeks
    better = [one for one in found if one.against[WALK].beats]
    clearly = [one for one in better if one.against[WALK].p < SIGNIFICANT]
    worse = [one for one in found if one not in better]
    if better:
        yield words.text(
            "Past forecasts {weeks} weeks ahead have beaten a random walk for {lines} ({clearly} of {count} "
            "significantly).",
            weeks=weeks,
            lines=words.joined([words.text(_NAMES[one.line]) for one in better]),
            clearly=len(clearly),
            count=len(better),
        )
    if worse:
        yield words.text(
            "Past forecasts {weeks} weeks ahead have not beaten a random walk for {lines}.",
            weeks=weeks,
            lines=words.joined([words.text(_NAMES[one.line]) for one in worse]),
        )
