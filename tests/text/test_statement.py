"""What is read from a text: decided actions with their amounts and dates, and nothing that was not decided."""

import gzip
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff.text.statement import Direction, Move, Per, PolicyAction, Security, read


def actions(text: str, day: date | None = None) -> dict[tuple[str, str], PolicyAction]:
    """The actions of a text by class and operation, of which each stands once."""
    found = read(text, day=day).actions
    by_key = {(one.security.value, one.action.value): one for one in found}
    assert len(by_key) == len(found)
    return by_key


def amounts(text: str, day: date | None = None) -> list[tuple[str, str, float | None, str | None]]:
    """Class, operation, billions and time of each action."""
    return [
        (one.security.value, one.action.value, one.amount_billions, one.per and one.per.value)
        for one in read(text, day=day).actions
    ]


def test_each_class_has_its_own_amount_where_amounts_come_first():
    """Two amounts before their classes are paired in order."""
    text = "The Federal Reserve will purchase a total of $1.25 trillion of agency mortgage-backed securities and up to "
    assert amounts(text + "$200 billion of agency debt.") == [
        ("agency_mbs", "purchase", 1250.0, "total"),
        ("agency_debt", "purchase", 200.0, "total"),
    ]


def test_each_class_has_its_own_amount_where_classes_come_first():
    """A pace after its class belongs to it, and the amount after `rather than` is the one before."""
    text = (
        "Beginning in January, the Committee will add to its holdings of agency "
        "mortgage-backed securities at a pace of "
        "$35 billion per month rather than $40 billion per month, and will add to its "
        "holdings of longer-term Treasury "
        "securities at a pace of $40 billion per month rather than $45 billion per month."
    )
    found = actions(text, date(2013, 12, 18))
    mbs, treasuries = found["agency_mbs", "purchase"], found["treasuries", "purchase"]
    assert (mbs.amount_billions, mbs.previous_billions, mbs.per) == (35.0, 40.0, Per.MONTH)
    assert (treasuries.amount_billions, treasuries.previous_billions) == (40.0, 45.0)
    assert mbs.effective == treasuries.effective == date(2014, 1, 1)
    assert mbs.direction is Direction.SLOW


def test_the_cap_that_is_lowered_is_the_new_one():
    """From one amount to another: the second is the cap, the first what it replaces; a kept cap holds."""
    text = (
        "Beginning in April, the Committee will slow the pace of decline of its securities holdings by reducing the "
        "monthly redemption cap on Treasury securities from $25 billion to $5 billion. "
        "The Committee will maintain the "
        "monthly redemption cap on agency debt and agency mortgage-backed securities at "
        "$35 billion and will reinvest "
        "any principal payments in excess of this cap into Treasury securities."
    )
    found = actions(text, date(2025, 3, 19))
    treasuries = found["treasuries", "redeem"]
    assert (treasuries.amount_billions, treasuries.previous_billions) == (5.0, 25.0)
    assert (treasuries.effective, treasuries.direction) == (date(2025, 4, 1), Direction.SLOW)
    assert found["agency_mbs", "redeem"].amount_billions == 35.0
    assert found["agency_mbs", "redeem"].confidence == 1.0
    assert found["agency_debt", "redeem"].confidence < 1.0
    assert found["agency_mbs", "reinvest"].into is Security.TREASURIES


def test_what_exceeds_an_amount_is_rolled_and_the_amount_is_a_cap():
    """A directive that rolls what exceeds a cap redeems up to it."""
    text = (
        "Roll over at auction the amount of principal payments from the Federal Reserve's holdings of Treasury "
        "securities maturing in each calendar month that exceeds a cap of $60 billion "
        "per month. Redeem Treasury coupon "
        "securities up to this monthly cap and Treasury bills to the extent that coupon principal payments are less "
        "than the monthly cap."
    )
    found = actions(text)
    assert found["treasuries", "redeem"].amount_billions == 60.0
    assert found["treasuries", "roll"].amount_billions is None
    assert found["bills", "redeem"].amount_billions is None


def test_a_cap_that_rises_later_has_two_dated_steps():
    """The second step counts its months from the first, whose date another sentence gives."""
    text = (
        "Beginning on June 1, principal payments from securities held in the SOMA will "
        "be reinvested to the extent that "
        "they exceed monthly caps.\n\nFor Treasury securities, the cap will initially be "
        "set at $30 billion per month "
        "and after three months will increase to $60 billion per month."
    )
    steps = [one for one in read(text, day=date(2022, 5, 4)).actions if one.action is Move.REDEEM]
    assert [(one.amount_billions, one.effective) for one in steps] == [
        (30.0, date(2022, 6, 1)),
        (60.0, date(2022, 9, 1)),
    ]


def test_by_how_much_a_pace_falls_is_not_what_it_falls_to():
    """`reduce the pace by $20 billion` names no pace."""
    text = (
        "The Committee decided to reduce the monthly pace of its net asset purchases by $20 billion for Treasury "
        "securities and $10 billion for agency mortgage-backed securities. Beginning in January, the Committee will "
        "increase its holdings of Treasury securities by at least $40 billion per month "
        "and of agency mortgage-backed "
        "securities by at least $20 billion per month."
    )
    found = actions(text, date(2021, 12, 15))
    assert found["treasuries", "purchase"].amount_billions == 40.0
    assert found["agency_mbs", "purchase"].amount_billions == 20.0
    assert found["agency_mbs", "purchase"].direction is Direction.SLOW
    assert "at least" in found["treasuries", "purchase"].conditions


def test_the_last_per_day_holds_for_all_amounts_of_a_list():
    """A time at the end of a list counts for every amount in it."""
    text = "The Desk will purchase $75 billion of Treasury securities and $50 billion of agency MBS per day."
    assert {per for *_, per in amounts(text)} == {"day"}


def test_a_programme_that_ends_on_a_day_ends_for_every_class():
    """`aggregate securities holdings` names no class: all are meant, and none is sure."""
    text = (
        "The Committee decided to conclude the reduction of its aggregate securities holdings on December 1."
    )
    found = read(text, day=date(2025, 10, 29)).actions
    assert {one.direction for one in found} == {Direction.END}
    assert {one.effective for one in found} == {date(2025, 12, 1)}
    assert all(one.confidence < 1 for one in found)


@pytest.mark.parametrize(
    "text",
    [
        "The Committee is prepared to increase its purchases of agency mortgage-backed securities by $50 billion.",
        "The Federal Reserve has purchased $300 billion of Treasury securities.",
        "The Committee would be prepared to sell $10 billion of agency MBS per month.",
        "If conditions warrant, the Committee will purchase $100 billion of Treasury securities.",
        "Limited sales of agency MBS might be warranted in the longer run.",
        "The Committee expects to begin reducing its holdings of Treasury securities at a coming meeting.",
        "The Desk sold $2 billion of agency MBS.",
        "The Committee is also evaluating the potential benefits of purchasing longer-term Treasury securities.",
        "The Committee could adjust the cap on Treasury securities to $10 billion per month.",
        "In May, staff noted that the Desk may purchase $5 billion of Treasury bills.",
    ],
)
def test_what_was_done_or_might_be_done_is_no_action(text):
    """The past and the hypothetical give no action, and so no number."""
    assert read(text, day=date(2015, 5, 1)).actions == ()


@pytest.mark.parametrize(
    "text",
    [
        "The Federal Reserve will lend up to $1 trillion through the Term Asset-Backed Securities Loan Facility.",
        "Conduct overnight repurchase agreement operations with an aggregate operation limit of $500 billion.",
        "Conduct overnight reverse repurchase operations, limited by Treasury securities held, $160 billion per day.",
        "The Committee decided to maintain the target range for the federal funds rate at 4 to 4-1/4 percent.",
    ],
)
def test_lending_repos_and_rates_are_no_action_and_nothing_unsure(text):
    """Facilities, repos and rates are silent about holdings."""
    found = read(text, day=None)
    assert (found.actions, found.unsure, found.silent) == ((), (), True)


def test_the_month_of_may_is_not_a_may_be():
    """A name of a month does not turn a decision into a possibility."""
    text = "Effective May 1, the Committee will sell $5 billion of agency MBS per month."
    assert amounts(text, date(2026, 4, 1)) == [("agency_mbs", "sell", 5.0, "month")]


def test_two_amounts_for_one_thing_are_unsure_and_neither_is_given():
    """A contradiction gives no number."""
    text = (
        "The Committee will purchase $40 billion of agency MBS per month. "
        "The Committee will purchase $45 billion of agency MBS per month."
    )
    found = read(text, day=None)
    assert found.actions == ()
    assert len(found.unsure) == 2


def test_an_unread_amount_leaves_no_vague_action_in_its_place():
    """Where the sentence with the amount is unsure, a later `will continue its purchases` does not stand for it."""
    text = (
        "The Committee will purchase Treasury securities at a pace of $10 billion or $20 billion per month. "
        "The Committee will continue its purchases of Treasury securities."
    )
    found = read(text, day=None)
    assert found.actions == ()
    assert found.unsure != ()


def test_dissents_are_not_read():
    """What a member preferred is no decision."""
    text = (
        "Voting against was A. Member, who preferred to purchase $10 billion of Treasury securities per month. "
        "The Desk will purchase $5 billion of Treasury securities."
    )
    assert read(text, day=None).actions == ()


def test_of_minutes_only_the_directive_and_the_vote_are_read():
    """Staff and participants say nothing that counts; the directive does."""
    text = (
        "Staff Review of the Economic Situation\n\nParticipants agreed that the Desk will purchase $99 billion of "
        "Treasury securities per month.\n\nThe Committee voted to direct the Federal Reserve Bank of New York, until "
        "instructed otherwise, to execute transactions in accordance with the following domestic policy directive: "
        '"The Committee directs the Desk to purchase $40 billion of agency MBS per month."\n\nVoting for this action: '
        "all.\n\nThe manager will sell $7 billion of Treasury bills."
    )
    assert amounts(text) == [("agency_mbs", "purchase", 40.0, "month")]


def test_a_table_of_caps_is_read_row_by_row():
    """Months by classes: each cell is a step."""
    text = (
        "TOTAL MONTHLY CAPS ON SOMA SECURITIES REDUCTIONS\n\nTreasury Securities Agency Debt and Agency MBS\n"
        "Jun-Aug 2022 $30 billion $17.5 billion\nFrom Sep 2022* $60 billion $35 billion\n"
    )
    found = [one for one in read(text, day=date(2022, 5, 4)).actions if one.security is Security.AGENCY_MBS]
    assert [(one.amount_billions, one.effective) for one in found] == [
        (17.5, date(2022, 6, 1)),
        (35.0, date(2022, 9, 1)),
    ]


def test_without_the_day_of_the_text_no_month_is_guessed():
    """`Beginning in June` has no year unless the text has a day."""
    text = "Beginning in June, the Committee will purchase $5 billion of Treasury bills per month."
    assert actions(text)["bills", "purchase"].effective is None


@given(st.sampled_from([5, 17.5, 60, 1250]), st.sampled_from(["month", "day"]))
def test_an_amount_comes_back_as_it_was_written(billions, per):
    """Whatever the figure and the time, both are read exactly."""
    text = f"The Desk will purchase ${billions} billion of Treasury bills per {per}."
    assert amounts(text) == [("bills", "purchase", float(billions), per)]


@given(st.text(max_size=300))
def test_any_text_can_be_read(text):
    """No text is refused, and none without a word of policy gives an action."""
    assert read(text, day=date(2020, 1, 1)).actions == ()


def test_caps_read_from_minutes_are_those_of_the_calendar(shared_data):
    """Caps of 2017 to 2025, from directives that no label covers as a whole, are the published steps."""
    folder = shared_data / "fomc" / "minutes"
    expected = {
        "2017-12-13": (12.0, 8.0),
        "2018-09-26": (30.0, 20.0),
        "2022-07-27": (60.0, 35.0),
        "2023-07-26": (60.0, 35.0),
        "2024-09-18": (25.0, 35.0),
        "2025-07-30": (5.0, 35.0),
    }
    for day, caps in expected.items():
        text = gzip.decompress((folder / f"{day}.txt.gz").read_bytes()).decode()
        found = actions(text, date.fromisoformat(day))
        assert found["treasuries", "redeem"].amount_billions == caps[0], day
        assert found["agency_mbs", "redeem"].amount_billions == caps[1], day


def test_a_page_without_full_stops_is_unsure():
    """What is no sentence is not searched for one, and takes no time."""
    found = read("The Desk will purchase $5 billion of Treasury bills and " * 400, day=None)
    assert (found.actions, len(found.unsure), found.silent) == ((), 1, False)
