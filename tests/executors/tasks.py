"""What workers run in these tests: found again in a worker by module and name."""

import os
import signal
import time
from pathlib import Path

from runoff.core.errors import ConfigError


def power(base, exponent):
    """A result that depends on both."""
    return base**exponent


def slowly(base, exponent):
    """The same, a moment later for smaller ones, so that results come in another order."""
    time.sleep(0.05 / (1 + exponent))
    return base**exponent


def refused(base, exponent):
    """An error of ours for one argument."""
    if exponent == 2:
        raise ConfigError("no {what:g}", what=2.0)
    return base**exponent


def broken(base, exponent):
    """A defect for one argument."""
    if exponent == 2:
        raise ZeroDivisionError("a defect")
    return base**exponent


def killed(folder, what):
    """Kill the worker that runs it, the first so many times; each leaves a mark."""
    name, times, pause = what
    marks = Path(folder)
    died = len(list(marks.glob(f"{name}-*")))
    if died < times:
        (marks / f"{name}-{died}").touch()
        time.sleep(pause)  # a worker of dask that dies while it starts is not started again
        os.kill(os.getpid(), signal.SIGKILL)
    return name


def marked(folder, name):
    """Leave a mark, and take a while."""
    (Path(folder) / str(name)).touch()
    time.sleep(0.2)
    return name


def parent(folder, name):
    """Leave the number of the process as a mark, and wait."""
    (Path(folder) / f"{name}.{os.getpid()}").touch()
    time.sleep(60)
