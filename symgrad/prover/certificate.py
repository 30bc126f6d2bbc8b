"""What a proof leaves behind: JSON from which `recheck` replays it on another polynomial kernel.

The program is a list of nodes `[operation, value, operands]`. A tree says how the space of variables was split; each
part has a context: the generators with what they are made of, facts with their sources, signs with their proofs.
Polynomials are lists of terms `[coefficient, slot, exponent, slot, exponent, ...]`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sympy import And, true

from symgrad.prover.region import Region
from symgrad.prover.scalar import Node, neg, over, subnodes
from symgrad.prover.settle import EXCLUDED, Branch, Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from symgrad.prover.field import Frac, Gen
    from symgrad.prover.kernel import Poly
    from symgrad.prover.region import Lemma
    from symgrad.prover.signs import Signs
    from symgrad.prover.statement import Statement

VERSION = 3


def identical(statement: Statement) -> str:
    """The certificate of two sides that are the same expression."""
    return _text({"version": VERSION, "statement": statement.told, "same": True})


def certificate(statement: Statement, trees: Sequence[Branch | Leaf]) -> str:
    """The certificate of a proof by regions: a tree for each combination of the values of finite domains, in order.

    It shows the statement for a reader; the checker reads the statement itself.
    """
    lemmas = _lemmas(trees)
    program = Program([n for t in trees for n in _nodes(t)] + [n for lemma in lemmas for n in _of_lemma(lemma)], lemmas)
    told = [_lemma(lemma, program) for lemma in lemmas]
    cases = [_tree(tree, program) for tree in trees]
    data = {"version": VERSION, "statement": statement.told, "program": program.lines, "lemmas": told, "cases": cases}
    return _text(data)


def conditions(trees: Sequence[Branch | Leaf], cases: Sequence[Statement]) -> tuple[Any, ...]:
    """The premises and assumptions that the proof rests on, as SymPy conditions."""
    used: set[Any] = set()
    excluded = False
    for part in _parts(trees):
        excluded = excluded or (isinstance(part, Leaf) and part.kind == EXCLUDED)
        if part.tower is not None:
            for i in _given(part.tower):
                used.add(part.region.premises[i])
    stated = (pair for case in cases for pair in zip(case.premises, case.shown, strict=True))
    found = tuple(dict.fromkeys(shown for premise, shown in stated if premise in used))
    assuming = cases[0].assuming
    return (*found, *(sorted(And.make_args(assuming), key=str) if excluded and assuming is not true else ()))


def _parts(trees: Sequence[Branch | Leaf]) -> Iterator[Branch | Leaf]:
    for tree in trees:
        yield tree
        if isinstance(tree, Branch):
            yield from _parts(tree.parts)


def _given(tower: Signs) -> set[int]:
    """The premises whose facts the proofs of signs use."""
    indices = {i for _, proof, _ in tower.known_signs.values() for i in _facts_in(proof)}
    indices |= set(single_facts(tower))
    return {tower.facts[i].why[1] for i in indices if tower.facts[i].why[:1] == ("given",)}


def _facts_in(proof: tuple[Any, ...]) -> Iterator[int]:
    if proof[0] == "l":
        for source, _ in proof[2]:
            if isinstance(source, int):
                yield source if source >= 0 else -source - 1
    elif proof[0] == "0":
        for part in proof[1:]:
            yield from _facts_in(part)


def single_facts(tower: Signs) -> list[int]:
    """The facts that are the sign of one generator."""
    return [i for i, f in enumerate(tower.facts) if f.rel != "=" and (tower.single(f.poly) or tower.single(-f.poly))]


def _lemmas(trees: Sequence[Branch | Leaf]) -> list[Lemma]:
    """The lemmas that proofs of signs use, each after those that its own proof uses."""
    found: dict[Lemma, None] = {}
    waiting = [(lemma, False) for part in _parts(trees) if part.tower is not None for lemma in _used(part.tower)]
    while waiting:
        lemma, ready = waiting.pop()
        if ready:
            found[lemma] = None
        elif lemma not in found:
            waiting += [(lemma, True), *((other, False) for other in _used(lemma.slope))]
    return list(found)


def _used(tower: Signs) -> list[Lemma]:
    return [fact.why[1] for fact in tower.facts if fact.why[0] == "lemma"]


def _of_lemma(lemma: Lemma) -> Iterator[Node]:
    yield from (lemma.of, lemma.times, *(end for end in lemma.ends if end is not None))
    yield from (node for node, _ in lemma.premises)


def _lemma(lemma: Lemma, program: Program) -> dict[str, Any]:
    """What a lemma says, and the towers that show it."""
    return {
        "name": lemma.name,
        "of": program(lemma.of),
        "ends": [None if end is None else program(end) for end in lemma.ends],
        "sign": lemma.sign,
        "times": program(lemma.times),
        "end": lemma.end,
        "slope": _context(lemma.slope, Region(lemma.premises), program, None),
        "start": _context(lemma.start, Region(), program, None),
    }


class Program:
    """Every node that the splits and the facts mention, numbered, operands first; and the numbers of lemmas."""

    def __init__(self, roots: Sequence[Node], lemmas: Sequence[Lemma] = ()) -> None:
        self.lemmas = {lemma: i for i, lemma in enumerate(lemmas)}
        self.index: dict[Node, int] = {}
        self.lines: list[Any] = []
        for node in subnodes(*roots):
            self.index[node] = len(self.lines)
            self.lines.append([node.op, _value(node), *(self.index[a] for a in node.args)])

    def __call__(self, node: Node) -> int:
        return self.index[node]


def _value(node: Node) -> Any:
    return str(node.value) if node.op == "num" else node.value


def _nodes(tree: Branch | Leaf) -> Iterator[Node]:
    yield from (node for node, _ in tree.region.premises)
    yield from (node for _, node in tree.region.bindings)
    if tree.tower is not None:
        yield from (gen.extra[1] for gen in tree.tower.gens if gen.kind == "integral")
        yield from (fact.why[1] for fact in tree.tower.facts if fact.why[:1] == ("form",))
    if isinstance(tree, Branch):
        yield tree.fork.node
        yield neg(tree.fork.node)
        yield from tree.fork.shape
        if len(tree.fork.shape) > 2:  # noqa: PLR2004 - (A, B, C, d)
            yield _ratio(tree)
        for part in tree.parts:
            yield from _nodes(part)


def _ratio(branch: Branch) -> Node:
    a, b = branch.fork.shape[:2]
    return neg(over(b, a))


def _tree(tree: Branch | Leaf, program: Program) -> dict[str, Any]:
    proof = tree.proof if isinstance(tree, Leaf) else None
    context = _context(tree.tower, tree.region, program, proof) if tree.tower is not None else None
    if isinstance(tree, Leaf):
        return {"leaf": tree.kind, "context": context}
    found: dict[str, Any] = {
        "split": program(tree.fork.node),
        "minus": program(neg(tree.fork.node)),
        "context": context,
    }
    found["nonzero"] = tree.fork.nonzero
    if tree.fork.shape:
        found["name"] = tree.fork.name
        found["shape"] = [program(n) for n in tree.fork.shape]
        found["ratio"] = program(_ratio(tree)) if len(tree.fork.shape) > 2 else None  # noqa: PLR2004 - as above
    found["parts"] = [_tree(part, program) for part in tree.parts]
    return found


FROM_ANOTHER = {"times", "powers"}  # facts that follow from the one that they name


class Numbering:
    """The facts of a tower that its proofs use, with new numbers."""

    def __init__(self, tower: Signs, proof: Any = None) -> None:
        used = set(_facts_in(proof)) if proof else set()
        used |= {i for _, proof, _ in tower.known_signs.values() for i in _facts_in(proof)} | set(single_facts(tower))
        used |= {i for i, fact in enumerate(tower.facts) if fact.why[:1] == ("given",)}
        used |= {tower.facts[i].why[1] for i in used if tower.facts[i].why[0] in FROM_ANOTHER}
        self.kept = sorted(used)
        self.number = {old: new for new, old in enumerate(self.kept)}


def _context(tower: Signs, region: Region, program: Program, proof: Any) -> dict[str, Any]:
    """`empty` is the proof that no point satisfies the facts, where there is one."""
    numbering = Numbering(tower, proof)
    return {
        "empty": _proof(tower, proof, numbering) if proof else None,
        "gens": [_generator(tower, gen, program) for gen in tower.gens],
        "powers": [[polynomial(tower, p), q, *fraction(tower, s)] for p, q, s in tower.powers.values() if s],
        "facts": [_fact(tower, region, i, program, numbering) for i in numbering.kept],
        "signs": [
            [polynomial(tower, p), s, _proof(tower, proof, numbering)] for s, proof, p in tower.known_signs.values()
        ],
    }


def _fact(tower: Signs, region: Region, i: int, program: Program, numbering: Numbering) -> list[Any]:
    fact = tower.facts[i]
    why = list(fact.why)
    if why[0] == "given":
        node, rel = region.premises[why[1]]
        why = ["given", program(node), rel]
    elif why[0] == "form":
        why = ["form", program(why[1]), why[2]]
    elif why[0] == "lemma":
        why = ["lemma", program.lemmas[why[1]]]
    elif why[0] in FROM_ANOTHER:
        why[1] = numbering.number[why[1]]
    elif why[0] == "square":
        why = ["square", *fraction(tower, why[1])]
    return [polynomial(tower, fact.poly), fact.rel, why]


def _generator(tower: Signs, gen: Gen, program: Program) -> list[Any]:
    if gen.kind in {"sym", "pi"}:
        return [gen.kind, gen.node.value]
    if gen.kind in {"log", "root"}:
        return [gen.kind, polynomial(tower, gen.base), gen.degree]
    args = [fraction(tower, a) for a in gen.args]
    if gen.kind == "call":
        return ["call", [gen.extra[0], list(gen.extra[1])], *args]
    if gen.kind == "integral":
        return ["integral", [gen.extra[0], program(gen.extra[1]), gen.twin], *args]
    return [gen.kind, gen.twin, *args]


def _proof(tower: Signs, proof: tuple[Any, ...], numbering: Numbering) -> list[Any]:
    if proof[0] == "*":
        return ["*", proof[1], [[polynomial(tower, q), m, t] for q, m, t in proof[2]]]
    if proof[0] == "l":
        return ["l", proof[1], [[_source(source, numbering), c] for source, c in proof[2]]]
    if proof[0] == "0":
        return ["0", _proof(tower, proof[1], numbering), _proof(tower, proof[2], numbering)]
    return list(proof)


def _source(source: Any, numbering: Numbering) -> list[Any]:
    if isinstance(source, int):
        return ["f", numbering.number[source]] if source >= 0 else ["-f", numbering.number[-source - 1]]
    if source[0] == "s":
        return ["s", [[c, *_sparse(e)] for e, c in source[1]]]
    return ["m", *_sparse(source[1])]


def _sparse(e: Sequence[int]) -> list[int]:
    return [x for i, m in enumerate(e) if m for x in (i, m)]


def polynomial(tower: Signs, p: Poly) -> list[Any]:
    """The terms of a polynomial."""
    return [[c, *_sparse(e)] for e, c in tower.k.terms(p)]


def fraction(tower: Signs, f: Frac) -> list[Any]:
    """Numerator and denominator."""
    return [polynomial(tower, f[0]), polynomial(tower, f[1])]


def _text(data: dict[str, Any]) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)
