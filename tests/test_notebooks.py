"""Notebooks are valid, and their cells prove again what the page says; one that was tampered with fails."""

from __future__ import annotations

import json
from contextvars import copy_context
from typing import Any

import nbformat
import pytest

import symgrad
from symgrad.core import Document, GapError
from symgrad.definitions.claims import CLAIMS
from symgrad.document.pages import notebook
from symgrad.indexed import Dim, Index, Tensor, total
from symgrad.pipeline.stages import settle_document
from symgrad.words import language, speaking


def ran(text: str) -> dict[str, Any]:
    """The names that the code cells of a notebook leave."""
    read = nbformat.reads(text, as_version=4)
    nbformat.validate(read)
    names: dict[str, Any] = {}
    for cell in read.cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, "cell", "exec"), names)  # noqa: S102 - a notebook that we made
    return names


@pytest.mark.parametrize("name", ["sigmoid", "relu", "huber"])
def test_a_notebook_proves_what_it_shows(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    worked = symgrad.derivative(name)

    found = ran(worked.to("notebook"))

    assert found["worked"].derivation == worked.derivation
    status, check = capsys.readouterr().out.splitlines()
    assert status == worked.status.value
    assert check.startswith("finite differences at ")
    assert len(check) < 150


def test_a_notebook_goes_on_in_its_language(capsys: pytest.CaptureFixture[str]) -> None:
    with speaking("zh-Hans"):
        text = symgrad.derivative("relu").to("notebook")

    found = copy_context().run(lambda: (ran(text), language()))

    assert found[1] == "zh-Hans"
    assert "有限差分" in capsys.readouterr().out


def test_a_notebook_with_symbolic_dimensions_proves_what_it_shows() -> None:
    n, m = Dim("n"), Dim("m")
    i, j = Index("i", n), Index("j", m)
    W, x = Tensor("W", (n, m)), Tensor("x", m)
    z = Tensor("z", n, body=((i,), total(j, W[i, j] * x[j])))

    found = ran(symgrad.derivative(total(i, z[i] ** 2), W).to("notebook"))

    assert found["worked"].status is symgrad.Status.PROVED


@pytest.mark.parametrize("detail", ["result", "textbook", "every-rule"])
def test_the_same_notebook_every_time(detail: str) -> None:
    one, other = (symgrad.derivative("tanh").to("notebook", detail) for _ in range(2))

    assert one == other


def test_a_notebook_that_says_more_than_holds_fails() -> None:
    told = json.loads(symgrad.derivative("sigmoid").to("notebook"))
    (data,) = (c for c in told["cells"] if "from_json" in "".join(c["source"]))
    source = "".join(data["source"])

    data["source"] = source.replace(r"[\"call\", \"exp\",", r"[\"call\", \"sinh\",", 1)
    assert data["source"] != source
    with pytest.raises((GapError, AssertionError)):
        ran(json.dumps(told))


def test_a_notebook_of_claims_settles_every_one_of_them() -> None:
    claims = tuple(CLAIMS.values())[:3]
    made = notebook(settle_document(Document("claims", "Claims", "Claims", "Some.", claims=claims)))

    settled = ran(made)["settled"]

    assert [r.claim for r in settled.rulings] == list(claims)
    first = settled.rulings[0].ruling.value
    told = f"('{claims[0].id}', '{first}')"
    assert made.count(told) == 1
    with pytest.raises(AssertionError):
        ran(made.replace(told, f"('{claims[0].id}', 'refuted')"))
    untrue = made.replace(r"\\\"1/4\\\"", r"\\\"1/5\\\"")
    assert untrue != made
    with pytest.raises(AssertionError):
        ran(untrue)
