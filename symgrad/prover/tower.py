"""The normal form of an expression in a region: a quotient of two integer polynomials in generators.

For code that builds on it (ranges, facts):

    tower = Tower()                              # over all of R; Restart is handled by `normal_form`
    tower.assume(node, ">")                      # node > 0 in the region; also ">=", "=", "!="
    top, bottom = tower.value(node)              # polynomials of `tower.k`; raises Split, UndefinedHere, StuckError
    tower.sign(poly), tower.sign_of((n, d))      # 1, 0, -1, or None where it is not known
    tower.factor(poly) -> (content, [(irreducible, multiplicity)])
    tower.node(poly), tower.fraction_node((n, d))  # back to nodes; `writing.to_sympy` goes on to SymPy
    tower.gens[slot]                             # Gen: kind, node, args, base, relation, sign
    tower.k                                      # the kernel: gens, terms, degrees, gcd, quotient, is_zero

    normal_form(node, premises=((node, ">"), ...)) -> (tower, fraction)

`reading.Reader().read(expr)` turns SymPy into nodes. A switch whose sign is not known in the region raises
Split(poly): assume its sign, or bind a symbol, and start a fresh tower.
"""

from __future__ import annotations

from contextlib import suppress
from functools import reduce
from typing import TYPE_CHECKING, Any

from symgrad.prover.calculus import derivative
from symgrad.prover.circular import Circular
from symgrad.prover.field import Frac, Restart, Split, StuckError, UndefinedHere
from symgrad.prover.forms import form_sign
from symgrad.prover.kernel import Flint, Kernel
from symgrad.prover.scalar import Node, continuous, make, mul, subnodes, substitute, sym
from symgrad.prover.sides import every_branch, one_sided

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from symgrad.prover.extensions import Units
    from symgrad.prover.kernel import Poly
    from symgrad.prover.region import Lemma

SLOTS = 10  # generators at first; twice as many when they run out
RESTARTS = 80


class Tower(Circular):
    """A region of points, and the values that expressions have there."""

    def __init__(
        self,
        kernel: Callable[[int], Kernel] = Flint,
        slots: int = SLOTS,
        units: Units | None = None,
        bindings: Mapping[str, Node] | None = None,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(kernel, slots, units if units is not None else {})
        self.bindings = bindings or {}
        self.memo: dict[Node, Frac] = {}
        self.tick = tick  # called now and then: it may raise when the time is up

    def assume(self, node: Node, rel: str, why: tuple[Any, ...] = ()) -> None:
        """Let the region be those of its points where `node` rel 0; UndefinedHere where node has no value."""
        n, d = self.value(node)
        if rel == "!=":
            if self.sign(n) == 0:
                self.learn(self.k.const(-1), ">", why)  # no such point
            elif not self.k.is_const(n):
                self.learn_nonzero(n, why)
            return
        s = self.sign(d)
        p = n * d if s is None else n if s > 0 else -n
        if rel == "=":
            p = n
            if not self.k.is_const(n):
                self.zeros.append(n)
                self.memo.clear()  # what was worked out before does not know of it
                if any(self.k.key(q) in self.known_nonzero for q, _ in self.factor(n)[1]):
                    self._zero_and_nonzero(n, why)
                self._sine_of_zero(n, why)
        self.learn(p, rel, why)

    def admit(self, lemma: Lemma) -> None:
        """Learn the sign that a lemma tells of, if its symbol is seen to lie between its ends."""
        with suppress(UndefinedHere, Split, StuckError):
            if lemma.name in self.bindings or any(self.sign_of(self.value(p)) != 1 for p, _ in lemma.premises):
                return
            n, d = self.value(lemma.of)
            s = self.sign(d)
            self.learn((n * d if s is None else n * s) * lemma.sign, ">", ("lemma", lemma))

    def _zero_and_nonzero(self, p: Any, why: tuple[Any, ...]) -> None:
        """A polynomial that is 0, all of whose factors are known not to be: no such point."""
        if all(self.k.key(q) in self.known_nonzero for q, _ in self.factor(p)[1]):
            self.learn(self.k.const(-1), ">", why)

    def _sine_of_zero(self, p: Poly, why: tuple[Any, ...]) -> None:
        """Where a sine is 0 the square of its cosine is 1."""
        for gen in self.gens:
            if gen.kind == "sin" and self.k.quotient(self.k.gens[gen.slot], p) is not None:
                self.zeros.append(gen.relation)
                self.learn_nonzero(self.k.gens[gen.twin], why)

    def refresh(self) -> None:
        """Facts about exponentials again, now that more is known about their arguments."""
        for gen in list(self.gens):
            if gen.kind == "exp":
                self.exp_facts(gen)

    def value(self, node: Node) -> Frac:
        """The normal form of an expression; UndefinedHere, Split or StuckError where it has none."""
        found = self.memo.get(node)
        if found is None:
            found = self.memo[node] = self._value(node)
        return found

    def known_sign(self, node: Node) -> int:
        """The sign of an expression; Split where it is not known."""
        return self.known(self.value(node))

    def _value(self, node: Node) -> Frac:
        rule = _RULES.get(node.op)
        if rule is not None:
            return rule(self, node)
        return self.odd(node.op, self.value(node.args[0]))

    def symbol(self, node: Node) -> Frac:
        """A symbol is what the region binds it to, else a generator."""
        bound = self.bindings.get(node.value)
        if bound is not None:
            return self.value(bound)
        gen = self.named.get(node)
        return self.var(gen if gen is not None else self.new(node, "sym", node))

    def surely(self, node: Node) -> Frac:
        """The value of an expression, its sign learnt from its form where nothing else tells it."""
        f = self.value(node)
        if self.sign_of(f) is None:
            s = form_sign(node, lambda part: self.sign_of(self.value(part)) or None)
            if s is not None:
                n, d = f
                t = self.sign(d)
                self.learn(
                    (n * d if t is None else n * t) * (1 if s > 0 else -1),
                    ">" if abs(s) == 1 else ">=",
                    ("form", node, s),
                )
        return f

    def sum_of(self, node: Node) -> Frac:
        """A sum."""
        self.tick()
        result = self.value(node.args[0])
        for a in node.args[1:]:
            result = self.add(result, self.value(a))
        return result

    def product_of(self, node: Node) -> Frac:
        """A product."""
        result = self.value(node.args[0])
        for a in node.args[1:]:
            result = self.mul(result, self.value(a))
        return result

    def power_of(self, node: Node) -> Frac:
        """A power; with an exponent that is not a number it is exp(exponent * log(base))."""
        base, exponent = node.args
        x = self.value(exponent)
        r = self.number(x) if self.is_number(x) else None
        if r is not None and r.denominator == 1 and r >= 0:
            return self.integer_power(self.value(base), int(r))
        b = self.surely(base)
        if r is not None:
            return self.integer_power(b, int(r)) if r.denominator == 1 else self.power(b, r)
        s = self.known(b)
        if s > 0:
            return self.exp(self.mul(x, self.log_absolute(b)))
        if s < 0:  # the exponent is an integer: no other is asked for
            size = self.exp(self.mul(x, self.log_absolute(b)))
            return self.mul(self.cosine_and_sine(self.mul(self.pi(), x))[0], size)
        if self.known(x) > 0:
            return self.zero
        raise UndefinedHere("a power of zero that is not positive")

    def branch(self, node: Node) -> Frac:
        """The branch that holds all over the region."""
        p, positive, zero, negative = node.args
        s = self.known(self.surely(p))
        return self.value(positive if s > 0 else negative if s < 0 else zero)

    def call_of(self, node: Node) -> Frac:
        """An unknown function."""
        return self.call(node.value, tuple(self.value(a) for a in node.args))

    def special(self, node: Node) -> Frac:
        """Functions taken as they are, on the part of the line where they are surely real and smooth."""
        arg = self.value(node.args[0])
        s = self.known(arg)
        if s < 0 or (s == 0 and node.op != "lambertw"):
            raise StuckError("{op} is only known to the prover for positive arguments", op=node.op)
        found = self.opaque(node.op, make(node.op, None, self.fraction_node(arg)), (arg,))
        gen = self.single(found[0])
        if node.op == "lambertw" and s and gen is not None:
            self.learn(found[0], ">", ("odd", gen.slot, 1))
        return found

    def erfinv(self, node: Node) -> Frac:
        """The inverse of erf, on (-1, 1)."""
        arg = self.value(node.args[0])
        if self.known(self.sub(self.one, arg)) <= 0 or self.known(self.add(self.one, arg)) <= 0:
            raise UndefinedHere("erfinv of something outside (-1, 1)")
        return self.odd("erfinv", arg)

    def area(self, node: Node) -> Frac:
        """An integral is opaque but for its ends; the integrand must be smooth at every point between them."""
        body, lower, upper = node.args
        ends = (self.value(lower), self.value(upper))
        order = self.known(self.sub(ends[1], ends[0]))
        if not order:
            self.value(substitute(body, {node.value: upper}))
            return self.zero
        moving = sym(f"\u222b{len(self.gens)}")
        x = self.value(moving)
        x_slot = self.named[moving].slot
        for p in (self.sub(x, ends[0]), self.sub(ends[1], x)):
            self.learn(p[0] * p[1] * order, ">=", ("between", x_slot))
        try:
            self.value(substitute(body, {node.value: moving}))
        except (UndefinedHere, Split) as error:
            raise StuckError("the integrand is not seen to be smooth between the ends of the integral") from error
        inside = substitute(body, {name: value for name, value in self.bindings.items() if name in body.free})
        shown = make(node.op, node.value, inside, self.fraction_node(ends[0]), self.fraction_node(ends[1]))
        found = self.opaque("integral", shown, ends, (node.value, inside))
        self.gens[-1].twin = x_slot if self.gens[-1].kind == "integral" else -1
        return found

    def slope_at(self, node: Node) -> Frac:
        """The derivative at a point of this region.

        Where every switch of the body has a strict sign, the body is one smooth function around the point.
        On a kink it is one smooth function on either side; the derivative exists if both sides and the point
        have the same value, and both sides the same slope. A slope that differs is a proof that there is none.
        """
        body, point = node.args
        at = {node.value: point}
        self.value(point)
        middle = self.value(substitute(body, at))
        slope = self._whichever(body, node.value, at, middle)
        if slope is not None:
            return slope
        right = one_sided(self.known_sign, body, node.value, point, 1)
        left = one_sided(self.known_sign, body, node.value, point, -1)
        if any(n.op == "undef" for n in subnodes(right, left)):
            raise UndefinedHere("no derivative: the function is not defined on one side")
        if not (self._meets(right, at, middle) and self._meets(left, at, middle)):
            raise UndefinedHere("no derivative: the function jumps")
        slope = self._slope(right, node.value, at)
        if not self.same(slope, self._slope(left, node.value, at)):
            raise UndefinedHere("no derivative: the slopes on the two sides differ")
        return slope

    def _whichever(self, body: Node, name: str, at: Mapping[str, Node], middle: Frac) -> Frac | None:
        """The slope, if all branches that meet at the point agree in value and slope; None if they do not."""
        slope: Frac | None = None
        try:
            for branch in every_branch(self.known_sign, body, name, at[name]):
                new = self.value(substitute(derivative(branch, name), at))
                value = self.value(substitute(branch, at))
                if not self._equal(value, middle) or not self._equal(new, slope or new):
                    return None
                slope = new if slope is None else slope
        except (UndefinedHere, StuckError):
            return None
        return slope

    def _equal(self, a: Frac, b: Frac) -> bool:
        return bool(self.k.is_zero(self.sub(a, b)[0]))

    def _meets(self, side: Node, at: Mapping[str, Node], middle: Frac) -> bool:
        try:
            return self.same(self.value(substitute(side, at)), middle)
        except UndefinedHere as error:
            raise StuckError("a one-sided limit is not known to the prover: {error}", error=error.told) from error

    def _slope(self, side: Node, name: str, at: Mapping[str, Node]) -> Frac:
        try:
            return self.value(substitute(derivative(side, name), at))
        except UndefinedHere as error:
            if side.op == "add":
                return reduce(self.add, (self._slope(part, name, at) for part in side.args))
            return self._slope_of_product(side, name, at, error)

    def _slope_of_product(self, side: Node, name: str, at: Mapping[str, Node], error: UndefinedHere) -> Frac:
        """The slope of f*g where f is 0 and has one, and g is continuous up to there: f' times the value of g."""
        for i, factor in enumerate(side.args if side.op == "mul" and continuous(side) else ()):
            rest = mul(*side.args[:i], *side.args[i + 1 :])
            with suppress(UndefinedHere):
                if self._equal(self.value(substitute(factor, at)), self.zero):
                    slope = self.value(substitute(derivative(factor, name), at))
                    return self.mul(slope, self.value(substitute(rest, at)))
        raise StuckError("a one-sided slope is not known to the prover: {error}", error=error.told) from error

    def same(self, a: Frac, b: Frac) -> bool:
        """Whether a = b all over the region (else nowhere in it); Split where that is not known."""
        return not self.nonzero(self.sub(a, b))


_RULES: dict[str, Callable[[Tower, Node], Frac]] = {
    "num": lambda t, n: t.rational(n.value),
    "sym": Tower.symbol,
    "pi": lambda t, _: t.pi(),
    "add": Tower.sum_of,
    "mul": Tower.product_of,
    "pow": Tower.power_of,
    "exp": lambda t, n: t.exp(t.value(n.args[0])),
    "log": lambda t, n: t.log(t.surely(n.args[0])),
    "logabs": lambda t, n: t.log_absolute(t.value(n.args[0])),
    "cos": lambda t, n: t.cosine_and_sine(t.value(n.args[0]))[0],
    "sin": lambda t, n: t.cosine_and_sine(t.value(n.args[0]))[1],
    "erfinv": Tower.erfinv,
    "lambertw": Tower.special,
    "gamma": Tower.special,
    "loggamma": Tower.special,
    "call": Tower.call_of,
    "switch": Tower.branch,
    "diff": Tower.slope_at,
    "integral": Tower.area,
}


def _undefined(_: Tower, node: Node) -> Frac:
    raise UndefinedHere(node.value)


_RULES["undef"] = _undefined


def normal_form(
    node: Node,
    premises: Sequence[tuple[Node, str]] = (),
) -> tuple[Tower, Frac]:
    """The value of `node` where the premises hold, with the tower it lives in."""
    tower = grow(lambda t: t.value(node), premises)
    return tower, tower.value(node)


def grow(
    use: Callable[[Tower], Any],
    premises: Sequence[tuple[Node, str]] = (),
    bindings: Mapping[str, Node] | None = None,
    kernel: Callable[[int], Kernel] = Flint,
    tick: Callable[[], None] = lambda: None,
    *,
    lemmas: Sequence[Lemma] = (),
) -> Tower:
    """A tower of the region where the premises hold, in which `use` has run without a restart."""
    units: Units = {}
    slots = SLOTS
    for _ in range(RESTARTS):
        tower = Tower(kernel, slots, units, bindings, tick)
        try:
            for i, (premise, rel) in enumerate(premises):
                tower.assume(premise, rel, ("given", i))
            for lemma in lemmas:
                tower.admit(lemma)
            tower.refresh()
            use(tower)
        except Restart as again:
            slots *= 2 if again.args == ("slots",) else 1
        except UndefinedHere as error:
            error.tower = tower
            raise
        else:
            return tower
    raise StuckError("the units of the exponentials did not settle")
