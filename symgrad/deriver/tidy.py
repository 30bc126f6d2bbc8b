"""Rewriting a finished derivative the way a person would print it. The prover settles every rewrite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import (
    Abs,
    Add,
    Eq,
    Function,
    Mul,
    Piecewise,
    PolynomialError,
    Pow,
    Rational,
    S,
    Symbol,
    exp,
    expand,
    factor,
    factor_terms,
    fraction,
    sign,
    together,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from symgrad.deriver.context import Context

_STEEPEST = 64  # in the numerator or the denominator of an exponent
_DIGITS = 4  # of a numerator and its denominator together, which nobody minds
_LARGE = 1000  # whole numbers in a sum, which a reader would rather see as decimals
_PAIR = 2
_LARGEST = 400  # operations; beyond it rational simplification may take minutes, and no line is readable
_MANY = 12  # functions of the variable, or powers of sums all multiplied out: the same


def tidy(expr: Any) -> Any:
    """The shortest of a few equal forms; the expression itself where none is shorter."""
    if isinstance(expr, Piecewise):
        return by_case(expr, tidy)
    if large(expr) or any(_steep(power) for power in expr.atoms(exp)):
        return expr
    best = min(_forms(expr), key=cost, default=expr)
    return best if cost(best) < cost(expr) else expr


def large(expr: Any) -> bool:
    """Whether multiplying it out may take minutes: by its length, its powers of sums, or its many functions."""
    degree = sum(abs(p.exp) for p in expr.atoms(Pow) if isinstance(p.base, Add) and p.exp.is_Integer)
    return bool(expr.count_ops() > _LARGEST or degree > _STEEPEST or len(expr.atoms(Function)) > _MANY)


def _steep(power: Any) -> bool:
    """Whether SymPy would see a high power in it: it factors exp(851*z/500) as the 851st power of exp(z/500)."""
    return any(abs(n.p) > _STEEPEST or n.q > _STEEPEST for n in power.atoms(Rational))


def by_case(cases: Any, rewrite: Callable[[Any], Any]) -> Any:
    """`rewrite` applied to the value of every case."""
    if not isinstance(cases, Piecewise):
        return rewrite(cases)
    return Piecewise(*((rewrite(value), condition) for value, condition in cases.args), evaluate=False)


def _forms(expr: Any) -> Iterator[Any]:
    """Equal forms to choose from."""
    plain = expr.replace(sign, lambda u: Abs(u) / u) if expr.has(sign) else expr
    for form in (factor_terms, factor, _one_fraction):
        try:
            found = form(plain)
        except PolynomialError:
            continue
        if not found.has(S.NaN, S.ComplexInfinity):
            yield positive_leads(found)
            yield modest(found)


def _one_fraction(expr: Any) -> Any:
    """Everything over one denominator, roots included, the numerator multiplied out and factored again."""
    top, bottom = fraction(together(expr))
    return factor(expand(top)) / bottom


def cost(expr: Any) -> int:
    """How much a reader has to take in: operations, and how many sums begin with a minus."""
    digits = sum(max(0, len(f"{abs(n.p)}{n.q}") - _DIGITS) for n in expr.atoms(Rational))
    signs = sum(_starts_negative(part) or turned_round(part) for part in expr.atoms(Add))
    return int(expr.count_ops()) + signs + digits


def modest(expr: Any) -> Any:
    """Sums with large whole numbers as 1 + a fraction of z^2, the number brought before them."""
    return positive_leads(expr.replace(lambda part: isinstance(part, Mul | Add), _scaled))


def _scaled(part: Any) -> Any:
    """A product with each of its sums divided by its constant, or by its first coefficient, where that is large."""
    number, rest = S.One, []
    for factor_ in Mul.make_args(part):
        base, exponent = factor_.as_base_exp()
        by = _scale(base) if exponent.is_integer else S.One
        number *= by**exponent
        rest.append(Add(*(term / by for term in Add.make_args(base))) ** exponent if by != 1 else factor_)
    return outside(number, Mul(*rest)) if number != 1 else Mul(*rest)


def _scale(base: Any) -> Any:
    numbers = [term.as_coeff_Mul()[0] for term in Add.make_args(base)] if isinstance(base, Add) else []
    if not numbers or max(abs(n.p) if n.is_Rational else 0 for n in numbers) < _LARGE:
        return S.One
    constant = base.as_coeff_Add()[0]
    return abs(constant or numbers[0])


def outside(number: Any, terms: Any) -> Any:
    """2 (a - y), which SymPy would multiply out."""
    return Mul(number, terms, evaluate=not isinstance(terms, Add))


def numbers_out(expr: Any) -> Any:
    """A sum of two terms with the number that both have before it: 2 (a - y)."""
    if not isinstance(expr, Add) or len(expr.args) != _PAIR:
        return expr
    number, rest = expr.primitive()
    plain = all(abs(term.as_coeff_Mul()[0]) == 1 for term in rest.args)
    return outside(number, rest) if number != 1 and plain else expr


def positive_leads(expr: Any) -> Any:
    """A product with the sign of each sum turned so that a person would write it: 1 - a, and a - y."""
    sign_left, factors = S.One, []
    for part in Mul.make_args(expr):
        base, exponent = part.as_base_exp()
        if part.is_number and part.is_negative:
            sign_left, base, exponent = -sign_left, -part, S.One
        if isinstance(base, Add) and exponent.is_integer and _starts_negative(base):
            sign_left *= (-1) ** exponent
            base = Add(*(-term for term in base.args))
        factors.append((base, exponent))
    for i, (base, exponent) in enumerate(factors):
        if sign_left == -1 and exponent == 1 and isinstance(base, Add) and turned_round(base):
            factors[i] = (Add(*(-term for term in base.args)), exponent)
            sign_left = S.One
    return Mul(sign_left, *(base**exponent for base, exponent in factors))


def turned_round(terms: Add) -> bool:
    """Whether the letters come in the wrong order, as in y - a."""
    return bool(terms.as_coeff_Add()[0] == 0 and terms.as_ordered_terms()[0].could_extract_minus_sign())


def loses(before: Any, after: Any) -> bool:
    """Whether a rewrite has cancelled a divisor or a root that may have no value somewhere."""
    return bool(_partial(before) - _partial(after))


def _partial(expr: Any) -> set[Any]:
    powers = (p for p in expr.atoms(Pow) if not (p.exp.is_Integer and p.exp.is_positive))
    return {p.base for p in powers if not p.base.is_positive}


def unsigned(base: Any) -> Any:
    """A factor up to sign, the way a person writes it: 1 - a rather than a - 1."""
    return Add(*(-term for term in base.args)) if isinstance(base, Add) and _starts_negative(base) else base


def _starts_negative(terms: Add) -> bool:
    """Whether a person would rather write the negative: 1 - a, not -(a - 1); a - y, not -(y - a)."""
    constant = terms.as_coeff_Add()[0]
    if constant != 0:
        return bool(constant.is_negative)
    return all(term.could_extract_minus_sign() for term in terms.args)


def at_kinks(expr: Any, variable: Symbol, context: Context) -> Any:
    """A derivative by cases whose value at each kink is the convention listed for it."""
    for kink in context.kinks or ():
        if kink.variable == variable and isinstance(expr, Piecewise):
            expr = _with_value(expr, variable, kink.at, kink.convention, context)
    return expr


def _with_value(cases: Piecewise, x: Symbol, at: Any, wanted: Any, context: Context) -> Any:
    """Move the point `at` to the neighbouring case that has the wanted value there, or give it a case of its own."""
    wanted_there = wanted.xreplace(context.stand_ins())
    if _value_at(cases, x, at, context) == wanted_there:
        return cases
    for relation in {r for _, condition in cases.args for r in condition.atoms(*_TURNED)}:
        if (relation.lhs - relation.rhs).subs(x, at).equals(0):
            moved = cases.func(
                *((v, k.xreplace({relation: _TURNED[relation.func](*relation.args)})) for v, k in cases.args),
                evaluate=False,
            )
            if _value_at(moved, x, at, context) == wanted_there:
                return moved
    return Piecewise((wanted, Eq(x, at)), *cases.args, evaluate=False)


def _value_at(cases: Piecewise, x: Symbol, at: Any, context: Context) -> Any:
    """The value at one point, the cases decided with every bounded symbol as a positive one."""
    stand_ins = context.stand_ins()
    for value, condition in cases.args:
        if condition.xreplace({x: at}).xreplace(stand_ins) in (True, S.true):
            return value.xreplace({x: at}).xreplace(stand_ins)
    return None


_TURNED = {
    type(Symbol("x") < 0): lambda left, right: left <= right,
    type(Symbol("x") <= 0): lambda left, right: left < right,
    type(Symbol("x") > 0): lambda left, right: left >= right,
    type(Symbol("x") >= 0): lambda left, right: left > right,
}


def has_exponential(expr: Any) -> bool:
    """Whether e to some power stands in the open, outside every named function."""
    return bool(expr.atoms(exp))
