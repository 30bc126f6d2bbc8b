"""The language of an answer: `--lang`, else that of the terminal."""

from __future__ import annotations

import click

from symgrad.words import LANGUAGES, language_named, speaking


def speak(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    """Speak it until the command is done; any spelling that a locale has will do: zh-Hant, zh_TW, en_GB.UTF-8."""
    if value is not None:
        if not (lang := language_named(value)):
            raise click.BadParameter(
                f"there is no language {value!r}; choose one of {', '.join(LANGUAGES)}", ctx, param
            )
        ctx.with_resource(speaking(lang))


SPEAKING = click.Option(
    ["--lang"],
    is_eager=True,
    expose_value=False,
    callback=speak,
    metavar=f"[{'|'.join(LANGUAGES)}]",
    help="The language of the answer; by default that of the terminal's locale.",
)
