"""What every test stands on: a home of its own, no language from outside, the shared data where they are."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings

from runoff.actions.workspace import Workspace
from runoff.config import Settings

ROOT = Path(__file__).resolve().parents[1]

# What the environment of the person who runs the tests may say, and must not change a result.
LANGUAGE_VARIABLES = {"LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LC_NUMERIC", "LC_TIME"}
REQUIRE_ALL = "RUNOFF_REQUIRE_ALL"

# `ci` is the default: the same examples in every run. --hypothesis-profile=explore looks for new ones.
settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,  # a busy machine is not a defect
    database=None,
    suppress_health_check=[HealthCheck.too_slow],  # judged by the clock, like the deadline
)
settings.register_profile("explore", max_examples=1000, deadline=None)
settings.load_profile("ci")

_home = pytest.StashKey[tempfile.TemporaryDirectory]()


def pytest_configure(config: pytest.Config) -> None:
    """Give each worker an empty `RUNOFF_HOME`, and the default language until a test asks for another.

    A hook and not a fixture: collection already reads the registry, and doctests in src see no fixture of
    this folder.
    """
    for name in list(os.environ):
        if name in LANGUAGE_VARIABLES or (name.startswith("RUNOFF_") and name != REQUIRE_ALL):
            del os.environ[name]
    config.stash[_home] = tempfile.TemporaryDirectory(prefix="runoff-tests-", ignore_cleanup_errors=True)
    os.environ["RUNOFF_HOME"] = config.stash[_home].name


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the worker's home away."""
    config.stash[_home].cleanup()


@pytest.fixture(scope="session")
def unavailable() -> Callable[[str], NoReturn]:
    """Answer for what a machine lacks: skip and say why, or fail where `RUNOFF_REQUIRE_ALL` is set.

    For a browser, a font or a PostgreSQL: ``unavailable("no Chromium: apt-get install chromium")``.
    """

    def answer(reason: str) -> NoReturn:
        if os.environ.get(REQUIRE_ALL):
            pytest.fail(f"{reason} ({REQUIRE_ALL} is set: nothing may be skipped)", pytrace=False)
        pytest.skip(reason)

    return answer


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of recorded series and payloads beside the checkout, which is not part of it."""
    path = ROOT.parent / "shared" / "data"
    if not path.is_dir():
        pytest.skip("no ../shared/data beside the checkout: nothing to calibrate against")
    return path


@pytest.fixture(scope="session")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Open a store seeded with the shipped figures, once a worker; a test that writes opens its own."""
    home = tmp_path_factory.mktemp("home")
    own = Settings(home=home, store_url=f"sqlite:///{home / 'runoff.sqlite'}", language="en")
    with Workspace.open(own) as opened:
        yield opened
