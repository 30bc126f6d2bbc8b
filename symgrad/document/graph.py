"""The computation graph of a derivation, found in its named quantities: values flow forward, derivatives back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from itertools import chain
from typing import TYPE_CHECKING, Any

from sympy import Function, Piecewise

from symgrad.document.boxes import Diff, Fence, Fn, Ident, Op, Script
from symgrad.document.from_sympy import boxes
from symgrad.document.layout import width
from symgrad.document.names import tensor_name
from symgrad.document.notation import Notation
from symgrad.document.products import inline
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
LONGEST = 12.0  # ems of the name of what is differentiated
NARROW = 4.2  # ems of a slope beside an arrow
DOTS = Fence(Op("⋯"), "[", "]")  # what has no name
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

    Where nothing lies between the two ends, the functions that are met on the way are nodes, too. What is
    differentiated may have no name, or a long one: it is shown as dots in the brackets that it has on the page.
    """
    notation = Notation(lets=derivation.lets)
    whole, variable = start.expr, start.variable
    values = {let.symbol: let.value for let in derivation.lets} | written_out(start, derivation)
    shown = boxes(whole, notation)
    named = isinstance(shown, Fn | Ident | Script)
    name = shown if named and width(shown) <= LONGEST else DOTS

    def label(key: Any) -> Box:
        return name if key == whole else inline(boxes(key, notation))

    def node(key: Any) -> bool:
        return isinstance(key, Function) and not isinstance(key, Piecewise) and width(label(key)) <= WIDEST

    uses = used(whole, values, lambda _: False)
    if named and len(set(downstream(uses, variable))) != 2:  # noqa: PLR2004 - the two ends
        return drawn(
            uses,
            (variable, whole),
            label,
            lambda key: boxes(D(whole, key), notation),
            lambda later, earlier: boxes(D(later, earlier), notation),
        )
    uses = used(whole, values, lambda key: key.has(variable) and node(key))
    return drawn(
        uses,
        (variable, whole),
        label,
        lambda key: Diff(name, label(key)) if key == variable else None,
        lambda later, earlier: Diff(label(later), label(earlier)),
    )


def written_out(start: D, derivation: Derivation) -> dict[Any, Any]:
    """What a function stands for whose derivation begins with that."""
    first = next(iter(derivation.steps), None)
    opened = first.became if first is not None and first.focus == start else None
    return {start.expr: opened.expr} if isinstance(opened, D) and not start.expr.is_Symbol else {}


def used(whole: Any, values: Mapping[Any, Any], node: Callable[[Any], bool]) -> Uses:
    """What the whole is worked out from, symbols and chosen functions, each after what it rests on itself."""
    found: dict[Any, tuple[Any, ...]] = {}

    def visit(key: Any, value: Any) -> None:
        met = chain.from_iterable(inside(a, value.free_symbols) for a in value.args) if value is not None else ()
        parts = tuple(sorted(set(met) - {key}, key=str))
        for part in parts:
            if part not in found:
                visit(part, values.get(part, part if part.args else None))
        found[key] = parts

    def inside(value: Any, free: set[Any]) -> Iterator[Any]:
        if value in free or (value.free_symbols <= free and node(value)):  # not what an integral runs over
            yield value
        else:
            yield from chain.from_iterable(inside(a, free) for a in value.args)

    visit(whole, values.get(whole, whole))
    return found


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
    arriving: Callable[[Any], Box | None],
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
    in_line = len(slopes) == len(flows) - 1 and all(width(s) <= NARROW for s in slopes.values())
    labelled = flows - {whole} if not in_line else set()
    nodes = [Node(name(k), k in flows, arriving(k) if k in labelled else None) for k in kept]
    arrows = [Edge(numbers[a], numbers[b], a in flows, slopes.get((a, b)) if in_line else None) for a, b in edges]
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
