"""What the St. Louis Fed answers, whether it is asked for figures (FRED) or for their vintages (ALFRED).

A code of FRED is the last part of a series' page, ``https://fred.stlouisfed.org/series/WALCL``; a series of the
catalogue whose address is such a page is FRED's to bring. The API answers in JSON; numbers are texts, "." is missing.

References
----------
Federal Reserve Bank of St. Louis, FRED API, fred/series and fred/series/observations:
https://fred.stlouisfed.org/docs/api/fred/
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from runoff.core.errors import UnitError, Unparseable
from runoff.core.series import Observations, SeriesSpec
from runoff.core.source import Catalogue, Parsed, Payload, Request
from runoff.core.time import ReleaseClock
from runoff.core.units import Frequency
from runoff.core.vintages import Vintage, read_day, read_vintage

Read = Callable[[Payload, str, tuple[SeriesSpec, ...], ReleaseClock], Iterable[Observations]]

_HOST = "fred.stlouisfed.org"
_WHAT_IT_IS = ".series.json"  # what follows the code in the name of an answer that says what a series is
_MOST_ROWS = 100_000  # what the API sends at most in one answer

# How FRED writes the units that series are declared in. A text that is not here is refused, not understood.
_UNITS: Mapping[str, frozenset[str]] = {
    "USD mn": frozenset({"Millions of U.S. Dollars", "Millions of US Dollars", "Millions of Dollars"}),
    "USD bn": frozenset({"Billions of U.S. Dollars", "Billions of US Dollars", "Billions of Dollars"}),
    "USD2017 bn": frozenset({"Billions of Chained 2017 Dollars"}),
    "percent": frozenset({"Percent"}),
    "thousand persons": frozenset({"Thousands of Persons"}),
    "index": frozenset(
        {"Index", "Index 1982-1984=100", "Index Jan 2006=100", "Index Feb 5, 1971=100"}
    ),  # CPI, the dollar, Nasdaq: another base is another series
}
# By the word before the comma: "Weekly, As of Wednesday", "Daily, 7-Day". What holds until changed is given daily.
_FREQUENCIES = {
    Frequency.DAILY: "Daily",
    Frequency.WEEKLY: "Weekly",
    Frequency.MONTHLY: "Monthly",
    Frequency.QUARTERLY: "Quarterly",
    Frequency.STEP: "Daily",
}
# Series that are published with and without seasonal adjustment, and which form each code is.
_ADJUSTMENT = {
    "GDP": "SAAR",
    "GDPC1": "SAAR",
    "M1SL": "SA",
    "M2SL": "SA",
    "PAYEMS": "SA",
    "UNRATE": "SA",
    "CPIAUCSL": "SA",
    "CPILFESL": "SA",
    "CPIAUCNS": "NSA",
    "BOGMBASE": "NSA",
}
# The Board gives the term premium day by day; runoff keeps Wednesdays, the day of the H.4.1, as its own spec says.
WEEKDAY_KEPT: Mapping[str, int] = {"THREEFYTP10": 2}


def code_of(spec: SeriesSpec) -> str | None:
    """The name under which FRED has a series; None where its address is no page of FRED."""
    address = urlsplit(spec.url)
    code = address.path.rstrip("/").rpartition("/")[2]
    return code if address.hostname == _HOST and code else None


def by_code(catalogue: Catalogue, only: Iterable[str] = ()) -> Mapping[str, tuple[SeriesSpec, ...]]:
    """The series of a catalogue that FRED has, by FRED's code, in order; `only` some of them where it is not empty."""
    wanted = frozenset(only)
    found: dict[str, tuple[SeriesSpec, ...]] = {}
    for spec in catalogue.specs.values():
        code = code_of(spec)
        if code is not None and (not wanted or spec.id in wanted):
            found[code] = (*found.get(code, ()), spec)
    return dict(sorted(found.items()))


def ask(name: str, path: str, key: str, **params: str) -> Request:
    """A request to the API; the key is shown nowhere."""
    return Request(
        name=name,
        path=path,
        params={**params, "file_type": "json", "api_key": key},
        secret=frozenset({"api_key"}),
    )


def ask_what_it_is(code: str, path: str, key: str) -> Request:
    """A request for what a series is (fred/series); its answer brings no row."""
    return ask(code + _WHAT_IT_IS, path, key, series_id=code)


def parse_answer(payload: Payload, catalogue: Catalogue, read: Read) -> Parsed:
    """Read a file of the St. Louis Fed whose name begins with a code: what `read` takes from it, or what a series is.

    Parameters
    ----------
    payload, catalogue
        The file, and what is known of series.
    read
        Takes a file of figures, its code and the series that have it; what a series is, is compared here.

    Raises
    ------
    Unparseable
        If the file is not what its name says, or a row of it cannot be read.
    UnitError
        If FRED gives the series in another unit than the declared one.
    """
    code = payload.name.partition(".")[0]
    specs = by_code(catalogue).get(code)
    if specs is None:
        raise Unparseable("{file}: no series of the catalogue has its page at FRED", file=payload.name)
    if payload.name == code + _WHAT_IT_IS:
        require_declared(payload, code, specs)
        return Parsed(payload=payload)
    return Parsed(payload=payload, observations=tuple(read(payload, code, specs, catalogue.clock)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """An answer to a question for figures: the first day of the real-time period asked for, and the values."""

    start: date
    values: tuple[Vintage, ...]


def read_figures(payload: Payload) -> Figures:
    """The values that an answer of fred/series/observations holds, all of them.

    Raises
    ------
    Unparseable
        If it is no such answer, is cut short, is transformed, or a row of it cannot be read.
    """
    answer = _answer(payload)
    if answer.get("units") != "lin" or answer.get("output_type") != 1:
        raise Unparseable(
            "{file}: units {units!r}, output type {output!r}; expected 'lin' and 1, figures as published",
            file=payload.name,
            units=answer.get("units"),
            output=answer.get("output_type"),
        )
    rows = answer.get("observations")
    if not isinstance(rows, list) or not rows:
        raise Unparseable("{file}: no observations in the answer; download it again", file=payload.name)
    if answer.get("count") != len(rows):
        raise Unparseable(
            "{file}: {count} values announced, {found} in the answer, which holds {most} at most; ask for a "
            "shorter time",
            file=payload.name,
            count=answer.get("count"),
            found=len(rows),
            most=_MOST_ROWS,
        )
    found = []
    for number, row in enumerate(rows, start=1):
        texts = _texts(payload.name, number, row)
        vintage = read_vintage(payload.name, number, texts["realtime_end"], texts)
        if vintage is not None:
            found.append(vintage)
    start = read_day(payload.name, 0, "realtime_start", str(answer.get("realtime_start")))
    return Figures(start=start, values=tuple(found))


def require_declared(payload: Payload, code: str, specs: Iterable[SeriesSpec]) -> None:
    """Refuse what fred/series says of a series where it is not what is declared: unit, frequency, adjustment.

    Raises
    ------
    UnitError
        If FRED gives the series in a unit that is not the declared one, or that is not known.
    Unparseable
        If its frequency or seasonal adjustment is another, or the answer is of another series.
    """
    listed = _answer(payload).get("seriess")
    if not isinstance(listed, list) or len(listed) != 1 or not isinstance(listed[0], dict):
        raise Unparseable(
            "{file}: expected what {code} is, and it is not there", file=payload.name, code=code
        )
    says = {key: str(value) for key, value in listed[0].items()}
    if says.get("id") != code:
        raise Unparseable(
            "{file}: asked for {code}, answered for {found}",
            file=payload.name,
            code=code,
            found=says.get("id"),
        )
    for spec in specs:
        units = _UNITS.get(spec.unit.symbol, frozenset())
        if says.get("units") not in units:
            raise UnitError(
                "{file}: {id} is declared in {unit}, at FRED {expected}, and FRED gives it in {found!r}; nothing of "
                "it was taken: read its notes at {address}, then correct its declaration",
                file=payload.name,
                id=spec.id,
                unit=spec.unit.symbol,
                expected=" or ".join(sorted(units)) or "unknown",
                found=says.get("units"),
                address=spec.url,
            )
        _require_kind(payload.name, code, spec, says)


def _require_kind(file: str, code: str, spec: SeriesSpec, says: Mapping[str, str]) -> None:
    """Refuse another frequency or seasonal adjustment than the declared one."""
    frequency = "Daily" if code in WEEKDAY_KEPT else _FREQUENCIES[spec.frequency]
    if says.get("frequency", "").partition(",")[0] != frequency:
        raise Unparseable(
            "{file}: {id} is declared {expected}, and FRED gives it {found!r}; nothing of it was taken: read its notes "
            "at {address}, then correct its declaration",
            file=file,
            id=spec.id,
            expected=frequency,
            found=says.get("frequency"),
            address=spec.url,
        )
    adjustment = says.get("seasonal_adjustment_short")
    if _ADJUSTMENT.get(code, adjustment) != adjustment:
        raise Unparseable(
            "{file}: the seasonal adjustment of {id} is {found} at FRED, expected {expected}; nothing of it was taken: "
            "read its notes at {address}",
            file=file,
            id=spec.id,
            found=adjustment,
            expected=_ADJUSTMENT[code],
            address=spec.url,
        )


def _answer(payload: Payload) -> dict[str, object]:
    try:
        answer: object = json.loads(payload.content)
    except ValueError as error:  # of the text, or of the JSON in it
        raise Unparseable(
            "{file}: no JSON ({reason}); cut short, or an error page: download it again",
            file=payload.name,
            reason=error,
        ) from error
    if not isinstance(answer, dict):
        raise Unparseable("{file}: expected an answer of the FRED API, found a bare value", file=payload.name)
    if (message := answer.get("error_message")) is not None:
        raise Unparseable("{file}: FRED answers {message!r}", file=payload.name, message=message)
    return answer


def _texts(file: str, number: int, row: object) -> dict[str, str]:
    columns = ("realtime_start", "realtime_end", "date", "value")
    if not isinstance(row, dict) or not all(isinstance(row.get(column), str) for column in columns):
        raise Unparseable(
            "{file}, row {row}: expected texts named {columns}, found {found!r}",
            file=file,
            row=number,
            columns=", ".join(columns),
            found=row,
        )
    return {column: row[column] for column in columns}
