"""Functions of one argument as they are written: φ′(z), ln(p), |x|, σ(z)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symgrad.document.boxes import Box, Diff, Fn, Ident, Num, Op, Prime, Script, commas, fenced, row
from symgrad.document.names import named

if TYPE_CHECKING:
    from collections.abc import Sequence

WRITTEN = {
    "log": "ln", "atan": "arctan", "asin": "arcsin", "acos": "arccos", "sign": "sgn", "Max": "max", "Min": "min",
    "atanh": "artanh", "asinh": "arsinh", "acosh": "arcosh", "Heaviside": "H",
}  # fmt: skip


def applied(head: Any, orders: Sequence[int], arguments: Sequence[Box]) -> Box:
    """A function, or a derivative of it, of its arguments; those beyond its variables are parameters."""
    order = sum(orders)
    if is_absolute(head) and not order:
        return fenced(arguments[0], "|", "|")
    name = head_name(head)
    if order:
        if orders[0] != order:
            return row(*by_others(head, orders), applied(head, (0,) * len(orders), arguments))
        name = Prime(name, order)
    variables = len(getattr(head, "variables", arguments))
    inside, parameters = commas(*arguments[:variables]), arguments[variables:]
    if len(parameters) == 1 and isinstance(parameters[0], Ident | Script) and not isinstance(name, Script):
        return Fn(Script(name, parameters[0]), fenced(inside))
    if parameters:
        inside = row(inside, Op(";"), commas(*parameters))
    return Fn(name, fenced(inside))


def by_others(head: Any, orders: Sequence[int]) -> list[Box]:
    """A derivative by other arguments than the first: ∂/∂α for each, by the head's own letters where it has them."""
    own = (*getattr(head, "variables", ()), *getattr(head, "parameters", ()))
    letters: list[Box] = [named(s.name) for s in own[: len(orders)]]
    letters += [Num(str(n + 1)) for n in range(len(letters), len(orders))]
    return [Diff(None, letter, partial=True) for letter, o in zip(letters, orders, strict=True) for _ in range(o)]


def is_absolute(head: Any) -> bool:
    """Whether a function is written with bars."""
    return "abs" in {getattr(head, "spelling", ""), head.__name__.lower()}


def head_name(head: Any) -> Box:
    """A function's name."""
    glyph = getattr(head, "glyph", "")
    if glyph:
        return Ident(glyph, head.tex, upright=len(glyph) > 1)
    if head.__name__ in WRITTEN:
        return Ident(WRITTEN[head.__name__])
    return named(head.__name__)
