"""A signal over time: each reading made of what was known at the end of its day."""

import csv
import io
import json
from dataclasses import replace
from datetime import date

import pytest
from tests.actions import made_signals

from runoff.actions import signal_history as module
from runoff.actions.signal_history import SignalHistory, signal_history
from runoff.actions.signals import signals
from runoff.actions.workspace import Workspace, words_in
from runoff.core.errors import ConfigError
from runoff.core.registry import plugins
from runoff.core.signal import NO_DATA, SignalPlugin
from runoff.render import rows

WORDS = words_in("en")
AUTUMN = {"since": "2019-09-01", "until": "2019-10-02"}


made = pytest.mark.usefixtures("two")


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the small signals made for tests."""
    monkeypatch.setattr(module, "plugin", made_signals.one)


def autumn(work: Workspace, **options: str) -> SignalHistory:
    """The small signal around September 2019."""
    return signal_history(work, WORDS, "tightness", **(AUTUMN | options))


@made
def test_each_wednesday_has_the_reading_of_its_own_evening(work: Workspace) -> None:
    """The spread of Tuesday 17 September became known on Wednesday morning; that of Wednesday did not."""
    found = autumn(work)
    assert [row.date for row in found.rows] == [date(2019, 9, day) for day in (4, 11, 18, 25)] + [
        date(2019, 10, 2)
    ]
    assert [row.spread for row in found.rows] == [7, 4, 315, 16, 8]
    assert {row.state for row in found.rows} == {"tight"}
    assert found.as_of.date() == date(2019, 10, 2)


@made
def test_days_and_months(work: Workspace) -> None:
    """Market days without Labor Day; the last days of months that end within the dates."""
    days = [row.date for row in autumn(work, every="day", until="2019-09-05").rows]
    assert days == [date(2019, 9, day) for day in (3, 4, 5)]
    months = [row.date for row in autumn(work, every="month", until="2019-12-30").rows]
    assert months == [date(2019, 9, 30), date(2019, 10, 31), date(2019, 11, 30)]


@made
def test_csv_has_a_column_a_gauge(work: Workspace) -> None:
    """State, confidence, the reason where there is none, and every gauge by its id; no data leave it empty."""
    found = signal_history(work, WORDS, "tightness", since="2018-03-28", until="2018-04-04")
    lines = list(csv.DictReader(io.StringIO(rows.csv_text(found.rows))))
    assert list(lines[0]) == ["date", "state", "confidence", "reason", "spread", "facility"]
    assert [line["state"] for line in lines] == [NO_DATA, "tight"]
    assert "nothing was known at 2018-03-28" in lines[0]["reason"]
    assert (lines[0]["spread"], lines[1]["spread"], lines[1]["facility"]) == ("", "8", "")


@made
def test_json_says_what_the_columns_are(work: Workspace) -> None:
    """Titles of states, and of each gauge its unit and what it is held against."""
    told = json.loads(rows.json_bytes(autumn(work)))
    assert told.keys() == {"as_of", "id", "title", "states", "gauges", "rows"}
    assert told["states"] == {"easy": "Easy", "tight": "Tight"}
    spread, _ = told["gauges"]
    assert spread == {
        "id": "spread",
        "title": "Spread",
        "unit": "bp",
        "threshold": 0.0,
        "threshold_source": "The floor of the corridor",
    }
    assert told["rows"][2]["spread"] == 315


@made
def test_the_section_tells_the_changes_newest_first(work: Workspace) -> None:
    """How often it was in which state, and since when it is in the last."""
    found = signal_history(work, WORDS, "tightness", since="2025-10-01", until="2026-02-28")
    section = found.section(WORDS)
    states = [row.state for row in found.rows]
    changed = [i for i in range(len(states)) if i == 0 or states[i] != states[i - 1]]
    (table,) = section.tables
    assert len(table.rows) == len(changed)
    assert table.rows[0].label == WORDS.date(found.rows[changed[-1]].date)
    assert sum(int(row.cells[1]) for row in table.rows) == len(states)
    assert f"Tight {states.count('tight')} times" in section.sentences[1]
    assert section.sentences[-1].startswith(f"At the end it is {table.rows[0].cells[0]}, since")


@made
def test_the_picture_has_a_line_a_state_and_the_threshold(work: Workspace) -> None:
    """Each value is in the line of its state; what is held against it runs through; other gauges by their unit."""
    found = signal_history(work, WORDS, "tightness", since="2025-10-01", until="2026-02-28")
    deciding, others = found.section(WORDS).plots
    assert set(deciding.lines) == {"Easy", "Tight", "Held against"}
    assert set(deciding.lines["Held against"].tolist()) == {0.0}
    for place, row in enumerate(found.rows):
        assert deciding.lines[row.state.capitalize()][place] == row.spread
    spells = sum(a.state != b.state for a, b in zip(found.rows, found.rows[1:], strict=False))
    drawn = sum(made_signals.finite(deciding.lines[name]) for name in ("Easy", "Tight"))
    assert drawn == len(found.rows) + spells
    assert (others.unit, set(others.lines)) == ("USD bn", {"Facility"})


@made
def test_a_gauge_without_a_value_is_not_drawn(work: Workspace) -> None:
    """In 2019 there was no standing facility: its column is empty, and it has no picture."""
    found = autumn(work)
    assert {row.facility for row in found.rows} == {None}
    assert [plot.id for plot in found.section(WORDS).plots] == ["deciding"]


@made
def test_progress_is_told_reading_by_reading(work: Workspace) -> None:
    """The day, its number and how many there are."""
    told: list[tuple[str, int, int]] = []
    autumn(replace(work, progress=lambda *step: told.append(step)))
    assert told[0] == ("2019-09-04", 1, 5)
    assert told[-1] == ("2019-10-02", 5, 5)


@made
@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"since": "2019-10-01", "until": "2019-09-01"}, "choose an earlier start"),
        ({"since": "2019-09-05", "until": "2019-09-10"}, "no week ends"),
        ({"since": "soon"}, "is no date"),
    ],
)
def test_dates_that_leave_nothing_are_refused(
    work: Workspace, options: dict[str, str], complaint: str
) -> None:
    """With the dates that were meant."""
    with pytest.raises(ConfigError, match=complaint):
        autumn(work, **options)


@pytest.mark.parametrize("name", plugins("signals", SignalPlugin))
def test_the_last_reading_is_that_of_the_signal(work: Workspace, name: str) -> None:
    """What `signals` says at the end of the day, number by number; what takes longer is in no history."""
    history = signal_history(work, WORDS, name, since="2026-09-02", until="2026-09-02")
    row, columns = history.rows[0], [gauge.id for gauge in history.gauges]
    now = signals(work, WORDS, name, as_of="2026-09-02").rows[0]
    assert (row.state, row.confidence, row.reason) == (now.state, now.confidence, now.reason)
    told = {gauge.id: gauge.value for gauge in now.gauges}
    assert list(told)[: len(columns)] == columns
    assert {name: told[name] for name in columns} == {name: getattr(row, name) for name in columns}
