"""The brief as a page: one file, no request to anywhere, readable with scripts off and at the width of a telephone.

Every chart is in the page as an SVG drawing, at two widths between which CSS chooses; where scripts run, the same
specification is drawn with a pointer that reads figures off. Colours are CSS variables, so that one drawing serves
light and dark. Behind every number stand its period, when it became known, its marks and its files: on hover in brief,
and in full by click, tap or keyboard, without a script.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import count
from typing import TYPE_CHECKING

import orjson

from runoff import charts
from runoff.core.language import Words
from runoff.core.report import Brief, Figure, Plot
from runoff.render import wording

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

# The two widths at which a chart is drawn, in pixels.
WIDE, NARROW = 860, 350

_PALETTE = charts.Palette(
    series=tuple(f"var(--series-{index})" for index in range(len(charts.LIGHT.series))),
    ink="var(--ink)",
    muted="var(--muted)",
    grid="var(--grid)",
    zero="var(--zero)",
    paper="var(--paper)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chart:
    """A chart in the page: its words, its two drawings, and what the script draws over them."""

    id: str
    title: str
    description: str
    wide: Markup
    narrow: Markup
    data: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A figure in the page: its place, its text, and what it says of itself."""

    id: str
    label: str
    text: str
    known: bool
    unit: str
    period: str
    marks: str
    provenance: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        """What it says of itself in one line; a digest is too long for it."""
        return " · ".join(text for _, text in self.provenance if len(text) != _DIGEST_LENGTH)


_DIGEST_LENGTH = 64  # SHA-256 in hexadecimal


def render(brief: Brief, words: Words) -> str:
    """The brief as one HTML page, in the language of `words`."""
    from markupsafe import Markup

    drawn = {
        name: [_chart(f"{name}-{plot.id}", plot, words) for plot in section.plots]
        for name, section in brief.sections.items()
    }
    numbers = count(1)
    return _template().render(
        brief=brief,
        words=words,
        lang="zh-Hans" if words.language == "zh" else words.language,
        charts=drawn,
        shown=lambda figure: _shown(f"figure-{next(numbers)}", figure, words),
        edits=wording.edits,
        sheet=lambda table: wording.sheet(table, words),
        notes=lambda figures: wording.note_lines(figures, words),
        legend=wording.legend(brief, words),
        style=Markup(_variables() + _file("brief.css")),
        script=Markup(_file("brief.js")),
        library=Markup(_library()) if any(drawn.values()) else "",
    )


def _shown(place: str, figure: Figure, words: Words) -> _Shown:
    return _Shown(
        id=place,
        label=figure.label,
        text=wording.number(figure, words),
        known=wording.known(figure) is not None,
        unit=wording.unit(figure, words),
        period=wording.period(figure, words),
        marks="".join(wording.marks(figure)),
        provenance=wording.provenance(figure, words),
    )


def _chart(place: str, plot: Plot, words: Words) -> _Chart:
    from markupsafe import Markup

    # The title is text of the page, so that it wraps and is a caption.
    untitled = replace(plot, title="", description=plot.description or plot.title)
    specifications, drawings = {}, {}
    for name, width in (("wide", WIDE), ("narrow", NARROW)):
        height = charts.height(plot, width)
        specifications[name] = charts.specification(
            untitled, words, width=width, height=height, colours=_PALETTE
        )
        drawings[name] = Markup(charts.svg(untitled, words, width=width, height=height, colours=_PALETTE))
    # Both show the same rows: they stand in the page once, in columns.
    rows = specifications["wide"]["data"].pop("values")
    del specifications["narrow"]["data"]["values"]
    columns = {key: [row[key] for row in rows] for key in (rows[0] if rows else ())}
    data = orjson.dumps({"columns": columns, **specifications}).decode().replace("<", "\\u003c")
    return _Chart(
        id=place,
        title=plot.title,
        description=plot.description,
        wide=drawings["wide"],
        narrow=drawings["narrow"],
        data=Markup(data),
    )


def _variables() -> str:
    """The colours of both modes as the CSS variables that `_PALETTE` names."""

    def declared(palette: charts.Palette) -> str:
        named = {f"series-{index}": colour for index, colour in enumerate(palette.series)} | {
            name: getattr(palette, name) for name in ("ink", "muted", "grid", "zero", "paper")
        }
        return ":root{" + "".join(f"--{name}:{colour};" for name, colour in named.items()) + "}\n"

    dark = declared(charts.DARK)
    return f"{declared(charts.LIGHT)}@media screen and (prefers-color-scheme: dark){{{dark}}}\n"


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_file("brief.html.j2"))


def _file(name: str) -> str:
    return (files("runoff.render") / "templates" / name).read_text("utf-8")


@cache
def _library() -> str:
    """Vega, Vega-Lite and vega-embed as one script, from the package that draws the charts."""
    import vl_convert

    library = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return str(library).replace("</script", "<\\/script")
