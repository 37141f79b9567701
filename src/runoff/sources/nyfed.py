"""The New York Fed's Markets Data APIs: reference rates, and repo and reverse repo operations.

1. Each file is asked for from some weeks before the last stored one, since figures are corrected (`requests`).
2. A reference rate comes with its percentiles, its volume and, of federal funds, the target range (`_rates`).
3. The operations of a day add up; small value exercises are a series of their own (`_operations`).
4. Who took part in reverse repos is published a quarter later, as a file of its own (`_counterparties`).

Every number is read as text, since some are quoted and some are not; a column that no row has, or amounts that do not
add up, refuse the file as a whole.

References
----------
Federal Reserve Bank of New York, Markets Data APIs: ``rates``, ``rp/results``, ``rp/reverserepo/propositions``;
Additional Information about Reference Rates (a rate is corrected at about 14:30 of the day it came out, or not at all).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final

import numpy as np

from runoff.core.errors import Unparseable
from runoff.core.json_rows import Row, read_json, require_column
from runoff.core.series import ASSUMED, REVISED, IntArray, Observations, SeriesSpec
from runoff.core.source import Asked, Catalogue, Parsed, Payload, Request, Source
from runoff.core.tabular import MISSING, clocked
from runoff.core.time import NEW_YORK, end_of_day, month_after
from runoff.core.units import PERCENT, USD_BILLIONS, Frequency, Measure, Unit

_LICENCE = "New York Fed terms of use, with attribution"
_PAGES = "https://www.newyorkfed.org/markets/"
_AGAIN = timedelta(days=35)  # asked for once more, for what was corrected
_CORRECTED = time(14, 30)
_DOLLARS = Unit.parse("USD")
_MISSING: Final = MISSING | {"NA"}

# Of each reference rate: what its column is called, the end of the series' id, unit and measure.
_OF_A_RATE: Final = (
    ("percentRate", "", PERCENT, Measure.RATE),
    ("percentPercentile1", ".P1", PERCENT, Measure.RATE),
    ("percentPercentile25", ".P25", PERCENT, Measure.RATE),
    ("percentPercentile75", ".P75", PERCENT, Measure.RATE),
    ("percentPercentile99", ".P99", PERCENT, Measure.RATE),
    ("volumeInBillions", ".VOLUME", USD_BILLIONS, Measure.FLOW),
)
_TARGET: Final = (
    ("targetRateFrom", ".TARGET_LOWER", PERCENT, Measure.RATE),
    ("targetRateTo", ".TARGET_UPPER", PERCENT, Measure.RATE),
)
_ORDERED: Final = (
    "percentPercentile1",
    "percentPercentile25",
    "percentRate",
    "percentPercentile75",
    "percentPercentile99",
)
_RATES: Final = {
    "sofr": "Secured Overnight Financing Rate",
    "tgcr": "Tri-party general collateral rate",
    "bgcr": "Broad general collateral rate",
    "effr": "Effective federal funds rate",
    "obfr": "Overnight bank funding rate",
}
_WHAT: Final = {
    "": "",
    ".P1": ", 1st percentile",
    ".P25": ", 25th percentile",
    ".P75": ", 75th percentile",
    ".P99": ", 99th percentile",
    ".VOLUME": ", volume",
    ".TARGET_LOWER": ", target range, lower end",
    ".TARGET_UPPER": ", target range, upper end",
}
_SECURED: Final = frozenset({"sofr", "tgcr", "bgcr"})

# Series of an operation's kind, by what the amounts of a day are added up to.
_REVERSE, _REPO = "Reverse Repo", "Repo"
_TOTALS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    _REVERSE: {
        "overnight": ("nyfed:RRPONTSYD",),
        "term": ("nyfed:RRP.TERM",),
        "exercise": ("nyfed:RRP.EXERCISE",),
    },
    _REPO: {
        "overnight": ("nyfed:SRF", "nyfed:REPO.OVERNIGHT"),
        "term": ("nyfed:REPO.TERM",),
        "exercise": ("nyfed:REPO.EXERCISE",),
    },
}
_AWARD, _STANDING = "nyfed:RRPONTSYAWARD", "nyfed:SRF"
_STANDING_FROM = date(2021, 7, 29)  # Desk statement of 2021-07-28: the standing facility's first operation
_COUNTERPARTIES: Final = {
    "bank": "nyfed:RRP.BANK",
    "gse": "nyfed:RRP.GSE",
    "mmf": "nyfed:RRP.MMF",
    "pd": "nyfed:RRP.DEALER",
}
_EXERCISE: Final = re.compile(r"small[ -]value", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feed:
    """A file that is asked for: where it is, its first day, its series, and when a day of it is complete.

    `release` is empty where a day that is not complete yet is not in the file either.
    """

    path: str
    first: date
    series: tuple[str, ...]
    params: Mapping[str, str] = field(default_factory=dict)
    release: str = ""


def _columns(rate: str) -> tuple[tuple[str, str, Unit, Measure], ...]:
    """The columns of a reference rate, each with the end of its series' id, its unit and its measure."""
    return (*_OF_A_RATE, *_TARGET) if rate == "effr" else _OF_A_RATE


def _id(rate: str, end: str) -> str:
    return f"nyfed:{rate.upper()}{end}"


def _feeds() -> dict[str, _Feed]:
    """Every file that is asked for, by the name of its payload without the ending.

    The rates begin where they are published with percentiles, the overnight reverse repos with their test, the repos
    with the operations of September 2019.
    """
    rates = {
        rate: _Feed(
            path=f"/rates/{'secured' if rate in _SECURED else 'unsecured'}/{rate}/search.json",
            first=date(2018, 4, 2) if rate in _SECURED else date(2016, 3, 1),
            series=tuple(_id(rate, end) for _, end, *_ in _columns(rate)),
        )
        for rate in _RATES
    }
    operations = {
        "reverse-repo": _Feed(
            path="/rp/results/search.json",
            first=date(2013, 9, 23),
            series=(*_totals(_REVERSE), _AWARD),
            params={"operationTypes": _REVERSE},
            release="on_rrp",
        ),
        "repo": _Feed(
            path="/rp/results/search.json",
            first=date(2019, 9, 17),
            series=_totals(_REPO),
            params={"operationTypes": _REPO},
            release="standing_repo",
        ),
        "counterparties": _Feed(
            path="/rp/reverserepo/propositions/search.json",
            first=date(2013, 9, 23),
            series=tuple(_COUNTERPARTIES.values()),
        ),
    }
    return rates | operations


def _totals(kind: str) -> tuple[str, ...]:
    return tuple(name for names in _TOTALS[kind].values() for name in names)


@cache
def specs() -> Mapping[str, SeriesSpec]:
    """The series that the catalogue of shipped figures does not have."""
    found = [
        SeriesSpec(
            id=_id(rate, end),
            title=title + _WHAT[end],
            unit=unit,
            measure=measure,
            frequency=Frequency.DAILY,
            release="secured_rates" if rate in _SECURED else "unsecured_rates",
            licence=_LICENCE,
            url=f"{_PAGES}reference-rates/{rate}",
        )
        for rate, title in _RATES.items()
        for _, end, unit, measure in _columns(rate)
        if end or rate in {"bgcr", "obfr"}
    ]
    found += [
        _amount("nyfed:RRP.TERM", "Term reverse repo operations, accepted", Measure.FLOW, "on_rrp"),
        _amount("nyfed:RRP.EXERCISE", "Reverse repo small value exercises", Measure.STOCK, "on_rrp"),
        _amount(
            "nyfed:REPO.OVERNIGHT", "Overnight repo operations, accepted", Measure.STOCK, "standing_repo"
        ),
        _amount("nyfed:REPO.TERM", "Term repo operations, accepted", Measure.FLOW, "standing_repo"),
        _amount("nyfed:REPO.EXERCISE", "Repo small value exercises", Measure.STOCK, "standing_repo"),
    ]
    # The release rule nearest to theirs; their rows carry the moment of `_split_known_at`, which is later.
    found += [
        _amount(name, f"Reverse repo operations, accepted from {whom}", Measure.STOCK, "rrp_counterparties")
        for name, whom in zip(
            _COUNTERPARTIES.values(),
            ("banks", "government-sponsored enterprises", "money market funds", "primary dealers"),
            strict=True,
        )
    ]
    return {spec.id: spec for spec in found}


def _amount(name: str, title: str, measure: Measure, release: str) -> SeriesSpec:
    return SeriesSpec(
        id=name,
        title=title,
        unit=USD_BILLIONS,
        measure=measure,
        frequency=Frequency.DAILY,
        release=release,
        licence=_LICENCE,
        url=f"{_PAGES}desk-operations/{'repo' if 'REPO' in name else 'reverse-repo'}",
    )


def brings(catalogue: Catalogue) -> Iterable[str]:
    """The series of the catalogue that it brings."""
    return [name for feed in _feeds().values() for name in feed.series if name in catalogue.specs]


def requests(asked: Asked) -> Iterable[Request]:
    """A file for each rate and kind of operation, from some weeks before what is stored to the last complete day."""
    today = asked.now.astimezone(NEW_YORK).date()
    for name, feed in _feeds().items():
        wanted = [
            s for s in feed.series if s in asked.catalogue.specs and (not asked.only or s in asked.only)
        ]
        if not wanted:
            continue
        end = today
        if feed.release:
            complete = asked.catalogue.clock.known_at(feed.release, today)
            end = today if complete is not None and complete <= asked.now else today - timedelta(days=1)
        start = max(feed.first, min(_last(asked, wanted, feed.first), end) - _AGAIN)
        yield Request(
            name=f"{name}.json",
            path=feed.path,
            params={"startDate": start.isoformat(), "endDate": end.isoformat(), **feed.params},
        )


def _last(asked: Asked, wanted: list[str], first: date) -> date:
    """The last day that all of them have; the last change of a rate that holds until it is changed does not count."""
    known = {s: asked.last.get(s) for s in wanted}
    if any(day is None for day in known.values()):
        return first
    daily = [s for s in wanted if asked.catalogue.specs[s].frequency is Frequency.DAILY] or wanted
    return min(day for s in daily if (day := known[s]) is not None)


def parse(payload: Payload, catalogue: Catalogue) -> Parsed:
    """Read one file by its name: ``sofr.json``, ``reverse-repo.json``, ``repo.json`` or ``counterparties.json``.

    Raises
    ------
    Unparseable
        If it is not what its name says, or a row of it cannot be read.
    UnitError
        If the catalogue declares another unit than the publisher's.
    """
    name = payload.name.removesuffix(".json")
    if name in _RATES:
        observations = _rates(payload, catalogue, name)
    elif name == "reverse-repo":
        observations = _operations(payload, catalogue, _REVERSE)
    elif name == "repo":
        observations = _operations(payload, catalogue, _REPO)
    elif name == "counterparties":
        observations = _counterparties(payload, catalogue)
    else:
        raise Unparseable(
            "{file}: not a file of this source; expected one of {names}",
            file=payload.name,
            names=", ".join(f"{feed}.json" for feed in _feeds()),
        )
    return Parsed(payload=payload, observations=tuple(observations))


# --- Reference rates -----------------------------------------------------------------------------------------------


def _rates(payload: Payload, catalogue: Catalogue, rate: str) -> Iterator[Observations]:
    rows: dict[date, Row] = {}
    for row in read_json(payload, missing=_MISSING).rows("refRates"):
        if row.text("type") != rate.upper():
            raise Unparseable(
                "{file}, row {row}, {column}: {found!r}, and {expected} was asked for; download it again",
                expected=rate.upper(),
                **row.at("type"),
            )
        day = row.day("effectiveDate")
        _require_order(row)
        if (before := rows.get(day)) is not None:
            if bool(before.text("revisionIndicator")) == bool(row.text("revisionIndicator")):
                raise row.twice("effectiveDate")
            row = before if before.text("revisionIndicator") else row
        rows[day] = row
    for column, end, unit, _ in _columns(rate):
        require_column(rows.values(), column, series=_id(rate, end))
        if (spec := catalogue.specs.get(_id(rate, end))) is not None:
            values = {day: found for day, row in rows.items() if (found := row.number(column)) is not None}
            corrected = {day for day in values if rows[day].text("revisionIndicator")}
            yield _corrected(_observed(spec, unit, values, payload, catalogue), corrected)


def _require_order(row: Row) -> None:
    """Refuse percentiles that do not ascend: a shifted column would be read as another figure."""
    found = [value for column in _ORDERED if (value := row.number(column)) is not None]
    if found != sorted(found):
        raise Unparseable(
            "{file}, row {row}: percentiles and rate are {found}; expected them to ascend: did the columns shift?",
            file=row.file,
            row=row.count,
            found=", ".join(f"{value:g}" for value in found),
        )
    lower, upper = row.number("targetRateFrom"), row.number("targetRateTo")
    if lower is not None and upper is not None and lower > upper:
        raise Unparseable(
            "{file}, row {row}, {column}: the target range ends at {found} and begins at {lower}; did the columns "
            "shift?",
            lower=lower,
            **row.at("targetRateTo"),
        )


def _corrected(rows: Observations, days: set[date]) -> Observations:
    """The rows with those of `days` known from the hour of corrections on the day they came out."""
    known_at, flags = rows.known_at.copy(), rows.flags.copy()
    for index, period in enumerate(rows.periods):
        if date.fromordinal(int(period)) in days:
            came_out = datetime.fromtimestamp(int(known_at[index]), NEW_YORK).date()
            known_at[index] = int(datetime.combine(came_out, _CORRECTED, NEW_YORK).timestamp())
            flags[index] |= REVISED
    return replace(rows, known_at=known_at, flags=flags)


# --- Operations ----------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Day:
    """The operations of a day: amounts by what they add up to, dollars, and when the last of them was written."""

    amounts: dict[str, float] = field(default_factory=lambda: {"term": 0.0, "exercise": 0.0})
    award: float | None = None
    written: list[datetime] = field(default_factory=list)


def _operations(payload: Payload, catalogue: Catalogue, kind: str) -> Iterator[Observations]:
    days: dict[date, _Day] = {}
    seen: set[str] = set()
    for row in _operation_rows(payload):
        _require_operation(row, kind, seen)
        day = days.setdefault(row.day("operationDate"), _Day())
        what = _adds_to(row)
        day.amounts[what] = day.amounts.get(what, 0.0) + _dollars(row, "totalAmtAccepted")
        if (moment := _moment(row, "lastUpdated")) is not None:
            day.written.append(moment)
        if kind == _REVERSE and what == "overnight":
            day.award = _award(row, day.award)
    for what, names in _TOTALS[kind].items():
        for name in names:
            if (spec := catalogue.specs.get(name)) is not None:
                begun = _STANDING_FROM if name == _STANDING else date.min
                values = {
                    d: day.amounts[what] for d, day in days.items() if what in day.amounts and d >= begun
                }
                yield _as_written(_billions(spec, values, payload, catalogue), days)
    if kind == _REVERSE and (spec := catalogue.specs.get(_AWARD)) is not None:
        awards = {d: day.award for d, day in days.items() if day.award is not None}
        yield _observed(spec, PERCENT, awards, payload, catalogue)


def _require_operation(row: Row, kind: str, seen: set[str]) -> None:
    """Refuse what is no result of that kind, what comes twice, and amounts that do not add up."""
    for column, expected in (("operationType", kind), ("auctionStatus", "Results")):
        if row.text(column) != expected:
            raise Unparseable(
                "{file}, row {row}, {column}: {found!r}; expected {expected!r}: download it again",
                expected=expected,
                **row.at(column),
            )
    if not (name := row.text("operationId")) or name in seen:
        raise row.twice("operationId")
    seen.add(name)
    parts = sum(part.number("amtAccepted") or 0.0 for part in row.rows("details"))
    if parts != (total := _dollars(row, "totalAmtAccepted")):
        raise Unparseable(
            "{file}, row {row}, {column}: {found} accepted in all, and {parts} by security; expected the same: is the "
            "file cut short?",
            parts=f"{parts:,.0f}",
            **row.at("totalAmtAccepted") | {"found": f"{total:,.0f}"},
        )


def _adds_to(row: Row) -> str:
    """What an operation's amount is part of: overnight, term or exercise."""
    if row.text("isSmallValue").casefold() in {"y", "yes", "true"} or _EXERCISE.search(row.text("note")):
        return "exercise"
    if (term := row.text("term").casefold()) in {"overnight", "term"}:
        return term
    raise Unparseable(
        "{file}, row {row}, {column}: {found!r}; expected Overnight or Term: the publisher changed the file, update "
        "runoff",
        **row.at("term"),
    )


def _award(row: Row, before: float | None) -> float | None:
    """The rate of an overnight reverse repo: what was awarded, or offered where nothing was; one a day."""
    found = before
    for part in row.rows("details"):
        awarded = part.number("percentAwardRate")
        rate = part.number("percentOfferingRate") if awarded is None else awarded
        if rate is not None and found is not None and rate != found:
            raise Unparseable(
                "{file}, row {row}: awarded at {found} percent and, on the same day, at {other}; expected one rate a "
                "day: download it again",
                file=row.file,
                row=row.count,
                found=rate,
                other=found,
            )
        found = found if rate is None else rate
    return found


def _as_written(rows: Observations, days: Mapping[date, _Day]) -> Observations:
    """The rows with the publisher's own moment, where it wrote them on the day of the operation.

    A row that was written again later has the release clock's moment, and says that it may have been another then.
    """
    known_at, flags = rows.known_at.copy(), rows.flags.copy()
    for index, period in enumerate(rows.periods):
        day = date.fromordinal(int(period))
        if not (written := days[day].written):
            continue
        if max(written).date() == day:
            known_at[index] = int(max(written).timestamp())
            flags[index] &= ~ASSUMED & 0xFF
        else:
            flags[index] |= REVISED
    return replace(rows, known_at=known_at, flags=flags)


# --- Who took part -------------------------------------------------------------------------------------------------


def _counterparties(payload: Payload, catalogue: Catalogue) -> Iterator[Observations]:
    """Amounts by kind of counterparty, exercises left out; an operation whose split is not published has none."""
    totals: dict[str, dict[date, float]] = {kind: {} for kind in _COUNTERPARTIES}
    seen: set[str] = set()
    for row in _operation_rows(payload):
        if not (name := row.text("operationId")) or name in seen:
            raise row.twice("operationId")
        seen.add(name)
        day, split = row.day("operationDate"), _split(row)
        if not split or _EXERCISE.search(row.text("note")):
            continue
        for kind in _COUNTERPARTIES:
            totals[kind][day] = totals[kind].get(day, 0.0) + split.get(kind, 0.0)
    for kind, name in _COUNTERPARTIES.items():
        if (spec := catalogue.specs.get(name)) is not None and totals[kind]:
            rows = _billions(spec, totals[kind], payload, catalogue)
            yield replace(rows, known_at=_split_known_at(rows.periods))


def _split(row: Row) -> dict[str, float]:
    """What an operation accepted from each kind of counterparty, dollars; empty where that is not published yet."""
    found: dict[str, float] = {}
    for part in row.rows("propositions"):
        kind = part.text("counterpartyType").casefold()
        if kind not in _COUNTERPARTIES or kind in found:
            raise Unparseable(
                "{file}, row {row}, {column}: {found!r}; expected each of {expected} once: the publisher changed the "
                "file, update runoff",
                expected=", ".join(_COUNTERPARTIES),
                **part.at("counterpartyType"),
            )
        if (amount := part.number("amtAccepted")) is not None:
            found[kind] = amount
    if found and sum(found.values()) != (total := _dollars(row, "totalAmtAccepted")):
        raise Unparseable(
            "{file}, row {row}, {column}: {found} accepted in all, and {parts} by kind of counterparty; expected the "
            "same: is the file cut short?",
            parts=f"{sum(found.values()):,.0f}",
            **row.at("totalAmtAccepted") | {"found": f"{total:,.0f}"},
        )
    return found


def _split_known_at(periods: IntArray) -> IntArray:
    """The end of the quarter that follows, in seconds: splits come out near the end of a quarter, with one of lag."""
    ends = []
    for period in periods:
        day = date.fromordinal(int(period))
        quarter = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        ends.append(int(end_of_day(month_after(quarter, 6) - timedelta(days=1)).timestamp()))
    return np.array(ends, dtype=np.int64)


# --- Rows ----------------------------------------------------------------------------------------------------------


def _observed(
    spec: SeriesSpec, unit: Unit, values: Mapping[date, float], payload: Payload, catalogue: Catalogue
) -> Observations:
    """Values by day as rows of a series, dated by its release clock."""
    days = sorted(values)
    periods = [day.toordinal() for day in days]
    return clocked(spec, unit, periods, [values[day] for day in days], catalogue.clock, payload.digest)


def _billions(
    spec: SeriesSpec, values: Mapping[date, float], payload: Payload, catalogue: Catalogue
) -> Observations:
    """Dollars by day as rows of a series in billions."""
    converted = {day: _DOLLARS.to(USD_BILLIONS, value) for day, value in values.items()}
    return _observed(spec, USD_BILLIONS, converted, payload, catalogue)


def _dollars(row: Row, column: str) -> float:
    """An amount that must be there: whole dollars, not below nil."""
    found = row.number(column)
    if found is None or found < 0 or found % 1:
        raise Unparseable(
            "{file}, row {row}, {column}: {found!r}; expected an amount in whole dollars: download it again",
            **row.at(column),
        )
    return found


def _moment(row: Row, column: str) -> datetime | None:
    """A moment in New York; None where there is none."""
    if not (cell := row.text(column)):
        return None
    try:
        return datetime.fromisoformat(cell).replace(tzinfo=NEW_YORK)
    except ValueError as error:
        raise Unparseable(
            "{file}, row {row}, {column}: {found!r} is no moment; expected one such as 2019-09-18 13:15:05: "
            "download it again",
            **row.at(column),
        ) from error


def _operation_rows(payload: Payload) -> list[Row]:
    return read_json(payload, missing=_MISSING).rows("repo", "operations")


SOURCE = Source(
    title="Federal Reserve Bank of New York, markets data",
    licence=_LICENCE,
    home="https://markets.newyorkfed.org/api",
    specs=specs,
    requests=requests,
    brings=brings,
    parse=parse,
)
