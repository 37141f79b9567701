"""A central bank's balance sheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from runoff.actions.workspace import Workspace
from runoff.core.accounts import Side
from runoff.core.errors import LookaheadError
from runoff.core.language import Words
from runoff.core.registry import plugin
from runoff.core.time import parse_date
from runoff.ledger import sheet
from runoff.ledger.bank import Bank


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """A line of a sheet; `change` is over the week before, None where that week is not known."""

    account: str
    title: str
    side: Side
    depth: int
    amount: int
    change: int | None
    residual: bool
    revised: bool
    known_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Both sides of a sheet in `unit`; `gap` is what rounding leaves of supplying - absorbing - reserves."""

    SHOWN: ClassVar = ("title", "amount", "change", "revised")

    as_of: datetime
    bank: str
    date: date
    unit: str
    gap: int
    rows: tuple[SheetRow, ...]


def balance_sheet(
    work: Workspace,
    words: Words,
    *,
    on: str | None = None,
    bank: str = "fed",
    as_of: str | None = None,
) -> Sheet:
    """Both sides of a central bank's balance sheet on one day.

    Every whole equals its parts; what the publisher does not itemise is a line of its own.

    Parameters
    ----------
    on
        The day of the sheet, for the Federal Reserve a Wednesday; by default the last known.
    bank
        The central bank.
    as_of
        A date or a time with a zone: only what was known then is used.
    """
    chart = plugin("banks", bank, Bank).chart
    view = work.view(sheet.needs(chart), as_of)
    day = parse_date(on, what="on") if on else sheet.latest(chart, view)
    found = sheet.balance_sheet(chart, view, day)
    try:
        changes = found.changes(sheet.balance_sheet(chart, view, day - timedelta(weeks=1)))
    except LookaheadError:
        changes = {}
    return Sheet(
        as_of=view.as_of,
        bank=bank,
        date=day,
        unit=found.unit.symbol,
        gap=found.gap,
        rows=tuple(
            SheetRow(
                account=line.account,
                title=words.text(line.title),
                side=line.side,
                depth=line.depth,
                amount=line.amount,
                change=changes.get(line.account),
                residual=line.residual,
                revised=line.revised,
                known_at=line.known_at,
            )
            for line in found.lines
        ),
    )
