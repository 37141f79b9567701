from tests.core.rows import day, moment, rows, spec

from runoff.core.report import Row, Section, Style, Table, Told, figure, no_data
from runoff.core.series import ASSUMED
from runoff.core.units import USD_MILLIONS
from runoff.core.view import History

OBSERVATION = (
    History.of([rows(spec(), [(2, 3, 5.0)], flags=ASSUMED, digest="abc")])
    .at(moment(9))
    .series("frb:WALCL")
    .last()
)


def test_a_figure_answers_for_itself():
    """Made from an observation, a figure carries unit, period, moment, flags and file."""
    made = figure("assets", "Total assets", OBSERVATION, stale=True)
    assert (made.value, made.unit, made.period, made.known_at) == (5.0, "USD mn", day(2), moment(3))
    assert (made.assumed, made.revised, made.stale, made.digests) == (True, False, True, ("abc",))
    assert made.noted("why").note == "why"
    assert made.note is None


def test_a_figure_without_data_keeps_its_place_and_says_why():
    """Where there is nothing, there is no zero: the value is None and a note says what is missing."""
    made = no_data("assets", "Total assets", USD_MILLIONS, "not in the store", style=Style.CHANGE)
    assert (made.value, made.unit, made.note, made.style) == (
        None,
        "USD mn",
        "not in the store",
        Style.CHANGE,
    )


def test_a_section_finds_every_figure_in_it():
    """Figures of the sentences and of the tables are found by id; text cells are none."""
    one, two = figure("one", "One", OBSERVATION), figure("two", "Two", OBSERVATION)
    table = Table(id="t", title="T", columns=("a", "b"), rows=(Row(label="r", cells=(two, "text")),))
    section = Section(title="S", sentences=(), figures=(one,), tables=(table,))
    assert section.all_figures() == {"one": one, "two": two}


def test_what_has_a_moment_and_a_section_is_told():
    """A surface knows by both that a result can be shown as a page; a section alone has no moment."""

    class Answer:
        as_of = moment(9)

        def section(self, words):
            return Section(title="S", sentences=())

    assert isinstance(Answer(), Told)
    assert not isinstance(Section(title="S", sentences=()), Told)
