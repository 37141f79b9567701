"""`runoff update` from end to end: what it asks, what it says, what it leaves alone, and what a killed one leaves."""

import json
import multiprocessing
import os
import random
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.actions import hurried
from tests.contract.specimens import AFTER, KEY, SHELVES, Desk, facts, settings
from tests.fetch import server
from tests.store.conftest import (  # noqa: F401  # a real PostgreSQL, as the tests of the store start it
    _numbers,
    new_postgres,
    new_sqlite,
    new_url,
    postgres_folder,
    run_sql,
)

from runoff.actions.data_status import data_status
from runoff.actions.update import live, updated
from runoff.actions.workspace import Workspace, words_in
from runoff.core.errors import ConfigError
from runoff.core.fred_answers import by_code
from runoff.core.freshness import Condition
from runoff.core.registry import plugin
from runoff.core.source import Catalogue, Source
from runoff.core.time import next_period
from runoff.core.units import Frequency
from runoff.core.view import Needs
from runoff.fetch import Fetcher, Outcome
from runoff.store import Store

ROOT = Path(__file__).parents[2]
FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["tests.actions.hurried", "runoff.actions.update", "tests.contract.specimens"])
FIGURES = plugin("sources", "figures", Source)
KILLS = 40  # of updates, on each database; the store's own tests kill two hundred appends
SOURCES = ("fred", "soma", "fomc")
FEW = frozenset({"frb:WALCL", "frb:DGS10"})
OF_A_SIZE = {
    "frb:WRESBAL": 444_900.0,
    "frb:WTREGEN": 490_000.0,
    "freddiemac:MORTGAGE30US": 6.5,
}  # as stored by then, or plausible
FIRST = {Frequency.MONTHLY: date(2001, 1, 1), Frequency.QUARTERLY: date(2001, 1, 1)}
SECONDS = 60  # a hang ends here


def run(environment, *arguments, hurry=True):
    """A command line in a process of its own; `hurry` takes the waiting away."""
    command = ["-m", "tests.actions.hurried"] if hurry else ["-m", "runoff"]
    clean = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    done = subprocess.run(
        [sys.executable, *command, *arguments],
        cwd=ROOT, env=clean | environment, capture_output=True, text=True, timeout=SECONDS * 2, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def environment_of(desk, folder, url=None):
    """What leads a process to a store and to the mirrors of a desk."""
    own = settings(folder, desk, url=url)
    addresses = {f"RUNOFF_{name.upper()}_ADDRESS": address for name, address in own.addresses.items()}
    return {"RUNOFF_HOME": str(folder), "RUNOFF_STORE": own.store_url} | addresses


def next_figures(view):
    """A file of FRED for each series: the last figure the store has and the same again, or one since 2001."""
    files = {}
    catalogue = Catalogue(specs=FIGURES.specs(), clock=FIGURES.clock())
    for code, (spec, *_) in by_code(catalogue).items():
        series = view.known(spec.id)
        if series is None or not len(series):
            day, value = FIRST.get(spec.frequency, date(2001, 1, 3)), OF_A_SIZE.get(spec.id, 1200.0)
        else:
            day, value = series.last().period, series.last().value
        lines = [f"observation_date,{code}", f"{day},{value!r}"]
        end = date(2026, 9, 9) if series is None or not len(series) else day + timedelta(days=1)
        while (later := next_period(day, spec.frequency, spec.release)) is not None and day < end:
            lines.append(f"{later},{value!r}")
            day = later
        files[f"{code}.csv"] = "\n".join((*lines, "")).encode()
    return files


def of_todays_size(table):
    """The invented sheet of 2001 a hundred times as large: beside the shipped figures it would pass for billions."""
    lines = table.decode().splitlines()
    grown = [
        re.sub(r"(?<=,)-?\d+(?=,|$)", lambda m: str(int(m[0]) * 100), line) for line in lines[6:8]
    ]  # later rows are off by one, as rounding has it
    return "\n".join((*lines[:6], *grown, "")).encode()


@pytest.mark.parametrize("new_url", ["sqlite", "postgres"], indirect=True)
def test_an_update_fills_a_store_from_which_the_brief_runs(tmp_path, new_url, work):  # noqa: F811
    """From every source, through processes: new figures arrive, the brief shows them, a second run adds nothing."""
    with Desk(*(shelf for shelf in SHELVES.values() if shelf.key is None)) as desk:
        everything = frozenset(work.specs)
        view = work.view(Needs(optional=everything), None)
        desk.put(SHELVES["fred"], next_figures(view))
        table = SHELVES["board"].files()["H41-table1.csv"]
        desk.put(SHELVES["board"], {"H41-table1.csv": of_todays_size(table)})
        environment = environment_of(desk, tmp_path, new_url())
        code, out, err = run(environment, "update", "--json")
        report = json.loads(out)
        assert (code, err) == (0, ""), [row["reason"] for row in report["rows"] if row["reason"]]
        assert report["added"] > 100
        assert {row["source"] for row in report["rows"]} == set(live(None)) - {
            "alfred"
        }  # that one needs a key
        code, again, _ = run(environment, "update", "--json")
        second = json.loads(again)
        assert (code, second["added"], second["refused"], second["failed"]) == (0, 0, 0, 0)
        code, brief, err = run(environment, "brief", "--json")
        assert (code, err) == (0, "")
        shown = json.loads(brief)
        assert shown["as_of"] > view.as_of.isoformat()
        code, why, _ = run(environment, "data", "why", "WALCL", "2026-07-22", "--json")
        assert code == 0
        assert {row["kept"] for row in json.loads(why)["rows"]} >= {False}


def test_no_key_is_ever_shown_or_stored(tmp_path):
    """Neither what is printed nor one byte of the store holds the key, though every request carried it."""
    with Desk(SHELVES["fred with a key"], SHELVES["alfred"]) as desk:
        environment = environment_of(desk, tmp_path) | {"RUNOFF_FRED_KEY": KEY}
        printed = []
        for source in ("fred", "alfred"):
            code, *said = run(environment, "update", "--source", source)
            assert code == 4  # the desk has one series of sixty: the others are refused, with their addresses
            printed += said
        assert any(KEY in seen.target for seen in desk.seen), "the key was not sent: nothing was tested"
        assert "api_key=***" in "".join(printed)
        assert KEY not in "".join(printed)
        for file in tmp_path.iterdir():
            assert KEY.encode() not in file.read_bytes()


@pytest.mark.parametrize(
    ("fault", "expected"), [(None, 0), (server.page, 4), (server.status(500), 3)], ids=["good", "page", "500"]
)
def test_the_exit_code_says_how_it_went(tmp_path, fault, expected):
    """0 where all came, 4 where an answer cannot be used, 3 where there was none."""
    with Desk(SHELVES["fomc"]) as desk:
        desk.faults["ne-press.json"] = [fault] * 4
        code, out, err = run(environment_of(desk, tmp_path), "update", "--source", "fomc")
        assert (code, err) == (expected, "")
        assert "ne-press.json" in out


def test_politeness_is_kept_in_the_real_process(tmp_path):
    """Nothing taken away: the four files of the committee are asked for a second apart."""
    with Desk(SHELVES["fomc"]) as desk:
        began = time.monotonic()
        code, *_ = run(environment_of(desk, tmp_path), "update", "--source", "fomc", hurry=False)
        assert code == 0
        assert time.monotonic() - began >= (len(desk.seen) - 1) * live("fomc")["fomc"].pause_seconds


def test_one_publisher_that_fails_does_not_stop_the_others(tmp_path):
    """Its failure is a line of the report; what the others have is taken."""
    with Desk(SHELVES["fomc"], SHELVES["soma"]) as desk:
        own = replace(settings(tmp_path, desk), addresses={
            "fomc": "http://127.0.0.1:9", "soma": desk.address_of(SHELVES["soma"])
        })  # fmt: skip
        report, store = updated_with(own, ("fomc", "soma"))
        failed = {row.source for row in report.rows if row.outcome is Outcome.FAILED}
        assert failed == {"fomc"}
        assert report.exit_code == 3
        assert "soma:treasuries" in store.stored().books
        store.close()


def updated_with(own, names, *, due=False, now=AFTER, only=FEW):
    """An update of an empty or given store in this process."""
    store = Store(own.store_url)
    specs = {name: spec for name, spec in FIGURES.specs().items() if name in only}
    work = Workspace(store=store, specs=specs, clock=FIGURES.clock(), settings=own)
    with Fetcher(agent="tests", sleep=lambda seconds: None) as fetcher:
        sources = {name: live(name)[name] for name in names}
        return updated(work, words_in("en"), fetcher, sources=sources, due=due, now=now), store


def test_due_asks_nothing_until_a_figure_is_due(tmp_path):
    """Judged by the release calendar: after the last H.4.1 nothing is asked, after the next one's hour it is."""
    only = frozenset({"frb:WALCL"})
    with Desk(SHELVES["fred"]) as desk:
        own = settings(tmp_path, desk)
        first, store = updated_with(own, ("fred",), due=True, only=only)
        store.close()
        assert first.added == 3  # nothing was there: everything is due
        asked = len(desk.seen)
        thursday = datetime(
            2026, 7, 30, 20, 0, tzinfo=UTC
        )  # 16:00 in New York, half an hour before the release
        for moment in (AFTER, thursday):
            report, store = updated_with(own, ("fred",), due=True, now=moment, only=only)
            store.close()
            assert (report.idle, report.rows, report.exit_code) == (("fred",), (), 0)
        assert len(desk.seen) == asked
        late = datetime(2026, 7, 31, 20, 0, tzinfo=UTC)
        report, store = updated_with(own, ("fred",), due=True, now=late, only=only)
        store.close()
        assert report.idle == ()
        assert len(desk.seen) > asked


def test_a_source_that_is_not_there_is_named_with_those_that_are():
    """The message lists what can be asked."""
    with pytest.raises(ConfigError, match=r"no source 'ecb'.*fred.*nyfed"):
        live("ecb")


# --- Processes -------------------------------------------------------------------------------------------------------


@contextmanager
def running(*processes):
    """Processes that run within the block, and none after it."""
    try:
        for process in processes:
            process.start()
        yield
    finally:
        for process in processes:
            if process.pid is not None:
                process.kill()
                process.join()
            process.close()


def updating(desk, url):
    """A process that updates a store from a desk."""
    addresses = {shelf.source: desk.address_of(shelf) for shelf in desk.shelves}
    return FORK.Process(target=hurried.bring, args=(url, addresses, SOURCES, FEW))


@pytest.fixture
def complete(tmp_path):
    """What the store says after an update that nobody disturbed."""
    with Desk(*(SHELVES[name] for name in SOURCES)) as desk:
        url = f"sqlite:///{tmp_path / 'complete.sqlite'}"
        process = updating(desk, url)
        with running(process):
            process.join(SECONDS)
            assert process.exitcode == 0
        store = Store(url)
        said = facts(store)
        store.close()
        return said


@pytest.mark.parametrize("new_url", ["sqlite", "postgres"], indirect=True)
def test_two_updates_at_once_bring_what_one_does(new_url, complete):  # noqa: F811
    """A timer that starts before the last run has ended does no harm."""
    with Desk(*(SHELVES[name] for name in SOURCES)) as desk:
        url = new_url()
        Store(url).close()
        two = updating(desk, url), updating(desk, url)
        with running(*two):
            for process in two:
                process.join(SECONDS)
                assert process.exitcode == 0
        store = Store(url)
        assert facts(store) == complete
        store.close()


@pytest.mark.parametrize("new_url", ["sqlite", "postgres"], indirect=True)
def test_a_killed_update_leaves_whole_files_and_the_next_completes_it(new_url, complete):  # noqa: F811
    """Killed at any moment: the store opens, holds whole files only, and another update brings what is missing."""
    chance, partly = random.Random(7), 0
    with Desk(*(SHELVES[name] for name in SOURCES)) as desk:
        url, fresh = new_url(), True
        for _ in range(KILLS):
            seen = len(desk.seen)
            process = updating(desk, url)
            with running(process):
                wait_for(desk, seen + chance.randrange(1, 12), process)
                time.sleep(chance.random() * 0.02)
                process.kill()
                process.join(SECONDS)
            store = Store(url)
            said = facts(store)
            store.close()
            assert all(complete["rows"][name] == rows for name, rows in said["rows"].items())
            assert all(complete["books"][name] == books for name, books in said["books"].items())
            assert said["documents"] <= complete["documents"]
            partly += fresh and said != complete
            fresh = said == complete
            if fresh:
                url = new_url()
        process = updating(desk, url)
        with running(process):
            process.join(SECONDS)
            assert process.exitcode == 0
        store = Store(url)
        assert facts(store) == complete
        store.close()
    assert partly >= 3, "no update was killed halfway"


def wait_for(desk, many, process):
    """Until so many requests were seen, or the process has ended."""
    end = time.monotonic() + SECONDS
    while len(desk.seen) < many and process.is_alive() and time.monotonic() < end:
        time.sleep(0.001)


# --- Freshness -------------------------------------------------------------------------------------------------------


def test_late_is_judged_by_the_release_calendar_and_not_by_age(work):
    """An H.4.1 eight days old may be current, and a funding rate of two days ago late."""
    at = {}
    for as_of in ("2019-09-26T16:00-04:00", "2019-09-26T18:00-04:00"):
        at[as_of] = {row.id: row for row in data_status(work, words_in("en"), as_of=as_of).rows}
    before, after = (found["frb:WALCL"] for found in at.values())
    assert (before.last_period, before.condition) == (date(2019, 9, 18), Condition.CURRENT)  # eight days old
    assert (after.last_period, after.condition) == (date(2019, 9, 25), Condition.CURRENT)
    last = (
        work.view(Needs(series=frozenset({"frb:WALCL", "nyfed:SOFR"})), None)
        .series("nyfed:SOFR")
        .last()
        .period
    )
    moved = f"{date.fromordinal(last.toordinal() + 30)}T12:00-04:00"
    rows = {row.id: row for row in data_status(work, words_in("en"), as_of=moved).rows}
    sofr = rows["nyfed:SOFR"]
    assert sofr.condition is Condition.LATE
    assert sofr.due_period > last
    assert sofr.days_late == (date.fromisoformat(moved[:10]) - sofr.due.date()).days
    assert 25 <= sofr.days_late < 30, "counted from the moment it was due, not from the last figure"
