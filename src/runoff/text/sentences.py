"""Sentences of a page: what a text says, one statement at a time, without the furniture around it.

1. What is left of markup is taken away (`_plain`).
2. Blank lines, headings and bullets part the page into blocks (`blocks`).
3. Votes, contacts and links to other releases are dropped (`_is_furniture`).
4. Each block is cut where a sentence ends: not at an abbreviation, an initial or a decimal point (`_cut`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence and the number of the block that it stands in."""

    text: str
    block: int


_CHARACTERS = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u00a0": " ",
        "\u2009": " ",
        "\u202f": " ",
        "\u200b": "",
        "\ufeff": "",
        "\r": "",
    }
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,400}>")
_BLOCK_TAG = re.compile(r"</?(?:p|div|li|ul|ol|h[1-6]|tr|table|blockquote|br)\b[^<>]{0,400}>", re.IGNORECASE)
_LINK = re.compile(r"\[([^\[\]]{0,400})\]\([^()\s]{0,400}\)")
# "securities.1 The Committee": the mark of a footnote, set as a plain digit where the page was copied.
_NOTE_MARK = re.compile(r"(?<=[a-z]{2}[.,])\d(?=\s|$)")

_BULLET = re.compile(r"\s*(?:[\u2022\u25cf\u25e6\u00b7*]|-{1,2}(?=\s)|\(?[a-z0-9]{1,2}\)(?=\s))\s*")
_SHORT_LINE = 60  # characters; a wrapped line that is not its paragraph's last is longer

_LOWER_WORD = re.compile(r"\b[a-z]{4,}")  # a title has at most one that is not "of" or "the"

_ABBREVIATIONS = frozenset(
    [
        *(
            "u.s",
            "u.k",
            "d.c",
            "i.e",
            "e.g",
            "a.m",
            "p.m",
            "vs",
            "no",
            "inc",
            "co",
            "st",
            "jr",
            "sr",
            "approx",
        ),
        *("mr", "mrs", "ms", "messrs", "mses", "dr"),
        *("jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"),
    ]
)
# Words that open a sentence and never follow "U.S." within one.
_OPENERS = re.compile(r"(?:The|This|These|In|As|For|To|It|Also|Although|However|Beginning|Starting)\b")
_END = re.compile(r"[.!?][\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9$])")
_LAST_WORD = re.compile(r"([A-Za-z][A-Za-z.]*)$")

_FURNITURE = re.compile(
    r"(?:Voting (?:for|against|in favor)\b|Votes? (?:for|against) (?:this|the)\b|Absent and not voting"
    r"|For (?:media inquiries|immediate release|release at|more information|further information)"
    r"|Share\b|Last [Uu]pdate|Return to (?:top|text)|Implementation Note issued|Board of Governors of the Federal"
    r"|Related (?:Information|Content)|Contact\b|Press Release$|Accessible (?:Version|Keys)|Skip to"
    r"|# )",
)
_DISSENT = re.compile(
    r"\b(?:Mr\.|Ms\.|Mrs\.|Dr\.|President|Governor) [A-Z]\w+(?:'s|\b)"
    r"|\bwho (?:preferred|believed|opposed|judged|judges|supported|disagreed|objected|favored)\b|\bdissent"
    r"|^One member\b|\bvoted against\b"
)


def split(text: str) -> tuple[Sentence, ...]:
    r"""The sentences of a page, in order, without votes, dissents, contacts and links.

    Examples
    --------
    >>> found = split(
    ...     "The pace rises to $17.5 billion. U.S. exports fell.\n\nVoting for the action were: A. B."
    ... )
    >>> [one.text for one in found]
    ['The pace rises to $17.5 billion.', 'U.S. exports fell.']
    """
    found: list[Sentence] = []
    for number, block in enumerate(blocks(text)):
        for one in _cut(block):
            if _FURNITURE.match(one):
                break  # what follows a vote in its block are reasons of those who voted against
            if not _DISSENT.search(one):
                found.append(Sentence(text=one, block=number))
    return tuple(found)


def blocks(text: str) -> Iterator[str]:
    """Paragraphs, headings and list items, each on one line; what is furniture as a whole is left out."""
    for paragraph in re.split(r"\n[ \t]*\n", _plain(text)):
        for block in _lines_joined(paragraph.split("\n")):
            words = _NOTE_MARK.sub("", " ".join(block.split()))
            if words and not _FURNITURE.match(words):
                yield words


def _plain(text: str) -> str:
    """The words alone: no markup, one kind of quotation mark and of dash."""
    without = _TAG.sub(" ", _BLOCK_TAG.sub("\n\n", text))
    return _LINK.sub(r"\1", html.unescape(without).translate(_CHARACTERS))


def _lines_joined(lines: list[str]) -> Iterator[str]:
    """Lines of a paragraph, wrapped ones joined; a bullet or a heading's line begins another block."""
    held: list[str] = []
    for number, line in enumerate(lines):
        marker = _BULLET.match(line)
        if marker and held:
            yield " ".join(held)
            held = []
        held.append(line[marker.end() :] if marker else line)
        following = lines[number + 1].strip() if number + 1 < len(lines) else ""
        if _is_whole(line.strip(), following):
            yield " ".join(held)
            held = []
    if held:
        yield " ".join(held)


def _is_whole(line: str, following: str) -> bool:
    """Whether a line stands alone: a heading, or a paragraph on one line, before a line with a capital."""
    opens = bool(following) and (following[0].isupper() or following[0].isdigit())
    if not opens or not line:
        return False
    ended = line[-1] in ".:!?"
    is_title = len(_LOWER_WORD.findall(line)) <= 1
    return (is_title and len(line) < _SHORT_LINE and line[-1] not in ",;-" and not _is_abbreviated(line)) or (
        ended and len(line) > 3 * _SHORT_LINE
    )


def _cut(block: str) -> Iterator[str]:
    start = 0
    for match in _END.finditer(block):
        if block[match.start()] == "." and not _ends(block[start : match.start()], block[match.end() :]):
            continue
        yield block[start : match.end()].strip()
        start = match.end()
    if block[start:].strip():
        yield block[start:].strip()


def _ends(before: str, after: str) -> bool:
    """Whether a full stop between two pieces ends a sentence."""
    if not _is_abbreviated(before):
        return True
    return before.endswith(("U.S", "a.m", "p.m")) and _OPENERS.match(after) is not None


def _is_abbreviated(before: str) -> bool:
    """Whether a piece ends in an abbreviation or an initial, whose full stop ends nothing."""
    word = _LAST_WORD.search(before.rstrip("."))
    if word is None:
        return False
    return word[1].lower() in _ABBREVIATIONS or bool(re.fullmatch(r"[A-Z]", word[1]))
