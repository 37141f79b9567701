"""Interest rates month by month, on one path or many: what the engine is handed of the price of money."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from runoff.core.errors import ConfigError
from runoff.core.series import FloatArray, IntArray, Series
from runoff.core.time import last_day
from runoff.core.view import Needs, View
from runoff.project.bonds import Curve
from runoff.project.prepayment import mortgage_rate

# The constant maturities of H.15 that a path of the Treasury curve is given at, in years.
TENORS: Final = (1 / 12, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 30.0)
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Rates of every month, its average, in percent a year.

    `months` are ordinals of first days; `reserves` (interest on reserve balances), `on_rrp` (the award rate of
    overnight reverse repos) and `mortgage` (the 30-year mortgage rate) are shaped paths by months, `yields` (par yields
    of Treasuries at `TENORS`) paths by months by tenors.

    Raises
    ------
    ConfigError
        If the shapes differ, or a rate is no number.
    """

    months: IntArray
    reserves: FloatArray
    on_rrp: FloatArray
    mortgage: FloatArray
    yields: FloatArray

    def __post_init__(self) -> None:
        shape = (len(self.reserves), len(self.months))
        for name in ("reserves", "on_rrp", "mortgage", "yields"):
            values: FloatArray = getattr(self, name)
            expected = (*shape, len(TENORS)) if name == "yields" else shape
            if values.shape != expected or not np.all(np.isfinite(values)):
                raise ConfigError(
                    "rates of {name}: shape {found}; expected numbers shaped {expected} (paths by months)",
                    name=name,
                    found=values.shape,
                    expected=expected,
                )

    @property
    def paths(self) -> int:
        """How many paths there are."""
        return len(self.reserves)

    def since(self, first: int) -> Rates:
        """The same from the month in that place on."""
        return Rates(
            months=self.months[first:],
            reserves=self.reserves[:, first:],
            on_rrp=self.on_rrp[:, first:],
            mortgage=self.mortgage[:, first:],
            yields=self.yields[:, first:],
        )

    def month(self, day: date) -> int:
        """The place of a day's month, the nearest there is for a day outside of them."""
        return int(
            np.clip(np.searchsorted(self.months, day.toordinal(), "right") - 1, 0, len(self.months) - 1)
        )

    def par_yield(self, day: date, years: float, *, path: int = 0) -> float:
        """The par yield of a maturity in a day's month on one path, in percent; linear between `TENORS`."""
        return float(np.interp(years, TENORS, self.yields[path, self.month(day)]))

    def tenor(self, years: float) -> FloatArray:
        """The par yield of one of `TENORS`, paths by months, in percent."""
        return self.yields[:, :, TENORS.index(years)]


# Which series each tenor is read from, and the rates that policy sets.
YIELDS: Final = tuple(
    f"frb:DGS{name}" for name in ("1MO", "3MO", "6MO", "1", "2", "3", "5", "7", "10", "20", "30")
)
ON_RESERVES: Final = "frb:IOR"
ON_RRP: Final = "nyfed:RRPONTSYAWARD"
SURVEY: Final = "freddiemac:MORTGAGE30US"
NEEDS: Final = Needs(series=frozenset({*YIELDS, ON_RESERVES, ON_RRP}), optional=frozenset({SURVEY}))


def observed(view: View, months: IntArray, *, mortgage_spread: float | None = None) -> Rates:
    """Monthly averages as far as known, and the last rates after that: one path.

    The mortgage rate is the survey's where it is known, the ten-year yield plus a spread where it is not. After the
    last survey the ten-year yield and the last spread stand for it, or `mortgage_spread` where that is given.

    Raises
    ------
    LookaheadError, Unavailable
        If nothing of a rate was known.
    """
    yields = np.stack([_averages(view.series(name), months) for name in YIELDS], axis=1)
    ten_year = yields[:, TENORS.index(10.0)]
    mortgage = mortgage_rate(ten_year, months)
    if (survey := view.known(SURVEY)) is not None:
        seen = int(np.searchsorted(months, survey.periods[-1], "right"))
        asked = _averages(survey, months)
        last = view.series(YIELDS[TENORS.index(10.0)]).in_force(survey.last().period)
        after = mortgage if last is None else ten_year + survey.last().value - last.value
        inside = (np.arange(len(months)) < seen) & np.isfinite(asked)
        mortgage = np.where(inside, asked, np.where(np.arange(len(months)) < seen, mortgage, after))
    if mortgage_spread is not None:
        known = int(np.searchsorted(months, view.as_of.date().toordinal(), "right"))
        mortgage[known:] = ten_year[known:] + mortgage_spread
    return Rates(
        months=months,
        reserves=_averages(view.series(ON_RESERVES), months)[np.newaxis],
        on_rrp=_averages(view.series(ON_RRP), months)[np.newaxis],
        mortgage=mortgage[np.newaxis],
        yields=yields[np.newaxis],
    )


def mortgage_rates_on(view: View, periods: IntArray) -> FloatArray:
    """The 30-year mortgage rate known on each day, percent: the survey's, or the ten-year yield plus a spread."""
    ten_year = mortgage_rate(view.series(YIELDS[TENORS.index(10.0)]).in_force_on(periods), periods)
    if (survey := view.known(SURVEY)) is None:
        return ten_year
    asked = survey.in_force_on(periods)
    return np.where(np.isfinite(asked) & (periods <= survey.periods[-1]), asked, ten_year)


def _averages(series: Series, months: IntArray) -> FloatArray:
    """The average in force over the days of each month, up to the day of the view; the last value after that."""
    today = series.as_of.date().toordinal()
    found = np.empty(len(months))
    for number, first in enumerate(months.tolist()):
        end = last_day(date.fromordinal(first)).toordinal()
        days = np.arange(first, min(end, max(today, first)) + 1, dtype=np.int64)
        values = series.in_force_on(days)
        known = np.isfinite(values)
        found[number] = values[known].mean() if np.any(known) else np.nan
    return found


def forwards(rates: Rates, since: int) -> Rates:
    """The same rates up to a month, and from then on those that the curve of that month implies.

    A forward is what the curve pays between two later days; the rates that policy sets move with the shortest. It is
    what the market pays, term premium included, and not what it expects.

    Parameters
    ----------
    rates
        Of which the curve of month `since` is taken.
    since
        The place of the first month that is not known.
    """
    found = {name: getattr(rates, name).copy() for name in ("reserves", "on_rrp", "mortgage", "yields")}
    for path in range(rates.paths):
        curve = Curve.of(np.array(TENORS), rates.yields[path, since])
        for number in range(since, len(rates.months)):
            ahead = (number - since) / _MONTHS_A_YEAR
            implied = np.array([_forward(curve, ahead, years) for years in TENORS])
            moved = implied - np.array([_forward(curve, 0.0, years) for years in TENORS])
            found["yields"][path, number] = rates.yields[path, since] + moved
            for name, tenor in (("reserves", 0), ("on_rrp", 0), ("mortgage", TENORS.index(10.0))):
                found[name][path, number] = getattr(rates, name)[path, since] + moved[tenor]
    return _not_negative(replace(rates, **found))


def shifted(rates: Rates, since: int, points: float) -> Rates:
    """The same rates with all of them `points` higher from a month on, none of them below nil."""
    found = {}
    for name in ("reserves", "on_rrp", "mortgage", "yields"):
        moved = getattr(rates, name).copy()
        moved[:, since:] = np.maximum(moved[:, since:] + points, np.minimum(moved[:, since:], 0.0))
        found[name] = moved
    return replace(rates, **found)


def _not_negative(rates: Rates) -> Rates:
    names = ("reserves", "on_rrp")
    return replace(rates, **{name: np.maximum(getattr(rates, name), 0.0) for name in names})


def _forward(curve: Curve, ahead: float, years: float) -> float:
    """The par yield of a term in years that starts so many years ahead, percent."""
    payments = np.arange(years, 0.0, -0.5)[::-1] if years >= 1 else np.array([years])
    discounts = curve.discount(ahead + payments) / curve.discount(np.array([ahead]))[0]
    if years < 1:
        return float((1 / discounts[0] - 1) / years) * 100
    return float(200 * (1 - discounts[-1]) / discounts.sum())
