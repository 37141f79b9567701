"""What an answer is made of: figures that know their date, tables, sentences and plots; alone, or in the brief.

Nothing here is text for one surface: the terminal, the page, Markdown and JSON render the same values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from runoff.core.language import Words
from runoff.core.series import FloatArray, IntArray, Observation
from runoff.core.units import Unit
from runoff.core.view import Needs, View


class Style(StrEnum):
    """How a figure is written."""

    LEVEL = "level"
    CHANGE = "change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number that can answer what it is, of when, known since when, and from which files.

    `value` is None where there are no data; `note` then says why and what brings them. `digests` name the input files.
    `detail`, here and in rows and tables, leaves it out of a terminal's one screen; every other form shows it.
    """

    id: str
    label: str
    value: float | None
    unit: str
    period: date | None
    known_at: datetime | None
    since: date | None = None
    assumed: bool = False
    revised: bool = False
    stale: bool = False
    style: Style = Style.LEVEL
    note: str | None = None
    digests: tuple[str, ...] = ()
    detail: bool = False

    def noted(self, note: str) -> Figure:
        """The same figure with a note."""
        return replace(self, note=note)


def figure(
    figure_id: str, label: str, observation: Observation, *, note: str | None = None, stale: bool = False
) -> Figure:
    """One observation as a figure; `stale` where a newer one was due and is not here."""
    return Figure(
        id=figure_id,
        label=label,
        value=observation.value,
        unit=observation.series.unit.symbol,
        period=observation.period,
        known_at=observation.known_at,
        assumed=observation.assumed,
        revised=observation.revised,
        stale=stale,
        note=note,
        digests=(observation.digest,),
    )


def no_data(figure_id: str, label: str, unit: Unit, note: str, *, style: Style = Style.LEVEL) -> Figure:
    """The place of a figure that is not there, and why."""
    return Figure(
        id=figure_id,
        label=label,
        value=None,
        unit=unit.symbol,
        period=None,
        known_at=None,
        style=style,
        note=note,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table: a label, and one cell per column; `depth` indents a part under its whole."""

    label: str
    cells: tuple[Figure | str, ...]
    depth: int = 0
    emphasis: bool = False
    detail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of figures; `columns` name the cells, not the label."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str | None = None
    detail: bool = False


class PlotKind(StrEnum):
    """The shapes a plot can take."""

    LINES = "lines"
    STACKED = "stacked"
    BARS = "bars"
    SCATTER = "scatter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """An area between two values at each place along the picture, drawn behind the lines: an interval, a fan.

    `lower` and `upper` are in the plot's unit, NaN where there is no band; `label` is its translated name. It has the
    colour of the line, group of points or curve that `of` names, of the first where it names none. Of bands that lie
    within each other the widest comes first: each deepens the shade of those before it.
    """

    lower: FloatArray
    upper: FloatArray
    label: str
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Across:
    """What runs across a scatter in place of time: what it is, where each point lies, and curves over it.

    `values` are in `unit`, one per period of the plot; `grid` are the places, ascending and in the same unit, at which
    the curves, by translated name, and the plot's bands have their values.
    """

    title: str
    unit: str
    values: FloatArray
    grid: FloatArray
    curves: Mapping[str, FloatArray] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """What a picture shows: named lines over common periods (ordinals), NaN where there is no value.

    `lines` map a translated name to values in `unit`, one per period; `below` names those stacked below zero.

    `bands` lie behind lines, one value per period, or behind the points of a scatter, one per place of its grid.

    A scatter has a point for each period and each of the `lines`, which are groups of points, over `across`.

    Bars stand on the first day of what they sum up (a month, a quarter, a year), stacked line by line, what is negative
    below zero; a period of which a line is not known has no bar. `over` names the lines that are no part of the sum and
    are drawn as steps over the bars: a cap.

    `until` is the last day of history: from there on the picture says "projected".
    """

    id: str
    title: str
    kind: PlotKind
    unit: str
    periods: IntArray
    lines: Mapping[str, FloatArray]
    below: frozenset[str] = frozenset()
    over: frozenset[str] = frozenset()
    until: date | None = None
    description: str = ""
    bands: tuple[Band, ...] = ()
    across: Across | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the brief: the answer in a sentence, the figures behind it, tables and plots.

    `facts` are what the sentences say that is no number, for programs: the same in every language.
    """

    title: str
    sentences: tuple[str, ...]
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    plots: tuple[Plot, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)

    def all_figures(self) -> dict[str, Figure]:
        """Every figure of the section by id, those in tables included."""
        cells = (cell for table in self.tables for row in table.rows for cell in row.cells)
        return {f.id: f for f in (*self.figures, *(c for c in cells if isinstance(c, Figure)))}


@runtime_checkable
class Told(Protocol):
    """A result that says in a section what its rows say in numbers."""

    @property
    def as_of(self) -> datetime:
        """When what it says was known."""
        ...

    def section(self, words: Words) -> Section:
        """The section, in the language of `words`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionPlugin:
    """A plug-in of the brief: where it stands, what it reads, and how it writes its section."""

    order: int
    title: str
    needs: Needs
    write: Callable[[View, Words], Section]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """The brief: what was known at `as_of`, section by section, in one language.

    A section by itself is a brief with its title and nothing else in it: renderers then neither head nor list it twice.
    """

    as_of: datetime
    language: str
    title: str
    sections: Mapping[str, Section]
    foot: str
