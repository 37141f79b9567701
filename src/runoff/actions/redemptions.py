"""What of the Treasury holdings matures, is redeemed and is rolled over, month by month."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from runoff.actions.workspace import Workspace
from runoff.core.errors import ConfigError, Unavailable
from runoff.core.holdings import Book
from runoff.core.language import Words
from runoff.core.time import parse_date
from runoff.core.units import Frequency
from runoff.core.view import Needs, View
from runoff.project.auctions import cycle
from runoff.project.plan import treasury_caps
from runoff.project.inflation import LONGER_RUN_GOAL, ConsumerPrices
from runoff.project.treasuries import Portfolio, TreasuryPath, TreasuryPlan, months_after, project

_PORTFOLIO, _BANK, _PRICES = "soma", "fed", "bls:CUUR0000SA0"
_UNIT = "USD mn"
_MILLION = 1e6
_SHOWN_MONTHS = 24
# Beyond, hardly a security of the book is left, and nothing is known of what replaced it.
_LONGEST_YEARS = 40
_COLUMNS = (
    "month",
    "coupons_maturing",
    "coupons_redeemed",
    "coupons_rolled",
    "bills_maturing",
    "bills_redeemed",
    "bills_rolled",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionMonth:
    """A month in millions: maturing by maturity date, redeemed under the month's cap, rolled when it is exchanged."""

    month: str
    coupons_maturing: int
    coupons_redeemed: int
    coupons_rolled: int
    bills_maturing: int
    bills_redeemed: int
    bills_rolled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemptions:
    """Redemptions from the book of a date, under the policy known at `as_of`; `prices` says what is assumed of them."""

    # A hundred columns have no room for all; bills maturing are, but for a holiday, those redeemed and rolled.
    SHOWN: ClassVar = tuple(name for name in _COLUMNS if name != "bills_maturing")

    as_of: datetime
    book: date
    prices: str
    unit: str
    columns: tuple[str, ...]
    rows: tuple[RedemptionMonth, ...]


def redemptions(
    work: Workspace,
    words: Words,
    *,
    book: str | None = None,
    from_: str | None = None,
    to: str | None = None,
    inflation: float = LONGER_RUN_GOAL,
    as_of: str | None = None,
) -> Redemptions:
    """What of the Federal Reserve's Treasury holdings matures, is redeemed and is rolled over, month by month.

    Amounts are in millions. What is rolled over buys the Treasury's regular offerings and matures again.

    Parameters
    ----------
    book
        The date of the holdings; by default the last known.
    from_
        The first month, as 2022-06; by default the first whole month after the book.
    to
        The last month; by default 24 months after the book.
    inflation
        What consumer prices are assumed to grow by after the last known, in percent a year.
    as_of
        A date or a time with a zone: only holdings, policy, prices and auction sizes known then are used.
    """
    if not math.isfinite(inflation) or not -50 <= inflation <= 50:
        raise ConfigError(
            "inflation: {inflation} is no rate in percent a year from -50 to 50", inflation=inflation
        )
    view = work.view(
        Needs(series=frozenset({_PRICES}), policy=frozenset({_BANK}), books=frozenset({_PORTFOLIO})), as_of
    )
    held = _book(view, book, words)
    first, last = _months(held.date, from_, to)
    prices = ConsumerPrices.of(view.series(_PRICES), growth=inflation)
    path = _projected(view, held, prices, last)
    return Redemptions(
        as_of=view.as_of,
        book=held.date,
        prices=words.text(
            "known to {month}, then {growth}% a year",
            month=words.period(prices.last, Frequency.MONTHLY),
            growth=f"{inflation:g}",
        ),
        unit=_UNIT,
        columns=_COLUMNS,
        rows=tuple(_rows(path, first)),
    )


def _book(view: View, text: str | None, words: Words) -> Book:
    """The book of a date, or the last known.

    Raises
    ------
    Unavailable
        If there is none, or it was not known yet.
    """
    if text is None:
        if (latest := view.book(_PORTFOLIO)) is None:
            raise Unavailable(
                "no book of holdings was known at {as_of}; at hand: {dates}",
                as_of=words.instant(view.as_of),
                dates=_dates(view),
            )
        return latest
    day = parse_date(text, what="book")
    books = [b for b in view.history.books if b.portfolio == _PORTFOLIO and b.date == day]
    if not books:
        raise Unavailable("no book of holdings of {date}; at hand: {dates}", date=day, dates=_dates(view))
    known = [b for b in books if b.known_at <= view.as_of]
    if not known:
        raise Unavailable(
            "the book of {date} became known at {known_at}, after {as_of}: choose a later --as-of",
            date=day,
            known_at=words.instant(min(b.known_at for b in books)),
            as_of=words.instant(view.as_of),
        )
    return max(known, key=lambda b: b.known_at)


def _dates(view: View) -> str:
    days = sorted({b.date for b in view.history.books if b.portfolio == _PORTFOLIO})
    return ", ".join(day.isoformat() for day in days) or "none"


def _months(held: date, from_: str | None, to: str | None) -> tuple[date, date]:
    """The first and the last month asked for.

    Raises
    ------
    ConfigError
        If a month cannot be read, lies before the first whole month after the book or too far after it, or the first
        is after the last.
    """
    own, following = (date.fromordinal(day) for day in months_after(held, 2).tolist())
    earliest = own if own > held else following
    latest = earliest.replace(year=earliest.year + _LONGEST_YEARS)
    first = _month(from_, "from") if from_ else earliest
    shown = date.fromordinal(int(months_after(held, _SHOWN_MONTHS + 1)[-1]))
    last = _month(to, "to") if to else max(first, shown)
    if first < earliest:
        raise ConfigError(
            "from {month} is too early: the book of {date} does not hold what matured before it, and {earliest} is "
            "the first whole month after it",
            month=f"{first:%Y-%m}",
            date=held,
            earliest=f"{earliest:%Y-%m}",
        )
    if first > last:
        raise ConfigError(
            "from {start} is after to {end}: turn them round", start=f"{first:%Y-%m}", end=f"{last:%Y-%m}"
        )
    if last > latest:
        raise ConfigError(
            "to {month} is more than {years} years after the book of {date}; the last month is {latest}",
            month=f"{last:%Y-%m}",
            years=_LONGEST_YEARS,
            date=held,
            latest=f"{latest:%Y-%m}",
        )
    return first, last


def _month(text: str, what: str) -> date:
    """Read a month: 2022-06, or any day of it."""
    try:
        return parse_date(f"{text}-01" if text.count("-") == 1 else text).replace(day=1)
    except ConfigError as error:
        raise ConfigError(
            "{what}: {text!r} is no month; write it as 2022-06", what=what, text=text
        ) from error


def _projected(view: View, held: Book, prices: ConsumerPrices, last: date) -> TreasuryPath:
    """The path of the book to a month, under the policy and with the auction sizes known."""
    start = held.date + timedelta(days=1)
    count = (last.year - start.year) * 12 + last.month - start.month + 1
    return project(
        Portfolio.of(held, prices),
        TreasuryPlan.capped(treasury_caps(view.policy(_BANK), months_after(held.date, count))),
        offered=cycle(start, (last + timedelta(days=31)).replace(day=1), known=view.as_of.date()),
        prices=prices,
    )


def _rows(path: TreasuryPath, first: date) -> Iterator[RedemptionMonth]:
    for index, ordinal in enumerate(path.months.tolist()):
        if (month := date.fromordinal(ordinal)) >= first:
            amounts = {name: round(float(getattr(path, name)[index]) / _MILLION) for name in _COLUMNS[1:]}
            yield RedemptionMonth(month=f"{month:%Y-%m}", **amounts)
