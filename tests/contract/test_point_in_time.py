"""The poisoned future: what became known after `as_of` is made nonsense, and no result may change."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from runoff.actions import ACTIONS
from runoff.actions.workspace import Workspace, words_in
from runoff.core.policy import PolicyCalendar
from runoff.core.registry import plugins
from runoff.core.report import SectionPlugin
from runoff.core.time import parse_as_of
from runoff.core.view import Columns, History
from runoff.render import data, rows
from runoff.store import Store

MOMENTS = (
    "2005-01-05",
    "2013-10-20",
    "2017-07-01",
    "2019-09-17T16:00:00-04:00",
    "2019-09-20",
    "2020-03-15T16:59:00-04:00",
    "2022-05-04T13:59:59-04:00",
    "2022-05-10",
    "2025-12-03",
    "2025-12-04T16:29:59-05:00",
    "2026-10-01T16:30:00-04:00",
)

# What an action needs besides `as_of`, where it needs anything.
ARGUMENTS = {"series": [("WALCL",), ("nyfed:SOFR",), ("bea:GDP",), ("nyfed:SRF",)]}

DATED = [a.name for a in ACTIONS.values() if "as_of" in inspect.signature(a.function()).parameters]
CASES = [(name, arguments) for name in DATED for arguments in ARGUMENTS.get(name, [()])]


def nonsense(columns: Columns, after: int) -> Columns:
    """The same rows, those known later than `after` turned into something no publisher would print."""
    later = columns.known_at > after
    return replace(
        columns,
        values=np.where(later, -1e9 - columns.values, columns.values),
        flags=np.where(later, 3, columns.flags).astype(np.uint8),
    )


def poisoned(history: History, moment: datetime) -> History:
    """The same history with everything later than `moment` poisoned: rows, policy steps and books."""
    after = int(moment.timestamp())
    return replace(
        history,
        columns={name: nonsense(columns, after) for name, columns in history.columns.items()},
        books=tuple(
            replace(b, holdings=(), digest="poison") if b.known_at > moment else b for b in history.books
        ),
        policies={
            bank: PolicyCalendar(
                tuple(
                    replace(s, amount=-999.0, programme="poison") if s.known_at > moment else s
                    for s in calendar.steps
                )
            )
            for bank, calendar in history.policies.items()
        },
    )


def result(work: Workspace, name: str, arguments: tuple[str, ...], as_of: str, language: str = "en") -> bytes:
    """What an action returns, as bytes; an action that refuses returns its refusal."""
    try:
        found = ACTIONS[name].function()(work, words_in(language), *arguments, as_of=as_of)
    except Exception as error:  # noqa: BLE001 - a refusal must be the same refusal
        return repr(error).encode()
    return data.json_bytes(found) if name == "brief" else rows.json_bytes(found)


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Poison every history the store loads from here on."""
    load = Store.history

    def start(moment: datetime) -> None:
        monkeypatch.setattr(Store, "history", lambda *a, **k: poisoned(load(*a, **k), moment))

    return start


@pytest.mark.parametrize("as_of", MOMENTS)
@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_no_result_changes_with_the_future(
    work: Workspace, poison: Callable[[datetime], None], name: str, arguments: tuple[str, ...], as_of: str
) -> None:
    """An action with an `as_of` gives the same bytes whatever becomes known later."""
    before = result(work, name, arguments, as_of)
    poison(parse_as_of(as_of))
    assert result(work, name, arguments, as_of) == before


@pytest.mark.parametrize("name", ["brief", "net-liquidity", "balance-sheet", "policy"])
def test_the_poison_works(work: Workspace, poison: Callable[[datetime], None], name: str) -> None:
    """Poisoning what was known already does change results: the test above can fail."""
    before = result(work, name, (), "2025-12-04")
    poison(parse_as_of("2019-01-01"))
    assert result(work, name, (), "2025-12-04") != before


def test_the_brief_waits_for_the_release(work: Workspace) -> None:
    """H.4.1 of Wednesday 2025-12-03 is not in the brief of that day, nor on Thursday before 16:30 New York."""

    def reserves(as_of: str) -> str:
        brief = ACTIONS["brief"].function()(work, words_in("en"), as_of=as_of)
        return str(brief.sections["reserves"].all_figures()["reserves"].period)

    assert reserves("2025-12-03") == "2025-11-26"
    assert reserves("2025-12-04T16:29:59-05:00") == "2025-11-26"
    assert reserves("2025-12-04T16:30:00-05:00") == "2025-12-03"
    assert reserves("2025-12-04") == "2025-12-03"


def test_no_figure_is_known_after_its_brief(work: Workspace) -> None:
    """Every figure of every brief became known by its `as_of`, and describes no day after it."""
    for as_of in MOMENTS:
        brief = ACTIONS["brief"].function()(work, words_in("en"), as_of=as_of)
        for section in brief.sections.values():
            for figure in section.all_figures().values():
                assert figure.known_at is None or figure.known_at <= brief.as_of, figure
                announced = figure.id.startswith("announced_")
                assert announced or figure.period is None or figure.period <= brief.as_of.date(), figure


@pytest.mark.parametrize("name", plugins("sections", SectionPlugin))
def test_a_section_reads_only_what_it_declares(work: Workspace, name: str) -> None:
    """A section runs on a view narrowed to its own needs, on every moment, without being refused."""
    section = plugins("sections", SectionPlugin)[name]
    for as_of in MOMENTS:
        view = work.view(section.needs, as_of)
        assert section.write(view, words_in("en")).title


def test_without_a_date_the_clock_of_the_machine_plays_no_part(work: Workspace) -> None:
    """The default moment is the last at which anything in the store became known."""
    latest = work.store.latest_known_at()
    assert latest is not None
    assert work.as_of(None) == latest
    assert latest < datetime.now(UTC)
