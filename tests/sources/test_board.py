"""The Board's packages: every line under its id, in its unit; a table that has changed is refused as a whole."""

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.test_full_sheets import mnemonic
from tests.sources import shipped

from runoff.core.errors import UnitError, Unparseable
from runoff.core.registry import plugin
from runoff.core.series import ASSUMED
from runoff.core.source import Asked, Catalogue, Payload, Source
from runoff.core.time import from_epoch, parse_as_of
from runoff.core.units import Measure
from runoff.core.view import History
from runoff.ledger import sheet
from runoff.ledger.bank import Bank

SOURCE = plugin("sources", "board", Source)
FIGURES = plugin("sources", "figures", Source)
CATALOGUE = Catalogue(specs=FIGURES.specs() | SOURCE.specs(), clock=FIGURES.clock())
CHART = plugin("banks", "fed", Bank).chart
FOLDER = Path(__file__).parents[1] / "data" / "board"
PACKAGES = {
    "H41-table1.csv": 46,
    "H41-table5.csv": 2,
    "H15-yields.csv": 11,
    "H15-federal-funds.csv": 1,
    "H6.csv": 2,
}
NOW = datetime(2026, 10, 9, 12, tzinfo=UTC)


def specimen(name: str) -> bytes:
    """The bytes of a specimen."""
    return (FOLDER / name).read_bytes()


def parsed(name: str, content: bytes | None = None):
    """The rows of a package by id."""
    found = SOURCE.parse(Payload(name, specimen(name) if content is None else content), CATALOGUE)
    return {rows.spec.id: rows for rows in found.observations}


def refused(name: str, content: bytes, error: type[Exception] = Unparseable) -> str:
    """What is said of a package that is refused."""
    with pytest.raises(error) as caught:
        parsed(name, content)
    return str(caught.value)


def cells(name: str) -> list[list[str]]:
    """A specimen as rows of cells."""
    return list(csv.reader(io.StringIO(specimen(name).decode(), newline="")))


def as_csv(rows: list[list[str]]) -> bytes:
    """Rows of cells as a package."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


# --- what a package holds --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PACKAGES)
def test_every_line_of_a_package_is_read(name):
    """Each specimen gives all its lines, dated by the release clock and never before the period ends."""
    rows = parsed(name)
    assert len(rows) == PACKAGES[name]
    for line in rows.values():
        assert len(line) >= 3
        assert np.all(line.flags & ASSUMED)
        released = [from_epoch(s).date().toordinal() for s in line.known_at]
        assert all(out > period for out, period in zip(released, line.periods, strict=True))


def test_values_units_and_clocks():
    """One line of each table: its figures, its unit, and when it became known."""
    total = parsed("H41-table5.csv")["frb:WALCL"]
    assert (total.unit.symbol, total.values.tolist()) == ("USD mn", [600000, 600100, 600200, 600300])
    assert from_epoch(total.known_at[0]).isoformat() == "2001-01-04T16:30:00-05:00"
    yields = parsed("H15-yields.csv")
    assert [date.fromordinal(p).day for p in yields["frb:DGS10"].periods] == [31, 2, 3, 4, 7, 8]  # no holiday
    assert [date.fromordinal(p).day for p in yields["frb:DGS1MO"].periods] == [31, 2, 4, 7, 8]
    assert yields["frb:DGS30"].values[0] == 4.50
    money = parsed("H6.csv")["frb:M2SL"]
    assert (money.unit.symbol, money.values.tolist()) == ("USD bn", [4890.5, 4900.5, 4910.5])
    assert date.fromordinal(money.periods[0]) == date(2000, 11, 1)
    assert parsed("H15-federal-funds.csv")["frb:FEDFUNDS"].values.tolist() == [6.0, 6.1, 6.2]


def test_levels_and_week_averages_are_kept_apart():
    """The General Account as a Wednesday level and as an average over the week are two series of two measures."""
    rows = parsed("H41-table1.csv")
    assert rows["frb:WDTGAL"].spec.measure is Measure.STOCK
    assert rows["frb:WTREGEN"].spec.measure is Measure.WEEK_AVERAGE
    assert (rows["frb:WDTGAL"].values[0], rows["frb:WTREGEN"].values[0]) == (5000, 5025)


def test_a_line_that_left_the_table_or_has_no_value_is_not_there():
    """The Bank Term Funding Program has no column, Main Street no value: neither gives a row, and neither stops it."""
    rows = parsed("H41-table1.csv")
    assert "frb:H41RESPPALDKNWW" not in rows
    assert "frb:RESPPAAEH_N.WW" not in rows


def test_a_full_sheet_stands_on_table_1():
    """Every account of the chart that the table has is on the sheet, and nothing is left unitemised."""
    found = SOURCE.parse(Payload("H41-table1.csv", specimen("H41-table1.csv")), CATALOGUE)
    view = History.of(found.observations).at(parse_as_of("2001-02-28"))
    view = History(
        needs=sheet.needs(CHART), columns=view.history.columns, specs=CATALOGUE.specs, clock=CATALOGUE.clock
    ).at(view.as_of)
    lines = sheet.balance_sheet(CHART, view, date(2001, 1, 3)).lines
    assert {line.account for line in lines if not line.residual} == {a.id for a in CHART.accounts} - {
        "btfp",
        "main_street",
    }
    assert not [line for line in lines if line.residual and abs(line.amount) > 3]


def test_the_chart_can_be_filled():
    """What the packages bring is every series of the chart of accounts, and every id is in the catalogue."""
    brought = set(SOURCE.brings(CATALOGUE))
    assert {account.series for account in CHART.accounts} <= brought <= set(CATALOGUE.specs)
    assert not set(SOURCE.specs()) & set(FIGURES.specs())


@given(
    st.lists(st.integers(-(10**8), 10**8), min_size=1, max_size=30),
    st.lists(st.sampled_from(["", "ND", "NC", "NA", None]), min_size=30, max_size=30),
)
def test_what_is_written_is_read(amounts, marks):
    """Any amounts come back as written, and a mark of no value leaves its week out."""
    weeks = [date(2001, 1, 3).toordinal() + 7 * i for i in range(len(amounts))]
    kept = [(w, a) for w, a, mark in zip(weeks, amounts, marks, strict=False) if mark is None]
    if not kept:
        return
    top = [[row[0], row[1]] for row in cells("H41-table5.csv")[:6]]
    body = [
        [date.fromordinal(w).isoformat(), str(a) if mark is None else mark]
        for w, a, mark in zip(weeks, amounts, marks, strict=False)
    ]
    rows = parsed("H41-table5.csv", as_csv(top + body))["frb:WALCL"]
    assert list(zip(rows.periods.tolist(), rows.values.tolist(), strict=True)) == kept


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b'"1000000"', b'"1000"', "multiplier 1000,"),
        (b'"1000000"', b'"1500000"', "multiplier 1500000,"),
        (b'"1000000"', b'"-1e+06"', "multiplier -1e+06,"),
        (b'"1000000"', b'"many"', "multiplier many,"),
        (b'"USD"', b'"EUR"', "currency EUR"),
        (b'"Currency",', b'"Percent:_Per_Year",', "unit Percent:_Per_Year"),
        (b'"Currency",', b'"Currency:_Chained",', "unit Currency:_Chained"),
    ],
)
def test_another_unit_multiplier_or_currency_is_refused(old, new, says):
    """A column in another unit than declared is refused by name, and never converted."""
    said = refused("H41-table5.csv", specimen("H41-table5.csv").replace(old, new), UnitError)
    assert said.startswith("H41-table5.csv, column RESPPMA_N.WW: frb:WALCL is declared in USD mn")
    assert says in said


def test_percent_with_a_currency_or_a_multiplier_is_no_percent():
    """A rate has neither."""
    whole = specimen("H15-yields.csv")
    assert "currency USD" in refused("H15-yields.csv", whole.replace(b'"NA"', b'"USD"'), UnitError)
    assert "multiplier 100," in refused("H15-yields.csv", whole.replace(b'"1"', b'"100"'), UnitError)


@pytest.mark.parametrize("name", PACKAGES)
@pytest.mark.parametrize("row", range(6))
def test_a_row_of_labels_that_is_missing_is_named(name, row):
    """Without any one of its six rows of labels a table is not read."""
    rows = cells(name)
    said = refused(name, as_csv(rows[:row] + rows[row + 1 :]))
    assert said.startswith(name)


@pytest.mark.parametrize("name", [name for name, lines in PACKAGES.items() if lines > 1])
def test_columns_that_are_swapped_below_their_identifiers_are_refused(name):
    """Codes that stand over the identifiers of others are a shift."""
    rows = cells(name)
    rows[5][1], rows[5][2] = rows[5][2], rows[5][1]
    assert "is identified as" in refused(name, as_csv(rows))


def test_another_release_under_the_name_is_refused():
    """A table of another release is named as what it is."""
    said = refused(
        "H15-federal-funds.csv", specimen("H15-federal-funds.csv").replace(b"H15/H15/", b"G19/G19/")
    )
    assert "is identified as G19/G19/RIFSPFF_N.M; expected H15/" in said


def test_a_required_line_that_is_gone_is_named():
    """A table without reserve balances is not read; nor is one where they have no value."""
    rows = cells("H41-table1.csv")
    at = rows[5].index("RESH4R_N.WW")
    without = [row[:at] + row[at + 1 :] for row in rows]
    assert "no column RESH4R_N.WW" in refused("H41-table1.csv", as_csv(without))
    for row in rows[6:]:
        row[at] = "NA"
    assert "no value of frb:WRBWFRBL" in refused("H41-table1.csv", as_csv(rows))


def test_numbers_that_moved_by_one_column_are_refused():
    """A row of table 1 whose numbers moved by one cell does not add up."""
    rows = cells("H41-table1.csv")
    rows[7] = [rows[7][0], rows[7][-1], *rows[7][1:-1]]
    said = refused("H41-table1.csv", as_csv(rows))
    assert "line 8" in said
    assert "add up to" in said


def test_a_number_that_is_cut_is_refused_where_it_is_part_of_a_sum():
    """Reserve balances without their last digit do not balance the sheet."""
    rows = cells("H41-table1.csv")
    at = rows[5].index("RESH4R_N.WW")
    rows[9][at] = rows[9][at][:-1]
    assert "line 10: RESH4S_N.WW is" in refused("H41-table1.csv", as_csv(rows))


@pytest.mark.parametrize("cell", ["NaN", "inf", "1e5", "1_000", "1,000", "x", "."])
def test_what_is_no_number_is_named_with_its_row_and_column(cell):
    """Nothing but digits is a number, and only ND, NC, NA and nothing are missing."""
    rows = cells("H15-yields.csv")
    rows[8][4] = cell
    said = refused("H15-yields.csv", as_csv(rows))
    assert "H15-yields.csv, line 9, column RIFLGFCY01_N.B" in said


@pytest.mark.parametrize(
    ("name", "row", "cell", "says"),
    [
        ("H41-table5.csv", 7, "2001-01-11", "is no Wednesday"),
        ("H41-table5.csv", 7, "2001-01-03", "comes after 2001-01-03"),
        ("H41-table5.csv", 7, "2001-01-17", "comes after 2001-01-03"),
        ("H41-table5.csv", 7, "01/10/2001", "is no period"),
        ("H41-table5.csv", 7, "2001-01", "is no period of a weekly table"),
        ("H41-table5.csv", 7, "20010110", "is no period"),
        ("H15-yields.csv", 7, "2001-12-31", "comes after 2001-12-31"),
        ("H15-yields.csv", 12, "2002-03-08", "comes after 2002-01-07"),
        ("H6.csv", 7, "2000-12-31", "is no period of a monthly table; expected 2019-09"),
        ("H6.csv", 7, "2000-13", "is no period"),
        ("H6.csv", 7, "2001-02", "comes after 2000-11"),
    ],
)
def test_dates_that_shift_repeat_or_leave_a_gap_are_refused(name, row, cell, says):
    """A date is of the table's frequency, and the next one."""
    rows = cells(name)
    rows[row][0] = cell
    said = refused(name, as_csv(rows))
    assert f"{name}, line " in said
    assert says in said


@pytest.mark.parametrize("name", PACKAGES)
def test_an_error_page_nothing_or_a_part_of_it_is_refused(name):
    """A web page with status 200, an empty body, a header alone, half a row, or bytes: each is refused."""
    whole = specimen(name)
    assert "web page" in refused(name, b"<!DOCTYPE html><html><body>Maintenance</body></html>")
    refused(name, b"")
    refused(name, b"\xff\xfe\x00")
    refused(name, b"The series definitions for the request could not be found")
    assert "a header and no row" in refused(name, as_csv(cells(name)[:6]))
    if len(cells(name)[0]) > 2:
        assert "cut short" in refused(name, whole[: whole.rindex(b",")])
    with pytest.raises(Unparseable, match="no package of the Board"):
        SOURCE.parse(Payload("H41.csv", whole), CATALOGUE)


# --- what is asked ---------------------------------------------------------------------------------------------------


def asked(**fields) -> Asked:
    """A question with an empty store."""
    last = dict.fromkeys(CATALOGUE.specs)
    return Asked(now=NOW, catalogue=CATALOGUE, last=last | fields.pop("last", {}), **fields)


def test_an_empty_store_asks_for_everything():
    """Five packages, whole, with labels, as CSV."""
    found = list(SOURCE.requests(asked()))
    assert [r.name for r in found] == list(PACKAGES)
    assert {r.path for r in found} == {"/datadownload/Output.aspx"}
    for request in found:
        assert request.params["from"] == request.params["to"] == ""
        assert (request.params["filetype"], request.params["label"]) == ("csv", "include")
        assert request.params["rel"] == request.name.partition("-")[0].removesuffix(".csv")


def test_a_filled_store_asks_for_a_year_and_a_table_of_revisions_for_all():
    """From a year before the oldest last row; lines that may leave do not count, and H.6 comes whole."""
    last = {name: date(2026, 9, 30) for name in SOURCE.brings(CATALOGUE)}
    last |= {"frb:WRBWFRBL": date(2026, 9, 23), "frb:H41RESPPALDKNWW": date(2026, 5, 6)}
    last["frb:RESPPAAEH_N.WW"] = None
    starts = {r.name: r.params["from"] for r in SOURCE.requests(asked(last=last))}
    assert starts["H41-table1.csv"] == "09/22/2025"
    assert starts["H15-yields.csv"] == "09/29/2025"
    assert starts["H6.csv"] == ""


def test_one_new_line_asks_for_the_whole_table():
    """A component that has no row yet needs all of it."""
    last = {name: date(2026, 9, 30) for name in SOURCE.brings(CATALOGUE)} | {"frb:RESH4SC_N.WW": None}
    starts = {r.name: r.params["from"] for r in SOURCE.requests(asked(last=last))}
    assert starts["H41-table1.csv"] == ""
    assert starts["H41-table5.csv"] != ""


def test_only_what_is_asked_for_is_downloaded():
    """A question for one yield is one download."""
    assert [r.name for r in SOURCE.requests(asked(only=frozenset({"frb:DGS10"})))] == ["H15-yields.csv"]
    assert not list(SOURCE.requests(asked(only=frozenset({"nyfed:SOFR"}))))


# --- what was downloaded once ----------------------------------------------------------------------------------------


def export(shared_data: Path, name: str) -> tuple[list[dict[str, str]], bytes]:
    """An extract of the Board's download, and the same as the package it was extracted from."""
    folder = shared_data / "h41"
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    with (folder / f"{name}_columns.csv").open(encoding="utf-8", newline="") as lines:
        titles = {row["column"]: row["description"] for row in csv.DictReader(lines)}
    codes = [code for code in rows[0] if code != "date"]
    count = len(codes)
    top = [
        ["Series Description", *(titles[code] for code in codes)],
        ["Unit:", *["Currency"] * count],
        ["Multiplier:", *["1000000"] * count],
        ["Currency:", *["USD"] * count],
        ["Unique Identifier: ", *(f"H41/H41/{code}" for code in codes)],
        ["Time Period", *codes],
    ]
    return rows, as_csv(top + [[row["date"], *(row[code] or "NA" for code in codes)] for row in rows])


def code_of(name: str) -> str:
    """The Board's code of a series that table 1 holds."""
    week_averages = {"frb:WTREGEN": "RESPPLLDT_XAW_N.WW", "frb:WRESBAL": "RESH4R_XAW_N.WW"}
    return week_averages.get(name) or mnemonic(name)


def disagreements(found) -> dict[str, int]:
    """Of the lines that ship too: on how many of the common weeks the two differ."""
    theirs = {rows.spec.id: rows for one in shipped.parsed() for rows in one.observations}
    counts = {}
    for name in found.keys() & theirs.keys():
        common, mine, other = np.intersect1d(found[name].periods, theirs[name].periods, return_indices=True)
        assert len(common) == len(found[name]), name
        counts[name] = int(np.sum(found[name].values[mine] != theirs[name].values[other]))
    return {name: count for name, count in counts.items() if count}


def test_88_published_weeks_of_table_1_are_read_as_published(shared_data):
    """Every value of the 2021-22 extract, and its totals equal what ships from another publisher."""
    rows, content = export(shared_data, "h41_components_2021-04_2022-12")
    found = parsed("H41-table1.csv", content)
    assert set(found) == set(parsed("H41-table1.csv")) | {"frb:H41RESPPALDKNWW", "frb:RESPPAAEH_N.WW"}
    assert {len(line) for line in found.values()} == {88}
    for name, line in found.items():
        code = code_of(name)
        assert line.values.tolist() == [float(row[code]) for row in rows], name
    # Currency was revised after the download, by the same amount on both sides of the sheet.
    assert disagreements(found) == {"frb:WCICL": 51, "frb:WTFORBAFL": 51, "frb:WTFSRFL": 51}


def test_100_published_weeks_of_table_5_are_read_as_published(shared_data):
    """Total assets of the 2016-17 extract, equal to what ships."""
    rows, content = export(shared_data, "h41_components_2016_2017")
    found = parsed("H41-table5.csv", content)
    assert found["frb:WALCL"].values.tolist() == [float(row["RESPPMA_N.WW"]) for row in rows]
    assert not disagreements(found)


def test_week_averages_are_those_of_the_other_publisher(shared_data):
    """The two week averages equal the same weeks as another publisher gives them."""
    _, content = export(shared_data, "h41_components_2021-04_2022-12")
    found = parsed("H41-table1.csv", content)
    for code in ("WTREGEN", "WRESBAL"):
        with (shared_data / "fred" / f"{code}.csv").open(encoding="utf-8", newline="") as lines:
            theirs = {row["date"]: float(row["value"]) for row in csv.DictReader(lines)}
        line = found[f"frb:{code}"]
        mine = {
            date.fromordinal(p).isoformat(): v
            for p, v in zip(line.periods.tolist(), line.values.tolist(), strict=True)
        }
        common = mine.keys() & theirs.keys()
        assert len(common) >= 80
        assert [day for day in common if mine[day] != theirs[day]] == []
