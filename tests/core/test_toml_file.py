"""What users write in TOML: each message names the file, the key, what was found and what was expected."""

from datetime import date
from math import inf, nan

import pytest

from runoff.core import toml_file
from runoff.core.errors import ConfigError
from runoff.core.source import Payload


def refused(read, *arguments, **options) -> str:
    """What is said of a value that is refused."""
    with pytest.raises(ConfigError) as error:
        read("mine.toml", *arguments, **options)
    return str(error.value)


def test_a_file_that_is_no_toml():
    """By its name, with the place at which reading stopped; bytes that are no text as well."""
    with pytest.raises(ConfigError, match=r"mine\.toml: no TOML file .*line 2"):
        toml_file.read_table(Payload("mine.toml", b"a = 1\nb = = 2\n"))
    with pytest.raises(ConfigError, match=r"mine\.toml: no TOML file"):
        toml_file.read_table(Payload("mine.toml", b"\xff\xfea"))
    assert toml_file.read_table(Payload("mine.toml", b"a = 1")) == {"a": 1}


def test_a_misspelt_key_does_not_pass_as_left_out():
    """It is named, and so are those there are."""
    assert refused(toml_file.require_keys, {"titel": 1, "says": 2}, frozenset({"title", "says"})) == (
        "mine.toml: no key named titel; there are says, title"
    )


def test_text():
    """Missing, empty, and no text."""
    assert toml_file.text("f", {"title": "a"}, "title") == "a"
    assert refused(toml_file.text, {}, "title") == "mine.toml: title is missing"
    assert refused(toml_file.text, {"title": ""}, "title") == "mine.toml: title is missing"
    assert refused(toml_file.text, {"title": 0}, "title") == (
        "mine.toml: title = 0 is no text; write it in quotation marks"
    )


def test_choice():
    """One of the words, None where it is left out."""
    assert toml_file.choice("f", {"kind": "cap"}, "kind", ("cap", "sale")) == "cap"
    assert toml_file.choice("f", {}, "kind", ("cap", "sale")) is None
    for found in ("caps", 3, ["cap"], True):
        said = refused(toml_file.choice, {"kind": found}, "kind", ("cap", "sale"))
        assert said == f"mine.toml: kind = {found!r}; expected one of cap, sale"


@pytest.mark.parametrize("found", [-1, 11, nan, inf, -inf, True, "5", [5], 10**400])
def test_a_number_that_is_none(found):
    """Out of limits, infinite, a truth value, a text, and a whole number that no float can hold."""
    said = refused(toml_file.number, {"shift": found}, "shift", lowest=0, highest=10)
    assert said == f"mine.toml: shift = {found!r}; expected a number from 0 to 10"


def test_numbers():
    """Limits belong to them; infinity only where it is said to be one."""
    assert toml_file.number("f", {}, "cap") is None
    assert toml_file.number("f", {"cap": 10}, "cap", lowest=0, highest=10) == 10.0
    assert toml_file.number("f", {"cap": inf}, "cap", lowest=0, highest=10, unbounded=True) == inf
    refused(toml_file.number, {"cap": nan}, "cap", lowest=0, unbounded=True)
    refused(toml_file.number, {"cap": -inf}, "cap", lowest=0, unbounded=True)


@pytest.mark.parametrize("found", [0, 13, 1.0, True, "1"])
def test_a_whole_number_that_is_none(found):
    """Out of limits, with a point, a truth value, a text."""
    said = refused(toml_file.whole, {"months": found}, "months", lowest=1, highest=12)
    assert said == f"mine.toml: months = {found!r}; expected a whole number from 1 to 12"
    assert toml_file.whole("f", {"months": 12}, "months", lowest=1, highest=12) == 12
    assert toml_file.whole("f", {}, "months", lowest=1, highest=12) is None


def test_days():
    """A date without quotation marks, and no time."""
    table = toml_file.read_table(
        Payload("f", b'day = 2027-01-01\ntime = 2027-01-01T00:00:00\ntext = "2027-01-01"')
    )
    assert toml_file.day("f", table, "day") == date(2027, 1, 1)
    assert toml_file.day("f", table, "other") is None
    for key in ("time", "text"):
        assert "is no date; write it as 2027-01-01, without quotation marks" in refused(
            toml_file.day, table, key
        )
