"""Near misses of the ledger's own statements: which one of which claim, how it is changed, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sympy import Abs, Gt, Le, Lt, Ne, Rational, S, exp, log, oo, true

from symgrad.core import Claim, Domain, Status, interval
from symgrad.definitions.claims import CLAIMS
from symgrad.definitions.claims import activations as act
from symgrad.definitions.claims import backpropagation as back
from symgrad.definitions.claims import depth as deep
from symgrad.definitions.claims import output as out
from symgrad.definitions.claims.letters import (
    b,
    le,
    never_below_zero,
    over,
    positive,
    relu,
    sigmoid,
    slope,
    tanh,
    w,
    x,
    z,
)
from symgrad.indexed import apply, delta, partial, sums_to, total

Change = Callable[[Any], Any]
FALSE, TRUE, UNDEFINED = Status.REFUTED, Status.PROVED, Status.DOMAIN_MISMATCH
σ, QUARTER, FIFTH = sigmoid(z), Rational(1, 4), Rational(1, 5)


@dataclass(frozen=True, slots=True)
class Miss:
    """A statement of a claim, its number counted through `formal` and then `instead`, changed by little."""

    id: str
    number: int
    what: str
    change: Change
    becomes: Status

    def changed(self) -> tuple[Any, Claim]:
        """The near miss, and the claim with it in the place of its own statement."""
        claim = CLAIMS[self.id]
        statements, cut = [*claim.formal, *claim.instead], len(claim.formal)
        statements[self.number] = missed = self.change(statements[self.number])
        return missed, replace(claim, formal=tuple(statements[:cut]), instead=tuple(statements[cut:]))


def sign(kind: Any) -> Change:
    """Another sign of comparison."""
    return lambda s: replace(s, relation=kind(*s.relation.args, evaluate=False))


def than(right: Any) -> Change:
    """Another right side."""
    return lambda s: replace(s, relation=type(s.relation)(s.relation.lhs, right, evaluate=False))


def has(**fields: Any) -> Change:
    """Other contents of some fields."""
    return lambda s: replace(s, **fields)


def among(*variables: Any) -> Change:
    """Other domains."""
    return has(variables=variables)


def valued(values: Domain) -> Change:
    """Other values."""
    return has(values=values)


def times(factor: Any) -> Change:
    """What tends to something, or equals something, with a factor."""
    return lambda s: replace(s, **({"expr": s.expr * factor} if hasattr(s, "expr") else {"right": factor * s.right}))


def right(value: Any) -> Change:
    """Another right side of an equation with symbolic dimensions."""
    return has(right=value)


anywhere, unbounded = has(assuming=true), among()

MISSES = (
    Miss("A1", 0, "eᶻ for e⁻ᶻ", than(1 / (1 + exp(z))), FALSE),
    Miss("A1", 1, "[0, 1) for (0, 1)", valued(interval(0, 1, "left")), FALSE),
    Miss("A1", 2, "to 1 for to 0", has(to=S.One), FALSE),
    Miss("A1", 3, "the other end", has(at=-oo), FALSE),
    Miss("A2", 0, "1 + σ for 1 − σ", than(σ * (1 + σ)), FALSE),
    Miss("A3", 0, "(0, 1/4] for (0, 1/4)", valued(interval(0, QUARTER, "right")), TRUE),
    Miss("A3", 0, "for z > 0", has(on=interval(0, None)), TRUE),
    Miss("A3", 1, "[0, 1/4] for (0, 1/4]", valued(interval(0, QUARTER, "both")), FALSE),
    Miss("A3", 1, "1/5 for 1/4", valued(interval(0, FIFTH, "right")), FALSE),
    Miss("A3", 2, "z = 0 too", anywhere, FALSE),
    Miss("A4", 0, "z = 0 too", anywhere, FALSE),
    Miss("A4", 0, "1/5 for 1/4", than(FIFTH), FALSE),
    Miss("A4", 1, "> for =", sign(Gt), FALSE),
    Miss("A4", 4, "as e⁻²ᶻ", times(exp(z)), FALSE),
    Miss("A5", 1, "½ for 1", than(S.Half), FALSE),
    Miss("A5", 2, "even for odd", than(tanh(z)), FALSE),
    Miss("A5", 3, "tanh for tanh²", than(1 - tanh(z)), FALSE),
    Miss("A5", 4, "[−1, 1] for (−1, 1)", valued(interval(-1, 1, "both")), FALSE),
    Miss("A6", 0, "σ(z) for σ(2z)", than(2 * σ - 1), FALSE),
    Miss("A7", 0, "≤ for ≥", sign(Le), TRUE),
    Miss("A7", 1, "≤ for ≥", sign(Le), TRUE),
    Miss("A7", 0, "from 0 to 1.66", has(variables=(over(z, 0, Rational(166, 100), "both"),), at=()), TRUE),
    Miss("A7", 4, "as 4e⁻²ᶻ", times(exp(z)), FALSE),
    Miss("A8", 2, "≤ for <", sign(Le), TRUE),
    Miss("A8", 3, "z = 0 too", anywhere, FALSE),
    Miss("A8", 4, "for all z", unbounded, FALSE),
    Miss("A8", 14, "1/5 for 1/4", than(FIFTH), FALSE),
    Miss("A9", 1, "z ≠ 0", has(assuming=Ne(z, 0), at=()), TRUE),
    Miss("A9", 2, "z = 0 too", anywhere, UNDEFINED),
    Miss("A10", 1, "z = 0 too", anywhere, UNDEFINED),
    Miss("A10", 2, "> for ≥", sign(Gt), FALSE),
    Miss("A11", 1, "max for min", than(relu(z)), FALSE),
    Miss("A11", 2, "z = 0 too", among(over(z, None, 0, "right")), FALSE),
    Miss("A12", 0, "z = 0 too", among(over(z, None, 0, "right")), UNDEFINED),
    Miss("A12", 3, "the other end", has(at=oo), FALSE),
    Miss("A12", 4, "from −ln 99 on", among(over(z, None, -log(99))), FALSE),
    Miss("A13", 1, "σ(2z) for σ(z)", than(sigmoid(2 * z)), FALSE),
    Miss("A13", 2, "to ln 2 for to 0", has(to=log(2)), FALSE),
    Miss("A14", 0, "the slope of ReLU", than(slope(relu)), FALSE),
    Miss("A14", 1, "(0, ln 2) for (0, ln 2]", valued(interval(0, log(2))), FALSE),
    Miss("A15", 0, "by a thousandth at least", than(Rational(1, 1000)), FALSE),
    Miss("A15", 1, "inputs of both signs", unbounded, FALSE),
    Miss("A15", 1, "> for ≥", sign(Gt), FALSE),
    Miss("A15", 2, "the same δ for both", has(relation=Lt((act.s * (act.x1 + act.x2)) ** 2, 0, evaluate=False)), FALSE),
    Miss("A15", 4, "d₂ = 0 too, and s > 0", among(*positive(act.s, act.x1, act.x2), over(act.d2, None, 1)), FALSE),
    Miss("B1", 0, "without σ′", right(out.a[out.j] - out.Y[out.j]), FALSE),
    Miss("B2", 0, "y − a for a − y", right(out.Y[out.j] - out.a[out.j]), FALSE),
    Miss("B2", 0, "with σ′", times(apply(sigmoid, out.Z[out.j], order=1)), FALSE),
    Miss("B3", 0, "without x", right(out.a_of[out.j] - out.Y[out.j]), FALSE),
    Miss("B4", 0, "five times", lambda s: than(5 * s.relation.rhs)(s), FALSE),
    Miss(
        "B4",
        1,
        "step 1 for step 8",
        has(relation=le(Abs(z - (σ - S.Half)), Abs(z - (σ - S.Half) * σ * (1 - σ))), at=()),
        TRUE,
    ),
    Miss("B4", 2, "> for ≥", sign(Gt), FALSE),
    Miss("B4", 3, "a = y too", anywhere, FALSE),
    Miss("B4", 4, "backwards too: η < 0", among(out.inside, over(out.η, None, None)), FALSE),
    Miss("B5", 1, "R > 0", has(variables=positive(out.u, out.R), at=()), TRUE),
    Miss("B5", 4, "v = 0 too", among(*positive(out.u), *never_below_zero(out.v, out.R)), FALSE),
    Miss("B6", 0, "+ for −", times(-1), FALSE),
    Miss("B7", 0, "aᵢ for aᵢ − 1", right(out.p_of[out.c] * out.X[out.r]), FALSE),
    Miss("B8", 0, "aⱼ for 0", right((1 - delta(out.c, out.j)) * out.p_of[out.j]), TRUE),
    Miss("B8", 1, "−aⱼ for aⱼ", times(-1), FALSE),
    Miss("B9", 0, "labels that sum to 1", has(facts=(sums_to(out.Y),)), TRUE),
    Miss("B9", 1, "labels that sum to 2", has(facts=(sums_to(out.Y, 2),)), FALSE),
    Miss("B10", 0, "z ≠ 0", has(assuming=Ne(z, 0), at=()), TRUE),
    Miss("B10", 1, "z = 0 too", anywhere, UNDEFINED),
    Miss(
        "C1",
        0,
        "without φ′",
        right(total(back.k, back.V[back.k, back.i] * partial(back.J(), back.after[back.k]))),
        FALSE,
    ),
    Miss("C2", 0, "without x", right(partial(back.K(), back.z[back.i])), FALSE),
    Miss("C3", 0, "twice", times(2), FALSE),
    Miss("C4", 2, "W for x", right(back.W[back.i, back.j]), FALSE),
    Miss("D1", 2, "to ½ for to 0", has(to=S.Half), TRUE),
    Miss("D1", 12, "at ½ already", than(Rational(51, 100)), FALSE),
    Miss("D2", 0, "w = 1", has(relation=Le(deep.dσ, 1, evaluate=False), at=()), TRUE),
    Miss("D2", 0, "|w| ≤ 4", has(variables=(over(w, -4, 4, "both"),), at=()), TRUE),
    Miss("D2", 1, "< for ≤", sign(Lt), FALSE),
    Miss("D3", 0, "≤ for =", sign(Le), TRUE),
    Miss("D3", 3, "z = 0 too", anywhere, FALSE),
    Miss("D4", 0, "z = 0 too", among(over(z, 0, None, "left")), UNDEFINED),
    Miss("D4", 1, "1/5 for 1/4", than(FIFTH), FALSE),
    Miss("D4", 2, "nothing at all is left at least", lambda s: replace(than(S.Zero)(s), at=()), TRUE),
    Miss("D4", 4, "twice", times(2), FALSE),
    Miss("D6", 0, "z < 0 for z ≤ 0", has(assuming=w * x + b < 0, at=()), TRUE),
    Miss("D6", 2, "z ≤ 0 for z < 0", has(assuming=w * x + b <= 0), UNDEFINED),
    Miss("D7", 1, "v below 1", has(variables=(over(deep.v, 0, 1), *positive(deep.δ1)), at=()), TRUE),
    Miss("D7", 2, "v = 1 too", among(over(deep.v, 0, 1, "both"), *positive(deep.δ1)), FALSE),
    Miss("D10", 0, "for z > 0", has(variables=positive(z), at=()), TRUE),
    Miss("D10", 2, "z ≥ −1", among(over(z, -1, None)), FALSE),
)
