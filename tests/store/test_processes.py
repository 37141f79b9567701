"""Several processes on one store: seeding, reading beside a writer, and a writer that is killed."""

import multiprocessing
import signal
from contextlib import contextmanager

from tests.store import workers
from tests.store.workers import RECORDED_AT, digest, lengths, pair

SPAWN = multiprocessing.get_context("spawn")
SECONDS = 60  # a hang ends here


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


def test_a_writer_killed_at_any_moment_loses_nothing_committed(url, connect):
    """Every append that returned before the kill is there, whole, and at most the one after it."""
    mine, theirs = SPAWN.Pipe()
    writer = SPAWN.Process(target=workers.write_and_tell, args=(url, theirs))
    last = -1
    with running(writer):
        while last < 15:
            assert mine.poll(SECONDS)
            last = mine.recv()
        writer.kill()
        writer.join(SECONDS)
        theirs.close()
        while mine.poll(0):  # what it told before it died
            try:
                last = mine.recv()
            except EOFError:
                break
    store = connect(url)
    a, b = lengths(store)
    assert a == b
    assert a // 10 in {last + 1, last + 2}
    assert store.append(pair(5000), recorded_at=RECORDED_AT).added == 20
