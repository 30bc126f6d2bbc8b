"""Gradients with symbolic dimensions against SymPy's diff of all n = 5 components, and against tensorgrad.

python benchmarks/indexed.py [--rounds 5] [--limit 60]

What is differentiated is written down before, for all three. symgrad's time is that of the derivations: each named
step, the deltas on the way, the result. SymPy's is that of `diff` alone, once for each entry of what is differentiated
by. tensorgrad derives and simplifies the result without steps; it is no dependency of symgrad (its licence is the
AGPL), so install it beside symgrad to compare: pip install tensorgrad. Contestants take turns, each call in a new
process, so none profits from another's caches or its own. Times are the processor's, so that other work on the machine
does not count.
"""

from __future__ import annotations

import argparse
import multiprocessing
from fractions import Fraction
from importlib import import_module
from importlib.util import find_spec
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any

import sympy as sp
from table import show

from symgrad.definitions.layers import LAYERS, network
from symgrad.deriver.indexed.layers import layer_gradients, network_gradients

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from multiprocessing.connection import Connection

    Work = Callable[[], object]

SPAWN = multiprocessing.get_context("spawn")
SIZE = 5
WARM = "softmax by z"


# ---- symgrad


def by_symgrad() -> dict[str, Work]:
    """Derivations with every named step."""
    return {
        WARM: of_layer("softmax"),
        "softmax, log-likelihood by W": of_network("linear softmax"),
        "two layers by W1": of_network("linear sigmoid linear softmax"),
        "layer norm by γ, β, x": of_layer("layer_norm"),
        "attention by Q, K, V": of_layer("attention"),
    }


def of_layer(name: str) -> Work:
    """The gradients of a layer by its parameters and inputs."""
    layer = LAYERS[name].build()
    return lambda: layer_gradients(layer)


def of_network(layers: str) -> Work:
    """A network's gradient by W1 with the deltas on the way."""
    whole = network(layers, "log_likelihood")
    return lambda: network_gradients(whole, ["W1"])


# ---- SymPy: every entry a symbol


def by_sympy() -> dict[str, Work]:
    """`diff` of the written-out loss by every entry."""
    x, y = vector("x"), vector("y")
    W, b = matrix("W"), vector("b")
    a = [1 / (1 + sp.exp(-z)) for z in affine(matrix("V"), x, vector("c"))]
    z = vector("z")
    return {
        WARM: differentiated(dot(y, soft(z)), z),
        "softmax, log-likelihood by W": differentiated(likelihood(affine(W, x, b), y), flat(W)),
        "two layers by W1": differentiated(likelihood(affine(W, a, b), y), flat(matrix("V"))),
        "layer norm by γ, β, x": sympy_layer_norm(x, vector("g"), b, y),
        "attention by Q, K, V": sympy_attention(matrix("Q"), matrix("K"), matrix("V"), matrix("U")),
    }


def differentiated(value: Any, entries: Iterable[Any]) -> Work:
    """The derivative by each entry."""
    symbols = tuple(entries)
    return lambda: [value.diff(s) for s in symbols]


def vector(name: str) -> list[Any]:
    """Five symbols."""
    return [sp.Symbol(f"{name}{i}", real=True) for i in range(SIZE)]


def matrix(name: str) -> list[list[Any]]:
    """Five times five symbols, by rows."""
    return [vector(f"{name}{i}") for i in range(SIZE)]


def flat(*matrices: list[list[Any]]) -> list[Any]:
    """All entries."""
    return [entry for rows in matrices for row in rows for entry in row]


def dot(left: Iterable[Any], right: Iterable[Any]) -> Any:
    """A sum of products."""
    return sp.Add(*(a * b for a, b in zip(left, right, strict=True)))


def affine(W: list[list[Any]], x: list[Any], b: list[Any]) -> list[Any]:
    """Entries of W x + b."""
    return [dot(row, x) + c for row, c in zip(W, b, strict=True)]


def soft(z: list[Any]) -> list[Any]:
    """Entries of softmax(z)."""
    S = sp.Add(*map(sp.exp, z))
    return [sp.exp(t) / S for t in z]


def likelihood(z: list[Any], y: list[Any]) -> Any:
    """The log-likelihood with softmax, which nobody simplified."""
    return -dot(y, map(sp.log, soft(z)))


def sympy_layer_norm(x: list[Any], γ: list[Any], β: list[Any], u: list[Any]) -> Work:
    """Layer norm against u: u · (γ ⊙ (x - μ)/s + β) by γ, β and x."""
    μ = sp.Add(*x) / SIZE
    s = sp.sqrt(sp.Add(*((t - μ) ** 2 for t in x)) / SIZE + sp.Symbol("ε", positive=True))
    out = [g * (t - μ) / s + b for g, t, b in zip(γ, x, β, strict=True)]
    return differentiated(dot(u, out), [*γ, *β, *x])


def sympy_attention(Q: Any, K: Any, V: Any, U: Any) -> Work:
    """U · softmax(Q Kᵀ/√d) V by Q, K and V."""
    P = [soft([dot(q, k) / sp.sqrt(SIZE) for k in K]) for q in Q]
    columns = list(zip(*V, strict=True))
    J = sp.Add(*(dot(u, [dot(p, c) for c in columns]) for u, p in zip(U, P, strict=True)))
    return differentiated(J, flat(Q, K, V))


# ---- tensorgrad


def by_tensorgrad() -> dict[str, Work]:
    """The simplified derivative of the same losses; {} where tensorgrad is not installed."""
    if find_spec("tensorgrad") is None:
        return {}
    tg: Any = import_module("tensorgrad")
    F: Any = import_module("tensorgrad.functions")
    n, m, h, T, S, d, e = sp.symbols("n m h T S d e")
    W, x, y, b = (tg.Variable(t, *dims) for t, dims in (("W", (m, n)), ("x", (n,)), ("y", (m,)), ("b", (m,))))
    V, c, W2 = tg.Variable("V", h, n), tg.Variable("c", h), tg.Variable("W2", m, h)
    γ, β, u = (tg.Variable(t, n) for t in ("g", "beta", "u"))
    Q, K, A, U = (tg.Variable(t, *dims) for t, dims in (("Q", (T, d)), ("K", (S, d)), ("A", (S, e)), ("U", (T, e))))

    def gradients(value: Any, *wrt: Any) -> list[Any]:
        return [tg.Derivative(value, v).full_simplify() for v in wrt]

    centred = x - F.mean(x)
    normed = F.sum(u * (γ * centred * F.pow(F.mean(F.pow(centred, 2)) + EPSILON, HALF) + β))
    shallow = F.cross_entropy(W @ x + b, y, dim="m")
    deep = F.cross_entropy(W2 @ F.sigmoid(V @ x + c) + b, y, dim="m")
    attended = F.sum(F.softmax((Q @ K) / 2, dim="S") @ A * U)
    softened = F.sum(F.softmax(x, dim="n") * u)
    return {
        WARM: lambda: gradients(softened, x),
        "softmax, log-likelihood by W": lambda: gradients(shallow, W),
        "two layers by W1": lambda: gradients(deep, V),
        "layer norm by γ, β, x": lambda: gradients(normed, γ, β, x),
        "attention by Q, K, V": lambda: gradients(attended, Q, K, A),
    }


EPSILON, HALF = Fraction(1, 100), Fraction(-1, 2)  # numbers stand for ε, and 1/2 for 1/√d

CONTESTANTS = {"symgrad": by_symgrad, "SymPy diff": by_sympy, "tensorgrad": by_tensorgrad}


def timed(contestant: str, task: str, limit: float) -> float | str:
    """Seconds of one call in a process of its own; the name of an error, or "time limit", in words."""
    here, there = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=alone, args=(contestant, task, there))
    process.start()
    there.close()
    try:
        found: float | str = here.recv() if here.poll(limit) else "time limit"
    except EOFError:
        found = "crashed"
    finally:
        process.kill()
        process.join()
    return found


def alone(contestant: str, task: str, answer: Connection) -> None:
    """One call, sent back in seconds; what a first call of all loads is nobody's time."""
    tasks = CONTESTANTS[contestant]()
    try:
        tasks[WARM]()
        start = process_time()
        tasks[task]()
    except Exception as error:  # noqa: BLE001 - a peer may raise anything; that is its answer
        answer.send(type(error).__name__)
    else:
        answer.send(process_time() - start)


def main() -> None:
    """Every task by every contestant in turn, round by round; then the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for one process")
    options = parser.parse_args()
    contestants = {name: tasks() for name, tasks in CONTESTANTS.items()}
    if not contestants["tensorgrad"]:
        print("tensorgrad is not installed here, so its column is empty: pip install tensorgrad")
    rows = []
    for task in [t for t in contestants["symgrad"] if t != WARM]:
        taken: dict[str, list[float | str]] = {name: [] for name in contestants}
        for _ in range(options.rounds):
            for name, tasks in contestants.items():
                if task in tasks:
                    taken[name].append(timed(name, task, options.limit))
        rows.append((task, *columns(taken)))
    head = ("gradient", "symgrad ms", "SymPy diff ms", "ratio", "tensorgrad ms", "ratio")
    show(f"Median of {options.rounds} rounds, SymPy at n = {SIZE}", head, rows)


def columns(taken: dict[str, list[float | str]]) -> list[str]:
    """Medians in milliseconds; the ratio is the median over the rounds."""
    ours = [t for t in taken["symgrad"] if isinstance(t, float)]
    cells = [f"{1e3 * median(ours):.1f}"]
    for peer in ("SymPy diff", "tensorgrad"):
        theirs = taken[peer]
        times = [t for t in theirs if isinstance(t, float)]
        if not theirs or len(times) < len(theirs) or len(ours) < len(theirs):
            cells += [next((t for t in theirs if isinstance(t, str)), "-"), "-"]
            continue
        ratio = median(t / o for t, o in zip(times, ours, strict=True))
        cells += [f"{1e3 * median(times):.0f}", f"{ratio:.0f}"]
    return cells


if __name__ == "__main__":
    main()
