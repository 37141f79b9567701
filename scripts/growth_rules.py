"""How far rules of thumb miss GDP and currency of later: why projections take the pace they take.

    python scripts/growth_rules.py

Each rule is tried on what was known on the first day of every quarter since July 2012, from the shipped figures, and
held against what came. Prints the mean absolute miss in percent of what came.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import numpy as np

from runoff.actions.workspace import Workspace
from runoff.config import read
from runoff.core.series import Series
from runoff.core.time import parse_as_of
from runoff.core.view import Needs, View

GDP, CURRENCY = "bea:GDP", "frb:WCICL"
SPANS = ((date(2012, 1, 1), date(2022, 3, 31)), (date(2022, 4, 1), date(2027, 12, 31)))
AHEAD = (1, 2)  # years


def growth(series: Series, back: int, a_year: int) -> float:
    """Growth a year over the last so many periods, logarithm."""
    return float(np.log(series.values[-1] / series.values[-1 - back]) * a_year / back)


def gdp_rules(view: View) -> dict[str, float]:
    """Growth of GDP a year by rule."""
    known = view.series(GDP)
    return {
        f"{years} years": growth(known, 4 * years, 4) for years in (1, 2, 5, 10) if len(known) > 4 * years
    }


def currency_rules(view: View, years: int) -> dict[str, float]:
    """Growth of currency a year by rule."""
    own, of_gdp = growth(view.series(CURRENCY), 52, 52), gdp_rules(view)
    steady = of_gdp["10 years"]
    return {
        "GDP, 5 years": of_gdp["5 years"],
        "GDP, 10 years": steady,
        "own, 1 year": own,
        "own, 5 years": growth(view.series(CURRENCY), 260, 52),
        "own, giving way": steady + (own - steady) * (1 - years / 10),
    }


def misses(views: dict[date, View], last: View) -> Iterator[tuple[str, str, int, date, float]]:
    """What is forecast, by which rule, how many years ahead, when, and how far it missed, percent."""
    gdp, currency = last.series(GDP), last.series(CURRENCY)
    for day, view in views.items():
        for years in AHEAD:
            for name, known, later, rules, step in (
                ("GDP", view.series(GDP), gdp, gdp_rules(view), 4),
                ("currency", view.series(CURRENCY), currency, currency_rules(view, years), 52),
            ):
                place = int(np.searchsorted(later.periods, known.periods[-1])) + step * years
                if place >= len(later.periods):
                    continue
                came = np.log(later.values[place] / later.values[place - step * years])
                for rule, pace in rules.items():
                    yield name, rule, years, day, 100 * abs(float(came) - pace * years)


def main() -> None:
    """Print the mean misses."""
    days = [date(year, month, 1) for year in range(2012, 2027) for month in (1, 4, 7, 10)][2:]
    with (
        tempfile.TemporaryDirectory() as folder,
        Workspace.open(read({"RUNOFF_HOME": folder})) as work,
    ):
        last = work.view(Needs(series=frozenset({GDP, CURRENCY})), None)
        views = {day: last.history.at(parse_as_of(f"{day}")) for day in days if day < last.as_of.date()}
        found: dict[tuple[str, str], dict[tuple[int, int], list[float]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for name, rule, years, day, miss in misses(views, last):
            span = next(n for n, (first, end) in enumerate(SPANS) if first <= day <= end)
            found[name, rule][span, years].append(miss)
    print(f"{'':28}" + "".join(f"{first:%Y}-{end:%Y}, {years}y  " for first, end in SPANS for years in AHEAD))
    for (name, rule), cells in found.items():
        line = "".join(f"{np.mean(cells[n, years]):14.2f}" for n in range(len(SPANS)) for years in AHEAD)
        print(f"{name:9} {rule:18}{line}")


if __name__ == "__main__":
    main()
