"""Timing two things in turn, so that a machine that slows down slows both."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The medians of a subject and its baseline, in seconds, and the target of the subject."""

    what: str
    seconds: float
    baseline: str
    baseline_seconds: float
    target_seconds: float

    @property
    def ratio(self) -> float:
        """The subject's time as a multiple of the baseline's."""
        return self.seconds / self.baseline_seconds


def pair(
    what: str,
    subject: Callable[[], object],
    baseline_name: str,
    baseline: Callable[[], object],
    *,
    target_seconds: float,
    runs: int = 5,
    calls: int = 1,
) -> Measured:
    """Time both in turn, after one run of each that is not counted; `calls` of each make up a run."""
    subject(), baseline()
    mine, theirs = [], []
    for _ in range(runs):
        mine.append(_seconds(subject, calls))
        theirs.append(_seconds(baseline, calls))
    return Measured(
        what=what,
        seconds=statistics.median(mine),
        baseline=baseline_name,
        baseline_seconds=statistics.median(theirs),
        target_seconds=target_seconds,
    )


def _seconds(function: Callable[[], object], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - start) / calls


def python(*arguments: str, home: str) -> Callable[[], None]:
    """A run of this interpreter in a process of its own, with compiled files allowed, as a user has them."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["RUNOFF_HOME"] = home

    def run() -> None:
        subprocess.run([sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL, check=True)

    return run
