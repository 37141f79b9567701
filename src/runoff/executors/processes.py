"""Tasks in processes of this machine: what Python itself computes runs on several processors at once.

Processes are spawned, not forked: a fork of a process with threads may hang, and not every system has it. A worker that
dies takes the pool of it along; a new pool is made, and what was under way is run again, one task at a time, so that
the one to blame is known.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import pickle
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar, cast

from runoff.core.executor import IN_HAND, MOST_DEATHS, Outcome, attempt, deadly

S = TypeVar("S")
A = TypeVar("A")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Processes:
    """So many processes; an interrupt waits for what they are at, and begins nothing more."""

    workers: int

    def run(self, task: Callable[[S, A], R], shared: S, arguments: Sequence[A]) -> Generator[Outcome[R]]:
        """As `core.executor.Executor.run` says."""
        held = pickle.dumps((task, shared), protocol=pickle.HIGHEST_PROTOCOL)
        run: _Run[A, R] = _Run(
            workers=self.workers, held=held, arguments=arguments, waiting=deque(range(len(arguments)))
        )
        try:
            while not run.over:
                yield from run.round()
        finally:
            run.close()


@dataclass(slots=True, kw_only=True)
class _Run(Generic[A, R]):
    """Where a run stands: what waits, what is under way, and what was under way when a worker died.

    A suspect runs alone, before anything else: if a worker dies again, it was that one.
    """

    workers: int
    held: bytes
    arguments: Sequence[A]
    waiting: deque[int]
    suspects: deque[int] = field(default_factory=deque)
    running: dict[Future[Outcome[R]], int] = field(default_factory=dict)
    deaths: Counter[int] = field(default_factory=Counter)
    pool: ProcessPoolExecutor | None = None

    @property
    def over(self) -> bool:
        return not (self.waiting or self.suspects or self.running)

    def round(self) -> Iterator[Outcome[R]]:
        """Hand out what may run, wait for the first that is done, and yield it and those beside it."""
        try:
            self._hand_out()
            if not self.running:
                return
            done, _ = wait(self.running, return_when=FIRST_COMPLETED)
            for future in done:
                outcome = future.result()
                del self.running[future]
                yield outcome
        except BrokenProcessPool:
            yield from self._after_a_death()

    def _hand_out(self) -> None:
        if self.suspects:
            if not self.running:
                self._submit(self.suspects)
            return
        while self.waiting and len(self.running) < IN_HAND * self.workers:
            self._submit(self.waiting)

    def _submit(self, queue: deque[int]) -> None:
        """Hand out the first of a queue; it stays in the queue where the pool turns out to be broken."""
        if self.pool is None:
            self.pool = ProcessPoolExecutor(
                self.workers,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_receive,
                initargs=(self.held,),
            )
        number = queue[0]
        # What a worker was sent is what it runs: the results are those of the task, though the pool cannot know it.
        future = cast("Future[Outcome[R]]", self.pool.submit(_attempt, number, self.arguments[number]))
        self.running[future] = number
        queue.popleft()

    def _after_a_death(self) -> Iterator[Outcome[R]]:
        """Keep what was done, give up on what died too often, and suspect the rest of what was under way."""
        self.close()
        for future, number in sorted(self.running.items(), key=lambda pair: pair[1]):
            if future.done() and not future.cancelled() and future.exception() is None:
                yield future.result()
                continue
            self.deaths[number] += 1
            if self.deaths[number] >= MOST_DEATHS:
                yield deadly(number, MOST_DEATHS)
            else:
                self.suspects.append(number)
        self.running.clear()

    def close(self) -> None:
        """Cancel what has not begun and wait for what has; a pool that broke is gone already."""
        if self.pool is not None:
            self.pool.shutdown(wait=True, cancel_futures=True)
            self.pool = None


# --- in a worker ------------------------------------------------------------------------------------------------------

# A pool hands its processes nothing but arguments: what all tasks share is kept here, in a process that has no other
# purpose.
_HELD: Final[list[bytes]] = []
_OPENED: Final[list[tuple[Callable[[object, object], object], object]]] = []


def _receive(held: bytes) -> None:
    """Keep what all tasks share; leave interrupts to the parent, and end when it has ended, however it did."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _HELD.append(held)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None, "a worker was spawned by somebody"
    multiprocessing.connection.wait([parent.sentinel])
    os._exit(1)


def _attempt(number: int, argument: object) -> Outcome[object]:
    """Run one task; what is shared is unpickled by the first, so that a failure to is its error and no death."""
    if not _OPENED:
        _OPENED.append(pickle.loads(_HELD.pop()))
    task, shared = _OPENED[0]
    return attempt(task, shared, number, argument)
