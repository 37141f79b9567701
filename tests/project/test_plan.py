from dataclasses import replace
from datetime import date, datetime
from math import inf

import numpy as np

from runoff.core.policy import PolicyCalendar, PolicyPlugin, State, Step
from runoff.core.registry import plugin
from runoff.core.time import NEW_YORK, end_of_day
from runoff.project.plan import treasury_caps

FED = plugin("policies", "fed", PolicyPlugin).calendar()


def caps(calendar, *months):
    """Caps in billions."""
    return (treasury_caps(calendar, np.array([date(*m, 1).toordinal() for m in months])) / 1e9).tolist()


def test_the_caps_as_they_happened():
    """Two run-offs, slowed and ended.

    PROVENANCE: FOMC statements and plans of 2017-09-20, 2019-03-20, 2019-07-31, 2022-05-04, 2024-05-01, 2025-03-19,
    2025-10-29.
    """
    months = {
        (2016, 1): 0, (2017, 9): 0, (2017, 10): 6, (2018, 1): 12, (2018, 4): 18, (2018, 7): 24, (2018, 10): 30,
        (2019, 4): 30, (2019, 5): 15, (2019, 8): 0, (2020, 6): 0, (2022, 5): 0, (2022, 6): 30, (2022, 8): 30,
        (2022, 9): 60, (2024, 5): 60, (2024, 6): 25, (2025, 3): 25, (2025, 4): 5, (2025, 11): 5, (2025, 12): 0,
        (2026, 6): 0,
    }  # fmt: skip
    assert caps(FED, *months) == list(months.values())


def test_the_caps_as_announced_by_a_day():
    """The step of September 2022 was announced in May; the end of the 60 billion was not."""
    told = FED.known(end_of_day(date(2022, 5, 4)))
    assert caps(told, (2022, 6), (2022, 9), (2026, 1)) == [30, 60, 60]
    assert caps(FED.known(end_of_day(date(2022, 5, 3))), (2022, 6), (2022, 9)) == [0, 0]


STEP = Step(
    bank="x", known_at=datetime(2024, 1, 1, tzinfo=NEW_YORK), effective=date(2024, 2, 1), programme="", note="",
    state=State.RUN_OFF, security=None, amount_kind=None, amount=None, currency="USD", per="", until=None,
    verified=True, source="",
)  # fmt: skip


def test_a_run_off_without_a_cap_has_none():
    """And nothing is redeemed before it, nor under a policy that holds."""
    assert caps(PolicyCalendar((STEP,)), (2024, 1), (2024, 2)) == [0, inf]
    assert caps(PolicyCalendar((replace(STEP, state=State.HOLD),)), (2024, 2)) == [0]


def test_a_step_that_nobody_read_decides_nothing():
    """An unverified cap leaves the one before it in force."""
    capped = replace(STEP, security="treasuries", amount_kind="cap", amount=10.0, per="month")
    later = replace(
        capped, effective=date(2024, 5, 1), amount=20.0, known_at=datetime(2024, 4, 1, tzinfo=NEW_YORK)
    )
    assert caps(PolicyCalendar((capped, later)), (2024, 5)) == [20]
    assert caps(PolicyCalendar((capped, replace(later, verified=False))), (2024, 5)) == [10]
