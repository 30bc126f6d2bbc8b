"""The fonts of a page as CSS: subsets of fonts that installed packages ship, made once per process.

STIX Two Math (SIL Open Font License) comes in the package ziamath, Source Serif Pro (the same licence) in
font-source-serif-pro. Without an OpenType MATH font a browser sets small sums and braces that do not grow.
"""

from __future__ import annotations

import base64
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from fontTools import subset

from symgrad.core import SymgradError
from symgrad.document.spelling import TEX_LETTERS, TEX_SIGNS

LATIN = "".join(map(chr, range(0x20, 0x7F))) + "\u00a0§·×–—‘’“”…•′″−½¼⅛→←↑↓≤≥≠≈∞±°éèüöäßÉçñô"

SIGNS = "+−=<>≤≥≠≈∈·×/|‖()[]{}⟨⟩,;:.!′″‴∂∇∞∫∑∏√⏟→↦⇒∼±∘∧∨∖∪∩⊂⊆⊤⊙ℝℕℤℓℒ…⋯^¯~˙―½\u2061\u00a0 "

WEIGHTS = (("Regular", "400", "normal"), ("Bold", "700", "normal"), ("It", "400", "italic"))


@cache
def font_css() -> str:
    """The @font-face rules, fonts inlined: SG Math for formulas, SG Text for words."""
    rules = [face("SG Math", math_font(), "400", "normal")]
    rules += [face("SG Text", text_font(name), weight, style) for name, weight, style in WEIGHTS]
    return "\n".join(rules)


def face(family: str, font: bytes, weight: str, style: str) -> str:
    """One font as a CSS rule."""
    data = base64.b64encode(font).decode("ascii")
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};font-display:block;'
        f'src:url(data:font/woff2;base64,{data}) format("woff2")}}'
    )


@cache
def math_font() -> bytes:
    """The letters and signs that formulas are made of, with the table that says how to stack and stretch them."""
    letters = LATIN + SIGNS + "".join(TEX_LETTERS) + "".join(TEX_SIGNS)
    wanted = set(letters) | {slanted(c) for c in letters}
    source = folder("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf"
    return subsetted(source, wanted, ("ccmp", "kern"))


@cache
def text_font(name: str) -> bytes:
    """The letters of prose in one weight."""
    source = folder("font_source_serif_pro") / "files" / f"SourceSerifPro-{name}.ttf"
    return subsetted(source, set(LATIN + "".join(TEX_LETTERS)), ("kern", "liga", "lnum", "ccmp"))


def folder(package: str) -> Path:
    """Where a package lies, without running any of it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SymgradError(f"the package {package}, whose fonts the pages use, is missing; install symgrad anew")
    return Path(spec.submodule_search_locations[0])


def slanted(letter: str) -> str:
    """The mathematical italic that a browser puts in the place of a single letter."""
    code = ord(letter)
    if letter == "h":
        return "ℎ"
    for first, last, start in (("A", "Z", 0x1D434), ("a", "z", 0x1D44E), ("Α", "Ω", 0x1D6E2), ("α", "ω", 0x1D6FC)):
        if first <= letter <= last:
            return chr(start + code - ord(first))
    return {"∂": "𝜕", "ϕ": "𝜙", "ε": "𝜀", "ϵ": "𝜖"}.get(letter, letter)


def subsetted(source: Path, characters: set[str], features: tuple[str, ...]) -> bytes:
    """The font with these characters only, as woff2; the same bytes every time."""
    options = subset.Options()
    options.layout_features = list(features)
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    font = subset.load_font(source, options)
    pruned = subset.Subsetter(options)
    pruned.populate(unicodes=[ord(c) for c in characters])
    pruned.subset(font)
    font.flavor = "woff2"
    out = BytesIO()
    font.save(out)
    font.close()
    return out.getvalue()
