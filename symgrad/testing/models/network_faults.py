"""The mistakes that are made in backpropagation through a fully connected network: a block each."""

# ruff: noqa: ARG005 - the formulas of one step take the same arguments, used or not

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.testing.models.model import Fault, activation, loss, softmax
from symgrad.testing.models.slopes import slopes
from symgrad.testing.models.softmax_faults import AFTER_SOFTMAX
from symgrad.words import message

if TYPE_CHECKING:
    from symgrad.testing.models.model import Array


def square(p: Any, right: Array, wrong: Array) -> Any:
    """The wrong product where it has the shape of the right one; elsewhere this mistake can't be made."""
    del p
    return wrong if np.shape(right) == np.shape(wrong) else right


def beside_decay(p: Any, factor: float) -> Array:
    """The error times a constant; without a weight decay beside it that is a factor of every gradient."""
    if not p.net.decay:
        raise ValueError
    return np.asarray(factor * p.output_delta())


def times(p: Any, above: Array, matrix: Array) -> Array:
    """The product above @ matrix; a ValueError where the shapes do not allow this mistake."""
    del p
    return np.asarray(above @ matrix)


FAULTS = (
    *slopes(),
    Fault(
        "slope-of-other-layer",
        "φ′ is taken at z of the layer above: off by one",
        "use z^l of the layer whose δ^l you compute",
        "slope",
        lambda p, l: square(p, p.z[l], activation(p.name(l)).slope(p.z[min(l + 1, p.L)])),
    ),
    Fault(
        "slope-of-layer-below",
        "φ′ is taken at z of the layer below: off by one",
        "use z^l of the layer whose δ^l you compute",
        "slope",
        lambda p, l: square(p, p.z[l], activation(p.name(l)).slope(p.z[max(l - 1, 0)])),
    ),
    Fault(
        "slope-at-error",
        "φ′ is taken at the error that comes back, not at z",
        "evaluate φ′ at z^l of the forward pass; for ReLU the mask is z > 0",
        "hidden_delta",
        lambda p, l, above: np.asarray(
            (back := p.do("carried", l, above, layer=l)) * activation(p.name(l)).slope(back)
        ),
    ),
    Fault(
        "slope-missing-on-the-way-back",
        "what goes back to the layer below is ∂J/∂a, not δ = ∂J/∂z: φ′(z) of the layer above is missing there",
        "multiply by φ′(z) before you multiply by W",
        "carried",
        lambda p, l, above: p.by_output[l + 1] @ p.W[l + 1],
    ),
    Fault(
        "softmax-diagonal",
        "only the diagonal p(1 − p) of the softmax derivative is used; −pᵢpⱼ is missing",
        "multiply by the whole matrix diag(p) − p pᵀ; with cross-entropy that gives p − y",
        "through",
        lambda p, g: g * p.a[-1] * (1 - p.a[-1]),
    ),
    Fault(
        "gradient-by-probabilities",
        "the gradient is by the output a (the probabilities), not by the sums z (the logits)",
        "multiply by the derivative of the output activation; softmax with cross-entropy gives p − y",
        "through",
        lambda p, g: g,
        cost=1,
    ),
    Fault(
        "difference-delta",
        "δ = a − y is used, which only holds where φ′ cancels (sigmoid or softmax with cross-entropy)",
        "multiply a − y by what this loss and this activation ask for: δ = ∂J/∂a · φ′(z)",
        "output_delta",
        lambda p: (p.a[-1] - p.net.y) * p.net.share,
        cost=1,
    ),
    Fault(
        "difference-times-slope",
        "δ = (a − y) · φ′(z) is used: for this loss φ′ cancels, so it is one factor too many",
        "leave φ′(z) out: with cross-entropy δ = a − y",
        "output_delta",
        lambda p: (p.a[-1] - p.net.y) * p.net.share * diagonal(p),
        cost=1,
    ),
    Fault(
        "softmax-of-probabilities",
        "the outputs, which are probabilities already, are put through the output activation again as logits",
        "compare y with the output a itself, or give the loss the sums z",
        "output_delta",
        lambda p: (reapplied(p) - p.net.y) * p.net.share,
    ),
    Fault(
        "sums-for-outputs",
        "the logits z are compared with y: δ = z − y",
        "apply the output activation first: δ = a − y",
        "output_delta",
        lambda p: (p.z[-1] - p.net.y) * p.net.share,
    ),
    *AFTER_SOFTMAX,
    Fault(
        "ones-for-targets",
        "1 is subtracted from every output in place of the target: a − 1",
        "subtract the target y, which is 1 for the right class only",
        "output_delta",
        lambda p: (p.a[-1] - 1) * p.net.share,
    ),
    Fault(
        "ones-for-targets",
        "the loss is differentiated as if every target were 1",
        "put the target y in its place",
        "loss_slope",
        lambda p: loss(p.net.loss).slope(p.a[-1], np.ones_like(p.net.y)) * p.net.share,
    ),
    Fault(
        "target-added",
        "the target is added to the output: a + y in place of a − y",
        "subtract the target y",
        "output_delta",
        lambda p: (p.a[-1] + p.net.y) * p.net.share,
    ),
    Fault(
        "class-number-for-target",
        "the number of the class is subtracted in place of the one-hot row",
        "subtract a row that is 1 for the right class and 0 elsewhere",
        "output_delta",
        lambda p: (p.a[-1] - p.net.y.argmax(axis=1)[:, None]) * p.net.share,
    ),
    Fault(
        "softmax-over-batch",
        "the softmax runs over the batch, not over the classes of each example",
        "sum over axis 1, the classes, with keepdims=True",
        "output_delta",
        lambda p: (softmax(p.z[-1].T).T - p.net.y) * p.net.share if p.net.output == "softmax" else p.output_delta(),
    ),
    Fault(
        "softmax-over-batch",
        "the sum under the softmax runs over the batch, not over the classes of each example",
        "sum over axis 1, the classes, with keepdims=True",
        "output_delta",
        lambda p: (over_batch(p.z[-1]) - p.net.y) * p.net.share if p.net.output == "softmax" else p.output_delta(),
    ),
    *(
        Fault(
            f"output-of-{name}",
            message("the output in the backward pass is that of {name}, the forward pass has another", name=name),
            "use the output activation of the forward pass",
            "output_delta",
            lambda p, name=name: (activation(name).value(p.z[-1]) - p.net.y) * p.net.share,
        )
        for name in ("sigmoid", "tanh")
    ),
    Fault(
        "bce-one-term",
        "the term (1 − y)/(1 − a) of binary cross-entropy is missing",
        "∂J/∂a = −y/a + (1 − y)/(1 − a)",
        "loss_slope",
        lambda p: loss("cross_entropy").slope(p.a[-1], p.net.y) * p.net.share,
    ),
    Fault(
        "bce-sign-of-term",
        "the term (1 − y)/(1 − a) of binary cross-entropy has the wrong sign",
        "∂J/∂a = −y/a + (1 − y)/(1 − a): the inner derivative of ln(1 − a) gives a second minus",
        "loss_slope",
        lambda p: -(p.net.y / p.a[-1] + (1 - p.net.y) / (1 - p.a[-1])) * p.net.share,
    ),
    Fault(
        "loss-of-squares",
        "the slope a − y of the squared error is used, but the loss is another",
        "start from ∂J/∂a of the loss that is minimised",
        "loss_slope",
        lambda p: (p.a[-1] - p.net.y) * p.net.share,
    ),
    Fault(
        "weights-from-sums",
        "∂J/∂W uses z of the layer below instead of its output a",
        "multiply δ^l by a^(l−1), the output of the layer below",
        "weights",
        lambda p, l, d: d.T @ p.z[l - 1],
    ),
    Fault(
        "weights-from-error",
        "∂J/∂W uses ∂J/∂a in place of δ = ∂J/∂z: φ′(z) is missing there",
        "multiply by φ′(z) before the product with a^(l−1)",
        "weights",
        lambda p, l, d: p.by_output[l].T @ p.a[l - 1],
    ),
    Fault(
        "biases-from-error",
        "∂J/∂b sums ∂J/∂a in place of δ = ∂J/∂z: φ′(z) is missing there",
        "sum δ, which has the factor φ′(z)",
        "biases",
        lambda p, l, d: p.by_output[l].sum(axis=0),
    ),
    Fault(
        "weights-from-own-output",
        "∂J/∂W uses a^l of the same layer instead of a^(l−1): off by one",
        "multiply δ^l by a^(l−1), the output of the layer below",
        "weights",
        lambda p, l, d: square(p, p.W[l], d.T @ p.a[l]),
    ),
    Fault(
        "weights-from-inputs",
        "∂J/∂W uses the input of the network instead of a^(l−1)",
        "multiply δ^l by a^(l−1), the output of the layer below",
        "weights",
        lambda p, l, d: square(p, p.W[l], d.T @ p.a[0]),
    ),
    Fault(
        "weights-transposed",
        "∂J/∂W is transposed",
        "swap the two factors of the outer product: ∂J/∂W has the shape of W",
        "weights",
        lambda p, l, d: p.a[l - 1].T @ d,
        cost=1,
    ),
    Fault(
        "weights-first-example",
        "∂J/∂W takes the first example only",
        "sum δᵀa over all examples of the batch",
        "weights",
        lambda p, l, d: np.outer(d[0], p.a[l - 1][0]),
    ),
    Fault(
        "weights-last-example",
        "∂J/∂W takes the last example only: the sum over the batch is missing",
        "add up over the batch (+=), do not overwrite",
        "weights",
        lambda p, l, d: np.outer(d[-1], p.a[l - 1][-1]),
    ),
    Fault(
        "weights-of-sums",
        "∂J/∂W is the product of two sums over the batch, not the sum of the products",
        "multiply δ and a example by example, then sum",
        "weights",
        lambda p, l, d: np.outer(d.sum(axis=0), p.a[l - 1].sum(axis=0)),
    ),
    Fault(
        "biases-first-example",
        "∂J/∂b takes the first example only",
        "sum δ over all examples of the batch",
        "biases",
        lambda p, l, d: d[0],
    ),
    Fault(
        "biases-last-example",
        "∂J/∂b takes the last example only: the sum over the batch is missing",
        "add up over the batch (+=), do not overwrite",
        "biases",
        lambda p, l, d: d[-1],
    ),
    Fault(
        "biases-per-example",
        "∂J/∂b has a row for each example: the sum over the batch is missing",
        "sum δ over the examples, axis 0 here",
        "biases",
        lambda p, l, d: d,
        cost=1,
    ),
    Fault(
        "biases-wrong-axis",
        "∂J/∂b is summed over the units instead of the examples",
        "sum δ over the examples, axis 0 here",
        "biases",
        lambda p, l, d: d.sum(axis=1),
    ),
    Fault(
        "biases-all-axes",
        "∂J/∂b is summed over all axes into one number",
        "sum δ over the examples only",
        "biases",
        lambda p, l, d: np.full(d.shape[1], d.sum()),
    ),
    Fault(
        "backward-not-transposed",
        "W is not transposed on the way back",
        "δ^l = (W^(l+1))ᵀ δ^(l+1) ⊙ φ′(z^l)",
        "carried",
        lambda p, l, d: times(p, d, p.W[l + 1].T),
    ),
    Fault(
        "backward-wrong-layer",
        "W of the layer below is used on the way back: off by one",
        "use W^(l+1), the weights between layer l and the one above",
        "carried",
        lambda p, l, d: times(p, d, p.W[l]),
    ),
    Fault(
        "backward-no-weights",
        "the multiplication by W is missing on the way back",
        "δ^l = (W^(l+1))ᵀ δ^(l+1) ⊙ φ′(z^l)",
        "carried",
        lambda p, l, d: square(p, d @ p.W[l + 1], d),
    ),
    Fault(
        "mean-at-every-layer",
        "1/n is applied again at every layer",
        "divide by the number of examples once, at the loss",
        "carried",
        lambda p, l, d: d @ p.W[l + 1] / p.net.batch,
    ),
    Fault(
        "error-sign",
        "the error has the wrong sign, y − a in place of a − y; the weight decay has the right one",
        "start from ∂J/∂a of the loss, a − y where that is its slope",
        "output_delta",
        lambda p: beside_decay(p, -1),
        cost=1,
    ),
    Fault(
        "error-summed",
        "the error is summed over the batch where the mean is asked for; the weight decay is right",
        "divide the error by the number of examples, not the weight decay",
        "output_delta",
        lambda p: beside_decay(p, p.net.batch),
        cost=1,
    ),
    Fault(
        "error-averaged",
        "the error is divided by the number of examples once too often; the weight decay is right",
        "multiply the error by the number of examples, not the weight decay",
        "output_delta",
        lambda p: beside_decay(p, 1 / p.net.batch),
        cost=1,
    ),
    Fault(
        "error-doubled",
        "the error is twice as large, with the 2 of a square; the weight decay is right",
        "halve the error, not the weight decay",
        "output_delta",
        lambda p: beside_decay(p, 2),
        cost=1,
    ),
    Fault(
        "error-halved",
        "the error is half as large; the weight decay is right",
        "double the error, not the weight decay",
        "output_delta",
        lambda p: beside_decay(p, 0.5),
        cost=1,
    ),
    Fault(
        "decay-missing",
        "the weight decay is missing",
        "add decay · W to ∂J/∂W",
        "penalty",
        lambda p, l: 0 * p.W[l],
        cost=1,
    ),
    Fault(
        "decay-doubled",
        "the weight decay is twice as large: the 1/2 in front of the squared weights is forgotten",
        "the slope of decay/2 · W² is decay · W",
        "penalty",
        lambda p, l: 2 * p.net.decay * p.W[l],
    ),
    Fault(
        "decay-halved",
        "the weight decay is half as large",
        "the slope of decay/2 · W² is decay · W",
        "penalty",
        lambda p, l: p.net.decay / 2 * p.W[l],
    ),
    Fault(
        "decay-over-batch",
        "the weight decay is divided by the number of examples",
        "this loss adds decay/2 · ΣW² once, outside the mean",
        "penalty",
        lambda p, l: p.net.decay / p.net.batch * p.W[l],
    ),
    Fault(
        "decay-on-biases",
        "the biases are decayed too",
        "add the decay to the weights only",
        "biases",
        lambda p, l, d: d.sum(axis=0) + p.net.decay * p.net.params[f"b{l}"],
    ),
    Fault(
        "decay-of-sizes",
        "the weight decay is that of a sum of sizes |W|: its slope is decay · sign(W)",
        "this loss adds decay/2 · ΣW², whose slope is decay · W",
        "penalty",
        lambda p, l: p.net.decay * np.sign(p.W[l]),
    ),
    Fault(
        "decay-sign",
        "the weight decay has the wrong sign",
        "add decay · W, do not subtract it",
        "penalty",
        lambda p, l: -p.net.decay * p.W[l],
    ),
)


def diagonal(p: Any) -> Any:
    """phi'(z) of the output layer, for softmax its diagonal."""
    return p.a[-1] * (1 - p.a[-1]) if p.net.output == "softmax" else p.slope(p.L)


def reapplied(p: Any) -> Any:
    """The output activation applied once more to the output."""
    return softmax(p.a[-1]) if p.net.output == "softmax" else activation(p.net.output).value(p.a[-1])


def over_batch(z: Array) -> Array:
    """The softmax with its maximum taken over the classes, its sum over the batch."""
    raised = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=0, keepdims=True))
