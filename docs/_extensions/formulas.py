"""Formulas in the documentation: MathML for every `$...$`, and the catalogue with its derivatives, both by symgrad."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

import symgrad
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.document.facts import definition_box
from symgrad.document.fonts import face, math_font
from symgrad.document.latex_in import read
from symgrad.document.mathml import mathml

if TYPE_CHECKING:
    from docutils.nodes import Node
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

    from symgrad.core import Definition

FORMULA = re.compile(r"\$([^$\n]+)\$")
PARTIAL = re.compile(r"(∂[\w^]+)/(∂[\w^]+(?:\{\w+\})?)")
LETTERS = str.maketrans(
    {"∂": r"\partial ", "∑": r"\sum ", "∫": r"\int ", "·": r"\cdot ", "ᵀ": r"^\top ", "′": "'", "″": "''", "−": "-"}
)
CATALOGUES = {"activations": ACTIVATIONS, "losses": LOSSES}
STYLE = """
math { font-family: "SG Math", math; }
math .m-cases mtd { text-align: left; justify-items: start; }
"""


def inline(translator: HTML5Translator, node: nodes.math) -> None:
    """A formula in a line of text."""
    translator.body.append(mathml(read(node.astext())))
    raise nodes.SkipNode


def block(translator: HTML5Translator, node: nodes.math_block) -> None:
    """A formula on a line of its own."""
    translator.body.append(wide(mathml(read(node.astext()), block=True)))
    raise nodes.SkipNode


def in_docstring(_app: Sphinx, _what: str, _name: str, _of: Any, _options: Any, lines: list[str]) -> None:
    """The formulas of a docstring, between dollars in the letters that a terminal shows: $∂J/∂W_{ij}$."""
    lines[:] = FORMULA.sub(lambda m: f":math:`{typeset(m[1])}`", "\n".join(lines)).split("\n")


def typeset(formula: str) -> str:
    """Its LaTeX, with a bar for what is derived by what."""
    return PARTIAL.sub(r"\\frac{\1}{\2}", formula).translate(LETTERS)


def wide(math: str) -> str:
    """A formula which scrolls where the page is narrow, by keyboard too."""
    return f'<div class="math" tabindex="0" style="overflow-x:auto;margin:.6em 0">{math}</div>'


class Catalogue(SphinxDirective):
    """Every entry of a catalogue: its formula, and the derivative that symgrad derives."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[Node]:
        """A section an entry, which can be linked to by its name."""
        return [self.entry(definition) for definition in CATALOGUES[self.arguments[0]].values()]

    def entry(self, definition: Definition) -> Node:
        """The heading, the two formulas and the source of one entry."""
        found = nodes.section(ids=[definition.name.replace("_", "-")], names=[definition.name])
        found += nodes.title(text=definition.title)
        found += nodes.paragraph(
            "", "", nodes.literal(text=f"symgrad.{definition.name}"), nodes.Text(f" · {definition.source}")
        )
        derivative = symgrad.derivative(definition).to("mathml", "result")
        for formula in (mathml(definition_box(definition), block=True), derivative):
            found += nodes.raw("", wide(formula), format="html")
        return found


def style(app: Sphinx, error: Exception | None) -> None:
    """The font of the formulas beside the other static files, as on symgrad's own pages."""
    if error is None:
        logging.getLogger("fontTools").setLevel(logging.WARNING)  # Sphinx would print what it prunes
        sheet = face("SG Math", math_font(), "400", "normal") + STYLE
        (Path(app.outdir) / "_static" / "formulas.css").write_text(sheet, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx asks of an extension."""
    app.add_html_math_renderer("core", (inline, None), (block, None))
    app.add_directive("catalogue", Catalogue)
    app.add_css_file("formulas.css")
    app.connect("autodoc-process-docstring", in_docstring)
    app.connect("build-finished", style)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
