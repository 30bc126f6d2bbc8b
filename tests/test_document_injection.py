"""Whatever stands in a name or a note comes out as text, in every format."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import sympy
from document_samples import CHECK, LOSS, PAIRS, SIGMOID, SIGMOID_FACTS, settled
from lxml import html as lxml_html
from markdown_it import MarkdownIt
from sympy import Add, Function, Symbol

import symgrad
from symgrad.core import (
    CheckPoint,
    Derivation,
    Document,
    Let,
    Outcome,
    Page,
    Pair,
    Settled,
    Status,
    Step,
    SymgradError,
    Variable,
    Verdict,
    Witness,
)
from symgrad.document import (
    DETAILS,
    FORMATS,
    PAGE_FORMATS,
    Site,
    entry,
    html_fragment,
    render,
    render_index,
    render_page,
)
from symgrad.document.as_latex import preamble
from symgrad.document.as_markdown import FOR_GITHUB
from symgrad.document.boxes import Fn, Ident, Num, Op, Script, Text, fenced, row
from symgrad.document.latex import latex
from symgrad.document.mathml import mathml
from symgrad.document.speech import speech
from symgrad.document.text import text
from symgrad.document.words import pieces, tex_of, to_html, to_text
from symgrad.functions import D
from symgrad.functions.symbols import z

HOSTILE = [
    "</mtext><img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "<svg/onload=alert(1)>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "&lt;img src=x&gt;",
    r"\input{/etc/passwd}",
    r"\write18{touch /tmp/x}",
    r"}\end{document}",
    r"\csname foo\endcsname",
    "%comment",
    "^^5cinput",
    "a_b^c~#&{}",
    "`code` and ```math",
    "[link](javascript:alert(1))",
    "![image](x)",
    "**bold** _em_ ~~gone~~",
    "- item\n# heading\n> quote\n1. list",
    "| a | b |",
    "{{ 7*7 }}{% raw %}",
    "\x1b[31mred\x1b[0m\x07",
    "\x00nul",
    "\u202ereversed",
    "<!-- hidden",
    "]]>",
    "Ünïcödé 中文 😀",
    "https://example.org <b>",
]

every_string = pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))


def hostile_page(words: str) -> Page:
    """A page with the words in every slot that takes words."""
    strange, applied = Symbol(words, real=True), Function(words.replace("\0", "N"))(z)
    verdict = Verdict(
        Status.UNKNOWN, method=words, reason=words, witness=Witness(((strange, z),), words, words), conditions=(z > 0,)
    )
    start, end = D(applied, z), Add(strange, z, evaluate=False)
    step = Step(start, end, words, note=words, substeps=(Step(start, end, words, note=words),), given=strange > 0)
    derivation = Derivation(
        words or "d",
        words,
        (step,),
        (Variable(strange), Variable(z)),
        lets=(Let(strange, z),),
        lead=words,
        source=words,
    )
    shown = (CheckPoint(((words, 1.0),), 1.0, float("nan"), float("inf"), Outcome.OK),)
    told = Settled(derivation, (verdict, verdict), verdict, replace(CHECK, shown=shown))
    definition = replace(SIGMOID, title=words, source=words)
    facts = replace(SIGMOID_FACTS, definition=definition)
    pairs = (*PAIRS, Pair(definition, replace(LOSS, title=words), refused=words))
    document = Document(words, words, words, lead=words, notes=(words,), derivations=(derivation,))
    return Page(document, (told,), (facts,), pairs)


TAGS = {
    "html", "head", "meta", "title", "link", "style", "body", "a", "header", "span", "nav", "fieldset", "legend",
    "input", "label", "main", "section", "p", "h1", "h2", "h3", "h4", "ul", "li", "div", "dl", "dt", "dd", "ol",
    "figure", "figcaption", "details", "summary", "pre", "code", "button", "table", "thead", "tbody", "tr", "th", "td",
    "br", "form", "b", "foreignobject", "tspan",
    "footer", "script", "i", "math", "semantics", "annotation", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac",
    "msqrt", "mroot", "msub", "msup", "msubsup", "munder", "mover", "mtable", "mtr", "mtd", "svg", "g", "path", "defs",
    "clippath", "rect", "use", "text", "var", "sub",
}  # fmt: skip


def unknown_markup(page: str) -> list[str]:
    tree = lxml_html.document_fromstring(page)
    elements = [e for e in tree.iter() if isinstance(e.tag, str)]
    names = {e.tag.lower() for e in elements} - TAGS
    handlers = {name for e in elements for name in e.attrib if name.startswith("on") or name == "autofocus"}
    schemes = {v for e in elements for v in (e.get("href") or "",) if re.match(r"\s*\w+:", v)}
    return [*names, *handlers, *schemes]


@every_string
def test_html_has_no_markup_but_ours(words: str) -> None:
    page = render_page(hostile_page(words), "html", Site())

    assert unknown_markup(page) == []
    assert page.count("<script ") == page.count("</script>") == 1
    assert ("{{ 7*7 }}" in words) == ("{{ 7*7 }}" in page)


@every_string
def test_html_says_the_words(words: str) -> None:
    tree = lxml_html.document_fromstring(render_page(hostile_page(words), "html", Site()))
    visible = " ".join(tree.xpath("//h1")[0].text_content().split())

    wanted = " ".join("".join(c if c.isprintable() or c.isspace() else "\ufffd" for c in words).split())
    assert visible.replace("\ufffd", "") == wanted.replace("\ufffd", "") or not words.isprintable()


@every_string
def test_the_index_has_no_markup_but_ours(words: str) -> None:
    page = render_index([json.loads(json.dumps(entry(hostile_page(words))))])

    assert unknown_markup(page) == []


@every_string
def test_a_page_that_stands_alone_has_no_markup_but_ours(words: str) -> None:
    told = hostile_page(words).settled[0]

    assert unknown_markup(render(told, "html")) == []
    assert [x for x in unknown_markup(html_fragment(told, "every-rule")) if x != "b"] == []


HARMLESS = re.compile(
    r"\\(documentclass|usepackage|IfFileExists|newcommand|definecolor|textcolor|setlength|parindent|parskip|begin|end"
    r"|allowdisplaybreaks|mathord|ooalign|displaystyle|cr|hidewidth|diagup|section|subsection|textbf|textbackslash"
    r"|textless|textgreater|textbar|vert|backslash|dots|texttt|textsuperscript|ensuremath|item|par|nopagebreak|sghan|allowbreak|raggedright|arraybackslash|linewidth|footnotesize|sloppy|tabcolsep|hline|rule|to|varepsilon|infty|sim|text|mathrm|mathbf|mathbb|frac|partial|left|bar|hat|tilde|dot|tfrac|sum|int"
    r"|noindent|picture|put|fontsize|selectfont|itshape|rlap|llap|hbox|hss|makebox|unitlength|sgdraw|center|normalsize|small|scriptsize|tiny|rotatebox|right|sqrt|sigma|delta|sgwas|sgnow|sgq[a-f]|cancel|in|cdots?|le|ge|ne|quad|pi|alpha|ln|exp|tanh|max|min|dots|S|prime|bar|hat|tilde|dot|tfrac|sum|int|prod)(?![a-zA-Z])"
    r"|\\[^a-zA-Z]"
)


@every_string
@pytest.mark.parametrize("form", ["tex", "latex"])
def test_latex_has_no_command_but_ours(words: str, form: str) -> None:
    page = hostile_page(words)
    whole = render_page(page, "tex") if form == "tex" else render(page.settled[0], "latex", "every-rule")
    source = whole.removeprefix(preamble())

    assert re.findall(r"\\[a-zA-Z]+", HARMLESS.sub("", source)) == []
    assert "^^" not in source
    assert whole != source
    assert source.count(r"\end{document}") == 1
    assert all(c.isprintable() or c == "\n" for c in source)
    depth = 0
    for token in re.findall(r"\\.|(?<!\\)%[^\n]*|[{}]", source, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(token, 0)
        assert depth >= 0
    assert depth == 0


def test_latex_for_pdflatex_names_characters_that_it_has_not() -> None:
    source = render_page(hostile_page("中😀"), "tex")

    assert r"\sghan{中}{\texttt{U+4E2D}\allowbreak }" in source
    assert "😀" not in source
    assert r"\texttt{U+1F600}" in source


def test_latex_makes_no_dash_of_two_hyphens() -> None:
    assert "with -{}-fragment" in render_page(hostile_page("with --fragment"), "tex")


@every_string
def test_markdown_makes_nothing_of_the_words(words: str) -> None:
    page = hostile_page(words)
    rendered = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

    for source in (render_page(page, "md"), render(page.settled[0], "markdown", "every-rule")):
        tree = lxml_html.fragment_fromstring(rendered.render(source), create_parent="div")
        found = {e.tag for e in tree.iter() if isinstance(e.tag, str)}
        allowed = {"div", "h1", "h2", "h3", "h4", "p", "strong", "pre", "code", "table", "thead", "tbody", "tr", "th"}
        assert found <= {*allowed, "td"}
        assert {e.text_content() for e in tree.iter("strong")} <= {"Given", "Where", "Find", "Result", "Numeric check"}
        assert not any(name.startswith("on") for e in tree.iter() for name in e.attrib)


@every_string
def test_xml_is_well_formed_and_says_nothing_else(words: str) -> None:
    page = hostile_page(words)
    for source in (render_page(page, "mathml"), *(render(page.settled[0], "mathml", d) for d in DETAILS)):
        tree = ET.fromstring(source.encode())  # noqa: S314 - made here
        names = {e.tag.rsplit("}", 1)[-1] for e in tree.iter()}
        assert names <= {
            "formulas",
            "formula",
            *(t for t in TAGS if t.startswith("m") or t in {"semantics", "annotation"}),
        }


@every_string
def test_text_gives_a_terminal_nothing_to_obey(words: str) -> None:
    for detail in DETAILS:
        lines = render(hostile_page(words).settled[0], "text", detail)
        assert all(c.isprintable() or c == "\n" for c in lines)


@every_string
def test_json_is_json(words: str) -> None:
    told = json.loads(render(hostile_page(words).settled[0], "json", "every-rule"))

    assert told["title"] == words


@every_string
def test_every_box_takes_the_words_as_words(words: str) -> None:
    box = row(
        Ident(words),
        Num(words),
        Op(words),
        Text(words),
        Script(Ident(words), Ident(words)),
        Fn(Ident(words), fenced(Text(words))),
    )

    tree = ET.fromstring(mathml(box))  # noqa: S314 - made here
    assert {e.tag.rsplit("}", 1)[-1] for e in tree.iter()} <= TAGS
    assert re.findall(r"\\[a-zA-Z]+", HARMLESS.sub("", latex(box))) == []
    assert all(c.isprintable() for c in text(box))
    assert speech(box) is not None


IN_NAMES = [
    "x</mtext><img src=x onerror=alert(1)>",
    r"\input{/etc/passwd}",
    '#import "x"',
    "$x$",
    "a`b",
    '"""\nimport os',
    "np",
    "1x",
]


@pytest.mark.parametrize("name", IN_NAMES)
def test_a_symbol_may_be_called_anything(name: str) -> None:
    s, other = Symbol(name, real=True), Symbol("x_1", real=True)
    worked = symgrad.derive(s**2 * other, wrt=s)

    told = {form: worked.to(form) for form in FORMATS}
    pages = {form: render_page(settled_page(worked), form) for form in PAGE_FORMATS}

    assert unknown_markup(told["html"]) == unknown_markup(pages["html"]) == []
    assert re.findall(r"\\[a-zA-Z]+", HARMLESS.sub("", told["latex"].removeprefix(preamble()))) == []
    assert "\n#import" not in pages["typ"]
    found = ran(worked.to("numpy"))
    assert found(2.0, 3.0) == 12.0
    assert name == "np" or name not in worked.to("numpy")


def settled_page(worked: symgrad.Worked) -> Page:
    title = worked.derivation.title
    return Page(Document("d", title, title, title, derivations=(worked.derivation,)), (worked.settled,))


def ran(source: str) -> Any:
    """The function that NumPy code defines last."""
    names: dict[str, Any] = {}
    exec(compile(source, "code", "exec"), names)  # noqa: S102 - what symgrad itself wrote
    return names["derivation"]


def test_numpy_code_of_letters_that_numpy_or_another_letter_has() -> None:
    s = Symbol("exp", real=True)
    same = [Symbol("w", real=True), Symbol("w", positive=True)]

    assert ran(symgrad.derive(sympy.exp(s) * same[0], wrt=s).to("numpy"))(0.0, 5.0) == 5.0
    assert "def f(w, x_1):" in symgrad.numpy_code(same[0] - same[1])


def test_code_keeps_a_title_within_its_docstring() -> None:
    worked = symgrad.derivative("sigmoid")
    title = '"""\nraise SystemExit\n"""\\'

    code = replace(worked, derivation=replace(worked.derivation, title=title, name="derivation")).to("numpy")

    assert ran(code)(0.0) == 0.25


PROSE = [w for w in HOSTILE if "$" not in w]


@pytest.mark.parametrize("words", PROSE, ids=range(len(PROSE)))
def test_prose_is_words_in_every_format(words: str) -> None:
    around = f"before {words} $a-y$ after"

    tree = lxml_html.fragment_fromstring(to_html(around), create_parent="div")
    assert {e.tag for e in tree.iter() if isinstance(e.tag, str)} <= {"div", *TAGS} - {"script", "svg"}
    assert re.findall(r"\\[a-zA-Z]+", HARMLESS.sub("", tex_of(pieces(around)))) == []
    assert "$`a - y`$" in FOR_GITHUB.told(pieces(around))
    assert "a − y" in to_text(around)


def test_github_sees_a_formula_beside_chinese_and_no_command_among_words() -> None:
    assert FOR_GITHUB.told(pieces("当$z$，有 ($a-y$)")) == "当 $`z`$ ，有 ($`a - y`$)"
    assert latex(Text('"ij->i" a_b…')) == r"\text{''ij-}{>}\text{i'' a}{\_}\text{b}{\dots}"


@pytest.mark.parametrize("words", [r"$\input{/etc/passwd}$", r"$\write18{x}$", r"$\frac{a}{b$", r"$</math><img>\foo$"])
def test_hostile_formulas_in_prose_are_refused(words: str) -> None:
    with pytest.raises(SymgradError, match="the formula"):
        pieces(words)


@pytest.mark.parametrize("prose", ["costs $5 and $6", "a$ b $c", "from $5-$10", "$ x $"])
def test_a_sum_of_money_is_no_formula(prose: str) -> None:
    assert to_text(prose) == re.sub("</?var>", "", to_html(prose)) == prose
    assert tex_of(pieces(prose)) == prose.replace("$", r"\$")
    in_markdown = FOR_GITHUB.told(pieces(prose))
    assert in_markdown.replace("\\$", "$") == FOR_GITHUB.told(pieces(prose.replace("$", "@"))).replace("@", "$")
    assert to_text(f"{prose} for $a-y$") == f"{prose} for a − y" or prose.endswith("$")


def test_a_formula_in_prose_can_say_anything_in_its_text() -> None:
    shown = to_html(r"$\text{</mtext><img src=x onerror=alert(1)>}$")

    assert "<img" not in shown
    assert "&lt;img" in shown


def test_formats_are_all_covered_here() -> None:
    assert set(FORMATS) == {"text", "latex", "mathml", "markdown", "html", "json", "notebook"}
    assert set(PAGE_FORMATS) == {"html", "tex", "md", "mathml", "typ", "ipynb", "json"}
    assert settled(hostile_page("x").settled[0].derivation)
