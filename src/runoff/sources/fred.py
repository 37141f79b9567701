"""FRED: figures of many publishers as the St. Louis Fed passes them on, with or without a key.

Without a key each series is a CSV file of two columns, which states no unit: a changed unit is then seen only by the
size of the values (`runoff.core.intake` refuses a file of another size than what is stored). With a key the API is
first asked what a series is; a unit, frequency or seasonal adjustment other than the declared one is refused, and its
figures are then not asked for.

A file holds the figures as they are today. A row is dated by the release clock of its series and flagged `ASSUMED`; a
value that differs from the stored one becomes known when it is fetched. Vintages are the source `alfred`.

References
----------
Federal Reserve Bank of St. Louis, FRED API: https://fred.stlouisfed.org/docs/api/fred/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from runoff.core.errors import Unparseable
from runoff.core.fred_answers import WEEKDAY_KEPT, ask, ask_what_it_is, by_code, parse_answer, read_figures
from runoff.core.series import Observations, SeriesSpec
from runoff.core.source import Asked, Catalogue, Parsed, Payload, Request, Source
from runoff.core.tabular import clocked, read_columns, read_rows
from runoff.core.time import NEW_YORK, ReleaseClock
from runoff.core.units import Frequency

_API = "https://api.stlouisfed.org/fred"
_DATES = frozenset({"DATE", "observation_date"})  # FRED renamed the first column in 2024

# How far before the last stored period a figure is asked for again: publishers that do not revise still correct.
_CORRECTED = {
    Frequency.DAILY: timedelta(days=35),
    Frequency.WEEKLY: timedelta(days=91),
    Frequency.MONTHLY: timedelta(days=366),
    Frequency.QUARTERLY: timedelta(days=3 * 366),
    Frequency.STEP: timedelta(0),
}


def requests(asked: Asked) -> Iterable[Request]:
    """One file for each series; with a key, only once the answer to what the series is was accepted."""
    for code, specs in by_code(asked.catalogue, asked.only).items():
        since = _since(asked, specs)
        # Interest on reserves is given a day ahead; runoff takes no value of the future.
        until = asked.now.astimezone(NEW_YORK).date().isoformat()
        steps = all(spec.frequency is Frequency.STEP for spec in specs)
        if asked.key is None:
            params = {"id": code}
            params |= {} if since is None else {"cosd": since.isoformat()}
            params |= {"coed": until} if steps else {}
            yield Request(name=f"{code}.csv", path="/graph/fredgraph.csv", params=params)
        else:
            params = {} if since is None else {"observation_start": since.isoformat()}
            params |= {"observation_end": until} if steps else {}
            yield (first := ask_what_it_is(code, f"{_API}/series", asked.key))
            if first.name in asked.answers:
                yield ask(f"{code}.json", f"{_API}/series/observations", asked.key, series_id=code, **params)


def _since(asked: Asked, specs: Iterable[SeriesSpec]) -> date | None:
    """The first period to ask for; None for the whole series, of what is revised or not stored yet."""
    starts = []
    for spec in specs:
        last = asked.last.get(spec.id)
        if last is None or spec.revised:
            return None
        starts.append(last - _CORRECTED[spec.frequency])
    return min(starts)


def parse(payload: Payload, catalogue: Catalogue) -> Parsed:
    """Read one file of FRED: figures as CSV or JSON, or what a series is.

    Raises
    ------
    Unparseable, UnitError
        As for `parse_answer`.
    """
    return parse_answer(payload, catalogue, _figures)


def _figures(
    payload: Payload, code: str, specs: Iterable[SeriesSpec], clock: ReleaseClock
) -> Iterator[Observations]:
    """The figures of a file, for each of the series that have its code."""
    of_columns = payload.name == f"{code}.csv"
    for spec in specs:
        rows = _from_csv(payload, code, spec, clock) if of_columns else _from_json(payload, spec, clock)
        yield _on_its_weekday(rows, code)


def _from_csv(payload: Payload, code: str, spec: SeriesSpec, clock: ReleaseClock) -> Observations:
    """The figures of a CSV file of two columns, the date and the code."""
    for _, row in read_rows(payload):
        first, *others = row
        if first not in _DATES or others != [code]:
            raise Unparseable(
                "{file}: expected the columns observation_date and {code}, found {found}; download it again",
                file=payload.name,
                code=code,
                found=", ".join(row),
            )
        break
    (rows,) = read_columns(payload, {code: (spec, spec.unit)}, clock)
    return rows


def _from_json(payload: Payload, spec: SeriesSpec, clock: ReleaseClock) -> Observations:
    """The figures of an answer of the API."""
    values = sorted(read_figures(payload).values, key=lambda value: value.period)
    return clocked(
        spec,
        spec.unit,
        [value.period.toordinal() for value in values],
        [value.value for value in values],
        clock,
        payload.digest,
    )


def _on_its_weekday(rows: Observations, code: str) -> Observations:
    """Of a weekly series that FRED gives day by day, the rows of its own weekday."""
    if (weekday := WEEKDAY_KEPT.get(code)) is None:
        return rows
    kept = (rows.periods - 1) % 7 == weekday  # the first of all ordinals is a Monday
    return replace(
        rows,
        periods=rows.periods[kept],
        values=rows.values[kept],
        known_at=rows.known_at[kept],
        flags=np.asarray(rows.flags[kept], dtype=np.uint8),
    )


def brings(catalogue: Catalogue) -> Iterable[str]:
    """The series whose address is a page of FRED, those with a licence included."""
    return sorted(spec.id for specs in by_code(catalogue).values() for spec in specs)


SOURCE = Source(
    title="FRED, Federal Reserve Bank of St. Louis",
    licence="FRED's terms of use; each series keeps the licence of its publisher",
    home="https://fred.stlouisfed.org",
    hosts=frozenset({"api.stlouisfed.org"}),
    requests=requests,
    parse=parse,
    brings=brings,
)
