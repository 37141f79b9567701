"""Rows of one kind, as a table for the terminal, as CSV, as Parquet, and as JSON."""

from __future__ import annotations

import csv
import dataclasses
import io
import math
import re
import types
import typing
from collections.abc import Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import orjson

from runoff.core.errors import ConfigError
from runoff.core.language import Words
from runoff.core.time import NEW_YORK

if TYPE_CHECKING:
    import polars as pl
    from _typeshed import DataclassInstance
    from rich.table import Table

# What the field writes in capitals.
_ACRONYMS = ("ON RRP", "RRP", "TGA", "MBS", "GDP")

Cell = str | int | float | bool | date | datetime | None


def heading(field: str) -> str:
    """The heading of a column, from the name of its field.

    Examples
    --------
    >>> heading("interest_on_on_rrp"), heading("mbs_principal"), heading("from_")
    ('Interest on ON RRP', 'MBS principal', 'From')
    """
    said = field.rstrip("_").replace("_", " ").capitalize()
    for word in _ACRONYMS:
        said = re.sub(rf"\b{word}\b", word, said, flags=re.IGNORECASE)
    return said


def columns_of(rows: Sequence[DataclassInstance]) -> tuple[str, ...]:
    """The names of the fields of rows; none where there are no rows."""
    return tuple(field.name for field in dataclasses.fields(rows[0])) if rows else ()


def table(rows: Sequence[DataclassInstance], words: Words, columns: Sequence[str] | None = None) -> Table:
    """Rows as a table for the terminal, numbers to the right, headings in the reader's language."""
    from rich import box
    from rich.table import Table

    columns = columns or columns_of(rows)
    found = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        numeric = any(_is_number(getattr(row, name)) for row in rows)
        found.add_column(
            words.text(heading(name)),
            justify="right" if numeric else "left",
            no_wrap=numeric,
            overflow="fold",
        )
    for row in rows:
        depth = getattr(row, "depth", 0)
        cells = [written(getattr(row, name), words) for name in columns]
        if columns and isinstance(depth, int):
            cells[0] = "  " * depth + cells[0]
        found.add_row(*cells)
    return found


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def written(cell: Cell, words: Words) -> str:
    """One cell for a reader."""
    match cell:
        case None:
            return words.text("no data")
        case float() if not math.isfinite(cell):
            return words.text("no data")
        case bool():
            return words.text("yes") if cell else words.text("no")
        case int():
            return f"{cell:,}"
        case float():
            return f"{cell:,.10g}"
        case datetime():
            return cell.astimezone(NEW_YORK).strftime("%Y-%m-%d %H:%M")
        case date():
            return cell.isoformat()
        case StrEnum():
            return words.text(heading(cell))
        case _:
            return str(cell)


def csv_text(rows: Sequence[DataclassInstance], columns: Sequence[str] | None = None) -> str:
    """Rows as CSV: field names, ISO dates, plain numbers, nothing for what is missing."""
    columns = columns or columns_of(rows)
    if not columns:
        return ""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_plain(getattr(row, name)) for name in columns])
    return out.getvalue()


def _plain(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case float() if not math.isfinite(cell):
            return ""
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case datetime() | date():
            return cell.isoformat()
        case _:
            return str(cell)


def parquet_bytes(
    rows: Sequence[DataclassInstance], kind: type[DataclassInstance], columns: Sequence[str] | None = None
) -> bytes:
    """Rows as a Parquet file: the columns of the CSV with the types of the fields, null for what is missing.

    A column has its type whatever its rows hold, none at all included. Days are dates, moments are in UTC, members of
    an enumeration are their text.

    Parameters
    ----------
    rows
        The rows, all of one class.
    kind
        The class of the rows.
    columns
        The fields to write, in order; by default all.
    """
    try:
        import polars as pl
    except ModuleNotFoundError as error:
        raise ConfigError("Parquet needs the package polars: pip install 'runoff[parquet]'") from error

    declared = typing.get_type_hints(kind)
    columns = columns or tuple(field.name for field in dataclasses.fields(kind))
    frame = pl.DataFrame(
        {name: [_typed(getattr(row, name)) for row in rows] for name in columns},
        schema={name: _column_type(declared[name]) for name in columns},
    )
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


def row_class(result: type[DataclassInstance]) -> type[DataclassInstance] | None:
    """The class of a result's rows, a field of it or a property; None where it has no rows."""
    rows = typing.get_type_hints(result).get("rows")
    if rows is None and isinstance(made := getattr(result, "rows", None), property) and made.fget:
        rows = typing.get_type_hints(made.fget).get("return")
    kind = typing.get_args(rows)[0] if rows else None
    return kind if isinstance(kind, type) and dataclasses.is_dataclass(kind) else None


def _column_type(declared: object) -> pl.DataType:
    """The type of a column, from the type of its field."""
    import polars as pl

    if isinstance(declared, types.UnionType):
        (declared,) = (part for part in typing.get_args(declared) if part is not types.NoneType)
    # In this order: a truth is an integer too, and a moment a day.
    found: tuple[tuple[type, pl.DataType], ...] = (
        (bool, pl.Boolean()),
        (int, pl.Int64()),
        (float, pl.Float64()),
        (datetime, pl.Datetime("us", "UTC")),
        (date, pl.Date()),
    )
    kind = declared if isinstance(declared, type) else str
    return next((column for base, column in found if issubclass(kind, base)), pl.String())


def _typed(cell: Cell) -> Cell:
    """A cell as Parquet has it; what is no value of a column type is written as CSV does."""
    match cell:
        case float() if not math.isfinite(cell):
            return None
        case datetime():
            return cell.astimezone(UTC)
        case bool() | int() | float() | date() | None:
            return cell
        case _:
            return str(cell)


def json_bytes(value: object) -> bytes:
    """Any result as JSON: dates in ISO, nothing for what is missing, no number that JSON does not have."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
