"""What a sentence says is done: the verbs of open market operations, whether decided, and which way they go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from runoff.text.facts import Direction, Move


class Mood(StrEnum):
    """Whether an operation is decided, only thought of, over, or none of these can be said."""

    DECIDED = "decided"
    POSSIBLE = "possible"
    PAST = "past"
    OPEN = "open"


class Form(StrEnum):
    """How an operation is named; a cap is a noun that has its own words around it."""

    ACTIVE = "active"
    PASSIVE = "passive"
    NOUN = "noun"
    CAP = "cap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation that a sentence names, from character `start` to `end`.

    `points_back` says that it names what an earlier sentence said (``these purchases``).
    """

    move: Move
    form: Form
    mood: Mood
    direction: Direction | None
    points_back: bool
    start: int
    end: int


_PATTERNS: tuple[tuple[str, Move, Form], ...] = (
    (
        (
            r"(?:increas(?:e|es|ing)|expand(?:s|ing)?|add(?:s|ing)? to)"
            r"(?: over [\w ]{3,20})?(?: (?:its|the))?(?: [A-Z][\w']+| Committee's"
            r"| SOMA)*(?: securities)? holdings"
        ),
        Move.PURCHASE,
        Form.ACTIVE,
    ),
    (
        (
            r"(?:reduc(?:e|es|ing)|reduction (?:of|in)|runoff of|run-off of|decline (?:of|in)|declines in"
            r"|shrink(?:ing)?|decreas(?:e|ing))"
            r"(?: (?:its|the|their))?(?: (?:[A-Z][\w']+|aggregate|Committee's|SOMA|total))*(?: securities)? holdings"
        ),
        Move.REDEEM,
        Form.ACTIVE,
    ),
    (
        (
            r"(?:allow|let)(?:s|ing|ting)? (?:its|the)(?: [A-Z][\w']+| Committee's| SOMA)* holdings"
            r"(?=[^.;]{0,120} (?:to )?(?:decline|run off|roll off|mature|shrink)\b)"
        ),
        Move.REDEEM,
        Form.ACTIVE,
    ),
    (r"(?:monthly )?(?:redemption |reinvestment )?caps?", Move.REDEEM, Form.CAP),
    (r"roll(?:ing)? over|roll(?:ing)?(?= [A-Z$])", Move.ROLL, Form.ACTIVE),
    (r"rolled over", Move.ROLL, Form.PASSIVE),
    (r"rollovers?(?: of)?", Move.ROLL, Form.NOUN),
    (r"reinvest(?:s|ing)?", Move.REINVEST, Form.ACTIVE),
    (r"reinvested|invested(?= in)", Move.REINVEST, Form.PASSIVE),
    (r"reinvestments?", Move.REINVEST, Form.NOUN),
    (
        (
            r"(?:purchas(?:e|es|ing)(?! (?:amount|operation|schedule|period|plan|program|sector)s?\b)|buy(?:s"
            r"|ing)?|acquir(?:e|es|ing))"
        ),
        Move.PURCHASE,
        Form.ACTIVE,
    ),
    (r"RMPs|reserve management purchases", Move.PURCHASE, Form.NOUN),
    (r"asset[- ]purchase program", Move.PURCHASE, Form.NOUN),
    (r"(?<!asset )purchase programs?(?= of )", Move.PURCHASE, Form.NOUN),
    (r"balance sheet normalization program", Move.REDEEM, Form.NOUN),
    (r"(?<=these )transactions", Move.PURCHASE, Form.NOUN),
    (r"(?:purchased|bought|acquired)", Move.PURCHASE, Form.PASSIVE),
    (r"sell(?:ing)? or redeem(?:ing)?|sell(?:s|ing)?", Move.SELL, Form.ACTIVE),
    (r"sales? of", Move.SELL, Form.NOUN),
    (r"(?:redeem(?:s|ing)?)", Move.REDEEM, Form.ACTIVE),
    (r"redeemed", Move.REDEEM, Form.PASSIVE),
    (r"redemptions?", Move.REDEEM, Form.NOUN),
)
_ANY = re.compile(
    r"\b(?:" + "|".join(f"(?P<v{i}>{pattern})" for i, (pattern, _, _) in enumerate(_PATTERNS)) + r")\b",
    re.IGNORECASE,
)

# "The Desk purchases": the verb of the third person; anything else so spelt is the noun.
_BEFORE_VERB = re.compile(r"\b(?:Desk|Committee|Reserve|System|it)\s+$")
_POINTER = r"\b(?:these|those|such|this|that|its total)\s+"
_POINTS_BACK = re.compile(_POINTER + r"(?:monthly\s+)?$", re.IGNORECASE)
_MAY_POINT_BACK = re.compile(_POINTER, re.IGNORECASE)
_SKIPPED = re.compile(
    r"(?:bringing|together with|the size of|proceeds of|settle\w*|retail|home|vehicle|consumer|household"
    r"|future|of such)"
    r"\s(?:[\w']+\s){0,3}$|\b(?:no|any|each) $|\bexceeds? (?:a|the|this) $|\bin excess of (?:a|the|this) $"
    r"|\b(?:pace,? and composition of its|overall amounts of its)\s*(?:asset\s|securities\s)?$",
    re.IGNORECASE,
)

_DECIDED = (
    r"(?:has|have|had)?\s*(?:also\s+)?(?:decided|agreed|directed|instructed|voted|approved|resolved)"
    r"|(?:has|have|today) announced|announced today"
    r"|directs|direct(?= the)|will|shall|intends?|is expected to|are expected to|plans?(?= to)|planning to"
    r"|continues? to(?! be the)"
    r"|is (?:now |also )?(?:maintaining|continuing|keeping|purchasing|reducing|suspending|ending|ceasing"
    r"|in the process of)|has been(?=\s*$)"
    r"|(?:today|has)\s+(?:lowered|raised|cut|reduced|left|kept|increased|set)(?=\s+(?:the|its)\s+(?:monthly\s+"
    r"|redemption\s+)*(?:caps?|pace)\b)"
    r"|is(?: \w+)? slowing|begins|announces?|aims? to|instructs"
)
_POSSIBLE = (
    r"(?:would|could|(?-i:may)|might|can|should)(?: \w+)? continue to|would|could|(?-i:may)|might|can"
    r"|prepared to|stands? ready|ready to|evaluat\w+|consider\w*|assess\w*|discuss\w*|review\w*"
    r"|potential\w*|possib\w+|whether|anticipates?|anticipated|expects?|prefer\w*|oppos\w+|suggest\w*"
    r"|propos\w+|options?"
    r"|monitor\w*|should|judg\w+|believ\w+|favor\w*|determining|were to|once|when(?! appropriate)"
)
_PAST = r"has|have|had|having|was|were|been|did|recently|earlier|ago"
_CUE = re.compile(
    rf"\b(?:(?P<decided>{_DECIDED})|(?P<possible>{_POSSIBLE})|(?P<past>{_PAST}))\b", re.IGNORECASE
)
_CONDITIONAL = re.compile(
    r"^\s*(?:If(?! (?:needed|necessary|appropriate))|Should|Were|Had|Unless|In determining|In the event)\b"
)
_IMPERATIVE = re.compile(
    r"^(?:(?:When|If|As) (?:appropriate|needed|necessary),\s*)?(?:(?:Effective|Beginning|Starting|On"
    r"|As of)\b[^,]*(?:, \d{4})?,\s*)?(?:(?:to|and|also)\s+)?(?:(?:continue|begin|complete"
    r"|conclude|suspend|maintain|keep|cease|undertake|conduct|increase|reduce|slow|decrease|limit)\b[^.;:]{0,40})?$",
    re.IGNORECASE,
)
_PASSIVE_DECIDED = re.compile(
    r"\b(?:will(?: \w+)? be|are to be|is to be|shall be|to be)\s+(?:\w+ )?$", re.IGNORECASE
)
_SUBJECT_DECIDED = re.compile(
    r"^[^.;,]{0,160}?\b(?:will|is expected to|are expected to|shall)\s+(?:\w+\s+)?(?:be\s+)?"
    r"(?:complet|conclud|end\b|ceas|conduct|continu|begin|start|proceed|set\b|increas|declin|remain|rise|fall"
    r"|reduc|maintain|rais"
    r"|total|amount|average|equal|be\b|commence|occur|take place|concentrat|doubl|tripl|halve|step|move\b|drop"
    r"|lower|stay)"
    r"|^ are near\w* complet|^[^.;,]{0,60}\bis (?:proceeding|continuing|under way)\b",
    re.IGNORECASE,
)
_IS_AT = re.compile(  # "the cap for Treasury securities is $60 billion per month"
    r"[^.;,$]{0,120}\b(?:(?:is|are|remains?|stays?)\s+(?:now\s+)?(?:set\s+)?(?:unchanged\s+)?(?:at\s+)?"
    r"|(?:falls|rises|drops|declines|increases)\s+(?:from\s+\$[\d.,]+\s+billion(?:\s+(?:per|a)\s+month)?\s+)?to\s+)\$"
)
_NOW = (
    (Direction.HOLD, re.compile(r"\b(?:remains?|stays?|unchanged)\b")),
    (Direction.SLOW, re.compile(r"\b(?:falls|drops|declines)\b")),
    (Direction.RAISE, re.compile(r"\b(?:rises|increases)\b")),
)
_SUBJECT_POSSIBLE = re.compile(r"[^.;,]{0,80}\b(?:might|may|could|would)\b")

_DIRECTIONS: tuple[tuple[Direction, str], ...] = (
    (
        Direction.END,
        r"complet\w+|conclud\w+|ceas\w+|discontinu\w+|(?<!the )(?<!-)end(?:ing)?|stop\w*|suspend\w*|terminat\w+",
    ),
    (Direction.SLOW, r"slow\w*|taper\w*|lower\w*|decreas\w+|reduc(?:e|ing)(?! (?:its|the) [\w' ]*holdings)"),
    (Direction.HOLD, r"maintain\w*|continu\w+|proceeding|keep(?:ing)?|leav(?:e|ing)|left|existing|unchanged"),
    (Direction.RAISE, r"increas\w+|expand\w*|rais(?:e|ing)|step(?:ping)? up|accelerat\w+|additional|further"),
    (
        Direction.START,
        r"begin|start|(?:beginn|start)ing(?! (?:in|on|with)\b)|initiat(?:e|ing)|commenc\w+|resum\w+|now",
    ),
)
_DIRECTION = re.compile("|".join(rf"(?P<{way}>\b(?:{words})\b)" for way, words in _DIRECTIONS), re.IGNORECASE)
# "Roll over Treasury securities and reinvest principal", "increase holdings through purchases": one mood for both.
_COORDINATED = re.compile(r"\b(?:and (?:also )?(?:to )?|through |by )$")
_AND_TO = re.compile(
    r"\band (?:also )?(?:to\b|(?=(?:lower|rais|keep|maintain|leav|increas|reduc|slow|continu)\w*\b))"
)
_NOT = re.compile(r"\b(?:not(?! only)|no longer|never|neither|nor)\b", re.IGNORECASE)
# "Analysts expect that the Committee will", "Freddie Mac will": another's thought, or another's purchase
_THOUGHT = re.compile(
    r"\b(?:expect|anticipat|project|believ|estimat|forecast|assum|predict|think|hope|fear|argue|speculat)\w*"
    r"\s+(?:that\s+)?(?:the\s+|its\s+)?(?:[\w']+\s+){0,3}$"
    r"|\b(?:President|Secretary|analysts?|reports?)\s+(?:said|say)\s+(?:that\s+)?(?:the\s+)?(?:[\w']+\s+){0,2}$"
    r"|(?:\b(?:[Tt]he|U\.S\.)\s+Treasury|^Treasury|Treasury Department|Department of the Treasury"
    r"|Fannie Mae|Freddie Mac"
    r"|Ginnie Mae|GSEs|FHFA|Congress|(?<!Open )[Gg]overnment|Bank of (?:England|Japan|Canada)|ECB|Governing Council)"
    r"\s+(?:also\s+|today\s+)?$"
)
_IMAGINED = re.compile(
    r"\b(?:according to|scenarios?|hypothetical\w*|counterfactual|simulat\w+|options? under which|under option"
    r"|for (?:example|instance)|imagine|suppose|supposing|if (?:so )?(?:directed|approved|authorized)"
    r"|subject to (?:\w+ ){0,3}(?:decision|approval|vote))\b",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"\b(?:Committee|FOMC|Desk)\s+(?:\w+\s+){0,2}(?:lowered|raised|cut|left|kept|reaffirmed|reduced|increased|set|ended"
    r"|slowed)\b(?=[^.;]{0,60}\b(?:caps?|pace|purchases|redemptions|reinvestments?)\b)"
)
_NOT_BEFORE = re.compile(r"\b(?:not|no longer|never)\s+(?:currently\s+|now\s+)?$", re.IGNORECASE)
# "purchases related to the reinvestment of", "bought with principal payments": what replaces what has matured
_OF_PRINCIPAL = re.compile(
    r"(?:\s(?!and\b|will\b)[\w-]+){0,3}\s(?:(?:related to|associated with|to|from|for)(?: the)? reinvest"
    r"|with(?: the)? (?:principal payments|proceeds|repayments))",
    re.IGNORECASE,
)
# "decided against raising the cap", "reinvest rather than sell"
_RATHER = re.compile(
    r"\b(?:against|rather than|instead of|without|refrain\w*(?: from)?|avoid\w*)\s+(?:[\w'-]+\s+){0,4}$",
    re.IGNORECASE,
)
_NEAR = 30  # characters
_BY_DOING = re.compile(r"\b(?:by|through)\s+(?:(?!\bby\b)[\w-]+\s+){0,2}$")


def find(sentence: str) -> tuple[Operation, ...]:
    """The operations that a sentence names, in its order.

    Examples
    --------
    >>> [(o.move.value, o.mood.value) for o in find("will sell bills and stands ready to purchase bonds")]
    [('sell', 'decided'), ('purchase', 'possible')]
    """
    found: list[Operation] = []
    for match in _ANY.finditer(sentence):
        index = next(i for i in range(len(_PATTERNS)) if match[f"v{i}"] is not None)
        _, move, form = _PATTERNS[index]
        before = sentence[: match.start()]
        if match[0].lower() == "purchases" and not _BEFORE_VERB.search(before):
            form = Form.NOUN
        if _SKIPPED.search(before):
            continue
        mood, cue_end = _mood(sentence, match, form)
        if move is Move.PURCHASE and _OF_PRINCIPAL.match(sentence, match.end()):
            mood = Mood.PAST
        if mood is Mood.OPEN and found and _COORDINATED.search(sentence[found[-1].end : match.start()]):
            mood = found[-1].mood
        found.append(
            Operation(
                move=move,
                form=form,
                mood=mood,
                direction=_direction(sentence, match, cue_end, form),
                points_back=_POINTS_BACK.search(before) is not None,
                start=match.start(),
                end=match.end(),
            )
        )
    return tuple(found)


def may_point_back(sentence: str) -> bool:
    """Whether any operation of a sentence can be one named before; most sentences tell so at a glance."""
    return _MAY_POINT_BACK.search(sentence) is not None


def is_decided(sentence: str) -> bool:
    """Whether a sentence says that anything is decided or done."""
    return any(match["decided"] for match in _CUE.finditer(sentence))


def is_told(sentence: str) -> bool:
    """Whether a setting of policy is told in the past: ``the Committee lowered the cap``, today or long ago."""
    return _TOLD.search(sentence) is not None


def first_cue(sentence: str) -> int:
    """Where the first word that governs anything stands, or the length of the sentence."""
    match = _CUE.search(sentence)
    return match.start() if match is not None else len(sentence)


def is_hypothetical(sentence: str) -> bool:
    """Whether what it says hangs on a condition or is only thought of, in its first words or throughout."""
    if _CONDITIONAL.match(sentence):
        return True
    cues = list(_CUE.finditer(sentence))
    return bool(cues) and not any(match["decided"] for match in cues)


def _mood(sentence: str, match: re.Match[str], form: Form) -> tuple[Mood, int]:
    """How an operation is governed, and where the word that governs it begins; what is denied is not decided."""
    mood, where = _governed(sentence, match, form)
    if mood is not Mood.DECIDED:
        return mood, where
    if _THOUGHT.search(sentence[:where]) or _IMAGINED.search(sentence):
        return Mood.POSSIBLE, where
    before = sentence[where : match.start()] or sentence[max(0, match.start() - _NEAR) : match.start()]
    subject = _SUBJECT_DECIDED.match(sentence[match.end() :].split(";")[0])
    is_denied = (
        _NOT.search(before) is not None
        or _NOT_BEFORE.search(sentence[:where]) is not None
        or _RATHER.search(sentence[: match.start()]) is not None
        or (form in {Form.NOUN, Form.CAP} and subject is not None and _NOT.search(subject[0]) is not None)
    )
    return (Mood.OPEN, where) if is_denied else (mood, where)


def _governed(sentence: str, match: re.Match[str], form: Form) -> tuple[Mood, int]:
    """How the nearest word before an operation governs it, and where that word begins."""
    clause = sentence.rfind(";", 0, match.start()) + 1
    before = sentence[clause : match.start()]
    if _CONDITIONAL.match(sentence):
        return Mood.POSSIBLE, match.start()
    if form is Form.PASSIVE:
        decided = _PASSIVE_DECIDED.search(before)
        if decided is None:
            return Mood.PAST, match.start()
        return _nearest(before, clause, match.start(), default=Mood.DECIDED)
    if form is Form.NOUN and _SUBJECT_POSSIBLE.match(sentence, match.end()):
        return Mood.POSSIBLE, match.start()
    mood, where = _nearest(before, clause, match.start(), default=Mood.OPEN)
    if mood is Mood.DECIDED:
        return mood, where
    if form in {Form.NOUN, Form.CAP} and mood is not Mood.POSSIBLE:
        after = sentence[match.end() :].split(";")[0]
        if _SUBJECT_DECIDED.match(after) or (form is Form.CAP and _IS_AT.match(after)):
            return Mood.DECIDED, match.start()
    if mood is Mood.OPEN and _IMPERATIVE.match(before.strip() + " " if before.strip() else ""):
        return Mood.DECIDED, clause
    return mood, where


def _nearest(before: str, offset: int, fallback: int, *, default: Mood) -> tuple[Mood, int]:
    cues = list(_CUE.finditer(before))
    if not cues:
        return default, fallback
    last = cues[-1]
    mood = Mood.DECIDED if last["decided"] else Mood.POSSIBLE if last["possible"] else Mood.PAST
    return mood, offset + last.start()


def _direction(sentence: str, match: re.Match[str], cue: int, form: Form) -> Direction | None:
    """The way an operation goes, by the words that govern it; what is reached *by* it does not count."""
    if form is Form.CAP and (now := _IS_AT.match(sentence, match.end())) is not None:
        return next((way for way, words in _NOW if words.search(now[0])), None)
    before = sentence[cue : match.start()]
    if (by := _BY_DOING.search(before)) is not None:
        before = before[by.start() :]
    before = _AND_TO.split(before)[-1]
    near = before.rpartition(",")[2] if len(before) > 160 else before
    ways = {Direction(name) for found in _DIRECTION.finditer(near) for name in [found.lastgroup or ""]}
    if form in {Form.NOUN, Form.CAP} and not ways:
        subject = _SUBJECT_DECIDED.match(sentence[match.end() :])
        if subject is not None:
            ways = {
                Direction(f.lastgroup or "")
                for f in _DIRECTION.finditer(sentence[match.end() :][: subject.end() + 12])
            }
    return next((way for way, _ in _DIRECTIONS if way in ways), None)
