"""A file of the user's own, into the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from runoff.actions.workspace import Workspace
from runoff.core.errors import Unavailable, Unparseable
from runoff.core.intake import checked
from runoff.core.language import Words
from runoff.core.source import Parsed, Payload
from runoff.core.tabular import read_columns, read_rows
from runoff.core.units import Unit
from runoff.core.view import Needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did: rows in the file, those that were new, and the last period now known."""

    id: str
    title: str
    file: str
    digest: str
    rows_read: int
    rows_added: int
    last_period: date


def import_file(
    work: Workspace, words: Words, file: Path, *, series: str, unit: str, column: str | None = None
) -> Imported:
    """Bring a CSV file of your own into the store, as one series.

    The first column holds the date. New periods become known by the release calendar of the series, a value that
    differs from the stored one becomes known now and is marked revised; a file with an error in it adds nothing.

    Parameters
    ----------
    file
        The CSV file, for example one downloaded from FRED.
    series
        Which series of the catalogue it is, for example nyfed:SOFR.
    unit
        The unit in which the file gives it, for example percent or "USD mn"; it must be the declared one.
    column
        The column that holds it; by default the one named after the series, or the only one there is.
    """
    spec = work.spec(series)
    try:
        payload = Payload(file.name, file.read_bytes())
    except OSError as error:
        raise Unavailable("{file} cannot be read ({reason})", file=file, reason=error.strerror) from error
    (read,) = read_columns(
        payload, {column or _column(payload, spec.code): (spec, Unit.parse(unit))}, work.clock
    )
    now = datetime.now(UTC)
    stored = work.store.history(Needs(series=frozenset({spec.id}))).columns.get(spec.id)
    rows = checked(read, file.name, now, None if stored is None else stored.as_of(now))
    appended = work.store.append(
        [Parsed(payload=payload, observations=(rows,))], recorded_at=now, keep_raw=True
    )
    return Imported(
        id=spec.id,
        title=words.text(spec.title),
        file=file.name,
        digest=payload.digest,
        rows_read=len(read),
        rows_added=appended.added,
        last_period=date.fromordinal(int(read.periods[-1])),
    )


def _column(payload: Payload, code: str) -> str:
    """The column named after the series, or the only one beside the date."""
    _, first = next(iter(read_rows(payload)), (0, {}))
    _, *columns = first or ("", "")
    if "realtime_start" in columns:
        raise Unparseable(
            "{file}: a file of vintages; import the plain series, one value for each period",
            file=payload.name,
        )
    if code in columns:
        return code
    if len(columns) == 1:
        return columns[0]
    raise Unparseable(
        "{file}: which column is {code}? found {found}; name it with --column",
        file=payload.name,
        code=code,
        found=", ".join(columns) or "none",
    )
