"""The Eurosystem: the consolidated weekly financial statement, the lines that matter for excess liquidity.

Amounts are in millions of euro, of a Friday. Liabilities other than the deposits of credit institutions absorb; the
current accounts and the deposit facility together are what banks hold, so both count as reserves here.

References
----------
European Central Bank, "Consolidated financial statement of the Eurosystem", notes; codes of its data portal (ILM).
"""

from __future__ import annotations

from runoff.core.accounts import Account, Chart, Sector, Side
from runoff.core.units import Unit
from runoff.ledger.bank import Bank

_LINES = (
    (Side.SUPPLYING, "supplying", "Total assets", "ILM.T000000", None, None),
    (Side.SUPPLYING, "lending", "Lending to euro area credit institutions", "ILM.A050000", "supplying", Sector.BANKS),
    (Side.SUPPLYING, "securities", "Securities of euro area residents", "ILM.A070000", "supplying", None),
    (
        Side.SUPPLYING, "policy_securities", "Securities held for monetary policy purposes", "ILM.A070100",
        "securities", Sector.TREASURY,
    ),
    (Side.ABSORBING, "absorbing", "Liabilities other than to credit institutions", "ILM.L_OTHER", None, None),
    (Side.ABSORBING, "currency", "Banknotes in circulation", "ILM.L010000", "absorbing", Sector.HOUSEHOLDS),
    (
        Side.ABSORBING, "government_deposits", "Deposits of general government", "ILM.L050100", "absorbing",
        Sector.TREASURY,
    ),
    (Side.RESERVES, "reserves", "Liabilities to euro area credit institutions", "ILM.L020000", None, Sector.BANKS),
    (Side.RESERVES, "current_accounts", "Current accounts", "ILM.L020100", "reserves", Sector.BANKS),
    (Side.RESERVES, "deposit_facility", "Deposit facility", "ILM.L020200", "reserves", Sector.BANKS),
)  # fmt: skip

BANK = Bank(
    chart=Chart(
        bank="ecb",
        title="Eurosystem",
        unit=Unit.parse("EUR mn"),
        tolerance=1,
        accounts=tuple(
            Account(
                id=account,
                title=title,
                side=side,
                series=f"ecb:{code}",
                parent=parent,
                counterparty=counterparty,
            )
            for side, account, title, code, parent, counterparty in _LINES
        ),
    ),
)
