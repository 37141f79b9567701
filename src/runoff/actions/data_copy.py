"""The store, copied whole into another."""

from __future__ import annotations

from dataclasses import dataclass

from runoff.actions.workspace import Workspace
from runoff.core.language import Words
from runoff.store import Store, copy


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """Where everything now is as well."""

    from_: str
    to: str
    series: int


def data_copy(work: Workspace, words: Words, to: str) -> Copied:  # noqa: ARG001 - every action is handed words
    """Copy the whole store into another, empty one: from SQLite to PostgreSQL, or back.

    All of it or nothing; the store that is copied may be written meanwhile.

    Parameters
    ----------
    to
        The address of the other store, for example postgresql+psycopg://user@host/database.
    """
    target = Store(to)
    try:
        copy(work.store, target, work.progress)
        return Copied(
            from_=work.store.url.render_as_string(hide_password=True),
            to=target.url.render_as_string(hide_password=True),
            series=len(target.specs()),
        )
    finally:
        target.close()
