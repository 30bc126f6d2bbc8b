"""Options that several words share, and where their answer goes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from symgrad.words import message, say

if TYPE_CHECKING:
    from collections.abc import Callable

FORMATS = ("text", "latex", "mathml", "markdown", "html", "pdf", "notebook", "json", "numpy")
FILES = ("html", "pdf", "latex", "markdown", "notebook", "mathml", "json")  # what a build makes
DIALECTS = ("github", "jupyter", "pandoc")
LONG_OPTION = re.compile(r"-|--[a-z][a-z-]+(=.*)?", re.DOTALL)  # by its looks: one that is misspelt gets a hint
DETAILS = ("result", "textbook", "every-rule")


class Signed(click.Command):
    """A command whose argument may begin with a minus sign: -z^2 is an expression, no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments, with everything that looks like -z^2 or --z put behind the options."""
        if "--" in args:  # the user has told them apart
            return super().parse_args(ctx, args)
        known = {name for param in self.get_params(ctx) for name in param.opts}
        signed = [word for word in args if word[:1] == "-" and word not in known and not LONG_OPTION.fullmatch(word)]
        options = [word for word in args if word not in signed]
        return super().parse_args(ctx, [*options, "--", *signed] if signed else args)


class AnyPath(click.Path):
    """A path that need not exist; what no system takes as a path is a mistake in the command."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, where it is one."""
        if "\0" in str(value):
            self.fail(say(message("a path can't hold a NUL character")), param, ctx)
        if value == "":
            self.fail(say(message("a path can't be empty; for this folder write .")), param, ctx)
        return super().convert(value, param, ctx)


PATH = AnyPath(path_type=Path)

F = TypeVar("F", bound="Callable[..., Any]")


def rendering(function: F) -> F:
    """--format, --detail, -o and --json: how an answer is written, and where to."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Short for --format json."),
        click.option("--dialect", type=click.Choice(DIALECTS), default="github", help="Whose Markdown."),
        click.option("--fragment", is_flag=True, help="LaTeX for inclusion in a paper of your own."),
        click.option("-o", "--output", type=PATH, help="Write to FILE.", metavar="FILE"),
        click.option("--detail", type=click.Choice(DETAILS), default="textbook", show_default=True),
        click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True),
    ):
        function = option(function)
    return function


def emit(text: str | bytes, output: Path | None = None) -> None:
    """Print, or write a file whole; what is no text goes into a file."""
    if output is None:
        if isinstance(text, bytes):
            raise click.UsageError(say(message("a PDF goes into a file; add -o FILE")))
        click.echo(text.rstrip("\n"))
        return
    from symgrad.core import SymgradError  # noqa: PLC0415 - `--help` must not wait for them
    from symgrad.pipeline.files import write  # noqa: PLC0415 - as above

    if not output.parent.is_dir():
        raise SymgradError("the folder {folder} does not exist; make it first", folder=output.parent)
    try:
        data = text if isinstance(text, bytes) else (text.rstrip("\n") + "\n").encode("utf-8", "replace")
        write(output, data)
    except OSError as error:
        raise SymgradError(
            "{output} can't be written: {strerror}; choose another file", output=output, strerror=error.strerror
        ) from error
