"""The exact prover: whether two expressions are equal at every point, with a certificate or a witness."""

from symgrad.prover.cover import prove_cover
from symgrad.prover.facts import dead_intervals, decay, facts, limit, monotone, odd
from symgrad.prover.order import sign_of
from symgrad.prover.parametric import parametric_extrema
from symgrad.prover.prove import confirms, prove
from symgrad.prover.ranges import extrema
from symgrad.prover.recheck import Recheck, recheck
from symgrad.prover.relations import equation, prove_relation, prove_step, stated
from symgrad.prover.replay import replay
from symgrad.prover.spans import End, ends

__all__ = [
    "End",
    "Recheck",
    "confirms",
    "dead_intervals",
    "decay",
    "ends",
    "equation",
    "extrema",
    "facts",
    "limit",
    "monotone",
    "odd",
    "parametric_extrema",
    "prove",
    "prove_cover",
    "prove_relation",
    "prove_step",
    "recheck",
    "replay",
    "sign_of",
    "stated",
]
