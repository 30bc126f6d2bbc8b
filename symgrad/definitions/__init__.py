"""What there is: the activations and the losses as data, and the grammar of a user's own expression."""

from symgrad.definitions.activations import ACTIVATIONS
from symgrad.definitions.block import activation, entry, kink, loss, parameter
from symgrad.definitions.lookup import ALIASES, activation_named, entry_named, loss_named
from symgrad.definitions.losses import LOSSES
from symgrad.definitions.parser import parse, parse_name

__all__ = [
    "ACTIVATIONS",
    "ALIASES",
    "LOSSES",
    "activation",
    "activation_named",
    "entry",
    "entry_named",
    "kink",
    "loss",
    "loss_named",
    "parameter",
    "parse",
    "parse_name",
]
