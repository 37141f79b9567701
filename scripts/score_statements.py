"""Score what `runoff.text.statement` reads against the labels that were written by hand.

Usage::

    python scripts/score_statements.py --texts FOLDER            # every era, each miss in one line
    python scripts/score_statements.py --texts FOLDER --era B    # one era; "fresh" for the second reader's texts
    python scripts/score_statements.py --texts FOLDER --docs     # also rewrite the table in docs/methods

FOLDER holds `statements`, `operating_policy` and `minutes`; no text is part of the project. The labels, and what each
of their fields means, are in `tests/data/statements`. Scored are actions (a security class and what is done with it),
and of the actions that were found their amounts with the unit, previous amounts, and dates; and whether a text that
says nothing about the balance sheet is found to say nothing.

Exit status: 0 if no number is wrong, precision is at least 0.99 and recall at least 0.95; 1 if not.
"""

from __future__ import annotations

import argparse
import gzip
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from runoff.text.facts import PolicyAction, StatementReading
from runoff.text.statement import read

ROOT = Path(__file__).resolve().parents[1]
LABELS = ROOT / "tests" / "data" / "statements"
TESTS = ROOT / "tests" / "text"
DOCS = ROOT / "docs" / "methods" / "reading-statements.md"
ERAS = {
    "A": "2008 to 2012",
    "B": "2013 to 2016",
    "C": "2017 to September 2019",
    "D": "October 2019 to February 2022",
    "E": "March 2022 to May 2025",
    "F": "June 2025 on",
}
FRESH = (
    "fresh"  # texts of every year that a second reader labelled, and texts of our own that are hard to read
)
TITLES = {name: f"{name}, {years}" for name, years in ERAS.items()}
TITLES |= {"all": "all", FRESH: "fresh: every year, second reader"}
PRECISION, RECALL = 0.99, 0.95  # what the labelled set is held to

Reader = Callable[[str, date], StatementReading]
Found = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number of billions and what it is per."""

    billions: float | None
    per: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionLabel:
    """One labelled action: what a reader has to find, and which of its fields the text leaves `open`."""

    security: str
    action: str
    amount: Amount
    previous: float | None
    effective: date | None
    direction: str | None
    alternative: Amount | None
    open: frozenset[str]
    optional: bool
    anchor: str

    def fits(self, action: PolicyAction) -> bool:
        """Whether an action read is the one labelled, its numbers aside."""
        return action.action.value == self.action and (
            "security" in self.open or action.security.value == self.security
        )

    def amount_is(self, found: Amount) -> bool:
        """Whether an amount read is the labelled one, or left out where the text leaves it open."""
        if "amount_billions" in self.open and None in (found.billions, self.amount.billions):
            return True
        if found.billions is None or self.amount.billions is None:
            return found.billions is self.amount.billions
        ways = [self.amount] if self.alternative is None else [self.amount, self.alternative]
        return any(
            found.billions == way.billions and (found.per == way.per or "per" in self.open) for way in ways
        )

    def previous_is(self, found: float | None) -> bool:
        """Whether an earlier amount read is the labelled one."""
        return found == self.previous or ("previous_billions" in self.open and None in (found, self.previous))

    def effective_is(self, found: date | None) -> bool:
        """Whether a date read is the labelled one."""
        return found == self.effective or ("effective" in self.open and None in (found, self.effective))


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLabel:
    """One labelled text."""

    era: str
    file: str
    silent: bool
    open: frozenset[str]
    actions: tuple[ActionLabel, ...]

    @property
    def day(self) -> date:
        """The day of the text, from the name of its file."""
        return date.fromisoformat(Path(self.file).name[:10])


@dataclass(slots=True)
class Score:
    """Counts over some texts; `misses` says each miss in one line."""

    texts: int = 0
    found: int = 0  # actions read that are labelled
    invented: int = 0  # actions read that are not
    missed: int = 0  # actions labelled that were not read
    counts: dict[str, list[int]] = field(
        default_factory=lambda: {
            name: [0, 0] for name in ("amount", "previous", "effective", "direction", "silent")
        }
    )
    misses: list[str] = field(default_factory=list)

    def tell(self, name: str, line: str, *, right: bool) -> None:
        """Count a fact as right or wrong."""
        self.counts[name][0] += right
        self.counts[name][1] += 1
        if not right:
            self.misses.append(line)

    def add(self, other: Score) -> None:
        """Take the counts of other texts in."""
        self.texts, self.found = self.texts + other.texts, self.found + other.found
        self.invented, self.missed = self.invented + other.invented, self.missed + other.missed
        for name, (right, all_) in other.counts.items():
            self.counts[name][0] += right
            self.counts[name][1] += all_
        self.misses += other.misses

    @property
    def precision(self) -> float:
        """Of the actions read, the share that is labelled."""
        return self.found / (self.found + self.invented) if self.found + self.invented else 1.0

    @property
    def recall(self) -> float:
        """Of the actions labelled, the share that was read."""
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0

    @property
    def numbers_exact(self) -> bool:
        """Whether no amount, previous amount or date of an action that was found is wrong."""
        return all(
            self.counts[name][0] == self.counts[name][1] for name in ("amount", "previous", "effective")
        )

    @property
    def good_enough(self) -> bool:
        """Whether the score holds what the labelled set is held to."""
        return self.numbers_exact and self.precision >= PRECISION and self.recall >= RECALL


def labels(eras: Iterable[str] = ERAS) -> tuple[TextLabel, ...]:
    """The labelled texts of some eras, in the order of the files."""
    found = []
    for era in eras:
        rows = tomllib.loads((LABELS / f"labels_{era}.toml").read_text(encoding="utf-8"))["text"]
        found += [
            TextLabel(
                era=era,
                file=row["file"],
                silent=row["silent"],
                open=frozenset(row.get("open", ())),
                actions=tuple(_action_label(action) for action in row.get("action", ())),
            )
            for row in rows
        ]
    return tuple(found)


def _action_label(row: dict[str, Any]) -> ActionLabel:
    known = {"security", "action", "amount_billions", "per", "previous_billions", "effective", "until"}
    known |= {"direction", "into", "alternative", "open", "optional", "anchor"}
    if unknown := set(row) - known:
        raise SystemExit(f"label with unknown fields {sorted(unknown)}: {row}")
    other = row.get("alternative")
    return ActionLabel(
        security=row["security"],
        action=row["action"],
        amount=Amount(billions=row.get("amount_billions"), per=row.get("per")),
        previous=row.get("previous_billions"),
        effective=row.get("effective"),
        direction=row.get("direction"),
        alternative=Amount(billions=other["amount_billions"], per=other["per"]) if other else None,
        open=frozenset(row.get("open", ())),
        optional=row.get("optional", False),
        anchor=row["anchor"],
    )


def text_of(folder: Path, file: str) -> str:
    """The text of a labelled file; those under ``fresh`` are with the tests."""
    path = (TESTS if file.startswith("fresh/") else folder) / file
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes()).decode("utf-8")
    return path.read_text(encoding="utf-8")


def score_text(label: TextLabel, reading: StatementReading) -> Score:
    """Hold one reading against its label.

    1. Each labelled action takes the action read that fits it best; one whose security the text leaves open takes all.
    2. An action read that no label takes is invented; a label that took none is missed, unless it is optional.
    3. Amounts, previous amounts and dates count where the label or the reading states one.
    """
    score, left = Score(texts=1), list(reading.actions)
    exact = [a for a in label.actions if "security" not in a.open]
    loose = [a for a in label.actions if "security" in a.open]
    for wanted in [*(a for a in exact if not a.optional), *(a for a in exact if a.optional)]:
        best = max((a for a in left if wanted.fits(a)), key=lambda a: _agreement(wanted, a), default=None)
        if best is not None:
            left.remove(best)
            _score_numbers(score, label, wanted, best)
        _count(score, label, wanted, found=best is not None)
    for wanted in loose:
        taken = [a for a in left if wanted.fits(a)]
        left = [a for a in left if not wanted.fits(a)]
        for action in taken:
            _score_numbers(score, label, wanted, action)
        _count(score, label, wanted, found=bool(taken))
    for action in left:
        score.invented += 1
        score.misses.append(f"{label.file}: invented {_shown(action)} <- {action.sentence[:90]!r}")
    if "silent" not in label.open:
        right = reading.silent == label.silent
        score.tell("silent", f"{label.file}: silent {reading.silent}, labelled {label.silent}", right=right)
    return score


def _count(score: Score, label: TextLabel, wanted: ActionLabel, *, found: bool) -> None:
    if wanted.optional:
        return
    score.found += found
    score.missed += not found
    if not found:
        score.misses.append(f"{label.file}: missed {wanted.security} {wanted.action} <- {wanted.anchor!r}")


def _agreement(wanted: ActionLabel, action: PolicyAction) -> int:
    return (
        4 * wanted.amount_is(_amount(action))
        + 2 * wanted.effective_is(action.effective)
        + wanted.previous_is(action.previous_billions)
    )


def _amount(action: PolicyAction) -> Amount:
    return Amount(billions=action.amount_billions, per=action.per.value if action.per else None)


def _score_numbers(score: Score, label: TextLabel, wanted: ActionLabel, action: PolicyAction) -> None:
    line = f"{label.file}: {_shown(action)} <- {action.sentence[:60]!r}; labelled "
    found, previous, start = _amount(action), action.previous_billions, action.effective
    if (found.billions, wanted.amount.billions) != (None, None):
        wants = f"{wanted.amount.billions} per {wanted.amount.per}"
        score.tell("amount", line + wants, right=wanted.amount_is(found))
    if (previous, wanted.previous) != (None, None):
        score.tell("previous", line + f"previous {wanted.previous}", right=wanted.previous_is(previous))
    if (start, wanted.effective) != (None, None):
        score.tell("effective", line + f"effective {wanted.effective}", right=wanted.effective_is(start))
    if action.direction and wanted.direction and "direction" not in wanted.open:
        right = action.direction.value == wanted.direction
        score.tell(
            "direction", line + f"direction {wanted.direction}, read {action.direction.value}", right=right
        )


def _shown(action: PolicyAction) -> str:
    parts = [action.security.value, action.action.value]
    if action.amount_billions is not None:
        parts.append(f"{action.amount_billions:g} per {action.per.value if action.per else None}")
    if action.previous_billions is not None:
        parts.append(f"(was {action.previous_billions:g})")
    if action.effective:
        parts.append(f"from {action.effective}")
    return " ".join(parts)


def score(folder: Path, texts: Iterable[TextLabel], reader: Reader) -> dict[str, Score]:
    """Scores by era, and of all texts under ``all``."""
    scores: dict[str, Score] = {}
    for label in texts:
        one = score_text(label, reader(text_of(folder, label.file), label.day))
        for name in (label.era, "all"):
            scores.setdefault(name, Score()).add(one)
    return {name: scores[name] for name in [*ERAS, FRESH, "all"] if name in scores}


def runoff_reads(text: str, day: date) -> StatementReading:
    """What the product reads."""
    return read(text, day=day)


def table(scores: dict[str, Score]) -> str:
    """The scores as a Markdown table."""
    head = "| era | texts | actions | precision | recall | amounts | previous amounts | dates | silent |"
    rows = [head, "| --- " * 9 + "|"]
    for name, one in scores.items():
        cells = [f"{one.texts}", f"{one.found + one.missed}", f"{one.precision:.3f}", f"{one.recall:.3f}"]
        cells += [_share(one, key) for key in ("amount", "previous", "effective", "silent")]
        rows.append(f"| {TITLES[name]} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _share(one: Score, key: str) -> str:
    right, all_ = one.counts[key]
    return f"{right} of {all_}"


def write_docs(scores: dict[str, Score], page: Path = DOCS) -> None:
    """Put the table between its two markers; a lone first marker gets the second."""
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    begin, end = "<!-- scores -->", "<!-- /scores -->"
    if begin not in text:
        raise SystemExit(f"{page} has no line {begin}: the table has no place")
    if end not in text:
        text = text.replace(begin, f"{begin}\n{end}")
    block = f"{begin}\n\n{table(scores)}\n\n{end}"
    page.write_text(re.sub(f"{begin}.*?{end}", lambda _: block, text, flags=re.DOTALL), encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Print the table and every miss; write the table into the documentation if asked."""
    parser = argparse.ArgumentParser(description="Score the reader of statements against labels.")
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--era", choices=(*ERAS, FRESH))
    parser.add_argument("--docs", action="store_true")
    options = parser.parse_args(arguments)
    scores = score(options.texts, labels([options.era] if options.era else ERAS), runoff_reads)
    total = scores.pop("all")
    if not options.era:
        fresh = score(options.texts, labels([FRESH]), runoff_reads)[FRESH]
        scores |= {"all": total, FRESH: fresh}
        total = Score()
        total.add(scores["all"])
        total.add(fresh)
    print(table(scores))
    right, all_ = total.counts["direction"]
    print(f"\ndirections, where the reader names one: {right} of {all_}")
    print("\n".join(f"  {line}" for line in total.misses))
    if options.docs and not options.era:
        write_docs(scores)
    return 0 if all(one.good_enough for one in scores.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
