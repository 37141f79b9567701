"""Both sides of the balance sheet, with the change over the week, and over time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from runoff.core.accounts import BalanceSheet, Line, Side
from runoff.core.errors import LookaheadError, Unavailable
from runoff.core.language import Words
from runoff.core.registry import plugin
from runoff.core.report import Figure, Plot, PlotKind, Row, Section, SectionPlugin, Style, Table, no_data
from runoff.core.series import FloatArray, align
from runoff.core.units import USD_MILLIONS
from runoff.core.view import View
from runoff.ledger.bank import Bank
from runoff.ledger.sheet import balance_sheet, latest, needs

CHART = plugin("banks", "fed", Bank).chart
_SHOWN_DEPTH = 2

# The accounts that the plot stacks on either side of zero; what they leave of each side is stacked as "other".
_ABOVE = ("treasuries", "mbs", "loans")
_BELOW = ("reserves", "currency", "tga", "on_rrp", "foreign_rrp")


def write(view: View, words: Words) -> Section:
    """The sheet of the last Wednesday known, and the week's change where the Wednesday before is known."""
    title = words.text(TITLE)
    try:
        day = latest(CHART, view)
        sheet = balance_sheet(CHART, view, day)
    except (LookaheadError, Unavailable) as error:
        reason = words.text(error.template, **error.values)
        return Section(
            title=title,
            sentences=(words.text("No data: {reason}.", reason=reason),),
            figures=(no_data("supplying", title, USD_MILLIONS, reason),),
        )
    try:
        changes = sheet.changes(balance_sheet(CHART, view, day - timedelta(weeks=1)))
    except LookaheadError:
        changes = {}
    stale = view.is_late(CHART.total(Side.RESERVES).series)
    table = Table(
        id="balance_sheet",
        title=words.text("Supplying = absorbing + reserves"),
        columns=(words.date(day), words.text("1 week")),
        rows=tuple(
            _row(words, line, sheet, changes.get(line.account), stale=stale)
            for line in sheet.lines
            if line.depth <= _SHOWN_DEPTH and (line.amount or changes.get(line.account))
        ),
    )
    supplying, reserves = sheet.amount("supplying") or 0, sheet.amount("reserves") or 0
    sentence = words.text(
        "On {date} factors of {supplying} supplied reserve funds; {absorbing} was absorbed elsewhere and "
        "{reserves} was left as reserve balances.",
        date=words.date(day),
        supplying=words.amount(supplying, CHART.unit),
        absorbing=words.amount(supplying - reserves, CHART.unit),
        reserves=words.amount(reserves, CHART.unit),
    )
    return Section(title=title, sentences=(sentence,), tables=(table,), plots=(_plot(view, words),))


def _row(words: Words, line: Line, sheet: BalanceSheet, moved: int | None, *, stale: bool) -> Row:
    """A line and its change over the week, whose two days are of the same files."""
    label = words.text(line.title)
    start = sheet.period - timedelta(weeks=1)
    level = Figure(
        id=line.account,
        label=label,
        value=line.amount,
        unit=sheet.unit.symbol,
        period=sheet.period,
        known_at=line.known_at,
        assumed=line.assumed,
        revised=line.revised,
        stale=stale,
        digests=(line.digest,),
    )
    change = replace(level, id=f"{line.account}_1w", value=moved, since=start, style=Style.CHANGE)
    if moved is None:
        note = words.text("no data: a line of {date} is not known", date=words.date(start))
        change = no_data(change.id, label, sheet.unit, note, style=Style.CHANGE)
    return Row(
        label=label,
        cells=(level, change),
        depth=line.depth,
        emphasis=line.depth == 0,
        detail=line.account.startswith("loans.") or CHART.parent(line.account) == "loans",
    )


def _plot(view: View, words: Words) -> Plot:
    """Both sides stacked: supplying above zero, absorbing and reserves below."""
    accounts = ["supplying", *_ABOVE, "absorbing", *_BELOW]
    series = [view.series(CHART.account(account).series) for account in accounts]
    periods, values = align(*series)
    rows = dict(zip(accounts, values, strict=True))
    above = {words.text(CHART.account(a).title): rows[a] for a in _ABOVE}
    above[words.text("Other supplying")] = rows["supplying"] - sum(rows[a] for a in _ABOVE)
    below = {words.text(CHART.account(a).title): rows[a] for a in _BELOW}
    absorbed: FloatArray = np.sum([rows[a] for a in _BELOW if a != "reserves"], axis=0)
    below[words.text("Other absorbing")] = rows["absorbing"] - absorbed
    return Plot(
        id="balance_sheet",
        title=words.text("Both sides of the balance sheet, Wednesdays"),
        kind=PlotKind.STACKED,
        unit=CHART.unit.symbol,
        periods=periods,
        lines=above | below,
        below=frozenset(below),
        description=words.text(
            "What supplies reserve funds above zero, what absorbs them and reserves below."
        ),
    )


TITLE = "Balance sheet"
SECTION = SectionPlugin(order=30, title=TITLE, needs=needs(CHART), write=write)
