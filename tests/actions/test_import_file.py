"""Bringing a file of one's own in: what it may change, what it may not, and what is refused."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from runoff.actions.brief import brief
from runoff.actions.import_file import Imported, import_file
from runoff.actions.workspace import Workspace, words_in
from runoff.config import Settings
from runoff.core.errors import RunoffError, UnitError, Unparseable
from runoff.core.view import Needs
from runoff.render.data import json_bytes

Import = Callable[..., Imported]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Workspace]:
    """Open a workspace of this test's own, to write into."""
    settings = Settings(home=tmp_path, store_url=f"sqlite:///{tmp_path / 'runoff.sqlite'}", language="en")
    with Workspace.open(settings) as opened:
        yield opened


@pytest.fixture
def bring(own: Workspace, tmp_path: Path) -> Import:
    """Write lines of a file and import it as a series."""

    def importing(series: str, unit: str, *lines: str, header: str = "date,value") -> Imported:
        file = tmp_path / "file.csv"
        file.write_text("\n".join((header, *lines, "")))
        return import_file(own, words_in("en"), file, series=series, unit=unit)

    return importing


def test_a_later_revision_does_not_rewrite_the_past(own: Workspace, bring: Import) -> None:
    """A value that differs from the stored one is known from now on, and marked; the old brief stays as it was."""
    before = json_bytes(brief(own, words_in("en"), as_of="2019-09-20"))
    assert bring("WALCL", "USD mn", "2019-09-18,3900000").rows_added == 1
    assert json_bytes(brief(own, words_in("en"), as_of="2019-09-20")) == before
    needs = Needs(series=frozenset({"frb:WALCL"}))
    revised = own.view(needs, None).series("frb:WALCL").at(date(2019, 9, 18))
    assert (revised.value, revised.revised) == (3_900_000, True)


@pytest.mark.parametrize(
    ("series", "unit", "lines"),
    [
        ("WALCL", "USD mn", ("2026-09-09,6740", "2026-09-23,6750")),
        ("WALCL", "USD mn", ("2026-09-02,6737", "2026-09-09,6740")),
        ("nyfed:SOFR", "percent", ("2026-09-02,0.0365", "2026-09-03,0.0366")),
    ],
)
def test_a_file_in_another_unit_is_refused(
    bring: Import, series: str, unit: str, lines: tuple[str, ...]
) -> None:
    """Billions where millions are declared, a share where percent are: the sizes give it away, nothing is converted."""
    with pytest.raises(UnitError, match="is the file in another unit"):
        bring(series, unit, *lines)


@pytest.mark.parametrize(
    ("series", "unit", "header", "lines", "reason"),
    [
        ("WALCL", "USD mn", "date,value", ("2026-09-08,6740000",), "is no period of"),
        ("SOFR", "percent", "date,value", ("2026-09-05,3.66",), "is no period of"),
        ("bea:GDP", "USD bn", "date,value", ("2026-06-30,32000",), "is no period of"),
        ("WALCL", "USD mn", "date,value", ("2026-09-09,6740000.5",), "fractions"),
        ("SOFR", "percent", "date,SOFR,SOFR", ("2026-09-04,3.66,3.67",), "two columns named SOFR"),
        ("SOFR", "percent", "date,realtime_start,SOFR", ("2026-09-04,2026-09-05,3.66",), "vintages"),
        ("SOFR", "percent", "date,A,B", ("2026-09-04,3.66,3.67",), "which column"),
    ],
)
def test_what_cannot_be_the_series_is_refused(
    own: Workspace, bring: Import, series: str, unit: str, header: str, lines: tuple[str, ...], reason: str
) -> None:
    """A day the series has no figure for, fractions of a sheet, doubled columns, vintages: nothing is added."""
    before = own.store.latest_known_at()
    with pytest.raises(Unparseable, match=reason):
        bring(series, unit, *lines, header=header)
    assert own.store.latest_known_at() == before


def test_of_a_daily_file_of_steps_only_the_changes_are_kept(own: Workspace, bring: Import) -> None:
    """A rate given every day changes only where it changes."""
    lines = [f"2026-09-{day:02d},{'3.75' if day < 17 else '4.00'}" for day in range(10, 31)]
    assert bring("frb:DFEDTARU", "percent", *lines, "2026-10-29,4.25").rows_added == 1
    upper = own.view(Needs(series=frozenset({"frb:DFEDTARU"})), "2026-10-15").series("frb:DFEDTARU")
    assert upper.last().period == date(2026, 9, 17)


def test_one_section_that_is_refused_leaves_the_others(own: Workspace, bring: Import) -> None:
    """A total that no longer balances stops the balance sheet and says why; funding and reserves still stand."""
    bring("WTFSRFL", "USD mn", "2026-09-30,6795086")
    found = brief(own, words_in("en"))
    assert "off by 200" in found.sections["balance_sheet"].sentences[0]
    assert found.sections["funding"].figures
    assert found.sections["policy"].facts["state"] == "reserve_management"


def test_a_refusal_is_one_of_ours(bring: Import) -> None:
    """Nothing but our errors leaves an import."""
    with pytest.raises(RunoffError):
        bring("SOFR", "parsecs", "2026-09-04,3.66")
