"""Score the kink of reserve demand on known worlds and on the shipped history, and write the tables of its page.

``python scripts/score_ampleness.py`` draws worlds with a known curve, fits each as the signal does, reads `ampleness`
at every release of a balance sheet since 2018 from that moment's view alone, and rewrites the tables of
``docs/methods/ampleness.md``; with ``--check`` it changes nothing and fails where a table is stale.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from pathlib import Path

import numpy as np

from runoff.core.registry import plugin
from runoff.core.series import FloatArray
from runoff.core.signal import NO_DATA, Gauge, Reading, take
from runoff.core.source import Source
from runoff.core.time import end_of_day, from_epoch
from runoff.core.view import History
from runoff.impact.reserve_demand import Curve, Shape, Weeks, fit
from runoff.signals.ampleness import NOT_IDENTIFIED, SIGNAL

PAGE = Path(__file__).resolve().parents[1] / "docs" / "methods" / "ampleness.md"
DRAWS, WEEKS = 200, 500
KINK, FLOOR, SLOPE, NOISE = 9.5, -7.0, 4.0, 2.0
FIRST = date(2018, 1, 1)
SHOWN = tuple(date(year, month, day) for year in range(2018, 2027) for month, day in ((6, 30), (12, 31)))
SEED = 20260930


# --- Worlds that are known -----------------------------------------------------------------------------------------


def correlated(rng: np.random.Generator, count: int, persistence: float) -> FloatArray:
    """Draw a first-order process of unit variance."""
    found: FloatArray = rng.normal(size=count)
    for step in range(1, count):
        found[step] = persistence * found[step - 1] + np.sqrt(1 - persistence**2) * found[step]
    return found


def like_ours(rng: np.random.Generator) -> FloatArray:
    """Draw reserves that fall, rise and fall again as from 2017 to 2026, with wobbles that last."""
    trend = np.interp(np.arange(WEEKS), np.linspace(0, WEEKS - 1, 5), [12.5, 7.5, 16.5, 12.0, 9.0])
    return trend + 0.35 * correlated(rng, WEEKS, 0.9)


def wandering(rng: np.random.Generator) -> FloatArray:
    """Draw reserves that wander about 11 percent of GDP; some never come near the kink."""
    return 11.0 + 2.5 * correlated(rng, WEEKS, 0.99)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A known curve: how reserves go, how the spread depends on them, and how long deviations last."""

    name: str
    path: Callable[[np.random.Generator], FloatArray]
    spread: Callable[[FloatArray], FloatArray]
    persistence: float
    shape: Shape = Shape.HINGE
    kink: float | None = KINK

    def fits(self) -> list[Curve]:
        """Fit every draw."""
        found = []
        for draw in range(DRAWS):
            rng = np.random.default_rng([SEED, draw])
            share = self.path(rng)
            spread = self.spread(share) + NOISE * correlated(rng, WEEKS, self.persistence)
            found.append(fit(Weeks(periods=7 * np.arange(WEEKS), share=share, spread=spread), self.shape))
        return found


def hinge(slope: float) -> Callable[[FloatArray], FloatArray]:
    """A curve with the kink."""
    return lambda share: FLOOR + slope * np.maximum(KINK - share, 0.0)


def straight(share: FloatArray) -> FloatArray:
    """A line without a kink."""
    return 5.0 - share


WORLDS = (
    *(
        World(name=f"deviations last: {rho:g}", path=like_ours, spread=hinge(SLOPE), persistence=rho)
        for rho in (0.0, 0.5, 0.8, 0.9)
    ),
    World(name="half as steep", path=like_ours, spread=hinge(SLOPE / 2), persistence=0.0),
    World(
        name="half as steep, deviations last: 0.8", path=like_ours, spread=hinge(SLOPE / 2), persistence=0.8
    ),
    World(
        name="logistic fitted to the hinge",
        path=like_ours,
        spread=hinge(SLOPE),
        persistence=0.0,
        shape=Shape.LOGISTIC,
    ),
    World(name="reserves wander", path=wandering, spread=hinge(SLOPE), persistence=0.0),
    World(name="no slope", path=like_ours, spread=hinge(0.0), persistence=0.0, kink=None),
    World(
        name="no slope, deviations last: 0.8", path=like_ours, spread=hinge(0.0), persistence=0.8, kink=None
    ),
    World(
        name="a slope without a kink",
        path=like_ours,
        spread=straight,
        persistence=0.0,
        kink=None,
    ),
)


def worlds_table() -> list[str]:
    """Error and coverage of all draws, and of those that the rule calls identified."""
    rows = []
    for world in WORLDS:
        found = world.fits()
        told = [curve for curve in found if curve.identified]
        cells = (
            ["", "", "", ""]
            if world.kink is None
            else [*_quality(found, world.kink), *_quality(told, world.kink)]
        )
        rows.append([world.name, *cells, f"{100 * len(told) / len(found):.0f}"])
    heads = ("world", "error", "covered", "error, identified", "covered, identified", "identified")
    return table(heads, rows)


def _quality(found: Sequence[Curve], kink: float) -> tuple[str, str]:
    if not found:
        return "", ""
    error = np.sqrt(np.mean([(curve.kink - kink) ** 2 for curve in found]))
    covered = np.mean([curve.low <= kink <= curve.high for curve in found])
    return f"{error:.2f}", f"{100 * covered:.0f}"


# --- The shipped history -------------------------------------------------------------------------------------------


def shipped() -> History:
    """The shipped figures."""
    source = plugin("sources", "figures", Source)
    found = [source.parse(payload, source.catalogue()) for payload in source.payloads()]
    history = History.of(rows for one in found for rows in one.observations)
    return replace(history, specs=source.specs(), clock=source.clock())


def readings(history: History) -> list[Reading]:
    """A reading at each moment since 2018 at which a balance sheet came out."""
    moments = np.unique(history.columns["frb:WRBWFRBL"].known_at)
    since = end_of_day(FIRST).timestamp()
    return [take("ampleness", SIGNAL, history.at(from_epoch(int(m)))) for m in moments if m >= since]


def history_table(found: Sequence[Reading]) -> list[str]:
    """What was read at the ends of half years."""
    rows = []
    for day in SHOWN:
        before = [reading for reading in found if reading.as_of.date() <= day]
        if not before or (day - before[-1].as_of.date()).days > 14:
            continue
        reading = before[-1]
        if reading.state == NO_DATA:
            rows.append([day.isoformat(), "no data", "", "", "", "", ""])
            continue
        rows.append(
            [
                day.isoformat(),
                reading.state,
                number(reading.gauge("reserves_gdp")),
                *(number(reading.gauge(f"kink_{rate}_{Shape.HINGE}")) for rate in ("effr", "sofr")),
                *(number(reading.gauge(f"elasticity_{rate}")) for rate in ("effr", "sofr")),
            ]
        )
    heads = ("as of", "state", "share", "kink, EFFR", "kink, SOFR", "elasticity, EFFR", "elasticity, SOFR")
    return table(heads, rows)


def number(gauge: Gauge) -> str:
    """A number with its interval; a dash where it is not identified."""
    if gauge.value is None:
        return "–"
    if gauge.low is None or gauge.high is None:
        return f"{gauge.value:.1f}"
    return f"{gauge.value:.1f} ({gauge.low:.1f} to {gauge.high:.1f})".replace("-", "−")


def years_table(found: Sequence[Reading]) -> list[str]:
    """How many weeks of each year were read in which state."""
    states = [*SIGNAL.states, NO_DATA]
    years = sorted({reading.as_of.year for reading in found})
    counts = {year: Counter(r.state for r in found if r.as_of.year == year) for year in years}
    rows = [[str(year), *(str(counts[year][state] or "") for state in states)] for year in years]
    return table(("year", *states), rows)


def state_of(reading: Reading) -> str:
    """The state of a reading."""
    return reading.state


def changes_table(found: Sequence[Reading]) -> list[str]:
    """Every spell of at least four readings in a state that is identified."""
    rows = []
    for state, group in groupby(found, key=state_of):
        spell = list(group)
        if state in {NOT_IDENTIFIED, NO_DATA} or len(spell) < 4:
            continue
        days = [reading.as_of.date().isoformat() for reading in (spell[0], spell[-1])]
        rows.append(
            [
                *days,
                str(len(spell)),
                state,
                number(spell[0].gauge("reserves_gdp")),
                spell[0].facts["by_ratio"],
            ]
        )
    return table(("from", "to", "readings", "state", "share at first", "by the ratio alone"), rows)


# --- The page ------------------------------------------------------------------------------------------------------


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table; all but the first column are right-aligned."""
    lines = [f"| {' | '.join(heads)} |", f"| --- |{' ---: |' * (len(heads) - 1)}"]
    return lines + [f"| {' | '.join(row)} |" for row in rows]


def filled(page: str, tables: Mapping[str, Sequence[str]]) -> str:
    """The page with each marked table in its place.

    Raises
    ------
    KeyError
        If the page has no place for a table.
    """
    for name, lines in tables.items():
        place = re.compile(rf"(<!-- {name}: scripts/score_ampleness.py -->\n).*?(<!-- end -->)", re.DOTALL)
        if (found := place.search(page)) is None:
            raise KeyError(name)
        body = "\n".join(lines)
        page = f"{page[: found.end(1)]}\n{body}\n\n{page[found.start(2) :]}"
    return page


def main() -> int:
    """Write the tables, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail where a table is stale")
    check = parser.parse_args().check
    found = readings(shipped())
    tables = {
        "worlds": worlds_table(),
        "history": history_table(found),
        "years": years_table(found),
        "changes": changes_table(found),
    }
    old = PAGE.read_text("utf-8")
    if (new := filled(old, tables)) == old:
        return 0
    if check:
        print("docs/methods/ampleness.md is stale: run python scripts/score_ampleness.py", file=sys.stderr)
        return 1
    PAGE.write_text(new, "utf-8")
    print("docs/methods/ampleness.md written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
