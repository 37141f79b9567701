"""A store taken to another database: SQLite to PostgreSQL and back."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from tests.core.rows import moment
from tests.store.test_contract import BOOK
from tests.store.test_record import ANSWER, AT, REASON
from tests.store.workers import RECORDED_AT, A, digest, document, facts, lengths, pair, parsed

from runoff.core.errors import StoreError
from runoff.core.source import Payload
from runoff.store import copy, tables


def content(store):
    """Every row of every table, as the databases hold it."""
    with store.database.read() as connection:
        return {
            name: sorted(tuple(row) for row in connection.execute(sa.select(table)))
            for name, table in tables.metadata.tables.items()
        }


@pytest.fixture
def full(connect, new_sqlite):
    """A store on SQLite with something in every table."""
    store = connect(new_sqlite())
    store.append(
        [*pair(0), facts("odd", A, (99, 99, 5e-324), (106, 107, -0.1)), facts("wrong", A, (99, 99, 1.0)),
         parsed("soma", books=(BOOK,), documents=(document("x:1", 1, "soma", "文 %s \\ \t'"),))],
        recorded_at=RECORDED_AT, keep_raw=True, remember=[ANSWER],
    )  # fmt: skip
    store.refuse(Payload("f", b"\0<html>\xff"), REASON, source="fred", at=AT)
    assert all(content(store).values())
    return store


def test_there_and_back_again_every_row_is_the_same(full, connect, new_postgres, new_sqlite):
    """SQLite to PostgreSQL to SQLite: every table, to the last bit; progress ends where it said it would."""
    server, back = connect(new_postgres()), connect(new_sqlite())
    told = []
    copy(full, server, lambda table, done, total: told.append((table, done, total)))
    copy(server, back)
    assert content(full) == content(server) == content(back)
    assert (
        told[-1][1]
        == told[-1][2]
        == sum(len(rows) for name, rows in content(full).items() if name != "layout")
    )
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_a_copy_is_a_store_to_go_on_with(full, connect, new_url):
    """New batches, series, books and refusals are numbered after those that were copied."""
    copied = connect(new_url())
    copy(full, copied)
    for store in (full, copied):
        store.append([*pair(1), parsed("late", books=(BOOK,))], recorded_at=RECORDED_AT)
        store.append([facts("new", replace(A, id="x:N"), (0, 1, 1.0))], recorded_at=RECORDED_AT)
        store.refuse("g", REASON, source="fred", at=AT)
    assert content(copied) == content(full)
    assert copied.latest_known_at() == moment(107)


def test_a_store_that_holds_anything_is_no_target(full, connect, new_url):
    """Nothing is mixed: the message names the table, and the target stays as it was."""
    target = connect(new_url())
    target.refuse("f", REASON, source="fred", at=AT)
    before = content(target)
    with pytest.raises(
        StoreError, match=r"is not empty \(there are rows in refusal\): copy into a new one; nothing"
    ):
        copy(full, target)
    assert content(target) == before


def test_a_copy_that_fails_leaves_the_target_empty(full, connect, new_url):
    """Stopped half-way, nothing is there, and the copy can be made again."""
    target = connect(new_url())

    def stop(table, _done, _total):
        if table == "holding":
            raise InterruptedError

    empty = content(target)
    with pytest.raises((InterruptedError, StoreError)):
        copy(full, target, stop)
    assert content(target) == empty
    copy(full, target)
    assert content(target) == content(full)


def test_a_copy_is_of_one_moment(full, connect, new_url):
    """What is appended to the source meanwhile is left for another time."""
    target, writer, before = connect(new_url()), connect(full.url.render_as_string()), content(full)

    def write_meanwhile(table, _done, _total):
        if table == "batch":
            writer.append(pair(1), recorded_at=RECORDED_AT)

    copy(full, target, write_meanwhile)
    assert content(target) == before
    assert lengths(writer)[1] == 20
    assert target.raw(digest("a1")) is None
