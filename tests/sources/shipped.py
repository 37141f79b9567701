"""The shipped figures, parsed once for every test that stands on them."""

from dataclasses import replace
from functools import cache

from runoff.core.registry import plugin
from runoff.core.source import Parsed, Source
from runoff.core.time import parse_as_of
from runoff.core.view import History, View

LATEST = "2026-10-01"  # the day the last shipped H.4.1 came out


@cache
def parsed() -> tuple[Parsed, ...]:
    """Every shipped file as its source reads it."""
    source = plugin("sources", "figures", Source)
    return tuple(source.parse(payload, source.catalogue()) for payload in source.payloads())


@cache
def history() -> History:
    """All shipped series and books, and what the catalogue says of those that do not ship."""
    found = History.of(
        (rows for one in parsed() for rows in one.observations),
        books=(book for one in parsed() for book in one.books),
    )
    return replace(found, specs=plugin("sources", "figures", Source).specs())


def view(as_of: str = LATEST) -> View:
    """What of the shipped figures was known at `as_of`."""
    return history().at(parse_as_of(as_of))
