"""From one sentence to actions: which classes and which amounts belong to which operation.

1. The operations of the sentence part it into frames (`_frames`): an operation's words reach to the next one.
2. In a frame each amount is paired with the classes beside it (`pairs.read`).
3. A frame without a class takes those of the frame before (``will reinvest any excess into Treasury securities``).
4. What cannot be paired without a guess makes the sentence unsure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from runoff.text import amounts, dates, pairs, securities, verbs
from runoff.text.amounts import Amount, Role
from runoff.text.dates import Effective
from runoff.text.facts import Direction, Move, Per, PolicyAction, Security
from runoff.text.pairs import NOTHING, Pair
from runoff.text.securities import Mention, Place
from runoff.text.verbs import Form, Mood, Operation

# How sure an action is: its class named in the sentence before; understood, and named nowhere; its amount for two.
RECALLED, UNNAMED, SHARED = 0.9, 0.6, 0.8

# "its asset purchase program" names no class; since 2010 these are what such programmes have bought.
_PROGRAMME_CLASSES = (Security.TREASURIES, Security.AGENCY_MBS)
_AGENCY = frozenset({Security.AGENCY_DEBT, Security.AGENCY_MBS})
_ALL_CLASSES = (Security.TREASURIES, Security.AGENCY_DEBT, Security.AGENCY_MBS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A way that operations go which the sentence itself gives no class: ``these purchases``, ``its asset purchases``.

    `is_general` tells the second kind, which holds for the whole text, from the first, which points back.
    """

    move: Move
    direction: Direction
    is_general: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one sentence gives.

    `turns` are ways that operations of other sentences go; `replaced` are the amounts in billions that theirs replace
    (``less than the previously announced maximum``); `unsure` says that something is decided in it that could not be
    read, on the operations and classes that are `doubtful`.
    """

    actions: tuple[PolicyAction, ...] = ()
    turns: tuple[Turn, ...] = ()
    replaced: tuple[tuple[Move, Security, float], ...] = ()
    doubtful: tuple[tuple[Move, Security], ...] = ()
    unsure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """A sentence with what stands where in it."""

    sentence: str
    day: date | None
    mentions: tuple[Mention, ...]
    amounts: tuple[Amount, ...]
    dates: tuple[Effective, ...]
    operations: tuple[Operation, ...]
    usual: Per | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """An operation and the stretch of the sentence that its classes and amounts stand in."""

    operation: Operation
    start: int
    end: int


_CONDITIONS = re.compile(
    r"\b(as needed|as necessary|if needed|as appropriate|when appropriate|to the extent (?:that"
    r"|necessary)[^,.;]*|in (?:the )?amounts? needed[^,.;]*"
    r"|on an ongoing basis|at the current pace|or redeem|in excess of (?:this|the) cap)\b",
    re.IGNORECASE,
)
_ALL_HOLDINGS = re.compile(
    r"\bprincipal payments (?:received )?(?:from|on|of)\b(?: [\w'-]+){0,6} (?:securities holdings"
    r"|(?:domestic )?securities\b(?: in the System)?|holdings of securities)"
)
# ", and employ its other policy tools as appropriate": what follows is bound to another verb.
_ANOTHER_CLAUSE = re.compile(r",?\s+and\s+(?:employ|undertake|will|it|is|intends)\b")
_PROGRAMME = re.compile(r"\basset[- ]purchase program\b")
_RUN_OFF = re.compile(r"balance sheet normalization program|[\w' -]*\bsecurities holdings")
_CHANGES = re.compile(
    r"\b(?:reduc|slow|lower|decreas|increas|rais|taper)\w*\s+(?:the|its)\s+(?:[\w-]+\s+){0,6}$", re.IGNORECASE
)
_HOLDINGS = re.compile(r"\bholdings$", re.IGNORECASE)
# "increase its holdings from $300 billion to $400 billion"
_COMES_TO = re.compile(r"(?<!up )\b(?:to|from)\s+(?:(?:about|approximately|around|roughly)\s+)*$")
_PACE = re.compile(r"\bpace\b")
_PACE_NEAR = 30  # characters before an operation: "the current pace of purchases, $40 billion"
_LIFTED = re.compile(
    r"\b(?:expires?|lapses?|no longer apply|be (?:removed|lifted|eliminated|abolished|suspended|dropped)|cease to)\b"
)
_THOSE_OF = re.compile(r"\b(?:those|that) (?:of|on|for|in)\b")
_BY_SALES = re.compile(r"\b(?:through|by|via)\s+(?:outright\s+)?sales\b")
# "In November 2010 the Committee announced": half a year on, a text tells history
_OPENS_IN = re.compile(
    r"^(?:In|On|At|Since|From)\s+(?:its\s+|the\s+)?(?:([A-Z][a-z]+)\s+(?:\d{1,2},?\s+)?)?((?:19|20)\d\d)\b"
)
_HISTORY = 6  # months
# "remove the cap of $35 billion": an amount that holds no longer
_LIFTS = re.compile(
    r"\b(?:remov|eliminat|lift|abolish|drop|scrap|dispens|suspend|end|ceas)\w*\s+(?:with\s+)?(?:(?:the|its|all|monthly|of)\s+)*$",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\b(?:reduc|slow|lower|decreas|increas|rais|rise|taper|trim|cut|fall|drop|declin)\w*(?:\s+\w+)?\s+by\s+(?:\w+\s+){0,2}$"
)
_REFERRED = re.compile(r"\b(?:this|these|the|that|those|such)\s+$")
_RESERVE_MANAGEMENT = re.compile(r"RMPs|reserve management purchases", re.IGNORECASE)
_NEAR = 80  # characters
# ", in January, will resume": a date set off by commas before its verb
_SET_OFF = re.compile(r",\s+(?:[\w ]{0,30} )?will (?:\w+ ){0,2}$")
_SET_OFF_AFTER = re.compile(r"(?:^|,|;|\band)\s*$")
_WAS_DECIDED = re.compile(
    r",?\s+[^,.;$]{0,80}?\b(?:decided|directed|announced|voted|agreed|approved|instructed|provided|concluded)\b"
)
# "in November and December, respectively": the date of each is not said here
_EACH = re.compile(r"\s+and\s+(?:in\s+|on\s+)?[A-Z]\w+(?:\s+\d{1,2})?,?\s+respectively\b")
_EARLIER_DAY = re.compile(r"\b(?:announced|indicated|issued|met|described|initiated|since)\b")
_EQUAL = re.compile(r"\s+an equal amount of\b")
_THESE = re.compile(r"\b(?:these|such|those) (?:securities|holdings)\b")


def read(
    sentence: str, *, day: date | None, earlier: tuple[Security, ...] = (), usual: Per | None = None
) -> Reading:
    """The actions of a sentence.

    Parameters
    ----------
    day
        The day of the text.
    earlier
        The classes that the sentence before was about: what ``the cap`` without a class belongs to.
    usual
        The time that another sentence says reserve management purchases are announced for; without it an amount of
        them that names no time is unsure.
    """
    if _is_history(sentence, day):
        return Reading()
    given = amounts.find(sentence)
    parts = _Parts(
        sentence=sentence,
        day=day,
        mentions=securities.find(sentence),
        amounts=given,
        dates=dates.find(sentence, day=day),
        operations=_told(verbs.find(sentence), given, sentence),
        usual=usual,
    )
    actions: list[PolicyAction] = []
    turns: list[Turn] = []
    unsure = False
    for frame in _frames(parts):
        operation = frame.operation
        if operation.mood is not Mood.DECIDED:
            continue
        found = _actions(parts, frame, earlier=_named(actions) or earlier)
        if found is None:
            unsure = True
        elif found:
            actions.extend(found)
        elif operation.direction in {Direction.START, Direction.END} and _dates_own(parts, frame, actions):
            day_of = _effective(parts, frame)[0]
            actions = [
                replace(one, direction=operation.direction, effective=one.effective or day_of)
                if one.action is operation.move
                else one
                for one in actions
            ]
        elif operation.form is Form.NOUN and operation.direction is not None and _turns(operation):
            general = not operation.points_back
            turns.append(Turn(move=operation.move, direction=operation.direction, is_general=general))
    return Reading(
        actions=tuple(actions),
        turns=tuple(turns),
        replaced=() if actions else _replaced(parts),
        doubtful=_doubtful(parts) if unsure else (),
        unsure=unsure,
    )


def _is_history(sentence: str, day: date | None) -> bool:
    """Whether a sentence opens with a month or a year that was over half a year before the day of the text."""
    opening = _OPENS_IN.match(sentence)
    if opening is None or day is None:
        return False
    month = dates.month_number(opening[1]) if opening[1] else 12
    return 12 * (day.year - int(opening[2])) + day.month - (month or 12) > _HISTORY


def _dates_own(parts: _Parts, frame: _Frame, actions: list[PolicyAction]) -> bool:
    """Whether an operation without a class dates those of its own sentence (``; purchases will start on May 14``)."""
    is_dated = _effective(parts, frame)[0] is not None
    return is_dated and any(one.action is frame.operation.move for one in actions)


def _doubtful(parts: _Parts) -> tuple[tuple[Move, Security], ...]:
    """What an unsure sentence may be about: what another says of these is not the whole of it."""
    moves = dict.fromkeys(one.move for one in parts.operations if one.mood is Mood.DECIDED)
    classes = dict.fromkeys(one for mention in parts.mentions for one in mention.classes)
    return tuple((move, security) for move in moves for security in classes)


def _told(
    operations: tuple[Operation, ...], given: tuple[Amount, ...], sentence: str
) -> tuple[Operation, ...]:
    """The operations, without caps that are only referred to (``up to this monthly cap``)."""
    if any(one.move is Move.ROLL and one.form is Form.NOUN for one in operations):
        operations = tuple(
            one for one in operations if one.move is not Move.REINVEST
        )  # rollovers are "reinvested"
    operations = tuple(
        one
        for number, one in enumerate(operations)
        if not (one.form is Form.NOUN and number and _is_of_cap(operations[number - 1], one, sentence))
    )
    ends = [*(one.start for one in operations[1:]), len(sentence)]
    return tuple(
        one
        for one, end in zip(operations, ends, strict=False)
        if one.form is not Form.CAP
        or not (_REFERRED.search(sentence[: one.start]) or _is_above(given, one))
        or any(one.end <= amount.start < end for amount in given)
    )


def _is_above(given: tuple[Amount, ...], cap: Operation) -> bool:
    """Whether a cap only names the amount before it, above which something is done (``the $35 billion cap``)."""
    return any(one.role is Role.ABOVE and 0 <= cap.start - one.end <= 1 for one in given)


def _is_of_cap(cap: Operation, noun: Operation, sentence: str) -> bool:
    """Whether a noun only says what a cap before it is on (``the cap on monthly redemptions``)."""
    between = sentence[cap.end : noun.start]
    return (
        cap.form is Form.CAP
        and noun.move is Move.REDEEM
        and len(between) < _NEAR
        and not set("$,;") & set(between)
    )


def _replaced(parts: _Parts) -> tuple[tuple[Move, Security, float], ...]:
    """The one amount of a sentence that only says what was announced before, of one class and one operation."""
    before = [one for one in parts.amounts if one.role is Role.BEFORE]
    classes = {one for mention in parts.mentions for one in mention.classes}
    moves = {operation.move for operation in parts.operations}
    if len(parts.amounts) != 1 or not before or len(classes) != 1 or len(moves) != 1:
        return ()
    return ((moves.pop(), classes.pop(), before[0].billions),)


def _named(actions: list[PolicyAction]) -> tuple[Security, ...]:
    if not actions:
        return ()
    last = actions[-1]
    return tuple(dict.fromkeys(one.security for one in actions if one.action is last.action))


def _frames(parts: _Parts) -> list[_Frame]:
    """The stretch of each operation; a passive one looks back, a cap both ways."""
    found: list[_Frame] = []
    size = len(parts.sentence)
    for number, operation in enumerate(parts.operations):
        following = parts.operations[number + 1] if number + 1 < len(parts.operations) else None
        stop = parts.sentence.find(";", operation.end)
        end = min(following.start if following is not None else size, stop if stop >= 0 else size)
        start = operation.end
        if operation.form is Form.PASSIVE:
            before = parts.operations[number - 1].end if number else 0
            before = parts.operations[number - 1].end if number else 0
            start = max(parts.sentence.rfind(";", 0, operation.start) + 1, before)
        found.append(_Frame(operation=operation, start=start, end=end))
    return found


def _actions(parts: _Parts, frame: _Frame, *, earlier: tuple[Security, ...]) -> list[PolicyAction] | None:
    """The actions of a frame; None where one is decided and cannot be read for certain."""
    operation = frame.operation
    objects = _objects(parts, frame)
    if amounts.is_any_unread(parts.sentence[frame.start : frame.end]):
        return None
    given = tuple(
        one for one in parts.amounts if frame.start <= one.start < frame.end and one.role is not Role.LEVEL
    )
    if _is_untold(parts, operation, given) or _is_mixed(parts.sentence[frame.start : frame.end], operation):
        return None
    if _RESERVE_MANAGEMENT.match(parts.sentence, operation.start):
        given = tuple(replace(one, per=one.per or parts.usual) for one in given)
        if any(one.per is None for one in given):
            return None
    if operation.form is Form.CAP:
        return _caps(parts, frame, objects, given, earlier)
    if operation.points_back and not objects:
        return []
    if not objects:
        objects = _understood(parts, frame, earlier)
    if not objects:
        return None if given and not _is_summary(parts.sentence) else []
    if _is_change(parts, frame, given):
        return _changed(parts, frame, objects, given)
    if not given and _EQUAL.match(parts.sentence, frame.start):
        given = tuple(one for one in parts.amounts if one.end <= frame.operation.start)[-1:]
    paired = pairs.read(objects, given, parts.sentence)
    if paired is None or _is_of_several(paired, operation):
        return None
    into = _into(parts, frame) if operation.move is Move.REINVEST else None
    return [action for pair in paired for action in _with_cap(parts, frame, pair, into=into)]


def _is_untold(parts: _Parts, operation: Operation, given: tuple[Amount, ...]) -> bool:
    """Whether an amount does not say in which time it is dealt in, or says what holdings come to."""
    if any(one.role is Role.ODD for one in given):
        return True
    if _HOLDINGS.search(parts.sentence, operation.start, operation.end):
        befores = (parts.sentence[operation.end : one.start] for one in given if one.role is not Role.MORE)
        if any(_COMES_TO.search(before) for before in befores):
            return True
    plain = [one for one in given if one.role is Role.PLAIN]
    if operation.form is Form.CAP or all(one.per for one in plain):
        return False
    near = max(0, operation.start - _PACE_NEAR)
    return any(one.per for one in plain) or any(
        _PACE.search(parts.sentence, near, one.start) for one in plain if one.per is None
    )


def _is_mixed(stretch: str, operation: Operation) -> bool:
    """Whether a stretch speaks of another operation too: ``and those of agency securities``, ``through sales``."""
    if operation.form is Form.NOUN and _THOSE_OF.search(stretch):
        return True
    return operation.move is Move.REDEEM and _BY_SALES.search(stretch) is not None


def _is_of_several(paired: list[Pair], operation: Operation) -> bool:
    """Whether an amount is that of several classes together, so of none of them, or a class has several amounts.

    ``purchase Treasury securities and agency MBS at a combined pace of $120 billion per month``, ``$15 billion of
    10-year and $15 billion of 30-year Treasury securities``. A cap on agency securities is that of both their classes.
    """
    for pair in paired:
        shares = [one for one in paired if one.amount is not None and one.amount == pair.amount]
        classes = {security for one in shares for security in one.mention.classes}
        is_shared = operation.move in {Move.REDEEM, Move.REINVEST, Move.ROLL} and classes <= _AGENCY
        if len(classes) > 1 and not is_shared:
            return True
    places: dict[Security, set[int]] = {}
    for pair in paired:
        for security in pair.mention.classes if pair.amount is not None else ():
            places.setdefault(security, set()).add(pair.amount.start if pair.amount else 0)
    return any(len(found) > 1 for found in places.values())


def _is_change(parts: _Parts, frame: _Frame, given: tuple[Amount, ...]) -> bool:
    """Whether the amounts are by how much a pace changes (``by $10 billion``), not what it comes to."""
    if not given or frame.operation.form not in {Form.NOUN, Form.CAP}:
        return False
    if any(one.role in {Role.WHOLE, Role.BEFORE} for one in given):
        return False
    if frame.operation.form is Form.CAP and any(one.role is not Role.MORE for one in given):
        return False  # "by $20 billion to $40 billion"
    before = parts.sentence[max(0, frame.operation.start - 60) : frame.operation.start]
    between = parts.sentence[frame.operation.end : given[0].start]
    is_said = _CHANGES.search(before) is not None or _CHANGED.search(between) is not None
    return is_said and given[0].role is Role.MORE


def _changed(
    parts: _Parts, frame: _Frame, objects: list[Mention], given: tuple[Amount, ...]
) -> list[PolicyAction] | None:
    """Actions without an amount; by how much they change is a condition, in the words of the text."""
    plain = tuple(replace(one, role=Role.PLAIN) for one in given)
    paired = pairs.read(objects, plain, parts.sentence)
    if paired is None:
        return None
    found: list[PolicyAction] = []
    for pair in paired:
        words = (_by(parts.sentence, pair.amount),) if pair.amount is not None else ()
        found.extend(_made(parts, frame, replace(pair, amount=None, notes=words)))
    return found


def _by(sentence: str, amount: Amount) -> str:
    return f"by {sentence[amount.start : amount.end]}"


def _turns(operation: Operation) -> bool:
    """Whether a noun says where operations of other sentences go; that they go on, only of those it points back to."""
    return operation.direction is not None and (
        operation.points_back or operation.direction is not Direction.HOLD
    )


def _with_cap(parts: _Parts, frame: _Frame, pair: Pair, *, into: Security | None) -> list[PolicyAction]:
    """The actions of a pair; what ``exceeds $6 billion`` is replaced, and up to that the securities run off."""
    if pair.amount is None or pair.amount.role is not Role.ABOVE:
        return _made(parts, frame, pair, into=into)
    words = f"above {parts.sentence[pair.amount.start : pair.amount.end]}"
    replaced = _made(parts, frame, replace(pair, amount=None, notes=(words,)), into=into)
    if frame.operation.form is Form.PASSIVE:
        return replaced
    cap = replace(frame, operation=replace(frame.operation, move=Move.REDEEM, form=Form.CAP))
    return [*_made(parts, cap, pair), *replaced]


def _understood(parts: _Parts, frame: _Frame, earlier: tuple[Security, ...]) -> list[Mention]:
    """The classes of an operation that names none: those spoken of before, or all of `principal payments`."""
    stretch = parts.sentence[frame.start : frame.end]
    if frame.operation.move is Move.REINVEST and _ALL_HOLDINGS.search(stretch):
        return [_recalled(frame, _ALL_CLASSES, unnamed=True)]
    if frame.operation.move is Move.PURCHASE and _PROGRAMME.match(parts.sentence, frame.operation.start):
        return [_recalled(frame, _PROGRAMME_CLASSES, unnamed=True)]
    if (
        frame.operation.move is Move.REDEEM
        and frame.operation.direction is not None  # "intends to reduce its holdings over time" is no step yet
        and _RUN_OFF.match(parts.sentence, frame.operation.start)
    ):
        return [_recalled(frame, _ALL_CLASSES, unnamed=True)]
    is_verb = frame.operation.form is not Form.NOUN
    if earlier and ((frame.operation.move is Move.REINVEST and is_verb) or _THESE.search(stretch)):
        return [_recalled(frame, earlier)]
    return []


def _is_summary(sentence: str) -> bool:
    return sentence.startswith(("These actions", "Together", "Taken together"))


def _recalled(frame: _Frame, classes: tuple[Security, ...], *, unnamed: bool = False) -> Mention:
    """A mention of no width: classes that the frame does not name."""
    return Mention(classes=classes, place=Place.OBJECT, joint=unnamed, start=frame.start, end=frame.start)


def _objects(parts: _Parts, frame: _Frame) -> list[Mention]:
    """The classes that an operation acts on; of a reinvestment those that pay, not those that are bought."""
    found = [m for m in parts.mentions if frame.start <= m.start < frame.end]
    if frame.operation.form is Form.PASSIVE:
        found = [m for m in found if m.end <= frame.operation.start]
    if frame.operation.form is Form.NOUN and not found:
        found = [m for m in parts.mentions if _is_compound(m, frame.operation)]
    if frame.operation.move is Move.REINVEST:
        found = [m for m in found if m.place is Place.OBJECT]
    return found


def _is_compound(mention: Mention, noun: Operation) -> bool:
    """Whether a class is the first part of a noun: ``agency MBS purchases``, ``Treasury purchases``."""
    return mention.start < noun.start and noun.start - 1 <= mention.end <= noun.end


def _into(parts: _Parts, frame: _Frame) -> Security | None:
    targets = [m for m in parts.mentions if frame.start <= m.start < frame.end and m.place is Place.TARGET]
    classes = {one for m in targets for one in m.classes}
    return next(iter(classes)) if len(classes) == 1 else None


def _caps(
    parts: _Parts,
    frame: _Frame,
    objects: list[Mention],
    given: tuple[Amount, ...],
    earlier: tuple[Security, ...],
) -> list[PolicyAction] | None:
    """Redemption caps: their classes stand after them (``cap on``), before them, or in an earlier sentence."""
    if not given:
        return []
    if _LIFTS.search(parts.sentence, 0, frame.operation.start) or _LIFTED.search(
        parts.sentence, frame.start, frame.end
    ):
        return None
    if not objects:
        before = [m for m in parts.mentions if m.end <= frame.operation.start and m.place is Place.OBJECT]
        objects = _last_list(before, parts.sentence) or ([_recalled(frame, earlier)] if earlier else [])
    if not objects:
        return None
    if _is_change(parts, frame, given):
        return _changed(parts, frame, objects, given)
    steps = _steps(parts, frame, given)
    if steps is not None:
        return [
            action
            for step, when in steps
            for o in objects
            for action in _made(parts, frame, replace(step, mention=o), when=when)
        ]
    paired = pairs.read(objects, given, parts.sentence)
    if paired is None or _is_of_several(paired, frame.operation):
        return None
    return [action for pair in paired for action in _made(parts, frame, pair)]


def _last_list(mentions: list[Mention], sentence: str) -> list[Mention]:
    """The classes named last, with those that they are listed with."""
    found: list[Mention] = []
    for one in reversed(mentions):
        between = sentence[one.end : found[-1].start] if found else " and "
        if found and not re.fullmatch(r"\s*(?:,|and|or|,\s*and)\s+(?:[\w-]+\s+){0,3}", between):
            break
        found.append(one)
    return found[::-1]


def _steps(parts: _Parts, frame: _Frame, given: tuple[Amount, ...]) -> list[tuple[Pair, date | None]] | None:
    """A cap that rises later (``$30 billion per month and after three months ... $60 billion``), step by step."""
    later = [one for one in parts.dates if one.months_later and frame.start <= one.start < frame.end]
    if len(given) != 2 or len(later) != 1 or not given[0].end <= later[0].start <= given[1].start:
        return None
    first = _effective(parts, frame)[0]
    second = dates.months_after(first, later[0].months_later) if first is not None else None
    return [
        (Pair(mention=NOTHING, amount=given[0]), first),
        (
            Pair(
                mention=NOTHING,
                amount=given[1],
                before=given[0],
                notes=(parts.sentence[later[0].start : later[0].end],),
            ),
            second,
        ),
    ]


def _made(
    parts: _Parts, frame: _Frame, pair: Pair, *, into: Security | None = None, when: date | None = None
) -> list[PolicyAction]:
    """One action for each class of a pair."""
    operation, amount = frame.operation, pair.amount
    day, bounds = _effective(parts, frame)
    conditions = _conditions(parts, frame, pair)
    per = None
    if amount is not None:
        per = amount.per or (Per.MONTH if operation.form is Form.CAP else Per.TOTAL)
    is_for_now = dates.is_for_now(parts.sentence[frame.start : frame.end], day=parts.day)
    found = []
    for security in pair.mention.classes:
        is_shared = len(pair.mention.classes) > 1 and amount is not None
        certain = SHARED if is_shared and security is Security.AGENCY_DEBT else 1.0
        if pair.mention.start == pair.mention.end:
            certain = min(certain, UNNAMED if pair.mention.joint else RECALLED)
        found.append(
            PolicyAction(
                security=security,
                action=operation.move,
                amount_billions=amount.billions if amount is not None else None,
                per=per,
                previous_billions=pair.before.billions if pair.before is not None else None,
                direction=_way(operation, pair, conditions, is_for_now=is_for_now),
                effective=when or day,
                conditions=tuple(dict.fromkeys((*conditions, *bounds))),
                into=into,
                sentence=parts.sentence,
                confidence=certain,
            )
        )
    return found


def _way(
    operation: Operation, pair: Pair, conditions: tuple[str, ...], *, is_for_now: bool
) -> Direction | None:
    """The direction by the amount that the new one replaces, else by its words."""
    if pair.amount is not None and pair.before is not None and operation.direction is not Direction.END:
        return _by_amounts(pair.amount.billions, pair.before.billions)
    if operation.direction is None and "at the current pace" in conditions:
        return Direction.HOLD
    if operation.direction is None and is_for_now:
        return Direction.HOLD
    return operation.direction


def _by_amounts(new: float, before: float) -> Direction:
    if new == before:
        return Direction.HOLD
    return Direction.RAISE if new > before else Direction.SLOW


def _conditions(parts: _Parts, frame: _Frame, pair: Pair) -> tuple[str, ...]:
    stretch = _ANOTHER_CLAUSE.split(parts.sentence[frame.operation.start : frame.end])[0]
    words = tuple(m[1] for m in _CONDITIONS.finditer(stretch) if _binds(parts, frame, pair, m))
    return (*(pair.amount.bounds if pair.amount is not None else ()), *pair.notes, *words)


def _binds(parts: _Parts, frame: _Frame, pair: Pair, words: re.Match[str]) -> bool:
    """Whether a condition is on a class: one between commas (``and, if needed, other ...``) is on what follows it."""
    place = frame.operation.start + words.start()
    is_set_off = parts.sentence[:place].endswith((", ", "(and, ")) and words[1].lower() == "if needed"
    return not is_set_off or place < pair.mention.start


def _is_ahead(one: Effective, parts: _Parts) -> bool:
    """Whether a date before the verb begins the action: ``On May 4, the FOMC decided`` is the day it was decided."""
    if one.opens:
        return True
    is_later = parts.day is None or (one.day is not None and one.day > parts.day)
    return one.start == 0 and is_later and _WAS_DECIDED.match(parts.sentence, one.end) is None


def _effective(parts: _Parts, frame: _Frame) -> tuple[date | None, tuple[str, ...]]:
    """The first day of a frame's operation and the words that bound it: its own, else those that open the sentence."""
    stretch = parts.sentence[frame.start : frame.end]
    opening = parts.operations[0].start if parts.operations else len(parts.sentence)
    bounds = dates.bounds(stretch) or dates.bounds(
        parts.sentence[: min(opening, verbs.first_cue(parts.sentence))]
    )
    mine, ahead = _own_dates(parts, frame), _dates_ahead(parts, frame, opening)
    if any(_EACH.match(parts.sentence, one.end) for one in (*mine[:1], *ahead[:1])):
        return None, bounds
    if mine:
        return mine[0].day, bounds
    last = dates.end_of_month(stretch, day=parts.day) if frame.operation.direction is Direction.END else None
    return last or (ahead[0].day if ahead else None), bounds


def _own_dates(parts: _Parts, frame: _Frame) -> list[Effective]:
    """The dates in a frame that begin its operation, or any in it where it begins or ends, or one set off before it."""
    inside = [one for one in parts.dates if not one.months_later and frame.start <= one.start < frame.end]
    mine = [one for one in inside if one.opens]
    if not mine and frame.operation.direction in {Direction.START, Direction.END}:
        mine = [one for one in inside if not _EARLIER_DAY.search(parts.sentence[frame.start : one.start])]
    begun = frame.operation.start
    return mine or [
        one
        for one in parts.dates
        if one.day is not None
        and _SET_OFF.fullmatch(parts.sentence, one.end, begun)
        and _SET_OFF_AFTER.search(parts.sentence, 0, one.start)
    ]


def _dates_ahead(parts: _Parts, frame: _Frame, opening: int) -> list[Effective]:
    """The dates that open the sentence, or a frame's own clause of it after a semicolon."""
    clause = parts.sentence.rfind(";", 0, frame.operation.start) + 1 or len(parts.sentence)
    return [
        one
        for one in parts.dates
        if one.day is not None
        and (one.end <= opening or clause <= one.start < one.end <= frame.operation.start)
        and _is_ahead(one, parts)
        and ";" not in parts.sentence[one.end : frame.operation.start]  # another clause, another date
    ]
