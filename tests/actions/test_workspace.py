"""Opening a workspace: the shipped figures are in it once, and again when what ships has changed."""

from dataclasses import replace
from pathlib import Path

import pytest

from runoff.actions import workspace
from runoff.actions.workspace import Workspace
from runoff.config import Settings
from runoff.core.source import Payload
from runoff.sources.figures import SOURCE


def opened(home: Path) -> tuple[frozenset[str], list[str]]:
    """Open the workspace of a home: the digests in its store, and the files that were brought in."""
    brought: list[str] = []
    settings = Settings(home=home, store_url=f"sqlite:///{home / 'runoff.sqlite'}", language="en")
    with Workspace.open(settings, progress=lambda name, number, total: brought.append(name)) as work:
        return work.store.digests(), brought


def test_the_shipped_figures_are_brought_in_once(tmp_path: Path) -> None:
    """The first opening brings every shipped file in, the second none."""
    digests, first = opened(tmp_path)
    assert sorted(first) == sorted(payload.name for payload in SOURCE.payloads())
    assert opened(tmp_path) == (digests, [])


def test_a_newer_catalogue_is_applied_to_an_older_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release that declares the same files differently reads them again."""
    before, _ = opened(tmp_path)
    payloads = [
        Payload(p.name, p.content + b"\n# newer\n") if p.name == "catalogue.toml" else p
        for p in SOURCE.payloads()
    ]
    newer = replace(SOURCE, payloads=lambda: payloads)
    monkeypatch.setattr(workspace, "plugin", lambda *_: newer)
    after, brought = opened(tmp_path)
    assert len(after - before) == 1
    assert len(brought) == len(payloads)


def test_actions_are_handed_the_progress_of_the_opening(tmp_path: Path) -> None:
    """What shows the shipped files coming in shows the steps of an action too; without it there is none."""
    told: list[tuple[str, int, int]] = []
    settings = Settings(home=tmp_path, store_url=f"sqlite:///{tmp_path / 'runoff.sqlite'}", language="en")
    with Workspace.open(settings, progress=lambda *step: told.append(step)) as work:
        before = len(told)
        assert work.progress is not None
        work.progress("a path", 1, 3)
    assert told[before:] == [("a path", 1, 3)]
    with Workspace.open(settings) as work:
        assert work.progress is None
