"""What `prove` returns: one statement with its verdict, told like a derivation of one step."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from symgrad.core import Derivation, Settled, Status, Step, Verdict
from symgrad.functions import put
from symgrad.pipeline.stages import check
from symgrad.pipeline.symbols import restored
from symgrad.pipeline.worked import Worked

if TYPE_CHECKING:
    from sympy import Expr

    from symgrad.core import Variable, Witness

OPEN = Verdict(Status.UNKNOWN)


@dataclass(frozen=True, repr=False)
class Statement(Worked):
    """`left` equals `right` wherever the assumptions hold: so it was asked, and `answer` is what was found."""

    answer: Verdict = OPEN

    @property
    def left(self) -> Expr:
        """The left side, as it was asked."""
        return put(self.derivation.start, dict(self.back))

    @property
    def result(self) -> Expr:
        """The right side, as it was asked."""
        return put(self.derivation.result, dict(self.back))

    @cached_property
    def settled(self) -> Settled:
        """The statement as a settled derivation; a derivative in it is also compared with finite differences."""
        (step,) = self.derivation.steps
        return Settled(self.derivation, (self.answer,), self.answer, check(self.derivation), step.given)

    @property
    def verdict(self) -> Verdict:
        """What was found, in the user's own symbols."""
        return restored(self.answer, dict(self.back))

    @property
    def proved(self) -> bool:
        """Whether the statement holds as it stands, with no exception."""
        return self.answer.proved

    @property
    def witness(self) -> Witness | None:
        """The point at which it fails, where it was refuted."""
        return self.verdict.witness

    @property
    def reason(self) -> str:
        """Why nothing was settled, where nothing was."""
        return self.answer.reason

    def __repr__(self) -> str:
        return f"<{self.left} = {self.result}: {self.answer.status.value}>"


def statement(
    step: Step, domains: tuple[Variable, ...], answer: Verdict, back: tuple[tuple[Expr, Expr], ...]
) -> Statement:
    """The statement that a step makes, with the verdict on it."""
    return Statement(Derivation("statement", "A statement", (step,), domains), back, answer)
