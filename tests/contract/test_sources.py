"""What every source on the network holds to, whoever wrote it: run over the registry, through a real server.

A source is asked as `runoff update` asks it, its specimens stand at the publisher's addresses, and what it brings lands
in a real store. Whatever the publisher, the network or the file does wrong, the store says afterwards what it said.
"""

import random
import re
import shutil
from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.contract.specimens import DATA, KEY, KINDS, SHELVES, Desk, facts, give_a_past, kept, settings
from tests.fetch import server
from tests.fetch.conftest import Clock

from runoff.actions.update import UpdateReport, live, updated
from runoff.actions.workspace import Workspace, words_in
from runoff.core.errors import RunoffError, UnitError
from runoff.core.registry import plugin
from runoff.core.source import Catalogue, Payload, Source
from runoff.core.units import Unit
from runoff.core.view import Needs
from runoff.fetch import Fetcher, Outcome
from runoff.store import Store

SEQUENCES = 500
FIGURES = plugin("sources", "figures", Source)
LIVE = live(None)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    """Take away what the environment of the person who runs the tests says of proxies."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


class Bench:
    """A shelf, its publisher, and an empty store to bring it into."""

    def __init__(self, names, folder, *, url=None, only=frozenset()):
        self.shelves = [replace(SHELVES[name], only=only or SHELVES[name].only) for name in names]
        self.clock = Clock()
        self.desk = Desk(*self.shelves)
        own = settings(folder, self.desk, url=url)
        self.store = Store(own.store_url)
        wanted = frozenset().union(*(shelf.only for shelf in self.shelves))
        specs = FIGURES.specs()
        if wanted:
            specs = {name: spec for name, spec in specs.items() if name in wanted}
        self.work = Workspace(store=self.store, specs=specs, clock=FIGURES.clock(), settings=own)
        self.random = random.Random(0)

    def __enter__(self):
        self.desk.__enter__()
        return self

    def __exit__(self, *_):
        self.desk.close()
        self.store.close()

    def update(self, later=timedelta(0)) -> UpdateReport:
        """Update from the first shelf's source, or all of them, at their moment or later."""
        moment = max(shelf.moment for shelf in self.shelves) + later
        with Fetcher(
            agent="tests", sleep=self.clock.sleep, clock=self.clock, random=self.random.random
        ) as fetcher:
            return updated(
                self.work,
                words_in("en"),
                fetcher,
                sources={shelf.source: LIVE[shelf.source] for shelf in self.shelves},
                due=False,
                now=moment,
            )

    def refused(self, report, says):
        """Require that exactly this was refused, and that the reason names it."""
        reasons = [row.reason for row in report.rows if row.outcome is Outcome.REFUSED]
        assert reasons, "nothing was refused"
        assert any(re.search(says, reason, re.DOTALL) for reason in reasons), reasons
        assert report.exit_code == 4


@pytest.fixture(params=sorted(SHELVES))
def bench(request, tmp_path):
    """Each shelf with its server and an empty store."""
    with Bench([request.param], tmp_path) as made:
        yield made


@pytest.fixture
def filled(bench):
    """A shelf that was brought into the store once, without a fault."""
    report = bench.update()
    assert {row.outcome for row in report.rows} <= {Outcome.NEW, Outcome.UNCHANGED}, report.rows
    return bench


# --- What every source has -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LIVE)
def test_every_source_has_specimens_of_our_own_making(name):
    """A source on the network without a shelf, without specimens, or without their provenance fails here."""
    shelves = [shelf for shelf in SHELVES.values() if shelf.source == name]
    assert shelves, f"{name}: add a Shelf to tests/contract/specimens.py"
    for shelf in shelves:
        assert shelf.files(), f"{name}: no specimen in tests/data/{shelf.folder}"
        provenance = (DATA / shelf.folder / "PROVENANCE.md").read_text()
        assert re.search(r"made up", provenance, re.IGNORECASE), f"{name}: say where the specimens come from"


@pytest.mark.parametrize("name", LIVE)
def test_every_source_says_whose_figures_it_brings(name):
    """Title, licence, address and politeness are stated; the address is https; what it brings is in the catalogue."""
    source = LIVE[name]
    assert source.title
    assert source.licence
    assert source.home.startswith("https://")
    assert source.pause_seconds >= 0.5
    catalogue = Catalogue(specs={**FIGURES.specs(), **source.specs()}, clock=FIGURES.clock())
    brought = list(source.brings(catalogue)) if source.brings else []
    assert set(brought) <= set(catalogue.specs)
    assert set(source.specs()) <= set(brought), "it declares a series that it does not bring"


@pytest.mark.parametrize("name", SHELVES)
def test_every_flaw_is_tried_or_its_absence_explained(name):
    """Of each kind of damage a shelf has an example, or says why its format cannot have it."""
    shelf = SHELVES[name]
    assert set(shelf.flaws) | set(shelf.lacks) == set(KINDS)
    assert not set(shelf.flaws) & set(shelf.lacks)


# --- The good answer -------------------------------------------------------------------------------------------------


def test_what_a_publisher_has_is_in_the_store(filled):
    """Series, units, values, books and texts are there, with the bytes they were read from, known before now."""
    (shelf,) = filled.shelves
    moment = shelf.moment
    found = filled.store.history(Needs(optional=frozenset(filled.store.specs()))).columns
    for name, period, value, unit in shelf.holds:
        row = found[name].as_of(moment).on(date.fromisoformat(period))
        assert row is not None, (name, period)
        assert row.value == pytest.approx(value, rel=1e-12)
        assert found[name].spec.unit.symbol == unit
        assert row.known_at <= moment
        assert filled.store.raw(row.digest) is not None
    stored = filled.store.stored()
    assert set(shelf.books) <= set(stored.books)
    assert set(shelf.documents) <= stored.documents
    source = LIVE[shelf.source]
    declared = {**FIGURES.specs(), **source.specs()}
    for name, columns in found.items():
        assert columns.spec == declared[name]
        assert int(columns.known_at.max()) <= moment.timestamp()
    if source.brings is not None:
        catalogue = Catalogue(specs=declared, clock=FIGURES.clock())
        assert set(found) <= set(source.brings(catalogue))


def test_an_update_that_is_repeated_changes_nothing(filled):
    """Where nothing changed nothing is added, and the publisher answers 304 to whoever asks for the same."""
    before, asked = kept(filled.store), len(filled.desk.seen)
    report = filled.update(timedelta(minutes=1))
    assert (report.added, report.refused, report.failed) == (0, 0, 0), report.rows
    assert kept(filled.store) == before
    assert 304 in {seen.status for seen in filled.desk.seen[asked:]}
    assert report.exit_code == 0


def test_nothing_that_was_asked_for_shows_a_key(filled):
    """No request's name, no remembered answer and no report holds the key."""
    report = filled.update()
    (shelf,) = filled.shelves
    assert KEY not in repr(report)
    assert KEY not in repr(filled.store.remembered(shelf.source))
    assert KEY not in repr(filled.work.settings)


# --- What passes -----------------------------------------------------------------------------------------------------

PASSING = {
    "busy": ([server.busy(7), None], 7.0),
    "500 and then the file": ([server.status(500), None], 0.5),
    "cut short once": ([server.cut, None], 0.5),
    "gzip": ([server.zipped], 0.0),
    "chunks": ([server.chunked], 0.0),
}


@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_is_waited_for(bench, fault):
    """A busy publisher is left alone for as long as it asks; a short disturbance leaves no trace."""
    faults, least = PASSING[fault]
    bench.desk.script(*faults)
    report = bench.update()
    assert (report.refused, report.failed) == (0, 0), report.rows
    assert max([0.0, *bench.clock.waits]) >= least
    (shelf,) = bench.shelves
    assert set(shelf.documents) <= bench.store.stored().documents
    assert {name for name, *_ in shelf.holds} <= set(bench.store.specs())


# --- What lasts ------------------------------------------------------------------------------------------------------

LASTING = {
    "cut short": (server.cut, 4, Outcome.REFUSED, "cut short|damaged"),
    "gzip without its end": (server.zipped_and_cut, 4, Outcome.REFUSED, "cut short|damaged"),
    "a web page": (server.page, 1, Outcome.REFUSED, "web page|cut short"),
    "another encoding": (server.other_encoding, 1, Outcome.REFUSED, "UTF-8|encoding|cut short"),
    "nothing": (server.empty, 1, Outcome.REFUSED, "empty"),
    "out of order": (server.status(500), 4, Outcome.FAILED, "answers 500"),
    "no connection": (server.reset, 4, Outcome.FAILED, "broke"),
}


@pytest.mark.parametrize("fault", LASTING)
def test_what_lasts_is_reported_and_changes_nothing(filled, fault):
    """The store says what it said; the report names the file and what to do; the next update completes."""
    wrong, times, outcome, says = LASTING[fault]
    if fault == "another encoding" and filled.shelves[0].source == "fomc":
        wrong = latin_under_utf8
    before = kept(filled.store)
    name = first_request(filled)
    filled.desk.faults[name] = [wrong] * times
    report = filled.update(timedelta(minutes=1))
    reported = [row for row in report.rows if row.outcome is outcome]
    assert reported, report.rows
    assert any(re.search(says, row.reason or "") for row in reported), reported
    assert report.exit_code == (4 if outcome is Outcome.REFUSED else 3)
    assert kept(filled.store) == before
    if outcome is Outcome.REFUSED:
        assert filled.store.refusals()[-1].source == filled.shelves[0].source
    assert filled.update(timedelta(minutes=2)).exit_code == 0
    assert kept(filled.store) == before


def latin_under_utf8(answer):
    """Bytes that are no UTF-8 text under the word that they are."""
    return server.good(answer.body.replace(b"a", b"\xe9"), "text/html; charset=utf-8")


def first_request(bench):
    """The first file that is asked for in an update."""
    return bench.desk.answered[0]


def test_a_publisher_that_drips_is_given_up(filled):
    """A byte now and then for ever: the request ends at its time limit, and the store says what it said."""
    before = kept(filled.store)
    name = first_request(filled)
    filled.desk.faults[name] = [server.dripping(lambda: filled.clock.pass_by(9))] * 4
    report = filled.update(timedelta(minutes=1))
    assert report.failed >= 1
    assert any("within" in (row.reason or "") for row in report.rows)
    assert kept(filled.store) == before


# --- What is in the file ---------------------------------------------------------------------------------------------

FLAWS = [(shelf, kind) for shelf in SHELVES for kind in SHELVES[shelf].flaws]


@pytest.mark.parametrize(("name", "kind"), FLAWS, ids=[f"{shelf}, {kind}" for shelf, kind in FLAWS])
def test_a_damaged_file_is_refused_as_a_whole(tmp_path, name, kind):
    """It is put aside with a reason that names series or row; what was stored stays; the other files are taken."""
    with Bench([name], tmp_path) as bench:
        (shelf,) = bench.shelves
        flaw = shelf.flaws[kind]
        if not flaw.is_asked_once:
            assert bench.update().exit_code == 0
            give_a_past(bench.store, shelf.moment)
        before = kept(bench.store)
        changed = flaw.change(shelf.files()[flaw.file])
        bench.desk.put(shelf, {flaw.file: changed})
        report = bench.update(timedelta(minutes=1))
        bench.refused(report, flaw.says)
        named = flaw.file.partition(".")[0]
        assert all(row.request.startswith(named) for row in report.rows if row.outcome is Outcome.REFUSED)
        after = kept(bench.store)
        if flaw.is_asked_once:
            assert not holds_of(after, flaw.file)
        else:
            assert after == before
        put_aside = bench.store.refusals()[-1]
        assert bench.store.raw(put_aside.digest) == changed


def holds_of(said, file):
    """What a store says that only this file can have told it: its book, or its text."""
    day = re.search(r"\d{4}-?\d{2}-?\d{2}", file)[0].replace("-", "")
    texts = {name for name in said["documents"] if name.replace("-", "").endswith(day)}
    kind = "minutes" if "minutes" in file else "statement"
    return {name for name in texts if kind in name} | {
        name for name, _ in said["books"] if file.startswith("tsy") and name == "soma:treasuries"
    }


@pytest.mark.parametrize("name", [name for name, shelf in SHELVES.items() if shelf.holds])
def test_a_unit_that_is_declared_otherwise_is_refused(tmp_path, name):
    """If the catalogue had another unit than the publisher, nothing of the file would be taken."""
    shelf = SHELVES[name]
    source = LIVE[shelf.source]
    specs = {**FIGURES.specs(), **source.specs()}
    wrong = {key: replace(spec, unit=Unit.parse("EUR mn")) for key, spec in specs.items()}
    refused = 0
    for file, content in shelf.files().items():
        try:
            good = source.parse(Payload(file, content), Catalogue(specs=specs, clock=FIGURES.clock()))
        except RunoffError:  # a specimen of another shelf in the same folder
            continue
        if good.observations and not keyless(shelf):
            with pytest.raises(UnitError):
                source.parse(Payload(file, content), Catalogue(specs=wrong, clock=FIGURES.clock()))
            refused += 1
    assert refused or keyless(shelf)


def keyless(shelf):
    """Whether the format states no unit: FRED's files; there the size of the values and `series.json` are compared."""
    return shelf.source in {"fred", "alfred"}


# --- Chaos -----------------------------------------------------------------------------------------------------------

MIXED = ("fred", "fomc")  # files that stand alone, and an index with what it lists and what that links
FEW = frozenset({"frb:WALCL", "frb:DGS10"})
GOOD = [None] * 12 + [server.zipped, server.chunked, server.wrong_charset]
BAD = [
    server.reset,
    server.reset_halfway,
    server.hang_up,
    server.nonsense,
    server.cut,
    server.chunked_and_cut,
    server.zipped_and_cut,
    server.falsely_zipped,
    server.status(500),
    server.status(503),
    server.busy(3),
    server.busy(10**6),
    server.status(403),
    server.status(304),
    server.page,
    server.empty,
]


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """What an update without a fault brings, and an empty store to copy."""
    folder = tmp_path_factory.mktemp("clean")
    Store(f"sqlite:///{folder / 'empty.sqlite'}").close()
    with Bench(MIXED, folder, only=FEW) as bench:
        assert bench.update().exit_code == 0
        return facts(bench.store), folder / "empty.sqlite"


@pytest.mark.parametrize("first", range(0, SEQUENCES, 125))
def test_after_any_sequence_of_faults_the_store_is_complete_or_says_what_is_missing(tmp_path, clean, first):
    """Five hundred updates from misbehaving publishers: never a wrong row; what is missing is named, then fetched."""
    complete, empty = clean
    finished = 0
    with Bench(MIXED, tmp_path, only=FEW) as bench:
        for seed in range(first, first + 125):
            chance = random.Random(seed)
            use(bench, shutil.copy(empty, tmp_path / f"{seed}.sqlite"))
            bench.desk.script(*chance.choices(GOOD + BAD, k=chance.randrange(1, 20)))
            report = bench.update()
            bench.desk.script()
            missing = [row for row in report.rows if row.outcome in {Outcome.REFUSED, Outcome.FAILED}]
            assert all(row.reason and row.request for row in missing), (seed, missing)
            assert bool(missing) == bool(report.exit_code)
            said = facts(bench.store)
            assert is_part(said, complete), seed
            assert bool(missing) == (said != complete), (seed, missing)
            finished += not missing
            if missing:
                again = bench.update(timedelta(minutes=1))
                assert again.exit_code == 0, (seed, again.rows)
                assert facts(bench.store) == complete, seed
    assert 10 < finished < 115, "the faults are too many, or too few, to tell anything"


def use(bench, path):
    """Go on with another store."""
    bench.store.close()
    bench.store = Store(f"sqlite:///{path}")
    bench.work = replace(bench.work, store=bench.store)


def is_part(found, complete):
    """Whether a store says nothing but what the complete one says: whole files of it."""
    return (
        all(complete["rows"].get(name) == rows for name, rows in found["rows"].items())
        and all(complete["books"].get(name) == books for name, books in found["books"].items())
        and found["documents"] <= complete["documents"]
    )
