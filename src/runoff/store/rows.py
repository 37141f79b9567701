"""Rows of series and the batches they came in: added where they are new, packed, and explained vintage by vintage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from runoff.core.errors import UnitError
from runoff.core.series import ASSUMED, REVISED, BoolArray, Observations, SeriesSpec
from runoff.core.source import Payload
from runoff.core.time import from_epoch
from runoff.core.units import Frequency, Measure, Unit
from runoff.core.view import Columns
from runoff.store.tables import batch as batches
from runoff.store.tables import inserted, observation
from runoff.store.tables import series as series_table

_PACKED = np.dtype(
    [("period", "<i4"), ("known_at", "<i8"), ("batch", "<i4"), ("value", "<f8"), ("flags", "<u1")]
)
_Rows = npt.NDArray[np.void]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vintage:
    """What one file said of one period: the value, when it became known, and when the file was recorded."""

    value: float
    known_at: datetime
    assumed: bool
    revised: bool
    file: str
    digest: str
    recorded_at: datetime


# --- batches ---------------------------------------------------------------------------------------------------------


def digests_of(connection: sa.Connection) -> dict[int, str]:
    """The file of each batch."""
    return {row.id: row.digest for row in connection.execute(sa.select(batches.c.id, batches.c.digest))}


def batch_of(connection: sa.Connection, payload: Payload, recorded_at: datetime) -> int:
    """The batch of a file: the last in which it was recorded, or a new one."""
    digest = payload.digest
    found = connection.scalar(sa.select(sa.func.max(batches.c.id)).where(batches.c.digest == digest))
    return _new_batch(connection, payload.name, digest, recorded_at) if found is None else int(found)


def next_batch(connection: sa.Connection, batch: int, recorded_at: datetime) -> int:
    """Another batch of the file of `batch`: it is read otherwise than before."""
    file = connection.execute(sa.select(batches.c.name, batches.c.digest).where(batches.c.id == batch)).one()
    return _new_batch(connection, file.name, file.digest, recorded_at)


def _new_batch(connection: sa.Connection, name: str, digest: str, recorded_at: datetime) -> int:
    return inserted(
        connection,
        batches.insert().values(name=name, digest=digest, recorded_at=int(recorded_at.timestamp())),
    )


# --- series ----------------------------------------------------------------------------------------------------------


def specs(connection: sa.Connection) -> dict[str, SeriesSpec]:
    """The series that have rows, by id."""
    columns = (column for column in series_table.c if column.name != "packed")
    return {row.name: _spec(row) for row in connection.execute(sa.select(*columns)).all()}


def _spec(row: sa.Row[tuple[object, ...]]) -> SeriesSpec:
    return SeriesSpec(
        id=row.name,
        title=row.title,
        unit=Unit.parse(row.unit),
        measure=Measure(row.measure),
        frequency=Frequency(row.frequency),
        release=row.release,
        licence=row.licence,
        url=row.url,
        revised=row.revised,
    )


def _series_id(connection: sa.Connection, spec: SeriesSpec) -> tuple[int, bytes]:
    """The id and packed rows of a series, declared on first sight; it is locked until the transaction ends."""
    row = connection.execute(
        sa.select(series_table).where(series_table.c.name == spec.id).with_for_update()
    ).one_or_none()
    if row is None:
        series = inserted(
            connection,
            series_table.insert().values(
                name=spec.id,
                title=spec.title,
                unit=spec.unit.symbol,
                measure=spec.measure,
                frequency=spec.frequency,
                release=spec.release,
                licence=spec.licence,
                url=spec.url,
                revised=spec.revised,
                latest_known_at=0,
                packed=b"",
            ),
        )
        return series, b""
    stored = _spec(row)
    for what in ("unit", "measure", "frequency"):
        mine, theirs = getattr(stored, what), getattr(spec, what)
        if mine != theirs:
            raise UnitError(
                "{id}: stored with {what} {stored}, the new rows declare {found}; nothing was written: if the "
                "publisher changed it, give the series a new id",
                id=spec.id,
                what=what,
                stored=getattr(mine, "symbol", mine),
                found=getattr(theirs, "symbol", theirs),
            )
    return row.id, row.packed


# --- rows ------------------------------------------------------------------------------------------------------------


def append_rows(connection: sa.Connection, rows: Observations, batch: int, recorded_at: datetime) -> int:
    """Record what was not told yet, and return how many rows of it say something new.

    A value told again at a later moment is recorded and shown to nobody: an earlier revision that arrives late then
    finds it in its place, so that views do not depend on the order in which files arrive.
    """
    if not len(rows):
        return 0
    series, packed = _series_id(connection, rows.spec)
    old = np.frombuffer(packed, dtype=_PACKED)
    incoming = np.empty(len(rows), dtype=_PACKED)
    incoming["period"], incoming["known_at"] = rows.periods, rows.known_at
    incoming["value"], incoming["flags"], incoming["batch"] = rows.values, rows.flags, batch
    untold, news = _compared(old, incoming)
    new = incoming[untold]
    if not len(new):
        return 0
    keys = ["period", "known_at", "batch"]
    if np.isin(new[keys], old[keys]).any():  # this very file said otherwise: another column of it, say
        new["batch"] = next_batch(connection, batch, recorded_at)
    connection.execute(
        observation.insert(),
        [
            {"series": series, "period": p, "known_at": k, "batch": b, "value": v, "flags": f}
            for p, k, b, v, f in new.tolist()
        ],
    )
    merged = np.concatenate((old, new))
    merged = merged[np.lexsort((merged["batch"], merged["known_at"], merged["period"]))]
    connection.execute(
        series_table.update()
        .where(series_table.c.id == series)
        .values(packed=merged.tobytes(), latest_known_at=int(_seen(merged)["known_at"].max()))
    )
    return int(np.count_nonzero(news))


def _compared(old: _Rows, incoming: _Rows) -> tuple[BoolArray, BoolArray]:
    """Which incoming rows were not told yet at their moment, and which differ from what was last known by then."""
    rows = np.concatenate((old, incoming))
    fresh = np.arange(len(rows)) >= len(old)
    order = np.lexsort((fresh, rows["batch"], rows["known_at"], rows["period"]))
    again = _repeats(rows[order])
    same_moment = np.zeros(len(rows), dtype=bool)
    same_moment[1:] = np.diff(rows["known_at"][order]) == 0
    untold, news = np.empty(len(rows), dtype=bool), np.empty(len(rows), dtype=bool)
    untold[order], news[order] = ~(again & same_moment), ~again
    return untold[len(old) :], news[len(old) :]


def _repeats(rows: _Rows) -> BoolArray:
    """Which of ordered rows say of their period what the row before says."""
    result = np.zeros(len(rows), dtype=bool)
    periods, values = rows["period"], rows["value"]
    result[1:] = (periods[1:] == periods[:-1]) & (values[1:] == values[:-1])
    return result


def _seen(rows: _Rows) -> _Rows:
    """What readers see of ordered rows: of one period and moment the last batch, and no value told again."""
    keep = np.ones(len(rows), dtype=bool)
    periods, known_at = rows["period"], rows["known_at"]
    keep[:-1] = (periods[1:] != periods[:-1]) | (known_at[1:] != known_at[:-1])
    if not keep.all():
        rows = rows[keep]
    again = _repeats(rows)
    return rows[~again] if again.any() else rows


def columns(
    connection: sa.Connection, wanted: frozenset[str], digests: Mapping[int, str]
) -> dict[str, Columns]:
    """All vintages of the wanted series that have rows, from their packed copies."""
    rows = connection.execute(sa.select(series_table).where(series_table.c.name.in_(wanted))).all()
    return {row.name: _unpack(_spec(row), row.packed, digests) for row in rows}


def _unpack(spec: SeriesSpec, packed: bytes, digests: Mapping[int, str]) -> Columns:
    rows = _seen(np.frombuffer(packed, dtype=_PACKED))
    used, files = np.unique(rows["batch"], return_inverse=True)
    return Columns.of(
        spec,
        rows["period"].astype(np.int64),
        rows["known_at"].astype(np.int64),
        rows["value"].astype(np.float64),
        rows["flags"].astype(np.uint8),
        files.astype(np.int32),
        tuple(digests[int(batch)] for batch in used),
    )


def last_periods(connection: sa.Connection) -> dict[str, date]:
    """The last stored period of each series."""
    found = connection.execute(
        sa.select(series_table.c.name, sa.func.max(observation.c.period))
        .join_from(series_table, observation)
        .group_by(series_table.c.name)
    )
    return {name: date.fromordinal(period) for name, period in found}


def vintages(connection: sa.Connection, series: str, period: date) -> tuple[Vintage, ...]:
    """Every row of one period of a series, in the order in which they became known, then were recorded."""
    found = connection.execute(
        sa.select(observation, batches.c.name, batches.c.digest, batches.c.recorded_at)
        .join_from(observation, series_table)
        .join(batches, batches.c.id == observation.c.batch)
        .where(series_table.c.name == series, observation.c.period == period.toordinal())
        .order_by(observation.c.known_at, observation.c.batch)
    )
    return tuple(
        Vintage(
            value=row.value,
            known_at=from_epoch(row.known_at),
            assumed=bool(row.flags & ASSUMED),
            revised=bool(row.flags & REVISED),
            file=row.name,
            digest=row.digest,
            recorded_at=from_epoch(row.recorded_at),
        )
        for row in found
    )
