"""Redemptions on the shipped figures: what is shown, as known when, and what is refused."""

import re
import shlex
from pathlib import Path

import pytest
from tests.project import desk

from runoff.actions.redemptions import Redemptions, redemptions
from runoff.actions.workspace import Workspace, words_in
from runoff.core.errors import ConfigError, RunoffError, Unavailable
from runoff.core.language import Words
from runoff.render.rows import csv_text

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "methods" / "treasury-redemptions.md").read_text(
    "utf-8"
)


@pytest.fixture(scope="module")
def words() -> Words:
    """English."""
    return words_in("en")


def months(found: Redemptions, column: str) -> dict[str, int]:
    """A column by month."""
    return {row.month: getattr(row, column) for row in found.rows}


def test_the_columns_and_the_months_are_those_asked_for(work: Workspace, words: Words) -> None:
    """As CSV: the header of the accounts, one row a month, whole millions."""
    found = redemptions(work, words, book="2022-02-16", from_="2022-06", to="2024-12")
    header, *lines = csv_text(found.rows, found.columns).splitlines()
    assert header == (
        "month,coupons_maturing,coupons_redeemed,coupons_rolled,bills_maturing,bills_redeemed,bills_rolled"
    )
    assert len(lines) == 31
    assert lines[0].startswith("2022-06,48255,30000,18255,")
    assert lines[-1].startswith("2024-12,")
    assert all(re.fullmatch(r"\d{4}-\d\d(,\d+){6}", line) for line in lines)


def test_the_months_are_those_of_the_engine(work: Workspace, words: Words) -> None:
    """Under the policy as it happened every line is the path's, in whole millions."""
    found = redemptions(work, words, book="2022-02-16", to="2026-05")
    for column in found.columns[1:]:
        shown = months(found, column)
        assert shown == {month: v for month, v in desk.millions(column).items() if month in shown}, column
    assert (found.rows[0].month, found.rows[-1].month) == ("2022-03", "2026-05")


def test_the_default_is_two_years_from_the_last_book(work: Workspace, words: Words) -> None:
    """From the first whole month after the last release, or after the book where it is asked for alone."""
    found = redemptions(work, words)
    assert [found.rows[0].month, found.rows[-1].month, found.alone] == ["2026-10", "2028-09", False]
    alone = redemptions(work, words, book="2022-02-16")
    assert [alone.rows[0].month, alone.rows[-1].month, alone.alone] == ["2022-03", "2024-02", True]
    assert found.prices == "known to Aug 2026, then 2% a year"
    assert redemptions(work, words, from_="2025-01").rows[0].month == "2025-01"


def test_dates_add_up_to_months(work: Workspace, words: Words) -> None:
    """By date and type: maturing and redeemed sum to the month's, to rounding, and no part exceeds what matures."""
    span = {"as_of": "2023-06-02", "policy": "60-35", "from_": "2023-07", "to": "2023-12"}
    monthly = {row.month: row for row in redemptions(work, words, **span).rows}
    dated = redemptions(work, words, by="date", **span).rows
    assert {row.month for row in dated} == set(monthly)
    for month, row in monthly.items():
        of = [one for one in dated if one.month == month]
        for what in ("maturing", "redeemed"):
            total = getattr(row, f"coupons_{what}") + getattr(row, f"bills_{what}")
            assert sum(getattr(one, what) for one in of) == pytest.approx(total, abs=len(of)), (month, what)
        assert all(0 <= one.redeemed <= one.maturing + 1 for one in of)


def test_redemptions_stay_under_the_caps_shown(work: Workspace, words: Words) -> None:
    """In every month; no cap is None."""
    found = redemptions(work, words, as_of="2023-06-02", policy="qt1-caps")
    for row in found.rows:
        cap = found.caps[row.month]
        assert cap is not None
        assert row.coupons_redeemed + row.bills_redeemed <= cap + 1
    free = redemptions(work, words, as_of="2023-06-02", policy="full-run-off")
    assert free.caps["2023-09"] is None


def test_only_what_was_announced_by_then_counts(work: Workspace, words: Words) -> None:
    """In May 2022 the step to 60 was announced, that to 25 was not; a day earlier nothing was."""
    last = {"from_": "2024-05", "to": "2024-09"}
    known = months(redemptions(work, words, as_of="2022-05-04", **last), "coupons_redeemed")
    assert known["2024-08"] == 60_000
    assert months(redemptions(work, words, **last), "coupons_redeemed")["2024-08"] == 25_000
    before = redemptions(work, words, as_of="2022-05-03", **last)
    assert not any(row.coupons_redeemed or row.bills_redeemed for row in before.rows)


def test_only_prices_known_by_then_count(work: Workspace, words: Words) -> None:
    """The TIPS of July 2022 needs the prices of May, which came out in June."""
    span = {"from_": "2022-07", "to": "2022-07"}
    (then,) = redemptions(work, words, as_of="2022-05-20", **span).rows
    (known,) = redemptions(work, words, as_of="2022-06-30", **span).rows
    (now,) = redemptions(work, words, **span).rows
    assert known.coupons_maturing == now.coupons_maturing
    assert then.coupons_maturing < now.coupons_maturing


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"book": "2022-02-17"}, Unavailable, "no book of holdings of 2022-02-17; at hand: 2022-02-16"),
        (
            {"as_of": "2022-02-16"},
            Unavailable,
            "no holdings by security were known at 2022-02-16T23:59:59-05:00",
        ),
        (
            {"as_of": "2022-02-17T10:00:00-05:00", "book": "2022-02-16"},
            Unavailable,
            "became known at 17 Feb 2022 16:30 New York, after 17 Feb 2022 10:00 New York: choose a later --as-of",
        ),
        (
            {"from_": "2022-08", "to": "2022-07"},
            ConfigError,
            "from 2022-08 is after to 2022-07: turn them round",
        ),
        ({"from_": "2022-02"}, ConfigError, "2022-03 is the first whole month after it"),
        ({"from_": "2021-06"}, ConfigError, "the book of 2022-02-16 does not hold what matured before it"),
        (
            {"to": "2062-04", "book": "2022-02-16"},
            ConfigError,
            "more than 40 years after the book of 2022-02-16; the last month is 2062-03",
        ),
        ({"to": "2080-01"}, ConfigError, "2080-01 is too far: a projection goes 30 years, here to 2056-08"),
        (
            {"from_": "2055-01"},
            ConfigError,
            "2056-12 is too far: a projection goes 30 years, here to 2056-08",
        ),
        ({"from_": "june"}, ConfigError, "from: 'june' is no month; write it as 2022-06"),
        ({"to": "2022-13"}, ConfigError, "to: '2022-13' is no month"),
        ({"book": "2022-02"}, ConfigError, "book: '2022-02' is no date"),
    ],
)
def test_what_is_refused_says_why(
    work: Workspace, words: Words, arguments: dict[str, str], error: type[RunoffError], says: str
) -> None:
    """With what is at hand, or the first month that can be had."""
    with pytest.raises(error) as refused:
        redemptions(work, words, **arguments)
    assert says in str(refused.value)


def test_a_late_first_month_is_projected_to(work: Workspace, words: Words) -> None:
    """Two years from it, where it lies after those shown by default; and as of a day long after the last release."""
    found = redemptions(work, words, from_="2029-01")
    assert (found.rows[0].month, found.rows[-1].month) == ("2029-01", "2030-12")
    assert redemptions(work, words, as_of="2030-06-30", to="2031-03").rows[-1].month == "2031-03"


def test_the_sentence_and_the_table_say_what_a_reader_would_ask(work: Workspace, words: Words) -> None:
    """Bills apart from the rest; nothing redeemed in words; a month end on a Saturday explained; dates said once."""
    span = {"as_of": "2026-10-01", "to": "2026-11"}
    shown = redemptions(work, words, **span).section(words)
    assert "$74.2bn of notes and bonds and $326.8bn of bills mature" in shown.sentences[0]
    assert shown.sentences[0].endswith("nothing is redeemed.")
    assert "next business day: at the end of a month, in the month after" in (shown.tables[0].note or "")
    dated = redemptions(work, words, by="date", **span).section(words).tables[0]
    assert dated.columns == ("Type", "Maturing", "Redeemed", "Rolled")
    assert (dated.rows[0].label, dated.rows[0].cells[0], dated.note) == ("1 Oct 2026", "Bills", None)
    redeemed = redemptions(work, words, policy="60-35", **span).section(words).sentences[0]
    assert redeemed.endswith("$60bn is redeemed, the rest rolled over.")


def numbers(*cells: str) -> list[int]:
    """Numbers as the page writes them."""
    return [int(cell.strip("* ").replace("−", "-").replace(",", "").lstrip("+")) for cell in cells]


def test_the_page_shows_the_comparison_with_the_annual_report() -> None:
    """Month by month, and its total."""
    rows = [
        line.strip("|").split("|")
        for line in re.findall(r"^\| (?:20\d\d-\d\d|\*\*total\*\*) .*\|$", PAGE, re.MULTILINE)
    ]
    table, found = desk.table_g1(), {line: desk.millions(line) for line in desk.table_g1()}
    shown = {row[0].strip(): numbers(*row[1:]) for row in rows}
    total = shown.pop("**total**")
    assert set(shown) == set(table["coupons_rolled"])
    for month, cells in shown.items():
        ours = [found[line][month] for line in ("coupons_redeemed", "coupons_rolled")]
        theirs = [table[line][month] for line in ("coupons_redeemed", "coupons_rolled")]
        bills = [found[line][month] - table[line][month] for line in ("bills_redeemed", "bills_rolled")]
        assert cells == [*ours, *theirs, sum(ours) - sum(theirs), *bills], month
    assert total == [sum(column) for column in zip(*shown.values(), strict=True)]


def test_the_page_shows_what_a_command_prints(work: Workspace, words: Words) -> None:
    """The example is the action's own output."""
    command, output = re.findall(r"^    \$ (runoff .*)\n((?:    [^$\n].*\n)+)", PAGE, re.MULTILINE)[0]
    options = shlex.split(command)[2:]
    assert options[-1] == "--csv"
    names = {"--from": "from_"}
    pairs = zip(options[:-1:2], options[1:-1:2], strict=True)
    arguments = {names.get(name, name.removeprefix("--")): value for name, value in pairs}
    found = redemptions(work, words, **arguments)
    assert csv_text(found.rows, found.columns) == re.sub(r"^    ", "", output, flags=re.MULTILINE)
