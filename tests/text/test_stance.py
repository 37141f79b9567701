"""The state machine over texts, on readings made by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff.core.document import DocumentKind
from runoff.core.policy import State
from runoff.text.facts import Direction, Move, Per, PolicyAction, Security, StatementReading
from runoff.text.stance import Spoken, changes, in_force

T, MBS, BILLS = Security.TREASURIES, Security.AGENCY_MBS, Security.BILLS
AMPLE = "purchases to maintain an ample supply of reserves"


def act(move: Move, security: Security, billions: float | None = None, **more: object) -> PolicyAction:
    """An action, a month's amount unless said otherwise."""
    per = None if billions is None else more.pop("per", Per.MONTH)
    sentence = more.pop("sentence", f"{move} {security}")
    return PolicyAction(
        action=move, security=security, amount_billions=billions, per=per, sentence=sentence, **more
    )


def text(
    day: str, *actions: PolicyAction, kind: DocumentKind = DocumentKind.STATEMENT, unsure: int = 0
) -> Spoken:
    """A text of that day."""
    when = date.fromisoformat(day)
    return Spoken(
        document=f"fed:{kind}:{day}",
        kind=kind,
        day=when,
        known_at=datetime(when.year, when.month, when.day, 19, tzinfo=UTC),
        reading=StatementReading(actions=actions, silent=not actions, unsure=("?",) * unsure),
    )


def states(*texts: Spoken) -> list[tuple[str, State]]:
    """Each change of state with the day of its decision."""
    found = [(one.day.isoformat(), one.state) for one in changes(texts) if one.state is not one.previous]
    return list(dict.fromkeys(found))  # one for each security


BUY, REDEEM, REINVEST, ROLL, SELL = Move.PURCHASE, Move.REDEEM, Move.REINVEST, Move.ROLL, Move.SELL
QE = text("2013-01-30", act(BUY, T, 45.0), act(BUY, MBS, 40.0))
TAPER = text("2013-12-18", act(BUY, T, 40.0, effective=date(2014, 1, 1)), act(BUY, MBS, 35.0))
STOP = text("2014-10-29", act(BUY, T, direction=Direction.END), act(REINVEST, MBS, into=MBS), act(ROLL, T))
START = text("2017-09-20", act(REDEEM, T, effective=date(2017, 10, 1), direction=Direction.START))
RAISED = text("2018-06-13", act(REDEEM, T, 24.0, previous_billions=18.0, effective=date(2018, 7, 1)))
SLOWED = text("2019-05-01", act(REDEEM, T, 15.0))
ENDED = text("2019-07-31", act(REDEEM, T, direction=Direction.END, effective=date(2019, 8, 1)))
MOVED = text("2019-08-01", act(REINVEST, MBS, into=T), act(ROLL, T), kind=DocumentKind.DESK_STATEMENT)
RESERVES = text("2019-10-11", act(BUY, BILLS, sentence=AMPLE))
ALL = (QE, TAPER, STOP, START, RAISED, SLOWED, ENDED, MOVED, RESERVES)


def test_each_state_follows_from_what_is_done() -> None:
    """Purchases, fewer, none; run-off at rising caps, at a lower one, none; the mix moves; reserves are kept ample."""
    assert states(*ALL) == [
        ("2013-01-30", State.QE),
        ("2013-12-18", State.TAPER),
        ("2014-10-29", State.HOLD),
        ("2017-09-20", State.RUN_OFF),
        ("2019-05-01", State.SLOWED_RUN_OFF),
        ("2019-07-31", State.ENDED),
        ("2019-08-01", State.MIX_SHIFT),
        ("2019-10-11", State.RESERVE_MANAGEMENT),
    ]


@given(st.permutations(ALL))
def test_the_order_in_which_texts_are_handed_over_does_not_matter(texts: list[Spoken]) -> None:
    """The days of the decisions decide."""
    assert changes(texts) == changes(ALL)


@given(st.lists(st.sampled_from(ALL)))
def test_saying_it_again_changes_nothing(repeated: list[Spoken]) -> None:
    """A text that restates another of the same week, at the same amounts and no direction, is no change."""

    def again(one: Spoken) -> Spoken:
        plain = tuple(
            replace(a, previous_billions=None)
            for a in one.reading.actions
            if a.direction is not Direction.END and (a.effective is None or a.effective <= one.day)
        )
        day = one.day + timedelta(days=1)
        reading = StatementReading(actions=plain, silent=not plain, unsure=())
        return replace(one, day=day, document=f"{one.document}:again", reading=reading)

    assert changes([*ALL, *map(again, repeated)]) == changes(ALL)


def test_an_amount_that_changes_within_a_state_is_a_change_of_its_own() -> None:
    """The cap that rises in July 2018 is dated, with its sentence, though run-off goes on."""
    (change,) = [one for one in changes([START, RAISED]) if one.state is one.previous]
    assert (change.day, change.effective) == (date(2018, 6, 13), date(2018, 7, 1))
    assert (change.security, change.amount_billions, change.per) == (T, 24.0, Per.MONTH)
    assert change.document == "fed:statement:2018-06-13"


def test_a_step_announced_for_later_does_not_make_today_s_amount_a_cut() -> None:
    """30 now and 60 from September: saying 30 again in June slows nothing; 60 in September raises."""
    plan = text(
        "2022-05-04",
        act(REDEEM, T, 30.0, effective=date(2022, 6, 1)),
        act(REDEEM, T, 60.0, effective=date(2022, 9, 1)),
    )
    june = text("2022-06-15", act(REDEEM, T, 30.0), kind=DocumentKind.IMPLEMENTATION_NOTE)
    september = text("2022-09-21", act(REDEEM, T, 60.0))
    assert {one.state for one in changes([plan, june, september])} == {State.RUN_OFF}
    assert len(changes([plan, june, september])) == 2


def test_words_in_the_place_of_an_amount_are_terms_too() -> None:
    """From 500 in total to the amounts needed, then to the current pace: three changes of one state."""
    texts = [
        text("2020-03-15", act(BUY, T, 500.0, per=Per.TOTAL)),
        text("2020-03-23", act(BUY, T, conditions=("in the amounts needed to support smooth functioning",))),
        text("2020-04-29", act(BUY, T, conditions=("in the amounts needed to support smooth functioning",))),
        text("2020-06-10", act(BUY, T, conditions=("at the current pace",))),
        text("2020-07-29", act(BUY, T)),
    ]
    assert [one.day.isoformat() for one in changes(texts)] == ["2020-03-15", "2020-03-23", "2020-06-10"]


def test_what_ends_ends_on_the_last_day_that_the_text_gives() -> None:
    """An end "by the end of the current quarter", of this month, of June 2011 holds from then on."""
    for words, last in (
        ("by the end of the current quarter", date(2011, 6, 30)),
        ("by the end of this month", date(2011, 4, 30)),
        ("by the end of August 2011", date(2011, 8, 31)),
        ("in due time", date(2011, 4, 27)),
    ):
        end = act(BUY, T, 600.0, per=Per.TOTAL, direction=Direction.END, conditions=(words,))
        found = changes([text("2010-11-03", act(BUY, T, 600.0, per=Per.TOTAL)), text("2011-04-27", end)])
        assert (found[-1].state, found[-1].effective) == (State.HOLD, last)


def test_minutes_repeat_a_decision_and_do_not_undo_it() -> None:
    """What was still to be bought under the last decision is no new pace, and a later decision stands."""
    before = text("2020-12-16", act(BUY, T, 80.0))
    statement = text("2021-11-03", act(BUY, T, 70.0))
    minutes = text("2021-11-03", act(BUY, T, 80.0), act(ROLL, T), kind=DocumentKind.MINUTES)
    assert changes([before, statement, minutes]) == changes([before, statement])
    assert changes([before, statement, minutes])[-1].state is State.TAPER
    pace, rest = (text("2026-01-28", act(BUY, BILLS, amount, sentence=AMPLE)) for amount in (40.0, 55.0))
    assert changes([pace, replace(rest, kind=DocumentKind.MINUTES)]) == changes([pace])


def test_minutes_give_the_amounts_that_the_statement_left_out() -> None:
    """Run-off starts by the statement; its caps stand in the directive."""
    minutes = text("2017-09-20", act(REDEEM, T, 6.0, effective=date(2017, 10, 1)), kind=DocumentKind.MINUTES)
    found = changes([START, minutes])
    assert [(one.state, one.amount_billions) for one in found] == [
        (State.RUN_OFF, None),
        (State.RUN_OFF, 6.0),
    ]


def test_minutes_filed_under_the_first_day_of_a_meeting_belong_to_its_decision() -> None:
    """A meeting of two days decides on its second."""
    minutes = text("2009-03-17", act(BUY, T, 300.0, per=Per.TOTAL), kind=DocumentKind.MINUTES)
    statement = text("2009-03-18", act(BUY, T, 300.0, per=Per.TOTAL))
    assert [one.day for one in changes([minutes, statement])] == [date(2009, 3, 18)]


def test_a_cap_restated_until_the_end_does_not_begin_run_off_again() -> None:
    """The directive that keeps the cap to November comes with the decision to stop in December."""
    minutes = text("2019-07-31", act(REDEEM, T, 15.0), kind=DocumentKind.MINUTES)
    assert states(START, SLOWED, ENDED, minutes)[-1] == ("2019-07-31", State.ENDED)


def test_run_off_begins_again_only_where_a_text_says_that_it_begins() -> None:
    """After its end a cap alone is a remnant; a start is a start."""
    remnant, start = act(REDEEM, T, 15.0), act(REDEEM, T, 15.0, direction=Direction.START)
    assert states(START, ENDED, text("2022-05-04", remnant))[-1][1] is State.ENDED
    assert states(START, ENDED, text("2022-05-04", start))[-1][1] is State.RUN_OFF


def test_purchases_for_reserves_are_not_qe_whatever_they_buy() -> None:
    """Bills or short coupons, as long as the sentence speaks of ample reserves; bills for other reasons say nothing."""
    assert states(text("2025-12-10", act(BUY, T, sentence=AMPLE))) == [
        ("2025-12-10", State.RESERVE_MANAGEMENT)
    ]
    assert states(text("2025-12-10", act(BUY, T))) == [("2025-12-10", State.QE)]
    assert states(ENDED, text("2025-12-11", act(BUY, BILLS))) == [("2019-07-31", State.ENDED)]


def test_buying_long_against_selling_short_is_a_twist_and_selling_alone_is_selling() -> None:
    """Mortgage purchases beside a twist add to holdings, and are QE."""
    buy, sell = act(BUY, T, 400.0, per=Per.TOTAL), act(SELL, T, 400.0, per=Per.TOTAL)
    assert states(text("2011-09-21", buy, sell))[-1][1] is State.TWIST
    assert states(text("2011-09-21", buy, sell, act(BUY, MBS, 40.0)))[-1][1] is State.QE
    assert states(text("2024-01-01", sell))[-1][1] is State.ACTIVE_SALES


def test_an_exercise_of_the_desk_changes_nothing() -> None:
    """Small value purchases keep the Desk in practice while run-off goes on."""
    small = text("2018-09-14", act(BUY, MBS, 0.3), kind=DocumentKind.DESK_STATEMENT)
    assert changes([START, RAISED, small]) == changes([START, RAISED])


def test_a_plan_to_run_off_told_while_purchases_go_on_begins_nothing() -> None:
    """Principles for later stand beside the pace of the taper."""
    both = text("2022-01-26", act(BUY, T, 20.0, previous_billions=40.0), act(REDEEM, T))
    assert states(QE, both)[-1][1] is State.TAPER


@pytest.mark.parametrize(
    ("kind", "unsure", "expected"),
    [
        (DocumentKind.IMPLEMENTATION_NOTE, 0, State.HOLD),
        (DocumentKind.MINUTES, 0, State.HOLD),
        (DocumentKind.MINUTES, 1, State.TAPER),
        (DocumentKind.STATEMENT, 0, State.TAPER),
    ],
)
def test_only_a_directive_read_in_full_ends_purchases_by_leaving_them_out(
    kind: DocumentKind, unsure: int, expected: State
) -> None:
    """A statement may be silent on what goes on, and an unread sentence may hold it."""
    kept = text("2022-03-16", act(ROLL, T), act(REINVEST, MBS, into=MBS), kind=kind, unsure=unsure)
    assert changes([QE, TAPER, kept])[-1].state is expected


def test_silent_texts_change_nothing_and_nothing_is_in_force_before_the_first() -> None:
    """Without an action there is no state."""
    assert changes([text("2010-06-23")]) == ()
    assert in_force((), date(2020, 1, 1)) is None
    assert in_force(changes(ALL), date(2013, 1, 29)) is None


def test_the_state_in_force_waits_for_its_start_and_for_nothing_decided_since() -> None:
    """The end of August 2019 is decided in July; what is decided later and starts earlier overtakes it."""
    found = changes(ALL)
    assert in_force(found, date(2019, 7, 31)).state is State.SLOWED_RUN_OFF
    assert in_force(found, date(2019, 8, 1)).state is State.MIX_SHIFT
    sooner = text("2019-06-19", act(REDEEM, T, direction=Direction.END, effective=date(2019, 10, 1)))
    bought = text("2019-07-31", act(BUY, BILLS, sentence=AMPLE))
    assert in_force(changes([START, sooner, bought]), date(2019, 12, 1)).state is State.RESERVE_MANAGEMENT
