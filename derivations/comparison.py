"""Every activation with every loss, in one table."""

from symgrad import Document

table = Document(
    "comparison",
    "Which pairs cancel?",
    "Output layer",
    "$\\frac{\\partial J}{\\partial z} = \\frac{\\partial J}{\\partial a}\\cdot\\varphi'(z)$ for every "
    "activation and every loss that is defined on its range. Each delta is proved "
    "and checked numerically; a pair that makes no sense is refused, with the reason.",
    pairs=True,
)
