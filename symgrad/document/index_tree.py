"""Indexed expressions as nested values that JSON can hold; docs/json.md says what each looks like.

Dimensions, indices and tensors are told once, in the table of `names`, and called by their ids in every expression.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from symgrad.document.tree import TreeError, functions, tree
from symgrad.indexed import (
    Apply,
    Attains,
    Delta,
    Dim,
    Expr,
    Fact,
    Greatest,
    Index,
    Partial,
    Place,
    Power,
    Ref,
    Scalar,
    Size,
    Tensor,
    Where,
)
from symgrad.indexed.conditions import Condition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.indexed import Atom


class Names:
    """What the expressions of one text are written in, in the order in which it is met."""

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}
        self.found: dict[str, list[tuple[int, dict[str, Any]]]] = {"dims": [], "indices": [], "tensors": []}

    def id_of(self, what: Dim | Index | Tensor) -> str:
        """The id of a dimension, an index or a tensor, which is told when it is met for the first time."""
        if what.token not in self.ids:
            kind, record = told(what)
            self.ids[what.token] = f"{what.name}.{len(self.ids) + 1}"
            record = {"id": self.ids[what.token], "name": what.name, **record}
            self.found[kind].append((int(what.token.rpartition(".")[2]), record))
        return self.ids[what.token]

    @property
    def table(self) -> dict[str, list[dict[str, Any]]]:
        """What was met, the oldest first: pages name indices in the order in which they were made."""
        return {
            kind: [record for _, record in sorted(records, key=lambda r: r[0])] for kind, records in self.found.items()
        }


NAMES: ContextVar[Names | None] = ContextVar("NAMES", default=None)


@contextmanager
def named() -> Iterator[Names]:
    """One table of names for all trees that are made until the block ends."""
    names = Names()
    token = NAMES.set(names)
    try:
        yield names
    finally:
        NAMES.reset(token)


def id_of(what: Dim | Index | Tensor) -> str:
    """The id in the table in use."""
    return (NAMES.get() or Names()).id_of(what)


def told(what: Dim | Index | Tensor) -> tuple[str, dict[str, Any]]:
    """Which list of the table it belongs to, and what the table says of it."""
    match what:
        case Dim():
            return "dims", {"tex": what.tex}
        case Index():
            return "indices", {"over": id_of(what.dim)}
        case _:
            body = [[id_of(i) for i in what.body[0]], index_tree(what.body[1])] if what.body else None
            shape, depends = [id_of(d) for d in what.dims], [id_of(t) for t in what.depends]
            more = {"depends": depends, "positive": what.positive and not what.body}
            return "tensors", {"tex": what.tex, "shape": shape, "body": body, **more}


@singledispatch
def index_tree(value: Any) -> Any:
    """The value as JSON holds it; SymPy's expressions by `tree`, numbers of witnesses as texts."""
    return tree(value) if hasattr(value, "free_symbols") else str(value)


@index_tree.register
def _expr(value: Expr) -> Any:
    found: dict[str, Any] = {"sum": [term(t) for t in value.terms]}
    if value.lost:
        lost = sorted(value.lost, key=lambda f: (f[0].token, f[1]))
        found["lost"] = [[factor(a), list(kind)] for a, kind in lost]
    return found


def term(t: Any) -> dict[str, Any]:
    """One term of a sum."""
    factors = [[factor(a), str(e)] for a, e in t.atoms]
    return {"coefficient": str(t.coefficient), "over": sorted(map(id_of, t.bound)), "factors": factors}


@index_tree.register
def _condition(value: Condition) -> Any:
    left, relation, right = value.sides()
    said = {"left": index_tree(left), "relation": relation, "right": None if right is None else index_tree(right)}
    return {**said, "condition": [index_tree(value.expr), value.relation]}


@index_tree.register
def _tensor(value: Tensor) -> Any:
    return {"tensor": id_of(value)}


@index_tree.register
def _dim(value: Dim) -> Any:
    return {"dim": id_of(value)}


@index_tree.register
def _index(value: Index) -> Any:
    return {"index": id_of(value)}


def place(value: Index | Place) -> Any:
    """Where an entry is read: an index, or whole multiples of indices and sizes."""
    if isinstance(value, Index):
        return id_of(value)
    parts = [[id_of(i), c] for i, c in value.parts]
    return {"place": parts, "sizes": [[id_of(d), c] for d, c in value.sizes], "constant": value.constant}


@index_tree.register
def _entries(values: tuple) -> Any:  # type: ignore[type-arg]  # of any values
    return [index_tree(v) for v in values]


@index_tree.register
def _fact(value: Fact) -> Any:
    sides = {"left": index_tree(value.left), "right": index_tree(value.right)}
    return {"fact": value.name, "assumed": value.assumed, "words": value.words, **sides}


def factor(atom: Atom) -> dict[str, Any]:  # noqa: C901, PLR0911 - one case for each kind
    """One factor."""
    match atom:
        case Ref():
            return {"entry": id_of(atom.tensor), "at": [place(i) for i in atom.indices]}
        case Delta():
            return {"delta": [id_of(atom.left), id_of(atom.right)]}
        case Where():
            return {"where": place(atom.place), "equal": atom.equal}
        case Apply():
            return {**head(atom.head), "orders": list(atom.orders), "of": [index_tree(a) for a in atom.args]}
        case Power():
            return {"power": index_tree(atom.base)}
        case Size():
            return {"size": id_of(atom.dim)}
        case Scalar():
            return {"symbol": tree(atom.symbol)}
        case Greatest():
            return {"greatest": index_tree(atom.body), "over": id_of(atom.index)}
        case Attains():
            return {"attains": index_tree(atom.body), "over": id_of(atom.index), "at": place(atom.at)}
        case Partial():
            fixed = sorted(map(id_of, atom.fixed))
            return {"partial": index_tree(atom.expr), "by": factor(atom.ref), "fixed": fixed}
    raise AssertionError(atom)


def head(function: Any) -> dict[str, str]:
    """A function of the catalogue by its name, or an unknown one."""
    name = function.__name__
    if functions().get(name) is function:
        return {"call": name}
    if type(function).__name__ == "UndefinedFunction":
        return {"unknown": name}
    raise TreeError(f"the function {name} is not of symgrad's catalogue, so it has no place in JSON")
