"""Letters that stand for quantities in a sentence: set as in a formula, on one line with what belongs to them."""

from __future__ import annotations

import re
from html import escape

from symgrad.document.boxes import Ident
from symgrad.document.mathml import clean
from symgrad.document.tints import tint

# no article before these
NO_NOUNS = "and|or|is|was|of|by|as|in|at|on|to|from|for|with|where|which|has|does|goes|alone|changes"
LETTER = re.compile(
    rf"""(?<![A-Za-zΑ-Ωα-ω'’_.-])  # part of no word
    ((?:[A-Za-z]?[Α-ΟΡ-Ωα-ω][A-Za-z]?|[a-z][A-Z]|d[tuxz]|[B-HJ-Zb-z]
        |[AIa](?![ ](?!(?:{NO_NOUNS})\b)[A-Za-z0-9α-ω(‖|]))[\u0300-\u036f]*)
    (?:_([A-Za-z0-9]{{1,3}})(?!\^))?(?![A-Za-zΑ-Ωα-ω'’_0-9]|\.[a-z])""",
    re.VERBOSE,
)
MARKED = re.compile(r".[\u0300-\u036f]*")  # a letter with the hat or the bar on it
MINUS = re.compile(r"(?<![\w)\]’'-])-(?=[\d∞])")
SIGNS = "=≠<>≤≥≈→∈−+·⊙×"
RUN = re.compile(rf"\S+(?: [{SIGNS}] \S+)+")
SHORT = 26  # characters of a formula that stays on one line


def lettered(words: str) -> str:
    """A text as HTML. An `a` is a letter where no article can stand."""
    held = RUN.sub(lambda run: kept(run[0]), MINUS.sub("−", clean(words)))
    out, at = "", 0
    for found in LETTER.finditer(held):
        out += escape(held[at : found.start()], quote=False) + "".join(map(letter, MARKED.findall(found[1])))
        out += f"<sub>{letter(found[2]) if len(found[2]) == 1 else found[2]}</sub>" if found[2] else ""
        at = found.end()
    return out + escape(held[at:], quote=False)


def letter(name: str) -> str:
    """One letter or digit; the style sheet has browsers draw it as they draw the same in MathML."""
    if name.isdigit():
        return name
    colour = tint(Ident(name))
    return f'<var class="{colour}">{name}</var>' if colour else f"<var>{name}</var>"


def kept(run: str) -> str:
    """A formula of words and signs with blanks at which no line ends; a long one may go on behind a sign."""
    if len(run) <= SHORT:
        return run.replace(" ", "\u00a0")
    return re.sub(rf" ([{SIGNS}])", "\u00a0\\1", run)
