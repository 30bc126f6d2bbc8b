"""The user's own claim: `sigmoid'(z) <= 1/4 for all z`, read by the whitelist grammar; nothing of it is ever run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sympy import Abs, And, Eq, Ge, Gt, Le, Lt, Ne, S, Symbol, oo, true

from symgrad.core import Domain, Eventually, Exists, Holds, Image, Just, Let, ParseError, Tends, Variable
from symgrad.definitions.arithmetic import UNREAL
from symgrad.definitions.parser import COMPARISONS, HEIGHT, OPERATORS, SUMS, Reader, arguments, height, is_condition
from symgrad.definitions.statement_tokens import claim_tokens
from symgrad.definitions.tokens import Sort, Token
from symgrad.definitions.vocabulary import near, symbol, word
from symgrad.functions import D
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterator

RELATIONS = {"<": Lt, "<=": Le, ">": Gt, ">=": Ge, "==": Eq, "!=": Ne}
MOST = 4  # comparisons in a row
PRIMES = 3
EXAMPLE = "sigmoid'(z) <= 1/4 for all z"
INFINITY = ("oo", "inf", "infinity", "∞")
BINDS = {"in", ",", "and", "", ":", "such", "with", "where", "then"}  # what may follow a variable that is only named
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


class ClaimReader(Reader):
    """Reads one claim; expressions are read as everywhere, with primes for derivatives and bars for absolute values."""

    def __init__(self, text: str) -> None:
        super().__init__("0")
        self.text, self.tokens = text, claim_tokens(text)
        self.variables: dict[Symbol, Domain] = {}
        self.assuming: Any = true
        self.seats: dict[Any, Symbol] = {}
        self.lets: list[Let] = []
        self.some = False  # for some values, not for all
        self.towards: tuple[Symbol, Any] | None = None

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
            for part in self.relations(chains):
                self.limit(part)
            chains = [self.chain()]
        if self.said("iff"):
            return (self.just(chains),)
        self.range()
        if not self.ended:
            raise self.error("`for` or `as` is expected, or the end, found {found}", self.next, found=self.next.said)
        return tuple(s for chain in chains for s in self.stated(chain))

    def said(self, *words: str) -> bool:
        """Whether one of these words comes next; it is then taken."""
        if not self.at(*words):
            return False
        self.take()
        return True

    def opening(self) -> None:
        """What stands before it: `for all z:`, `there exists z such that`, `if z > 0 then`, `lim z -> oo`."""
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
        if more or len(symbols) != 1 or relation.free_symbols - symbols or self.assuming != true or self.lets:
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

    def side(self) -> Any:
        """One side of a comparison."""
        start, self.asked = self.next, []
        found = self.value(self.climb(OPERATORS.index(SUMS)), start)
        if found.has(*UNREAL):
            raise self.error("a part of this expression has no real value", start)
        if height(found) > HEIGHT:
            raise self.error("the expression is nested too deeply to be differentiated; break it into parts", start)
        return self.defined(found)

    def bare(self, token: Token) -> Any:
        """A name that stands alone, or one with primes: phi'(z)."""
        if not self.at("'"):
            return super().bare(token)
        primes = 0
        while self.at("'"):
            mark = self.take()
            primes += 1
        if not self.at("(") or primes > PRIMES:
            raise self.error("a prime stands between a function and its bracket, up to three times: sigmoid'(z)", mark)
        return self.differentiated(token, primes)

    def differentiated(self, token: Token, primes: int) -> Any:
        """A function's derivative at a variable, or at a number, which then gets a name."""
        known = word(token.text)
        if known is None:
            raise self.error("no function is called {found}; {near}", token, found=token.said, near=near(token.text))
        self.deeper(token)
        self.take()
        found = [self.inner()]
        while self.at(","):
            self.take()
            found.append(self.inner())
        self.expect(")", message("after the arguments of {name}", name=token.text))
        self.depth -= 1
        if not known.least <= len(found) <= known.most:
            raise self.error(
                "{found} takes {counted}, not {number}",
                token,
                found=token.said,
                counted=arguments(known.least, known.most),
                number=len(found),
            )
        place, scale = self.seat(found[0])
        value = self.built(token, known.apply, found[0] if scale != 1 else place, *found[1:])
        for _ in range(primes):
            value = D(value, place)
        self.asked.append((token, ("function", value)))
        return value / scale**primes

    def seat(self, inner: Any) -> tuple[Symbol, Any]:
        """The symbol by which a derivative at `inner` is taken, and what an inner slope multiplies it by.

        phi'(2z + 1) is d/dz phi(2z + 1) over 2. At any other place a name stands for it.
        """
        if isinstance(inner, Symbol):
            return inner, S.One
        symbols = inner.free_symbols
        if len(symbols) == 1:
            (z,) = symbols
            scale = inner.diff(z) if inner.is_polynomial(z) else z
            if scale.is_Rational and scale not in {0, 1}:
                return z, scale
        if inner not in self.seats:
            self.seats[inner] = Symbol(f"z_{len(self.seats) + 1}", real=True)
            if symbols:
                self.lets.append(Let(self.seats[inner], inner))
            else:
                self.assuming = And(self.assuming, Eq(self.seats[inner], inner))
        return self.seats[inner], S.One

    def atom(self) -> Any:
        """An atom as everywhere, |A|, or d/dz A."""
        start, ahead = self.next, [t.text for t in self.tokens[self.place : self.place + 3]]
        if start.text == "|":
            self.take()
            found = self.value(self.climb(OPERATORS.index(SUMS)), start)
            self.expect("|", "to close the absolute value")
            return Abs(found)
        by = symbol(ahead[2][1:]) if ahead[:2] == ["d", "/"] and ahead[2][:1] == "d" else None
        if by is None:
            return super().atom()
        self.place += 3
        found = D(self.value(self.operand(), start), by)
        self.asked.append((start, ("function", found)))
        return found

    def inner(self) -> Any:
        """An argument."""
        start = self.next
        return self.value(self.climb(), start)

    def range(self) -> None:
        """Where it is claimed, behind the comparison."""
        if self.said("as"):
            self.approach()
            return
        if not self.at("for", "if", "when", "where"):
            return
        if self.take().text == "for":
            if self.said("some"):
                self.some = True
            self.said("all", "every", "each", "any")
            if self.said("sufficiently") or self.at("large"):
                self.expect("large", "after sufficiently")
                self.towards = self.variable(), oo
                return
        self.quantified()
        while self.said(",", "and"):
            self.quantified()

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
            self.variables[z] = Domain()
            if self.at("in"):
                self.take()
                self.variables[z] = Domain() if self.said("R", "reals") else self.interval()
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
            if self.some and (len(chain.signs) > 1 or len(relations) > 1 or lets):
                raise self.error("state one comparison for what there is, and put the others behind `with`", sign)
            for relation in relations:
                if self.some:
                    yield Exists(self.text, relation, (), domains, self.assuming)
                else:
                    yield Holds(self.text, relation, domains, self.assuming, lets)

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


def within(expr: Any, values: Domain) -> Iterator[Any]:
    """That an expression lies in an interval, end by end."""
    if values.lower is not None:
        yield (Gt if values.lower_open else Ge)(expr, values.lower, evaluate=False)
    if values.upper is not None:
        yield (Lt if values.upper_open else Le)(expr, values.upper, evaluate=False)
