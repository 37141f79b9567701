"""Charts: gaps stay gaps, axes speak the language, colours are told apart."""

import itertools
import json
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runoff import charts
from runoff.core.errors import ConfigError
from runoff.core.language import Words
from runoff.core.report import Across, Band, Plot, PlotKind

ENGLISH = Words("en", lambda message: message)
CHINESE = Words("zh", lambda message: {"no data": "无数据"}.get(message, message))
SIZE = {"width": 760, "height": 340}

# Machado, Oliveira and Fernandes (2009), severity 1: linear RGB as seen with protanopia, deuteranopia, tritanopia.
VISIONS = {
    "all colours": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}  # fmt: skip


def plot(kind: PlotKind = PlotKind.LINES, *, unit: str = "USD mn", **lines: list[float]) -> Plot:
    """Weekly lines from 2026-01-07 (a Wednesday, ordinal 739623)."""
    lines = lines or {"Reserves": [2.9e6, 2.8e6, 3.0e6, 2.7e6, 2.9e6], "TGA": [8e5, 9e5, 7e5, 8e5, 8e5]}
    count = len(next(iter(lines.values())))
    return Plot(
        id="sample",
        title="A sample",
        kind=kind,
        unit=unit,
        periods=739623 + 7 * np.arange(count),
        lines={name: np.array(values) for name, values in lines.items()},
    )


def scatter(**changed: object) -> Plot:
    """Five weeks and a sixth apart, over reserves in percent of GDP, with a kinked curve and its band."""
    spread = np.array([3.0, 1.0, -2.0, -2.5, -2.0, np.nan])
    last = np.array([np.nan] * 5 + [2.0])
    grid = np.linspace(8.0, 12.0, 9)
    curve = -2.0 - 4.0 * np.minimum(grid - 9.5, 0.0)
    band = Band(lower=curve - 1.0, upper=curve + 1.0, label="Band", of="Curve")
    across = Across(
        title="Reserves, share of GDP",
        unit="percent",
        values=np.array([8.0, 9.0, 10.0, 11.0, 12.0, 8.5]),
        grid=grid,
        curves={"Curve": curve},
    )
    sample = replace(plot(PlotKind.SCATTER, unit="bp", Weeks=[0.0] * 6), bands=(band,), across=across)
    return replace(sample, lines={"Weeks": spread, "Last": last}, **changed)


def fan(**changed: object) -> Plot:
    """Reserves with two intervals, the wider first, and ON RRP with one."""
    middle, other = np.linspace(3e6, 2e6, 6), np.full(6, 3e5)
    width = 1e5 * np.arange(6)
    bands = (
        Band(lower=middle - 2 * width, upper=middle + 2 * width, label="90 percent"),
        Band(lower=middle - width, upper=middle + width, label="50 percent"),
        Band(lower=other - width / 2, upper=other + width / 2, label="ON RRP, 50 percent", of="ON RRP"),
    )
    sample = plot(Reserves=middle.tolist(), **{"ON RRP": other.tolist()})
    return replace(sample, **({"bands": bands} | changed))


def paths(drawing: str, colour: str) -> list[str]:
    """The paths of the marks of one colour, without the legend's symbols."""
    found = re.findall(r"<path[^>]*>", drawing.partition("role-legend")[0])
    return [re.search(r' d="([^"]*)"', p)[1] for p in found if f'"{colour}"' in p and "aria-label" in p]


def test_a_missing_value_is_a_gap_that_no_line_crosses() -> None:
    """A line stops before NaN and starts again behind it."""
    whole, gapped = [2.0, 3.0, 2.5, 3.5, 3.0, 2.0], [2.0, 3.0, np.nan, np.nan, 3.0, 2.0]
    (full,) = paths(charts.svg(plot(A=whole, B=[1.0] * 6), ENGLISH), charts.LIGHT.series[0])
    (broken,) = paths(charts.svg(plot(A=gapped, B=[1.0] * 6), ENGLISH), charts.LIGHT.series[0])
    assert (full.count("M"), full.count("L")) == (1, 5)
    assert (broken.count("M"), broken.count("L")) == (2, 2)


def test_a_value_alone_between_two_gaps_is_a_dot() -> None:
    """A lone value is drawn, with a length that programs without zero-length caps show too."""
    lone = plot(A=[1.0, np.nan, 2.0, np.nan, 1.0, 1.5], B=[1.0] * 6)
    (path,) = paths(charts.svg(lone, ENGLISH), charts.LIGHT.series[0])
    assert path.count("h0.1") == 2


def test_a_stack_stands_only_where_every_part_of_its_side_is_known() -> None:
    """A part missing below leaves a gap on the whole lower side, and none above."""
    known, gapped = [2.0, 3.0, 2.5, 3.5, 3.0, 2.0], [1.0, 1.0, np.nan, np.nan, 1.0, 1.0]
    both = replace(plot(PlotKind.STACKED, Up=known, Down=known, Gap=gapped), below=frozenset({"Down", "Gap"}))
    drawing = charts.svg(both, ENGLISH)
    above, below, gap = (paths(drawing, colour)[0] for colour in charts.LIGHT.series[:3])
    assert [path.count("M") for path in (above, below, gap)] == [1, 2, 2]


def test_parts_below_hang_under_zero_and_follow_each_other() -> None:
    """Above zero parts add up; below they hang down, also where one is exactly zero."""
    both = replace(
        plot(PlotKind.STACKED, A=[2.0, 2.0], B=[1.0, 1.0], C=[1.0, 1.0], D=[0.0, 1.0]), below=frozenset("CD")
    )
    drawing = charts.svg(both, ENGLISH, width=400, height=300)

    def heights(colour: str) -> tuple[float, ...]:
        (path,) = paths(drawing, colour)
        return tuple(float(y) for y in re.findall(r"[ML][\d.]+,([\d.]+)", path))

    a, b, c, d = (heights(colour) for colour in charts.LIGHT.series[:4])
    zero, unit = max(a), (max(a) - min(a)) / 2
    assert min(b) == pytest.approx(zero - 3 * unit, abs=0.2)
    assert max(b) == pytest.approx(min(a), abs=0.2)
    assert (min(c), max(c)) == pytest.approx((zero, zero + unit), abs=0.2)
    assert (min(d), max(d)) == pytest.approx((zero + unit, zero + 2 * unit), abs=0.2)


@pytest.mark.parametrize(
    ("unit", "size", "english", "chinese"),
    [
        ("USD mn", 3e6, (6, "USD tn"), (6, "万亿美元")),
        ("USD mn", 3e5, (3, "USD bn"), (2, "亿美元")),
        ("USD mn", 30.0, (0, "USD mn"), (2, "亿美元")),
        ("USD bn", 3e3, (3, "USD tn"), (3, "万亿美元")),
        ("percent", 5.0, (0, "%"), (0, "%")),
        ("bp", 5.0, (0, "bp"), (0, "基点")),
    ],
)
def test_the_axis_counts_in_the_units_of_the_language(
    unit: str, size: float, english: tuple[int, str], chinese: tuple[int, str]
) -> None:
    """Millions of dollars become trillions or billions, or 万亿 or 亿; a rate stays what it is."""
    values = plot(unit=unit, A=[size, -size / 2, np.nan])
    assert charts.axis_unit(values, ENGLISH) == english
    assert charts.axis_unit(values, CHINESE) == chinese
    assert f">{chinese[1]}<" in charts.svg(values, CHINESE)


def test_the_axes_of_a_picture_have_numbers_and_dates_of_the_language() -> None:
    """The same plot says 2026 and 2.5 in English, 2026年 in Chinese."""
    weekly = plot(A=list(np.linspace(2e6, 3e6, 104)), B=[2.5e6] * 104)
    english, chinese = charts.svg(weekly, ENGLISH), charts.svg(weekly, CHINESE)
    assert ">2027<" in english
    assert ">Apr<" in english
    assert ">2027年<" in chinese
    assert ">4月<" in chinese
    assert ">3<" in english
    assert ">3<" in chinese


def test_a_specification_holds_wide_rows_with_null_for_what_is_missing() -> None:
    """One row a period, epoch milliseconds, no NaN: JSON of it is JSON."""
    spec = charts.specification(plot(A=[1.5, np.nan], B=[1.0, 2.0]), ENGLISH, colours=charts.LIGHT, **SIZE)
    assert spec["data"]["values"] == [
        {"t": 1767744000000, "s00": 1.5, "s01": 1.0},
        {"t": 1768348800000, "s00": None, "s01": 2.0},
    ]
    json.dumps(spec, allow_nan=False)


def test_the_same_plot_gives_the_same_bytes() -> None:
    """Specification and drawing repeat: no random names."""
    for sample in (*(plot(kind) for kind in PlotKind if kind is not PlotKind.SCATTER), scatter(), fan()):
        specs = [charts.specification(sample, ENGLISH, colours=charts.DARK, **SIZE) for _ in range(2)]
        assert specs[0] == specs[1]
        assert charts.svg(sample, ENGLISH) == charts.svg(sample, ENGLISH)


def test_a_drawing_names_itself() -> None:
    """Screen readers hear the description, escaped; without one, the title."""
    described = replace(plot(), description='Reserves & "TGA"')
    assert '<svg role="img" aria-label="Reserves &amp; &quot;TGA&quot;"' in charts.svg(described, ENGLISH)
    assert '<svg role="img" aria-label="A sample"' in charts.svg(plot(), ENGLISH)


def test_more_lines_than_a_picture_tells_apart_are_refused() -> None:
    """Thirteen lines are an error that names the plot and what to do."""
    crowd = plot(**{f"line {i}": [1.0, 2.0] for i in range(13)})
    with pytest.raises(ConfigError, match=r"plot sample: 13 lines.*12 apart.*draw two"):
        charts.svg(crowd, ENGLISH)


def test_a_line_of_another_length_is_refused() -> None:
    """A line needs a value, or NaN, for every period."""
    short = replace(plot(), lines={"A": np.array([1.0])})
    with pytest.raises(ConfigError, match="A has 1 values for 5 periods"):
        charts.svg(short, ENGLISH)


def test_chinese_characters_are_drawn_and_not_boxes(unavailable) -> None:
    """Two titles of the same length give two pictures, which boxes would not."""
    if charts.chinese_font() is None:
        unavailable("no font with Chinese characters: apt-get install fonts-wqy-microhei")
    first, second = (
        charts.png(replace(plot(), title=title), CHINESE, scale=1.0) for title in ("准备金余额", "国债回购量")
    )
    assert first.startswith(b"\x89PNG")
    assert first != second


def test_without_a_chinese_font_a_png_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the package; English, and SVG, need no such font."""
    monkeypatch.setattr(charts, "chinese_font", lambda: None)
    with pytest.raises(ConfigError, match=r"apt-get install fonts-noto-cjk"):
        charts.png(plot(), CHINESE)
    assert charts.svg(plot(), CHINESE).startswith("<svg")
    assert charts.png(plot(), ENGLISH, scale=1.0).startswith(b"\x89PNG")


def firsts(start: int, count: int, months: int) -> np.ndarray:
    """The first days of periods of so many months, from January of a year."""
    return np.array(
        [date(start + i * months // 12, i * months % 12 + 1, 1).toordinal() for i in range(count)]
    )


def bars(periods: np.ndarray, **lines: list[float]) -> Plot:
    """Bars over those periods."""
    values = {name: np.array(line, dtype=float) for name, line in lines.items()}
    return replace(plot(PlotKind.BARS), periods=periods, lines=values)


def rectangles(drawing: str, colour: str) -> list[tuple[float, float, float, float]]:
    """Left, right, top and bottom of each bar of a colour, from left to right."""
    corners = (
        [float(n) for n in re.search(r"M([-\d.]+),([-\d.]+)h([-\d.]+)v([-\d.]+)h", path).groups()]
        for path in paths(drawing, colour)
    )
    return sorted((x, x + wide, y, y + tall) for x, y, wide, tall in corners)


def texts(drawing: str) -> list[str]:
    """Every text of a drawing."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawing)


@settings(max_examples=40)  # each makes a whole specification
@given(gaps=st.lists(st.integers(1, 800), min_size=1, max_size=40))
def test_bars_never_overlap_however_periods_are_spaced(gaps: list[int]) -> None:
    """Days, months, years or any mixture: each bar ends before the next begins, and is centred on its period."""
    periods = 739623 + np.cumsum([0, *gaps])
    values = [1.0] * len(periods)
    spec = charts.specification(bars(periods, A=values), ENGLISH, colours=charts.LIGHT, **SIZE)
    rows = spec["data"]["values"]
    for row in rows:
        assert row["b0"] < row["t"] < row["b1"]
        assert abs(row["b0"] + row["b1"] - 2 * row["t"]) <= 1
        assert row["e0"] <= row["b0"]
        assert row["b1"] <= row["e1"]
    for row, after in itertools.pairwise(rows):
        assert row["b1"] < after["b0"]
        assert row["e1"] == after["e0"]


@pytest.mark.parametrize(
    ("count", "months"), [(24, 1), (12, 3), (31, 12)], ids=["months", "quarters", "years"]
)
@pytest.mark.parametrize("width", [350, 860])
def test_bars_of_a_calendar_are_of_one_width_and_apart(count: int, months: int, width: int) -> None:
    """February is no thinner than July, and a blank stands between any two."""
    spans = rectangles(
        charts.svg(bars(firsts(2026, count, months), A=[1.0] * count), ENGLISH, width=width),
        charts.LIGHT.series[0],
    )
    assert len(spans) == count
    widths = [right - left for left, right, _, _ in spans]
    assert max(widths) - min(widths) < 0.3
    assert min(widths) > 4
    assert all(after[0] - before[1] > 0.5 for before, after in itertools.pairwise(spans))


def test_a_short_first_period_leaves_the_others_their_width() -> None:
    """Half a month at the start thins its bar and the next; further months keep theirs, as does a year beside a gap."""
    months = np.concatenate([[date(2025, 12, 16).toordinal()], firsts(2026, 12, 1)])
    spans = rectangles(charts.svg(bars(months, A=[1.0] * 13), ENGLISH), charts.LIGHT.series[0])
    widths = [right - left for left, right, _, _ in spans]
    assert max(widths[:2]) < 0.7 * min(widths[2:])
    assert max(widths[2:]) - min(widths[2:]) < 0.3
    gapped = np.delete(firsts(2026, 10, 12), [3, 5])
    alike = [
        right - left
        for left, right, _, _ in rectangles(
            charts.svg(bars(gapped, A=[1.0] * 8), ENGLISH), charts.LIGHT.series[0]
        )
    ]
    assert max(alike) - min(alike) < 0.3


def test_parts_of_a_bar_add_up_and_negative_ones_hang_below_zero() -> None:
    """Each side stacks away from zero in the order of the lines; `below` turns a part round."""
    sample = bars(firsts(2026, 2, 1), A=[2, 1], B=[1, 1], C=[-1, -2], D=[1, 0])
    drawing = charts.svg(replace(sample, below=frozenset("D")), ENGLISH, width=400, height=300)
    (a, wide), (b, _), (c, _), (d, _) = (rectangles(drawing, colour) for colour in charts.LIGHT.series[:4])
    unit = (a[3] - a[2]) / 2
    zero = a[3]
    assert (b[3], b[2]) == pytest.approx((a[2], zero - 3 * unit), abs=0.3)
    assert (c[2], c[3]) == pytest.approx((zero, zero + unit), abs=0.3)
    assert (d[2], d[3]) == pytest.approx((zero + unit, zero + 2 * unit), abs=0.3)
    assert wide[3] == pytest.approx(zero, abs=0.3)


def test_a_bar_with_a_part_missing_is_not_drawn() -> None:
    """A bar too low would be a wrong total; what lies over the bars is no part of them."""
    sample = bars(firsts(2026, 3, 1), A=[2, 2, 2], B=[1, np.nan, 1], Cap=[np.nan, 3, 3])
    drawing = charts.svg(replace(sample, over=frozenset({"Cap"})), ENGLISH)
    assert [len(rectangles(drawing, colour)) for colour in charts.LIGHT.series[:2]] == [2, 2]


def test_a_cap_is_a_line_of_steps_that_covers_every_bar() -> None:
    """Level over each bar from before its left edge to behind its right, upright between; a stroke in the legend."""
    sample = bars(firsts(2026, 4, 1), Redeemed=[3, 4, 1, 1], Cap=[5, 5, 2, 2])
    drawing = charts.svg(replace(sample, over=frozenset({"Cap"})), ENGLISH)
    spans = rectangles(drawing, charts.LIGHT.series[0])
    (path,) = paths(drawing, charts.LIGHT.series[1])
    points = [tuple(map(float, p)) for p in re.findall(r"[ML]([-\d.]+),([-\d.]+)", path)]
    assert all(a[0] == b[0] or a[1] == b[1] for a, b in itertools.pairwise(points))
    assert points[0][0] < spans[0][0]
    assert points[-1][0] > spans[-1][1]
    assert len({y for _, y in points}) == 2
    legend = drawing.partition("role-legend")[2]
    assert len(re.findall(r"<path[^>]*d=\"M-?[\d.]+,0L", legend)) == 1
    assert "Cap" in legend


@pytest.mark.parametrize(
    ("periods", "english", "chinese"),
    [
        (firsts(2026, 31, 12), "%Y", "%Y年"),
        (firsts(2026, 8, 3), "%YQ%q", "%YQ%q"),
        (firsts(2026, 24, 1), "%b %Y", "%Y年%-m月"),
        (firsts(2026, 1, 1), "%b %Y", "%Y年%-m月"),
        (firsts(2026, 3, 1) + 9, "%-d %b %Y", "%Y年%-m月%-d日"),
    ],
)
def test_the_tooltip_calls_a_bar_by_its_period(periods: np.ndarray, english: str, chinese: str) -> None:
    """A ladder by year says 2030, redemptions by month say Jun 2027."""
    sample = bars(periods, A=[1.0] * len(periods))
    for words, form in ((ENGLISH, english), (CHINESE, chinese)):
        spec = charts.specification(sample, words, colours=charts.LIGHT, **SIZE)
        (pointer,) = [layer for layer in spec["layer"] if layer.get("name") == "pointer"]
        assert f'"{form}"' in pointer["encoding"]["tooltip"]["value"]["expr"]


@pytest.mark.parametrize("width", [350, 860])
def test_axes_reach_decades_ahead(width: int) -> None:
    """A ladder to 2056 is labelled by years, twenty-four months by months and the new year; none twice."""
    ladder = charts.svg(bars(firsts(2026, 31, 12), A=[1.0] * 31), ENGLISH, width=width)
    assert {"2030", "2040", "2050"} <= set(texts(ladder))
    months = texts(charts.svg(bars(firsts(2026, 24, 1), A=[1.0] * 24), ENGLISH, width=width))
    assert {"2026", "2027", "Jul"} <= set(months)
    assert texts(ladder).count("2040") == 1


def rule(drawing: str) -> float | None:
    """Where the rule stands, in pixels; None without one."""
    found = re.search(r"mark-rule role-mark.*?translate\(([\d.]+),", drawing)
    return float(found[1]) if found else None


def test_a_rule_says_where_history_ends() -> None:
    """The word stands right of the last published day; an arrow where there is no room; neither without a future."""
    weekly = plot(A=[1.0] * 101, B=[2.0] * 101)

    def drawn(day: int) -> tuple[float | None, list[str]]:
        until = replace(weekly, until=date.fromordinal(day))
        drawing = charts.svg(until, ENGLISH, width=800)
        return rule(drawing), [text for text in texts(drawing) if "projected" in text]

    first, last = int(weekly.periods[0]), int(weekly.periods[-1])
    middle, labels = drawn((first + last) // 2)
    assert middle == pytest.approx(400, abs=30)
    assert set(labels) == {"projected"}
    late, arrows = drawn(last - 7)
    assert late is not None
    assert middle is not None
    assert late > middle
    assert set(arrows) == {"projected →"}
    start, all_of_it = drawn(first - 400)
    assert start == pytest.approx(0, abs=1)
    assert set(all_of_it) == {"projected"}
    assert drawn(last) == (None, [])


@pytest.mark.parametrize(
    ("until", "before"),
    [(date(2026, 3, 31), 3), (date(2026, 4, 1), 3), (date(2026, 4, 29), 3), (date(2025, 6, 1), 0)],
)
def test_a_month_that_is_not_over_is_projected(until: date, before: int) -> None:
    """Between bars the rule stands, behind the last whole month of history."""
    sample = replace(bars(firsts(2026, 12, 1), A=[1.0] * 12), until=until)
    drawing = charts.svg(sample, ENGLISH)
    place = rule(drawing)
    assert place is not None
    spans = rectangles(drawing, charts.LIGHT.series[0])
    assert [left > place for left, _, _, _ in spans] == [False] * before + [True] * (12 - before)
    assert sum(right < place for _, right, _, _ in spans) == before


def points(drawing: str, colour: str) -> list[tuple[float, float]]:
    """Where the points of a colour stand."""
    marks = re.findall(r"<path[^>]*>", drawing.partition("role-legend")[0])
    mine = [mark for mark in marks if f'fill="{colour}"' in mark and "translate" in mark]
    return [tuple(map(float, re.search(r"translate\(([-\d.]+),([-\d.]+)\)", mark).groups())) for mark in mine]


def test_a_scatter_puts_every_week_at_its_place_and_leaves_out_what_is_missing() -> None:
    """Left to right with what runs across, upward with the value; NaN is no point."""
    drawing = charts.svg(scatter(), ENGLISH)
    weeks, last = (points(drawing, colour) for colour in charts.LIGHT.series[:2])
    assert (len(weeks), len(last)) == (5, 1)
    lefts = [x for x, _ in weeks]
    assert lefts == sorted(lefts)
    assert lefts[0] < last[0][0] < lefts[1]
    heights = dict(zip([3.0, 1.0, -2.0, -2.5], [y for _, y in weeks], strict=False))
    step = (heights[-2.0] - heights[3.0]) / 5
    assert heights[1.0] == pytest.approx(heights[3.0] + 2 * step, abs=0.3)
    assert "Reserves, share of GDP, %" in texts(drawing)


def test_a_curve_runs_through_its_grid_and_a_band_lies_about_it() -> None:
    """The curve has a vertex for each place of the grid; the band goes there and back in the curve's colour."""
    drawing = charts.svg(scatter(), ENGLISH)
    band, curve = paths(drawing, charts.LIGHT.series[2])
    assert curve.count("L") == 8
    assert (band.count("L"), band.count("Z")) == (17, 1)
    assert 'opacity="0.2"' in drawing.partition("role-legend")[0]


def test_bands_lie_behind_the_lines_and_break_where_they_are_missing() -> None:
    """Areas come before lines in the drawing; a gap in one side is a gap in the band, none in the line."""
    gapped = fan()
    lower = gapped.bands[0].lower.copy()
    lower[2] = np.nan
    band = replace(gapped.bands[0], lower=lower)
    drawing = charts.svg(replace(gapped, bands=(band, *gapped.bands[1:])), ENGLISH)
    wide, narrow, line = paths(drawing, charts.LIGHT.series[0])
    assert (wide.count("Z"), narrow.count("Z"), line.count("Z")) == (2, 1, 0)
    assert (narrow.count("M"), line.count("M")) == (1, 1)
    assert len(paths(drawing, charts.LIGHT.series[1])) == 2


def test_the_legend_names_lines_points_curves_and_bands() -> None:
    """A line alone with a band has a legend; a band within another is shown as dense as it looks."""
    alone = fan(lines={"Reserves": np.linspace(3e6, 2e6, 6)})
    alone = replace(alone, bands=alone.bands[:2])
    assert {"Reserves", "90 percent", "50 percent"} <= set(texts(charts.svg(alone, ENGLISH)))
    legend = charts.svg(alone, ENGLISH).partition("role-legend")[2]
    assert re.findall(r'opacity="(0\.\d+)"', legend) == ["0.2", "0.36"]
    assert {"Weeks", "Last", "Curve", "Band"} <= set(texts(charts.svg(scatter(), ENGLISH)))
    assert charts.height(alone, 350) == charts.height(plot(**{n: [1.0] for n in "ABC"}), 350)


def test_the_axis_counts_with_the_bands() -> None:
    """A fan that reaches into trillions is drawn in trillions."""
    low = np.full(3, 9e5)
    reaching = replace(plot(A=low.tolist()), bands=(Band(lower=low, upper=low * 2, label="B"),))
    assert charts.axis_unit(reaching, ENGLISH) == (6, "USD tn")
    assert charts.axis_unit(replace(reaching, bands=()), ENGLISH) == (3, "USD bn")


@pytest.mark.parametrize("words", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_the_pointer_reads_off_both_measures_and_the_sides_of_a_band(words: Words) -> None:
    """A point says its day, its place and its value; a period with a band both sides, or that there are none."""
    for sample, said in ((scatter(), "Reserves, share of GDP"), (fan(), "ON RRP, 50 percent")):
        spec = charts.specification(sample, words, colours=charts.LIGHT, **SIZE)
        json.dumps(spec, allow_nan=False)
        (pointer,) = [layer for layer in spec["layer"] if layer.get("name") == "pointer"]
        assert said in pointer["encoding"]["tooltip"]["value"]["expr"]
    row = charts.specification(fan(), words, colours=charts.LIGHT, **SIZE)["data"]["values"][-1]
    assert (row["l01"], row["u01"]) == (1.5e6, 2.5e6)


def test_bands_and_scatters_that_no_picture_can_show_are_refused() -> None:
    """Bands behind bars, a scatter without what runs across, lines with it, a band of another length."""
    band = fan().bands[0]
    with pytest.raises(ConfigError, match="bands lie behind lines and points, and this is a bars plot"):
        charts.svg(replace(plot(PlotKind.BARS), bands=(band,)), ENGLISH)
    with pytest.raises(ConfigError, match="what runs across in place of time belongs to a scatter"):
        charts.svg(scatter(across=None, bands=()), ENGLISH)
    with pytest.raises(ConfigError, match="a lines plot; what runs across"):
        charts.svg(scatter(kind=PlotKind.LINES), ENGLISH)
    with pytest.raises(ConfigError, match="90 percent has 6 values for 5 periods"):
        charts.svg(replace(plot(), bands=(band,)), ENGLISH)


def linear(colour: str) -> np.ndarray:
    """Linear RGB of a hexadecimal colour (sRGB, IEC 61966-2-1)."""
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""
    low, high = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Oklab (Ottosson 2020), in which distances are about as large as they look."""
    cones = np.cbrt(
        np.array(
            [
                [0.4122214708, 0.5363325363, 0.0514459929],
                [0.2119034982, 0.6806995451, 0.1073969566],
                [0.0883024619, 0.2817188376, 0.6299787005],
            ]
        )
        @ rgb
    )
    return (
        np.array(
            [
                [0.2104542553, 0.7936177850, -0.0040720468],
                [1.9779984951, -2.4285922050, 0.4505937099],
                [0.0259040371, 0.7827717662, -0.8086757660],
            ]
        )
        @ cones
    )


@pytest.mark.parametrize("palette", [charts.LIGHT, charts.DARK], ids=["light", "dark"])
def test_every_colour_stands_out_from_its_paper(palette: charts.Palette) -> None:
    """Lines have a contrast of 3 to the paper (WCAG 1.4.11), text of 4.5 (1.4.3)."""
    assert min(contrast(colour, palette.paper) for colour in palette.series) >= 3
    assert min(contrast(colour, palette.paper) for colour in (palette.ink, palette.muted)) >= 4.5


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("palette", [charts.LIGHT, charts.DARK], ids=["light", "dark"])
def test_every_pair_of_colours_is_told_apart_by_every_eye(palette: charts.Palette, vision: str) -> None:
    """No two colours come closer than 0.05 in Oklab, the first six not closer than 0.06."""
    seen = [oklab((np.array(VISIONS[vision]) @ linear(c)).clip(0, 1)) for c in palette.series]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) >= 0.05
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen[:6], 2)) >= 0.06


def test_lines_differ_by_dash_too() -> None:
    """No two lines of a picture share a dash: colour is never the only difference."""
    spec = charts.specification(
        plot(**{f"line {i}": [1.0, 2.0] for i in range(12)}), ENGLISH, colours=charts.LIGHT, **SIZE
    )
    dashes = spec["layer"][0]["encoding"]["strokeDash"]["scale"]["range"]
    assert len({tuple(dash) for dash in dashes}) == 12
