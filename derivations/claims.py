"""The ledger: what five articles say, and what became of each claim."""

from symgrad import Document
from symgrad.definitions.claims import CLAIMS

LEAD = (
    "Statements about activation functions, losses and vanishing gradients as a learner meets them. Each is stated "
    "formally and settled by machine: proved; proved under a condition that the article leaves out, with a "
    "counterexample without it; refuted, with a counterexample and what is true instead; or measured."
)

page = Document("claims", "What is said, and what is true", "The claims", LEAD, claims=tuple(CLAIMS.values()))
