"""NumPy code for expressions with symbolic dimensions: readable, with its shapes checked, without overflow."""

from symgrad.indexed.numpy_code.notation import einsum_notation
from symgrad.indexed.numpy_code.source import Written, numpy_source

__all__ = ["Written", "einsum_notation", "numpy_source"]
