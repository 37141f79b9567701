"""What holds for every signal: nothing of the future, nothing undeclared, no data where data are missing or late.

Every plug-in of the registry is tested before its author writes a test; beside them stands a small one made for the
tests, so that the suite is there when the registry is empty and can be seen to fail.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import reduce
from operator import or_

import numpy as np
import pytest
from tests.actions.made_signals import TIGHTNESS
from tests.actions.made_texts import made
from tests.contract.poison import poisoned

from runoff.actions.signal_history import HistoryRow
from runoff.actions.workspace import Workspace, words_in
from runoff.core.errors import LookaheadError
from runoff.core.language import LANGUAGES, Words
from runoff.core.registry import plugins
from runoff.core.report import Plot
from runoff.core.signal import (
    NO_DATA,
    Reading,
    SignalPlugin,
    gauge_table,
    reason,
    sentence,
    state_title,
    take,
    take_all,
)
from runoff.core.time import parse_as_of
from runoff.core.units import Unit
from runoff.core.view import History, Needs, View

SIGNALS: Mapping[str, SignalPlugin] = {**plugins("signals", SignalPlugin), "tightness": TIGHTNESS}
MOMENTS = (
    "2005-01-05",
    "2013-12-18T13:59:59-05:00",
    "2018-12-31",
    "2019-09-17T16:00:00-04:00",
    "2020-03-18",
    "2022-05-04T13:59:59-04:00",
    "2022-06-15",
    "2025-10-31",
    "2025-12-10T14:00:00-05:00",
    "2026-09-03",
)
# A moment at which every shipped figure that any signal needs is there and none is late.
COMPLETE = "2026-09-03"
each = pytest.mark.parametrize("name", SIGNALS)


# In the manner of the Committee, and not its words: the store of the tests holds no text.
TEXTS = (
    made(
        "2013-12-18",
        "Beginning in January, the Committee will add to its holdings of longer-term Treasury securities at a pace of "
        "$40 billion per month rather than $45 billion per month.",
    ),
    made(
        "2022-05-04",
        "The Committee decided to begin reducing its holdings of Treasury securities and agency debt and agency "
        "mortgage-backed securities on June 1.",
    ),
    made(
        "2025-10-29",
        "The Committee decided to conclude the reduction of its aggregate securities holdings on December 1.",
    ),
)


@pytest.fixture(scope="module")
def history(work: Workspace) -> History:
    """Everything that any signal declares, and a few texts."""
    needs = reduce(or_, (signal.all_needs for signal in SIGNALS.values()), Needs())
    found = work.view(needs, None).history
    return replace(found, documents=tuple(t for t in TEXTS if t.kind in needs.documents))


def told(name: str, view: View) -> str:
    """A reading, every digit of it."""
    return repr(take(name, SIGNALS[name], view))


def drawn(name: str, view: View) -> list[object]:
    """The pictures of a reading, every digit of them; none where there is no reading."""
    signal = SIGNALS[name]
    if take(name, signal, view).state == NO_DATA:
        return []
    return [
        (plot.id, plot.periods.tobytes(), {k: v.tobytes() for k, v in plot.lines.items()})
        for plot in pictures(signal, view, words_in("en"))
    ]


def pictures(signal: SignalPlugin, view: View, words: Words) -> tuple[Plot, ...]:
    """The pictures of a signal, with those that take longer."""
    quick = () if signal.plots is None else signal.plots(view.narrow(signal.needs), words)
    return (
        quick
        if signal.further is None
        else (*quick, *signal.further.plots(view.narrow(signal.all_needs), words))
    )


def complete(name: str, history: History) -> Reading:
    """The reading at a moment at which it has all it needs."""
    return take(name, SIGNALS[name], history.at(parse_as_of(COMPLETE)))


def without(history: History, *series: str) -> History:
    """The same history with nothing of some series."""
    return replace(history, columns={k: v for k, v in history.columns.items() if k not in series})


@each
@pytest.mark.parametrize("as_of", MOMENTS)
def test_no_reading_changes_with_the_future(history: History, name: str, as_of: str) -> None:
    """A reading is the same to the last digit, whatever becomes known later."""
    moment = parse_as_of(as_of)
    assert told(name, poisoned(history, moment).at(moment)) == told(name, history.at(moment))


@each
def test_no_picture_changes_with_the_future(history: History, name: str) -> None:
    """Nor do the pictures of a reading."""
    moment = parse_as_of("2025-10-31")
    assert drawn(name, poisoned(history, moment).at(moment)) == drawn(name, history.at(moment))


@each
def test_numbers_that_take_longer_are_numbers_of_the_signal(history: History, name: str) -> None:
    """They stand behind those of the brief reading, change with no future, and read no more than is declared."""
    signal, moment = SIGNALS[name], parse_as_of(COMPLETE)
    quick, whole = complete(name, history), take_all(name, signal, history.at(moment))
    assert whole.gauges[: len(quick.gauges)] == quick.gauges
    assert replace(whole, gauges=()) == replace(quick, gauges=())
    if signal.further is None:
        assert whole == quick
        return
    assert len(whole.gauges) > len(quick.gauges)
    assert take_all(name, signal, poisoned(history, moment).at(moment)) == whole
    for gauge in whole.gauges[len(quick.gauges) :]:
        Unit.parse(gauge.unit)
        assert gauge.note if gauge.value is None else gauge.period is not None, gauge.id


@each
def test_the_poison_works(history: History, name: str) -> None:
    """Poisoning what was known already does change a reading: the test above can fail."""
    moment, before = parse_as_of(COMPLETE), parse_as_of("2025-11-15")
    assert told(name, poisoned(history, before).at(moment)) != told(name, history.at(moment))


@each
def test_a_signal_reads_only_what_it_declares(history: History, name: str) -> None:
    """At no moment is it refused a series, a calendar or a text as undeclared, and all else changes nothing."""
    signal = SIGNALS[name]
    undeclared = LookaheadError(
        "{name} was not declared as a need; declare it before reading it", name=""
    ).template
    own = replace(
        history,
        columns={k: v for k, v in history.columns.items() if k in signal.needs.all_series},
        policies={k: v for k, v in history.policies.items() if k in signal.needs.policy},
        documents=tuple(d for d in history.documents if d.kind in signal.needs.documents),
        needs=signal.needs,
    )
    for as_of in MOMENTS:
        found = take(name, signal, history.at(parse_as_of(as_of)))
        assert found.reason is None or found.reason[0] != undeclared, found.reason
        assert told(name, own.at(parse_as_of(as_of))) == told(name, history.at(parse_as_of(as_of)))


@each
def test_reading_twice_gives_the_same(history: History, name: str) -> None:
    """Whatever was read before, and in whatever order: nothing is remembered from one reading to the next."""
    forth = [told(name, history.at(parse_as_of(as_of))) for as_of in MOMENTS]
    back = [told(name, history.at(parse_as_of(as_of))) for as_of in reversed(MOMENTS)]
    assert forth == back[::-1]


@each
def test_missing_data_fail_closed(history: History, name: str) -> None:
    """Without a needed series there is no reading, and a reason that names the series; never an exception."""
    signal = SIGNALS[name]
    for series in signal.needs.series:
        found = take(name, signal, without(history, series).at(parse_as_of(COMPLETE)))
        assert (found.state, found.confidence, found.gauges) == (NO_DATA, 0.0, ()), series
        assert series in reason(found, words_in("en"))
    for as_of in MOMENTS:  # nothing at all
        empty = replace(history, columns={}, policies={}, documents=())
        take(name, signal, empty.at(parse_as_of(as_of)))


@each
def test_what_is_optional_may_be_missing(history: History, name: str) -> None:
    """Without one of the optional series there still is a reading, no surer than with it; without any, or a reason."""
    signal, full = SIGNALS[name], complete(name, history)
    for series in signal.needs.optional:
        found = take(name, signal, without(history, series).at(parse_as_of(COMPLETE)))
        assert found.state != NO_DATA, (series, found.reason)
        assert found.confidence <= full.confidence + 1e-12, series
    bare = take(name, signal, without(history, *signal.needs.optional).at(parse_as_of(COMPLETE)))
    assert bare.confidence <= full.confidence + 1e-12
    assert (bare.state == NO_DATA) == bool(reason(bare, words_in("en")))


@each
def test_late_data_fail_closed(history: History, name: str) -> None:
    """Where a series that must be fresh is overdue there is no reading; a signal that reads series has such a one."""
    signal, moment = SIGNALS[name], parse_as_of(COMPLETE)
    assert signal.fresh or not signal.needs.series
    assert signal.fresh <= signal.needs.series
    for series in signal.fresh:
        early = history.columns[series].known_at <= int((moment - timedelta(days=60)).timestamp())
        columns = history.columns[series]
        kept = replace(
            columns,
            **{
                part: getattr(columns, part)[early]
                for part in ("periods", "known_at", "values", "flags", "files")
            },
        )
        late = replace(history, columns={**history.columns, series: kept})
        found = take(name, signal, late.at(moment))
        assert found.state == NO_DATA, series
        assert series in reason(found, words_in("en"))


@each
def test_there_is_a_reading_of_what_ships(history: History, name: str) -> None:
    """With complete data it is in one of its states, names itself and its moment, and some number decides."""
    found = complete(name, history)
    assert found.state in SIGNALS[name].states, found.reason
    assert found.signal == name
    assert found.as_of == parse_as_of(COMPLETE)
    assert 0 < found.confidence <= 1
    assert found.gauges


@each
@pytest.mark.parametrize("as_of", MOMENTS)
def test_gauges_say_what_they_are(history: History, name: str, as_of: str) -> None:
    """A unit that is one, a finite number or a note why not, an interval with its level, a threshold with its source.

    Nothing of it is known later than the reading, and its id can be a column of its own.
    """
    found = take(name, SIGNALS[name], history.at(parse_as_of(as_of)))
    taken = set(HistoryRow.__dataclass_fields__)
    for gauge in found.gauges:
        assert gauge.id.isidentifier()
        assert gauge.id not in taken
        assert gauge.title
        Unit.parse(gauge.unit)
        assert gauge.note if gauge.value is None else np.isfinite(gauge.value), gauge.id
        assert (gauge.low is None) == (gauge.high is None) == (gauge.level is None), gauge.id
        if gauge.low is not None and gauge.high is not None and gauge.level is not None:
            assert gauge.low <= gauge.high
            assert 0 < gauge.level < 100
        if gauge.threshold is not None:
            assert gauge.threshold.source.strip()
            assert np.isfinite(gauge.threshold.value)
        assert gauge.known_at is None or gauge.known_at <= found.as_of, gauge.id
        assert gauge.period is None or gauge.period <= found.as_of.date(), gauge.id
    numbered = [gauge for gauge in found.gauges if gauge.value is not None]
    assert all(gauge.period is not None for gauge in numbered)


@each
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_both_languages(history: History, name: str, language: str) -> None:
    """State, sentence, table and pictures are said at every moment without a place left open or a number missing."""
    signal, words = SIGNALS[name], words_in(language)
    said = [signal.title, signal.says, *signal.states.values()]
    assert all(words.text(message).strip() for message in said)
    for as_of in MOMENTS:
        view = history.at(parse_as_of(as_of))
        found = take(name, signal, view)
        texts = [sentence(found, signal, words), state_title(found, signal, words)]
        table = gauge_table(found, words)
        texts += [row.label for row in table.rows] + [
            c for row in table.rows for c in row.cells if isinstance(c, str)
        ]
        if as_of == COMPLETE:
            plots = pictures(signal, view, words)
            texts += [text for plot in plots for text in (plot.title, *plot.lines)]
        assert texts[0].strip().endswith((".", "。")), texts[0]
        for text in texts:
            assert "{" not in text, text
            assert "None" not in text, text
            assert "nan" not in text.split(), text


@each
def test_pictures_are_complete(history: History, name: str) -> None:
    """Each has an id of its own, a unit that is one, and lines as long as their periods."""
    signal, moment = SIGNALS[name], parse_as_of(COMPLETE)
    if signal.plots is None:
        pytest.skip("it has no picture")
    plots = pictures(signal, history.at(moment), words_in("en"))
    assert len({plot.id for plot in plots}) == len(plots) > 0
    for plot in plots:
        Unit.parse(plot.unit)
        assert all(len(line) == len(plot.periods) for line in plot.lines.values()), plot.id
