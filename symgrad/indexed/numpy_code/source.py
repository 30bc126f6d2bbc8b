"""A NumPy function for an expression: names, shape checks, one line for each name's value, the result."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unicodedata import name as character_name
from unicodedata import normalize

from symgrad.indexed.atoms import Partial, Ref, Scalar, Size
from symgrad.indexed.contract import contract
from symgrad.indexed.facts import using
from symgrad.indexed.mapping import carry_out, mapped, unfold
from symgrad.indexed.matrix.layout import axes
from symgrad.indexed.matrix.lift import lift
from symgrad.indexed.names import Dim, Index, Place, place
from symgrad.indexed.normal import expanded, normal
from symgrad.indexed.numpy_code.entries import Emitter
from symgrad.indexed.numpy_code.heads import called, helpers, is_unknown, nothing_known, source
from symgrad.indexed.numpy_code.matrices import MatrixEmitter
from symgrad.indexed.numpy_code.stable import Stabiliser
from symgrad.indexed.tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from symgrad.indexed.atoms import Atom
    from symgrad.indexed.expr import Expr
    from symgrad.indexed.facts import Fact

LETTERS = "αβγδεζηθικλμνξοπρστυφχψωΓΔΘΛΞΠΣΦΨΩ"
GREEK = {c: character_name(c).split()[-1].lower().replace("lamda", "lambda") for c in LETTERS}
GREEK |= {c: n.capitalize() for c, n in GREEK.items() if c.isupper()}
MARKS = {"\u0302": "_hat", "\u0304": "_bar", "\u0305": "_bar", "\u0303": "_tilde", "\u0307": "_dot"}
RESERVED = frozenset({"np", "sizes", "array", "dim", "dims", "size", "entry", "name"})

ENTRY = '''
def entry(array, *places):
    """The entries at these places; 0 outside the array."""
    places = np.broadcast_arrays(*places)
    inside = np.all([(p >= 0) & (p < size) for p, size in zip(places, array.shape)], axis=0)
    near = tuple(np.clip(p, 0, size - 1) for p, size in zip(places, array.shape))
    return np.where(inside, array[near], 0.0)
'''

CHECK = """    sizes = {{}}
    for name, array, dims in ({rows}):
        if array.ndim != len(dims):
            raise ValueError(f"{{name}} has {{array.ndim}} axes; it takes ({{', '.join(dims)}})")
        for dim, size in zip(dims, array.shape):
            if sizes.setdefault(dim, size) != size:
                raise ValueError(f"{{name}} has {{size}} along {{dim}}, but {{dim}} is {{sizes[dim]}} elsewhere")
"""


@dataclass(slots=True)
class Namer:
    """Identifiers of Python for tensors, dimensions and symbols, each its own."""

    taken: dict[str, Any] = field(default_factory=dict)
    known: dict[Any, str] = field(default_factory=dict)

    def __call__(self, what: Any) -> str:
        if what not in self.known:
            wanted = identifier(getattr(what, "name", str(what)))
            options = (wanted, *(f"{wanted}_{n}" for n in range(2, len(self.taken) + 3)))
            self.known[what] = next(o for o in options if o not in self.taken)
            self.taken[self.known[what]] = what
        return self.known[what]


def identifier(name: str) -> str:
    """A name in letters that Python and every keyboard know; what nothing is left of is called `t`."""
    marked = "".join(MARKS.get(c, GREEK.get(c, c)) for c in normalize("NFKD", name))  # a₁ is a1
    marked = marked.replace("+", "_plus_").replace("-", "_minus_").replace("−", "_minus_")
    plain = re.sub(r"_{2,}", "_", re.sub(r"[^A-Za-z0-9_]", "_", marked)).strip("_")
    plain = plain if plain and not plain[0].isdigit() else f"t{plain}"
    return f"{plain}_" if keyword.iskeyword(plain) or plain in RESERVED else plain


@dataclass(frozen=True, slots=True)
class Written:
    """A function's source and its parameters: tensors, symbols, unknown functions, and sizes that no array tells."""

    source: str
    name: str
    tensors: tuple[Tensor, ...]
    symbols: tuple[Any, ...]
    sizes: tuple[Dim, ...]
    functions: tuple[str, ...]


def numpy_source(
    value: Expr,
    order: Sequence[Index] = (),
    *,
    name: str = "value",
    summary: Sequence[str] = (),
    facts: Sequence[Fact] = (),
) -> Written:
    """The function that computes `value`, its axes in this order; `summary` is what its docstring says first.

    Names are computed from their values, unless an unknown function stands in these.
    Values that are derivatives are shortened by the facts: those assumed, and those that follow from definitions.
    """
    return Writer(name, facts).write(value, tuple(order), tuple(summary))


class Writer:
    """One function being written."""

    def __init__(self, name: str, facts: Sequence[Fact]) -> None:
        self.facts = tuple(f for f in facts if f.assumed or follows(f))
        self.name = identifier(name)
        self.namer = Namer({self.name: None})
        self.emitter = Emitter(self.namer)
        self.stable = Stabiliser()

    def write(self, value: Expr, order: tuple[Index, ...], summary: tuple[str, ...]) -> Written:
        """The whole source."""
        result = self.stable.expr(self.carried(self.multiplied(value)))
        values = self.values(result)
        everything = [result, *(v for _, _, v in values)]
        tensors, symbols = inputs(everything, {t for t, _, _ in values}), scalars(everything)
        for each in (*tensors, *symbols, *(t for t, _, _ in values)):
            self.namer(each)
        lines = [f"{self.namer(t)} = {self.value(v, letters)}" for t, letters, v in values]
        lines.append(f"return {self.value(result, order)}")
        dims = sorted({d for t in tensors for d in t.dims}, key=self.namer)
        used = [d for d in dims if re.search(rf"\b{self.namer(d)}\b", "\n".join(lines))]
        loose = sorted(sizes_in(everything, order) - set(dims), key=lambda d: d.name)
        unknown = tuple(called(h, o) for h, o in self.emitter.heads if is_unknown(h))
        parameters = [*map(self.namer, tensors), *map(self.namer, symbols), *unknown]
        parameters += ["*", *map(self.namer, loose)] if loose else []
        head = f"def {self.name}({', '.join(parameters)}):\n"
        body = (
            self.docstring(summary, tensors, loose, order)
            + self.checks(tensors, used)
            + "".join(f"    {line}\n" for line in lines)
        )
        return Written(self.module(head + body), self.name, tensors, symbols, tuple(loose), unknown)

    def multiplied(self, value: Expr) -> Expr:
        """An expression with the names opened that divide by a share, so that a share in front of them cancels."""
        steep = [t for t in value.tensors if t.body and not is_open(t) and self.divides(t.body[1])]
        return expanded(unfold(value, steep)) if steep else value

    def divides(self, value: Expr) -> bool:
        """Whether an entry of a softmax, which underflows, stands below a line."""
        factors = [f for t in self.carried(value).terms for f in t.atoms]
        return any(
            e < 0 and isinstance(a, Ref) and self.stable.sharing.shares(a.tensor) is not None for a, e in factors
        )

    def carried(self, value: Expr) -> Expr:
        """An expression with its derivatives carried out, and then the facts used."""
        found = carry_out(value)
        return value if found == value else using(contract(expanded(found)), self.facts)[0]

    def values(self, result: Expr) -> list[tuple[Tensor, tuple[Index, ...], Expr]]:
        """The names that the result needs, each with its indices and its stable value, a name after those it uses."""
        found: dict[Tensor, tuple[tuple[Index, ...], Expr]] = {}

        def visit(value: Expr) -> None:
            for tensor in sorted(value.tensors, key=lambda t: (t.name, made(t))):
                if tensor.body is not None and tensor not in found and not is_open(tensor):
                    letters, inside = tensor.body
                    stable = (
                        inside
                        if tensor.name.startswith(("largest", "scaled_sum"))
                        else self.stable.expr(self.carried(inside))
                    )
                    visit(stable)
                    found[tensor] = letters, stable

        visit(result)
        return [(t, letters, v) for t, (letters, v) in found.items()]

    def value(self, value: Expr, order: tuple[Index, ...]) -> str:
        """An expression with these axes: matrix notation where it has one, else index by index."""
        place_of = axes(order, ())
        matrix = lift(value, *place_of, brackets=True) if place_of is not None else None
        if matrix is not None:
            return MatrixEmitter(self.emitter).code(matrix)
        return self.emitter.full(value, order).code

    def docstring(
        self, summary: tuple[str, ...], tensors: Sequence[Tensor], loose: Sequence[Dim], order: Sequence[Index]
    ) -> str:
        """What the function computes, and the shapes of what goes in and comes out."""
        told = [line for text in summary for line in words(text)]
        shapes = ", ".join(f"{self.namer(t)} {self.shape(t.dims)}" for t in tensors)
        told += [f"Shapes: {shapes}."] if shapes else []
        told += [f"Sizes that no array tells: {', '.join(map(self.namer, loose))}."] if loose else []
        told.append(
            f"Returns {'a number' if not order else 'an array of shape ' + self.shape([i.dim for i in order])}."
        )
        inside = "\n\n    ".join(told)
        return f'    """{inside}\n    """\n'

    def shape(self, dims: Iterable[Dim], quote: str = "") -> str:
        """A shape as NumPy writes it, of names or of texts."""
        names = [f"{quote}{self.namer(d)}{quote}" for d in dims]
        return f"({', '.join(names)}{',' if len(names) == 1 else ''})"

    def checks(self, tensors: Sequence[Tensor], used: Sequence[Dim]) -> str:
        """The lines that make arrays of the arguments and compare their sizes."""
        if not tensors:
            return ""
        names = [self.namer(t) for t in tensors]
        listed = ", ".join(names)
        out = f"    {listed} = (np.asarray(array, dtype=float) for array in ({listed}))\n"
        if len(names) == 1:
            out = f"    {listed} = np.asarray({listed}, dtype=float)\n"
        rows = [
            f'("{name}", {name}, {self.shape(t.dims, quote=chr(34))})' for name, t in zip(names, tensors, strict=True)
        ]
        out += CHECK.format(rows=", ".join(rows) + ("," if len(rows) == 1 else ""))
        return out + "".join(f'    {self.namer(d)} = sizes["{self.namer(d)}"]\n' for d in used)

    def module(self, function: str) -> str:
        """The function with what it calls in front."""
        own = [source(h, o) for h, o in self.emitter.heads if not is_unknown(h)]
        text = "\n\n".join([*own, function])
        needed = helpers(text)
        top = "import numpy as np\n" + (
            f"from symgrad.functions.numeric import {', '.join(needed)}\n" if needed else ""
        )
        entry = f"{ENTRY}\n" if self.emitter.reads else ""
        return f"{top}\n{entry}\n{text}"


def made(what: Tensor) -> int:
    """Which tensor was made first, the same in every run."""
    return int(what.token.rpartition(".")[2])


def follows(fact: Fact) -> bool:
    """Whether a fact follows from definitions, looked into one after another."""
    names = [t for t in fact.left.reach | fact.right.reach if t.body is not None]
    names.sort(key=lambda t: (-len(t.reach), t.token))
    stages = ([*names[:count]] for count in range(len(names) + 1))
    return any(normal(unfold(fact.left, known)) == normal(unfold(fact.right, known)) for known in stages)


def is_open(tensor: Tensor) -> bool:
    """Whether a name's value needs the derivative of an unknown function, so that it has to be given."""
    return tensor.body is not None and any(isinstance(a, Partial) for a in atoms_in([carry_out(tensor.body[1])]))


def inputs(values: Iterable[Expr], defined: set[Tensor]) -> tuple[Tensor, ...]:
    """The tensors that have to be given, in the order of their names; an unknown function has no code."""
    found = frozenset[Tensor]().union(*(v.tensors for v in values))
    unknown = sorted(t.name for t in found if t.depends and t.body is None)
    if unknown:
        raise nothing_known(", ".join(unknown))
    return tuple(sorted((t for t in found if t not in defined), key=lambda t: (identifier(t.name), made(t))))


def atoms_in(values: Iterable[Expr]) -> list[Atom]:
    """Every atom of some expressions, inner ones too."""
    found: list[Atom] = []
    for value in values:
        mapped(value, found.append)  # None: nothing changes
    return found


def scalars(values: Iterable[Expr]) -> tuple[Any, ...]:
    """The symbols of some expressions, constants such as pi left aside."""
    found = {a.symbol for a in atoms_in(values) if isinstance(a, Scalar)}
    return tuple(sorted((s for s in found if s.is_Symbol), key=str))


def sizes_in(values: Sequence[Expr], order: Sequence[Index]) -> set[Dim]:
    """The dimensions of all indices that the code runs over."""
    found = {i.dim for i in order}
    for value in values:
        found |= {i.dim for t in value.terms for i in t.bound | t.free}
    for atom in atoms_in(values):
        found |= {atom.dim} if isinstance(atom, Size) else set()
        found |= {i.dim for i in atom.free} | {i.dim for p in atom.parts for t in p.terms for i in t.bound | t.free}
        found |= {d for s in getattr(atom, "indices", ()) if isinstance(s, Place) for d, _ in place(s).sizes}
    return found


def words(text: str) -> list[str]:
    """A line for a docstring: no quotes that would end it, no backslash, nothing unprintable."""
    plain = "".join(c if c.isprintable() else " " for c in text).replace("\\", "/").replace('"', "'")
    return [plain] if plain.strip() else []
