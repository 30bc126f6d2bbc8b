"""The templates and what they may call: every value is escaped unless a printer made it."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from symgrad.core import Status
from symgrad.document.boxes import Ident, Script
from symgrad.document.declared import standing
from symgrad.document.error_plot import PLOTTED, error_plot
from symgrad.document.evidence import ANCHORS, CONVENTION, OUTCOMES, WORDS, check_in_words, reason, steps_in_words
from symgrad.document.graph import graph
from symgrad.document.graph_drawing import graph_svg
from symgrad.document.induction import conclusion, failed, parts, programs
from symgrad.document.latex import latex
from symgrad.document.lettering import lettered
from symgrad.document.mathml import NAMESPACE, mathml
from symgrad.document.names import named
from symgrad.document.spelling import split_name
from symgrad.document.text import printable, text
from symgrad.document.words import Formula, spoken, to_html
from symgrad.words import LANGUAGES, Message, capitalised, counted, language, message, say
from symgrad.words.messages import parted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symgrad.core import CheckReport
    from symgrad.document.boxes import Box
    from symgrad.document.site import Site
    from symgrad.document.telling import Telling
    from symgrad.document.words import Piece

MEANINGS = {
    Status.PROVED: message("The two sides are equal wherever the step is claimed. The proof is exact."),
    Status.PROVED_EXCEPT: message(
        "The two sides are equal everywhere but at the points that are listed (a kink), where their values differ."
    ),
    Status.REFUTED: message("There is a point, shown with the verdict, at which the two sides certainly differ."),
    Status.DOMAIN_MISMATCH: message(
        "Both sides are equal where both are defined, but one is defined where the other is not."
    ),
    Status.UNKNOWN: message(
        "Neither a proof nor a counterexample was found. It is not a soft yes; the reason is given."
    ),
    Status.VACUOUS: message("No point satisfies the conditions, so the step claims nothing."),
}

CHAIN = 8200  # characters of MathML
LONG = 1800  # as above

MOODS = {Status.PROVED: "good", Status.REFUTED: "bad"}


def meanings() -> list[tuple[Status, str, str, str]]:
    """Every status with its anchor, its word and its meaning."""
    return [(s, ANCHORS[s], capitalised(WORDS[s]), MEANINGS[s]) for s in Status]


def meaning(status: Status, site: Site) -> str:
    """The address of what a status means."""
    return f"{site.trust}#{ANCHORS[status]}"


def in_html(math: str) -> Markup:
    """A formula for a page: HTML knows the namespace of `math` without being told."""
    return Markup(math.replace(f' xmlns="{NAMESPACE}"', "", 1))  # noqa: S704 - the printer escapes every slot


def inline(box: Box) -> Markup:
    """A formula in a line of text, or in a table."""
    return in_html(mathml(box, annotated=False))


def block(box: Box) -> Markup:
    """A formula on lines of its own."""
    return in_html(mathml(box, block=True))


def quoted(box: Box) -> Markup:
    """The same where its LaTeX stands beside it, or among hundreds."""
    return in_html(mathml(box, block=True, annotated=False))


def short(box: Box) -> Markup:
    """A formula of a finer step on a page that would weigh too much: a long one as plain text."""
    shown = quoted(box)
    return shown if len(shown) < LONG else Markup("<code>{}</code>").format(printable(text(box)))


def cell(told: Iterable[Piece]) -> Markup:
    """Words and formulas in turn."""
    return Markup("").join(inline(p.box) if isinstance(p, Formula) else in_words(p) for p in spoken(told))


def in_words(words: str) -> Markup:
    """Words without formulas between dollars, such as a title."""
    return Markup(lettered(say(words)))  # noqa: S704 - as below


def prose(words: str) -> Markup:
    """Words with formulas between dollars."""
    return Markup(to_html(words).replace(f' xmlns="{NAMESPACE}"', ""))  # noqa: S704 - words are escaped, formulas come from the printer


def symbol(name: str) -> Markup:
    """A symbol by its name."""
    base, sub = split_name(name)
    return inline(Script(Ident(base), Ident(sub)) if sub else Ident(base) if base.isalnum() else named(name))


def number(value: float, digits: int = 7) -> str:
    """A number for a table: real minus signs, powers of ten written out."""
    if math.isnan(value):
        return say(message("undefined"))
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    shown = f"{value:.{digits}g}"
    if "e" not in shown:
        return shown.replace("-", "−")
    mantissa, power = shown.split("e")
    small = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa} · 10{small}".replace("-", "−")


def graph_of(told: Telling) -> Markup | None:
    """The computation graph of a derivation as SVG, if it has one."""
    found = graph(told.derivation.start, told.derivation)
    return Markup(graph_svg(found)) if found else None  # noqa: S704 - drawn by us, labels escaped


def errors_of(check: CheckReport) -> Markup:
    """The errors of a numeric check as SVG; empty where there are too few."""
    return Markup(error_plot(check, say(PLOTTED)))  # noqa: S704 - as above


def short_chain(told: Telling) -> Markup | None:
    """The chain in one piece, where it is short enough to be read so; its ends are said, its lines were above."""
    steps = told.chain("textbook")
    chain = in_html(mathml(steps, block=True, annotated=False, brief=told.statement))
    return chain if len(chain) < CHAIN else None


def sentence(words: Message) -> Markup:
    """A sentence in the language that is spoken; its values are escaped, unless a printer made them."""
    return Markup("").join(sentence(p) if isinstance(p, Message) else p for p in parted(words))


def translated(template: str, **values: Any) -> Markup:
    """A sentence that stands in a page template."""
    return sentence(message(template, **values))


def translated_as(context: str, template: str, **values: Any) -> Markup:
    """The same where English has one word for two things."""
    return sentence(message(template, context=context, **values))


def translated_count(one: str, many: str, n: int, **values: Any) -> Markup:
    """A sentence that depends on a number."""
    return sentence(counted(one, many, n, **values))


def shown(value: Any) -> Any:
    """What a template puts out: a Message in the language that is spoken, anything else as it is."""
    return say(value) if isinstance(value, Message) else value


@cache
def templates() -> jinja2.Environment:
    """The page templates of the package."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("symgrad.document"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=shown,
    )
    environment.globals |= {"_": translated, "pgettext": translated_as, "ngettext": translated_count}
    environment.globals |= {"language": language, "tongues": LANGUAGES}
    environment.globals |= {"CONVENTION": CONVENTION}
    environment.filters |= {
        "math": inline,
        "block": block,
        "short": short,
        "quoted": quoted,
        "tex": latex,
        "prose": prose,
        "lettered": in_words,
        "symbol": symbol,
        "number": number,
        "words": WORDS.__getitem__,
        "outcome": OUTCOMES.__getitem__,
        "mood": lambda status: MOODS.get(status, "doubt"),
        "meaning": meaning,
        "reason": lambda verdict: printable(reason(verdict)),
        "steps": steps_in_words,
        "check": check_in_words,
        "graph": graph_of,
        "errors": errors_of,
        "chain": short_chain,
        "parts": parts,
        "failed": failed,
        "conclusion": conclusion,
        "programs": programs,
        "standing": standing,
    }
    return environment
