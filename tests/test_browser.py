"""The site in a real browser: every page at two widths and in both colours, and everything that a reader may click."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from symgrad.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
)
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None and not os.environ.get("CI"), reason="needs a browser: apt-get install chromium"
    ),
]

WIDTHS = {"desk": 1200, "phone": 390}
SCHEMES = ("light", "dark")
OF_EACH_KIND = (
    "index",
    "search",
    "trust",
    "sigmoid",
    "gelu",
    "leaky-relu",
    "loss-huber",
    "cross-entropy-sigmoid",
    "squared-error-or-cross-entropy",
    "comparison",
    "comparison-tanh",
    "claims",
    "softmax",
    "backpropagation",
    "two-layer-network",
    "two-layer-network-two-layers-W1",
    "layer-attention",
    "saturation",
    "dead-relu",
    "xavier-and-he",
)
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "CI has a browser: .ci/run installs it"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield running
        running.close()


@contextmanager
def opened(browser: Browser, path: Path, width: int = 1200, query: str = "", **options: Any) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    page = context.new_page()
    page.goto(path.as_uri() + query)
    yield page
    context.close()


@pytest.mark.parametrize("half", [0, 1])
def test_no_page_is_wider_than_the_window_or_complains(browser: Browser, site: Path, half: int) -> None:
    said: list[str] = []
    wide: list[str] = []
    context = browser.new_context(viewport={"width": 390, "height": 900}, color_scheme=SCHEMES[half])
    page = context.new_page()
    page.on("console", lambda m: said.append(f"{page.url}: {m.text}") if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda e: said.append(f"{page.url}: {e}"))
    page.on("requestfailed", lambda r: said.append(f"{page.url}: {r.url} failed"))
    every = sorted(site.rglob("*.html"))[half::2]
    assert len(every) > 75
    for path in every:
        page.goto(path.as_uri())
        for width in WIDTHS.values():
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wide.append(f"{path.name} at {width}")
    context.close()

    assert said == []
    assert wide == []


@pytest.mark.parametrize("name", OF_EACH_KIND)
def test_pages_of_each_kind_are_accessible(browser: Browser, site: Path, name: str) -> None:
    for width, scheme in zip(WIDTHS.values(), SCHEMES, strict=True):
        with opened(browser, site / f"{name}.html", width, color_scheme=scheme) as page:
            assert violations(page) == [], (width, scheme)


def violations(page: Page) -> list[str]:
    """What keeps people from reading a page, as axe-core finds it."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found if v["impact"] in SERIOUS]


@pytest.mark.parametrize("scripted", [True, False], ids=["script", "no-script"])
def test_the_level_of_detail_switches_in_place(browser: Browser, site: Path, scripted: bool) -> None:  # noqa: FBT001
    with opened(browser, site / "cross-entropy-sigmoid.html", java_script_enabled=scripted) as page:
        step, finer = page.locator(".steps > .step").first, page.locator(".fine .step").first
        assert step.is_visible()
        assert not finer.is_visible()
        page.get_by_text("Every rule", exact=True).click()
        assert finer.is_visible()
        page.get_by_text("Result", exact=True).first.click()
        assert not step.is_visible()
        assert page.locator(".final math").first.is_visible()
        assert page.locator(".card").is_visible()


def test_without_a_script_everything_can_be_read(browser: Browser, site: Path) -> None:
    with opened(browser, site / "sigmoid.html", java_script_enabled=False) as page:
        assert not page.locator(".copies").first.is_visible()
        source = page.locator(".step .src-latex").first
        assert not source.locator("code").is_visible()
        source.locator("summary").click()
        assert source.locator("code").is_visible()
        page.get_by_text("Dark", exact=True).click()
        assert page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"
    with opened(browser, site / "search.html", java_script_enabled=False) as page:
        assert page.locator(".everything li").count() > 300
        assert page.locator(".everything li").last.is_visible()


@pytest.mark.parametrize(
    ("kind", "within"), [("latex", r"\frac{\partial J}{\partial z}"), ("mathml", "<math"), ("python", "import numpy")]
)
def test_buttons_copy(browser: Browser, site: Path, kind: str, within: str) -> None:
    with opened(
        browser, site / "cross-entropy-sigmoid.html", permissions=["clipboard-read", "clipboard-write"]
    ) as page:
        button = page.locator(f".final [data-copy={kind}]")
        button.click()
        page.wait_for_function("document.querySelector('.final').textContent.includes('Copied')")
        copied = page.evaluate("navigator.clipboard.readText()")

        assert within in copied
        if kind == "mathml":
            assert 'xmlns="http://www.w3.org/1998/Math/MathML"' in copied
            assert "annotation" not in copied
        if kind == "latex":
            first = page.locator(".step [data-copy=latex]").first
            first.click()
            assert page.evaluate("navigator.clipboard.readText()") != copied


NAMES = {"GELU", "softmax jacobian", "B4"}  # found before all else


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("GELU", "gelu.html"),
        ("softmax jacobian", "softmax.html#softmax-jacobian"),
        ("1 - tanh^2(z)", "tanh.html"),
        ("p_i - y_i", "softmax-log-likelihood.html"),
        (r"\sigma(z)(1 - \sigma(z))", "sigmoid.html"),
        (r"\frac{1}{1+e^{-z}}", "sigmoid.html"),
        ("1/(1+np.exp(-x))", "sigmoid.html"),
        ("1 − tanh(z)²", "tanh.html"),
        (r"W^{\top}\delta", "layer-linear.html"),
        ("product rule", "silu.html"),
        ("sigmoid huber", "comparison-sigmoid.html"),
        ("sigmoid binary_cross_entropy", "cross-entropy-sigmoid.html"),
        ("B4", "claims.html#B4"),
        ("1-tanh^2", "tanh.html#"),
    ],
)
def test_the_search_finds_names_and_formulas(browser: Browser, site: Path, asked: str, answer: str) -> None:
    with opened(browser, site / "sigmoid.html") as page:
        page.locator(".seek input").fill(asked)
        page.keyboard.press("Enter")
        page.wait_for_url("**/search.html?q=*")
        shown = page.locator(".everything li:visible a")
        links = shown.evaluate_all("links => links.map(a => a.href.split('/').pop())")

        assert any(link.startswith(answer) for link in links), links[:20]
        assert links[0].startswith(answer) or asked not in NAMES, links[:5]
        assert page.locator(".everything li:visible").count() < 60
        page.locator("#find").fill("nothing is called this")
        assert page.locator(".everything li:visible").count() == 0
        assert page.locator("#count").text_content() == "0 found"


def test_what_is_found_tells_the_page_that_it_is_on(browser: Browser, site: Path) -> None:
    with opened(browser, site / "search.html", query="?q=delta+of+the+output+layer") as page:
        found = page.locator('.everything li:visible:has(>a[href*="softmax-log-likelihood.html#"])').first
        assert found.evaluate("e => getComputedStyle(e, '::after').content") == '"Softmax with log-likelihood"'
        page.locator("#find").fill("")
        assert found.evaluate("e => getComputedStyle(e, '::after').content") == "none"


def test_tables_sort_by_what_they_show(browser: Browser, site: Path) -> None:
    with opened(browser, site / "index.html") as page:
        column = page.locator("#catalogue tbody tr td:nth-child(4)")
        head = page.locator("#catalogue th", has_text="largest")
        head.locator("button").click()
        rising = column.evaluate_all("cells => cells.map(c => Number(c.dataset.order))")
        assert rising == sorted(rising)
        assert rising[0] < rising[-1]
        assert head.get_attribute("aria-sort") == "ascending"
        head.locator("button").click()
        assert column.evaluate_all("cells => cells.map(c => Number(c.dataset.order))") == sorted(rising, reverse=True)

        page.locator("#catalogue th button", has_text="name").press("Enter")
        names = page.locator("#catalogue tbody th").all_text_contents()
        assert names == sorted(names, key=str.lower)


def test_the_level_of_detail_is_kept_unless_a_link_leads_to_a_step(browser: Browser, site: Path) -> None:
    with opened(browser, site / "sigmoid.html") as page:
        page.locator("label[for=d-result]").click()
        page.goto((site / "tanh.html").as_uri())
        assert not page.locator(".steps").first.is_visible()
        page.goto((site / "gelu.html").as_uri() + "#gelu-derivative-2")
        assert page.locator("#gelu-derivative-2").is_visible()


def test_colours_follow_the_reader_and_are_kept(browser: Browser, site: Path) -> None:
    with opened(browser, site / "sigmoid.html", color_scheme="dark") as page:
        paper = "getComputedStyle(document.body).backgroundColor"
        dark = page.evaluate(paper)
        page.get_by_text("Light", exact=True).click()
        light = page.evaluate(paper)
        assert light != dark
        page.goto((site / "tanh.html").as_uri())
        assert page.evaluate(paper) == light


def test_the_keyboard_reaches_the_content_and_every_box_that_scrolls(browser: Browser, site: Path) -> None:
    with opened(browser, site / "two-layer-network-two-layers-W1.html", 390) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.url.endswith("#main")
        unreachable = page.evaluate(
            """[...document.querySelectorAll("main *")].filter(e => {
                const style = getComputedStyle(e).overflowX;
                return (style === "auto" || style === "scroll") && e.scrollWidth > e.clientWidth && e.tabIndex < 0;
            }).map(e => e.className)"""
        )
        assert unreachable == []


def test_print_leaves_out_what_paper_cannot_do(browser: Browser, site: Path) -> None:
    with opened(browser, site / "cross-entropy-sigmoid.html") as page:
        page.emulate_media(media="print", color_scheme="dark")
        for hidden in (".levels", ".top nav", ".copies", ".seek"):
            assert not page.locator(hidden).first.is_visible(), hidden
        assert page.locator(".steps > .step").last.is_visible()
        assert not page.locator(".fine").first.is_visible()  # what is not asked for
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_formulas_have_the_font_of_the_page(browser: Browser, site: Path) -> None:
    with opened(browser, site / "sigmoid.html") as page:
        page.evaluate("document.fonts.ready.then(() => 1)")
        loaded = page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)")
        assert {"SG Math", "SG Text"} <= {name.strip('"') for name in loaded}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_is_there_in_every_language(browser: Browser, tongues: Path, lang: str) -> None:
    names = sorted(p.name for p in tongues.glob("*.html"))
    assert len(names) > 8
    for name in names:
        for width, scheme in zip(WIDTHS.values(), SCHEMES, strict=True):
            with opened(browser, tongues / name, width, color_scheme=scheme) as page:
                page.locator(f".tongues a[hreflang={lang}]").click()
                assert page.locator("html").get_attribute("lang") == lang
                assert page.url.endswith(f"/{name}")
                assert page.locator(".tongues [aria-current]").get_attribute("hreflang") == lang
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, lang)
                assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith('"SG Text"')
                if name in {"index.html", "softmax.html", "cross-entropy-sigmoid.html"}:
                    assert violations(page) == [], (name, lang, width, scheme)


def test_the_search_and_the_switches_work_in_chinese(browser: Browser, tongues: Path) -> None:
    with opened(browser, tongues / "zh-Hans" / "cross-entropy-sigmoid.html") as page:
        page.locator("label[for=d-result]").click()
        assert not page.locator(".steps > .step").first.is_visible()
        page.locator(".seek input").fill("a - y")
        page.keyboard.press("Enter")
        page.wait_for_url("**/zh-Hans/search.html?q=*")
        assert page.locator(".everything li:visible a[href*=cross-entropy-sigmoid]").count() > 0


def test_the_finest_steps_of_a_heavy_page_come_when_they_are_asked_for(browser: Browser, site: Path) -> None:
    heavy = sorted(site.glob("*.finer.js"))
    assert len(heavy) > 15
    said: list[str] = []
    context = browser.new_context(viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.on("console", lambda m: said.append(f"{page.url}: {m.text}") if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda e: said.append(f"{page.url}: {e}"))
    for script in heavy:
        path = site / script.name.replace(".finer.js", ".html")
        page.goto(path.as_uri())
        page.evaluate("localStorage.clear()")
        page.locator("label[for=d-every]").click()
        page.wait_for_function("!document.querySelector('[data-finer]')")
        assert page.locator(".step").count() > path.read_text("utf-8").count('<li class="step"'), script.name
        assert page.locator(".step").last.is_visible(), script.name
        assert page.locator(".steps > .step > .tools, .final > .tools").count() == page.locator(".copies").count()
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS["phone"], script.name
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
        assert len(ids) == len(set(ids)), script.name
        page.locator("label[for=d-result]").click()
        assert not page.locator(".step").last.is_visible(), script.name
    context.close()

    assert said == []


def test_derivations_that_are_left_out_come_as_a_reader_comes_to_them(browser: Browser, site: Path) -> None:
    with opened(browser, site / "backpropagation-through-time.html") as page:
        page.mouse.wheel(0, 1200)
        page.wait_for_selector(".steps > .step")
        page.wait_for_selector(".graph svg")


def test_a_link_to_finer_steps_opens_them_in_place(browser: Browser, site: Path) -> None:
    with opened(browser, site / "saturation.html") as page:
        link = page.locator("a[data-finer]").first
        link.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".fine .step")
        assert page.url.endswith("/saturation.html")
        assert page.evaluate("document.activeElement.parentNode.open")


def test_without_a_script_links_lead_to_the_finest_steps(browser: Browser, site: Path) -> None:
    with opened(browser, site / "saturation.html", java_script_enabled=False) as page:
        assert not page.locator("label[for=d-every]").is_visible()
        assert page.locator("label[for=d-result]").is_visible()
        page.locator("a[data-finer]").first.click()
        assert page.url.partition("#")[0] != (site / "saturation.html").as_uri()
        assert page.locator(".fine summary").first.is_visible()
