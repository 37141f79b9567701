"""Taking a reading: what is missing or late gives none, and what was not declared is refused."""

from dataclasses import replace
from datetime import date

import pytest
from tests.actions.made_signals import NOWHERE, TIGHTNESS
from tests.sources import shipped

from runoff.core.errors import RegistryError
from runoff.core.language import Words
from runoff.core.report import Figure, Table
from runoff.core.signal import (
    NO_DATA,
    Further,
    Gauge,
    Reading,
    Threshold,
    gauge_table,
    last_verdict,
    number_table,
    reason,
    sentence,
    state_title,
    take,
    take_all,
    verdict,
)
from runoff.core.view import Needs

WORDS = Words("en", str)
CHINESE = Words(
    "zh", lambda message: {"threshold: {source}": "门槛：{source}", "Mine": "我的"}.get(message, message)
)


def test_a_reading_has_its_state_and_its_number() -> None:
    """On 2019-09-17, SOFR stood 315 basis points above the rate on reserves."""
    found = take("tightness", TIGHTNESS, shipped.view("2019-09-18"))
    assert (found.state, found.reason) == ("tight", None)
    assert found.gauge("spread").value == 315
    assert found.gauge("spread").period == date(2019, 9, 17)
    assert state_title(found, TIGHTNESS, WORDS) == "Tight"
    assert sentence(found, TIGHTNESS, WORDS) == "Money is tight."
    with pytest.raises(KeyError):
        found.gauge("elsewhere")


def test_without_data_there_is_a_reason() -> None:
    """A series that nobody has: no state, no confidence, and its name."""
    found = take("nowhere", NOWHERE, shipped.view("2019-09-18"))
    assert (found.state, found.confidence, found.gauges) == (NO_DATA, 0.0, ())
    assert reason(found, WORDS) == "nyfed:NOWHERE is not in the store"
    assert sentence(found, NOWHERE, WORDS) == "No data: nyfed:NOWHERE is not in the store."
    assert state_title(found, NOWHERE, WORDS) == "No data"


def test_late_data_are_no_data() -> None:
    """SOFR ships until 2026-09-03: the day after the next was due there is no reading, unless it may be late."""
    assert take("tightness", TIGHTNESS, shipped.view("2026-09-04")).state == "tight"
    late = take("tightness", TIGHTNESS, shipped.view("2026-09-09"))
    assert late.state == NO_DATA
    assert "nyfed:SOFR is late: the last figure known is of 2026-09-03" in reason(late, WORDS)
    patient = replace(TIGHTNESS, fresh=frozenset())
    assert take("tightness", patient, shipped.view("2026-09-09")).state == "tight"


def test_what_was_not_declared_is_not_read() -> None:
    """The view that a signal is handed refuses all else, and there is no reading."""
    undeclared = replace(TIGHTNESS, needs=Needs(series=frozenset({"nyfed:SOFR"})))
    assert "frb:IOR was not declared" in reason(take("x", undeclared, shipped.view("2019-09-18")), WORDS)


def _handing(**changes: object) -> object:
    """The small signal, handing back something else."""
    return replace(TIGHTNESS, read=lambda view: replace(TIGHTNESS.read(view), **changes))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"state": "furious"}, "declares easy, tight"),
        ({"confidence": 1.5}, "between 0 and 1"),
        ({"confidence": float("nan")}, "between 0 and 1"),
        ({"signal": "another"}, "named itself 'another'"),
        ({"gauges": (Gauge(id="a", title="A", value=1.0, unit="bp"),) * 2}, "two gauges of one name"),
    ],
)
def test_a_malformed_reading_is_refused(changes: dict[str, object], complaint: str) -> None:
    """It is the plug-in that is wrong, not the data: loudly, and never as no data."""
    with pytest.raises(RegistryError, match=complaint):
        take("tightness", _handing(**changes), shipped.view("2019-09-18"))


def _reading(*gauges: Gauge) -> Reading:
    return Reading(
        signal="made", as_of=shipped.view("2019-09-18").as_of, state="easy", confidence=1.0, gauges=gauges
    )


def test_a_gauge_says_its_interval_and_whose_threshold_it_is_held_against() -> None:
    """As a figure in its note; in a table in columns, and the source below."""
    gauge = Gauge(
        id="kink",
        title="Kink",
        value=9.5,
        unit="percent",
        low=9.0,
        high=10.0,
        level=90,
        threshold=Threshold(value=8.0, source="Mine"),
        note="an estimate",
    )
    assert gauge.figure(WORDS).note == "an estimate; interval 9.00 to 10.00 (90%); held against 8.00%: Mine"
    table = gauge_table(_reading(gauge), WORDS)
    assert table.columns == ("Value", "Interval", "Held against")
    value, *others = table.rows[0].cells
    assert isinstance(value, Figure)
    assert (value.value, value.note) == (9.5, "an estimate; threshold: Mine")
    assert others == ["9.00 to 10.00 (90%)", "8.00%"]
    chinese = gauge.row(CHINESE).cells[0]
    assert isinstance(chinese, Figure)
    assert chinese.note == "an estimate；门槛：我的"


def test_a_table_has_no_empty_columns() -> None:
    """Where no gauge is an estimate, or is held against anything, the place for it is left out."""
    bare = Gauge(id="a", title="A", value=1.0, unit="bp")
    assert gauge_table(_reading(bare), WORDS).columns == ("Value",)
    held = replace(bare, threshold=Threshold(value=2.0, source="Mine"))
    assert gauge_table(_reading(bare, held), WORDS).columns == ("Value", "Held against")
    assert bare.figure(WORDS).note is None


def test_the_last_verdict_is_of_the_moment_of_the_last_figure() -> None:
    """SOFR ends with that of 2026-09-03, known on the 4th; where data never came there never was a verdict."""
    late = shipped.view("2026-09-20")
    assert take("tightness", TIGHTNESS, late).state == NO_DATA
    last = last_verdict("tightness", TIGHTNESS, late)
    assert last is not None
    assert (last.state, last.as_of.date()) == ("tight", date(2026, 9, 4))
    assert last == take("tightness", TIGHTNESS, shipped.history().at(last.as_of))
    assert verdict(last, TIGHTNESS, WORDS) == "Last verdict: Tight, as known on 4 Sep 2026."
    assert last_verdict("nowhere", NOWHERE, late) is None
    assert last_verdict("tightness", TIGHTNESS, shipped.view("2017-01-04")) is None


def test_a_signal_may_have_a_table_of_its_own() -> None:
    """By default the gauges, a row each."""
    found = take("tightness", TIGHTNESS, shipped.view("2019-09-18"))
    assert number_table(found, TIGHTNESS, WORDS) == gauge_table(found, WORDS)
    own = replace(
        TIGHTNESS, table=lambda reading, words: Table(id=reading.state, title="Own", columns=(), rows=())
    )
    assert number_table(found, own, WORDS).id == "tight"


def test_what_takes_longer_stands_behind_the_reading() -> None:
    """Its gauges follow, may not take a name twice, and are not asked for where there is no reading."""
    view = shipped.view("2019-09-18")
    found = take("tightness", TIGHTNESS, view)
    more = Further(
        needs=Needs(), gauges=lambda _: (replace(found.gauges[0], id="later"),), plots=lambda *_: ()
    )
    assert take_all("tightness", TIGHTNESS, view) == found
    longer = take_all("tightness", replace(TIGHTNESS, further=more), view)
    assert [gauge.id for gauge in longer.gauges] == ["spread", "facility", "later"]
    again = replace(more, gauges=lambda _: found.gauges)
    with pytest.raises(RegistryError, match="two gauges of one name"):
        take_all("tightness", replace(TIGHTNESS, further=again), view)
    late = take_all("tightness", replace(TIGHTNESS, further=more), shipped.view("2026-09-20"))
    assert (late.state, late.gauges) == (NO_DATA, ())
