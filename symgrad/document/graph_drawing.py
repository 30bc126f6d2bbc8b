"""A computation graph as SVG: layers from left to right, a solid arrow forward, a dashed one for what flows back."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from symgrad.document.layout import width
from symgrad.document.mathml import NAMESPACE, mathml
from symgrad.document.tints import name_of, tint
from symgrad.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from symgrad.document.boxes import Box
    from symgrad.document.graph import Edge, Graph, Node

EM = 17.0  # of a formula in the drawing, in its own units
BACK = 15.0  # of a derivative below a node
HIGH = 40.0  # a node
GAP = 74.0  # between two columns of nodes
ROW = 58.0
LABEL = 34.0  # room below a node for the derivative that arrives there
APART = 4.5  # the arrow back from the arrow forward
TIP = 3.0
SWEEPS = 4

MARGIN = 6.0
LEAST = 0.7  # of its width, to which a page may shrink a drawing

Point = tuple[float, float]
Write: TypeAlias = "Callable[[Box, Point, float, float, str], str]"  # a formula about a point: its room, its kind
Place = tuple[int, int]  # a node's number and -1; or an edge's, and the column that it passes


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is: the middle of every node, the bends of every edge, the size of the whole."""

    places: tuple[Point, ...]
    bends: tuple[tuple[Point, ...], ...]
    size: Point


def graph_svg(graph: Graph, write: Write | None = None) -> str:
    """The drawing, with its formulas as MathML unless they are written in another way."""
    layout = placed(graph)
    wide, high = layout.size
    wires = "".join(wire(graph, n, layout, write or label) for n in range(len(graph.edges)))
    nodes = "".join(node(graph, n, layout.places[n], write or label) for n in range(len(graph.nodes)))
    spoken = escape(say(graph.label), quote=True)
    return (
        f'<svg class="net" role="img" aria-label="{spoken}" viewBox="0 0 {wide:g} {high:g}" '
        f'width="{wide:g}" height="{high:g}" style="min-width:{LEAST * wide:.0f}px">{wires}{nodes}</svg>'
    ).replace(f' xmlns="{NAMESPACE}"', "")


def layers(graph: Graph) -> list[int]:
    """The column of every node: after all that it is worked out from; what is given stands right before its use."""
    found = [0] * len(graph.nodes)
    for n in range(len(found)):
        found[n] = max((found[e.source] + 1 for e in graph.edges if e.target == n), default=0)
    for n in range(len(found)):
        if not any(e.target == n for e in graph.edges):
            found[n] = min((found[e.target] for e in graph.edges if e.source == n), default=1) - 1
    first = min(found)
    return [layer - first for layer in found]


def placed(graph: Graph) -> Layout:
    """Every node in its column, columns ordered so that few arrows cross; an arrow past a column has a place there."""
    level = layers(graph)
    columns: list[list[Place]] = [[] for _ in range(max(level) + 1)]
    for n, place in enumerate(level):
        columns[place].append((n, -1))
    for k, e in enumerate(graph.edges):
        for place in range(level[e.source] + 1, level[e.target]):
            columns[place].append((k, place))
    neighbours = adjacency(graph, level)
    columns = [spined(graph, column) for column in columns]
    for sweep in range(SWEEPS):
        order = range(len(columns)) if sweep % 2 == 0 else range(len(columns) - 1, -1, -1)
        for fixed, moving in pairwise(order):
            where = rows(graph, columns[fixed])
            own = rows(graph, columns[moving])
            drawn_to = {i: mean(where, neighbours[i], own[i]) for i in columns[moving]}
            columns[moving] = spined(graph, sorted(columns[moving], key=drawn_to.__getitem__))
    return measured(graph, columns)


def spined(graph: Graph, column: list[Place]) -> list[Place]:
    """What is worked out in the middle, what is given and what passes by above and below it; slopes are above alone."""
    spine = [i for i in column if on_spine(graph, i)]
    others = sorted((i for i in column if i not in spine), key=lambda i: not (i[1] >= 0 and graph.edges[i[0]].flows))
    above = 0 if has_slopes(graph) else (len(others) + 1) // 2  # below are the derivatives
    return [*others[:above], *spine, *others[above:]]


def has_slopes(graph: Graph) -> bool:
    """Whether the derivatives stand beside the arrows, and not below the nodes."""
    return any(e.slope is not None for e in graph.edges)


def on_spine(graph: Graph, place: Place) -> bool:
    """Whether a place is that of a quantity which is worked out, or through which the derivative flows."""
    number, passing = place
    return passing < 0 and (graph.nodes[number].flows or any(e.target == number for e in graph.edges))


def rows(graph: Graph, column: list[Place]) -> dict[Place, float]:
    """How far above or below the middle of the spine each place of a column is."""
    spine = [n for n, i in enumerate(column) if on_spine(graph, i)] or range(len(column))
    middle = sum(spine) / len(spine)
    return {item: n - middle for n, item in enumerate(column)}


def adjacency(graph: Graph, level: Sequence[int]) -> dict[Place, list[Place]]:
    """What every place is joined to in the columns beside it."""
    found: dict[Place, list[Place]] = {(n, -1): [] for n in range(len(graph.nodes))}
    for k, e in enumerate(graph.edges):
        way = [(e.source, -1), *((k, c) for c in range(level[e.source] + 1, level[e.target])), (e.target, -1)]
        for one, other in pairwise(way):
            found.setdefault(one, []).append(other)
            found.setdefault(other, []).append(one)
    return found


def mean(where: dict[Place, float], joined: list[Place], own: float) -> float:
    """Where a place is drawn to by those it is joined to; its own where there are none."""
    found = [where[j] for j in joined if j in where]
    return sum(found) / len(found) if found else own


def measured(graph: Graph, columns: list[list[Place]]) -> Layout:
    """Columns and rows in units of the drawing."""
    below = LABEL * any(n.back is not None for n in graph.nodes)
    places: dict[Place, Point] = {}
    x = MARGIN
    for column in columns:
        wide = max([HIGH, *(span(graph.nodes[i]) for i, passing in column if passing < 0)])
        places |= {i: (x + wide / 2, (ROW + below) * r) for i, r in rows(graph, column).items()}
        x += wide + GAP
    top = min(y for _, y in places.values()) - LABEL * has_slopes(graph)
    bottom = max(y + room(graph, i) for i, (_, y) in places.items())
    places = {i: (px, py - top + HIGH / 2 + MARGIN) for i, (px, py) in places.items()}
    bends = [sorted(at for (k, c), at in places.items() if k == n and c >= 0) for n in range(len(graph.edges))]
    return Layout(
        tuple(places[n, -1] for n in range(len(graph.nodes))),
        tuple(map(tuple, bends)),
        (x - GAP + MARGIN, bottom - top + HIGH + 2 * MARGIN),
    )


def room(graph: Graph, place: Place) -> float:
    """What is needed below a place for the derivative that arrives there."""
    number, passing = place
    return LABEL if passing < 0 and graph.nodes[number].back is not None else 0.0


def span(node: Node) -> float:
    """How wide a node is with the derivative that arrives there."""
    return max(breadth(node.box), 0.0 if node.back is None else BACK * width(node.back))


def breadth(box: Box) -> float:
    """How wide a node is that holds this formula."""
    return max(HIGH, EM * width(box) + 22)


def node(graph: Graph, number: int, at: Point, write: Write) -> str:
    """A quantity in its frame, and below it the derivative that arrives."""
    own = graph.nodes[number]
    wide = breadth(own.box)
    kind = "sought" if number == graph.sought else "" if own.flows else "still"
    kind = f"{kind} {tint(name_of(own.box))}".strip()
    frame = (
        f'<rect class="{kind}" x="{at[0] - wide / 2:.1f}" y="{at[1] - HIGH / 2:.1f}" width="{wide:.1f}" '
        f'height="{HIGH:g}" rx="{HIGH / 2:g}"/>'
    )
    shown = frame + write(own.box, at, wide, HIGH, "")
    return shown + (write(own.back, (at[0], at[1] + HIGH / 2 + 18), 96, 36, "back") if own.back is not None else "")


def label(box: Box, at: Point, wide: float, high: float, kind: str) -> str:
    """A formula about a point."""
    return (
        f'<foreignObject x="{at[0] - wide / 2:.1f}" y="{at[1] - high / 2:.1f}" width="{wide:.1f}" height="{high:g}">'
        f'<div class="tag {kind}">{mathml(box, spoken=False)}</div></foreignObject>'
    )


def wire(graph: Graph, number: int, layout: Layout, write: Write) -> str:
    """An arrow forward and, where a derivative flows, one back beside it; its slope above the middle."""
    edge = graph.edges[number]
    way = trimmed(graph, edge, [layout.places[edge.source], *layout.bends[number], layout.places[edge.target]])
    if not edge.flows:
        return arrow(way, "on still")
    side = APART if edge.slope is None else -APART
    shown = arrow(beside(way, -side), "on") + arrow(beside(way, side)[::-1], "back")
    if edge.slope is None:
        return shown
    (ax, ay), (bx, by) = way[0], way[-1]
    return shown + write(edge.slope, ((ax + bx) / 2, (ay + by) / 2 - 30), 90, 44, "back")


def trimmed(graph: Graph, edge: Edge, way: list[Point]) -> list[Point]:
    """The way between the frames of two nodes, not their middles."""
    ends = ((edge.source, way[0], way[1]), (edge.target, way[-1], way[-2]))
    first, last = (on_frame(breadth(graph.nodes[n].box), at, to) for n, at, to in ends)
    return [first, *way[1:-1], last]


def on_frame(wide: float, at: Point, to: Point) -> Point:
    """Where the line from the middle of a node leaves its frame, and a little beyond."""
    dx, dy = to[0] - at[0], to[1] - at[1]
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    reach = min(wide / 2 * length / abs(dx) if dx else wide, HIGH / 2 * length / abs(dy) if dy else wide) + 2 * TIP
    reach = min(reach, wide / 2 + 2 * TIP)
    return at[0] + dx / length * reach, at[1] + dy / length * reach


def beside(way: list[Point], by: float) -> list[Point]:
    """The way moved sideways."""
    (ax, ay), (bx, by_) = way[0], way[-1]
    length = ((bx - ax) ** 2 + (by_ - ay) ** 2) ** 0.5 or 1.0
    nx, ny = -(by_ - ay) / length * by, (bx - ax) / length * by
    return [(px + nx, py + ny) for px, py in way]


def arrow(way: list[Point], kind: str) -> str:
    """A smooth line through the points with a tip at its end."""
    path = f"M{spot(way[0])}" + "".join(curve(a, b, bent=len(way) > 2) for a, b in pairwise(way))  # noqa: PLR2004 - two ends
    (ax, ay), (bx, by) = way[-2], way[-1]
    if len(way) > 2:  # noqa: PLR2004 - the last piece of a bent line arrives level
        ay = by
    length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5 or 1.0
    ux, uy = (bx - ax) / length * 2 * TIP, (by - ay) / length * 2 * TIP
    tip = f"M{spot((bx - ux - uy / 2, by - uy + ux / 2))}L{spot((bx, by))}L{spot((bx - ux + uy / 2, by - uy - ux / 2))}"
    return f'<path class="{kind}" d="{path}"/><path class="{kind} tip" d="{tip}"/>'


def curve(a: Point, b: Point, *, bent: bool) -> str:
    """A straight line, or a piece of a bent one that leaves and arrives level."""
    if not bent:
        return f"L{spot(b)}"
    middle = (a[0] + b[0]) / 2
    return f"C{spot((middle, a[1]))} {spot((middle, b[1]))} {spot(b)}"


def spot(at: Point) -> str:
    """A point as a path has it."""
    return f"{at[0]:.1f} {at[1]:.1f}"
