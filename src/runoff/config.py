"""Settings: where runoff keeps its store, and in which language it speaks.

Each is an environment variable and documented here; nothing else is read from the environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from runoff.core.errors import ConfigError
from runoff.core.language import LANGUAGES

SETTINGS = {
    "RUNOFF_HOME": "the folder of the store (default: the platform's folder for user data)",
    "RUNOFF_STORE": "the store's address, for example postgresql+psycopg://... (default: a SQLite file in RUNOFF_HOME)",
    "RUNOFF_LANG": "the language, en or zh (default: en)",
}

# Of a path, what means nothing in an address: a question mark or a percent sign in a folder's name would.
_PLAIN = "/\\: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the environment says."""

    home: Path
    store_url: str
    language: str


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
    )
