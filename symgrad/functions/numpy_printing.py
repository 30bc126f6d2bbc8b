"""How a stable form is written in NumPy: one expression for `lambdify`, or lines of source for a reader."""

from __future__ import annotations

from typing import Any

from sympy import Float, Function, Mul, Piecewise, Symbol, cse, numbered_symbols, true
from sympy.printing.numpy import NumPyPrinter
from sympy.printing.precedence import precedence

NUMERIC = "symgrad.functions.numeric"
SPECIAL = {"erf": "erf", "erfc": "erfc", "bell": "bell", "erfc_kept": "erfc", "normal_cdf": "phi"}
SPECIAL |= {name: name for name in ("tanh_gap", "times_bell", "times_exp")}  # in `numeric`


class FormPrinter(NumPyPrinter):
    """NumPy code whose cases are `where`, which keeps the float type of its arguments."""

    def __init__(self, settings: Any = None) -> None:
        super().__init__(settings)
        self.printmethod = "_form_code"  # which no function has: here the printer knows how each is written

    def _print_Piecewise(self, expr: Any) -> str:
        """Nested `where`: the last case stands for the rest, or NaN does."""
        *cases, (last, condition) = expr.args
        where = self._module_format("numpy.where")
        code = self._print(last)
        if condition != true:
            code = f"{where}({self._print(condition)}, {code}, {self._module_format('numpy.nan')})"
        for value, holds in reversed(cases):
            code = f"{where}({self._print(holds)}, {self._print(value)}, {code})"
        return str(code)

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:  # noqa: FBT001, FBT002 - SymPy's signature
        if expr.exp.is_Integer and expr.exp < 0 and expr.base.is_number is not True:
            below = expr.base if expr.exp == -1 else expr.base**-expr.exp
            return f"1/{self.parenthesize(below, precedence(expr))}"
        return str(super()._print_Pow(expr, rational=rational))

    def _print_Relational(self, expr: Any) -> str:
        return f"({self._print(expr.lhs)} {expr.rel_op} {self._print(expr.rhs)})"

    def _print_ITE(self, expr: Any) -> str:
        return f"{self._module_format('numpy.where')}({', '.join(self._print(a) for a in expr.args)})"

    def _print_And(self, expr: Any) -> str:
        return self.nested("numpy.logical_and", expr.args)

    def _print_Or(self, expr: Any) -> str:
        return self.nested("numpy.logical_or", expr.args)

    def _print_Max(self, expr: Any) -> str:
        return self.nested("numpy.maximum", expr.args)

    def _print_Min(self, expr: Any) -> str:
        return self.nested("numpy.minimum", expr.args)

    def nested(self, name: str, parts: Any) -> str:
        """A function of two arguments applied to all of them."""
        first, *others = (self._print(p) for p in parts)
        for other in others:
            first = f"{self._module_format(name)}({first}, {other})"
        return str(first)

    def _print_sign(self, expr: Any) -> str:
        return f"{self._module_format('numpy.sign')}({self._print(expr.args[0])})"

    def _print_Heaviside(self, expr: Any) -> str:
        return f"{self._module_format('numpy.heaviside')}({', '.join(self._print(a) for a in expr.args)})"

    def _print_Function(self, expr: Any) -> str:
        name = type(expr).__name__
        if name == "within":
            clip = self._module_format("numpy.clip")
            return f"{clip}({', '.join(self.bound(a) for a in expr.filled)})"
        if name == "kept":
            return f"({self._print(expr.args[0])})"
        if name == "reciprocal":
            return f"(1/({self._print(expr.args[0])}))"
        if name in SPECIAL:
            called = self._module_format(f"{NUMERIC}.{SPECIAL[name]}")
            return f"{called}({', '.join(self._print(a) for a in expr.args)})"
        return str(super()._print_Function(expr))

    _print_erf = _print_erfc = _print_Function

    def bound(self, end: Any) -> str:
        """An end of an interval; NumPy's clip takes None for none."""
        return "None" if end.is_infinite else str(self._print(end))


def rounded_numbers(expr: Any) -> Any:
    """The expression with its irrational numbers as doubles, those of one product as one."""
    if expr.is_number and not expr.has(Piecewise) and expr.is_Boolean is not True:
        return expr if expr.is_Rational or expr.is_infinite else Float(expr.evalf(30), 17)
    if not expr.args or expr.is_Symbol:
        return expr
    if isinstance(expr, Mul):
        numbers = [a for a in expr.args if a.is_number]
        if any(not a.is_Rational for a in numbers):
            others = [rounded_numbers(a) for a in expr.args if not a.is_number]
            return Mul(Float(Mul(*numbers).evalf(30), 17), *others)
    return expr.func(*(rounded_numbers(a) for a in expr.args))


def lines(form: Any) -> tuple[list[tuple[Symbol, Any]], Any]:
    """The form with what occurs in it more than once named before."""
    taken = {s.name for s in form.free_symbols}
    names = (s for s in numbered_symbols("t", real=True) if s.name not in taken)
    named, (value,) = cse([rounded_numbers(form)], symbols=names, optimizations=())
    return named, value


def inline(form: Any, letters: tuple[Any, ...], printer: Any) -> str:
    """One expression that evaluates the form quietly, for `printer`, which gathers the imports."""
    own = FormPrinter({"fully_qualified_modules": False, "allow_unknown_functions": True})
    own.known_functions = printer.known_functions | own.known_functions
    own.module_imports = printer.module_imports
    own._settings["fully_qualified_modules"] = printer._settings["fully_qualified_modules"]  # noqa: SLF001 - as above
    named, value = lines(form)
    code = own._print(value)  # noqa: SLF001 - what SymPy's own printers call
    for symbol, part in reversed(named):
        code = f"(lambda {own._print(symbol)}: {code})({own._print(part)})"  # noqa: SLF001 - as above
    names = ", ".join(printer._print(x) for x in letters)  # noqa: SLF001 - as above
    return f"{printer._module_format(NUMERIC + '.quietly')}(lambda {names}: {code}, {names})"  # noqa: SLF001 - as above


class Stable(Function):
    """A form to be printed as it stands, a function of the letters that follow it."""

    def _numpycode(self, printer: Any) -> str:
        return inline(self.args[0], self.args[1:], printer)
