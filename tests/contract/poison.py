"""The poisoned future: what became known after a moment turned into something that nobody would publish."""

from dataclasses import replace
from datetime import datetime

import numpy as np

from runoff.core.policy import PolicyCalendar
from runoff.core.view import Columns, History


def nonsense(columns: Columns, after: int) -> Columns:
    """The same rows, those known later than `after` (seconds since the epoch) turned into nonsense."""
    later = columns.known_at > after
    return replace(
        columns,
        values=np.where(later, -1e9 - columns.values, columns.values),
        flags=np.where(later, 3, columns.flags).astype(np.uint8),
    )


def rewritten(calendar: PolicyCalendar, moment: datetime) -> PolicyCalendar:
    """The same calendar with every step announced later than `moment` poisoned."""
    return PolicyCalendar(
        tuple(
            replace(s, amount=999.0, programme="poison", verified=True) if s.known_at > moment else s
            for s in calendar.steps
        )
    )


def poisoned(history: History, moment: datetime) -> History:
    """The same history with everything later than `moment` poisoned: rows, policy steps, books and texts."""
    after = int(moment.timestamp())
    return replace(
        history,
        columns={name: nonsense(columns, after) for name, columns in history.columns.items()},
        books=tuple(
            replace(b, holdings=(), digest="poison") if b.known_at > moment else b for b in history.books
        ),
        policies={bank: rewritten(calendar, moment) for bank, calendar in history.policies.items()},
        documents=tuple(
            replace(d, text="The Committee sold all of its securities for $999 billion.", title="Poison")
            if d.published_at > moment
            else d
            for d in history.documents
        ),
    )
