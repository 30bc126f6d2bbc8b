"""What may justify a step, as data: one catalogue of named rules."""

from symgrad.core import by_name
from symgrad.rules.algebra import ALGEBRA
from symgrad.rules.calculus import CALCULUS, LINEAR

RULES = by_name(*CALCULUS, *ALGEBRA)

__all__ = ["ALGEBRA", "CALCULUS", "LINEAR", "RULES"]
