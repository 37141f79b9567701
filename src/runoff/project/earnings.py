"""What the assets of a projection earned and will earn, and where the deferred asset stands.

Income of the past stands on published balances and modelled holdings, that of the future on the projected sheet. A
record begins with the book whose premiums are known; for a later book it is run from that one first (`Standing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from runoff.core.series import FloatArray, IntArray, Series
from runoff.core.time import month_after
from runoff.core.view import Needs, View
from runoff.ledger.net_liquidity import Definition
from runoff.project import income
from runoff.project.cohorts import Accumulation
from runoff.project.income import IncomePath
from runoff.project.liabilities import Opening, SheetPath
from runoff.project.mortgages import MortgagePath
from runoff.project.rates import Rates
from runoff.project.treasuries import TreasuryPath

_MILLION = 1e6
_DAY = timedelta(days=1)
_MONTHS_A_YEAR = 12
_BALANCES: Final[Mapping[str, str]] = {
    "reserves": "frb:WRBWFRBL",
    "on_rrp": "frb:WLRRAOL",
    "foreign_rrp": "frb:WLRRAFOIAL",
    "loans": "frb:WLCFLL",
}
_PPPLF: Final = "frb:H41RESPPALDJNWW"  # loans at 0.35 percent: next to nothing
NEEDS: Final = Needs(series=frozenset({*_BALANCES.values(), _PPPLF}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the accounts stand at the end of a day: the deferred asset, and premiums not yet written off; dollars."""

    deferred: float
    premiums: income.Premiums

    @staticmethod
    def at_first(day: date) -> Standing:
        """That of the book whose premiums are known, in profit then; of another day nothing is known."""
        if day == income.SOMA_PREMIUMS.date:
            return Standing(deferred=0.0, premiums=income.SOMA_PREMIUMS)
        return Standing(deferred=0.0, premiums=income.Premiums(date=day, treasuries=0.0, mortgages=0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """What the assets earn in every month from the book's date, dollars, paths by months."""

    treasuries: income.TreasuryIncome
    mortgages: FloatArray
    amortisation: income.Amortisation

    @staticmethod
    def of(
        path: TreasuryPath,
        found: Rates,
        built: Accumulation,
        agency: MortgagePath,
        earlier: MortgagePath,
        first: int,
        premiums: income.Premiums,
    ) -> Earned:
        """What both halves earn; premiums are written off from their date, that of the book."""
        start = premiums.date
        principal, held = (
            np.concatenate([np.array(before)[np.newaxis, :first], after], axis=1)
            for before, after in zip(
                _repaid(built, path.months[:first]),
                (agency.scheduled + agency.prepaid, agency.opening),
                strict=True,
            )
        )
        return Earned(
            treasuries=income.treasury_income(path, found, start=start),
            mortgages=_from_start(
                np.concatenate([earlier.interest[:, :first], agency.interest], axis=1), path.months, start
            ),
            amortisation=income.premium_amortisation(path, principal=principal, held=held, premiums=premiums),
        )

    def upto(self, months: int) -> Earned:
        """The same of the first months only."""
        cut = {
            name: getattr(self.treasuries, name)[:, :months]
            for name in ("coupons", "indexation", "discount", "floating")
        }
        return Earned(
            treasuries=income.TreasuryIncome(months=self.treasuries.months[:months], **cut),
            mortgages=self.mortgages[:, :months],
            amortisation=income.Amortisation(
                **{
                    name: getattr(self.amortisation, name)[:, :months]
                    for name in ("treasuries", "mortgages", "treasuries_left", "mortgages_left")
                }
            ),
        )


def _from_start(amounts: FloatArray, months: IntArray, start: date) -> FloatArray:
    """Amounts of whole months, the first for the part of it that lies after `start`."""
    found = amounts.copy()
    found[:, 0] *= 1 - ((start + _DAY).toordinal() - int(months[0])) / _days(int(months[0]))
    return found


def _repaid(built: Accumulation, months: IntArray) -> tuple[Sequence[float], Sequence[float]]:
    """Principal of each month, and what was held at its start, dollars."""
    levels = np.concatenate([[0.0], np.cumsum(built.bought - built.principal)])
    places = np.searchsorted(built.months, months)
    return [float(built.principal[p]) for p in places], [float(levels[p]) for p in places]


def past_income(
    view: View, definition: Definition, earned: Earned, found: Rates, first: int, standing: Standing
) -> IncomePath:
    """Income from the book's date to the end of the first projected month, on published balances.

    Other deposits follow from the deferred asset that is among the same lines: it is taken as nil, then as found, until
    it no longer moves.
    """
    start, past = standing.premiums.date, earned.upto(first + 1)
    known = np.full((1, first + 1), standing.deferred)
    while True:
        path = income.income(
            past.treasuries,
            found,
            mortgages=past.mortgages,
            amortisation=past.amortisation,
            balances=_balances(view, definition, past.treasuries.months, start, known),
            deferred=standing.deferred,
            start=start,
        )
        if np.allclose(path.deferred_asset, known, rtol=0.0, atol=_MILLION):
            return path
        known = path.deferred_asset


def deferred_at(past: IncomePath, opening: float, start: date, book: date) -> float:
    """The deferred asset at the end of `start`, dollars: in its month, so much of the change as days have passed."""
    before, after = np.concatenate([np.full((1, 1), opening), past.deferred_asset], axis=1)[0, -2:]
    month = int(past.months[-1])
    begun = max(month - 1, book.toordinal())
    passed = (start.toordinal() - begun) / (month + _days(month) - 1 - begun)
    return float(before + passed * (after - before))


def other_income(
    opened: Opening, deferred: float, lending: FloatArray, found: Rates, *, added: FloatArray | float = 0.0
) -> FloatArray:
    """Interest on loans less that on other deposits in each month, dollars; the deposits stay as they are.

    `added` is by how much what absorbs beside is higher, dollars.
    """
    absorbing = opened.other_absorbing * _MILLION + np.asarray(added, dtype=np.float64)
    deposits = income.other_deposits(absorbing, deferred)
    lent = lending * (found.reserves + income.LOANS_OVER_RESERVES)
    return (lent - deposits * found.reserves) / 100 / _MONTHS_A_YEAR


def _balances(
    view: View, definition: Definition, months: IntArray, start: date, deferred: FloatArray
) -> income.Balances:
    """Averages of the Wednesdays of each month, dollars."""
    lines = {name: _monthly(view.series(series), months, start) for name, series in _BALANCES.items()}
    others = {
        name: _monthly(view.series(definition.bridge[name]), months, start)
        for name in ("absorbing", "currency", "reverse_repos", "tga")
    }
    absorbing = others["absorbing"] - others["currency"] - others["reverse_repos"] - others["tga"]
    lines["loans"] = np.maximum(lines["loans"] - _monthly(view.series(_PPPLF), months, start), 0.0)
    return income.Balances(**lines, other_deposits=income.other_deposits(absorbing, deferred))


def _monthly(series: Series, months: IntArray, start: date) -> FloatArray:
    found = np.empty((1, len(months)))
    for place, first in enumerate(months.tolist()):
        end = month_after(date.fromordinal(first)).toordinal()
        inside = (series.periods >= max(first, start.toordinal())) & (series.periods < end)
        found[0, place] = series.values[inside].mean() if np.any(inside) else series.values[-1]
    return found * _MILLION


def income_path(
    view: View,
    definition: Definition,
    earned: Earned,
    found: Rates,
    past: IncomePath,
    sheet: SheetPath,
    opened: Opening,
    first: int,
    standing: Standing,
) -> IncomePath:
    """Income from the book's date to the horizon: on published balances, then on those projected."""
    start = standing.premiums.date
    earlier = _balances(view, definition, found.months[:first], start, past.deferred_asset[:, :first])
    lines = {}
    for name in _BALANCES:
        levels = sheet.lines[name] * _MILLION
        before = np.full((len(levels), 1), getattr(opened, name) * _MILLION)
        averages = (np.concatenate([before, levels[:, :-1]], axis=1) + levels) / 2
        lines[name] = np.concatenate([getattr(earlier, name), averages], axis=1)
    absorbing, deferred = (
        _MILLION * sheet.lines[name].astype(np.float64) for name in ("other_absorbing", "deferred_asset")
    )
    others = income.other_deposits(absorbing, deferred)
    return income.income(
        earned.treasuries,
        found,
        mortgages=earned.mortgages,
        amortisation=earned.amortisation,
        balances=income.Balances(
            **lines, other_deposits=np.concatenate([earlier.other_deposits, others], axis=1)
        ),
        deferred=standing.deferred,
        start=start,
    )


def standing_at(earned: Earned, past: IncomePath, opening: float, day: date, book: date) -> Standing:
    """The accounts at the end of a day in the last month of a record; premiums go evenly within the month."""
    month = int(past.months[-1])
    begun = max(month - 1, book.toordinal())
    passed = (day.toordinal() - begun) / (month + _days(month) - 1 - begun)

    def left(written_off: FloatArray, at_end: FloatArray) -> float:
        place = len(past.months) - 1
        return float(at_end[0, place] + (1 - passed) * written_off[0, place])

    gone = earned.amortisation
    return Standing(
        deferred=deferred_at(past, opening, day, book),
        premiums=income.Premiums(
            date=day,
            treasuries=left(gone.treasuries, gone.treasuries_left),
            mortgages=left(gone.mortgages, gone.mortgages_left),
        ),
    )


def _days(first: int) -> int:
    return month_after(date.fromordinal(int(first))).toordinal() - int(first)
