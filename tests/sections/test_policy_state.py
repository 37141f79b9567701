"""Policy in words, in the brief: whether the texts say what the calendar says, and from which sentence."""

from dataclasses import replace

import pytest
from tests.actions.made_texts import made

from runoff.actions.workspace import Workspace, words_in
from runoff.core.document import Document
from runoff.core.report import Section
from runoff.core.signal import NO_DATA
from runoff.core.time import parse_as_of
from runoff.sections.policy_state import SECTION

WORDS = words_in("en")
BEGINS = made(
    "2022-05-04",
    "The Committee decided to begin reducing its holdings of Treasury securities and agency debt and agency "
    "mortgage-backed securities on June 1.",
)
BUYS = made(
    "2022-05-04",
    "Beginning in June, the Committee will purchase Treasury securities at a pace of $80 billion per month.",
)


def written(work: Workspace, as_of: str, *texts: Document) -> Section:
    """The section of a moment, with those texts and no other in the store."""
    history = replace(work.view(SECTION.needs, None).history, documents=texts)
    return SECTION.write(history.at(parse_as_of(as_of)), WORDS)


def test_texts_and_calendar_agree(work: Workspace) -> None:
    """The state and since when, the sentence it was read from, and no repetition of the calendar's amounts."""
    found = written(work, "2022-06-15", BEGINS)
    assert (
        found.sentences[0] == "The texts say what the calendar says: Passive run-off (QT), since 1 Jun 2022."
    )
    assert found.sentences[1].startswith(
        "Read from: “2022-05-04, fed:statement:2022-05-04: The Committee decided"
    )
    assert (found.facts["agree"], found.facts["state"]) == ("yes", "run_off")


def test_where_they_do_not_agree_both_are_told(work: Workspace) -> None:
    """A text that says purchases, where the calendar has run-off: less sure, and nothing is hidden."""
    found = written(work, "2022-06-15", BUYS)
    assert found.sentences[0].startswith(
        "Texts and calendar do not agree: by the texts Asset purchases (QE), since"
    )
    assert "by the calendar Passive run-off (QT), since 1 Jun 2022." in found.sentences[0]
    assert float(found.facts["confidence"]) < 1


def test_without_texts_it_names_what_brings_them(work: Workspace) -> None:
    """The shipped figures hold no text."""
    found = written(work, "2022-06-15")
    assert found.sentences == (
        "By the calendar alone: no recent texts in the store: runoff update --source fomc.",
    )
    assert found.facts["agree"] == "no_texts"


def test_a_text_is_not_read_before_its_hour(work: Workspace) -> None:
    """At 13:59 of its day nothing of it is there."""
    assert written(work, "2022-05-04T13:59:59-04:00", BEGINS).facts["agree"] == "no_texts"
    assert written(work, "2022-05-04T14:00:00-04:00", BEGINS).facts["agree"] != "no_texts"


def test_a_long_sentence_is_cut_at_a_word(work: Workspace) -> None:
    """Three lines of a terminal are enough; the signal itself has the whole."""
    long = replace(
        BEGINS, text=BEGINS.text[:-1] + ", " + "as described in plans published earlier, " * 20 + "in full."
    )
    quoted = next(
        line for line in written(work, "2022-06-15", long).sentences if line.startswith("Read from")
    )
    assert len(quoted) < 330
    assert quoted.endswith(" …”")


@pytest.mark.parametrize(
    ("as_of", "lent"), [("2008-10-30", True), ("2023-03-24", True), ("2019-09-20", False)]
)
def test_lending_stands_beside_a_policy(work: Workspace, as_of: str, lent: bool) -> None:
    """It is told in a sentence of its own, where it is more than the usual."""
    found = written(work, as_of)
    assert any("lending beside the policy, and no part of it" in line for line in found.sentences) == lent


def test_before_anything_was_decided_it_says_so(work: Workspace) -> None:
    """The calendar starts in November 2008."""
    found = written(work, "2005-01-05")
    assert found.facts == {"state": NO_DATA}
    assert found.sentences[0].startswith("No data: nothing on the Federal Reserve's holdings")
