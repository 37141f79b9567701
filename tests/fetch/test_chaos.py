"""Five hundred publishers that misbehave by chance: the right file or a reason, never a part or a wrong one."""

import random
from dataclasses import replace

import pytest
from tests.fetch import server
from tests.fetch.conftest import Clock
from tests.fetch.server import Fault, Publisher

from runoff.core.source import Catalogue, Parsed, Payload, Request, Source
from runoff.fetch import Fetcher, Outcome, Remembered

SEQUENCES = 500
KEY = "s3cret"

# What another attempt makes good, and what ends a request.
PASSING: dict[str, Fault] = {
    "reset": server.reset,
    "reset halfway": server.reset_halfway,
    "hang up": server.hang_up,
    "nonsense": server.nonsense,
    "cut": server.cut,
    "chunks cut": server.chunked_and_cut,
    "gzip cut": server.zipped_and_cut,
    "false gzip": server.falsely_zipped,
    "500": server.status(500),
    "502": server.status(502),
    "429": server.busy(3),
    "429 by date": server.status(429, Retry_After=server.MODIFIED, Date="Wed, 18 Sep 2019 20:29:51 GMT"),
}
LASTING: dict[str, Fault] = {
    "page": server.page,
    "empty": server.empty,
    "other encoding": server.other_encoding,
    "304 unasked": server.status(304),
    "403": server.status(403),
    "404": server.status(404),
    "circle": server.moved("/file.csv"),
    "elsewhere": server.moved("https://evil.invalid/"),
    "years": server.busy(10**9),
}
HARMLESS: dict[str, Fault | None] = {
    "good": None,
    "gzip": server.zipped,
    "chunks": server.chunked,
    "wrong charset": server.wrong_charset,
}


def parse(payload: Payload, catalogue: Catalogue) -> Parsed:
    """Stand where a source's own function does."""
    return Parsed(payload=payload)


SOURCE = Source(title="A publisher", parse=parse, home="https://publisher.invalid", pause_seconds=1)
REQUEST = Request(
    name="file.csv",
    path="/file.csv",
    params={"api_key": KEY},
    secret=frozenset({"api_key"}),
    most_bytes=10**6,
)


@pytest.fixture(scope="module")
def chaotic():
    """Return one publisher for all sequences, as a real one is."""
    with Publisher() as listening:
        yield listening


@pytest.mark.parametrize("block", range(10))
def test_chaos(chaotic: Publisher, block: int) -> None:
    """Each sequence ends as its first fault that lasts, or with the file where fewer faults passed than attempts."""
    clock = Clock()
    with Fetcher(agent="a", sleep=clock.sleep, clock=clock, random=random.Random(block).random) as fetcher:
        for seed in range(block, SEQUENCES, 10):
            draw = random.Random(seed)
            body = b"DATE,VALUE\n" + b"".join(
                b"%d,%d\n" % (i, draw.randrange(10**9)) for i in range(draw.randrange(1, 4000))
            )
            chaotic.serve("/file.csv", body)
            names = draw.choices([*PASSING, *LASTING, *HARMLESS, "drip"], k=draw.randrange(8))
            faults = PASSING | LASTING | HARMLESS | {"drip": server.dripping(lambda: clock.pass_by(9))}
            chaotic.script(*(faults[name] for name in names))
            fetched = fetcher.fetch(SOURCE, REQUEST, home=chaotic.address)
            _judge(fetched, names, body, seed)


def _judge(fetched, names, body, seed) -> None:
    assert KEY not in repr(fetched), seed
    if fetched.outcome is Outcome.NEW:
        assert fetched.payload == Payload("file.csv", body), (seed, names)
        assert fetched.reason is None
        assert fetched.remembered is not None
        assert fetched.remembered.digest == fetched.payload.digest
    else:
        assert fetched.payload is None, (seed, names)
        assert str(fetched.reason).startswith("file.csv: "), (seed, names)
    assert fetched.outcome is _expected(names), (seed, names, fetched.reason)


def _expected(names: list[str]) -> Outcome:
    """What four attempts meet, by the script alone."""
    attempts, redirections = 0, 0
    ended = Outcome.NEW
    for name in [*names, "good"]:
        if name == "circle":  # one redirection: the next fault is its target's
            redirections += 1
            if redirections > 5:
                return Outcome.REFUSED
            continue
        redirections = 0
        if name in HARMLESS:
            return Outcome.NEW
        if name in LASTING:
            return Outcome.FAILED if name == "years" else Outcome.REFUSED
        cut = {"reset halfway", "cut", "chunks cut", "gzip cut", "false gzip"}
        ended = Outcome.REFUSED if name in cut else Outcome.FAILED
        attempts += 1
        if attempts == 4:
            return ended
    return ended


def test_what_is_remembered_survives_chaos(chaotic: Publisher) -> None:
    """With the digest of the file at hand, no fault turns it into news."""
    clock, draw = Clock(), random.Random(500)
    body = b"DATE,VALUE\n2019-09-18,1\n"
    chaotic.serve("/file.csv", body)
    before = Remembered(etag='"stale"', modified=None, digest=Payload("", body).digest)
    with Fetcher(agent="a", sleep=clock.sleep, clock=clock) as fetcher:
        for _ in range(50):
            chaotic.script(*draw.choices([*PASSING.values(), *HARMLESS.values()], k=3))
            fetched = fetcher.fetch(replace(SOURCE), REQUEST, before, home=chaotic.address)
            assert (fetched.outcome, fetched.payload) == (Outcome.UNCHANGED, None)
