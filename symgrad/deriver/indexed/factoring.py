"""A sum written as a product, as a reader would: common factors in front, polynomials in brackets factored."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from math import gcd, lcm
from typing import TYPE_CHECKING, Any

from sympy import Dummy, Poly, Rational, exp, factor_list

from symgrad.functions.logistic import sigmoid
from symgrad.indexed import Apply, Atom, Expr, Fact, Power, Term, apply, expr, group, one
from symgrad.indexed.canonical import ONE, product_key
from symgrad.indexed.expr import monomial
from symgrad.indexed.facts import by_terms
from symgrad.indexed.mapping import bind
from symgrad.indexed.normal import common_factor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from symgrad.indexed import Index
    from symgrad.indexed.canonical import Exponent

MOST = 3  # binders whose orders are tried
LARGEST = 12  # terms of a bracket; a longer one is left as it is


def powers_joined(value: Expr) -> Expr:
    """The expression with a sum written as the base that it is of a power beside it: (sum w^2) / sqrt(sum w^2)."""
    for base in {a.base for t in value.terms for a, _ in t.atoms if isinstance(a, Power) and len(a.base.terms) == 1}:
        if base.terms[0].bound and not base.free:
            value = by_terms(value, Fact("the base of a power", base, one(Power(base))))
    return value


def sigmoids_seen(value: Expr) -> Expr:
    """The expression with e^u/(1 + e^u) as σ(u), and with what more is divided by 1 + e^u as 1 - σ(u)."""
    if not [a for t in value.terms for a, _ in t.atoms if is_exp(a)]:
        return value
    found = expr(0)
    for term in value.terms:
        new = next((seen for a, e in term.atoms if (seen := by_sigmoids(term, a, e)) is not None), None)
        found += Expr((term,)) if new is None else new
    return found if found == value else sigmoids_seen(found)


def by_sigmoids(term: Term, below: Atom, exponent: Exponent) -> Expr | None:
    """A product e^(ku) (1 + e^u)^-n, k at least 1 and at most n, with other factors, by σ; None for any other."""
    if exponent >= 0 or exponent.denominator != 1 or not isinstance(below, Power):
        return None
    u, above = logarithm(below.base - 1), [(a, e) for a, e in term.atoms if is_exp(a)]
    raised = sum((a.parts[0] * e for a, e in above), expr(0))
    times = next((k for k in range(1, 1 - int(exponent)) if u is not None and raised == u * k), None)
    if u is None or times is None:
        return None
    others = [(a, e) for a, e in term.atoms if a != below and not is_exp(a)]
    rest = -int(exponent) - times
    if all(t.coefficient < 0 for t in u.terms):  # σ(-v) is 1 - σ(v)
        u, times, rest = -u, rest, times
    share = apply(sigmoid, u)
    whole = monomial(term.coefficient, others) * share**times * group(1 - share) ** rest
    return bind(term.bound, whole)


def logarithm(value: Expr) -> Expr | None:
    """The u of e^u; None for anything else."""
    (term, *more) = value.terms or (None,)
    if term is None or more or term.bound or term.coefficient != 1 or not all(is_exp(a) for a, _ in term.atoms):
        return None
    return sum((a.parts[0] * e for a, e in term.atoms), expr(0)) if term.atoms else None


def is_exp(atom: Atom) -> bool:
    """Whether a factor is e to a power."""
    return isinstance(atom, Apply) and atom.head is exp and not atom.order


def in_factors(value: Expr) -> Expr:
    """The sum with what all its terms share in front, sums over indices included, and its bracket factored."""
    value = sums_joined(value) if len(value.terms) > 1 else value
    if len(value.terms) < 2:  # noqa: PLR2004 - one term has nothing to share
        return value
    parts = [split(t) for t in value.terms]
    shared = {summed.token: (bound, summed) for bound, summed, _ in parts}
    if len(shared) == 1 and parts[0][0]:
        ((bound, summed),) = shared.values()
        inner = factored(Expr(t for _, _, outer in parts for t in outer.terms))
        return Expr(bind(bound, summed * (inner if len(inner.terms) == 1 else group(inner))).terms)
    return factored(value)


def sums_joined(value: Expr) -> Expr:
    """The expression with sums over the same dimensions as one: sum x_ki s_k - sum x_ki y_k = sum x_ki (s_k - y_k).

    Only where the bracket is about the indices that are summed over, or all its terms about the same: a mean of g_k x_k
    times x_i stays a mean.
    """
    alike: dict[tuple[tuple[str, ...], str], list[Term]] = {}
    for term in value.terms:
        alike.setdefault(around(term), []).append(term)
    if len(alike) == len(value.terms):
        return value
    return sum((joined(terms) if terms[0].bound else Expr(terms) for terms in alike.values()), expr(0))


def around(term: Term) -> tuple[tuple[str, ...], str]:
    """What sums must have in common to be joined: what they run over, and the factors about other indices."""
    apart = [f for f in term.atoms if f[0].free and f[0].free.isdisjoint(term.bound)] if term.bound else []
    return tuple(sorted([i.dim.token for i in term.bound])), product_key(apart, {})


def joined(terms: list[Term]) -> Expr:
    """Sums over the same dimensions, those together that share factors below their sums."""
    first, *others = terms
    binders = sorted((i.fresh() for i in first.bound), key=lambda i: i.dim.token)
    inner = summand(first, binders)
    rest: list[Term] = []
    for term in others:
        ways = (inner + summand(term, way) for way in arranged(binders))
        new = next((w for w in ways if belongs(w, binders)), None)
        inner, rest = (new, rest) if new is not None else (inner, [*rest, term])
    whole = bind(binders, factored(inner)) if len(rest) < len(others) else Expr((first,))
    return whole + (joined(rest) if rest else expr(0))


def summand(term: Term, binders: Sequence[Index]) -> Expr:
    """What a term sums over, with these binders for its own, dimension by dimension."""
    mine = sorted(term.bound, key=lambda i: (i.dim.token, i.token))
    return Expr((Term(term.coefficient, (), term.atoms),)).rename(dict(zip(mine, binders, strict=True)))


def arranged(binders: Sequence[Index]) -> Iterator[Sequence[Index]]:
    """The orders of binders in which each dimension keeps its places; one where there are many."""
    for way in permutations(binders) if len(binders) <= MOST else [tuple(binders)]:
        if [i.dim for i in way] == [i.dim for i in binders]:
            yield way


def belongs(inner: Expr, binders: Sequence[Index]) -> bool:
    """Whether summands are one product with a bracket that is about the binders alone, or evenly about more."""
    product = factored(inner)
    if len(product.terms) != 1:
        return False
    inside = [a for a, _ in product.terms[0].atoms if isinstance(a, Power)]
    outside = frozenset[Any]().union(*(a.free for a, _ in product.terms[0].atoms if a not in inside))
    own = set(binders)
    return bool(outside & own) and all(a.free & own and (a.free <= own or is_even(a.base)) for a in inside)


def is_even(bracket: Expr) -> bool:
    """Whether all terms of a bracket depend on the same indices, as those of a_ik + a_ki do."""
    return len({t.free for t in bracket.terms}) == 1


def split(term: Term) -> tuple[frozenset[Index], Expr, Expr]:
    """A term as what stands under its sum sign for good and what could stand outside."""
    inside = [(a, e) for a, e in term.atoms if a.free & term.bound]
    outside = [(a, e) for a, e in term.atoms if not a.free & term.bound]
    return term.bound, monomial(ONE, inside), monomial(term.coefficient, outside)


def factored(value: Expr) -> Expr:
    """Common factors in front of a bracket, and the bracket as a product where it is one."""
    if len(value.terms) < 2:  # noqa: PLR2004 - as above
        return value
    front, inner = common_factor(value, whole=True)
    size = content(inner)
    front, inner = front * size, inner * (1 / size)
    shared = {a: e for a, e in front.terms[0].atoms if not isinstance(a, Power)}
    number = front.terms[0].coefficient
    brackets = polynomial_factors(inner)
    if not shared and abs(number) == 1 and len(brackets) == 1:
        return value
    brackets = [*brackets]
    if number < 0:
        turn = next((n for n, b in enumerate(brackets) if len({t.coefficient > 0 for t in b.terms}) > 1), None)
        if turn is not None:
            front, brackets[turn] = -front, -brackets[turn]
    for bracket in brackets:
        front *= group(bracket)
    return front


def content(value: Expr) -> Fraction:
    """The number that leaves whole coefficients without a common divisor once it stands in front."""
    numbers = [t.coefficient for t in value.terms]
    return Fraction(gcd(*(c.numerator for c in numbers)), lcm(*(c.denominator for c in numbers)))


def polynomial_factors(value: Expr) -> list[Expr]:
    """The factors of a bracket that is a polynomial in its atoms; 1 - h^2 stays in one piece."""
    if len(value.terms) > LARGEST or any(t.bound or any(bad(a, e) for a, e in t.atoms) for t in value.terms):
        return [value]
    if all(sum(e for _, e in t.atoms) <= 1 for t in value.terms):  # a sum of letters has no factors
        return [value]
    letters: dict[Atom, Any] = {a: Dummy() for t in value.terms for a, _ in t.atoms}
    whole = sum(Rational(t.coefficient.numerator, t.coefficient.denominator) * _power(letters, t) for t in value.terms)
    number, found = factor_list(whole, *letters.values())
    back = {s: a for a, s in letters.items()}
    brackets = [from_poly(p.as_poly(*back), back) for p, e in found for _ in range(e)]
    if len(brackets) < 2 or any(len(b.terms) == 1 for b in brackets):  # noqa: PLR2004 - prime
        return [value]
    brackets[0] *= Fraction(int(number.p), int(number.q))
    return squares_joined(brackets)


def squares_joined(brackets: list[Expr]) -> list[Expr]:
    """Pairs such as (1 - h)(1 + h) multiplied out again: 1 - h^2 is what people write."""
    for n, one_side in enumerate(brackets):
        for m in range(n + 1, len(brackets)):
            product = one_side * brackets[m]
            if len(product.terms) == 2 == len(one_side.terms):  # noqa: PLR2004 - a difference of squares
                return squares_joined([product, *(b for k, b in enumerate(brackets) if k not in {n, m})])
    return brackets


def bad(atom: Atom, exponent: Exponent) -> bool:
    """Whether a factor is none of a polynomial."""
    return exponent < 0 or exponent.denominator != 1 or isinstance(atom, Power)


def _power(letters: dict[Atom, Any], term: Term) -> Any:
    found: Any = Rational(1)
    for a, e in term.atoms:
        found *= letters[a] ** int(e)
    return found


def from_poly(poly: Poly, back: dict[Any, Atom]) -> Expr:
    """A polynomial in the letters as an expression in the atoms."""
    found = expr(0)
    for powers, coefficient in poly.terms():
        term = expr(Fraction(int(coefficient.p), int(coefficient.q)))
        for symbol, e in zip(poly.gens, powers, strict=True):
            term *= one(back[symbol], e) if e else expr(1)
        found += term
    return found
