"""What each publisher has on the loopback: its specimens under the addresses it is asked for, and what may go wrong.

A new source needs a `Shelf` here and specimens in `tests/data`; without, the contract suite fails and says so. A shelf
names what must be in the store after an update, and a `Flaw` for each of `KINDS`: a damaged file that must be refused.
Where a format cannot have a flaw, `lacks` says why.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.fetch.server import Answer, Fault, Publisher

from runoff.config import Settings
from runoff.core.registry import plugin
from runoff.core.series import Series
from runoff.core.source import Parsed, Payload, Source
from runoff.core.tabular import clocked
from runoff.core.time import is_market_day
from runoff.core.units import Frequency
from runoff.core.view import Needs
from runoff.store import Store

DATA = Path(__file__).parents[1] / "data"
KEY = "k3y0fn0b0dy"
AFTER = datetime(2026, 7, 24, 18, 0, tzinfo=UTC)  # later than every specimen
KINDS = ("no number", "date twice", "future", "columns shifted", "other unit", "ten times", "other header")

Change = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """A file of a shelf, what goes wrong in it, and what the message must say of it.

    `is_asked_once` marks a file that is not asked for again once it is stored: the damage comes with the first answer.
    """

    file: str
    change: Change
    says: str
    is_asked_once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A source's specimens and what is expected of them.

    Parameters
    ----------
    source, folder
        Which source, and the folder of `tests/data`.
    name_of
        The specimen that an address is answered with: its path, and its parameters.
    holds
        Series, period and value that must be in the store afterwards, with the unit.
    flaws, lacks
        By kind: what goes wrong, or why it cannot.
    only
        The series that the specimens hold, where the source has more.
    moment
        When it is asked.
    """

    source: str
    folder: str
    name_of: Callable[[str, Mapping[str, str]], str]
    holds: tuple[tuple[str, str, float, str], ...] = ()
    books: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    flaws: Mapping[str, Flaw]
    lacks: Mapping[str, str] = field(default_factory=dict)
    only: frozenset[str] = frozenset()
    key: str | None = None
    moment: datetime = AFTER

    def files(self) -> dict[str, bytes]:
        """The specimens by name."""
        return {
            path.name: path.read_bytes()
            for path in sorted((DATA / self.folder).iterdir())
            if path.suffix != ".md"
        }


class Desk(Publisher):
    """The publisher of some shelves: it answers an address with the specimen that belongs there.

    `faults` are by the name of a file, each for one request; `answered` names what was asked for.
    """

    def __init__(self, *shelves: Shelf) -> None:
        super().__init__()
        self.shelves = shelves
        self.faults: dict[str, list[Fault | None]] = {}
        self.answered: list[str] = []
        for shelf in shelves:
            self.put(shelf, shelf.files())

    def put(self, shelf: Shelf, files: Mapping[str, bytes]) -> None:
        """Have files of a shelf, in the place of those of the same names."""
        for name, content in files.items():
            self.serve(f"/{shelf.folder}/{name}", content)

    def address_of(self, shelf: Shelf) -> str:
        """The mirror of a source."""
        return f"{self.address}/{shelf.source}"

    def _answer(self, target: str, headers: Mapping[str, str]) -> Answer:
        parts = urlsplit(target)
        _, source, path = parts.path.split("/", 2)
        asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
        shelf = next(
            one for one in self.shelves if one.source == source and bool(one.key) == ("api_key" in asked)
        )
        name = shelf.name_of(f"/{path}", asked)
        self.answered.append(name)
        if self.faults.get(name) and (fault := self.faults[name].pop(0)) is not None:
            self.script(fault)
        return super()._answer(f"/{shelf.folder}/{name}", headers)


def settings(folder: Path, desk: Desk, *, url: str | None = None) -> Settings:
    """Settings with a mirror for every shelf, and a key where one needs it."""
    return Settings(
        home=folder,
        store_url=url or f"sqlite:///{folder / 'runoff.sqlite'}",
        language="en",
        addresses={shelf.source: desk.address_of(shelf) for shelf in desk.shelves},
        keys={"fred": KEY} if any(shelf.key for shelf in desk.shelves) else {},
    )


def kept(store: Store) -> Mapping[str, object]:
    """All that a store says: every vintage of every series, the books, the texts."""
    found = store.history(Needs(optional=frozenset(store.specs()))).columns
    stored = store.stored()
    return {
        "rows": {
            name: (
                rows.spec.unit.symbol,
                rows.periods.tolist(),
                rows.values.tolist(),
                rows.known_at.tolist(),
                rows.flags.tolist(),
            )
            for name, rows in found.items()
        },
        "books": {
            (name, last): [
                (book.known_at, sorted((holding.id, holding.par) for holding in book.holdings))
                for book in store.books(name, last)
            ]
            for name, last in stored.books.items()
        },
        "documents": stored.documents,
    }


def facts(store: Store) -> Mapping[str, object]:
    """The same without when it became known, which of a revision is the moment of the update."""
    said = kept(store)
    rows = said["rows"]
    assert isinstance(rows, dict)
    return {
        "rows": {name: (unit, periods, values) for name, (unit, periods, values, *_) in rows.items()},
        "books": {key: [held for _, held in books] for key, books in said["books"].items()},  # type: ignore[attr-defined]
        "documents": said["documents"],
    }


def history_before(series: Series, many: int = 60) -> tuple[list[int], list[float]]:
    """Periods before the first of a series, each with its first value: a past in which nothing ever jumped."""
    day, found = date.fromordinal(int(series.periods[0])), []
    while len(found) < many:
        match series.spec.frequency:
            case Frequency.WEEKLY:
                day -= timedelta(days=7)
            case Frequency.MONTHLY:
                day = (day - timedelta(days=1)).replace(day=1)
            case Frequency.QUARTERLY:
                day = (day - timedelta(days=63)).replace(day=1)
            case _:
                day -= timedelta(days=1)
                if not is_market_day(day):
                    continue
        found.append(day.toordinal())
    return found[::-1], [float(series.values[0])] * many


def give_a_past(store: Store, moment: datetime) -> None:
    """Put a steady past before every series of a store."""
    clock = plugin("sources", "figures", Source).clock()
    past = []
    for columns in store.history(Needs(optional=frozenset(store.specs()))).columns.values():
        series = columns.as_of(moment)
        if len(series) and series.spec.frequency is not Frequency.STEP:
            past.append(
                clocked(
                    series.spec, series.spec.unit, *history_before(series), clock, Payload("past", b"").digest
                )
            )
    store.append([Parsed(payload=Payload("past", b""), observations=tuple(past))], recorded_at=moment)


# --- Ways to damage a file -------------------------------------------------------------------------------------------


def swap(old: str, new: str, times: int = 1) -> Change:
    """Write something else; a file in which it does not stand is a mistake of the test."""

    def change(content: bytes) -> bytes:
        assert old.encode() in content, f"{old!r} is not in the specimen"
        return content.replace(old.encode(), new.encode(), times)

    return change


def scaled(pattern: str, factor: float) -> Change:
    """Multiply every number that is the first group of a pattern."""

    def change(content: bytes) -> bytes:
        def times(match: re.Match[str]) -> str:
            number = f"{float(match[1]) * factor:.12f}".rstrip("0").rstrip(".")
            return match[0].replace(match[1], number)

        text, many = re.subn(pattern, times, content.decode())
        assert many, f"{pattern!r} is not in the specimen"
        return text.encode()

    return change


def row_again(*path: str) -> Change:
    """Give the last row of a JSON list a second time."""

    def change(content: bytes) -> bytes:
        document = json.loads(content)
        rows = document
        for name in path:
            rows = rows[name]
        rows.append(rows[-1])
        return json.dumps(document).encode()

    return change


# --- The shelves -----------------------------------------------------------------------------------------------------


def _fred(path: str, asked: Mapping[str, str]) -> str:
    if path == "/graph/fredgraph.csv":
        return f"{asked['id']}.csv"
    return f"{asked['series_id']}.{'series.json' if path.endswith('/series') else 'json'}"


def _alfred(path: str, asked: Mapping[str, str]) -> str:
    if path.endswith("/series"):
        return f"{asked['series_id']}.series.json"
    return f"{asked['series_id']}.{asked['realtime_start']}.json"


def _nyfed(path: str, asked: Mapping[str, str]) -> str:
    if path.startswith("/rates/"):
        return f"{path.split('/')[3]}.json"
    if path.startswith("/rp/reverserepo/"):
        return "counterparties.json"
    return "repo.json" if asked["operationTypes"] == "Repo" else "reverse-repo.json"


def _soma(path: str, asked: Mapping[str, str]) -> str:
    parts = path.split("/")
    return f"{parts[2]}_{parts[-1]}" if parts[2] in {"tsy", "agency"} else parts[-1]


_BOARD_KEYS = {
    "f52e72511be65e16f71d4f5858951312": "H41-table1.csv",
    "ccfdc0c8cb86be87af324da79a6f8826": "H41-table5.csv",
    "bf17364827e38702b42a58cf8eaa3f78": "H15-yields.csv",
    "40afb80a445c5903ca2c4888e40f3f1f": "H15-federal-funds.csv",
    "798e2796917702a5f8423426ba7e6b42": "H6.csv",
}


def _fomc(path: str, asked: Mapping[str, str]) -> str:
    name = path.rpartition("/")[2]
    stem = name.removesuffix(".htm")
    found = [file.name for file in (DATA / "fomc").iterdir() if file.name.startswith(f"{stem}@")]
    return found[0] if found else name


SHELVES: Mapping[str, Shelf] = {
    "fred": Shelf(
        source="fred",
        folder="fred",
        name_of=_fred,
        only=frozenset({"frb:WALCL", "frb:DGS10", "frb:IORB", "frb:THREEFYTP10"}),
        holds=(
            ("frb:WALCL", "2026-07-22", 6_700_400, "USD mn"),
            ("frb:DGS10", "2026-07-02", 4.02, "percent"),
            ("frb:THREEFYTP10", "2026-07-15", 0.5115, "percent"),
        ),
        flaws={
            "no number": Flaw(file="WALCL.csv", change=swap("6700200", "NaN"), says=r"frb:WALCL.*2026-07-08"),
            "date twice": Flaw(
                file="WALCL.csv",
                change=swap("2026-07-08", "2026-07-01"),
                says=r"WALCL\.csv, line 3.*2026-07-01",
            ),
            "future": Flaw(file="WALCL.csv", change=swap("2026-07-22", "2027-07-21"), says="2027-07-21"),
            "columns shifted": Flaw(
                file="WALCL.csv",
                change=swap("2026-07-08,6700200", "6700200,2026-07-08"),
                says=r"line 3.*6700200",
            ),
            "other unit": Flaw(
                file="DGS10.csv",
                change=scaled(r"\d,(4\.\d+)", 0.01),
                says=r"frb:DGS10 in percent.*another unit",
            ),
            "ten times": Flaw(
                file="WALCL.csv", change=swap("6700400", "67004000"), says=r"frb:WALCL of 2026-07-22"
            ),
            "other header": Flaw(
                file="WALCL.csv", change=swap("observation_date,WALCL", "observation_date,M2SL"), says="M2SL"
            ),
        },
    ),
    "fred with a key": Shelf(
        source="fred",
        folder="fred",
        name_of=_fred,
        key=KEY,
        only=frozenset({"frb:WALCL"}),
        holds=(("frb:WALCL", "2026-07-22", 6_700_400, "USD mn"),),
        flaws={
            "no number": Flaw(
                file="WALCL.json", change=swap('"6700400"', '"NaN"'), says=r"WALCL\.json, row 4"
            ),
            "date twice": Flaw(
                file="WALCL.json",
                change=swap('"date":"2026-07-22"', '"date":"2026-07-08"'),
                says="2026-07-08",
            ),
            "future": Flaw(
                file="WALCL.json",
                change=swap('"date":"2026-07-22"', '"date":"2027-07-21"'),
                says="2027-07-21",
            ),
            "columns shifted": Flaw(
                file="WALCL.json",
                change=swap('"date":"2026-07-22","value":"6700400"', '"date":"6700400","value":"2026-07-22"'),
                says=r"row 4.*6700400",
            ),
            "other unit": Flaw(
                file="WALCL.series.json",
                change=swap("Millions of U.S. Dollars", "Billions of U.S. Dollars"),
                says=r"frb:WALCL is declared in USD mn.*Billions",
            ),
            "ten times": Flaw(
                file="WALCL.json", change=swap('"6700400"', '"67004000"'), says=r"frb:WALCL of 2026-07-22"
            ),
            "other header": Flaw(
                file="WALCL.series.json",
                change=swap('"frequency":"Weekly', '"frequency":"Monthly'),
                says="Monthly",
            ),
        },
    ),
    "alfred": Shelf(
        source="alfred",
        folder="fred",
        name_of=_alfred,
        key=KEY,
        only=frozenset({"bea:GDP"}),
        moment=datetime(2014, 12, 30, 18, 0, tzinfo=UTC),  # the last day on which its two windows are all
        holds=(("bea:GDP", "2009-01-01", 14_003, "USD bn"),),
        flaws={
            "no number": Flaw(
                file="GDP.2009-12-31.json",
                change=swap('"14003.0"', '"NaN"'),
                says=r"GDP\.2009-12-31\.json, row",
            ),
            "date twice": Flaw(
                file="GDP.1776-07-04.json",
                change=swap('"realtime_start":"2009-05-29"', '"realtime_start":"2009-05-28"'),
                says="2009-01-01",
            ),
            "future": Flaw(
                file="GDP.2009-12-31.json",
                change=swap('"date":"2009-10-01"', '"date":"2019-10-01"'),
                says="2019-10-01",
            ),
            "columns shifted": Flaw(
                file="GDP.2009-12-31.json",
                change=swap('"date":"2009-10-01","value":"14301.0"', '"date":"14301.0","value":"2009-10-01"'),
                says=r"14301\.0",
            ),
            "other unit": Flaw(
                file="GDP.series.json",
                change=swap("Billions of Dollars", "Millions of Dollars"),
                says=r"bea:GDP is declared in USD bn.*Millions",
            ),
            "ten times": Flaw(
                file="GDP.2009-12-31.json",
                change=swap('"14301.0"', '"143010.0"'),
                says="bea:GDP of 2009-10-01",
            ),
            "other header": Flaw(
                file="GDP.2009-12-31.json", change=swap('"units":"lin"', '"units":"pch"'), says="pch"
            ),
        },
    ),
    "nyfed": Shelf(
        source="nyfed",
        folder="nyfed",
        name_of=_nyfed,
        holds=(
            ("nyfed:SOFR", "2024-06-14", 7.1, "percent"),
            ("nyfed:SOFR.VOLUME", "2024-06-14", 1500, "USD bn"),
            ("nyfed:RRPONTSYD", "2024-06-13", 123.456, "USD bn"),
            ("nyfed:SRF", "2024-06-13", 1.25, "USD bn"),
            ("nyfed:RRP.MMF", "2024-06-12", 187, "USD bn"),
        ),
        flaws={
            "no number": Flaw(
                file="sofr.json",
                change=swap('"percentRate": 7.1,', '"percentRate": NaN,'),
                says=r"sofr\.json, row 1",
            ),
            "date twice": Flaw(
                file="sofr.json",
                change=swap('"2024-06-13"', '"2024-06-14"'),
                says=r"sofr\.json, row.*2024-06-14",
            ),
            "future": Flaw(file="sofr.json", change=swap('"2024-06-14"', '"2027-06-14"'), says="2027-06-14"),
            "columns shifted": Flaw(
                file="sofr.json", change=swap('"percentRate": 7.1,', '"percentRate": 1500,'), says="shift"
            ),
            "other unit": Flaw(
                file="obfr.json",
                change=scaled(r'"percent\w+": ([\d.]+)', 0.01),
                says="nyfed:OBFR.* in percent",
            ),
            "ten times": Flaw(
                file="sofr.json",
                change=swap('"volumeInBillions": 1500', '"volumeInBillions": 15000'),
                says=r"nyfed:SOFR\.VOLUME of 2024-06-14",
            ),
            "other header": Flaw(
                file="effr.json", change=swap("percentRate", "rate", times=99), says="percentRate"
            ),
        },
    ),
    "soma": Shelf(
        source="soma",
        folder="soma",
        name_of=_soma,
        holds=(("nyfed:SOMA.TOTAL", "2024-06-12", 6_387_000_000_000.5, "USD"),),
        books=("soma:treasuries", "soma:agency"),
        flaws={
            "no number": Flaw(
                file="summary.json",
                change=swap('"frn": "9000000000"', '"frn": "NaN"'),
                says=r"summary\.json, row 2",
            ),
            "date twice": Flaw(
                file="summary.json",
                change=swap("2024-06-05", "2024-06-12"),
                says=r"summary\.json, row 3.*2024-06-12",
            ),
            "future": Flaw(file="summary.json", change=swap("2024-06-12", "2027-06-16"), says="2027-06-16"),
            "columns shifted": Flaw(
                file="summary.json",
                change=swap('"bills": "200000000000"', '"bills": "3500000000000"'),
                says="row 2",
            ),
            "other unit": Flaw(
                file="summary.json",
                change=scaled(r'(?<=: ")(\d+(?:\.\d+)?)(?=")', 1e-6),
                says=r"nyfed:SOMA\.\w+ in USD",
            ),
            "ten times": Flaw(
                file="summary.json",
                change=swap('"mbs": "2299000000000.20"', '"mbs": "22990000000000.20"'),
                says=r"summary\.json, row 3, total",
            ),
            "other header": Flaw(
                file="tsy_2024-06-12.csv",
                change=swap('"Par Value"', '"Face"'),
                says=r"tsy_2024-06-12\.csv",
                is_asked_once=True,
            ),
        },
    ),
    "fiscaldata": Shelf(
        source="fiscaldata",
        folder="fiscaldata",
        name_of=lambda path, asked: f"{path.rpartition('/')[2]}.json",
        holds=(
            ("ust:TGA", "2021-09-30", 200_100, "USD mn"),
            ("ust:TGA", "2022-04-19", 840_300, "USD mn"),
            ("ust:BILLS.ISSUED", "2024-06-13", 155_000, "USD mn"),
        ),
        flaws={
            "no number": Flaw(
                file="operating_cash_balance.json",
                change=swap('"200100"', '"NaN"'),
                says=r"row 1, close_today_bal",
            ),
            "date twice": Flaw(
                file="operating_cash_balance.json",
                change=swap("2021-10-01", "2021-09-30", 3),
                says="2021-09-30|row 5",
            ),
            "future": Flaw(
                file="operating_cash_balance.json",
                change=swap("2022-04-19", "2027-04-19", 4),
                says="2027-04-19",
            ),
            "columns shifted": Flaw(
                file="operating_cash_balance.json",
                change=swap(
                    '"close_today_bal": "null",\n   "open_today_bal": "840300"',
                    '"close_today_bal": "840300",\n   "open_today_bal": "null"',
                ),
                says="row 15",
            ),
            "other unit": Flaw(
                file="operating_cash_balance.json",
                change=scaled(r'"(?:open|close)_today_bal": "(\d+)"', 1e6),
                says="row 11, open_today_bal",  # rounded millions, made dollars, do not add up any more
            ),
            "ten times": Flaw(
                file="operating_cash_balance.json",
                change=swap('"840300"', '"8403000"'),
                says="row 15.*8403000",
            ),
            "other header": Flaw(
                file="public_debt_transactions.json",
                change=swap('"transact_today_amt": "CURRENCY0"', '"transact_today_amt": "PERCENTAGE"'),
                says="transact_today_amt is declared as PERCENTAGE",
            ),
        },
    ),
    "board": Shelf(
        source="board",
        folder="board",
        name_of=lambda path, asked: _BOARD_KEYS[asked["series"]],
        holds=(
            ("frb:WALCL", "2001-01-24", 600_300, "USD mn"),
            ("frb:FEDFUNDS", "2000-12-01", 6.1, "percent"),
            ("frb:M2SL", "2001-01-01", 4910.5, "USD bn"),
        ),
        flaws={
            "no number": Flaw(file="H6.csv", change=swap("4910.5", "NaN"), says=r"H6\.csv, line.*M2\.M"),
            "date twice": Flaw(
                file="H6.csv", change=swap("2000-12,", "2000-11,"), says="2000-11-01 comes after"
            ),
            "future": Flaw(
                file="H15-federal-funds.csv",
                change=lambda content: b"\n".join(content.split(b"\n")[:6]) + b"\n2027-01,6.00\n",
                says="2027-01-01",
            ),
            "columns shifted": Flaw(
                file="H41-table5.csv",
                change=swap("600200,585180,15020", "585180,600200,15020"),
                says="2001-01-17|line",
            ),
            "other unit": Flaw(
                file="H41-table5.csv",
                change=swap('"Multiplier:","1000000"', '"Multiplier:","1000"'),
                says="multiplier 1000,",
            ),
            "ten times": Flaw(file="H6.csv", change=swap("4910.5", "49105"), says="frb:M2SL of 2001-01-01"),
            "other header": Flaw(file="H6.csv", change=swap('"Time Period"', '"Date"'), says="Time Period"),
        },
    ),
    "fomc": Shelf(
        source="fomc",
        folder="fomc",
        name_of=_fomc,
        documents=("fed:statement:2017-01-11", "fed:minutes:2017-01-11", "fed:minutes:2009-01-06"),
        flaws={
            "date twice": Flaw(
                file="monetary20170111a@2017-01-11T1400.htm",
                change=swap("January 11, 2017</p>", "January 12, 2017</p>"),
                says="expected the page of 2017-01-11",
                is_asked_once=True,
            ),
            "columns shifted": Flaw(
                file="fomcminutes20090106@2009-01-27.htm",
                change=lambda content: content[: len(content) // 2],
                says="cut short",
                is_asked_once=True,
            ),
            "other header": Flaw(
                file="ne-press.json",
                change=swap('"pt":"Monetary Policy"', '"kind":"x"', 99),
                says="the feed has changed",
            ),
        },
        lacks={
            "no number": "texts hold no numbers that are read",
            "future": "what the feed dates to the future is not asked for yet",
            "other unit": "texts have no unit",
            "ten times": "texts have no value",
        },
    ),
}


def shelves_of(names: Iterable[str]) -> tuple[Shelf, ...]:
    """The shelves of those names."""
    return tuple(SHELVES[name] for name in names)
