"""Gradients of a layer, given what comes back to its output, and of networks of layers."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from sympy import Expr as Formula

from symgrad.core import UnknownNameError, UnsupportedError
from symgrad.core.catalogue import nearest
from symgrad.definitions import ACTIVATIONS
from symgrad.definitions.tokens import spelled_out
from symgrad.deriver import pairs
from symgrad.deriver.indexed.backward import Gradient, backpropagate, definition_of
from symgrad.functions.symbols import a, y
from symgrad.indexed import Fact, Tensor, apply, sums_to
from symgrad.indexed.conversion import from_formula

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symgrad.core import Derivation
    from symgrad.definitions.layers import Layer, Network
    from symgrad.indexed import Expr

MACRON = "\u0304"


def layer_gradients(layer: Layer) -> tuple[Derivation, ...]:
    """The derivative of any loss by each parameter and input of a layer, in terms of what reaches its output."""
    J = Tensor("J", (), depends=(layer.output,))
    nodes = tuple(reversed(layer.names))
    facts = (*(definition_of(t) for t in layer.folded), *layer.facts)
    wrt = (*layer.parameters, *layer.inputs)
    found = backpropagate(J, nodes, wrt, facts=facts, called=dict(layer.called), name=layer.name)
    return tuple(entitled(g, layer.name) for g in found if g.tensor is not layer.output)


def network_gradients(network: Network, wrt: Iterable[str]) -> tuple[Derivation, ...]:
    """The derivative of a network's loss by each of the tensors named, with every delta on the way to it.

    Raises UnknownNameError for a name that the network does not have.
    """
    wanted = [wanted_one(network, name) for name in wrt]
    nodes = tuple(reversed([t for t in affine_names(network) if any(w in t.reach for w in wanted)]))
    called = {t: t.name.replace("z", "δ", 1) if t.name.startswith("z") else f"{t.name}{MACRON}" for t in nodes}
    found = backpropagate(network.J, nodes, wanted, facts=known_about(network), called=called, name="network")
    return tuple(entitled(g, "network") for g in found)


def affine_names(network: Network) -> list[Tensor]:
    """The names that get a delta: all but the outputs of activations and of softmax, which are looked through."""
    plain = {*ACTIVATIONS, "softmax", "dropout"}
    return [t for layer in network.layers if layer.name not in plain for t in layer.names]


def wanted_one(network: Network, name: str) -> Tensor:
    """The parameter or input of this name."""
    found = network.inputs.get(spelled_out(name)) or network.inputs.get(name)
    if found is None:
        raise UnknownNameError("parameter of this network", name, nearest(name, network.inputs) or tuple(network.inputs))
    return found


def known_about(network: Network) -> tuple[Fact, ...]:
    """Facts for the whole chain: softmax outputs sum to 1, each layer's own, and the delta of the output pair."""
    facts: list[Fact] = [*network.facts]
    for layer in network.layers:
        facts += [definition_of(t) for t in layer.folded]
        facts += [sums_to(t, name=f"softmax outputs {t.name} sum to 1") for t in layer.folded if layer.name == "softmax"]
        facts += layer.facts
    return (*output_facts(network), *facts)


def output_facts(network: Network) -> tuple[Fact, ...]:
    """dJ/da phi'(z) at the output as the catalogue derives it: a - y for a sigmoid and cross-entropy."""
    last = network.layers[-1]
    entry = ACTIVATIONS.get(last.name)
    if network.loss is None or entry is None:
        return ()
    delta = pairs.output_delta(entry, network.loss).result
    (z,), (target,) = last.inputs, [t for t in network.J.reach if t.name == "y"]
    (i,), _ = last.output.body or ((), None)
    names = {a: last.output[i], y: target[i], entry.variable: z[i]}
    whole = from_output(delta, names)
    if whole is None:
        return ()
    slope = apply(network.loss.head, last.output[i], target[i], order=(1, 0)) * apply(entry.head, z[i], order=1)
    return (Fact(f"the output delta of {entry.title} with {network.loss.title}", slope, whole),)


def from_output(delta: Formula, names: dict[Formula, Expr]) -> Expr | None:
    """A delta as an indexed expression; None where it is by cases."""
    try:
        return from_formula(delta, names)
    except UnsupportedError:
        return None


def entitled(gradient: Gradient, name: str) -> Derivation:
    """The derivation with an id of plain letters and a title."""
    tensor = gradient.tensor.name
    return replace(
        gradient.derivation, name=f"{name}-{plain(tensor)}", title=f"The gradient with respect to {tensor}"
    )


def plain(name: str) -> str:
    """A name in Latin letters: γ is gamma, x̂ is x-hat."""
    spoken = {"\u0302": "-hat", "\u0304": "-bar"}
    return spelled_out("".join(spoken.get(c, c) for c in unicodedata.normalize("NFD", name)))



