"""Policy read from words: what an FOMC statement, an implementation note, minutes or a Desk statement decides.

1. The text is cut into sentences, without votes and furniture (`sentences.split`).
2. Of minutes only the directive to the Desk and the statement voted on with it are read (`_decided_part`).
3. Each sentence is read by itself (`clauses.read`); ``these purchases`` turns what the sentences before said.
4. What several sentences say of one action is put together (`_put_together`); where they contradict each other on an
   amount, the action is dropped and its sentences are unsure.

Rules and no model: a sentence that fits none is unsure, not guessed. What was done, what would be done, what
participants thought, lending, repos and rates are no actions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from runoff.text import clauses, dates, securities, sentences, tables, verbs
from runoff.text.facts import Direction, Move, Per, PolicyAction, Security, StatementReading

__all__ = ["Direction", "Move", "Per", "PolicyAction", "Security", "StatementReading", "read"]

_MINUTES = re.compile(
    r"\bMinutes of the Federal Open Market Committee\b"
    r"|\bmeeting of the Federal Open Market Committee\b[^.]{0,120}\bwas held\b"
    r"|\bStaff Review of the (?:Economic|Financial) Situation\b|\bParticipants' Views on Current Conditions\b"
)
_DIRECTIVE = re.compile(r"\binstructed\s+otherwise\b.{0,250}?\bdomestic\s+policy\s+directive\b", re.DOTALL)
_VOTED = re.compile(r"\bVot(?:es?|ing)\s+(?:for|against)\s+(?:this|the)\s+action\b")
_MONTHLY = re.compile(r"\b[Mm]onthly amounts? of (?:RMPs|reserve management purchases)\b")
_FEDERAL = re.compile(
    r"\bFederal Reserve\b|\bFOMC\b|\bFederal Open Market Committee\b|\bOpen Market\b|\bSOMA\b"
)
# Who else decides: of their texts no amount is of these classes, and no holdings are the System's.
_ANOTHER_BANK = re.compile(
    r"\b(?:Governing Council|Eurosystem|European Central Bank|ECB|Bank of (?:England|Japan|Canada|Korea)"
    r"|Monetary Policy Committee|MPC|Asset Purchase Facility|Reserve Bank of|Riksbank|Swiss National Bank|Norges Bank"
    r"|gilts?|JGBs?|(?:Japanese|UK|Canadian|Australian) [Gg]overnment bonds?|Government of Canada bonds?)\b"
)
_LONGEST_SENTENCE = 3_000  # characters; more is no sentence but a page without its full stops
_OUTRIGHT = re.compile(
    r"\b(?:will|to|and) (?:purchase|buy|sell|redeem) (?:about |approximately |up to |at least )*(?:\$[\d.,]+ \w+ of )?"
    r"(?:Treasury (?:securities|bills|coupons)|agency (?:debt|MBS|mortgage-backed))[^.;]{0,20}"
    r"(?! (?:under|through|in) (?:an? )?(?:overnight|term|repurchase))\b"
)
_MIDDLE = 15  # the day that the middle of a month is given
_LONGEST_DECISION = 12_000  # characters: a directive and a statement have at most 9,000 together
# What a sentence about the balance sheet may say without deciding anything on it.
_NO_DECISION = re.compile(
    r"\b(?:regularly review|review the|closely monitor|carefully monitor|continue to (?:carefully )?monitor"
    r"|monitoring|assess\w*"
    r"|prepared to|ready to|evaluat\w+|in determining|these actions|this program should|this action"
    r"|is possible that|anticipat\w+"
    r"|take (?:appropriate )?account|keep the Committee informed|timing and pace|will allocate"
    r"|will be (?:sized|announced|determined|based)|under this monthly cap|intended to|should|would|could"
    r"|(?-i:may)|might"
    r"|seeks? (?:monetary|conditions)|is consistent with|maintain the federal funds rate"
    r"|continue to (?:foster|support|help|put)|consider\w*)\b",
    re.IGNORECASE,
)


def read(text: str, *, day: date | None) -> StatementReading:
    """What a text decides about the balance sheet.

    Parameters
    ----------
    text
        The page as it was stored, with or without its furniture.
    day
        The day of the text: resolves ``beginning in June`` and ``next month``. Without it such words give no date.

    Examples
    --------
    >>> found = read("The Committee will purchase agency MBS at a pace of $40 billion per month.", day=None)
    >>> [(one.security.value, one.action.value, one.amount_billions, one.per.value) for one in found.actions]
    [('agency_mbs', 'purchase', 40.0, 'month')]
    >>> read("The Committee will keep its target range at 0 to 1/4 percent.", day=None).silent
    True
    """
    actions: list[PolicyAction] = []
    unsure: list[str] = []
    turns: list[clauses.Turn] = []
    doubtful: set[tuple[Move, Security]] = set()
    is_silent = True
    earlier: tuple[Security, ...] = ()
    decided = _decided_part(text)
    usual = Per.MONTH if _MONTHLY.search(decided) else None
    is_of_another = _ANOTHER_BANK.search(decided) is not None and _FEDERAL.search(text) is None
    for one in sentences.split(decided):
        if one.text.endswith("?"):
            continue  # a question of a list of them; its answer is read
        is_beside = _deals_beside_facilities(one.text)
        is_of_holdings = is_beside or securities.is_about_holdings(one.text)
        if not is_of_holdings and not _continues(one.text, actions):
            continue
        if len(one.text) > _LONGEST_SENTENCE or is_of_another or is_beside:
            is_silent = False
            unsure.append(one.text)
            continue
        is_silent = is_silent and not is_of_holdings
        found = clauses.read(one.text, day=day, earlier=earlier, usual=usual)
        actions.extend(found.actions)
        actions = _completed(_turned(actions, found.turns), found.replaced)
        turns.extend(turn for turn in found.turns if turn.is_general)
        doubtful.update(found.doubtful)
        if found.actions:
            earlier = tuple(dict.fromkeys(action.security for action in found.actions))
        if found.unsure or (not found.actions and not found.turns and _decides(one.text)):
            unsure.append(one.text)
    actions.extend(tables.find(decided))
    kept, contradictory = _put_together(_turned_in_general(_named_by_class(actions), turns))
    kept = tuple(
        one for one in kept if one.amount_billions is not None or (one.action, one.security) not in doubtful
    )
    return StatementReading(
        actions=kept, silent=is_silent, unsure=tuple(dict.fromkeys((*unsure, *contradictory)))
    )


def _decided_part(text: str) -> str:
    """All of a statement; of minutes only the directive and what was voted on with it."""
    if not _MINUTES.search(" ".join(text.replace("\u2019", "'").split())):
        return text
    directive = _DIRECTIVE.search(text, max(text.find("instructed"), 0))
    if directive is None:
        return ""
    vote = _VOTED.search(text, directive.end())
    end = vote.start() if vote is not None else directive.end() + _LONGEST_DECISION
    return text[directive.end() : end].lstrip(" ,:")


def _continues(text: str, actions: Sequence[PolicyAction]) -> bool:
    """Whether a sentence that names no holdings speaks of operations named before it (``these purchases``)."""
    if not actions or not verbs.may_point_back(text):
        return False
    return any(operation.points_back for operation in verbs.find(text))


def _deals_beside_facilities(text: str) -> bool:
    """Whether a sentence about lending or repos also decides on an operation in a class: too much for certain."""
    if not securities.is_about_facilities(text):
        return False
    return _OUTRIGHT.search(text) is not None and not verbs.is_hypothetical(text)


def _decides(text: str) -> bool:
    """Whether something about holdings is decided in a sentence from which no action was read."""
    if securities.is_about_facilities(text):
        return False
    if verbs.is_told(text):
        return True
    return verbs.is_decided(text) and not verbs.is_hypothetical(text) and not _NO_DECISION.search(text)


def _turned(actions: list[PolicyAction], turns: Sequence[clauses.Turn]) -> list[PolicyAction]:
    """The actions so far, those of the last sentence that had any going the way that a later one says."""
    for turn in turns:
        last = next((one.sentence for one in reversed(actions) if one.action is turn.move), None)
        if not turn.is_general:
            actions = [
                replace(one, direction=turn.direction)
                if one.action is turn.move and one.sentence == last
                else one
                for one in actions
            ]
    return actions


def _turned_in_general(actions: list[PolicyAction], turns: Sequence[clauses.Turn]) -> list[PolicyAction]:
    """All actions, going the way that the text gives their operation where their own sentence gives none."""
    ways = {turn.move: turn.direction for turn in reversed(turns)}
    return [one if one.direction else replace(one, direction=ways.get(one.action)) for one in actions]


def _completed(
    actions: list[PolicyAction], replaced: Sequence[tuple[Move, Security, float]]
) -> list[PolicyAction]:
    """The actions so far, with the amounts that theirs replace where a later sentence says so."""
    for move, security, billions in replaced:
        actions = [
            replace(one, previous_billions=billions)
            if (one.action, one.security) == (move, security) and one.previous_billions is None and one.per
            else one
            for one in actions
        ]
    return actions


def _named_by_class(actions: Sequence[PolicyAction]) -> list[PolicyAction]:
    """The actions, without those on classes understood (`clauses.UNNAMED`) where the text names classes itself."""
    named = {one.action for one in actions if one.confidence > clauses.UNNAMED}
    return [
        one
        for one in actions
        if one.confidence > clauses.UNNAMED or one.action not in named or one.direction is Direction.END
    ]


def _put_together(actions: Sequence[PolicyAction]) -> tuple[tuple[PolicyAction, ...], tuple[str, ...]]:
    """One action for each class, operation and step; and the sentences that contradict each other on an amount."""
    kept: list[PolicyAction] = []
    for new in _farthest(actions):
        kept = [old for old in kept if not _is_over(old, new)]
        place = next((i for i, old in enumerate(kept) if _is_same(old, new)), None)
        if place is None:
            kept.append(new)
        else:
            kept[place] = _merged(kept[place], new)
    kept = _stepped(_scheduled(kept))
    contradictory = {
        (one.security, one.action)
        for i, one in enumerate(kept)
        for other in kept[i + 1 :]
        if _contradict(one, other)
    }
    sure = tuple(one for one in kept if (one.security, one.action) not in contradictory)
    return sure, tuple(one.sentence for one in kept if (one.security, one.action) in contradictory)


def _farthest(actions: Sequence[PolicyAction]) -> list[PolicyAction]:
    """The actions, of several totals with their own ends (`_horizon`) only the largest, which holds the others."""
    found = []
    for one in actions:
        rivals = [
            other
            for other in actions
            if (other.security, other.action) == (one.security, one.action)
            and one.per is other.per is Per.TOTAL
            and other.sentence == one.sentence
            and _horizon(one) != _horizon(other)
        ]
        if not any((other.amount_billions or 0) > (one.amount_billions or 0) for other in rivals):
            found.append(one)
    return found


def _scheduled(actions: Sequence[PolicyAction]) -> list[PolicyAction]:
    """The actions; what follows ``after three months`` counts from the step that another sentence dates."""
    found = []
    for one in actions:
        later = max((_steps_later(words) for words in one.conditions), default=0)
        first = next((other.effective for other in actions if _opens_steps(other, one)), None)
        is_step = one.effective is None and (later > 0 or "initially" in one.conditions)
        found.append(
            replace(one, effective=dates.months_after(first, later)) if is_step and first is not None else one
        )
    return found


def _opens_steps(other: PolicyAction, one: PolicyAction) -> bool:
    """Whether another action dates the first step of this one: of the same class, or above whose caps it reinvests."""
    if other.effective is None or one.action is not Move.REDEEM or one.amount_billions is None:
        return False
    is_above = other.action is Move.REINVEST and any("exceed" in words for words in other.conditions)
    return other.security is one.security and (other.action is one.action or is_above)


def _stepped(actions: Sequence[PolicyAction]) -> list[PolicyAction]:
    """The actions; what goes on only until a later step of its own text is that step's amount before."""
    found = list(actions)
    for now in actions:
        later = [
            one
            for one in found
            if (one.security, one.action, one.per) == (now.security, now.action, now.per)
            and one.effective is not None
            and one.amount_billions != now.amount_billions
        ]
        goes_on = now.effective is None and now.direction is Direction.HOLD
        if not goes_on or now.amount_billions is None or len(later) != 1:
            continue
        found.remove(now)
        found[found.index(later[0])] = replace(
            later[0],
            previous_billions=now.amount_billions,
            direction=_towards(later[0].amount_billions or 0, now.amount_billions),
        )
    return found


def _towards(amount: float, previous: float) -> Direction:
    return Direction.RAISE if amount > previous else Direction.SLOW


def _is_one_date(one: date | None, other: date | None) -> bool:
    """Whether two dates are one: the same day, or a month by its name and a day in it."""
    if one is None or other is None or one == other:
        return one == other
    return (one.year, one.month) == (other.year, other.month) and bool({1, _MIDDLE} & {one.day, other.day})


def _exacter(one: date | None, other: date | None) -> date | None:
    """Of two dates of one action the later; of a month or its middle and a day in it the day."""
    if one is None or other is None or one == other or not _is_one_date(one, other):
        return max(filter(None, (one, other)), default=None)
    return next((day for day in (one, other) if day.day not in {1, _MIDDLE}), max(one, other))


def _is_far(old: PolicyAction, new: PolicyAction) -> bool:
    """Whether an end that names no class stands beside what goes on until then."""
    return min(old.confidence, new.confidence) <= clauses.UNNAMED < max(old.confidence, new.confidence)


def _is_over(old: PolicyAction, new: PolicyAction) -> bool:
    """Whether a replacement of what matures goes on only until the text's own date for another way of it."""
    return (
        (old.security, old.action) == (new.security, new.action)
        and old.action in {Move.ROLL, Move.REINVEST}
        and old.direction is Direction.HOLD
        and old.amount_billions is None
        and old.effective is None is not new.effective
    )


def _is_same(old: PolicyAction, new: PolicyAction) -> bool:
    if (old.security, old.action) != (new.security, new.action):
        return False
    if None not in (old.effective, new.effective) and not _is_one_date(old.effective, new.effective):
        return False
    if (
        Direction.END in {old.direction, new.direction}
        and old.direction is not new.direction
        and _is_far(old, new)
    ):
        return False
    if None not in (old.into, new.into) and old.into != new.into and old.sentence != new.sentence:
        return False
    return None in (old.amount_billions, new.amount_billions) or (
        (old.amount_billions, old.per) == (new.amount_billions, new.per)
    )


def _contradict(one: PolicyAction, other: PolicyAction) -> bool:
    """Whether two actions name different amounts for the same thing at the same time."""
    if (one.security, one.action, one.per) != (other.security, other.action, other.per):
        return False
    if one.amount_billions is None or other.amount_billions is None:
        return False
    if any(_steps_later(words) for action in (one, other) for words in action.conditions):
        return False
    return one.effective == other.effective


def _steps_later(words: str) -> int:
    """How many months after an earlier step (``after three months``), or none."""
    return next((found.months_later for found in dates.find(words, day=None)), 0)


def _horizon(action: PolicyAction) -> str | None:
    """Until when a total is meant: ``at least $500 billion by the end of the second quarter``."""
    return next(
        (words for words in action.conditions if words.startswith(("by ", "over ", "through "))), None
    )


def _merged(old: PolicyAction, new: PolicyAction) -> PolicyAction:
    """What two sentences say of one action: the one with the amount leads, the other fills what it leaves open."""
    lead, other = (
        (new, old) if old.amount_billions is None and new.amount_billions is not None else (old, new)
    )
    return replace(
        lead,
        previous_billions=lead.previous_billions
        if lead.previous_billions is not None
        else other.previous_billions,
        direction=lead.direction or _kept_direction(lead, other),
        effective=_exacter(lead.effective, other.effective),
        conditions=tuple(dict.fromkeys((*lead.conditions, *other.conditions))),
        into=lead.into or other.into,
        confidence=min(lead.confidence, other.confidence),
    )


def _kept_direction(lead: PolicyAction, other: PolicyAction) -> Direction | None:
    """The other sentence's direction, unless it says that what the first lets begin goes on."""
    return None if other.direction is Direction.HOLD and lead.effective is not None else other.direction
