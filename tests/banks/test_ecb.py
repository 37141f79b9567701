"""The Eurosystem's sheet from a made-up statement: the code that adds up sheets knows no bank by name."""

import csv
import io
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from runoff.core.accounts import Side
from runoff.core.errors import IdentityError, LookaheadError, UnitError
from runoff.core.registry import plugin
from runoff.core.series import Observations, SeriesSpec
from runoff.core.time import parse_as_of
from runoff.core.units import Frequency, Measure, Unit
from runoff.core.view import History
from runoff.ledger import sheet
from runoff.ledger.bank import Bank

CHART = plugin("banks", "ecb", Bank).chart
SPECIMEN = Path(__file__).resolve().parents[1] / "data" / "ecb" / "weekly.csv"
FRANKFURT = ZoneInfo("Europe/Berlin")
FIRST, SECOND, THIRD = date(2030, 1, 4), date(2030, 1, 11), date(2030, 1, 18)


def known_at(friday):
    """The Tuesday after, 15:00 in Frankfurt: when the weekly statement comes out."""
    return datetime.combine(friday + timedelta(days=4), time(15), FRANKFURT)


def observations(unit="EUR mn"):
    """The specimen's columns as rows of the chart's series."""
    table = list(csv.DictReader(io.StringIO(SPECIMEN.read_text("utf-8"))))
    for account in CHART.accounts:
        code = account.series.removeprefix("ecb:ILM.")
        rows = [(date.fromisoformat(row["date"]), float(row[code])) for row in table if row[code]]
        spec = SeriesSpec(
            id=account.series,
            title=account.title,
            unit=Unit.parse(unit),
            measure=Measure.STOCK,
            frequency=Frequency.WEEKLY,
            release="close",  # not read here: every row carries its own time
            licence="made up",
            url="https://data.ecb.europa.eu/",
        )
        yield Observations(
            spec=spec,
            unit=spec.unit,
            periods=np.array([day.toordinal() for day, _ in rows]),
            values=np.array([value for _, value in rows]),
            known_at=np.array([int(known_at(day).timestamp()) for day, _ in rows]),
            flags=np.zeros(len(rows), dtype=np.uint8),
            digest="specimen",
        )


def view(as_of="2030-12-31", rows=None):
    """What of the specimen was known."""
    return History.of(rows or observations()).at(parse_as_of(as_of)).narrow(sheet.needs(CHART))


def test_a_statement_balances_in_euro():
    """Total assets are other liabilities and what banks hold, to a million; amounts stay in millions of euro."""
    found = sheet.balance_sheet(CHART, view(), FIRST)
    assert (found.bank, found.unit.symbol, found.period, found.gap) == ("ecb", "EUR mn", FIRST, 1)
    assert {side: found.amount(CHART.total(side).id) for side in Side} == {
        Side.SUPPLYING: 6_000_000,
        Side.ABSORBING: 3_399_999,
        Side.RESERVES: 2_600_000,
    }


def test_every_line_and_every_residual_of_the_statement():
    """The sheet in its order: each whole, its parts below, and what it does not itemise."""
    found = sheet.balance_sheet(CHART, view(), SECOND)
    assert [(line.depth, line.account, line.amount, line.residual) for line in found.lines] == [
        (0, "supplying", 5_990_000, False),
        (1, "lending", 19_000, False),
        (1, "securities", 4_190_000, False),
        (2, "policy_securities", 3_990_000, False),
        (2, "securities.rest", 200_000, True),
        (1, "supplying.rest", 1_781_000, True),
        (0, "absorbing", 3_440_000, False),
        (1, "currency", 1_590_000, False),
        (1, "government_deposits", 250_000, False),
        (1, "absorbing.rest", 1_600_000, True),
        (0, "reserves", 2_550_000, False),
        (1, "current_accounts", 160_000, False),
        (1, "deposit_facility", 2_389_900, False),
        (1, "reserves.rest", 100, True),
    ]
    assert {line.title for line in found.lines if line.residual} == {"Not itemised"}


def test_a_line_that_is_not_published_stays_in_its_whole():
    """Without current accounts the total of what banks hold stands, and its residual holds them."""
    found = sheet.balance_sheet(CHART, view(), THIRD)
    assert found.amount("current_accounts") is None
    assert found.amount("policy_securities") is None
    assert found.amount("reserves") == 2_550_000
    assert found.amount("reserves.rest") == 150_000
    assert found.gap == 0


def test_the_change_over_a_week():
    """Reserves fell by what assets lost and other liabilities gained, but for a million of rounding."""
    known = view()
    changes = sheet.balance_sheet(CHART, known, SECOND).changes(sheet.balance_sheet(CHART, known, FIRST))
    assert changes["reserves"] == -50_000
    assert changes["supplying"] - changes["absorbing"] == -50_001
    assert changes["reserves.rest"] == 100  # nothing was left over the week before


def test_a_statement_is_known_from_its_release_on():
    """On Tuesday before 15:00 in Frankfurt the last statement is the week before's."""
    assert sheet.latest(CHART, view("2030-01-15T14:59:59+01:00")) == FIRST
    assert sheet.latest(CHART, view("2030-01-15T15:00:00+01:00")) == SECOND
    with pytest.raises(LookaheadError, match="nothing known for 2030-01-11"):
        sheet.balance_sheet(CHART, view("2030-01-15T14:59:59+01:00"), SECOND)


def test_a_statement_that_does_not_balance_is_refused():
    """Three million too much of total assets are named, in euro."""
    rows = [
        replace(found, values=found.values + 3)
        if found.spec.id == CHART.total(Side.SUPPLYING).series
        else found
        for found in observations()
    ]
    with pytest.raises(IdentityError, match=r"ecb of 2030-01-11: .* off by 3 EUR mn"):
        sheet.balance_sheet(CHART, view(rows=rows), SECOND)


def test_a_statement_in_dollars_is_refused():
    """The right numbers in the wrong currency are no statement of the Eurosystem."""
    with pytest.raises(UnitError, match="ecb supplying: expected EUR mn, found USD mn"):
        sheet.balance_sheet(CHART, view(rows=observations("USD mn")), SECOND)
