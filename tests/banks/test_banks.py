"""What every chart of accounts must be, whoever adds the bank."""

import re
from collections import Counter

import pytest

from runoff.core.accounts import Side
from runoff.core.registry import plugins
from runoff.core.source import Source
from runoff.core.units import CURRENCIES
from runoff.ledger import sheet
from runoff.ledger.bank import Bank

BANKS = plugins("banks", Bank)
# Lines that several sectors owe or hold together, that no sector of ours owes (towns and firms that the facilities of
# 2020 lent to), or that nobody owes. Every other leaf names its sector.
MIXED = {
    "fed": {
        "premiums",
        "discounts",
        "municipal",
        "main_street",
        "talf",
        "other_assets",
        "other_deposits",
        "other_liabilities",
    },
    "ecb": set(),
}


@pytest.fixture(params=BANKS, name="name")
def each_bank(request):
    """The name of each registered bank in turn."""
    return request.param


@pytest.fixture
def chart(name):
    """Its chart of accounts."""
    return BANKS[name].chart


def test_the_federal_reserve_and_the_eurosystem_are_found():
    """The registry finds the banks by their files."""
    assert {"fed", "ecb"} <= set(BANKS)


def test_a_chart_is_named_after_its_file(name, chart):
    """A chart says which bank it is, in a currency that runoff knows, in whole units that may round."""
    assert chart.bank == name
    assert chart.title.strip()
    assert chart.unit.dimension in CURRENCIES
    assert chart.tolerance >= 0


def test_accounts_and_series_stand_once(chart):
    """No account id and no series stands twice: an amount counted twice would hide in a residual."""
    for what in ("id", "series"):
        counts = Counter(getattr(account, what) for account in chart.accounts)
        assert [found for found, count in counts.items() if count > 1] == []


def test_every_account_is_titled_and_says_where_its_figure_is(chart):
    """Titles are not empty, ids are plain names, series ids are publisher:code, signs are plus or minus one."""
    for account in chart.accounts:
        assert account.title.strip() == account.title != "", account.id
        assert re.fullmatch(r"[a-z][a-z0-9_]*", account.id), account.id  # no dot: `.rest` is the residual's
        assert re.fullmatch(r"[a-z]+:\S+", account.series), account.series
        assert account.sign in {1, -1}, account.id


def test_each_side_is_one_tree(chart):
    """Each side has one root; a parent exists, is of the same side and comes before its parts."""
    for side in Side:
        roots = [account.id for account in chart.accounts if account.side is side and account.parent is None]
        assert len(roots) == 1, side
        assert chart.total(side).id == roots[0]
    seen = {}
    for account in chart.accounts:
        if account.parent is not None:
            assert account.parent in seen, f"{account.id}: its parent must come before it"
            assert seen[account.parent] is account.side, account.id
        seen[account.id] = account.side


def test_every_leaf_says_who_owes_or_holds_it(name, chart):
    """A line without parts names its counterparty, unless it is one of those that no single sector owes or holds."""
    leaves = {account.id for account in chart.accounts if not chart.children(account.id)}
    without = {account.id for account in chart.accounts if account.counterparty is None} & leaves
    assert without == MIXED.get(name, set())


def test_a_counterparty_of_a_whole_is_that_of_its_parts(chart):
    """Where a whole names a single sector, no part of it belongs to another."""
    for account in chart.accounts:
        if account.counterparty is not None:
            for part in chart.children(account.id):
                assert part.counterparty is account.counterparty, part.id


def test_the_totals_are_what_a_sheet_cannot_do_without(chart):
    """A sheet needs its three totals; every other line is shown where it is there."""
    needs = sheet.needs(chart)
    assert needs.series == {chart.total(side).series for side in Side}
    assert needs.all_series == {account.series for account in chart.accounts}


def test_net_liquidity_is_defined_on_the_chart(name, chart):
    """Where a bank has net liquidity, variants have names and words, start from an asset, and the bridge its lines."""
    definition = BANKS[name].net_liquidity
    if definition is None:
        assert name != "fed"
        return
    assert definition.unit == chart.unit
    assert definition.default in definition.variants
    for key, variant in definition.variants.items():
        assert key == variant.id
        assert variant.says.strip()
        assert variant.terms[0].sign == 1
        assert all(term.sign == -1 for term in variant.terms[1:])
        assert not variant.terms[0].gaps
        assert len({term.line for term in variant.terms}) == len(variant.terms)
    assert set(definition.bridge) == {
        "supplying", "absorbing", "reserves", "currency", "reverse_repos", "foreign_rrp", "tga",
    }  # fmt: skip
    on_chart = {account.series for account in chart.accounts}
    assert set(definition.bridge.values()) <= on_chart
    assert set(definition.parts.values()) <= on_chart


def test_what_ships_and_is_named_is_in_the_catalogue():
    """Each series of the Federal Reserve's net liquidity is declared, unit and release included."""
    declared = {series for source in plugins("sources", Source).values() for series in source.specs()}
    assert BANKS["fed"].net_liquidity.needs().all_series <= declared
