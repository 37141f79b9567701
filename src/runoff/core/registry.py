"""Plug-ins: found by looking into their folder and at installed entry points, one file each.

A plug-in is a module that defines a constant named after its kind (`SOURCE`, `BANK`, `POLICY`, `SIGNAL`, ...). Third
parties add theirs under the entry-point group ``runoff.<folder>``, pointing at such a constant.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

from runoff.core.errors import RegistryError

Plugin = TypeVar("Plugin")

CONSTANTS = {
    "sources": "SOURCE",
    "banks": "BANK",
    "policies": "POLICY",
    "signals": "SIGNAL",
    "sections": "SECTION",
}


def plugins(folder: str, kind: type[Plugin]) -> Mapping[str, Plugin]:
    """All plug-ins of a folder by name, the file name or the entry point's, in alphabetical order.

    Raises
    ------
    RegistryError
        If a module lacks its constant, the constant is not of `kind`, an installed one cannot be loaded, or two
        share a name.
    """
    constant = CONSTANTS[folder]
    package = importlib.import_module(f"runoff.{folder}")
    found: dict[str, Plugin] = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(package.__path__)):
        module = importlib.import_module(f"runoff.{folder}.{name}")
        found[name] = _checked(f"runoff.{folder}.{name}", getattr(module, constant, None), kind)
    for entry in entry_points(group=f"runoff.{folder}"):
        if entry.name in found:
            raise RegistryError(
                "two plug-ins named {name!r} in runoff.{folder}; rename one", name=entry.name, folder=folder
            )
        found[entry.name] = _checked(entry.value, _loaded(entry), kind)
    return dict(sorted(found.items()))


def plugin(folder: str, name: str, kind: type[Plugin]) -> Plugin:
    """The plug-in of that name.

    Raises
    ------
    RegistryError
        If there is none; the message lists those there are.
    """
    found = plugins(folder, kind)
    if name not in found:
        raise RegistryError(
            "no {name!r} among the {folder}; there are {names}",
            name=name,
            folder=folder,
            names=", ".join(found) or "none",
        )
    return found[name]


def _loaded(entry: EntryPoint) -> object:
    try:
        return entry.load()
    except (ImportError, AttributeError) as error:
        raise RegistryError(
            "{where}: the plug-in {name!r} cannot be loaded ({reason}); update or uninstall the package it is from",
            where=entry.value,
            name=entry.name,
            reason=error,
        ) from error


def _checked(where: str, value: object, kind: type[Plugin]) -> Plugin:
    if not isinstance(value, kind):
        raise RegistryError(
            "{where}: expected a {kind}, found {found}",
            where=where,
            kind=kind.__name__,
            found=type(value).__name__,
        )
    return value
