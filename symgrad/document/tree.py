"""Expressions as nested lists that JSON can hold, and back: what was built by hand comes back as it was built.

"z"                          a real symbol
3, -1                        an integer
["rational", "1/2"]          a fraction; numerator and denominator may have any number of digits
["constant", "pi"]           pi, E, oo, -oo, GoldenRatio and the like; "true" and "false"
["add", x, y, ...]           sums and products keep their order, and nothing in them is evaluated
["mul", x, y, ...]
["pow", base, exponent]
["call", "exp", x]           a function of SymPy or of symgrad's catalogue, by its name
["unknown", "f", x]          an unknown function, as in the statement of a rule
["cases", [value, condition], ...]
["D", x, "z"]                d/dz of x, not yet carried out
["subs", x, ["z"], [value]]  x with values put in, not yet carried out
["integral", x, ["t", low, high]]
["between", low, high]       a root without a closed form: the number between these bounds, in a witness
["<", x, y]                  also <=, >, >=, ==, !=
["and", p, q], ["or", p, q], ["not", p]
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sympy import (
    Abs,
    AccumBounds,
    Add,
    And,
    Function,
    Heaviside,
    Integer,
    Integral,
    Max,
    Min,
    Mul,
    Not,
    Or,
    Piecewise,
    Pow,
    Rational,
    S,
    Subs,
    Symbol,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atanh,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    gamma,
    log,
    sign,
    sin,
    sinh,
    tan,
    tanh,
)
from sympy.codegen.cfunctions import expm1, log1p
from sympy.core.function import AppliedUndef
from sympy.core.relational import Eq, Ge, Gt, Le, Lt, Ne, Relational

from symgrad.core import SymgradError
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.functions import D

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Tree = str | int | list[Any]

RELATIONS = {"<": Lt, "<=": Le, ">": Gt, ">=": Ge, "==": Eq, "!=": Ne}
BUILT = {"add": Add, "mul": Mul, "pow": Pow, "and": And, "or": Or, "not": Not}
NAMES = {kind: name for name, kind in BUILT.items()}
CONSTANTS = {
    "pi": S.Pi, "E": S.Exp1, "EulerGamma": S.EulerGamma, "GoldenRatio": S.GoldenRatio, "Catalan": S.Catalan,
    "oo": S.Infinity, "-oo": S.NegativeInfinity, "zoo": S.ComplexInfinity, "nan": S.NaN, "true": S.true,
    "false": S.false,
}  # fmt: skip
PLAIN = (
    *(exp, log, Abs, sign, Max, Min, sin, cos, tan, sinh, cosh, tanh, asin, acos, atan, asinh, acosh, atanh),
    *(erf, erfc, gamma, Heaviside, expm1, log1p),
)
DEEPEST = 200  # nested parts of a tree that is read


class TreeError(SymgradError):
    """Data that is no expression of symgrad's."""


@cache
def functions() -> Mapping[str, Any]:
    """Every function that a tree may call, under its name."""
    catalogue = {d.head.__name__: d.head for d in (*ACTIVATIONS.values(), *LOSSES.values())}
    return {head.__name__: head for head in PLAIN} | catalogue


def tree(expr: Any) -> Tree:  # noqa: C901, PLR0911, PLR0912 - one case for each kind
    """The expression as nested lists."""
    if expr is True or expr is False:
        return ["constant", str(expr).lower()]
    for name, constant in CONSTANTS.items():
        if expr is constant:
            return ["constant", name]
    match expr:
        case Symbol():
            return str(expr.name)
        case Integer():
            return int(expr)
        case Rational():
            return ["rational", f"{expr.p}/{expr.q}"]
        case D():
            return ["D", tree(expr.expr), tree(expr.variable)]
        case Subs():
            inner, variables, points = expr.args
            return ["subs", tree(inner), [tree(v) for v in variables], [tree(p) for p in points]]
        case Integral():
            return ["integral", tree(expr.function), *([tree(x) for x in limit] for limit in expr.limits)]
        case Piecewise():
            return ["cases", *([tree(value), tree(when)] for value, when in expr.args)]
        case AccumBounds():
            return ["between", tree(expr.min), tree(expr.max)]
        case Relational():
            return [expr.rel_op, tree(expr.lhs), tree(expr.rhs)]
        case AppliedUndef():
            return ["unknown", type(expr).__name__, *map(tree, expr.args)]
        case _ if type(expr) in NAMES:
            return [NAMES[type(expr)], *map(tree, expr.args)]
        case Function() | Max() | Min():
            return ["call", type(expr).__name__, *map(tree, expr.args)]
    raise TreeError(f"{type(expr).__name__} has no place in symgrad's JSON; rewrite it with elementary functions")


def untree(data: Any, depth: int = 0) -> Any:  # noqa: C901, PLR0911, PLR0912 - one case for each kind
    """The expression that `tree` made; nothing is evaluated, and no name is looked up outside the catalogue."""
    if depth > DEEPEST:
        raise TreeError(f"an expression is nested more than {DEEPEST} deep; break it into parts")

    def inner(part: Any) -> Any:
        return untree(part, depth + 1)

    match data:
        case str():
            return Symbol(data, real=True)
        case bool():
            raise TreeError(f'{data} is no expression; write ["constant", "{str(data).lower()}"]')
        case int():
            return Integer(data)
        case ["rational", str(digits)]:
            return rational(digits)
        case ["constant", str(name)] if name in CONSTANTS:
            return CONSTANTS[name]
        case ["D", expr, str(name)]:
            return D(inner(expr), Symbol(name, real=True))
        case ["subs", expr, list(variables), list(points)] if len(variables) == len(points):
            return Subs(inner(expr), tuple(map(inner, variables)), tuple(map(inner, points)))
        case ["integral", expr, *limits]:
            return Integral(inner(expr), *(tuple(map(inner, limit)) for limit in limits))
        case ["between", low, high]:
            return AccumBounds(inner(low), inner(high))
        case ["cases", *branches] if all(isinstance(b, list) and len(b) == 2 for b in branches):  # noqa: PLR2004
            return Piecewise(*((inner(value), inner(when)) for value, when in branches), evaluate=False)
        case ["unknown", str(name), *arguments]:
            return Function(name, real=True)(*map(inner, arguments))
        case ["call", str(name), *arguments] if name in functions():
            return made(functions()[name], map(inner, arguments))
        case [str(relation), left, right] if relation in RELATIONS:
            return made(RELATIONS[relation], (inner(left), inner(right)))
        case [str(kind), *parts] if kind in BUILT:
            return made(BUILT[kind], map(inner, parts))
    raise TreeError(f"{str(data)[:80]!r} is no expression of symgrad's JSON; docs/json.md lists what is")


def made(head: Any, arguments: Iterable[Any]) -> Any:
    """A function applied, not evaluated."""
    given = tuple(arguments)
    try:
        return head(*given, evaluate=False)
    except (TypeError, ValueError) as error:
        raise TreeError(f"{head.__name__} does not take {len(given)} such arguments: {error}") from None


def rational(digits: str) -> Rational:
    """A fraction from its text."""
    above, _, below = digits.partition("/")
    try:
        found = Rational(int(above), int(below))
    except ValueError:
        found = S.NaN
    if not found.is_Rational:
        raise TreeError(f"{digits[:40]!r} is no fraction; write it as in 1/2")
    return found
