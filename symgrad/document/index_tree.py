"""Indexed expressions as nested values that JSON can hold.

An expression is {"sum": [term, ...]}. A term is {"coefficient": "1/2", "over": [index, ...], "factors": [[factor,
exponent], ...]}, its sum running over the indices in "over". An index is {"index": name, "dim": name, "id": text}; the
id tells indices of one name apart. A factor is {"entry": tensor, "at": [place, ...]}, {"delta": [index, index]},
{"where": place, "equal": bool} (1 where the place is at least 0, or 0), {"call": name, "orders": [...], "of": [...]},
{"power": expression}, {"size": dim}, {"symbol": name}, {"greatest": expression, "over": index}, {"attains": expression,
"over": index, "at": place}, or {"partial": expression, "by": factor}. A place is an index or {"place": [[index,
multiple], ...], "sizes": [[dim, multiple], ...], "constant": n}.
"""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from symgrad.document.tree import tree
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
from symgrad.indexed.atoms import head_name
from symgrad.indexed.conditions import Condition

if TYPE_CHECKING:
    from symgrad.indexed import Atom


@singledispatch
def index_tree(value: Any) -> Any:
    """The value as JSON holds it; SymPy's expressions by `tree`, numbers of witnesses as texts."""
    return tree(value) if hasattr(value, "free_symbols") else str(value)


@index_tree.register
def _expr(value: Expr) -> Any:
    return {
        "sum": [
            {
                "coefficient": str(t.coefficient),
                "over": [index_tree(i) for i in sorted(t.bound, key=lambda i: (i.name, i.token))],
                "factors": [[factor(a), str(e)] for a, e in t.atoms],
            }
            for t in value.terms
        ]
    }


@index_tree.register
def _condition(value: Condition) -> Any:
    left, relation, right = value.sides()
    return {"left": index_tree(left), "relation": relation, "right": None if right is None else index_tree(right)}


@index_tree.register
def _tensor(value: Tensor) -> Any:
    return {"tensor": value.name, "shape": [d.name for d in value.dims]}


@index_tree.register
def _dim(value: Dim) -> Any:
    return {"dim": value.name}


@index_tree.register
def _index(value: Index) -> Any:
    return {"index": value.name, "dim": value.dim.name, "id": value.token.rpartition("#")[2]}


@index_tree.register
def _place(value: Place) -> Any:
    sizes = [[d.name, c] for d, c in value.sizes]
    return {"place": [[index_tree(i), c] for i, c in value.parts], "sizes": sizes, "constant": value.constant}


@index_tree.register
def _entries(values: tuple) -> Any:  # type: ignore[type-arg]  # of any values
    return [index_tree(v) for v in values]


@index_tree.register
def _fact(value: Fact) -> Any:
    sides = {"left": index_tree(value.left), "right": index_tree(value.right)}
    return {"fact": value.name, "assumed": value.assumed, **sides}


def factor(atom: Atom) -> dict[str, Any]:  # noqa: C901, PLR0911 - one case for each kind
    """One factor."""
    match atom:
        case Ref():
            return {"entry": atom.tensor.name, "at": [index_tree(i) for i in atom.indices]}
        case Delta():
            return {"delta": [index_tree(atom.left), index_tree(atom.right)]}
        case Where():
            return {"where": index_tree(atom.place), "equal": atom.equal}
        case Apply():
            return {"call": head_name(atom.head), "orders": list(atom.orders), "of": [index_tree(a) for a in atom.args]}
        case Power():
            return {"power": index_tree(atom.base)}
        case Size():
            return {"size": atom.dim.name}
        case Scalar():
            return {"symbol": str(atom.symbol)}
        case Greatest():
            return {"greatest": index_tree(atom.body), "over": index_tree(atom.index)}
        case Attains():
            inside = {"attains": index_tree(atom.body), "over": index_tree(atom.index)}
            return {**inside, "at": index_tree(atom.at)}
        case Partial():
            return {"partial": index_tree(atom.expr), "by": factor(atom.ref)}
    raise AssertionError(atom)
