"""What a store keeps beside rows and books: texts, bytes, refusals, answers, and the story of each figure."""

import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.core.rows import day, moment, rows
from tests.store.workers import RECORDED_AT, A, B, digest, document, facts, lengths, pair, parsed

from runoff.core.document import DocumentKind
from runoff.core.errors import StoreError, UnitError, Unparseable
from runoff.core.series import ASSUMED, REVISED
from runoff.core.source import Payload
from runoff.core.units import Unit
from runoff.core.view import Needs
from runoff.store import Answer, Appended, Refusal, Stored, Vintage

STATEMENTS = Needs(documents=frozenset({DocumentKind.STATEMENT}))
_numbers = count()


def append(store, *files, **options):
    """Append files, all of them or nothing."""
    return store.append(files, recorded_at=RECORDED_AT, **options)


def texts(store, as_of, bank="x"):
    """The statements of a bank that a view gives."""
    return store.history(STATEMENTS).at(moment(as_of)).documents(bank, DocumentKind.STATEMENT)


def rows_of(url, table):
    """All rows of a table, read by SQL."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = sorted(tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {table}")))
    engine.dispose()
    return found


# --- documents -------------------------------------------------------------------------------------------------------


def test_a_document_comes_back_as_it_was(store, url, connect):
    """Every field survives, and a text of any length and script."""
    given_text = document("x:statement:1", 1, "f", "The Committee. 委员会。\n\n" * 10_000, assumed=True)
    other = document("y:statement:1", 2, "f", bank="y")
    assert append(store, parsed("f", documents=(given_text, other))) == Appended(added=2, known=0)
    store.close()
    again = connect(url)
    assert (texts(again, 0), texts(again, 1), texts(again, 9, "y")) == ((), (given_text,), (other,))
    assert again.stored().documents == {"x:statement:1", "y:statement:1"}


def test_only_documents_of_declared_kinds_are_loaded(store):
    """Minutes stay where they are while nobody needs them."""
    minutes = document("x:minutes:1", 1, "f", kind=DocumentKind.MINUTES)
    append(store, parsed("f", documents=(document("x:statement:1", 1, "f"), minutes)))
    assert [d.id for d in store.history(STATEMENTS).documents] == ["x:statement:1"]
    assert store.history(Needs()).documents == ()
    assert store.history(Needs(documents=frozenset(DocumentKind))).documents[0] == minutes


def test_appending_a_document_again_adds_nothing(store, url):
    """In the same file or in another one, the second time it is known."""
    append(store, parsed("f", documents=(document("x:1", 1, "f"),)))
    before = rows_of(url, "document")
    for file in ("f", "g"):
        assert append(store, parsed(file, documents=(document("x:1", 1, file),))) == Appended(
            added=0, known=1
        )
    assert rows_of(url, "document") == before


def test_a_corrected_text_counts_and_the_wrong_one_stays_on_record(store, url):
    """Of one moment the later batch wins, also over the wrong file when that comes back."""
    append(store, parsed("f", documents=(document("x:1", 1, "f", "Wrong."),)))
    right = document("x:1", 1, "g", "Right.")
    assert append(store, parsed("g", documents=(right,))) == Appended(added=1, known=0)
    assert append(store, parsed("f", documents=(document("x:1", 1, "f", "Wrong."),))).added == 0
    assert texts(store, 1) == (right,)
    assert len(rows_of(url, "document")) == 2


def test_a_file_that_is_read_otherwise_corrects_its_document(store):
    """The very file read by a better parser: its text counts."""
    append(store, parsed("f", documents=(document("x:1", 1, "f", "Menu. The Committee."),)))
    better = document("x:1", 1, "f", "The Committee.")
    assert append(store, parsed("f", documents=(better,))) == Appended(added=1, known=0)
    assert append(store, parsed("f", documents=(better,))) == Appended(added=0, known=1)
    assert texts(store, 1) == (better,)


def test_a_new_wording_leaves_the_old_one_to_readers_of_before(store):
    """Published again in other words: each moment has the wording that stood there, under the first moment."""
    append(store, parsed("f", documents=(document("x:1", 1, "f", "First.", assumed=True),)))
    append(store, parsed("g", documents=(document("x:1", 5, "g", "Second."),)))
    assert [d.text for n in (0, 1, 4, 5, 9) for d in texts(store, n)] == [
        "First.",
        "First.",
        "Second.",
        "Second.",
    ]
    assert [(d.published_at, d.assumed) for n in (1, 9) for d in texts(store, n)] == [(moment(1), True)] * 2


def test_a_text_told_again_is_known_since_it_was_first_told(store):
    """The same words at a later moment are no new document."""
    append(store, parsed("f", documents=(document("x:1", 1, "f"),)))
    assert append(store, parsed("g", documents=(document("x:1", 5, "g"),))) == Appended(added=0, known=1)
    assert texts(store, 9) == (document("x:1", 1, "f"),)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    st.dictionaries(st.integers(0, 6), st.sampled_from(["A.", "B."]), min_size=1),
    st.randoms(use_true_random=False),
)
def test_the_order_of_appends_changes_no_text(store, wordings, shuffler):
    """Wordings appended in any order: at each moment the one published last, under the moment of the first."""
    name = f"x:{next(_numbers)}"
    order = sorted(wordings)
    shuffler.shuffle(order)
    for n in order:
        append(
            store, parsed(f"{name}{n}", documents=(document(name, n, f"{name}{n}", wordings[n], bank=name),))
        )
    for n in range(8):
        told = [k for k in sorted(wordings) if k <= n]
        expected = [(wordings[told[-1]], moment(told[0]))] if told else []
        assert [(d.text, d.published_at) for d in texts(store, n, name)] == expected


# --- bytes -----------------------------------------------------------------------------------------------------------


def test_bytes_come_back_as_they_arrived(store, url, connect):
    """Kept where that was asked for, by digest, once, for whoever opens the store next."""
    content = bytes(range(256)) * 1000 + b"\r\n\0"
    file = replace(facts("f", A, (0, 1, 1.0)), payload=Payload("f", content))
    append(store, *pair(0))
    append(store, file, keep_raw=True)
    append(store, file, keep_raw=True)
    store.close()
    again = connect(url)
    assert again.raw(file.payload.digest) == content
    assert again.raw(digest("a0")) is None
    assert len(rows_of(url, "raw")) == 1
    assert len(rows_of(url, "raw")[0][1]) < len(content) / 10


def test_an_empty_file_has_bytes_too(store):
    """Nothing is not none."""
    append(store, replace(parsed("f"), payload=Payload("f", b"")), keep_raw=True)
    assert store.raw(Payload("f", b"").digest) == b""


@pytest.mark.parametrize("content", [b"no zlib", zlib.compress(b"something else")])
def test_damaged_bytes_are_not_handed_out(store, url, content):
    """What does not have its digest any more is refused, with the remedy."""
    append(store, facts("f", A, (0, 1, 1.0)), keep_raw=True)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE raw SET content = :content"), {"content": content})
    engine.dispose()
    with pytest.raises(StoreError, match=r"kept as [0-9a-f]{64} are damaged .*: download the file again"):
        store.raw(digest("f"))


# --- refusals --------------------------------------------------------------------------------------------------------

AT = datetime(2026, 10, 2, 12, tzinfo=UTC)
REASON = Unparseable(
    "{file}, line {line}: {found!r} is no number on {day}", file="f", line=3, found="n/a", day=day(0)
)


def test_what_was_refused_is_kept_with_its_bytes_and_the_reason(store, url):
    """Template and values come back, the English message too, and no row was touched."""
    append(store, *pair(0))
    before = [rows_of(url, table) for table in ("batch", "series", "observation")]
    store.refuse(Payload("f", b"<html>"), REASON, source="fred", at=AT)
    (found,) = store.refusals()
    assert found == Refusal(
        source="fred", name="f", digest=Payload("f", b"<html>").digest, template=REASON.template,
        values={"file": "f", "line": 3, "found": "n/a", "day": "2024-01-01"}, says=str(REASON), at=AT,
    )  # fmt: skip
    assert found.template.format(**found.values) == found.says
    assert store.raw(found.digest) == b"<html>"
    assert [rows_of(url, table) for table in ("batch", "series", "observation")] == before
    assert found.digest not in store.digests()


def test_a_refusal_may_have_no_bytes(store):
    """Where nothing arrived, the name and the reason are kept."""
    store.refuse(
        "sofr.json", StoreError("no answer; 100% of {tries} tries failed", tries=5), source="nyfed", at=AT
    )
    (found,) = store.refusals()
    assert (found.name, found.digest, found.says) == ("sofr.json", None, "no answer; 100% of 5 tries failed")


def test_refusals_come_in_their_order_from_a_moment_on(store):
    """Oldest first, each time it happened; the moment itself is included."""
    for days in (3, 1, 2, 1):
        store.refuse(Payload("f", b"<html>"), REASON, source=f"s{days}", at=AT + timedelta(days=days))
    assert [r.source for r in store.refusals()] == ["s1", "s1", "s2", "s3"]
    assert [r.source for r in store.refusals(since=AT + timedelta(days=2))] == ["s2", "s3"]
    assert store.refusals(since=AT + timedelta(days=4)) == ()


# --- answers ---------------------------------------------------------------------------------------------------------

ANSWER = Answer(
    source="nyfed", request="sofr.json", etag='W/"1"', modified=None, digest=digest("a0"), fetched_at=AT
)


def test_an_answer_is_remembered_in_place_of_the_one_before(store):
    """By source and request; what other sources answered is not mixed in."""
    other = replace(ANSWER, source="frb", etag=None, modified="Thu, 01 Oct 2026 20:30:00 GMT")
    append(store, *pair(0), remember=[ANSWER, other, replace(ANSWER, request="effr.json")])
    assert store.remembered("nyfed") == {
        "sofr.json": ANSWER,
        "effr.json": replace(ANSWER, request="effr.json"),
    }
    assert store.remembered("frb") == {"sofr.json": other}
    assert store.remembered("fred") == {}
    later = replace(ANSWER, etag=None, fetched_at=AT + timedelta(hours=1))
    append(store, remember=[later])  # nothing new: only that it was asked
    assert store.remembered("nyfed")["sofr.json"] == later


def test_an_answer_is_not_remembered_when_its_file_is_refused(store):
    """Files, bytes and answers are one append: what is refused is asked for again."""
    append(store, facts("f", A, (0, 1, 1.0)), remember=[ANSWER], keep_raw=True)
    bad = facts("g", replace(A, unit=Unit.parse("USD bn")), (7, 8, 1.0))
    with pytest.raises(UnitError):
        append(store, facts("h", B, (0, 1, 1.0)), bad, remember=[replace(ANSWER, etag="new")], keep_raw=True)
    assert store.remembered("nyfed") == {"sofr.json": ANSWER}
    assert (store.raw(digest("h")), store.raw(digest("f"))) == (None, b"f")
    assert lengths(store) == (1, 0)


# --- how far the store is, and why a figure is what it is ------------------------------------------------------------


def test_the_store_says_how_far_it_is(store):
    """The last period of each series, whenever it became known; an empty store is nowhere."""
    assert store.stored() == Stored(periods={}, books={}, documents=frozenset())
    append(
        store,
        facts("f", A, (0, 1, 1.0), (7, 8, 2.0)),
        facts("g", B, (14, 15, 2.0)),
        facts("h", A, (0, 30, 3.0)),
    )
    assert store.stored().periods == {A.id: day(7), B.id: day(14)}


def test_why_tells_every_vintage_of_a_period(store):
    """Value, moments, flags and file, oldest first; corrections after what they correct, other periods left out."""
    append(store, parsed("f", rows(A, [(0, 1, 1.0), (7, 8, 9.0)], flags=ASSUMED, digest=digest("f"))))
    append(store, parsed("h", rows(A, [(0, 9, 3.0)], flags=REVISED, digest=digest("h"))))
    append(store, facts("g", A, (0, 1, 2.0)))
    common = {"recorded_at": RECORDED_AT}
    assert store.why(A.id, day(0)) == (
        Vintage(
            value=1.0, known_at=moment(1), assumed=True, revised=False, file="f", digest=digest("f"), **common
        ),
        Vintage(
            value=2.0,
            known_at=moment(1),
            assumed=False,
            revised=False,
            file="g",
            digest=digest("g"),
            **common,
        ),
        Vintage(
            value=3.0, known_at=moment(9), assumed=False, revised=True, file="h", digest=digest("h"), **common
        ),
    )
    assert store.why(A.id, day(1)) == store.why("x:C", day(0)) == ()
