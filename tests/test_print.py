"""What is made for print and for programs: the files of a build, PDFs, their fonts, and words that stay words."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from click.testing import CliRunner, Result
from document_samples import delta_page, settled, sigmoid_page
from lxml import etree as lxml_etree
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from sympy import Symbol
from test_document_injection import HOSTILE, hostile_page

from symgrad.cli.main import app
from symgrad.core import Derivation, Page, Step, SymgradError, Variable
from symgrad.document import ALONE, alone, page_files, page_pdf, pdf, render, render_page
from symgrad.document.as_pdf import compiled, head
from symgrad.document.as_picture import picture
from symgrad.document.as_typst import page_typst
from symgrad.document.boxes import Cancel, Diff, Fn, Frac, Ident, Mark, Num, Op, Script, Text, fenced, row
from symgrad.document.latex import GITHUB, latex
from symgrad.document.pages import tellings_of
from symgrad.document.speech import speech
from symgrad.document.typst import string, typst
from symgrad.functions import D
from symgrad.functions.symbols import z
from symgrad.words import speaking

if TYPE_CHECKING:
    from collections.abc import Callable

every_string = pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))

MINE = """from symgrad import D, worked, z
square = worked("square", "Of a square", D(z**2, z), ("power", 2 * z))
cube = worked("cube", "Of a cube", D(z**3, z), ("power", 3 * z**2))
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SYMGRAD_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(MINE, "utf-8")
    return "mine.py"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def files(folder: str) -> set[str]:
    return {p.name for p in Path(folder).iterdir()}


def test_a_build_makes_the_formats_that_are_asked_for(own: str) -> None:
    asked = [part for form in ("pdf", "latex", "markdown", "notebook", "json") for part in ("--format", form)]

    done = run("build", own, "-o", "out", "-j", "1", *asked)

    assert done.exit_code == 0, done.output
    ends = (".pdf", ".tex", ".md", "-1.svg", "-2.svg", ".ipynb", ".json")  # Markdown has its drawings beside it
    made = {f"{name}{end}" for name in ("square", "cube") for end in ends}
    assert files("out") == {*made, "book.pdf", "symgrad-site.json"}
    assert "open out/book.pdf" in done.output
    assert all(Path("out", f"{name}.pdf").read_bytes().startswith(b"%PDF") for name in ("square", "cube", "book"))
    again = run("build", own, "-o", "out", "-j", "1", "--format", "markdown", "--dialect", "jupyter")
    kept = {name for name in made if name.endswith((".md", ".svg"))}
    assert files("out") == {*kept, "symgrad-site.json"}, again.output
    assert "$$\n" in Path("out/square.md").read_text("utf-8")


def test_latex_of_a_build_may_be_a_fragment(own: str) -> None:
    run("build", own, "-o", "out", "-j", "1", "--format", "latex", "--fragment")

    assert r"\documentclass" not in Path("out/square.tex").read_text("utf-8")
    assert r"\usepackage{amsmath,amssymb}" in Path("out/square.tex").read_text("utf-8")


def test_a_derivation_becomes_a_pdf_in_a_file_only(own: str) -> None:
    assert own
    assert "add -o FILE" in run("derive", "sigmoid", "--format", "pdf").output
    assert run("derive", "sigmoid", "--format", "pdf", "-o", "s.pdf").exit_code == 0
    assert Path("s.pdf").read_bytes().startswith(b"%PDF")


def test_a_pdf_is_tagged_and_promises_accessibility() -> None:
    made = page_pdf(delta_page())

    assert b"/StructTreeRoot" in made
    assert b"pdfuaid" in made
    assert made == page_pdf(delta_page())


def test_without_typst_the_error_names_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)

    with pytest.raises(SymgradError, match=r"pip install symgrad\[pdf\]"):
        page_pdf(delta_page())


def test_without_nbformat_the_error_names_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nbformat", None)

    with pytest.raises(SymgradError, match=r"pip install symgrad\[notebook\]"):
        render(settled(delta_page().settled[0].derivation), "notebook")


def test_chinese_without_a_font_is_refused_and_never_empty_boxes(monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr("symgrad.document.as_pdf.families", lambda: frozenset({"Libertinus Serif"}))

    with pytest.raises(SymgradError, match=r"fonts-noto-cjk"):
        pdf("Title", '#text("梯度")')
    with speaking("zh-Hans"), pytest.raises(SymgradError, match=r"fonts-noto-cjk"):
        pdf("Title", '#text("a")')


@pytest.mark.skipif(find_spec("pylopdf_fonts_zh_cn") is None, reason="the fonts of the extra pdf are not installed")
@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant"])
def test_chinese_is_set_in_chinese_letters(lang: str) -> None:
    with speaking(lang):
        made = page_pdf(sigmoid_page())

    assert re.search(rb"NotoSerif(CJK)?[ST]C|NotoSerifCJK", made)


SYNTAX = re.compile(r'"(?:[^"\\]|\\["\\])*"')  # a string literal of Typst


@every_string
def test_typst_has_the_words_in_strings_only(words: str) -> None:
    page = hostile_page(words)
    source = page_typst(page, tellings_of(page))
    bare = SYNTAX.sub("", source)

    assert '"' not in bare
    for danger in ("import", "include", "eval", "read(", "http", "img", "script", "passwd", "中", "link"):
        assert danger not in bare, danger
    assert compiled(head("t", source, "en") + source).startswith(b"%PDF")


@every_string
def test_every_box_takes_the_words_as_words_in_typst_and_speech(words: str) -> None:
    box = row(
        Ident(words),
        Num(words),
        Op(words),
        Text(words),
        Script(Ident(words), Ident(words)),
        Fn(Ident(words), fenced(Text(words))),
        Cancel(Mark(Text(words), "was")),
        Frac(Op(words, prefix=True), Diff(Ident(words), Ident(words))),
    )

    for lang in ("en", "zh-Hans"):
        with speaking(lang):
            source = f"#sgdisplay({string(speech(box))}, ${typst(box)}$)"
        assert '"' not in SYNTAX.sub("", source)
    assert compiled(head("t", source, "en") + source).startswith(b"%PDF")


@every_string
def test_a_notebook_runs_nothing_of_the_words(words: str) -> None:
    symbol = Symbol(words or "w", real=True)
    step = Step(D(symbol * z, z), symbol, "product", note=words.replace("$", ""))
    page = alone(settled(Derivation("d", words, (step,), (Variable(symbol), Variable(z)), source=words)))
    read = nbformat.reads(render_page(Page(page.document, page.settled), "ipynb"), as_version=4)

    for cell in (c for c in read.cells if c.cell_type == "code"):
        code = re.sub(r'"(?:[^"\\]|\\.)*"|# as this page says', "", cell.source)
        assert not re.search(r"passwd|img|onerror|system|end\{|http", code)
        compile(cell.source, "cell", "exec")
    reader = MarkdownIt("commonmark").use(dollarmath_plugin)  # as notebooks do, formulas are taken out first
    html = "".join(reader.render(c.source) for c in read.cells if c.cell_type == "markdown")
    assert not re.search(r"<(img|script|svg|a)\b", html)


def test_cancelled_factors_are_crossed_out_and_said_in_every_format() -> None:
    (told, *_) = tellings_of(delta_page())
    formula = told.lines[-1].formula

    assert r"\cancel{" in latex(formula)
    assert r"\rlap{\rule" in latex(formula, GITHUB)
    assert "sgcancel(" in typst(formula)
    assert "crossed out a" in speech(formula)
    for form in ("tex", "md", "typ", "ipynb"):
        assert "Crossed out above and below the bar" in render_page(delta_page(), form)


def latexed(engine: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A page in Chinese, compiled."""
    with speaking("zh-Hans"):
        (folder / "page.tex").write_text(render_page(sigmoid_page(), "tex"), "utf-8")
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_pdflatex_says_that_chinese_wants_xelatex(tmp_path: Path) -> None:
    done = latexed("pdflatex", tmp_path)

    assert done.returncode
    assert "xelatex" in done.stdout


@pytest.mark.skipif(shutil.which("xelatex") is None, reason="xelatex is not installed")
def test_chinese_compiles_in_xelatex(tmp_path: Path) -> None:
    done = latexed("xelatex", tmp_path)

    assert done.returncode == 0, done.stdout[-2000:]
    assert "Missing character" not in done.stdout


@pytest.mark.parametrize("make", [sigmoid_page, delta_page])
def test_every_format_has_the_drawings(make: Callable[[], Page]) -> None:
    page = make()
    each = len(page.settled) + sum(bool(s.check and s.check.errors) for s in page.settled)  # a graph, the errors
    shown = each + 2 * len(page.facts)  # the function and its slope
    files = page_files(page, ALONE, ("markdown",))
    pictures = {name: text for name, text in files.items() if name.endswith(".svg")}
    linked = re.findall(r"!\[[^]]+\]\(([^)]+)\)", files[f"{page.document.name}.md"])
    cells = nbformat.reads(render_page(page, "ipynb"), as_version=4).cells
    outputs = [o.data["image/svg+xml"] for c in cells if c.cell_type == "code" for o in c.outputs]

    assert linked == [*pictures] == [f"{page.document.name}-{n}.svg" for n in range(1, shown + 1)]
    assert outputs == [*pictures.values()]
    assert render_page(page, "tex").count(r"\sgdraw{1 j") == shown
    assert len(re.findall("#sg(?:diagram|figure)", render_page(page, "typ"))) == each + len(page.facts)
    for svg in pictures.values():
        assert lxml_etree.fromstring(svg.encode()).get("viewBox")
        assert not re.search(r"var\(|class=|currentColor|foreignObject|<style", svg)


def test_a_picture_in_latex_is_the_drawing() -> None:
    frame = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50">{}</svg>'
    red = '<path style="stroke: #ff0000; fill: none" d="M 0 0 L 100 50"/>'
    pale = '<g transform="scale(2)"><rect style="fill: #000000; opacity: 0.5" width="5" height="5"/></g>'
    words = '<text style="text-anchor: end; font-size: 10px" x="20" y="10">a_b</text>'
    drawn = {
        red: "1.000 0.000 0.000 RG 0.50 w [] 0 d 0 J\n0.00 25.00 m\n50.00 0.00 l\nS",
        pale: "0.500 0.500 0.500 rg\n0.00 25.00 m\n5.00 25.00 l\n5.00 20.00 l\n0.00 20.00 l\nh\nf",
        words: r"\put(10.00,20.00){\llap{\fontsize{5.0}{5.0}\selectfont a\_b}}",
        '<text transform="rotate(-90 20 10)" x="20" y="10">up</text>': r"\put(10.00,20.00){\rotatebox{90}{\rlap{",
    }

    for svg, tex in drawn.items():
        assert tex in picture(frame.format(svg), 0.5)


def test_a_formula_is_said_in_chinese() -> None:
    (told, *_) = tellings_of(delta_page())
    english = speech(told.statement)

    with speaking("zh-Hans"):
        assert speech(told.statement) != english
        assert re.search("[\u4e00-\u9fff]", speech(told.lines[-1].formula))
