"""Funding: what overnight money costs over the rate on reserves, how unusual that is, and what the date explains."""

from __future__ import annotations

from datetime import date

import numpy as np

from runoff.core.language import Words
from runoff.core.report import Figure, Plot, PlotKind, Section, SectionPlugin, figure, no_data
from runoff.core.series import FloatArray, IntArray, Observation, Series
from runoff.core.time import calendar_effect
from runoff.core.units import BASIS_POINTS, PERCENT, USD_BILLIONS, Unit
from runoff.core.view import Needs, View

_SOFR, _IOR, _EFFR, _SRF = "nyfed:SOFR", "frb:IOR", "nyfed:EFFR", "nyfed:SRF"
# A spread counts as ordinary for its kind of date up to this share of earlier such dates.
ORDINARY_SHARE = 90.0
# Fewer earlier dates of a kind than this explain nothing.
ENOUGH_DATES = 8


def spread_over_reserves(rate: Series, interest_on_reserves: Series) -> tuple[IntArray, FloatArray]:
    """A rate less the rate on reserves in force that day, in basis points, on the days both are known."""
    ior = interest_on_reserves.to(rate.spec.unit.symbol).in_force_on(rate.periods)
    there = np.isfinite(ior)
    return rate.periods[there], rate.spec.unit.to(BASIS_POINTS, rate.values[there] - ior[there])


def share_at_or_below(values: FloatArray, value: float) -> float:
    """The percentile of `value`: the share of `values` that are not above it, in percent."""
    return 100.0 * float(np.mean(values <= value + 1e-9))


def write(view: View, words: Words) -> Section:
    """The last SOFR known against the rate on reserves, and how it stands among all days since 2018."""
    title = words.text(TITLE)
    sofr, ior = view.known(_SOFR), view.known(_IOR)
    if sofr is None or ior is None or not len(spread_over_reserves(sofr, ior)[0]):
        reason = words.text(
            "SOFR starts on {date}; nothing of it is known", date=words.date(date(2018, 4, 2))
        )
        return Section(
            title=title,
            sentences=(words.text("No data: {reason}.", reason=reason),),
            figures=(no_data("sofr_ior", words.text("SOFR − interest on reserves"), BASIS_POINTS, reason),),
        )
    periods, spreads = spread_over_reserves(sofr, ior)
    rate, floor = sofr.last(), ior.in_force(sofr.last().period)
    assert floor is not None, "the spread was taken on days with a rate on reserves"
    spread, effect = float(spreads[-1]), calendar_effect(rate.period)
    share = share_at_or_below(spreads, spread)
    stale = view.is_late(_SOFR)
    kind = np.array([calendar_effect(date.fromordinal(int(p))) == effect for p in periods])
    kind[-1] = False  # compared with earlier dates only
    alike = spreads[kind]
    figures = [
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
            share,
            PERCENT,
            (rate, floor),
            stale=stale,
        ).noted(words.text("{count} days", count=len(spreads))),
    ]
    if effect is not None and len(alike) >= ENOUGH_DATES:
        figures.append(
            _derived(
                "sofr_ior_percentile_of_kind",
                words.text("Percentile among earlier dates of its kind ({kind})", kind=_kind(words, effect)),
                share_at_or_below(alike, spread),
                PERCENT,
                (rate, floor),
                stale=stale,
            ).noted(words.text("{count} days", count=len(alike)))
        )
    figures += _other_rates(view, words, ior)
    return Section(
        title=title,
        sentences=(
            _stood(words, rate.period, spread, share),
            _explained(words, rate.period, effect, share, alike, spread),
        ),
        figures=tuple(figures),
        plots=(
            Plot(
                id="sofr_ior",
                title=words.text("SOFR less interest on reserves"),
                kind=PlotKind.LINES,
                unit=BASIS_POINTS.symbol,
                periods=periods,
                lines={words.text("SOFR − interest on reserves"): spreads},
                description=words.text(
                    "Above zero, cash lent against Treasuries earns more than reserves do."
                ),
            ),
        ),
    )


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


def _stood(words: Words, day: date, spread: float, share: float) -> str:
    values = {
        "date": words.date(day),
        "spread": words.amount(abs(spread), BASIS_POINTS),
        "share": f"{share:.0f}",
    }
    if spread >= 0:
        return words.text(
            "SOFR of {date} stood {spread} above the rate on reserves, at or above {share}% of all days since April "
            "2018.",
            **values,
        )
    return words.text(
        "SOFR of {date} stood {spread} below the rate on reserves, at or above {share}% of all days since April 2018.",
        **values,
    )


def _kind(words: Words, effect: str) -> str:
    return {
        "quarter_end": words.text("quarter end"),
        "month_end": words.text("month end"),
        "tax_date": words.text("tax date"),
    }[effect]


def _explained(
    words: Words, day: date, effect: str | None, share: float, alike: FloatArray, spread: float
) -> str:
    """Whether the spread is unusual, and if so whether a month, quarter or tax date explains it.

    Unusual is above `ORDINARY_SHARE` percent of all days, or below the same share of them.
    """
    values: dict[str, object] = {"date": words.date(day)}
    if effect is None:
        if share <= 100.0 - ORDINARY_SHARE:
            return words.text(
                "That is unusually low, and {date} is no month end, quarter end or tax date.", **values
            )
        if share < ORDINARY_SHARE:
            return words.text(
                "That is not unusual, and {date} is no month end, quarter end or tax date.", **values
            )
        return words.text(
            "That is unusually high, and {date} is no month end, quarter end or tax date: the calendar does not "
            "explain it.",
            **values,
        )
    values |= {"kind": _kind(words, effect), "count": len(alike)}
    if len(alike) < ENOUGH_DATES:
        return words.text(
            "{date} is a {kind}; fewer than {enough} earlier ones are known: too few to say whether that explains it.",
            **values,
            enough=ENOUGH_DATES,
        )
    of_kind = share_at_or_below(alike, spread)
    values["share"] = f"{of_kind:.0f}"
    if of_kind > ORDINARY_SHARE:
        return words.text(
            "{date} is a {kind}, but the spread is at or above {share}% of {count} earlier ones: the date alone does "
            "not explain it.",
            **values,
        )
    if of_kind < 100.0 - ORDINARY_SHARE:
        return words.text(
            "{date} is a {kind}, and the spread is low for one: at or above only {share}% of {count} earlier ones.",
            **values,
        )
    return words.text(
        "{date} is a {kind}; the spread is at or above {share}% of {count} earlier ones, which is ordinary for such a "
        "date.",
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


TITLE = "Funding"
SECTION = SectionPlugin(
    order=50,
    title=TITLE,
    needs=Needs(series=frozenset({_SOFR, _IOR}), optional=frozenset({_EFFR, _SRF})),
    write=write,
)
