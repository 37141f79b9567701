"""A folder of one's own: what it brings, what is refused, and what can then be told from it."""

import gzip
import re
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from runoff.actions.brief import brief
from runoff.actions.import_folder import import_folder
from runoff.actions.series import series as show_series
from runoff.actions.workspace import Workspace, words_in
from runoff.config import Settings
from runoff.core.document import DocumentKind
from runoff.core.errors import ConfigError, RunoffError
from runoff.core.manifest import KEYS
from runoff.core.view import Needs

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guides" / "your-own-data.md"
MANIFEST = ROOT / "tests" / "data" / "shared" / "runoff.toml"
EN = words_in("en")
SERIES = """
[[series]]
id = "{id}"
file = "{file}"
unit = "{unit}"
{more}
"""
FULL = """title = "My deposits"
measure = "stock"
frequency = "daily"
release = "dts"
"""


def opened(folder):
    """A workspace with the shipped figures in it."""
    return Workspace.open(
        Settings(home=folder, store_url=f"sqlite:///{folder / 'runoff.sqlite'}", language="en")
    )


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    """A store with the shipped figures, to copy: bringing them in takes a second."""
    home = tmp_path_factory.mktemp("seeded")
    with opened(home):
        pass
    return home / "runoff.sqlite"


@pytest.fixture
def own(tmp_path, seeded):
    """A workspace of this test's own."""
    shutil.copy(seeded, tmp_path)
    with opened(tmp_path) as found:
        yield found


@pytest.fixture
def folder(tmp_path):
    """A folder to import."""
    found = tmp_path / "mine"
    found.mkdir()
    return found


def declare(folder, *tables):
    """Write the manifest."""
    (folder / "runoff.toml").write_text("\n".join(tables))


def a_series(name="my:DEPOSITS", file="deposits.csv", unit="USD mn", more=FULL):
    """A table of a series."""
    return SERIES.format(id=name, file=file, unit=unit, more=more)


def write(folder, name, *lines, header="date,value"):
    """Write a CSV file, packed if its name says so."""
    content = "\n".join((header, *lines, "")).encode()
    (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)


def bring(own, folder):
    """Import it."""
    return import_folder(own, EN, folder)


def values(own, name):
    """What the store says of a series."""
    rows = own.store.history(Needs(optional=frozenset({name}))).columns[name]
    return dict(zip(rows.periods.tolist(), rows.values.tolist(), strict=True))


def ordinal(text):
    """The number of a day."""
    return date.fromisoformat(text).toordinal()


# --- What is brought -------------------------------------------------------------------------------------------------


def test_a_series_that_is_declared_in_full_can_be_shown(own, folder, tmp_path):
    """Nobody knew it before; `series` tells of it as of any other, also once the store is opened again."""
    declare(folder, a_series())
    write(folder, "deposits.csv", "2026-01-05,100", "2026-01-06,", "2026-01-07,.", "2026-01-08,140")
    report = bring(own, folder)
    assert (report.added, report.refused, report.exit_code) == (2, 0, 0)
    assert report.rows[0].last == date(2026, 1, 8)
    with opened(tmp_path) as again:
        told = show_series(again, EN, "my:DEPOSITS")
        assert [(row.date, row.value) for row in told.rows] == [
            (date(2026, 1, 5), 100), (date(2026, 1, 8), 140)
        ]  # fmt: skip
        assert told.unit == "USD mn"


def test_what_is_imported_again_adds_nothing(own, folder):
    """Once more the same, and a file that has one row more adds that row."""
    declare(folder, a_series())
    write(folder, "deposits.csv", "2026-01-05,100")
    assert bring(own, folder).added == 1
    assert bring(own, folder).added == 0
    write(folder, "deposits.csv", "2026-01-05,100", "2026-01-06,101")
    assert bring(own, folder).added == 1


@pytest.mark.parametrize("form", ["csv.gz", "parquet"])
def test_a_packed_or_parquet_file_is_the_csv_that_it_would_be(own, folder, form):
    """The same rows under another name come out the same."""
    lines = [f"2026-01-{day:02d},{1000 + day}" for day in (5, 6, 7, 8, 9)]
    write(folder, "a.csv", *lines)
    if form == "parquet":
        frame = pl.read_csv(folder / "a.csv", try_parse_dates=True)
        frame.write_parquet(folder / "b.parquet")
    else:
        write(folder, "b.csv.gz", *lines)
    declare(folder, a_series("my:A", "a.csv"), a_series("my:B", f"b.{form}"))
    assert (report := bring(own, folder)).refused == 0, report.rows
    assert values(own, "my:A") == values(own, "my:B")
    assert len(values(own, "my:B")) == 5


def test_of_a_daily_file_one_weekday_may_be_kept(own, folder):
    """`only` keeps the rows of that day, for a series that is weekly."""
    weekly = FULL.replace("daily", "weekly").replace("dts", "h41") + 'only = "wednesday"\n'
    declare(folder, a_series(more=weekly))
    write(folder, "deposits.csv", *(f"2026-01-{day:02d},{day}" for day in (5, 6, 7, 8, 9, 12, 13, 14)))
    assert bring(own, folder).added == 2
    assert values(own, "my:DEPOSITS") == {ordinal("2026-01-07"): 7, ordinal("2026-01-14"): 14}


def test_several_series_of_one_file_are_taken_together(own, folder):
    """Columns are found by the code of the series or by `column`; if one is bad, none is taken."""
    tables = a_series("my:A", "two.csv"), a_series("my:B", "two.csv", more=FULL + 'column = "second"\n')
    declare(folder, *tables)
    write(folder, "two.csv", "2026-01-05,1,2", "2026-01-06,3,x", header="date,A,second")
    report = bring(own, folder)
    assert (report.added, report.refused) == (0, 2)
    assert "line 3, column second" in report.rows[0].refused
    assert not {"my:A", "my:B"} & set(own.store.specs())
    write(folder, "two.csv", "2026-01-05,1,2", "2026-01-06,3,4", header="date,A,second")
    assert bring(own, folder).added == 4


def test_texts_with_an_index_are_documents(own, folder):
    """Each is named after its day; the index says when it came out."""
    (folder / "texts").mkdir()
    (folder / "texts" / "2026-01-28.txt").write_text("The Committee decided nothing at all. " * 20)
    (folder / "texts" / "2026-03-18.txt.gz").write_bytes(gzip.compress(b"It decided as little again. " * 20))
    declare(folder, '[[documents]]\nfolder = "texts"\nkind = "statement"\nbank = "mine"\n')
    report = bring(own, folder)
    assert (report.added, report.refused) == (2, 0), report.rows
    assert {"mine:statement:2026-01-28", "mine:statement:2026-03-18"} <= own.store.stored().documents
    assert bring(own, folder).added == 0
    view = own.view(Needs(documents=frozenset({DocumentKind.STATEMENT})), None)
    assert [text.day for text in view.documents("mine", DocumentKind.STATEMENT)][-1] == date(2026, 3, 18)


def test_vintages_say_what_was_known_when(own, folder):
    """Of a file of vintages each value is known from its own day on."""
    quarterly = FULL.replace("daily", "quarterly").replace("dts", "gdp")
    declare(
        folder,
        a_series("my:OUTPUT", "now.csv", "USD bn", quarterly),
        '[[vintages]]\nid = "bea:GDP"\nfile = "vintages.csv"\nunit = "USD bn"\n',
    )
    write(folder, "now.csv", "2025-01-01,7")
    write(
        folder,
        "vintages.csv",
        "2012-04-27,1990-01-01,15001.0",
        "2012-05-31,1990-01-01,15002.0",
        header="realtime_start,date,value",
    )
    assert (report := bring(own, folder)).refused == 0, report.rows
    for as_of, expected in (("2012-05-01", 15001.0), ("2012-06-01", 15002.0)):
        view = own.view(Needs(series=frozenset({"bea:GDP"})), as_of)
        assert view.series("bea:GDP").at(date(1990, 1, 1)).value == expected


def test_holdings_are_a_book(own, folder):
    """A file of holdings of a portfolio of one's own becomes the book of its date."""
    (folder / "book.csv").write_bytes((ROOT / "tests/data/holdings/own.csv").read_bytes())
    declare(folder, '[[holdings]]\nfile = "book.csv"\ndate = 2024-06-12\nportfolio = "mine"\n')
    report = bring(own, folder)
    assert report.refused == 0, report.rows
    assert own.store.stored().books["mine"] == date(2024, 6, 12)
    assert bring(own, folder).added == 0


# --- What is refused -------------------------------------------------------------------------------------------------

REFUSED = {
    "no file": ((), "cannot be read"),
    "a web page": (("<html>",), "web page"),
    "no number": (("2026-01-05,NaN",), "2026-01-05 is no finite number"),
    "a word": (("2026-01-05,ten",), "line 2, column value: 'ten' is no number"),
    "date twice": (("2026-01-05,1", "2026-01-05,1"), "line 3"),
    "the future": (("2096-01-05,1",), "2096-01-05 is in the future"),
    "a Sunday": (("2026-01-04,1",), "2026-01-04 is no period of my:DEPOSITS"),
    "fractions": (("2026-01-05,1.5",), "whole USD mn"),
    "cut short": (("2026-01-05,1", "2026-01"), "line 3"),
    "a header alone": (("",), "cut short|no row"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_refused_file_adds_nothing_and_does_not_stop_the_others(own, folder, kind):
    """The reason names file and row; what is good is taken; the exit code says that something was not."""
    lines, says = REFUSED[kind]
    if kind == "a web page":
        (folder / "deposits.csv").write_text("<html>busy</html>")
    elif lines:
        write(folder, "deposits.csv", *lines)
    write(folder, "good.csv", "2026-01-05,1")
    declare(folder, a_series(), a_series("my:GOOD", "good.csv"))
    report = bring(own, folder)
    assert (report.added, report.refused, report.exit_code) == (1, 1, 4)
    assert re.search(says, report.rows[0].refused), report.rows[0].refused
    assert "deposits.csv" in report.rows[0].refused or "my:DEPOSITS" in report.rows[0].refused
    assert "my:DEPOSITS" not in own.store.specs()


def test_another_unit_than_the_declared_one_is_refused(own, folder):
    """The manifest may not say another unit than the catalogue, nor the file be of another size than the store."""
    declare(folder, a_series("frb:WALCL", "a.csv", "USD bn", ""))
    write(folder, "a.csv", "2026-09-09,6740")
    assert "declared in USD mn, the file gives USD bn" in bring(own, folder).rows[0].refused
    declare(folder, a_series("frb:WALCL", "a.csv", "USD mn", ""))
    assert "another unit" in bring(own, folder).rows[0].refused


def test_a_last_value_with_a_digit_too_many_is_refused_until_it_is_confirmed(own, folder):
    """A series that never moved so does not grow tenfold in a week; if it did, the next figure says so too."""
    declare(folder, a_series("frb:WALCL", "a.csv", "USD mn", ""))
    series = own.view(Needs(series=frozenset({"frb:WALCL"})), None).series("frb:WALCL")
    last = series.last()
    week, after = (date.fromordinal(last.period.toordinal() + days) for days in (7, 14))
    write(folder, "a.csv", f"{week},{last.value * 10:.0f}")
    before = values(own, "frb:WALCL")
    report = bring(own, folder)
    assert f"frb:WALCL of {week}" in report.rows[0].refused
    assert values(own, "frb:WALCL") == before
    write(folder, "a.csv", f"{week},{last.value * 10:.0f}", f"{after},{last.value * 10:.0f}")
    assert bring(own, folder).added == 2


MANIFESTS = {
    "unknown series": (a_series(more=""), r"series 1: my:DEPOSITS is not in the catalogue"),
    "a path out of the folder": (a_series(file="../secret.csv"), r"leads out of the folder"),
    "an absolute path": (a_series(file="/etc/passwd"), r"leads out of the folder"),
    "unknown key": (a_series(more=FULL + 'columm = "x"\n'), r"columm"),
    "unknown table": ("[[serie]]\n", r"serie"),
    "one bracket": ('[series]\nid = "x"\n', r"two brackets"),
    "unknown kind": ('[[documents]]\nfolder = "x"\nkind = "speech"\n', r"speech"),
    "unknown unit": (a_series(unit="dollars"), r"dollars"),
    "unknown day": (a_series(more=FULL + 'only = "someday"\n'), r"someday"),
}


@pytest.mark.parametrize("kind", MANIFESTS)
def test_a_manifest_that_means_nothing_is_refused(own, folder, kind):
    """Before any file is read, with what it was and where."""
    table, says = MANIFESTS[kind]
    declare(folder, table)
    with pytest.raises(RunoffError, match=says):
        bring(own, folder)


def test_a_path_that_leads_out_by_a_detour_is_refused(own, folder):
    """Dots behind the name of a folder lead out all the same."""
    declare(folder, a_series(file="x/../../secret.csv"))
    with pytest.raises(ConfigError, match="leads out"):
        bring(own, folder)


def test_an_unknown_column_is_named_with_those_there_are(own, folder):
    """A column that the manifest names and the file lacks, and one that it does not name where there are two."""
    write(folder, "deposits.csv", "2026-01-05,1,2", header="date,a,b")
    declare(folder, a_series(more=FULL + 'column = "c"\n'))
    assert re.search(r"no column c; found date, a, b", bring(own, folder).rows[0].refused)
    declare(folder, a_series())
    assert re.search(
        r"which column of deposits\.csv is my:DEPOSITS\? found a, b", bring(own, folder).rows[0].refused
    )


# --- The guide -------------------------------------------------------------------------------------------------------


def test_the_guide_is_true(own, folder):
    """The files that the guide shows are imported as it says, by the manifest that it shows."""
    blocks = re.findall(r"<!-- (\S+) -->\n\n((?:    .*\n|\n)+)", GUIDE.read_text("utf-8"))
    assert {name for name, _ in blocks} >= {"runoff.toml", "rates.csv", "output.csv"}
    for name, block in blocks:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(line[4:] for line in block.rstrip().splitlines()) + "\n")
    report = bring(own, folder)
    assert report.refused == 0, report.rows
    assert {row.holds for row in report.rows} >= {"my:RATE", "my:OUTPUT", "my statement", "my-fund"}


def test_the_guide_lists_every_key():
    """What a manifest may hold is in the table of the guide."""
    text = GUIDE.read_text("utf-8")
    assert {key for keys in KEYS.values() for key in keys if f"`{key}`" not in text} == set()


# --- The shared data -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared(shared_data, tmp_path_factory):
    """A store with the whole shared folder in it, and the report."""
    home = tmp_path_factory.mktemp("shared")
    with opened(home) as work:
        yield work, import_folder(work, EN, shared_data, manifest=MANIFEST)


def test_the_whole_shared_folder_is_imported(shared):
    """Tens of thousands of rows, nothing refused."""
    _, report = shared
    assert [row for row in report.rows if row.refused] == []
    assert report.added > 40_000


@pytest.mark.parametrize(("as_of", "expected"), [("2012-06-01", 15_454.0), ("2024-12-20", 16_068.805)])
def test_gdp_is_the_one_that_was_known(shared, as_of, expected):
    """The first quarter of 2012 as published on 31 May 2012, and as it stood in December 2024."""
    work, _ = shared
    series = work.view(Needs(series=frozenset({"bea:GDP"})), as_of).series("bea:GDP")
    assert series.at(date(2012, 1, 1)).value == expected


def test_three_ways_to_net_liquidity_agree(shared):
    """FRED's files, lines of the H.4.1, and Treasury statement with operations: apart by what ON RRP leaves out."""
    work, _ = shared
    names = ("frb:WALCL", "frb:WDTGAL", "frb:WLRRAOL", "nyfed:RRPONTSYD", "ust:TGA")
    view = work.view(Needs(series=frozenset(names)), None)
    found = {name: view.series(name) for name in names}
    days = found[names[0]].periods
    for series in found.values():
        days = np.intersect1d(days, series.periods)
    at = {name: s.values[np.searchsorted(s.periods, days)] for name, s in found.items()}
    assert len(days) > 500
    fred = at["frb:WALCL"] - at["frb:WDTGAL"] - 1000 * at["nyfed:RRPONTSYD"]
    h41 = at["frb:WALCL"] - at["frb:WDTGAL"] - at["frb:WLRRAOL"]
    statement = at["frb:WALCL"] - at["ust:TGA"] - 1000 * at["nyfed:RRPONTSYD"]
    assert np.array_equal(at["frb:WDTGAL"], at["ust:TGA"]), "the Treasury's own figure, on every Wednesday"
    assert np.allclose(fred, statement, atol=1e-6)
    gap = np.abs(h41 - statement)
    apart = {date.fromordinal(int(day)): round(float(g)) for day, g in zip(days, gap, strict=True) if g > 0.5}
    assert max(apart.values()) == apart[date(2020, 2, 19)] == 5_054
    assert len(apart) <= 8
    assert sorted(apart.values())[-2] <= 112


WEDNESDAYS = [
    f"{year}-{month:02d}" for year in range(2018, 2027) for month in (4, 8) if (year, month) < (2026, 8)
]


@pytest.mark.parametrize("month", WEDNESDAYS)
def test_the_brief_of_any_wednesday_has_every_section(shared, month):
    """From April 2018; only run-off by security cannot be known before there is a book."""
    work, _ = shared
    day = next(d for d in range(2, 9) if date.fromisoformat(f"{month}-{d:02d}").weekday() == 2)
    as_of = f"{month}-{day:02d}"
    told = brief(work, EN, as_of=as_of)
    empty = [
        section.title
        for section in told.sections.values()
        if any("No data" in said for said in section.sentences)
    ]
    assert empty == (["Run-off ahead"] if as_of < "2022-02-18" else []), as_of
