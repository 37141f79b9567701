"""The Daily Treasury Statement: the closing balance in three layouts, and debt issued and redeemed."""

import csv
import gzip
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff.core.errors import UnitError, Unparseable
from runoff.core.intake import checked
from runoff.core.registry import plugin
from runoff.core.source import Asked, Catalogue, Payload, Source
from runoff.core.time import NEW_YORK, from_epoch
from runoff.core.units import Unit

SPECIMENS = Path(__file__).parents[1] / "data" / "fiscaldata"
SOURCE = plugin("sources", "fiscaldata", Source)
FIGURES = plugin("sources", "figures", Source)
CATALOGUE = Catalogue(specs={**FIGURES.specs(), **SOURCE.specs()}, clock=FIGURES.clock())
NOW = datetime(2024, 6, 17, 21, 0, tzinfo=UTC)
BALANCE, DEBT = "operating_cash_balance.json", "public_debt_transactions.json"


def document(name):
    """A specimen as JSON."""
    return json.loads((SPECIMENS / name).read_bytes())


def changed(name, change):
    """A specimen with its rows, or its meta, changed in place; the counts follow the rows."""
    found = document(name)
    change(found)
    found["meta"].setdefault("total-count", len(found["data"]))
    return Payload(name, json.dumps(found).encode())


def parsed(payload, catalogue=CATALOGUE):
    """The rows of a file by series."""
    return {rows.spec.id: rows for rows in SOURCE.parse(payload, catalogue).observations}


def values(rows):
    """The values of a series by ISO date."""
    return {
        date.fromordinal(int(p)).isoformat(): float(v) for p, v in zip(rows.periods, rows.values, strict=True)
    }


def whole(name):
    """A specimen, as it would have come."""
    return Payload(name, (SPECIMENS / name).read_bytes())


# --- What a file gives ---------------------------------------------------------------------------------------------


def test_the_closing_balance_is_read_from_three_layouts():
    """Each day from the column in which its layout has it, in millions."""
    found = parsed(whole(BALANCE))
    assert values(found["ust:TGA"]) == {
        "2021-09-30": 200_100,
        "2021-10-01": 150_200,
        "2022-04-15": 500_300,
        "2022-04-18": 780_300,
        "2022-04-19": 840_300,
    }
    assert found["ust:TGA"].unit == Unit.parse("USD mn")
    assert from_epoch(int(found["ust:TGA"].known_at[-1])).isoformat() == "2022-04-20T16:00:00-04:00"


def test_issues_and_redemptions_add_up_by_kind():
    """Both series of bills together; increments and what is not marketable are other things."""
    found = {name: values(rows) for name, rows in parsed(whole(DEBT)).items()}
    assert found["ust:BILLS.ISSUED"] == {"2024-06-13": 155_000, "2024-06-14": 0}
    assert found["ust:BILLS.REDEEMED"] == {"2024-06-13": 152_000, "2024-06-14": 0}
    assert found["ust:NOTES.ISSUED"]["2024-06-14"] == 7
    assert found["ust:NOTES.REDEEMED"]["2024-06-14"] == 9
    assert found["ust:BONDS.ISSUED"]["2024-06-14"] == 3
    assert found["ust:BONDS.REDEEMED"]["2024-06-14"] == 0


def test_the_specimens_hold_all_that_is_brought_and_pass_the_intake():
    """No series is promised that no file holds."""
    found = parsed(whole(BALANCE)) | parsed(whole(DEBT))
    assert set(found) == set(SOURCE.brings(CATALOGUE)) == set(SOURCE.specs())
    for rows in found.values():
        assert len(checked(rows, "file", NOW, None)) == len(rows)


# --- What is asked for ---------------------------------------------------------------------------------------------


def asked(**kwargs):
    """What is asked for a store."""
    defaults = {"now": NOW, "catalogue": CATALOGUE, "last": {}}
    return list(SOURCE.requests(Asked(**defaults | kwargs)))


def test_an_empty_store_asks_in_spans_that_fit_a_page():
    """The balance from 2005, debt from the first day of its present form, each span in a file of its own."""
    found = asked()
    assert [r.name for r in found] == [
        "operating_cash_balance_2005-10-03_2010-10-02.json",
        "operating_cash_balance_2010-10-03_2015-10-02.json",
        "operating_cash_balance_2015-10-03_2020-10-01.json",
        "operating_cash_balance_2020-10-02_2024-06-17.json",
        "public_debt_transactions_2021-06-24_2022-06-24.json",
        "public_debt_transactions_2022-06-25_2023-06-25.json",
        "public_debt_transactions_2023-06-26_2024-06-17.json",
    ]
    assert found[0].path == "/v1/accounting/dts/operating_cash_balance"
    assert found[0].params["filter"] == "record_date:gte:2005-10-03,record_date:lte:2010-10-02"
    assert found[0].params["page[size]"] == "10000"
    assert found[0].params["fields"] == "record_date,account_type,close_today_bal,open_today_bal"


def test_a_store_asks_from_some_weeks_before_its_last_day():
    """The series that is furthest behind counts."""
    last = dict.fromkeys(SOURCE.specs(), date(2024, 6, 14)) | {"ust:NOTES.ISSUED": date(2024, 6, 12)}
    assert [r.name for r in asked(last=last)] == [
        "operating_cash_balance_2024-05-10_2024-06-17.json",
        "public_debt_transactions_2024-05-08_2024-06-17.json",
    ]
    assert [r.name for r in asked(last=last, only=frozenset({"ust:TGA"}))] == [
        "operating_cash_balance_2024-05-10_2024-06-17.json"
    ]


@given(st.dates(date(2005, 10, 3), date(2030, 1, 1)), st.integers(0, 4000))
def test_spans_follow_on_one_another_and_none_can_be_without_a_row(start, days):
    """From the first to the last day, no day twice or left out; no span short enough to fall on holidays alone."""
    now = datetime(start.year, start.month, start.day, 12, tzinfo=NEW_YORK) + timedelta(days=days)
    found = asked(now=now, last={"ust:TGA": start}, only=frozenset({"ust:TGA"}))
    spans = [tuple(map(date.fromisoformat, r.name.removesuffix(".json").split("_")[3:])) for r in found]
    assert spans[-1][1] == now.date()
    for (_, end), (begin, _) in pairwise(spans):
        assert begin == end + timedelta(days=1)
    assert all((end - begin).days <= 5 * 366 + 35 for begin, end in spans)
    if start > date(2005, 11, 7):
        assert all((end - begin).days >= 30 for begin, end in spans)


# --- What is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [BALANCE, DEBT])
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "an empty file"),
        (b"<html>", "a web page, not JSON"),
        (b"\x1f\x8b\x08\x00", "no UTF-8 text"),
        (b'{"data": [', "no whole JSON file"),
        (b"[1]", "expected rows under data, meta"),
        (b'{"data": [], "meta": {}}', "no row under data"),
        (b'{"error": "Invalid Query Param"}', "expected rows under data, meta"),
        (b'{"data": [1], "meta": {}}', "expected rows under data, meta"),
    ],
)
def test_what_is_no_such_file_is_refused(name, content, says):
    """Whatever the publisher sends instead is named as what it is."""
    with pytest.raises(Unparseable, match=says):
        SOURCE.parse(Payload(name, content), CATALOGUE)


@pytest.mark.parametrize("name", [BALANCE, DEBT])
@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_refused(name, keep):
    """Wherever it is cut."""
    content = (SPECIMENS / name).read_bytes().rstrip()
    with pytest.raises(Unparseable):
        SOURCE.parse(Payload(name, content[: int(len(content) * keep)]), CATALOGUE)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"total-pages": 2, "total-count": 20_000},
            "15 rows of 20000 on 2 pages; expected all of them on one",
        ),
        ({"total-count": 16}, "15 rows of 16 on 1 pages"),
        ({"dataTypes": {}}, "record_date is declared as None"),
        ({"dataFormats": None}, "record_date is declared as DATE, written None; expected DATE"),
    ],
)
def test_a_file_that_is_not_whole_or_not_declared_is_refused(change, says):
    """Another page, another count, no declaration."""
    with pytest.raises(Unparseable, match=says):
        SOURCE.parse(changed(BALANCE, lambda found: found["meta"].update(change)), CATALOGUE)


@pytest.mark.parametrize(
    ("column", "kind", "written"),
    [
        ("open_today_bal", "PERCENTAGE", "$10"),
        ("open_today_bal", "CURRENCY", "10.2%"),
        ("record_date", "DATE", "MM/DD/YYYY"),
        ("record_date", "STRING", "YYYY-MM-DD"),
        ("account_type", "NUMBER", "String"),
    ],
)
def test_a_column_declared_otherwise_is_refused(column, kind, written):
    """What the publisher declares of a column is what it is read as."""

    def change(found):
        found["meta"]["dataTypes"][column], found["meta"]["dataFormats"][column] = kind, written

    with pytest.raises(Unparseable, match=f"{column} is declared as {kind}, written"):
        SOURCE.parse(changed(BALANCE, change), CATALOGUE)


def drop(*counts):
    """Leave rows out, counted from 1, with the count that the file gives of them."""

    def change(found):
        found["data"] = [row for count, row in enumerate(found["data"], 1) if count not in counts]
        found["meta"]["total-count"] = len(found["data"])

    return change


def put(count, **cells):
    """Change cells of a row, counted from 1."""
    return lambda found: found["data"][count - 1].update(cells)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (drop(4), "2021-10-01 has the rows Short-Term Cash Investments .* expected exactly one of"),
        (
            put(2, account_type="Treasury General Account (TGA)"),
            "2021-09-30 has the rows .* expected exactly one",
        ),
        (
            put(7, account_type="Treasury General Account"),
            "2022-04-15 has the rows Treasury General Account;",
        ),
        (put(2, account_type="Federal Reserve Account"), "row 2, account_type: .* is there twice"),
        (drop(8), "no row Treasury General Account .TGA. Opening Balance of its day"),
        (put(11, open_today_bal="78030"), "row 11, open_today_bal: 78030, .* lead to 780299"),
        (put(9, open_today_bal="3"), "row 11, open_today_bal: 780300, .* lead to"),
        (put(11, close_today_bal="780300"), "row 11, close_today_bal: '780300'; expected nothing beside"),
        (
            put(1, close_today_bal="null"),
            "row 1, close_today_bal: 'null'; expected an amount in whole millions",
        ),
        (
            put(1, close_today_bal="200100.5"),
            "row 1, close_today_bal: '200100.5'; expected an amount in whole",
        ),
        (put(1, close_today_bal="NaN"), "row 1, close_today_bal: 'NaN' is no number"),
        (put(1, record_date="09/30/2021"), "row 1, record_date: '09/30/2021' is no date"),
    ],
)
def test_a_balance_that_is_none_is_refused(change, says):
    """No closing balance or two, one that nothing leads to, in another place, not a number; the row is named."""
    with pytest.raises(Unparseable, match=says):
        SOURCE.parse(changed(BALANCE, change), CATALOGUE)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (drop(3), "2024-06-13 has no row for ust:NOTES.ISSUED"),
        (
            put(2, security_type_desc="Regular Series"),
            "row 2, security_type_desc: 'Regular Series' is there twice",
        ),
        (
            put(1, transaction_type="Exchanges"),
            "row 1, transaction_type: 'Exchanges'; expected one of Issues",
        ),
        (put(4, security_type="Long Bonds"), "2024-06-13 has no row for ust:BONDS.ISSUED"),
        (put(1, transact_today_amt=""), "row 1, transact_today_amt: ''; expected an amount"),
    ],
)
def test_transactions_that_are_none_are_refused(change, says):
    """A kind that is missing or twice, an unknown transaction, no amount."""
    with pytest.raises(Unparseable, match=says):
        SOURCE.parse(changed(DEBT, change), CATALOGUE)


@pytest.mark.parametrize("name", ["debt_to_penny.json", "operating_cash_balance.csv", ".json"])
def test_a_file_of_another_name_is_refused(name):
    """A payload is read by its name."""
    with pytest.raises(Unparseable, match="not a file of this source"):
        SOURCE.parse(Payload(name, whole(BALANCE).content), CATALOGUE)


def test_another_unit_is_refused():
    """Millions are not made into billions on the way."""
    spec = replace(CATALOGUE.specs["ust:TGA"], unit=Unit.parse("USD bn"))
    with pytest.raises(UnitError, match="ust:TGA: declared in USD bn, the file gives USD mn"):
        SOURCE.parse(whole(BALANCE), replace(CATALOGUE, specs={"ust:TGA": spec}))


# --- Recorded tables -----------------------------------------------------------------------------------------------


def in_form(name, rows):
    """Rows of a recorded table in the publisher's form, with what the specimen declares of its columns."""
    found = document(name)
    columns = list(found["meta"]["dataTypes"])
    found["data"] = [{column: row[column] or "null" for column in columns} for row in rows]
    found["meta"] |= {"count": len(rows), "total-count": len(rows)}
    return Payload(name, json.dumps(found).encode())


@pytest.fixture(scope="module")
def recorded(shared_data):
    """Every closing balance of the recorded table, 2016 to 2026."""
    with (shared_data / "dts" / "operating_cash_balance.csv").open(encoding="utf-8", newline="") as lines:
        return values(parsed(in_form(BALANCE, list(csv.DictReader(lines))))["ust:TGA"])


def test_the_recorded_balance_is_that_of_an_independent_selection(recorded, shared_data):
    """Equal on each of 2,629 days, over all three layouts."""
    with (shared_data / "dts" / "tga_close_daily.csv").open(encoding="utf-8", newline="") as lines:
        theirs = {row["date"]: float(row["value"]) for row in csv.DictReader(lines)}
    assert len(theirs) == 2629
    assert recorded == theirs


def test_the_recorded_balance_is_that_of_the_weekly_release(recorded):
    """On every Wednesday that both have, to the million."""
    (payload,) = (p for p in FIGURES.payloads() if p.name == "h41_weekly.csv")
    found = {rows.spec.id: rows for rows in FIGURES.parse(payload, FIGURES.catalogue()).observations}
    weekly = values(found["frb:WDTGAL"])
    common = recorded.keys() & weekly.keys()
    assert len(common) > 500
    assert {day: (recorded[day], weekly[day]) for day in common if recorded[day] != weekly[day]} == {}


def test_recorded_transactions_are_read(shared_data):
    """Five years, 1,252 days; the bills issued on the last of them."""
    with gzip.open(shared_data / "dts" / "public_debt_transactions.csv.gz", "rt", encoding="utf-8") as lines:
        found = parsed(in_form(DEBT, list(csv.DictReader(lines))))
    assert {len(rows) for rows in found.values()} == {1252}
    assert values(found["ust:BILLS.ISSUED"])["2026-06-23"] == 227_255
