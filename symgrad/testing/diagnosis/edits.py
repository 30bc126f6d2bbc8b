"""The right derivative with one small thing changed, found by its values at a few points."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import (
    Abs,
    Add,
    Dummy,
    Expr,
    Function,
    Mul,
    Piecewise,
    Pow,
    S,
    Symbol,
    cosh,
    erf,
    exp,
    factor_terms,
    sign,
    tanh,
)

from symgrad.checker.compiled import compiled
from symgrad.definitions import ACTIVATIONS
from symgrad.testing.diagnosis.fitting import number_of
from symgrad.testing.diagnosis.wording import Words, told
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from symgrad.testing.diagnosis.weigh import Array

Path = tuple[int, ...]
MOST = 4000  # edits of one expression that are looked at, edits of edits included
SIGMOID = ACTIVATIONS["sigmoid"].head
FAMILY = (SIGMOID, tanh, erf, ACTIVATIONS["softplus"].head)  # taken for one another


@dataclass(frozen=True, slots=True)
class Edit:
    """A part of a formula with what was written in its place, and the words for it."""

    name: str
    says: Words
    mend: Words
    part: Any
    cost: int = 4


class Values:
    """The values of expressions at a few points, those of every part kept."""

    def __init__(self, at: Mapping[Any, Array]) -> None:
        self.known: dict[Any, Array] = dict(at)

    def of(self, expr: Any) -> Array:
        """The values of an expression."""
        if expr not in self.known:
            self.known[expr] = self.made(expr, [self.of(arg) for arg in inner(expr)])
        return self.known[expr]

    def made(self, expr: Any, parts: list[Array]) -> Array:
        """The values of the outermost operation, given those of its arguments."""
        if isinstance(expr, Add):
            return np.asarray(sum(parts))
        if isinstance(expr, Mul):
            return np.asarray(np.prod(np.broadcast_arrays(*parts), axis=0))
        if isinstance(expr, Piecewise):
            masks = [self.holds(condition) for _, condition in expr.args]
            return np.asarray(np.select(masks, np.broadcast_arrays(*parts), np.nan))
        if not expr.free_symbols:
            return np.asarray(np.nan if expr.is_extended_real is False else float(expr))
        if isinstance(expr, Pow):
            return np.asarray(np.power(np.asarray(parts[0], float), parts[1]))
        code = coded(expr.func, len(parts))
        return code(*parts) if code else np.asarray(np.nan)

    def holds(self, condition: Any) -> Array:
        """Where a condition of the symbols holds."""
        symbols = tuple(self.symbols)
        code = compiled(Piecewise((1, condition), (0, True)), symbols)
        values = [self.known[s] for s in symbols]
        return (
            np.asarray(code(*values) > 0) if code else np.zeros(np.broadcast_shapes(*(v.shape for v in values)), bool)
        )

    @property
    def symbols(self) -> list[Any]:
        """The symbols that have values."""
        return [k for k in self.known if isinstance(k, Symbol)]

    def lifted(self, expr: Any, path: Path, value: Array) -> Array:
        """The values of an expression whose part at the end of the path has these values instead of its own."""
        if not path:
            return value
        args = inner(expr)
        parts = [self.of(arg) for arg in args]
        parts[path[0]] = self.lifted(args[path[0]], path[1:], value)
        return self.made(expr, parts)


@lru_cache(maxsize=256)
def coded(head: Any, count: int) -> Callable[..., Array] | None:
    """A function of SymPy as one of arrays."""
    letters = tuple(Dummy(real=True) for _ in range(count))
    try:
        return compiled(head(*letters), letters)
    except (TypeError, ValueError):
        return None


def inner(expr: Any) -> tuple[Any, ...]:
    """The arguments in which a slip may be: of cases their values, not their conditions."""
    return tuple(value for value, _ in expr.args) if isinstance(expr, Piecewise) else expr.args


def rebuilt(expr: Any, path: Path, part: Any) -> Any:
    """The expression with another part at the end of the path."""
    if not path:
        return part
    args = [rebuilt(arg, path[1:], part) if n == path[0] else arg for n, arg in enumerate(inner(expr))]
    if isinstance(expr, Piecewise):
        return Piecewise(*((value, condition) for value, (_, condition) in zip(args, expr.args, strict=True)))
    return expr.func(*args)


def fitting(expr: Any, x: Any, function: Any, values: Values, fits: Callable[[Array], bool]) -> Iterator[Edit]:
    """The edits of `expr` whose values fit, as edits of the whole; `function` is what it is the derivative of."""
    for path, edit in edits(expr, x, function):
        if fits(values.lifted(expr, path, values.of(edit.part))):
            yield Edit(edit.name, edit.says, edit.mend, rebuilt(expr, path, edit.part), edit.cost)
    for call in calls(expr):
        for edit in of_call(call, x, function):
            whole = expr.xreplace({call: edit.part})
            if fits(values.of(whole)):
                yield Edit(edit.name, edit.says, edit.mend, whole, edit.cost)


def twice(expr: Any, x: Any, function: Any, values: Values, fits: Callable[[Array], bool]) -> Iterator[Edit]:
    """Two edits at once, of the plain kinds."""
    seen, looked = set(), 0
    for path, edit in edits(expr, x, function, plain=True):
        one = rebuilt(expr, path, edit.part)
        if one in seen:
            continue
        seen.add(one)
        for deeper, other in edits(one, x, function, plain=True):
            looked += 1
            if looked > MOST:
                return
            if fits(values.lifted(one, deeper, values.of(other.part))):
                yield both(edit, other, rebuilt(one, deeper, other.part))


PLACE = Dummy(real=True)
PLAIN = {"term-left-out", "factor-left-out", "sign-in-formula", "exponent", "complement", "extra-factor"}


def both(one: Edit, other: Edit, whole: Any) -> Edit:
    """Two edits in words."""
    return Edit(
        f"{one.name}, {other.name}",
        told("two slips: {one}; {other}", one=one.says, other=other.says),
        told("{before}; {after}", before=one.mend, after=other.mend),
        whole,
        8,
    )


def edits(expr: Any, x: Any, function: Any, *, plain: bool = False) -> Iterator[tuple[Path, Edit]]:
    """Every edit of every part that depends on something, with the way to it; or those that come in pairs only."""
    found = () if plain else tuple(sorted(calls(expr), key=str))

    def below(node: Any, path: Path) -> Iterator[tuple[Path, Edit]]:
        for edit in here(node, x, function, found, whole=not path):
            if not plain or edit.name in PLAIN:
                yield path, edit
        for n, arg in enumerate(inner(node)):
            if arg.free_symbols and arg not in {x, -x}:
                yield from below(arg, (*path, n))

    yield from below(expr, ())


def calls(expr: Any) -> set[Any]:
    """The applications of functions in an expression."""
    return {c for c in expr.atoms(Function, exp) if c.free_symbols and not isinstance(c, Piecewise | Abs | sign)}


def here(node: Any, x: Any, function: Any, found: tuple[Any, ...], *, whole: bool) -> Iterator[Edit]:
    """The edits of one operation."""
    if isinstance(node, Add):
        yield from of_sum(node, message("the derivative") if whole else node)
    elif isinstance(node, Mul):
        yield from of_product(node, message("the derivative") if whole else node)
    elif isinstance(node, Pow) and node.exp.is_Rational:
        yield from of_power(node)
    elif isinstance(node, Function | exp) and not isinstance(node, Piecewise | Abs | sign):
        yield from of_call(node, x, function)
    if not isinstance(node, Piecewise) and (whole or not isinstance(node, Add)):
        for factor in (x, *found, *((sign(x),) if function.has(Abs) else ())):
            if factor != node:
                yield extra(node, factor)


def extra(node: Any, factor: Any) -> Edit:
    """A factor too many."""
    return Edit(
        "extra-factor",
        told("{part} has a factor {factor} too many", part=node, factor=factor),
        message("leave that factor out"),
        node * factor,
        5,
    )


def of_sum(node: Add, whole: Any) -> Iterator[Edit]:
    """A term left out, or its sign; u for 1 − u. What it is a term of is said."""
    for term in node.args:
        rest = node - term
        yield Edit(
            "term-left-out",
            told("the term {term} of {whole} is left out", term=term, whole=whole),
            told("put {term} back", term=term),
            rest,
        )
        yield Edit(
            "sign-in-formula",
            told("the term {term} of {whole} has the wrong sign", term=term, whole=whole),
            message("flip its sign"),
            rest - term,
        )
    if S.One in node.args and len(node.args) == 2 and isinstance(1 - node, Function | Pow):  # noqa: PLR2004 - 1 and u
        yield Edit(
            "complement",
            told("{wrong} stands in place of {right}", wrong=1 - node, right=node),
            told("write {right} there", right=node),
            1 - node,
        )


def of_product(node: Mul, whole: Any) -> Iterator[Edit]:
    """A factor left out; all that is a number is one factor."""
    number, rest = number_of(node)
    factors = (number, *Mul.make_args(rest))
    for n, factor in enumerate(factors):
        if factor not in {1, -1}:
            yield Edit(
                "factor-left-out",
                told("the factor {factor} of {whole} is left out", factor=factor, whole=whole),
                told("put {factor} back", factor=factor),
                Mul(*(f for i, f in enumerate(factors) if i != n)),
            )


def of_power(node: Pow) -> Iterator[Edit]:
    """An exponent lost, one off, or with the wrong sign; a power taken inside a function."""
    base, n = node.args

    def edit(part: Any) -> Edit:
        return Edit(
            "exponent",
            told("{wrong} stands in place of {right}: the exponent is wrong", wrong=part, right=node),
            told("write {right} there", right=node),
            part,
        )

    yield edit(base)
    yield edit(node * base)
    yield edit(node / base)
    yield edit(1 / node)
    if isinstance(base, Function | exp) and n.is_Integer and n > 0:
        yield edit(base.func(base.args[0] ** n))


def of_call(node: Any, x: Any, function: Any) -> Iterator[Edit]:
    """A function at the wrong place, another one in its place, or none."""
    if len(node.args) != 1:
        return
    (u,) = node.args
    places = [v for v in (x, -u, 2 * u, u / 2, u**2) if v != u]
    rows = [("argument", node.func(v)) for v in places]
    rows += [("slope-for-function", slope_of(node)), ("function-left-out", u)]
    rows += [("complement", 1 - node)] if isinstance(node, SIGMOID) else []
    rows += [("applied-twice", node.func(node)), ("output-for-function", function)]
    rows += [("other-function", f(u)) for f in FAMILY if not isinstance(node, f)]
    for name, part in rows:
        if part != node:
            yield Edit(
                name,
                told("{wrong} stands in place of {right}", wrong=part, right=node),
                told("write {right} there", right=node),
                part,
                4 if name != "other-function" else 6,
            )


def slope_of(node: Any) -> Any:
    """The derivative of a function at its own argument."""
    return slope(node.func).xreplace({PLACE: node.args[0]})


@lru_cache(maxsize=256)
def slope(head: Any) -> Any:
    """The derivative of a function."""
    return head(PLACE).diff(PLACE)


def spelt(gradient: Expr, function: Expr, x: Any) -> tuple[Any, ...]:
    """The derivative as people write it: as it is, by the product rule, multiplied out, 1 − tanh² otherwise."""
    squares = {p: p.base.args[0] for p in gradient.atoms(Pow) if p.exp == 2 and isinstance(p.base, tanh)}  # noqa: PLR2004 - a square
    cosines = gradient.replace(
        lambda e: isinstance(e, Add) and S.One in e.args and any(-p in e.args for p in squares) and len(e.args) == 2,  # noqa: PLR2004 - 1 and the square
        lambda e: 1 / cosh(next(u for p, u in squares.items() if -p in e.args)) ** 2,
    )
    factors = gradient.replace(
        lambda e: isinstance(e, Add) and S.One in e.args and any(-p in e.args for p in squares) and len(e.args) == 2,  # noqa: PLR2004 - 1 and the square
        lambda e: Mul(*((1 + k * tanh(next(u for p, u in squares.items() if -p in e.args))) for k in (1, -1))),
    )
    product = Add(*(function / f * f.diff(x) for f in function.args)) if isinstance(function, Mul) else gradient
    return tuple(dict.fromkeys((gradient, product, gradient.expand(), factor_terms(gradient), cosines, factors)))
