"""The gradient as a straight-line program: one line for each name, each in the names behind it.

What a line costs depends on the names that use its tensor, so the whole is linear in the number of layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from symgrad.deriver.indexed.backward import LETTERS, chain_rule, users, ways
from symgrad.indexed import Expr, Index, Ref, Tensor, carry_out, contract, partial
from symgrad.indexed.normal import expanded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Line:
    """`name[indices] = value`, the derivative by an entry of `tensor`; `start` is that derivative, left standing."""

    tensor: Tensor
    name: Tensor
    indices: tuple[Index, ...]
    start: Expr
    value: Expr


def program(
    J: Tensor, nodes: Iterable[Tensor], wrt: Iterable[Tensor], called: Mapping[Tensor, str] | None = None
) -> tuple[Line, ...]:
    """The derivative of J by each node, from the loss backwards, then by each of `wrt`; no steps are recorded."""
    order = tuple(nodes)
    uses, stops = users(J, order), frozenset(order)
    names: dict[Tensor, Tensor] = {}
    lines: list[Line] = []
    for tensor in (*order, *wrt):
        letters = tuple(Index(c, d) for c, d in zip(LETTERS, tensor.dims, strict=False))
        start, behind = partial(J(), tensor[letters]), uses(tensor)
        by_names = chain_rule(ways(J, Ref(tensor, letters), behind, stops), lambda node, at: names[node][at])
        value = contract(expanded(carry_out(by_names if behind else start)))
        names[tensor] = Tensor((called or {}).get(tensor, f"{tensor.name}\u0304"), tensor.dims, body=(letters, start))
        lines.append(Line(tensor, names[tensor], letters, start, value))
    return tuple(lines)
