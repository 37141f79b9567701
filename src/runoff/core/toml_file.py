"""Reading what users write in TOML: every message names the file, the place in it, the key and what was expected."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from datetime import date, datetime

from runoff.core.errors import ConfigError
from runoff.core.source import Payload

Keys = Mapping[str, object]


def read_table(payload: Payload) -> Keys:
    """The table that a file holds.

    Raises
    ------
    ConfigError
        If it is no TOML.
    """
    try:
        return tomllib.loads(payload.content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError("{file}: no TOML file ({reason})", file=payload.name, reason=error) from error


def require_keys(where: str, table: Keys, keys: frozenset[str]) -> None:
    """Refuse keys that mean nothing: a misspelt one must not pass as left out."""
    if unknown := sorted(set(table) - keys):
        raise ConfigError(
            "{where}: no key named {unknown}; there are {keys}",
            where=where,
            unknown=", ".join(unknown),
            keys=", ".join(sorted(keys)),
        )


def text(where: str, table: Keys, key: str) -> str:
    """A text that must be there."""
    found = table.get(key)
    if found is None or found == "":
        raise ConfigError("{where}: {key} is missing", where=where, key=key)
    if not isinstance(found, str):
        raise ConfigError(
            "{where}: {key} = {found!r} is no text; write it in quotation marks",
            where=where,
            key=key,
            found=found,
        )
    return found


def choice(where: str, table: Keys, key: str, choices: tuple[str, ...]) -> str | None:
    """One of some words; None where the key is left out."""
    found = table.get(key)
    if found is not None and found not in choices:
        raise ConfigError(
            "{where}: {key} = {found!r}; expected one of {choices}",
            where=where,
            key=key,
            found=found,
            choices=", ".join(choices),
        )
    return None if found is None else str(found)


def number(
    where: str,
    table: Keys,
    key: str,
    *,
    lowest: float = -math.inf,
    highest: float = math.inf,
    unbounded: bool = False,
) -> float | None:
    """A number within limits; None where the key is left out. `unbounded` says that infinity is one as well."""
    found = table.get(key)
    if found is None:
        return None
    if (
        isinstance(found, bool)
        or not isinstance(found, int | float)
        or not (lowest <= found <= highest or (found == math.inf and unbounded))
        or (found in {math.inf, -math.inf} and not unbounded)
    ):
        raise ConfigError(
            "{where}: {key} = {found!r}; expected a number from {lowest:g} to {highest:g}",
            where=where,
            key=key,
            found=found,
            lowest=lowest,
            highest=highest,
        )
    return float(found)


def whole(where: str, table: Keys, key: str, *, lowest: int, highest: int) -> int | None:
    """A whole number within limits; None where the key is left out."""
    found = table.get(key)
    if found is not None and (
        not isinstance(found, int) or isinstance(found, bool) or not lowest <= found <= highest
    ):
        raise ConfigError(
            "{where}: {key} = {found!r}; expected a whole number from {lowest} to {highest}",
            where=where,
            key=key,
            found=found,
            lowest=lowest,
            highest=highest,
        )
    return found if isinstance(found, int) else None


def day(where: str, table: Keys, key: str) -> date | None:
    """A date; None where the key is left out."""
    found = table.get(key)
    if found is not None and (not isinstance(found, date) or isinstance(found, datetime)):
        raise ConfigError(
            "{where}: {key} = {found!r} is no date; write it as 2027-01-01, without quotation marks",
            where=where,
            key=key,
            found=found,
        )
    return found if isinstance(found, date) else None
