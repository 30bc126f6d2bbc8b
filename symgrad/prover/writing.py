"""Nodes back into SymPy, for people: conditions, exceptional points. No proof passes through here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp

from symgrad.functions import D

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symgrad.prover.scalar import Node

FUNCTIONS = {
    "exp": sp.exp,
    "log": sp.log,
    "logabs": lambda u: sp.log(sp.Abs(u)),
    "erf": sp.erf,
    "erfinv": sp.erfinv,
    "atan": sp.atan,
    "sin": sp.sin,
    "cos": sp.cos,
    "gamma": sp.gamma,
    "loggamma": sp.loggamma,
    "lambertw": sp.LambertW,
    "add": sp.Add,
    "mul": sp.Mul,
    "pow": sp.Pow,
}


def to_sympy(node: Node, symbols: Mapping[str, Any]) -> Any:
    """The SymPy expression of a node; `symbols` maps our names back to the user's symbols."""
    if node.op == "num":
        return sp.Rational(node.value.numerator, node.value.denominator)
    if node.op == "sym":
        return symbols.get(node.value) or sp.Symbol(node.value, real=True)
    if node.op == "pi":
        return sp.pi
    if node.op == "undef":
        return sp.nan
    args = [to_sympy(a, symbols) for a in node.args]
    if node.op in FUNCTIONS:
        return FUNCTIONS[node.op](*args)
    return _composite(node, args)


def _composite(node: Node, args: list[Any]) -> Any:
    if node.op == "switch":
        p, a, z, b = args
        return sp.Piecewise((a, p > 0), (z, sp.Eq(p, 0)), (b, True))
    if node.op == "call":
        name, orders = node.value
        found = sp.Function(name)(*args)
        for x, order in zip(args, orders, strict=True):
            found = sp.diff(found, (x, order)) if order else found
        return found
    bound = sp.Symbol(node.value, real=True)
    if node.op == "integral":
        return sp.Integral(args[0], (bound, args[1], args[2]))
    return sp.Subs(D(args[0], bound), bound, args[1])
