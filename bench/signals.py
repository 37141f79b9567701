"""Every signal at the end of every Wednesday since 2018, from what was known then; the state of policy since 2008."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import partial, reduce
from operator import or_
from pathlib import Path

from bench.measure import Measured
from runoff.actions.workspace import Workspace
from runoff.config import Settings
from runoff.core.registry import plugins
from runoff.core.signal import SignalPlugin, take
from runoff.core.time import end_of_day
from runoff.core.view import History, Needs

_SINCE = date(2018, 1, 3)
# Signals that read texts: these go back to the first purchases.
_TEXTS_SINCE = date(2008, 11, 26)
_TARGET = 20.0  # seconds, all of them together


def every_wednesday(work: Workspace, until: str) -> Iterator[Measured]:
    """Each signal over all its Wednesdays, then all of them together.

    Each runs once and cold: a text that was read before would be remembered. The baseline slices every series that the
    signal declares as known at the same moments, and computes nothing.
    """
    signals = plugins("signals", SignalPlugin)
    needs = reduce(or_, (signal.needs for signal in signals.values()), Needs())
    view = work.view(needs, until)
    seconds = baseline = 0.0
    for name, signal in signals.items():
        moments = list(_wednesdays(signal, view.as_of))
        mine = _timed(partial(_read, name, signal, moments, view.history))
        theirs = _timed(partial(_slice, signal, moments, view.history))
        seconds, baseline = seconds + mine, baseline + theirs
        yield _measured(f"{name}, {len(moments)} Wednesdays", mine, theirs)
    yield _measured("all signals, every Wednesday", seconds, baseline)


def _measured(what: str, seconds: float, baseline: float) -> Measured:
    return Measured(
        what=what,
        seconds=seconds,
        baseline="their series as known then",
        baseline_seconds=baseline,
        target_seconds=_TARGET,
    )


def _timed(function: Callable[[], None]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def _wednesdays(signal: SignalPlugin, until: datetime) -> Iterator[datetime]:
    day = _TEXTS_SINCE if signal.needs.documents else _SINCE
    while end_of_day(day) <= until:
        yield end_of_day(day)
        day += timedelta(weeks=1)


def _read(name: str, signal: SignalPlugin, moments: Iterable[datetime], history: History) -> None:
    for moment in moments:
        take(name, signal, history.at(moment))


def _slice(signal: SignalPlugin, moments: Iterable[datetime], history: History) -> None:
    for moment in moments:
        view = history.at(moment)
        for series in signal.needs.all_series:
            view.known(series)


if __name__ == "__main__":  # python -m bench.signals [FOLDER]: a folder of texts with its manifest
    from runoff.actions.import_folder import import_folder
    from runoff.actions.workspace import words_in

    with tempfile.TemporaryDirectory() as home:
        url = f"sqlite:///{Path(home) / 'runoff.sqlite'}"
        with Workspace.open(Settings(home=Path(home), store_url=url, language="en")) as work:
            if len(sys.argv) > 1:
                import_folder(work, words_in("en"), Path(sys.argv[1]))
            for found in every_wednesday(work, "2026-10-01"):
                print(
                    f"{found.what:50} {1000 * found.seconds:8.1f} ms {found.ratio:8.1f}  {found.baseline} "
                    f"({1000 * found.baseline_seconds:.1f} ms)"
                )
