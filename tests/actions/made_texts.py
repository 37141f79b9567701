"""Texts made for tests, in the manner of the Committee and not in its words, and a store that holds nothing else."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from runoff.actions.workspace import Workspace
from runoff.config import Settings
from runoff.core.document import Document, DocumentKind
from runoff.core.document_file import moment_of
from runoff.core.source import Parsed, Payload
from runoff.core.time import ReleaseClock
from runoff.store import Store


def made(day: str, words: str, kind: DocumentKind = DocumentKind.STATEMENT) -> Document:
    """A text as a source gives it."""
    on = date.fromisoformat(day)
    published_at, assumed = moment_of(kind, on)
    return Document(
        id=f"fed:{kind.value}:{day}",
        bank="fed",
        kind=kind,
        day=on,
        title="Statement",
        published_at=published_at,
        assumed=assumed,
        url="",
        text=words,
        digest=f"{on.toordinal():064x}",
    )


@contextmanager
def holding(folder: Path, documents: Sequence[Document]) -> Iterator[Workspace]:
    """A workspace over a store of those texts, with no figure in it."""
    settings = Settings(home=folder, store_url=f"sqlite:///{folder / 'own.sqlite'}", language="en")
    store = Store(settings.store_url)
    for document in documents:
        payload = Payload(document.id, document.text.encode())
        store.append([Parsed(payload=payload, documents=(document,))], recorded_at=document.published_at)
    yield Workspace(store=store, specs={}, clock=ReleaseClock(), settings=settings)
    store.close()
