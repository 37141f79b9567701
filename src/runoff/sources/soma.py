"""The System Open Market Account from the New York Fed: holdings by security, and their weekly sums by kind.

The Treasuries and the agency half of a date are two files, and each is a book of its own: `TREASURIES` and `AGENCY`.
What projects Treasuries reads the one, and never loads the tens of thousands of pools in the other; neither can take
the place of a book that holds both (`runoff import-book`).

1. The list of dates says which books there are; a half is asked for on each after its last stored one (`requests`).
2. A half that holds securities of the other, or lacks its own, is refused as a whole (`_half`).
3. The weekly sums go back to 2003 in one file; they must add up to the total that stands beside them (`_summary`).

References
----------
Federal Reserve Bank of New York, Markets Data APIs, System Open Market Account holdings: ``soma/asofdates``,
``soma/tsy``, ``soma/agency`` and ``soma/summary``; par in dollars, the total without inflation compensation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Final

from runoff.core.errors import Unparseable
from runoff.core.holdings import Book, SecurityKind
from runoff.core.holdings_file import SOMA, read_book
from runoff.core.json_rows import Row, read_json, require_column
from runoff.core.series import Observations, SeriesSpec
from runoff.core.source import Asked, Catalogue, Parsed, Payload, Request, Source
from runoff.core.tabular import clocked
from runoff.core.units import Frequency, Measure, Unit

TREASURIES, AGENCY = f"{SOMA}:treasuries", f"{SOMA}:agency"

_LICENCE = "New York Fed terms of use, with attribution"
_RELEASE = "h41"
_DOLLARS = Unit.parse("USD")
_MOST_BYTES = 256 * 2**20  # the agency half has some 30,000 lines

# A half by the first part of its payload's name: where it is asked for, and the portfolio it is.
_HALVES: Final = {"tsy": TREASURIES, "agency": AGENCY}
_SUMMARY, _DATES = "summary.json", "list.json"
_TREASURY_KINDS: Final = frozenset(kind for kind in SecurityKind if kind.is_treasury)
_MUST_HOLD: Final = {TREASURIES: SecurityKind.NOTE_OR_BOND, AGENCY: SecurityKind.MBS}

# The parts of the weekly total, and beside them what is not a part of it.
_PARTS: Final = {
    "bills": ("nyfed:SOMA.BILLS", "bills"),
    "notesbonds": ("nyfed:SOMA.NOTES_BONDS", "notes and bonds"),
    "tips": ("nyfed:SOMA.TIPS", "TIPS"),
    "frn": ("nyfed:SOMA.FRN", "floating-rate notes"),
    "agencies": ("nyfed:SOMA.AGENCY_DEBT", "agency debt"),
    "mbs": ("nyfed:SOMA.MBS", "agency MBS"),
    "cmbs": ("nyfed:SOMA.CMBS", "agency CMBS"),
}
_BESIDE: Final = {
    "tipsInflationCompensation": ("nyfed:SOMA.TIPS_COMPENSATION", "inflation compensation of TIPS"),
    "total": ("nyfed:SOMA.TOTAL", "all securities"),
}
# Of 967 weeks the total misses the sum of its parts, given to the dollar or the cent, by 2.4 dollars at most.
_ROUNDING = 5.0


@cache
def specs() -> Mapping[str, SeriesSpec]:
    """The weekly sums by kind of security."""
    return {
        name: SeriesSpec(
            id=name,
            title=f"System Open Market Account, {what}",
            unit=_DOLLARS,
            measure=Measure.STOCK,
            frequency=Frequency.WEEKLY,
            release=_RELEASE,
            licence=_LICENCE,
            url="https://www.newyorkfed.org/markets/soma-holdings",
        )
        for name, what in (_PARTS | _BESIDE).values()
    }


def brings(catalogue: Catalogue) -> Iterable[str]:
    """The series of the catalogue that it brings."""
    return [name for name in specs() if name in catalogue.specs]


def requests(asked: Asked) -> Iterable[Request]:
    """The weekly sums and the list of dates; with its answer each half since its last book, or its latest alone."""
    wanted = set(brings(asked.catalogue))
    if wanted & (asked.only or wanted):
        yield Request(name=_SUMMARY, path=f"/soma/{_SUMMARY}")
    if asked.only and not asked.only & set(_HALVES.values()):
        return
    yield Request(name=_DATES, path="/soma/asofdates/list.json")
    if (answer := asked.answers.get(_DATES)) is None:
        return
    days = _days(answer)
    for half, portfolio in _HALVES.items():
        last = asked.books.get(portfolio)
        for day in days[-1:] if last is None else [day for day in days if day > last]:
            yield Request(
                name=f"{half}_{day}.csv", path=f"/soma/{half}/get/asof/{day}.csv", most_bytes=_MOST_BYTES
            )


def _days(payload: Payload) -> list[date]:
    """The dates of which there are holdings, ascending."""
    name, file = "asOfDates", read_json(payload)
    found = enumerate(file.items("soma", name), 1)
    return sorted(file.row(count, {name: cell}).day(name) for count, cell in found)


def parse(payload: Payload, catalogue: Catalogue) -> Parsed:
    """Read the dates (``list.json``), the weekly sums (``summary.json``) or a half of a date (``tsy_2026-03-18.csv``).

    Raises
    ------
    Unparseable
        If it is not what its name says, or a row of it cannot be read.
    UnitError
        If an amount cannot be in dollars.
    """
    if payload.name == _DATES:
        _days(payload)  # it brings nothing into the store, and must be what it claims to be
        return Parsed(payload=payload)
    if payload.name == _SUMMARY:
        return Parsed(payload=payload, observations=tuple(_summary(payload, catalogue)))
    half, _, day = payload.name.removesuffix(".csv").partition("_")
    if half not in _HALVES or not day:
        raise Unparseable(
            "{file}: not a file of this source; expected one of {names}",
            file=payload.name,
            names=", ".join((_DATES, _SUMMARY, *(f"{name}_2026-03-18.csv" for name in _HALVES))),
        )
    return Parsed(payload=payload, books=(_half(payload, catalogue, _HALVES[half], day),))


def _half(payload: Payload, catalogue: Catalogue, portfolio: str, day: str) -> Book:
    """One half of a date's holdings, as the book that it is."""
    try:
        expected = date.fromisoformat(day)
    except ValueError as error:
        raise Unparseable(
            "{file}: {day!r} is no date; expected a name such as tsy_2026-03-18.csv",
            file=payload.name,
            day=day,
        ) from error
    book = read_book(payload, catalogue.clock, day=expected, portfolio=portfolio)
    held = {holding.kind for holding in book.holdings}
    own = _TREASURY_KINDS if portfolio == TREASURIES else frozenset(SecurityKind) - _TREASURY_KINDS
    if (other := held - own) or _MUST_HOLD[portfolio] not in held:
        raise Unparseable(
            "{file}: holds {found}; expected of this half {expected}, and at least {must}: is it the other half, or "
            "cut short? download it again",
            file=payload.name,
            found=", ".join(sorted(other or held)),
            expected=", ".join(sorted(own)),
            must=_MUST_HOLD[portfolio],
        )
    return book


def _summary(payload: Payload, catalogue: Catalogue) -> Iterator[Observations]:
    """The weekly sums, every Wednesday since 2003; what was not held yet stands empty."""
    weeks: dict[date, Row] = {}
    file = read_json(payload)
    for count, cells in enumerate(file.items("soma", "summary"), 1):
        row = file.row(count, cells)
        if (day := row.day("asOfDate")) in weeks:
            raise Unparseable(
                "{file}, row {row}, {column}: {found!r} is there twice; expected each week once: download it again",
                **row.at("asOfDate"),
            )
        _require_total(row)
        weeks[day] = row
    days = sorted(weeks)
    for column, (name, _) in (_PARTS | _BESIDE).items():
        require_column(weeks.values(), column, series=name)
        if (spec := catalogue.specs.get(name)) is not None:
            found = [(day, value) for day in days if (value := weeks[day].number(column)) is not None]
            periods, values = [day.toordinal() for day, _ in found], [value for _, value in found]
            yield clocked(spec, _DOLLARS, periods, values, catalogue.clock, payload.digest)


def _require_total(row: Row) -> None:
    """Refuse a week whose kinds do not add up to its total: a column that is missing or shifted."""
    parts, total = sum(row.number(column) or 0.0 for column in _PARTS), row.number("total")
    if total is None or abs(total - parts) > _ROUNDING:
        raise Unparseable(
            "{file}, row {row}, {column}: {found!r}, and the kinds add up to {parts} dollars; expected the same: did "
            "the columns shift? download it again",
            parts=f"{parts:,.2f}",
            **row.at("total"),
        )


SOURCE = Source(
    title="Federal Reserve Bank of New York, holdings of the System Open Market Account",
    licence=_LICENCE,
    home="https://markets.newyorkfed.org/api",
    specs=specs,
    requests=requests,
    brings=brings,
    parse=parse,
)
