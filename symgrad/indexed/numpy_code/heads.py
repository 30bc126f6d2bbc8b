"""The elementwise functions of generated code: NumPy's own by name, the catalogue's as functions of their own."""

from __future__ import annotations

import re
from functools import reduce
from typing import TYPE_CHECKING, Any

import sympy as sp

from symgrad.core import UnsupportedError
from symgrad.functions.numpy_printing import NUMERIC, FormPrinter, lines
from symgrad.functions.stable import stabilised
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Sequence

OWN = {
    "exp": "np.exp", "log": "np.log", "tanh": "np.tanh", "sinh": "np.sinh", "cosh": "np.cosh", "sin": "np.sin",
    "cos": "np.cos", "tan": "np.tan", "atan": "np.arctan", "Abs": "np.abs", "sign": "np.sign", "Max": "np.maximum",
    "Min": "np.minimum", "asinh": "np.arcsinh", "acosh": "np.arccosh", "atanh": "np.arctanh",
}  # fmt: skip

PRINTED = frozenset({"erf", "erfc"})  # by functions of symgrad's numeric module


def called(head: Any, orders: tuple[int, ...]) -> str:
    """The name under which generated code calls a function, or a derivative of it."""
    if not any(orders) and head.__name__ in OWN and not hasattr(head, "formula"):
        return OWN[head.__name__]
    name = re.sub(r"\W", "_", getattr(head, "spelling", head.__name__))
    return (
        name + "".join(f"_d{n}" * o for n, o in enumerate(orders, 1))
        if len(orders) > 1
        else name + "_slope" * orders[0]
    )


def calling(name: str, arguments: Sequence[str]) -> str:
    """A call; NumPy's maximum and minimum take two arguments at a time."""
    first, *others = arguments
    if name not in {"np.maximum", "np.minimum"}:
        return f"{name}({', '.join(arguments)})"
    return reduce(lambda found, other: f"{name}({found}, {other})", others, first)


def constant(symbol: Any) -> str:
    """What a constant such as pi is called, or its value; "" for a letter."""
    if not symbol.is_NumberSymbol:
        return ""
    return {sp.pi: "np.pi", sp.E: "np.e"}.get(symbol) or repr(float(symbol))


def nothing_known(names: str) -> UnsupportedError:
    """What is told where a function that is no more than a name would have to be computed."""
    return UnsupportedError(
        message(
            "{names} may be any function, so there is no code; give it a value. In a network, say what is in the "
            "block: residual(linear tanh)",
            names=names,
        )
    )


def is_unknown(head: Any) -> bool:
    """Whether nothing is known of a function but its name: the caller has to give it."""
    return isinstance(head, sp.core.function.UndefinedFunction)


def source(head: Any, orders: tuple[int, ...]) -> str:
    """The lines that define a function of the catalogue, or a derivative, in its stable form."""
    letters = tuple(sp.Symbol(f"{name}", real=True) for name in letter_names(head, len(orders)))
    value = head(*letters)
    for letter, order in zip(letters, orders, strict=True):
        for _ in range(order):
            value = value.diff(letter)
    named, form = lines(stabilised(value))
    if value.has(sp.DiracDelta, sp.Derivative, sp.Subs):
        raise UnsupportedError(
            message(
                "the derivative of {function} has no NumPy code; it is 0 wherever it has a value",
                function=head.__name__,
            )
        )
    printer = FormPrinter({"fully_qualified_modules": True, "allow_unknown_functions": False})
    body = [f"{symbol} = {printer.doprint(part)}" for symbol, part in named]
    body.append(f"return {printer.doprint(form)}")
    text = "\n".join(f"        {line}" for line in body)
    text = re.sub(rf"\b{re.escape(NUMERIC)}\.", "", text).replace("numpy.", "np.")
    head_line = f"def {called(head, orders)}({', '.join(l.name for l in letters)}):"
    return f'{head_line}\n    with np.errstate(all="ignore"):  # np.where evaluates both branches\n{text}\n'


def letter_names(head: Any, count: int) -> list[str]:
    """Names for a function's arguments."""
    own = [str(s) for s in (*getattr(head, "variables", ()), *getattr(head, "parameters", ()))][:count]
    own = [f"{n}_" if n == "lambda" else n for n in own]
    return own if len(own) == count else [f"x{n}" for n in range(1, count + 1)]


def helpers(text: str) -> list[str]:
    """The functions of symgrad's numeric module that some lines call."""
    from symgrad.functions import numeric  # noqa: PLC0415 - it loads NumPy

    known = [n for n in vars(numeric) if not n.startswith("_") and callable(getattr(numeric, n))]
    return sorted(n for n in known if re.search(rf"(?<![\w.]){n}\(", text))


def require_known(head: Any) -> None:
    """Raise UnsupportedError for a function that NumPy code can't be written for."""
    known = hasattr(head, "formula") or head.__name__ in OWN or head.__name__ in PRINTED
    if not known and not is_unknown(head):
        raise UnsupportedError(
            message("there is no NumPy code for {function}; use a function of the catalogue", function=head.__name__)
        )
