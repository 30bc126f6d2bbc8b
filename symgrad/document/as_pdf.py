"""Pages as PDF by Typst: tagged, PDF/UA-1, every formula with what is said of it; Chinese is set or refused."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from symgrad.core import SymgradError
from symgrad.document.as_typst import PREAMBLE
from symgrad.document.typst import string
from symgrad.words import language, message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

HAN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
FAMILIES = {
    "zh-Hans": ("Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Noto Sans CJK SC", "Noto Sans SC"),
    "zh-Hant": ("Noto Serif CJK TC", "Noto Serif TC", "Source Han Serif TC", "Noto Sans CJK TC", "Noto Sans TC"),
}
PACKAGES = ("pylopdf_fonts_zh_cn", "pylopdf_fonts_zh_tw")  # wheels that hold Noto Serif SC and TC
LANGUAGES = {"en": ("en", "GB"), "zh-Hans": ("zh", "CN"), "zh-Hant": ("zh", "TW")}
LETTERS, MATHS = "Libertinus Serif", "New Computer Modern Math"  # which Typst carries with it
STANDARD = "ua-1"


class PdfError(SymgradError):
    """A PDF that can't be made with what is installed."""


def compiler() -> Any:
    """Typst, which is installed on its own."""
    try:
        import typst  # noqa: PLC0415 - a compiler of 30 MB, loaded for PDF alone
    except ImportError:
        raise PdfError("PDF needs the package typst; install it with pip install symgrad[pdf]") from None
    return typst


@cache
def folders() -> tuple[str, ...]:
    """Where installed packages keep Chinese fonts."""
    specs = (find_spec(package) for package in PACKAGES)
    return tuple(place for spec in specs if spec for place in spec.submodule_search_locations or ())


@cache
def families() -> frozenset[str]:
    """Every font there is, of the system and of packages."""
    return frozenset(compiler().Fonts(font_paths=list(folders())).families())


def chinese(source: str, lang: str) -> tuple[str, ...]:
    """The fonts for the Chinese in a text, the one of its language first; a PdfError where there is none."""
    if lang == "en" and not HAN.search(source):
        return ()
    first, second = ("zh-Hant", "zh-Hans") if lang == "zh-Hant" else ("zh-Hans", "zh-Hant")
    found = tuple(f for f in (*FAMILIES[first], *FAMILIES[second]) if f in families())
    if not found:
        raise PdfError(
            "no font for the Chinese of this document was found; install one with pip install symgrad[pdf], "
            "or on Debian with apt install fonts-noto-cjk"
        )
    return found


def head(title: str, source: str, tongue: str) -> str:
    """What every file begins with: title, language, fonts."""
    fonts = chinese(source, tongue)
    lang, region = LANGUAGES[tongue]
    prose, maths = (", ".join(map(string, (first, *fonts))) for first in (LETTERS, MATHS))
    return (
        f"#set document(title: {string(title)}, author: ())\n"
        f'#set text(font: ({prose},), size: 10.5pt, lang: "{lang}", region: "{region}")\n'
        f"{PREAMBLE}#show math.equation: set text(font: ({maths},))\n"
        f'#show raw: set text(font: ("DejaVu Sans Mono", {prose},))\n'
    )


def pdf(title: str, body: str) -> bytes:
    """One page as a PDF, in the language that is spoken."""
    return compiled(head(title, body, language()) + body)


def book(title: str, parts: Mapping[str, Sequence[str]]) -> bytes:
    """Many pages as a book: contents, a part for each theme, and an index of the rules that are used."""
    source = (
        f'#align(center + horizon, text(size: 2.4em, weight: "bold", {string(title)}))\n#pagebreak()\n'
        f"#outline(title: {string(message('Contents'))}, depth: 2)\n"
        + "".join(part(theme, pages) for theme, pages in parts.items())
        + f"#sgrules({string(message('Index of rules'))})\n"
    )
    return compiled(head(title, source, language()) + source)


def part(theme: str, pages: Iterable[str]) -> str:
    """The pages of one theme, each beginning on a sheet of its own."""
    opened = f"#pagebreak(weak: true)\n#heading(level: 1, {string(theme)})\n"
    return opened + "".join(f"#[\n#set heading(offset: 1)\n{page}]\n#pagebreak(weak: true)\n" for page in pages)


def compiled(source: str) -> bytes:
    """The PDF of a source."""
    fonts = list(folders())
    made = compiler().compile(source.encode(), format="pdf", font_paths=fonts, pdf_standards=[STANDARD], timestamp=0)
    return bytes(made)
