"""The page of the brief, as text and in a browser."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import NoReturn

import pytest

from runoff import charts
from runoff.core.language import Words
from runoff.core.report import Brief, Plot
from runoff.render import page

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# What makes a browser ask for something, by element.
LOADING = {
    ("script", "src"), ("img", "src"), ("img", "srcset"), ("iframe", "src"), ("link", "href"), ("object", "data"),
    ("embed", "src"), ("audio", "src"), ("video", "src"), ("source", "src"), ("image", "href"), ("use", "href"),
    ("image", "xlink:href"), ("use", "xlink:href"), ("body", "background"),
}  # fmt: skip


class Tags(HTMLParser):
    """Every start tag with its attributes, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[dict[str, str | None], str]] = []
        self._open: dict[str, str | None] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag; the text of a script or a style follows."""
        self.tags.append((tag, dict(attrs)))
        self._open = dict(attrs) if tag in {"script", "style"} else None

    def handle_data(self, data: str) -> None:
        """Keep the text of a script or a style."""
        if self._open is not None:
            self.raw.append((self._open, data))

    def handle_endtag(self, tag: str) -> None:
        """Scripts and styles hold no element."""
        self._open = None

    def all(self, name: str) -> list[dict[str, str | None]]:
        """Return the attributes of every element of that name."""
        return [attributes for tag, attributes in self.tags if tag == name]


@pytest.fixture(scope="module")
def pages(make_brief: Callable[[str], Brief]) -> dict[str, str]:
    """Return the page in both languages, made once."""
    identity = {name: Words(name, lambda message: message) for name in ("en", "zh")}
    return {name: page.render(make_brief(name), words) for name, words in identity.items()}


@pytest.fixture(scope="module")
def english_page(pages: dict[str, str]) -> Tags:
    """Return the tags of the English page."""
    return Tags(pages["en"])


def test_the_page_asks_for_nothing(english_page: Tags) -> None:
    """No element loads anything but data of its own, no style does, and its policy forbids the rest."""
    asked = [
        value
        for tag, attributes in english_page.tags
        for name, value in attributes.items()
        if (tag, name) in LOADING and not (value or "").startswith(("data:", "#"))
    ]
    assert asked == []
    styles = "".join(text for _, text in english_page.raw if "@media" in text and "--ink" in text)
    assert styles
    assert "url(" not in styles
    assert "@import" not in styles
    (policy,) = [m["content"] for m in english_page.all("meta") if "http-equiv" in m]
    assert policy.startswith("default-src 'none'")
    assert "unsafe-eval" not in policy


def test_a_note_cannot_become_an_element(pages: dict[str, str]) -> None:
    """A script in a note is shown as text, in the page and in its titles."""
    assert "<script>alert(1)" not in pages["en"]
    assert pages["en"].count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 3


def test_the_specification_in_the_page_is_json_that_ends_no_element(english_page: Tags) -> None:
    """Two specifications over one set of columns, null where there is a gap."""
    texts = [text for attributes, text in english_page.raw if attributes.get("type") == "application/json"]
    assert len(texts) == 2
    for text in texts:
        read = json.loads(text)
        assert {"columns", "wide", "narrow"} == read.keys()
        assert len(set(map(len, read["columns"].values()))) == 1
        assert any(value is None for column in read["columns"].values() for value in column)
        assert "<" not in text


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh", "zh-Hans")])
def test_the_page_names_its_language(pages: dict[str, str], language: str, tag: str) -> None:
    """Screen readers and fonts go by it."""
    assert Tags(pages[language]).all("html") == [{"lang": tag}]


def test_the_page_is_readable_without_eyes(english_page: Tags) -> None:
    """Headings, a way past the navigation, captions, scopes, and a name for every drawing and region."""
    tags = [tag for tag, _ in english_page.tags]
    assert tags.count("h1") == 1
    assert tags.count("h2") == 2
    assert tags.count("caption") == tags.count("table") == 2
    assert {a.get("scope") for a in english_page.all("th")} == {"col", "row"}
    assert english_page.all("a")[0] == {"class": "skip", "href": "#main"}
    ids = [attributes["id"] for _, attributes in english_page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert "main" in ids
    drawings = [a for a in english_page.all("svg") if a.get("role") == "img"]
    assert len(drawings) == 4
    assert all(a["aria-label"] for a in drawings)
    assert all(a.get("aria-label") for _, a in english_page.tags if a.get("role") in {"region", "dialog"})


def test_every_figure_opens_its_provenance_without_a_script(english_page: Tags) -> None:
    """A button a figure, which names a panel of its own; the short form is its title."""
    buttons = [a for a in english_page.all("button") if "figure" in (a["class"] or "")]
    panels = {a["id"] for a in english_page.all("div") if "popover" in a}
    assert len(buttons) == 13
    assert [a["popovertarget"] for a in buttons] == sorted(panels, key=lambda name: int(name.split("-")[1]))
    first = buttons[0]["title"]
    assert first.startswith("30 Sep 2026 · 1 Oct 2026 16:30 New York, by the release calendar")
    assert "7d7d" not in first


def test_the_panel_holds_period_moment_marks_and_file(pages: dict[str, str]) -> None:
    """All that a figure says of itself."""
    panel = re.search(r'id="figure-1".*?</dl>', pages["en"], re.DOTALL)[0]
    for text in (
        "2,881,686 USD mn",
        "30 Sep 2026",
        "1 Oct 2026 16:30 New York, by the release calendar",
        "7d" * 32,
    ):
        assert text in panel


def test_missing_figures_say_so(pages: dict[str, str]) -> None:
    """No cell is blank and none says nan."""
    found = re.findall(r'<button type="button" class="figure none"[^>]*>([^<]*)</button>', pages["en"])
    assert found == ["no data", "no data", "no data"]
    assert "nan" not in re.sub(r"<(script|style)\b.*?</\1>", "", pages["en"], flags=re.DOTALL).lower().split()


def test_a_brief_without_plots_carries_no_library(make_brief: Callable[[str], Brief], english: Words) -> None:
    """The page is then small, and has no script at all."""
    brief = make_brief("en")
    bare = replace(brief, sections={n: replace(s, plots=()) for n, s in brief.sections.items()})
    out = page.render(bare, english)
    assert len(out) < 60_000
    assert "<script" not in out


@pytest.fixture(scope="module")
def alone(make_outlook: Callable[[Words], Brief]) -> dict[str, str]:
    """Return the page of one section in both languages, made once."""
    chinese = {"no data": "无数据", "projected": "推算"}
    both = (
        Words("en", lambda message: message),
        Words("zh", lambda message: chinese.get(message, message)),
    )
    return {words.language: page.render(make_outlook(words), words) for words in both}


def test_a_section_by_itself_is_headed_once_and_not_listed(alone: dict[str, str]) -> None:
    """One heading that names the section too, and nothing to navigate."""
    found = Tags(alone["en"])
    tags = [tag for tag, _ in found.tags]
    assert (tags.count("h1"), tags.count("h2"), tags.count("nav")) == (1, 0, 0)
    ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    (section,) = found.all("section")
    assert section["aria-labelledby"] in ids
    assert re.search(r"<title>Outlook · ", alone["en"])


@pytest.fixture(scope="module")
def browser(unavailable: Callable[[str], NoReturn]) -> Iterator[object]:
    """A real browser, without a network worth the name."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        unavailable("no Chromium: apt-get install chromium")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield opened
        opened.close()


class Visit:
    """A page open in a browser, with what it asked for and what it complained of."""

    def __init__(self, browser: object, path: Path, **context: object) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.context = browser.new_context(**context)
        self.page = self.context.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(path.as_uri())

    def until(self, condition: str) -> None:
        """Wait until a JavaScript condition holds; polled, since the page's policy forbids Playwright's way."""
        for _ in range(200):
            if self.page.evaluate(condition):
                return
            self.page.wait_for_timeout(50)
        pytest.fail(f"never true: {condition}; the page said {self.complaints}")

    def drawn(self, number: int) -> None:
        """Bring a chart into view, and wait until it is interactive."""
        self.page.locator("figure.chart").nth(number).scroll_into_view_if_needed()
        self.until(f"document.querySelectorAll('figure.chart')[{number}].classList.contains('drawn')")


@pytest.fixture
def visit(browser: object, pages: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Visit]]:
    """Open the page of a language in the browser, of the brief or of what is handed over."""
    visits: list[Visit] = []

    def open_page(language: str = "en", made: dict[str, str] = pages, **context: object) -> Visit:
        path = tmp_path / f"{language}.html"
        path.write_text(made[language], encoding="utf-8")
        visits.append(Visit(browser, path, **context))
        return visits[-1]

    yield open_page
    for one in visits:
        one.context.close()


@pytest.mark.parametrize(("language", "width"), [("en", 320), ("en", 390), ("zh", 390), ("en", 1280)])
def test_the_page_fits_and_asks_for_nothing_in_a_browser(
    visit: Callable[..., Visit], width: int, language: str
) -> None:
    """No sideways scrolling, one request (the file), no complaint, and both charts become interactive."""
    seen = visit(language, viewport={"width": width, "height": 844})
    seen.drawn(0)
    seen.drawn(1)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.page.locator("figure.chart canvas").count() == 2
    assert seen.page.locator(".drawing:visible").count() == 0
    assert [url for url in seen.requests if not url.startswith("data:")] == [seen.page.url]
    assert seen.page.url.startswith("file:")
    assert seen.complaints == []


@pytest.mark.parametrize(("language", "width", "shown"), [("en", 1280, "USD mn"), ("zh", 390, "亿美元")])
def test_the_pointer_reads_figures_off(
    visit: Callable[..., Visit], language: str, width: int, shown: str
) -> None:
    """The tooltip names the day, the unit and each line; a gap is no data."""
    seen = visit(language, viewport={"width": width, "height": 844})
    seen.drawn(0)
    box = seen.page.locator("figure.chart canvas").first.bounding_box()

    def read(share: float) -> str:
        for step in (0, 1):
            seen.page.mouse.move(box["x"] + share * box["width"] + step, box["y"] + 0.7 * box["height"])
        seen.until("!!document.querySelector('#vg-tooltip-element.visible')")
        seen.page.wait_for_timeout(100)
        return seen.page.locator("#vg-tooltip-element").inner_text()

    at_the_end = read(0.96)
    assert shown in at_the_end
    assert "2026" in at_the_end
    assert re.search(r"Reserve balances\s+[\d,.]+", at_the_end)
    assert re.search(r"Reserve balances\s+no data", read(0.6))
    tooltip = seen.page.locator("#vg-tooltip-element").bounding_box()
    assert tooltip["x"] >= 0
    assert tooltip["x"] + tooltip["width"] <= width


@pytest.mark.parametrize(
    ("language", "width", "scheme", "month", "cap"),
    [
        ("en", 390, "dark", "Jun 2027 · USD mn", "30,000"),
        ("zh", 390, "light", "2027年6月 · 亿美元", "300.00"),
        ("en", 1280, "light", "Jun 2027 · USD mn", "30,000"),
        ("zh", 1280, "dark", "2027年6月 · 亿美元", "300.00"),
    ],
)
def test_a_page_of_bars_fits_and_reads_figures_off(
    visit: Callable[..., Visit],
    alone: dict[str, str],
    language: str,
    width: int,
    scheme: str,
    month: str,
    cap: str,
) -> None:
    """No sideways scrolling, no request but the file, and the pointer names the month of a bar with every part."""
    seen = visit(language, alone, viewport={"width": width, "height": 844}, color_scheme=scheme)
    seen.drawn(0)
    seen.drawn(1)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.page.locator("figure.chart canvas").count() == 2
    first = seen.page.locator("figure.chart canvas").first
    first.scroll_into_view_if_needed()
    box = first.bounding_box()
    assert box["width"] <= width
    for step in (0, 1):
        seen.page.mouse.move(box["x"] + 0.5 * box["width"] + step, box["y"] + 0.6 * box["height"])
    seen.until("!!document.querySelector('#vg-tooltip-element.visible')")
    tooltip = seen.page.locator("#vg-tooltip-element").inner_text()
    assert month in tooltip
    for name, value in (("Cap & [more]", cap), ("Sold", "−2")):
        assert re.search(rf"{re.escape(name)}\s+{value}", tooltip)
    assert [url for url in seen.requests if not url.startswith("data:")] == [seen.page.url]
    assert seen.complaints == []


def test_the_keyboard_opens_the_provenance_of_a_figure(visit: Callable[..., Visit]) -> None:
    """Focus, Enter: the panel is there and inside the window; Escape: it is gone."""
    seen = visit(viewport={"width": 390, "height": 844})
    seen.page.locator("button.figure").first.focus()
    seen.page.keyboard.press("Enter")
    panel = seen.page.locator("#figure-1")
    assert panel.is_visible()
    assert "7d" * 32 in panel.inner_text()
    box = panel.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["y"] + box["height"] <= 845
    seen.page.keyboard.press("Escape")
    assert not panel.is_visible()


def test_without_scripts_the_drawings_stay_and_figures_still_open(visit: Callable[..., Visit]) -> None:
    """One drawing of each chart shows, the one for the width; a tap opens a figure."""
    for width, name in ((390, "narrow"), (1280, "wide")):
        seen = visit(viewport={"width": width, "height": 844}, java_script_enabled=False)
        assert seen.page.locator(f".drawing.{name} svg[role=img]:visible").count() == 2
        assert seen.page.locator(".drawing:visible").count() == 2
        seen.page.locator("button.figure").first.click()
        assert seen.page.locator("#figure-1").is_visible()


def test_a_dark_screen_gets_dark_paper_and_light_lines(visit: Callable[..., Visit]) -> None:
    """The colours of both modes are those of the palettes, in drawings and in interactive charts."""
    for scheme, palette in (("light", charts.LIGHT), ("dark", charts.DARK)):
        seen = visit(viewport={"width": 1280, "height": 844}, color_scheme=scheme)
        paper = tuple(int(palette.paper[i : i + 2], 16) for i in (1, 3, 5))
        colour = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert colour == f"rgb{paper}"
        stroke = tuple(int(palette.series[0][i : i + 2], 16) for i in (1, 3, 5))
        drawn = seen.page.evaluate(
            "[...document.querySelectorAll('.wide path')]"
            ".filter((p) => p.getAttribute('stroke') === 'var(--series-0)')"
            ".map((p) => getComputedStyle(p).stroke)"
        )
        assert set(drawn) == {f"rgb{stroke}"}
        seen.drawn(0)
        assert seen.complaints == []


def test_the_interpreted_chart_is_the_compiled_one(
    browser: object, english: Words, lines: Plot, stacked: Plot, make_outlook: Callable[[Words], Brief]
) -> None:
    """Where a policy forbids code from text, Vega interprets its expressions: the drawing is the same."""
    import vl_convert

    opened = browser.new_page()
    opened.add_script_tag(content=vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
    for plot in (lines, stacked, *make_outlook(english).sections["result"].plots):
        spec = charts.specification(plot, english, width=600, height=300, colours=charts.LIGHT)
        compiled, interpreted = (
            opened.evaluate(
                """async ([spec, ast]) => {
                    const place = document.body.appendChild(document.createElement("div"));
                    const { view } = await vegaEmbed(place, spec, { ast, actions: false });
                    return view.toSVG();
                }""",
                [spec, ast],
            )
            for ast in (False, True)
        )
        assert interpreted == compiled
        assert "<path" in compiled
    opened.close()
