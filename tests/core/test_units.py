import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.rows import moment, rows, spec

from runoff.core.errors import UnitError
from runoff.core.series import align
from runoff.core.units import CURRENCIES, Measure, Unit, require_same
from runoff.core.view import History

SYMBOLS = (
    "percent", "bp", "ratio", "index", "persons", "thousand persons", "USD2017 bn", "days",
    "weeks", "months",
    *(f"{c} {s}".rstrip() for c in sorted(CURRENCIES) for s in ("", "th", "mn", "100mn", "bn", "tn")),
)  # fmt: skip
PAIRS = [(a, b) for a in SYMBOLS for b in SYMBOLS if Unit.parse(a).dimension == Unit.parse(b).dimension]


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_declared_unit_is_written_as_it_is_read(symbol):
    """Reading a unit and writing it gives the same text back."""
    assert Unit.parse(symbol).symbol == symbol


def test_every_unit_has_a_spelling_of_its_own():
    """No two texts name the same unit, so a unit in a store is read back as what it was."""
    assert len({Unit.parse(symbol) for symbol in SYMBOLS}) == len(SYMBOLS)


@given(st.sampled_from(PAIRS), st.floats(-1e15, 1e15, allow_subnormal=False))
def test_converting_there_and_back_is_the_identity(pair, value):
    """A value comes back from another unit as it was, to the last bit but one that division rounds."""
    here, there = map(Unit.parse, pair)
    assert there.to(here, here.to(there, value)) == pytest.approx(value, rel=4e-16, abs=1e-300)


@given(st.lists(st.integers(-(10**10), 10**10), min_size=1))
def test_whole_millions_survive_billions(millions):
    """A column of whole millions, through billions and back, rounds to exactly the same millions."""
    mn, bn = Unit.parse("USD mn"), Unit.parse("USD bn")
    there_and_back = bn.to(mn, mn.to(bn, np.array(millions, dtype=np.float64)))
    assert np.rint(there_and_back).astype(np.int64).tolist() == millions


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [("USD bn", "USD mn", 2500.0), ("USD tn", "USD bn", 2500.0), ("JPY 100mn", "JPY bn", 0.25),
     ("percent", "bp", 250.0), ("bp", "ratio", 0.00025), ("thousand persons", "persons", 2500.0)],
)  # fmt: skip
def test_conversions_of_the_field(here, there, expected):
    """2.5 in one unit is what a reader expects in the other."""
    assert Unit.parse(here).to(Unit.parse(there), 2.5) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(("here", "there"), [("months", "days"), ("weeks", "days"), ("days", "index")])
def test_days_weeks_and_months_never_become_each_other(here, there):
    """A month has no fixed number of days, and no time is a bare number."""
    with pytest.raises(UnitError, match=f"{here} cannot become {there}"):
        Unit.parse(here).to(Unit.parse(there), 1.0)


def test_billions_where_millions_are_declared_are_refused():
    """A file in billions under a declaration in millions stops, and the message says what to correct."""
    with pytest.raises(UnitError, match=r"declared in USD mn, the file gives USD bn; convert the file"):
        rows(spec(), [(0, 1, 1.0)], unit=Unit.parse("USD bn"))


@pytest.mark.parametrize("text", ["NOK bn", "XXX", "KRW 100mn"])
def test_an_undeclared_currency_is_refused(text):
    """A currency that nobody declared stops, and the message says where to declare it."""
    with pytest.raises(UnitError, match=r"is not declared.*runoff\.core\.units\.CURRENCIES"):
        Unit.parse(text)


@pytest.mark.parametrize("text", ["", "millions", "USD  mn", "usd mn", "USD million", "percentage"])
def test_what_names_no_unit_is_refused_with_examples(text):
    """A text that names no unit stops, and the message shows some that do."""
    with pytest.raises(UnitError, match=r"is no unit; expected .*USD mn"):
        Unit.parse(text)


def test_a_unit_that_cannot_be_written_cannot_be_made():
    """A power of ten that no text names is no unit either."""
    with pytest.raises(UnitError, match="no unit of USD times ten to the 7"):
        Unit("USD", 7)


@pytest.mark.parametrize(
    ("a", "b", "remedy"),
    [("USD mn", "USD bn", r"convert it with \.to\('USD mn'\)"),
     ("USD bn", "EUR bn", "never combine"),
     ("USD bn", "USD2017 bn", "never combine"),
     ("USD mn", "percent", "never combine")],
)  # fmt: skip
def test_two_units_are_never_combined_silently(a, b, remedy):
    """Millions with billions, dollars with euros, nominal with real dollars: refused, each with its remedy."""
    with pytest.raises(UnitError, match=remedy):
        require_same("a sum", (Unit.parse(a), Measure.STOCK), (Unit.parse(b), Measure.STOCK))


def test_nominal_dollars_never_become_real_ones():
    """There is no conversion between dimensions, and the message names both."""
    with pytest.raises(UnitError, match=r"USD bn cannot become USD2017 bn.*measures USD, the other USD2017"):
        Unit.parse("USD bn").to(Unit.parse("USD2017 bn"), 1.0)


def test_a_wednesday_level_is_not_put_beside_a_week_average():
    """WDTGAL and WTREGEN have the same unit and are different figures: refused, with what to choose."""
    level, average = spec("frb:WDTGAL"), spec("frb:WTREGEN", measure=Measure.WEEK_AVERAGE)
    view = History.of([rows(level, [(2, 3, 1.0)]), rows(average, [(2, 3, 2.0)])]).at(moment(9))
    with pytest.raises(UnitError, match=r"expected a stock, found a week_average.*choose a variant"):
        align(view.series("frb:WDTGAL"), view.series("frb:WTREGEN"))
