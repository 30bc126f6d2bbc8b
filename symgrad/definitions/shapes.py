"""Which names of a formula are vectors and matrices, and the names that inner quantities get while it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sympy import exp

from symgrad.core import SymgradError
from symgrad.definitions.shaped import MATRIX, Shaped
from symgrad.definitions.tensor_functions import FUNCTIONS, REFUSED, along, scalar_function
from symgrad.definitions.vocabulary import CONSTANTS, symbol
from symgrad.indexed import Dim, Expr, Index, Ref, Tensor, Term, apply, size, total

if TYPE_CHECKING:
    from collections.abc import Iterable

DECLARED = re.compile(r"\s*(?P<name>\w+)\s*[:=]\s*\(?\s*(?P<dims>\w*(?:\s*,\s*\w+)*)\s*,?\s*\)?\s*")
OWN = re.compile(r"[A-Za-z][A-Za-z0-9]{0,15}(?:_[A-Za-z0-9]{1,15})?")
NAMED = frozenset({"softmax", "log_softmax", "logsoftmax", "einsum", "pi"})
LETTERS = "zuvstrqhgf"  # names for inner quantities, in this order


@dataclass(frozen=True, slots=True)
class Shapes:
    """Which names are vectors and matrices, and of which dimensions; every other letter is a scalar.

    `scalars`, `named` and `softmaxes` are what one formula's reading has brought up: scalars by name, names for inner
    quantities by the value that they stand for, and pairs (p, z) with p = softmax(z). `written` are the words of the
    text: no inner quantity may have the name of a scalar that is read later.
    """

    tensors: tuple[Tensor, ...] = ()
    scalars: dict[str, Tensor] = field(default_factory=dict, compare=False)
    named: dict[str, Tensor] = field(default_factory=dict, compare=False)
    softmaxes: list[tuple[Tensor, Tensor]] = field(default_factory=list, compare=False)
    written: set[str] = field(default_factory=set, compare=False)

    @staticmethod
    def of(declared: Iterable[str]) -> Shapes:
        """Shapes from texts such as `X:m,n` and `w:n`; one letter is one dimension throughout."""
        dims: dict[str, Dim] = {}
        found: dict[str, Tensor] = {}
        for text in declared:
            name, letters = declaration(text)
            if name in found:
                raise SymgradError("the shape of {name} is given twice; give it once", name=name)
            found[name] = Tensor(name, tuple(dims.setdefault(d, Dim(d)) for d in letters))
        clash = sorted(found.keys() & dims.keys())
        if clash:
            raise SymgradError(
                "{clash} is the name of a tensor and of a dimension; rename one of the two", clash=clash[0]
            )
        return Shapes(tuple(found.values()))

    @property
    def dims(self) -> dict[str, Dim]:
        """The dimensions by name."""
        return {d.name: d for t in self.tensors for d in t.dims}

    def tensor(self, name: str) -> Tensor | None:
        """The tensor of this name."""
        return next((t for t in self.tensors if t.name == name), None)

    def value(self, name: str) -> Shaped | None:
        """What a name in the text stands for: a tensor, the size of a dimension, or a scalar."""
        tensor = self.tensor(name)
        if tensor is not None:
            indices = tuple(Index(letter, d) for letter, d in zip("ij", tensor.dims, strict=False))
            return Shaped(tensor[indices], *indices)
        if name in self.dims:
            return Shaped(size(self.dims[name]))
        if name in CONSTANTS:
            return Shaped.scalar(CONSTANTS[name])
        if symbol(name) is None:
            return None
        return Shaped(self.scalars.setdefault(name, Tensor(name))())

    def name(self, value: Shaped, letters: str = LETTERS, *, always: bool = False) -> Shaped:
        """The value under a name of its own where it holds a sum; equal values get one name."""
        if not always and not any(t.bound for t in value.entry.terms):
            return value
        key = value.entry.key({i: f"{'row' if i is value.row else 'column'}" for i in value.indices})
        if key not in self.named:
            free = (c for c in letters if c not in self.taken)
            dims = tuple(i.dim for i in value.indices)
            self.named[key] = Tensor(
                next(free, f"{letters[0]}{len(self.named)}"), dims, body=(value.indices, value.entry)
            )
        return value.with_entry(self.named[key][value.indices])

    def softmax(self, value: Shaped) -> Shaped:
        """P = exp(z)/S by rows, under names, so that a result can be told in them."""
        along(value, "softmax")
        logits = self.name(value, always=not is_tensor(value.entry))
        k = along(logits, "softmax")
        weight = apply(exp, logits.entry)
        rows = logits.row if k is logits.column else None
        total_weight = self.name(Shaped(total(k, weight), rows), "STR", always=True)
        p = self.name(logits.with_entry(weight / total_weight.entry), "pqr", always=True)
        self.softmaxes.append((tensor_of(p.entry), tensor_of(logits.entry)))
        return p

    @property
    def taken(self) -> set[str]:
        """Names that are in use."""
        mine = {t.name for t in (*self.tensors, *self.named.values())}
        return {*mine, *self.scalars, *self.dims, *self.written}


def is_tensor(entry: Expr) -> bool:
    """Whether an entry is one of a tensor's, as it stands."""
    match entry.terms:
        case (Term(coefficient=1, bound=frozenset(), atoms=((Ref(), 1),)),):
            return not entry.terms[0].bound
    return False


def tensor_of(entry: Expr) -> Tensor:
    """The tensor that an entry belongs to."""
    (tensor,) = entry.tensors
    return tensor


def is_known(name: str) -> bool:
    """Whether a word is one of the grammar's, longer than a letter: no tensor can be called so."""
    return len(name) > 1 and (name in FUNCTIONS or name in REFUSED or name in NAMED or bool(scalar_function(name)))


def declaration(text: str) -> tuple[str, tuple[str, ...]]:
    """The name and the dimensions that a text such as `X:m,n` declares."""
    match = DECLARED.fullmatch(text)
    letters = tuple(d.strip() for d in match["dims"].split(",") if d.strip()) if match else ()
    if match is not None and is_known(match["name"]):
        raise SymgradError(
            "{name} is the name of a function or a constant; give your tensor another", name=match["name"]
        )
    if match is None or not (symbol(match["name"]) or OWN.fullmatch(match["name"])):
        raise SymgradError(
            "{text} is no shape; write NAME:ROWS,COLUMNS for a matrix (X:m,n), NAME:ROWS for a vector",
            text=repr(text[:60]),
        )
    if len(letters) > MATRIX:
        raise SymgradError(
            "{name} has {letters} dimensions; the notation knows vectors and matrices only",
            name=match["name"],
            letters=len(letters),
        )
    bad = next((d for d in letters if not d.isidentifier()), None)
    if bad is not None:
        raise SymgradError(
            "the dimension {bad} is a number; sizes stay letters here, such as n: the result holds for every size",
            bad=repr(bad),
        )
    return match["name"], letters
