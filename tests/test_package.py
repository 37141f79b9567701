"""The package as a whole: cheap to import, free of machine paths, complete in both languages."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("numpy", "sqlalchemy", "altair", "vl_convert", "rich", "jinja2", "holidays", "polars", "cyclopts")


def modules_after(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after running `code`."""
    found = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(found.stdout.splitlines()[-1].split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    """`import runoff` is free."""
    assert modules_after("import runoff").isdisjoint(HEAVY)


def test_help_loads_nothing_heavy() -> None:
    """`runoff --help` needs the command line library, and neither arrays nor a database."""
    loaded = modules_after("from runoff.surfaces import cli\ncli.run(['--help'])")
    assert loaded.isdisjoint(set(HEAVY) - {"cyclopts", "rich"})


def test_the_text_brief_draws_no_chart() -> None:
    """A brief in text loads no chart library."""
    loaded = modules_after("from runoff.surfaces import cli\ncli.run(['brief'])")
    assert loaded.isdisjoint({"altair", "vl_convert", "jinja2"})


@pytest.mark.parametrize("language", ["zh"])
def test_the_catalogue_is_complete(language: str) -> None:
    """Every message is translated, fills the same places, and the compiled catalogue is current."""
    found = subprocess.run(
        [sys.executable, "scripts/catalogues.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    assert (ROOT / "src/runoff/locale" / language).is_dir()
