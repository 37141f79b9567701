"""What of the Treasury holdings matures, is redeemed and is rolled over: by month, or by date and type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

import numpy as np

from runoff.actions.projections import (
    DEFAULT_HORIZON,
    DEFAULT_POLICY,
    DEFAULT_SCENARIO,
    LONGEST_HORIZON,
    month_end,
    month_name,
    named,
    notes,
    run,
)
from runoff.actions.workspace import Workspace
from runoff.core.errors import ConfigError, Unavailable
from runoff.core.holdings import Book, SecurityKind
from runoff.core.language import Words, said
from runoff.core.policy import PolicyCalendar, PolicyPlugin
from runoff.core.policy_file import NamedPolicy
from runoff.core.registry import plugin
from runoff.core.report import Figure, Plot, PlotKind, Row, Section, Table
from runoff.core.series import FloatArray
from runoff.core.time import month_after, parse_date
from runoff.core.units import Frequency, Unit
from runoff.core.view import Needs, View
from runoff.project.auctions import cycle
from runoff.project.engine import BANK, PORTFOLIO, PRICES
from runoff.project.inflation import ConsumerPrices
from runoff.project.plan import treasury_caps
from runoff.project.scenario import Scenario
from runoff.project.treasuries import (
    Portfolio,
    TreasuryPath,
    TreasuryPlan,
    months_after,
    project,
    spread,
)

_UNIT = Unit.parse("USD mn")
_MILLION = 1e6
# Beyond, hardly a security of the book is left, and nothing is known of what replaced it.
_LONGEST_YEARS = 40
_SPARE = (
    2  # months: that of the last H.4.1, which may be the one before, and one to be sure of the last asked for
)
_COLUMNS = (
    "month",
    "coupons_maturing",
    "coupons_redeemed",
    "coupons_rolled",
    "bills_maturing",
    "bills_redeemed",
    "bills_rolled",
)
_TITLES = {
    "coupons_maturing": said("Coupons maturing"),
    "coupons_redeemed": said("Coupons redeemed"),
    "coupons_rolled": said("Coupons rolled"),
    "bills_redeemed": said("Bills redeemed"),
    "bills_rolled": said("Bills rolled"),
}


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
class RedemptionDate:
    """What of a type matures on a date, in millions, and what of it is redeemed and rolled over."""

    month: str
    date: date
    kind: SecurityKind
    maturing: int
    redeemed: int
    rolled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemptions:
    """Redemptions under a policy, as known at `as_of`; `caps` are those of the months, in millions, None for none.

    `alone` says that they are those of the book of `book` and of what it is rolled into, without purchases after it.
    """

    as_of: datetime
    book: date
    alone: bool
    policy: str
    policy_title: str
    prices: str
    unit: str
    notes: tuple[str, ...]
    caps: dict[str, int | None]
    columns: tuple[str, ...]
    months: tuple[RedemptionMonth, ...]
    rows: tuple[RedemptionMonth, ...] | tuple[RedemptionDate, ...]

    def section(self, words: Words) -> Section:
        """The months in a sentence, as a table (or the dates), and against the cap as a picture."""
        return Section(
            title=words.text("Redemptions: {policy}", policy=words.text(self.policy_title)),
            sentences=(
                self._sum(words),
                *self.notes,
                words.text("Consumer prices: {prices}.", prices=self.prices),
            ),
            tables=(self._table(words),),
            plots=(self._plot(words),),
        )

    def _sum(self, words: Words) -> str:
        """What matures in all the months and what of it goes."""
        gone = sum(month.coupons_redeemed + month.bills_redeemed for month in self.months)
        places = {
            "first": self.months[0].month,
            "last": self.months[-1].month,
            "coupons": words.amount(sum(month.coupons_maturing for month in self.months), _UNIT),
            "bills": words.amount(sum(month.bills_maturing for month in self.months), _UNIT),
        }
        if not gone:
            return words.text(
                "From {first} to {last}, {coupons} of notes and bonds and {bills} of bills mature, a bill as often as "
                "it is rolled over; nothing is redeemed.",
                **places,
            )
        return words.text(
            "From {first} to {last}, {coupons} of notes and bonds and {bills} of bills mature, a bill as often as it "
            "is rolled over; {gone} is redeemed, the rest rolled over.",
            gone=words.amount(gone, _UNIT),
            **places,
        )

    def _cell(self, name: str, label: str, value: int, day: date) -> Figure:
        return Figure(id=name, label=label, value=value, unit=self.unit, period=day, known_at=None)

    def _table(self, words: Words) -> Table:
        return self._by_month(words) if self.rows is self.months else self._by_date(words)

    def _by_month(self, words: Words) -> Table:
        ends = [month_end(date.fromisoformat(f"{row.month}-01").toordinal()) for row in self.months]
        put_off = any(
            row.coupons_maturing != row.coupons_redeemed + row.coupons_rolled for row in self.months
        )
        return Table(
            id="redemptions",
            title=words.text("By month"),
            columns=tuple(words.text(title) for title in _TITLES.values()),
            rows=tuple(
                Row(
                    label=row.month,
                    cells=tuple(
                        self._cell(f"{name}_{row.month}", row.month, getattr(row, name), end)
                        for name in _TITLES
                    ),
                )
                for row, end in zip(self.months, ends, strict=True)
            ),
            note=words.text(
                "What matures on a weekend or a holiday is rolled over on the next business day: at the end of a "
                "month, in the month after."
            )
            if put_off
            else None,
        )

    def _by_date(self, words: Words) -> Table:
        titles = {"maturing": said("Maturing"), "redeemed": said("Redeemed"), "rolled": said("Rolled")}
        return Table(
            id="redemptions",
            title=words.text("By date and type"),
            columns=(words.text("Type"), *(words.text(title) for title in titles.values())),
            rows=tuple(
                Row(
                    label=(day := words.date(row.date)),
                    cells=(
                        words.text(_KINDS[row.kind]),
                        *(
                            self._cell(f"{name}_{row.date}_{row.kind}", day, getattr(row, name), row.date)
                            for name in titles
                        ),
                    ),
                )
                for row in self.rows
                if isinstance(row, RedemptionDate)
            ),
        )

    def _plot(self, words: Words) -> Plot:
        cap = words.text("Cap")
        lines: dict[str, FloatArray] = {
            words.text(title): np.array([getattr(month, name) for month in self.months], dtype=np.float64)
            for name, title in sorted(_TITLES.items(), key=lambda item: "rolled" in item[0])
            if name != "coupons_maturing"
        }
        caps = [self.caps[month.month] for month in self.months]
        if any(caps):
            lines[cap] = np.array([np.nan if found is None else found for found in caps], dtype=np.float64)
        return Plot(
            id="redemptions",
            title=words.text("Redeemed and rolled over, against the cap"),
            kind=PlotKind.BARS,
            unit=self.unit,
            periods=np.array([date.fromisoformat(f"{m.month}-01").toordinal() for m in self.months]),
            lines=lines,
            over=frozenset({cap}) if any(caps) else frozenset(),
            description=words.text("By the month in which each is booked."),
        )


_KINDS = {
    SecurityKind.BILL: said("Bills"),
    SecurityKind.NOTE_OR_BOND: said("Notes and bonds, nominal"),
    SecurityKind.TIPS: said("Notes and bonds, inflation-indexed"),
    SecurityKind.FRN: said("Floating-rate notes"),
}


def redemptions(
    work: Workspace,
    words: Words,
    *,
    book: str | None = None,
    policy: str = DEFAULT_POLICY,
    scenario: str = DEFAULT_SCENARIO,
    from_: str | None = None,
    to: str | None = None,
    by: Literal["month", "date"] = "month",
    as_of: str | None = None,
) -> Redemptions:
    """What of the Federal Reserve's Treasury holdings matures, is redeemed and is rolled over, month by month.

    Amounts are in millions. What is rolled over buys the Treasury's regular offerings and matures again.

    Parameters
    ----------
    book
        The date of a book of holdings: that book alone, from its date on, without what was bought after it. By default
        the last known book, rolled forward and with all that is bought, from the last H.4.1 on.
    policy
        A policy by name (`runoff policies` lists them), or a TOML file of your own.
    scenario
        A scenario by name (`runoff scenarios` lists them), or a TOML file of your own: rates, and consumer prices.
    from_
        The first month, as 2022-06; by default the first whole month.
    to
        The last month; by default 24 months on.
    by
        Months, or the dates of maturity and the types of security.
    as_of
        A date or a time with a zone: only holdings, policy, prices and auction sizes known then are used.
    """
    chosen, assumed = named(NamedPolicy, policy), named(Scenario, scenario)
    if book is None:
        made = run(work, policy, scenario, as_of=as_of, horizon=_horizon(work, as_of, from_, to))
        view, path, prices = made.view, made.found.treasuries, made.found.prices
        told, held = notes(made, words), made.found.book
        caps = made.found.plan.treasuries.caps
        first, last = _months(
            held.date, from_, to, default=month_end(int(made.found.months[0])).replace(day=1)
        )
    else:
        needed = Needs(series=frozenset({PRICES}), policy=frozenset({BANK}), books=frozenset({PORTFOLIO}))
        view = work.view(needed, as_of)
        held = _book(view, book, words)
        first, last = _months(held.date, from_, to, default=None)
        prices = ConsumerPrices.of(view.series(PRICES), growth=assumed.inflation)
        calendar = chosen.calendar(plugin("policies", chosen.follows, PolicyPlugin).calendar(), view.as_of)
        path, caps = _alone(view, calendar, held, prices, last)
        told = (
            words.text(
                "The book of {date} alone: nothing bought after it counts.", date=words.date(held.date)
            ),
        )
    months = tuple(_rows(path, first, last))
    rows = months if by == "month" else tuple(_dates(path, first, last))
    return Redemptions(
        as_of=view.as_of,
        book=held.date,
        alone=book is not None,
        policy=chosen.id,
        policy_title=chosen.title,
        prices=words.text(
            "known to {month}, then {growth}% a year",
            month=words.period(prices.last, Frequency.MONTHLY),
            growth=f"{prices.growth:g}",
        ),
        unit=_UNIT.symbol,
        notes=told,
        caps={
            month_name(month): None if np.isinf(cap) else round(cap / _MILLION)
            for month, cap in zip(path.months.tolist(), caps.tolist(), strict=True)
        },
        columns=_COLUMNS if by == "month" else tuple(RedemptionDate.__dataclass_fields__),
        months=months,
        rows=rows,
    )


def _horizon(work: Workspace, as_of: str | None, from_: str | None, to: str | None) -> int:
    """How many month ends to project so that the last month asked for is among them.

    Raises
    ------
    ConfigError
        If a month cannot be read, or is later than a projection goes.
    """
    if to is not None:
        last = _month(to, "to")
    elif from_ is not None:
        last = month_after(_month(from_, "from"), DEFAULT_HORIZON - 1)
    else:
        return DEFAULT_HORIZON
    today = min(work.as_of(as_of), work.as_of(None)).date()
    ahead = (last.year - today.year) * 12 + last.month - today.month
    if ahead > LONGEST_HORIZON - _SPARE:
        raise ConfigError(
            "{month} is too far: a projection goes {years} years, here to {latest}",
            month=f"{last:%Y-%m}",
            years=LONGEST_HORIZON // 12,
            latest=f"{month_after(today.replace(day=1), LONGEST_HORIZON - _SPARE):%Y-%m}",
        )
    return max(ahead + _SPARE, 1)


def _book(view: View, text: str, words: Words) -> Book:
    """The book of a date.

    Raises
    ------
    Unavailable
        If there is none, or it was not known yet.
    """
    day = parse_date(text, what="book")
    books = [b for b in view.history.books if b.portfolio == PORTFOLIO and b.date == day]
    if not books:
        raise Unavailable("no book of holdings of {date}; at hand: {dates}", date=day, dates=_at_hand(view))
    known = [b for b in books if b.known_at <= view.as_of]
    if not known:
        raise Unavailable(
            "the book of {date} became known at {known_at}, after {as_of}: choose a later --as-of",
            date=day,
            known_at=words.instant(min(b.known_at for b in books)),
            as_of=words.instant(view.as_of),
        )
    return max(known, key=lambda b: b.known_at)


def _at_hand(view: View) -> str:
    days = sorted({b.date for b in view.history.books if b.portfolio == PORTFOLIO})
    return ", ".join(day.isoformat() for day in days) or "none"


def _months(held: date, from_: str | None, to: str | None, *, default: date | None) -> tuple[date, date]:
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
    default = max(default or earliest, earliest)
    first = _month(from_, "from") if from_ else default
    last = _month(to, "to") if to else month_after(max(first, default), DEFAULT_HORIZON - 1)
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


def _alone(
    view: View, calendar: PolicyCalendar, held: Book, prices: ConsumerPrices, last: date
) -> tuple[TreasuryPath, FloatArray]:
    """The path of a book to a month under its caps, with the auction sizes known, and the caps."""
    start = held.date + timedelta(days=1)
    count = (last.year - start.year) * 12 + last.month - start.month + 1
    caps = treasury_caps(calendar, months_after(held.date, count))
    path = project(
        Portfolio.of(held, prices),
        TreasuryPlan.capped(caps),
        offered=cycle(start, (last + timedelta(days=31)).replace(day=1), known=view.as_of.date()),
        prices=prices,
    )
    return path, caps


def _rows(path: TreasuryPath, first: date, last: date) -> Iterator[RedemptionMonth]:
    for index, ordinal in enumerate(path.months.tolist()):
        if first <= date.fromordinal(ordinal) <= last:
            amounts = {name: round(float(getattr(path, name)[index]) / _MILLION) for name in _COLUMNS[1:]}
            yield RedemptionMonth(month=month_name(ordinal), **amounts)


def _dates(path: TreasuryPath, first: date, last: date) -> Iterator[RedemptionDate]:
    """What matures on each date by type; what is redeemed of a date is divided among its types in proportion."""
    for index, ordinal in enumerate(path.months.tolist()):
        if not first <= date.fromordinal(ordinal) <= last:
            continue
        maturing: Counter[tuple[date, SecurityKind]] = Counter()
        counting: Counter[tuple[date, SecurityKind]] = Counter()
        for row in np.flatnonzero(path.matured[:, index]).tolist():
            security = path.securities[row]
            place, amount = (security.maturity, security.kind), round(float(path.matured[row, index]))
            maturing[place] += amount
            # A bill bought and maturing within the month is rolled over in full.
            counting[place] += amount if path.opening[row, index] > 0 else 0
        redeemed: Counter[tuple[date, SecurityKind]] = Counter()
        for bills, total in ((False, path.coupons_redeemed), (True, path.bills_redeemed)):
            places = sorted(p for p in counting if (p[1] is SecurityKind.BILL) is bills)
            shares = spread(round(float(total[index])), [counting[place] for place in places])
            redeemed.update(dict(zip(places, shares, strict=True)))
        for place in sorted(maturing):
            yield RedemptionDate(
                month=month_name(ordinal),
                date=place[0],
                kind=place[1],
                maturing=round(maturing[place] / _MILLION),
                redeemed=round(redeemed[place] / _MILLION),
                rolled=round((maturing[place] - redeemed[place]) / _MILLION),
            )
