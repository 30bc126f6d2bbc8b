"""The user's own claim: `sigmoid'(z) <= 1/4 for all z`, read by the whitelist grammar; nothing of it is ever run."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sympy import And, Eq, Ge, Gt, Le, Lt, Ne, S, Symbol, oo, true

from symgrad.core import Domain, Eventually, Holds, ParseError, Tends, Variable
from symgrad.definitions.arithmetic import UNREAL
from symgrad.definitions.parser import COMPARISONS, HEIGHT, OPERATORS, SUMS, Reader, counted, height, is_condition
from symgrad.definitions.tokens import Sort, Token, tokens_of
from symgrad.definitions.vocabulary import near, word
from symgrad.functions import D

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<name>[A-Za-z_\u0370-\u03ff][A-Za-z0-9_\u0370-\u03ff]*)
      | (?P<sign>->|\*\*|<=|>=|==|!=|[-+*/^(),<>&|=~'\[\]≤≥≠→∞′])""",
    re.VERBOSE,
)
SPELLED = {"≤": "<=", "≥": ">=", "≠": "!=", "→": "->", "′": "'", "=": "=="}
RELATIONS = {"<": Lt, "<=": Le, ">": Gt, ">=": Ge, "==": Eq, "!=": Ne}
MOST = 4  # comparisons in a row
EXAMPLE = "sigmoid'(z) <= 1/4 for all z"
Asked = Holds | Tends | Eventually


def parse_claim(text: str) -> tuple[Asked, ...]:
    """What is claimed: a statement for each comparison in a row.

    `A <= B` may be followed by `for all z`, `for z > 0`, `for z in (a, b]` or `as z -> oo`; `A -> B as z -> oo` is a
    limit, and `A ~ B as z -> oo` says that A/B tends to 1. ParseError says what is wrong, where.
    """
    reader = ClaimReader(text)
    try:
        return reader.claim()
    except RecursionError:
        raise ParseError("the claim is nested too deeply for SymPy to hold; break it into parts") from None


class ClaimReader(Reader):
    """Reads one claim; expressions are read as everywhere, with primes for derivatives."""

    def __init__(self, text: str) -> None:
        super().__init__("0")
        self.text = text
        self.tokens = [replace(t, text=SPELLED.get(t.text, t.text)) for t in tokens_of(text, TOKEN)]
        self.variables: dict[Symbol, Domain] = {}
        self.assuming: Any = true

    def claim(self) -> tuple[Asked, ...]:
        """The whole text."""
        if self.ended:
            raise ParseError(f"the text is empty; write a claim such as {EXAMPLE}")
        sides, signs = [self.side()], list[Token]()
        while self.at(*COMPARISONS, "->", "~"):
            signs.append(self.take())
            sides.append(self.side())
        if not signs:
            raise self.error(f"a comparison is expected, such as <= or ==, as in {EXAMPLE}", self.next)
        if len(signs) > MOST or (len(signs) > 1 and any(s.text in {"->", "~"} for s in signs)):
            raise self.error("these comparisons can't stand in a row; state one after the other", signs[1])
        towards = self.range()
        if not self.ended:
            raise self.error(f"`for` or `as` is expected, or the end, found {self.next.said}", self.next)
        return tuple(self.stated(sides, signs, towards))

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
        if not self.at("(") or primes > 2:  # noqa: PLR2004 - a third derivative is nobody's claim
            raise self.error("a prime stands between a function and its bracket, once or twice: sigmoid'(z)", mark)
        return self.differentiated(token, primes)

    def differentiated(self, token: Token, primes: int) -> Any:
        """A function's derivative at a variable, or at a number, which then gets a name."""
        known = word(token.text)
        if known is None:
            raise self.error(f"no function is called {token.said}; {near(token.text)}", token)
        self.deeper(token)
        self.take()
        found = [self.inner()]
        while self.at(","):
            self.take()
            found.append(self.inner())
        self.expect(")", f"after the arguments of {token.text}")
        self.depth -= 1
        if not known.least <= len(found) <= known.most:
            raise self.error(f"{token.said} takes {counted(known)}, not {len(found)}", token)
        if found[0].is_number:
            place = Symbol(f"z_{self.place}", real=True)
            self.assuming = And(self.assuming, Eq(place, found[0]))
            found[0] = place
        if not isinstance(found[0], Symbol):
            raise self.error("a derivative is taken at a variable or at a number: write sigmoid'(z)", token)
        value = self.built(token, known.apply, *found)
        for _ in range(primes):
            value = D(value, found[0])
        return value

    def inner(self) -> Any:
        """An argument."""
        start = self.next
        return self.value(self.climb(), start)

    def range(self) -> tuple[Symbol, Any] | None:
        """Where it is claimed; the variable and its limit after `as`."""
        if self.at("as"):
            self.take()
            z = self.variable()
            self.expect("->", "after the variable, as in: as z -> oo")
            return z, self.infinity()
        if self.at("for"):
            self.take()
            if self.at("all", "every"):
                self.take()
            self.quantified()
            while self.at(",", "and"):
                self.take()
                self.quantified()
        return None

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
        if self.next.text not in {"oo", "inf", "infinity", "∞"}:
            raise self.error("oo or -oo is expected; other limits are not read", self.next)
        self.take()
        return -oo if minus else oo

    def quantified(self) -> None:
        """`z`, `z in (a, b)`, or a comparison such as z > 0."""
        following = self.tokens[self.place + 1 : self.place + 2]
        if self.next.sort is Sort.NAME and (not following or following[0].text in {"in", ",", "and", ""}):
            z = self.variable()
            self.variables[z] = Domain()
            if self.at("in"):
                self.take()
                self.variables[z] = self.interval()
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
        here, signed = self.place, self.at("-", "+")
        ahead = self.tokens[here + signed]
        if ahead.text in {"oo", "inf", "infinity", "∞"}:
            self.infinity()
            return None
        token = self.next
        found = self.side()
        if not found.is_number:
            raise self.error("the end of an interval is a number, or oo", token)
        return found

    def stated(self, sides: list[Any], signs: list[Token], towards: tuple[Symbol, Any] | None) -> Iterator[Asked]:
        """The statements, one for each comparison."""
        domains = tuple(Variable(z, domain) for z, domain in self.variables.items())
        for left, sign, right in zip(sides, signs, sides[1:], strict=False):
            if sign.text in {"->", "~"}:
                if towards is None:
                    raise self.error("a limit needs to say where: as z -> oo", sign)
                whole = (left, right) if sign.text == "->" else (left / right, S.One)
                yield Tends(self.text, whole[0], *towards, whole[1])
                continue
            relation = RELATIONS[sign.text](left, right, evaluate=False)
            if towards is None:
                yield Holds(self.text, relation, domains, self.assuming)
            else:
                yield Eventually(self.text, relation, *towards)
