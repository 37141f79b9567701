"""The brief as JSON: every figure by section and id, with its unit, its period and when it became known."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

from runoff.core.report import Brief, Figure, Plot, Section, Table
from runoff.render import wording
from runoff.render.rows import json_bytes as _json


def value(brief: Brief) -> dict[str, object]:
    """The brief as plain values, all of which JSON has: dates in ISO, None for what is missing, never NaN.

    Top level: `as_of` (with its offset), `language`, `title`, `foot` and `sections` by id. A section has `title`,
    `sentences`, `figures` by id (those in tables included), `tables` whose cells are strings or ``{"figure": id}``,
    and `plots`, which name what they show.
    """
    return {
        "as_of": brief.as_of.isoformat(),
        "language": brief.language,
        "title": brief.title,
        "sections": {name: _section(section) for name, section in brief.sections.items()},
        "foot": brief.foot,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """A figure of the brief as a row of CSV."""

    section: str
    id: str
    label: str
    value: float | None
    unit: str
    since: date | None
    period: date | None
    known_at: datetime | None
    assumed: bool
    revised: bool
    stale: bool
    note: str | None


def figure_rows(brief: Brief) -> tuple[FigureRow, ...]:
    """Every figure of the brief, section by section; what a table names by its row carries its column in the id."""
    return tuple(
        FigureRow(section=name, **{f.name: getattr(figure, f.name) for f in fields(FigureRow)[1:]})
        for name, section in brief.sections.items()
        for figure in section.all_figures().values()
    )


def json_bytes(brief: Brief) -> bytes:
    """The brief as JSON."""
    return _json(value(brief))


def _section(section: Section) -> dict[str, object]:
    return {
        "title": section.title,
        "sentences": list(section.sentences),
        "facts": dict(section.facts),
        "figures": {name: _figure(figure) for name, figure in section.all_figures().items()},
        "tables": [_table(table) for table in section.tables],
        "plots": [_plot(plot) for plot in section.plots],
    }


def _figure(figure: Figure) -> dict[str, object]:
    return asdict(figure) | {
        "value": wording.known(figure),
        "period": figure.period.isoformat() if figure.period else None,
        "known_at": figure.known_at.isoformat() if figure.known_at else None,
        "since": figure.since.isoformat() if figure.since else None,
        "style": figure.style.value,
        "digests": list(figure.digests),
    }


def _table(table: Table) -> dict[str, object]:
    return {
        "id": str(table.id),
        "title": table.title,
        "columns": list(table.columns),
        "note": table.note,
        "rows": [
            {
                "label": row.label,
                "depth": row.depth,
                "emphasis": row.emphasis,
                "cells": [{"figure": c.id} if isinstance(c, Figure) else c for c in row.cells],
            }
            for row in table.rows
        ],
    }


def _plot(plot: Plot) -> dict[str, object]:
    days = [date.fromordinal(int(plot.periods[i])).isoformat() for i in (0, -1)] if len(plot.periods) else []
    return {
        "id": plot.id,
        "title": plot.title,
        "kind": plot.kind.value,
        "unit": plot.unit,
        "lines": list(plot.lines),
        "bands": [band.label for band in plot.bands],
        "across": None
        if (across := plot.across) is None
        else {
            "title": across.title,
            "unit": across.unit,
            "curves": list(across.curves),
        },
        "first": days[0] if days else None,
        "last": days[-1] if days else None,
    }
