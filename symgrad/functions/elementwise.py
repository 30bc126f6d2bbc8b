"""Named functions with a formula: the SymPy classes behind every catalogue entry."""

from __future__ import annotations

from typing import Any, ClassVar

from sympy import Expr, Function, Symbol, sympify


class Elementwise(Function):
    """A named function of one or more variables and some parameters, given by a formula.

    Arguments come in the order of `variables`, then `parameters`; a parameter left out takes its usual value.
    """

    spelling: ClassVar[str]  # the catalogue's name: "leaky_relu"
    glyph: ClassVar[str]  # for text: "σ", "ReLU"
    tex: ClassVar[str]  # for LaTeX: r"\sigma", r"\mathrm{ReLU}"
    variables: ClassVar[tuple[Symbol, ...]]
    parameters: ClassVar[tuple[Symbol, ...]]
    defaults: ClassVar[tuple[Expr, ...]]
    formula: ClassVar[Expr]

    def __new__(cls, *arguments: Any, **options: Any) -> Any:
        least, most = len(cls.variables), len(cls.variables) + len(cls.parameters)
        if not least <= len(arguments) <= most:
            wanted = f"{least}" if least == most else f"{least} to {most}"
            raise TypeError(f"{cls.spelling} takes {wanted} arguments, not {len(arguments)}")
        given = tuple(sympify(x) for x in arguments)
        while len(given) > least and given[-1] == cls.defaults[len(given) - least - 1]:
            given = given[:-1]  # elu(z, 1) is elu(z), so that equal functions are equal expressions
        return super().__new__(cls, *given, **options)

    @property
    def filled(self) -> tuple[Any, ...]:
        """All arguments, the usual values where parameters were left out."""
        missing = len(self.variables) + len(self.parameters) - len(self.args)
        return (*self.args, *(self.defaults[-missing:] if missing else ()))

    def unfold(self) -> Any:
        """The formula at these arguments, one layer deep: silu(z) gives z*sigmoid(z)."""
        symbols = self.variables + self.parameters
        return self.formula.xreplace(dict(zip(symbols, self.filled, strict=True)))


def elementwise(
    spelling: str,
    formula: Expr,
    variables: tuple[Symbol, ...],
    parameters: tuple[tuple[Symbol, Expr], ...] = (),
    *,
    glyph: str = "",
    tex: str = "",
) -> type[Elementwise]:
    """A SymPy Function class of this name whose value is `formula`."""
    body = {
        "spelling": spelling,
        "glyph": glyph or spelling,
        "tex": tex or rf"\mathrm{{{glyph or spelling}}}",
        "variables": variables,
        "parameters": tuple(p for p, _ in parameters),
        "defaults": tuple(sympify(d) for _, d in parameters),
        "formula": formula,
        "__module__": __name__,
    }
    return type(spelling, (Elementwise,), body)


def unfold(expr: Any) -> Any:
    """The expression with every named function replaced by its formula, all layers down."""
    while heads := expr.atoms(Elementwise):
        expr = expr.xreplace({h: h.unfold() for h in heads})
    return expr
