"""Letters in sentences: set as in formulas where they stand for quantities, left alone where they are words."""

from __future__ import annotations

import pytest

from symgrad.document.lettering import SHORT, lettered

SENTENCES = {
    "a step of n": "a step of [n]",
    "A sum. The L-layer network": "A sum. The [L]-layer network",
    "I − W, e.g. x": "[I] − [W], e.g. [x]",
    "|a − y| is a, or a + 1": "|[a] − [y]| is [a], or [a] + 1",
    "z_i and a_3 by W": "[z]<sub>[i]</sub> and [a]<sub>3</sub> by [W]",
    "αz for z < 0": "[α][z] for [z] &lt; 0",
    "Wᵀδ at cos(ωq) and 4e⁻ᶻ": "[W]ᵀ[δ] at cos([ω][q]) and 4[e]⁻ᶻ",
    "the network’s D5, torch's 5-th": "the network’s D5, torch's 5-th",
    "J by a alone: how a changes, as rZ by dz": "[J] by [a] alone: how [a] changes, as [r][Z] by [d][z]",
    "the mean of x\u0302 is 0": "the mean of [x\u0302] is 0",
    "in (-1, 1), up to -∞": "in (−1, 1), up to −∞",
    "其中 a 与 z 的和": "其中 [a] 与 [z] 的和",
    "<b>x</b> & </var>": "&lt;[b]&gt;[x]&lt;/[b]&gt; &amp; &lt;/var&gt;",
}


@pytest.mark.parametrize("words", SENTENCES)
def test_letters_are_set_as_in_formulas_and_words_are_not(words: str) -> None:
    found = lettered(words).replace("<var>", "[").replace("</var>", "]").replace("\u00a0", " ")

    assert found == SENTENCES[words]


def test_no_line_ends_within_a_short_formula() -> None:
    assert "\u00a0=\u00a01\u00a0+\u00a0" in lettered("where n = 1 + 2 holds")
    long = "σ(z) = 1/(1 + e⁻ᶻ) ≤ " + "1 + " * SHORT + "1"
    assert " " in lettered(long)
    assert " =" not in lettered(long)
