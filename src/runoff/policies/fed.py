"""The Federal Reserve's balance-sheet policy since 2008, from `figures/policy_calendar.csv`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from runoff.core.policy import PolicyCalendar, PolicyPlugin, read_calendar
from runoff.core.source import Payload


@cache
def calendar() -> PolicyCalendar:
    """All steps, as announced."""
    content = (files("runoff") / "figures" / "policy_calendar.csv").read_bytes()
    return read_calendar(Payload("policy_calendar.csv", content), "Fed")


POLICY = PolicyPlugin(title="Federal Reserve", calendar=calendar)
