"""The brief as JSON."""

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime

import pytest

from runoff.core.report import Brief, Figure
from runoff.render import data


def refuse(constant: str) -> None:
    """What JSON does not have."""
    pytest.fail(f"{constant} in JSON")


@pytest.fixture
def read(make_brief: Callable[[str], Brief]) -> dict:
    """Return the JSON of the brief, read again."""
    return json.loads(data.json_bytes(make_brief("en")), parse_constant=refuse)


def test_the_values_are_those_of_the_bytes(make_brief: Callable[[str], Brief], read: dict) -> None:
    """Plain values go into JSON and come back the same."""
    assert read == data.value(make_brief("en"))


def test_as_of_is_a_moment_with_its_offset(make_brief: Callable[[str], Brief], read: dict) -> None:
    """Nobody has to guess the zone."""
    assert read["as_of"] == "2026-10-01T16:30:00-04:00"
    assert datetime.fromisoformat(read["as_of"]) == make_brief("en").as_of
    assert {"language", "title", "foot", "sections"} < read.keys()


def test_every_figure_is_there_by_its_id_and_whole(make_brief: Callable[[str], Brief], read: dict) -> None:
    """Those in tables too, with all that a figure says of itself."""
    for name, section in make_brief("en").sections.items():
        figures = read["sections"][name]["figures"]
        assert figures.keys() == section.all_figures().keys()
        assert all(figure.keys() == {f.name for f in fields(Figure)} for figure in figures.values())
    reserves = read["sections"]["reserves"]["figures"]["reserve_balances"]
    assert (reserves["value"], reserves["unit"], reserves["period"]) == (2881686.0, "USD mn", "2026-09-30")
    assert reserves["known_at"] == "2026-10-01T16:30:00-04:00"
    assert (reserves["assumed"], reserves["revised"], reserves["stale"]) == (True, False, False)


def test_what_is_missing_is_null(read: dict) -> None:
    """No value, with its note; NaN is missing too."""
    figures = read["sections"]["reserves"]["figures"]
    assert figures["vix"]["value"] is None
    assert figures["vix"]["note"].startswith("not shipped")
    assert figures["sofr_spread"]["value"] is None


def test_the_cells_of_a_table_name_figures_or_are_words(read: dict) -> None:
    """A reader tells the id of a figure from a word, and finds the figure."""
    section = read["sections"]["sheet"]
    first, second, _ = section["tables"][0]["rows"]
    assert first["cells"] == [{"figure": "factors_supplying"}, {"figure": "factors_supplying_1w"}]
    assert second == {
        "label": "Securities | held",
        "depth": 1,
        "emphasis": False,
        "cells": [{"figure": "securities_held_outright"}, "n/a"],
    }
    named = [
        c["figure"] for t in section["tables"] for r in t["rows"] for c in r["cells"] if isinstance(c, dict)
    ]
    assert set(named) <= section["figures"].keys()


def test_plots_name_what_they_show(read: dict) -> None:
    """Kind, unit, lines and span; the values are in the series."""
    (plot,) = read["sections"]["sheet"]["plots"]
    assert (plot["kind"], plot["unit"], plot["first"]) == ("stacked", "USD mn", "2002-12-18")
    assert plot["lines"][:2] == ["Treasuries", "MBS"]
