"""Certificates stand as they are, and fall when anything in them that matters is changed."""

from __future__ import annotations

import copy
import json
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from sympy import (
    Abs,
    Catalan,
    EulerGamma,
    Function,
    Ge,
    Integer,
    Integral,
    LambertW,
    Max,
    Min,
    Ne,
    Piecewise,
    Rational,
    Subs,
    Symbol,
    atan,
    cos,
    erf,
    erfinv,
    exp,
    log,
    pi,
    sign,
    sin,
    sqrt,
    symbols,
    tanh,
    true,
)

from symgrad.core import Let, Status, Variable, interval, one_of
from symgrad.functions import D
from symgrad.prover import Recheck, equation, prove, recheck
from symgrad.prover.certificate import VERSION
from symgrad.prover.conventions import told
from symgrad.prover.kernel import SympyRing
from symgrad.prover.recheck_facts import consequences

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
W = LambertW(z)
LETS = (Let(a, σ), Let(J, -(y * log(a) + (1 - y) * log(1 - a))))


def claim(left: Any, right: Any, **more: Any) -> tuple[Any, Any, dict[str, Any]]:
    return left, right, more


STATEMENTS = {
    "sigmoid": claim(D(σ, z), σ * (1 - σ)),
    "gelu": claim(D(z * erf(z / sqrt(2)), z), erf(z / sqrt(2)) + z * sqrt(2 / pi) * exp(-(z**2) / 2)),
    "relu": claim(D(Max(0, z), z), (1 + sign(z)) / 2, assuming=Ne(z, 0)),
    "relu squared": claim(D(Max(0, z) ** 2, z), 2 * Max(0, z)),
    "huber": claim(D(huber, z), Max(-β, Min(β, z)), variables=POSITIVE),
    "celu": claim(D(celu, z), Piecewise((1, z > 0), (exp(z / β), True)), variables=POSITIVE),
    "cross-entropy": claim(D(J, z), a - y, lets=LETS, variables=UNIT),
    "hinge squared": claim(D(Max(0, 1 - y * z) ** 2, z), -2 * y * Max(0, 1 - y * z), variables=LABEL),
    "root": claim(D(sqrt(z**2 + β**2), z), z / sqrt(z**2 + β**2), variables=POSITIVE),
    "quotient rule": claim(D(f(z) / g(z), z), (D(f(z), z) * g(z) - f(z) * D(g(z), z)) / g(z) ** 2),
    "chain rule": claim(D(f(g(z)), z), Subs(D(f(t), t), t, g(z)) * D(g(z), z)),
    "integral": claim(D(Integral(tanh(t), (t, 0, z)), z), tanh(z)),
    "exponential kink": claim(Max(exp(z), 2), (exp(z) + 2 + Abs(exp(z) - 2)) / 2),
    "log-sum-exp": claim(Max(z, y) + log(1 + exp(-Abs(z - y))), log(exp(z) + exp(y))),
    "nested clamps": claim(Max(-1, Min(1, z)), (Abs(z + 1) - Abs(z - 1)) / 2),
    "between the ends": claim(Abs(z + β) + Abs(z - β), 2 * β, variables=(*POSITIVE, Variable(z, interval(-β, β)))),
    "squares": claim(*equation(z**2 + y**2 + a**2 >= z * y + y * a + a * z)),
    "logarithms": claim(*equation(Ge(log(exp(z) + exp(y)), (z + y) / 2 + log(2), evaluate=False))),
    "a slope of W": claim(D(W, z), exp(-W) / (1 + W), variables=(Variable(z, interval(0, None)),)),
    "a slope of erfinv": claim(
        D(erfinv(z), z), sqrt(pi) / 2 * exp(erfinv(z) ** 2), variables=(Variable(z, interval(-1, 1)),)
    ),
    "angles": claim(sin(2 * z), 2 * sin(z) * cos(z)),
    "the same": claim(σ * z, σ * z),
}
PROOFS = {name: prove(left, right, **more) for name, (left, right, more) in STATEMENTS.items()}
every_proof = pytest.mark.parametrize("name", PROOFS)


def load(name: str) -> Any:
    return json.loads(PROOFS[name].certificate)


def replayed(certificate: str, name: str) -> Recheck:
    left, right, more = STATEMENTS[name]
    return recheck(certificate, left, right, **more)


def accepted(data: dict[str, Any], name: str) -> bool:
    return replayed(json.dumps(data), name).ok


def contexts(data: dict[str, Any]) -> Iterator[Any]:
    def walk(tree: Any) -> Iterator[Any]:
        yield tree["context"]
        for part in tree.get("parts", ()):
            yield from walk(part)

    for tree in data.get("cases", ()):
        yield from walk(tree)


def branches(data: dict[str, Any]) -> Iterator[Any]:
    def walk(tree: Any) -> Iterator[Any]:
        if "parts" in tree:
            yield tree
            for part in tree["parts"]:
                yield from walk(part)

    for tree in data.get("cases", ()):
        yield from walk(tree)


def leaves(data: dict[str, Any]) -> Iterator[Any]:
    def walk(tree: Any) -> Iterator[Any]:
        if "leaf" in tree:
            yield tree
        for part in tree.get("parts", ()):
            yield from walk(part)

    for tree in data.get("cases", ()):
        yield from walk(tree)


@every_proof
def test_certificate_stands(name: str) -> None:
    assert PROOFS[name].status is Status.PROVED
    assert replayed(PROOFS[name].certificate, name).ok, replayed(PROOFS[name].certificate, name).reason


def test_a_certificate_of_the_other_kernel_stands() -> None:
    left, right, more = STATEMENTS["huber"]

    assert replayed(prove(left, right, kernel=SympyRing, **more).certificate, "huber").ok


@every_proof
def test_no_other_statement_is_proved_by_it(name: str) -> None:
    others = [n for n in STATEMENTS if n != name]

    assert len(others) >= 15
    assert {replayed(PROOFS[name].certificate, n).reason for n in others} == {"the certificate is of another statement"}


def test_a_fact_that_is_known_of_a_number_is_true() -> None:
    (low, _), (high, _) = consequences(SimpleNamespace(gens=[["pi"]], x=[pi]), ["pi", 0])  # type: ignore[arg-type]

    assert low > 0
    assert high > 0


def forged(certificate: str, left: Any, right: Any, **more: Any) -> str:
    """The certificate as if it were of another statement: then only its proof can give it away."""
    data = json.loads(certificate)
    data["statement"] = told(left, right, more.get("variables", ()), more.get("lets", ()), more.get("assuming", true))
    return json.dumps(data)


@every_proof
def test_a_statement_that_is_false_is_not_proved_by_a_forged_one(name: str) -> None:
    left, right, more = STATEMENTS[name]
    false = [(left + tiny, right) for tiny in (1, Rational(1, 10**12), z / 10**12, exp(z) / 10**9)]
    false += [(left, -right), (left, 2 * right), (left, right.xreplace({z: z + 1}) + z / 7)]
    false += [(left.xreplace({n: n + 1}), right) for n in left.atoms(Rational) if n not in {0, 1}][:3]

    for one, other in false:
        assert not recheck(forged(PROOFS[name].certificate, one, other, **more), one, other, **more).ok, (one, other)


WEAK = [[[[1, 0, 1]], ">=", ["given", 0, ">="]], [[[-1, 0, 1]], ">=", ["given", 4, ">="]]]  # z = 0 is left
TURN = atan(Rational(1, 2)) + atan(Rational(1, 3)) + 7 * atan(Rational(4, 5)) + 7 * atan(Rational(1, 9))  # 2 pi
ARCS = {
    "gens": [["atan", -1, [[[n]], [[d]]]] for n, d in ((1, 2), (1, 3), (1, 9), (4, 5))],
    "facts": [[[[1, k, 1]], ">", ["odd", k, 1]] for k in range(4)],
}
FORGERIES = {  # a statement that is false, and what a region of it is said to be
    "a sign that no form shows": (
        abs(z),
        z,
        {"gens": [["sym", "z"]], "facts": [[[[1, 0, 1]], ">", ["form", 0]]], "signs": [[[[1, 0, 1]], 1, ["c"]]]},
    ),
    "a cosine of another angle": (
        sin(2 * z) ** 2 + cos(z) ** 2,
        Integer(1),
        {"gens": [["sym", "z"], ["cos", -1, [[[1, 0, 1]], [[1]]]], ["sin", 1, [[[2, 0, 1]], [[1]]]]]},
    ),
    "a cosine that is none": (
        sin(z) ** 2 + exp(z) ** 2,
        Integer(1),
        {"gens": [["sym", "z"], ["exp", -1, [[[1, 0, 1]], [[1]]]], ["sin", 1, [[[1, 0, 1]], [[1]]]]]},
    ),
    "a full turn": (TURN, Integer(0), ARCS),
    "a full turn backwards": (-TURN, Integer(0), ARCS),
    "a symbol that is not real": (Symbol("w", imaginary=True), Symbol("w", imaginary=True), None),
    "a line on which a point is left": (z, Integer(1), {"gens": [["sym", "z"]], "facts": WEAK}),
    "numbers that nobody knows": (Catalan, EulerGamma, None),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_region_that_was_made_up_proves_nothing(name: str) -> None:
    left, right, region = FORGERIES[name]
    context = {"empty": None, "gens": [], "powers": [], "facts": [], "signs": [], **(region or {})}
    data = {"version": VERSION, "statement": [], "program": [], "lemmas": [], "same": region is None}
    data["cases"] = [{"leaf": "empty" if "line" in name else "proved", "context": context}]
    more = {"variables": (Variable(z, interval(0, 0, "both")),)} if "line" in name else {}

    found = recheck(forged(json.dumps(data), left, right, **more), left, right, **more)

    assert not found.ok
    assert "malformed" not in found.reason, found.reason


NEEDED = {  # what a statement is false without
    "relu": {},
    "celu": {},
    "hinge squared": {"variables": (Variable(y, one_of(-1, 2)),)},
    "between the ends": {"variables": POSITIVE},
}


@pytest.mark.parametrize("name", NEEDED)
def test_the_domain_and_the_condition_belong_to_the_statement(name: str) -> None:
    left, right, more = STATEMENTS[name]
    assert more

    found = recheck(forged(PROOFS[name].certificate, left, right, **NEEDED[name]), left, right, **NEEDED[name])

    assert not found.ok


@pytest.mark.parametrize(("name", "kind"), [("squares", "s"), ("logarithms", "s"), ("logarithms", "powers")])
def test_another_square_or_power_is_noticed(name: str, kind: str) -> None:
    def changed(part: Any) -> int:
        if not isinstance(part, list | dict):
            return 0
        inner = part.values() if isinstance(part, dict) else part
        found = sum(changed(p) for p in inner)
        if isinstance(part, list) and part and part[0] == "s" and kind == "s":
            part[1][0][0] += 1
            return found + 1
        if isinstance(part, list) and len(part) == 3 and isinstance(part[2], list) and part[2][:1] == [kind]:
            part[0][0][0] += 1
            return found + 1
        return found

    data = load(name)

    assert changed(data["cases"])
    assert not accepted(data, name)


def test_the_names_belong_to_the_statement() -> None:
    left, right, _ = STATEMENTS["cross-entropy"]
    for lets in ((Let(a, tanh(z)), LETS[1]), (LETS[0], Let(J, -y * log(a)))):
        more = {"lets": lets, "variables": UNIT}
        assert not recheck(forged(PROOFS["cross-entropy"].certificate, left, right, **more), left, right, **more).ok


@every_proof
def test_a_dropped_region_is_noticed(name: str) -> None:
    data = load(name)
    for i, branch in enumerate(branches(data)):
        for k in range(len(branch["parts"])):
            other = copy.deepcopy(data)
            del list(branches(other))[i]["parts"][k]
            assert not accepted(other, name)


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
        assert not accepted(other, name)
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
            assert not accepted(other, name) or leaf["leaf"] in {"undefined", "excluded"}


def test_flipped_signs_are_noticed() -> None:
    flipped = 0
    for name in PROOFS:
        data = load(name)
        for i, context in enumerate(contexts(data)):
            for k in range(len(context["signs"])):
                without, other = copy.deepcopy(data), copy.deepcopy(data)
                del list(contexts(without))[i]["signs"][k]
                if accepted(without, name):
                    continue  # it was not needed
                entry = list(contexts(other))[i]["signs"][k]
                entry[1] = -entry[1] or 1
                assert not accepted(other, name), (name, entry)
                flipped += 1
    assert flipped > 15


def test_changed_polynomials_are_noticed() -> None:
    changed = 0
    for name in PROOFS:
        data = load(name)
        for i, context in enumerate(contexts(data)):
            for k in range(len(context["facts"])):
                without, other = copy.deepcopy(data), copy.deepcopy(data)
                list(contexts(without))[i]["facts"][k] = [[[1]], ">", ["given", -1, ">"]]
                if accepted(without, name):
                    continue
                list(contexts(other))[i]["facts"][k][0][0][0] += 1
                assert not accepted(other, name), name
                changed += 1
            for k, gen in enumerate(context["gens"]):
                if gen[0] in {"exp", "root", "log", "erf"}:
                    without, other = copy.deepcopy(data), copy.deepcopy(data)
                    list(contexts(without))[i]["gens"][k] = ["sym", "no such symbol"]
                    target = list(contexts(other))[i]["gens"][k]
                    (target[1] if gen[0] in {"root", "log"} else target[2][0])[0][0] += 1
                    if not accepted(without, name):
                        assert not accepted(other, name), (name, gen)
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
                if proof[0] != "l" or accepted(without, name):
                    continue
                other = copy.deepcopy(data)
                list(contexts(other))[i]["signs"][k][2][2][0][1] = -1
                assert not accepted(other, name)
                changed += 1
    assert changed > 3


def test_a_fact_can_not_be_its_own_reason() -> None:
    verdict = prove(Abs(z), z, assuming=z > 0)
    data = json.loads(verdict.certificate)
    for context in contexts(data):
        for fact in context["facts"]:
            fact[2] = ["exp1", 0, 1]

    assert recheck(verdict.certificate, Abs(z), z, assuming=z > 0).ok
    assert not recheck(json.dumps(data), Abs(z), z, assuming=z > 0).ok


def test_a_split_that_is_undefined_somewhere_covers_nothing() -> None:
    """|z| = z is false; a split by log z has no part for z <= 0, so it proves nothing."""
    program = [["sym", "z"], ["log", None, 0], ["num", "-1"], ["mul", None, 2, 1]]
    gens = [["sym", "z"], ["log", [[1, 0, 1]]]]
    signs = [[[[1, 0, 1]], 1, ["c"]]]
    context = {
        "empty": None,
        "gens": gens,
        "powers": [],
        "facts": [[[[1, 0, 1]], ">", ["given", 1, ">"]]],
        "signs": signs,
    }
    leaf = {"leaf": "proved", "context": context}
    tree = {"split": 1, "minus": 3, "nonzero": False, "context": context, "parts": [leaf, leaf, leaf]}

    data = {"version": 3, "statement": told(Abs(z), z, (), (), true), "program": program, "cases": [tree]}

    assert not recheck(json.dumps(data), Abs(z), z).ok


def test_two_integrals_do_not_share_a_moving_point() -> None:
    """Were it both in (0, 1) and in (2, 3), anything would follow."""
    verdict = prove(STATEMENTS["integral"][0], STATEMENTS["integral"][1])
    data = json.loads(verdict.certificate)
    found = 0
    for context in contexts(data):
        for gen in [g for g in context["gens"] if g[0] == "integral"]:
            context["gens"].append(copy.deepcopy(gen))
            found += 1

    assert found
    assert not accepted(data, "integral")
    assert "moving point" in replayed(json.dumps(data), "integral").reason


def test_a_program_can_not_name_the_moving_point_of_an_integral() -> None:
    data = load("integral")
    data["program"].append(["sym", "\u222b0"])

    assert "moving point" in replayed(json.dumps(data), "integral").reason


HOSTILE = {
    "a long number": lambda data: data["program"].append(["num", "9" * 200_000]),
    "a number that is an expression": lambda data: data["program"].append(["num", "1e999999999"]),
    "a high degree": lambda data: next(contexts(data))["facts"].append([[[1, 0, 10**9]], ">", ["given", 0, ">"]]),
    "many generators": lambda data: next(contexts(data))["gens"].extend([["sym", f"q{i}"] for i in range(5000)]),
    "many lines": lambda data: data["program"].extend([["num", str(i)] for i in range(50_000)]),
    "an operation that there is not": lambda data: data["program"].append(["eval", "1", 0]),
    "a line that needs a later one": lambda data: data["program"].append(["add", None, 10**6]),
}


def test_a_cosine_without_its_sine_is_refused() -> None:
    data = load("angles")
    for context in contexts(data):
        context["gens"] = [["atan", *gen[1:]] if gen[0] == "sin" else gen for gen in context["gens"]]

    assert "without its sine" in replayed(json.dumps(data), "angles").reason


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_certificate_ends_soon_with_a_reason(name: str) -> None:
    data = load("huber")
    HOSTILE[name](data)
    began = time.process_time()

    found = replayed(json.dumps(data), "huber")

    assert not found.ok
    assert found.reason
    assert time.process_time() - began < 3


def test_a_replay_has_a_limit_of_time() -> None:
    left, right, more = STATEMENTS["huber"]

    assert "time" in recheck(PROOFS["huber"].certificate, left, right, seconds=0, **more).reason


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"version":1}', '{"version":3}', "[" * 5000, "\x00", "1e999"]
)
def test_what_is_no_certificate_is_not_ok(text: str) -> None:
    found = recheck(text, z, z)

    assert not found.ok
    assert found.reason


def test_a_proof_says_nothing_without_its_tree() -> None:
    data = load("huber")
    data["cases"] = []

    assert not accepted(data, "huber")


def test_a_value_of_a_finite_domain_that_is_left_out_is_noticed() -> None:
    data = load("hinge squared")
    assert accepted(data, "hinge squared")
    del data["cases"][0]

    assert not accepted(data, "hinge squared")


def test_only_proofs_carry_certificates() -> None:
    assert not prove(z, z + 1).certificate
    assert not prove(D(Abs(z), z), sign(z), assuming=true).certificate
