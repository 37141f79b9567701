"""What the Federal Reserve holds, by type and by maturity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from runoff.actions.projections import DEFAULT_POLICY, DEFAULT_SCENARIO, Run, notes, run
from runoff.actions.workspace import Workspace
from runoff.core.holdings import SecurityKind
from runoff.core.language import Words, said
from runoff.core.report import Figure, Plot, PlotKind, Row, Section, Style, Table
from runoff.core.series import FloatArray
from runoff.core.units import Unit
from runoff.project.bonds import Bonds, Curve, ten_year_equivalents, weighted_average_maturity
from runoff.project.prepayment import DEFAULT, price
from runoff.project.rates import TENORS
from runoff.project.treasuries import Position

_MILLION = 1e6
_YEAR = 365.25  # days
_UNIT = Unit.parse("USD mn")
_MBS, _AGENCY = SecurityKind.MBS, SecurityKind.AGENCY
_KINDS = {
    SecurityKind.BILL: said("Bills"),
    SecurityKind.NOTE_OR_BOND: said("Notes and bonds, nominal"),
    SecurityKind.TIPS: said("Notes and bonds, inflation-indexed"),
    SecurityKind.FRN: said("Floating-rate notes"),
    _AGENCY: said("Federal agency debt"),
    _MBS: said("Mortgage-backed securities"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is held of a kind, in millions; maturity and modified duration in years, weighted by principal and value.

    `inflation_compensation` is part of `principal`; `market_value` includes accrued interest. Nothing is told of
    maturity, duration or value of agency debt, and none of maturity of mortgages, which are repaid before.
    """

    kind: SecurityKind
    securities: int
    par: int
    inflation_compensation: int
    principal: int
    market_value: int | None
    average_maturity_years: float | None
    duration_years: float | None
    ten_year_equivalents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """What of the Treasuries matures in a year, in millions of principal."""

    year: int
    bills: int
    notes_and_bonds: int
    tips: int
    frns: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioReport:
    """Holdings on a day.

    `modelled` says whether they were rolled forward from an earlier book; `published` is the total of Treasuries in
    that week's H.4.1, `distance` ours less it, both in millions, and `distance_percent` the same in percent. The
    unrealised loss is amortised cost (principal and premiums not yet written off) less market value of Treasuries and
    mortgages; a gain is below nil.
    """

    as_of: datetime
    day: date
    book: date
    modelled: bool
    unit: str
    treasuries: int
    published: int
    distance: int
    distance_percent: float
    average_maturity_years: float
    duration_years: float
    ten_year_equivalents: int
    mortgage_coupon_percent: float
    unamortised_premiums: int | None
    unrealised_loss: int | None
    notes: tuple[str, ...]
    ladder: tuple[Rung, ...]
    rows: tuple[Held, ...]

    def section(self, words: Words) -> Section:
        """The total and its distance to the published one, the kinds, and the ladder."""
        state = (
            words.text("modelled from the book of {book}", book=words.date(self.book))
            if self.modelled
            else words.text("by security, as published")
        )
        sentences = [
            words.text(
                "On {day} the Federal Reserve held Treasuries of {total} ({state}), {distance} off the {published} of "
                "that week's H.4.1 ({percent}%); they mature after {years} years on average.",
                day=words.date(self.day),
                total=words.amount(self.treasuries, _UNIT),
                state=state,
                distance=words.amount(self.distance, _UNIT, signed=True),
                published=words.amount(self.published, _UNIT),
                percent=words.number(self.distance_percent, Unit.parse("percent"), signed=True),
                years=f"{self.average_maturity_years:.1f}",
            )
        ]
        if self.unrealised_loss is not None:
            sentences.append(self._unrealised(self.unrealised_loss, words))
        return Section(
            title=words.text("Portfolio of the Federal Reserve"),
            sentences=(*sentences, *self.notes),
            tables=(self._kinds(words), self._rungs(words)),
            plots=(self._plot(words),),
        )

    @staticmethod
    def _unrealised(loss: int, words: Words) -> str:
        amount = words.amount(abs(loss), _UNIT)
        if loss < 0:
            return words.text(
                "At that day's rates the portfolio is worth {gain} more than its amortised cost (modelled prices).",
                gain=amount,
            )
        return words.text(
            "At that day's rates the portfolio is worth {loss} less than its amortised cost (modelled prices).",
            loss=amount,
        )

    def _cell(self, name: str, value: float | None, label: str, unit: str) -> Figure:
        return Figure(
            id=name, label=label, value=value, unit=unit, period=self.day, known_at=None, style=Style.LEVEL
        )

    def _kinds(self, words: Words) -> Table:
        columns = {
            "principal": (said("Principal"), self.unit),
            "market_value": (said("Market value"), self.unit),
            "ten_year_equivalents": (said("Ten-year equivalents"), self.unit),
        }
        return Table(
            id="kinds",
            title=words.text("By type"),
            columns=tuple(words.text(title) for title, _ in columns.values()),
            rows=tuple(
                Row(
                    label=words.text(_KINDS[row.kind]),
                    cells=tuple(
                        self._cell(f"{row.kind}_{name}", getattr(row, name), words.text(title), unit)
                        for name, (title, unit) in columns.items()
                    ),
                )
                for row in self.rows
            ),
        )

    def _rungs(self, words: Words) -> Table:
        return Table(
            id="ladder",
            title=words.text("Treasuries by year of maturity"),
            columns=(words.text("Bills"), words.text("Notes and bonds"), words.text("All")),
            rows=tuple(
                Row(
                    label=str(rung.year),
                    cells=tuple(
                        self._cell(f"{name}_{rung.year}", value, str(rung.year), self.unit)
                        for name, value in (
                            ("bills", rung.bills),
                            ("coupons", rung.total - rung.bills),
                            ("all", rung.total),
                        )
                    ),
                )
                for rung in self.ladder
            ),
            detail=True,
        )

    def _plot(self, words: Words) -> Plot:
        names = {
            "bills": said("Bills"),
            "notes_and_bonds": said("Notes and bonds, nominal"),
            "tips": said("Notes and bonds, inflation-indexed"),
            "frns": said("Floating-rate notes"),
        }
        return Plot(
            id="ladder",
            title=words.text("Treasuries by year of maturity"),
            kind=PlotKind.BARS,
            unit=self.unit,
            periods=np.array([date(rung.year, 1, 1).toordinal() for rung in self.ladder]),
            lines={
                words.text(title): np.array([getattr(rung, name) for rung in self.ladder], dtype=float)
                for name, title in names.items()
            },
            description=words.text("Principal, inflation compensation included."),
        )


def portfolio(work: Workspace, words: Words, *, as_of: str | None = None) -> PortfolioReport:
    """What the Federal Reserve holds: by type, by maturity, and how far it is from the published total.

    Where the last book of holdings is older than the last H.4.1, Treasuries are rolled forward through the policy as it
    was, and so labelled. Mortgage securities are cohorts that add up to the published total.

    Parameters
    ----------
    as_of
        A date or a time with a zone; by default the last moment at which anything in the store became known.
    """
    made = run(work, DEFAULT_POLICY, DEFAULT_SCENARIO, as_of=as_of, horizon=1)
    found = made.found
    day, positions = found.start, found.held.positions
    rows = tuple(_kinds(made))
    of_treasuries = [row for row in rows if row.kind.is_treasury]
    principal = np.array([p.principal(day, found.prices) for p in positions])
    priced = sum(row.market_value or 0 for row in of_treasuries)
    equivalents = sum(row.ten_year_equivalents or 0 for row in of_treasuries)
    premiums = _premiums(made)
    treasuries = round(float(principal.sum()) / _MILLION)
    published = found.opening.treasuries
    mortgages = next(row for row in rows if row.kind is _MBS)
    return PortfolioReport(
        as_of=made.view.as_of,
        day=day,
        book=found.book.date,
        modelled=found.modelled,
        unit=_UNIT.symbol,
        treasuries=treasuries,
        published=published,
        distance=treasuries - published,
        distance_percent=round(100 * (treasuries / published - 1), 3),
        average_maturity_years=round(
            weighted_average_maturity(principal, [p.security.maturity for p in positions], day), 2
        ),
        duration_years=round(
            sum((row.duration_years or 0.0) * (row.market_value or 0) for row in of_treasuries) / priced, 2
        ),
        ten_year_equivalents=equivalents,
        mortgage_coupon_percent=round(found.cohorts.average_coupon, 3),
        unamortised_premiums=None if premiums is None else round(premiums / _MILLION),
        unrealised_loss=None
        if premiums is None
        else round(
            sum(row.principal for row in (*of_treasuries, mortgages))
            + premiums / _MILLION
            - priced
            - (mortgages.market_value or 0)
        ),
        notes=notes(made, words),
        ladder=tuple(_ladder(made)),
        rows=rows,
    )


def _premiums(made: Run) -> float | None:
    """Premiums less discounts not yet written off, dollars; None where they are not known for the book."""
    found = made.found
    left = found.amortisation.left[0]
    return float(left[max(found.first - 1, 0)]) if np.any(left) else None


def _kinds(made: Run) -> Iterator[Held]:
    found = made.found
    for kind in _KINDS:
        positions = [p for p in found.held.positions if p.security.kind is kind]
        if positions:
            yield _held(made, kind, positions)
    securities = () if found.agency_book is None else found.agency_book.holdings
    agency = [h for h in securities if h.kind is _AGENCY and h.maturity > found.start]
    if agency:
        par = round(sum(h.par for h in agency) / _MILLION)
        yield Held(
            kind=_AGENCY, securities=len(agency), par=par, inflation_compensation=0, principal=par,
            market_value=None, average_maturity_years=None, duration_years=None, ten_year_equivalents=None,
        )  # fmt: skip
    yield _mortgages(made)


def _held(made: Run, kind: SecurityKind, positions: Sequence[Position]) -> Held:
    found, day = made.found, made.found.start
    principal = np.array([p.principal(day, found.prices) for p in positions])
    bonds = Bonds.of(
        [p.security.kind for p in positions],
        [p.security.coupon for p in positions],
        [p.security.maturity for p in positions],
        settlement=day,
        index=found.rates.par_yield(day, 0.25),
    )
    inflation = found.prices.growth if kind is SecurityKind.TIPS else 0.0
    curve = _curve(made)
    value = bonds.value(curve, inflation=inflation)
    years = np.array([(p.security.maturity - day).days / _YEAR for p in positions])
    duration = bonds.duration(curve.par_yield(years) - inflation)
    worth = principal * value / 100
    par = sum(p.par for p in positions) / _MILLION
    return Held(
        kind=kind,
        securities=len(positions),
        par=round(par),
        inflation_compensation=round(float(principal.sum()) / _MILLION - par),
        principal=round(float(principal.sum()) / _MILLION),
        market_value=round(float(worth.sum()) / _MILLION),
        average_maturity_years=round(
            weighted_average_maturity(principal, [p.security.maturity for p in positions], day), 2
        ),
        duration_years=round(float(worth @ duration) / float(worth.sum()), 2),
        ten_year_equivalents=round(
            float(ten_year_equivalents(principal, value, duration, curve).sum()) / _MILLION
        ),
    )


def _curve(made: Run) -> Curve:
    found = made.found
    return Curve.of(np.array(TENORS), found.rates.yields[0, found.rates.month(found.start)])


def _mortgages(made: Run) -> Held:
    """Cohorts at the mortgage rate of the month; duration from moving that rate a quarter of a point either way."""
    found, cohorts = made.found, made.found.cohorts
    rate = float(found.rates.mortgage[0, found.rates.month(found.start)])
    bump = 0.25

    def value(at: float) -> float:
        left = np.maximum(cohorts.term - cohorts.age, 1.0)
        prices: FloatArray = price(
            cohorts.coupon, cohorts.note_rate, left, cohorts.burnout, np.full(len(left), at), model=DEFAULT
        )
        return float(cohorts.face @ prices)

    worth = value(rate)
    duration = (value(rate - bump) - value(rate + bump)) / (2 * bump / 100) / worth if worth else 0.0
    curve = _curve(made)
    face = cohorts.total
    return Held(
        kind=_MBS,
        securities=len(cohorts.face),
        par=round(face / _MILLION),
        inflation_compensation=0,
        principal=round(face / _MILLION),
        market_value=round(worth / _MILLION),
        average_maturity_years=None,
        duration_years=round(duration, 2),
        ten_year_equivalents=round(
            float(
                ten_year_equivalents(
                    np.array([face]),
                    np.array([100 * worth / face if face else 0.0]),
                    np.array([duration]),
                    curve,
                )[0]
            )
            / _MILLION
        ),
    )


def _ladder(made: Run) -> Iterator[Rung]:
    found = made.found
    by_year: dict[int, dict[SecurityKind, float]] = {}
    for position in found.held.positions:
        rung, kind = by_year.setdefault(position.security.maturity.year, {}), position.security.kind
        rung[kind] = rung.get(kind, 0.0) + position.principal(found.start, found.prices)
    for year in range(min(by_year), max(by_year) + 1):
        amounts = {kind: round(amount / _MILLION) for kind, amount in by_year.get(year, {}).items()}
        yield Rung(
            year=year,
            bills=amounts.get(SecurityKind.BILL, 0),
            notes_and_bonds=amounts.get(SecurityKind.NOTE_OR_BOND, 0),
            tips=amounts.get(SecurityKind.TIPS, 0),
            frns=amounts.get(SecurityKind.FRN, 0),
            total=sum(amounts.values()),
        )
