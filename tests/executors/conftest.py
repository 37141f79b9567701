"""A cluster on this machine: a scheduler, and workers in processes of their own."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest


@pytest.fixture(scope="session")
def local_cluster() -> Callable[[int], AbstractContextManager[Any]]:
    """Make a cluster of so many workers, which are started again where they die."""
    distributed = pytest.importorskip("distributed")

    @contextmanager
    def made(workers: int) -> Iterator[Any]:
        dask = pytest.importorskip("dask")
        # One death more than none, and not three: a worker takes a second to start again.
        with (
            dask.config.set({"distributed.scheduler.allowed-failures": 1}),
            distributed.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
            ) as cluster,
        ):
            yield cluster

    return made


@pytest.fixture(scope="session")
def scheduler(local_cluster) -> Iterator[str]:
    """The address of a scheduler with two workers."""
    with local_cluster(2) as cluster:
        yield cluster.scheduler_address
