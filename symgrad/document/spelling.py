"""How letters and signs are spelt in each notation, and what may stand where."""

from __future__ import annotations

import re
from unicodedata import decomposition

from symgrad.words import ENGLISH, language, say

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ",
    "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip

GREEK_NAMES = {letter: name for name, letter in GREEK.items()}

TEX_LETTERS = {letter: "\\" + name for letter, name in GREEK_NAMES.items()} | {
    "ε": r"\varepsilon", "φ": r"\varphi", "ϕ": r"\phi", "∞": r"\infty", "ℝ": r"\mathbb{R}", "ℕ": r"\mathbb{N}",
    "ℤ": r"\mathbb{Z}", "ℓ": r"\ell", "ℒ": r"\mathcal{L}", "𝟏": r"\mathbf{1}", "∂": r"\partial", "∇": r"\nabla",
    "∅": r"\varnothing", "⊤": r"\top", "…": r"\dots",
}  # fmt: skip

TEX_SIGNS = {
    "−": "-", "·": r"\cdot", "×": r"\times", "⊙": r"\odot", "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "≈": r"\approx",
    "→": r"\to", "∈": r"\in", "∧": r"\wedge", "∨": r"\vee", "±": r"\pm", "∘": r"\circ", "∼": r"\sim", "∝": r"\propto",
    "≡": r"\equiv", "⇒": r"\Rightarrow", "⇔": r"\Leftrightarrow", "↦": r"\mapsto", "⊤": r"\top", "∖": r"\setminus",
    "∪": r"\cup", "∩": r"\cap", "⊂": r"\subset", "⊆": r"\subseteq", "∀": r"\forall", "∃": r"\exists", "¬": r"\neg",
    "⋯": r"\cdots", "…": r"\dots", "←": r"\leftarrow", "↑": r"\uparrow", "↓": r"\downarrow", "⋅": r"\cdot",
    "′": r"\prime", "∗": "*", "⋮": r"\vdots", "⋱": r"\ddots", "⟵": r"\leftarrow", "≪": r"\ll", "≫": r"\gg",
    "÷": r"\div", "∣": r"\mid", "∥": r"\parallel", "⊕": r"\oplus", "⊗": r"\otimes", "≔": ":=", "⟶": r"\to",
    "∇": r"\nabla", "∂": r"\partial", "{": r"\{", "}": r"\}", "‖": r"\|", "&": r"\&", "%": r"\%", "#": r"\#",
    "$": r"\$", "_": r"\_",
}  # fmt: skip

TEX_FUNCTIONS = frozenset(
    [
        "ln",
        "log",
        "exp",
        "sin",
        "cos",
        "tan",
        "cot",
        "sinh",
        "cosh",
        "tanh",
        "arcsin",
        "arccos",
        "arctan",
        "max",
        "min",
        "sup",
        "inf",
        "lim",
        "det",
        "arg",
    ]
)

TEX_BIG = {"∫": r"\int", "∑": r"\sum", "∏": r"\prod"}

RELATIONS = frozenset(
    [
        "=",
        "≠",
        "<",
        ">",
        "≤",
        "≥",
        "≈",
        "∈",
        "→",
        "∼",
        "∝",
        "≡",
        "⇒",
        "⇔",
        "↦",
        "≔",
        "⊂",
        "⊆",
        ":",
        "⟶",
        "←",
        "≪",
        "≫",
        "∣",
    ]
)
SUMS = frozenset(["+", "−", "±", "∪", "∖", "∨", "∧", "⊕"])
PRODUCTS = frozenset(["·", "×", "⊙", "/", "∘", "∩", "⊗", "÷", "∗", "⋅"])

SUPERSCRIPTS = str.maketrans("0123456789+−()nkl⊤", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿᵏˡᵀ")
SUBSCRIPTS = str.maketrans("0123456789+−()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")

SYMBOL_NAME = re.compile(r"(?P<base>[^\W\d_]+)(?:_(?P<sub>[^\W_]+)|(?P<digits>\d+))?")


def split_name(name: str) -> tuple[str, str]:
    """The letter and the index of a symbol's name: `z_1` and `z1` are z with index 1, `alpha` is α."""
    found = SYMBOL_NAME.fullmatch(name)
    if found is None:
        return name, ""
    base, sub = found["base"], found["sub"] or found["digits"] or ""
    return GREEK.get(base, base), GREEK.get(sub, sub)


def tex_words(words: str) -> str:
    """Words as LaTeX text that compiles in pdflatex; a character it can't set is named by its code point."""
    return "".join(tex_han(run) if n % 2 else tex_run(run) for n, run in enumerate(HAN.split(say(words))))


HAN = re.compile("([\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+)")


ACCENTED = re.compile("(.)([\u0302\u0303\u0304\u0307])", re.DOTALL)
COMBINED = {"\u0302": r"\hat", "\u0303": r"\tilde", "\u0304": r"\bar", "\u0307": r"\dot"}


def tex_run(words: str) -> str:
    """Words without Chinese; a letter with a combining accent is one sign."""
    parts = ACCENTED.split(words)
    out = tex_plain(parts[0])
    for letter, accent, rest in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        out += accented(letter, COMBINED[accent]) + tex_plain(rest)
    return out


def accented(letter: str, command: str) -> str:
    """A letter under an accent; what is no letter goes without."""
    known = TEX_LETTERS.get(letter) or (letter if letter.isascii() and letter.isalnum() else "")
    return rf"\ensuremath{{{command}{{{known}}}}}" if known else tex_character(letter)


def tex_plain(words: str) -> str:
    """Words character by character; LaTeX would make one dash of two hyphens."""
    return "".join(
        tex_character(c) + "{}" * (c == then == "-") for c, then in zip(words, f"{words[1:]} ", strict=False)
    )


def tex_han(run: str) -> str:
    """Chinese for the engines that can set it; in an English text also the numbers of its characters for pdfLaTeX."""
    if language() != ENGLISH:
        return run
    return rf"\sghan{{{run}}}{{" + "".join(tex_character(c) + r"\allowbreak " for c in run) + "}"


def tex_character(c: str) -> str:
    """One character of text."""
    if c in TEX_TEXT:
        return TEX_TEXT[c]
    if sign := TEX_LETTERS.get(c) or TEX_SIGNS.get(c) or TEX_BIG.get(c):
        return rf"\ensuremath{{{sign}}}"
    if c.isascii() or "\u00c0" <= c <= "\u017f":
        return c if c.isprintable() else " "
    return raised(c) or rf"\texttt{{U+{ord(c):04X}}}"


def raised(c: str) -> str:
    """A small letter above or below the line, such as ᶻ, as a power or an index, or a fraction; "" for all others."""
    kind, _, code = decomposition(c).partition(" ")
    match code.split():
        case [above, "2044", below] if kind == "<fraction>":
            return rf"\ensuremath{{\tfrac{{{chr(int(above, 16))}}}{{{chr(int(below, 16))}}}}}"
    plain = chr(int(code, 16)) if kind in {"<super>", "<sub>"} and " " not in code else ""
    small = TEX_LETTERS.get(plain) or TEX_SIGNS.get(plain) or (plain if plain.isascii() and plain.isalnum() else "")
    return rf"\ensuremath{{{'^' if kind == '<super>' else '_'}{{{small}}}}}" if small else ""


TEX_TEXT = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "#": r"\#", "$": r"\$", "%": r"\%", "&": r"\&", "_": r"\_",
    "^": r"\^{}", "~": r"\~{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': "''",
    "`": r"\`{}", "’": "'", "‘": "`", "“": "``", "”": "''", "–": "--", "—": "---", "…": r"\dots{}", "\u00a0": "~",
    "²": r"\textsuperscript{2}", "³": r"\textsuperscript{3}", "½": r"\ensuremath{\tfrac12}",
    "·": r"\ensuremath{\cdot}", "×": r"\ensuremath{\times}", "±": r"\ensuremath{\pm}", "§": r"\S{}",
    "√": r"\ensuremath{\surd}", "′": r"\ensuremath{'}", "″": r"\ensuremath{''}", "‴": r"\ensuremath{'''}",
} | {raised: rf"\ensuremath{{^{{{sign}}}}}" for sign, raised in zip("01456789-", "⁰¹⁴⁵⁶⁷⁸⁹⁻", strict=True)}  # fmt: skip
