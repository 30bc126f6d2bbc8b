"""Every text has a translation, a Chinese page has no English sentence left, and the reader's language is found."""

from __future__ import annotations

import importlib.util
import pickle
import re
from collections import Counter
from functools import cache, reduce
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner
from student_code import MODELS, written

from symgrad import deriver
from symgrad.cli.main import WORDS, app
from symgrad.core import Derivation, Document, Page, Step, SymgradError
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.definitions.claims import CLAIMS
from symgrad.definitions.claims.sources import SOURCES
from symgrad.definitions.layers import LAYERS
from symgrad.document import render, render_index, render_page, render_search, render_trust
from symgrad.document.claims import record
from symgrad.document.words import Formula, to_html
from symgrad.pipeline.stages import pairs_of, settle_document
from symgrad.pipeline.tongues import placed
from symgrad.pipeline.workers import call
from symgrad.rules import RULES
from symgrad.testing import try_gradient, try_network
from symgrad.words import (
    LANGUAGES,
    Message,
    capitalised,
    clauses,
    counted,
    from_environment,
    language_named,
    message,
    respelt,
    say,
    speaking,
)
from symgrad.words.catalogues import catalogue, read
from symgrad.words.columns import padded, width, wrapped
from symgrad.words.messages import beside

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parent.parent
CHINESE = tuple(lang for lang in LANGUAGES if lang != "en")
PLACES = re.compile(r"\{(\w+)\}")
FORMULAS = re.compile(r"\$[^$]+\$|--\w+")  # and options of the command line
TYPED = re.compile(r"\S*(?:://|@|\w\(|\w\.\w)\S*|`[^`]*`|\(\w+, \w+\)|\b[A-Z]{2,}\b")  # addresses, code


@cache
def page() -> Page:
    """A page with a piece of everything: derivations by cases and with a cancelled factor, facts, kinks, claims."""
    activation, loss = ACTIVATIONS["leaky_relu"], LOSSES["binary_cross_entropy"]
    derivations = (deriver.derivative(activation), deriver.output_delta(ACTIVATIONS["sigmoid"], loss))
    claims = tuple(CLAIMS[name] for name in ("A1", "A3"))
    return settle_document(
        Document("page", "页", "页", "", derivations, about=(activation, loss), claims=claims),
        pairs_of(ACTIVATIONS["identity"])[:3],
    )


every_translation = pytest.mark.parametrize("lang", CHINESE)


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", ROOT / "tools" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MESSAGES = tool()


def wanted() -> dict[tuple[str, str], str]:
    """Every text of the code by its context, with the one that a translation starts from."""
    found = {}
    for m in MESSAGES.template():
        if m.id:
            one, many = m.id if isinstance(m.id, tuple) else (m.id, m.id)
            found[m.context or "", one] = many
    return found


WANTED = wanted()


def test_there_are_texts() -> None:
    assert len(WANTED) > 1000
    assert ("", "Chain rule") in WANTED


def test_no_text_is_put_together_where_it_is_read() -> None:
    assert not [problem for path in MESSAGES.sources("*.py") for problem in MESSAGES.put_together(path)]


@every_translation
def test_every_text_is_translated(lang: str) -> None:
    missing = [key for key in WANTED if not catalogue(lang).get(key)]

    assert not missing, f"{len(missing)} texts of {lang} are missing or fuzzy: `just messages`, then translate them"


@every_translation
def test_every_layer_is_told(lang: str) -> None:
    texts = [t for kind in LAYERS.values() for layer in (kind.build(),) for t in (kind.title, layer.title, layer.lead)]

    assert [t for t in texts if say_in(lang, t) == t] == []


@every_translation
def test_no_translation_is_left_over(lang: str) -> None:
    assert not set(catalogue(lang)) - set(WANTED)


@every_translation
def test_values_and_formulas_stay(lang: str) -> None:
    def parts(text: str) -> tuple[set[str], Counter[str]]:
        return set(PLACES.findall(FORMULAS.sub("", text))), Counter(FORMULAS.findall(text))

    said = catalogue(lang)
    assert [key for key, english in WANTED.items() if parts(english) != parts(said.get(key, english))] == []


def test_the_glossary_is_about_our_texts() -> None:
    used = [t["en"] for t in glossary() if any(t["en"] in english.lower() for _, english in WANTED)]

    assert len(used) > 30


def glossary() -> list[dict[str, str]]:
    lines = (ROOT / "symgrad" / "locale" / "glossary.tsv").read_text("utf-8").splitlines()
    head, *rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return [dict(zip(head, row, strict=True)) for row in rows]


@every_translation
@pytest.mark.parametrize("term", glossary(), ids=lambda term: term["en"])
def test_a_term_has_one_word(term: dict[str, str], lang: str) -> None:
    english = re.compile(rf"\b{re.escape(term['en'])}s?\b", re.IGNORECASE)
    found = [key for key in WANTED if english.search(PLACES.sub(" ", FORMULAS.sub(" ", TYPED.sub(" ", key[1]))))]

    assert [key for key in found if not any(word in catalogue(lang)[key] for word in term[lang].split("|"))] == []


@every_translation
def test_traditional_is_not_simplified(lang: str) -> None:
    wrong = {"zh-Hans": "數導網證點與為個這來對時", "zh-Hant": "数导网证点与为个这来对时"}[lang]

    assert [text for text in catalogue(lang).values() if set(text) & set(wrong)] == []


@every_translation
def test_our_reader_reads_what_gettexts_own_read(lang: str) -> None:
    theirs = {}
    for m in MESSAGES.read(lang):
        if m.id:
            one, said = (m.id[0], m.string[0]) if isinstance(m.id, tuple) else (m.id, m.string)
            theirs[m.context or "", one] = said

    assert dict(catalogue(lang)) == theirs


def test_the_reader_leaves_out_what_is_fuzzy_and_joins_lines() -> None:
    text = '#, fuzzy\nmsgid "a"\nmsgstr "b"\n\nmsgctxt "c"\nmsgid ""\n"d\\n"\n"\\"e\\" \\\\f"\nmsgstr "g"\n'
    first, second = read(text)

    assert first.fuzzy
    assert (second.context, second.one, second.said) == ("c", 'd\n"e" \\f', ("g",))


SHOWN = re.compile(r"<(script|style|math|code|pre|annotation)\b.*?</\1>", re.DOTALL)
SPOKEN = re.compile(r'(?:aria-label|placeholder|data-done|data-words|title|content)="([^"]*)"')
SENTENCE = re.compile(r"[A-Za-z][A-Za-z'’-]*(?:[ ,;:]+[A-Za-z][A-Za-z'’-]*){2,}")
TAGS_ALONE = ("light dark", "width=device-width")


def english_left(page: str) -> list[str]:
    """Three Latin words in a row that a reader of the page sees or hears."""
    rest = SHOWN.sub("\n", page)
    texts = re.sub(r"<[^>]*>", "\n", rest).splitlines() + SPOKEN.findall(rest)
    return [m[0] for t in texts if not t.startswith(TAGS_ALONE) for m in SENTENCE.finditer(unescape(t))]


def test_the_detector_finds_a_sentence() -> None:
    assert english_left("<p>一二 <math><mi>a b c</mi></math> Put it in.</p>") == ["Put it in"]
    assert english_left('<p aria-label="Values of it">一</p>') == ["Values of it"]


@every_translation
def test_a_page_says_nothing_in_english(lang: str) -> None:
    with speaking(lang):
        shown = render_page(page(), "html")

    assert f'<html lang="{lang}"' in shown
    sources = " ".join((*(d.source for d in page().document.about), *SOURCES.values()))
    assert [t for t in english_left(shown) if t not in sources] == []


@every_translation
def test_a_counterexample_is_told_in_the_readers_language(lang: str) -> None:
    interval = next(r for r in page().rulings if r.claim.id == "A3")
    told = say_in(lang, record(interval)["counterexample"])

    assert not re.search("[A-Za-z]{2}", told), told
    assert record(interval)["counterexample"].endswith("z = 0: 1/4 (attained) against ends of (0, 1/4)")


@every_translation
def test_the_pages_around_say_nothing_in_english(lang: str) -> None:
    with speaking(lang):
        pages = (render_index(()), render_search(()), render_trust())

    assert [t for page in pages for t in english_left(page)] == []


@every_translation
def test_every_format_is_translated(lang: str) -> None:
    with speaking(lang):
        delta = page().settled[1]
        shown = [render(delta, form, "every-rule") for form in ("text", "markdown", "latex", "html")]
        data = render(delta, "json")

    for text in shown:
        assert say_in(lang, RULES["chain"].title) in text
    assert "Chain rule" in data  # what programs read stays English


def say_in(lang: str, text: str) -> str:
    with speaking(lang):
        return say(text)


def test_a_message_is_its_english_and_remembers_its_parts() -> None:
    m = message("{what} is {verdict}", what="x", verdict=message("proved", context="verdict"))

    assert m == "x is proved"
    assert say_in("en", m) == "x is proved"
    again = pickle.loads(pickle.dumps(m))  # noqa: S301 - our own
    assert isinstance(again, Message)
    assert (again, again.template, again.values) == (m, m.template, m.values)


def test_braces_of_latex_stay() -> None:
    assert message(r"$\frac{1}{2}$ of {n}", n=3) == r"$\frac{1}{2}$ of 3"
    assert message(r"$\frac{1}{2}$") == r"$\frac{1}{2}$"


def test_numbers_have_two_forms_in_english_and_one_in_chinese() -> None:
    one, three = (counted("{n} step", "{n} steps", n) for n in (1, 3))

    assert (one, three) == ("1 step", "3 steps")
    assert [say_in("zh-Hans", m) for m in (one, three)] == ["1 步", "3 步"]


def test_spelling_that_only_english_needs_changes_no_translation() -> None:
    title = RULES["chain"].title

    assert capitalised(respelt(title, "the chain rule")) == "The chain rule"
    assert say_in("zh-Hant", capitalised(respelt(title, "the chain rule"))) == say_in("zh-Hant", title) == "鏈鎖律"


def test_clauses_have_the_stops_of_their_language() -> None:
    assert clauses(("a", "", "b")) == "a; b"
    assert say_in("zh-Hans", clauses(("a", "b"))) == "a；b"
    assert clauses(()) == ""


def test_what_no_catalogue_has_stays_and_text_of_others_is_left_alone() -> None:
    assert say_in("zh-Hans", message("no catalogue has this {n}", n=1)) == "no catalogue has this 1"
    assert say_in("zh-Hans", "Chain rule") == "Chain rule"  # no Message: somebody's own words
    own = Derivation("own", "My own result", (Step(1, 1, "definition"),), ())
    assert say_in("zh-Hans", own.title) == "My own result"


def test_formulas_stand_where_the_translation_has_them() -> None:
    from symgrad.document.boxes import Ident  # noqa: PLC0415 - used here only

    sentence = message("{left} as {right}", left=Formula(Ident("L")), right=Formula(Ident("R")))
    with speaking("zh-Hans"):
        page = to_html(sentence)

    assert page.index(">R<") < page.index(">L<")  # the condition comes first in Chinese
    assert "当" in page


def test_a_sentence_for_a_template_keeps_its_own_values() -> None:
    inner = message("divide by {factor} once", factor="{n}")

    assert message(inner) is inner
    with speaking("zh-Hans"):
        assert say(message(inner, n=2)) == say(inner)


@pytest.mark.parametrize("lang", CHINESE)
def test_a_diagnosis_says_nothing_in_english(lang: str) -> None:
    model, source = MODELS["two layers"]
    many = try_network(model, written(source, "* a2 * (1 - a2) / n", "* a2 * (1 - a2)"))
    delta = try_gradient(None, lambda z, y: y - 1 / (1 + np.exp(-z)), of=("sigmoid", "binary_cross_entropy"))
    with speaking(lang):
        text = f"{many}\n{delta}"

    assert many.diagnosis is not None
    assert "factor n" in many.diagnosis.names
    assert not re.search(r"number of| after |all of|entries", text)


def test_an_error_is_told_in_the_language_that_is_spoken() -> None:
    assert say_in("zh-Hans", str(SymgradError("plain"))) == "plain"
    with speaking("zh-Hans"):
        assert str(SymgradError(message("the time limit was reached"))) == "已到时间限制"


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-Hans"),
        ({"LANG": "zh_SG"}, "zh-Hans"),
        ({"LANG": "zh_TW.UTF-8"}, "zh-Hant"),
        ({"LANG": "zh_HK.UTF-8"}, "zh-Hant"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW.UTF-8"}, "zh-Hant"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "fr:zh_Hant_TW:en"}, "zh-Hant"),
        ({"LANG": "C", "LANGUAGE": "zh_CN"}, "en"),
    ],
)
def test_the_locale_chooses(environment: dict[str, str], lang: str) -> None:
    assert from_environment(environment) == lang


@pytest.mark.parametrize(
    ("tag", "lang"),
    [
        ("zh", "zh-Hans"),
        ("zh-Hant", "zh-Hant"),
        ("zh-hans-TW", "zh-Hans"),
        ("ZH_tw", "zh-Hant"),
        ("en", "en"),
        ("x", ""),
    ],
)
def test_a_tag_names_a_language(tag: str, lang: str) -> None:
    assert language_named(tag) == lang


@every_translation
@pytest.mark.parametrize("word", ["", *WORDS, "experiment vanishing"])
def test_help_is_in_the_readers_language(word: str, lang: str) -> None:
    shown = CliRunner().invoke(app, [*word.split(), "--help", "--lang", lang], prog_name="symgrad").output

    prose = [line for line in shown.splitlines() if "symgrad" not in line]
    assert len(prose) > 5
    assert [m[0] for line in prose for m in re.finditer(r"[a-z]+(?: [a-z]+){3,}", line)] == []
    assert max(map(width, prose)) <= 80


MISTAKES = (  # what is asked, and a piece of the answer in English
    (["nonsense"], "No such command"),
    (["derive", "--nonsense"], "No such option"),
    (["derive", "sigmoid", "--order", "3"], "Invalid value"),
    (["derive", "sigmoid", "tanh"], "extra argument"),
    (["show"], "Missing argument"),
    (["show", "sigmoidd"], "did you mean sigmoid"),
    (["derive", "z²"], "write ^2"),
    (["derive", "log(-1)"], "no real value"),
    (["derive", "sum(X*w", "--shape", "X:m,n", "--shape", "w:n"], "expected ')' for the bracket"),
    (["derive", "X*w", "--shape", "X:m,n", "--shape", "w:m"], "as many columns on the left"),
    (["derive", "--network", "linear embedding", "--loss", "mse"], "so it stands first"),
    (["claim", "1/0 = 1"], "this divides by zero"),
    (["claim", "sigmoid(z) is nice"], "state a comparison"),
    (["claims", "nonsense"], "lists them"),
    (["build", "nowhere.py"], "does not exist"),
    (["build", str(ROOT / "README.md")], "is no Python file"),
    (["build", ""], "a path can't be empty"),
    (["serve", "nowhere", "-p", "0"], "does not exist"),
    (["experiment", "vanishing", "--depth", "0"], "give a whole number"),
    (["accuracy", "sigmoid", "--target", "z"], "is no number"),
    (["check", "nowhere.py::f", "--of", "sigmoid"], "there is no file"),
)


@pytest.mark.parametrize(("asked", "english"), MISTAKES, ids=[" ".join(asked) for asked, _ in MISTAKES])
def test_a_mistake_is_told_in_the_readers_language(
    asked: list[str], english: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("symgrad.pipeline.limited.limited", lambda task, _: call(task))  # one process will do
    told = {lang: CliRunner().invoke(app, [*asked, "--lang", lang]) for lang in LANGUAGES}

    assert {done.exit_code for done in told.values()} == {2}
    assert english in told["en"].output
    for lang in CHINESE:
        assert not SENTENCE.search(re.sub(r"(?m)^.*symgrad (?!自|命).*$|^  .*$", "", told[lang].output))
    assert say(message("Commands")) == "Commands"  # and English is spoken again


def test_an_unknown_language_is_refused_with_those_that_there_are() -> None:
    done = CliRunner().invoke(app, ["derive", "sigmoid", "--lang", "tlh"])

    assert done.exit_code == 2
    assert all(lang in done.output for lang in LANGUAGES)


def test_a_site_in_several_languages_links_each_page_to_its_like() -> None:
    page = '<title>t</title><link href="symgrad.css"><header></header>'
    root, inside = (
        placed({"a b.html": page, "symgrad.css": ""}, lang, ("en", "zh-Hant")) for lang in ("en", "zh-Hant")
    )

    assert set(root) == {"a b.html", "symgrad.css"}
    assert set(inside) == {"zh-Hant/a b.html"}
    there = inside["zh-Hant/a b.html"]
    assert 'hreflang="zh-Hant" href="zh-Hant/a%20b.html"' in root["a b.html"]
    assert 'hreflang="en" href="../a%20b.html"' in there
    assert 'hreflang="x-default" href="../a%20b.html"' in there
    assert '"../symgrad.css"' in there
    assert 'aria-current="true">繁體中文' in there
    assert placed({"a.html": page}, "en", ("en",)) == {"a.html": page}


def test_values_are_set_into_chinese_as_one_writes_it() -> None:
    assert reduce(beside, ("损失", "ReLU", "的导数")) == "损失 ReLU 的导数"
    assert reduce(beside, ("对 ", "修正线性单元", " 求导")) == "对修正线性单元求导"
    assert reduce(beside, ("（", "a", "） 对 ", "b")) == "（a） 对 b"
    assert beside("（取到）", " 对") == "（取到）对"
    assert beside("at ", "2") == "at 2"
    assert beside("\n", "  ^") == "\n  ^"


def test_chinese_lines_are_broken_between_characters_and_not_before_a_stop() -> None:
    assert wrapped("每层的 δ 都要乘以权重。", 12) == ["每层的 δ 都", "要乘以权重。"]
    assert wrapped("two words", 5) == ["two", "words"]


FIXED = re.compile(r"`[^`]+`|\b[A-Z]{2,}(?:_[A-Z]+)*\b|\d\d+|[\w.]+\.md|^\* ", re.MULTILINE)


@every_translation
def test_the_page_about_trust_says_the_same(lang: str) -> None:
    pages = (ROOT / "docs" / name for name in ("trust.md", f"trust.{lang}.md"))
    english, chinese = (re.sub("(?<=.)\n(?![*#\n])", " ", page.read_text("utf-8")).split("\n## ") for page in pages)

    assert len(english) == len(chinese)
    for one, other in zip(english, chinese, strict=True):  # codes, verdicts, numbers and points of each section
        assert Counter(FIXED.findall(one)) == Counter(FIXED.findall(other)), one.partition("\n")[0]


def test_chinese_takes_two_columns_of_a_terminal() -> None:
    assert width("梯度 a") == 6
    assert padded("梯度", 7) == "梯度   "
