"""Rows on their way into the store: what is kept, what is dated now, and what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.rows import spec

from runoff.core.errors import UnitError, Unparseable
from runoff.core.intake import checked
from runoff.core.series import ASSUMED, REVISED, Observations, Series, SeriesSpec
from runoff.core.time import NEW_YORK
from runoff.core.units import Frequency, Measure, Unit

WEDNESDAY = date(2024, 1, 3).toordinal()
NOW = datetime(2026, 7, 24, 18, 0, tzinfo=UTC)
RATE = spec(
    "nyfed:X", unit=Unit.parse("percent"), measure=Measure.RATE, frequency=Frequency.DAILY, release="close"
)
STEP = replace(RATE, id="frb:IORB", frequency=Frequency.STEP)


def weeks(
    values: list[float], of: SeriesSpec | None = None, first: int = 0, flags: int = ASSUMED
) -> Observations:
    """Values of the weeks from that one on, each known the day after; days in a row where the series is daily."""
    of = of or spec()
    step = 7 if of.frequency is Frequency.WEEKLY else 1
    periods = np.array([WEDNESDAY + step * (first + n) for n in range(len(values))], dtype=np.int64)
    known_at = [
        int(datetime.combine(date.fromordinal(int(p) + 1), datetime.min.time(), NEW_YORK).timestamp())
        for p in periods
    ]
    return Observations(
        spec=of,
        unit=of.unit,
        periods=periods,
        values=np.array(values, dtype=np.float64),
        known_at=np.array(known_at, dtype=np.int64),
        flags=np.full(len(values), flags, dtype=np.uint8),
        digest="d",
    )


def stored(rows: Observations) -> Series:
    """What a store says that has these rows."""
    return Series(
        spec=rows.spec,
        periods=rows.periods,
        values=rows.values,
        known_at=rows.known_at,
        flags=rows.flags,
        files=np.zeros(len(rows), dtype=np.int32),
        digests=("d",),
        as_of=NOW,
    )


def test_what_is_known_is_left_out_and_what_differs_is_known_now() -> None:
    """The same value again adds nothing; another is a revision of this moment; a new period has its own moment."""
    found = checked(weeks([100, 101, 103]), "f", NOW, stored(weeks([100, 102])))
    assert found.values.tolist() == [101, 103]
    assert found.known_at[0] == int(NOW.timestamp())
    assert found.flags.tolist() == [ASSUMED | REVISED, ASSUMED]
    assert found.known_at[1] < found.known_at[0]


def test_a_vintage_keeps_the_moment_that_it_states() -> None:
    """A row whose moment is not assumed is told as it is, also where the value is stored already."""
    rows = weeks([100, 101], flags=0)
    found = checked(rows, "f", NOW, stored(weeks([100, 102])))
    assert found.known_at.tolist() == rows.known_at.tolist()
    assert found.flags.tolist() == [0, 0]


def test_nothing_is_known_later_than_now() -> None:
    """A moment of the release clock that lies ahead becomes this one."""
    now = datetime.combine(date.fromordinal(WEDNESDAY), datetime.min.time(), NEW_YORK) + timedelta(hours=1)
    assert checked(weeks([100]), "f", now, None).known_at.tolist() == [int(now.timestamp())]


@pytest.mark.parametrize(
    ("rows", "error", "says"),
    [
        (weeks([]), Unparseable, "no value of frb:WALCL"),
        (weeks([100], first=200), Unparseable, "2027-11-03 is in the future"),
        (weeks([1.5]), Unparseable, "whole USD mn"),
        (replace(weeks([100]), periods=np.array([WEDNESDAY + 1])), Unparseable, "2024-01-04 is no period"),
        (weeks([5.0], RATE, first=3), Unparseable, "2024-01-06 is no period"),
        (weeks([100_000, 101_000]), UnitError, "another unit"),
    ],
)
def test_what_cannot_be_this_series_is_refused(rows: Observations, error: type[Exception], says: str) -> None:
    """The message names the file and the period or the sizes."""
    with pytest.raises(error, match=says):
        checked(rows, "f.csv", NOW, stored(weeks([100, 101], rows.spec)))


def test_of_a_rate_that_holds_until_changed_the_changes_are_kept() -> None:
    """Given day by day, only the days on which it became another."""
    found = checked(weeks([3.9, 3.9, 3.65, 3.65], STEP, first=1), "f", NOW, stored(weeks([3.9], STEP)))
    assert found.values.tolist() == [3.65]
    assert found.periods.tolist() == [WEDNESDAY + 3]


LONG = [100.0 + n % 3 for n in range(60)]


@pytest.mark.parametrize("last", [1000, 10, 990, -100, 0])
def test_a_digit_too_many_or_too_few_at_the_end_is_refused(last: float) -> None:
    """Of a series that never moved so; the message names the period and both values."""
    with pytest.raises(UnitError, match=r"frb:WALCL of 2025-02-26 is -?[\d,]+ USD mn, and 102 before it"):
        checked(weeks([102, last], first=59), "f", NOW, stored(weeks(LONG)))


def test_a_jump_that_the_next_figure_confirms_is_taken() -> None:
    """Then it is no slip of a digit, and no figure is lost."""
    assert len(checked(weeks([1000, 1010], first=60), "f", NOW, stored(weeks(LONG)))) == 2


def test_a_jump_is_taken_where_such_jumps_happen_or_nothing_is_known_yet() -> None:
    """After a past with a jump, after a short past, and where it is the stored value itself."""
    jumpy = [*LONG[:30], 1000.0, *LONG[31:]]
    assert len(checked(weeks([1000], first=60), "f", NOW, stored(weeks(jumpy)))) == 1
    assert len(checked(weeks([1000], first=40), "f", NOW, stored(weeks(LONG[:40])))) == 1
    assert len(checked(weeks([1000], first=60), "f", NOW, stored(weeks([*LONG, 1000])))) == 0


@given(st.lists(st.integers(1, 3), min_size=1, max_size=30), st.integers(2, 30))
def test_a_rate_near_nil_may_move_by_multiples(moves: list[int], factor: int) -> None:
    """From 0.04 to 0.33 in a day is a policy decision and no unit; it must be points, too, to be refused."""
    past = weeks(
        [0.04 + 0.01 * (moves[n % len(moves)]) for n in range(60)], replace(RATE, frequency=Frequency.WEEKLY)
    )
    rows = weeks([0.05 * factor], past.spec, first=60)
    assert len(checked(rows, "f", NOW, stored(past))) == 1
    with pytest.raises(UnitError, match="it never moved so"):
        checked(weeks([7.0], past.spec, first=60), "f", NOW, stored(past))
