from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.rows import day, moment, rows, spec

from runoff.core.errors import LookaheadError, Unavailable, UnitError
from runoff.core.holdings import Book, Holding, SecurityKind
from runoff.core.policy import PolicyCalendar, State, Step
from runoff.core.units import Unit
from runoff.core.view import Columns, History, Needs

SPEC = spec()
DAYS = range(12)

# Facts of a series: at most one value per period and moment.
facts = st.dictionaries(
    st.tuples(st.integers(0, 5), st.integers(0, 11)), st.integers(0, 3).map(float), min_size=1, max_size=25
).map(lambda found: [(period, known, value) for (period, known), value in found.items()])


def told(given_facts, as_of):
    """What a reader at that moment knows, found the slow way: per period the value last told."""
    in_order = sorted(given_facts, key=lambda fact: fact[1])
    told_last = {period: value for period, known, value in in_order if known <= as_of}
    return {day(period): told_last[period] for period in sorted(told_last)}


def read(history, as_of):
    """What a view gives, as dates and values."""
    series = history.at(moment(as_of)).known(SPEC.id)
    return {} if series is None else {o.period: o.value for o in series.rows(date.min, date.max)}


# --- what was known when ---------------------------------------------------------------------------------------------


@given(facts)
def test_a_view_holds_the_last_value_told_of_each_period(given_facts):
    """At every moment a view equals what a reader who kept the last value of each period would have."""
    history = History.of([rows(SPEC, given_facts)])
    assert [read(history, n) for n in DAYS] == [told(given_facts, n) for n in DAYS]


@given(facts, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_view(given_facts, shuffler):
    """Rows in any order, in one file or one file each, give the same views, moments included."""
    mixed = list(given_facts)
    shuffler.shuffle(mixed)
    whole = History.of([rows(SPEC, sorted(given_facts))])
    others = History.of([rows(SPEC, mixed)]), History.of([rows(SPEC, [fact]) for fact in mixed])
    for n in DAYS:
        expected = whole.at(moment(n)).known(SPEC.id)
        for other in others:
            found = other.at(moment(n)).known(SPEC.id)
            assert (found is None) == (expected is None)
            if found is not None and expected is not None:
                for column in ("periods", "values", "known_at"):
                    np.testing.assert_array_equal(getattr(found, column), getattr(expected, column))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3).map(float)), min_size=1, max_size=12))
def test_a_plain_slice_equals_the_general_path(steps):
    """Where each period has one value and knowledge only grows, the fast slice gives what the general path gives."""
    known = np.cumsum([wait for wait, _ in steps])
    columns = History.of([rows(SPEC, [(n, int(known[n]), v) for n, (_, v) in enumerate(steps)])]).columns[
        SPEC.id
    ]
    assert columns.plain
    general = Columns(**({name: getattr(columns, name) for name in columns.__slots__} | {"plain": False}))
    for n in range(30):
        fast, slow = columns.as_of(moment(n)), general.as_of(moment(n))
        for name in ("periods", "values", "known_at", "flags", "files"):
            np.testing.assert_array_equal(getattr(fast, name), getattr(slow, name))


@pytest.mark.parametrize(
    ("given_facts", "plain"),
    [([(0, 1, 1.0), (7, 8, 1.0)], True),
     ([(0, 1, 1.0), (0, 3, 2.0)], False),  # a revision
     ([(0, 9, 1.0), (7, 8, 1.0)], False)],  # a late period
)  # fmt: skip
def test_only_series_without_vintages_are_sliced(given_facts, plain):
    """One revision, or one period that came out after a later one, takes the general path."""
    assert History.of([rows(SPEC, given_facts)]).columns[SPEC.id].plain is plain


@given(facts, st.integers(0, 11))
def test_a_poisoned_future_changes_nothing(given_facts, as_of):
    """Whatever rows known after `as_of` say, nothing read at `as_of` changes."""
    poisoned = [(p, k, -1e300 if k > as_of else v) for p, k, v in given_facts]
    poisoned += [(p, as_of + 30, 1e300) for p in range(20)]
    assert read(History.of([rows(SPEC, poisoned)]), as_of) == told(given_facts, as_of)


def test_a_figure_is_known_from_its_very_second():
    """A view at the second of a release has the figure; one second earlier it has not."""
    history = History.of([rows(SPEC, [(0, 1, 1.0), (7, 8, 2.0)])])
    at = moment(8)
    assert history.at(at).series(SPEC.id).last().value == 2.0
    assert history.at(datetime.fromtimestamp(at.timestamp() - 1, UTC)).series(SPEC.id).last().value == 1.0


def test_a_later_file_corrects_an_earlier_one():
    """Of two values for one period and moment the one given later counts, and its file is named."""
    history = History.of(
        [rows(SPEC, [(0, 1, 1.0)], digest="first"), rows(SPEC, [(0, 1, 2.0)], digest="second")]
    )
    last = history.at(moment(1)).series(SPEC.id).last()
    assert (last.value, last.digest) == (2.0, "second")


def test_several_files_make_one_history_each_row_naming_its_own():
    """Files of one series are read together: none is lost, and each row names the file it is from."""
    history = History.of([rows(SPEC, [(7, 8, 2.0)], digest="b"), rows(SPEC, [(0, 1, 1.0)], digest="a")])
    found = history.at(moment(9)).series(SPEC.id).rows(date.min, date.max)
    assert [(o.value, o.digest) for o in found] == [(1.0, "a"), (2.0, "b")]


def test_files_of_one_series_agree_on_its_unit():
    """Two files that declare a series in millions and in billions are not read together."""
    billions = spec(unit=Unit.parse("USD bn"))
    with pytest.raises(UnitError, match="frb:WALCL: expected USD mn, found USD bn"):
        History.of([rows(SPEC, [(0, 1, 1.0)]), rows(billions, [(7, 8, 1.0)])])


# --- what may be read ------------------------------------------------------------------------------------------------


def history_of(needs=None, **options):
    """A history of WALCL, first known on 2 January 2024."""
    columns = History.of([rows(SPEC, [(0, 1, 1.0)])]).columns
    return History(needs=needs or Needs(series=frozenset({SPEC.id})), columns=columns, **options)


def test_what_was_not_declared_cannot_be_read():
    """A series, a book or a policy that nobody declared is refused, though it is there."""
    view = history_of(Needs(optional=frozenset({SPEC.id}))).at(moment(9))
    assert view.series(SPEC.id).last().value == 1.0
    narrow = view.narrow(Needs())
    for read_it in (
        lambda: narrow.series(SPEC.id),
        lambda: narrow.known(SPEC.id),
        lambda: narrow.freshness(SPEC.id),
        lambda: narrow.book("soma"),
        lambda: narrow.policy("fed"),
    ):
        with pytest.raises(LookaheadError, match="was not declared as a need; declare it before reading it"):
            read_it()


def test_what_was_not_known_yet_is_refused_with_its_first_date():
    """A series asked for before its first figure says when that came out; `known` gives None."""
    view = history_of().at(moment(0))
    assert view.known(SPEC.id) is None
    with pytest.raises(
        LookaheadError,
        match=r"frb:WALCL: nothing was known at 2024-01-01T12:00:00\+00:00; its first figure came out at "
        r"2024-01-02T07:00:00-05:00",
    ):
        view.series(SPEC.id)


def test_what_the_store_lacks_is_refused_with_the_command_that_brings_it():
    """A series that was declared and is not there says where to download it and how to import it."""
    other = spec("ice:BAMLH0A0HYM2")
    view = history_of(Needs(series=frozenset({other.id})), specs={other.id: other}).at(moment(9))
    assert view.known(other.id) is None
    with pytest.raises(Unavailable, match=r"runoff import .* --series ice:BAMLH0A0HYM2") as caught:
        view.series(other.id)
    assert other.url in str(caught.value)


def test_a_series_that_nobody_knows_is_unavailable():
    """Without a store and a catalogue there is nothing to suggest."""
    view = history_of(Needs(series=frozenset({"x:y"}))).at(moment(9))
    with pytest.raises(Unavailable, match="x:y is not in the store"):
        view.series("x:y")
    with pytest.raises(Unavailable, match="x:y is not in the catalogue"):
        view.freshness("x:y")


def test_needs_add_up():
    """The needs of two computations together are all that either reads."""
    a = Needs(series=frozenset("a"), optional=frozenset("b"), policy=frozenset("p"))
    b = Needs(series=frozenset("c"), books=frozenset("k"))
    assert (a | b).all_series == frozenset("abc")
    assert ((a | b).policy, (a | b).books) == (frozenset("p"), frozenset("k"))


# --- books and policies ----------------------------------------------------------------------------------------------


def book(date_, known, *, portfolio="soma", digest="d"):
    """A book of one bill."""
    bill = Holding(id="912796L80", kind=SecurityKind.BILL, maturity=date(2024, 6, 6), coupon=None, par=1000)
    return Book(
        portfolio=portfolio, date=day(date_), currency="USD", holdings=(bill,), known_at=moment(known),
        assumed=True, digest=digest,
    )  # fmt: skip


def test_a_view_gives_the_latest_book_known():
    """The newest date among the books known, and of two of one date the one known later."""
    history = History.of(
        [], books=[book(2, 3), book(9, 10), book(2, 5, digest="again"), book(2, 3, portfolio="tsy")]
    )
    found = [history.at(moment(n)).book("soma") for n in (2, 3, 5, 9, 10)]
    assert [b and (b.date, b.digest) for b in found] == [
        None, (day(2), "d"), (day(2), "again"), (day(2), "again"), (day(9), "d"),
    ]  # fmt: skip


def test_a_book_recorded_later_corrects_one_of_the_same_moment():
    """Of two books of one date and moment, the one given later counts."""
    history = History.of([], books=[book(2, 3, digest="first"), book(2, 3, digest="second")])
    found = history.at(moment(3)).book("soma")
    assert found is not None
    assert found.digest == "second"


def test_a_view_knows_only_the_steps_announced_by_then():
    """The policy of a view ends with what had been announced; a bank without a calendar is unavailable."""
    steps = tuple(
        Step(
            bank="fed", known_at=moment(n), effective=day(n + 1), programme="QT", state=State.RUN_OFF,
            security="treasuries", amount_kind="cap", amount=6.0, currency="USD", per="month", until=None,
            verified=True, note="", source="",
        )
        for n in (0, 5)
    )  # fmt: skip
    history = History.of([], policies={"fed": PolicyCalendar(steps)})
    assert history.at(moment(4)).policy("fed").steps == steps[:1]
    assert history.at(moment(5)).policy("fed").steps == steps
    view = History(needs=Needs(policy=frozenset({"boe"})), columns={}).at(moment(0))
    with pytest.raises(Unavailable, match="no policy calendar of 'boe' is at hand"):
        view.policy("boe")
