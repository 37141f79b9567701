"""An action as the command line meets it: a ladder and a path of months, told as one section."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np

from runoff.actions.workspace import Workspace
from runoff.core.language import Words
from runoff.core.report import Figure, Plot, PlotKind, Row, Section, Table

AS_OF = datetime(2026, 10, 1, 16, 30, tzinfo=ZoneInfo("America/New_York"))
CAP = "Cap & [more]"
STEPS = 4


class Kind(StrEnum):
    """Where a month comes from."""

    PUBLISHED = "published"
    PROJECTED = "projected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month with a cell of every kind."""

    month: date
    known_at: datetime
    held: int
    change: float | None
    never: float | None
    late: bool
    kind: Kind
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Twenty-four months, nine amounts each."""

    as_of: datetime
    rows: tuple[Month, ...]

    def section(self, words: Words) -> Section:
        """Return a sentence, a figure, a table of nine columns, and two pictures of bars."""
        months = np.array([row.month.toordinal() for row in self.rows])
        years = np.array([date(year, 1, 1).toordinal() for year in range(2026, 2057)])
        maturing = 40_000 + 25_000 * np.sin(np.arange(len(months)))
        cap = np.where(np.arange(len(months)) < 12, 30_000.0, 5_000.0)
        return Section(
            title=words.text("Outlook"),
            sentences=("It goes on.", "It may not."),
            figures=(_figure("held", "Held", self.rows[-1].held, self.rows[-1].month),),
            tables=(_table(self.rows),),
            plots=(
                Plot(
                    id="cap",
                    title="Redeemed against the cap",
                    kind=PlotKind.BARS,
                    unit="USD mn",
                    periods=months,
                    lines={
                        "Redeemed": np.minimum(maturing, cap),
                        "Rolled over": maturing - np.minimum(maturing, cap),
                        "Sold": np.full(len(months), -2_500.0),
                        CAP: cap,
                    },
                    over=frozenset({CAP}),
                    until=date(2026, 12, 31),
                ),
                Plot(
                    id="ladder",
                    title="Maturing by year",
                    kind=PlotKind.BARS,
                    unit="USD mn",
                    periods=years,
                    lines={
                        "Notes and bonds": 900_000 * np.exp(-np.arange(31) / 6),
                        "TIPS": np.full(31, 30_000.0),
                    },
                ),
            ),
        )


def _figure(figure_id: str, label: str, value: float, day: date) -> Figure:
    return Figure(id=figure_id, label=label, value=value, unit="USD mn", period=day, known_at=None)


def _table(rows: tuple[Month, ...]) -> Table:
    names = (
        "Total assets", "Treasury securities", "Mortgage-backed securities", "Currency in circulation",
        "Treasury General Account", "Others (ON RRP)", "Reserve balances", "Net liquidity", "Redeemed",
    )  # fmt: skip
    return Table(
        id="months",
        title="Month by month",
        columns=names,
        rows=tuple(
            Row(
                label=f"{row.month:%Y-%m}",
                cells=tuple(
                    _figure(f"{name} {row.month}", name, row.held + 1_111_111 * index, row.month)
                    for index, name in enumerate(names)
                ),
            )
            for row in rows
        ),
    )


def outlook(work: Workspace, words: Words, *, count: int = 24) -> Outlook:
    """An outlook.

    Parameters
    ----------
    count
        How many months.
    """
    for step in range(STEPS):
        if work.progress is not None:
            work.progress(f"step {step + 1} [of]", step + 1, STEPS)
            time.sleep(float(os.environ.get("SAMPLE_WAIT", "0")))  # a bar is drawn every tenth of a second
    return Outlook(
        as_of=AS_OF,
        rows=tuple(
            Month(
                month=date(2026 + (6 + index) // 12, (6 + index) % 12 + 1, 1),
                known_at=AS_OF,
                held=1_000_000 - 1000 * index,
                change=float("nan") if index == 1 else None if index == 2 else -0.5,
                never=None,
                late=index == 0,
                kind=Kind.PROJECTED if index > 2 else Kind.PUBLISHED,
                note="a, b" if index == 0 else None,
            )
            for index in range(count)
        ),
    )
