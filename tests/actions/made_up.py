"""Parts of a sweep that cost nothing: lines that follow from combination, path and month alone."""

import os
import signal
from datetime import date
from pathlib import Path

import numpy as np

from runoff.actions.sweeping import Followed
from runoff.core.errors import EstimationError

FAILING = "shift=-1"
MARKS = "RUNOFF_TEST_MARKS"


def followed(world, part):
    """Whole numbers that name their path and month, so that a path in a wrong place is seen."""
    months = np.array(
        [date(2026 + (9 + n) // 12, (9 + n) % 12 + 1, 1).toordinal() for n in range(world.horizon)]
    )
    paths = np.arange(part.first_path, part.first_path + part.paths, dtype=np.int64)
    base = part.combination.number * 10**9 + part.combination.seed * 10**8
    values = base + paths[:, np.newaxis] * 100 + np.arange(world.horizon)
    return Followed(
        months=months,
        lines={line: values + place for place, line in enumerate(world.lines)},
        seconds=0.5,
        kernel="made up",
    )


def failing(world, part):
    """One scenario has no result."""
    if FAILING in part.combination.assumed.scenario:
        raise EstimationError("no {what}", what="estimate")
    return followed(world, part)


def killed_once(world, part):
    """The worker of the first part dies, once."""
    mark = Path(os.environ[MARKS]) / "died"
    if part.combination.number == 0 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return followed(world, part)


def forbidden(world, part):
    """Nothing is computed."""
    raise AssertionError(part)
