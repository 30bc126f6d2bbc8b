"""A derivation that a person wrote, line by line. Every line is proved when the page is built."""

from sympy import exp

from symgrad import D, Document, sigmoid, worked, z

e = exp(-z)

by_hand = worked(
    "sigmoid-by-hand",
    "The derivative of the sigmoid, by hand",
    D(sigmoid(z), z),
    ("definition", D(1 / (1 + e), z)),
    ("reciprocal", -D(1 + e, z) / (1 + e) ** 2),
    ("sum", -D(e, z) / (1 + e) ** 2),
    ("exp", e / (1 + e) ** 2, "The inner derivative is −1, and the two minus signs cancel."),
    ("recognise", sigmoid(z) * (1 - sigmoid(z)), "One factor is σ(z); what is left over is 1 − σ(z)."),
    lead="Given σ(z) = 1/(1 + e⁻ᶻ), find its derivative.",
)

page = Document("sigmoid-by-hand", by_hand.title, "By hand", by_hand.lead, (by_hand,))
