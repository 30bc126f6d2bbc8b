"""The least and the greatest value of an expression whose parts have no variable in common.

Such parts take their values independently of one another: the supremum of a sum is the sum of the suprema, and it is
attained just where all of them are; that of a product is found among the products of the ends. A part in one variable
has proved extremes, and a function of one part is a function of a number that runs through the part's values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Any

from sympy import Abs, Add, Dummy, Integer, Mul, Rational, oo

from symgrad.core import REALS, Domain, UnsupportedError
from symgrad.prover.facts import jumps
from symgrad.prover.pieces import jumping
from symgrad.prover.ranges import extrema
from symgrad.prover.taylor import sign

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from symgrad.core import Extremum, Variable

Place = dict[Any, Any]
INFINITE = (oo, -oo)


@dataclass(frozen=True, slots=True)
class End:
    """An end of the values, or a number beyond it: whether it may be taken, and places whose values come close to it.

    `at(k)` comes closer with k. An end that is `exact` and taken is taken there, whatever k is.
    """

    value: Any
    taken: bool
    exact: bool
    at: Callable[[int], Place] | None = None


Values = tuple[End, End]


def values(expr: Any, variables: Sequence[Variable]) -> Values:
    """Infimum and supremum of a continuous expression over a box; UnsupportedError where parts share a variable."""
    return _values(apart(expr), {v.symbol: v.domain for v in variables})


def apart(expr: Any) -> Any:
    """The expression with |uv| as |u||v|."""
    return expr.replace(lambda e: isinstance(e, Abs) and e.args[0].is_Mul, lambda e: Mul(*map(Abs, e.args[0].args)))


def _values(expr: Any, domains: dict[Any, Domain]) -> Values:
    symbols = expr.free_symbols
    if not symbols:
        return (End(expr, taken=True, exact=True, at=lambda _: {}),) * 2
    if len(symbols) == 1:
        (symbol,) = symbols
        return _of_one(expr, symbol, domains.get(symbol, REALS))
    if isinstance(expr, Add | Mul):
        groups = _groups(expr.args)
        if len(groups) > 1:
            return reduce(
                _sum if isinstance(expr, Add) else _product, (_values(expr.func(*g), domains) for g in groups)
            )
    inner = [a for a in expr.args if a.free_symbols]
    if len(inner) > 1:
        raise UnsupportedError("{expr} has parts with a variable in common", expr=expr)
    return _of_function(expr, inner[0], _values(inner[0], domains))


def _groups(parts: Iterable[Any]) -> list[list[Any]]:
    """Parts that hang together by their variables."""
    groups: list[list[Any]] = []
    for part in parts:
        near = [g for g in groups if any(p.free_symbols & part.free_symbols for p in g)]
        groups = [g for g in groups if g not in near] + [[p for g in near for p in g] + [part]]
    return groups


def _of_one(expr: Any, symbol: Any, domain: Domain) -> Values:
    if domain.values or (any(True for _ in jumping(expr, symbol)) and any(True for _ in jumps(expr, symbol))):
        raise UnsupportedError("{expr} may leave out values between two that it takes", expr=expr)
    low, high = extrema(expr, symbol, domain=domain)
    return _end(low, -1, symbol, domain), _end(high, 1, symbol, domain)


def _end(e: Extremum, side: int, symbol: Any, domain: Domain) -> End:
    """An extreme; one without a closed form is moved outwards, and nothing is then known but that none lies beyond."""
    if e.exact is None:
        near = [(Rational(a) + b) / 2 for a, b in (p for p in e.at if isinstance(p, tuple))]
        return End(e.upper if side > 0 else e.lower, taken=True, exact=False, at=_there(symbol, near))
    if not (e.attained or e.approached):
        raise UnsupportedError("whether an extreme is attained is not settled")
    if not e.attained:
        return End(e.exact, taken=False, exact=True, at=_towards(symbol, e.approached[0], domain))
    places = [p for p in e.at if not isinstance(p, tuple)] + [inside(d) for d in e.on]
    return End(e.exact, taken=True, exact=bool(places), at=_there(symbol, places))


def _there(symbol: Any, places: Sequence[Any]) -> Callable[[int], Place] | None:
    """The first of these places."""
    return (lambda _: {symbol: places[0]}) if places else None


def _towards(symbol: Any, end: Any, domain: Domain) -> Callable[[int], Place] | None:
    """Places on the way to an end of the domain; None where it is approached from within."""
    if end in INFINITE:
        return lambda k: {symbol: (1 if end is oo else -1) * Integer(2) ** k}
    inward = 1 if end == domain.lower else -1 if end == domain.upper else 0
    return (lambda k: {symbol: end + inward * Rational(1, 2**k)}) if inward else None


def inside(domain: Domain) -> Any:
    """A point of an interval."""
    low, high = domain.lower, domain.upper
    if low in {None, -oo}:
        return Integer(0) if high in {None, oo} else high - 1
    return low + 1 if high in {None, oo} else (low + high) / 2


def _of_function(expr: Any, part: Any, ends: Values) -> Values:
    """The values of f(part), which are those of f on an interval, for the part is continuous."""
    low, high = ends
    u = Dummy("u", real=True)
    bottom, top = (None if e.value in INFINITE else e.value for e in ends)
    found = _of_one(expr.xreplace({part: u}), u, Domain(bottom, top, not low.taken, not high.taken))
    known = low.exact and high.exact

    def placed(end: End) -> End:
        reached = None if end.at is None else end.at(1)[u]
        source = next((e for e in ends if known and end.taken and e.taken and e.value == reached), None)
        return End(
            end.value, end.taken, known and end.exact and source is not None, None if source is None else source.at
        )

    return placed(found[0]), placed(found[1])


def _both(one: End, other: End, combine: Callable[[Any, Any], Any]) -> End:
    """An end that is taken where two are."""
    first, second = one.at, other.at
    at = None if first is None or second is None else lambda k: first(k) | second(k)
    return End(combine(one.value, other.value), one.taken and other.taken, one.exact and other.exact, at)


def _sum(one: Values, other: Values) -> Values:
    low, high = (_both(*pair, lambda a, b: a + b) for pair in zip(one, other, strict=True))
    return low, high


def _product(one: Values, other: Values) -> Values:
    corners = [_corner(a, b) for a in one for b in other]
    low, high = (_greatest(corners, side) for side in (-1, 1))
    return low, high


def _corner(a: End, b: End) -> End:
    """The product of two ends; one that is 0 makes it 0, whatever the other is, and taken if that one is."""
    zero = [end.taken for end in (a, b) if sign_of_end(end.value) == 0]
    found = _both(a, b, lambda x, y: Integer(0) if zero else x * y)
    return replace(found, taken=found.taken or any(zero))


def _greatest(ends: Sequence[End], side: int) -> End:
    """The greatest (side 1) or least (-1), preferably one that is taken."""
    best = ends[0]
    for end in ends[1:]:
        apart = 0 if end.value == best.value else side * sign_of_end(end.value - best.value)
        known = (end.taken, end.exact, end.at is not None) > (best.taken, best.exact, best.at is not None)
        best = end if apart > 0 or (apart == 0 and known) else best
    return best


def sign_of_end(value: Any) -> int:
    """The sign of a number, infinite or not."""
    if value in INFINITE:
        return 1 if value is oo else -1
    found = sign(value)
    if found is None:
        raise UnsupportedError("the sign of {value} could not be settled", value=value)
    return found
