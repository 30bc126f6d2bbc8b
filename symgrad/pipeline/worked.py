"""What the public functions return: a derivation that settles itself when it is asked, once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from symgrad import document
from symgrad.core import Derivation, Outcome, Settled, Status, Step, Verdict
from symgrad.document.evidence import together
from symgrad.functions import D, put
from symgrad.indexed import Expr as Indexed
from symgrad.pipeline.numpy_source import of_derivation
from symgrad.pipeline.stages import inlined, settle
from symgrad.pipeline.symbols import restored

if TYPE_CHECKING:
    from sympy import Expr, Symbol

    from symgrad.core import Cancels, CheckReport


@dataclass(frozen=True)
class Worked:
    """A derivation with its result, its verdict and its check; `back` restores the symbols the user wrote.

    `cancels` says of an output delta whether phi'(z) drops out.
    """

    derivation: Derivation
    back: tuple[tuple[Symbol, Symbol], ...] = field(default=(), repr=False)
    cancels: Cancels | None = field(default=None, repr=False, kw_only=True)

    @property
    def name(self) -> str:
        """The derivation's id."""
        return self.derivation.name

    @property
    def result(self) -> Expr:
        """Where the chain ends, in the user's own symbols; named quantities (a = sigmoid(z)) are written out."""
        start = self.derivation.start
        if isinstance(start, Indexed):
            return self.derivation.result
        variable = start.variable if isinstance(start, D) else None
        return put(inlined(self.derivation.result, self.derivation, variable), dict(self.back))

    @property
    def steps(self) -> tuple[Step, ...]:
        """The chain, in real symbols; finer steps are nested in each."""
        return self.derivation.steps

    @cached_property
    def settled(self) -> Settled:
        """Every step and the whole chain proved, and the result checked numerically."""
        return settle(self.derivation)

    @property
    def verdict(self) -> Verdict:
        """PROVED only if every step and the whole chain are; else the worst verdict, with the step it is about."""
        return restored(together(self.settled), dict(self.back))

    @property
    def status(self) -> Status:
        """The verdict's answer."""
        return self.verdict.status

    @property
    def check(self) -> CheckReport | None:
        """How the result fared against finite differences; None where nothing is differentiated."""
        return self.settled.check

    @property
    def failed(self) -> bool:
        """Whether anything was refuted, undefined where it should not be, or wrong in numbers."""
        wrong = self.check is not None and self.check.outcome is Outcome.WRONG
        return wrong or self.status.failed

    def to(
        self,
        form: str,
        detail: str = "textbook",
        *,
        layout: str = "",
        shapes: bool = False,
        fragment: bool = False,
        dialect: str = "github",
    ) -> str:
        """The derivation as "text", "latex", "mathml", "markdown", "html" or "json"; the result as "numpy" code.

        `detail` is "result", "textbook" or "every-rule". Of results with symbolic dimensions, `layout` says how
        matrices are laid out ("column", "row-batch", "numerator", "denominator"); `shapes` writes their rows and
        columns below each factor. `fragment` makes LaTeX for inclusion in a paper; `dialect` ("github", "jupyter",
        "pandoc") is that of Markdown.
        """
        if form == "numpy":
            indexed = isinstance(self.derivation.start, Indexed)
            if indexed:
                return document.indexed_code(self.derivation, self.verdict.conditions)
            return of_derivation(self.derivation, self.result)
        return document.render(self.settled, form, detail, layout, shapes=shapes, fragment=fragment, dialect=dialect)

    def _repr_html_(self) -> str:
        return document.html_fragment(self.settled)

    def _repr_latex_(self) -> str:
        marks = {r"\[": "$$", r"\]": "$$"}  # what notebooks take for display mathematics
        kept = (line for line in self.to("latex", fragment=True).splitlines() if not line.startswith("%"))
        return "\n".join(marks.get(line, line) for line in kept)

    def __repr__(self) -> str:
        return f"<{self.derivation.name}: {self.derivation.start} = {self.result}>"
