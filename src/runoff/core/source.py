"""Sources: a record and pure functions that turn a publisher's bytes into rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from runoff.core.document import Document
from runoff.core.holdings import Book
from runoff.core.series import Observations, SeriesSpec
from runoff.core.time import ReleaseClock


@dataclass(frozen=True, slots=True)
class Payload:
    """The bytes of one file as they arrived, and their name."""

    name: str
    content: bytes

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes, in hexadecimal: how every figure names its file."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What a payload holds: rows, books and documents, appended to the store together or not at all."""

    payload: Payload
    observations: tuple[Observations, ...] = ()
    books: tuple[Book, ...] = ()
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What is known of series before any row is read: what each is, and when its figures come out."""

    specs: Mapping[str, SeriesSpec]
    clock: ReleaseClock


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One download: `name` is what the payload will be called, `path` and `params` follow the source's address.

    A path on another of the source's hosts is written in full, as https://host/path.

    `secret` names parameters that are shown nowhere; `most_bytes` is what a body may have at most, decompressed.
    """

    name: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    secret: frozenset[str] = frozenset()
    most_bytes: int = 64 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an update asks of a source: what the store has of it, and what the user gave.

    `last` maps every series of the catalogue to its last stored period (None: nothing yet), `books` every portfolio to
    the date of its last book, `documents` are the ids of stored texts; `key` is the user's key for this publisher, if
    there is one; `only` limits the answer to some series where it is not empty.

    `answers` are the payloads of this run by the name of their request, those that were read without an error: a source
    whose index says what to download next is asked again with them, until it asks for nothing that is not in them.
    """

    now: datetime
    catalogue: Catalogue
    last: Mapping[str, date | None]
    books: Mapping[str, date] = field(default_factory=dict)
    documents: frozenset[str] = frozenset()
    key: str | None = None
    only: frozenset[str] = frozenset()
    answers: Mapping[str, Payload] = field(default_factory=dict)


def _no_specs() -> Mapping[str, SeriesSpec]:
    return {}


def _no_payloads() -> Iterable[Payload]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A publisher: a record, and pure functions that say what to ask it and read what it answers.

    Parameters
    ----------
    title, licence
        Whose figures these are, and how they may be used.
    parse
        Rows, books and documents of one payload. A payload that is not what it claims to be is refused as a whole.
    specs
        The series that this source declares itself; others it finds in the catalogue it is handed.
    payloads, clock
        What ships with the package, and the exceptions to its release clocks; a publisher on the network has neither.
    home
        The address that requests follow; a setting can put a mirror in its place. Empty for what is not on the network.
    hosts
        Where a request may be redirected to, beside the host of `home`.
    pause_seconds
        The least time between two requests.
    requests
        What to download. Pure: the same for the same `Asked`. Asked again with the answers of the run, while it
        wants more than they hold.
    brings
        The series it can bring, of a catalogue: what a page of the source lists, and what `due` is judged by.
    """

    title: str
    parse: Callable[[Payload, Catalogue], Parsed]
    specs: Callable[[], Mapping[str, SeriesSpec]] = _no_specs
    payloads: Callable[[], Iterable[Payload]] = _no_payloads
    clock: Callable[[], ReleaseClock] = ReleaseClock
    licence: str = ""
    home: str = ""
    hosts: frozenset[str] = frozenset()
    pause_seconds: float = 1.0
    requests: Callable[[Asked], Iterable[Request]] | None = None
    brings: Callable[[Catalogue], Iterable[str]] | None = None

    def catalogue(self) -> Catalogue:
        """What the source declares by itself."""
        return Catalogue(specs=self.specs(), clock=self.clock())
