"""The table of MathML Core refuses what is wrong, and allows nothing that the W3C's own schema does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lxml import etree
from mathml_core import ARITY, EMPTY, GLOBAL, GROUPS, INSIDE, OWN, TOKENS, mistakes, relax_ng

if TYPE_CHECKING:
    from collections.abc import Iterator

OPEN = '<math xmlns="http://www.w3.org/1998/Math/MathML">'
WRONG = {
    "<mfrac><mi>a</mi></mfrac>": "has 1 children",
    '<mo stretchy="maybe">+</mo>': "no such value",
    '<mi mathvariant="bold">x</mi>': "no such value",
    '<mo fence="true">(</mo>': "no attribute fence",
    "<menclose><mi>a</mi></menclose>": "no element",
    "<mrow>a</mrow>": "holds text",
    "<mtd><mi>a</mi></mtd>": "<math> holds <mtd>",
    "<mtable><mi>a</mi></mtable>": "<mtable> holds <mi>",
    "<semantics><annotation>a</annotation></semantics>": "<semantics> holds",
    "<semantics/>": "<semantics> holds",
    "<annotation>a</annotation>": "<math> holds <annotation>",
    '<mi class="a b">x</mi>': "no such value",
    "<mspace><mi>a</mi></mspace>": "has 1 children",
}
KIDS = ("<mi>a</mi>", "<mtr><mtd/></mtr>", "<mtd/>", "<annotation>t</annotation>", "<mspace/>")
VALUES = (
    "0", "1", "1em", "-1em", ".5em", "1.", "2px", "50%", "1e", "auto", "thin", "true", "TRUE", "#fff", "#ffff", "red",
    "ltr", "block", "infix", "normal", "bold", "-1", "+1", "1.5", "a b", "x",
)  # fmt: skip


@pytest.mark.parametrize("formula", WRONG)
def test_what_is_wrong_is_found(formula: str) -> None:
    assert any(WRONG[formula] in found for found in mistakes(f"{OPEN}{formula}</math>"))


def placed(tag: str, attribute: str, inside: str) -> str:
    """An element where it may stand."""
    shown = f"<{tag}{attribute}>{inside}</{tag}>"
    if tag == "math":
        return OPEN.replace(">", f"{attribute}>") + f"{inside}</math>"
    for outer in ("mtr", "mtable") if tag == "mtd" else ("mtable",) if tag == "mtr" else ():
        shown = f"<{outer}>{shown}</{outer}>"
    return f"{OPEN}{f'<semantics><mi>a</mi>{shown}</semantics>' if tag == 'annotation' else shown}</math>"


def small_formulas() -> Iterator[str]:
    """Every element with some of every child, and every attribute with many values."""
    tags = sorted({*TOKENS, *EMPTY, *ARITY, *GROUPS})
    yield from (placed(tag, "", kid * count) for tag in tags for kid in KIDS for count in range(4))
    for tag in tags:
        inside = "" if tag in {*TOKENS, *EMPTY, *INSIDE, "mtable"} else "<mi>a</mi>" * ARITY.get(tag, 1)
        names = {**GLOBAL, **OWN.get(tag, {})}
        yield from (placed(tag, f' {name}="{value}"', inside) for name in names for value in VALUES)


def test_nothing_is_allowed_that_the_schema_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = relax_ng()
    if schema is None:
        pytest.skip("SYMGRAD_MATHML_RNG names no copy of the W3C's mathml4-core.rng")
    monkeypatch.setattr("mathml_core.relax_ng", lambda: None)
    allowed = [f for f in small_formulas() if not mistakes(f)]

    assert len(allowed) > 500
    assert [f for f in allowed if not schema.validate(etree.fromstring(f))] == []
