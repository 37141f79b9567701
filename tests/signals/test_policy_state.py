"""Policy state: the calendar, the texts, and whether they agree."""

import gzip
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from tests.sources.shipped import history

from runoff.core.document import Document, DocumentKind
from runoff.core.document_file import read_documents
from runoff.core.language import Words
from runoff.core.policy import PolicyPlugin, State
from runoff.core.registry import plugin
from runoff.core.signal import NO_DATA, Reading, sentence, take
from runoff.core.source import Payload
from runoff.core.time import NEW_YORK, end_of_day
from runoff.core.view import History
from runoff.signals import policy_state
from runoff.signals.policy_state import SIGNAL, spoken
from runoff.text.stance import changes

ENGLISH = Words("en", lambda message: message)
FOLDERS = (
    ("statements", DocumentKind.STATEMENT),
    ("operating_policy", DocumentKind.DESK_STATEMENT),
    ("minutes", DocumentKind.MINUTES),
)
BESIDE = {State.EMERGENCY_LENDING, State.COMMUNICATION}
# Announced, dated, and not found in the texts of those days: no file in hand, but for 2019-03-20, whose plan was a
# release of its own and stands only among what participants discussed in the minutes.
NOT_IN_HAND = {
    "2014-01-29", "2014-03-19", "2014-04-30", "2014-06-18", "2014-07-30", "2014-09-17", "2019-03-20", "2021-12-15",
    "2024-05-01", "2026-04-13", "2026-05-13", "2026-06-11",
}  # fmt: skip


@cache
def _read(folder: Path) -> tuple[Document, ...]:
    found: list[Document] = []
    for name, kind in FOLDERS:
        files = [path for path in sorted((folder / name).iterdir()) if path.name >= "2008"]
        payloads = [
            Payload(path.name.removesuffix(".gz"), gzip.decompress(path.read_bytes()))
            if path.suffix == ".gz"
            else Payload(path.name, path.read_bytes())
            for path in files
        ]
        index = folder / f"{name}_index.csv"
        days = Payload(index.name, index.read_bytes()) if kind is DocumentKind.MINUTES else None
        found += read_documents(payloads, bank="fed", kind=kind, index=days)
    return tuple(found)


@pytest.fixture(scope="module")
def texts(shared_data: Path) -> tuple[Document, ...]:
    """Every text in hand since 2008."""
    if not (shared_data / "fomc").is_dir():
        pytest.skip("no fomc folder in ../shared/data: no text to read")
    return _read(shared_data / "fomc")


def _history(documents: tuple[Document, ...] = ()) -> History:
    shipped = history()
    calendar = plugin("policies", "fed", PolicyPlugin).calendar()
    return replace(
        shipped, needs=shipped.needs | SIGNAL.needs, documents=documents, policies={"fed": calendar}
    )


def _taken(day: str, documents: tuple[Document, ...] = (), *, hour: int = 18) -> Reading:
    when = date.fromisoformat(day)
    moment = datetime(when.year, when.month, when.day, hour, tzinfo=NEW_YORK)
    return take("policy_state", SIGNAL, _history(documents).at(moment))


def _statement(day: str, words: str, *, published: str | None = None) -> Document:
    out = date.fromisoformat(published or day)
    return Document(
        id=f"fed:statement:{day}",
        bank="fed",
        kind=DocumentKind.STATEMENT,
        day=date.fromisoformat(day),
        title="Statement",
        published_at=datetime(out.year, out.month, out.day, 14, tzinfo=NEW_YORK),
        assumed=False,
        url="",
        text=words,
        digest="0" * 64,
    )


STOPS = _statement(
    "2025-10-29",
    "The Committee decided to conclude the reduction of its aggregate securities holdings on December 1.",
)
BUYS = _statement(
    "2025-12-10",
    "The Committee judges that reserve balances have declined to ample levels and will initiate purchases of "
    "shorter-term Treasury securities as needed to maintain an ample supply of reserves on an ongoing basis.",
)


# --- without texts ---------------------------------------------------------------------------------------------------


def test_without_texts_the_calendar_is_read_and_the_reading_says_so() -> None:
    """The state is the calendar's, less sure, with the command that brings the texts."""
    found = _taken("2023-06-28")
    assert found.state == State.RUN_OFF
    assert (found.facts["agree"], found.facts["text_state"], found.evidence) == ("no_texts", "", ())
    assert found.confidence < 1
    assert "no recent texts in the store: runoff update --source fomc" in sentence(found, SIGNAL, ENGLISH)


@pytest.mark.parametrize(
    ("day", "state", "since"),
    [
        ("2011-12-28", State.TWIST, "2011-10-03"),
        ("2013-06-26", State.QE, "2012-09-14"),
        ("2018-06-27", State.RUN_OFF, "2017-10-01"),
        ("2024-12-25", State.SLOWED_RUN_OFF, "2024-06-01"),
        ("2025-12-03", State.MIX_SHIFT, "2025-12-01"),
        ("2026-01-28", State.RESERVE_MANAGEMENT, "2025-12-12"),
    ],
)
def test_the_state_is_the_one_in_force_and_lasts_since_its_start(day: str, state: State, since: str) -> None:
    """Days since the last change and months in the state count from the calendar's days."""
    found = _taken(day)
    assert (found.state, found.facts["since"]) == (state, since)
    months = (date.fromisoformat(day) - date.fromisoformat(since)).days / 365.25 * 12
    assert found.gauge("months_in_state").value == pytest.approx(months, abs=0.06)
    assert (
        0
        <= found.gauge("days_since_change").value
        <= (date.fromisoformat(day) - date.fromisoformat(since)).days
    )


def test_a_step_that_was_not_read_in_a_primary_text_makes_the_reading_less_sure() -> None:
    """The first operation of the maturity extension is not verified; run-off of 2017 is."""
    assert _taken("2011-12-28").confidence < _taken("2018-06-27").confidence


def test_what_a_state_is_not_is_said_with_it() -> None:
    """Reserve management is not QE; the end of run-off is not a rate cut; run-off needs neither sentence."""
    reserves = sentence(_taken("2026-01-28"), SIGNAL, ENGLISH)
    assert "it is not QE" in reserves
    assert "The end of run-off is not a rate cut" in reserves
    assert "The end of run-off is not a rate cut" in sentence(_taken("2025-12-03"), SIGNAL, ENGLISH)
    assert "not" not in sentence(_taken("2023-06-28"), SIGNAL, ENGLISH).replace("no recent texts", "")


def test_lending_is_the_state_only_while_nothing_was_decided_on_holdings() -> None:
    """2008 before November: loans alone. March 2023: loans beside run-off. January 2008: neither, and no reading."""
    assert _taken("2008-10-15").state == State.EMERGENCY_LENDING
    beside = _taken("2023-03-22")
    assert (beside.state, beside.facts["emergency_lending"]) == (State.RUN_OFF, "yes")
    assert beside.gauge("loans_share").value > beside.gauge("loans_share").threshold.value
    assert "no part of it" in sentence(beside, SIGNAL, ENGLISH)
    assert _taken("2018-06-27").facts["emergency_lending"] == "no"
    assert _taken("2008-01-02").state == NO_DATA


def test_without_loans_in_the_store_the_policy_is_still_read() -> None:
    """The gauge is empty and says why; whether there is lending is unknown, not "no"."""
    shipped = _history()
    columns = {name: rows for name, rows in shipped.columns.items() if name not in SIGNAL.needs.optional}
    view = replace(shipped, columns=columns).at(datetime(2023, 3, 22, 18, tzinfo=NEW_YORK))
    found = take("policy_state", SIGNAL, view)
    assert (found.state, found.facts["emergency_lending"]) == (State.RUN_OFF, "unknown")
    assert found.gauge("loans_share").value is None
    assert found.gauge("loans_share").note


# --- with texts ------------------------------------------------------------------------------------------------------


def test_texts_that_say_the_same_are_quoted_with_day_and_document() -> None:
    """The sentence stands as it was read; the reading is as sure as it can be."""
    found = _taken("2025-12-03", (STOPS,))
    assert (found.facts["agree"], found.facts["text_state"]) == ("yes", State.ENDED)
    assert found.evidence == (f"2025-10-29, fed:statement:2025-10-29: {STOPS.text}",)
    assert found.confidence == 1.0
    assert "Texts agree, less exactly: Run-off has ended" in sentence(found, SIGNAL, ENGLISH)


def test_texts_that_say_otherwise_are_said_to() -> None:
    """A store whose last text stops run-off, in the time of reserve management: not the same, and less sure."""
    found = _taken("2026-03-04", (STOPS,))
    assert found.state == State.RESERVE_MANAGEMENT
    assert (found.facts["agree"], found.confidence) == ("no", 0.5)
    assert "Texts say otherwise: Run-off has ended, since 1 Dec 2025" in sentence(found, SIGNAL, ENGLISH)


def test_a_text_without_a_start_agrees_with_a_calendar_that_has_one() -> None:
    """On 10 December 2025 purchases are announced; the calendar starts them on the 12th."""
    found = _taken("2025-12-11", (STOPS, BUYS))
    assert (found.state, found.facts["text_state"]) == (State.MIX_SHIFT, State.RESERVE_MANAGEMENT)
    assert found.facts["agree"] == "yes"
    assert "the calendar has it start on another day" in sentence(found, SIGNAL, ENGLISH)


def test_a_statement_is_not_read_before_its_minute() -> None:
    """At one o'clock of its day it is not known; at three it is."""
    before, after = (_taken("2025-12-10", (STOPS, BUYS), hour=hour) for hour in (13, 15))
    assert before.facts["text_state"] == State.ENDED
    assert after.facts["text_state"] == State.RESERVE_MANAGEMENT


def test_minutes_that_come_out_after_the_next_decision_do_not_undo_it() -> None:
    """The order is that of the decisions, not of the releases."""
    late = _statement(
        "2025-09-17",
        "The Committee will continue reducing its holdings of Treasury securities.",
        published="2025-12-20",
    )
    with_it, without = (_taken("2026-01-07", texts) for texts in ((late, STOPS, BUYS), (STOPS, BUYS)))
    assert with_it.facts["text_state"] == without.facts["text_state"] == State.RESERVE_MANAGEMENT


def test_silent_texts_leave_the_calendar_alone() -> None:
    """Texts in the store that speak of nothing but rates do not contradict; they do not confirm either."""
    silent = _statement(
        "2018-06-13", "The Committee decided to raise the target range for the federal funds rate."
    )
    found = _taken("2018-06-27", (silent,))
    assert (found.state, found.facts["agree"], found.facts["text_state"]) == (State.RUN_OFF, "no", "")
    assert "no text known yet speaks of holdings" in sentence(found, SIGNAL, ENGLISH)


def test_each_text_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A week later the same texts cost nothing."""
    calls = []
    read = policy_state.read_statement
    monkeypatch.setattr(policy_state, "read_statement", lambda *a, **k: calls.append(a) or read(*a, **k))
    ours = replace(BUYS, text=BUYS.text + " Once.")
    for day in ("2026-01-07", "2026-01-14", "2026-01-21"):
        _taken(day, (ours,))
    assert len(calls) == 1


def test_texts_from_before_the_last_programme_but_one_are_left_unread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In 2026 run-off is the programme before; what was said of purchases in 2012 is not read any more."""
    calls = []
    read = policy_state.read_statement
    monkeypatch.setattr(
        policy_state, "read_statement", lambda *a, **k: calls.append(k["day"].year) or read(*a, **k)
    )
    old = _statement(
        "2012-09-13", "The Committee will purchase agency MBS at a pace of $41 billion per month."
    )
    assert _taken("2026-01-07", (old, STOPS)) == _taken("2026-01-07", (STOPS,))
    assert 2012 not in calls
    assert _taken("2013-01-09", (old,)).facts["text_state"] == State.QE
    assert 2012 in calls


# --- every text in hand ----------------------------------------------------------------------------------------------


def _announced() -> dict[str, set[State]]:
    """The states of every dated change of the calendar since 2013, by the day of its announcement."""
    found: dict[str, set[State]] = {}
    for step in plugin("policies", "fed", PolicyPlugin).calendar().steps:
        day = step.known_at.astimezone(NEW_YORK).date()
        if day >= date(2013, 1, 1) and step.effective is not None and step.state not in BESIDE:
            found.setdefault(day.isoformat(), set()).add(step.state)
    return found


def test_every_change_since_2013_whose_text_is_in_hand_is_dated_on_its_day(
    texts: tuple[Document, ...],
) -> None:
    """Each is dated on the day of its announcement, in a state of the calendar; what is not in hand is listed."""
    found: dict[str, set[State]] = {}
    for change in changes(spoken(one) for one in texts):
        found.setdefault(change.day.isoformat(), set()).add(change.state)
    announced = _announced()
    assert set(announced) - set(found) == NOT_IN_HAND
    over = {State.ENDED, State.MIX_SHIFT}
    for day in sorted(set(announced) & set(found)):
        assert found[day] & announced[day] or (found[day] | announced[day]) <= over, (day, found[day])


def test_no_change_is_dated_on_a_day_on_which_nothing_was_announced(texts: tuple[Document, ...]) -> None:
    """Since 2013 a new state is one of the calendar, on its day, or is first told by the text after a gap in hand."""
    announced, gaps = (
        _announced(),
        {
            "2013-01-30",  # tells what was announced on 2012-12-12, of which no text is in hand
            "2019-05-01",  # the directive that carries out the plan of 2019-03-20
            "2022-03-16",  # the directive that leaves out the purchases whose end was announced on 2022-01-26
            "2024-06-12",  # tells what was announced on 2024-05-01, of which no text is in hand
        },
    )
    turns = {
        one.day.isoformat()
        for one in changes(spoken(text) for text in texts)
        if one.state is not one.previous and one.day >= date(2013, 1, 1)
    }
    assert turns - set(announced) <= gaps


def test_texts_and_calendar_agree_in_every_quarter(texts: tuple[Document, ...]) -> None:
    """On the seventh day of each quarter since 2011, a day on which neither lags the other, both say the same."""
    apart = []
    for year in range(2011, 2027):
        for month in (1, 4, 7, 10):
            if (year, month) > (2026, 7):
                continue
            reading = _taken(date(year, month, 7).isoformat(), texts)
            if reading.facts["agree"] != "yes":
                apart.append((year, month))
    assert apart == []


def test_texts_left_unread_change_nothing(
    texts: tuple[Document, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every fortnight since 2008 the reading is, to the last digit and sentence, the one of all texts."""
    first, last = date(2008, 11, 26), date(2026, 9, 23)
    days = [first + timedelta(days=14 * n) for n in range((last - first).days // 14 + 1)]
    everything = _history(texts)

    def readings() -> list[Reading]:
        return [take("policy_state", SIGNAL, everything.at(end_of_day(day))) for day in days]

    some = readings()
    monkeypatch.setattr(policy_state, "_first_day", lambda calendar, day: date.min)
    assert readings() == some
