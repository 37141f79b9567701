"""Which amount belongs to which class of securities, within the words of one operation.

Amounts come first (``$40 billion of agency MBS and $45 billion of Treasury securities``) or classes do (``agency MBS at
a pace of $40 billion``); the first one of the sentence says which. Several amounts of a class are told apart by their
roles: what additions come to counts before the additions, a total before its pace. Where two could count, none does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from runoff.text.amounts import Amount, Role
from runoff.text.securities import Mention, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Classes with their amount; `before` is the amount replaced, `notes` are amounts that say more of it."""

    mention: Mention
    amount: Amount | None
    before: Amount | None = None
    notes: tuple[str, ...] = ()


NOTHING = Mention(classes=(), place=Place.OBJECT, joint=False, start=0, end=0)


def read(objects: list[Mention], given: tuple[Amount, ...], sentence: str) -> list[Pair] | None:
    """Each class with its amount; None where it is not plain which amount is whose.

    Parameters
    ----------
    objects
        The classes, in the order of the sentence; at least one.
    given
        The amounts, in the order of the sentence.
    """
    if not given:
        return [Pair(mention=one, amount=None) for one in objects]
    if "respectively" in sentence and len(given) == len(objects):
        return [Pair(mention=one, amount=amount) for one, amount in zip(objects, given, strict=True)]
    found: list[Pair] = []
    for mentions, mine in _groups(objects, given):
        chosen = _chosen(mine, sentence)
        if chosen is None or not mentions:
            return None
        found.extend(replace(chosen, mention=one) for one in mentions)
    return found


def _groups(objects: list[Mention], given: tuple[Amount, ...]) -> list[tuple[list[Mention], list[Amount]]]:
    """Classes and amounts that stand beside each other; the leading kind after the other opens a group."""
    groups: list[tuple[list[Mention], list[Amount]]] = []
    amounts_lead = given[0].start < objects[0].start
    places: list[Mention | Amount] = sorted([*objects, *given], key=lambda one: one.start)
    for one in places:
        if isinstance(one, Amount):
            opens = amounts_lead and bool(groups and groups[-1][0]) and _opens_group(one, objects)
        else:
            opens = not amounts_lead and bool(groups and groups[-1][1])
        if opens or not groups:
            groups.append(([], []))
        if isinstance(one, Amount):
            groups[-1][1].append(one)
        else:
            groups[-1][0].append(one)
    return groups


def _opens_group(amount: Amount, objects: list[Mention]) -> bool:
    """Whether a class follows an amount, so that it begins another pair; else it says more of the last one."""
    return amount.role is Role.PLAIN and any(one.start > amount.end for one in objects)


def _chosen(mine: list[Amount], sentence: str) -> Pair | None:
    """The amount that counts among those of one class: what additions come to, else the new one."""
    of_role = {role: [one for one in mine if one.role is role] for role in Role}
    more, whole = of_role[Role.MORE], of_role[Role.WHOLE]
    if whole and more:
        return Pair(mention=NOTHING, amount=whole[-1], notes=tuple(_words(one, sentence) for one in more))
    if whole and of_role[Role.PLAIN]:
        return None  # "$750 billion, for a total of $1.25 trillion": of this class, or of all that are named?
    main = of_role[Role.PLAIN] or whole or more or of_role[Role.ABOVE]
    if len(main) != 1:
        return None
    before = of_role[Role.BEFORE]
    return Pair(
        mention=NOTHING,
        amount=main[0],
        before=before[0] if before else None,
        notes=tuple(_words(one, sentence) for one in of_role[Role.PACE]),
    )


_LEADS = re.compile(
    r"(?:up to an additional|an additional|a further|a pace of(?: about)?|by up to)\s*$", re.IGNORECASE
)
_TRAILS = re.compile(r"\s*(?:per month|each month|a month|per day)")


def _words(amount: Amount, sentence: str) -> str:
    """An amount that is not the one of the action, in the words of the text."""
    leads = _LEADS.search(sentence[: amount.start])
    trails = _TRAILS.match(sentence, amount.end)
    return sentence[leads.start() if leads else amount.start : trails.end() if trails else amount.end]
