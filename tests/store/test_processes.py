"""Several processes on one store: seeding, reading beside a writer, and a writer that is killed."""

import multiprocessing
import os
import random
import signal
import time
from contextlib import contextmanager

from tests.core.rows import day, moment
from tests.store import workers
from tests.store.workers import RECORDED_AT, A, digest, everything, lengths, pair

from runoff.core.document import DocumentKind
from runoff.core.view import Needs

SPAWN = multiprocessing.get_context("spawn")
FORK = multiprocessing.get_context(
    "forkserver"
)  # where processes are many: each starts with everything imported
FORK.set_forkserver_preload(["tests.store.workers"])
SECONDS = 60  # a hang ends here
KILLS = 100  # on each database


@contextmanager
def running(*processes):
    """Processes that run within the block, and none after it."""
    try:
        for process in processes:
            process.start()
        yield
    finally:
        for process in processes:
            if process.pid is not None:
                process.kill()
                process.join()
            process.close()


def finish(*processes):
    """Wait until they end of their own accord, without an error."""
    for process in processes:
        process.join(SECONDS)
        assert process.exitcode == 0


def test_two_processes_may_seed_one_store_at_once(new_url):
    """Whoever comes second finds the rows there: one set of rows, no error, on ten new stores in a row."""
    urls, results, barrier = [new_url() for _ in range(10)], SPAWN.Queue(), SPAWN.Barrier(2)
    seeders = [SPAWN.Process(target=workers.seed, args=(urls, barrier, results)) for _ in range(2)]
    with running(*seeders):
        found = [results.get(timeout=SECONDS) for _ in range(20)]
        finish(*seeders)
    assert all(isinstance(result, tuple) for result in found), found
    for url in urls:
        mine = [(added, lengths_) for where, added, lengths_ in found if where == url]
        assert sorted(added for added, _ in mine) == [0, 40]
        assert {lengths_ for _, lengths_ in mine} == {(20, 20)}


def test_readers_beside_a_writer_never_see_half_an_append(url, store):
    """While one process appends pair after pair, three others only ever see whole pairs, and in the end all."""
    batches = 30
    ready, start, results = SPAWN.Semaphore(0), SPAWN.Event(), SPAWN.Queue()
    writer = SPAWN.Process(target=workers.write, args=(url, batches, start))
    readers = [
        SPAWN.Process(target=workers.watch, args=(url, 10 * batches, ready, results)) for _ in range(3)
    ]
    with running(writer, *readers):
        for _ in readers:
            assert ready.acquire(timeout=SECONDS)
        start.set()
        found = [results.get(timeout=SECONDS) for _ in readers]
        finish(writer, *readers)
    for seen in found:
        assert isinstance(seen, list), seen
        assert all(a == b and a % 10 == 0 for a, b in seen), seen
        assert (seen[0], seen[-1]) == ((0, 0), (10 * batches, 10 * batches))
    assert max(len(seen) for seen in found) > 2, "no reader read while the writer wrote"


def test_a_bulk_append_is_there_at_once(url, store):
    """While one process appends sixty files at once, a reader sees none of them or all."""
    batches, ready, start, results = 30, SPAWN.Semaphore(0), SPAWN.Event(), SPAWN.Queue()
    writer = SPAWN.Process(target=workers.write_at_once, args=(url, batches, start))
    reader = SPAWN.Process(target=workers.watch, args=(url, 10 * batches, ready, results))
    with running(writer, reader):
        assert ready.acquire(timeout=SECONDS)
        start.set()
        assert results.get(timeout=SECONDS) == [(0, 0), (10 * batches, 10 * batches)]
        finish(writer, reader)


def test_two_writers_of_one_series_lose_nothing(url, store):
    """Weeks that two processes append in turn to the same series are all there, packed and in rows."""
    barrier, results = SPAWN.Barrier(2), SPAWN.Queue()
    writers = [SPAWN.Process(target=workers.write_in_turn, args=(url, n, barrier, results)) for n in range(2)]
    with running(*writers):
        assert sorted(results.get(timeout=SECONDS) for _ in writers) == [0, 1]
        finish(*writers)
    columns = store.history(Needs(series=frozenset({A.id}))).columns[A.id]
    assert columns.values.tolist() == [float(week) for week in range(40)]
    assert all(len(store.why(A.id, day(7 * week))) == 1 for week in range(40))


def test_a_writer_killed_in_the_middle_leaves_nothing_half_written(url, connect):
    """Killed after one file of two: that file is not there, what was committed is, and the next append works."""
    mine, theirs = SPAWN.Pipe()
    writer = SPAWN.Process(target=workers.stop_midway, args=(url, theirs))
    with running(writer):
        assert mine.poll(SECONDS)
        assert mine.recv() == "a1 is written, b1 is not"
        writer.kill()
        writer.join(SECONDS)
        assert writer.exitcode == -signal.SIGKILL
        store = connect(url)
        assert lengths(store) == (10, 10)
        assert store.digests() == {digest("a0"), digest("b0")}
        assert store.append(pair(1), recorded_at=RECORDED_AT).added == 20
        assert lengths(store) == (20, 20)


def require_whole(store, last):
    """Everything up to number `last` is in the store, and nothing after it."""
    assert lengths(store) == (10 * (last + 1),) * 2
    assert store.digests() == {digest(f"{letter}{n}") for letter in "ab" for n in range(last + 1)}
    assert store.stored().documents == {f"x:{n}" for n in range(last + 1)}
    needs = Needs(books=frozenset("x"), documents=frozenset({DocumentKind.STATEMENT}))
    view = store.history(needs).at(moment(10_000))
    ((_, written), answer) = everything(last)
    assert (view.book("x"), view.documents("x", DocumentKind.STATEMENT)[-1]) == (
        written.books[0],
        written.documents[0],
    )
    assert store.remembered("x") == {"all": answer}
    assert (store.raw(digest(f"b{last}")), store.raw(digest(f"a{last + 1}"))) == (b"b%d" % last, None)
    assert store.why(A.id, day(10 * last + 9))[-1].digest == digest(f"a{last}")


def test_a_writer_killed_at_any_moment_loses_nothing_committed(url, connect):
    """A hundred times: every append that returned before the kill is there, whole, and at most the one after it.

    Rows, books, texts, bytes and answers alike; the next process then goes on from there.
    """
    moments, last, midway = random.Random(5), 0, 0
    control, theirs = SPAWN.Pipe()
    told, tell = SPAWN.Pipe(duplex=False)
    with running(SPAWN.Process(target=workers.breed, args=(url, theirs, tell))):
        store = connect(url)
        assert control.poll(SECONDS)
        assert control.recv() == "ready"
        for _ in range(KILLS):
            control.send(last + 1)
            writer, heard = control.recv(), []
            while len(heard) < moments.choice((1, 3)):  # its first append, which is slow, or its second
                assert told.poll(SECONDS)
                heard.append(told.recv())
            time.sleep(moments.uniform(0, 0.04))
            os.kill(writer, signal.SIGKILL)
            assert control.recv() == -signal.SIGKILL
            while told.poll(0):
                heard.append(told.recv())
            begun = max(number for what, number in heard if what == "begun")
            committed = max((number for what, number in heard if what == "committed"), default=last)
            store.append([], recorded_at=RECORDED_AT)  # waits until the server, too, is done with the writer
            last = len(store.stored().documents) - 1
            assert last in {committed, begun}
            midway += begun > committed
            require_whole(store, last)
    assert last > KILLS / 4, "too few appends came to their end between the kills"
    assert midway > KILLS / 2, "most kills should fall into an append"
