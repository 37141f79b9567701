"""Net liquidity: the published table, what moved it, the bridge to reserves, and what is never mixed."""

import csv
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from tests.sources import shipped

from runoff.core.errors import ConfigError, LookaheadError, Unavailable, UnitError
from runoff.core.registry import plugin
from runoff.core.series import Observations
from runoff.core.source import Source
from runoff.core.time import ReleaseClock, parse_as_of
from runoff.core.units import Measure, Unit
from runoff.core.view import History
from runoff.ledger.bank import Bank
from runoff.ledger.net_liquidity import EVERYTHING_ELSE, Term, Variant, attribution, bridge, latest, path

DEFINITION = plugin("banks", "fed", Bank).net_liquidity
LEVEL, DAILY, TABLE1, AVERAGE, REMITTANCES, BROAD = (
    DEFINITION.variant(name) for name in ("level", "daily", "table1", "average", "with_remittances", "broad")
)
# Total assets, TGA, ON RRP of the sheet, net liquidity, in millions: H.4.1 of the week that follows.
TABLE = {
    "2014-12-31": (4_497_660, 223_452, 396_705, 3_877_503),
    "2019-09-18": (3_844_695, 303_057, 18_910, 3_522_728),
    "2022-04-13": (8_965_487, 543_536, 1_815_555, 6_606_396),
    "2022-12-28": (8_551_169, 409_809, 2_293_003, 5_848_357),
    "2024-06-05": (7_255_687, 703_314, 371_841, 6_180_532),
    "2026-09-02": (6_737_204, 944_364, 525, 5_792_315),
    "2026-09-16": (6_746_548, 991_708, 5_375, 5_749_465),
}


@pytest.fixture(scope="module")
def view():
    """All that is shipped, narrowed to what net liquidity declares."""
    return shipped.view().narrow(DEFINITION.needs())


@pytest.fixture(scope="module")
def pairs(view):
    """All consecutive Wednesdays on both of which total assets are published."""
    weeks = [date.fromordinal(int(day)) for day in path(view, DEFINITION, LEVEL).periods]
    found = [(a, b) for a, b in pairwise(weeks) if b - a == timedelta(weeks=1)]
    assert len(found) == 1237
    return found


def on(found, day):
    """The figure of one day of a path."""
    (index,) = np.flatnonzero(found.periods == date.fromisoformat(day).toordinal())
    return {line: float(values[index]) for line, values in found.lines.items()}, float(found.net[index])


def rows_of(series_id):
    """The shipped rows of a series."""
    return next(r for one in shipped.parsed() for r in one.observations if r.spec.id == series_id)


def with_rows(*extra, as_of=shipped.LATEST):
    """All that is shipped and some rows of a test's own, which come before shipped rows of their series."""
    replaced = {rows.spec.id for rows in extra}
    kept = (r for one in shipped.parsed() for r in one.observations if r.spec.id not in replaced)
    return History.of((*kept, *extra)).at(parse_as_of(as_of)).narrow(DEFINITION.needs())


def rows(spec, amounts):
    """Rows of a test's own, dated by the release clock."""
    clock = ReleaseClock()
    return Observations(
        spec=spec,
        unit=spec.unit,
        periods=np.array([day.toordinal() for day in amounts]),
        values=np.array(list(amounts.values()), dtype=float),
        known_at=np.array([int(clock.known_at(spec.release, day).timestamp()) for day in amounts]),
        flags=np.zeros(len(amounts), dtype=np.uint8),
        digest="test",
    )


def spec_of(series_id):
    """What the catalogue says of a series."""
    return plugin("sources", "figures", Source).specs()[series_id]


# --- The figure itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", TABLE)
def test_the_published_table(view, day):
    """Total assets less TGA less ON RRP of the same Wednesday, to the last million."""
    assets, tga, on_rrp, net = TABLE[day]
    lines, figure = on(path(view, DEFINITION, LEVEL), day)
    assert lines == {"total_assets": assets, "tga": tga, "on_rrp": on_rrp}
    assert figure == net == assets - tga - on_rrp


def test_level_is_the_default_and_an_unknown_variant_is_refused():
    """The default is the article's formula on one sheet; a misspelt variant names those there are."""
    assert DEFINITION.default == "level"
    with pytest.raises(ConfigError, match=r"no variant 'levels'.*level, daily, table1"):
        DEFINITION.variant("levels")


def test_level_has_a_figure_for_each_week_with_total_assets(view):
    """1,239 Wednesdays: total assets of 2026-09-09 and after 2026-09-16 are not shipped, and nothing fills them."""
    found = path(view, DEFINITION, LEVEL)
    assert len(found.periods) == 1239
    assert np.isfinite(found.net).all()
    assert date(2026, 9, 9).toordinal() not in found.periods
    assert latest(view, DEFINITION, LEVEL) == date(2026, 9, 16)


def test_table1_has_every_shipped_week(view):
    """Factors supplying are shipped for all 1,242 Wednesdays, to 2026-09-30."""
    found = path(view, DEFINITION, TABLE1)
    assert len(found.periods) == 1242
    assert latest(view, DEFINITION, TABLE1) == date(2026, 9, 30)


def test_broad_is_level_less_foreign_reverse_repos(view):
    """`broad` takes the foreign official repo pool away too: 306,208 million on 2019-09-18."""
    _, level = on(path(view, DEFINITION, LEVEL), "2019-09-18")
    _, broad = on(path(view, DEFINITION, BROAD), "2019-09-18")
    assert level - broad == 306_208


def test_daily_has_no_figure_where_there_was_no_operation(view):
    """On holidays, before the facility, and after the last operation shipped `daily` is empty, never nil."""
    found = path(view, DEFINITION, DAILY)
    empty = [date.fromordinal(int(day)) for day in found.periods[np.isnan(found.net)]]
    assert all(day < date(2013, 9, 23) for day in empty[:-12])
    assert [day.isoformat() for day in empty[-12:]] == [
        "2013-12-25", "2014-01-01", "2015-11-11", "2018-07-04", "2018-12-05", "2019-12-25",
        "2020-01-01", "2020-11-11", "2024-06-19", "2024-12-25", "2025-01-01", "2026-09-16",
    ]  # fmt: skip
    assert np.isfinite(found.net).sum() == 665
    assert latest(view, DEFINITION, DAILY) == date(2026, 9, 2)


def test_daily_leaves_out_what_the_operation_does_not_count(view):
    """`daily` differs from `level` by more than a million on 19 of 665 Wednesdays, by 250 billion on 2015-09-30.

    Twelve of them are weeks of term operations, which the sheet counts and the overnight operation does not.
    """
    daily, level = path(view, DEFINITION, DAILY), path(view, DEFINITION, LEVEL)
    assert (daily.periods == level.periods).all()
    difference = daily.net - level.net
    both = np.isfinite(difference)
    off = np.flatnonzero(both & (np.abs(np.where(both, difference, 0)) > 1))
    assert (both.sum(), len(off)) == (665, 19)
    assert (difference[off] > 0).all()
    worst = off[np.argmax(difference[off])]
    assert (date.fromordinal(int(daily.periods[worst])), difference[worst]) == (date(2015, 9, 30), 250_000)
    term = [date.fromordinal(int(daily.periods[i])) for i in off if difference[i] >= 10_000]
    assert len(term) == 12
    assert date(2014, 12, 10) <= term[0] <= term[-1] <= date(2015, 9, 30)


def test_what_is_known_later_changes_no_figure():
    """At 16:29 on the Thursday of release the week is not there; a minute later it is, and the past is the same."""
    before = shipped.view("2019-09-19T16:29:59-04:00").narrow(DEFINITION.needs())
    after = shipped.view("2019-09-19T16:30:00-04:00").narrow(DEFINITION.needs())
    assert latest(before, DEFINITION, LEVEL) == date(2019, 9, 11)
    assert latest(after, DEFINITION, LEVEL) == date(2019, 9, 18)
    earlier, later = path(before, DEFINITION, LEVEL), path(after, DEFINITION, LEVEL)
    assert (earlier.net == later.net[:-1]).all()
    with pytest.raises(LookaheadError, match="2019-09-18"):
        attribution(before, DEFINITION, LEVEL, start=date(2019, 9, 11), end=date(2019, 9, 18))


# --- Attribution ----------------------------------------------------------------------------------------------------


def test_attribution_adds_up_to_the_last_million(view, pairs):
    """In each of 1,237 weeks the contributions add up exactly to the change of net liquidity."""
    found = path(view, DEFINITION, LEVEL)
    net = dict(zip(found.periods.tolist(), found.net.tolist(), strict=True))
    for start, end in pairs:
        moved = attribution(view, DEFINITION, LEVEL, start=start, end=end)
        assert sum(moved.parts.values()) == moved.change, end
        assert moved.change == net[end.toordinal()] - net[start.toordinal()], end


@pytest.mark.parametrize("variant", [TABLE1, BROAD], ids=lambda variant: variant.id)
def test_attribution_of_a_variant_adds_up_too(view, pairs, variant):
    """Each variant is explained by its own lines."""
    for start, end in pairs[::13]:
        moved = attribution(view, DEFINITION, variant, start=start, end=end)
        lines = {term.line for term in variant.terms[1:]}
        assert set(moved.parts) == set(DEFINITION.parts) | {EVERYTHING_ELSE} | lines
        assert sum(moved.parts.values()) == moved.change, end


def test_attribution_of_the_week_to_2019_09_18(view):
    """Repos of 75 billion stand under everything else; TGA and ON RRP enter with their sign turned."""
    moved = attribution(view, DEFINITION, LEVEL, start=date(2019, 9, 11), end=date(2019, 9, 18))
    assert moved.parts == {
        "treasuries": 4_657,
        "agency_debt": 0,
        "mbs": -5_171,
        "loans": 4,
        "everything_else": 75_532,
        "tga": -119_476,
        "on_rrp": -15_298,
    }
    assert moved.change == -59_752


def test_attribution_of_2023_the_drain_of_on_rrp(view):
    """2023-05-31 to 2023-09-27: TGA +623.6, ON RRP -812.1, reserves -37.0 billion."""
    start, end = date(2023, 5, 31), date(2023, 9, 27)
    moved = attribution(view, DEFINITION, LEVEL, start=start, end=end)
    reserves = [bridge(view, DEFINITION, LEVEL, day).reserves for day in (start, end)]
    assert round(-moved.parts["tga"] / 1000, 1) == 623.6
    assert round(-moved.parts["on_rrp"] / 1000, 1) == -812.1
    assert round((reserves[1] - reserves[0]) / 1000, 1) == -37.0


def test_attribution_needs_both_exact_days(view):
    """A change from a day that has no sheet is refused: no day stands in for another."""
    with pytest.raises(LookaheadError, match="2019-09-12"):
        attribution(view, DEFINITION, LEVEL, start=date(2019, 9, 12), end=date(2019, 9, 18))
    with pytest.raises(LookaheadError, match=r"RRPONTSYD.*2018-07-04"):
        attribution(view, DEFINITION, DAILY, start=date(2018, 6, 27), end=date(2018, 7, 4))


# --- The bridge -----------------------------------------------------------------------------------------------------


def test_the_bridge_closes_within_a_million(view, pairs):
    """From net liquidity to reserves, on each of the 1,237 Wednesdays: what is left is the sheet's own rounding."""
    for _, end in pairs:
        found = bridge(view, DEFINITION, LEVEL, end)
        led = found.net_liquidity + sum(found.parts.values())
        assert led - found.reserves == found.gap, end
        assert abs(found.gap) <= 1, end
        assert "other_definition" not in found.parts, end


def test_the_bridge_of_2019_09_18(view):
    """Each step from 3,522,728 of net liquidity to 1,385,426 of reserves, in millions."""
    found = bridge(view, DEFINITION, LEVEL, date(2019, 9, 18))
    assert found.parts == {
        "currency": -1_762_683,
        "foreign_rrp": -306_208,
        "other_absorbing": -116_528,
        "supply_outside": 48_117,
    }
    assert (found.net_liquidity, found.reserves, found.gap) == (3_522_728, 1_385_426, 0)


def test_table1_has_nothing_outside_its_first_term(view):
    """Factors supplying are all there is: the bridge of `table1` has no supply outside."""
    found = bridge(view, DEFINITION, TABLE1, date(2019, 9, 18))
    assert found.parts["supply_outside"] == 0
    assert found.reserves == 1_385_426


def test_another_definition_is_named_in_the_bridge(view):
    """A variant that takes away something else says by how much: 250 billion of term operations on 2015-09-30."""
    found = bridge(view, DEFINITION, DAILY, date(2015, 9, 30))
    assert found.parts["other_definition"] == -250_000
    assert found.net_liquidity + sum(found.parts.values()) - found.gap == found.reserves


def other_absorbing(view, day):
    """The bridge's other absorbing factors, in millions."""
    return -bridge(view, DEFINITION, LEVEL, date.fromisoformat(day)).parts["other_absorbing"]


def test_other_absorbing_factors_break_comparability(view, pairs):
    """What no variant takes away: from -3 to 638 billion, so equal net liquidity is not equal reserves.

    The largest weeks are those of the Supplementary Financing Account (2008) and of the 2021 balances of other
    depositors and Treasury contributions; term deposits made 486 billion in 2014; the deferred asset turns it negative.
    """
    assert other_absorbing(view, "2014-12-10") == 485_918
    assert other_absorbing(view, "2008-11-12") == 638_390
    assert other_absorbing(view, "2021-04-21") == 635_981
    assert other_absorbing(view, "2025-02-12") == -2_810
    by_week = {end: other_absorbing(view, end.isoformat()) for _, end in pairs}
    assert max(by_week, key=by_week.get) == date(2008, 11, 12)
    assert min(by_week, key=by_week.get) == date(2025, 2, 12)
    negative = {week for week, amount in by_week.items() if amount < 0}
    assert negative == {date(2025, 2, 12), date(2025, 2, 26)}


@pytest.mark.parametrize(
    ("day", "term_deposits"),
    [("2016-02-24", 63_907), ("2016-05-25", 66_820), ("2016-08-17", 58_594)],
)
def test_a_term_deposit_operation_stands_in_other_absorbing(view, shared_data, day, term_deposits):
    """Term deposits of a week stand in other absorbing: less those and the other depositors it stays as it was."""
    with (shared_data / "h41" / "h41_components_2016_2017.csv").open(encoding="utf-8", newline="") as lines:
        published = {row["date"]: row for row in csv.DictReader(lines)}
    before = (date.fromisoformat(day) - timedelta(weeks=1)).isoformat()
    assert [int(published[d]["RESPPLLDA_N.WW"]) for d in (before, day)] == [0, term_deposits]

    def without_deposits(d):
        deposits = ("RESPPLLDA_N.WW", "RESPPLLDF_N.WW", "RESPPLLDO_N.WW")  # term, foreign official, other
        return other_absorbing(view, d) - sum(int(published[d][code]) for code in deposits)

    assert abs(without_deposits(day) - without_deposits(before)) < 1_000


def test_supply_outside_total_assets(view, pairs):
    """Treasury currency and the like: 48,117 million in September 2019, never above 52 billion."""
    outside = [bridge(view, DEFINITION, LEVEL, end).parts["supply_outside"] for _, end in pairs]
    assert (min(outside), max(outside)) == (19_701, 51_743)


# --- Variants that need a series which does not ship ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("variant", "series"),
    [(AVERAGE, "frb:WTREGEN"), (REMITTANCES, "frb:RESPPLLOPNWW")],
    ids=["average", "with_remittances"],
)
def test_a_variant_says_which_series_it_needs(view, variant, series):
    """Without its series a variant has no figure: the message names it and the command that brings it."""
    day = date(2022, 12, 28)
    for ask in (
        lambda: path(view, DEFINITION, variant),
        lambda: bridge(view, DEFINITION, variant, day),
        lambda: attribution(view, DEFINITION, variant, start=day - timedelta(weeks=1), end=day),
    ):
        with pytest.raises(
            Unavailable, match=f"{series} is not in the store.*runoff import .*--series {series}"
        ):
            ask()


def test_average_works_when_its_series_is_given_and_is_not_level(shared_data):
    """With WTREGEN in the store `average` has figures; since 2021 it misses `level` by 31 billion on average.

    The worst week is 2025-04-16, tax day: 216 billion.
    """
    with (shared_data / "fred" / "WTREGEN.csv").open(encoding="utf-8", newline="") as lines:
        amounts = {date.fromisoformat(r["date"]): float(r["value"]) for r in csv.DictReader(lines)}
    view = with_rows(rows(spec_of("frb:WTREGEN"), amounts))
    average, level = path(view, DEFINITION, AVERAGE), path(view, DEFINITION, LEVEL)
    common = np.isin(level.periods, average.periods)
    assert (level.periods[common] == average.periods).all()
    off = np.abs(average.net - level.net[common])
    since = average.periods >= date(2021, 1, 1).toordinal()
    assert since.sum() == 292
    assert round(off[since].mean() / 1000) == 31
    worst = int(np.argmax(off))
    assert (date.fromordinal(int(average.periods[worst])), off[worst]) == (date(2025, 4, 16), 215_800)
    found = bridge(view, DEFINITION, AVERAGE, date(2022, 12, 28))
    assert found.parts["other_definition"] == amounts[date(2022, 12, 28)] - 409_809
    assert found.net_liquidity + sum(found.parts.values()) - found.gap == found.reserves


def test_remittances_are_taken_away_with_their_sign():
    """Remittances due lower the figure; a deferred asset, which is negative, raises it."""
    spec = spec_of("frb:RESPPLLOPNWW")
    view = with_rows(rows(spec, {date(2022, 8, 31): 1_500.0, date(2022, 12, 28): -18_000.0}))
    found = path(view, DEFINITION, REMITTANCES)
    assert len(found.periods) == 2
    level = path(view, DEFINITION, LEVEL)
    for day, remittances in (("2022-08-31", 1_500), ("2022-12-28", -18_000)):
        assert on(found, day)[1] == on(level, day)[1] - remittances
    moved = attribution(view, DEFINITION, REMITTANCES, start=date(2022, 8, 31), end=date(2022, 12, 28))
    assert moved.parts["remittances"] == 19_500
    assert sum(moved.parts.values()) == moved.change


# --- Units and measures are never mixed -----------------------------------------------------------------------------


def test_billions_declared_as_millions_are_refused():
    """A file in billions under a series of millions stops at the door, whatever the size of its numbers."""
    millions = replace(spec_of("nyfed:RRPONTSYD"), unit=Unit.parse("USD mn"))
    with pytest.raises(UnitError, match=r"declared in USD mn, the file gives USD bn.*never guesses a unit"):
        replace(rows_of("nyfed:RRPONTSYD"), spec=millions)


def test_billions_declared_as_billions_are_converted(view):
    """The operation is published in billions; `daily` takes it in millions like its other lines."""
    lines, net = on(path(view, DEFINITION, DAILY), "2019-09-18")
    operation = view.series("nyfed:RRPONTSYD").at(date(2019, 9, 18)).value
    assert (operation, lines["on_rrp"]) == (18.91, 18_910)
    assert net == 3_522_728


def wrong(series_id, **changes):
    """A view in which one series is declared otherwise."""
    found = rows_of(series_id)
    spec = replace(found.spec, **changes)
    return with_rows(replace(found, spec=spec, unit=spec.unit))


ASKED = {
    "path": lambda view, variant: path(view, DEFINITION, variant),
    "attribution": lambda view, variant: attribution(
        view, DEFINITION, variant, start=date(2019, 9, 11), end=date(2019, 9, 18)
    ),
    "bridge": lambda view, variant: bridge(view, DEFINITION, variant, date(2019, 9, 18)),
}


@pytest.mark.parametrize("asked", ASKED)
def test_a_week_average_in_a_level_variant_is_refused(asked):
    """Where a variant says level, an average over the week raises, in the path, the attribution and the bridge."""
    view = wrong("frb:WDTGAL", measure=Measure.WEEK_AVERAGE)
    with pytest.raises(UnitError, match=r"WDTGAL.*expected a stock, found a week_average"):
        ASKED[asked](view, LEVEL)


@pytest.mark.parametrize("asked", ASKED)
def test_a_level_in_the_average_variant_is_refused(asked):
    """A variant that says average does not take a level either."""
    spec = replace(spec_of("frb:WTREGEN"), measure=Measure.STOCK)
    view = with_rows(rows(spec, {date(2019, 9, 11): 1.0, date(2019, 9, 18): 2.0}))
    with pytest.raises(UnitError, match=r"WTREGEN.*expected a week_average, found a stock"):
        ASKED[asked](view, AVERAGE)


@pytest.mark.parametrize("asked", ASKED)
def test_another_currency_is_refused(asked):
    """Euros are never taken from dollars."""
    with pytest.raises(UnitError, match="EUR"):
        ASKED[asked](wrong("frb:WDTGAL", unit=Unit.parse("EUR mn")), LEVEL)


def test_a_variant_of_ones_own_is_held_to_its_declaration(view):
    """A user's own variant cannot take an index or a rate for an amount."""
    own = Variant(
        id="own",
        says="",
        terms=(LEVEL.terms[0], Term(line="rate", series="frb:WDTGAL", sign=-1, measure="rate")),
    )
    with pytest.raises(UnitError, match="expected a rate, found a stock"):
        path(view, DEFINITION, own)
