"""A brief made by hand from shipped figures, with every case a renderer meets."""

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from importlib.resources import files
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from tests.surfaces.sample import outlook

from runoff.core.language import Words
from runoff.core.report import Brief, Figure, Plot, PlotKind, Row, Section, Style, Table, no_data
from runoff.core.units import USD_MILLIONS

NEW_YORK = ZoneInfo("America/New_York")
AS_OF = datetime(2026, 10, 1, 16, 30, tzinfo=NEW_YORK)
DIGEST = "7d" * 32
CHINESE = {
    "no data": "无数据",
    "as known at {moment}": "截至{moment}所知",
    "{start} to {end}": "{start}至{end}",
    "from {start}": "自{start}",
    "Period": "时期",
    "projected": "推算",
    "from a later revision than the one read at the time": "取自后来的修订",
}


@pytest.fixture(scope="session")
def sheet_rows() -> list[dict[str, str]]:
    """The shipped H.4.1 figures, one row a Wednesday."""
    text = (files("runoff") / "figures" / "h41_weekly.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@pytest.fixture(scope="session", params=["en", "zh"])
def words(request: pytest.FixtureRequest) -> Words:
    """Both languages, Chinese with a small catalogue."""
    if request.param == "en":
        return Words("en", lambda message: message)
    return Words("zh", lambda message: CHINESE.get(message, message))


@pytest.fixture(scope="session")
def english() -> Words:
    """Return the words of English alone."""
    return Words("en", lambda message: message)


def h41(rows: list[dict[str, str]], column: str, label: str, **flags: object) -> Figure:
    """The last shipped figure of a column that has one."""
    row = next(row for row in reversed(rows) if row[column])
    return Figure(
        id=column,
        label=label,
        value=float(row[column]),
        unit="USD mn",
        period=date.fromisoformat(row["date"]),
        known_at=AS_OF,
        digests=(DIGEST,),
        **flags,
    )


def changed(figure: Figure, by: float, since: date) -> Figure:
    """A change of a figure since a day."""
    return replace(figure, id=f"{figure.id}_1w", value=by, since=since, style=Style.CHANGE)


@pytest.fixture(scope="session")
def lines(sheet_rows: list[dict[str, str]]) -> Plot:
    """Three lines, one with a gap and a lone value within it."""
    gapped = column_of(sheet_rows, "reserve_balances")
    gapped[700:760] = np.nan
    gapped[730] = 2_600_000.0
    return Plot(
        id="liquidity",
        title="Where reserves went",
        kind=PlotKind.LINES,
        unit="USD mn",
        periods=periods_of(sheet_rows),
        lines={
            "Reserve balances": gapped,
            "Treasury General Account": column_of(sheet_rows, "treasury_general_account"),
            "ON RRP": column_of(sheet_rows, "reverse_repos_others"),
        },
        description="Reserves, the TGA & ON RRP <weekly>",
    )


@pytest.fixture(scope="session")
def stacked(sheet_rows: list[dict[str, str]]) -> Plot:
    """Both sides of the sheet, the lower one with a gap."""
    gapped = column_of(sheet_rows, "currency_in_circulation")
    gapped[700:760] = np.nan
    return Plot(
        id="sheet",
        title="Both sides",
        kind=PlotKind.STACKED,
        unit="USD mn",
        periods=periods_of(sheet_rows),
        lines={
            "Treasuries": column_of(sheet_rows, "treasuries"),
            "MBS": column_of(sheet_rows, "mbs"),
            "Reserves": column_of(sheet_rows, "reserve_balances"),
            "Currency": gapped,
            "ON RRP": column_of(sheet_rows, "reverse_repos_others"),
        },
        below=frozenset({"Reserves", "Currency", "ON RRP"}),
    )


def column_of(rows: list[dict[str, str]], name: str) -> np.ndarray:
    """A column of the shipped sheet, NaN where it is empty."""
    return np.array([float(row[name] or "nan") for row in rows])


def periods_of(rows: list[dict[str, str]]) -> np.ndarray:
    """The Wednesdays of the shipped sheet, as ordinals."""
    return np.array([date.fromisoformat(row["date"]).toordinal() for row in rows])


@pytest.fixture(scope="session")
def make_brief(sheet_rows: list[dict[str, str]], lines: Plot, stacked: Plot) -> Callable[[str], Brief]:
    """Make the brief in a language."""
    last, week_before = date(2026, 9, 30), date(2026, 9, 23)
    reserves = h41(sheet_rows, "reserve_balances", "Reserve balances", assumed=True)
    supplying = h41(sheet_rows, "factors_supplying", "Factors supplying", assumed=True, revised=True)
    assets = h41(sheet_rows, "total_assets", "Total assets", stale=True)
    missing = no_data(
        "vix", "VIX", USD_MILLIONS, "not shipped: <script>alert(1)</script> `runoff import` brings it | yes"
    )
    spread = Figure(
        id="sofr_spread",
        label="SOFR less interest on reserves",
        value=float("nan"),
        unit="bp",
        period=None,
        known_at=None,
    )
    table = Table(
        id="supplying",
        title="What supplies reserves",
        columns=("Level", "1 week"),
        rows=(
            Row(
                label="Factors supplying",
                cells=(supplying, changed(supplying, -4650, week_before)),
                emphasis=True,
            ),
            Row(
                label="Securities | held",
                depth=1,
                cells=(h41(sheet_rows, "securities_held_outright", "Securities"), "n/a"),
            ),
            Row(
                label="Treasuries",
                depth=2,
                cells=(
                    h41(sheet_rows, "treasuries", "Treasuries"),
                    no_data("treasuries_1w", "Treasuries, 1 week", USD_MILLIONS, "no row of last week"),
                ),
            ),
        ),
        note="Parts add up.",
    )
    mixed = Table(
        id="mixed",
        title="Rates and amounts",
        columns=("Value", "State"),
        rows=(
            Row(label="Total assets", cells=(assets, "late")),
            Row(label="Reserves", cells=(reserves, "up to date")),
            Row(label="Upper limit", cells=(replace(reserves, id="upper", value=4.0, unit="percent"), "now")),
        ),
    )
    sections = {
        "reserves": Section(
            title="Reserves",
            sentences=(
                "Reserves were $2.88tn on 30 Sep 2026.",
                "Second sentence, which says more about them.",
            ),
            figures=(reserves, assets, changed(reserves, -88236, week_before), missing, spread),
            plots=(lines,),
        ),
        "sheet": Section(
            title="Balance sheet", sentences=("Both sides.",), tables=(table, mixed), plots=(stacked,)
        ),
    }
    assert reserves.period == last

    def make(language: str) -> Brief:
        return Brief(
            as_of=AS_OF,
            language=language,
            title="Liquidity brief",
            sections=sections,
            foot="Research, not advice.",
        )

    return make


@pytest.fixture(scope="session")
def make_outlook() -> Callable[[Words], Brief]:
    """Make a brief of one section that has its title: what the surface makes of a result."""

    def make(words: Words) -> Brief:
        result = outlook(SimpleNamespace(progress=None), words)
        section = result.section(words)
        return Brief(
            as_of=result.as_of,
            language=words.language,
            title=section.title,
            sections={"result": section},
            foot="Research, not advice.",
        )

    return make
