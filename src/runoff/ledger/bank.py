"""What a plug-in in `banks/` is: a chart of accounts, and net liquidity where the term means something."""

from __future__ import annotations

from dataclasses import dataclass

from runoff.core.accounts import Chart
from runoff.ledger.net_liquidity import Definition


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """A central bank."""

    chart: Chart
    net_liquidity: Definition | None = None
