"""The text notation of vectors and matrices: what it means, and what is refused with its place."""

from contextlib import suppress
from itertools import product
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from symgrad.checker.indexed import Floats
from symgrad.core import ParseError, SymgradError
from symgrad.definitions.shaped import Shaped
from symgrad.definitions.shapes import Shapes
from symgrad.definitions.tensor_parser import parse_tensor
from symgrad.indexed import Evaluation, normal, unfold

HANGING = 10.0  # seconds; far more than any needs on a busy machine
SHAPES = Shapes.of(["X:m,n", "A:n,n", "w:n", "v:(n,)", "y = m"])

MEANS = {
    "sum(log(1 + exp(-y .* (X*w))))": lambda s: np.log(1 + np.exp(-s.y * (s.X @ s.w))).sum(),
    "X*w - y": lambda s: s.X @ s.w - s.y,
    "w'*A*v": lambda s: s.w @ s.A @ s.v,
    "w*v'": lambda s: np.outer(s.w, s.v),
    "(X*w)'*y": lambda s: (s.X @ s.w) @ s.y,
    "tr(A'*A)": lambda s: np.trace(s.A.T @ s.A),
    "diag(w)*v": lambda s: s.w * s.v,
    "diag(A) ./ (1 + w.^2)": lambda s: np.diag(s.A) / (1 + s.w**2),
    "softmax(X)": lambda s: np.exp(s.X) / np.exp(s.X).sum(axis=1, keepdims=True),
    "softmax(A*w)": lambda s: np.exp(s.A @ s.w) / np.exp(s.A @ s.w).sum(),
    "logsumexp(X)": lambda s: np.log(np.exp(s.X).sum(axis=1)),
    "norm2(X*w-y)^2/m": lambda s: np.sum((s.X @ s.w - s.y) ** 2) / len(s.y),
    "norm2(w)": lambda s: np.sqrt(np.sum(s.w**2)),
    "norm1(w)": lambda s: np.abs(s.w).sum(),
    "2.*w": lambda s: 2 * s.w,
    "mean((X*w-y).^2)": lambda s: np.mean((s.X @ s.w - s.y) ** 2),
    "0.5*w'*w/n": lambda s: 0.5 * s.w @ s.w / len(s.w),
    "-w.^2": lambda s: -(s.w**2),
    "sigmoid(X*w)": lambda s: 1 / (1 + np.exp(-(s.X @ s.w))),
    "expm1(w) + log1p(v.^2)": lambda s: np.expm1(s.w) + np.log1p(s.v**2),
    "max(X*w)": lambda s: np.max(s.X @ s.w),
    "min(w, v)": lambda s: np.minimum(s.w, s.v),
    "max(0, 1 - w, v)": lambda s: np.maximum(np.maximum(0, 1 - s.w), s.v),
    "min(X*w)": lambda s: np.min(s.X @ s.w),
    "normF(X)": lambda s: np.sqrt(np.sum(s.X**2)),
    "norm(w)": lambda s: np.sqrt(np.sum(s.w**2)),
    "dot(w, v')": lambda s: s.w @ s.v,
    "outer(y, w)": lambda s: np.outer(s.y, s.w),
    "X + ones(m)*w'": lambda s: s.X + s.w,
    "A + eye(n)": lambda s: s.A + np.eye(len(s.A)),
    "log_softmax(X)": lambda s: s.X - np.log(np.exp(s.X).sum(axis=1, keepdims=True)),
    'einsum("ij,j->i", X, w)': lambda s: s.X @ s.w,
    "einsum('ij,ik->jk', X, X)": lambda s: s.X.T @ s.X,
    "einsum(ii->, A)": lambda s: np.trace(s.A),
    'einsum("ij->ji", X)': lambda s: s.X.T,
    'einsum("i,i,i->", w, v, X\'*y)': lambda s: np.sum(s.w * s.v * (s.X.T @ s.y)),
    'einsum(",i->i", 2, w)': lambda s: 2 * s.w,
    "sqrt(1 + w.^2)": lambda s: np.sqrt(1 + s.w**2),
}

SAME = [
    ("diag(w)*v", "w .* v"),
    ("w'*v", "v'*w"),
    ("tr(X*X')", "tr(X'*X)"),
    ("(X*w)'", "w'*X'"),
    ("norm2(w)^2", "sum(w.^2)"),
    ("mean(w)", "sum(w)/n"),
    ("huber(w, v)", "huber(w, v, 1)"),
    ('einsum("ij,j->i", X, w)', "X*w"),
    ("ones(n)'*w", "sum(w)"),
    ("eye(n)*w", "w"),
    ("max(w, v)", "max(w, v)"),
    ("2^3^2", "512"),
    ("-2^2", "-4"),
]

WRONG = {
    "X*y": ("(m, n) meets (m, 1)", 1),
    "w*v": ("(n, 1) meets (n, 1)", 1),
    "w .* y": ("the left side is (n, 1) and the right (m, 1)", 2),
    "1 + w'*y": ("(1, n) meets (m, 1)", 6),
    "X^2": ("(m, n); write .^", 1),
    "w / v": ("write ./", 2),
    "norm2(X)": ("normF(A)", 0),
    "tr(X)": ("square", 0),
    "X + w": ("ones(m)*v' repeats a vector v of length n as rows", 2),
    "X + y": ("v*ones(n)' repeats a column v of length m", 2),
    "A + y": ("the left side is (n, n) and the right (m, 1)", 2),
    "min(w, y)": ("min needs two equal shapes", 0),
    "sum(A, 1)": ("A*ones(n) are the sums of the rows", 0),
    "ones(3)": ("takes a dimension by its letter", 0),
    "norm(A)": ("write normF(A)", 0),
    "inv(A)*w": ("there is no inv here", 0),
    "log(det(A))": ("d ln det A / dA = inv(A)'", 4),
    "1 + logdet(A)": ("there is no logdet here", 4),
    "A^-1": ("an inverse has no entries of its own here", 1),
    "x'*A^T*x": ("A' for the transpose", 4),
    "A.T*w": ("a transpose is written x'", 1),
    "A@w": ("write * for the matrix product", 1),
    "||w||": ("norm2(x)", 0),
    "kron(A, A)": ("Kronecker", 0),
    "vec(A)": ("sizes stay letters", 0),
    "prod(w)": ("exp(sum(log(x)))", 0),
    "einsum(w, v)": ("begins with its subscripts", 7),
    'einsum("ij,j->i", X, y)': ("the subscript j runs over n and over m", 0),
    'einsum("ij,j->i", X)': ("are for 2 arguments, but there are 1", 0),
    'einsum("ij,j->k", X, w)': ("the subscript k on the right", 0),
    'einsum("ij,jk->ijk", X, A)': ("each letter once", 0),
    'einsum("ij->i", w)': ("name 2 axes, but the shape is (n, 1)", 0),
    'einsum("' + "i," * 3000 + '->", w)': ("characters", 0),
    "w/sqrt(eps)": ("--shape eps:", 7),
    "w.^v": ("an exponent must be a number", 1),
    "w.^65": ("at most 64", 1),
    "1/0": ("divides by zero", 1),
    "(-1)^(1/2)": ("no real value", 4),
    "w./w": ("cancels here", 1),
    "sqrt(w).^2": ("cancels here", 7),
    "log(w)-log(w)": ("cancels here", 6),
    "leaky_relu(w, 2)": ("alpha in (0, 1), not 2", 0),
    "sigmoid(w, v)": ("takes 1 argument, not 2", 0),
    "sum(": ("found the end", 4),
    "(w": ("expected ')'", 2),
    "w v": ("an operator is expected", 2),
    "sigmod(w)": ("did you mean sigmoid", 0),
    "softmax": ("is a function", 0),
    "spam_and_eggs": ("is no variable", 0),
    "__import__('os')": ("no function is called '__import__'", 0),
    "__import__('os').system('x')": ("a point stands inside a number only", 16),
    "().__class__": ("a point stands inside a number only", 2),
    "9**9**9**9": ("at most 64", 4),
    "(" * 10_000: ("characters", 0),
    "w" * 1_000_000: ("characters", 0),
    "w+" * 1_900 + "w": ("more than 400 parts", None),
    "".join(f"exp(sum({'w .* ' * 3}w)) + " for _ in range(30)) + "1": ("more than 400 parts", None),
    "(" * 300: ("nested more than", 60),
    "-" * 390 + "w" + "'" * 100: ("more than 400 parts", 400),
    "w\0": ("U+0000", 1),
    "": ("the text is empty", 0),
}


def entry(text: str) -> Shaped:
    return parse_tensor(text, SHAPES)


def value_of(found: Shaped, arrays: dict[str, Any]) -> list[Any]:
    """The entries of what was read, at given arrays, by the checker's plain loops."""
    sizes = {d: n for t in SHAPES.tensors for d, n in zip(t.dims, arrays[t.name].shape, strict=True)}
    entries = {t: dict(np.ndenumerate(arrays[t.name])) for t in SHAPES.tensors}
    at = Evaluation(Floats(), sizes, entries, {})
    places = product(*(range(sizes[i.dim]) for i in found.indices))
    return [at.value(found.entry, dict(zip(found.indices, place, strict=True))) for place in places]


@pytest.mark.parametrize("sizes", [(3, 2), (1, 1)])
@pytest.mark.parametrize("text", MEANS)
def test_means(text: str, sizes: tuple[int, int]) -> None:
    rng, (m, n) = np.random.default_rng(5), sizes
    arrays = {"X": rng.normal(size=(m, n)), "A": rng.normal(size=(n, n)), "y": rng.normal(size=m)}
    arrays |= {"w": rng.normal(size=n), "v": rng.normal(size=n)}
    assert np.allclose(value_of(entry(text), arrays), np.ravel(MEANS[text](SimpleNamespace(**arrays))), rtol=1e-12)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_equal_texts_are_equal_values(one: str, other: str) -> None:
    left, right = entry(one), entry(other)
    assert left.shape == right.shape
    same = right.entry.rename(dict(zip(right.indices, left.indices, strict=True)))
    names = [t for t in SHAPES.named.values() if t in left.entry.reach | same.reach]
    assert normal(unfold(left.entry, names)) == normal(unfold(same, names))


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_shown_with_its_place(text: str) -> None:
    words, place = WRONG[text]
    with pytest.raises(ParseError) as caught:
        entry(text)
    assert words in str(caught.value)
    if place is not None:
        assert caught.value.position == place


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        (["X"], "no shape"),
        (["X:3"], "sizes stay letters"),
        (["X:m,n,k"], "3 dimensions"),
        (["X:m n"], "no shape"),
        (["X:m", "X:n"], "twice"),
        (["X:m", "m:n"], "rename one"),
        (["import os:m"], "no shape"),
        (["sum:m"], "sum is the name of a function"),
        (["softmax:m"], "softmax is the name of a function"),
        (["__class__:m"], "no shape"),
        (["X:m,n\0"], "no shape"),
        (["X:" + "m," * 100_000], "dimensions"),
        (["X" * 1_000_000], "no shape"),
    ],
)
def test_declarations_that_say_nothing(declared: list[str], words: str) -> None:
    with pytest.raises(SymgradError, match=words):
        Shapes.of(declared)


def test_names_of_ones_own() -> None:
    shapes = Shapes.of(["Xtrain:m,n", "eps:", "W_out:n,n", "w:n"])
    assert parse_tensor("sqrt(sum((Xtrain*(W_out*w)).^2) + eps)", shapes).is_scalar


HEAVY = [
    "(w'*v + w'*w + v'*v + w'*A*w)^64",
    "sum((w + v + w.*v + 1).^64)",
    "((((w'*v + 1)^64)^64)^64)^64",
    "tr(" + "*".join(["(A + A')"] * 14) + ")",
    "exp(exp(exp(exp(exp(exp(exp(sum(exp(exp(w))))))))))",
    "softmax(softmax(softmax(softmax(softmax(w)))))",
    "sum(" + " .* ".join(["(w + v)"] * 16) + ")",
]


@pytest.mark.parametrize("text", HEAVY)
def test_a_formula_that_grows_is_read_or_refused_in_time(text: str) -> None:
    start = perf_counter()
    with suppress(SymgradError):
        entry(text)
    assert perf_counter() - start < HANGING
