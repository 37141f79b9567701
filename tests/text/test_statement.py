"""What is read from a text: decided actions with their amounts and dates, and nothing that was not decided."""

import calendar
import gzip
import importlib.util
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

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


# --- fresh texts: labelled by a second reader, and the sentences that were read wrong when the rules were attacked ----


def _scoring() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "scripts" / "score_statements.py"
    spec = importlib.util.spec_from_file_location("score_statements_of_fresh_texts", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look for their module
    spec.loader.exec_module(module)
    return module


SCORING = _scoring()
FRESH = SCORING.labels([SCORING.FRESH])


def _hold(labels, folder):
    total = SCORING.Score()
    for label in labels:
        total.add(
            SCORING.score_text(label, SCORING.runoff_reads(SCORING.text_of(folder, label.file), label.day))
        )
    assert total.numbers_exact, "\n".join(total.misses)
    assert total.precision == 1.0, "\n".join(total.misses)
    assert total.recall >= SCORING.RECALL, "\n".join(total.misses)
    assert total.counts["silent"][0] == total.counts["silent"][1], "\n".join(total.misses)


def test_no_number_is_wrong_in_texts_of_our_own():
    """Directives, Desk plans, facilities, history, speeches, other central banks, a page, another language."""
    _hold([label for label in FRESH if label.file.startswith("fresh/")], Path())


def test_no_number_is_wrong_in_texts_that_a_second_reader_labelled(shared_data):
    """Statements and minutes that the other labels leave out."""
    _hold([label for label in FRESH if not label.file.startswith("fresh/")], shared_data / "fomc")


def test_every_anchor_of_the_second_reader_stands_in_its_text(shared_data):
    """A label can be found again, and no text has two."""
    assert len({label.file for label in FRESH}) == len(FRESH) >= 100
    for label in FRESH:
        words = " ".join(SCORING.text_of(shared_data / "fomc", label.file).split())
        assert all(one.anchor in words for one in label.actions), label.file


@pytest.mark.parametrize(
    "text",
    [
        "The Committee will not reinvest principal payments from agency MBS.",
        "The Committee will not purchase $40 billion of Treasury bills per month.",
        "It no longer intends to sell $5 billion of agency debt.",
        "It decided against raising the cap on redemptions of agency MBS to $50 billion.",
        "The Desk will purchase $10 billion of Treasury bills per week.",
        "The Committee will purchase Treasury securities and agency MBS at a combined pace of $120 billion per month.",
        "The Committee will purchase $15 billion of 10-year and $15 billion of 30-year Treasury securities per month.",
        "The Committee will buy $15 billion of 10-year Treasuries and $15 billion of 30-year Treasuries per month.",
        "The Desk will purchase $25 billion of Treasury bills and notes per month.",
        "The Committee decided to remove the cap of $35 billion on agency MBS redemptions.",
        "The Committee will allow the cap on Treasury redemptions of $25 billion to expire.",
        "The Desk will increase its holdings of Treasury bills from $300 billion to $400 billion.",
        "The Desk will roll over all but $5 billion per month of principal payments from Treasury securities.",
        "The Desk will purchase $750 billion of agency MBS, for a total of $1.25 trillion.",
        "Redemptions of Treasury securities will end on December 1, and those of agency securities will continue.",
        "The Committee will reduce its holdings of agency MBS by up to $5 billion per month through outright sales.",
        "The Committee will maintain the pace of purchases, $40 billion of agency MBS and $45 billion of Treasuries.",
        "Analysts expect that the Committee will purchase $30 billion of Treasury bills per month.",
        "In the scenario, the Committee will purchase $30 billion of Treasury bills per month.",
        "Fannie Mae and Freddie Mac will purchase $200 billion of mortgage-backed securities.",
        "In 2020 the FOMC said it will purchase $80 billion of Treasury securities per month.",
        "The Governing Council will purchase 75 billion of bonds and reinvest principal payments from securities.",
        "The Desk will offer $500 billion of term repos and purchase $40 billion of Treasury securities per month.",
        "The Committee today lowered its target and left the caps on Treasury redemptions unchanged.",
    ],
)
def test_what_cannot_be_read_for_certain_is_unsure_and_gives_no_action(text):
    """Denied, of others, imagined, long past, for two classes at once, or in another time: no number is given."""
    found = read(text, day=date(2026, 9, 16))
    assert not found.actions
    assert found.unsure
    assert not found.silent


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Any principal payments from agency MBS in excess of the $35 billion cap will be reinvested in bills.",
            [("agency_mbs", "reinvest", None, None)],
        ),
        (
            "The Committee will reduce the monthly redemption cap on Treasury securities by $20 billion.",
            [("treasuries", "redeem", None, None)],
        ),
        (
            (
                "The Desk will lower the cap on Treasury redemptions to $25 billion and keep the cap on monthly agency "
                "MBS redemptions unchanged at $35 billion."
            ),
            [("treasuries", "redeem", 25.0, "month"), ("agency_mbs", "redeem", 35.0, "month")],
        ),
        (
            "Treasury bill purchases of $20 billion a month will continue.",
            [("bills", "purchase", 20.0, "month")],
        ),
        ("The cap for Treasury securities is $60 billion.", [("treasuries", "redeem", 60.0, "month")]),
        (
            "The Committee will continue to purchase Treasury securities until its holdings reach $5 trillion.",
            [("treasuries", "purchase", None, None)],
        ),
        (
            "The Desk plans to continue to increase SOMA holdings of agency MBS by about $40 billion per month.",
            [("agency_mbs", "purchase", 40.0, "month")],
        ),
    ],
)
def test_what_was_read_wrong_once_is_read_right(text, expected):
    """Sentences on which the rules gave a wrong number, or none, before they were mended."""
    assert amounts(text, date(2026, 9, 16)) == expected


def test_a_date_is_that_of_its_own_clause():
    """What comes after a semicolon does not begin when what comes before it does."""
    text = (
        "In June, the Committee expects the cap to rise to $60 billion; for now the Committee will maintain a cap of "
        "$30 billion on Treasury redemptions."
    )
    (found,) = read(text, day=date(2026, 9, 16)).actions
    assert (found.amount_billions, found.effective) == (30.0, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("As announced on June 17, the Desk will purchase $5 billion of bills per month.", None),
        (
            "As announced in June, beginning in July the Desk will purchase $5 billion of bills per month.",
            date(2027, 7, 1),
        ),
        ("In light of events in March, the Desk will purchase $5 billion of bills per month.", None),
        (
            "The Committee decided on March 19 to purchase $5 billion of bills per month beginning April 1.",
            date(2027, 4, 1),
        ),
        ("Starting in the fourth quarter the Desk will purchase $5 billion of bills per month.", None),
        ("Beginning February 30, the Desk will purchase $5 billion of bills per month.", None),
        (
            "The cap on Treasuries will be $3 billion; beginning in May, the Desk will purchase $5 billion of bills.",
            date(2027, 5, 1),
        ),
    ],
)
def test_a_day_of_something_else_is_not_a_beginning(text, expected):
    """When it was announced, or what happened then, is no first day; the clause's own date is."""
    found = [one for one in read(text, day=date(2026, 9, 16)).actions if one.action is Move.PURCHASE]
    assert [one.effective for one in found] == [expected]


def test_the_day_of_a_decision_is_no_beginning_whether_the_day_of_the_text_is_known_or_not():
    """``On August 10 the FOMC directed`` says when it was decided; ``On June 1 ... will`` from when it holds."""
    decided = "On August 10, 2010, the FOMC directed the Desk to purchase $5 billion of bills per month."
    begun = "On June 1, 2027, the Desk will begin to purchase $5 billion of bills per month."
    for day, text, expected in (
        (None, decided, None),
        (date(2010, 8, 10), decided, None),
        (None, begun, date(2027, 6, 1)),
        (date(2027, 5, 4), begun, date(2027, 6, 1)),
    ):
        (found,) = read(text, day=day).actions
        assert found.effective == expected


def test_two_amounts_say_the_direction():
    """What falls from one amount to another slows, whatever other verb stands before."""
    text = "The Committee will continue purchases of bills at $20 billion per month, down from $40 billion per month."
    (slower,) = read(text, day=None).actions
    assert (slower.direction, slower.previous_billions) == (Direction.SLOW, 40.0)
    (faster,) = read(
        "Monthly purchases of bills will move from $40 billion to $45 billion.", day=None
    ).actions
    assert (faster.direction, faster.per) == (Direction.RAISE, Per.MONTH)


BILLIONS = st.integers(min_value=1, max_value=400).map(lambda quarters: quarters / 4)


@given(
    new=st.tuples(BILLIONS, BILLIONS),
    old=st.tuples(BILLIONS, BILLIONS),
    month=st.integers(1, 12),
    day=st.dates(date(2008, 1, 1), date(2035, 12, 31)),
)
def test_a_taper_is_read_as_written_whatever_its_amounts(new, old, month, day):
    """Amounts, those they replace and the month come back for both classes, on any day."""
    name = calendar.month_name[month]
    text = (
        f"Beginning in {name}, the Committee will add to its holdings of agency mortgage-backed securities at a pace "
        f"of ${new[0]:g} billion per month rather than ${old[0]:g} billion per month, and will add to its holdings of "
        f"longer-term Treasury securities at a pace of ${new[1]:g} billion per month rather than ${old[1]:g} billion "
        "per month."
    )
    found = actions(text, day)
    for key, now, before in (("agency_mbs", new[0], old[0]), ("treasuries", new[1], old[1])):
        one = found[key, "purchase"]
        assert (one.amount_billions, one.previous_billions, one.per) == (now, before, Per.MONTH)
        assert one.effective == date(day.year + (month < day.month), month, 1)


@given(caps=st.tuples(BILLIONS, BILLIONS), old=BILLIONS)
def test_caps_are_read_as_written_whatever_their_amounts(caps, old):
    """The form of May 2024 and that of a directive give the same caps."""
    statement = (
        "Beginning in June, the Committee will slow the pace of decline of its securities holdings by reducing the "
        f"monthly redemption cap on Treasury securities from ${old:g} billion to ${caps[0]:g} billion. The Committee "
        "will maintain the monthly redemption cap on agency debt and agency mortgage-backed securities at "
        f"${caps[1]:g} billion."
    )
    directive = (
        "Roll over at auction the amount of principal payments from the Federal Reserve's holdings of Treasury "
        f"securities maturing in each calendar month that exceeds a cap of ${caps[0]:g} billion per month. Reinvest "
        "the amount of principal payments from the Federal Reserve's holdings of agency debt and agency "
        f"mortgage-backed securities (MBS) received in each calendar month that exceeds a cap of ${caps[1]:g} billion "
        "per month into Treasury securities."
    )
    for text in (statement, directive):
        found = actions(text, date(2024, 5, 1))
        assert found["treasuries", "redeem"].amount_billions == caps[0]
        assert found["agency_mbs", "redeem"].amount_billions == caps[1]
        assert found["agency_debt", "redeem"].amount_billions == caps[1]
