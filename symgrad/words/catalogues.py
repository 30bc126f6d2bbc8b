"""The languages there are: which one a reader wants, and what a catalogue says in it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "zh-Hans": "简体中文", "zh-Hant": "繁體中文"}  # each by its own name

TRADITIONAL = {"hant", "tw", "hk", "mo"}  # scripts and regions; Chinese is simplified elsewhere

Key = tuple[str, str]  # context, English


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a gettext catalogue, in the order of the file; `said` has a form for each number class."""

    context: str
    one: str
    many: str
    said: tuple[str, ...]
    fuzzy: bool = False


@cache
def catalogue(lang: str) -> Mapping[Key, str]:
    """What a language says for the English templates; what is fuzzy or not yet translated is left out.

    It has one form for all numbers, as Chinese has.
    """
    from importlib.resources import files  # noqa: PLC0415 - English needs no catalogue, and starts without it

    text = files("symgrad").joinpath("locale", lang, "LC_MESSAGES", "symgrad.po").read_text("utf-8")
    return {(e.context, e.one): e.said[0] for e in read(text) if e.one and e.said[0] and not e.fuzzy}


def read(text: str) -> Iterator[Entry]:
    """The entries of a gettext file."""
    for block in text.replace("\r\n", "\n").split("\n\n"):
        parts = dict(keywords(block.splitlines()))
        if "msgid" in parts:
            said = tuple(v for k, v in parts.items() if k.startswith("msgstr"))
            fuzzy = any(line.startswith("#,") and "fuzzy" in line for line in block.splitlines())
            yield Entry(parts.get("msgctxt", ""), parts["msgid"], parts.get("msgid_plural", ""), said, fuzzy)


def keywords(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each keyword of an entry with its string, which may go over several lines; comments are left out."""
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        keyword, quote, rest = line.partition('"')
        if line.startswith("#") or not quote:
            continue
        if keyword:
            found.append((keyword.strip(), []))
        found[-1][1].append(unescaped(rest[: rest.rindex('"')]))
    return ((keyword, "".join(parts)) for keyword, parts in found)


def unescaped(text: str) -> str:
    """A quoted string of a catalogue as it is meant."""
    return text.replace(r"\\", "\0").replace(r"\n", "\n").replace(r"\t", "\t").replace(r"\"", '"').replace("\0", "\\")


def language_named(tag: str) -> str:
    """The language of a tag such as zh-TW, zh_Hant_HK.UTF-8, en-GB; "" where there is none."""
    parts = tag.partition(".")[0].partition("@")[0].replace("_", "-").lower().split("-")
    if parts[0] == "zh":
        return "zh-Hant" if TRADITIONAL & set(parts) and "hans" not in parts else "zh-Hans"
    return parts[0] if parts[0] in LANGUAGES else ""


def from_environment(environment: Mapping[str, str] | None = None) -> str:
    """The language of the terminal: the first of LANGUAGE that there is, else that of the locale, else English.

    As for gettext, LANGUAGE says nothing where the locale is C.
    """
    known = os.environ if environment is None else environment
    locale = next((v for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := known.get(name))), "C")
    if locale.partition(".")[0] in {"C", "POSIX"}:
        return ENGLISH
    wanted = [*known.get("LANGUAGE", "").split(":"), locale]
    return next((lang for tag in wanted if (lang := language_named(tag))), ENGLISH)
