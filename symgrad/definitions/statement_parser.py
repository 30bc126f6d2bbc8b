"""The user's own claim: `sigmoid'(z) <= 1/4 for all z`, read by the whitelist grammar; nothing of it is ever run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sympy import Eq, Ge, Gt, Le, Lt, Ne, S, Symbol, oo, true

from symgrad.core import Domain, Eventually, Exists, Holds, Image, Just, ParseError, Tends, Variable
from symgrad.definitions.parser import COMPARISONS, is_condition
from symgrad.definitions.statement_ranges import RangeReader, within
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.definitions.tokens import Token

RELATIONS = {"<": Lt, "<=": Le, ">": Gt, ">=": Ge, "==": Eq, "!=": Ne}
MOST = 4  # comparisons in a row
EXAMPLE = "sigmoid'(z) <= 1/4 for all z"
Asked = Holds | Tends | Eventually | Exists | Image | Just


@dataclass(slots=True)
class Chain:
    """Sides with the signs between them; after `in` stands an interval."""

    sides: list[Any] = field(default_factory=list)
    signs: list[Token] = field(default_factory=list)


def parse_claim(text: str) -> tuple[Asked, ...]:
    """What is claimed: a statement for each comparison.

    `A <= B` may be followed by `for all z`, `for z > 0`, `for z in (a, b]`, `for some z` or `as z -> oo`, or be led in
    by `for all z:`, `there exists z such that`, `if z > 0 then`. `A -> B as z -> c` is a limit, `A ~ B as z -> oo` says
    that A/B tends to 1, `A in (a, b]` that all values lie there, `the values of A are (a, b]` that they are just these,
    and `A iff B` that one holds just where the other does. ParseError says what is wrong, where.
    """
    reader = ClaimReader(text)
    try:
        return reader.claim()
    except RecursionError:
        raise ParseError("the claim is nested too deeply for SymPy to hold; break it into parts") from None


class ClaimReader(RangeReader):
    """Reads one claim."""

    def claim(self) -> tuple[Asked, ...]:
        """The whole text."""
        if self.ended:
            raise ParseError("the text is empty; write a claim such as {example}", example=EXAMPLE)
        if self.said("the") or self.at("values", "range", "image"):
            return (self.image(),)
        self.opening()
        chains = [self.chain()]
        while self.said("and"):
            chains.append(self.chain())
        if self.at("or"):
            raise self.error("`or` between comparisons is not read; state one of them", self.next)
        if self.said("implies", "=>"):
            self.led = True
            self.one_quantifier(self.tokens[self.place - 1], self.some)
            for part in self.relations(chains):
                self.limit(part)
            chains = [self.chain()]
        if self.said("iff"):
            return (self.just(chains),)
        self.range()
        if not self.ended:
            raise self.error("`for` or `as` is expected, or the end, found {found}", self.next, found=self.next.said)
        found = tuple(s for chain in chains for s in self.stated(chain))
        if self.some:
            self.sought(found, chains[0].signs[0])
        return found

    def opening(self) -> None:
        """What stands before it: `for all z:`, `there exists z such that`, `if z > 0 then`, `lim z -> oo`."""
        self.led = self.at("there", "exists", "for", "if")
        if self.said("lim", "limit"):
            self.said("as")
            self.approach()
            if self.at("*") and not self.text.startswith("*", self.next.at):  # put in before a bracket: lim z -> 0 (A)
                self.take()
            self.said("of")
        elif self.said("there", "exists"):
            while self.said("exists", "exist", "is", "are", "a", "an", "some"):
                pass
            self.some = True
            self.bindings(
                message("such that, or a colon, is expected after what there is"), "such", "with", "where", ":", ","
            )
            self.said("that")
        elif self.at("for"):
            self.take()
            if self.said("some"):
                self.some = True
            self.said("all", "every", "each", "any")
            self.bindings(message("a colon or a comma is expected before what is claimed"), ":", ",", "then")
        elif self.said("if"):
            self.bindings(message("`then` is expected after the condition"), "then", ":", ",")

    def image(self) -> Image:
        """`the values of A are (a, b]`, and where."""
        if not self.said("values", "range", "image"):
            raise self.error(
                "`values of` is expected, as in: the values of {example} are (0, 1/4]", self.next, example=EXAMPLE[:11]
            )
        self.expect("of", message("after values"))
        start = self.next
        expr = self.side()
        if len(expr.free_symbols) != 1:
            raise self.error("one variable is needed here", start)
        if not self.said("are", "is", "in"):
            raise self.error("`are` is expected, and an interval, found {found}", self.next, found=self.next.said)
        values = self.interval()
        self.range()
        (z,) = expr.free_symbols
        if not self.ended or self.assuming != true or self.lets or self.some or self.towards:
            raise self.error("values are asked for over an interval: for z in (0, 1)", self.next)
        return Image(self.text, expr, z, values, self.variables.get(z, Domain()))

    def just(self, chains: list[Chain]) -> Just:
        """`A iff B`: the one holds just where the other does."""
        token = self.next
        where = self.climb()
        if not is_condition(where) or where in {S.true, S.false} or not self.ended:
            raise self.error("a condition is expected after `iff`, such as z > 0, and then the end", token)
        (relation, *more), symbols = self.relations(chains), where.free_symbols
        plain = self.assuming == true and not self.lets and not self.some
        if more or len(symbols) != 1 or relation.free_symbols - symbols or not plain:
            raise self.error("`iff` stands between a comparison and a condition in the same one variable", token)
        (z,) = symbols
        return Just(self.text, relation, where, z, self.variables.get(z, Domain()))

    def relations(self, chains: list[Chain]) -> list[Any]:
        """Comparisons as SymPy has them."""
        found: list[Any] = []
        for chain in chains:
            for left, sign, right in zip(chain.sides, chain.signs, chain.sides[1:], strict=False):
                if sign.text not in RELATIONS:
                    raise self.error("a comparison is expected here, such as z > 0", sign)
                found.append(RELATIONS[sign.text](left, right, evaluate=False))
        return found

    def chain(self) -> Chain:
        """Sides with comparisons between them."""
        found = Chain([self.side()])
        while self.at(*COMPARISONS, "->", "~", "in"):
            found.signs.append(self.take())
            sign = found.signs[-1].text
            if sign == "in":
                found.sides.append(self.interval())
                break
            limit = sign == "->" or (sign == "==" and self.towards is not None)
            found.sides.append(self.infinity() if limit and self.infinite() else self.side())
        signs = found.signs
        if not signs and self.at("is", "are"):
            raise self.error(
                "what a function is in words is not read; state a comparison: tanh'(z) > 0 says that tanh increases",
                self.next,
            )
        if not signs:
            raise self.error("a comparison is expected, such as <= or ==, as in {example}", self.next, example=EXAMPLE)
        if len(signs) > MOST or (len(signs) > 1 and any(s.text in {"->", "~", "in"} for s in signs)):
            raise self.error("these comparisons can't stand in a row; state one after the other", signs[1])
        return found

    def stated(self, chain: Chain) -> Iterator[Asked]:
        """The statements, one for each comparison."""
        domains, lets = tuple(Variable(z, domain) for z, domain in self.variables.items()), tuple(self.lets)
        for left, sign, right in zip(chain.sides, chain.signs, chain.sides[1:], strict=False):
            if self.towards is not None:
                yield self.limiting(left, sign, right, *self.towards)
                continue
            if sign.text in {"->", "~"}:
                raise self.error("a limit needs to say where: as z -> oo", sign)
            relations = (
                list(within(left, right)) if sign.text == "in" else self.relations([Chain([left, right], [sign])])
            )
            for relation in relations:
                if self.some:
                    yield Exists(self.text, relation, (), domains, self.assuming)
                else:
                    yield Holds(self.text, relation, domains, self.assuming, lets)

    def sought(self, found: tuple[Asked, ...], sign: Token) -> None:
        """What is said to exist is one comparison, of letters all of which are sought: none may wait for another."""
        (first, *more) = found
        if more or self.lets or not isinstance(first, Exists):
            raise self.error("state one comparison for what there is, and the others as conditions of it", sign)
        known = self.variables.keys() | self.assuming.free_symbols
        if missing := sorted(map(str, first.relation.free_symbols - known)):
            raise self.error(
                "say for which {letters}, too: for some {all}",
                sign,
                letters=", ".join(missing),
                all=", ".join(sorted(map(str, known | first.relation.free_symbols))),
            )

    def limiting(self, left: Any, sign: Token, right: Any, z: Symbol, at: Any) -> Asked:
        """A statement about what happens towards a place."""
        if self.variables or self.assuming != true or self.lets or self.some:
            raise self.error("a limit is stated by itself, with a plain variable; leave out the conditions", sign)
        if sign.text == "~":
            return Tends(self.text, left / right, z, at, S.One)
        if sign.text == "->" or self.text.lstrip().startswith("lim"):
            if sign.text not in {"->", "=="}:
                raise self.error("a limit is compared by =", sign)
            return Tends(self.text, left, z, at, right)
        if sign.text not in RELATIONS or at not in {oo, -oo}:
            raise self.error("a comparison holds from some point on only as z -> oo or z -> -oo", sign)
        return Eventually(self.text, RELATIONS[sign.text](left, right, evaluate=False), z, at)
