"""The prover of indexed steps: normal forms decide, balls refute, residues give a second opinion."""

from symgrad.prover.indexed.induction import prove_by_induction
from symgrad.prover.indexed.opinions import replayed
from symgrad.prover.indexed.prove import prove_indexed, usable
from symgrad.prover.indexed.recheck import recheck_indexed
from symgrad.prover.indexed.signs import prove_indexed_step, prove_nonnegative, prove_sign
from symgrad.prover.indexed.through_time import prove_through_time

__all__ = [
    "prove_by_induction",
    "prove_indexed",
    "prove_indexed_step",
    "prove_nonnegative",
    "prove_sign",
    "prove_through_time",
    "recheck_indexed",
    "replayed",
    "usable",
]
