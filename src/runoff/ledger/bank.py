"""What a plug-in in `banks/` is: a chart of accounts, and net liquidity where the term means something."""

from __future__ import annotations

from dataclasses import dataclass

from runoff.core.accounts import Chart
from runoff.core.errors import ConfigError
from runoff.ledger.net_liquidity import Definition


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """A central bank."""

    chart: Chart
    net_liquidity: Definition | None = None

    def defined_net_liquidity(self) -> Definition:
        """The definition of net liquidity.

        Raises
        ------
        ConfigError
            If the term means nothing for this bank.
        """
        if self.net_liquidity is None:
            raise ConfigError("net liquidity is not defined for {bank!r}", bank=self.chart.bank)
        return self.net_liquidity
