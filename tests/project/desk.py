"""What the tests of the run-off engine stand on: the shipped book, prices and policy, and small books made up here."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
from tests.sources import shipped

from runoff.core.holdings import SecurityKind
from runoff.core.policy import PolicyPlugin
from runoff.core.registry import plugin
from runoff.core.series import Observations
from runoff.core.source import Payload
from runoff.core.tabular import read_rows
from runoff.core.time import end_of_day
from runoff.core.view import Columns, History
from runoff.project.auctions import cycle
from runoff.project.inflation import ConsumerPrices
from runoff.project.plan import Plan, plan, treasury_caps
from runoff.project.rates import SURVEY
from runoff.project.treasuries import Portfolio, Position, Security, TreasuryPlan, months_after, project

GOLDEN = Path(__file__).resolve().parents[1] / "data" / "table_g1" / "soma_redemptions_2022_2023.csv"
BOOK = date(2022, 2, 16)
KNOWN = date(2026, 10, 1)

# Prices that stand still: what is indexed keeps its value.
FLAT = ConsumerPrices(first=2000 * 12, levels=np.full(12, 250.0), growth=0.0)


@cache
def prices() -> ConsumerPrices:
    """Consumer prices as shipped."""
    return ConsumerPrices.of(shipped.view().series("bls:CUUR0000SA0"))


@cache
def soma() -> Portfolio:
    """The Treasury securities of the shipped book."""
    book = shipped.view().book("soma")
    assert book is not None
    return Portfolio.of(book, prices())


def calendar():
    """The Fed's steps, all of them."""
    return plugin("policies", "fed", PolicyPlugin).calendar()


def months_from(year, month, count):
    """The first days (ordinals) of consecutive months."""
    return months_after(date(year, month, 1) - timedelta(days=1), count)


@cache
def as_it_happened(start, count) -> Plan:
    """What policy did in so many months from the day after `start`."""
    return plan(calendar(), start, count, known=KNOWN)


def surveyed(data: Path) -> Columns:
    """The survey's mortgage rate, which is not shipped, from the shared data; each week known at the end of its day."""
    file = data / "fred" / "MORTGAGE30US.csv"
    spec = shipped.history().specs[SURVEY]
    rows = [
        (date.fromisoformat(row["date"]), row["value"])
        for _, row in read_rows(Payload(file.name, file.read_bytes()))
    ]
    days = [day for day, value in rows if value]
    found = Observations(
        spec=spec,
        unit=spec.unit,
        periods=np.array([day.toordinal() for day in days]),
        values=np.array([float(value) for _, value in rows if value]),
        known_at=np.array([int(end_of_day(day).timestamp()) for day in days]),
        flags=np.zeros(len(days), dtype=np.uint8),
        digest="0" * 64,
    )
    return History.of([found]).columns[SURVEY]


@cache
def path(months=53):
    """The shipped book under the policy as it happened, from February 2022."""
    first = months_after(BOOK, months)
    return project(
        soma(),
        TreasuryPlan.capped(treasury_caps(calendar(), first)),
        offered=cycle(date(2022, 2, 17), date.fromordinal(int(first[-1]) + 40), known=KNOWN),
        prices=prices(),
    )


def millions(line, found=None):
    """A line of the path by month, as 2022-06, in whole millions."""
    found = found or path()
    months = (date.fromordinal(int(month)).isoformat()[:7] for month in found.months)
    return dict(zip(months, np.rint(getattr(found, line) / 1e6).astype(int).tolist(), strict=True))


@cache
def table_g1():
    """Table G.1 by line and month, in millions."""
    lines = {
        "coupons_redeemed": "coupon_redemptions",
        "bills_redeemed": "bill_redemptions",
        "coupons_rolled": "coupons_rolled",
        "bills_rolled": "bills_rolled",
    }
    content = b"".join(line for line in GOLDEN.read_bytes().splitlines(True) if not line.startswith(b"#"))
    rows = [row for _, row in read_rows(Payload(GOLDEN.name, content))]
    return {ours: {row["month"]: int(row[theirs]) for row in rows} for ours, theirs in lines.items()}


def held(*positions, day=date(2024, 12, 31)):
    """A portfolio of (kind, maturity, par in dollars)."""
    return Portfolio(
        date=day,
        positions=tuple(
            Position(
                security=Security(id=f"{number:03} {kind} {maturity}", kind=kind, maturity=maturity),
                par=par,
                indexed=par / 250.0 if kind is SecurityKind.TIPS else 0.0,
            )
            for number, (kind, maturity, par) in enumerate(positions)
        ),
    )
