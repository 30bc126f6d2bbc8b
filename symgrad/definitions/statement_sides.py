"""One side of a claim: an expression as everywhere, with primes for derivatives and bars for absolute values."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from sympy import Abs, And, Eq, S, Symbol, true

from symgrad.core import Let
from symgrad.definitions.arithmetic import UNREAL
from symgrad.definitions.parser import HEIGHT, OPERATORS, SUMS, Reader, arguments, height
from symgrad.definitions.statement_tokens import claim_tokens
from symgrad.definitions.vocabulary import near, symbol, word
from symgrad.functions import D
from symgrad.words import message

if TYPE_CHECKING:
    from symgrad.definitions.tokens import Token

PRIMES = 3


class SideReader(Reader):
    """Reads the expressions of a claim; a place at which a derivative is taken may get a name."""

    def __init__(self, text: str) -> None:
        super().__init__("0")
        self.text, self.tokens = text, claim_tokens(text)
        self.assuming: Any = true
        self.seats: dict[Any, Symbol] = {}
        self.lets: list[Let] = []

    def said(self, *words: str) -> bool:
        """Whether one of these words comes next; it is then taken."""
        if not self.at(*words):
            return False
        self.take()
        return True

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
        place, scale = self.seat(found[0], found[1:])
        value = self.built(token, known.apply, found[0] if scale != 1 else place, *found[1:])
        for _ in range(primes):
            value = D(value, place)
        self.asked.append((token, ("function", value)))
        return value / scale**primes

    def seat(self, inner: Any, others: list[Any]) -> tuple[Symbol, Any]:
        """The symbol by which a derivative at `inner` is taken, and what an inner slope multiplies it by.

        phi'(2z + 1) is d/dz phi(2z + 1) over 2. At any other place a name stands for it, which the text has not;
        in elu'(z, z), too, where z is no parameter that moves along.
        """
        symbols = inner.free_symbols
        alone = symbols.isdisjoint({s for other in others for s in other.free_symbols})
        if alone and isinstance(inner, Symbol):
            return inner, S.One
        if alone and len(symbols) == 1:
            (z,) = symbols
            scale = inner.diff(z) if inner.is_polynomial(z) else z
            if scale.is_Rational and scale not in {0, 1}:
                return z, scale
        if inner not in self.seats:
            taken = {t.text for t in self.tokens} | {str(s) for s in self.seats.values()}
            free = next(n for n in count(1) if f"z_{n}" not in taken and f"z{n}" not in taken)
            self.seats[inner] = Symbol(f"z_{free}", real=True)
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
