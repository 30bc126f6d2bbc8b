"""Derivations with symbolic dimensions, asked for: of a user's own tensors, of text, of layers and networks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symgrad.core import Document, SymgradError, UnknownNameError
from symgrad.core.catalogue import look_up, nearest
from symgrad.definitions.assumptions import assumptions
from symgrad.definitions.layers import LAYERS, network
from symgrad.definitions.shapes import Shapes
from symgrad.definitions.tensor_parser import parse_tensor
from symgrad.definitions.tokens import spelled_out
from symgrad.deriver.indexed import backpropagate, definition_of, derivation
from symgrad.deriver.indexed.backward import plain
from symgrad.deriver.indexed.layers import (
    layer_gradients,
    network_gradients,
    network_hessian,
    pair_facts,
    slope_facts,
    softmax_facts,
)
from symgrad.indexed import Expr, Fact, Index, Tensor, partial
from symgrad.pipeline.worked import Worked
from symgrad.words import enumerated, message, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from symgrad.core import Derivation
    from symgrad.definitions.layers import Layer, Network
    from symgrad.words import Message

MATRIX = 2  # dimensions
STEPS = frozenset({"rnn_cell", "lstm_cell", "gru_cell"})
LETTERS = "ijklmnpqrstuvw"


def gradient(
    of: Tensor | Expr,
    wrt: Tensor,
    *,
    through: Iterable[Tensor] = (),
    facts: Iterable[Fact] = (),
    called: Mapping[Tensor, str] | None = None,
    name: str = "",
    title: str = "",
    lead: str = "",
) -> Worked:
    """The derivative of a tensor (or of an entry of one) by each entry of `wrt`, step by step.

    `of` is a scalar J, or p with p[i] differentiated by z[j]: a Jacobian. `through` names quantities between the two,
    the loss's end first, whose derivatives get names on the way back: those in `called`, {z: "δ"}. `facts` are what
    is assumed (`sums_to(y)`) and definitions to be recognised again (`definition_of(p)`).
    """
    label = name or f"{plain(getattr(of, 'name', 'value'))}-{plain(wrt.name)}"
    spoken = title or message("The gradient with respect to {name}", name=wrt.name)
    known, nodes = require_kind(facts, Fact, "facts", "sums_to(y)"), require_kind(through, Tensor, "through", "z")
    if nodes and isinstance(of, Tensor):
        if of.dims:
            raise SymgradError(
                "{name} is no scalar; leave `through` out, or take the gradient of a scalar", name=of.name
            )
        *_, last = backpropagate(of, nodes, (wrt,), facts=known, called=called, name=label)
        return Worked(replace(last.derivation, name=label, title=spoken, lead=lead))
    value = entry(of)
    start = partial(value, wrt[fresh(wrt, value)])
    return Worked(derivation(start, name=label, title=spoken, facts=known, lead=lead))


def require_kind(given: Any, kind: type, name: str, such: str) -> tuple[Any, ...]:
    """What was given for an argument, if all of it is of its kind."""
    found = tuple(given) if isinstance(given, Iterable) and not isinstance(given, str) else (given,)
    wrong = next((g for g in found if not isinstance(g, kind)), None)
    if wrong is not None:
        raise SymgradError(
            "{name} takes {kind}s, as in {name}=({such},); {wrong} is none",
            name=name,
            kind=kind.__name__,
            such=such,
            wrong=repr(wrong),
        )
    return found


def entry(of: Tensor | Expr) -> Expr:
    """The entry of a tensor at fresh indices; an expression as it is."""
    if isinstance(of, Expr):
        return of
    return of[tuple(Index(c, d) for c, d in zip(LETTERS, of.dims, strict=False))]


def fresh(wrt: Tensor, of: Expr) -> tuple[Index, ...]:
    """Indices for what is differentiated by, of letters that the other side does not use."""
    used = {i.name for i in of.free}
    free = (c for c in LETTERS if c not in used)
    return tuple(Index(next(free), d) for d in wrt.dims)


def of_text(text: str, wrt: str | None, declared: Iterable[str], order: int = 1, assumed: Iterable[str] = ()) -> Worked:
    """The gradient of a formula of vectors and matrices, or its Hessian.

    `declared` are shapes such as `X:m,n`, `assumed` facts such as `sum(y) = 1`.
    """
    shapes = Shapes.of(declared)
    value = parse_tensor(text, shapes)
    by = chosen(shapes, wrt, value.entry)
    facts = [*assumptions(assumed, shapes)]
    for p, z in shapes.softmaxes:
        facts += [definition_of(p), *softmax_facts(p, z)]
    facts += (*pair_facts(value.entry), *slope_facts(value.entry))
    if order == 1:
        return gradient(
            value.entry,
            by,
            facts=facts,
            name="formula",
            title=message("The gradient with respect to {name}", name=by.name),
        )
    return second(value.entry, by, facts)


def second(of: Expr, by: Tensor, facts: Iterable[Fact], name: str = "formula") -> Worked:
    """The second derivatives of an entry: the Hessian, where it is a scalar."""
    title = message("The second derivative with respect to {name}", name=by.name)
    if not of.free:
        title = message("The Hessian with respect to {name}", name=by.name)
    return gradient(partial(of, by[fresh(by, of)]), by, facts=facts, name=name, title=title)


def chosen(shapes: Shapes, wrt: str | None, value: Expr) -> Tensor:
    """What to differentiate by: what --wrt names, or the only name there is."""
    inputs = {t.name: t for t in value.reach if t.body is None}
    if wrt is None:
        if len(inputs) == 1:
            return next(iter(inputs.values()))
        raise SymgradError("differentiate by what? Choose one with --wrt: {inputs}", inputs=", ".join(sorted(inputs)))
    found = inputs.get(spelled_out(wrt.strip()))
    if found is None:
        known = shapes.tensor(wrt.strip())
        if known is not None:
            raise SymgradError(
                "{wrt} does not occur in the formula; choose one of {inputs}", wrt=wrt, inputs=", ".join(sorted(inputs))
            )
        raise UnknownNameError(message("tensor of the formula"), wrt, nearest(wrt, inputs) or tuple(inputs))
    return found


def of_layer(name: str, wrt: str | None = None, order: int = 1) -> Document:
    """A layer's gradients, one derivation for each parameter and input; or its output's second derivative."""
    kind = look_up(LAYERS, name, "layer")
    layer = kind.build()
    if order != 1:
        return curvature(layer, wrt)
    found = layer_gradients(layer)
    wanted = [d for d in found if wrt is None or d.name == f"{layer.name}-{plain(wrt)}"]
    if not wanted:
        names = [t.name for t in (*layer.parameters, *layer.inputs)]
        raise UnknownNameError(
            message("parameter or input of {name}", name=kind.name), wrt or "", nearest(wrt or "", names) or names
        )
    if wrt is None and not layer.parameters and len(layer.inputs) == len(layer.output.dims) == 1:
        wanted.insert(0, jacobian(layer))
    return Document(layer.name, layer.title, "Layers", layer.lead, tuple(wanted))


def curvature(layer: Layer, wrt: str | None) -> Document:
    """The second derivative of every output by an input or parameter."""
    given = {t.name: t for t in (*layer.parameters, *layer.inputs)}
    if wrt is None and len(given) > 1:
        raise SymgradError("a second derivative by what? Choose one with --wrt: {names}", names=", ".join(given))
    by = given.get(spelled_out(wrt)) if wrt is not None else next(iter(given.values()))
    if by is None:
        raise UnknownNameError(
            message("parameter or input of {name}", name=layer.name),
            wrt or "",
            nearest(wrt or "", given) or tuple(given),
        )
    known = (*(definition_of(t) for t in layer.folded), *layer.facts)
    found = second(entry(layer.output), by, known, f"{layer.name}-{plain(by.name)}-second")
    return Document(layer.name, layer.title, "Layers", layer.lead, (found.derivation,))


def jacobian(layer: Layer) -> Derivation:
    """The derivative of every output by every input, for a layer that has nothing else."""
    known = (*(definition_of(t) for t in layer.folded), *layer.facts)
    (x,) = layer.inputs
    return gradient(layer.output, x, facts=known, name=f"{layer.name}-jacobian", title="The Jacobian").derivation


def reading(net: Network) -> Iterator[Message]:
    """What a chain is, and what it assumes of its input where that is more than a vector."""
    yield message("{layers}, with every width a letter.", layers=enumerated(layer.title for layer in net.layers))
    if len(net.x.dims) > 1:
        shape = ", ".join(d.name for d in net.x.dims)
        yield message("The input {x} has the shape ({shape}).", x=net.x.name, shape=shape)
    cells = [layer for layer in net.layers if layer.name in STEPS]
    if cells:
        yield message(
            "A cell takes one step: {states} hold the states before it, which are given and held still. What reaches a "
            "weight through earlier steps is on the page about backpropagation through time.",
            states=enumerated(t.name for cell in cells for t in cell.inputs[:-1]),
        )
    for layer in net.layers:
        if layer.name.startswith("linear") and len(layer.parameters[0].dims) > MATRIX:
            yield message("{W} has a weight for every feature and every place.", W=layer.parameters[0].name)


def of_network(
    text: str,
    loss: str,
    wrt: str | None = None,
    reduction: str = "sum",
    *,
    batch: bool = False,
    assumed: Iterable[str] = (),
    order: int = 1,
) -> Document:
    """A network's gradient by one parameter, or by all, with the deltas on the way; `assumed` are facts of inputs.

    Of the second `order` the Hessian by one parameter follows.
    """
    net = network(text, loss, reduction=reduction, batch=batch)
    given = Shapes(tuple(t for t in (net.y, *net.inputs.values()) if len(t.dims) <= MATRIX))
    net = replace(net, facts=assumptions(assumed, given, net.facts))
    learned = [t.name for layer in net.layers for t in layer.parameters]
    names = [wrt] if wrt is not None else learned or list(net.inputs)
    if order != 1:
        if len(names) > 1:
            raise SymgradError("a Hessian by what? Choose one with --wrt: {names}", names=", ".join(names))
        title = message("The Hessian of {network}", network=" ".join(text.split()))
        return Document("network", title, "Networks", sentences(reading(net)), network_hessian(net, names[0]))
    title = message("The gradient of {network}", network=" ".join(text.split()))
    return Document("network", title, "Networks", sentences(reading(net)), network_gradients(net, names))
