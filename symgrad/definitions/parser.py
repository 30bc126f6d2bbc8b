"""The user's own expression: a whitelist grammar, read by hand; nothing of the text is ever run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sympy import And, Eq, Expr, Ge, Gt, Le, Lt, Ne, Or, Piecewise, S, Symbol, Tuple
from sympy.logic.boolalg import Boolean

from symgrad.core import ParseError
from symgrad.definitions.arithmetic import UNREAL, Refused, number, power, product, quotient, real, total
from symgrad.definitions.definedness import applies, divides, raises, survives
from symgrad.definitions.tokens import Sort, Token, tokens_of
from symgrad.definitions.vocabulary import CONSTANTS, call, near, symbol, word
from symgrad.functions import Elementwise
from symgrad.words import counted, message

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.words import Message

DEPTH = 100  # of brackets, powers and signs inside one another
HEIGHT = 80  # of the tree; SymPy's printers and its calculus recurse several calls deep for each level
NODES = 1_500  # numbers, names and operations
CASES = 20  # of one Piecewise
COMPARED = {"<": Lt, "<=": Le, ">": Gt, ">=": Ge, "==": Eq, "!=": Ne}
COMPARISONS, SUMS, PRODUCTS = tuple(COMPARED), ("+", "-"), ("*", "/")
OPERATORS = (("|", "or"), ("&", "and"), COMPARISONS, SUMS, PRODUCTS)  # the loosest first
TRUTH = {"True": S.true, "False": S.false}


def parse(text: str) -> Expr:
    """The expression that `text` stands for, in exact numbers and real symbols.

    `-z^2` is -(z^2), `2^3^2` is 2^(3^2), multiplication is written. ParseError says what is wrong, where.
    """
    return read(text, lambda reader: reader.whole(reader.value))


def parse_condition(text: str) -> Any:
    """The condition that `text` stands for, such as `z > 0 & y = 1`, under the same rules; = compares, as == does."""
    return read(text, lambda reader: reader.comparing().whole(reader.condition))


def doubtful(made: Any, letters: set[str]) -> Message | None:
    """Why a function may be meant in two ways: a parameter was left out whose letter stands beside it."""
    if not isinstance(made, Elementwise):
        return None
    for k, (letter, value) in enumerate(made.left_out, len(made.args)):
        if letter.name in letters:
            front = f"{made.func}({', '.join(map(str, made.filled[:k]))}"
            return message(
                "{made} stands for {usual}, yet {letter} is spoken of beside it; write {usual} or {meant}",
                made=str(made),
                usual=f"{front}, {value})",
                letter=letter.name,
                meant=f"{front}, {letter})",
            )
    return None


def read(text: str, whole: Callable[[Reader], Any]) -> Any:
    """What a reader finds in the text, within the limits of size."""
    reader = Reader(text)
    try:
        found = whole(reader)
    except RecursionError:
        raise ParseError(
            message("the expression is nested too deeply for SymPy to hold; break it into parts")
        ) from None
    if found.has(*UNREAL):
        raise ParseError(message("a part of this expression has no real value"), text, 0)
    if height(found) > HEIGHT:
        raise ParseError(
            message("the expression is nested too deeply to be differentiated; break it into parts"), text, 0
        )
    return found


def parse_name(text: str) -> Symbol:
    """The real symbol of this name: z, alpha or α, W_2."""
    found = parse(text)
    if not isinstance(found, Symbol):
        raise ParseError(message("a variable is expected here, such as z, alpha or W_2"), text, 0)
    return found


class Reader:
    """Reads one text from left to right by precedence climbing, four calls deep for every level of nesting."""

    def __init__(self, text: str) -> None:
        self.text, self.tokens = text, tokens_of(text)
        self.place = self.depth = self.nodes = 0
        self.asked: list[tuple[Token, tuple[str, Expr]]] = []  # where parts of the text have a value

    def comparing(self) -> Reader:
        """The same text with every = read as ==, where nothing can be defined."""
        self.tokens = [replace(token, text="==") if token.text == "=" else token for token in self.tokens]
        return self

    @property
    def next(self) -> Token:
        """The token that is read next."""
        return self.tokens[self.place]

    @property
    def ended(self) -> bool:
        """Whether everything has been read."""
        return self.next.sort is Sort.END

    def take(self) -> Token:
        """The next token, left behind."""
        token = self.next
        self.place += not self.ended
        self.nodes += 1
        if self.nodes > NODES:
            raise self.error("the expression has more than {nodes} parts", token, nodes=f"{NODES:,}")
        return token

    def at(self, *signs: str) -> bool:
        """Whether the next token is one of these signs or words."""
        return self.next.sort in {Sort.SIGN, Sort.NAME} and self.next.text in signs

    def expect(self, sign: str, why: str) -> Token:
        """The next token, which must be this sign."""
        if not self.at(sign):
            raise self.error(
                "expected {sign} {why}, found {found}",
                self.next,
                sign=repr(sign),
                why=why,
                found=self.next.said,
            )
        return self.take()

    def error(self, what: str, token: Token, **values: Any) -> ParseError:
        """The error with its place in the text."""
        return ParseError(what, self.text, token.at, **values)

    def built(self, token: Token, build: Any, *parts: Any) -> Any:
        """What an operation makes of its parts; a refusal is reported at the operation."""
        try:
            return build(*parts)
        except Refused as refusal:
            raise self.error(refusal.told, token) from None
        except (TypeError, ValueError, ArithmeticError, NotImplementedError):  # SymPy's own refusals, all sorts of them
            raise self.error("this has no real value, or none that SymPy can compare", token) from None

    def deeper(self, token: Token) -> None:
        """One level further in; refused beyond DEPTH."""
        self.depth += 1
        if self.depth > DEPTH:
            raise self.error("nested more than {depth} levels deep", token, depth=DEPTH)

    def whole(self, wanted: Callable[[Any, Token], Any]) -> Any:
        """The whole text as what is wanted: one expression, or one condition."""
        if self.ended:
            raise ParseError(message("the text is empty; write an expression such as z*tanh(z)"))
        token = self.next
        found = self.climb()
        if not self.ended:
            raise self.error(stray(self.next), self.next)
        return self.defined(wanted(found, token))

    def defined(self, found: Any, posed: list[tuple[Token, tuple[str, Expr]]] | None = None) -> Any:
        """The expression, if it is defined just where its text is; a part of it, by what that part asks."""
        for token, asked in self.asked if posed is None else posed:
            if not survives(asked, found):
                raise self.error(
                    "{asked} cancels from this, and with it the condition under which it has a value; write "
                    "the simplified form, or let Python hold it as it stands: `with sympy.evaluate(False): "
                    "left = ...`, then symgrad.prove(left, right)",
                    token,
                    asked=asked[1],
                )
        return found

    def value(self, found: Any, token: Token) -> Any:
        """What was read, which must be an expression and no condition."""
        if is_condition(found):
            raise self.error("an expression is expected here, not a comparison; those belong into Piecewise", token)
        return found

    def condition(self, found: Any, token: Token) -> Any:
        """What was read, which must be a condition."""
        if not is_condition(found):
            raise self.error("a condition is expected here, such as z > 0 or True", token)
        return found

    def climb(self, level: int = 0) -> Any:
        """Operands joined by operators that bind at least as tightly as `level`."""
        token, start = self.next, len(self.asked)
        left = self.operand()
        while (here := self.binding()) >= level:
            signs, parts = [], [left]
            while self.binding() == here:
                signs.append(self.take())
                parts.append(self.climb(here + 1))
            left = self.joined(here, signs, parts, token)
            if is_condition(left):  # what cancels here may stand elsewhere, and ask nothing there
                self.defined(left, self.asked[start:])
        if self.at("="):
            raise self.error("write == to compare; a definition is no expression", self.next)
        return left

    def binding(self) -> int:
        """How tightly the operator that comes next binds; -1 where none comes."""
        return next((i for i, signs in enumerate(OPERATORS) if self.at(*signs)), -1)

    def joined(self, level: int, signs: list[Token], parts: list[Any], token: Token) -> Any:
        """The operators of one level carried out on all their operands at once."""
        conditions = level < OPERATORS.index(COMPARISONS)
        for part in parts:
            if is_condition(part) != conditions:
                wanted = message("conditions such as z > 0") if conditions else message("expressions, not conditions")
                raise self.error("{found} joins {wanted}", signs[0], found=signs[0].said, wanted=wanted)
        if conditions:
            return (Or, And)[level](*parts)
        texts = [sign.text for sign in signs]
        if OPERATORS[level] is COMPARISONS:
            links = zip(texts, parts, parts[1:], strict=False)
            return self.built(token, lambda: And(*(COMPARED[t](u, v) for t, u, v in links)))
        if OPERATORS[level] is SUMS:
            terms = [product([S.NegativeOne, p]) if t == "-" else p for t, p in zip(["+", *texts], parts, strict=True)]
            return self.built(token, total, terms)
        factors = [parts[0]]
        for sign, part in zip(signs, parts[1:], strict=True):
            if sign.text == "/":
                self.asked += [(sign, asked) for asked in divides(part)]
            factors.append(self.built(sign, quotient, S.One, part) if sign.text == "/" else part)
        return self.built(token, product, factors)

    def operand(self) -> Any:
        """An atom with the signs before it and the power after it: -z^2 is -(z^2), and 2^3^2 is 2^(3^2)."""
        first, negative = self.next, False
        while self.at("+", "-"):
            negative ^= self.take().text == "-"
        token = self.next
        found = self.atom()
        if self.at("^", "**"):
            sign = self.take()
            self.deeper(sign)
            exponent = self.value(self.operand(), sign)
            self.depth -= 1
            base = self.value(found, token)
            found = self.built(sign, power, base, exponent)
            self.asked += [(sign, asked) for asked in raises(base, exponent)]
        return product([S.NegativeOne, self.value(found, first)]) if negative else found

    def atom(self) -> Any:
        """A number, a name, a function applied, or brackets."""
        token = self.take()
        if token.sort is Sort.NUMBER:
            return number(token.text)
        if token.sort is Sort.NAME and not self.at("("):
            return self.bare(token)
        if token.sort is not Sort.NAME and token.text != "(":
            raise self.error("a number, a name or '(' is expected, found {found}", token, found=token.said)
        self.deeper(token)
        if token.text == "(":
            found = self.climb()
            self.expect(")", message("to close the bracket"))
        elif token.text == "Piecewise":
            found = self.cases(token)
        else:
            found = self.applied(token)
        self.depth -= 1
        return found

    def bare(self, token: Token) -> Any:
        """A name that stands alone: a constant, a truth value or a symbol."""
        if token.text in TRUTH:
            return TRUTH[token.text]
        found = CONSTANTS.get(token.text, symbol(token.text))
        if found is not None:
            return found
        if word(token.text) or token.text == "Piecewise":
            raise self.error("{found} is a function; write what it is applied to, in brackets", token, found=token.said)
        hint = message("variables are letters such as z, alpha or W_2, and products are written with *")
        raise self.error("{found} is no variable; {hint}", token, found=token.said, hint=hint)

    def applied(self, token: Token) -> Any:
        """A function of the catalogue or of SymPy, applied."""
        known = word(token.text)
        if known is None and symbol(token.text) is not None:
            raise self.error(
                "{found} is a variable, not a function; write {name}*(...)",
                token,
                found=token.said,
                name=token.text,
            )
        if known is None:
            raise self.error("no function is called {found}; {near}", token, found=token.said, near=near(token.text))
        found: list[Any] = []
        place = self.take()
        while not (self.at(")") and not found):
            start = self.next
            found.append(self.value(self.climb(), start))
            if len(found) > known.most:
                raise self.error(
                    "{found} takes {counted}, not more",
                    place,
                    found=token.said,
                    counted=arguments(known.least, known.most),
                )
            if not self.at(","):
                break
            place = self.take()
        self.expect(")", message("after the arguments of {name}", name=token.text))
        if len(found) < known.least:
            raise self.error(
                "{found} takes {counted}, not {number}",
                token,
                found=token.said,
                counted=arguments(known.least, known.most),
                number=len(found),
            )
        made = self.built(token, call, known, found)
        if double := doubtful(made, {t.text for t in self.tokens if t.sort is Sort.NAME}):
            raise self.error(double, token)
        self.asked += [(token, asked) for asked in applies(made, found)]
        return made

    def cases(self, token: Token) -> Any:
        """Piecewise((value, condition), ..., (value, True))."""
        self.take()
        posed: list[tuple[Token, tuple[str, Expr]]] = []
        found = [self.case(posed)]
        while self.at(","):
            comma = self.take()
            if len(found) == CASES:
                raise self.error("Piecewise may have at most {cases} cases", comma, cases=CASES)
            found.append(self.case(posed))
        if found[-1][1] != S.true:
            raise self.error("the last case must be (value, True), for all that is left", self.next)
        self.expect(")", message("after the cases of Piecewise"))
        made = self.built(token, lambda: real(Piecewise(*found)))
        self.defined(Tuple(*(c for _, c in made.args) if isinstance(made, Piecewise) else ()), posed)
        return made

    def case(self, posed: list[tuple[Token, tuple[str, Expr]]]) -> tuple[Any, Any]:
        """One case (value, condition); what the condition asks goes to `posed`, for equal cases lose theirs."""
        self.expect("(", message("before a case (value, condition)"))
        start = self.next
        value = self.value(self.climb(), start)
        self.expect(",", message("between the value of a case and its condition"))
        start, before = self.next, len(self.asked)
        condition = self.condition(self.climb(), start)
        posed += self.asked[before:]
        if condition.has(Piecewise):
            raise self.error("a condition can't be by cases itself; write the cases out", start)
        self.expect(")", message("after a case"))
        return value, condition


def height(expr: Any) -> int:
    """How many levels an expression has, counted without recursion."""
    levels, layer = 0, [expr]
    while layer:
        levels, layer = levels + 1, list({part for above in layer for part in above.args})
    return levels


def is_condition(found: Any) -> bool:
    """Whether this is true or false rather than a number; for SymPy a Symbol may be both."""
    return isinstance(found, Boolean) and not isinstance(found, Expr)


def stray(token: Token) -> str:
    """What to say about a token after a complete expression."""
    if token.text == ")":
        return message("this bracket closes nothing; take it out, or open one before it")
    if token.sort is Sort.SIGN and token.text != "(":
        return message("{found} is not expected here", found=token.said)
    return message("an operator is expected before {found}; write * for a product", found=token.said)


def arguments(least: int, most: int) -> Message:
    """How many arguments a function takes."""
    if least == most:
        return counted("{n} argument", "{n} arguments", least)
    return message("{least} to {most} arguments", least=least, most=most)
