"""Units and measures as types: a conversion is always asked for, never guessed from the size of a number.

A unit is a dimension (a currency, a rate, an index, persons, a kind of time) and a power of ten. Two numbers combine
only where both agree; otherwise `UnitError` says which conversion to write.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from runoff.core.errors import UnitError

# The currencies of the central banks runoff speaks of (ISO 4217); any other is refused until it is declared here.
CURRENCIES = frozenset({"USD", "EUR", "JPY", "GBP", "CAD", "AUD", "NZD", "SEK", "CHF", "CNY"})

Number = TypeVar("Number", float, npt.NDArray[np.float64])

_MONEY_SCALES = {"": 0, "th": 3, "mn": 6, "100mn": 8, "bn": 9, "tn": 12}
_UNITS = {
    "percent": ("rate", -2),
    "bp": ("rate", -4),
    "ratio": ("rate", 0),
    "index": ("index", 0),
    "USD2017 bn": ("USD2017", 9),  # chained dollars of 2017: real, and never added to nominal ones
    "persons": ("persons", 0),
    "thousand persons": ("persons", 3),
    # Each its own dimension: how many days a month has depends on the month.
    "days": ("days", 0),
    "weeks": ("weeks", 0),
    "months": ("months", 0),
} | {f"{c} {s}".rstrip(): (c, e) for c in sorted(CURRENCIES) for s, e in _MONEY_SCALES.items()}
_SYMBOLS = {unit: symbol for symbol, unit in _UNITS.items()}


class Measure(StrEnum):
    """What a number measures; two of different measure never combine silently."""

    STOCK = "stock"
    FLOW = "flow"
    WEEK_AVERAGE = "week_average"
    RATE = "rate"
    INDEX = "index"


class Frequency(StrEnum):
    """How often a series has a value; `STEP` holds its value until the next one."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    STEP = "step"


@dataclass(frozen=True, slots=True)
class Unit:
    """A dimension and a power of ten.

    Examples
    --------
    >>> Unit.parse("USD mn")
    Unit(dimension='USD', exponent=6)
    >>> Unit.parse("USD bn").to(Unit.parse("USD mn"), 2.5)
    2500.0
    """

    dimension: str
    exponent: int

    @staticmethod
    @lru_cache(maxsize=64)
    def parse(text: str) -> Unit:
        """Read a unit as catalogues and files write it: ``USD mn``, ``JPY 100mn``, ``percent``, ``bp``, ``days``.

        Raises
        ------
        UnitError
            If the currency is not declared, or the text names no unit.
        """
        if text in _UNITS:
            return Unit(*_UNITS[text])
        currency, _, scale = text.partition(" ")
        if len(currency) == 3 and currency.isupper() and scale in _MONEY_SCALES:
            raise UnitError(
                "currency {currency!r} is not declared; declared are {declared}: add it to "
                "runoff.core.units.CURRENCIES",
                currency=currency,
                declared=", ".join(sorted(CURRENCIES)),
            )
        raise UnitError(
            "{text!r} is no unit; expected a currency with a scale (USD mn, USD bn, JPY 100mn), percent, bp, "
            "ratio, index, persons, thousand persons, days, weeks or months",
            text=text,
        )

    @property
    def symbol(self) -> str:
        """The unit as `parse` reads it."""
        return _SYMBOLS[self.dimension, self.exponent]

    def __post_init__(self) -> None:
        if (self.dimension, self.exponent) not in _SYMBOLS:
            raise UnitError(
                "no unit of {dimension} times ten to the {exponent}; declared are {declared}",
                dimension=self.dimension,
                exponent=self.exponent,
                declared=", ".join(_UNITS),
            )

    def to(self, other: Unit, value: Number) -> Number:
        """Convert a number or an array of them, given in this unit, into `other`.

        Raises
        ------
        UnitError
            If the two do not measure the same thing.
        """
        if self.dimension != other.dimension:
            raise UnitError(
                "{mine} cannot become {other}: the one measures {mine_dimension}, the other {other_dimension}",
                mine=self.symbol,
                other=other.symbol,
                mine_dimension=self.dimension,
                other_dimension=other.dimension,
            )
        shift = self.exponent - other.exponent
        return value * 10.0**shift if shift >= 0 else value / 10.0**-shift


USD_MILLIONS = Unit.parse("USD mn")
USD_BILLIONS = Unit.parse("USD bn")
PERCENT = Unit.parse("percent")
BASIS_POINTS = Unit.parse("bp")
DAYS = Unit.parse("days")
WEEKS = Unit.parse("weeks")
MONTHS = Unit.parse("months")


def require_same(what: str, expected: tuple[Unit, Measure], found: tuple[Unit, Measure]) -> None:
    """Refuse to combine two numbers that differ in unit or in measure.

    Raises
    ------
    UnitError
        Naming both, and the conversion to write where one exists.
    """
    (unit, measure), (other, other_measure) = expected, found
    if unit != other:
        if unit.dimension != other.dimension:
            raise UnitError(
                "{what}: expected {expected}, found {found}; these two never combine",
                what=what,
                expected=unit.symbol,
                found=other.symbol,
            )
        raise UnitError(
            "{what}: expected {expected}, found {found}; convert it with .to({expected!r})",
            what=what,
            expected=unit.symbol,
            found=other.symbol,
        )
    if measure != other_measure:
        raise UnitError(
            "{what}: expected a {expected}, found a {found}; a level on a day and an average over a week (or a "
            "flow) are different figures: choose a variant that names which it uses",
            what=what,
            expected=measure,
            found=other_measure,
        )
