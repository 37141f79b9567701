"""A publisher on the loopback, and a clock that only sleeping moves."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from tests.fetch.server import Publisher


@dataclass
class Clock:
    """Seconds from any start; `waits` are the sleeps, none of which takes any time."""

    now: float = 1000.0
    waits: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        assert seconds > 0, "nobody sleeps for nothing"
        self.waits.append(seconds)
        self.now += seconds

    def pass_by(self, seconds: float) -> None:
        """Let `seconds` pass while somebody else works."""
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock()


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    """Return a publisher that serves nothing yet."""
    with Publisher() as listening:
        yield listening


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the environment of the person who runs the tests says of proxies."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
