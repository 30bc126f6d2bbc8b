"""What the study of a smooth function needs of the tower: is it 0, its slope, and the factors of its numerator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import Symbol

from symgrad.core import UnsupportedError
from symgrad.prover.calculus import derivative
from symgrad.prover.field import Split, StuckError, UndefinedHere
from symgrad.prover.named import Named, Ranged
from symgrad.prover.reading import Reader
from symgrad.prover.scalar import sub
from symgrad.prover.tower import grow, normal_form
from symgrad.prover.writing import to_sympy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.prover.field import Frac
    from symgrad.prover.scalar import Node
    from symgrad.prover.tower import Tower

Bounds = tuple[Any, Any]
DIVISORS = 6  # things that are divided by, none of which is seen to be other than 0


def slope(expr: Any, variable: Symbol) -> Any:
    """d/dvariable of a smooth expression, by the prover's own table."""
    reader = Reader()
    return to_sympy(derivative(reader.read(expr), reader.name(variable)), reader.symbols)


def is_zero(expr: Any) -> bool:
    """Whether the normal form of an expression is 0 everywhere; False also where that could not be settled."""
    try:
        tower, (top, _) = normal_form(Reader().read(expr))
    except (Split, StuckError, UndefinedHere, UnsupportedError):
        return False
    return bool(tower.k.is_zero(top))


def sign_within(expr: Any) -> int | None:
    """The sign of an expression in letters, if it is one all over their domains, None where that is not proved."""
    reader = Reader()
    node = reader.read(expr)
    try:
        tower, value = normal_form(node, list(_of_letters(expr, reader)))
    except (Split, StuckError, UndefinedHere):
        return None
    return tower.sign_of(value)


def _of_letters(expr: Any, reader: Reader) -> Iterator[tuple[Node, str]]:
    """What is known of the named numbers in an expression."""
    for letter in expr.atoms(Named):
        name = reader.read(letter)
        if isinstance(letter, Ranged):
            low, high = letter.domain.lower, letter.domain.upper
            if low is not None:
                yield sub(name, reader.read(low)), ">" if letter.domain.lower_open else ">="
            if high is not None:
                yield sub(reader.read(high), name), ">" if letter.domain.upper_open else ">="
        elif letter.is_positive:
            yield name, ">"


def factors(expr: Any, variable: Symbol, inside: Bounds = (None, None)) -> tuple[Any, ...] | None:
    """Expressions at whose zeros alone a smooth expression is 0, or None where it is 0 throughout.

    `inside` are rational bounds of the variable, None where it has none. Constants that the tower can't work on
    are letters to it: it may then miss that some of them cancel, and finds a factor that is 0, which is no mistake.
    """
    try:
        return _factors(expr, variable, inside)
    except (Split, StuckError, UndefinedHere):
        letters = {c: Named(Symbol(f"c{i}"), c) for i, c in enumerate(sorted(_constants(expr, variable), key=str))}
    try:
        found = _factors(expr.xreplace(letters), variable, inside)
    except (Split, StuckError, UndefinedHere) as error:
        raise UnsupportedError("no normal form of {expr} was found: {error}", expr=expr, error=error.told) from error
    back = {letter: c for c, letter in letters.items()}
    return None if found is None else tuple(f.xreplace(back) for f in found)


def _constants(expr: Any, variable: Symbol) -> set[Any]:
    """The largest parts that are irrational numbers."""
    if variable not in expr.free_symbols:
        return set() if expr.is_Rational else {expr}
    return set().union(*(_constants(a, variable) for a in expr.args))


def _factors(expr: Any, variable: Symbol, inside: Bounds) -> tuple[Any, ...] | None:
    reader = Reader()
    node, z = reader.read(expr), reader.read(variable)
    low, high = (None if b is None else reader.read(b) for b in inside)
    premises = list(_of_letters(expr, reader))
    premises += [] if low is None else [(sub(z, low), ">")]
    premises += [] if high is None else [(sub(high, z), ">")]
    tower, (top, _) = where_valued(node, premises)
    if tower.k.is_zero(top):
        return None
    found = [p for p, _ in tower.factor(top)[1] if tower.sign(p) not in {1, -1}]
    return tuple(to_sympy(tower.node(p), reader.symbols) for p in found)


def where_valued(node: Node, premises: list[tuple[Node, str]]) -> tuple[Tower, Frac]:
    """The normal form where the node has a value, so that nothing it is divided by is 0."""
    towers: list[Tower] = []

    def valued(tower: Tower) -> None:
        towers.append(tower)
        tower.value(node)

    for _ in range(DIVISORS):
        try:
            tower = grow(valued, premises)
        except Split as split:
            if not split.nonzero:
                raise
            premises.append((towers[-1].node(split.poly), "!="))
        else:
            return tower, tower.value(node)
    raise StuckError("too much is divided by that may be 0")
