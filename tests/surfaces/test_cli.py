"""The command line: what it prints, in which form and language, and with which exit code."""

import csv
import errno
import functools
import io
import json
import os
import pty
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from tests.surfaces.sample import AS_OF, STEPS

from runoff.actions import ACTIONS, Action
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


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offer an action whose result tells a section."""
    action = Action(name="sample", target="tests.surfaces.sample:outlook", summary="An outlook.")
    monkeypatch.setattr(cli, "ACTIONS", {"sample": action})


@pytest.mark.usefixtures("sample")
def test_a_result_that_tells_a_section_prints_like_one(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Title and moment, sentences, figures, and the table in parts that fit; no field line, no rule."""
    code, out, err = run(capfdbinary, "sample")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0].startswith("Outlook ")
    assert lines[0].endswith("as known at 1 Oct 2026 16:30 New York")
    assert "It goes on." in lines
    assert out.count("2026-07 ") == 2
    assert out.count("Outlook") == 1
    assert max(map(len, lines)) <= 100
    assert "As of" not in out
    assert "仅供研究" in lines[-1]


@pytest.mark.usefixtures("sample")
def test_a_section_comes_in_every_form(capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> None:
    """Markdown and a page have one heading; JSON and CSV have the rows as those of any action."""
    _, md, _ = run(capfdbinary, "sample", "--format", "md")
    assert [line for line in md.splitlines() if line.startswith("#")] == ["# Outlook"]
    _, html, _ = run(capfdbinary, "sample", "--format", "html")
    assert html.startswith("<!DOCTYPE html>")
    path = tmp_path / "new" / "outlook.html"
    _, out, err = run(capfdbinary, "sample", "--html", str(path), "--csv")
    assert path.read_text("utf-8") == html
    assert out.startswith("month,known_at,held,change,never,late,kind,note\n2026-07-01,")
    assert err == f"Written as a page: {path}\n"
    _, rows, _ = run(capfdbinary, "sample", "--json")
    assert len(json.loads(rows)["rows"]) == 24
    assert run(capfdbinary, "sample", "--format", "json")[1] == rows


def test_a_result_without_a_section_has_no_page(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """The option is offered by what an action returns, and the rows by whether it has any."""
    _, series, _ = run(capfdbinary, "series", "--help")
    assert "--parquet" in series
    assert "--html" not in series
    assert "--parquet" not in run(capfdbinary, "data", "copy", "--help")[1]
    assert "--html" in run(capfdbinary, "brief", "--help")[1]
    assert run(capfdbinary, "series", "SOFR", "--html", "x.html")[0] == 2


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize("count", [24, 1])
def test_parquet_keeps_the_types_of_the_rows(
    capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path, count: int
) -> None:
    """The columns of the CSV, each with its type, also where nothing fills it; NaN is null, as in CSV."""
    path = tmp_path / "outlook.parquet"
    code, out, err = run(capfdbinary, "sample", "--count", str(count), "--parquet", str(path), "--csv")
    assert (code, err) == (0, f"Written as Parquet, {count} rows: {path}\n")
    found = pl.read_parquet(path)
    assert found.columns == out.splitlines()[0].split(",")
    assert found.schema == {
        "month": pl.Date(),
        "known_at": pl.Datetime("us", "UTC"),
        "held": pl.Int64(),
        "change": pl.Float64(),
        "never": pl.Float64(),
        "late": pl.Boolean(),
        "kind": pl.String(),
        "note": pl.String(),
    }
    assert found.row(0) == (date(2026, 7, 1), AS_OF, 1_000_000, -0.5, None, True, "published", "a, b")
    assert found["change"].to_list()[1:3] == [None, None][: found.height - 1]
    assert list(tmp_path.iterdir()) == [path]


def test_parquet_has_the_columns_of_the_csv(
    capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    """Of a variant's lines those it fills; of the brief every figure, with the same values."""
    path = tmp_path / "rows.parquet"
    for arguments in (("net-liquidity",), ("brief", "--as-of", "2026-10-01")):
        _, out, _ = run(capfdbinary, *arguments, "--csv", "--parquet", str(path))
        found, rows = pl.read_parquet(path), list(csv.DictReader(io.StringIO(out)))
        assert found.columns == list(rows[0])
        for name in ("net_liquidity", "value"):
            if name in rows[0]:
                assert found[name].to_list() == [float(r[name]) if r[name] else None for r in rows]


@pytest.mark.parametrize("option", ["--parquet", "--html"])
def test_a_file_that_cannot_be_written_is_an_error_and_leaves_nothing(
    capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path, option: str
) -> None:
    """No folder, a folder of that name, a full disk: one line that says so, nothing printed, no draft left."""
    taken = tmp_path / "taken"
    taken.mkdir()
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "under.x", taken, Path("/dev/full")):
        code, out, err = run(capfdbinary, "brief", "--as-of", "2019-09-20", option, str(path))
        assert (code, out) == (2, "")
        assert f"{path} cannot be written" in err
        assert len(err.splitlines()) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "taken"]


def test_a_missing_folder_is_found_before_anything_is_computed(
    capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistyped folder of a Parquet file costs no projection."""
    monkeypatch.setattr(Action, "function", lambda self, real=Action.function: _never(real(self)))
    path = tmp_path / "none" / "rows.parquet"
    code, _, err = run(capfdbinary, "net-liquidity", "--parquet", str(path))
    assert (code, f"there is no folder {path.parent}" in err) == (2, True)


def _never(function):
    @functools.wraps(function)
    def never(*args, **kwargs):
        raise AssertionError("computed")

    return never


def test_a_file_is_replaced_whole_or_not_at_all(
    capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where writing stops half way, the earlier file stays as it was; what a link names is written, not the link."""
    path, link = tmp_path / "rows.parquet", tmp_path / "link.parquet"
    link.symlink_to(path)
    assert run(capfdbinary, "policy", "--parquet", str(link))[0] == 0
    before = path.read_bytes()
    assert link.is_symlink()

    def half(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", half)
    code, _, err = run(capfdbinary, "data", "status", "--parquet", str(path))
    assert (code, "No space left" in err) == (2, True)
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.parquet", "rows.parquet"]


def test_a_bar_shows_on_a_terminal_and_is_gone_before_the_output() -> None:
    """Steps of an action are drawn on standard error while it works; where that is no terminal, nothing is."""
    code = (
        "from runoff.actions import Action\n"
        "from runoff.surfaces import cli\n"
        "cli.ACTIONS = {'sample': Action(name='sample', target='tests.surfaces.sample:outlook', summary='.')}\n"
        "raise SystemExit(cli.run(['sample']))"
    )
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", code]
    environment = {**os.environ, "SAMPLE_WAIT": "0.25", "TERM": "xterm", "COLUMNS": "80"}
    subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True)  # the figures are in
    quiet = subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True)
    assert quiet.stderr == b""

    controller, terminal = pty.openpty()
    running = subprocess.Popen(command, cwd=root, env=environment, stdout=terminal, stderr=terminal)
    os.close(terminal)
    shown = b""
    try:
        while some := os.read(controller, 65536):
            shown += some
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(controller)
    assert running.wait(timeout=60) == 0
    text = shown.decode()
    assert "step 2 [of]" in text
    assert f"2/{STEPS}" in text
    bar, _, output = text.partition("Outlook")
    assert "step" not in output
    assert bar.rindex("\x1b[2K") > bar.rindex("step")
    assert "\x1b[?25h" in bar


# These need a file, a series, another store or the network.
ASKING = {
    *("brief", "import", "import-book", "series", "data copy", "data why", "update"),
    *("signal-history", "read-statement", "diff-statements", "sweep", "scorecard"),
}


@pytest.mark.parametrize("name", [n for n in ACTIONS if n not in ASKING])
@pytest.mark.parametrize("form", ["--json", "--csv", None])
def test_every_table_comes_as_text_json_and_csv(
    capfdbinary: pytest.CaptureFixture[bytes], name: str, form: str | None
) -> None:
    """JSON parses, CSV has as many cells in each row as headings, text is not empty in both languages."""
    for language in ("en", "zh") if form is None else ("zh",):
        code, out, err = run(capfdbinary, *name.split(), *([form] if form else []), "--lang", language)
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
    assert all(name.split()[0] in out for name in ACTIONS)


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
    assert json.loads(out)["added"] == 2
    assert json.loads(run(capfdbinary, *arguments)[1])["added"] == 0
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
