"""Signs of functions of one variable by descent: what starts at 0 or above, and rises, is positive from there on.

A lemma says that a smooth function f has one sign strictly between two numbers. Its proof: m*f, with m > 0, is
continuous up to one end, is 0 or has that sign there, and its slope leads away from 0. The slope's sign is read off in
a tower of the interval, with further lemmas about its factors. A multiplier such as e^(-z) makes the slope simpler than
f is, so the descent ends. Everything is exact, and the certificate tells it to the checker.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from flint import arb
from sympy import Symbol

from symgrad.core import SymgradError
from symgrad.prover.balls import Balls, Undecided, Undefined, precision
from symgrad.prover.field import Split, StuckError, UndefinedHere
from symgrad.prover.points import SIMPLE, simplest
from symgrad.prover.reading import Reader
from symgrad.prover.region import Ends, Lemma, between
from symgrad.prover.scalar import ONE, Node, continuous, diff, mul, num, over, sub, sym
from symgrad.prover.signs import coefficients_of, generators_in
from symgrad.prover.tower import Tower, grow, normal_form
from symgrad.prover.writing import to_sympy
from symgrad.prover.zeros import closed_forms, dyadic, rational

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from symgrad.prover.kernel import Poly

DEPTH = 7  # slopes of slopes
TOWERS = 60  # grown for one question
MULTIPLIERS = 5
TERMS = 40  # of what is still descended from
BITS = 256
BISECTIONS = 90
FAR = 64

FAILURES = (Split, StuckError, UndefinedHere, SymgradError, Undecided, Undefined, ArithmeticError, ValueError)


@dataclass(frozen=True, slots=True)
class Piece:
    """An interval on which a function has one sign; no lemma where a tower of the interval sees it."""

    ends: Ends
    sign: int
    lemma: Lemma | None = None


def pieces(of: Node, name: str, ends: Ends, tick: Callable[[], None]) -> tuple[Piece, ...]:
    """The intervals between two numbers on which a function has one sign, in order; nothing where that is not found."""
    return _known(of, name, ends, _Budget(tick)) if continuous(of) else ()


class _Budget:
    """How many towers may still be grown; all budgets are equal, for they make no difference to what is true."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self.left, self.tick = TOWERS, tick

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Budget)

    def __hash__(self) -> int:
        return 0

    def spend(self) -> None:
        """Count one tower."""
        self.tick()
        self.left -= 1
        if self.left < 0:
            raise StuckError("too many slopes of slopes")


@lru_cache(maxsize=512)
def _known(of: Node, name: str, ends: Ends, budget: _Budget) -> tuple[Piece, ...]:
    try:
        return _Descent(name, budget).study(of, ends, DEPTH)
    except StuckError:
        return ()


class _Descent:
    """The search for the signs of functions of one symbol."""

    def __init__(self, name: str, budget: _Budget) -> None:
        self.name, self.budget = name, budget
        self.open: set[tuple[Node, Ends]] = set()

    def grown(self, use: Callable[[Tower], Any], ends: Ends, lemmas: tuple[Lemma, ...] = ()) -> Tower:
        """A tower of the interval."""
        self.budget.spend()
        return grow(use, between(self.name, ends), lemmas=lemmas, tick=self.budget.tick)

    def study(self, of: Node, ends: Ends, depth: int) -> tuple[Piece, ...]:
        """The pieces, or nothing."""
        if self.name not in of.free or (of, ends) in self.open:
            return ()
        found: list[int | None] = []
        try:
            self.grown(lambda t: found.append(t.sign_of(t.value(of))), ends)
        except FAILURES:
            return ()
        if found[-1] in {1, -1}:
            return (Piece(ends, found[-1] or 0),)
        if found[-1] == 0 or not depth:
            return ()
        self.open.add((of, ends))
        try:
            return next(filter(None, (self._by(of, times, ends, depth) for times in self._multipliers(of, ends))), ())
        finally:
            self.open.discard((of, ends))

    def _multipliers(self, of: Node, ends: Ends) -> list[Node]:
        """1, and positive factors after which the slope is simpler than without; the simplest first."""
        found: list[tuple[int, Node]] = []
        tower = self.grown(partial(_value, of), ends)
        top, _ = tower.value(of)
        if len(tower.k.terms(top)) > TERMS:
            return []
        for times in (ONE, *_reciprocals(tower, top)):
            slope = diff(mul(times, of), self.name, sym(self.name))
            try:
                grown = self.grown(partial(_value, slope), ends)
            except FAILURES:
                continue
            found.append((_weight(grown, grown.value(slope)[0]), times))
        return [times for _, times in sorted(found, key=lambda pair: pair[0])[:MULTIPLIERS]]

    def _by(self, of: Node, times: Node, ends: Ends, depth: int) -> tuple[Piece, ...]:
        """The pieces, by the sign of the slope of times * of."""
        body = mul(times, of)
        slope = diff(body, self.name, sym(self.name))
        lemmas: list[Lemma] = []
        cuts: list[Node] = []
        tower = self.grown(partial(_value, slope), ends)
        for part in tower.value(slope):
            for q, _ in tower.factor(part)[1]:
                if tower.sign(q) is None:
                    parts = self.study(tower.node(q), ends, depth - 1)
                    if not parts:
                        return ()
                    lemmas += [p.lemma for p in parts if p.lemma is not None]
                    cuts += [p.ends[1] for p in parts[:-1] if p.ends[1] is not None]
        places = [ends[0], *ordered(cuts), ends[1]]
        found: list[Piece] = []
        for inner in pairwise(places):
            new = self._monotone(of, times, inner, tuple(lemmas))
            if not new:
                return ()
            found += new
        return tuple(found)

    def _monotone(self, of: Node, times: Node, ends: Ends, lemmas: tuple[Lemma, ...]) -> list[Piece]:
        """The same where the slope has one sign."""
        body = mul(times, of)
        slope = diff(body, self.name, sym(self.name))
        try:
            tower = self.grown(partial(_sign, slope), ends, lemmas)
        except FAILURES:
            return []
        way = tower.sign_of(tower.value(slope)) or 0
        if not way or tower.sign_of(tower.value(times)) != 1:
            return []
        one = self._from_an_end(of, times, ends, way, tower)
        if one is not None:
            return [one]
        root = self._root(of, ends, way)
        if root is None:
            return []
        parts = [self._from_an_end(of, times, inner, way, None, lemmas) for inner in ((ends[0], root), (root, ends[1]))]
        return [p for p in parts if p is not None] if None not in parts else []

    def _from_an_end(  # noqa: PLR0917 - internal
        self, of: Node, times: Node, ends: Ends, way: int, tower: Tower | None, lemmas: tuple[Lemma, ...] = ()
    ) -> Piece | None:
        """The sign that the way from an end leads to: above 0 from 0 or more upwards."""
        body = mul(times, of)
        for i, end in enumerate(ends):
            sign = way if i == 0 else -way
            if end is None:
                continue
            try:
                start = grow(partial(_sign, body), (), {self.name: end})
                if start.sign_of(start.value(body)) in {0, sign}:
                    slope = diff(body, self.name, sym(self.name))
                    whole = tower or self.grown(partial(_sign, slope), ends, lemmas)
                    whole.sign_of(whole.value(slope))
                    whole.sign_of(whole.value(times))
                    return Piece(ends, sign, Lemma(of, self.name, ends, sign, times, i, whole, start))
            except FAILURES:
                continue
        return None

    def _root(self, of: Node, ends: Ends, way: int) -> Node | None:
        """The one zero of a function between two numbers, by its closed form."""
        bracket = self._bracket(of, ends, way)
        if bracket is None:
            return None
        low, high = bracket
        guess = simplest(low, high)
        if guess.denominator < SIMPLE and self._vanishes(of, num(guess)):
            return num(guess)
        variable = Symbol(self.name, real=True)
        try:
            named = [Reader().read(e) for e in closed_forms(to_sympy(of, {self.name: variable}), variable)]
        except FAILURES:
            return None
        return next((c for c in named if _inside(c, low, high) and self._vanishes(of, c)), None)

    def _vanishes(self, of: Node, at: Node) -> bool:
        try:
            tower = grow(partial(_value, of), (), {self.name: at})
            return bool(tower.k.is_zero(tower.value(of)[0]))
        except FAILURES:
            return False

    def _bracket(self, of: Node, ends: Ends, way: int) -> tuple[Any, Any] | None:
        """Rationals close together between which the function changes its sign."""
        low, high = (None if e is None else ball(e) for e in ends)
        left = fraction(low.upper()) if low is not None else None
        right = fraction(high.lower()) if high is not None else None
        left, right = self._widened(of, left, right, way)
        if left is None or right is None or left >= right:
            return None
        for _ in range(BISECTIONS):
            middle = (left + right) / 2
            s = self._sign_at(of, middle)
            if s is None:
                return (middle, middle) if self._vanishes(of, num(middle)) else None
            left, right = (middle, right) if s * way < 0 else (left, middle)
        return left, right

    def _widened(self, of: Node, left: Any, right: Any, way: int) -> tuple[Any, Any]:
        """Infinite ends replaced by far places at which the function has the sign that it has beyond."""
        step = Fraction(1)
        while (left is None or right is None) and step <= FAR:
            if left is None:
                x = (right or 0) - step
                left = x if (self._sign_at(of, x) or 0) * way < 0 else None
            if right is None:
                x = (left or 0) + step
                right = x if (self._sign_at(of, x) or 0) * way > 0 else None
            step *= 2
        return left, right

    def _sign_at(self, of: Node, x: Any) -> int | None:
        with precision(BITS):
            try:
                value = Balls({self.name: arb(0) + ball(num(x))}).value(of)
            except (Undecided, Undefined, SymgradError):
                return None
        return 1 if value > 0 else -1 if value < 0 else None


def _value(of: Node, tower: Tower) -> Any:
    return tower.value(of)


def _sign(of: Node, tower: Tower) -> int | None:
    return tower.sign_of(tower.value(of))


def ball(number: Node) -> arb:
    """The ball of a number."""
    with precision(BITS):
        return Balls({}).value(number)


def fraction(x: arb) -> Any:
    """The exact value of a ball without radius, as Python's fraction."""
    q = rational(dyadic(x))
    return Fraction(int(q.p), int(q.q))


def _inside(number: Node, low: Any, high: Any) -> bool:
    try:
        value = ball(number)
    except (Undecided, Undefined, SymgradError):
        return False
    return bool(value > ball(num(low)) and value < ball(num(high)))


def ordered(cuts: list[Node]) -> list[Node]:
    """Numbers in order, equal ones once; StuckError where two can't be told apart."""
    once: list[Node] = []
    for cut in cuts:
        if not any(_equal(cut, other) for other in once):
            once.append(cut)
    once.sort(key=lambda c: fraction(ball(c).mid()))
    if any(not ball(a) < ball(b) for a, b in pairwise(once)):
        raise StuckError("two numbers can't be told apart")
    return once


def _equal(a: Node, b: Node) -> bool:
    if a is b:
        return True
    if not ball(a).overlaps(ball(b)):
        return False
    tower, (top, _) = normal_form(sub(a, b))
    return bool(tower.k.is_zero(top))


def _reciprocals(tower: Tower, top: Poly) -> Iterator[Node]:
    """Positive factors that make a term of a polynomial constant: 1/E^k, and 1/A before a logarithm or its like."""
    degrees = tower.k.degrees(top)
    for gen in list(generators_in(tower, top)):
        if not gen.node.free or gen.kind == "sym":
            continue
        parts = coefficients_of(tower, top, gen.slot, degrees[gen.slot])
        if gen.kind == "exp":
            yield from (
                over(ONE, _raised(gen.node, k)) for k, part in enumerate(parts) if k and not tower.k.is_zero(part)
            )
        elif degrees[gen.slot] == 1:
            s = tower.sign(parts[1])
            if s and not tower.k.is_const(parts[1]):
                yield over(ONE if s > 0 else num(-1), tower.node(parts[1]))


def _raised(node: Node, k: int) -> Node:
    return node if k == 1 else mul(*[node] * k)


def _weight(tower: Tower, top: Poly) -> int:
    """How much is left to descend: functions count more than powers, powers more than terms; monomials do not count."""
    total = 0
    for q, _ in tower.factor(top)[1]:
        if len(q) > 1:
            gens = list(generators_in(tower, q))
            degrees = tower.k.degrees(q)
            total += sum((20 if g.kind != "sym" else 3) * degrees[g.slot] for g in gens if g.node.free) + len(q)
    return total


def interval(tower: Tower, name: str) -> Ends:
    """The ends between which the conditions of a region, linear in the symbol, leave it."""
    low: Node | None = None
    high: Node | None = None
    for fact in tower.facts:
        if fact.why[:1] != ("given",) or fact.rel == "=":
            continue
        gens = [g for g in generators_in(tower, fact.poly) if g.node.free]
        if len(gens) != 1 or gens[0].kind != "sym" or gens[0].node.value != name:
            continue
        if tower.k.degrees(fact.poly)[gens[0].slot] != 1:
            continue
        b, a = coefficients_of(tower, fact.poly, gens[0].slot, 1)
        side, at = tower.sign(a), tower.fraction_node(tower.normal(-b, a))
        if side == 1 and (low is None or ball(at) > ball(low)):
            low = at
        elif side == -1 and (high is None or ball(at) < ball(high)):
            high = at
    return low, high
