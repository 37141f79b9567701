"""What publishers have that the store does not: asked for, checked, and appended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar

from runoff import __version__
from runoff.actions.workspace import Workspace
from runoff.core.errors import ConfigError, RunoffError, Unparseable
from runoff.core.freshness import Condition, freshness
from runoff.core.intake import checked
from runoff.core.language import Words, said
from runoff.core.registry import plugins
from runoff.core.source import Asked, Catalogue, Parsed, Payload, Request, Source
from runoff.core.view import Needs
from runoff.fetch import Fetched, Fetcher, Fetching, Outcome, Remembered
from runoff.store import Answer

_AGENT = f"runoff/{__version__} (+https://github.com/runoff-project/runoff)"
# A source may ask again once it has seen an answer: an index first, then what it lists. More rounds are a mistake.
_MOST_ROUNDS = 12
# So many requests in a row without an answer, each tried again and again, and a source is left alone for this time.
_GIVEN_UP = 2
_NOT_ASKED = said("not asked: {count} requests before it had no answer")
_KEY_OF = {"alfred": "fred"}  # the same interface, the same key
_REFUSED, _FAILED = 4, 3  # exit codes: data that cannot be used, no data


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What became of one request: how it ended, how many rows were new, and why there are none."""

    source: str
    request: str
    outcome: Outcome
    added: int
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateReport:
    """What an update did; one publisher that fails does not stop the others.

    `added` counts rows, holdings and documents that were new; `refused` answers that cannot be used (their bytes are
    put aside), `failed` requests without an answer; `idle` names sources of which nothing was due.
    """

    SHOWN: ClassVar = ("source", "request", "outcome", "added", "reason")

    at: datetime
    added: int
    unchanged: int
    refused: int
    failed: int
    idle: tuple[str, ...]
    rows: tuple[Asking, ...]

    @property
    def exit_code(self) -> int:
        """0 where everything came, 4 where an answer was refused, 3 where there was none."""
        return _REFUSED if self.refused else _FAILED if self.failed else 0


def update(work: Workspace, words: Words, *, source: str | None = None, due: bool = False) -> UpdateReport:
    """Bring in what publishers have that the store does not, without a key.

    Only new or revised values are appended, each with the moment it became known; an answer that is not what it should
    be is put aside whole, and what was stored stays. Safe to repeat, to interrupt, and to run beside a reader.

    Parameters
    ----------
    source
        One source by name; by default all.
    due
        Ask only where a figure is due by the release calendar: for a timer.
    """
    with Fetcher(agent=_AGENT) as fetcher:
        return updated(work, words, fetcher, sources=live(source), due=due, now=datetime.now(UTC))


def live(name: str | None) -> Mapping[str, Source]:
    """The sources on the network, or the one of that name.

    Raises
    ------
    ConfigError
        If there is none of that name.
    """
    found = {key: source for key, source in plugins("sources", Source).items() if source.requests is not None}
    if name is None:
        return found
    if name not in found:
        raise ConfigError(
            "no source {name!r} on the network; there are {names}", name=name, names=", ".join(found)
        )
    return {name: found[name]}


def updated(
    work: Workspace,
    words: Words,
    fetcher: Fetching,
    *,
    sources: Mapping[str, Source],
    due: bool,
    now: datetime,
) -> UpdateReport:
    """The same with whoever fetches, and the moment, handed in."""
    rows: list[Asking] = []
    idle = []
    for name, source in sources.items():
        if due and not _is_due(work, source, now):
            idle.append(name)
            continue
        rows += _asked(work, words, fetcher, name, source, now)
    return UpdateReport(
        at=now,
        added=sum(row.added for row in rows),
        unchanged=sum(row.outcome is Outcome.UNCHANGED for row in rows),
        refused=sum(row.outcome is Outcome.REFUSED for row in rows),
        failed=sum(row.outcome is Outcome.FAILED for row in rows),
        idle=tuple(idle),
        rows=tuple(rows),
    )


def _catalogue(work: Workspace, source: Source) -> Catalogue:
    return Catalogue(specs={**work.specs, **source.specs()}, clock=work.clock)


def _is_due(work: Workspace, source: Source, now: datetime) -> bool:
    """Whether a figure of the source should be out and is not here, or nothing of it is here at all."""
    catalogue = _catalogue(work, source)
    series = list(source.brings(catalogue)) if source.brings is not None else []
    if not series:
        return True
    history = work.store.history(Needs(optional=frozenset(series)), specs=catalogue.specs, clock=work.clock)
    for name in series:
        columns = history.columns.get(name)
        known = None if columns is None else columns.as_of(now)
        stored = columns is not None and len(columns.periods) > 0
        found = freshness(catalogue.specs[name], known, work.clock, now, stored=stored)
        if found.condition in {Condition.LATE, Condition.MISSING}:
            return True
    return False


def _asked(
    work: Workspace, words: Words, fetcher: Fetching, name: str, source: Source, now: datetime
) -> Iterator[Asking]:
    """Ask a source, round after round, until it wants nothing more."""
    answers: dict[str, Payload] = {}
    done: set[str] = set()
    silent = 0
    for _ in range(_MOST_ROUNDS):
        try:
            requests = [r for r in _requests(work, name, source, now, answers) if r.name not in done]
        except RunoffError as error:
            yield Asking(
                source=name, request="", outcome=Outcome.REFUSED, added=0, reason=_said(words, error)
            )
            return
        if not requests:
            return
        for number, request in enumerate(requests, start=1):
            done.add(request.name)
            if silent >= _GIVEN_UP:
                yield _asking(name, request, Outcome.FAILED, 0, words.text(_NOT_ASKED, count=_GIVEN_UP))
                continue
            if work.progress is not None:
                work.progress(f"{name}: {request.name}", number, len(requests))
            found = _brought(work, words, fetcher, name, source, request, now, answers)
            silent = silent + 1 if found.outcome is Outcome.FAILED else 0
            yield found


def _requests(
    work: Workspace, name: str, source: Source, now: datetime, answers: Mapping[str, Payload]
) -> Iterable[Request]:
    assert source.requests is not None, "only sources on the network are asked"
    catalogue, stored = _catalogue(work, source), work.store.stored()
    return source.requests(
        Asked(
            now=now,
            catalogue=catalogue,
            last={series: stored.periods.get(series) for series in catalogue.specs},
            books=stored.books,
            documents=stored.documents,
            key=work.settings.keys.get(_KEY_OF.get(name, name)),
            answers=answers,
        )
    )


def _brought(
    work: Workspace,
    words: Words,
    fetcher: Fetching,
    name: str,
    source: Source,
    request: Request,
    now: datetime,
    answers: dict[str, Payload],
) -> Asking:
    """One request: fetched, read, checked and appended, or put aside."""
    known = work.store.remembered(name).get(request.name)
    remembered = (
        None if known is None else Remembered(etag=known.etag, modified=known.modified, digest=known.digest)
    )
    fetched = fetcher.fetch(source, request, remembered, home=work.settings.addresses.get(name))
    if fetched.reason is not None:
        if fetched.outcome is Outcome.REFUSED:
            work.store.refuse(request.name, fetched.reason, source=name, at=now)
        return _asking(name, request, fetched.outcome, 0, _said(words, fetched.reason))
    payload = fetched.payload
    if payload is None:  # nothing changed; a later round may still want to read what there was
        if known is not None and (content := work.store.raw(known.digest)) is not None:
            answers[request.name] = Payload(request.name, content)
        return _asking(name, request, Outcome.UNCHANGED, 0, None)
    try:
        parsed = _checked(work, source.parse(payload, _catalogue(work, source)), now)
    except RunoffError as error:
        work.store.refuse(payload, error, source=name, at=now)
        return _asking(name, request, Outcome.REFUSED, 0, _said(words, error))
    answers[request.name] = payload
    appended = work.store.append(
        [parsed], recorded_at=now, keep_raw=True, remember=_answer(name, request, fetched, now)
    )
    return _asking(name, request, Outcome.NEW, appended.added, None)


def _asking(source: str, request: Request, outcome: Outcome, added: int, reason: str | None) -> Asking:
    return Asking(source=source, request=request.name, outcome=outcome, added=added, reason=reason)


def _said(words: Words, error: RunoffError) -> str:
    return words.text(error.template, **error.values)


def _answer(name: str, request: Request, fetched: Fetched, now: datetime) -> tuple[Answer, ...]:
    if fetched.remembered is None:
        return ()
    return (
        Answer(
            source=name,
            request=request.name,
            etag=fetched.remembered.etag,
            modified=fetched.remembered.modified,
            digest=fetched.remembered.digest,
            fetched_at=now,
        ),
    )


def _checked(work: Workspace, parsed: Parsed, now: datetime) -> Parsed:
    """What of a file fits what is stored, known no later than now."""
    names = frozenset(rows.spec.id for rows in parsed.observations)
    stored = work.store.history(Needs(optional=names)).columns if names else {}
    observations = []
    for rows in parsed.observations:
        if not len(rows):
            continue
        known = stored.get(rows.spec.id)
        observations.append(
            checked(rows, parsed.payload.name, now, None if known is None else known.as_of(now))
        )
    books = []
    for book in parsed.books:
        if book.date > now.date():
            raise Unparseable(
                "{file}: the holdings are as of {date}, and today is {today}; correct the date",
                file=parsed.payload.name,
                date=book.date,
                today=now.date(),
            )
        books.append(replace(book, known_at=min(book.known_at, now)))
    return replace(parsed, observations=tuple(observations), books=tuple(books))
