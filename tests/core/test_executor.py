"""What all executors stand on: errors that travel, and values that are made once."""

import pickle
import threading
import time

from runoff.core.errors import ConfigError, StoreError
from runoff.core.executor import Failed, Kept, attempt, deadly, portable


def test_an_error_travels_with_its_template() -> None:
    """So that it is said in the reader's language where it arrives, whatever its values were."""
    error = StoreError("{file} ({reason}), {size:.1f}", file="a", reason=OSError("no {room}"), size=2.0)
    found = pickle.loads(pickle.dumps(portable(error)))
    assert type(found) is StoreError
    assert (str(found), found.template) == ("a (no {room}), 2.0", error.template)
    assert found.values == {"file": "a", "reason": "no {room}", "size": 2.0}


def test_a_refusal_is_an_outcome() -> None:
    """And not an exception, which would end the run."""

    def refuse(shared: object, argument: object) -> None:
        raise ConfigError("no {what}", what=argument)

    found = attempt(refuse, None, 3, "x")
    assert isinstance(found, Failed)
    assert (found.number, str(found.error)) == (3, "no x")
    assert "4 workers in turn died" in str(deadly(1, 4).error)


def test_a_value_is_made_once_by_whoever_asks_first() -> None:
    """Eight threads that ask at once share one; another key does not wait for it."""
    kept: Kept[str, int] = Kept(2)
    made, found = [], []

    def make() -> int:
        made.append(1)
        time.sleep(0.05)
        return len(made)

    threads = [threading.Thread(target=lambda: found.append(kept.get("a", make))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), found) == (1, [1] * 8)


def test_of_too_many_the_one_asked_for_longest_ago_goes() -> None:
    """What is in use stays."""
    kept: Kept[str, str] = Kept(2)
    made = []

    def get(key: str) -> str:
        return kept.get(key, lambda: made.append(key) or key)  # type: ignore[func-returns-value]

    for key in "abacabc":
        get(key)
    assert "".join(made) == "abcbc"


def test_what_failed_to_be_made_is_tried_again() -> None:
    """An error is not kept."""
    kept: Kept[str, int] = Kept(2)
    for _ in range(2):
        try:
            kept.get("a", lambda: 1 // 0)
        except ZeroDivisionError:
            continue
    assert kept.get("a", lambda: 7) == 7


def test_it_travels_empty() -> None:
    """A worker makes what it needs; what was made here may be large, or may not pickle."""
    kept: Kept[str, object] = Kept(2)
    kept.get("a", threading.Lock)
    found = pickle.loads(pickle.dumps(kept))
    assert found.get("a", lambda: "anew") == "anew"
