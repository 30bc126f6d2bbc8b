"""Facts as users state them: used in the result, said on it, and never inside a derivative."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from symgrad import derivative
from symgrad.cli.main import app
from symgrad.core import Outcome, ParseError, Status
from symgrad.definitions.assumptions import assumption
from symgrad.definitions.shapes import Shapes
from symgrad.indexed import Dim, Expr, Fact, Index, Tensor, expr, partial, sums_to, total
from symgrad.pipeline.tensors import of_text
from symgrad.prover.indexed import prove_indexed

n = Dim("n")
i, j, k = Index("i", n), Index("j", n), Index("k", n)
x, y, A, t = Tensor("x", n), Tensor("y", n), Tensor("A", (n, n)), Tensor("t")
z = Tensor("z", n, body=((i,), x[i] * y[i]))
same = Fact("x = y", x[i], y[i], assumed=True)
symmetric = Fact("A is symmetric", A[i, j], A[j, i], assumed=True)
antisymmetric = Fact("A is antisymmetric", A[i, j], -A[j, i], assumed=True)

USED = [  # formula, by, shapes, facts, the matrix form's right side
    ("-y'*log(softmax(w))", "w", ["w:n", "y:n"], ["sum(y) = 1"], "p − y"),
    ("-y'*log(softmax(w))", "w", ["w:n", "y:n"], ["ones(n)'*y = 1"], "p − y"),
    ("-sum(Y .* log(softmax(Z)))/m", "Z", ["Y:m,n", "Z:m,n"], ["Y*ones(n) = ones(m)"], "1/m · (p − Y)"),
    ("w'*A*w", "w", ["w:n", "A:n,n"], ["A = A'"], "2 Aᵀ w"),
    ("w'*A*w", "w", ["w:n", "A:n,n"], ["A = -A'"], "0"),
    ("sum(w.^2 .* v)", "w", ["w:n", "v:n"], ["v = 2"], "4w"),
    ("sum(w.^2 .* v)", "w", ["w:n", "v:n"], ["v = w"], "2(w ⊙ w)"),
    ("sum(y.^2 .* w)", "w", ["w:n", "y:n"], ["one_hot(y)"], "y"),
    ("-y'*log(softmax(w))", "w", ["w:n", "y:n"], ["one_hot(y)"], "p − y"),
    ("-sum(Y .* log(softmax(Z)))", "Z", ["Y:m,n", "Z:m,n"], ["one_hot(Y)"], "p − Y"),
]
WRONG = [
    ("sum(y)", "a fact is an equation"),
    ("sum(y) == 1", "a fact is an equation"),
    ("y = A", "needs two equal shapes"),
    ("sum(y) + sum(w) = 1", "a single product or sum"),
    ("1 = sum(y)", "says nothing of any tensor"),
    ("one_hot(q)", "one_hot takes a vector"),
    ("sum(q = 1", "expected ')'"),
    ("0 = 0", ""),
]


@pytest.mark.parametrize(("text", "wrt", "shapes", "facts", "form"), USED)
def test_a_fact_is_used_and_said(text: str, wrt: str, shapes: list[str], facts: list[str], form: str) -> None:
    found = of_text(text, wrt, shapes, assumed=facts)
    told = found.to("text")
    assert found.verdict.proved
    assert found.check is not None
    assert found.check.outcome is Outcome.OK
    assert "(assumed)" in told
    assert any(line.endswith(f"= {form}") for line in told.splitlines() if line.startswith(("form", "result")))


def test_one_hot_is_two_facts_and_only_those_used_are_listed() -> None:
    once = of_text("-y'*log(softmax(w))", "w", ["w:n", "y:n"], assumed=["one_hot(y)"]).to("text")
    both = of_text("sum(y.^2)*sum(w)", "w", ["w:n", "y:n"], assumed=["one_hot(y)", "sum(y) = 1"]).to("text")

    assert once.count("(assumed)") == 1
    assert both.count("(assumed)") == 2


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_a_fact_that_says_nothing(text: str, words: str) -> None:
    with pytest.raises(ParseError) as caught:
        assumption(text, Shapes.of(["y:n", "w:n", "A:n,n"]))
    assert words in str(caught.value)


PROVABLE: list[tuple[Expr, Expr, Fact, Status]] = [  # facts hold at the point; what moves does not keep to them
    (partial(t() * total(k, y[k]), y[j]), t(), sums_to(y), Status.PROVED),
    (partial(t() * total(k, y[k]), y[j]), expr(0), sums_to(y), Status.REFUTED),
    (partial(total(k, x[k] ** 2), x[j]), 2 * y[j], same, Status.PROVED),
    (partial(total(k, x[k] ** 2), x[j]), y[j], same, Status.REFUTED),
    (partial(total(k, x[k] ** 2), x[j]), expr(0), same, Status.REFUTED),
    (partial(total(k, z[k]), x[j]), y[j], same, Status.PROVED),
    (partial(total(k, z[k]), x[j]), 2 * x[j], same, Status.REFUTED),
    (partial(total((i, k), x[i] * A[i, k] * y[k]), A[i, j]), x[i] * y[j], symmetric, Status.PROVED),
    (partial(total((i, k), x[i] * A[i, k] * y[k]), A[i, j]), y[i] * x[j], symmetric, Status.REFUTED),
    (total((i, j), x[i] * A[i, j] * y[j]), total((i, j), y[i] * A[i, j] * x[j]), symmetric, Status.PROVED),
    (total((i, j), x[i] * A[i, j] * y[j]), total((i, j), y[i] * A[i, j] * x[j]), antisymmetric, Status.REFUTED),
    (total((i, j), x[i] * A[i, j] * y[j]), -total((i, j), y[i] * A[i, j] * x[j]), antisymmetric, Status.PROVED),
    (A[i, i], expr(0), symmetric, Status.REFUTED),
]


@pytest.mark.parametrize(("left", "right", "fact", "status"), PROVABLE)
def test_facts_hold_at_the_point_only(left: Expr, right: Expr, fact: Fact, status: Status) -> None:
    assert prove_indexed(left, right, facts=(fact,)).status is status


def test_a_quadratic_form_of_a_symmetric_matrix() -> None:
    J = Tensor("J", body=((), total((i, j), x[i] * A[i, j] * x[j])))
    for fact in (symmetric, antisymmetric):
        found = derivative(J, x, facts=(fact,))
        assert found.verdict.proved
        assert len(found.result.terms) == (fact is symmetric)


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (["w'*A*w", "--wrt", "w", "--shape", "w:n", "--shape", "A:n,n", "--fact", "A = A'"], 0, "= 2 Aᵀ w"),
        (["--network", "linear", "--loss", "cosine", "--fact", "sum(y) = 0", "--wrt", "b1"], 0, "∂J/∂b₁"),
        (["sigmoid", "--fact", "z = 1"], 2, "--fact belongs to"),
        (["sum(w)", "--shape", "w:n", "--fact", "sum(w = 1"], 2, "expected ')'"),
    ],
)
def test_the_command_line(options: list[str], status: int, words: str) -> None:
    result = CliRunner().invoke(app, ["derive", *options])
    assert result.exit_code == status, result.output
    assert words in result.output
