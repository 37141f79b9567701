"""Holdings of the System Open Market Account: two halves of a date, and their weekly sums."""

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from runoff.core.errors import UnitError, Unparseable
from runoff.core.holdings import SecurityKind
from runoff.core.intake import checked
from runoff.core.registry import plugin
from runoff.core.source import Asked, Catalogue, Payload, Source
from runoff.core.time import from_epoch
from runoff.core.units import Unit

SPECIMENS = Path(__file__).parents[1] / "data" / "soma"
SOURCE = plugin("sources", "soma", Source)
FIGURES = plugin("sources", "figures", Source)
CATALOGUE = Catalogue(specs={**FIGURES.specs(), **SOURCE.specs()}, clock=FIGURES.clock())
NOW = datetime(2024, 6, 14, 18, 0, tzinfo=UTC)
TREASURIES, AGENCY = "tsy_2024-06-12.csv", "agency_2024-06-12.csv"


def specimen(name):
    """A specimen, as it would have come."""
    return Payload(name, (SPECIMENS / name).read_bytes())


def book(payload):
    """The one book of a file."""
    (found,) = SOURCE.parse(payload, CATALOGUE).books
    return found


def summary(change=lambda rows: None):
    """The weekly sums with their rows changed in place."""
    document = json.loads((SPECIMENS / "summary.json").read_bytes())
    change(document["soma"]["summary"])
    return Payload("summary.json", json.dumps(document).encode())


def parsed(payload):
    """The rows of a file by series."""
    return {rows.spec.id: rows for rows in SOURCE.parse(payload, CATALOGUE).observations}


def values(rows):
    """The values of a series by ISO date."""
    return {
        date.fromordinal(int(p)).isoformat(): float(v) for p, v in zip(rows.periods, rows.values, strict=True)
    }


# --- Holdings ------------------------------------------------------------------------------------------------------


def test_the_treasury_half_is_a_book_of_its_own():
    """Known on Thursday at 16:30, ids without their quotation marks, amounts to the dollar and the cent."""
    found = book(specimen(TREASURIES))
    assert (found.portfolio, found.date, found.currency) == ("soma:treasuries", date(2024, 6, 12), "USD")
    assert found.known_at.isoformat() == "2024-06-13T16:30:00-04:00"
    held = {holding.id: holding for holding in found.holdings}
    assert set(held) == {"MADEUPB01", "MADEUPN01", "MADEUPN02", "MADEUPT01", "MADEUPF01"}
    assert held["MADEUPB01"].par == 14_000_000_000
    assert held["MADEUPT01"].inflation_compensation == 1_400_000_000.19
    assert held["MADEUPF01"].coupon == -0.015


def test_the_agency_half_is_a_book_of_its_own():
    """Debt, MBS and CMBS; of a pool the current face is held, and coupon and maturity are in its description."""
    found = book(specimen(AGENCY))
    assert found.portfolio == "soma:agency"
    held = {holding.id: holding for holding in found.holdings}
    assert held["MADEUPA01"].kind is SecurityKind.AGENCY
    assert (held["MADEUPM01"].coupon, held["MADEUPM01"].par) == (2.0, 62_000_000_000)
    assert held["MADEUPC01"].par == 120_000_000


@pytest.mark.parametrize(("name", "content"), [(TREASURIES, AGENCY), (AGENCY, TREASURIES)])
def test_one_half_under_the_name_of_the_other_is_refused(name, content):
    """It would take the other's place in the store."""
    with pytest.raises(Unparseable, match="is it the other half, or cut short"):
        book(Payload(name, specimen(content).content))


def test_a_file_of_both_halves_is_refused():
    """A pool among the Treasuries: neither half is whole then."""
    pool = next(line for line in specimen(AGENCY).content.splitlines(keepends=True) if b'"MBS"' in line)
    with pytest.raises(Unparseable, match="holds mbs; expected of this half bill, frn, note_bond, tips"):
        book(Payload(TREASURIES, specimen(TREASURIES).content + pool))


@pytest.mark.parametrize(
    ("name", "word", "must"), [(TREASURIES, b"NotesBonds", "note_bond"), (AGENCY, b'"MBS"', "mbs")]
)
def test_a_half_without_its_own_securities_is_refused(name, word, must):
    """A file cut between two lines that lost what the half is for."""
    lines = specimen(name).content.splitlines(keepends=True)
    short = b"".join(line for line in lines if word not in line)
    with pytest.raises(Unparseable, match=f"at least {must}: is it the other half, or cut short"):
        book(Payload(name, short))


@pytest.mark.parametrize("name", [TREASURIES, AGENCY])
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "an empty file"),
        (b"<!doctype html><p>Try again", "a web page"),
        (b"\x1f\x8b\x08\x00", "format gzip"),
        (b'{"soma": {}}', "format JSON"),
        (b"As Of Date,Holder\n2024-06-12,x\n", "expected the header"),
    ],
)
def test_what_are_no_holdings_is_refused(name, content, says):
    """Whatever the publisher sends instead is named as what it is."""
    with pytest.raises(Unparseable, match=says):
        book(Payload(name, content))


@pytest.mark.parametrize("name", [TREASURIES, AGENCY])
def test_a_header_alone_is_refused(name):
    """What the publisher answers for a date without holdings is no empty book."""
    header = specimen(name).content.splitlines(keepends=True)[0]
    with pytest.raises(Unparseable, match="a header and no row"):
        book(Payload(name, header))


def test_a_line_that_lost_cells_or_comes_twice_is_refused():
    """The message names the line."""
    lines = specimen(TREASURIES).content.splitlines(keepends=True)
    with pytest.raises(Unparseable, match="line 6: expected 16 columns, found"):
        book(Payload(TREASURIES, b"".join(lines)[:-40] + b'"\n'))
    with pytest.raises(Unparseable, match=r"line 7, column CUSIP: .* appears twice"):
        book(Payload(TREASURIES, b"".join([*lines, lines[1]])))


def test_amounts_in_thousands_are_refused():
    """A bill of fourteen million at an eighth of what is outstanding."""
    content = specimen(TREASURIES).content.replace(b'"14000000000"', b'"14000000"')
    with pytest.raises(UnitError, match="is it in another unit"):
        book(Payload(TREASURIES, content))


@pytest.mark.parametrize(
    "name", ["tsy_2024-06-05.csv", "tsy_yesterday.csv", "tsy_.csv", "mbs_2024-06-12.csv"]
)
def test_holdings_of_another_date_or_name_are_refused(name):
    """The name says what was asked for."""
    with pytest.raises(Unparseable, match=r"not of 2024-06-05|is no date|not a file of this source"):
        SOURCE.parse(Payload(name, specimen(TREASURIES).content), CATALOGUE)


# --- Weekly sums ---------------------------------------------------------------------------------------------------


def test_the_weekly_sums_are_nine_series_in_dollars():
    """What was not held yet is missing, and not nil."""
    found = parsed(summary())
    assert set(found) == set(SOURCE.specs()) == set(SOURCE.brings(CATALOGUE))
    assert {rows.unit for rows in found.values()} == {Unit.parse("USD")}
    assert values(found["nyfed:SOMA.BILLS"])["2024-06-12"] == 200_000_000_000
    assert values(found["nyfed:SOMA.MBS"]) == {
        "2003-01-08": 0.0,
        "2024-06-05": 2_300_000_000_000.20,
        "2024-06-12": 2_299_000_000_000.20,
    }
    assert "2003-01-08" not in values(found["nyfed:SOMA.FRN"])
    assert "2003-01-08" not in values(found["nyfed:SOMA.CMBS"])
    rows = found["nyfed:SOMA.TOTAL"]
    assert from_epoch(int(rows.known_at[-1])).isoformat() == "2024-06-13T16:30:00-04:00"
    for rows in found.values():
        assert len(checked(rows, "summary.json", NOW, None)) == len(rows)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(
            lambda rows: rows[1].update(bills="35"), "row 2, total: .* and the kinds add up to", id="shifted"
        ),
        pytest.param(
            lambda rows: rows[1].pop("mbs"), "row 2, total: .* and the kinds add up to", id="absent"
        ),
        pytest.param(lambda rows: rows[1].update(total=""), "row 2, total: ''", id="no total"),
        pytest.param(
            lambda rows: rows[1].update(tips=float("nan")), "row 2, tips: 'NaN' is no number", id="NaN"
        ),
        pytest.param(
            lambda rows: rows[1].update(asOfDate="6/5/2024"), "row 2, asOfDate: .* is no date", id="no date"
        ),
        pytest.param(
            lambda rows: rows.append(rows[1]), "row 4, asOfDate: '2024-06-05' is there twice", id="twice"
        ),
        pytest.param(lambda rows: rows.clear(), "no row under soma.summary", id="no row"),
        pytest.param(
            lambda rows: [row.pop("tipsInflationCompensation") for row in rows],
            "no row has tipsInflationCompensation, which nyfed:SOMA.TIPS_COMPENSATION",
            id="renamed",
        ),
    ],
)
def test_sums_that_are_none_are_refused(change, says):
    """Kinds that do not add up, a column gone, a number or date that is none, a week twice."""
    with pytest.raises(Unparseable, match=says):
        SOURCE.parse(summary(change), CATALOGUE)


@pytest.mark.parametrize("name", ["summary.json", "list.json"])
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "an empty file"),
        (b"<html>", "a web page, not JSON"),
        (b"\x1f\x8b\x08\x00", "no UTF-8 text"),
        (b'{"soma": {"summary": [', "no whole JSON file"),
        (b'{"soma": {"summary": [], "asOfDates": []}}', "no row under"),
        (b'{"soma": {"summary": [3], "asOfDates": [3]}}', "is no date"),
        (b"[]", "expected a list of rows"),
    ],
)
def test_what_is_no_such_file_is_refused(name, content, says):
    """Whatever the publisher sends instead is named as what it is."""
    with pytest.raises(Unparseable, match=says):
        SOURCE.parse(Payload(name, content), CATALOGUE)


# --- What is asked for ---------------------------------------------------------------------------------------------


def asked(**kwargs):
    """The names of what is asked for."""
    defaults = {
        "now": NOW,
        "catalogue": CATALOGUE,
        "last": {},
        "answers": {"list.json": specimen("list.json")},
    }
    return [r.name for r in SOURCE.requests(Asked(**defaults | kwargs)) if r.name.endswith(".csv")]


def test_the_dates_are_asked_for_first():
    """Without them no half is."""
    found = list(SOURCE.requests(Asked(now=NOW, catalogue=CATALOGUE, last={})))
    assert [r.name for r in found] == ["summary.json", "list.json"]
    assert [r.path for r in found] == ["/soma/summary.json", "/soma/asofdates/list.json"]


def test_of_a_half_without_a_book_the_latest_is_asked_for():
    """And of one with a book every date since, each by its address."""
    assert asked() == ["tsy_2024-06-12.csv", "agency_2024-06-12.csv"]
    books = {
        "soma:treasuries": date(2024, 5, 29),
        "soma:agency": date(2024, 6, 12),
        "soma": date(2022, 2, 16),
    }
    assert asked(books=books) == ["tsy_2024-06-05.csv", "tsy_2024-06-12.csv"]
    answers = {"list.json": specimen("list.json")}
    request = list(SOURCE.requests(Asked(now=NOW, catalogue=CATALOGUE, last={}, answers=answers)))[2]
    assert request.path == "/soma/tsy/get/asof/2024-06-12.csv"


def test_only_what_is_wanted_is_asked_for():
    """A series alone brings no holdings, another source's series nothing at all."""
    for only, names in (({"nyfed:SOMA.BILLS"}, ["summary.json"]), ({"nyfed:SOFR"}, [])):
        question = Asked(now=NOW, catalogue=CATALOGUE, last={}, only=frozenset(only))
        assert [r.name for r in SOURCE.requests(question)] == names


# --- Recorded payloads ---------------------------------------------------------------------------------------------


def test_a_recorded_answer_is_read(shared_data):
    """Seven bills as the publisher sent them, and a note that we add, since a half holds notes."""
    content = (shared_data / "cassettes" / "nyfed" / "soma_tsy_2026-03-18_subset.csv").read_bytes()
    note = b'"2026-03-18","\'MADEUPN01\'","NotesBonds",,,"2030-04-30",,,"0.75",,"1000000000",,"0.1","0",,\n'
    found = book(Payload("tsy_2026-03-18.csv", content.rstrip() + b"\n" + note))
    pars = {holding.id: holding.par for holding in found.holdings if holding.kind is SecurityKind.BILL}
    assert len(pars) == 7
    assert pars["912797PV3"] == 24_132_626_200


def test_967_recorded_weeks_add_up(shared_data):
    """An independent copy of the sums since 2007, put in the publisher's form: none is refused."""
    names = {
        "asOfDate": "as_of_date",
        "notesbonds": "notes_bonds",
        "total": "total",
        "mbs": "mbs",
        "tips": "tips",
    }
    names |= {"frn": "frn", "tipsInflationCompensation": "tips_inflation_compensation", "bills": "bills"}
    names |= {"agencies": "agencies", "cmbs": "cmbs"}
    with (shared_data / "nyfed" / "soma_summary_weekly.csv").open(encoding="utf-8", newline="") as lines:
        rows = [{ours: line[theirs] for ours, theirs in names.items()} for line in csv.DictReader(lines)]
    found = parsed(Payload("summary.json", json.dumps({"soma": {"summary": rows}}).encode()))
    assert len(found["nyfed:SOMA.TOTAL"]) == 967
    for series in found.values():
        assert len(checked(series, "summary.json", datetime(2026, 1, 1, tzinfo=UTC), None)) == len(series)
