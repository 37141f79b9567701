"""The New York Fed's reference rates and operations: what a file gives, and which files are refused."""

import csv
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff.core.errors import UnitError, Unparseable
from runoff.core.intake import checked
from runoff.core.registry import plugin
from runoff.core.series import ASSUMED, REVISED
from runoff.core.source import Asked, Catalogue, Payload, Source
from runoff.core.time import NEW_YORK, from_epoch
from runoff.core.units import Frequency, Unit

SPECIMENS = Path(__file__).parents[1] / "data" / "nyfed"
NAMES = sorted(path.name for path in SPECIMENS.glob("*.json"))
SOURCE = plugin("sources", "nyfed", Source)
FIGURES = plugin("sources", "figures", Source)
CATALOGUE = Catalogue(specs={**FIGURES.specs(), **SOURCE.specs()}, clock=FIGURES.clock())
NOW = datetime(2024, 6, 17, 18, 0, tzinfo=UTC)  # Monday, 14:00 in New York


def specimen(name):
    """A specimen, as it would have come."""
    return Payload(name, (SPECIMENS / name).read_bytes())


def parsed(payload, catalogue=CATALOGUE):
    """The rows of a file by series."""
    return {rows.spec.id: rows for rows in SOURCE.parse(payload, catalogue).observations}


def values(rows):
    """The values of a series by ISO date."""
    return {
        date.fromordinal(int(p)).isoformat(): float(v) for p, v in zip(rows.periods, rows.values, strict=True)
    }


def damaged(name, change):
    """A specimen with its first row, or its whole document, changed in place."""
    document = json.loads((SPECIMENS / name).read_bytes())
    rows = document["refRates"] if "refRates" in document else document["repo"]["operations"]
    change(rows)
    return Payload(name, json.dumps(document).encode())


def known(rows, day):
    """When the row of a day became known, and its flags."""
    (index,) = np.flatnonzero(rows.periods == date.fromisoformat(day).toordinal())
    return from_epoch(int(rows.known_at[index])).isoformat(), int(rows.flags[index])


# --- What a file gives ---------------------------------------------------------------------------------------------


def test_a_rate_comes_with_its_percentiles_and_its_volume():
    """Six series from one file; what is empty, "NA" or not there is missing, and numbers may be quoted."""
    found = parsed(specimen("sofr.json"))
    assert set(found) == {f"nyfed:SOFR{end}" for end in ("", ".P1", ".P25", ".P75", ".P99", ".VOLUME")}
    assert values(found["nyfed:SOFR"])["2024-06-14"] == 7.10
    assert values(found["nyfed:SOFR.P99"])["2024-06-14"] == 7.21
    for end in (".P1", ".P25", ".P75"):
        assert "2024-06-11" not in values(found["nyfed:SOFR" + end])
        assert len(found["nyfed:SOFR" + end]) == 4
    assert found["nyfed:SOFR.VOLUME"].unit == Unit.parse("USD bn")


def test_of_a_corrected_rate_the_correction_counts_from_its_own_hour():
    """The first version of the day is not taken for the figure; the correction is known at 14:30."""
    rows = parsed(specimen("sofr.json"))["nyfed:SOFR.VOLUME"]
    assert values(rows)["2024-06-12"] == 1502
    assert known(rows, "2024-06-12") == ("2024-06-13T14:30:00-04:00", ASSUMED | REVISED)
    assert known(rows, "2024-06-13") == ("2024-06-14T08:00:00-04:00", ASSUMED)


def test_federal_funds_come_with_the_target_range():
    """Both ends, read from quoted numbers."""
    found = parsed(specimen("effr.json"))
    assert set(values(found["nyfed:EFFR.TARGET_LOWER"]).values()) == {7.0}
    assert set(values(found["nyfed:EFFR.TARGET_UPPER"]).values()) == {7.25}
    assert known(found["nyfed:EFFR"], "2024-06-14")[0] == "2024-06-17T09:00:00-04:00"


def test_reverse_repos_of_a_day_add_up_by_kind():
    """An exercise and a term operation are figures of their own, nil on every other day; nothing is left out."""
    found = parsed(specimen("reverse-repo.json"))
    assert values(found["nyfed:RRPONTSYD"]) == {
        "2024-06-11": 111.0,
        "2024-06-12": 200.0,
        "2024-06-13": 123.456,
        "2024-06-14": 0.0,
    }
    assert values(found["nyfed:RRP.EXERCISE"]) == {
        "2024-06-11": 0.0,
        "2024-06-12": 0.044,
        "2024-06-13": 0.0,
        "2024-06-14": 0.0,
    }
    assert values(found["nyfed:RRP.TERM"])["2024-06-11"] == 30.0
    accepted = json.loads((SPECIMENS / "reverse-repo.json").read_bytes())["repo"]["operations"]
    names = ("nyfed:RRPONTSYD", "nyfed:RRP.TERM", "nyfed:RRP.EXERCISE")
    total = sum(float(np.sum(found[name].values)) for name in names)
    assert total == pytest.approx(sum(int(row["totalAmtAccepted"]) for row in accepted) / 1e9, abs=1e-12)


def test_the_award_rate_is_the_offered_one_where_nothing_was_awarded():
    """Of a day of nil the rate is known too, and an exercise's rate is not the facility's."""
    rows = parsed(specimen("reverse-repo.json"))["nyfed:RRPONTSYAWARD"]
    assert values(rows) == {"2024-06-11": 7.0, "2024-06-12": 7.05, "2024-06-13": 7.05, "2024-06-14": 7.05}
    kept = checked(rows, "reverse-repo.json", NOW, None)
    assert values(kept) == {"2024-06-11": 7.0, "2024-06-12": 7.05}


def test_an_operation_is_known_when_the_publisher_wrote_it():
    """On the day itself; of what was written again later the release clock speaks, and the row says so."""
    rows = parsed(specimen("reverse-repo.json"))["nyfed:RRPONTSYD"]
    assert known(rows, "2024-06-12") == ("2024-06-12T13:15:03-04:00", 0)
    assert known(rows, "2024-06-13") == ("2024-06-13T13:15:00-04:00", ASSUMED | REVISED)


def test_two_repos_of_a_day_add_up_and_the_facility_begins_in_2021():
    """The day is known with its last operation; the repos of 2020 are repos, and no standing facility."""
    found = parsed(specimen("repo.json"))
    assert values(found["nyfed:SRF"]) == {"2024-06-13": 1.25, "2024-06-14": 0.003}
    assert values(found["nyfed:REPO.OVERNIGHT"]) == {"2020-03-16": 40.0} | values(found["nyfed:SRF"])
    assert values(found["nyfed:REPO.TERM"])["2020-03-16"] == 60.0
    assert values(found["nyfed:REPO.EXERCISE"])["2024-06-13"] == 0.00005
    assert known(found["nyfed:SRF"], "2024-06-14")[0] == "2024-06-14T13:45:37-04:00"


def test_who_took_part_is_known_a_quarter_later():
    """Kinds add up to the operation, exercises left out; what is not published yet is not nil."""
    found = parsed(specimen("counterparties.json"))
    assert values(found["nyfed:RRP.MMF"]) == {"2024-06-11": 100.999, "2024-06-12": 187.0}
    assert values(found["nyfed:RRP.DEALER"]) == {"2024-06-11": 0.0, "2024-06-12": 1.0}
    assert known(found["nyfed:RRP.MMF"], "2024-06-12")[0] == "2024-09-30T23:59:59-04:00"
    kept = checked(found["nyfed:RRP.MMF"], "counterparties.json", NOW, None)
    assert known(kept, "2024-06-12")[0] == NOW.astimezone(NEW_YORK).isoformat()


@pytest.mark.parametrize("name", NAMES)
def test_a_specimen_passes_the_intake_and_brings_what_was_said(name):
    """Every series of the file is one that the source says it brings, and its rows are taken into the store."""
    found = parsed(specimen(name))
    assert set(found) <= set(SOURCE.brings(CATALOGUE))
    for rows in found.values():
        assert len(checked(rows, name, NOW, None))


def test_all_that_it_brings_is_in_its_files():
    """No series is promised that no file holds."""
    assert {series for name in NAMES for series in parsed(specimen(name))} == set(SOURCE.brings(CATALOGUE))


def test_only_series_of_the_catalogue_are_brought():
    """A catalogue without a series gets none of it, and its other series all the same."""
    fewer = replace(CATALOGUE, specs={"nyfed:SOFR": CATALOGUE.specs["nyfed:SOFR"]})
    assert set(parsed(specimen("sofr.json"), fewer)) == {"nyfed:SOFR"}
    assert parsed(specimen("effr.json"), fewer) == {}


# --- What is asked for ---------------------------------------------------------------------------------------------


def asked(**kwargs):
    """The questions for what a store lacks, by the name of the payload."""
    defaults = {"now": NOW, "catalogue": CATALOGUE, "last": {}}
    return {r.name: r for r in SOURCE.requests(Asked(**defaults | kwargs))}


def test_an_empty_store_asks_from_the_beginning():
    """Every file once, each from its first day to the last complete one."""
    found = asked()
    assert set(found) == set(NAMES)
    assert found["sofr.json"].path == "/rates/secured/sofr/search.json"
    assert found["effr.json"].path == "/rates/unsecured/effr/search.json"
    assert found["sofr.json"].params == {"startDate": "2018-04-02", "endDate": "2024-06-17"}
    assert found["reverse-repo.json"].params["startDate"] == "2013-09-23"
    assert found["reverse-repo.json"].params["operationTypes"] == "Reverse Repo"


def test_a_store_asks_from_some_weeks_before_its_last_day():
    """The series that is furthest behind counts; a rate that holds until it is changed does not."""
    last = dict.fromkeys(CATALOGUE.specs, date(2024, 6, 14))
    last |= {"nyfed:RRPONTSYAWARD": date(2023, 7, 27), "nyfed:SOFR.P1": date(2024, 6, 12)}
    found = asked(last=last)
    assert found["sofr.json"].params["startDate"] == "2024-05-08"
    assert found["reverse-repo.json"].params["startDate"] == "2024-05-10"


@pytest.mark.parametrize(
    ("now", "reverse", "repo"),
    [
        ("2024-06-17T13:14:59-04:00", "2024-06-16", "2024-06-16"),
        ("2024-06-17T13:15:00-04:00", "2024-06-17", "2024-06-16"),
        ("2024-06-17T14:00:00-04:00", "2024-06-17", "2024-06-17"),
    ],
)
def test_a_day_of_operations_is_asked_for_once_it_is_complete(now, reverse, repo):
    """The morning's repo alone would pass for the day's."""
    found = asked(now=datetime.fromisoformat(now))
    assert found["reverse-repo.json"].params["endDate"] == reverse
    assert found["repo.json"].params["endDate"] == repo


def test_only_what_is_wanted_is_asked_for():
    """One series, one file."""
    assert set(asked(only=frozenset({"nyfed:SOFR.P99"}))) == {"sofr.json"}


@given(st.dates(date(2013, 9, 23), date(2026, 9, 1)), st.integers(0, 400))
def test_no_question_ends_before_it_begins(day, behind):
    """Whatever is stored, and whenever one asks, a span has its days in order."""
    now = datetime(day.year, day.month, day.day, 12, tzinfo=NEW_YORK) + timedelta(days=behind)
    for request in asked(now=now, last=dict.fromkeys(CATALOGUE.specs, day)).values():
        if request.params["endDate"] >= "2019-10-01":
            assert request.params["startDate"] <= request.params["endDate"]
        assert request.params["endDate"] <= now.date().isoformat()


# --- What is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "an empty file"),
        (b" \n", "an empty file"),
        (b"<!doctype html><p>Try again", "a web page, not JSON"),
        (b"\x1f\x8b\x08\x00", "no UTF-8 text"),
        (b'{"refRates": [{"effectiveDate"', "no whole JSON file"),
        (b"[" * 100_000, "no whole JSON file"),
        (b'{"refRates": [], "repo": {"operations": []}}', "no row under"),
        (b'{"other": []}', "expected a list of rows"),
        (b'{"refRates": [3], "repo": {"operations": [3]}}', "expected a list of rows"),
        (b'"text"', "expected a list of rows"),
    ],
)
def test_what_is_no_such_file_is_refused(name, content, says):
    """Whatever the publisher sends instead is named as what it is."""
    with pytest.raises(Unparseable, match=says):
        SOURCE.parse(Payload(name, content), CATALOGUE)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_refused(name, keep):
    """Wherever it is cut."""
    content = (SPECIMENS / name).read_bytes().rstrip()
    with pytest.raises(Unparseable):
        SOURCE.parse(Payload(name, content[: int(len(content) * keep)]), CATALOGUE)


@pytest.mark.parametrize("cell", [float("nan"), float("inf"), "n/a", "7,10", "1e3", True, [7.1], {"a": 1}])
def test_a_cell_that_is_no_number_is_refused(cell):
    """Only nothing, a full stop and NA are missing; the message names the row and the column."""
    payload = damaged("tgcr.json", lambda rows: rows[1].update(percentRate=cell))
    with pytest.raises(Unparseable, match=r"tgcr\.json, row 2, percentRate: .* is no number"):
        SOURCE.parse(payload, CATALOGUE)


@pytest.mark.parametrize("cell", ["", None, "2024-6-14", "06/14/2024", "20240614", "2024-06-31"])
def test_a_day_that_is_none_is_refused(cell):
    """A date is written in one way."""
    payload = damaged("tgcr.json", lambda rows: rows[0].update(effectiveDate=cell))
    with pytest.raises(Unparseable, match=r"row 1, effectiveDate: .* is no date"):
        SOURCE.parse(payload, CATALOGUE)


def test_a_day_twice_is_refused():
    """Two first versions of a day: nobody knows which holds."""
    with pytest.raises(Unparseable, match="row 6, effectiveDate: '2024-06-14' is there twice"):
        SOURCE.parse(damaged("tgcr.json", lambda rows: rows.append(rows[0])), CATALOGUE)


def test_another_rate_is_refused():
    """A file of another rate under this name."""
    with pytest.raises(Unparseable, match="'TGCR', and SOFR was asked for"):
        SOURCE.parse(Payload("sofr.json", specimen("tgcr.json").content), CATALOGUE)


@pytest.mark.parametrize("column", ["percentRate", "percentPercentile99", "volumeInBillions"])
def test_a_column_renamed_is_refused(column):
    """A column that no row has is no missing value."""

    def rename(rows):
        for row in rows:
            row["renamed"] = row.pop(column)

    with pytest.raises(Unparseable, match=f"no row has {column}, which nyfed:TGCR"):
        SOURCE.parse(damaged("tgcr.json", rename), CATALOGUE)


def test_columns_that_shifted_are_refused():
    """The volume in the place of a percentile, or the ends of the target range exchanged."""
    payload = damaged("tgcr.json", lambda rows: rows[0].update(percentPercentile25=500))
    with pytest.raises(Unparseable, match="did the columns shift"):
        SOURCE.parse(payload, CATALOGUE)
    payload = damaged("effr.json", lambda rows: rows[0].update(targetRateFrom="7.25", targetRateTo="7.00"))
    with pytest.raises(Unparseable, match="did the columns shift"):
        SOURCE.parse(payload, CATALOGUE)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"operationType": "Repo"}, "row 1, operationType: 'Repo'; expected 'Reverse Repo'"),
        ({"auctionStatus": "Announcement"}, "row 1, auctionStatus: 'Announcement'; expected 'Results'"),
        ({"term": "Fortnight"}, "row 1, term: 'Fortnight'; expected Overnight or Term"),
        ({"totalAmtAccepted": 1000}, "1,000 accepted in all, and 0 by security"),
        ({"totalAmtAccepted": ""}, "row 1, totalAmtAccepted: ''; expected an amount in whole dollars"),
        ({"totalAmtAccepted": -1}, "row 1, totalAmtAccepted: '-1'; expected an amount"),
        ({"operationId": "RRP 061324 1"}, "row 2, operationId: 'RRP 061324 1' is there twice"),
        ({"operationId": ""}, "row 1, operationId: '' is there twice or not at all"),
        ({"lastUpdated": "noon"}, "row 1, lastUpdated: 'noon' is no moment"),
    ],
)
def test_an_operation_that_is_none_is_refused(change, says):
    """Another kind, no result yet, amounts that do not add up, an operation twice."""
    payload = damaged("reverse-repo.json", lambda rows: rows[0].update(change))
    with pytest.raises(Unparseable, match=says):
        SOURCE.parse(payload, CATALOGUE)


def test_two_operations_of_a_day_are_no_error():
    """Their amounts add up."""
    payload = damaged("reverse-repo.json", lambda rows: rows[0].update(operationDate="2024-06-13"))
    assert values(parsed(payload)["nyfed:RRPONTSYD"])["2024-06-13"] == 123.456


def test_two_award_rates_of_a_day_are_refused():
    """The facility has one rate a day."""

    def change(rows):
        rows[0].update(operationDate="2024-06-13", operationId="RRP 061324 2")
        rows[0]["details"][0]["percentOfferingRate"] = 7.0

    with pytest.raises(Unparseable, match=r"awarded at 7\.05 percent and, on the same day, at 7\.0;"):
        SOURCE.parse(damaged("reverse-repo.json", change), CATALOGUE)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"counterpartyType": "FBO"},
            "row 2, counterpartyType: 'FBO'; expected each of bank, gse, mmf, pd once",
        ),
        ({"counterpartyType": "GSE"}, "row 2, counterpartyType: 'GSE'; expected each of"),
        ({"amtAccepted": 5}, "200,000,000,000 accepted in all, and 200,000,000,005 by kind"),
    ],
)
def test_a_split_that_is_none_is_refused(change, says):
    """An unknown kind, a kind twice, kinds that do not add up."""
    payload = damaged("counterparties.json", lambda rows: rows[1]["propositions"][0].update(change))
    with pytest.raises(Unparseable, match=says):
        SOURCE.parse(payload, CATALOGUE)


def test_a_file_of_another_name_is_refused():
    """A payload is read by its name."""
    with pytest.raises(Unparseable, match=r"sonia\.json: not a file of this source"):
        SOURCE.parse(Payload("sonia.json", b"{}"), CATALOGUE)


def test_another_unit_is_refused():
    """Percent are not made into basis points, and billions not into millions, on the way."""
    for name, series, unit in (("sofr", "nyfed:SOFR", "bp"), ("reverse-repo", "nyfed:RRPONTSYD", "USD mn")):
        spec = replace(CATALOGUE.specs[series], unit=Unit.parse(unit))
        with pytest.raises(UnitError, match=f"{series}: declared in {unit}, the file gives"):
            SOURCE.parse(specimen(f"{name}.json"), replace(CATALOGUE, specs={series: spec}))


def test_what_it_declares_is_not_in_the_catalogue_of_shipped_figures():
    """A series is declared once, with the licence of its publisher, as a daily one."""
    assert not set(SOURCE.specs()) & set(FIGURES.specs())
    assert {spec.frequency for spec in SOURCE.specs().values()} == {Frequency.DAILY}
    assert {spec.licence for spec in SOURCE.specs().values()} == {SOURCE.licence}


# --- Recorded payloads ---------------------------------------------------------------------------------------------


def shipped(file):
    """The values of a file that ships with one series."""
    (payload,) = (payload for payload in FIGURES.payloads() if payload.name == file)
    (rows,) = FIGURES.parse(payload, FIGURES.catalogue()).observations
    return values(rows)


def test_a_recorded_answer_equals_the_shipped_rate(shared_data):
    """Fifteen days of SOFR as the publisher sent them, percentiles and volume with them."""
    content = (shared_data / "cassettes" / "nyfed" / "sofr_last20_2026-06-05.json").read_bytes()
    found = parsed(Payload("sofr.json", content))
    assert {len(rows) for rows in found.values()} == {15}
    assert values(found["nyfed:SOFR.VOLUME"])["2026-06-05"] == 3131
    assert values(found["nyfed:SOFR.P1"])["2026-05-15"] == 3.51
    ours = values(found["nyfed:SOFR"])
    assert {day: value for day, value in shipped("sofr_percent.csv").items() if day in ours} == ours


def test_recorded_rates_pass_and_their_columns_ascend(shared_data):
    """8,201 days of five rates from an independent copy, put in the publisher's form: none is refused."""
    columns = {
        "percentRate": "percent_rate",
        "percentPercentile1": "p1",
        "percentPercentile25": "p25",
        "percentPercentile75": "p75",
        "percentPercentile99": "p99",
        "volumeInBillions": "volume_bn_usd",
        "targetRateFrom": "target_from",
        "targetRateTo": "target_to",
    }
    rows = {}
    with (shared_data / "nyfed" / "reference_rates_2016_2024.csv").open(
        encoding="utf-8", newline=""
    ) as lines:
        for line in csv.DictReader(lines):
            row = {"effectiveDate": line["date"], "type": line["type"]}
            rows.setdefault(line["type"], []).append(
                row | {ours: line[column] for ours, column in columns.items()}
            )
    for rate, found in rows.items():
        payload = Payload(f"{rate.lower()}.json", json.dumps({"refRates": found}).encode())
        series = parsed(payload)[f"nyfed:{rate}"]
        assert len(checked(series, payload.name, NOW, None)) == len(found)
    assert sum(map(len, rows.values())) == 8201


def test_recorded_reverse_repos_equal_the_shipped_series_and_their_split_adds_up(shared_data):
    """965 days with one operation from an independent copy, and who took part in 929 of them.

    On the seven days with two the copy has one sum, exercises included, and nothing that tells them apart.
    """
    with (shared_data / "nyfed" / "rrp_operations_2022_2025.csv").open(encoding="utf-8", newline="") as lines:
        found = [row for row in csv.DictReader(lines) if row["n_ops"] == "1"]
    same = {"operationType": "Reverse Repo", "auctionStatus": "Results", "term": "Overnight", "note": ""}
    rows = [
        same
        | {
            "operationId": row["date"],
            "operationDate": row["date"],
            "totalAmtAccepted": row["total_accepted_usd"],
        }
        | {
            "details": [
                {"amtAccepted": row["total_accepted_usd"], "percentAwardRate": row["award_rate_percent"]}
            ],
            "propositions": [
                {"counterpartyType": kind, "amtAccepted": row[f"accepted_{kind}"]}
                for kind in ("bank", "gse", "mmf", "pd")
            ],
        }
        for row in found
    ]
    content = json.dumps({"repo": {"operations": rows}}).encode()
    ours = parsed(Payload("reverse-repo.json", content))
    assert values(ours["nyfed:RRPONTSYD"]).items() <= shipped("on_rrp_billions.csv").items()
    assert len(ours["nyfed:RRPONTSYD"]) == 965
    steps = values(checked(ours["nyfed:RRPONTSYAWARD"], "reverse-repo.json", NOW.replace(year=2026), None))
    assert dict(list(steps.items())[1:]).items() <= shipped("on_rrp_rate_steps.csv").items()
    assert len(steps) == 17
    split = parsed(Payload("counterparties.json", content))
    assert {len(each) for each in split.values()} == {929}
