"""Colours of quantities: readable, told apart without one kind of cone, and one for each letter of a page."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from document_samples import delta_page, settled, sigmoid_page
from lxml import html as lxml_html

import symgrad
from symgrad.core import Page
from symgrad.document import Site, render_page
from symgrad.document.from_indexed import boxes
from symgrad.document.legend import legend_of
from symgrad.document.mathml import mathml
from symgrad.document.site import template
from symgrad.document.tints import SLOPE, TINTS, css, tinted
from symgrad.indexed import Dim, Index, Tensor, delta, total

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUNDS = ("paper", "card", "well", "was-bg", "now-bg")
READABLE = 4.5  # WCAG 2.2, 1.4.3
APART = 0.09  # in OKLab, where 1 is from black to white
# What is left of colours without one kind of cone: Machado, Oliveira and Fernandes 2009, severity 1.
EYES = {
    "all cones": np.eye(3),
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
CONES = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]])
OKLAB = np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])

every_scheme = pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])


def light_of(colour: str) -> Any:
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(2 * d for d in digits)
    c = np.array([int(digits[n : n + 2], 16) for n in (0, 2, 4)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def variable(name: str, scheme: int) -> str:
    (found,) = re.findall(rf"--{name}:light-dark\((#\w+),(#\w+)\)", css() + template("page.css"))
    return str(found[scheme])


def contrast(one: str, other: str) -> float:
    weights = np.array([0.2126, 0.7152, 0.0722])
    low, high = sorted(float(weights @ light_of(c)) + 0.05 for c in (one, other))
    return high / low


@every_scheme
def test_every_colour_is_readable_on_every_ground(scheme: int) -> None:
    assert len(TINTS) > 5
    for tint in TINTS:
        colour = variable(tint.name, scheme)
        assert colour == (tint.light, tint.dark)[scheme]
        for ground in GROUNDS:
            assert contrast(colour, variable(ground, scheme)) >= READABLE, (tint.name, ground)


@every_scheme
@pytest.mark.parametrize("eye", EYES)
def test_no_two_colours_are_alike_to_any_eye(scheme: int, eye: str) -> None:
    seen = {
        name: OKLAB @ np.cbrt(CONES @ np.clip(np.array(EYES[eye]) @ light_of(variable(name, scheme)), 1e-6, 1))
        for name in (*(t.name for t in TINTS), "ink")
    }
    for one, other in combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > APART, (one, other)


def tensors_page() -> Page:
    m, n = Dim("m"), Dim("n")
    i, k = Index("i", m), Index("k", n)
    W, x, y = Tensor("W", (m, n)), Tensor("x", n), Tensor("y", m)
    z = Tensor("z", m, body=((i,), total(k, W[i, k] * x[k])))
    J = Tensor("J", body=((), total(i, (z[i] - y[i]) ** 2) / 2))
    worked = symgrad.derivative(J, W, through=(z,), called={z: "δ"}, name="w")
    document = symgrad.Document("w", "W", "Layers", derivations=(worked.derivation,))
    return Page(document, (settled(worked.derivation),))


SAMPLES = {"sigmoid": sigmoid_page, "delta": delta_page, "tensors": tensors_page}
every_sample = pytest.mark.parametrize("name", SAMPLES)


def letters(page: str) -> Iterator[tuple[str, str]]:
    """Every letter that stands where a quantity may, with the class of its colour."""
    for mi in lxml_html.document_fromstring(page).xpath("//math//mi"):
        above = [mi, *mi.iterancestors()]
        if not any(is_index(e) for e in above):
            yield mi.text, next((e.get("class") for e in above if (e.get("class") or "")[:1] == "q"), "")


def is_index(e: Any) -> bool:
    """Whether an element is below its base, or a limit, or carries a dash or an accent."""
    parent = e.getparent()
    place = -1 if parent is None else parent.index(e)
    if parent is None or e.tag == "math":
        return False
    return (
        (parent.tag in {"msub", "msubsup"} and place == 1)
        or (parent.tag in {"munder", "munderover"} and place > 0)
        or (parent.tag == "msup" and "m-prime" in (parent[1].get("class") or ""))
        or (parent.tag == "mover")
    )


@every_sample
def test_a_letter_has_one_colour_throughout_a_page(name: str) -> None:
    page = SAMPLES[name]()
    known = legend_of(page)
    drawn = render_page(page, "html", Site(stylesheet="symgrad.css"))
    found = [(letter, colour) for letter, colour in letters(drawn) if letter in known]

    assert len({letter for letter, _ in found}) > 1
    assert {(letter, colour) for letter, colour in found if known[letter] != colour} <= {("δ", "")}  # Kronecker's


@pytest.mark.parametrize("form", ["tex", "typ"])
@every_sample
def test_paper_has_the_colours_of_the_page(name: str, form: str) -> None:
    page = SAMPLES[name]()
    known = legend_of(page)
    source = render_page(page, form)
    shown = {
        (letter.strip().lstrip("\\"), colour)
        for colour, letter in re.findall(
            r"sg(q[a-f])[{(](\\?\w+)[})]", source.partition(r"\begin{document}")[2] or source
        )
    }
    spelt = {"σ": "sigma", "δ": "delta", "φ": "varphi"}
    wanted = {
        (spelt.get(name, name) if form == "tex" else name, tint) for name, tint in known.items() if "′" not in name
    }

    assert len(shown) > 1
    assert shown <= wanted


def test_a_function_has_the_colour_of_what_it_gives_and_a_slope_its_own() -> None:
    of_delta, of_sigmoid = legend_of(delta_page()), legend_of(sigmoid_page())

    assert of_delta["σ"] == of_delta["a"]
    assert of_sigmoid["σ′"] == SLOPE != of_sigmoid["σ"]
    assert of_delta["CE"] == of_delta["J"]
    assert len({of_delta[name] for name in "zayJ"}) == len("zayJ")


def test_kronecker_is_no_quantity() -> None:
    n = Dim("n")
    with tinted({"δ": "qd", "z": "qa"}):
        kronecker, error = mathml(boxes(delta(Index("i", n), Index("j", n)))), mathml(boxes(Tensor("δ", n)))

    assert "qd" not in kronecker
    assert '<mi class="qd">δ</mi>' in error
