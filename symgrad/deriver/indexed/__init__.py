"""Derivations with symbolic dimensions: one named step at a time, and backpropagation over names."""

from symgrad.deriver.indexed.backward import Gradient, backpropagate, definition_of
from symgrad.deriver.indexed.chain import assembled, derivation, lets_of

__all__ = ["Gradient", "assembled", "backpropagate", "definition_of", "derivation", "lets_of"]
