"""Sources: a record and pure functions that turn a publisher's bytes into rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

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
    """What a payload holds: rows of series and books of holdings, appended to the store together or not at all."""

    payload: Payload
    observations: tuple[Observations, ...] = ()
    books: tuple[Book, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A publisher: the series it declares, the payloads it has at hand, and how each is read.

    `specs` are the series it can bring; `payloads` the bytes that ship with the package (a source on the network has
    none); `clock` the release clock with the publisher's exceptions; `parse` is pure.
    """

    title: str
    specs: Callable[[], Mapping[str, SeriesSpec]]
    payloads: Callable[[], Iterable[Payload]]
    clock: Callable[[], ReleaseClock]
    parse: Callable[[Payload, ReleaseClock], Parsed]
