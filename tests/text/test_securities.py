"""Classes of securities: a glance passes over no sentence that names one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff.text import securities, sentences

FRESH = sorted((Path(__file__).parent / "fresh").glob("*.txt"))
NAMES = (
    "agency MBS", "Agency residential and commercial MBS", "GSE debt", "government-sponsored enterprise obligations",
    "mortgage-backed securities", "Treasury bills", "T-bills", "bills", "Treasuries", "nominal coupon securities",
    "Treasury Inflation-Protected Securities", "inflation-protected securities", "longer-term Treasury securities",
)  # fmt: skip


def with_the_glance_and_without(sentence):
    """What is found in a sentence, and what is found where every sentence is looked through."""
    glanced = securities.find(sentence), securities.is_about_holdings(sentence)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(securities, "_is_named", lambda _: True)
        return glanced, (securities.find(sentence), securities.is_about_holdings(sentence))


@pytest.mark.parametrize("path", FRESH, ids=[path.stem for path in FRESH])
def test_the_glance_passes_over_no_class_of_a_text(path):
    """Every sentence of a text gives what it gives without the glance."""
    for one in sentences.split(path.read_text(encoding="utf-8")):
        glanced, whole = with_the_glance_and_without(one.text)
        assert glanced == whole, one.text


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_seen_at_a_glance(name):
    """In whatever case it is written."""
    for written in (name, name.upper(), name.lower()):
        assert securities.find(f"The Desk will purchase {written} in June."), written


@given(
    st.lists(st.sampled_from((*NAMES, "rates", "billion", "the Desk", "of", "repos")), max_size=6).map(
        " ".join
    )
)
def test_words_in_any_order_are_seen_as_without_the_glance(sentence):
    """Whatever stands before or after a name."""
    glanced, whole = with_the_glance_and_without(sentence)
    assert glanced == whole
