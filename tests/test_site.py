"""The whole site as files: every link leads somewhere, no page is heavy, ids are single, everything can be found."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urldefrag

import pytest
from click.testing import CliRunner
from lxml import html as lxml_html

from symgrad.cli.main import app
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.definitions.claims import CLAIMS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

HEAVIEST = 200_000  # bytes of a page with its style sheet, its fonts and its script
MINE = """\
from symgrad import D, worked, z

square = worked("square", "The derivative of a square", D(z**2, z), ("power", 2 * z))
"""


@cache
def tree(path: Path) -> Any:
    return lxml_html.document_fromstring(path.read_bytes().decode("utf-8"))


@cache
def ids(path: Path) -> frozenset[str]:
    return frozenset(tree(path).xpath("//@id"))


def pages(site: Path) -> list[Path]:
    found = sorted(site.rglob("*.html"))
    assert len(found) > 150
    return found


def test_every_link_leads_to_a_page_and_a_place_on_it(site: Path) -> None:
    dead = []
    for page in pages(site):
        for address in (*tree(page).xpath("//*/@href"), *tree(page).xpath("//*/@src"), *tree(page).xpath("//@action")):
            if re.match(r"https?:", address):
                continue
            name, anchor = urldefrag(address)
            target = (page.parent / unquote(name)).resolve() if name else page
            if not target.is_file() or (anchor and unquote(anchor) not in ids(target)):
                dead.append(f"{page.name}: {address}")

    assert dead == []


def test_no_page_weighs_more_than_two_hundred_kilobytes(site: Path) -> None:
    beside = sum((site / name).stat().st_size for name in ("symgrad.css", "symgrad.js"))
    heavy = {p.name: w for p in pages(site) if (w := p.stat().st_size + beside) > HEAVIEST}

    assert heavy == {}


def test_every_activation_has_the_steps_of_its_derivative_on_its_page(site: Path) -> None:
    apart = []
    for name in ACTIVATIONS:
        (section, *_) = tree(site / f"{name.replace('_', '-')}.html").xpath("//section[@class='part']")
        if len(section.xpath("./ol[@class='steps']/li")) < 2 and len(section.xpath(".//ol/li")) < 2:
            apart.append(name)

    assert apart == []


def test_a_letter_has_one_colour_throughout_every_page(site: Path) -> None:
    coloured = 0
    for page in pages(site):
        tints: dict[str, set[str]] = {}
        for letter in tree(page).xpath("//math//mi[starts-with(@class, 'q')]"):
            tints.setdefault(letter.text, set()).add(letter.get("class"))
        coloured += bool(tints)

        assert all(len(found) == 1 for found in tints.values()), (page.name, tints)
    assert coloured > 150


def test_ids_are_single_and_headings_begin_with_the_title(site: Path) -> None:
    for page in pages(site):
        every = tree(page).xpath("//@id")
        assert len(every) == len(set(every)), page.name
        levels = [int(h.tag[1]) for h in tree(page).iter("h1", "h2", "h3", "h4")]
        assert levels.count(1) == 1, page.name
        assert levels[0] == 1, page.name
        assert tree(page).get("lang"), page.name


def test_every_drawing_formula_and_box_that_scrolls_says_what_it_is(site: Path) -> None:
    for page in pages(site):
        for formula in tree(page).xpath("//math[not(ancestor::svg)]") if page.name != "index.html" else ():
            assert formula.get("alttext"), page.name
        for drawing in tree(page).iter("svg"):
            assert drawing.get("role") == "img", page.name
            assert drawing.get("aria-label"), page.name
        for box in tree(page).xpath("//*[@tabindex='0' and not(self::pre)]"):
            assert box.get("role") == "group", (page.name, box.attrib)
            assert box.get("aria-label"), (page.name, box.attrib)


def test_every_gradient_has_its_graph(site: Path) -> None:
    for name in ("sigmoid", "cross-entropy-sigmoid", "two-layer-network", "layer-attention", "backpropagation"):
        cards = tree(site / f"{name}.html").xpath("//div[@class='card']")
        assert cards
        for card in cards:
            (graph,) = card.xpath(".//svg[@class='net']")
            classes = " ".join(graph.xpath(".//@class")).split()
            assert "on" in classes, name
            assert "back" in classes, name
            assert classes.count("sought") == 1, name


def test_the_index_and_the_search_have_everything(site: Path) -> None:
    index, search = tree(site / "index.html"), tree(site / "search.html")

    assert len(index.xpath("//section[@id='catalogue']//tbody/tr")) == len(ACTIVATIONS)
    assert len(index.xpath("//section[@id='losses']//tbody/tr")) == len(LOSSES)
    assert {a.text for a in index.xpath("//section[@id='claims']//tbody//a")} == set(CLAIMS)
    listed = {urldefrag(a)[0].removeprefix("./") for a in search.xpath("//div[@id='everything']//a/@href")}
    steps = {n for n in (p.name for p in pages(site)) if tree(site / n).xpath("//nav[@class='pager']")}
    assert {p.name for p in pages(site)} - listed - steps == {"index.html", "search.html", "trust.html"}


def test_every_pair_is_linked_and_a_refusal_gives_its_reason(site: Path) -> None:
    cells = tree(site / "comparison.html").xpath("//table[@class='matrix']//tbody//td[not(@class='range')]")

    assert len(cells) == len(ACTIVATIONS) * len(LOSSES)
    kinds = {c.get("class") for c in cells}
    assert {"slope-fully", "slope-partly", "slope-no", "slope-nothing", "pair-refused"} == kinds
    for cell in cells:
        name, anchor = urldefrag(cell.xpath("./a/@href")[0])
        (place,) = tree(site / name.removeprefix("./")).xpath(f"//*[@id='{anchor}']")
        assert place.tag == ("dt" if cell.get("class") == "pair-refused" else "tr")
        assert place.tag == "tr" or "needs a" in place.getnext().text_content()


def test_verdicts_lead_to_what_they_mean(site: Path) -> None:
    links = set(tree(site / "sigmoid.html").xpath("//*[contains(@class, 'verdict')]/a/@href"))
    told = tree(site / "trust.html").text_content()

    assert links == {"trust.html#proved"}
    assert "The numeric check" in told
    assert "It does not rest on SymPy’s simplify" in told.replace("'", "’")  # the words of docs/trust.md


def test_a_single_file_holds_everything_and_a_published_site_its_map(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYMGRAD_CACHE", str(tmp_path / "cache"))
    (tmp_path / "mine.py").write_text(MINE, "utf-8")
    out = tmp_path / "out"
    asked = ["build", str(tmp_path / "mine.py"), "-o", str(out), "-j", "1", "--single-file", "--url", "https://a.org/b"]

    assert CliRunner().invoke(app, asked).exit_code == 0
    page = (out / "square.html").read_text("utf-8")
    assert not {"symgrad.css", "symgrad.js"} & {p.name for p in out.iterdir()}
    assert '<link rel="stylesheet"' not in page
    assert page.count("@font-face") == 3
    assert page.count("<script>") == 1
    assert len(page.encode()) < HEAVIEST
    assert '<link rel="canonical" href="https://a.org/b/square.html">' in page
    assert "<loc>https://a.org/b/square.html</loc>" in (out / "sitemap.xml").read_text("utf-8")

    wrong = CliRunner().invoke(app, [*asked[:-1], "a.org/b"])
    assert wrong.exit_code == 2
    assert "write it as https://" in wrong.output
