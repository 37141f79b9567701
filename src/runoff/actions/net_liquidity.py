"""Net liquidity over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from runoff.actions.workspace import Workspace
from runoff.core.errors import ConfigError
from runoff.core.language import Words
from runoff.core.registry import plugin
from runoff.core.time import parse_date
from runoff.ledger.bank import Bank
from runoff.ledger.net_liquidity import Path, path

_SHOWN_WEEKS = 13
_COLUMNS = ("date", "total_assets", "tga", "on_rrp", "net_liquidity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Net liquidity of one day and its lines; a line that the variant does not use, or a gap, is None."""

    date: date
    total_assets: int | None
    tga: int | None
    on_rrp: int | None
    net_liquidity: int | None
    supplying: int | None = None
    remittances: int | None = None
    foreign_rrp: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetLiquidity:
    """A path of net liquidity in `unit`, as known at `as_of`; `columns` are those that the variant fills."""

    as_of: datetime
    variant: str
    definition: str
    unit: str
    columns: tuple[str, ...]
    rows: tuple[Week, ...]


def net_liquidity(
    work: Workspace,
    words: Words,
    *,
    from_: str | None = None,
    to: str | None = None,
    variant: str = "level",
    bank: str = "fed",
    as_of: str | None = None,
) -> NetLiquidity:
    """Net liquidity over time, in one of its named variants.

    All lines of a row are of the same Wednesday. Amounts are in millions.

    Parameters
    ----------
    from_
        The first date; by default thirteen weeks before the last.
    to
        The last date; by default the last known.
    variant
        level (the default), daily, table1, average, with_remittances or broad.
    bank
        The central bank.
    as_of
        A date or a time with a zone: only what was known then is used.
    """
    definition = plugin("banks", bank, Bank).defined_net_liquidity()
    chosen = definition.variant(variant)
    view = work.view(definition.needs(), as_of)
    found = path(view, definition, chosen)
    end = parse_date(to, what="to") if to else date.fromordinal(int(found.periods[-1]))
    start = parse_date(from_, what="from") if from_ else end - timedelta(weeks=_SHOWN_WEEKS)
    if start > end and to is None:
        raise ConfigError(
            "from {start}: the last day known is {end}; choose an earlier one", start=start, end=end
        )
    if start > end:
        raise ConfigError("from {start} is after to {end}: turn them round", start=start, end=end)
    extra = tuple(line for line in found.lines if line not in _COLUMNS)
    return NetLiquidity(
        as_of=view.as_of,
        variant=chosen.id,
        definition=words.text(chosen.says),
        unit=definition.unit.symbol,
        columns=(*_COLUMNS, *extra),
        rows=_rows(found, start, end),
    )


def _rows(found: Path, start: date, end: date) -> tuple[Week, ...]:
    chosen = np.flatnonzero((found.periods >= start.toordinal()) & (found.periods <= end.toordinal()))

    def amount(line: str, index: int) -> int | None:
        values = found.net if line == "net_liquidity" else found.lines.get(line)
        return None if values is None or not np.isfinite(values[index]) else round(float(values[index]))

    names = (*_COLUMNS[1:], "supplying", "remittances", "foreign_rrp")
    return tuple(
        Week(
            date=date.fromordinal(int(found.periods[index])),
            **{name: amount(name, index) for name in names},
        )
        for index in chosen.tolist()
    )
