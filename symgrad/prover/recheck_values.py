"""What the lines of a program are in one region, by the checker's own evaluation."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symgrad.prover.recheck_frame import Frame
from symgrad.prover.recheck_jets import UNIT
from symgrad.prover.recheck_program import deep_of, free_of
from symgrad.prover.recheck_ring import RejectedError, Undefined

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symgrad.prover.recheck_context import Context
    from symgrad.prover.recheck_ring import Frac

TAME = {"num", "sym", "pi", "add", "mul", "pow", "exp", "log", "erf", "atan", "sin", "cos", "switch"}


class Values:
    """Values of the nodes of a program in one region."""

    def __init__(self, context: Context, program: list[Any], bindings: Mapping[str, Any]) -> None:
        self.context, self.program, self.bindings = context, program, bindings
        self.free = free_of(program)
        self.forms: dict[int, int | None] = {}
        self.deep = deep_of(program)  # whether a derivative or an integral occurs below
        self.plain_frame = Frame(self, {}, {}, 0)
        context.premise_value = self.plain
        context.form_sign = self.form_sign
        self._zeros()

    def _zeros(self) -> None:
        """The equations of the region that bind no symbol: their numerators are 0."""
        for node, rel in sorted(self.context.premises):
            if rel == "=":
                try:
                    n, _ = self.plain(node)
                except (Undefined, RejectedError):
                    continue
                self.context.equations[node] = n
        self.context.zeros = [n for n in self.context.equations.values() if not n.is_ground]
        self.context.zeros += [1 - x**2 for x in self.context.cosines_of_zero()]
        self.plain_frame = Frame(self, {}, {}, 0)

    def plain(self, node: int) -> Frac:
        """The value of a node as a fraction."""
        return self.plain_frame.value(node).get(UNIT, self.context.zero)

    def tame(self, node: int) -> bool:
        """Whether a line is made of branches and of functions that are continuous wherever they have a value."""
        op, _, *args = self.program[node]
        fixed = op != "pow" or self.program[args[1]][0] == "num"
        return op in TAME and fixed and all(map(self.tame, args))

    def form_sign(self, node: int) -> int | None:
        """The sign that the form of a node shows: 1 or -1, 2 or -2 where 0 is possible."""
        if node not in self.forms:
            self.forms[node] = self._form_sign(node)
        return self.forms[node]

    def _form_sign(self, node: int) -> int | None:
        op, value, *args = self.program[node]
        seen: int | None = None
        if op == "num":
            return 2 if Fraction(value) == 0 else 1 if Fraction(value) > 0 else -1
        if op in {"exp", "pi"}:
            return 1
        parts = [self.form_sign(a) for a in args] if op in {"add", "mul", "pow", "erf", "atan"} else []
        if op in {"erf", "atan"}:
            seen = parts[0]
        elif op == "add" and None not in parts and len({p > 0 for p in parts if p}) == 1:
            side = 1 if (parts[0] or 0) > 0 else -1
            seen = side if side in parts else 2 * side
        elif op == "mul" and None not in parts:
            side = -1 if sum((p or 0) < 0 for p in parts) % 2 else 1
            seen = side * max(abs(p or 0) for p in parts)
        elif op == "pow" and self.program[args[1]][0] == "num":
            seen = _raised(parts[0], Fraction(self.program[args[1]][1]))
        return self._sign_of_value(node) if seen is None else seen

    def _sign_of_value(self, node: int) -> int | None:
        try:
            return self.context.sign_of(self.plain(node)) or None
        except (RejectedError, Undefined):
            return None

    def symbol(self, name: str) -> Frac:
        """The value of a symbol: its generator, or what the region's equations say it is."""
        bound = self.bindings.get(name)
        if bound is None:
            for i, g in enumerate(self.context.gens):
                if g[0] == "sym" and g[1] == name:
                    return self.context.x[i], self.context.ring.one
            raise RejectedError(f"the symbol {name} is missing among the generators")
        c = self.context
        a, b, *more = (self.plain(k) for k in bound)
        ratio = c.negative(c.mul(b, c.inverse(a)))
        return c.mul(c.add(c.log(ratio), c.negative(more[1])), c.inverse(more[0])) if more else ratio


def _raised(s: int | None, n: Fraction) -> int | None:
    if n.denominator > 1 or n % 2 == 0:
        return 1 if n < 0 or s in {1, -1} else 2
    return s if s is None or n > 0 else (1 if s > 0 else -1)
