"""The Federal Open Market Committee: statements, implementation notes and minutes, with the minute they came out.

The Board's feed of press releases is the index: each entry has the moment it was released, New York time. A payload
carries the name of the page and that moment, so that minutes, whose page states none, are dated too:
``monetary20220504a@2022-05-04T1400.htm``, ``fomcminutes20220504@2022-05-25T1400.htm``.

1. The feed comes first; what of it is no text of the Committee is left out (`_texts`).
2. A statement links its implementation note, which is downloaded after it (`_notes`).
3. Of a page the article is read: no scripts, menus, links to other releases or lines for the press (`_Page`).
4. The hour is the page's own, else the feed's, else that of `core.document_file.moment_of`, marked `assumed`.

Statements since 2006 and minutes since 2008 are to be had this way; older ones come from a folder of texts.

References
----------
Federal Reserve Board, press releases (``/json/ne-press.json``), FOMC calendars; "How does the implementation note
differ from the FOMC statement?" (frequently asked questions), on notes since December 2015.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from html.parser import HTMLParser

from runoff.core.document import Document, DocumentKind
from runoff.core.document_file import moment_of
from runoff.core.errors import Unparseable
from runoff.core.source import Asked, Catalogue, Parsed, Payload, Request, Source
from runoff.core.time import NEW_YORK

_BANK = "fed"
_HOME = "https://www.federalreserve.gov"
_INDEX = "ne-press.json"
_INDEX_BYTES, _PAGE_BYTES = 16 * 2**20, 2 * 2**20  # of 1 and 0.3 million
# Far more than a page has; with them, one that is made to exhaust the reader ends early.
_DEEPEST, _MOST_DECLARATIONS = 200, 200
_LEAST = {  # characters: the shortest statement has 258, the shortest minutes since 2008 have 28,000
    DocumentKind.STATEMENT: 200,
    DocumentKind.IMPLEMENTATION_NOTE: 200,
    DocumentKind.MINUTES: 5000,
}

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_STATEMENT = re.compile(r"(?:Federal Reserve issues )?FOMC statement(?::.*)?", re.IGNORECASE)
# "... Committee, April 30-May 1, 2024": the day a meeting ended.
_MINUTES = re.compile(
    r"Minutes of the Federal Open Market Committee\b.*?([A-Z][a-z]+) \d{1,2}"
    r"(?:\s*[-–—]\s*(?:([A-Z][a-z]+) )?(\d{1,2}))?, (\d{4})"
)
_RELEASE_PATH = re.compile(r"/newsevents/pressreleases/(monetary(\d{8})[a-z])\.htm")
_NOTE_PATH = re.compile(
    r"(?:https://www\.federalreserve\.gov)?/newsevents/pressreleases/(monetary\d{8}[a-z]1)\.htm"
)
_PAYLOAD = re.compile(
    r"(monetary|fomcminutes)(\d{8})([a-z]?)(1?)@(\d{4}-\d{2}-\d{2})(?:T(\d{2})(\d{2}))?\.htm"
)
_HOUR = re.compile(
    r"For release at (\d{1,2})(?::(\d{2}))? ?([ap])\.?m\.?,? ?(?:E[DS]?T)?(?:\b.*)?", re.IGNORECASE
)

# Purchases of mortgage securities were announced by the Board, not in a statement of the Committee.
_ALSO = frozenset({"monetary20081125b"})
_FIRST_MINUTES = date(2008, 1, 1)  # before it, minutes had another address
_FIRST_NOTE = date(2015, 12, 16)
_WITHOUT_NOTE = frozenset({date(2020, 3, 23)})  # its directive stands in the statement itself


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """A text that the feed announces: the name of its page, its kind, its day, and when it was released.

    `released` is a moment, or a day where the feed has no hour.
    """

    page: str
    kind: DocumentKind
    day: date
    released: datetime | date

    @property
    def id(self) -> str:
        return f"{_BANK}:{self.kind.value}:{self.day.isoformat()}"

    @property
    def name(self) -> str:
        """What its payload is called."""
        has_hour = isinstance(self.released, datetime)
        return f"{self.page}@{self.released:{'%Y-%m-%dT%H%M' if has_hour else '%Y-%m-%d'}}.htm"

    @property
    def path(self) -> str:
        folder = "/monetarypolicy" if self.kind is DocumentKind.MINUTES else "/newsevents/pressreleases"
        return f"{folder}/{self.page}.htm"

    @property
    def released_on(self) -> date:
        return self.released.date() if isinstance(self.released, datetime) else self.released


def requests(asked: Asked) -> Iterable[Request]:
    """The feed; with its answer the texts that are not in the store, newest first; with theirs, the notes they link."""
    if asked.only:
        return ()
    if _INDEX not in asked.answers:
        return (Request(name=_INDEX, path=f"/json/{_INDEX}", most_bytes=_INDEX_BYTES),)
    today = asked.now.astimezone(NEW_YORK).date()
    texts = [text for text in _texts(asked.answers[_INDEX]) if text.released_on <= today]
    wanted = [text for text in texts if _is_wanted(text, asked)]
    wanted += [note for text in texts for note in _notes(text, asked)]
    return [
        Request(name=text.name, path=text.path, most_bytes=_PAGE_BYTES)
        for text in wanted
        if text.name not in asked.answers
    ]


def _is_wanted(text: _Text, asked: Asked) -> bool:
    """Whether a text is not stored, or is a statement whose note is not: the page says where it is."""
    if text.id not in asked.documents:
        return True
    note = f"{_BANK}:{DocumentKind.IMPLEMENTATION_NOTE.value}:{text.day.isoformat()}"
    return (
        text.kind is DocumentKind.STATEMENT
        and text.day >= _FIRST_NOTE
        and text.day not in _WITHOUT_NOTE
        and note not in asked.documents
    )


def _notes(text: _Text, asked: Asked) -> Iterator[_Text]:
    """The implementation note that a statement of this run links, if it is not stored."""
    if text.kind is not DocumentKind.STATEMENT or text.name not in asked.answers:
        return
    for link in _read_page(asked.answers[text.name]).links:
        if (match := _NOTE_PATH.fullmatch(link)) is None or match[1] != f"{text.page}1":
            continue
        note = _Text(
            page=match[1], kind=DocumentKind.IMPLEMENTATION_NOTE, day=text.day, released=text.released
        )
        if note.id not in asked.documents:
            yield note
        return


def parse(payload: Payload, _: Catalogue) -> Parsed:
    """Read the feed, which holds no text itself, or one page as a document.

    Raises
    ------
    Unparseable
        If the feed or the page is not what its name says, or is cut short.
    """
    if payload.name == _INDEX:
        _texts(payload)
        return Parsed(payload=payload)
    if (text := _named(payload.name)) is None:
        raise Unparseable(
            "{file}: expected the name of a page and its release, as monetary20220504a@2022-05-04T1400.htm",
            file=payload.name,
        )
    return Parsed(payload=payload, documents=(_document(payload, text),))


def _named(name: str) -> _Text | None:
    """The text that a payload is, by its name."""
    if (match := _PAYLOAD.fullmatch(name)) is None:
        return None
    stem, digits, letter, note, released, hour, minute = match.groups()
    minutes = stem == "fomcminutes"
    if minutes == bool(letter) or (minutes and note):
        return None
    try:
        day = date.fromisoformat(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")
        moment: datetime | date = date.fromisoformat(released)
        if hour is not None:
            moment = datetime.combine(moment, time(int(hour), int(minute)), NEW_YORK)
    except ValueError:
        return None
    kind = DocumentKind.IMPLEMENTATION_NOTE if note else DocumentKind.STATEMENT
    return _Text(
        page=f"{stem}{digits}{letter}{note}",
        kind=DocumentKind.MINUTES if minutes else kind,
        day=day,
        released=moment,
    )


# --- the feed --------------------------------------------------------------------------------------------------------


def _texts(payload: Payload) -> list[_Text]:
    """The Committee's texts of the feed, newest first; of several statements of a day the first."""
    found: dict[str, _Text] = {}
    for number, entry in enumerate(_entries(payload), start=1):
        if entry.get("pt") != "Monetary Policy":
            continue
        text = _announced(payload.name, number, entry)
        if text is not None and (text.id not in found or text.page < found[text.id].page):
            found[text.id] = text
    if not found:
        raise Unparseable(
            "{file}: no statement of the FOMC in it; expected a list of press releases with d, t, pt and l: the feed "
            "has changed",
            file=payload.name,
        )
    return sorted(found.values(), key=lambda text: (text.released_on, text.day, text.page), reverse=True)


def _entries(payload: Payload) -> list[dict[str, str]]:
    try:
        found = json.loads(payload.content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Unparseable(
            "{file}: no JSON ({reason}); it is cut short, or an error page: download it again",
            file=payload.name,
            reason=" ".join(str(error).split()),
        ) from error
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise Unparseable(
            "{file}: expected a list of press releases; the feed has changed", file=payload.name
        )
    return [{str(key): value for key, value in e.items() if isinstance(value, str)} for e in found]


def _announced(file: str, number: int, entry: dict[str, str]) -> _Text | None:
    """The text that an entry announces; None where it is another release."""
    title, path = " ".join(entry.get("t", "").split()), entry.get("l", "").strip()
    if (match := _MINUTES.match(title)) is not None:
        kind, day = DocumentKind.MINUTES, _ended(match)
        if day is None or day < _FIRST_MINUTES:
            return None
        page = f"fomcminutes{day:%Y%m%d}"
    elif (link := _RELEASE_PATH.fullmatch(path)) is not None and (
        _STATEMENT.fullmatch(title) or link[1] in _ALSO
    ):
        kind, page = DocumentKind.STATEMENT, link[1]
        day = _released(file, number, f"{link[2][4:6]}/{link[2][6:]}/{link[2][:4]}")
    else:
        return None
    released = _released(file, number, entry.get("d", ""))
    return _Text(page=page, kind=kind, day=day, released=released)


def _ended(match: re.Match[str]) -> date | None:
    """The last day of the meeting that a title of minutes names."""
    first_month, last_month, last_day, year = match.groups()
    month = last_month or first_month
    if month not in _MONTHS:
        return None
    day = last_day or match[0].partition(f"{first_month} ")[2].partition(",")[0]
    try:
        return date(int(year), _MONTHS.index(month) + 1, int(day))
    except ValueError:
        return None


def _released(file: str, number: int, cell: str) -> datetime | date:
    """The moment, or the day, of an entry: 9/16/2026 2:00:00 PM, 1/31/2006."""
    for layout in ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y"):
        try:
            found = datetime.strptime(cell.strip(), layout)
        except ValueError:
            continue
        return found.replace(tzinfo=NEW_YORK) if "%I" in layout else found.date()
    raise Unparseable(
        "{file}, entry {number}: {cell!r} is no moment; expected 9/16/2026 2:00:00 PM",
        file=file,
        number=number,
        cell=cell,
    )


# --- a page ----------------------------------------------------------------------------------------------------------

_SILENT_TAGS = frozenset(
    [
        "script",
        "style",
        "nav",
        "noscript",
        "form",
        "button",
        "svg",
        "header",
        "footer",
        "aside",
        "select",
        "template",
        "iframe",
        "title",
    ]
)
_CONTAINERS = _SILENT_TAGS | frozenset(["div", "ul", "ol", "table", "section", "article", "main"])
_BLOCKS = _CONTAINERS | frozenset(
    [
        "p",
        "li",
        "dd",
        "dt",
        "tr",
        "td",
        "th",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "hr",
        "pre",
        "body",
    ]
)
_SILENT_NAMES = frozenset({"lastUpdate", "last-update", "col-sm-4", "share-wrapper", "shareDL", "breadcrumb"})
_FIELDS = frozenset({"article__time", "releaseTime", "title"})
_TAIL = ("For media inquiries", "Implementation Note issued", "Last Update", "Last update")


@dataclass(frozen=True, slots=True)
class _Paragraph:
    text: str
    in_article: bool
    is_links: bool


class _Page(HTMLParser):
    """The paragraphs of a page, what its heading says, and the links of its article.

    Containers are kept on a stack by what they are: the article, its heading, or silent. A tag that is closed without
    having been opened changes nothing.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[_Paragraph] = []
        self.fields: dict[str, str] = {}
        self.links: list[str] = []
        self.is_whole = self.is_too_deep = False
        self._open: list[tuple[str, str]] = []
        self._pieces: list[str] = []
        self._unlinked = self._in_link = False
        self._field = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a container, begin a paragraph, or note a link."""
        given = {name: value or "" for name, value in attrs}
        names = {given.get("id", ""), *given.get("class", "").split()}
        if tag in _BLOCKS:
            self._end_paragraph()
            self._field = next(iter(names & _FIELDS), "")
        if tag in _CONTAINERS and not self.is_too_deep:
            self._open.append((tag, _role(tag, names)))
            self.is_too_deep = len(self._open) > _DEEPEST
        elif tag == "br":
            self._pieces.append(" ")
        elif tag == "a":
            self._in_link = True
            if self._is_in("article"):
                self.links.append(given.get("href", ""))

    def handle_endtag(self, tag: str) -> None:
        """Close a container and what was left open in it, or end a paragraph."""
        if tag in _BLOCKS:
            self._end_paragraph()
        if tag == "a":
            self._in_link = False
        elif tag == "html":
            self.is_whole = True
        elif tag in _CONTAINERS and any(opened == tag for opened, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Take words, unless they are in a silent part."""
        if not self._is_in("silent"):
            self._pieces.append(data)
            self._unlinked |= not self._in_link and not data.isspace()

    def close(self) -> None:
        """End the last paragraph with the page."""
        super().close()
        self._end_paragraph()

    def _is_in(self, role: str) -> bool:
        return any(one == role for _, one in self._open)

    def _end_paragraph(self) -> None:
        text = " ".join("".join(self._pieces).split())
        if text and self._field:
            self.fields.setdefault(self._field, text)
        elif text and not self._is_in("heading"):
            self.paragraphs.append(
                _Paragraph(text=text, in_article=self._is_in("article"), is_links=not self._unlinked)
            )
        self._pieces.clear()
        self._field, self._unlinked = "", False


def _role(tag: str, names: set[str]) -> str:
    if tag in _SILENT_TAGS or names & _SILENT_NAMES:
        return "silent"
    return next((name for name in ("article", "heading") if name in names), "")


def _read_page(payload: Payload) -> _Page:
    """The page of a payload, which must be there from its first tag to its last."""
    if len(payload.content) > _PAGE_BYTES:
        raise Unparseable(
            "{file}: {found} bytes, where a page has at most {most}; it is another document",
            file=payload.name,
            found=len(payload.content),
            most=_PAGE_BYTES,
        )
    text = _decoded(payload)
    page = _Page()
    if _is_closed(text):
        page.feed(text)
        page.close()
    if not page.is_whole or page.is_too_deep:
        raise Unparseable(
            "{file}: no page of the Board, or one that is cut short (no </html>); download it again",
            file=payload.name,
        )
    return page


def _is_closed(text: str) -> bool:
    """Whether the last tag and the last comment end; the standard reader takes the square of the time where not."""
    return (
        text.rfind("<") < text.rfind(">")
        and text.rfind("<!--") <= text.rfind("-->")
        and text.count("<!") <= _MOST_DECLARATIONS
    )


def _decoded(payload: Payload) -> str:
    """The page as text: UTF-8, or the older encoding where the page declares it."""
    declared = payload.content[:2048].lower()
    older = b"charset=iso-8859-1" in declared or b"charset=windows-1252" in declared
    try:
        return payload.content.decode("cp1252" if older else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unparseable(
            "{file}: no text in the encoding that it declares; download it again", file=payload.name
        ) from error


def _document(payload: Payload, text: _Text) -> Document:
    page = _read_page(payload)
    words = _words(payload.name, page, text.kind)
    _require_own(payload.name, page, words, text)
    published_at, assumed = _published(payload.name, page, text)
    return Document(
        id=text.id,
        bank=_BANK,
        kind=text.kind,
        day=text.day,
        title=page.fields.get("title") or words.partition("\n")[0],
        published_at=published_at,
        assumed=assumed,
        url=f"{_HOME}{text.path}",
        text=words,
        digest=payload.digest,
    )


def _words(file: str, page: _Page, kind: DocumentKind) -> str:
    """The article's paragraphs, a blank line between two; what only links to other releases is left out."""
    found = [p for p in page.paragraphs if p.in_article]
    if not found and kind is DocumentKind.MINUTES:
        found = _flat(page.paragraphs)
    kept = [
        p.text.removesuffix("Return to text").rstrip()
        for p in found
        if not p.is_links and not p.text.startswith(_TAIL)
    ]
    words = "\n\n".join(filter(None, kept))
    if len(words) < _LEAST[kind]:
        raise Unparseable(
            "{file}: an article of {found} characters, where a {kind} has at least {least}; the layout of the page has "
            "changed, or it is an error page",
            file=file,
            found=len(words),
            kind=kind,
            least=_LEAST[kind],
        )
    return words


def _flat(paragraphs: list[_Paragraph]) -> list[_Paragraph]:
    """Minutes on a page of the older layout, which marks no article: from their title to the end of the text."""
    start = next((i for i, p in enumerate(paragraphs) if p.text.startswith("Minutes of the Federal")), None)
    if start is None:
        return []
    ends = ("Return to top", "Last update", "Last Update")
    end = next((i for i, p in enumerate(paragraphs) if i > start and p.text.startswith(ends)), None)
    return paragraphs[start:end]


def _require_own(file: str, page: _Page, words: str, text: _Text) -> None:
    """Refuse a page of another day."""
    month, year = _MONTHS[text.day.month - 1], str(text.day.year)
    if text.kind is DocumentKind.MINUTES:
        opening = words[:2000]
        is_own = month in opening and year in opening
    else:
        given = page.fields.get("article__time", "").replace(",", "").split()
        is_own = given in ([month, f"{text.day.day:02d}", year], [month, str(text.day.day), year])
    if not is_own:
        raise Unparseable(
            "{file}: expected the page of {day}, found {found!r}; the page or its layout has changed",
            file=file,
            day=text.day,
            found=page.fields.get("article__time") or words[:60],
        )


def _published(file: str, page: _Page, text: _Text) -> tuple[datetime, bool]:
    """The moment of release, and whether it is assumed: as the page states it, else the feed, else by rule."""
    stated = page.fields.get("releaseTime", "")
    if stated.lower().startswith("for release at"):
        if (match := _HOUR.fullmatch(stated)) is None or not 1 <= int(match[1]) <= 12:
            raise Unparseable(
                "{file}: {found!r} states no hour; expected: For release at 2:00 p.m. EDT",
                file=file,
                found=stated,
            )
        hour = int(match[1]) % 12 + (12 if match[3].lower() == "p" else 0)
        return datetime.combine(text.day, time(hour, int(match[2] or 0)), NEW_YORK), False
    if isinstance(text.released, datetime):
        return text.released, False
    return moment_of(text.kind, text.day, released_on=text.released)


SOURCE = Source(
    title="Federal Open Market Committee",
    licence="public domain",
    home=_HOME,
    parse=parse,
    requests=requests,
)
