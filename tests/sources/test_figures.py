"""The shipped figures: what each file holds, when it became known, and that a damaged file is refused."""

import csv
import io
import tomllib
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files

import numpy as np
import pytest
from tests.sources import shipped

from runoff.core.errors import UnitError, Unparseable
from runoff.core.holdings import SecurityKind
from runoff.core.registry import plugin
from runoff.core.series import ASSUMED, REVISED
from runoff.core.source import Payload, Source
from runoff.core.tabular import read_columns
from runoff.core.time import NEW_YORK, ReleaseClock, from_epoch, is_market_day
from runoff.core.units import Frequency, Unit

SOURCE = plugin("sources", "figures", Source)
FOLDER = files("runoff") / "figures"
CATALOGUE = tomllib.loads((FOLDER / "catalogue.toml").read_text("utf-8"))["series"]
BOOK = "soma_treasury_2022-02-16.csv"
NOT_SERIES = {"policy_calendar.csv", "release_exceptions.csv", BOOK}

# First and last period, number of values, unit: counted in the files, ranges as the figures' own page states them.
GOLDEN = {
    "frb:WALCL": ("2002-12-18", "2026-09-16", 1239, "USD mn"),
    "frb:WTFSRFL": ("2002-12-18", "2026-09-30", 1242, "USD mn"),
    "frb:WTFORBAFL": ("2002-12-18", "2026-09-30", 1242, "USD mn"),
    "frb:WRBWFRBL": ("2002-12-18", "2026-09-30", 1242, "USD mn"),
    "frb:WSHOSHO": ("2002-12-18", "2026-09-30", 1242, "USD mn"),
    "frb:WSHOTSL": ("2002-12-18", "2026-09-30", 1242, "USD mn"),
    "frb:WSHOFADSL": ("2002-12-18", "2026-09-30", 1242, "USD mn"),
    "frb:WSHOMCB": ("2002-12-18", "2026-09-30", 1242, "USD mn"),
    "frb:WLCFLL": ("2002-12-18", "2026-09-30", 1242, "USD mn"),
    "frb:WLCFLPCL": ("2002-12-18", "2026-09-30", 1242, "USD mn"),
    "frb:WLCFLSCL": ("2002-12-18", "2026-09-30", 1242, "USD mn"),
    "frb:WLCFLSECL": ("2002-12-18", "2026-09-30", 1242, "USD mn"),
    "frb:H41RESPPALDJNWW": ("2002-12-18", "2026-09-30", 1242, "USD mn"),
    "frb:H41RESPPALDKNWW": ("2002-12-18", "2026-09-30", 1242, "USD mn"),
    "frb:WLCFOCEL": ("2002-12-18", "2026-09-30", 1242, "USD mn"),
    "frb:WCICL": ("2002-12-18", "2026-09-30", 1242, "USD mn"),
    "frb:WDTGAL": ("2002-12-18", "2026-09-30", 1242, "USD mn"),
    "frb:WLRRAL": ("2002-12-18", "2026-09-30", 1242, "USD mn"),
    "frb:WLRRAFOIAL": ("2002-12-18", "2026-09-30", 1242, "USD mn"),
    "frb:WLRRAOL": ("2002-12-18", "2026-09-30", 1242, "USD mn"),
    "nyfed:SOFR": ("2018-04-02", "2026-09-03", 2105, "percent"),
    "nyfed:TGCR": ("2018-04-02", "2026-07-21", 2073, "percent"),
    "nyfed:EFFR": ("2016-03-01", "2026-09-03", 2642, "percent"),
    "nyfed:RRPONTSYD": ("2013-09-23", "2026-09-04", 3228, "USD bn"),
    "nyfed:SRF": ("2021-07-29", "2026-07-22", 1242, "USD bn"),
    "frb:IOR": ("2008-10-09", "2026-09-17", 41, "percent"),
    "frb:DFEDTARL": ("2008-12-16", "2026-09-17", 33, "percent"),
    "frb:DFEDTARU": ("2008-12-16", "2026-09-17", 33, "percent"),
    "nyfed:RRPONTSYAWARD": ("2013-09-23", "2026-09-17", 48, "percent"),
    "bea:GDP": ("2002-01-01", "2026-01-01", 97, "USD bn"),
    "frb:DTWEXBGS": ("2006-01-02", "2026-08-28", 5178, "index"),
    "frb:DFII10": ("2003-01-02", "2026-08-28", 5919, "percent"),
    "frb:THREEFYTP10": ("2007-01-03", "2026-08-12", 1010, "percent"),
    "frb:M2SL": ("2002-01-01", "2026-04-01", 292, "USD bn"),
    "frb:BOGMBASE": ("2002-01-01", "2026-04-01", 292, "USD bn"),
    "bls:PAYEMS": ("2002-01-01", "2026-06-01", 294, "thousand persons"),
    "frb:M1SL": ("2002-01-01", "2022-12-01", 252, "USD bn"),
    "frb:DGS1MO": ("2001-07-31", "2026-06-01", 6210, "percent"),
    "frb:DGS3MO": ("1981-09-01", "2026-06-01", 11186, "percent"),
    "frb:DGS6MO": ("1981-09-01", "2026-06-01", 11186, "percent"),
    "frb:DGS1": ("1962-01-02", "2026-06-01", 16088, "percent"),
    "frb:DGS2": ("1976-06-01", "2026-06-01", 12496, "percent"),
    "frb:DGS3": ("1962-01-02", "2026-06-01", 16088, "percent"),
    "frb:DGS5": ("1962-01-02", "2026-06-01", 16088, "percent"),
    "frb:DGS7": ("1969-07-01", "2026-06-01", 14218, "percent"),
    "frb:DGS10": ("1962-01-02", "2026-06-01", 16088, "percent"),
    "frb:DGS20": ("1962-01-02", "2026-06-01", 14399, "percent"),
    "frb:DGS30": ("1977-02-15", "2026-06-01", 12318, "percent"),
    "bls:CPIAUCSL": ("1947-01-01", "2026-06-01", 953, "index"),
    "bls:CPILFESL": ("1957-01-01", "2026-06-01", 833, "index"),
    "bls:UNRATE": ("1948-01-01", "2026-06-01", 941, "percent"),
    "frb:FEDFUNDS": ("1954-07-01", "2026-06-01", 864, "percent"),
    "bea:GDPC1": ("1947-01-01", "2026-01-01", 317, "USD2017 bn"),
    "chifed:NFCI": ("1971-01-08", "2026-07-17", 2898, "index"),
    "bls:CUUR0000SA0": ("1913-01-01", "2026-08-01", 1363, "index"),
}

# Values that publishers' pages, press or records state.
SPOT = {
    ("frb:DGS10", "2023-10-19"): 4.98,
    ("bls:UNRATE", "2020-04-01"): 14.8,
    ("nyfed:SOFR", "2019-09-16"): 2.43,
    ("nyfed:SOFR", "2019-09-17"): 5.25,
    ("nyfed:SOFR", "2019-09-18"): 2.55,
    ("nyfed:SOFR", "2019-09-19"): 1.95,
    ("nyfed:SOFR", "2019-09-20"): 1.86,
    ("nyfed:SRF", "2025-10-31"): 50.35,
    ("nyfed:SRF", "2025-12-31"): 74.6,
    ("nyfed:RRPONTSYD", "2022-12-30"): 2553.716,  # the record
    ("frb:WRBWFRBL", "2019-09-11"): 1_458_666,
    ("frb:WRBWFRBL", "2019-09-18"): 1_385_426,
    ("frb:DFEDTARU", "2026-09-17"): 4.0,
    ("frb:DFEDTARL", "2026-09-17"): 3.75,
    ("frb:IOR", "2008-10-09"): 0.75,
}


@pytest.fixture(scope="module")
def series():
    """The shipped rows by series."""
    return {rows.spec.id: rows for one in shipped.parsed() for rows in one.observations}


def payload(name):
    """The bytes of a shipped file."""
    return Payload(name, (FOLDER / name).read_bytes())


def rewritten(name, change):
    """A shipped file with its lines changed."""
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    return Payload(name, "\n".join([*change(lines), ""]).encode())


def values_of(rows):
    """The values of rows by day."""
    return {date.fromordinal(p): v for p, v in zip(rows.periods.tolist(), rows.values.tolist(), strict=True)}


# --- The catalogue and the files ---------------------------------------------------------------------------------


def test_every_shipped_series_has_the_range_the_count_and_the_unit_of_the_table(series):
    """First and last period, number of values and unit of each shipped series; none more, none fewer."""
    found = {
        name: (
            date.fromordinal(int(rows.periods[0])).isoformat(),
            date.fromordinal(int(rows.periods[-1])).isoformat(),
            len(rows),
            rows.unit.symbol,
        )
        for name, rows in series.items()
    }
    assert found == GOLDEN


def test_every_file_is_in_the_catalogue_and_every_entry_has_its_file():
    """No file ships unnamed, no entry names a file or a column that is not there, no column ships unread."""
    shipped_files = {f.name for f in FOLDER.iterdir() if f.name.endswith(".csv")}
    named = {entry["file"] for entry in CATALOGUE if "file" in entry}
    assert named == shipped_files - NOT_SERIES
    assert shipped_files >= NOT_SERIES
    for name in sorted(named):
        with (FOLDER / name).open(encoding="utf-8") as lines:
            columns = next(csv.reader(lines))[1:]
        assert sorted(columns) == sorted(e["column"] for e in CATALOGUE if e.get("file") == name), name


def test_payloads_are_the_catalogue_s_files_and_the_book():
    """What the source brings is each file of the catalogue and the book, once, with the bytes of the package."""
    names = [p.name for p in SOURCE.payloads()]
    assert len(set(names)) == len(names)
    declarations = {"catalogue.toml", "release_exceptions.csv"}
    assert set(names) == {e["file"] for e in CATALOGUE if "file" in e} | {BOOK} | declarations
    assert all(p.content == (FOLDER / p.name).read_bytes() for p in SOURCE.payloads())


def test_every_entry_says_what_its_series_is():
    """Ids are unique, units parse and print back the same, addresses are official, vintages mark revised series."""
    ids = [entry["id"] for entry in CATALOGUE]
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    assert set(SOURCE.specs()) == set(ids)
    for entry in CATALOGUE:
        spec = SOURCE.specs()[entry["id"]]
        assert Unit.parse(entry["unit"]).symbol == spec.unit.symbol == entry["unit"], spec.id
        assert spec.title, spec.id
        assert spec.licence, spec.id
        assert spec.url.startswith("https://"), spec.id
        assert spec.revised == entry.get("revised", False) == ("vintage" in entry), spec.id
        assert ("file" in entry) == ("column" in entry), spec.id


def test_what_may_not_be_passed_on_does_not_ship():
    """A series under a licence that forbids passing on has no file: indices of private publishers."""
    for entry in CATALOGUE:
        if "not to be passed on" in entry["licence"]:
            assert "file" not in entry, entry["id"]


@pytest.mark.parametrize(("at", "value"), SPOT.items(), ids=lambda p: "-".join(p) if type(p) is tuple else "")
def test_published_values(series, at, value):
    """A value that its publisher is on record with."""
    name, day = at
    assert values_of(series[name])[date.fromisoformat(day)] == value


def test_rows_are_in_order_and_each_period_stands_once(series):
    """Periods ascend strictly in every series."""
    for name, rows in series.items():
        assert (np.diff(rows.periods) > 0).all(), name


def test_weekly_sheets_are_wednesdays_without_a_hole(series):
    """All 1,242 sheets are of Wednesdays, seven days apart."""
    periods = series["frb:WTFSRFL"].periods
    assert set(np.diff(periods)) == {7}
    assert date.fromordinal(int(periods[0])).weekday() == 2


# --- When it became known ----------------------------------------------------------------------------------------


def period_end(day, frequency):
    """The last day that a period covers."""
    if frequency in {Frequency.MONTHLY, Frequency.QUARTERLY}:
        months = day.year * 12 + day.month - 1 + (3 if frequency is Frequency.QUARTERLY else 1)
        return date(months // 12, months % 12 + 1, 1) - timedelta(days=1)
    return day


@pytest.mark.parametrize("name", GOLDEN)
def test_nothing_is_known_before_its_period_is_over(series, name):
    """A figure is known on the last day of its period at the earliest."""
    rows = series[name]
    for period, known in zip(rows.periods.tolist(), rows.known_at.tolist(), strict=True):
        end = period_end(date.fromordinal(period), rows.spec.frequency)
        assert from_epoch(known).date() >= end, end


@pytest.mark.parametrize("name", GOLDEN)
def test_nothing_is_known_later_than_the_release_after_the_next(series, name):
    """However delayed, a figure is known by the scheduled release of the period after the next."""
    rows = series[name]
    scheduled = ReleaseClock()  # without the exceptions
    for known, period in zip(rows.known_at[:-2].tolist(), rows.periods[2:].tolist(), strict=True):
        assert from_epoch(known) <= scheduled.known_at(rows.spec.release, date.fromordinal(period))


def test_known_at_is_the_clock_s_word_and_flagged_as_such(series):
    """No publisher's own release times are at hand: every row is `assumed`, those of a later vintage `revised`."""
    for name, rows in series.items():
        assert set(rows.flags.tolist()) == {ASSUMED | (REVISED if rows.spec.revised else 0)}, name


def test_delayed_releases_are_dated_to_the_day_they_came(series):
    """Payrolls of October 2025 came with November's on 16 December; household figures of that month never."""
    known = dict(
        zip(series["bls:PAYEMS"].periods.tolist(), series["bls:PAYEMS"].known_at.tolist(), strict=True)
    )
    october, november = (known[date(2025, month, 1).toordinal()] for month in (10, 11))
    assert from_epoch(october) == from_epoch(november)
    assert from_epoch(october).isoformat() == "2025-12-16T08:30:00-05:00"
    for name in ("bls:UNRATE", "bls:CPIAUCSL", "bls:CPILFESL", "bls:CUUR0000SA0"):
        assert date(2025, 10, 1) not in values_of(series[name]), name


def test_a_period_that_was_never_published_is_refused():
    """A value for unemployment of October 2025 cannot be: whoever filled it is told."""

    def fill(lines):
        at = next(i for i, line in enumerate(lines) if line.startswith("2025-10-01"))
        cells = lines[at].split(",")
        column = lines[0].split(",").index("UNRATE")
        assert cells[column] == ""
        cells[column] = "4.5"
        return [*lines[:at], ",".join(cells), *lines[at + 1 :]]

    with pytest.raises(Unparseable, match="bls:UNRATE: a value for 2025-10-01, a period that was never"):
        SOURCE.parse(rewritten("prices_and_jobs_monthly.csv", fill), SOURCE.catalogue())


def test_every_release_exception_is_a_time_in_new_york_that_moves_its_release():
    """Each recorded exception is a New York time, or never, and differs from the rule's own clock but in one case.

    The delayed CPI of November 2025 came on the 18th, the day that the rule, which errs late, gives to every month.
    """
    normal = ReleaseClock()
    exceptions = SOURCE.clock().exceptions
    assert len(exceptions) == 32
    assert {instant.tzinfo for instant in exceptions.values() if instant} == {NEW_YORK}
    idle = {key for key, instant in exceptions.items() if instant == normal.known_at(*key)}
    assert idle == {("cpi", date(2025, 11, 1))}


# --- Nothing is filled in, except the zeros that the file stands for ------------------------------------------------


def test_standing_repo_zeros_fill_the_market_days_of_the_span(series):
    """482 days of use and 760 zeros: the 1,242 market days from 2021-07-29 to 2026-07-22, and nothing after."""
    found = values_of(series["nyfed:SRF"])
    with (FOLDER / "standing_repo_nonzero_billions.csv").open(encoding="utf-8") as lines:
        used = {
            date.fromisoformat(r["date"]): float(r["standing_repo_billions"]) for r in csv.DictReader(lines)
        }
    span = (
        date(2021, 7, 29) + timedelta(days=n) for n in range((date(2026, 7, 22) - date(2021, 7, 29)).days + 1)
    )
    assert set(found) == {day for day in span if is_market_day(day)}
    assert len(found) == 1242
    assert {day: value for day, value in found.items() if value} == used
    assert len(used) == 482


def test_only_declared_zeros_stand_beside_the_values_of_a_file(series):
    """Each value of each series stands in its file on that day: nothing is interpolated or carried forward.

    BTFP left the release once it was nil: after its last value come zeros, and only zeros.
    """
    for entry in CATALOGUE:
        if "file" not in entry or "zero_elsewhere" in entry:
            continue
        text = (FOLDER / entry["file"]).read_text("utf-8")
        rows = list(csv.DictReader(io.StringIO(text)))
        expected = {
            date.fromisoformat(next(iter(row.values()))): float(row[entry["column"]])
            for row in rows
            if row[entry["column"]]
        }
        found = values_of(series[entry["id"]])
        if "nil_after" in entry:
            added = {day: value for day, value in found.items() if day > entry["nil_after"]}
            assert set(added.values()) == {0.0}
            assert len(added) == 21
            found = {day: value for day, value in found.items() if day not in added}
        assert found == expected, entry["id"]


# --- A damaged file is refused -------------------------------------------------------------------------------------

FILES = sorted({entry["file"] for entry in CATALOGUE if "file" in entry} | {BOOK})
LAST_LINES = 30  # of a file that is long: the parser stops at the damage, wherever it stands


def shortened(lines):
    """The header and the last lines, which read as fast as the damage is found."""
    return [lines[0], *lines[1:][-LAST_LINES:]]


@pytest.mark.parametrize("name", FILES)
def test_a_line_cut_short_is_refused(name):
    """A file whose last line lost its last column is a broken download."""
    damaged = rewritten(name, lambda lines: [*shortened(lines)[:-1], lines[-1].rpartition(",")[0]])
    with pytest.raises(Unparseable, match=r"expected \d+ columns, found \d+; is the file cut short"):
        SOURCE.parse(damaged, SOURCE.catalogue())


@pytest.mark.parametrize("name", FILES)
def test_a_line_twice_is_refused(name):
    """The same date, or the same security, twice is refused: no one knows which of the two holds."""
    damaged = rewritten(name, lambda lines: [*shortened(lines), lines[-1]])
    with pytest.raises(Unparseable, match=r"expected each date once, in order|appears twice"):
        SOURCE.parse(damaged, SOURCE.catalogue())


@pytest.mark.parametrize("name", [name for name in FILES if name != BOOK])
def test_a_date_out_of_order_is_refused(name):
    """Two lines that changed places are refused: the file was not written by its publisher."""
    damaged = rewritten(name, lambda lines: [*shortened(lines)[:-2], lines[-1], lines[-2]])
    with pytest.raises(Unparseable, match="expected each date once, in order"):
        SOURCE.parse(damaged, SOURCE.catalogue())


@pytest.mark.parametrize("name", FILES)
def test_a_header_alone_is_refused(name):
    """A file without rows is no figures, and no empty book."""
    with pytest.raises(Unparseable, match="a header and no row"):
        SOURCE.parse(rewritten(name, lambda lines: lines[:1]), SOURCE.catalogue())


@pytest.mark.parametrize("cell", ["n/a", "1,9", "3 845", "nan", "inf", "ND"])
def test_a_cell_that_is_no_number_is_refused(cell):
    """Only nothing and a full stop mean missing; anything else that is no finite number is an error."""
    damaged = rewritten("sofr_percent.csv", lambda lines: [*shortened(lines), f'2026-09-30,"{cell}"'])
    with pytest.raises(Unparseable, match=r"is no number|is no finite number"):
        SOURCE.parse(damaged, SOURCE.catalogue())


def test_a_web_page_is_refused():
    """An error page saved under a file's name is named as such."""
    with pytest.raises(Unparseable, match="a web page, not a table"):
        SOURCE.parse(Payload("sofr_percent.csv", b"<!doctype html><p>Try again"), SOURCE.catalogue())


def test_a_file_that_is_not_in_the_catalogue_is_refused():
    """Bytes under another name belong to no series."""
    with pytest.raises(Unparseable, match=r"sofr\.csv: not in the catalogue"):
        SOURCE.parse(Payload("sofr.csv", payload("sofr_percent.csv").content), SOURCE.catalogue())


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("on_rrp_billions.csv", "on_rrp_billions", "on_rrp_millions"),
        ("gdp_quarterly.csv", "billions_usd_saar", "millions_usd_saar"),
        ("money_and_jobs_monthly.csv", "nonfarm_payrolls_thousands", "nonfarm_payrolls_persons"),
    ],
)
def test_a_column_of_another_unit_is_refused(name, old, new):
    """A header that says another unit is another column: the expected one is missing."""
    damaged = rewritten(name, lambda lines: [lines[0].replace(old, new), *lines[1:]])
    with pytest.raises(Unparseable, match=f"no column {old}"):
        SOURCE.parse(damaged, SOURCE.catalogue())


@pytest.mark.parametrize(
    ("name", "unit"),
    [("nyfed:RRPONTSYD", "USD mn"), ("frb:WALCL", "USD bn"), ("nyfed:SOFR", "bp"), ("bea:GDPC1", "USD bn")],
)
def test_a_swapped_unit_is_refused(name, unit):
    """A file said to be in another unit than its series is refused; no number is looked at to decide."""
    entry = next(entry for entry in CATALOGUE if entry["id"] == name)
    wanted = {entry["column"]: (SOURCE.specs()[name], Unit.parse(unit))}
    with pytest.raises(UnitError, match=f"{name}: declared in {entry['unit']}, the file gives {unit}"):
        read_columns(payload(entry["file"]), wanted, SOURCE.clock())
    spec = replace(SOURCE.specs()[name], unit=Unit.parse(unit))
    with pytest.raises(UnitError):
        read_columns(
            payload(entry["file"]), {entry["column"]: (spec, Unit.parse(entry["unit"]))}, SOURCE.clock()
        )


# --- The book ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def book():
    """The shipped book of securities."""
    (found,) = (book for one in shipped.parsed() for book in one.books)
    return found


def test_the_book_holds_each_kind_in_the_published_number(book):
    """On 2022-02-16: 40 bills, 322 notes and bonds, 48 TIPS, 8 FRNs, 6 agency debentures."""
    assert Counter(holding.kind for holding in book.holdings) == {
        SecurityKind.BILL: 40,
        SecurityKind.NOTE_OR_BOND: 322,
        SecurityKind.TIPS: 48,
        SecurityKind.FRN: 8,
        SecurityKind.AGENCY: 6,
    }
    assert (book.portfolio, book.date, book.currency) == ("soma", date(2022, 2, 16), "USD")
    assert book.known_at.isoformat() == "2022-02-17T16:30:00-05:00"
    assert min(holding.maturity for holding in book.holdings) > book.date


def test_the_book_adds_up_to_the_weekly_sheet_of_its_day(book, series):
    """Treasuries of H.4.1 are par and inflation compensation; agency debt is the debentures' par."""
    treasuries = [holding for holding in book.holdings if holding.kind is not SecurityKind.AGENCY]
    par = sum(holding.par for holding in treasuries)
    compensation = sum(round(holding.inflation_compensation * 100) for holding in treasuries) / 100
    sheet = values_of(series["frb:WSHOTSL"])[book.date]
    assert compensation == 74_659_077_477.72
    assert round((par + compensation) / 1e6) == sheet == 5_738_619
    agency = sum(holding.par for holding in book.holdings if holding.kind is SecurityKind.AGENCY)
    assert agency / 1e6 == values_of(series["frb:WSHOFADSL"])[book.date] == 2_347


def test_the_book_equals_the_weekly_summary_to_the_dollar(book, shared_data):
    """Each kind sums to the New York Fed's weekly summary of that Wednesday."""
    with (shared_data / "nyfed" / "soma_summary_weekly.csv").open(encoding="utf-8", newline="") as lines:
        summary = next(row for row in csv.DictReader(lines) if row["as_of_date"] == "2022-02-16")
    columns = {
        SecurityKind.BILL: "bills",
        SecurityKind.NOTE_OR_BOND: "notes_bonds",
        SecurityKind.TIPS: "tips",
        SecurityKind.FRN: "frn",
        SecurityKind.AGENCY: "agencies",
    }
    for kind, column in columns.items():
        par = sum(holding.par for holding in book.holdings if holding.kind is kind)
        assert par == float(summary[column]), kind


# --- Independent copies --------------------------------------------------------------------------------------------

# Series that a copy of another origin covers; steps are compared with a daily series, day by day.
EQUAL = {
    "frb:WALCL": ("WALCL", 1234),
    "frb:WSHOSHO": ("WSHOSHO", 1227),
    "frb:WSHOMCB": ("WSHOMCB", 1227),
    "frb:WDTGAL": ("WDTGAL", 1231),
    "nyfed:SOFR": ("SOFR", 2083),
    "nyfed:EFFR": ("EFFR", 2610),
    "nyfed:TGCR": ("TGCRRATE", 2073),
    "nyfed:RRPONTSYD": ("RRPONTSYD", 3208),
    "frb:DFII10": ("DFII10", 5901),
    "frb:THREEFYTP10": ("THREEFYTP10", 1008),
    "frb:BOGMBASE": ("BOGMBASE", 292),
    "bls:PAYEMS": ("PAYEMS", 294),
    "bls:UNRATE": ("UNRATE", 941),
    "bls:CPIAUCSL": ("CPIAUCSL", 952),
    "bls:CPILFESL": ("CPILFESL", 832),
    "bea:GDPC1": ("GDPC1", 269),
    "frb:FEDFUNDS": ("FEDFUNDS", 863),
    "frb:DGS1MO": ("DGS1MO", 6145),
    "frb:DGS3MO": ("DGS3MO", 11186),
    "frb:DGS1": ("DGS1", 16088),
    "frb:DGS2": ("DGS2", 12496),
    "frb:DGS3": ("DGS3", 16088),
    "frb:DGS5": ("DGS5", 16088),
    "frb:DGS7": ("DGS7", 14218),
    "frb:DGS10": ("DGS10", 16088),
    "frb:DGS20": ("DGS20", 14399),
    "frb:DGS30": ("DGS30", 12318),
}
STEPS = {
    "frb:IOR": "IOER_IORB_interest_on_reserves",
    "frb:DFEDTARL": "DFEDTARL",
    "frb:DFEDTARU": "DFEDTARU",
    "nyfed:RRPONTSYAWARD": "RRPONTSYAWARD",
}


@pytest.fixture(scope="module")
def copy(shared_data, unavailable):
    """Read an independent copy by the name of its file, or say that it is not here."""

    def read(name):
        path = shared_data / "fred" / f"{name}.csv"
        if not path.is_file():
            unavailable(f"no independent copy of {name} beside the checkout")
        with path.open(encoding="utf-8", newline="") as lines:
            return {
                date.fromisoformat(row["date"]): float(row["value"])
                for row in csv.DictReader(lines)
                if row["value"] not in {"", "."}
            }

    return read


@pytest.mark.parametrize("name", EQUAL)
def test_equal_to_an_independent_copy(series, copy, name):
    """Every value that both have is the same to the last digit, and ours lacks none inside its range."""
    other, days = EQUAL[name]
    mine, theirs = values_of(series[name]), copy(other)
    common = mine.keys() & theirs.keys()
    assert len(common) == days
    assert {day: (mine[day], theirs[day]) for day in common if mine[day] != theirs[day]} == {}
    if name != "frb:THREEFYTP10":  # a daily series, of which Wednesdays ship
        missing = {day for day in theirs.keys() - mine.keys() if min(mine) <= day <= max(mine)}
        assert missing == set()


@pytest.mark.parametrize("name", STEPS)
def test_steps_say_what_a_daily_copy_says_on_every_day(copy, name):
    """The value in force on each day of the copy is the copy's.

    The copy of the target range dates the rises of 2015 and 2016 to their announcement; they took effect a day later.
    """
    theirs = copy(STEPS[name])
    steps = shipped.view().series(name)
    days = sorted(day for day in theirs if day.toordinal() >= steps.periods[0])
    found = steps.in_force_on(np.array([day.toordinal() for day in days]))
    assert len(days) > 2000
    off = {day.isoformat() for day, value in zip(days, found, strict=True) if value != theirs[day]}
    assert off == ({"2015-12-16", "2016-12-14"} if "DFEDTAR" in name else set())


def test_treasuries_equal_an_independent_copy_but_for_one_rounding(series, copy):
    """The line of Treasuries held outright is the copy's in all weeks but one, where it is off by one million."""
    mine, theirs = values_of(series["frb:WSHOTSL"]), copy("TREAST")
    off = {
        day.isoformat(): mine[day] - theirs[day]
        for day in mine.keys() & theirs.keys()
        if mine[day] != theirs[day]
    }
    assert set(off) == {"2005-01-26"}
    assert abs(off["2005-01-26"]) == 1


def test_revised_series_are_near_their_copies(series, copy):
    """GDP differs in its last quarter alone, M2 by less than a billion, the dollar index from 2018 to 2025 alone."""
    mine, theirs = values_of(series["bea:GDP"]), copy("GDP")
    assert {d for d in mine.keys() & theirs.keys() if mine[d] != theirs[d]} == {date(2026, 1, 1)}
    mine, theirs = values_of(series["frb:M2SL"]), copy("M2SL")
    assert max(abs(mine[d] - theirs[d]) for d in mine.keys() & theirs.keys()) < 1
    mine, theirs = values_of(series["frb:DTWEXBGS"]), copy("DTWEXBGS")
    off = {d: abs(mine[d] - theirs[d]) for d in mine.keys() & theirs.keys() if mine[d] != theirs[d]}
    assert (min(off).year, max(off).year) == (2018, 2025)
    assert max(off.values()) <= 0.46


def test_standing_repo_equals_an_independent_copy_on_every_day(series, shared_data):
    """Zeros included: the days of the copy are ours, with its values to its last digit."""
    path = shared_data / "nyfed" / "srf_repo_accepted_bn_2021_2026.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        theirs = {
            date.fromisoformat(r["date"]): float(r["value"]) for r in csv.DictReader(lines) if r["value"]
        }
    mine = values_of(series["nyfed:SRF"])
    assert {day: (mine.get(day), value) for day, value in theirs.items() if mine.get(day) != value} == {}
