"""What a store promises, on SQLite and on PostgreSQL alike."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from threading import Barrier

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.core.rows import day, moment, rows, spec
from tests.store.workers import RECORDED_AT, A, B, digest, document, facts, lengths, pair, parsed

from runoff.core.errors import LookaheadError, StoreError, Unavailable, UnitError
from runoff.core.holdings import Book, Holding, SecurityKind
from runoff.core.series import ASSUMED, REVISED
from runoff.core.units import PERCENT, Frequency, Measure, Unit
from runoff.core.view import Columns, History, Needs
from runoff.store import Appended, database, tables

# One store serves all examples of a property: each example has a series of its own.
over_one_store = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
_numbers = count()


def append(store, *files):
    """Append files, all of them or nothing."""
    return store.append(files, recorded_at=RECORDED_AT)


def read(store, as_of, series=A):
    """What a view of the store gives: period, value and file of each row."""
    found = store.history(Needs(series=frozenset({series.id}))).at(moment(as_of)).known(series.id)
    return [] if found is None else [(o.period, o.value, o.digest) for o in found.rows(date.min, date.max)]


def values(store, as_of, series=A):
    """What a view of the store gives, values only."""
    return [value for _, value, _ in read(store, as_of, series)]


def stored(url):
    """Every row of every series, read by SQL: name, period, known at, batch, value, flags, digest."""
    engine = sa.create_engine(url)
    query = (
        "SELECT series.name, period, known_at, batch, value, flags, digest FROM observation "
        "JOIN series ON series.id = observation.series JOIN batch ON batch.id = observation.batch "
        "ORDER BY series.name, period, known_at, batch"
    )
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(sa.text(query))]
    engine.dispose()
    return found


# --- appending -------------------------------------------------------------------------------------------------------


def test_a_new_store_is_empty(store):
    """Nothing is in it, and nothing is known."""
    assert store.latest_known_at() is None
    assert store.specs() == {}
    assert store.digests() == frozenset()
    assert lengths(store) == (0, 0)


def test_what_is_appended_is_there_for_whoever_opens_the_store_next(store, url, connect):
    """Rows outlive the one who wrote them: period, value, moment, file and flags."""
    file = parsed("f", rows(A, [(0, 1, 5.0), (7, 8, -6.25)], digest=digest("f"), flags=ASSUMED | REVISED))
    assert append(store, file) == Appended(added=2, known=0)
    store.close()
    again = connect(url)
    last = again.history(Needs(series=frozenset({A.id}))).at(moment(9)).series(A.id).last()
    assert (last.period, last.value, last.known_at, last.digest) == (day(7), -6.25, moment(8), digest("f"))
    assert (last.series, last.assumed, last.revised) == (A, True, True)
    assert again.digests() == {digest("f")}


@pytest.mark.parametrize("value", [1e-300, -0.1, 2.0**53 + 2, 1.7976931348623157e308, 0.1 + 0.2, 5e-324])
def test_a_value_comes_back_to_the_last_bit(store, value):
    """No database rounds."""
    append(store, facts("f", A, (0, 1, value)))
    assert values(store, 1) == [value]


def test_a_series_comes_back_as_it_was_declared(store):
    """Every field of a declaration survives the store, whatever the unit, measure and frequency."""
    declared = [
        A,
        spec("x:rate", title="Rate of 中国", unit=PERCENT, measure=Measure.RATE, frequency=Frequency.STEP,
             release="effective", revised=True),
        spec("x:gdp", unit=Unit.parse("USD2017 bn"), measure=Measure.FLOW, frequency=Frequency.QUARTERLY,
             release="gdp"),
    ]  # fmt: skip
    append(store, *(facts(s.id, s, (0, 1, 1.0)) for s in declared))
    assert store.specs() == {s.id: s for s in declared}


def test_appending_a_file_again_adds_nothing(store, url):
    """The second time every row is known, and the store is as it was."""
    append(store, *pair(0))
    before = stored(url)
    assert append(store, *pair(0)) == Appended(added=0, known=20)
    assert stored(url) == before


def test_a_longer_file_adds_only_what_is_new(store):
    """A later download of the same series adds its new rows; the old ones keep their file."""
    append(store, facts("f", A, (0, 1, 1.0), (7, 8, 2.0)))
    assert append(store, facts("g", A, (0, 1, 1.0), (7, 8, 2.0), (14, 15, 3.0))) == Appended(added=1, known=2)
    assert [(v, d) for _, v, d in read(store, 99)] == [
        (1.0, digest("f")),
        (2.0, digest("f")),
        (3.0, digest("g")),
    ]


def test_a_revision_is_a_row_known_later(store):
    """After a revision a view sees the new value, and a view of before still sees the old one."""
    append(store, facts("f", A, (0, 1, 1.0)))
    assert append(store, facts("g", A, (0, 5, 1.5))) == Appended(added=1, known=0)
    assert [values(store, n) for n in (0, 1, 4, 5)] == [[], [1.0], [1.0], [1.5]]


def test_a_value_told_again_is_known_since_it_was_first_told(store):
    """A later file that repeats a value changes no view: the value is known since the first."""
    append(store, facts("f", A, (0, 1, 1.0)))
    assert append(store, facts("g", A, (0, 5, 1.0))) == Appended(added=0, known=1)
    history = store.history(Needs(series=frozenset({A.id})))
    assert history.at(moment(9)).series(A.id).last().known_at == moment(1)


def test_a_value_may_return_to_what_it_was(store):
    """A revision that is taken back is a row too."""
    append(store, facts("f", A, (0, 1, 1.0)))
    append(store, facts("g", A, (0, 5, 2.0)))
    append(store, facts("h", A, (0, 9, 1.0)))
    assert [values(store, n) for n in (1, 5, 9)] == [[1.0], [2.0], [1.0]]


def test_a_correction_is_a_row_of_a_later_file(store, url):
    """Another value for the same period and moment counts from then on; the wrong row stays on record."""
    append(store, facts("wrong", A, (0, 1, 1.0)))
    assert append(store, facts("right", A, (0, 1, 2.0))) == Appended(added=1, known=0)
    assert read(store, 1) == [(day(0), 2.0, digest("right"))]
    assert [(row[4], row[6]) for row in stored(url)] == [(1.0, digest("wrong")), (2.0, digest("right"))]


def test_appending_the_wrong_file_again_does_not_undo_its_correction(store):
    """A file that was recorded is not recorded a second time, in whatever order it comes back."""
    append(store, facts("wrong", A, (0, 1, 1.0)))
    append(store, facts("right", A, (0, 1, 2.0)))
    assert append(store, facts("wrong", A, (0, 1, 1.0))) == Appended(added=0, known=1)
    assert values(store, 1) == [2.0]


def test_a_file_that_is_read_otherwise_corrects_itself(store, url):
    """Another column of the very file that was imported by mistake: its values count, and may change back."""
    append(store, facts("f", A, (0, 1, 1.0), (7, 8, 3.0)))
    assert append(store, facts("f", A, (0, 1, 2.0), (7, 8, 3.0))) == Appended(added=1, known=1)
    assert [(v, d) for _, v, d in read(store, 9)] == [(2.0, digest("f")), (3.0, digest("f"))]
    assert append(store, facts("f", A, (0, 1, 2.0), (7, 8, 3.0))) == Appended(added=0, known=2)
    append(store, facts("f", A, (0, 1, 1.0), (7, 8, 3.0)))
    assert values(store, 9) == [1.0, 3.0]
    assert store.digests() == {digest("f")}
    assert len(stored(url)) == 4


def test_a_file_without_rows_declares_nothing(store):
    """A column that is empty throughout leaves no series behind, and no moment."""
    assert append(store, facts("f", A)) == Appended(added=0, known=0)
    assert store.specs() == {}
    assert store.latest_known_at() is None
    assert store.digests() == {digest("f")}


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"unit": Unit.parse("USD bn")}, "stored with unit USD mn, the new rows declare USD bn"),
     ({"measure": Measure.WEEK_AVERAGE}, "stored with measure stock, the new rows declare week_average"),
     ({"frequency": Frequency.DAILY}, "stored with frequency weekly, the new rows declare daily")],
)  # fmt: skip
def test_a_series_never_changes_its_unit(store, url, changes, message):
    """Rows that declare another unit, measure or frequency are refused, and nothing of the append is written."""
    append(store, facts("f", A, (0, 1, 1.0)))
    before = stored(url)
    good, bad = facts("good", B, (0, 1, 1.0)), facts("bad", replace(A, **changes), (7, 8, 2.0))
    with pytest.raises(UnitError, match=f"{message}; nothing was written: .* give the series a new id"):
        append(store, good, bad)
    assert stored(url) == before
    assert (store.specs(), store.digests()) == ({A.id: A}, {digest("f")})


def test_files_are_appended_together_or_not_at_all(store, url):
    """Whatever goes wrong after the first file, the first file is not there; the same append then works."""

    class Stopped(Exception):
        pass

    def stop(name):
        if name == "b0":
            raise Stopped

    with pytest.raises(Stopped):
        store.append(pair(0), recorded_at=RECORDED_AT, progress=stop)
    assert (stored(url), store.digests()) == ([], frozenset())
    assert append(store, *pair(0)).added == 20


def test_progress_is_told_file_by_file(store):
    """Each file is named before it is written."""
    told = []
    store.append(pair(0), recorded_at=RECORDED_AT, progress=told.append)
    assert told == ["a0", "b0"]


def test_the_store_knows_the_newest_moment(store):
    """The moment at which it last learned something, over all series, whatever is appended after."""
    append(store, facts("f", A, (0, 9, 1.0), (7, 8, 2.0)))
    append(store, facts("g", B, (0, 3, 1.0)))
    assert store.latest_known_at() == moment(9)
    append(store, facts("h", A, (7, 20, 3.0)))
    append(store, facts("i", A, (7, 1, 4.0)))
    assert store.latest_known_at() == moment(20)


def test_a_text_is_news_as_a_figure_is(store):
    """A text that came out after the last figure is the newest thing known, also where there is no figure."""
    append(store, parsed("t", documents=(document("x:s:1", 5, "t"),)))
    assert store.latest_known_at() == moment(5)
    append(store, facts("f", A, (0, 9, 1.0)))
    assert store.latest_known_at() == moment(9)
    append(store, parsed("u", documents=(document("x:s:2", 12, "u"), document("x:s:3", 10, "u"))))
    assert store.latest_known_at() == moment(12)


# --- reading ---------------------------------------------------------------------------------------------------------


def test_a_history_holds_only_what_was_declared(store):
    """What is in the store and was not declared is neither loaded nor readable."""
    append(store, *pair(0))
    history = store.history(Needs(series=frozenset({A.id}), optional=frozenset({"x:C"})))
    assert set(history.columns) == {A.id}
    view = history.at(moment(99))
    assert view.known("x:C") is None
    with pytest.raises(Unavailable):
        view.series("x:C")
    with pytest.raises(LookaheadError, match="x:B was not declared"):
        view.series(B.id)


@over_one_store
@given(
    st.lists(
        st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 6)), st.integers(0, 2), min_size=1, max_size=6),
        min_size=1, max_size=5,
    )
)  # fmt: skip
def test_the_packed_copy_is_what_sql_reads(store, url, files):
    """Beside its rows each series keeps them packed: after any appends the two say the same, row by row."""
    series = spec(f"x:packed{next(_numbers)}")
    for n, file in enumerate(files):
        append(store, facts(f"{series.id}{n}", series, *((p, k, float(v)) for (p, k), v in file.items())))
    mine, shown = [row for row in stored(url) if row[0] == series.id], []
    for row in mine:  # of one period and moment the last batch
        if shown and shown[-1][1:3] == row[1:3]:
            shown.pop()
        shown.append(row)
    # A value told again at a later moment is stored, and shown to nobody.
    shown = [
        r for b, r in zip([None, *shown], shown, strict=False) if b is None or (b[1], b[4]) != (r[1], r[4])
    ]
    _, periods, known_at, _, numbers, flags, digests = map(np.array, zip(*shown, strict=True))
    named, index = np.unique(digests, return_inverse=True)
    expected = Columns.of(
        series,
        periods,
        known_at,
        numbers,
        flags.astype(np.uint8),
        index.astype(np.int32),
        tuple(named.tolist()),
    )
    found = store.history(Needs(series=frozenset({series.id}))).columns[series.id]
    for name in ("periods", "known_at", "values", "flags"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    assert [found.digests[f] for f in found.files] == [expected.digests[f] for f in expected.files]


keys = st.lists(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), min_size=1, max_size=6, unique=True),
    min_size=1, max_size=5,
)  # fmt: skip


@over_one_store
@given(keys)
def test_a_view_through_the_store_equals_one_of_the_rows_in_hand(store, files):
    """At every moment the store gives what `History.of` gives for the same files: revisions, corrections and all."""
    series = spec(f"x:view{next(_numbers)}")
    given_files = [
        facts(f"{series.id}{n}", series, *((p, k, float(100 * k + n)) for p, k in file))
        for n, file in enumerate(files)
    ]
    for file in given_files:
        append(store, file)
    through = store.history(Needs(series=frozenset({series.id})))
    in_hand = History.of([rows_ for file in given_files for rows_ in file.observations])
    for n in range(8):
        found, expected = (h.at(moment(n)).known(series.id) for h in (through, in_hand))
        assert (found is None) == (expected is None)
        if found is not None and expected is not None:
            assert found.rows(date.min, date.max) == expected.rows(date.min, date.max)


told_values = st.dictionaries(
    st.tuples(st.integers(0, 2), st.integers(0, 6)), st.integers(0, 1).map(float), min_size=1, max_size=14
)  # one value a period and moment, few enough that values return


@over_one_store
@given(told_values, st.randoms(use_true_random=False))
def test_the_order_of_appends_changes_no_view(store, told, shuffler):
    """What was told, in one file or in one each, appended in any order, gives the same views: value and moment.

    At each moment a view gives what was told last of each period, known since it was first told without a break.
    """
    whole, mixed = (spec(f"x:order{next(_numbers)}") for _ in range(2))
    told_rows = sorted((p, k, value) for (p, k), value in told.items())
    append(store, facts(whole.id, whole, *told_rows))
    shuffler.shuffle(told_rows)
    for n, row in enumerate(told_rows):
        append(store, facts(f"{mixed.id}{n}", mixed, row))
    histories = [store.history(Needs(series=frozenset({s.id}))) for s in (whole, mixed)]
    for n in range(8):
        expected = {}
        for (p, k), value in sorted(told.items()):
            if k <= n and (day(p) not in expected or expected[day(p)][0] != value):
                expected[day(p)] = (value, moment(k))
        for history, series in zip(histories, (whole, mixed), strict=True):
            found = history.at(moment(n)).known(series.id)
            seen = [] if found is None else found.rows(date.min, date.max)
            assert {o.period: (o.value, o.known_at) for o in seen} == expected


def test_a_revision_that_arrives_late_does_not_swallow_what_was_told_after_it(store, url):
    """Appended as A, A, B though told as A, B, A: the last A counts; it says nothing new when it is first seen."""
    append(store, facts("f", A, (0, 1, 1.0)))
    assert append(store, facts("h", A, (0, 9, 1.0))) == Appended(added=0, known=1)
    assert store.latest_known_at() == moment(1)
    assert append(store, facts("g", A, (0, 5, 2.0))) == Appended(added=1, known=0)
    assert [values(store, n) for n in (1, 5, 9)] == [[1.0], [2.0], [1.0]]
    assert store.latest_known_at() == moment(9)
    before = stored(url)
    for name, fact in (("f", (0, 1, 1.0)), ("h", (0, 9, 1.0)), ("i", (0, 9, 1.0))):
        assert append(store, facts(name, A, fact)) == Appended(added=0, known=1)
    assert stored(url) == before


def test_a_reader_sees_one_moment_of_the_store(store, url, connect):
    """A history is of one moment, though a writer commits between two of the queries that load it."""
    append(store, *pair(0))
    writer, committed = connect(url), []

    def commit_meanwhile(connection, _cursor, statement, *_):
        if "batch" in statement and statement.startswith("SELECT") and not committed:
            committed.append(1)
            append(writer, *pair(1))

    sa.event.listen(sa.Engine, "after_cursor_execute", commit_meanwhile)
    try:
        assert lengths(store) == (10, 10)
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", commit_meanwhile)
    assert committed
    assert lengths(store) == (20, 20)


def test_a_reader_does_not_wait_for_a_writer(store, url, connect):
    """In the middle of an append others read what was there before it, and all of it once it is done."""
    append(store, *pair(0))
    reader, seen = connect(url), []
    store.append(pair(1), recorded_at=RECORDED_AT, progress=lambda name: seen.append(lengths(reader)))
    assert seen == [(10, 10), (10, 10)]
    assert lengths(reader) == (20, 20)


# --- books -----------------------------------------------------------------------------------------------------------

HOLDINGS = (
    Holding(id="912796L80", kind=SecurityKind.BILL, maturity=date(2022, 2, 17), coupon=None, par=14_061_293_800),
    Holding(id="912828YK0", kind=SecurityKind.NOTE_OR_BOND, maturity=date(2022, 2, 17), coupon=0.0, par=1),
    Holding(id="912828Z11", kind=SecurityKind.TIPS, maturity=date(2032, 1, 15), coupon=0.125, par=10**13,
            inflation_compensation=123_456_789.12),
    Holding(id="91282CDU2", kind=SecurityKind.FRN, maturity=date(2032, 1, 31), coupon=-0.015, par=0),
    Holding(id="FHLB", kind=SecurityKind.AGENCY, maturity=date(2032, 3, 15), coupon=6.25, par=5),
    Holding(id="3132DWAW3", kind=SecurityKind.MBS, maturity=date(2051, 10, 31), coupon=2.0, par=62_424_844_198,
            factor=0.1 + 0.2, term=360),
    Holding(id="3138LM4F7", kind=SecurityKind.CMBS, maturity=date(2052, 6, 30), coupon=None, par=9),
)  # fmt: skip
BOOK = Book(
    portfolio="soma", date=date(2022, 2, 16), currency="USD", holdings=HOLDINGS,
    known_at=datetime(2022, 2, 17, 21, 30, tzinfo=UTC), assumed=True, digest=digest("soma"),
)  # fmt: skip


def books(store, *portfolios):
    """The books of those portfolios."""
    return store.history(Needs(books=frozenset(portfolios))).books


def test_a_book_comes_back_as_it_was(store):
    """Every holding to the dollar and the cent, nil told from none, a factor to the last bit; ordered by maturity."""
    mixed = replace(BOOK, holdings=HOLDINGS[::-1])
    assert append(store, parsed("soma", books=(mixed,))) == Appended(added=len(HOLDINGS), known=0)
    assert books(store, "soma") == (BOOK,)


def test_appending_a_book_again_adds_nothing(store):
    """The second time every holding is known."""
    append(store, parsed("soma", books=(BOOK,)))
    assert append(store, parsed("soma", books=(BOOK,))) == Appended(added=0, known=len(HOLDINGS))
    assert books(store, "soma") == (BOOK,)


def test_only_declared_books_are_loaded(store):
    """Another portfolio stays where it is."""
    other = replace(BOOK, portfolio="apf", currency="GBP", assumed=False)
    append(store, parsed("soma", books=(BOOK, other)))
    assert books(store, "apf") == (other,)
    assert books(store) == ()


def test_a_later_file_corrects_a_book(store):
    """Of two books of one date and moment a view gives the one recorded later."""
    right = replace(BOOK, holdings=HOLDINGS[:1], digest=digest("right"))
    append(store, parsed("soma", books=(BOOK,)))
    append(store, parsed("right", books=(right,)))
    assert store.history(Needs(books=frozenset({"soma"}))).at(moment(0)).book("soma") == right
    assert append(store, parsed("soma", books=(BOOK,))) == Appended(added=0, known=len(HOLDINGS))
    assert books(store, "soma") == (right,)


def test_a_book_that_became_known_later_leaves_the_earlier_to_the_past(store):
    """Each moment has its book of a date: the one known by then; those of a day come in that order."""
    later = replace(
        BOOK, holdings=HOLDINGS[:1], known_at=BOOK.known_at + timedelta(days=9), digest=digest("b")
    )
    other = replace(BOOK, date=date(2022, 2, 23), known_at=BOOK.known_at + timedelta(days=7))
    append(store, parsed("b", books=(later,)), parsed("soma", books=(BOOK, other)))
    assert store.books("soma", BOOK.date) == (BOOK, later)
    assert store.books("apf", BOOK.date) == ()
    history = store.history(Needs(books=frozenset({"soma"})))
    assert history.at(BOOK.known_at).book("soma") == BOOK
    assert history.at(later.known_at).book("soma") == other


def test_a_book_may_be_empty(store):
    """A portfolio that was run down is a book without holdings."""
    empty = replace(BOOK, holdings=())
    append(store, parsed("soma", books=(empty,)))
    assert books(store, "soma") == (empty,)


@contextmanager
def queries():
    """The statements that the databases are asked within the block."""
    asked = []
    listener = lambda _connection, _cursor, statement, *_: asked.append(statement)  # noqa: E731
    sa.event.listen(sa.Engine, "after_cursor_execute", listener)
    try:
        yield asked
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", listener)


def test_a_book_is_read_when_it_is_looked_at(store):
    """A history asks for no holding; a view's book is read once, the others never."""
    weekly = [
        replace(BOOK, date=BOOK.date + timedelta(weeks=n), known_at=BOOK.known_at + timedelta(weeks=n))
        for n in range(20)
    ]
    append(store, parsed("soma", books=weekly))
    with queries() as asked:
        history = store.history(Needs(books=frozenset({"soma"})))
        found = history.at(weekly[7].known_at).book("soma")
        assert found.date == weekly[7].date
        assert not [query for query in asked if "holding" in query]
        for _ in range(3):
            assert len(found.holdings) == len(HOLDINGS)
            assert found == weekly[7]
        assert found.holdings[0] == HOLDINGS[0]
        assert history.at(weekly[7].known_at + timedelta(1)).book("soma").holdings[1:] == HOLDINGS[1:]
        assert len([query for query in asked if "holding" in query]) == 1


def test_a_book_outlives_its_store_and_travels(store):
    """A history that is still at hand when its store is closed reads its books; copied, a book is as it was."""
    append(store, parsed("soma", books=(BOOK,)))
    first, second = books(store, "soma")[0], books(store, "soma")[0]
    store.close()
    assert pickle.loads(pickle.dumps(first)) == first == second == BOOK
    assert hash(first) == hash(BOOK)
    assert deepcopy(second) == BOOK


def test_a_book_is_what_it_was_when_its_history_was_loaded(store):
    """A correction that is recorded between the history and the first look changes nothing of it."""
    append(store, parsed("soma", books=(BOOK,)))
    history = store.history(Needs(books=frozenset({"soma"})))
    append(store, parsed("right", books=(replace(BOOK, holdings=HOLDINGS[:1], digest=digest("right")),)))
    assert history.at(BOOK.known_at).book("soma") == BOOK


# --- what can go wrong -----------------------------------------------------------------------------------------------


def test_a_locked_store_says_so(store, url, connect, monkeypatch):
    """A second writer waits, then is told what to do; the first one's append is not disturbed."""
    monkeypatch.setattr(database, "LOCK_WAIT_SECONDS", 1)
    second, told = connect(url), []

    def write_too(name):
        if name == "b0":
            with pytest.raises(
                StoreError, match=r"is being written by another process .* within 1 seconds: try again"
            ):
                append(second, *pair(1))
            told.append(name)

    store.append(pair(0), recorded_at=RECORDED_AT, progress=write_too)
    assert told
    assert lengths(second) == (10, 10)
    assert append(second, *pair(1)).added == 20


def test_a_store_of_another_layout_is_refused(store, url, connect):
    """A store that another version of runoff wrote is left alone, and the message says what to do."""
    store.close()
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE layout SET version = 99"))
    engine.dispose()
    with pytest.raises(
        StoreError, match=f"has layout 99, this version of runoff reads {tables.LAYOUT}: move it away, or set"
    ):
        connect(url)


def of_layout(url, number):
    """Take from a store what later layouts brought, so that it is as an earlier version wrote it."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for table in ("answer", "refusal", "raw", "document"):
            connection.execute(sa.text(f"DROP TABLE {table}"))
        for column in ("factor", "term") if number < 2 else ():
            connection.execute(sa.text(f"ALTER TABLE holding DROP COLUMN {column}"))
        connection.execute(sa.text(f"UPDATE layout SET version = {number}"))
    engine.dispose()


@pytest.mark.parametrize("number", range(1, tables.LAYOUT))
def test_a_store_of_an_earlier_layout_is_taken_on(store, url, connect, number):
    """What an earlier version wrote stays, gets what it lacks, and takes what is new; once is enough."""
    plain = replace(BOOK, holdings=HOLDINGS[:5])
    append(store, *pair(0), parsed("soma", books=(plain,)))
    store.close()
    of_layout(url, number)
    before = stored(url)
    for opened in (connect(url), connect(url)):
        assert books(opened, "soma") == (plain,)
        assert (opened.refusals(), opened.raw(digest("a0")), opened.remembered("x")) == ((), None, {})
    file = parsed("g", books=(replace(BOOK, digest=digest("g")),), documents=(document("x:s:1", 1, "g"),))
    opened.append([file], recorded_at=RECORDED_AT, keep_raw=True)
    assert books(opened, "soma") == (replace(BOOK, digest=digest("g")),)
    assert opened.stored().documents == {"x:s:1"}
    assert opened.raw(digest("g")) == b"g"
    assert stored(url) == before


def test_two_may_take_on_one_store_at_once(new_url, connect):
    """Whoever comes second finds that it was done meanwhile."""
    urls, barrier = [new_url() for _ in range(5)], Barrier(2)
    for url in urls:
        connect(url).close()
        of_layout(url, 1)

    def take_on(url):
        barrier.wait(60)
        store = connect(url)
        append(store, *pair(0), parsed("soma", books=(BOOK,)))
        return books(store, "soma")

    with ThreadPoolExecutor(2) as threads:
        for url in urls:
            assert list(threads.map(take_on, [url, url])) == [(BOOK,), (BOOK,)]
