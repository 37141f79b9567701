"""The buffer in overnight reverse repos: how much of the drain on reserves it can still absorb, and who loses next.

What the Federal Reserve takes out of banks (securities that run off, a Treasury account or a currency that grows) is
paid by reserves, or by money funds that take cash out of the reverse repo facility first. All figures are Wednesday
levels of one H.4.1:

    drain              = − Δ securities + Δ TGA + Δ currency                        over 13 weeks
    paid by ON RRP     = − Δ reverse repos with others
    paid by reserves   = − Δ reserves
    paid by the rest   = drain − the two          loans, repos, foreign reverse repos, other lines

State and pace go by the median of four Wednesdays: a quarter end fills the facility for a night.

The usual week is the median size, either way, of that drain in one week over the year before: a facility that holds
less is spent in an ordinary week, and is called empty.

References
----------
Federal Reserve Board, H.4.1, table 1. Federal Reserve Bank of New York, reverse repo operations.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from runoff.core.errors import EstimationError
from runoff.core.language import Words, said
from runoff.core.report import Plot, PlotKind
from runoff.core.series import FloatArray, IntArray, Observation, align
from runoff.core.signal import Gauge, Reading, SignalPlugin, Threshold
from runoff.core.units import PERCENT, USD_BILLIONS, WEEKS
from runoff.core.view import Needs, View

_ON_RRP, _RESERVES, _TGA = "frb:WLRRAOL", "frb:WRBWFRBL", "frb:WDTGAL"
_CURRENCY, _SECURITIES = "frb:WCICL", "frb:WSHOSHO"
_LINES = (_ON_RRP, _RESERVES, _TGA, _CURRENCY, _SECURITIES)
_DAILY = "nyfed:RRPONTSYD"

HELD, DRAINING, THIN, EMPTY = "held", "draining", "thin", "empty"
# A quarter: long enough that one Treasury settlement is not the pace. Ours.
PACE_WEEKS = 13
# Four weeks see every quarter end once and are not moved by it. Ours.
MONTH_WEEKS = 4
# A year: every tax date and quarter end once. Ours.
USUAL_WEEKS = 52
# Beyond two years a pace of 13 weeks says nothing. Ours.
MOST_WEEKS = 104


@dataclass(frozen=True, slots=True, kw_only=True)
class _Buffer:
    """The lines of the sheet week by week and what follows; USD bn.

    `drains` are those of the last `USUAL_WEEKS` weeks; the changes are over `PACE_WEEKS`, and `decline` is that of the
    median of four Wednesdays.
    """

    periods: IntArray
    on_rrp: FloatArray
    drains: FloatArray
    decline: float
    drain: float
    paid_by_on_rrp: float
    paid_by_reserves: float

    @property
    def level(self) -> float:
        """The median of the last four Wednesdays."""
        return float(np.median(self.on_rrp[-MONTH_WEEKS:]))

    @property
    def peak(self) -> float:
        return float(self.on_rrp.max())

    @property
    def usual_week(self) -> float:
        return float(np.median(np.abs(self.drains[-USUAL_WEEKS:])))

    @property
    def weeks_left(self) -> float | None:
        """At its own pace of decline; None where it did not decline."""
        if self.decline <= 0:
            return None
        return min(self.level / (self.decline / PACE_WEEKS), MOST_WEEKS)

    @property
    def state(self) -> str:
        if self.level < self.usual_week:
            return EMPTY
        if self.drain > 0 and self.level < self.drain:
            return THIN
        return DRAINING if self.decline > 0 else HELD


def _buffer(view: View) -> _Buffer:
    """Bring the lines to their common Wednesdays and take the changes.

    Raises
    ------
    EstimationError
        If they have fewer common weeks than a year, or not the one 13 weeks before the last.
    """
    periods, (on_rrp, reserves, tga, currency, securities) = align(
        *(view.series(line).to("USD bn") for line in _LINES)
    )
    drained = tga + currency - securities
    before = int(np.searchsorted(periods, periods[-1] - 7 * PACE_WEEKS)) if len(periods) else 0
    if len(periods) <= USUAL_WEEKS or periods[before] != periods[-1] - 7 * PACE_WEEKS:
        raise EstimationError(
            "reverse repo buffer: {found} weeks have all of {lines}; expected more than {enough}, and the week "
            "{pace} before the last: take a later date, or runoff update",
            found=len(periods),
            lines=", ".join(_LINES),
            enough=USUAL_WEEKS,
            pace=PACE_WEEKS,
        )
    return _Buffer(
        periods=periods,
        on_rrp=on_rrp,
        drains=np.diff(drained[-USUAL_WEEKS - 1 :]),
        decline=float(
            np.median(on_rrp[before - MONTH_WEEKS + 1 : before + 1]) - np.median(on_rrp[-MONTH_WEEKS:])
        ),
        drain=float(drained[-1] - drained[before]),
        paid_by_on_rrp=float(on_rrp[before] - on_rrp[-1]),
        paid_by_reserves=float(reserves[before] - reserves[-1]),
    )


def read(view: View) -> Reading:
    """How full the facility is, how fast it empties, and what it can still take of a drain like the last quarter's.

    Raises
    ------
    RunoffError
        If a line of the sheet is missing, or has too short a history.
    """
    buffer = _buffer(view)
    weeks, state = buffer.weeks_left, buffer.state
    daily = view.known(_DAILY)
    late = daily is None or view.is_late(_DAILY)
    return Reading(
        signal="rrp_buffer",
        as_of=view.as_of,
        state=state,
        # The sheet decides; the daily operation only says whether the Wednesday still stands.
        confidence=0.9 if late else 1.0,
        gauges=_gauges(view, buffer, late=late),
        facts={
            "week": date.fromordinal(int(buffer.periods[-1])).isoformat(),
            "weeks_left": "" if weeks is None else f"{weeks:.0f}",
            "next_loser": "reserves" if state == EMPTY else "on_rrp",
        },
    )


def _gauges(view: View, buffer: _Buffer, *, late: bool) -> tuple[Gauge, ...]:
    week = date.fromordinal(int(buffer.periods[-1]))
    rows = tuple(view.series(line).at(week) for line in _LINES)
    usual = Threshold(
        value=round(buffer.usual_week, 3),
        source=said("the usual week's drain, either way, of the last 52 weeks"),
    )

    def dollars(gauge: str, title: str, value: float, bar: Threshold | None = None) -> Gauge:
        return _gauge(gauge, title, value, USD_BILLIONS.symbol, rows, bar=bar)

    rest = buffer.drain - buffer.paid_by_on_rrp - buffer.paid_by_reserves
    return (
        dollars(
            "on_rrp_month", said("Overnight reverse repos, median of four Wednesdays"), buffer.level, usual
        ),
        dollars("on_rrp", said("Overnight reverse repos, Wednesday level"), float(buffer.on_rrp[-1])),
        _share(
            "share_of_peak",
            said("Share of the highest level so far"),
            buffer.level,
            buffer.peak,
            rows,
            nothing=said("nothing was ever in the facility"),
        ),
        dollars("drain", said("Drain over 13 weeks: securities, TGA, currency"), buffer.drain),
        dollars("paid_by_on_rrp", said("of it paid by ON RRP"), buffer.paid_by_on_rrp),
        dollars("paid_by_reserves", said("of it paid by reserves"), buffer.paid_by_reserves),
        dollars("paid_by_rest", said("of it paid by other lines of the sheet"), rest),
        _share(
            "cover",
            said("Share of another such drain that ON RRP can absorb"),
            buffer.level,
            buffer.drain,
            rows,
            bar=Threshold(value=100.0, source=said("the whole of the drain of the last 13 weeks")),
            nothing=said("nothing was drained in these 13 weeks"),
        ),
        _lasting(buffer, rows),
        _daily(view, late=late),
    )


def _gauge(
    gauge: str,
    title: str,
    value: float | None,
    unit: str,
    rows: tuple[Observation, ...],
    *,
    bar: Threshold | None = None,
    note: str | None = None,
) -> Gauge:
    return Gauge(
        id=gauge,
        title=title,
        value=None if value is None else round(value, 6),
        unit=unit,
        period=rows[0].period,
        known_at=max(row.known_at for row in rows),
        threshold=bar,
        note=note,
        assumed=any(row.assumed for row in rows),
        digests=tuple(sorted({row.digest for row in rows})),
    )


def _share(
    gauge: str,
    title: str,
    part: float,
    whole: float,
    rows: tuple[Observation, ...],
    *,
    nothing: str,
    bar: Threshold | None = None,
) -> Gauge:
    """A share in percent; none of a whole that is not above nil, and `nothing` then says so."""
    if whole <= 0:
        return _gauge(gauge, title, None, PERCENT.symbol, rows, bar=bar, note=nothing)
    return _gauge(gauge, title, 100.0 * part / whole, PERCENT.symbol, rows, bar=bar)


def _lasting(buffer: _Buffer, rows: tuple[Observation, ...]) -> Gauge:
    """How long the facility lasts at its own pace; nothing where it did not decline."""
    weeks, note = buffer.weeks_left, None
    if weeks is None:
        note = said("it did not fall in these 13 weeks")
    elif weeks >= MOST_WEEKS:
        note = said("two years or more: beyond that a pace of 13 weeks says nothing")
    title = said("Time that it lasts at the pace of 13 weeks")
    return _gauge("weeks_left", title, weeks, WEEKS.symbol, rows, note=note)


def _daily(view: View, *, late: bool) -> Gauge:
    """The last operation, which is newer than the sheet."""
    title = said("Last overnight operation, accepted")
    if (series := view.known(_DAILY)) is None:
        return Gauge(
            id="operation",
            title=title,
            value=None,
            unit=USD_BILLIONS.symbol,
            note=said("not in the store, or not known at this date"),
        )
    last = series.to(USD_BILLIONS.symbol).last()
    note = said("late: a newer figure was due") if late else None
    return _gauge("operation", title, last.value, USD_BILLIONS.symbol, (last,), note=note)


def say(reading: Reading, words: Words) -> str:
    """How much is left, how long that lasts, and who pays for the next drain."""
    level, share = reading.gauge("on_rrp_month"), reading.gauge("share_of_peak").value
    assert level.value is not None, "a reading with a state has a level"
    assert level.threshold is not None, "and a usual week to hold it against"
    values = {
        "date": words.date(date.fromisoformat(reading.facts["week"])),
        "level": words.amount(level.value, USD_BILLIONS),
        "share": words.amount(share or 0.0, PERCENT),
        "usual": words.amount(level.threshold.value, USD_BILLIONS),
        "weeks": words.amount(float(left), WEEKS) if (left := reading.facts["weeks_left"]) else "",
    }
    how_much = words.text(
        "In the four weeks to {date} overnight reverse repos held {level}, {share} of their highest level.",
        **values,
    )
    if reading.state == EMPTY:
        then = words.text(
            "That is less than one usual week's drain ({usual}): what is drained next is paid by reserves.",
            **values,
        )
    elif not values["weeks"]:
        then = words.text("They did not fall in 13 weeks; a drain would be paid by them before reserves.")
    elif left == f"{MOST_WEEKS}":
        then = words.text(
            "At the pace of the last 13 weeks they last two years or more; reserves pay after that."
        )
    else:
        then = words.text(
            "At the pace of the last 13 weeks they last {weeks} more; reserves pay after that.",
            **values,
        )
    return words.sentences((how_much, then))


def plots(view: View, words: Words) -> tuple[Plot, ...]:
    """The facility and reserves, week by week since 2013."""
    periods, (on_rrp, reserves) = align(*(view.series(line).to("USD bn") for line in (_ON_RRP, _RESERVES)))
    since = periods >= date(2013, 9, 23).toordinal()  # the facility's first operation
    return (
        Plot(
            id="rrp_buffer",
            title=words.text("Overnight reverse repos and reserves"),
            kind=PlotKind.STACKED,
            unit=USD_BILLIONS.symbol,
            periods=periods[since],
            lines={
                words.text("Reserves"): reserves[since],
                words.text("Overnight reverse repos"): on_rrp[since],
            },
            description=words.text("What is drained comes out of one or the other."),
        ),
    )


SIGNAL = SignalPlugin(
    title=said("Reverse repo buffer"),
    says=said(
        "How much of the drain on reserves overnight reverse repos can still absorb, and who loses next."
    ),
    needs=Needs(series=frozenset(_LINES), optional=frozenset({_DAILY})),
    fresh=frozenset({_ON_RRP}),
    states={
        HELD: said("Not falling"),
        DRAINING: said("Draining"),
        THIN: said("Thin: less than a quarter's drain"),
        EMPTY: said("Empty: less than a week's drain"),
    },
    read=read,
    say=say,
    plots=plots,
)
