"""Ampleness: what the curve says where there is one, what the ratio says where there is none, and how it is told."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.project import made
from tests.sources.shipped import history, view

from runoff.actions.workspace import words_in
from runoff.core.report import PlotKind
from runoff.core.series import Observations, SeriesSpec
from runoff.core.signal import NO_DATA, Reading, sentence, take
from runoff.core.time import parse_as_of
from runoff.core.units import Frequency, Measure, Unit
from runoff.core.view import Columns, History, View
from runoff.signals.ampleness import (
    BANK_ASSETS,
    NEAR_KINK,
    NOT_IDENTIFIED,
    RULES,
    SCARCE,
    SIGNAL,
    Pace,
    ahead,
    elasticities,
    plots,
    projected_pace,
    reading,
    trailing_pace,
)

ENGLISH = words_in("en")


def taken(as_of: str) -> Reading:
    """The reading of the shipped figures."""
    return take("ampleness", SIGNAL, view(as_of))


def seen(as_of: str) -> View:
    """What the signal may read when it is asked for alone: the policy and what a projection needs as well."""
    found = made.view(as_of)
    whole = replace(found.history, needs=found.history.needs | SIGNAL.all_needs)
    return whole.at(found.as_of).narrow(SIGNAL.all_needs)


def said(as_of: str) -> str:
    """The reading of the shipped figures in English."""
    return sentence(taken(as_of), SIGNAL, ENGLISH)


@pytest.mark.parametrize(
    ("as_of", "state", "rate"),
    [
        ("2019-08-31", SCARCE, "effr"),
        ("2023-12-31", NOT_IDENTIFIED, ""),
        ("2025-06-30", NOT_IDENTIFIED, ""),
        ("2026-10-01", NEAR_KINK, "effr"),
    ],
)
def test_states_of_the_shipped_figures(as_of: str, state: str, rate: str) -> None:
    """Scarce before September 2019; nothing to tell while reserves were abundant; at the kink in 2026."""
    found = taken(as_of)
    assert (found.state, found.facts["rate"]) == (state, rate)
    assert 0.0 < found.confidence <= 1.0


def test_a_reading_stands_on_what_was_known() -> None:
    """The reading of August 2019 is the same whether or not September is in the store."""
    moment = parse_as_of("2019-08-31")
    early = History(
        needs=history().needs,
        columns={name: _until(c, moment.timestamp()) for name, c in history().columns.items()},
        specs=history().specs,
    )
    assert take("ampleness", SIGNAL, early.at(moment)) == taken("2019-08-31")


def _until(columns: Columns, seconds: float) -> Columns:
    kept = columns.known_at <= seconds
    parts = ("periods", "known_at", "values", "flags", "files")
    return replace(columns, **{part: getattr(columns, part)[kept] for part in parts})


def test_the_number_that_decides_is_held_against_the_kink() -> None:
    """Share of GDP against the estimated kink, and where there is none against the guide's threshold."""
    found = taken("2026-10-01")
    first, kink = found.gauges[0], found.gauge("kink_effr_hinge")
    assert first.id == "reserves_gdp"
    assert first.threshold is not None
    assert first.threshold.value == kink.value
    assert kink.low is not None
    assert kink.high is not None
    assert first.value < kink.low < kink.value < kink.high
    none = taken("2023-12-31")
    assert none.gauges[0].threshold == RULES.guide_high
    assert none.gauge("kink_effr_hinge").value is None
    assert "not identified" in str(none.gauge("kink_effr_hinge").note)


def test_every_threshold_has_its_source_beside_the_share() -> None:
    """8 and 10 of the guide, 10 and 11 of the governor, 12 of bank assets, nil of the spread."""
    found = taken("2026-10-01")
    for gauge, value, source in (
        ("share_guide_low", 8.0, "guide"),
        ("share_guide_high", 10.0, "guide"),
        ("share_governor_low", 10.0, "Waller, 2024-01-16"),
        ("share_governor_high", 11.0, "Waller, 2024-01-16"),
        ("reserves_bank_assets", 12.0, "Afonso"),
        ("fitted_effr", 0.0, "Poole"),
    ):
        bar = found.gauge(gauge).threshold
        assert bar is not None
        assert bar.value == value
        assert source in bar.source


def test_the_distance_is_the_kink_in_dollars() -> None:
    """Reserves less the kink's share of GDP, with the kink's interval turned round; below the kink no months."""
    found = taken("2026-10-01")
    kink, distance = found.gauge("kink_effr_hinge"), found.gauge("distance")
    gdp = view("2026-10-01").series("bea:GDP").to("USD bn").last().value
    reserves = view("2026-10-01").series("frb:WRBWFRBL").to("USD bn").last().value
    assert distance.value == pytest.approx(reserves - kink.value / 100 * gdp, abs=1e-3)
    assert (distance.low, distance.high) == pytest.approx(
        (reserves - kink.high / 100 * gdp, reserves - kink.low / 100 * gdp), abs=1e-3
    )
    assert found.gauge("months_to_kink").value == 0.0


def test_other_rules_are_other_readings() -> None:
    """What counts as dear, and as far above, decides between states; the curve is the same."""
    here = view("2026-10-01").narrow(SIGNAL.needs)
    cheap = replace(RULES, dear=replace(RULES.dear, value=-5.0))
    found = reading(here, rules=cheap, pace=trailing_pace(here))
    assert found.state == SCARCE
    assert found.gauge("kink_effr_hinge") == taken("2026-10-01").gauge("kink_effr_hinge")


def test_a_pace_handed_in_is_named_and_used() -> None:
    """A projection's pace stands in the place of the trailing one, under its own name, and sets the months."""
    here = view("2020-06-30").narrow(SIGNAL.needs)
    found = reading(here, rules=RULES, pace=Pace(billions=-100.0, title="Projected"))
    assert (found.gauge("pace").title, found.gauge("pace").value) == ("Projected", -100.0)
    distance, months = found.gauge("distance").value, found.gauge("months_to_kink").value
    assert distance is not None
    assert distance > 0
    assert months == pytest.approx(distance / 100.0, rel=0.1)
    assert f"{months:.0f} months at −$100bn a month" in SIGNAL.say(found, ENGLISH)
    rising = reading(here, rules=RULES, pace=Pace(billions=500.0, title="Projected"))
    assert rising.gauge("months_to_kink").value is None
    assert "they do not fall to it" in SIGNAL.say(rising, ENGLISH)


def test_the_trailing_pace_is_securities_less_currency() -> None:
    """Over 26 weeks, in a month; swings of the Treasury's account are not in it."""
    here = view("2023-09-30")
    securities, currency = (here.series(name).to("USD bn").values for name in ("frb:WSHOSHO", "frb:WCICL"))
    change = securities[-1] - securities[-27] - (currency[-1] - currency[-27])
    assert trailing_pace(here).billions == pytest.approx(change / 182 * 365.25 / 12)
    assert -110 < trailing_pace(here).billions < -60


def test_it_says_what_it_does_not_know() -> None:
    """Not identified is a sentence of its own, with the ratio's answer and the reasons in the gauges."""
    text = said("2023-12-31")
    assert "is not identified: neither EFFR nor SOFR over 5 years tells it" in text
    assert "By the ratio alone: above every threshold named for it." in text
    assert "no data: the assets of banks (H.8)" in str(taken("2026-10-01").gauge("reserves_bank_assets").note)
    assert taken("2026-10-01").gauge("reserves_bank_assets").value is None


def test_it_says_what_it_knows() -> None:
    """Share, kink, interval and verdict of 2026 in one breath."""
    text = said("2026-10-01")
    assert text.startswith(
        "Reserves were 9.06% of GDP on 30 Sep 2026; EFFR over 5 years begins to rise at 11.16%"
    )
    assert text.endswith("at the kink or past it, and the curve is still below the rate on reserves.")


def test_bank_assets_are_read_where_they_are() -> None:
    """With H.8 in the store the share of bank assets is a number, held against satiation."""
    spec = SeriesSpec(
        id=BANK_ASSETS,
        title="Total assets",
        unit=Unit.parse("USD bn"),
        measure=Measure.STOCK,
        frequency=Frequency.WEEKLY,
        release="h41",
        licence="public",
        url="https://www.federalreserve.gov/releases/h8/",
    )
    rows = Observations(
        spec=spec,
        unit=spec.unit,
        periods=np.array([date(2026, 9, 23).toordinal()]),
        values=np.array([25_000.0]),
        known_at=np.array([int(parse_as_of("2026-09-26").timestamp())]),
        flags=np.array([0], dtype=np.uint8),
        digest="h8",
    )
    columns = {**history().columns, **History.of([rows]).columns}
    with_assets = replace(history(), columns=columns, needs=SIGNAL.needs)
    found = take("ampleness", SIGNAL, with_assets.at(parse_as_of("2026-10-01")))
    gauge = found.gauge("reserves_bank_assets")
    reserves = view("2026-10-01").series("frb:WRBWFRBL").to("USD bn").last().value
    assert gauge.value == pytest.approx(100 * reserves / 25_000.0)
    assert "h8" in gauge.digests


def test_without_interest_on_reserves_there_is_no_reading() -> None:
    """Before October 2008 reserves were scarce by design and no curve of this kind is there."""
    assert taken("2007-06-30").state == NO_DATA


def test_pictures() -> None:
    """The share with its thresholds and the kink's interval, a scatter a rate with curve and band."""
    drawn = {plot.id: plot for plot in plots(view("2026-10-01").narrow(SIGNAL.needs), ENGLISH)}
    assert list(drawn) == ["reserves_gdp", "curve_effr", "curve_sofr"]
    share, effr = drawn["reserves_gdp"], drawn["curve_effr"]
    assert len(share.bands) == 1
    assert len(share.lines) == 4
    assert effr.kind is PlotKind.SCATTER
    assert effr.across is not None
    assert len(effr.across.curves) == len(effr.bands) == 1
    assert sum(np.isfinite(line).sum() for line in effr.lines.values()) == len(effr.periods)
    kink = taken("2026-10-01").gauge("kink_effr_hinge").value
    (curve,) = effr.across.curves.values()
    flat = effr.across.grid > kink
    assert np.ptp(curve[flat]) == pytest.approx(0.0)
    assert np.all(np.diff(curve[~flat]) < 0)
    assert "no curve is drawn" in plots(view("2023-12-31").narrow(SIGNAL.needs), ENGLISH)[1].description


def test_elasticities_are_drawn_every_fourth_week_to_the_last() -> None:
    """The last of them is the gauge's; each stands in its band."""
    (slopes,) = elasticities(view("2026-10-01").narrow(SIGNAL.needs), ENGLISH)
    assert [band.of for band in slopes.bands] == ["EFFR", "SOFR"]
    assert set(np.diff(slopes.periods)) == {28}
    assert slopes.periods[-1] == date(2026, 9, 30).toordinal()
    for rate, band in zip(("effr", "sofr"), slopes.bands, strict=True):
        gauge, line = taken("2026-10-01").gauge(f"elasticity_{rate}"), slopes.lines[rate.upper()]
        assert (line[-1], band.lower[-1], band.upper[-1]) == pytest.approx(
            (gauge.value, gauge.low, gauge.high), abs=1e-6
        )
        there = np.isfinite(line)
        assert np.all((band.lower[there] <= line[there]) & (line[there] <= band.upper[there]))


def test_the_projected_pace_stands_beside_the_trailing_one() -> None:
    """A twelfth of what the central path of the engine takes off reserves in a year, and the months at it.

    In June 2024 ON RRP is low and reserves fall; before the first book nothing is projected.
    """
    here, found = seen("2024-06-28"), made.projection("2024-06-28")
    change = found.sheet.lines["reserves"][0, -1] - found.opening.reserves
    pace = projected_pace(here)
    assert pace.billions == pytest.approx(change / 12 / 1000)
    assert pace.billions < 0
    gauges = {gauge.id: gauge for gauge in ahead(here)}
    assert gauges["pace_projected"].value == pytest.approx(pace.billions, abs=1e-6)
    by_hand = reading(here, rules=RULES, pace=pace).gauge("months_to_kink")
    assert (gauges["months_to_kink_projected"].value, by_hand.unit) == (by_hand.value, "months")
    (early,) = ahead(seen("2019-06-30"))
    assert early.value is None
    assert "`runoff project` says why" in str(early.note)
