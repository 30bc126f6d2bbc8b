"""Wrong indexed results: each must be refuted, with sizes and entries at which the two sides differ."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from indexed_samples import every_derivation
from sympy import Abs, Function, exp, log

from symgrad.core import Derivation, Status, Variable, interval
from symgrad.indexed import (
    Delta,
    Dim,
    Expr,
    Fact,
    Index,
    IndexedError,
    Power,
    Ref,
    Size,
    Tensor,
    Term,
    apply,
    delta,
    expr,
    mapped,
    mean,
    normal,
    one,
    one_hot,
    partial,
    size,
    sums_to,
    total,
)
from symgrad.prover.indexed import prove_indexed, replayed

if TYPE_CHECKING:
    from collections.abc import Iterator

φ = Function("phi")


def mistakes(value: Expr) -> Iterator[tuple[str, Expr]]:
    """Ways to get a result wrong that still fit the shapes."""
    terms = normal(value).terms
    for number, term in enumerate(terms):
        others = [t for t in terms if t is not term]
        yield f"sign {number}", Expr((*others, term.times(Fraction(-1))))
        yield f"twice {number}", Expr((*others, term.times(Fraction(2))))
        if others:
            yield f"dropped {number}", Expr(others)
        yield from wrong_sums(number, term, others)
        yield from wrong_factors(number, term, others)


def wrong_sums(number: int, term: Term, others: list[Term]) -> Iterator[tuple[str, Expr]]:
    """A sum that is missing, or taken as a mean."""
    for k in sorted(term.bound, key=lambda i: i.token):
        yield f"mean {number}", Expr(others) + Expr((term,)) / size(k.dim)
        alone = Term(term.coefficient, term.bound - {k}, term.atoms)
        yield f"missing sum over {k.dim} {number}", Expr(others) + Expr((alone,))
        same = [i for i in sorted(term.free, key=lambda i: i.token) if i.dim == k.dim]
        if same:
            yield f"captured index {number}", Expr(others) + Expr((alone,)).rename({k: same[0]})
            yield f"wrong index summed {number}", Expr(others) + exchanged(term, k, same[0])


def exchanged(term: Term, k: Index, i: Index) -> Expr:
    """The sum over i of what was to be summed over k, which stands free."""
    alone = Term(term.coefficient, term.bound - {k}, term.atoms)
    return total(k, Expr((alone,)).rename({k: i, i: k}))


def wrong_factors(number: int, term: Term, others: list[Term]) -> Iterator[tuple[str, Expr]]:
    """A size twice, a transpose, the wrong tensor, a delta forgotten, indices exchanged."""
    for atom, e in term.atoms:
        rest = {a: x for a, x in term.atoms if a != atom}

        def with_factor(new: Expr, rest: dict = rest, e: Fraction = e) -> Expr:  # type: ignore[type-arg]
            return Expr(others) + bound(term, Expr((Term(term.coefficient, (), rest.items()),)) * new**e)

        if isinstance(atom, Size):
            yield f"size twice {number}", with_factor(one(atom) ** 2)
            yield f"size forgotten {number}", with_factor(expr(1))
        if isinstance(atom, Delta):
            yield f"delta forgotten {number}", with_factor(expr(1))
        if isinstance(atom, Ref) and len(atom.indices) == 2 and len(set(atom.tensor.dims)) == 1:
            yield f"transposed {atom.tensor} {number}", with_factor(atom.tensor[atom.indices[::-1]])
        if isinstance(atom, Ref) and atom.tensor.dims:
            for u in sorted({r.tensor for r, _ in term.atoms if isinstance(r, Ref)}, key=lambda t: t.token):
                if u is not atom.tensor and u.dims == atom.tensor.dims:
                    yield f"{u} for {atom.tensor} {number}", with_factor(u[atom.indices])


def bound(term: Term, value: Expr) -> Expr:
    return Expr(Term(t.coefficient, t.bound | term.bound, t.atoms) for t in value.terms)


PLANTED: dict[str, tuple[Derivation, Expr]] = {}
for label, found in every_derivation().items():
    for kind, wrong in mistakes(found.result):  # type: ignore[arg-type]  # an indexed derivation's
        if wrong != normal(found.result):  # type: ignore[arg-type]  # as above
            PLANTED[f"{label}: {kind}"] = found, wrong


def test_there_are_many() -> None:
    assert len(PLANTED) >= 150


@pytest.mark.parametrize("name", PLANTED)
def test_a_wrong_result_is_refuted_with_a_witness(name: str) -> None:
    derivation, wrong = PLANTED[name]
    start: Expr = derivation.start  # type: ignore[assignment]  # an indexed derivation's
    verdict = prove_indexed(start, wrong, facts=derivation.facts, variables=derivation.domains)

    assert verdict.status is Status.REFUTED, verdict
    assert verdict.witness
    assert any(isinstance(what, Dim) for what, _ in verdict.witness.point)
    assert replayed(verdict.witness, start, wrong)
    assert not replayed(verdict.witness, start, start)


n, m = Dim("n"), Dim("m")
i, j, k = (Index(c, n) for c in "ijk")
r = Index("r", m)
x, y, z, W = Tensor("x", n), Tensor("y", n), Tensor("z", n), Tensor("W", (n, n))
S = Tensor("S", body=((), total(k, apply(exp, z[k]))))
p = Tensor("p", n, body=((i,), apply(exp, z[i]) / S()))
J = Tensor("J", body=((), -total(k, y[k] * apply(log, p[k]))))

BY_HAND = {
    "only the diagonal of softmax": (partial(p[i], z[j]), p[i] * (1 - p[i]) * delta(i, j), ()),
    "the sum of the exponentials by its entry": (partial(S(), z[j]), S(), ()),
    "only the true class learns": (partial(J(), z[j]), -y[j] / p[j], [one_hot(y), sums_to(y)]),
    "without the sum of the labels": (partial(J(), z[j]), p[j] - y[j], ()),
    "labels that sum to 2": (partial(J(), z[j]), p[j] - y[j], [sums_to(y, 2)]),
    "captured": (total(k, x[k]) * x[j], total(k, x[k] * x[k]), ()),
    "a square of a sum is no sum of squares": (total(k, x[k]) ** 2, total(k, x[k] ** 2), ()),
    "a sum of a constant": (total(k, x[i]), x[i], ()),
    "the mean's slope": (partial(mean(k, x[k]), x[j]), expr(1), ()),
    "a root of a square": ((x[i] ** 2 + 0 * y[i]) ** Fraction(1, 2), x[i], ()),
    "the logarithm of a sum": (apply(log, total(k, apply(exp, z[k]))), total(k, z[k]), ()),
    "the exponential of a product": (apply(exp, x[i] * y[i]), apply(exp, x[i]) * apply(exp, y[i]), ()),
    "W for W^T": (partial(total(i, total(j, y[i] * W[i, j] * x[j])), x[k]), total(i, W[k, i] * y[i]), ()),
    "a quadratic form of a matrix that is not symmetric": (
        partial(total([i, j], x[i] * W[i, j] * x[j]), x[k]),
        2 * total(j, W[k, j] * x[j]),
        (),
    ),
    "phi for its derivative": (partial(apply(φ, z[i]), z[j]), delta(i, j) * apply(φ, z[i]), ()),
    "seen only where i is not j, and j + 2 inside": (x[j + 2] * z[i], x[j + 2] * z[j], ()),
    "a delta of the wrong pair": (partial(z[i] * x[k], z[j]), delta(k, j) * x[k], ()),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_classic_mistake_is_refuted(name: str) -> None:
    left, right, facts = BY_HAND[name]
    verdict = prove_indexed(left, right, facts=tuple(facts))

    assert verdict.status is Status.REFUTED, verdict
    assert verdict.witness
    assert replayed(verdict.witness, left, right)


def test_a_false_fact_about_names_proves_nothing() -> None:
    false = Fact("p sums to 2", total(k, p[k]), expr(2))
    verdict = prove_indexed(total(k, p[k]) * x[i], 2 * x[i], facts=(false,))

    assert verdict.status is Status.REFUTED


def test_a_false_lemma_proves_nothing() -> None:
    false = Fact("softmax Jacobian", partial(p[i], z[j]), p[i] * delta(i, j))

    assert prove_indexed(partial(p[i], z[j]), p[i] * delta(i, j), facts=(false,)).status is Status.REFUTED


def test_a_fact_about_a_name_can_not_be_assumed() -> None:
    with pytest.raises(IndexedError, match=r"is about p.*assumed=False"):
        Fact("p sums to 1", total(k, p[k]), expr(1), assumed=True)


def test_facts_that_contradict_one_another_prove_nothing() -> None:
    verdict = prove_indexed(x[i], 2 * x[i], facts=(sums_to(y, 1), sums_to(y, 2, name="twice")))
    both = prove_indexed(total(k, y[k]) * x[i] - x[i], x[i], facts=(sums_to(y, 1), sums_to(y, 2, name="twice")))

    assert not verdict.proved
    assert not both.proved


P = Tensor("P", n, positive=True)
UNIT = (Variable(x, interval(0, 1)),)
IMPOSSIBLE = {
    "a positive entry of -1": (P[i] ** 2, expr(1), Fact("P is -1", P[i], expr(-1), assumed=True), ()),
    "positive entries that sum to 0": (apply(Abs, P[i]), P[i], sums_to(P, 0), ()),
    "an entry of 5 between 0 and 1": (x[i] ** 2, expr(25), Fact("x is 5", x[i], expr(5), assumed=True), UNIT),
    "a negative sum of entries between 0 and 1": (total(k, x[k]) ** 2, expr(9), sums_to(x, -3), UNIT),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_a_fact_that_a_domain_excludes_settles_nothing(name: str) -> None:
    left, right, fact, domains = IMPOSSIBLE[name]
    verdict = prove_indexed(left, right, facts=(fact,), variables=domains)

    assert verdict.status is Status.UNKNOWN, verdict
    assert "the assumed facts hold" in verdict.reason


def test_a_fact_that_a_domain_allows_may_be_used() -> None:
    whole = prove_indexed(total(k, x[k]) ** 2, expr(1), facts=(sums_to(x),), variables=UNIT)
    positive = prove_indexed(P[i] ** 2, x[i] ** 2, facts=(Fact("P is -x", P[i], -x[i], assumed=True),))

    assert whole.proved
    assert positive.proved


def test_what_was_assumed_is_said() -> None:
    verdict = prove_indexed(partial(J(), z[j]), p[j] - y[j], facts=(sums_to(y), one_hot(y)))

    assert verdict.proved
    assert [c.name for c in verdict.conditions if isinstance(c, Fact)] == ["sum y = 1"]
    assert "modulo two primes" in verdict.method


def test_a_wrong_line_in_the_middle_is_refuted_where_it_is_wrong() -> None:
    derivation = every_derivation()["soft labels"]
    step = derivation.steps[2]
    wrong = replace(step, after=-step.after)

    assert prove_indexed(step.before, wrong.after, facts=derivation.facts).status is Status.REFUTED


def test_brackets_and_functions_are_looked_into() -> None:
    inside = mapped(one(Power(x[i] + y[i]), 2), lambda _: None)

    assert prove_indexed(inside, x[i] ** 2 + 2 * x[i] * y[i] + y[i] ** 2).proved
    assert not prove_indexed(inside, x[i] ** 2 + y[i] ** 2).proved


def test_a_name_is_0_outside_its_shape_whatever_its_value_looks_like() -> None:
    u = Tensor("u", n, body=((i,), x[i] + 1))
    window = total(k, u[k - 1])

    assert prove_indexed(window, total(k, x[k - 1] + 1)).status is Status.REFUTED
    assert prove_indexed(window, total(k, u[k - 1])).proved
    assert prove_indexed(partial(u[i - 1], x[j]), partial(x[i - 1], x[j])).proved


def test_what_a_lemma_assumed_is_said_where_the_lemma_is_used() -> None:
    smooth = Tensor("q", n, body=((i,), y[i] / 2 + 1 / (2 * size(n))))
    lemma = Fact("q sums to 1", total(k, smooth[k]), expr(1))
    verdict = prove_indexed(total(k, smooth[k]) * x[i], x[i], facts=(sums_to(y), lemma))

    assert verdict.proved
    assert [c.name for c in verdict.conditions if isinstance(c, Fact)] == ["sum y = 1"]
    assert not prove_indexed(total(k, smooth[k]) * x[i], x[i], facts=(lemma,)).proved
