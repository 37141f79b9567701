"""The brief: every section, of what was known at one moment."""

from __future__ import annotations

from functools import reduce
from operator import or_

from runoff.actions.workspace import Workspace
from runoff.core.errors import RunoffError
from runoff.core.language import Words
from runoff.core.registry import plugins
from runoff.core.report import Brief, Section, SectionPlugin
from runoff.core.view import Needs, View

# In both languages wherever it is read: whoever passes it on may not share the reader's.
FOOT = "Research, not advice. 仅供研究，不构成投资建议。"


def _written(section: SectionPlugin, view: View, words: Words) -> Section:
    """A section, or why it cannot be written: one that is refused does not take the others with it."""
    try:
        return section.write(view.narrow(section.needs), words)
    except RunoffError as error:
        reason = words.text(error.template, **error.values)
        return Section(
            title=words.text(section.title), sentences=(words.text("No data: {reason}.", reason=reason),)
        )


def brief(work: Workspace, words: Words, *, as_of: str | None = None) -> Brief:
    """Where the liquidity is, what moved it, what policy does, whether funding is tight.

    Every figure carries its own date and is what was known at `as_of`; nothing later enters.

    Parameters
    ----------
    as_of
        A date (the end of that day in New York) or a time with a zone; by default the last moment at which anything
        in the store became known.
    """
    sections = dict(sorted(plugins("sections", SectionPlugin).items(), key=lambda item: item[1].order))
    view = work.view(reduce(or_, (s.needs for s in sections.values()), Needs()), as_of)
    return Brief(
        as_of=view.as_of,
        language=words.language,
        title=words.text("Liquidity brief"),
        sections={name: _written(section, view, words) for name, section in sections.items()},
        foot=FOOT,
    )
