"""Dates from which a text says something holds, resolved from the day of the text.

A month alone begins on its first day, its middle is the fifteenth. A month without a year is the
next one of that name, the text's own month included. ``until`` and ``by the end of`` bound an action and begin none:
they are conditions (`bounds`).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTH = "(" + "|".join(name.capitalize() for name in _MONTHS) + ")"
_OPEN = (
    r"\b(?:(?i:beginning|starting|commencing|effective|as of|with effect from|begins?|starts?)"
    r"(?:\s+(?:on|in|with|from|as of|for|purchases|these purchases))*(?:\s+the)?(?:\s+(?:close of business"
    r"|(?:calendar\s+)?months?\s+of))?(?:\s+on)?)"
)
_WEEKDAY = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?\s+)?"
_DAY = rf"{_WEEKDAY}{_MONTH}\s+(\d{{1,2}})(?!\d)(?:st|nd|rd|th)?(?:,?\s+(\d{{4}}))?"
_WHOLE_MONTH = (
    rf"(mid-|early\s+|late\s+|the middle of\s+)?{_MONTH}(?:\s+of)?(?:,?\s+(\d{{4}}))?(?!\s+\d{{1,2}}\b)"
)
_THIS = r"(?i:(this|next) month|the (?:beginning|start) of (this|next) month)"

_EXACT = re.compile(rf"{_OPEN}\s+{_DAY}")
_IN_MONTH = re.compile(rf"{_OPEN}\s+{_WHOLE_MONTH}")
_RELATIVE = re.compile(rf"{_OPEN}\s+{_THIS}")
_BARE_DAY = re.compile(rf"\b(?i:on)\s+{_DAY}")
_BARE_MONTH = re.compile(rf"\b(?i:in)\s+{_WHOLE_MONTH}")
_END_OF_MONTH = re.compile(
    rf"\b(?i:at\s+the\s+end\s+of)\s+(?:(?i:(this|next)\s+month)|{_MONTH}(?:,?\s+(\d{{4}}))?)"
)
_AFTER_MONTHS = re.compile(r"\b(?i:after)\s+(one|two|three|four|six|nine|twelve|\d{1,2})\s+months?\b")
_RECEIVED = re.compile(
    rf"\b(?:maturing|received)\s+(?:in|during|through)\s+"
    rf"(?:the\s+(?:calendar\s+)?months?\s+of\s+)?{_MONTH}(?:,?\s+(\d{{4}}))?(?!\s+\d{{1,2}}\b)"
)
_COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "nine": 9, "twelve": 12}
_PERIOD = (
    r"(?:(?:this|the|next|current|first|second|third|fourth)\s+)*(?:month|quarter|year|autumn|spring|summer|fall|"
    + _MONTH.replace("(", "(?:")
    + r")(?:\s+of\s+(?:this|next)\s+year)?(?:(?:\s+of|,)?\s+\d{4})?\b"
)
_UNTIL = re.compile(
    rf"\b(?:(?i:(?:until\s+)?at\s+least\s+(?:into|through|until)|by|through|until)\s+(?i:the\s+)?"
    rf"(?:(?i:end|middle|start|beginning)\s+of\s+|early\s+|late\s+|mid-)?{_PERIOD}"
    r"|(?i:beginning|starting)\s+(?:later|early|late)\s+(?:this|next)\s+(?:month|year)\b"
    r"|(?i:over)\s+the\s+(?:next|coming)\s+(?:\w+\s+)?(?:months?|quarters?|weeks?|years?)\b)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """A date in a sentence, from character `start` to `end`; `months_later` counts from an earlier step instead.

    `opens` says that the words name a beginning (``beginning in``) and not only a day (``on June 1``).
    """

    day: date | None
    months_later: int = 0
    opens: bool
    start: int
    end: int


def find(sentence: str, *, day: date | None) -> tuple[Effective, ...]:
    """The dates from which something holds, in the order of the sentence.

    Parameters
    ----------
    day
        The day of the text; without it only a date with its year is found.

    Examples
    --------
    >>> [one.day.isoformat() for one in find("Beginning in January, the pace falls.", day=date(2013, 12, 18))]
    ['2014-01-01']
    """
    found: list[Effective] = []
    for one in (*_exact(sentence, day), *_months(sentence, day), *_others(sentence, day)):
        if not any(one.start < other.end and other.start < one.end for other in found):
            found.append(one)
    return tuple(sorted(found, key=lambda one: one.start))


def bounds(sentence: str) -> tuple[str, ...]:
    """Words that bound how long something lasts: ``by the end of June 2012``, ``at least into the second quarter``."""
    return tuple(" ".join(match[0].split()) for match in _UNTIL.finditer(sentence))


def end_of_month(sentence: str, *, day: date | None) -> date | None:
    """The last day of the month at whose end something stops, where the sentence names it.

    Examples
    --------
    >>> end_of_month("will conclude it at the end of this month", day=date(2014, 10, 29))
    datetime.date(2014, 10, 31)
    """
    if (match := _END_OF_MONTH.search(sentence)) is None:
        return None
    word, month, year = match.groups()
    first = _relative(word.lower(), day) if word else _first(month, year, day)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1]) if first is not None else None


def month_number(name: str) -> int | None:
    """The number of a month from its name, or None where it is none."""
    return _MONTHS.get(name.lower())


def months_after(day: date, months: int) -> date:
    """The same day of a month some months later, or the last day of that month."""
    year, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + year, month + 1)[1]
    return date(day.year + year, month + 1, min(day.day, last))


def _exact(sentence: str, day: date | None) -> Iterator[Effective]:
    for pattern, opens in ((_EXACT, True), (_BARE_DAY, False)):
        for match in pattern.finditer(sentence):
            month, number, year = match.groups()[-3:]
            first = _first(month, year, day)
            if first is None:
                continue
            try:
                found = first.replace(day=int(number))
            except ValueError:
                continue
            if year is None and day is not None and (day - found).days > 31:
                found = found.replace(year=found.year + 1)
            yield Effective(day=found, opens=opens, start=match.start(), end=match.end())


def _months(sentence: str, day: date | None) -> Iterator[Effective]:
    for pattern, opens in ((_IN_MONTH, True), (_BARE_MONTH, False)):
        for match in pattern.finditer(sentence):
            part, month, year = match.groups()
            first = _first(month, year, day)
            if first is None or (part or "").strip() in {"early", "late"}:
                continue  # no day can be said for these
            found = first.replace(day=15) if part else first
            yield Effective(day=found, opens=opens, start=match.start(), end=match.end())


def is_for_now(sentence: str, *, day: date | None) -> bool:
    """Whether it is about what falls due in the text's own month (``maturing during March``), so what goes on."""
    found = [_first(match[1], match[2], day) for match in _RECEIVED.finditer(sentence)]
    return day is not None and any(first == day.replace(day=1) for first in found)


def _others(sentence: str, day: date | None) -> Iterator[Effective]:
    for match in _RECEIVED.finditer(sentence):
        if (first := _first(match[1], match[2], day)) is not None and (day is None or first > day):
            yield Effective(day=first, opens=True, start=match.start(), end=match.end())
    for match in _RELATIVE.finditer(sentence):
        if (found := _relative((match[1] or match[2]).lower(), day)) is not None:
            yield Effective(day=found, opens=True, start=match.start(), end=match.end())
    for match in _AFTER_MONTHS.finditer(sentence):
        count = _COUNTS.get(match[1].lower()) or int(match[1])
        yield Effective(day=None, months_later=count, opens=True, start=match.start(), end=match.end())


def _relative(word: str, day: date | None) -> date | None:
    if day is None:
        return None
    return months_after(day.replace(day=1), 1 if word == "next" else 0)


def _first(month: str, year: str | None, day: date | None) -> date | None:
    """The first of a month; without its year the next of that name, counted from the text's own month."""
    number = _MONTHS[month.lower()]
    if year is not None:
        return date(int(year), number, 1)
    if day is None:
        return None
    return date(day.year + (number < day.month), number, 1)
