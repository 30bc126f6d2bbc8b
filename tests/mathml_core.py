"""What MathML Core allows of what symgrad writes: elements, attributes, their values, how many children each takes.

Written from the specification (https://www.w3.org/TR/mathml-core/, sections 2 to 4), as no package ships the schema
that the W3C keeps at https://github.com/w3c/mathml-schema. Where a copy of its rng/mathml4-core.rng lies at the path in
SYMGRAD_MATHML_RNG, every formula is held against that as well, and test_mathml_core.py has what is allowed here held
against it; test_standards.py holds every page against the W3C's schema of MathML 3.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

SPACE = "{http://www.w3.org/1998/Math/MathML}"

LENGTH = re.compile(r"-?(\d+(\.\d*)?|\.\d+)(em|ex|px|in|cm|mm|pt|pc|%)|0")
COLOUR = re.compile(r"#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?|[a-zA-Z]+")
TRUTH = re.compile("true|false")
NAME = re.compile(r"[^\W\d][\w.-]*")
ANY = re.compile(".*", re.DOTALL)

GLOBAL = {
    "class": NAME, "id": NAME, "style": ANY, "dir": re.compile("ltr|rtl"), "tabindex": re.compile(r"-?\d+"),
    "mathcolor": COLOUR, "mathbackground": COLOUR, "mathsize": LENGTH, "displaystyle": TRUTH,
    "scriptlevel": re.compile(r"[+-]?\d+"),
}  # fmt: skip

OWN = {
    "math": {"display": re.compile("block|inline"), "alttext": ANY},
    "mi": {"mathvariant": re.compile("normal")},
    "mo": {
        "form": re.compile("infix|prefix|postfix"), "stretchy": TRUTH, "symmetric": TRUTH, "largeop": TRUTH,
        "movablelimits": TRUTH, "lspace": LENGTH, "rspace": LENGTH, "maxsize": LENGTH, "minsize": LENGTH,
    },
    "mspace": {"width": LENGTH, "height": LENGTH, "depth": LENGTH},
    "mpadded": {"width": LENGTH, "height": LENGTH, "depth": LENGTH, "lspace": LENGTH, "voffset": LENGTH},
    "mfrac": {"linethickness": LENGTH},
    "munder": {"accentunder": TRUTH},
    "mover": {"accent": TRUTH},
    "munderover": {"accent": TRUTH, "accentunder": TRUTH},
    "mtd": {"columnspan": re.compile(r"[1-9]\d*"), "rowspan": re.compile(r"[1-9]\d*")},
    "annotation": {"encoding": ANY},
}  # fmt: skip

TOKENS = {"mi", "mn", "mo", "mtext", "ms", "annotation"}
EMPTY = {"mspace"}
ARITY = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2, "munderover": 3}
GROUPS = {
    "math", "mrow", "msqrt", "mstyle", "merror", "mpadded", "mphantom", "mtable", "mtr", "mtd", "semantics",
}  # fmt: skip
TABLES = {"mtable", "mtr"}
INSIDE = {"mtr": "mtable", "mtd": "mtr", "annotation": "semantics"}


def mistakes(formula: str) -> list[str]:
    """What MathML Core does not allow in a formula."""
    root = etree.fromstring(formula.encode())
    found = [] if root.tag == f"{SPACE}math" else [f"the root is {root.tag}"]
    for element in root.iter():
        found += of_element(element)
    schema = relax_ng()
    if schema is not None and not schema.validate(root):
        found.append(str(schema.error_log.last_error))
    return found


def of_element(element: Any) -> list[str]:
    """What is wrong with one element, its children left aside."""
    tag = str(element.tag).removeprefix(SPACE)
    if tag not in {*TOKENS, *EMPTY, *ARITY, *GROUPS}:
        return [f"<{tag}> is no element of MathML Core"]
    found = []
    for name, value in element.attrib.items():
        pattern = {**GLOBAL, **OWN.get(tag, {})}.get(name)
        if pattern is None:
            found.append(f"<{tag}> has no attribute {name}")
        elif not pattern.fullmatch(value):
            found.append(f'<{tag} {name}="{value}"> has no such value')
    count = len(element)
    if count != ARITY.get(tag, count) or (tag in TOKENS | EMPTY and count):
        found.append(f"<{tag}> has {count} children")
    if tag not in TOKENS and ((element.text or "").strip() or any((c.tail or "").strip() for c in element)):
        found.append(f"<{tag}> holds text beside elements")
    kinds = [str(kid.tag).removeprefix(SPACE) for kid in element]
    if tag == "semantics":
        right = bool(kinds) and kinds[0] not in INSIDE and set(kinds[1:]) <= {"annotation"}
        return found if right else [*found, f"<semantics> holds {kinds}"]
    found += [f"<{tag}> holds <{k}>" for k in kinds if INSIDE.get(k, tag) != tag or (tag in TABLES and k not in INSIDE)]
    return found


@cache
def relax_ng() -> etree.RelaxNG | None:
    """The W3C's own schema, where there is a copy."""
    path = os.environ.get("SYMGRAD_MATHML_RNG")
    return etree.RelaxNG(etree.parse(Path(path))) if path else None
