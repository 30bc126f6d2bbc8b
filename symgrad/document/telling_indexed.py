"""An indexed derivation as it is told: names with their shapes, both forms of the result, facts, code."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from symgrad.core import REALS, UnsupportedError, Variable, every_step
from symgrad.document.atoms import dim_box
from symgrad.document.boxes import Box, Diff, Ident, Num, Op, Script, Text, commas, fenced, row
from symgrad.document.einsum import einsum_box
from symgrad.document.from_indexed import entry_box, second
from symgrad.document.from_matrix import Style, matrix_boxes, turned
from symgrad.document.from_sympy import boxes
from symgrad.document.index_names import atoms_of, first
from symgrad.document.layout import equation, width
from symgrad.document.names import tensor_name
from symgrad.document.notation import Notation
from symgrad.document.sets import membership
from symgrad.document.telling import Declared, Line, Telling, tell
from symgrad.document.text import text
from symgrad.functions import Elementwise
from symgrad.indexed import Apply, Delta, Dim, Expr, Fact, Index, Partial, Ref, Tensor, Term
from symgrad.indexed.canonical import ONE
from symgrad.indexed.conditions import Condition, distinct
from symgrad.indexed.expr import monomial
from symgrad.indexed.matrix import COLUMN, Layout, axes, layout_named, lift
from symgrad.indexed.numpy_code import einsum_notation, numpy_source
from symgrad.rules import RULES
from symgrad.words import capitalised, message, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from symgrad.core import Derivation, Settled, Step, Verdict

Indices = tuple[Index, ...]
LONGEST = 200  # characters of einsum notation in a line


@tell.register(Expr)
def tell_indexed(start: Expr, settled: Settled, layout: str = "", *, shapes: bool = False) -> Telling:
    """The derivation's names, lines, result in both notations, and code."""
    derivation = settled.derivation
    notation = Notation(lets=derivation.lets)
    verdicts = dict(zip(map(id, every_step(derivation.steps)), settled.verdicts, strict=True))
    chosen = replace(layout_named(layout), upright=batches(derivation)) if layout else COLUMN
    known = list(given(derivation, notation, chosen))
    return Telling(
        settled,
        tuple(box for box, _ in known),
        tuple(spaces(derivation)),
        boxes(start, notation),
        boxes(derivation.result, notation),
        tuple(line(s, str(n), verdicts, notation) for n, s in enumerate(derivation.steps, 1)),
        holds=holds(settled, notation),
        forms=tuple(forms(derivation, chosen, Style(shapes))),
        facts=tuple(declared(settled, notation)),
        code=code_or_none(derivation, conditions(settled)),
        also=frozenset(box for box, again in known if again),
    )


def batches(derivation: Derivation) -> frozenset[Dim]:
    """The dimensions that count samples: matrices have them for their rows alone, and no input is a vector over one."""
    inputs = [t for v in derivation.domains if isinstance(t := v.symbol, Tensor)]
    several = [t.dims for t in (*inputs, *(let.symbol for let in derivation.lets)) if len(t.dims) > 1]
    features = {d[-1] for d in several} | {t.dims[0] for t in inputs if len(t.dims) == 1}
    return frozenset(d[0] for d in several) - features


def given(derivation: Derivation, notation: Notation, layout: Layout) -> Iterator[tuple[Box, bool]]:
    """What each name stands for, in indices and as a matrix, which is marked; then the named functions."""
    for let in derivation.lets:
        tensor, letters = let.symbol, let.symbol.body[0]
        yield equation(entry_box(tensor, letters, notation), boxes(let.value, notation)), False
        matrix = matrix_of(let.value, axes(letters, (), layout), layout)
        if matrix is not None and letters:
            yield equation(tensor_name(tensor), matrix), True
    for head, parameters in heads(derivation):
        applied = head(*head.variables, *parameters)
        yield equation(boxes(applied), boxes(applied.unfold())), False


def heads(derivation: Derivation) -> list[tuple[Any, tuple[Any, ...]]]:
    """The catalogue's functions in a derivation, each with the parameters that do not all have their usual values."""
    values = [derivation.start, derivation.result, *(let.value for let in derivation.lets)]
    found: dict[Any, int] = {}
    for atom in (a for v in values for a in atoms_of(v) if isinstance(a, Apply)):
        if isinstance(atom.head, type) and issubclass(atom.head, Elementwise):
            found[atom.head] = max(found.get(atom.head, 0), len(atom.args))
    ordered = sorted(found.items(), key=lambda item: item[0].spelling)
    return [(head, head.parameters if count > len(head.variables) else ()) for head, count in ordered]


def matrix_of(value: Expr, place: Any, layout: Layout, style: Style | None = None) -> Box | None:
    """Matrix notation of an expression; None where it has none."""
    if place is None:
        return None
    ways = (lift(value, place[0], place[1], layout, brackets=kept) for kept in (False, True))
    return min((matrix_boxes(m, style or Style()) for m in ways if m is not None), key=width, default=None)


def spaces(derivation: Derivation) -> Iterator[Box]:
    """Where every input and every name lies: W ∈ ℝ^(n × m); closer bounds for the entries of inputs."""
    tensors = [*(v.symbol for v in derivation.domains), *(let.symbol for let in derivation.lets)]
    tensors = [t for t in tensors if isinstance(t, Tensor)]
    tensors.sort(key=lambda t: (-len(t.dims), [d.token for d in t.dims]))
    for dims, group in groupby(tensors, key=lambda t: t.dims):
        yield row(commas(*(tensor_name(t) for t in group)), Op("∈"), space(dims))
    for tensor in padded(derivation):
        yield row(tensor_name(tensor), Text(message(" is 0 outside its shape")))
    slopes = [a for s in every_step(derivation.steps) for a in atoms_of(s.after) if isinstance(a, Partial)]
    for tensor in dict.fromkeys(t for a in slopes for t in sorted(a.fixed, key=lambda t: t.name)):
        yield row(tensor_name(tensor), Text(message(" below a bracket is held still")))
    for v in derivation.domains:
        if v.domain != REALS and isinstance(v.symbol, Tensor):
            letters = tuple(Index("ijkl"[n % 4], d) for n, d in enumerate(v.symbol.dims))
            yield membership(Variable(v.symbol[letters], v.domain))
        elif isinstance(v.symbol, Tensor) and v.symbol.positive:
            yield row(tensor_name(v.symbol), Op(">"), Text(message("0 in every entry")) if v.symbol.dims else Num("0"))


def padded(derivation: Derivation) -> list[Tensor]:
    """The tensors that are read at places which may lie outside their shapes."""
    values = [*(s.after for s in every_step(derivation.steps)), *(let.value for let in derivation.lets)]
    read = {a.tensor for v in values for a in atoms_of(v) if isinstance(a, Ref) and plain(a.indices) is None}
    return sorted(read, key=lambda t: (t.name, t.token))


def space(dims: Sequence[Any]) -> Box:
    """ℝ, ℝⁿ, ℝ with n × m at its shoulder."""
    if not dims:
        return Ident("ℝ")
    kids: list[Box] = []
    for d in dims:
        kids += [*([Op("×")] if kids else []), dim_box(d)]
    return Script(Ident("ℝ"), None, row(*kids))


def line(step: Step, number: str, verdicts: dict[int, Verdict], notation: Notation) -> Line:
    """One step in boxes, the terms that change marked on both sides."""
    rule = RULES.get(step.rule)
    gone, come = changed(step)
    before = boxes(step.before, Notation(notation.lets, gone, "was"))
    after = boxes(step.after, Notation(notation.lets, come, "now"))
    why = rule.why if rule else ""
    unfinished = step.note and not step.note.endswith(".")
    note = message("{sentence}.", sentence=capitalised(step.note)) if unfinished else step.note
    return Line(
        number,
        step,
        verdicts[id(step)],
        rule.title if rule else step.rule.replace("_", " ").replace("-", " ").capitalize(),
        sentences((note, why)) if step.rule in {"fact", "lemma"} else note or why,
        before,
        after,
        equation(before, after, sign=step.relation),
        inner=tuple(line(s, f"{number}.{n}", verdicts, notation) for n, s in enumerate(step.substeps, 1)),
    )


def changed(step: Step) -> tuple[Any, Any]:
    """The terms that go and those that come; what the step says of it itself goes before."""
    if step.focus is not None or step.became is not None:
        return step.focus, step.became
    if all(len(e.terms) == 1 for e in (step.before, step.after)):
        (one,), (other,) = step.before.terms, step.after.terms
        return factors(one, other), factors(other, one)
    sides = [{(t.token, t.coefficient): t for t in e.terms} for e in (step.before, step.after)]
    gone, come = (
        Expr(t for key, t in mine.items() if key not in other) for mine, other in (sides, tuple(reversed(sides)))
    )
    return gone or None, come or None


def factors(term: Term, other: Term) -> Expr | None:
    """The factors of one product that another one lacks; of these its deltas, where it lacks them all."""
    there = {a for a, _ in other.atoms}
    mine = [(a, e) for a, e in term.atoms if a not in there]
    if len(mine) == len(term.atoms):
        mine = [(a, e) for a, e in mine if isinstance(a, Delta)]
    return monomial(ONE, mine) if mine else None


def sought(derivation: Derivation, layout: Layout = COLUMN) -> tuple[Box, Indices, Indices] | None:
    """The left side without indices, ∂J/∂W, with the indices of what is differentiated and of the variable."""
    atom = derivation.start.atom
    if not isinstance(atom, Partial):
        return None
    inner, by = atom.expr.atom, plain(atom.ref.indices)
    variable = tensor_name(atom.ref.tensor)
    if isinstance(inner, Ref):
        of = plain(inner.indices)
        left: Box = Diff(tensor_name(inner.tensor), variable, partial=True)
    elif isinstance(inner, Partial) and not inner.expr.free:
        of = plain(inner.ref.indices)
        left = second(whole_box(inner.expr, layout), tensor_name(inner.ref.tensor), turned(variable))
    else:
        of = tuple(sorted(atom.expr.free, key=lambda i: (i.name, i.token)))
        left = row(Diff(None, variable, partial=True), whole_box(atom.expr, layout))
    if of is None or by is None or len({*of, *by}) != len(of) + len(by):
        return None
    return left, of, by


def whole_box(value: Expr, layout: Layout) -> Box:
    """What is differentiated, without indices where it has a matrix form: a name as it is, else in parentheses."""
    if isinstance(name := value.atom, Ref) and not name.indices:
        return tensor_name(name.tensor)
    free = tuple(sorted(value.free, key=lambda i: (i.name, i.token)))
    shown = matrix_of(value, axes(free, (), layout), layout)
    return fenced(boxes(value) if shown is None else shown)


def plain(indices: tuple[Any, ...]) -> tuple[Index, ...] | None:
    """Indices, if none of them is a place."""
    return indices if all(isinstance(i, Index) for i in indices) else None


def forms(derivation: Derivation, layout: Layout, style: Style) -> Iterator[Box]:
    """The result in matrix notation; in that of einsum where there is none."""
    found = sought(derivation, layout)
    if found is None:
        if not derivation.result.tensors:  # a number, which says nothing beside the equation
            return
        free = tuple(sorted(derivation.result.free, key=lambda i: (i.name, i.token)))
        matrix = matrix_of(derivation.result, axes(free, (), layout), layout, style)
        if matrix is not None:
            yield matrix
        return
    left, of, by = found
    last = derivation.steps[-1]
    for value in (last.before, last.after) if last.rule == "inner" else (last.after,):
        matrix = matrix_of(value, axes(of, by, layout), layout, style)
        if matrix is not None:
            yield equation(left, matrix)
        elif value.atom is not None:  # einsum would say no more than the entry does
            continue
        elif (shown := einsum_box(value, (*of, *by), begin(derivation), Notation(lets=derivation.lets))) is not None:
            yield equation(left, shown)
        elif (notation := einsum_notation(value, (*of, *by))) and len(notation) <= LONGEST:
            yield equation(left, Text(notation))


def begin(derivation: Derivation) -> int:
    """Where the indices of a derivation count from."""
    return first((derivation.result, *(let.value for let in derivation.lets)))


def conditions(settled: Settled) -> tuple[Condition, ...]:
    """Where the chain holds: what the proofs of its steps and of the whole have listed, facts left aside."""
    return distinct(c for v in (settled.claim, *settled.verdicts) for c in v.conditions if isinstance(c, Condition))


def holds(settled: Settled, notation: Notation) -> Box | None:
    """The same as it is told."""
    found = [boxes(c, notation) for c in conditions(settled)]
    return commas(*found) if found else None


def declared(settled: Settled, notation: Notation) -> Iterator[Declared]:
    """The facts that a derivation uses, and where it would end without one that is assumed."""
    derivation = settled.derivation
    used = {c for v in (*settled.verdicts, settled.claim) for c in v.conditions}
    leaves = [(s, v) for s, v in zip(every_step(derivation.steps), settled.verdicts, strict=True) if not s.substeps]
    for fact in derivation.facts:
        named = next((s for s, _ in leaves if s.rule == "fact" and s.note in {fact.words, fact.name}), None)
        if named is None and fact not in used:
            continue
        ends = next((value for f, value in settled.without if f is fact), None)
        if ends is None and fact.assumed:  # nothing is differentiated: the line before it is how far one gets
            step = named or next((s for s, v in leaves if fact in v.conditions and not standing(s.before)), None)
            ends = step and step.before
        without = None if ends is None else boxes(ends, notation)
        statement = equation(boxes(fact.left, notation), boxes(fact.right, notation))
        yield Declared(statement, fact.words, fact.assumed, without)


def standing(value: Expr) -> bool:
    """Whether a derivative is left standing in an expression, which then says little."""
    return any(isinstance(a, Partial) for a in atoms_of(value))


def code_or_none(derivation: Derivation, needs: Sequence[Condition]) -> str:
    """The result as a NumPy function; "" where an unknown function stands in it."""
    try:
        return indexed_code(derivation, needs)
    except UnsupportedError:
        return ""


def indexed_code(derivation: Derivation, needs: Sequence[Any] = ()) -> str:
    """The result as a NumPy function that says what it `needs`.

    Raises UnsupportedError where an unknown function stands in it.
    """
    if derivation.claim.relation != "=":
        raise UnsupportedError(message("a sign is no result that code could return"))
    found = sought(derivation)
    if found is None and not any(t.atoms for t in derivation.result.terms):
        raise UnsupportedError(message("the result is a number, for which no function is needed"))
    if found is None:
        order, name = tuple(sorted(derivation.result.free, key=lambda i: (i.name, i.token))), "value"
        told = text(boxes(derivation.result))
    else:
        left, of, by = found
        order, name = (*of, *by), text(left).replace("∂", "d") if isinstance(left, Diff) else "gradient"
        told = text(row(boxes(derivation.start), Op("="), boxes(derivation.result)))
    assumed = [f"Holds where {text(equation(boxes(f.left), boxes(f.right)))}." for f in derivation.facts if f.assumed]
    assumed += [f"Holds where {text(boxes(c))}." for c in needs if isinstance(c, Condition)]
    summary = (f"{told}.", *explained(derivation), *assumed)
    return numpy_source(derivation.result, order, name=name, summary=summary, facts=derivation.facts).source


def explained(derivation: Derivation) -> Iterator[str]:
    """What is differentiated, and the derivatives that a result goes by a name: its first line mentions both."""
    asked = frozenset[Tensor]().union(*(a.expr.tensors for a in atoms_of(derivation.start) if isinstance(a, Partial)))
    for let in derivation.lets:
        tensor, letters = let.symbol, let.symbol.body[0]
        if tensor in asked or (tensor in derivation.result.tensors and standing(let.value)):
            yield f"Here {text(equation(entry_box(tensor, letters), boxes(let.value)))}."


@boxes.register(Fact)
def fact_boxes(fact: Fact, notation: Notation | None = None) -> Box:
    """A fact as an equation."""
    known = notation or Notation()
    return equation(boxes(fact.left, known), boxes(fact.right, known))
