"""Series and rows to test with."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from runoff.core.series import Observations, SeriesSpec
from runoff.core.units import Frequency, Measure, Unit

MONDAY = date(2024, 1, 1)


def spec(series_id: str = "frb:WALCL", **changes: Any) -> SeriesSpec:
    """A weekly level in millions, unless told otherwise."""
    fields = {
        "id": series_id,
        "title": "Total assets",
        "unit": Unit.parse("USD mn"),
        "measure": Measure.STOCK,
        "frequency": Frequency.WEEKLY,
        "release": "h41",
        "licence": "public domain",
        "url": f"https://example.org/{series_id}",
    }
    return SeriesSpec(**(fields | changes))


def day(number: int) -> date:
    """The day that many days after Monday, 1 January 2024."""
    return MONDAY + timedelta(days=number)


def moment(number: int) -> datetime:
    """Noon UTC, that many days after Monday, 1 January 2024."""
    return datetime(2024, 1, 1, 12, tzinfo=UTC) + timedelta(days=number)


def rows(
    of: SeriesSpec,
    facts: Iterable[tuple[int, int, float]],
    *,
    digest: str = "d1",
    flags: int = 0,
    unit: Unit | None = None,
) -> Observations:
    """Rows of a series from (period, known at, value), the first two as `day` and `moment` count."""
    facts = list(facts)
    return Observations(
        spec=of,
        unit=unit or of.unit,
        periods=np.array([day(p).toordinal() for p, _, _ in facts], dtype=np.int64),
        values=np.array([v for _, _, v in facts], dtype=np.float64),
        known_at=np.array([int(moment(k).timestamp()) for _, k, _ in facts], dtype=np.int64),
        flags=np.full(len(facts), flags, dtype=np.uint8),
        digest=digest,
    )
