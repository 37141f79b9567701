"""The command line: what it prints, in which form and language, and with which exit code."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from runoff.actions import ACTIONS
from runoff.surfaces import cli

TABLE = """date,total_assets,tga,on_rrp,net_liquidity
2014-12-31,4497660,223452,396705,3877503
2019-09-18,3844695,303057,18910,3522728
2022-04-13,8965487,543536,1815555,6606396
2022-12-28,8551169,409809,2293003,5848357
2024-06-05,7255687,703314,371841,6180532
2026-09-02,6737204,944364,525,5792315
"""


def run(capfdbinary: pytest.CaptureFixture[bytes], *arguments: str) -> tuple[int, str, str]:
    """Run a command line in this process: exit code, standard output, standard error."""
    code = cli.run(arguments)
    out, err = capfdbinary.readouterr()
    return code, out.decode(), err.decode()


def test_net_liquidity_prints_the_published_table(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """`net-liquidity --from D --to D --csv` gives the pinned columns, in millions, to the last million."""
    header, *lines = TABLE.splitlines()
    for line in lines:
        day = line.partition(",")[0]
        code, out, _ = run(capfdbinary, "net-liquidity", "--from", day, "--to", day, "--csv")
        assert (code, out) == (0, f"{header}\n{line}\n")


def test_a_variant_adds_its_own_lines(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """`table1` keeps the pinned columns, leaves total assets blank where there are none, and adds supplying."""
    _, out, _ = run(
        capfdbinary,
        "net-liquidity",
        "--variant",
        "table1",
        "--from",
        "2026-09-30",
        "--to",
        "2026-09-30",
        "--csv",
    )
    (row,) = csv.DictReader(io.StringIO(out))
    assert row == {
        "date": "2026-09-30",
        "total_assets": "",
        "tga": "984046",
        "on_rrp": "11539",
        "net_liquidity": "5799301",
        "supplying": "6794886",
    }


def test_as_of_hides_what_came_later(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """A path as known on 2019-09-19 at noon ends a week before the sheet of the 18th."""
    _, out, _ = run(capfdbinary, "net-liquidity", "--as-of", "2019-09-19T12:00:00-04:00", "--csv")
    assert out.splitlines()[-1].startswith("2019-09-11,")


def test_the_brief_as_json_has_the_pinned_shape(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """`as_of`, `sections.<id>`, and for each figure value, unit, period and known_at."""
    code, out, _ = run(capfdbinary, "brief", "--as-of", "2026-10-01", "--format", "json")
    found = json.loads(out)
    assert code == 0
    assert found["as_of"] == "2026-10-01T23:59:59-04:00"
    reserves = found["sections"]["reserves"]["figures"]["reserves"]
    assert {k: reserves[k] for k in ("value", "unit", "period", "known_at")} == {
        "value": 2881686.0,
        "unit": "USD mn",
        "period": "2026-09-30",
        "known_at": "2026-10-01T16:30:00-04:00",
    }
    for section in found["sections"].values():
        for figure in section["figures"].values():
            assert {"value", "unit", "period", "known_at"} <= figure.keys()
    assert run(capfdbinary, "brief", "--as-of", "2026-10-01", "--json")[1] == out


def test_the_brief_as_csv_has_a_row_a_figure(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """`brief --csv` gives every figure that its JSON has, with the same value, unit, period and known_at."""
    _, out, _ = run(capfdbinary, "brief", "--as-of", "2019-09-20", "--csv")
    rows = {(row["section"], row["id"]): row for row in csv.DictReader(io.StringIO(out))}
    sections = json.loads(run(capfdbinary, "brief", "--as-of", "2019-09-20", "--json")[1])["sections"]
    figures = {(name, key): f for name, section in sections.items() for key, f in section["figures"].items()}
    assert rows.keys() == figures.keys()
    assert rows["balance_sheet", "reserves"]["value"] == "1385426"
    for key, row in rows.items():
        value, period = figures[key]["value"], figures[key]["period"]
        assert (float(row["value"]) if row["value"] else None) == value
        assert (row["unit"], row["period"] or None) == (figures[key]["unit"], period)
        assert (row["known_at"] or None) == figures[key]["known_at"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", ["text", "md", "html", "json"])
def test_the_brief_comes_in_every_form_and_language(
    capfdbinary: pytest.CaptureFixture[bytes], form: str, language: str
) -> None:
    """Each form carries the foot and the figure of net liquidity in the reader's habit."""
    code, out, _ = run(capfdbinary, "brief", "--as-of", "2026-10-01", "--format", form, "--lang", language)
    assert code == 0
    assert "仅供研究" in out
    assert ("5749465" if form == "json" else "57,494.65" if language == "zh" else "5,749,465") in out


def test_the_page_is_written_beside_the_text(
    capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    """`--html PATH` makes the folder, writes the page and says where."""
    path = tmp_path / "out" / "brief.html"
    code, out, err = run(capfdbinary, "brief", "--as-of", "2019-09-20", "--html", str(path))
    assert code == 0
    assert path.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert str(path) in err
    assert "<html" not in out


@pytest.mark.parametrize("name", [n for n in ACTIONS if n not in {"brief", "import", "series"}])
@pytest.mark.parametrize("form", ["--json", "--csv", None])
def test_every_table_comes_as_text_json_and_csv(
    capfdbinary: pytest.CaptureFixture[bytes], name: str, form: str | None
) -> None:
    """JSON parses, CSV has as many cells in each row as headings, text is not empty; in both languages."""
    for language in ("en", "zh"):
        code, out, err = run(capfdbinary, name, *([form] if form else []), "--lang", language)
        assert (code, err) == (0, "")
        if form == "--json":
            assert json.loads(out)["rows"]
        elif form == "--csv":
            header, *rows = csv.reader(io.StringIO(out))
            assert rows
            assert {len(row) for row in rows} == {len(header)}
        else:
            assert len(out.splitlines()) > 3


@pytest.mark.parametrize(
    ("arguments", "code", "fragment"),
    [
        (("net-liquidity", "--variant", "nope"), 2, "level"),
        (("net-liquidity", "--from", "2020-02-30"), 2, "2019-09-20"),
        (("net-liquidity", "--from", "2020-02-05", "--to", "2019-01-02"), 2, "turn them round"),
        (("net-liquidity", "--variant", "average"), 3, "runoff import WTREGEN.csv --series frb:WTREGEN"),
        (("net-liquidity", "--json", "--csv"), 2, "choose one"),
        (("brief", "--json", "--csv"), 2, "choose one"),
        (("net-liquidity", "--bank", "ecb"), 2, "not defined"),
        (("brief", "--as-of", "2020-01-01T10:00:00"), 2, "no time zone"),
        (("brief", "--as-of", "yesterday"), 2, "neither a date"),
        (("balance-sheet", "--on", "2019-09-17"), 3, "2019-09-17"),
        (("balance-sheet", "--bank", "ecb"), 3, "not in the store"),
        (("balance-sheet", "--bank", "moon"), 2, "fed"),
        (("policy", "--as-of", "2005-01-01"), 3, "no balance-sheet policy"),
        (("series", "SOFR", "--as-of", "2015-01-01"), 3, "2018-04-03"),
        (("series", "DGS"), 2, "frb:DGS10"),
        (("import", "/nowhere.csv", "--series", "SOFR", "--unit", "percent"), 3, "cannot be read"),
    ],
)
def test_an_error_is_one_line_with_the_remedy(
    capfdbinary: pytest.CaptureFixture[bytes], arguments: tuple[str, ...], code: int, fragment: str
) -> None:
    """What is wrong is said in one line on standard error, with the documented exit code and nothing printed."""
    found, out, err = run(capfdbinary, *arguments)
    assert (found, out) == (code, "")
    assert fragment in err
    assert len(err.splitlines()) == 1
    assert err.startswith("runoff: ")


def test_an_error_speaks_the_reader_s_language(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """The same refusal in Chinese, by option or by setting."""
    _, _, err = run(capfdbinary, "net-liquidity", "--variant", "nope", "--lang", "zh")
    assert "净流动性没有口径 'nope'" in err


def test_an_unknown_option_is_a_usage_error(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """A wrong option or command leaves with 2."""
    assert run(capfdbinary, "brief", "--no-such-option")[0] == 2
    assert run(capfdbinary, "no-such-command")[0] == 2


def test_the_language_is_a_setting_too(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """RUNOFF_LANG=zh speaks Chinese in help, results and errors; a language nobody speaks is refused."""
    monkeypatch.setenv("RUNOFF_LANG", "zh")
    assert "央行资产负债表" in run(capfdbinary, "--help")[1]
    assert "起始日期" in run(capfdbinary, "net-liquidity", "--help")[1]
    assert "净流动性" in run(capfdbinary, "brief", "--as-of", "2019-09-20")[1]
    monkeypatch.setenv("RUNOFF_LANG", "fr")
    code, _, err = run(capfdbinary, "brief")
    assert (code, "'fr'" in err) == (2, True)


def test_help_lists_every_action(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """`runoff --help` names each action with its line."""
    _, out, _ = run(capfdbinary, "--help")
    assert all(name in out for name in ACTIONS)


def test_every_parameter_is_told(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Each action's summary is the first line of its docstring, and each parameter has a description."""
    import inspect

    from docstring_parser import parse

    for action in ACTIONS.values():
        told = parse(action.function().__doc__ or "")
        assert told.short_description == action.summary
        names = list(inspect.signature(action.function()).parameters)[2:]
        assert [p.arg_name for p in told.params] == names
        assert all(p.description for p in told.params)


def test_a_closed_pipe_is_no_error() -> None:
    """`runoff ... | head -1` ends quietly."""
    first = subprocess.Popen(
        [sys.executable, "-m", "runoff", "series", "DGS10", "--csv"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(os.environ),
    )
    assert first.stdout is not None
    assert first.stderr is not None
    assert first.stdout.readline().startswith(b"date,value")
    first.stdout.close()
    assert first.stderr.read() == b""
    first.stderr.close()
    first.wait(timeout=60)


def test_imported_figures_drive_the_brief(
    capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of the user's own fills a gap, twice the same changes nothing, and a bad one adds nothing."""
    monkeypatch.setenv("RUNOFF_HOME", str(tmp_path / "home"))
    file = tmp_path / "SOFR.csv"
    file.write_text(
        "observation_date,SOFR\n2026-09-03,3.66\n2026-09-04,3.65\n2026-09-07,.\n2026-09-08,3.67\n"
    )
    arguments = ("import", str(file), "--series", "SOFR", "--unit", "percent", "--json")
    code, out, err = run(capfdbinary, *arguments)
    assert (code, err) == (0, "")
    assert json.loads(out)["rows_added"] == 2
    assert json.loads(run(capfdbinary, *arguments)[1])["rows_added"] == 0
    _, out, _ = run(capfdbinary, "series", "SOFR", "--from", "2026-09-04", "--csv")
    assert [line.split(",")[1] for line in out.splitlines()[1:]] == ["3.65", "3.67"]

    file.write_text("observation_date,SOFR\n2026-09-09,3.66\n2026-09-09,3.65\n")
    assert run(capfdbinary, *arguments)[0] == 4
    file.write_text("observation_date,SOFR\n2098-09-09,3.66\n")
    code, _, err = run(capfdbinary, *arguments)
    assert (code, "in the future" in err) == (4, True)
    file.write_text("observation_date,SOFR\n2999-09-09,3.66\n")
    code, _, err = run(capfdbinary, *arguments)
    assert (code, "2999-09-09" in err) == (4, True)
    file.write_text("observation_date,SOFR\n2026-09-09,.\n")
    code, _, err = run(capfdbinary, *arguments)
    assert (code, "no value" in err) == (4, True)
    file.write_text("<!DOCTYPE html><html>error</html>")
    code, _, err = run(capfdbinary, *arguments)
    assert (code, "web page" in err) == (4, True)
    code, _, err = run(capfdbinary, "import", str(file), "--series", "SOFR", "--unit", "USD mn")
    assert code == 4
    _, out, _ = run(capfdbinary, "series", "SOFR", "--from", "2026-09-04", "--csv")
    assert len(out.splitlines()) == 3
