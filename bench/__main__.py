"""Run every benchmark and print target, time, baseline and ratio; exit 1 where a target is missed."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from functools import partial, reduce
from operator import or_
from pathlib import Path

import sqlalchemy as sa

from bench.bonds import repricing
from bench.engine import projecting
from bench.kernels import following_mortgages
from bench.measure import Measured, pair, python
from bench.paths import common_draws, many_paths, memory
from bench.signals import every_wednesday
from bench.store import books_at_scale
from runoff.actions.workspace import Workspace
from runoff.config import Settings
from runoff.core.registry import plugins
from runoff.core.report import SectionPlugin
from runoff.core.time import parse_as_of
from runoff.core.view import Needs
from runoff.store import Store


def start_up(home: str) -> Iterator[Measured]:
    """What a user waits for before anything is computed, and for the brief itself."""
    nothing = python("-c", "pass", home=home)
    yield pair(
        "runoff --help, cold",
        python("-m", "runoff", "--help", home=home),
        "python -c pass",
        nothing,
        target_seconds=0.25,
    )
    yield pair(
        "import runoff, cold",
        python("-c", "import runoff", home=home),
        "python -c pass",
        nothing,
        target_seconds=0.1,
    )
    yield pair(
        "the brief from a cold process",
        python("-m", "runoff", "brief", home=home),
        "python -c 'import sqlalchemy, rich.table'",
        python("-c", "import sqlalchemy, rich.table", home=home),
        target_seconds=3.0,
    )


def histories(work: Workspace, url: str) -> Iterator[Measured]:
    """Loading what was known, from a store just opened, and slicing it."""
    brief = reduce(or_, (s.needs for s in plugins("sections", SectionPlugin).values()), Needs())
    everything = Needs(optional=frozenset(work.specs), books=frozenset({"soma"}))

    def cold(needs: Needs) -> None:
        store = Store(url)
        store.history(needs)
        store.close()

    for what, needs, target in (
        ("history of what the brief needs, cold", brief, 0.150),
        ("history of everything shipped, cold", everything, 0.500),
    ):
        yield pair(
            what,
            partial(cold, needs),
            "the same rows by SQL",
            partial(_rows_by_sql, url, needs),
            target_seconds=target,
        )
    history = work.store.history(brief)
    moment = parse_as_of("2022-06-30")

    def view() -> None:
        found = history.at(moment)
        for series_id in history.columns:
            found.known(series_id)

    yield pair(
        "history.at(as_of) and every series of the brief",
        view,
        "the same as-of rows by SQL",
        lambda: _rows_as_of_by_sql(url, brief, moment),
        target_seconds=0.001,
        calls=3,
    )


_OBSERVATIONS = (
    "SELECT o.series, o.period, o.known_at, o.value, o.flags FROM observation o "
    "JOIN series s ON s.id = o.series WHERE s.name IN :names"
)


def _rows_by_sql(url: str, needs: Needs) -> None:
    engine = sa.create_engine(url)
    statement = sa.text(_OBSERVATIONS).bindparams(sa.bindparam("names", expanding=True))
    with engine.connect() as connection:
        connection.execute(statement, {"names": sorted(needs.all_series)}).all()
    engine.dispose()


def _rows_as_of_by_sql(url: str, needs: Needs, moment: datetime) -> None:
    engine = sa.create_engine(url)
    statement = sa.text(
        f"SELECT series, period, value, max(known_at) FROM ({_OBSERVATIONS}) WHERE known_at <= :moment "
        "GROUP BY series, period"
    ).bindparams(sa.bindparam("names", expanding=True))
    with engine.connect() as connection:
        connection.execute(
            statement, {"names": sorted(needs.all_series), "moment": int(moment.timestamp())}
        ).all()
    engine.dispose()


def main() -> int:
    """Print the table."""
    missed = 0
    print(f"{'what':50} {'time':>10} {'target':>10} {'ratio':>8}  baseline")
    with tempfile.TemporaryDirectory() as home:
        url = f"sqlite:///{Path(home) / 'runoff.sqlite'}"
        settings = Settings(home=Path(home), store_url=url, language="en")
        with Workspace.open(settings) as work:
            book = work.store.history(Needs(books=frozenset({"soma"}))).books[-1]
            treasuries = [holding for holding in book.holdings if holding.kind.is_treasury]
            for found in (
                *start_up(home),
                *histories(work, url),
                *repricing(treasuries, book.date),
                *projecting(work, "2026-10-01"),
                *every_wednesday(work, "2026-10-01"),
                *many_paths(work, "2026-10-01"),
                *following_mortgages(),
                *books_at_scale(f"sqlite:///{Path(home) / 'books.sqlite'}"),
            ):
                missed += found.seconds > found.target_seconds
                mark = "" if found.seconds <= found.target_seconds else "  MISSED"
                print(
                    f"{found.what:50} {1000 * found.seconds:7.1f} ms {1000 * found.target_seconds:7.1f} ms "
                    f"{found.ratio:8.3f}  {found.baseline} ({1000 * found.baseline_seconds:.1f} ms){mark}"
                )
            print(f"arrays of 1,000 paths of 24 months: {memory(work, '2026-10-01'):.0f} MB at most")
            for line in common_draws(work, "2026-10-01"):
                print(line)
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores: {missed} targets missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
