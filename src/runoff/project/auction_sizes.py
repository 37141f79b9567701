"""How much the Treasury offers of each tenor: its refunding statements, and bill sizes seen at auction, by date.

Sizes weigh the securities that settle on one day against each other; their level plays no part. They are facts with a
date, so that a projection made as of a date knows only the sizes announced by then.

References
----------
Treasury, quarterly refunding statements, 4 August 2021 to 6 May 2026, table of anticipated auction sizes. They agree
with what the Daily Treasury Statement (table III-A) shows as issued: on each of the 156 settlement days from August
2021 to 15 June 2026 notes and bonds exceed them by one and the same factor, the SOMA add-ons (tests/project).
Treasury, auction results: bill sizes at the auctions of the weeks named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

TENORS = ("2y", "3y", "5y", "7y", "10y", "20y", "30y", "frn", "tips")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunding:
    """A refunding statement: the day it came out, and the sizes of its quarter's three months, in billions of dollars.

    Quarters start in February, May, August and November.
    """

    announced: date
    sizes: Mapping[str, tuple[int, int, int]]

    @property
    def first_month(self) -> date:
        """The first month of its quarter; a statement comes out up to two days before it."""
        return (self.announced + timedelta(days=7)).replace(day=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BillSizes:
    """The bills offered every week from a day on: billions of dollars by term in weeks."""

    since: date
    sizes: Mapping[int, int]


def _refunding(announced: str, *sizes: str) -> Refunding:
    months = [tuple(int(size) for size in text.split()) for text in sizes]
    return Refunding(
        announced=date.fromisoformat(announced),
        sizes={tenor: (a, b, c) for tenor, (a, b, c) in zip(TENORS, months, strict=True)},
    )


# The nominal and floating-rate sizes have not changed since the statement of 2024-05-01; TIPS have.
_SINCE_2024_05 = (
    "69 69 69",
    "58 58 58",
    "70 70 70",
    "44 44 44",
    "42 39 39",
    "16 13 13",
    "25 22 22",
    "28 28 30",
)

# Columns: 2-, 3-, 5-, 7-, 10-, 20-, 30-year, 2-year FRN, TIPS; each the first, second, third month of the quarter.
REFUNDINGS: tuple[Refunding, ...] = (
    _refunding(
        "2021-08-04", "60 60 60", "58 58 58", "61 61 61", "62 62 62", "41 38 38", "27 24 24", "27 24 24",
        "26 26 28", "8 14 19",
    ),
    _refunding(
        "2021-11-03", "58 56 54", "56 54 52", "59 57 55", "59 56 53", "39 36 36", "23 20 20", "25 22 22",
        "24 24 26", "14 17 16",
    ),
    _refunding(
        "2022-02-02", "52 50 48", "50 48 46", "53 51 49", "50 47 44", "37 34 34", "19 16 16", "23 20 20",
        "22 22 24", "9 14 20",
    ),
    _refunding(
        "2022-05-04", "47 46 45", "45 44 43", "48 47 46", "42 40 38", "36 33 33", "17 14 14", "22 19 19",
        "22 22 24", "14 18 17",
    ),
    _refunding(
        "2022-08-03", "44 43 42", "42 41 40", "45 44 43", "37 36 35", "35 32 32", "15 12 12", "21 18 18",
        "22 22 24", "8 15 21",
    ),
    _refunding(
        "2022-11-02", "42 42 42", "40 40 40", "43 43 43", "35 35 35", "35 32 32", "15 12 12", "21 18 18",
        "22 22 24", "15 19 17",
    ),
    _refunding(
        "2023-02-01", "42 42 42", "40 40 40", "43 43 43", "35 35 35", "35 32 32", "15 12 12", "21 18 18",
        "22 22 24", "9 15 21",
    ),
    _refunding(
        "2023-05-03", "42 42 42", "40 40 40", "43 43 43", "35 35 35", "35 32 32", "15 12 12", "21 18 18",
        "22 22 24", "15 19 17",
    ),
    _refunding(
        "2023-08-02", "45 48 51", "42 44 46", "46 49 52", "36 37 38", "38 35 35", "16 13 13", "23 20 20",
        "24 24 26", "8 15 22",
    ),
    _refunding(
        "2023-11-01", "54 57 60", "48 50 52", "55 58 61", "39 40 41", "40 37 37", "16 13 13", "24 21 21",
        "26 26 28", "15 20 18",
    ),
    _refunding(
        "2024-01-31", "63 66 69", "54 56 58", "64 67 70", "42 43 44", "42 39 39", "16 13 13", "25 22 22",
        "28 28 30", "9 16 23",
    ),
    _refunding("2024-05-01", *_SINCE_2024_05, "16 21 19"),
    _refunding("2024-07-31", *_SINCE_2024_05, "8 17 24"),
    _refunding("2024-10-30", *_SINCE_2024_05, "17 22 20"),
    _refunding("2025-02-05", *_SINCE_2024_05, "9 18 25"),
    _refunding("2025-04-30", *_SINCE_2024_05, "18 23 21"),
    _refunding("2025-07-30", *_SINCE_2024_05, "8 19 26"),
    _refunding("2025-11-05", *_SINCE_2024_05, "19 24 21"),
    _refunding("2026-02-04", *_SINCE_2024_05, "9 19 26"),
    _refunding("2026-05-06", *_SINCE_2024_05, "19 24 21"),
)  # fmt: skip

# Sizes at the auctions settling in the fortnight after `since`. The 17-week bill became regular with the settlement of
# 2022-10-25, the 6-week bill with that of 2025-02-20: both were cash-management bills before, which SOMA does not roll
# into.
BILLS: tuple[BillSizes, ...] = (
    BillSizes(since=date(2022, 1, 27), sizes={4: 50, 8: 40, 13: 60, 26: 51, 52: 34}),
    BillSizes(since=date(2022, 6, 14), sizes={4: 35, 8: 30, 13: 45, 26: 42, 52: 34}),
    BillSizes(since=date(2022, 9, 6), sizes={4: 50, 8: 45, 13: 54, 26: 42, 52: 34}),
    BillSizes(since=date(2022, 10, 25), sizes={4: 60, 8: 50, 17: 36, 13: 57, 26: 48, 52: 34}),
    BillSizes(since=date(2023, 9, 19), sizes={4: 80, 8: 70, 17: 48, 13: 69, 26: 62, 52: 44}),
    BillSizes(since=date(2024, 5, 23), sizes={4: 80, 8: 80, 17: 60, 13: 70, 26: 70, 52: 46}),
    BillSizes(since=date(2025, 1, 30), sizes={4: 95, 8: 90, 17: 64, 13: 84, 26: 72, 52: 48}),
    BillSizes(since=date(2025, 2, 20), sizes={4: 85, 8: 80, 17: 60, 6: 80, 13: 80, 26: 70, 52: 48}),
    BillSizes(since=date(2026, 6, 9), sizes={4: 75, 8: 75, 17: 69, 6: 65, 13: 89, 26: 77, 52: 50}),
)


def coupon_sizes(month: date, known: date) -> Mapping[str, int]:
    """The sizes of the coupon securities of a month, in billions of dollars, as announced by `known`.

    1. The statement of the month's quarter, where it had been made.
    2. Else the latest made, at the same place in the quarter; TIPS, whose tenor changes with the month, as in the same
       quarter of the last year known.
    3. Before the first statement held, the first; TIPS as in the first of the same quarter.
    """
    made = [r for r in REFUNDINGS if r.announced <= known] or [REFUNDINGS[0]]
    quarters_first, place = _quarter(month)
    own = next((r for r in made if r.first_month == quarters_first), None)
    if own is not None:
        return {tenor: sizes[place] for tenor, sizes in own.sizes.items()}
    nearest_first = made[::-1] if quarters_first > made[-1].first_month else made
    alike = [r for r in nearest_first if r.first_month.month == quarters_first.month] or nearest_first
    found = {tenor: sizes[place] for tenor, sizes in nearest_first[0].sizes.items()}
    return found | {"tips": alike[0].sizes["tips"][place]}


def _quarter(month: date) -> tuple[date, int]:
    """The first month of a month's refunding quarter, and the month's place in it."""
    index = month.year * 12 + month.month - 1
    place = (index - 1) % 3  # quarters start in February
    index -= place
    return date(index // 12, index % 12 + 1, 1), place


def bill_sizes(day: date, known: date) -> Mapping[int, int]:
    """The sizes of the bills that settle in the week of a day, in billions of dollars by weeks, as seen by `known`."""
    seen = [b for b in BILLS if b.since <= min(day, known)] or [BILLS[0]]
    return seen[-1].sizes
