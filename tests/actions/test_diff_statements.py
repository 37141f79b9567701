"""What changed from one text to the next, marked so that it needs no colour."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.actions.made_texts import holding, made

from runoff.actions.diff_statements import diff_statements
from runoff.actions.workspace import Workspace, words_in
from runoff.core.document import DocumentKind
from runoff.core.errors import ConfigError, Unavailable
from runoff.render import rows

WORDS = words_in("en")
FIRST = (
    "Growth is solid. Holdings shrink by up to $60 billion a month. Inflation is high. Credit grew a little."
)
SECOND = "Growth is solid. Holdings shrink by up to $25 billion a month. Credit grew a little. Housing cooled a little."
THIRD = SECOND.replace("25", "5")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Workspace]:
    """A store with three statements, minutes between the last two, and no figure."""
    documents = [
        made("2024-03-20", FIRST),
        made("2024-05-01", SECOND),
        made("2024-05-01", "Minutes. " * 40, DocumentKind.MINUTES),
        made("2025-03-19", THIRD),
    ]
    with holding(tmp_path, documents) as opened:
        yield opened


def test_the_fate_of_every_sentence(own: Workspace) -> None:
    """Kept, changed with the words marked, removed, added; in the order of the new text."""
    found = diff_statements(own, WORDS, "2024-03-20", "2024-05-01")
    assert (found.kept, found.changed, found.removed, found.added) == (2, 1, 1, 1)
    assert [(row.change.value, row.marked) for row in found.rows] == [
        ("kept", "Growth is solid."),
        ("changed", "Holdings shrink by up to [-$60-] {+$25+} billion a month."),
        ("removed", "[-Inflation is high.-]"),
        ("kept", "Credit grew a little."),
        ("added", "{+Housing cooled a little.+}"),
    ]


def test_the_last_two_are_compared_by_default(own: Workspace) -> None:
    """The latest statement with the one before it; minutes between them are no statement."""
    found = diff_statements(own, WORDS)
    assert (found.old, found.new) == ("fed:statement:2024-05-01", "fed:statement:2025-03-19")
    assert found.changed == 1
    assert diff_statements(own, WORDS, "previous", "2024-05-01").old == "fed:statement:2024-03-20"
    then = diff_statements(own, WORDS, as_of="2025-03-19T13:59:59-04:00")
    assert (then.old, then.new) == ("fed:statement:2024-03-20", "fed:statement:2024-05-01")


def test_the_section_counts_and_shows_what_changed(own: Workspace) -> None:
    """What was kept is only counted; braces of the marks are text."""
    section = diff_statements(own, WORDS, "2024-03-20", "2024-05-01").section(WORDS)
    counted, *shown = section.sentences
    assert counted.startswith("Sentences changed: 1, removed: 1, added: 1, kept: 2.")
    assert counted.endswith("[-removed-] or {+added+}.")
    assert shown == [
        "Holdings shrink by up to [-$60-] {+$25+} billion a month.",
        "[-Inflation is high.-]",
        "{+Housing cooled a little.+}",
    ]
    assert section.facts == {"changed": "1", "removed": "1", "added": "1", "kept": "2"}


def test_files_are_compared_too(work: Workspace, tmp_path: Path) -> None:
    """One with a file of another day; a sentence that moved says so; the same words say that they are."""
    old, new = tmp_path / "2024-03-20.txt", tmp_path / "2024-05-01.txt"
    old.write_text("Growth is solid. Credit grew a little. Inflation is high and rising.")
    new.write_text("Inflation is high and falling. Growth is solid. Credit grew a little.")
    found = diff_statements(work, WORDS, str(old), str(new))
    assert [(row.change.value, row.moved) for row in found.rows] == [
        ("changed", True),
        ("kept", False),
        ("kept", False),
    ]
    assert found.section(WORDS).sentences[1].endswith("{+falling+}. (moved)")
    assert found.as_of.date().isoformat() == "2024-05-01"
    same = diff_statements(work, WORDS, str(new), str(new)).section(WORDS)
    assert same.sentences == ("The same words in both: 3 sentences.",)


def test_rows_and_json(own: Workspace) -> None:
    """A line a sentence with both texts and the marked one."""
    found = diff_statements(own, WORDS)
    told = json.loads(rows.json_bytes(found))
    assert (told["old_day"], told["new_day"], told["changed"]) == ("2024-05-01", "2025-03-19", 1)
    lines = list(csv.DictReader(io.StringIO(rows.csv_text(found.rows))))
    assert list(lines[0]) == ["change", "moved", "old", "new", "marked"]
    assert lines[1]["old"] == "Holdings shrink by up to $25 billion a month."
    assert lines[1]["new"] == "Holdings shrink by up to $5 billion a month."


def test_what_comes_before_a_file_nobody_knows(own: Workspace, tmp_path: Path) -> None:
    """A file needs the other by name; the oldest stored statement has none before it."""
    path = tmp_path / "mine.txt"
    path.write_text(FIRST)
    with pytest.raises(ConfigError, match=r"mine\.txt is a file"):
        diff_statements(own, WORDS, "previous", str(path))
    with pytest.raises(Unavailable, match="no older statement of fed"):
        diff_statements(own, WORDS, "previous", "2024-03-20")
