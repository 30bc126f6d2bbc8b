"""Pages: compared with golden files, parsed, and searched for anything that a browser would not draw."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from document_samples import CHECK, LEAKY_FACTS, SIGMOID_FACTS, delta, delta_page, pairs_page, settled, sigmoid_page
from lxml import etree
from lxml import html as lxml_html

import symgrad
from symgrad import derivative
from symgrad.core import Document, Page, Status, SymgradError, Verdict, every_step
from symgrad.document import (
    DETAILS,
    FORMATS,
    PAGE_FORMATS,
    Site,
    assets,
    entry,
    html_fragment,
    page_files,
    render,
    render_index,
    render_page,
    render_trust,
)
from symgrad.document.companion import script_of, unfolded
from symgrad.document.fonts import font_css, math_font
from symgrad.document.plots import plots
from symgrad.document.tree import untree
from symgrad.functions.symbols import a, y
from symgrad.indexed import Dim, Index, Tensor, total

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGES = {"sigmoid": sigmoid_page, "delta": delta_page, "pairs": pairs_page}
PLAIN = Site(stylesheet="symgrad.css")
SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)

every_page = pytest.mark.parametrize("name", PAGES)


def rendered(name: str, form: str = "html") -> str:
    return render_page(PAGES[name](), form, PLAIN)


@every_page
@pytest.mark.parametrize("form", PAGE_FORMATS)
def test_a_page_is_as_it_was_reviewed(name: str, form: str, golden: Callable[[str, str], None]) -> None:
    drawn = rendered(name, form)

    golden(f"{name}.{form}", SVG.sub("<svg></svg>", drawn))


@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"html"}))
@pytest.mark.parametrize("detail", DETAILS)
def test_a_derivation_is_as_it_was_reviewed(form: str, detail: str, golden: Callable[[str, str], None]) -> None:
    golden(f"derivation.{detail}.{form}", render(delta_page().settled[0], form, detail))


def test_the_index_is_as_it_was_reviewed(golden: Callable[[str, str], None]) -> None:
    golden("index.html", render_index([json.loads(json.dumps(entry(make()))) for make in PAGES.values()]))
    golden("trust.html", render_trust())


def test_pages_are_the_same_every_time() -> None:
    assert render_page(sigmoid_page()) == render_page(sigmoid_page())


ELEMENTS = {
    "math": {"display", "alttext"},
    "semantics": set(),
    "annotation": {"encoding"},
    "mrow": {"class"},
    "mi": {"mathvariant", "class"},
    "mn": set(),
    "mo": {"form", "stretchy", "symmetric", "lspace", "rspace", "movablelimits", "class"},
    "mtext": set(),
    "mspace": {"width"},
    "mfrac": set(),
    "msqrt": set(),
    "mroot": set(),
    "msub": set(),
    "msup": {"class"},
    "msubsup": set(),
    "munder": set(),
    "mover": {"class"},
    "munderover": set(),
    "mtable": {"displaystyle", "class"},
    "mtr": set(),
    "mtd": set(),
}  # what MathML Core knows, as far as our printer uses it: https://w3c.github.io/mathml-core/

ARITY = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2, "munderover": 3}


def formulas(page: str) -> list[ET.Element]:
    return [ET.fromstring(m) for m in re.findall(r"<math .*?</math>", page, re.DOTALL)]  # noqa: S314 - ours


@every_page
@pytest.mark.parametrize("form", ["html", "mathml"])
def test_every_formula_is_mathml_core(name: str, form: str) -> None:
    found = formulas(rendered(name, form))

    assert found or (name, form) == ("pairs", "mathml")
    for element in (e for formula in found for e in formula.iter()):
        tag = element.tag.removeprefix("{http://www.w3.org/1998/Math/MathML}")
        assert set(element.attrib) <= ELEMENTS[tag], ET.tostring(element)
        assert len(element) == ARITY.get(tag, len(element)), ET.tostring(element)
        if tag == "mi":
            assert element.get("mathvariant") in {None, "normal"}
            assert element.text


@every_page
def test_every_formula_has_words_and_its_latex(name: str) -> None:
    for formula in formulas(rendered(name)):
        if len(formula) == 1 and formula[0].tag.endswith("semantics"):
            assert formula.get("alttext")
            assert balanced(formula[0][1].text or "")


def balanced(tex: str) -> bool:
    depth = 0
    for token in re.findall(r"\\.|[{}]", tex, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(token, 0)
        if depth < 0:
            return False
    lefts, rights = (len(re.findall(rf"\\{w}(?![a-zA-Z])", tex)) for w in ("left", "right"))
    begins, ends = (re.findall(rf"\\{w}\{{(\w+\*?)\}}", tex) for w in ("begin", "end"))
    return depth == 0 and lefts == rights and sorted(begins) == sorted(ends)


@every_page
def test_latex_is_balanced(name: str) -> None:
    assert balanced(rendered(name, "tex"))


@every_page
def test_markdown_keeps_clear_of_what_github_forbids(name: str) -> None:
    page = rendered(name, "md")

    assert not re.search(r"\\(operatorname|phantom|mbox|cancel|require|def)\b", page)
    assert page.count("```") % 2 == 0


@every_page
def test_the_file_of_formulas_is_xml(name: str) -> None:
    assert ET.fromstring(rendered(name, "mathml").encode()).tag == "formulas"  # noqa: S314 - ours


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@every_page
def test_latex_compiles(name: str, tmp_path: Path) -> None:
    (tmp_path / "page.tex").write_text(rendered(name, "tex"), "utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603

    assert done.returncode == 0, done.stdout[-2000:]


@every_page
def test_the_page_is_sound_html(name: str) -> None:
    page = lxml_html.document_fromstring(rendered(name))
    ids = [e.get("id") for e in page.iter() if e.get("id")]

    assert len(ids) == len(set(ids))
    assert len(page.xpath("//h1")) == 1
    assert page.get("lang") == "en"
    for link in page.xpath("//a/@href"):
        assert not link.startswith("#") or link[1:] in ids, link
    for label in page.xpath("//label/@for"):
        assert label in ids
    for box in page.xpath("//*[contains(@class, 'eq') or contains(@class, 'scroll')][@tabindex]"):
        assert box.get("aria-label")
    assert not page.xpath("//*[@role='math']")


@every_page
def test_a_page_without_a_site_needs_no_other_file(name: str) -> None:
    page = render_page(PAGES[name]())
    parsed = lxml_html.document_fromstring(page)

    assert not parsed.xpath("//link | //script[@src] | //img | //iframe")
    assert all(link.startswith("#") for link in parsed.xpath("//a/@href"))
    assert "@font-face" in page
    assert len(page.encode()) < 300_000


def test_links_between_pages_are_to_pages_of_the_site() -> None:
    index = lxml_html.document_fromstring(render_index([entry(make()) for make in PAGES.values()]))
    known = {"index.html", "trust.html", *(f"./{name}.html" for name in PAGES)}

    links = {link.split("#")[0] for link in index.xpath("//a/@href")}

    assert links - {""} <= known
    assert {f"./{name}.html" for name in PAGES} <= links


@pytest.mark.parametrize("detail", DETAILS)
def test_a_fragment_leaves_the_page_around_it_alone(detail: str) -> None:
    shown = html_fragment(delta_page().settled[0], detail)
    (style,) = lxml_html.fragment_fromstring(shown).xpath("//style/text()")

    assert all(line.startswith(".symgrad") for line in style.strip().splitlines())
    assert not re.search(r"<(html|body|head|script|link)\b", shown)
    assert shown.count("<li>") == (0 if detail == "result" else 4)


def test_every_status_is_explained() -> None:
    trust = lxml_html.document_fromstring(render_trust())
    anchors = {e.get("id") for e in trust.xpath("//dt")}

    assert {s.value.replace(" ", "-") for s in Status} <= anchors


def test_a_step_that_is_not_proved_is_not_said_to_be() -> None:
    page = lxml_html.document_fromstring(rendered("delta"))
    words = [e.text_content().strip() for e in page.xpath("//p[contains(@class, 'verdict')]")]

    assert words[:4] == ["proved", "proved", "proved except at listed points", "unknown"]
    text = page.text_content()
    assert "all proved" not in page.xpath("//ul")[0].text_content()
    assert "the normal form grew too large" in text
    assert "at z = 0: 0 and 1" in text


def test_a_refuted_step_is_shown_with_its_mark() -> None:
    refuted = Verdict(Status.REFUTED, reason="they differ")
    verdicts = tuple(refuted for _ in every_step(delta().steps))
    made = settled(delta())
    page = Page(Document("d", "D", "T", derivations=(delta(),)), (type(made)(delta(), verdicts, refuted, CHECK),))

    shown = lxml_html.document_fromstring(render_page(page, "html", PLAIN))

    assert len(shown.xpath("//p[@class='verdict bad']")) == 4
    assert "4 steps and the whole chain: 0 of 5 proved" in shown.text_content()


def graphs(page: str) -> list[Any]:
    return lxml_html.document_fromstring(page).xpath("//div[@class='graph']/svg")


def test_the_graph_is_drawn_from_the_named_quantities() -> None:
    graph, *_ = graphs(rendered("delta"))

    assert graph.get("aria-label") == ("Computation graph. Forward: a from z; J from a, y. Backward: ∂J/∂a, da/dz.")
    assert [r.get("class").split()[0] for r in graph.iter("rect")].count("sought") == 1
    backward = [p for p in graph.iter("path") if p.get("class") == "back"]
    assert len(backward) == 2  # nothing flows back to the target
    assert "".join(graph.itertext()).count("∂") == 2


def test_a_graph_of_tensors_names_what_flows_back() -> None:
    m, n = Dim("m"), Dim("n")
    W, x = Tensor("W", (m, n)), Tensor("x", n)
    i, k = Index("i", m), Index("k", n)
    z = Tensor("z", m, body=((i,), total(k, W[i, k] * x[k])))
    worked = derivative(Tensor("J", depends=(z,)), W, through=(z,), called={z: "δ"}, name="w")
    (graph,) = graphs(worked.to("html"))

    assert graph.get("aria-label") == "Computation graph. Forward: z from W, x; J from z. Backward: δ at z, ∂J/∂W."


def test_without_a_derivative_there_is_no_graph() -> None:
    n = Dim("n")
    k = Index("k", n)
    y = Tensor("y", n)
    whole = symgrad.worked("sum", "A sum", total(k, y[k]) - total(k, y[k]) / 2, ("combine", total(k, y[k]) / 2))

    assert not graphs(render(settled(whole), "html"))


@pytest.mark.parametrize("facts", [SIGMOID_FACTS, LEAKY_FACTS], ids=["smooth", "kinked"])
def test_plots_may_stand_in_a_page(facts: object) -> None:
    first, second = plots(facts, ("f", "</svg><script>"), "p")  # type: ignore[arg-type]
    ids = re.findall(r'\bid="([^"]*)"', first + second)

    assert len(ids) == len(set(ids))
    for svg in (first, second):
        assert etree.fromstring(svg.replace("xlink:href", "href").encode()).tag.endswith("svg")
        assert "<style" not in svg
        assert "<script" not in svg
        assert "var(--now)" in svg or "var(--qd)" in svg  # the slope's colour
        assert "#0102" not in svg
    assert plots(facts, ("f", "g"), "p") == plots(facts, ("f", "g"), "p")  # type: ignore[arg-type]


def test_fonts_are_small_and_the_same_every_time() -> None:
    again = math_font.__wrapped__()

    assert again == math_font()
    assert font_css().count("@font-face") == 3
    assert len(font_css("σ(z) = 1")) < len(font_css()) / 3 < 40_000
    assert set(assets()) == {"symgrad.css", "symgrad.js"}


def test_the_comparison_is_one_page_and_a_part_for_each_activation() -> None:
    page = pairs_page()
    files = page_files(page, PLAIN)
    whole = lxml_html.document_fromstring(files["pairs.html"])
    parts = {p.activation.name.replace("_", "-") for p in page.pairs}

    assert {f"pairs-{name}.html" for name in parts} == {f for f in files if f.endswith(".html")} - {"pairs.html"}
    links = [link.removeprefix("./") for link in whole.xpath("//table[@class='matrix']//a/@href")]
    assert {name for link in links for name, _, anchor in [link.partition("#")] if not anchor} <= set(files)
    for name, _, anchor in (link.partition("#") for link in links if "#" in link):
        assert f'id="{anchor}"' in files[name]
    shown = "".join(files[f"pairs-{name}.html"] for name in parts)
    assert len(re.findall("<tr[^>]*><th", shown)) == sum(
        p.delta is not None and not p.refused for p in page.pairs
    ) + len({p.activation.name for p in page.pairs if not p.refused})


def test_what_a_page_leaves_out_comes_back_letter_by_letter() -> None:
    piece = "<p>\\frac{`a`}{${b}}\\\\ </script> </a></p>\n"
    page = '<p data-file="./p.finer.js"></p><a data-finer="p-1.2" href="q.html">1 finer step</a><a href="#x">x</a>'

    assert unfolded(page, script_of([("p-1.2", piece)])) == f'<p></p>{piece}<a href="#x">x</a>'


def test_derivations_stand_side_by_side_where_the_document_says_so() -> None:
    page = delta_page()
    beside = replace(page, document=replace(page.document, beside=2))

    assert not lxml_html.document_fromstring(render_page(page, "html", PLAIN)).xpath("//div[@class='beside']")
    (box,) = lxml_html.document_fromstring(render_page(beside, "html", PLAIN)).xpath("//div[@class='beside']")
    assert len(box.xpath("./section")) == min(2, len(page.settled))


def test_a_lead_is_not_said_twice() -> None:
    page = delta_page()
    lead = page.settled[0].derivation.lead
    same, none = (replace(page, document=replace(page.document, lead=words)) for words in (lead, ""))

    for form in ("html", "md", "tex"):
        counts = [render_page(p, form, PLAIN).split("</head>")[-1].count("cancels.") for p in (same, none)]
        assert counts[0] == counts[1] > 0


def test_a_format_that_is_not_known_is_refused_by_name() -> None:
    with pytest.raises(SymgradError, match="choose one of text"):
        render(settled(delta()), "pdf")
    with pytest.raises(SymgradError, match="choose one of result"):
        render(settled(delta()), "text", "all")
    with pytest.raises(SymgradError, match="choose one of html"):
        render_page(delta_page(), "docx")


def test_json_keeps_its_promise() -> None:
    told = json.loads(render(delta_page().settled[0], "json", "every-rule"))

    assert told["schema"] == "symgrad/derivation/3"
    assert [s["verdict"]["status"] for s in told["steps"]] == ["proved", "proved", "proved except", "unknown"]
    assert told["verdict"]["status"] == "unknown"
    assert told["result"]["text"] == "a − y"
    assert untree(told["result"]["tree"]) == a - y
    assert told["check"]["points"] == 4
