"""Rows as a table, as CSV and as JSON."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

import polars as pl
import pytest
from rich.console import Console

from runoff.actions.read_statement import StatementReport, StatementRow
from runoff.core.language import Words
from runoff.render import rows


class State(StrEnum):
    """A state."""

    UP_TO_DATE = "up_to_date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row with every kind of cell."""

    series: str
    period: date
    known_at: datetime
    value: float | None
    count: int
    late: bool
    state: State = State.UP_TO_DATE


KNOWN = datetime(2026, 10, 1, 20, 30, tzinfo=UTC)
ROWS = (
    Line(
        series="frb:WALCL", period=date(2026, 9, 16), known_at=KNOWN, value=6737204.0, count=1239, late=True
    ),
    Line(series='a "b", c', period=date(2026, 9, 30), known_at=KNOWN, value=3.625, count=2, late=False),
    Line(series="missing", period=date(2026, 9, 30), known_at=KNOWN, value=None, count=0, late=False),
    Line(series="nothing", period=date(2026, 9, 30), known_at=KNOWN, value=float("nan"), count=0, late=False),
)


def test_csv_has_field_names_iso_dates_and_plain_numbers() -> None:
    """RFC 4180 with LF: quotes doubled, empty for what is missing, no grouping, no NaN."""
    text = rows.csv_text(ROWS)
    assert "\r" not in text
    read = list(csv.DictReader(io.StringIO(text)))
    assert list(read[0]) == ["series", "period", "known_at", "value", "count", "late", "state"]
    assert [row["value"] for row in read] == ["6737204", "3.625", "", ""]
    assert read[0]["period"] == "2026-09-16"
    assert read[0]["known_at"] == "2026-10-01T20:30:00+00:00"
    assert (read[0]["late"], read[1]["late"]) == ("true", "false")
    assert read[1]["series"] == 'a "b", c'
    assert read[0]["state"] == "up_to_date"


def test_csv_of_chosen_columns_keeps_their_order() -> None:
    """A caller names the columns; without rows the head stays."""
    assert rows.csv_text(ROWS[:1], ("value", "series")) == "value,series\n6737204,frb:WALCL\n"
    assert rows.csv_text((), ("value", "series")) == "value,series\n"
    assert rows.csv_text(()) == ""


def test_json_has_null_for_what_is_missing() -> None:
    """Rows become objects; NaN is null; dates are ISO."""
    read = json.loads(rows.json_bytes(ROWS), parse_constant=lambda name: f"{name} in JSON")
    assert [row["value"] for row in read] == [6737204.0, 3.625, None, None]
    assert read[0]["period"] == "2026-09-16"
    assert datetime.fromisoformat(read[0]["known_at"]) == KNOWN


def test_the_table_speaks_the_language_and_says_no_data() -> None:
    """Headings are translated messages; numbers are grouped; moments are New York's."""
    seen: list[str] = []

    def translate(message: str) -> str:
        seen.append(message)
        return {"Known at": "公布时刻", "no data": "无数据"}.get(message, message)

    out = io.StringIO()
    Console(file=out, width=120, color_system=None, _environ={}).print(
        rows.table(ROWS, Words("zh", translate))
    )
    assert {"Series", "Known at", "Up to date"} <= set(seen)
    for text in ("公布时刻", "6,737,204", "3.625", "2026-10-01 16:30", "Up to date"):
        assert text in out.getvalue()
    assert out.getvalue().count("无数据") == 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A result with rows."""

    rows: tuple[Line, ...]


def parquet(*lines: Line, columns: tuple[str, ...] | None = None) -> pl.DataFrame:
    """The rows written and read again."""
    return pl.read_parquet(io.BytesIO(rows.parquet_bytes(lines, Line, columns)))


@pytest.mark.parametrize("count", [0, 1, 4])
def test_parquet_has_the_types_of_the_fields(count: int) -> None:
    """Whatever the rows hold, and where there are none."""
    assert parquet(*ROWS[:count]).schema == {
        "series": pl.String(),
        "period": pl.Date(),
        "known_at": pl.Datetime("us", "UTC"),
        "value": pl.Float64(),
        "count": pl.Int64(),
        "late": pl.Boolean(),
        "state": pl.String(),
    }


def test_parquet_gives_back_what_was_written() -> None:
    """The same values, null for None and NaN alike; chosen columns in their order."""
    found = parquet(*ROWS)
    assert found["value"].to_list() == [6737204.0, 3.625, None, None]
    assert found["known_at"].to_list() == [KNOWN] * 4
    assert found["series"].to_list() == [row.series for row in ROWS]
    assert found["state"].to_list() == ["up_to_date"] * 4
    assert parquet(*ROWS, columns=("count", "series")).row(1) == (2, 'a "b", c')


def test_the_class_of_rows_is_known_without_a_row() -> None:
    """From the type of the field; a result without rows has none."""
    assert rows.row_class(Answer) is Line
    assert rows.row_class(Line) is None


def test_the_class_of_rows_that_are_made_when_asked_for_is_known_too() -> None:
    """Of a property it is what it returns: a text that decides nothing still has the columns of an action."""
    assert rows.row_class(StatementReport) is StatementRow
    empty = rows.parquet_bytes((), StatementRow, StatementReport.columns)
    assert pl.read_parquet(empty).columns == list(StatementReport.columns)
    assert rows.csv_text((), StatementReport.columns).startswith("security,action,amount_billions")
