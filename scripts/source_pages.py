"""Write one page for each source: what it brings, in which unit, when it comes out, its licence, how it is asked.

``python scripts/source_pages.py`` rewrites ``docs/sources``; with ``--check`` it changes nothing and fails where a page
is not what the code says.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from pathlib import Path

from runoff.core.registry import plugins
from runoff.core.source import Catalogue, Source
from runoff.core.time import RELEASE_RULES

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "sources"


def pages() -> dict[str, str]:
    """Every page by file name."""
    found = plugins("sources", Source)
    declared = [source.specs() for source in found.values()]
    catalogue = Catalogue(
        specs={name: spec for specs in declared for name, spec in specs.items()},
        clock=found["figures"].clock(),
    )
    live = {name: source for name, source in found.items() if source.requests is not None}
    return {f"{name}.md": _page(name, source, catalogue) for name, source in live.items()} | {
        "README.md": _index(live)
    }


def _index(live: dict[str, Source]) -> str:
    lines = [
        "# Sources",
        "",
        "Written by `scripts/source_pages.py`; `runoff update --source NAME` asks one.",
        "",
    ]
    lines += ["| name | publisher | licence |", "| --- | --- | --- |"]
    lines += [f"| [{name}]({name}.md) | {source.title} | {source.licence} |" for name, source in live.items()]
    return "\n".join(lines) + "\n"


def _page(name: str, source: Source, catalogue: Catalogue) -> str:
    module = inspect.getmodule(source.parse)
    told = inspect.cleandoc(module.__doc__ or "") if module is not None else ""
    series = sorted(source.brings(catalogue)) if source.brings is not None else []
    lines = [
        f"# {source.title}",
        "",
        f"`runoff update --source {name}` · written by `scripts/source_pages.py` from `sources/{name}.py`",
        "",
        told,
        "",
        "| | |",
        "| --- | --- |",
        f"| address | {source.home} (a mirror: `RUNOFF_{name.upper()}_ADDRESS`) |",
        f"| licence | {source.licence} |",
        f"| politeness | {source.pause_seconds:g} s between two requests |",
        "",
    ]
    if series:
        lines += [
            "| series | what | unit | measure | frequency | comes out |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for key in series:
            spec = catalogue.specs[key]
            rule = RELEASE_RULES.get(spec.release)
            lines.append(
                f"| `{key}` | {spec.title} | {spec.unit.symbol} | {spec.measure} | {spec.frequency} | "
                f"{rule.says if rule is not None else spec.release} |"
            )
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    """Write the pages, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail where a page is stale")
    check = parser.parse_args().check
    wanted = pages()
    there = {file.name: file.read_text("utf-8") for file in FOLDER.glob("*.md")} if FOLDER.is_dir() else {}
    if check:
        stale = sorted({*wanted, *there} - {name for name in wanted if there.get(name) == wanted[name]})
        for name in stale:
            print(f"docs/sources/{name} is stale: run python scripts/source_pages.py", file=sys.stderr)
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in there.keys() - wanted.keys():
        (FOLDER / name).unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, "utf-8")
    print(f"{len(wanted)} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
