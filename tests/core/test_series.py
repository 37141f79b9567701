from datetime import date

import numpy as np
import pytest
from tests.core.rows import day, moment, rows, spec

from runoff.core.errors import LookaheadError, RegistryError, UnitError, Unparseable
from runoff.core.series import ASSUMED, REVISED, Observations, align
from runoff.core.units import PERCENT, Measure, Unit
from runoff.core.view import History

SPEC = spec()


def known(*facts, of=SPEC, as_of=99, **options):
    """The series that those facts give."""
    return History.of([rows(of, facts, **options)]).at(moment(as_of)).series(of.id)


def test_an_observation_says_what_it_is_and_where_it_comes_from():
    """A row read one by one carries its period, value, moment, file and flags."""
    last = known((0, 1, 5.0), (7, 8, 6.0), digest="abc", flags=ASSUMED | REVISED).last()
    assert (last.series, last.period, last.value) == (SPEC, day(7), 6.0)
    assert last.known_at == moment(8)
    assert (last.digest, last.assumed, last.revised) == ("abc", True, True)


def test_flags_are_told_apart():
    """An assumed moment is not a revised value."""
    assert [
        (o.assumed, o.revised) for o in (known((0, 1, 5.0), flags=f).last() for f in (0, ASSUMED, REVISED))
    ] == [(False, False), (True, False), (False, True)]


def test_a_value_is_looked_up_on_exactly_its_period():
    """`on` and `at` never take a neighbour's value; `at` says what is missing."""
    series = known((0, 1, 5.0), (7, 8, 6.0))
    assert series.at(day(7)).value == 6.0
    assert series.on(day(3)) is None
    assert series.on(day(8)) is None
    with pytest.raises(LookaheadError, match=r"frb:WALCL: nothing known for 2024-01-04 at 2024-04-09"):
        series.at(day(3))


def test_a_step_holds_until_the_next():
    """`in_force` gives the last value on or before a day, and nothing before the first."""
    series = known((2, 2, 5.0), (7, 7, 6.0))
    found = [series.in_force(day(n)) for n in (1, 2, 6, 7, 50)]
    assert [o and o.value for o in found] == [None, 5.0, 5.0, 6.0, 6.0]
    on_days = series.in_force_on(np.array([day(n).toordinal() for n in (1, 2, 6, 7, 50)]))
    np.testing.assert_array_equal(on_days, [np.nan, 5.0, 5.0, 6.0, 6.0])


def test_rows_are_those_from_start_to_end():
    """Both ends of a range of periods are included."""
    series = known((0, 1, 5.0), (7, 8, 6.0), (14, 15, 7.0))
    assert [o.value for o in series.rows(day(0), day(7))] == [5.0, 6.0]
    assert [o.value for o in series.rows(day(1), day(13))] == [6.0]
    assert series.rows(day(15), day(20)) == ()


def test_periods_are_days_for_numpy_too():
    """The dates of a series are its periods."""
    assert known((0, 1, 5.0), (7, 8, 6.0)).dates.tolist() == [day(0), day(7)]


def test_a_series_converts_its_values_and_its_unit_together():
    """Converted to billions, a series says billions; the one it came from is as it was."""
    series = known((0, 1, 2500.0))
    converted = series.to("USD bn")
    assert (converted.last().value, converted.spec.unit.symbol) == (2.5, "USD bn")
    assert (series.last().value, series.spec.unit.symbol) == (2500.0, "USD mn")
    with pytest.raises(UnitError, match="cannot become percent"):
        series.to("percent")


def test_series_are_aligned_on_the_periods_that_all_have():
    """Aligned values stand on common periods, series by periods, whatever each has besides."""
    a = known((0, 1, 1.0), (7, 8, 2.0), (14, 15, 3.0))
    b = known((7, 8, 20.0), (14, 15, 30.0), (21, 22, 40.0), of=spec("frb:WDTGAL"))
    c = known((0, 1, 100.0), (14, 15, 300.0), of=spec("frb:WLRRAOL"))
    periods, values = align(a, b, c)
    assert periods.tolist() == [day(14).toordinal()]
    assert values.tolist() == [[3.0], [30.0], [300.0]]


def test_only_one_unit_can_be_aligned():
    """Millions beside percent are refused, naming both series."""
    with pytest.raises(UnitError, match="frb:WALCL with nyfed:SOFR: expected USD mn, found percent"):
        align(
            known((0, 1, 1.0)), known((0, 1, 1.0), of=spec("nyfed:SOFR", unit=PERCENT, measure=Measure.RATE))
        )


# --- what a file may hold --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_no_number_is_refused(value):
    """A missing value is left out, never written as NaN; the message names the period."""
    with pytest.raises(
        Unparseable, match="the value of 2024-01-08 is no finite number; leave a missing value out"
    ):
        rows(SPEC, [(0, 1, 1.0), (7, 8, value)])


def test_a_period_may_not_come_twice_at_one_moment():
    """Two values of one period and moment contradict each other: refused, naming the period."""
    with pytest.raises(Unparseable, match="2024-01-08 appears twice in one file"):
        rows(SPEC, [(7, 8, 1.0), (0, 1, 1.0), (7, 8, 2.0)])


def test_a_period_may_come_twice_at_two_moments():
    """A file of vintages holds a period once per moment."""
    assert len(rows(SPEC, [(7, 8, 1.0), (7, 9, 2.0)])) == 2


def test_no_rows_are_legal_rows():
    """A column that is missing throughout is no error in itself."""
    assert len(rows(SPEC, [])) == 0


def test_columns_have_one_length():
    """A column cut short is refused."""
    two, one = np.array([1, 2]), np.array([1.0])
    with pytest.raises(Unparseable, match=r"columns of different length \[1, 2\]"):
        Observations(
            spec=SPEC, unit=SPEC.unit, periods=two, values=one, known_at=two,
            flags=np.zeros(2, np.uint8), digest="d",
        )  # fmt: skip


@pytest.mark.parametrize("series_id", ["WALCL", "frb:", ":WALCL", ""])
def test_a_series_is_named_publisher_and_code(series_id):
    """An id without either half is refused with an example."""
    with pytest.raises(RegistryError, match="expected publisher:code, for example frb:WALCL"):
        spec(series_id)


def test_a_series_names_a_release_rule_that_exists():
    """A misspelt rule is refused when the series is declared, not when a figure is late."""
    with pytest.raises(RegistryError, match=r"frb:WALCL: no release rule 'H41'; there are .*h41"):
        spec(release="H41")


def test_the_code_is_the_publishers_own_name():
    """A code may hold a colon of its own."""
    assert spec("frb:H41:X").code == "H41:X"
    assert Unit.parse("USD mn") == SPEC.unit
    assert date.fromordinal(int(known((0, 1, 1.0)).periods[0])) == day(0)
