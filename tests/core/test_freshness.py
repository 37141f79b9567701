from datetime import date

import pytest
from tests.core.rows import moment, rows, spec

from runoff.core.freshness import Condition, freshness
from runoff.core.time import ReleaseClock, parse_as_of
from runoff.core.units import PERCENT, Frequency, Measure
from runoff.core.view import History, Needs

WEEKLY = spec()
MONTHLY = spec(
    "bls:UNRATE", unit=PERCENT, measure=Measure.RATE, frequency=Frequency.MONTHLY, release="jobs_household"
)
STEP = spec("frb:IORB", unit=PERCENT, measure=Measure.RATE, frequency=Frequency.STEP, release="effective")


def series(of):
    """A series whose last figure is of 1 January 2024, or for a weekly one of Wednesday the 3rd."""
    return History.of([rows(of, [(2 if of is WEEKLY else 0, 3, 1.0)])]).at(moment(40)).series(of.id)


def test_a_series_is_late_from_the_second_its_next_figure_was_due():
    """H.4.1 of Wednesday the 3rd is current until Thursday the 11th, 16:30, and late from then on."""
    history = History.of([rows(WEEKLY, [(2, 3, 1.0)])])
    before, after = (history.at(parse_as_of(f"2024-01-11T16:{m}-05:00")) for m in ("29:59", "30:00"))
    assert not before.is_late(WEEKLY.id)
    assert after.is_late(WEEKLY.id)
    assert before.freshness(WEEKLY.id).days_late == 0
    late = history.at(parse_as_of("2024-01-15")).freshness(WEEKLY.id)
    assert (late.condition, late.due_period, late.days_late) == (Condition.LATE, date(2024, 1, 10), 4)


def test_a_series_without_figures_is_missing():
    """What the catalogue declares and the store lacks is missing, not late."""
    view = History(needs=Needs(series=frozenset({WEEKLY.id})), columns={}, specs={WEEKLY.id: WEEKLY}).at(
        moment(9)
    )
    found = view.freshness(WEEKLY.id)
    assert (found.condition, found.last, found.due) == (Condition.MISSING, None, None)


def test_a_period_that_was_never_published_makes_nothing_late():
    """When a month has no figure, the one after it is what is due."""
    clock = ReleaseClock({("jobs_household", date(2024, 2, 1)): None})
    found = freshness(MONTHLY, series(MONTHLY), clock, parse_as_of("2024-03-31"))
    assert (found.condition, found.due_period) == (Condition.CURRENT, date(2024, 3, 1))
    assert found.due == parse_as_of("2024-04-05T08:30-04:00")


@pytest.mark.parametrize("as_of", ["2024-02-01", "2034-02-01"])
def test_a_rate_that_holds_until_changed_is_never_late(as_of):
    """A step series has no calendar: it is current however old."""
    found = freshness(STEP, series(STEP), ReleaseClock(), parse_as_of(as_of))
    assert (found.condition, found.due, found.days_late) == (Condition.CURRENT, None, 0)
