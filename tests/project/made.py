"""Projections on the shipped figures, made once for every test that stands on them."""

import csv
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from tests.project import desk
from tests.sources import shipped

from runoff.actions.projections import definition, named
from runoff.core.policy_file import NamedPolicy
from runoff.core.time import last_day, parse_as_of
from runoff.core.view import View
from runoff.project.engine import Projection, forecast, needs
from runoff.project.scenario import RatePath, Scenario

NOTE = Path(__file__).resolve().parents[1] / "data" / "fed_note_2022" / "path.csv"
WEDNESDAY = 2


@cache
def _history():
    found = shipped.history()
    return replace(found, needs=found.needs | needs(definition()), policies={"fed": desk.calendar()})


def view(as_of=shipped.LATEST) -> View:
    """What was known, the calendar of policy with it."""
    return _history().at(parse_as_of(as_of))


@cache
def projection(as_of, policy="announced", scenario="baseline", horizon=12) -> Projection:
    """A projection by names, as the actions make it."""
    known, assumed = view(as_of), named(Scenario, scenario)
    return forecast(
        known,
        definition(),
        named(NamedPolicy, policy).calendar(desk.calendar(), known.as_of),
        assumed,
        horizon,
        hindsight=view() if assumed.rates is RatePath.REALISED else None,
    )


def names(found):
    """The months of a projection, as 2022-06."""
    return [date.fromordinal(int(month)).isoformat()[:7] for month in found.months]


def line(found, name):
    """A line of the sheet by month, in millions."""
    return dict(zip(names(found), found.sheet.lines[name][0].tolist(), strict=True))


def published(name):
    """A weekly series by day."""
    series = shipped.view().series(name)
    return {
        date.fromordinal(int(day)): float(v) for day, v in zip(series.periods, series.values, strict=True)
    }


def after(month):
    """The Wednesday on or after the end of a month given by its first day (ordinal)."""
    end = last_day(date.fromordinal(int(month)))
    return end + timedelta(days=(WEDNESDAY - end.weekday()) % 7)


@cache
def note():
    """The baseline of the Federal Reserve's note, millions of total assets by month."""
    with NOTE.open() as lines:
        return {row["month"]: round(float(row["baseline"]) * 1e6) for row in csv.DictReader(lines)}
