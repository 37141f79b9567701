from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.rows import spec

from runoff.core.errors import UnitError, Unparseable
from runoff.core.series import ASSUMED, REVISED
from runoff.core.source import Payload
from runoff.core.tabular import read_columns, read_rows
from runoff.core.time import ReleaseClock, from_epoch, parse_as_of
from runoff.core.units import USD_BILLIONS, USD_MILLIONS

ASSETS, TGA = spec("frb:WALCL"), spec("frb:WDTGAL", revised=True)
WANTED = {"assets": (ASSETS, USD_MILLIONS), "tga": (TGA, USD_MILLIONS)}
GOOD = "date,assets,tga\n2024-01-03,7681024,721000\n2024-01-10,7686718,744000\n"


def payload(content):
    """A file of those characters or bytes."""
    return Payload("walcl.csv", content if isinstance(content, bytes) else content.encode())


def read(content, wanted=None, clock=None):
    """The columns of a file."""
    return read_columns(payload(content), wanted or WANTED, clock or ReleaseClock())


def test_columns_are_read_as_series():
    """Each column becomes rows of its series: period, value, the moment of its release, and the file."""
    assets, tga = read(GOOD)
    assert (assets.spec, tga.spec) == (ASSETS, TGA)
    assert [date.fromordinal(p) for p in assets.periods.tolist()] == [date(2024, 1, 3), date(2024, 1, 10)]
    assert assets.values.tolist() == [7681024.0, 7686718.0]
    assert [from_epoch(s) for s in assets.known_at.tolist()] == [
        parse_as_of("2024-01-04T16:30-05:00"), parse_as_of("2024-01-11T16:30-05:00"),
    ]  # fmt: skip
    assert assets.digest == payload(GOOD).digest


def test_a_moment_from_the_clock_is_marked_assumed():
    """Rows dated by a release clock say so, and those of a later vintage say that too."""
    assets, tga = read(GOOD)
    assert set(assets.flags.tolist()) == {ASSUMED}
    assert set(tga.flags.tolist()) == {ASSUMED | REVISED}


def test_an_exception_of_the_clock_is_used():
    """A release that missed its clock dates the row."""
    late = parse_as_of("2024-01-12T16:30-05:00")
    assets, _ = read(GOOD, clock=ReleaseClock({("h41", date(2024, 1, 10)): late}))
    assert from_epoch(int(assets.known_at[1])) == late


@pytest.mark.parametrize("missing", ["", ".", "  ", " . "])
def test_an_empty_cell_and_a_full_stop_are_missing(missing):
    """The two spellings of no value leave the row out of that column only."""
    assets, tga = read(f"date,assets,tga\n2024-01-03,{missing},721000\n2024-01-10,7686718,{missing}\n")
    assert (assets.values.tolist(), tga.values.tolist()) == ([7686718.0], [721000.0])


def test_a_file_from_a_spreadsheet_is_read():
    """A byte order mark, carriage returns and quotation marks are no part of the table."""
    content = b'\xef\xbb\xbf"date","assets","tga"\r\n"2024-01-03","7681024"," 721000 "\r\n'
    assert [rows.values.tolist() for rows in read(content)] == [[7681024.0], [721000.0]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<!DOCTYPE html><html>404</html>", "a web page, not a table; the publisher sent an error page"),
        ("\n  <html>\n", "a web page, not a table"),
        (GOOD.encode("utf-16"), "no UTF-8 text; save it as a CSV file"),
        (b"date,assets,tga\n2024-01-03,7\xe9,1\n", "no UTF-8 text"),
        ("", "expected a header with a date and at least one column, found ''"),
        ("date\n2024-01-03\n", "expected a header with a date and at least one column, found 'date'"),
        ("date,assets,tga\n", "a header and no row; is the file cut short"),
        (GOOD + "2024-01-17,76", "line 4: expected 3 columns, found 2; is the file cut short"),
        (GOOD + "2024-01-17,1,2,3\n", "line 4: expected 3 columns, found 4"),
        (GOOD.replace("tga", "TGA"), "no column tga; found date, assets, TGA"),
        (GOOD + "2024-01-10,1,2\n", "line 4: 2024-01-10 comes after 2024-01-10; expected each date once, in order"),
        (GOOD + "2023-12-27,1,2\n", "line 4: 2023-12-27 comes after 2024-01-10"),
        (GOOD + "17/01/2024,1,2\n", "line 4: '17/01/2024' is no date; expected 2019-09-18"),
        (GOOD + "2024-01-17,1,n/a\n", "line 4, column tga: 'n/a' is no number"),
        (GOOD + '2024-01-17,"7,681,024",2\n', "line 4, column assets: '7,681,024' is no number"),
        (GOOD + "2024-01-17,nan,2\n", "the value of 2024-01-17 is no finite number"),
        (GOOD + '2024-01-17,"' + "1\n" * 100_000, "no CSV file .*; is a quotation mark left open"),
    ],
    ids=["page", "page-after-blank", "utf-16", "latin-1", "empty", "one-column", "header-only", "cut-short", "too-wide",
         "no-column", "twice", "backwards", "date", "number", "thousands", "nan", "open-quote"],
)  # fmt: skip
def test_what_is_not_the_table_it_claims_to_be_is_refused(content, message):
    """Every way in which a download goes wrong has a message that names the file, the place and the remedy."""
    with pytest.raises(Unparseable, match=message) as caught:
        read(content)
    if "finite" not in message:
        assert str(caught.value).startswith("walcl.csv")


def test_the_unit_of_a_file_must_be_the_declared_one():
    """A column in billions under a declaration in millions is refused, however plausible its numbers."""
    with pytest.raises(UnitError, match="frb:WALCL: declared in USD mn, the file gives USD bn"):
        read(GOOD, {"assets": (ASSETS, USD_BILLIONS)})


def test_a_value_for_a_period_that_was_never_published_is_refused():
    """A file that holds an unemployment rate of October 2025 is not what it claims to be."""
    clock = ReleaseClock({("h41", date(2024, 1, 10)): None})
    with pytest.raises(
        Unparseable, match="frb:WALCL: a value for 2024-01-10, a period that was never published"
    ):
        read(GOOD, clock=clock)


def test_rows_come_with_the_number_of_their_line():
    """A quoted cell may run over lines; a row is named by the line on which it ends."""
    found = list(read_rows(payload('a,b\n1,2\n"3\n3",4\n5,6\n')))
    assert found == [(2, {"a": "1", "b": "2"}), (4, {"a": "3\n3", "b": "4"}), (5, {"a": "5", "b": "6"})]


@given(st.one_of(st.binary(max_size=200), st.text("date,\"\n\r\x0020241-.<e'", max_size=80).map(str.encode)))
def test_no_bytes_break_the_reader(content):
    """Whatever a file holds, it is read or refused as unparseable: nothing else happens."""
    for wanted in ({}, {"": (ASSETS, USD_MILLIONS)}):
        with suppress(Unparseable):
            found = read_columns(payload(content), wanted, ReleaseClock())
            assert [rows.digest for rows in found] == [payload(content).digest] * len(wanted)
