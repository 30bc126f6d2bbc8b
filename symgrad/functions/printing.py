"""How a named function is written in LaTeX and in NumPy."""

from __future__ import annotations

from typing import Any

from sympy import Function, erf, erfc

TALL = (r"\frac", r"\sqrt", r"\begin", r"\left", r"\sum", r"\int", "^{")


def printed_tex(applied: Any, printer: Any, power: str | None) -> str:
    r"""\\sigma(z), \\mathrm{ELU}(z; \\alpha), \\sigma(z)^{2}; brackets grow only where what they hold is tall."""
    count = len(applied.variables)
    groups = (applied.args[:count], applied.args[count:])
    inner = "; ".join(", ".join(printer.doprint(x) for x in group) for group in groups if group)
    left, right = (r"\left(", r"\right)") if any(mark in inner for mark in TALL) else ("(", ")")
    raised = f"^{{{power}}}" if power else ""
    return f"{applied.tex}{left}{inner}{right}{raised}"


def numpy_code(stable: Any, printer: Any) -> str:
    """NumPy code for a stable form, with the functions that NumPy lacks taken from `numeric`."""
    quietly = printer._module_format("symgrad.functions.numeric.quietly")  # noqa: SLF001 - how a printer asks for an import
    ready = stable.replace(erf, NumericErf).replace(erfc, NumericErfc)
    letters = ", ".join(sorted(printer._print(x) for x in stable.free_symbols))  # noqa: SLF001 - as above
    return f"{quietly}(lambda {letters}: {printer._print(ready)}, {letters})"  # noqa: SLF001 - as above


class NumericErf(Function):
    """The error function, printed as a call of `numeric.erf`: NumPy has none."""

    name = "erf"

    def _numpycode(self, printer: Any) -> str:
        function = printer._module_format(f"symgrad.functions.numeric.{self.name}")  # noqa: SLF001 - as above
        return f"{function}({printer._print(self.args[0])})"  # noqa: SLF001 - as above


class NumericErfc(NumericErf):
    """The complementary error function, likewise."""

    name = "erfc"
