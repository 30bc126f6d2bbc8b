"""Derivations with symbolic dimensions: one named step at a time, and backpropagation over names."""

from symgrad.deriver.indexed.backward import Gradient, backpropagate, definition_of
from symgrad.deriver.indexed.chain import assembled, derivation, lets_of, rederived, without, worked_indexed
from symgrad.deriver.indexed.program import Line, program

__all__ = [
    "Gradient",
    "Line",
    "assembled",
    "backpropagate",
    "definition_of",
    "derivation",
    "lets_of",
    "program",
    "rederived",
    "without",
    "worked_indexed",
]
