"""The ledger: what five articles say about activations, losses and vanishing gradients, stated formally."""

from symgrad.core import DuplicateNameError
from symgrad.definitions.claims import activations, backpropagation, depth, output, remedies
from symgrad.definitions.claims.sources import SOURCES
from symgrad.words import message

_ALL = [c for part in (activations, output, backpropagation, depth, remedies) for c in part.CLAIMS]
CLAIMS = {c.id: c for c in _ALL}
if len(CLAIMS) != len(_ALL):
    raise DuplicateNameError(message("of a claim"))

__all__ = ["CLAIMS", "SOURCES"]
