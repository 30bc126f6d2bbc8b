"""The language of an answer: `--lang`, else that of the terminal."""

from __future__ import annotations

import click

from symgrad.words import LANGUAGES, language, language_named, speaking


def speak(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    """Speak it until the command is done."""
    if value is not None:
        ctx.with_resource(speaking(named(value, ctx, param)))


def languages(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """The languages of a site: those that are named, all of them, or that of the terminal; the first is spoken."""
    every = [lang for value in values for lang in (LANGUAGES if value == "all" else (named(value, ctx, param),))]
    found = tuple(dict.fromkeys(every)) or (language(),)
    ctx.with_resource(speaking(found[0]))
    return found


def named(value: str, ctx: click.Context, param: click.Parameter) -> str:
    """The language, in any spelling that a locale has: zh-Hant, zh_TW, en_GB.UTF-8."""
    if lang := language_named(value):
        return lang
    raise click.BadParameter(f"there is no language {value!r}; choose one of {', '.join(LANGUAGES)}", ctx, param)


SPEAKING = click.Option(
    ["--lang"],
    is_eager=True,
    expose_value=False,
    callback=speak,
    metavar=f"[{'|'.join(LANGUAGES)}]",
    help="The language of the answer; by default that of the terminal's locale.",
)
