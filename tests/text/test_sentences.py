"""Sentences of a page, without its furniture."""

import pytest

from runoff.text import sentences


def texts(page: str) -> list[str]:
    """The words of each sentence."""
    return [one.text for one in sentences.split(page)]


@pytest.mark.parametrize(
    "sentence",
    [
        "The pace rises to $17.5 billion per month.",
        "U.S. Treasury yields rose.",
        "Ms. Cumming and Mr. Geithner met at 2:15 p.m. in Washington.",
        "The range is 0 to 1/4 percent.",
    ],
)
def test_a_full_stop_within_a_sentence_does_not_end_it(sentence):
    """Abbreviations, decimals and initials are not ends; names of members drop a sentence only with a surname."""
    found = texts(f"Growth slowed. {sentence} Inflation fell.")
    assert found in (["Growth slowed.", sentence, "Inflation fell."], ["Growth slowed.", "Inflation fell."])
    assert not any(one in sentence and one != sentence for one in found)


def test_wrapped_lines_are_one_paragraph_and_headings_stand_alone():
    """A heading is not glued to the sentence after it."""
    page = "Operating Policy\nAugust 10, 2010\n\nThe Committee will keep constant the\nFederal Reserve's holdings."
    assert texts(page)[-1] == "The Committee will keep constant the Federal Reserve's holdings."


def test_bullets_and_markup_part_sentences():
    """A bullet and a tag begin another sentence, and entities are read."""
    assert texts("<p>Buy bonds&nbsp;now</p><p>Sell bills</p>") == ["Buy bonds now", "Sell bills"]
    assert texts("Steps:\n\u2022 Buy bonds\n\u2022 Sell bills") == ["Steps:", "Buy bonds", "Sell bills"]


def test_votes_contacts_and_notes_are_left_out():
    """Nothing after the vote in its paragraph, no contacts, no mark of a footnote."""
    page = (
        "The Committee reinvests in securities.1 The rate is kept.\n\nVoting for the action were: A. Bee. They said so."
        "\n\nFor media inquiries, please e-mail."
    )
    assert texts(page) == ["The Committee reinvests in securities.", "The rate is kept."]
