"""Net liquidity: its named variants, what moved it, and the exact bridge from it to reserves.

All lines of a figure are of the same day; variants have names and are never mixed; a change needs both exact days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from runoff.core.errors import ConfigError, IdentityError, LookaheadError, UnitError
from runoff.core.series import FloatArray, IntArray, Series
from runoff.core.units import Measure, Unit, require_same
from runoff.core.view import Needs, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A line of a variant: its name, its series, and whether it adds (+1) or is taken away (-1).

    `measure` is what the variant declares to use; `gaps` allows days without a value, which then have no figure.
    """

    line: str
    series: str
    sign: int
    measure: Measure = Measure.STOCK
    gaps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A definition of net liquidity; the first term is what it starts from (total assets, or factors supplying)."""

    id: str
    says: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """Net liquidity of one central bank: its variants, the parts of its assets, and the lines of the bridge.

    `parts` are asset lines by name; what they leave of the first term of a variant is "everything else". `bridge`
    names the series of supplying, absorbing, reserves, currency, reverse_repos and foreign_rrp.
    """

    unit: Unit
    variants: Mapping[str, Variant]
    default: str
    parts: Mapping[str, str]
    bridge: Mapping[str, str]

    def variant(self, name: str) -> Variant:
        """The variant of that name.

        Raises
        ------
        ConfigError
            If there is none.
        """
        if name not in self.variants:
            raise ConfigError(
                "no variant {name!r} of net liquidity; there are {names}",
                name=name,
                names=", ".join(self.variants),
            )
        return self.variants[name]

    def needs(self) -> Needs:
        """Every series of every variant, its parts and the bridge; those a store lacks fail only when asked for."""
        terms = {term.series for variant in self.variants.values() for term in variant.terms}
        return Needs(optional=frozenset(terms | set(self.parts.values()) | set(self.bridge.values())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Net liquidity over time: periods (ordinals), each line and the figure itself, NaN where a line has no value."""

    variant: Variant
    periods: IntArray
    lines: Mapping[str, FloatArray]
    net: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """What moved net liquidity between two days: signed contributions by name that add up exactly to `change`."""

    variant: str
    start: date
    end: date
    change: int
    parts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """From net liquidity to reserves on one day: contributions by name; `gap` is the rounding of the sheet."""

    variant: str
    period: date
    net_liquidity: int
    parts: Mapping[str, int]
    reserves: int
    gap: int


EVERYTHING_ELSE = "everything_else"


def path(view: View, definition: Definition, variant: Variant) -> Path:
    """Net liquidity on every day on which all lines without gaps are known.

    Raises
    ------
    Unavailable, LookaheadError
        If a series of the variant is not in the store, or nothing of it was known.
    UnitError
        If a series is not what the variant declares.
    """
    series = [_declared(view.series(term.series), term, definition.unit) for term in variant.terms]
    periods = series[0].periods
    for term, line in zip(variant.terms[1:], series[1:], strict=True):
        if not term.gaps:
            periods = np.intersect1d(periods, line.periods, assume_unique=True)
    lines = {t.line: _values_on(s, periods) for t, s in zip(variant.terms, series, strict=True)}
    net = np.sum([t.sign * lines[t.line] for t in variant.terms], axis=0)
    return Path(variant=variant, periods=periods, lines=lines, net=net)


def _declared(series: Series, term: Term, unit: Unit) -> Series:
    """The series in the unit of the definition, if its measure is the one the variant declares."""
    if series.spec.unit.dimension != unit.dimension:
        raise UnitError(
            "{id} is in {found}; net liquidity is in {expected}",
            id=series.spec.id,
            found=series.spec.unit.symbol,
            expected=unit.symbol,
        )
    converted = series.to(unit.symbol)
    require_same(
        f"{term.line} ({series.spec.id})",
        (unit, term.measure),
        (converted.spec.unit, converted.spec.measure),
    )
    return converted


def _values_on(series: Series, periods: IntArray) -> FloatArray:
    """Whole amounts on `periods`, NaN where there is none."""
    index = np.searchsorted(series.periods, periods)
    there = index < len(series.periods)
    there[there] = series.periods[index[there]] == periods[there]
    values = np.full(len(periods), np.nan)
    values[there] = np.rint(series.values[index[there]])
    if np.any(np.abs(values[there] - series.values[index[there]]) > 1e-6):
        raise IdentityError("{id} is not in whole {unit}", id=series.spec.id, unit=series.spec.unit.symbol)
    return values


def attribution(
    view: View, definition: Definition, variant: Variant, *, start: date, end: date
) -> Attribution:
    """What moved net liquidity from `start` to `end`, adding up to the last unit.

    Assets enter by the parts that are published; the rest of the first term (repos, swaps, facilities, premiums and
    so on) is named `everything_else`. What is taken away enters with its sign turned.

    Raises
    ------
    LookaheadError
        If a line of either day was not known.
    UnitError
        If a series is not what the variant declares.
    """
    changes = {
        term.line: _change(view, term.series, definition.unit, start, end, term.measure) * term.sign
        for term in variant.terms
    }
    base = variant.terms[0].line
    parts = {
        name: _change(view, series, definition.unit, start, end) for name, series in definition.parts.items()
    }
    parts[EVERYTHING_ELSE] = changes[base] - sum(parts.values())
    parts |= {line: change for line, change in changes.items() if line != base}
    return Attribution(variant=variant.id, start=start, end=end, change=sum(changes.values()), parts=parts)


def _change(
    view: View, series_id: str, unit: Unit, start: date, end: date, measure: Measure = Measure.STOCK
) -> int:
    return _amount(view, series_id, unit, end, measure) - _amount(view, series_id, unit, start, measure)


def _amount(view: View, series_id: str, unit: Unit, period: date, measure: Measure = Measure.STOCK) -> int:
    observation = view.series(series_id).at(period)
    found = observation.series
    require_same(series_id, (found.unit, measure), (found.unit, found.measure))
    return round(found.unit.to(unit, observation.value))


def bridge(view: View, definition: Definition, variant: Variant, period: date) -> Bridge:
    """The exact way from net liquidity to reserves on one day.

    reserves = net liquidity - currency - foreign RRP - other absorbing factors + supply outside the first term,
    where other absorbing = absorbing - currency - reverse repos - TGA. A variant that takes away something else than
    TGA and ON RRP of the sheet shows the difference as `other_definition`.

    Raises
    ------
    LookaheadError
        If a line of that day was not known.
    UnitError
        If a series is not what the variant declares.
    """
    amounts = {
        name: _amount(view, series, definition.unit, period) for name, series in definition.bridge.items()
    }
    terms = {
        t.line: t.sign * _amount(view, t.series, definition.unit, period, t.measure) for t in variant.terms
    }
    net = sum(terms.values())
    base = terms[variant.terms[0].line]
    others = amounts["reverse_repos"] - amounts["foreign_rrp"]
    parts = {
        "currency": -amounts["currency"],
        "foreign_rrp": -amounts["foreign_rrp"],
        "other_absorbing": -(
            amounts["absorbing"] - amounts["currency"] - amounts["reverse_repos"] - amounts["tga"]
        ),
        "supply_outside": amounts["supplying"] - base,
        "other_definition": (base - amounts["tga"] - others) - net,
    }
    gap = amounts["supplying"] - amounts["absorbing"] - amounts["reserves"]
    if net + sum(parts.values()) - gap != amounts["reserves"]:
        raise IdentityError(
            "net liquidity of {period} does not lead to reserves: this is a mistake in runoff, please report it",
            period=period,
        )
    return Bridge(
        variant=variant.id,
        period=period,
        net_liquidity=net,
        parts={name: amount for name, amount in parts.items() if amount or name != "other_definition"},
        reserves=amounts["reserves"],
        gap=gap,
    )


def latest(view: View, definition: Definition, variant: Variant) -> date:
    """The last day on which the variant has a figure.

    Raises
    ------
    LookaheadError
        If it has none yet.
    """
    found = path(view, definition, variant)
    with_figure = found.periods[np.isfinite(found.net)]
    if not len(with_figure):
        raise LookaheadError(
            "net liquidity ({variant}): nothing was known at {as_of}",
            variant=variant.id,
            as_of=view.as_of.isoformat(),
        )
    return date.fromordinal(int(with_figure[-1]))
