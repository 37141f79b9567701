"""How the command line prints what an action returned."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from runoff.core.errors import ConfigError
from runoff.core.language import Words
from runoff.core.report import Brief, Told
from runoff.render import rows as rendering

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from rich.console import Console


def check(options: Mapping[str, object]) -> None:
    """Refuse, before anything is computed, what could not be printed or written afterwards.

    Raises
    ------
    ConfigError
        If two ways to print are asked for at once, or the folder of a Parquet file is not there.
    """
    if options["json"] and options["csv"]:
        raise ConfigError("--json and --csv at once: choose one")
    path = options.get("parquet")
    if isinstance(path, Path) and not path.parent.is_dir():
        raise ConfigError(
            "{path} cannot be written: there is no folder {folder}; make it first",
            path=path,
            folder=path.parent,
        )


def write(result: object, words: Words, options: Mapping[str, object]) -> None:
    """Print a result as the options ask: text, JSON, CSV, Markdown or a page; and write the files they name.

    Raises
    ------
    ConfigError
        If a file cannot be written where it should.
    """
    assert dataclasses.is_dataclass(result), "an action returns a dataclass"
    assert not isinstance(result, type), "an action returns a value"
    told = (
        result if isinstance(result, Brief) else _alone(result, words) if isinstance(result, Told) else None
    )
    notes = [
        *(_write_page(told, path, words) for path in _named(options, "html") if told),
        *(_write_parquet(result, path, words) for path in _named(options, "parquet")),
    ]
    match "csv" if options["csv"] else "json" if options["json"] else options.get("format"):
        case "csv":
            rows, _, columns = _rows(result)
            _bytes(rendering.csv_text(rows, columns).encode())
        case "json":
            _bytes(_json(result))
        case form if told:
            _show(told, words, form)
        case _:
            _table(result, words)
    for note in notes:
        sys.stderr.write(f"{note}\n")


def _named(options: Mapping[str, object], option: str) -> list[Path]:
    """The file that an option names, where it names one."""
    path = options.get(option)
    return [path] if isinstance(path, Path) else []


def _alone(result: Told, words: Words) -> Brief:
    """A brief of the one section that a result tells."""
    from runoff.actions.brief import FOOT

    section = result.section(words)
    return Brief(
        as_of=result.as_of,
        language=words.language,
        title=section.title,
        sections={"result": section},
        foot=FOOT,
    )


def _rows(
    result: DataclassInstance,
) -> tuple[Sequence[DataclassInstance], type[DataclassInstance], Sequence[str] | None]:
    """What CSV and Parquet have of a result: its rows, their class, and the columns of them."""
    if isinstance(result, Brief):
        from runoff.render.data import FigureRow, figure_rows

        return figure_rows(result), FigureRow, None
    rows = getattr(result, "rows", (result,))
    # Rows may be of a class made for them: the gauges of a signal as columns.
    kind = type(rows[0]) if rows else rendering.row_class(type(result)) or type(result)
    return rows, kind, getattr(result, "columns", None)


def _json(result: DataclassInstance) -> bytes:
    if isinstance(result, Brief):
        from runoff.render import data

        return data.json_bytes(result)
    return rendering.json_bytes(result)


def _show(told: Brief, words: Words, form: object) -> None:
    from runoff.render import markdown, page, text

    if form == "md":
        _bytes(markdown.render(told, words).encode())
    elif form == "html":
        _bytes(page.render(told, words).encode())
    else:
        text.show(told, words, console())


def _write_page(told: Brief, path: Path, words: Words) -> str:
    from runoff.render import page

    with _refused(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, page.render(told, words).encode())
    return words.text("Written as a page: {path}", path=path)


def _write_parquet(result: DataclassInstance, path: Path, words: Words) -> str:
    rows, kind, columns = _rows(result)
    _write(path, rendering.parquet_bytes(rows, kind, columns))
    return words.text("Written as Parquet, {count} rows: {path}", count=f"{len(rows):,}", path=path)


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: beside its place, and then there.

    Raises
    ------
    ConfigError
        If it cannot be written: no such folder, no right to, no space left.
    """
    with _refused(path):
        place = path.resolve()
        if place.exists() and not place.is_file():  # a pipe or a device has no place to move to
            place.write_bytes(content)
            return
        draft = place.with_name(f".{place.name}.{os.getpid()}")
        try:
            draft.write_bytes(content)
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)


@contextmanager
def _refused(path: Path) -> Iterator[None]:
    """Say in one line why a file cannot be written."""
    try:
        yield
    except OSError as error:
        raise ConfigError(
            "{path} cannot be written ({reason})", path=path, reason=error.strerror or str(error)
        ) from error


def _bytes(content: bytes) -> None:
    sys.stdout.buffer.write(content)
    sys.stdout.flush()


def console() -> Console:
    """Standard output; a pipe gets a hundred columns and no colour."""
    from rich.console import Console

    return Console(highlight=False) if sys.stdout.isatty() else Console(width=100, highlight=False)


def _table(result: DataclassInstance, words: Words) -> None:
    """What holds for all rows as lines, then the rows as a table of the columns that fit."""
    out = console()
    rows = getattr(result, "rows", ())
    for field in dataclasses.fields(result):
        if field.name not in {"rows", "columns"}:
            written = rendering.written(getattr(result, field.name), words)
            out.print(f"{words.text(rendering.heading(field.name))}: {written}", soft_wrap=True)
    if rows:
        shown = getattr(result, "SHOWN", None) or getattr(result, "columns", None)
        out.print(rendering.table(rows, words, shown))
