import json

import pytest
from tests.core.rows import spec

from runoff.core.errors import UnitError, Unparseable
from runoff.core.fred_answers import ask, by_code, code_of, read_figures, require_declared
from runoff.core.source import Catalogue, Payload
from runoff.core.time import ReleaseClock
from runoff.core.units import USD_BILLIONS, Frequency, Measure, Unit

PAGE = "https://fred.stlouisfed.org/series/"
WALCL = spec("frb:WALCL", url=PAGE + "WALCL")
GDP = spec(
    "bea:GDP", unit=USD_BILLIONS, measure=Measure.FLOW, frequency=Frequency.QUARTERLY, url=PAGE + "GDP"
)
IS_WALCL = {
    "id": "WALCL",
    "frequency": "Weekly, As of Wednesday",
    "units": "Millions of U.S. Dollars",
    "seasonal_adjustment_short": "NSA",
}
IS_GDP = {
    "id": "GDP",
    "frequency": "Quarterly",
    "units": "Billions of Dollars",
    "seasonal_adjustment_short": "SAAR",
}
ROW = {"realtime_start": "2026-07-24", "realtime_end": "2026-07-24", "date": "2026-07-22", "value": "6700400"}


def payload(answer):
    """A file of that answer, or of those bytes."""
    return Payload("WALCL.json", answer if isinstance(answer, bytes) else json.dumps(answer).encode())


def figures(*rows, **changes):
    """An answer of those rows."""
    head = {"realtime_start": "2026-07-24", "units": "lin", "output_type": 1, "count": len(rows)}
    return head | {"observations": list(rows)} | changes


def declared(says, series=WALCL, **changes):
    """Compare what FRED says a series is with what is declared of it."""
    require_declared(payload({"seriess": [says | changes]}), series.code, [series])


def test_the_code_is_the_last_part_of_the_page():
    """A series is FRED's to bring where its address is a page of FRED, and under the page's name."""
    assert code_of(WALCL) == "WALCL"
    assert code_of(spec("bls:CUUR0000SA0", url=PAGE + "CPIAUCNS/")) == "CPIAUCNS"
    assert code_of(spec("nyfed:SRF", url="https://www.newyorkfed.org/series/SRF")) is None
    assert code_of(spec("own:X", url="https://fred.stlouisfed.org.example.org/series/X")) is None
    own = spec("own:ASSETS", url=PAGE + "WALCL")
    catalogue = Catalogue(specs={s.id: s for s in (WALCL, GDP, own)}, clock=ReleaseClock())
    assert by_code(catalogue) == {"GDP": (GDP,), "WALCL": (WALCL, own)}
    assert by_code(catalogue, {"own:ASSETS"}) == {"WALCL": (own,)}


def test_the_key_is_a_secret():
    """The key is a parameter of the request, marked as such, and in no name."""
    request = ask("WALCL.json", "/fred/series", "k" * 32, series_id="WALCL")
    assert request.params["api_key"] == "k" * 32
    assert request.secret == {"api_key"}
    assert "k" * 32 not in request.name + request.path


@pytest.mark.parametrize(("says", "series"), [(IS_WALCL, WALCL), (IS_GDP, GDP)])
def test_what_is_declared_passes(says, series):
    """A series that is what it was declared to be is not refused."""
    declared(says, series)


def test_a_rate_in_steps_is_given_daily():
    """FRED gives a rate that holds until it is changed day by day."""
    series = spec(
        "frb:IOR",
        unit=Unit.parse("percent"),
        frequency=Frequency.STEP,
        release="effective",
        url=PAGE + "IORB",
    )
    says = {"id": "IORB", "frequency": "Daily, 7-Day", "units": "Percent", "seasonal_adjustment_short": "NSA"}
    require_declared(payload({"seriess": [says]}), "IORB", [series])


@pytest.mark.parametrize("units", ["Billions of U.S. Dollars", "Millions of Dollars, Chained", "", None])
def test_a_changed_unit_is_refused(units):
    """Another unit, and one that nobody declared, stop the series, with what was expected."""
    with pytest.raises(
        UnitError, match=r"frb:WALCL is declared in USD mn, at FRED .*Millions of U\.S\. Dollars"
    ):
        declared(IS_WALCL, units=units)


def test_another_base_of_real_gdp_is_another_unit():
    """Chained dollars of another year are not those declared."""
    real = spec("bea:GDPC1", unit=Unit.parse("USD2017 bn"), frequency=Frequency.QUARTERLY, url=PAGE + "GDPC1")
    says = IS_GDP | {"id": "GDPC1"}
    declared(says, real, units="Billions of Chained 2017 Dollars")
    with pytest.raises(UnitError, match="'Billions of Chained 2022 Dollars'"):
        declared(says, real, units="Billions of Chained 2022 Dollars")


def test_a_changed_frequency_is_refused():
    """A series that has become daily is not the weekly one."""
    with pytest.raises(Unparseable, match="declared Weekly, and FRED gives it 'Daily'"):
        declared(IS_WALCL, frequency="Daily")


def test_another_seasonal_adjustment_is_refused():
    """Of a series published in both forms the declared one is taken."""
    with pytest.raises(Unparseable, match="seasonal adjustment of bea:GDP is NSA at FRED, expected SAAR"):
        declared(IS_GDP, GDP, seasonal_adjustment_short="NSA")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        pytest.param({"seriess": []}, "expected what WALCL is", id="none"),
        pytest.param({"seriess": [IS_WALCL, IS_WALCL]}, "expected what WALCL is", id="two"),
        pytest.param({"seriess": [IS_GDP]}, "asked for WALCL, answered for GDP", id="another series"),
        pytest.param(b"<html>busy</html>", "no JSON", id="web page"),
    ],
)
def test_no_answer_about_the_series_is_refused(answer, says):
    """What does not say what the series is lets nothing pass."""
    with pytest.raises(Unparseable, match=says):
        require_declared(payload(answer), "WALCL", [WALCL])


def test_figures_are_read_whole():
    """Values are texts, a dot is none, and the first day asked for is known."""
    read = read_figures(payload(figures(ROW, ROW | {"date": "2026-07-15", "value": "."})))
    assert [(v.period.isoformat(), v.value) for v in read.values] == [("2026-07-22", 6_700_400.0)]
    assert read.start.isoformat() == "2026-07-24"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        pytest.param(b"", "no JSON", id="empty"),
        pytest.param(b"\x1f\x8b\x08\x00cut", "no JSON", id="packed"),
        pytest.param(json.dumps(figures(ROW)).encode()[:-20], "no JSON", id="cut"),
        pytest.param(b"<!DOCTYPE html><html>", "no JSON", id="web page"),
        pytest.param(b"[]", "expected an answer of the FRED API", id="list"),
        pytest.param(
            {"error_code": 400, "error_message": "Bad Request.  The series does not exist."},
            "FRED answers 'Bad Request",
            id="error",
        ),
        pytest.param(figures(), "no observations", id="no rows"),
        pytest.param(figures(ROW, count=2), "2 values announced, 1 in the answer", id="pages"),
        pytest.param(figures(ROW, units="pch"), "expected 'lin' and 1", id="transformed"),
        pytest.param(figures(ROW, output_type=2), "expected 'lin' and 1", id="another output type"),
        pytest.param(figures(ROW, "row"), "row 2: expected texts", id="row"),
        pytest.param(figures(ROW, ROW | {"value": 6700400}), "row 2: expected texts", id="number"),
        pytest.param(figures(ROW | {"value": "NaN"}), "row 1, column value: 'NaN' is no number", id="nan"),
        pytest.param(figures(ROW | {"date": "22.07.2026"}), "row 1, column date", id="date"),
        pytest.param(figures(ROW | {"date": "2026-07-25"}), "row 1: a value of 2026-07-25", id="future"),
    ],
)
def test_a_damaged_answer_is_refused(answer, says):
    """Whatever is not the whole answer is refused as a whole, and the message says where."""
    with pytest.raises(Unparseable, match=says):
        read_figures(payload(answer))
