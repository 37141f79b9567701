"""Files of the user's own, into the store: one, or a folder with a manifest that says what they are."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import ClassVar

import numpy as np

from runoff.actions.import_file import import_file
from runoff.actions.workspace import Workspace
from runoff.core.document_file import read_documents
from runoff.core.errors import ConfigError, RunoffError, Unavailable, Unparseable
from runoff.core.holdings_file import read_book
from runoff.core.intake import checked
from runoff.core.language import Words
from runoff.core.manifest import (
    NAME,
    DocumentFolder,
    HoldingsFile,
    Manifest,
    SeriesFile,
    VintageFile,
    read_manifest,
)
from runoff.core.series import Observations
from runoff.core.source import Parsed, Payload
from runoff.core.tabular import read_columns, read_rows
from runoff.core.view import Needs
from runoff.core.vintages import read_vintages

_Part = SeriesFile | VintageFile | HoldingsFile | DocumentFolder
_MOST_BYTES = 512 * 2**20  # of one file, unpacked: more than any publisher's


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFile:
    """What became of a file: what it holds, rows read and new, its last period, or why it was refused."""

    file: str
    holds: str
    read: int
    added: int
    last: date | None
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did; `refused` counts the files of which nothing was taken."""

    SHOWN: ClassVar = ("file", "holds", "read", "added", "last", "refused")

    folder: str
    added: int
    refused: int
    rows: tuple[ImportedFile, ...]

    @property
    def exit_code(self) -> int:
        """4 where a file was refused, else 0."""
        return 4 if self.refused else 0


def import_folder(
    work: Workspace,
    words: Words,
    path: Path,
    *,
    manifest: Path | None = None,
    series: str | None = None,
    unit: str | None = None,
    column: str | None = None,
) -> ImportReport:
    """Bring files of your own into the store: a folder with a manifest, or one CSV file as one series.

    Each file is taken whole or not at all; a file that is refused does not stop the others. What is known already is
    left as it is, so that an import can be repeated.

    Parameters
    ----------
    path
        A folder, or a CSV file with dates in its first column.
    manifest
        The TOML file that says what the files of the folder are; by default runoff.toml in it.
    series
        Of one file: which series it is, for example nyfed:SOFR.
    unit
        Of one file: the unit in which it gives the series, for example percent or "USD mn".
    column
        Of one file: the column that holds it; by default the one named after the series, or the only one there is.
    """
    if not path.is_dir():
        return _single(work, words, path, manifest=manifest, series=series, unit=unit, column=column)
    if series or unit or column:
        raise ConfigError("{path} is a folder: say in its manifest what its files are", path=path)
    declared = read_manifest(_payload(manifest or path / NAME), work.specs)
    steps: list[tuple[str, list[_Part]]] = list(_by_file(declared))
    steps += [(one.file, [one]) for one in declared.vintages]
    steps += [(one.file, [one]) for one in declared.holdings]
    steps += [(one.folder, [one]) for one in declared.documents]
    rows: list[ImportedFile] = []
    for number, (name, parts) in enumerate(steps, start=1):
        if work.progress is not None:
            work.progress(name, number, len(steps))
        rows += _taken(work, words, path, name, parts)
    return ImportReport(
        folder=str(path),
        added=sum(row.added for row in rows),
        refused=sum(bool(row.refused) for row in rows),
        rows=tuple(rows),
    )


def _single(
    work: Workspace,
    words: Words,
    path: Path,
    *,
    manifest: Path | None,
    series: str | None,
    unit: str | None,
    column: str | None,
) -> ImportReport:
    """One file as one series."""
    if manifest is not None:
        raise ConfigError("{path} is no folder; a manifest goes with one", path=path)
    if series is None or unit is None:
        raise ConfigError(
            "{path}: say which series it is and in which unit, as --series nyfed:SOFR --unit percent",
            path=path,
        )
    done = import_file(work, words, path, series=series, unit=unit, column=column)
    row = ImportedFile(
        file=done.file,
        holds=done.id,
        read=done.rows_read,
        added=done.rows_added,
        last=done.last_period,
    )
    return ImportReport(folder=str(path.parent), added=row.added, refused=0, rows=(row,))


def _by_file(declared: Manifest) -> Iterator[tuple[str, list[_Part]]]:
    """The series of each file together: a file is read, and taken, once."""
    files: dict[str, list[_Part]] = {}
    for one in declared.series:
        files.setdefault(one.file, []).append(one)
    yield from files.items()


def _taken(work: Workspace, words: Words, folder: Path, name: str, parts: list[_Part]) -> list[ImportedFile]:
    """Take one file, or say of everything it should hold why it was refused."""
    now = datetime.now(UTC)
    try:
        parsed, rows = _read(work, folder / name, parts, now)
        before = work.store.append([parsed], recorded_at=now, keep_raw=True).added if parsed else 0
    except RunoffError as error:
        reason = words.text(error.template, **error.values)
        return [
            ImportedFile(file=name, holds=_holds(part), read=0, added=0, last=None, refused=reason)
            for part in parts
        ]
    total = sum(row.read for row in rows)
    # The store counts what a file added in all; of several series in one, each gets its share of the rows it has.
    return [
        replace(
            row, file=name, added=before if len(rows) == 1 or not total else round(before * row.read / total)
        )
        for row in rows
    ]


def _holds(part: _Part) -> str:
    match part:
        case SeriesFile() | VintageFile():
            return part.spec.id
        case HoldingsFile():
            return part.portfolio
        case DocumentFolder():
            return f"{part.bank} {part.kind}"


def _read(
    work: Workspace, path: Path, parts: list[_Part], now: datetime
) -> tuple[Parsed | None, list[ImportedFile]]:
    """What a file holds, as it is appended, and a line for each part of it."""
    match parts[0]:
        case VintageFile() as one:
            payload = _payload(path)
            rows = read_vintages(payload, one.spec, one.unit, work.clock)
            return Parsed(payload=payload, observations=(rows,)), [_line(one.spec.id, rows)]
        case HoldingsFile() as one:
            payload = _payload(path)
            book = read_book(payload, work.clock, day=one.date, portfolio=one.portfolio)
            line = ImportedFile(
                file="", holds=one.portfolio, read=len(book.holdings), added=0, last=book.date
            )
            return Parsed(payload=payload, books=(book,)), [line]
        case DocumentFolder() as one:
            index = None if one.index is None else _payload(_root(path, one.folder) / one.index)
            documents = read_documents(
                [_payload(file) for file in _texts(path)], bank=one.bank, kind=one.kind, index=index
            )
            payload = Payload(one.folder, b"\n".join(d.digest.encode() for d in documents))
            line = ImportedFile(
                file="",
                holds=_holds(one),
                read=len(documents),
                added=0,
                last=max((d.day for d in documents), default=None),
            )
            return Parsed(payload=payload, documents=tuple(documents)), [line]
        case SeriesFile():
            return _series(work, path, [part for part in parts if isinstance(part, SeriesFile)], now)


def _series(
    work: Workspace, path: Path, parts: list[SeriesFile], now: datetime
) -> tuple[Parsed, list[ImportedFile]]:
    payload = _payload(path)
    table = _table(path, payload)
    _, first = next(iter(read_rows(table)), (0, {}))
    columns = list(first)[1:]
    wanted = {part: part.column or _column(part, columns) for part in parts}
    read = read_columns(
        table, {column: (part.spec, part.unit) for part, column in wanted.items()}, work.clock
    )
    stored = work.store.history(Needs(optional=frozenset(part.spec.id for part in parts))).columns
    observations, lines = [], []
    for part, rows in zip(parts, read, strict=True):
        rows = replace(_on_weekday(rows, part.weekday), digest=payload.digest)
        known = stored.get(part.spec.id)
        observations.append(checked(rows, path.name, now, None if known is None else known.as_of(now)))
        lines.append(_line(part.spec.id, rows))
    return Parsed(payload=payload, observations=tuple(observations)), lines


def _column(part: SeriesFile, columns: list[str]) -> str:
    if part.spec.code in columns:
        return part.spec.code
    if len(columns) == 1:
        return columns[0]
    raise Unparseable(
        "{where}: which column of {file} is {id}? found {found}; name it with column",
        where=part.where,
        file=part.file,
        id=part.spec.id,
        found=", ".join(columns) or "none",
    )


def _on_weekday(rows: Observations, weekday: int | None) -> Observations:
    if weekday is None:
        return rows
    keep = (rows.periods - 1) % 7 == weekday  # day 1 was a Monday
    return replace(
        rows,
        periods=rows.periods[keep],
        values=rows.values[keep],
        known_at=rows.known_at[keep],
        flags=rows.flags[keep],
    )


def _line(series: str, rows: Observations) -> ImportedFile:
    last = date.fromordinal(int(np.max(rows.periods))) if len(rows) else None
    return ImportedFile(file="", holds=series, read=len(rows), added=0, last=last)


def _root(path: Path, folder: str) -> Path:
    """The folder of the manifest, from that of the texts."""
    for _ in Path(folder).parts:
        path = path.parent
    return path


def _texts(folder: Path) -> list[Path]:
    found = (
        sorted(f for f in folder.iterdir() if f.name.endswith((".txt", ".txt.gz"))) if folder.is_dir() else []
    )
    if not found:
        raise Unavailable("{file} cannot be read ({reason})", file=folder, reason="no text in it")
    return found


def _payload(path: Path) -> Payload:
    """The bytes of a file, unpacked where it is gzipped."""
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            with gzip.open(io.BytesIO(content)) as packed:
                content = packed.read(_MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Unavailable("{file} cannot be read ({reason})", file=path, reason=reason) from error
    if len(content) > _MOST_BYTES:
        raise Unparseable("{file}: more than {most} bytes; split it", file=path.name, most=_MOST_BYTES)
    return Payload(path.name.removesuffix(".gz"), content)


def _table(path: Path, payload: Payload) -> Payload:
    """A Parquet file as the CSV that it would be; a CSV file as it is."""
    if path.suffix != ".parquet":
        return payload
    try:
        import polars as pl
    except ModuleNotFoundError as error:
        raise ConfigError("Parquet needs the package polars: pip install 'runoff[parquet]'") from error
    try:
        frame = pl.read_parquet(io.BytesIO(payload.content))
    except pl.exceptions.PolarsError as error:
        raise Unparseable("{file}: no Parquet file ({reason})", file=payload.name, reason=error) from error
    return Payload(payload.name, frame.write_csv(datetime_format="%Y-%m-%d").encode())
