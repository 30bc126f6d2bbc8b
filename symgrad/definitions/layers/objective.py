"""The losses that a network can end in: the catalogue's, summed over the outputs, and those of whole vectors."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from sympy import log

from symgrad.core import UnknownNameError, UnsupportedError
from symgrad.core.catalogue import canonical, nearest
from symgrad.definitions.activations import ACTIVATIONS
from symgrad.definitions.layers.layer import Layer
from symgrad.definitions.lookup import ALIASES, loss_named
from symgrad.definitions.losses import LOSSES
from symgrad.indexed import Expr, Fact, Index, ShapeError, Tensor, apply, expr, size, total
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from symgrad.core import Definition
    from symgrad.definitions.layers.flow import Flow

OUTPUT_AND_TARGET = 2
SUM, MEAN = "sum", "mean"
HALF = Fraction(1, 2)

Told = tuple[Expr, tuple[Fact, ...]]  # the loss of one vector, and what is assumed of the target


def log_likelihood(a: Flow, y: Tensor, row: Sequence[Index]) -> Told:
    """-Σ y_k ln p_k with targets that sum to 1, one-hot ones among them."""
    k = row[a.axis]
    return -total(k, y[tuple(row)] * apply(log, a.tensor[tuple(row)])), (to_one(y, row, k),)


def divergence(a: Flow, y: Tensor, row: Sequence[Index]) -> Told:
    """KL(y ‖ p) = Σ y_k ln y_k - Σ y_k ln p_k: the first sum is a constant."""
    k, entry = row[a.axis], y[tuple(row)]
    cross, known = log_likelihood(a, y, row)
    return total(k, entry * apply(log, entry)) + cross, known


def cosine(a: Flow, y: Tensor, row: Sequence[Index]) -> Told:
    """1 - cos(a, y), with the angle between output and target."""
    k, one, other = row[a.axis], a.tensor[tuple(row)], y[tuple(row)]
    lengths = total(k, one**2) ** HALF * total(k, other**2) ** HALF
    return 1 - total(k, one * other) / lengths, ()


def triplet(a: Flow, y: Tensor, row: Sequence[Index]) -> Told:
    """max(0, ‖a - y‖² - ‖a - w‖² + margin) with what the output shall be near to and far from."""
    k, out = row[a.axis], a.tensor[tuple(row)]
    far, margin = Tensor("w", y.dims), Tensor("margin")
    gap = total(k, (out - y[tuple(row)]) ** 2) - total(k, (out - far[tuple(row)]) ** 2) + margin()
    return apply(ACTIVATIONS["relu"].head, gap), ()


def to_one(y: Tensor, row: Sequence[Index], k: Index) -> Fact:
    """The targets of one example sum to 1."""
    return Fact("the entries of y sum to 1", total(k, y[tuple(row)]), expr(1), assumed=True)


OF_VECTORS: dict[str, Callable[..., Told]] = {
    "log_likelihood": log_likelihood,
    "kl_divergence": divergence,
    "cosine_similarity": cosine,
    "triplet_margin": triplet,
}
INFONCE = "infonce"  # compares the examples with each other, so it is no loss of each
ALSO = {
    **dict.fromkeys(("contrastive", "info_nce"), INFONCE),
    "nll": "log_likelihood",
    "categorical_cross_entropy": "log_likelihood",
    "cross_entropy_softmax": "log_likelihood",
    "cosine": "cosine_similarity",
    "triplet": "triplet_margin",
}


@dataclass(frozen=True, slots=True)
class Objective:
    """The scalar J, the target, the catalogue's loss if it is one, and what is assumed of the target."""

    J: Tensor
    y: Tensor
    entry: Definition | None
    facts: tuple[Fact, ...] = ()


def objective(a: Flow, loss: str, reduction: str, ending: str) -> Objective:
    """What a network with this output minimises.

    A loss of the catalogue is taken of each output, one of vectors of each example (and place); `reduction` is what is
    done with those: their sum or their mean, as in PyTorch. `ending` is the last layer: behind a softmax
    cross-entropy is the log-likelihood.
    """
    y, row = Tensor("y", a.tensor.dims), a.letters("k")
    name = vectorial(loss, ending)
    if name is not None:
        value, known = OF_VECTORS[name](a, y, row)
        left = [i for n, i in enumerate(row) if n != a.axis]
        return Objective(Tensor("J", (), body=((), reduced(value, left, reduction))), y, None, known)
    entry = entrywise(loss)
    value = apply(entry.head, a.tensor[row], y[row])
    return Objective(Tensor("J", (), body=((), reduced(value, row, reduction))), y, entry)


def is_contrast(loss: str) -> bool:
    """Whether a loss compares the examples of a batch with each other."""
    return loss_of_vectors(loss) == INFONCE


def loss_of_vectors(loss: str) -> str:
    """The name of a loss that only vectors have, which is for a network; empty for any other."""
    name = canonical(loss)
    name = ALSO.get(name, name)
    return name if name in {*OF_VECTORS, INFONCE} and name not in LOSSES else ""


def scores(a: Flow, tag: str = "") -> Layer:
    """A_st = a_s' y_t / τ: how well each output goes with each target."""
    if a.places:
        raise ShapeError(
            "{loss} compares vectors, but the network ends in {flow}; put global_average_pool, or flatten linear, last",
            loss=INFONCE,
            flow=a.told,
        )
    u, (examples, features) = a.tensor, a.tensor.dims
    s, t, f = Index("s", examples), Index("t", examples), Index("f", features)
    y, τ = Tensor("y", u.dims), Tensor("τ", positive=True)
    A = Tensor(f"A{tag}", (examples, examples), body=((s, t), total(f, u[s, f] * y[t, f]) / τ()))
    return Layer("scores", "Scores of all outputs with all targets", (u, y, τ), (), (A,), axis=1)


def contrast(p: Tensor, y: Tensor, reduction: str) -> Objective:
    """-Σ_s ln p_ss, p being the softmax of the scores by rows: an output is to be told from the others' targets."""
    s = Index("s", p.dims[0])
    value = reduced(-apply(log, p[s, s]), (s,), reduction)
    return Objective(Tensor("J", (), body=((), value)), y, None)


def reduced(value: Expr, indices: Sequence[Index], reduction: str) -> Expr:
    """The sum over indices, or the mean."""
    found = total(indices, value)
    for i in indices if reduction == MEAN else ():
        found /= size(i.dim)
    return found


def vectorial(loss: str, ending: str) -> str | None:
    """The loss of whole vectors that is meant, if one is."""
    name = canonical(loss)
    name = ALSO.get(name, ALIASES.get(name, name))
    if name == "cross_entropy" and ending == "softmax":
        return "log_likelihood"
    known = ending == "softmax" or name not in LOSSES
    return name if name in OF_VECTORS and known else None


def entrywise(loss: str) -> Definition:
    """The catalogue's loss of this name, which is a function of an output and a target."""
    try:
        entry = loss_named(loss)
    except UnknownNameError as error:
        near = nearest(loss, (*LOSSES, *OF_VECTORS, INFONCE, *ALSO)) or error.near
        raise UnknownNameError(
            "loss",
            loss,
            near,
            message("losses of vectors are {of_vectors}", of_vectors=", ".join((*OF_VECTORS, INFONCE))),
        ) from None
    if len(entry.variables) != OUTPUT_AND_TARGET:
        wanted = ", ".join(n for n, d in LOSSES.items() if len(d.variables) == OUTPUT_AND_TARGET)
        raise UnsupportedError(
            "{name} is no function of an output and a target; choose one of {wanted}", name=entry.name, wanted=wanted
        )
    return entry
