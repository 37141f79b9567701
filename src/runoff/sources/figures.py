"""The official figures that ship with runoff, read like any other source.

`figures/catalogue.toml` says what each series is and in which file it stands; `figures/release_exceptions.csv` which
releases missed their clock. Nothing is interpolated or filled forward.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from runoff.core.errors import Unparseable
from runoff.core.holdings import Book
from runoff.core.holdings_file import read_book
from runoff.core.series import Observations, SeriesSpec
from runoff.core.source import Catalogue, Parsed, Payload, Source
from runoff.core.tabular import clocked, read_columns, read_rows
from runoff.core.time import NEW_YORK, ReleaseClock, is_market_day, next_period
from runoff.core.units import Frequency, Measure, Unit

_FOLDER = files("runoff") / "figures"
_BOOK_PREFIX = "soma_treasury_"
# They hold no rows, and decide how the others are read: the store records them, so that a change of theirs is seen.
_DECLARATIONS = frozenset({"catalogue.toml", "release_exceptions.csv"})


@cache
def _catalogue() -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads((_FOLDER / "catalogue.toml").read_text("utf-8"))["series"])


@cache
def specs() -> Mapping[str, SeriesSpec]:
    """Every series of the catalogue by id, those that are not shipped included."""
    return {
        entry["id"]: SeriesSpec(
            id=entry["id"],
            title=entry["title"],
            unit=Unit.parse(entry["unit"]),
            measure=Measure(entry["measure"]),
            frequency=Frequency(entry["frequency"]),
            release=entry["release"],
            licence=entry["licence"],
            url=entry["address"],
            revised=entry.get("revised", False),
        )
        for entry in _catalogue()
    }


def payloads() -> Iterable[Payload]:
    """The shipped files, each with the bytes it has in the package, and what says how they are read."""
    names = {entry["file"] for entry in _catalogue() if "file" in entry} | _DECLARATIONS
    names |= {f.name for f in _FOLDER.iterdir() if f.name.startswith(_BOOK_PREFIX)}
    return [Payload(name, (_FOLDER / name).read_bytes()) for name in sorted(names)]


@cache
def clock() -> ReleaseClock:
    """The release clocks with their recorded exceptions."""
    payload = Payload("release_exceptions.csv", (_FOLDER / "release_exceptions.csv").read_bytes())
    return ReleaseClock(
        {
            (row["rule"], date.fromisoformat(row["period"])): (
                None
                if row["known_at"] == "never"
                else datetime.fromisoformat(row["known_at"]).replace(tzinfo=NEW_YORK)
            )
            for _, row in read_rows(payload)
        }
    )


def parse(payload: Payload, catalogue: Catalogue) -> Parsed:
    """Read one shipped file: columns of the catalogue, or a book of holdings.

    Raises
    ------
    Unparseable
        If the file is not what the catalogue says.
    UnitError
        If a unit differs from the declared one.
    """
    if payload.name in _DECLARATIONS:
        return Parsed(payload=payload)
    clock = catalogue.clock
    if payload.name.startswith(_BOOK_PREFIX):
        return Parsed(payload=payload, books=(_book(payload, clock),))
    entries = {entry["column"]: entry for entry in _catalogue() if entry.get("file") == payload.name}
    if not entries:
        raise Unparseable("{file}: not in the catalogue of shipped figures", file=payload.name)
    wanted = {c: (catalogue.specs[entry["id"]], Unit.parse(entry["unit"])) for c, entry in entries.items()}
    columns = read_columns(payload, wanted, clock)
    last = max(int(rows.periods[-1]) for rows in columns if len(rows))
    completed = []
    for rows, entry in zip(columns, entries.values(), strict=True):
        if "zero_elsewhere" in entry:
            rows = _with_zeros(rows, entry["zero_elsewhere"], clock)
        if "nil_after" in entry:
            rows = _nil_after(rows, entry["nil_after"], last, clock)
        completed.append(rows)
    return Parsed(payload=payload, observations=tuple(completed))


def _nil_after(rows: Observations, end: date, last: int, clock: ReleaseClock) -> Observations:
    """Add the zeros of a line that left its release once it was nil: every period after `end` to the file's last."""
    periods, values = rows.periods.tolist(), rows.values.tolist()
    period = next_period(end, rows.spec.frequency)
    while period is not None and period.toordinal() <= last:
        periods.append(period.toordinal())
        values.append(0.0)
        period = next_period(period, rows.spec.frequency)
    return clocked(rows.spec, rows.unit, periods, values, clock, rows.digest)


def _with_zeros(rows: Observations, span: tuple[date, date], clock: ReleaseClock) -> Observations:
    """Add the zeros of a file that lists only days of use: every other market day of `span`, both ends included."""
    start, end = span
    used = dict(zip(rows.periods.tolist(), rows.values.tolist(), strict=True))
    days = range(start.toordinal(), end.toordinal() + 1)
    periods = [day for day in days if day in used or is_market_day(date.fromordinal(day))]
    values = [used.get(day, 0.0) for day in periods]
    return clocked(rows.spec, rows.unit, periods, values, clock, rows.digest)


def _book(payload: Payload, clock: ReleaseClock) -> Book:
    """The SOMA Treasury and agency book of the date in the file's name."""
    day = date.fromisoformat(payload.name.removeprefix(_BOOK_PREFIX).removesuffix(".csv"))
    return read_book(payload, clock, day=day)


SOURCE = Source(title="Figures shipped with runoff", specs=specs, payloads=payloads, clock=clock, parse=parse)
