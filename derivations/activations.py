"""Every activation of the catalogue: its derivative line by line, its facts, its plot."""

from symgrad import Document, activation, derivative, second_derivative
from symgrad.definitions import ACTIVATIONS


def page(name: str) -> Document:
    """One activation; what is learned by gradient descent is differentiated too."""
    definition = activation(name)
    learned = (derivative(name, p.symbol) for p in definition.parameters if p.learned)
    return Document(
        name=name.replace("_", "-"),
        title=definition.title,
        theme="Activations",
        lead=definition.note,
        derivations=(derivative(name), second_derivative(name), *learned),
        about=(definition,),
    )


DOCUMENTS = [page(name) for name in ACTIVATIONS]
