"""The accuracy of generated NumPy code, function by function: writes the table of docs/accuracy.md.

python benchmarks/accuracy.py          print the tables
python benchmarks/accuracy.py --write  put them into docs/accuracy.md
python benchmarks/accuracy.py --piece  time one piece of a complete trial in float32
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import tanh
from table import machine, show

from symgrad.checker.accuracy import certify
from symgrad.checker.campaign import piece
from symgrad.checker.truth import Truth
from symgrad.core import Kind
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.functions.symbols import a, z
from symgrad.pipeline.accuracy import quantity
from symgrad.pipeline.numpy_source import stable_form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGE = Path(__file__).parent.parent / "docs/accuracy.md"
BEGIN, END = "<!-- written by benchmarks/accuracy.py -->", "<!-- end -->"
DTYPES = ("float16", "bfloat16", "float32", "float64")


def sigma(x: Any) -> Any:
    """The textbook sigmoid."""
    return 1 / (1 + np.exp(-x))


TEXTBOOK: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "sigmoid' = a(1 - a)": (lambda x: sigma(x) * (1 - sigma(x)), ACTIVATIONS["sigmoid"](z).diff(z)),
    "tanh' = 1 - a^2": (lambda x: 1 - np.tanh(x) ** 2, tanh(z).diff(z)),
    "softplus = log(1 + exp(z))": (lambda x: np.log(1 + np.exp(x)), ACTIVATIONS["softplus"](z)),
    "logsigmoid = log(sigmoid(z))": (lambda x: np.log(sigma(x)), ACTIVATIONS["logsigmoid"](z)),
    "silu' = s(1 + z(1 - s))": (lambda x: sigma(x) * (1 + x * (1 - sigma(x))), ACTIVATIONS["silu"](z).diff(z)),
    "elu = exp(z) - 1 on the left": (lambda x: np.where(x > 0, x, np.exp(x) - 1), ACTIVATIONS["elu"](z)),
    "tanhshrink = z - tanh(z)": (lambda x: x - np.tanh(x), ACTIVATIONS["tanhshrink"](z)),
    "log_cosh = log(cosh(r))": (lambda x: np.log(np.cosh(x)), LOSSES["log_cosh"](a, 0)),
    "delta of BCE at y = 1: a - y": (lambda x: sigma(x) - 1, ACTIVATIONS["sigmoid"](z) - 1),
}


def generated() -> Iterator[tuple[str, ...]]:
    """A row for every function of the catalogue and each derivative."""
    for entry in (*ACTIVATIONS.values(), *LOSSES.values()):
        target = 1 if entry.kind is Kind.LOSS else 0
        for order in (0, 1, 2):
            chosen = quantity(entry, order, target)
            if chosen.varies:
                found = [chosen.certificate(d) for d in DTYPES]
                lost = sum(c.nans + c.infinities + c.zeros for c in found)
                where = max((f for f in found[-1].faults), key=lambda f: f.ulps, default=None)
                said = f"{where.low:.4g} to {where.high:.4g}: {where.cause.value}" if where else ""
                yield (chosen.name, *(f"{c.ulps:.3g}" for c in found), str(lost), said)


def textbook() -> Iterator[tuple[str, ...]]:
    """A row for every textbook form, with its worst region in float64."""
    for name, (code, exact) in TEXTBOOK.items():
        (variable,) = exact.free_symbols
        truth = Truth((exact, stable_form(exact)), variable)
        found = certify(code, truth, dtype="float64")
        for fault in found.faults:
            yield (
                name,
                fault.failure.value,
                fault.cause.value,
                f"{fault.low:.4g} to {fault.high:.4g}",
                f"{fault.ulps:.2g}",
            )


def markdown(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table for the page."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows))


def main() -> None:
    """Print, or write into the page."""
    if "--piece" in sys.argv:
        job = quantity("gelu", 1).job("float32")
        began = time.perf_counter()
        middle = job.pieces * 3 // 4
        for number in range(middle, middle + 4):
            piece(job, number)
        seconds = (time.perf_counter() - began) / 4
        whole = seconds * job.pieces / 60
        print(f"gelu', float32: {seconds:.2f} s a piece, {whole:.0f} min for all {job.pieces} on one core")
        print(machine())
        return
    began = time.perf_counter()
    ours, theirs = list(generated()), list(textbook())
    seconds = time.perf_counter() - began
    heads = ("function", *DTYPES, "lost values", "where float64 loses most")
    fails = ("textbook form", "failure", "cause", "from, to", "ulp")
    if "--write" in sys.argv:
        before, rest = PAGE.read_text("utf-8").split(BEGIN)
        tables = (
            f"{BEGIN}\n\n{markdown(heads, ours)}\n\nTextbook forms, in float64:\n\n{markdown(fails, theirs)}\n\n{END}"
        )
        PAGE.write_text(before + tables + rest.split(END)[1], "utf-8")
    else:
        show("largest error in last digits", heads, ours)
        show("textbook forms in float64", fails, theirs)
    print(f"{len(ours)} functions in {seconds:.0f} s")


if __name__ == "__main__":
    main()
