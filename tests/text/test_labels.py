"""The labelled texts, and what the reader of statements is held to on them."""

import importlib.util
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from runoff.text.facts import Direction, Move, Per, PolicyAction, Security, StatementReading

ROOT = Path(__file__).resolve().parents[2]
ERA_STARTS = {
    "A": date(2008, 1, 1),
    "B": date(2013, 1, 1),
    "C": date(2017, 1, 1),
    "D": date(2019, 10, 1),
    "E": date(2022, 3, 1),
    "F": date(2025, 6, 1),
}


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "score_statements", ROOT / "scripts" / "score_statements.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look for their module
    spec.loader.exec_module(module)
    return module


scoring = _script()
LABELS = scoring.labels()


@pytest.fixture(scope="module")
def texts(shared_data: Path) -> Path:
    """The folder of texts that the labels name."""
    folder = shared_data / "fomc"
    if not folder.is_dir():
        pytest.skip("no fomc folder in ../shared/data: no text to read the labels against")
    return folder


@pytest.fixture(scope="module")
def scores(texts: Path) -> dict[str, object]:
    """What the product scores, by era and in all."""
    return scoring.score(texts, LABELS, scoring.runoff_reads)


# --- the labels ------------------------------------------------------------------------------------------------------


def test_at_least_75_texts_of_every_era_are_labelled_once() -> None:
    """No text twice, every era with changes, restatements and texts of both folders; silent ones among them."""
    files = [label.file for label in LABELS]
    assert len(files) == len(set(files)) >= 75
    assert {label.era for label in LABELS} == set(ERA_STARTS)
    assert sum(label.silent for label in LABELS) >= 10
    assert sum(file.startswith("operating_policy/") for file in files) == 5
    assert sum(file.startswith("minutes/") for file in files) >= 10


def test_a_text_is_labelled_in_its_own_era() -> None:
    """The day of a text lies between the start of its era and that of the next."""
    starts = [*ERA_STARTS.values(), date.max]
    for label in LABELS:
        index = list(ERA_STARTS).index(label.era)
        assert starts[index] <= label.day < starts[index + 1], label.file


def test_labels_speak_the_vocabulary_and_quote_next_to_nothing() -> None:
    """Fields are the reader's; an amount has its time; an anchor is nine words at most; a silent text has no action."""
    for label in LABELS:
        assert not (label.silent and label.actions), label.file
        for one in label.actions:
            Security(one.security)
            Move(one.action)
            assert one.direction is None or Direction(one.direction)
            assert (one.amount.billions is None) == (one.amount.per is None)
            assert one.amount.per is None or Per(one.amount.per)
            assert len(one.anchor.split()) <= 9
            assert one.open <= {
                "security",
                "amount_billions",
                "per",
                "previous_billions",
                "effective",
                "direction",
            }


def test_every_anchor_stands_in_its_text(texts: Path) -> None:
    """A label can be found again: its first words are in the file that it names."""
    for label in LABELS:
        words = " ".join(scoring.text_of(texts, label.file).split())
        for one in label.actions:
            assert one.anchor in words, (label.file, one.anchor)


# --- the scoring -----------------------------------------------------------------------------------------------------


def _perfect(label: object) -> StatementReading:
    """What a reader would have to read to match a label in full."""
    actions = tuple(
        PolicyAction(
            security=Security(one.security),
            action=Move(one.action),
            amount_billions=one.amount.billions,
            per=None if one.amount.per is None else Per(one.amount.per),
            previous_billions=one.previous,
            effective=one.effective,
            direction=None if one.direction is None else Direction(one.direction),
            sentence=one.anchor,
        )
        for one in label.actions
    )
    return StatementReading(actions=actions, silent=label.silent, unsure=())


def _of(file: str) -> object:
    return next(label for label in LABELS if label.file == file)


QE2 = "statements/2010-12-14.txt"


def test_a_reader_that_reads_what_is_labelled_scores_in_full() -> None:
    """Every label, read as it stands, is found, exact and complete."""
    total = scoring.Score()
    for label in LABELS:
        total.add(scoring.score_text(label, _perfect(label)))
    assert (total.precision, total.recall, total.misses) == (1.0, 1.0, [])
    assert total.good_enough


def test_a_wrong_number_an_invented_action_and_a_missed_one_are_each_counted() -> None:
    """One error of each kind shows in its own count, and in a line that names the file."""
    label = _of(QE2)
    reading = _perfect(label)
    purchase = next(one for one in reading.actions if one.action is Move.PURCHASE)
    others = tuple(one for one in reading.actions if one is not purchase)

    wrong = scoring.score_text(
        label, replace(reading, actions=(*others, replace(purchase, amount_billions=60.0)))
    )
    assert not wrong.numbers_exact
    assert wrong.recall == 1.0
    missed = scoring.score_text(label, replace(reading, actions=others))
    assert (missed.precision, missed.recall) == (1.0, 0.5)
    invented = replace(purchase, security=Security.AGENCY_MBS)
    extra = scoring.score_text(label, replace(reading, actions=(*reading.actions, invented)))
    assert extra.recall == 1.0
    assert extra.precision == pytest.approx(2 / 3)
    assert all(QE2 in line for one in (wrong, missed, extra) for line in one.misses)


def test_a_date_read_where_the_text_has_none_is_wrong() -> None:
    """An end ("by the end of June 2011") given as a start counts against the dates."""
    label = _of(QE2)
    reading = _perfect(label)
    dated = tuple(
        replace(one, effective=date(2011, 6, 30)) if one.action is Move.PURCHASE else one
        for one in reading.actions
    )
    assert scoring.score_text(label, replace(reading, actions=dated)).counts["effective"] == [0, 1]


def test_either_amount_of_a_sentence_that_states_two_is_right() -> None:
    """600 billion in total and 75 a month are both exact; 75 in total is not."""
    label = _of(QE2)
    reading = _perfect(label)

    def with_amount(billions: float, per: Per) -> bool:
        actions = tuple(
            replace(one, amount_billions=billions, per=per) if one.action is Move.PURCHASE else one
            for one in reading.actions
        )
        return scoring.score_text(label, replace(reading, actions=actions)).numbers_exact

    assert with_amount(600.0, Per.TOTAL)
    assert with_amount(75.0, Per.MONTH)
    assert not with_amount(75.0, Per.TOTAL)


def test_a_silent_text_that_is_read_as_speaking_is_told() -> None:
    """Silence is scored wherever the text leaves no choice."""
    label = _of("statements/2010-06-23.txt")
    assert scoring.score_text(label, _perfect(label)).counts["silent"] == [1, 1]
    loud = replace(_perfect(label), silent=False)
    assert scoring.score_text(label, loud).counts["silent"] == [0, 1]


def test_the_table_goes_between_its_markers_and_nowhere_else(tmp_path: Path) -> None:
    """A page keeps its words; a second run replaces the table of the first."""
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- scores -->\nafter\n", encoding="utf-8")
    one = {"all": scoring.score_text(_of(QE2), _perfect(_of(QE2)))}
    scoring.write_docs(one, page)
    first = page.read_text(encoding="utf-8")
    scoring.write_docs(one, page)
    assert page.read_text(encoding="utf-8") == first
    assert first.startswith("before\n<!-- scores -->\n\n| era ")
    assert first.endswith("<!-- /scores -->\nafter\n")


# --- what the reader is held to --------------------------------------------------------------------------------------


def test_no_number_on_the_labelled_texts_is_wrong(scores: dict[str, object]) -> None:
    """Amounts, previous amounts and dates are exact on all of them."""
    total = scores["all"]
    assert total.numbers_exact, "\n".join(total.misses)


def test_precision_and_recall_hold_on_the_labelled_texts(scores: dict[str, object]) -> None:
    """At least 0.99 of what is read is there, and at least 0.95 of what is there is read."""
    total = scores["all"]
    assert total.precision >= scoring.PRECISION, "\n".join(total.misses)
    assert total.recall >= scoring.RECALL, "\n".join(total.misses)


def test_silence_is_told_from_speech_on_the_labelled_texts(scores: dict[str, object]) -> None:
    """The silent texts are said to be silent, and no other is."""
    right, all_ = scores["all"].counts["silent"]
    assert right == all_, "\n".join(line for line in scores["all"].misses if "silent" in line)
