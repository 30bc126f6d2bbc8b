"""The computation graph of a derivation: values flow forward, derivatives back, drawn from the named quantities."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from symgrad.document.from_sympy import boxes
from symgrad.document.notation import Notation
from symgrad.document.text import text
from symgrad.functions import D

if TYPE_CHECKING:
    from symgrad.core import Derivation
    from symgrad.document.boxes import Box


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in order, and between each two of them the derivative that flows back."""

    nodes: tuple[Box, ...]
    edges: tuple[Box, ...]
    label: str


def graph(derivation: Derivation) -> Graph | None:
    """The chain of named quantities from the variable to the last of them; None where there is no chain."""
    if not derivation.lets or not isinstance(derivation.start, D):
        return None
    path: list[Any] = [derivation.lets[-1].symbol]
    values = {let.symbol: let.value for let in derivation.lets}
    while path[-1] in values:
        within = values[path[-1]].free_symbols
        earlier = [let.symbol for let in derivation.lets if let.symbol in within and let.symbol not in path]
        if not earlier and derivation.start.variable in within:
            earlier = [derivation.start.variable]
        if not earlier:
            break
        path.append(earlier[-1])
    if len(path) < 2 or path[-1] != derivation.start.variable:  # noqa: PLR2004 - a chain has two ends
        return None
    path.reverse()
    notation = Notation(lets=derivation.lets)
    nodes = tuple(boxes(s, notation) for s in path)
    edges = tuple(boxes(D(b, a), notation) for a, b in pairwise(path))
    forward, back = " to ".join(map(text, nodes)), ", ".join(text(e) for e in reversed(edges))
    return Graph(nodes, edges, f"Values flow forward from {forward}; derivatives flow back: {back}.")
