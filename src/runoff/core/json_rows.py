"""Reading rows of JSON: strict about numbers and dates, and precise about where in the file each stands.

Every number is kept as it is written, since publishers write some in quotation marks and some not (`read_json`). A row
knows its file and its place among its like, so that a message can point at it (`Row`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from runoff.core.errors import Unparseable
from runoff.core.source import Payload
from runoff.core.tabular import MISSING

_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,12})?")
_SHOWN: Final = 40  # characters of a cell in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An object of a file, with its place among its like, counted from 1.

    `missing` are the texts that its publisher writes where there is no number.
    """

    file: str
    count: int
    cells: Mapping[str, object]
    missing: frozenset[str] = MISSING

    def text(self, column: str) -> str:
        """What stands there; empty where there is nothing."""
        found = self.cells.get(column)
        return "" if found is None else str(found).strip()

    def at(self, column: str) -> dict[str, object]:
        """Where a message points, and what stands there: its values `file`, `row`, `column` and `found`."""
        return {"file": self.file, "row": self.count, "column": column, "found": self.text(column)[:_SHOWN]}

    def number(self, column: str) -> float | None:
        """A plain number; None where there is none.

        Raises
        ------
        Unparseable
            If the text is not digits: an exponent, a separator of thousands, NaN.
        """
        if (cell := self.text(column)) in self.missing:
            return None
        if not _NUMBER.fullmatch(cell):
            raise Unparseable(
                "{file}, row {row}, {column}: {found!r} is no number; expected digits, such as 5.25: download it again",
                **self.at(column),
            )
        return float(cell)

    def day(self, column: str) -> date:
        """A date that must be there.

        Raises
        ------
        Unparseable
            If the text is no date as 2019-09-18.
        """
        cell = self.text(column)
        try:
            # Written back it is the same: dates by week, which Python reads too, are not what publishers send.
            if (found := date.fromisoformat(cell)).isoformat() == cell:
                return found
        except ValueError:
            pass
        raise Unparseable(
            "{file}, row {row}, {column}: {found!r} is no date; expected one such as 2019-09-18: download it again",
            **self.at(column),
        )

    def rows(self, column: str) -> Iterator[Row]:
        """The objects of a list in the row, each at the place of the row; none where there is no list."""
        found = self.cells.get(column)
        for cells in found if isinstance(found, list) else []:
            yield replace(self, cells=cells if isinstance(cells, dict) else {})

    def twice(self, column: str) -> Unparseable:
        """The error to raise where a name that each row has once is there again, or is not there."""
        return Unparseable(
            "{file}, row {row}, {column}: {found!r} is there twice or not at all; expected each once: download it "
            "again",
            **self.at(column),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonFile:
    """The JSON of a file, every number in it a text; `missing` is what its rows take for no number."""

    file: str
    whole: object
    missing: frozenset[str] = MISSING

    def under(self, *names: str) -> object:
        """What stands under `names`, each within the one before it; None where there is nothing."""
        found = self.whole
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
        return found

    def items(self, *names: str) -> list[object]:
        """The list under `names`, whatever its items are.

        Raises
        ------
        Unparseable
            If there is no list, or it is empty.
        """
        found = self.under(*names)
        if not isinstance(found, list):
            raise self._no_rows(*names)
        if not found:
            raise Unparseable(
                "{file}: no row under {names}; expected at least one: is the file cut short?",
                file=self.file,
                names=".".join(names),
            )
        return found

    def row(self, count: int, cells: object) -> Row:
        """An item of a list as the row that it is; what is no object is a row without cells."""
        return Row(
            file=self.file,
            count=count,
            cells=cells if isinstance(cells, dict) else {},
            missing=self.missing,
        )

    def rows(self, *names: str) -> list[Row]:
        """The objects of the list under `names`.

        Raises
        ------
        Unparseable
            If there is no list, it is empty, or holds anything but objects.
        """
        found = self.items(*names)
        if not all(isinstance(cells, dict) for cells in found):
            raise self._no_rows(*names)
        return [self.row(count, cells) for count, cells in enumerate(found, 1)]

    def _no_rows(self, *names: str) -> Unparseable:
        return Unparseable(
            "{file}: expected a list of rows under {names}; the publisher changed the file: update runoff",
            file=self.file,
            names=".".join(names),
        )


def read_json(payload: Payload, *, missing: frozenset[str] = MISSING) -> JsonFile:
    """The JSON of a file, every number as it is written.

    Parameters
    ----------
    payload
        The file.
    missing
        The texts that the publisher writes where there is no number.

    Raises
    ------
    Unparseable
        If the bytes are no text, are a web page, or are no whole JSON file.

    Examples
    --------
    >>> content = b'{"rates": [{"day": "2024-06-14", "rate": 5.310, "volume": "NA"}]}'
    >>> (row,) = read_json(Payload("rates.json", content), missing=MISSING | {"NA"}).rows("rates")
    >>> row.day("day").isoformat(), row.text("rate"), row.number("rate"), row.number("volume")
    ('2024-06-14', '5.310', 5.31, None)
    """
    try:
        text = payload.content.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise Unparseable("{file}: no UTF-8 text; download it again", file=payload.name) from error
    if not text:
        raise Unparseable("{file}: an empty file; download it again", file=payload.name)
    if text.startswith("<"):
        raise Unparseable(
            "{file}: a web page, not JSON; the publisher sent an error page: download it again",
            file=payload.name,
        )
    try:
        found = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise Unparseable(
            "{file}: no whole JSON file ({reason}); is it cut short? download it again",
            file=payload.name,
            reason=error,
        ) from error
    return JsonFile(file=payload.name, whole=found, missing=missing)


def require_column(rows: Collection[Row], column: str, *, series: str) -> None:
    """Refuse rows of one file none of which has a column: the publisher renamed what a series is read from.

    Raises
    ------
    Unparseable
        If no row has it.
    """
    if rows and not any(column in row.cells for row in rows):
        raise Unparseable(
            "{file}: no row has {column}, which {id} is read from; the publisher changed the file: update runoff",
            file=next(iter(rows)).file,
            column=column,
            id=series,
        )
