"""SymPy expressions as boxes, written the way a textbook writes them."""

from __future__ import annotations

from functools import singledispatch, singledispatchmethod
from typing import TYPE_CHECKING, Any

from sympy import (
    Abs,
    AccumBounds,
    Add,
    And,
    Derivative,
    Float,
    Integer,
    Integral,
    LambertW,
    Max,
    Min,
    Mul,
    Not,
    Number,
    NumberSymbol,
    Or,
    Piecewise,
    Pow,
    Rational,
    S,
    Subs,
    Symbol,
    exp,
    log,
)
from sympy.core.function import AppliedUndef, Function
from sympy.core.numbers import ComplexInfinity, Infinity, NaN, NegativeInfinity
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom

from symgrad.core import UnsupportedError
from symgrad.document.boxes import (
    At,
    Big,
    Box,
    Cancel,
    Cases,
    Fn,
    Frac,
    Ident,
    Mark,
    Num,
    Op,
    Root,
    Row,
    Script,
    Space,
    Text,
    commas,
    fenced,
    row,
)
from symgrad.document.conditions import betweens, turned
from symgrad.document.derivatives import by_prime, is_partial, operator, prime, primed
from symgrad.document.notation import PLAIN, Notation, Strikes, pointed_parts, strikes
from symgrad.document.order import common, is_negative, parted, stands, terms
from symgrad.document.products import Product, assemble, digits, grouped, halves, has_sum, inline, reciprocal, split
from symgrad.document.spelling import split_name
from symgrad.functions import D, Elementwise
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

RELATION_SIGNS = {"==": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}

FUNCTION_NAMES = {
    "log": "ln", "Abs": "abs", "atan": "arctan", "asin": "arcsin", "acos": "arccos", "sign": "sgn", "Max": "max",
    "Min": "min", "atanh": "artanh", "asinh": "arsinh", "acosh": "arcosh", "Heaviside": "H", "DiracDelta": "δ",
    "gamma": "Γ",
}  # fmt: skip


@singledispatch
def boxes(expr: Any, notation: Notation = PLAIN) -> Box:
    """The expression as a textbook would set it; other kinds of expression register themselves."""
    return Writer(expr, notation).write(expr)


class Writer:
    """One expression being written: what is still to be crossed out, and what is to be marked."""

    def __init__(self, whole: Any, notation: Notation) -> None:
        self.notation = notation
        self.strikes = Strikes({})
        self.within, self.parts = pointed_parts(whole, notation.pointed)
        self.pointed = self.parts if self.within is None else frozenset()

    def write(self, expr: Any) -> Box:
        """The box of an expression, marked if it is one of the parts to point at."""
        kept, marked = self.strikes, expr in self.pointed
        if not isinstance(expr, Mul | Pow):
            self.strikes = Strikes({})  # a factor of a term inside a sum is no factor of the product around it
        box = self.unmarked(expr)
        self.strikes = kept
        return Mark(box, self.notation.tone) if marked else box

    def unmarked(self, expr: Any) -> Box:
        """The box of an expression without a mark of its own; parts to point at may be right inside it."""
        if self.within is None:
            return self.plain(expr)
        kept, self.pointed = self.pointed, self.parts if expr == self.within else frozenset()
        box = self.plain(expr)
        self.pointed = kept
        return box

    def points_at(self, above: Iterable[Any], below: Iterable[Any]) -> bool:
        """Whether these factors, those below as reciprocals, are just the part to point at."""
        return len(self.pointed) > 1 and {*above, *(Pow(b, -1) for b in below)} == self.pointed

    def unpointed(self) -> Writer:
        """The writer with nothing to point at."""
        return Writer(S.Zero, Notation(self.notation.lets))

    @singledispatchmethod
    def plain(self, expr: Any) -> Box:
        """The box of an expression by its type."""
        raise UnsupportedError(
            f"a formula holds {type(expr).__name__}, which can't be written out; rewrite it with elementary functions"
        )

    @plain.register
    def _symbol(self, expr: Symbol) -> Box:
        base, sub = split_name(expr.name)
        return Script(Ident(base), Num(sub) if sub.isdigit() else Ident(sub)) if sub else Ident(base)

    @plain.register
    def _integer(self, expr: Integer) -> Box:
        return row(Op("−", prefix=True), Num(str(-expr))) if expr < 0 else Num(str(expr))

    @plain.register
    def _rational(self, expr: Rational) -> Box:
        top, below = halves(abs(expr))
        box = Num(digits(top)) if below == 1 else Frac(Num(digits(top)), Num(digits(below)))
        return row(Op("−", prefix=True), box) if expr < 0 else box

    @plain.register
    def _float(self, expr: Float) -> Box:
        digits = f"{float(abs(expr)):.12g}"
        return row(Op("−", prefix=True), Num(digits)) if expr < 0 else Num(digits)

    @plain.register
    def _enclosed(self, expr: AccumBounds) -> Box:
        """A root without a closed form, known by its bounds: the decimals of one of them."""
        return row(self.write(Float(expr.min)), Ident("…"))

    @plain.register
    def _constant(self, expr: NumberSymbol) -> Box:
        return Ident({"Pi": "π", "Exp1": "e", "EulerGamma": "γ"}.get(type(expr).__name__, type(expr).__name__))

    @plain.register(Infinity)
    def _infinity(self, expr: Any) -> Box:  # noqa: ARG002 - the type says it
        return Ident("∞")

    @plain.register(NegativeInfinity)
    def _minus_infinity(self, expr: Any) -> Box:  # noqa: ARG002 - the type says it
        return row(Op("−", prefix=True), Ident("∞"))

    @plain.register(NaN)
    @plain.register(ComplexInfinity)
    def _undefined(self, expr: Any) -> Box:  # noqa: ARG002 - the type says it
        return Text(message("undefined", context="formula"))

    @plain.register
    def _sum(self, expr: Add) -> Box:
        shared = common(expr)
        if shared > 1 and not self.pointed & set(expr.args):
            rest = self.plain(Add(*(t / shared for t in expr.args)))
            return row(Num(str(shared)), fenced(rest))
        parts: list[Box] = []
        for term in terms(expr):
            parts += self.signed(term, first=not parts)
        return Row(tuple(parts))

    def signed(self, term: Any, *, first: bool) -> Sequence[Box]:
        """A term of a sum with its sign: prefix on the first, between two terms otherwise."""
        negative, shown = parted(term)
        body = self.unmarked(shown)
        if (isinstance(shown, Add) and has_sum(body)) or isinstance(shown, Piecewise) or starts_with_sign(body):
            body = fenced(body)
        if shown in self.pointed or term in self.pointed:
            body = Mark(body, self.notation.tone)
        if first:
            return [Op("−", prefix=True), body] if negative else [body]
        return [Op("−" if negative else "+"), body]

    @plain.register
    def _product(self, expr: Mul) -> Box:
        negative, rest = parted(expr)
        if negative:
            body = self.write(rest)
            return row(Op("−", prefix=True), fenced(body) if has_sum(body) else body)
        if stands(rest):
            return self.standing(rest)
        return assemble(split(rest), self) if isinstance(rest, Mul) else self.write(rest)

    def standing(self, expr: Mul) -> Box:
        """A product built by hand: factors where they stand, each reciprocal under the factors before it."""
        kept = self.strikes
        if not kept.left:
            self.strikes = strikes(expr, self.notation.cancelled)
        groups = grouped(expr.args)
        spaced: list[Box] = []
        for n, group in enumerate(groups):
            box = self.unit(group, alone=len(groups) == 1)
            spaced += [*([Op("·")] if n else []), fenced(box) if n and starts_with_sign(box) else box]
        self.strikes = kept
        return row(*spaced)

    def unit(self, group: Product, *, alone: bool) -> Box:
        """One group of factors; a product inside a product is crossed out as one."""
        if not group.whole:
            return assemble(group, self, alone=alone)
        (factor,) = group.above
        struck = self.strikes.take(factor, above=True)
        box = self.write(factor)
        box = fenced(box) if is_negative(factor) else box
        return Cancel(box) if struck else box

    @plain.register
    def _power(self, expr: Pow) -> Box:
        base, power = expr.args
        if power.is_number and power.is_negative:
            return assemble(Product((), (reciprocal(expr),)), self)
        if power == S.Half:
            return Root(self.write(base))
        if isinstance(power, Rational) and power.p == 1 and power.q > 1:
            return Root(self.write(base), Num(str(power.q)))
        return self.raised(base, self.write(power))

    def raised(self, base: Any, power: Box) -> Box:
        """A base with a power on it: tanh²(z) for the functions which are so written, (1 + z)² for the rest."""
        box = self.write(base)
        if isinstance(box, Fn) and isinstance(box.head, Ident) and box.head.name in POWER_ON_NAME:
            return Fn(Script(box.head, None, inline(power)), box.argument)
        compact = isinstance(box, Ident | Fn) or (isinstance(box, Num) and not is_negative(base))
        if isinstance(box, Fn) and (isinstance(base, log) or not hasattr(box.argument, "left")):
            compact = False  # ln(1 + z)² might be the logarithm of a square
        if isinstance(box, Script) and box.sup is None:
            return Script(box.base, box.sub, inline(power))
        fine = compact or (hasattr(box, "left") and not hasattr(box, "rows"))
        return Script(box if fine else fenced(box), None, inline(power))

    @plain.register
    def _exponential(self, expr: exp) -> Box:
        power = expr.args[0]
        if isinstance(power, Piecewise) or power.has(D, exp, Integral):
            return Fn(Ident("exp"), fenced(self.write(power)))
        return Script(Ident("e"), None, inline(self.write(power)))

    @plain.register
    def _logarithm(self, expr: log) -> Box:
        inside = self.write(expr.args[0])
        bare = isinstance(expr.args[0], Symbol) or (isinstance(expr.args[0], Number) and isinstance(inside, Num))
        return Fn(Ident("ln"), inside if bare else fenced(inside))

    @plain.register
    def _absolute(self, expr: Abs) -> Box:
        return fenced(self.write(expr.args[0]), "|", "|")

    @plain.register(Max)
    @plain.register(Min)
    def _extreme(self, expr: Any) -> Box:
        chosen = sorted(expr.args, key=lambda x: (not x.is_number, str(x)))
        return Fn(Ident(FUNCTION_NAMES[type(expr).__name__]), fenced(commas(*map(self.write, chosen))))

    @plain.register
    def _lambert(self, expr: LambertW) -> Box:
        return Fn(Script(Ident("W"), Num("0")), fenced(self.write(expr.args[0])))

    @plain.register
    def _function(self, expr: Function) -> Box:
        name = type(expr).__name__
        if not expr.args:
            return Ident(name)
        return Fn(Ident(FUNCTION_NAMES.get(name, name)), fenced(commas(*map(self.write, expr.args))))

    @plain.register
    def _undefined_function(self, expr: AppliedUndef) -> Box:
        return Fn(self.plain(Symbol(type(expr).__name__)), fenced(commas(*map(self.write, expr.args))))

    @plain.register
    def _elementwise(self, expr: Elementwise) -> Box:
        if expr.spelling in {"abs", "absolute"} and len(expr.args) == 1:
            return fenced(self.write(expr.args[0]), "|", "|")
        count = len(expr.variables)
        variables, parameters = expr.args[:count], expr.args[count:]
        head = self.head(expr)
        arguments = commas(*map(self.write, variables))
        if len(parameters) == 1 and isinstance(parameters[0], Symbol | Integer):
            return Fn(Script(head, self.write(parameters[0])), fenced(arguments))
        if parameters:
            arguments = row(arguments, Op(";"), commas(*map(self.write, parameters)))
        return Fn(head, fenced(arguments))

    @staticmethod
    def head(expr: Elementwise) -> Ident:
        """A named function's name."""
        return Ident(expr.glyph, expr.tex, upright=len(expr.glyph) > 1)

    @plain.register
    def _cases(self, expr: Piecewise) -> Box:
        return Cases(tuple((self.write(value), self.condition(when)) for value, when in expr.args))

    def condition(self, when: Any) -> Box:
        """When a branch holds, in words and signs."""
        if when in {S.true, True}:
            return Text(message("otherwise", context="formula"))
        return row(Text(message("if", context="formula")), Space(0.4), self.write(when))

    @plain.register
    def _boolean(self, expr: BooleanAtom) -> Box:
        return Text(message("always", context="formula") if expr == S.true else message("never", context="formula"))

    @plain.register
    def _relation(self, expr: Relational) -> Box:
        left, sign, right = turned(expr)
        return row(self.write(left), Op(RELATION_SIGNS[sign]), self.write(right))

    @plain.register
    def _and(self, expr: And) -> Box:
        parts: list[Box] = []
        for chain in betweens(expr):
            links: list[Box] = [Op(RELATION_SIGNS[x]) if n % 2 else self.write(x) for n, x in enumerate(chain)]
            parts.append(row(*links))
        return worded(message("and", context="formula"), parts)

    @plain.register
    def _or(self, expr: Or) -> Box:
        return worded("or", [self.write(part) for part in sorted(expr.args, key=str)])

    @plain.register
    def _not(self, expr: Not) -> Box:
        return row(Text(message("not", context="formula")), Space(0.3), self.write(expr.args[0]))

    @plain.register
    def _derivative(self, expr: D) -> Box:
        order = 1
        while isinstance(expr.expr, D) and expr.expr.variable == expr.variable:
            expr, order = expr.expr, order + 1
        return self.differentiated(expr.expr, expr.variable, order)

    @plain.register
    def _sympy_derivative(self, expr: Derivative) -> Box:
        box, *rest = expr.variable_count
        if rest:
            return self.differentiated(Derivative(expr.expr, box), rest[0][0], int(rest[0][1]))
        return self.differentiated(expr.expr, box[0], int(box[1]))

    def differentiated(self, expr: Any, variable: Any, order: int) -> Box:
        """f′(z), da/dz or d/dz [...], whichever is shortest to read."""
        if isinstance(expr, AppliedUndef) and by_prime(expr, variable):
            return primed(self.write(expr), order)
        by = self.write(variable)
        several = is_partial(expr, variable, self.notation)
        named = (
            isinstance(expr, Symbol) and expr != variable and (expr.name == "J" or self.notation.value(expr) != expr)
        )
        return operator(self.write(expr), expr, by, named=named, partial=several, order=order)

    @plain.register
    def _substituted(self, expr: Subs) -> Box:
        inner, variables, points = expr.args
        if isinstance(inner, D | Derivative) and len(points) == 1 and inner.args[0].args == (variables[0],):
            head = self.write(inner.args[0])
            if isinstance(head, Fn):
                return Fn(prime(head.head), fenced(self.write(points[0])))
        equations = [row(self.write(v), Op("="), self.write(p)) for v, p in zip(variables, points, strict=True)]
        return At(self.write(inner), commas(*equations))

    @plain.register
    def _integral(self, expr: Integral) -> Box:
        variable, *ends = expr.limits[0]
        lower, upper = map(self.write, ends) if len(ends) == 2 else (None, None)  # noqa: PLR2004 - both ends
        inside = self.write(expr.function)
        if isinstance(expr.function, Add):
            inside = fenced(inside)
        return Big("∫", lower, upper, row(inside, Space(0.17), Ident("d"), self.write(variable)))


POWER_ON_NAME = frozenset({"tanh", "sinh", "cosh", "sin", "cos", "tan", "sech"})


def worded(word: str, parts: list[Box]) -> Box:
    """Conditions with a word between them."""
    spaced: list[Box] = []
    for part in parts:
        spaced += [Space(0.3), Text(word), Space(0.3), part] if spaced else [part]
    return row(*spaced)


def starts_with_sign(box: Box) -> bool:
    """Whether a box begins with a minus, so that it can't follow another sign bare."""
    first = box.kids[0] if isinstance(box, Row) and box.kids else box
    return isinstance(first, Op) and first.prefix
