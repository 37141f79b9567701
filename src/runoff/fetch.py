"""Fetching: the only module that opens a connection.

A `Fetcher` asks publishers for files and answers with a value, whatever they do: a whole payload, "nothing changed", or
the reason why there is none. It never hands on a part of a file, and never shows a key.

It stands on httpcore2, the layer below the client of httpx2. The client would log addresses with their keys, keep
cookies, and take a server that sends a byte now and then for a live one; and a retrying library that cannot be handed a
clock, a way to sleep and a random source could not be tested as thoroughly as `tests/fetch` does.

References
----------
RFC 9110 (conditional requests, Retry-After), RFC 9112 (where a body ends), RFC 1952 (the trailer of gzip).
"""

from __future__ import annotations

import codecs
import ipaddress
import random as randomness
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from http.client import responses
from pathlib import PurePosixPath
from types import TracebackType
from typing import NamedTuple, Protocol, Self
from urllib.parse import quote, quote_plus, unquote, urldefrag, urlencode, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore2

from runoff.core.errors import ConfigError, RunoffError, Unavailable, Unparseable
from runoff.core.source import Payload, Request, Source

MASK = "***"

_CONNECT_SECONDS = 10.0  # to reach a host
_SILENCE_SECONDS = 30.0  # between two pieces of an answer
_IDLE_SECONDS = 15.0  # a connection is kept for the next request; servers close theirs after 5 to 75 seconds
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 1.0, 30.0
_PATIENCE_SECONDS = 120.0  # what a publisher may ask to be left alone for; beyond it, a later update asks
_REDIRECTIONS = 5
_PIECE = 2**16  # bytes that are decompressed at a time
_TRANSIENT = frozenset({408, 425, 429}) | frozenset(range(500, 600))
_UNKEYED = frozenset({400, 401, 403})  # what publishers answer to a key that they do not know
_MOVED = frozenset({301, 302, 303, 307, 308})
_TEXT = frozenset({".csv", ".json"})  # read as UTF-8 by every source
_PAGES = frozenset({".html", ".htm"})
_PORTS = {"https": 443, "http": 80}
_GZIP = 16 + zlib.MAX_WBITS  # as zlib names the format
_IN_PATH = "%/:=&~+!$,;'@()*"  # what may stand in a path as it is (RFC 3986)
_IN_ADDRESS = "%/:=&?~#+!$,;'@()*[]"  # what may stand in an address as it is (RFC 3986)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What is remembered of a request's last answer: how to ask whether it changed, and the digest of its bytes."""

    etag: str | None
    modified: str | None
    digest: str


class Outcome(StrEnum):
    """How a request ended."""

    NEW = "new"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What became of a request.

    Parameters
    ----------
    request
        What was asked, with a mask in the place of every secret.
    outcome
        NEW: `payload` is the whole file. UNCHANGED: the publisher says so, or the bytes are those remembered. REFUSED:
        there was an answer, and it cannot be used. FAILED: there was none; asking later may help.
    remembered
        What to remember for the next request, once the payload was accepted; None where nothing was learnt.
    reason
        Why there is no payload; None where there is one, or nothing changed.
    attempts
        How often the file was asked for.
    """

    request: Request
    outcome: Outcome
    payload: Payload | None = None
    remembered: Remembered | None = None
    reason: RunoffError | None = None
    attempts: int = 0


class Fetching(Protocol):
    """Whoever brings files: a `Fetcher`, or what stands in its place."""

    def fetch(
        self,
        source: Source,
        request: Request,
        remembered: Remembered | None = None,
        *,
        home: str | None = None,
    ) -> Fetched:
        """What became of a request of a source; `home` is the address of a mirror in the place of `source.home`."""
        ...


class Fetcher:
    """Asks publishers, politely and a few times; to be used in a `with` statement, by any number of threads.

    Parameters
    ----------
    agent
        How we introduce ourselves to publishers.
    timeout_seconds
        The most that one answer may take, from the connection to its last byte.
    attempts
        How often a file is asked for where the publisher is busy, silent, out of order, or cuts its answer short.
    sleep, clock, random
        How to wait, what time it is in seconds from any start, and a number in [0, 1) for the jitter of waits.
    """

    def __init__(
        self,
        *,
        agent: str,
        timeout_seconds: float = 120.0,
        attempts: int = 4,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        random: Callable[[], float] = randomness.random,
    ) -> None:
        self._agent = agent
        self._timeout_seconds = timeout_seconds
        self._attempts = attempts
        self._sleep = sleep
        self._clock = clock
        self._random = random
        self._turns = _Turns(sleep, clock)
        self._lock = threading.Lock()
        self._pools: dict[tuple[bool, str | None], httpcore2.ConnectionPool] = {}

    def __enter__(self) -> Self:
        """Itself: connections are opened when they are needed."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what is still open."""
        with self._lock:
            for pool in self._pools.values():
                pool.close()
            self._pools.clear()

    def fetch(
        self,
        source: Source,
        request: Request,
        remembered: Remembered | None = None,
        *,
        home: str | None = None,
    ) -> Fetched:
        """What became of a request: nothing that a publisher, a network or a setting does is raised.

        1. The address is that of `home` or of the source, and must be one that may be asked (`_errand`).
        2. The publisher is asked in its turn (`_Turns`), with what is remembered as the condition.
        3. What is transient is tried again, after a wait that doubles, is jittered, and is no shorter than asked for.
        4. A whole answer is checked for being data (`_data`) and compared with the digest remembered.

        Parameters
        ----------
        source, request
            Who is asked, and for what.
        remembered
            What the last accepted answer to this request left behind.
        home
            The address of a mirror, from a setting: the only one that may be plain http.
        """
        attempt, unsure = 0, set[str]()
        shown = _shown(request)
        try:
            errand = _errand(source, request, remembered, home)
            while True:
                attempt += 1
                try:
                    return replace(self._ask(errand, unsure), request=shown, attempts=attempt)
                except _Setback as setback:
                    if not setback.again or attempt >= self._attempts:
                        return Fetched(
                            request=shown, outcome=setback.outcome, reason=setback.reason, attempts=attempt
                        )
                    wait = max(self._backoff(attempt), setback.least_wait)
                self._sleep(wait)
        except RunoffError as error:
            reason = error.with_traceback(None)  # its frames know the address with the key
            return Fetched(request=shown, outcome=Outcome.REFUSED, reason=reason, attempts=attempt)

    def _backoff(self, attempt: int) -> float:
        """The wait after an attempt, in seconds: doubled each time up to a cap, half of it by chance."""
        doubled: float = _FIRST_WAIT_SECONDS * 2 ** (attempt - 1)
        return min(_LONGEST_WAIT_SECONDS, doubled) * (1 + self._random()) / 2

    def _ask(self, errand: _Errand, unsure: set[str]) -> Fetched:
        """One attempt, redirections included; `unsure` are the digests of answers that did not tell where they end."""
        url = errand.url
        for _ in range(_REDIRECTIONS + 1):
            host = _origin(url).host
            self._turns.take(host, errand.source.pause_seconds)
            try:
                answer = self._answer(errand, url, unsure)
            finally:
                self._turns.leave(host)
            if isinstance(answer, Fetched):
                return answer
            url = errand.redirected(url, answer)
        raise Unavailable(
            "{file}: {address} sends us on more than {most} times; open it in a browser to see where it went",
            **errand.said,
            most=_REDIRECTIONS,
        )

    def _answer(self, errand: _Errand, url: str, unsure: set[str]) -> Fetched | str:
        """The answer to one request, or the address to which it sends us on."""
        began, reading = self._clock(), False
        try:
            with self._sent(errand, url, began + self._timeout_seconds) as response:
                headers = _headers(response)
                if response.status in _MOVED and "location" in headers:
                    return headers["location"]
                if response.status == HTTPStatus.NOT_MODIFIED:
                    response.read()  # nothing; the connection can then be used again
                    return _unchanged(errand, headers)
                _require_file(errand, response.status, headers)
                reading = True
                content = _body(errand, response, headers)
        except httpcore2.TimeoutException:
            raise _out_of_time(errand, self._clock() - began) from None
        except (httpcore2.ConnectError, httpcore2.ProxyError) as error:
            raise _no_connection(errand, error) from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError):
            raise (_cut(errand) if reading else _broken(errand)) from None
        return _accepted(errand, content, headers, unsure)

    def _sent(self, errand: _Errand, url: str, deadline: float) -> AbstractContextManager[httpcore2.Response]:
        origin, parts = _origin(url), urlsplit(url)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        own = {"Host": parts.netloc.rpartition("@")[2], "User-Agent": self._agent, "Accept": "*/*"}
        headers = own | errand.headers()
        return self._pool(origin).stream(
            "GET",
            # Taken apart once, so that the host that was judged is the host that is asked.
            httpcore2.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=target),
            headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
            # Moments, not durations: a `_Line` waits for what is left. The pool is handed what it will never need.
            extensions={
                "timeout": dict.fromkeys(("connect", "read", "write"), deadline) | {"pool": _CONNECT_SECONDS}
            },
        )

    def _pool(self, origin: _Origin) -> httpcore2.ConnectionPool:
        """The connections that lead to an origin: through the proxy of the environment, except on this machine."""
        secure = origin.scheme == "https"
        direct = _is_loopback(origin.host) or proxy_bypass(origin.host)
        proxy = None if direct else getproxies().get(origin.scheme)
        with self._lock:
            if (secure, proxy) not in self._pools:
                self._pools[secure, proxy] = httpcore2.ConnectionPool(
                    ssl_context=httpcore2.default_ssl_context() if secure else None,
                    proxy=None if proxy is None else _proxy(proxy),
                    max_connections=None,  # never waited for: there is one request at a time in each thread
                    keepalive_expiry=_IDLE_SECONDS,
                    network_backend=_Lines(self._clock),
                )
            return self._pools[secure, proxy]


# --- How an attempt ends ---------------------------------------------------------------------------------------------


class _Setback(Exception):
    """An attempt that another may make good: how the request ends if it was the last. `fetch` turns it into a value."""

    def __init__(
        self,
        reason: RunoffError,
        *,
        outcome: Outcome = Outcome.FAILED,
        again: bool = True,
        least_wait: float = 0.0,
    ) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.outcome = outcome
        self.again = again
        self.least_wait = least_wait


def _no_connection(errand: _Errand, error: Exception) -> _Setback:
    reason = Unavailable(
        "{file}: {address} cannot be reached ({reason}); check the network, then run the update again",
        **errand.said,
        reason=_masked(" ".join(str(error).split())[:200], errand.request),
    )
    # A certificate does not become good in seconds, and a wrong password, repeated, locks the account of a proxy.
    lasting = isinstance(error, httpcore2.ProxyError) or any(
        isinstance(cause, ssl.SSLCertVerificationError) for cause in error.args
    )
    return _Setback(reason, again=not lasting)


def _out_of_time(errand: _Errand, seconds: float) -> _Setback:
    reason = Unavailable(
        "{file}: no full answer from {address} within {seconds} seconds; run the update again later",
        **errand.said,
        seconds=f"{seconds:.0f}",
    )
    return _Setback(reason)


def _broken(errand: _Errand) -> _Setback:
    reason = Unavailable(
        "{file}: the connection to {address} broke before there was an answer; run the update again later",
        **errand.said,
    )
    return _Setback(reason)


def _cut(errand: _Errand) -> _Setback:
    """A part of an answer is refused, and yet the next may be whole."""
    reason = Unparseable(
        "{file}: the answer of {address} was cut short or damaged on its way; run the update again later",
        **errand.said,
    )
    return _Setback(reason, outcome=Outcome.REFUSED)


def _busy(errand: _Errand, status: int, asked: float) -> _Setback:
    """A status that passes; a publisher that asks for more patience than we have is left alone, as it wishes."""
    said = {**errand.said, "status": f"{status} {responses.get(status, '')}", "seconds": f"{asked:.0f}"}
    if asked > _PATIENCE_SECONDS:
        reason = Unavailable(
            "{file}: {address} answers {status} and asks to be left alone for {seconds} seconds; run the update again "
            "after that",
            **said,
        )
        return _Setback(reason, again=False)
    reason = Unavailable(
        "{file}: {address} answers {status}; the publisher is busy or out of order: run the update again later",
        **said,
    )
    return _Setback(reason, least_wait=asked)


def _require_file(errand: _Errand, status: int, headers: Mapping[str, str]) -> None:
    """Refuse an answer without a file: for now, or for good."""
    if status in _TRANSIENT:
        raise _busy(errand, status, _retry_after(headers))
    if status != HTTPStatus.OK:
        raise Unavailable(
            "{file}: {address} answers {status}; check the key for this publisher"
            if errand.request.secret and status in _UNKEYED
            else "{file}: {address} answers {status} where a file was expected; the publisher may have moved it: look "
            "for a newer version of runoff",
            **errand.said,
            status=f"{status} {responses.get(status, '')}",
        )


def _unchanged(errand: _Errand, headers: Mapping[str, str]) -> Fetched:
    """The end of a request whose answer is the one remembered."""
    before = errand.remembered
    if before is None or not (before.etag or before.modified):
        raise Unparseable(
            "{file}: {address} answers that nothing has changed, and was not asked that; run the update again",
            **errand.said,
        )
    return Fetched(
        request=errand.request,
        outcome=Outcome.UNCHANGED,
        remembered=replace(
            before,
            etag=headers.get("etag", before.etag),
            modified=headers.get("last-modified", before.modified),
        ),
    )


def _accepted(errand: _Errand, content: bytes, headers: Mapping[str, str], unsure: set[str]) -> Fetched:
    """The end of a request with a whole file.

    Only the end of the connection tells where some answers end, and it may have come too early: such a file is asked
    for until it came twice the same.
    """
    payload = Payload(errand.request.name, content)
    if not _tells_its_end(headers) and payload.digest not in unsure:
        unsure.add(payload.digest)
        raise _cut(errand)
    _require_data(errand, content)
    same = errand.remembered is not None and errand.remembered.digest == payload.digest
    return Fetched(
        request=errand.request,
        outcome=Outcome.UNCHANGED if same else Outcome.NEW,
        payload=None if same else payload,
        remembered=Remembered(
            etag=headers.get("etag"), modified=headers.get("last-modified"), digest=payload.digest
        ),
    )


# --- Where a request goes --------------------------------------------------------------------------------------------


class _Origin(NamedTuple):
    """To whom a connection leads."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Errand:
    """A request on its way: `url` holds its secrets, `address` is what is shown; `home` is the origin of the source."""

    source: Source
    request: Request
    remembered: Remembered | None
    url: str = field(repr=False)
    address: str
    home: _Origin

    @property
    def said(self) -> dict[str, str]:
        """What every message names."""
        return {"file": self.request.name, "address": self.address}

    def headers(self) -> dict[str, str]:
        """What is sent beside the address: what the source wants said, and the condition."""
        sent = dict(self.request.headers)
        if self.remembered is not None and self.remembered.etag:
            sent["If-None-Match"] = self.remembered.etag
        if self.remembered is not None and self.remembered.modified:
            sent["If-Modified-Since"] = self.remembered.modified
        return sent | {"Accept-Encoding": "gzip"}

    def redirected(self, url: str, location: str) -> str:
        """The address that an answer sends us on to; refused if it is not the source's own, or a key would go along."""
        try:
            target = urldefrag(urljoin(url, quote(location, safe=_IN_ADDRESS))).url
            place = _origin(target)
        except ValueError:
            target, place = "", _Origin("", "", 0)
        trusted = place.scheme == "https" and place.port == _PORTS["https"]
        declared = trusted and place.host in self.source.hosts | {self.home.host}
        if place == self.home or (declared and not self.request.secret):
            return target
        raise Unavailable(
            "{file}: {address} sends us on to {place!r}, where this request of {source} may not go; nothing was asked "
            "there: look for a newer version of runoff",
            **self.said,
            place=_masked(f"{place.scheme}://{place.host}:{place.port}"[:200], self.request),
            source=self.source.title,
        )


def _errand(source: Source, request: Request, remembered: Remembered | None, home: str | None) -> _Errand:
    """A request with its address; refused if that of the source, or of the mirror in its place, may not be asked.

    A path may name one of the source's other hosts in full; a mirror stands in the place of all of them.
    """
    at = urlsplit(request.path)
    own = f"{at.scheme}://{at.netloc}" if at.netloc in source.hosts else source.home
    path = at.path if at.netloc in source.hosts else request.path
    base = home or own
    origin = _home(source, base, {"https", "http"} if home else {"https"})
    if request.secret and origin.scheme != "https" and not _is_loopback(origin.host):
        raise ConfigError(
            "{source}: a key is not sent to {address}, since anybody on the way could read it; give the mirror's "
            "address with https",
            source=source.title,
            address=base,
        )
    place = f"{base.rstrip('/')}/{quote(path.lstrip('/'), safe=_IN_PATH)}"
    return _Errand(
        source=source,
        request=request,
        remembered=remembered,
        url=_with_query(place, request),
        address=_with_query(place, _shown(request)),
        home=origin,
    )


def _home(source: Source, base: str, schemes: set[str]) -> _Origin:
    try:
        parts, origin = urlsplit(base), _origin(base)
        origin.host.encode("idna")
    except ValueError:  # a port that is none, brackets left open, a name that no host can have
        parts, origin = urlsplit(""), _Origin("", "", 0)
    if "@" in base:
        raise ConfigError(
            "{source}: its address holds a user name or a password, which messages would show; leave them out",
            source=source.title,
        )
    plain = base.isascii() and base.isprintable() and not set(base) & set(' ?#\\"')
    if not plain or not origin.host or parts.scheme not in schemes:
        raise ConfigError(
            "{source}: {address!r} is no address to fetch from; expected https://host/folder, or http://host/folder "
            "for a mirror of your own",
            source=source.title,
            address=base,
        )
    return origin


def _with_query(place: str, request: Request) -> str:
    if not request.params:
        return place
    return f"{place}?{urlencode(request.params, quote_via=quote, safe='*')}"


def _shown(request: Request) -> Request:
    """A request with a mask in the place of every secret."""

    def masked(values: Mapping[str, str]) -> dict[str, str]:
        return {name: MASK if name in request.secret else value for name, value in values.items()}

    return replace(request, params=masked(request.params), headers=masked(request.headers))


def _masked(text: str, request: Request) -> str:
    """A text that came from elsewhere, without the secrets of a request."""
    for values in (request.params, request.headers):
        for name in request.secret & values.keys():
            for secret in {values[name], quote(values[name], safe=""), quote_plus(values[name])} - {""}:
                text = text.replace(secret, MASK)
    return text


def _origin(url: str) -> _Origin:
    parts = urlsplit(url)
    port = _PORTS.get(parts.scheme, 0) if parts.port is None else parts.port
    return _Origin(parts.scheme, parts.hostname or "", port)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _proxy(address: str) -> httpcore2.Proxy:
    """The proxy that an environment names; its password goes into a header and is shown nowhere."""
    parts = urlsplit(address if "://" in address else f"http://{address}")
    auth = None if parts.username is None else (unquote(parts.username), unquote(parts.password or ""))
    origin = _origin(parts.geturl())
    url = httpcore2.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target="/")
    return httpcore2.Proxy(url, auth=auth)


# --- What an answer holds --------------------------------------------------------------------------------------------


class _TooLong(Exception):
    """More bytes than were expected."""


def _headers(response: httpcore2.Response) -> dict[str, str]:
    """The headers of an answer by name in lower case, those of one name joined."""
    found: dict[str, str] = {}
    for raw_name, raw_value in response.headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _retry_after(headers: Mapping[str, str]) -> float:
    """For how many seconds a publisher asks to be left alone; a date counts from the date of the answer."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), 1e9)
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError, OverflowError):  # no date, or one without a zone
        return 0.0
    return max(0.0, wait.total_seconds())


def _encoding(headers: Mapping[str, str]) -> str:
    said = headers.get("content-encoding", "").strip().lower()
    return "" if said == "identity" else said.removeprefix("x-")


def _tells_its_end(headers: Mapping[str, str]) -> bool:
    """Whether a part of the answer would not pass for the whole."""
    return bool({"content-length", "transfer-encoding"} & headers.keys() or _encoding(headers))


def _body(errand: _Errand, response: httpcore2.Response, headers: Mapping[str, str]) -> bytes:
    """The bytes of an answer, decompressed, and no more of them than the request allows."""
    encoding, most = _encoding(headers), errand.request.most_bytes
    if encoding not in {"", "gzip"}:
        raise Unparseable(
            "{file}: the answer of {address} is encoded as {found!r}, expected gzip or nothing; look for a newer "
            "version of runoff",
            **errand.said,
            found=_masked(encoding[:40], errand.request),
        )
    try:
        raw = _at_most(response.iter_stream(), most)
        return b"".join(_at_most(_unzipped(raw), most) if encoding else raw)
    except zlib.error:
        raise _cut(errand) from None
    except _TooLong:
        raise Unparseable(
            "{file}: the answer of {address} is longer than {most} bytes, the most that this file may have; look "
            "for a newer version of runoff",
            **errand.said,
            most=f"{most:,}",
        ) from None


def _at_most(pieces: Iterable[bytes], most: int) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > most:
            raise _TooLong
        yield piece


def _unzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress bit by bit: a few bytes may stand for gigabytes, and the end of a stream proves that it is whole."""
    stream = zlib.decompressobj(_GZIP)
    for piece in pieces:
        while piece:
            if stream.eof:
                stream = zlib.decompressobj(_GZIP)  # a file may be of several streams
            yield stream.decompress(piece, _PIECE)
            piece = stream.unused_data if stream.eof else stream.unconsumed_tail
    if not stream.eof:
        raise zlib.error("the stream has no end")


def _require_data(errand: _Errand, content: bytes) -> None:
    """Refuse what no file of this name can be, before anybody parses it."""
    kind = PurePosixPath(errand.request.name).suffix.lower()
    start = content[:1024].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if not start:
        raise Unparseable(
            "{file}: {address} answers with an empty file; run the update again later", **errand.said
        )
    page = b"<html" in start or b"<!doctype html" in start
    if kind not in _PAGES and (page or (kind != ".xml" and start.startswith(b"<"))):
        raise Unparseable(
            "{file}: {address} answers with a web page where data were expected; open it in a browser to see what "
            "the publisher says, and run the update again later",
            **errand.said,
        )
    if kind in _TEXT and not _is_text(content):
        raise Unparseable(
            "{file}: the answer of {address} is no UTF-8 text; look for a newer version of runoff",
            **errand.said,
        )


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in content  # UTF-16 without a mark would pass


# --- Connections that keep a deadline, and turns at a host -----------------------------------------------------------


class _Line(httpcore2.NetworkStream):
    """A connection on which `timeout` is a moment of the clock: a byte now and then does not make an answer longer."""

    def __init__(self, stream: httpcore2.NetworkStream, clock: Callable[[], float]) -> None:
        self._stream = stream
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Up to `max_bytes` that have arrived."""
        return self._stream.read(max_bytes, _left(timeout, self._clock, _SILENCE_SECONDS))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of `buffer`."""
        self._stream.write(buffer, _left(timeout, self._clock, _SILENCE_SECONDS))

    def close(self) -> None:
        """Hang up."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """The same connection, encrypted."""
        seconds = _left(timeout, self._clock, _CONNECT_SECONDS)
        return _Line(self._stream.start_tls(ssl_context, server_hostname, seconds), self._clock)

    def get_extra_info(self, info: str) -> object:
        """What the connection knows of itself."""
        return self._stream.get_extra_info(info)


class _Lines(httpcore2.NetworkBackend):
    """Opens connections that keep a deadline."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lines = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """A connection to a host."""
        seconds = _left(timeout, self._clock, _CONNECT_SECONDS)
        return _Line(self._lines.connect_tcp(host, port, seconds, local_address, socket_options), self._clock)


def _left(deadline: float | None, clock: Callable[[], float], most: float) -> float:
    """The seconds that may be waited for one thing."""
    left = most if deadline is None else min(most, deadline - clock())
    if left <= 0:
        raise httpcore2.ReadTimeout
    return left


class _Turns:
    """Who may ask a host, and when: nobody before the pause since the last answer is over, whatever the source."""

    def __init__(self, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        self._sleep = sleep
        self._clock = clock
        self._lock = threading.Lock()
        self._pauses: dict[str, float] = {}
        self._last: dict[str, float] = {}

    def take(self, host: str, pause: float) -> None:
        """Wait for the next turn at a host; the longest pause that any source asked for holds."""
        with self._lock:
            self._pauses[host] = max(pause, self._pauses.get(host, 0.0))
            now = self._clock()
            turn = max(now, self._last[host] + self._pauses[host]) if host in self._last else now
            self._last[host] = turn
        if turn > now:
            self._sleep(turn - now)

    def leave(self, host: str) -> None:
        """Say that an answer has come, or that none will."""
        with self._lock:
            self._last[host] = max(self._last[host], self._clock())
