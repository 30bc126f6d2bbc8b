"""An antiderivative of an activation, in z and in the output. The search is SymPy's and is not trusted.

What it finds is a step of a derivation, and the prover settles it by differentiating.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import (
    Abs,
    Add,
    Dummy,
    Function,
    I,
    Integral,
    Mul,
    Piecewise,
    S,
    Symbol,
    atanh,
    cancel,
    collect,
    cosh,
    exp,
    expand,
    expand_log,
    factor,
    fraction,
    integrate,
    log,
    logcombine,
    polylog,
    simplify,
    tanh,
    together,
)
from sympy.integrals.manualintegrate import manualintegrate

from symgrad.deriver.cases import distributed
from symgrad.deriver.scalar import said_of_output
from symgrad.deriver.tidy import by_case, positive_leads
from symgrad.functions import inverse, unfold
from symgrad.functions.symbols import a, y

if TYPE_CHECKING:
    from symgrad.core import Definition, Domain


def antiderivative(activation: Definition) -> Any:
    """An elementary F with F' = phi, and F(0) = 0 where there are cases; None where none was found."""
    z, formula = activation.variable, sides(activation)
    positive = {p.symbol: Dummy(p.symbol.name, positive=True) for p in activation.parameters if above_zero(p.domain)}
    back = {dummy: symbol for symbol, dummy in positive.items()}

    def area(value: Any, inside: Any) -> Any:
        found = _elementary(value.xreplace(positive), z, inside.xreplace(positive))
        return None if found is None else found.xreplace(back)

    if not isinstance(formula, Piecewise):
        return area(formula, inner_point(activation))
    areas = [area(value, _sample(condition, z)) for value, condition in formula.args]
    if None in areas:
        return None
    cases = zip(areas, formula.args, strict=True)
    return Piecewise(*((expand(found - found.subs(z, 0)), c) for found, (_, c) in cases), evaluate=False)


def above_zero(domain: Domain) -> bool:
    """Whether everything in the domain is positive."""
    return domain.lower is not None and domain.lower >= 0 and (domain.lower_open or domain.lower > 0)


def sides(activation: Definition) -> Any:
    """Phi without names of symgrad's, |z| written as the two sides of 0."""
    z, formula = activation.variable, unfold(activation.applied)
    if formula.has(Abs(z)):
        right, left = (formula.xreplace({Abs(z): side}) for side in (z, -z))
        formula = Piecewise((right, z > 0), (left, True), evaluate=False)
    return distributed(formula)


def _sample(condition: Any, z: Symbol) -> Any:
    """A point inside the case: the cases of the catalogue meet at 0."""
    right = condition.subs(z, 1) in (True, S.true) and condition.subs(z, -1) in (False, S.false)
    return S.One if right else S.NegativeOne


def _elementary(value: Any, z: Symbol, inside: Any) -> Any:
    found = manualintegrate(value, z)
    if found.has(Integral) and not value.has(log):
        found = integrate(value, z)
    if found.has(Integral, polylog, I, Piecewise) or not found.free_symbols <= value.free_symbols | {z}:
        return None
    joined = logcombine(found, force=True).replace(log, lambda u: log(expand(cancel(simplify(u)))))
    return expand_log(_positive_logs(joined, z, inside), force=True)


def _positive_logs(expr: Any, x: Symbol, inside: Any) -> Any:
    """log(u) as log(-u) where u is negative; their difference is a constant, which an antiderivative may drop."""
    return expr.replace(log, lambda u: log(-u if u.subs(x, inside).is_negative else u))


def inner_point(activation: Definition) -> Any:
    """A number between the ends of the range."""
    low, high = activation.range.lower, activation.range.upper
    if low is not None and high is not None:
        return (low + 2 * high) / 3
    if high is not None:
        return high - 1
    return S.One if low is None else low + 1


def solved(activation: Definition) -> Any:
    """The z at which the output is `a`, in logarithms and rational operations; None where it takes more than those."""
    z, formula = activation.variable, sides(activation)
    if not isinstance(formula, Piecewise):
        return _plain(inverse(activation.of, z, a))
    found = [_plain(inverse(value, z, a)) for value, _ in formula.args]
    if None in found:
        return None
    return said_of_output(Piecewise(*zip(found, (c for _, c in formula.args), strict=True), evaluate=False), activation)


def _plain(back: Any) -> Any:
    if back is None:
        return None
    found = back.replace(atanh, lambda u: log((1 + u) / (1 - u)) / 2)
    return None if {type(f) for f in found.atoms(Function)} - {log} else found


def put(area: Any, back: Any, z: Symbol) -> Any:
    """F(psi(a)) - y psi(a), case by case, before anything is simplified."""

    def at(value: Any, inverted: Any) -> Any:
        known = value.replace(log, _by_tanh).xreplace({z: inverted})
        return known.replace(tanh, lambda u: cancel(simplify(tanh(u).rewrite(exp)))) - y * inverted

    if not isinstance(area, Piecewise):
        return at(area, back)
    values = zip(area.args, back.args, strict=True)
    return Piecewise(*((at(value, inverted), c) for (value, _), (inverted, c) in values), evaluate=False)


def _by_tanh(u: Any) -> Any:
    """Log cosh u as -log(1 - tanh(u)^2)/2, because tanh is what the output tells."""
    return -log(1 - tanh(u.args[0]) ** 2) / 2 if isinstance(u, cosh) else log(u)


def settled_in_output(whole: Any, activation: Definition) -> Any:
    """The loss as a textbook prints it: logarithms split, their arguments positive, terms in y alone left out.

    Cases keep every term, because they must go on to meet where they met.
    """
    if isinstance(whole, Piecewise):
        return by_case(whole, lambda value: _collected(expand(value.replace(log, _upright))))
    split = whole
    for _ in range(2):  # what is split may be a product in turn, once its arguments are positive
        split = expand(expand_log(split.replace(log, lambda u: log(factor(u))), force=True))
        split = split.replace(log, lambda u: log(_monic(u, a)[1]))
        split = _positive_logs(split, a, inner_point(activation))
    rest = split.as_independent(a, as_Add=True)[1]
    square = (a - y) ** 2 / 2
    return _collected(rest) if expand(square - rest).has(a) else square


def _upright(u: Any) -> Any:
    """Log(1/v) as -log v."""
    top, bottom = fraction(positive_leads(factor(together(u))))
    return -log(bottom) if top == 1 else log(u)


def _collected(terms: Any) -> Any:
    """One term for every logarithm, and the rest: what stands without y, and what stands beside it."""
    logs = sorted(terms.atoms(log), key=str)
    found = collect(terms, logs, evaluate=False)
    return Add(*(_term(coefficient, part) for part, coefficient in found.items()))


def _term(coefficient: Any, part: Any) -> Any:
    """-(1 - y) log(1 - a), not (y - 1) log(1 - a)."""
    if part == 1:
        return Add(*(positive_leads(factor(coefficient.coeff(y, n))) * y**n for n in (0, 1)))
    number, rest = _monic(factor(coefficient), y)
    if isinstance(rest, Add) and _negative(rest):
        number, rest = -number, -rest
    return Mul(number, rest, part)


def _negative(terms: Add) -> bool:
    constant = terms.as_coeff_Add()[0]
    return bool(constant.is_negative or (constant == 0 and all(t.could_extract_minus_sign() for t in terms.args)))


def _monic(expr: Any, x: Symbol) -> tuple[Any, Any]:
    """A number and a sum that begins x, or ends -x, whose product is `expr`; 1 and `expr` where there is none."""
    lead = abs(expand(expr).coeff(x))
    if not lead.is_Rational or not lead or not expand(expr).is_Add:
        return S.One, expr
    return lead, expand(expr / lead)
