"""Limits and leading terms of a smooth expression, proved on a whole tail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from flint import arb, ctx
from sympy import Integer, Symbol, oo

from symgrad.core import UnsupportedError
from symgrad.prover.tails import Monomial, Tail, TailError, lead, side
from symgrad.prover.taylor import PRECISION, elementary
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable

HORIZONS = (4, 8, 16, 64, 512, 4096)  # where the tail begins: the first that settles the question
ORDERS = (3, 6)  # terms of an expansion kept exactly
Answer = TypeVar("Answer")


class Lead(NamedTuple):
    """The leading term on the tail beyond `start`: `coefficient` exact, or None where only its sign is known."""

    monomial: Monomial
    coefficient: Any
    sign: int
    start: int


def leading(expr: Any, variable: Symbol, *, exact: bool = True) -> Lead | None:
    """The leading term of a smooth expression for variable -> oo, which its sign follows from `start` on.

    None where the expression is 0 on the tail. Raises TailError where nothing can be said.
    """
    plain = elementary(expr, variable)
    return settled(lambda tail: _leading(tail, plain, exact=exact), variable)


def settled(question: Callable[[Tail], Answer], variable: Symbol) -> Answer:
    """The answer on the first tail, and to the first order, that settles a question."""
    failure = message("")
    for start in HORIZONS:
        for order in ORDERS:
            try:
                with ctx.workprec(PRECISION):
                    return question(Tail(variable, start, order))
            except (TailError, ZeroDivisionError, ValueError) as error:
                failure = error.told if isinstance(error, TailError) else message(str(error))
    raise TailError(failure)


def _leading(tail: Tail, expr: Any, *, exact: bool) -> Lead | None:
    series = tail.of(expr)
    if not series:
        return None
    m, c, _, _ = tail.split(series)
    if exact and isinstance(c, arb):
        raise TailError("a leading term that cancels to every order tried")
    return Lead(m, None if isinstance(c, arb) else c, side(c), tail.start)


def towards(expr: Any, variable: Symbol, at: Any) -> Any:
    """The expression with its variable replaced so that the new one tends to +oo: `at` is oo, -oo or (point, side)."""
    if at in {oo, -oo}:
        return expr if at is oo else expr.xreplace({variable: -variable})
    point, inward = at
    return expr.xreplace({variable: point + inward / variable})


def limit(expr: Any, variable: Symbol, at: Any = oo) -> Any:
    """The limit of a smooth expression at oo, -oo or (point, side), or None where it is not settled."""
    moved = towards(expr, variable, at)
    if variable not in moved.free_symbols:
        return moved
    try:
        return settled(lambda tail: _limit(tail, elementary(moved, variable)), variable)
    except TailError:
        return None


class Eventually(Tail):
    """A tail that begins where everything that decays is small: no number is needed, so letters are allowed."""

    def top(self, m: Monomial) -> arb:
        """A bound that holds from some point on."""
        del m
        return arb(2) ** -40


def formal_limit(expr: Any, variable: Symbol, at: Any = oo) -> Any:
    """The limit of a smooth expression whose constants may be letters with a domain, or None."""
    moved = elementary(towards(expr, variable, at), variable)
    try:
        with ctx.workprec(PRECISION):
            return _limit(Eventually(variable, HORIZONS[0], ORDERS[0]), moved)
    except (TailError, UnsupportedError):
        return None


def _limit(tail: Tail, expr: Any) -> Any:
    series = tail.of(expr)
    m = lead(series) if series else None
    if m is None or m.growth < 0:
        return Integer(0)
    if m.growth > 0:
        return side(tail.split(series)[1]) * oo
    if isinstance(series[m], arb):
        raise TailError("a limit that is only enclosed")
    return series[m]


def decay(expr: Any, variable: Symbol, at: Any = oo) -> Any:
    """A monomial g with expr/g -> 1 where a smooth expression tends to 0 at oo or -oo without being 0 there.

    None where it does not tend to 0, or is 0 throughout, or where its leading coefficient is not known exactly.
    """
    try:
        term = leading(towards(expr, variable, at), variable)
    except TailError:
        return None
    if term is None or term.monomial.growth >= 0:
        return None
    return term.coefficient * term.monomial.of(variable if at is oo else -variable)
