"""The file that says what the files of a folder are."""

import pytest
from tests.core.rows import spec

from runoff.core.document import DocumentKind
from runoff.core.errors import ConfigError, RunoffError
from runoff.core.manifest import Manifest, read_manifest
from runoff.core.source import Payload
from runoff.core.units import Frequency, Measure, Unit

KNOWN = {"frb:WALCL": spec()}
NEW = """
id = "my:X"
file = "x.csv"
unit = "percent"
title = "X"
measure = "rate"
frequency = "daily"
release = "close"
"""


def read(text: str) -> Manifest:
    """The manifest that a text is."""
    return read_manifest(Payload("runoff.toml", text.encode()), KNOWN)


def test_a_series_of_the_catalogue_needs_its_id_its_file_and_its_unit() -> None:
    """Everything else is known; what a manifest says beside it changes nothing of the catalogue."""
    (one,) = read('[[series]]\nid = "frb:WALCL"\nfile = "a/b.csv"\nunit = "USD mn"\ntitle = "Mine"').series
    assert one.spec is KNOWN["frb:WALCL"]
    assert (one.file, one.unit, one.column, one.weekday) == ("a/b.csv", Unit.parse("USD mn"), None, None)


def test_a_new_series_is_declared_in_full_and_its_vintages_need_not_be() -> None:
    """Licence and address have a default; `[[vintages]]` knows what `[[series]]` declared, or declares it itself."""
    vintages = '[[vintages]]\nid = "my:X"\nfile = "v.csv"\nunit = "percent"\n'
    found = read(f'[[series]]{NEW}only = "friday"\ncolumn = "y"\n{vintages}')
    (one,) = found.series
    assert (one.spec.measure, one.spec.frequency, one.spec.release) == (
        Measure.RATE,
        Frequency.DAILY,
        "close",
    )
    assert (one.weekday, one.column, one.spec.licence) == (4, "y", "your own copy")
    assert found.vintages[0].spec == one.spec
    assert read(f"[[vintages]]{NEW}").vintages[0].spec == one.spec
    with pytest.raises(ConfigError, match=r"vintages 1: my:X is not in the catalogue"):
        read(vintages)


def test_holdings_and_texts_have_defaults() -> None:
    """The portfolio is SOMA, the bank the Fed, the index none."""
    found = read('[[holdings]]\nfile = "b.csv"\n[[documents]]\nfolder = "t"\nkind = "minutes"\n')
    assert (found.holdings[0].portfolio, found.holdings[0].date) == ("soma", None)
    text = found.documents[0]
    assert (text.bank, text.index, text.kind) == ("fed", None, DocumentKind.MINUTES)


def test_an_empty_manifest_declares_nothing() -> None:
    """It is no error to say nothing."""
    assert read("") == Manifest(series=(), vintages=(), holdings=(), documents=())


@pytest.mark.parametrize("path", ["/x.csv", "../x.csv", "a/../../x.csv", "a/.."])
@pytest.mark.parametrize(
    "table",
    [
        '[[series]]\nid = "frb:WALCL"\nunit = "USD mn"\nfile = "{}"',
        '[[vintages]]\nid = "frb:WALCL"\nunit = "USD mn"\nfile = "{}"',
        '[[holdings]]\nfile = "{}"',
        '[[documents]]\nkind = "minutes"\nfolder = "{}"',
        '[[documents]]\nkind = "minutes"\nfolder = "t"\nindex = "{}"',
    ],
)
def test_no_path_leads_out_of_the_folder(table: str, path: str) -> None:
    """Whichever key holds it, and whatever stands before the dots."""
    with pytest.raises(ConfigError, match="leads out of the folder"):
        read(table.format(path))


@pytest.mark.parametrize("missing", ["title", "measure", "frequency", "release", "unit", "file", "id"])
def test_what_a_new_series_lacks_is_asked_for(missing: str) -> None:
    """The message names the table by its number."""
    lines = "\n".join(line for line in NEW.splitlines() if not line.startswith(missing))
    with pytest.raises(RunoffError, match=r"runoff\.toml, series 1"):
        read(f"[[series]]\n{lines}")
