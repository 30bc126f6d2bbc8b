"""Which function of the catalogue a user's function is, from its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import Rational

from symgrad.checker.compiled import compiled
from symgrad.core import SymgradError
from symgrad.definitions import ACTIVATIONS
from symgrad.functions.symbols import z
from symgrad.testing.diagnosis.fitting import FREE, roots, shortest
from symgrad.testing.subject import Subject, subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from symgrad.testing.diagnosis.weigh import Array

NEAR = 40.0  # farther out many functions are the same in floats, or overflow
FEWEST = 16  # points: fewer may agree by chance
LEAST = 0.05  # nearer to 0 many functions are the same as well
UNITS = 2.0**12  # of rounding, that the user's code may lose


def recognised(f: Callable[[Array], Array], x: Array, eps: float) -> Subject | None:
    """The activation that has the values of `f` at all the points, at its usual parameter or at another; else None."""
    x = x[(np.abs(x) <= NEAR) & (np.abs(x) >= LEAST)]
    try:
        values = np.asarray([np.asarray(f(np.asarray([v])), float).ravel()[0] for v in x.tolist()])
    except Exception:  # noqa: BLE001 - the user's code may raise anything; it has been heard elsewhere
        return None
    if x.size < FEWEST or not np.isfinite(values).all():
        return None

    def same(found: Array) -> bool:
        return bool(np.all(np.abs(found - values) <= UNITS * eps * np.maximum(1, np.abs(values))))

    for name, parameters in candidates(x, values):
        try:
            what = subject(name, parameters)
        except SymgradError:  # the parameter may not have this value
            continue
        code = compiled(what.expr.xreplace(dict(what.values)), (what.variable,))
        if code is not None and same(code(x)):
            return what
    return None


def candidates(x: Array, values: Array) -> Iterator[tuple[str, dict[str, Any]]]:
    """Entries with values for their one parameter, those without a parameter first."""
    for name, entry in ACTIVATIONS.items():
        if not entry.parameters:
            yield name, {}
    for name, entry in ACTIVATIONS.items():
        if entry.parameters:
            yield name, {}
        if len(entry.parameters) == 1:
            yield from ((name, {str(entry.parameters[0].symbol): v}) for v in fitted(entry, x, values))


def fitted(entry: Any, x: Array, values: Array) -> Iterator[Any]:
    """The values of the parameter that explain one point, on either side of 0."""
    (parameter,) = entry.parameters
    usual = entry.applied.xreplace({entry.variable: z})
    form, right = compiled(usual.xreplace({parameter.symbol: FREE}), (z, FREE)), float(parameter.default)
    usual_values = compiled(usual.xreplace({parameter.symbol: parameter.default}), (z,))
    if form is None or usual_values is None:
        return
    off = np.flatnonzero(np.abs(usual_values(x) - values) > 0)
    off = off[np.argsort(np.abs(np.abs(x[off]) - 1))][:1]
    for n in off:
        for root in roots(lambda k, n=n: form(np.full(k.shape, x[n]), k) - values[n], right)[:3]:  # type: ignore[misc]
            for value in shortest(root, right)[:2]:
                if isinstance(value, Rational):
                    yield value
