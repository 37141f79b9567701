import json
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff.core.errors import Unparseable
from runoff.core.json_rows import JsonFile, read_json, require_column
from runoff.core.source import Payload
from runoff.core.tabular import MISSING


def payload(content):
    """A file of those bytes, or of that JSON."""
    return Payload("rates.json", content if isinstance(content, bytes) else json.dumps(content).encode())


def row(**cells):
    """The second row of a file whose first is empty."""
    return read_json(payload({"rates": [{}, cells]})).rows("rates")[1]


def test_rows_know_their_file_and_their_place():
    """Counted from 1, so that a message can name them."""
    found = read_json(payload({"a": {"b": [{"x": 1}, {"x": 2}]}})).rows("a", "b")
    assert [(r.file, r.count, r.text("x")) for r in found] == [("rates.json", 1, "1"), ("rates.json", 2, "2")]


def test_numbers_are_kept_as_they_are_written():
    """In quotation marks or not, to the last digit."""
    found = read_json(payload(b'{"x": [{"a": 5.310, "b": "5.310", "c": 12345678901234567890, "d": NaN}]}'))
    (cells,) = found.rows("x")
    assert [cells.text(c) for c in "abcd"] == ["5.310", "5.310", "12345678901234567890", "NaN"]
    assert (cells.number("a"), cells.number("b")) == (5.31, 5.31)


def test_a_byte_order_mark_is_no_part_of_the_file():
    """Some publishers write one."""
    assert read_json(payload(b'\xef\xbb\xbf {"x": []}\n')).whole == {"x": []}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "an empty file"),
        (b" \n", "an empty file"),
        (b"<!doctype html><p>Try again", "a web page, not JSON"),
        (b"\x1f\x8b\x08\x00", "no UTF-8 text"),
        (b'{"rates": [{"day"', "no whole JSON file"),
        (b"[" * 100_000, "no whole JSON file"),
    ],
)
def test_what_is_no_json_is_refused(content, says):
    """Whatever the publisher sends instead is named as what it is."""
    with pytest.raises(Unparseable, match=rf"^rates\.json: {says}"):
        read_json(payload(content))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content):
    """No other error comes out."""
    with suppress(Unparseable):
        assert isinstance(read_json(payload(content)), JsonFile)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({}, "expected a list of rows under a.b"),
        ([{"b": []}], "expected a list of rows under a.b"),
        ("text", "expected a list of rows under a.b"),
        ({"a": {"b": {"c": 1}}}, "expected a list of rows under a.b"),
        ({"a": {"b": [{}, 3]}}, "expected a list of rows under a.b"),
        ({"a": {"b": []}}, "no row under a.b; expected at least one"),
    ],
)
def test_a_list_of_rows_must_be_there(content, says):
    """Where the publisher moved it, and where nothing is in it."""
    with pytest.raises(Unparseable, match=rf"^rates\.json: {says}"):
        read_json(payload(content)).rows("a", "b")


def test_items_need_not_be_objects():
    """A list of texts is made rows by its reader; what is no object is a row without cells."""
    file = read_json(payload({"days": ["2024-06-14", 3]}))
    assert file.items("days") == ["2024-06-14", "3"]
    assert file.row(1, {"day": "2024-06-14"}).day("day") == date(2024, 6, 14)
    assert file.row(2, "3").cells == {}


def test_what_stands_under_a_name_may_be_nothing():
    """A file that has no such part is no error yet."""
    file = read_json(payload({"meta": {"pages": 1}}))
    assert file.under("meta") == {"pages": "1"}
    assert file.under("meta", "pages") == "1"
    assert file.under("meta", "pages", "more") is None
    assert file.under("data") is None


def test_a_text_is_what_stands_there_without_blanks():
    """And empty where there is nothing."""
    found = row(a=" x ", b=None, c=True)
    assert [found.text(c) for c in "abcd"] == ["x", "", "True", ""]


@pytest.mark.parametrize(("cell", "value"), [("-0.05", -0.05), (7, 7.0), ("7.10", 7.1), (0, 0.0)])
def test_a_plain_number_is_read(cell, value):
    """Digits, a sign, a decimal point."""
    assert row(x=cell).number("x") == value


@pytest.mark.parametrize(
    "cell",
    [float("nan"), float("inf"), "n/a", "7,10", "1e3", "+1", "5.", "\u0665", True, [7.1], {"a": 1}, "9" * 19],
)
def test_a_cell_that_is_no_number_is_refused(cell):
    """The message names the row and the column."""
    with pytest.raises(Unparseable, match=r"^rates\.json, row 2, x: .* is no number; expected digits"):
        row(x=cell).number("x")


def test_what_is_missing_is_as_the_publisher_writes_it():
    """Nothing and a full stop anywhere; another word only where it is named, in nested rows too."""
    assert [row(x=cell).number("x") for cell in ("", ".", None)] == [None, None, None]
    assert row().number("x") is None
    with pytest.raises(Unparseable, match="'NA' is no number"):
        row(x="NA").number("x")
    (found,) = read_json(payload({"r": [{"x": "NA", "of": [{"x": "NA"}]}]}), missing=MISSING | {"NA"}).rows(
        "r"
    )
    assert [r.number("x") for r in (found, *found.rows("of"))] == [None, None]


def test_a_day_is_read():
    """As it is written everywhere."""
    assert row(x=" 2024-02-29 ").day("x") == date(2024, 2, 29)


@pytest.mark.parametrize(
    "cell", ["", None, "2024-6-14", "06/14/2024", "20240614", "2024-06-31", "2024-06-14T00:00"]
)
def test_a_day_that_is_none_is_refused(cell):
    """A date is written in one way."""
    with pytest.raises(Unparseable, match=r"^rates\.json, row 2, x: .* is no date; expected one such as"):
        row(x=cell).day("x")


def test_rows_in_a_row_stand_at_its_place():
    """A message about one names the row that it is in."""
    found = list(row(of=[{"x": "a"}, 3]).rows("of"))
    assert [(r.count, r.text("x")) for r in found] == [(2, "a"), (2, "")]
    assert list(row(of="a").rows("of")) == list(row().rows("of")) == []


def test_a_message_shows_the_start_of_a_cell():
    """However long it is."""
    assert row(x="a" * 99).at("x") == {"file": "rates.json", "row": 2, "column": "x", "found": "a" * 40}


def test_a_name_that_comes_twice_has_its_error():
    """It names row, column and what stands there."""
    error = row(id="A1").twice("id")
    assert str(error).startswith("rates.json, row 2, id: 'A1' is there twice or not at all")


def test_a_column_that_no_row_has_is_refused():
    """One row that has it is enough, whatever stands in it."""
    rows = read_json(payload({"r": [{}, {"rate": None}]})).rows("r")
    require_column(rows, "rate", series="nyfed:SOFR")
    with pytest.raises(Unparseable, match=r"^rates\.json: no row has volume, which nyfed:SOFR is read from"):
        require_column(rows, "volume", series="nyfed:SOFR")
