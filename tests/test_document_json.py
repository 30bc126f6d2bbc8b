"""JSON that comes back as what it was, and JSON from elsewhere that is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from document_samples import delta_page, pairs_page, sigmoid_page
from sympy import AccumBounds, Add, Float, Integer, Mul, Rational, Symbol, exp, sin, sqrt, zeta

import symgrad
from symgrad import D, Worked, y, z
from symgrad.core import Derivation, Document, GapError, Page, SymgradError
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.definitions.claims import CLAIMS
from symgrad.document import DETAILS, document_from_json, from_json, render_page
from symgrad.document.as_json import document_json
from symgrad.document.reading_json import JsonError
from symgrad.document.tree import TreeError, tree, untree
from symgrad.pipeline.tensors import of_layer


@pytest.mark.parametrize("name", [*ACTIVATIONS, *LOSSES])
def test_a_derivation_comes_back(name: str) -> None:
    worked = symgrad.derivative(name)

    again = from_json(worked.to("json", "every-rule"))

    assert again == worked.derivation
    assert again.lead == worked.derivation.lead
    assert len(tuple(symgrad.core.every_step(again.steps))) == len(worked.settled.verdicts)


@pytest.mark.parametrize("names", [("sigmoid", "binary_cross_entropy"), ("relu", "hinge"), ("softsign", "matching")])
def test_named_quantities_and_kinks_come_back(names: tuple[str, str]) -> None:
    worked = symgrad.output_delta(*names)

    assert from_json(worked.to("json")).result == worked.derivation.result
    assert from_json(worked.to("json", "every-rule")) == worked.derivation


@pytest.mark.parametrize("name", [*ACTIVATIONS, *LOSSES])
def test_every_formula_of_an_entry_can_be_read(name: str) -> None:
    entry = symgrad.activation(name) if name in ACTIVATIONS else symgrad.loss(name)
    told = json.loads(entry.to("json", "result"))

    assert untree(told["formula"]["tree"]) == entry.of
    assert untree(told["facts"]["derivative"]["tree"]) == entry.derivative.derivation.result
    assert [untree(k["left"]["tree"]) for k in told["kinks"]] == [k.left for k in entry.kinks]


@pytest.mark.parametrize(
    "expr",
    [
        Add(z, z, evaluate=False),
        Mul(y, 2, z, evaluate=False),
        D(exp(2 * z), z).subs(z, 1),
        sqrt(2) / 3,
        Integer(10) ** 60,
        z < 0,
        AccumBounds(Rational(-3, 2), -sqrt(2)),
    ],
    ids=str,
)
def test_what_was_built_by_hand_stays_so(expr: object) -> None:
    again = untree(json.loads(json.dumps(tree(expr))))

    assert again == expr
    assert getattr(again, "args", ()) == getattr(expr, "args", ())


@pytest.mark.parametrize("expr", [Float("0.1"), Symbol("i", real=True) + 0.5])
def test_rounded_numbers_are_refused(expr: object) -> None:
    with pytest.raises(TreeError, match="Float"):
        tree(expr)


@pytest.mark.parametrize(
    "data",
    [
        ["call", "system", "z"],
        ["call", "__import__", "os"],
        ["call", "zeta", 2],
        ["rational", "1/0"],
        ["rational", "1e9"],
        ["constant", "Symbol"],
        ["add", True, 1],
        ["cases", ["z"]],
        {"tree": 1},
        None,
        1.5,
        ["pow", "z"],
        ["call", "sin", "z", "z"],
    ],
    ids=str,
)
def test_data_from_elsewhere_is_refused(data: object) -> None:
    with pytest.raises(TreeError):
        untree(data)


def test_depth_is_limited() -> None:
    data: object = "z"
    for _ in range(300):
        data = ["call", "sin", data]

    with pytest.raises(TreeError, match="deep"):
        untree(data)
    assert sin(z) == untree(["call", "sin", "z"])
    assert tree(zeta(z)) == ["call", "zeta", "z"]  # written, though it is not read


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null", '{"schema": "symgrad/derivation/1"}', '{"schema": "symgrad/derivation/3"}', "[" * 100_000],
)
def test_text_that_is_no_derivation_is_refused(text: str) -> None:
    with pytest.raises(JsonError):
        from_json(text)


def test_a_gap_is_refused() -> None:
    told = json.loads(symgrad.derivative("sigmoid").to("json"))
    del told["steps"][1]

    with pytest.raises(GapError):
        from_json(json.dumps(told))


BROKEN = {
    "result.tree": lambda told: told["result"].update(tree=["add", "z", 1]),
    "start.tree": lambda told: told["start"].update(tree="z"),
    "result.tree ": lambda told: told["result"].update(tree=["call", "system", "z"]),
    "steps[1].after.tree": lambda told: told["steps"][1]["after"].pop("tree"),
    "steps[0].steps": lambda told: told["steps"][0].pop("steps"),
    "domains[0]": lambda told: told["domains"][0].clear(),
    "names": lambda told: told.pop("names"),
}


@pytest.mark.parametrize("field", BROKEN)
def test_an_error_names_the_field_that_is_broken(field: str) -> None:
    told = json.loads(symgrad.output_delta("sigmoid", "hinge").to("json"))
    BROKEN[field](told)

    with pytest.raises(JsonError, match=f"^{re.escape(field.strip())}"):
        from_json(json.dumps(told))


SCHEMA = json.loads((Path(__file__).parent.parent / "docs" / "symgrad.schema.json").read_text("utf-8"))


def test_what_is_written_is_as_the_schema_says() -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    texts = [symgrad.derivative(name).to("json", detail) for name in ("relu", "huber") for detail in DETAILS]
    texts += [render_page(make(), "json") for make in (delta_page, pairs_page, sigmoid_page)]
    texts += [Worked(derivation).to("json", "every-rule") for derivation in backpropagation()]

    for text in texts:
        validator.validate(json.loads(text))
    broken = json.loads(texts[0]) | {"steps": [{"rule": 3}]}
    assert not validator.is_valid(broken)


def backpropagation() -> list[Derivation]:
    return list(of_layer("linear", None).derivations)


def test_indexed_derivations_come_back() -> None:
    for derivation in backpropagation():
        text = Worked(derivation).to("json", "every-rule")

        again = Worked(from_json(text))

        assert again.status is Worked(derivation).status is symgrad.Status.PROVED
        assert again.to("json", "every-rule") == text


def test_documents_with_claims_come_back() -> None:
    document = Document("d", "D", "T", claims=tuple(CLAIMS.values()))
    page = Page(document, ())

    again = document_from_json(document_json(page, ()))

    assert [c.id for c in again.claims] == [c.id for c in document.claims]
    assert document_json(Page(again, ()), ()) == document_json(page, ())


def test_what_is_no_value_is_refused() -> None:
    told = json.loads(document_json(Page(Document("d", "D", "T"), ()), ()))

    for value in ({"is": "Path", "x": 1}, {"is": "Document"}, {"entry": "nothing", "kind": "loss"}, 3):
        with pytest.raises(SymgradError):
            document_from_json(json.dumps(told | {"document": value}))
