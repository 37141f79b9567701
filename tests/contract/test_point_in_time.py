"""The poisoned future: what became known after `as_of` is made nonsense, and no result may change."""

import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.actions.made_texts import holding, made
from tests.contract.poison import poisoned, rewritten

from runoff.actions import ACTIONS
from runoff.actions.project import ProjectionReport, project
from runoff.actions.workspace import Workspace, words_in
from runoff.core.errors import Unavailable
from runoff.core.policy import PolicyPlugin
from runoff.core.registry import plugins
from runoff.core.report import SectionPlugin
from runoff.core.time import parse_as_of
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
ARGUMENTS = {
    "series": [("WALCL",), ("nyfed:SOFR",), ("bea:GDP",), ("nyfed:SRF",)],
    "read-statement": [("latest",)],
    "diff-statements": [("previous", "latest")],
}

DATED = [a.name for a in ACTIONS.values() if "as_of" in inspect.signature(a.function()).parameters]
# What projects takes a second each time; it is asked before a book is known, in the first month after it, and later.
PROJECTING = {"compare", "crossing", "fan", "income", "odds", "portfolio", "project", "redemptions"}
PROJECTED = ("2020-03-15T16:59:00-04:00", "2022-05-04T13:59:59-04:00", "2025-12-04T16:29:59-05:00")
CASES = [
    (name, arguments, as_of)
    for name in DATED
    if name != "scorecard"  # a second an origin: a few of them are asked for below
    for arguments in ARGUMENTS.get(name, [()])
    for as_of in (PROJECTED if name in PROJECTING else MOMENTS)
]


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


# In the manner of the Committee, and not its words: the store of the tests holds no text.
TEXTS = (
    made(
        "2022-05-04", "The Committee decided to begin reducing its holdings of Treasury securities on June 1."
    ),
    made(
        "2025-10-29",
        "The Committee decided to conclude the reduction of its securities holdings on December 1.",
    ),
    made("2025-12-10", "The Committee will purchase Treasury bills at a pace of $40 billion per month."),
)


@pytest.mark.parametrize("name", ["read-statement", "diff-statements"])
def test_no_text_of_the_future_is_read(poison: Callable[[datetime], None], tmp_path: Path, name: str) -> None:
    """The latest text of a moment and its difference to the one before are the same whatever comes out later."""
    with holding(tmp_path, TEXTS) as own:
        (arguments,) = ARGUMENTS[name]
        as_of = "2025-12-10T13:59:59-05:00"
        before = result(own, name, arguments, as_of)
        assert b"conclude the reduction" in before
        poison(parse_as_of(as_of))
        assert result(own, name, arguments, as_of) == before
        poison(parse_as_of("2025-10-01"))
        assert result(own, name, arguments, as_of) != before


OPTIONS = [
    ("project", {"policy": "60-35", "scenario": "forwards", "horizon": 6}),
    ("project", {"policy": "restart-2027", "scenario": "debt-limit", "horizon": 6}),
    ("redemptions", {"policy": "qt1-caps", "by": "date"}),
    ("redemptions", {"book": "2022-02-16"}),
    ("income", {"policy": "bills-only", "scenario": "up-100", "by": "month", "horizon": 3}),
    ("compare", {"policies": "rmp-40,twist", "line": "ten_year_equivalents", "horizon": 3}),
    ("compare", {"policies": "announced,60-35", "horizon": 3, "paths": 64}),
    ("fan", {"line": "all", "horizon": 6, "paths": 64, "method": "parametric"}),
    ("scorecard", {"origins": 2, "paths": 64}),
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
