"""FRED: which files are asked for, what they hold, and that a damaged one is refused."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from runoff.core.errors import UnitError, Unparseable
from runoff.core.intake import checked
from runoff.core.registry import plugin
from runoff.core.series import ASSUMED, REVISED
from runoff.core.source import Asked, Payload, Source
from runoff.core.time import from_epoch, parse_as_of
from runoff.core.view import History

SOURCE = plugin("sources", "fred", Source)
CATALOGUE = plugin("sources", "figures", Source).catalogue()
SPECIMENS = Path(__file__).resolve().parents[1] / "data" / "fred"
NOW = datetime(2026, 7, 25, 1, 0, tzinfo=UTC)  # still the 24th in New York
KEY = "0123456789abcdef" * 2


def asked(**changes):
    """What an update asks where nothing is stored."""
    fields = {"now": NOW, "catalogue": CATALOGUE, "last": dict.fromkeys(CATALOGUE.specs)}
    return Asked(**(fields | changes))


def by_name(**changes):
    """The requests by the name of their payload."""
    return {request.name: request for request in SOURCE.requests(asked(**changes))}


def specimen(name):
    """A file of our own making."""
    return Payload(name, (SPECIMENS / name).read_bytes())


def parse(payload):
    """The rows of a file."""
    (rows,) = SOURCE.parse(payload, CATALOGUE).observations
    return rows


def values(rows):
    """The values by period."""
    return {
        date.fromordinal(p).isoformat(): v
        for p, v in zip(rows.periods.tolist(), rows.values.tolist(), strict=True)
    }


def test_every_series_with_a_page_at_fred_is_brought():
    """Licensed series come too, onto the user's own machine; those of other publishers' pages do not."""
    brought = set(SOURCE.brings(CATALOGUE))
    assert {"frb:WALCL", "spdji:SP500", "cboe:VIXCLS", "bls:CUUR0000SA0"} <= brought
    assert "nyfed:SRF" not in brought
    assert len(brought) == sum("fred.stlouisfed.org" in spec.url for spec in CATALOGUE.specs.values())


def test_without_a_key_each_series_is_one_file():
    """The whole series where nothing is stored, by FRED's own code, and a code once."""
    requests = by_name()
    assert len(requests) == len(list(SOURCE.requests(asked()))) == len(SOURCE.brings(CATALOGUE))
    assert requests["WALCL.csv"].path == "/graph/fredgraph.csv"
    assert requests["WALCL.csv"].params == {"id": "WALCL"}
    assert requests["CPIAUCNS.csv"].params == {"id": "CPIAUCNS"}
    assert not any(request.secret for request in requests.values())


def test_what_is_stored_is_asked_for_from_shortly_before_its_end():
    """A figure is asked for again over the time in which it may be corrected; what is revised, as a whole."""
    last = dict.fromkeys(CATALOGUE.specs) | {
        "frb:WALCL": date(2026, 7, 22),
        "nyfed:SOFR": date(2026, 7, 23),
        "frb:FEDFUNDS": date(2026, 6, 1),
        "bea:GDP": date(2026, 1, 1),
    }
    requests = by_name(last=last)
    assert requests["WALCL.csv"].params == {"id": "WALCL", "cosd": "2026-04-22"}
    assert requests["SOFR.csv"].params == {"id": "SOFR", "cosd": "2026-06-18"}
    assert requests["FEDFUNDS.csv"].params == {"id": "FEDFUNDS", "cosd": "2025-05-31"}
    assert requests["GDP.csv"].params == {"id": "GDP"}


def test_a_rate_in_steps_is_asked_for_from_its_last_change_to_today():
    """Interest on reserves is published a day ahead, and a value of the future is refused: it is not asked for."""
    requests = by_name(last=dict.fromkeys(CATALOGUE.specs) | {"frb:IOR": date(2025, 12, 11)})
    assert requests["IORB.csv"].params == {"id": "IORB", "cosd": "2025-12-11", "coed": "2026-07-24"}


def test_only_the_series_asked_for():
    """An update of some series asks for no other."""
    assert set(by_name(only=frozenset({"frb:WALCL", "nyfed:TGCR"}))) == {"TGCRRATE.csv", "WALCL.csv"}


def test_with_a_key_figures_are_asked_for_once_it_is_known_what_the_series_is():
    """The API is asked at its own host; a series that was refused is asked for no further. The key is in no name."""
    ask = {"key": KEY, "only": frozenset({"frb:WALCL", "bea:GDP"}), "last": {"frb:WALCL": date(2026, 7, 22)}}
    assert set(by_name(**ask)) == {"WALCL.series.json", "GDP.series.json"}
    accepted = specimen("WALCL.series.json")
    requests = by_name(**ask, answers={accepted.name: accepted})
    assert set(requests) == {"WALCL.series.json", "GDP.series.json", "WALCL.json"}
    first, second = requests["WALCL.series.json"], requests["WALCL.json"]
    assert first.path == "https://api.stlouisfed.org/fred/series"
    assert second.path == "https://api.stlouisfed.org/fred/series/observations"
    assert "api.stlouisfed.org" in SOURCE.hosts
    assert second.params == {
        "series_id": "WALCL", "file_type": "json", "api_key": KEY, "observation_start": "2026-04-22",
    }  # fmt: skip
    assert first.secret == second.secret == {"api_key"}
    assert not any(KEY in r.name + r.path for r in requests.values())


def test_requests_are_the_same_for_the_same_question():
    """Nothing but what is asked decides what is requested."""
    assert list(SOURCE.requests(asked(key=KEY))) == list(SOURCE.requests(asked(key=KEY)))


def test_a_csv_file_becomes_rows_dated_by_the_release_clock():
    """An empty cell is no value, and the moment of release is assumed."""
    rows = parse(specimen("WALCL.csv"))
    assert values(rows) == {"2026-07-01": 6700100, "2026-07-08": 6700200, "2026-07-22": 6700400}
    assert from_epoch(int(rows.known_at[-1])) == parse_as_of("2026-07-23T16:30-04:00")
    assert set(rows.flags.tolist()) == {ASSUMED}
    assert rows.digest == specimen("WALCL.csv").digest


def test_the_older_header_is_read():
    """FRED called the first column DATE, and wrote a dot for what is missing."""
    assert values(parse(specimen("DGS10.csv"))) == {
        "2026-07-01": 4.01,
        "2026-07-02": 4.02,
        "2026-07-06": 4.06,
    }


def test_what_is_revised_says_so():
    """A figure of today for a quarter of long ago is not what was known then."""
    rows = parse(Payload("GDP.csv", b"observation_date,GDP\n2009-01-01,14003\n"))
    assert rows.flags.tolist() == [ASSUMED | REVISED]


def test_of_a_rate_in_steps_the_changes_are_kept_on_the_way_into_the_store():
    """FRED gives a rate for each day; the store holds the days on which it changed."""
    rows = checked(parse(specimen("IORB.csv")), "IORB.csv", NOW, None)
    assert values(rows) == {"2026-07-03": 3.90, "2026-07-06": 3.65}


def test_a_weekly_series_that_fred_gives_daily_keeps_its_weekday():
    """The term premium is kept for Wednesdays."""
    rows = checked(parse(specimen("THREEFYTP10.csv")), "THREEFYTP10.csv", NOW, None)
    assert values(rows) == {"2026-07-08": 0.5108, "2026-07-15": 0.5115}


def test_the_api_gives_the_rows_of_the_csv_file():
    """With or without a key, the same rows."""
    one, other = parse(specimen("WALCL.csv")), parse(specimen("WALCL.json"))
    assert values(one) == values(other)
    assert one.known_at.tolist() == other.known_at.tolist()
    assert one.flags.tolist() == other.flags.tolist()


def test_what_a_series_is_brings_no_rows():
    """It is read to be compared, and a changed unit is refused."""
    payload = specimen("WALCL.series.json")
    assert SOURCE.parse(payload, CATALOGUE).observations == ()
    changed = payload.content.replace(b"Millions", b"Billions")
    with pytest.raises(UnitError, match="declared in USD mn"):
        SOURCE.parse(Payload(payload.name, changed), CATALOGUE)


def test_a_series_of_the_users_own_comes_from_the_same_file():
    """Two series with one page at FRED are both read from it."""
    own = replace(CATALOGUE.specs["frb:WALCL"], id="own:ASSETS")
    catalogue = replace(CATALOGUE, specs={**CATALOGUE.specs, own.id: own})
    read = SOURCE.parse(specimen("WALCL.csv"), catalogue).observations
    assert [rows.spec.id for rows in read] == ["frb:WALCL", "own:ASSETS"]


CSV = "observation_date,WALCL\n2026-07-01,6700100\n2026-07-08,6700200\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "expected a header", id="empty"),
        pytest.param("<!DOCTYPE html>\n<html>", "a web page, not a table", id="web page"),
        pytest.param("observation_date,WALCL\n", "a header and no row", id="no rows"),
        pytest.param(
            CSV.replace("observation_date", "day"), "expected the columns observation_date and", id="date"
        ),
        pytest.param(CSV.replace("WALCL", "TREAST"), "found observation_date, TREAST", id="another series"),
        pytest.param(
            "WALCL,observation_date\n6700100,2026-07-01\n", "found WALCL, observation_date", id="shifted"
        ),
        pytest.param(
            CSV.replace("6700200", "6700200,1"), "line 3: expected 2 columns, found 3", id="column more"
        ),
        pytest.param(CSV + "2026-07", "line 4: expected 2 columns, found 1", id="cut short"),
        pytest.param(CSV.replace("6700200", "n/a"), "line 3, column WALCL: 'n/a' is no number", id="text"),
        pytest.param(
            CSV.replace("6700200", "NaN"), "frb:WALCL: the value of 2026-07-08 is no finite", id="nan"
        ),
        pytest.param(CSV.replace("07-08", "07-01"), "2026-07-01 comes after 2026-07-01", id="twice"),
        pytest.param(CSV.replace("07-08", "02-30"), "line 3: '2026-02-30' is no date", id="no date"),
    ],
)
def test_a_damaged_file_is_refused(text, says):
    """Nothing is taken of a file that is not what its name says."""
    with pytest.raises(Unparseable, match=says):
        parse(Payload("WALCL.csv", text.encode()))


def test_a_value_of_the_future_and_another_size_are_refused_on_the_way_into_the_store():
    """What a CSV file cannot say, its unit, shows in the size of its values."""
    stored = History.of([parse(specimen("WALCL.csv"))]).at(NOW).series("frb:WALCL")
    billions = parse(Payload("WALCL.csv", b"observation_date,WALCL\n2026-07-08,6700\n2026-07-15,6700\n"))
    with pytest.raises(UnitError, match="is the file in another unit"):
        checked(billions, "WALCL.csv", NOW, stored)
    ahead = parse(Payload("WALCL.csv", b"observation_date,WALCL\n2026-07-29,6700500\n"))
    with pytest.raises(Unparseable, match="2026-07-29 is in the future"):
        checked(ahead, "WALCL.csv", NOW, stored)


def test_a_period_twice_in_an_answer_is_refused():
    """The API gives each period once."""
    answer = json.loads(specimen("WALCL.json").content)
    answer["observations"][1] |= {"date": "2026-07-01"}
    with pytest.raises(Unparseable, match="2026-07-01 appears twice"):
        parse(Payload("WALCL.json", json.dumps(answer).encode()))


def test_a_file_of_no_series_is_refused():
    """A name that is no code of the catalogue is nobody's file."""
    with pytest.raises(Unparseable, match=r"NOPE\.csv: no series of the catalogue"):
        SOURCE.parse(Payload("NOPE.csv", CSV.encode()), CATALOGUE)


RECORDED = {
    "DGS10": ("2026-08-06", 4.69), "DTWEXBGS": ("2026-07-31", 119.7034), "M2SL": ("2026-06-01", 23155.2),
    "RRPONTSYD": ("2026-08-07", 1.45), "WALCL": ("2026-08-05", 6748567.0), "WTREGEN": ("2026-08-05", 907324.0),
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(RECORDED))
def test_recorded_answers_of_the_api(shared_data, code):
    """An answer limited to its last 60 values is refused as cut short; as a whole one its values are read."""
    path = shared_data / "cassettes" / "fred" / f"api_series_observations_{code}_limit60_desc.json"
    with pytest.raises(Unparseable, match="60 in the answer"):
        parse(Payload(f"{code}.json", path.read_bytes()))
    answer = json.loads(path.read_bytes())
    rows = parse(Payload(f"{code}.json", json.dumps(answer | {"count": 60}).encode()))
    recorded = {row["date"]: float(row["value"]) for row in answer["observations"] if row["value"] != "."}
    assert values(rows) == recorded
    assert list(values(rows).items())[-1] == RECORDED[code]
    checked(rows, path.name, datetime(2026, 8, 8, tzinfo=UTC), None)


def test_recorded_answer_about_gdp(shared_data):
    """What FRED said GDP was in 2024 is what is declared."""
    for name in ("series_info.json", "series_info_1.json"):
        recorded = json.loads((shared_data / "cassettes" / "fred" / name).read_bytes())["body"]
        SOURCE.parse(Payload("GDP.series.json", json.dumps(recorded).encode()), CATALOGUE)


def test_recorded_gdp_as_it_stood(shared_data):
    """GDP of the third quarter of 2024 in its first and its third estimate."""
    last = []
    for name in ("series_observations_GDP.json", "series_observations_GDP_1.json"):
        recorded = json.loads((shared_data / "cassettes" / "fred" / name).read_bytes())["body"]
        rows = parse(Payload("GDP.json", json.dumps(recorded).encode()))
        last.append(list(values(rows).items())[-1])
    assert last == [("2024-07-01", 29349.924), ("2024-07-01", 29374.914)]
