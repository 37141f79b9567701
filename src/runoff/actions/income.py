"""What the Federal Reserve earns and pays, and its deferred asset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import numpy as np

from runoff.actions.projections import (
    DEFAULT_HORIZON,
    DEFAULT_POLICY,
    DEFAULT_SCENARIO,
    Run,
    month_end,
    notes,
    run,
)
from runoff.actions.workspace import Workspace
from runoff.core.language import Words, said
from runoff.core.report import Figure, Plot, PlotKind, Row, Section, Style, Table
from runoff.core.series import FloatArray
from runoff.core.units import Frequency, Unit

_MILLION = 1e6
_UNIT = Unit.parse("USD mn")
_SHOWN = {
    "interest_income": said("Interest income"),
    "interest_expense": said("Interest expense"),
    "net_income": said("Net income"),
    "remitted": said("Remitted to the Treasury"),
    "deferred_asset": said("Deferred asset"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomePeriod:
    """Income of a month or a year in millions; the deferred asset stands at its end.

    `projected` says that at least one of its months is; `premiums` are written off, and below nil where they are.
    """

    period: str
    date: date
    projected: bool
    coupons: int
    inflation_compensation: int
    bills: int
    floating_rate_notes: int
    mbs: int
    loans: int
    premiums: int
    interest_income: int
    interest_on_reserves: int
    interest_on_other_deposits: int
    interest_on_on_rrp: int
    interest_on_foreign_rrp: int
    interest_expense: int
    costs: int
    net_income: int
    dividends: int
    remitted: int
    deferred_asset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeReport:
    """Income from the date of the book to the horizon: modelled on published balances, then projected.

    `last_past` is the last month of which nothing is projected, by its last day, and `deferred_asset_then` what stood
    at its end, in millions: nil before the first such month.
    """

    as_of: datetime
    policy: str
    policy_title: str
    scenario: str
    book: date
    start: date
    hindsight: bool
    unit: str
    last_past: date | None
    deferred_asset_then: int
    notes: tuple[str, ...]
    rows: tuple[IncomePeriod, ...]

    def section(self, words: Words) -> Section:
        """The deferred asset in a sentence, the periods as a table, income and expense as a picture."""
        last = self.rows[-1]
        sentences = [
            words.text(
                'Under the policy "{policy}" the deferred asset stands at {ahead} at the end of {period}.',
                policy=words.text(self.policy_title),
                ahead=words.amount(last.deferred_asset, _UNIT),
                period=words.period(last.date, Frequency.MONTHLY),
            )
        ]
        if self.last_past is not None:
            sentences.append(
                words.text(
                    "At the end of {period} it stood at {amount} on published balances and modelled holdings.",
                    period=words.period(self.last_past, Frequency.MONTHLY),
                    amount=words.amount(self.deferred_asset_then, _UNIT),
                )
            )
        sentences.append(
            words.text(
                "Twelve Reserve Banks remit each for itself; this is their sum, so that a profit of one is set off "
                "against a loss of another, which in fact it is not."
            )
        )
        return Section(
            title=words.text("Income of the Federal Reserve"),
            sentences=(*sentences, *self.notes),
            tables=(
                Table(
                    id="income",
                    title=words.text("Income by period"),
                    columns=tuple(words.text(title) for title in _SHOWN.values()),
                    rows=tuple(
                        Row(
                            label=f"{row.period} *" if row.projected else row.period,
                            cells=tuple(
                                Figure(
                                    id=f"{name}_{row.period}",
                                    label=words.text(title),
                                    value=getattr(row, name),
                                    unit=self.unit,
                                    period=row.date,
                                    known_at=None,
                                    style=Style.LEVEL,
                                )
                                for name, title in _SHOWN.items()
                            ),
                        )
                        for row in self.rows
                    ),
                    note=words.text(
                        "* projected, in whole or in part; the first period begins after {book}, the last ends in "
                        "{month}.",
                        book=words.date(self.book),
                        month=words.period(last.date, Frequency.MONTHLY),
                    ),
                ),
            ),
            plots=(
                Plot(
                    id="deferred",
                    title=words.text("Deferred asset"),
                    kind=PlotKind.LINES,
                    unit=self.unit,
                    periods=np.array([row.date.toordinal() for row in self.rows]),
                    lines={
                        words.text("Deferred asset"): np.array(
                            [row.deferred_asset for row in self.rows], dtype=float
                        )
                    },
                    description=words.text("Losses not yet made good, at the end of each period."),
                ),
            ),
        )


def income(
    work: Workspace,
    words: Words,
    *,
    policy: str = DEFAULT_POLICY,
    scenario: str = DEFAULT_SCENARIO,
    horizon: int = DEFAULT_HORIZON,
    by: Literal["year", "month"] = "year",
    as_of: str | None = None,
) -> IncomeReport:
    """What the Federal Reserve earns and pays, what it remits, and its deferred asset.

    Amounts are in millions, from the date of the book of holdings on.

    Parameters
    ----------
    policy
        A policy by name (`runoff policies` lists them), or a TOML file of your own.
    scenario
        A scenario by name (`runoff scenarios` lists them), or a TOML file of your own.
    horizon
        How many month ends.
    by
        Years or months.
    as_of
        A date or a time with a zone; by default the last moment at which anything in the store became known.
    """
    made = run(work, policy, scenario, as_of=as_of, horizon=horizon)
    past = made.found.first - 1
    return IncomeReport(
        as_of=made.view.as_of,
        policy=made.policy.id,
        policy_title=made.policy.title,
        scenario=made.scenario.id,
        book=made.found.book.date,
        start=made.found.start,
        hindsight=made.hindsight,
        unit=_UNIT.symbol,
        last_past=month_end(int(made.found.income.months[past])) if past >= 0 else None,
        deferred_asset_then=round(float(made.found.income.deferred_asset[0, past]) / _MILLION)
        if past >= 0
        else 0,
        notes=notes(made, words),
        rows=tuple(_periods(made, by)),
    )


def _periods(made: Run, by: Literal["year", "month"]) -> Iterator[IncomePeriod]:
    found = made.found.income
    months = [date.fromordinal(int(month)) for month in found.months]
    names = [f"{month:%Y}" if by == "year" else f"{month:%Y-%m}" for month in months]
    for name in dict.fromkeys(names):
        places = [place for place, other in enumerate(names) if other == name]

        def total(amounts: FloatArray, places: list[int] = places) -> int:
            return round(float(amounts[0, places].sum()) / _MILLION)

        earned = {kind: total(amounts) for kind, amounts in found.interest_income.items()}
        paid = {kind: total(amounts) for kind, amounts in found.interest_expense.items()}
        yield IncomePeriod(
            period=name,
            date=month_end(int(found.months[places[-1]])),
            projected=places[-1] >= made.found.first,
            coupons=earned["treasuries"],
            inflation_compensation=earned["indexation"],
            bills=earned["bills"],
            floating_rate_notes=earned["floating"],
            mbs=earned["mbs"],
            loans=earned["loans"],
            premiums=earned["premiums"],
            interest_income=total(found.total_income),
            interest_on_reserves=paid["reserves"],
            interest_on_other_deposits=paid["other_deposits"],
            interest_on_on_rrp=paid["on_rrp"],
            interest_on_foreign_rrp=paid["foreign_rrp"],
            interest_expense=total(found.total_expense),
            costs=total(found.costs),
            net_income=total(found.net_income),
            dividends=total(found.dividends),
            remitted=total(found.remitted),
            deferred_asset=round(float(found.deferred_asset[0, places[-1]]) / _MILLION),
        )
