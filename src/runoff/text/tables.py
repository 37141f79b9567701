"""Tables of amounts in a Desk statement: caps or purchases by class of securities and month, set as plain lines.

A table has a caption that says what is done (``TOTAL MONTHLY CAPS ...``), a line that names the classes and no amount,
and rows that open with a month and have as many amounts as there are classes. A table that is not exactly so is not
read.

::

    TOTAL MONTHLY CAPS ON SOMA SECURITIES REDUCTIONS

    Treasury Securities Agency Debt and Agency MBS
    Jun-Aug 2022 $30 billion $17.5 billion
    From Sep 2022* $60 billion $35 billion
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from runoff.text import amounts, securities
from runoff.text.facts import Direction, Move, Per, PolicyAction, Security

SHARED = 0.8  # how sure an amount is of agency debt that a table states for it together with agency MBS

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_PERIOD = re.compile(
    r"\s*(?:(?:from|beginning|starting)\s+)?([A-Z][a-z]{2})[a-z]*\.?(?:\s*(?:-|to|through)\s*[A-Z][a-z]{2}[a-z]*\.?)?"
    r",?\s+(\d{4})\b",
    re.IGNORECASE,
)
_CAPTIONS = (
    (re.compile(r"\bcaps?\b", re.IGNORECASE), Move.REDEEM),
    (re.compile(r"\bpurchases?\b", re.IGNORECASE), Move.PURCHASE),
)
_CAPTION_LINES = 3  # lines above the names of the classes, blank ones not counted


def find(text: str) -> tuple[PolicyAction, ...]:
    r"""The steps of all tables of a text, row by row.

    Examples
    --------
    >>> rows = "MONTHLY CAPS\n\nTreasury securities Agency MBS\nJun-Aug 2022 $30 billion $17.5 billion"
    >>> [(one.security.value, one.amount_billions, one.effective.isoformat()) for one in find(rows)]
    [('treasuries', 30.0, '2022-06-01'), ('agency_mbs', 17.5, '2022-06-01')]
    """
    lines = [line.strip() for line in text.translate({0x2013: "-", 0x2014: "-", 0xA0: " "}).split("\n")]
    lines = [line for line in lines if line]
    found: list[PolicyAction] = []
    for number, (line, below) in enumerate(pairwise(lines)):
        if _PERIOD.match(below) is None:
            continue
        columns = [mention.classes for mention in securities.find(line)]
        above = " ".join(lines[max(0, number - _CAPTION_LINES) : number])
        move = next((move for words, move in _CAPTIONS if words.search(above)), None)
        if (
            len(columns) < 2
            or amounts.find(line)
            or move is None
            or not re.search(r"month", above, re.IGNORECASE)
        ):
            continue
        found.extend(_rows(lines[number + 1 :], columns, move=move, caption=above))
    return tuple(found)


def _rows(
    lines: list[str], columns: list[tuple[Security, ...]], *, move: Move, caption: str
) -> Iterator[PolicyAction]:
    """The actions of the rows below the names of the classes, to the first line that is no row."""
    before: dict[Security, float] = {}
    for line in lines:
        period, given = _PERIOD.match(line), amounts.find(line)
        if period is None or len(given) != len(columns) or period[1].lower() not in _MONTHS:
            return
        effective = date(int(period[2]), _MONTHS[period[1].lower()], 1)
        for classes, amount in zip(columns, given, strict=True):
            for security in classes:
                yield PolicyAction(
                    security=security,
                    action=move,
                    amount_billions=amount.billions,
                    per=Per.MONTH,
                    previous_billions=before.get(security),
                    direction=_way(amount.billions, before.get(security)),
                    effective=effective,
                    sentence=f"{caption}: {line}",
                    confidence=SHARED if len(classes) > 1 and security is Security.AGENCY_DEBT else 1.0,
                )
                before[security] = amount.billions


def _way(amount: float, before: float | None) -> Direction | None:
    if before is None or amount == before:
        return None
    return Direction.RAISE if amount > before else Direction.SLOW
