from datetime import date, datetime

import pytest
from tests.core.rows import spec

from runoff.core.errors import UnitError, Unparseable
from runoff.core.source import Payload
from runoff.core.time import NEW_YORK, ReleaseClock, from_epoch, parse_as_of
from runoff.core.units import USD_BILLIONS, USD_MILLIONS, Frequency, Measure
from runoff.core.view import History
from runoff.core.vintages import read_vintages

GDP = spec("bea:GDP", unit=USD_BILLIONS, measure=Measure.FLOW, frequency=Frequency.QUARTERLY, release="gdp")
M2 = spec("frb:M2SL", unit=USD_BILLIONS, frequency=Frequency.MONTHLY, release="h6")
HEADER = "realtime_start,realtime_end,date,value\n"
GOOD = HEADER + (
    "2009-04-29,2009-05-28,2009-01-01,14001.0\n"
    "2009-05-29,9999-12-31,2009-01-01,14002.0\n"
    "2009-07-31,9999-12-31,2009-04-01,14101.0\n"
)


def read(text, series=GDP, unit=USD_BILLIONS, clock=None):
    """The vintages of a file of those lines."""
    return read_vintages(Payload("gdp.csv", text.encode()), series, unit, clock or ReleaseClock())


def moments(rows):
    """When each row became known."""
    return [from_epoch(seconds) for seconds in rows.known_at.tolist()]


def known(rows, as_of):
    """What of the rows was known then, by period."""
    series = History.of([rows]).at(parse_as_of(as_of)).series(rows.spec.id)
    return {
        date.fromordinal(p): v for p, v in zip(series.periods.tolist(), series.values.tolist(), strict=True)
    }


def test_a_vintage_is_known_from_its_day_at_the_hour_of_the_release():
    """The day is published and the hour follows the rule: no row is flagged as assumed or revised."""
    rows = read(GOOD)
    assert moments(rows) == [
        datetime(2009, 4, 29, 8, 30, tzinfo=NEW_YORK),
        datetime(2009, 5, 29, 8, 30, tzinfo=NEW_YORK),
        datetime(2009, 7, 31, 8, 30, tzinfo=NEW_YORK),
    ]
    assert rows.flags.tolist() == [0, 0, 0]
    first, second = date(2009, 1, 1), date(2009, 4, 1)
    assert known(rows, "2009-05-29T08:29:59-04:00") == {first: 14001.0}
    assert known(rows, "2009-05-29T08:30:00-04:00") == {first: 14002.0}
    assert known(rows, "2009-07-31") == {first: 14002.0, second: 14101.0}


def test_a_recorded_exception_of_the_day_gives_the_hour():
    """Where the clock knows that release itself, its hour is the one."""
    moment = datetime(2009, 4, 29, 10, 0, tzinfo=NEW_YORK)
    assert moments(read(GOOD, clock=ReleaseClock({("gdp", date(2009, 1, 1)): moment})))[0] == moment


def test_h6_came_out_later_when_it_was_weekly():
    """A vintage of the weekly H.6 is known at 16:30, one of the monthly release at 13:00."""
    rows = read(
        HEADER + "2020-03-05,2021-02-22,2020-01-01,15401\n2021-02-23,9999-12-31,2020-01-01,15402\n", M2
    )
    assert [(m.hour, m.minute) for m in moments(rows)] == [(16, 30), (13, 0)]


def test_the_order_of_the_rows_does_not_matter():
    """Rows come by period and then by knowledge, however the file gives them."""
    header, *lines = GOOD.splitlines(keepends=True)
    shuffled, straight = read(header + "".join(reversed(lines))), read(GOOD)
    assert shuffled.periods.tolist() == straight.periods.tolist()
    assert shuffled.values.tolist() == straight.values.tolist()
    assert shuffled.known_at.tolist() == straight.known_at.tolist()


def test_a_value_given_in_two_pieces_is_one_vintage():
    """A file put together from several answers may cut a value at a border; it was published once."""
    cut = GOOD.replace(
        "2009-05-29,9999-12-31,2009-01-01,14002.0\n",
        "2009-05-29,2009-12-31,2009-01-01,14002.0\n2010-01-01,9999-12-31,2009-01-01,14002.0\n",
    )
    assert cut != GOOD
    assert read(cut).known_at.tolist() == read(GOOD).known_at.tolist()


def test_the_end_of_a_value_may_be_left_out():
    """Without realtime_end a value holds until the next."""
    lines = [line.split(",") for line in GOOD.splitlines()]
    short = "".join(f"{start},{period},{value}\n" for start, _, period, value in lines)
    assert read(short).known_at.tolist() == read(GOOD).known_at.tolist()


def test_a_withdrawn_value_is_left_out():
    """A dot is no value: the one before it stays the last known."""
    rows = read(GOOD + "2009-10-29,9999-12-31,2009-04-01,.\n".replace("2009-10-29", "2009-10-30"))
    assert len(rows) == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("<html>busy</html>", "a web page", id="web page"),
        pytest.param("", "expected a header", id="nothing"),
        pytest.param(HEADER, "a header and no value", id="cut after the header"),
        pytest.param(GOOD.replace("realtime_start", "vintage"), "no column realtime_start", id="header"),
        pytest.param(GOOD[:-14], "line 4: expected 4 columns, found 3", id="cut in a row"),
        pytest.param(GOOD.replace("14101.0", "n/a"), "row 4, column value: 'n/a' is no number", id="text"),
        pytest.param(GOOD.replace("14101.0", "nan"), "row 4, column value: 'nan' is no number", id="nan"),
        pytest.param(GOOD.replace("2009-07-31", "31/07/09"), "row 4, column realtime_start", id="date"),
        pytest.param(
            GOOD + "2009-05-29,9999-12-31,2009-01-01,14003\n", "rows 3 and 5: two values", id="twice"
        ),
        pytest.param(GOOD + "2009-05-01,2009-05-02,2009-01-01,1\n", "rows 2 and 5: two values", id="overlap"),
        pytest.param(
            HEADER + "2009-01-01,9999-12-31,2009-04-29,14001\n", "row 2: a value of 2009-04-29", id="shifted"
        ),
        pytest.param(HEADER + "2009-04-29,2009-04-28,2009-01-01,1\n", "before its end", id="ends first"),
    ],
)
def test_a_damaged_file_is_refused(text, says):
    """Whatever is not a table of vintages is refused as a whole, with the row and the column."""
    with pytest.raises(Unparseable, match=says):
        read(text)


def test_another_unit_is_refused():
    """The unit of the file must be the declared one."""
    with pytest.raises(UnitError, match="declared in USD bn, the file gives USD mn"):
        read(GOOD, unit=USD_MILLIONS)


# Bureau of Economic Analysis, first quarter of 2012: second estimate of 2012-05-31, and as it stood on 2024-12-20;
# third quarter of 2024: third estimate of 2024-12-19. Billions of dollars at an annual rate.
def test_gdp_as_known_in_2012_and_in_2024(shared_data):
    """GDP of a quarter is what was published by the day asked for."""
    path = shared_data / "vintages" / "ALFRED_GDP_all_releases.csv"
    rows = read_vintages(Payload(path.name, path.read_bytes()), GDP, USD_BILLIONS, ReleaseClock())
    then, now = known(rows, "2012-06-01"), known(rows, "2024-12-20")
    assert max(then) == date(2012, 1, 1)
    assert then[date(2012, 1, 1)] == 15_454.0
    assert now[date(2012, 1, 1)] == 16_068.805
    assert max(now) == date(2024, 7, 1)
    assert now[date(2024, 7, 1)] == 29_374.914
    assert known(rows, "2024-12-18")[date(2024, 7, 1)] == 29_354.321
