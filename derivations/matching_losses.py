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

matching = Document(
    "matching-losses",
    "The matching loss of an activation",
    "Output layer",
    "Squared error fits a linear output and cross-entropy a sigmoid, because with either δ = a − y. Every "
    "invertible activation has such a loss: J = ∫(φ(z) − y) dz, unique up to a term in y alone.",
    tuple(matching_loss(name) for name in INVERTIBLE),
)
