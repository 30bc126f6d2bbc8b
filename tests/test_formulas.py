"""Formulas as people type them: the generated gradient against finite differences of a function written with NumPy."""

from __future__ import annotations

import itertools
import re
import shlex
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sympy import acosh, asinh, atanh, cos, tan

from symgrad.core import Outcome, Status
from symgrad.document.telling_indexed import sought
from symgrad.indexed import Dim, Index, Power, Tensor, apply, delta, expr, partial
from symgrad.indexed.numpy_code import numpy_source
from symgrad.indexed.numpy_code.source import identifier
from symgrad.pipeline.tensors import of_text
from symgrad.prover.indexed import prove_indexed

if TYPE_CHECKING:
    from collections.abc import Callable

SHAPES = {
    "X": "m,n", "Y": "m,n", "A": "n,n", "B": "n,n", "C": "n,m", "U": "m,k", "V": "n,k", "Q": "m,k", "K": "m,k",
    "w": "n", "v": "n", "x": "n", "y": "m", "b": "m", "p": "n", "q": "n", "eps": "",
}  # fmt: skip
POSITIVE = {"p", "q", "eps", "T"}


def sg(u: Any) -> Any:
    return 1 / (1 + np.exp(-u))


def sm(u: Any) -> Any:
    e = np.exp(u - u.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def norm(u: Any) -> Any:
    return np.sqrt(np.sum(u**2))


def lin(s: Any) -> Any:
    return s.X @ s.w


def res(s: Any) -> Any:
    return s.X @ s.w - s.y


# fmt: off
FORMULAS: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("w'*v", "w", lambda s: s.w @ s.v),
    ("dot(w, v)", "v", lambda s: s.w @ s.v),
    ("w'*A*w", "w", lambda s: s.w @ s.A @ s.w),
    ("w'*A*v", "A", lambda s: s.w @ s.A @ s.v),
    ("w'*(A + A')*w/2 - v'*w", "w", lambda s: s.w @ (s.A + s.A.T) @ s.w / 2 - s.v @ s.w),
    ("(w - v)'*A*(w - v)", "w", lambda s: (s.w - s.v) @ s.A @ (s.w - s.v)),
    ("norm2(X*w - y)^2", "w", lambda s: np.sum(res(s) ** 2)),
    ("norm2(X*w - y)^2", "X", lambda s: np.sum(res(s) ** 2)),
    ("norm2(X*w - y)^2", "y", lambda s: np.sum(res(s) ** 2)),
    ("norm2(X*w - y)", "w", lambda s: norm(res(s))),
    ("norm2(X*w - y)^2/2 + lambda/2*norm2(w)^2", "w", lambda s: np.sum(res(s) ** 2) / 2 + s.lam / 2 * s.w @ s.w),
    ("norm2(X*w - y)^2/2 + lambda/2*norm2(w)^2", "lambda", lambda s: np.sum(res(s) ** 2) / 2 + s.lam / 2 * s.w @ s.w),
    ("norm2(X*w - y)^2/(2*m) + lambda*norm1(w)", "w", lambda s: np.mean(res(s) ** 2) / 2 + s.lam * np.abs(s.w).sum()),
    ("norm2(X*w - y)^2 + alpha*norm1(w) + beta*w'*w", "w",
     lambda s: np.sum(res(s) ** 2) + s.alpha * np.abs(s.w).sum() + s.beta * s.w @ s.w),
    ("mean((X*w - y).^2)", "w", lambda s: np.mean(res(s) ** 2)),
    ("mean(abs(X*w - y))", "w", lambda s: np.mean(np.abs(res(s)))),
    ("sum(huber(X*w, y))", "w", lambda s: np.sum(np.where(np.abs(res(s)) <= 1, res(s) ** 2 / 2, np.abs(res(s)) - 0.5))),
    ("sum(log(cosh(X*w - y)))", "w", lambda s: np.sum(np.log(np.cosh(res(s))))),
    ("sum(log(1 + exp(-y .* (X*w))))", "w", lambda s: np.sum(np.log1p(np.exp(-s.y * lin(s))))),
    ("mean(softplus(-y .* (X*w))) + lambda*w'*w", "w",
     lambda s: np.mean(np.log1p(np.exp(-s.y * lin(s)))) + s.lam * s.w @ s.w),
    ("-y'*log(sigmoid(X*w)) - (1 - y)'*log(1 - sigmoid(X*w))", "w",
     lambda s: -s.y @ np.log(sg(lin(s))) - (1 - s.y) @ np.log(1 - sg(lin(s)))),
    ("sum(binary_cross_entropy_with_logits(X*w, y))", "w", lambda s: np.sum(np.log1p(np.exp(lin(s))) - s.y * lin(s))),
    ("sum(max(0, 1 - y .* (X*w)))", "w", lambda s: np.sum(np.maximum(0, 1 - s.y * lin(s)))),
    ("sum(relu(1 - y .* (X*w)))/m + lambda*norm2(w)^2", "w",
     lambda s: np.mean(np.maximum(0, 1 - s.y * lin(s))) + s.lam * s.w @ s.w),
    ("sum(max(0, 1 - y .* (X*w)).^2)", "w", lambda s: np.sum(np.maximum(0, 1 - s.y * lin(s)) ** 2)),
    ("sum(min(w, v))", "w", lambda s: np.sum(np.minimum(s.w, s.v))),
    ("sum(max(w, 2*v, x))", "v", lambda s: np.sum(np.maximum(np.maximum(s.w, 2 * s.v), s.x))),
    ("sum(exp(X*w) - y .* (X*w))", "w", lambda s: np.sum(np.exp(lin(s)) - s.y * lin(s))),
    ("exp(-norm2(w - v)^2/(2*sigma^2))", "w", lambda s: np.exp(-np.sum((s.w - s.v) ** 2) / (2 * s.sigma**2))),
    ("exp(-norm2(w - v)^2/(2*sigma^2))", "sigma", lambda s: np.exp(-np.sum((s.w - s.v) ** 2) / (2 * s.sigma**2))),
    ("w'*v/(norm2(w)*norm2(v))", "w", lambda s: s.w @ s.v / norm(s.w) / norm(s.v)),
    ("w'*A*w/(w'*w)", "w", lambda s: s.w @ s.A @ s.w / (s.w @ s.w)),
    ("norm2(w)", "w", lambda s: norm(s.w)),
    ("norm2(w)^3", "w", lambda s: norm(s.w) ** 3),
    ("norm1(A*w)", "w", lambda s: np.abs(s.A @ s.w).sum()),
    ("w/norm2(w)", "w", lambda s: s.w / norm(s.w)),
    ("w/sqrt(sum(w.^2) + eps)", "w", lambda s: s.w / np.sqrt(np.sum(s.w**2) + s.eps)),
    ("(w - mean(w))/sqrt(mean((w - mean(w)).^2) + eps)", "w",
     lambda s: (s.w - s.w.mean()) / np.sqrt(s.w.var() + s.eps)),
    ("sum((w - mean(w)).^2)/n", "w", lambda s: s.w.var()),
    ("p/sum(p)", "p", lambda s: s.p / s.p.sum()),
    ("softmax(w)", "w", lambda s: sm(s.w)),
    ("softmax(w/T)", "w", lambda s: sm(s.w / s.T)),
    ("softmax(w/T)", "T", lambda s: sm(s.w / s.T)),
    ("softmax(X*w + b)", "w", lambda s: sm(lin(s) + s.b)),
    ("log_softmax(w)", "w", lambda s: np.log(sm(s.w))),
    ("-y'*log(softmax(X*w + b))", "w", lambda s: -s.y @ np.log(sm(lin(s) + s.b))),
    ("-sum(Y .* log(softmax(X)))/m", "X", lambda s: -np.sum(s.Y * np.log(sm(s.X))) / len(s.X)),
    ("sum(logsumexp(X) - sum(X)/m)", "X", lambda s: np.sum(np.log(np.exp(s.X).sum(axis=1)) - s.X.sum() / len(s.X))),
    ("logsumexp(A*w)", "w", lambda s: np.log(np.exp(s.A @ s.w).sum())),
    ("log(sum(exp(w)))", "w", lambda s: np.log(np.exp(s.w).sum())),
    ("T*log(sum(exp(w/T)))", "T", lambda s: s.T * np.log(np.exp(s.w / s.T).sum())),
    ("log(mean(exp(w)))", "w", lambda s: np.log(np.exp(s.w).mean())),
    ("exp(w'*v)/sum(exp(w))", "w", lambda s: np.exp(s.w @ s.v) / np.exp(s.w).sum()),
    ("sum(p .* log(p ./ q))", "p", lambda s: np.sum(s.p * np.log(s.p / s.q))),
    ("sum(p .* log(p ./ q))", "q", lambda s: np.sum(s.p * np.log(s.p / s.q))),
    ("sum(p .* (log(p) - log(q)) - p + q)", "q", lambda s: np.sum(s.p * np.log(s.p / s.q) - s.p + s.q)),
    ("-sum(p .* log(p))", "p", lambda s: -np.sum(s.p * np.log(s.p))),
    ("sum(sqrt(p .* q))", "p", lambda s: np.sum(np.sqrt(s.p * s.q))),
    ("sum(softmax(Q*K'/sqrt(k))*Y .* X)", "Q", lambda s: np.sum(sm(s.Q @ s.K.T / np.sqrt(s.Q.shape[1])) @ s.Y * s.X)),
    ("sum(softmax(Q*K'/sqrt(k))*Y .* X)", "K", lambda s: np.sum(sm(s.Q @ s.K.T / np.sqrt(s.Q.shape[1])) @ s.Y * s.X)),
    ("softmax(Q*K'/sqrt(k))*Y", "Y", lambda s: sm(s.Q @ s.K.T / np.sqrt(s.Q.shape[1])) @ s.Y),
    ("tr(A)", "A", lambda s: np.trace(s.A)),
    ("tr(A*B)", "A", lambda s: np.trace(s.A @ s.B)),
    ("tr(A'*A)", "A", lambda s: np.trace(s.A.T @ s.A)),
    ("tr(X'*X*A)", "X", lambda s: np.trace(s.X.T @ s.X @ s.A)),
    ("tr(X*A*X'*X*B*X')", "X", lambda s: np.trace(s.X @ s.A @ s.X.T @ s.X @ s.B @ s.X.T)),
    ("tr(A*A*A)", "A", lambda s: np.trace(s.A @ s.A @ s.A)),
    ("normF(X - U*V')^2/2", "U", lambda s: np.sum((s.X - s.U @ s.V.T) ** 2) / 2),
    ("normF(X - U*V')^2/2 + lambda*(normF(U)^2 + normF(V)^2)", "V",
     lambda s: np.sum((s.X - s.U @ s.V.T) ** 2) / 2 + s.lam * (np.sum(s.U**2) + np.sum(s.V**2))),
    ("normF(A*A' - B)", "A", lambda s: norm(s.A @ s.A.T - s.B)),
    ("sum((A'*A - eye(n)).^2)", "A", lambda s: np.sum((s.A.T @ s.A - np.eye(len(s.A))) ** 2)),
    ("tr(diag(w)*A*diag(v)*B)", "w", lambda s: np.trace(np.diag(s.w) @ s.A @ np.diag(s.v) @ s.B)),
    ("v'*diag(w)*v", "w", lambda s: s.v @ np.diag(s.w) @ s.v),
    ("sum(diag(A).^2)", "A", lambda s: np.sum(np.diag(s.A) ** 2)),
    ("w*v'", "w", lambda s: np.outer(s.w, s.v)),
    ("outer(w, y)", "y", lambda s: np.outer(s.w, s.y)),
    ("A*w", "A", lambda s: s.A @ s.w),
    ("X*w + b", "w", lambda s: lin(s) + s.b),
    ("X + ones(m)*w'", "w", lambda s: s.X + s.w),
    ("ones(m)'*X*ones(n)/(m*n)", "X", lambda s: s.X.mean()),
    ("tanh(A*w)", "w", lambda s: np.tanh(s.A @ s.w)),
    ("v'*tanh(A*tanh(B*w))", "w", lambda s: s.v @ np.tanh(s.A @ np.tanh(s.B @ s.w))),
    ("v'*tanh(A*tanh(B*w))", "B", lambda s: s.v @ np.tanh(s.A @ np.tanh(s.B @ s.w))),
    ("v'*relu(A*w)", "A", lambda s: s.v @ np.maximum(0, s.A @ s.w)),
    ("sum(gelu(A*w))", "w",
     lambda s: sum(u * (1 + np.vectorize(__import__("math").erf)(u / 2**0.5)) / 2 for u in s.A @ s.w)),
    ("sum(silu(X*w) .* (Y*v))", "w", lambda s: np.sum(lin(s) * sg(lin(s)) * (s.Y @ s.v))),
    ("w .* v .* x", "v", lambda s: s.w * s.v * s.x),
    ("w.^3 - 2*w", "w", lambda s: s.w**3 - 2 * s.w),
    ("1 ./ p", "p", lambda s: 1 / s.p),
    ("sum(p.^0.5)", "p", lambda s: np.sum(np.sqrt(s.p))),
    ("sum(sin(w) .* cos(v))", "w", lambda s: np.sum(np.sin(s.w) * np.cos(s.v))),
    ("sum(atan(w) + asinh(w))", "w", lambda s: np.sum(np.arctan(s.w) + np.arcsinh(s.w))),
    ("sum(tan(w/4) + atanh(p/2) + acosh(1 + p))", "p",
     lambda s: np.sum(np.tan(s.w / 4) + np.arctanh(s.p / 2) + np.arccosh(1 + s.p))),
    ("sum(expm1(w) + log1p(p))", "p", lambda s: np.sum(np.expm1(s.w) + np.log1p(s.p))),
    ("max(X*w)", "w", lambda s: lin(s).max()),
    ("max(w)", "w", lambda s: s.w.max()),
    ("min(w) + max(w)", "w", lambda s: s.w.min() + s.w.max()),
    ('einsum("ij,j->i", X, w)', "w", lin),
    ('einsum("ij,ij->", X, Y)', "X", lambda s: np.sum(s.X * s.Y)),
    ('einsum("ij,jk,kl->il", X, A, B)', "A", lambda s: s.X @ s.A @ s.B),
    ('sum(einsum("ii->i", A).^2)', "A", lambda s: np.sum(np.diag(s.A) ** 2)),
    ('log(einsum("i,i->", p, q))', "p", lambda s: np.log(s.p @ s.q)),
]
# fmt: on
every_formula = pytest.mark.parametrize("row", FORMULAS, ids=[f"{text} by {wrt}" for text, wrt, _ in FORMULAS])


def used(text: str, wrt: str) -> list[str]:
    """The declarations that a formula needs, and those of the sizes that it names."""
    words = set("".join(c if c.isalnum() or c == "_" else " " for c in text).split()) | {wrt}
    return [f"{name}:{dims}" for name, dims in SHAPES.items() if name in words or name == "X"]


def arrays(rng: np.random.Generator, sizes: dict[str, int]) -> SimpleNamespace:
    """Entries for every name."""
    found = {}
    for name, dims in [*SHAPES.items(), *((c, "") for c in ("lam", "alpha", "beta", "sigma", "T"))]:
        shape = tuple(sizes[d] for d in dims.split(",") if d)
        found[name] = rng.uniform(0.3, 1.4, shape) if name in POSITIVE else rng.normal(size=shape)
    return SimpleNamespace(**found)


def difference(function: Callable[[Any], Any], at: SimpleNamespace, name: str) -> Any:
    """The derivative by five points, the axes of the value first."""
    x = np.asarray(getattr(at, name), dtype=float)
    columns = []
    for place in np.ndindex(*x.shape):
        slope: Any = 0.0
        for step, weight in ((1, 8), (-1, -8), (2, -1), (-2, 1)):
            moved = np.array(x)
            moved[place] += step * 2e-4
            slope += weight * np.asarray(function(SimpleNamespace(**{**vars(at), name: moved})), dtype=float)
        columns.append(slope / (12 * 2e-4))
    value = np.stack(columns, axis=-1)
    return value.reshape(value.shape[:-1] + x.shape)


@every_formula
def test_the_code_agrees_with_finite_differences(row: tuple[str, str, Callable[[Any], Any]]) -> None:
    text, wrt, function = row
    worked = of_text(text, wrt, used(text, wrt))
    asked = sought(worked.derivation)
    assert asked is not None
    _, of, by = asked
    written = numpy_source(worked.derivation.result, (*of, *by), facts=worked.derivation.facts)
    names: dict[str, Any] = {}
    exec(written.source, names)  # noqa: S102 - our own text, which is what is tested
    for number, (n, m, k) in enumerate(((1, 1, 1), (3, 2, 1), (2, 1, 3), (4, 3, 2))):
        at = arrays(np.random.default_rng([number, len(text)]), {"n": n, "m": m, "k": k})
        given = [getattr(at, "lam" if t.name == "lambda" else t.name) for t in written.tensors]
        loose = {identifier(d.name): {"n": n, "m": m, "k": k}[d.name] for d in written.sizes}
        found = np.asarray(names[written.name](*given, **loose))
        expected = difference(function, at, "lam" if wrt == "lambda" else wrt)
        assert found.shape == expected.shape
        assert np.abs(found - expected).max() <= 1e-7 * (1 + np.abs(expected).max()), (n, m, k)


@pytest.mark.slow
@every_formula
def test_every_formula_is_proved_and_checked(row: tuple[str, str, Any]) -> None:
    text, wrt, _ = row
    found = of_text(text, wrt, used(text, wrt))
    assert found.verdict.proved
    assert found.check is not None
    assert found.check.outcome is Outcome.OK


@pytest.mark.parametrize(
    "text",
    [
        "-sum(y .* log(sigmoid(X*w)) + (1 - y) .* log(1 - sigmoid(X*w)))",
        "-sum(log(sigmoid(y .* (X*w))))",
        "sum(log(1 + exp(-y .* (X*w))))",
        "sum(y .* exp(X*w) ./ (1 + exp(X*w)).^2)",
        "sum(1 ./ (1 + exp(-2*w)))",
        "sum(binary_cross_entropy(sigmoid(X*w), y))",
        "sum(log_cosh(X*w, y))",
        "sum(squared_error(X*w, y))",
    ],
)
def test_a_slope_that_cancels_is_not_left_standing(text: str) -> None:
    terms = of_text(text, "w", used(text, "w")).derivation.result.terms
    atoms = [(a, e) for t in terms for a, e in t.atoms]

    assert all(e > 0 and not getattr(a, "order", 0) for a, e in atoms)


HESSIANS = {
    "sum(log(1 + exp(-y .* (X*w))))": "XᵀDX, D a product",
    "sum(log(1 + exp(X*w)) - y .* (X*w))": "the same, without y",
    "sum(binary_cross_entropy(sigmoid(X*w), y))": "by way of the output",
}


@pytest.mark.parametrize("text", HESSIANS)
def test_sums_over_one_range_become_one(text: str) -> None:
    """The Hessian of a logistic regression is sum_k x_ki x_kj s_k (1 - s_k), not a difference of two sums."""
    found = of_text(text, "w", used(text, "w"), 2)

    assert found.verdict.proved
    (term,) = found.derivation.result.terms
    assert len(term.bound) == 1
    assert [a for a, _ in term.atoms if isinstance(a, Power)]


def test_where_a_maximum_is_attained_does_not_move() -> None:
    found = of_text("max(X*w)", "w", ("X:m,n", "w:n"), 2)

    assert found.verdict.proved
    assert found.derivation.result == expr(0)


def test_there_are_many_and_no_two_alike() -> None:
    assert len({row[:2] for row in FORMULAS}) == len(FORMULAS) >= 80
    assert len(list(itertools.groupby(sorted(wrt for _, wrt, _ in FORMULAS)))) >= 10


n = Dim("n")
i, j, w = Index("i", n), Index("j", n), Tensor("w", n)
SLOPES = {
    asinh: (1 + w[i] ** 2) ** Fraction(-1, 2),
    acosh: (w[i] ** 2 - 1) ** Fraction(-1, 2),
    atanh: (1 - w[i] ** 2) ** -1,
    tan: apply(cos, w[i]) ** -2,
}


@pytest.mark.parametrize("head", SLOPES)
def test_the_slope_of_an_elementary_function_and_no_other(head: Any) -> None:
    sought_one, right = partial(apply(head, w[i]), w[j]), delta(i, j) * SLOPES[head]
    assert prove_indexed(sought_one, -right).status is Status.REFUTED
    assert prove_indexed(sought_one, right * 2).status is Status.REFUTED
    assert prove_indexed(sought_one, right).status is not Status.REFUTED


def test_the_guide_shows_commands_that_work() -> None:
    guide = Path(__file__).parent.parent / "docs" / "howto" / "differentiate-a-formula.md"
    commands = re.findall(r"^symgrad derive .*--shape.*$", guide.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(commands) >= 3
    for command in commands:
        _, _, text, *options = shlex.split(command)
        named = [(options[n].removeprefix("--"), options[n + 1]) for n in range(0, len(options), 2)]
        (by,) = [value for name, value in named if name == "wrt"]
        shapes, facts = ([value for name, value in named if name == kind] for kind in ("shape", "fact"))
        assert of_text(text, by, shapes, assumed=facts).derivation.steps, command
