"""SymPy functions and operators that the rest is written in."""

from symgrad.functions.elementwise import Elementwise, elementwise, unfold
from symgrad.functions.operators import D

__all__ = ["D", "Elementwise", "elementwise", "unfold"]
