"""The Daily Treasury Statement from the Treasury's FiscalData: the closing balance, and debt issued and redeemed.

1. A table is asked for in spans of years that fit one page, so that no day is split between two (`requests`).
2. What the file declares of its columns is compared with what is read from them (`_require_declared`).
3. The closing balance has stood in three layouts; a day must have exactly one of them (`_closing`).
4. Issues and redemptions of a day are added up by kind of security (`_debt`).

References
----------
Bureau of the Fiscal Service, Daily Treasury Statement, tables I and III-A (``v1/accounting/dts``), in millions of
dollars; FiscalData API documentation: paging, and ``meta`` with ``dataTypes``, ``dataFormats`` and ``total-pages``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

from runoff.core.errors import Unparseable
from runoff.core.json_rows import Row, read_json
from runoff.core.series import Observations, SeriesSpec
from runoff.core.source import Asked, Catalogue, Parsed, Payload, Request, Source
from runoff.core.tabular import MISSING, clocked
from runoff.core.time import NEW_YORK
from runoff.core.units import USD_MILLIONS, Frequency, Measure

_LICENCE = "public domain"
_ACCOUNT = "ust:TGA"
_AGAIN = timedelta(days=35)  # asked for once more, for what was corrected
_PAGE = 10_000  # the most rows that the publisher puts on one page
_MISSING: Final = MISSING | {"null"}

# Where the closing balance of a day stands, by the name of its row: to 2021-09-30, to 2022-04-15, and since.
_CLOSING: Final = {
    "Federal Reserve Account": "close_today_bal",
    "Treasury General Account (TGA)": "close_today_bal",
    "Treasury General Account (TGA) Closing Balance": "open_today_bal",
}
_OPENING = "Treasury General Account (TGA) Opening Balance"
_DEPOSITS, _WITHDRAWALS = "Total TGA Deposits (Table II)", "Total TGA Withdrawals (Table II) (-)"
_ROUNDING = 2  # millions by which rounded deposits and withdrawals may miss the change of the balance

_TRANSACTIONS: Final = {"Issues": "ISSUED", "Redemptions": "REDEEMED"}
_SECURITIES: Final = {"Bills": "BILLS", "Notes": "NOTES", "Bonds": "BONDS"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A table of the statement: its first day, how many years of it fit a page, its columns and its series."""

    first: date
    years: int
    columns: Mapping[str, str]
    series: tuple[str, ...]


def _flow(security: str, transaction: str) -> str:
    return f"ust:{_SECURITIES[security]}.{_TRANSACTIONS[transaction]}"


# A year has at most 262 working days: of four rows each in the one table, of 25 in the other. The debt table is asked
# for from the first day on which its rows were seen in their present form.
_TABLES: Final[Mapping[str, _Table]] = {
    "operating_cash_balance": _Table(
        first=date(2005, 10, 3),
        years=5,
        columns={
            "record_date": "DATE",
            "account_type": "STRING",
            "close_today_bal": "CURRENCY",
            "open_today_bal": "CURRENCY",
        },
        series=(_ACCOUNT,),
    ),
    "public_debt_transactions": _Table(
        first=date(2021, 6, 24),
        years=1,
        columns={
            "record_date": "DATE",
            "transaction_type": "STRING",
            "security_market": "STRING",
            "security_type": "STRING",
            "security_type_desc": "STRING",
            "transact_today_amt": "CURRENCY",
        },
        series=tuple(_flow(security, kind) for security in _SECURITIES for kind in _TRANSACTIONS),
    ),
}


@cache
def specs() -> Mapping[str, SeriesSpec]:
    """The Treasury's closing balance of each day, and what was issued and redeemed on it."""
    flows = {
        _flow(security, kind): f"Marketable Treasury {security.lower()} {_TRANSACTIONS[kind].lower()}"
        for security in _SECURITIES
        for kind in _TRANSACTIONS
    }
    account = _spec(_ACCOUNT, "Treasury General Account, closing balance", Measure.STOCK)
    return {_ACCOUNT: account} | {name: _spec(name, title, Measure.FLOW) for name, title in flows.items()}


def _spec(name: str, title: str, measure: Measure) -> SeriesSpec:
    table = "operating-cash-balance" if name == _ACCOUNT else "public-debt-transactions"
    return SeriesSpec(
        id=name,
        title=title,
        unit=USD_MILLIONS,
        measure=measure,
        frequency=Frequency.DAILY,
        release="dts",
        licence=_LICENCE,
        url=f"https://fiscaldata.treasury.gov/datasets/daily-treasury-statement/{table}",
    )


def brings(catalogue: Catalogue) -> Iterable[str]:
    """The series of the catalogue that it brings."""
    return [name for table in _TABLES.values() for name in table.series if name in catalogue.specs]


def requests(asked: Asked) -> Iterable[Request]:
    """Each table from some weeks before what is stored to today, in spans that fit one page."""
    today = asked.now.astimezone(NEW_YORK).date()
    for name, table in _TABLES.items():
        wanted = [
            s for s in table.series if s in asked.catalogue.specs and (not asked.only or s in asked.only)
        ]
        if not wanted:
            continue
        last = [day for s in wanted if (day := asked.last.get(s)) is not None]
        begin = min(last) if len(last) == len(wanted) else table.first
        for start, end in _spans(max(table.first, min(begin, today) - _AGAIN), today, table.years):
            yield Request(
                name=f"{name}_{start}_{end}.json",
                path=f"/v1/accounting/dts/{name}",
                params={
                    "fields": ",".join(table.columns),
                    "filter": f"record_date:gte:{start},record_date:lte:{end}",
                    "sort": "record_date",
                    "page[number]": "1",
                    "page[size]": str(_PAGE),
                },
            )


def _spans(start: date, end: date, years: int) -> Iterator[tuple[date, date]]:
    """Spans of so many years from `start` to `end`; what little is left goes with the last, for it may have no row."""
    length = timedelta(days=365 * years)
    while start <= end:
        stop = start + length
        stop = end if stop + _AGAIN >= end else stop
        yield start, stop
        start = stop + timedelta(days=1)


def parse(payload: Payload, catalogue: Catalogue) -> Parsed:
    """Read a span of one table; the name of the payload begins with the table's.

    Raises
    ------
    Unparseable
        If it is not what its name says, more than one page, or a row of it cannot be read.
    UnitError
        If the catalogue declares another unit than millions of dollars.
    """
    name = re.sub(r"(_[0-9-]+)*\.json$", "", payload.name)
    if name not in _TABLES:
        raise Unparseable(
            "{file}: not a file of this source; expected one of {names}",
            file=payload.name,
            names=", ".join(f"{table}.json" for table in _TABLES),
        )
    rows = _rows(payload, _TABLES[name])
    values = {_ACCOUNT: _balances(rows)} if name == "operating_cash_balance" else _debt(rows)
    return Parsed(payload=payload, observations=tuple(_observed(values, payload, catalogue)))


def _observed(
    values: Mapping[str, Mapping[date, float]], payload: Payload, catalogue: Catalogue
) -> Iterator[Observations]:
    """Millions by day as rows of the series that the catalogue has, dated by their release clock."""
    for name, found in values.items():
        if (spec := catalogue.specs.get(name)) is not None:
            days = sorted(found)
            yield clocked(
                spec,
                USD_MILLIONS,
                [day.toordinal() for day in days],
                [found[day] for day in days],
                catalogue.clock,
                payload.digest,
            )


# --- The balance ---------------------------------------------------------------------------------------------------


def _balances(rows: list[Row]) -> dict[date, float]:
    """The closing balance of each day."""
    days: dict[date, dict[str, Row]] = {}
    for row in rows:
        day = days.setdefault(row.day("record_date"), {})
        if (account := row.text("account_type")) in day:
            raise row.twice("account_type")
        day[account] = row
    return {day: _closing(accounts, day) for day, accounts in days.items()}


def _closing(accounts: Mapping[str, Row], day: date) -> float:
    """The closing balance of a day, from the one row that has it."""
    first = next(iter(accounts.values()))
    if len(found := [account for account in _CLOSING if account in accounts]) != 1:
        raise Unparseable(
            "{file}, row {row}: {day} has the rows {found}; expected exactly one of {expected}: the publisher changed "
            "the table, or the file is cut short: download it again, or update runoff",
            file=first.file,
            row=first.count,
            day=day,
            found=", ".join(accounts),
            expected=", ".join(_CLOSING),
        )
    (account,) = found
    row, column = accounts[account], _CLOSING[account]
    balance = _millions(row, column)
    if column == "open_today_bal":
        if row.number("close_today_bal") is not None:
            raise Unparseable(
                "{file}, row {row}, {column}: {found!r}; expected nothing beside the closing balance, which stands in "
                "open_today_bal: the publisher changed the table, update runoff",
                **row.at("close_today_bal"),
            )
        _require_moved(accounts, row, balance)
    return balance


def _require_moved(accounts: Mapping[str, Row], row: Row, balance: float) -> None:
    """Refuse a closing balance that opening balance, deposits and withdrawals do not lead to."""
    if missing := [name for name in (_OPENING, _DEPOSITS, _WITHDRAWALS) if name not in accounts]:
        raise Unparseable(
            "{file}, row {row}: a closing balance, and no row {missing} of its day; is the file cut short? download "
            "it again",
            file=row.file,
            row=row.count,
            missing=", ".join(missing),
        )
    opening, deposits, withdrawals = (
        _millions(accounts[name], "open_today_bal") for name in (_OPENING, _DEPOSITS, _WITHDRAWALS)
    )
    if abs(opening + deposits - withdrawals - balance) > _ROUNDING:
        raise Unparseable(
            "{file}, row {row}, {column}: {found}, and the day's opening balance, deposits and withdrawals lead to "
            "{expected}; did rows or columns shift? download it again",
            expected=f"{opening + deposits - withdrawals:.0f}",
            **row.at("open_today_bal"),
        )


# --- Debt ----------------------------------------------------------------------------------------------------------


def _debt(rows: list[Row]) -> dict[str, dict[date, float]]:
    """Marketable securities issued and redeemed on each day, by kind, cash management bills among the bills."""
    totals: dict[str, dict[date, float]] = {
        _flow(security, kind): {} for security in _SECURITIES for kind in _TRANSACTIONS
    }
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        day, kind, security = row.day("record_date"), row.text("transaction_type"), row.text("security_type")
        if kind not in _TRANSACTIONS:
            raise Unparseable(
                "{file}, row {row}, {column}: {found!r}; expected one of {expected}: the publisher changed the table, "
                "update runoff",
                expected=", ".join(_TRANSACTIONS),
                **row.at("transaction_type"),
            )
        if row.text("security_market") != "Marketable" or security not in _SECURITIES:
            continue
        if (key := (str(day), kind, security, row.text("security_type_desc"))) in seen:
            raise row.twice("security_type_desc")
        seen.add(key)
        total = totals[_flow(security, kind)]
        total[day] = total.get(day, 0.0) + _millions(row, "transact_today_amt")
    _require_every(totals, rows)
    return totals


def _require_every(totals: Mapping[str, Mapping[date, float]], rows: list[Row]) -> None:
    """Refuse a day that lacks one of the kinds: each has a row, if of nil."""
    for row in rows:
        day = row.day("record_date")
        if missing := [name for name, total in totals.items() if day not in total]:
            raise Unparseable(
                "{file}, row {row}: {day} has no row for {missing}; the publisher changed the table, or the file is "
                "cut short: download it again, or update runoff",
                file=row.file,
                row=row.count,
                day=day,
                missing=", ".join(missing),
            )


# --- Rows ----------------------------------------------------------------------------------------------------------


def _millions(row: Row, column: str) -> float:
    """An amount that must be there, in whole millions."""
    found = row.number(column)
    if found is None or found % 1:
        raise Unparseable(
            "{file}, row {row}, {column}: {found!r}; expected an amount in whole millions of dollars: download it "
            "again",
            **row.at(column),
        )
    return found


def _rows(payload: Payload, table: _Table) -> list[Row]:
    """The rows of a file, once it is whole, one page, and declares the columns that are read.

    Raises
    ------
    Unparseable
        If it is not.
    """
    file = read_json(payload, missing=_MISSING)
    data, meta = file.under("data"), file.under("meta")
    if not isinstance(data, list) or not isinstance(meta, dict) or not all(isinstance(r, dict) for r in data):
        raise Unparseable(
            "{file}: expected rows under {names}; the publisher changed the file: update runoff",
            file=payload.name,
            names="data, meta",
        )
    rows = file.rows("data")
    _require_declared(payload, table, meta)
    if (str(meta.get("total-pages")), str(meta.get("total-count"))) != ("1", str(len(rows))):
        raise Unparseable(
            "{file}: {found} rows of {count} on {pages} pages; expected all of them on one: ask for a shorter span",
            file=payload.name,
            found=len(rows),
            count=meta.get("total-count"),
            pages=meta.get("total-pages"),
        )
    return rows


def _require_declared(payload: Payload, table: _Table, meta: Mapping[str, object]) -> None:
    """Refuse a file that declares another type of a column, or writes dates or amounts in another way.

    Amounts are of type CURRENCY, or CURRENCY0 where the publisher counts in whole units.
    """
    types, formats = meta.get("dataTypes"), meta.get("dataFormats")
    for column, expected in table.columns.items():
        found = types.get(column) if isinstance(types, dict) else None
        written = formats.get(column) if isinstance(formats, dict) else None
        whole = {
            "DATE": written == "YYYY-MM-DD",
            "CURRENCY": isinstance(written, str) and written.startswith("$"),
        }
        if str(found).removesuffix("0") != expected or not whole.get(expected, True):
            raise Unparseable(
                "{file}: {column} is declared as {found}, written {written}; expected {expected}: the publisher "
                "changed the table, update runoff",
                file=payload.name,
                column=column,
                found=found,
                written=written,
                expected=expected,
            )


SOURCE = Source(
    title="United States Treasury, FiscalData",
    licence=_LICENCE,
    home="https://api.fiscaldata.treasury.gov/services/api/fiscal_service",
    specs=specs,
    requests=requests,
    brings=brings,
    parse=parse,
)
