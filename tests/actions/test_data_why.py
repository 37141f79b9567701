"""Why the store says what it says of one period."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from runoff.actions.data_why import data_why
from runoff.actions.import_file import import_file
from runoff.actions.workspace import Workspace, words_in
from runoff.config import Settings
from runoff.core.errors import RegistryError, Unavailable
from runoff.core.time import NEW_YORK

EN = words_in("en")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace of this test's own, to write into."""
    settings = Settings(home=tmp_path, store_url=f"sqlite:///{tmp_path / 'runoff.sqlite'}", language="en")
    with Workspace.open(settings) as opened:
        yield opened


def test_a_figure_that_ships_has_one_value_with_its_release_and_its_file(work: Workspace) -> None:
    """Since when it is known, by which rule, and from which file."""
    told = data_why(work, EN, "WALCL", "2019-09-18")
    (row,) = told.rows
    assert (told.series, told.unit, told.period, told.release) == (
        "frb:WALCL",
        "USD mn",
        date(2019, 9, 18),
        "h41",
    )
    assert row.value == 3_844_695
    assert row.known_at == datetime(2019, 9, 19, 16, 30, tzinfo=NEW_YORK)
    assert (row.in_force, row.assumed, row.revised, row.file) == (True, True, False, "h41_weekly.csv")
    assert not row.kept, "what ships is not kept twice"


def test_a_revision_stands_beside_what_it_revises(own: Workspace, tmp_path: Path) -> None:
    """Both are told, in their order; the later is in force, and says that it is a revision."""
    (tmp_path / "mine.csv").write_text("date,WALCL\n2019-09-18,3844700\n")
    import_file(own, EN, tmp_path / "mine.csv", series="WALCL", unit="USD mn")
    first, second = data_why(own, EN, "frb:WALCL", "2019-09-18").rows
    assert (first.value, first.in_force, first.revised) == (3_844_695, False, False)
    assert (second.value, second.in_force, second.revised) == (3_844_700, True, True)
    assert second.file == "mine.csv"
    assert first.known_at < second.known_at <= second.recorded_at
    assert first.digest != second.digest


def test_a_period_without_a_value_and_a_series_that_is_none_are_said(work: Workspace) -> None:
    """The message names what shows what there is."""
    with pytest.raises(Unavailable, match=r"nothing is stored for 2019-09-19; `runoff series WALCL`"):
        data_why(work, EN, "WALCL", "2019-09-19")
    with pytest.raises(RegistryError, match="no series 'NOTHING'"):
        data_why(work, EN, "NOTHING", "2019-09-18")
