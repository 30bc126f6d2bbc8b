"""The derivative of an expression with one rule of calculus applied wrongly in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sympy import Add, E, Expr, Function, Mul, Piecewise, Pow, S, Symbol, exp

from symgrad.testing.diagnosis.wording import Words, told
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterator

PAIR = 2
MOST = 60  # slips of one expression; longer ones have too many to say anything for sure


@dataclass(frozen=True, slots=True)
class Slip:
    """A wrong derivative: what was done, what makes it right."""

    name: str
    says: Words
    mend: Words
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
                told("the derivative of the term {term} is missing", term=term),
                told("add the derivative of {term}", term=term),
                expr.diff(x) - term.diff(x),
            )
            yield Slip(
                "sign-of-term",
                told("the derivative of the term {term} has the wrong sign", term=term),
                told("flip the sign of the derivative of {term}", term=term),
                expr.diff(x) - 2 * term.diff(x),
            )


PRODUCT = "(u v)′ = u′ v + u v′"
QUOTIENT = "(u/v)′ = (u′ v − u v′)/v²"
POWER = "(uⁿ)′ = n uⁿ⁻¹ u′"


def in_product(expr: Mul, x: Symbol) -> Iterator[Slip]:
    """The product and the quotient rule."""
    factors = [f for f in expr.args if f.has(x)]
    if len(factors) < PAIR:
        return
    fixed = Mul(*(f for f in expr.args if not f.has(x)))
    together = message("the derivative of a product is taken as the product of the derivatives")
    yield Slip("product-of-slopes", together, PRODUCT, fixed * Mul(*(f.diff(x) for f in factors)))
    below = [f for f in factors if divides(f)]
    if below and len(below) < len(factors):
        apart = message("the derivative of a quotient is taken as the quotient of the derivatives")
        quotient = Mul(*(f.diff(x) if f not in below else 1 / (1 / f).diff(x) for f in factors))
        yield Slip("quotient-of-slopes", apart, QUOTIENT, fixed * quotient)
    for i, factor in enumerate(factors):
        yield from in_factor(
            expr.diff(x), factor, factor.diff(x), fixed, Mul(*(f for j, f in enumerate(factors) if j != i))
        )


def in_factor(right: Any, factor: Any, slope: Any, fixed: Any, others: Any) -> Iterator[Slip]:
    """One term of the product rule wrong."""
    term = fixed * others * slope
    yield Slip(
        "product-rule",
        told("product rule: the term with the derivative of {factor} is missing", factor=factor),
        PRODUCT,
        right - term,
    )
    yield Slip(
        "product-rule-factor",
        told(
            "product rule: the derivative of {factor} is not multiplied by {others}",
            factor=factor,
            others=others,
        ),
        PRODUCT,
        right - term + fixed * slope,
    )
    if divides(factor):
        sign = message("quotient rule: the sign of the second term is wrong")
        yield Slip("quotient-rule", sign, QUOTIENT, right - 2 * term)
        square = message("quotient rule: the denominator is not squared")
        yield Slip("quotient-rule", square, QUOTIENT, right / factor)


def divides(factor: Any) -> bool:
    """Whether a factor stands in the denominator."""
    return isinstance(factor, Pow) and factor.exp.could_extract_minus_sign()


def in_power(expr: Pow, x: Symbol) -> Iterator[Slip]:
    """The power rule, and the chain rule behind it."""
    base, n = expr.args
    inner = base.diff(x)
    yield Slip("power-rule", message("power rule: the exponent is not lowered"), POWER, n * expr * inner)
    yield Slip("power-rule", message("power rule: the factor n is missing"), POWER, base ** (n - 1) * inner)
    yield Slip("power-rule", message("power rule: the exponent is raised"), POWER, n * base ** (n + 1) * inner)
    if base == x and n != -1:
        raised = message("this is an integral of the function, not its derivative")
        yield Slip("antiderivative", raised, POWER, x ** (n + 1) / (n + 1))
    if inner != 1:
        yield missing_inner(base, n * base ** (n - 1))


def in_chain(expr: Any, x: Symbol) -> Iterator[Slip]:
    """The chain rule: the inner derivative forgotten, the outer function not differentiated, or taken at x."""
    if isinstance(expr, exp) or (isinstance(expr, Pow) and not expr.base.has(x)):
        base, n = (E, expr.args[0]) if isinstance(expr, exp) else expr.args
        rule = message("the power rule is used, but the variable is in the exponent")
        yield Slip("power-rule", rule, "(cᵘ)′ = ln(c) cᵘ u′", n * base ** (n - 1) * n.diff(x))
    for i, inner in enumerate(expr.args):
        if not inner.has(x):
            continue
        outer, slope = partial(expr, i), inner.diff(x)
        yield Slip(
            "outer-not-differentiated",
            told("{name} itself is used in place of its derivative", name=name_of(expr)),
            told("differentiate {name} too", name=name_of(expr)),
            expr * slope,
        )
        if inner != x:
            yield missing_inner(inner, outer)
            yield Slip(
                "missing-outer",
                told("chain rule: the derivative of the outer function, {name}, is missing", name=name_of(expr)),
                told("multiply by the derivative of {name}", name=name_of(expr)),
                slope,
            )
            yield Slip(
                "outer-at-variable",
                told("the outer derivative is taken at {variable} instead of {inner}", variable=x, inner=inner),
                told("evaluate it at {inner}", inner=inner),
                outer.xreplace({inner: x}) * slope,
            )


def missing_inner(inner: Any, outer: Any) -> Slip:
    """The factor that the chain rule asks for, left out."""
    return Slip(
        "missing-inner",
        told("chain rule: the derivative of the inside, {inner}, is missing", inner=inner),
        told("multiply by the derivative of {inner}", inner=inner),
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
            message("the two branches are exchanged: the wrong side of the boundary"),
            message("swap them"),
            Piecewise((two, first), (one, last)),
        )
    for slope, condition in slopes:
        yield Slip(
            "one-branch",
            message("the last branch is used everywhere")
            if condition == True  # noqa: E712 - SymPy's true
            else told("the branch for {condition} is used everywhere", condition=condition),
            message("distinguish the cases"),
            slope,
        )
    for i, (value, condition) in enumerate(expr.args):
        for slip in (*slipped(value, x), *not_differentiated(value, x)):
            cases = [(slip.expr if j == i else s, c) for j, (s, c) in enumerate(slopes)]
            yield Slip(slip.name, in_branch(condition, slip.says), slip.mend, Piecewise(*cases))


def in_branch(condition: Any, says: Words) -> Words:
    """The words of a slip in one branch."""
    if condition == True:  # noqa: E712 - SymPy's true
        return told("in the last branch: {says}", says=says)
    return told("in the branch for {condition}: {says}", condition=condition, says=says)


def not_differentiated(value: Expr, x: Symbol) -> Iterator[Slip]:
    """A branch whose value is returned for its slope."""
    yield Slip(
        "branch-not-differentiated",
        message("its value is returned in place of its slope"),
        message("differentiate it"),
        value,
    )
    slope = value.diff(x)
    if slope != 0:
        right = told("it is {slope}", slope=slope)
        yield Slip("branch-zero", message("its slope is taken for 0"), right, S.Zero)
