"""Layers and networks with symbolic dimensions, as data."""

from symgrad.definitions.layers.catalogue import LAYERS
from symgrad.definitions.layers.dense import activation
from symgrad.definitions.layers.layer import Kind, Layer
from symgrad.definitions.layers.network import Network, network
from symgrad.definitions.layers.objective import loss_of_vectors

__all__ = ["LAYERS", "Kind", "Layer", "Network", "activation", "loss_of_vectors", "network"]
