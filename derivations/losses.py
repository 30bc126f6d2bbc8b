"""Every loss of the catalogue: its derivative by the output."""

from symgrad import Document, derivative, loss
from symgrad.definitions import LOSSES


def page(name: str) -> Document:
    """One loss; a learned parameter, such as a variance, is differentiated by too."""
    definition = loss(name)
    learned = (derivative(name, p.symbol) for p in definition.parameters if p.learned)
    return Document(
        name=f"loss-{name.replace('_', '-')}",
        title=definition.title,
        theme="Losses",
        lead=definition.note,
        derivations=(derivative(name), *learned),
        about=(definition,),
    )


DOCUMENTS = [page(name) for name in LOSSES]
