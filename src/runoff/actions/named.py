"""The policies and scenarios that come with the package."""

from __future__ import annotations

from dataclasses import dataclass

from runoff.actions.projections import shipped
from runoff.actions.workspace import Workspace
from runoff.core.language import Words
from runoff.core.policy_file import NamedPolicy
from runoff.project.scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a name stands for."""

    name: str
    title: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What there is to choose from."""

    rows: tuple[Named, ...]


def policies(work: Workspace, words: Words) -> Names:  # noqa: ARG001 - every action is handed one
    """The named policies to project with; a TOML file of your own does as well."""
    return _listed(shipped(NamedPolicy), words)


def scenarios(work: Workspace, words: Words) -> Names:  # noqa: ARG001 - every action is handed one
    """The named scenarios to project with; a TOML file of your own does as well."""
    return _listed(shipped(Scenario), words)


def _listed(found: dict[str, NamedPolicy] | dict[str, Scenario], words: Words) -> Names:
    return Names(
        rows=tuple(
            Named(name=name, title=words.text(one.title), says=words.text(one.says))
            for name, one in found.items()
        )
    )
