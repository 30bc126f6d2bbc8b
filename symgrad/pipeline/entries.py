"""What `activation` and `loss` return: a definition which tells all that is derived and proved about it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

from symgrad import deriver, document
from symgrad.core import Definition
from symgrad.document.latex import GITHUB, latex
from symgrad.pipeline.asked import Asked
from symgrad.pipeline.showing import entry_page, show
from symgrad.pipeline.stages import about
from symgrad.pipeline.worked import Worked

if TYPE_CHECKING:
    from sympy import Expr

    from symgrad.core import CheckReport, Domain, Facts, LossFacts, Page, Status, Step, Verdict


@dataclass(frozen=True, eq=False, repr=False)
class Entry(Definition):
    """A definition of the catalogue with its derivative, its facts, and its page; each is found when it is asked.

    It is a Definition, equal to the one in the catalogue, and goes wherever one goes.
    """

    @property
    def formula(self) -> Expr:
        """The textbook formula, in z or in a and y."""
        return self.of

    @property
    def result(self) -> Expr:
        """The formula again, under the name that every value of symgrad has for its answer."""
        return self.of

    @property
    def domain(self) -> Domain:
        """Where the variable that gradients are taken in may lie."""
        return self.variables[0].domain

    @cached_property
    def derivative(self) -> Worked:
        """phi'(z), or dJ/da, derived and proved."""
        return Worked(deriver.derivative(bare(self)))

    @cached_property
    def facts(self) -> Facts | LossFacts:
        """What is proved beyond the derivative: extremes, limits, monotony; convexity of a loss."""
        return about(bare(self))

    @property
    def in_output(self) -> Expr | None:
        """phi'(z) in terms of the output a = phi(z); None for a loss, and where there is no such form."""
        return getattr(self.facts, "in_output", None)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of its derivative."""
        return self.derivative.steps

    @property
    def verdict(self) -> Verdict:
        """The verdict on its derivative."""
        return self.derivative.verdict

    @property
    def status(self) -> Status:
        """The verdict's answer."""
        return self.verdict.status

    @property
    def check(self) -> CheckReport | None:
        """How its derivative fared against finite differences."""
        return self.derivative.check

    @cached_property
    def page(self) -> Page:
        """Everything above, settled."""
        return entry_page(bare(self))

    def to(self, form: str, detail: str = "textbook") -> str:
        """The entry with its facts and kinks as "text", "latex", "mathml", "markdown", "html" or "json".

        `detail` says how much of its derivation is told: "result", "textbook" or "every-rule".
        """
        return str(show(bare(self), Asked(form, detail)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Definition) and all(
            getattr(self, f.name) == getattr(other, f.name) for f in fields(Definition) if f.compare
        )

    def __hash__(self) -> int:
        return hash(bare(self))

    def __repr__(self) -> str:
        return f"<{self.kind.value} {self.name}: {self.applied} = {self.of}>"

    def _repr_html_(self) -> str:
        return document.page_fragment(self.page)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {latex(document.definition_box(self), GITHUB)}$"


def entry_of(definition: Definition) -> Entry:
    """The definition with its answers."""
    return Entry(**held(definition))


def bare(definition: Definition) -> Definition:
    """The definition alone, as the catalogue has it."""
    return Definition(**held(definition)) if isinstance(definition, Entry) else definition


def held(definition: Definition) -> dict[str, Any]:
    """What a definition is made of."""
    return {f.name: getattr(definition, f.name) for f in fields(Definition)}
