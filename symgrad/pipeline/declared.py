"""What a definition of the user's own declares beside its formula, held against the formula before a page repeats it.

The catalogue's own definitions are gone through by `symgrad verify`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad import prover
from symgrad.core import DeclaredError, Kind
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.pipeline.kinks import slopes
from symgrad.pipeline.proofs import proof

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Definition, Verdict


def require_declared(definition: Definition) -> None:
    """Raise DeclaredError where a form, a slope at a kink or the range is refuted by the formula."""
    if definition in {ACTIVATIONS.get(definition.name), LOSSES.get(definition.name)}:
        return
    for said, verdict in declared(definition):
        if verdict.status.failed:
            raise DeclaredError(definition.name, said)


def declared(definition: Definition) -> Iterator[tuple[str, Verdict]]:
    """What is said, in the words of the definition's fields, and the verdict on it."""
    forms = [("stable", definition.stable)] if definition.stable is not None else []
    forms += [(f"rewrites in {head.__name__}", form) for head, form in definition.rewrites]
    for field, form in forms:
        yield f"{field} = {form}", proof(definition.of, form, definition.domains).verdict
    yield from slopes(definition)
    if definition.kind is Kind.ACTIVATION:
        for end in prover.ends(definition):
            yield f"range = {definition.range}", end.verdict
