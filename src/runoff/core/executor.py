"""Running many independent tasks: one Protocol, whoever runs them, and what a task leaves behind.

A task is a function of what all tasks share and of an argument of its own. It is handed no clock, no random source and
no place to write, so that its result is the same on a thread, in a process or on another machine, however often it is
tried. Results come as they are done, in any order, each with the number of its argument.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final, Generic, Protocol, TypeAlias, TypeVar

from runoff.core.errors import RunoffError

S = TypeVar("S")
A = TypeVar("A")
R = TypeVar("R")
K = TypeVar("K")
V = TypeVar("V")

MOST_DEATHS: Final = 3  # a task that took so many workers with it is not tried again
# Tasks handed out and not yet done, a worker: the next one is at hand when one is done, and what an interrupt loses or
# a slow reader piles up stays small.
IN_HAND: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Generic[R]):
    """What a task returned; `number` is the place of its argument."""

    number: int
    value: R


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Why a task has no result; the others go on."""

    number: int
    error: RunoffError


Outcome: TypeAlias = Done[R] | Failed


class Executor(Protocol):
    """Whoever runs tasks. An adapter adds no meaning: the same tasks have the same results on each."""

    @property
    def workers(self) -> int:
        """How many tasks run at once."""
        ...

    def run(self, task: Callable[[S, A], R], shared: S, arguments: Sequence[A]) -> Generator[Outcome[R]]:
        """Run a task on every argument and yield each outcome as it is there.

        A worker that dies loses nothing: what it was at is run again, elsewhere or by a new one. A task that raises a
        `RunoffError`, or kills its worker `MOST_DEATHS` times, has failed; the rest goes on. Any other exception of a
        task is a defect and ends the run. Closing the iterator, or an interrupt, cancels what has not begun.

        Parameters
        ----------
        task
            A function that its module and name find again on a worker, of what is shared and one argument.
        shared
            What every task is handed, sent once a worker; it must pickle.
        arguments
            One a task, in the order in which they are begun; they must pickle.
        """
        ...


def attempt(task: Callable[[S, A], R], shared: S, number: int, argument: A) -> Outcome[R]:
    """Run one task where the caller is.

    Examples
    --------
    >>> attempt(max, 2, 0, 3)
    Done(number=0, value=3)
    """
    try:
        return Done(number=number, value=task(shared, argument))
    except RunoffError as error:
        return Failed(number=number, error=portable(error))


def deadly(number: int, times: int) -> Failed:
    """What is said of a task that took its workers with it, one after another."""
    return Failed(
        number=number,
        error=RunoffError(
            "{times} workers in turn died at it, without an error of their own: most often for want of memory; make "
            "blocks smaller or workers fewer, and run the same command again",
            times=times,
        ),
    )


def portable(error: RunoffError) -> RunoffError:
    """The same error with values that travel between processes: what is neither text nor number is written out.

    Examples
    --------
    >>> portable(RunoffError("{a:g} by {b}", a=2.0, b=ValueError("no"))).values
    {'a': 2.0, 'b': 'no'}
    """
    values = {
        name: value if isinstance(value, str | int | float) else str(value)
        for name, value in error.values.items()
    }
    return type(error)(error.template, **values)


class Kept(Generic[K, V]):
    """The last few values made from keys, each made once, by whichever thread asks first.

    It keeps what several tasks of one worker would make again. Sent to another worker it arrives empty: what is in it
    can be made anew, and a worker makes only what it needs.

    Parameters
    ----------
    most
        How many values are kept; of more the one that was asked for longest ago is let go.
    """

    __slots__ = ("_found", "_guard", "_making", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: dict[K, V] = {}
        self._making: dict[K, Lock] = {}
        self._guard = Lock()

    def __reduce__(self) -> tuple[type[Kept[K, V]], tuple[int]]:
        return Kept, (self._most,)

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The value of a key, made where it is not there; a second thread waits for the first."""
        with self._guard:
            making = self._making.setdefault(key, Lock())
        with making:
            with self._guard:
                if key in self._found:
                    self._found[key] = self._found.pop(key)  # asked for last
                    return self._found[key]
            value = make()
            with self._guard:
                self._found[key] = value
                while len(self._found) > self._most:
                    oldest = next(iter(self._found))
                    del self._found[oldest]
                    self._making.pop(oldest, None)
            return value
