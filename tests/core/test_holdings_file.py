"""Files of holdings: read to the cent, or refused with line, column and remedy."""

import gzip
import io
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runoff.core.errors import RunoffError, UnitError, Unparseable
from runoff.core.holdings import Book, Holding, SecurityKind, needs_coupon
from runoff.core.holdings_file import read_book, written
from runoff.core.source import Payload
from runoff.core.time import NEW_YORK, ReleaseClock

FOLDER = Path(__file__).parents[1] / "data" / "holdings"
SOMA, OWN = ((FOLDER / name).read_bytes() for name in ("soma.csv", "own.csv"))
DAY = date(2024, 6, 12)
HEADER = "id,kind,maturity,coupon_percent,par_usd,inflation_compensation_usd"
NOTE = "MADEUPN01,note_bond,2026-04-30,0.75,5000000,"


def read(content: bytes | str, day: date | None = None) -> Book:
    """Read bytes or text as a file of that name."""
    content = content.encode() if isinstance(content, str) else content
    return read_book(Payload("book.csv", content), ReleaseClock(), day=day)


def own(*lines: str, header: str = HEADER) -> Book:
    """Read lines of the plain form."""
    return read("\n".join((header, *lines, "")), DAY)


def held(book: Book) -> dict[str, Holding]:
    """The holdings by id."""
    return {h.id: h for h in book.holdings}


# --- what is read ----------------------------------------------------------------------------------------------------


def test_the_publisher_s_download_is_read_to_the_cent():
    """Quoted CUSIPs, commas, spreads, compensation, and of mortgage securities what only the description says."""
    book = read(SOMA)
    assert (book.portfolio, book.date, book.currency, book.assumed) == ("soma", DAY, "USD", True)
    assert book.digest == Payload("x", SOMA).digest
    assert [
        (h.id.removeprefix("MADEUP"), h.kind.value, h.maturity.isoformat(), h.coupon, h.par, h.inflation_compensation)
        for h in book.holdings
    ] == [
        ("B01", "bill", "2024-08-15", None, 14_061_293_800, 0.0),
        ("N01", "note_bond", "2026-04-30", 0.75, 21_000_000_000, 0.0),
        ("N02", "note_bond", "2051-08-15", 2.0, 700_000_000, 0.0),
        ("T01", "tips", "2029-07-15", 0.25, 9_977_809_000, 1_445_884_302.19),
        ("F01", "frn", "2025-10-31", -0.015, 3_886_030_500, 0.0),
        ("A01", "agency", "2030-11-15", 6.625, 382_000_000, 0.0),
        ("M01", "mbs", "2051-10-31", 2.0, 62_424_844_198, 0.0),
        ("M02", "mbs", "2042-02-28", 3.5, 1_250_000, 0.0),
        ("C01", "cmbs", "2028-06-30", 3.56, 124_200_000, 0.0),
    ]  # fmt: skip
    assert [h.term for h in book.holdings if h.kind.is_mortgage] == [360, None, None]


def test_a_book_becomes_known_with_the_release_of_its_week():
    """A Wednesday's book on Thursday at 16:30, on Friday where Thursday is a holiday."""
    assert read(SOMA).known_at.isoformat() == "2024-06-13T16:30:00-04:00"
    thanksgiving = read(SOMA.replace(b"2024-06-12", b"2023-11-22"))
    assert thanksgiving.known_at.astimezone(NEW_YORK).isoformat() == "2023-11-24T16:30:00-05:00"


def test_a_week_without_a_release_has_no_book():
    """What never came out cannot have become known."""
    clock = ReleaseClock({("h41", DAY): None})
    with pytest.raises(Unparseable, match=r"^book.csv: nothing was released for the week of 2024-06-12"):
        read_book(Payload("book.csv", SOMA), clock)


def test_the_plain_form_says_the_same_in_fewer_columns():
    """Ids, kinds and columns of ours; factor and term where they are known, the date from outside."""
    plain, soma = held(read(OWN, DAY)), held(read(SOMA))
    assert plain.pop("MADEUPM01") == replace(soma["MADEUPM01"], factor=0.625)
    assert plain == {name: soma[name] for name in plain}
    assert len(plain) == 4


@pytest.mark.parametrize(
    "header",
    [
        "as_of_date,cusip,security_type,maturity_date,coupon_pct,par_value,inflation_compensation",
        "asOfDate,cusip,securityType,maturityDate,coupon,parValue,inflationCompensation",
        "As Of Date,CUSIP,Security Type,Maturity Date,Coupon (%),Par Value,Inflation Compensation",
    ],
)
def test_headings_are_found_in_every_spelling_of_the_publisher(header):
    """Download, interface and copies in lower case head the same columns differently; their order is free."""
    line = "2024-06-12,MADEUPN01,NotesBonds,2026-04-30,0.75,5000000,"
    assert held(read(f"{header}\n{line}\n"))["MADEUPN01"].par == 5_000_000
    order = [6, 2, 4, 0, 5, 1, 3]
    turned = [",".join(text.split(",")[n] for n in order) for text in (header, line)]
    assert held(read("\n".join((*turned, ""))))["MADEUPN01"].maturity == date(2026, 4, 30)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: b"\xef\xbb\xbf" + text, id="mark"),
        pytest.param(lambda text: text.replace(b"\n", b"\r\n"), id="line ends"),
        pytest.param(lambda text: text + b"\n\n", id="empty lines"),
        pytest.param(lambda text: text.rstrip(b"\n"), id="no end"),
    ],
)
def test_what_a_spreadsheet_adds_changes_nothing(change):
    """A byte-order mark, other line ends, empty lines at the end; the digest is that of the file as it is."""
    for content, day in ((SOMA, None), (OWN, DAY)):
        found = read(change(content), day)
        assert found.holdings == read(content, day).holdings
        assert found.digest == Payload("x", change(content)).digest


def test_a_whole_book_of_the_desk_adds_up_to_what_was_published(shared_data):
    """Every security of 2022-02-16: the sums by type are those of the weekly summary, the mortgages to rounding."""
    book = read((shared_data / "nyfed" / "soma_holdings_2022-02-16.csv").read_bytes())
    par, compensation = Counter(), 0.0
    for holding in book.holdings:
        par[holding.kind.value] += holding.par
        compensation += holding.inflation_compensation
    lines = (shared_data / "nyfed" / "soma_summary_weekly.csv").read_text().splitlines()
    (row,) = (line.split(",") for line in lines if line.startswith("2022-02-16"))
    published = dict(zip(lines[0].split(","), row, strict=True))
    assert len(book.holdings) == 1076
    for kind, name in (("bill", "bills"), ("note_bond", "notes_bonds"), ("tips", "tips"), ("frn", "frn"),
                       ("agency", "agencies")):  # fmt: skip
        assert par[kind] == float(published[name]), kind
    assert compensation == pytest.approx(float(published["tips_inflation_compensation"]), abs=0.005)
    # Each of the 652 lines is held in whole dollars.
    assert par["cmbs"] == pytest.approx(float(published["cmbs"]), abs=652 / 2)
    assert book.holdings == read(written(book), book.date).holdings


def test_a_recorded_answer_of_the_publisher_is_read(shared_data):
    """The interface's CSV of 2026-03-18, quotation marks around every CUSIP."""
    book = read((shared_data / "cassettes" / "nyfed" / "soma_tsy_2026-03-18_subset.csv").read_bytes())
    assert (book.date, len(book.holdings), book.holdings[0].id) == (date(2026, 3, 18), 7, "912797PV3")
    assert book.holdings[0].par == 24_132_626_200


def test_the_example_of_the_guide_is_read():
    """The plain file in the guide is one, total and all."""
    guide = (FOLDER.parents[2] / "docs" / "guides" / "your-own-holdings.md").read_text("utf-8")
    plain = [
        line.strip() for line in guide.splitlines() if line.startswith(("    id,", "    MADEUP", "    total"))
    ]
    assert [h.kind.value for h in read("\n".join(plain), DAY).holdings] == ["bill", "note_bond", "tips"]


# --- properties ------------------------------------------------------------------------------------------------------

days = st.dates(date(2024, 6, 13), date(2099, 12, 31))
cents = st.integers(0, 10**12).map(lambda n: n / 100)


@st.composite
def holdings(draw: st.DrawFn) -> Holding:
    """Any legal holding, as a publisher could give it."""
    kind = draw(st.sampled_from(SecurityKind))
    lowest = -25_000 if kind is SecurityKind.FRN else 0
    coupons = (
        st.just(0.0) if kind is SecurityKind.BILL else st.integers(lowest, 25_000).map(lambda n: n / 1000)
    )
    mortgage = kind.is_mortgage
    return Holding(
        id=draw(st.text("ABCXYZ0123456789", min_size=9, max_size=9)),
        kind=kind,
        maturity=draw(days),
        coupon=draw(coupons if needs_coupon(kind) else coupons | st.none()),
        par=draw(st.integers(0, 10**12)),
        inflation_compensation=draw(cents) if kind is SecurityKind.TIPS else 0.0,
        factor=draw(st.none() | st.integers(1, 10**8).map(lambda n: n / 10**8)) if mortgage else None,
        term=draw(st.none() | st.integers(1, 480)) if mortgage else None,
    )


books = st.lists(holdings(), min_size=1, max_size=8, unique_by=lambda h: h.id).map(
    lambda found: replace(read(OWN, DAY), holdings=tuple(found))
)


@given(books)
def test_a_written_book_reads_back_equal(book):
    """Every field of every holding survives the file, in the order of the book."""
    content = written(book)
    assert read(content, DAY) == replace(book, digest=Payload("x", content).digest)


@given(books, st.data())
def test_a_written_book_that_is_cut_short_is_refused(book, data):
    """Wherever the file ends too soon, its total is missing or unlike, and nothing is read; but for the line break."""
    content = written(book)
    cut = content[: data.draw(st.integers(0, len(content) - 2))]
    try:
        found = read(cut, DAY)
    except RunoffError:
        return
    # All that is left to pass: it ends with a line, and the total that `written` always gives is gone.
    assert cut.endswith(b"\n")
    assert b"total" not in cut
    assert found.holdings == book.holdings[: len(found.holdings)]


def says_where(content: bytes | str) -> bool:
    """Whether a file is read as a book of at least one holding, or refused by name with one of our two errors."""
    try:
        return bool(read(content).holdings)
    except (Unparseable, UnitError) as error:
        return str(error).startswith("book.csv")


ALPHABET = b"0123456789.,-\"'\n\rABMPS %/\xef\xbb\xbf<{\x1f\x8bNaNinfe"


@given(st.binary(max_size=200) | st.lists(st.sampled_from(ALPHABET), max_size=200).map(bytes))
def test_any_bytes_give_a_book_or_an_error_of_ours(content):
    """Whatever the bytes, nothing but our errors leaves the reader."""
    for start in (b"", f"{HEADER}\n".encode(), SOMA[: SOMA.index(b"\n") + 1]):
        assert says_where(start + content)


@settings(max_examples=50)
@given(st.integers(0, 40), st.integers(0, 15), st.text(max_size=30))
def test_any_cell_gives_a_book_or_an_error_of_ours(line, column, text):
    """Whatever stands in one cell of a good file, it is read or refused by file."""
    lines = [row.split('","') for row in SOMA.decode().replace("21,000", "21000").splitlines()]
    row = lines[line % len(lines)]
    row[column % len(row)] = text
    assert says_where("\n".join('","'.join(row) for row in lines) + "\n")


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("X,note_bond,2026-04-30,,5,", "column coupon_percent: a note_bond without a coupon; expected percent a"),
        ("X,mbs,2051-10-31,,5,", "column coupon_percent: a mbs without a coupon"),
        ("X,frn,2026-04-30,,5,", "column coupon_percent: a frn without a coupon|column spread"),
        ("X,bill,2026-04-30,1.5,5,", "column coupon_percent: 1.5 is no coupon of a bill; .* from 0 to 0"),
        ("X,note_bond,2026-04-30,-1,5,", "column coupon_percent: -1 is no coupon of a note_bond; .* 0 to 25"),
        ("X,note_bond,2026-04-30,75,5,", "column coupon_percent: 75 is no coupon of a note_bond"),
        ("X,note_bond,2026-04-30,1,-5,", "column par_usd: par is -5; expected a holding of zero or more"),
        ("X,note_bond,2026-04-30,1,,", "column par_usd: no amount; expected par in dollars"),
        ("X,note_bond,2026-04-30,1,5.5,", "column par_usd: par is 5.5; expected whole dollars"),
        ("X,note_bond,2026-04-30,1,five,", "column par_usd: 'five' is no plain number; expected digits"),
        ("X,note_bond,2026-04-30,1,1.406E+10,", r"column par_usd: '1.406E\+10' is no plain number"),
        ("X,note_bond,2026-04-30,1,NaN,", "column par_usd: 'NaN' is no plain number"),
        ("X,note_bond,2026-04-30,inf,5,", "column coupon_percent: 'inf' is no plain number"),
        ('X,note_bond,2026-04-30,1,"1,40,000",', "column par_usd: '1,40,000' is no plain number"),
        ("X,note_bond,2026-04-30,1,٣,", "column par_usd: '٣' is no plain number"),
        ("X,note_bond,2024-06-12,1,5,", "column maturity: 2024-06-12 is not after the date of the book, 2024-06-12"),
        ("X,note_bond,2024-06-11,1,5,", "column maturity: 2024-06-11 is not after the date of the book"),
        ("X,note_bond,06/15/2026,1,5,", "column maturity: '06/15/2026' is no date from 1914-11-16 to 2099-12-31"),
        ("X,note_bond,9999-12-31,1,5,", "column maturity: '9999-12-31' is no date from"),
        ("X,note_bond,,1,5,", "column maturity: no maturity; expected a date"),
        ("X,mbs,,1,5,", "column maturity: no maturity; .* description that ends as in UMBS MORTPASS 2% 10/51"),
        ("X,equity,2026-04-30,1,5,", "column kind: 'equity' is no type of security; expected bill, note_bond"),
        (",note_bond,2026-04-30,1,5,", "column id: no security; expected its CUSIP or another id"),
        ("X,note_bond,2026-04-30,1,5,7", "column inflation_compensation_usd: 7 on a note_bond; only TIPS carry"),
        ("X,tips,2026-04-30,1,5,", "column inflation_compensation_usd: TIPS without inflation compensation"),
        ("X,tips,2026-04-30,1,5,-5", "column inflation_compensation_usd: -5 would leave less than nothing"),
        ("MADEUPN01,note_bond,2027-04-30,1,5,", "column id: MADEUPN01 appears twice, in line 2 too; expected"),
        ("X,note_bond,2026-04-30,1", "expected 6 columns, found 4; is the file cut short"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_holding_is_refused_by_line_and_column(line, reason):
    """The message names file, line and column, what stands there, what was expected."""
    with pytest.raises(Unparseable, match=rf"^book.csv, line 3(, |: )({reason})"):
        own(NOTE, line)
    assert len(own(NOTE, NOTE.replace("01", "02")).holdings) == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            "X,note_bond,2026-04-30,1,5,,0.5,",
            "column factor: 0.5 on a note_bond; expected of a mortgage security",
        ),
        ("X,mbs,2051-04-30,1,5,,0,", "column factor: 0 on a mbs"),
        ("X,mbs,2051-04-30,1,5,,1.5,", "column factor: 1.5 on a mbs; .* above 0 and at most 1"),
        ("X,mbs,2051-04-30,1,5,,0.5,30.5", "column term_months: 30.5 on a mbs"),
        (
            "X,bill,2026-04-30,,5,,,3",
            "column term_months: 3 on a bill; expected of a mortgage security the months",
        ),
    ],
)
def test_a_factor_or_term_of_another_kind_is_refused(line, reason):
    """By line and column, like all else."""
    with pytest.raises(Unparseable, match=f"^book.csv, line 2, {reason}"):
        own(line, header=f"{HEADER},factor,term_months")


@pytest.mark.parametrize(
    ("dollars", "other", "reason"),
    [
        (
            "14061293800",
            "14061293",
            "line 2, column Par Value: 14061293 at .* would make 119,056,993 dollars",
        ),
        (
            "3886030500",
            "3886030500000",
            "line 6, column Par Value: 3886030500000 dollars of one security is more",
        ),
        (
            "700000000",
            "70000000000",
            "line 4, column Par Value: .* 0.0125 would make 5,600,000,000,000 dollars",
        ),
        ("0.0125", "1.25", "line 4, column Percent Outstanding: '1.25' is no share .* fraction from 0 to 1"),
        ("0.0125", "n/a", "line 4, column Percent Outstanding: 'n/a' is no share"),
        ("0.0125", "nan", "line 4, column Percent Outstanding: 'nan' is no share"),
        (
            "62424844198.24",
            "62424844198240",
            "line 8, column Current Face Value: 62424844198240 dollars of one",
        ),
    ],
)
def test_another_unit_than_dollars_is_refused(dollars, other, reason):
    """Thousands, cents or a percentage give themselves away by the size of the issue that they would make."""
    with pytest.raises(UnitError, match=f"^book.csv, {reason}"):
        read(SOMA.replace(f'"{dollars}"'.encode(), f'"{other}"'.encode()))


@pytest.mark.parametrize("share", ["", "0", "4.7E-4"])
def test_a_share_that_says_nothing_is_no_error(share):
    """Agency debt has none, a few dollars have nil, and a tiny one is written with an exponent."""
    line = f"X,note_bond,2026-04-30,1,5000000,,{share}"
    assert own(line, header=f"{HEADER},Percent Outstanding").holdings[0].par == 5_000_000


def test_two_dates_in_one_file_are_refused():
    """One file is one book: the line that differs is named, and an empty cell differs too."""
    for other, found in ((b'"2024-06-19","\'MADEUPF01', "'2024-06-19'"), (b'"","\'MADEUPF01', "''")):
        with pytest.raises(
            Unparseable,
            match=rf"^book.csv, line 6, column As Of Date: {found}, and the lines above are as of 2024-06-12",
        ):
            read(SOMA.replace(b'"2024-06-12","\'MADEUPF01', other))


def test_the_date_is_said_once_and_only_once():
    """A file without one needs it from outside, and one of another date than asked for is another file."""
    with pytest.raises(Unparseable, match=r"^book.csv: nothing in it says of which date .* with --date"):
        read(OWN)
    with pytest.raises(Unparseable, match=r"^book.csv: the holdings are as of 2024-06-12, not of 2024-06-19"):
        read(SOMA, date(2024, 6, 19))
    with pytest.raises(Unparseable, match=r"^book.csv: 0001-01-01 is no date of a book"):
        read(OWN, date.min)
    assert read(SOMA, DAY) == read(SOMA)


def zipped() -> bytes:
    """The specimen in a ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("soma.csv", SOMA)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "an empty file; download it again"),
        (b"\xef\xbb\xbf \r\n", "an empty file"),
        (gzip.compress(SOMA), "a file of format gzip; unpack it"),
        (zipped(), "a file of format ZIP or Excel; unpack it, or download or save it as CSV"),
        (b'{"soma": {"holdings": []}}', "a file of format JSON; .* download .* as CSV"),
        (b"<!DOCTYPE html><html><body>503</body></html>", "a web page, not a table"),
        (SOMA.decode().encode("utf-16"), "no UTF-8 text"),
        (OWN.replace(b",", b";"), "columns separated by ;; save it separated by commas"),
        (OWN.replace(b",", b"\t"), "columns separated by TAB"),
        (OWN[OWN.index(b"\n") + 1 :], "expected the header of .* found MADEUPB01, bill"),
        (OWN.replace(b"par_usd", b"amount"), "expected the header of .* id,kind,maturity,coupon_percent,par_usd,"),
        (OWN.replace(b"factor", b"CUSIP"), "the columns id and CUSIP mean the same; remove one"),
        (OWN[: OWN.index(b"\n") + 1], "a header and no row; is the file cut short"),
        (f"{HEADER}\ntotal,,,,0,\n".encode(), "a header and no row"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_holdings_is_refused_by_what_it_is(content, reason):
    """A web page, an archive, another format, a wrong header: each with its remedy."""
    with pytest.raises(Unparseable, match=f"^book.csv: {reason}"):
        read(content, DAY)


def test_half_a_file_is_refused():
    """A last line that is cut within its cells, or in the last number of one; a whole one needs no line break."""
    assert read(SOMA.rstrip(), None).holdings == read(SOMA).holdings  # its last column is none that is read
    with pytest.raises(Unparseable, match=r"line 10: expected 16 columns, found 10; is the file cut short"):
        read(SOMA.rstrip()[:-9])
    with pytest.raises(Unparseable, match=r"line 2: the last line has no end, .* inflation_compensation_usd"):
        read(f"{HEADER}\nX,tips,2026-04-30,1,5000000,1234", DAY)
    with pytest.raises(Unparseable, match=r"line 6, column par_usd: the total says .* is a line missing"):
        read(b"\n".join(line for line in OWN.split(b"\n") if b"MADEUPF01" not in line), DAY)


@pytest.mark.parametrize(
    ("total", "other", "reason"),
    [
        (
            "111349977498",
            "111349977499",
            "line 7, column par_usd: .* says 111349977499, .* up to 111349977498; is a",
        ),
        (
            ",1445884302.19,,\n",
            ",1445884302.18,,\n",
            "line 7, column inflation_compensation_usd: .* 1445884302.18, ",
        ),
        ("111349977498", "", "line 7, column par_usd: a total without an amount"),
        ("total", "total,,,,0,,,\nX", "line 7: a total, and lines follow; expected it in the last line"),
    ],
)
def test_a_total_that_is_not_the_sum_is_refused(total, other, reason):
    """The last line of a plain file may say what the others add up to, and then they must."""
    with pytest.raises(Unparseable, match=f"^book.csv, {reason}"):
        read(other.join(OWN.decode().rsplit(total, 1)), DAY)
