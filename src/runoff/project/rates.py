"""Interest rates month by month, on one path or many: what the engine is handed of the price of money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from runoff.core.errors import ConfigError
from runoff.core.series import FloatArray, IntArray

# The constant maturities of H.15 that a path of the Treasury curve is given at, in years.
TENORS: Final = (1 / 12, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Rates of every month, its average, in percent a year.

    `months` are ordinals of first days; `reserves` (interest on reserve balances), `on_rrp` (the award rate of overnight
    reverse repos) and `mortgage` (the 30-year mortgage rate) are shaped paths by months, `yields` (par yields of
    Treasuries at `TENORS`) paths by months by tenors.

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
