"""Series and their observations: one value per period, each with the moment it became known and the file it is from.

Rows travel in columns (`Observations`), are read as of a date (`Series`), and are looked at one by one (`Observation`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
import numpy.typing as npt

from runoff.core.errors import LookaheadError, RegistryError, UnitError, Unparseable
from runoff.core.time import RULE_NAMES, from_epoch
from runoff.core.units import Frequency, Measure, Unit, require_same

ASSUMED, REVISED = 1, 2

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesSpec:
    """What a series is: ``publisher:code``, unit, measure, frequency, release rule, licence and address.

    `revised` says that the vintage runoff ships is later than the first release, so that a value shown at a past
    date is not what a reader saw that day.
    """

    id: str
    title: str
    unit: Unit
    measure: Measure
    frequency: Frequency
    release: str
    licence: str
    url: str
    revised: bool = False

    def __post_init__(self) -> None:
        publisher, colon, code = self.id.partition(":")
        if not (publisher and colon and code):
            raise RegistryError(
                "series id {id!r}: expected publisher:code, for example frb:WALCL", id=self.id
            )
        if self.release not in RULE_NAMES:
            raise RegistryError(
                "{id}: no release rule {rule!r}; there are {rules}",
                id=self.id,
                rule=self.release,
                rules=", ".join(sorted(RULE_NAMES)),
            )

    @property
    def code(self) -> str:
        """The publisher's own name of the series, for example WALCL."""
        return self.id.partition(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One figure: what it describes, when it became known, and from which file it was read."""

    series: SeriesSpec
    period: date
    value: float
    known_at: datetime
    digest: str
    assumed: bool
    revised: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """Rows of one series as a source parsed them, in columns of equal length.

    `periods` are proleptic ordinals (`datetime.date.toordinal`), `known_at` seconds since the epoch, `flags` the sum
    of `ASSUMED` and `REVISED`; `unit` is the unit of the file, which must be the declared one.

    Raises
    ------
    UnitError
        If the unit of the file is not that of the spec.
    Unparseable
        If the columns differ in length, hold a value that is no finite number, or give a period twice.
    """

    spec: SeriesSpec
    unit: Unit
    periods: IntArray
    values: FloatArray
    known_at: IntArray
    flags: npt.NDArray[np.uint8]
    digest: str

    def __post_init__(self) -> None:
        if self.unit != self.spec.unit:
            raise UnitError(
                "{id}: declared in {expected}, the file gives {found}; convert the file or correct its "
                "declaration: runoff never guesses a unit",
                id=self.spec.id,
                expected=self.spec.unit.symbol,
                found=self.unit.symbol,
            )
        lengths = {len(c) for c in (self.periods, self.values, self.known_at, self.flags)}
        if len(lengths) != 1:
            raise Unparseable(
                "{id}: columns of different length {lengths}", id=self.spec.id, lengths=sorted(lengths)
            )
        if not np.all(np.isfinite(self.values)):
            at = date.fromordinal(int(self.periods[np.argmin(np.isfinite(self.values))]))
            raise Unparseable(
                "{id}: the value of {period} is no finite number; leave a missing value out",
                id=self.spec.id,
                period=at,
            )
        if not len(self.periods):
            return
        keys = np.stack((self.periods, self.known_at))
        if len(np.unique(keys, axis=1).T) != len(self.periods):
            order = np.lexsort((self.known_at, self.periods))
            sorted_keys = keys[:, order]
            twice = np.argmax(np.all(sorted_keys[:, 1:] == sorted_keys[:, :-1], axis=0))
            raise Unparseable(
                "{id}: {period} appears twice in one file",
                id=self.spec.id,
                period=date.fromordinal(int(sorted_keys[0, twice])),
            )

    def __len__(self) -> int:
        return len(self.periods)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A series as it was known at `as_of`: the last known value of each period, periods ascending.

    `periods`, `known_at` and `flags` are as in `Observations`; `files` holds for each row an index into `digests`.
    """

    spec: SeriesSpec
    periods: IntArray
    values: FloatArray
    known_at: IntArray
    flags: npt.NDArray[np.uint8]
    files: npt.NDArray[np.int32]
    digests: tuple[str, ...]
    as_of: datetime

    def __len__(self) -> int:
        return len(self.periods)

    def _row(self, index: int) -> Observation:
        flags = int(self.flags[index])
        return Observation(
            series=self.spec,
            period=date.fromordinal(int(self.periods[index])),
            value=float(self.values[index]),
            known_at=from_epoch(int(self.known_at[index])),
            digest=self.digests[int(self.files[index])],
            assumed=bool(flags & ASSUMED),
            revised=bool(flags & REVISED),
        )

    @property
    def dates(self) -> npt.NDArray[np.datetime64]:
        """The periods as numpy days."""
        return (self.periods - date(1970, 1, 1).toordinal()).astype("datetime64[D]")

    def last(self) -> Observation:
        """The observation of the latest period known."""
        return self._row(len(self.periods) - 1)

    def rows(self, start: date, end: date) -> tuple[Observation, ...]:
        """The observations of the periods from `start` to `end`, both included."""
        first = int(np.searchsorted(self.periods, start.toordinal(), "left"))
        past = int(np.searchsorted(self.periods, end.toordinal(), "right"))
        return tuple(self._row(index) for index in range(first, past))

    def on(self, period: date) -> Observation | None:
        """The observation of exactly `period`; None where there is none."""
        index = int(np.searchsorted(self.periods, period.toordinal()))
        if index == len(self.periods) or self.periods[index] != period.toordinal():
            return None
        return self._row(index)

    def at(self, period: date) -> Observation:
        """The observation of exactly `period`.

        Raises
        ------
        LookaheadError
            If none is known for it at `as_of`.
        """
        if (found := self.on(period)) is None:
            raise LookaheadError(
                "{id}: nothing known for {period} at {as_of}",
                id=self.spec.id,
                period=period,
                as_of=self.as_of.isoformat(),
            )
        return found

    def in_force(self, period: date) -> Observation | None:
        """The observation of the last period not after `period`: what a step series says on that day."""
        index = int(np.searchsorted(self.periods, period.toordinal(), "right")) - 1
        return None if index < 0 else self._row(index)

    def in_force_on(self, periods: IntArray) -> FloatArray:
        """The values in force on each of `periods`, NaN before the first."""
        index = np.searchsorted(self.periods, periods, "right") - 1
        return np.where(index < 0, np.nan, self.values[np.maximum(index, 0)])

    def to(self, unit: str) -> Series:
        """The series in another unit of the same dimension, for example ``"USD mn"``."""
        target = Unit.parse(unit)
        return replace(
            self,
            spec=replace(self.spec, unit=target),
            values=self.spec.unit.to(target, self.values),
        )


def align(*series: Series) -> tuple[IntArray, FloatArray]:
    """Bring series of one unit and one measure to the periods that all of them have.

    Returns
    -------
    tuple
        The common periods (ordinals), and the values, series by periods.

    Raises
    ------
    UnitError
        If two differ in unit or in measure.
    """
    first = series[0].spec
    for other in series[1:]:
        require_same(
            f"{first.id} with {other.spec.id}",
            (first.unit, first.measure),
            (other.spec.unit, other.spec.measure),
        )
    periods = series[0].periods
    for other in series[1:]:
        periods = np.intersect1d(periods, other.periods, assume_unique=True)
    return periods, np.stack([s.values[np.searchsorted(s.periods, periods)] for s in series])
