"""What was known when: a history loaded once, and views of it that cannot see past their moment.

A `View` is handed to everything that computes. It holds only what was declared in `Needs`, refuses the rest, and
slices lazily: a view costs nothing until a series is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from runoff.core.document import Document, DocumentKind
from runoff.core.errors import LookaheadError, Unavailable
from runoff.core.freshness import Condition, Freshness, freshness
from runoff.core.holdings import Book
from runoff.core.policy import PolicyCalendar
from runoff.core.series import ASSUMED, REVISED, FloatArray, IntArray, Observations, Series, SeriesSpec
from runoff.core.time import ReleaseClock, from_epoch
from runoff.core.units import require_same


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a computation declares it will read: series ids, policy calendars by bank, books by portfolio.

    `optional` series are read where they are there and done without where they are not; `documents` are kinds.
    """

    series: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    policy: frozenset[str] = frozenset()
    books: frozenset[str] = frozenset()
    documents: frozenset[DocumentKind] = frozenset()

    def __or__(self, other: Needs) -> Needs:
        return Needs(
            series=self.series | other.series,
            optional=self.optional | other.optional,
            policy=self.policy | other.policy,
            books=self.books | other.books,
            documents=self.documents | other.documents,
        )

    @property
    def all_series(self) -> frozenset[str]:
        """Series needed and series read where they are there."""
        return self.series | self.optional


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """All vintages of a series, ordered by period, then by when each became known.

    `plain` says that every period has one vintage and later periods were known no earlier: a slice suffices.
    """

    spec: SeriesSpec
    periods: IntArray
    known_at: IntArray
    values: FloatArray
    flags: npt.NDArray[np.uint8]
    files: npt.NDArray[np.int32]
    digests: tuple[str, ...]
    plain: bool

    @staticmethod
    def of(
        spec: SeriesSpec,
        periods: IntArray,
        known_at: IntArray,
        values: FloatArray,
        flags: npt.NDArray[np.uint8],
        files: npt.NDArray[np.int32],
        digests: tuple[str, ...],
    ) -> Columns:
        """Order rows by period and knowledge; where both are equal the row given later corrects the earlier.

        Where true vintages of a period are at hand, a figure from a later revision steps back to when it can have been
        known: `_redated`.
        """
        known_at, flags = _redated(periods, known_at, flags, files)
        order = np.lexsort((np.arange(len(periods)), known_at, periods))
        periods, known_at = periods[order], known_at[order]
        keep = np.ones(len(order), dtype=bool)
        keep[:-1] = (periods[1:] != periods[:-1]) | (known_at[1:] != known_at[:-1])
        order, periods, known_at = order[keep], periods[keep], known_at[keep]
        return Columns(
            spec=spec,
            periods=periods,
            known_at=known_at,
            values=values[order],
            flags=flags[order],
            files=files[order],
            digests=digests,
            plain=bool(np.all(np.diff(periods) > 0) and np.all(np.diff(known_at) >= 0)),
        )

    def as_of(self, moment: datetime) -> Series:
        """The last value of each period among those known at `moment`."""
        seconds = int(moment.timestamp())
        rows: slice | npt.NDArray[np.intp]
        if self.plain:
            rows = slice(0, int(np.searchsorted(self.known_at, seconds, "right")))
        else:
            known = np.flatnonzero(self.known_at <= seconds)
            periods = self.periods[known]
            last = np.ones(len(known), dtype=bool)
            last[:-1] = periods[1:] != periods[:-1]
            rows = known[last]
        return Series(
            spec=self.spec,
            periods=self.periods[rows],
            values=self.values[rows],
            known_at=self.known_at[rows],
            flags=self.flags[rows],
            files=self.files[rows],
            digests=self.digests,
            as_of=moment,
        )


def _redated(
    periods: IntArray, known_at: IntArray, flags: npt.NDArray[np.uint8], files: npt.NDArray[np.int32]
) -> tuple[IntArray, npt.NDArray[np.uint8]]:
    """Moments and flags of rows of which some come from a later revision and some state when they came out.

    A file of a later revision was published no earlier than the last figure in it. Its row of a period that also has a
    row with a stated moment is known from then on; without one, it is all there is and stays as it was assumed.
    """
    late = (flags & (ASSUMED | REVISED)) == (ASSUMED | REVISED)
    stated = (flags & ASSUMED) == 0
    if not (np.any(late) and np.any(stated)):
        return known_at, flags
    moved = late & np.isin(periods, np.unique(periods[stated]))
    known_at, flags = known_at.copy(), flags.copy()
    for file in np.unique(files[moved]).tolist():
        rows = moved & (files == file)
        known_at[rows] = known_at[files == file].max()
    flags[moved] &= ~np.uint8(REVISED)
    return known_at, flags


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything that was declared, loaded once; `at` gives what of it was known at a moment."""

    needs: Needs
    columns: Mapping[str, Columns]
    books: tuple[Book, ...] = ()
    documents: tuple[Document, ...] = ()
    policies: Mapping[str, PolicyCalendar] = field(default_factory=dict)
    specs: Mapping[str, SeriesSpec] = field(default_factory=dict)
    clock: ReleaseClock = field(default_factory=ReleaseClock)

    @staticmethod
    def of(
        observations: Iterable[Observations],
        *,
        books: Iterable[Book] = (),
        policies: Mapping[str, PolicyCalendar] | None = None,
    ) -> History:
        """A history of rows in hand, needing no store; everything in it counts as declared.

        Of two files that differ on one period and moment, the later corrects the earlier.

        Raises
        ------
        UnitError
            If two files give a series in different units or measures.
        """
        files: dict[str, list[Observations]] = {}
        for rows in observations:
            files.setdefault(rows.spec.id, []).append(rows)
        columns = {series: _joined(parts) for series, parts in files.items()}
        books, policies = tuple(books), policies or {}
        needs = Needs(
            series=frozenset(columns),
            policy=frozenset(policies),
            books=frozenset(b.portfolio for b in books),
        )
        return History(needs=needs, columns=columns, books=books, policies=policies)

    def at(self, as_of: datetime) -> View:
        """What was known at `as_of`."""
        return View(history=self, as_of=as_of, needs=self.needs, slices={})


def _joined(files: Sequence[Observations]) -> Columns:
    """The rows that several files hold of one series; a later file corrects an earlier one."""
    spec = files[0].spec
    for rows in files[1:]:
        require_same(spec.id, (spec.unit, spec.measure), (rows.spec.unit, rows.spec.measure))
    return Columns.of(
        spec,
        np.concatenate([rows.periods for rows in files]),
        np.concatenate([rows.known_at for rows in files]),
        np.concatenate([rows.values for rows in files]),
        np.concatenate([rows.flags for rows in files]),
        np.repeat(np.arange(len(files), dtype=np.int32), [len(rows) for rows in files]),
        tuple(rows.digest for rows in files),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What was known at `as_of`, of what was declared."""

    history: History
    as_of: datetime
    needs: Needs
    slices: dict[str, Series]

    def narrow(self, needs: Needs) -> View:
        """The same moment, with only `needs` readable."""
        return View(history=self.history, as_of=self.as_of, needs=needs, slices=self.slices)

    def _declared(self, name: str, declared: frozenset[str]) -> None:
        if name not in declared:
            raise LookaheadError("{name} was not declared as a need; declare it before reading it", name=name)

    def known(self, series_id: str) -> Series | None:
        """The series as known at `as_of`; None where nothing of it was known, or it is not in the store.

        Raises
        ------
        LookaheadError
            If the series was not declared.
        """
        self._declared(series_id, self.needs.all_series)
        if (columns := self.history.columns.get(series_id)) is None:
            return None
        if series_id not in self.slices:
            self.slices[series_id] = columns.as_of(self.as_of)
        found = self.slices[series_id]
        return found if len(found) else None

    def series(self, series_id: str) -> Series:
        """The series as known at `as_of`.

        Raises
        ------
        LookaheadError
            If the series was not declared, or nothing of it was known yet.
        Unavailable
            If the store has nothing of it at all.
        """
        if (found := self.known(series_id)) is not None:
            return found
        if (columns := self.history.columns.get(series_id)) is None or not len(columns.periods):
            if (spec := self.history.specs.get(series_id)) is None:
                raise Unavailable("{id} is not in the store", id=series_id)
            raise Unavailable(
                "{id} is not in the store: runoff update, or download {address} as CSV, then: runoff import {code}.csv "
                '--series {id} --unit "{unit}"',
                id=series_id,
                address=spec.url,
                code=spec.code,
                unit=spec.unit.symbol,
            )
        first = from_epoch(int(columns.known_at.min()))
        raise LookaheadError(
            "{id}: nothing was known at {as_of}; its first figure came out at {first}",
            id=series_id,
            as_of=self.as_of.isoformat(),
            first=first.isoformat(),
        )

    def is_late(self, series_id: str) -> bool:
        """Whether a figure newer than the last one of a declared series was due by `as_of`."""
        return self.freshness(series_id).condition is Condition.LATE

    def freshness(self, series_id: str) -> Freshness:
        """How old a declared series is at `as_of`, judged by its release calendar.

        Raises
        ------
        LookaheadError
            If the series was not declared.
        Unavailable
            If nobody has said what the series is.
        """
        series = self.known(series_id)
        spec = series.spec if series is not None else self.history.specs.get(series_id)
        if spec is None:
            raise Unavailable("{id} is not in the catalogue", id=series_id)
        stored = (columns := self.history.columns.get(series_id)) is not None and len(columns.periods) > 0
        return freshness(spec, series, self.history.clock, self.as_of, stored=stored)

    def book(self, portfolio: str) -> Book | None:
        """The latest book of a portfolio known at `as_of`, the last recorded of equals; None where none was."""
        self._declared(portfolio, self.needs.books)
        known = [b for b in self.history.books if b.portfolio == portfolio and b.known_at <= self.as_of]
        return max(reversed(known), key=lambda b: (b.date, b.known_at), default=None)

    def documents(self, bank: str, kind: DocumentKind) -> tuple[Document, ...]:
        """The texts of a bank and kind as they could be read at `as_of`, in the order they first came out.

        Of a text that was published again in other words it is the last wording, with the moment of the first.

        Raises
        ------
        LookaheadError
            If the kind was not declared.
        """
        if kind not in self.needs.documents:
            raise LookaheadError("{name} was not declared as a need; declare it before reading it", name=kind)
        found: dict[str, Document] = {}
        for wording in sorted(self.history.documents, key=lambda d: d.published_at):
            if wording.bank == bank and wording.kind is kind and wording.published_at <= self.as_of:
                first = found.get(wording.id)
                found[wording.id] = (
                    wording
                    if first is None
                    else replace(wording, published_at=first.published_at, assumed=first.assumed)
                )
        return tuple(sorted(found.values(), key=lambda d: (d.published_at, d.id)))

    def policy(self, bank: str) -> PolicyCalendar:
        """The steps of a central bank's policy announced by `as_of`.

        Raises
        ------
        LookaheadError
            If it was not declared.
        Unavailable
            If no calendar of that bank is at hand.
        """
        self._declared(bank, self.needs.policy)
        if (calendar := self.history.policies.get(bank)) is None:
            raise Unavailable("no policy calendar of {bank!r} is at hand", bank=bank)
        return calendar.known(self.as_of)
