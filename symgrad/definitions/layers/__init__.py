"""Layers and networks with symbolic dimensions, as data."""

from symgrad.definitions.layers.catalogue import LAYERS
from symgrad.definitions.layers.dense import activation
from symgrad.definitions.layers.layer import Kind, Layer
from symgrad.definitions.layers.network import Network, network

__all__ = ["LAYERS", "Kind", "Layer", "Network", "activation", "network"]
