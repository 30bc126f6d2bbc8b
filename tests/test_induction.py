"""Induction over depth: settled with its page, counted, shown, and refused where the step or the beginning is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sympy import Abs, tanh

from symgrad.core import Document, LayerInduction, Page, Shared, Status, TimeInduction, tally
from symgrad.deriver.indexed import worked_indexed
from symgrad.document import render_entry, render_page
from symgrad.indexed import Dim, Expr, Index, Tensor, apply, length, mean, partial, total, where
from symgrad.pipeline.discover import sources
from symgrad.pipeline.load import load
from symgrad.pipeline.stages import settle_document
from symgrad.prover.indexed import prove_by_induction, prove_through_time

FILE = Path(__file__).parent.parent / "derivations" / "backpropagation.py"
CONCLUSION = "So the two give"


@pytest.fixture(scope="module")
def shown() -> Document:
    """The document with the induction, its derivations left out: they are settled elsewhere."""
    (source,) = sources([FILE])
    return replace(next(d for d in load(source) if d.inductions), derivations=())


@pytest.fixture(scope="module")
def induction(shown: Document) -> LayerInduction:
    return shown.inductions[0]


def flawed(induction: LayerInduction, *, part: str) -> LayerInduction:
    chain = getattr(induction, part)
    wrong = worked_indexed(chain.start, ("differentiate", 2 * chain.result), name="wrong", facts=chain.facts)
    return replace(induction, **{part: wrong})


def test_the_page_settles_counts_and_shows_it(shown: Document) -> None:
    page = settle_document(shown)
    (settled,) = page.inductions

    assert settled.verdict is not None
    assert settled.verdict.proved
    assert [f.name for f in settled.verdict.conditions] == ["the labels sum to 1"]
    assert (tally(page).steps, tally(page).proved) == (1, 1)
    html = render_page(page)
    assert 'id="induction"' in html
    assert CONCLUSION in html
    assert all(CONCLUSION in render_entry(page, form) for form in ("text", "latex", "markdown"))


@pytest.mark.parametrize("part", ["last", "step"])
def test_a_wrong_part_is_refuted_and_nothing_is_concluded(
    shown: Document, induction: LayerInduction, part: str
) -> None:
    page = settle_document(replace(shown, inductions=(flawed(induction, part=part),)))

    assert tally(page).refuted == 1
    assert page.inductions[0].verdict is not None
    assert page.inductions[0].verdict.witness is not None
    for text in (render_page(page), *(render_entry(page, form) for form in ("text", "latex", "markdown"))):
        assert CONCLUSION not in text
        assert "refuted" in text


def test_an_induction_that_nobody_settled_concludes_nothing(shown: Document, induction: LayerInduction) -> None:
    page = Page(shown, (), inductions=(induction,))

    assert tally(page).steps == 0
    assert CONCLUSION not in render_entry(page, "text")


def test_a_beginning_that_is_no_delta_or_of_another_shape_is_no_beginning(induction: LayerInduction) -> None:
    n, m = Dim("n"), Dim("m")
    i, j = Index("i", n), Index("j", m)
    Z = Tensor("Z", (n, m))
    whole = Tensor("J", body=((), total((i, j), Z[i, j] ** 2)))
    table = worked_indexed(partial(whole(), Z[i, j]), ("differentiate", 2 * Z[i, j]), name="table")
    z = Tensor("z", n)
    a = Tensor("a", n, body=((i,), z[i] ** 2))
    entry = worked_indexed(partial(a[i], z[i]), ("differentiate", 2 * z[i]), name="entry")
    identity = worked_indexed(apply(Abs, z[i]) ** 2, ("simplify", z[i] ** 2), name="identity")

    for last in (table, entry, identity):
        verdict = prove_by_induction(last, induction.step)
        assert verdict.status is Status.UNKNOWN
        assert verdict.reason


n, m, T = Dim("n"), Dim("m"), Dim("T")
i, j, k, c, t, s = (Index(a, d) for a, d in zip("ijkcts", (n, n, m, n, T, T), strict=True))
W, U, h0, x, x1 = Tensor("W", (n, n)), Tensor("U", (n, m)), Tensor("h", n), Tensor("x", m), Tensor("x", m, tex="x'")
z = Tensor("z", n, body=((i,), total(j, W[i, j] * h0[j]) + total(k, U[i, k] * x[k])), tex="z^t")
h = Tensor("h", n, body=((i,), apply(tanh, z[i])), tex="h^t")
z1 = Tensor("z", n, body=((i,), total(j, W[i, j] * h[j]) + total(k, U[i, k] * x1[k])), tex="z'")
L, M, later = Tensor("L", depends=(h,)), Tensor("M", depends=(z1,)), Tensor("M", depends=(h, W, U))
J, J_last = Tensor("J", body=((), L() + M())), Tensor("J", body=((), L()))
onward = Tensor("J", body=((), L() + later()))
Δ, H, X = Tensor("d", (T, n)), Tensor("H", (T, n)), Tensor("X", (T, m))
d1, d = (Tensor(f"d{a}", n, body=((i,), partial(of(), by[i]))) for a, of, by in ((1, J, z1), ("", onward, z)))
LOCAL, BACK, SLOPE = partial(L(), h[i]), total(j, W[j, i] * d1[j]), 1 - h[i] ** 2
SUM = total(t, Δ[t, i] * H[t - 1, j])


def over_time(
    last: Expr = SLOPE * LOCAL,
    back: Expr = SLOPE * (LOCAL + BACK),
    adds: Expr = d[i] * h0[j],
    whole: Expr = SUM,
    *,
    of: Tensor = J,
) -> TimeInduction:
    """Backpropagation through time of a tanh cell, or something that is none."""
    step = worked_indexed(partial(of(), z[i]), ("differentiate", back), name="step")
    part = adds + partial(later(), W[i, j], fixed=(h,))
    weights = worked_indexed(partial(onward(), W[i, j]), ("differentiate", part), name="weights")
    first = worked_indexed(partial(J_last(), z[i]), ("differentiate", last), name="last")
    shared = (Shared(weights, W[i, j], whole),)
    return TimeInduction("Time", first, (step,), shared, (h0, h), ((Δ, z), (H, h), (X, x)))


FLAWS = {
    "the last step without its slope": over_time(last=LOCAL),
    "the last step with a recurrent term": over_time(last=SLOPE * (LOCAL + total(j, W[j, i] * z[j]))),
    "the recurrent term is missing": over_time(back=SLOPE * LOCAL),
    "W is not transposed": over_time(back=SLOPE * (LOCAL + total(j, W[i, j] * d1[j]))),
    "the slope of the recurrent term is missing": over_time(back=SLOPE * LOCAL + BACK),
    "the loss of the step is missing": over_time(back=SLOPE * BACK),
    "a step adds twice what it should": over_time(adds=2 * d[i] * h0[j]),
    "a step adds by the state that it leaves": over_time(adds=d[i] * h[j]),
    "the sum takes the state of the same step": over_time(whole=total(t, Δ[t, i] * H[t, j])),
    "the sum takes the state two steps before": over_time(whole=total(t, Δ[t, i] * H[t - 2, j])),
    "the sum takes the delta of the step before": over_time(whole=total(t, Δ[t - 1, i] * H[t - 1, j])),
    "the last step alone": over_time(whole=Δ[length(T) - 1, i] * H[length(T) - 2, j]),
    "a step is left out": over_time(whole=total(t, where(t, ">", 1) * Δ[t, i] * H[t - 1, j])),
    "a mean instead of a sum": over_time(whole=mean(t, Δ[t, i] * H[t - 1, j])),
    "all pairs of steps": over_time(whole=total((s, t), Δ[t, i] * H[s, j])),
    "transposed": over_time(whole=total(t, Δ[t, j] * H[t - 1, i])),
}


def test_the_steps_of_a_recurrent_network_are_joined() -> None:
    assert prove_through_time(over_time()).proved

    divided = prove_through_time(over_time(whole=total(t, Δ[t, i] ** 2 / Δ[t, i] * H[t - 1, j])))
    assert divided.proved
    assert divided.conditions


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_in_the_joining_of_steps_is_refuted(flaw: str) -> None:
    verdict = prove_through_time(FLAWS[flaw])
    assert verdict.status is Status.REFUTED
    assert verdict.witness is not None


def test_steps_that_are_not_alike_are_not_joined() -> None:
    V = Tensor("V", (n, n))
    other = Tensor("z", n, body=((i,), total(j, V[i, j] * h[j]) + total(k, U[i, k] * x1[k])), tex="z'")
    twice = Tensor("M", depends=(z1, h))  # what is later sees the state by another way, too
    for behind in (Tensor("M", depends=(other,)), twice):
        of = Tensor("J", body=((), L() + behind()))
        verdict = prove_through_time(over_time(SLOPE * LOCAL, SLOPE * partial(of(), h[i]), of=of))
        assert verdict.status is Status.UNKNOWN
        assert verdict.reason


@pytest.mark.parametrize("more", [((H, h0),), ((Δ, x),), ((Tensor("G", (T, n)), h),)])
def test_a_letter_with_a_time_axis_stands_for_one_quantity_of_a_step(more: tuple[tuple[Tensor, Tensor], ...]) -> None:
    whole = over_time()
    verdict = prove_through_time(replace(whole, sequences=(*whole.sequences, *more)))
    assert verdict.status is Status.UNKNOWN
    assert "one quantity" in str(verdict.reason)
