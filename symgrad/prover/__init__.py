"""The exact prover: whether two expressions are equal at every point, with a certificate or a witness."""

from symgrad.prover.facts import dead_intervals, decay, facts, limit, monotone, odd
from symgrad.prover.prove import prove, prove_step
from symgrad.prover.ranges import extrema
from symgrad.prover.replay import replay

__all__ = [
    "dead_intervals",
    "decay",
    "extrema",
    "facts",
    "limit",
    "monotone",
    "odd",
    "prove",
    "prove_step",
    "replay",
]
