"""The drawing of a user's own claim in one variable, as an SVG file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import Symbol, oo

from symgrad.core import REALS, Drawing, Eventually, Exists, Holds, Image, Just, SymgradError, Tends
from symgrad.document.drawings import draw
from symgrad.document.from_sympy import boxes
from symgrad.document.text import text
from symgrad.prover.claims import where_true
from symgrad.prover.relations import carried
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symgrad.core import Domain
    from symgrad.definitions.statement_parser import Asked
    from symgrad.prover.claims.regions import Region
    from symgrad.prover.zeros import Point

    Window = tuple[float, float]

REACH = 6.0
NEAR = 3.0  # on both sides of a point that the variable goes to
COLOURS = {"--fig-ink": "#333", "--fig-grid": "#ccc", "--was": "#1d6fa5", "--now": "#a1620a", "--card": "#fff"}
HOLDS, WHERE = message("shaded: where it holds"), message("shaded: {where}")


def picture(statement: Asked, region: Region | None) -> str:
    """What is claimed over its variable; `region` is where a comparison holds, None where that is not known."""
    match statement:
        case Image(expr=f, variable=z, values=values, on=on):
            made = over(message(statement.words), z, (f, *ends(values)), window(on))
        case Tends(expr=f, variable=z, at=at, to=to):
            made = over(message(statement.words), z, (f, to), towards(at))
        case Eventually(relation=relation, variable=z, at=at):
            made = over(message(statement.words), z, relation.args, towards(at))
        case Just(relation=relation, variable=z, where=where, on=on):
            title = message(WHERE.template, where=text(boxes(where)))
            made = over(title, z, relation.args, window(on), where_true(where, z, on))
        case Holds() | Exists():
            z = next(iter(statement.relation.free_symbols), Symbol("z", real=True))
            on = next((v.domain for v in statement.variables if v.symbol == z), REALS)
            made = over(HOLDS, z, statement.relation.args, window(on), region)
    return standalone(draw(made, "claim"))


def over(title: Any, z: Symbol, curves: Iterable[Any], seen: Window, region: Region | None = None) -> Drawing:
    """Curves over one variable; what has other letters, or none, can't be drawn."""
    finite = [f for f in curves if not f.has(oo, -oo)]
    if {s for f in finite for s in f.free_symbols} != {z}:
        raise SymgradError("only a claim about one variable can be drawn; leave out -o, or give the others a number")
    drawn = tuple((text(boxes(f)), carried(f, z)) for f in finite)
    low, high = seen
    parts = region.parts if region else ()
    shaded = ((max(low, number(p.left, low)), min(high, number(p.right, high))) for p in parts)
    return Drawing(title, z, drawn, low, high, tuple(s for s in shaded if s[0] < s[1]))


def ends(values: Domain) -> tuple[Any, ...]:
    """The lines between which the values lie."""
    return values.values or tuple(end for end in (values.lower, values.upper) if end is not None)


def window(on: Domain) -> Window:
    """The part of the axis that is drawn."""
    low = -REACH if on.lower is None else float(on.lower)
    if on.lower is None and on.upper is not None:
        low = float(on.upper) - 2 * REACH
    return low, low + 2 * REACH if on.upper is None else float(on.upper)


def towards(at: Any) -> Window:
    """As above where the variable goes somewhere: oo, -oo, a number, or a number with its side."""
    point, side = at if isinstance(at, tuple) else (at, 0)
    if point in {oo, -oo}:
        return (0.0, 2 * REACH) if point == oo else (-2 * REACH, 0.0)
    return float(point) - NEAR * (side != 1), float(point) + NEAR * (side != -1)


def number(p: Point | None, infinite: float) -> float:
    """A boundary for a drawing."""
    return infinite if p is None else float(int(p.lower.p) / int(p.lower.q))


def standalone(svg: str) -> str:
    """An SVG that is a file of its own: with its namespace, and colours where a page would give them."""
    for name, colour in COLOURS.items():
        svg = svg.replace(f"var({name})", colour)
    head = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return svg.replace("<svg", head, 1)
