"""The computation graph of a derivation, found in its named quantities: values flow forward, derivatives back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from symgrad.document.boxes import Diff, Fn, Ident, Script
from symgrad.document.from_sympy import boxes
from symgrad.document.layout import width
from symgrad.document.names import tensor_name
from symgrad.document.notation import Notation
from symgrad.document.text import text
from symgrad.functions import D
from symgrad.indexed import Expr, Partial, Ref
from symgrad.words import clauses, enumerated, message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from symgrad.core import Derivation
    from symgrad.document.boxes import Box

    Uses = Mapping[Any, tuple[Any, ...]]

MOST = 14  # nodes; beyond them what is given and off the way is left out
WIDEST = 8.0  # ems of a node's name
NARROW = 4.2  # ems of a slope beside an arrow
CHAIN = 4  # nodes of a chain whose arrows have room for the slopes


@dataclass(frozen=True, slots=True)
class Node:
    """A quantity; `back` is the derivative that arrives at it, or that derivative's name."""

    box: Box
    flows: bool  # whether it lies between what is varied and what is differentiated
    back: Box | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """`target` is worked out from `source`, both by number; `slope` is the derivative between the two."""

    source: int
    target: int
    flows: bool
    slope: Box | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes, each after those that it is worked out from, and what a screen reader says of them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    sought: int
    label: str


@singledispatch
def graph(start: Any, derivation: Derivation) -> Graph | None:
    """The graph of a derivation by the kind of what is sought; None where nothing is differentiated."""
    del start, derivation
    return None


@graph.register(D)
def graph_of_symbols(start: D, derivation: Derivation) -> Graph | None:
    """Names of one variable, and what they are made of.

    A second derivative is one of an expression that has no name, so that its graph would be two nodes, one a formula.
    """
    notation = Notation(lets=derivation.lets)
    values = {let.symbol: let.value for let in derivation.lets}
    whole, variable = start.expr, start.variable
    shown = boxes(whole, notation)
    if not isinstance(shown, Fn | Ident | Script) or width(shown) > WIDEST:  # taller, or too long for a node
        return None
    uses: dict[Any, tuple[Any, ...]] = {}

    def visit(symbol: Any, value: Any) -> None:
        parts = tuple(sorted(value.free_symbols - {symbol}, key=str)) if value is not None else ()
        for part in parts:
            if part not in uses:
                visit(part, values.get(part))
        uses[symbol] = parts

    visit(whole, values.get(whole, whole))
    return drawn(
        uses,
        (variable, whole),
        lambda key: boxes(key, notation),
        lambda key: boxes(D(whole, key), notation),
        lambda later, earlier: boxes(D(later, earlier), notation),
    )


@graph.register(Expr)
def graph_of_tensors(start: Expr, derivation: Derivation) -> Graph | None:
    """Names with indices; where a derivative on the way has a name of its own, such as δ, that is shown."""
    atom = start.atom
    inner = atom.expr.atom if isinstance(atom, Partial) else None
    if not isinstance(atom, Partial) or not isinstance(inner, Ref):
        return None
    whole = inner.tensor
    called = {}
    for let in derivation.lets:
        known = let.value.atom
        if isinstance(known, Partial) and isinstance(of := known.expr.atom, Ref) and of.tensor == whole:
            called[known.ref.tensor] = tensor_name(let.symbol)
    uses: dict[Any, tuple[Any, ...]] = {}

    def visit(tensor: Any) -> None:
        parts = tuple(sorted(tensor.mentions, key=lambda t: t.name))
        for part in parts:
            if part not in uses:
                visit(part)
        uses[tensor] = parts

    visit(whole)
    return drawn(
        uses,
        (atom.ref.tensor, whole),
        tensor_name,
        lambda key: called.get(key) or Diff(tensor_name(whole), tensor_name(key), partial=True),
    )


def drawn(
    uses: Uses,
    ends: tuple[Any, Any],
    name: Callable[[Any], Box],
    arriving: Callable[[Any], Box],
    between: Callable[[Any, Any], Box] | None = None,
) -> Graph | None:
    """The graph of what uses what; None where the end does not rest on what is varied."""
    sought, whole = ends
    flows = set(downstream(uses, sought))
    if whole not in flows or sought == whole:
        return None
    kept = [k for k in uses if len(uses) <= MOST or uses[k] or k in flows]
    numbers = {key: n for n, key in enumerate(kept)}
    edges = [(part, key) for key in kept for part in uses[key] if part in numbers]
    slopes = {(a, b): between(b, a) for a, b in edges if a in flows} if between and len(flows) <= CHAIN else {}
    chain = len(slopes) == len(flows) - 1 and all(width(s) <= NARROW for s in slopes.values())
    nodes = [Node(name(k), k in flows, arriving(k) if k in flows and k != whole and not chain else None) for k in kept]
    arrows = [Edge(numbers[a], numbers[b], a in flows, slopes.get((a, b)) if chain else None) for a, b in edges]
    return Graph(tuple(nodes), tuple(arrows), numbers[sought], told(nodes, arrows))


def downstream(uses: Uses, sought: Any) -> Iterator[Any]:
    """What rests on a quantity, itself first; `uses` has everything after its parts."""
    found = {sought}
    if sought in uses:
        yield sought
    for key, parts in uses.items():
        if found.intersection(parts):
            found.add(key)
            yield key


def told(nodes: list[Node], edges: list[Edge]) -> str:
    """The graph in words."""
    forward = [
        message(
            "{name} from {names}",
            name=text(n.box),
            names=", ".join(text(nodes[e.source].box) for e in edges if e.target == k),
        )
        for k, n in enumerate(nodes)
        if any(e.target == k for e in edges)
    ]
    back: list[str] = [text(e.slope) for e in reversed(edges) if e.slope is not None]
    back += [
        text(n.back) if isinstance(n.back, Diff) else message("{slope} at {name}", slope=text(n.back), name=text(n.box))
        for n in reversed(nodes)
        if n.back
    ]
    return message(
        "Computation graph. Forward: {values}. Backward: {slopes}.",
        values=clauses(forward),
        slopes=enumerated(back),
    )
