"""How the command line prints what an action returned."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from runoff.core.errors import ConfigError
from runoff.core.language import Words
from runoff.core.report import Brief
from runoff.render import rows as rendering

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from rich.console import Console


def write(result: object, words: Words, options: Mapping[str, object]) -> None:
    """Print a result as the options ask: text, JSON, CSV, Markdown or a page.

    Raises
    ------
    ConfigError
        If two ways to print are asked for at once, or a page cannot be written where it should.
    """
    if options["json"] and options["csv"]:
        raise ConfigError("--json and --csv at once: choose one")
    if isinstance(result, Brief):
        _write_brief(result, words, options)
        return
    assert dataclasses.is_dataclass(result), "an action returns a dataclass"
    assert not isinstance(result, type), "an action returns a value"
    rows = getattr(result, "rows", (result,))
    columns = getattr(result, "columns", None)
    if options["json"]:
        _bytes(rendering.json_bytes(result))
    elif options["csv"]:
        _bytes(rendering.csv_text(rows, columns).encode())
    else:
        _table(result, words)


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


def _write_brief(brief: Brief, words: Words, options: Mapping[str, object]) -> None:
    from runoff.render import data, markdown, page, text

    if isinstance(path := options["html"], Path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(page.render(brief, words), encoding="utf-8")
        except OSError as error:
            raise ConfigError(
                "{path} cannot be written ({reason})", path=path, reason=error.strerror
            ) from error
    match "csv" if options["csv"] else "json" if options["json"] else options["format"]:
        case "csv":
            _bytes(rendering.csv_text(data.figure_rows(brief)).encode())
        case "json":
            _bytes(data.json_bytes(brief))
        case "md":
            _bytes(markdown.render(brief, words).encode())
        case "html":
            _bytes(page.render(brief, words).encode())
        case _:
            text.show(brief, words, console())
    if isinstance(path, Path):
        sys.stderr.write(words.text("The brief as a page: {path}", path=path) + "\n")
