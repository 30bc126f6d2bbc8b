"""Claims settled: each form of statement by the part of the prover that decides it."""

from symgrad.prover.claims.rechecking import rechecked
from symgrad.prover.claims.regions import Region, where_holds, where_true
from symgrad.prover.claims.replaying import replayed
from symgrad.prover.claims.settle import refuted_at, settle, settle_claim

__all__ = ["Region", "rechecked", "refuted_at", "replayed", "settle", "settle_claim", "where_holds", "where_true"]
