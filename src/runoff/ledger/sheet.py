"""From a chart of accounts and a view to a balance sheet in which every parent equals its parts.

What a publisher does not itemise is a line of its own, named as such; nothing is spread or hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from runoff.core.accounts import RESIDUAL, Account, BalanceSheet, Chart, Line, Side
from runoff.core.errors import IdentityError
from runoff.core.series import Observation, align
from runoff.core.units import Measure, require_same
from runoff.core.view import Needs, View

# What a whole leaves over once its parts are taken away: all of them, or those that are published.
ROUNDING, NOT_ITEMISED = "Rounding", "Not itemised"


def needs(chart: Chart) -> Needs:
    """The series a sheet is made of: the three totals, and every line that is there."""
    totals = frozenset(chart.total(side).series for side in Side)
    return Needs(series=totals, optional=frozenset(a.series for a in chart.accounts) - totals)


def whole(observation: Observation) -> int:
    """A published amount as a whole number of its unit.

    Raises
    ------
    IdentityError
        If it is not whole.
    """
    amount = round(observation.value)
    if amount != observation.value:
        raise IdentityError(
            "{id} of {period} is {value}, not a whole number of {unit}",
            id=observation.series.id,
            period=observation.period,
            value=observation.value,
            unit=observation.series.unit.symbol,
        )
    return amount


def balance_sheet(chart: Chart, view: View, period: date) -> BalanceSheet:
    """Both sides of the sheet of `period`, as known in `view`.

    1. Each account takes the amount published for exactly `period`.
    2. A parent with parts is followed by them, and by what they leave over: rounding where every part is known
       (`_parts`) and it is no larger than rounding can be (`_rounding`), else not itemised. A part whose own total is
       not published stands directly under the next one that is.
    3. Supplying less absorbing less reserves must be within the chart's tolerance.

    Raises
    ------
    LookaheadError
        If a total of that date was not known.
    IdentityError
        If the totals do not balance.
    UnitError
        If a series is not in the unit of the chart.
    """
    known: dict[str, Observation] = {}
    for account in chart.accounts:
        root = account.parent is None
        series = view.series(account.series) if root else view.known(account.series)
        if series is None:
            continue
        if (found := series.at(period) if root else series.on(period)) is not None:
            _require_unit(chart, account, found)
            known[account.id] = found
    lines = [line for side in Side for line in _lines(chart, known, chart.total(side), 0)]
    totals = {side: next(line.amount for line in lines if line.side is side) for side in Side}
    gap = totals[Side.SUPPLYING] - totals[Side.ABSORBING] - totals[Side.RESERVES]
    if abs(gap) > chart.tolerance:
        raise IdentityError(
            "{bank} of {period}: supplying {supplying} less absorbing {absorbing} is not reserves {reserves}: off "
            "by {gap} {unit}",
            bank=chart.bank,
            period=period,
            supplying=totals[Side.SUPPLYING],
            absorbing=totals[Side.ABSORBING],
            reserves=totals[Side.RESERVES],
            gap=gap,
            unit=chart.unit.symbol,
        )
    return BalanceSheet(bank=chart.bank, period=period, unit=chart.unit, lines=tuple(lines), gap=gap)


def latest(chart: Chart, view: View) -> date:
    """The last day for which all three totals were known.

    Raises
    ------
    LookaheadError, Unavailable
        If a total was not known at all, or is not in the store.
    """
    totals = [view.series(chart.total(side).series) for side in Side]
    return date.fromordinal(int(align(*totals)[0][-1]))


def _require_unit(chart: Chart, account: Account, found: Observation) -> None:
    require_same(
        f"{chart.bank} {account.id}",
        (chart.unit, Measure.STOCK),
        (found.series.unit, found.series.measure),
    )


def _lines(chart: Chart, known: dict[str, Observation], account: Account, depth: int) -> Iterator[Line]:
    observation = known[account.id]
    amount = account.sign * whole(observation)
    yield Line(
        account=account.id,
        title=account.title,
        side=account.side,
        depth=depth,
        amount=amount,
        residual=False,
        revised=observation.revised,
        assumed=observation.assumed,
        known_at=observation.known_at,
        digest=observation.digest,
    )
    parts, complete = _parts(chart, known, account.id)
    rest = amount
    for part in parts:
        for index, line in enumerate(_lines(chart, known, part, depth + 1)):
            rest -= line.amount if index == 0 else 0
            yield line
    if parts and rest:
        yield Line(
            account=f"{account.id}{RESIDUAL}",
            title=ROUNDING if complete and abs(rest) <= _rounding(len(parts)) else NOT_ITEMISED,
            side=account.side,
            depth=depth + 1,
            amount=rest,
            residual=True,
            revised=observation.revised,
            assumed=observation.assumed,
            known_at=observation.known_at,
            digest=observation.digest,
        )


def _rounding(parts: int) -> int:
    """By how much whole parts can miss their whole: it and each of them is off by half a unit at most."""
    return (parts + 1) // 2


def _parts(chart: Chart, known: dict[str, Observation], account_id: str) -> tuple[list[Account], bool]:
    """The known parts of an account, those of an unknown part in its stead, and whether they are all of it."""
    parts: list[Account] = []
    complete = True
    for child in chart.children(account_id):
        if child.id in known:
            parts.append(child)
        else:
            below, all_below = _parts(chart, known, child.id)
            parts += below
            complete = complete and bool(below) and all_below
    return parts, complete
