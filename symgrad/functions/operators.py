"""The derivative that has not been carried out yet."""

from __future__ import annotations

from typing import Any, cast

from sympy import Expr, Subs, Symbol, sympify


class D(Expr):
    """$∂f/∂x$ of `expr`, left standing: SymPy's own Derivative carries some of them out on construction."""

    is_commutative = True
    is_real = True

    def __new__(cls, expr: Any, variable: Symbol) -> D:
        return cast("D", Expr.__new__(cls, sympify(expr), variable))

    @property
    def expr(self) -> Any:
        """What is differentiated."""
        return self.args[0]

    @property
    def variable(self) -> Any:
        """What it is differentiated by."""
        return self.args[1]

    def doit(self, **hints: Any) -> Any:
        """The derivative that SymPy finds; no proof rests on it."""
        return self.expr.doit(**hints).diff(self.variable)

    def _eval_subs(self, old: Any, new: Any) -> Any:
        """A value for the variable is a value of the derivative, not of what is differentiated."""
        if old == self.variable and not (isinstance(new, Symbol)):
            return Subs(self, old, new)
        return None

    def _sympystr(self, printer: Any) -> str:
        return f"d/d{printer.doprint(self.variable)}[{printer.doprint(self.expr)}]"

    def _latex(self, printer: Any) -> str:
        inner = printer.doprint(self.expr)
        return rf"\frac{{d}}{{d {printer.doprint(self.variable)}}}\left[{inner}\right]"
