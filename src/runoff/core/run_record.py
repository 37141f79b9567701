"""The record of a run: everything that its result follows from, under one digest.

Two runs of one record have the same bytes. What is not in it changes nothing: who computed it, on how many processors,
in what order, when.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import numpy as np

from runoff import __version__
from runoff.core.errors import ConfigError
from runoff.core.source import Payload
from runoff.core.view import Needs, View

Parameter: TypeAlias = str | int | float | list["Parameter"] | dict[str, "Parameter"] | None
FORMAT = 1  # of the file; a later one that means something else has another number


@dataclass(frozen=True, slots=True, kw_only=True)
class Software:
    """What computes, as far as results depend on it; the random streams of numpy may change between its versions."""

    runoff: str
    numpy: str

    @staticmethod
    def here() -> Software:
        """That of this process."""
        return Software(runoff=__version__, numpy=np.__version__)

    def said(self) -> str:
        """In a message: runoff 1.0 and numpy 2.4."""
        return f"runoff {self.runoff} and numpy {self.numpy}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """What a run's result follows from.

    Parameters
    ----------
    what
        The name of the computation: "sweep".
    as_of
        The moment of which everything known was used, and nothing later.
    hindsight
        The later moment whose rates and prices a scenario took, where one did.
    software
        What computed.
    parameters
        Everything that was asked for, seeds included, as JSON has it.
    inputs
        The digests of the files that were read, by series, book, calendar, policy or scenario.
    """

    what: str
    as_of: datetime
    hindsight: datetime | None
    software: Software
    parameters: Mapping[str, Parameter]
    inputs: Mapping[str, tuple[str, ...]]

    @property
    def digest(self) -> str:
        """The SHA-256 of what is recorded, in hexadecimal: the name of the run."""
        canonical = json.dumps(self._value(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def _value(self) -> dict[str, Parameter]:
        software = self.software
        return {
            "format": FORMAT,
            "what": self.what,
            "as_of": self.as_of.isoformat(),
            "hindsight": None if self.hindsight is None else self.hindsight.isoformat(),
            "software": {"runoff": software.runoff, "numpy": software.numpy},
            "parameters": dict(self.parameters),
            "inputs": {name: list(digests) for name, digests in sorted(self.inputs.items())},
        }

    def json_bytes(self) -> bytes:
        """The record as a file, its digest first."""
        value = {"digest": self.digest, **self._value()}
        return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()

    def differences(self, other: RunRecord) -> tuple[str, ...]:
        """The names of what differs: as_of, software, parameters.paths, inputs.frb:WALCL."""
        return tuple(dict.fromkeys(_differing("", self._value(), other._value())))


def _differing(where: str, mine: Parameter, theirs: Parameter) -> Iterator[str]:
    """Where two values differ, two names deep: what a message has room for."""
    if mine == theirs:
        return
    if not isinstance(mine, dict) or not isinstance(theirs, dict) or where.count(".") > 1:
        yield where.rstrip(".")
        return
    for name in (*mine, *(name for name in theirs if name not in mine)):
        yield from _differing(f"{where}{name}.", mine.get(name), theirs.get(name))


def read_record(payload: Payload) -> RunRecord:
    """Read the file of a record.

    Raises
    ------
    ConfigError
        If it is none, of another format, or was changed by hand: its digest is not that of what it says.
    """
    try:
        found = json.loads(payload.content)
        software = found["software"]
        record = RunRecord(
            what=str(found["what"]),
            as_of=datetime.fromisoformat(found["as_of"]),
            hindsight=None if found["hindsight"] is None else datetime.fromisoformat(found["hindsight"]),
            software=Software(runoff=software["runoff"], numpy=software["numpy"]),
            parameters=found["parameters"],
            inputs={name: tuple(digests) for name, digests in found["inputs"].items()},
        )
        told = (found["format"], found["digest"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            "{file}: no record of a run ({reason})", file=payload.name, reason=repr(error)
        ) from error
    if told != (FORMAT, record.digest):
        raise ConfigError(
            "{file}: says digest {told} and format {format}; what it holds has {digest} and {expected}: it was "
            "changed, or written by another version. Name a new folder",
            file=payload.name,
            told=told[1],
            format=told[0],
            digest=record.digest,
            expected=FORMAT,
        )
    return record


def inputs_of(view: View, needs: Needs) -> dict[str, tuple[str, ...]]:
    """The digests of the files from which a view has what is needed, by series, and by portfolio and date of a book.

    Files of which no row is left in the view, since a later one corrected them or they were not known yet, are not
    among them: what was learned after the moment of the view changes no record.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name in sorted(needs.all_series):
        if (series := view.known(name)) is not None:
            found[name] = tuple(sorted({series.digests[file] for file in np.unique(series.files).tolist()}))
    for book in view.history.books:
        if book.portfolio in needs.books and book.known_at <= view.as_of:
            name = f"{book.portfolio} {book.date.isoformat()}"
            found[name] = tuple(sorted({*found.get(name, ()), book.digest}))
    return found
