"""Everything a user can do, one typed function each: it takes a workspace and words, returns a value, prints nothing.

Surfaces are derived from `ACTIONS` and from the signatures and docstrings of the functions it names. Modules are named
and not imported here, so that a surface loads only what it runs.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action by name: where its function is, and what it answers in one line."""

    name: str
    target: str
    summary: str

    def function(self) -> Callable[..., object]:
        """Import the function."""
        module, _, name = self.target.partition(":")
        function: Callable[..., object] = getattr(importlib.import_module(module), name)
        return function


_ACTIONS = (
    (
        "brief",
        "brief:brief",
        "Where the liquidity is, what moved it, what policy does, whether funding is tight.",
    ),
    (
        "net-liquidity",
        "net_liquidity:net_liquidity",
        "Net liquidity over time, in one of its named variants.",
    ),
    (
        "balance-sheet",
        "balance_sheet:balance_sheet",
        "Both sides of a central bank's balance sheet on one day.",
    ),
    ("policy", "policy:policy", "The balance-sheet policy in force on a day, as it was known then."),
    (
        "signals",
        "signals:signals",
        "What every signal says, how sure it is, and which number decided, held against which threshold.",
    ),
    (
        "signal-history",
        "signal_history:signal_history",
        "What a signal said at the end of each Wednesday, market day or month, read from what was known then.",
    ),
    (
        "read-statement",
        "read_statement:read_statement",
        "What a statement, an implementation note, a text of the Desk or minutes decide about the balance sheet.",
    ),
    (
        "diff-statements",
        "diff_statements:diff_statements",
        "How a statement differs from one before it: words removed and added, sentence by sentence.",
    ),
    (
        "redemptions",
        "redemptions:redemptions",
        "What of the Federal Reserve's Treasury holdings matures, is redeemed and is rolled over, month by month.",
    ),
    (
        "project",
        "project:project",
        "Both sides of the Federal Reserve's balance sheet, month by month, under a policy and a scenario.",
    ),
    (
        "compare",
        "compare:compare",
        "Policies or scenarios side by side: one line of the sheet, month by month.",
    ),
    (
        "sweep",
        "sweep:sweep",
        "Policies, scenarios and seeds, each with each, on many paths, to Parquet: on this machine or on a cluster.",
    ),
    (
        "fan",
        "fan:fan",
        "How far a line of the sheet may come out from its projection: quantiles of many paths, month by month.",
    ),
    (
        "crossing",
        "crossing:crossing",
        "When reserves fall below a threshold: the odds by date, over many paths.",
    ),
    (
        "odds",
        "odds:odds",
        "How likely losses, a deferred asset, a binding MBS cap and a smaller sheet are, month by month.",
    ),
    (
        "scorecard",
        "scorecard:scorecard",
        "How far past projections were from what came, whether their bands held it, and whether naive ones did better.",
    ),
    (
        "portfolio",
        "portfolio:portfolio",
        "What the Federal Reserve holds: by type, by maturity, and how far it is from the published total.",
    ),
    (
        "income",
        "income:income",
        "What the Federal Reserve earns and pays, what it remits, and its deferred asset.",
    ),
    (
        "policies",
        "named:policies",
        "The named policies to project with; a TOML file of your own does as well.",
    ),
    (
        "scenarios",
        "named:scenarios",
        "The named scenarios to project with; a TOML file of your own does as well.",
    ),
    ("series", "series:series", "The values of one series, as known at a date."),
    (
        "data status",
        "data_status:data_status",
        "What is in the store, how fresh it is, and what brings the rest.",
    ),
    (
        "data why",
        "data_why:data_why",
        "Why a series says what it says of a period: every vintage, when it was known, from which file.",
    ),
    (
        "data copy",
        "data_copy:data_copy",
        "Copy the whole store into another, empty one: from SQLite to PostgreSQL, or back.",
    ),
    (
        "update",
        "update:update",
        "Bring in what publishers have that the store does not, without a key.",
    ),
    (
        "import",
        "import_folder:import_folder",
        "Bring files of your own into the store: a folder with a manifest, or one CSV file as one series.",
    ),
    (
        "import-book",
        "import_book:import_book",
        "Bring a file of holdings, security by security, into the store as the book of one date.",
    ),
)

# Commands that stand for several, each named by its first word.
GROUPS: Mapping[str, str] = {"data": "What is in the store: how fresh it is, and where it comes from."}

ACTIONS: Mapping[str, Action] = {
    name: Action(name=name, target=f"runoff.actions.{target}", summary=summary)
    for name, target, summary in _ACTIONS
}
