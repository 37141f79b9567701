from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.rows import day, moment

from runoff.core.errors import Unparseable
from runoff.core.policy import PolicyCalendar, State, Step, read_calendar
from runoff.core.source import Payload
from runoff.core.time import parse_as_of
from runoff.policies.fed import POLICY

FED = POLICY.calendar()


def fed(as_of, on=None):
    """The Fed's policy in force on a day, as known at the end of another (or the same) day."""
    return FED.known(parse_as_of(as_of)).in_force(date.fromisoformat(on or as_of))


def terms(policy):
    """Amount and kind by security."""
    return {s.security: (s.amount, s.amount_kind) for s in policy.terms}


# --- the Federal Reserve, as it was ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "treasuries", "agency"),
    [("2017-10-01", 6, 4), ("2017-12-31", 6, 4), ("2018-01-01", 12, 8), ("2018-04-15", 18, 12),
     ("2018-07-01", 24, 16), ("2018-10-01", 30, 20), ("2019-04-30", 30, 20), ("2019-05-01", 15, 20),
     ("2022-06-01", 30, 17.5), ("2022-08-31", 30, 17.5), ("2022-09-01", 60, 35), ("2024-05-31", 60, 35),
     ("2024-06-01", 25, 35), ("2025-03-31", 25, 35), ("2025-04-01", 5, 35), ("2025-11-30", 5, 35)],
)  # fmt: skip
def test_the_caps_of_both_run_offs(on, treasuries, agency):
    """Each month's redemption caps, in billions, from their first to their last day."""
    policy = fed(on)
    assert terms(policy) == {"treasuries": (treasuries, "cap"), "agency_mbs": (agency, "cap")}
    assert policy.verified


@pytest.mark.parametrize(
    ("on", "state", "since"),
    [("2009-02-01", State.QE, "2009-01-05"), ("2012-01-01", State.TWIST, "2011-10-03"),
     ("2013-06-01", State.QE, "2012-09-14"), ("2014-06-01", State.TAPER, "2014-01-01"),
     ("2016-06-01", State.HOLD, "2014-11-01"), ("2018-12-31", State.RUN_OFF, "2017-10-01"),
     ("2019-06-01", State.SLOWED_RUN_OFF, "2019-05-01"), ("2019-09-17", State.MIX_SHIFT, "2019-08-01"),
     ("2019-12-31", State.RESERVE_MANAGEMENT, "2019-10-15"), ("2020-04-01", State.QE, "2020-03-16"),
     ("2022-01-31", State.TAPER, "2021-11-15"), ("2023-03-15", State.RUN_OFF, "2022-06-01"),
     ("2025-06-01", State.SLOWED_RUN_OFF, "2024-06-01"), ("2025-12-05", State.MIX_SHIFT, "2025-12-01"),
     ("2025-12-31", State.RESERVE_MANAGEMENT, "2025-12-12")],
)  # fmt: skip
def test_the_state_of_the_feds_balance_sheet_policy(on, state, since):
    """What the policy was doing on a day, and since when, told by what was known that day."""
    policy = fed(on)
    assert (policy.state, policy.since) == (state, date.fromisoformat(since))


def test_the_doubling_of_september_2022_was_known_in_may():
    """On 10 May 2022 nothing runs off yet; June's caps and the step to 60 and 35 are announced."""
    policy = fed("2022-05-10")
    assert policy.state is State.HOLD
    assert [(s.effective, s.security, s.amount) for s in policy.announced] == [
        (date(2022, 6, 1), "treasuries", 30), (date(2022, 6, 1), "agency_mbs", 17.5),
        (date(2022, 9, 1), "treasuries", 60), (date(2022, 9, 1), "agency_mbs", 35),
    ]  # fmt: skip
    assert terms(fed("2022-05-10", on="2022-09-01"))["treasuries"] == (60, "cap")
    assert fed("2022-05-03", on="2022-09-01").state is State.HOLD  # the day before, it was not known


def test_in_july_2017_the_ladder_was_known_and_its_start_was_not():
    """After the addendum of June 2017 the caps stand announced without a start, and nothing is in force."""
    policy = fed("2017-07-01")
    assert policy.state is State.HOLD
    assert policy.announced == ()
    assert [(s.security, s.amount) for s in policy.undated] == [
        *(("treasuries", amount) for amount in (6, 12, 18, 24, 30)),
        *(("agency_mbs", amount) for amount in (4, 8, 12, 16, 20)),
    ]
    assert all(s.effective is None for s in policy.undated)
    assert fed("2017-06-13").undated == ()
    assert fed("2017-09-20").undated == ()  # the start was given that day
    assert fed("2017-09-20").announced[0].effective == date(2017, 10, 1)


def test_run_off_ended_two_months_early_in_2019():
    """On 15 August 2019 all Treasuries are rolled; the plan of March, to end in October, is overtaken."""
    assert [s.effective for s in fed("2019-07-30").announced] == [date(2019, 10, 1)] * 2
    policy = fed("2019-08-15")
    assert policy.state is State.MIX_SHIFT
    assert terms(policy) == {"treasuries": (0, "cap"), "agency_mbs": (20, "mix_cap")}
    assert policy.announced == ()


def test_in_november_2025_the_end_was_announced_and_run_off_went_on():
    """On 10 November 2025 caps of 5 and 35 hold, and 1 December is announced; reserve management is not known."""
    policy = fed("2025-11-10")
    assert policy.state is State.SLOWED_RUN_OFF
    assert terms(policy) == {"treasuries": (5, "cap"), "agency_mbs": (35, "cap")}
    assert {(s.effective, s.state) for s in policy.announced} == {(date(2025, 12, 1), State.MIX_SHIFT)}
    assert fed("2025-11-10", on="2026-01-01").state is State.MIX_SHIFT


def test_the_last_published_pace_of_2026_has_an_end():
    """On 1 October 2026 the pace in hand is 10 billion of bills, and its schedule ended on 13 July."""
    policy = fed("2026-10-01")
    assert policy.state is State.RESERVE_MANAGEMENT
    assert policy.since == date(2025, 12, 12)
    bills = next(s for s in policy.terms if s.security == "bills")
    assert (bills.amount, bills.amount_kind, bills.until) == (10, "purchase", date(2026, 7, 13))
    assert terms(policy) == {
        "treasuries": (0, "cap"),
        "agency_mbs": (None, "into_bills"),
        "bills": (10, "purchase"),
    }


def test_lending_in_an_emergency_is_no_change_of_balance_sheet_policy():
    """Repo operations of September 2019 and the loans of March 2023 leave the state as it was."""
    assert fed("2019-09-18").state is State.MIX_SHIFT
    assert fed("2023-03-20").state is State.RUN_OFF


def test_a_policy_that_stands_on_an_unread_text_says_so():
    """A step whose primary text nobody read is in force, and marked."""
    assert not fed("2011-10-10").verified
    assert fed("2022-06-10").verified


def test_there_is_no_policy_before_the_first():
    """Before the first programme there is nothing to tell."""
    assert fed("2008-11-24") is None


def test_nothing_announced_later_is_ever_seen():
    """On a grid of days, for today and for two years on, every step told was announced by then."""
    for number in range(0, 18 * 365, 23):
        as_of = parse_as_of((date(2009, 1, 6) + timedelta(days=number)).isoformat())
        known = FED.known(as_of)
        for ahead in (0, 90, 730):
            policy = known.in_force(as_of.date() + timedelta(days=ahead))
            assert policy is not None
            told = (*policy.terms, *policy.announced, *policy.undated)
            assert all(step.known_at <= as_of for step in told)


def test_a_step_is_known_from_its_very_second():
    """The statement of 4 May 2022 is known at 14:00 and not a second earlier."""
    before, at = (FED.known(parse_as_of(f"2022-05-04T{t}-04:00")) for t in ("13:59:59", "14:00:00"))
    assert len(at.steps) - len(before.steps) == 5
    assert {s.known_at for s in set(at.steps) - set(before.steps)} == {
        parse_as_of("2022-05-04T14:00:00-04:00")
    }


# --- first principles ------------------------------------------------------------------------------------------------


def step(known, effective, *, state=State.RUN_OFF, security="treasuries", amount=1.0, verified=True):
    """A step known and effective that many days after 1 January 2024."""
    return Step(
        bank="x", known_at=moment(known), effective=None if effective is None else day(effective),
        programme="p", state=state, security=security, amount_kind="cap", amount=amount, currency="USD",
        per="month", until=None, verified=verified, note="", source="",
    )  # fmt: skip


steps = st.lists(
    st.builds(
        step,
        st.integers(0, 20),
        st.one_of(st.none(), st.integers(0, 40)),
        state=st.sampled_from(
            (State.QE, State.HOLD, State.RUN_OFF, State.EMERGENCY_LENDING, State.COMMUNICATION)
        ),
        security=st.sampled_from(("treasuries", "agency_mbs", None)),
        amount=st.floats(0, 100),
    ),
    max_size=8,
).map(lambda found: PolicyCalendar(tuple(sorted(found, key=lambda s: (s.known_at, s.effective or date.max)))))


@given(steps, st.integers(0, 45))
def test_what_is_in_force_has_begun_and_what_is_announced_has_not(calendar, on):
    """Terms begin by the day, announced steps after it; each security has one term; undated steps have no day."""
    policy = calendar.in_force(day(on))
    if policy is None:
        return
    assert all(s.effective is not None and s.effective <= day(on) for s in policy.terms)
    assert all(s.effective is not None and s.effective > day(on) for s in policy.announced)
    assert all(s.effective is None for s in policy.undated)
    assert policy.since <= day(on)
    assert len({s.security for s in policy.terms}) == len(policy.terms)
    assert policy.state not in {State.EMERGENCY_LENDING, State.COMMUNICATION}


@given(steps, st.integers(0, 25), st.integers(0, 45))
def test_later_announcements_change_nothing_that_was_known(calendar, as_of, on):
    """Whatever is announced after a moment, the policy told at that moment is the same."""
    future = tuple(step(as_of + 1 + n, n, state=State.QE, security=None) for n in range(3))
    more = PolicyCalendar(calendar.steps + future)
    assert more.known(moment(as_of)).in_force(day(on)) == calendar.known(moment(as_of)).in_force(day(on))


@given(steps, st.integers(0, 45))
def test_what_was_announced_beside_a_policy_does_not_change_it(calendar, on):
    """Without its communications and emergency lending a calendar tells the same state, terms and announcements."""
    beside = {State.EMERGENCY_LENDING, State.COMMUNICATION}
    plain = PolicyCalendar(tuple(s for s in calendar.steps if s.state not in beside))
    with_them, without = calendar.in_force(day(on)), plain.in_force(day(on))
    assert (with_them is None) == (without is None)
    if with_them is not None and without is not None:
        for name in ("state", "since", "terms", "announced", "verified"):
            assert getattr(with_them, name) == getattr(without, name)


@given(steps)
def test_a_step_announced_comes_into_force_unless_overtaken(calendar):
    """What is announced on the day before it starts is a term, or has cleared the terms, on the day itself."""
    for on in range(41):
        before, then = calendar.in_force(day(on - 1)), calendar.in_force(day(on))
        if before is None or then is None:
            continue
        starting = [s for s in before.announced if s.effective == day(on)]
        last = {s.security: s for s in starting}
        if None not in last:
            assert set(last.values()) <= set(then.terms)
        if not starting:
            assert (then.state, then.terms) == (before.state, before.terms)


def test_a_newer_announcement_overtakes_a_step_that_had_not_begun():
    """A cap announced for day 20 never comes, once day 10 was given another."""
    calendar = PolicyCalendar((step(0, 20, amount=6.0), step(5, 10, amount=0.0, state=State.ENDED)))
    assert [s.amount for s in calendar.known(moment(4)).in_force(day(25)).terms] == [6.0]
    policy = calendar.in_force(day(25))
    assert [s.amount for s in policy.terms] == [0.0]
    assert (policy.state, policy.since) == (State.ENDED, day(10))


def test_an_older_step_that_has_begun_is_not_overtaken():
    """A cap in force stays until the day the newer one starts."""
    calendar = PolicyCalendar((step(0, 2, amount=30.0), step(3, 10, amount=60.0)))
    assert [calendar.in_force(day(n)).terms[0].amount for n in (2, 9, 10)] == [30.0, 30.0, 60.0]


def test_a_security_keeps_its_term_when_another_changes():
    """The agency cap stands while the Treasury cap moves, and both end with a step that names no security."""
    calendar = PolicyCalendar((
        step(0, 1, amount=30.0), step(0, 1, amount=17.5, security="agency_mbs"), step(5, 6, amount=5.0),
        step(8, 9, state=State.QE, security=None, amount=None),
    ))  # fmt: skip
    assert terms(calendar.in_force(day(6))) == {"treasuries": (5.0, "cap"), "agency_mbs": (17.5, "cap")}
    policy = calendar.in_force(day(9))
    assert (policy.state, policy.terms) == (State.QE, ())


def test_a_start_that_is_given_later_ends_the_open_announcement():
    """A step announced without a day is told until one of its state gets a day."""
    calendar = PolicyCalendar((step(0, 0, state=State.HOLD), step(1, None), step(5, 9)))
    assert [len(calendar.known(moment(n)).in_force(day(n)).undated) for n in (0, 4, 5)] == [0, 1, 0]


# --- the file --------------------------------------------------------------------------------------------------------

HEADER = (
    "central_bank,known_at,effective,programme,state,security,amount_kind,amount_billions,currency,per,above,until,"
    "verified,note,source\n"
)
ROW = "Fed,2022-05-04T14:00:00-04:00,2022-06-01,QT2,run_off,treasuries,cap,30,USD,month,,,yes,note,source\n"


def test_a_calendar_is_read_in_the_order_it_became_known():
    """Lines of other banks are passed over; lines of one bank come sorted by announcement."""
    other = ROW.replace("Fed,", "BoE,")
    earlier = ROW.replace("2022-05-04", "2022-01-26").replace("2022-06-01", "").replace(",30,", ",,")
    found = read_calendar(Payload("p.csv", (HEADER + ROW + other + earlier).encode()), "Fed").steps
    assert [s.known_at.date() for s in found] == [date(2022, 1, 26), date(2022, 5, 4)]
    assert (found[0].effective, found[0].amount, found[0].until) == (None, None, None)
    assert (found[1].effective, found[1].amount) == (date(2022, 6, 1), 30.0)
    assert found[1].known_at == datetime(2022, 5, 4, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [("run_off", "running"), (",30,", ",thirty,"), ("2022-06-01", "June"), ("T14:00:00-04:00", "T14:00:00"),
     ("2022-05-04T14:00:00-04:00", "")],
)  # fmt: skip
def test_a_line_that_is_no_step_is_refused_by_number(was, becomes):
    """A misspelt state, a number in words, no date, a time without a zone: refused with file and line."""
    content = (HEADER + ROW + ROW.replace(was, becomes)).encode()
    with pytest.raises(Unparseable, match=r"p\.csv, line 3: no step of a policy"):
        read_calendar(Payload("p.csv", content), "Fed")


def test_a_file_without_the_column_of_the_bank_is_refused():
    """A calendar with another header is no calendar."""
    with pytest.raises(Unparseable, match=r"p\.csv, line 2: no step of a policy \('central_bank'\)"):
        read_calendar(Payload("p.csv", (HEADER.replace("central_bank", "bank") + ROW).encode()), "Fed")
