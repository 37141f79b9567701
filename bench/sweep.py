"""What a sweep costs, and that whoever computes it writes the same bytes.

    python -m bench.sweep                  the cost of a central path and of paths about it, by horizon; a small sweep
                                           on one and on two workers of each kind
    python -m bench.sweep FILE FOLDER      that sweep on threads and on a local dask cluster of two workers, compared

The first is where the figures of docs/guides/from-a-laptop-to-a-cluster.md come from.
"""

from __future__ import annotations

import hashlib
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from runoff.actions.sweep import Swept, combined, sweep, world_of
from runoff.actions.sweeping import LINES, Part, World, follow
from runoff.actions.workspace import Workspace, words_in
from runoff.config import Settings
from runoff.core.executor import Kept
from runoff.core.source import Payload
from runoff.project.sweep_file import read_sweep

_AS_OF = "2026-10-01"
_HORIZONS = (12, 24, 60, 120)
_FEW, _MANY = 250, 1000  # paths of a part: what is between them is the cost of paths
_LARGE = 1_000_000  # paths of the estimate
_TIMES = 4
_SMALL = f"""
scenarios = ["baseline", "forwards"]
paths = 1000
horizon = 60
as_of = {_AS_OF}
[vary]
shift = [-2.0, -1.0, 0.0, 1.0]
"""


def costs(work: Workspace) -> Iterator[tuple[int, float, float]]:
    """By horizon: seconds of the processor for a central path, and for a thousand paths about it."""
    asked = read_sweep(Payload("bench", f"paths = {_MANY}\nas_of = {_AS_OF}".encode()), LINES)
    combinations = tuple(combined(asked, Path()))
    world = world_of(work, asked, combinations, workers=1)
    for horizon in _HORIZONS:
        part = Part(combination=combinations[0], first_path=0, paths=_FEW)
        ahead = replace(world, horizon=horizon)
        few, many = (_seconds(ahead, replace(part, paths=paths)) for paths in (_FEW, _MANY))
        assumed = combinations[0].assumed
        central = min(_processor(partial(ahead.project, assumed)) for _ in range(_TIMES))
        yield horizon, central, (many - few) / (_MANY - _FEW) * 1000


def _seconds(world: World, part: Part) -> float:
    """A part whose central path is at hand: the least of several runs."""
    world = replace(world, central=Kept(2))
    follow(world, part)
    return min(_processor(partial(follow, world, part)) for _ in range(_TIMES))


def _processor(what: Callable[[], object]) -> float:
    """Seconds of the processor: those that other programs took do not count."""
    started = time.thread_time()
    what()
    return time.thread_time() - started


def runs(
    work: Workspace, file: Path, folder: Path, executors: tuple[tuple[str, int | None], ...]
) -> Iterator[Swept]:
    """A sweep by each executor, each into a folder of its own."""
    for number, (executor, workers) in enumerate(executors):
        output = folder / f"{number}-{executor.partition(':')[0]}-{workers or 'cluster'}"
        yield sweep(work, words_in("en"), file, executor=executor, output=output, workers=workers)


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """A scheduler on this machine, and workers of one thread in processes of their own."""
    import distributed

    with distributed.LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=workers,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    ) as found:
        yield found.scheduler_address


def digest(folder: Path) -> str:
    """One digest of every file of a sweep, by name."""
    found = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.name != ".lock":
            found.update(str(file.relative_to(folder)).encode() + file.read_bytes())
    return found.hexdigest()


def _report(found: Swept) -> str:
    print(
        f"{found.executor:28} {found.workers} workers  {found.computed:5} parts  {found.seconds:8.1f} s  "
        f"{found.per_second or 0:8.0f} paths a second  {(said := digest(Path(found.output)))[:16]}",
        flush=True,
    )
    return said


def _small(work: Workspace, folder: Path) -> int:
    print(f"{'months':>6} {'central path':>13} {'1,000 paths':>12} {'a million paths a core':>23}")
    for horizon, central, thousand in costs(work):
        print(f"{horizon:6} {central:11.2f} s {thousand:10.2f} s {_LARGE / 1000 * thousand / 60:19.1f} min")
    file = folder / "sweep.toml"
    file.write_text(_SMALL)
    here = (("local", 1), ("local", 2), ("processes", 1), ("processes", 2))
    said = {_report(found) for found in runs(work, file, folder, here)}
    for workers in (1, 2):
        with cluster(workers) as address:
            said |= {
                _report(found) for found in runs(work, file, folder / f"cluster{workers}", ((address, None),))
            }
    return 0 if len(said) == 1 else 1


def _full(work: Workspace, file: Path, folder: Path) -> int:
    said = {_report(found) for found in runs(work, file, folder, (("local", 2),))}
    with cluster(2) as address:
        said |= {_report(found) for found in runs(work, file, folder, ((address, None),))}
    print("equal" if len(said) == 1 else "DIFFERENT", flush=True)
    return 0 if len(said) == 1 else 1


def main(arguments: list[str]) -> int:
    """Run what the arguments ask for; 1 where two executors wrote different bytes."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(
            home=Path(home), store_url=f"sqlite:///{Path(home) / 'runoff.sqlite'}", language="en"
        )
        with Workspace.open(settings) as work:
            if arguments:
                file, folder = map(Path, arguments)
                code = _full(work, file, folder)
            else:
                code = _small(work, Path(home))
    print(f"{time.perf_counter() - started:.0f} s in all")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
