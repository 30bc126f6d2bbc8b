"""Backpropagation: the derivative by each name in turn, each written in those of the names behind it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from unicodedata import normalize

from symgrad.definitions.tokens import spelled_out
from symgrad.deriver.indexed.chain import derivation
from symgrad.indexed import (
    Expr,
    Fact,
    Index,
    IndexedError,
    Partial,
    Power,
    Ref,
    Tensor,
    expr,
    one,
    partial,
)
from symgrad.indexed.canonical import ONE
from symgrad.indexed.expr import monomial
from symgrad.indexed.mapping import under
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from symgrad.core import Derivation
    from symgrad.indexed.term import Term

LETTERS = "ijklmnpqrst"
SUMMED = "klmnpqrstuvw"
Way = tuple[Tensor | None, tuple[Index, ...], Expr]  # no tensor: by way of the scalar alone


@dataclass(frozen=True, slots=True)
class Gradient:
    """dJ/dT: the derivation, the indices of its result, and the name that later ones use for it."""

    tensor: Tensor
    indices: tuple[Index, ...]
    derivation: Derivation
    name: Tensor

    @property
    def result(self) -> Expr:
        """The derivative by the entry at `indices`."""
        return expr(self.derivation.result)

    @property
    def lemma(self) -> Fact:
        """The result as a fact about the name."""
        return Fact(message("{name} was found before", name=self.name.name), self.name[self.indices], self.result)


def backpropagate(
    J: Tensor,
    nodes: Iterable[Tensor],
    wrt: Iterable[Tensor],
    *,
    facts: Iterable[Fact] = (),
    called: Mapping[Tensor, str] | None = None,
    name: str = "",
    entitled: Callable[[str], str] | None = None,
    untold: Collection[Tensor] = (),
) -> tuple[Gradient, ...]:
    """The derivative of the scalar J by each of `nodes`, from the loss backwards, and then by each of `wrt`.

    `nodes` are the names whose derivatives get names (delta); other names are looked through. The work for one node
    depends on the nodes that use it, not on how many layers follow. `called` gives the names: {z1: "delta1"};
    `entitled` makes a derivation's title of a tensor's name. Nodes that are `untold` have a name, and no derivation.
    """
    order, known = tuple(nodes), tuple(facts)
    named = frozenset(t.name for t in J.reach)  # of an LSTM i is a gate
    uses, stops = users(J, order), frozenset(order)
    cotangents: dict[Tensor, Tensor] = {}
    reaching = cache(lambda node, at: partial(J(), node[at]))
    found_before = cache(lambda node, at: cotangents[node][at])
    found: list[Gradient] = []
    for tensor in (*order, *wrt):
        letters = tuple(Index(c, d) for c, d in zip(free(LETTERS, named), tensor.dims, strict=False))
        behind = uses(tensor)
        late = [c.name for c in behind if c is not J and c not in cotangents]
        if late:
            raise IndexedError(
                "{name} comes before {late}; list nodes from the loss backwards", name=tensor.name, late=", ".join(late)
            )
        start, opening = partial(J(), tensor[letters]), list[tuple[str, Expr]]()
        called_so = (called or {}).get(tensor, f"{tensor.name}\u0304")
        cotangents[tensor] = Tensor(called_so, tensor.dims, body=(letters, start))
        if tensor in untold:
            continue
        if behind not in {(), (J,)}:
            entry = Ref(tensor, letters)
            every = ways(J, entry, behind, stops, named)
            opening = [("layers", chain_rule(every, reaching)), ("cotangent", chain_rule(every, found_before))]
        label = f"{name or J.name}-{plain(tensor.name)}"
        title = entitled(tensor.name) if entitled else f"d{J.name}/d{tensor.name}"
        chain = derivation(start, name=label, title=title, facts=known, opening=opening)
        found.append(Gradient(tensor, letters, chain, cotangents[tensor]))
    return tuple(found)


@cache
def plain(name: str) -> str:
    """A name in Latin letters: γ is gamma, x̂ is x-hat."""
    spoken = {"\u0302": "-hat", "\u0304": "-bar"}
    return spelled_out("".join(spoken.get(c, c) for c in normalize("NFD", name)))


def users(J: Tensor, nodes: tuple[Tensor, ...]) -> Callable[[Tensor], tuple[Tensor, ...]]:
    """For a tensor, the nodes (and J) whose values mention it, directly or through names that are no nodes."""
    stops = frozenset(nodes)
    found: dict[Tensor, list[Tensor]] = {}
    for node in dict.fromkeys((J, *nodes)):
        for tensor in seen_from(node, stops):
            found.setdefault(tensor, []).append(node)
    return lambda tensor: tuple(found.get(tensor, ()))


def seen_from(node: Tensor, stops: frozenset[Tensor]) -> Iterator[Tensor]:
    """What a node's value mentions, names that are no nodes looked through."""
    waiting, seen = [node], set[Tensor]()
    while waiting:
        tensor = waiting.pop()
        for t in tensor.mentions - seen:
            seen.add(t)
            yield t
            if t not in stops:
                waiting.append(t)


def free(letters: str, used: frozenset[str]) -> Iterator[str]:
    """The letters that nothing else is called; all of them once those have run out."""
    yield from (c for c in letters if c not in used)
    yield from (c for c in letters if c in used)


def ways(
    J: Tensor,
    entry: Ref,
    behind: tuple[Tensor, ...],
    stops: frozenset[Tensor],
    named: frozenset[str] = frozenset(),
) -> tuple[Way, ...]:
    """The nodes that use T, each with indices and its own derivative by T, the other nodes held still."""
    found, used = list[Way](), frozenset(i.name for i in entry.free)
    letters = "".join(c for c in free(SUMMED, named) if c not in used)
    for node in behind:
        inner = summed(node, letters)
        local = one(Partial(node[inner], entry, frozenset(seen_from(node, stops)) & stops))
        found.append((None if node is J else node, inner, local))
    return tuple(found)


@lru_cache(maxsize=256)
def summed(node: Tensor, letters: str) -> tuple[Index, ...]:
    """Indices to sum over at a node, called by these letters; the same for all that it uses."""
    return tuple(Index(c, d) for c, d in zip(letters, node.dims, strict=False))


def chain_rule(every: tuple[Way, ...], arriving: Callable[[Tensor, tuple[Index, ...]], Expr]) -> Expr:
    """dJ/dT as a sum over the nodes that use T: what arrives at a node, times the node's own derivative by T."""
    terms: list[Term] = []
    for node, inner, local in every:
        terms += under(ONE, frozenset(inner), (), (local,) if node is None else (arriving(node, inner), local))
    return Expr(terms)


def definition_of(name: Tensor) -> Fact:
    """A name's definition, solved for one factor of its value: p_i = e^(z_i)/S gives e^(z_i) = p_i S.

    The factor is the first function or power of a sum in the value.
    """
    if name.body is None:
        raise IndexedError("{name} is an input, so it has no definition", name=name.name)
    letters, value = name.body
    whole = Fact(message("definition of {name}", name=name.name), value, name[letters])
    if len(value.terms) != 1 or value.terms[0].bound:
        return whole
    (term,) = value.terms
    kind = [a for a, _ in term.atoms if a.parts]
    if not kind:
        return whole
    atom, exponent = kind[0], dict(term.atoms)[kind[0]]
    rest = monomial(term.coefficient, [(a, e) for a, e in term.atoms if a != atom])
    left = atom.base if isinstance(atom, Power) else one(atom)
    return Fact(message("definition of {name}", name=name.name), left, (name[letters] / rest) ** (ONE / exponent))


__all__ = ["Gradient", "backpropagate", "definition_of"]
