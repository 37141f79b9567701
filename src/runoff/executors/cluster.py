"""Tasks on a dask.distributed cluster, given by the address of its scheduler.

The workers need this package, in this version, and neither a store nor a common folder: what all tasks share travels to
them once, and results come back. Nothing is kept on the cluster after a run.
"""

from __future__ import annotations

import importlib
import logging
import pickle
import time
import warnings
import zlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from queue import Empty, SimpleQueue
from types import ModuleType
from typing import Final, Protocol, TypeVar

from runoff.core.errors import ConfigError, Unavailable
from runoff.core.executor import IN_HAND, Outcome, attempt, deadly
from runoff.core.run_record import Software

S = TypeVar("S")
A = TypeVar("A")
R = TypeVar("R")

_RETRIES: Final = 2  # of a task that raised what is no error of ours: a connection lost, a machine going down
_ANSWER_SECONDS: Final = 20.0  # a scheduler answers in one; a worker may be starting
_LOGGERS: Final = ("distributed", "distributed.client", "distributed.utils", "distributed.core", "tornado")
_LOOK_SECONDS: Final = 5.0  # where nothing is done for so long, it is looked whether anybody is there
_ABSENT_SECONDS: Final = (
    120.0  # a worker that died is started again in seconds, a new machine may take a minute
)


class _Future(Protocol):
    """What of a task on its way is used here."""

    def result(self) -> object: ...

    def add_done_callback(self, function: Callable[[_Future], None]) -> None: ...


class _Client(Protocol):
    """What of dask's client is used here; dask is an extra, and its own types are not complete."""

    def submit(
        self, function: Callable[..., object], *arguments: object, pure: bool, retries: int
    ) -> _Future: ...

    def nthreads(self) -> Mapping[str, int]: ...

    def run(self, function: Callable[[], Software]) -> Mapping[str, Software]: ...

    def wait_for_workers(self, n_workers: int, timeout: float) -> None: ...

    def cancel(self, futures: Sequence[_Future], *, force: bool) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dead:
    """A task that was with a worker each of so many times that one died."""

    number: int
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A cluster that answered. Workers may come and go: those there are at a moment get work."""

    address: str
    client: _Client
    absent_seconds: float = _ABSENT_SECONDS

    @staticmethod
    @contextmanager
    def connect(
        address: str, *, wait_seconds: float = _ANSWER_SECONDS, absent_seconds: float = _ABSENT_SECONDS
    ) -> Iterator[Cluster]:
        """Connect to a scheduler, and leave it as it was found.

        Parameters
        ----------
        address
            As tcp://HOST:PORT.
        wait_seconds
            How long the scheduler, and a first worker, are waited for.
        absent_seconds
            How long a run goes on without any worker before it gives up.

        Raises
        ------
        ConfigError
            If dask.distributed is not installed here, or a worker has other software.
        Unavailable
            If nobody answers at the address, or the scheduler has no worker.
        """
        _distributed(address)  # as it is loaded it sets the levels of its loggers
        with _quiet():
            client = _connected(address, wait_seconds)
            try:
                _check(client, address, wait_seconds)
                yield Cluster(address=address, client=client, absent_seconds=absent_seconds)
            finally:
                client.close()

    @property
    def workers(self) -> int:
        """The threads of all workers that are there, and 1 where there are none at the moment."""
        return max(1, self._threads())

    def _threads(self) -> int:
        try:
            return sum(self.client.nthreads().values())
        except OSError as error:
            raise Unavailable(
                "the scheduler at {address} is gone ({reason}); run the same command again when it is back",
                address=self.address,
                reason=str(error).splitlines()[0],
            ) from error

    def run(self, task: Callable[[S, A], R], shared: S, arguments: Sequence[A]) -> Generator[Outcome[R]]:
        """As `core.executor.Executor.run` says."""
        # A task by itself, so that whoever loses it can have it again: data that were only scattered are gone with the
        # worker that held them.
        held = zlib.compress(pickle.dumps((task, shared), protocol=pickle.HIGHEST_PROTOCOL), 1)
        opened = self.client.submit(_open, held, pure=False, retries=_RETRIES)
        suspects: list[int] = []
        every, some = iter(range(len(arguments))), iter(suspects)
        found: Outcome[R] | _Dead
        try:
            for found in self._run(opened, arguments, every, lambda: IN_HAND * self.workers):
                # The scheduler blames all that was with a worker that died. Alone, only the one to blame dies again.
                if isinstance(found, _Dead):
                    suspects.append(found.number)
                else:
                    yield found
            for found in self._run(opened, arguments, some, lambda: 1):
                yield deadly(found.number, found.times) if isinstance(found, _Dead) else found
        finally:
            self._cancel([opened])

    def _run(
        self, opened: _Future, arguments: Sequence[A], waiting: Iterator[int], room: Callable[[], int]
    ) -> Iterator[Outcome[R] | _Dead]:
        """Run tasks by number, so many at once, and yield what came of each as it is there."""
        running: dict[_Future, int] = {}
        done: SimpleQueue[_Future] = SimpleQueue()
        try:
            while True:
                for number in islice(waiting, max(0, room() - len(running))):
                    future = self.client.submit(
                        _attempt, opened, number, arguments[number], pure=False, retries=_RETRIES
                    )
                    running[future] = number
                    future.add_done_callback(done.put)
                if not running:
                    return
                future = self._next(done)
                yield self._outcome(future, running.pop(future))
        finally:
            self._cancel(list(running))

    def _next(self, done: SimpleQueue[_Future]) -> _Future:
        """The next task that is done; where no worker is there for long, nobody will do it.

        Raises
        ------
        Unavailable
            If the scheduler is gone, or all workers are.
        """
        last_there = time.perf_counter()
        while True:
            with suppress(Empty):
                return done.get(timeout=min(_LOOK_SECONDS, self.absent_seconds))
            now = time.perf_counter()
            if self._threads():
                last_there = now
            elif now - last_there >= self.absent_seconds:
                raise Unavailable(
                    "{address} has had no worker for {seconds:.0f} seconds; start some (dask worker {address}) and run "
                    "the same command again",
                    address=self.address,
                    seconds=now - last_there,
                )

    def _cancel(self, futures: list[_Future]) -> None:
        with suppress(OSError, CancelledError):  # whoever is gone has nothing to cancel
            self.client.cancel(futures, force=True)

    def _outcome(self, future: _Future, number: int) -> Outcome[R] | _Dead:
        try:
            found: Outcome[R] = future.result()  # type: ignore[assignment]
        except _distributed(self.address).KilledWorker as error:
            return _Dead(number=number, times=error.allowed_failures + 1)
        except CancelledError as error:
            raise Unavailable(
                "the scheduler at {address} let go of what it was given ({reason}): it was stopped, or started anew; "
                "run the same command again when it is back",
                address=self.address,
                reason=str(error).splitlines()[0],
            ) from error
        return found


def _distributed(address: str) -> ModuleType:
    """The package, which is an extra: loaded where it is needed, and asked for by name where it is not there."""
    try:
        return importlib.import_module("distributed")
    except ModuleNotFoundError as error:
        raise ConfigError(
            "{address}: a cluster needs the package distributed: pip install 'runoff[cluster]'",
            address=address,
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep dask from logging what is said in an error of ours, with a traceback, each time a connection is lost."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _connected(address: str, wait_seconds: float) -> _Client:
    distributed = _distributed(address)
    with warnings.catch_warnings():
        # Versions are compared below, those that matter, and named.
        warnings.simplefilter("ignore", distributed.versions.VersionMismatchWarning)
        try:
            client: _Client = distributed.Client(address, timeout=wait_seconds, set_as_default=False)
        except (OSError, ValueError) as error:
            raise Unavailable(
                "no scheduler answers at {address} ({reason}); start one (`dask scheduler`), or choose --executor "
                "processes",
                address=address,
                reason=str(error).splitlines()[0],
            ) from error
    return client


def _check(client: _Client, address: str, wait_seconds: float) -> None:
    """Refuse a cluster without workers, or one whose workers would compute something else."""
    try:
        client.wait_for_workers(1, timeout=wait_seconds)
    except TimeoutError as error:
        raise Unavailable(
            "the scheduler at {address} has no worker; start some: dask worker {address}", address=address
        ) from error
    mine = Software.here()
    try:
        theirs = client.run(_software)
    except ImportError as error:
        raise ConfigError(
            "a worker of {address} cannot load runoff ({reason}); install runoff {version} on it",
            address=address,
            reason=error,
            version=mine.runoff,
        ) from error
    for worker, found in sorted(theirs.items()):
        if found != mine:
            raise ConfigError(
                "the worker {worker} has {found}; expected what is here, {expected}: with other software the same seed "
                "need not give the same figures",
                worker=worker,
                found=found.said(),
                expected=mine.said(),
            )


# --- on a worker ------------------------------------------------------------------------------------------------------


def _software() -> Software:
    return Software.here()


def _open(held: bytes) -> tuple[Callable[[object, object], object], object]:
    opened: tuple[Callable[[object, object], object], object] = pickle.loads(zlib.decompress(held))
    return opened


def _attempt(
    opened: tuple[Callable[[object, object], object], object], number: int, argument: object
) -> Outcome[object]:
    task, shared = opened
    return attempt(task, shared, number, argument)
