"""Twenty years of weekly books in one store: what the book of a date costs, and what it costs to add one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import sqlalchemy as sa

from bench.measure import Measured, pair
from runoff.core.holdings import Book, Holding, SecurityKind
from runoff.core.source import Parsed, Payload
from runoff.core.view import Needs
from runoff.store import Store, tables

_BOOKS, _LINES = 1_000, 5_000
_FIRST = date(2007, 1, 3)
_NEEDS = Needs(books=frozenset({"made"}))


def books_at_scale(url: str, *, books: int = _BOOKS, lines: int = _LINES) -> Iterator[Measured]:
    """The book of a date read from a store just opened, and one more appended, on the empty store at `url`.

    The baselines ask the database for the same rows by SQL, and hand it rows of the same size to insert.
    """
    _fill(url, books, lines)
    wednesday = _FIRST + timedelta(weeks=books // 2)
    moment = _known_at(wednesday)
    yield pair(
        f"the book of a date, one of {books:,} of {lines:,} lines",
        partial(_read, url, moment),
        "its rows by SQL",
        partial(_read_by_sql, url, moment),
        target_seconds=0.3,
    )
    weeks = count(books)
    store, engine = Store(url), sa.create_engine(url)
    yield pair(
        f"a book of {lines:,} lines appended",
        lambda: _append(store, next(weeks), lines),
        "its rows inserted by SQL",
        partial(_insert_by_sql, engine, lines),
        target_seconds=0.5,
    )
    store.close()
    engine.dispose()


def _known_at(wednesday: date) -> datetime:
    return datetime(wednesday.year, wednesday.month, wednesday.day, 21, 30, tzinfo=UTC) + timedelta(days=1)


def _book(week: int, lines: int) -> tuple[Payload, Book]:
    """A made-up book: so many notes, a day of maturity each."""
    day = _FIRST + timedelta(weeks=week)
    payload = Payload(f"book-{day}.csv", day.isoformat().encode())
    holdings = tuple(
        Holding(
            id=f"MADE{n:05d}",
            kind=SecurityKind.NOTE_OR_BOND,
            maturity=day + timedelta(days=1 + n),
            coupon=0.125 * (n % 48),
            par=1_000_000 * n,
        )
        for n in range(lines)
    )
    book = Book(
        portfolio="made",
        date=day,
        currency="USD",
        holdings=holdings,
        known_at=_known_at(day),
        assumed=True,
        digest=payload.digest,
    )
    return payload, book


def _append(store: Store, week: int, lines: int) -> None:
    payload, book = _book(week, lines)
    store.append([Parsed(payload=payload, books=(book,))], recorded_at=book.known_at)


def _fill(url: str, books: int, lines: int) -> None:
    """Append the first book, and let the database copy it for the other weeks: quicker than appending each."""
    store = Store(url)
    _append(store, 0, lines)
    kept = [column for column in tables.holding.c if column.name != "book"]
    with store.database.write() as connection:
        template = connection.execute(sa.select(tables.book)).mappings().one()
        for week in range(1, books):
            day = _FIRST + timedelta(weeks=week)
            dated = {"date": day.toordinal(), "known_at": int(_known_at(day).timestamp())}
            number = tables.inserted(
                connection,
                tables.book.insert().values({k: v for k, v in template.items() if k != "id"} | dated),
            )
            copied = sa.select(sa.literal(number), *kept).where(tables.holding.c.book == template["id"])
            connection.execute(tables.holding.insert().from_select(["book", *(c.name for c in kept)], copied))
    store.close()


def _read(url: str, moment: datetime) -> None:
    store = Store(url)
    book = store.history(_NEEDS).at(moment).book("made")
    assert book is not None
    assert sum(h.par for h in book.holdings) > 0
    store.close()


def _read_by_sql(url: str, moment: datetime) -> None:
    engine = sa.create_engine(url)
    statement = sa.text(
        "SELECT * FROM holding WHERE book = (SELECT id FROM book WHERE portfolio = 'made' AND known_at <= :moment "
        "ORDER BY date DESC LIMIT 1) ORDER BY maturity"
    )
    with engine.connect() as connection:
        connection.execute(statement, {"moment": int(moment.timestamp())}).all()
    engine.dispose()


def _insert_by_sql(engine: sa.Engine, lines: int) -> None:
    rows: list[dict[str, Any]] = [
        {"security": f"MADE{n:05d}", "kind": "note_bond", "maturity": n, "coupon": 1.0, "par": n}
        for n in range(lines)
    ]
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "CREATE TEMPORARY TABLE made (security TEXT PRIMARY KEY, kind TEXT, maturity INTEGER, coupon FLOAT, "
                "par BIGINT)"
            )
        )
        connection.execute(
            sa.text("INSERT INTO made VALUES (:security, :kind, :maturity, :coupon, :par)"), rows
        )
        connection.execute(sa.text("DROP TABLE made"))


if __name__ == "__main__":  # python -m bench.store URL: on another database than the one `make bench` uses
    for found in books_at_scale(sys.argv[1]):
        print(
            f"{found.what:50} {1000 * found.seconds:7.1f} ms {found.ratio:8.3f}  {found.baseline} "
            f"({1000 * found.baseline_seconds:.1f} ms)"
        )
