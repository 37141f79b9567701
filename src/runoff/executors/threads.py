"""Tasks on threads of this process: nothing is copied, and numpy computes on several at once."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from runoff.core.executor import IN_HAND, Outcome, attempt

S = TypeVar("S")
A = TypeVar("A")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Threads:
    """So many threads; an interrupt waits for what they are at, and begins nothing more."""

    workers: int

    def run(self, task: Callable[[S, A], R], shared: S, arguments: Sequence[A]) -> Generator[Outcome[R]]:
        """As `core.executor.Executor.run` says."""
        pool = ThreadPoolExecutor(self.workers, thread_name_prefix="runoff")
        waiting = enumerate(arguments)
        running: set[Future[Outcome[R]]] = set()
        try:
            while True:
                for number, argument in islice(waiting, IN_HAND * self.workers - len(running)):
                    running.add(pool.submit(attempt, task, shared, number, argument))
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                # Those that ended together come in their order: what one of them raises does not hide the others.
                yield from sorted((future.result() for future in done), key=lambda outcome: outcome.number)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
