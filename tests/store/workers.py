"""Files to append, and what other processes do with a store: importable, so that a spawned process finds it."""

import os
import signal
import time
from dataclasses import replace
from datetime import UTC, datetime

from tests.core.rows import day, moment, rows, spec

from runoff.core.document import Document, DocumentKind
from runoff.core.holdings import Book, Holding, SecurityKind
from runoff.core.series import Observations
from runoff.core.source import Parsed, Payload
from runoff.core.view import Needs
from runoff.store import Answer, Store

RECORDED_AT = datetime(2026, 10, 1, tzinfo=UTC)
A, B = spec("x:A"), spec("x:B")
NEEDS = Needs(series=frozenset({A.id, B.id}))


def parsed(name: str, *observations: Observations, books=(), documents=()) -> Parsed:
    """A file of that name whose bytes are its name; the rows carry its digest."""
    payload = Payload(name, name.encode())
    return Parsed(payload=payload, observations=observations, books=tuple(books), documents=tuple(documents))


def document(
    document_id: str, published: int, file: str, text: str = "The Committee decided.", **changes
) -> Document:
    """A statement of a made-up bank that a file of that name holds, published as `moment` counts."""
    fields = {
        "id": document_id,
        "bank": "x",
        "kind": DocumentKind.STATEMENT,
        "day": day(0),
        "title": "Statement 声明",
        "published_at": moment(published),
        "assumed": False,
        "url": "https://example.org/statement",
        "text": text,
        "digest": digest(file),
    }
    return Document(**(fields | changes))


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


def everything(number: int) -> tuple[list[Parsed], Answer]:
    """A pair with a book and a document in its second file, and the answer that brought them."""
    (first, second), file = pair(number), f"b{number}"
    bill = Holding(id="MADEUP", kind=SecurityKind.BILL, maturity=day(number + 1), coupon=None, par=number)
    held = Book(
        portfolio="x",
        date=day(number),
        currency="USD",
        holdings=(bill, replace(bill, id="MADEUP2")),
        known_at=moment(number),
        assumed=False,
        digest=digest(file),
    )
    second = replace(second, books=(held,), documents=(document(f"x:{number}", number, file),))
    answer = Answer(
        source="x",
        request="all",
        etag=str(number),
        modified=None,
        digest=digest(file),
        fetched_at=RECORDED_AT,
    )
    return [first, second], answer


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


def write_in_turn(url, number, barrier, results):
    """Append every other week of a series; another process appends the weeks between."""
    try:
        store = Store(url)
        barrier.wait(60)
        for week in range(number, 40, 2):
            store.append([facts(f"w{week}", A, (7 * week, 7 * week, float(week)))], recorded_at=RECORDED_AT)
        store.close()
        results.put(number)
    except BaseException as error:
        barrier.abort()
        results.put(repr(error))
        raise


def write_at_once(url, batches, start):
    """Append pair after pair, all as one append."""
    store = Store(url)
    start.wait(60)
    files = [file for number in range(batches) for file in pair(number)]
    store.append(files, recorded_at=RECORDED_AT, keep_raw=True)
    store.close()


def breed(url, control, told):
    """For each number received bring forth a writer that goes on from there, and tell its name and how it died.

    The writers are forked from a process that has everything imported, every statement prepared and nothing open, so
    that they are in the middle of an append within milliseconds.
    """
    store = Store(url)
    files, answer = everything(0)
    store.append(files, recorded_at=RECORDED_AT, keep_raw=True, remember=[answer])
    store.close()
    control.send("ready")
    while True:
        first = control.recv()
        if (writer := os.fork()) == 0:
            try:
                signal.alarm(60)
                write_until_killed(store, first, told)
            finally:
                os._exit(1)
        control.send(writer)
        control.send(os.waitstatus_to_exitcode(os.waitpid(writer, 0)[1]))


def write_until_killed(store, first, told):
    """Append number after number, everything there is, and tell when each begins and when it is committed."""
    for number in range(first, 10_000):
        files, answer = everything(number)
        told.send(("begun", number))
        store.append(files, recorded_at=RECORDED_AT, keep_raw=True, remember=[answer])
        told.send(("committed", number))
