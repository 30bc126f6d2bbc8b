"""A mutation engine: true statements of the catalogue, each broken in one way, and a second opinion that it is.

Whether a mutant is wrong is settled by mpmath at random points, from the definitions and numerical derivatives:
neither the prover nor the checker nor the deriver has a say in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

import mpmath
import sympy as sp
from sympy import Piecewise, Rational

from symgrad.core import Definition, Derivation, Kink, Let, PairError, Variable, every_step
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.deriver import derivative, output_delta
from symgrad.functions import D, Elementwise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DIGITS = 40
POINTS = 8
TRIES = 3  # candidates of one kind that are looked at before the kind is given up for a statement
BILLIONTH = Rational(1, 10**9)
SHIFT = Rational(1, 1000)


@dataclass(frozen=True, slots=True)
class Statement:
    """left = right for all values of `domains` where `given` holds; `about` is derivative, delta or step."""

    name: str
    about: str
    left: Any
    right: Any
    domains: tuple[Variable, ...]
    lets: tuple[Let, ...] = ()
    given: Any = sp.true
    kinks: tuple[Kink, ...] = ()
    function: Any = None  # what is differentiated, by `variable`, where the left side is a derivative
    variable: Any = None
    slips: tuple[tuple[str, Any], ...] = ()  # wrong right sides that only this statement invites


@dataclass(frozen=True, slots=True)
class Mutant:
    """A statement with a wrong right side, and the kind of mistake that was made."""

    kind: str
    statement: Statement

    @property
    def name(self) -> str:
        return f"{self.statement.name}: {self.kind}"


# ---- the mistakes: each yields wrong versions of an expression


def parts(expr: Any, *kinds: type) -> list[Any]:
    """The different parts of these kinds, in a fixed order; D's variable is not a part."""
    return list(dict.fromkeys(p for p in sp.preorder_traversal(expr) if isinstance(p, kinds)))


def put(expr: Any, old: Any, new: Any) -> Any:
    return expr.xreplace({old: new})


def sign(expr: Any) -> Iterator[Any]:
    for node in parts(expr, sp.Add):
        for term in node.args:
            yield put(expr, node, node - 2 * term)
    yield -expr


def factor_two(expr: Any) -> Iterator[Any]:
    yield 2 * expr
    for node in parts(expr, Elementwise, sp.exp, sp.tanh):
        yield put(expr, node, 2 * node)


def constant_off(expr: Any) -> Iterator[Any]:
    for node in parts(expr, sp.Rational):
        if node not in (0, 1, -1) and not is_exponent(expr, node):
            yield put(expr, node, node * (1 + BILLIONTH))
    yield expr * (1 + BILLIONTH)


def is_exponent(expr: Any, node: Any) -> bool:
    return any(p.exp == node for p in parts(expr, sp.Pow))


def swapped_branches(expr: Any) -> Iterator[Any]:
    for node in parts(expr, Piecewise):
        values, conditions = zip(*node.args, strict=True)
        yield put(expr, node, Piecewise(*zip((*values[1:], values[0]), conditions, strict=True)))


def threshold_moved(expr: Any) -> Iterator[Any]:
    for node in parts(expr, Piecewise):
        for relation in parts(sp.Tuple(*(c for _, c in node.args)), sp.Gt, sp.Ge, sp.Lt, sp.Le):
            yield put(expr, relation, relation.func(relation.lhs, relation.rhs + SHIFT))


def kink_side(expr: Any) -> Iterator[Any]:
    other = {sp.Gt: sp.Ge, sp.Ge: sp.Gt, sp.Lt: sp.Le, sp.Le: sp.Lt}
    for node in parts(expr, Piecewise):
        for relation in parts(sp.Tuple(*(c for _, c in node.args)), *other):
            yield put(expr, relation, other[type(relation)](*relation.args))


def missing_term(expr: Any) -> Iterator[Any]:
    for node in parts(expr, sp.Add):
        for term in node.args:
            yield put(expr, node, node - term)


def dropped_factor(expr: Any) -> Iterator[Any]:
    for node in parts(expr, sp.Mul):
        for n, factor in enumerate(node.args):
            if not factor.is_Number:
                yield put(expr, node, sp.Mul(*node.args[:n], *node.args[n + 1 :]))


def exponent_off_by_one(expr: Any) -> Iterator[Any]:
    for node in parts(expr, sp.Pow):
        if node.exp.is_Integer:
            yield put(expr, node, node.base ** (node.exp + 1))
    for node in parts(expr, Elementwise, sp.exp, sp.tanh):
        yield put(expr, node, node**2)


def another_function(expr: Any) -> Iterator[Any]:
    sigmoid = ACTIVATIONS["sigmoid"].head
    swaps = {sp.tanh: sigmoid, sp.exp: lambda u: sp.exp(-u), sp.erf: sp.tanh, sp.atan: sp.tanh, sp.sign: sp.tanh}
    swaps |= {sp.sinh: sp.cosh, sp.cosh: sp.sinh, sp.Abs: lambda u: u, sp.log: lambda u: u - 1}
    for node in parts(expr, sigmoid):
        yield put(expr, node, sp.tanh(*node.args))
    for node in parts(expr, *swaps):
        yield put(expr, node, swaps[type(node)](*node.args))


def wrong_letter(expr: Any) -> Iterator[Any]:
    """One parameter or target in the place of another, or its square where it is alone."""
    free = sorted((s for s in expr.free_symbols if s.name not in "zaJ"), key=str)
    for symbol in free:
        for other in free:
            if other != symbol:
                yield put(expr, symbol, other)
        yield put(expr, symbol, symbol**2 + Rational(1, 7))


KINDS: dict[str, Callable[[Any], Iterator[Any]]] = {
    "sign": sign,
    "factor 2": factor_two,
    "constant off by 1e-9": constant_off,
    "swapped branches": swapped_branches,
    "threshold moved": threshold_moved,
    "wrong side of a kink": kink_side,
    "missing term": missing_term,
    "dropped factor": dropped_factor,
    "exponent off by one": exponent_off_by_one,
    "another function": another_function,
    "wrong parameter": wrong_letter,
}
SLIPS = ("function for its derivative", "a for z", "slope forgotten")


# ---- the second opinion


def value(expr: Any, known: dict[Any, Any], lets: tuple[Let, ...] = ()) -> Any:
    """The value in mpmath at a point, derivatives taken numerically; ValueError where it is not a real number."""
    if expr.is_Symbol:
        return known[expr] if expr in known else value(named(expr, lets), known, lets)
    if expr.is_Rational:
        return mpmath.mpf(expr.p) / expr.q
    for kind, special in SPECIAL.items():
        if isinstance(expr, kind):
            return special(expr, known, lets)
    if expr.func not in FUNCTIONS and expr not in CONSTANTS:
        raise ValueError(expr)
    arguments = (value(x, known, lets) for x in expr.args)
    return real(FUNCTIONS[expr.func](*arguments)) if expr.args else +CONSTANTS[expr]


def unfolded(expr: Any, known: dict[Any, Any], lets: tuple[Let, ...]) -> Any:
    letters = expr.variables + expr.parameters
    return value(expr.formula, dict(zip(letters, (value(x, known, lets) for x in expr.filled), strict=True)))


def chosen(expr: Any, known: dict[Any, Any], lets: tuple[Let, ...]) -> Any:
    return value(next(e for e, c in expr.args if holds(c, known, lets)), known, lets)


def integrated(expr: Any, known: dict[Any, Any], lets: tuple[Let, ...]) -> Any:
    x, low, high = expr.limits[0]
    ends = [value(e, known, lets) for e in (low, high)]
    return mpmath.quad(lambda t: value(expr.function, {**known, x: t}, lets), ends)


def named(symbol: Any, lets: tuple[Let, ...]) -> Any:
    return next(let.value for let in lets if let.symbol == symbol)


def slope(node: D, known: dict[Any, Any], lets: tuple[Let, ...]) -> Any:
    """A numerical derivative; every name but the variable's own is looked through."""
    inside = node.expr
    for let in reversed(lets):
        if let.symbol != node.variable:
            inside = inside.xreplace({let.symbol: let.value})
    at = value(node.variable, known, lets)
    return mpmath.diff(lambda t: value(inside, {**known, node.variable: t}), at)


def real(x: Any) -> Any:
    if isinstance(x, mpmath.mpc) or not mpmath.isfinite(x):
        raise ValueError(x)
    return x


def holds(condition: Any, known: dict[Any, Any], lets: tuple[Let, ...]) -> bool:
    if condition in (sp.true, sp.false):
        return bool(condition)
    if isinstance(condition, sp.And | sp.Or):
        return (all if isinstance(condition, sp.And) else any)(holds(c, known, lets) for c in condition.args)
    if isinstance(condition, sp.Not):
        return not holds(condition.args[0], known, lets)
    if isinstance(condition, sp.ITE):
        return holds(condition.args[1 if holds(condition.args[0], known, lets) else 2], known, lets)
    left, right = (value(x, known, lets) for x in condition.args)
    return bool(RELATIONS[condition.func](left, right))


SPECIAL: dict[type, Callable[..., Any]] = {
    D: slope,
    Piecewise: chosen,
    Elementwise: unfolded,
    sp.Integral: integrated,
}
CONSTANTS: dict[Any, Any] = {sp.pi: mpmath.pi, sp.E: mpmath.e}
RELATIONS: dict[Any, Callable[[Any, Any], bool]] = {
    sp.Gt: lambda u, v: u > v,
    sp.Ge: lambda u, v: u >= v,
    sp.Lt: lambda u, v: u < v,
    sp.Le: lambda u, v: u <= v,
    sp.Eq: lambda u, v: u == v,
    sp.Ne: lambda u, v: u != v,
}
FUNCTIONS: dict[Any, Callable[..., Any]] = {
    sp.Add: lambda *xs: mpmath.fsum(xs),
    sp.Mul: lambda *xs: mpmath.fprod(xs),
    sp.Pow: mpmath.power,
    sp.Abs: abs,
    sp.sign: mpmath.sign,
    sp.Max: max,
    sp.Min: min,
    **{
        getattr(sp, n): getattr(mpmath, n) for n in ("exp", "log", "tanh", "sinh", "cosh", "erf", "erfc", "atan", "tan")
    },
    sp.asinh: mpmath.asinh,
    sp.atanh: mpmath.atanh,
    sp.erfinv: mpmath.erfinv,
    sp.LambertW: mpmath.lambertw,
    sp.Heaviside: lambda u, half: half if u == 0 else mpmath.mpf(u > 0),
}


def sample(statement: Statement, random: Random) -> dict[Any, Any]:
    """A random rational point of the domains; the ends that depend on other symbols come after those."""
    known: dict[Any, Any] = {}
    names = {let.symbol for let in statement.lets}
    waiting = [v for v in statement.domains if v.symbol not in names]
    for variable in sorted(waiting, key=lambda v: sum(bool(e is not None and e.free_symbols) for e in ends(v))):
        if variable.domain.values:
            known[variable.symbol] = value(random.choice(variable.domain.values), {})
            continue
        lower, upper = (None if e is None else value(e, known) for e in ends(variable))
        t = mpmath.mpf(random.randint(1, 999)) / 1000
        if lower is not None and upper is not None:
            known[variable.symbol] = lower + (upper - lower) * t
        elif lower is not None or upper is not None:
            known[variable.symbol] = lower + 3 * t if upper is None else upper - 3 * t
        else:
            known[variable.symbol] = 6 * t - 3
    return known


def ends(variable: Variable) -> tuple[Any, Any]:
    return variable.domain.lower, variable.domain.upper


def at_kinks(statement: Statement, random: Random) -> Iterator[dict[Any, Any]]:
    """Points beside the kinks, and on them for statements about values there."""
    for kink in statement.kinks:
        known = sample(statement, random)
        for beside in (SHIFT / 2, -SHIFT / 2, *(() if statement.left.has(D) else (0,))):
            yield {**known, kink.variable: value(kink.at + beside, known)}


def is_wrong(statement: Statement) -> bool:
    """Whether both sides are defined and differ somewhere in the domains."""
    random = Random(statement.name)  # noqa: S311 - the same points on every run
    with mpmath.workdps(DIGITS):
        points = [*(sample(statement, random) for _ in range(POINTS)), *at_kinks(statement, random)]
        return any(differ(statement, p) for p in points)


def differ(statement: Statement, point: dict[Any, Any]) -> bool:
    try:
        if not holds(statement.given, point, statement.lets):
            return False
        left, right = (value(e, point, statement.lets) for e in (statement.left, statement.right))
    except (ValueError, ZeroDivisionError, OverflowError, StopIteration):
        return False
    return bool(abs(left - right) > mpmath.mpf(10) ** -14 * (abs(left) + abs(right)) and abs(left - right) > 1e-25)


# ---- the statements


def inlined(expr: Any, lets: tuple[Let, ...]) -> Any:
    for let in reversed(lets):
        expr = expr.xreplace({let.symbol: let.value})
    return expr


def of_definition(definition: Definition) -> Statement:
    found = derivative(definition)
    x = definition.variable
    slips = (
        ("function for its derivative", definition.applied),
        ("a for z", found.result.xreplace({x: definition.applied})),
    )
    return Statement(
        f"{definition.name}'",
        "derivative",
        found.start,
        found.result,
        found.domains,
        given=found.claim.given,
        kinks=found.kinks,
        function=definition.applied,
        variable=x,
        slips=slips,
    )


def of_pair(activation: Definition, loss: Definition) -> Statement:
    found = output_delta(activation, loss)
    in_a = derivative(loss).result.xreplace({loss.variable: activation.applied})
    slips = (
        ("slope forgotten", in_a),
        ("function for its derivative", in_a * activation.applied),
        ("a for z", in_a * derivative(activation).result.xreplace({activation.variable: activation.applied})),
    )
    function = inlined(found.start.expr, found.lets)
    return Statement(
        found.name,
        "delta",
        D(function, found.start.variable),
        inlined(found.result, found.lets),
        found.domains,
        given=inlined(found.claim.given, found.lets),
        kinks=found.kinks,
        function=function,
        variable=found.start.variable,
        slips=slips,
    )


def of_steps(derivation: Derivation) -> Iterator[Statement]:
    for n, step in enumerate(every_step(derivation.steps), 1):
        yield Statement(
            f"{derivation.name}, step {n} ({step.rule})",
            "step",
            step.before,
            step.after,
            derivation.domains,
            derivation.lets,
            step.given,
            derivation.kinks,
        )


def of_conventions(definition: Definition) -> Statement:
    """The derivative with its own value at the kinks, as a statement about that value."""
    result = derivative(definition).result
    domains = definition.domains
    return Statement(f"{definition.name}' at its kinks", "step", result, result, domains, kinks=definition.kinks)


@cache
def statements() -> tuple[Statement, ...]:
    """Every derivative, a fixed choice of deltas, and of the steps of both."""
    random = Random(2)  # noqa: S311 - a fixed choice
    catalogue = (*ACTIVATIONS.values(), *LOSSES.values())
    pairs = chosen_pairs(random, 60)
    derivations = [derivative(d) for d in catalogue] + [output_delta(*p) for p in pairs[:12]]
    steps = [s for d in derivations for s in of_steps(d)]
    return (
        *(of_definition(d) for d in catalogue),
        *(of_pair(*p) for p in pairs),
        *random.sample(steps, 150),
        *(of_conventions(d) for d in catalogue if d.kinks),
    )


def chosen_pairs(random: Random, count: int) -> list[tuple[Definition, Definition]]:
    """Some of the pairs that fit, the headline pairs among them."""
    pairs = [(a, j) for a in ACTIVATIONS.values() for j in LOSSES.values()]
    random.shuffle(pairs)
    found = [(ACTIVATIONS["sigmoid"], LOSSES[j]) for j in ("half_squared_error", "binary_cross_entropy")]
    for activation, loss in (p for p in pairs if p not in found):
        try:
            output_delta(activation, loss)
        except PairError:
            continue
        found.append((activation, loss))
        if len(found) == count:
            break
    return found


# ---- the mutants

SHARE = {"derivative": 4, "delta": 3, "step": 1}  # mutants of one statement


def wrong_versions(statement: Statement, kind: str, random: Random) -> Iterator[Statement]:
    """Truly wrong versions of one kind, in a random order."""
    if kind in SLIPS:
        candidates = [wrong for name, wrong in statement.slips if name == kind]
    else:
        candidates = list(dict.fromkeys(KINDS[kind](statement.right)))
    random.shuffle(candidates)
    for candidate in candidates[:TRIES]:
        broken = replace(statement, right=candidate)
        if kind == "wrong side of a kink":  # elsewhere it is right
            there = sp.Or(*(sp.Eq(k.variable, k.at) for k in statement.kinks))
            broken = replace(broken, given=sp.And(statement.given, there))
        if not candidate.has(sp.nan, sp.zoo) and is_wrong(broken):
            yield broken


def mutants_of(statement: Statement) -> Iterator[Mutant]:
    """As many mutants as the statement has a share in, of different kinds."""
    random = Random(statement.name)  # noqa: S311 - the same mutants on every run
    kinds = ["wrong side of a kink"] if statement.name.endswith("kinks") else [*KINDS, *SLIPS]
    random.shuffle(kinds)
    left = SHARE[statement.about]
    for kind in kinds:
        broken = next(wrong_versions(statement, kind, random), None)
        if broken is not None and left:
            left -= 1
            yield Mutant(kind, broken)


@cache
def mutants() -> tuple[Mutant, ...]:
    """All wrong statements, the same on every run."""
    return tuple(m for s in statements() for m in mutants_of(s))
