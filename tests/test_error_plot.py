"""The drawing of a numeric check's errors: its axis can be read, and what does not fit is said to."""

from __future__ import annotations

import re
from itertools import pairwise
from unicodedata import normalize

import pytest

from symgrad.checker.report import Compared, relative
from symgrad.core import CheckReport, Outcome
from symgrad.document.error_plot import error_plot

LABEL = re.compile(r'<text class="end" x="56" y="([-\d.]+)">(?:10(⁻?[⁰¹²³⁴-⁹]+)|(0))')
AXES = [
    ((1e-16, 1e-12), (0.0, 1e-8), (1e-3, 1e-2)),
    ((1e-17, 1e-17), (2e-17, 1e-16), (3e-18, 1e-16)),
    ((1e5, 1e6), (1e7, 1e190), (1e3, 1e4)),
    ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
    ((1e-19, 1e190), (1e-9, 1e-2), (2.0, 1e-5)),
]


@pytest.mark.parametrize("sizes", AXES, ids=str)
def test_the_axis_ends_at_1_and_its_labels_stand_apart(sizes: tuple[tuple[float, float], ...]) -> None:
    drawing = error_plot(CheckReport(3, 0, 0, 0, errors=tuple((float(n), *s) for n, s in enumerate(sizes))), "")
    labels = [(float(y), power) for y, power, _ in LABEL.findall(drawing)]
    heights = sorted(y for y, _ in labels)

    assert len(labels) > 1
    assert max(int(normalize("NFKC", p).replace("−", "-")) for _, p in labels if p) <= 0
    assert min(b - a for a, b in pairwise(heights)) >= 20
    for kind, column in (("error", 0), ("bound", 1)):
        arrows = re.search(f'class="{kind} beyond" d="([^"]+)"', drawing)
        assert (arrows.group(1).count("M") if arrows else 0) == sum(s[column] > 1 for s in sizes)


def test_an_error_at_a_root_is_no_multiple_of_the_value() -> None:
    at_root = Compared((0.0,), 1e-200, 0.0, 1e-8, Outcome.OK, on_kink=False)
    large = Compared((2.0,), 100.0, 101.0, 1.01, Outcome.OK, on_kink=False)
    assert relative(at_root) == (0.0, 1e-200, 1e-8)
    assert relative(large) == pytest.approx((2.0, 1 / 101, 0.01))
