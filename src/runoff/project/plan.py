"""What policy does in each month, according to a calendar of dated steps.

1. Only steps read in a primary text decide. One that was not may set another pace for purchases that such a step
   started, never their start or end, and no cap (`deciding`).
2. Caps, envelopes and what happens above a cap are those in force on the first day of the month (`treasury_caps`,
   `_agency`).
3. A pace of purchases or sales counts from day to day; what it adds up to over a week settles on the week's Thursday,
   or with the month that ends before it (`_trades`).
4. Bills are bought in proportion to those the Treasury has outstanding by remaining term, coupons in equal parts over
   the maturities named: which securities the Desk will choose nobody knows (`bills_on`, `coupons_on`).

References
----------
Federal Reserve Bank of New York, statements regarding Treasury securities operations of 4 May 2022, 1 May 2024 and
10 December 2025; Board of Governors, policy normalization principles of 2014 to 2022.
"""

from __future__ import annotations

import calendar as months_of
import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from functools import cache

import numpy as np

from runoff.core.holdings import SecurityKind
from runoff.core.policy import Policy, PolicyCalendar, State, Step
from runoff.core.series import BoolArray, FloatArray, IntArray
from runoff.core.time import THURSDAY, last_day, month_after
from runoff.project.auction_sizes import bill_sizes
from runoff.project.auctions import Offering, settlement
from runoff.project.mortgages import AgencyPlan
from runoff.project.treasuries import Purchase, Sale, TreasuryPlan, months_after

_TREASURIES, _BILLS, _AGENCY = "treasuries", "bills", "agency_mbs"
_CAP, _MIX_CAP, _INTO_BILLS = "cap", "mix_cap", "into_bills"
_PURCHASE, _SALE, _ENVELOPE = "purchase", "sale", "envelope"
_BILLION = 1e9
_DAY = timedelta(days=1)
_MONTHS_A_YEAR = 12
# The maturities bought where a policy names none: those of the Treasury's coupon issues.
_ALL_YEARS = (1.0, 30.0)
_STEP_YEARS = 0.25  # what is bought matures on the 15th of every third month
_BOUGHT_IN_ALL = 10**12  # weights of what is bought, in dollars: only their proportion counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What policy does with both halves of the portfolio, month by month.

    `months` are ordinals of first days, the first that of the day after the holdings. `mix_into_bills` says in which
    months agency principal that is not let go and does not stay in MBS goes into bills, and not into Treasuries of all
    maturities. `policies` are those in force on the first days.
    """

    months: IntArray
    treasuries: TreasuryPlan
    agency: AgencyPlan
    mix_into_bills: BoolArray
    policies: tuple[Policy | None, ...]

    def unverified(self, since: int) -> tuple[Step, ...]:
        """The terms in force in a month or later that nobody read in a primary text."""
        terms = (term for policy in self.policies[since:] if policy is not None for term in policy.terms)
        return tuple(dict.fromkeys(term for term in terms if not term.verified))


def plan(calendar: PolicyCalendar, start: date, count: int, *, known: date) -> Plan:
    """The plan of `count` months from the day after `start`.

    Parameters
    ----------
    calendar
        The steps known; announced ones count from the day they take effect.
    start
        The date of the holdings; purchases and sales up to it are in them.
    count
        How many months, the first of them the rest of that of the day after `start`.
    known
        Only sizes of bills published by this day are used.
    """
    decide = deciding(calendar)
    months = months_after(start, count)
    firsts = [date.fromordinal(int(day)) for day in months]
    policies = _Policies(decide)
    in_force = [policies.on(day) for day in firsts]
    end = month_after(firsts[-1]) - _DAY
    trades = tuple(_trades(policies, start, end))
    agency = [_agency(policy) for policy in in_force]
    return Plan(
        months=months,
        treasuries=TreasuryPlan(
            caps=np.array([_cap(policy) for policy in in_force]),
            envelopes=np.array([_envelope(policy, _TREASURIES) for policy in in_force]),
            into_bills=np.array([_rolls_into_bills(policy) for policy in in_force], dtype=np.bool_),
            purchases=tuple(_purchases(trades, known)),
            sales=tuple(
                Sale(settles=settles, amount=amount, shortest=shortest, longest=longest)
                for settles, (security, kind, (shortest, longest)), amount in trades
                if security == _TREASURIES and kind == _SALE
            ),
        ),
        agency=AgencyPlan(
            cap=np.array([cap for cap, _, _ in agency]),
            mix_cap=np.array([mix_cap for _, mix_cap, _ in agency]),
            purchases=_by_month(trades, months, _PURCHASE),
            sales=_by_month(trades, months, _SALE),
            envelope=np.array([_envelope(policy, _AGENCY) for policy in in_force]),
        ),
        mix_into_bills=np.array([into_bills for _, _, into_bills in agency], dtype=np.bool_),
        policies=tuple(in_force),
    )


def joined(before: Plan, after: Plan, since: int) -> Plan:
    """One plan up to a month, and another from that month on; both of the same months."""
    if since >= len(before.months):
        return before
    first = date.fromordinal(int(before.months[since]))

    def arrays(one: FloatArray, other: FloatArray) -> FloatArray:
        return np.concatenate([one[:since], other[since:]])

    old, new = before.treasuries, after.treasuries
    return Plan(
        months=before.months,
        treasuries=TreasuryPlan(
            caps=arrays(old.caps, new.caps),
            envelopes=arrays(old.envelopes, new.envelopes),
            into_bills=np.concatenate([old.into_bills[:since], new.into_bills[since:]]),
            purchases=(
                *[trade for trade in old.purchases if trade.settles < first],
                *[trade for trade in new.purchases if trade.settles >= first],
            ),
            sales=(
                *[trade for trade in old.sales if trade.settles < first],
                *[trade for trade in new.sales if trade.settles >= first],
            ),
        ),
        agency=AgencyPlan(
            **{
                line.name: arrays(getattr(before.agency, line.name), getattr(after.agency, line.name))
                for line in fields(AgencyPlan)
            }
        ),
        mix_into_bills=np.concatenate([before.mix_into_bills[:since], after.mix_into_bills[since:]]),
        policies=(*before.policies[:since], *after.policies[since:]),
    )


def deciding(calendar: PolicyCalendar) -> PolicyCalendar:
    """The steps that decide: those read in a primary text, and later paces of purchases that one of these started."""
    started = [step for step in calendar.steps if step.verified and step.amount_kind == _PURCHASE]
    return PolicyCalendar(
        tuple(
            step
            for step in calendar.steps
            if step.verified
            or (
                step.amount_kind == _PURCHASE
                and any(
                    (other.subject, other.state) == (step.subject, step.state)
                    and other.known_at < step.known_at
                    for other in started
                )
            )
        )
    )


def treasury_caps(calendar: PolicyCalendar, months: IntArray) -> FloatArray:
    """The cap on Treasury redemptions in each month, in dollars, from the steps of a calendar.

    1. The cap in force on the first day of the month counts.
    2. Before the first cap, and where a policy holds, buys or has ended, nothing is redeemed: the cap is nil.
    3. Where holdings run off and no cap is named, or where they are sold, there is none: infinity.

    Parameters
    ----------
    calendar
        The steps known; announced ones count from the day they take effect.
    months
        The first days of the months, as ordinals.
    """
    policies = _Policies(deciding(calendar))
    return np.array([_cap(policies.on(date.fromordinal(int(day)))) for day in months], dtype=np.float64)


class _Policies:
    """The policy in force on any day; it changes only on days on which a step takes effect."""

    def __init__(self, calendar: PolicyCalendar) -> None:
        self._calendar = calendar
        self._found: dict[int, Policy | None] = {}
        self.changes = sorted({step.effective for step in calendar.steps if step.effective is not None})

    def on(self, day: date) -> Policy | None:
        """The policy in force on a day, and with it what is announced for later; None before the first."""
        place = bisect_right(self.changes, day)
        if place not in self._found:
            self._found[place] = self._calendar.in_force(day)
        return self._found[place]


def _term(policy: Policy | None, security: str) -> Step | None:
    """The term of a security as a whole; of some maturities of it there may be others."""
    terms = () if policy is None else policy.terms
    return next((term for term in terms if term.subject == (security, None)), None)


def _cap(policy: Policy | None) -> float:
    term = _term(policy, _TREASURIES)
    if term is None:
        runs_off = policy is not None and policy.state is State.RUN_OFF and not policy.terms
        return math.inf if runs_off else 0.0
    if term.amount_kind in {_SALE, _ENVELOPE}:
        return math.inf
    return _monthly(term) if term.amount_kind == _CAP else 0.0


def _agency(policy: Policy | None) -> tuple[float, float, bool]:
    """What of agency principal is let go at most, what of the rest leaves MBS at most, and whether into bills."""
    term = _term(policy, _AGENCY)
    if term is None:
        return _cap(policy) if policy is not None and not policy.terms else 0.0, 0.0, False
    if term.amount_kind == _INTO_BILLS:
        return 0.0, math.inf, True
    if term.amount_kind in {_SALE, _ENVELOPE}:
        return math.inf, 0.0, False
    if term.amount_kind == _MIX_CAP:
        return 0.0, _monthly(term), term.above == _BILLS
    if term.amount_kind == _CAP:
        return _monthly(term), math.inf if term.above in {_TREASURIES, _BILLS} else 0.0, term.above == _BILLS
    return 0.0, 0.0, False


def _envelope(policy: Policy | None, security: str) -> float:
    term = _term(policy, security)
    return _monthly(term) if term is not None and term.amount_kind == _ENVELOPE else 0.0


def _rolls_into_bills(policy: Policy | None) -> bool:
    term = _term(policy, _TREASURIES)
    return term is not None and term.amount_kind == _INTO_BILLS


def _monthly(term: Step) -> float:
    """The amount of a term in dollars a month; of a total, which has no pace, nothing."""
    per = {"month": 1.0, "year": 1.0 / _MONTHS_A_YEAR}.get(term.per, 0.0)
    return (term.amount or 0.0) * _BILLION * per


# A pace: the security, whether it is bought or sold, and of which maturities in years.
_Subject = tuple[str, str, tuple[float, float]]


def _trades(policies: _Policies, start: date, end: date) -> Iterator[tuple[date, _Subject, int]]:
    """What is bought and sold from the day after `start` to `end`, by settlement day, in whole dollars."""
    changes = set(policies.changes)
    paces: dict[_Subject, float] = {}
    due: dict[_Subject, float] = {}
    day = start
    while day < end:
        day += _DAY
        if day in changes or day == start + _DAY:
            paces = _paces(policies.on(day))
        share = 1 / months_of.monthrange(day.year, day.month)[1]
        for subject, pace in paces.items():
            due[subject] = due.get(subject, 0.0) + pace * share
        # What a month's last days add up to settles with the month: a path does not depend on where it is cut off.
        # Mortgage securities settle months later; what is bought of them counts in the month of its Thursday.
        thursday = day.weekday() == THURSDAY
        for subject in list(due):
            closing = end if subject[0] == _AGENCY else last_day(day)
            if (thursday or day == closing) and (whole := round(due.pop(subject))):
                yield min(settlement(day), closing), subject, whole


def _paces(policy: Policy | None) -> dict[_Subject, float]:
    """Dollars a month by what is bought or sold."""
    return {
        (term.security, term.amount_kind, term.years or (0.0, math.inf)): _monthly(term)
        for term in ([] if policy is None else policy.terms)
        if term.security is not None and term.amount_kind in {_PURCHASE, _SALE} and _monthly(term)
    }


def _purchases(trades: Sequence[tuple[date, _Subject, int]], known: date) -> Iterator[Purchase]:
    for settles, (security, kind, years), amount in trades:
        if kind != _PURCHASE or security == _AGENCY:
            continue
        offered = bills_on(settles, known) if security == _BILLS else coupons_on(settles, years)
        yield Purchase(settles=settles, amount=amount, offered=offered)


def _by_month(trades: Sequence[tuple[date, _Subject, int]], months: IntArray, kind: str) -> FloatArray:
    """What of agency securities is bought or sold in each month, in dollars."""
    found = np.zeros(len(months))
    for settles, (security, done, _), amount in trades:
        if security == _AGENCY and done == kind:
            found[np.searchsorted(months, settles.toordinal(), "right") - 1] += amount
    return found


@cache
def bills_on(day: date, known: date) -> tuple[Offering, ...]:
    """Bills to be had in the market on a day, in proportion to what is outstanding by remaining term.

    Of a bill that is sold every week for `n` weeks, one series of each remaining term up to `n` weeks is outstanding.
    """
    sizes = bill_sizes(day, known)
    thursday = day + timedelta(days=(THURSDAY - day.weekday()) % 7)
    every = {weeks: 4 if weeks == 52 else 1 for weeks in sizes}  # the 52-week bill comes every fourth week
    return tuple(
        Offering(
            id=f"bill {maturity}",
            kind=SecurityKind.BILL,
            settles=day,
            maturity=maturity,
            amount=round(
                sum(size / every[weeks] for weeks, size in sizes.items() if weeks > left) * _BILLION
            ),
        )
        for left in range(1, max(sizes))
        if (maturity := settlement(thursday + timedelta(weeks=left))) > day
    )


def coupons_on(day: date, years: tuple[float, float] = (0.0, math.inf)) -> tuple[Offering, ...]:
    """Notes and bonds to be had in the market on a day, in equal parts over the maturities from and to `years`."""
    shortest, longest = max(years[0], _STEP_YEARS), min(years[1], _ALL_YEARS[1])
    if years == (0.0, math.inf):
        shortest, longest = _ALL_YEARS
    first = day.replace(day=1)
    count = max(1, int((longest - shortest) / _STEP_YEARS))
    maturities = [
        month_after(first, round((shortest + place * _STEP_YEARS) * _MONTHS_A_YEAR)).replace(day=15)
        for place in range(count)
    ]
    return tuple(
        Offering(
            id=f"bond {maturity}",
            kind=SecurityKind.NOTE_OR_BOND,
            settles=day,
            maturity=maturity,
            amount=_BOUGHT_IN_ALL,
        )
        for maturity in maturities
    )


def with_agency_principal(plan: Plan, into_treasuries: FloatArray, *, known: date) -> Plan:
    """The plan with agency principal that leaves MBS spent on bills or Treasuries, on the Thursdays of its month.

    Parameters
    ----------
    plan
        What policy does by itself.
    into_treasuries
        Agency principal to be spent, one element a month, dollars.
    known
        Only sizes of bills published by this day are used.
    """
    bought = list(plan.treasuries.purchases)
    for first, amount, bills in zip(
        plan.months.tolist(), into_treasuries.tolist(), plan.mix_into_bills.tolist(), strict=True
    ):
        days = _thursdays(date.fromordinal(first))
        whole = round(amount / len(days))
        bought += [
            Purchase(settles=day, amount=whole, offered=bills_on(day, known) if bills else coupons_on(day))
            for day in days
            if whole > 0
        ]
    return replace(plan, treasuries=replace(plan.treasuries, purchases=tuple(bought)))


def _thursdays(first: date) -> list[date]:
    days = (first + timedelta(days=n) for n in range(months_of.monthrange(first.year, first.month)[1]))
    found = [settlement(day) for day in days if day.weekday() == THURSDAY]
    return [day for day in found if day.month == first.month]
