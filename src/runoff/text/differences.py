"""How two texts differ, sentence by sentence: kept, changed with the words that went and came, removed, added.

1. Sentences that stand in both are kept, wherever they stand (`_kept`).
2. Of the others the most alike are paired, the best pair first, if they share enough words (`_changed`).
3. A pair's words are compared, and runs of them given as spans (`_spans`).
4. All is put in the order of the new text; what was removed stands after the sentence that it followed (`_in_order`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from runoff.text import sentences

# Two sentences with less in common are two sentences, not one that was changed: half of the words, in their order.
_ALIKE = 0.5


class Change(StrEnum):
    """What became of a sentence."""

    KEPT = "kept"
    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Consecutive words of a sentence: kept, removed or added."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One sentence of either text, or one of each that are a pair.

    `old` and `new` are empty where a text has none; `moved` says that it stands in another place than before. `spans`
    are the words of a changed pair in reading order; of any other the sentence as one span.
    """

    change: Change
    old: str
    new: str
    moved: bool
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two texts, in the order of the new one."""

    differences: tuple[Difference, ...]

    def of(self, change: Change) -> tuple[Difference, ...]:
        """The sentences that one thing became of."""
        return tuple(one for one in self.differences if one.change is change)


def compare(old: str, new: str) -> Comparison:
    """How a text differs from one before it.

    Examples
    --------
    >>> found = compare(
    ...     "The Committee will buy bonds. Growth is slow.", "Growth is slow. The Committee will sell bonds."
    ... )
    >>> [(one.change.value, one.moved) for one in found.differences]
    [('kept', False), ('changed', True)]
    >>> [
    ...     (span.change.value, span.text)
    ...     for span in found.differences[1].spans
    ...     if span.change is not Change.KEPT
    ... ]
    [('removed', 'buy'), ('added', 'sell')]
    """
    before = [one.text for one in sentences.split(old)]
    after = [one.text for one in sentences.split(new)]
    pairs = _kept(before, after)
    pairs |= _changed(before, after, pairs)
    return Comparison(differences=tuple(_in_order(before, after, pairs)))


def _kept(before: list[str], after: list[str]) -> dict[int, int]:
    """Places in the new text, and where the same sentence stood in the old one; of several the next in order first."""
    places: dict[str, list[int]] = {}
    for number, one in enumerate(before):
        places.setdefault(_folded(one), []).append(number)
    pairs: dict[int, int] = {}
    for number, one in enumerate(after):
        if left := places.get(_folded(one)):
            pairs[number] = left.pop(0)
    return pairs


def _folded(sentence: str) -> str:
    """A sentence without what no reader sees a difference in: spaces and the case of letters."""
    return " ".join(sentence.lower().split())


def _changed(before: list[str], after: list[str], pairs: dict[int, int]) -> dict[int, int]:
    """The most alike of the sentences that are left, each in one pair at most."""
    old_left = [number for number in range(len(before)) if number not in pairs.values()]
    new_left = [number for number in range(len(after)) if number not in pairs]
    alike = [
        (_likeness(before[i], after[j]), -abs(i / len(before) - j / len(after)), i, j)
        for i in old_left
        for j in new_left
    ]
    found: dict[int, int] = {}
    taken: set[int] = set()
    for likeness, _, i, j in sorted(alike, key=lambda one: (-one[0], -one[1], one[3], one[2])):
        if likeness < _ALIKE:
            break
        if i not in taken and j not in found:
            found[j] = i
            taken.add(i)
    return found


def _likeness(old: str, new: str) -> float:
    """The share of words, between zero and one, that two sentences have in common and in the same order."""
    matcher = SequenceMatcher(a=_words(old.lower()), b=_words(new.lower()), autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= _ALIKE else 0.0


def _words(sentence: str) -> list[str]:
    """Words and marks, each with the space before it, so that joined they are the sentence again."""
    return re.findall(r"\s*(?:\$?\w[\w.,'/-]*\w|\$?\w|[^\w\s])", sentence)


def _spans(old: str, new: str) -> tuple[Span, ...]:
    """The words of a pair in reading order, runs of one fate together."""
    a, b = _words(old), _words(new)
    found: list[Span] = []
    matcher = SequenceMatcher(
        a=[word.strip().lower() for word in a], b=[word.strip().lower() for word in b], autojunk=False
    )
    for tag, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        if tag == "equal":
            found.append(Span(change=Change.KEPT, text="".join(b[b_from:b_to]).strip()))
            continue
        if a_to > a_from:
            found.append(Span(change=Change.REMOVED, text="".join(a[a_from:a_to]).strip()))
        if b_to > b_from:
            found.append(Span(change=Change.ADDED, text="".join(b[b_from:b_to]).strip()))
    return tuple(found)


def _in_order(before: list[str], after: list[str], pairs: dict[int, int]) -> list[Difference]:
    """All sentences in the order of the new text; a removed one after the one that it followed in the old text."""
    stays = _unmoved(pairs)
    found = [_difference(before, after, number, pairs, stays=stays) for number in range(len(after))]
    place = {old: new for new, old in pairs.items()}
    removed: dict[int, list[str]] = {}
    anchor = -1
    for number, one in enumerate(before):
        if number in place:
            anchor = place[number]
        else:
            removed.setdefault(anchor, []).append(one)
    ordered: list[Difference] = []
    for number in range(-1, len(after)):
        if number >= 0:
            ordered.append(found[number])
        ordered.extend(
            Difference(
                change=Change.REMOVED,
                old=one,
                new="",
                moved=False,
                spans=(Span(change=Change.REMOVED, text=one),),
            )
            for one in removed.get(number, ())
        )
    return ordered


def _difference(
    before: list[str], after: list[str], number: int, pairs: dict[int, int], *, stays: frozenset[int]
) -> Difference:
    new = after[number]
    if number not in pairs:
        span = Span(change=Change.ADDED, text=new)
        return Difference(change=Change.ADDED, old="", new=new, moved=False, spans=(span,))
    old = before[pairs[number]]
    is_kept = _folded(old) == _folded(new)
    return Difference(
        change=Change.KEPT if is_kept else Change.CHANGED,
        old=old,
        new=new,
        moved=number not in stays,
        spans=(Span(change=Change.KEPT, text=new),) if is_kept else _spans(old, new),
    )


def _unmoved(pairs: dict[int, int]) -> frozenset[int]:
    """Of the paired sentences the longest run that both texts have in the same order; the others were moved."""
    longest: tuple[int, ...] = ()
    runs: list[tuple[int, ...]] = []
    for number in sorted(pairs):
        run: tuple[int, ...] = (number,)
        for earlier in runs:
            if pairs[earlier[-1]] < pairs[number] and len(earlier) >= len(run):
                run = (*earlier, number)
        runs.append(run)
        longest = run if len(run) > len(longest) else longest
    return frozenset(longest)
