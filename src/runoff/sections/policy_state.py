"""Policy in words: whether what the central bank said names the state that the calendar has in force.

What the state is, its amounts and what was announced stand in the section before (`policy`), from the calendar. Here
stands what the texts add: the state that rules read from them, since when, from which sentence, and whether both agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from runoff.core.language import Words
from runoff.core.registry import plugin
from runoff.core.report import Section, SectionPlugin
from runoff.core.signal import NO_DATA, Reading, SignalPlugin, sentence, take
from runoff.core.view import View

_NAME = "policy_state"
_SIGNAL = plugin("signals", _NAME, SignalPlugin)
_LONGEST = 300  # characters: three lines of a terminal; a text of the Desk may carry a table


def write(view: View, words: Words) -> Section:
    """Whether texts and calendar agree, and the sentence that decided; lending where it is more than usual."""
    title, reading = words.text(TITLE), take(_NAME, _SIGNAL, view)
    if reading.state == NO_DATA:
        return Section(title=title, sentences=(sentence(reading, _SIGNAL, words),), facts={"state": NO_DATA})
    return Section(
        title=title,
        sentences=(*_told(reading, words), *_lending(reading, words)),
        facts={"state": reading.state, "confidence": f"{reading.confidence:g}", **reading.facts},
        figures=tuple(replace(gauge.figure(words), detail=True) for gauge in reading.gauges),
    )


def _told(reading: Reading, words: Words) -> Iterator[str]:
    """What texts say beside the calendar, and the sentence it was read from, as it stands there."""
    facts = reading.facts
    if facts["agree"] == "no_texts":
        yield words.text("By the calendar alone: no recent texts in the store: runoff update --source fomc.")
        return
    texts = _stated(facts["text_state"], facts["text_since"], words)
    calendar = _stated(facts["calendar_state"], facts["calendar_since"], words)
    if not calendar:
        yield words.text("By texts alone: {texts}; the calendar has nothing in force.", texts=texts)
    elif facts["agree"] == "no":
        yield words.text(
            "Texts and calendar do not agree: by the texts {texts}; by the calendar {calendar}.",
            texts=texts,
            calendar=calendar,
        )
    elif facts["text_state"] == facts["calendar_state"]:
        yield words.text("The texts say what the calendar says: {texts}.", texts=texts)
    else:
        yield words.text("The texts agree, less exactly: {texts}.", texts=texts)
    for quoted in reading.evidence:
        yield words.text("Read from: “{sentence}”", sentence=_shortened(quoted))


def _shortened(quoted: str) -> str:
    """The beginning of a long quotation, up to a word; `runoff signals policy_state` has the whole."""
    if len(quoted) <= _LONGEST:
        return quoted
    return f"{quoted[:_LONGEST].rpartition(' ')[0]} …"


def _stated(state: str, since: str, words: Words) -> str:
    """A state and since when; empty where there is none."""
    if not state:
        return ""
    return words.text(
        "{state}, since {since}",
        state=words.text(_SIGNAL.states[state]),
        since=words.date(date.fromisoformat(since)),
    )


def _lending(reading: Reading, words: Words) -> Iterator[str]:
    """That a lot is lent beside the policy, which is no part of it."""
    if reading.facts["emergency_lending"] == "yes":
        share = reading.gauge("loans_share").figure(words)
        yield words.text(
            "Loans are {share}% of assets: lending beside the policy, and no part of it.",
            share=f"{share.value:.1f}",
        )


TITLE = "Policy in words"
SECTION = SectionPlugin(order=15, title=TITLE, needs=_SIGNAL.needs, write=write)
