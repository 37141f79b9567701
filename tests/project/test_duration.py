"""What the central bank holds of duration, and what the private sector absorbs."""

from itertools import pairwise

import numpy as np
import pytest
from tests.project import made

from runoff.project.duration import BUCKETS, durations

AS_OF = "2022-06-03"
KNOWN = made.view(AS_OF).as_of.date()


def of(policy):
    """Durations under a policy."""
    found = made.projection(AS_OF, policy)
    return found, durations(found, known=KNOWN)


def test_buckets_hold_all_that_is_held():
    """By years to maturity, without gap or overlap; what matures on the last day counts nowhere."""
    edges = list(BUCKETS.values())
    assert all(low[1] == high[0] for low, high in pairwise(edges))
    found, told = of("announced")
    closing = found.treasuries.closing[:, found.first :].sum(axis=0)
    assert told.held.sum(axis=0) == pytest.approx(closing, rel=0.001)


def test_what_is_redeemed_is_absorbed_as_new_issues():
    """As much as is redeemed, in the proportions of the auctions; of bought securities the private sector has less."""
    found, told = of("full-run-off")
    redeemed = (found.treasuries.coupons_redeemed + found.treasuries.bills_redeemed)[found.first :]
    assert told.absorbed.sum(axis=0) == pytest.approx(redeemed, rel=0.001)
    assert told.released[1:].min() > 0
    _, bought = of("qe")
    assert bought.absorbed[:, 1:].sum() == pytest.approx(-11 * 80e9, rel=0.01)
    assert bought.released[1:].max() < 0


def test_a_twist_releases_less_than_nothing():
    """Long bonds leave the private sector, short ones come to it; par does not move, duration does."""
    _, told = of("twist")
    assert told.absorbed[:, 1:].sum() == pytest.approx(0, abs=2e9)
    assert told.released[1:].max() < -20e9
    _, still = of("full-rollover")
    assert told.equivalents[-1] > still.equivalents[-1] + 300e9


def test_ten_year_equivalents_weigh_by_duration():
    """The book of 2022 had about 7.6 years to maturity on average, and some four fifths of its size in equivalents."""
    _, told = of("announced")
    assert told.maturity[0] == pytest.approx(7.7, abs=0.3)
    share = told.equivalents / told.held.sum(axis=0)
    assert np.all((share > 0.6) & (share < 0.9))


def test_sales_of_mortgage_securities_release_duration():
    """The private sector takes 30 billion of them a month, once what was bought before has settled."""
    _, sold = of("mbs-sales")
    assert sold.absorbed_mbs[4:] == pytest.approx(30e9, rel=0.02)
    assert sold.released[1:].min() > 2e9
