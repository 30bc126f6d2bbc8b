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
from string import ascii_letters
from typing import TYPE_CHECKING, Any

from fontTools import subset

from symgrad.core import SymgradError
from symgrad.document.spelling import TEX_LETTERS, TEX_SIGNS

if TYPE_CHECKING:
    from collections.abc import Iterable

LATIN = "".join(map(chr, range(0x20, 0x7F))) + "\u00a0§·×–—‘’“”…•′″−½¼⅛→←↑↓≤≥≠≈∞±°éèüöäßÉçñô"

SIGNS = "+−=<>≤≥≠≈∈·×/|‖()[]{}⟨⟩,;:.!′″‴∂∇∞∫∑∏√⏟→↦⇒∼±∘∧∨∖∪∩⊂⊆⊤⊙ℝℕℤℓℒ…⋯^¯~˙―½\u2061\u00a0 "

KERNED = ascii_letters + ".,’"

WEIGHTS = (("Regular", "400", "normal"), ("Bold", "700", "normal"))


# Chromium keeps room for the widest root sign of a font, whichever it draws: in STIX Two Math 0.42 em more than that
# beside letters, 0.17 em beside a fraction. Firefox and Safari do not.
ROOTS = (
    "@supports (not (-moz-appearance:none)) and (not (font:-apple-system-body)){"
    "msqrt{margin-inline-end:-.38em}msqrt:has(mfrac){margin-inline-end:-.14em}}"
)


@cache
def font_css(characters: str = "") -> str:
    """The @font-face rules, fonts inlined: SG Math for formulas, SG Text for words.

    They hold what `characters` need, the letters that a browser slants by itself among them; without any, all they can.
    """
    wanted = frozenset(characters) | ({"√"} if characters else set())  # <msqrt> draws it, so no text has it
    rules = [face("SG Math", woff2(math_font(), wanted | {slanted(c) for c in wanted}), "400", "normal")]
    rules += [face("SG Text", woff2(text_font(name), wanted), weight, style) for name, weight, style in WEIGHTS]
    return "\n".join([*rules, ROOTS])


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
    return saved(cut(subset.load_font(source, options()), wanted, ("ccmp",)))


@cache
def text_font(name: str) -> bytes:
    """The letters of prose in one weight; words are kerned, for pairs of all signs weigh a fifth more."""
    source = folder("font_source_serif_pro") / "files" / f"SourceSerifPro-{name}.ttf"
    font = cut(subset.load_font(source, options()), LATIN + "".join(TEX_LETTERS), ("liga", "lnum", "ccmp"))
    with subset.load_font(source, options()) as pairs:
        font["GPOS"] = cut(pairs, KERNED, ("kern",))["GPOS"]
        return saved(font)


def folder(package: str) -> Path:
    """Where a package lies, without running any of it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SymgradError(
            "the package {package}, whose fonts the pages use, is missing; install symgrad anew", package=package
        )
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


def woff2(font: bytes, characters: frozenset[str]) -> bytes:
    """A font, or what these characters need of it, packed for the web."""
    loaded = subset.load_font(BytesIO(font), options())
    return saved(cut(loaded, characters or set(map(chr, loaded.getBestCmap())), ("*",)), "woff2")


def options(features: tuple[str, ...] = ("*",)) -> subset.Options:
    """How fonts are cut down."""
    chosen = subset.Options()
    chosen.layout_features = list(features)
    chosen.hinting = False
    chosen.glyph_names = False
    chosen.notdef_outline = True
    return chosen


def cut(font: Any, characters: Iterable[str], features: tuple[str, ...]) -> Any:
    """The font, with these characters only."""
    subsetter = subset.Subsetter(options(features))
    subsetter.populate(unicodes=[ord(c) for c in characters])
    subsetter.subset(font)
    return font


def saved(font: Any, flavour: str | None = None) -> bytes:
    """The bytes of a font."""
    font.flavor = flavour
    out = BytesIO()
    font.save(out)
    font.close()
    return out.getvalue()
