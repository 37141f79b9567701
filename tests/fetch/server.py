r"""A real HTTP server on the loopback that misbehaves as it is told: the publisher of tests that fetch.

::

    with Publisher() as publisher:
        publisher.serve("/graph/fredgraph.csv", b"DATE,WALCL\n2019-09-18,3845147\n")
        publisher.script(busy(2), cut, None)  # the next answers; None and all that follow are the good one
        ...  # fetch from publisher.address
        assert [seen.status for seen in publisher.seen] == [429, 200, 200]

A fault is a function of the good answer, so the same faults go over every source.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import socket
import ssl
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

MODIFIED = "Wed, 18 Sep 2019 20:30:00 GMT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request as it arrived, and the status it was answered with (0: none)."""

    target: str
    headers: Mapping[str, str]
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent: a head and the pieces after it, byte for byte.

    `pause_seconds` is waited before each piece, `endless` repeats the last one until the other side hangs up (or five
    seconds are over), `ending` says what becomes of the connection: it is kept, closed, or reset. `status` None sends
    no head at all.
    """

    status: int | None = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: tuple[bytes, ...] = ()
    pause_seconds: float = 0.0
    between: Callable[[], None] | None = None
    endless: bool = False
    ending: str = "keep"

    @property
    def body(self) -> bytes:
        """All pieces in one."""
        return b"".join(self.pieces)


_TYPES = {".csv": "text/csv", ".json": "application/json", ".html": "text/html", ".xml": "application/xml"}
_ENDLESS_SECONDS = 5  # so that a client that would wait for ever fails its test
Fault = Callable[[Answer], Answer]


def good(body: bytes, content_type: str = "application/octet-stream") -> Answer:
    """The whole file with all that a well-kept server says of it."""
    return Answer(
        headers={
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"',
            "Last-Modified": MODIFIED,
        },
        pieces=(body,),
    )


def status(code: int, **headers: str) -> Fault:
    """An answer of another status, with a body that says so."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Answer(
        status=code, headers={"Content-Length": "5"} | named, pieces=(b"sorry",) if code != 304 else ()
    )


def busy(seconds: float | str) -> Fault:
    """429, with the wait that is asked for."""
    return status(429, Retry_After=str(seconds))


def moved(location: str, code: int = 302) -> Fault:
    """A redirection."""
    return lambda _: Answer(status=code, headers={"Location": location, "Content-Length": "0"})


def page(answer: Answer) -> Answer:
    """A web page with status 200, and the type of the file that was asked for."""
    body = b"<!DOCTYPE html>\n<html><head><title>Maintenance</title></head><body>Back soon.</body></html>\n"
    return replace(good(body), headers=good(body).headers | {"Content-Type": answer.headers["Content-Type"]})


def empty(answer: Answer) -> Answer:
    """Status 200 and no byte."""
    return good(b"")


def other_encoding(answer: Answer) -> Answer:
    """The file as UTF-16, said to be UTF-8."""
    return good(answer.body.decode("utf-8").encode("utf-16"), "text/csv; charset=utf-8")


def wrong_charset(answer: Answer) -> Answer:
    """The file as it is, with a false word about its characters."""
    return replace(answer, headers=answer.headers | {"Content-Type": "text/csv; charset=utf-16"})


def zipped(answer: Answer) -> Answer:
    """The file compressed for the way."""
    body = gzip.compress(answer.body, mtime=0)
    headers = answer.headers | {"Content-Encoding": "gzip", "Content-Length": str(len(body))}
    return replace(answer, headers=headers, pieces=(body,))


def zipped_and_cut(answer: Answer) -> Answer:
    """The file compressed, and without its end, of which the length says nothing."""
    body = zipped(answer).body[:-6]
    headers = answer.headers | {"Content-Encoding": "gzip", "Content-Length": str(len(body))}
    return replace(answer, headers=headers, pieces=(body,))


def falsely_zipped(answer: Answer) -> Answer:
    """The file as it is, said to be compressed."""
    return replace(answer, headers=answer.headers | {"Content-Encoding": "gzip"})


def cut(answer: Answer) -> Answer:
    """Half of the file under the length of the whole."""
    return replace(answer, pieces=(answer.body[: len(answer.body) // 2],), ending="close")


def chunked(answer: Answer) -> Answer:
    """The file in chunks."""
    headers = {k: v for k, v in answer.headers.items() if k != "Content-Length"}
    third = max(1, len(answer.body) // 3)
    parts = [answer.body[i : i + third] for i in range(0, len(answer.body), third)]
    pieces = tuple(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return replace(answer, headers=headers | {"Transfer-Encoding": "chunked"}, pieces=(*pieces, b"0\r\n\r\n"))


def chunked_and_cut(answer: Answer) -> Answer:
    """Chunks without the last."""
    whole = chunked(answer)
    return replace(whole, pieces=whole.pieces[:-2], ending="close")


def until_closed(answer: Answer) -> Answer:
    """The whole file, whose end only the end of the connection tells."""
    headers = {k: v for k, v in answer.headers.items() if k != "Content-Length"}
    return replace(answer, headers=headers | {"Connection": "close"}, ending="close")


def until_closed_and_cut(answer: Answer) -> Answer:
    """Half of the file, and nothing that tells it from the whole."""
    return replace(until_closed(answer), pieces=(answer.body[: len(answer.body) // 2],))


def reset(answer: Answer) -> Answer:
    """A connection that is reset before any answer."""
    return Answer(status=None, ending="reset")


def reset_halfway(answer: Answer) -> Answer:
    """A connection that is reset in the middle of the file."""
    return replace(answer, pieces=(answer.body[: len(answer.body) // 2],), ending="reset")


def hang_up(answer: Answer) -> Answer:
    """A connection that is closed before any answer."""
    return Answer(status=None, ending="close")


def nonsense(answer: Answer) -> Answer:
    """Bytes that are no HTTP."""
    return Answer(status=None, pieces=(b"\x00\x01 nonsense\r\n\r\n",), ending="close")


def silent(answer: Answer) -> Answer:
    """Nothing at all, on an open connection."""
    return Answer(status=None, pieces=(b"",), pause_seconds=0.05, endless=True)


def dripping(between: Callable[[], None] | None = None) -> Fault:
    """A byte now and then, for ever, after a good start; `between` is called before each."""
    return lambda answer: replace(
        answer,
        headers=answer.headers | {"Content-Length": "1000000"},
        pieces=(b"x",),
        pause_seconds=0.001,
        between=between,
        endless=True,
    )


def dripping_head(between: Callable[[], None] | None = None) -> Fault:
    """A head that never ends: a byte now and then."""
    return lambda _: Answer(
        status=None,
        pieces=(b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        pause_seconds=0.001,
        between=between,
        endless=True,
    )


class Publisher:
    """The server: files by path, and a script of faults over them; `seen` are the requests, in their order."""

    def __init__(self, encryption: ssl.SSLContext | None = None) -> None:
        self.seen: list[Seen] = []
        self.connections = 0
        self._encryption = encryption
        self._files: dict[str, Answer] = {}
        self._script: deque[Fault | None] = deque()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._closing = threading.Event()

    @property
    def address(self) -> str:
        """Where it listens."""
        scheme = "https" if self._encryption else "http"
        return f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    def serve(self, path: str, body: bytes) -> None:
        """Have a file at a path; with a query, only for that query."""
        dot = path.partition("?")[0].rfind(".")
        kind = _TYPES.get(path.partition("?")[0][dot:], "application/octet-stream")
        self._files[path] = good(body, kind)

    def script(self, *faults: Fault | None) -> None:
        """Say how the next requests are answered; None is the good answer, as after the script."""
        with self._lock:
            self._script = deque(faults)

    def __enter__(self) -> Self:
        """Start listening."""
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up on everybody."""
        self.close()

    def close(self) -> None:
        """Be there for nobody any more; to be called as often as one likes."""
        self._closing.set()
        _shut(self._listener)
        with self._lock:
            for line in self._open:
                _shut(line)
        for thread in self._threads:
            thread.join(timeout=5)
        self._listener.close()

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open.add(line)
                self.connections += 1
            self._start(lambda line=line: self._serve(line))

    def _serve(self, line: socket.socket) -> None:
        try:
            with self._encrypted(line) as line:
                for target, headers in _requests(line):
                    answer = self._answer(target, headers)
                    with self._lock:
                        self.seen.append(Seen(target=target, headers=headers, status=answer.status or 0))
                    self._send(line, answer)
                    if answer.ending == "reset":  # a linger of nil turns the closing into a reset
                        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    if answer.ending != "keep":
                        return
        except OSError:
            pass  # the other side hung up, which is what some tests are about
        finally:
            with self._lock:
                self._open.discard(line)

    def _encrypted(self, line: socket.socket) -> socket.socket:
        if self._encryption is None:
            return line
        with self._lock:
            self._open.discard(line)
        encrypted = self._encryption.wrap_socket(line, server_side=True)
        with self._lock:
            self._open.add(encrypted)
        return encrypted

    def _answer(self, target: str, headers: Mapping[str, str]) -> Answer:
        found = self._files.get(target) or self._files.get(target.partition("?")[0])
        if found is None:
            return status(404)(good(b""))
        with self._lock:
            fault = self._script.popleft() if self._script else None
        if fault is not None:
            return fault(found)
        if headers.get("if-none-match") == found.headers["ETag"]:
            return Answer(status=304, headers={"ETag": found.headers["ETag"]})
        return found

    def _send(self, line: socket.socket, answer: Answer) -> None:
        if answer.status is not None:
            head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
            line.sendall(f"HTTP/1.1 {answer.status} Said\r\n{head}\r\n".encode("latin-1"))
        for piece in answer.pieces:
            self._send_piece(line, answer, piece)
        enough = time.monotonic() + _ENDLESS_SECONDS
        while answer.endless and not self._closing.is_set() and time.monotonic() < enough:
            self._send_piece(line, answer, answer.pieces[-1])
        if answer.endless:
            raise ConnectionAbortedError

    def _send_piece(self, line: socket.socket, answer: Answer, piece: bytes) -> None:
        if answer.between is not None:
            answer.between()
        if answer.pause_seconds:
            time.sleep(answer.pause_seconds)
        if not piece and _hung_up(line):
            raise ConnectionAbortedError
        line.sendall(piece)


def _requests(line: socket.socket) -> Iterator[tuple[str, dict[str, str]]]:
    """The requests that arrive on a connection, until it is closed."""
    arrived = b""
    while True:
        while b"\r\n\r\n" not in arrived:
            piece = line.recv(65536)
            if not piece:
                return
            arrived += piece
        head, _, arrived = arrived.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        fields = (row.partition(":") for row in rest)
        yield first.split(" ")[1], {name.lower(): value.strip() for name, _, value in fields}


def _hung_up(line: socket.socket) -> bool:
    """Whether the other side closed the connection; where nothing is sent, nothing else shows it."""
    try:
        return line.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False


def _shut(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
