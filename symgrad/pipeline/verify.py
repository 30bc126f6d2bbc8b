"""Every statement of the catalogue, settled: rows for a verdict table."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from symgrad import checker, deriver
from symgrad.core import Kind, Status, SymgradError
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.definitions.layers import LAYERS
from symgrad.deriver.indexed.layers import layer_gradients
from symgrad.document.evidence import reason, together
from symgrad.functions import D
from symgrad.pipeline.fact_rows import fact_rows
from symgrad.pipeline.kinks import slope_proofs, worst
from symgrad.pipeline.numpy_source import named_form
from symgrad.pipeline.proofs import Proof, proof, proofs
from symgrad.pipeline.public import entry
from symgrad.pipeline.stages import settle
from symgrad.pipeline.worked import Worked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from symgrad.core import Definition, Derivation, Verdict


@dataclass(frozen=True, slots=True)
class Row:
    """One statement of an entry and how it fared; plain text, so that it can travel.

    `statements` counts the proofs behind the row, `rechecked` the certificates that the independent checker
    replayed; `rejected` is its reason where it would not accept one. A row without proofs rests on its method alone.
    """

    subject: str
    statement: str
    status: str
    statements: int
    reason: str = ""
    check: str = ""
    rechecked: int = 0
    rejected: str = ""
    method: str = ""
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether something is refuted, wrong, or rests on a certificate that does not hold."""
        return self.status == "REFUTED" or self.check == "wrong" or bool(self.rejected)


def subjects(names: Sequence[str] = ()) -> list[tuple[str, str]]:
    """What there is to verify, each a piece of work of its own: entries, an activation's pairs, and layers."""
    layers = [name for name in LAYERS if not names or name in names]
    chosen = {entry(name).name for name in names if name not in LAYERS or name in ACTIVATIONS}
    chosen = chosen if names else {*ACTIVATIONS, *LOSSES}
    entries = [("entry", name) for name in (*ACTIVATIONS, *LOSSES) if name in chosen]
    return [
        *entries,
        *(("pairs", name) for name in ACTIVATIONS if name in chosen),
        *(("layer", name) for name in layers),
    ]


def verify(kind: str, name: str, recheck: bool) -> list[dict[str, Any]]:  # noqa: FBT001 - it comes as a task's argument
    """The rows of one subject."""
    found = found_about(kind, name)
    rows, began = [], time.perf_counter()
    for subject, statement, check, verdict, behind in found:
        row = row_of(subject, statement, check, verdict, behind, recheck=recheck)
        now = time.perf_counter()
        rows.append({**asdict(row), "seconds": round(now - began, 4), "failed": row.failed})
        began = now
    return rows


# subject, statement, outcome of the check, what is said of the row, and the proofs behind that
Found = tuple[str, str, str, "Verdict", "Sequence[Proof]"]


def found_about(kind: str, name: str) -> Iterator[Found]:
    """What there is about a subject."""
    if kind == "layer":
        derivations = layer_gradients(LAYERS[name].build())
        return (settled_row(name, d.title, d) for d in derivations)
    return pair_rows(ACTIVATIONS[name]) if kind == "pairs" else entry_rows(ACTIVATIONS.get(name) or LOSSES[name])


def entry_rows(definition: Definition) -> Iterator[Found]:
    """The claims that a definition makes, and what is derived from it."""
    yield from form_rows(definition)
    numeric = slopes_in_numbers(definition)
    for label, behind in slope_proofs(definition):
        yield definition.name, label, numeric, worst(behind), behind
    for derivation in derivations(definition):
        yield settled_row(definition.name, derivation.title, derivation)
    if definition.kind is Kind.ACTIVATION:
        yield from fact_rows(definition)
        yield from stable_rows(definition.name, derivation)


def slopes_in_numbers(definition: Definition) -> str:
    """How the declared slopes at all kinks fare against one-sided differences."""
    x, kinks = definition.variable, definition.kinks
    return checker.check_slopes(definition.of, x, kinks, variables=definition.domains).outcome.value if kinks else ""


def form_rows(definition: Definition) -> Iterator[Found]:
    """The stable form and the rewrites: each equals the formula."""
    forms = [("stable form", definition.stable)] if definition.stable is not None else []
    forms += [(f"in terms of {head.__name__}", form) for head, form in definition.rewrites]
    for label, form in forms:
        found = proof(definition.of, form, definition.domains)
        yield definition.name, label, "", found.verdict, (found,)


def stable_rows(subject: str, derivation: Derivation) -> Iterator[Found]:
    """The form in which NumPy code evaluates a derivative: it equals the result."""
    result = Worked(derivation).result
    form = named_form(result)
    if isinstance(derivation.start, D) and form != result:
        found = proof(result, form, derivation.domains)
        yield subject, f"stable form of {derivation.start}", "", found.verdict, (found,)


def derivations(definition: Definition) -> Iterator[Derivation]:
    """First and second derivative, by learned parameters too, and an activation's matching loss where it has one."""
    yield deriver.derivative(definition)
    yield deriver.second_derivative(definition)
    for parameter in definition.parameters:
        if parameter.learned:
            yield deriver.parameter_derivative(definition, parameter.symbol)
    if definition.kind is Kind.ACTIVATION:
        try:
            yield deriver.matching_loss(definition)
        except SymgradError:
            return  # it says that this activation has none


def pair_rows(activation: Definition) -> Iterator[Found]:
    """The output deltas of an activation with every loss that it fits."""
    for loss in LOSSES.values():
        try:
            derivation = deriver.output_delta(activation, loss)
        except SymgradError:
            continue
        yield settled_row(f"{activation.name} + {loss.name}", "output delta", derivation)
        yield from stable_rows(f"{activation.name} + {loss.name}", derivation)


def settled_row(subject: str, statement: str, derivation: Derivation) -> Found:
    """A derivation as one row: the worst of its verdicts speaks for it."""
    settled = settle(derivation)
    outcome = settled.check.outcome.value if settled.check and settled.check.points else ""
    behind = tuple(proofs(settled))
    return subject, f"{statement}: {len(behind) - 1} steps and the whole", outcome, together(settled), behind


def row_of(
    subject: str, statement: str, check: str, verdict: Verdict, behind: Sequence[Proof], *, recheck: bool
) -> Row:
    """The row, with every certificate replayed by the independent checker if asked for."""
    refusals = [p.refusal for p in behind if p.verdict.status is Status.PROVED] if recheck else []
    rejected = next(filter(None, refusals), "")
    return Row(
        subject,
        statement,
        verdict.status.name,
        len(behind),
        reason(verdict),
        check,
        refusals.count(""),
        rejected,
        verdict.method,
    )
