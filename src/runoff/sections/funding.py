"""Funding: what overnight money costs over the rate on reserves, how unusual that is, and whether it alarms.

The figures are of the last day known, whether late or not; the state and its alarms are those of the signal
`funding_stress`, which says nothing on late figures.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from runoff.core.language import Words
from runoff.core.registry import plugin
from runoff.core.report import Figure, Plot, PlotKind, Row, Section, SectionPlugin, Table, figure, no_data
from runoff.core.series import FloatArray, IntArray, Observation, Series
from runoff.core.signal import (
    NO_DATA,
    Reading,
    SignalPlugin,
    last_verdict,
    reason,
    sentence,
    state_title,
    take,
    verdict,
)
from runoff.core.time import WEDNESDAY, calendar_effect, end_of_day
from runoff.core.units import BASIS_POINTS, PERCENT, USD_BILLIONS, Unit
from runoff.core.view import Needs, View
from runoff.impact.funding import share_at_or_below, spread_over_reserves

_SOFR, _IOR, _EFFR, _SRF = "nyfed:SOFR", "frb:IOR", "nyfed:EFFR", "nyfed:SRF"
# A spread counts as ordinary for its kind of date up to this share of earlier such dates.
ORDINARY_SHARE = 90.0
# Fewer earlier dates of a kind than this explain nothing.
ENOUGH_DATES = 8
_NAME = "funding_stress"
_SIGNAL = plugin("signals", _NAME, SignalPlugin)
# Gauges of the signal that the section has as figures of its own.
_OWN_FIGURES = frozenset({"sofr_ior", "effr_ior", "srf"})
_WEEKS = 13  # of which the brief tells the states: a quarter has every kind of date


def write(view: View, words: Words) -> Section:
    """The last SOFR known against the rate on reserves, how it stands among all days since 2018, and the alarms."""
    title = words.text(TITLE)
    sofr, ior = view.known(_SOFR), view.known(_IOR)
    if sofr is None or ior is None or not len(spread_over_reserves(sofr, ior)[0]):
        why = words.text("SOFR starts on {date}; nothing of it is known", date=words.date(date(2018, 4, 2)))
        return Section(
            title=title,
            sentences=(words.text("No data: {reason}.", reason=why),),
            figures=(no_data("sofr_ior", words.text("SOFR − interest on reserves"), BASIS_POINTS, why),),
        )
    periods, spreads = spread_over_reserves(sofr, ior)
    effect, alike = _alike(periods, spreads)
    reading = take(_NAME, _SIGNAL, view)
    last = last_verdict(_NAME, _SIGNAL, view) if reading.state == NO_DATA else None
    earlier = _earlier(view)
    return Section(
        title=title,
        sentences=(
            _stood(words, sofr.last().period, float(spreads[-1]), reading),
            _explained(words, periods, spreads, effect, alike),
            *_alarms(words, reading, last, earlier),
        ),
        facts={"state": reading.state, "confidence": f"{reading.confidence:g}"}
        | {key: reading.facts[key] for key in ("state_since", "drivers") if key in reading.facts}
        | ({} if last is None else {"last_state": last.state, "last_as_of": last.as_of.isoformat()}),
        figures=(
            *_rate_figures(view, words, sofr, ior),
            *_kind_figure(view, words, sofr, ior, effect, alike),
            *_other_rates(view, words, ior),
            *_gauges(reading, words),
        ),
        tables=(_weeks(words, earlier),) if earlier else (),
        plots=_plots(view, words, reading, periods, spreads),
    )


def _earlier(view: View) -> list[Reading]:
    """What was read at the end of each of the last Wednesdays before the day of the view, oldest first."""
    day = view.as_of.date() - timedelta(days=1)
    day -= timedelta(days=(day.weekday() - WEDNESDAY) % 7)
    moments = [end_of_day(day - timedelta(weeks=back)) for back in reversed(range(_WEEKS))]
    return [take(_NAME, _SIGNAL, view.history.at(moment)) for moment in moments]


def _rate_figures(view: View, words: Words, sofr: Series, ior: Series) -> list[Figure]:
    """The rate, the rate on reserves, the spread and its percentile."""
    _, spreads = spread_over_reserves(sofr, ior)
    rate, floor = _of_the_day(sofr, ior)
    spread, stale = float(spreads[-1]), view.is_late(_SOFR)
    return [
        figure("sofr", words.text("SOFR"), rate, stale=stale),
        figure("interest_on_reserves", words.text("Interest on reserves, in force that day"), floor),
        _derived(
            "sofr_ior",
            words.text("SOFR − interest on reserves"),
            spread,
            BASIS_POINTS,
            (rate, floor),
            stale=stale,
        ),
        _derived(
            "sofr_ior_percentile",
            words.text("Percentile among all days since April 2018"),
            share_at_or_below(spreads, spread),
            PERCENT,
            (rate, floor),
            stale=stale,
        ).noted(words.text("{count} days", count=len(spreads))),
    ]


def _kind_figure(
    view: View, words: Words, sofr: Series, ior: Series, effect: str | None, alike: FloatArray
) -> list[Figure]:
    """The percentile among earlier dates of its kind, where there are enough of them."""
    if effect is None or len(alike) < ENOUGH_DATES:
        return []
    spread = float(spread_over_reserves(sofr, ior)[1][-1])
    found = _derived(
        "sofr_ior_percentile_of_kind",
        words.text("Percentile among earlier dates of its kind ({kind})", kind=_kind(words, effect)),
        share_at_or_below(alike, spread),
        PERCENT,
        _of_the_day(sofr, ior),
        stale=view.is_late(_SOFR),
    )
    return [found.noted(words.text("{count} days", count=len(alike)))]


def _of_the_day(sofr: Series, ior: Series) -> tuple[Observation, Observation]:
    """The last rate, and the rate on reserves in force that day."""
    rate = sofr.last()
    floor = ior.in_force(rate.period)
    assert floor is not None, "the spread was taken on days with a rate on reserves"
    return rate, floor


def _alike(periods: IntArray, spreads: FloatArray) -> tuple[str | None, FloatArray]:
    """What the last day is to the calendar, and the spreads of earlier days that were the same."""
    effect = calendar_effect(date.fromordinal(int(periods[-1])))
    kind = np.array([calendar_effect(date.fromordinal(int(p))) == effect for p in periods[:-1]], dtype=bool)
    return effect, spreads[:-1][kind]


def _gauges(reading: Reading, words: Words) -> list[Figure]:
    """What the state is read from; on a terminal's one screen the sentences say it."""
    return [
        replace(gauge.figure(words), detail=True) for gauge in reading.gauges if gauge.id not in _OWN_FIGURES
    ]


def _derived(
    figure_id: str,
    label: str,
    value: float,
    unit: Unit,
    inputs: tuple[Observation, Observation],
    *,
    stale: bool,
) -> Figure:
    """A figure made of a rate and the rate on reserves of the same day."""
    rate, floor = inputs
    return Figure(
        id=figure_id,
        label=label,
        value=round(value, 6),
        unit=unit.symbol,
        period=rate.period,
        known_at=max(rate.known_at, floor.known_at),
        assumed=rate.assumed or floor.assumed,
        stale=stale,
        digests=tuple(sorted({rate.digest, floor.digest})),
    )


def _stood(words: Words, day: date, spread: float, reading: Reading) -> str:
    """What SOFR cost, and the state of funding where there is one."""
    if reading.state != NO_DATA:
        return sentence(reading, _SIGNAL, words)
    values = {"date": words.date(day), "spread": words.amount(abs(spread), BASIS_POINTS)}
    if spread >= 0:
        return words.text("SOFR of {date} stood {spread} above the rate on reserves.", **values)
    return words.text("SOFR of {date} stood {spread} below the rate on reserves.", **values)


def _kind(words: Words, effect: str) -> str:
    return {
        "quarter_end": words.text("quarter end"),
        "month_end": words.text("month end"),
        "tax_date": words.text("tax date"),
    }[effect]


def _explained(
    words: Words, periods: IntArray, spreads: FloatArray, effect: str | None, alike: FloatArray
) -> str:
    """Whether the last spread is unusual, and if so whether a month, quarter or tax date explains it.

    Unusual is above `ORDINARY_SHARE` percent of all days, or below the same share of them.
    """
    spread, day = float(spreads[-1]), date.fromordinal(int(periods[-1]))
    share = share_at_or_below(spreads, spread)
    values: dict[str, object] = {"date": words.date(day), "all": f"{share:.0f}"}
    if effect is not None:
        return _of_its_kind(words, effect, alike, spread, values)
    if share <= 100.0 - ORDINARY_SHARE:
        return words.text(
            "The spread is at or above {all}% of all days since April 2018: unusually low, and {date} is no month end, "
            "quarter end or tax date.",
            **values,
        )
    if share < ORDINARY_SHARE:
        return words.text(
            "The spread is at or above {all}% of all days since April 2018: not unusual, and {date} is no month end, "
            "quarter end or tax date.",
            **values,
        )
    return words.text(
        "The spread is at or above {all}% of all days since April 2018: unusually high, and {date} is no month end, "
        "quarter end or tax date: the calendar does not explain it.",
        **values,
    )


def _of_its_kind(
    words: Words, effect: str, alike: FloatArray, spread: float, values: dict[str, object]
) -> str:
    """How the spread stands among all days, and among earlier dates of its kind."""
    values = values | {"kind": _kind(words, effect), "count": len(alike)}
    if len(alike) < ENOUGH_DATES:
        return words.text(
            "The spread is at or above {all}% of all days since April 2018. {date} is a {kind}; fewer than {enough} "
            "earlier ones are known: too few to say whether that explains it.",
            **values,
            enough=ENOUGH_DATES,
        )
    of_kind = share_at_or_below(alike, spread)
    values["share"] = f"{of_kind:.0f}"
    if of_kind > ORDINARY_SHARE:
        return words.text(
            "The spread is at or above {all}% of all days since April 2018. {date} is a {kind}, but it is at or above "
            "{share}% of {count} earlier ones: the date alone does not explain it.",
            **values,
        )
    if of_kind < 100.0 - ORDINARY_SHARE:
        return words.text(
            "The spread is at or above {all}% of all days since April 2018. {date} is a {kind}, and it is low for one: "
            "at or above only {share}% of {count} earlier ones.",
            **values,
        )
    return words.text(
        "The spread is at or above {all}% of all days since April 2018. {date} is a {kind}; it is at or above {share}% "
        "of {count} earlier ones, which is ordinary for such a date.",
        **values,
    )


def _other_rates(view: View, words: Words, ior: Series) -> list[Figure]:
    """EFFR over the rate on reserves, and what the standing repo facility lent."""
    found = []
    label = words.text("EFFR − interest on reserves")
    if (effr := view.known(_EFFR)) is not None and len(spread_over_reserves(effr, ior)[0]):
        last = effr.last()
        floor = ior.in_force(last.period)
        assert floor is not None, "the rate on reserves started before EFFR was published in this form"
        value = float(spread_over_reserves(effr, ior)[1][-1])
        found.append(
            _derived("effr_ior", label, value, BASIS_POINTS, (last, floor), stale=view.is_late(_EFFR))
        )
    else:
        found.append(no_data("effr_ior", label, BASIS_POINTS, words.text("not known at this date")))
    label = words.text("Standing repo facility")
    if (facility := view.known(_SRF)) is not None:
        found.append(figure("standing_repo", label, facility.last(), stale=view.is_late(_SRF)))
    else:
        found.append(no_data("standing_repo", label, USD_BILLIONS, words.text("not known at this date")))
    return found


def _alarms(words: Words, reading: Reading, last: Reading | None, earlier: list[Reading]) -> list[str]:
    """Why there is no state, where there is none, and what the last was; how often the last weeks were not calm."""
    found = []
    if reading.state == NO_DATA:
        found.append(words.text("No state of funding: {reason}.", reason=reason(reading, words)))
    if last is not None:
        found.append(verdict(last, _SIGNAL, words))
    read = [one for one in earlier if one.state != NO_DATA]
    calm = next(iter(_SIGNAL.states))
    alarms = [one for one in read if one.state != calm]
    if not read:
        return found
    counts = {
        state: sum(one.state == state for one in alarms)
        for state in _SIGNAL.states
        if any(one.state == state for one in alarms)
    }
    values = {"count": len(read), "last": words.date(read[-1].as_of.date())}
    if not alarms:
        return [*found, words.text("No alarm on any of {count} Wednesdays to {last}.", **values)]
    states = [
        words.text("{state} on {count}", state=words.text(_SIGNAL.states[state]), count=count)
        for state, count in counts.items()
    ]
    return [
        *found,
        words.text("Of {count} Wednesdays to {last}: {states}.", states=words.joined(states), **values),
    ]


def _weeks(words: Words, earlier: list[Reading]) -> Table:
    """The state of each of the last Wednesdays, as it was read then, with the number that decided."""
    return Table(
        id="alarms",
        title=words.text("State of funding, as read at the end of each Wednesday"),
        columns=(words.text("State"), words.text("Confidence"), words.text("Deciding number")),
        rows=tuple(
            Row(
                label=words.date(one.as_of.date()),
                cells=(
                    state_title(one, _SIGNAL, words),
                    f"{one.confidence:.0%}",
                    replace(one.gauges[0].figure(words), id=f"alarm_{one.as_of:%Y_%m_%d}", note=None)
                    if one.gauges
                    else "",
                ),
            )
            for one in earlier
        ),
        detail=True,
    )


def _plots(
    view: View, words: Words, reading: Reading, periods: IntArray, spreads: FloatArray
) -> tuple[Plot, ...]:
    """The signal's pictures; the bare spread where it has no reading."""
    if reading.state != NO_DATA and _SIGNAL.plots is not None:
        return _SIGNAL.plots(view.narrow(_SIGNAL.needs), words)
    return (
        Plot(
            id="sofr_ior",
            title=words.text("SOFR less interest on reserves"),
            kind=PlotKind.LINES,
            unit=BASIS_POINTS.symbol,
            periods=periods,
            lines={words.text("SOFR − interest on reserves"): spreads},
            description=words.text("Above zero, cash lent against Treasuries earns more than reserves do."),
        ),
    )


TITLE = "Funding"
SECTION = SectionPlugin(
    order=50,
    title=TITLE,
    needs=Needs(series=frozenset({_SOFR, _IOR}), optional=frozenset({_EFFR, _SRF})) | _SIGNAL.needs,
    write=write,
)
