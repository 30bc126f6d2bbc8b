"""A recording of what a function does to its arrays, and the way back through it, each part with its code."""

from __future__ import annotations

import linecache
import math
import sys
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from symgrad.testing.diagnosis.weigh import Array

STEP = 2.0**-100  # of the complex step: no digit is lost, for nothing is subtracted
LONGEST = 400  # steps of a recording
LARGEST = 1_000_000  # entries of one step's Jacobian
WIDEST = 60  # letters of code that are quoted
CANCELS = 1e-12  # relative: what is left of a sum that is 0
SAME = 1e-13  # relative: values of one function
FEWEST = 3  # values that tell a function
IDENTITIES = {"copy", "astype"}
VARARGS = {"reshape", "transpose"}


def variance(x: Any, axis: Any = None, ddof: int = 0, keepdims: bool = False, **_: Any) -> Any:  # noqa: FBT001, FBT002
    """That of np.var, which complex numbers do not have as an analytic function."""
    off = x - np.mean(x, axis=axis, keepdims=True)
    n = x.size // max(np.sum(off * off, axis=axis).size, 1)
    return np.sum(off * off, axis=axis, keepdims=keepdims) / (n - ddof)


def deviation(*args: Any, **options: Any) -> Any:
    """That of np.std."""
    return np.sqrt(variance(*args, **options))


def length(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:  # noqa: A002, FBT001, FBT002
    """That of np.linalg.norm, the usual one."""
    if ord not in {None, 2} or (axis is None and np.ndim(x) > 1 and ord == 2):  # noqa: PLR2004
        raise TypeError(ord)
    return np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdims))


def size(x: Any) -> Any:
    """That of np.abs."""
    return np.where(np.real(x) < 0, -x, x)


def log_of_sum(a: Any, b: Any) -> Any:
    """That of np.logaddexp."""
    most = np.maximum(np.real(a), np.real(b))
    return most + np.log(np.exp(a - most) + np.exp(b - most))


ANALYTIC: dict[Any, Callable[..., Any]] = {
    np.var: variance,
    np.std: deviation,
    np.linalg.norm: length,
    np.absolute: size,
    np.fabs: size,
    np.abs: size,
    np.logaddexp: log_of_sum,
}


def logistic(z: Any) -> Any:
    """σ(z)."""
    return 1 / (1 + np.exp(-z))


def normal(z: Any) -> Any:
    """The normal distribution, to first order beside the real line: erf has no other values here."""
    x, density = np.real(z), np.exp(-(np.real(z) ** 2) / 2) / math.sqrt(2 * math.pi)
    found = np.asarray([(1 + math.erf(v / math.sqrt(2))) / 2 for v in np.ravel(x)]).reshape(np.shape(x))
    return found + 1j * np.imag(z) * density if np.iscomplexobj(z) else found


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "sigmoid": logistic,
    "tanh": lambda z: 1 - 2 / (1 + np.exp(2 * z)),
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "silu": lambda z: z * logistic(z),
    "gelu": lambda z: z * normal(z),
    "gelu_tanh": lambda z: z * logistic(2 * math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)),
    "quick_gelu": lambda z: z * logistic(1.702 * z),
}


@dataclass(eq=False)
class Step:
    """One operation: its value, and which steps its arguments come from (None for what does not vary)."""

    name: str
    value: Array
    call: Callable[[list[Any]], Any] | None = None
    inputs: list[Any] = field(default_factory=list)
    sources: list[int | None] = field(default_factory=list)
    code: str = ""
    entrywise: bool = False


@dataclass(frozen=True, eq=False)
class Edge:
    """The way from a step back to one of its arguments; the Jacobian is the slopes of entries, or a matrix."""

    after: int
    slot: int
    before: int
    step: Step
    jacobian: Array

    @property
    def argument(self) -> Array:
        """What goes in."""
        return np.asarray(self.step.inputs[self.slot])

    def back(self, c: Array) -> Array:
        """J^T c."""
        if self.step.entrywise:
            return summed(c * self.jacobian, self.argument.shape)
        return (c.ravel() @ self.jacobian).reshape(self.argument.shape)


class Tape:
    """The steps in their order; the first ones are the parameters."""

    def __init__(self, params: Mapping[str, Array]) -> None:
        self.steps = [Step(name, np.asarray(v, float), code=name) for name, v in params.items()]
        self.leaves = [Varying(self, n) for n in range(len(self.steps))]
        self.read: Varying | None = None  # what was made a plain number of last

    def add(self, name: str, call: Callable[[list[Any]], Any], inputs: list[Any], *, entrywise: bool = False) -> Any:
        """Do a step, and remember it if it has real numbers that vary."""
        value = call([v.value if isinstance(v, Varying) else v for v in inputs])
        if not isinstance(value, np.ndarray | np.floating) or np.asarray(value).dtype.kind != "f":
            return value
        if len(self.steps) >= LONGEST:
            raise OverflowError
        sources = [v.at if isinstance(v, Varying) else None for v in inputs]
        plain = [v.value if isinstance(v, Varying) else v for v in inputs]
        self.steps.append(Step(name, np.array(value, float), call, plain, sources, quoted(), entrywise))
        return Varying(self, len(self.steps) - 1)


class Varying(NDArrayOperatorsMixin):
    """An array that remembers how it came about; NumPy hands every operation on it to the tape."""

    __array_priority__ = 1000

    def __init__(self, tape: Tape, at: int) -> None:
        self.tape, self.at = tape, at

    @property
    def value(self) -> Array:
        """The numbers."""
        return self.tape.steps[self.at].value

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        options.pop("out", None)  # in place: the name is bound to the result
        if method == "__call__":
            form = ANALYTIC.get(ufunc, ufunc)
            matrices = ufunc.signature is not None
            return self.tape.add(ufunc.__name__, lambda v: form(*v, **options), list(inputs), entrywise=not matrices)
        whole = getattr(ufunc, method)
        return self.tape.add(f"{ufunc.__name__}.{method}", lambda v: whole(*v, **options), list(inputs))

    def __array_function__(self, func: Any, types: Any, args: Any, options: Any) -> Any:
        inputs: list[Any] = []
        form = ANALYTIC.get(func, func)
        shape = emptied((args, {k: v for k, v in options.items() if k != "out"}), inputs)

        def call(values: list[Any]) -> Any:
            args, options = filled(shape, iter(values))
            return form(*args, **options)

        return self.tape.add(func.__name__, call, inputs)

    def __getitem__(self, key: Any) -> Any:
        key = plain(key)
        return self.tape.add("[...]", lambda v: v[0][key], [self])

    def __setitem__(self, key: Any, value: Any) -> None:
        key = plain(key)

        def put(v: list[Any]) -> Any:
            new = np.array(v[0], complex if np.iscomplexobj(v[0]) or np.iscomplexobj(v[1]) else float)
            new[key] = v[1]
            return new

        self.at = self.tape.add("[...] =", put, [Varying(self.tape, self.at), value]).at

    def __getattr__(self, name: str) -> Any:
        if name in {"shape", "ndim", "size", "dtype", "strides", "nbytes", "itemsize"}:
            return getattr(self.value, name)
        if name == "T":
            return np.transpose(self)
        if name == "item":
            return lambda *_: float(self)
        if name in IDENTITIES:
            return lambda *_, **__: Varying(self.tape, self.at)
        return self.method(name)

    def method(self, name: str) -> Callable[..., Any]:
        """A method of arrays as the function of that name."""
        name = {"flatten": "ravel"}.get(name, name)
        if name.startswith("_") or not hasattr(np, name) or not hasattr(np.ndarray, name):
            raise AttributeError(name)
        if name in VARARGS:
            return lambda *a, **k: getattr(np, name)(self, *((a,) if len(a) > 1 else a), **k)
        return lambda *a, **k: getattr(np, name)(self, *a, **k)

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Any:
        return (self[n] for n in range(len(self)))

    def __bool__(self) -> bool:
        return bool(self.value)

    def __float__(self) -> float:
        self.tape.read = self
        return float(self.value)


def plain(key: Any) -> Any:
    """A place without anything that varies."""
    if isinstance(key, tuple):
        return tuple(map(plain, key))
    return key.value if isinstance(key, Varying) else key


def emptied(node: Any, inputs: list[Any]) -> Any:
    """The containers with what varies taken out, in order."""
    if isinstance(node, Varying):
        inputs.append(node)
        return Varying
    if isinstance(node, dict):
        return {k: emptied(v, inputs) for k, v in node.items()}
    return type(node)(emptied(v, inputs) for v in node) if type(node) in {list, tuple} else node


def filled(node: Any, values: Any) -> Any:
    """The containers with values put in again."""
    if node is Varying:
        return next(values)
    if isinstance(node, dict):
        return {k: filled(v, values) for k, v in node.items()}
    return type(node)(filled(v, values) for v in node) if type(node) in {list, tuple} else node


def quoted() -> str:
    """The user's expression that is being evaluated, as it stands in the code; empty if it cannot be read."""
    frame: Any = sys._getframe(1)  # noqa: SLF001 - the only way to the line
    while frame and (frame.f_code.co_filename == __file__ or "/numpy/" in frame.f_code.co_filename):
        frame = frame.f_back
    if frame is None:
        return ""
    where = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    first, last, start, end = where
    line = linecache.getline(frame.f_code.co_filename, first or 0)
    if first != last or start is None or end is None:
        return shortened(line.strip())
    return shortened(line.encode()[start:end].decode(errors="replace"))


def shortened(code: str) -> str:
    """The code, or its beginning."""
    return code if len(code) <= WIDEST else f"{code[:WIDEST]}…"


def summed(v: Array, shape: tuple[int, ...]) -> Array:
    """What comes back to an array that was stretched."""
    v = np.sum(v, axis=tuple(range(np.ndim(v) - len(shape)))) if np.ndim(v) > len(shape) else v
    kept = tuple(n for n, k in enumerate(shape) if k == 1 and v.shape[n] != 1)
    return np.asarray(np.sum(v, axis=kept, keepdims=True) if kept else v).reshape(shape)


def jacobian(step: Step, slot: int) -> Array:
    """The Jacobian by one argument, by the complex step: exact to rounding."""
    inputs: list[Any] = list(step.inputs)
    x = np.asarray(inputs[slot], complex)
    call: Any = step.call
    if step.entrywise:
        inputs[slot] = x + 1j * STEP
        return np.broadcast_to(np.imag(call(inputs)) / STEP, step.value.shape)
    if x.size * step.value.size > LARGEST:
        raise OverflowError
    rows = []
    for n in range(x.size):
        moved = x.copy()
        moved.flat[n] += 1j * STEP
        inputs[slot] = moved
        rows.append(np.imag(call(inputs)).ravel() / STEP)
    return np.array(rows).reshape(x.size, step.value.size).T


@dataclass(frozen=True, eq=False)
class Recording:
    """A number and how it depends on the parameters."""

    names: Sequence[str]
    steps: Sequence[Step]
    end: int
    edges: tuple[Edge, ...]

    def gradients(self, changed: Mapping[Edge, Callable[[Array], Array]] = {}) -> dict[str, Array]:
        """The gradients, with another way back along some edges."""
        c: dict[int, Array] = {self.end: np.ones(np.shape(self.steps[self.end].value))}
        for edge in self.edges:
            if edge.after in c:
                came = changed.get(edge, edge.back)(c[edge.after])
                c[edge.before] = c[edge.before] + came if edge.before in c else came
        return {k: c.get(n, np.zeros(self.steps[n].value.shape)) for n, k in enumerate(self.names)}


def recorded(value: Callable[[list[Any]], Any], params: Mapping[str, Array]) -> tuple[Recording, ...]:
    """The recordings of `value(arrays)`, one number: with sigmoids as one step each, and as it is; none if it fails."""
    tape = Tape(params)
    try:
        found = value(list(tape.leaves))
        if isinstance(found, float) and tape.read is not None and found == float(tape.read.value):
            found = tape.read
        if not isinstance(found, Varying) or found.value.size != 1:
            return ()
        fine = connected(tape.steps, found.at, list(params))
        coarse = [gathered(tape.steps, n) for n in range(len(tape.steps))]
        return (connected(coarse, found.at, list(params)), fine) if coarse != tape.steps else (fine,)
    except Exception:  # noqa: BLE001 - the user's code may do what no recording can follow: then there is none
        return ()


def gathered(steps: Sequence[Step], n: int) -> Step:
    """A step that has the values of an activation of an earlier one, as that activation."""
    step = steps[n]
    plain_sum = step.name in {"add", "subtract", "negative"}  # 1 − σ(z) is no sigmoid of its own
    for before in range(n - 2, -1, -1) if step.call and step.value.size >= FEWEST and not plain_sum else ():
        z = steps[before].value
        for name, form in ACTIVATIONS.items() if z.shape == step.value.shape else ():
            if np.allclose(form(z), step.value, rtol=SAME, atol=SAME * float(np.max(np.abs(step.value)))):
                return Step(name, step.value, lambda v, f=form: f(*v), [z], [before], step.code, entrywise=True)  # type: ignore[misc]
    return step


def connected(steps: Sequence[Step], end: int, names: list[str]) -> Recording:
    """The steps that the end depends on, and the ways back through them, the last first."""
    needed, edges = {end}, []
    for after in range(end, -1, -1):
        step = steps[after]
        if after not in needed:
            continue
        for slot, before in enumerate(step.sources):
            if before is not None:
                needed.add(before)
                edges.append(Edge(after, slot, before, step, jacobian(step, slot)))
    return carrying(Recording(names, steps, end, tuple(edges)))


def carrying(record: Recording) -> Recording:
    """Without the ways back on which everything cancels: nobody writes down that of the shift of a softmax."""
    kept: list[Edge] = []

    def watch(edge: Edge, c: Array) -> Array:
        found = edge.back(c)
        most = replace(edge, jacobian=np.abs(edge.jacobian)).back(np.abs(c))
        if np.any(np.abs(found) > CANCELS * most) or not np.any(most):
            kept.append(edge)
            return found
        return np.zeros(edge.argument.shape)

    record.gradients({e: partial(watch, e) for e in record.edges})
    return replace(record, edges=tuple(kept))
