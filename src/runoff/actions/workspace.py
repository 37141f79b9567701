"""Where actions work: an open store with the shipped figures in it, the catalogue, and the reader's language.

The machine's clock is read only when something is appended (here for the record, in `import_file` also so that nothing
is known later than now); every figure's own time is its release.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import as_file, files

from runoff.config import Settings
from runoff.core.errors import ConfigError, RegistryError, Unavailable
from runoff.core.language import LANGUAGES, Words
from runoff.core.policy import PolicyPlugin
from runoff.core.registry import plugin, plugins
from runoff.core.series import SeriesSpec
from runoff.core.source import Source
from runoff.core.time import NEW_YORK, ReleaseClock, parse_as_of
from runoff.core.view import Needs, View
from runoff.store import Store

Progress = Callable[[str, int, int], None]


@cache
def words_in(language: str) -> Words:
    """The words of a language.

    Raises
    ------
    ConfigError
        If runoff does not speak it.
    """
    if language not in LANGUAGES:
        raise ConfigError(
            "no language {found!r}; runoff speaks {languages}", found=language, languages=", ".join(LANGUAGES)
        )
    if language == "en":
        return Words("en", str)
    with as_file(files("runoff") / "locale") as folder:
        catalogue = gettext.translation("runoff", folder, [language])
    return Words(language, lambda message: catalogue.gettext(message) if message else message)


def _specs(store: Store, shipped: Source) -> Mapping[str, SeriesSpec]:
    """Every series that is known: of the catalogue, of the sources, and of the user's own files."""
    declared = [source.specs() for source in plugins("sources", Source).values()]
    found = {name: spec for specs in (*declared, shipped.specs()) for name, spec in specs.items()}
    return {**store.specs(), **found}


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """An open store, what the package and the user say of the series in it, and the user's settings.

    An action that computes for long calls `progress`, where there is one, with the name of the step that begins, its
    number from 1, and how many there are.
    """

    store: Store
    specs: Mapping[str, SeriesSpec]
    clock: ReleaseClock
    settings: Settings
    progress: Progress | None = None

    @staticmethod
    @contextmanager
    def open(settings: Settings, *, progress: Progress | None = None) -> Iterator[Workspace]:
        """Open the store of `settings`, and append the shipped figures where any of their files is new to it.

        Parameters
        ----------
        settings
            Where the store is.
        progress
            Called with the name of each shipped file before it is written, its number and how many there are; then
            handed to the actions.
        """
        store = Store(settings.store_url)
        try:
            source = plugin("sources", "figures", Source)
            recorded = store.digests()
            wanting = list(source.payloads())
            if any(payload.digest not in recorded for payload in wanting):
                steps = iter(range(1, len(wanting) + 1))
                store.append(
                    [source.parse(payload, source.catalogue()) for payload in wanting],
                    recorded_at=datetime.now(UTC),
                    progress=None
                    if progress is None
                    else lambda name: progress(name, next(steps), len(wanting)),
                )
            yield Workspace(
                store=store,
                specs=_specs(store, source),
                clock=source.clock(),
                settings=settings,
                progress=progress,
            )
        finally:
            store.close()

    def as_of(self, text: str | None) -> datetime:
        """The moment that `text` names, or else the last at which the store learned anything.

        Raises
        ------
        ConfigError
            If `text` is neither a date nor a time with a zone.
        Unavailable
            If the store is empty.
        """
        if text is not None:
            return parse_as_of(text)
        latest = self.store.latest_known_at()
        if latest is None:
            raise Unavailable("the store is empty; `runoff import` brings figures in")
        return latest.astimezone(NEW_YORK)

    def view(self, needs: Needs, as_of: str | None) -> View:
        """What was known at `as_of` of what is needed."""
        moment = self.as_of(as_of)
        policies = {bank: plugin("policies", bank, PolicyPlugin).calendar() for bank in needs.policy}
        history = self.store.history(needs, policies=policies, specs=self.specs, clock=self.clock)
        return history.at(moment)

    def spec(self, name: str) -> SeriesSpec:
        """The series of that id, or of that code where only one has it.

        Raises
        ------
        RegistryError
            If there is none, or several.
        """
        if name in self.specs:
            return self.specs[name]
        found = [s for s in self.specs.values() if s.code.casefold() == name.casefold()]
        if len(found) == 1:
            return found[0]
        close = [s.id for s in self.specs.values() if name.casefold() in s.id.casefold()]
        raise RegistryError(
            "no series {name!r}; close to it: {close} (`runoff data status` lists all)",
            name=name,
            close=", ".join(close[:12]) or "none",
        )
