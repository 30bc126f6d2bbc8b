"""Formulas: what SymPy says and what the reader sees are the same."""

from __future__ import annotations

import re

import pytest
from document_samples import f, g, leaky, loss, product, sigmoid
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import (
    Abs,
    AccumBounds,
    Add,
    And,
    Derivative,
    E,
    Expr,
    Function,
    Integer,
    Integral,
    Matrix,
    Max,
    Mul,
    Ne,
    Or,
    Piecewise,
    Pow,
    Rational,
    S,
    Subs,
    Symbol,
    cosh,
    erf,
    exp,
    log,
    oo,
    pi,
    sign,
    sqrt,
    tanh,
)
from sympy.parsing.sympy_parser import (
    function_exponentiation,
    implicit_application,
    implicit_multiplication,
    parse_expr,
    rationalize,
    standard_transformations,
)

from symgrad.core import Let, Step, UnsupportedError
from symgrad.document.boxes import Aligned, Cancel, Mark, walk
from symgrad.document.differing import changed_parts, differing
from symgrad.document.from_sympy import boxes
from symgrad.document.latex import GITHUB, latex
from symgrad.document.latex_in import LatexError, read
from symgrad.document.layout import LINE, PAGE, broken, equation, width
from symgrad.document.notation import Notation
from symgrad.document.speech import speech
from symgrad.document.telling import change, condition
from symgrad.document.text import text
from symgrad.document.words import to_html
from symgrad.functions import D
from symgrad.functions.symbols import J, a, alpha, lambda_, t, y, z
from symgrad.words import speaking

LETS = Notation(lets=(Let(a, sigmoid(z)), Let(J, loss(a, y))))

WRITTEN = [
    (1 - y, "1 − y"),
    (a - y, "a − y"),
    (z + 3, "z + 3"),
    (1 + z**2, "1 + z²"),
    (2 * z**2 + z + 1, "2z² + z + 1"),
    (a**2 - 2 * a * y + y**2, "a² − 2ay + y²"),
    (exp(-z) / (1 + exp(-z)) ** 2, "e^(−z)/(1 + e^(−z))²"),
    (sigmoid(z) * (1 - sigmoid(z)), "σ(z) (1 − σ(z))"),
    (-y * log(a) - (1 - y) * log(1 - a), "−y ln a − (1 − y) ln(1 − a)"),
    (-y / a - (y - 1) / (1 - a), "(1 − y)/(1 − a) − y/a"),
    (exp(z) * (-z - 1), "−e^z (1 + z)"),
    (leaky(z, alpha), "Leaky_α(z)"),
    (leaky(z), "Leaky(z)"),
    (leaky(z, alpha + 1), "Leaky(z; 1 + α)"),
    (Piecewise((z, z > 0), (alpha * (exp(z) - 1), True)), "{ z if z > 0; α(e^z − 1) otherwise }"),
    (Piecewise((1, And(z > -1, z < 1)), (0, True)), "{ 1 if −1 < z < 1; 0 otherwise }"),
    (Piecewise((1, z > 0), (0, True)) + 1, "1 + ({ 1 if z > 0; 0 otherwise })"),
    (lambda_ < -z, "z < −λ"),
    (Ne(lambda_, z), "z ≠ λ"),
    (Rational(44715, 1000000) * z**3, "0.044715z³"),
    (Rational(-851, 500), "−1.702"),
    (Rational(1, 300), "1/300"),
    (erf(z) / 2 + Rational(1, 2), "1/2 + 1/2 · erf(z)"),
    (Or(z > 1, z < -1), "z < −1 or z > 1"),
    (And(z > 0, Ne(a, 0)), "a ≠ 0 and z > 0"),
    (S(0) < z, "z > 0"),
    (Abs(z) / (1 + Abs(z)), "|z|/(1 + |z|)"),
    (Max(0, z), "max(0, z)"),
    (sign(z), "sgn(z)"),
    (z * (1 + erf(z / sqrt(2))) / 2, "1/2 · z(1 + erf(z/√2))"),
    (sqrt(2) * exp(-(z**2) / 2) / (2 * sqrt(pi)), "e^(−z²/2)/√(2π)"),
    (sqrt(2) * (z + 1) / sqrt(pi), "√(2/π) · (1 + z)"),
    (1 - tanh(z) ** 2, "1 − tanh²(z)"),
    (log(z) ** 2, "(ln z)²"),
    (log(3) / 2, "(ln 3)/2"),
    (log(z) / a, "(ln z)/a"),
    (log(1 + z) / a, "ln(1 + z)/a"),
    (log(1 + z) ** 2, "(ln(1 + z))²"),
    (AccumBounds(Rational(-3, 2), Rational(-7, 5)), "−1.5…"),
    (exp(z * erf(z) / 2), "e^((1/2)z erf(z))"),
    (exp(-(erf(z) ** 2) / 2), "e^(−(1/2)erf(z)²)"),
    (sqrt(1 + z**2), "√(1 + z²)"),
    (Pow(z, Rational(1, 3)), "³√z"),
    ((a - y) ** 2 / 2, "1/2 · (a − y)²"),
    (3 * z / 4, "3z/4"),
    (Rational(-1, 2), "−1/2"),
    (oo, "∞"),
    (-oo, "−∞"),
    (S.NaN, "undefined"),
    (Symbol("z_1") * Symbol("W2"), "W₂z₁"),
    (Integral(sigmoid(t) - y, (t, 0, z)), "∫[0 to z] (σ(t) − y) dt"),
    (product(Integer(2), Integer(3)), "2 · 3"),
    (product(z, z), "z · z"),
    (product((a - y) / (a * (1 - a)), a * (1 - a)), "(a − y)/(a(1 − a)) · a(1 − a)"),
    (product(a - y, 1 / (a * (1 - a)), a * (1 - a)), "(a − y)/(a(1 − a)) · a(1 − a)"),
    (Add(z, -z, evaluate=False), "z − z"),
    (Add(1, product(Integer(-1), Add(1, z, evaluate=False)), evaluate=False), "1 − (1 + z)"),
    (D(sigmoid(z), z), "d/dz σ(z)"),
    (D(f(z), z), "f′(z)"),
    (Derivative(f(z), (z, 2)), "f″(z)"),
    (D(f(g(z)), z), "d/dz f(g(z))"),
    (Subs(D(f(t), t), t, g(z)) * D(g(z), z), "f′(g(z)) g′(z)"),
    (D(f(z), z) * g(z) + f(z) * D(g(z), z), "f′(z) g(z) + f(z) g′(z)"),
    (D(1 + exp(-z), z), "d/dz (1 + e^(−z))"),
    (D(1 / (1 + exp(-z)), z), "d/dz [1/(1 + e^(−z))]"),
    (D(leaky(z, alpha), alpha), "∂/∂α Leaky_α(z)"),
    (D(loss(a, y), a), "∂/∂a CE(a, y)"),
    (D(z, z), "d/dz z"),
    (Rational(17159, 15000) * z, "3.4318z/3"),
    (Rational(-15000, 17159), "−3/3.4318"),
    (Rational(17, 300) * z, "17z/300"),
]


def test_a_marked_product_needs_no_brackets_and_keeps_its_blanks() -> None:
    after = z * (1 + y) * sigmoid(z) * D(g(z), z)
    pair = sigmoid(z) * D(g(z), z)

    assert text(boxes(after, Notation(pointed=pair))) == text(boxes(after))


@pytest.mark.parametrize(("expr", "expected"), WRITTEN, ids=[w for _, w in WRITTEN])
def test_a_formula_reads_as_a_textbook_writes_it(expr: Expr, expected: str) -> None:
    assert text(boxes(expr)) == expected


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Ne(log(z), 0), "z ≠ 1"),
        (Ne(log(1 + z), 0), "z ≠ 0"),
        (And(Ne(log(z), 2), z > 0), "z ≠ e² and z > 0"),
        (log(z) > 0, "ln z > 0"),
    ],
)
def test_a_condition_compares_what_is_in_a_logarithm(given: Expr, said: str) -> None:
    assert text(condition(given)) == said


def test_named_quantities_are_differentiated_as_quotients() -> None:
    assert text(boxes(D(J, a) * D(a, z), LETS)) == "∂J/∂a · da/dz"
    assert text(boxes(D(J, z), LETS)) == "∂J/∂z"
    assert latex(boxes(D(J, a) * D(a, z), LETS)) == r"\frac{\partial J}{\partial a} \cdot \frac{da}{dz}"


def test_what_cannot_be_written_is_refused_by_name() -> None:
    with pytest.raises(UnsupportedError, match="ImmutableDenseMatrix"):
        boxes(Matrix([[1]]).as_immutable())


NAMES = {s.name: s for s in (z, a, y)} | {"e": E, "log": log, "sqrt": sqrt, "tanh": tanh, "cosh": cosh, "Abs": Abs}

READING = (
    *standard_transformations,
    rationalize,
    function_exponentiation,
    implicit_multiplication,
    implicit_application,
)


def closing(words: str, at: int) -> int:
    """Where the bracket is closed that was opened before this place."""
    depth = 1
    while depth:
        depth += {"(": 1, ")": -1}.get(words[at], 0)
        at += 1
    return at - 1


def parsed(words: str) -> Expr:
    """The Unicode line read back, by SymPy and not by symgrad."""
    words = re.sub(r"([⁰¹²³⁴-⁹]+)", lambda m: "**" + m[1].translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")), words)
    words = re.sub(r"(?<![^\W\d])[azy]{2,}(?!\w)", lambda m: " ".join(m[0]), words)
    for sign_, written in (("−", "-"), ("·", "*"), ("^", "**"), ("ln", "log"), ("√", " sqrt"), ("π", "pi")):
        words = words.replace(sign_, written)
    words = re.sub(r"sqrt(\d+)", r"sqrt(\1)", words)
    words = re.sub(r"log ([azy]|[\d.]+)(?!\w)", r"log(\1)", words)  # SymPy reads ln 4 · z as the logarithm of a product
    while found := re.search(r"([a-z]{2,})\*\*(\d+)\(", words):  # SymPy reads tanh²(tanh²(z)) as tanh(tanh(z))⁴
        end = closing(words, found.end())
        words = f"{words[: found.start()]}({found[1]}({words[found.end() : end]}))**{found[2]}{words[end + 1 :]}"
    return parse_expr(words, local_dict=NAMES, transformations=READING)


POINT = {z: Rational(7, 11), a: Rational(5, 13), y: Rational(3, 17)}


def same(left: Expr, right: Expr) -> bool:
    return bool(abs(left.xreplace(POINT).evalf(30) - right.xreplace(POINT).evalf(30)) < 1e-20)


atoms = st.sampled_from([z, a, y, Integer(1), Integer(2), Integer(-3), Rational(2, 3), Rational(-1, 2)])


def grown(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map(lambda p: Add(*p)),
        pairs.map(lambda p: Mul(*p)),
        pairs.map(lambda p: Add(*p, evaluate=False)),
        pairs.map(lambda p: Mul(*p, evaluate=False)),
        inner.map(lambda e: e**2),
        inner.map(lambda e: 1 / (1 + e**2)),
        inner.map(lambda e: Pow(2 + e**2, -2, evaluate=False)),
        inner.map(lambda e: exp(-e)),
        inner.map(tanh),
        inner.map(lambda e: log(3 + e**2)),
        inner.map(lambda e: sqrt(1 + e**2)),
        inner.map(lambda e: -e),
    )


@settings(max_examples=150, deadline=None)
@given(st.recursive(atoms, grown, max_leaves=7))
def test_the_text_read_back_is_the_expression(expr: Expr) -> None:
    assert same(parsed(text(boxes(expr))), expr)


@settings(max_examples=80, deadline=None)
@given(st.recursive(atoms, grown, max_leaves=6))
def test_the_latex_read_back_is_the_expression(expr: Expr) -> None:
    assert same(parsed(text(read(latex(boxes(expr))))), expr)


@settings(max_examples=60, deadline=None)
@given(st.recursive(atoms, grown, max_leaves=8))
def test_breaking_a_formula_loses_nothing(expr: Expr) -> None:
    box = boxes(expr)
    parts = broken(box, 5.0)
    assert same(parsed(" ".join(text(p) for p in parts)), expr)


def test_a_long_equation_is_broken_and_a_short_one_is_not() -> None:
    long = boxes(sum((Symbol(f"z_{n}") * exp(Symbol(f"a_{n}")) for n in range(1, 12)), S.Zero))
    lines = equation(boxes(z), long)
    assert isinstance(lines, Aligned)
    assert all(width(left) + width(right) <= LINE + 9 for left, right in lines.rows)
    assert not isinstance(equation(boxes(z), boxes(a - y)), Aligned)


def struck(expr: Expr, *factors: Expr) -> list[str]:
    box = boxes(expr, Notation(cancelled=factors))
    return [text(b.body) for b in walk(box) if isinstance(b, Cancel)]


def test_a_common_factor_is_crossed_out_above_and_below() -> None:
    whole = product((a - y) / (a * (1 - a)), a * (1 - a))
    assert struck(whole, a * (1 - a)) == ["a(1 − a)", "a(1 − a)"]
    assert struck(whole, a, a - 1) == ["a(1 − a)", "a(1 − a)"]
    assert struck(whole, a) == ["a", "a"]


def test_nothing_is_crossed_out_on_one_side_only() -> None:
    assert struck(a * (1 - a), a) == []
    assert struck((a - y) / (a * (1 - a)), a) == []
    assert struck(product(product(z, z), 1 / a), z) == []
    assert struck(product(z, 1 / z, z), z) == ["z", "z"]


def marked(expr: Expr, part: Expr) -> list[str]:
    return [text(b.body) for b in walk(boxes(expr, Notation(pointed=part))) if isinstance(b, Mark)]


DIFFERING = [
    (D(sigmoid(z), z), D(1 / (1 + exp(-z)), z), ("σ(z)", "1/(1 + e^(−z))")),
    (y * D(exp(a), a) / z, y * exp(a) / z, ("d/da e^a", "e^a")),
    (a + sigmoid(z) + y, a + tanh(z) + y, ("σ(z)", "tanh(z)")),
    (a * y * z, 2 * z, ("ay", "2")),
    (D(a * z, z), a * D(z, z), None),
    (exp(z), 1 / exp(-z), None),
    (Abs(-z, evaluate=False), Abs(z), ("−z", "z")),
]


@pytest.mark.parametrize(("before", "after", "parts"), DIFFERING, ids=str)
def test_the_parts_in_which_lines_differ_are_found(before: Expr, after: Expr, parts: tuple[str, str] | None) -> None:
    found = (*differing(before, after), None)[-2] if parts else next(differing(before, after), None)

    assert (found and tuple(text(boxes(p)) for p in found)) == parts
    step = Step(before, after, "named")
    assert next(changed_parts(step)) == (found or (None, None))
    assert change(step, Notation()) is None  # that the two are equal is nobody's claim


e = exp(-z)
TWICE = [
    (Step(-D(1 + e, z) / (1 + e) ** 2, -D(e, z) / (1 + e) ** 2, "sum"), (["d/dz (1 + e^(−z))"], ["d/dz e^(−z)"])),
    (Step(y * D(e, z) / (1 + e) ** 2, y * e / (1 + e) ** 2, "exp"), (["d/dz e^(−z)"], [])),
    (Step(a * D(z, z) + D(z, a), a + D(z, a), "power", focus=D(z, z), became=Integer(1)), (["d/dz z"], [])),
    (Step(D(e, z) + a, a - e, "exp", focus=D(e, z), became=-e), (["d/dz e^(−z)"], ["e^(−z)"])),
]


@pytest.mark.parametrize(("step", "marks"), TWICE, ids=str)
def test_what_is_equal_to_the_part_that_changes_but_stays_is_not_marked(step: Step, marks: object) -> None:
    gone, come = next(changed_parts(step))
    assert (marked(step.before, gone), marked(step.after, come)) == marks


def test_the_part_that_changes_is_marked() -> None:
    assert marked(1 + exp(-z), exp(-z)) == ["e^(−z)"]
    assert marked(z * exp(a) * (1 - y), z * exp(a)) == ["z e^a"]
    assert marked(z * a * (a - y), z * a) == ["az"]
    assert marked(1 - exp(-z), -exp(-z)) == ["e^(−z)"]
    assert marked(exp(-z), exp(-z)) == []
    assert marked(exp(-z), y) == []


READ = [
    (r"\sigma'(z)=\sigma(z)(1-\sigma(z))", "σ′(z) = σ(z)(1 − σ(z))"),
    (r"\frac{\partial J}{\partial a}", "∂J/∂a"),
    (r"\mathrm{ReLU}(z)", "ReLU(z)"),
    (r"\operatorname{softmax}(z)", "softmax(z)"),
    (r"\text{a<b \& c}", "a<b & c"),
    (r"\sqrt[3]{x}", "³√x"),
    (r"\left|x\right|", "|x|"),
    (r"\begin{cases}a & b\\c & d\end{cases}", "{ a b; c d }"),
    (r"\begin{aligned}a&=b\\[6pt]c&=d\end{aligned}", "a = b; c = d"),
    (r"\sum_{k=1}^n x_k", "∑[k = 1 to n] xₖ"),
    (r"\int_0^\infty f\,dx", "∫[0 to ∞] f dx"),
    (r"\max_i x", "maxᵢ x"),
    (r"W^\top", "Wᵀ"),
    (r"a\not=b", "a ≠ b"),
    (r"-1.5+x", "−1.5 + x"),
    (r"\tfrac12", "1/2"),
    (r"z\to\infty", "z → ∞"),
]


@pytest.mark.parametrize(("tex", "expected"), READ, ids=[r for r, _ in READ])
def test_handed_in_latex_is_read(tex: str, expected: str) -> None:
    assert text(read(tex)) == expected


BROKEN = [
    r"\frac{a}{b",
    r"a}",
    r"\left(a",
    r"\begin{cases}a",
    r"\end{cases}",
    r"\begin{cases}a\end{matrix}",
    r"\foobar{x}",
    r"\input{/etc/passwd}",
    r"\write18{ls}",
    r"\frac{1}",
    r"\htmlClass{x}{y}",
    "a$b",
    "a\0b",
    "x" * 3000,
    "{" * 500 + "x" + "}" * 500,
]


@pytest.mark.parametrize("tex", BROKEN, ids=[b[:20].replace("\0", "NUL") for b in BROKEN])
def test_broken_or_unknown_latex_is_an_error_that_says_so(tex: str) -> None:
    with pytest.raises(LatexError, match=r"the formula \$"):
        read(tex)


def test_a_formula_is_spoken_in_words() -> None:
    said = speech(boxes(D(sigmoid(z), z)))
    assert said == "the derivative with respect to z of sigma of z"
    assert speech(boxes(exp(-z) / 2 + Symbol("J"))).startswith("capital J plus the fraction with numerator e")
    crossed = boxes(product(z / a, a), Notation(cancelled=(a,)))
    assert "crossed out a, end crossed out" in speech(crossed)
    nested = boxes(1 / (1 + exp(z / a)) + y)
    assert "end power, end fraction," in speech(nested)
    with speaking("zh-Hans"):
        assert "次方结束，分数结束" in speech(nested)


def test_githubs_flavour_has_no_command_that_it_forbids() -> None:
    crossed = boxes(product(erf(z) / a, a), Notation(cancelled=(a,)))
    struck = r"{\rlap{\rule[0.3em]{0.6em}{0.05em}}a}"
    assert latex(crossed, GITHUB) == rf"\frac{{\mathrm{{erf}}(z)}}{{{struck}}} \cdot {struck}"
    assert r"\cancel{a}" in latex(crossed)


def test_a_function_without_a_name_of_ours_is_written_by_its_own() -> None:
    assert text(boxes(Function("nice")(z))) == "nice(z)"


def test_a_wide_numerator_is_broken_inside() -> None:
    terms = [tanh(sqrt(2) * z + n) * exp(-z / n) for n in range(2, 9)]
    shown = equation(boxes(z), boxes(Mul(Add(*terms), 1 / (1 + z**2), evaluate=False)))

    assert width(boxes(Add(*terms))) > 2 * PAGE
    assert width(shown) < 1.5 * PAGE
    assert any(isinstance(b, Aligned) for b in walk(shown))


@pytest.mark.parametrize(
    ("expr", "text_of"), [(2 * a - 2 * y, "2(a − y)"), (2 * z + 2, "2(1 + z)"), (2 * z + 4, "2z + 4")]
)
def test_a_whole_number_that_all_terms_share_stands_in_front(expr: object, text_of: str) -> None:
    assert text(boxes(expr)) == text_of


def test_a_full_stop_keeps_to_its_own_formula() -> None:
    shown = to_html("With $a$ known, and $b$ too, we are at $c$.")

    assert [len(re.findall("<math ", span)) for span in re.findall(r'<span class="nw">.*?</span>', shown)] == [1]
    assert shown.endswith("</math>.</span>")
