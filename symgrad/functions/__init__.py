"""SymPy functions and operators that the rest is written in."""

from symgrad.functions.elementwise import Elementwise, elementwise, unfold
from symgrad.functions.folding import fold
from symgrad.functions.logistic import fold_named
from symgrad.functions.operators import D
from symgrad.functions.output_form import in_terms_of_output, inverse
from symgrad.functions.putting import held, put
from symgrad.functions.slopes import slope

__all__ = [
    "D",
    "Elementwise",
    "elementwise",
    "fold",
    "fold_named",
    "held",
    "in_terms_of_output",
    "inverse",
    "put",
    "slope",
    "unfold",
]
