"""Where a claim is made: `for all z > 0`, `for z in (a, b]`, `as z -> oo`, and the intervals that it names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sympy import And, Ge, Gt, Le, Lt, S, Symbol, oo

from symgrad.core import Domain
from symgrad.definitions.parser import is_condition
from symgrad.definitions.statement_sides import SideReader
from symgrad.definitions.tokens import Sort

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.definitions.tokens import Token

INFINITY = ("oo", "inf", "infinity", "∞")
BINDS = {"in", ",", "and", "", ":", "such", "with", "where", "then"}  # what may follow a variable that is only named


class RangeReader(SideReader):
    """Reads variables with their domains, conditions, and what a variable tends to."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.variables: dict[Symbol, Domain] = {}
        self.some = False  # for some values, not for all
        self.led = False  # whether a quantifier or a condition stands in front
        self.towards: tuple[Symbol, Any] | None = None

    def bindings(self, wanted: str, *ends: str) -> None:
        """Variables and conditions, and the word after them; where a colon follows, commas stand between them."""
        colon = any(t.text == ":" for t in self.tokens[self.place :])
        self.quantified()
        while self.at("and") or (self.at(",") and (colon or self.named(self.place + 1))):
            self.take()
            self.quantified()
        if not self.said(*ends):
            raise self.error("{wanted}, found {found}", self.next, wanted=wanted, found=self.next.said)

    def named(self, place: int) -> bool:
        """Whether a variable is but named at a place, or given an interval."""
        first, *rest = self.tokens[place : place + 2]
        return first.sort is Sort.NAME and (not rest or rest[0].text in BINDS)

    def range(self) -> None:
        """Where it is claimed, behind the comparison."""
        if self.said("as"):
            self.approach()
            return
        if not self.at("for", "if", "when", "where"):
            return
        token = self.take()
        some = token.text == "for" and self.said("some")
        self.one_quantifier(token, self.some or some)
        self.some = some
        if token.text == "for":
            self.said("all", "every", "each", "any")
            if self.said("sufficiently") or self.at("large"):
                self.expect("large", "after sufficiently")
                self.towards = self.variable(), oo
                return
        self.quantified()
        while self.said(",", "and"):
            self.quantified()

    def one_quantifier(self, token: Token, some: bool) -> None:  # noqa: FBT001 - a question, not a switch
        """Whether there is a y for each x is not whether there is one for all of them."""
        if self.led and some:
            raise self.error("what there is and its conditions belong together: for some z > 0", token)

    def approach(self) -> None:
        """`z -> oo`, `z -> 0`, or `z -> 0+` from the right."""
        z = self.variable()
        self.expect("->", "after the variable, as in: as z -> oo")
        if self.infinite():
            self.towards = z, self.infinity()
            return
        token = self.next
        place = self.value(self.operand(), token)
        if not place.is_number or not place.is_comparable:
            raise self.error("a number is expected here, or oo or -oo", token)
        sided = self.at("+", "-") and self.tokens[self.place + 1].sort in {Sort.END, Sort.NAME}
        self.towards = z, (place, 1 if self.take().text == "+" else -1) if sided else place

    def infinite(self) -> bool:
        """Whether oo or -oo comes next."""
        return self.tokens[self.place + self.at("-", "+")].text in INFINITY

    def variable(self) -> Symbol:
        """A variable's name."""
        token = self.take()
        found = super().bare(token) if token.sort is Sort.NAME else None
        if not isinstance(found, Symbol):
            raise self.error("a variable is expected, such as z", token)
        return found

    def infinity(self) -> Any:
        """Oo or -oo."""
        minus = self.at("-")
        if self.at("-", "+"):
            self.take()
        self.take()
        return -oo if minus else oo

    def quantified(self) -> None:
        """`z`, `z in (a, b)`, or a comparison such as z > 0."""
        while self.said("real", "number", "numbers"):
            pass
        if self.named(self.place):
            z = self.variable()
            self.variables.setdefault(z, Domain())
            if self.said("in") and not self.said("R", "reals"):
                for part in within(z, self.interval()):
                    self.limit(part)
            return
        token = self.next
        found = self.climb()
        if not is_condition(found) or found in {S.true, S.false}:
            raise self.error("a variable or a condition is expected after `for`, such as z > 0", token)
        for part in found.args if isinstance(found, And) else (found,):
            self.limit(part)

    def limit(self, part: Any) -> None:
        """A comparison of a variable with a number narrows its domain; any other is an assumption."""
        z, end = part.args[:2]
        kind = type(part)
        if isinstance(end, Symbol) and z.is_number:
            z, end, kind = end, z, {Gt: Lt, Ge: Le, Lt: Gt, Le: Ge}.get(kind, kind)
        known = self.variables.get(z, Domain())
        if not isinstance(z, Symbol) or not end.is_number or kind not in {Gt, Ge, Lt, Le}:
            self.assuming = And(self.assuming, part)
        elif kind in {Gt, Ge} and known.lower is None:
            self.variables[z] = replace(known, lower=end, lower_open=kind is Gt)
        elif kind in {Lt, Le} and known.upper is None:
            self.variables[z] = replace(known, upper=end, upper_open=kind is Lt)
        else:
            self.assuming = And(self.assuming, part)

    def interval(self) -> Domain:
        """(a, b), [a, b] and so on, with oo for no end."""
        opening = self.take()
        if opening.text not in {"(", "["}:
            raise self.error("an interval is expected, such as (0, 1] or (-oo, 2)", opening)
        low = self.end()
        self.expect(",", "between the ends of an interval")
        high = self.end()
        closing = self.take()
        if closing.text not in {")", "]"}:
            raise self.error("expected ) or ] after an interval", closing)
        if low is not None and high is not None and not low < high:
            raise self.error("the lower end of an interval comes first, and is the smaller one", opening)
        return Domain(low, high, opening.text == "(", closing.text == ")")

    def end(self) -> Any:
        """A number, or None for an infinite end."""
        if self.infinite():
            self.infinity()
            return None
        token = self.next
        found = self.side()
        if not found.is_number:
            raise self.error("the end of an interval is a number, or oo", token)
        return found


def within(expr: Any, values: Domain) -> Iterator[Any]:
    """That an expression lies in an interval, end by end."""
    if values.lower is not None:
        yield (Gt if values.lower_open else Ge)(expr, values.lower, evaluate=False)
    if values.upper is not None:
        yield (Lt if values.upper_open else Le)(expr, values.upper, evaluate=False)
