"""Experiments on pages: marked as measured, in every format, and told why where they were not run."""

from __future__ import annotations

import json
import sys

import pytest

from symgrad import D, sigmoid, worked, z
from symgrad.core import Document, Experiment, Observation, Page, UnknownNameError
from symgrad.definitions.claims import CLAIMS
from symgrad.document import render_page
from symgrad.document.pages import PAGE_FORMATS, render_entry
from symgrad.experiments import EXPERIMENTS
from symgrad.experiments.recorded import from_data, recorded, shipped
from symgrad.pipeline.claims import observe
from symgrad.pipeline.measured import measured
from symgrad.pipeline.stages import settle_document

SMALL = Experiment("slowdown", (("steps", 5),))
STEP = worked("one", "One", D(sigmoid(z), z), ("named", sigmoid(z) * (1 - sigmoid(z))))


def page(*experiments: Experiment) -> Page:
    return settle_document(Document("d", "A page", "T", derivations=(STEP,), experiments=experiments))


def test_a_page_says_that_it_is_measured_and_how_to_run_it_again() -> None:
    found = page(SMALL)

    for form in set(PAGE_FORMATS) - {"mathml", "json"}:
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


@pytest.fixture
def no_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    from symgrad.experiments import training  # noqa: PLC0415 - what is kept of the digits must go

    training.examples.cache_clear()
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)


@pytest.mark.usefixtures("no_digits")
def test_an_experiment_that_cannot_be_run_says_so() -> None:
    text = render_page(page(Experiment("dead-relu", (("seeds", 1),)), Experiment("depth")), "md")

    assert text.count("It was not run here") == 2
    assert "experiments" in text


@pytest.mark.usefixtures("no_digits")
def test_a_recorded_result_stands_in_and_says_that_it_is_one() -> None:
    asked = CLAIMS["D5"].formal[0]
    assert isinstance(asked, Observation)
    seen = observe(asked)

    assert len(seen.lines) == len(asked.compared)
    assert seen.agrees == (False, False, True, True, False)  # as the remark on this claim has it
    assert all("not told apart" in seen.lines[n] for n in (0, 1, 4))
    assert "recorded with symgrad" in seen.label
    assert "because it can't be run here" in render_page(page(Experiment("depth", asked.settings)), "md")


def test_what_is_recorded_is_named_and_complete() -> None:
    assert len(shipped()) >= 2
    for result in shipped():
        data = json.loads(result.to_json())
        assert from_data(data) == result
        assert result.figure().startswith("<svg ")


@pytest.mark.slow
def test_the_recorded_result_comes_out_again() -> None:
    asked = CLAIMS["D5"].formal[0]
    assert isinstance(asked, Observation)
    found = recorded(asked.experiment, dict(asked.settings))
    again = EXPERIMENTS[asked.experiment](**dict(asked.settings))

    assert found is not None
    for m in again.measured:
        assert abs(m.value - found.of(m.name).value) < 0.02, m.name


def test_an_unknown_experiment_is_a_mistake() -> None:
    with pytest.raises(UnknownNameError, match="vanishing"):
        measured(Experiment("vanishin"))
