"""Score the funding signals on the shipped history, and write the tables into their method pages.

``python scripts/score_funding.py`` reads `funding_stress` on every market day from that day's view alone, holds the
alarms against the events and against two naive thresholds, and rewrites the tables of
``docs/methods/funding-stress.md`` and ``docs/methods/liquidity-crunch.md``; with ``--check`` it changes nothing and
fails where a table is stale.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from runoff.core.registry import plugin
from runoff.core.series import FloatArray, IntArray
from runoff.core.signal import NO_DATA, Reading, take
from runoff.core.source import Source
from runoff.core.time import end_of_day, is_market_day, next_day
from runoff.core.view import History, View
from runoff.impact.alarms import Event, Ladder, Score, Spell, held, score
from runoff.impact.crunch import CALM, MEASURES, NEEDS, distances, weekly
from runoff.impact.funding import DateKind, Tension, date_kind, on_days, spread_over_reserves, tension
from runoff.signals import liquidity_crunch
from runoff.signals.funding_stress import LADDERS, LEAVING_DAYS, SIGNAL, measures, states

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "methods"
STATES = tuple(SIGNAL.states)
ALARM = STATES.index("warning")
# The events that the alarms are to announce. March 2020 is the month as a whole.
EVENTS = (
    Event(name="year end 2018", first=date(2018, 12, 31), last=date(2018, 12, 31)),
    Event(name="September 2019", first=date(2019, 9, 16), last=date(2019, 9, 20)),
    Event(name="March 2020", first=date(2020, 3, 2), last=date(2020, 3, 31)),
    Event(name="month end October 2025", first=date(2025, 10, 31), last=date(2025, 10, 31)),
    Event(name="year end 2025", first=date(2025, 12, 31), last=date(2025, 12, 31)),
)
FIRST = date(2018, 4, 3)  # the day SOFR was first published
CRUNCH_DAYS = (date(2020, 3, 12), date(2023, 3, 16), date(2024, 12, 31), date(2025, 10, 31), date(2026, 9, 3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Realtime:
    """What was read on each market day: the day, the state as an index, the last spread known, the reading."""

    days: tuple[date, ...]
    states: IntArray
    spreads: FloatArray
    readings: tuple[Reading, ...]
    without: int


def shipped() -> History:
    """The shipped figures."""
    source = plugin("sources", "figures", Source)
    found = [source.parse(payload, source.catalogue()) for payload in source.payloads()]
    history = History.of(rows for one in found for rows in one.observations)
    return replace(history, specs=source.specs(), clock=source.clock())


def realtime(history: History) -> Realtime:
    """The readings of every market day on which there is one, each from that day's view."""
    last = date.fromordinal(int(history.columns["nyfed:SOFR"].periods[-1]))
    day, readings, days, without = FIRST, [], [], 0
    while day <= next_day(last, is_market_day):
        reading = take("funding_stress", SIGNAL, history.at(end_of_day(day)))
        if reading.state == NO_DATA:
            without += 1
        else:
            days.append(day)
            readings.append(reading)
        day = next_day(day, is_market_day)
    return Realtime(
        days=tuple(days),
        states=np.array([STATES.index(reading.state) for reading in readings]),
        spreads=np.array([reading.gauge("sofr_ior").value for reading in readings]),
        readings=tuple(readings),
        without=without,
    )


# --- The rule against naive ones, and against its own variants -----------------------------------------------------


def naive(spreads: FloatArray, threshold: float) -> IntArray:
    """A state of `ALARM` where the last spread known is above a threshold, left after as many days as ours is."""
    rises = np.where(spreads > threshold, ALARM, 0)
    return held(rises, rises, days=LEAVING_DAYS)


def variants(history: History, read: Realtime) -> Mapping[str, IntArray]:
    """The states by rules that differ from ours in one thing, on the days that were read.

    A day's row is made of earlier days alone, so that one pass over the whole history gives what each day's view gives;
    the first of them is our own rule and proves it.
    """
    view = history.at(end_of_day(read.days[-1]))
    sofr, ior, effr, srf = (
        view.series(f"{name}") for name in ("nyfed:SOFR", "frb:IOR", "nyfed:EFFR", "nyfed:SRF")
    )
    spread = tension(*spread_over_reserves(sofr, ior))
    last_days = [date.fromisoformat(reading.facts["day"]).toordinal() for reading in read.readings]
    index = np.searchsorted(spread.periods, last_days)

    def by(ladders: Mapping[str, Ladder], taken: Tension = spread) -> IntArray:
        found = measures(
            taken,
            tail=None,
            effr=_on(taken, *spread_over_reserves(effr, ior)),
            srf=_on(taken, srf.periods, srf.values),
        )
        return states(found, ladders)[index]

    plain = replace(spread, explained=np.zeros_like(spread.explained))
    return {
        "our rule": by(LADDERS),
        "without the calendar": by(LADDERS, plain),
        "the day's excess alone": by({"excess": LADDERS["excess"]}),
        "without the week": by({name: LADDERS[name] for name in LADDERS if name != "week_excess"}),
        "without the standing repo facility": by({name: LADDERS[name] for name in LADDERS if name != "srf"}),
        "thresholds of the day half as high": by(_scaled(0.5)),
        "thresholds of the day twice as high": by(_scaled(2.0)),
    }


def _scaled(factor: float) -> Mapping[str, Ladder]:
    old = LADDERS["excess"]
    new = Ladder(
        enter=tuple(factor * value for value in old.enter), give=tuple(factor * value for value in old.give)
    )
    return {**LADDERS, "excess": new}


def _on(taken: Tension, periods: IntArray, values: FloatArray) -> FloatArray:
    return on_days(taken.periods, (periods, values))


# --- Tables --------------------------------------------------------------------------------------------------------


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column to the left, the others to the right."""
    lines = [f"| {' | '.join(columns)} |", f"| --- | {' | '.join('---:' for _ in columns[1:])} |"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _score_row(name: str, one: Score) -> list[str]:
    ahead = sum(1 for seen in one.announced if seen.lead is not None and seen.lead > 0)
    total = sum(1 for seen in one.announced if seen.lead is not None)
    return [
        name,
        f"{ahead} of {len(one.announced)}",
        f"{total} of {len(one.announced)}",
        f"{len(one.alarms)}",
        f"{len(one.false_alarms)}",
        f"{one.false_per_year:.2f}",
        f"{one.share_of_days:.1f}%",
    ]


_SCORE_COLUMNS = ("rule", "ahead", "ahead or during", "alarms", "false", "false a year", "days in alarm")


def stress_tables(history: History) -> dict[str, str]:
    """The tables of the page on funding stress, by the name of their place."""
    read = realtime(history)
    ours = score(read.days, read.states, EVENTS, at_least=ALARM)
    worst = score(read.days, read.states, EVENTS, at_least=STATES.index("stress"))
    ten = score(read.days, naive(read.spreads, 10.0), EVENTS, at_least=ALARM)
    zero = score(read.days, naive(read.spreads, 0.0), EVENTS, at_least=ALARM)
    named = {
        "warning or stress": ours,
        "stress": worst,
        "SOFR − IORB > 10 bp": ten,
        "SOFR − IORB > 0": zero,
    }
    found = variants(history, read)
    if not np.array_equal(found["our rule"], read.states):
        raise SystemExit("the states of one pass are not those of the daily views: a row looks ahead")
    return {
        "scores": table(_SCORE_COLUMNS, [_score_row(name, one) for name, one in named.items()]),
        "leads": table(("event", *named), [_lead_row(event, named.values()) for event in EVENTS]),
        "alarms": table(
            (
                "read on",
                "until",
                "days",
                "highest",
                "SOFR − IORB",
                "explained",
                "excess",
                "because of",
                "announced",
            ),
            [_alarm_row(alarm, ours, read) for alarm in ours.alarms],
        ),
        "years": _years(read),
        "variants": table(
            _SCORE_COLUMNS,
            [_score_row(name, score(read.days, by, EVENTS, at_least=ALARM)) for name, by in found.items()],
        ),
        "covered": (
            f"{len(read.days)} readings, {read.days[0]} to {read.days[-1]}; {read.without} market days before and "
            "between them have none."
        ),
    }


def _lead_row(event: Event, scores: Iterable[Score]) -> list[str]:
    cells = []
    for one in scores:
        seen = next((seen for seen in one.announced if seen.event is event), None)
        if seen is None or seen.lead is None:
            cells.append("none")
        else:
            cells.append(f"{'−' if seen.lead < 0 else ''}{abs(seen.lead)} ({seen.since})")
    span = f"{event.first}" if event.first == event.last else f"{event.first} to {event.last}"
    return [f"{event.name} ({span})", *cells]


def _alarm_row(alarm: Spell, ours: Score, read: Realtime) -> list[str]:
    reading = read.readings[read.days.index(alarm.first)]
    values = [reading.gauge(name).value or 0.0 for name in ("sofr_ior", "explained", "excess")]
    events = [seen.event.name for seen in ours.announced if seen.since == alarm.first]
    told = "false" if alarm in ours.false_alarms else ", ".join(events) or "the same event again"
    return [
        f"{alarm.first}",
        f"{alarm.last}",
        f"{alarm.days}",
        STATES[alarm.highest],
        *(f"{value:.1f}".replace("-", "−") for value in values),
        reading.facts["drivers"].replace(" ", ", "),
        told,
    ]


def _years(read: Realtime) -> str:
    years = sorted({day.year for day in read.days})
    of_year = np.array([day.year for day in read.days])
    rows = []
    for year in years:
        inside = read.states[of_year == year]
        shares = [100.0 * float(np.mean(inside == rung)) for rung in range(len(STATES))]
        median = float(np.median(read.spreads[of_year == year]))
        rows.append([f"{year}", f"{median:.1f}".replace("-", "−"), *(f"{share:.0f}%" for share in shares)])
    return table(("year", "median SOFR − IORB", *STATES), rows)


def crunch_tables(history: History) -> dict[str, str]:
    """The tables of the page on September 2019, by the name of their place."""
    latest = history.at(end_of_day(CRUNCH_DAYS[-1])).narrow(NEEDS)
    return {"weeks": _weeks(history), "reference": _reference(latest), "near": _near(history)}


def _weeks(history: History) -> str:
    """The weeks of the autumn of 2019 as known a year later."""
    weeks = weekly(
        history.at(end_of_day(date(2020, 9, 30))).narrow(NEEDS), date(2019, 7, 3), date(2019, 11, 6)
    )
    shown = [one for one in MEASURES if np.any(np.isfinite(weeks.values[one.id]))]
    rows = []
    for place, ordinal in enumerate(weeks.wednesdays):
        day = date.fromordinal(int(ordinal))
        rows.append(
            [f"{day}", *(_number(weeks.values[one.id][place]) for one in shown), _dates_of_week(day) or " "]
        )
    return table(("week to", *(f"{_short(one.id)}, {one.unit.symbol}" for one in shown), "dates"), rows)


def _dates_of_week(wednesday: date) -> str:
    found = []
    for back in range(6, -1, -1):
        day = date.fromordinal(wednesday.toordinal() - back)
        kind = date_kind(day) if is_market_day(day) else DateKind.ORDINARY
        if kind is not DateKind.ORDINARY and not kind.startswith("after_"):
            found.append(f"{kind.value.replace('_', ' ')} {day.day}")
    return ", ".join(found)


def _short(name: str) -> str:
    return name.replace("_", " ")


def _number(value: float | None) -> str:
    if value is None or not np.isfinite(value):
        return "no data"
    return f"{value:,.1f}".replace("-", "−")


def _reference(view: View) -> str:
    rows = [
        [
            f"`{one.measure.id}`",
            one.measure.unit.symbol,
            _number(one.calm),
            _number(one.calm_low),
            _number(one.calm_high),
            _number(one.crunch),
        ]
        for one in distances(view)
    ]
    return table(
        ("gauge", "unit", f"calm, {CALM[0]} to {CALM[1]}", "lowest", "highest", "week to 2019-09-18"), rows
    )


def _near(history: History) -> str:
    columns, rows = ["gauge"], {one.id: [f"`{one.id}`"] for one in MEASURES}
    medians = ["**median**"]
    for day in CRUNCH_DAYS:
        view = history.at(end_of_day(day)).narrow(NEEDS)
        columns.append(f"{day}")
        for one in distances(view):
            way = "no distance" if one.way is None and one.now is not None else "no data"
            if one.way is not None:
                way = f"{_number(one.now)} ({one.way:.0f}%)".replace("(-", "(−")
            rows[one.measure.id].append(way)
        reading = take("liquidity_crunch", liquidity_crunch.SIGNAL, view)
        medians.append(f"{reading.gauges[0].value:.0f}%".replace("-", "−") if reading.gauges else "no data")
    return table(columns, [*rows.values(), medians])


# --- Pages ---------------------------------------------------------------------------------------------------------


def filled(text: str, tables: Mapping[str, str]) -> str:
    """A page with each of its marked places holding the table of that name.

    Raises
    ------
    SystemExit
        If the page lacks a place for a table.
    """
    for name, content in tables.items():
        mark, end = f"<!-- {name}: scripts/score_funding.py -->\n", "<!-- end -->"
        before, marked, rest = text.partition(mark)
        _, ended, after = rest.partition(end)
        if not (marked and ended):
            raise SystemExit(f"the page has no place for {name!r}")
        text = f"{before}{mark}\n{content}\n\n{end}{after}"
    return text


def main() -> int:
    """Write the tables, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail where a table is stale")
    check = parser.parse_args().check
    history = shipped()
    stale = []
    for name, tables in (
        ("funding-stress.md", stress_tables(history)),
        ("liquidity-crunch.md", crunch_tables(history)),
    ):
        page = FOLDER / name
        old = page.read_text("utf-8")
        if (new := filled(old, tables)) == old:
            continue
        stale.append(name)
        if not check:
            page.write_text(new, "utf-8")
    for name in stale:
        if check:
            print(f"docs/methods/{name} is stale: run python scripts/score_funding.py", file=sys.stderr)
        else:
            print(f"docs/methods/{name} written")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
