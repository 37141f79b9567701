"""Books of holdings: which there are is loaded at once, what each holds when somebody looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import partial

import sqlalchemy as sa

from runoff.core.holdings import Book, Holding, SecurityKind, Unread
from runoff.core.time import from_epoch
from runoff.store.database import Database
from runoff.store.tables import batch as batches
from runoff.store.tables import book as books_table
from runoff.store.tables import holding as holdings
from runoff.store.tables import inserted


def append_book(connection: sa.Connection, book: Book, batch: int) -> int:
    """Record a book of a file, once, and return how many holdings that adds."""
    file = sa.select(batches.c.digest).where(batches.c.id == batch).scalar_subquery()
    same = (
        sa.select(books_table.c.id)
        .join(batches)
        .where(
            books_table.c.portfolio == book.portfolio,
            books_table.c.date == book.date.toordinal(),
            batches.c.digest == file,
        )
    )
    if connection.scalar(same.limit(1)) is not None:
        return 0
    book_id = inserted(
        connection,
        books_table.insert().values(
            portfolio=book.portfolio,
            date=book.date.toordinal(),
            currency=book.currency,
            known_at=int(book.known_at.timestamp()),
            assumed=book.assumed,
            batch=batch,
        ),
    )
    if not book.holdings:
        return 0
    connection.execute(
        holdings.insert(),
        [
            {
                "book": book_id,
                "security": h.id,
                "kind": h.kind,
                "maturity": h.maturity.toordinal(),
                "coupon": h.coupon,
                "par": h.par,
                "inflation_compensation": h.inflation_compensation,
                "factor": h.factor,
                "term": h.term,
            }
            for h in book.holdings
        ],
    )
    return len(book.holdings)


def books_of(
    database: Database,
    connection: sa.Connection,
    portfolios: Iterable[str],
    digests: Mapping[int, str],
    day: date | None = None,
) -> Iterator[Book]:
    """The books of portfolios (of one day, where it is given) in the order of their recording, holdings unread.

    Of two of one date and moment the later recorded corrects the earlier, which stays on record and is not loaded.
    """
    latest = (
        sa.select(sa.func.max(books_table.c.id))
        .where(books_table.c.portfolio.in_(portfolios))
        .group_by(books_table.c.portfolio, books_table.c.date, books_table.c.known_at)
    )
    if day is not None:
        latest = latest.where(books_table.c.date == day.toordinal())
    found = sa.select(books_table).where(books_table.c.id.in_(latest)).order_by(books_table.c.id)
    for row in connection.execute(found).all():
        yield Book(
            portfolio=row.portfolio,
            date=date.fromordinal(row.date),
            currency=row.currency,
            holdings=Unread(partial(_holdings, database, row.id)),
            known_at=from_epoch(row.known_at),
            assumed=row.assumed,
            digest=digests[row.batch],
        )


def _holdings(database: Database, book: int) -> tuple[Holding, ...]:
    """What a book holds, by maturity; a book is never changed, so it is what it was when the history was loaded."""
    wanted = (
        sa.select(holdings).where(holdings.c.book == book).order_by(holdings.c.maturity, holdings.c.security)
    )
    with database.read() as connection:
        rows = connection.execute(wanted).all()
    return tuple(
        Holding(
            id=row.security,
            kind=SecurityKind(row.kind),
            maturity=date.fromordinal(row.maturity),
            coupon=row.coupon,
            par=row.par,
            inflation_compensation=row.inflation_compensation,
            factor=row.factor,
            term=row.term,
        )
        for row in rows
    )


def last_books(connection: sa.Connection) -> dict[str, date]:
    """The date of the last book of each portfolio."""
    found = connection.execute(
        sa.select(books_table.c.portfolio, sa.func.max(books_table.c.date)).group_by(books_table.c.portfolio)
    )
    return {portfolio: date.fromordinal(day) for portfolio, day in found}
