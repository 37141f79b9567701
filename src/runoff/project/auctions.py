"""What the Treasury issues on a day, and the Desk's share of it.

`cycle` is the Treasury's regular calendar with sizes known at a date; actual announcements replace it where they are
given (`replaced`). `with_coupons` says what they pay. `allot` is the Desk's rule for add-ons.

References
----------
Treasury, "Auctions in depth" and tentative auction schedules; Federal Reserve Bank of New York, FAQs on rolling over
maturing Treasury securities at auction, 14 December 2016.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from runoff.core.errors import ConfigError
from runoff.core.holdings import SecurityKind
from runoff.core.time import FRIDAY, THURSDAY, is_market_day, last_day, month_after, next_day
from runoff.project.auction_sizes import bill_sizes, coupon_sizes

# A security is issued in multiples of 100 dollars (31 CFR 356.20).
_MULTIPLE = 100
_BILLION = 10**9
_TUESDAY = 1
# Bills that settle on a Tuesday since December 2018; all others settle on a Thursday.
_TUESDAY_BILLS = frozenset({4, 8, 17})
# The 52-week bill comes every fourth Thursday; one settled on this one (auction of 2022-01-25).
_YEAR_BILL = date(2022, 1, 27)
_YEAR_WEEKS, _YEAR_BILL_EVERY = 52, timedelta(weeks=4)
# New 10-, 20- and 30-year securities come in these months and are reopened in the two that follow.
_REFUNDING_MONTHS = (2, 5, 8, 11)
_FRN_MONTHS = (1, 4, 7, 10)
# By month: the term of the TIPS on offer in years, and the month in which that security was first issued.
_TIPS = {
    1: (10, 1), 2: (30, 2), 3: (10, 1), 4: (5, 4), 5: (10, 1), 6: (5, 4),
    7: (10, 7), 8: (30, 2), 9: (10, 7), 10: (5, 10), 11: (10, 7), 12: (5, 10),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """A security offered to the public for settlement on a day: `amount` in whole dollars, without SOMA add-ons.

    `dated` is the day from which a TIPS is indexed, by default the day it settles; it plays no part for others.
    `coupon` is in percent a year, the spread of a floating-rate note, None where it is not known (`with_coupons`).
    """

    id: str
    kind: SecurityKind
    settles: date
    maturity: date
    amount: int
    dated: date | None = None
    coupon: float | None = None

    def __post_init__(self) -> None:
        if self.amount <= 0 or self.maturity <= self.settles:
            raise ConfigError(
                "{id}: {amount} offered on {settles}, maturing on {maturity}; expected an amount above nil that "
                "matures after it settles",
                id=self.id,
                amount=self.amount,
                settles=self.settles,
                maturity=self.maturity,
            )


def allot(amount: int, offered: Sequence[int]) -> tuple[int, ...]:
    """Divide a rolled amount among securities in proportion to what is offered of each.

    Each share is rounded down to 100 dollars; what is left goes to the first.

    Parameters
    ----------
    amount
        What is rolled over, in whole dollars.
    offered
        What is offered of each security, in whole dollars.

    Returns
    -------
    tuple of int
        The add-on of each security, in whole dollars; together exactly `amount`.

    Examples
    --------
    The Desk's example: a billion maturing on 15 December 2015, 24, 21 and 13 billion offered.

    >>> allot(1_000_000_000, [24_000_000_000, 21_000_000_000, 13_000_000_000])
    (413793200, 362068900, 224137900)
    """
    total = sum(offered)
    others = [amount * part // total // _MULTIPLE * _MULTIPLE for part in offered[1:]]
    return (amount - sum(others), *others)


def settlement(day: date) -> date:
    """The day on which what falls due on `day` is settled: that day, or the next on which the market is open."""
    return next_day(day - timedelta(days=1), is_market_day)


def cycle(start: date, end: date, *, known: date) -> tuple[Offering, ...]:
    """The regular offerings that settle from `start` to `end`, both included, in order.

    A scenario: real auctions differ where the Treasury changes a size between two statements, adds a tenor or moves a
    date (the 20-year bond of June 2026 settled on the 22nd).

    1. 3-, 10- and 30-year securities settle on the 15th; the 2-, 5-, 7-, 20-year and new floating-rate notes on the
       last day of the month; either on the next business day where the market is closed.
    2. Reopened floating-rate notes settle on the last Friday of the month, TIPS on its last business day.
    3. Bills settle every Tuesday (4, 8 and 17 weeks) and Thursday (6, 13 and 26 weeks; 52 weeks every fourth).

    Parameters
    ----------
    start, end
        The first and the last settlement day.
    known
        Only sizes published by this day are used; later months repeat the last.
    """
    found: list[Offering] = []
    month = (start.replace(day=1) - timedelta(days=1)).replace(day=1)  # its last day may settle in the next
    while month <= end:
        found += _coupons(month, known)
        month = month_after(month, 1)
    thursday = start - timedelta(days=start.weekday() - THURSDAY, weeks=1)
    while thursday <= end + timedelta(weeks=1):
        found += _bills(thursday, known)
        thursday += timedelta(weeks=1)
    return tuple(sorted((o for o in found if start <= o.settles <= end), key=lambda o: o.settles))


def replaced(regular: Iterable[Offering], actual: Iterable[Offering]) -> tuple[Offering, ...]:
    """The regular cycle, with actual offerings in its place on each day they cover, for bills and coupons apart."""
    given = tuple(actual)
    covered = {(o.settles, o.kind is SecurityKind.BILL) for o in given}
    kept = (o for o in regular if (o.settles, o.kind is SecurityKind.BILL) not in covered)
    return tuple(sorted((*kept, *given), key=lambda o: o.settles))


# A coupon is the highest eighth of a percent that is not above the yield at auction (31 CFR 356.20), for TIPS at least
# one eighth (Treasury, announcement of 2011-04-27).
_EIGHTH = 0.125
# What the high discount margins of new and reopened two-year notes were on average at the auctions of January 2025 to
# June 2026 (0.079 to 0.200 percent).
_FLOATING_SPREAD = 0.13


def with_coupons(
    offered: Iterable[Offering], par_yield: Callable[[date, float], float], *, inflation: float
) -> tuple[Offering, ...]:
    """The same offerings with the coupons they would bear; a security keeps that of its first settlement.

    Parameters
    ----------
    offered
        In the order they settle; a coupon that is given stays.
    par_yield
        The par yield of a maturity in years on a day, in percent.
    inflation
        What the market expects of prices, in percent a year: the coupon of a TIPS is so much lower.
    """
    given: dict[str, float] = {}
    found = []
    for offering in offered:
        if offering.kind is SecurityKind.BILL:
            found.append(offering)
            continue
        if offering.id not in given:
            known = offering.coupon
            given[offering.id] = _coupon(offering, par_yield, inflation) if known is None else known
        found.append(replace(offering, coupon=given[offering.id]))
    return tuple(found)


def _coupon(offering: Offering, par_yield: Callable[[date, float], float], inflation: float) -> float:
    if offering.kind is SecurityKind.FRN:
        return _FLOATING_SPREAD
    years = (offering.maturity - offering.settles).days / 365.25
    real = offering.kind is SecurityKind.TIPS
    expected = par_yield(offering.settles, years) - (inflation if real else 0.0)
    eighths = math.floor(expected / _EIGHTH) * _EIGHTH
    return max(eighths, _EIGHTH if real else 0.0)


def _first_issued(month: date, months: tuple[int, ...]) -> date:
    """The last month, not after `month`, in which a new security of the kind came."""
    while month.month not in months:
        month = month_after(month, -1)
    return month


def _coupons(month: date, known: date) -> Iterator[Offering]:
    """The coupon securities of a month."""
    sizes = coupon_sizes(month, known)
    middle, end = month.replace(day=15), last_day(month)
    new = _first_issued(month, _REFUNDING_MONTHS).replace(day=15)
    terms = {
        "3y": (middle, middle, 3),
        "10y": (middle, new, 10),
        "30y": (middle, new, 30),
        "2y": (end, end, 2),
        "5y": (end, end, 5),
        "7y": (end, end, 7),
        "20y": (end, new, 20),
    }
    for tenor, (settles, dated, years) in terms.items():
        yield _offering(tenor, SecurityKind.NOTE_OR_BOND, settlement(settles), _years_on(dated, years), sizes)
    first = _first_issued(month, _FRN_MONTHS)
    reopened = settlement(end - timedelta(days=(end.weekday() - FRIDAY) % 7))
    settles = settlement(end) if first == month else reopened
    yield _offering("frn", SecurityKind.FRN, settles, _years_on(last_day(first), 2), sizes)
    years, issued = _TIPS[month.month]
    dated = _first_issued(month, (issued,)).replace(day=15)
    while not is_market_day(end):
        end -= timedelta(days=1)
    yield _offering("tips", SecurityKind.TIPS, end, _years_on(dated, years), sizes, dated)


def _years_on(day: date, years: int) -> date:
    """The same day of the month `years` later; from a last day of a month to a last day."""
    month = date(day.year + years, day.month, 1)
    return last_day(month) if day == last_day(day.replace(day=1)) else month.replace(day=day.day)


def _offering(
    tenor: str,
    kind: SecurityKind,
    settles: date,
    maturity: date,
    sizes: Mapping[str, int],
    dated: date | None = None,
) -> Offering:
    return Offering(
        id=f"{tenor} {maturity}",
        kind=kind,
        settles=settles,
        maturity=maturity,
        amount=sizes[tenor] * _BILLION,
        dated=dated,
    )


def _bills(thursday: date, known: date) -> Iterator[Offering]:
    """The bills of the week of a Thursday; bills of one maturity are one security, however long they ran at first."""
    tuesday = thursday - timedelta(days=THURSDAY - _TUESDAY)
    for weeks, size in bill_sizes(thursday, known).items():
        if weeks == _YEAR_WEEKS and (thursday - _YEAR_BILL) % _YEAR_BILL_EVERY:
            continue
        day = tuesday if weeks in _TUESDAY_BILLS else thursday
        maturity = settlement(day + timedelta(weeks=weeks))
        yield Offering(
            id=f"bill {maturity}",
            kind=SecurityKind.BILL,
            settles=settlement(day),
            maturity=maturity,
            amount=size * _BILLION,
        )
