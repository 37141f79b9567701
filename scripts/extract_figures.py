"""Extract the public-domain United States figures that runoff ships from pinned, hash-checked packages.

Usage::

    python scripts/extract_figures.py           # write src/runoff/figures/*.csv
    python scripts/extract_figures.py --check   # exit 1 if a committed file differs

Three packages of the Python package registry carry official series: test recordings of an API's answers
(Treasury constant-maturity yields, H.15), published CSV downloads (CPI, unemployment, federal funds, real
GDP, NFCI) and a database of the consumer price index. Values keep their published digits; nothing is
interpolated, filled or rounded. A date stays if at least one column has a value; a missing value is blank.
"""

from __future__ import annotations

import argparse
import base64
import csv
import gzip
import io
import json
import math
import os
import re
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

FIGURES = Path(__file__).resolve().parents[1] / "src" / "runoff" / "figures"
MISSING = frozenset({"", "."})  # a blank in the CSV downloads, a full stop in the API's answers
FRIDAY = 5  # date.isoweekday()
CADENCES: dict[str, Callable[[date], bool]] = {
    "a weekday": lambda day: day.isoweekday() <= FRIDAY,
    "a Friday": lambda day: day.isoweekday() == FRIDAY,
    "a month's first": lambda day: day.day == 1,
    "a quarter's first": lambda day: day.day == 1 and day.month % 3 == 1,
}
Series = Sequence[tuple[str, str]]
"""Rows of (ISO date, published text of the value), in the source's order."""


class FigureError(ValueError):
    """A package or a figure is not what was expected."""


class Package(NamedTuple):
    """A registry package, pinned to one archive by its hash."""

    requirement: str
    sha256: str


class Anchor(NamedTuple):
    """A published fact that only holds in the right unit: a mean over the dates first to last, inclusive."""

    first: str
    last: str
    mean: float
    tolerance: float


class Column(NamedTuple):
    """A series, the range its values must lie in, and (where the source does not state its unit) a fact."""

    name: str
    low: float
    high: float
    anchor: Anchor | None = None


class Table(NamedTuple):
    """A file to write: its package, how to read it, the dates a row may stand on, and the columns."""

    file: str
    package: Package
    read: Callable[[bytes, Sequence[str]], dict[str, Series]]
    dates: str
    columns: tuple[Column, ...]


# Hashes as the registry states them for these releases.
RECORDED = Package("openbb-fred==2.0.0", "458c7c811f076439c29c3a7c041d6928019fb036a4d294cd81cc91dec17a1011")
DOWNLOADS = Package("puremacro==5.7.1", "dcbaa718e47e002824cc1cb310fae2b91bfba03727727f70bfa5e438e081fdf3")
DATABASE = Package("cpi==2.1.0", "42090aa6d930f4448381ce249bf9bf460f494853a0f244bd4f8d758d092579d3")
RECORDS = "openbb_fred-2.0.0/tests/record/http/test_fred_fetchers"
RECORDING = f"{RECORDS}/test_fred_yield_curve_fetcher_urllib3_v2.yaml"


def read_recordings(archive: bytes, names: Sequence[str]) -> dict[str, Series]:
    """Read daily series from the recorded API answers, whose metadata must say percent, daily, unadjusted."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        member = tar.extractfile(RECORDING)
        if member is None:
            raise FigureError(f"{RECORDING}: expected a regular file")
        recording = member.read().decode()
    series: dict[str, Series] = {}
    described = {}
    for interaction in recording.split("\n- request:\n")[1:]:
        uri = urlsplit(_only(r"    uri: (\S+)\n", interaction))
        name = parse_qs(uri.query)["series_id"][0]
        body = _only(r"      string: !!binary \|\n((?:        \S*\n|\n)+)", interaction)
        answer = json.loads(gzip.decompress(base64.b64decode(body)))
        if uri.path.endswith("/series/observations"):
            series[name] = [(row["date"], row["value"]) for row in answer["observations"]]
            expect(answer["units"], "lin", f"{RECORDING}, {name}: transformation")
            expect(len(series[name]), answer["count"], f"{RECORDING}, {name}: number of observations")
        else:
            facts = answer["seriess"][0]
            described[name] = (facts["units"], facts["frequency_short"], facts["seasonal_adjustment_short"])
    for name in names:
        facts = described.get(name, "nothing")
        expect(facts, ("Percent", "D", "NSA"), f"{RECORDING}, {name}: unit, frequency, adjustment")
        if name not in series:
            raise FigureError(f"{RECORDING}, {name}: expected observations, found only metadata")
    return {name: series[name] for name in names}


def _only(pattern: str, text: str) -> str:
    found = re.findall(pattern, text)
    expect(len(found), 1, f"{RECORDING}: matches of {pattern!r} in one recorded answer")
    return str(found[0])


def read_downloads(archive: bytes, names: Sequence[str]) -> dict[str, Series]:
    """Read one two-column CSV download a series."""
    series: dict[str, Series] = {}
    with zipfile.ZipFile(io.BytesIO(archive)) as wheel:
        for name in names:
            member = f"puremacro/datasets/data/{name}.csv"
            header, *rows = csv.reader(io.StringIO(wheel.read(member).decode()))
            expect(header, ["observation_date", name], f"{member}: header")
            for number, row in enumerate(rows, start=1):
                expect(len(row), 2, f"{member}, row {number}: fields")
            series[name] = [(row[0], row[1]) for row in rows]
    return series


def read_database(archive: bytes, names: Sequence[str]) -> dict[str, Series]:
    """Read the one monthly price index of `names` (periods M01 to M12: no annual or half-year averages)."""
    (name,) = names
    definition = "SELECT survey, seasonally_adjusted, area, items FROM series WHERE id = ?"
    indexes = "SELECT year, substr(period, 2), value FROM indexes WHERE series = ?"
    monthly = "AND period BETWEEN 'M01' AND 'M12' ORDER BY year, period"
    with zipfile.ZipFile(io.BytesIO(archive)) as wheel, closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(wheel.read("cpi/cpi.db"))
        facts = database.execute(definition, names).fetchall()
        expect(facts, [("All urban consumers", 0, "0000", "SA0")], f"cpi.db, {name}: definition")
        rows = database.execute(f"{indexes} {monthly}", names)
        return {name: [(f"{year}-{month}-01", str(value)) for year, month, value in rows]}


YIELD_TERMS = ("1MO", "3MO", "6MO", "1", "2", "3", "5", "7", "10", "20", "30")
YIELDS = tuple(Column(f"DGS{term}", -0.5, 18) for term in YIELD_TERMS)  # H.15 daily extremes: 0.00 and 17.43
CPI_BASE = Anchor("1982-01-01", "1984-12-01", 100.0, 0.1)  # the index's definition: 1982-84 = 100
UNRATE_PEAK = Anchor("2020-04-01", "2020-04-01", 14.8, 0.05)  # Employment Situation: its highest month
FEDFUNDS_PEAK = Anchor("1981-06-01", "1981-06-01", 19.1, 0.005)  # H.15: its highest month
GDP_BASE = Anchor("2017-01-01", "2017-10-01", 19612.1, 0.1)  # chained 2017 dollars: real = nominal in 2017
NFCI_MEAN = Anchor("1971-01-08", "9999-12-31", 0.0, 0.001)  # the index's definition: mean zero from 1971
GDP = (Column("GDPC1", 2000, 30000, GDP_BASE),)
NFCI = (Column("NFCI", -2, 6, NFCI_MEAN),)
CPI_U = (Column("CUUR0000SA0", 9, 400, CPI_BASE),)
MONTHLY = (
    Column("CPIAUCSL", 20, 400, CPI_BASE),
    Column("CPILFESL", 20, 400, CPI_BASE),
    Column("UNRATE", 2, 15, UNRATE_PEAK),
    Column("FEDFUNDS", 0, 20, FEDFUNDS_PEAK),
)
TABLES = (
    Table("treasury_yields_percent.csv", RECORDED, read_recordings, "a weekday", YIELDS),
    Table("prices_and_jobs_monthly.csv", DOWNLOADS, read_downloads, "a month's first", MONTHLY),
    Table("real_gdp_quarterly.csv", DOWNLOADS, read_downloads, "a quarter's first", GDP),
    Table("nfci_weekly.csv", DOWNLOADS, read_downloads, "a Friday", NFCI),
    Table("cpi_u_not_seasonally_adjusted_monthly.csv", DATABASE, read_database, "a month's first", CPI_U),
)


def expect(found: object, expected: object, where: str) -> None:
    """Raise unless what was found is what was expected."""
    if found != expected:
        raise FigureError(f"{where}: expected {expected!r}, found {found!r}")


def validate(table: Table, column: Column, series: Series) -> dict[str, str]:
    """Check a series' dates, values and unit.

    Returns
    -------
    dict of str to str
        Published text of each value by ISO date; missing values left out.

    Raises
    ------
    FigureError
        Naming the file, the column, the source's row (from 1) and what was expected there.
    """
    values: dict[str, str] = {}
    before = date.min
    for number, (day, text) in enumerate(series, start=1):
        where = f"{table.file}, {column.name}, row {number} ({day})"
        try:
            when = date.fromisoformat(day)
            value = math.nan if text in MISSING else float(text)
        except ValueError as error:
            raise FigureError(f"{where}: expected an ISO date and a number, found {text!r}") from error
        if when.isoformat() != day or not CADENCES[table.dates](when):
            raise FigureError(f"{where}: expected {table.dates}, written YYYY-MM-DD")
        if when <= before:
            raise FigureError(f"{where}: expected a date after {before}; dates must ascend without repeats")
        before = when
        if text in MISSING:
            continue
        if not column.low <= value <= column.high:  # false for nan and infinities too
            raise FigureError(f"{where}: expected {column.low} to {column.high}, found {text}")
        values[day] = text
    if column.anchor is not None:
        first, last, expected, tolerance = column.anchor
        inside = [float(text) for day, text in values.items() if first <= day <= last]
        mean = math.fsum(inside) / len(inside) if inside else math.nan
        if not abs(mean - expected) <= tolerance:  # true for nan too
            where = f"{table.file}, {column.name}, mean of {first} to {last}"
            raise FigureError(f"{where}: expected {expected} within {tolerance}, found {mean:.4f}")
    return values


def render(table: Table, archive: bytes) -> bytes:
    """Make one file's bytes: a header, then a row a date with at least one value."""
    names = [column.name for column in table.columns]
    series = table.read(archive, names)
    columns = [validate(table, column, series[column.name]) for column in table.columns]
    days = sorted(set().union(*columns))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["date", *names])
    writer.writerows([day, *(values.get(day, "") for values in columns)] for day in days)
    return text.getvalue().encode("ascii")


# pip asks a source archive's build backend for metadata before it saves the file. This stand-in answers,
# so that no code of an unpinned build tool, nor of the package, runs.
STAND_IN_BACKEND = """
from pathlib import Path

def prepare_metadata_for_build_wheel(directory, config_settings=None):
    info = Path(directory, "openbb_fred-2.0.0.dist-info")
    info.mkdir()
    info.joinpath("METADATA").write_text("Metadata-Version: 2.1\\nName: openbb-fred\\nVersion: 2.0.0\\n")
    return info.name
"""


def download(packages: Sequence[Package], folder: Path) -> dict[Package, bytes]:
    """Fetch the archives with pip, which checks the hashes, and check them again before any is opened."""
    backend = folder / "backend" / "hatchling"
    backend.mkdir(parents=True)
    (backend / "__init__.py").touch()
    (backend / "build.py").write_text(STAND_IN_BACKEND, encoding="utf-8")
    pins = [f"{package.requirement} --hash=sha256:{package.sha256}" for package in packages]
    (folder / "pins.txt").write_text("\n".join(pins), encoding="utf-8")
    options = "--quiet --no-deps --require-hashes --no-build-isolation --dest saved -r pins.txt"
    command = [sys.executable, "-m", "pip", "download", *options.split()]
    environment = {**os.environ, "PYTHONPATH": str(backend.parent)}
    finished = subprocess.run(command, cwd=folder, env=environment, check=False)
    expect(finished.returncode, 0, "pip download: exit status")
    saved = [path.read_bytes() for path in (folder / "saved").iterdir()]
    archives = {sha256(content).hexdigest(): content for content in saved}
    expect(sorted(archives), sorted(package.sha256 for package in packages), "sha256 of pip's downloads")
    return {package: archives[package.sha256] for package in packages}


def main(arguments: Sequence[str]) -> int:
    """Write the figures, or with ``--check`` say which committed files differ."""
    parser = argparse.ArgumentParser(description="Extract the figures that runoff ships.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file differs")
    check = parser.parse_args(arguments).check
    try:
        with tempfile.TemporaryDirectory() as folder:
            archives = download([RECORDED, DOWNLOADS, DATABASE], Path(folder))
        made = {FIGURES / table.file: render(table, archives[table.package]) for table in TABLES}
    except FigureError as error:
        print(f"extract_figures: {error}", file=sys.stderr)
        return 1
    stale = [path for path, content in made.items() if not path.is_file() or path.read_bytes() != content]
    if check and stale:
        names = ", ".join(path.name for path in stale)
        print(f"{names}: not as extracted; run python scripts/extract_figures.py", file=sys.stderr)
        return 1
    for path in stale:
        path.write_bytes(made[path])
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
