"""Indexed expressions back from their trees: what `index_tree` wrote is read, and nothing else."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sympy import Function

from symgrad.core import SymgradError
from symgrad.document.tree import TreeError, functions, untree
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
    Term,
    Where,
)
from symgrad.indexed.build import ref_of
from symgrad.indexed.conditions import Condition
from symgrad.indexed.products import simplest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symgrad.indexed import Atom


class Reader:
    """The names of one text, made once, and the expressions that are written in them."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.dims = {str(d["id"]): Dim(str(d["name"]), str(d["tex"])) for d in table["dims"]}
        self.indices = {str(i["id"]): Index(str(i["name"]), self.dims[i["over"]]) for i in table["indices"]}
        self.records = {str(t["id"]): t for t in table["tensors"]}
        self.tensors: dict[str, Tensor | None] = {}
        for name in self.records:  # in the order in which they were made
            self.tensor(name)

    def tensor(self, name: str) -> Tensor:
        """A tensor, with those that its value is written in before it."""
        if name not in self.tensors:
            self.tensors[name] = None
            data = self.records[name]
            body = data["body"]
            self.tensors[name] = Tensor(
                str(data["name"]),
                tuple(self.dims[d] for d in data["shape"]),
                body=(tuple(self.indices[i] for i in body[0]), self.expr(body[1])) if body else None,
                depends=tuple(map(self.tensor, data["depends"])),
                positive=bool(data["positive"]),
                tex=str(data["tex"]),
            )
        found = self.tensors[name]
        if found is None:
            raise TreeError(f"the value of the tensor {name[:40]!r} is written in itself")
        return found

    def read(self, data: Any) -> Any:
        """Whatever a tree says: an indexed expression, a condition, a tensor, or an expression of SymPy's."""
        match data:
            case {"sum": _}:
                return self.expr(data)
            case {"condition": [expr, str(relation)]}:
                return Condition(self.expr(expr), relation)
            case {"tensor": str(name)}:
                return self.tensor(name)
            case {"fact": str(name), "left": left, "right": right, "assumed": bool(assumed), "words": str(words)}:
                return Fact(name, self.expr(left), self.expr(right), assumed=assumed, words=words)
        return untree(data)

    def expr(self, data: Any) -> Expr:
        """A sum of terms."""
        match data:
            case {"sum": list(terms)}:
                lost = frozenset((self.factor(a), (int(s), int(r))) for a, (s, r) in data.get("lost", ()))
                return Expr(map(self.term, terms), lost)
        raise TreeError(f"{str(data)[:80]!r} is no indexed expression; docs/json.md says what one looks like")

    def term(self, data: Mapping[str, Any]) -> Term:
        """One term."""
        factors = [(self.factor(a), simplest(Fraction(e))) for a, e in data["factors"]]
        return Term(Fraction(data["coefficient"]), [self.indices[i] for i in data["over"]], factors)

    def place(self, data: Any) -> Any:
        """An index, or multiples of indices and sizes."""
        if isinstance(data, str):
            return self.indices[data]
        parts = tuple((self.indices[i], int(c)) for i, c in data["place"])
        return Place(parts, int(data["constant"]), tuple((self.dims[d], int(c)) for d, c in data["sizes"]))

    def factor(self, data: Mapping[str, Any]) -> Atom:  # noqa: C901, PLR0911 - one case for each kind
        """One factor."""
        match data:
            case {"entry": name, "at": places}:
                return ref_of(self.tensor(name)[tuple(map(self.place, places))])
            case {"delta": [left, right]}:
                return Delta(self.indices[left], self.indices[right])
            case {"where": where, "equal": equal}:
                return Where(self.place(where), equal=bool(equal))
            case {"of": inner, "orders": orders}:
                return Apply(head(data), tuple(map(self.expr, inner)), tuple(map(int, orders)))
            case {"power": base}:
                return Power(self.expr(base))
            case {"size": dim}:
                return Size(self.dims[dim])
            case {"symbol": symbol}:
                return Scalar(untree(symbol))
            case {"greatest": body, "over": index}:
                return Greatest(self.indices[index], self.expr(body))
            case {"attains": body, "over": index, "at": at}:
                return Attains(self.indices[index], self.expr(body), self.place(at))
            case {"partial": expr, "by": ref, "fixed": fixed}:
                return self.partial(self.expr(expr), self.factor(ref), frozenset(map(self.tensor, fixed)))
        raise TreeError(f"{str(data)[:80]!r} is no factor; docs/json.md says what there is")

    def partial(self, expr: Expr, ref: Atom, fixed: frozenset[Tensor]) -> Partial:
        """A derivative by an entry."""
        if not isinstance(ref, Ref):
            raise TreeError("a derivative is by an entry of a tensor")
        return Partial(expr, ref, fixed)


def head(data: Mapping[str, Any]) -> Any:
    """A function by its name in the catalogue, or an unknown one."""
    match data:
        case {"call": str(name)} if name in functions():
            return functions()[name]
        case {"unknown": str(name)}:
            return Function(name)
    raise SymgradError(f"{str(data)[:80]!r} names no function of symgrad's catalogue")
