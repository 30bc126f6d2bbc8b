"""The table of everything as formulas and words, for the formats that a page has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symgrad import deriver
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.definitions.layers import LAYERS
from symgrad.document import Listed, render_listing
from symgrad.document.boxes import Frac, Num, Op, row
from symgrad.document.from_sympy import boxes
from symgrad.document.names import tensor_name
from symgrad.document.sets import interval
from symgrad.document.telling_indexed import space
from symgrad.document.words import Formula, pieces
from symgrad.rules import RULES
from symgrad.words import enumerated, message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from symgrad.core import Definition
    from symgrad.document.blocks import Told
    from symgrad.indexed import Tensor

Columns = tuple[tuple[str, str, "Mapping[str, str]"], ...]  # kind, title, heads by key
HEADS = {  # of columns that have a formula above them, by kind and key
    ("activation", "formula"): r"$\varphi(z)$",
    ("activation", "derivative"): r"$\varphi'(z)$",
    ("activation", "sup"): r"$\sup |\varphi'|$",
    ("loss", "formula"): "$J(a, y)$",
    ("loss", "derivative"): r"$\partial J / \partial a$",
}
YES = {True: message("yes"), False: message("no")}


def written(rows: Sequence[Mapping[str, Any]], columns: Columns, note: str, form: str, dialect: str) -> str:
    """The rows in one of the formats of a page; their facts are taken as they are, their formulas are set anew."""
    tables = [
        Listed(
            title,
            tuple(heads),
            tuple(pieces(HEADS[kind, key]) if (kind, key) in HEADS else (head,) for key, head in heads.items()),
            tuple(tuple(cells_of(r)[key] for key in heads) for r in rows if r["kind"] == kind),
        )
        for kind, title, heads in columns
    ]
    title = message("Activations, losses and layers") if len(columns) > 1 else columns[0][1]
    return render_listing(title, tables, note, form, dialect)


def cells_of(known: Mapping[str, Any]) -> dict[str, Told]:
    """The cells of a row by their keys."""
    name = known["name"]
    if known["kind"] == "rule":
        rule = RULES[name]
        stated = (rule.why,) if rule.before is None else (Formula(row(boxes(rule.before), Op("="), boxes(rule.after))),)
        given = (Formula(boxes(rule.given)),) if known["given"] else ()
        return {"name": (name,), "title": (rule.title,), "statement": stated, "given": given}
    if known["kind"] == "layer":
        layer = LAYERS[name].build()
        tensors = {"inputs": layer.inputs, "learned": layer.parameters, "output": (layer.output,)}
        return {"name": (name,)} | {key: in_a_cell(map(shape, found)) for key, found in tensors.items()}
    return of_scalar(ACTIVATIONS.get(name) or LOSSES[name], known)


def of_scalar(definition: Definition, known: Mapping[str, Any]) -> dict[str, Told]:
    """The same of an activation or a loss."""
    cells: dict[str, Told] = {
        "name": (definition.name,),
        "formula": (Formula(boxes(definition.of)),),
        "derivative": (Formula(boxes(deriver.derivative(definition).result)),),
        "kinks": in_a_cell(Formula(boxes(k.at)) for k in definition.kinks),
    }
    cells |= {f"{v.symbol}_in": (Formula(interval(v.domain)),) for v in definition.variables}
    if "sup" in known:
        cells |= {"sup": (fraction(known["sup"]),), "zero_centred": (YES[known["zero_centred"]],)}
    return cells


def fraction(number: str) -> Formula:
    """A number as the rows have it: exact as 17159/15000, else a decimal, or infinite."""
    above, _, below = number.partition("/")
    return Formula(Frac(Num(above), Num(below)) if below else Num(above))


def shape(tensor: Tensor) -> Formula:
    """The space in which a tensor lies."""
    return Formula(row(tensor_name(tensor), Op("∈"), space(tensor.dims)))


def in_a_cell(parts: Iterable[Any]) -> Told:
    """What stands in one cell, with commas between."""
    found = tuple(parts)
    return (enumerated(found),) if found else ()
