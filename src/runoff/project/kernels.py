"""Mortgage securities on many paths: what of the opening cohorts prepays alike is followed once.

Face of a cohort on a path = its face today x what its schedule leaves x what prepayment leaves. The schedule knows no
path, and prepayment knows neither term nor face: cohorts of one note rate, age (up to the ramp) and burnout share it.

1. Put such cohorts into classes; add up, month by month, what their schedules alone would leave (`classes_of`).
2. Many burnouts of one note rate are followed at a few of them, and what prepayment leaves of the others is the
   polynomial through these: smooth enough that a dozen do (`_points`). It is linear in what is followed, so
   it goes into the weights of step 1 and costs nothing on a path.
3. Follow the classes on each path; a month's totals are sums over classes (`Followed`).
4. What is bought on the way has coupons that differ by path, and is followed cohort by cohort (`cohorts.repay`).

Where securities are sold, prices need every cohort, and where each path begins with its own there are no classes: then
all cohorts are followed on every path (`Literal`). `kernel_for` says which it is, from the start and the plan alone, so
that a path is the same among a thousand others as by itself.

References
----------
Berrut, J.-P. and Trefethen, L. N. (2004), Barycentric Lagrange Interpolation, SIAM Review 46(3);
`docs/methods/kernels.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final, NamedTuple, Protocol

import numpy as np

from runoff.core.language import said
from runoff.core.series import FloatArray, IntArray
from runoff.project.cohorts import LONG, Cohorts, Held, place, repay
from runoff.project.prepayment import (
    MONTHS,
    PrepaymentModel,
    hazard,
    price,
    refinancing,
    scheduled_share,
    turnover,
)

# What interpolation may miss of a cohort's opening face, and how many burnouts of a note rate it may follow for that.
TOLERANCE: Final = 1e-10
_NODES: Final = (4, 6, 8, 10, 12, 16, 24)
# The months in which that is looked at: all of the first year, then one a year.
_LOOKS: Final = frozenset((*range(MONTHS), *range(MONTHS, LONG, MONTHS)))


class Arithmetic(StrEnum):
    """Who computes: numpy, or machine code made with numba (extra `fast`). They agree to rounding, not to the bit."""

    NUMPY = "numpy"
    COMPILED = "compiled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """How mortgage securities are followed along paths, and why.

    Parameters
    ----------
    name
        "literal": every cohort; "classes": cohorts that prepay alike are one; "nodes": likewise, and many burnouts of
        one note rate are interpolated from a few.
    followed, cohorts
        How many columns a path has at the start, and how many cohorts they stand for.
    error
        The largest miss of interpolation that was found, share of a cohort's opening face; nil where there is none.
    why
        In words.
    arithmetic
        Who computes.
    """

    name: str
    followed: int
    cohorts: int
    error: float
    why: str
    arithmetic: Arithmetic = Arithmetic.NUMPY


_ALIKE: Final = said("cohorts of one note rate, age and burnout prepay alike and are followed as one")
_SMOOTH: Final = said(
    "cohorts of one note rate, age and burnout prepay alike, and many burnouts are interpolated from a few"
)
_SOLD: Final = said("what is sold has a price for each cohort, so that every cohort is followed")
_OWN: Final = said("each path begins with cohorts of its own, so that every cohort is followed")


class Repaid(NamedTuple):
    """A month's principal and the face it was paid on, dollars, one amount a path."""

    scheduled: FloatArray
    prepaid: FloatArray


class Holding(Protocol):
    """The mortgage securities of some paths, month after month; every amount has one element a path, dollars."""

    def amount(self) -> tuple[FloatArray, FloatArray]:
        """Face, and a year's coupons on it in percent dollars."""

    def repay(self, rate: FloatArray, month: int) -> Repaid:
        """A month's principal at the mortgage rate that borrowers acted on."""

    def sell(self, face: FloatArray, rate: FloatArray) -> FloatArray:
        """Sell face of all cohorts alike; the loss on it, par less proceeds."""

    def place(self, face: FloatArray, rate: FloatArray) -> FloatArray:
        """Add what settles, at the coupons about a mortgage rate; a year's coupons on it in percent dollars."""


@dataclass(slots=True)
class Literal:
    """Every cohort on every path."""

    held: Held
    model: PrepaymentModel

    def amount(self) -> tuple[FloatArray, FloatArray]:
        """Face, and a year's coupons on it in percent dollars."""
        return _in_turn(self.held.face), _in_turn(self.held.coupon * self.held.face)

    def repay(self, rate: FloatArray, month: int) -> Repaid:
        """A month's principal at the mortgage rate that borrowers acted on."""
        if not self.held.term.size:
            return Repaid(np.zeros(len(rate)), np.zeros(len(rate)))
        scheduled, prepaid, self.held = repay(self.held, rate, month, self.model)
        return Repaid(_in_turn(scheduled), _in_turn(prepaid))

    def sell(self, face: FloatArray, rate: FloatArray) -> FloatArray:
        """Sell face of all cohorts alike; the loss on it, par less proceeds."""
        if not np.any(face):
            return np.zeros_like(face)
        left = _in_turn(self.held.face)
        sold = self.held.face * (face / np.where(left > 0, left, 1))[:, np.newaxis]
        self.held = self.held._replace(face=self.held.face - sold)
        return _in_turn(sold * (1 - worth(self.held, rate, self.model)))

    def place(self, face: FloatArray, rate: FloatArray) -> FloatArray:
        """Add what settles, at the coupons about a mortgage rate; a year's coupons on it in percent dollars."""
        columns = self.held.face.shape[1]
        self.held = place(self.held, face, rate, self.model)
        return _in_turn(self.held.coupon[:, columns:] * self.held.face[:, columns:])


def _in_turn(values: FloatArray) -> FloatArray:
    """Sums of rows, column after column: columns of nil, there because another path bought, have no bearing on them."""
    if not values.shape[1]:
        return np.zeros(len(values))
    added: FloatArray = np.add.accumulate(values, axis=1)[:, -1]
    return added


def nothing_bought(paths: int, model: PrepaymentModel) -> Literal:
    """No cohort on so many paths."""
    none = np.empty((paths, 0))
    return Literal(Held(none, none, np.empty(0, dtype=np.int64), none, none, none), model)


def worth(held: Held, rate: FloatArray, model: PrepaymentModel) -> FloatArray:
    """The price of every cohort at a mortgage rate (one a path), dollars for a dollar of face: paths by cohorts."""
    return price(
        held.coupon, held.note_rate, held.term - held.age, held.burnout, rate[:, np.newaxis], model=model
    )


class _Ages(NamedTuple):
    """Note rates and ages at which owners move alike in a month; for each, and for each class, where to look it up."""

    note_rate: FloatArray
    age: FloatArray
    of_note: IntArray
    of_class: IntArray


@dataclass(frozen=True)
class Classes:
    """What of the opening cohorts prepays alike, and what schedules alone leave of it.

    Parameters
    ----------
    note_rate, age, burnout
        One element a class; age up to the ramp, months.
    face, coupons
        Face that schedules alone leave, dollars, and face times coupon: months and one by classes.
    scheduled
        What they repay: months by classes.
    error
        The largest miss of interpolation that was found, share of a cohort's opening face.
    cohorts
        How many cohorts they stand for.
    """

    note_rate: FloatArray
    age: FloatArray
    burnout: FloatArray
    face: FloatArray
    coupons: FloatArray
    scheduled: FloatArray
    error: float
    cohorts: int
    model: PrepaymentModel

    @cached_property
    def kernel(self) -> Kernel:
        """What to say of them."""
        exact = self.error == 0
        return Kernel(
            name="classes" if exact else "nodes",
            followed=len(self.note_rate),
            cohorts=self.cohorts,
            error=self.error,
            why=_ALIKE if exact else _SMOOTH,
        )

    @cached_property
    def notes(self) -> tuple[FloatArray, IntArray]:
        """Note rates, and for each class the place of its own."""
        return np.unique(self.note_rate, return_inverse=True)

    @cached_property
    def ages(self) -> tuple[_Ages, ...]:
        """By months repaid, until all are seasoned: loans of one note rate and age move alike."""
        found: list[_Ages] = []
        age = self.age
        while not found or np.any(age < self.model.ramp):
            age = np.minimum(self.age + len(found), self.model.ramp)
            pairs, of = np.unique(np.stack([self.note_rate, age], axis=1), axis=0, return_inverse=True)
            found.append(_Ages(pairs[:, 0], pairs[:, 1], np.searchsorted(self.notes[0], pairs[:, 0]), of))
        return tuple(found)

    def ages_after(self, repaid: int) -> _Ages:
        """Who moves alike once so many months have been repaid."""
        return self.ages[min(repaid, len(self.ages) - 1)]


@dataclass(slots=True)
class Followed:
    """Classes of cohorts on some paths, and cohort by cohort what was bought on the way.

    `kept` is what prepayment has left, a share, and `burnt` the hazard of refinancing so far: paths by classes. `face`
    is that of the classes, `repaid` says how many months they have repaid, and `room` is to compute in.
    """

    classes: Classes
    kept: FloatArray
    burnt: FloatArray
    face: FloatArray
    bought: Literal
    room: tuple[FloatArray, FloatArray]
    repaid: int = 0

    @staticmethod
    def of(classes: Classes, paths: int) -> Followed:
        """At the start of so many paths."""
        shape = (paths, len(classes.note_rate))
        kept = np.ones(shape)
        return Followed(
            classes=classes,
            kept=kept,
            burnt=np.broadcast_to(classes.burnout, shape).copy(),
            face=_weighted(kept, classes.face[0]),
            bought=nothing_bought(paths, classes.model),
            room=(np.empty(shape), np.empty(shape)),
        )

    def amount(self) -> tuple[FloatArray, FloatArray]:
        """Face, and a year's coupons on it in percent dollars."""
        face, coupons = self.bought.amount()
        return face + self.face, coupons + _weighted(self.kept, self.classes.coupons[self.repaid])

    def repay(self, rate: FloatArray, month: int) -> Repaid:
        """A month's principal at the mortgage rate that borrowers acted on."""
        of_bought = self.bought.repay(rate, month)
        scheduled = _weighted(self.kept, self.classes.scheduled[self.repaid])
        if self.classes.model.burnout:
            self._prepay(rate, month)
        else:
            self.kept *= self._share(rate, month)
        self.repaid += 1
        before, self.face = self.face, _weighted(self.kept, self.classes.face[self.repaid])
        # Rounding may leave a trifle below nil where nobody prepays.
        prepaid = np.maximum(before - scheduled - self.face, 0.0)
        return Repaid(of_bought.scheduled + scheduled, of_bought.prepaid + prepaid)

    def sell(self, face: FloatArray, rate: FloatArray) -> FloatArray:  # noqa: ARG002 - `kernel_for` keeps sales away
        """Nothing: what may be sold is followed cohort by cohort."""
        return np.zeros_like(face)

    def place(self, face: FloatArray, rate: FloatArray) -> FloatArray:
        """Add what settles, at the coupons about a mortgage rate; a year's coupons on it in percent dollars."""
        return self.bought.place(face, rate)

    def _share(self, rate: FloatArray, month: int) -> FloatArray:
        """What prepayment leaves of each class, where nobody burns out: one speed for a note rate and an age."""
        model, ages, felt = self.classes.model, self.classes.ages_after(self.repaid), rate[:, np.newaxis]
        notes, _ = self.classes.notes
        refinanced = hazard(refinancing(notes - felt, np.zeros(1), model))
        moved = hazard(turnover(ages.note_rate - felt, ages.age, month, model))
        share = np.exp(-moved - refinanced[:, ages.of_note])
        return np.take(share, ages.of_class, axis=1, out=self.room[0], mode="clip")

    def _prepay(self, rate: FloatArray, month: int) -> None:
        """Let owners move and refinance: `cohorts.repay`, each thing once for all classes that share it."""
        model, ages, felt = self.classes.model, self.classes.ages_after(self.repaid), rate[:, np.newaxis]
        notes, of_class = self.classes.notes
        unburnt = refinancing(notes - felt, np.zeros(1), model) / -100
        moved = hazard(turnover(ages.note_rate - felt, ages.age, month, model))
        lost, of_each = self.room
        np.multiply(self.burnt, -model.burnout, out=lost)
        np.exp(lost, out=lost)
        lost *= np.take(unburnt, of_class, axis=1, out=of_each, mode="clip")
        np.log1p(lost, out=lost)
        lost *= 1 / MONTHS
        self.burnt -= lost
        lost -= np.take(moved, ages.of_class, axis=1, out=of_each, mode="clip")
        self.kept *= np.exp(lost, out=lost)


def _weighted(kept: FloatArray, weights: FloatArray) -> FloatArray:
    """One sum a path, row by row: other paths, and how many there are, have no bearing on its rounding."""
    found: FloatArray = np.einsum("pk,k->p", kept, weights)
    return found


def kernel_for(
    start: Cohorts | Sequence[Cohorts], months: int, model: PrepaymentModel, *, sales: FloatArray
) -> tuple[Kernel, Classes | None]:
    """How to follow holdings over so many months, and the classes to do it with, if any.

    Parameters
    ----------
    sales
        What may be sold, dollars, in any shape.
    """
    if not isinstance(start, Cohorts) or np.any(sales):
        cohorts = len(start.face) if isinstance(start, Cohorts) else len(start[0].face)
        why = _SOLD if np.any(sales) else _OWN
        return Kernel(name="literal", followed=cohorts, cohorts=cohorts, error=0.0, why=why), None
    classes = classes_of(start, months, model)
    return classes.kernel, classes


def classes_of(start: Cohorts, months: int, model: PrepaymentModel) -> Classes:
    """The classes of cohorts, and what their schedules leave over so many months."""
    aged = np.minimum(start.age, model.ramp)
    burnt = start.burnout if model.burnout and model.refinancing else np.zeros(len(start.face))
    face, scheduled = _schedules(start, months)
    found: dict[str, list[FloatArray]] = {name: [np.empty(0)] for name in ("note_rate", "age", "burnout")}
    sums: dict[str, list[FloatArray]] = {
        "face": [face[:, :0]],
        "coupons": [face[:, :0]],
        "scheduled": [scheduled[:, :0]],
    }
    error = 0.0
    for note_rate, age in np.unique(np.stack([start.note_rate, aged], axis=1), axis=0):
        mine = (start.note_rate == note_rate) & (aged == age)
        points, share, missed = _points(burnt[mine], model)
        error = max(error, missed)
        found["note_rate"].append(np.full(len(points), note_rate))
        found["age"].append(np.full(len(points), age))
        found["burnout"].append(points)
        sums["face"].append(_shared(face[:, mine], share))
        sums["coupons"].append(_shared(face[:, mine] * start.coupon[mine], share))
        sums["scheduled"].append(_shared(scheduled[:, mine], share))
    return Classes(
        **{name: np.concatenate(parts) for name, parts in found.items()},
        **{name: np.hstack(parts) for name, parts in sums.items()},
        error=error,
        cohorts=len(start.face),
        model=model,
    )


def _shared(amounts: FloatArray, share: FloatArray) -> FloatArray:
    """Amounts (months by cohorts) in classes (cohorts by classes): not by matrix product, which rounds by its shape."""
    found: FloatArray = np.einsum("tc,ck->tk", amounts, share)
    return found


def _schedules(start: Cohorts, months: int) -> tuple[FloatArray, FloatArray]:
    """Face that schedules alone leave (months and one by cohorts), and what they repay (months by cohorts)."""
    face = np.empty((months + 1, len(start.face)))
    scheduled = np.empty((months, len(start.face)))
    face[0] = start.face
    for at in range(months):
        share = scheduled_share(start.note_rate, start.term - (start.age + at))
        scheduled[at] = face[at] * np.minimum(share, 1)
        face[at + 1] = face[at] - scheduled[at]
    return face, scheduled


def _points(burnouts: FloatArray, model: PrepaymentModel) -> tuple[FloatArray, FloatArray, float]:
    """Burnouts to follow, the weights of each in those asked for (asked by followed), and the largest miss found.

    All of them, or the fewest Chebyshev points between the least and the largest through which the polynomial misses
    none of them by more than the tolerance, under rates that try it (`_tries`).
    """
    all_of_them = np.unique(burnouts)
    own = (burnouts[:, np.newaxis] == all_of_them).astype(np.float64)
    counts = [count for count in _NODES if count < len(all_of_them)]
    if not counts:
        return all_of_them, own, 0.0
    low, high = float(all_of_them[0]), float(all_of_them[-1])
    nodes = [(low + high) / 2 + (high - low) / 2 * np.cos(_angles(count)) for count in counts]
    kept = _tries(np.concatenate([burnouts, *nodes]), model)
    at = len(burnouts)
    for points in nodes:
        share = _through(points, burnouts)
        missed = np.abs(kept[..., at : at + len(points)] @ share.T - kept[..., : len(burnouts)]).max()
        if missed <= TOLERANCE:
            return points, share, float(missed)
        at += len(points)
    return all_of_them, own, 0.0


def _angles(count: int) -> FloatArray:
    return (2 * np.arange(count) + 1) * np.pi / (2 * count)


def _through(points: FloatArray, at: FloatArray) -> FloatArray:
    """The weights of values at Chebyshev points in the polynomial's value elsewhere: elsewhere by points."""
    signed = (-1.0) ** np.arange(len(points)) * np.sin(_angles(len(points)))
    gap = at[:, np.newaxis] - points
    hit = gap == 0
    share = np.where(hit.any(axis=1, keepdims=True), hit, signed / np.where(hit, 1.0, gap))
    weights: FloatArray = share / share.sum(axis=1, keepdims=True)
    return weights


def _tries(burnouts: FloatArray, model: PrepaymentModel) -> FloatArray:
    """What refinancing leaves of loans so burnt out, under rates that try it: months by tries by loans.

    All would refinance at once, half of them, a tenth, a hundredth; or all would in one month only. Always over the
    longest term, so that a path does not hang on the horizon.
    """
    eager = np.tile([[1.0], [0.5], [0.1], [0.01], [1.0]], (LONG, 1, 1))
    eager[1:, -1] = 0
    burnt = np.broadcast_to(burnouts, (eager.shape[1], len(burnouts)))
    kept = []
    for at, ready in enumerate(eager):
        speed = model.refinancing * ready * np.exp(-model.burnout * burnt)
        burnt = burnt + hazard(speed)
        if at in _LOOKS:
            kept.append(np.exp(burnouts - burnt))
    return np.stack(kept)
