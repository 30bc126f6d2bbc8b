"""Every layer of the catalogue: what comes back to its parameters and to its inputs."""

from symgrad import Document
from symgrad.definitions.layers import LAYERS, Kind
from symgrad.deriver.indexed.layers import layer_gradients


def page(kind: Kind) -> Document:
    """The page of one layer."""
    layer = kind.build()
    gradients = tuple(layer_gradients(layer))
    return Document(f"layer-{kind.name.replace('_', '-')}", kind.title, "Layers", layer.lead, gradients)


DOCUMENTS = tuple(page(kind) for kind in LAYERS.values())
