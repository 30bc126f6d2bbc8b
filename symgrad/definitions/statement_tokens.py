"""The text of a claim cut into tokens, with the products that nobody writes out: 2z, 2 sigmoid(z), σ(z)(1 - σ(z))."""

from __future__ import annotations

import re
from dataclasses import replace

from symgrad.core import ParseError
from symgrad.definitions.tokens import Sort, Token, tokens_of

TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<name>[A-Za-z_\u0370-\u03ff][A-Za-z0-9_\u0370-\u03ff]*)
      | (?P<sign>->|=>|\*\*|<=|>=|==|!=|[-+*/^(),<>&|=~:'\[\]≤≥≠→∞′″−·∀∃∈ℝ⇒⇔])""",
    re.VERBOSE,
)
SPELLED = {"≤": "<=", "≥": ">=", "≠": "!=", "→": "->", "′": "'", "=": "==", "−": "-", "·": "*", "⇒": "=>"}
SPELLED |= {"∈": "in", "ℝ": "R", "∀": "for", "∃": "exists", "⇔": "iff"}
# no factors: `z in (0, 1)` is no product
WORDS = frozenset(
    {"for", "as", "and", "or", "in", "if", "iff", "implies", "then", "such", "with", "where", "when", "only"}
    | {"is", "are", "of", "to", "exists"}
)
ABOVE, LEVEL = {"/", "^", "**"}, {"+", "-"}


def claim_tokens(text: str) -> list[Token]:
    """The tokens of a claim, each spelled in one way, with * where a product is meant."""
    found: list[Token] = []
    for token in tokens_of(text.replace("″", "′′"), TOKEN):
        spelled = replace(token, text=SPELLED.get(token.text, token.text))
        if spelled.text in WORDS:
            spelled = replace(spelled, sort=Sort.NAME)
        if found and multiplies(found[-1], spelled):
            if first_of(found) > 0 and binds(found, first_of(found) - 1):
                raise ParseError("it is not clear what this belongs to; write * and brackets", text, token.at)
            found.append(Token(Sort.SIGN, "*", token.at))
        found.append(spelled)
        if [t.text for t in found[-4:]] == ["if", "and", "only", "if"]:
            found[-4:] = [replace(found[-4], text="iff")]
    return found


def multiplies(before: Token, after: Token) -> bool:
    """Whether two neighbours can only be factors: a number or a closed bracket, then a name or an open one."""
    opens = after.text == "(" or (after.sort is Sort.NAME and after.text not in WORDS)
    return opens and (before.sort is Sort.NUMBER or before.text == ")")


def first_of(found: list[Token]) -> int:
    """Where the factor begins that ends with the last token: a number, or brackets with the function before them."""
    place = len(found) - 1
    if found[place].sort is Sort.NUMBER:
        return place
    depth = 0
    while place > 0:
        depth += (found[place].text == ")") - (found[place].text == "(")
        if not depth:
            break
        place -= 1
    while place > 0 and (found[place - 1].text == "'" or found[place - 1].sort is Sort.NAME):
        place -= 1
        if found[place].sort is Sort.NAME:
            return place + (found[place].text in WORDS)
    return place


def binds(found: list[Token], place: int) -> bool:
    """Whether a sign takes the factor after it alone: 1/2z may be meant as (1/2)z or as 1/(2z)."""
    if found[place].text in LEVEL and place > 0:
        return found[place - 1].text in ABOVE
    return found[place].text in ABOVE
