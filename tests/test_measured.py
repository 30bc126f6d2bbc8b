"""Experiments on pages: marked as measured, in every format, and told why where they were not run."""

from __future__ import annotations

import sys

import pytest

from symgrad import D, sigmoid, worked, z
from symgrad.core import Document, Experiment, Page, UnknownNameError
from symgrad.document import render_page
from symgrad.document.pages import PAGE_FORMATS, render_entry
from symgrad.pipeline.measured import measured
from symgrad.pipeline.stages import settle_document

SMALL = Experiment("slowdown", (("steps", 5),))
STEP = worked("one", "One", D(sigmoid(z), z), ("named", sigmoid(z) * (1 - sigmoid(z))))


def page(*experiments: Experiment) -> Page:
    return settle_document(Document("d", "A page", "T", derivations=(STEP,), experiments=experiments))


def test_a_page_says_that_it_is_measured_and_how_to_run_it_again() -> None:
    found = page(SMALL)

    for form in set(PAGE_FORMATS) - {"mathml"}:
        text = render_page(found, form)
        assert "Measured, not proved" in text, form
        assert "8176" in text, form
        assert "steps 5" in text, form
    assert "0.8176" in render_entry(found, "text")


def test_the_drawing_is_on_the_page_and_its_ids_are_its_own() -> None:
    html = render_page(page(SMALL, Experiment("slowdown", (("steps", 6),))), "html")

    assert html.count("<svg role=") == 2
    ids = [part.split('"')[0] for part in html.split(' id="')[1:]]
    assert len(ids) == len(set(ids))


def test_no_experiment_no_section() -> None:
    assert "Measured" not in render_page(page(), "md")


def test_an_experiment_that_cannot_be_run_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from symgrad.experiments import training  # noqa: PLC0415 - what is kept of the digits must go

    training.examples.cache_clear()
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    text = render_page(page(Experiment("dead-relu", (("seeds", 1),))), "md")

    assert "It was not run here" in text
    assert "experiments" in text


def test_an_unknown_experiment_is_a_mistake() -> None:
    with pytest.raises(UnknownNameError, match="vanishing"):
        measured(Experiment("vanishin"))
