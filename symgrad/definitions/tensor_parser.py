"""The user's own formula of vectors and matrices: `sum(log(1 + exp(-y .* (X*w))))`, read by hand.

The notation is that of matrix-calculus tools: `*` is the matrix product, `.*` `./` `.^` act entry by entry,
`'` transposes, a vector is a column. As with scalar expressions nothing of the text is ever run.
"""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING, Any, NoReturn

from symgrad.core import ParseError
from symgrad.core.catalogue import nearest
from symgrad.core.errors import did_you_mean
from symgrad.definitions.arithmetic import number
from symgrad.definitions.einsum import SUBSCRIPTS, einsum
from symgrad.definitions.shaped import ENTRYWISE, Misfit, Shaped
from symgrad.definitions.tensor_functions import (
    FUNCTIONS,
    LINEAR,
    REFUSED,
    Function,
    scalar_function,
    scalar_functions,
)
from symgrad.definitions.tokens import Sort, Token, tokens_of
from symgrad.words import clauses, message

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.definitions.shapes import Shapes

DEPTH = 60  # of brackets, powers and signs inside one another
TERMS = 64  # of a product that is multiplied out
NODES = 400  # numbers, names and operations
TOKEN = re.compile(
    rf"""(?P<subscripts>{SUBSCRIPTS})
      | (?P<space>[ \t\r\n]+)
      | (?P<number>(?:[0-9]+(?:\.(?![*/^'])[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<name>[A-Za-z_\u0370-\u03ff][A-Za-z0-9_\u0370-\u03ff]*)
      | (?P<sign>\.\*|\./|\.\^|\*\*|[-+*/^(),'])""",
    re.VERBOSE,
)
PRODUCTS = ("*", "/", ".*", "./")
POWERS = ("^", "**", ".^")
SUMS = {"sum", "mean"}


def parse_tensor(text: str, shapes: Shapes) -> Shaped:
    """The value of `text`, where `shapes` says which names are vectors and matrices; all others are scalars.

    Raises ParseError where the text is not of the grammar or two shapes don't fit, with the place.
    """
    reader = Reader(text, shapes)
    found = reader.sum()
    if reader.next.sort is not Sort.END:
        reader.fail(
            "an operator is expected before {found}; products are written with * or .*",
            reader.next,
            found=reader.next.said,
        )
    return found


class Reader:
    """Reads one text from left to right, one method for each level of precedence."""

    def __init__(self, text: str, shapes: Shapes) -> None:
        self.text, self.shapes, self.tokens = text, shapes, tokens_of(text, TOKEN)
        self.place = self.depth = 0
        shapes.written.update(token.text for token in self.tokens)
        if len(self.tokens) == 1:
            raise ParseError("the text is empty; write a formula such as sum((X*w - y).^2)")
        if len(self.tokens) > NODES:
            self.fail("the formula has more than {nodes} parts", self.tokens[NODES], nodes=NODES)

    @property
    def next(self) -> Token:
        """The token that is read next."""
        return self.tokens[self.place]

    def take(self) -> Token:
        """The next token, left behind."""
        token = self.next
        self.place += token.sort is not Sort.END
        return token

    def at(self, *signs: str) -> bool:
        """Whether the next token is one of these signs."""
        return self.next.sort is Sort.SIGN and self.next.text in signs

    def fail(self, what: str, token: Token, **values: Any) -> NoReturn:
        """Raise the error with its place in the text."""
        raise ParseError(what, self.text, token.at, **values)

    def built(self, token: Token, build: Callable[..., Shaped], *parts: Any) -> Shaped:
        """What an operation makes of its parts; shapes that don't fit are reported at the operation."""
        try:
            return build(*parts)
        except Misfit as misfit:
            self.fail(misfit.told, token)

    def sum(self) -> Shaped:
        """Terms joined by + and -."""
        found = self.product()
        while self.at("+", "-"):
            sign = self.take()
            term = self.product()
            found = self.built(sign, Shaped.plus if sign.text == "+" else Shaped.minus, found, term)
        return found

    def product(self) -> Shaped:
        """Factors joined by the matrix product and by the operations on entries."""
        found = self.signed()
        while self.at(*PRODUCTS):
            sign = self.take()
            found, factor = self.short(found, self.signed())
            found = self.built(sign, ENTRYWISE[sign.text], found, factor)
        return found

    def short(self, *factors: Shaped) -> tuple[Shaped, ...]:
        """Factors whose product has few terms: where it would have many, those of several terms get names."""
        if prod(len(f.entry.terms) for f in factors) <= TERMS:
            return factors
        return tuple(self.shapes.name(f, always=len(f.entry.terms) > 1) for f in factors)

    def signed(self) -> Shaped:
        """A power with the signs before it: -x' .^ 2 is -((x').^2)."""
        first, negative = self.next, False
        while self.at("+", "-"):
            negative ^= self.take().text == "-"
        found = self.power()
        return self.built(first, Shaped.negated, found) if negative else found

    def power(self) -> Shaped:
        """A base and its exponent, which is a number."""
        base = self.transposed()
        if not self.at(*POWERS):
            return base
        sign = self.take()
        exponent = self.inside(sign, self.signed)
        base = self.shapes.name(base) if not base.is_scalar or len(base.entry.terms) > 1 else base
        return self.built(sign, Shaped.entry_power if sign.text == ".^" else Shaped.power, base, exponent)

    def transposed(self) -> Shaped:
        """An atom with the dashes behind it."""
        found = self.atom()
        while self.at("'"):
            found = self.built(self.take(), Shaped.transpose, found)
        return found

    def inside(self, token: Token, read: Callable[[], Any]) -> Any:
        """What `read` reads, one level further in."""
        self.depth += 1
        if self.depth > DEPTH:
            self.fail("nested more than {depth} levels deep", token, depth=DEPTH)
        found = read()
        self.depth -= 1
        return found

    def atom(self) -> Shaped:
        """A number, a name, a function applied, or brackets."""
        token = self.take()
        if token.sort is Sort.NUMBER:
            return Shaped.scalar(number(token.text))
        if token.sort is Sort.NAME:
            return self.inside(token, lambda: self.applied(token)) if self.at("(") else self.named(token)
        if token.text != "(":
            self.fail("a number, a name or '(' is expected, found {found}", token, found=token.said)
        found: Shaped = self.inside(token, self.sum)
        self.close(token)
        return found

    def close(self, opened: Token) -> None:
        """The bracket that closes the one that was opened."""
        if not self.at(")"):
            self.fail(
                "expected ')' for the bracket at column {at}, found {found}",
                self.next,
                at=opened.at + 1,
                found=self.next.said,
            )
        self.take()

    def named(self, token: Token) -> Shaped:
        """A vector or a matrix, the size of a dimension, or a scalar."""
        found = self.shapes.value(token.text)
        if found is None:
            if self.known(token.text):
                self.fail("{found} is a function; write what it is applied to, in brackets", token, found=token.said)
            letters = message(
                "use a letter such as x, W, beta_2, or declare a scalar: --shape {name}:", name=token.text
            )
            self.fail("{found} is no variable; {hint}", token, found=token.said, hint=letters)
        return found

    def known(self, name: str) -> Function | None:
        """The function of this name. Inner quantities get names where a function is applied to them."""
        found = FUNCTIONS.get(name) or scalar_function(name)
        if name == "softmax":
            return Function(self.shapes.softmax)
        if name in {"log_softmax", "logsoftmax"}:
            return Function(lambda x: FUNCTIONS["log"].apply(self.shapes.softmax(x)))
        if found is None or name in LINEAR:
            return found
        apply = found.apply
        return Function(lambda *args: apply(*map(self.shapes.name, args)), found.least, found.most)

    def applied(self, token: Token) -> Shaped:
        """A function with its arguments."""
        function = self.known(token.text)
        if token.text in REFUSED and function is None:
            self.fail("there is no {name} here: {why}", token, name=token.text, why=REFUSED[token.text])
        if token.text == "einsum":
            return self.einsum(token)
        if function is None:
            near = list(dict.fromkeys(nearest(token.text, ["softmax", "einsum", *FUNCTIONS, *scalar_functions()])))
            known = message("known are {functions} and more", functions=", ".join(sorted(FUNCTIONS)))
            hint = did_you_mean(near) if near else known
            self.fail("no function is called {found}; {near}", token, found=token.said, near=hint)
        arguments = self.arguments(self.take())
        if not function.least <= len(arguments) <= function.most:
            many = len(arguments)
            told = message(
                "{found} takes {counted}, not {number}", found=token.said, counted=function.counted, number=many
            )
            rows = message("it runs over all entries, and A*ones(n) are the sums of the rows")
            self.fail(clauses((told, rows if token.text in SUMS else "")), token)
        return self.built(token, function.apply, *arguments)

    def arguments(self, opened: Token) -> list[Shaped]:
        """What stands in brackets, with commas between."""
        found = [self.sum()]
        while self.at(","):
            self.take()
            found.append(self.sum())
        self.close(opened)
        return found

    def einsum(self, token: Token) -> Shaped:
        """The sum of products that subscripts tell."""
        opened = self.take()
        subscripts = self.take()
        if subscripts.sort is not Sort.SUBSCRIPTS or not self.at(","):
            self.fail('einsum begins with its subscripts, as in einsum("ij,j->i", A, x)', subscripts)
        self.take()
        return self.built(token, einsum, subscripts.text, [self.shapes.name(a) for a in self.arguments(opened)])
