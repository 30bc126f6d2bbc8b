"""What may justify a step, as data: one catalogue of named rules."""

from symgrad.core import by_name
from symgrad.rules.algebra import ALGEBRA
from symgrad.rules.calculus import CALCULUS, LINEAR
from symgrad.rules.indexed import INDEXED

RULES = by_name(*CALCULUS, *ALGEBRA, *INDEXED)

__all__ = ["ALGEBRA", "CALCULUS", "INDEXED", "LINEAR", "RULES"]
