"""Generated NumPy code: exact values at random sizes, finite differences, huge logits, shapes, names that bite."""

from __future__ import annotations

import random
from itertools import product
from typing import Any

import mpmath
import numpy as np
import pytest
from matrix_samples import SIZES, A, B, N, P, W, X, Y, a, c, exact, i, j, k, l, m, n, random_data, random_term, s, x, y
from sympy import Abs, Max, Symbol, exp, log, tanh

from symgrad.core import UnsupportedError
from symgrad.definitions import ACTIVATIONS
from symgrad.deriver.indexed import definition_of
from symgrad.functions.logistic import sigmoid
from symgrad.indexed import (
    Dim,
    Expr,
    Index,
    ShapeError,
    Tensor,
    apply,
    attains,
    delta,
    greatest,
    group,
    partial,
    size,
    total,
    where,
)
from symgrad.indexed.facts import sums_to
from symgrad.indexed.numpy_code import Written, numpy_source
from symgrad.indexed.numpy_code.source import identifier

K, O, H = Dim("K"), Dim("O"), Dim("H")
q, o, h = Index("q", K), Index("o", O), Index("h", H)
eps = Symbol("epsilon", positive=True)
w = Tensor("w", K)
F3 = Tensor("F", (n, n, n))
elu = ACTIVATIONS["elu"].head

z = Tensor("z", n, body=(i, total(a, W[i, a] * x[a]) + c[i]))
S = Tensor("S", body=((), total(k, apply(exp, z[k]))), positive=True)
p = Tensor("p", n, body=(i, apply(exp, z[i]) / S()))
J = Tensor("J", body=((), -total(k, y[k] * apply(log, p[k]))))
out = Tensor("a", n, body=(i, apply(sigmoid, z[i])))
BCE = -total(k, y[k] * apply(log, out[k]) + (1 - y[k]) * apply(log, 1 - out[k]))
Z = Tensor("Z", (N, n), body=((s, i), total(a, X[s, a] * W[i, a]) + c[i]))
T = Tensor("T", N, body=(s, total(k, apply(exp, Z[s, k]))), positive=True)
Q = Tensor("Q", (N, n), body=((s, i), apply(exp, Z[s, i]) / T[s]))
LOSS = Tensor("J", body=((), -total((s, k), Y[s, k] * apply(log, Q[s, k])) / size(N)))
causal = where(k, "<=", i)
attention = total(k, apply(exp, A[i, k]) * causal * B[k, j]) / total(k, apply(exp, A[i, k]) * causal)

EXPRESSIONS: dict[str, tuple[Expr, tuple[Index, ...]]] = {
    "softmax": (p[i], (i,)),
    "log-likelihood": (J(), ()),
    "dJ/dW": ((p[i] - y[i]) * x[a], (i, a)),
    "softmax Jacobian": (p[i] * group(delta(i, j) - p[j]), (i, j)),
    "cross-entropy": (BCE, ()),
    "batch loss": (LOSS(), ()),
    "batch dJ/dW": (total(s, (Q[s, i] - Y[s, i]) * X[s, a]) / size(N), (i, a)),
    "batch dJ/db": (total(s, Q[s, i] - Y[s, i]) / size(N), (i,)),
    "bias over a batch": (Z[s, i], (s, i)),
    "masked attention": (attention, (i, j)),
    "log-sum-exp with a pair": (apply(log, apply(exp, y[i]) + total(k, apply(exp, c[k] + y[i]))), (i,)),
    "sum of softplus": (total(k, apply(log, 1 + apply(exp, y[k] * c[k]))), ()),
    "its gradient": (apply(exp, y[i]) / (1 + apply(exp, y[i])), (i,)),
    "max of several": (apply(Max, y[i], c[i], 2 * y[i] - 1), (i,)),
    "layer norm": ((y[i] - total(k, y[k]) / size(n)) / (total(k, y[k] ** 2) / size(n) + eps) ** 1, (i,)),
    "convolution": (total(q, x[2 * o + q - 1] * w[q]), (o,)),
    "three axes": (total(k, F3[i, j, k] * y[k]), (i, j)),
    "three meet": (total((k, l), A[i, k] * A[j, k] * A[k, l] * B[i, l] * B[j, l]), (i, j)),
    "diagonal": (A[i, i] * y[i], (i,)),
    "trace": (total((i, j), A[i, j] * B[i, j]), ()),
    "maximum": (greatest(k, A[i, k]) - y[i], (i,)),
    "pooling": (attains(k, A[i, k], j), (i, j)),
    "slope of an elu": (apply(elu, y[i], order=1) * c[i], (i,)),
    "|tanh|": (apply(Abs, apply(tanh, y[i] - c[i])), (i,)),
    "ones": (size(n) * y[i] + total((k, l), A[k, l]), (i,)),
    "transposed": (total(k, A[k, i] * B[j, k]), (i, j)),
    "constant": (total(i, delta(i, i)) * 1, ()),
    "same everywhere": (total(k, y[k]), (i, j)),
}


def run(written: Written) -> Any:
    """The function that a source defines."""
    space: dict[str, Any] = {}
    exec(compile(written.source, "<generated>", "exec"), space)  # noqa: S102 - our own text, which is what is tested
    return space[written.name]


class Numbers:
    """Values by definition in 50 digits, with loops and no trick."""

    def __init__(self, sizes: dict[Dim, int], data: dict[Tensor, Any]) -> None:
        self.sizes, self.data = sizes, data

    def value(self, value: Expr, at: dict[Index, int]) -> Any:
        found = mpmath.mpf(0)
        for term in value.terms:
            bound = sorted(term.bound, key=lambda r: r.token)
            for places in product(*(range(self.sizes[r.dim]) for r in bound)):
                here = {**at, **dict(zip(bound, places, strict=True))}
                part = mpmath.mpf(term.coefficient.numerator) / term.coefficient.denominator
                for atom, e in term.atoms:
                    part *= mpmath.power(self.atom(atom, here), mpmath.mpf(e.numerator) / e.denominator)
                found += part
        return found

    def place(self, where: Any, at: dict[Index, int]) -> int:
        if isinstance(where, Index):
            return at[where]
        inside = sum(c * at[i] for i, c in where.parts) + sum(c * self.sizes[d] for d, c in where.sizes)
        return int(inside + where.constant)

    def atom(self, atom: Any, at: dict[Index, int]) -> Any:  # noqa: PLR0911 - one case for each kind
        match type(atom).__name__:
            case "Ref":
                return self.entry(atom.tensor, tuple(self.place(i, at) for i in atom.indices))
            case "Delta":
                return mpmath.mpf(at[atom.left] == at[atom.right])
            case "Size":
                return mpmath.mpf(self.sizes[atom.dim])
            case "Scalar":
                return mpmath.mpf("0.25")
            case "Where":
                gap = self.place(atom.place, at)
                return mpmath.mpf(gap == 0 if atom.equal else gap >= 0)
            case "Power":
                return self.value(atom.base, at)
            case "Apply":
                return self.function(atom, [self.value(u, at) for u in atom.args])
            case "Greatest" | "Attains":
                values = [self.value(atom.body, {**at, atom.index: n}) for n in range(self.sizes[atom.index.dim])]
                best = max(values)
                return best if not hasattr(atom, "at") else mpmath.mpf(values.index(best) == self.place(atom.at, at))
            case name:
                raise AssertionError(name)

    def entry(self, tensor: Tensor, at: tuple[int, ...]) -> Any:
        if tensor.body is not None:
            letters, value = tensor.body
            return self.value(value, dict(zip(letters, at, strict=True)))
        if not all(0 <= n < self.sizes[d] for n, d in zip(at, tensor.dims, strict=True)):
            return mpmath.mpf(0)
        return mpmath.mpf(float(self.data[tensor][at]))

    @staticmethod
    def function(atom: Any, values: list[Any]) -> Any:
        letters = [Symbol(f"u{n}", real=True) for n in range(len(values))]
        form = atom.head(*letters)
        for letter, order in zip(letters, atom.orders, strict=True):
            form = form.diff(letter, order) if order else form
        point = {u: _exact(v) for u, v in zip(letters, values, strict=True)}
        return mpmath.mpf(str(form.subs(point).evalf(50)))


def _exact(value: Any) -> Any:
    import sympy  # noqa: PLC0415 - for this alone

    return sympy.Float(mpmath.nstr(value, 50), 50)


def tensors_of(value: Expr) -> set[Tensor]:
    return {t for t in value.reach if t.body is None}


def some_data(rng: np.random.Generator, tensors: set[Tensor], sizes: dict[Dim, int]) -> dict[Tensor, Any]:
    return {t: rng.uniform(0.1, 2, [sizes[d] for d in t.dims]) for t in sorted(tensors, key=lambda t: t.name)}


def call(written: Written, data: dict[Tensor, Any], sizes: dict[Dim, int]) -> Any:
    loose = {identifier(d.name): sizes[d] for d in written.sizes}
    return run(written)(*(data[t] for t in written.tensors), *(0.25 for _ in written.symbols), **loose)


@pytest.mark.parametrize("lengths", [(3, 2, 4, 2, 3), (1, 1, 1, 1, 1), (2, 3, 1, 3, 2)], ids=str)
@pytest.mark.parametrize(("value", "order"), EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_code_has_the_value_of_its_definition(value: Expr, order: tuple[Index, ...], lengths: tuple[int, ...]) -> None:
    sizes = dict(zip((n, m, N, K, O), lengths, strict=True))
    data = some_data(np.random.default_rng(3), tensors_of(value), sizes)
    exactly = Numbers(sizes, data)

    found = np.asarray(call(numpy_source(value, order), data, sizes))

    assert found.shape == tuple(sizes[i.dim] for i in order)
    with mpmath.workdps(50):
        for at in product(*(range(sizes[i.dim]) for i in order)):
            expected = float(exactly.value(value, dict(zip(order, at, strict=True))))
            assert abs(float(found[at]) - expected) <= 1e-12 * (1 + abs(expected))


@pytest.mark.parametrize("seed", range(4))
def test_code_of_random_sums_has_their_exact_value(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - the same terms in every run
    for _ in range(25):
        order = tuple(rng.sample((i, j, a), rng.randrange(3)))
        value = sum((random_term(rng, order) for _ in range(rng.randrange(1, 4))), start=0 * size(n))
        if not value:
            continue
        data = random_data(rng)
        floats = {t: v.astype(float) for t, v in data.items()}
        written = numpy_source(value, order)
        functions = [stand_in_for(name) for name in written.functions]
        found = np.asarray(run(written)(*(floats[t] for t in written.tensors), *functions, **loose_sizes(written)))
        for at in product(*(range(SIZES[r.dim]) for r in order)):
            expected = float(exact(value, dict(zip(order, at, strict=True)), data))
            assert abs(float(found[at]) - expected) <= 1e-9 * (1 + abs(expected))


def stand_in_for(name: str) -> Any:
    """The functions that `exact` takes for phi and its slope."""
    order = 1 if name.endswith("slope") else 0
    return lambda u: u * u + order * u + 1


def loose_sizes(written: Written) -> dict[str, int]:
    return {identifier(d.name): SIZES[d] for d in written.sizes}


GRADIENTS = {
    "W": (J, partial(J(), W[i, a]), W, (i, a)),
    "b": (J, partial(J(), c[i]), c, (i,)),
    "x": (J, partial(J(), x[a]), x, (a,)),
    "W of a batch": (LOSS, partial(LOSS(), W[i, a]), W, (i, a)),
    "X of a batch": (LOSS, partial(LOSS(), X[s, a]), X, (s, a)),
}


@pytest.mark.parametrize("lengths", [(3, 2, 4), (1, 1, 1), (2, 1, 3)], ids=str)
@pytest.mark.parametrize(("loss", "gradient", "by", "order"), GRADIENTS.values(), ids=GRADIENTS)
def test_gradients_agree_with_finite_differences_of_the_loss(
    loss: Tensor, gradient: Expr, by: Tensor, order: tuple[Index, ...], lengths: tuple[int, ...]
) -> None:
    sizes = dict(zip((n, m, N), lengths, strict=True))
    data = some_data(np.random.default_rng(4), tensors_of(loss()), sizes)
    value = numpy_source(loss())
    slopes = np.asarray(call(numpy_source(gradient, order), data, sizes))

    for at in np.ndindex(slopes.shape):
        ends = []
        for step in (1e-5, -1e-5):
            moved = {**data, by: data[by].copy()}
            moved[by][at] += step
            ends.append(float(call(value, moved, sizes)))
        assert abs((ends[0] - ends[1]) / 2e-5 - slopes[at]) <= 1e-8


def test_facts_shorten_a_gradient() -> None:
    delta_ = Tensor("delta", n, body=(i, partial(J(), z[i])))

    facts = (definition_of(p), sums_to(y))

    long, short = (numpy_source(delta_[i], (i,), facts=f).source for f in ((), facts))

    assert "delta = p - y" in short
    assert "y.sum()" in long


@pytest.mark.parametrize("scale", [1e2, 1e4, 1e8, 1e300])
def test_huge_logits_neither_overflow_nor_warn(scale: float) -> None:
    sizes = {n: 3, m: 1}
    data = {
        W: np.array([[scale], [0.5 * scale], [-scale]]),
        x: np.ones(1),
        c: np.zeros(3),
        y: np.array([0.0, 1.0, 0.0]),
    }

    loss = call(numpy_source(J()), data, sizes)
    gradient = call(numpy_source((p[i] - y[i]) * x[a], (i, a)), data, sizes)
    entropy = call(numpy_source(BCE), data, sizes)

    assert loss == pytest.approx(0.5 * scale, rel=1e-15)
    assert np.abs(gradient[:, 0] - [1.0, -1.0, 0.0]).max() < 1e-20
    assert entropy == pytest.approx(scale, rel=1e-15)


def test_a_logistic_quotient_does_not_overflow() -> None:
    data = {y: np.array([1e4, -1e4, 0.0])}

    assert call(numpy_source(EXPRESSIONS["its gradient"][0], (i,)), data, {n: 3}).tolist() == [1.0, 0.0, 0.5]
    assert call(numpy_source(total(k, apply(log, 1 + apply(exp, y[k])))), data, {n: 3}) == 1e4 + np.log(2)


def test_tiny_probabilities_keep_their_digits() -> None:
    sizes = {n: 2, m: 1}
    data = {W: np.array([[0.0], [-800.0]]), x: np.ones(1), c: np.zeros(2), y: np.array([0.0, 1.0])}

    assert call(numpy_source(J()), data, sizes) == 800.0
    assert call(numpy_source(BCE), data, sizes) == pytest.approx(800 + np.log(2))


def test_a_loss_divided_by_an_output_that_underflows() -> None:
    focal = Tensor("F", body=((), -total(k, y[k] * apply(exp, 2 * apply(log, 1 - p[k])) * apply(log, p[k]))))
    bar = Tensor("p_bar", n, body=((i,), partial(focal(), p[i])))
    written = numpy_source(p[i] * (bar[i] - total(k, p[k] * bar[k])), (i,))
    data = {W: np.array([[1e4], [-1e4], [0.0]]), x: np.ones(1), c: np.zeros(3), y: np.array([0.0, 1.0, 0.0])}

    assert call(written, data, {n: 3, m: 1}).tolist() == [1.0, -1.0, 0.0]


def test_a_masked_row_is_scaled_by_what_it_sees() -> None:
    sizes = {n: 2}
    data = {A: np.array([[0.0, 2000.0], [1.0, 1.0]]), B: np.array([[3.0, 4.0], [5.0, 6.0]])}

    assert call(numpy_source(attention, (i, j)), data, sizes).tolist() == [[3.0, 4.0], [4.0, 5.0]]


def test_wrong_shapes_are_named() -> None:
    loss = run(numpy_source(J()))
    good = {"W": np.ones((3, 2)), "b": np.ones(3), "x": np.ones(2), "y": np.ones(3)}

    with pytest.raises(ValueError, match="x has 4 along m, but m is 2 elsewhere"):
        loss(good["W"], good["b"], np.ones(4), good["y"])
    with pytest.raises(ValueError, match=r"W has 1 axes; it takes \(n, m\)"):
        loss(np.ones(3), good["b"], good["x"], good["y"])
    assert loss(*good.values()) == pytest.approx(3 * np.log(3))


def test_the_docstring_tells_identity_and_shapes() -> None:
    function = run(numpy_source((p[i] - y[i]) * x[a], (i, a), name="dJ/dW", summary=("dJ/dW = (p - y) x^T.",)))

    assert function.__name__ == "dJ_dW"
    assert function.__doc__.startswith("dJ/dW = (p - y) x^T.")
    assert "Shapes: W (n, m), b (n,), x (m,), y (n,)." in function.__doc__
    assert "Returns an array of shape (n, m)." in function.__doc__
    assert "Sizes that no array tells: n." in run(numpy_source(size(n))).__doc__


READABLE = {
    "outer": ((p[i] - y[i]) * x[a], (i, a), "return np.outer(p - y, x)"),
    "batch": (total(s, (P[s, i] - Y[s, i]) * X[s, a]) / size(N), (i, a), "return (P - Y).T @ X / N"),
    "affine": (total(a, X[s, a] * W[i, a]) + c[i], (s, i), "return X @ W.T + b"),
    "einsum": (total(k, F3[i, j, k] * y[k]), (i, j), 'return np.einsum("ijk,k->ij", F, y)'),
    "trace": (total((i, j), A[i, j] * B[i, j]), (), "return np.sum(A * B)"),
    "columns": (total(s, P[s, i]), (i,), "return P.sum(axis=0)"),
}


@pytest.mark.parametrize(("value", "order", "line"), READABLE.values(), ids=READABLE)
def test_code_reads_as_one_would_write_it(value: Expr, order: tuple[Index, ...], line: str) -> None:
    assert numpy_source(value, order).source.splitlines()[-1].strip() == line


HOSTILE = ['"""\nimport os', "x'; import os; '", "lambda", "np", "1", "", "sizes", "ẋ̂{}\\", "a b", "δ^{l+1}", "W" * 300]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_gets_out_of_its_identifier(name: str) -> None:
    sizes = [Dim("n"), Dim("m")]
    if name.strip() and len(name.split()) == 1:
        sizes = [Dim(name), Dim(name)]
    else:
        with pytest.raises(ShapeError, match="a size needs a name in one word"):
            Dim(name)
    bad, dim = Tensor(name, sizes[0]), sizes[1]
    other = Tensor(name, dim)
    r, t = Index(name, bad.dims[0]), Index("t", dim)

    written = numpy_source(bad[r] * other[t], (r, t), name=name, summary=(name,))

    assert run(written)([2.0], [3.0, 4.0]).tolist() == [[6.0, 8.0]]
    assert "import os" not in [line.strip() for line in written.source.splitlines()]


def test_what_has_no_code_says_so() -> None:
    unknown = Tensor("J", depends=(y,))
    with pytest.raises(UnsupportedError, match="may be any function"):
        numpy_source(partial(unknown(), y[i]), (i,))
    with pytest.raises(UnsupportedError, match="no NumPy code for"):
        numpy_source(apply(__import__("sympy").besselj, y[i], y[i]), (i,))
