"""Recognising a named function inside an expression in exponentials, by algebra and not by its looks."""

from __future__ import annotations

from math import gcd, lcm
from typing import TYPE_CHECKING, Any

from sympy import (
    Add,
    Dummy,
    Mul,
    PolynomialError,
    Pow,
    Rational,
    S,
    cancel,
    degree,
    exp,
    factor,
    fraction,
    log,
    together,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sympy import Expr, Symbol


DEGREE = 12  # in one exponential, up to which a rational function is treated as one


def fold(expr: Expr, heads: Iterable[Any]) -> Expr:
    """The expression with every part that is a polynomial in a value of one of `heads` written as that.

    A head is used where its formula is a Möbius function of e^z (sigmoid), or the logarithm of one (softplus).
    """
    for head in heads:
        if len(head.variables) == 1:
            expr = fold_logarithm(expr, head) if isinstance(usual(head), log) else fold_moebius(expr, head)
    return expr


def usual(head: Any) -> Any:
    """The formula of a head with the usual parameters."""
    return head.at(head.formula, head.variables)


def fold_moebius(expr: Expr, head: Any) -> Expr:
    """The expression in terms of `head`, largest parts first: e^-z/(1 + e^-z)^2 becomes sigmoid(z)(1 - sigmoid(z))."""
    if not expr.has(exp):
        return expr
    if not isinstance(expr, Add) and (found := as_polynomial(expr, head)) is not None:
        return found
    parts = [fold_moebius(part, head) for part in expr.args]
    folded = expr.func(*parts) if parts else expr
    if folded == expr and isinstance(expr, Add) and (found := as_polynomial(expr, head)) is not None:
        return found
    return folded


def as_polynomial(expr: Expr, head: Any) -> Expr | None:
    """The expression as a polynomial in a value of `head`; None where it is none.

    tanh written in e^z is none: the poles of 1/(1 + e^2z) are not those of sigmoid(z).
    """
    found, solved = one_exponential(expr), moebius_inverse(head)
    if found is None or solved is None:
        return None
    in_t, t, exponent = found
    output, t_of_output = solved
    flipped = exponent.could_extract_minus_sign()  # sigmoid(z) and 1 - sigmoid(z) rather than sigmoid(-z)
    rest, rational = in_t.as_independent(t, as_Add=False)
    try:
        polynomial = factor(cancel(rational.xreplace({t: 1 / t_of_output if flipped else t_of_output})))
    except PolynomialError:
        return None
    if output in fraction(polynomial)[1].free_symbols:
        return None
    return rest * positive_factors(polynomial).xreplace({output: head(-exponent if flipped else exponent)})


def one_exponential(expr: Expr) -> tuple[Expr, Symbol, Expr] | None:
    """The expression as a rational function of one t = exp(u), with t and u; None where it is none."""
    exponents = sorted({e.exp for e in expr.atoms(exp)}, key=str)
    ratios = [cancel(u / exponents[0]) for u in exponents]
    if not exponents or not all(isinstance(q, Rational) for q in ratios):
        return None
    unit = Rational(gcd(*(int(q.p) for q in ratios)), lcm(*(int(q.q) for q in ratios)))
    t = Dummy("t", positive=True)
    base = exponents[0] * unit
    in_t = expr.xreplace({exp(u): t ** (q / unit) for u, q in zip(exponents, ratios, strict=True)})
    rest = expr.xreplace({exp(u): S.One for u in exponents})
    if not in_t.is_rational_function(t) or rest.has(S.NaN, S.ComplexInfinity):
        return None
    return in_t, t, base


def opaque(expr: Expr) -> tuple[Expr, dict[Expr, Expr]]:
    """The expression with its exponentials as letters, and what the letters stand for.

    Left to itself, SymPy factors exp(851*z/500) as the 851st power of exp(z/500).
    """
    found = one_exponential(expr)
    if found is not None and all(abs(p.exp) <= DEGREE for p in found[0].atoms(Pow) if p.base == found[1]):
        return found[0], {found[1]: exp(found[2])}
    letters = {power: Dummy(positive=True) for power in expr.atoms(exp)}
    return expr.xreplace(letters), {letter: power for power, letter in letters.items()}


def moebius_inverse(head: Any) -> tuple[Symbol, Expr] | None:
    """A symbol a and t(a) for a head whose value a is a Möbius function of t = e^z; None for another head."""
    (z,) = head.variables
    found = one_exponential(usual(head))
    if found is None or found[0].free_symbols != {found[1]} or found[2] not in {z, -z}:
        return None
    in_t, t, exponent = found
    a = Dummy("a")
    top, bottom = fraction(together(in_t))
    if max(degree(top, t), degree(bottom, t)) != 1:
        return None
    p, q, r, s = (side.coeff(t, power) for side in (top, bottom) for power in (1, 0))
    t_of_a = (s * a - q) / (p - r * a)
    return a, cancel(1 / t_of_a if exponent == -z else t_of_a)


def fold_logarithm(expr: Expr, head: Any) -> Expr:
    """Every log(1 + e^u) as the head whose formula is that of z: softplus(u)."""
    (z,) = head.variables
    inner = usual(head).args[0]

    def named(argument: Expr) -> Expr:
        for power in argument.atoms(exp):
            if inner.xreplace({z: power.exp}) == argument:
                return head(power.exp)
        return log(argument)

    return expr.replace(log, named)


def positive_factors(expr: Expr) -> Expr:
    """A product with each factor turned so that its constant is positive: a(1 - a), not -a(a - 1)."""
    sign, factors = S.One, []
    for part in Mul.make_args(expr):
        base, exponent = part.as_base_exp()
        if isinstance(base, Add) and exponent.is_Integer and starts_negative(base):
            sign, base = sign * S.NegativeOne**exponent, -base
        factors.append((base, exponent))
    for i, (base, exponent) in enumerate(factors):
        if sign == -1 and exponent == 1 and isinstance(base, Add) and base.as_coeff_Add()[0] == 0:
            sign, factors[i] = S.One, (-base, exponent)
    return Mul(sign, *(base**exponent for base, exponent in factors))


def starts_negative(terms: Add) -> bool:
    """Whether the constant of a sum is negative, or all its terms are."""
    constant = terms.as_coeff_Add()[0]
    return bool(constant < 0) if constant != 0 else all(term.could_extract_minus_sign() for term in terms.args)
