import ast
import pickle
from pathlib import Path
from string import Formatter

import pytest

import runoff
from runoff.core import errors
from runoff.core.errors import RunoffError, SourceError, StoreError, Unavailable

SOURCE = Path(runoff.__path__[0])
KINDS = {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, RunoffError)
}


def calls():
    """Every place in the package that makes an error of ours: where, and the call."""
    for file in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if name in KINDS:
                    yield pytest.param(node, id=f"{file.relative_to(SOURCE).as_posix()}:{node.lineno}")


def test_the_message_is_the_template_filled_in():
    """An error says its message in English, and keeps template and values for another language."""
    error = StoreError("{id}: stored in {unit!r}, {rows:,d} rows", id="frb:WALCL", unit="USD mn", rows=1234)
    assert str(error) == "frb:WALCL: stored in 'USD mn', 1,234 rows"
    assert error.template == "{id}: stored in {unit!r}, {rows:,d} rows"
    assert error.values == {"id": "frb:WALCL", "unit": "USD mn", "rows": 1234}


def test_a_value_may_hold_braces():
    """What a file holds is never taken for a place to fill in."""
    assert str(StoreError("found {cell}", cell="{x}")) == "found {x}"
    assert str(StoreError("the set {} is empty")) == "the set {} is empty"


def test_every_error_of_ours_can_be_caught_as_one():
    """One tree: a surface catches RunoffError, a reader of sources SourceError."""
    assert issubclass(Unavailable, SourceError)
    assert all(issubclass(getattr(errors, name), RunoffError) for name in KINDS)
    assert len(KINDS) == 12


def test_an_error_survives_the_way_from_another_process():
    """A worker's error arrives with its message, template and values."""
    sent = StoreError("{url} is locked", url="sqlite:///x")
    arrived = pickle.loads(pickle.dumps(sent))
    assert type(arrived) is StoreError
    assert (str(arrived), arrived.template, arrived.values) == (str(sent), sent.template, sent.values)


@pytest.mark.parametrize("call", list(calls()))
def test_a_message_is_a_template_that_can_be_translated(call):
    """Each error is made from one literal text and named values: no f-string, nothing joined, nothing left over.

    A translation is looked up by the template; a text that is put together at run time has none.
    """
    template, *others = call.args
    if isinstance(template, ast.IfExp):  # one of two texts, each looked up by itself
        assert isinstance(template.orelse, ast.Constant), "the message is no literal text"
        template = template.body
    assert isinstance(template, ast.Constant), "the message is no literal text"
    assert isinstance(template.value, str)
    assert not others, "values are given by name"
    given = {keyword.arg for keyword in call.keywords}
    if given:  # without values a text is said as it stands
        places = {name for _, name, _, _ in Formatter().parse(template.value) if name is not None}
        named = {place.partition(".")[0].partition("[")[0] for place in places}
        # Values that say where (file, line, column) may be handed on together: what they are is not seen from here.
        assert given == named if None not in given else given - {None} <= named
    else:
        assert "{" not in template.value


def test_there_are_messages_to_check():
    """The search finds the errors of the package, those of the store and of units among them."""
    found = [case.id for case in calls()]
    assert len(found) > 40
    assert {"store/database.py", "core/units.py"} <= {where.partition(":")[0] for where in found}
