"""Run-off ahead: the next three months of what matures, and two years of assets and reserves, reserves as a fan."""

from __future__ import annotations

from datetime import date

import numpy as np

from runoff.core.language import Words, said
from runoff.core.policy import Step
from runoff.core.registry import plugin
from runoff.core.report import Band, Figure, Plot, PlotKind, Row, Section, SectionPlugin, Table
from runoff.core.series import FloatArray, IntArray
from runoff.core.time import last_day
from runoff.core.units import PERCENT, USD_MILLIONS, Frequency, Unit
from runoff.core.view import View
from runoff.impact.skill import skill_notes
from runoff.ledger.bank import Bank
from runoff.project import draws
from runoff.project.engine import BANK, Projection, forecast, needs
from runoff.project.ensemble import Ensemble, ensemble
from runoff.project.fan import Odds, crossing
from runoff.project.scenario import Scenario

_DEFINITION = plugin("banks", BANK, Bank).defined_net_liquidity()
_MONTHS, _SHOWN = 24, 3
_MILLION = 1e6
# Paths of the fan: the standard error of a share is then two points at most. `runoff fan` draws more.
_PATHS, _SEED = 500, 1
# Reserves over GDP that the fan is held against, percent: the guide's 8 to 10, Waller's 10 to 11 (2024-01-16), and 12.
_THRESHOLDS = (8, 10, 12)
_AHEAD = (12, 24)  # months at which the odds are told
_BASELINE = Scenario(id="baseline", title="", says="")
_HISTORY = 104  # Wednesdays drawn before the projection


def write(view: View, words: Words) -> Section:
    """The next three months as a table, and 24 months of total assets and reserves as a picture."""
    found = forecast(view, _DEFINITION, view.policy(BANK), _BASELINE, _MONTHS)
    paths = _followed(view, found)
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
        sentences=(
            sentence,
            _spread(paths, end, words),
            *skill_notes(view.as_of, ("reserves",), words),
            *_provisos(found, view, words),
        ),
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
        tables=(_table(found, words), _odds(found, paths, words)),
        plots=(_plot(found, paths, view, words),),
        facts={
            "holdings": "modelled" if found.modelled else "published",
            "book": found.book.date.isoformat(),
            "start": found.start.isoformat(),
        },
    )


def _ahead(name: str, label: str, value: int, day: date) -> Figure:
    return Figure(id=name, label=label, value=value, unit=USD_MILLIONS.symbol, period=day, known_at=None)


def _followed(view: View, found: Projection) -> Ensemble:
    """The projection on many paths, surprises of policy among what is drawn."""
    calibration = draws.calibrate(view, _DEFINITION)
    return ensemble(found, calibration, paths=_PATHS, seed=_SEED)


def _spread(paths: Ensemble, end: date, words: Words) -> str:
    """Where most of the paths of reserves end, and how often below each threshold."""
    reserves = paths.lines["reserves"][:, -1]
    low, high = np.percentile(reserves, (5, 95)).tolist()
    shares = 100 * reserves * _MILLION / paths.gdp[-1]
    return words.text(
        "Of {count} paths drawn from the past, nine in ten have reserves between {low} and {high} at the end of "
        "{month}; they are then below {thresholds} of GDP on {odds} of the paths.",
        count=f"{paths.paths:,}",
        low=words.amount(low, USD_MILLIONS),
        high=words.amount(high, USD_MILLIONS),
        month=words.period(end.replace(day=1), Frequency.MONTHLY),
        thresholds=words.joined([f"{threshold}%" for threshold in _THRESHOLDS]),
        odds=words.joined([f"{100 * float(np.mean(shares < threshold)):.0f}%" for threshold in _THRESHOLDS]),
    )


def _odds(found: Projection, paths: Ensemble, words: Words) -> Table:
    """How likely reserves are below each share of GDP, and have been by then."""
    reserves = paths.in_dollars("reserves")
    ends = [last_day(date.fromordinal(int(found.months[months - 1]))) for months in _AHEAD]
    rows = []
    for threshold in _THRESHOLDS:
        crossed = crossing(reserves, found.opening.reserves * _MILLION, threshold / 100 * paths.gdp)
        label = words.text("Below {share}% of GDP", share=threshold)
        by_then = words.text("Below {share}% of GDP at a month end by then", share=threshold)
        rows += [
            _odds_row(f"below_{threshold}", label, crossed.below, ends, depth=0),
            _odds_row(f"crossed_{threshold}", by_then, crossed.crossed, ends, depth=1),
        ]
    return Table(
        id="reserves_odds",
        title=words.text("Odds that reserves fall below a share of GDP"),
        columns=tuple(words.period(end.replace(day=1), Frequency.MONTHLY) for end in ends),
        rows=tuple(rows),
        note=words.text(
            "Percent of {count} paths. The guide under test calls 8 to 10% of GDP the limit, Waller 10 to 11% "
            "(16 January 2024).",
            count=f"{paths.paths:,}",
        ),
    )


def _odds_row(name: str, label: str, odds: Odds, ends: list[date], *, depth: int) -> Row:
    return Row(
        label=label,
        depth=depth,
        detail=bool(depth),
        cells=tuple(
            Figure(
                id=f"{name}_{months}m",
                label=label,
                value=round(100 * float(odds.share[months - 1]), 1),
                unit=PERCENT.symbol,
                period=end,
                known_at=None,
            )
            for months, end in zip(_AHEAD, ends, strict=True)
        ),
    )


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


def _plot(found: Projection, paths: Ensemble, view: View, words: Words) -> Plot:
    """Two years of published Wednesdays, the path, and the fan of reserves about it."""
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
        bands=tuple(
            Band(
                lower=_after(days, np.percentile(paths.lines["reserves"], low, axis=0)),
                upper=_after(days, np.percentile(paths.lines["reserves"], 100 - low, axis=0)),
                label=words.text(label),
                of=words.text("Reserve balances with Federal Reserve Banks"),
            )
            for low, label in ((5, said("90 of 100 paths")), (25, said("50 of 100 paths")))
        ),
    )


def _after(days: IntArray, values: FloatArray) -> FloatArray:
    """Values of the projected months, with nothing before them."""
    return np.concatenate([np.full(len(days), np.nan), values])


def _places(periods: IntArray, days: IntArray) -> list[tuple[int, int]]:
    """Where each day would stand among the periods."""
    found = np.minimum(np.searchsorted(periods, days), len(periods) - 1)
    return list(zip(found.tolist(), days.tolist(), strict=True))


TITLE = "Run-off ahead"
SECTION = SectionPlugin(
    order=35, title=TITLE, needs=needs(_DEFINITION) | draws.needs(_DEFINITION), write=write
)
