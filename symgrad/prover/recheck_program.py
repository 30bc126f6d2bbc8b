"""The lines of a proof as its checker keeps them: `[operation, value, operands]`, and equal lines are one."""

from __future__ import annotations

import re
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any

from symgrad.prover.recheck_ring import RejectedError

if TYPE_CHECKING:
    from collections.abc import Sequence

LINES = 40_000
FOLDED = 64
NUMBER = re.compile(r"-?\d{1,30000}(/\d{1,30000})?")
OPERATIONS = {"num", "sym", "pi", "undef", "add", "mul", "pow", "switch", "diff", "integral", "call", "exp", "log"}
OPERATIONS |= {"logabs", "erf", "atan", "sin", "cos", "erfinv", "lambertw", "gamma", "loggamma"}
ALWAYS = {"num", "sym", "pi", "add", "mul", "exp", "erf", "atan", "sin", "cos", "call"}


class Program:
    """The lines of a certificate, checked for order, and those that the checker adds."""

    def __init__(self, lines: Sequence[Sequence[Any]]) -> None:
        self.lines: list[list[Any]] = []
        self.index: dict[Any, int] = {}
        self.always: dict[int, bool] = {}
        for op, value, *operands in lines:
            if op not in OPERATIONS or any(not 0 <= k < len(self.lines) for k in operands):
                raise RejectedError("the program is out of order")
            if op == "num" and not NUMBER.fullmatch(value):
                raise RejectedError("a number of the program is no fraction")
            if op == "sym" and value.startswith("\u222b"):
                raise RejectedError("the program names the moving point of an integral")
            if len(self.lines) > LINES:
                raise RejectedError(f"the program has more than {LINES} lines")
            self.index.setdefault(_key(op, value, operands), len(self.lines))
            self.lines.append([op, value, *operands])

    def line(self, op: str, value: Any = None, *operands: int) -> int:
        """The number of the line, added if there is none yet."""
        key = _key(op, value, operands)
        if key not in self.index:
            if len(self.lines) > LINES:
                raise RejectedError(f"the statement has more than {LINES} parts")
            self.index[key] = len(self.lines)
            self.lines.append([op, value, *operands])
        return self.index[key]

    def number(self, value: Fraction | int | str) -> int:
        """A rational number."""
        return self.line("num", str(Fraction(value)))

    def value(self, i: int) -> Fraction | None:
        """The number that a line is, if it is one."""
        op, value, *_ = self.lines[i]
        return Fraction(value) if op == "num" else None

    def gathered(self, op: str, operands: tuple[int, ...]) -> int:
        """A sum or product, its numbers gathered: last in a sum, first in a product."""
        numbers = [v for v in map(self.value, operands) if v is not None]
        rest = [i for i in operands if self.value(i) is None]
        if numbers or not rest:
            total = sum(numbers, Fraction(0)) if op == "add" else prod(numbers, start=Fraction(1))
            if total != (op == "mul") or not rest:
                rest.insert(len(rest) if op == "add" else 0, self.number(total))
        return rest[0] if len(rest) == 1 else self.line(op, None, *rest)

    def add(self, *operands: int) -> int:
        """A sum."""
        return self.gathered("add", operands)

    def mul(self, *operands: int) -> int:
        """A product."""
        return self.gathered("mul", operands)

    def neg(self, a: int) -> int:
        """-a."""
        return self.mul(self.number(-1), a)

    def sub(self, a: int, b: int) -> int:
        """A - b."""
        return self.add(a, self.neg(b))

    def power(self, base: int, exponent: int) -> int:
        """A power; that of a number is worked out while it is small."""
        b, e = self.value(base), self.value(exponent)
        if e == 1:
            return base
        if e == 0 and self.lines[base][0] in {"sym", "num"}:
            return self.number(1)
        if b and e is not None and e.denominator == 1 and abs(e) <= FOLDED:
            return self.number(b ** int(e))
        return self.line("pow", None, base, exponent)

    def over(self, a: int, b: int) -> int:
        """A / b."""
        return self.mul(a, self.power(b, self.number(-1)))

    def root(self, a: int) -> int:
        """The square root."""
        return self.power(a, self.number(Fraction(1, 2)))

    def switch(self, p: int, positive: int, zero: int, negative: int) -> int:
        """The value by the sign of p."""
        known = self.value(p)
        if known is not None:
            return positive if known > 0 else negative if known < 0 else zero
        return self.line("switch", None, p, positive, zero, negative)

    def needs(self, whole: int, part: int) -> bool:
        """Whether one line has no value where another has none: all but the branches of a switch are looked at."""
        known = {part: True}

        def looks(i: int) -> bool:
            if i not in known:
                op, _, *operands = self.lines[i]
                branches = operands[1:] if op == "switch" else []
                known[i] = any(map(looks, operands[:1] if branches else operands)) or (
                    bool(branches) and all(map(looks, branches))
                )
            return known[i]

        return looks(whole)

    def everywhere(self, i: int) -> bool:
        """Whether a line is made of operations that always have values; False settles nothing."""
        if i not in self.always:
            op, _, *operands = self.lines[i]
            exponent = self.value(operands[1]) if op == "pow" else None
            counts = exponent is not None and exponent.denominator == 1 and exponent >= 0
            self.always[i] = (op in ALWAYS or counts) and all(map(self.everywhere, operands))
        return self.always[i]

    def exp(self, u: int) -> int:
        """The exponential."""
        return self.line("exp", None, u)


def _key(op: str, value: Any, operands: Sequence[int]) -> Any:
    frozen = (value[0], tuple(value[1])) if isinstance(value, (list, tuple)) else value
    return op, frozen, tuple(operands)


def free_of(program: list[Any]) -> list[frozenset[str]]:
    """The free symbols of each line."""
    found: list[frozenset[str]] = []
    for op, value, *args in program:
        names = frozenset().union(*(found[a] for a in args)) if args else frozenset()
        if op == "sym":
            names = frozenset((value,))
        elif op in {"diff", "integral"}:
            names = (found[args[0]] - {value}).union(*(found[a] for a in args[1:]))
        found.append(names)
    return found


def deep_of(program: list[Any]) -> list[bool]:
    """Whether a derivative or an integral occurs in each line."""
    found: list[bool] = []
    for op, _, *args in program:
        found.append(op in {"diff", "integral"} or any(found[a] for a in args))
    return found
