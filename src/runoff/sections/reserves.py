"""Reserves: how much, how much of GDP, what stands beside them, and the exact way from net liquidity to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from runoff.core.errors import LookaheadError, Unavailable
from runoff.core.language import Words
from runoff.core.registry import plugin
from runoff.core.report import Figure, Row, Section, SectionPlugin, Table, figure, no_data
from runoff.core.series import Observation
from runoff.core.units import PERCENT, USD_MILLIONS
from runoff.core.view import Needs, View
from runoff.ledger.bank import Bank
from runoff.ledger.net_liquidity import Bridge, bridge, latest

_RESERVES, _GDP, _ON_RRP, _TGA = "frb:WRBWFRBL", "bea:GDP", "nyfed:RRPONTSYD", "frb:WDTGAL"
DEFINITION = plugin("banks", "fed", Bank).defined_net_liquidity()

# Percent of GDP below which reserves are called scarce: the investor guide of 2026-01-23 that runoff puts to the test
# says 8 to 10; Governor Waller said 10 to 11 (2024-01-16). Neither is an estimate.
THRESHOLD_LOW, THRESHOLD_HIGH = 8.0, 10.0
# Emergency Economic Stabilization Act of 2008, section 128: before it the Federal Reserve kept reserves scarce.
INTEREST_SINCE = date(2008, 10, 9)


def write(view: View, words: Words) -> Section:
    """Reserves and their share of GDP, ON RRP and the TGA, and the bridge of the last week known."""
    title = words.text(TITLE)
    labels = {
        "reserves": words.text("Reserve balances"),
        "share": words.text("Reserves, share of GDP"),
        "on_rrp": words.text("ON RRP operation"),
        "tga": words.text("Treasury General Account"),
    }
    found = {"reserves": view.known(_RESERVES), "on_rrp": view.known(_ON_RRP), "tga": view.known(_TGA)}
    figures = {
        name: no_data(name, labels[name], USD_MILLIONS, words.text("not known at this date"))
        if series is None
        else figure(name, labels[name], series.last(), stale=view.is_late(series.spec.id))
        for name, series in found.items()
    }
    gdp = view.known(_GDP)
    share: Figure | None = None
    if found["reserves"] is not None and gdp is not None:
        share = replace(
            _share(words, labels["share"], found["reserves"].last(), gdp.last()),
            stale=view.is_late(_RESERVES) or view.is_late(_GDP),
        )
    ordered = (
        figures["reserves"],
        share or no_data("share", labels["share"], PERCENT, words.text("not known at this date")),
        figures["on_rrp"],
        figures["tga"],
    )
    return Section(
        title=title,
        sentences=(_sentence(words, figures["reserves"], share),),
        figures=ordered,
        tables=_bridge(view, words),
    )


def _share(words: Words, label: str, reserves: Observation, gdp: Observation) -> Figure:
    amount = reserves.series.unit.to(gdp.series.unit, reserves.value)
    quarter = words.period(gdp.period, gdp.series.frequency)
    return Figure(
        id="share",
        label=label,
        value=100 * amount / gdp.value,
        unit=PERCENT.symbol,
        period=reserves.period,
        known_at=max(reserves.known_at, gdp.known_at),
        assumed=reserves.assumed or gdp.assumed,
        revised=reserves.revised or gdp.revised,
        note=words.text("GDP of {quarter} at an annual rate, latest revision", quarter=quarter),
        digests=tuple(sorted({reserves.digest, gdp.digest})),
    )


def _sentence(words: Words, reserves: Figure, share: Figure | None) -> str:
    if reserves.value is None or reserves.period is None:
        return words.text("No data: reserve balances are not known at this date.")
    values = {
        "date": words.date(reserves.period),
        "reserves": words.amount(reserves.value, USD_MILLIONS),
        "low": f"{THRESHOLD_LOW:g}",
        "high": f"{THRESHOLD_HIGH:g}",
    }
    if share is None or share.value is None:
        return words.text("Reserves were {reserves} on {date}.", **values)
    values["share"] = f"{share.value:.1f}%"
    if reserves.period < INTEREST_SINCE:
        return words.text(
            "Reserves were {reserves} on {date}, {share} of GDP. Before interest was paid on them, from 9 October "
            "2008, reserves were scarce by design and no threshold applies.",
            **values,
        )
    if share.value < THRESHOLD_LOW:
        return words.text(
            "Reserves were {reserves} on {date}, {share} of GDP: below the {low} to {high} percent that the guide "
            "under test calls the threshold of scarcity.",
            **values,
        )
    if share.value <= THRESHOLD_HIGH:
        return words.text(
            "Reserves were {reserves} on {date}, {share} of GDP: inside the {low} to {high} percent that the guide "
            "under test calls the threshold of scarcity.",
            **values,
        )
    return words.text(
        "Reserves were {reserves} on {date}, {share} of GDP: above the {low} to {high} percent that the guide under "
        "test calls the threshold of scarcity.",
        **values,
    )


def _bridge(view: View, words: Words) -> tuple[Table, ...]:
    """From net liquidity (`table1`, whose bridge needs no other total) to reserves, on the last week known."""
    variant = DEFINITION.variant("table1")
    try:
        day = latest(view, DEFINITION, variant)
        found = bridge(view, DEFINITION, variant, day)
    except (LookaheadError, Unavailable):
        return ()
    return (
        Table(
            id="bridge",
            title=words.text("From net liquidity (table1) to reserves, exactly"),
            columns=(words.date(day),),
            rows=tuple(_bridge_rows(view, words, found, day)),
            detail=True,
        ),
    )


def _bridge_rows(view: View, words: Words, found: Bridge, day: date) -> list[Row]:
    labels = {
        "currency": words.text("less currency in circulation"),
        "foreign_rrp": words.text("less reverse repos, foreign official"),
        "other_absorbing": words.text(
            "less other absorbing (Treasury cash, term and other deposits, capital)"
        ),
        "supply_outside": words.text("plus supply outside the starting total"),
        "other_definition": words.text("plus the difference of definition"),
    }
    lines = [view.series(series).at(day) for series in DEFINITION.bridge.values()]

    def cell(name: str, label: str, value: int) -> Row:
        entry = Figure(
            id=f"bridge_{name}",
            label=label,
            value=value,
            unit=DEFINITION.unit.symbol,
            period=day,
            known_at=max(line.known_at for line in lines),
            assumed=any(line.assumed for line in lines),
            revised=any(line.revised for line in lines),
            digests=tuple(sorted({line.digest for line in lines})),
        )
        return Row(label=label, cells=(entry,), emphasis=name in {"net_liquidity", "reserves"})

    rows = [cell("net_liquidity", words.text("Net liquidity (table1)"), found.net_liquidity)]
    rows += [cell(name, labels[name], amount) for name, amount in found.parts.items() if amount]
    if found.gap:
        rows.append(cell("rounding", words.text("rounding of the published sheet"), -found.gap))
    return [*rows, cell("reserves", words.text("Reserve balances"), found.reserves)]


TITLE = "Reserves"
SECTION = SectionPlugin(
    order=40,
    title=TITLE,
    needs=Needs(series=frozenset({_RESERVES, _TGA}), optional=frozenset({_GDP, _ON_RRP}))
    | DEFINITION.needs(),
    write=write,
)
