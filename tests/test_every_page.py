"""Every formula of every page, in every notation, read by those that the notation is meant for.

The derivations have no verdicts here: what a formula looks like does not depend on them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from document_samples import settled
from mathml_core import mistakes

from symgrad.core import Page
from symgrad.document import render_page
from symgrad.document.as_json import document_json
from symgrad.document.as_pdf import compiled, head
from symgrad.document.as_typst import page_typst
from symgrad.document.blocks import Display, Items, Paragraph, StepBlock, Table, Terms
from symgrad.document.latex import GITHUB, PRINT, latex
from symgrad.document.layout import width
from symgrad.document.mathml import mathml
from symgrad.document.outline import outline
from symgrad.document.pages import tellings_of
from symgrad.document.reading_json import document_from_json
from symgrad.document.typst import string, typst
from symgrad.document.words import Formula, spoken
from symgrad.pipeline.discover import sources
from symgrad.pipeline.load import load
from symgrad.pipeline.stages import about
from symgrad.words import speaking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Document
    from symgrad.document.blocks import Block
    from symgrad.document.boxes import Box

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
PT_TOO_WIDE = 6.0  # of a line in print: what a reader would see
OF_EACH_KIND = {
    "leaky-relu",
    "loss-huber",
    "cross-entropy-sigmoid",
    "softmax",
    "layer-attention",
    "dead-relu",
    "xavier-and-he",
    "critical-line",
}
A4_TEXT = 42.0  # ems of a displayed formula that fit on a page


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    """Every document of the house, told; the comparison without its three hundred rows."""
    documents = [d for source in sources([HERE.parent / "derivations"]) for d in load(source)]
    assert len(documents) > 130
    return [page_of(d) for d in documents]


def page_of(document: Document) -> Page:
    told = tuple(settled(d) for d in document.derivations)
    return Page(document, told, tuple(map(about, document.about)), inductions=document.inductions)


@pytest.fixture(scope="module")
def formulas(pages: list[Page]) -> list[Box]:
    """Every formula once, as the outlines hold them."""
    found = {}
    for page in pages:
        for block in outline(page, tellings_of(page), "every-rule", drawn=False):
            found |= dict.fromkeys(boxes_of(block))
    assert len(found) > 3000
    return list(found)


def boxes_of(block: Block) -> Iterator[Box]:
    told: list[object] = []
    match block:
        case Display(box):
            yield box
        case StepBlock():
            yield block.formula
            told = [block.reason]
            for inner in block.inner:
                yield from boxes_of(inner)
        case Paragraph(words):
            told = [words]
        case Items(items):
            told = [*items]
        case Table(rows):
            told = [cell for row in rows for cell in row]
        case Terms(_, rows):
            told = [line for _, lines in rows for line in lines]
    yield from (p.box for cell in told for p in spoken(cell) if isinstance(p, Formula))  # type: ignore[attr-defined]


def test_every_formula_is_mathml_core(formulas: list[Box]) -> None:
    wrong = {m for box in formulas for m in mistakes(mathml(box, block=True))}

    assert wrong == set()


@pytest.mark.skipif(
    "SYMGRAD_KATEX" not in os.environ or shutil.which("node") is None,
    reason="SYMGRAD_KATEX names no folder with node_modules/katex, or Node is missing",
)
def test_every_formula_parses_in_katex(formulas: list[Box], tmp_path: Path) -> None:
    sources = [latex(box, flavour) for box in formulas for flavour in (GITHUB, PRINT)]
    (tmp_path / "formulas.json").write_text(json.dumps(sources), "utf-8")
    script = """
        const katex = require(process.argv[1] + "/node_modules/katex");
        const macros = {"\\\\sgwas": "#1", "\\\\sgnow": "#1"};
        for (const tex of JSON.parse(require("fs").readFileSync(process.argv[2], "utf8"))) {
          try { katex.renderToString(tex, {strict: "ignore", displayMode: true, macros, trust: false}); }
          catch (error) { console.log(error.message + " IN " + tex); }
        }
        console.log("all read");
    """

    done = subprocess.run(  # noqa: S603
        ["node", "-e", script, os.environ["SYMGRAD_KATEX"], tmp_path / "formulas.json"],  # noqa: S607
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.stdout == "all read\n", done.stdout[:2000] + done.stderr[:2000]


def test_every_formula_compiles_in_typst(formulas: list[Box]) -> None:
    body = "\n".join(f"#sgdisplay({string('f')}, ${typst(box)}$)" for box in formulas)

    assert compiled(head("formulas", body, "en") + body).startswith(b"%PDF")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_every_page_compiles_in_pdflatex_and_keeps_its_margins(pages: list[Page], tmp_path: Path) -> None:
    wrong = {p.document.name: found for p in pages if (found := compiling(p, tmp_path, "pdflatex", "-draftmode"))}

    assert wrong == {}


ARTICLE = 345  # points of a line in LaTeX's article


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_fragments_compile_in_a_paper_with_the_packages_that_they_name(pages: list[Page], tmp_path: Path) -> None:
    for page in pages:
        if page.document.name not in OF_EACH_KIND:
            continue
        text = render_page(page, "tex", fragment=True)
        needs = text.splitlines()[0].removeprefix("% needs ")
        (tmp_path / "cancel.sty").write_text(r"\newcommand\cancel[1]{#1}", "utf-8")  # not in texlive-latex-base
        paper = f"\\documentclass{{article}}\n{needs}\n\\begin{{document}}\n{text}\n\\end{{document}}\n"
        (tmp_path / "paper.tex").write_text(paper, "utf-8")
        command = ["pdflatex", "-draftmode", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603
        assert done.returncode == 0, page.document.name + done.stdout[-300:]
        assert all(int(wide) <= ARTICLE for wide in re.findall(r"begin{picture}\((\d+)", text))


@pytest.mark.skipif(shutil.which("xelatex") is None, reason="xelatex is not installed")
@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant"])
def test_chinese_pages_of_each_kind_compile_in_xelatex(pages: list[Page], tmp_path: Path, lang: str) -> None:
    sample = [p for p in pages if p.document.name in OF_EACH_KIND]
    assert len(sample) == len(OF_EACH_KIND)
    with speaking(lang):
        wrong = {p.document.name: found for p in sample if (found := compiling(p, tmp_path, "xelatex", "-no-pdf"))}

    assert wrong == {}


def compiling(page: Page, folder: Path, engine: str, option: str) -> str:
    """What an engine has to complain of: an error, a line that is too wide, a character that no font has."""
    (folder / "page.tex").write_text(render_page(page, "tex"), "utf-8")
    command = [engine, option, "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603
    if done.returncode:
        return done.stdout[-300:]
    missing = re.findall("Missing character: .*", done.stdout)
    wide = re.findall(r"Overfull \\hbox \(([\d.]+)pt", done.stdout)
    return " ".join(missing + [w for w in wide if float(w) > PT_TOO_WIDE])


def test_every_page_compiles_in_typst(pages: list[Page]) -> None:
    body = "\n".join(page_typst(replace(page, facts=()), tellings_of(page)) for page in pages)

    assert compiled(head("pages", body, "en") + body).startswith(b"%PDF")


def test_no_formula_is_wider_than_a_page(formulas: list[Box]) -> None:
    wide = [latex(box) for box in formulas if width(box) > A4_TEXT]

    assert wide == []


def test_every_document_comes_back_from_its_json(pages: list[Page]) -> None:
    for page in pages:
        text = document_json(page, tellings_of(page))
        again = document_from_json(text)

        assert again.name == page.document.name
        assert document_json(page_of(again), tellings_of(page_of(again))) == text, page.document.name
