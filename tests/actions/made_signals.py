"""Two small signals, for what is done with any: one of a rate, with everything a gauge can have, one of no data."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np

from runoff.core.language import Words
from runoff.core.report import Plot, PlotKind
from runoff.core.signal import Gauge, Reading, SignalPlugin, Threshold
from runoff.core.view import Needs, View

_SOFR, _IOR, _SRF, _NOWHERE = "nyfed:SOFR", "frb:IOR", "nyfed:SRF", "nyfed:NOWHERE"
TUESDAY = date(2019, 9, 17)


def _read(view: View) -> Reading:
    """Tight where SOFR is above the rate on reserves."""
    rate = view.series(_SOFR).last()
    floor = view.series(_IOR).in_force(rate.period)
    assert floor is not None
    spread = round(100 * (rate.value - floor.value), 6)
    facility = view.known(_SRF)
    return Reading(
        signal="tightness",
        as_of=view.as_of,
        state="tight" if spread > 0 else "easy",
        confidence=1.0 if facility is not None else 0.5,
        gauges=(
            Gauge(
                id="spread",
                title="Spread",
                value=spread,
                unit="bp",
                period=rate.period,
                known_at=max(rate.known_at, floor.known_at),
                low=spread - 2,
                high=spread + 2,
                level=90,
                threshold=Threshold(value=0.0, source="The floor of the corridor"),
                digests=(rate.digest,),
            ),
            Gauge(
                id="facility",
                title="Facility",
                value=None if facility is None else facility.last().value,
                unit="USD bn",
                period=rate.period,
                note="Lent overnight",
            ),
        ),
        evidence=(f"SOFR of {rate.period}",),
        facts={"day": rate.period.isoformat()},
    )


def _say(reading: Reading, words: Words) -> str:
    return words.text("Money is {state}.", state=reading.state)


def _plots(view: View, words: Words) -> tuple[Plot, ...]:
    rate = view.series(_SOFR)
    return (
        Plot(
            id="sofr",
            title=words.text("SOFR"),
            kind=PlotKind.LINES,
            unit="percent",
            periods=rate.periods,
            lines={"SOFR": rate.values},
        ),
    )


TIGHTNESS = SignalPlugin(
    title="Tightness",
    says="Whether money is tight.",
    needs=Needs(series=frozenset({_SOFR, _IOR}), optional=frozenset({_SRF})),
    fresh=frozenset({_SOFR}),
    states={"easy": "Easy", "tight": "Tight"},
    read=_read,
    say=_say,
    plots=_plots,
)
NOWHERE = replace(
    TIGHTNESS, title="Nowhere", needs=Needs(series=frozenset({_NOWHERE})), fresh=frozenset({_NOWHERE})
)
MADE: Mapping[str, SignalPlugin] = {"nowhere": NOWHERE, "tightness": TIGHTNESS}


def offered(folder: str, kind: type) -> Mapping[str, SignalPlugin]:
    """In place of `core.registry.plugins`."""
    assert (folder, kind) == ("signals", SignalPlugin)
    return MADE


def one(folder: str, name: str, kind: type) -> SignalPlugin:
    """In place of `core.registry.plugin`."""
    return offered(folder, kind)[name]


def finite(values: np.ndarray) -> int:
    """How many of a line's values are there."""
    return int(np.isfinite(values).sum())
