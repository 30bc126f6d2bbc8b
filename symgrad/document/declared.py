"""What an indexed derivation says besides its chain, in each format of plain text: other forms, facts, code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.document.latex import PAPER, latex
from symgrad.document.spelling import tex_words
from symgrad.document.text import printable, text
from symgrad.document.words import inline_math, markdown_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.document.telling import Declared, Telling


def standing(fact: Declared) -> str:
    """Whether a fact is assumed."""
    return "assumed" if fact.assumed else "follows from the definitions"


def text_forms(told: Telling) -> Iterator[str]:
    """The lines of a terminal."""
    for n, form in enumerate(told.forms):
        yield f"{'' if n else 'form':7}{text(form)}"
    for n, fact in enumerate(told.facts):
        yield f"{'' if n else 'facts':7}{text(fact.statement)}  ({standing(fact)})"
        if fact.without is not None:
            yield f"{'':7}without it: {text(fact.without)}"


def tex_forms(told: Telling) -> Iterator[str]:
    """The paragraphs of a paper."""
    for form in told.forms:
        yield rf"\[ {latex(form, PAPER)} \]"
    if told.facts:
        yield r"\textbf{Facts}"
    for fact in told.facts:
        without = f" Without it: ${latex(fact.without, PAPER)}$." if fact.without is not None else ""
        yield f"${latex(fact.statement, PAPER)}$ ({tex_words(standing(fact))}).{without}"
    if told.code:
        yield r"\textbf{NumPy}" + "\n\n" + verbatim(told.code)


def verbatim(code: str) -> str:
    """Lines of code in typewriter letters; nothing in them is a command."""
    lines = [
        r"\texttt{" + tex_words(line).replace(" ", "~") + "}" if line.strip() else "" for line in code.splitlines()
    ]
    return r"{\footnotesize\raggedright " + r"\par ".join(filter(None, lines)) + r"\par}"


def markdown_forms(told: Telling) -> Iterator[str]:
    """The paragraphs of a Markdown page."""
    for form in told.forms:
        yield f"```math\n{latex(form, PAPER)}\n```"
    if told.facts:
        yield "**Facts**"
    for fact in told.facts:
        without = f" Without it: {inline_math(fact.without)}." if fact.without is not None else ""
        yield f"- {inline_math(fact.statement)} ({markdown_words(standing(fact))}).{without}"
    if told.code:
        yield "**NumPy**"
        yield f"```python\n{code_block(told.code)}```"


def code_block(code: str) -> str:
    """Code that can't end its fence, nor move a terminal."""
    return "".join(f"{printable(line)}\n" for line in code.replace("```", "'''").splitlines())
