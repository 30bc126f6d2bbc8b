"""Derivations as LaTeX: a fragment for a paper, or a file that compiles by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from symgrad.document.claims import lines as claim_lines
from symgrad.document.declared import tex_forms
from symgrad.document.evidence import CONVENTION, WORDS, check_in_words, proof_in_words
from symgrad.document.induction import sentences
from symgrad.document.latex import PAPER, PRINT, latex
from symgrad.document.measured import tex_measured
from symgrad.document.spelling import tex_words
from symgrad.document.tables import CHECK, check_of, tex_facts, tex_table
from symgrad.document.words import tex_of, to_tex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Page
    from symgrad.document.boxes import Box
    from symgrad.document.telling import Line, Telling

NEEDS = "% needs \\usepackage{amsmath} and \\usepackage{cancel}"

COLOURS = r"\providecommand\sgwas[1]{#1}\providecommand\sgnow[1]{#1}% the parts that a step changes"

PREAMBLE = r"""\documentclass[11pt]{article}
\usepackage[utf8]{inputenc}
\IfFileExists{lmodern.sty}{\usepackage[T1]{fontenc}\usepackage{lmodern}}{}
\usepackage{amsmath,amssymb}
\usepackage[margin=25mm]{geometry}
\IfFileExists{xcolor.sty}{\usepackage{xcolor}}{\newcommand\textcolor[2]{##2}\newcommand\definecolor[3]{}}
\definecolor{sgwas}{RGB}{29,111,165}
\definecolor{sgnow}{RGB}{161,98,10}
\newcommand\sgwas[1]{\textcolor{sgwas}{#1}}
\newcommand\sgnow[1]{\textcolor{sgnow}{#1}}
% without cancel.sty the stroke is drawn with plain TeX
\IfFileExists{cancel.sty}{\usepackage{cancel}}{%
  \newcommand\cancel[1]{\mathord{\ooalign{$\displaystyle ##1$\cr\hidewidth$\diagup$\hidewidth\cr}}}}
\setlength\parindent{0pt}
\setlength\parskip{6pt}
\sloppy
\allowdisplaybreaks
"""


def as_latex(told: Telling, detail: str) -> str:
    """The chain as an align* environment with the rules beside it; the bare equation for the result alone."""
    if detail == "result":
        return latex(told.statement, PAPER) + "\n"
    body = latex(told.chain(detail), PAPER)
    names = ", ".join(dict.fromkeys(line.rule for line in told.told(detail)))
    needs = NEEDS if r"\cancel" in body else NEEDS.split(" and ", maxsplit=1)[0]
    where = rf"\quad\text{{where }} {latex(told.holds, PAPER)}" if told.holds is not None else ""
    proof = comment(proof_in_words(told.settled))
    return f"{needs}\n% rules: {comment(names)}\n% proof: {proof}\n\\[\n{body}{where}\n\\]\n"


def comment(words: str) -> str:
    """Words that stay on their comment line; TeX reads ^^ even there."""
    return " ".join(re.sub(r"[^\w,.()=:;-]", " ", words).split())


def standalone(page: Page, tellings: tuple[Telling, ...], tables: tuple[str, ...] = ()) -> str:
    """A file for pdflatex; everything it needs is in texlive-latex-base."""
    body = "\n\n".join(sections(page, tellings, tables))
    return PREAMBLE + "\\begin{document}\n\n" + body + "\n\n\\end{document}\n"


def sections(
    page: Page, tellings: tuple[Telling, ...], tables: tuple[str, ...] = (), detail: str = "textbook"
) -> Iterator[str]:
    """Everything below the preamble."""
    document = page.document
    yield rf"\section*{{{tex_words(document.title)}}}"
    if document.lead:
        yield to_tex(document.lead)
    for told in tellings:
        heading = len(tellings) > 1 or bool(page.facts)
        yield from section(told, detail, heading=heading, lead=told.derivation.lead != document.lead)
    yield from (tex_words(line) for settlement in page.rulings for line in claim_lines(settlement))
    yield from tex_facts(page.facts)
    yield from (tex_of(told) for induction in page.inductions for told in sentences(induction))
    yield from tables
    yield from tex_measured(page)
    yield from map(to_tex, document.notes)


def pasted(page: Page, tellings: tuple[Telling, ...], detail: str) -> str:
    """The same for a paper that has its own preamble."""
    body = "\n\n".join(sections(page, tellings, (), detail))
    return f"{NEEDS}\n{COLOURS}\n\n{body}\n"


def section(told: Telling, detail: str, *, heading: bool, lead: bool) -> Iterator[str]:
    """One derivation."""
    if heading:
        yield rf"\subsection*{{{tex_words(told.derivation.title)}}}"
    if told.derivation.lead and lead:
        yield to_tex(told.derivation.lead)
    if told.given:
        yield r"\textbf{Given}" + "\n" + "\n".join(display(b) for b in told.given)
    yield r"\textbf{Where} " + ", ".join(f"${latex(b)}$" for b in told.where)
    yield r"\textbf{Find}" + "\n" + display(told.sought)
    if lines := told.told(detail):
        yield "\\begin{enumerate}\n" + "\n".join(map(item, lines)) + "\n\\end{enumerate}"
    yield r"\textbf{Result}" + "\n" + display(told.statement)
    yield from tex_forms(told)
    if told.holds is not None:
        yield f"This holds where ${latex(told.holds)}${'; ' + CONVENTION if told.conventional else ''}."
    yield tex_words(f"{proof_in_words(told.settled)}; {check_in_words(told.settled.check)}.")
    if table := check_of(told.settled.check):
        yield f"{CHECK}:\n{tex_table(table, 'r')}"
    if told.derivation.source:
        yield "Source: " + tex_words(told.derivation.source) + "."


def item(line: Line) -> str:
    """One step: rule, reason, formula, verdict."""
    given = f" This holds where ${latex(line.given)}$." if line.given is not None else ""
    crossed = ", ".join(f"${latex(b)}$" for b in line.crossed)
    said = f" Crossed out above and below the bar: {crossed}." if crossed else ""
    verdict = WORDS[line.verdict.status]
    head = rf"\item \textbf{{{tex_words(line.rule)}}} ({verdict}). {to_tex(line.why)}{given}{said}"
    return head + "\n" + display(line.formula, coloured=True)


def display(box: Box, *, coloured: bool = False) -> str:
    """A formula on lines of its own."""
    return f"\\[ {latex(box, PRINT if coloured else PAPER)} \\]"
