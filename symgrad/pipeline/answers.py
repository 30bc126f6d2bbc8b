"""What the command line asks for, answered as text; it runs in a process with a limit of time."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symgrad import document
from symgrad.core import Outcome, ParseError, SymgradError, UnknownNameError, tally
from symgrad.core.catalogue import canonical, nearest
from symgrad.definitions import ACTIVATIONS, LOSSES, entry_named
from symgrad.definitions.layers import LAYERS, loss_of_vectors
from symgrad.document.evidence import because, reason, together
from symgrad.pipeline import public, tensors
from symgrad.pipeline.discover import document_file, shown
from symgrad.pipeline.reading import chosen, expression
from symgrad.pipeline.showing import show
from symgrad.pipeline.stages import settle_document
from symgrad.pipeline.worked import Worked
from symgrad.words import Message, clauses, message, say

if TYPE_CHECKING:
    from symgrad.core import Definition, Document, Page, Settled
    from symgrad.pipeline.asked import Asked

NAMELIKE = re.compile(r"[^\W\d][\w -]{1,60}")


def derivation(  # noqa: PLR0917 - they come as a task's arguments
    what: str | None, wrt: str | None, activation: str | None, loss: str | None, order: int, asked: Asked
) -> dict[str, Any]:
    """The derivation asked for, rendered, and whether anything in it is refuted or wrong."""
    if canonical(what or "") in LAYERS:
        return whole(tensors.of_layer(what or "", wrt, order), asked)
    if asked.layout or asked.shapes:
        raise SymgradError("--layout and --shapes are for vectors and matrices; leave them out here")
    if activation is not None and loss is not None:
        worked = public.output_delta(activation, loss)
    else:
        worked = of_name(what or "", wrt, order) or of_text(what or "", wrt, order)
    return answer(worked, asked)


def formula(  # noqa: PLR0917 - they come as a task's arguments
    what: str, wrt: str | None, shapes: tuple[str, ...], order: int, facts: tuple[str, ...], asked: Asked
) -> dict[str, Any]:
    """The gradient of a formula of vectors and matrices, or the Hessian."""
    return answer(tensors.of_text(what, wrt, shapes, order, facts), asked)


def network(  # noqa: PLR0917 - they come as a task's arguments
    what: str,
    loss: str,
    wrt: str | None,
    reduction: str,
    batch: bool,  # noqa: FBT001 - as above
    facts: tuple[str, ...],
    order: int,
    asked: Asked,
) -> dict[str, Any]:
    """The gradients of a network of layers, or a Hessian."""
    return whole(tensors.of_network(what, loss, wrt, reduction, batch=batch, assumed=facts, order=order), asked)


def whole(found: Document, asked: Asked) -> dict[str, Any]:
    """Several derivations as one answer."""
    page = settle_document(replace(found, layout=asked.layout, shapes=asked.shapes))
    doubts = [
        message("{title}: {doubt}", title=s.derivation.title, doubt=why) for s in page.settled if (why := doubt(s))
    ]
    return {"text": document_text(page, asked), "failed": tally(page).failed, "doubt": say(clauses(doubts))}


def answer(worked: Worked, asked: Asked) -> dict[str, Any]:
    """One derivation, rendered."""
    if asked.form == "pdf":
        page = document.alone(worked.settled, asked.layout, shapes=asked.shapes)
        told: str | bytes = document.page_pdf(page, asked.detail)
        return {"text": told, "failed": worked.failed, "doubt": doubt(worked.settled)}
    told = worked.to(
        asked.form,
        asked.detail,
        layout=asked.layout,
        shapes=asked.shapes,
        fragment=asked.fragment,
        dialect=asked.dialect,
    )
    return {"text": told, "failed": worked.failed, "doubt": say(doubt(worked.settled))}


def doubt(settled: Settled) -> Message:
    """What a user has to know of an answer that is not proved, or wrong in numbers; nothing where all is well."""
    verdict, check = together(settled), settled.check
    why = reason(verdict)
    parts: list[str] = []
    if not verdict.proved:
        parts.append(because(message("not PROVED but {status}", status=verdict.status.name), why))
    if check is not None and check.outcome is Outcome.WRONG:
        wrong: dict[str, Any] = {"wrong": check.wrong, "number": check.points}
        parts.append(message("the result is wrong in numbers at {wrong} of {number} points", **wrong))
    return clauses(parts)


def document_text(page: Page, asked: Asked) -> str | bytes:
    """A page of derivations in one of the formats of a derivation."""
    form, detail = asked.form, asked.detail
    if form == "pdf":
        return document.page_pdf(page, detail)
    if form == "json":
        told = (document.render(s, form, detail, asked.layout, shapes=asked.shapes) for s in page.settled)
        return json.dumps([json.loads(one) for one in told], indent=2, ensure_ascii=False) + "\n"
    if form == "numpy":
        return "\n\n".join(Worked(settled.derivation).to(form) for settled in page.settled)
    return document.render_entry(page, form, detail, fragment=asked.fragment, dialect=asked.dialect)


def of_name(what: str, wrt: str | None, order: int) -> Worked | None:
    """The derivation of a catalogue entry; None where the text names none."""
    definition = known(what)
    if definition is None:
        return None
    if order == 1:
        return public.derivative(definition, wrt)
    if wrt not in {None, str(definition.variable)}:
        raise SymgradError(
            "the second derivative of {name} is by {variable} only; leave --wrt out",
            name=definition.name,
            variable=definition.variable,
        )
    return public.second_derivative(definition)


def known(what: str) -> Definition | None:
    """The catalogue entry of this name."""
    try:
        return entry_named(what)
    except UnknownNameError:
        return None


def of_text(what: str, wrt: str | None, order: int) -> Worked:
    """The derivation of an expression; the second derivative starts from the first one's result."""
    expr = parsed(what)
    variable = chosen(expr, wrt)
    worked = public.derive(expr, variable, seconds=None)  # the whole process has a limit of its own
    return worked if order == 1 else public.derive(worked.result, variable, seconds=None)


def parsed(what: str) -> Any:
    """The expression; a word that is none, or words that are nearly a name, were meant as a name."""
    try:
        return expression(what)
    except ParseError:
        if name := loss_of_vectors(what):
            raise SymgradError(
                "{name} is a loss of vectors, which stands behind a network: "
                "symgrad derive --network linear --loss {name}",
                name=name,
            ) from None
        if (file := document_file(what)) is not None:
            raise SymgradError(
                "{name} is a document; make its page with: symgrad build {path}", name=file.stem, path=shown(file)
            ) from None
        alike = nearest(what, (*ACTIVATIONS, *LOSSES, *LAYERS)) if NAMELIKE.fullmatch(what) else ()
        if alike or (len(what) > 1 and what.isidentifier()):
            raise UnknownNameError(message("activation, loss or layer"), what, alike) from None
        raise


def definition(name: str, asked: Asked) -> str | bytes:
    """One catalogue entry, told."""
    if canonical(name) in LAYERS and known(name) is None:
        raise SymgradError("{name} is a layer; `symgrad derive {name}` shows its gradients", name=canonical(name))
    return show(public.entry(name), asked)
