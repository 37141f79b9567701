"""A book of holdings from a CSV file: the New York Fed's of the System Open Market Account, or a plain one of ours.

1. What is no CSV file at all is refused by what it is (`_require_csv`).
2. Columns are found by their headings, in either spelling of the publisher or in ours (`_columns`).
3. Each line becomes a holding, or an error that names line and column (`_holding`).
4. The whole file has one date, no security twice, an end, and the total it claims (`read_book`).

Amounts are in dollars and pass through `Decimal`, so that no cent is lost on the way. Of a mortgage security the
current face is held in whole dollars. A file that is cut off between two lines and carries no total cannot be told
from a whole one: compare the sums by kind with what is published.

References
----------
Federal Reserve Bank of New York, Markets Data APIs, System Open Market Account holdings (``soma/tsy``,
``soma/agency``): par and current face in dollars, the share outstanding as a fraction, coupon and maturity of a
mortgage security in its description only.
"""

from __future__ import annotations

import csv
import io
import math
import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, NoReturn

from runoff.core.errors import UnitError, Unparseable
from runoff.core.holdings import Book, Holding, SecurityKind, needs_coupon
from runoff.core.source import Payload
from runoff.core.tabular import read_rows
from runoff.core.time import ReleaseClock

SOMA: Final = "soma"
_CURRENCY, _RELEASE = "USD", "h41"

# Headings without their case, blanks and marks: "Coupon (%)", coupon_pct and our coupon_percent are one column.
_HEADINGS: Final = {
    "as_of": ("asofdate",),
    "id": ("cusip", "id"),
    "kind": ("securitytype", "kind", "type"),
    "description": ("securitydescription",),
    "term": ("term",),
    "term_months": ("termmonths",),
    "maturity": ("maturitydate", "maturity"),
    "spread": ("spread", "spreadpct"),
    "coupon": ("coupon", "couponpct", "couponpercent"),
    "face": ("currentfacevalue",),
    "par": ("parvalue", "parusd"),
    "inflation": ("inflationcompensation", "inflationcompensationusd"),
    "share": ("percentoutstanding",),
    "factor": ("factor",),
}
_REQUIRED: Final = ("id", "kind", "maturity", "coupon", "par", "inflation")
_OWN: Final = (
    "id",
    "kind",
    "maturity",
    "coupon_percent",
    "par_usd",
    "inflation_compensation_usd",
    "factor",
    "term_months",
)
_KINDS: Final = {
    "bills": SecurityKind.BILL,
    "notesbonds": SecurityKind.NOTE_OR_BOND,
    "frns": SecurityKind.FRN,
    "agencydebts": SecurityKind.AGENCY,
} | {kind.replace("_", ""): kind for kind in SecurityKind}

# What is passed by mistake, by its first bytes.
_NO_CSV: Final = (
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "ZIP or Excel"),
    (b"\xd0\xcf\x11\xe0", "Excel"),
    (b"PAR1", "Parquet"),
    (b"%PDF", "PDF"),
    (b"{", "JSON"),
    (b"[", "JSON"),
)

# No exponent: a spreadsheet that writes 1.4E+10 has lost the last digits of an amount.
_NUMBER: Final = re.compile(
    r"[+-]?(?:[0-9]{1,20}|[0-9]{1,3}(?:,[0-9]{3}){1,6}|(?=\.[0-9]))(?:\.[0-9]{0,25})?"
)
# "UMBS MORTPASS 2% 10/51": the coupon, and the month of the last payment.
_DESCRIBED: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)%\s+(0[1-9]|1[0-2])/([0-9]{2})$")
_YEARS: Final = re.compile(r"([0-9]{1,2})\s*(?:yr|year)s?", re.IGNORECASE)
_SHOWN: Final = 40  # characters of a cell in a message

# An issue of the Treasury is of 5 to 350 billion: 912810FQ6 was of 5.0 on 2022-02-16, the bill of 2026-03-19 of 306 on
# 2026-03-18 (par over the share outstanding). The bounds leave room, and a factor of a thousand misses them.
_SMALLEST_ISSUE, _LARGEST_ISSUE = Decimal("0.5e9"), Decimal("1e12")
# In percent a year. The dearest Treasury bond paid 15.75 (November 2001), the dearest mortgage pools 17.
_HIGHEST_COUPON = 25
# The Reserve Banks opened on 16 November 1914; the holiday calendars end with 2099.
_FIRST_DAY, _LAST_DAY = date(1914, 11, 16), date(2099, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of the file: its cells by heading, and which heading each of our columns has."""

    file: str
    number: int
    headings: Mapping[str, str]
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """The cell of one of our columns; empty where the file has no such column."""
        return self.cells[self.headings[column]].strip() if column in self.headings else ""

    def at(self, column: str) -> dict[str, object]:
        """Where a message points: file, line, column as the file heads it, and what stands there."""
        return {
            "file": self.file,
            "line": self.number,
            "column": self.headings.get(column, column),
            "found": self.text(column)[:_SHOWN],
        }

    def number_in(self, column: str) -> Decimal | None:
        """A plain number, thousands separated by commas or not; None where the cell is empty."""
        if not (cell := self.text(column)):
            return None
        if not _NUMBER.fullmatch(cell):
            raise Unparseable(
                "{file}, line {line}, column {column}: {found!r} is no plain number; expected digits, such as "
                "14061293800 or 0.125",
                **self.at(column),
            )
        return Decimal(cell.replace(",", ""))

    def day_in(self, column: str) -> date | None:
        """A date; None where the cell is empty."""
        if not (cell := self.text(column)):
            return None
        try:
            found = date.fromisoformat(cell)
        except ValueError:
            found = date.min
        if not _FIRST_DAY <= found <= _LAST_DAY:
            raise Unparseable(
                "{file}, line {line}, column {column}: {found!r} is no date from {first} to {last}; write it as "
                "2022-02-16",
                first=_FIRST_DAY,
                last=_LAST_DAY,
                **self.at(column),
            )
        return found


def read_book(
    payload: Payload, clock: ReleaseClock, *, day: date | None = None, portfolio: str = SOMA
) -> Book:
    r"""Read a file of holdings as the book of one date.

    Parameters
    ----------
    payload
        The CSV file. A last line whose id is "total" is a check and no holding.
    clock
        When a book becomes known: with the H.4.1 release of its week, on Thursday at 16:30.
    day
        The date of the holdings, where the file does not give it.
    portfolio
        Whose holdings these are.

    Raises
    ------
    Unparseable
        If the file is no such file, or a line of it is no holding; the message says where and what to do.
    UnitError
        If an amount is too large or too small to be in dollars.

    Examples
    --------
    >>> lines = b"id,kind,maturity,coupon_percent,par_usd,inflation_compensation_usd"
    >>> lines += b"\n91282CBW0,note_bond,2026-04-30,0.75,5000000,\n"
    >>> book = read_book(Payload("own.csv", lines), ReleaseClock(), day=date(2022, 2, 16))
    >>> (book.holdings[0].par, book.known_at.isoformat())
    (5000000, '2022-02-17T16:30:00-05:00')
    """
    file, lines = payload.name, _lines(payload)
    day = _date_of(lines, day)
    holdings: list[Holding] = []
    seen: dict[str, int] = {}
    for line in lines:
        if _is_total(line):
            _require_total(line, lines)
            break
        holding = _holding(line, day)
        if (before := seen.setdefault(holding.id, line.number)) != line.number:
            raise Unparseable(
                "{file}, line {line}, column {column}: {found} appears twice, in line {before} too; expected "
                "each security once: remove one of the lines, or add their amounts",
                before=before,
                **line.at("id"),
            )
        holdings.append(holding)
    if not holdings:
        raise Unparseable("{file}: a header and no row; is the file cut short?", file=file)
    if (known_at := clock.known_at(_RELEASE, day)) is None:
        raise Unparseable("{file}: nothing was released for the week of {date}", file=file, date=day)
    return Book(
        portfolio=portfolio,
        date=day,
        currency=_CURRENCY,
        holdings=tuple(holdings),
        known_at=known_at,
        assumed=True,
        digest=payload.digest,
    )


def written(book: Book) -> bytes:
    """A book as a plain CSV file of ours, its total in the last line: `read_book` gives the same holdings back."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_OWN)
    for h in book.holdings:
        indexed = h.inflation_compensation if h.kind is SecurityKind.TIPS else None
        amounts = (_plain(h.coupon), h.par, _plain(indexed))
        writer.writerow((h.id, h.kind.value, h.maturity.isoformat(), *amounts, _plain(h.factor), h.term))
    compensation = sum((Decimal(repr(h.inflation_compensation)) for h in book.holdings), Decimal())
    writer.writerow(("total", "", "", "", sum(h.par for h in book.holdings), f"{compensation:f}", "", ""))
    return out.getvalue().encode()


def _plain(value: float | None) -> str:
    return "" if value is None else f"{Decimal(repr(value)):f}"


def _lines(payload: Payload) -> list[_Line]:
    """The lines of the file below its header, empty ones at its end left out.

    Raises
    ------
    Unparseable
        If it is no CSV file, columns are missing, it has no line, or the last one may be cut off.
    """
    _require_csv(payload)
    body = payload.content.rstrip()
    rows = list(read_rows(Payload(payload.name, body)))
    if not rows:
        raise Unparseable("{file}: a header and no row; is the file cut short?", file=payload.name)
    headings = _columns(payload.name, tuple(rows[0][1]))
    lines = [_Line(file=payload.name, number=n, headings=headings, cells=cells) for n, cells in rows]
    last = tuple(rows[0][1])[-1]
    if body == payload.content and last in headings.values() and not _is_total(lines[-1]):
        raise Unparseable(
            "{file}, line {line}: the last line has no end, and the number in its last column, {column}, may be cut "
            "off; if the file is whole, add a line break at its end",
            file=payload.name,
            line=lines[-1].number,
            column=last,
        )
    return lines


def _require_csv(payload: Payload) -> None:
    """Refuse what is no table separated by commas, by what it is."""
    content = payload.content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not content:
        raise Unparseable("{file}: an empty file; download it again", file=payload.name)
    for start, format_ in _NO_CSV:
        if content.startswith(start):
            raise Unparseable(
                "{file}: a file of format {format}; unpack it, or download or save it as CSV",
                file=payload.name,
                format=format_,
            )
    header = content.splitlines()[0]
    for separator, name in ((b";", ";"), (b"\t", "TAB")):
        if header.count(separator) > header.count(b","):
            raise Unparseable(
                "{file}: columns separated by {separator}; save it separated by commas, with a point in decimals",
                file=payload.name,
                separator=name,
            )
    try:
        found = tuple(header.decode().split(","))
    except UnicodeDecodeError:
        return  # `read_rows` says so
    if not header.startswith(b"<") and not any(
        _bare(h) in names for h in found for names in _HEADINGS.values()
    ):
        _refuse_header(payload.name, found)


def _bare(text: str) -> str:
    return re.sub("[^a-z]", "", text.casefold())


def _refuse_header(file: str, found: tuple[str, ...]) -> NoReturn:
    raise Unparseable(
        "{file}: expected the header of the New York Fed's holdings (As Of Date, CUSIP, Security Type, ...) or {own}; "
        "found {found}",
        file=file,
        own=",".join(_OWN[: len(_REQUIRED)]),
        found=", ".join(found)[: 4 * _SHOWN],
    )


def _columns(file: str, header: tuple[str, ...]) -> dict[str, str]:
    """Which heading each of our columns has in the file.

    Raises
    ------
    Unparseable
        If a column is missing, or two headings mean one column.
    """
    found: dict[str, str] = {}
    for heading in header:
        bare = _bare(heading)
        for column, names in _HEADINGS.items():
            if bare not in names:
                continue
            if column in found:
                raise Unparseable(
                    "{file}: the columns {first} and {second} mean the same; remove one",
                    file=file,
                    first=found[column],
                    second=heading,
                )
            found[column] = heading
    if any(column not in found for column in _REQUIRED):
        _refuse_header(file, header)
    return found


def _date_of(lines: list[_Line], day: date | None) -> date:
    """The one date of all lines, which is `day` where that is given.

    Raises
    ------
    Unparseable
        If there is none, lines differ, or the file is of another date than `day`.
    """
    dated = [line for line in lines if line.text("as_of") or not _is_total(line)]
    first = dated[0].day_in("as_of") if dated else None
    for line in dated:
        if line.day_in("as_of") != first:
            raise Unparseable(
                "{file}, line {line}, column {column}: {found!r}, and the lines above are as of {expected}; expected "
                "the holdings of one date: split the file",
                expected=first or "",
                **line.at("as_of"),
            )
    if day is None and first is None:
        raise Unparseable(
            "{file}: nothing in it says of which date the holdings are; name it with --date",
            file=lines[0].file,
        )
    if day is not None and first is not None and day != first:
        raise Unparseable(
            "{file}: the holdings are as of {found}, not of {expected}; leave --date out, or choose the other file",
            file=lines[0].file,
            found=first,
            expected=day,
        )
    found = day or first
    assert found is not None, "one of them is given"
    if not _FIRST_DAY <= found <= _LAST_DAY:
        raise Unparseable(
            "{file}: {date} is no date of a book; expected one from {first} to {last}",
            file=lines[0].file,
            date=found,
            first=_FIRST_DAY,
            last=_LAST_DAY,
        )
    return found


def _holding(line: _Line, day: date) -> Holding:
    """The holding of a line."""
    kind, name = _kind(line), line.text("id").strip("'")
    if not name:
        raise Unparseable(
            "{file}, line {line}, column {column}: no security; expected its CUSIP or another id",
            **line.at("id"),
        )
    par = _par(line, kind)
    _require_dollars(line, kind, par)
    return Holding(
        id=name,
        kind=kind,
        maturity=_maturity(line, kind, day),
        coupon=_coupon(line, kind),
        par=int(par.to_integral_value(ROUND_HALF_EVEN)),
        inflation_compensation=_inflation(line, kind, par),
        factor=_factor(line, kind),
        term=_term(line, kind),
    )


def _kind(line: _Line) -> SecurityKind:
    bare = _bare(line.text("kind"))
    if bare not in _KINDS:
        raise Unparseable(
            "{file}, line {line}, column {column}: {found!r} is no type of security; expected {own} or Bills, "
            "NotesBonds, TIPS, FRNs, Agency Debts, MBS, CMBS",
            own=", ".join(SecurityKind),
            **line.at("kind"),
        )
    return _KINDS[bare]


def _amount_column(line: _Line, kind: SecurityKind) -> str:
    """Where the amount held stands: of a mortgage security the publisher gives the current face, and no par."""
    return "face" if kind.is_mortgage and line.text("face") else "par"


def _par(line: _Line, kind: SecurityKind) -> Decimal:
    column = _amount_column(line, kind)
    par = line.number_in(column)
    if par is None:
        raise Unparseable(
            "{file}, line {line}, column {column}: no amount; expected par in dollars, 0 for a holding that is gone",
            **line.at(column),
        )
    if par < 0:
        raise Unparseable(
            "{file}, line {line}, column {column}: par is {found}; expected a holding of zero or more, and no sale",
            **line.at(column),
        )
    if par % 1 and not kind.is_mortgage:
        raise Unparseable(
            "{file}, line {line}, column {column}: par is {found}; expected whole dollars",
            **line.at(column),
        )
    return par


def _require_dollars(line: _Line, kind: SecurityKind, par: Decimal) -> None:
    """Refuse a par that is larger than any issue, or that makes, over its share, an issue of no possible size."""
    if par > _LARGEST_ISSUE:
        raise UnitError(
            "{file}, line {line}, column {column}: {found} dollars of one security is more than of any outstanding; "
            "is it in another unit? expected dollars",
            **line.at(_amount_column(line, kind)),
        )
    if kind.is_mortgage or not (cell := line.text("share")):
        return
    try:
        share = float(cell)
    except ValueError:
        share = math.nan
    if not 0 <= share <= 1:
        raise UnitError(
            "{file}, line {line}, column {column}: {found!r} is no share of what is outstanding; expected a fraction "
            "from 0 to 1, such as 0.25 for a quarter",
            **line.at("share"),
        )
    if not par or not share:
        return
    outstanding = par / Decimal(share)
    if not _SMALLEST_ISSUE <= outstanding <= _LARGEST_ISSUE:
        raise UnitError(
            "{file}, line {line}, column {column}: {found} at a share of {share} would make {outstanding} dollars "
            "outstanding, and an issue has {smallest} to {largest}; is it in another unit? expected dollars",
            share=cell[:_SHOWN],
            outstanding=f"{outstanding:,.0f}",
            smallest=f"{_SMALLEST_ISSUE:,.0f}",
            largest=f"{_LARGEST_ISSUE:,.0f}",
            **line.at(_amount_column(line, kind)),
        )


def _maturity(line: _Line, kind: SecurityKind, day: date) -> date:
    column, found = "maturity", line.day_in("maturity")
    if found is None and kind.is_mortgage and (described := _described(line)):
        column, (_, found) = "description", described
    if found is None:
        raise Unparseable(
            "{file}, line {line}, column {column}: no maturity; expected a date, or of a mortgage security a "
            "description that ends as in UMBS MORTPASS 2% 10/51",
            **line.at(column),
        )
    if found <= day:
        raise Unparseable(
            "{file}, line {line}, column {column}: {found} is not after the date of the book, {date}; what has "
            "matured is not held: correct it, or remove the line",
            date=day,
            **line.at(column),
        )
    return found


def _described(line: _Line) -> tuple[Decimal, date] | None:
    """Coupon and last day of the month of maturity in the description of a mortgage security."""
    if not (match := _DESCRIBED.search(line.text("description")[-_SHOWN:])):
        return None
    coupon, month, year = Decimal(match[1]), int(match[2]), 2000 + int(match[3])
    return coupon, date(year, month, monthrange(year, month)[1])


def _coupon(line: _Line, kind: SecurityKind) -> float | None:
    """The coupon, or the spread of a floating-rate note, in percent a year."""
    column = "coupon"
    if kind is SecurityKind.FRN and not line.text("coupon"):
        column = "spread"
    found = line.number_in(column)
    if found is None and kind.is_mortgage and (described := _described(line)):
        column, (found, _) = "description", described
    if found is None:
        if needs_coupon(kind):
            raise Unparseable(
                "{file}, line {line}, column {column}: a {kind} without a coupon; expected percent a year",
                kind=kind,
                **line.at(column),
            )
        return None
    lowest = -_HIGHEST_COUPON if kind is SecurityKind.FRN else 0  # a spread may be negative
    highest = 0 if kind is SecurityKind.BILL else _HIGHEST_COUPON
    if not lowest <= found <= highest:
        raise Unparseable(
            "{file}, line {line}, column {column}: {found} is no coupon of a {kind}; expected percent a year, from "
            "{lowest} to {highest}",
            kind=kind,
            lowest=lowest,
            highest=highest,
            **line.at(column),
        )
    return float(found)


def _inflation(line: _Line, kind: SecurityKind, par: Decimal) -> float:
    found = line.number_in("inflation")
    if kind is not SecurityKind.TIPS:
        if found:
            raise Unparseable(
                "{file}, line {line}, column {column}: {found} on a {kind}; only TIPS carry inflation compensation",
                kind=kind,
                **line.at("inflation"),
            )
        return 0.0
    if found is None:
        raise Unparseable(
            "{file}, line {line}, column {column}: TIPS without inflation compensation; expected dollars, 0 if there "
            "is none",
            **line.at("inflation"),
        )
    if not -par < found <= _LARGEST_ISSUE and found:
        raise Unparseable(
            "{file}, line {line}, column {column}: {found} would leave less than nothing, or more than any issue; "
            "expected what indexation added to par, in dollars",
            **line.at("inflation"),
        )
    return float(found)


def _factor(line: _Line, kind: SecurityKind) -> float | None:
    found = line.number_in("factor")
    if found is not None and not (kind.is_mortgage and 0 < float(found) <= 1):
        raise Unparseable(
            "{file}, line {line}, column {column}: {found} on a {kind}; expected of a mortgage security its current "
            "over its original face, above 0 and at most 1, and of all others nothing",
            kind=kind,
            **line.at("factor"),
        )
    return None if found is None else float(found)


def _term(line: _Line, kind: SecurityKind) -> int | None:
    """Months from issue to maturity; the publisher writes "30yr", and for some nothing that says it."""
    found = line.number_in("term_months")
    if found is not None and not (kind.is_mortgage and 0 < found <= 12 * 100 and not found % 1):
        raise Unparseable(
            "{file}, line {line}, column {column}: {found} on a {kind}; expected of a mortgage security the months "
            "from issue to maturity, and of all others nothing",
            kind=kind,
            **line.at("term_months"),
        )
    if found is not None:
        return int(found)
    match = _YEARS.fullmatch(line.text("term")) if kind.is_mortgage else None
    return 12 * int(match[1]) or None if match else None


def _is_total(line: _Line) -> bool:
    return line.text("id").casefold() == "total"


def _require_total(line: _Line, lines: list[_Line]) -> None:
    """Compare the sums of the lines above with those that the file claims.

    Raises
    ------
    Unparseable
        If lines follow, or a sum is another.
    """
    if line is not lines[-1]:
        raise Unparseable(
            "{file}, line {line}: a total, and lines follow; expected it in the last line: remove it, or what follows",
            file=line.file,
            line=line.number,
        )
    held = [each for each in lines if each is not line]
    par = sum((each.number_in(_amount_column(each, _kind(each))) or Decimal() for each in held), Decimal())
    indexed = sum((each.number_in("inflation") or Decimal() for each in held), Decimal())
    for column, found in (("par", par), ("inflation", indexed)):
        claimed = line.number_in(column)
        if claimed is None and column == "par":
            raise Unparseable(
                "{file}, line {line}, column {column}: a total without an amount; expected the sum of the lines above",
                **line.at(column),
            )
        if claimed is not None and claimed != found:
            raise Unparseable(
                "{file}, line {line}, column {column}: the total says {found}, and the lines above add up to {sum}; "
                "is a line missing? download the file again",
                sum=f"{found:f}",
                **line.at(column),
            )
