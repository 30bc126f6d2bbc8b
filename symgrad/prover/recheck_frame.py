"""The checker's evaluation of a program, node by node; derivatives by arithmetic with infinitesimals.

Where the prover differentiates expressions by a table, the checker evaluates them at point + epsilon and reads off
the coefficient of epsilon: a value is a polynomial in infinitesimals, `{monomial: fraction}`, cut off at some order.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, cast

from symgrad.prover.recheck_jets import UNIT, Jet, Jets
from symgrad.prover.recheck_ring import Frac, RejectedError, Undefined

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symgrad.prover.recheck_values import Values

CHOICES = 60  # combinations of branches that are tried
HIGH = 4  # the order at which a tangency is given up


class Kink(RejectedError):  # noqa: N818 - a signal, refused where nobody minds it
    """A switch is met at its zero while both sides of it matter."""


class RootOfZeroError(RejectedError):
    """A root is differentiated where it is 0."""


class Edge(Kink):
    """A root is met at its zero: one side may have no value."""


class Met(Kink):
    """A switch is met at its zero, where a branch may be chosen."""

    def __init__(self, node: int) -> None:
        super().__init__()
        self.node = node


class Frame(Jets):
    """One way of evaluating: `env` gives bound symbols their values, `orders` says where infinitesimals end.

    `side` is 1 or -1 on one side of a kink, along the infinitesimal `line`; where it is 0, `choice` says which branch
    to take of a switch that is met at its zero.
    """

    choice: Mapping[int, int] | None = None

    def __init__(self, values: Values, env: dict[str, Jet], orders: dict[int, int], side: int) -> None:
        super().__init__(values.context, orders)
        self.values, self.env, self.side = values, env, side
        self.line = min(orders, default=0)
        self.memo: dict[int, Jet] = {}

    def value(self, node: int) -> Jet:
        """The value of a node."""
        if node not in self.memo:
            self.memo[node] = self._value(node)
        return self.memo[node]

    def _value(self, node: int) -> Jet:
        op, value, *args = self.values.program[node]
        if not args:
            return {UNIT: self.constant(value)} if op == "num" else self.letter(op, value)
        if op == "switch":
            s = self.sign(args[0])
            return self.value(args[1 if s > 0 else 3 if s < 0 else 2])
        if op == "diff":
            return self.derivative(value, *args)
        if op == "integral":
            return self.integral(value, *args)
        if op in {"pow", "mul"}:
            return self.power(*args) if op == "pow" else self.product_of(args)
        jets = [self.value(a) for a in args]
        return self.sum(jets) if op == "add" else self.function(op, value, jets)

    def product_of(self, args: list[int]) -> Jet:
        """A product; beside a root of 0, which has no slope, that of a factor that is 0 there may do."""
        try:
            return reduce(self.times, [self.value(a) for a in args])
        except RootOfZeroError:
            if not self.side or list(self.orders.values()) != [1]:
                raise
            for k, a in enumerate(args):
                found = self._slope_of_zero(a, args[:k] + args[k + 1 :])
                if found is not None:
                    return found
            raise

    def _slope_of_zero(self, factor: int, rest: list[int]) -> Jet | None:
        """f*g where f is 0 and g continuous up to there: its slope is that of f times the value of g."""
        c, zero = self.context, self.context.zero
        try:
            jet = self.value(factor)
        except RootOfZeroError:
            return None
        if not c.vanishes(jet.get(UNIT, zero)[0]) or not all(map(self.values.tame, rest)):
            return None
        finite = {name: {UNIT: moved.get(UNIT, zero)} for name, moved in self.env.items()}
        value = reduce(c.mul, (_Anywhere(self, finite).value(g).get(UNIT, zero) for g in rest), c.one)
        step = ((self.line, 1),)
        return {UNIT: zero, step: c.mul(jet.get(step, zero), value)}

    def constant(self, value: str) -> Frac:
        """A number."""
        return self.context.number(Fraction(value))

    def letter(self, op: str, value: str) -> Jet:
        """A symbol, pi, or what has no value."""
        if op == "undef":
            raise OneSided(value) if self.orders else Undefined(value)
        if op == "pi":
            return {UNIT: self.context.find("pi", [])}
        return self.env[value] if value in self.env else {UNIT: self.values.symbol(value)}

    def sign(self, node: int) -> int:
        """The sign of a switch; on one side of a kink that of the first coefficient which is not 0."""
        if self.orders and not self.values.deep[node]:
            finite = {name: {UNIT: jet.get(UNIT, self.context.zero)} for name, jet in self.env.items()}
            s = self.context.sign_of(_Anywhere(self, finite).value(node).get(UNIT, self.context.zero))
            if s:
                self._require_sides(node)
                return s
        jet = self.value(node)
        s = self.context.sign_of(jet.get(UNIT, self.context.zero))
        if s or not self.orders or self.values.free[node].isdisjoint(self.env):
            return s
        if self.choice is not None and len(self.orders) == 1:
            if node in self.choice:
                return self.choice[node]
            raise Met(node)
        if not self.side:
            raise Kink
        for order in range(1, self.orders[self.line] + 1):
            s = self.context.sign_of(jet.get(((self.line, order),), self.context.zero))
            if s:
                return s * self.side if order % 2 else s
        if not self._zero_along(node):
            raise RejectedError("a branch condition touches zero to a high order")
        return 0

    def _require_sides(self, node: int) -> None:
        """Refuse a switch that has no value on one side; whether it has a slope is no matter."""
        try:
            self.value(node)
        except (Edge, OneSided):
            raise
        except (RejectedError, Undefined):
            return

    def _zero_along(self, node: int) -> bool:
        """Whether the node is 0 all along the line, evaluated at a point of it about which nothing is known."""
        moving = [name for name, jet in self.env.items() if any(m != UNIT for m in jet)]
        if len(moving) != 1:
            return False
        anywhere: Jet = {UNIT: (self.context.spare, self.context.ring.one)}
        found = _Anywhere(self, {**self.env, moving[0]: anywhere}).value(node)
        return self.context.vanishes(found.get(UNIT, self.context.zero)[0])

    # --------------------------------------------------- derivatives

    def derivative(self, name: str, body: int, point: int) -> Jet:
        """The derivative of the body by the symbol, at the point."""
        at = self.value(point)
        if self.orders:
            return self._slope(self._inner(name, at, self.side), body)
        middle = Frame(self.values, {**self.env, name: at}, {}, 0)
        middle.value(body)
        try:
            return self._guarded(self._inner(name, at, 0), body)[1]
        except Kink:
            return self._at_kink(name, at, body, middle)

    def _inner(self, name: str, at: Jet, side: int, order: int = 1) -> Frame:
        i = len(self.orders)
        moved = self.sum([at, {((i, 1),): self.context.one}])
        return Frame(self.values, {**self.env, name: moved}, {**self.orders, i: order}, side)

    def _slope(self, frame: Frame, body: int) -> Jet:
        """The coefficient of the latest infinitesimal, as a jet in the others."""
        i = len(frame.orders) - 1
        return {
            tuple(x for x in m if x[0] != i): f for m, f in frame.value(body).items() if dict(m).get(i, 0) == 1
        } or {UNIT: self.context.zero}

    def _guarded(self, frame: Frame, body: int) -> tuple[Frac, Jet]:
        """Value and slope; the function has a value at the point, so its formula must have one too."""
        try:
            return frame.value(body).get(UNIT, self.context.zero), self._slope(frame, body)
        except OneSided as error:
            raise Undefined(str(error)) from error
        except Undefined as error:
            raise RejectedError(f"a one-sided value is not known: {error}") from error

    def _whichever(self, name: str, at: Jet, body: int, value: Frac) -> Jet | None:
        """The slope, if every branch that meets at the point has this value there, and all have one slope."""
        waiting: list[dict[int, int]] = [{}]
        slope: Jet | None = None
        tried = 0
        while waiting:
            frame = self._inner(name, at, 0)
            frame.choice = waiting.pop()
            tried += 1
            if tried > CHOICES:
                return None
            try:
                here, new = self._guarded(frame, body)
            except Met as met:
                waiting += [{**frame.choice, met.node: s} for s in (0, -1, 1)]
                continue
            except (Kink, RejectedError, Undefined):
                return None
            zero = self.context.zero
            if not self.context.equal(here, value) or not self.context.equal(
                new.get(UNIT, zero), (slope or new).get(UNIT, zero)
            ):
                return None
            slope = new
        return slope

    def _at_kink(self, name: str, at: Jet, body: int, middle: Frame) -> Jet:
        whichever = self._whichever(name, at, body, middle.value(body).get(UNIT, self.context.zero))
        if whichever is not None:
            return whichever
        sides: dict[int, tuple[Frac, Jet] | RejectedError] = {}
        for side in (1, -1):
            try:
                sides[side] = self._beside(name, at, body, side)
            except RejectedError as error:
                sides[side] = error
        for failure in sides.values():  # only now: a side without values settles it, whatever the other is
            if isinstance(failure, RejectedError):
                raise failure
        (right, slope), (left, other) = cast("list[tuple[Frac, Jet]]", list(sides.values()))
        value = middle.value(body).get(UNIT, self.context.zero)
        if any(self._differ(value, x) for x in (right, left)):
            raise Undefined("no derivative: a jump")
        if self._differ(slope.get(UNIT, self.context.zero), other.get(UNIT, self.context.zero)):
            raise Undefined("no derivative: two slopes")
        return slope

    def _beside(self, name: str, at: Jet, body: int, side: int) -> tuple[Frac, Jet]:
        """Value and slope on one side, to as low an order as will do."""
        for order in range(1, HIGH):
            try:
                return self._guarded(self._inner(name, at, side, order), body)
            except RejectedError:
                continue
        return self._guarded(self._inner(name, at, side, HIGH), body)

    def _differ(self, a: Frac, b: Frac) -> bool:
        return self.context.nonzero(self.context.add(a, self.context.negative(b)))

    # ------------------------------------------------------ functions

    def power(self, base: int, exponent: int) -> Jet:
        """A power: an integer one, a root, or exp(exponent * log(base))."""
        op, value, *_ = self.values.program[exponent]
        a, eps, n = self.parted(self.value(base))
        c = self.context
        if op == "num" and Fraction(value).denominator == 1:
            return self.integer_power(self.value(base), int(Fraction(value)))
        s = c.sign_of(a)
        r = c.value(self.value(exponent).get(UNIT, c.zero)) if len(self.value(exponent)) <= 1 else None
        if s == 0 and self.orders and not self.values.free[base].isdisjoint(self.env) and (r is None or r % 1):
            return self._edge(base, exponent, r)
        if s < 0 and self.side and not self.values.free[base].isdisjoint(self.env) and r is not None and r % 1:
            raise OneSided("the function is not defined on one side")
        if r is not None and r.denominator == 1:
            return self.integer_power(self.value(base), int(r))
        if r is not None:
            series, down = [c.root(a, r)], c.one if s == 0 else c.inverse(a)
            for k in range(1, n + 1):
                series.append(c.mul(c.mul(series[-1], down), c.number((r - k + 1) / k)))
            return self.compose(series, eps)
        if s:
            size = self.exp(self.times(self.value(exponent), self.log(self.value(base), absolute=s < 0)))
            turn = self.times({UNIT: c.find("pi", [])}, self.value(exponent)) if s < 0 else None
            return size if turn is None else self.times(self.function("cos", None, [turn]), size)  # v is an integer
        if not self._exceeds(exponent, 0):
            raise Undefined("a power of zero that is not positive")
        return {UNIT: c.zero}

    def _exceeds(self, exponent: int, n: int) -> bool:
        c = self.context
        return c.sign_of(c.add(self.value(exponent).get(UNIT, c.zero), c.number(-n))) > 0

    def _edge(self, base: int, exponent: int, r: Fraction | None) -> Jet:
        """A root at a zero of its base, on one side of it: of a higher order than the first where r > 1."""
        if not self.side:
            raise Edge
        s = self.sign(base)
        if s < 0 and r is not None:
            raise OneSided("the function is not defined on one side")
        if (s == 0 or list(self.orders.values()) == [1]) and self._exceeds(exponent, 1 if s else 0):
            return {UNIT: self.context.zero}  # all along, or of a higher order than the first
        raise RootOfZeroError("a root is differentiated at zero")

    def integral(self, name: str, body: int, lower: int, upper: int) -> Jet:
        """An integral by its generator; its derivative by an end is the integrand there."""
        (a, da, n), (b, db, m) = (self.parted(self.value(k)) for k in (lower, upper))
        c = self.context
        inside = self.values.free[body] - {name}
        if self.orders and not inside.isdisjoint(self.env):
            raise RejectedError("an integrand depends on what is differentiated by")
        if c.sign_of(c.add(b, c.negative(a))):
            found = [{UNIT: self._area(name, body, a, b)}]
        else:
            Frame(self.values, {**self.env, name: {UNIT: a}}, {}, 0).value(body)
            found = [{UNIT: c.zero}]
        for end, eps, order, s in ((b, db, m, 1), (a, da, n, -1)):
            if eps:
                frame = Frame(self.values, {**self.env, name: {UNIT: end, ((0, 1),): c.one}}, {0: order - 1}, 0)
                coefficients = frame.value(body)
                terms = [coefficients.get(((0, k),) if k else UNIT, c.zero) for k in range(order)]
                series = [c.mul(f, c.number(Fraction(s, k))) for k, f in enumerate(terms, 1)]
                found.append(self.compose([c.zero, *series], eps))
        return self.sum(found)

    def _area(self, name: str, body: int, a: Frac, b: Frac) -> Frac:
        c = self.context
        for i, g in enumerate(c.gens):
            if g[0] == "integral" and c.args[i] == [a, b]:
                bound, inside, slot = g[1]
                if c.gens[slot][0] != "sym" or any(
                    line[:2] == ["sym", c.gens[slot][1]] for line in self.values.program
                ):
                    raise RejectedError("the moving point of an integral is no fresh symbol")
                moving: Jet = {UNIT: (c.x[slot], c.ring.one)}
                both = [
                    Frame(self.values, {**self.env, k: moving}, {}, 0).value(j)
                    for k, j in ((name, body), (bound, inside))
                ]
                if both[0] == both[1]:
                    return c.gen(i), c.ring.one
        raise RejectedError("an integral is missing among the generators")


class _Anywhere(Frame):
    """The same side of the point, at no particular distance: the branches are those of the frame it came from."""

    def __init__(self, frame: Frame, env: dict[str, Jet]) -> None:
        super().__init__(frame.values, env, {}, 0)
        self.frame = frame

    def sign(self, node: int) -> int:
        """The sign on this side."""
        return self.frame.sign(node)


class OneSided(Undefined):
    """The function has no value on one side of the point."""
