"""A policy of the user's own: what is read, what it does to a calendar, and what each error names."""

from datetime import UTC, date, datetime
from math import inf

import pytest

from runoff.core.errors import ConfigError
from runoff.core.policy import PolicyCalendar, State, Step
from runoff.core.policy_file import NamedPolicy, read_policy
from runoff.core.source import Payload

HEAD = 'title = "T"\nsays = "S"\n'
STEP = {
    "effective": "2027-01-01",
    "state": '"run_off"',
    "security": '"treasuries"',
    "kind": '"cap"',
    "billions": "60",
}
MOMENT = datetime(2026, 6, 10, tzinfo=UTC)


def read(text: str) -> NamedPolicy:
    """A policy from what a file says."""
    return read_policy(Payload("mine.toml", text.encode()), "mine")


def step(**changes: str | None) -> str:
    """A file of one step, with keys changed, added or (None) left out."""
    keys = {name: value for name, value in {**STEP, **changes}.items() if value is not None}
    return HEAD + "[[step]]\n" + "\n".join(f"{name} = {value}" for name, value in keys.items())


def test_everything_that_a_file_can_say():
    """Each key becomes what it says, and what is left out its default."""
    policy = read(
        HEAD + 'follows = "fed"\nknown = 2022-05-04\n'
        '[[step]]\nafter_months = 2\nstate = "twist"\nsecurity = "treasuries"\nkind = "sale"\nbillions = 120\n'
        'per = "year"\nyears = [0, 3]\n'
        '[[step]]\neffective = 2027-01-01\nstate = "run_off"\nsecurity = "agency_mbs"\nkind = "cap"\n'
        'billions = inf\nabove = "bills"\n'
        '[[step]]\neffective = 2028-01-01\nstate = "ended"\n'
    )  # fmt: skip
    first, second, third = policy.steps
    assert (policy.id, policy.title, policy.says, policy.follows) == ("mine", "T", "S", "fed")
    assert (policy.known, policy.hindsight) == (date(2022, 5, 4), False)
    assert (first.effective, first.after_months, first.per, first.years) == (None, 2, "year", (0.0, 3.0))
    assert (first.state, first.security, first.kind, first.billions) == (
        State.TWIST,
        "treasuries",
        "sale",
        120.0,
    )
    assert (second.billions, second.above, second.per) == (inf, "bills", "month")
    assert (third.security, third.kind, third.billions) == (None, None, None)
    assert read(HEAD).follows == "fed"
    assert read(HEAD + 'known = "hindsight"').hindsight


BAD = {
    "no title": ('says = "S"', "mine.toml: title is missing"),
    "unknown key": (HEAD + "stop = 1", "mine.toml: no key named stop; there are follows, known, says, step, title"),
    "follows a number": (HEAD + "follows = 3", "mine.toml: follows = 3 is no text; write it in quotation marks"),
    "known a text": (HEAD + 'known = "later"', "mine.toml: known = 'later' is no date"),
    "one bracket": (HEAD + "[step]\nbillions = 1", "mine.toml: write each step under [[step]], with two brackets"),
    "a number for a step": (HEAD + "step = [1]", "mine.toml, step 1: 1 is no step; write it under [[step]]"),
    "no date": (step(effective=None), "mine.toml, step 1: expected either effective = 2027-01-01 or after_months = 1"),
    "two dates": (step(after_months="1"), "mine.toml, step 1: expected either effective = 2027-01-01"),
    "quoted date": (step(effective='"2027-01-01"'), "step 1: effective = '2027-01-01' is no date"),
    "no month": (step(effective=None, after_months="0"), "after_months = 0; expected a whole number from 1 to 1200"),
    "too far": (step(effective=None, after_months="99999"), "after_months = 99999; expected a whole number from 1"),
    "unknown state": (step(state='"sleep"'), "mine.toml, step 1: state = 'sleep'; expected one of qe, taper"),
    "no state": (step(state=None), "mine.toml, step 1: state is missing"),
    "unknown security": (step(security='"gilts"'), "step 1: security = 'gilts'; expected one of treasuries, bills"),
    "unknown kind": (step(kind='"limit"'), "step 1: kind = 'limit'; expected one of cap, mix_cap"),
    "no kind": (step(kind=None, billions=None), "step 1: security and kind come together; leave both out to end"),
    "bills sold": (step(security='"bills"', kind='"sale"'), "kind = 'sale'; expected of bills one of purchase"),
    "a mix of Treasuries": (step(kind='"mix_cap"'), "kind = 'mix_cap'; expected of treasuries one of cap, into_bills"),
    "no amount": (step(billions=None), "mine.toml, step 1: billions is missing"),
    "negative": (step(billions="-1"), "step 1: billions = -1; expected a number from 0 to 1e+06"),
    "a text": (step(billions='"60"'), "step 1: billions = '60'; expected a number from 0 to 1e+06"),
    "nan": (step(billions="nan"), "step 1: billions = nan; expected a number"),
    "endless purchases": (step(kind='"purchase"', billions="inf"), "step 1: billions = inf; expected a number"),
    "dollars": (step(billions="60000000000"), "billions = 60000000000; expected a number from 0 to 1e+06"),
    "an amount too many": (step(kind='"into_bills"'), "a step of this kind has no amount; leave billions out"),
    "a week": (step(per='"week"'), "step 1: per = 'week'; expected one of month, year"),
    "a cap by years": (step(years="[0, 3]"), "years = [0, 3]; only a purchase or a sale of treasuries has them"),
    "years turned round": (step(kind='"sale"', years="[3, 0]"), "expected the shortest and the longest maturity"),
    "one year": (step(kind='"sale"', years="[3]"), "years = [3]; expected the shortest and the longest maturity"),
    "a century": (step(kind='"purchase"', years="[40, 50]"), "years = [40, 50]; expected the shortest"),
    "years as texts": (step(kind='"sale"', years='["0", "3"]'), "expected the shortest and the longest maturity"),
    "above nothing": (step(above='"bills"'), "above = 'bills'; only a cap on agency_mbs has it"),
    "unknown above": (step(security='"agency_mbs"', above='"gold"'), "above = 'gold'; expected one of treasuries"),
    "overwritten": (
        step() + step(kind='"purchase"').removeprefix(HEAD).join(["\n", ""]),
        "mine.toml, step 2: it takes the place of step 1, which starts with it and is on the same security",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_place_and_reason(name):
    """File, step, key, found, expected."""
    text, says = BAD[name]
    with pytest.raises(ConfigError) as refused:
        read(text)
    assert says in str(refused.value)


def announced(known_at: datetime, effective: date, amount: float) -> Step:
    """A cap on Treasuries in a calendar."""
    return Step(
        bank="fed", known_at=known_at, effective=effective, programme="", state=State.RUN_OFF,
        security="treasuries", amount_kind="cap", amount=amount, currency="USD", per="month", until=None,
        verified=True, note="", source="",
    )  # fmt: skip


HISTORY = PolicyCalendar(
    (
        announced(datetime(2026, 1, 1, tzinfo=UTC), date(2026, 2, 1), 10),
        announced(datetime(2026, 1, 1, tzinfo=UTC), date(2026, 12, 1), 20),
        announced(datetime(2026, 9, 1, tzinfo=UTC), date(2026, 10, 1), 30),
    )
)


def caps(policy: NamedPolicy, *days: date) -> list[float | None]:
    """The cap on days, as of `MOMENT`."""
    found = policy.calendar(HISTORY, MOMENT)
    policies = [found.in_force(day) for day in days]
    return [None if p is None or not p.terms else p.terms[0].amount for p in policies]


DAYS = date(2026, 3, 1), date(2026, 11, 1), date(2027, 2, 1)


def test_a_policy_follows_what_is_known_and_departs_from_it():
    """Without steps of its own it is the calendar known then; its own steps overtake what was announced for later."""
    assert caps(read(HEAD), *DAYS) == [10, 10, 20]
    assert caps(read(step(effective="2026-11-01")), *DAYS) == [10, 60, 60]
    assert caps(read(step()), *DAYS) == [10, 10, 60]
    assert caps(read(HEAD + '[[step]]\nafter_months = 1\nstate = "hold"'), *DAYS) == [10, None, None]


def test_months_are_counted_from_that_of_the_moment():
    """One month after the tenth of June 2026 is the first of July."""
    own = read(step(effective=None, after_months="1")).calendar(HISTORY, MOMENT).steps[-1]
    assert own.effective == date(2026, 7, 1)
    assert own.known_at > MOMENT


def test_hindsight_says_so():
    """All steps there are, or those of a later day; a policy of its own alone looks at nothing.

    The step of September overtakes the one that had been announced for December.
    """
    ahead = read(HEAD + 'known = "hindsight"')
    assert caps(ahead, *DAYS) == [10, 30, 30]
    assert ahead.looks_ahead(HISTORY, MOMENT)
    assert read(HEAD + "known = 2026-09-02").looks_ahead(HISTORY, MOMENT)
    assert not read(HEAD + "known = 2026-08-30").looks_ahead(HISTORY, MOMENT)
    assert not read(step()).looks_ahead(HISTORY, MOMENT)
    assert not ahead.looks_ahead(HISTORY, datetime(2026, 9, 2, tzinfo=UTC))
