"""The weekly sheet of every shipped Wednesday: parts make wholes, and both sides balance."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files

import numpy as np
import pytest
from tests.sources import shipped

from runoff.core.accounts import RESIDUAL, Side
from runoff.core.errors import IdentityError, LookaheadError, UnitError
from runoff.core.registry import plugin
from runoff.core.time import parse_as_of
from runoff.core.units import Unit
from runoff.core.view import History
from runoff.ledger import sheet
from runoff.ledger.bank import Bank

CHART = plugin("banks", "fed", Bank).chart
# The columns of the shipped file, which this test reads by itself, and the accounts they are.
COLUMNS = {
    "factors_supplying": "supplying",
    "factors_absorbing": "absorbing",
    "reserve_balances": "reserves",
    "securities_held_outright": "securities",
    "treasuries": "treasuries",
    "agency_debt": "agency_debt",
    "mbs": "mbs",
    "loans": "loans",
    "primary_credit": "primary_credit",
    "secondary_credit": "secondary_credit",
    "seasonal_credit": "seasonal_credit",
    "ppplf": "ppplf",
    "btfp": "btfp",
    "other_credit_extensions": "other_credit",
    "currency_in_circulation": "currency",
    "treasury_general_account": "tga",
    "reverse_repos": "reverse_repos",
    "reverse_repos_foreign_official": "foreign_rrp",
    "reverse_repos_others": "on_rrp",
}
# The last week of the line in the release; it was nil from then on.
BTFP_NIL_AFTER = date(2026, 5, 6)


@pytest.fixture(scope="module")
def weeks() -> dict[date, dict[str, int]]:
    """What the shipped file says, read without runoff: amounts by account and Wednesday."""
    text = (files("runoff") / "figures" / "h41_weekly.csv").read_text("utf-8")
    return {
        date.fromisoformat(row["date"]): {a: int(row[c]) for c, a in COLUMNS.items() if row[c]}
        for row in csv.DictReader(io.StringIO(text))
    }


@pytest.fixture(scope="module")
def view():
    """All that is shipped, narrowed to what a sheet declares."""
    return shipped.view().narrow(sheet.needs(CHART))


@pytest.fixture(scope="module")
def sheets(weeks, view):
    """The sheet of every shipped Wednesday."""
    return {week: sheet.balance_sheet(CHART, view, week) for week in weeks}


def parts_of(lines, index):
    """The lines one step deeper that follow a line, up to the next that is not deeper."""
    for line in lines[index + 1 :]:
        if line.depth <= lines[index].depth:
            return
        if line.depth == lines[index].depth + 1:
            yield line


def test_every_published_amount_stands_on_the_sheet_once(sheets, weeks):
    """Each of the 1,242 sheets shows exactly the published amounts, and beside them only residuals."""
    assert len(sheets) == 1242
    for week, found in sheets.items():
        published = {line.account: line.amount for line in found.lines if not line.residual}
        if week > BTFP_NIL_AFTER:
            assert published.pop("btfp") == 0
        assert published == weeks[week], week
        assert len({line.account for line in found.lines}) == len(found.lines), week


def test_every_whole_equals_its_parts(sheets):
    """On every sheet each line with parts equals their sum exactly, the named residual included."""
    wholes = 0
    for week, found in sheets.items():
        for index, line in enumerate(found.lines):
            if parts := list(parts_of(found.lines, index)):
                wholes += 1
                assert sum(part.amount for part in parts) == line.amount, (week, line.account)
                assert all(part.side is line.side for part in parts)
    assert wholes == 1242 * 5  # supplying, securities, loans, absorbing, reverse repos


def test_supplying_equals_absorbing_plus_reserves_within_one_million(sheets, weeks):
    """Supplying - absorbing - reserves is the gap of the sheet, at most one million in all 1,242 weeks."""
    for week, found in sheets.items():
        said = weeks[week]
        assert found.gap == said["supplying"] - said["absorbing"] - said["reserves"], week
        assert abs(found.gap) <= 1, week
    assert any(found.gap for found in sheets.values())  # the tolerance is needed


def test_securities_are_treasuries_agency_debt_and_mbs_within_one_million(sheets, weeks):
    """Securities miss their three parts by rounding only, in a line of that name."""
    off = 0
    for week, found in sheets.items():
        said = weeks[week]
        rest = said["securities"] - said["treasuries"] - said["agency_debt"] - said["mbs"]
        assert abs(rest) <= 1, week
        assert (found.amount(f"securities{RESIDUAL}") or 0) == rest, week
        off += rest != 0
    assert off > 0


def test_reverse_repos_are_foreign_and_others_exactly(sheets):
    """Reverse repos leave nothing over in any week."""
    for week, found in sheets.items():
        assert found.amount("reverse_repos") == found.amount("foreign_rrp") + found.amount("on_rrp"), week
        assert found.amount(f"reverse_repos{RESIDUAL}") is None, week


def test_what_is_not_published_is_one_named_line(sheets):
    """What the totals hold beyond the shipped lines is `Not itemised`, marked as residual; no other line is."""
    for week, found in sheets.items():
        for line in found.lines:
            assert line.residual == line.account.endswith(RESIDUAL), (week, line.account)
        named = {line.account: line.title for line in found.lines if line.residual}
        assert named["supplying.rest"] == named["absorbing.rest"] == "Not itemised", week


def test_loans_that_the_kinds_do_not_explain_are_not_called_rounding(sheets):
    """Crisis facilities are missing from the six loan kinds: their weeks say so, all others are rounding.

    Up to 359,956 million on 2008-10-01; a figure of that size is no rounding, though every kind is known.
    """
    missing = [
        week
        for week, found in sheets.items()
        if any(line.account == "loans.rest" and line.title == "Not itemised" for line in found.lines)
        and found.amount("btfp") is not None
    ]
    runs = []
    for week in missing:
        if runs and week - runs[-1][1] == timedelta(weeks=1):
            runs[-1] = (runs[-1][0], week)
        else:
            runs.append((week, week))
    assert runs == [
        (date(2002, 12, 25), date(2003, 1, 1)),  # adjustment and extended credit, abolished on 2003-01-09
        (date(2008, 3, 19), date(2008, 6, 25)),
        (date(2008, 9, 17), date(2014, 10, 22)),
        (date(2020, 3, 25), date(2021, 4, 14)),
    ]
    assert sheets[date(2008, 10, 1)].amount("loans.rest") == 359_956
    calm = [
        found.amount("loans.rest") or 0
        for week, found in sheets.items()
        if not any(start <= week <= end for start, end in runs)
    ]
    assert max(map(abs, calm)) <= 3


def test_each_line_says_when_it_was_known_and_from_which_file(sheets):
    """Every line carries the release of its week and the digest of the shipped file; revised totals are marked."""
    digest = next(one.payload.digest for one in shipped.parsed() if one.payload.name == "h41_weekly.csv")
    found = sheets[date(2019, 9, 18)]
    assert {line.digest for line in found.lines} == {digest}
    assert {line.known_at.isoformat() for line in found.lines} == {"2019-09-19T16:30:00-04:00"}
    revised = {line.account for line in found.lines if line.revised}
    assert revised == {"supplying", "supplying.rest", "absorbing", "absorbing.rest", "currency"}


def test_the_change_over_a_week_is_of_the_same_line(sheets):
    """In the week to 2019-09-18 the TGA rose by 119,476 and reserves fell by 73,240 million."""
    changes = sheets[date(2019, 9, 18)].changes(sheets[date(2019, 9, 11)])
    assert changes["tga"] == 119_476
    assert changes["reserves"] == -73_240
    assert changes["supplying.rest"] == 75_563  # repos, premiums and the like


def test_a_sheet_is_known_from_its_release_on():
    """The Wednesday sheet appears on Thursday at 16:30, not a minute earlier."""
    needs = sheet.needs(CHART)
    before = shipped.view("2019-09-19T16:29:59-04:00").narrow(needs)
    after = shipped.view("2019-09-19T16:30:00-04:00").narrow(needs)
    assert sheet.latest(CHART, before) == date(2019, 9, 11)
    assert sheet.latest(CHART, after) == date(2019, 9, 18)
    with pytest.raises(LookaheadError, match="nothing known for 2019-09-18"):
        sheet.balance_sheet(CHART, before, date(2019, 9, 18))


def test_a_day_between_sheets_has_none(view):
    """A Thursday has no sheet: nothing is carried forward from the Wednesday."""
    with pytest.raises(LookaheadError, match="2019-09-19"):
        sheet.balance_sheet(CHART, view, date(2019, 9, 19))


def changed(series_id, change):
    """The H.4.1 lines with one of them changed."""
    rows = [
        rows for one in shipped.parsed() if one.payload.name == "h41_weekly.csv" for rows in one.observations
    ]
    history = History.of([change(r) if r.spec.id == series_id else r for r in rows])
    return history.at(parse_as_of(shipped.LATEST)).narrow(sheet.needs(CHART))


def test_totals_that_do_not_balance_are_refused():
    """One total off by three million stops the sheet, naming the amounts."""
    broken = changed("frb:WRBWFRBL", lambda rows: replace(rows, values=rows.values + 3))
    with pytest.raises(IdentityError, match="is not reserves 1385429: off by -3 USD mn"):
        sheet.balance_sheet(CHART, broken, date(2019, 9, 18))


def test_a_part_that_is_off_shows_in_the_residual_and_nowhere_else():
    """A misprinted part never changes a total: it moves what the total leaves over, and loses its name."""
    broken = changed("frb:WSHOMCB", lambda rows: replace(rows, values=rows.values - 500))
    found = sheet.balance_sheet(CHART, broken, date(2019, 9, 18))
    assert found.amount("securities") == 3_592_607
    rest = next(line for line in found.lines if line.account == "securities.rest")
    assert (rest.amount, rest.title, rest.residual) == (500, "Not itemised", True)


def test_an_amount_that_is_not_whole_is_refused():
    """Half a million in a file of whole millions is a misread file."""
    broken = changed("frb:WDTGAL", lambda rows: replace(rows, values=rows.values + 0.5))
    with pytest.raises(IdentityError, match=r"303057\.5, not a whole number of USD mn"):
        sheet.balance_sheet(CHART, broken, date(2019, 9, 18))


@pytest.mark.parametrize("unit", ["USD bn", "EUR mn"])
def test_a_line_in_another_unit_is_refused(unit):
    """A line in billions, or in euros, never stands on a sheet of millions of dollars."""

    def swap(rows):
        other = Unit.parse(unit)
        return replace(rows, spec=replace(rows.spec, unit=other), unit=other)

    with pytest.raises(UnitError, match=f"fed tga: expected USD mn, found {unit}"):
        sheet.balance_sheet(CHART, changed("frb:WDTGAL", swap), date(2019, 9, 18))


def test_a_week_average_is_refused():
    """An average over the week never stands where a Wednesday level belongs."""

    def swap(rows):
        return replace(rows, spec=replace(rows.spec, measure="week_average"))

    with pytest.raises(UnitError, match="expected a stock, found a week_average"):
        sheet.balance_sheet(CHART, changed("frb:WDTGAL", swap), date(2019, 9, 18))


def test_a_missing_part_leaves_its_amount_in_the_residual(view):
    """Without the MBS line the sheet still adds up: MBS become what securities leave over."""
    full = sheet.balance_sheet(CHART, view, date(2019, 9, 18))

    def none(rows):
        keep = np.zeros(len(rows), dtype=bool)
        return replace(
            rows,
            periods=rows.periods[keep],
            values=rows.values[keep],
            known_at=rows.known_at[keep],
            flags=rows.flags[keep],
        )

    found = sheet.balance_sheet(CHART, changed("frb:WSHOMCB", none), date(2019, 9, 18))
    assert found.amount("mbs") is None
    assert found.amount("securities.rest") == full.amount("mbs")
    assert {side: found.amount(CHART.total(side).id) for side in Side} == {
        side: full.amount(CHART.total(side).id) for side in Side
    }
