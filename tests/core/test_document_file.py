"""Folders of texts: names and indexes that fit each other, hours by rule, and the folder of recorded texts."""

import gzip
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff.core.document import DocumentKind
from runoff.core.document_file import moment_of, read_documents
from runoff.core.errors import Unparseable
from runoff.core.source import Payload
from runoff.core.time import is_fed_day

WORDS = "The Committee decided nothing."


def text(name: str = "2022-05-04.txt", content: str = WORDS) -> Payload:
    """A text of its day."""
    return Payload(name, content.encode())


def index(*lines: str, header: str = "date,chars,complete,released_on") -> Payload:
    """An index of texts."""
    return Payload("index.csv", "\n".join((header, *lines)).encode())


def read(*texts: Payload, kind: DocumentKind = DocumentKind.STATEMENT, rows: Payload | None = None):
    """The documents of a folder."""
    return read_documents(texts, bank="fed", kind=kind, index=rows)


# --- what is read ----------------------------------------------------------------------------------------------------


def test_a_text_is_its_words_under_its_day():
    """Id, day, words and digest, in the order of days."""
    later, first = text("2022-06-15.txt"), text()
    found = read(later, first)
    assert [d.id for d in found] == ["fed:statement:2022-05-04", "fed:statement:2022-06-15"]
    assert (found[0].day, found[0].text, found[0].digest) == (date(2022, 5, 4), WORDS, first.digest)


def test_a_day_may_have_several_texts_and_a_text_its_address():
    """A part in the name is a part of the id; lines at the top that begin with a mark are about the text."""
    payload = text(
        "2025-12-10_faq.txt", f"# an excerpt\n# source: https://example.org/faq\n\n{WORDS}\n# not a mark"
    )
    (found,) = read(payload, kind=DocumentKind.DESK_STATEMENT)
    assert found.id == "fed:desk_statement:2025-12-10:faq"
    assert found.url == "https://example.org/faq"
    assert found.text == f"{WORDS}\n# not a mark"


def test_the_index_says_when_minutes_came_out():
    """The day of release from the index, at two; without one three weeks and two days later; both assumed."""
    names = ("2018-01-31.txt", "2023-07-26.txt")
    rows = index(f"2018-01-31,{len(WORDS)},yes,2018-02-21", f"2023-07-26,{len(WORDS)},yes,")
    found = read(*map(text, names), kind=DocumentKind.MINUTES, rows=rows)
    assert [(d.published_at.isoformat(), d.assumed) for d in found] == [
        ("2018-02-21T14:00:00-05:00", True),
        ("2023-08-18T14:00:00-04:00", True),
    ]


# --- hours by rule ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "moment", "assumed"),
    [
        ("2008-11-25", "2008-11-25T08:15:00-05:00", False),
        ("2020-03-15", "2020-03-15T17:00:00-04:00", False),
        ("2020-03-23", "2020-03-23T08:00:00-04:00", False),
        ("2022-05-04", "2022-05-04T14:00:00-04:00", True),
        ("2013-03-20", "2013-03-20T14:00:00-04:00", True),
        ("2013-01-30", "2013-01-30T14:30:00-05:00", True),
        ("2010-05-09", "2010-05-09T23:59:59-04:00", True),  # a Sunday
        ("1998-10-15", "1998-10-15T23:59:59-04:00", True),  # in the afternoon, between meetings
    ],
)
def test_the_hour_of_a_statement(day, moment, assumed):
    """The three that are known, the practice of the time, and the end of the day where there was none."""
    found, is_assumed = moment_of(DocumentKind.STATEMENT, date.fromisoformat(day))
    assert (found.isoformat(), is_assumed) == (moment, assumed)
    assert moment_of(DocumentKind.IMPLEMENTATION_NOTE, date.fromisoformat(day))[0] == found


@given(st.dates(date(1994, 1, 1), date(2030, 12, 31)))
def test_minutes_come_out_on_an_open_day_three_weeks_after(day):
    """By rule never within three weeks, always on a day the Banks are open, and never on the meeting's own day."""
    for released_on in (None, day):
        found, assumed = moment_of(DocumentKind.MINUTES, day, released_on=released_on)
        assert 21 <= (found.date() - day).days <= 28
        assert is_fed_day(found.date())
        assert assumed


def test_of_other_banks_and_of_the_desk_only_the_day_is_known():
    """No hour is assumed where no practice is recorded: the end of the day."""
    assert moment_of(DocumentKind.STATEMENT, date(2022, 5, 4), bank="ecb")[0].hour == 23
    assert moment_of(DocumentKind.DESK_STATEMENT, date(2022, 5, 4))[0].hour == 23


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["a.txt", "2022-13-04.txt", "2022-05-04.md", "20220504.txt", "2022-05-04-b.txt"]
)
def test_a_name_that_is_no_day_is_refused(name):
    """The day of a text is its name."""
    with pytest.raises(Unparseable, match=r"named after its day|is no date"):
        read(text(name))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "without a text"),
        (b" \n ", "without a text"),
        (b"# source: x", "without a text"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"\xff\xfeT", "no UTF-8"),
    ],
)
def test_what_is_no_text_is_refused(content, says):
    """Nothing, marks alone, a web page, and bytes."""
    with pytest.raises(Unparseable, match=says):
        read(Payload("2022-05-04.txt", content))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (f"2022-05-04,{len(WORDS) + 2},yes,", "cut short"),
        (f"2022-05-04,{len(WORDS) - 1},yes,", "cut short"),
        ("2022-05-04,many,yes,", "cut short"),
        (f"2022-05-04,{len(WORDS)},no,", "incomplete"),
        (f"2022-05-05,{len(WORDS)},yes,", "no line for 2022-05-04"),
        (f"May 4,{len(WORDS)},yes,", "is no date"),
        (f",{len(WORDS)},yes,", "expected a day"),
        (f"2022-05-04,{len(WORDS)},yes,soon", "is no date"),
    ],
)
def test_an_index_that_does_not_fit_is_refused(line, says):
    """Another length, an incomplete text, another day, and what is no day."""
    with pytest.raises(Unparseable, match=says):
        read(text(), rows=index(line))


def test_texts_that_an_index_lists_must_be_there():
    """A missing text, and a day listed twice, are named."""
    line = f"2022-05-04,{len(WORDS)},yes,"
    with pytest.raises(Unparseable, match="1 texts of it are missing, the first 2022-06-15"):
        read(text(), rows=index(line, "2022-06-15,1,yes,"))
    with pytest.raises(Unparseable, match="line 3: expected a day that no other line has"):
        read(text(), rows=index(line, line))


# --- the recorded folder ---------------------------------------------------------------------------------------------


def folder(path: Path) -> list[Payload]:
    """The texts of a folder, unpacked."""
    return [
        Payload(
            file.name.removesuffix(".gz"),
            gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes(),
        )
        for file in sorted(path.iterdir())
    ]


@pytest.mark.parametrize(
    ("name", "kind", "count", "first", "last"),
    [
        ("statements", DocumentKind.STATEMENT, 235, "1994-02-04", "2026-09-16"),
        ("minutes", DocumentKind.MINUTES, 138, "2008-01-30", "2026-06-17"),
    ],
)
def test_the_recorded_texts_are_read_whole(shared_data, name, kind, count, first, last):
    """Every statement and every minutes of the folder with its index, one a day, none known before it was made."""
    rows = Payload("index.csv", (shared_data / "fomc" / f"{name}_index.csv").read_bytes())
    found = read(*folder(shared_data / "fomc" / name), kind=kind, rows=rows)
    assert (len(found), found[0].day.isoformat(), found[-1].day.isoformat()) == (count, first, last)
    assert len({d.id for d in found}) == count
    # Minutes came out after 18 days once, and after 20 to 23 otherwise.
    least = 18 if kind is DocumentKind.MINUTES else 0
    assert min((d.published_at.date() - d.day).days for d in found) == least
    assert [d.id for d in found if not d.assumed] == (
        ["fed:statement:2020-03-15", "fed:statement:2020-03-23"] if kind is DocumentKind.STATEMENT else []
    )


def test_the_recorded_texts_of_the_desk_name_their_address(shared_data):
    """Five texts, one of them a part of its day, each with the page it is from."""
    found = read(*folder(shared_data / "fomc" / "operating_policy"), kind=DocumentKind.DESK_STATEMENT)
    assert len(found) == 5
    assert all(d.url.startswith("https://") for d in found)
