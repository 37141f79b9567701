"""The poisoned future: what became known after `as_of` is made nonsense, and no result may change."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from runoff.actions import ACTIONS
from runoff.actions.project import ProjectionReport, project
from runoff.actions.workspace import Workspace, words_in
from runoff.core.errors import Unavailable
from runoff.core.policy import PolicyCalendar, PolicyPlugin
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
# What projects takes a second each time; it is asked before a book is known, in the first month after it, and later.
PROJECTING = {"compare", "income", "portfolio", "project", "redemptions"}
PROJECTED = ("2020-03-15T16:59:00-04:00", "2022-05-04T13:59:59-04:00", "2025-12-04T16:29:59-05:00")
CASES = [
    (name, arguments, as_of)
    for name in DATED
    for arguments in ARGUMENTS.get(name, [()])
    for as_of in (PROJECTED if name in PROJECTING else MOMENTS)
]


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
        policies={bank: rewritten(calendar, moment) for bank, calendar in history.policies.items()},
    )


def rewritten(calendar: PolicyCalendar, moment: datetime) -> PolicyCalendar:
    """The same calendar with every step announced later than `moment` poisoned."""
    return PolicyCalendar(
        tuple(
            replace(s, amount=999.0, programme="poison", verified=True) if s.known_at > moment else s
            for s in calendar.steps
        )
    )


def result(work: Workspace, name: str, arguments: tuple[str, ...], as_of: str, **options: object) -> bytes:
    """What an action returns, as bytes; an action that refuses returns its refusal."""
    try:
        found = ACTIONS[name].function()(work, words_in("en"), *arguments, as_of=as_of, **options)
    except Exception as error:  # noqa: BLE001 - a refusal must be the same refusal
        return repr(error).encode()
    return data.json_bytes(found) if name == "brief" else rows.json_bytes(found)


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Poison every history the store loads from here on."""
    load, calendar = Store.history, PolicyPlugin.calendar

    def start(moment: datetime) -> None:
        monkeypatch.setattr(Store, "history", lambda *a, **k: poisoned(load(*a, **k), moment))
        # What follows a policy by name reads the calendar itself, and may look ahead in it.
        monkeypatch.setattr(
            PolicyPlugin,
            "calendar",
            property(lambda self: lambda: rewritten(calendar.__get__(self)(), moment)),
        )

    return start


@pytest.mark.parametrize(("name", "arguments", "as_of"), CASES)
def test_no_result_changes_with_the_future(
    work: Workspace, poison: Callable[[datetime], None], name: str, arguments: tuple[str, ...], as_of: str
) -> None:
    """An action with an `as_of` gives the same bytes whatever becomes known later."""
    before = result(work, name, arguments, as_of)
    poison(parse_as_of(as_of))
    assert result(work, name, arguments, as_of) == before


OPTIONS = [
    ("project", {"policy": "60-35", "scenario": "forwards", "horizon": 6}),
    ("project", {"policy": "restart-2027", "scenario": "debt-limit", "horizon": 6}),
    ("redemptions", {"policy": "qt1-caps", "by": "date"}),
    ("redemptions", {"book": "2022-02-16"}),
    ("income", {"policy": "bills-only", "scenario": "up-100", "by": "month", "horizon": 3}),
    ("compare", {"policies": "rmp-40,twist", "line": "ten_year_equivalents", "horizon": 3}),
]


@pytest.mark.parametrize("as_of", ["2023-06-02", "2025-11-15"])
@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_no_projection_changes_with_the_future(
    work: Workspace, poison: Callable[[datetime], None], name: str, options: dict[str, object], as_of: str
) -> None:
    """Whatever the policy and the scenario, but for those in hindsight."""
    before = result(work, name, (), as_of, **options)
    assert not before.startswith(b"Unavailable")
    poison(parse_as_of(as_of))
    assert result(work, name, (), as_of, **options) == before


@pytest.mark.parametrize("options", [{"policy": "qt2"}, {"scenario": "realised"}])
def test_hindsight_says_so_and_is_caught(
    work: Workspace, poison: Callable[[datetime], None], options: dict[str, str]
) -> None:
    """It is named in the result and in words, and changes with the future; from the last moment on it is none."""

    def projection(as_of: str) -> ProjectionReport:
        return project(work, words_in("en"), as_of=as_of, horizon=30, **options)

    found = projection("2022-06-03")
    assert found.hindsight
    assert any("In hindsight" in note for note in found.notes)
    before = rows.json_bytes(found)
    poison(parse_as_of("2022-06-03"))
    assert result(work, "project", (), "2022-06-03", horizon=30, **options) != before
    plain = project(work, words_in("en"), as_of="2022-06-03", horizon=3)
    assert not plain.hindsight
    assert not any("hindsight" in note for note in plain.notes)


@pytest.mark.parametrize(
    "name", ["brief", "net-liquidity", "balance-sheet", "policy", "project", "portfolio"]
)
def test_the_poison_works(work: Workspace, poison: Callable[[datetime], None], name: str) -> None:
    """Poisoning what was known already does change results: the test above can fail."""
    before = result(work, name, (), "2025-12-04")
    poison(parse_as_of("2022-03-01"))
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
        for name, section in brief.sections.items():
            for figure in section.all_figures().values():
                assert figure.known_at is None or figure.known_at <= brief.as_of, figure
                announced = figure.id.startswith("announced_") or name == "run_off"
                assert announced or figure.period is None or figure.period <= brief.as_of.date(), figure


@pytest.mark.parametrize("name", plugins("sections", SectionPlugin))
def test_a_section_reads_only_what_it_declares(work: Workspace, name: str) -> None:
    """A section runs on a view narrowed to its own needs, on every moment, without being refused.

    Run-off ahead needs a book of holdings, and says so where none was known.
    """
    section = plugins("sections", SectionPlugin)[name]
    for as_of in MOMENTS:
        view = work.view(section.needs, as_of)
        if name == "run_off" and as_of < "2022-02-17":
            with pytest.raises(Unavailable, match="no holdings by security were known"):
                section.write(view, words_in("en"))
            continue
        assert section.write(view, words_in("en")).title


def test_without_a_date_the_clock_of_the_machine_plays_no_part(work: Workspace) -> None:
    """The default moment is the last at which anything in the store became known."""
    latest = work.store.latest_known_at()
    assert latest is not None
    assert work.as_of(None) == latest
    assert latest < datetime.now(UTC)
