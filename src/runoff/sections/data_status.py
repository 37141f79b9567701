"""Data status: the last period of each line the brief stands on, when it was known, and what brings what is late."""

from __future__ import annotations

from datetime import date, timedelta

from runoff.core.freshness import Condition, Freshness
from runoff.core.language import Words
from runoff.core.report import Row, Section, SectionPlugin, Table
from runoff.core.series import Observation
from runoff.core.time import next_period
from runoff.core.units import Frequency
from runoff.core.view import Needs, View

# One line of each publication that the brief uses, and the prices it could use.
SHOWN = (
    "frb:WALCL",
    "frb:WRBWFRBL",
    "frb:WDTGAL",
    "frb:WCICL",
    "nyfed:RRPONTSYD",
    "nyfed:SOFR",
    "nyfed:EFFR",
    "nyfed:SRF",
    "frb:IOR",
    "bea:GDP",
    "spdji:SP500",
    "cboe:VIXCLS",
)


def _name(words: Words, series_id: str) -> str:
    """A short name of a line that is shown."""
    return {
        "frb:WALCL": words.text("Total assets"),
        "frb:WRBWFRBL": words.text("Reserve balances"),
        "frb:WDTGAL": words.text("Treasury General Account"),
        "frb:WCICL": words.text("Currency in circulation"),
        "nyfed:RRPONTSYD": words.text("ON RRP operation"),
        "nyfed:SOFR": words.text("SOFR"),
        "nyfed:EFFR": words.text("EFFR"),
        "nyfed:SRF": words.text("Standing repo facility"),
        "frb:IOR": words.text("Interest on reserves"),
        "bea:GDP": words.text("GDP"),
        "spdji:SP500": words.text("S&P 500"),
        "cboe:VIXCLS": words.text("VIX"),
    }[series_id]


def remedy(words: Words, found: Freshness) -> str:
    """What the reader can do about a series that is late or missing."""
    spec = found.spec
    return words.text(
        "runoff update, or download {address} as CSV, then: runoff import {code}.csv --series {id} --unit {unit}",
        address=spec.url,
        code=spec.code,
        id=spec.id,
        unit=f'"{spec.unit.symbol}"',
    )


def _end(last: Observation) -> date:
    """The last day of the period a figure describes."""
    following = next_period(last.period, last.series.frequency)
    monthly = last.series.frequency in {Frequency.MONTHLY, Frequency.QUARTERLY}
    return following - timedelta(days=1) if monthly and following is not None else last.period


def condition(words: Words, found: Freshness) -> str:
    """How a series stands, in words."""
    match found.condition:
        case Condition.UNPUBLISHED:
            return words.text("not published yet")
        case Condition.MISSING:
            return words.text("missing")
        case Condition.LATE:
            return words.text(
                "late, due {due}",
                due=words.date(found.due.date()) if found.due else "",
            )
        case Condition.CURRENT:
            return words.text("up to date")


def write(view: View, words: Words) -> Section:
    """A row for each line; what is late or missing comes with its remedy."""
    all_found = [view.freshness(series_id) for series_id in SHOWN]
    rows, sentences = [], []
    for found in all_found:
        last, label = found.last, _name(words, found.spec.id)
        state = condition(words, found)
        if last is not None and last.revised:
            state = words.text("{state}; revised", state=state)
        age = "" if last is None else str((view.as_of.date() - _end(last)).days)
        rows.append(
            Row(
                label=label,
                cells=(
                    words.text("none") if last is None else words.period(last.period, last.series.frequency),
                    words.text("never")
                    if last is None
                    else f"{words.date(last.known_at.date())} {last.known_at:%H:%M}",
                    age,
                    state,
                ),
            )
        )
    late = [f for f in all_found if f.condition is Condition.LATE]
    missing = [f for f in all_found if f.condition is Condition.MISSING]
    published = [f for f in all_found if f.last is not None]
    if not published:
        sentences.append(words.text("Nothing of what the brief stands on was published yet."))
    elif not late:
        sentences.append(
            words.text("Every line that was due by {moment} is here.", moment=words.instant(view.as_of))
        )
    else:
        sentences.append(
            words.text(
                "{count} of {all} lines are late at {moment}.",
                count=len(late),
                all=len(published),
                moment=words.instant(view.as_of),
            )
        )
    if late or missing:
        sentences.append(
            words.text("`runoff data status` names the command that brings what is late or missing.")
        )
    return Section(
        title=words.text(TITLE),
        sentences=tuple(sentences),
        facts={found.spec.id: found.condition for found in all_found},
        tables=(
            Table(
                id="data_status",
                title=words.text("Lines of this brief"),
                columns=(
                    words.text("Last period"),
                    words.text("Known at (New York)"),
                    words.text("Age, days"),
                    words.text("State"),
                ),
                rows=tuple(rows),
                note=words.text("Times of knowledge follow the publishers' release calendars (assumed)."),
            ),
            *_remedies(words, late + missing),
        ),
    )


def _remedies(words: Words, wanting: list[Freshness]) -> tuple[Table, ...]:
    if not wanting:
        return ()
    return (
        Table(
            id="remedies",
            title=words.text("What brings them"),
            detail=True,
            columns=(words.text("Command"),),
            rows=tuple(Row(label=_name(words, f.spec.id), cells=(remedy(words, f),)) for f in wanting),
        ),
    )


TITLE = "Data status"
SECTION = SectionPlugin(order=60, title=TITLE, needs=Needs(optional=frozenset(SHOWN)), write=write)
