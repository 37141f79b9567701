"""A book of holdings of the user's own, into the store."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from runoff.actions.workspace import Workspace
from runoff.core.errors import Unavailable, Unparseable
from runoff.core.holdings import Book, Holding, SecurityKind
from runoff.core.holdings_file import read_book
from runoff.core.language import Words
from runoff.core.source import Parsed, Payload
from runoff.core.time import NEW_YORK, parse_date
from runoff.core.view import Needs

_TREASURIES_HELD = "frb:WSHOTSL"  # H.4.1, in millions, inflation compensation included
_MILLION = 1e6
# Of 967 weekly books from 2007 to 2025 four differ from the release at all, by 5.6 million at most.
_AS_PUBLISHED = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class KindHeld:
    """What a book holds of one kind of security: how many, par and inflation compensation in whole units."""

    kind: SecurityKind
    securities: int
    par: int
    inflation_compensation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedBook:
    """What an import of a book did, and what the book holds by kind, in whole units of `unit`.

    `new` is False where the very file was there before, and `in_force` is False where another of its date corrected it
    since. `treasuries` are par and inflation compensation, `treasuries_published` what the weekly release has for the
    same day (None where it has nothing), and `check` says in words how the two compare.
    """

    portfolio: str
    date: date
    known_at: datetime
    file: str
    digest: str
    new: bool
    in_force: bool
    unit: str
    securities: int
    par: int
    inflation_compensation: int
    treasuries: int
    treasuries_published: int | None
    check: str
    rows: tuple[KindHeld, ...]


def import_book(work: Workspace, words: Words, file: Path, *, date: str | None = None) -> ImportedBook:
    """Bring a file of holdings, security by security, into the store as the book of one date.

    The file is the holdings of the System Open Market Account as the New York Fed gives them for download, or a plain
    CSV file; it becomes known with the release of its week, or now where that is yet to come. A later file of the same
    date takes the place of the earlier one; a file with an error in it adds nothing.

    Parameters
    ----------
    file
        The CSV file.
    date
        The date of the holdings; needed where the file does not give it.
    """
    try:
        payload = Payload(file.name, file.read_bytes())
    except OSError as error:
        raise Unavailable("{file} cannot be read ({reason})", file=file, reason=error.strerror) from error
    now = datetime.now(UTC)
    day = None if date is None else parse_date(date)
    book = _checked(read_book(payload, work.clock, day=day), file.name, now)
    if before := work.store.books(book.portfolio, book.date):
        _require_whole(book, before[-1], file.name)
    appended = work.store.append([Parsed(payload=payload, books=(book,))], recorded_at=now, keep_raw=True)
    (*_, in_force) = work.store.books(book.portfolio, book.date)
    treasuries, published = _treasuries(book), _published(work, book.date, now)
    return ImportedBook(
        portfolio=book.portfolio,
        date=book.date,
        known_at=book.known_at,
        file=file.name,
        digest=book.digest,
        new=bool(appended.added),
        in_force=in_force.digest == book.digest,
        unit=book.currency,
        securities=len(book.holdings),
        par=sum(h.par for h in book.holdings),
        inflation_compensation=_compensation(book.holdings),
        treasuries=treasuries,
        treasuries_published=published,
        check=_compared(treasuries, published, words),
        rows=tuple(_rows(book)),
    )


def _checked(book: Book, file: str, now: datetime) -> Book:
    """The book as it is appended: of today at the latest, and known no later than now.

    Raises
    ------
    Unparseable
        If its date is yet to come.
    """
    today = now.astimezone(NEW_YORK).date()
    if book.date > today:
        raise Unparseable(
            "{file}: the holdings are as of {date}, and today is {today}; correct the date",
            file=file,
            date=book.date,
            today=today,
        )
    if book.known_at <= now:
        return book
    return replace(book, known_at=now.astimezone(NEW_YORK).replace(microsecond=0), assumed=False)


def _require_whole(book: Book, before: Book, file: str) -> None:
    """Refuse a file of the Treasuries only, or of the mortgages only, where the stored book has the others too.

    The New York Fed gives them as two files, and the second would take the place of the first.
    """
    held, had = (
        {h.kind.is_mortgage for h in b.holdings if h.kind is not SecurityKind.AGENCY} for b in (book, before)
    )
    if had - held:
        raise Unparseable(
            "{file}: holds no {missing}, and the stored book of {date} does; it would take that book's place: put "
            "the lines of both files under one header, and import that",
            file=file,
            missing="MBS" if had - held == {True} else "Treasuries",
            date=book.date,
        )


def _compensation(holdings: Iterable[Holding]) -> int:
    return round(math.fsum(h.inflation_compensation for h in holdings))


def _treasuries(book: Book) -> int:
    held = [h for h in book.holdings if h.kind.is_treasury]
    return sum(h.par for h in held) + _compensation(held)


def _compared(held: int, published: int | None, words: Words) -> str:
    """How the Treasuries of a book compare with those of the weekly release: a file cut between two lines is short."""
    if published is None:
        return words.text("the weekly release of that day is not in the store: nothing to compare with")
    if abs(held - published) <= _AS_PUBLISHED * published:
        return words.text("Treasuries as in the weekly release")
    return words.text(
        "Treasuries are {share}% of those in the weekly release: is the file whole, and of the whole portfolio?",
        share=f"{100 * held / published:.2f}",
    )


def _published(work: Workspace, day: date, now: datetime) -> int | None:
    """The Treasuries held by the weekly release of that day; None where it has none."""
    series = work.store.history(Needs(series=frozenset({_TREASURIES_HELD}))).columns.get(_TREASURIES_HELD)
    if series is None:
        return None
    found = series.as_of(now).on(day)
    return None if found is None else round(found.value * _MILLION)


def _rows(book: Book) -> Iterator[KindHeld]:
    for kind in SecurityKind:
        if held := tuple(h for h in book.holdings if h.kind is kind):
            yield KindHeld(
                kind=kind,
                securities=len(held),
                par=sum(h.par for h in held),
                inflation_compensation=_compensation(held),
            )
