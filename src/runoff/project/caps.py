"""How much may be redeemed in a month, according to a calendar of policy."""

from __future__ import annotations

import math
from datetime import date

import numpy as np

from runoff.core.policy import PolicyCalendar, State
from runoff.core.series import FloatArray, IntArray

_TREASURIES, _CAP, _MONTH = "treasuries", "cap", "month"
_BILLION = 1e9


def treasury_caps(calendar: PolicyCalendar, months: IntArray) -> FloatArray:
    """The cap on Treasury redemptions in each month, in dollars, from the steps of a calendar.

    1. The cap in force on the first day of the month counts; only steps read in a primary text decide.
    2. Before the first cap, and where a policy holds, buys or has ended, nothing is redeemed: the cap is nil.
    3. Where holdings run off and no cap is named, there is none: infinity.

    Parameters
    ----------
    calendar
        The steps known; announced ones count from the day they take effect.
    months
        The first days of the months, as ordinals.
    """
    verified = PolicyCalendar(tuple(step for step in calendar.steps if step.verified))
    return np.array([_cap(verified, date.fromordinal(int(day))) for day in months], dtype=np.float64)


def _cap(calendar: PolicyCalendar, day: date) -> float:
    policy = calendar.in_force(day)
    if policy is None:
        return 0.0
    for term in policy.terms:
        if (term.security, term.amount_kind, term.per) == (
            _TREASURIES,
            _CAP,
            _MONTH,
        ) and term.amount is not None:
            return term.amount * _BILLION
    return math.inf if policy.state is State.RUN_OFF and not policy.terms else 0.0
