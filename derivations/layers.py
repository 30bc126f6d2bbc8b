"""Every layer of the catalogue: what comes back to its parameters and to its inputs.

A layer with many parameters, such as an LSTM cell, has a page for each gate.
"""

from collections.abc import Iterator
from itertools import groupby

from symgrad import Document
from symgrad.core import Derivation
from symgrad.definitions.layers import LAYERS, Kind
from symgrad.deriver.indexed.layers import layer_gradients
from symgrad.words import message

MANY = 12  # derivations of one page


def pages(kind: Kind) -> Iterator[Document]:
    """The page of one layer, or one for what its gates share and one for each gate."""
    layer = kind.build()
    gradients = layer_gradients(layer)
    name = f"layer-{kind.name.replace('_', '-')}"
    if len(gradients) <= MANY:
        yield Document(name, kind.title, "Layers", layer.lead, gradients)
        return
    inputs = {t.name for t in layer.inputs}

    def group(derivation: Derivation) -> str:
        """The gate that a parameter belongs to: i for W_i; none for a state."""
        tensor = derivation.name.rpartition("-")[2]
        return "inputs" if tensor in inputs else tensor.partition("_")[2]

    for tag, found in groupby(sorted(gradients, key=group), key=group):
        about = message("the state") if not tag else message("the inputs")
        if tag not in {"", "inputs"}:
            about = message("the weights of {gate}", gate=tag)
        title = message("{layer}: {about}", layer=kind.title, about=about)
        yield Document(f"{name}-{tag}" if tag else name, title, "Layers", layer.lead, tuple(found))


DOCUMENTS = tuple(page for kind in LAYERS.values() for page in pages(kind))
