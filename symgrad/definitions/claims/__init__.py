"""The ledger: what five articles say about activations, losses and vanishing gradients, stated formally."""

from symgrad.core import DuplicateNameError
from symgrad.definitions.claims import activations, backpropagation, depth, output
from symgrad.definitions.claims.sources import SOURCES
from symgrad.words import message

CLAIMS = {c.id: c for part in (activations, output, backpropagation, depth) for c in part.CLAIMS}
_COUNT = sum(len(part.CLAIMS) for part in (activations, output, backpropagation, depth))
if len(CLAIMS) != _COUNT:
    raise DuplicateNameError(message("of a claim"))

__all__ = ["CLAIMS", "SOURCES"]
