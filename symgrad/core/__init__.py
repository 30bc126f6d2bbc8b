"""The values that flow between the stages. Nothing here computes, and nothing here loads SymPy on import."""

from symgrad.core.catalogue import by_name, canonical, look_up
from symgrad.core.claim import Claim
from symgrad.core.definition import Definition, Kind, Kink, Parameter, Variable
from symgrad.core.derivation import Derivation, Let, Step, every_step
from symgrad.core.document import Cancels, Document, Page, Pair, Settled, Tally, tally
from symgrad.core.domain import REALS, Domain, interval, one_of
from symgrad.core.errors import (
    DuplicateNameError,
    EmptyDerivationError,
    GapError,
    LetError,
    PairError,
    ParseError,
    SymgradError,
    UnknownNameError,
    UnsupportedError,
)
from symgrad.core.facts import Extremum, Facts, Monotone
from symgrad.core.rule import Rule
from symgrad.core.verdict import CheckPoint, CheckReport, Outcome, Status, Verdict, Witness

__all__ = [
    "REALS",
    "Cancels",
    "CheckPoint",
    "CheckReport",
    "Claim",
    "Definition",
    "Derivation",
    "Document",
    "Domain",
    "DuplicateNameError",
    "EmptyDerivationError",
    "Extremum",
    "Facts",
    "GapError",
    "Kind",
    "Kink",
    "Let",
    "LetError",
    "Monotone",
    "Outcome",
    "Page",
    "Pair",
    "PairError",
    "Parameter",
    "ParseError",
    "Rule",
    "Settled",
    "Status",
    "Step",
    "SymgradError",
    "Tally",
    "UnknownNameError",
    "UnsupportedError",
    "Variable",
    "Verdict",
    "Witness",
    "by_name",
    "canonical",
    "every_step",
    "interval",
    "look_up",
    "one_of",
    "tally",
]
