"""Matrix notation: what must come out literally, round trips of random terms, and what has no matrix form."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import numpy as np
import pytest
from matrix_samples import (
    SIZES,
    SQUARE,
    VECTORS,
    A,
    B,
    N,
    P,
    V,
    W,
    X,
    Y,
    a,
    c,
    d,
    exact,
    exact_atom,
    g,
    gamma,
    i,
    j,
    k,
    l,
    lam,
    m,
    mu,
    n,
    p,
    phi,
    random_data,
    random_term,
    s,
    sd,
    stand_in,
    x,
    x_hat,
    y,
    z,
)
from sympy import exp, log

from symgrad.document.from_matrix import Style, matrix_boxes
from symgrad.document.latex import latex
from symgrad.indexed import (
    Expr,
    Index,
    ShapeError,
    Tensor,
    apply,
    delta,
    greatest,
    group,
    partial,
    size,
    total,
    where,
)
from symgrad.indexed.matrix import COLUMN, DENOMINATOR, NUMERATOR, ROW_BATCH, axes, lift, lower, shape
from symgrad.indexed.matrix import tree as t
from symgrad.indexed.normal import normal

TEXTBOOK: list[tuple[Expr, tuple[Any, ...], str]] = [
    (delta(i, j) * p[i] - p[i] * p[j], (i, j), r"\mathrm{diag}(p) - pp^{\top}"),
    (p[i] * group(delta(i, j) - p[j]), (i, j), r"\mathrm{diag}(p) - pp^{\top}"),
    (p[i] - y[i], (i,), r"p - y"),
    ((p[i] - y[i]) * x[a], (i, a), r"(p - y)x^{\top}"),
    (d[i] * x[a], (i, a), r"\delta x^{\top}"),
    (total(i, W[i, a] * d[i]) * apply(phi, x[a], order=1), (a,), r"W^{\top}\delta \odot \varphi'(x)"),
    (
        total(i, W[i, a] * (p[i] - y[i])) * apply(phi, total(i, V[a, i] * z[i]), order=1) * z[j],
        (a, j),
        r"(W^{\top}(p - y) \odot \varphi'(Vz))z^{\top}",
    ),
    (total(s, (P[s, i] - Y[s, i]) * X[s, a]) / size(N), (i, a), r"\frac{1}{N}(P - Y)^{\top}X"),
    (total(s, P[s, i] - Y[s, i]) / size(N), (i,), r"\frac{1}{N}(P - Y)^{\top}\mathbf{1}"),
    (
        total(s, (P[s, i] - Y[s, i]) * X[s, a]) / size(N) + W[i, a] * lam * 2,
        (i, a),
        r"\frac{1}{N}(P - Y)^{\top}X + 2\lambda W",
    ),
    (total(a, X[s, a] * W[i, a]) + c[i], (s, i), r"XW^{\top} + \mathbf{1}b^{\top}"),
    (apply(phi, total(a, W[i, a] * x[a]) + c[i]), (i,), r"\varphi(Wx + b)"),
    (-total(i, y[i] * apply(log, p[i])), (), r"-y^{\top}\ln(p)"),
    (total(i, (p[i] - y[i]) ** 2) / 2, (), r"\frac{1}{2}\|p - y\|^{2}"),
    (total((s, i), (P[s, i] - Y[s, i]) ** 2) / (2 * size(N)), (), r"\frac{1}{2N}\|P - Y\|_{F}^{2}"),
    (total((i, j), A[i, j] * B[i, j]), (), r"\mathrm{tr}(A^{\top}B)"),
    (total((i, j), A[i, j] * B[j, i]), (), r"\mathrm{tr}(AB)"),
    (total(i, A[i, i]), (), r"\mathrm{tr}(A)"),
    (total((i, j), A[i, j] * A[i, j]), (), r"\|A\|_{F}^{2}"),
    (total(i, p[i]), (), r"\mathbf{1}^{\top}p"),
    (total(i, p[i]) * y[j] - y[j] * 1, (j,), r"(\mathbf{1}^{\top}p)y - y"),
    (total((i, j), z[i] * A[i, j] * z[j]), (), r"z^{\top}Az"),
    (total(j, A[i, j] * z[j]) + total(j, A[j, i] * z[j]), (i,), r"(A + A^{\top})z"),
    (p[i] * y[i] - p[i] * total(k, p[k] * y[k]), (i,), r"p \odot (y - (p^{\top}y)\mathbf{1})"),
    (total(k, A[i, k] * A[k, j] * p[k]), (i, j), r"A\,\mathrm{diag}(p)\,A"),
    (A[i, j] * p[i] * y[j], (i, j), r"\mathrm{diag}(p)\,A\,\mathrm{diag}(y)"),
    (A[j, i] + B[j, i], (i, j), r"(A + B)^{\top}"),
    (apply(exp, z[i]) / total(k, apply(exp, z[k])), (i,), r"\frac{1}{\mathbf{1}^{\top}\exp(z)}\exp(z)"),
    (z[i] - mu(), (i,), r"z - \mu\mathbf{1}"),
    (p[i] - p[i] ** 2, (i,), r"p \odot (\mathbf{1} - p)"),
    (total(k, A[i, k] * A[j, k]), (i, j), r"AA^{\top}"),
    (total((j, k), A[i, j] * B[j, k] * z[k]), (i,), r"ABz"),
    (
        (g[i] * gamma[i] - x_hat[i] * total(k, x_hat[k] * g[k] * gamma[k]) / size(n)) / sd(),
        (i,),
        r"\frac{1}{s}\left(g \odot \gamma - \frac{1}{n}(g^{\top}(\gamma \odot \hat{x}))\hat{x}\right)",
    ),
]


U = Tensor("L", depends=(z,))
TEXTBOOK += [
    (partial(U(), z[i]), (i,), r"\frac{\partial L}{\partial z}"),
    (total(k, A[k, i] * partial(U(), z[k])) + y[i], (i,), r"A^{\top}\frac{\partial L}{\partial z} + y"),
    (
        total(k, partial(U(), z[k]) * partial(y[k], z[j])),
        (j,),
        (r"\left(\frac{\partial y}{\partial z}\right)^{\top}" + r"\frac{\partial L}{\partial z}"),
    ),
]


@pytest.mark.parametrize(("value", "free", "expected"), TEXTBOOK, ids=[e for _, _, e in TEXTBOOK])
def test_textbook_forms_come_out_literally(value: Expr, free: tuple[Any, ...], expected: str) -> None:
    found = lift(value, *free)

    assert found is not None
    assert latex(matrix_boxes(found)) == expected


ROWS: list[tuple[Expr, tuple[Any, ...], str]] = [
    (total(a, X[s, a] * W[i, a]) + c[i], (s, i), r"XW^{\top} + b"),
    (total(a, x[a] * W[i, a]) + c[i], (i,), r"xW^{\top} + b"),
    (total(i, W[i, a] * d[i]) * apply(phi, x[a], order=1), (a,), r"\delta W \odot \varphi'(x)"),
    (d[i] * x[a], (i, a), r"\delta^{\top}x"),
    (total(s, (P[s, i] - Y[s, i]) * X[s, a]) / size(N), (i, a), r"\frac{1}{N}(P - Y)^{\top}X"),
    (total(s, P[s, i] - Y[s, i]) / size(N), (i,), r"\frac{1}{N}\mathbf{1}^{\top}(P - Y)"),
    (-total(i, y[i] * apply(log, p[i])), (), r"-y\ln(p)^{\top}"),
    (delta(i, j) * p[i] - p[i] * p[j], (i, j), r"\mathrm{diag}(p) - p^{\top}p"),
]


@pytest.mark.parametrize(("value", "free", "expected"), ROWS, ids=[e for _, _, e in ROWS])
def test_rows_of_a_batch_are_written_as_in_pytorch(value: Expr, free: tuple[Any, ...], expected: str) -> None:
    place = axes(free, (), ROW_BATCH)
    assert place is not None

    found = lift(value, *place, layout=ROW_BATCH)

    assert found is not None
    assert latex(matrix_boxes(found)) == expected


def test_layouts_turn_jacobians_and_gradients() -> None:
    assert axes((i,), (j,), COLUMN) == (i, j)
    assert axes((i,), (j,), DENOMINATOR) == (j, i)
    assert axes((), (i, a), NUMERATOR) == (a, i)
    assert axes((), (i,), NUMERATOR) == (None, i)
    assert axes((), (i,), COLUMN) == (i, None)
    assert axes((), (i,), ROW_BATCH) == (None, i)
    assert axes((i, j), (k,), COLUMN) is None


def test_shapes_stand_under_every_factor() -> None:
    found = lift(total(i, W[i, a] * d[i]), a)

    assert found is not None
    shown = latex(matrix_boxes(found, Style(shapes=True)))
    assert shown == r"\underbrace{W^{\top}}_{m \times n}\underbrace{\delta}_{n \times 1}"


F3 = Tensor("F", (n, n, n))
WITHOUT = {
    "three axes": (total(k, F3[i, j, k] * p[k]), (i, j)),
    "three meet": (total((k, l), A[i, k] * A[j, k] * A[k, l] * B[i, l] * B[j, l]), (i, j)),
    "a mask": (A[i, j] * where(j, "<=", i), (i, j)),
    "a shifted index": (p[i + 1] - p[i], (i,)),
    "a maximum": (greatest(k, p[k]) * p[i], (i,)),
}


@pytest.mark.parametrize(("value", "free"), WITHOUT.values(), ids=WITHOUT)
def test_what_has_no_matrix_form_gives_none(value: Expr, free: tuple[Any, ...]) -> None:
    assert lift(value, *free) is None


def test_a_free_index_without_a_place_is_an_error() -> None:
    with pytest.raises(ShapeError, match="depends on j"):
        lift(A[i, j], i)


def test_shape_errors_name_both_dimensions() -> None:
    with pytest.raises(ShapeError, match=r"m columns.* n rows"):
        t.MatMul((t.Var(W), t.Var(p)))
    with pytest.raises(ShapeError, match=r"n × 1 and m × 1"):
        t.Plus((t.Var(p), t.Var(x)))
    with pytest.raises(ShapeError, match=r"n × m"):
        t.Hadamard((t.Var(W), t.Transpose(t.Var(W))))
    with pytest.raises(ShapeError, match=r"square matrix, not n × m"):
        t.Trace(t.Var(W))


def matrix_value(matrix: t.Matrix, data: dict[Tensor, Any]) -> Any:  # noqa: C901, PLR0911, PLR0912 - one case for each kind
    """The value of a matrix tree by its definition, in fractions, always with two axes."""

    def of(inner: t.Matrix) -> Any:
        return matrix_value(inner, data)

    match matrix:
        case t.Var(tensor, row):
            rows = {0: (1, 1), 1: (1, -1) if row else (-1, 1)}.get(len(tensor.dims))
            return data[tensor].reshape(rows) if rows else data[tensor]
        case t.Symbolic(atom):
            return np.array([[exact_atom(atom, {}, data)]], dtype=object)
        case t.Identity(dim):
            return np.array(np.eye(SIZES[dim], dtype=int), dtype=object)
        case t.Ones(dim):
            return np.full((SIZES[dim], 1), Fraction(1), dtype=object)
        case t.Transpose(body):
            return of(body).T
        case t.MatMul(factors):
            found = of(factors[0])
            for f in factors[1:]:
                found = found @ of(f)
            return found
        case t.Hadamard(factors):
            return prod(of(f) for f in factors)
        case t.Plus(terms):
            return sum(of(q) for q in terms)
        case t.Scaled(number, scalars, body):
            front = prod((of(q)[0, 0] for q in scalars), start=number)
            return front * (np.array([[Fraction(1)]], dtype=object) if body is None else of(body))
        case t.Raised(body, exponent):
            return of(body) ** int(exponent)
        case t.Elementwise(_, orders, (only,)):
            return stand_in(of(only), sum(orders))
        case t.Diag(body):
            return np.array(
                [[v if r == q else 0 for q in range(body_size(body))] for r, v in enumerate(of(body).ravel())]
            )
        case t.Trace(body):
            return np.array([[np.trace(of(body))]], dtype=object)
        case t.SquaredNorm(body):
            return np.array([[(of(body) ** 2).sum()]], dtype=object)
        case t.Broadcast(body, rows):
            return np.repeat(of(body), SIZES[rows], axis=0)
        case _:
            raise AssertionError(matrix)


def body_size(body: t.Matrix) -> int:
    return next(SIZES[q] for q in shape(body) if q is not None)


@pytest.mark.parametrize("seed", range(8))
def test_lifts_of_random_sums_have_the_value_of_their_index_form(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - the same terms in every run
    lifted = 0
    for _ in range(40):
        free = tuple(rng.sample((i, j, a), rng.randrange(3)))
        value = sum((random_term(rng, free) for _ in range(rng.randrange(1, 4))), start=0 * size(n))
        layout = rng.choice((COLUMN, ROW_BATCH))
        place = axes(free, (), layout)
        assert place is not None
        found = lift(value, *place, layout=layout)
        if found is None:
            continue
        lifted += 1
        data = random_data(rng)
        entries = matrix_value(found, data)
        for at in product(*(range(SIZES[q.dim]) for q in free)):
            here = dict(zip(free, at, strict=True))
            cell = tuple(here.get(q, 0) if q is not None else 0 for q in place)
            assert entries[cell] == exact(value, here, data)
    assert lifted >= 25  # the rest has three axes at one index, or is zero


def random_tree(rng: random.Random, rows: Any, columns: Any, depth: int) -> t.Matrix:  # noqa: PLR0911 - one case for each kind
    """A matrix tree of this shape."""
    kind = rng.randrange(5) if depth else 0
    if kind == 1:
        middle = rng.choice((n, m))
        return t.MatMul((random_tree(rng, rows, middle, depth - 1), random_tree(rng, middle, columns, depth - 1)))
    if kind in {2, 3}:
        node = t.Hadamard if kind == 2 else t.Plus
        return node((random_tree(rng, rows, columns, depth - 1), random_tree(rng, rows, columns, depth - 1)))
    if kind == 4:
        return t.Elementwise(phi, (rng.randrange(2),), (random_tree(rng, rows, columns, depth - 1),))
    if rows is None and columns is None:
        return t.Var(mu)
    if columns is None:
        return t.Var(rng.choice(VECTORS[rows]))
    if rows is None:
        return t.Transpose(random_tree(rng, columns, rows, 0))
    return t.Var(rng.choice(SQUARE[rows, columns]))


@pytest.mark.parametrize("seed", range(4))
def test_lowered_trees_are_lifted_again(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - the same terms in every run
    lifted = 0
    for _ in range(25):
        matrix = random_tree(rng, rng.choice((n, m)), rng.choice((n, m, None)), 3)
        row, column = (None if q is None else Index(w, q) for w, q in zip("ij", shape(matrix), strict=True))
        value = lower(matrix, row, column)
        found = lift(value, row, column)
        if found is not None:
            lifted += 1
            assert shape(found) == shape(matrix)
            assert normal(lower(found, row, column)) == normal(value)
    assert lifted >= 20  # a product may meet itself in an elementwise one, at three indices
