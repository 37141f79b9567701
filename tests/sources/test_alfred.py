"""ALFRED: windows under the archive's limit, and vintages that do not depend on where a window is cut."""

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff.core.errors import UnitError, Unparseable
from runoff.core.registry import plugin
from runoff.core.source import Asked, Payload, Source
from runoff.core.time import from_epoch, parse_as_of
from runoff.core.view import History
from runoff.core.vintages import read_vintages

SOURCE = plugin("sources", "alfred", Source)
CATALOGUE = plugin("sources", "figures", Source).catalogue()
SPECIMENS = Path(__file__).resolve().parents[1] / "data" / "fred"
GDP = CATALOGUE.specs["bea:GDP"]
KEY = "0123456789abcdef" * 2
MOST_VINTAGES = 2_000  # in one answer, says the archive
WINDOWS = ("GDP.1776-07-04.json", "GDP.2009-12-31.json")


def requests(now="2026-07-24", **changes):
    """What is asked on a day, with a key and once each series was found to be as declared, unless told otherwise."""
    codes = {spec.url.rpartition("/")[2] for spec in CATALOGUE.specs.values()}
    fields = {
        "now": parse_as_of(now),
        "catalogue": CATALOGUE,
        "last": dict.fromkeys(CATALOGUE.specs),
        "key": KEY,
        "answers": {f"{code}.series.json": Payload(f"{code}.series.json", b"") for code in codes},
    }
    return list(SOURCE.requests(Asked(**(fields | changes))))


def windows(code, now="2026-07-24"):
    """The real-time periods a series is asked for, first and last day."""
    return [
        (date.fromisoformat(r.params["realtime_start"]), date.fromisoformat(r.params["realtime_end"]))
        for r in requests(now)
        if r.params["series_id"] == code and "realtime_start" in r.params
    ]


def parse(name, content):
    """The observations of a file."""
    return SOURCE.parse(Payload(name, content), CATALOGUE).observations


def rows(parsed):
    """Period, moment, value and flags of all rows, in order."""
    return sorted(
        row
        for one in parsed
        for row in zip(
            one.periods.tolist(), one.known_at.tolist(), one.values.tolist(), one.flags.tolist(), strict=True
        )
    )


def answer(vintages, start, end):
    """What the archive answers for a window: the values that were published in it, their dates clamped to it."""
    observations = [
        {
            "realtime_start": max(first, start).isoformat(),
            "realtime_end": min(last, end).isoformat(),
            "date": period.isoformat(),
            "value": str(value),
        }
        for period, first, last, value in vintages
        if first <= end and last >= start
    ]
    return json.dumps(
        {
            "realtime_start": start.isoformat(),
            "units": "lin",
            "output_type": 1,
            "count": len(observations),
            "observations": observations,
        }
    ).encode()


def test_without_a_key_nothing_is_asked():
    """The archive needs a key; without one there is nothing to do, and nothing to fail."""
    assert requests(key=None) == []


def test_what_a_series_is_comes_first():
    """Vintages are asked for once its unit, frequency and adjustment were accepted; the key is in no name."""
    first, second, *_ = requests(only=frozenset({"bea:GDP"}))
    assert (first.name, first.path) == ("GDP.series.json", "/fred/series")
    assert (second.name, second.path) == ("GDP.1776-07-04.json", "/fred/series/observations")
    assert second.params["output_type"] == "1"
    assert all(r.secret == {"api_key"} and KEY not in r.name + r.path for r in requests())
    assert [r.name for r in requests(only=frozenset({"bea:GDP"}), answers={})] == ["GDP.series.json"]


def test_requests_follow_each_other_below_the_allowed_pace():
    """The API allows 120 requests a minute."""
    assert 60 / SOURCE.pause_seconds <= 120


@pytest.mark.parametrize(
    "now", ["2024-12-31", "2025-01-01", "2026-07-24", "2029-12-31", "2030-01-01", "2044-06-30"]
)
def test_no_window_can_hold_too_many_vintages(now):
    """After the first window each has fewer days than vintages are allowed, and each begins where the last ended."""
    found = windows("GDP", now)
    today = date.fromisoformat(now)
    assert found[0][0] == date(1776, 7, 4)
    assert found[-1][1] == date.max
    assert all(end == start for (_, end), (start, _) in pairwise(found))
    assert all((min(end, today) - start).days + 1 < MOST_VINTAGES for start, end in found[1:])
    assert all(start <= today for start, _ in found)


def test_weekly_releases_stay_below_the_limit_before_the_first_border():
    """H.6 came out weekly from 1979 on, more often than any other release that is asked for."""
    end = windows("M2SL")[0][1]
    assert (end - date(1979, 1, 1)).days / 7 < MOST_VINTAGES


def test_vintages_in_another_unit_are_not_asked_for():
    """Real GDP was in dollars of other years before 2023-09-28, and prices had another base before 1988."""
    assert windows("GDPC1")[0] == (date(2023, 9, 28), date(2024, 12, 31))
    assert windows("CPIAUCSL")[0][0] >= date(1988, 2, 26)


def test_it_brings_what_it_asks_for():
    """The series it lists are those of its requests, each of them revised."""
    asked = {r.params["series_id"] for r in requests()}
    brought = list(SOURCE.brings(CATALOGUE))
    assert asked == {CATALOGUE.specs[series].url.rpartition("/")[2] for series in brought}
    assert all(CATALOGUE.specs[series].revised for series in brought)
    assert "chifed:NFCI" not in brought


def test_two_windows_give_the_vintages_of_the_whole():
    """Values that span the border are one vintage; one published on the border's day is told once."""
    cut = [one for name in WINDOWS for one in parse(name, (SPECIMENS / name).read_bytes())]
    whole = Payload("GDP.vintages.csv", (SPECIMENS / "GDP.vintages.csv").read_bytes())
    assert rows(cut) == rows([read_vintages(whole, GDP, GDP.unit, CATALOGUE.clock)])
    assert len(rows(cut)) == 7


def test_a_value_is_known_from_its_day():
    """As of a day, what was published by its release hour."""
    history = History.of(one for name in WINDOWS for one in parse(name, (SPECIMENS / name).read_bytes()))

    def first_quarter(as_of):
        return history.at(parse_as_of(as_of)).series("bea:GDP").at(date(2009, 1, 1))

    assert first_quarter("2009-05-28").value == 14001.0
    assert first_quarter("2009-05-29").value == 14002.0
    assert first_quarter("2010-07-29").value == 14002.0
    assert first_quarter("2010-07-30").value == 14003.0
    revised = first_quarter("2010-07-30")
    assert revised.known_at == parse_as_of("2010-07-30T08:30-04:00")
    assert not revised.assumed
    assert not revised.revised


PERIODS = [date(year, month, 1) for year in (2008, 2009, 2010) for month in (1, 4, 7, 10)]


@st.composite
def histories(draw):
    """Vintages of some quarters: period, first and last day, value; each value from a day on until another."""
    found = []
    for period in draw(st.lists(st.sampled_from(PERIODS), unique=True, min_size=1, max_size=5)):
        days = draw(st.lists(st.integers(30, 4000), unique=True, min_size=1, max_size=6).map(sorted))
        starts = [period + timedelta(days=d) for d in days]
        # Near the border a window is cut at, more often than chance would have it.
        if (
            draw(st.booleans())
            and all(s > date(2009, 12, 31) for s in starts)
            and period < date(2009, 12, 31)
        ):
            starts.insert(0, date(2009, 12, 31))
        ends = [following - timedelta(days=1) for following in starts[1:]] + [date.max]
        steps = draw(st.lists(st.sampled_from((-1, 1, 2)), min_size=len(starts), max_size=len(starts)))
        values = np.cumsum([14_000.0, *steps])[1:].tolist()
        found += list(zip([period] * len(starts), starts, ends, values, strict=True))
    return found


@given(histories())
def test_where_windows_are_cut_changes_nothing(vintages):
    """Whatever was published when, the windows of an update give it as one answer would."""
    cut = [
        one
        for start, end in windows("GDP")
        if any(first <= end and last >= start for _, first, last, _ in vintages)
        for one in parse(f"GDP.{start}.json", answer(vintages, start, end))
    ]
    whole = History.of(parse("GDP.1776-07-04.json", answer(vintages, date(1776, 7, 4), date.max)))
    cut_history = History.of(cut)
    for day in {first for _, first, _, _ in vintages} | {date(2009, 12, 31), date(2014, 12, 31)}:
        for moment in (day - timedelta(days=1), day):
            one, other = (
                h.at(parse_as_of(moment.isoformat())).known("bea:GDP") for h in (whole, cut_history)
            )
            assert (one is None) == (other is None)
            if one is not None and other is not None:
                np.testing.assert_array_equal(one.periods, other.periods)
                np.testing.assert_array_equal(one.values, other.values)
                np.testing.assert_array_equal(one.known_at, other.known_at)


def test_a_window_in_which_nothing_came_out_has_no_rows():
    """Just after a border there may be nothing new; that is no error."""
    vintages = [(date(2009, 1, 1), date(2009, 4, 29), date.max, 14001.0)]
    assert parse("GDP.2009-12-31.json", answer(vintages, date(2009, 12, 31), date(2014, 12, 31))) == ()


def test_real_gdp_of_the_day_its_unit_began_is_kept():
    """The first window of a series that changed its unit holds what was published on its first day."""
    vintages = [(date(2012, 1, 1), date(2023, 9, 28), date.max, 18001.0)]
    (one,) = parse("GDPC1.2023-09-28.json", answer(vintages, date(2023, 9, 28), date(2024, 12, 31)))
    assert from_epoch(int(one.known_at[0])) == parse_as_of("2023-09-28T08:30-04:00")


def test_another_window_than_asked_for_is_refused():
    """The name says from when it was asked; values clamped to another day would be dated wrongly."""
    content = (SPECIMENS / WINDOWS[1]).read_bytes()
    with pytest.raises(Unparseable, match="the answer begins on 2009-12-31; expected the day in its name"):
        parse("GDP.2014-12-31.json", content)


def test_a_changed_unit_and_an_unknown_series_are_refused():
    """What is not declared is not read."""
    payload = (SPECIMENS / "GDP.series.json").read_bytes()
    assert parse("GDP.series.json", payload) == ()
    with pytest.raises(UnitError, match="declared in USD bn"):
        parse("GDP.series.json", payload.replace(b"Billions", b"Millions"))
    with pytest.raises(Unparseable, match="no series whose vintages"):
        parse("NFCI.1776-07-04.json", b"{}")


@pytest.fixture
def recorded(shared_data):
    """An answer of the archive as it was recorded."""

    def read(name):
        return json.loads(gzip.decompress((shared_data / "cassettes" / "fred" / name).read_bytes()))["body"]

    return read


def test_recorded_vintages_equal_the_file_of_all_of_them(recorded, shared_data):
    """The recorded answer and the file that others made of it hold the same vintages."""
    body = recorded("series_observations_GDP_all_realtime_1.json.gz")
    path = shared_data / "vintages" / "ALFRED_GDP_all_releases.csv"
    file = read_vintages(Payload(path.name, path.read_bytes()), GDP, GDP.unit, CATALOGUE.clock)
    assert rows(parse("GDP.1776-07-04.json", json.dumps(body).encode())) == rows([file])


def test_recorded_vintages_cut_into_windows(recorded):
    """The recorded answer, cut as the archive cuts it, gives the vintages of the whole."""
    body = recorded("series_observations_GDP_all_realtime_1.json.gz")
    vintages = [
        (*(date.fromisoformat(row[key]) for key in ("date", "realtime_start", "realtime_end")), row["value"])
        for row in body["observations"]
    ]
    cut = [
        one
        for start, end in windows("GDP")
        for one in parse(f"GDP.{start}.json", answer(vintages, start, end))
    ]
    assert rows(cut) == rows(parse("GDP.1776-07-04.json", json.dumps(body).encode()))


def test_gdp_as_known_in_2012_and_in_2024(recorded):
    """The first quarter of 2012 in its second estimate, and as it stood in December 2024."""
    body = json.dumps(recorded("series_observations_GDP_all_realtime_1.json.gz")).encode()
    history = History.of(parse("GDP.1776-07-04.json", body))
    quarter = date(2012, 1, 1)
    assert history.at(parse_as_of("2012-06-01")).series("bea:GDP").at(quarter).value == 15_454.0
    assert history.at(datetime(2024, 12, 20, tzinfo=UTC)).series("bea:GDP").at(quarter).value == 16_068.805
