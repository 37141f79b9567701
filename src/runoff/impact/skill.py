"""How well past forecasts did, as far as it could be known at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from runoff.core.language import Words


def skill_notes(as_of: datetime, lines: Sequence[str], words: Words) -> tuple[str, ...]:
    """What the record says of forecasts of these lines."""
    del as_of, lines, words
    return ()
