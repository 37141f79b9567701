"""Ampleness: whether reserves are near where money gets dearer as they fall, and whether the data tell where."""

from __future__ import annotations

from dataclasses import replace

from runoff.core.language import Words
from runoff.core.registry import plugin
from runoff.core.report import Section, SectionPlugin, no_data
from runoff.core.signal import (
    NO_DATA,
    SignalPlugin,
    gauge_table,
    last_verdict,
    reason,
    sentence,
    state_title,
    take,
    verdict,
)
from runoff.core.units import PERCENT
from runoff.core.view import View

_NAME = "ampleness"
_SIGNAL = plugin("signals", _NAME, SignalPlugin)
# What a terminal's one screen has room for; every other form has all of them, as a table.
_SHOWN = ("kink_effr_hinge", "kink_sofr_hinge")


def write(view: View, words: Words) -> Section:
    """What the signal says, how sure it is, the two kinks with their intervals, and its pictures.

    The projected pace and the elasticities over time take longer: the brief leaves them to the signal itself.
    """
    title, reading = words.text(TITLE), take(_NAME, _SIGNAL, view)
    if reading.state == NO_DATA:
        why, last = reason(reading, words), last_verdict(_NAME, _SIGNAL, view)
        told = [words.text("No data: {reason}.", reason=why)]
        if last is not None:
            told.append(verdict(last, _SIGNAL, words))
        return Section(
            title=title,
            sentences=tuple(told),
            facts={"state": NO_DATA}
            | ({} if last is None else {"last_state": last.state, "last_as_of": last.as_of.isoformat()}),
            figures=(no_data("kink", words.text("Kink of the reserve-demand curve"), PERCENT, why),),
        )
    table = gauge_table(reading, words)
    return Section(
        title=title,
        sentences=(
            sentence(reading, _SIGNAL, words),
            words.text(
                "State: {state}, confidence {confidence}.",
                state=state_title(reading, _SIGNAL, words),
                confidence=f"{reading.confidence:.0%}",
            ),
        ),
        facts={"state": reading.state, "confidence": f"{reading.confidence:g}", **reading.facts},
        figures=tuple(gauge.figure(words) for gauge in reading.gauges if gauge.id in _SHOWN),
        tables=(
            replace(
                table,
                rows=tuple(r for g, r in zip(reading.gauges, table.rows, strict=True) if g.id not in _SHOWN),
                note=words.text(
                    "`runoff signals ampleness` adds the time to the kink at the projected pace, and the "
                    "elasticities over time."
                ),
                detail=True,
            ),
        ),
        plots=() if _SIGNAL.plots is None else _SIGNAL.plots(view.narrow(_SIGNAL.needs), words),
    )


TITLE = "Ampleness of reserves"
SECTION = SectionPlugin(order=45, title=TITLE, needs=_SIGNAL.needs, write=write)
