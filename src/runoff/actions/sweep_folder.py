"""The folder of a sweep: its record, one Parquet file a part, and the summary; each file whole or not there.

::

    FOLDER/record.json                    what the run follows from
    FOLDER/parts/000002-0001000.parquet   combination 2, from path 1000 on
    FOLDER/summary.parquet, summary.csv   quantiles by combination, line and month

A file is written beside its place, brought to the disk, and then moved there. Bytes depend on nothing but the record
and the version of polars, which writes them.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from runoff.actions.sweeping import Combination, Followed, Part
from runoff.core.errors import ConfigError, StoreError
from runoff.core.run_record import RunRecord, read_record
from runoff.core.series import FloatArray
from runoff.core.source import Payload
from runoff.core.time import month_after
from runoff.project.fan import LEVELS, quantiles

if TYPE_CHECKING:
    import polars as pl

RECORD, PARTS, SUMMARY = "record.json", "parts", "summary"
_LOCK: Final = ".lock"
_PART = re.compile(r"(\d{6})-(\d{7})\.parquet")
_DRAFT = re.compile(r"\..+\.draft")
_LEVEL: Final = 3  # of zstd, its own default; named, so that a later default changes no bytes
_PAGE_BYTES: Final = 2**20


def require_polars() -> None:
    """Refuse, before anything is computed, what could not be written.

    Raises
    ------
    ConfigError
        If the package that writes Parquet, which is an extra, is not installed.
    """
    if find_spec("polars") is None:
        raise ConfigError(
            "a sweep writes Parquet, which needs the package polars: pip install 'runoff[parquet]'"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The folder of one record, which no other sweep is at work in."""

    path: Path
    record: RunRecord

    @staticmethod
    @contextmanager
    def open(path: Path, record: RunRecord) -> Iterator[Folder]:
        """Take a folder for a record: a new one, or the one that this record began.

        Raises
        ------
        ConfigError
            If it holds the parts of another record or a file that is none of ours, or another sweep is at work in it.
        StoreError
            If it cannot be read or written.
        """
        require_polars()
        with _refused(path):
            _look(path, record)
            (path / PARTS).mkdir(parents=True, exist_ok=True)
            lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _take(lock, path)
            found = Folder(path=path, record=record)
            with _refused(path):
                for draft in (p for folder in (path, path / PARTS) for p in folder.iterdir()):
                    if _DRAFT.fullmatch(draft.name):  # of a run that was killed while it wrote
                        draft.unlink()
                if not (path / RECORD).exists():
                    found._write(path / RECORD, record.json_bytes())
            yield found
        finally:
            os.close(lock)

    def kept(self) -> frozenset[tuple[int, int]]:
        """The parts that are there: combination and first path."""
        found = (_PART.fullmatch(file.name) for file in (self.path / PARTS).iterdir())
        return frozenset((int(name[1]), int(name[2])) for name in found if name is not None)

    def keep(self, part: Part, followed: Followed) -> None:
        """Write a part.

        Raises
        ------
        StoreError
            If it cannot be written; what was written before it stays.
        """
        self._write(self._file(part), parquet_bytes(_frame(part, followed)))

    def summarise(self, done: Sequence[Sequence[Part]], lines: Sequence[str]) -> tuple[Quantiles, ...]:
        """Read the parts of each combination back; write and return quantiles of lines over all paths of each.

        Raises
        ------
        StoreError
            If a part is not what was written, or the summary cannot be written.
        """
        import polars as pl

        found = [line for parts in done for line in self._quantiles(parts, lines)]
        frame: pl.DataFrame = pl.concat([_summary_frame(line) for line in found]) if found else pl.DataFrame()
        if found:
            self._write(self.path / f"{SUMMARY}.parquet", parquet_bytes(frame))
            self._write(self.path / f"{SUMMARY}.csv", frame.write_csv(line_terminator="\n").encode())
        return tuple(found)

    def _quantiles(self, parts: Sequence[Part], lines: Sequence[str]) -> Iterator[Quantiles]:
        """Line by line, so that no more than one of a combination is in memory."""
        every = [self._days(part) for part in parts]  # each is looked at before any is read whole
        days = every[0]
        for line in lines:
            values = [self._read(part, (line,)).to_numpy().reshape(-1, len(days)) for part in parts]
            yield Quantiles(
                combination=parts[0].combination,
                line=line,
                days=days,
                levels=quantiles(np.concatenate(values)),
            )

    def _days(self, part: Part) -> tuple[date, ...]:
        """The month ends of a part, if it is what was written: all its paths, each with as many months."""
        frame = self._read(part, ("path", "month"))
        first, last = frame.get_column("path").min(), frame.get_column("path").max()
        if (first, last) != (part.first_path, part.first_path + part.paths - 1) or frame.height % part.paths:
            raise StoreError(
                "{file}: paths {first} to {last} in {rows} rows; expected {paths} paths from {start} on: it was "
                "changed; delete it and run the same command again",
                file=self._file(part),
                first=first,
                last=last,
                rows=frame.height,
                paths=part.paths,
                start=part.first_path,
            )
        return tuple(frame.get_column("month").head(frame.height // part.paths).to_list())

    def _read(self, part: Part, columns: Sequence[str]) -> pl.DataFrame:
        import polars as pl

        file = self._file(part)
        try:
            return pl.read_parquet(BytesIO(file.read_bytes()), columns=list(columns))
        except (OSError, pl.exceptions.PolarsError) as error:
            raise StoreError(
                "{file} cannot be read ({reason}); delete it and run the same command again",
                file=file,
                reason=str(error).splitlines()[0],
            ) from error

    def _file(self, part: Part) -> Path:
        return self.path / PARTS / f"{part.combination.number:06}-{part.first_path:07}.parquet"

    def _write(self, file: Path, content: bytes) -> None:
        """Write a file whole or not at all: beside its place, to the disk, and then there."""
        draft = file.with_name(f".{file.name}.draft")
        try:
            try:
                with draft.open("wb") as out:
                    out.write(content)
                    out.flush()
                    os.fsync(out.fileno())
                draft.replace(file)
            finally:
                with suppress(OSError):
                    draft.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(
                "{file} cannot be written ({reason}); the {kept} parts in {folder} are whole and stay: make room, and "
                "run the same command again",
                file=file,
                reason=error.strerror or str(error),
                kept=len(self.kept()),
                folder=self.path,
            ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantiles:
    """Quantiles of a line over the paths of a combination, `fan.LEVELS` by months, millions; `days` are month ends."""

    combination: Combination
    line: str
    days: tuple[date, ...]
    levels: FloatArray


# --- who may work in a folder -----------------------------------------------------------------------------------------


def _look(path: Path, record: RunRecord) -> None:
    """Refuse a folder that is not empty and was not begun by this record."""
    if not path.exists():
        return
    if not path.is_dir():
        raise ConfigError("{path} is a file; --output names a folder", path=path)
    inside = {file.name for file in path.iterdir()}
    if RECORD not in inside:
        if foreign := sorted(inside - {_LOCK, PARTS} - {name for name in inside if _DRAFT.fullmatch(name)}):
            raise ConfigError(
                "{folder} holds {file}, and no record of a sweep: name a new folder",
                folder=path,
                file=foreign[0],
            )
    else:
        theirs = read_record(Payload(str(path / RECORD), (path / RECORD).read_bytes()))
        if theirs.digest != record.digest:
            raise ConfigError(
                "{folder} holds another sweep: it differs in {names}. Name a new folder, or ask for what it was begun "
                "with",
                folder=path,
                names=", ".join(record.differences(theirs)),
            )
    _look_at_parts(path / PARTS, begun=RECORD in inside)


def _look_at_parts(folder: Path, *, begun: bool) -> None:
    """Refuse parts without a record, and files that are none: whoever reads all of them would take them for paths."""
    if not folder.is_dir():
        return
    for file in sorted(folder.iterdir()):
        if not _DRAFT.fullmatch(file.name) and not (begun and _PART.fullmatch(file.name)):
            raise ConfigError(
                "{file} is no part of this sweep: move it away, or name a new folder", file=file
            )


def _take(lock: int, path: Path) -> None:
    """Keep a second sweep out while this one is at work; the system lets go when the process ends, however it does."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EACCES, errno.EAGAIN, errno.EDEADLK}:
            raise ConfigError(
                "another sweep is at work in {folder}: wait for it, or name a new folder", folder=path
            ) from error
        # A file system without locks: two sweeps of one record would write the same bytes.


@contextmanager
def _refused(path: Path) -> Iterator[None]:
    """Say in one line why a folder cannot be used."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            "{folder} cannot be used ({reason})", folder=path, reason=error.strerror or str(error)
        ) from error


# --- frames -----------------------------------------------------------------------------------------------------------


def _frame(part: Part, followed: Followed) -> pl.DataFrame:
    """A part as rows: path by path, month by month."""
    import polars as pl

    months, rows = len(followed.months), part.paths * len(followed.months)
    days = np.array([_last_day(month) for month in followed.months.tolist()], dtype="datetime64[D]")
    paths = np.arange(part.first_path, part.first_path + part.paths, dtype=np.int64)
    found: pl.DataFrame = _named(part.combination, rows).with_columns(
        pl.Series("path", np.repeat(paths, months), dtype=pl.Int64()),
        pl.Series("month", np.tile(days, part.paths), dtype=pl.Date()),
        *(
            pl.Series(line, np.ascontiguousarray(values).reshape(rows), dtype=pl.Int64())
            for line, values in followed.lines.items()
        ),
    )
    return found


def _named(combination: Combination, rows: int) -> pl.DataFrame:
    """So many rows that say which combination they are of."""
    import polars as pl

    assumed = combination.assumed
    found: pl.DataFrame = pl.DataFrame(
        {
            "policy": pl.repeat(assumed.policy, rows, dtype=pl.String(), eager=True),
            "scenario": pl.repeat(assumed.scenario, rows, dtype=pl.String(), eager=True),
            "seed": pl.repeat(combination.seed, rows, dtype=pl.Int64(), eager=True),
        }
    )
    return found


def _summary_frame(found: Quantiles) -> pl.DataFrame:
    import polars as pl

    frame: pl.DataFrame = _named(found.combination, len(found.days)).with_columns(
        pl.Series("line", [found.line] * len(found.days), dtype=pl.String()),
        pl.Series("month", list(found.days), dtype=pl.Date()),
        *(
            pl.Series(f"p{level:02}", values, dtype=pl.Float64())
            for level, values in zip(LEVELS, found.levels, strict=True)
        ),
    )
    return frame


def parquet_bytes(frame: pl.DataFrame) -> bytes:
    """A frame as bytes that depend on its values alone: one chunk, one group of rows, one thread's order."""
    out = BytesIO()
    frame.rechunk().write_parquet(
        out,
        compression="zstd",
        compression_level=_LEVEL,
        statistics=True,
        row_group_size=max(1, frame.height),
        data_page_size=_PAGE_BYTES,
    )
    return out.getvalue()


def _last_day(month: int) -> date:
    return date.fromordinal(month_after(date.fromordinal(month)).toordinal() - 1)
