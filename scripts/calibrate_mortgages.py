"""Fit the prepayment model of `runoff.project.prepayment` to what was known by December 2022, and print the fit.

Usage::

    python scripts/calibrate_mortgages.py MORTGAGE30US.csv            # fit; print spreads, parameters and moments
    python scripts/calibrate_mortgages.py MORTGAGE30US.csv --replay   # then 2022-02-16 onwards, the model as committed

The argument is a file of `date,value` with the survey's 30-year mortgage rate, percent: it is licensed and not shipped.
The rest is shipped: H.4.1 totals, ten-year yields and the policy calendar. What enters, all before 2023:

- months in which nothing was bought, so that the fall of the total is principal (`NOTHING_BOUGHT`);
- weeks that contain the 25th, when Uniform and Fannie Mae securities pay: their fall is a share of the month's
  principal even while purchases go on (`WEEK_SHARES`; some have a settlement in them, hence a robust loss);
- the principal that the Desk announced once (`ANNOUNCED`);
- weak priors of the literature on every parameter, so that what the data do not say stays where the literature has it.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np

from runoff.core.policy import PolicyPlugin
from runoff.core.registry import plugin
from runoff.core.series import FloatArray, IntArray
from runoff.core.time import last_day, month_after
from runoff.project.mortgages import Accumulation, awaiting_settlement, build_up, project
from runoff.project.plan import Plan, plan
from runoff.project.prepayment import DEFAULT, SPREADS, PrepaymentModel, mortgage_rate

FIGURES = Path(__file__).resolve().parents[1] / "src" / "runoff" / "figures"
BEGIN, END, BOOK = date(2009, 1, 1), date(2022, 12, 31), date(2022, 2, 16)
KNOWN = date(2026, 10, 1)  # the last shipped release
# Purchases of 2009-10 had settled by August 2010, and reinvestment in MBS from October 2011 settled from November: with
# tight credit and little equity few could refinance then, so these months count little. Principal was below the cap of
# 20 from November 2018 to April 2019, and below 35 from September 2022.
NOTHING_BOUGHT = (
    ((2010, 9), (2011, 10), 0.2),
    ((2018, 12), (2019, 4), 0.04),
    ((2022, 10), (2022, 12), 0.02),
)  # relative standard error
# The share of principal that comes in such a week where Ginnie Mae's 20th is in the week before, from months whose
# whole principal is known: 0.53 to 0.61 in 2010-11, 0.45 to 0.46 in 2019, 0.57 in June 2020 (the Desk's 56 billion),
# 0.68 in November and December 2022, when former Freddie Mac pools had moved to the 25th; in between, between.
WEEK_SHARES = (
    ((2012, 2), (2013, 11), 0.53, 0.15),
    ((2014, 1), (2018, 9), 0.46, 0.15),
    ((2020, 5), (2020, 12), 0.60, 0.15),
    ((2021, 1), (2022, 3), 0.65, 0.15),
)
# Desk statement of 10 June 2020: about 56 billion of principal anticipated in June.
ANNOUNCED = {date(2020, 6, 1).toordinal(): 56e9}
PRIORS = {  # mean and standard error; Hayre and Rajan (1995) for the shape, the standard of 1985 for the ramp
    "turnover": (7.0, 2.0),
    "lock_in": (0.1, 0.1),
    "season": (0.2, 0.1),
    "peak": (8.0, 0.7),
    "refinancing": (50.0, 15.0),
    "midpoint": (0.7, 0.4),
    "width": (0.3, 0.1),
    "burnout": (1.0, 0.7),
}


class Figures(NamedTuple):
    """Dates (ordinals) and values of one series."""

    days: IntArray
    values: FloatArray

    def known(self, days: IntArray) -> FloatArray:
        """The last value on or before each day."""
        return self.values[np.searchsorted(self.days, days, side="right") - 1]

    def average(self, months: IntArray) -> FloatArray:
        """The average of each month, or the last value before its end where it has none."""
        found = []
        for first in months.tolist():
            last = last_day(date.fromordinal(first)).toordinal()
            inside = (self.days >= first) & (self.days <= last)
            found.append(self.values[inside].mean() if inside.any() else self.known(np.array([last]))[0])
        return np.array(found)


def read(path: Path, column: str) -> Figures:
    """Read one column of a CSV file by date."""
    with path.open() as file:
        rows = [
            (date.fromisoformat(row["date"]).toordinal(), float(row[column]))
            for row in csv.DictReader(file)
            if row[column]
        ]
    return Figures(np.array([day for day, _ in rows]), np.array([value for _, value in rows]))


def months_between(first: tuple[int, int], last: tuple[int, int]) -> IntArray:
    """First days, ordinals."""
    index = range(first[0] * 12 + first[1] - 1, last[0] * 12 + last[1])
    return np.array([date(i // 12, i % 12 + 1, 1).toordinal() for i in index])


def built(totals: Figures, rates: Figures, end: date, model: PrepaymentModel) -> Accumulation:
    """Cohorts from the totals of 2009 to a day."""
    inside = (totals.days >= BEGIN.toordinal()) & (totals.days <= end.toordinal())
    days = totals.days[inside]
    return build_up(days, totals.values[inside], rates.known(days), model)


class Moment(NamedTuple):
    """What was observed in a month, in dollars, and how far it may be off."""

    kind: str
    month: int
    observed: float
    error: float


def moments(totals: Figures) -> list[Moment]:
    """Principal that the totals show, by month."""
    found = []
    for first, last, error in NOTHING_BOUGHT:
        for month in months_between(first, last).tolist():
            end = last_day(date.fromordinal(month))
            before = date.fromordinal(month) - timedelta(days=1)
            levels = [totals.values[np.searchsorted(totals.days, day.toordinal())] for day in (before, end)]
            found.append(Moment("month", month, (levels[0] - levels[1]) * 1e6, error))
    found += [Moment("desk", month, principal, 0.04) for month, principal in ANNOUNCED.items()]
    for first, last, share, error in WEEK_SHARES:
        for month in months_between(first, last).tolist():
            paid = [business(date.fromordinal(month).replace(day=day)) for day in (20, 25)]
            at = np.searchsorted(totals.days, paid[1].toordinal())
            if (
                paid[0].toordinal() <= totals.days[at - 1]
            ):  # Ginnie Mae's payment of the 20th is in the week before
                fall = (totals.values[at - 1] - totals.values[at]) * 1e6 / share
                found.append(Moment("week", month, fall, error))
    return found


def business(day: date) -> date:
    """The day, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() > 4 else day


def residuals(vector: FloatArray, totals: Figures, rates: Figures, observed: list[Moment]) -> FloatArray:
    """Standardised misses: moments first (those of weeks made robust), then priors."""
    model = replace(DEFAULT, **dict(zip(PRIORS, vector.tolist(), strict=True)))
    history = built(totals, rates, END, model)
    expected = dict(zip(history.months.tolist(), history.expected.tolist(), strict=True))
    found = []
    for moment in observed:
        miss = np.log(max(moment.observed, 1e8) / expected[moment.month]) / moment.error
        # A pseudo-Huber loss for the vague ones: a week with a settlement in it misses by a few errors, not by fifty.
        found.append(np.sign(miss) * np.sqrt(2 * (np.sqrt(1 + miss**2) - 1)) if moment.error > 0.1 else miss)
    prior = [(value - mean) / error for value, (mean, error) in zip(vector, PRIORS.values(), strict=True)]
    return np.array(found + prior)


def fitted(totals: Figures, rates: Figures, observed: list[Moment]) -> tuple[FloatArray, FloatArray]:
    """Levenberg-Marquardt from the priors' means: parameters, and their standard errors from the curvature."""
    vector = np.array([mean for mean, _ in PRIORS.values()])
    scale = np.array([error for _, error in PRIORS.values()])
    low = np.array([1.0, -0.2, 0.0, 4.0, 5.0, -0.5, 0.2, 0.0])
    high = np.array([20.0, 0.6, 0.6, 11.0, 95.0, 2.5, 1.5, 8.0])
    damping, current = 1e-2, residuals(vector, totals, rates, observed)
    for _ in range(40):
        slope = jacobian(vector, scale, current, totals, rates, observed)
        curvature = slope.T @ slope
        step = np.linalg.solve(curvature + damping * np.diag(np.diag(curvature)), -slope.T @ current)
        trial = np.clip(vector + step * scale, low, high)
        after = residuals(trial, totals, rates, observed)
        if after @ after < current @ current:
            gain = current @ current - after @ after
            vector, current, damping = trial, after, damping / 3
            if gain < 1e-4:
                break
        else:
            damping *= 4
    slope = jacobian(vector, scale, current, totals, rates, observed)
    return vector, np.sqrt(np.diag(np.linalg.inv(slope.T @ slope))) * scale


def jacobian(
    vector: FloatArray,
    scale: FloatArray,
    current: FloatArray,
    totals: Figures,
    rates: Figures,
    observed: list[Moment],
) -> FloatArray:
    """Forward differences, in units of the priors' errors."""
    columns = []
    for at in range(len(vector)):
        moved = vector.copy()
        moved[at] += 0.02 * scale[at]
        columns.append((residuals(moved, totals, rates, observed) - current) / 0.02)
    return np.stack(columns, axis=1)


def as_it_happened(start: date, months: int) -> Plan:
    """The Fed's policy in so many months from the day after `start`, by the policy calendar."""
    return plan(plugin("policies", "fed", PolicyPlugin).calendar(), start, months, known=KNOWN)


class Replayed(NamedTuple):
    """A month: its speed, and in dollars its principal, what is modelled at its end and what was published."""

    month: date
    speed: float
    principal: float
    modelled: float
    published: float

    @property
    def miss(self) -> float:
        """How far the model is off, percent."""
        return 100 * (self.modelled / self.published - 1)


def replay(
    totals: Figures, rates: Figures, last: tuple[int, int], model: PrepaymentModel = DEFAULT
) -> list[Replayed]:
    """From the totals to 2022-02-16 alone, under the policy as it happened."""
    history = built(totals, rates, BOOK, model)
    months = months_between((2022, 2), last)
    # What settles after the book was bought in the months before it; principal was reinvested whole.
    before = len(model.settlement)
    bought = as_it_happened(last_day(month_after(BOOK, -before - 1)), before).agency.purchases
    pending = awaiting_settlement(
        history.principal[-before - 1 : -1], bought, settled=float(history.bought[-1]), model=model
    )
    path = project(
        history.cohorts,
        months,
        rates.average(months)[np.newaxis],
        as_it_happened(BOOK, len(months)).agency,
        model=model,
        pending=pending,
    )
    found = []
    for at, first in enumerate(months.tolist()):
        end = np.searchsorted(totals.days, last_day(date.fromordinal(first)).toordinal())
        found.append(
            Replayed(
                month=date.fromordinal(first),
                speed=float(path.cpr[0, at]),
                principal=float(path.scheduled[0, at] + path.prepaid[0, at]),
                modelled=float(path.closing[0, at]),
                published=float(totals.values[end]) * 1e6,
            )
        )
    return found


def show_spreads(survey: Figures, ten_year: Figures) -> None:
    """Print the mean of the weekly gaps between the survey's rate and the ten-year yield, from day to day."""
    gaps = survey.values - ten_year.known(survey.days)
    starts = [day for day, _ in SPREADS]
    for start, end in zip(starts, [*starts[1:], END + timedelta(days=1)], strict=True):
        inside = (survey.days >= start.toordinal()) & (survey.days < end.toordinal())
        print(f"spread from {start}: {gaps[inside].mean():.2f} points, {inside.sum()} weeks before {end}")


def show_fit(totals: Figures, rates: Figures, observed: list[Moment], model: PrepaymentModel) -> None:
    """Print observed and modelled principal, year by year for the weeks, month by month otherwise."""
    history = built(totals, rates, END, model)
    expected = dict(zip(history.months.tolist(), history.expected.tolist(), strict=True))
    print("month     kind   observed  modelled   difference")
    for moment in observed:
        day, modelled = date.fromordinal(moment.month), expected[moment.month]
        print(
            f"{day:%Y-%m}   {moment.kind:6} {moment.observed / 1e9:8.1f} {modelled / 1e9:9.1f} "
            f"{100 * (modelled / moment.observed - 1):+9.1f}%"
        )


def show_replay(totals: Figures, rates: Figures, label: str) -> None:
    """Print the replay from 2022-02-16."""
    print(f"\nreplay from {BOOK} with the {label}, billions; CPR percent a year")
    rows = replay(totals, rates, (2026, 9))
    for row in rows:
        print(
            f"{row.month:%Y-%m} {row.speed:5.1f} {row.principal / 1e9:6.1f} {row.modelled / 1e9:8.1f} "
            f"{row.published / 1e9:8.1f} {row.miss:+6.2f}%"
        )
    for last in (date(2025, 11, 1), date(2026, 9, 1)):
        worst = max((row for row in rows if row.month <= last), key=lambda row: abs(row.miss))
        print(f"worst to {last:%Y-%m}: {worst.miss:+.2f}% in {worst.month:%Y-%m}")


def main(arguments: list[str]) -> int:
    """Fit, print, and with `--replay` project."""
    survey = read(Path(arguments[0]), "value")
    totals = read(FIGURES / "h41_weekly.csv", "mbs")
    ten_year = read(FIGURES / "treasury_yields_percent.csv", "DGS10")
    show_spreads(survey, ten_year)
    observed = moments(totals)
    vector, errors = fitted(totals, survey, observed)
    for name, value, error in zip(PRIORS, vector, errors, strict=True):
        print(
            f"{name:12} {value:7.3f}  standard error {error:.3f}, prior {PRIORS[name][0]} ({PRIORS[name][1]})"
        )
    print("model as fitted:" if "--replay" not in arguments else "model as committed:")
    model = DEFAULT
    if "--replay" not in arguments:
        model = replace(DEFAULT, **dict(zip(PRIORS, vector.tolist(), strict=True)))
    show_fit(totals, survey, observed, model)
    if "--replay" in arguments:
        show_replay(totals, survey, "survey rate")
        show_replay(
            totals,
            Figures(ten_year.days, mortgage_rate(ten_year.values, ten_year.days)),
            "ten-year yield and the documented spreads",
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
