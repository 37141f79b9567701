"""Bringing in a book of one's own: what is read, what it replaces, and what leaves the store as it was."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from runoff.actions import import_book as module
from runoff.actions.import_book import ImportedBook, import_book
from runoff.actions.redemptions import redemptions
from runoff.actions.workspace import Workspace, words_in
from runoff.config import Settings
from runoff.core.errors import ConfigError, Unavailable, Unparseable
from runoff.core.source import Payload
from runoff.core.time import NEW_YORK
from runoff.core.view import Needs
from runoff.render.rows import csv_text, json_bytes

SPECIMENS = Path(__file__).parents[1] / "data" / "holdings"
SOMA, OWN = ((SPECIMENS / name).read_bytes() for name in ("soma.csv", "own.csv"))
DAY = date(2024, 6, 12)
WORDS = words_in("en")

Bring = Callable[..., ImportedBook]


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of a store with the shipped figures in it, and closed."""
    home = tmp_path_factory.mktemp("seeded")
    with Workspace.open(settings(home)):
        return home / "runoff.sqlite"


def settings(home: Path) -> Settings:
    """A store in that folder."""
    return Settings(home=home, store_url=f"sqlite:///{home / 'runoff.sqlite'}", language="en")


@pytest.fixture
def own(seeded: Path, tmp_path: Path) -> Iterator[Workspace]:
    """Open a workspace of this test's own, to write into: a copy, which is faster than seeding another."""
    shutil.copy(seeded, tmp_path)
    with Workspace.open(settings(tmp_path)) as opened:
        yield opened


@pytest.fixture
def bring(own: Workspace, tmp_path: Path) -> Bring:
    """Write bytes to a file and import them as a book."""

    def importing(content: bytes, **options: str) -> ImportedBook:
        file = tmp_path / "book.csv"
        file.write_bytes(content)
        return import_book(own, WORDS, file, **options)

    return importing


def test_it_says_what_came_in(own: Workspace, bring: Bring) -> None:
    """Date, moment, digest, how many and how much by kind; rows are those of the table, CSV and JSON."""
    found = bring(SOMA)
    assert (found.portfolio, found.date, found.new, found.in_force) == ("soma", DAY, True, True)
    assert found.known_at.isoformat() == "2024-06-13T16:30:00-04:00"
    assert found.digest == Payload("x", SOMA).digest
    assert csv_text(found.rows).splitlines() == [
        "kind,securities,par,inflation_compensation",
        "bill,1,14061293800,0",
        "note_bond,2,21700000000,0",
        "tips,1,9977809000,1445884302",
        "frn,1,3886030500,0",
        "agency,1,382000000,0",
        "mbs,2,62426094198,0",
        "cmbs,1,124200000,0",
    ]
    assert (found.securities, found.par) == (9, sum(row.par for row in found.rows))
    assert b'"kind": "note_bond"' in json_bytes(found)
    book = own.view(Needs(books=frozenset({"soma"})), "2024-06-13").book("soma")
    assert book is not None
    assert (book.digest, len(book.holdings), book.assumed) == (found.digest, 9, True)


def test_the_treasuries_are_compared_with_the_weekly_release(bring: Bring) -> None:
    """Par and compensation against what was published for that Wednesday; nothing where the day has no release."""
    found = bring(SOMA)
    assert found.treasuries == 14_061_293_800 + 21_700_000_000 + 9_977_809_000 + 3_886_030_500 + 1_445_884_302
    assert found.treasuries_published is not None
    share = 100 * found.treasuries / found.treasuries_published
    assert found.check.startswith(
        f"Treasuries are {share:.2f}% of those in the weekly release: is the file whole"
    )
    assert 1 < share < 2
    other = bring(SOMA.replace(b"2024-06-12", b"2024-06-13"))
    assert (other.treasuries_published, other.check[:33]) == (None, "the weekly release of that day is")


def test_the_shipped_book_is_as_published(work: Workspace) -> None:
    """The very file that ships is known, in force, and adds up to the release of its week to rounding."""
    (book,) = work.store.books("soma", date(2022, 2, 16))
    shipped = Path(module.__file__).parents[1] / "figures" / "soma_treasury_2022-02-16.csv"
    found = import_book(work, WORDS, shipped, date="2022-02-16")
    assert (found.new, found.in_force, found.digest) == (False, True, book.digest)
    assert found.check == "Treasuries as in the weekly release"
    assert abs(found.treasuries - (found.treasuries_published or 0)) < 500_000  # it is in millions


def test_the_same_bytes_twice_add_nothing(own: Workspace, bring: Bring) -> None:
    """The second time nothing is new, and the result is the same but for that."""
    first, second = bring(SOMA), bring(SOMA)
    assert (first.new, second.new, second.in_force) == (True, False, True)
    assert second.rows == first.rows
    assert len(own.store.books("soma", DAY)) == 1


def test_a_corrected_book_takes_the_place_of_the_first(own: Workspace, bring: Bring) -> None:
    """A later file of the same date counts from the release on; the first does not come back, and that is said."""
    bring(SOMA)
    corrected = SOMA.replace(b"700000000", b"800000000")
    assert bring(corrected).new
    (book,) = own.store.books("soma", DAY)
    assert book.digest == Payload("x", corrected).digest
    again = bring(SOMA)
    assert (again.new, again.in_force) == (False, False)
    assert own.store.books("soma", DAY) == (book,)


def test_redemptions_run_from_the_book_that_was_brought(own: Workspace, bring: Bring) -> None:
    """From a new date and from a correction of it; a few lines are no portfolio that projections go on from."""
    bring(SOMA)
    span = {"book": "2024-06-12", "from_": "2026-04", "to": "2026-04"}
    for par, content in ((21_000, SOMA), (22_000, SOMA.replace(b"21,000,000,000", b"22,000,000,000"))):
        bring(content)
        found = redemptions(own, WORDS, **span)
        (row,) = found.rows
        # The two-year notes and others bought for what matured since mature in that month too: a few of the bills.
        assert par <= row.coupons_maturing < par + 1000, content
        assert found.book == DAY
    assert redemptions(own, WORDS).book == date(2022, 2, 16)
    assert redemptions(own, WORDS, as_of="2024-06-13T16:29:59-04:00").book == date(2022, 2, 16)


def test_mortgage_securities_and_agency_debt_are_no_part_of_the_treasuries_that_mature(
    own: Workspace, bring: Bring
) -> None:
    """A CMBS and agency debt that mature in the months shown change none of them."""
    lines = SOMA.splitlines(keepends=True)
    bring(b"".join(line for line in lines if b"MBS" not in line and b"Agency" not in line))
    alone = redemptions(own, WORDS, book="2024-06-12", from_="2028-05", to="2030-12")
    assert bring(SOMA).new
    assert redemptions(own, WORDS, book="2024-06-12", from_="2028-05", to="2030-12").rows == alone.rows


def test_a_book_is_never_known_before_it_is_there(
    own: Workspace, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Brought before its release it is known from now on, and that is no assumption; of tomorrow it is refused."""
    moment = datetime(2024, 6, 12, 22, tzinfo=UTC)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return moment

    monkeypatch.setattr(module, "datetime", Clock)
    found = bring(SOMA)
    assert found.known_at == moment
    assert not own.store.books("soma", DAY)[0].assumed
    with pytest.raises(
        Unparseable, match=r"book.csv: the holdings are as of 2024-06-13, and today is 2024-06-12"
    ):
        bring(SOMA.replace(b"2024-06-12", b"2024-06-13"))
    moment += timedelta(hours=7)
    assert moment.astimezone(NEW_YORK).date() == date(2024, 6, 13)
    assert bring(SOMA.replace(b"2024-06-12", b"2024-06-13")).known_at == moment


@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        (SOMA.replace(b'"700000000"', b'"-700000000"'), {}, "line 4, column Par Value: par is -700000000"),
        (SOMA.rstrip()[:-9], {}, "is the file cut short"),
        (OWN, {}, "--date"),
        (SOMA, {"date": "2024-06-19"}, "as of 2024-06-12, not of 2024-06-19"),
        (b"\x1f\x8b", {}, "gzip"),
    ],
)
def test_a_file_with_an_error_leaves_everything_as_it_was(
    own: Workspace, bring: Bring, content: bytes, options: dict[str, str], reason: str
) -> None:
    """Nothing is half-loaded, not even the file's digest; the book that was there stays."""
    bring(SOMA)
    before, digests = own.store.books("soma", DAY), own.store.digests()
    with pytest.raises(Unparseable, match=reason):
        bring(content, **options)
    assert (own.store.books("soma", DAY), own.store.digests()) == (before, digests)


def test_half_of_a_portfolio_does_not_replace_the_whole(own: Workspace, bring: Bring) -> None:
    """The publisher gives Treasuries and mortgages as two files: one is refused where it would drop the other."""
    header, *lines = SOMA.splitlines(keepends=True)
    mortgages = [line for line in lines if b"MBS" in line]
    treasuries = [line for line in lines if line not in mortgages]
    bring(b"".join((header, *treasuries)))
    with pytest.raises(Unparseable, match=r"holds no Treasuries, and the stored book of 2024-06-12 does"):
        bring(b"".join((header, *mortgages)))
    bring(b"".join((header, *treasuries, *mortgages)))
    with pytest.raises(Unparseable, match=r"holds no MBS, and the stored book of 2024-06-12 does"):
        bring(b"".join((header, *treasuries[:3])))
    assert len(own.store.books("soma", DAY)[0].holdings) == 9


def test_a_file_that_is_not_there_or_a_date_that_is_none(
    own: Workspace, bring: Bring, tmp_path: Path
) -> None:
    """Each is said in one line."""
    with pytest.raises(Unavailable, match="cannot be read"):
        import_book(own, WORDS, tmp_path / "nowhere.csv")
    with pytest.raises(ConfigError, match=r"date: '12.6.2024' is no date"):
        bring(OWN, date="12.6.2024")
    assert bring(OWN, date="2024-06-12").securities == 5
