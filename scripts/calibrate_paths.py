"""Print what the joint draws of `runoff.project.draws` rest on, from the figures that ship.

Usage::

    python scripts/calibrate_paths.py                 # optimal block lengths, calibration and coverage
    python scripts/calibrate_paths.py 2019-12-31      # the same of another date (coverage only from 2022 on)

Three things are printed:

- the block lengths that are optimal for each column (Politis and White, as `arch` computes them): `calibration.BLOCK`
  is the median over columns of the sample known on 2022-04-01, rounded;
- the calibration of the date: months seen, memory, standard deviation of each column;
- coverage: from 2022-04-01, at monthly origins and as known then, how often what came less a central path in its
  reduced form (announced caps and purchases, the account at its usual level, rates unchanged) fell into the bands.
  Rules were fixed on what was known by 2022-04-01, but for one (docs/methods/paths.md).
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from arch.bootstrap import optimal_block_length

from runoff.actions.projections import definition
from runoff.core.errors import EstimationError
from runoff.core.policy import PolicyPlugin
from runoff.core.registry import plugin
from runoff.core.series import FloatArray, IntArray, Series
from runoff.core.source import Source
from runoff.core.time import last_day, month_after, parse_as_of
from runoff.core.view import History, View
from runoff.project.calibration import COLUMNS, Calibration, announced, calibrate, modelled_principal, needs
from runoff.project.draws import Method, draw
from runoff.project.treasuries import months_after
from runoff.project.treasury_account import seasonal, tga_path, usual_level

RULES_FIXED = "2022-04-01"
HORIZONS = (3, 6, 12)
PATHS, SEED = 10_000, 20220401
BANDS = (50, 80, 90)


def shipped() -> History:
    """All shipped figures with the calendar of policy."""
    source = plugin("sources", "figures", Source)
    parsed = [source.parse(payload, source.catalogue()) for payload in source.payloads()]
    found = History.of(
        (rows for one in parsed for rows in one.observations),
        policies={"fed": plugin("policies", "fed", PolicyPlugin).calendar()},
    )
    return replace(found, specs=source.specs(), needs=found.needs | needs(definition()))


def show_blocks(calibration: Calibration) -> None:
    """Print the optimal block length of each column, and their median."""
    lengths = {}
    for name, column in zip(COLUMNS, calibration.innovations.T, strict=True):
        if np.any(column):
            lengths[name] = float(optimal_block_length(column)["stationary"].iloc[0])
            print(f"optimal block of {name:16} {lengths[name]:5.1f} months")
    print(f"median {np.median(list(lengths.values())):.1f} months; as committed {calibration.block:g}")


def show_calibration(calibration: Calibration) -> None:
    """Print what was measured of each column."""
    first, last = (date.fromordinal(int(calibration.months[place])) for place in (0, -1))
    print(
        f"sample {first:%Y-%m} to {last:%Y-%m}, as known {calibration.as_of:%Y-%m-%d}; started {calibration.start}"
    )
    for name, seen, left, column in zip(
        COLUMNS, calibration.seen, calibration.persistence, calibration.innovations.T, strict=True
    ):
        scale, unit = (1.0, "") if np.abs(column).max() < 1e3 else (1e9, " billion")
        print(f"{name:16} seen {seen:3d}, memory {left:.3f}, deviation {column.std() / scale:.4g}{unit}")


class Outcomes:
    """What came less a central path in its reduced form, by name, at the end of so many months from an origin."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.now = history.at(parse_as_of("2100-01-01"))
        self.definition = definition()

    def after(self, origin: date, horizon: int) -> dict[str, float]:
        """Points or dollars; nothing where the months are not over."""
        months = months_after(origin - timedelta(days=1), horizon)
        end = last_day(date.fromordinal(int(months[-1]))).toordinal()
        if end > self.line("treasuries").periods[-1]:
            return {}
        view = self.history.at(parse_as_of(origin.isoformat()))
        found = self.policy(view, origin, months, end)
        found["tga"] = float(self.line("tga").in_force_on(np.array([end]))[0]) - self.account(view, months)
        for variable, name in (("short_rate", "frb:DGS3MO"), ("ten_year", "frb:DGS10")):
            series = self.now.series(name)
            inside = (series.periods >= months[-1]) & (series.periods <= end)
            if inside.any():
                found[variable] = float(series.values[inside].mean() - view.series(name).values[-1])
        return found

    def line(self, name: str) -> Series:
        """A line of the sheet as known today, dollars."""
        lines = {**self.definition.bridge, **self.definition.parts}
        found = self.now.series(lines[name]).to("USD mn")
        return replace(found, values=found.values * 1e6)

    def policy(self, view: View, origin: date, months: IntArray, end: int) -> dict[str, float]:
        """Both halves' published change less what had been announced; principal as it came."""
        repaid = modelled_principal(self.now, self.definition, months)
        planned = announced(view.policy("fed"), origin, months, repaid).sum(axis=1)
        found = {}
        for name, plan in zip(("treasuries", "mbs"), planned.tolist(), strict=True):
            known = self.line(name)
            before, after = np.searchsorted(known.periods, [int(months[0]) - 1, end])
            found[name] = float(known.values[after] - known.values[before]) - plan
        return found | {"securities": sum(found.values())}

    def account(self, view: View, months: IntArray) -> float:
        """The Treasury's account at the end of the months as a scenario without wishes has it, dollars."""
        account = view.series(self.definition.bridge["tga"]).to("USD mn")
        try:
            deviations = seasonal(account.periods, account.values * 1e6)
        except EstimationError:
            deviations = np.zeros(12)
        level = usual_level(account.periods, account.values) * 1e6
        return float(tga_path(level, deviations, months, account.values[-1] * 1e6)[-1])


def bands_of(calibration: Calibration, origin: date, method: Method) -> dict[str, FloatArray]:
    """Deviations by name, paths by months."""
    drawn = draw(
        calibration, months_after(origin - timedelta(days=1), HORIZONS[-1]), PATHS, seed=SEED, method=method
    )
    halves = {
        "treasuries": drawn.policy - drawn.policy_mbs,
        "mbs": drawn.policy_mbs,
        "securities": drawn.policy,
    }
    return {name: values.cumsum(axis=1) for name, values in halves.items()} | {
        "tga": drawn.tga,
        "short_rate": drawn.short_rate,
        "ten_year": drawn.ten_year,
    }


def show_coverage(history: History, method: Method) -> None:
    """Print the share of outcomes in the bands, by name and horizon."""
    inside, outcomes = defaultdict(list), Outcomes(history)
    low, high = ([50 + sign * width / 2 for width in BANDS] for sign in (-1, 1))
    origin = date.fromisoformat(RULES_FIXED)
    while outcomes.after(origin, HORIZONS[0]):
        calibration = calibrate(history.at(parse_as_of(origin.isoformat())), definition())
        bands = bands_of(calibration, origin, method)
        for horizon in HORIZONS:
            for name, came in outcomes.after(origin, horizon).items():
                drawn = bands[name][:, horizon - 1]
                inside[name, horizon].append(
                    (np.percentile(drawn, low) <= came) & (came <= np.percentile(drawn, high))
                )
        origin = month_after(origin)
    for (name, horizon), found in sorted(inside.items()):
        shares = ", ".join(
            f"{width} percent {share:.0%}" for width, share in zip(BANDS, np.mean(found, axis=0), strict=True)
        )
        print(f"{method:10} {name:11} {horizon:2d} months, {len(found)} origins: {shares}")


def main(arguments: list[str]) -> int:
    """Print all three."""
    history = shipped()
    as_of = arguments[0] if arguments else RULES_FIXED
    found = calibrate(history.at(parse_as_of(as_of)), definition())
    show_blocks(found)
    show_calibration(found)
    for method in Method:
        show_coverage(history, method)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
