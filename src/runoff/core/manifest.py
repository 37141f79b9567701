"""What the files of a folder are: a TOML file that declares series, vintages, holdings and texts, one table each.

::

    [[series]]
    id = "frb:WALCL"
    file = "fred/WALCL.csv"
    unit = "USD mn"

    [[holdings]]
    file = "soma_2026-06-30.csv"

    [[documents]]
    folder = "statements"
    kind = "statement"

A series that the catalogue does not know is declared in full: title, measure, frequency and release too. Its vintages
need not say that again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from runoff.core import toml_file
from runoff.core.document import DocumentKind
from runoff.core.errors import ConfigError
from runoff.core.series import SeriesSpec
from runoff.core.source import Payload
from runoff.core.time import RULE_NAMES
from runoff.core.toml_file import Keys
from runoff.core.units import Frequency, Measure, Unit

NAME = "runoff.toml"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_OF_A_NEW_SERIES = frozenset({"title", "measure", "frequency", "release", "licence", "address"})
_OF_VINTAGES = frozenset({"id", "file", "unit"}) | _OF_A_NEW_SERIES
# What each table may hold; docs/guides/your-own-data.md says what it means.
KEYS: Mapping[str, frozenset[str]] = {
    "series": _OF_VINTAGES | {"column", "only"},
    "vintages": _OF_VINTAGES,
    "holdings": frozenset({"file", "date", "portfolio"}),
    "documents": frozenset({"folder", "index", "kind", "bank"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFile:
    """A column of a file, and the series it is; `weekday` keeps the rows of that day of the week alone."""

    where: str
    file: str
    spec: SeriesSpec
    unit: Unit
    column: str | None
    weekday: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VintageFile:
    """A file of vintages of one series: realtime_start, realtime_end, date, value."""

    where: str
    file: str
    spec: SeriesSpec
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingsFile:
    """A file of holdings, and the date of them where the file does not say."""

    where: str
    file: str
    date: date | None
    portfolio: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFolder:
    """A folder of texts named after their days, and the index that says when they came out, where there is one."""

    where: str
    folder: str
    index: str | None
    kind: DocumentKind
    bank: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Everything that a folder declares."""

    series: tuple[SeriesFile, ...]
    vintages: tuple[VintageFile, ...]
    holdings: tuple[HoldingsFile, ...]
    documents: tuple[DocumentFolder, ...]


def read_manifest(payload: Payload, specs: Mapping[str, SeriesSpec]) -> Manifest:
    """Read a manifest; a series is one of `specs`, or declared in full.

    Raises
    ------
    ConfigError
        If a key is unknown or missing, a value means nothing, or a path leads out of the folder.
    UnitError, RegistryError
        If a unit or a release rule is unknown.
    """
    table = toml_file.read_table(payload)
    toml_file.require_keys(payload.name, table, frozenset(KEYS))
    parts = {key: _tables(payload.name, table, key) for key in KEYS}
    series = tuple(_series(where, keys, specs) for where, keys in parts["series"])
    known = {**{one.spec.id: one.spec for one in series}, **specs}
    return Manifest(
        series=series,
        vintages=tuple(_vintages(where, keys, known) for where, keys in parts["vintages"]),
        holdings=tuple(_holdings(where, keys) for where, keys in parts["holdings"]),
        documents=tuple(_documents(where, keys) for where, keys in parts["documents"]),
    )


def _tables(file: str, table: Keys, key: str) -> list[tuple[str, Keys]]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ConfigError(
            "{file}: write each of {key} under [[{key}]], with two brackets", file=file, key=key
        )
    return [(f"{file}, {key} {number}", one) for number, one in enumerate(found, 1)]


def _series(where: str, keys: Keys, specs: Mapping[str, SeriesSpec]) -> SeriesFile:
    toml_file.require_keys(where, keys, KEYS["series"])
    weekday = toml_file.choice(where, keys, "only", _WEEKDAYS)
    column = keys.get("column")
    return SeriesFile(
        where=where,
        file=_path(where, keys, "file"),
        spec=_spec(where, keys, specs),
        unit=Unit.parse(toml_file.text(where, keys, "unit")),
        column=str(column) if column is not None else None,
        weekday=None if weekday is None else _WEEKDAYS.index(weekday),
    )


def _vintages(where: str, keys: Keys, specs: Mapping[str, SeriesSpec]) -> VintageFile:
    toml_file.require_keys(where, keys, KEYS["vintages"])
    return VintageFile(
        where=where,
        file=_path(where, keys, "file"),
        spec=_spec(where, keys, specs),
        unit=Unit.parse(toml_file.text(where, keys, "unit")),
    )


def _holdings(where: str, keys: Keys) -> HoldingsFile:
    toml_file.require_keys(where, keys, KEYS["holdings"])
    return HoldingsFile(
        where=where,
        file=_path(where, keys, "file"),
        date=toml_file.day(where, keys, "date"),
        portfolio=str(keys.get("portfolio", "soma")),
    )


def _documents(where: str, keys: Keys) -> DocumentFolder:
    toml_file.require_keys(where, keys, KEYS["documents"])
    kind = toml_file.choice(where, keys, "kind", tuple(DocumentKind))
    if kind is None:
        raise ConfigError("{where}: {key} is missing", where=where, key="kind")
    return DocumentFolder(
        where=where,
        folder=_path(where, keys, "folder"),
        index=_path(where, keys, "index") if "index" in keys else None,
        kind=DocumentKind(kind),
        bank=str(keys.get("bank", "fed")),
    )


def _spec(where: str, keys: Keys, specs: Mapping[str, SeriesSpec]) -> SeriesSpec:
    """The series of the catalogue, or one declared here in full."""
    name = toml_file.text(where, keys, "id")
    if name in specs:
        return specs[name]
    measure = toml_file.choice(where, keys, "measure", tuple(Measure))
    frequency = toml_file.choice(where, keys, "frequency", tuple(Frequency))
    release = toml_file.choice(where, keys, "release", tuple(sorted(RULE_NAMES)))
    if measure is None or frequency is None or release is None:
        raise ConfigError(
            "{where}: {id} is not in the catalogue; declare title, measure, frequency and release, or correct the id",
            where=where,
            id=name,
        )
    return SeriesSpec(
        id=name,
        title=toml_file.text(where, keys, "title"),
        unit=Unit.parse(toml_file.text(where, keys, "unit")),
        measure=Measure(measure),
        frequency=Frequency(frequency),
        release=release,
        licence=str(keys.get("licence", "your own copy")),
        url=str(keys.get("address", "")),
    )


def _path(where: str, keys: Keys, key: str) -> str:
    """A path within the folder."""
    found = toml_file.text(where, keys, key)
    if PurePosixPath(found).is_absolute() or ".." in PurePosixPath(found).parts:
        raise ConfigError(
            "{where}: {key} = {found!r} leads out of the folder; write a path within it",
            where=where,
            key=key,
            found=found,
        )
    return found
