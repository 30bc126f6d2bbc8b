"""For each invertible activation, the loss whose delta is the plain error."""

from collections.abc import Iterator

from symgrad import Document, SymgradError, matching_loss
from symgrad.definitions import ACTIVATIONS

LEAD = (
    "Squared error fits a linear output and cross-entropy a sigmoid, because with either $\\delta = a-y$. Every "
    "increasing "
    "activation has such a loss: J = ∫ (φ(z) − y) dz, unique up to a term in y alone. J₀ is what the integral is found "
    "to be, written in the output where that is possible."
)


def pages() -> Iterator[Document]:
    """The loss that belongs to each activation which is seen to increase."""
    for name in ACTIVATIONS:
        try:
            worked = matching_loss(name)
        except SymgradError:
            continue
        file = f"matching-loss-{name.replace('_', '-')}"
        yield Document(file, worked.derivation.title, "Matching losses", LEAD, (worked,))


DOCUMENTS = tuple(pages())
