"""The command line, and an update, that wait for nobody: publishers of tests need no politeness."""

import random
import sys
import time
from datetime import timedelta

if __name__ == "__main__":  # in a process of its own, before anything takes it as its way to wait
    time.sleep = lambda seconds: None


def bring(url: str, addresses: dict[str, str], names: tuple[str, ...], only: frozenset[str]) -> None:
    """Update a store from the sources of some shelves, as an action does."""
    from pathlib import Path

    from tests.contract.specimens import SHELVES

    from runoff.actions.update import live, updated
    from runoff.actions.workspace import Workspace, words_in
    from runoff.config import Settings
    from runoff.core.registry import plugin
    from runoff.core.source import Source
    from runoff.fetch import Fetcher
    from runoff.store import Store

    figures = plugin("sources", "figures", Source)
    shelves = [SHELVES[name] for name in names]
    specs = {name: spec for name, spec in figures.specs().items() if name in only}
    own = Settings(home=Path("unused"), store_url=url, language="en", addresses=addresses)
    store = Store(url)
    work = Workspace(store=store, specs=specs, clock=figures.clock(), settings=own)
    with Fetcher(agent="tests", sleep=lambda seconds: None, random=random.random) as fetcher:
        report = updated(
            work,
            words_in("en"),
            fetcher,
            sources={shelf.source: live(shelf.source)[shelf.source] for shelf in shelves},
            due=False,
            now=max(shelf.moment for shelf in shelves) + timedelta(minutes=1),
        )
    store.close()
    assert report.exit_code == 0, report.rows


if __name__ == "__main__":
    from runoff.__main__ import main

    sys.exit(main())
