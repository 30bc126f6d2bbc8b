"""The functions of the catalogue and their slopes as NumPy code, on trial against their exact values."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sympy import Expr, Symbol, sympify

from symgrad.checker.accuracy import certify
from symgrad.checker.campaign import Job
from symgrad.checker.truth import Truth
from symgrad.core import REALS, Definition, Domain, Kind, UnsupportedError
from symgrad.definitions import entry_named
from symgrad.pipeline.numpy_source import lambdify, numpy_code, stable_form

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.checker.certificate import Certificate

ORDERS = (0, 1, 2)
MARKS = ("", "'", "''")


@dataclass(frozen=True)
class FormCode:
    """The NumPy code that symgrad gives for an expression of one variable; it can be sent to another process.

    Symbols in `fixed` have values: the target of a loss, the parameters.
    """

    expr: Expr
    letter: Symbol
    fixed: tuple[tuple[Symbol, float], ...] = field(default=())

    def __call__(self, x: Any) -> Any:
        return compiled(self.expr, (self.letter, *(s for s, _ in self.fixed)))(x, *(v for _, v in self.fixed))

    @property
    def source(self) -> str:
        """The code as text, and the values: what a half-finished job must agree on with its continuation."""
        return f"{numpy_code(self.expr)}{self.fixed}"


@lru_cache(maxsize=256)
def compiled(expr: Expr, letters: tuple[Symbol, ...]) -> Callable[..., Any]:
    """The code, made once a process."""
    return lambdify(letters, expr)


@dataclass(frozen=True)
class Quantity:
    """A function of one variable: as code, and exactly."""

    name: str
    code: Callable[[Any], Any]
    truth: Truth
    domain: Domain = REALS

    @property
    def varies(self) -> bool:
        """Whether it depends on the variable at all."""
        return bool(self.truth.forms[0].free_symbols)

    def certificate(self, dtype: str, count: int | None = None) -> Certificate:
        """The certificate of the code in a format."""
        return certify(self.code, self.truth, name=self.name, dtype=dtype, count=count, domain=self.domain)

    def job(self, dtype: str) -> Job:
        """The same over every input, as a job of many pieces."""
        return Job(self.name, self.code, self.truth, dtype, domain=self.domain)


def quantity(of: str | Definition, order: int = 0, target: Any = 1) -> Quantity:
    """An entry's value (order 0), or its first or second derivative; of a loss, at one target."""
    entry = of if isinstance(of, Definition) else entry_named(of)
    if order not in ORDERS:
        raise UnsupportedError("order {order} is not on trial here; ask for 0, 1 or 2", order=order)
    x = entry.variable
    expr = entry.applied.diff(x, order) if order else entry.applied
    values = {p.symbol: p.default for p in entry.parameters}
    name = entry.name + MARKS[order]
    if entry.kind is Kind.LOSS:
        allowed = entry.variables[1].domain.values
        if allowed and sympify(target) not in allowed:
            raise UnsupportedError(
                "{target} is no target of {name}; give one of {allowed}",
                target=target,
                name=entry.name,
                allowed=", ".join(map(str, allowed)),
            )
        values |= {entry.variables[1].symbol: sympify(target)}
        name += f" at y = {target}"
    return fixed(name, expr, x, values, entry.variables[0].domain)


def fixed(name: str, expr: Expr, x: Symbol, values: dict[Symbol, Any], domain: Domain = REALS) -> Quantity:
    """An expression of x, all other symbols having values; its stable form is found before they are put in."""
    fixed_values = tuple((s, float(v)) for s, v in values.items() if s in expr.free_symbols)
    forms = tuple(form.xreplace(values) for form in (expr, stable_form(expr)))
    return Quantity(name, FormCode(expr, x, fixed_values), Truth(forms, x), domain)
