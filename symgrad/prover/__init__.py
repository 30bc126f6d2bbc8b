"""Step -> Verdict, exactly."""

from symgrad.prover.ranges import extrema

__all__ = ["extrema"]
