"""Numeric evidence: finite differences of the function, which know no calculus."""

from symgrad.checker.check import Convention, check, check_function, check_slopes
from symgrad.checker.difference import Estimate, difference
from symgrad.checker.judge import judge
from symgrad.checker.points import points

__all__ = ["Convention", "Estimate", "check", "check_function", "check_slopes", "difference", "judge", "points"]
