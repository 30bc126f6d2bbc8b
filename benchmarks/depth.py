"""The gradient of a deep network, all weights at once, as a straight-line program; SymPy's diff for comparison.

python benchmarks/depth.py [--plot docs/depth.svg]

symgrad: layers z = W a + b, a = silu(z), of any width. SymPy: one neuron a layer, without bias, and its `diff` by the
first weight alone: the formula is one expression, so it doubles with every layer, and so does the time.
"""

from __future__ import annotations

import argparse
import gc
from pathlib import Path
from statistics import median
from time import process_time

import matplotlib as mpl
import sympy as sp
from table import show

from symgrad.definitions import ACTIVATIONS
from symgrad.deriver.indexed import program
from symgrad.indexed import Dim, Index, Tensor, apply, total

mpl.use("svg")
SILU = ACTIVATIONS["silu"].head
OURS = (1, 3, 10, 30, 100, 300, 1000)
THEIRS = tuple(range(1, 12))
ENOUGH = 4.0  # seconds: where SymPy's curve ends


def by_symgrad(depth: int) -> float:
    """Seconds for the derivative by every z, a, W and b."""
    J, nodes, parameters = network(depth)
    gc.collect()
    gc.freeze()  # the collector looks through what this makes, not through what was there before
    start = process_time()
    lines = program(J, nodes, parameters)
    seconds = process_time() - start
    if len(lines) != 4 * depth:
        raise AssertionError(f"{len(lines)} lines for {depth} layers")
    return seconds


def network(depth: int) -> tuple[Tensor, list[Tensor], list[Tensor]]:
    """A loss of so many layers, its names from the loss backwards, and its parameters."""
    dims = [Dim(f"n{l}") for l in range(depth + 1)]
    a, nodes, parameters = Tensor("x", dims[0]), list[Tensor](), list[Tensor]()
    for l in range(1, depth + 1):
        i, j = Index("i", dims[l]), Index("j", dims[l - 1])
        W, b = Tensor(f"W{l}", (dims[l], dims[l - 1])), Tensor(f"b{l}", dims[l])
        z = Tensor(f"z{l}", dims[l], body=((i,), total(j, W[i, j] * a[j]) + b[i]))
        a = Tensor(f"a{l}", dims[l], body=((i,), apply(SILU, z[i])))
        nodes += [z, a]
        parameters += [W, b]
    y, i = Tensor("y", dims[depth]), Index("i", dims[depth])
    return Tensor("J", body=((), total(i, (a[i] - y[i]) ** 2) / 2)), nodes[::-1], parameters


def by_sympy(depth: int) -> float:
    """Seconds for the derivative by the first weight; the expression is built before."""
    weights = sp.symbols(f"w1:{depth + 1}")
    a = sp.Symbol("x")
    for w in weights:
        a = w * a / (1 + sp.exp(-w * a))
    start = process_time()
    a.diff(weights[0])
    return process_time() - start


def plot(ours: dict[int, float], theirs: dict[int, float], path: Path) -> None:
    """Both curves with logarithmic axes; the file depends on nothing but the figures."""
    from matplotlib import pyplot as plt  # noqa: PLC0415 - after the choice of the backend

    mpl.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "symgrad", "font.family": "sans-serif"}
    figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
    axes.loglog(list(ours), list(ours.values()), "o-", color="#1b6ca8", label="symgrad: all weights, any width")
    axes.loglog(
        list(theirs), list(theirs.values()), "s-", color="#c0392b", label="SymPy diff: first weight, one neuron a layer"
    )
    axes.set(xlabel="layers", ylabel="seconds", title="Gradient of a network of silu layers")
    axes.grid(which="major", color="#ddd")
    axes.legend(frameon=False)
    figure.patch.set_facecolor("white")
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Both curves, the table, and the plot if it is wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plot", type=Path, help="an SVG file to write")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    by_symgrad(3)  # lazy imports are nobody's time
    by_sympy(2)
    ours = {depth: median(by_symgrad(depth) for _ in range(options.rounds)) for depth in OURS}
    theirs: dict[int, float] = {}
    for depth in THEIRS:
        theirs[depth] = by_sympy(depth)
        if theirs[depth] > ENOUGH:
            break
    rows = [("symgrad", l, f"{s:.3f}", f"{1e3 * s / l:.2f}") for l, s in ours.items()]
    rows += [("SymPy diff", l, f"{s:.3f}", f"{1e3 * s / l:.2f}") for l, s in theirs.items()]
    show(f"Gradient of L layers, median of {options.rounds}", ("", "layers", "seconds", "ms a layer"), rows)
    if options.plot:
        plot(ours, theirs, options.plot)


if __name__ == "__main__":
    main()
