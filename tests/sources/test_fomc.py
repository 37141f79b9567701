"""The Committee's texts: which are asked for, what a page says, when it came out, and what is no such page."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff.core.document import DocumentKind
from runoff.core.errors import Unparseable
from runoff.core.registry import plugin
from runoff.core.source import Asked, Catalogue, Payload, Source
from runoff.core.time import ReleaseClock

SOURCE = plugin("sources", "fomc", Source)
CATALOGUE = Catalogue(specs={}, clock=ReleaseClock())
FOLDER = Path(__file__).parents[1] / "data" / "fomc"
INDEX = "ne-press.json"
STATEMENT = "monetary20170111a@2017-01-11T1400.htm"
NOTE = "monetary20170111a1@2017-01-11T1400.htm"
MINUTES = "fomcminutes20170111@2017-02-01T1400.htm"
OLD_MINUTES = "fomcminutes20090106@2009-01-27.htm"
PAGES = (STATEMENT, NOTE, MINUTES, OLD_MINUTES)


def specimen(name: str) -> Payload:
    """A specimen under its name."""
    return Payload(name, (FOLDER / name).read_bytes())


def read(name: str, content: bytes | None = None):
    """The document of a page."""
    (found,) = SOURCE.parse(
        Payload(name, specimen(name).content if content is None else content), CATALOGUE
    ).documents
    return found


def refused(name: str, content: bytes) -> str:
    """What is said of a payload that is refused."""
    with pytest.raises(Unparseable) as caught:
        SOURCE.parse(Payload(name, content), CATALOGUE)
    assert str(caught.value).startswith(name)
    return str(caught.value)


def changed(name: str, old: str, new: str) -> bytes:
    """A specimen with one thing changed that is in it."""
    text = specimen(name).content.decode()
    assert old in text
    return text.replace(old, new).encode()


# --- what a page says ------------------------------------------------------------------------------------------------


def test_a_statement_is_its_paragraphs_and_nothing_else():
    """Words of the article as a reader sees them: entities are read; menus, scripts and the press office are not."""
    found = read(STATEMENT)
    first, second, third = found.text.split("\n\n")
    assert first.startswith(
        "Made-up indicators suggest that the economy of this specimen has been expanding at a round"
    )
    assert first.endswith("has not moved—or so it is written.")
    assert second == (
        "In support of its goals, the Committee decided to set the target range for the federal funds rate at "
        "9‑1/4 to 9-1/2 percent. The Committee will cap reinvestments of R&D securities, and of others, at $77 "  # noqa: RUF001
        "billion a month. It expects nothing <more>."
    )
    assert third.startswith("Voting for the monetary policy action were")


def test_identity_address_and_moment_of_each_kind():
    """Id, kind, day, title, address and release of the four specimens."""
    assert [
        (d.id, d.kind, d.day, d.title, d.url.rpartition("/")[2], d.published_at.isoformat(), d.assumed)
        for d in map(read, PAGES)
    ] == [
        (
            "fed:statement:2017-01-11",
            DocumentKind.STATEMENT,
            date(2017, 1, 11),
            "Federal Reserve issues FOMC statement",
            "monetary20170111a.htm",
            "2017-01-11T14:00:00-05:00",
            False,
        ),
        (
            "fed:implementation_note:2017-01-11",
            DocumentKind.IMPLEMENTATION_NOTE,
            date(2017, 1, 11),
            "Implementation Note issued January 11, 2017",
            "monetary20170111a1.htm",
            "2017-01-11T14:00:00-05:00",
            False,
        ),
        (
            "fed:minutes:2017-01-11",
            DocumentKind.MINUTES,
            date(2017, 1, 11),
            "Minutes of the Federal Open Market Committee",
            "fomcminutes20170111.htm",
            "2017-02-01T14:00:00-05:00",
            False,
        ),
        (
            "fed:minutes:2009-01-06",
            DocumentKind.MINUTES,
            date(2009, 1, 6),
            "Minutes of the Federal Open Market Committee",
            "fomcminutes20090106.htm",
            "2009-01-27T14:00:00-05:00",
            True,
        ),
    ]


def test_the_note_keeps_every_item_of_its_lists():
    """Items of a list, and of a list within, are paragraphs; a sentence with a link is kept."""
    assert read(NOTE).text.split("\n\n")[2:] == [
        "Interest on reserve balances is set at 9.35 percent, effective on the next day.",
        "The Desk is directed to roll over at auction what exceeds a cap of $77 billion a month, of",
        "Treasury securities, and",
        "agency debt.",
        "More information regarding open market operations may be found elsewhere.",
    ]


@pytest.mark.parametrize("name", [MINUTES, OLD_MINUTES])
def test_minutes_run_from_title_to_last_footnote(name):
    """Both layouts: title, meeting, eight sections, the footnote without its link back, and no date of the page."""
    parts = read(name).text.split("\n\n")
    assert parts[0] == "Minutes of the Federal Open Market Committee"
    assert [part.split(" Participants", 1)[0] for part in parts[3:11]] == [
        f"Section {i}" for i in range(1, 9)
    ]
    assert parts[11:] == ["1. This footnote is made up as well, and so is its café."]


def test_the_digest_is_that_of_the_page():
    """A document names the file it was read from."""
    assert read(STATEMENT).digest == specimen(STATEMENT).digest


# --- when it came out ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "hour"),
    [
        ("For release at 2:00 p.m. EST", "14:00"),
        ("For release at 8:15 a.m. EST", "08:15"),
        ("For release at 12:30 p.m. EST", "12:30"),
        ("For release at 12:05 a.m. EST", "00:05"),
        ("For release at 5 p.m. EDT", "17:00"),
    ],
)
def test_the_hour_of_the_page_is_the_moment(line, hour):
    """The page's own hour, in New York on the day of the statement, and not assumed."""
    found = read(STATEMENT, changed(STATEMENT, "For release at 2:00 p.m. EST", line))
    assert (found.published_at.isoformat(), found.assumed) == (f"2017-01-11T{hour}:00-05:00", False)


def test_without_an_hour_on_the_page_the_feed_says_it_and_then_a_rule():
    """Where a page says "for immediate release": the feed's hour where it has one, else the usual hour, assumed."""
    page = changed(STATEMENT, "For release at 2:00 p.m. EST", "For immediate release")
    found = read(STATEMENT.replace("T1400", "T1117"), page)
    assert (found.published_at.isoformat(), found.assumed) == ("2017-01-11T11:17:00-05:00", False)
    found = read(STATEMENT.replace("T1400", ""), page)
    assert (found.published_at.isoformat(), found.assumed) == ("2017-01-11T14:00:00-05:00", True)


@pytest.mark.parametrize(
    ("day", "written", "moment"),
    [
        ("20081125", "November 25, 2008", "2008-11-25T08:15:00-05:00"),
        ("20200315", "March 15, 2020", "2020-03-15T17:00:00-04:00"),
        ("20200323", "March 23, 2020", "2020-03-23T08:00:00-04:00"),
    ],
)
def test_the_three_statements_at_other_hours(day, written, moment):
    """The announcements of 2008 and 2020 that did not come out at two, where neither page nor feed says so."""
    text = specimen(STATEMENT).content.decode().replace("January 11, 2017", written)
    page = text.replace("For release at 2:00 p.m. EST", "For immediate release").encode()
    found = read_as(f"monetary{day}a@{day[:4]}-{day[4:6]}-{day[6:]}.htm", page)
    assert (found.published_at.isoformat(), found.assumed) == (moment, False)


def read_as(name: str, content: bytes):
    """The document of a page under another name."""
    (found,) = SOURCE.parse(Payload(name, content), CATALOGUE).documents
    return found


def test_an_hour_that_cannot_be_read_is_refused():
    """A line that promises an hour and gives none is not replaced by a rule."""
    for line in ("For release at noon", "For release at 14:00", "For release at 0:30 p.m. EST"):
        assert "states no hour" in refused(
            STATEMENT, changed(STATEMENT, "For release at 2:00 p.m. EST", line)
        )


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_is_cut_short_is_refused(name):
    """At every tenth part of its length: a document is whole or not there."""
    content = specimen(name).content
    for tenth in range(10):
        refused(name, content[: len(content) * tenth // 10])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_another_day_or_another_kind_is_refused(name):
    """An error page, a page of another day, one without an article, and a very long one."""
    refused(name, b"<html><body><div id='article'><p>Page not found</p></div></body></html>")
    assert "2097152" in refused(name, specimen(name).content + b" " * 2**21)
    other = name.replace("2017", "2018", 1).replace("2009", "2010", 1)
    refused(other, specimen(name).content)


def test_a_release_without_its_article_is_refused():
    """A release whose article the page no longer marks is not guessed at."""
    assert "0 characters" in refused(STATEMENT, changed(STATEMENT, 'id="article"', 'id="story"'))
    assert "found ''" not in refused(STATEMENT, changed(STATEMENT, "article__time", "time"))


@pytest.mark.parametrize(
    "name",
    [
        "monetary20170111a.htm",
        "monetary20171311a@2017-01-11.htm",
        "monetary20170111@2017-01-11.htm",
        "fomcminutes20170111a@2017-02-01.htm",
        "fomcminutes201701111@2017-02-01.htm",
        "monetary20170111a@2017-01-11T2500.htm",
        "../monetary20170111a@2017-01-11.htm",
    ],
)
def test_a_name_that_says_no_page_and_release_is_refused(name):
    """What a payload is must be in its name."""
    assert "expected the name of a page" in refused(name, specimen(STATEMENT).content)


def test_bytes_in_another_encoding_are_refused():
    """A page that declares UTF-8 and is not is refused, not mended."""
    content = specimen(MINUTES).content.replace("café".encode(), "café".encode("latin-1"))
    assert "encoding" in refused(MINUTES, content)


@pytest.mark.parametrize(
    "bomb",
    [b"<div>" * 100_000, b"<a href=x " * 50_000, b"&amp;" * 300_000, b"<!--" * 100_000, b"<![x[" * 100_000],
)
def test_a_page_made_to_exhaust_the_reader_is_refused(bomb):
    """Deep nesting, endless tags, entities and comments end in a refusal."""
    refused(STATEMENT, b"<html><body>" + bomb)
    refused(STATEMENT, b"<html><body>" + bomb + b"</body></html>")


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_by_name(content):
    """Nothing that is no page gives a document or another error."""
    refused(STATEMENT, content)


@given(
    st.lists(
        st.sampled_from(["<div>", "</div>", "<ul>", "</ul>", "<p>", "</p>", "<b>", "</a>", "<nav>", "</nav>"])
    )
)
def test_no_order_of_tags_breaks_the_reader(tags):
    """Tags opened and closed in any order before the article: the page is read or refused, and ends."""
    content = changed(STATEMENT, '<div id="content"', "".join(tags) + '<div id="content"')
    try:
        found = read(STATEMENT, content)
    except Unparseable:
        return
    assert "not a word of this" not in found.text


# --- the feed --------------------------------------------------------------------------------------------------------


def feed(*entries: dict[str, str]) -> bytes:
    """A feed of these entries, and the statement of the specimen."""
    own = {
        "d": "1/11/2017 2:00:00 PM",
        "t": "Federal Reserve issues FOMC statement",
        "pt": "Monetary Policy",
        "l": "/newsevents/pressreleases/monetary20170111a.htm",
    }
    return json.dumps([own, *entries, {"updateDate": "x"}]).encode()


def asked(**fields) -> Asked:
    """A question with nothing stored."""
    return Asked(now=datetime(2026, 10, 9, tzinfo=UTC), catalogue=CATALOGUE, last={}, **fields)


def names(question: Asked) -> list[str]:
    """What is asked for."""
    return [request.name for request in SOURCE.requests(question)]


def test_the_feed_is_no_document():
    """It is read, and holds no text."""
    assert SOURCE.parse(specimen(INDEX), CATALOGUE).documents == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<!DOCTYPE html><html></html>",
        b'[{"d": "1/11/2017',
        b"{}",
        b"[]",
        b"[1]",
        b'[{"updateDate": "x"}]',
        b'\xff\xfe[{"d": ""}]',
        b"[" * 100_000,
    ],
)
def test_a_feed_that_is_none_is_refused(content):
    """An error page, half a feed, another shape, a feed without a statement, and one nested without end."""
    refused(INDEX, content)


def test_an_entry_without_a_moment_is_refused():
    """A statement whose release cannot be read is not dated by guess."""
    entry = {
        "d": "yesterday",
        "t": "FOMC statement",
        "pt": "Monetary Policy",
        "l": "/newsevents/pressreleases/monetary20100127a.htm",
    }
    assert "entry 2: 'yesterday' is no moment" in refused(INDEX, feed(entry))


@pytest.mark.parametrize(
    ("title", "link", "expected"),
    [
        ("FOMC statement", "monetary20100127a", ["monetary20100127a@2010-01-27T1415.htm"]),
        (
            "FOMC statement: intermeeting action",
            "monetary20100127b",
            ["monetary20100127b@2010-01-27T1415.htm"],
        ),
        (
            "Federal Reserve issues FOMC statement on policy normalization principles and plans",
            "monetary20100127c",
            [],
        ),
        ("Statement on Longer-Run Goals and Monetary Policy Strategy", "monetary20100127d", []),
        (
            "Federal Reserve announces purchases",
            "monetary20081125b",
            ["monetary20081125b@2010-01-27T1415.htm"],
        ),
        ("Minutes of the Board's discount rate meetings", "monetary20100127a", []),
        (
            "Minutes of the Federal Open Market Committee, October 31-November 1, 2017",
            "monetary20100127a",
            ["fomcminutes20171101@2010-01-27T1415.htm"],
        ),
        (
            "Minutes of the Federal Open Market Committee, March 16, 2010",
            "monetary20100127a",
            ["fomcminutes20100316@2010-01-27T1415.htm"],
        ),
        ("Minutes of the Federal Open Market Committee, January 30-31, 2007", "monetary20100127a", []),
        ("Minutes of the Federal Open Market Committee, Smarch 30-31, 2017", "monetary20100127a", []),
    ],
)
def test_which_entries_are_texts_of_the_committee(title, link, expected):
    """Statements and minutes by their titles; minutes by the last day of their meeting, since 2008."""
    entry = {
        "d": "1/27/2010 2:15:00 PM",
        "t": title,
        "pt": "Monetary Policy",
        "l": f"/newsevents/pressreleases/{link}.htm",
    }
    found = names(asked(answers={INDEX: Payload(INDEX, feed(entry))}))
    assert [name for name in found if name != STATEMENT] == expected


# --- what is asked ---------------------------------------------------------------------------------------------------


def test_the_feed_comes_first_then_its_texts_then_the_notes_then_nothing():
    """Asked again with what came, the source ends after three rounds with everything the feed leads to."""
    answers: dict[str, Payload] = {}
    rounds = []
    while wanted := names(asked(answers=answers)):
        rounds.append(wanted)
        answers |= {name: specimen(name) for name in wanted}
    assert rounds == [[INDEX], [MINUTES, STATEMENT, OLD_MINUTES], [NOTE]]
    found = [d.id for p in answers.values() for d in SOURCE.parse(p, CATALOGUE).documents]
    assert len(found) == len(set(found)) == 4


def test_paths_are_those_of_the_pages():
    """Each request leads to the page that its name carries."""
    answers = {INDEX: specimen(INDEX), STATEMENT: specimen(STATEMENT)}
    assert {r.name: r.path for r in SOURCE.requests(asked(answers=answers))} == {
        MINUTES: "/monetarypolicy/fomcminutes20170111.htm",
        OLD_MINUTES: "/monetarypolicy/fomcminutes20090106.htm",
        NOTE: "/newsevents/pressreleases/monetary20170111a1.htm",
    }


def test_what_is_stored_is_not_asked_for_again():
    """With everything stored the feed is all; a statement whose note is missing is opened once more."""
    stored = frozenset(read(name).id for name in PAGES)
    answers = {INDEX: specimen(INDEX)}
    assert names(asked(documents=stored)) == [INDEX]
    assert names(asked(documents=stored, answers=answers)) == []
    without = stored - {read(NOTE).id}
    assert names(asked(documents=without, answers=answers)) == [STATEMENT]
    assert names(asked(documents=without, answers=answers | {STATEMENT: specimen(STATEMENT)})) == [NOTE]


def test_a_statement_without_a_note_is_read_as_one():
    """Where the page links none, none is asked for."""
    page = Payload(STATEMENT, changed(STATEMENT, "monetary20170111a1.htm", "other20170111a1.htm"))
    answers = {INDEX: Payload(INDEX, feed()), STATEMENT: page}
    assert names(asked(answers=answers)) == []


def test_nothing_of_the_future_is_asked_for():
    """A release that the feed dates after now waits."""
    question = replace(asked(answers={INDEX: specimen(INDEX)}), now=datetime(2017, 1, 12, tzinfo=UTC))
    assert names(question) == [STATEMENT, OLD_MINUTES]


def test_a_question_for_series_is_none_for_texts():
    """Where only some series are wanted, no page is opened."""
    assert names(asked(only=frozenset({"frb:WALCL"}))) == []
