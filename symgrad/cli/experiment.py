"""`symgrad experiment NAME`: what is measured, not proved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from symgrad.cli.guide import Command
from symgrad.cli.options import PATH
from symgrad.cli.progress import progress
from symgrad.cli.table import table
from symgrad.words import message, say

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from symgrad.experiments import Result

    Type = click.ParamType[Any]
else:
    Type = click.ParamType  # not generic in older versions of click

F = TypeVar("F", bound="Callable[..., Any]")


class Several(Type):
    """Values with commas between them; whole numbers may be a range with both its ends, such as 1:50."""

    def __init__(self, kind: type) -> None:
        self.kind, self.name = kind, message("names") if kind is str else message("numbers")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """A tuple of the values."""
        if not isinstance(value, str):
            return value
        try:
            parts = [self.part(word.strip()) for word in value.split(",")]
        except (ValueError, OverflowError):
            example = {int: "10,20,50 or 1:50", float: "0.1,0.5"}.get(self.kind, "sigmoid,relu")
            self.fail(
                say(
                    message(
                        "{value} is no list of {name}; write it as {example}",
                        value=repr(value[:80]),
                        name=self.name,
                        example=example,
                    )
                ),
                param,
                ctx,
            )
        return tuple(v for part in parts for v in part)

    def part(self, word: str) -> Any:
        """What stands between two commas."""
        low, colon, high = word.partition(":")
        if self.kind is int and colon:
            if not int(low) <= int(high) <= int(low) + 10_000:
                raise ValueError(word)
            return range(int(low), int(high) + 1)
        if not word:
            raise ValueError(word)
        return (self.kind(word),)


NAMES, WHOLE, NUMBERS = Several(str), Several(int), Several(float)


@click.group("experiment")
def command() -> None:
    """Run a seeded experiment; its numbers are measured, not proved.

    The same settings give the same digits on the same machine, except for `cost`, which measures times.
    """


def shared(function: F) -> F:
    """--seed, --json and -o."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
        click.option(
            "-o", "--output", type=PATH, metavar="DIR", help="Also write the result, .json and .svg, into DIR."
        ),
        click.option("--seed", type=int, default=0, show_default=True, help="The first seed."),
    ):
        function = option(function)
    return function


def several(word: str, kind: Several, about: str) -> Callable[[F], F]:
    """An option that takes a list; without it the experiment's own default holds."""
    return click.option(f"--{word}", f"{word.replace('-', '_')}", type=kind, help=about)


command.command_class = Command


@command.command("vanishing")
@several("activation", NAMES, "Activations.  [default: sigmoid,tanh,relu,selu]")
@several("init", NAMES, "xavier, he, lecun, normal or normal:STD.  [default: normal,xavier,he]")
@several("depth", WHOLE, "Depths.  [default: 1:50]")
@click.option("--width", type=int, help="Neurons in each layer.  [default: 400]")
@click.option("--seeds", type=int, help="How many runs.  [default: 5]")
@click.option("--batch", type=int, help="Inputs in each run.  [default: 16]")
@shared
def vanishing(activation: Any, init: Any, depth: Any, **told: Any) -> None:
    """Measure ‖δ of the first layer‖ / ‖δ of the last‖, beside mean-field theory."""
    run("vanishing", activations=activation, inits=init, depths=depth, **told)


@command.command("slowdown")
@several("weight", NUMBERS, "Weights at the beginning.  [default: 0.6,2]")
@several("bias", NUMBERS, "Biases at the beginning.  [default: 0.9,2]")
@click.option("--rate", type=float, help="The learning rate of both losses.  [default: 0.15]")
@click.option("--steps", type=int, help="Steps of gradient descent.  [default: 300]")
@shared
def slowdown(weight: Any, bias: Any, seed: int, **told: Any) -> None:
    """Let one sigmoid neuron learn from a bad beginning, by squared error and by cross-entropy."""
    del seed  # nothing is random here
    run("slowdown", weights=weight, biases=bias, **told)


@command.command("dead-relu")
@several("activation", NAMES, "Activations.  [default: relu,leaky_relu,elu]")
@several("rate", NUMBERS, "Learning rates.  [default: 0.1,0.5,1]")
@several("hidden", WHOLE, "Widths of the hidden layers.  [default: 64,64]")
@click.option("--epochs", type=int, help="Passes over the examples.  [default: 20]")
@click.option("--seeds", type=int, help="How many runs.  [default: 5]")
@click.option("--batch", type=int, help="Examples in each step.  [default: 32]")
@click.option("--init", help="How weights begin.  [default: he]")
@click.option("--data", help="digits (needs the extra `experiments`) or spirals.  [default: digits]")
@shared
def dead_relu(activation: Any, rate: Any, **told: Any) -> None:
    """Count hidden neurons whose slope is 0 at every training example, epoch by epoch."""
    run("dead-relu", activations=activation, rates=rate, **told)


@command.command("cost")
@several("activation", NAMES, "Activations.  [default: all]")
@click.option("--elements", type=int, help="Numbers in each call.  [default: 100000]")
@click.option("--rounds", type=int, help="Rounds through all functions.  [default: 15]")
@shared
def cost(activation: Any, **told: Any) -> None:
    """Time each activation and its slope, as a ratio to ReLU in the same run."""
    run("cost", activations=activation, **told)


@command.command("depth")
@several("activation", NAMES, "Activations.  [default: sigmoid,relu]")
@several("depth", WHOLE, "Numbers of hidden layers.  [default: 1,2,4,8]")
@several("rate", NUMBERS, "Learning rates, of which each network gets its best.  [default: 0.03,0.1,0.3,1,3]")
@several("init", NAMES, "A scheme for each activation.  [default: he for those like ReLU, xavier for others]")
@click.option("--width", type=int, help="Neurons in each hidden layer.  [default: 32]")
@click.option("--epochs", type=int, help="Passes over the examples.  [default: 20]")
@click.option("--seeds", type=int, help="How many runs.  [default: 5]")
@click.option("--batch", type=int, help="Examples in each step.  [default: 32]")
@click.option("--data", help="digits (needs the extra `experiments`) or spirals.  [default: digits]")
@shared
def depth(activation: Any, depth: Any, rate: Any, init: Any, **told: Any) -> None:
    """Train shallow and deep networks, and compare their test accuracy."""
    run("depth", activations=activation, depths=depth, rates=rate, inits=init, **told)


def run(name: str, *, as_json: bool, output: Path | None, **told: Any) -> None:
    """Run an experiment with what was told, and print its result."""
    from symgrad.experiments import EXPERIMENTS  # noqa: PLC0415 - `--help` must not wait for NumPy

    if output is not None:
        require_folder(output)
    with progress(name) as report:
        result = EXPERIMENTS[name](**{k: v for k, v in told.items() if v is not None}, progress=report)
    click.echo(result.to_json() if as_json else summary(result))
    if output is not None:
        keep(result, output)


def require_folder(folder: Path) -> None:
    """Make the folder, so that a long run does not end in vain."""
    from symgrad.core import SymgradError  # noqa: PLC0415 - as above

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SymgradError(
            "{folder} can't be made a folder: {strerror}; choose another one with -o",
            folder=folder,
            strerror=error.strerror,
        ) from error


def summary(result: Result) -> str:
    """The title, the table, and what would run it again."""
    settings = ", ".join(f"{k} {short(v)}" for k, v in result.settings)
    versions = ", ".join(f"{k} {v}" for k, v in result.versions)
    return f"{result.title}\n\n{table(result.heads, result.rows)}\n\n{settings}; {versions}"


def short(value: Any) -> str:
    """A list as one types it, a run of whole numbers by its ends."""
    if not isinstance(value, tuple):
        return str(value)
    if len(value) > 2 and all(isinstance(v, int) for v in value) and value == tuple(range(value[0], value[-1] + 1)):  # noqa: PLR2004 - else the ends say it
        return f"{value[0]}:{value[-1]}"
    return ",".join(map(str, value))


def keep(result: Result, folder: Path) -> None:
    """The numbers and the drawing, each file written whole."""
    from symgrad.core import SymgradError  # noqa: PLC0415 - as above
    from symgrad.pipeline.files import write  # noqa: PLC0415 - as above

    for suffix, text in (("json", result.to_json()), ("svg", standalone(result.figure()))):
        path = folder / f"{result.label}.{suffix}"
        try:
            write(path, (text.rstrip("\n") + "\n").encode())
        except OSError as error:
            raise SymgradError(
                "{path} can't be written: {strerror}; choose another folder with -o", path=path, strerror=error.strerror
            ) from error
        click.echo(f"wrote {path}", err=True)


def standalone(svg: str) -> str:
    """The drawing as a file of its own."""
    return f'<?xml version="1.0" encoding="utf-8"?>\n{svg}'
