"""Eighty-eight complete H.4.1 sheets, read in place: every line that the chart knows, and what the file lacks."""

import csv
from datetime import date

import numpy as np
import pytest

from runoff.core.accounts import Side
from runoff.core.registry import plugin
from runoff.core.series import Observations, SeriesSpec
from runoff.core.time import ReleaseClock, parse_as_of
from runoff.core.units import USD_MILLIONS, Frequency, Measure
from runoff.core.view import History
from runoff.ledger import net_liquidity, sheet
from runoff.ledger.bank import Bank

FED = plugin("banks", "fed", Bank)
CHART = FED.chart
COMPLETE_FROM = date(2021, 11, 24)  # before it the export lacks facilities that were still open

# The chart names shipped lines by their FRED codes; the Board's export by its own. The totals are the sheet's own,
# not the shipped ones, which are of a later revision.
MNEMONIC = {
    "frb:WTFSRFL": "RESH4S_N.WW",
    "frb:WTFORBAFL": "RESH4A_N.WW",
    "frb:WRBWFRBL": "RESH4R_N.WW",
    "frb:WSHOSHO": "RESPPALG_N.WW",
    "frb:WSHOTSL": "RESPPALGUO_N.WW",
    "frb:WSHOFADSL": "RESPPALGAO_N.WW",
    "frb:WSHOMCB": "RESPPALGASMO_N.WW",
    "frb:WLCFLL": "RESPPALD_N.WW",
    "frb:WLCFLPCL": "RESPPALDP_N.WW",
    "frb:WLCFLSCL": "RESPPALDQ_N.WW",
    "frb:WLCFLSECL": "RESPPALDS_N.WW",
    "frb:H41RESPPALDJNWW": "RESPPALDJ_N.WW",
    "frb:H41RESPPALDKNWW": "RESPPALDK_N.WW",
    "frb:WLCFOCEL": "RESPPALDC_N.WW",
    "frb:WCICL": "RESTBC_N.WW",
    "frb:WLRRAL": "RESPPLLR_N.WW",
    "frb:WLRRAFOIAL": "RESPPLLRF_N.WW",
    "frb:WLRRAOL": "RESPPLLRD_N.WW",
    "frb:WDTGAL": "RESPPLLDT_N.WW",
}


def mnemonic(series: str) -> str:
    """The export's name of a series of the chart."""
    return MNEMONIC.get(series, series.removeprefix("frb:"))


@pytest.fixture(scope="module")
def export(shared_data) -> list[dict[str, str]]:
    """The export's rows as text."""
    path = shared_data / "h41" / "h41_components_2021-04_2022-12.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def sheets(export):
    """The sheet of each of the export's Wednesdays."""
    view = _view(export).narrow(sheet.needs(CHART))
    weeks = [date.fromisoformat(row["date"]) for row in export]
    return {week: sheet.balance_sheet(CHART, view, week) for week in weeks}


def _view(export):
    clock = ReleaseClock()
    weeks = [date.fromisoformat(row["date"]) for row in export]
    known = np.array([int(clock.known_at("h41", week).timestamp()) for week in weeks])
    rows = []
    for account in CHART.accounts:
        spec = SeriesSpec(
            id=account.series,
            title=account.title,
            unit=USD_MILLIONS,
            measure=Measure.STOCK,
            frequency=Frequency.WEEKLY,
            release="h41",
            licence="public domain",
            url="https://www.federalreserve.gov/datadownload/",
        )
        rows.append(
            Observations(
                spec=spec,
                unit=USD_MILLIONS,
                periods=np.array([week.toordinal() for week in weeks]),
                values=np.array([float(row[mnemonic(account.series)]) for row in export]),
                known_at=known,
                flags=np.zeros(len(weeks), dtype=np.uint8),
                digest="export",
            )
        )
    return History.of(rows).at(parse_as_of("2023-01-31"))


def test_the_export_holds_every_line_of_the_chart(export, sheets):
    """All 88 sheets show every account of the chart, each with the amount of the export."""
    assert len(sheets) == 88
    for row, found in zip(export, sheets.values(), strict=True):
        shown = {line.account: line.amount for line in found.lines if not line.residual}
        assert shown == {a.id: int(row[mnemonic(a.series)]) for a in CHART.accounts}, row["date"]


def test_all_88_sheets_balance_to_one_million(export, sheets):
    """Supplying less absorbing is reserves to one million on every complete sheet."""
    for row, found in zip(export, sheets.values(), strict=True):
        gap = int(row["RESH4S_N.WW"]) - int(row["RESH4A_N.WW"]) - int(row["RESH4R_N.WW"])
        assert found.gap == gap, row["date"]
        assert abs(gap) <= 1, row["date"]
    assert sum(found.gap != 0 for found in sheets.values()) == 22


def test_components_meet_their_totals_to_three_million_since_november_2021(sheets):
    """On the 58 sheets from 2021-11-24 nothing is missing: what a total leaves over is rounding, three at most."""
    complete = {week: found for week, found in sheets.items() if week >= COMPLETE_FROM}
    assert len(complete) == 58
    rests = [line for found in complete.values() for line in found.lines if line.residual]
    assert max(abs(line.amount) for line in rests) == 3
    assert {line.title for line in rests} == {"Rounding"}


def test_before_that_what_is_missing_is_one_line_under_reserve_bank_credit(export, sheets):
    """On the 30 sheets before, the facilities that the export lacks are one residual, `Not itemised`, and no other.

    34,526 million on 2021-04-28, 515 on 2021-11-17.
    """
    parts = [mnemonic(a.series) for a in CHART.children("credit")]
    early = {week: found for week, found in sheets.items() if week < COMPLETE_FROM}
    assert len(early) == 30
    for row, found in zip(export, early.values(), strict=False):
        missing = int(row["RESH4SC_N.WW"]) - sum(int(row[part]) for part in parts)
        rests = {line.account: line for line in found.lines if line.residual}
        line = rests.pop("credit.rest")
        assert (line.amount, line.title, line.side, line.depth, line.residual) == (
            missing,
            "Not itemised",
            Side.SUPPLYING,
            2,
            True,
        )
        assert missing >= 513, row["date"]
        assert all(abs(rest.amount) <= 3 and rest.title == "Rounding" for rest in rests.values()), row["date"]
    assert early[date(2021, 4, 28)].amount("credit.rest") == 34_526
    assert early[date(2021, 11, 17)].amount("credit.rest") == 515


def test_a_full_sheet_and_the_shipped_lines_name_the_same_other_absorbing_factors(export):
    """The bridge's `other_absorbing` is Treasury cash, other deposits, contributions, and other liabilities.

    On all 88 sheets the one line of the bridge equals its constituents within three million of rounding.
    """
    view = _view(export)
    definition = FED.net_liquidity
    variant = definition.variant("table1")
    off = []
    for row in export:
        found = net_liquidity.bridge(view, definition, variant, date.fromisoformat(row["date"]))
        constituents = ("RESTBHT", "RESPPLLDA", "RESPPLLDF", "RESPPLLDO", "RESH4E", "RESH4AO")
        named = sum(int(row[f"{code}_N.WW"]) for code in constituents)
        off.append(abs(-found.parts["other_absorbing"] - named))
        assert found.parts["supply_outside"] == 0
        assert found.reserves == int(row["RESH4R_N.WW"])
    assert len(off) == 88
    assert max(off) <= 3
