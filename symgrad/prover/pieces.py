"""A function of one variable cut into the open intervals on which it is smooth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from flint import fmpq
from sympy import (
    ITE,
    Abs,
    Add,
    And,
    Eq,
    Ge,
    Gt,
    Heaviside,
    Integer,
    Le,
    Lt,
    Max,
    Min,
    Mul,
    Ne,
    Not,
    Or,
    Piecewise,
    Pow,
    Symbol,
    exp,
    false,
    log,
    true,
)
from sympy import sign as sgn
from sympy.codegen.cfunctions import expm1, log1p
from sympy.core.relational import Relational

from symgrad.core import REALS, Domain, UnsupportedError
from symgrad.prover.named import Named
from symgrad.prover.taylor import ELEMENTARY, sign
from symgrad.prover.zeros import Point, point, rational, same, zeros

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SWITCHES = (Piecewise, Abs, sgn, Heaviside, Max, Min, ITE)
HOLDS: dict[Any, Callable[[int], bool]] = {
    Gt: lambda s: s > 0,
    Ge: lambda s: s >= 0,
    Lt: lambda s: s < 0,
    Le: lambda s: s <= 0,
    Eq: lambda s: s == 0,
    Ne: lambda s: s != 0,
}


@dataclass(frozen=True, slots=True)
class Piece:
    """An open interval, an end of None being infinite, and the smooth expression that holds on it."""

    left: Point | None
    right: Point | None
    expr: Any

    @property
    def inner(self) -> Any:
        """A rational number strictly between its ends."""
        return rational(between(self.left, self.right))

    def __contains__(self, q: fmpq) -> bool:
        left = self.left is None or self.left.upper < q
        return left and (self.right is None or q < self.right.lower)


def cut(expr: Any, variable: Symbol, domain: Domain = REALS) -> tuple[Piece, ...]:
    """The pieces of a function on a domain, from left to right; every switch and singularity is an end of one."""
    left, right = (None if e is None else point(e) for e in (domain.lower, domain.upper))
    inside = sorted(_breaks(expr, variable, left, right))
    ends = [left, *inside, right]
    return tuple(
        Piece(low, high, resolved(expr, variable, rational(between(low, high)))) for low, high in pairwise(ends)
    )


def between(left: Point | None, right: Point | None) -> fmpq:
    """A rational strictly between two points."""
    if left is None:
        return fmpq(0) if right is None else fmpq((right.lower - 1).floor())
    return fmpq((left.upper + 1).ceil()) if right is None else (left.upper + right.lower) / 2


def _breaks(expr: Any, variable: Symbol, left: Point | None, right: Point | None) -> list[Point]:
    """The points strictly between two others at which a part of the expression switches or is singular."""
    found: list[Point] = []
    for part in dict.fromkeys(special(expr, variable)):
        fresh = sorted(_breaks(part, variable, left, right))
        ends = [left, *fresh, right]
        for low, high in pairwise(ends):
            smooth = resolved(part, variable, rational(between(low, high)))
            fresh += zeros(smooth, variable, low, high) or ()
        for p in fresh:
            found += [] if any(same(p, q) for q in found) else [p]
    return found


def special(expr: Any, variable: Symbol) -> Iterator[Any]:
    """The subexpressions at whose zeros a function may have a kink, a jump or a singularity."""
    if variable not in expr.free_symbols:
        return
    if isinstance(expr, Piecewise):
        for condition in (c for _, c in expr.args):
            yield from _differences(condition, variable)
    elif isinstance(expr, (Abs, sgn, Heaviside)):
        yield expr.args[0]
    elif isinstance(expr, (Max, Min)):
        yield from (a - b for a, b in combinations(expr.args, 2))
    elif isinstance(expr, (log, log1p)) or (isinstance(expr, Pow) and _singular(expr)):
        guard = expr.args[0] + 1 if isinstance(expr, log1p) else expr.args[0]
        if not positive(guard):
            yield guard
    if expr.func in ELEMENTARY:
        yield from special(ELEMENTARY[expr.func](*expr.args), variable)
        return
    for argument in expr.args:
        yield from special(argument, variable)


def jumping(expr: Any, variable: Symbol) -> Iterator[Any]:
    """The subexpressions at whose zeros a function may jump; Abs, Max and Min do not."""
    for part in expr.atoms(Piecewise, sgn, Heaviside):
        if isinstance(part, Piecewise):
            yield from (d for _, c in part.args for d in _differences(c, variable))
        elif variable in part.free_symbols:
            yield part.args[0]


def _differences(condition: Any, variable: Symbol) -> Iterator[Any]:
    for relation in condition.atoms(Relational):
        difference = relation.lhs - relation.rhs
        if variable in difference.free_symbols:
            yield difference


def _singular(power: Any) -> bool:
    """Whether u^x is singular where u is 0."""
    return not (power.exp.is_Integer and power.exp > 0) and bool(power.base.free_symbols)


def positive(expr: Any) -> bool:
    """Whether an expression is obviously positive wherever it is defined: e^u, 1 + e^u, z^2 + 1."""
    return _sign_at_least(expr) == 1


def _sign_at_least(expr: Any) -> int | None:  # noqa: PLR0911 - a line for each kind of node
    """1 for positive, 0 for at least 0, None for anything else that is not seen at a glance."""
    if expr.is_Rational:
        return min(sign(expr) or 0, 1) if expr >= 0 else None
    if isinstance(expr, (exp, Named)):
        return 1 if expr.is_positive else None
    if isinstance(expr, Abs) or (isinstance(expr, Pow) and expr.exp.is_Integer and expr.exp % 2 == 0):
        return 0 if isinstance(expr, Abs) or expr.exp > 0 else 1
    if isinstance(expr, Pow) and expr.exp.is_Rational:
        return _sign_at_least(expr.base)
    if isinstance(expr, (Add, Mul)):
        signs = [_sign_at_least(a) for a in expr.args]
        if None in signs:
            return None
        return (max if isinstance(expr, Add) else min)(s for s in signs if s is not None)
    return None


def resolved(expr: Any, variable: Symbol, at: Any) -> Any:  # noqa: PLR0911 - a line for each kind of node
    """The expression without switches that equals `expr` where every switch stands as it does at `at`."""
    if not expr.has(*SWITCHES, expm1, log1p):
        return expr
    if isinstance(expr, Piecewise):
        for branch, condition in expr.args:
            if _holds(condition, variable, at):
                return resolved(branch, variable, at)
        raise UnsupportedError(
            "{expr} has no branch for {variable} = {at}: add one that ends in True", expr=expr, variable=variable, at=at
        )
    arguments = [resolved(a, variable, at) for a in expr.args]
    if isinstance(expr, (Max, Min)):
        wanted = 1 if isinstance(expr, Max) else -1
        return reduce(lambda best, a: a if _side(a - best, variable, at) == wanted else best, arguments)
    if isinstance(expr, expm1):
        return exp(arguments[0]) - 1
    if isinstance(expr, log1p):
        return log(1 + arguments[0])
    if not isinstance(expr, (Abs, sgn, Heaviside)):
        return expr.func(*arguments)
    side = Integer(_side(arguments[0], variable, at))
    if isinstance(expr, Heaviside):
        return arguments[1] if side == 0 else (1 + side) / 2
    return side * arguments[0] if isinstance(expr, Abs) else side


def _side(expr: Any, variable: Symbol, at: Any) -> int:
    found = sign(resolved(expr, variable, at).xreplace({variable: at}))
    if found is None:
        raise UnsupportedError(
            "the sign of {expr} at {variable} = {at} could not be settled", expr=expr, variable=variable, at=at
        )
    return found


def _holds(condition: Any, variable: Symbol, at: Any) -> bool:
    if condition in (true, false):
        return condition is true
    if isinstance(condition, (And, Or)):
        return (all if isinstance(condition, And) else any)(_holds(c, variable, at) for c in condition.args)
    if isinstance(condition, Not):
        return not _holds(condition.args[0], variable, at)
    if isinstance(condition, ITE):
        test, then, otherwise = condition.args
        return _holds(then if _holds(test, variable, at) else otherwise, variable, at)
    return HOLDS[condition.func](_side(condition.lhs - condition.rhs, variable, at))
