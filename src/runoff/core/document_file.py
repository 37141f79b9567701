"""Texts as plain files: one a day, named after it, and an index that says when each came out and how long it is.

The publisher's pages state their hour and are read elsewhere. A text in a folder states none, so its hour follows a
rule that errs on the late side (`moment_of`), and the document is marked `assumed`.

References
----------
Federal Reserve Board, press release of 13 March 2013 on the times of statements and news conferences; FOMC, "FOMC
policy on external communications", on the release of minutes three weeks after a meeting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from runoff.core.document import Document, DocumentKind
from runoff.core.errors import Unparseable
from runoff.core.source import Payload
from runoff.core.tabular import read_rows
from runoff.core.time import NEW_YORK, end_of_day, is_fed_day, next_day

_NAME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:_([a-z0-9]+))?\.txt")
_TITLES = {
    DocumentKind.STATEMENT: "Statement",
    DocumentKind.MINUTES: "Minutes",
    DocumentKind.IMPLEMENTATION_NOTE: "Implementation note",
    DocumentKind.DESK_STATEMENT: "Statement of the trading desk",
}

# Statements that did not come out at their hour (the pages state it): before markets opened, and on a Sunday.
_STATED = {
    date(2008, 11, 25): time(8, 15),
    date(2020, 3, 15): time(17, 0),
    date(2020, 3, 23): time(8, 0),
}
# The first day of each practice, and the hour by which a statement was out. 14:00 is exact since 2013; before, it was
# about 14:15 and now and then some minutes later (12:30 where a news conference followed); in the 1990s any time.
_STATEMENT_HOURS = ((date(2013, 3, 20), time(14, 0)), (date(1999, 5, 18), time(14, 30)))
_MINUTES_HOUR = time(14, 0)
# Three weeks, and up to 23 days around holidays (115 meetings of 2008 to 2023).
_MINUTES_DAYS = 23


def moment_of(
    kind: DocumentKind, day: date, *, bank: str = "fed", released_on: date | None = None
) -> tuple[datetime, bool]:
    """When a text could be read whose page does not say it, and whether that is assumed.

    Parameters
    ----------
    kind, day, bank
        The text, and the day of its meeting or decision.
    released_on
        The day it came out, where that is known.

    Examples
    --------
    >>> moment_of(DocumentKind.STATEMENT, date(2022, 5, 4))[0].isoformat()
    '2022-05-04T14:00:00-04:00'
    >>> moment_of(DocumentKind.MINUTES, date(2018, 1, 31), released_on=date(2018, 2, 21))[0].isoformat()
    '2018-02-21T14:00:00-05:00'
    """
    if bank != "fed" or kind is DocumentKind.DESK_STATEMENT:
        return end_of_day(released_on or day), True
    if kind is DocumentKind.MINUTES:
        # An index that gives the day of the meeting itself gives no day of release.
        out = released_on if released_on is not None and released_on > day else None
        if out is None:
            out = day + timedelta(days=_MINUTES_DAYS)
            out = out if is_fed_day(out) else next_day(out)
        return datetime.combine(out, _MINUTES_HOUR, NEW_YORK), True
    if day in _STATED:
        return datetime.combine(day, _STATED[day], NEW_YORK), False
    hour = next((hour for first, hour in _STATEMENT_HOURS if day >= first), None)
    if hour is None or day.weekday() >= 5:
        return end_of_day(day), True
    return datetime.combine(day, hour, NEW_YORK), True


def read_documents(
    texts: Iterable[Payload], *, bank: str, kind: DocumentKind, index: Payload | None = None
) -> tuple[Document, ...]:
    """Read a folder of texts, each named ``2022-05-04.txt``, or ``2022-05-04_part.txt`` where a day has several.

    Parameters
    ----------
    texts
        The files, unpacked.
    bank, kind
        Whose texts they are, and of which kind: an index speaks of one.
    index
        A table whose first column is the day; `released_on`, `chars`, `complete` and `form` are read where they are
        there. Every text must be in it, and everything in it among the texts.

    Raises
    ------
    Unparseable
        If a name is no day, a text is empty, cut short or a web page, or index and texts do not fit each other.
    """
    rows = None if index is None else _read_index(index)
    documents = []
    for payload in texts:
        day, _ = _named(payload)
        if rows is not None and index is not None and day not in rows:
            raise Unparseable(
                "{file}: no line for {day} in {index}; add it, or take the text away",
                file=payload.name,
                day=day,
                index=index.name,
            )
        documents.append(read_text(payload, bank=bank, kind=kind, row={} if rows is None else rows[day]))
    if index is not None and rows is not None and (lost := sorted(set(rows) - {d.day for d in documents})):
        raise Unparseable(
            "{index}: {count} texts of it are missing, the first {day}; put them into the folder",
            index=index.name,
            count=len(lost),
            day=lost[0],
        )
    return tuple(sorted(documents, key=lambda d: (d.day, d.id)))


def read_text(payload: Payload, *, bank: str, kind: DocumentKind, row: Mapping[str, str]) -> Document:
    """Read one text; lines at its top that begin with "# " are about it, "# source:" gives its address.

    `row` is its line in the index, empty where there is none.

    Raises
    ------
    Unparseable
        As for `read_documents`.
    """
    day, part = _named(payload)
    text, source = _text(payload)
    _require_whole(payload, text, row)
    published_at, assumed = moment_of(
        kind, day, bank=bank, released_on=_day(payload.name, row.get("released_on", ""))
    )
    form = row.get("form", "")
    return Document(
        id=":".join(filter(None, (bank, kind.value, day.isoformat(), part))),
        bank=bank,
        kind=kind,
        day=day,
        title=_TITLES[kind] + (f" ({form})" if form else ""),
        published_at=published_at,
        assumed=assumed,
        url=source,
        text=text,
        digest=payload.digest,
    )


def _read_index(index: Payload) -> dict[date, Mapping[str, str]]:
    """The lines of an index by day, which is its first column."""
    found: dict[date, Mapping[str, str]] = {}
    for line, row in read_rows(index):
        day = _day(f"{index.name}, line {line}", next(iter(row.values())))
        if day is None or day in found:
            raise Unparseable(
                "{file}, line {line}: expected a day that no other line has, found {cell!r}",
                file=index.name,
                line=line,
                cell=next(iter(row.values())),
            )
        found[day] = row
    return found


def _named(payload: Payload) -> tuple[date, str]:
    """Day and part that the name of a file gives."""
    match = _NAME.fullmatch(payload.name)
    day = None if match is None else _day(payload.name, match[1])
    if match is None or day is None:
        raise Unparseable(
            "{file}: a text is named after its day, as 2022-05-04.txt; rename it", file=payload.name
        )
    return day, match[2] or ""


def _day(where: str, cell: str) -> date | None:
    """The day in a cell; None where it is empty."""
    if not cell.strip():
        return None
    try:
        return date.fromisoformat(cell.strip())
    except ValueError as error:
        raise Unparseable(
            "{where}: {cell!r} is no date; expected 2019-09-18", where=where, cell=cell
        ) from error


def _text(payload: Payload) -> tuple[str, str]:
    """The words of a file, and the address that its first lines give."""
    try:
        text = payload.content.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise Unparseable("{file}: no UTF-8 text; save it as one", file=payload.name) from error
    if text[:1] == "<":
        raise Unparseable("{file}: a web page, not a text; save its words alone", file=payload.name)
    lines = text.split("\n")
    source = ""
    while lines and lines[0].startswith("# "):
        key, _, value = lines.pop(0).removeprefix("# ").partition(":")
        source = value.strip() if key == "source" else source
    return "\n".join(lines).strip(), source


def _require_whole(payload: Payload, text: str, row: Mapping[str, str]) -> None:
    """Refuse a text that the index calls incomplete, or that is not as long as it says."""
    if row.get("complete", "yes") != "yes":
        raise Unparseable("{file}: its index calls it incomplete; leave it out", file=payload.name)
    stated = row.get("chars", "")
    if not stated:
        return
    # An index may count a blank at the end that a text no longer has.
    if not stated.isdecimal() or not 0 <= int(stated) - len(text) <= 1:
        raise Unparseable(
            "{file}: {found} characters, and its index says {stated}; is the file cut short?",
            file=payload.name,
            found=len(text),
            stated=stated,
        )
