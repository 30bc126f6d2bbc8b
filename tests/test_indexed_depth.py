"""The gradient of a deep network costs the same for each layer, and each line of it is proved by itself."""

from __future__ import annotations

import time

import pytest
from sympy import Function

from symgrad.deriver.indexed import backpropagate, program
from symgrad.indexed import Dim, Index, Tensor, apply, normal, show, total
from symgrad.prover.indexed import prove_indexed

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
    for _ in range(3 if depth < 100 else 1):
        began = time.process_time()
        assert len(program(J, nodes, parameters)) == 4 * depth
        best = min(best, time.process_time() - began)
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

    assert thousand < 10
    assert thousand / 1000 < 2.5 * ten / 10
