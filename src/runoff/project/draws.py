"""Joint draws of the world: deviations from a central path, on many paths, of rates, demands and policy.

1. Every few paths have a stream of their own (`_streams`): path i is the same whichever chunk, thread or machine draws
   it, and its first months are the same however far it goes.
2. A bootstrap walks through the months of the sample in blocks of random length (`_walk`), and takes each month whole.
   A new block begins in a month that began as the last one ended: while large purchases were under way, or while not.
3. The parametric alternative (`_gaussian`) draws Gaussian months with the sample's covariances, shrunk, and memory; but
   surprises of policy, which no such numbers describe, come from the bootstrap's months.
4. Innovations add up to deviations (`_deviations`): random walks, autoregressions, and for policy a pace that stays.

Arrays are shaped paths by months.

References
----------
Politis, D. N., and J. P. Romano (1994), "The Stationary Bootstrap", Journal of the American Statistical Association 89.
Paparoditis, E., and D. N. Politis (2002), "The Local Bootstrap for Markov Processes", Journal of Statistical Planning
and Inference 108. Schäfer, J., and K. Strimmer (2005), "A Shrinkage Approach to Large-Scale Covariance Matrix
Estimation", Statistical Applications in Genetics and Molecular Biology 4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import numpy as np

from runoff.core.errors import ConfigError
from runoff.core.series import BoolArray, FloatArray, IntArray
from runoff.core.time import month_after
from runoff.project.calibration import (
    COLUMNS,
    NEEDS,
    Calibration,
    Variable,
    calibrate,
    needs,
)

__all__ = ["NEEDS", "Calibration", "Draws", "Method", "Variable", "calibrate", "draw", "needs"]

# Paths that share a stream. It decides the numbers: another size is another set of draws.
_GROUP: Final = 64
_NORMAL: Final = 1  # the purpose of the streams of Gaussian numbers; months are drawn from streams of none
# Paths worked on at once: few enough for their numbers to stay near the processor. It decides no number.
_AT_ONCE: Final = 1024
_DAY: Final = timedelta(days=1)
_FIELDS: Final = (*(str(one) for one in Variable), "policy_mbs")
_PLACES: Final = {name: place for place, name in enumerate(COLUMNS)}


class Method(StrEnum):
    """How months are drawn: history in blocks, or Gaussian numbers with history's moments."""

    BOOTSTRAP = "bootstrap"
    PARAMETRIC = "parametric"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Deviations from a central path, paths by months.

    Parameters
    ----------
    months
        First days (ordinals) of the months of the projection, the first possibly a part of a month.
    seed, method, first_path
        What gives these numbers again; `first_path` is the number of the first of these paths.
    short_rate, ten_year, mortgage_spread
        Points added to the central path's average of the month.
    tga
        Dollars added to the Treasury's account at month end.
    currency
        Deviation of the logarithm of currency at month end.
    on_rrp
        Dollars by which the take-off of the ON RRP demand curve moves: up moves money out of ON RRP into reserves.
    lending
        Dollars by which loans, repos and all else that supplies reserves beside securities is higher at month end.
    other
        Dollars by which all else that absorbs reserves is higher at month end.
    policy
        Dollars of securities bought (+) or let go (-) in each month beyond the plan.
    policy_mbs
        The part of `policy` that is mortgage securities.

    Raises
    ------
    ConfigError
        If a shape is another.
    """

    months: IntArray
    seed: int
    method: Method
    first_path: int
    short_rate: FloatArray
    ten_year: FloatArray
    mortgage_spread: FloatArray
    tga: FloatArray
    currency: FloatArray
    on_rrp: FloatArray
    lending: FloatArray
    other: FloatArray
    policy: FloatArray
    policy_mbs: FloatArray

    def __post_init__(self) -> None:
        expected = (len(self.short_rate), len(self.months))
        for name in _FIELDS:
            values: FloatArray = getattr(self, name)
            if values.shape != expected:
                raise ConfigError(
                    "draws of {name}: shape {found}; expected {expected} (paths by months)",
                    name=name,
                    found=values.shape,
                    expected=expected,
                )

    @property
    def paths(self) -> int:
        """How many paths there are."""
        return len(self.short_rate)

    def of(self, variable: Variable) -> FloatArray:
        """The deviations of one variable, paths by months."""
        values: FloatArray = getattr(self, variable)
        return values

    def with_path(self, variable: Variable, values: FloatArray) -> Draws:
        """The same draws with given deviations of one variable, by months, on every path.

        Of policy they are Treasuries.

        Raises
        ------
        ConfigError
            If there is not one number a month.
        """
        given = np.asarray(values, dtype=np.float64)
        if given.shape != self.months.shape or not np.all(np.isfinite(given)):
            raise ConfigError(
                "path of {variable}: shape {found}; expected one number for each of {months} months",
                variable=str(variable),
                found=given.shape,
                months=len(self.months),
            )
        every = np.broadcast_to(given, self.short_rate.shape)
        values_of = {name: getattr(self, name) for name in _FIELDS}
        values_of[variable] = every
        if variable is Variable.POLICY:
            values_of["policy_mbs"] = np.zeros_like(every)
        return replace(self, **values_of)


def draw(
    calibration: Calibration,
    months: IntArray,
    paths: int,
    *,
    seed: int,
    method: Method = Method.BOOTSTRAP,
    hold: frozenset[Variable] = frozenset(),
    first_path: int = 0,
) -> Draws:
    """Draw deviations of all variables on many paths.

    Parameters
    ----------
    calibration
        What is drawn from.
    months
        First days (ordinals) of consecutive months. Where the first holds the day after `calibration.start`, it counts
        as what is left of it.
    paths
        How many paths.
    seed
        Of all random numbers; the same seed gives the same bytes.
    method
        How months are drawn.
    hold
        Variables whose deviations are nil. All others are what they were.
    first_path
        The number of the first path: paths 100 to 199 are the second half of paths 0 to 199.

    Raises
    ------
    ConfigError
        If a number of paths, months or seed means nothing.

    Examples
    --------
    Sixty months in which the short rate rose and fell by a point in turn, and nothing else moved. Blocks keep the turn:
    a path seldom rises twice running.

    >>> from datetime import UTC, datetime
    >>> rows = np.zeros((60, len(COLUMNS)))
    >>> rows[:, 0] = np.where(np.arange(60) % 2, 1.0, -1.0)
    >>> history = Calibration(
    ...     as_of=datetime(2026, 10, 1, tzinfo=UTC),
    ...     start=date(2026, 9, 30),
    ...     months=np.arange(60),
    ...     innovations=rows,
    ...     seen=np.full(len(COLUMNS), 60),
    ...     persistence=np.ones(len(COLUMNS)),
    ...     buying=np.zeros(61, dtype=np.bool_),
    ...     goes_on=np.zeros(60, dtype=np.bool_),
    ...     block=5.0,
    ...     inputs=(),
    ... )
    >>> months = np.array([date(2026, month, 1).toordinal() for month in (10, 11, 12)])
    >>> drawn = draw(history, months, 200, seed=1)
    >>> drawn.short_rate.shape, sorted(set(drawn.short_rate[:, 1].tolist())), bool(drawn.tga.any())
    ((200, 3), [-2.0, 0.0, 2.0], False)
    """
    if paths < 1 or first_path < 0 or seed < 0 or not len(months):
        raise ConfigError(
            "{paths} paths from path {first} over {months} months, seed {seed}: expected one path and one month at "
            "least, and no number below nil",
            paths=paths,
            first=first_path,
            months=len(months),
            seed=seed,
        )
    drawing = _walk if method is Method.BOOTSTRAP else _gaussian
    share = _share(calibration.start, months)
    found = {name: np.zeros((paths, len(months))) for name in _FIELDS}
    for low in range(0, paths, _AT_ONCE):
        count = min(_AT_ONCE, paths - low)
        innovations = drawing(calibration, len(months), count, seed, first_path + low)
        for name, values in _deviations(calibration, innovations, share, hold).items():
            found[name][low : low + count] = values.T
    return Draws(months=months, seed=seed, method=method, first_path=first_path, **found)


def _share(start: date, months: IntArray) -> float:
    """What part of the first month lies after `start`."""
    first = date.fromordinal(int(months[0]))
    days = month_after(first).toordinal() - first.toordinal()
    gone = (start + _DAY).toordinal() - first.toordinal()
    return 1 - gone / days if 0 <= gone < days else 1.0


# The innovations of one column, months by paths.
_Innovations = Callable[[str], FloatArray]


def _streams(
    seed: int, first: int, paths: int, *purpose: int
) -> Iterator[tuple[np.random.Generator, slice, slice]]:
    """The stream of each group of paths, where these paths are in the group, and the group's among those asked for.

    Streams of another purpose have nothing in common with these.
    """
    for group in range(first // _GROUP, (first + paths - 1) // _GROUP + 1):
        low, high = max(first, group * _GROUP), min(first + paths, (group + 1) * _GROUP)
        stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, group, *purpose])))
        yield (
            stream,
            slice(low - group * _GROUP, high - group * _GROUP),
            slice(low - first, high - first),
        )


# --- the bootstrap ----------------------------------------------------------------------------------------------------


def _walk(calibration: Calibration, months: int, paths: int, seed: int, first: int) -> _Innovations:
    rows = _rows(calibration, months, paths, seed, first)

    def column(name: str) -> FloatArray:
        values = np.ascontiguousarray(calibration.innovations[:, _PLACES[name]])
        return values[rows]

    return column


def _rows(calibration: Calibration, months: int, paths: int, seed: int, first: int) -> IntArray:
    """The row of the sample that each month of each path takes, months by paths.

    A block ends with probability 1 / `block`, unless its month goes on, and at the end of the sample. The next begins
    in any month that began with large purchases under way, or not, as the last one ended; in any month at all where the
    sample has none such.
    """
    uniform = np.empty((months, 2, paths))
    for stream, inside, asked in _streams(seed, first, paths):
        uniform[:, :, asked] = stream.random((months, 2, _GROUP))[:, :, inside]
    count = len(calibration.innovations)
    began, ended = calibration.buying[:-1].astype(np.int64), calibration.buying[1:].astype(np.int64)
    goes_on = calibration.goes_on
    table, sizes = _starts(began, count, ~np.append(False, goes_on[:-1]))
    state = np.full(paths, ended[-1])
    rows = np.empty((months, paths), dtype=np.int64)
    for month in range(months):
        fresh = table[state, (uniform[month, 0] * sizes[state]).astype(np.int64)]
        if month:
            following = rows[month - 1] + 1
            new = (uniform[month, 1] < 1 / calibration.block) & ~goes_on[rows[month - 1]]
            new |= following == count
            fresh = np.where(new, fresh, following)
        rows[month] = fresh
        state = ended[fresh]
    return rows


def _starts(began: IntArray, count: int, may: BoolArray) -> tuple[IntArray, IntArray]:
    """The rows in which a block may begin, by state (padded), and how many there are of each."""
    table, sizes = np.zeros((2, count), dtype=np.int64), np.zeros(2, dtype=np.int64)
    for state in (0, 1):
        found = np.flatnonzero((began == state) & may)
        found = found if len(found) else np.arange(count)
        table[state, : len(found)], sizes[state] = found, len(found)
    return table, sizes


# --- the parametric alternative ---------------------------------------------------------------------------------------


def _gaussian(calibration: Calibration, months: int, paths: int, seed: int, first: int) -> _Innovations:
    """Months of a Gaussian first-order autoregression: own memory, joint shocks; those of policy are the bootstrap's.

    Shocks are mixed column by column and not by a matrix product, whose sums depend on how many paths there are.
    """
    memory, factor = _moments(calibration.innovations)
    of_policy = _walk(calibration, months, paths, seed, first)
    normal = np.empty((months, len(COLUMNS), paths))
    for stream, inside, asked in _streams(seed, first, paths, _NORMAL):
        normal[:, :, asked] = stream.standard_normal((months, len(COLUMNS), _GROUP))[:, :, inside]

    def column(name: str) -> FloatArray:
        if COLUMNS[name] is Variable.POLICY:
            return of_policy(name)
        place = _PLACES[name]
        found = np.zeros((months, paths))
        for other in range(place + 1):
            found += factor[place, other] * normal[:, other]
        return _carried(found, float(memory[place]))

    return column


def _moments(innovations: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The memory of each column, and a lower triangular root of the covariance of the shocks.

    Correlations are shrunk towards nil by the share of their squares that sampling alone explains (Schäfer and
    Strimmer): the covariance then has a root however few months there are.
    """
    before, after = innovations[:-1], innovations[1:]
    power = (before**2).sum(axis=0)
    memory = np.clip((before * after).sum(axis=0) / np.where(power > 0, power, 1.0), -0.9, 0.9)
    shocks = after - memory * before
    count, spread = len(shocks), shocks.std(axis=0)
    unit = (shocks - shocks.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    products = unit[:, :, np.newaxis] * unit[:, np.newaxis, :]
    correlations = products.mean(axis=0)
    off = ~np.eye(len(spread), dtype=np.bool_)
    noise = products.var(axis=0)[off].sum() / (count - 1)
    shrunk = np.where(off, correlations * (1 - min(1.0, noise / (correlations[off] ** 2).sum())), 1.0)
    return memory, np.linalg.cholesky(shrunk) * spread[:, np.newaxis]


# --- from innovations to deviations -----------------------------------------------------------------------------------


def _deviations(
    calibration: Calibration, innovations: _Innovations, share: float, hold: frozenset[Variable]
) -> dict[str, FloatArray]:
    """Deviations by variable, months by paths; those held are left out.

    What happens in a part of a month has that part of a month's variance.
    """

    def added_up(name: str) -> FloatArray:
        found = innovations(name)
        found[0] *= np.sqrt(share)
        return _carried(found, float(calibration.persistence[_PLACES[name]]))

    out = hold | calibration.held
    found = {str(one): added_up(one) for one in Variable if one not in out and one is not Variable.POLICY}
    if Variable.POLICY not in out:
        halves = {}
        for half in ("treasuries", "mbs"):
            # A pace announced in one month is first followed in the next.
            halves[half] = added_up(f"flow_{half}")
            halves[half][1:] += added_up(f"pace_{half}")[:-1]
        found |= {"policy": halves["treasuries"] + halves["mbs"], "policy_mbs": halves["mbs"]}
    return found


def _carried(innovations: FloatArray, left: float) -> FloatArray:
    """What has come of innovations when that share of each month's sum is left in the next; months by paths."""
    if left:
        for month in range(1, len(innovations)):
            innovations[month] += left * innovations[month - 1]
    return innovations
