"""What a projection assumes of the world: rates, prices, the Treasury's account, who refunds, who wants currency.

Every assumption has a default that follows from what was known at the moment of the projection; a scenario is a TOML
file that sets some of them::

    title = "Rates a point higher"
    says = "All rates a point above today's."
    rates = "unchanged"
    shift = 1.0
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from runoff.core import toml_file
from runoff.core.accounts import Sector
from runoff.core.errors import ConfigError
from runoff.core.source import Payload
from runoff.core.time import month_after
from runoff.core.toml_file import Keys
from runoff.project.inflation import LONGER_RUN_GOAL
from runoff.project.treasury_account import DebtLimit

_BILLION = 1e9
_MOST_MONTHS = 1200
_MOST_BILLIONS = 1e6


class RatePath(StrEnum):
    """Where rates go: they stay, they follow the curve's forwards, or they are those that came (hindsight)."""

    UNCHANGED = "unchanged"
    FORWARDS = "forwards"
    REALISED = "realised"


# Who takes what the Treasury refunds, where a scenario does not say. No statistic identifies the marginal buyer: these
# are round numbers, and `compare` shows what they matter. They move deposits and who holds what; reserves follow from
# the demand for ON RRP.
SHARES: Mapping[Sector, float] = MappingProxyType(
    {Sector.BANKS: 0.2, Sector.MONEY_FUNDS: 0.3, Sector.HOUSEHOLDS: 0.5}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """The assumptions of a projection; amounts in dollars, rates in percent a year.

    `shift` is added to every rate from the first projected month. `tga` is the average balance of the Treasury's
    account (None: that of the last year known outside debt-limit episodes), `currency_growth` that of currency in
    circulation (None: its own of the last year, giving way to that of GDP), `mortgage_spread` that of the 30-year
    mortgage rate over the ten-year yield (None: the last known), `takeoff` the reserves over GDP above which what is
    added goes into ON RRP (None: today's point alone decides). A debt limit is counted in months from the projection's,
    or dated.
    """

    id: str
    title: str
    says: str
    rates: RatePath = RatePath.UNCHANGED
    shift: float = 0.0
    inflation: float = LONGER_RUN_GOAL
    mortgage_spread: float | None = None
    tga: float | None = None
    seasonal: bool = True
    debt_limit: LimitTerms | None = None
    currency_growth: float | None = None
    takeoff: float | None = None
    refunding: Mapping[Sector, float] = field(default_factory=lambda: SHARES)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitTerms:
    """A debt limit: months after that of the projection, or dates, and what is left of the account in dollars."""

    start: date | int
    resolution: date | int
    low: float

    def dated(self, as_of: date) -> DebtLimit:
        """The same limit with its dates."""
        start, resolution = (
            month_after(as_of, when) if isinstance(when, int) else when
            for when in (self.start, self.resolution)
        )
        return DebtLimit(start=start, resolution=resolution, low=self.low)


_KEYS = frozenset(
    {"title", "says", "rates", "shift", "inflation", "mortgage_spread", "takeoff_of_gdp", "currency_growth"}
) | {"tga_billions", "tga_seasonal", "debt_limit", "refunding"}
_LIMIT_KEYS = frozenset(
    {"start", "resolution", "starts_after_months", "resolved_after_months", "low_billions"}
)


def read_scenario(payload: Payload, scenario_id: str) -> Scenario:
    """Read a scenario file.

    Raises
    ------
    ConfigError
        If it is no TOML, or a value is missing, unknown or means nothing.
    """
    where, table = payload.name, toml_file.read_table(payload)
    toml_file.require_keys(where, table, _KEYS)
    seasonal = table.get("tga_seasonal", True)
    if not isinstance(seasonal, bool):
        raise ConfigError(
            "{where}: {key} = {found!r}; expected true or false",
            where=where,
            key="tga_seasonal",
            found=seasonal,
        )
    inflation = toml_file.number(where, table, "inflation", lowest=-50, highest=50)
    tga = toml_file.number(where, table, "tga_billions", lowest=0, highest=_MOST_BILLIONS)
    return Scenario(
        id=scenario_id,
        title=toml_file.text(where, table, "title"),
        says=toml_file.text(where, table, "says"),
        rates=RatePath(toml_file.choice(where, table, "rates", tuple(RatePath)) or RatePath.UNCHANGED),
        shift=toml_file.number(where, table, "shift", lowest=-20, highest=20) or 0.0,
        inflation=LONGER_RUN_GOAL if inflation is None else inflation,
        mortgage_spread=toml_file.number(where, table, "mortgage_spread", lowest=0, highest=10),
        tga=None if tga is None else tga * _BILLION,
        seasonal=seasonal,
        debt_limit=_limit(where, table),
        currency_growth=toml_file.number(where, table, "currency_growth", lowest=-50, highest=50),
        takeoff=toml_file.number(where, table, "takeoff_of_gdp", lowest=0, highest=1),
        refunding=_shares(where, table),
    )


def _limit(where: str, table: Keys) -> LimitTerms | None:
    found = table.get("debt_limit")
    if found is None:
        return None
    where = f"{where}, debt_limit"
    if not isinstance(found, dict):
        raise ConfigError("{where}: write it as a table, [debt_limit]", where=where)
    toml_file.require_keys(where, found, _LIMIT_KEYS)
    start = toml_file.day(where, found, "start") or toml_file.whole(
        where, found, "starts_after_months", lowest=0, highest=_MOST_MONTHS
    )
    resolution = toml_file.day(where, found, "resolution") or toml_file.whole(
        where, found, "resolved_after_months", lowest=1, highest=_MOST_MONTHS
    )
    low = toml_file.number(where, found, "low_billions", lowest=0, highest=_MOST_BILLIONS)
    if start is None or resolution is None or low is None:
        raise ConfigError(
            "{where}: expected when it starts, when it is resolved (dates, or months from now) and low_billions",
            where=where,
        )
    return LimitTerms(start=start, resolution=resolution, low=low * _BILLION)


def _shares(where: str, table: Keys) -> Mapping[Sector, float]:
    found = table.get("refunding")
    if found is None:
        return SHARES
    where = f"{where}, refunding"
    if not isinstance(found, dict):
        raise ConfigError("{where}: write it as a table, [refunding]", where=where)
    toml_file.require_keys(where, found, frozenset(SHARES) | {Sector.FOREIGN_OFFICIAL})
    shares = {Sector(key): toml_file.number(where, found, key, lowest=0, highest=1) or 0.0 for key in found}
    if abs(sum(shares.values()) - 1) > 1e-9:
        raise ConfigError(
            "{where}: the shares add up to {sum}; expected 1", where=where, sum=f"{sum(shares.values()):g}"
        )
    return shares
