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
from symgrad.testing.diagnosis.slips import slips
from symgrad.testing.diagnosis.wording import Words, told
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sympy import Symbol

    from symgrad.testing.diagnosis.weigh import Array
    from symgrad.testing.subject import Subject

BITS = 160
DEEP = 3  # the cost of a slip inside a rule; a mistake in the formula as a whole is simpler
FAR = 5  # the cost of another function's derivative, which nothing suggests but the numbers
IN_OUTPUT = {"sigmoid": ("a(1 − a)", a * (1 - a)), "tanh": ("1 − a²", 1 - a**2)}  # what everybody remembers
RARE = "missing-outer"
CHAIN = "δ = ∂J/∂a · φ′(z)"


@dataclass(frozen=True, slots=True)
class Formula:
    """A wrong formula for the gradient, with its words."""

    name: str
    says: Words
    mend: Words
    expr: Any
    cost: int = 2


@lru_cache(maxsize=64)
def formulas(subject: Subject) -> tuple[Formula, ...]:
    """All the wrong formulas there are for this subject, the simplest first; none is the right one."""
    found = [
        *whole(subject),
        *by_logit(subject),
        *in_the_output(subject),
        *of_pair(subject),
        *of_other_pair(subject),
        *in_other_variable(subject),
        *others(subject),
        *small_slips(subject),
    ]
    return tuple(sorted(found, key=lambda f: f.cost))


def whole(subject: Subject) -> Iterator[Formula]:
    """Mistakes in the formula as a whole."""
    x, f = subject.variable, subject.expr
    d = subject.gradient
    differentiate = message("differentiate it")
    yield Formula(
        "missing-slope",
        message("the derivative is left out: 1 is returned"),
        message("return the derivative"),
        S.One,
        1,
    )
    yield Formula("zero", message("the gradient is zero"), message("return the derivative"), S.Zero, 1)
    itself = message("the function itself is returned in place of its derivative")
    yield Formula("value-for-slope", itself, differentiate, f, 1)
    squared = message("the derivative is applied twice: it is squared")
    yield Formula("slope-twice", squared, message("multiply by it once"), d**2, 1)
    times = message("the derivative is multiplied by the function")
    yield Formula("value-times-slope", times, message("leave the function out"), f * d)
    other = message("multiply by the other factor too")
    yield Formula("one-minus-value", message("1 minus the function is returned"), other, 1 - f)
    yield Formula(
        "one-minus-slope",
        message("1 minus the derivative is returned"),
        message("return the derivative"),
        1 - d,
        DEEP + 1,
    )
    second = message("this is the second derivative")
    yield Formula("second-derivative", second, message("differentiate once only"), d.diff(x))
    mirrored = message("the derivative is taken at −{variable}", variable=x)
    yield Formula("mirrored", mirrored, message("evaluate it at {variable}", variable=x), d.xreplace({x: -x}), DEEP + 1)
    inverse = message("this is 1 over the derivative, that of the inverse function")
    yield Formula("reciprocal", inverse, message("take the reciprocal"), 1 / d)
    lost = message("the sign is lost: this is the absolute value")
    yield Formula("absolute", lost, message("keep the sign"), abs(d))
    yield from of_density(d)


def by_logit(subject: Subject) -> Iterator[Formula]:
    """The delta of a loss that is made for an activation, returned for the slope of the loss by its output."""
    made_for = {"binary_cross_entropy": "σ(z)", "cross_entropy": "softmax(z)"}
    loss = subject.loss
    if loss is not None and subject.activation is None and loss.name in made_for:
        says = message(
            "a − y is the delta ∂J/∂z, the gradient by the logit z of a = {output}, not the gradient by a",
            output=made_for[loss.name],
        )
        mend = message("use it where a delta is asked for; by a the slope is another")
        yield Formula("delta-for-slope", says, mend, loss.variable - loss.variables[1].symbol, 0)


def in_the_output(subject: Subject) -> Iterator[Formula]:
    """The derivative at the output, and the formula in the output with something else put into it."""
    x, f, d = subject.variable, subject.expr, subject.gradient
    if subject.activation is None or subject.loss:
        return
    at_output = message("the derivative is taken at the output a instead of z: φ′(a)")
    yield Formula("slope-at-output", at_output, message("evaluate φ′ at z"), d.xreplace({x: f}))
    form = deriver.in_output(subject.activation)
    if form is not None and form.has(a):
        says = told("{form}, the formula in the output a, was given {variable}", form=form, variable=x)
        mend = told("put a = {value} into it", value=f)
        yield Formula("slope-formula-at-sum", says, mend, filled(subject, form.xreplace({a: x})))
        for part in form.args if sum(arg.has(a) for arg in form.args) > 1 else ():
            wrong = form.func(*(arg.xreplace({a: x if arg == part else f}) for arg in form.args))
            yield Formula(
                "output-mixed-with-sum",
                told(
                    "{form}, the formula in the output a, has {variable} in place of a in {part}",
                    form=form,
                    variable=x,
                    part=part,
                ),
                told("put a = {value} there too", value=f),
                filled(subject, wrong),
            )
    for name, (text, wrong) in IN_OUTPUT.items():
        if name != subject.name:
            yield Formula(
                f"slope-of-{name}-in-output",
                borrowed(text, name, subject.name),
                message("use the derivative of {name}", name=subject.name),
                wrong.xreplace({a: f}),
            )


def borrowed(text: str, name: str, right: str) -> str:
    """The words for a formula in the output that belongs to another function."""
    return message(
        "{formula}, the derivative of {name} in its output, is used for {right}", formula=text, name=name, right=right
    )


def of_density(gradient: Any) -> Iterator[Formula]:
    """The normal density with another factor before it, or its exponent without the 2."""
    terms = Add.make_args(gradient.expand())
    density = [t for t in terms if t.has(pi) and t.has(exp)]
    if not density or not gradient.has(erf):
        return
    mend = message("the density is exp(−z²/2)/√(2π)")
    for name, text, c in (("2π", "1/(2π)", 1 / sqrt(2 * pi)), ("1", "1", sqrt(2 * pi)), ("√π", "1/√π", sqrt(2))):
        says = message(
            "the normal density has the factor {factor} in place of 1/√(2π): divided by {name}", factor=text, name=name
        )
        yield Formula("density-factor", says, mend, gradient + Add(*density) * (c - 1), DEEP)


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
    missing = message("φ′(z) is missing: this is ∂J/∂a, the gradient by the output")
    yield Formula("missing-slope", missing, message("multiply by φ′(z)"), by_a, 1)
    twice = message("φ′(z) is applied twice")
    yield Formula("slope-twice", twice, message("multiply by φ′(z) once"), by_a * inner**2, 1)
    for_slope = message("φ(z) is used in place of its derivative φ′(z)")
    yield Formula("output-for-slope", for_slope, message("multiply by φ′(z), not by the output a"), by_a * out)
    difference = message("a − y is used, which holds only where φ′ cancels")
    yield Formula("difference-delta", difference, CHAIN, out - y, 1)
    squares = message("(a − y) φ′(z) is used: that is the delta of half the squared error")
    yield Formula("difference-times-slope", squares, CHAIN, (out - y) * inner, 1)
    sums = message("the sum z is compared with y: z − y")
    yield Formula("sums-for-outputs", sums, message("apply the activation first: a − y"), z - y)
    logits = message("z is put where the output a belongs")
    wrong = outer.xreplace({loss.variable: z}) * inner
    yield Formula("logits-for-outputs", logits, message("give the loss a = φ(z)"), wrong)
    form = deriver.in_output(phi)
    if form is not None and form.has(a):
        says = told("in φ′: {form}, the formula in the output a, was given {variable}", form=form, variable=z)
        mend = told("put a = {value} into it", value=phi.applied)
        yield Formula("slope-formula-at-sum", says, mend, by_a * filled(subject, form.xreplace({a: z})))
    yield from misplaced(z, out, y, loss.variable, outer, inner)


def misplaced(z: Any, out: Any, y: Any, a_: Any, outer: Any, inner: Any) -> Iterator[Formula]:  # noqa: PLR0917 - the parts of one chain
    """The two factors of a delta, one missing or taken at the wrong place."""
    by_a = outer.xreplace({a_: out})
    alone = message("∂J/∂a is missing: this is φ′(z) alone")
    yield Formula("slope-only", alone, message("multiply by ∂J/∂a"), inner, 1)
    at_output = message("φ′ is taken at the output a instead of z")
    yield Formula("slope-at-output", at_output, message("evaluate φ′ at z"), by_a * inner.xreplace({z: out}))
    again = message("the output, an activation already, is put through φ again")
    yield Formula("activation-twice", again, message("apply φ once"), (by_a * inner).xreplace({z: out}))
    exchanged = message("output and target are exchanged in the loss")
    wrong = outer.xreplace({a_: y, y: out}) * inner
    yield Formula("swapped-roles", exchanged, message("the loss takes the output first"), wrong)


def of_other_pair(subject: Subject) -> Iterator[Formula]:
    """The delta with the derivative of another activation, of another loss, or with a slip in that of the loss."""
    phi, loss = subject.activation, subject.loss
    if phi is None or loss is None:
        return
    z, out = subject.variable, filled(subject, phi.applied)
    y, inner = loss.variables[1].symbol, out.diff(z)
    by_a = filled(subject, loss.applied).diff(loss.variable).xreplace({loss.variable: out})
    own = message("use φ′ of {name}", name=phi.name)
    for name, (text, wrong) in IN_OUTPUT.items():
        if name != phi.name:
            says = borrowed(text, name, phi.name)
            yield Formula(f"slope-of-{name}-in-output", says, own, by_a * wrong.xreplace({a: out}))
    for name, other in ACTIVATIONS.items():
        if name != phi.name:
            says = message("φ′ is that of {name}", name=name)
            yield Formula(f"slope-of-{name}", says, own, by_a * other.head(z).diff(z), FAR)
    for name, other in LOSSES.items():
        if name != loss.name:
            wrong = other.head(loss.variable, y).diff(loss.variable).xreplace({loss.variable: out}) * inner
            says = message("this is the delta of the loss {name}", name=name)
            yield Formula(f"delta-of-{name}", says, message("start from {name}", name=loss.name), wrong, FAR)
    for slip in slips(filled(subject, loss.of), loss.variable):
        yield Formula(
            slip.name,
            told("in ∂J/∂a: {says}", says=slip.says),
            slip.mend,
            slip.expr.xreplace({loss.variable: out}) * inner,
            DEEP,
        )


def in_other_variable(subject: Subject) -> Iterator[Formula]:
    """The gradient by another symbol of the function."""
    for symbol, _ in subject.values:
        if subject.expr.has(symbol):
            says = message("this is the derivative by {wrong}, not by {right}", wrong=symbol, right=subject.variable)
            mend = message("differentiate by {symbol}", symbol=subject.variable)
            yield Formula("other-variable", says, mend, subject.expr.diff(symbol), 1)


def others(subject: Subject) -> Iterator[Formula]:
    """The derivatives of the other entries of the catalogue."""
    if subject.loss and subject.activation:
        return
    kind, arguments = Kind.ACTIVATION, [subject.variable]
    if subject.loss:
        kind, arguments = Kind.LOSS, [subject.variable, subject.loss.variables[1].symbol]
    for entry in (ACTIVATIONS if kind is Kind.ACTIVATION else LOSSES).values():
        if entry not in {subject.activation, subject.loss} and entry.name != "identity":
            d = entry.head(*arguments).diff(subject.variable)
            mend = message("differentiate {name}", name=subject.name)
            says = message("this is the derivative of {name}, not of {right}", name=entry.name, right=subject.name)
            yield Formula(f"slope-of-{entry.name}", says, mend, d, FAR)


def small_slips(subject: Subject) -> Iterator[Formula]:
    """One rule of calculus applied wrongly, in the formula as it is written or with its parts written out."""
    seen = set()
    for form in dict.fromkeys((subject.formula, subject.expr, flattened(subject.formula))):
        for slip in slips(form, subject.variable):
            if slip.expr not in seen:
                seen.add(slip.expr)
                yield Formula(slip.name, slip.says, slip.mend, slip.expr, DEEP + (slip.name == RARE))


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
