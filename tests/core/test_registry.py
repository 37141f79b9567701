from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest

import runoff
from runoff.core import registry
from runoff.core.errors import RegistryError
from runoff.core.policy import PolicyPlugin
from runoff.core.registry import CONSTANTS, plugin, plugins
from runoff.core.report import SectionPlugin
from runoff.core.signal import SignalPlugin
from runoff.core.source import Source
from runoff.ledger.bank import Bank
from runoff.policies.fed import POLICY

KINDS = {
    "sources": Source,
    "banks": Bank,
    "policies": PolicyPlugin,
    "signals": SignalPlugin,
    "sections": SectionPlugin,
}


@pytest.fixture
def installed(monkeypatch):
    """Pretend that packages are installed which bring entry points: (name, value)."""

    def install(*entries):
        points = [EntryPoint(name, value, "runoff.policies") for name, value in entries]
        monkeypatch.setattr(
            registry, "entry_points", lambda *, group: [p for p in points if p.group == group]
        )

    return install


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package `runoff.policies` of one's own, made of the modules given."""

    def make(**modules):
        found = ModuleType("runoff.policies")
        found.__path__ = [str(tmp_path)]
        monkeypatch.setitem(__import__("sys").modules, "runoff.policies", found)
        for name, source in modules.items():
            (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
            monkeypatch.delitem(__import__("sys").modules, f"runoff.policies.{name}", raising=False)

    return make


@pytest.mark.parametrize("folder", CONSTANTS)
def test_every_plug_in_loads(folder):
    """Each module of a folder is a plug-in of its kind, under its file name, in alphabetical order."""
    found = plugins(folder, KINDS[folder])
    files = Path(runoff.__path__[0], folder).glob("[!_]*.py")
    assert list(found) == sorted(file.stem for file in files)
    assert all(isinstance(value, KINDS[folder]) for value in found.values())


def test_an_installed_plug_in_stands_beside_those_that_ship(installed):
    """An entry point is found under its name, and asked for like any other."""
    installed(("boe", "runoff.policies.fed:POLICY"))
    assert list(plugins("policies", PolicyPlugin)) == ["boe", "fed"]
    assert plugin("policies", "boe", PolicyPlugin) is POLICY


@pytest.mark.parametrize(
    "entries", [[("fed", "runoff.policies.fed:POLICY")], [("boe", "runoff.policies.fed:POLICY")] * 2]
)
def test_two_plug_ins_cannot_share_a_name(installed, entries):
    """An installed plug-in takes neither a shipped name nor another's: refused, with the remedy."""
    installed(*entries)
    with pytest.raises(
        RegistryError, match=r"two plug-ins named '(fed|boe)' in runoff\.policies; rename one"
    ):
        plugins("policies", PolicyPlugin)


def test_a_plug_in_of_another_kind_is_refused(installed):
    """An entry point at something else says where it is and what was expected."""
    installed(("boe", "runoff.policies.fed:calendar"))
    with pytest.raises(
        RegistryError, match=r"runoff\.policies\.fed:calendar: expected a PolicyPlugin, found"
    ):
        plugins("policies", PolicyPlugin)


@pytest.mark.parametrize("value", ["runoff.policies.fed:NOTHING", "no_such_package:POLICY"])
def test_an_installed_plug_in_that_cannot_be_loaded_is_named(installed, value):
    """A broken package is refused by the name of its entry point, with the remedy."""
    installed(("boe", value))
    with pytest.raises(
        RegistryError, match=rf"{value}: the plug-in 'boe' cannot be loaded .*; update or uninstall"
    ):
        plugins("policies", PolicyPlugin)


def test_a_module_without_its_constant_is_refused(package):
    """A file in the folder that defines no plug-in is a mistake, not a helper."""
    package(empty="ANSWER = 42\n")
    with pytest.raises(
        RegistryError, match=r"runoff\.policies\.empty: expected a PolicyPlugin, found NoneType"
    ):
        plugins("policies", PolicyPlugin)


def test_a_file_in_the_folder_is_a_plug_in(package):
    """Nothing but the file makes a plug-in: no list names it."""
    package(
        boe="from runoff.core.policy import PolicyCalendar, PolicyPlugin\n"
        "POLICY = PolicyPlugin(title='Bank of England', calendar=lambda: PolicyCalendar(()))\n"
    )
    assert plugin("policies", "boe", PolicyPlugin).title == "Bank of England"


def test_an_unknown_plug_in_is_refused_with_those_there_are():
    """The message lists the names."""
    with pytest.raises(RegistryError, match=r"no 'boj' among the policies; there are .*fed"):
        plugin("policies", "boj", PolicyPlugin)
