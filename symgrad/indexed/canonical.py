"""The key of a term: a text that does not depend on what its bound indices are called.

Bound indices are told apart by colour refinement; what stays alike is individualised one by one, and symmetries
that are found on the way cut the search (as in McKay, Practical graph isomorphism, 1981), so that a trace of twelve
factors is no harder than one of three.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.indexed.atoms import under

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symgrad.indexed.atoms import Atom
    from symgrad.indexed.names import Index

ONE = Fraction(1)
Exponent = int | Fraction  # an int where it is whole: most are, and a Fraction is slow to add, compare and print
Factor = tuple["Atom", Exponent]
Factors = tuple[Factor, ...]


def term_key(bound: frozenset[Index], atoms: Factors, names: Mapping[Index, str]) -> str:
    """The key of a sum over `bound` of a product, without its coefficient; parts without a common index apart."""
    if not bound:
        return product_key(atoms, names)
    key = "" if names else key_apart(bound, atoms)
    if key:
        return key
    loose = [f for f in atoms if f[0].free.isdisjoint(bound)]
    keys = [component_key(part, atoms, names) for part in components(bound, atoms)]
    return "·".join((*sorted(keys), product_key(loose, names)))


def key_apart(bound: frozenset[Index], atoms: Factors) -> str:
    """The key of a term in which no factor has two binders; "" where one has."""
    loose: list[str] = []
    sums: dict[Index, list[str]] = {}
    for atom, e in atoms:
        mine = atom.free & bound
        if not mine:
            loose.append(f"{atom.token}^{e}")
        elif len(mine) == 1:
            (binder,) = mine
            sums.setdefault(binder, []).append(f"{atom.key_of(binder)}^{e}")
        else:
            return ""
    keys: list[str] = []
    for i, inside in sums.items():  # every binder has a factor: a sum over one that has none is a size
        inside.sort()
        keys.append(f"Σ{i.dim.token}({'·'.join(inside)})")
    keys.sort()
    loose.sort()
    return "·".join([*keys, "·".join(loose)])


def product_key(atoms: Iterable[Factor], names: Mapping[Index, str]) -> str:
    """The key of a product."""
    if names:
        return "·".join(sorted([f"{a.key(names)}^{e}" for a, e in atoms]))
    return "·".join(sorted([f"{a.token}^{e}" for a, e in atoms]))


def components(bound: frozenset[Index], atoms: Factors) -> list[frozenset[Index]]:
    """The bound indices in groups that share no factor."""
    groups: list[frozenset[Index]] = []
    for atom, _ in atoms:
        touched = atom.free & bound
        if touched:
            apart = [g for g in groups if not g & touched]
            groups = [*apart, touched.union(*(g for g in groups if g & touched))]
    return groups


def component_key(bound: frozenset[Index], atoms: Factors, names: Mapping[Index, str]) -> str:
    """The key of one connected sum."""
    mine = [f for f in atoms if not f[0].free.isdisjoint(bound)]
    if len(bound) == 1:
        (index,) = bound
        return f"Σ{index.dim.token}({product_key(mine, called({index: 0}, mine, names))})"
    search = Search(sorted(bound, key=lambda i: (i.dim.token, i.token)), mine, names)
    search.run(search.refined(dict.fromkeys(bound, 0)), ())
    dims = ",".join(sorted(i.dim.token for i in bound))
    return f"Σ{dims}({search.best})"


def called(colours: Mapping[Index, object], atoms: Iterable[Factor], names: Mapping[Index, str]) -> dict[Index, str]:
    """Names for bound indices by their colours, beside the names of those around that occur."""
    if not names:
        return {i: f"_{c}" for i, c in colours.items()}
    free = {i for a, _ in atoms for i in a.free}
    around = {i: n for i, n in names.items() if i in free and i not in colours}
    mark = under(around)
    return {**around, **{i: f"{mark}{c}" for i, c in colours.items()}}


@dataclass(slots=True)
class Search:
    """The least key over all ways to number the bound indices, symmetric ways tried once."""

    bound: list[Index]
    atoms: list[Factor]
    names: Mapping[Index, str]
    best: str = ""
    order: dict[Index, int] = field(default_factory=dict)  # the numbering that gave the best key
    path: tuple[Index, ...] = ()  # what was individualised to reach it
    symmetries: list[dict[Index, Index]] = field(default_factory=list)

    def refined(self, colours: dict[Index, int]) -> dict[Index, int]:
        """Colours as fine as the factors make them: by dimension, then by where each index occurs."""
        while len(set(colours.values())) < len(colours):
            signs = {i: self.sign(i, colours) for i in self.bound}
            ranks = {s: n for n, s in enumerate(sorted(set(signs.values())))}
            if len(ranks) == len(set(colours.values())):
                return {i: ranks[signs[i]] for i in self.bound}
            colours = {i: ranks[signs[i]] for i in self.bound}
        return colours

    def sign(self, index: Index, colours: dict[Index, int]) -> tuple[int, str, str]:
        """What sets an index apart from others of its colour."""
        names = called({**colours, index: "!"}, self.atoms, self.names)
        places = sorted(f"{a.key(names)}^{e}" for a, e in self.atoms if index in a.free)
        return colours[index], index.dim.token, ";".join(places)

    def run(self, colours: dict[Index, int], path: tuple[Index, ...]) -> int:
        """Try every numbering that refines `colours`; the answer is the depth to go back to."""
        cells: dict[int, list[Index]] = {}
        for i in self.bound:
            cells.setdefault(colours[i], []).append(i)
        open_cells = [c for c, cell in sorted(cells.items()) if len(cell) > 1]
        if not open_cells:
            return self.leaf(colours, path)
        done: list[Index] = []
        for i in cells[open_cells[0]]:
            if any(self.alike(i, j, path) for j in done):
                continue
            done.append(i)
            split = {j: 2 * c + (j != i) for j, c in colours.items()}
            back = self.run(self.refined(split), (*path, i))
            if back < len(path):
                return back
        return len(path)

    def leaf(self, order: dict[Index, int], path: tuple[Index, ...]) -> int:
        """Note a finished numbering; an equal key is a symmetry, and the rest of its branch holds nothing new."""
        key = product_key(self.atoms, called(order, self.atoms, self.names))
        if not self.best or key < self.best:
            self.best, self.order, self.path = key, order, path
        elif key == self.best:
            there = {n: i for i, n in order.items()}
            self.symmetries.append({i: there[n] for i, n in self.order.items()})
            return next((d for d, (a, b) in enumerate(zip(path, self.path, strict=False)) if a is not b), len(path))
        return len(path)

    def alike(self, one: Index, other: Index, path: tuple[Index, ...]) -> bool:
        """Whether a known symmetry that leaves the path alone takes one index to the other."""
        moves = [s for s in self.symmetries if all(s[p] is p for p in path)]
        reached, waiting = {other}, [other]
        while waiting:
            i = waiting.pop()
            for s in moves:
                if s[i] not in reached:
                    reached.add(s[i])
                    waiting.append(s[i])
        return one in reached
