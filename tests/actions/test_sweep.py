"""A sweep on disk: the same bytes whoever computes it, whole files only, and a rerun that goes on where it stopped."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.actions import made_up

from runoff.actions import sweep_folder
from runoff.actions.fan import fan
from runoff.actions.sweep import Swept, combined, executor_of, record_of, sweep, swept, world_of
from runoff.actions.sweeping import LINES, Part, dealt, follow, parts_of
from runoff.actions.workspace import Workspace, words_in
from runoff.core.errors import ConfigError, RegistryError, StoreError, Unavailable
from runoff.core.source import Payload
from runoff.executors.processes import Processes
from runoff.executors.threads import Threads
from runoff.project.draws import Method, Variable
from runoff.project.sweep_file import SweepFile, read_sweep

pl = pytest.importorskip("polars")
WORDS = words_in("en")
FILE = """
policies = ["announced", "full-run-off"]
scenarios = ["baseline"]
seeds = [7]
paths = 40
block = 25
horizon = 6
as_of = 2026-10-01
lines = ["reserves", "tga", "deferred_asset"]
[vary]
shift = [0.0, -1.0]
"""


def asked(text: str = FILE) -> SweepFile:
    """What a file asks for."""
    return read_sweep(Payload("sweep.toml", text.encode()), LINES)


@pytest.fixture(scope="module")
def world(work: Workspace):
    """What is known for the sweep of `FILE`, once."""
    return world_of(work, asked(), tuple(combined(asked(), Path())), workers=2)


@pytest.fixture
def swept_with(work: Workspace, world, tmp_path: Path):
    """Sweep with made-up parts, and a result."""

    def answer(
        file=FILE, *, output=tmp_path / "out", executor=None, task=made_up.followed, known=world
    ) -> Swept:
        found = asked(file)
        combinations = tuple(combined(found, Path()))
        executor = executor or Threads(workers=2)
        known = replace(known, horizon=found.horizon, lines=found.lines)
        return swept(
            work, WORDS, found, combinations, known, output, executor=executor, name="test", task=task
        )

    return answer


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a folder but the lock."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != ".lock"
    }


# --- what is written --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["announced", "full-run-off"])
def test_a_sweep_is_what_a_fan_says(work: Workspace, world, policy: str) -> None:
    """The same draws whatever asks: surprises of policy under the announced one, and under no other."""
    one = next(
        found
        for found in parts_of(tuple(combined(asked(), Path())), paths=40, block=40)
        if found.combination.assumed.policy == policy
        and found.combination.assumed.changes[0] == ("shift", 0.0)
    )
    followed = follow(world, one)
    same = fan(work, WORDS, line="reserves", policy=policy, horizon=6, paths=40, seed=7, as_of="2026-10-01")
    for place, row in enumerate(same.rows):
        assert row.p95 == round(float(np.percentile(followed.lines["reserves"][:, place], 95)))


def test_the_parts_hold_every_path_once(swept_with, tmp_path: Path) -> None:
    """All of them read together are the sweep: combination, path, month, and the lines in millions."""
    found = swept_with()
    frame = pl.read_parquet(tmp_path / "out" / "parts" / "*.parquet")
    assert frame.columns == [
        "policy",
        "scenario",
        "seed",
        "path",
        "month",
        "reserves",
        "tga",
        "deferred_asset",
    ]
    assert frame.height == 4 * 40 * 6
    assert frame.select("policy", "scenario", "seed", "path", "month").n_unique() == frame.height
    one = frame.filter(pl.col("policy") == "full-run-off", pl.col("scenario") == "baseline shift=-1")
    assert one.get_column("path").to_list() == [path for path in range(40) for _ in range(6)]
    assert [f"{day:%Y-%m-%d}" for day in one.get_column("month")[:3]] == [
        "2026-10-31",
        "2026-11-30",
        "2026-12-31",
    ]
    base = 3 * 10**9 + 7 * 10**8
    assert one.get_column("tga").to_list() == [base + 100 * p + m + 1 for p in range(40) for m in range(6)]
    assert (found.computed, found.kept, found.failed, found.exit_code) == (8, 0, (), 0)


def test_the_summary_has_the_quantiles_of_all_paths(swept_with, tmp_path: Path) -> None:
    """Over the blocks of a combination together, for each line and month, in Parquet and in CSV."""
    found = swept_with()
    frame = pl.read_parquet(tmp_path / "out" / "summary.parquet")
    assert frame.height == 4 * 3 * 6
    one = frame.filter(pl.col("scenario") == "baseline shift=0", pl.col("line") == "reserves")
    values = 7 * 10**8 + 100 * np.arange(40)[:, np.newaxis] + np.arange(6)
    for level in (5, 50, 95):
        assert one.get_column(f"p{level:02}")[:6].to_list() == np.percentile(values, level, axis=0).tolist()
    text = (tmp_path / "out" / "summary.csv").read_text().splitlines()
    assert text[0] == "policy,scenario,seed,line,month,p05,p10,p25,p50,p75,p90,p95"
    assert len(text) == 1 + frame.height
    row = found.rows[0]
    assert (row.policy, row.scenario, row.seed, row.month) == ("announced", "baseline shift=0", 7, "2027-03")
    assert (row.line, row.p50) == ("reserves", round(float(np.median(values[:, -1]))))
    assert (row.seconds, row.per_second) == (1.0, 40.0)


def test_the_record_says_what_the_run_follows_from(swept_with, tmp_path: Path) -> None:
    """Parameters, software, and the digests of every file that was read; the digest names the run."""
    found = swept_with()
    record = json.loads((tmp_path / "out" / "record.json").read_text())
    assert record["digest"] == found.record
    assert record["as_of"] == "2026-10-01T23:59:59-04:00"
    assert record["parameters"]["paths"] == 40
    assert record["parameters"]["vary"] == {"shift": [0.0, -1.0]}
    assert record["parameters"]["kernel"] == "numpy"
    assert {"runoff", "numpy"} == set(record["software"])
    inputs = record["inputs"]
    assert {"frb:WALCL", "bea:GDP", "soma 2022-02-16", "calendar fed"} <= set(inputs)
    assert {"policy announced", "policy full-run-off", "scenario baseline"} <= set(inputs)
    assert all(len(digest) == 64 for digests in inputs.values() for digest in digests)


# --- the same bytes ---------------------------------------------------------------------------------------------------


@contextmanager
def cluster():
    """A scheduler with two workers on this machine."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50
    ) as found:
        yield found.scheduler_address


def test_the_same_bytes_whoever_computes_them(work: Workspace, world, tmp_path: Path) -> None:
    """Two policies, two scenarios, 40 paths, 6 months: on one thread, two threads, two processes and a cluster."""
    found = asked()
    combinations = tuple(combined(found, Path()))

    def run(name: str, workers: int | None, folder: str) -> dict[str, bytes]:
        with executor_of(name, workers) as executor:
            result = swept(
                work, WORDS, found, combinations, world, tmp_path / folder,
                executor=executor, name=name, task=follow,
            )  # fmt: skip
        assert (result.computed, result.failed) == (8, ())
        return content(tmp_path / folder)

    first = run("local", 1, "one")
    assert len(first) == 8 + 3
    assert run("local", 2, "two") == first
    assert run("processes", 2, "processes") == first
    with cluster() as address:
        assert run(address, None, "cluster") == first


def test_a_killed_worker_changes_no_byte(swept_with, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker of a part is killed in mid-sweep: nothing is lost, and the files are those of a quiet run."""
    monkeypatch.setenv(made_up.MARKS, str(tmp_path))
    quiet = swept_with(output=tmp_path / "quiet")
    found = swept_with(output=tmp_path / "killed", executor=Processes(workers=2), task=made_up.killed_once)
    assert (tmp_path / "died").exists()
    assert (found.computed, found.failed, found.record) == (8, (), quiet.record)
    assert content(tmp_path / "killed") == content(tmp_path / "quiet")


def test_the_bytes_do_not_depend_on_how_many_threads_write(tmp_path: Path) -> None:
    """Polars has threads of its own: with one and with four the same file."""
    code = (
        "import sys, datetime, numpy as np, polars as pl\n"
        "from runoff.actions import sweep_folder\n"
        "values = np.random.default_rng(3).integers(0, 2**40, (5, 40_000))\n"
        "frame = pl.DataFrame({f'line{n}': v for n, v in enumerate(values)})\n"
        "sys.stdout.buffer.write(sweep_folder.parquet_bytes(frame))\n"
    )
    found = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "POLARS_MAX_THREADS": threads},
            capture_output=True,
            check=True,
        ).stdout
        for threads in ("1", "4")
    ]
    assert found[0] == found[1]
    assert len(found[0]) > 100_000


def test_blocks_change_no_figure(swept_with, tmp_path: Path) -> None:
    """Another block is another record, since files are others; the summary is the same to the byte."""
    a = swept_with(output=tmp_path / "a")
    b = swept_with(FILE.replace("block = 25", "block = 7"), output=tmp_path / "b")
    assert a.record != b.record
    assert (tmp_path / "a" / "summary.parquet").read_bytes() == (
        tmp_path / "b" / "summary.parquet"
    ).read_bytes()


# --- a rerun ----------------------------------------------------------------------------------------------------------


def test_a_rerun_goes_on_where_it_stopped(swept_with, tmp_path: Path) -> None:
    """What is there is not computed again, what is missing is, and the end is that of one run."""
    swept_with()
    whole = content(tmp_path / "out")
    for name in ("000001-0000025.parquet", "000003-0000000.parquet"):
        (tmp_path / "out" / "parts" / name).unlink()
    found = swept_with()
    assert (found.computed, found.kept) == (2, 6)
    assert found.rows[0].seconds is None, "nothing of it was computed by this run"
    assert content(tmp_path / "out") == whole
    again = swept_with(task=made_up.forbidden)
    assert (again.computed, again.kept, again.per_second) == (0, 8, None)
    assert content(tmp_path / "out") == whole


@pytest.mark.parametrize("executor", ["local", "processes"])
def test_an_interrupt_leaves_whole_parts_and_a_rerun_continues(executor: str, tmp_path: Path) -> None:
    """Ctrl-C on the command itself, as a terminal sends it to all of its processes: code 130, whole files, and on."""
    (tmp_path / "sweep.toml").write_text(
        'paths = 200\nblock = 2\nhorizon = 6\nas_of = 2026-10-01\nlines = ["reserves"]\n'
    )
    command = [
        sys.executable, "-m", "runoff", "sweep", str(tmp_path / "sweep.toml"),
        "--executor", executor, "--output", str(tmp_path / "out"), "--json",
    ]  # fmt: skip
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )
    parts = tmp_path / "out" / "parts"
    end = time.monotonic() + 120
    while not (parts.is_dir() and len(list(parts.glob("*.parquet"))) >= 2):
        assert time.monotonic() < end
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in said
    left = content(tmp_path / "out")
    assert 2 <= len(left) - 1 < 100
    assert all(pl.read_parquet(part).height == 2 * 6 for part in parts.iterdir())
    assert "summary.parquet" not in left
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert found["kept"] == len(left) - 1
    assert found["kept"] + found["computed"] == 100
    assert content(tmp_path / "out").items() >= left.items()


def test_a_part_that_failed_is_told_and_the_rest_is_there(swept_with, tmp_path: Path) -> None:
    """The error of one scenario stops no other; a rerun tries it again."""
    found = swept_with(task=made_up.failing)
    assert (found.computed, len(found.failed), found.exit_code) == (4, 4, 1)
    assert "announced, baseline shift=-1, seed 7, paths 0 to 24: no estimate" in found.failed
    assert [row.scenario for row in found.rows] == ["baseline shift=0"] * 2
    assert (again := swept_with()).computed == 4
    assert (again.kept, again.exit_code, len(again.rows)) == (4, 0, 4)


def test_a_killed_writer_leaves_no_half_file(swept_with, tmp_path: Path) -> None:
    """A draft that a killed run left is no part, and is cleared away."""
    swept_with()
    whole = content(tmp_path / "out")
    parts = tmp_path / "out" / "parts"
    (parts / ".000000-0000000.parquet.draft").write_bytes(b"PAR1 half")
    (parts / "000000-0000000.parquet").unlink()
    assert swept_with().computed == 1
    assert content(tmp_path / "out") == whole


# --- what is refused --------------------------------------------------------------------------------------------------


def test_another_sweep_needs_another_folder(swept_with, tmp_path: Path) -> None:
    """A folder is of one record; what differs is named, and nothing in it is touched."""
    swept_with()
    before = content(tmp_path / "out")
    with pytest.raises(
        ConfigError, match=r"holds another sweep: it differs in parameters\.seeds\. Name a new"
    ):
        swept_with(FILE.replace("seeds = [7]", "seeds = [8]"))
    assert content(tmp_path / "out") == before


def test_a_changed_input_is_another_record(world) -> None:
    """One file with another digest, of those that the view reads; one that it does not read changes nothing."""
    found = asked()
    combinations = tuple(combined(found, Path()))
    first = record_of(found, combinations, world)
    assert record_of(found, combinations, world).digest == first.digest

    def with_digest(name: str):
        columns = world.history.columns
        changed = replace(columns[name], digests=("f" * 64,) * len(columns[name].digests))
        return replace(world, history=replace(world.history, columns={**columns, name: changed}))

    other = record_of(found, combinations, with_digest("frb:WALCL"))
    assert other.digest != first.digest
    assert other.differences(first) == ("inputs.frb:WALCL",)
    software = replace(world, software=replace(world.software, runoff="99"))
    assert record_of(found, combinations, software).differences(first) == ("software.runoff",)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("notes.txt", "holds notes.txt, and no record of a sweep"),
        ("parts/000000-0000000.parquet", "is no part of this sweep"),
    ],
)
def test_a_folder_that_is_not_ours_is_left_alone(swept_with, tmp_path: Path, name: str, message: str) -> None:
    """A file that no record explains: nothing is written beside it."""
    (tmp_path / "out" / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "out" / name).write_text("mine")
    with pytest.raises(ConfigError, match=message):
        swept_with()
    assert content(tmp_path / "out") == {name: b"mine"}


def test_a_stranger_among_the_parts_is_refused(swept_with, tmp_path: Path) -> None:
    """Whoever reads all parts would read it too; a note beside the record harms nobody."""
    swept_with()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    swept_with()
    (tmp_path / "out" / "parts" / "more.parquet").write_bytes(b"")
    with pytest.raises(ConfigError, match=r"more\.parquet is no part of this sweep"):
        swept_with()


def test_a_record_changed_by_hand_is_refused(swept_with, tmp_path: Path) -> None:
    """Its digest is not that of what it says."""
    swept_with()
    file = tmp_path / "out" / "record.json"
    file.write_text(file.read_text().replace('"paths": 40', '"paths": 41'))
    with pytest.raises(ConfigError, match="it was changed, or written by another version"):
        swept_with()


def test_a_damaged_part_is_named(swept_with, tmp_path: Path) -> None:
    """A part that is not what was written: which, and what to do."""
    swept_with()
    part = tmp_path / "out" / "parts" / "000002-0000025.parquet"
    part.write_bytes(part.read_bytes()[:100])
    with pytest.raises(StoreError, match=r"000002-0000025\.parquet cannot be read .*delete it and run"):
        swept_with()
    part.write_bytes((part.parent / "000002-0000000.parquet").read_bytes())
    with pytest.raises(StoreError, match="paths 0 to 24 in 150 rows; expected 15 paths from 25 on"):
        swept_with()


def test_a_full_disk_keeps_what_is_whole(swept_with, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No space for the fourth file: the parts before it stay, no draft does, and a rerun goes on."""
    left = iter([None] * 4)  # the record and three parts

    def fsync(descriptor: int) -> None:
        if next(left, errno.ENOSPC) is not None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(sweep_folder.os, "fsync", fsync)
    with pytest.raises(
        StoreError, match=r"\(No space left on device\); the 3 parts in .* are whole and stay"
    ):
        swept_with()
    assert len(list((tmp_path / "out" / "parts").iterdir())) == 3
    monkeypatch.undo()
    assert (found := swept_with()).kept == 3
    assert found.computed == 5


def test_a_part_has_its_name_only_when_it_is_whole(
    swept_with, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What dies between writing and naming leaves no file of that name, and no draft."""

    def replace_path(self: Path, target: Path) -> Path:
        if target.parent.name == "parts":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return os.replace(self, target)  # noqa: PTH105 - what stands in for Path.replace

    monkeypatch.setattr(Path, "replace", replace_path)
    with pytest.raises(StoreError, match="the 0 parts in"):
        swept_with()
    assert list((tmp_path / "out" / "parts").iterdir()) == []


def test_two_sweeps_at_once_take_turns(swept_with, world, tmp_path: Path) -> None:
    """A folder in which one is at work is refused to the other."""
    found = asked()
    record = record_of(found, tuple(combined(found, Path())), world)
    with (
        sweep_folder.Folder.open(tmp_path / "out", record),
        pytest.raises(ConfigError, match="another sweep is at work in"),
    ):
        swept_with()
    assert swept_with().computed == 8


def test_what_a_file_says_wrongly_is_named(work: Workspace, tmp_path: Path) -> None:
    """Policies, scenarios and executors that there are not, and a file that is not there."""
    file = tmp_path / "sweep.toml"

    def run(text: str, **options: object) -> None:
        file.write_text(text)
        sweep(work, WORDS, file, **{"output": tmp_path / "out", **options})

    with pytest.raises(RegistryError, match="no 'gold' among the policies"):
        run('policies = ["gold"]\npaths = 1')
    with pytest.raises(RegistryError, match="no 'gold' among the scenarios"):
        run('scenarios = ["gold"]\npaths = 1')
    with pytest.raises(Unavailable, match=r"mine\.toml cannot be read"):
        run('scenarios = ["mine.toml"]\npaths = 1')
    with pytest.raises(ConfigError, match="no executor 'ssh'; there are local, processes"):
        run("paths = 1", executor="ssh")
    with pytest.raises(ConfigError, match="a cluster has the workers it has"):
        run("paths = 1", executor="tcp://h:1", workers=2)
    with pytest.raises(Unavailable, match=r"none\.toml cannot be read"):
        sweep(work, WORDS, tmp_path / "none.toml", output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_files_lie_beside_the_sweep(tmp_path: Path) -> None:
    """A policy of the user's own is found from the folder of the sweep's file, wherever it is run."""
    (tmp_path / "mine.toml").write_text('title = "Mine"\nsays = "Mine."\nshift = 1.0\n')
    found = list(combined(asked('scenarios = ["mine.toml"]\npaths = 1'), tmp_path))
    assert [one.assumed.scenario for one in found] == ["mine.toml"]
    assert found[0].assumed.read_scenario().shift == 1.0


# --- what is asked for ------------------------------------------------------------------------------------------------


def test_each_is_combined_with_each() -> None:
    """Policies, scenarios, what is varied, seeds: the last one fastest."""
    found = list(combined(asked(FILE.replace("seeds = [7]", "seeds = [1, 2]")), Path()))
    assert [one.number for one in found] == list(range(8))
    assert [(one.assumed.policy, one.assumed.scenario, one.seed) for one in found[:4]] == [
        ("announced", "baseline shift=0", 1),
        ("announced", "baseline shift=0", 2),
        ("announced", "baseline shift=-1", 1),
        ("announced", "baseline shift=-1", 2),
    ]
    assert [one.assumed.read_scenario().shift for one in found] == [0, 0, -1, -1] * 2


def test_parts_cover_the_paths() -> None:
    """The last block is what is left."""
    parts = parts_of(list(combined(asked(), Path())), paths=40, block=25)
    assert [(part.combination.number, part.first_path, part.paths) for part in parts[:3]] == [
        (0, 0, 25),
        (0, 25, 15),
        (1, 0, 25),
    ]


def test_workers_stay_with_a_central_path() -> None:
    """With two workers two central paths are begun side by side; all parts are dealt, each once."""
    parts = parts_of(list(combined(asked(), Path())), paths=40, block=10)
    found = list(dealt(parts, 2))
    assert sorted(map(_place, found)) == list(map(_place, parts))
    assert [part.combination.number for part in found] == [0, 1] * 4 + [2, 3] * 4


def _place(part: Part) -> tuple[int, int]:
    return part.combination.number, part.first_path


def test_only_books_that_are_read_travel(work: Workspace, world) -> None:
    """A store of many years has hundreds; a projection reads one or two."""
    assert [book.date.isoformat() for book in world.history.books] == ["2022-02-16"]
    assert world.method is Method.BOOTSTRAP
    held = asked(f'paths = 1\nmethod = "parametric"\nhold = ["{Variable.TGA}"]')
    assert (held.method, held.hold) == (Method.PARAMETRIC, frozenset({Variable.TGA}))
