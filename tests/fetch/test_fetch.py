"""What a fetch brings, what it refuses, and what it never shows."""

import gzip
import logging
import pickle
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from tests.fetch import server
from tests.fetch.conftest import Clock
from tests.fetch.server import Publisher

from runoff.core.errors import ConfigError, Unavailable, Unparseable
from runoff.core.source import Catalogue, Parsed, Payload, Request, Source
from runoff.fetch import MASK, Fetched, Fetcher, Outcome, Remembered

BODY = b"DATE,WALCL\n" + b"".join(b"2019-09-%02d,38451%02d\n" % (day, day) for day in range(1, 30))
KEY = "s3cret+key/of mine"


def parse(payload: Payload, catalogue: Catalogue) -> Parsed:
    """Stand where a source's own function does: nothing here is parsed."""
    return Parsed(payload=payload)


SOURCE = Source(title="A publisher", parse=parse, home="https://publisher.invalid/data", pause_seconds=0)
REQUEST = Request(name="WALCL.csv", path="/file.csv", params={"id": "WALCL"})
KEYED = replace(REQUEST, params={"id": "WALCL", "api_key": KEY}, secret=frozenset({"api_key"}))


@pytest.fixture
def fetcher(clock: Clock) -> Iterator[Fetcher]:
    """Return a fetcher whose waits take no time, with no chance in them."""
    with Fetcher(
        agent="runoff/test", sleep=clock.sleep, clock=clock, random=lambda: 0.5, timeout_seconds=60
    ) as made:
        yield made


@pytest.fixture
def ask(fetcher: Fetcher, publisher: Publisher) -> Callable[..., Fetched]:
    """Return a function that asks the publisher for its one file, after a script of faults."""
    publisher.serve("/file.csv", BODY)

    def ask(*faults: server.Fault | None, remembered: Remembered | None = None, **how) -> Fetched:
        publisher.script(*faults)
        source, request = how.get("source", SOURCE), how.get("request", REQUEST)
        return fetcher.fetch(source, request, remembered, home=how.get("home", publisher.address))

    return ask


def known(body: bytes = BODY) -> Remembered:
    """Return what an answer with a body leaves behind."""
    headers = server.good(body).headers
    return Remembered(
        etag=headers["ETag"], modified=headers["Last-Modified"], digest=Payload("", body).digest
    )


def test_brings_the_whole_file(ask, publisher):
    """The payload has the request's name and the publisher's bytes, and what to remember comes with it."""
    fetched = ask()
    assert fetched == Fetched(
        request=REQUEST,
        outcome=Outcome.NEW,
        payload=Payload("WALCL.csv", BODY),
        remembered=known(),
        attempts=1,
    )
    seen = publisher.seen[0]
    assert seen.target == "/file.csv?id=WALCL"
    assert seen.headers["user-agent"] == "runoff/test"
    assert seen.headers["accept-encoding"] == "gzip"


def test_an_address_keeps_its_folder_and_its_parameters(fetcher, publisher):
    """A mirror may live in a folder, and characters with a meaning in addresses are written out."""
    publisher.serve("/mirror/fred/file.csv", BODY)
    request = replace(REQUEST, path="file.csv", params={"from": "01/02/2019", "q": "a&b=c d", "last": ""})
    assert fetcher.fetch(SOURCE, request, home=f"{publisher.address}/mirror/fred/").outcome is Outcome.NEW
    assert publisher.seen[0].target == "/mirror/fred/file.csv?from=01%2F02%2F2019&q=a%26b%3Dc%20d&last="


@pytest.mark.parametrize("fault", [server.zipped, server.chunked, server.wrong_charset])
def test_takes_a_file_however_it_travels(ask, fault):
    """Compressed, in chunks or with a false word about its characters: the bytes are the file's."""
    assert ask(fault).payload == Payload("WALCL.csv", BODY)


def test_several_compressed_streams_are_one_file(ask):
    """A file may be compressed in parts, one after the other."""

    def parts(answer: server.Answer) -> server.Answer:
        whole = server.zipped(answer)
        pieces = (gzip.compress(BODY[:100]), gzip.compress(BODY[100:]))
        return replace(
            whole,
            headers=whole.headers | {"Content-Length": str(sum(map(len, pieces)))},
            pieces=pieces,
            pause_seconds=0.01,
        )

    assert ask(parts).payload == Payload("WALCL.csv", BODY)


def test_asks_whether_the_file_changed(ask, publisher):
    """What is remembered becomes a condition, and 304 says that nothing changed."""
    fetched = ask(remembered=known())
    assert (fetched.outcome, fetched.payload, fetched.remembered) == (Outcome.UNCHANGED, None, known())
    assert publisher.seen[0].status == 304
    assert publisher.seen[0].headers["if-modified-since"] == server.MODIFIED


def test_the_same_bytes_are_unchanged(ask):
    """A publisher that ignores the condition sends what we have: the digest says so, and the new tag is remembered."""
    before = Remembered(etag='"old"', modified=None, digest=known().digest)
    fetched = ask(remembered=before)
    assert (fetched.outcome, fetched.payload, fetched.remembered) == (Outcome.UNCHANGED, None, known())


def test_unchanged_without_a_condition_is_refused(ask):
    """304 to a request that did not ask is no answer: there is nothing that could be unchanged."""
    for remembered in (None, Remembered(etag=None, modified=None, digest="0" * 64)):
        fetched = ask(server.status(304), remembered=remembered)
        assert (fetched.outcome, fetched.payload) == (Outcome.REFUSED, None)
        assert isinstance(fetched.reason, Unparseable)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (server.page, "a web page where data were expected"),
        (server.empty, "an empty file"),
        (server.other_encoding, "no UTF-8 text"),
        (lambda answer: server.good(answer.body.decode().encode("utf-16-le")), "no UTF-8 text"),
        (server.status(404), "404 Not Found where a file was expected"),
        (server.status(206), "206 Partial Content"),
        (server.status(799), "answers 799"),
        (server.status(302), "302 Found"),
    ],
)
def test_refuses_what_is_no_file(ask, fault, words):
    """An answer that is not the file is refused at once, with the file, the address and what to do."""
    fetched = ask(fault)
    assert (fetched.outcome, fetched.payload, fetched.remembered) == (Outcome.REFUSED, None, None)
    assert fetched.attempts == 1
    assert words in str(fetched.reason)
    assert str(fetched.reason).startswith("WALCL.csv: ")
    assert "/file.csv?id=WALCL" in str(fetched.reason)


def test_a_page_is_taken_where_a_page_was_asked_for(fetcher, publisher):
    """A statement of a central bank is a page: only its name says that it is expected."""
    body = b"<!DOCTYPE html><html><body>The Committee decided</body></html>"
    publisher.serve("/statement.html", body)
    asked = replace(REQUEST, name="statement.html", path="/statement.html")
    assert fetcher.fetch(SOURCE, asked, home=publisher.address).payload == Payload("statement.html", body)
    as_data = fetcher.fetch(SOURCE, replace(asked, name="statement.xml"), home=publisher.address)
    assert as_data.outcome is Outcome.REFUSED


@pytest.mark.parametrize(
    "fault",
    [
        server.cut,
        server.chunked_and_cut,
        server.zipped_and_cut,
        server.falsely_zipped,
        server.reset_halfway,
    ],
)
def test_a_part_of_a_file_is_never_taken(ask, fault):
    """What was cut short or damaged is asked for again, and refused where it stays so."""
    fetched = ask(fault)
    assert (fetched.outcome, fetched.payload, fetched.attempts) == (
        Outcome.NEW,
        Payload("WALCL.csv", BODY),
        2,
    )
    fetched = ask(*[fault] * 4)
    assert (fetched.outcome, fetched.payload, fetched.attempts) == (Outcome.REFUSED, None, 4)
    assert "cut short or damaged" in str(fetched.reason)


def test_an_answer_that_does_not_tell_its_end_must_come_twice_the_same(ask):
    """Only the end of the connection ends it: half a file is told from the whole by asking again."""
    assert ask(server.until_closed, server.until_closed).attempts == 2
    fetched = ask(server.until_closed_and_cut, server.until_closed, server.until_closed)
    assert (fetched.payload, fetched.attempts) == (Payload("WALCL.csv", BODY), 3)


@pytest.mark.parametrize("fault", [server.reset, server.hang_up, server.nonsense, server.status(500)])
def test_tries_again_after_what_passes(ask, fault, clock):
    """The waits double; half of each is chance. Nothing is left open that the next attempt would trip over."""
    fetched = ask(fault, fault, fault)
    assert (fetched.outcome, fetched.attempts) == (Outcome.NEW, 4)
    assert clock.waits == [0.75, 1.5, 3.0]
    fetched = ask(*[fault] * 4)
    assert (fetched.outcome, fetched.attempts) == (Outcome.FAILED, 4)
    assert isinstance(fetched.reason, Unavailable)


def test_waits_have_a_cap(publisher, clock):
    """However often a file is asked for, no wait is longer than half a minute."""
    publisher.serve("/file.csv", BODY)
    publisher.script(*[server.status(503)] * 11)
    with Fetcher(agent="a", attempts=12, sleep=clock.sleep, clock=clock, random=lambda: 0.999) as fetcher:
        assert fetcher.fetch(SOURCE, REQUEST, home=publisher.address).attempts == 12
    assert 29 < max(clock.waits) <= 30


def test_a_stale_connection_is_replaced(ask, publisher, fetcher):
    """A kept connection that the server resets on its next use costs one attempt."""
    assert ask().outcome is Outcome.NEW
    fetched = ask(server.reset)
    assert (fetched.outcome, fetched.attempts) == (Outcome.NEW, 2)


@pytest.mark.parametrize(
    ("asked", "wait"),
    [("7", 7.0), ("0", 0.75), ("soon", 0.75), ("-5", 0.75), ("²", 0.75), (server.MODIFIED, 9.0)],
)
def test_leaves_a_busy_publisher_alone_for_as_long_as_it_asks(ask, clock, asked, wait):
    """Retry-After in seconds or as a date (counted from the date of the answer); nonsense is no wish."""
    fault = server.status(
        429, Retry_After=asked.encode().decode("latin-1"), Date="Wed, 18 Sep 2019 20:29:51 GMT"
    )
    assert ask(fault).outcome is Outcome.NEW
    assert clock.waits == [wait]


@pytest.mark.parametrize("asked", ["1000000000", "9" * 5000, "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_does_not_wait_for_years(ask, clock, asked):
    """A wish for more than two minutes ends the request: it is honoured by not asking again."""
    fetched = ask(server.status(503, Retry_After=asked, Date="Wed, 18 Sep 2019 20:29:51 GMT"))
    assert (fetched.outcome, fetched.attempts, clock.waits) == (Outcome.FAILED, 1, [])
    assert "asks to be left alone for" in str(fetched.reason)


@pytest.mark.parametrize("drip", [server.dripping, server.dripping_head])
def test_a_slow_drip_has_a_deadline(ask, clock, drip):
    """A byte now and then keeps no answer open: neither in the file nor in its head."""
    fetched = ask(drip(lambda: clock.pass_by(5)), source=replace(SOURCE))
    assert (fetched.outcome, fetched.attempts) == (Outcome.NEW, 2)
    fetched = ask(*[drip(lambda: clock.pass_by(5))] * 4)
    assert fetched.outcome is Outcome.FAILED
    assert "no full answer" in str(fetched.reason)


def test_silence_has_a_deadline(publisher):
    """A server that takes the request and says nothing is given up, by the clock on the wall."""
    publisher.serve("/file.csv", BODY)
    publisher.script(server.silent)
    began = time.monotonic()
    with Fetcher(agent="a", attempts=1, timeout_seconds=0.3) as fetcher:
        assert fetcher.fetch(SOURCE, REQUEST, home=publisher.address).outcome is Outcome.FAILED
    assert time.monotonic() - began < 5


def test_nobody_there(fetcher, publisher):
    """A port on which nobody listens is unreachable, and the message says what the system said."""
    home = publisher.address
    publisher.close()
    fetched = fetcher.fetch(SOURCE, REQUEST, home=home)
    assert (fetched.outcome, fetched.attempts) == (Outcome.FAILED, 4)
    assert "refused" in str(fetched.reason)


@pytest.mark.parametrize("fault", [None, server.zipped, server.chunked, server.until_closed])
def test_a_body_has_a_size(ask, fault):
    """One byte more than a request allows is refused, however it travels; the limit itself is not."""
    assert ask(fault, fault, request=replace(REQUEST, most_bytes=len(BODY))).outcome is Outcome.NEW
    fetched = ask(fault, fault, request=replace(REQUEST, most_bytes=len(BODY) - 1))
    assert fetched.outcome is Outcome.REFUSED
    assert "longer than" in str(fetched.reason)


def test_a_bomb_is_not_unpacked(fetcher, publisher):
    """A few bytes that stand for a gigabyte are given up where they pass the limit."""
    publisher.serve("/bomb.csv", b"0" * 2**23)
    publisher.script(server.zipped)
    asked = replace(REQUEST, path="/bomb.csv", most_bytes=2**20)
    assert "longer than 1,048,576 bytes" in str(fetcher.fetch(SOURCE, asked, home=publisher.address).reason)


def test_an_unknown_compression_is_refused(ask):
    """What was not asked for is not guessed at."""
    fetched = ask(lambda a: replace(a, headers=a.headers | {"Content-Encoding": "br"}))
    assert "encoded as 'br'" in str(fetched.reason)


def test_follows_redirections_of_its_own_host_only(ask, publisher):
    """On the publisher's host a file may have moved; anybody else is not asked, and the message says who."""
    publisher.serve("/moved.csv", BODY)
    assert ask(server.moved("/moved.csv")).outcome is Outcome.NEW
    asked = len(publisher.seen)
    port = publisher.address.rpartition(":")[2]
    elsewhere = [
        f"http://localhost:{port}/file.csv",
        "http://127.0.0.1:1/file.csv",
        "https://evil.invalid/file.csv",
        f"http://127.0.0.1:{port}@evil.invalid/",
        "ftp://127.0.0.1/file.csv",
        "file:///etc/hostname",
        "http://[::1",
        "https://publisher.invalid:8443/",
    ]
    for place in elsewhere:
        fetched = ask(server.moved(place))
        assert (fetched.outcome, fetched.attempts) == (Outcome.REFUSED, 1), place
        assert "where this request of A publisher may not go" in str(fetched.reason)
    assert len(publisher.seen) == asked + len(elsewhere)


def test_a_declared_host_may_be_sent_on_to(ask, clock):
    """A host that the source names is asked, by https; here nobody answers there."""
    source = replace(SOURCE, hosts=frozenset({"127.0.0.1"}))
    fetched = ask(*[server.moved("https://127.0.0.1/file.csv")] * 4, source=source)
    assert fetched.outcome is Outcome.FAILED
    assert ask(server.moved("http://127.0.0.1/file.csv"), source=source).outcome is Outcome.REFUSED
    keyed = ask(server.moved("https://127.0.0.1/file.csv"), source=source, request=KEYED)
    assert (keyed.outcome, keyed.attempts) == (Outcome.REFUSED, 1), "a key goes to nobody but the source"


def test_a_circle_of_redirections_ends(ask, publisher):
    """A file that moved back to itself is given up."""
    fetched = ask(*[server.moved("/file.csv", 301)] * 50)
    assert (fetched.outcome, fetched.attempts, len(publisher.seen)) == (Outcome.REFUSED, 1, 6)
    assert "sends us on more than 5 times" in str(fetched.reason)


@pytest.mark.parametrize(
    "home",
    [
        "http://publisher.invalid",
        "ftp://publisher.invalid",
        "publisher.invalid",
        "https://",
        "https://publisher.invalid:port",
        "https://[::1",
        "https://publisher.invalid?x=1",
        "https://publisher.invalid#x",
        "https://pub lisher.invalid",
        "https://публикация.invalid",
        f"https://{'a' * 64}.invalid",
    ],
)
def test_an_address_that_means_nothing_is_refused(fetcher, home):
    """The record of a source has an https address; nothing is asked of any other."""
    fetched = fetcher.fetch(replace(SOURCE, home=home), REQUEST)
    assert (fetched.outcome, fetched.attempts) == (Outcome.REFUSED, 0)
    assert isinstance(fetched.reason, ConfigError)


def test_an_address_with_a_password_is_refused_unseen(fetcher):
    """A password in a setting would stand in every message: it is refused, and not repeated."""
    fetched = fetcher.fetch(SOURCE, REQUEST, home="https://me:hunter2@publisher.invalid")
    assert isinstance(fetched.reason, ConfigError)
    assert "hunter2" not in repr(fetched)


def test_a_key_is_not_sent_in_the_clear(fetcher, ask):
    """To a mirror on http anybody can read along; on the loopback nobody does."""
    fetched = fetcher.fetch(SOURCE, KEYED, home="http://mirror.invalid")
    assert (fetched.outcome, fetched.attempts) == (Outcome.REFUSED, 0)
    assert isinstance(fetched.reason, ConfigError)
    assert ask(request=KEYED).outcome is Outcome.NEW


def everything_said(fetched: Fetched) -> str:
    """Return all that a surface or a log could show of a result."""
    said = [repr(fetched), str(fetched.reason), repr(getattr(fetched.reason, "values", ""))]
    error: BaseException | None = fetched.reason
    while error is not None:
        said += [repr(error), str(error), repr(error.args)]
        error = error.__cause__ or error.__context__
    return "\n".join(said)


FAULTS = {
    name: fault
    for name, fault in vars(server).items()
    if callable(fault) and getattr(fault, "__annotations__", {}).get("answer") == "Answer"
} | {"404": server.status(404), "403": server.status(403), "503": server.status(503)}


@pytest.mark.parametrize("name", sorted(FAULTS.keys() - {"silent"}))
def test_a_key_is_shown_nowhere(ask, publisher, caplog, name):
    """Neither in the result of any fault, nor in what any library logs, nor in what an error comes from."""
    caplog.set_level(logging.DEBUG)
    fetched = ask(*[FAULTS[name]] * 4, request=KEYED)
    assert "api_key=s3cret%2Bkey%2Fof%20mine" in publisher.seen[0].target
    assert fetched.request.params["api_key"] == MASK
    said = everything_said(fetched) + caplog.text
    assert "s3cret" not in said
    if fetched.reason is not None:
        assert "api_key=***" in said


def test_a_key_that_comes_back_is_masked(ask):
    """A publisher that sends us on to a host named after the key does not make us show it."""
    fetched = ask(
        server.moved("https://s3cret.invalid/"), request=replace(KEYED, params={"api_key": "s3cret"})
    )
    assert "https://***.invalid:443" in str(fetched.reason)
    assert "s3cret" not in everything_said(fetched)


def test_a_secret_header_is_masked(ask, publisher):
    """A key may travel in a header: it is sent, and not shown."""
    request = replace(REQUEST, headers={"X-Key": KEY}, secret=frozenset({"X-Key"}))
    fetched = ask(server.status(401), request=request)
    assert publisher.seen[0].headers["x-key"] == KEY
    assert "check the key" in str(fetched.reason)
    assert "s3cret" not in everything_said(fetched)


def test_no_cookie_is_kept(ask, publisher):
    """What a publisher wants to recognise us by is not sent back."""
    ask(lambda a: replace(a, headers=a.headers | {"Set-Cookie": "id=1; Path=/"}))
    ask()
    assert all("cookie" not in seen.headers for seen in publisher.seen)


def test_a_host_is_given_its_pause_whatever_the_source(ask, clock):
    """The longest pause of the sources of a host lies between two requests, and attempts and redirections count."""
    slow, fast = replace(SOURCE, pause_seconds=5), replace(SOURCE, pause_seconds=1)
    ask(source=slow)
    ask(source=fast)
    clock.now += 3
    ask(source=slow)
    assert clock.waits == [5, 2]
    clock.waits.clear()
    clock.now += 100
    ask(server.status(500), server.moved("/file.csv"), source=fast)
    assert clock.waits == [0.75, 4.25, 5]


def test_turns_hold_between_threads(publisher):
    """Several threads share one fetcher: each gets its file, and the host its pauses."""
    publisher.serve("/file.csv", BODY)
    found: list[Fetched] = []
    began = time.monotonic()
    with Fetcher(agent="a") as fetcher:
        source = replace(SOURCE, pause_seconds=0.05)
        work = lambda: found.append(fetcher.fetch(source, REQUEST, home=publisher.address))  # noqa: E731
        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [fetched.payload for fetched in found] == [Payload("WALCL.csv", BODY)] * 6
    assert time.monotonic() - began >= 5 * 0.05 * 0.9  # a sleep may end a little early


def test_connections_are_kept(ask, publisher):
    """Requests in a row travel on one connection."""
    for _ in range(3):
        ask()
    assert publisher.connections == 1


def test_a_proxy_is_asked_for_what_is_elsewhere_and_its_password_not_shown(fetcher, publisher, monkeypatch):
    """The environment's proxy is used for publishers, and not for what runs on this machine."""
    host = publisher.address.removeprefix("http://")
    monkeypatch.setenv("https_proxy", f"http://me:hunter2@{host}")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    publisher.serve("publisher.invalid:443", BODY)
    publisher.script(server.status(407))
    fetched = fetcher.fetch(SOURCE, REQUEST)
    assert (fetched.outcome, fetched.attempts) == (Outcome.FAILED, 1)
    assert publisher.seen[0].headers["proxy-authorization"] == "Basic bWU6aHVudGVyMg=="
    assert "407" in str(fetched.reason)
    assert "hunter2" not in everything_said(fetched)
    publisher.serve("http://mirror.invalid:80/file.csv", BODY)
    monkeypatch.setenv("http_proxy", publisher.address)
    assert fetcher.fetch(SOURCE, REQUEST, home="http://mirror.invalid").outcome is Outcome.NEW
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    publisher.serve("/file.csv", BODY)
    assert fetcher.fetch(SOURCE, REQUEST, home=publisher.address).outcome is Outcome.NEW


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory, unavailable: Callable[[str], NoReturn]) -> Path:
    """Return a key and a certificate for 127.0.0.1 that nobody vouches for."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 "
        f"-addext subjectAltName=IP:127.0.0.1 -keyout {path} -out {path}.crt"
    )
    try:
        subprocess.run(command.split(), check=True, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        unavailable("no openssl that makes certificates: apt-get install openssl")
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


def test_https_needs_a_certificate_that_somebody_vouches_for(certificate, clock, monkeypatch):
    """An unknown certificate ends the request at once; one that the system trusts carries the whole flow."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Publisher(encryption=context) as publisher:
        publisher.serve("/file.csv", BODY)
        source = replace(SOURCE, home=publisher.address)
        with Fetcher(agent="a", sleep=clock.sleep) as fetcher:
            fetched = fetcher.fetch(source, REQUEST)
        assert (fetched.outcome, fetched.attempts) == (Outcome.FAILED, 1), str(fetched.reason)
        assert "certificate" in str(fetched.reason)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
        publisher.script(server.moved("/file.csv"), server.zipped)
        with Fetcher(agent="a", sleep=clock.sleep) as fetcher:
            assert fetcher.fetch(source, KEYED).payload == Payload("WALCL.csv", BODY)


def test_a_result_travels_between_processes(ask):
    """What was fetched can be handed to a process that parses it."""
    fetched = ask()
    assert pickle.loads(pickle.dumps(fetched)) == fetched
