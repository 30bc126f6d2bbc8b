"""What indices are called on a page, and from where they count."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from symgrad.document.atoms import dim_box
from symgrad.document.boxes import Box, Fence, Num, Op, row
from symgrad.document.names import named
from symgrad.indexed import Apply, Attains, Expr, Greatest, Index, Place, Power, Ref, Where
from symgrad.indexed.names import place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from symgrad.indexed import Atom

LETTERS = "klijrstuvwabcdfgh"  # without those that read as numbers
NUMBERS = frozenset({"e", "π", "pi"})
WORDS = re.compile(r"[^\W\d_]+")

Names = dict[Index, str]


def with_free(free: Iterable[Index], names: Mapping[Index, str]) -> Names:
    """Names for free indices too: their own, unless another index has it.

    That a tensor has it as well is no reason to change: the other side of the equation may not mention that tensor.
    """
    own = {i: i.name for i in free if i not in names and i.name in NUMBERS - {*names.values()}}
    return with_bound((i for i in free if i not in names and i not in own), {**names, **own}, set())


def with_bound(bound: Iterable[Index], names: Mapping[Index, str], taken: set[str]) -> Names:
    """Names for the indices of a sum: their own, unless that is in use where the sum stands, or reads as a number."""
    found = dict(names)
    waiting = []
    for i in sorted(bound, key=born):
        if i.name in {*found.values(), *taken, *NUMBERS}:
            waiting.append(i)
        else:
            found[i] = i.name
    for i in waiting:
        found[i] = unused(i.name, {*found.values(), *taken, *NUMBERS})
    return found


def born(index: Index) -> tuple[str, int]:
    """An order of indices that is the same in every run: by name, then by which was made first."""
    return index.name, int(index.token.rpartition(".")[2] or 0)


def unused(name: str, taken: set[str]) -> str:
    """The name, or the first letter that is free."""
    pool = (name, *LETTERS, *(f"{name}{n}" for n in range(1, len(taken) + 2)))
    return str(next(c for c in pool if c not in taken))


def letters_of(value: Expr) -> set[str]:
    """The letters of an expression's dimensions and tensors, and what they wear: the l of z^(l + 1) is taken."""
    tensors = value.tensors
    sizes = {d for t in tensors for d in t.dims}
    return set().union(*(words(n.name, n.tex) for n in tensors), *(words(d.name, d.tex) for d in sizes))


@cache
def words(name: str, tex: str) -> frozenset[str]:
    """A name and every letter in it."""
    return frozenset((name, *WORDS.findall(f"{name} {tex}")))


def slot_box(where: Index | Place, names: Mapping[Index, str]) -> Box:
    """An index, or an affine place such as 2o + k − 1."""
    if isinstance(where, Index):
        return named(names.get(where, where.name))
    parts: list[tuple[int, Box | None]] = [(c, named(names.get(i, i.name))) for i, c in where.parts]
    parts += [(c, dim_box(d)) for d, c in where.sizes]
    parts += [(where.constant, None)] if where.constant or not parts else []
    return signed(sorted(parts, key=lambda p: (p[0] < 0, p[1] is None)))


def signed(parts: list[tuple[int, Box | None]]) -> Box:
    """Whole multiples with their signs."""
    kids: list[Box] = []
    for c, letter in parts:
        if c < 0 or kids:
            kids.append(Op("−" if c < 0 else "+", prefix=not kids))
        if letter is None or abs(c) != 1:
            kids.append(Num(str(abs(c))))
        kids += [letter] if letter is not None else []
    return row(*kids)


def condition_box(atom: Where, names: Mapping[Index, str]) -> Box:
    """Iverson's bracket with each side's multiples positive: [j ≤ i]."""
    left, right = halves(atom.place)
    sign = "=" if atom.equal else "≤"
    return Fence(row(slot_box(left, names), Op(sign), slot_box(right, names)), "[", "]")


def halves(whole: Place) -> tuple[Place, Place]:
    """The negative multiples, turned positive, and the positive ones."""
    left = Place(
        tuple((i, -c) for i, c in whole.parts if c < 0),
        max(-whole.constant, 0),
        tuple((d, -c) for d, c in whole.sizes if c < 0),
    )
    right = Place(
        tuple((i, c) for i, c in whole.parts if c > 0),
        max(whole.constant, 0),
        tuple((d, c) for d, c in whole.sizes if c > 0),
    )
    return left, right


def first(values: Iterable[Expr]) -> int:
    """Where indices count from: 1 as in mathematics, but 0 where a place would mean another entry then."""
    return 0 if any(depends_on_base(v) for v in values) else 1


def depends_on_base(value: Expr) -> bool:
    """Whether a place in the expression means another entry if indices count from 1."""
    return any(shifts(a) for t in value.terms for a, _ in t.atoms)


def shifts(atom: Atom) -> bool:
    """The same for one atom: x[2 * o + k] does, x[i + 1] does not."""
    if isinstance(atom, Ref):
        return any(weight(i) != 1 for i in atom.indices)
    if isinstance(atom, Where):
        return weight(atom.place) != 0
    inside = atom.parts if isinstance(atom, Apply | Power | Greatest | Attains) else ()
    return any(map(depends_on_base, inside))


def weight(where: Any) -> int:
    """By how much a place moves if every index moves by one; sizes mark a place that is counted from the end."""
    whole = place(where)
    return sum(c for _, c in whole.parts) + (2 if whole.sizes or not whole.parts else 0)


def atoms_of(value: Expr) -> Iterator[Atom]:
    """Every atom of an expression, inner ones too."""
    for term in value.terms:
        for atom, _ in term.atoms:
            yield atom
            for part in atom.parts:
                yield from atoms_of(part)
