"""Help, and what click says of mistakes, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.types

from symgrad.words import ENGLISH, language, message, say
from symgrad.words.columns import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OF_CLICK = (  # as click writes them, whose own catalogue has no Chinese
    message("Usage:"),
    message("Options"),
    message("Commands"),
    message("Try '{command} {option}' for help."),
    message("Error: {message}"),
    message("default: {default}"),
    message("required"),
    message("Show this message and exit."),
    message("Show the version and exit."),
    message("Missing command."),
    message("Missing argument"),
    message("Missing option"),
    message("No such command {name!r}."),
    message("No such option {name!r}."),
    message("No such option: {name}"),
    message("Did you mean {possibility}?"),
    message("(Did you mean one of: {possibilities}?)"),
    message("Invalid value: {message}"),
    message("Invalid value for {param_hint}: {message}"),
    message("{value!r} is not a valid {number_type}."),
    message("{value} is not in the range {range}."),
    message("{value!r} is not one of {choices}."),
    message("Option {name!r} requires an argument."),
    message("Option {name!r} does not take a value."),
    message("Got unexpected extra argument ({args})"),
    message("Got unexpected extra arguments ({args})"),
)
SAID = {m.template: m for m in OF_CLICK}
GAP = "  ["  # before what click adds to the help of an option
TYPED = "\b"  # how a paragraph begins whose lines stay as they are


def told(text: str) -> str:
    """A text of click's; one that is not known here stays English."""
    return say(SAID.get(text, text))


def either(one: str, many: str, n: int) -> str:
    """A text of click's that depends on a number."""
    return told(one if n == 1 else many)


for module in (click.core, click.decorators, click.exceptions, click.formatting, click.parser, click.types):
    vars(module).update({name: new for name, new in (("_", told), ("ngettext", either)) if name in vars(module)})


class Guide(click.HelpFormatter):
    """Help in the language that is spoken; English is laid out as click does it."""

    def write_text(self, text: str) -> None:
        """The paragraphs of a help text."""
        room = self.width - self.current_indent
        super().write_text("\n\n".join(laid_out(part, room) for part in text.split("\n\n")))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Options or commands, each with what it does."""
        listed = list(rows)
        first = min(max(len(name) for name, _ in listed), col_max) + col_spacing
        room = self.width - first - self.current_indent
        super().write_dl([(name, laid_out(about, room)) for name, about in listed], col_max, col_spacing)


click.Context.formatter_class = Guide


class Command(click.Command):
    """A command whose first paragraph stands whole in a list of commands."""

    def get_short_help_str(self, limit: int = 45) -> str:
        """The paragraph, however long, so that its translation is found."""
        del limit
        return next(spoken(self.help or ""), "")


def laid_out(text: str, room: int) -> str:
    """A paragraph in the language that is spoken, as click wants it; its lines have so many columns."""
    kept = language() == ENGLISH or text.startswith(TYPED)
    return text if kept else "\n".join([TYPED, *wrapped(translated(text.replace("\n", " ")), room)])


def translated(text: str) -> str:
    """The text, what click added to it left as it is."""
    found = say(message(text))
    about, gap, added = text.rpartition(GAP)
    return found if found != text or not gap else f"{say(message(about))}{gap}{added}"


def spoken(text: str) -> Iterator[str]:
    """The paragraphs of a help text that are prose, each in one line."""
    yield from (" ".join(part.split()) for part in text.split("\n\n") if part and not part.startswith(TYPED))
