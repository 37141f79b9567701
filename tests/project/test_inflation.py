from datetime import date

import numpy as np
import pytest
from tests.project import desk
from tests.sources import shipped

from runoff.core.errors import Unavailable
from runoff.core.holdings import SecurityKind
from runoff.project.inflation import ConsumerPrices, to_five_decimals


def ordinals(*months):
    """Count days to the first of months."""
    return np.array([date(*month, 1).toordinal() for month in months])


def test_index_ratios_are_those_of_the_desks_book():
    """Every TIPS of the book stands at the reference index of 2022-02-17 over that of its dated date, to five decimals.

    PROVENANCE: par and inflation compensation of SOMA on 2022-02-16, Federal Reserve Bank of New York. 912828S50 was
    indexed from a figure of May 2016 that the Bureau of Labor Statistics corrected afterwards.
    """
    book = shipped.view().book("soma")
    assert book is not None
    odd = {"912810FR4": date(2004, 7, 15), "912810FQ6": date(2001, 10, 15)}
    prices, missed = desk.prices(), set()
    tips = [h for h in book.holdings if h.kind is SecurityKind.TIPS]
    for h in tips:
        dated = (
            [odd[h.id]]
            if h.id in odd
            else [h.maturity.replace(year=h.maturity.year - y) for y in (5, 10, 20, 30)]
        )
        ratios = {
            to_five_decimals(prices.reference(date(2022, 2, 17)) / prices.reference(day)) for day in dated
        }
        if not any(abs(1 + h.inflation_compensation / h.par - ratio) < 1e-9 for ratio in ratios):
            missed.add(h.id)
    assert len(tips) == 48
    assert missed == {"912828S50"}


def test_a_month_never_published_is_filled_by_the_treasurys_rule():
    """October 2025 was not published: the Treasury indexed to 325.604.

    PROVENANCE: 31 CFR part 356, appendix B, I.B.4, worked by hand: 324.8 x (324.8 / 315.301) ^ (1/12).
    """
    assert desk.prices().level(2025 * 12 + 9) == pytest.approx(325.604, abs=0.0005)


def test_prices_grow_after_the_last_known():
    """By the rate assumed, over twelve months in full; a rate of nil keeps the last."""
    prices = ConsumerPrices.at(ordinals((2024, 1), (2024, 2)), np.array([300.0, 303.0]), growth=2.0)
    assert prices.last == date(2024, 2, 1)
    assert prices.level(2025 * 12 + 1) == pytest.approx(303 * 1.02)
    assert prices.level(2026 * 12 + 1) == pytest.approx(303 * 1.02**2)
    assert prices.level(2024 * 12 + 1) == 303
    still = ConsumerPrices(first=prices.first, levels=prices.levels, growth=0.0)
    assert still.level(2030 * 12) == 303


def test_a_reference_index_lags_three_months_and_moves_by_the_day():
    """On the first of a month it is the index of the third month before; the last day is not yet the next month's."""
    prices = ConsumerPrices.at(ordinals((2024, 1), (2024, 2)), np.array([300.0, 303.0]))
    assert prices.reference(date(2024, 4, 1)) == 300
    assert prices.reference(date(2024, 5, 1)) == 303
    assert prices.reference(date(2024, 4, 30)) == pytest.approx(302.9)


def test_prices_before_the_first_are_refused():
    """By the month, and with the first at hand."""
    prices = ConsumerPrices.at(ordinals((2024, 1)), np.array([300.0]))
    with pytest.raises(
        Unavailable, match="consumer prices of 2023-12 are not at hand; the first are of 2024-01"
    ):
        prices.reference(date(2024, 3, 1))


def test_prices_not_yet_known_are_not_read():
    """As of a day in May 2022 the index of May is assumed, though it is in the store."""
    then = ConsumerPrices.of(shipped.view("2022-05-20").series("bls:CUUR0000SA0"))
    assert then.last == date(2022, 4, 1)
    assert then.level(2022 * 12 + 4) == pytest.approx(289.109 * 1.02 ** (1 / 12))
    assert desk.prices().level(2022 * 12 + 4) == 292.296
