"""The certificate of a proof, replayed: it shares no code with the prover, and works on SymPy's polynomials.

The statement is read anew, by the checker's own reader: the certificate only says how to split the space, what the
generators are, and why signs are what they are. What is checked: the parts of every split cover the whole; every
generator has a value; every sign follows from the facts by the arithmetic that is given for it; and in every part
the two sides, evaluated node by node, are one fraction. What can't be justified is refused, with the reason.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sympy import true

from symgrad.core import SymgradError
from symgrad.prover import recheck_cover
from symgrad.prover.conventions import plain, told
from symgrad.prover.recheck_angles import no_angle
from symgrad.prover.recheck_lemmas import Lemmas
from symgrad.prover.recheck_program import Program
from symgrad.prover.recheck_reading import Case, cases
from symgrad.prover.recheck_ring import Clock, RejectedError, Undefined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.core import Let, Variable
    from symgrad.prover.recheck_values import Values

VERSION = 3
SIZE = 20_000_000  # characters of a certificate
MALFORMED = (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, StopIteration)


@dataclass(frozen=True, slots=True)
class Recheck:
    """Whether a certificate stands, and if not, why."""

    ok: bool
    reason: str = ""


def recheck(
    certificate: str,
    left: Any,
    right: Any,
    *,
    variables: Sequence[Variable] = (),
    lets: Sequence[Let] = (),
    assuming: Any = true,
    seconds: float = 120.0,
) -> Recheck:
    """Whether the certificate proves `left = right` as `prove` was asked; any flaw in it makes it not ok."""
    try:
        _check(_parsed(certificate), Clock(seconds), (left, right, variables, lets, assuming))
    except RejectedError as error:
        return Recheck(ok=False, reason=str(error))
    except SymgradError as error:
        return Recheck(ok=False, reason=f"the statement can't be read: {error}")
    except Undefined as error:
        return Recheck(ok=False, reason=f"something has no value where it must: {error}")
    except RecursionError:
        return Recheck(ok=False, reason="the certificate is nested too deeply")
    except MALFORMED as error:
        return Recheck(ok=False, reason=f"the certificate is malformed: {type(error).__name__}: {error}")
    return Recheck(ok=True)


def _parsed(certificate: str) -> dict[str, Any]:
    if len(certificate) > SIZE:
        raise RejectedError(f"the certificate has more than {SIZE} characters")
    found: dict[str, Any] = json.loads(certificate, parse_float=_refused, parse_constant=_refused)
    return found


def _refused(number: str) -> float:
    """No number of a certificate is a decimal: rounding one could turn a bound."""
    raise RejectedError(f"the certificate holds the decimal {number}")


def _check(data: dict[str, Any], clock: Clock, claimed: tuple[Any, ...]) -> None:
    if data["version"] != VERSION:
        raise RejectedError("the certificate is of another version")
    left, right, variables, lets, assuming = claimed
    claimed = (plain(left), plain(right), variables, lets, plain(assuming))
    if data["statement"] != told(*claimed):
        raise RejectedError("the certificate is of another statement")
    if "cells" in data:
        recheck_cover.replay(
            data, claimed, clock, lambda part, one, two, there: _check(part, clock, (one, two, (), (), there))
        )
        return
    program = Program(data.get("program", ()))
    stated = list(cases(program, claimed))
    if data.get("same"):
        if any(case.left != case.right for case in stated):
            raise RejectedError("the sides are said to be the same and are not")
        return
    if len(data["cases"]) != len(stated):
        raise RejectedError("not every value of the finite domains is treated")
    lemmas = Lemmas(program, clock)
    for lemma in data.get("lemmas", ()):
        lemmas.prove(lemma)
    for tree, case in zip(data["cases"], stated, strict=True):
        Replay(lemmas, case).tree(tree, case.premises, {})


@dataclass(frozen=True, slots=True)
class Replay:
    """The regions of a proof, gone through one by one."""

    lemmas: Lemmas
    case: Case

    def tree(self, tree: dict[str, Any], premises: tuple[Any, ...], bindings: dict[str, Any]) -> None:
        """One region, with its parts."""
        if "leaf" in tree:
            self._leaf(tree, premises, bindings)
            return
        values = self._values(tree["context"], premises, bindings)
        split, minus = tree["split"], tree["minus"]
        value = values.plain(split)  # it must have a value all over the region, or the parts would not cover it
        if not values.context.equal(values.plain(minus), values.context.negative(value)):
            raise RejectedError("the two sides of a split are not opposite")
        zero_premises, zero_bindings = _zero(tree, values, premises, bindings)
        strict = [((split, "!="),)] if tree["nonzero"] else [((split, ">"),), ((minus, ">"),)]
        if len(tree["parts"]) != len(strict) + 1:
            raise RejectedError("a part of a split is missing")
        for more, part in zip(strict, tree["parts"], strict=False):
            self.tree(part, premises + more, bindings)
        self.tree(tree["parts"][-1], zero_premises, zero_bindings)

    def _leaf(self, tree: dict[str, Any], premises: tuple[Any, ...], bindings: dict[str, Any]) -> None:
        if tree["context"] is None:
            raise RejectedError(f"a region is said to be {tree['leaf']} without a proof that can be replayed")
        values = self._values(tree["context"], premises, bindings)
        kind = tree["leaf"]
        if kind == "empty":
            _require_empty(values, tree["context"], premises)
        elif kind == "excluded":
            found = _maybe(values, self.case.assumption)
            if found is not None and values.context.nonzero(found):
                raise RejectedError("a region that satisfies the assumption was left out")
        elif kind == "undefined":
            if _maybe(values, self.case.left) is not None or _maybe(values, self.case.right) is not None:
                raise RejectedError("a region is said to have no values and has")
        elif kind == "proved":
            left, right = values.plain(self.case.left), values.plain(self.case.right)
            context = values.context
            if not context.equal(left, right) and not no_angle(context, context.add(left, context.negative(right))):
                raise RejectedError("the two sides differ in a region")
        else:
            raise RejectedError(f"a region is {kind}: that proves nothing")

    def _values(self, context: dict[str, Any], premises: tuple[Any, ...], bindings: dict[str, Any]) -> Values:
        return self.lemmas.values(context, premises, bindings)


def _zero(tree: dict[str, Any], values: Values, premises: tuple[Any, ...], bindings: dict[str, Any]) -> tuple[Any, Any]:
    """What holds where the split polynomial is 0, and the symbol that is thereby known."""
    premises = (*premises, (tree["split"], "="))
    if "shape" not in tree:
        return premises, bindings
    name, shape = tree["name"], tree["shape"]
    parts = [values.free[k] for k in shape]
    if name.startswith(("#", "\u222b")) or name in bindings or any(name in p or p & bindings.keys() for p in parts):
        raise RejectedError("a solved symbol is bound, or occurs in its own solution")
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
    return premises, {**bindings, name: tuple(shape)}


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
