"""Settings: where runoff keeps its store, and in which language it speaks.

Each is an environment variable and documented here; nothing else is read from the environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from runoff.core.errors import ConfigError
from runoff.core.language import LANGUAGES

SETTINGS = {
    "RUNOFF_HOME": "the folder of the store (default: the platform's folder for user data)",
    "RUNOFF_STORE": "the store's address, for example postgresql+psycopg://... (default: a SQLite file in RUNOFF_HOME)",
    "RUNOFF_LANG": "the language, en or zh (default: en)",
    "RUNOFF_FRED_KEY": "your key for FRED's interface (default: none; FRED is read without one)",
    "RUNOFF_<SOURCE>_ADDRESS": "a mirror to ask in place of a source, for example RUNOFF_FRED_ADDRESS",
}
_OF_A_SOURCE = re.compile(r"RUNOFF_([A-Z0-9_]+)_(ADDRESS|KEY)")

# Of a path, what means nothing in an address: a question mark or a percent sign in a folder's name would.
_PLAIN = "/\\: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the environment says; `addresses` and `keys` are by source, and a key is shown nowhere."""

    home: Path
    store_url: str
    language: str
    addresses: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)


def read(environment: Mapping[str, str]) -> Settings:
    """Read the settings from an environment.

    Raises
    ------
    ConfigError
        If the language is none that runoff speaks.
    """
    if not (home := environment.get("RUNOFF_HOME")):
        from platformdirs import user_data_path

        home = str(user_data_path("runoff", appauthor=False))
    language = environment.get("RUNOFF_LANG") or "en"
    if language not in LANGUAGES:
        raise ConfigError(
            "RUNOFF_LANG is {found!r}; runoff speaks {languages}",
            found=language,
            languages=", ".join(LANGUAGES),
        )
    folder = Path(home).expanduser()
    return Settings(
        home=folder,
        store_url=environment.get("RUNOFF_STORE")
        or f"sqlite:///{quote(str(folder / 'runoff.sqlite'), safe=_PLAIN)}",
        language=language,
        addresses=_of_sources(environment, "ADDRESS"),
        keys=_of_sources(environment, "KEY"),
    )


def _of_sources(environment: Mapping[str, str], what: str) -> Mapping[str, str]:
    """What is set for each source, by its name in lower case."""
    found = {}
    for name, value in environment.items():
        match = _OF_A_SOURCE.fullmatch(name)
        if match is not None and match[2] == what and value:
            found[match[1].lower()] = value
    return found
