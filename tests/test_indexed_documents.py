"""Indexed derivations on pages: every format, both forms of the result, facts, shapes, layouts, hostile names."""

from __future__ import annotations

import base64
import json
import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from fontTools.ttLib import TTFont
from lxml import etree
from sympy import Function, Symbol, exp, log

from symgrad import document
from symgrad.core import Document, Settled, Status, Verdict
from symgrad.definitions.layers import LAYERS
from symgrad.deriver.indexed import backpropagate, definition_of, derivation, worked_indexed
from symgrad.deriver.indexed.layers import layer_gradients
from symgrad.document.fonts import font_css
from symgrad.document.from_indexed import boxes
from symgrad.document.index_names import first
from symgrad.document.latex import latex
from symgrad.document.layout import LINE, SLACK, width
from symgrad.document.mathml import mathml
from symgrad.document.names import named
from symgrad.document.pages import FORMATS, PAGE_FORMATS, alone, render, render_page
from symgrad.document.speech import speech
from symgrad.document.telling import telling
from symgrad.document.text import text
from symgrad.functions.logistic import sigmoid
from symgrad.indexed import (
    Dim,
    Expr,
    Index,
    Tensor,
    apply,
    attains,
    delta,
    expr,
    greatest,
    group,
    partial,
    size,
    total,
    where,
)
from symgrad.indexed.facts import sums_to
from symgrad.pipeline.stages import settle
from symgrad.pipeline.tensors import of_text

if TYPE_CHECKING:
    from symgrad.core import Derivation

n, m, N, K = Dim("n"), Dim("m"), Dim("N"), Dim("K")
i, j, k, l = (Index(c, n) for c in "ijkl")
a, s, q = Index("a", m), Index("s", N), Index("q", K)
W, b, x, y = Tensor("W", (n, m)), Tensor("b", n), Tensor("x", m), Tensor("y", n)
A = Tensor("A", (n, n))
X, Y = Tensor("X", (N, m)), Tensor("Y", (N, n))
phi = Function("phi")

z = Tensor("z", n, body=(i, total(a, W[i, a] * x[a]) + b[i]))
S = Tensor("S", body=((), total(k, apply(exp, z[k]))), positive=True)
p = Tensor("p", n, body=(i, apply(exp, z[i]) / S()))
J = Tensor("J", body=((), -total(k, y[k] * apply(log, p[k]))))
FACTS = (definition_of(p), sums_to(y))
SOFTMAX = backpropagate(J, [z], [W, b], facts=FACTS, called={z: "delta"})
free = Tensor("z", n)
total_ = Tensor("S", body=((), total(k, apply(exp, free[k]))), positive=True)
soft = Tensor("p", n, body=(i, apply(exp, free[i]) / total_()))
JACOBIAN = derivation(partial(soft[i], free[j]), name="jacobian", title="Jacobian", facts=(definition_of(soft),))
Z = Tensor("Z", (N, n), body=((s, i), total(a, X[s, a] * W[i, a]) + b[i]))
L = Tensor("L", body=((), total((s, i), (apply(sigmoid, Z[s, i]) - Y[s, i]) ** 2) / size(N)))
BATCH = backpropagate(L, [Z], [W, b], called={Z: "D"})
T3 = Tensor("T", (n, n, n))
CUBE = derivation(partial(total((i, j, k), T3[i, j, k] * A[i, j] * b[k]), A[i, j]), name="cube", title="Three axes")

ALL: dict[str, Derivation] = {
    **{g.derivation.name: g.derivation for g in (*SOFTMAX, *BATCH)},
    "jacobian": JACOBIAN,
    "cube": CUBE,
}


@pytest.fixture(scope="module")
def settled() -> dict[str, Settled]:
    """Every derivation, settled once."""
    return {name: settle(d) for name, d in ALL.items()}


def test_all_are_proved(settled: dict[str, Settled]) -> None:
    assert len(settled) == 8
    for each in settled.values():
        assert {v.status for v in (*each.verdicts, each.claim)} == {Status.PROVED}


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_tells_every_derivation(settled: dict[str, Settled], form: str) -> None:
    for each in settled.values():
        for detail in document.DETAILS:
            assert document.render(each, form, detail).strip()


@pytest.mark.parametrize("form", PAGE_FORMATS)
def test_every_page_format_is_made(settled: dict[str, Settled], form: str) -> None:
    for each in settled.values():
        assert render_page(alone(each), form).strip()


def page_of(each: Settled) -> Any:
    return etree.HTML(document.render(each, "html"))


def test_pages_hold_both_forms_shapes_facts_checks_and_code(settled: dict[str, Settled]) -> None:
    page = page_of(settled["J-z"])
    formulas = {a.text for a in page.iter("annotation")}

    assert r"\frac{\partial J}{\partial z_{i}} = p_{i} - y_{i}" in formulas
    assert r"\frac{\partial J}{\partial z} = p - y" in formulas
    spoken = {m.get("alttext") or "" for m in page.iter("math")}
    assert "z equals capital W x plus b" in spoken
    assert any(s.startswith("capital W is in") for s in spoken)
    assert any("y sub k" in s and "p sub i" in s for s in spoken)  # what it is without the fact
    code = "".join(page.xpath("//details[contains(@class, 'src-python')]//code")[0].itertext())
    assert "return p - y" in code
    headers = ["".join(h.itertext()) for h in page.xpath("//table[@class='numbers']//th")]
    assert any(h.startswith("n") for h in headers)
    assert "finite difference" in headers


MATRIX_FORMS = {
    "J-z": r"\frac{\partial J}{\partial z} = p - y",
    "J-W": r"\frac{\partial J}{\partial W} = \delta x^{\top}",
    "J-b": r"\frac{\partial J}{\partial b} = \delta",
    "jacobian": r"\frac{\partial p}{\partial z} = \mathrm{diag}(p) - pp^{\top}",
    "L-W": r"\frac{\partial L}{\partial W} = D^{\top}X",
    "L-b": r"\frac{\partial L}{\partial b} = D^{\top}\mathbf{1}",
}
ROW_FORMS = {
    "J-W": r"\frac{\partial J}{\partial W} = \delta^{\top}x",
    "L-W": r"\frac{\partial L}{\partial W} = D^{\top}X",
    "L-b": r"\frac{\partial L}{\partial b} = \mathbf{1}^{\top}D",
}
TURNED = {
    ("J-W", "numerator"): r"\frac{\partial J}{\partial W} = x\delta^{\top}",
    ("J-z", "numerator"): r"\frac{\partial J}{\partial z} = (p - y)^{\top}",
    ("jacobian", "denominator"): r"\frac{\partial p}{\partial z} = \mathrm{diag}(p) - pp^{\top}",
}


def test_matrix_forms_by_layout(settled: dict[str, Settled]) -> None:
    expected = {(name, ""): form for name, form in MATRIX_FORMS.items()}
    expected |= {(name, "row-batch"): form for name, form in ROW_FORMS.items()} | TURNED
    found = {key: [latex(b) for b in telling(settled[key[0]], key[1]).forms] for key in expected}

    assert found == {key: [form] for key, form in expected.items()}


def test_names_in_a_batch_are_laid_out_as_in_pytorch(settled: dict[str, Settled]) -> None:
    given = [latex(b) for b in telling(settled["L-Z"], "row-batch").given]

    assert r"Z = XW^{\top} + b" in given


def test_shapes_are_an_option_of_the_document(settled: dict[str, Settled]) -> None:
    (form,) = telling(settled["J-W"], shapes=True).forms

    assert latex(form).endswith(r"\underbrace{\delta}_{n \times 1}\underbrace{x^{\top}}_{1 \times m}")


def test_an_unknown_layout_is_refused_by_name(settled: dict[str, Settled]) -> None:
    with pytest.raises(document_error(), match="choose one of column, numerator, denominator, row-batch"):
        document.render(settled["J-W"], "text", layout="diagonal")


def document_error() -> type[Exception]:
    from symgrad.core import SymgradError  # noqa: PLC0415 - for this alone

    return SymgradError


def test_what_has_no_matrix_form_is_shown_with_einsum(settled: dict[str, Settled]) -> None:
    (form,) = telling(settled["cube"]).forms

    assert 'einsum("ijk,k->ij", T, b)' in text(form)


@pytest.mark.parametrize("formula", ["max(x)*sum(y)", "max(x)*sum(y) + y'*y"])
def test_what_lacks_an_index_of_the_result_has_no_einsum(formula: str) -> None:
    assert telling(of_text(formula, "y", ("x:n", "y:m")).settled).forms == ()


def test_facts_that_are_used_are_listed_with_what_stands_without(settled: dict[str, Settled]) -> None:
    told = telling(settled["J-z"])

    assert [(text(f.statement), f.assumed) for f in told.facts] == [
        ("e^(zᵢ) = S pᵢ", False),
        ("∑[i = 1 to n] yᵢ = 1", True),
    ]
    assert told.facts[1].without is not None
    assert text(told.facts[1].without) == "pᵢ ∑[k = 1 to n] yₖ − yᵢ"
    assert telling(settled["J-W"]).facts == ()


FORMULAS: list[tuple[Expr, str, str]] = [
    (total(k, W[k, a] * y[k]), r"\sum_{k = 1}^{n} W_{ka}y_{k}", "∑[k = 1 to n] Wₖₐ yₖ"),
    (delta(i, j) * p[i] - p[i] * p[j], r"\delta_{ij}p_{i} - p_{i}p_{j}", "δᵢⱼ pᵢ − pᵢ pⱼ"),
    (p[i] * group(delta(i, j) - p[j]), r"p_{i}(\delta_{ij} - p_{j})", "pᵢ (δᵢⱼ − pⱼ)"),
    (
        total(k, partial(J(), p[k]) * partial(p[k], free[j])),
        r"\sum_{k = 1}^{n} \frac{\partial J}{\partial p_{k}}\frac{\partial p_{k}}{\partial z_{j}}",
        "∑[k = 1 to n] ∂J/∂pₖ · ∂pₖ/∂zⱼ",
    ),
    (total(k, y[k]) * total(k, b[k]), r"\left(\sum_{k = 1}^{n} y_{k}\right)\sum_{l = 1}^{n} b_{l}", ""),
    (total(q, x[2 * i + q - 1]), r"\sum_{q = 0}^{K - 1} x_{2i + q - 1}", "∑[q = 0 to K − 1] x_(2i + q − 1)"),
    (A[i, j] * where(j, "<=", i), r"[j \le i]A_{ij}", "[j ≤ i] Aᵢⱼ"),
    (attains(k, y[k], i), r"[i = \mathrm{argmax}_{k}y_{k}]", "[i = argmaxₖ yₖ]"),
    (W[Index("e", n), a], "W_{ea}", "Wₑₐ"),
    (total(e := Index("e", n), W[e, a]), r"\sum_{k = 1}^{n} W_{ka}", "∑[k = 1 to n] Wₖₐ"),
    (greatest(k, y[k]), r"\max_{k}y_{k}", "maxₖ yₖ"),
    (total(k, (p[k] - y[k]) ** 2) / 2, r"\frac{1}{2}\sum_{k = 1}^{n} (p_{k} - y_{k})^{2}", ""),
    (apply(phi, Tensor("z^l", n)[i], order=1), r"\varphi'(z_{i}^{l})", "φ′(zᵢ^l)"),
    (Tensor("W^{l+1}", (n, n))[k, i], r"W_{ki}^{l + 1}", "Wₖᵢ^(l + 1)"),
    (Tensor("x_hat", n)[i] / size(n), r"\frac{\hat{x}_{i}}{n}", "x̂ᵢ/n"),
    (Tensor("z̄", n)[i], r"\bar{z}_{i}", "z̄ᵢ"),
    (size(Dim("n_l-1")) * y[i], r"n_{l - 1}y_{i}", ""),
    (partial(partial(J(), free[i]), free[j]), r"\frac{\partial^{2}J}{\partial z_{i}\partial z_{j}}", "∂²J/(∂ zᵢ ∂ zⱼ)"),
    (Tensor("W1", (n, m))[i, a], r"(W_{1})_{ia}", "(W₁)ᵢₐ"),
    (apply(log, 1 + apply(exp, y[i])), r"\ln(1 + e^{y_{i}})", "ln(1 + e^(yᵢ))"),
    (y[i] * Symbol("lambda", real=True) * 2, r"2\lambda y_{i}", "2λ yᵢ"),
    (0 * y[i], "0", "0"),
]


@pytest.mark.parametrize(("value", "tex", "plain"), FORMULAS, ids=[t for _, t, _ in FORMULAS])
def test_formulas_are_written_as_in_a_book(value: Expr, tex: str, plain: str) -> None:
    box = boxes(value)

    assert latex(box) == tex
    assert not plain or text(box) == plain
    etree.fromstring(mathml(box))


def test_speech_tells_layers_and_transposes_from_powers() -> None:
    assert speech(boxes(Tensor("z^l", n)[i])) == "z sub i superscript l"
    (form,) = telling(settle(SOFTMAX[1].derivation)).forms
    assert speech(form).endswith("equals delta x transposed")


def test_a_free_letter_stays_beside_a_tensor_of_its_name() -> None:
    gate = Tensor("i", n)

    assert text(boxes(gate[i] * y[i])) == "iᵢ yᵢ"  # the left side, ∂J/∂zᵢ, knows nothing of the gate
    assert text(boxes(total(j, gate[j] * A[i, j]))).startswith("∑[j = 1 to")


def test_a_number_has_no_second_form() -> None:
    one_line = worked_indexed(total(j, y[j]) / total(j, y[j]), ("cancel", expr(1)), name="ratio")
    verdicts = tuple(Verdict(Status.PROVED) for _ in every(one_line))

    assert telling(Settled(one_line, verdicts, Verdict(Status.PROVED))).forms == ()


def test_bound_letters_never_clash_with_free_ones() -> None:
    inner = Index("i", n)

    assert text(boxes(A[i, j] * total(inner, y[inner]))) == "Aᵢⱼ ∑[k = 1 to n] yₖ"
    assert first((total(q, x[2 * i + q]),)) == 0
    assert first((total(q, x[i + 1]),)) == 1


def test_a_sum_does_not_take_the_letter_of_a_layer_or_a_step() -> None:
    letter = Index("l", n)
    layer, behind = Tensor("z", n, tex="z^{l}"), Tensor("z^(l + 1)", n)

    assert latex(boxes(total(letter, layer[letter]))) == r"\sum_{k = 1}^{n} z_{k}^{l}"
    assert text(boxes(total(letter, behind[letter]))) == "∑[k = 1 to n] (z^(l + 1))ₖ"


HOSTILE = [
    "</math><script>alert(1)</script>",
    r"\input{/etc/passwd}",
    "$x$ & % # _",
    "`code` [a](b) <b>",
    "\x1b[31mred",
    'a" onload="x',
    "@@{{ 7*7 }}",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text_in_every_format(name: str) -> None:
    bad = Tensor(name, Dim(f"{''.join(name.split())}n"))  # a size is one word, and no tensor's name
    r = Index("i", bad.dims[0])
    cost = Tensor("J", body=((), total(r, bad[r] * bad[r])))
    chain = derivation(partial(cost(), bad[r]), name="hostile", title=name, lead="")
    each = Settled(chain, tuple(Verdict(Status.PROVED) for _ in every(chain)), Verdict(Status.PROVED))
    outs = {form: document.render(each, form) for form in FORMATS}

    page = etree.HTML(outs["html"])
    assert not [e for e in page.iter("script") if "alert" in "".join(e.itertext())]
    assert not page.xpath("//*[@onload]")
    etree.fromstring(outs["mathml"].encode())
    assert "\x1b" not in outs["text"] + outs["markdown"] + outs["latex"] + outs["mathml"]
    assert r"\input{" not in outs["latex"]
    outside = re.sub(r"```.*?```", "", outs["markdown"], flags=re.DOTALL)
    assert "<script" not in outside.replace("\\<", "")
    assert json.loads(outs["json"])["name"] == "hostile"
    assert named(name).words == name  # type: ignore[union-attr]  # a Text


def every(chain: Derivation) -> list[Any]:
    from symgrad.core import every_step  # noqa: PLC0415 - for this alone

    return list(every_step(chain.steps))


def test_json_holds_the_result_as_a_tree(settled: dict[str, Settled]) -> None:
    told = json.loads(document.render(settled["J-z"], "json"))

    terms = told["result"]["tree"]["sum"]
    called = {t["id"]: t["name"] for t in told["names"]["tensors"]}
    assert sorted((t["coefficient"], called[t["factors"][0][0]["entry"]]) for t in terms) == [("-1", "y"), ("1", "p")]
    assert told["result"]["text"] == "pᵢ − yᵢ"


def test_a_terminal_names_the_lemmas_and_facts_that_are_used(settled: dict[str, Settled]) -> None:
    used = {f"{s.rule.capitalize()}: {s.note}" for d in ALL.values() for s in d.steps if s.rule in {"fact", "lemma"}}
    told = "".join(document.render(each, "text") for each in settled.values())

    assert used >= {"Fact: sum y = 1"}
    assert all(f"  {name}  [proved]" in told for name in used)


def test_a_document_chooses_its_layout(settled: dict[str, Settled]) -> None:
    from symgrad.core import Page  # noqa: PLC0415 - for this alone

    chosen = Document("rows", "Rows", "Networks", derivations=(ALL["L-b"],), layout="row-batch")

    assert r"\mathbf{1}^{\top}D" in render_page(Page(chosen, (settled["L-b"],)), "md")


def test_einsum_notation_is_broken_between_its_operands() -> None:
    (chain,) = layer_gradients(LAYERS["max_pool"].build())
    (shown,) = (f for f in telling(settle(chain)).forms)

    assert "einsum(" in text(shown)
    assert width(shown) <= LINE + SLACK


@pytest.mark.parametrize("form", ["text", "markdown", "latex", "html"])
def test_a_window_is_written_by_its_entry_with_what_lies_outside_in_every_format(form: str) -> None:
    weights, *_ = layer_gradients(LAYERS["conv1d_strided"].build())
    told = render(settle(weights), form)

    assert "einsum" in told
    assert "im,jkm" in told
    assert "0 outside its shape" in told


def test_the_font_of_a_page_draws_roots_though_no_text_has_their_sign() -> None:
    rule = re.search(r'"SG Math".*?base64,([^)]+)', font_css("s=x"), re.DOTALL)
    assert rule is not None
    font = TTFont(BytesIO(base64.b64decode(rule[1])))

    assert ord("√") in font.getBestCmap()
