"""How near funding is to September 2019, gauge by gauge: a table, of which the state is only the middle.

Each gauge lies somewhere between the calm first half of 2018 and the week of 18 September 2019 (`impact.crunch`). The
state goes by the median of the gauges that can be placed; which they are, and which have no data, stands beside it.
With few of them the reading is as unsure as it says.

References
----------
Copeland, Duffie and Yang (2021), "Reserves Were Not So Ample After All", Federal Reserve Bank of New York Staff Report
974.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from runoff.core.errors import EstimationError
from runoff.core.language import Words, said
from runoff.core.report import Figure, Plot, PlotKind, Row, Table
from runoff.core.signal import Gauge, Reading, SignalPlugin, Threshold
from runoff.core.time import NEW_YORK
from runoff.core.units import PERCENT
from runoff.core.view import View
from runoff.impact.crunch import CALM, MEASURES, NEEDS, Distance, Measure, dates_ahead, distances, weekly
from runoff.impact.funding import DateKind

FAR, HALF_WAY, THERE = "far", "half_way", "there"
# Percent of the way: half of it, and all of it. Ours.
_HALF, _ALL = 50.0, 100.0

_SEPTEMBER = said("the week of 18 September 2019")
_KINDS = {
    DateKind.YEAR_END: said("year end"),
    DateKind.QUARTER_END: said("quarter end"),
    DateKind.MONTH_END: said("month end"),
    DateKind.TAX_DATE: said("tax date"),
    DateKind.SETTLEMENT: said("mid-month settlement of Treasury coupons"),
}


def read(view: View) -> Reading:
    """Where each gauge stands between the calm of 2018 and September 2019, and where the middle of them does.

    Raises
    ------
    RunoffError
        If September 2019 had not happened, reserves are missing, or no gauge can be placed.
    """
    found = distances(view)
    ways = _ways(found)
    if not ways:
        raise EstimationError(
            "liquidity crunch: none of {gauges} can be placed between 2018 and September 2019; expected one at least, "
            "with a history that reaches back: runoff update",
            gauges=", ".join(one.measure.id for one in found),
        )
    middle = statistics.median(ways.values())
    placeable = sum(1 for one in found if one.crunch is None or one.way is not None)
    ahead = dates_ahead(view.as_of.astimezone(NEW_YORK).date())
    return Reading(
        signal="liquidity_crunch",
        as_of=view.as_of,
        state=THERE if middle >= _ALL else HALF_WAY if middle >= _HALF else FAR,
        confidence=round(len(ways) / placeable, 3),
        gauges=(_middle(found, middle), *(gauge for one in found for gauge in _gauges(one))),
        facts={
            "dates_ahead": " ".join(f"{day.isoformat()}:{kind.value}" for day, kind in ahead),
            "no_data": " ".join(one.measure.id for one in found if one.now is None),
            "calm_from": CALM[0].isoformat(),
            "calm_to": CALM[1].isoformat(),
        }
        | {f"{one.measure.id}_calm": f"{one.calm:g}" for one in found if one.calm is not None},
    )


def _ways(found: Sequence[Distance]) -> dict[str, float]:
    return {one.measure.id: one.way for one in found if one.way is not None}


def _middle(found: Sequence[Distance], middle: float) -> Gauge:
    rows = [row for one in found if one.way is not None for row in one.rows]
    return Gauge(
        id="median_way",
        title=said("Median of the gauges: nil is early 2018, 100% September 2019"),
        value=round(middle, 3),
        unit=PERCENT.symbol,
        period=max(row.period for row in rows),
        known_at=max(row.known_at for row in rows),
        threshold=Threshold(value=_HALF, source=said("half of the way; our own rule")),
        assumed=any(row.assumed for row in rows),
        digests=tuple(sorted({row.digest for row in rows})),
    )


def _gauges(one: Distance) -> tuple[Gauge, Gauge]:
    """The gauge itself against its level of September 2019, and how far on the way it is."""
    measure = one.measure
    digests = tuple(sorted({row.digest for row in one.rows}))
    known_at = max((row.known_at for row in one.rows), default=None)
    period = one.rows[0].period if one.rows else None
    assumed = any(row.assumed for row in one.rows)
    return (
        Gauge(
            id=measure.id,
            title=measure.title,
            value=one.now,
            unit=measure.unit.symbol,
            period=period,
            known_at=known_at,
            threshold=None if one.crunch is None else Threshold(value=one.crunch, source=_SEPTEMBER),
            note=one.note if one.now is None else None,
            assumed=assumed,
            digests=digests,
        ),
        Gauge(
            id=f"{measure.id}_way",
            title=_WAY_TITLES[measure.id],
            value=one.way,
            unit=PERCENT.symbol,
            period=period,
            known_at=known_at,
            threshold=None if one.way is None else Threshold(value=_ALL, source=_SEPTEMBER),
            note=one.note,
            assumed=assumed,
            digests=digests,
        ),
    )


_WAY_TITLES = {
    "reserves_gdp": said("Reserves over GDP, share of the way"),
    "reserves": said("Reserves, share of the way"),
    "tga_change": said("Treasury account, share of the way"),
    "sofr_ior": said("SOFR − interest on reserves, share of the way"),
    "effr_ior": said("EFFR − interest on reserves, share of the way"),
    "sofr_high": said("SOFR, highest of the week, share of the way"),
    "sofr_p99": said("SOFR, 99th percentile, share of the way"),
    "on_rrp": said("Overnight reverse repos, share of the way"),
}


def say(reading: Reading, words: Words) -> str:
    """How many gauges are half-way to September 2019, which is furthest, which have no data, which dates come next."""
    ways = {one.id: way for one in MEASURES if (way := reading.gauge(f"{one.id}_way").value) is not None}
    furthest = max(ways, key=lambda name: ways[name])
    values = {
        "count": len(ways),
        "near": sum(1 for way in ways.values() if way >= _HALF),
        "furthest": words.text(reading.gauge(furthest).title),
        "way": _percent(ways[furthest]),
        "middle": _percent(reading.gauge("median_way").value or 0.0),
    }
    parts = [
        words.text(
            "On the way from the calm of early 2018 to September 2019 gauges stand at {middle}% at the median; of "
            "{count} that can be placed, {near} at half-way or further. The furthest is {furthest}, at {way}%.",
            **values,
        )
    ]
    if missing := reading.facts["no_data"].split():
        titles = [words.text(reading.gauge(name).title) for name in missing]
        parts.append(words.text("No data for {gauges}.", gauges=words.joined(titles)))
    if ahead := reading.facts["dates_ahead"].split():
        parts.append(
            words.text("Dates ahead: {dates}.", dates=words.joined([_dated(one, words) for one in ahead]))
        )
    return words.sentences(parts)


def _percent(value: float) -> str:
    """Whole percent, with the minus of all other numbers."""
    return f"{value:.0f}".replace("-", "−")


def _dated(one: str, words: Words) -> str:
    day, _, kind = one.partition(":")
    return words.text(
        "{date} ({kind})",
        date=words.date(date.fromisoformat(day)),
        kind=words.text(_KINDS[DateKind(kind)]),
    )


def table(reading: Reading, words: Words) -> Table:
    """A row a gauge: how far it is on the way from early 2018 to September 2019, where it is now, and was then."""
    rows = [_row(one, reading, words) for one in MEASURES]
    middle = _bare(reading.gauge("median_way"), words)
    rows.append(Row(label=words.text("Median of the gauges"), cells=(middle, "", "", ""), emphasis=True))
    return Table(
        id="liquidity_crunch_gauges",
        title=words.text("Gauges of September 2019"),
        columns=(
            words.text("Share of the way"),
            words.text("Now"),
            words.text("Early 2018"),
            words.text("18 Sep 2019"),
        ),
        rows=tuple(rows),
        note=words.text(
            "Early 2018 is the median of its first half, where the way begins; it ends in the week of 18 September "
            "2019. Half of it, by the median, is our own threshold."
        ),
    )


def _row(one: Measure, reading: Reading, words: Words) -> Row:
    """Where a gauge is between its two references, itself, and the two."""
    now, way = reading.gauge(one.id), reading.gauge(f"{one.id}_way")
    calm = reading.facts.get(f"{one.id}_calm")
    crunch = now.threshold
    return Row(
        label=words.text(one.title),
        cells=(
            _bare(way, words),
            _bare(now, words),
            "" if calm is None else words.amount(float(calm), one.unit),
            "" if crunch is None else words.amount(crunch.value, one.unit),
        ),
    )


def _bare(gauge: Gauge, words: Words) -> Figure:
    """A gauge as a figure of a table whose columns say what it is held against."""
    note = gauge.note and words.text(gauge.note)
    return replace(gauge.figure(words), note=note)


def plots(view: View, words: Words) -> tuple[Plot, ...]:
    """How far on the way each gauge was, week by week since 2018."""
    found = {one.measure.id: one for one in distances(view)}
    weeks = weekly(view, CALM[0], view.as_of.astimezone(NEW_YORK).date())
    lines = {}
    for name, one in found.items():
        if one.way is not None and one.calm is not None and one.crunch is not None:
            lines[words.text(one.measure.title)] = (
                100.0 * (weeks.values[name] - one.calm) / (one.crunch - one.calm)
            )
    return (
        Plot(
            id="liquidity_crunch",
            title=words.text("The way from early 2018 to September 2019"),
            kind=PlotKind.LINES,
            unit=PERCENT.symbol,
            periods=np.asarray(weeks.wednesdays),
            lines=lines,
            description=words.text("Nil is the calm first half of 2018, 100% the week of 18 September 2019."),
        ),
    )


SIGNAL = SignalPlugin(
    title=said("Liquidity crunch"),
    says=said("How near funding is to September 2019, gauge by gauge."),
    needs=NEEDS,
    fresh=NEEDS.series,
    states={
        FAR: said("Far from September 2019"),
        HALF_WAY: said("Half-way to September 2019"),
        THERE: said("As in September 2019"),
    },
    read=read,
    say=say,
    table=table,
    plots=plots,
)
