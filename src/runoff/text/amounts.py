"""Amounts of money as texts write them: $1.25 trillion, from $10 billion to $17.5 billion, $75 billion per month."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from runoff.text.facts import Per


class Role(StrEnum):
    """What an amount is beside the others of its sentence.

    `MORE` is added to what was announced before, `BEFORE` is what the amount replaces, `WHOLE` is what it comes to,
    `PACE` spreads the amount named before it, and `LEVEL` is what holdings come to, which is no amount of an operation.
    Of principal payments what lies above `ABOVE` is replaced: a cap on what is not. An `ODD` one cannot be told in
    billions per month, per day or in total: a figure without its scale, or an amount per week.
    """

    PLAIN = "plain"
    MORE = "more"
    BEFORE = "before"
    WHOLE = "whole"
    PACE = "pace"
    LEVEL = "level"
    ABOVE = "above"
    ODD = "odd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """An amount in a sentence, from character `start` to `end`.

    `per` is None where the words beside it name no time; `bounds` are those that bind it (``up to``, ``at least``).
    """

    billions: float
    per: Per | None
    role: Role
    bounds: tuple[str, ...]
    start: int
    end: int


_SCALES = {"trillion": 1e3, "tn": 1e3, "trn": 1e3, "billion": 1.0, "bn": 1.0, "bln": 1.0, "b": 1.0}
_SCALES |= {"million": 1e-3, "mn": 1e-3, "mln": 1e-3}
_SCALE = r"(trillion|billion|million|trn|tn|bln|bn|mln|mn|(?-i:B))"
_NUMBER = r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_PART = r"((?:\s?-\s?|\s)?\d/\d(?!\d)|[\u00bc\u00bd\u00be])?"  # of $17-1/2 billion, $1\u00bc trillion
_GAP = r"(?:\s?-\s?|\s+)?"
_MONEY = re.compile(
    rf"(?:(?<![A-Za-z])(?:US\s?)?\$|\bUSD)\s?{_NUMBER}{_PART}(?:{_GAP}{_SCALE}\b|(?![\w/]))"
    rf"|(?<![\d$.,/-]){_NUMBER}{_PART}{_GAP}{_SCALE}\s+(?:(?:US|U\.S\.)\s+)?dollars\b",
    re.IGNORECASE,
)
_PARTS = {"\u00bc": 0.25, "\u00bd": 0.5, "\u00be": 0.75}
_SMALLEST = 1e-3  # billions; a bare figure below a million dollars has lost its scale
_ODD_TIME = re.compile(
    r"\s+of\s+(?:it|which|them)\b"
    r"|[^$.;]{0,60}?\b(?:(?<!times )(?:per|a|each|every)\s+(?:\w+\s+)?(?:weeks?|fortnight|quarters?|years?"
    r"|annum|operations?|auctions?|counterpart(?:y|ies)|bidder|issuer|transactions?)"
    r"|every\s+(?:two|three|four|six|other)\s+\w+|weekly|quarterly|annually|annualized|biweekly|bi-weekly)\b",
    re.IGNORECASE,
)
_ODD_BEFORE = re.compile(
    r"\b(?:weekly|quarterly|annual|annualized|yearly|biweekly|bi-weekly)\b[^$.;]{0,60}$"
    r"|\b(?:each operation|size) of\s+(?:(?:at most|up to|about|approximately)\s+)*$"
    r"|\b(?:all but|except(?: for)?|excluding|other than|net of|less|minus)\s+$"
    r"|\b(?:compared with|instead of|rather than|unlike)\s[^$.;,]{3,40}\b(?:above|exceeds?|in excess of)\s+$",
    re.IGNORECASE,
)
# ", which averaged $17 billion per month": what was or is thought to come, beside what is done with it.
_ASIDE = re.compile(
    r",\s+(?:which|whose|having)\b"
    r"(?!\s+(?:is|are)\s+(?:(?:roughly|about|approximately)\s+)?(?:the\s+)?equivalent)[^,$;]{0,80}$",
    re.IGNORECASE,
)
# "rather than $15 billion as some had proposed": what nobody had decided is not what an amount replaces.
_NEVER_WAS = re.compile(r"[^$.;]{0,40}\b(?:proposed|suggested|preferred|expected|anticipated|projected)\b")
_SCALE_WORD = re.compile(r"\b(?:trillion|billion|million|bn|trn)s?\b|\d(?:bn|tn)\b", re.IGNORECASE)
_PER = re.compile(
    r"\s*(?:worth\s+|in total\s+)?(?:of (?:such )?(?:purchases|securities)\s+)?"
    r"(?:(?:per|a|each|every)\s+(?:calendar\s+)?(month|day)\b|(monthly)\b)",
    re.IGNORECASE,
)
_PER_LATER = re.compile(
    r"(?:per|each|every)\s+(?:calendar\s+)?(month|business day|day)\b"
    r"|(?:for|over|during) (?:the |a )?(monthly) (?:purchase )?periods?\b"
    r"|(?<!once )(?<!twice )(?<!times )(?<!over )(?<!within )(?<!in )\ba (?:calendar )?(month|day)\b"
    r"(?! (?:ago|earlier|later|before|after|from))|\b(monthly)(?=\s*(?:[,.;]|$|and\b))",
    re.IGNORECASE,
)
_MONTHLY_BEFORE = re.compile(
    r"\b(monthly|daily)\b[^$.;]{0,60}\b(?:caps?|pace|purchases|redemptions|sales|amounts?|rate|limits?)\b[^$.;]{0,90}$",
    re.IGNORECASE,
)
_PACE = re.compile(r"\b(?:monthly|per month|each month|a month)\b", re.IGNORECASE)
_BOUNDS = (
    "up to",
    "at least",
    "at most",
    "no more than",
    "approximately",
    "about",
    "roughly",
    "around",
    "initially",
)
_BOUND = re.compile(r"\b(" + "|".join(_BOUNDS) + r")\b", re.IGNORECASE)
_BEFORE = re.compile(
    r"\b(?:from|rather than|instead of|down from|up from|compared with|previously|the previous(?:ly announced)?"
    r"(?: \w+){0,3}(?: of)?)\s+(?:a |the )?(?:(?:current|previous|previously|announced|maximum|monthly|pace"
    r"|cap|of|level)\s+)*"
    r"(?:(?:up to|about|approximately|at least)\s+)*$",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"\b(?:to (?:a )?total of|for a total of|bringing [^$.;]{0,80}\bto|totall?ing)\s+(?:(?:up to|about"
    r"|approximately)\s+)*$",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\b(?:an? (?:additional|further)|another|by)\s+(?:(?:up to|about|approximately|an? additional|a further)\s+)*$",
    re.IGNORECASE,
)


_LEVEL = re.compile(
    r"\b(?:face value|holdings|balance sheet|portfolio|size|securities held|reserves|reserve balances|balances"
    r"|total assets|liabilities|deposits)\b[^$.;]{0,80}\b(?:at|(?<!up )to|near|below|reach\w*|approach\w*"
    r"|total\w*)\s+(?:an? )?"
    r"(?:(?:approximately|about|around|roughly)\s+)*$",
    re.IGNORECASE,
)
_ABOVE = re.compile(
    r"\b(?:exceed(?:s|ed|ing)?|in excess of|above|beyond|greater than|(?<!no )more than)"
    r"\s+(?:(?:a|the|this|that) )?(?:(?:monthly )?(?:cap|maximum|limit)(?: amount)? of\s+)?"
    r"(?:(?:up to|about|approximately)\s+)?$",
    re.IGNORECASE,
)
# "from $40 billion to $20 billion per month": the time is that of both.
_TO = re.compile(
    r"(?:\s+(?:per|a|each) month)?,?\s+(?:to|from|down from|up from|rather than|instead of)\s+(?:(?:up to|at least"
    r"|approximately|about)\s+)*",
    re.IGNORECASE,
)
# "$75 billion of Treasury securities and $50 billion of agency MBS per day": the last words hold for both.
_LISTED = re.compile(
    r"(?:,?\s+and|\s+(?:(?:of|in|for|worth of)\s[\w\s()-]{3,60}\band|and of [\w\s()-]{3,60}\bby))"
    r"\s+(?:(?:up to|at least|approximately|about)\s+)*",
    re.IGNORECASE,
)
_WITHIN = re.compile(r"\b(?:below|under|within)\s+(?:the|this)\s+$", re.IGNORECASE)
_NOT_LEVEL = re.compile(r"\b(?:purchas|pace|total face value of|sell|cap)", re.IGNORECASE)
_PACE_OF = re.compile(
    r",\s+(?:or\s+)?(?:at\s+)?a\s+(?:monthly\s+)?pace\s+of\s+(?:about\s+|approximately\s+)?$", re.IGNORECASE
)


def find(sentence: str) -> tuple[Amount, ...]:
    """The amounts of a sentence, in its order; a dollar figure without a scale counts in dollars.

    Examples
    --------
    >>> [
    ...     (one.billions, one.role.value)
    ...     for one in find("raising the cap from $10 billion to $17.5 billion a month")
    ... ]
    [(10.0, 'before'), (17.5, 'plain')]
    >>> find("up to an additional $1.25 trillion of bonds")[0].bounds
    ('up to',)
    """
    matches = list(_MONEY.finditer(sentence))
    found = [_read(sentence, match, _limits(sentence, matches, i)) for i, match in enumerate(matches)]
    for i in range(len(found) - 1, 0, -1):
        if found[i - 1].per is None and _LISTED.fullmatch(sentence, found[i - 1].end, found[i].start):
            found[i - 1] = replace(found[i - 1], per=found[i].per)
    for i in range(1, len(found)):
        is_listed = _LISTED.fullmatch(sentence, found[i - 1].end, found[i].start)
        if found[i].per is None and is_listed and _MONTHLY_BEFORE.search(sentence[: found[i - 1].start]):
            found[i] = replace(found[i], per=found[i - 1].per)
        if _TO.fullmatch(sentence, found[i - 1].end, found[i].start):
            per = found[i - 1].per or found[i].per
            found[i - 1], found[i] = replace(found[i - 1], per=per), replace(found[i], per=per)
    return tuple(found)


def is_any_unread(stretch: str) -> bool:
    """Whether words speak of billions that are no amount found: of another currency, or a number in letters.

    Examples
    --------
    >>> is_any_unread("bonds of \u20ac15 billion"), is_any_unread("bonds of $15 billion")
    (True, False)
    """
    return _SCALE_WORD.search(_MONEY.sub(" ", stretch)) is not None


def _limits(sentence: str, matches: list[re.Match[str]], index: int) -> tuple[int, int]:
    """Where the words of an amount may begin and end: its neighbours are not its own."""
    start = matches[index - 1].end() if index else 0
    end = matches[index + 1].start() if index + 1 < len(matches) else len(sentence)
    return start, end


def _read(sentence: str, match: re.Match[str], limits: tuple[int, int]) -> Amount:
    before, after = sentence[limits[0] : match.start()], sentence[match.end() : limits[1]]
    number, part, scale = match.groups()[:3] if match[1] else match.groups()[3:]
    dollars = (float(number.replace(",", "")) + _fraction(part)) * _SCALES.get((scale or "").lower(), 1e-9)
    near = before[-45:]
    is_odd = dollars < _SMALLEST or any(
        (_ODD_TIME.match(after), _ODD_BEFORE.search(before), _ASIDE.search(before))
    )
    role = Role.ODD if is_odd else _role(before, is_first=limits[0] == 0)
    return Amount(
        billions=round(dollars, 9),
        per=_per(before, after),
        role=Role.LEVEL if role is Role.BEFORE and _NEVER_WAS.match(after) else role,
        bounds=tuple(bound.lower() for bound in _BOUND.findall(near.rpartition(",")[2])),
        start=match.start(),
        end=match.end(),
    )


def _fraction(part: str | None) -> float:
    """A half, a quarter, as text writes them; none is nothing."""
    if part is None or part in _PARTS:
        return _PARTS[part] if part else 0.0
    over, _, under = part.strip(" -").partition("/")
    return int(over) / int(under) if int(under) else 0.0


def _per(before: str, after: str) -> Per | None:
    if (match := _PER.match(after)) is not None:
        return Per.DAY if (match[1] or "").lower() == "day" else Per.MONTH
    if (later := _PER_LATER.search(after[:90])) is not None and not re.search(
        r"[.;]", after[: later.start()]
    ):
        return Per.DAY if "day" in later[0].lower() else Per.MONTH
    if (earlier := _MONTHLY_BEFORE.search(before)) is not None:
        return Per.DAY if earlier[1].lower() == "daily" else Per.MONTH
    return Per.MONTH if _PACE.search(before[-60:]) else None


def _role(before: str, *, is_first: bool) -> Role:
    if not is_first and _PACE_OF.search(before):
        return Role.PACE
    if _WITHIN.search(before):
        return Role.LEVEL
    if (level := _LEVEL.search(before)) is not None and not _NOT_LEVEL.search(level[0]):
        return Role.LEVEL
    for role, pattern in (
        (Role.ABOVE, _ABOVE),
        (Role.BEFORE, _BEFORE),
        (Role.WHOLE, _WHOLE),
        (Role.MORE, _MORE),
    ):
        if pattern.search(before):
            return role
    return Role.PLAIN
