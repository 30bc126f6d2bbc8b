"""Lemmas of a certificate, replayed: a function of one variable has one sign strictly between two numbers.

It is shown by one monotone product times * of, times > 0: continuous up to an end of the interval, where it is 0 or has
the sign, and its slope has the sign that leads away from 0. A lemma may use those before it, nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symgrad.prover.recheck_context import Context
from symgrad.prover.recheck_jets import UNIT
from symgrad.prover.recheck_numbers import no_lemma
from symgrad.prover.recheck_ring import RejectedError
from symgrad.prover.recheck_values import Values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symgrad.prover.recheck_program import Program
    from symgrad.prover.recheck_ring import Clock, Frac

CONTINUOUS = {"num", "sym", "pi", "add", "mul", "exp", "log", "erf", "atan", "sin", "cos", "pow"}


class Lemmas:
    """The lemmas proved so far, and the regions in which they may be used."""

    def __init__(self, program: Program, clock: Clock) -> None:
        self.program, self.clock = program, clock
        self.proved: list[dict[str, Any]] = []

    def values(self, context: Any, premises: tuple[Any, ...], bindings: Mapping[str, Any]) -> Values:
        """A region in which the lemmas proved so far are known."""
        found = Values(Context(context, premises, self.clock), self.program.lines, bindings)
        known = list(self.proved)

        def instance(k: int) -> tuple[Frac, int]:
            """The value of the function and its sign, the symbol being seen to lie between the ends."""
            if not 0 <= k < len(known):
                return no_lemma(k)  # type: ignore[no-any-return]
            lemma = known[k]
            if lemma["name"] in found.bindings:
                raise RejectedError("a lemma is used where its symbol is bound")
            for premise, _ in self._between(lemma):
                if found.context.sign_of(found.plain(premise)) != 1:
                    raise RejectedError("a lemma is used beyond its interval")
            return found.plain(lemma["of"]), lemma["sign"]

        found.context.instance = instance
        return found

    def prove(self, lemma: dict[str, Any]) -> None:
        """Replay a lemma's proof, and keep it."""
        name, of, times, sign, end = (lemma[k] for k in ("name", "of", "times", "sign", "end"))
        letter = self.program.line("sym", name)
        product = self.program.line("mul", None, times, of)
        self._require_plain(lemma, product)
        inside = self.values(lemma["slope"], self._between(lemma), {})
        if inside.context.sign_of(inside.plain(times)) != 1:
            raise RejectedError("a lemma's multiplier is not positive")
        slope = inside.plain_frame.derivative(name, product, letter).get(UNIT, inside.context.zero)
        if inside.context.sign_of(slope) != (sign if end == 0 else -sign):
            raise RejectedError("a lemma's slope leads the other way")
        start = self.values(lemma["start"], (), {name: self._at(lemma["ends"][end])})
        if start.context.sign_of(start.plain(product)) not in {0, sign}:
            raise RejectedError("a lemma's function starts on the other side of 0")
        self.proved.append(lemma)

    def _at(self, end: int) -> tuple[int, int]:
        """The equation 1 * z - end = 0."""
        return self.program.number(1), self.program.neg(end)

    def _between(self, lemma: dict[str, Any]) -> tuple[tuple[int, str], ...]:
        letter, (low, high) = self.program.line("sym", lemma["name"]), lemma["ends"]
        above = () if low is None else ((self.program.sub(letter, low), ">"),)
        return above + (() if high is None else ((self.program.sub(high, letter), ">"),))

    def _require_plain(self, lemma: dict[str, Any], product: int) -> None:
        """Functions of the one symbol, continuous wherever they have values; ends that are numbers, the start one."""
        name, ends = lemma["name"], lemma["ends"]
        if lemma["sign"] not in {1, -1} or lemma["end"] not in {0, 1} or ends[lemma["end"]] is None:
            raise RejectedError("a lemma is malformed")
        if name.startswith(("#", "\u222b")) or any(self._free(end) for end in ends if end is not None):
            raise RejectedError("a lemma's ends are no numbers")
        if not self._free(product) <= {name} or not self._continuous(product):
            raise RejectedError("a lemma's function is not known to be continuous")

    def _free(self, node: int) -> set[str]:
        return {self.program.lines[i][1] for i in self._below(node) if self.program.lines[i][0] == "sym"}

    def _continuous(self, node: int) -> bool:
        lines = self.program.lines
        return all(
            lines[i][0] in CONTINUOUS and (lines[i][0] != "pow" or self.program.value(lines[i][3]) is not None)
            for i in self._below(node)
        )

    def _below(self, node: int) -> set[int]:
        """A line and all that it is made of."""
        found: set[int] = set()
        waiting = [node]
        while waiting:
            i = waiting.pop()
            if i not in found:
                found.add(i)
                waiting += self.program.lines[i][2:]
        return found
