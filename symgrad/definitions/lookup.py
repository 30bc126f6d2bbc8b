"""Entries by the names that people call them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.core import Definition, canonical, look_up
from symgrad.definitions.activations import ACTIVATIONS
from symgrad.definitions.losses import LOSSES

if TYPE_CHECKING:
    from collections.abc import Mapping

ALIASES = {
    # activations
    "atan": "arctan",
    "expit": "sigmoid",
    "gelu_erf": "gelu",
    "gelu_new": "gelu_tanh",
    "linear": "identity",
    "logistic": "sigmoid",
    "lrelu": "leaky_relu",
    "none": "identity",
    "rectifier": "relu",
    "relu2": "squared_relu",
    "sigma": "sigmoid",
    # losses
    "bce": "binary_cross_entropy",
    "bce_logits": "binary_cross_entropy_with_logits",
    "bce_with_logits": "binary_cross_entropy_with_logits",
    "ce": "cross_entropy",
    "half_mse": "half_squared_error",
    "half_se": "half_squared_error",
    "kl": "kl_divergence",
    "kl_div": "kl_divergence",
    "l1": "absolute_error",
    "l2": "squared_error",
    "lorentzian": "cauchy",
    "mae": "absolute_error",
    "mean_absolute_error": "absolute_error",
    "mean_squared_error": "squared_error",
    "mse": "squared_error",
    "pinball": "quantile",
}


def activation_named(name: str) -> Definition:
    """The activation of this name or alias; `LeakyReLU`, `leaky-relu` and `lrelu` are `leaky_relu`."""
    return look_up(ACTIVATIONS, spelled(name, ACTIVATIONS), "activation")


def loss_named(name: str) -> Definition:
    """The loss of this name or alias; `BCE` and `BCELoss` are `binary_cross_entropy`."""
    return look_up(LOSSES, spelled(name, LOSSES), "loss")


def entry_named(name: str) -> Definition:
    """The activation or the loss of this name."""
    known = spelled(name, ACTIVATIONS)
    known = known if known in ACTIVATIONS else spelled(name, LOSSES)
    return look_up({**ACTIVATIONS, **LOSSES}, known, "activation or loss")


def spelled(name: str, catalogue: Mapping[str, Definition]) -> str:
    """The catalogue's spelling of a name, which is compared without its underscores; else the name as it is."""
    known = {n.replace("_", ""): n for n in catalogue}
    known |= {n.replace("_", ""): full for n, full in ALIASES.items() if full in catalogue}
    bare = canonical(name).replace("_", "")
    return known.get(bare) or known.get(bare.removesuffix("loss")) or name
