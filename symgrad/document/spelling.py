"""How letters and signs are spelt in each notation, and what may stand where."""

from __future__ import annotations

import re

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

SUPERSCRIPTS = str.maketrans("0123456789+−()nkl", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿᵏˡ")
SUBSCRIPTS = str.maketrans("0123456789+−()aeijkmnt", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₐₑᵢⱼₖₘₙₜ")

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
    return "".join(
        tex_han(run) if n % 2 else "".join(map(tex_character, run)) for n, run in enumerate(HAN.split(say(words)))
    )


HAN = re.compile("([\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+)")


def tex_han(run: str) -> str:
    """Chinese for the engines that can set it; in an English text also the numbers of its characters for pdfLaTeX."""
    if language() != ENGLISH:
        return run
    return rf"\sghan{{{run}}}{{" + "".join(tex_character(c) + r"\allowbreak " for c in run) + "}"


def tex_character(c: str) -> str:
    """One character of text."""
    if c in TEX_TEXT:
        return TEX_TEXT[c]
    if c in TEX_LETTERS or c in TEX_SIGNS:
        return rf"\ensuremath{{{TEX_LETTERS.get(c) or TEX_SIGNS[c]}}}"
    if c.isascii() or "\u00c0" <= c <= "\u017f":
        return c if c.isprintable() else " "
    return rf"\texttt{{U+{ord(c):04X}}}"


TEX_TEXT = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "#": r"\#", "$": r"\$", "%": r"\%", "&": r"\&", "_": r"\_",
    "^": r"\^{}", "~": r"\~{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': "''",
    "`": r"\`{}", "’": "'", "‘": "`", "“": "``", "”": "''", "–": "--", "—": "---", "…": r"\dots{}", "\u00a0": "~",
    "²": r"\textsuperscript{2}", "³": r"\textsuperscript{3}", "½": r"\ensuremath{\tfrac12}",
    "·": r"\ensuremath{\cdot}", "×": r"\ensuremath{\times}", "±": r"\ensuremath{\pm}", "§": r"\S{}",
    "√": r"\ensuremath{\surd}",
} | {raised: rf"\ensuremath{{^{{{sign}}}}}" for sign, raised in zip("01456789-", "⁰¹⁴⁵⁶⁷⁸⁹⁻", strict=True)}  # fmt: skip
