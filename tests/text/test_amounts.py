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
        ("$17-1/2 billion a month", 17.5, Per.MONTH),
        ("$1\u00bc trillion of bonds", 1250.0, None),
        ("$40bn of bonds a month", 40.0, Per.MONTH),
        ("US$40 billion per month", 40.0, Per.MONTH),
        ("USD 40 billion per month", 40.0, Per.MONTH),
        ("40 billion dollars each month", 40.0, Per.MONTH),
        ("$500 million of agency debt a month", 0.5, Per.MONTH),
        ("$500 million, a month ago", 0.5, None),
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
        ("payments in excess of the $35 billion monthly cap", [Role.ABOVE]),
        ("payments above $35 billion per month", [Role.ABOVE]),
        ("no more than $35 billion per month", [Role.PLAIN]),
        ("until reserves reach $3 trillion", [Role.LEVEL]),
        ("$10 billion rather than $15 billion as some had proposed", [Role.PLAIN, Role.LEVEL]),
    ],
)
def test_an_amount_has_its_role(text, roles):
    """The one before, the sum, the addition, the pace and the level are told apart."""
    assert [one.role for one in amounts.find(text)] == roles


@pytest.mark.parametrize(
    "text",
    [
        "$10 billion of bills per week",
        "$90 billion a quarter",
        "an annual rate of $240 billion",
        "$10 billion every two weeks",
        "$2 billion at each operation",
        "a maximum size of $8 billion",
        "all but $5 billion",
        "payments, which averaged $17 billion per month",
        "$30 to 40 billion",  # a figure that has lost its scale
    ],
)
def test_what_is_not_per_month_per_day_or_in_total_is_odd(text):
    """Weeks, quarters, operations, sizes and asides are not taken for another time or for an amount."""
    assert amounts.find(text)[0].role is Role.ODD


@pytest.mark.parametrize(
    "text", ["EUR 75 billion", "\u20ac15 billion", "C$4 billion", "3 trillion yen", "forty billion"]
)
def test_other_money_is_no_amount_but_is_noticed(text):
    """Billions that are no dollars found are said to be unread."""
    assert amounts.find(text) == ()
    assert amounts.is_any_unread(text)


@pytest.mark.parametrize(
    "text",
    [
        "from $40 billion to $20 billion per month",
        "monthly purchases will fall from $40 billion to $20 billion",
        "$40 billion and $20 billion per month, respectively",
        "monthly redemptions of $40 billion for bonds and $20 billion for bills",
    ],
)
def test_amounts_beside_each_other_share_their_time(text):
    """The time named once, before or after two amounts, is that of both."""
    assert [one.per for one in amounts.find(text)] == [Per.MONTH, Per.MONTH]
