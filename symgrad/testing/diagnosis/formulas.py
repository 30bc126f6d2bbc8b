"""What people write in place of a derivative, as formulas: made from the function itself, in its own symbols."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb, ctx
from sympy import Add, S, erf, exp, pi, sqrt, sympify

from symgrad import deriver
from symgrad.checker.balls import Hole, Program, program
from symgrad.core import Kind, UnsupportedError
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.functions.slopes import flattened
from symgrad.functions.symbols import a
from symgrad.testing.diagnosis.slips import edits, slips

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sympy import Symbol

    from symgrad.testing.diagnosis.weigh import Array
    from symgrad.testing.subject import Subject

BITS = 160
DEEP = 3  # the cost of a slip inside a rule; a mistake in the formula as a whole is simpler
FAR = 5  # the cost of another function's derivative, which nothing suggests but the numbers
IN_OUTPUT = {"sigmoid": ("a(1 − a)", a * (1 - a)), "tanh": ("1 − a²", 1 - a**2)}  # what everybody remembers


@dataclass(frozen=True, slots=True)
class Formula:
    """A wrong formula for the gradient, with its words."""

    name: str
    says: str
    mend: str
    expr: Any
    cost: int = 2


@lru_cache(maxsize=64)
def formulas(subject: Subject) -> tuple[Formula, ...]:
    """All the wrong formulas there are for this subject, the simplest first; none is the right one."""
    found = [
        *whole(subject),
        *of_pair(subject),
        *of_other_pair(subject),
        *in_other_variable(subject),
        *others(subject),
        *small_slips(subject),
        *of_gradient(subject),
    ]
    return tuple(sorted(found, key=lambda f: f.cost))


def whole(subject: Subject) -> Iterator[Formula]:
    """Mistakes in the formula as a whole."""
    x, f = subject.variable, subject.expr
    d = subject.gradient
    yield Formula("missing-slope", "the derivative is left out: 1 is returned", "return the derivative", S.One, 1)
    yield Formula("zero", "the gradient is zero", "return the derivative", S.Zero, 1)
    yield Formula(
        "value-for-slope", "the function itself is returned in place of its derivative", "differentiate it", f, 1
    )
    yield Formula("slope-twice", "the derivative is applied twice: it is squared", "multiply by it once", d**2, 1)
    yield Formula("value-times-slope", "the derivative is multiplied by the function", "leave the function out", f * d)
    yield Formula("one-minus-value", "1 minus the function is returned", "multiply by the other factor too", 1 - f)
    yield Formula("second-derivative", "this is the second derivative", "differentiate once only", d.diff(x))
    yield Formula("mirrored", f"the derivative is taken at −{x}", f"evaluate it at {x}", d.xreplace({x: -x}), DEEP + 1)
    yield Formula(
        "reciprocal", "this is 1 over the derivative, that of the inverse function", "take the reciprocal", 1 / d
    )
    yield Formula("absolute", "the sign is lost: this is the absolute value", "keep the sign", abs(d))
    yield from of_density(d)
    if subject.activation and not subject.loss:
        at_output = "the derivative is taken at the output a instead of z: φ′(a)"
        yield Formula("slope-at-output", at_output, "evaluate φ′ at z", d.xreplace({x: f}))
        form = deriver.in_output(subject.activation)
        if form is not None and form.has(a):
            says = f"{form}, the formula in the output a, was given {x}"
            yield Formula("slope-formula-at-sum", says, f"put a = {f} into it", filled(subject, form.xreplace({a: x})))
            for part in form.args if sum(arg.has(a) for arg in form.args) > 1 else ():
                says = f"{form}, the formula in the output a, has {x} in place of a in {part}"
                wrong = form.func(*(arg.xreplace({a: x if arg == part else f}) for arg in form.args))
                yield Formula("output-mixed-with-sum", says, f"put a = {f} there too", filled(subject, wrong))
        for name, (text, wrong) in IN_OUTPUT.items():
            if name != subject.name:
                says = f"{text}, the derivative of {name} in its output, is used for {subject.name}"
                yield Formula(
                    f"slope-of-{name}-in-output", says, f"use the derivative of {subject.name}", wrong.xreplace({a: f})
                )


def of_density(gradient: Any) -> Iterator[Formula]:
    """The normal density with another factor before it."""
    terms = Add.make_args(gradient.expand())
    density = [t for t in terms if t.has(pi) and t.has(exp)]
    if not density or not gradient.has(erf):
        return
    for name, text, c in (("2π", "1/(2π)", 1 / sqrt(2 * pi)), ("1", "1", sqrt(2 * pi)), ("√π", "1/√π", sqrt(2))):
        yield Formula(
            "density-factor",
            f"the normal density has the factor {text} in place of 1/√(2π): divided by {name}",
            "the density is exp(−z²/2)/√(2π)",
            gradient + Add(*density) * (c - 1),
            DEEP,
        )


def filled(subject: Subject, expr: Any) -> Any:
    """The expression with the subject's values for the parameters that it lacks."""
    return expr.xreplace(dict(subject.defaults))


def of_pair(subject: Subject) -> Iterator[Formula]:
    """Mistakes with an output delta: factors of the chain rule left out, doubled, or taken at the wrong place."""
    phi, loss = subject.activation, subject.loss
    if phi is None or loss is None:
        return
    z, out = subject.variable, filled(subject, phi.applied)
    y = loss.variables[1].symbol
    outer, inner = filled(subject, loss.applied).diff(loss.variable), out.diff(z)
    by_a = outer.xreplace({loss.variable: out})
    yield Formula(
        "missing-slope", "φ′(z) is missing: this is ∂J/∂a, the gradient by the output", "multiply by φ′(z)", by_a, 1
    )
    yield Formula("slope-twice", "φ′(z) is applied twice", "multiply by φ′(z) once", by_a * inner**2, 1)
    yield Formula(
        "difference-delta", "a − y is used, which holds only where φ′ cancels", "δ = ∂J/∂a · φ′(z)", out - y, 1
    )
    yield Formula(
        "difference-times-slope",
        "(a − y) φ′(z) is used: that is the delta of half the squared error",
        "δ = ∂J/∂a · φ′(z)",
        (out - y) * inner,
        1,
    )
    yield Formula("sums-for-outputs", "the sum z is compared with y: z − y", "apply the activation first: a − y", z - y)
    yield Formula(
        "logits-for-outputs",
        "z is put where the output a belongs",
        "give the loss a = φ(z)",
        outer.xreplace({loss.variable: z}) * inner,
    )
    form = deriver.in_output(phi)
    if form is not None and form.has(a):
        says = f"in φ′: {form}, the formula in the output a, was given {z}"
        wrong = by_a * filled(subject, form.xreplace({a: z}))
        yield Formula("slope-formula-at-sum", says, f"put a = {phi.applied} into it", wrong)
    yield from misplaced(z, out, y, loss.variable, outer, inner)


def misplaced(z: Any, out: Any, y: Any, a_: Any, outer: Any, inner: Any) -> Iterator[Formula]:  # noqa: PLR0917 - the parts of one chain
    """The two factors of a delta, one missing or taken at the wrong place."""
    by_a = outer.xreplace({a_: out})
    yield Formula("slope-only", "∂J/∂a is missing: this is φ′(z) alone", "multiply by ∂J/∂a", inner, 1)
    yield Formula(
        "slope-at-output",
        "φ′ is taken at the output a instead of z",
        "evaluate φ′ at z",
        by_a * inner.xreplace({z: out}),
    )
    yield Formula(
        "activation-twice",
        "the output, an activation already, is put through φ again",
        "apply φ once",
        (by_a * inner).xreplace({z: out}),
    )
    yield Formula(
        "swapped-roles",
        "output and target are exchanged in the loss",
        "the loss takes the output first",
        outer.xreplace({a_: y, y: out}) * inner,
    )


def of_other_pair(subject: Subject) -> Iterator[Formula]:
    """The delta with the derivative of another activation, of another loss, or with a slip in that of the loss."""
    phi, loss = subject.activation, subject.loss
    if phi is None or loss is None:
        return
    z, out = subject.variable, filled(subject, phi.applied)
    y, inner = loss.variables[1].symbol, out.diff(z)
    by_a = filled(subject, loss.applied).diff(loss.variable).xreplace({loss.variable: out})
    for name, (text, wrong) in IN_OUTPUT.items():
        if name != phi.name:
            says = f"{text}, the derivative of {name} in its output, is used for {phi.name}"
            yield Formula(f"slope-of-{name}-in-output", says, f"use φ′ of {phi.name}", by_a * wrong.xreplace({a: out}))
    for name, other in ACTIVATIONS.items():
        if name != phi.name:
            says = f"φ′ is that of {name}"
            yield Formula(f"slope-of-{name}", says, f"use φ′ of {phi.name}", by_a * other.head(z).diff(z), FAR)
    for name, other in LOSSES.items():
        if name != loss.name:
            wrong = other.head(loss.variable, y).diff(loss.variable).xreplace({loss.variable: out}) * inner
            yield Formula(
                f"delta-of-{name}", f"this is the delta of the loss {name}", f"start from {loss.name}", wrong, FAR
            )
    for slip in slips(filled(subject, loss.of), loss.variable):
        yield Formula(
            slip.name, f"in ∂J/∂a: {slip.says}", slip.mend, slip.expr.xreplace({loss.variable: out}) * inner, DEEP
        )


def in_other_variable(subject: Subject) -> Iterator[Formula]:
    """The gradient by another symbol of the function."""
    for symbol, _ in subject.values:
        if subject.expr.has(symbol):
            says = f"this is the derivative by {symbol}, not by {subject.variable}"
            yield Formula("other-variable", says, f"differentiate by {subject.variable}", subject.expr.diff(symbol), 1)


def others(subject: Subject) -> Iterator[Formula]:
    """The derivatives of the other entries of the catalogue."""
    if subject.loss and subject.activation:
        return
    kind, arguments = Kind.ACTIVATION, [subject.variable]
    if subject.loss:
        kind, arguments = Kind.LOSS, [subject.variable, subject.loss.variables[1].symbol]
    for entry in (ACTIVATIONS if kind is Kind.ACTIVATION else LOSSES).values():
        if entry not in {subject.activation, subject.loss} and entry.name != "identity":
            says = f"this is the derivative of {entry.name}: the forward pass of one, the backward pass of the other"
            d = entry.head(*arguments).diff(subject.variable)
            yield Formula(f"slope-of-{entry.name}", says, f"differentiate {subject.name}", d, FAR)


def small_slips(subject: Subject) -> Iterator[Formula]:
    """One rule of calculus applied wrongly, in the formula as it is written or with its parts written out."""
    seen = set()
    for form in dict.fromkeys((subject.formula, subject.expr, flattened(subject.formula))):
        for slip in slips(form, subject.variable):
            if slip.expr not in seen:
                seen.add(slip.expr)
                yield Formula(slip.name, slip.says, slip.mend, slip.expr, DEEP)


def evaluated(expr: Any, subject: Subject, x: Array, values: Sequence[Any]) -> Array | None:
    """The values of a formula at points of the variable, NaN where it has none; None for what balls do not know."""
    code = coded(sympify(expr), subject.symbols)
    if code is None:
        return None
    before, ctx.prec = ctx.prec, BITS
    try:
        rest = [program(sympify(v), ())([]) for v in values]
        return np.asarray([number(code([arb(v), *rest])) for v in x.tolist()], float)
    finally:
        ctx.prec = before


@lru_cache(maxsize=2048)
def coded(expr: Any, symbols: tuple[Symbol, ...]) -> Program | None:
    """The program of a formula, None where a function in it is unknown."""
    try:
        return program(expr, symbols)
    except (UnsupportedError, KeyError):
        return None


def number(ball: Any) -> float:
    """The middle of a narrow ball; NaN for a hole or a wide one. What cancels may be wide beside its own size."""
    if isinstance(ball, Hole | bool) or not (ball.rad() <= abs(ball.mid()) * 2.0**-60 + 2.0**-100):
        return float("nan")
    return float(ball)


def of_gradient(subject: Subject) -> Iterator[Formula]:
    """The right derivative with a sign, a term, a factor or an exponent changed."""
    for edit in edits(subject.gradient):
        yield Formula(edit.name, edit.says, edit.mend, edit.expr, DEEP + 1)
