"""Make the record of past forecasts that ships, and the tables and pictures of its method page.

``python scripts/score_forecasts.py`` makes every forecast anew from the shipped figures (about a minute), writes
``src/runoff/impact/forecast_record.csv``, and from it the tables of ``docs/methods/scorecard.md`` and the pictures in
``docs/images``; with ``--page`` the record stays as it is; with ``--check`` nothing is changed, and it fails where the
page does not follow from the record.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from runoff import charts
from runoff.actions.past_forecasts import computed, needs, origins_of, threads_here, world
from runoff.actions.projections import definition
from runoff.actions.scorecard import plots
from runoff.actions.workspace import words_in
from runoff.core.policy import PolicyPlugin
from runoff.core.registry import plugin
from runoff.core.source import Source
from runoff.core.time import last_day, parse_as_of
from runoff.core.view import History
from runoff.impact import skill
from runoff.impact.scoring import FEWEST, Comparison, bootstrapped, compared
from runoff.impact.skill import BENCHMARKS, WALK, WEEKS, Forecast, LineScore

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "methods" / "scorecard.md"
IMAGES = ROOT / "docs" / "images"
RECORD = ROOT / "src" / "runoff" / "impact" / "forecast_record.csv"
NOTE = ROOT / "tests" / "data" / "fed_note_2022" / "path.csv"
NOTE_KNOWN = date(2022, 6, 3)  # the day the note came out
KNOWN = "2026-10-01"  # the day the last shipped H.4.1 came out
SHOWN = ("securities", "reserves")  # the lines of which the page has pictures
TRIALS = 2000
NAMES = {
    "treasuries": "Treasuries",
    "mbs": "MBS",
    "securities": "securities",
    "total_assets": "total assets",
    "net_liquidity": "net liquidity",
    "reserves": "reserves",
}
THEIRS = {"walk": "random walk", "drift": "drift of 13 weeks", "drift_year": "drift of 52 weeks"}


def shipped() -> History:
    """The shipped figures, books and steps of policy."""
    source = plugin("sources", "figures", Source)
    found = [source.parse(payload, source.catalogue()) for payload in source.payloads()]
    history = History.of(
        (rows for one in found for rows in one.observations), books=(b for one in found for b in one.books)
    )
    return replace(
        history,
        needs=history.needs | needs(definition()),
        specs=source.specs(),
        clock=source.clock(),
        policies={"fed": plugin("policies", "fed", PolicyPlugin).calendar()},
    )


def made() -> tuple[Forecast, ...]:
    """Every forecast of the record, anew."""
    view = shipped().at(parse_as_of(KNOWN))
    shared = world(view, paths=skill.PATHS)
    days = origins_of(view, shared.outcomes)

    def done(count: int) -> None:
        print(f"\r{count} of {len(days)} origins", end="", file=sys.stderr, flush=True)

    found = computed(shared, days, executor=threads_here(), done=done)
    print(file=sys.stderr)
    return found


# --- tables -----------------------------------------------------------------------------------------------------------


def tables(rows: Sequence[Forecast]) -> Mapping[str, str]:
    """The tables of the page, by the names of their places."""
    found = skill.scores(rows)
    return {
        "scores": _scores(found),
        "bands": _bands(found),
        **{f"against {name}": _against(rows, found, name) for name in BENCHMARKS},
        "count": _count(found),
        "note": _note(rows),
        "foresight": _foresight(rows),
        "sizes": _sizes(found),
    }


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown, all columns but the first to the right."""
    rules = ["---", *["---:"] * (len(columns) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (columns, rules, *rows))


def _billions(value: float, *, signed: bool = False) -> str:
    return f"{round(value / 1e3, 1) + 0.0:{'+' if signed else ''},.1f}".replace("-", "−")  # no nil below nil


def _name(one: LineScore) -> str:
    return f"{NAMES[one.line]}, {one.weeks} weeks"


def _scores(found: Sequence[LineScore]) -> str:
    columns = ("", "outcomes", "apart", "ours", *(THEIRS[name] for name in BENCHMARKS), "bias")
    return table(
        columns,
        (
            (
                _name(one),
                str(one.count),
                str(one.independent),
                f"**{_billions(one.mae)}**"
                if all(c.beats for c in one.against.values())
                else _billions(one.mae),
                *(_billions(one.against[name].theirs) for name in BENCHMARKS),
                _billions(one.bias, signed=True),
            )
            for one in found
        ),
    )


def _bands(found: Sequence[LineScore]) -> str:
    columns = ("", "in 50 %", "in 80 %", "in 90 %", "width of 80 %")
    return table(
        columns,
        tuple(
            (_name(one), *(f"{100 * share:.0f} %" for share in one.coverage.values()), _billions(one.width))
            for one in found
        )
        + tuple(
            _pooled([one for one in found if one.line == line])
            for line in dict.fromkeys(o.line for o in found)
        ),
    )


def _pooled(found: Sequence[LineScore]) -> tuple[str, ...]:
    """The coverage of a line over all horizons together."""
    outcomes = sum(one.count for one in found)
    shares = (sum(one.coverage[level] * one.count for one in found) / outcomes for level in found[0].coverage)
    return (f"{_name(found[0]).split(',')[0]}, all three", *(f"{100 * share:.0f} %" for share in shares), "")


def _interval(low: float, high: float) -> str:
    return f"{_billions(low, signed=True)} to {_billions(high, signed=True)}"


def _against(rows: Sequence[Forecast], found: Sequence[LineScore], name: str) -> str:
    groups = {(group[0].line, group[0].weeks): group for group in skill.by_line(rows)}
    columns = ("", "difference", "95 % interval", "resampled", "p", "p, Holm", "nearer")

    def row(one: LineScore) -> tuple[str, ...]:
        group, against = groups[one.line, one.weeks], one.against[name]
        gaps = skill.losses(group) - skill.losses(group, name)
        return (
            _name(one),
            _billions(against.difference, signed=True),
            _interval(*against.interval),
            _interval(*bootstrapped(gaps, block=skill.overlap(one.weeks), seed=skill.SEED)),
            f"{against.p:.3f}",
            f"{one.adjusted[name]:.3f}",
            f"{100 * against.closer:.0f} %",
        )

    return table(columns, map(row, found))


def _count(found: Sequence[LineScore]) -> str:
    columns = (
        "18 lines and horizons against the",
        "ours nearer on average",
        "p below 5 %",
        "p, Holm, below 5 %",
        "worse, p below 5 %",
    )
    rows = []
    for name in BENCHMARKS:
        better = [one for one in found if one.against[name].beats]
        rows.append(
            (
                THEIRS[name],
                str(len(better)),
                str(sum(one.against[name].p < 0.05 for one in better)),
                str(sum(one.adjusted[name] < 0.05 for one in better)),
                str(sum(one.against[name].p < 0.05 for one in found if one not in better)),
            )
        )
    return table(columns, rows)


@cache
def _path() -> Mapping[int, float]:
    """Total assets of the note's baseline by month end (ordinal), millions."""
    with NOTE.open(encoding="utf-8") as lines:
        return {
            last_day(date.fromisoformat(f"{row['month']}-01")).toordinal(): float(row["baseline"]) * 1e6
            for row in csv.DictReader(lines)
        }


def _said(day: date) -> float:
    """The note's total assets of a day, between its month ends."""
    return float(np.interp(day.toordinal(), list(_path()), list(_path().values())))


def _note(rows: Sequence[Forecast]) -> str:
    """Ours beside the note's path, and beside its change from the opening Wednesday; from when it was known."""
    last = date.fromordinal(max(_path()))
    columns = ("total assets", "outcomes", "ours", "the note", "p", "the note's change", "p", "random walk")
    written = []
    for weeks in WEEKS:
        group = [
            row
            for row in rows
            if (row.line, row.weeks) == ("total_assets", weeks)
            and row.origin > NOTE_KNOWN
            and row.target <= last
        ]
        if len(group) < FEWEST:
            continue
        ours, together = skill.losses(group), skill.overlap(weeks)
        level = np.array([abs(row.outcome - _said(row.target)) for row in group])
        change = np.array(
            [abs(row.outcome - row.walk - _said(row.target) + _said(row.start)) for row in group]
        )
        tests = [compared(ours, theirs, overlap=together) for theirs in (level, change)]
        cells = [cell for one in tests for cell in (_billions(one.theirs), f"{one.p:.3f}")]
        walk = _billions(float(skill.losses(group, WALK).mean()))
        written.append((f"{weeks} weeks", str(len(group)), _billions(float(ours.mean())), *cells, walk))
    return table(columns, written)


def _foresight(rows: Sequence[Forecast]) -> str:
    columns = ("", "ours", "securities known", "p", "random walk", "with securities known", "p")
    ours = {
        (group[0].line, group[0].weeks): float(skill.losses(group).mean()) for group in skill.by_line(rows)
    }

    def p(one: Comparison) -> str:
        return f"{one.p:.3f}{' (worse)' if not one.beats else ''}"

    return table(
        columns,
        (
            (
                f"{NAMES[one.line]}, {one.weeks} weeks",
                _billions(ours[one.line, one.weeks]),
                _billions(one.model.ours),
                p(one.model),
                _billions(one.walk.theirs),
                _billions(one.walk.ours),
                p(one.walk),
            )
            for one in skill.foresight(rows)
        ),
    )


def _sizes(found: Sequence[LineScore]) -> str:
    """How often the test rejects at 5 percent where neither forecast is better, and a test that knows of no overlap."""
    stream = np.random.default_rng(skill.SEED)
    written = []
    for weeks in WEEKS:
        count, together = next(one.count for one in found if one.weeks == weeks), skill.overlap(weeks)
        rejected = np.zeros(2)
        for _ in range(TRIALS):
            gaps = np.convolve(stream.normal(size=count + together - 1), np.ones(together), "valid")
            tests = (compared(gaps, np.zeros(count), overlap=known) for known in (together, 1))
            rejected += [one.p < 0.05 for one in tests]
        right, wrong = 100 * rejected / TRIALS
        written.append((f"{weeks} weeks", str(count), str(together), f"{right:.0f} %", f"{wrong:.0f} %"))
    return table(("", "outcomes", "overlap, months", "rejected", "rejected, were overlap not known"), written)


# --- the page ---------------------------------------------------------------------------------------------------------


def filled(text: str, contents: Mapping[str, str]) -> str:
    """A page with each of its marked places holding the table of that name.

    Raises
    ------
    SystemExit
        If the page lacks a place for a table.
    """
    for name, content in contents.items():
        mark, end = f"<!-- {name}: scripts/score_forecasts.py -->\n", "<!-- end -->"
        before, marked, rest = text.partition(mark)
        _, ended, after = rest.partition(end)
        if not (marked and ended):
            raise SystemExit(f"the page has no place for {name!r}")
        text = f"{before}{mark}\n{content}\n\n{end}{after}"
    return text


def draw(rows: Sequence[Forecast]) -> None:
    """Write the pictures of the page."""
    words = words_in("en")
    for line in SHOWN:
        for plot in plots(rows, line, words):
            path = IMAGES / f"scorecard-{plot.id.replace('_', '-')}.png"
            path.write_bytes(charts.png(plot, words, colours=charts.LIGHT, scale=2.0))
            print(path.relative_to(ROOT), path.stat().st_size)


def main() -> int:
    """Make the record and the page, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--page", action="store_true", help="write the page from the record that is there")
    only.add_argument("--check", action="store_true", help="change nothing; fail where the page is stale")
    asked = parser.parse_args()
    rows = skill.record() if asked.page or asked.check else made()
    old = PAGE.read_text("utf-8")
    new = filled(old, tables(rows))
    if asked.check:
        if new != old:
            print(
                "docs/methods/scorecard.md is stale: run python scripts/score_forecasts.py --page",
                file=sys.stderr,
            )
        return int(new != old)
    if not asked.page:
        RECORD.write_text(skill.written(rows), "utf-8", newline="")
        print(RECORD.relative_to(ROOT), len(rows), "forecasts")
    PAGE.write_text(new, "utf-8")
    draw(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
