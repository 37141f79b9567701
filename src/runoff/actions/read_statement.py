"""What a text of a central bank decides about the balance sheet, read from a file or from the store."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import ClassVar

from runoff.actions.workspace import Workspace
from runoff.core.document import Document, DocumentKind
from runoff.core.errors import ConfigError, Unavailable, Unparseable
from runoff.core.language import Words, said
from runoff.core.report import Row, Section, Table
from runoff.core.time import end_of_day, parse_date
from runoff.core.units import USD_BILLIONS
from runoff.core.view import Needs, View
from runoff.text.statement import Direction, Move, Per, PolicyAction, Security, read

# The longest minutes since 2008 have 0.2 million characters, a page of the Board 0.3 million bytes.
_MOST_BYTES = 8 * 2**20
_GZIP = b"\x1f\x8b"
_BANK = "fed"
# Of several texts of a day, the one meant where only the day is named.
_ORDER = (
    DocumentKind.STATEMENT,
    DocumentKind.DESK_STATEMENT,
    DocumentKind.IMPLEMENTATION_NOTE,
    DocumentKind.MINUTES,
)
_SECURITIES = {
    Security.TREASURIES: said("Treasuries"),
    Security.AGENCY_MBS: said("Agency MBS"),
    Security.AGENCY_DEBT: said("Agency debt"),
    Security.BILLS: said("Treasury bills"),
}
_MOVES = {
    Move.PURCHASE: said("Buy"),
    Move.REDEEM: said("Let mature"),
    Move.REINVEST: said("Reinvest"),
    Move.ROLL: said("Roll over at auction"),
    Move.SELL: said("Sell"),
}
_DIRECTIONS = {
    Direction.START: said("starts"),
    Direction.RAISE: said("raised"),
    Direction.SLOW: said("slowed"),
    Direction.HOLD: said("as before"),
    Direction.END: said("ends"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text as it is read: its words, its day where that is known, and the stored document that it is, if any."""

    name: str
    words: str
    day: date | None
    document: Document | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """An action as a row: billions of dollars; of redemptions the amount is the cap."""

    security: Security
    action: Move
    amount_billions: float | None
    per: Per | None
    previous_billions: float | None
    direction: Direction | None
    effective: date | None
    into: Security | None
    conditions: str
    confidence: float
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementReport:
    """What a text decides: its actions, whether it is silent, and the sentences that could not be read for certain.

    `document` is the id of a stored text, `known_at` when that could first be read; `day` is the day of the decision.
    """

    columns: ClassVar = tuple(StatementRow.__dataclass_fields__)

    as_of: datetime
    name: str
    document: str | None
    day: date | None
    known_at: datetime | None
    actions: tuple[PolicyAction, ...]
    silent: bool
    unsure: tuple[str, ...]

    @property
    def rows(self) -> tuple[StatementRow, ...]:
        """The actions as rows."""
        return tuple(
            StatementRow(
                security=one.security,
                action=one.action,
                amount_billions=one.amount_billions,
                per=one.per,
                previous_billions=one.previous_billions,
                direction=one.direction,
                effective=one.effective,
                into=one.into,
                conditions="; ".join(one.conditions),
                confidence=one.confidence,
                sentence=one.sentence,
            )
            for one in self.actions
        )

    def section(self, words: Words) -> Section:
        """How much was read, the actions as a table, and the sentences they were read from, as they stand there."""
        sentences = list(dict.fromkeys(one.sentence for one in self.actions))
        return Section(
            title=words.text("What {name} says of the balance sheet", name=self.name),
            sentences=(
                *_summary(self, words),
                *(words.text("Read from: “{sentence}”", sentence=one) for one in sentences),
                *(words.text("Not read for certain: “{sentence}”", sentence=one) for one in self.unsure),
            ),
            tables=(_table(self, words),) if self.actions else (),
        )


def read_statement(
    work: Workspace,
    words: Words,  # noqa: ARG001 - every action is handed words
    file: str,
    *,
    day: str | None = None,
    as_of: str | None = None,
) -> StatementReport:
    """What a statement, an implementation note, a text of the Desk or minutes decide about the balance sheet.

    Rules read it, not a model: what they cannot read for certain is listed and no number is taken from it.

    Parameters
    ----------
    file
        A text file, a page saved from the browser, either also packed (.gz); or of the store an id as
        fed:statement:2022-05-04, a date, latest or previous.
    day
        The date of a file whose name and heading do not give it: what "next month" is counted from.
    as_of
        A date or a time with a zone: of the store, only what could be read then.
    """
    text = text_named(work, file, day=day, as_of=as_of)
    found = read(text.words, day=text.day)
    known_at = text.document.published_at if text.document else None
    moment = known_at or (end_of_day(text.day) if text.day else work.as_of(as_of))
    return StatementReport(
        as_of=moment,
        name=text.name,
        document=text.document.id if text.document else None,
        day=text.day,
        known_at=known_at,
        actions=found.actions,
        silent=found.silent,
        unsure=found.unsure,
    )


# --- which text ------------------------------------------------------------------------------------------------------


def text_named(work: Workspace, name: str, *, day: str | None, as_of: str | None) -> Text:
    """The text of a file, or else the stored one of that id or date, the latest statement, or the one before it.

    Raises
    ------
    Unavailable
        If there is neither such a file nor such a document.
    Unparseable
        If the file holds no text.
    ConfigError
        If `day` is no date, or is given for a stored document, which has its own.
    """
    path = Path(name)
    if path.is_file():
        return _from_file(path, parse_date(day, what="day") if day else None)
    document = _stored(_readable(work, as_of), name)
    if day:
        raise ConfigError(
            "{name} is a stored document of {own}: leave --day out", name=name, own=document.day
        )
    return _of_document(document)


def text_before(work: Workspace, text: Text, *, as_of: str | None) -> Text:
    """The stored text of the same bank and kind that came out before another one.

    Raises
    ------
    ConfigError
        If the other is a file: nothing says what came before it.
    Unavailable
        If none that is older is stored.
    """
    if (document := text.document) is None:
        raise ConfigError(
            "{name} is a file: name the text before it, a file or a stored document", name=text.name
        )
    known = _readable(work, as_of).documents(document.bank, document.kind)
    older = [one for one in known if one.day < document.day]
    if not older:
        raise Unavailable(
            "{name}: no older {kind} of {bank} is stored; `runoff update --source fomc` brings the texts",
            name=document.id,
            kind=document.kind,
            bank=document.bank,
        )
    return _of_document(older[-1])


def _of_document(document: Document) -> Text:
    return Text(name=document.id, words=document.text, day=document.day, document=document)


def _readable(work: Workspace, as_of: str | None) -> View:
    """Every stored text that could be read then; without a moment, all that are stored.

    A statement may be in the store before any figure of its day: the last moment of a figure would hide it.
    """
    history = work.store.history(Needs(documents=frozenset(DocumentKind)))
    if as_of is None and history.documents:
        return history.at(max(document.published_at for document in history.documents))
    return history.at(work.as_of(as_of))


def _stored(view: View, name: str) -> Document:
    """The stored document that a name means."""
    bank = name.partition(":")[0] if ":" in name else _BANK
    if name in {"latest", "previous"}:
        back = 1 if name == "latest" else 2
        statements = view.documents(bank, DocumentKind.STATEMENT)
        if len(statements) >= back:
            return statements[-back]
    for kind in _ORDER:
        for document in view.documents(bank, kind):
            if name in {document.id, document.day.isoformat()}:
                return document
    raise Unavailable(
        "{name}: neither a file nor a document that could be read at {as_of}; name a file, an id as "
        "fed:statement:2022-05-04, a date, latest or previous; `runoff update --source fomc` brings the texts",
        name=name,
        as_of=view.as_of.isoformat(),
    )


_NAME_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)-?(\d\d)-?(\d\d)(?!\d)")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
# "May 4, 2022", "September 17-18, 2019", "For release at 2:00 p.m. EDT June 19, 2013": the last day named counts.
_HEADING_DAY = re.compile(rf"({'|'.join(_MONTHS)}) (?:\d{{1,2}}\s?[-–—]\s?)?(\d{{1,2}}), (\d{{4}})")
# A heading is short and stands at the top; a date in a paragraph may be any.
_HEADING_LINES, _HEADING_LENGTH = 15, 90


def _from_file(path: Path, day: date | None) -> Text:
    """The words of a file, and its day: as given, else that of its name, else of its heading."""
    content = _bytes(path)
    words = _decoded(path, content)
    # Lines at the top that begin with "# " are about the text, as in a folder of texts.
    words = _of_page(words) if words.lstrip()[:1] == "<" else re.sub(r"\A(?:# .*\n)+", "", words.lstrip())
    if not words.strip():
        raise Unparseable("{file}: no text in it; save the page or its words again", file=path)
    return Text(
        name=path.name, words=words.strip(), day=day or _day_in(path.name) or _day_of(words), document=None
    )


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
            if content[:2] == _GZIP:
                file.seek(0)
                content = gzip.GzipFile(fileobj=file).read(_MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Unparseable("{file} cannot be read ({reason})", file=path, reason=error) from error
    if len(content) > _MOST_BYTES:
        raise Unparseable(
            "{file}: more than {most} bytes, where the longest minutes have a twentieth; it is another file",
            file=path,
            most=_MOST_BYTES,
        )
    return content


def _decoded(path: Path, content: bytes) -> str:
    """UTF-8, or the older encoding of pages saved by some browsers; never bytes of something else."""
    if b"\x00" in content:
        raise Unparseable("{file}: no text; save the page as HTML or as plain text", file=path)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _day_in(name: str) -> date | None:
    """The day in the name of a file: 2022-05-04.txt, monetary20220504a.htm."""
    match = _NAME_DAY.search(name)
    return None if match is None else _date(*(int(part) for part in match.groups()))


def _day_of(words: str) -> date | None:
    """The day in a heading: the first short lines of the text."""
    for line in [line for line in words.splitlines() if line.strip()][:_HEADING_LINES]:
        if len(line) <= _HEADING_LENGTH and (match := _HEADING_DAY.search(line)):
            return _date(int(match[3]), _MONTHS.index(match[1]) + 1, int(match[2]))
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# --- a saved page ----------------------------------------------------------------------------------------------------

_SILENT = frozenset(
    {"script", "style", "nav", "noscript", "form", "button", "svg", "header", "footer", "aside", "select", "template",
     "iframe", "title"}
)  # fmt: skip
_BLOCKS = frozenset(
    {"p", "li", "dd", "dt", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "hr", "pre", "div",
     "ul", "ol", "table", "section", "article", "main", "body", "br"}
)  # fmt: skip


class _Saved(HTMLParser):
    """The paragraphs of a page as a browser saved it, and those of its article where it marks one.

    Looser than the reader of what the Board serves (`sources.fomc`), which refuses every page that is not whole and of
    its own day: a saved page may be of any publisher, and has been rewritten by the browser.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[tuple[str, bool]] = []
        self._pieces: list[str] = []
        self._silent = self._article = 0
        self._article_tag = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter a silent part, or the article; begin a paragraph."""
        if tag in _BLOCKS:
            self._end()
        self._silent += tag in _SILENT
        if self._article:
            self._article += tag == self._article_tag
        elif tag in {"article", "main"} or any(name == "id" and value == "article" for name, value in attrs):
            self._article, self._article_tag = 1, tag

    def handle_endtag(self, tag: str) -> None:
        """Leave it, and end a paragraph."""
        if tag in _BLOCKS:
            self._end()
        if tag in _SILENT and self._silent:
            self._silent -= 1
        if self._article and tag == self._article_tag:
            self._article -= 1

    def handle_data(self, data: str) -> None:
        """Take words outside silent parts."""
        if not self._silent:
            self._pieces.append(data)

    def close(self) -> None:
        """End the last paragraph with the page."""
        super().close()
        self._end()

    def _end(self) -> None:
        if text := " ".join("".join(self._pieces).split()):
            self.paragraphs.append((text, self._article > 0))
        self._pieces.clear()


def _of_page(page: str) -> str:
    """The words of a page, a blank line between paragraphs: of its article, or all where it marks none."""
    found = _Saved()
    found.feed(page)
    found.close()
    inside = [text for text, in_article in found.paragraphs if in_article]
    return "\n\n".join(inside or [text for text, _ in found.paragraphs])


# --- telling ---------------------------------------------------------------------------------------------------------


def _summary(report: StatementReport, words: Words) -> Iterator[str]:
    if report.silent:
        yield words.text("Nothing about the balance sheet.")
    elif not report.actions:
        yield words.text(
            "It speaks of the balance sheet, and no action could be read for certain; no number is taken from it."
        )
    else:
        yield words.text("Actions on the balance sheet: {count}.", count=len(report.actions))
    if report.day is None:
        yield words.text(
            "Its day is not known, so that dates it counts from there stay open: give it with --day."
        )
    else:
        yield words.text("Its day: {day}.", day=words.date(report.day))


def _table(report: StatementReport, words: Words) -> Table:
    return Table(
        id="actions",
        title=words.text("Actions"),
        columns=(
            words.text("Action"),
            words.text("Amount"),
            words.text("Direction"),
            words.text("From"),
            words.text("Confidence"),
        ),
        rows=tuple(
            Row(
                label=words.text(_SECURITIES[one.security]),
                cells=(
                    _move(one, words),
                    _amount(one, words),
                    words.text(_DIRECTIONS[one.direction]) if one.direction else "",
                    words.date(one.effective) if one.effective else "",
                    f"{one.confidence:.0%}",
                ),
            )
            for one in report.actions
        ),
    )


def _move(one: PolicyAction, words: Words) -> str:
    move = words.text(_MOVES[one.action])
    if one.into is not None and one.into is not one.security:
        move = words.text("{move} into {security}", move=move, security=words.text(_SECURITIES[one.into]))
    if one.conditions:
        move = words.text("{move} ({conditions})", move=move, conditions=", ".join(one.conditions))
    return move


def _amount(one: PolicyAction, words: Words) -> str:
    if one.amount_billions is None or one.per is None:
        return words.text("not stated")
    said_per = {
        Per.MONTH: words.text("{amount} a month", amount=words.amount(one.amount_billions, USD_BILLIONS)),
        Per.DAY: words.text("{amount} a day", amount=words.amount(one.amount_billions, USD_BILLIONS)),
        Per.TOTAL: words.text("{amount} in all", amount=words.amount(one.amount_billions, USD_BILLIONS)),
    }
    amount = said_per[one.per]
    if one.action is Move.REDEEM:
        amount = words.text("up to {amount}", amount=amount)
    if one.previous_billions is None:
        return amount
    return words.text(
        "{amount}, before {previous}",
        amount=amount,
        previous=words.amount(one.previous_billions, USD_BILLIONS),
    )
