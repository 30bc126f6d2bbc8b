"""Networks as words: "linear sigmoid linear softmax" with a loss, every width a letter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sympy import log

from symgrad.core import SymgradError, UnknownNameError, UnsupportedError
from symgrad.core.catalogue import canonical, look_up
from symgrad.definitions.activations import ACTIVATIONS
from symgrad.definitions.layers.catalogue import LAYERS
from symgrad.definitions.layers.dense import activation, over, vector
from symgrad.definitions.layers.layer import Kind
from symgrad.definitions.lookup import loss_named, spelled
from symgrad.definitions.losses import LOSSES
from symgrad.indexed import Tensor, apply, sums_to, total

if TYPE_CHECKING:
    from symgrad.core import Definition
    from symgrad.definitions.layers.layer import Layer
    from symgrad.indexed import Fact

OUTPUT_AND_TARGET = 2
LONGEST = 60  # layers; a deeper network is what induction is for
LOG_LIKELIHOOD = ("log_likelihood", "nll", "categorical_cross_entropy", "cross_entropy_softmax")


@dataclass(frozen=True, slots=True)
class Network:
    """Layers one behind the other, and the loss of one example.

    `loss` is the catalogue's loss that is summed over the outputs, None for the log-likelihood -Σ y_k ln p_k.
    `facts` are what is assumed about the target.
    """

    layers: tuple[Layer, ...]
    J: Tensor
    y: Tensor
    loss: Definition | None
    facts: tuple[Fact, ...] = ()

    @property
    def inputs(self) -> dict[str, Tensor]:
        """What gradients can be taken by, by name: the parameters and the network's input."""
        found = [*(p for layer in self.layers for p in layer.parameters), *self.layers[0].inputs]
        return {t.name: t for t in found}

    @property
    def names(self) -> dict[str, Tensor]:
        """The named quantities between the input and the loss."""
        return {t.name: t for layer in self.layers for t in layer.names}


def network(text: str, loss: str) -> Network:
    """The network of these layers, from the input to the output, with this loss.

    Letters are numbered by the layers with weights: W1, b1, z1, a1, W2, ...; where that would give a letter twice, as
    for two activations in a row, by the layer's position. Raises SymgradError for unknown words.
    """
    words = text.replace(",", " ").replace("->", " ").split()
    if not words:
        raise SymgradError('the network is empty; write its layers in order, such as "linear sigmoid linear softmax"')
    if len(words) > LONGEST:
        raise SymgradError(f"a network may have at most {LONGEST} layers here; the pages on depth treat any number")
    layers: list[Layer] = []
    number, x, taken = 0, vector("x", "n0"), {"x", "n0"}
    for position, word in enumerate(words, 1):
        number += word.startswith("linear") or not layers
        layer = one_layer(word, x, str(number))
        if not taken.isdisjoint(letters(layer)):
            layer = one_layer(word, x, str(position))  # no layer before has a number so high
        layers.append(layer)
        taken |= letters(layer)
        x = layer.output
    return with_loss(tuple(layers), loss)


def letters(layer: Layer) -> set[str]:
    """The names that a layer brings with it, those of sizes among them."""
    before = {t for x in layer.inputs for t in (x, *x.reach)}
    new = {t for out in (layer.output, *layer.names) for t in (out, *out.reach)} - before
    sizes = {d for t in new for d in t.dims} - {d for t in before for d in t.dims}
    return {t.name for t in new} | {d.name for d in sizes}


def one_layer(word: str, x: Tensor, tag: str) -> Layer:
    """The layer of this name behind x."""
    entrywise = {name: Kind(name, e.title, partial(activation, e), chain=True) for name, e in ACTIVATIONS.items()}
    known = {**entrywise, **{name: kind for name, kind in LAYERS.items() if kind.chain}}
    name = canonical(word)
    try:
        kind = look_up(known, name if name in known else spelled(word, ACTIVATIONS), "layer from vector to vector")
    except UnknownNameError as error:
        chains = ", ".join(sorted(known.keys() - entrywise.keys()))
        raise UnknownNameError(
            error.kind, error.name, error.near, f"choose one of {chains}, or an activation; a batch is no vector"
        ) from None
    return kind.build(x, tag)


def with_loss(layers: tuple[Layer, ...], loss: str) -> Network:
    """The layers with their loss: a sum over the outputs."""
    a = layers[-1].output
    (k,) = over(a, "k")
    y = Tensor("y", a.dims)
    if loss.strip().lower().replace("-", "_").replace(" ", "_") in LOG_LIKELIHOOD:
        J = Tensor("J", (), body=((), -total(k, y[k] * apply(log, a[k]))))
        return Network(layers, J, y, None, (sums_to(y, name="the entries of y sum to 1"),))
    entry = loss_named(loss)
    if len(entry.variables) != OUTPUT_AND_TARGET:
        wanted = ", ".join(n for n, d in LOSSES.items() if len(d.variables) == OUTPUT_AND_TARGET)
        raise UnsupportedError(f"{entry.name} is no function of an output and a target; choose one of {wanted}")
    return Network(layers, Tensor("J", (), body=((), total(k, apply(entry.head, a[k], y[k])))), y, entry)


__all__ = ["Network", "network"]
