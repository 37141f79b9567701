"""Amounts, their time, and what they are beside each other."""

import pytest

from runoff.text import amounts
from runoff.text.amounts import Role
from runoff.text.facts import Per


@pytest.mark.parametrize(
    ("text", "billions", "per"),
    [
        ("up to $1.25 trillion of bonds", 1250.0, None),
        ("$300 million of agency MBS for monthly periods", 0.3, Per.MONTH),
        ("$75 billion per month", 75.0, Per.MONTH),
        ("about $85 billion each month", 85.0, Per.MONTH),
        ("$50 billion per day", 50.0, Per.DAY),
        ("$1,250 billion", 1250.0, None),
        ("$413,793,200", 0.4137932, None),
        ("the monthly cap at $35 billion", 35.0, Per.MONTH),
    ],
)
def test_an_amount_is_read_exactly(text, billions, per):
    """Scale, decimals and time."""
    (found,) = amounts.find(text)
    assert (found.billions, found.per) == (pytest.approx(billions, abs=1e-12), per)


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("from $10 billion to $17.5 billion", [Role.BEFORE, Role.PLAIN]),
        ("by up to $100 billion to a total of up to $200 billion", [Role.MORE, Role.WHOLE]),
        ("a further $600 billion, a pace of about $75 billion per month", [Role.MORE, Role.PACE]),
        ("at $35 billion per month rather than $40 billion", [Role.PLAIN, Role.BEFORE]),
        ("keep the face value of holdings at about $2.6 trillion", [Role.LEVEL]),
        ("the amount that exceeds a cap of $60 billion", [Role.ABOVE]),
    ],
)
def test_an_amount_has_its_role(text, roles):
    """The one before, the sum, the addition, the pace and the level are told apart."""
    assert [one.role for one in amounts.find(text)] == roles
