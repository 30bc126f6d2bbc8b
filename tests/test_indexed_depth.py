"""The gradient of a deep network costs the same for each layer, and each line of it is proved by itself."""

from __future__ import annotations

import gc
import time

import pytest
from sympy import Function

from symgrad.core import Derivation, Status
from symgrad.deriver.indexed import backpropagate, program, worked_indexed
from symgrad.indexed import Dim, Index, Tensor, apply, normal, partial, show, total
from symgrad.prover.indexed import prove_by_induction, prove_indexed

φ = Function("phi")


def network(depth: int) -> tuple[Tensor, list[Tensor], list[Tensor]]:
    """A loss of so many layers, the names from the loss backwards, and the parameters."""
    dims = [Dim(f"n{l}") for l in range(depth + 1)]
    a = Tensor("x", dims[0])
    nodes, parameters = list[Tensor](), list[Tensor]()
    for l in range(1, depth + 1):
        i, j = Index("i", dims[l]), Index("j", dims[l - 1])
        W, b = Tensor(f"W{l}", (dims[l], dims[l - 1])), Tensor(f"b{l}", dims[l])
        z = Tensor(f"z{l}", dims[l], body=((i,), total(j, W[i, j] * a[j]) + b[i]))
        a = Tensor(f"a{l}", dims[l], body=((i,), apply(φ, z[i])))
        nodes += [z, a]
        parameters += [W, b]
    y, i = Tensor("y", dims[depth]), Index("i", dims[depth])
    J = Tensor("J", body=((), total(i, (a[i] - y[i]) ** 2) / 2))
    return J, nodes[::-1], parameters


def seconds(depth: int) -> float:
    J, nodes, parameters = network(depth)
    best = float("inf")
    gc.collect()
    gc.freeze()  # what other tests have left behind is not to be looked through on this one's time
    for _ in range(3 if depth < 100 else 1):
        began = time.process_time()
        assert len(program(J, nodes, parameters)) == 4 * depth
        best = min(best, time.process_time() - began)
    gc.unfreeze()
    return best


def test_the_lines_are_those_of_the_derivation_and_proved() -> None:
    J, nodes, parameters = network(4)
    lines = program(J, nodes, parameters)
    steps = backpropagate(J, nodes, parameters)

    assert [show(normal(s.result)) for s in steps] == [show(normal(line.value)) for line in lines]
    assert all(prove_indexed(line.start, line.value).proved for line in lines)


def test_a_line_in_the_middle_of_a_hundred_layers_is_proved_and_a_wrong_one_is_not() -> None:
    J, nodes, parameters = network(100)
    line = next(line for line in program(J, nodes, parameters) if line.tensor.name == "a50")

    assert prove_indexed(line.start, line.value).proved
    assert not prove_indexed(line.start, 2 * line.value).proved


@pytest.mark.slow
def test_a_thousand_layers_cost_a_thousand_times_one() -> None:
    ten, thousand = seconds(10), seconds(1000)

    assert thousand < 5
    assert thousand / 1000 < 2 * ten / 10


def last_layer(sign: int = 1) -> Derivation:
    n = Dim("n")
    i, y = Index("i", n), Tensor("y", n)
    z = Tensor("z", n)
    J = Tensor("J", body=((), total(i, (apply(φ, z[i]) - y[i]) ** 2) / 2))
    delta = sign * (apply(φ, z[i]) - y[i]) * apply(φ, z[i], order=1)
    return worked_indexed(partial(J(), z[i]), ("differentiate", delta), name="last")


def one_layer(*, skip: bool = False, wrong: bool = False) -> Derivation:
    """From layer l + 1 to layer l; with `skip` the loss sees layer l by another way too."""
    n, m = Dim("n"), Dim("m")
    i, k = Index("i", n), Index("k", m)
    W, b, z = Tensor("W", (m, n)), Tensor("b", m), Tensor("z", n)
    behind = Tensor("z\u207a", m, body=((k,), total(i, W[k, i] * apply(φ, z[i])) + b[k]))
    other = Tensor("u", n, body=((i,), apply(φ, z[i])))
    J = Tensor("J", depends=(behind, other) if skip else (behind,))
    found = backpropagate(J, [behind, other] if skip else [behind], [z])[-1].derivation
    if not wrong:
        return found
    return worked_indexed(found.start, ("differentiate", 2 * found.result), name="wrong")


def test_the_recursion_holds_for_every_depth() -> None:
    verdict = prove_by_induction(last_layer(), one_layer())

    assert verdict.proved
    assert "induction" in verdict.method


def test_an_induction_with_a_flaw_is_not_proved() -> None:
    assert prove_by_induction(last_layer(-1), one_layer()).status is Status.REFUTED
    assert prove_by_induction(last_layer(), one_layer(wrong=True)).status is Status.REFUTED
    skipping = prove_by_induction(last_layer(), one_layer(skip=True))
    assert skipping.status is Status.UNKNOWN
    assert "nothing else" in skipping.reason
    assert prove_by_induction(last_layer(), last_layer()).status is Status.UNKNOWN
