"""Pictures of a plot: one Vega-Lite specification for the page, the notebook, SVG and PNG.

A value that is not there stays a gap: no line crosses it, no area is filled with it. Stacked areas stand only where
every part of their side is known, and bars only where every part is, since a stack with a part missing would show a
wrong total.
"""

from __future__ import annotations

import functools
import html
import json
import math
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from runoff.core.errors import ConfigError
from runoff.core.language import Words
from runoff.core.report import Plot, PlotKind
from runoff.core.series import FloatArray, IntArray
from runoff.core.units import CURRENCIES, Unit

if TYPE_CHECKING:
    import altair as alt


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours of a picture: one per line, in order, then text, quieter text, grid, zero line and paper."""

    series: tuple[str, ...]
    ink: str
    muted: str
    grid: str
    zero: str
    paper: str


# Chosen by search from the hues of Okabe and Ito (2008): every pair stays apart under protanopia, deuteranopia and
# tritanopia (Machado, Oliveira, Fernandes 2009), every colour has a contrast of 3 to its paper. The tests compute both.
LIGHT = Palette(
    series=(
        "#1f5597", "#b04a12", "#3f8a66", "#571a82", "#a98a12", "#d15f9a",
        "#4b515a", "#2b97c2", "#6a3a06", "#182704", "#390044", "#323748",
    ),
    ink="#1c2127",
    muted="#5a626c",
    grid="#e4e6e9",
    zero="#8d949d",
    paper="#ffffff",
)  # fmt: skip
DARK = Palette(
    series=(
        "#8dbafb", "#e0852a", "#5a9a80", "#9a7dd8", "#fee485", "#e197ae",
        "#d4dce5", "#447aa0", "#786d27", "#b4c96d", "#5b7269", "#efc8aa",
    ),
    ink="#e8eaed",
    muted="#a3abb5",
    grid="#2c333b",
    zero="#6d7681",
    paper="#14181d",
)  # fmt: skip

# Lines differ by dash too, so that none is told by its colour alone.
_DASHES = (
    (1, 0), (7, 3), (2, 2), (9, 3, 2, 3), (4, 2), (12, 3), (2, 4), (9, 2, 2, 2, 2, 2),
    (16, 4), (4, 4), (12, 2, 2, 2), (6, 2, 2, 2),
)  # fmt: skip
# The shapes of points, by group, for the same reason.
_SHAPES = (
    "circle", "diamond", "square", "triangle-up", "cross", "triangle-down", "triangle-right", "triangle-left",
    "circle", "diamond", "square", "triangle-up",
)  # fmt: skip
# How dense a band is by itself.
_SHADE = 0.2
# The area of a point in square pixels, and of one of a group of so few that it would be lost among others.
_POINT, _LONE_POINT, _FEW = 24, 110, 4
_NARROW = 480
_ROWS = "rows"
_FONTS = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'PingFang SC', 'Microsoft YaHei', "
    "'Noto Sans CJK SC', 'WenQuanYi Micro Hei', sans-serif"
)
# Year, month of a year, month, day: in d3's notation.
_TIMES = {"en": ("%Y", "%b %Y", "%b", "%-d %b"), "zh": ("%Y年", "%Y年%-m月", "%-m月", "%-m月%-d日")}
# What a period is called under the pointer, by its length: a day, a month, a quarter, a year.
_DAYS = {"en": "%-d %b %Y", "zh": "%Y年%-m月%-d日"}
_MONTHS = {"en": "%b %Y", "zh": "%Y年%-m月"}
_QUARTERS = {"en": "%YQ%q", "zh": "%YQ%q"}
_YEARS = {"en": "%Y", "zh": "%Y年"}
_DAY = 86_400_000  # milliseconds, in which Vega counts
# The part of its place that a bar fills, and how much shorter than the median a place may be and still be a common one:
# February is 0.9 of a month, the first half of a month that a plot starts in is not.
_BAR, _COMMON = 0.8, 0.85


def specification(plot: Plot, words: Words, *, width: int, height: int, colours: Palette) -> dict[str, Any]:
    """The plot as a Vega-Lite specification with a rule and a tooltip that follow the pointer.

    1. `_data`: the values in wide rows, in the plot's own unit; a missing one is null;
    2. `_DRAWN`: lines before their bands, areas stacked above and below zero, bars with steps over them, or points with
       curves and bands across;
    3. `_until`: where history ends;
    4. `_pointer`: the rule and the tooltip, which shows figures as tables do (`Words.number`).

    Parameters
    ----------
    plot
        What to show.
    words
        The language of legend, axes and tooltip.
    width, height
        Of the whole picture, in pixels.
    colours
        `LIGHT`, `DARK`, or names of CSS variables where a page declares them.

    Raises
    ------
    ConfigError
        If the plot has more lines than a picture tells apart, a line of another length than its periods, or bands where
        there is nothing for them to lie behind.
    """
    return _picture(plot, words, width=width, height=height, colours=colours, pointer=True)


def svg(plot: Plot, words: Words, *, width: int = 760, height: int = 340, colours: Palette = LIGHT) -> str:
    """The plot as an SVG drawing, the same bytes for the same plot; it names itself to screen readers.

    A plot without a title is drawn without one, for a page that sets it as text.
    """
    import vl_convert

    spec = _picture(plot, words, width=width, height=height, colours=colours, pointer=False)
    if words.language == "zh" and (found := chinese_font()):
        # Text is measured with a real font where there is one; a browser draws it with its own.
        vl_convert.register_font_directory(str(found.folder))
        spec["config"]["font"] = f"'{found.family}', {_FONTS}"
    drawing = re.sub(r' d="[^"]*"', _plainer, vl_convert.vegalite_to_svg(spec))
    label = html.escape(plot.description or plot.title)
    return drawing.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)


def png(
    plot: Plot,
    words: Words,
    *,
    width: int = 760,
    height: int = 340,
    colours: Palette = LIGHT,
    scale: float = 2.0,
) -> bytes:
    """The plot as a PNG image of `scale` times the size.

    Raises
    ------
    ConfigError
        If the words are Chinese and this machine has no font for them.
    """
    import vl_convert

    if words.language == "zh" and chinese_font() is None:
        raise ConfigError(
            "no font with Chinese characters on this machine, so a PNG would show boxes; install one (Debian and "
            "Ubuntu: apt-get install {package}; fontconfig must then list it: fc-list :lang=zh), or ask for SVG",
            package="fonts-noto-cjk",
        )
    drawing = svg(plot, words, width=width, height=height, colours=colours)
    return bytes(vl_convert.svg_to_png(drawing, scale=scale))


def _plainer(path: re.Match[str]) -> str:
    """A path to a tenth of a pixel (a third fewer bytes), a lone point drawn so that every program shows its dot."""
    tenths = re.sub(r"(\.\d)\d+", r"\1", path.group())
    return re.sub(r"(M[-\d.]+,[-\d.]+)Z", r"\1h0.1", tenths)


def axis_unit(plot: Plot, words: Words) -> tuple[int, str]:
    """How many powers of ten the axis divides by, and the unit it then counts in: (6, "USD tn"), (4, "亿美元")."""
    return _counted(Unit.parse(plot.unit), _drawn_values(plot), words)


def _drawn_values(plot: Plot) -> list[FloatArray]:
    """All that is drawn against the axis of values."""
    curves = plot.across.curves.values() if plot.across else ()
    bands = (side for band in plot.bands for side in (band.lower, band.upper))
    return [*plot.lines.values(), *curves, *bands]


def _counted(unit: Unit, drawn: Sequence[FloatArray], words: Words) -> tuple[int, str]:
    if unit.dimension not in CURRENCIES:
        return 0, words.table_unit(unit)
    values = np.concatenate([np.abs(values[np.isfinite(values)]) for values in drawn] or [np.zeros(1)])
    size = (values.max() if len(values) else 0.0) * 10.0**unit.exponent
    if words.language == "zh":
        name = words.table_unit(unit)
        return (12 - unit.exponent, f"万{name}") if size >= 1e12 else (8 - unit.exponent, name)
    exponent = 12 if size >= 1e12 else 9 if size >= 1e9 else 6
    return exponent - unit.exponent, Unit(unit.dimension, exponent).symbol


def height(plot: Plot, width: int) -> int:
    """The height at which the plot keeps its proportions below its legend, for a picture of that width."""
    names = [entry.name for entry in _entries(plot)]
    rows = math.ceil(len(names) / _legend_columns(names, width)) if len(names) > 1 else 0
    return round(150 + 0.22 * width) + 22 * rows


@dataclass(frozen=True, slots=True)
class Font:
    """A font family and the folder its file lies in."""

    family: str
    folder: Path


@functools.cache
def chinese_font() -> Font | None:
    """The font of this machine that draws Chinese best; None where there is none."""
    found: dict[str, Path] = {}
    if listing := shutil.which("fc-list"):
        run = subprocess.run(  # the arguments are ours
            [listing, ":lang=zh", "--format", "%{family}\t%{file}\n"],
            capture_output=True,
            text=True,
            check=False,
        )
        for line in run.stdout.splitlines():
            families, _, file = line.partition("\t")
            found.setdefault(families.split(",")[0], Path(file))
    for family, file in _CHINESE_FONTS:
        if family in found:
            return Font(family, found[family].parent)
        if Path(file).is_file():
            return Font(family, Path(file).parent)
    return next((Font(family, file.parent) for family, file in sorted(found.items())), None)


# Best first, with the place Debian's package (fonts-noto-cjk, fonts-wqy-microhei, fonts-wqy-zenhei) gives it.
_CHINESE_FONTS = (
    ("Noto Sans CJK SC", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    ("WenQuanYi Micro Hei", "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"),
    ("WenQuanYi Zen Hei", "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"),
)


def _picture(
    plot: Plot, words: Words, *, width: int, height: int, colours: Palette, pointer: bool
) -> dict[str, Any]:
    import altair as alt

    _check(plot, colours)
    draw = _DRAWN[plot.kind]
    layers = draw(plot, words, width=width, colours=colours)
    layers += _until(plot, words, width=width, colours=colours)
    if pointer:
        layers.append(_pointer(plot, words, width=width, colours=colours))
    chart = alt.layer(*layers).properties(
        description=plot.description or plot.title,
        width=width,
        height=height,
        autosize=alt.AutoSizeParams(type="fit", contains="padding"),
    )
    spec: dict[str, Any] = chart.to_dict() | {"data": _data(plot), "config": _config(plot, colours, width)}
    if plot.over or plot.bands or plot.across:
        _symbols_in_legend(spec, plot, colours)
    return spec | ({"title": plot.title} if plot.title else {})


def _check(plot: Plot, colours: Palette) -> None:
    """Refuse what no picture can show."""
    curves = plot.across.curves if plot.across else {}
    if (count := len(plot.lines) + len(curves)) > len(colours.series):
        raise ConfigError(
            "plot {plot}: {count} lines, and a picture tells {limit} apart; add the smallest together, or draw two",
            plot=plot.id,
            count=count,
            limit=len(colours.series),
        )
    if (plot.across is not None) is not (plot.kind is PlotKind.SCATTER):
        raise ConfigError(
            "plot {plot}: a {kind} plot; what runs across in place of time belongs to a scatter, and to no other",
            plot=plot.id,
            kind=plot.kind.value,
        )
    if plot.bands and plot.kind not in {PlotKind.LINES, PlotKind.SCATTER}:
        raise ConfigError(
            "plot {plot}: bands lie behind lines and points, and this is a {kind} plot; draw them with lines",
            plot=plot.id,
            kind=plot.kind.value,
        )
    along = len(plot.across.grid) if plot.across else len(plot.periods)
    lengths = [(name, line, len(plot.periods)) for name, line in plot.lines.items()]
    lengths += [(plot.across.title, plot.across.values, len(plot.periods))] if plot.across else []
    lengths += [(name, curve, along) for name, curve in curves.items()]
    lengths += [(band.label, side, along) for band in plot.bands for side in (band.lower, band.upper)]
    for name, values, expected in lengths:
        if len(values) != expected:
            raise ConfigError(
                "plot {plot}: {line} has {found} values for {expected} periods; NaN stands for one that is missing",
                plot=plot.id,
                line=name,
                found=len(values),
                expected=expected,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """What the legend names: its key in the data, the place of its colour, its symbol and how dense that is."""

    key: str
    name: str
    colour: int
    symbol: str
    opacity: float = 1.0
    dash: tuple[int, ...] = (1, 0)


def _entries(plot: Plot) -> list[_Entry]:
    """Lines or groups of points, then curves, then bands; a band has the colour of what it belongs to."""
    found = []
    for index, (key, name) in enumerate(zip(_keys(plot), plot.lines, strict=True)):
        bar = plot.kind is PlotKind.BARS and name not in plot.over
        symbol = _SHAPES[index] if plot.across else "square" if bar else "stroke"
        dash = (1, 0) if plot.across else _DASHES[index]
        found.append(_Entry(key=key, name=name, colour=index, symbol=symbol, dash=dash))
    for index, name in enumerate(plot.across.curves if plot.across else ()):
        colour, dash = len(plot.lines) + index, _DASHES[index]
        found.append(_Entry(key=f"c{index:02d}", name=name, colour=colour, symbol="stroke", dash=dash))
    colours = {entry.name: entry.colour for entry in found}
    within = dict.fromkeys(colours.values(), 0)
    for index, band in enumerate(plot.bands):
        colour = colours.get(band.of, 0)
        within[colour] += 1
        opacity = round(1 - (1 - _SHADE) ** within[colour], 3)  # as it looks where it lies on the wider ones
        found.append(
            _Entry(key=f"r{index:02d}", name=band.label, colour=colour, symbol="square", opacity=opacity)
        )
    return found


def _keys(plot: Plot) -> list[str]:
    return [f"s{index:02d}" for index in range(len(plot.lines))]


def _data(plot: Plot) -> dict[str, Any]:
    """Wide rows, a third of the bytes of long ones. Not CSV: its reader makes code of it, which strict pages refuse."""
    columns = [_listed(line) for line in plot.lines.values()]
    keys, moments = ["t", *_keys(plot)], [_moments(plot.periods)]
    if plot.across:
        keys, columns = ["t", "x", *_keys(plot)], [*map(_listed, (plot.across.values,)), *columns]
    else:
        keys += _sides(plot)
        columns += [_listed(side) for band in plot.bands for side in (band.lower, band.upper)]
    if plot.kind is PlotKind.BARS:
        half, edges = _places(plot.periods)
        keys = ["t", "b0", "b1", "e0", "e1", *_keys(plot)]
        moments += map(_moments, (plot.periods - half, plot.periods + half, edges[:-1], edges[1:]))
    rows = [dict(zip(keys, row, strict=True)) for row in zip(*moments, *columns, strict=True)]
    return {"name": _ROWS, "values": rows}


def _listed(values: FloatArray) -> list[float | None]:
    return [float(f"{v:.10g}") if math.isfinite(v) else None for v in values.tolist()]


def _sides(plot: Plot) -> list[str]:
    """The columns of the bands: the lower and the upper side of each."""
    return [f"{side}{index:02d}" for index in range(len(plot.bands)) for side in "lu"]


def _span(plot: Plot) -> tuple[float, float]:
    """The first and the last day that the axis shows; bars reach beyond their own."""
    ends = _places(plot.periods)[1] if plot.kind is PlotKind.BARS else plot.periods
    return float(ends[0]), float(ends[-1])


def _moments(ordinals: IntArray | FloatArray) -> list[int]:
    """Days, or parts of days, in milliseconds since 1970."""
    since = (ordinals - date(1970, 1, 1).toordinal()) * _DAY
    return [round(moment) for moment in since.tolist()]


def _places(periods: IntArray) -> tuple[FloatArray, FloatArray]:
    """Half the width of each bar in days, and the edges of the places (one more than periods) that steps go along.

    A bar stands in the middle of its place, on the day that the axis names, and is no wider than the nearer neighbour
    allows: none overlap, however they are spaced. Those of months are alike all the same, though months are not.
    """
    if len(periods) < 2:
        return np.full(len(periods), _BAR / 2), np.array(
            [day + side for day in periods for side in (-0.5, 0.5)]
        )
    gaps = np.diff(periods).astype(float)
    room = np.minimum(np.concatenate([gaps[:1], gaps]), np.concatenate([gaps, gaps[-1:]]))
    common = room[room >= _COMMON * np.median(room)].min()
    half = _BAR / 2 * np.minimum(room, common)
    ends = periods[[0, -1]] + np.array([-0.5, 0.5]) * room[[0, -1]]
    return half, np.concatenate([ends[:1], (periods[:-1] + periods[1:]) / 2, ends[1:]])


def _colour(plot: Plot, *, width: int, colours: Palette) -> alt.Color:
    """A colour a line, and the legend that names it; a line alone is named by the title."""
    import altair as alt

    entries = _entries(plot)
    names = ", ".join(f"{entry.key}: {_quoted(entry.name)}" for entry in entries)
    legend = (
        alt.Legend(
            title=None,
            orient="top",
            columns=_legend_columns([entry.name for entry in entries], width),
            labelExpr=f"{{{names}}}[datum.value]",
            labelLimit=width - 40,
        )
        if len(entries) > 1
        else None
    )
    scale = alt.Scale(
        domain=[entry.key for entry in entries], range=[colours.series[entry.colour] for entry in entries]
    )
    return alt.Color("k:N", scale=scale, legend=legend)


def _folded(keys: Sequence[str]) -> alt.Chart:
    """The rows made long: a row a line, its key in `k` and its value in `v`."""
    import altair as alt

    return alt.Chart(alt.NamedData(_ROWS), transform=[{"fold": list(keys), "as": ["k", "v"]}])


def _lines(plot: Plot, words: Words, *, width: int, colours: Palette) -> list[alt.Chart]:
    """A line for each name, over its bands."""
    import altair as alt

    colour = _colour(plot, width=width, colours=colours)
    # A round cap makes a value between two gaps a dot.
    lines: alt.Chart = _folded(_keys(plot)).mark_line(
        invalid="break-paths-show-domains", strokeWidth=1.75, strokeCap="round", strokeJoin="round"
    )
    zero = Unit.parse(plot.unit).dimension in CURRENCIES
    x = _across(words, "t", width=width)
    y = functools.partial(alt.Y, axis=_value_axis(plot, words, colours), scale=alt.Scale(zero=zero))
    drawn = lines.encode(x=x, y=y("v:Q"), color=colour, strokeDash=_dash(plot, colour))
    return [*_bands(plot, alt.NamedData(_ROWS), x, y, colour), drawn]


def _dash(plot: Plot, colour: alt.Color) -> alt.StrokeDash:
    """A dash for each line or curve, in one legend with its colour."""
    import altair as alt

    entries = _entries(plot)
    scale = alt.Scale(domain=[e.key for e in entries], range=[list(e.dash) for e in entries])
    return alt.StrokeDash("k:N", scale=scale, legend=colour["legend"])


def _bands(
    plot: Plot, data: alt.Data, x: alt.X, y: Callable[..., alt.Y], colour: alt.Color
) -> list[alt.Chart]:
    """An area for each band, the widest first, so that those within it deepen its shade."""
    import altair as alt

    keys = [entry.key for entry in _entries(plot)][-len(plot.bands) :] if plot.bands else []
    areas: list[alt.Chart] = [
        alt.Chart(data)
        .transform_calculate(k=_quoted(key))
        .mark_area(opacity=_SHADE, invalid="break-paths-show-domains")
        .encode(x=x, y=y(f"l{key[1:]}:Q", stack=None), y2=alt.Y2(f"u{key[1:]}:Q"), color=colour)
        for key in keys
    ]
    return areas


def _points(plot: Plot, words: Words, *, width: int, colours: Palette) -> list[alt.Chart]:
    """Bands and curves over what runs across, and the points upon them."""
    import altair as alt

    across = plot.across
    assert across is not None, "checked before anything is drawn"
    colour = _colour(plot, width=width, colours=colours)
    x = _measured(plot, words, width=width)
    y = functools.partial(
        alt.Y, axis=_value_axis(plot, words, colours), scale=alt.Scale(zero=False, nice=True)
    )
    bands = (side for band in plot.bands for side in (band.lower, band.upper))
    curves = [f"c{index:02d}" for index in range(len(across.curves))]
    columns = map(_listed, (across.grid, *across.curves.values(), *bands))
    names = ("x", *curves, *_sides(plot))
    data = alt.InlineData(values=[dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)])
    folded = alt.Chart(data, transform=[{"fold": curves, "as": ["k", "v"]}])
    line: alt.Chart = folded.mark_line(invalid="break-paths-show-domains", strokeWidth=2, strokeJoin="round")
    few = [k for k, v in zip(_keys(plot), plot.lines.values(), strict=True) if np.isfinite(v).sum() <= _FEW]
    entries = _entries(plot)
    shapes = alt.Scale(domain=[e.key for e in entries], range=[e.symbol for e in entries])
    dots: alt.Chart = (
        _folded(_keys(plot))
        .transform_calculate(few=f"indexof({few}, datum.k) >= 0")
        .mark_point(filled=True, stroke=colours.paper, strokeWidth=0.4)
        .encode(
            x=x,
            y=y("v:Q"),
            color=colour,
            shape=alt.Shape("k:N", scale=shapes, legend=colour["legend"]),
            size=alt.condition("datum.few", alt.value(_LONE_POINT), alt.value(_POINT)),
            opacity=alt.condition("datum.few", alt.value(1), alt.value(0.65)),
        )
    )
    drawn = [line.encode(x=x, y=y("v:Q"), color=colour, strokeDash=_dash(plot, colour))] if curves else []
    return [*_bands(plot, data, x, y, colour), *drawn, dots]


def _areas(plot: Plot, words: Words, *, width: int, colours: Palette) -> list[alt.Chart]:
    import altair as alt

    areas: alt.Chart = (
        _folded(_keys(plot))
        .transform_calculate(**_stack(plot))
        .mark_area(invalid="break-paths-show-domains", stroke=colours.paper, strokeWidth=0.5)
    )
    return [
        areas.encode(
            x=_across(words, "t", width=width),
            y=alt.Y("y0:Q", stack=None, axis=_value_axis(plot, words, colours)),
            y2=alt.Y2("y1:Q"),
            color=_colour(plot, width=width, colours=colours),
        )
    ]


def _bars(plot: Plot, words: Words, *, width: int, colours: Palette) -> list[alt.Chart]:
    """A bar a period where all its parts are known, what is negative below zero, and steps over the bars."""
    import altair as alt

    named = dict(zip(_keys(plot), plot.lines, strict=True))
    over = [key for key, name in named.items() if name in plot.over]
    parts = [key for key in named if key not in over]
    below = [key for key, name in named.items() if name in plot.below]
    colour = _colour(plot, width=width, colours=colours)
    x = functools.partial(_across, words, width=width)
    y = functools.partial(alt.Y, axis=_value_axis(plot, words, colours), scale=alt.Scale(zero=True))
    # Where a bar has hardly a pixel, an edge in the colour of the paper would leave nothing of it.
    edge = 0.5 if len(plot.periods) * 5 < width else 0
    signed = _folded(parts).transform_calculate(v=f"indexof({below}, datum.k) < 0 ? datum.v : -datum.v")
    rectangles: alt.Chart = (
        signed.transform_filter(" && ".join(f"isValid(datum.{key})" for key in parts) or "true")
        .transform_stack(
            stack="v", as_=["y0", "y1"], groupby=["t"], sort=[alt.SortField("k", order="ascending")]
        )
        .mark_rect(stroke=colours.paper, strokeWidth=edge)
        .encode(x=x("b0"), x2=alt.X2("b1:T"), y=y("y0:Q"), y2=alt.Y2("y1:Q"), color=colour)
    )
    # A point at each edge of a period's place: the line goes level through it, and up or down between two.
    steps = _folded(over).transform_fold(["e0", "e1"], as_=["edge", "e"]).encode(x=x("e"), y=y("v:Q"))
    gaps: dict[str, Any] = {"invalid": "break-paths-show-domains", "strokeJoin": "miter"}
    around: alt.Chart = steps.mark_line(stroke=colours.paper, strokeWidth=4.5, **gaps).encode(detail="k:N")
    line: alt.Chart = steps.mark_line(strokeWidth=2, **gaps).encode(color=colour)
    return [*([rectangles] if parts else []), *([around, line] if over else [])]


_DRAWN = {
    PlotKind.LINES: _lines,
    PlotKind.STACKED: _areas,
    PlotKind.BARS: _bars,
    PlotKind.SCATTER: _points,
}


def _symbols_in_legend(spec: dict[str, Any], plot: Plot, colours: Palette) -> None:
    """Show in the legend a stroke for a line, a square for a bar or a band, the shape of a point.

    Vega-Lite can, Altair has no word for it. The layers share one legend, so that its symbols must be told the same by
    all of them: the colours of strokes and fillings too.
    """
    entries = _entries(plot)

    def chosen(values: Mapping[str, object]) -> dict[str, object]:
        return {"value": {"signal": f"{json.dumps(values)}[datum.value]"}}

    stroke = {entry.key: colours.series[entry.colour] for entry in entries}
    symbols = {
        "shape": chosen({entry.key: entry.symbol for entry in entries}),
        "stroke": chosen({e.key: "transparent" if e.opacity < 1 else stroke[e.key] for e in entries}),
    }
    if plot.bands or plot.across:
        symbols |= {
            "fill": chosen(
                {e.key: "transparent" if e.symbol == "stroke" else stroke[e.key] for e in entries}
            ),
            "opacity": chosen({entry.key: entry.opacity for entry in entries}),
            "fillOpacity": {"value": 1},
        }
    for layer in spec["layer"]:
        for channel in ("color", "strokeDash", "shape"):
            if legend := layer["encoding"].get(channel, {}).get("legend"):
                legend["encoding"] = {"symbols": symbols}


def _until(plot: Plot, words: Words, *, width: int, colours: Palette) -> list[alt.Chart]:
    """A thin rule where history ends, and beside it the word for what follows; nothing where nothing follows."""
    import altair as alt

    if (
        plot.until is None
        or plot.across
        or not len(plot.periods)
        or plot.until.toordinal() >= int(plot.periods[-1])
    ):
        return []
    first, last = _span(plot)
    end = float(plot.until.toordinal())
    if plot.kind is PlotKind.BARS:
        # A period that is not over is not history: the rule stands before its bar.
        edges = _places(plot.periods)[1]
        end = float(edges[np.searchsorted(plot.periods[1:], end + 1, side="right")])
    end = max(end, first)
    word = words.text("projected")
    left, right = ((part / (last - first)) * (width - 60) for part in (end - first, last - end))
    fits = right > 8 + sum(11.0 if ord(c) > 0x2E80 else 6.0 for c in word)
    above = left > 70  # else the name of the unit stands there
    (moment,) = _moments(np.array([end]))
    chart = alt.Chart(alt.InlineData(values=[{"t": moment}])).encode(x=_across(words, "t", width=width))
    label: dict[str, Any] = {
        "text": word if fits else f"{word} →",
        "align": "left" if fits else "right",
        "dx": 4 if fits else -4,
        "y": -5 if above else 1,
        "baseline": "bottom" if above else "top",
        "fontSize": 11,
    }
    rule: alt.Chart = chart.mark_rule(stroke=colours.muted, strokeWidth=1)
    around: alt.Chart = chart.mark_text(fill=colours.paper, stroke=colours.paper, strokeWidth=4, **label)
    text: alt.Chart = chart.mark_text(fill=colours.muted, **label)
    return [rule, around, text]


def _stack(plot: Plot) -> dict[str, str]:
    """Where each part begins and ends: on the sum of those before it on its side, nowhere where one is not known.

    Vega's own stack would send a part of exactly zero, or of the other sign, to the far side for a week.
    """
    ends: dict[str, str] = {}
    for below in (False, True):
        side = [k for k, name in zip(_keys(plot), plot.lines, strict=True) if (name in plot.below) is below]
        known = " && ".join(f"isValid(datum.{key})" for key in side)
        for count, key in enumerate(side):
            for end, parts in (("y0", side[:count]), ("y1", side[: count + 1])):
                total = " + ".join(f"datum.{part}" for part in parts) or "0"
                ends[f"{end}_{key}"] = f"{known} ? {'-' if below else ''}({total}) : null"
    return {
        end: "{" + ", ".join(f"{key}: {ends[f'{end}_{key}']}" for key in _keys(plot)) + "}[datum.k]"
        for end in ("y0", "y1")
    }


def _pointer(plot: Plot, words: Words, *, width: int, colours: Palette) -> alt.Chart:
    """A rule at the nearest period, or a ring about the nearest point, with the figures of all that lies there."""
    import altair as alt

    # The cell around a rule, which the pointer meets, carries the rule, whose datum is the row. Vega-Lite 6 forgets
    # this for texts, so the tooltip is written as an expression that reads either.
    row = "(datum.datum || datum)"
    tooltip = ", ".join(f"{name}: {expression}" for name, expression in _told(plot, words, row).items())
    nearest = alt.selection_point(
        name="nearest",
        nearest=True,
        on="pointermove",
        clear="pointerout",
        encodings=["x", "y"] if plot.across else ["x"],
        empty=False,
    )
    mark: alt.Chart
    if plot.across:
        ring = _folded(_keys(plot)).mark_point(size=_LONE_POINT, stroke=colours.ink, filled=False)
        axis = _value_axis(plot, words, colours)
        mark = ring.encode(x=_measured(plot, words, width=width), y=alt.Y("v:Q", axis=axis))
    else:
        rule = alt.Chart(alt.NamedData(_ROWS)).mark_rule(stroke=colours.zero, strokeWidth=1)
        mark = rule.encode(x=_across(words, "t", width=width))
    shown: alt.Chart = mark.encode(
        opacity=alt.condition(nearest, alt.value(1), alt.value(0)),
        tooltip=alt.value({"expr": f"{{{tooltip}}}"}),
    )
    return shown.properties(name="pointer").add_params(nearest)


def _told(plot: Plot, words: Words, row: str) -> dict[str, str]:
    """What the pointer reads off, as expressions by quoted name; rows are wide, so nothing is pivoted."""
    unit = Unit.parse(plot.unit)
    number = functools.partial(_formatted, words, unit)
    missing = _quoted(words.text("no data"))
    called = _quoted(_called(plot)[words.language])
    day = f"utcFormat({row}.t, {called})"
    # vega-tooltip makes a heading of the key `title`.
    entries = {"title": day if plot.across else f"{day} + {_quoted(f' · {words.table_unit(unit)}')}"}
    if plot.across:
        measured = Unit.parse(plot.across.unit)
        x = _formatted(words, measured, f"{row}.x")
        entries[_quoted(plot.across.title)] = f"{x} + {_quoted(f' {words.table_unit(measured)}')}"
        groups = "{" + ", ".join(f"{e.key}: {_quoted(e.name)}" for e in _entries(plot)) + "}"
        entries["title"] = f"{groups}[{row}.k] + ' · ' + {day}"
        y = f"{number(f'{row}.v')} + {_quoted(f' {words.table_unit(unit)}')}"
        return entries | {_quoted(words.text("Value")): y}
    for key, name in zip(_keys(plot), plot.lines, strict=True):
        value = f"{row}.{key}"
        entries[_quoted(name)] = f"isValid({value}) ? {number(value)} : {missing}"
    for index, band in enumerate(plot.bands):
        low, high = f"{row}.l{index:02d}", f"{row}.u{index:02d}"
        both = f"{number(low)} + ' – ' + {number(high)}"
        entries[_quoted(band.label)] = f"isValid({low}) && isValid({high}) ? {both} : {missing}"
    return entries


def _formatted(words: Words, unit: Unit, value: str) -> str:
    """The expression that writes a value as tables do (`Words.number`)."""
    shift = 8 - unit.exponent if unit.dimension in CURRENCIES and words.language == "zh" else 0
    decimals = len(words.number(0.0, unit).partition(".")[2])
    return f"format({value} / {10**shift}, ',.{decimals}f')"


def _called(plot: Plot) -> Mapping[str, str]:
    """How a period is written, by language: a day, or the month, quarter or year that a bar sums up."""
    days = [date.fromordinal(day) for day in plot.periods.tolist()]
    if plot.kind is not PlotKind.BARS or any(day.day != 1 for day in days):
        return _DAYS
    months = {day.month for day in days}
    between = int(np.diff(plot.periods).min(initial=366))
    if len(days) < 2 or between < 90:  # the shortest quarter
        return _MONTHS
    return _YEARS if len(months) == 1 else _QUARTERS if months <= {1, 4, 7, 10} else _MONTHS


def _quoted(text: str) -> str:
    """A text inside an expression."""
    return json.dumps(text, ensure_ascii=False)


def _across(words: Words, field: str, *, width: int) -> alt.X:
    """The axis of time with what `field` has on it; all marks of a picture share it."""
    import altair as alt

    year, month_year, month, day = map(_quoted, _TIMES[words.language])
    chosen = (
        f"utcdate(datum.value) !== 1 ? {day} : utcmonth(datum.value) === 0 ? {year} : "
        f"datum.index === 0 ? {month_year} : {month}"
    )
    axis = alt.Axis(
        title=None,
        labelExpr=f"utcFormat(datum.value, {chosen})",
        tickCount=5 if width < _NARROW else 9,
        grid=False,
        labelOverlap=True,
        labelSeparation=4,
    )
    return alt.X(f"{field}:T", scale=alt.Scale(type="utc"), axis=axis)


def _measured(plot: Plot, words: Words, *, width: int) -> alt.X:
    """The axis of a scatter: a measure with its name and unit below it."""
    import altair as alt

    across = plot.across
    assert across is not None, "only a scatter has one"
    shift, name = _counted(Unit.parse(across.unit), (across.values, across.grid), words)
    axis = alt.Axis(
        title=f"{across.title}, {name}",
        titlePadding=6,
        labelExpr=f"format(datum.value / {10.0**shift:g}, ',.4~f')",
        tickCount=5 if width < _NARROW else 9,
        grid=False,
    )
    return alt.X("x:Q", scale=alt.Scale(zero=False, nice=False, padding=6), axis=axis)


def _value_axis(plot: Plot, words: Words, colours: Palette) -> alt.Axis:
    import altair as alt

    shift, name = axis_unit(plot, words)
    return alt.Axis(
        title=name,
        titleAngle=0,
        titleAnchor="end",
        titleAlign="left",
        titleX=0,
        titleY=-9,
        labelExpr=f"format(datum.value / {10.0**shift:g}, ',.4~f')",
        tickCount=6,
        gridColor=alt.condition("datum.value === 0", alt.value(colours.zero), alt.value(colours.grid)),
    )


def _legend_columns(names: Sequence[str], width: int) -> int:
    """How many names fit beside each other: about 6.5 pixels a letter, 12 a Chinese character, and the symbol."""
    needs = [34 + sum(12.0 if ord(c) > 0x2E80 else 6.5 for c in name) for name in names]
    room = 0.85 * width - 10  # a page may draw it somewhat narrower than asked for
    return len(names) if sum(needs) <= room else max(1, int(room / max(needs)))


def _config(plot: Plot, colours: Palette, width: int) -> dict[str, Any]:
    small = 11 if width < _NARROW else 12
    return {
        "background": colours.paper,
        "font": _FONTS,
        "padding": {"left": 2, "right": 10, "top": 4, "bottom": 2},
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "color": colours.ink,
            "fontSize": 14,
            "fontWeight": 600,
            "frame": "group",
            "offset": 10,
        },
        "axis": {
            "labelColor": colours.muted,
            "labelFontSize": small,
            "titleColor": colours.muted,
            "titleFontSize": small,
            "titleFontWeight": "normal",
        },
        "axisX": {"domainColor": colours.zero, "tickColor": colours.zero, "tickSize": 4, "labelPadding": 4},
        "axisY": {"domain": False, "ticks": False, "labelPadding": 6},
        "legend": {
            "labelColor": colours.ink,
            "labelFontSize": small,
            "symbolStrokeWidth": 2.5,
            "symbolSize": (220 if width >= _NARROW else 160) if plot.across is None else _LONE_POINT,
            "columnPadding": 20,
            "rowPadding": 3,
            "offset": 28,
        },
    }
