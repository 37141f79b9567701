"""Files to append, and what other processes do with a store: importable, so that a spawned process finds it."""

import time
from datetime import UTC, datetime

from tests.core.rows import rows, spec

from runoff.core.series import Observations
from runoff.core.source import Parsed, Payload
from runoff.core.view import Needs
from runoff.store import Store

RECORDED_AT = datetime(2026, 10, 1, tzinfo=UTC)
A, B = spec("x:A"), spec("x:B")
NEEDS = Needs(series=frozenset({A.id, B.id}))


def parsed(name: str, *observations: Observations, books=()) -> Parsed:
    """A file of that name whose bytes are its name; the rows carry its digest."""
    return Parsed(payload=Payload(name, name.encode()), observations=observations, books=books)


def digest(name: str) -> str:
    """The digest of the file of that name."""
    return Payload(name, name.encode()).digest


def facts(name, of, *given):
    """A file that holds one series."""
    return parsed(name, rows(of, given, digest=digest(name)))


def pair(number: int) -> list[Parsed]:
    """Two files that belong together: the same ten periods of A and of B, all with the value `number`."""
    given = [(10 * number + n, 10 * number + n, float(number)) for n in range(10)]
    return [facts(f"a{number}", A, *given), facts(f"b{number}", B, *given)]


def lengths(store: Store) -> tuple[int, int]:
    """How many rows of A and of B a reader finds."""
    columns = store.history(NEEDS).columns
    return tuple(len(columns[s].periods) if s in columns else 0 for s in (A.id, B.id))


# --- what runs in a process of its own -------------------------------------------------------------------------------


def seed(urls, barrier, results):
    """Open each store and append the same files, at the same moment as others do."""
    try:
        for url in urls:
            barrier.wait(60)
            store = Store(url)
            appended = store.append(pair(0) + pair(1), recorded_at=RECORDED_AT)
            results.put((url, appended.added, lengths(store)))
            store.close()
    except BaseException as error:
        barrier.abort()
        results.put(repr(error))
        raise


def write(url, batches, start):
    """Append pair after pair."""
    store = Store(url)
    start.wait(60)
    for number in range(batches):
        store.append(pair(number), recorded_at=RECORDED_AT)
    store.close()


def watch(url, last, ready, results):
    """Read until the last pair is there; tell how many states were seen, and any that was half one."""
    store = Store(url)
    seen, deadline = {lengths(store)}, time.monotonic() + 60
    ready.release()
    try:
        while (last, last) not in seen and time.monotonic() < deadline:
            seen.add(lengths(store))
        results.put(sorted(seen))
    except BaseException as error:
        results.put(repr(error))
        raise
    finally:
        store.close()


def stop_midway(url, pipe):
    """Commit one pair, write the first file of the next, then wait to be killed."""
    store = Store(url)
    store.append(pair(0), recorded_at=RECORDED_AT)

    def progress(name):
        if name == "b1":
            pipe.send("a1 is written, b1 is not")
            time.sleep(600)

    store.append(pair(1), recorded_at=RECORDED_AT, progress=progress)


def write_and_tell(url, pipe):
    """Append pair after pair and tell the number of each that is committed."""
    store = Store(url)
    for number in range(10_000):
        store.append(pair(number), recorded_at=RECORDED_AT)
        pipe.send(number)
