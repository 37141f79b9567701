"""The Federal Reserve Board's Data Download Program: H.4.1 in full, Treasury yields (H.15), M1 and M2 (H.6).

A package is one table of a release as CSV. Six rows say of each column what it is, its unit, multiplier and currency,
its identifier and its code; the rows of dates follow. Codes become ids of the catalogue: those of FRED where the
catalogue names a series so, the Board's own otherwise.

1. The rows at the top are where they belong, and agree with each other (`_columns`).
2. Unit, multiplier and currency give a unit, which must be the declared one (`_unit`).
3. Dates follow each other without a gap, on the weekday of the release (`_period`).
4. What must add up in a row does: a number in the wrong column shows (`_require_sums`).

A facility that is closed leaves its table, so its column may be missing; any other may not. H.8 is not read here: its
release has no clock yet.

References
----------
Federal Reserve Board, Data Download Program, help and "preformatted packages"; H.4.1, H.6, H.15, notes on the tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache

from runoff.core.errors import UnitError, Unparseable
from runoff.core.series import Observations, SeriesSpec
from runoff.core.source import Asked, Catalogue, Parsed, Payload, Request, Source
from runoff.core.tabular import clocked, read_rows
from runoff.core.time import WEDNESDAY, ReleaseClock, next_period
from runoff.core.units import CURRENCIES, PERCENT, USD_MILLIONS, Frequency, Measure, Unit

_LICENCE = "public domain"
_PAGE = "https://www.federalreserve.gov/datadownload/Choose.aspx?rel=H41"
_LABELS = ("Unit", "Multiplier", "Currency", "Unique Identifier", "Time Period")
# No data, not calculable, not available.
_MISSING = frozenset({"", "ND", "NC", "NA"})
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,12})?")
_DAY, _MONTH = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), re.compile(r"[0-9]{4}-[0-9]{2}")
_ROUNDING = 1  # millions: all 1,242 sheets of 2002-12-18 to 2026-09-30 add up to one
_OVERLAP = timedelta(days=366)  # how far back a download looks for revisions
_LONGEST_GAP = timedelta(days=5)  # a daily table lists holidays too, and leaves weekends out
_MOST_BYTES = 16 * 2**20  # table 1 since 2002 has about 1.5 million bytes

# Table 1, Wednesday levels, the lines that the catalogue knows by their FRED codes.
_NAMED = {
    "RESH4S_N.WW": "WTFSRFL",
    "RESH4A_N.WW": "WTFORBAFL",
    "RESH4R_N.WW": "WRBWFRBL",
    "RESPPALG_N.WW": "WSHOSHO",
    "RESPPALGUO_N.WW": "WSHOTSL",
    "RESPPALGAO_N.WW": "WSHOFADSL",
    "RESPPALGASMO_N.WW": "WSHOMCB",
    "RESPPALD_N.WW": "WLCFLL",
    "RESPPALDP_N.WW": "WLCFLPCL",
    "RESPPALDQ_N.WW": "WLCFLSCL",
    "RESPPALDS_N.WW": "WLCFLSECL",
    "RESPPALDJ_N.WW": "H41RESPPALDJNWW",
    "RESPPALDK_N.WW": "H41RESPPALDKNWW",
    "RESPPALDC_N.WW": "WLCFOCEL",
    "RESTBC_N.WW": "WCICL",
    "RESPPLLR_N.WW": "WLRRAL",
    "RESPPLLRF_N.WW": "WLRRAFOIAL",
    "RESPPLLRD_N.WW": "WLRRAOL",
    "RESPPLLDT_N.WW": "WDTGAL",
    # Averages over the week that ends on the Wednesday.
    "RESPPLLDT_XAW_N.WW": "WTREGEN",
    "RESH4R_XAW_N.WW": "WRESBAL",
}

# The other lines of table 1: ids are the Board's own codes, as the chart of accounts has them.
_COMPONENTS = {
    "RESH4SC_N.WW": "Reserve Bank credit",
    "RESPPALGUOB_N.WW": "Treasury bills held outright",
    "RESPPALGUOMN_N.WW": "Treasury notes and bonds held outright, nominal",
    "RESPPALGUOMI_N.WW": "Treasury notes and bonds held outright, inflation-indexed",
    "RESPPALGUOMC_N.WW": "Inflation compensation on Treasury securities held outright",
    "RESPPALSP_N.WW": "Unamortised premiums on securities held outright",
    "RESPPALSD_N.WW": "Unamortised discounts on securities held outright",
    "RESPPALGTR_N.WW": "Repurchase agreements",
    "RESPPALGTRF_N.WW": "Repurchase agreements, foreign official",
    "RESPPALGTRO_N.WW": "Repurchase agreements, others",
    "RESPPAADH_N.WW": "Net portfolio holdings of the Municipal Liquidity Facility",
    "RESPPAAEH_N.WW": "Net portfolio holdings of the Main Street facilities",
    "RESPPAATAL2H_N.WW": "Net portfolio holdings of TALF II",
    "RESH4SCF_N.WW": "Float",
    "RESH4SCS_N.WW": "Central bank liquidity swaps",
    "RESH4SO_N.WW": "Other Federal Reserve assets",
    "RESPPAOF_N.WW": "Foreign currency denominated assets",
    "RESTBMG_N.WW": "Gold stock",
    "RESPPAS_N.WW": "Special drawing rights certificate account",
    "RESTBMT_N.WW": "Treasury currency outstanding",
    "RESTBHT_N.WW": "Treasury cash holdings",
    "RESPPLLB_N.WW": "Deposits with Federal Reserve Banks, other than reserve balances",
    "RESPPLLDA_N.WW": "Term deposits held by depository institutions",
    "RESPPLLDF_N.WW": "Foreign official deposits",
    "RESPPLLDO_N.WW": "Other deposits",
    "RESH4E_N.WW": "Treasury contributions to credit facilities",
    "RESH4AO_N.WW": "Other liabilities and capital",
}

# Lines of facilities, opened and closed; the Bank Term Funding Program has left the table (last on 2026-05-06).
_MAY_LEAVE = frozenset(
    {
        "RESPPALDJ_N.WW",
        "RESPPALDK_N.WW",
        "RESPPALDC_N.WW",
        "RESPPAADH_N.WW",
        "RESPPAAEH_N.WW",
        "RESPPAATAL2H_N.WW",
        "RESH4E_N.WW",
        "RESPPLLDA_N.WW",
        "RESPPLLOP_N.WW",
    }
)

# A total and its parts, in any table that has all of them.
_SUMS = (
    ("RESH4S_N.WW", ("RESH4A_N.WW", "RESH4R_N.WW")),
    ("RESPPALG_N.WW", ("RESPPALGUO_N.WW", "RESPPALGAO_N.WW", "RESPPALGASMO_N.WW")),
    ("RESPPMA_N.WW", ("RESPPMLL_N.WW", "RESPPLC_N.WW")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Package:
    """A table: its release, the Board's key of it, and which series of the catalogue its codes are."""

    release: str
    key: str
    lines: Mapping[str, str]
    whole: bool = False


# The keys are those under which others download these tables (OpenBB; monitors and archives of 2025 and 2026).
_PACKAGES = {
    "H41-table1.csv": _Package(
        release="H41",
        key="f52e72511be65e16f71d4f5858951312",
        lines=_NAMED | {code: code for code in _COMPONENTS},
    ),
    "H41-table5.csv": _Package(
        release="H41",
        key="ccfdc0c8cb86be87af324da79a6f8826",
        lines={"RESPPMA_N.WW": "WALCL", "RESPPLLOP_N.WW": "RESPPLLOPNWW"},
    ),
    "H15-yields.csv": _Package(
        release="H15",
        key="bf17364827e38702b42a58cf8eaa3f78",
        lines={
            "RIFLGFCM01_N.B": "DGS1MO",
            "RIFLGFCM03_N.B": "DGS3MO",
            "RIFLGFCM06_N.B": "DGS6MO",
            "RIFLGFCY01_N.B": "DGS1",
            "RIFLGFCY02_N.B": "DGS2",
            "RIFLGFCY03_N.B": "DGS3",
            "RIFLGFCY05_N.B": "DGS5",
            "RIFLGFCY07_N.B": "DGS7",
            "RIFLGFCY10_N.B": "DGS10",
            "RIFLGFCY20_N.B": "DGS20",
            "RIFLGFCY30_N.B": "DGS30",
        },
    ),
    "H15-federal-funds.csv": _Package(
        release="H15", key="40afb80a445c5903ca2c4888e40f3f1f", lines={"RIFSPFF_N.M": "FEDFUNDS"}
    ),
    # Seasonal factors and benchmarks revise years: the whole table, each time.
    "H6.csv": _Package(
        release="H6",
        key="798e2796917702a5f8423426ba7e6b42",
        lines={"M1.M": "M1SL", "M2.M": "M2SL"},
        whole=True,
    ),
}
_FREQUENCIES = {"WW": Frequency.WEEKLY, "B": Frequency.DAILY, "M": Frequency.MONTHLY}


@cache
def specs() -> Mapping[str, SeriesSpec]:
    """The lines of H.4.1 table 1 that no other source declares."""
    return {
        f"frb:{code}": SeriesSpec(
            id=f"frb:{code}",
            title=title,
            unit=USD_MILLIONS,
            measure=Measure.STOCK,
            frequency=Frequency.WEEKLY,
            release="h41",
            licence=_LICENCE,
            url=_PAGE,
        )
        for code, title in _COMPONENTS.items()
    }


def brings(catalogue: Catalogue) -> Iterable[str]:
    """The series of a catalogue that the packages hold."""
    return [
        f"frb:{name}"
        for package in _PACKAGES.values()
        for name in package.lines.values()
        if f"frb:{name}" in catalogue.specs
    ]


def requests(asked: Asked) -> Iterable[Request]:
    """One download a package: from a year before the last stored row, or of everything where a line has none."""
    return [
        Request(
            name=name,
            path="/datadownload/Output.aspx",
            params={
                "rel": package.release,
                "series": package.key,
                "lastobs": "",
                "from": "" if (start := _start(package, asked)) is None else f"{start:%m/%d/%Y}",
                "to": "",
                "filetype": "csv",
                "label": "include",
                "layout": "seriescolumn",
                "type": "package",
            },
            most_bytes=_MOST_BYTES,
        )
        for name, package in _PACKAGES.items()
        if not asked.only or not asked.only.isdisjoint(f"frb:{line}" for line in package.lines.values())
    ]


def _start(package: _Package, asked: Asked) -> date | None:
    """From when on a package is downloaded; None for all of it. A line that may leave its table does not count."""
    lines = [f"frb:{name}" for code, name in package.lines.items() if code not in _MAY_LEAVE]
    lasts = [asked.last.get(line) for line in lines if line in asked.catalogue.specs]
    known = [last for last in lasts if last is not None]
    if package.whole or not known or len(known) < len(lasts):
        return None
    return min(known) - _OVERLAP


def parse(payload: Payload, catalogue: Catalogue) -> Parsed:
    """Read one package: every line that the catalogue knows.

    Raises
    ------
    Unparseable
        If the file is not the table that its name says, or a date, a number or a sum in it is wrong.
    UnitError
        If a column is in another unit than declared.
    """
    if (package := _PACKAGES.get(payload.name)) is None:
        raise Unparseable(
            "{file}: no package of the Board that is known; there are {names}",
            file=payload.name,
            names=", ".join(_PACKAGES),
        )
    rows = read_rows(payload)
    columns = _columns(payload, package, rows)
    wanted = {
        code: catalogue.specs[f"frb:{name}"]
        for code, name in package.lines.items()
        if code in columns and f"frb:{name}" in catalogue.specs
    }
    units = {code: _unit(payload.name, code, columns[code], spec) for code, spec in wanted.items()}
    headings = {code: column.heading for code, column in columns.items()}
    periods: dict[str, list[int]] = {code: [] for code in wanted}
    values: dict[str, list[float]] = {code: [] for code in wanted}
    previous: date | None = None
    for line, row in rows:
        previous = _period(payload.name, line, next(iter(row.values())), package, previous)
        _require_sums(payload.name, line, row, headings)
        for code in wanted:
            value = _value(payload.name, line, code, row[headings[code]])
            if value is not None:
                periods[code].append(previous.toordinal())
                values[code].append(value)
    if previous is None:
        raise Unparseable("{file}: a header and no row; is the file cut short?", file=payload.name)
    observations = _observations(payload, wanted, units, periods, values, catalogue.clock)
    return Parsed(payload=payload, observations=tuple(observations))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """What the rows at the top say of a column."""

    heading: str
    unit: str
    multiplier: str
    currency: str


def _columns(
    payload: Payload, package: _Package, rows: Iterator[tuple[int, dict[str, str]]]
) -> dict[str, _Column]:
    """The columns by code, once labels, identifiers and codes are what the package must have."""
    top: dict[str, dict[str, str]] = {}
    for label in _LABELS:
        line, row = next(rows, (0, {"": ""}))
        first, *headings = row
        found = row[first].strip().removesuffix(":")
        if first != "Series Description" or found != label:
            raise Unparseable(
                "{file}, line {line}: expected the row {expected!r} of a table with its labels, found {found!r}; the "
                "layout has changed, or a part is missing: download it again",
                file=payload.name,
                line=line,
                expected=label,
                found=found or first,
            )
        top[label] = {heading: row[heading].strip() for heading in headings}
    columns = {}
    for heading, code in top["Time Period"].items():
        identifier = top["Unique Identifier"][heading].split("/")
        if identifier[0] != package.release or identifier[-1] != code or code in columns:
            raise Unparseable(
                "{file}: the column {code} is identified as {identifier}; expected {release}/.../{code}, once: columns "
                "have shifted, or it is another release",
                file=payload.name,
                code=code,
                identifier="/".join(identifier),
                release=package.release,
            )
        columns[code] = _Column(
            heading=heading,
            unit=top["Unit"][heading],
            multiplier=top["Multiplier"][heading],
            currency=top["Currency"][heading],
        )
    if missing := sorted(set(package.lines) - set(columns) - _MAY_LEAVE):
        raise Unparseable(
            "{file}: no column {missing}; the table has changed: report it, or import the series from another source",
            file=payload.name,
            missing=", ".join(missing),
        )
    return columns


def _unit(file: str, code: str, column: _Column, spec: SeriesSpec) -> Unit:
    """The unit that the rows at the top give, which must be the declared one."""
    found = _stated(column)
    if found != spec.unit:
        raise UnitError(
            "{file}, column {code}: {id} is declared in {expected}, and the file says unit {unit}, multiplier "
            "{multiplier}, currency {currency}; runoff never guesses a unit: correct the declaration if the Board has "
            "changed it",
            file=file,
            code=code,
            id=spec.id,
            expected=spec.unit.symbol,
            unit=column.unit,
            multiplier=column.multiplier,
            currency=column.currency,
        )
    return found


def _stated(column: _Column) -> Unit | None:
    """Unit, multiplier and currency as one unit; None where they mean none that is known here."""
    try:
        sign, digits, exponent = Decimal(column.multiplier).normalize().as_tuple()
    except InvalidOperation:
        return None
    if sign or digits != (1,) or not isinstance(exponent, int):
        return None
    if column.unit == "Percent:_Per_Year":
        return PERCENT if exponent == 0 and column.currency == "NA" else None
    if column.unit != "Currency" or column.currency not in CURRENCIES or exponent not in {0, 3, 6, 9, 12}:
        return None
    return Unit(column.currency, exponent)


def _period(file: str, line: int, cell: str, package: _Package, previous: date | None) -> date:
    """The period of a row, which follows the one before without a gap."""
    frequency = _FREQUENCIES[next(iter(package.lines)).rpartition(".")[2]]
    monthly = frequency is Frequency.MONTHLY
    try:
        if not (_MONTH if monthly else _DAY).fullmatch(cell):
            raise ValueError
        found = date.fromisoformat(f"{cell}-01" if monthly else cell)
    except ValueError as error:
        raise Unparseable(
            "{file}, line {line}: {cell!r} is no period of a {frequency} table; expected {example}",
            file=file,
            line=line,
            cell=cell,
            frequency=frequency,
            example="2019-09" if monthly else "2019-09-18",
        ) from error
    if frequency is Frequency.WEEKLY and found.weekday() != WEDNESDAY:
        raise Unparseable(
            "{file}, line {line}: {period} is no Wednesday; the release is as of Wednesdays: the dates have shifted",
            file=file,
            line=line,
            period=found,
        )
    if previous is not None and not _follows(found, previous, frequency):
        raise Unparseable(
            "{file}, line {line}: {period} comes after {previous}; expected each period of a {frequency} table once, "
            "in order, and none left out: download it again",
            file=file,
            line=line,
            period=found,
            previous=previous,
            frequency=frequency,
        )
    return found


def _follows(found: date, previous: date, frequency: Frequency) -> bool:
    if frequency is Frequency.DAILY:
        return timedelta(0) < found - previous <= _LONGEST_GAP
    return found == next_period(previous, frequency)


def _require_sums(file: str, line: int, row: Mapping[str, str], headings: Mapping[str, str]) -> None:
    for total, parts in _SUMS:
        if not {total, *parts} <= headings.keys():
            continue
        cells = [_value(file, line, code, row[headings[code]]) for code in (total, *parts)]
        whole, *rest = cells
        if whole is None or None in rest:
            continue
        found = sum(cell for cell in rest if cell is not None)
        if abs(whole - found) > _ROUNDING:
            raise Unparseable(
                "{file}, line {line}: {total} is {whole} and its parts {parts} add up to {found}; a number is cut or "
                "stands in another column: download it again",
                file=file,
                line=line,
                total=total,
                whole=f"{whole:,.0f}",
                parts=", ".join(parts),
                found=f"{found:,.0f}",
            )


def _value(file: str, line: int, code: str, cell: str) -> float | None:
    if (text := cell.strip()) in _MISSING:
        return None
    if not _NUMBER.fullmatch(text):
        raise Unparseable(
            "{file}, line {line}, column {code}: {cell!r} is no number; expected one, or ND, NC or NA where there is "
            "none",
            file=file,
            line=line,
            code=code,
            cell=text,
        )
    return float(text)


def _observations(
    payload: Payload,
    wanted: Mapping[str, SeriesSpec],
    units: Mapping[str, Unit],
    periods: Mapping[str, list[int]],
    values: Mapping[str, list[float]],
    clock: ReleaseClock,
) -> Iterator[Observations]:
    """The rows of each line; a line without a value is left out where it may be missing, and refused elsewhere."""
    seconds: dict[tuple[str, int], int] = {}
    for code, spec in wanted.items():
        if periods[code]:
            yield clocked(spec, units[code], periods[code], values[code], clock, payload.digest, seconds)
        elif code not in _MAY_LEAVE:
            raise Unparseable(
                "{file}, column {code}: no value of {id} in it; download it again",
                file=payload.name,
                code=code,
                id=spec.id,
            )


SOURCE = Source(
    title="Federal Reserve Board, Data Download Program",
    licence=_LICENCE,
    home="https://www.federalreserve.gov",
    specs=specs,
    parse=parse,
    requests=requests,
    brings=brings,
)
