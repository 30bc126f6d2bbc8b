"""Which letters of a page name its quantities, and the colour of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symgrad.core import Kind
from symgrad.document.from_sympy import boxes
from symgrad.document.tints import SLOPE, TINTS, letter, name_of
from symgrad.functions import D, Elementwise
from symgrad.indexed import Apply, Expr, Partial

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from symgrad.core import Definition, Derivation, Page

# The colours that letters have on every page, as long as nothing else of the page has them.
USUAL = {"z": "qa", "x": "qa", "a": "qb", "p": "qb", "y": "qc", "t": "qc", "δ": SLOPE, "J": "qe", "W": "qf", "w": "qf"}

CONSTANTS = {"e", "d", "π", ""}  # a quantity called e would have its colour on every exponential


def legend_of(page: Page) -> dict[str, str]:
    """The tint of each letter that names a quantity of a page; on one of output deltas, those of a neuron."""
    if page.pairs:
        return assigned("zayδJ")
    return legend([s.derivation for s in page.settled], [f.definition for f in page.facts])


def legend(derivations: Sequence[Derivation], entries: Sequence[Definition] = ()) -> dict[str, str]:
    """The tint of each letter that names a quantity; with more letters than tints, the last have none.

    A function that a quantity is defined by, as a = σ(z), has the quantity's colour; a slope has that of the δ.
    """
    same = {alias: name for d in derivations for alias, name in functions(d)}
    activations = [d for d in entries if d.kind is Kind.ACTIVATION]
    heads = [letter(name_of(boxes(d.applied))) for d in activations]
    names = [*letters_of(s for d in derivations for s in sought(d.start)), *heads]
    names += letters_of(s for d in derivations for s in quantities(d))
    names += letters_of(v.symbol for d in entries for v in d.variables)
    own = dict.fromkeys(n for n in names if n not in CONSTANTS and same.get(n, n) == n)
    found = assigned(own, slopes=bool(entries))
    found |= {alias: found[name] for alias, name in same.items() if name in found}
    return found | {f"{head}′": SLOPE for head in heads if head in found}


def assigned(names: Iterable[str], *, slopes: bool = False) -> dict[str, str]:
    """A tint for each name, its usual one if that is free; that of the δ stays free for `slopes`."""
    wanted = list(names)
    found: dict[str, str] = {}
    taken = {SLOPE} if slopes else set()
    for name, usual in USUAL.items():
        if name in wanted and usual not in taken:
            found[name] = usual
            taken.add(usual)
    free = [t.name for t in TINTS if t.name not in taken]
    return found | dict(zip([n for n in wanted if n not in found], free, strict=False))


def quantities(derivation: Derivation) -> Iterator[Any]:
    """What a derivation is about: what is named in it, the functions where nothing is, the variables."""
    yield from (let.symbol for let in reversed(derivation.lets))
    if not derivation.lets and not isinstance(derivation.start, Expr):
        yield from sorted(derivation.start.atoms(Elementwise), key=str)
    yield from (v.symbol for v in derivation.domains)


def sought(start: Any) -> Iterator[Any]:
    """What a derivation differentiates by."""
    if isinstance(start, D):
        yield start.variable
    elif isinstance(start, Expr) and isinstance(atom := start.atom, Partial):
        yield atom.ref.tensor


def functions(derivation: Derivation) -> Iterator[tuple[str, str]]:
    """Each function whose value has a name, with that name."""
    for let in derivation.lets:
        atom = let.value.atom if isinstance(let.value, Expr) else let.value
        if isinstance(atom, Elementwise | Apply):
            yield letter(name_of(boxes(let.value))), letter(name_of(boxes(let.symbol)))


def letters_of(values: Iterable[Any]) -> Iterator[str]:
    """The letter of each name."""
    for value in values:
        if not isinstance(value, int):
            yield letter(name_of(boxes(value)))
