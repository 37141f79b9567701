"""ALFRED: every vintage of a figure, from the St. Louis Fed's archive; it needs a key of the FRED API.

A value becomes known on the first day the archive has it, at the hour of the series' release: the day is published,
the hour is assumed.

The archive answers for at most 2,000 vintages at once, and refuses a time in which it has none. So it is asked in
windows whose borders are fixed days (`_windows`): the first reaches from the start to the end of 2009, every other
five years, fewer days than vintages allowed. A window clamps the dates of a value to its own; each therefore begins on
the last day of the one before it, and what was published on that day already is the earlier window's to tell. A value
that spans a border is one vintage, with no window needing to know another.

Which series: those revised with each release of a month or quarter, once it is declared since when all vintages are in
the declared unit (`_SINCE`). The archive states the unit of today alone, and an index or real GDP had other bases. What
estimates revise whole every week (financial conditions, the term premium) is not asked for: it would be millions of
rows.

References
----------
Federal Reserve Bank of St. Louis, FRED API, real-time periods: https://fred.stlouisfed.org/docs/api/fred/realtime_period.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise

from runoff.core.errors import Unparseable
from runoff.core.fred_answers import ask, ask_what_it_is, by_code, parse_answer, read_figures
from runoff.core.series import Observations, SeriesSpec
from runoff.core.source import Asked, Catalogue, Parsed, Payload, Request, Source
from runoff.core.time import NEW_YORK, ReleaseClock
from runoff.core.vintages import OPEN, observations

_BEGINNING = date(1776, 7, 4)  # the archive's own word for "from the start"
# Until then the archive has fewer than 1,700 vintages of any of these: H.6, the most frequent, was weekly from 1979.
_FIRST_BORDER, _YEARS = 2009, 5

# Since when all vintages are in the declared unit. What the archive had on that day already counts as known from it,
# which errs on the late side.
_SINCE: Mapping[str, date] = {
    "GDP": _BEGINNING,
    "GDPC1": date(2023, 9, 28),  # chained dollars of 2017, since the comprehensive update of that day
    "M1SL": _BEGINNING,
    "M2SL": _BEGINNING,
    "PAYEMS": _BEGINNING,
    "UNRATE": _BEGINNING,
    "CPIAUCSL": date(1990, 1, 1),  # 1982-84 = 100, since the index of January 1988
    "CPILFESL": date(1990, 1, 1),
}


def requests(asked: Asked) -> Iterable[Request]:
    """What each series is; once that was accepted, its vintages window by window. Nothing without a key."""
    if asked.key is None:
        return
    today = asked.now.astimezone(NEW_YORK).date()
    for code in by_code(asked.catalogue, asked.only):
        if code not in _SINCE:
            continue
        yield (first := ask_what_it_is(code, "/fred/series", asked.key))
        if first.name not in asked.answers:
            continue
        for start, end in _windows(_SINCE[code], today):
            yield ask(
                f"{code}.{start}.json",
                "/fred/series/observations",
                asked.key,
                series_id=code,
                output_type="1",
                realtime_start=start.isoformat(),
                realtime_end=end.isoformat(),
            )


def _windows(since: date, today: date) -> Iterator[tuple[date, date]]:
    """The real-time periods to ask for, each beginning on the last day of the one before; the last is open."""
    borders = (date(year, 12, 31) for year in range(_FIRST_BORDER, today.year, _YEARS))
    return pairwise((since, *(border for border in borders if border > since), OPEN))


def parse(payload: Payload, catalogue: Catalogue) -> Parsed:
    """Read one window of a series' vintages, or what the series is.

    Raises
    ------
    Unparseable
        If it is of a series whose vintages are not read, or as for `parse_answer`.
    UnitError
        As for `parse_answer`.
    """
    if payload.name.partition(".")[0] not in _SINCE:
        raise Unparseable("{file}: no series whose vintages runoff reads", file=payload.name)
    return parse_answer(payload, catalogue, _vintages)


def _vintages(
    payload: Payload, code: str, specs: Iterable[SeriesSpec], clock: ReleaseClock
) -> Iterator[Observations]:
    """The vintages of a window, without those that the window before it tells; nothing where it has no others."""
    figures = read_figures(payload)
    if payload.name != f"{code}.{figures.start}.json":
        raise Unparseable(
            "{file}: the answer begins on {found}; expected the day in its name: download it again",
            file=payload.name,
            found=figures.start,
        )
    opens = figures.start == _SINCE[code]
    if told := [v for v in figures.values if opens or v.start > figures.start]:
        for spec in specs:
            yield observations(payload, told, spec, spec.unit, clock)


def brings(catalogue: Catalogue) -> Iterable[str]:
    """The series whose vintages are asked for."""
    return sorted(spec.id for code, specs in by_code(catalogue).items() if code in _SINCE for spec in specs)


SOURCE = Source(
    title="ALFRED, vintages of the Federal Reserve Bank of St. Louis",
    licence="FRED's terms of use; each series keeps the licence of its publisher",
    home="https://api.stlouisfed.org",
    pause_seconds=0.6,  # 120 requests a minute are allowed
    requests=requests,
    parse=parse,
    brings=brings,
)
