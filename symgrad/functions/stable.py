"""Rewriting for floating point: the same function, in a form that keeps its digits.

A sum that cancels is replaced by a product that does not (1 - sigmoid(u) is sigmoid(-u)), a slope of the catalogue by
the form that is known for it. Every rule is an identity over the reals, and is proved as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sympy import Abs, Add, Max, Min, Mul, Piecewise, Pow, S, StrictLessThan, Symbol, erf, exp, log, oo, tanh
from sympy.codegen.cfunctions import expm1, log1p

from symgrad.functions.elementwise import Elementwise, settled
from symgrad.functions.logistic import sigmoid, softplus
from symgrad.functions.stable_heads import WIDTH, bell, erfc_kept, kept, reciprocal, sech2, within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

FAR = 50  # left of -50 softplus and sigmoid are e^u in every float type
BELL_WIDTH = 100  # e^-5000 is 0 in every float type


@dataclass(frozen=True, slots=True)
class KnownForm:
    """A textbook expression in `letter` and an equal one that keeps its digits."""

    name: str
    letter: Symbol
    textbook: Any
    stable: Any


def stabilised(expr: Any, known: Iterable[KnownForm] = ()) -> Any:
    """An equal expression whose NumPy code keeps its digits, named functions in their stable forms."""
    return settled(rewritten(expr, tuple(known)))


@cache
def rewritten(node: Any, known: tuple[KnownForm, ...]) -> Any:
    """The node by a known form, else its parts rewritten, then what cancels between them."""
    if not node.args or node.is_number or isinstance(node, within):
        return node
    if (found := from_table(node, known)) is not None:
        return found
    node = node.func(*(rewritten(a, known) for a in node.args))
    for rule in RULES.get(node.func, ()):
        node = rule(node)
    return node


def from_table(node: Any, known: tuple[KnownForm, ...]) -> Any:
    """The stable form of a known expression times a constant; None where none is that."""
    if not isinstance(node, Add | Mul | Pow | Piecewise) or node.has(within):
        return None
    for v in sorted(node.free_symbols, key=str):
        terms = None
        for form in known:
            if node == textbook(form, v):
                return form.stable.xreplace({form.letter: v})
            if not isinstance(node, Piecewise) and isinstance(form.textbook, Add | Mul):
                terms = terms if terms is not None else collected(node, v)
                factor = ratio(terms, template(form, v)) if len(terms) > 1 else None
                if factor is not None:
                    return factor * form.stable.xreplace({form.letter: v})
    return None


def ratio(terms: dict[Any, Any], wanted: dict[Any, Any]) -> Any:
    """The constant by which two sums differ; None where they differ otherwise."""
    if terms.keys() != wanted.keys():
        return None
    ratios = {terms[rest] / wanted[rest] for rest in terms}
    return ratios.pop() if len(ratios) == 1 else None


@cache
def textbook(form: KnownForm, v: Symbol) -> Any:
    """A known expression in another letter."""
    return form.textbook.xreplace({form.letter: v})


@cache
def template(form: KnownForm, v: Symbol) -> dict[Any, Any]:
    """The terms of a known expression in another letter."""
    return collected(textbook(form, v), v)


def collected(expr: Any, v: Symbol) -> dict[Any, Any]:
    """The terms of a sum by what depends on v, with their coefficients."""
    terms: dict[Any, Any] = {}
    for term in Add.make_args(expr.expand()):
        coefficient, rest = term.as_independent(v, as_Add=False)
        terms[rest] = terms.get(rest, S.Zero) + coefficient
    return terms


# Sums. Each rule looks at the terms c*f(u) of a sum, and at what else is in it.


def bounded_terms(node: Any, heads: tuple[Any, ...], power: int = 1) -> Iterator[tuple[Any, Any, Any]]:
    """The terms c*f(u)^power of a sum, f one of `heads`: c, f(u), and the rest of the sum."""
    for term in node.args:
        for value in sorted((f for f in Mul.make_args(term) if is_power(f, heads, power)), key=str):
            yield term / value, value.base if power > 1 else value, Add(*(t for t in node.args if t != term))


def is_power(factor: Any, heads: tuple[Any, ...], power: int) -> bool:
    """Whether the factor is f(u)^power with f among `heads`."""
    if power == 1:
        return isinstance(factor, heads)
    return isinstance(factor, Pow) and factor.exp == power and isinstance(factor.base, heads)


def without_saturation(node: Any) -> Any:
    """A sum c f(u) + w, f between two limits, by the distances to these: sigma - y = (1 - y) sigma(u) - y sigma(-u)."""
    if not isinstance(node, Add):
        return node
    for c, f, rest in bounded_terms(node, (sigmoid, tanh, erf)):
        (u,) = f.args
        low, high = LIMITS[f.func]
        with_limit = [t for t in Add.make_args(rest) if t in {-c * high, -c * low}]
        other = with_limit[0] if with_limit else rest
        if with_limit or ((c.is_number or rest.is_number) and not (rest + c).has(u)):
            up, down = distances(f)
            apart = (other + c * high) * up + (other + c * low) * down + (rest - other)
            if with_limit or f.func is sigmoid or not rest.free_symbols:
                return apart
            return Piecewise((node, Abs(u) < 1), (apart, True))  # near 0 the shares cancel, where y is 0
    return node


def without_saturated_condition(node: Any) -> Any:
    """Y f(u) < 1, f between two limits, by the distances to these: y sigma < 1 is (y - 1) sigma(u) < sigma(-u)."""
    f: Any = next((f for f in Mul.make_args(node.lhs) if isinstance(f, tuple(LIMITS))), None)
    c = node.lhs / f if f is not None else S.Zero
    if f is None or not node.rhs.is_number or c.has(*f.args):
        return node
    low, high = LIMITS[f.func]
    up, down = distances(f)
    return node.func((c * high - node.rhs) * up, (node.rhs - c * low) * down)


def without_shared_factor(node: Any) -> Any:
    """W - w sigmoid(u), whatever w is, as w sigmoid(-u)."""
    if not isinstance(node, Add):
        return node
    for term in node.args:
        for f in Mul.make_args(term):
            other = next((t for t in node.args if isinstance(f, sigmoid) and bare(t * f + term) == 0), None)
            if other is not None and not other.is_number:
                kept_apart = without_overflow(bare(other) * sigmoid(-f.args[0]))
                return Add(kept_apart, *(t for t in node.args if t not in {term, other}))
    return node


def bare(expr: Any) -> Any:
    """The expression without clipping."""
    return expr.replace(within, lambda x, *_: x)


LIMITS = {sigmoid: (0, 1), tanh: (-1, 1), erf: (-1, 1)}


def distances(f: Any) -> tuple[Any, Any]:
    """The shares of the upper and of the lower limit in f(u), which sum to 1, neither by subtraction."""
    (u,) = f.args
    if f.func is erf:
        return erfc_kept(-u) / 2, erfc_kept(u) / 2
    return (sigmoid(u), sigmoid(-u)) if f.func is sigmoid else (sigmoid(2 * u), sigmoid(-2 * u))


def without_squares(node: Any) -> Any:
    """Differences of squares: c - c tanh(u)^2 is c/cosh(u)^2, beside other terms too; c - c x^2 is c(1 - x)(1 + x)."""
    if not isinstance(node, Add):
        return node
    for c, f, rest in bounded_terms(node, (tanh,), 2):
        if -c in Add.make_args(rest):
            return -c * sech2(f.args[0]) + rest + c
    for c, x, rest in bounded_terms(node, (Symbol,), 2):
        if rest == -c:
            return -c * (1 - x) * (1 + x)
    return node


def without_halves(node: Any) -> Any:
    """A centred sigmoid: c - 2c sigmoid(u) is -c tanh(u/2)."""
    if not isinstance(node, Add):
        return node
    for c, f, rest in bounded_terms(node, (sigmoid,)):
        if rest == -c / 2:
            return c * tanh(f.args[0] / 2) / 2
    return node


def without_exponential(node: Any) -> Any:
    """An exponential less one: c e^u - c is c expm1(u), and near u = 0 so is e^u - y with what is left of y."""
    if not isinstance(node, Add):
        return node
    for c, f, rest in bounded_terms(node, (exp,)):
        (u,) = f.args
        if rest == -c:
            return c * expm1(u)
        if c.is_number and not rest.free_symbols & u.free_symbols and u.free_symbols:
            return Piecewise((c * expm1(u) + kept(c + rest), Abs(u) < S.Half), (node, True))
    return node


# Products: a factor that decays meets one that grows.


def without_zero_branch(node: Any) -> Any:
    """A product with cases, one of which is 0: there the whole product is, though the rest be infinite."""
    if not isinstance(node, Mul):
        return node
    for factor in node.args:
        if isinstance(factor, Piecewise) and any(value == 0 for value, _ in factor.args):
            rest = Mul(*(a for a in node.args if a != factor))
            if rest.free_symbols:
                cases = ((0 if v == 0 else without_zero_branch(v * rest), holds) for v, holds in factor.args)
                return Piecewise(*cases)
    return node


def without_vanishing_ratio(node: Any) -> Any:
    """sigmoid(u)/softplus(u), which tends to 1 on the left, by an argument that is not far on the left."""
    if not isinstance(node, Mul):
        return node
    powers = node.as_powers_dict()
    for below, e in powers.items():
        u = Mul(*below.filled) if isinstance(below, softplus) and e.is_Integer and e < 0 else None
        if u is not None and powers.get(sigmoid(u), 0) >= 1:
            s, times = within(u, -FAR, oo), Min(-e, powers[sigmoid(u)])
            return node * (below / sigmoid(u)) ** times * (below.filled[1] * sigmoid(s) / softplus(s)) ** times
    for f in node.args:
        for total in (g for g in node.args if isinstance(f, sigmoid) and isinstance(g, Add)):
            (u,) = f.args
            near = {t: h for t in total.args for h in t.atoms(softplus) if t.has(1 / h) and Mul(*h.filled) == u}
            if near:
                s = within(u, -FAR, oo)
                ratios = (t * h * h.filled[1] * sigmoid(s) / softplus(s) for t, h in near.items())
                others = without_overflow(Add(*(t for t in total.args if t not in near)) * f)
                return node / f / total * Add(others, *ratios)
    return node


def without_overflow(node: Any) -> Any:
    """A product in which symbols beside a factor that decays in them are clipped where that factor is 0."""
    if not isinstance(node, Mul):
        return node
    for factor in node.args:
        for v, low, high in decays(factor):
            node = Mul(*(f if f == factor else clipped(f, v, low, high) for f in node.args))
            if node == 0:
                return node
    return node


def decays(factor: Any) -> Iterator[tuple[Any, Any, Any]]:
    """The symbol in which a factor decays to 0, and where that is certain in every float type."""
    base = factor.base if isinstance(factor, Pow) and factor.exp.is_positive and factor.base is not S.Exp1 else factor
    if isinstance(base, sigmoid):
        yield from one_sided(base.args[0])
        c, square = base.args[0].as_coeff_Mul()
        if c.is_negative and isinstance(square, Elementwise) and square.func.spelling == "squared_relu":
            yield square.args[0], -oo, WIDTH / abs(c)
    elif isinstance(base, exp) and isinstance(base.args[0], Mul):
        u = base.args[0]
        if (inner := next((f for f in u.args if isinstance(f, Abs)), None)) is not None and (u / inner).is_negative:
            for v, c in linear(inner.args[0]):
                yield v, -WIDTH / abs(c), WIDTH / abs(c)
    elif (isinstance(base, Elementwise) and base.func.spelling in {"bell", "gaussian"}) and base.args[0].is_Symbol:
        yield base.args[0], -BELL_WIDTH, BELL_WIDTH


def one_sided(u: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Where sigmoid(u) is 0."""
    for v, c in linear(u):
        if c.is_number:
            yield (v, -WIDTH / c, oo) if c > 0 else (v, -oo, -WIDTH / c)


def linear(u: Any) -> Iterator[tuple[Any, Any]]:
    """The symbol and its coefficient where u is one times a number."""
    coefficient, v = u.as_coeff_Mul()
    if v.is_Symbol:
        yield v, coefficient


def clipped(expr: Any, v: Any, low: Any, high: Any) -> Any:
    """The expression with v clipped wherever it stands outside of functions."""
    if expr == v:
        return within(v, low, high)
    if isinstance(expr, within) and expr.args[0] == v:
        _, least, most = expr.filled
        return within(v, Max(least, low), Min(most, high))
    if isinstance(expr, softplus):  # unbounded, too
        return softplus(clipped(expr.args[0], v, low, high), *expr.args[1:])
    if isinstance(expr, Add | Mul) or (isinstance(expr, Pow) and expr.exp.is_Integer and expr.exp > 0):
        return expr.func(*(clipped(a, v, low, high) for a in expr.args))
    return expr


def without_gauss(node: Any) -> Any:
    """exp(-x^2) and exp(-x^2/2) with the square split."""
    u = node.args[0]
    for k in (S.One, S.Half):
        square = -u / k
        if isinstance(square, Pow) and square.exp == 2:  # noqa: PLR2004 - a square
            return bell(square.base, k)
    return node


def without_lost_ones(node: Any) -> Any:
    """ln(1 + x) as log1p, ln of a sigmoid as a softplus, and that of a softplus, far on the left, as its argument."""
    inner = node.args[0]
    if isinstance(inner, sigmoid):
        return -softplus(-inner.args[0])
    if isinstance(inner, softplus):
        u = Mul(*inner.filled)
        return Piecewise((u, u < -FAR), (log(softplus(within(u, -FAR, oo))), True)) - log(inner.filled[1])
    if isinstance(inner, Add) and S.One in inner.args:
        return log1p(inner - 1)
    return node


def without_overflowing_square(node: Any) -> Any:
    """X/sqrt(X^2 + q) is 1 long before X^2 overflows, and X/(1 + X^2/q) is q/X."""
    if not isinstance(node, Mul):
        return node
    for factor in node.args:
        base, exponent = factor.as_base_exp()
        x = next((f for f in node.args if isinstance(base, Add) and base.has(f**2)), None)
        if x is None or not x.free_symbols or exponent not in {-S.Half, S.NegativeOne}:
            continue
        others = Mul(*(f for f in node.args if f not in {x, factor}))
        if exponent == -S.Half:
            held = within(x, -(2**500), 2**500)
            ratio_ = held * base.xreplace({x: held, x**2: held**2}) ** exponent
            return others * kept(ratio_) if others.free_symbols else others * ratio_
        rest, square = base.as_independent(x, as_Add=True)
        large = reciprocal(rest * reciprocal(x) + square / x)
        return others * Piecewise((x * factor, Abs(x) <= 1), (large, True))
    return node


RULES: dict[Any, tuple[Callable[[Any], Any], ...]] = {
    Add: (without_shared_factor, without_halves, without_squares, without_exponential, without_saturation),
    Mul: (without_zero_branch, without_vanishing_ratio, without_overflowing_square, without_overflow),
    StrictLessThan: (without_saturated_condition,),
    exp: (without_gauss,),
    log: (without_lost_ones,),
}
