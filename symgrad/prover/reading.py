"""SymPy expressions into nodes, once and never back: SymPy merges exponentials and drops domains as it rebuilds."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from symgrad.core import LetError, UnsupportedError
from symgrad.core.derivation import require_order
from symgrad.functions import D, Elementwise
from symgrad.prover import scalar as n
from symgrad.prover.conventions import BOUND, opened, require_real
from symgrad.prover.scalar import HALF, MINUS, ONE, TWO, ZERO, Node, add, apply, mul, num, over, power, sub, switch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from symgrad.core import Let

DOUBLE = 53  # bits
NORMAL = 1000  # binary exponents of doubles that have all their digits
SIZE = 20_000  # operations, shared ones counted once
DIGITS = 4_000


class Reader:
    """Reads expressions over one set of symbols; `lets` are looked through.

    D(e, v) sees every let that depends on v, except v itself: D(J, a) regards a as independent, D(J, z) is total.
    """

    def __init__(self, lets: Sequence[Let] = (), symbols: Mapping[str, Any] | None = None) -> None:
        self.symbols: dict[str, Any] = dict(symbols or {})  # our name -> SymPy's symbol
        self.names: dict[Any, str] = {}
        for name, symbol in self.symbols.items():
            require_real(symbol)
            self.names[symbol] = name
        self.memo: dict[Any, Node] = {}
        self.lets: dict[str, Node] = {}
        try:
            require_order(tuple(lets))
        except LetError as error:
            raise UnsupportedError(error.told) from error
        for let in lets:
            self.lets[self.name(let.symbol)] = self.raw(let.value)

    def name(self, symbol: Any) -> str:
        """Our name of a symbol; two symbols that only look alike get two names."""
        found = self.names.get(symbol)
        if found is None:
            require_real(symbol)
            found = symbol.name.lstrip(BOUND)
            while found in self.symbols:
                found += "'"
            self.names[symbol] = found
            self.symbols[found] = symbol
        return found

    def read(self, expr: Any) -> Node:
        """The expression with every let looked through."""
        return self.expand(self.raw(expr))

    def expand(self, node: Node) -> Node:
        """The node with every let looked through."""
        for name, value in reversed(self.lets.items()):
            if name in node.free:
                node = n.substitute(node, {name: value})
        return node

    def condition(self, boolean: Any) -> Node:
        """A node that is 1 where the condition holds and 0 where it does not."""
        return self.expand(self.select(boolean, ONE, ZERO))

    def raw(self, expr: Any) -> Node:
        """The expression as it stands, lets only looked through where a derivative asks for it."""
        found = self.memo.get(expr)
        if found is None:
            if len(self.memo) > SIZE:
                raise UnsupportedError("the expression has more than {size} parts; name its parts with lets", size=SIZE)
            found = self.memo[expr] = self._read(expr)
        return found

    def _read(self, expr: Any) -> Node:
        if isinstance(expr, sp.Symbol):
            return n.sym(self.name(expr))
        if isinstance(expr, Elementwise):
            return self.opened(expr)
        if isinstance(expr, AppliedUndef):
            return n.call(expr.func.__name__, tuple(map(self.raw, expr.args)), (0,) * len(expr.args))
        simple = SIMPLE.get(expr.func)
        if simple is not None:
            if len(expr.args) > ARGUMENTS.get(expr.func, len(expr.args)):
                raise UnsupportedError(
                    "{func} with {args} arguments is not one that is known",
                    func=expr.func.__name__,
                    args=len(expr.args),
                )
            return simple(*map(self.raw, expr.args))
        special = SPECIAL.get(expr.func)
        if special is not None:
            return special(self, expr)
        return constant(expr)

    def opened(self, expr: Any) -> Node:
        """A catalogue function by its formula, defined only where every argument is, mentioned or not."""
        formula, values = opened(expr)
        names, body = formula_of(formula, tuple(values))
        arguments = tuple(map(self.raw, values.values()))
        value = n.substitute(body, dict(zip(names, arguments, strict=True)))
        return add(value, *(mul(ZERO, a) for a in dict.fromkeys(arguments) if not (total(a) or rests_on(value, a))))

    def derivative(self, expr: Any, *variables: Any) -> Node:
        """d/dv of an expression, for one variable after the other."""
        node = self.raw(expr)
        for v in variables:
            if not isinstance(v, sp.Symbol):
                part = self.raw(v)
                node = n.diff(n.replace(node, part, n.sym("\u2202")), "\u2202", part)
                continue
            name = self.name(v)
            reached = self.depending_on(name)
            for let, value in reversed(self.lets.items()):
                if let in reached and let in node.free:
                    node = n.substitute(node, {let: value})
            node = n.diff(node, name, n.sym(name))
        return node

    def depending_on(self, name: str) -> set[str]:
        """The lets whose values depend on the symbol, itself excluded."""
        reached = {name}
        for let, value in self.lets.items():
            if not value.free.isdisjoint(reached):
                reached.add(let)
        return reached - {name}

    def select(self, boolean: Any, yes: Node, no: Node) -> Node:
        """`yes` where the condition holds, else `no`."""
        if boolean in (True, False):
            return yes if boolean else no
        if isinstance(boolean, sp.Not):
            return self.select(boolean.args[0], no, yes)
        if isinstance(boolean, sp.And):
            for part in reversed(boolean.args):
                yes = self.select(part, yes, no)
            return yes
        if isinstance(boolean, sp.Or):
            for part in reversed(boolean.args):
                no = self.select(part, yes, no)
            return no
        if isinstance(boolean, sp.logic.boolalg.ITE):
            test, then, otherwise = boolean.args
            return self.select(test, self.select(then, yes, no), self.select(otherwise, yes, no))
        if isinstance(boolean, Relational):
            return self._relation(boolean, yes, no)
        raise UnsupportedError("the condition {boolean} is not one that the prover knows", boolean=boolean)

    def _relation(self, relation: Any, yes: Node, no: Node) -> Node:
        for end, other, s in ((relation.lhs, relation.rhs, 1), (relation.rhs, relation.lhs, -1)):
            if end in (sp.oo, -sp.oo):
                large = (end is sp.oo) == (s > 0)
                above = isinstance(relation, (sp.Gt, sp.Ge, sp.Ne))
                below = isinstance(relation, (sp.Lt, sp.Le, sp.Ne))
                return mul_zero(self.raw(other), yes if (above if large else below) else no)
        p = sub(self.raw(relation.lhs), self.raw(relation.rhs))
        signs = SIGNS.get(relation.func)
        if signs is None:
            raise UnsupportedError("the relation {relation} is not one that the prover knows", relation=relation)
        return switch(p, *(yes if s else no for s in signs))


@cache
def formula_of(formula: Any, letters: tuple[Any, ...]) -> tuple[tuple[str, ...], Node]:
    """The formula of a named function in its own letters: SymPy would cancel if arguments stood there."""
    reader = Reader()
    node = reader.raw(formula)
    names = tuple(map(reader.name, letters))
    if not node.free <= set(names):
        raise UnsupportedError(
            "the formula {formula} has a letter that is not one of the function's arguments", formula=formula
        )
    return names, node


TOTAL = {"num", "sym", "pi", "add", "mul", "exp", "erf", "atan", "sin", "cos", "call"}


def total(node: Node) -> bool:
    """Whether a node is seen to have a value everywhere; False settles nothing."""
    return all(p.op in TOTAL or (p.op == "pow" and _is_count(p.args[1])) for p in n.subnodes(node))


def _is_count(exponent: Node) -> bool:
    return exponent.op == "num" and exponent.value.denominator == 1 and exponent.value >= 0


def rests_on(node: Node, part: Node) -> bool:
    """Whether the node has no value where the part has none, whichever branches are taken."""
    found: dict[Node, bool] = {part: True}
    for p in n.subnodes(node):
        if p not in found:
            first, *rest = (found[a] for a in p.args) if p.args else (False,)
            found[p] = first or (bool(rest) and (all if p.op == "switch" else any)(rest))
    return found[node]


SIGNS = {
    sp.Gt: (True, False, False),
    sp.Ge: (True, True, False),
    sp.Lt: (False, False, True),
    sp.Le: (False, True, True),
    sp.Eq: (False, True, False),
    sp.Ne: (True, False, True),
}


def constant(expr: Any) -> Node:
    """A number, exactly; a Float means the decimal it prints."""
    if expr in (sp.nan, sp.zoo):
        return n.undef(f"{expr} is no real number")
    if expr.is_Rational:
        if max(abs(expr.p), expr.q).bit_length() > DIGITS * 4:
            raise UnsupportedError("a number of more than {digits} digits is not worked on", digits=DIGITS)
        return num(Fraction(int(expr.p), int(expr.q)))
    if expr.is_Float:
        _, _, exponent, bits = expr._mpf_
        if abs(exponent + bits) > DIGITS * 4:
            raise UnsupportedError("a number of more than {digits} digits is not worked on", digits=DIGITS)
        if expr._prec <= DOUBLE and abs(exponent + bits) < NORMAL:  # noqa: SLF001 - as above
            return num(Fraction(repr(float(expr))))  # 0.1 is meant as 1/10
        exact = sp.Rational(expr)
        return num(Fraction(int(exact.p), int(exact.q)))
    if expr is sp.pi:
        return n.PI
    if expr is sp.E:
        return apply("exp", ONE)
    raise UnsupportedError(
        "{func} is not a function that the prover knows; write it with known ones", func=expr.func.__name__
    )


def mul_zero(guard: Node, value: Node) -> Node:
    """The value, wherever the guard is defined."""
    return add(value, mul(ZERO, guard))


def tanh(u: Node) -> Node:
    """(e^2u - 1) / (e^2u + 1)."""
    e = apply("exp", mul(TWO, u))
    return over(sub(e, ONE), add(e, ONE))


def coth(u: Node) -> Node:
    """1/tanh."""
    e = apply("exp", mul(TWO, u))
    return over(add(e, ONE), sub(e, ONE))


def sinh(u: Node) -> Node:
    """(e^u - e^-u) / 2."""
    e = apply("exp", u)
    return mul(HALF, sub(e, power(e, -1)))


def cosh(u: Node) -> Node:
    """(e^u + e^-u) / 2."""
    e = apply("exp", u)
    return mul(HALF, add(e, power(e, -1)))


def atanh(u: Node) -> Node:
    """log((1 + u)/(1 - u)) / 2."""
    return mul(HALF, apply("log", over(add(ONE, u), sub(ONE, u))))


def asinh(u: Node) -> Node:
    """log(u + sqrt(u^2 + 1))."""
    return apply("log", add(u, n.sqrt(add(power(u, 2), ONE))))


def acosh(u: Node) -> Node:
    """log(u + sqrt(u^2 - 1)) where u >= 1."""
    value = apply("log", add(u, n.sqrt(sub(power(u, 2), ONE))))
    return switch(sub(u, ONE), value, ZERO, n.undef("acosh of something below 1"))


def tan(u: Node) -> Node:
    """sin/cos."""
    return over(apply("sin", u), apply("cos", u))


def read_pow(base: Node, exponent: Node) -> Node:
    """E**x is exp(x)."""
    if base.op == "exp" and base.args[0] is ONE:
        return apply("exp", exponent)
    return n.general_power(base, exponent)


def read_log(u: Node, base: Node | None = None) -> Node:
    """Log u, or log u / log base."""
    return apply("log", u) if base is None else over(apply("log", u), apply("log", base))


def heaviside(u: Node, at_zero: Node = HALF) -> Node:
    """SymPy's convention at 0 is 1/2."""
    return switch(u, ONE, at_zero, ZERO)


def largest(first: Node, *rest: Node) -> Node:
    """Max."""
    for b in rest:
        first = switch(sub(first, b), first, first, b)
    return first


def smallest(first: Node, *rest: Node) -> Node:
    """Min."""
    for b in rest:
        first = switch(sub(first, b), b, first, first)
    return first


SIMPLE: dict[Any, Callable[..., Node]] = {
    sp.Add: add,
    sp.Mul: mul,
    sp.Pow: read_pow,
    sp.log: read_log,
    sp.tanh: tanh,
    sp.coth: coth,
    sp.sinh: sinh,
    sp.cosh: cosh,
    sp.sech: lambda u: power(cosh(u), -1),
    sp.csch: lambda u: power(sinh(u), -1),
    sp.atanh: atanh,
    sp.asinh: asinh,
    sp.acosh: acosh,
    sp.tan: tan,
    sp.erfc: lambda u: sub(ONE, apply("erf", u)),
    sp.erfcinv: lambda u: apply("erfinv", sub(ONE, u)),
    log1p: lambda u: apply("log", add(ONE, u)),
    expm1: lambda u: sub(apply("exp", u), ONE),
    sp.Abs: n.absolute,
    sp.sign: lambda u: switch(u, ONE, ZERO, MINUS),
    sp.Heaviside: heaviside,
    sp.DiracDelta: lambda u: switch(u, ZERO, n.undef("DiracDelta(0)"), ZERO),
    sp.Max: largest,
    sp.Min: smallest,
    **{
        f: lambda u, name=name: apply(name, u)
        for f, name in {
            sp.exp: "exp",
            sp.erf: "erf",
            sp.erfinv: "erfinv",
            sp.atan: "atan",
            sp.sin: "sin",
            sp.cos: "cos",
            sp.gamma: "gamma",
            sp.loggamma: "loggamma",
            sp.LambertW: "lambertw",
        }.items()
    },
}


MANY = {sp.Add, sp.Mul, sp.Pow, sp.Max, sp.Min}
ARGUMENTS = {function: 1 for function in SIMPLE if function not in MANY} | {sp.log: 2, sp.Heaviside: 2}


def read_piecewise(reader: Reader, expr: Any) -> Node:
    """The first branch whose condition holds; no value where none does."""
    found = n.undef("no branch applies")
    for branch, condition in reversed(expr.args):
        found = reader.select(condition, reader.raw(branch), found)
    return found


def read_derivative(reader: Reader, expr: Any) -> Node:
    """SymPy's own Derivative."""
    if not all(count.is_Integer for _, count in expr.variable_count):
        raise UnsupportedError("{expr} is taken an unknown number of times: give the number", expr=expr)
    return reader.derivative(expr.expr, *expr.variables)


def read_subs(reader: Reader, expr: Any) -> Node:
    """The value of an expression at a point."""
    body = reader.raw(expr.expr)
    names = [reader.name(v) for v in expr.variables]
    reached = set().union(*(reader.depending_on(name) for name in names))
    for let, value in reversed(reader.lets.items()):
        if let in reached and let in body.free:
            body = n.substitute(body, {let: value})
    return n.substitute(body, dict(zip(names, map(reader.raw, expr.point), strict=True)))


def read_integral(reader: Reader, expr: Any) -> Node:
    """An integral over one variable between two ends."""
    if len(expr.limits) != 1 or len(expr.limits[0]) != 3:  # noqa: PLR2004 - variable, lower, upper
        raise UnsupportedError("only integrals over one variable between two ends can be proved about")
    variable, lower, upper = expr.limits[0]
    name, body = reader.name(variable), reader.raw(expr.function)
    if any(reader.lets[known].free & {name, *reader.lets} for known in body.free & set(reader.lets)):
        raise UnsupportedError("a named quantity under an integral may change with its variable; write it out")
    return n.integral(body, name, reader.raw(lower), reader.raw(upper))


SPECIAL: dict[Any, Callable[[Reader, Any], Node]] = {
    sp.Piecewise: read_piecewise,
    sp.Derivative: read_derivative,
    D: lambda reader, expr: reader.derivative(expr.expr, expr.variable),
    sp.Subs: read_subs,
    sp.Integral: read_integral,
}
