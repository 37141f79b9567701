"""Classes of securities as texts name them: agency MBS, GSE debt, longer-term Treasury securities, bills."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from runoff.text.facts import Security


class Place(StrEnum):
    """What a class is to the verb: what comes in or is acted on, or what is bought with it (``into``)."""

    OBJECT = "object"
    TARGET = "target"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Classes named at a place in a sentence, from character `start` to `end`.

    `joint` says that one word named several (``agency securities``); `maturing` that they are securities that mature.
    """

    classes: tuple[Security, ...]
    place: Place
    joint: bool
    start: int
    end: int


_BOTH = (Security.AGENCY_DEBT, Security.AGENCY_MBS)
_ADJECTIVES = (
    r"(?:(?:all|additional|new|newly issued|other|outstanding|maturing|nominal|longer-term|longer-dated|shorter-term"
    r"|short-term|longer-maturity|shorter-maturity|long-term|coupon-bearing|its|the|any|these|existing|federal"
    r"|U\.S\.|eligible|fixed-rate|certain|remaining|SOMA|System|holdings of|more)\s+)*"
)
_NAMES: tuple[tuple[str, tuple[Security, ...]], ...] = (
    (
        r"agency\s+residential\s+and\s+commercial\s+(?:mortgage-backed\s+securities|MBS)",
        (Security.AGENCY_MBS,),
    ),
    (r"agency\s+debt\s+(?:and|or)\s+(?:agency\s+)?(?:mortgage-backed\s+securities|MBS)", _BOTH),
    (r"agency\s+(?:mortgage-backed\s+securities|MBS)\s+(?:and|or)\s+agency\s+debt(?:\s+securities)?", _BOTH),
    (
        (
            r"(?<!non-agency )(?<!private-label )(?<!commercial )(?:(?:agency|GSE|agency-guaranteed|GSE-guaranteed"
            r"|residential)\s+)*(?:mortgage-backed\s+securities|MBS)\b"
            r"(?:\s*\((?:agency )?MBS\))?"
        ),
        (Security.AGENCY_MBS,),
    ),
    (
        (
            r"(?:housing-related\s+)?(?:government-sponsored\s+enterprise|GSE|agency)\s+(?:\(GSE\)\s+)?"
            r"(?:debt(?:\s+securities)?|direct\s+obligations|obligations)"
        ),
        (Security.AGENCY_DEBT,),
    ),
    (r"agency\s+securities", _BOTH),
    (
        r"(?:Treasury\s+)?bills,?\s+(?:and\s+)?(?:coupons|notes)(?:,?\s+and\s+bonds)?",
        (Security.BILLS, Security.TREASURIES),
    ),
    (r"(?:Treasury|T-)\s*bills?|(?<!coupon )\bbills\b", (Security.BILLS,)),
    (
        (
            r"Treasury\s+(?:coupon\s+|notes\s+and\s+bonds\b|debt\s+)?(?:securities|coupons|holdings|notes|bonds"
            r"|inflation-protected\s+securities"
            r"|obligations)|Treasuries|(?:Treasury\s+)?Inflation-Protected\s+Securities|nominal\s+coupon\s+securities"
            r"|Treasury\s+coupon\b|Treasury\s+and\b(?=\s+agency)|Treasury\s+purchases|Treasury\s+redemptions?\b"
            r"|Treasury\s+purchase(?=\s+program)"
        ),
        (Security.TREASURIES,),
    ),
)
_ANY = re.compile(
    r"(?<![\w-])"
    + _ADJECTIVES
    + "(?:"
    + "|".join(f"(?P<n{i}>{name})" for i, (name, _) in enumerate(_NAMES))
    + r")(?![\w-])",
    re.IGNORECASE,
)
# Every name above holds one of these: a sentence without any of them is passed over at a glance.
_WORDS = re.compile(
    r"agency|mortgage-backed|MBS|GSE|government-sponsored|bills?\b|Treasur|Inflation-Protected|nominal",
    re.IGNORECASE,
)
_TARGET = re.compile(
    r"\b(?:in|into)(?:\s+(?:purchases of|primarily|mainly|either|at auction))?\s*$", re.IGNORECASE
)
_HELD = re.compile(r"\b(?:holdings|principal|maturing|held|received)\b[^,;]{0,30}$")
# "the maturity composition of Treasury securities outstanding": what they are compared with, not what is dealt in.
_CONTEXT = re.compile(
    r"\b(?:composition|markets?|settlement|value|prices|yields|issuance|supply|auctions?)\s+(?:for|of|in)\s*$"
)
_LIST = re.compile(r"\s*(?:,|and|or|and of|and its|and in|and/or|,\s*and)\s*(?:of\s+)?$")
# "the size of its securities holdings": the whole portfolio, no class of it.
_WHOLE = re.compile(
    r"\b(?:securities holdings|holdings of (?:longer-term |domestic )?securities|balance sheet|asset purchases?"
    r"|securities purchases|purchases of (?:longer-term )?(?:securities|assets)|principal payments|SOMA portfolio"
    r"|System Open Market Account|(?:all )?domestic securities|domestic holdings|securities portfolio"
    r"|asset[- ]purchase program|reserve management purchases|maturity extension program|runoff|run-off|TIPS"
    r"|agency (?:CMBS|commercial mortgage-backed securities))\b",
    re.IGNORECASE,
)
_FACILITY = re.compile(
    r"\b(?:Facility|Facilities|TALF|liquidity (?:swap|programs?)|swap (?:lines?|arrangements?|agreements?)"
    r"|dollar roll"
    r"|coupon swap|repurchase (?:agreements?|operations?)|repos?|ON RRP|primary credit|discount rate"
    r"|discount window|securities lending"
    r"|special purpose vehicle|small[- ](?:value|scale))\b",
    re.IGNORECASE,
)


def find(sentence: str) -> tuple[Mention, ...]:
    """The classes that a sentence names, in its order.

    Examples
    --------
    >>> [
    ...     m.classes[0].value
    ...     for m in find("reinvesting principal payments from agency debt in Treasury bills")
    ... ]
    ['agency_debt', 'bills']
    """
    if not _is_named(sentence):
        return ()
    found: list[Mention] = []
    passed = -1
    for match in _ANY.finditer(sentence):
        index = next(i for i in range(len(_NAMES)) if match[f"n{i}"] is not None)
        before = sentence[: match.start()]
        if _CONTEXT.search(before) or (passed >= 0 and _LIST.fullmatch(sentence[passed : match.start()])):
            passed = match.end()
            continue
        place = Place.TARGET if _TARGET.search(before) else Place.OBJECT
        if found and _LIST.fullmatch(sentence[found[-1].end : match.start()]):
            place = found[-1].place  # "in agency MBS and Treasury securities"
        found.append(
            Mention(
                classes=_NAMES[index][1],
                place=place,
                joint=len(_NAMES[index][1]) > 1,
                start=match.start(f"n{index}"),
                end=match.end(),
            )
        )
    return tuple(found)


def is_about_holdings(sentence: str) -> bool:
    """Whether a sentence speaks of the balance sheet at all; facilities, repos and swaps are not meant."""
    if _WHOLE.search(sentence):
        return True
    return _is_named(sentence) and _ANY.search(sentence) is not None and not is_about_facilities(sentence)


def _is_named(sentence: str) -> bool:
    """Whether a class may be named in a sentence; looking for the names themselves takes ten times as long."""
    return _WORDS.search(sentence) is not None


def is_about_facilities(sentence: str) -> bool:
    """Whether a sentence speaks of lending, repos or swaps, which are no action on holdings."""
    return _FACILITY.search(sentence) is not None
