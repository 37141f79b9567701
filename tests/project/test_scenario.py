"""A scenario of the user's own: what is read, what follows where it says nothing, and what is refused."""

from datetime import date

import pytest

from runoff.core.accounts import Sector
from runoff.core.errors import ConfigError
from runoff.core.source import Payload
from runoff.project.scenario import SHARES, LimitTerms, RatePath, Scenario, read_scenario

HEAD = 'title = "T"\nsays = "S"\n'


def read(text: str) -> Scenario:
    """A scenario from what a file says."""
    return read_scenario(Payload("mine.toml", text.encode()), "mine")


def test_what_is_left_out_has_its_default():
    """Rates stay, prices grow by the FOMC's goal, and all the rest follows from what is known."""
    assert read(HEAD) == Scenario(id="mine", title="T", says="S")
    assert read(HEAD).refunding == SHARES
    assert sum(SHARES.values()) == pytest.approx(1)
    assert read(HEAD).inflation == 2.0


def test_everything_that_a_file_can_say():
    """Billions become dollars, nil is a number and not left out."""
    found = read(
        HEAD + 'rates = "forwards"\nshift = -0.5\ninflation = 0\nmortgage_spread = 1.7\ntakeoff_of_gdp = 0.09\n'
        "currency_growth = 0\ntga_billions = 0\ntga_seasonal = false\n"
        "[debt_limit]\nstarts_after_months = 0\nresolution = 2027-05-01\nlow_billions = 50\n"
        "[refunding]\nbanks = 1\n"
    )  # fmt: skip
    assert (found.rates, found.shift, found.inflation, found.mortgage_spread) == (
        RatePath.FORWARDS,
        -0.5,
        0.0,
        1.7,
    )
    assert (found.takeoff, found.currency_growth, found.tga, found.seasonal) == (0.09, 0.0, 0.0, False)
    assert found.debt_limit == LimitTerms(start=0, resolution=date(2027, 5, 1), low=50e9)
    assert found.refunding == {Sector.BANKS: 1.0}


def test_a_debt_limit_is_counted_from_the_month_of_the_projection():
    """Nought months after is that month."""
    dated = LimitTerms(start=0, resolution=9, low=50e9).dated(date(2026, 10, 20))
    assert (dated.start, dated.resolution, dated.low) == (date(2026, 10, 1), date(2027, 7, 1), 50e9)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "mine.toml: title is missing"),
        (HEAD + "rate = 1", "mine.toml: no key named rate; there are currency_growth"),
        (HEAD + 'rates = "up"', "mine.toml: rates = 'up'; expected one of unchanged, forwards, realised"),
        (HEAD + "shift = 100", "mine.toml: shift = 100; expected a number from -20 to 20"),
        (HEAD + 'shift = "1"', "mine.toml: shift = '1'; expected a number from -20 to 20"),
        (HEAD + "inflation = nan", "mine.toml: inflation = nan; expected a number"),
        (HEAD + "mortgage_spread = -1", "mine.toml: mortgage_spread = -1; expected a number from 0 to 10"),
        (HEAD + "tga_billions = 850000000000", "tga_billions = 850000000000; expected a number from 0 to 1e+06"),
        (HEAD + "tga_seasonal = 1", "mine.toml: tga_seasonal = 1; expected true or false"),
        (HEAD + "takeoff_of_gdp = 9", "mine.toml: takeoff_of_gdp = 9; expected a number from 0 to 1"),
        (HEAD + "debt_limit = 3", "mine.toml, debt_limit: write it as a table, [debt_limit]"),
        (HEAD + "[debt_limit]\nlow = 50", "mine.toml, debt_limit: no key named low; there are low_billions"),
        (HEAD + "[debt_limit]\nlow_billions = 50", "mine.toml, debt_limit: expected when it starts"),
        (
            HEAD + "[debt_limit]\nstarts_after_months = -1",
            "mine.toml, debt_limit: starts_after_months = -1; expected a whole number from 0 to 1200",
        ),
        (HEAD + "refunding = 1", "mine.toml, refunding: write it as a table, [refunding]"),
        (HEAD + "[refunding]\nbanks = 0.5", "mine.toml, refunding: the shares add up to 0.5; expected 1"),
        (HEAD + "[refunding]\nbank = 1", "mine.toml, refunding: no key named bank; there are banks"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_place_and_reason(text, says):
    """File, key, found, expected."""
    with pytest.raises(ConfigError) as refused:
        read(text)
    assert says in str(refused.value)
