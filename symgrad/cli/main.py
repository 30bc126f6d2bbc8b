"""`symgrad WORD ...`: each word is loaded only when it is used."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import Any

import click

from symgrad import __version__
from symgrad.cli.guide import told
from symgrad.cli.tongues import SPEAKING, asked
from symgrad.words import from_environment, language, message, say, speaking

WORDS = {
    "list": ("symgrad.cli.catalogue", message("what is known: every activation and loss, with its facts")),
    "show": ("symgrad.cli.show", message("one definition and what is proved about it")),
    "derive": ("symgrad.cli.derive", message("a derivation: of an entry, of a pair, or of an expression of your own")),
    "build": ("symgrad.cli.build", message("the documents of derivations/ (or of PATHS) into a site")),
    "serve": ("symgrad.cli.serve", message("the site in your browser, built again as its files change")),
    "accuracy": (
        "symgrad.cli.accuracy",
        message("how many digits the NumPy code of an entry keeps, and where it does not"),
    ),
    "experiment": (
        "symgrad.cli.experiment",
        message("what is measured: vanishing gradients, slowdown, dead ReLUs, cost, depth"),
    ),
    "claim": ("symgrad.cli.claim", message("a claim of your own: proved, or where it holds and where it fails")),
    "claims": ("symgrad.cli.claims", message("what articles say, proved, conditioned, refuted or measured")),
    "verify": ("symgrad.cli.verify", message("prove and check everything, with a verdict table")),
    "check": (
        "symgrad.cli.check",
        message("your own gradient code: is it right, and if not, what is the mistake"),
    ),
}
INTERRUPTED, TERMINATED = 130, 143


class Refused(click.ClickException):
    """A mistake in the input, told in its own words."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """The message alone: it names the mend, so a usage line would be noise."""
        told = self.format_message()  # it may quote what was typed, which a terminal would obey
        harmless = "".join(c if c.isprintable() or c in "\n\u00a0" else "\ufffd" for c in told)
        click.echo(f"symgrad: {harmless}", file=file, err=True)


class Words(click.Group):
    """A group which imports a command only to run it or to show its own help."""

    def main(self, args: Any = None, *more: Any, **options: Any) -> Any:
        """Everything in the language that is asked for, --help and mistakes in the command too."""
        given = sys.argv[1:] if args is None else list(args)
        with speaking(asked(given) or language()):
            return super().main(given, *more, **options)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The words, in the order in which they are learnt."""
        del ctx
        return list(WORDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this word."""
        del ctx
        if cmd_name not in WORDS:
            return None
        command = import_module(WORDS[cmd_name][0]).command
        for each in (command, *getattr(command, "commands", {}).values()):
            if not any("--lang" in param.opts for param in each.params):
                each.params.append(SPEAKING)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The words with their meaning, none of them imported."""
        del ctx
        with formatter.section(told("Commands")):
            formatter.write_dl([(word, about) for word, (_, about) in WORDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the word; a mistake in the input is one message and exit status 2, unless --debug asks for more."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo(f"symgrad: {say(message('interrupted'))}", err=True)
            ctx.exit(INTERRUPTED)
        except Exception as error:
            if ctx.params.get("debug") or not mistake(error):
                raise
            raise Refused(str(error)) from error


def mistake(error: Exception) -> bool:
    """Whether the error is one of symgrad's own, which are sentences for the user."""
    core = sys.modules.get("symgrad.core")  # not loaded, so none of its errors was raised
    return core is not None and isinstance(error, core.SymgradError)


@click.command(cls=Words, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, "-V", "--version", prog_name="symgrad")
@click.option("--debug", is_flag=True, help="Show the whole traceback of an error.")
def app(debug: bool) -> None:  # noqa: FBT001 - click passes a flag so
    """Gradients of neural networks, derived line by line, each line proved."""
    del debug  # read by Words.invoke


app.params.append(SPEAKING)


def end(*_: Any) -> None:
    """Leave by way of every `finally`, so that workers are ended too; once, or the leaving would be broken off."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(TERMINATED)


def main() -> None:
    """Run the command line; text that the terminal can't show is replaced, a reader who leaves early is let go."""
    signal.signal(signal.SIGTERM, end)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        try:
            with speaking(from_environment()):
                app(prog_name="symgrad")
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that nothing is flushed there again
        unwritten = message(
            "the answer can't be written: {error}; choose a file with -o", error=error.strerror or error
        )
        click.echo(f"symgrad: {say(unwritten)}", err=True)
        sys.exit(Refused.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
