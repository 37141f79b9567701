"""Rows of one kind, as a table for the terminal, as CSV, and as JSON."""

from __future__ import annotations

import csv
import dataclasses
import io
import math
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import orjson

from runoff.core.language import Words
from runoff.core.time import NEW_YORK

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from rich.table import Table

Cell = str | int | float | bool | date | datetime | None


def heading(field: str) -> str:
    """The heading of a column, from the name of its field."""
    return field.rstrip("_").replace("_", " ").capitalize()


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


def json_bytes(value: object) -> bytes:
    """Any result as JSON: dates in ISO, nothing for what is missing, no number that JSON does not have."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
