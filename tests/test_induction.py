"""Induction over depth: settled with its page, counted, shown, and refused where the step or the beginning is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sympy import Abs

from symgrad.core import Document, LayerInduction, Page, Status, tally
from symgrad.deriver.indexed import worked_indexed
from symgrad.document import render_entry, render_page
from symgrad.indexed import Dim, Index, Tensor, apply, partial, total
from symgrad.pipeline.discover import sources
from symgrad.pipeline.load import load
from symgrad.pipeline.stages import settle_document
from symgrad.prover.indexed import prove_by_induction

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
