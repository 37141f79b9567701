"""Ampleness: how far reserves are from where money gets dearer as they fall, and whether the data tell where that is.

    share              = reserves / GDP at an annual rate
    kink               = where the spread of a rate over the rate on reserves begins to rise      five years of weeks
    distance           = reserves − kink · GDP
    months to the kink = until reserves, at the pace of securities and currency, are the kink's share of a growing GDP

A state comes from the kink of the federal funds curve; where that is not identified, from the repo curve's; where
neither is, the state says so, and the ratio of reserves to GDP speaks alone against thresholds that others have named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from types import MappingProxyType
from typing import Final

import numpy as np

from runoff.core.errors import EstimationError, RunoffError
from runoff.core.language import Words, said
from runoff.core.registry import plugin
from runoff.core.report import Across, Band, Plot, PlotKind
from runoff.core.series import FloatArray, Observation
from runoff.core.signal import Further, Gauge, Reading, SignalPlugin, Threshold
from runoff.core.units import BASIS_POINTS, MONTHS, PERCENT, USD_BILLIONS, USD_MILLIONS
from runoff.core.view import Needs, View
from runoff.impact.reserve_demand import (
    Curve,
    Elasticity,
    Shape,
    Weeks,
    elasticity,
    fit,
    months_until,
    rolling,
    share_of_gdp,
    weekly,
)
from runoff.ledger.bank import Bank
from runoff.project.engine import BANK, forecast, needs
from runoff.project.scenario import Scenario

_RESERVES, _GDP, _IOR = "frb:WRBWFRBL", "bea:GDP", "frb:IOR"
_SECURITIES, _CURRENCY = "frb:WSHOSHO", "frb:WCICL"
_EFFR, _SOFR = "nyfed:EFFR", "nyfed:SOFR"
# Federal Reserve Board, H.8: total assets of all commercial banks, weekly; it does not ship.
BANK_ASSETS: Final = "frb:TLAACBW027SBOG"

ABUNDANT, AMPLE, NEAR_KINK, SCARCE = "abundant", "ample", "near_kink", "scarce"
NOT_IDENTIFIED = "not_identified"
# The rates whose curves decide, the first first: the rate that policy aims at, then the one that moves first.
_RATES: Final = MappingProxyType({"effr": _EFFR, "sofr": _SOFR})
_NAMES: Final = MappingProxyType({"effr": "EFFR", "sofr": "SOFR"})
_DAYS_A_MONTH: Final = 365.25 / 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What readings are made by, each with its source; another choice is another reading.

    Parameters
    ----------
    guide_low, guide_high, governor_low, governor_high
        Reserves in percent of GDP.
    satiation
        Reserves in percent of bank assets.
    dear
        The spread over the rate on reserves, basis points, from which reserves past the kink are scarce.
    margin
        Percentage points of GDP above the kink's interval from which reserves are abundant.
    window
        Years of history that a curve is fitted to.
    recent
        Weeks that an elasticity is taken from.
    """

    guide_low: Threshold
    guide_high: Threshold
    governor_low: Threshold
    governor_high: Threshold
    satiation: Threshold
    dear: Threshold
    margin: float
    window: int
    recent: int


RULES: Final = Rules(
    guide_low=Threshold(value=8.0, source=said("the investor guide under test (2026-01-23), lower end")),
    guide_high=Threshold(value=10.0, source=said("the investor guide under test (2026-01-23), upper end")),
    governor_low=Threshold(value=10.0, source=said("Governor Waller, 2024-01-16, lower end")),
    governor_high=Threshold(value=11.0, source=said("Governor Waller, 2024-01-16, upper end")),
    satiation=Threshold(
        value=12.0, source=said("Afonso, Giannone, La Spada and Williams (2022): 12 to 13 percent")
    ),
    dear=Threshold(
        value=0.0, source=said("Poole (1968): above it a bank pays more for a reserve than it earns")
    ),
    # 95 billion a month, the caps from 2022-09 to 2024-05, take 570 billion in six months: 1.9 percent of 30 trillion.
    margin=2.0,
    # Ours: about one cycle of the balance sheet. Longer ones mix regimes of administered rates, shorter ones rarely
    # hold both sides of a kink.
    window=5,
    # Ours: two years, in which demand is taken not to have moved.
    recent=104,
)
# Weeks of the trailing pace: half a year, so that each half has two quarter ends.
_PACE_WEEKS: Final = 26
# Months of the projected pace: a year, so that tax dates and quarter ends are in it once. Ours.
_AHEAD: Final = 12
# Weeks between the elasticities drawn: windows of two years hardly change from one week to the next.
_DRAWN_WEEKS: Final = 4
_DEFINITION: Final = plugin("banks", BANK, Bank).defined_net_liquidity()
_BASELINE: Final = Scenario(id="baseline", title="", says="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The change of reserves in a month, USD bn, and where it is from: a message marked with `said`."""

    billions: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fits:
    """What the weeks say, by rate: curves by shape, and the elasticity; None where there is no estimate."""

    weeks: Mapping[str, Weeks]
    curves: Mapping[tuple[str, Shape], Curve | None]
    elasticities: Mapping[str, Elasticity | None]

    def deciding(self) -> tuple[str, Curve] | None:
        """The rate and the curve that decide: the first rate whose hinge is identified."""
        for rate in _RATES:
            curve = self.curves[rate, Shape.HINGE]
            if curve is not None and curve.identified:
                return rate, curve
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stand:
    """Where reserves stand: the rows they are read from, billions, percent of GDP, and how fast GDP grows a month."""

    reserves: Observation
    gdp: Observation
    billions: float
    gdp_billions: float
    share: float
    growth: float


def read(view: View) -> Reading:
    """How ample reserves are, by the rules and the trailing pace.

    Raises
    ------
    RunoffError
        If reserves, GDP, the rate on reserves, securities or currency are missing.
    """
    return reading(view, rules=RULES, pace=trailing_pace(view))


def reading(view: View, *, rules: Rules, pace: Pace) -> Reading:
    """How ample reserves are, by rules and at a pace handed in: a projection's, or `trailing_pace`.

    Raises
    ------
    RunoffError
        If reserves, GDP or the rate on reserves are missing.
    """
    stand, fits = _stand(view), _fits(view, rules)
    ratio = _by_ratio(stand.share, rules)
    deciding = fits.deciding()
    state = NOT_IDENTIFIED if deciding is None else _by_curve(deciding[1], stand.share, rules)
    months = None if deciding is None else _months(stand, deciding[1].kink, pace)
    verdicts = [_verdict(curve, stand.share, rules) for curve in fits.curves.values()]
    return Reading(
        signal="ampleness",
        as_of=view.as_of,
        state=state,
        # The share of the four curves, two rates in two shapes, that say the same.
        confidence=sum(verdict == state for verdict in verdicts) / len(verdicts),
        gauges=(
            *_ratios(view, stand, deciding, rules),
            *(_kink(fits, rate, shape, stand) for shape, rate in product(Shape, _RATES)),
            *_distance(stand, deciding, pace, months),
            *(_fitted(fits, rate, stand, rules) for rate in _RATES),
            *(_elasticity(fits, rate, stand) for rate in _RATES),
        ),
        facts={
            "week": stand.reserves.period.isoformat(),
            "by_ratio": ratio,
            "rate": "" if deciding is None else deciding[0],
            "months_to_kink": "" if months is None else f"{months:.0f}",
            "years": f"{rules.window}",
            "margin": f"{rules.margin:g}",
        }
        | {f"{rate}_{shape}": _why(fits.curves[rate, shape]) for shape, rate in product(Shape, _RATES)},
    )


def trailing_pace(view: View) -> Pace:
    """What securities add to reserves and currency takes from them in a month, over the last 26 weeks.

    The Treasury's account and reverse repos are left out: they go back and forth, and would make a pace of a swing.

    Raises
    ------
    EstimationError
        If the sheet does not reach so far back.
    """
    lines = [view.series(line).to(USD_BILLIONS.symbol) for line in (_SECURITIES, _CURRENCY)]
    if (count := min(map(len, lines))) <= _PACE_WEEKS:
        raise EstimationError(
            "pace of reserves: {found} weeks of securities and currency; expected more than {weeks}: take a later "
            "date, or runoff update",
            found=count,
            weeks=_PACE_WEEKS,
        )
    securities, currency = (float(line.values[-1] - line.values[-1 - _PACE_WEEKS]) for line in lines)
    return Pace(
        billions=(securities - currency) / (7 * _PACE_WEEKS) * _DAYS_A_MONTH,
        title=said("Pace of reserves a month: securities less currency, last 26 weeks"),
    )


# --- The computation -----------------------------------------------------------------------------------------------


def _stand(view: View) -> _Stand:
    reserves, gdp = view.series(_RESERVES), view.series(_GDP)
    billions = reserves.spec.unit.to(USD_BILLIONS, reserves.last().value)
    product_, before = (
        gdp.spec.unit.to(USD_BILLIONS, float(value)) for value in gdp.values[[-1, -min(5, len(gdp))]]
    )
    years = max(min(5, len(gdp)) - 1, 1) / 4
    return _Stand(
        reserves=reserves.last(),
        gdp=gdp.last(),
        billions=billions,
        gdp_billions=product_,
        share=100.0 * billions / product_,
        growth=(product_ / before) ** (1.0 / (12.0 * years)) - 1.0,
    )


def _fits(view: View, rules: Rules) -> _Fits:
    found, curves, elasticities = {}, {}, {}
    reserves, gdp, floor = view.series(_RESERVES), view.series(_GDP), view.series(_IOR)
    for name, series in _RATES.items():
        rate = view.known(series)
        weeks = _empty() if rate is None else weekly(reserves, gdp, rate=rate, interest_on_reserves=floor)
        last = int(reserves.periods[-1])
        found[name] = weeks.since(last - _days(rules))
        for shape in Shape:
            curves[name, shape] = _tried(found[name], shape)
        elasticities[name] = _tried_elasticity(found[name].since(last - 7 * rules.recent))
    return _Fits(weeks=found, curves=curves, elasticities=elasticities)


def _days(rules: Rules) -> int:
    return round(365.25 * rules.window)


def _empty() -> Weeks:
    nothing: FloatArray = np.zeros(0)
    return Weeks(periods=np.zeros(0, dtype=np.int64), share=nothing, spread=nothing)


def _tried(weeks: Weeks, shape: Shape) -> Curve | None:
    try:
        return fit(weeks, shape)
    except EstimationError:
        return None


def _tried_elasticity(weeks: Weeks) -> Elasticity | None:
    try:
        return elasticity(weeks)
    except EstimationError:
        return None


def _by_ratio(share: float, rules: Rules) -> str:
    """What the ratio of reserves to GDP says by itself: the guide's thresholds, then the governor's."""
    if share < rules.guide_low.value:
        return SCARCE
    if share < rules.guide_high.value:
        return NEAR_KINK
    return AMPLE if share < rules.governor_high.value else ABUNDANT


def _by_curve(curve: Curve, share: float, rules: Rules) -> str:
    """What an identified curve says: above its kink, at it, or past it, and then whether rates are dear."""
    if share > curve.high + rules.margin:
        return ABUNDANT
    if share > curve.high:
        return AMPLE
    dear = share < curve.low and float(curve.at(np.array([share]))[0]) >= rules.dear.value
    return SCARCE if dear else NEAR_KINK


def _verdict(curve: Curve | None, share: float, rules: Rules) -> str | None:
    """The state by one curve; None where there is none to ask."""
    if curve is None:
        return None
    return _by_curve(curve, share, rules) if curve.identified else NOT_IDENTIFIED


def _months(stand: _Stand, kink: float, pace: Pace) -> float | None:
    return months_until(stand.billions, stand.gdp_billions, kink, pace=pace.billions, growth=stand.growth)


def _why(curve: Curve | None) -> str:
    """What became of a curve: identified, or why not."""
    if curve is None:
        return "too_few_weeks"
    if not curve.sloped:
        return "no_slope"
    return "identified" if curve.identified else "open_interval"


# --- The numbers ---------------------------------------------------------------------------------------------------

_NOTES: Final = MappingProxyType(
    {
        "too_few_weeks": said("not identified: fewer than a year of weeks, or none of this rate"),
        "no_slope": said("not identified: the spread does not rise as reserves fall, beyond chance"),
        "open_interval": said(
            "not identified: the interval of the kink reaches the end of the reserves seen in these weeks"
        ),
    }
)


def _gauge(
    gauge: str,
    title: str,
    value: float | None,
    unit: str,
    stand: _Stand,
    *,
    span: tuple[float, float] | None = None,
    bar: Threshold | None = None,
    note: str | None = None,
) -> Gauge:
    """A number of the last week; `span` is its 90 percent interval."""
    rows = (stand.reserves, stand.gdp)
    return Gauge(
        id=gauge,
        title=title,
        value=None if value is None else round(value, 6),
        unit=unit,
        period=stand.reserves.period,
        known_at=max(row.known_at for row in rows),
        low=None if span is None else round(span[0], 6),
        high=None if span is None else round(span[1], 6),
        level=None if span is None else 90.0,
        threshold=bar,
        note=note,
        assumed=any(row.assumed for row in rows),
        digests=tuple(sorted({row.digest for row in rows})),
    )


def _ratios(view: View, stand: _Stand, deciding: tuple[str, Curve] | None, rules: Rules) -> tuple[Gauge, ...]:
    """Reserves over GDP against what decides and against what others have named, and over bank assets."""
    bar = rules.guide_high
    if deciding is not None:
        bar = Threshold(value=round(deciding[1].kink, 6), source=said("the kink of the curve that decides"))
    note = said("GDP is late: a newer quarter was due") if view.is_late(_GDP) else None
    title = said("Reserves, share of GDP")
    named = (
        ("share_guide_low", said("Reserves over GDP against the guide's lower end"), rules.guide_low),
        ("share_guide_high", said("Reserves over GDP against the guide's upper end"), rules.guide_high),
        ("share_governor_low", said("Reserves over GDP against Waller's lower end"), rules.governor_low),
        ("share_governor_high", said("Reserves over GDP against Waller's upper end"), rules.governor_high),
    )
    return (
        _gauge("reserves_gdp", title, stand.share, PERCENT.symbol, stand, bar=bar, note=note),
        *(_gauge(name, against, stand.share, PERCENT.symbol, stand, bar=one) for name, against, one in named),
        _bank_assets(view, stand, rules),
    )


def _bank_assets(view: View, stand: _Stand, rules: Rules) -> Gauge:
    """Reserves over the assets of commercial banks, where the store has them."""
    title = said("Reserves, share of commercial banks' assets")
    if (assets := view.known(BANK_ASSETS)) is None:
        return Gauge(
            id="reserves_bank_assets",
            title=title,
            value=None,
            unit=PERCENT.symbol,
            threshold=rules.satiation,
            note=said("no data: the assets of banks (H.8) are not in the store"),
        )
    last = assets.to(USD_BILLIONS.symbol).last()
    return Gauge(
        id="reserves_bank_assets",
        title=title,
        value=round(100.0 * stand.billions / last.value, 6),
        unit=PERCENT.symbol,
        period=last.period,
        known_at=max(last.known_at, stand.reserves.known_at),
        threshold=rules.satiation,
        note=said("late: a newer figure was due") if view.is_late(BANK_ASSETS) else None,
        assumed=last.assumed,
        digests=tuple(sorted({last.digest, stand.reserves.digest})),
    )


_KINK_TITLES: Final = MappingProxyType(
    {
        ("effr", Shape.HINGE): said("Kink of the EFFR curve (hinge), share of GDP"),
        ("sofr", Shape.HINGE): said("Kink of the SOFR curve (hinge), share of GDP"),
        ("effr", Shape.LOGISTIC): said("Kink of the EFFR curve (logistic), share of GDP"),
        ("sofr", Shape.LOGISTIC): said("Kink of the SOFR curve (logistic), share of GDP"),
    }
)


def _kink(fits: _Fits, rate: str, shape: Shape, stand: _Stand) -> Gauge:
    curve, title = fits.curves[rate, shape], _KINK_TITLES[rate, shape]
    if curve is None or not curve.identified:
        return _gauge(f"kink_{rate}_{shape}", title, None, PERCENT.symbol, stand, note=_NOTES[_why(curve)])
    return _gauge(
        f"kink_{rate}_{shape}", title, curve.kink, PERCENT.symbol, stand, span=(curve.low, curve.high)
    )


def _distance(
    stand: _Stand, deciding: tuple[str, Curve] | None, pace: Pace, months: float | None
) -> tuple[Gauge, ...]:
    """How far it is to the kink that decides, in dollars and in months, and how fast reserves go."""
    title, time = said("Reserves above the kink (below: negative)"), said("Time to the kink at this pace")
    speed = _gauge("pace", pace.title, pace.billions, USD_BILLIONS.symbol, stand)
    note: str | None = None
    if deciding is None:
        note = said("the kink is not identified")
        return (
            _gauge("distance", title, None, USD_BILLIONS.symbol, stand, note=note),
            _gauge("months_to_kink", time, None, MONTHS.symbol, stand, note=note),
            speed,
        )
    curve = deciding[1]
    amount, least, most = (
        stand.billions - kink / 100.0 * stand.gdp_billions for kink in (curve.kink, curve.high, curve.low)
    )
    if months is None:
        note = said("at this pace reserves do not fall to it within fifty years")
    elif months <= 0.0:
        note = said("reserves are at the kink or past it")
    return (
        _gauge("distance", title, amount, USD_BILLIONS.symbol, stand, span=(least, most)),
        _gauge("months_to_kink", time, months, MONTHS.symbol, stand, note=note),
        speed,
    )


def _fitted(fits: _Fits, rate: str, stand: _Stand, rules: Rules) -> Gauge:
    """What the curve says the spread is at today's reserves; of an unidentified one nothing."""
    curve = fits.curves[rate, Shape.HINGE]
    title = {
        "effr": said("EFFR over the rate on reserves, on the curve at these reserves"),
        "sofr": said("SOFR over the rate on reserves, on the curve at these reserves"),
    }[rate]
    if curve is None or not curve.identified:
        return _gauge(
            f"fitted_{rate}",
            title,
            None,
            BASIS_POINTS.symbol,
            stand,
            bar=rules.dear,
            note=_NOTES[_why(curve)],
        )
    here = np.array([stand.share])
    low, high = (float(side[0]) for side in curve.band(here))
    return _gauge(
        f"fitted_{rate}",
        title,
        float(curve.at(here)[0]),
        BASIS_POINTS.symbol,
        stand,
        span=(low, high) if np.isfinite(low) else None,
        bar=rules.dear,
    )


def _elasticity(fits: _Fits, rate: str, stand: _Stand) -> Gauge:
    found = fits.elasticities[rate]
    note: str | None
    title = {
        "effr": said("EFFR: basis points per percentage point of GDP of reserves, last two years"),
        "sofr": said("SOFR: basis points per percentage point of GDP of reserves, last two years"),
    }[rate]
    if found is None:
        note = said("fewer than a year of weeks, or reserves did not move")
        return _gauge(f"elasticity_{rate}", title, None, BASIS_POINTS.symbol, stand, note=note)
    note = None
    if not found.strong:
        note = said("the instrument is weak: the interval is not to be believed")
    elif not found.negative:
        note = said("not distinguishable from nil: the spread does not respond to reserves")
    return _gauge(
        f"elasticity_{rate}",
        title,
        found.value,
        BASIS_POINTS.symbol,
        stand,
        span=(found.low, found.high),
        bar=Threshold(value=0.0, source=said("a flat curve: reserves are abundant")),
        note=note,
    )


# --- The words -----------------------------------------------------------------------------------------------------


def say(reading: Reading, words: Words) -> str:
    """How much of GDP, what the curve makes of it, and how long it takes; or what cannot be told."""
    share = reading.gauge("reserves_gdp")
    assert share.value is not None, "a reading has a share"
    values: dict[str, object] = {
        "date": words.date(date.fromisoformat(reading.facts["week"])),
        "share": words.amount(share.value, PERCENT),
        "years": reading.facts["years"],
    }
    if reading.state == NOT_IDENTIFIED:
        return words.text(
            "Reserves were {share} of GDP on {date}. Where the demand for them bends is not identified: neither EFFR "
            "nor SOFR over {years} years tells it. By the ratio alone: {ratio}.",
            **values,
            ratio=words.text(_BY_RATIO[reading.facts["by_ratio"]]),
        )
    rate = reading.facts["rate"]
    kink = reading.gauge(f"kink_{rate}_{Shape.HINGE}")
    numbers = {"kink": kink.value, "low": kink.low, "high": kink.high}
    values |= {name: words.amount(number, PERCENT) for name, number in numbers.items() if number is not None}
    first = words.text(
        "Reserves were {share} of GDP on {date}; {rate} over {years} years begins to rise at {kink} (90 percent "
        "interval {low} to {high}).",
        **values,
        rate=_NAMES[rate],
    )
    verdict = words.text(_VERDICTS[reading.state], margin=reading.facts["margin"])
    return words.sentences((first, verdict, _time(reading, words)))


_BY_RATIO: Final = MappingProxyType(
    {
        SCARCE: said("below the 8 to 10 percent that the guide under test calls scarcity"),
        NEAR_KINK: said("inside the 8 to 10 percent that the guide under test calls scarcity"),
        AMPLE: said("above the guide's 10 percent, inside the 10 to 11 that Governor Waller named"),
        ABUNDANT: said("above every threshold named for it"),
    }
)
_VERDICTS: Final = MappingProxyType(
    {
        ABUNDANT: said("Reserves are abundant: more than {margin} points of GDP above that interval."),
        AMPLE: said("Reserves are ample: above that interval, by less than {margin} points of GDP."),
        NEAR_KINK: said(
            "Reserves are at the kink or past it, and the curve is still below the rate on reserves."
        ),
        SCARCE: said(
            "Reserves are scarce: past the kink, and the curve is at or above the rate on reserves."
        ),
    }
)


def _time(reading: Reading, words: Words) -> str:
    """When the kink is reached; nothing where reserves are there."""
    distance, pace = reading.gauge("distance").value, reading.gauge("pace").value
    if distance is None or pace is None or distance <= 0.0:
        return ""
    values = {
        "distance": words.amount(distance, USD_BILLIONS),
        "pace": words.amount(pace, USD_BILLIONS, signed=True),
    }
    if not (months := reading.facts["months_to_kink"]):
        return words.text(
            "They are {distance} above the kink; at {pace} a month they do not fall to it.", **values
        )
    return words.text(
        "They are {distance} above the kink: {months} at {pace} a month and with GDP growing as over the last "
        "year.",
        **values,
        months=words.amount(float(months), MONTHS),
    )


# --- The pictures --------------------------------------------------------------------------------------------------


def plots(view: View, words: Words) -> tuple[Plot, ...]:
    """Reserves over GDP with the thresholds, and the curve of each rate over its weeks."""
    fits = _fits(view, RULES)
    curves = (_curve_plot(fits, rate, words) for rate in _RATES if fits.weeks[rate].known.any())
    return (_share_plot(view, fits, words), *curves)


def _share_plot(view: View, fits: _Fits, words: Words) -> Plot:
    """Reserves over GDP since interest is paid on them, the thresholds, and the kink of these five years."""
    reserves, floor = view.series(_RESERVES), view.series(_IOR)
    share, periods = share_of_gdp(reserves, view.series(_GDP)), reserves.periods
    since = periods >= floor.periods[0]
    share, periods = share[since], periods[since]
    flat = np.ones(len(periods))
    bands: tuple[Band, ...] = ()
    if (deciding := fits.deciding()) is not None:
        rate, curve = deciding
        recent = np.where(periods > periods[-1] - _days(RULES), 1.0, np.nan)
        label = words.text("Kink of the {rate} curve, 90 percent interval", rate=_NAMES[rate])
        bands = (Band(lower=curve.low * recent, upper=curve.high * recent, label=label),)
    return Plot(
        id="reserves_gdp",
        title=words.text("Reserves, share of GDP"),
        kind=PlotKind.LINES,
        unit=PERCENT.symbol,
        periods=periods,
        lines={
            words.text("Reserves"): share,
            words.text("Guide under test, lower end"): RULES.guide_low.value * flat,
            words.text("Guide under test, upper end"): RULES.guide_high.value * flat,
            words.text("Governor Waller, upper end"): RULES.governor_high.value * flat,
        },
        bands=bands,
        description=words.text(
            "GDP is the last quarter whose first estimate was out by then, in its latest revision."
        ),
    )


def _curve_plot(fits: _Fits, rate: str, words: Words) -> Plot:
    """A spread over reserves, week by week, with the fitted hinge and its band where it is identified."""
    weeks, curve = fits.weeks[rate], fits.curves[rate, Shape.HINGE]
    known = weeks.known
    share, spread = weeks.share[known], weeks.spread[known]
    last = np.arange(len(share)) == len(share) - 1
    grid = np.linspace(share.min(), share.max(), 81)
    curves: dict[str, FloatArray] = {}
    bands: tuple[Band, ...] = ()
    if curve is not None and curve.identified:
        name = words.text("Fitted curve")
        curves = {name: curve.at(grid)}
        low, high = curve.band(grid)
        bands = (Band(lower=low, upper=high, label=words.text("90 percent band"), of=name),)
    title, description = {
        "effr": (
            words.text("EFFR less interest on reserves, over reserves"),
            words.text("Weeks of five years, without month ends, tax dates, settlements and the days after."),
        ),
        "sofr": (
            words.text("SOFR less interest on reserves, over reserves"),
            words.text("Weeks of five years, without month ends, tax dates, settlements and the days after."),
        ),
    }[rate]
    if curve is None or not curve.identified:
        description = words.text("The kink is not identified: no curve is drawn.")
    return Plot(
        id=f"curve_{rate}",
        title=title,
        kind=PlotKind.SCATTER,
        unit=BASIS_POINTS.symbol,
        periods=weeks.periods[known],
        lines={
            words.text("Weeks"): np.where(last, np.nan, spread),
            words.text("Last week"): np.where(last, spread, np.nan),
        },
        across=Across(
            title=words.text("Reserves, share of GDP"),
            unit=PERCENT.symbol,
            values=share,
            grid=grid,
            curves=curves,
        ),
        bands=bands,
        description=description,
    )


# --- What takes longer ---------------------------------------------------------------------------------------------


def elasticities(view: View, words: Words) -> tuple[Plot, ...]:
    """The elasticities of rolling windows with their bands; none where there are not enough weeks of either rate."""
    reserves, gdp, floor = view.series(_RESERVES), view.series(_GDP), view.series(_IOR)
    lines: dict[str, FloatArray] = {}
    bands, periods = [], reserves.periods[(len(reserves.periods) - 1) % _DRAWN_WEEKS :: _DRAWN_WEEKS]
    for name, series in _RATES.items():
        if (rate := view.known(series)) is None:
            continue
        weeks = weekly(reserves, gdp, rate=rate, interest_on_reserves=floor)
        found = rolling(weeks, RULES.recent, elasticity, every=_DRAWN_WEEKS)
        value, low, high = (
            np.array([np.nan if one is None else getattr(one, part) for one in found])
            for part in ("value", "low", "high")
        )
        if np.isfinite(value).any():
            lines[_NAMES[name]] = value
            label = words.text("{rate}, 90 percent", rate=_NAMES[name])
            bands.append(Band(lower=low, upper=high, label=label, of=_NAMES[name]))
    if not lines:
        return ()
    there = np.flatnonzero(np.isfinite(np.stack(list(lines.values()))).any(axis=0))
    part = slice(int(there[0]), len(periods))
    slopes = Plot(
        id="elasticity",
        title=words.text("Basis points per percentage point of GDP of reserves"),
        kind=PlotKind.LINES,
        unit=BASIS_POINTS.symbol,
        periods=periods[part],
        lines={name: line[part] for name, line in lines.items()},
        bands=tuple(
            Band(lower=band.lower[part], upper=band.upper[part], label=band.label, of=band.of)
            for band in bands
        ),
        description=words.text(
            "Every fourth week, from the two years up to it; below zero, rates rise as reserves fall."
        ),
    )
    return (slopes,)


def projected_pace(view: View) -> Pace:
    """The change of reserves in a month on the central path of the next twelve: policy as announced, rates held.

    Raises
    ------
    RunoffError
        If nothing can be projected: no book of holdings was known, or a series was not.
    """
    found = forecast(view, _DEFINITION, view.policy(BANK), _BASELINE, _AHEAD)
    change = float(found.sheet.lines["reserves"][0, -1]) - found.opening.reserves
    return Pace(
        billions=USD_MILLIONS.to(USD_BILLIONS, change) / _AHEAD,
        title=said("Pace of reserves a month: projected over 12 months, policy as announced"),
    )


def ahead(view: View) -> tuple[Gauge, ...]:
    """The projected pace, and how long reserves take to the kink at it; without a book of holdings neither."""
    stand = _stand(view)
    time = said("Time to the kink at the projected pace")
    try:
        pace = projected_pace(view)
    except RunoffError:
        note = said("nothing can be projected from what was known: `runoff project` says why")
        return (_gauge("months_to_kink_projected", time, None, MONTHS.symbol, stand, note=note),)
    found = reading(view, rules=RULES, pace=pace)
    return (
        replace(found.gauge("months_to_kink"), id="months_to_kink_projected", title=time),
        replace(found.gauge("pace"), id="pace_projected"),
    )


SIGNAL = SignalPlugin(
    title=said("Ampleness of reserves"),
    says=said("How far reserves are from where rates begin to rise as they fall, and whether the data tell."),
    needs=Needs(
        series=frozenset({_RESERVES, _GDP, _IOR, _SECURITIES, _CURRENCY}),
        optional=frozenset({_EFFR, _SOFR, BANK_ASSETS}),
    ),
    fresh=frozenset({_RESERVES}),
    states=MappingProxyType(
        {
            NOT_IDENTIFIED: said("Not identified"),
            ABUNDANT: said("Abundant"),
            AMPLE: said("Ample"),
            NEAR_KINK: said("At the kink or past it"),
            SCARCE: said("Scarce"),
        }
    ),
    read=read,
    say=say,
    plots=plots,
    further=Further(needs=needs(_DEFINITION), gauges=ahead, plots=elasticities),
)
