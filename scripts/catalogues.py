"""Keep the Chinese catalogue complete: collect every message, merge it into the catalogue, compile it.

``python scripts/catalogues.py`` rewrites ``src/runoff/locale``; with ``--check`` it changes nothing and fails where a
message is untranslated, a translation has other places to fill than its message, or the compiled file is stale.
"""

from __future__ import annotations

import argparse
import ast
import io
import string
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from docstring_parser import parse as parse_docstring

from runoff.actions import ACTIONS, GROUPS
from runoff.actions.projections import shipped
from runoff.core import errors
from runoff.core.policy import PolicyPlugin
from runoff.core.policy_file import NamedPolicy
from runoff.core.registry import plugins
from runoff.core.report import SectionPlugin
from runoff.core.source import Source
from runoff.ledger import sheet
from runoff.ledger.bank import Bank
from runoff.project.scenario import Scenario

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "runoff"
FOLDER = SOURCES / "locale" / "zh" / "LC_MESSAGES"

# `words.text("...")`, `said("...")` and `raise SomeError("...")` hold messages.
_ERRORS = {name for name, value in vars(errors).items() if isinstance(value, type)}


def messages() -> Iterator[tuple[str, str]]:
    """Every message and where it stands: those written in code, and those that are data."""
    for path in sorted(SOURCES.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and _takes_message(node.func):
                for message in _literals(node.args[0]):
                    yield message, str(path.relative_to(ROOT))
    for path in sorted(SOURCES.rglob("*.j2")):
        yield from _in_template(path)
    yield from _data()


def _takes_message(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr == "text" and isinstance(function.value, ast.Name | ast.Attribute)
    return isinstance(function, ast.Name) and function.id in {*_ERRORS, "said"}


def _literals(node: ast.expr) -> Iterator[str]:
    """The strings an expression can be: a literal, or either arm of a conditional."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def _in_template(path: Path) -> Iterator[tuple[str, str]]:
    """The messages of a page template: ``words.text("...")``."""
    from jinja2 import Environment, nodes

    tree = Environment(autoescape=True).parse(path.read_text("utf-8"))
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Getattr) and call.node.attr == "text" and call.args:
            argument = call.args[0]
            if isinstance(argument, nodes.Const) and isinstance(argument.value, str):
                yield argument.value, str(path.relative_to(ROOT))


def _data() -> Iterator[tuple[str, str]]:
    """Titles and descriptions that are data of plug-ins, actions and the catalogue of series."""
    yield sheet.ROUNDING, "ledger/sheet.py"
    yield sheet.NOT_ITEMISED, "ledger/sheet.py"
    for name, section in plugins("sections", SectionPlugin).items():
        yield section.title, f"section {name}"
    for name, bank in plugins("banks", Bank).items():
        for account in bank.chart.accounts:
            yield account.title, f"account of {name}"
        if bank.net_liquidity is not None:
            for variant in bank.net_liquidity.variants.values():
                yield variant.says, f"variant {variant.id}"
    for name, history in plugins("policies", PolicyPlugin).items():
        for step in history.calendar().steps:
            if step.amount is None:  # a step without an amount is told by its programme
                yield step.programme, f"programme of {name}"
    for policy in shipped(NamedPolicy).values():
        yield policy.title, f"policy {policy.id}"
        yield policy.says, f"policy {policy.id}"
    for scenario in shipped(Scenario).values():
        yield scenario.title, f"scenario {scenario.id}"
        yield scenario.says, f"scenario {scenario.id}"
    for name, source in plugins("sources", Source).items():
        for spec in source.specs().values():
            yield spec.title, f"series of {name}"
            yield spec.licence, f"licence in {name}"
    for name, group in GROUPS.items():
        yield group, f"group {name}"
    for action in ACTIONS.values():
        yield action.summary, f"action {action.name}"
        for parameter in parse_docstring(action.function().__doc__ or "").params:
            yield " ".join((parameter.description or "").split()), f"parameter of {action.name}"
        yield from _fields(action.name)


def _fields(action: str) -> Iterator[tuple[str, str]]:
    """The column headings that a table makes of field names, and the words for the values of enumerations."""
    import dataclasses
    import typing

    from runoff.render.rows import heading

    pending = [typing.get_type_hints(ACTIONS[action].function())["return"]]
    while pending:
        kind = pending.pop()
        pending += typing.get_args(kind)
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            for member in kind:
                yield heading(member), f"value in {action}"
        if dataclasses.is_dataclass(kind) and action != "brief":
            # What begins with an underscore is told by the section alone, and has no column.
            hints = typing.get_type_hints(kind)
            for field in dataclasses.fields(kind):
                if not field.name.startswith("_"):
                    yield heading(field.name), f"column of {action}"
                    pending.append(hints[field.name])


def _places(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name is not None}


def collected() -> Catalog:
    """A catalogue of every message, with the translations at hand."""
    path = FOLDER / "runoff.po"
    old = read_po(io.BytesIO(path.read_bytes())) if path.exists() else Catalog(locale="zh")
    # The dates are of no use and would make every run differ: `written` drops them from the text.
    never = datetime(2000, 1, 1, tzinfo=UTC)
    new = Catalog(locale="zh", project="runoff", fuzzy=False, creation_date=never, revision_date=never)
    places: dict[str, set[str]] = {}
    for message, where in messages():
        if message:
            places.setdefault(message, set()).add(where)
    for message in sorted(places):
        known = old.get(message)
        new.add(
            message,
            string=known.string if known is not None else "",
            auto_comments=sorted(places[message])[:3],
        )
    return new


def problems(catalogue: Catalog) -> list[str]:
    """What is wrong with the translations."""
    found = []
    for entry in catalogue:
        if not entry.id:
            continue
        if not entry.string:
            found.append(f"untranslated: {entry.id!r}")
        elif _places(str(entry.id)) != _places(str(entry.string)):
            found.append(f"other places to fill: {entry.id!r} -> {entry.string!r}")
    return found


def written(catalogue: Catalog) -> tuple[bytes, bytes]:
    """The catalogue as text and compiled."""
    text, compiled = io.BytesIO(), io.BytesIO()
    write_po(text, catalogue, omit_header=False, sort_output=True, width=110)
    lines = [
        line
        for line in text.getvalue().splitlines(keepends=True)
        if not line.startswith((b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By'))
    ]
    write_mo(compiled, catalogue)
    return b"".join(lines), compiled.getvalue()


def main() -> int:
    """Write or check the catalogue."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail where something is wrong")
    check = parser.parse_args().check
    catalogue = collected()
    wrong = problems(catalogue)
    text, compiled = written(catalogue)
    for name, content in (("runoff.po", text), ("runoff.mo", compiled)):
        path = FOLDER / name
        if check and (not path.exists() or path.read_bytes() != content):
            wrong.append(f"{path.relative_to(ROOT)} is stale: run python scripts/catalogues.py")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"{len(catalogue)} messages, {len(wrong)} problems")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
