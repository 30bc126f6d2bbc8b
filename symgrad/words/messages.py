"""What a reader reads: English that remembers how it was made, so that it can be said in another language."""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from functools import reduce
from typing import TYPE_CHECKING, Any

from symgrad.words.catalogues import ENGLISH, catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

PLACE = re.compile(r"\{(\w+)\}")
CHINESE = "\u2e80"  # where the characters begin

LANGUAGE: ContextVar[str] = ContextVar("LANGUAGE", default=ENGLISH)


class Message(str):
    """A text in English, and beside it the template it was made of, with its values: it compares and prints as `str`.

    What `str` makes of it (`+`, an f-string, `upper`) is plain English again and stays so in every language.
    """

    __slots__ = ("context", "many", "respelt", "template", "values")

    template: str
    values: tuple[tuple[str, Any], ...]
    context: str
    many: str  # the template for all numbers but 1; "" where nothing is counted
    respelt: str  # the English where grammar asks for another than the template, which stays the key of translations

    def __new__(
        cls, template: str, values: Mapping[str, Any], context: str = "", many: str = "", respelt: str = ""
    ) -> Message:
        english = many if many and values["n"] != 1 else template
        made = super().__new__(cls, respelt or filled(english, values, plain))
        made.template, made.values, made.context = template, tuple(values.items()), context
        made.many, made.respelt = many, respelt
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return Message, (self.template, dict(self.values), self.context, self.many, self.respelt)


def message(template: str, /, *, context: str = "", **values: Any) -> Message:
    """A sentence with `{name}` for its values; `context` tells apart what is one word in English and two elsewhere.

    A value that is a Message, or a tuple with Messages in it, is translated with the sentence; all others stay. A
    Message for a template keeps its own values and is given more.
    """
    if isinstance(template, Message):
        more = {**dict(template.values), **values}
        return Message(template.template, more, context or template.context) if values or context else template
    return Message(str(template), values, context)


def counted(one: str, many: str, /, n: int, *, context: str = "", **values: Any) -> Message:
    """A sentence that depends on a number, `{n}` in it: `counted("{n} step", "{n} steps", 3)`."""
    return Message(one, {"n": n, **values}, context, many)


def clauses(parts: Iterable[Any]) -> Message:
    """Parts of one sentence: a; b; c."""
    return joined(parts, lambda before, after: message("{before}; {after}", before=before, after=after))


def enumerated(parts: Iterable[Any]) -> Message:
    """Things of one kind: a, b, c. Chinese has a comma of its own for them."""
    return joined(parts, lambda before, after: message("{before}, {after}", before=before, after=after))


def sentences(parts: Iterable[Any]) -> Message:
    """Sentences after one another."""
    return joined(parts, lambda before, after: message("{before} {after}", before=before, after=after))


def joined(parts: Iterable[Any], pair: Callable[[Any, Any], Message]) -> Message:
    """All parts as one text, empty ones left out."""
    kept = [p for p in parts if p]
    return message("{all}", all=reduce(pair, kept)) if kept else message("")


def respelt(words: str, english: str) -> Message:
    """The same text with another spelling that only English needs: a capital, an article."""
    known = message(words)
    return Message(known.template, dict(known.values), known.context, known.many, english)


def capitalised(words: str) -> Message:
    """The same text at the beginning of a line or a sentence."""
    return respelt(words, words[:1].upper() + words[1:])


def say(words: str) -> str:
    """The text in the language that is spoken; a text that is no Message stays as it is."""
    return translated(words, LANGUAGE.get())


def translated(words: str, lang: str) -> str:
    """The text in one of the languages; a `str` that is no Message is nobody's to translate."""
    if lang == ENGLISH or not isinstance(words, Message):
        return str.__str__(words)
    return filled(template_in(words, lang), dict(words.values), lambda v: in_words(v, lang))


def template_in(words: Message, lang: str) -> str:
    """The template of a text in a language, its values still to be filled in; English where no catalogue has it."""
    one = not words.many or dict(words.values)["n"] == 1
    english = words.respelt or (words.template if one else words.many)
    return english if lang == ENGLISH else catalogue(lang).get((words.context, words.template), english)


def parted(words: Message) -> Iterator[Any]:
    """The pieces of its template in the language that is spoken: strings, and the values where they stand."""
    values = dict(words.values)
    for n, part in enumerate(PLACE.split(template_in(words, language()))):
        yield part if not n % 2 else values.get(part, f"{{{part}}}")


def in_words(value: Any, lang: str) -> str:
    """A value as it stands in a sentence: a Message is translated, a row of pieces one by one, all others stay."""
    if isinstance(value, Message):
        return translated(value, lang)
    return "".join(in_words(v, lang) for v in value) if isinstance(value, tuple) else str(value)


def plain(value: Any) -> str:
    """A value as it stands in the English sentence."""
    return "".join(map(plain, value)) if isinstance(value, tuple) else str(value)


def filled(template: str, values: Mapping[str, Any], spoken: Callable[[Any], str]) -> str:
    """The template with its values; braces around anything else are LaTeX and stay."""
    if not values:
        return str(template)
    parts = PLACE.split(template)
    parts[1::2] = [spoken(values[p]) if p in values else f"{{{p}}}" for p in parts[1::2]]
    text = "".join(parts)
    return text if max(text, default="") < CHINESE else reduce(beside, parts)


def beside(before: str, after: str) -> str:
    """One after the other: a blank between a Chinese character and a Latin one, none where both are Chinese."""
    left, right = before.rstrip(" "), after.lstrip(" ")
    ends = left[-1:], right[:1]
    if not any(map(chinese, ends)) or len(before) - len(left) + len(after) - len(right) > 1:
        return before + after
    if all(map(chinese, ends)) or any(chinese(c) and not c.isalnum() for c in ends):
        return left + right
    return f"{left} {right}" if all(c.isalnum() for c in ends) else before + after


def chinese(character: str) -> bool:
    """Whether it is a Chinese character, or a stop of that width."""
    return CHINESE <= character <= "\uffef"


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Say every text in this language until the block ends."""
    token = LANGUAGE.set(lang)
    try:
        yield
    finally:
        LANGUAGE.reset(token)


def speak(lang: str) -> None:
    """Say every text in this language from here on: for a notebook or a session."""
    LANGUAGE.set(lang)


def language() -> str:
    """The language that is spoken."""
    return LANGUAGE.get()


def worded(value: Any, *names: str) -> None:
    """Turn fields of a frozen dataclass into Messages: what stands there is read by people."""
    for name in names:
        words = getattr(value, name)
        if not words or isinstance(words, Message):
            continue
        found = tuple(map(message, words)) if isinstance(words, tuple) else message(words)
        object.__setattr__(value, name, found)
