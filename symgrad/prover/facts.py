"""What is proved about an activation beyond its derivative: extremes, limits, tails, monotony, symmetry."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from flint import ctx
from sympy import I, Rational, Symbol, Tuple, nan, oo, zoo

from symgrad.core import REALS, Domain, Extremum, Facts, Kink, Monotone, UnsupportedError, Verdict
from symgrad.prover import limits
from symgrad.prover.balls import Balls, Undecided, Undefined, precision
from symgrad.prover.conventions import plain
from symgrad.prover.factors import factors
from symgrad.prover.factors import slope as slope_of
from symgrad.prover.named import Named, lettered
from symgrad.prover.pieces import Piece, cut, resolved
from symgrad.prover.prove import prove
from symgrad.prover.ranges import Candidate, candidates, extreme, joined, one_variable
from symgrad.prover.reading import Reader
from symgrad.prover.taylor import PRECISION, sign
from symgrad.prover.zeros import Point, bounds, point, same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sympy import Expr

    from symgrad.core import Definition

Values = tuple[tuple[Symbol, "Expr"], ...]


SOMEWHERE = (Rational(3, 7), Rational(17, 11), Rational(29, 5))  # where f(-z) = -f(z) is tried before a proof


def limit(expr: Any, variable: Symbol, at: Any = oo) -> Any:
    """The proved limit of a function at oo or -oo, or None where there is none or it is not settled."""
    return limits.limit(_outermost(expr, variable, at), variable, at)


def limit_beside(expr: Any, variable: Symbol, at: Any, side: int) -> Any:
    """The proved limit at a number, from the right for side 1, from the left for -1; None where it is not settled."""
    domain = Domain(at, None) if side > 0 else Domain(None, at)
    piece = cut(one_variable(expr, variable), variable, domain)[0 if side > 0 else -1].expr
    reader = Reader()
    node = reader.read(plain(piece))
    try:
        with precision(PRECISION):  # what balls can value at a point is continuous there
            Balls({reader.name(variable): Balls({}).value(Reader().read(at))}).value(node)
    except (Undecided, Undefined):
        return limits.limit(piece, variable, (at, side))
    return piece.xreplace({variable: at})


def decay(expr: Any, variable: Symbol, at: Any = oo) -> Any:
    """A monomial g with expr/g -> 1 at oo or -oo, where the function tends to 0 there without being 0.

    None where it does not tend to 0, where it is 0 from some point on, and where no leading term is known.
    """
    return limits.decay(_outermost(expr, variable, at), variable, at)


def _outermost(expr: Any, variable: Symbol, at: Any) -> Any:
    """The smooth expression that holds towards an infinite end."""
    return cut(one_variable(expr, variable), variable)[-1 if at is oo else 0].expr


def odd(expr: Any, variable: Symbol) -> Verdict:
    """Whether f(-z) = -f(z): proved, or refuted by a point where it is not so."""
    return prove(expr.xreplace({variable: -variable}), -expr)


def dead_intervals(derivative: Any, variable: Symbol, *, kinks: tuple[Any, ...] = ()) -> tuple[Domain, ...]:
    """The longest intervals on which a derivative is identically 0; at `kinks` it does not exist."""
    return _dead(_values(derivative, variable, kinks))


def monotone(function: Any, derivative: Any, variable: Symbol, *, kinks: tuple[Any, ...] = ()) -> Monotone:
    """How a function moves, from the signs of its derivative's extremes and of its jumps."""
    found = _values(derivative, variable, kinks)
    return _monotone(extreme(found, -1), extreme(found, 1), [s for _, s in jumps(function, variable)])


def _values(derivative: Any, variable: Symbol, kinks: tuple[Any, ...]) -> list[Candidate]:
    with ctx.workprec(PRECISION):
        return candidates(one_variable(derivative, variable), variable, tuple(point(k) for k in kinks), REALS)


def _dead(found: list[Candidate]) -> tuple[Domain, ...]:
    zero = [c for c in found if c.exact is not None and _sign(c.exact) == 0]
    return joined([c.at for c in zero if c.at], [c.on for c in zero if c.on])[1]


def jumps(function: Any, variable: Symbol, domain: Domain = REALS) -> Iterator[tuple[Point, int]]:
    """Every point b of a domain where a function is not continuous, with the signs of f(b) - f(b-) and f(b+) - f(b)."""
    function = one_variable(function, variable)
    pieces = cut(function, variable, domain)
    inner = [(before.right, before, after) for before, after in pairwise(pieces)]
    first = [(pieces[0].left, None, pieces[0])] if not domain.lower_open else []
    last = [(pieces[-1].right, pieces[-1], None)] if not domain.upper_open else []
    for at, before, after in (*first, *inner, *last):
        if at is None:
            continue
        if at.exact is None:
            raise UnsupportedError(
                "{function} switches at a point without a closed form: it may jump there", function=function
            )
        value = resolved(function, variable, at.exact).xreplace({variable: at.exact})
        if value.has(nan, zoo, oo, I):
            raise UnsupportedError("{function} has no value at {at}", function=function, at=at.exact)
        steps = [_sign(value - _side(before, variable, at, -1))] if before else []
        steps += [_sign(_side(after, variable, at, 1) - value)] if after else []
        yield from ((at, step) for step in steps if step)


def _side(piece: Piece, variable: Symbol, end: Point, inward: int) -> Any:
    """The one-sided limit at an end of a piece."""
    value = piece.expr.xreplace({variable: end.exact})
    if value.is_finite is False or value.has(nan):
        value = limits.limit(piece.expr, variable, (end.exact, inward))
    if value is None or value.free_symbols:
        raise UnsupportedError("the limit of {piece} at {end} could not be proved", piece=piece.expr, end=end.exact)
    return value


def _sign(value: Any) -> int:
    if value in {oo, -oo}:
        return 1 if value is oo else -1
    found = sign(value)
    if found is None:
        raise UnsupportedError("the sign of {value} could not be settled", value=value)
    return found


def _sign_of(extremum: Extremum) -> int:
    """The sign of an extremum, which its bounds or its closed form show."""
    if extremum.exact is not None:
        return _sign(extremum.exact)
    if extremum.lower > 0 or extremum.upper < 0:
        return 1 if extremum.lower > 0 else -1
    raise UnsupportedError(
        "the sign of a number in [{extremum}, {upper}] could not be settled",
        extremum=extremum.lower,
        upper=extremum.upper,
    )


def _monotone(infimum: Extremum, supremum: Extremum, steps: list[int]) -> Monotone:
    least, most = min([_sign_of(infimum), *steps]), max([_sign_of(supremum), *steps])
    if least < 0 < most:
        return Monotone.NOT_MONOTONE
    if least == most == 0:
        return Monotone.CONSTANT
    flat = (supremum if most == 0 else infimum).on if 0 in {_sign_of(infimum), _sign_of(supremum)} else ()
    if least >= 0:
        return Monotone.NON_DECREASING if flat and _sign_of(infimum) == 0 else Monotone.STRICTLY_INCREASING
    return Monotone.NON_INCREASING if flat and _sign_of(supremum) == 0 else Monotone.STRICTLY_DECREASING


def lipschitz(found: list[Candidate], steps: list[int]) -> Extremum:
    """The least L with |f(u) - f(v)| <= L |u - v|: the greatest |f'|, or oo where f jumps."""
    if steps:
        return Extremum(oo, oo, oo)
    with ctx.workprec(PRECISION):
        return extreme([_absolute(c) for c in found], 1)


def _absolute(c: Candidate) -> Candidate:
    if c.exact is not None:
        side = _sign(c.exact) or 1
        return replace(c, value=side * c.value, exact=side * c.exact)
    if not (c.value > 0 or c.value < 0):
        raise UnsupportedError("the sign of a critical value could not be settled")
    return replace(c, value=abs(c.value))


def facts(
    definition: Definition, derivative: Expr, in_output: Expr | None, second: Expr, at: Values | None = None
) -> Facts:
    """Everything that is proved about an activation, its parameters at their usual values unless `at` gives others.

    A parameter whose value is irrational keeps its letter in closed forms. A kink whose two slopes agree at
    these values is none (ELU with alpha = 1), and is left out.
    """
    values = tuple((p.symbol, p.default) for p in definition.parameters) if at is None else at
    given = {s: v if v.is_Rational else Named(s, v) for s, v in values}
    z = definition.variable
    function, slope, curvature = (e.xreplace(given) for e in (definition.of, derivative, second))
    require_slope(function, slope, z)
    require_slope(slope, curvature, z)
    kinks = tuple(k for k in (_kink_at(k, given) for k in definition.kinks) if k.jump or _sign(k.left - k.right))
    found = _values(slope, z, tuple(k.at for k in kinks))
    infimum, supremum = extreme(found, -1), extreme(found, 1)
    broken = list(jumps(function, z))
    require_listed([*broken, *jumps(slope, z)], kinks, z)
    steps = [s for _, s in broken]
    return Facts(
        definition=definition,
        at=values,
        derivative=derivative,
        in_output=in_output,
        second=second,
        infimum=lettered(infimum),
        supremum=lettered(supremum),
        lipschitz=lettered(lipschitz(found, steps)),
        limits=lettered(tuple(limit(f, z, end) for f in (function, slope) for end in (-oo, oo))),
        decay=lettered((decay(slope, z, -oo), decay(slope, z, oo))),
        monotone=_monotone(infimum, supremum, steps),
        odd=_is_odd(function, z),
        dead=lettered(_dead(found)),
        kinks=lettered(kinks),
    )


def require_slope(function: Any, slope: Any, variable: Symbol) -> None:
    """Raise UnsupportedError unless `slope` is proved to be the derivative, away from the ends of pieces."""
    both = Tuple(one_variable(function, variable), one_variable(slope, variable))
    for piece in cut(both, variable):
        f, g = piece.expr
        if factors(slope_of(f, variable) - g, variable, bounds(piece.left, piece.right)) is not None:
            raise UnsupportedError("{g} is not proved to be the derivative of {f}: give the derivative", g=g, f=f)


def require_listed(broken: list[tuple[Point, int]], kinks: tuple[Kink, ...], variable: Symbol) -> None:
    """Raise UnsupportedError unless the function and its derivative are continuous but at the kinks."""
    known = [point(k.at) for k in kinks]
    for b, _ in broken:
        if not any(same(b, k) for k in known):
            raise UnsupportedError(
                "there is a kink at {variable} = {b} that the definition does not list: add it",
                variable=variable,
                b=b.exact,
            )


def _kink_at(kink: Kink, given: dict[Symbol, Expr]) -> Kink:
    conventions = {n: v.xreplace(given) for n in ("torch", "jax", "textbook") if (v := getattr(kink, n)) is not None}
    sides = {n: getattr(kink, n).xreplace(given) for n in ("at", "left", "right")}
    return replace(kink, **sides, **conventions)


def _is_odd(function: Any, variable: Symbol) -> bool:
    total = one_variable(function, variable)
    total = total + total.xreplace({variable: -variable})
    for q in SOMEWHERE:
        if sign(resolved(total, variable, q).xreplace({variable: q})):
            return False
    verdict = odd(function, variable)
    if not verdict.proved:
        raise UnsupportedError(
            "whether {function} is odd could not be settled: {reason}", function=function, reason=verdict.reason
        )
    return True
