"""Reading a text: from a file as people have them, or from the store."""

import gzip
import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from tests.actions.made_texts import holding, made

from runoff.actions.read_statement import StatementReport, read_statement
from runoff.actions.workspace import Workspace, words_in
from runoff.core.document import DocumentKind
from runoff.core.errors import ConfigError, Unavailable, Unparseable
from runoff.core.time import NEW_YORK
from runoff.render import rows
from runoff.text.statement import Move, Per, Security

WORDS = words_in("en")
# In the manner of the Committee, and not its words.
SLOWS = (
    "Growth is solid. Beginning in June, the Committee will slow the pace of decline of its securities holdings by "
    "reducing the monthly redemption cap on Treasury securities from $60 billion to $25 billion."
)
SILENT = "The Committee decided to maintain the target range at 5-1/4 to 5-1/2 percent. Growth is solid."
PAGE = """<!DOCTYPE html><html><head><title>Saved</title><script>var a = "$900 billion";</script></head><body>
<nav><ul><li>Purchase agency MBS</li></ul></nav><header>Menu</header><div>Beside it: $1 billion</div>
<div id="article"><h3>Statement</h3><p class="article__time">May 1, 2024</p><p>{words}</p>
<div><p>Inside, too.</p></div></div><footer>$2 billion</footer></body></html>"""


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Workspace]:
    """A store with three statements and one text of the Desk, and no figure."""
    documents = [
        made("2024-03-20", SILENT),
        made("2024-05-01", SLOWS),
        made("2026-11-04", SILENT),
        made("2024-05-01", "The Desk will roll over all principal.", DocumentKind.DESK_STATEMENT),
    ]
    with holding(tmp_path, documents) as opened:
        yield opened


def file(folder: Path, name: str, content: str | bytes) -> str:
    """A file with that content, by its path."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def require_slowed(found: StatementReport) -> None:
    """What `SLOWS` says, read with its day."""
    (one,) = found.actions
    assert (one.security, one.action) == (Security.TREASURIES, Move.REDEEM)
    assert (one.amount_billions, one.per, one.previous_billions) == (25.0, Per.MONTH, 60.0)
    assert one.effective == date(2024, 6, 1)
    assert not found.silent


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("2024-05-01.txt", SLOWS),
        ("2024-05-01.txt", f"# copied\n# source: elsewhere\n\n{SLOWS}"),
        ("monetary20240501a.htm", PAGE.replace("May 1, 2024", "").format(words=SLOWS)),
        ("Statement.html", PAGE.format(words=SLOWS)),
        ("mine.txt", f"For release at 2:00 p.m. EDT May 1, 2024\n\n{SLOWS}"),
        ("mine.txt", f"April 30-May 1, 2024\n\n{SLOWS}"),
        ("2024-05-01.txt.gz", gzip.compress(SLOWS.encode())),
        ("2024-05-01.txt", SLOWS.encode("utf-8-sig")),
    ],
)
def test_a_file_as_people_have_it(work: Workspace, tmp_path: Path, name: str, content: str | bytes) -> None:
    """Plain, packed, or a saved page, whose menus are no text; its day from its name or its heading."""
    found = read_statement(work, WORDS, file(tmp_path, name, content))
    assert found.day == date(2024, 5, 1)
    assert (found.name, found.document, found.known_at) == (name, None, None)
    require_slowed(found)


def test_a_day_can_be_given(work: Workspace, tmp_path: Path) -> None:
    """It counts before that of the name; without any, what is counted from it stays open, and that is said."""
    path = file(tmp_path, "mine.txt", SLOWS)
    require_slowed(read_statement(work, WORDS, path, day="2024-05-01"))
    require_slowed(read_statement(work, WORDS, file(tmp_path, "2023-05-01.txt", SLOWS), day="2024-05-01"))
    without = read_statement(work, WORDS, path)
    assert without.day is None
    assert without.actions[0].effective is None
    assert "give it with --day" in " ".join(without.section(WORDS).sentences)


def test_a_date_in_the_text_is_no_heading(work: Workspace, tmp_path: Path) -> None:
    """A paragraph may speak of any day."""
    words = (
        "The meeting that began on a long afternoon of winter and went on and on ended on January 5, 2011. "
        + SLOWS
    )
    assert read_statement(work, WORDS, file(tmp_path, "mine.txt", words)).day is None


def test_the_pinned_shape_of_json(work: Workspace, tmp_path: Path) -> None:
    """Each action with security, action, amount, unit, previous amount, date, sentence and confidence."""
    found = read_statement(work, WORDS, file(tmp_path, "2024-05-01.txt", SLOWS))
    told = json.loads(rows.json_bytes(found))
    (one,) = told["actions"]
    assert {key: one[key] for key in ("security", "action", "amount_billions", "per")} == {
        "security": "treasuries",
        "action": "redeem",
        "amount_billions": 25.0,
        "per": "month",
    }
    assert (one["previous_billions"], one["effective"]) == (60.0, "2024-06-01")
    assert one["sentence"] in SLOWS
    assert 0 < one["confidence"] <= 1
    assert {"direction", "conditions", "into"} <= one.keys()
    assert (told["silent"], told["unsure"], told["day"]) == (False, [], "2024-05-01")
    assert rows.csv_text(found.rows).splitlines()[1].startswith("treasuries,redeem,25,month,60,")


def test_a_silent_text_says_so(work: Workspace, tmp_path: Path) -> None:
    """Nothing about the balance sheet: no action, no table, no doubt."""
    found = read_statement(work, WORDS, file(tmp_path, "2024-03-20.txt", SILENT))
    assert (found.silent, found.actions, found.unsure, found.rows) == (True, (), (), ())
    section = found.section(WORDS)
    assert section.sentences[0] == "Nothing about the balance sheet."
    assert not section.tables


def test_the_section_shows_amounts_and_quotes(work: Workspace, tmp_path: Path) -> None:
    """The cap in words, what it replaces, from when, and the sentence as it stands."""
    section = read_statement(work, WORDS, file(tmp_path, "2024-05-01.txt", SLOWS)).section(WORDS)
    (row,) = section.tables[0].rows
    assert row.label == "Treasuries"
    assert row.cells[0].startswith("Let mature")
    assert row.cells[1] == "up to $25bn a month, before $60bn"
    assert row.cells[3] == "1 Jun 2024"
    assert any("Beginning in June, the Committee will slow" in line for line in section.sentences)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("latest", "fed:statement:2026-11-04"),
        ("previous", "fed:statement:2024-05-01"),
        ("2024-05-01", "fed:statement:2024-05-01"),
        ("fed:desk_statement:2024-05-01", "fed:desk_statement:2024-05-01"),
    ],
)
def test_a_stored_text(own: Workspace, name: str, expected: str) -> None:
    """By id, by date (the statement before others of the day), the latest, and the one before it."""
    found = read_statement(own, WORDS, name)
    assert (found.document, found.name) == (expected, expected)
    assert found.as_of == found.known_at


def test_a_stored_text_is_not_read_before_its_hour(own: Workspace) -> None:
    """At 13:59 the statement of 2024-05-01 was not out; the latest was that of March."""
    before = read_statement(own, WORDS, "latest", as_of="2024-05-01T13:59:59-04:00")
    assert before.document == "fed:statement:2024-03-20"
    with pytest.raises(Unavailable, match="neither a file nor a document"):
        read_statement(own, WORDS, "2024-05-01", as_of="2024-05-01T13:59:59-04:00")
    assert read_statement(own, WORDS, "latest", as_of="2024-05-01T14:00:00-04:00").day == date(2024, 5, 1)
    require_slowed(read_statement(own, WORDS, "2024-05-01"))


def test_texts_need_no_figures(own: Workspace) -> None:
    """Without a moment every stored text is readable, and the last of them is the newest thing known."""
    latest = own.store.latest_known_at()
    assert latest is not None
    assert latest.astimezone(NEW_YORK).date() == date(2026, 11, 4)
    assert read_statement(own, WORDS, "latest").document == "fed:statement:2026-11-04"


def test_what_there_is_not_is_named_with_its_remedy(work: Workspace, own: Workspace, tmp_path: Path) -> None:
    """Neither a file nor a document; a day for a text that has one; something that is no text."""
    with pytest.raises(Unavailable, match="runoff update --source fomc"):
        read_statement(work, WORDS, "latest")
    with pytest.raises(Unavailable, match=r"nowhere\.txt: neither a file"):
        read_statement(own, WORDS, "nowhere.txt")
    with pytest.raises(ConfigError, match="leave --day out"):
        read_statement(own, WORDS, "latest", day="2024-05-01")
    with pytest.raises(ConfigError, match="is no date"):
        read_statement(work, WORDS, file(tmp_path, "a.txt", SLOWS), day="in May")
    with pytest.raises(Unparseable, match="no text in it"):
        read_statement(work, WORDS, file(tmp_path, "a.txt", " \n"))
    with pytest.raises(Unparseable, match="no text; save the page"):
        read_statement(work, WORDS, file(tmp_path, "a.pdf", b"%PDF\x00\x01"))
    with pytest.raises(Unparseable, match="cannot be read"):
        read_statement(work, WORDS, file(tmp_path, "a.gz", b"\x1f\x8bbroken"))


def test_a_file_too_large_is_another_file(work: Workspace, tmp_path: Path) -> None:
    """Also one that only unpacks to such a size."""
    large = gzip.compress(b" " * (9 * 2**20))
    with pytest.raises(Unparseable, match="it is another file"):
        read_statement(work, WORDS, file(tmp_path, "a.gz", large))


def test_every_text_at_hand_gives_a_report(work: Workspace, shared_data: Path) -> None:
    """Statements of all years: an amount always has its unit, and the same text gives the same rows."""
    for path in sorted((shared_data / "fomc" / "statements").glob("20[012]*-0[36]-*.txt")):
        found = read_statement(work, WORDS, str(path))
        assert found.day == date.fromisoformat(path.stem[:10])
        assert found.section(WORDS).sentences
        assert all((one.amount_billions is None) == (one.per is None) for one in found.actions)
        assert isinstance(found.as_of, datetime)
