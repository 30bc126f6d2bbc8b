"""What a formula's surroundings say about how to write it: the named quantities, and the parts to point at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sympy import Add, Mul, Pow, preorder_traversal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Let


@dataclass(frozen=True, slots=True)
class Notation:
    """`lets` are the symbols that stand for values; `pointed` parts are marked in `tone`, `cancelled` crossed out."""

    lets: tuple[Let, ...] = ()
    pointed: Any = None
    tone: str = "was"
    cancelled: tuple[Any, ...] = ()

    def value(self, symbol: Any) -> Any:
        """What a symbol stands for; itself where it is no let."""
        return next((let.value for let in self.lets if let.symbol == symbol), symbol)


PLAIN = Notation()


@dataclass(slots=True)
class Strikes:
    """How many more times each factor may be crossed out above and below the fraction bar.

    A factor goes in pairs: as often above as below, and no more often than it stands there.
    """

    left: dict[tuple[Any, bool], int]

    def take(self, factor: Any, *, above: bool) -> bool:
        """Whether this occurrence is crossed out; if so there is one fewer to go."""
        remaining = self.left.get((factor, above), 0)
        if remaining:
            self.left[factor, above] = remaining - 1
        return bool(remaining)


def strikes(expr: Any, cancelled: tuple[Any, ...]) -> Strikes:
    """The crossings-out that the factors said to cancel allow in this product."""
    return Strikes({(f, side): n for f, n in struck(expr, cancelled).items() for side in (True, False)})


def struck(expr: Any, cancelled: tuple[Any, ...]) -> dict[Any, int]:
    """The factors that are crossed out, as they stand in the product, and how often.

    A factor named with the other sign is found too, and a product by its parts.
    """
    found = list(places(expr, above=True))
    budget: dict[Any, int] = {}
    for factor in cancelled:
        if count := pairs(found, factor):
            budget[factor] = count
            continue
        for part in factor.args if isinstance(factor, Mul) else (factor,):
            for standing in (part, -part):
                if count := pairs(found, standing):
                    budget[standing] = count
    return budget


def pairs(found: list[tuple[Any, bool]], factor: Any) -> int:
    """How often a factor stands both above and below."""
    return min(found.count((factor, True)), found.count((factor, False)))


def places(expr: Any, *, above: bool) -> Iterator[tuple[Any, bool]]:
    """Every factor of a product, factors of factors included, with the side of the fraction bar that it is on."""
    if isinstance(expr, Pow) and expr.exp.is_number and expr.exp.is_negative:
        base = expr.base if expr.exp == -1 else Pow(expr.base, -expr.exp, evaluate=False)
        yield from places(base, above=not above)
        return
    yield expr, above
    for part in expr.args if isinstance(expr, Mul) else ():
        yield from places(part, above=above)


def pointed_parts(whole: Any, part: Any) -> tuple[Any, frozenset[Any]]:
    """What to mark, and the node that it must be right inside of (None: wherever it stands).

    A part that is no node of its own is marked by its terms or factors, in a sum or product that has them all.
    """
    if part is None or part == whole:
        return None, frozenset()
    if any(node == part for node in preorder_traversal(whole)):
        return None, frozenset({part})
    if isinstance(part, Add | Mul):
        for node in sorted(whole.atoms(type(part)), key=str):
            if set(part.args) <= set(node.args):
                return node, frozenset(part.args)
    return None, frozenset()
