"""The certificate of a proof, replayed: it shares no code with the prover, and works on SymPy's polynomials.

What is checked: the parts of every split cover the whole; every generator has a value; every sign follows from
the facts by the arithmetic that is given for it; and in every part the two programs, evaluated node by node, are
one fraction. What can't be justified from the certificate alone is refused, with the reason.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import product
from typing import Any

from symgrad.prover.recheck_context import Context
from symgrad.prover.recheck_ring import RejectedError, Undefined
from symgrad.prover.recheck_values import Values

VERSION = 1
DEPTH = 200


@dataclass(frozen=True, slots=True)
class Recheck:
    """Whether a certificate stands, and if not, why."""

    ok: bool
    reason: str = ""


def recheck(certificate: str) -> Recheck:
    """Replay a certificate; any flaw, of the mathematics or of the text, makes it not ok."""
    try:
        _check(json.loads(certificate, parse_float=_refused))
    except RejectedError as error:
        return Recheck(ok=False, reason=str(error))
    except Undefined as error:
        return Recheck(ok=False, reason=f"something has no value where it must: {error}")
    except RecursionError:
        return Recheck(ok=False, reason="the certificate is nested too deeply")
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError) as error:
        return Recheck(ok=False, reason=f"the certificate is malformed: {type(error).__name__}: {error}")
    return Recheck(ok=True)


def _refused(number: str) -> float:
    """No number of a certificate is a decimal: rounding one could turn a bound."""
    raise RejectedError(f"the certificate holds the decimal {number}")


def _check(data: dict[str, Any]) -> None:
    if data["version"] != VERSION:
        raise RejectedError("the certificate is of another version")
    program = data["program"]
    for i, (_, _, *operands) in enumerate(program):
        if any(not 0 <= k < i for k in operands):
            raise RejectedError("the program is out of order")
    if data.get("same"):
        if data.get("right", data["left"]) != data["left"]:
            raise RejectedError("the sides are said to be the same and are not")
        return
    wanted = {
        tuple(zip([n for n, _ in data["values"]], v, strict=True)) for v in product(*(v for _, v in data["values"]))
    }
    if wanted != {tuple((name, node) for name, node in case["bind"]) for case in data["cases"]}:
        raise RejectedError("not every value of the finite domains is treated")
    premises = tuple((node, rel) for node, rel in data["premises"])
    for case in data["cases"]:
        bindings = {name: ("node", node) for name, node in case["bind"]}
        _tree(case["tree"], data, premises, bindings)


def _tree(tree: dict[str, Any], data: dict[str, Any], premises: tuple[Any, ...], bindings: dict[str, Any]) -> None:
    if "leaf" in tree:
        _leaf(tree, data, premises, bindings)
        return
    values = _values(tree["context"], data, premises, bindings)
    split, minus = tree["split"], tree["minus"]
    value = values.plain(split)  # it must have a value all over the region, or the parts would not cover it
    if not values.context.equal(values.plain(minus), values.context.negative(value)):
        raise RejectedError("the two sides of a split are not opposite")
    zero_premises, zero_bindings = _zero(tree, values, premises, bindings)
    strict = [((split, "!="),)] if tree["nonzero"] else [((split, ">"),), ((minus, ">"),)]
    if len(tree["parts"]) != len(strict) + 1:
        raise RejectedError("a part of a split is missing")
    for more, part in zip(strict, tree["parts"], strict=False):
        _tree(part, data, premises + more, bindings)
    _tree(tree["parts"][-1], data, zero_premises, zero_bindings)


def _zero(tree: dict[str, Any], values: Values, premises: tuple[Any, ...], bindings: dict[str, Any]) -> tuple[Any, Any]:
    """What holds where the split polynomial is 0, and the symbol that is thereby known."""
    premises = (*premises, (tree["split"], "="))
    if "shape" not in tree:
        return premises, bindings
    name, shape = tree["name"], tree["shape"]
    if name in bindings or any(name in values.free[k] or not values.free[k].isdisjoint(bindings) for k in shape):
        raise RejectedError("a solved symbol occurs in its own solution")
    a, b, *more = (values.plain(k) for k in shape)
    context = values.context
    x = values.symbol(name)
    if not context.nonzero(a) or (more and not context.nonzero(more[0])):
        raise RejectedError("an equation was divided by something that may be zero")
    factor = context.exp(context.add(context.mul(more[0], x), more[1])) if more else x
    if not context.equal(context.add(context.mul(a, factor), b), values.plain(tree["split"])):
        raise RejectedError("the solved form of a split is not the split")
    if more:
        if not context.equal(values.plain(tree["ratio"]), context.negative(context.mul(b, context.inverse(a)))):
            raise RejectedError("the logarithm in a solution is of something else")
        premises = (*premises, (tree["ratio"], ">"))
    return premises, {**bindings, name: ("shape", tuple(shape))}


def _leaf(tree: dict[str, Any], data: dict[str, Any], premises: tuple[Any, ...], bindings: dict[str, Any]) -> None:
    if tree["context"] is None:
        raise RejectedError(f"a region is said to be {tree['leaf']} without a proof that can be replayed")
    values = _values(tree["context"], data, premises, bindings)
    kind = tree["leaf"]
    if kind == "empty":
        _require_empty(values, tree["context"], premises)
    elif kind == "excluded":
        found = _maybe(values, data["assumption"])
        if found is not None and values.context.nonzero(found):
            raise RejectedError("a region that satisfies the assumption was left out")
    elif kind == "undefined":
        if _maybe(values, data["left"]) is not None or _maybe(values, data["right"]) is not None:
            raise RejectedError("a region is said to have no values and has")
    elif kind == "proved":
        if not values.context.equal(values.plain(data["left"]), values.plain(data["right"])):
            raise RejectedError("the two sides differ in a region")
    else:
        raise RejectedError(f"a region is {kind}: that proves nothing")


def _values(
    context: dict[str, Any], data: dict[str, Any], premises: tuple[Any, ...], bindings: dict[str, Any]
) -> Values:
    return Values(Context(context, premises), data["program"], bindings)


def _maybe(values: Values, node: int) -> Any:
    try:
        return values.plain(node)
    except Undefined:
        return None


def _require_empty(values: Values, context: dict[str, Any], premises: tuple[Any, ...]) -> None:
    """Either the facts contradict one another, or some premise has no value."""
    if context["empty"] is not None:
        values.context.require_contradiction(context["empty"])
        return
    if all(_maybe(values, node) is not None for node, _ in premises):
        values.context.require_empty_line()
