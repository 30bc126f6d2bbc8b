"""Definition -> Derivation, one rule at one place at a time."""

from symgrad.deriver.matching import matching_loss
from symgrad.deriver.pairs import output_delta, pair
from symgrad.deriver.scalar import derivative, derive, in_output, parameter_derivative, second_derivative
from symgrad.deriver.worked import worked

__all__ = [
    "derivative",
    "derive",
    "in_output",
    "matching_loss",
    "output_delta",
    "pair",
    "parameter_derivative",
    "second_derivative",
    "worked",
]
