"""Which mistakes gradient checkers find, and which right gradients they reject: one table, default settings.

python benchmarks/gradcheck.py

The peers (torch, jax, numdifftools, scipy) are no dependencies of symgrad: install those that you want to see. What is
not there is said and left out.
"""

# ruff: noqa: ARG005, PLR2004 - the functions of a table take the same arguments; its numbers are definitions

from __future__ import annotations

import argparse
import warnings
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any

import numpy as np
from table import show

from symgrad import checker
from symgrad.core import Outcome, SymgradError
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.testing import try_gradient, try_network
from symgrad.testing.models.model import in_numpy
from symgrad.testing.subject import subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Array = Any
RELATIVE = tuple(10.0**-k for k in range(1, 10))
KINKS = {"relu": (0,), "leaky_relu": (0,), "hardtanh": (-1, 1), "relu6": (0, 6), "abs": (0,), "selu": (0,)}
NAMES = {"gaussian": "exp(-z^2)", "abs": "abs(z)", "square": "z^2", "arctan": "atan(z)", "log1p": "log(1 + z^2)"}
A, L = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


def s(xp: Any, z: Array) -> Array:
    """The sigmoid, the same code in every library."""
    return 1 / (1 + xp.exp(-z))


def softplus(xp: Any, z: Array) -> Array:
    """log(1 + e^z) without overflow."""
    return xp.where(z > 0, z, 0 * z) + xp.log1p(xp.exp(-abs(z)))


def gelu(xp: Any, z: Array, k: float = 0.7978845608028654) -> Array:
    """GELU in its tanh form."""
    return z / 2 * (1 + xp.tanh(k * (z + 0.044715 * z**3)))


def gelu_slope(xp: Any, z: Array, k: float = 0.7978845608028654) -> Array:
    """Its derivative."""
    t = xp.tanh(k * (z + 0.044715 * z**3))
    return (1 + t) / 2 + z / 2 * (1 - t * t) * k * (1 + 0.134145 * z * z)


def low(xp: Any, z: Array) -> Array:
    """min(z, 0)."""
    return xp.where(z < 0, z, 0 * z)


FUNCTIONS: dict[str, tuple[Callable[..., Array], Callable[..., Array]]] = {
    "sigmoid": (s, lambda xp, z: s(xp, z) * s(xp, -z)),
    "tanh": (lambda xp, z: xp.tanh(z), lambda xp, z: 1 - xp.tanh(z) ** 2),
    "softplus": (softplus, s),
    "silu": (lambda xp, z: z * s(xp, z), lambda xp, z: s(xp, z) * (1 + z * s(xp, -z))),
    "gelu_tanh": (gelu, gelu_slope),
    "softsign": (lambda xp, z: z / (1 + abs(z)), lambda xp, z: 1 / (1 + abs(z)) ** 2),
    "elu": (lambda xp, z: xp.where(z > 0, z, xp.expm1(low(xp, z))), lambda xp, z: xp.exp(low(xp, z))),
    "gaussian": (lambda xp, z: xp.exp(-z * z), lambda xp, z: -2 * z * xp.exp(-z * z)),
    "arctan": (lambda xp, z: xp.arctan(z), lambda xp, z: 1 / (1 + z * z)),
    "square": (lambda xp, z: z * z, lambda xp, z: 2 * z),
    "log1p": (lambda xp, z: xp.log1p(z * z), lambda xp, z: 2 * z / (1 + z * z)),
    "relu": (lambda xp, z: xp.where(z > 0, z, 0 * z), lambda xp, z: xp.where(z > 0, 1 + 0 * z, 0 * z)),
    "leaky_relu": (lambda xp, z: xp.where(z > 0, z, z / 100), lambda xp, z: xp.where(z > 0, 1 + 0 * z, 0.01 + 0 * z)),
    "hardtanh": (lambda xp, z: xp.clip(z, -1, 1), lambda xp, z: xp.where(abs(z) < 1, 1 + 0 * z, 0 * z)),
    "relu6": (lambda xp, z: xp.clip(z, 0, 6), lambda xp, z: xp.where((z > 0) & (z < 6), 1 + 0 * z, 0 * z)),
    "abs": (lambda xp, z: abs(z), lambda xp, z: xp.sign(z)),
    "selu": (
        lambda xp, z: L * xp.where(z > 0, z, A * xp.expm1(low(xp, z))),
        lambda xp, z: L * xp.where(z > 0, 1 + 0 * z, A * xp.exp(low(xp, z))),
    ),
}  # fmt: skip

# a planted mistake turns (library, right slope, function, point) into a wrong slope
MISTAKES: dict[str, Callable[..., Array]] = {
    "sign": lambda xp, g, f, z: -g(xp, z),
    "factor 2": lambda xp, g, f, z: 2 * g(xp, z),
    "slope left out": lambda xp, g, f, z: 1 + 0 * z,
    "value for slope": lambda xp, g, f, z: f(xp, z),
    "slope squared": lambda xp, g, f, z: g(xp, z) ** 2,
    "slope at a": lambda xp, g, f, z: g(xp, f(xp, z)),
    "sign for z < 0": lambda xp, g, f, z: xp.where(z < 0, -g(xp, z), g(xp, z)),
    "1.001 for z < 0": lambda xp, g, f, z: xp.where(z < 0, 1.001 * g(xp, z), g(xp, z)),
    "double beyond 15": lambda xp, g, f, z: xp.where(abs(z) > 15, 2 * g(xp, z), g(xp, z)),
    "3e-7 beside 0": lambda xp, g, f, z: xp.where((z > 0) & (z < 4e-7), g(xp, z) + 1, g(xp, z)),
    "off by 1e-6": lambda xp, g, f, z: g(xp, z) + 1e-6,
}


def points(kind: str, dtype: Any = float) -> Array:
    """The points that the peers are given: the usual habit, or those that symgrad chooses."""
    if kind == "20 randn":
        return np.random.default_rng(0).normal(size=20).astype(dtype)
    return checker.points(count=96).astype(dtype)


def by_symgrad(f: Any, g: Any, x: Array, name: str, *, exact: bool) -> bool:
    """Whether symgrad accepts the gradient; it chooses its points itself, in the type of `x`."""
    kinks = () if exact else KINKS.get(name, ())
    forward = (lambda z: f(np, z)) if not exact else None
    truth = subject(NAMES.get(name, name)).references[0] if exact else None
    report = checker.check_elementwise(forward, lambda z: g(np, z), reference=truth, kinks=kinks, dtype=x.dtype)
    return report.outcome is not Outcome.WRONG


def by_the_door(f: Any, g: Any, name: str, *, exact: bool) -> bool:
    """The same by what an engineer calls, which makes a message and, of a wrong gradient, a diagnosis as well."""
    if exact:
        return try_gradient(None, lambda z: g(np, z), of=NAMES.get(name, name)).outcome is not Outcome.WRONG
    kinks = KINKS.get(name, ())
    return try_gradient(lambda z: f(np, z), lambda z: g(np, z), kinks=kinks).outcome is not Outcome.WRONG


def by_torch(f: Any, g: Any, x: Array, name: str, *, fast: bool) -> bool:
    """torch.autograd.gradcheck of a custom Function."""
    del name
    torch = import_module("torch")

    class Custom(torch.autograd.Function):  # type: ignore[misc, name-defined]
        @staticmethod
        def forward(ctx: Any, z: Any) -> Any:
            ctx.save_for_backward(z)
            return f(torch, z)

        @staticmethod
        def backward(ctx: Any, c: Any) -> Any:
            return c * g(torch, ctx.saved_tensors[0])

    leaf = torch.tensor(x, requires_grad=True)
    return bool(torch.autograd.gradcheck(Custom.apply, (leaf,), raise_exception=False, fast_mode=fast))


def by_jax(f: Any, g: Any, x: Array, name: str) -> bool:
    """jax.test_util.check_grads of a custom_vjp, reverse mode, in double precision."""
    del name
    jax = import_module("jax")
    check = import_module("jax.test_util").check_grads

    @jax.custom_vjp
    def custom(z: Any) -> Any:
        return f(jax.numpy, z)

    custom.defvjp(lambda z: (custom(z), z), lambda z, c: (c * g(jax.numpy, z),))
    try:
        check(custom, (jax.numpy.asarray(x),), order=1, modes=["rev"])
    except AssertionError:
        return False
    return True


def by_numdifftools(f: Any, g: Any, x: Array, name: str) -> bool:
    """numdifftools.Derivative, and allclose."""
    del name
    return bool(np.allclose(import_module("numdifftools").Derivative(lambda z: f(np, z))(x), g(np, x)))


def by_scipy(f: Any, g: Any, x: Array, name: str) -> bool:
    """scipy.differentiate.derivative, and allclose."""
    del name
    return bool(np.allclose(import_module("scipy.differentiate").derivative(lambda z: f(np, z), x).df, g(np, x)))


def by_check_grad(f: Any, g: Any, x: Array, name: str) -> bool:
    """scipy.optimize.check_grad below 1e-6 at every point: it names no threshold of its own."""
    del name
    check = import_module("scipy.optimize").check_grad
    return all(check(lambda v: f(np, v)[0], lambda v: g(np, v), np.asarray([p])) < 1e-6 for p in x)


TOOLS: dict[str, tuple[str, Callable[..., bool]]] = {
    "symgrad": ("numpy", lambda *a: by_symgrad(*a, exact=False)),
    "symgrad, of=": ("numpy", lambda *a: by_symgrad(*a, exact=True)),
    "torch gradcheck": ("torch", lambda *a: by_torch(*a, fast=False)),
    "torch gradcheck fast": ("torch", lambda *a: by_torch(*a, fast=True)),
    "jax check_grads": ("jax", by_jax),
    "numdifftools": ("numdifftools", by_numdifftools),
    "scipy.differentiate": ("scipy", by_scipy),
    "scipy check_grad": ("scipy", by_check_grad),
}


# One random projection of all points at once gives one answer, and errors may cancel: each point has a verdict of its
# own only if it is asked alone.
OURS = ("symgrad", "symgrad, of=")
ONE_PROJECTION = {"torch gradcheck fast", "jax check_grads"}


def accepts(tool: str, f: Any, g: Any, x: Array, name: str) -> bool | None:
    """The tool's answer; None where it gives none but an error."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return TOOLS[tool][1](f, g, x, name)
        except (SymgradError, ValueError, RuntimeError, TypeError, FloatingPointError):
            return None


def planted(wrong: Callable[..., Array], f: Any, g: Any) -> Callable[..., Array]:
    """The slope with the mistake in it."""
    return lambda xp, z: wrong(xp, g, f, z)


def differs(wrong: Any, g: Any) -> bool:
    """Whether a mistake makes any difference to this function, beyond rounding."""
    x = points("96")
    with np.errstate(all="ignore"):
        one, other = wrong(np, x), g(np, x)
    return bool(np.any(np.abs(one - other) > 1e-12 * np.maximum(1, np.abs(other))))


def scores(tool: str, kind: str) -> list[str]:
    """One row: the smallest relative error found in all functions, planted mistakes found, false alarms."""
    x = points(kind)
    right = {n: accepts(tool, f, g, x, n) for n, (f, g) in FUNCTIONS.items()}
    smallest = None
    for r in RELATIVE:
        wrong = {n: planted(lambda xp, g, f, z, r=r: g(xp, z) * (1 + r), *fg) for n, fg in FUNCTIONS.items()}
        if not all(right[n] and accepts(tool, f, wrong[n], x, n) is False for n, (f, _) in FUNCTIONS.items()):
            break
        smallest = r
    pairs = [(n, planted(w, *fg)) for w in MISTAKES.values() for n, fg in FUNCTIONS.items()]
    pairs = [(n, w) for n, w in pairs if differs(w, FUNCTIONS[n][1])]
    found = sum(bool(right[n]) and accepts(tool, FUNCTIONS[n][0], w, x, n) is False for n, w in pairs)
    return [
        f"{smallest:.0e}" if smallest else "none",
        f"{found}/{len(pairs)}",
        f"{sum(v is not True for v in right.values())}/{len(FUNCTIONS)}",
        *alarms(tool, kind),
    ]


def alarms(tool: str, kind: str) -> list[str]:
    """False alarms on right gradients: with kinks among the points, in float32, and of functions with an offset."""
    x = points(kind)
    kinks = [accepts(tool, *FUNCTIONS[n], np.unique([*x, *at]).astype(float), n) for n, at in KINKS.items()]
    single = [accepts(tool, f, g, points(kind, np.float32), n) for n, (f, g) in FUNCTIONS.items()]
    shifted = {n: (lambda xp, z, f=f: f(xp, z) + 1e6, g) for n, (f, g) in FUNCTIONS.items()}
    offset = [accepts(tool, *fg, x, n) for n, fg in shifted.items()]
    return [f"{sum(v is not True for v in row)}/{len(row)}" for row in (kinks, single, offset)]


def seconds(tools: Iterable[str], rounds: int, x: Array) -> dict[str, float]:
    """The median processor time of one check of right gradients at these points, over the functions."""
    return {
        tool: median(v for taken in times.values() for v in taken) for tool, times in timed(tools, rounds, x).items()
    }


def timed(tools: Iterable[str], rounds: int, x: Array) -> dict[str, dict[str, list[float]]]:
    """The processor times of checks of right gradients at these points: by tool, by function.

    The tools take turns, as a busy machine is slower at one time than at another.
    """
    times: dict[str, dict[str, list[float]]] = {tool: {} for tool in tools}
    for name, (f, g) in FUNCTIONS.items():
        for tool, taken in times.items():
            check = partial(accepts, tool, f, g, x, name)
            if tool in OURS:  # its own 96 points, by the public door
                check = partial(by_the_door, f, g, name, exact=tool != "symgrad")
            check()
            taken[name] = []
            for _ in range(rounds):
                start = process_time()
                check()
                taken[name].append(process_time() - start)
    return times


def fresh(checks: int) -> tuple[int, int]:
    """Right gradients on fresh seeds: how many points were checked, and how many were called wrong."""
    total = wrong = 0
    seed = 10_000
    while total < checks:
        for name, (f, g) in FUNCTIONS.items():
            seed += 1
            kinks = KINKS.get(name, ())
            with np.errstate(all="ignore"):
                result = try_gradient(lambda z, f=f: f(np, z), lambda z, g=g: g(np, z), kinks=kinks, seed=seed)
            total += result.points
            wrong += result.count(Outcome.WRONG)
    return total, wrong


def entries(trials: int, *, absolute: bool = False) -> int:
    """In how many of the trials one entry of 1,000 (780 + 208 + 12), drawn from all of them, is named.

    It is wrong by 1e-6 of itself, or by 1e-6 if `absolute`; it is drawn again where that is less than some roundings
    of the loss, which no difference of the loss can tell.
    """
    named = 0
    for seed in range(trials):
        rng = np.random.default_rng(seed)
        x, y = rng.normal(size=(8, 30)), rng.normal(size=(8, 8))
        p = {
            "W1": rng.normal(size=(26, 30)) / 6,
            "W2": rng.normal(size=(8, 26)) / 5,
            "b": rng.normal(size=12) / 9,
        }

        def forward(q: Any, x: Array = x) -> tuple[Array, Array]:
            h = np.tanh(x @ q["W1"].T)
            return h, h @ q["W2"].T + q["b"][:8]

        def loss(q: Any, y: Array = y) -> Any:
            return ((forward(q)[1] - y) ** 2).sum() / 2 + (q["b"] ** 2).sum() / 2

        def grads(q: Any, x: Array = x, y: Array = y) -> Any:
            h, o = forward(q)
            d = o - y
            b = q["b"].copy()
            b[:8] += d.sum(axis=0)
            return {"W1": (d @ q["W2"] * (1 - h * h)).T @ x, "W2": d.T @ h, "b": b}

        given = grads(p)
        error = 0.0
        while abs(error) <= 64 * np.spacing(loss(p)):
            n = int(rng.integers(1000))
            key, n = ("W1", n) if n < 780 else ("W2", n - 780) if n < 988 else ("b", n - 988)
            place = np.unravel_index(n, given[key].shape)
            error = 1e-6 * (1.0 if absolute else given[key][place])
        given[key][place] += error
        report = try_network(loss, given, p, seed=seed).report
        named += any(w.parameter == key and w.index == tuple(int(i) for i in place) for w in report.wrong)
    return named


def in_the_catalogue(relative: float) -> tuple[list[str], list[str], int]:
    """Entries of the catalogue in which an error of this size is missed: with `of=`, by differences; and how many.

    The functions are the formulas as NumPy prints them, parameters at their defaults, losses with several targets. A
    wrong gradient counts as found where it is rejected and the right one is not.
    """
    missed: tuple[list[str], list[str]] = ([], [])
    names = [*ACTIVATIONS, *LOSSES]
    for name in names:
        what = subject(name)
        letters = (what.variable, *what.arguments)
        value = what.expr.subs(dict(what.defaults))
        f, g = in_numpy(value, letters), in_numpy(value.diff(what.variable), letters)
        corners = [float(c.at) for c in what.references[0].corners]
        targets = [[float(v) for s, v in choice if what.is_variable(s)] for choice in what.choices]
        for found, ways in zip(missed, ([{"of": name}], [{"fixed": t} for t in targets]), strict=True):
            answers = [
                [outcome(f, lambda *a, k=k, g=g: k * g(*a), corners, **way) for way in ways] for k in (1, 1 + relative)
            ]
            if Outcome.WRONG in answers[0] or Outcome.WRONG not in answers[1]:
                found.append(name)
    return (*missed, len(names))


def outcome(f: Any, g: Any, corners: list[float], of: Any = None, fixed: Any = ()) -> Outcome:
    """The outcome against the exact truth, or against differences with the other arguments fixed."""
    with np.errstate(all="ignore"):
        if of is not None:
            return try_gradient(None, g, of=of).outcome
        bound = [lambda x, h=h: h(x, *(np.full_like(x, v) for v in fixed)) for h in (f, g)]
        return try_gradient(*bound, kinks=() if fixed else corners).outcome


def main() -> None:
    """The tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--fresh", type=int, default=100_000, help="point checks of right gradients on fresh seeds")
    options = parser.parse_args()
    missing = sorted({library for library, _ in TOOLS.values() if find_spec(library) is None})
    if missing:
        print(f"not installed, so left out: {', '.join(missing)}")
    tools = [tool for tool, (library, _) in TOOLS.items() if library not in missing]
    if "jax" not in missing:
        import_module("jax").config.update("jax_enable_x64", True)  # noqa: FBT003 - jax's own signature
    head = ("tool", "smallest", "mistakes found", "alarms", "at kinks", "float32", "offset 1e6")
    for kind in ("96 points", "20 randn"):
        show(f"{kind}", head, [(tool, *scores(tool, kind)) for tool in tools])
    x = points("96")
    taken = timed(tools, options.rounds, x)
    times = {tool: median(v for row in rows.values() for v in row) for tool, rows in taken.items()}
    sums = {tool: sum(median(row) for row in rows.values()) for tool, rows in taken.items()}
    slowest = {tool: max(median(row) for row in rows.values()) for tool, rows in taken.items()}
    head = ("tool", "ms", "ratio to symgrad", "to symgrad, of=", "sum of 17", "ratio", "slowest", "ratio")
    rows = [
        (
            *(t, f"{1e3 * v:.2f}", f"{v / times['symgrad']:.1f}", f"{v / times['symgrad, of=']:.1f}"),
            *(w for d in (sums, slowest) for w in (f"{1e3 * d[t]:.2f}", f"{d[t] / d['symgrad']:.1f}")),
        )
        for t, v in times.items()
    ]
    show("One check of 96 points", head, rows)
    few = seconds(ONE_PROJECTION & {*tools}, options.rounds, x[x.size // 3 :][:1])
    alone = {tool: x.size * taken for tool, taken in few.items()}
    rows = [
        (t, f"{1e3 * v:.0f}", f"{v / times['symgrad']:.0f}", f"{v / times['symgrad, of=']:.0f}")
        for t, v in alone.items()
    ]
    show("A verdict for each of 96 points", ("tool", "ms", "ratio to symgrad", "to symgrad, of="), rows)
    total, wrong = fresh(options.fresh)
    print(f"\n{total} points of right gradients on fresh seeds: {wrong} called wrong")
    exact, differences, count = in_the_catalogue(1e-9)
    for text, missed in (("with of=", exact), ("by differences", differences)):
        left = f"; not in {', '.join(missed)}" if missed else ""
        found = count - len(missed)
        print(f"a relative error of 1e-9, {text}: found in {found} of {count} entries of the catalogue{left}")
    for text, absolute in (("1e-6 of itself", False), ("1e-6", True)):
        print(f"one entry of 1,000 wrong by {text}: named in {entries(30, absolute=absolute)} of 30 trials")


if __name__ == "__main__":
    main()
