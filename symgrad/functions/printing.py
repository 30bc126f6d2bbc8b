"""How a named function is written in LaTeX."""

from __future__ import annotations

from typing import Any

TALL = (r"\frac", r"\sqrt", r"\begin", r"\left", r"\sum", r"\int", "^{")


def printed_tex(applied: Any, printer: Any, power: str | None) -> str:
    r"""\\sigma(z), \\mathrm{ELU}(z; \\alpha), \\sigma(z)^{2}; brackets grow only where what they hold is tall."""
    count = len(applied.variables)
    groups = (applied.args[:count], applied.args[count:])
    inner = "; ".join(", ".join(printer.doprint(x) for x in group) for group in groups if group)
    left, right = (r"\left(", r"\right)") if any(mark in inner for mark in TALL) else ("(", ")")
    raised = f"^{{{power}}}" if power else ""
    return f"{applied.tex}{left}{inner}{right}{raised}"
