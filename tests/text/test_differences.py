"""How two texts differ."""

from hypothesis import given
from hypothesis import strategies as st

from runoff.text.differences import Change, compare

_SENTENCES = st.lists(
    st.sampled_from(
        [
            "Growth is solid.",
            "Inflation remains elevated and is watched.",
            "The Committee will purchase Treasury bills.",
            "Job gains have slowed since the spring.",
            "Financial conditions are easy.",
        ]
    ),
    unique=True,
)


def test_a_changed_sentence_has_its_words_apart():
    """The words that went and those that came, in reading order."""
    found = compare("The cap is $25 billion per month.", "The cap is $5 billion per month.")
    (one,) = found.differences
    assert one.change is Change.CHANGED
    assert [(span.change, span.text) for span in one.spans if span.change is not Change.KEPT] == [
        (Change.REMOVED, "$25"),
        (Change.ADDED, "$5"),
    ]


def test_a_moved_sentence_is_kept():
    """Another place is no change of words."""
    found = compare(
        "Growth is solid. Inflation fell. Jobs rose.", "Inflation fell. Jobs rose. Growth is solid."
    )
    assert {one.change for one in found.differences} == {Change.KEPT}
    assert [one.moved for one in found.differences] == [False, False, True]


def test_a_removed_sentence_stands_where_it_was():
    """After the sentence that it followed."""
    found = compare("Growth is solid. The caps are kept. Jobs rose.", "Growth is solid. Jobs rose.")
    assert [one.change for one in found.differences] == [Change.KEPT, Change.REMOVED, Change.KEPT]


@given(_SENTENCES, _SENTENCES)
def test_nothing_is_lost(old, new):
    """Both texts can be put together again: the new one in order, every sentence of the old one once."""
    found = compare(" ".join(old), " ".join(new)).differences
    assert [one.new for one in found if one.new] == new
    assert sorted(one.old for one in found if one.old) == sorted(old)


@given(_SENTENCES)
def test_a_text_does_not_differ_from_itself(text):
    """All kept, nothing moved."""
    found = compare(" ".join(text), " ".join(text)).differences
    assert all(one.change is Change.KEPT and not one.moved for one in found)
