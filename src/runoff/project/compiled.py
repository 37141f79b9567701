"""The months of `kernels.Followed` as machine code: the extra `fast`.

Each class is one pass over the paths of a block. Two forms of the same sums: with the logarithm and the exponential of
the C library, or with polynomials in their place, fitted to the range of the model's own speeds (`approximation`),
which the processor computes for several at once: paths of a class, or bought cohorts of a path. What a month asks once
for many classes is the numpy of `kernels`.

A path's sums run over its classes in their order: neither the number of threads nor the size of a block changes a bit.
Code is compiled at the first use in a process and kept in memory.

References
----------
Muller, J.-M. (2016), Elementary Functions: Algorithms and Implementation, 3rd ed.; `docs/methods/kernels.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Final

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

from runoff.core.errors import ConfigError
from runoff.core.series import FloatArray, IntArray
from runoff.project.cohorts import place
from runoff.project.kernels import Classes, Literal, Repaid, nothing_bought
from runoff.project.prepayment import MONTHS, PrepaymentModel, hazard, refinancing, turnover

# What a polynomial may miss of what it stands for, relative; beyond it the C library's functions are used.
POLYNOMIAL_ERROR: Final = 1e-13
_LOG_TERMS, _EXP_TERMS = 13, 8
# The logistic curve of what is bought is 1 / (1 + exp(rate - centre) exp(centre - note rate)), in widths: in points, a
# centre, and the least width at which neither factor overflows for rates from 0 to 30.
_CENTRE, _NARROW = 6.0, 0.05
_STATE: Final = ("face", "faded", "growth", "monthly", "curve", "locked", "coupon")

_Step = Callable[
    [
        FloatArray,
        FloatArray,
        FloatArray,
        FloatArray,
        IntArray,
        IntArray,
        FloatArray,
        float,
        tuple[float, ...],
        tuple[float, ...],
        FloatArray,
    ],
    None,
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Approximation:
    """Polynomials in place of the logarithm and the exponential, lowest power first, and the most they miss.

    `logs` is of artanh(w)/w in w squared, where log(1 - z) = -2 artanh(z / (2 - z)); `exps` of the exponential.
    """

    logs: tuple[float, ...]
    exps: tuple[float, ...]
    error: float


@cache
def approximation(model: PrepaymentModel) -> Approximation:
    """Polynomials for the speeds that a model can reach.

    Examples
    --------
    >>> from runoff.project.prepayment import DEFAULT
    >>> approximation(DEFAULT).error < POLYNOMIAL_ERROR
    True
    """
    moved = model.turnover / 100 * (1 + model.season)
    if moved >= 1:
        return Approximation(logs=(0.0,) * _LOG_TERMS, exps=(0.0,) * _EXP_TERMS, error=1.0)
    most = max(model.refinancing / 100, moved)
    widest = max((most / (2 - most)) ** 2, 1e-3)
    least = min((np.log1p(-most) + np.log1p(-moved)) / MONTHS * max(model.burnout, 1.0), -1e-3)
    squares, powers = np.linspace(0, widest, 2001), np.linspace(least, 0, 2001)
    logs = _fitted(_artanh_share, (0.0, widest), _LOG_TERMS)
    exps = _fitted(np.exp, (least, 0.0), _EXP_TERMS)
    missed = (
        np.abs(Polynomial(logs)(squares) / _artanh_share(squares) - 1).max(),
        np.abs(Polynomial(exps)(powers) / np.exp(powers) - 1).max(),
    )
    return Approximation(logs=logs, exps=exps, error=float(max(missed)))


def _artanh_share(square: FloatArray) -> FloatArray:
    """artanh(w) / w of w squared."""
    root = np.sqrt(np.maximum(square, 1e-16))
    share: FloatArray = np.arctanh(root) / root
    return share


def _fitted(
    function: Callable[[FloatArray], FloatArray], domain: tuple[float, float], terms: int
) -> tuple[float, ...]:
    found = Chebyshev.interpolate(function, terms - 1, domain=domain).convert(kind=Polynomial)
    return tuple(found.coef.tolist())


def ready(model: PrepaymentModel) -> None:
    """Compile what a model needs, once in a process: before threads ask for it all at once.

    Raises
    ------
    ConfigError
        If numba is not installed.
    """
    one, of = np.ones((1, 1)), np.zeros(1, dtype=np.int64)
    used = approximation(model)
    if isinstance(bought := _bought(1, model), Bought):
        bought.place(np.ones(1), np.full(1, _CENTRE))
        bought.repay(np.full(1, _CENTRE), 1)
    _step(_form(model))(
        one,
        one.copy(),
        one / 2,
        one,
        of,
        of,
        np.ones((3, 1)),
        model.burnout,
        used.logs,
        used.exps,
        np.zeros((3, 1)),
    )


def _form(model: PrepaymentModel) -> str:
    """Polynomials where they serve: burnout that speeds up would lead out of their range."""
    serves = model.burnout >= 0 and approximation(model).error <= POLYNOMIAL_ERROR
    return "polynomial" if serves else "library"


@dataclass(slots=True)
class Compiled:
    """Classes of cohorts on some paths, as `kernels.Followed`, in machine code.

    `kept` is what prepayment has left, a share, and `faded` what burnout has left of refinancing: classes by paths.
    `totals` are the month's scheduled principal, face and coupons of the classes: three by paths.
    """

    classes: Classes
    step: _Step
    used: Approximation
    kept: FloatArray
    faded: FloatArray
    totals: FloatArray
    bought: Bought | Literal
    repaid: int = 0

    @staticmethod
    def of(classes: Classes, paths: int) -> Compiled:
        """At the start of so many paths."""
        used = approximation(classes.model)
        fade = np.exp(-classes.model.burnout * classes.burnout)
        face, coupons = classes.face[0].sum(), classes.coupons[0].sum()
        return Compiled(
            classes=classes,
            step=_step(_form(classes.model)),
            used=used,
            kept=np.ones((len(fade), paths)),
            faded=np.repeat(fade[:, np.newaxis], paths, axis=1),
            totals=np.repeat([[0.0], [face], [coupons]], paths, axis=1),
            bought=_bought(paths, classes.model),
        )

    def amount(self) -> tuple[FloatArray, FloatArray]:
        """Face, and a year's coupons on it in percent dollars."""
        face, coupons = self.bought.amount()
        return face + self.totals[1], coupons + self.totals[2]

    def repay(self, rate: FloatArray, month: int) -> Repaid:
        """A month's principal at the mortgage rate that borrowers acted on."""
        of_bought = self.bought.repay(rate, month)
        model, ages = self.classes.model, self.classes.ages_after(self.repaid)
        notes, of_class = self.classes.notes
        unburnt = refinancing(notes[:, np.newaxis] - rate, np.zeros(1), model) / 100
        moved = hazard(turnover(ages.note_rate[:, np.newaxis] - rate, ages.age[:, np.newaxis], month, model))
        before, self.totals = self.totals[1], np.zeros_like(self.totals)
        at, self.repaid = self.repaid, self.repaid + 1
        weights = (self.classes.scheduled[at], self.classes.face[at + 1], self.classes.coupons[at + 1])
        self.step(
            self.kept,
            self.faded,
            unburnt,
            np.exp(-moved),
            of_class,
            ages.of_class,
            np.stack(weights),
            model.burnout,
            self.used.logs,
            self.used.exps,
            self.totals,
        )
        prepaid = np.maximum(before - self.totals[0] - self.totals[1], 0.0)
        return Repaid(of_bought.scheduled + self.totals[0], of_bought.prepaid + prepaid)

    def sell(self, face: FloatArray, rate: FloatArray) -> FloatArray:  # noqa: ARG002 - `kernel_for` keeps sales away
        """Nothing: what may be sold is followed cohort by cohort."""
        return np.zeros_like(face)

    def place(self, face: FloatArray, rate: FloatArray) -> FloatArray:
        """Add what settles, at the coupons about a mortgage rate; a year's coupons on it in percent dollars."""
        return self.bought.place(face, rate)


@dataclass(slots=True)
class Bought:
    """Cohorts bought on the way, on some paths: each path has coupons of its own. What `kernels.Literal` does.

    `state` has what `_STATE` names: seven by paths by columns, with room for more of these than are used; `terms` and
    `ages` (months) have one element for each that is. `totals` are the month's scheduled and prepaid principal, face
    and coupons: four by paths.
    """

    model: PrepaymentModel
    state: FloatArray
    terms: IntArray
    ages: IntArray
    totals: FloatArray

    @staticmethod
    def of(paths: int, model: PrepaymentModel) -> Bought:
        """Nothing yet, on so many paths."""
        none = np.empty(0, dtype=np.int64)
        return Bought(model, np.empty((len(_STATE), paths, 0)), none, none, np.zeros((4, paths)))

    def amount(self) -> tuple[FloatArray, FloatArray]:
        """Face, and a year's coupons on it in percent dollars."""
        return self.totals[2], self.totals[3]

    def repay(self, rate: FloatArray, month: int) -> Repaid:
        """A month's principal at the mortgage rate that borrowers acted on."""
        none = np.zeros(len(rate))
        if not self.ages.size:
            return Repaid(none, none)
        model, used = self.model, approximation(self.model)
        young = model.refinanced + (1 - model.refinanced) * np.minimum(self.ages / model.ramp, 1)
        # The speed of seasoned loans at the money in this month: all else is a share of it.
        seasoned = turnover(np.zeros(1), np.array([model.ramp]), month, model)[0] / 100
        self.totals = np.zeros_like(self.totals)
        _months_of_bought()(
            self.state,
            young * seasoned,
            (self.terms - self.ages <= 1).astype(np.float64),
            np.exp((rate - _CENTRE) / model.width),
            np.exp(-model.lock_in * rate),
            (model.refinancing / 100, model.burnout),
            used.logs,
            used.exps,
            self.totals,
        )
        self.ages = self.ages + 1
        return Repaid(self.totals[0], self.totals[1])

    def place(self, face: FloatArray, rate: FloatArray) -> FloatArray:
        """Add what settles, at the coupons about a mortgage rate; a year's coupons on it in percent dollars."""
        new = place(nothing_bought(len(face), self.model).held, face, rate, self.model)
        if not new.term.size:
            return np.zeros(len(face))
        at, upto = len(self.ages), len(self.ages) + len(new.term)
        if upto > self.state.shape[2]:
            room = np.zeros((*self.state.shape[:2], 2 * upto))
            room[:, :, :at] = self.state[:, :, :at]
            self.state = room
        monthly = np.maximum(new.note_rate, 1e-9) / (100 * MONTHS)
        self.state[:, :, at:upto] = (
            new.face,
            np.ones_like(new.face),
            np.expm1((new.term - 1) * np.log1p(monthly)),
            monthly,
            np.exp(-(new.note_rate - self.model.midpoint - _CENTRE) / self.model.width),
            np.exp(self.model.lock_in * new.note_rate),
            new.coupon,
        )
        self.terms = np.concatenate([self.terms, new.term])
        self.ages = np.concatenate([self.ages, np.ones(len(new.term), dtype=np.int64)])
        coupons = np.add.accumulate(new.coupon * new.face, axis=1)[:, -1]
        self.totals = self.totals + np.stack(
            [0 * face, 0 * face, np.add.accumulate(new.face, axis=1)[:, -1], coupons]
        )
        return np.asarray(coupons, dtype=np.float64)


def _bought(paths: int, model: PrepaymentModel) -> Bought | Literal:
    """Bought cohorts by polynomials, if they serve and nothing overflows on the way; else literally."""
    wide = model.width >= _NARROW and 0 <= model.lock_in <= 1
    return Bought.of(paths, model) if wide and _form(model) == "polynomial" else nothing_bought(paths, model)


@cache
def _step(form: str) -> _Step:
    """A month of all classes on some paths, compiled with a form of the logarithm and the exponential."""
    compiled = _numba().njit(nogil=True, error_model="numpy", fastmath=False, cache=False)
    logarithm, exponential = compiled(_logarithm), compiled(_exponential)

    def with_polynomials(
        kept: FloatArray,
        faded: FloatArray,
        unburnt: FloatArray,
        stayed: FloatArray,
        burnout: float,
        logs: tuple[float, ...],
        exps: tuple[float, ...],
    ) -> None:
        for path in range(len(kept)):
            lost = logarithm(unburnt[path] * faded[path], logs)
            kept[path] *= stayed[path] * exponential(lost, exps)
            faded[path] *= exponential(burnout * lost, exps)

    one = compiled(with_polynomials if form == "polynomial" else _with_library)

    def step(
        kept: FloatArray,
        faded: FloatArray,
        unburnt: FloatArray,
        stayed: FloatArray,
        of_note: IntArray,
        of_age: IntArray,
        weights: FloatArray,
        burnout: float,
        logs: tuple[float, ...],
        exps: tuple[float, ...],
        totals: FloatArray,
    ) -> None:
        for k in range(len(kept)):
            for path in range(kept.shape[1]):
                totals[0, path] += kept[k, path] * weights[0, k]
            one(kept[k], faded[k], unburnt[of_note[k]], stayed[of_age[k]], burnout, logs, exps)
            for path in range(kept.shape[1]):
                totals[1, path] += kept[k, path] * weights[1, k]
            for path in range(kept.shape[1]):
                totals[2, path] += kept[k, path] * weights[2, k]

    made: _Step = compiled(step)
    return made


def _speeds(
    logarithm: Callable[[float, tuple[float, ...]], float],
    exponential: Callable[[float, tuple[float, ...]], float],
) -> Callable[..., None]:
    """What a month of one path leaves of what was bought, and how it burns out."""

    def speeds(
        faded: FloatArray,
        curve: FloatArray,
        locked: FloatArray,
        young: FloatArray,
        felt: tuple[float, float],
        model: tuple[float, float],
        logs: tuple[float, ...],
        exps: tuple[float, ...],
        lost: FloatArray,
        stayed: FloatArray,
    ) -> None:
        eager, freed = felt
        most, burnout = model
        for j in range(len(lost)):
            lost[j] = logarithm(faded[j] * most / (1 + eager * curve[j]), logs)
        for j in range(len(lost)):
            faded[j] *= exponential(burnout * lost[j], exps)
        for j in range(len(lost)):
            stayed[j] = logarithm(young[j] * min(freed * locked[j], 1.0), logs)
        for j in range(len(lost)):
            stayed[j] = exponential(stayed[j] + lost[j], exps)

    return speeds


def _principal(
    face: FloatArray,
    growth: FloatArray,
    monthly: FloatArray,
    last: FloatArray,
    scheduled: FloatArray,
    stayed: FloatArray,
) -> None:
    """A month of one path: what is scheduled and, in the place of the share that stays, what is prepaid."""
    for j in range(len(face)):
        scheduled[j] = 1.0 if last[j] else monthly[j] / growth[j]
    for j in range(len(face)):
        scheduled[j] *= face[j]
    for j in range(len(face)):
        face[j] -= scheduled[j]
    for j in range(len(face)):
        left = face[j] * stayed[j]
        stayed[j] = face[j] - left
        face[j] = left
    for j in range(len(face)):
        growth[j] = (growth[j] - monthly[j]) / (1 + monthly[j])


@cache
def _months_of_bought() -> Callable[..., None]:
    """A month of bought cohorts on some paths, compiled: each loop short enough to be computed for several at once."""
    compiled = _numba().njit(nogil=True, error_model="numpy", fastmath=False, cache=False)
    speeds_of = compiled(_speeds(compiled(_logarithm), compiled(_exponential)))
    principal_of = compiled(_principal)

    def months(
        state: FloatArray,
        young: FloatArray,
        last: FloatArray,
        eager: FloatArray,
        freed: FloatArray,
        model: tuple[float, float],
        logs: tuple[float, ...],
        exps: tuple[float, ...],
        totals: FloatArray,
    ) -> None:
        columns = len(young)
        lost, stayed = np.empty(columns), np.empty(columns)
        for path in range(state.shape[1]):
            face, faded, growth, monthly, curve, locked, coupon = (
                state[0, path][:columns],
                state[1, path][:columns],
                state[2, path][:columns],
                state[3, path][:columns],
                state[4, path][:columns],
                state[5, path][:columns],
                state[6, path][:columns],
            )
            felt = (eager[path], freed[path])
            speeds_of(faded, curve, locked, young, felt, model, logs, exps, lost, stayed)
            principal_of(face, growth, monthly, last, lost, stayed)
            for j in range(len(face)):
                totals[0, path] += lost[j]
                totals[1, path] += stayed[j]
                totals[2, path] += face[j]
                totals[3, path] += coupon[j] * face[j]

    made: Callable[..., None] = compiled(months)
    return made


def _numba() -> ModuleType:
    try:
        import numba
    except ImportError:
        raise ConfigError(
            "compiled kernels need numba, which is not installed: pip install 'runoff[fast]'"
        ) from None
    return numba


def _with_library(
    kept: FloatArray,
    faded: FloatArray,
    unburnt: FloatArray,
    stayed: FloatArray,
    burnout: float,
    logs: tuple[float, ...],  # noqa: ARG001 - one signature for both forms
    exps: tuple[float, ...],  # noqa: ARG001
) -> None:
    """A month of one class on some paths, with the logarithm and the exponential of the C library."""
    for path in range(len(kept)):
        lost = np.log1p(-unburnt[path] * faded[path]) / MONTHS
        kept[path] *= np.exp(lost) * stayed[path]
        faded[path] *= np.exp(burnout * lost)


def _logarithm(speed: float, logs: tuple[float, ...]) -> float:
    """The logarithm of 1 less a speed, a twelfth of it: what log survival gains in a month."""
    l0, l1, l2, l3, l4, l5, l6, l7, l8, l9, l10, l11, l12 = logs
    w = speed / (2 - speed)
    s = w * w
    tail = (((((l12 * s + l11) * s + l10) * s + l9) * s + l8) * s + l7) * s + l6
    return w * ((((((tail * s + l5) * s + l4) * s + l3) * s + l2) * s + l1) * s + l0) * (-2 / MONTHS)


def _exponential(power: float, exps: tuple[float, ...]) -> float:
    e0, e1, e2, e3, e4, e5, e6, e7 = exps
    tail = ((e7 * power + e6) * power + e5) * power + e4
    return (((tail * power + e3) * power + e2) * power + e1) * power + e0
