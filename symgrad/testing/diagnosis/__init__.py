"""What the mistake is, from numbers alone; never a guess."""

from symgrad.testing.diagnosis.weigh import Diagnosis

__all__ = ["Diagnosis"]
