"""For each invertible activation, the loss whose delta is the plain error."""

from symgrad import Document, matching_loss

INVERTIBLE = (
    "sigmoid",
    "identity",
    "tanh",
    "softplus",
    "logsigmoid",
    "softsign",
    "arctan",
    "erf",
    "lecun_tanh",
    "leaky_relu",
    "rrelu",
    "elu",
    "celu",
    "selu",
    "tanhshrink",
)

LEAD = (
    "Squared error fits a linear output and cross-entropy a sigmoid, because with either δ = a − y. Every increasing "
    "activation has such a loss: J = ∫ (φ(z) − y) dz, unique up to a term in y alone."
)


def page(name: str) -> Document:
    """The loss that belongs to one activation."""
    worked = matching_loss(name)
    return Document(
        f"matching-loss-{name.replace('_', '-')}", worked.derivation.title, "Matching losses", LEAD, (worked,)
    )


DOCUMENTS = [page(name) for name in INVERTIBLE]
