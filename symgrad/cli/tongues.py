"""The language of an answer: `--lang`, else that of the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from symgrad.words import ENGLISH, LANGUAGES, language, language_named, message, say

if TYPE_CHECKING:
    from collections.abc import Sequence


def speak(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    """Refuse a language that there is not; the one that is named is spoken already."""
    if value is not None:
        named(value, ctx, param)


def languages(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """The languages of a site: those that are named, all of them, or that of the terminal."""
    every = [lang for value in values for lang in (LANGUAGES if value == "all" else (named(value, ctx, param),))]
    return tuple(dict.fromkeys(every)) or (language(),)


def asked(arguments: Sequence[str]) -> str:
    """The language that --lang names, wherever it stands: help and mistakes are told in it too; "" without one."""
    for word, following in zip(arguments, (*arguments[1:], ""), strict=True):
        name, equals, value = word.partition("=")
        if name == "--lang":
            tag = value if equals else following
            return ENGLISH if tag == "all" else language_named(tag)
    return ""


def named(value: str, ctx: click.Context, param: click.Parameter) -> str:
    """The language, in any spelling that a locale has: zh-Hant, zh_TW, en_GB.UTF-8."""
    if lang := language_named(value):
        return lang
    told = message("there is no language {value}; choose one of {known}", value=repr(value), known=", ".join(LANGUAGES))
    raise click.BadParameter(say(told), ctx, param)


SPEAKING = click.Option(
    ["--lang"],
    is_eager=True,
    expose_value=False,
    callback=speak,
    metavar=f"[{'|'.join(LANGUAGES)}]",
    help="The language of the answer; by default that of the terminal's locale.",
)
