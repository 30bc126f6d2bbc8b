"""The checker reads the statement itself: SymPy expressions into the lines of a program, by its own account of them.

A line is `[operation, value, operands]`; equal lines are one. Names are not looked through by substitution, as the
prover does, but by an environment: what each symbol stands for where it is met. A quantity that depends on the
symbol of a derivative moves with it, so an environment drops what it knew of such a quantity.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import product
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from symgrad.core.derivation import require_order
from symgrad.functions import D, Elementwise, put
from symgrad.prover.conventions import named, opened, order_matters, plain, require_real, symbols_of
from symgrad.prover.recheck_program import Program
from symgrad.prover.recheck_ring import RejectedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from symgrad.core import Let

Env = dict[Any, int]
DOUBLE, NORMAL, LARGE = 53, 1000, 16_000  # bits of a double, its exponents, and those of any number


@dataclass(frozen=True, slots=True)
class Case:
    """What is claimed for one combination of the values of finite domains, in lines of the program."""

    left: int
    right: int
    assumption: int
    premises: tuple[tuple[int, str], ...]


def cases(program: Program, claimed: tuple[Any, ...]) -> Iterator[Case]:
    """The statement, one case after the other; the values stand where their symbols stood."""
    left, right, variables, lets, assuming = claimed
    if any(order_matters(part, variables) for part in (left, right, assuming)):
        raise RejectedError("a condition of the statement rests on the order in which its parts are read")
    reading = Reading(program, lets, symbols_of(left, right, variables, lets, assuming))
    domains = {v.symbol: v.domain for v in variables if v.symbol not in reading.lets}
    needed = _needed(reading, {reading(left), reading(right), reading.condition(assuming, {})}, domains)
    finite = [s for s in needed if s in domains and domains[s].values]
    for values in product(*(domains[s].values for s in finite)):
        env = {s: reading(v) for s, v in zip(finite, values, strict=True)}
        premises = (p for s in needed if s not in env for p in _premises(reading, s, domains.get(s), env))
        yield Case(reading(left, env), reading(right, env), reading.condition(assuming, env), tuple(premises))


def _needed(reading: Reading, roots: set[int], domains: Mapping[Any, Any]) -> list[Any]:
    """The symbols that the lines mention, and those in the ends of their domains, by name."""
    symbols = {name: symbol for symbol, name in reading.names.items()}
    found: set[Any] = set()
    waiting = [symbols[n] for n in _names(reading.program, roots)]
    while waiting:
        symbol = waiting.pop()
        if symbol not in found:
            found.add(symbol)
            domain = domains.get(symbol)
            ends = (domain.lower, domain.upper, *domain.values) if domain is not None else ()
            lines = {reading(end) for end in ends if end not in {None, sp.oo, -sp.oo}}
            waiting += [symbols[n] for n in _names(reading.program, lines)]
    return sorted(found, key=lambda s: reading.names[s])


def _names(program: Program, roots: set[int]) -> set[str]:
    """The free symbols of lines: bound ones begin with a mark that no name has."""
    seen, waiting = set(roots), list(roots)
    while waiting:
        new = set(program.lines[waiting.pop()][2:]) - seen
        seen |= new
        waiting += new
    return {program.lines[i][1] for i in seen if program.lines[i][0] == "sym" and program.lines[i][1][:1] != "#"}


def _premises(reading: Reading, symbol: Any, domain: Any, env: Env) -> list[tuple[int, str]]:
    program, at = reading.program, reading(symbol)
    if domain is None:
        side = 1 if symbol.is_nonnegative else -1 if symbol.is_nonpositive else 0
        strict = symbol.is_positive or symbol.is_negative
        return [(program.mul(program.number(side), at), ">" if strict else ">=")] if side else []
    found = []
    if domain.lower not in {None, -sp.oo}:
        found.append((program.sub(at, reading(domain.lower, env)), ">" if domain.lower_open else ">="))
    if domain.upper not in {None, sp.oo}:
        found.append((program.sub(reading(domain.upper, env), at), ">" if domain.upper_open else ">="))
    return found


class Reading:
    """Reads expressions where symbols stand for what an environment says, else for their lets, else for themselves."""

    def __init__(self, program: Program, lets: Sequence[Let], symbols: set[Any]) -> None:
        require_order(tuple(lets))
        for symbol in symbols:
            require_real(symbol)
        self.program = program
        self.names = {symbol: name for name, symbol in named(symbols).items()}
        self.lets = {let.symbol: plain(let.value) for let in lets}
        self.memo: dict[Any, int] = {}

    def __call__(self, expr: Any, env: Env | None = None, depth: int = 0) -> int:
        """The line of an expression; `depth` is how many bound symbols are in scope."""
        env = env or {}
        seen = self._seen(expr) if env else set()
        key = (expr, frozenset((s, i) for s, i in env.items() if s in seen), depth)
        if key not in self.memo:
            self.memo[key] = self._read(expr, env, depth)
        return self.memo[key]

    def _seen(self, expr: Any) -> set[Any]:
        """The symbols that an expression mentions, through lets."""
        found: set[Any] = set(expr.atoms(sp.Symbol))
        for symbol, value in reversed(self.lets.items()):
            if symbol in found:
                found |= value.atoms(sp.Symbol)
        return found

    def _read(self, expr: Any, env: Env, depth: int) -> int:
        if isinstance(expr, sp.Symbol):
            return self._symbol(expr, env, depth)
        if isinstance(expr, Elementwise):
            return self.opened(expr, env, depth)
        binder = BINDERS.get(expr.func)
        if binder is not None:
            return binder(self, expr, env, depth)
        if not expr.args:
            return self.constant(expr)
        parts = [self(a, env, depth) for a in expr.args]
        if isinstance(expr, AppliedUndef):
            return self.program.line("call", [expr.func.__name__, [0] * len(parts)], *parts)
        if expr.func not in FUNCTIONS:
            raise RejectedError(f"{expr.func.__name__} is not known to the checker")
        return FUNCTIONS[expr.func](self.program, *parts)

    def opened(self, expr: Any, env: Env, depth: int) -> int:
        """A named function: its formula where its letters stand for the arguments, and no let is known.

        An argument without a value leaves the whole without one, even where the formula has no use for it.
        """
        formula, values = opened(expr)
        at = {letter: self(a, env, depth) for letter, a in values.items()}
        value = Reading(self.program, (), set(at))(formula, at, depth)
        idle = [
            i for i in dict.fromkeys(at.values()) if not self.program.everywhere(i) and not self.program.needs(value, i)
        ]
        return self.program.add(value, *(self.program.mul(self.program.number(0), i) for i in idle)) if idle else value

    def _symbol(self, symbol: Any, env: Env, depth: int) -> int:
        if symbol in env:
            return env[symbol]
        if symbol in self.lets:
            return self(self.lets[symbol], env, depth)
        if symbol not in self.names:
            raise RejectedError(f"the symbol {symbol} came from nowhere")
        return self.program.line("sym", self.names[symbol])

    def constant(self, expr: Any) -> int:
        """A number; a double means the decimal it prints."""
        if expr in {sp.nan, sp.zoo}:
            return self.program.line("undef", f"{expr} is no real number")
        if expr.is_Float and abs(expr._mpf_[2] + expr._mpf_[3]) > LARGE:
            raise RejectedError("a number has too many digits")
        if expr.is_Float and expr._prec <= DOUBLE and abs(expr._mpf_[2] + expr._mpf_[3]) < NORMAL:  # noqa: SLF001 - SymPy has no public name for it
            return self.program.number(repr(float(expr)))
        if expr.is_Float or expr.is_Rational:
            exact = sp.Rational(expr)
            return self.program.number(Fraction(int(exact.p), int(exact.q)))
        if expr is sp.pi:
            return self.program.line("pi")
        if expr is sp.E:
            return self.program.exp(self.program.number(1))
        raise RejectedError(f"{expr} is not known to the checker")

    def within(self, env: Env, bound: Mapping[Any, int]) -> Env:
        """The environment with symbols bound; what depends on one of them moves with it, and is forgotten."""
        kept = {s: i for s, i in env.items() if not any(self._depends(s, b) for b in bound)}
        return {**kept, **bound}

    def _depends(self, symbol: Any, on: Any) -> bool:
        value = self.lets.get(symbol)
        return value is not None and any(s == on or self._depends(s, on) for s in value.free_symbols)

    def slope(self, expr: Any, env: Env, depth: int) -> int:
        """The derivative by one symbol, or by one after the other."""
        *rest, v = [expr.variable] if isinstance(expr, D) else expr.variables
        body, at = expr.expr if not rest else sp.Derivative(expr.expr, *rest, evaluate=False), v
        if not isinstance(v, sp.Symbol):
            v = sp.Dummy()
            body = put(body, {at: v})
        name = f"#{depth + 1}"
        moved = self.within(env, {v: self.program.line("sym", name)})
        return self.program.line("diff", name, self(body, moved, depth + 1), self(at, env, depth))

    def placed(self, expr: Any, env: Env, depth: int) -> int:
        """The value of an expression at a point."""
        at = [self(p, env, depth) for p in expr.point]
        return self(expr.expr, self.within(env, dict(zip(expr.variables, at, strict=True))), depth)

    def area(self, expr: Any, env: Env, depth: int) -> int:
        """An integral over one symbol; a name under it must not change with that symbol."""
        ((v, *ends),) = expr.limits
        if any(self._depends(s, v) for s in self._seen(expr.function)):
            raise RejectedError("a named quantity under an integral may change with its variable")
        lower, upper = (self(e, env, depth) for e in ends)
        name = f"#{depth + 1}"
        inside = self(expr.function, self.within(env, {v: self.program.line("sym", name)}), depth + 1)
        return self.program.line("integral", name, inside, lower, upper)

    def cases(self, expr: Any, env: Env, depth: int) -> int:
        """The first branch whose condition holds; no value where none does."""
        found = self.program.line("undef", "no branch applies")
        for branch, condition in reversed(expr.args):
            found = self.truth(condition, self(branch, env, depth), found, env, depth)
        return found

    def condition(self, assuming: Any, env: Env) -> int:
        """A line that is 1 where the condition holds and 0 where it does not."""
        return self.truth(assuming, self.program.number(1), self.program.number(0), env)

    def truth(self, condition: Any, yes: int, no: int, env: Env, depth: int = 0) -> int:
        """`yes` where the condition holds, else `no`."""
        if condition in (True, False):
            return yes if condition else no
        if isinstance(condition, sp.Not):
            return self.truth(condition.args[0], no, yes, env, depth)
        if isinstance(condition, sp.And):
            return reduce(lambda found, part: self.truth(part, found, no, env, depth), reversed(condition.args), yes)
        if isinstance(condition, sp.Or):
            return reduce(lambda found, part: self.truth(part, yes, found, env, depth), reversed(condition.args), no)
        if isinstance(condition, sp.ITE):
            test, then, otherwise = condition.args
            first, second = (self.truth(c, yes, no, env, depth) for c in (then, otherwise))
            return self.truth(test, first, second, env, depth)
        if isinstance(condition, Relational) and condition.func in HOLDS:
            return self._compared(condition, yes, no, env, depth)
        raise RejectedError(f"the condition {condition} is not known to the checker")

    def _compared(self, relation: Any, yes: int, no: int, env: Env, depth: int) -> int:
        p, (left, right) = self.program, relation.args
        if {left, right} & {sp.oo, -sp.oo}:
            above, _, below = HOLDS[relation.func]
            larger = left is sp.oo or right is -sp.oo
            finite = self(right if left.is_infinite else left, env, depth)
            return p.add(yes if (above if larger else below) else no, p.mul(p.number(0), finite))
        gap = p.sub(self(left, env, depth), self(right, env, depth))
        return p.switch(gap, *(yes if holds else no for holds in HOLDS[relation.func]))


HOLDS = {  # for a difference above, at and below 0
    sp.Gt: (True, False, False),
    sp.Ge: (True, True, False),
    sp.Lt: (False, False, True),
    sp.Le: (False, True, True),
    sp.Eq: (False, True, False),
    sp.Ne: (True, False, True),
}


def _exponentials(p: Program, u: int, sign: int, *, twice: bool = False) -> int:
    """e^u + e^-u or e^u - e^-u, halved; or e^2u + 1 or e^2u - 1."""
    if twice:
        return p.add(p.exp(p.mul(p.number(2), u)), p.number(sign))
    e = p.exp(u)
    down = p.power(e, p.number(-1))
    return p.mul(p.number(Fraction(1, 2)), p.add(e, down if sign > 0 else p.neg(down)))


def _quotient(p: Program, u: int, sign: int) -> int:
    """Tanh u (sign = -1 above) or its reciprocal."""
    return p.over(_exponentials(p, u, sign, twice=True), _exponentials(p, u, -sign, twice=True))


def _arc(p: Program, u: int, sign: int) -> int:
    """log(u + sqrt(u^2 + 1)) or log(u + sqrt(u^2 - 1))."""
    return p.line("log", None, p.add(u, p.root(p.add(p.power(u, p.number(2)), p.number(sign)))))


def _acosh(p: Program, u: int) -> int:
    below = p.line("undef", "acosh of something below 1")
    return p.switch(p.add(u, p.number(-1)), _arc(p, u, -1), p.number(0), below)


def _atanh(p: Program, u: int) -> int:
    inside = p.over(p.add(p.number(1), u), p.sub(p.number(1), u))
    return p.mul(p.number(Fraction(1, 2)), p.line("log", None, inside))


def _pow(p: Program, base: int, exponent: int) -> int:
    if p.lines[base] == ["exp", None, p.number(1)]:
        return p.exp(exponent)
    known = p.value(base)
    if p.value(exponent) is not None or (known is not None and known >= 0):
        return p.power(base, exponent)
    found, none = p.power(base, exponent), p.line("undef", "a power of something negative")
    turn = p.line("sin", None, p.mul(p.line("pi"), exponent))
    return p.switch(base, found, found, p.switch(turn, none, found, none))


def _log(p: Program, u: int, base: int | None = None) -> int:
    found = p.line("log", None, u)
    return found if base is None else p.over(found, p.line("log", None, base))


def _heaviside(p: Program, u: int, middle: int | None = None) -> int:
    return p.switch(u, p.number(1), p.number(Fraction(1, 2)) if middle is None else middle, p.number(0))


def _delta(p: Program, u: int) -> int:
    return p.switch(u, p.number(0), p.line("undef", "DiracDelta(0)"), p.number(0))


def _largest(p: Program, *parts: int) -> int:
    return reduce(lambda a, b: p.switch(p.sub(a, b), a, a, b), parts)


def _smallest(p: Program, *parts: int) -> int:
    return reduce(lambda a, b: p.switch(p.sub(a, b), b, a, a), parts)


FUNCTIONS: dict[Any, Callable[..., int]] = {
    sp.Add: Program.add,
    sp.Mul: Program.mul,
    sp.Pow: _pow,
    sp.log: _log,
    sp.tanh: lambda p, u: _quotient(p, u, -1),
    sp.coth: lambda p, u: _quotient(p, u, 1),
    sp.sinh: lambda p, u: _exponentials(p, u, -1),
    sp.cosh: lambda p, u: _exponentials(p, u, 1),
    sp.sech: lambda p, u: p.power(_exponentials(p, u, 1), p.number(-1)),
    sp.csch: lambda p, u: p.power(_exponentials(p, u, -1), p.number(-1)),
    sp.tan: lambda p, u: p.over(p.line("sin", None, u), p.line("cos", None, u)),
    sp.atanh: _atanh,
    sp.asinh: lambda p, u: _arc(p, u, 1),
    sp.acosh: _acosh,
    sp.erfc: lambda p, u: p.sub(p.number(1), p.line("erf", None, u)),
    sp.erfcinv: lambda p, u: p.line("erfinv", None, p.sub(p.number(1), u)),
    log1p: lambda p, u: p.line("log", None, p.add(p.number(1), u)),
    expm1: lambda p, u: p.add(p.exp(u), p.number(-1)),
    sp.Abs: lambda p, u: p.switch(u, u, p.number(0), p.neg(u)),
    sp.sign: lambda p, u: p.switch(u, p.number(1), p.number(0), p.number(-1)),
    sp.Heaviside: _heaviside,
    sp.DiracDelta: _delta,
    sp.Max: _largest,
    sp.Min: _smallest,
    sp.exp: Program.exp,
    sp.erf: lambda p, u: p.line("erf", None, u),
    sp.erfinv: lambda p, u: p.line("erfinv", None, u),
    sp.atan: lambda p, u: p.line("atan", None, u),
    sp.sin: lambda p, u: p.line("sin", None, u),
    sp.cos: lambda p, u: p.line("cos", None, u),
    sp.gamma: lambda p, u: p.line("gamma", None, u),
    sp.loggamma: lambda p, u: p.line("loggamma", None, u),
    sp.LambertW: lambda p, u: p.line("lambertw", None, u),
}
BINDERS: dict[Any, Callable[[Reading, Any, Env, int], int]] = {
    D: Reading.slope,
    sp.Derivative: Reading.slope,
    sp.Subs: Reading.placed,
    sp.Integral: Reading.area,
    sp.Piecewise: Reading.cases,
}
