"""Certificates stand as they are, and fall when anything in them that matters is changed."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from sympy import (
    Abs,
    Function,
    Integral,
    Max,
    Min,
    Ne,
    Piecewise,
    Rational,
    Subs,
    erf,
    exp,
    log,
    pi,
    sign,
    sqrt,
    symbols,
    tanh,
    true,
)

from symgrad.core import Let, Status, Variable, interval, one_of
from symgrad.functions import D
from symgrad.prover import prove, recheck
from symgrad.prover.kernel import SympyRing

if TYPE_CHECKING:
    from collections.abc import Iterator

z, y, a, t, J, β = symbols("z y a t J beta", real=True)
f, g = Function("f"), Function("g")
σ = 1 / (1 + exp(-z))
POSITIVE = (Variable(β, interval(0, None)),)
UNIT = (Variable(y, interval(0, 1)),)
LABEL = (Variable(y, one_of(-1, 1)),)
huber = Piecewise((z**2 / 2, Abs(z) <= β), (β * (Abs(z) - β / 2), True))
celu = Piecewise((z, z > 0), (β * (exp(z / β) - 1), True))
LETS = (Let(a, σ), Let(J, -(y * log(a) + (1 - y) * log(1 - a))))

PROOFS = {
    "sigmoid": prove(D(σ, z), σ * (1 - σ)),
    "gelu": prove(D(z * erf(z / sqrt(2)), z), erf(z / sqrt(2)) + z * sqrt(2 / pi) * exp(-(z**2) / 2)),
    "relu": prove(D(Max(0, z), z), (1 + sign(z)) / 2, assuming=Ne(z, 0)),
    "relu squared": prove(D(Max(0, z) ** 2, z), 2 * Max(0, z)),
    "huber": prove(D(huber, z), Max(-β, Min(β, z)), variables=POSITIVE),
    "celu": prove(D(celu, z), Piecewise((1, z > 0), (exp(z / β), True)), variables=POSITIVE),
    "cross-entropy": prove(D(J, z), a - y, lets=LETS, variables=UNIT),
    "hinge squared": prove(D(Max(0, 1 - y * z) ** 2, z), -2 * y * Max(0, 1 - y * z), variables=LABEL),
    "root": prove(D(sqrt(z**2 + β**2), z), z / sqrt(z**2 + β**2), variables=POSITIVE),
    "quotient rule": prove(D(f(z) / g(z), z), (D(f(z), z) * g(z) - f(z) * D(g(z), z)) / g(z) ** 2),
    "chain rule": prove(D(f(g(z)), z), Subs(D(f(t), t), t, g(z)) * D(g(z), z)),
    "integral": prove(D(Integral(tanh(t), (t, 0, z)), z), tanh(z)),
    "exponential kink": prove(Max(exp(z), 2), (exp(z) + 2 + Abs(exp(z) - 2)) / 2),
    "log-sum-exp": prove(Max(z, y) + log(1 + exp(-Abs(z - y))), log(exp(z) + exp(y))),
    "nested clamps": prove(Max(-1, Min(1, z)), (Abs(z + 1) - Abs(z - 1)) / 2),
    "between the ends": prove(Abs(z + β) + Abs(z - β), 2 * β, variables=(*POSITIVE, Variable(z, interval(-β, β)))),
    "the same": prove(σ * z, σ * z),
}
every_proof = pytest.mark.parametrize("name", PROOFS)


def load(name: str) -> Any:
    return json.loads(PROOFS[name].certificate)


def accepted(data: dict[str, Any]) -> bool:
    return recheck(json.dumps(data)).ok


def contexts(data: dict[str, Any]) -> Iterator[Any]:
    def walk(tree: Any) -> Iterator[Any]:
        yield tree["context"]
        for part in tree.get("parts", ()):
            yield from walk(part)

    for case in data.get("cases", ()):
        yield from walk(case["tree"])


def branches(data: dict[str, Any]) -> Iterator[Any]:
    def walk(tree: Any) -> Iterator[Any]:
        if "parts" in tree:
            yield tree
            for part in tree["parts"]:
                yield from walk(part)

    for case in data.get("cases", ()):
        yield from walk(case["tree"])


def leaves(data: dict[str, Any]) -> Iterator[Any]:
    def walk(tree: Any) -> Iterator[Any]:
        if "leaf" in tree:
            yield tree
        for part in tree.get("parts", ()):
            yield from walk(part)

    for case in data.get("cases", ()):
        yield from walk(case["tree"])


@every_proof
def test_certificate_stands(name: str) -> None:
    assert PROOFS[name].status is Status.PROVED
    assert recheck(PROOFS[name].certificate).ok, recheck(PROOFS[name].certificate).reason


def test_a_certificate_of_the_other_kernel_stands() -> None:
    verdict = prove(D(huber, z), Max(-β, Min(β, z)), variables=POSITIVE, kernel=SympyRing)

    assert recheck(verdict.certificate).ok


@every_proof
def test_another_statement_is_not_proved_by_it(name: str) -> None:
    data = load(name)
    if data.get("same"):
        data["right"] = 0
        assert not accepted(data)
        return
    sides = set(_below(data["program"], data["left"])) ^ set(_below(data["program"], data["right"]))
    changed = 0
    for i in sorted(sides):
        line = data["program"][i]
        if line[0] == "num" and not (name == "between the ends" and line[1] == "0"):  # the ends do not belong
            other = copy.deepcopy(data)
            other["program"][i][1] = str(Rational(line[1]) + Rational(1, 3))
            assert not accepted(other), line
            changed += 1
    for key, other_key in (("left", "right"), ("right", "left")):
        other = copy.deepcopy(data)
        other["program"].append(["add", None, other[other_key], _one(other)])
        other[key] = len(other["program"]) - 1
        assert not accepted(other)
        changed += 1
    assert changed >= 2


def _one(data: dict[str, Any]) -> int:
    data["program"].append(["num", "1"])
    return len(data["program"]) - 1


def _below(program: list[Any], node: int) -> Iterator[int]:
    yield node
    for k in program[node][2:]:
        yield from _below(program, k)


@every_proof
def test_a_dropped_region_is_noticed(name: str) -> None:
    data = load(name)
    for i, branch in enumerate(branches(data)):
        for k in range(len(branch["parts"])):
            other = copy.deepcopy(data)
            del list(branches(other))[i]["parts"][k]
            assert not accepted(other)


@pytest.mark.parametrize("name", ["relu", "relu squared", "huber", "celu", "exponential kink", "log-sum-exp"])
def test_swapped_branches_are_noticed(name: str) -> None:
    data = load(name)
    swaps = 0
    for i, branch in enumerate(branches(data)):
        if branch["nonzero"]:
            continue
        other = copy.deepcopy(data)
        parts = list(branches(other))[i]["parts"]
        parts[0], parts[1] = parts[1], parts[0]
        assert not accepted(other)
        swaps += 1
    assert swaps


@every_proof
def test_a_leaf_of_another_kind_is_noticed(name: str) -> None:
    data = load(name)
    for i, leaf in enumerate(leaves(data)):
        for kind in {"proved", "undefined", "empty", "excluded", "stuck"} - {leaf["leaf"]}:
            if leaf["leaf"] == "empty":
                continue  # anything holds of no points
            other = copy.deepcopy(data)
            list(leaves(other))[i]["leaf"] = kind
            assert not accepted(other) or leaf["leaf"] in {"undefined", "excluded"}


def test_flipped_signs_are_noticed() -> None:
    flipped = 0
    for name in PROOFS:
        data = load(name)
        for i, context in enumerate(contexts(data)):
            for k in range(len(context["signs"])):
                without, other = copy.deepcopy(data), copy.deepcopy(data)
                del list(contexts(without))[i]["signs"][k]
                if accepted(without):
                    continue  # it was not needed
                entry = list(contexts(other))[i]["signs"][k]
                entry[1] = -entry[1] or 1
                assert not accepted(other), (name, entry)
                flipped += 1
    assert flipped > 20


def test_changed_polynomials_are_noticed() -> None:
    changed = 0
    for name in PROOFS:
        data = load(name)
        for i, context in enumerate(contexts(data)):
            for k in range(len(context["facts"])):
                without, other = copy.deepcopy(data), copy.deepcopy(data)
                list(contexts(without))[i]["facts"][k] = [[[1]], ">", ["given", -1, ">"]]
                if accepted(without):
                    continue
                list(contexts(other))[i]["facts"][k][0][0][0] += 1
                assert not accepted(other), name
                changed += 1
            for k, gen in enumerate(context["gens"]):
                if gen[0] in {"exp", "root", "log", "erf"}:
                    without, other = copy.deepcopy(data), copy.deepcopy(data)
                    list(contexts(without))[i]["gens"][k] = ["sym", "no such symbol"]
                    target = list(contexts(other))[i]["gens"][k]
                    (target[1] if gen[0] in {"root", "log"} else target[2][0])[0][0] += 1
                    if not accepted(without):
                        assert not accepted(other), (name, gen)
                        changed += 1
    assert changed > 40


def test_changed_multipliers_are_noticed() -> None:
    changed = 0
    for name in PROOFS:
        data = load(name)
        for i, context in enumerate(contexts(data)):
            for k, (_, _, proof) in enumerate(context["signs"]):
                without = copy.deepcopy(data)
                del list(contexts(without))[i]["signs"][k]
                if proof[0] != "l" or accepted(without):
                    continue
                other = copy.deepcopy(data)
                list(contexts(other))[i]["signs"][k][2][2][0][1] = -1
                assert not accepted(other)
                changed += 1
    assert changed > 3


def test_a_fact_can_not_be_its_own_reason() -> None:
    verdict = prove(Abs(z), z, assuming=z > 0)
    data = json.loads(verdict.certificate)
    for context in contexts(data):
        for fact in context["facts"]:
            fact[2] = ["exp1", 0, 1]

    assert recheck(verdict.certificate).ok
    assert not accepted(data)


def test_a_split_that_is_undefined_somewhere_covers_nothing() -> None:
    """|z| = z is false; a split by log z has no part for z <= 0, so it proves nothing."""
    program = [
        ["sym", "z"],
        ["log", None, 0],
        ["num", "-1"],
        ["mul", None, 2, 1],
        ["mul", None, 2, 0],
        ["num", "0"],
        ["switch", None, 0, 0, 5, 4],
        ["num", "1"],
    ]
    gens = [["sym", "z"], ["log", [[1, 0, 1]]]]
    signs = [[[[1, 0, 1]], 1, ["c"]]]
    context = {"empty": None, "gens": gens, "facts": [[[[1, 0, 1]], ">", ["given", 1, ">"]]], "signs": signs}
    leaf = {"leaf": "proved", "context": context}
    tree = {"split": 1, "minus": 3, "nonzero": False, "context": context, "parts": [leaf, leaf, leaf]}
    data = {"version": 1, "program": program, "left": 6, "right": 0, "assumption": 7, "premises": []}
    data["cases"], data["values"] = [{"bind": [], "tree": tree}], []

    assert not accepted(data)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"version":1}', '{"version":2}', "[" * 5000, "\x00", "1e999"]
)
def test_what_is_no_certificate_is_not_ok(text: str) -> None:
    found = recheck(text)

    assert not found.ok
    assert found.reason


def test_a_proof_says_nothing_without_its_tree() -> None:
    data = load("huber")
    data["cases"] = []

    assert not accepted(data)


def test_a_value_of_a_finite_domain_that_is_left_out_is_noticed() -> None:
    data = load("hinge squared")
    assert accepted(data)
    del data["cases"][0]

    assert not accepted(data)


def test_only_proofs_carry_certificates() -> None:
    assert not prove(z, z + 1).certificate
    assert not prove(D(Abs(z), z), sign(z), assuming=true).certificate
