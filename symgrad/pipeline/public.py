"""The public functions: names and text in, worked derivations and verdicts out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sympy import And, Symbol, sympify

from symgrad import deriver, prover
from symgrad.core import Definition, Status, SymgradError, UnsupportedError, Verdict, Witness
from symgrad.definitions import activation_named, loss_named
from symgrad.definitions.parser import parse
from symgrad.pipeline.symbols import Twins, twins
from symgrad.pipeline.worked import Worked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sympy import Basic, Expr

MATCHING = "matching"  # the loss that makes the output delta a - y, whatever the activation


def activation(name: str) -> Definition:
    """The catalogue's activation of this name: `activation("Leaky ReLU")`."""
    return activation_named(name)


def loss(name: str) -> Definition:
    """The catalogue's loss of this name."""
    return loss_named(name)


def entry(of: str | Definition) -> Definition:
    """An activation or a loss by its name; the error of an unknown name suggests activations."""
    if isinstance(of, Definition):
        return of
    try:
        return activation_named(of)
    except SymgradError as unknown:
        try:
            return loss_named(of)
        except SymgradError:
            raise unknown from None


def derivative(of: str | Definition, wrt: str | Symbol | None = None) -> Worked:
    """phi'(z) of an activation, dJ/da of a loss, or the derivative by one of its parameters (`wrt="alpha"`)."""
    definition = entry(of)
    if wrt is None or str(wrt) == str(definition.variable):
        return Worked(deriver.derivative(definition))
    named = {str(v.symbol): v.symbol for v in definition.domains}
    return Worked(deriver.parameter_derivative(definition, named.get(str(wrt), Symbol(str(wrt), real=True))))


def second_derivative(of: str | Definition) -> Worked:
    """phi''(z) of an activation, d2J/da2 of a loss."""
    return Worked(deriver.second_derivative(entry(of)))


def output_delta(activation: str | Definition, loss: str | Definition) -> Worked:
    """The output delta dJ/dz of a loss after an activation; PairError says why a pair has none."""
    phi = activation if isinstance(activation, Definition) else activation_named(activation)
    if loss == MATCHING:
        return matching_loss(phi)
    return Worked(deriver.output_delta(phi, loss if isinstance(loss, Definition) else loss_named(loss)))


def matching_loss(activation: str | Definition) -> Worked:
    """The loss for which delta = a - y after this activation, up to a term in y alone."""
    phi = activation if isinstance(activation, Definition) else activation_named(activation)
    return Worked(deriver.matching_loss(phi))


def derive(expr: str | Expr, wrt: str | Symbol | None = None) -> Worked:
    """The derivative of your own expression by `wrt`, every rule shown.

    Text goes through symgrad's grammar. A symbol that is not real is read as real; positive=True and the like
    are taken as its domain. Without `wrt` the derivative is by `z`, or by the only symbol there is.
    """
    value = expression(expr)
    variable = chosen(value, wrt)
    twin = twins(value, variable)
    whole = deriver.derive(value.xreplace(dict(twin.real)), twin.real[variable], twin.domains)
    return Worked(whole, twin.back)


def chosen(expr: Any, wrt: str | Symbol | None) -> Symbol:
    """The symbol to differentiate by."""
    own = sorted(expr.free_symbols, key=str)
    if isinstance(wrt, Symbol):
        return wrt
    named = {s.name: s for s in own}
    if wrt is not None:
        found = named.get(wrt, parse(wrt))
        if not isinstance(found, Symbol):
            raise UnsupportedError(f"{wrt!r} is no symbol; differentiate by one of {', '.join(named) or 'z'}")
        return found
    if "z" in named or len(own) <= 1:
        return named.get("z", own[0] if own else Symbol("z", real=True))
    raise UnsupportedError(
        f"the expression has the symbols {', '.join(named)}; say which one to differentiate by: "
        f'--wrt {own[0]}, in Python wrt="{own[0]}"'
    )


def prove(
    left: str | Expr, right: str | Expr, *, assuming: Basic | Iterable[Basic] | bool = True, seconds: float = 20.0
) -> Verdict:
    """Whether `left` equals `right` for all real values of the symbols that satisfy `assuming`.

    What a symbol was made with (positive=True) is assumed too. The verdict is never a guess: its status is
    UNKNOWN where neither a proof nor a counterexample was found.
    """
    condition = conjunction(assuming)
    own = [e for e in (left, right, condition) if not isinstance(e, str)]
    sides = [adopt(expression(side), own) if isinstance(side, str) else expression(side) for side in (left, right)]
    twin = twins(*sides, condition)
    real = dict(twin.real)
    verdict = prover.prove(
        *(side.xreplace(real) for side in sides),
        variables=twin.domains,
        assuming=And(condition.xreplace(real), twin.assuming),
        seconds=seconds,
    )
    return told(verdict, twin)


def conjunction(assuming: Any) -> Any:
    """One SymPy Boolean of one or several."""
    parts = assuming if isinstance(assuming, list | tuple | set | frozenset) else (assuming,)
    for part in parts:
        if isinstance(part, str):
            raise UnsupportedError(f"the assumption {part[:80]!r} is text; write it with SymPy, as in assuming=z > 0")
    return And(*parts)


def expression(value: Any) -> Any:
    """A SymPy expression; text is parsed by symgrad's grammar, never run."""
    if isinstance(value, str):
        return parse(value)
    if isinstance(value, float):
        raise UnsupportedError(f"{value!r} is a rounded number; write it exactly, as text or as sympy.Rational")
    return sympify(value, strict=True)


def adopt(parsed: Any, own: Iterable[Any]) -> Any:
    """Parsed text with its letters standing for the user's own symbols of the same names."""
    named = {s.name: s for value in own for s in getattr(value, "free_symbols", ())}
    return parsed.xreplace({s: named[s.name] for s in parsed.free_symbols if s.name in named})


def told(verdict: Verdict, twin: Twins) -> Verdict:
    """The verdict in the user's own symbols; a counterexample counts only if their assumptions allow it."""
    back = dict(twin.back)
    verdict = replace(
        verdict,
        witness=restored(verdict.witness, back) if verdict.witness else None,
        exceptions=tuple(restored(w, back) for w in verdict.exceptions),
        conditions=tuple(c.xreplace(back) if hasattr(c, "xreplace") else c for c in verdict.conditions),
    )
    if verdict.status is Status.PROVED or not twin.special:
        return verdict
    names = ", ".join(s.name for s in twin.special)
    reason = f"over the reals the answer is {verdict.status.value}, but {names} may take special values only"
    return Verdict(Status.UNKNOWN, verdict.method, reason=reason)


def restored(witness: Witness, back: dict[Symbol, Symbol]) -> Witness:
    """The witness at a point of the user's own symbols."""
    return replace(witness, point=tuple((back.get(s, s), value) for s, value in witness.point))
