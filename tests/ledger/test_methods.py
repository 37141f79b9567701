"""The pages on methods say what the code computes: their tables and their commands are read and run."""

import re
import shlex
from datetime import date
from pathlib import Path

import pytest
from tests.sources import shipped

from runoff.core.accounts import Claim, Sector
from runoff.core.registry import plugin
from runoff.ledger import entries
from runoff.ledger.bank import Bank
from runoff.ledger.entries import Matrix
from runoff.ledger.net_liquidity import attribution, bridge, path
from runoff.surfaces import cli

METHODS = Path(__file__).resolve().parents[2] / "docs" / "methods"
PAGES = {name: (METHODS / f"{name}.md").read_text("utf-8") for name in ("identity", "net-liquidity")}
DEFINITION = plugin("banks", "fed", Bank).net_liquidity

ENTRIES = {
    "1": entries.maturity(60),
    "2a": entries.refunding(60, Sector.BANKS),
    "2b": entries.refunding(60, Sector.MONEY_FUNDS),
    "2c": entries.refunding(60, Sector.HOUSEHOLDS),
    "3": entries.mbs_principal(60),
    "4": entries.treasury_spending(60),
    "5": entries.purchase(60),
    "6": entries.sale(60, 51),
    "7a": entries.on_rrp_shift(60),
    "7b": entries.lending(60),
    "7c": entries.interest_on_reserves(60),
    "7d": entries.coupon_to_central_bank(60),
}


def number(cell):
    """A number as the pages write it."""
    return int(cell.strip("* ").replace("−", "-").replace(",", "") or "0")


def tables(text):
    """Every table of a page: its header and its rows."""
    for block in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in block.splitlines()]
        yield rows[0], rows[2:]


def table(page, *header):
    """The table of a page whose header begins so."""
    return next(rows for head, rows in tables(PAGES[page]) if head[: len(header)] == list(header))


def lines(text):
    """The commands shown in a page's prose and examples."""
    return re.findall(r"`(runoff [^`]+)`", text)


def examples():
    """The commands whose output a page shows, and that output."""
    for page, text in PAGES.items():
        for command, output in re.findall(
            r"^    \$ (runoff .*)\n((?:    [^$\n].*\n)+)", text, flags=re.MULTILINE
        ):
            yield pytest.param(
                command, re.sub(r"^    ", "", output, flags=re.MULTILINE), id=f"{page}: {command}"
            )


@pytest.fixture(scope="module")
def view():
    """All that is shipped."""
    return shipped.view().narrow(DEFINITION.needs())


def test_the_page_shows_each_worked_entry_cell_by_cell():
    """The matrices of the page are the matrices of the entries, and none is missing."""
    sections = dict(re.findall(r"^### (\d\w?)\. .*\n((?:(?!#).*\n)*)", PAGES["identity"], flags=re.MULTILINE))
    assert set(sections) == set(ENTRIES)
    for name, text in sections.items():
        ((header, *_), rows) = next((head, rows) for head, rows in tables(text))
        assert header == ""
        head = next(head for head, _ in tables(text))[1:]
        claims = [Claim(title.lower().replace(" ", "_")) for title in head]
        shown = {
            (Sector(row[0].lower().replace(" ", "_")), claim): number(cell)
            for row in rows
            for claim, cell in zip(claims, row[1:], strict=True)
            if cell
        }
        assert shown == Matrix.of([ENTRIES[name]]).cells, name


def test_the_page_shows_net_liquidity_of_each_day(view):
    """The page's table is the path's."""
    found = path(view, DEFINITION, DEFINITION.variant("level"))
    index = {date.fromordinal(int(day)).isoformat(): i for i, day in enumerate(found.periods)}
    rows = table("net-liquidity", "Wednesday", "total assets")
    assert len(rows) == 7
    for day, *amounts in rows:
        i = index[day]
        computed = [*(found.lines[line][i] for line in ("total_assets", "tga", "on_rrp")), found.net[i]]
        assert [number(cell) for cell in amounts] == computed, day


def test_the_page_names_every_variant_with_its_figure(view):
    """Each registered variant has a row; where its series ship, the figure of 2019-09-18."""
    rows = {row[0].strip("`"): row[-1] for row in table("net-liquidity", "variant")}
    assert set(rows) == set(DEFINITION.variants)
    for name, shown in rows.items():
        variant = DEFINITION.variant(name)
        absent = [term.series for term in variant.terms if view.known(term.series) is None]
        if absent:
            assert shown == f"needs `{absent[0]}`"
        else:
            found = path(view, DEFINITION, variant)
            (net,) = found.net[found.periods == date(2019, 9, 18).toordinal()]
            assert number(shown) == net, name


def test_the_page_shows_the_attribution(view):
    """The contributions of the week to 2019-09-18, and their sum."""
    moved = attribution(
        view, DEFINITION, DEFINITION.variant("level"), start=date(2019, 9, 11), end=date(2019, 9, 18)
    )
    rows = {
        row[0].strip("*").lower().replace(" ", "_"): number(row[1]) for row in table("net-liquidity", "part")
    }
    assert rows.pop("change") == moved.change
    assert rows == moved.parts


def test_the_page_shows_the_bridge_of_each_episode(view):
    """Each row leads from net liquidity to reserves with the bridge's own lines, but for a million of rounding."""
    rows = table("net-liquidity", "Wednesday", "net liquidity")
    assert len(rows) == 7
    for day, *cells in rows:
        found = bridge(view, DEFINITION, DEFINITION.variant("level"), date.fromisoformat(day))
        net, currency, foreign, other, outside, reserves = (number(cell) for cell in cells)
        assert (net, reserves) == (found.net_liquidity, found.reserves), day
        assert {
            "currency": -currency,
            "foreign_rrp": -foreign,
            "other_absorbing": -other,
            "supply_outside": outside,
        } == found.parts, day
        assert net - currency - foreign - other + outside - reserves == found.gap, day


def run(command, capfdbinary):
    """The exit code of a command line, and what it prints."""
    code = cli.run(shlex.split(command)[1:])
    return code, capfdbinary.readouterr().out.decode()


@pytest.mark.parametrize(("command", "output"), list(examples()))
def test_a_command_prints_what_the_page_shows(command, output, capfdbinary):
    """The output of each example is what the command prints."""
    assert run(command, capfdbinary) == (0, output)


@pytest.mark.parametrize("command", sorted({c for text in PAGES.values() for c in lines(text)}))
def test_a_command_of_the_page_works(command, capfdbinary):
    """Each command that a page names runs and prints something."""
    code, out = run(command, capfdbinary)
    assert code == 0
    assert out.strip()
