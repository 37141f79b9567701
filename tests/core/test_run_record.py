"""The record of a run: its digest follows from what is in it, and from nothing else."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.rows import moment, rows, spec
from tests.sources import shipped

from runoff.core.errors import ConfigError
from runoff.core.run_record import RunRecord, Software, inputs_of, read_record
from runoff.core.source import Payload
from runoff.core.view import History, Needs

RECORD = RunRecord(
    what="sweep",
    as_of=datetime(2026, 10, 1, 20, 30, tzinfo=UTC),
    hindsight=None,
    software=Software(runoff="1.0", numpy="2.4"),
    parameters={"paths": 10, "vary": {"shift": [0.0, 1.0]}, "lines": ["reserves"]},
    inputs={"frb:WALCL": ("a" * 64,), "soma 2022-02-16": ("b" * 64,)},
)
VALUES = st.recursive(
    st.none() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(parameters=st.dictionaries(st.text(), VALUES, max_size=4))
def test_a_record_is_what_its_file_says(parameters) -> None:
    """Written and read it is the same, digest included, whatever the parameters are."""
    record = replace(RECORD, parameters=parameters)
    found = read_record(Payload("record.json", record.json_bytes()))
    assert found == record
    assert found.digest == record.digest


def test_the_order_of_names_changes_no_digest() -> None:
    """Only what is said counts."""
    turned = replace(
        RECORD,
        parameters=dict(reversed(RECORD.parameters.items())),
        inputs=dict(reversed(RECORD.inputs.items())),
    )
    assert turned.digest == RECORD.digest
    assert turned.differences(RECORD) == ()


@pytest.mark.parametrize(
    ("other", "names"),
    [
        (replace(RECORD, as_of=datetime(2026, 10, 2, tzinfo=UTC)), ("as_of",)),
        (replace(RECORD, hindsight=RECORD.as_of), ("hindsight",)),
        (replace(RECORD, software=Software(runoff="1.1", numpy="2.4")), ("software.runoff",)),
        (replace(RECORD, inputs={**RECORD.inputs, "frb:WALCL": ("c" * 64,)}), ("inputs.frb:WALCL",)),
        (
            replace(RECORD, parameters={"paths": 11, "lines": ["reserves"]}),
            ("parameters.paths", "parameters.vary"),
        ),
    ],
)
def test_what_differs_is_another_run_and_has_a_name(other: RunRecord, names: tuple[str, ...]) -> None:
    """Its digest is another, and a message can say why."""
    assert other.digest != RECORD.digest
    assert sorted(other.differences(RECORD)) == sorted(names)
    assert sorted(RECORD.differences(other)) == sorted(names)


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b"null", RECORD.json_bytes()[:-20], RECORD.json_bytes().replace(b'"2.4"', b'"2.5"')],
)
def test_a_file_that_is_none_or_was_changed_is_refused(content: bytes) -> None:
    """It says so, with its name, and no traceback of a parser."""
    with pytest.raises(ConfigError, match=r"^record\.json: (no record of a run|says digest)"):
        read_record(Payload("record.json", content))


def test_inputs_are_the_files_of_the_rows_that_are_seen() -> None:
    """By series; what was not known yet, or a later file corrected, is not among them."""
    needs = Needs(series=frozenset({"frb:WALCL"}), books=frozenset({"soma"}))
    found = inputs_of(shipped.view(), needs)
    assert set(found) == {"frb:WALCL", "soma 2022-02-16"}
    assert all(len(digest) == 64 for digests in found.values() for digest in digests)
    assert inputs_of(shipped.view("2002-01-01"), needs) == {}


def test_what_is_learned_later_changes_no_input() -> None:
    """A second file counts from the moment one of its rows is seen, and the first until none of its rows is."""
    first = rows(spec(), [(0, 1, 1.0)], digest="first")
    second = rows(spec(), [(0, 5, 2.0)], digest="second")
    history = History.of([first, second])
    found = [inputs_of(history.at(moment(at)), history.needs) for at in (0, 1, 4, 5)]
    assert found == [{}, {"frb:WALCL": ("first",)}, {"frb:WALCL": ("first",)}, {"frb:WALCL": ("second",)}]
