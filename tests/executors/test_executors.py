"""The contract of executors, over all of them: the same outcomes, whoever runs the tasks and whatever dies."""

import os
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.executors import tasks

from runoff.core.errors import ConfigError, Unavailable
from runoff.core.executor import MOST_DEATHS, Done, Failed
from runoff.executors.cluster import Cluster
from runoff.executors.processes import Processes
from runoff.executors.threads import Threads

PAUSE = {Processes: 0.0, Cluster: 1.0}  # seconds before a worker is killed
EXECUTORS = ("threads", "processes", "cluster")


@contextmanager
def made(name, request):
    """An executor of that name with two workers."""
    if name == "cluster":
        with Cluster.connect(request.getfixturevalue("scheduler")) as found:
            yield found
    else:
        yield {"threads": Threads, "processes": Processes}[name](workers=2)


@pytest.fixture(params=EXECUTORS)
def executor(request):
    """Each executor in turn."""
    with made(request.param, request) as found:
        yield found


@pytest.fixture(params=["processes", "cluster"])
def with_workers(request):
    """Those whose workers may die without us."""
    with made(request.param, request) as found:
        yield found


def outcomes(executor, task, shared, arguments):
    """What came of each, by number."""
    found = {}
    for outcome in executor.run(task, shared, arguments):
        assert outcome.number not in found, "each once"
        found[outcome.number] = outcome
    return [found[number] for number in range(len(arguments))]


def test_every_task_is_run_once_and_known_by_its_number(executor):
    """In whatever order they end."""
    found = outcomes(executor, tasks.slowly, 3, list(range(12)))
    assert found == [Done(number=n, value=3**n) for n in range(12)]


def test_nothing_to_do_is_done_at_once(executor):
    """No task, no outcome."""
    assert outcomes(executor, tasks.power, 3, []) == []


def test_an_error_of_ours_fails_one_task_and_the_rest_goes_on(executor):
    """With its template and values, so that it can be said in any language."""
    found = outcomes(executor, tasks.refused, 3, list(range(5)))
    assert [type(one) for one in found] == [Done, Done, Failed, Done, Done]
    error = found[2].error
    assert (type(error), error.template, error.values) == (ConfigError, "no {what:g}", {"what": 2.0})


def test_a_defect_ends_the_run(executor):
    """What is no refusal is not passed over."""
    with pytest.raises(ZeroDivisionError):
        outcomes(executor, tasks.broken, 3, list(range(5)))


def test_closing_begins_nothing_more(executor, tmp_path):
    """After the first outcome is taken and the rest is not wanted, most of forty tasks were never begun."""
    with closing(executor.run(tasks.marked, str(tmp_path), list(range(40)))) as running:
        next(running)
    time.sleep(0.5)  # what was begun ends
    begun = len(list(tmp_path.iterdir()))
    assert begun < 10
    time.sleep(0.5)
    assert len(list(tmp_path.iterdir())) == begun


def test_a_killed_worker_loses_nothing(with_workers, tmp_path):
    """A worker that dies at a task, twice: all tasks have their outcome."""
    arguments = [(f"t{n}", 2 if n == 3 else 0, PAUSE[with_workers.__class__]) for n in range(8)]
    found = outcomes(with_workers, tasks.killed, str(tmp_path), arguments)
    assert [one.value for one in found] == [name for name, _, _ in arguments]
    assert len(list(tmp_path.iterdir())) == 2


def test_a_task_that_kills_every_worker_is_told_and_the_rest_goes_on(with_workers, tmp_path):
    """It is given up; the others have their outcome, those that were under way beside it included."""
    arguments = [(f"t{n}", 99 if n == 3 else 0, PAUSE[with_workers.__class__]) for n in range(8)]
    found = outcomes(with_workers, tasks.killed, str(tmp_path), arguments)
    assert isinstance(found[3], Failed)
    assert "workers in turn died" in str(found[3].error)
    # Dask blames whatever was with the worker, so that those are run again alone, as often.
    assert len(list(tmp_path.iterdir())) == (MOST_DEATHS if isinstance(with_workers, Processes) else 4)
    assert [one.value for one in found[:3] + found[4:]] == [f"t{n}" for n in range(8) if n != 3]


def test_several_killers_are_told_apart(tmp_path):
    """Two tasks that always kill, under way together with others: those two fail, and no other."""
    arguments = [(f"t{n}", 99 if n in {1, 2} else 0, 0) for n in range(6)]
    found = outcomes(Processes(workers=2), tasks.killed, str(tmp_path), arguments)
    assert [type(one) for one in found] == [Done, Failed, Failed, Done, Done, Done]


def test_workers_end_with_a_parent_that_was_killed(tmp_path):
    """A killed parent cannot tell its processes to end: they see it, and do."""
    code = (
        "from runoff.executors.processes import Processes\n"
        "from tests.executors import tasks\n"
        f"if __name__ == '__main__':\n    list(Processes(workers=2).run(tasks.parent, {str(tmp_path)!r}, [1, 2]))\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path.cwd()), *filter(None, sys.path)])}
    process = subprocess.Popen([sys.executable, str(script)], env=environment)
    try:
        workers = _until(lambda: [int(p.suffix[1:]) for p in tmp_path.glob("[12].*")], 2)
    finally:
        process.kill()
        process.wait()
    assert _until(lambda: [] if any(map(_lives, workers)) else ["gone"], 1)


def _until(look, count, seconds=30):
    """What is seen once there is so much of it."""
    end = time.monotonic() + seconds
    while len(found := look()) < count:
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found


def _lives(process):
    try:
        with Path(f"/proc/{process}/stat").open() as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_nobody_at_an_address_is_said(recwarn):
    """In one line, with what to do."""
    pytest.importorskip("distributed")
    with (
        pytest.raises(Unavailable, match=r"no scheduler answers at tcp://127\.0\.0\.1:9 "),
        Cluster.connect("tcp://127.0.0.1:9", wait_seconds=0.5),
    ):
        pass


def test_a_scheduler_without_workers_is_said(local_cluster):
    """Nobody would do anything."""
    with (
        local_cluster(0) as found,
        pytest.raises(Unavailable, match=r"has no worker; start some: dask worker tcp://"),
        Cluster.connect(found.scheduler_address, wait_seconds=0.5),
    ):
        pass


def test_a_run_does_not_wait_for_ever_for_workers_that_went(local_cluster, tmp_path):
    """Where the last worker leaves for good, what is done stays with the caller, and the rest is said."""
    with local_cluster(1) as found, Cluster.connect(found.scheduler_address, absent_seconds=0.5) as executor:
        running = executor.run(tasks.marked, str(tmp_path), list(range(50)))
        assert isinstance(next(running), Done)
        found.scale(0)
        with pytest.raises(Unavailable, match="has had no worker for 1 seconds; start some"):
            list(running)


def test_a_cluster_without_the_extra_names_it(monkeypatch):
    """No traceback of an import."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigError, match=r"pip install 'runoff\[cluster\]'"), Cluster.connect("tcp://h:1"):
        pass


def test_other_software_on_a_worker_is_refused(scheduler, monkeypatch):
    """The same seed need not give the same figures there: it says whose, and what was expected."""
    from runoff.core.run_record import Software

    mine = Software(runoff="99.0", numpy="1.0")
    monkeypatch.setattr(Software, "here", staticmethod(lambda: mine))
    with (
        pytest.raises(ConfigError, match=r"expected what is here, runoff 99\.0 and numpy 1\.0: "),
        Cluster.connect(scheduler),
    ):
        pass
