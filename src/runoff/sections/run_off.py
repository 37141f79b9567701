"""Run-off ahead: what matures and is repaid in the next three months, and assets and reserves over two years."""

from __future__ import annotations

from datetime import date

import numpy as np

from runoff.core.language import Words, said
from runoff.core.policy import Step
from runoff.core.registry import plugin
from runoff.core.report import Figure, Plot, PlotKind, Row, Section, SectionPlugin, Table
from runoff.core.series import FloatArray, IntArray
from runoff.core.time import last_day
from runoff.core.units import USD_MILLIONS, Frequency, Unit
from runoff.core.view import View
from runoff.ledger.bank import Bank
from runoff.project.engine import BANK, Projection, forecast, needs
from runoff.project.scenario import Scenario

_DEFINITION = plugin("banks", BANK, Bank).defined_net_liquidity()
_MONTHS, _SHOWN = 24, 3
_MILLION = 1e6
_BASELINE = Scenario(id="baseline", title="", says="")
_HISTORY = 104  # Wednesdays drawn before the projection


def write(view: View, words: Words) -> Section:
    """The next three months as a table, and 24 months of total assets and reserves as a picture."""
    found = forecast(view, _DEFINITION, view.policy(BANK), _BASELINE, _MONTHS)
    assets, reserves = (found.sheet.lines[name][0] for name in ("total_assets", "reserves"))
    end = last_day(date.fromordinal(int(found.months[-1])))
    share = 100 * float(reserves[-1]) * _MILLION / float(found.gdp[-1])
    sentence = words.text(
        "If policy goes on as announced and rates stay, total assets go from {assets} on {start} to {ahead} at the end "
        "of {month}, and reserves from {reserves} to {left} ({share}% of GDP).",
        assets=words.amount(found.opening.total_assets, USD_MILLIONS),
        start=words.date(found.start),
        ahead=words.amount(int(assets[-1]), USD_MILLIONS),
        month=words.period(end.replace(day=1), Frequency.MONTHLY),
        reserves=words.amount(found.opening.reserves, USD_MILLIONS),
        left=words.amount(int(reserves[-1]), USD_MILLIONS),
        share=f"{share:.1f}",
    )
    return Section(
        title=words.text(TITLE),
        sentences=(sentence, *_provisos(found, view, words)),
        figures=(
            _ahead("total_assets_24m", words.text("Total assets in 24 months"), int(assets[-1]), end),
            _ahead("reserves_24m", words.text("Reserves in 24 months"), int(reserves[-1]), end),
            Figure(
                id="reserves_to_gdp_24m",
                label=words.text("Reserves over GDP in 24 months"),
                value=round(share, 2),
                unit=Unit.parse("percent").symbol,
                period=end,
                known_at=None,
            ),
        ),
        tables=(_table(found, words),),
        plots=(_plot(found, view, words),),
        facts={
            "holdings": "modelled" if found.modelled else "published",
            "book": found.book.date.isoformat(),
            "start": found.start.isoformat(),
        },
    )


def _ahead(name: str, label: str, value: int, day: date) -> Figure:
    return Figure(id=name, label=label, value=value, unit=USD_MILLIONS.symbol, period=day, known_at=None)


def _provisos(found: Projection, view: View, words: Words) -> tuple[str, ...]:
    """What the path stands on."""
    return (*modelled_holdings(found, words), *unread_paces(found, view, words))


def modelled_holdings(found: Projection, words: Words) -> tuple[str, ...]:
    """That holdings were rolled forward from an earlier book, and how far from the published total; else nothing."""
    if not found.modelled:
        return ()
    places = {
        "book": words.date(found.book.date),
        "start": words.date(found.start),
        "modelled": words.amount(found.opening.treasuries - found.unexplained / _MILLION, USD_MILLIONS),
        "gap": words.amount(abs(found.unexplained) / _MILLION, USD_MILLIONS),
    }
    if found.unexplained < 0:
        return (
            words.text(
                "Treasuries are modelled from the book of {book}; on {start} they add up to {modelled}, {gap} more "
                "than published, and that difference is held as it is, unexplained.",
                **places,
            ),
        )
    return (
        words.text(
            "Treasuries are modelled from the book of {book}; on {start} they add up to {modelled}, {gap} less "
            "than published, and that difference is held as it is, unexplained.",
            **places,
        ),
    )


def unread_paces(found: Projection, view: View, words: Words) -> tuple[str, ...]:
    """The last pace announced of each subject, where no primary text was read for it."""
    last = {step.subject: step for step in found.unverified if step.known_at <= view.as_of}
    return tuple(_unread(step, words) for step in last.values())


def _unread(step: Step, words: Words) -> str:
    amount = words.amount((step.amount or 0.0) * 1000, USD_MILLIONS)
    if step.until is None:
        return words.text(
            "The pace of purchases, {amount} a month, was not read at its publisher.", amount=amount
        )
    return words.text(
        "The last published pace of purchases, {amount} a month (schedule to {until}, not read at its publisher), is "
        "taken to go on.",
        amount=amount,
        until=words.date(step.until),
    )


def _table(found: Projection, words: Words) -> Table:
    """Maturing, redeemed and reinvested in each of the next months, and what is bought beside."""
    path, part = found.treasuries, slice(found.first, found.first + _SHOWN)
    agency = found.mortgages
    lines: dict[str, tuple[str, FloatArray]] = {
        "coupons_maturing": (said("Notes, bonds, TIPS and FRNs maturing"), path.coupons_maturing[part]),
        "coupons_redeemed": (said("of which redeemed"), path.coupons_redeemed[part]),
        "bills_maturing": (said("Bills maturing"), path.bills_maturing[part]),
        "bills_redeemed": (said("of which redeemed"), path.bills_redeemed[part]),
        "mbs_principal": (said("MBS principal"), (agency.scheduled + agency.prepaid)[0, :_SHOWN]),
        "mbs_redeemed": (said("of which let go"), agency.redeemed[0, :_SHOWN]),
        "mbs_into_treasuries": (
            said("of which into Treasuries or bills"),
            agency.into_treasuries[0, :_SHOWN],
        ),
        "treasuries_bought": (
            said("Treasuries bought in the market"),
            path.purchased.sum(axis=0)[part],
        ),
    }
    ends = [last_day(date.fromordinal(int(month))) for month in found.months[:_SHOWN]]
    return Table(
        id="run_off_ahead",
        title=words.text("The next three months"),
        columns=tuple(words.period(end.replace(day=1), Frequency.MONTHLY) for end in ends),
        rows=tuple(
            Row(
                label=words.text(label),
                cells=tuple(
                    _ahead(f"{name}_{end:%Y_%m}", words.text(label), round(float(value) / _MILLION), end)
                    for value, end in zip(values, ends, strict=True)
                ),
                depth=1 if label.startswith("of which") else 0,
            )
            for name, (label, values) in lines.items()
        ),
    )


def _plot(found: Projection, view: View, words: Words) -> Plot:
    """Two years of published Wednesdays, and the path."""
    ends = np.array([last_day(date.fromordinal(int(month))).toordinal() for month in found.months])
    lines: dict[str, FloatArray] = {}
    history = view.series(_DEFINITION.bridge["reserves"])
    days = history.periods[history.periods <= found.start.toordinal()][-_HISTORY:]
    for name, title, series in (
        ("total_assets", "Total assets", _DEFINITION.variants[_DEFINITION.default].terms[0].series),
        ("reserves", "Reserve balances with Federal Reserve Banks", _DEFINITION.bridge["reserves"]),
    ):
        known = view.series(series)
        published = np.array(
            [
                known.values[place] if known.periods[place] == day else np.nan
                for place, day in _places(known.periods, days)
            ]
        )
        lines[words.text(title)] = np.concatenate([published, found.sheet.lines[name][0]])
    return Plot(
        id="run_off_ahead",
        title=words.text("Total assets and reserves, published and projected"),
        kind=PlotKind.LINES,
        unit=USD_MILLIONS.symbol,
        periods=np.concatenate([days, ends]),
        lines=lines,
        description=words.text(
            "Published Wednesdays up to {day}, projected month ends after it.", day=words.date(found.start)
        ),
        until=found.start,
    )


def _places(periods: IntArray, days: IntArray) -> list[tuple[int, int]]:
    """Where each day would stand among the periods."""
    found = np.minimum(np.searchsorted(periods, days), len(periods) - 1)
    return list(zip(found.tolist(), days.tolist(), strict=True))


TITLE = "Run-off ahead"
SECTION = SectionPlugin(order=35, title=TITLE, needs=needs(_DEFINITION), write=write)
