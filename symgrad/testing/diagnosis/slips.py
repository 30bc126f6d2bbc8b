"""The derivative of an expression with one rule of calculus applied wrongly in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sympy import Add, Expr, Function, Mul, Piecewise, Pow, S, Symbol, exp

if TYPE_CHECKING:
    from collections.abc import Iterator

PAIR = 2
MOST = 60  # slips of one expression; longer ones have too many to say anything for sure


@dataclass(frozen=True, slots=True)
class Slip:
    """A wrong derivative: what was done, what makes it right."""

    name: str
    says: str
    mend: str
    expr: Any


def slips(expr: Any, x: Symbol) -> list[Slip]:
    """Every derivative of `expr` by x with one slip in it; empty where there are too many."""
    found: dict[Any, Slip] = {}
    for slip in slipped(expr, x):
        found.setdefault(slip.expr, slip)
        if len(found) > MOST:
            return []
    return list(found.values())


def slipped(expr: Any, x: Symbol) -> Iterator[Slip]:
    """Slips at the outermost operation, then those in its parts, carried outwards by the right rules."""
    if not expr.has(x) or expr == x:
        return
    if isinstance(expr, Piecewise):
        yield from in_cases(expr, x)
        return
    yield from own(expr, x)
    for i, part in enumerate(expr.args):
        for slip in slipped(part, x):
            rest = sum((partial(expr, j) * other.diff(x) for j, other in enumerate(expr.args) if j != i), S.Zero)
            yield Slip(slip.name, slip.says, slip.mend, rest + partial(expr, i) * slip.expr)


def partial(expr: Any, index: int) -> Any:
    """The derivative of the outermost operation by one of its arguments."""
    if isinstance(expr, Add):
        return S.One
    if isinstance(expr, Mul):
        return Mul(*(a for j, a in enumerate(expr.args) if j != index))
    place = Symbol("place", real=True)
    return (
        expr.func(*(place if j == index else a for j, a in enumerate(expr.args)))
        .diff(place)
        .xreplace({place: expr.args[index]})
    )


def own(expr: Any, x: Symbol) -> Iterator[Slip]:
    """The slips that are made with the outermost operation."""
    if isinstance(expr, Add):
        yield from in_sum(expr, x)
    elif isinstance(expr, Mul):
        yield from in_product(expr, x)
    elif isinstance(expr, Pow) and not expr.exp.has(x):
        yield from in_power(expr, x)
    elif isinstance(expr, Function | exp | Pow):
        yield from in_chain(expr, x)


def in_sum(expr: Add, x: Symbol) -> Iterator[Slip]:
    """A term forgotten, or its sign."""
    for term in expr.args:
        if term.has(x):
            yield Slip(
                "missing-term",
                f"the derivative of the term {term} is missing",
                f"add the derivative of {term}",
                expr.diff(x) - term.diff(x),
            )
            yield Slip(
                "sign-of-term",
                f"the derivative of the term {term} has the wrong sign",
                f"flip the sign of the derivative of {term}",
                expr.diff(x) - 2 * term.diff(x),
            )


def in_product(expr: Mul, x: Symbol) -> Iterator[Slip]:
    """The product and the quotient rule."""
    factors = [f for f in expr.args if f.has(x)]
    if len(factors) < PAIR:
        return
    fixed = Mul(*(f for f in expr.args if not f.has(x)))
    yield Slip(
        "product-of-slopes",
        "the derivative of a product is taken as the product of the derivatives",
        "(u v)′ = u′ v + u v′",
        fixed * Mul(*(f.diff(x) for f in factors)),
    )
    for i, factor in enumerate(factors):
        others = Mul(*(f for j, f in enumerate(factors) if j != i))
        term = fixed * others * factor.diff(x)
        yield Slip(
            "product-rule",
            f"product rule: the term with the derivative of {factor} is missing",
            "(u v)′ = u′ v + u v′",
            expr.diff(x) - term,
        )
        yield Slip(
            "product-rule-factor",
            f"product rule: the derivative of {factor} is not multiplied by {others}",
            "(u v)′ = u′ v + u v′",
            expr.diff(x) - term + fixed * factor.diff(x),
        )
        if isinstance(factor, Pow) and factor.exp.could_extract_minus_sign():
            yield Slip(
                "quotient-rule",
                "quotient rule: the sign of the second term is wrong",
                "(u/v)′ = (u′ v − u v′)/v²",
                expr.diff(x) - 2 * term,
            )
            yield Slip(
                "quotient-rule",
                "quotient rule: the denominator is not squared",
                "(u/v)′ = (u′ v − u v′)/v²",
                expr.diff(x) / factor,
            )


def in_power(expr: Pow, x: Symbol) -> Iterator[Slip]:
    """The power rule, and the chain rule behind it."""
    base, n = expr.args
    inner = base.diff(x)
    yield Slip("power-rule", "power rule: the exponent is not lowered", "(uⁿ)′ = n uⁿ⁻¹ u′", n * expr * inner)
    yield Slip("power-rule", "power rule: the factor n is missing", "(uⁿ)′ = n uⁿ⁻¹ u′", base ** (n - 1) * inner)
    yield Slip("power-rule", "power rule: the exponent is raised", "(uⁿ)′ = n uⁿ⁻¹ u′", n * base ** (n + 1) * inner)
    if inner != 1:
        yield missing_inner(base, n * base ** (n - 1))


def in_chain(expr: Any, x: Symbol) -> Iterator[Slip]:
    """The chain rule: the inner derivative forgotten, the outer function not differentiated, or taken at x."""
    for i, inner in enumerate(expr.args):
        if not inner.has(x):
            continue
        outer, slope = partial(expr, i), inner.diff(x)
        yield Slip(
            "outer-not-differentiated",
            f"{name_of(expr)} itself is used in place of its derivative",
            f"differentiate {name_of(expr)} too",
            expr * slope,
        )
        if inner != x:
            yield missing_inner(inner, outer)
            yield Slip(
                "outer-at-variable",
                f"the outer derivative is taken at {x} instead of {inner}",
                f"evaluate it at {inner}",
                outer.xreplace({inner: x}) * slope,
            )


def missing_inner(inner: Any, outer: Any) -> Slip:
    """The factor that the chain rule asks for, left out."""
    return Slip(
        "missing-inner",
        f"chain rule: the derivative of the inside, {inner}, is missing",
        f"multiply by the derivative of {inner}",
        outer,
    )


def name_of(expr: Any) -> str:
    """The outer function, in a word."""
    return str(getattr(expr.func, "spelling", expr.func.__name__))


def in_cases(expr: Piecewise, x: Symbol) -> Iterator[Slip]:
    """Branches exchanged, one used everywhere, or a slip in one of them."""
    slopes = [(value.diff(x), condition) for value, condition in expr.args]
    if len(slopes) == PAIR:
        (one, first), (two, last) = slopes
        yield Slip(
            "branches-swapped",
            "the two branches are exchanged: the wrong side of the boundary",
            "swap them",
            Piecewise((two, first), (one, last)),
        )
    for slope, condition in slopes:
        yield Slip("one-branch", f"the branch for {condition} is used everywhere", "distinguish the cases", slope)
    for i, (value, condition) in enumerate(expr.args):
        for slip in (*slipped(value, x), *not_differentiated(value, x)):
            cases = [(slip.expr if j == i else s, c) for j, (s, c) in enumerate(slopes)]
            says = f"in the {f'branch for {condition}' if condition != True else 'last branch'}: {slip.says}"  # noqa: E712 - SymPy's true
            yield Slip(slip.name, says, slip.mend, Piecewise(*cases))


def not_differentiated(value: Expr, x: Symbol) -> Iterator[Slip]:
    """A branch whose value is returned for its slope."""
    yield Slip("branch-not-differentiated", "its value is returned in place of its slope", "differentiate it", value)
    if value.diff(x) != 0:
        yield Slip("branch-zero", "its slope is taken for 0", f"it is {value.diff(x)}", S.Zero)


def edits(expr: Any) -> list[Slip]:
    """The right formula with one small thing changed: a sign, a term, a factor or an exponent."""
    found: dict[Any, Slip] = {}
    for edit in edited(expr):
        found.setdefault(edit.expr, edit)
    return list(found.values()) if len(found) <= MOST else []


def edited(expr: Any) -> Iterator[Slip]:
    """Edits of the outermost operation, then those of its parts."""
    parts = expr.args if isinstance(expr, Add | Mul) else ()
    for i, part in enumerate(parts):
        rest = expr.func(*(a for j, a in enumerate(parts) if j != i))
        kind = "term" if isinstance(expr, Add) else "factor"
        yield Slip(f"{kind}-left-out", f"the {kind} {part} of the derivative is left out", f"put {part} back", rest)
        if kind == "term":
            yield Slip(
                "sign-in-formula", f"the term {part} of the derivative has the wrong sign", "flip its sign", rest - part
            )
    if isinstance(expr, Pow) and expr.exp.is_Integer:
        yield Slip("exponent", f"{expr.base} has lost its exponent {expr.exp}", f"raise it to {expr.exp}", expr.base)
        yield Slip(
            "exponent", f"{expr.base} has the exponent {expr.exp + 1}", f"raise it to {expr.exp}", expr * expr.base
        )
    inside = expr.args if isinstance(expr, Add | Mul) or (isinstance(expr, Pow) and expr.exp.is_Integer) else ()
    for i, part in enumerate(inside):
        for edit in edited(part):
            yield Slip(
                edit.name, edit.says, edit.mend, expr.func(*(edit.expr if j == i else a for j, a in enumerate(inside)))
            )
