"""What every calendar of policy steps must be, whoever adds it."""

import csv
import io
from datetime import date, datetime
from importlib.resources import files

import pytest

from runoff.core.policy import PolicyPlugin, State, read_calendar
from runoff.core.registry import plugins
from runoff.core.source import Payload
from runoff.core.units import CURRENCIES

POLICIES = plugins("policies", PolicyPlugin)
FILE = files("runoff") / "figures" / "policy_calendar.csv"
PAYLOAD = Payload(FILE.name, FILE.read_bytes())
ROWS = list(csv.DictReader(io.StringIO(PAYLOAD.content.decode())))
# Every calendar there is: those of the registry, and what the file holds of banks that have no plug-in yet.
CALENDARS = {f"plug-in {name}": plugin.calendar() for name, plugin in POLICIES.items()} | {
    f"file {bank}": read_calendar(PAYLOAD, bank) for bank in sorted({row["central_bank"] for row in ROWS})
}


@pytest.fixture(params=CALENDARS, name="steps")
def each_calendar(request):
    """The steps of each calendar in turn."""
    return CALENDARS[request.param].steps


def test_the_federal_reserve_is_found():
    """The registry finds the calendar of the Federal Reserve, with the steps of its bank alone."""
    assert POLICIES["fed"].title == "Federal Reserve"
    assert {step.bank for step in POLICIES["fed"].calendar().steps} == {"Fed"}


def test_every_row_of_the_file_is_a_step_of_its_bank():
    """Nine central banks; no row is dropped."""
    read = [step for name, found in CALENDARS.items() if name.startswith("file") for step in found.steps]
    assert len(read) == len(ROWS) == 141
    assert len({step.bank for step in read}) == 9


def test_steps_are_in_the_order_they_became_known(steps):
    """Steps ascend by the moment they became known; there is at least one."""
    assert steps
    known = [step.known_at for step in steps]
    assert known == sorted(known)


def test_the_order_of_the_file_does_not_matter():
    """A calendar written from the last row to the first reads in the order its steps became known."""
    lines = PAYLOAD.content.decode().splitlines()
    turned = Payload(PAYLOAD.name, "\n".join([lines[0], *reversed(lines[1:]), ""]).encode())
    known = [step.known_at for step in read_calendar(turned, "Fed").steps]
    assert known == sorted(known)
    assert len(known) == len(CALENDARS["file Fed"].steps)


def test_every_announcement_has_a_zone(steps):
    """An announcement without a time zone could not be compared with an as-of."""
    for step in steps:
        assert isinstance(step.known_at, datetime)
        assert step.known_at.utcoffset() is not None, step.programme


def test_amounts_are_not_negative_and_say_what_they_are(steps):
    """An amount is nil or more, of a known currency, per a span, of a kind; without one there is no kind."""
    for step in steps:
        assert step.currency in CURRENCIES, step.programme
        if step.amount is None:
            assert step.amount_kind in {None, "into_bills"}, step.programme
        else:
            assert step.amount >= 0, step.programme
            assert step.amount_kind in {"cap", "mix_cap", "purchase", "envelope"}, step.programme
            assert step.per in {"month", "year", "total"}, step.programme


def test_a_published_pace_ends_after_it_begins(steps):
    """Where the last day of a pace is published it is not before the first."""
    for step in steps:
        if step.until is not None and step.effective is not None:
            assert step.until >= step.effective, step.programme


def test_what_was_not_verified_says_why(steps):
    """A step for which no primary text was read has a note: it is shown as such and decides nothing alone."""
    for step in steps:
        if not step.verified:
            assert step.note.strip(), (step.known_at, step.programme)


def test_every_step_has_a_source(steps):
    """Each step says where it was read."""
    for step in steps:
        assert step.source.strip(), (step.known_at, step.programme)


def test_verified_is_yes_or_no():
    """Anything but yes or no in the file would silently read as no."""
    assert {row["verified"] for row in ROWS} == {"yes", "no"}


def test_no_step_of_the_federal_reserve_is_known_after_it_took_effect():
    """An announcement comes before what it announces; what is later is a mistake in the calendar."""
    late = [
        (step.known_at.date(), step.effective)
        for step in POLICIES["fed"].calendar().steps
        if step.effective is not None and step.effective < step.known_at.date()
    ]
    assert late == []


@pytest.mark.parametrize(
    ("day", "state", "treasuries"),
    [
        ("2017-10-16", State.RUN_OFF, 6),
        ("2018-12-03", State.RUN_OFF, 30),
        ("2019-05-06", State.SLOWED_RUN_OFF, 15),
        ("2022-07-01", State.RUN_OFF, 30),
        ("2022-09-15", State.RUN_OFF, 60),
        ("2024-06-10", State.SLOWED_RUN_OFF, 25),
        ("2025-04-10", State.SLOWED_RUN_OFF, 5),
    ],
)
def test_the_caps_in_force(day, state, treasuries):
    """The state and the Treasury cap, in billions a month, that the statements of the day set."""
    policy = POLICIES["fed"].calendar().in_force(date.fromisoformat(day))
    cap = next(step for step in policy.terms if step.security == "treasuries")
    assert policy.state is state
    assert (cap.amount, cap.amount_kind, cap.per) == (treasuries, "cap", "month")
