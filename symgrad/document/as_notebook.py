"""Derivations as notebooks: the page as Markdown cells, and cells that load each derivation and prove it again."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from symgrad.core import SymgradError
from symgrad.document.as_json import as_json, document_json
from symgrad.document.as_markdown import FOR_JUPYTER, body
from symgrad.document.as_typst import coloured
from symgrad.document.blocks import Image
from symgrad.document.diagrams import in_files
from symgrad.document.evidence import together
from symgrad.document.outline import outline
from symgrad.words import language, message, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from symgrad.core import Page
    from symgrad.document.telling import Telling

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LOADED = """\
from symgrad import Worked
from symgrad.document import from_json
from symgrad.document.evidence import check_in_words
from symgrad.words import say, speak

speak({lang!r})
{name} = Worked(from_json(
    {text}
))"""
DRAWN = """\
from symgrad.document import Svg

Svg(
    {svg}
)"""
CHECKED = """\
print({name}.verdict.status.value)
print(say(check_in_words({name}.settled)))
assert {name}.verdict.status.value == {status!r}  # as this page says
{name}"""

DOCUMENT = """\
from symgrad.document import document_from_json
from symgrad.pipeline.stages import settle_document

document = document_from_json(
    {text}
)"""
SETTLED = """\
settled = settle_document(document)
found = [(r.claim.id, r.ruling.value) for r in settled.rulings]
found += [(i.last.name, i.verdict.status.value) for i in settled.inductions]
for name, what in found:
    print(name, what)
assert found == [  # as this page says
    {told},
]"""
PAIRS = """\
from symgrad import output_delta

pairs = [
    {names},
]
for activation, loss in pairs:
    delta = output_delta(activation, loss)
    print(activation, loss, delta.result, delta.status.value)
    assert not delta.failed"""


def as_notebook(page: Page, tellings: tuple[Telling, ...], detail: str = "textbook") -> str:
    """The page as a notebook, valid by nbformat's schema."""
    try:
        import nbformat  # noqa: PLC0415 - with its schemas, loaded for notebooks alone
    except ImportError:
        raise SymgradError("a notebook needs nbformat; install it with pip install symgrad[notebook]") from None
    made = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL, "symgrad": {"lang": language()}})
    made.cells = [cell(nbformat, kind, text, n) for n, (kind, text) in enumerate(cells(page, tellings, detail), 1)]
    nbformat.validate(made)
    return str(nbformat.writes(made)) + "\n"


def cell(nbformat: Any, kind: str, text: str, number: int) -> Any:
    """One cell; the data of a derivation or a drawing is folded, and the drawing is there before anything is run."""
    v4 = nbformat.v4
    made = v4.new_markdown_cell(text) if kind == "markdown" else v4.new_code_cell(text)
    made.id = f"cell-{number:03}"
    if kind == "drawing":
        made.source = DRAWN.format(svg=json.dumps(text))
        made.outputs = [v4.new_output("display_data", {"image/svg+xml": text})]
    if kind in {"data", "drawing"}:
        made.metadata = {"jupyter": {"source_hidden": True}, "tags": ["hide-input"]}
    return made


def cells(page: Page, tellings: tuple[Telling, ...], detail: str) -> Iterator[tuple[str, str]]:
    """The page in words, then for each derivation the data and a check that is run."""
    blocks, files = in_files(outline(page, tellings, detail, drawn=True), page.document.name)
    for drawn, group in groupby(blocks, lambda block: isinstance(block, Image)):
        run = list(group)
        yield from pictured(run, files) if drawn else [("markdown", body(run, FOR_JUPYTER).strip())]
    yield "markdown", f"## {say(message('Check it here'))}"
    for n, told in enumerate(tellings, 1):
        name = "worked" if len(tellings) == 1 else f"worked_{n}"
        text = json.dumps(json.dumps(lean(json.loads(as_json(told, "every-rule")))))
        yield "data", LOADED.format(name=name, text=text, lang=language())
        yield "code", CHECKED.format(name=name, status=together(told.settled).status.value)
    if page.rulings or page.inductions:
        yield "data", DOCUMENT.format(text=json.dumps(json.dumps(lean(json.loads(document_json(page, ()))))))
        yield "code", SETTLED.format(told=",\n    ".join(map(repr, outcomes(page))))
    if page.pairs:
        names = [(p.activation.name, p.loss.name) for p in page.pairs if not p.refused]
        yield "code", PAIRS.format(names=",\n    ".join(map(repr, names)))


def outcomes(page: Page) -> Iterator[tuple[str, str]]:
    """The claims and the inductions of a page by name, each with what became of it."""
    yield from ((r.claim.id, r.ruling.value) for r in page.rulings)
    yield from ((i.last.name, i.verdict.status.value) for i in page.inductions if i.verdict)


def pictured(images: Iterable[Any], files: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Drawings, and what stands below them."""
    for image in images:
        yield "drawing", coloured(files[image.file])
        if image.caption:
            yield "markdown", f"*{FOR_JUPYTER.told(image.caption)}*"


def lean(data: Any) -> Any:
    """A derivation's JSON without what is only there to be read: notations, verdicts, the check."""
    if isinstance(data, dict):
        return {k: lean(v) for k, v in data.items() if k not in {"text", "latex", "verdict", "check", "claim"}}
    return [lean(v) for v in data] if isinstance(data, list) else data
