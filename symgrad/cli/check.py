"""`symgrad check`: a user's gradient code on trial, without writing a test."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from symgrad.cli.table import table
from symgrad.testing.verdicts import VERDICTS
from symgrad.words import ENGLISH, language, message, speaking

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADS = (
    message("function", context="a head of symgrad check"),
    message("verdict", context="a head of symgrad check"),
    message("points", context="a head of symgrad check"),
    message("ok", context="a head of symgrad check"),
    message("wrong", context="a head of symgrad check"),
    message("open", context="a head of symgrad check"),
    message("worst at"),
    message("given", context="the value"),
    message("true", context="the value"),
)
AT_KINK = ("subgradient", "torch", "jax", "textbook")
DTYPES = ("float64", "float32", "float16")


@click.command("check")
@click.argument("targets", nargs=-1, required=True, metavar="FILE[::FUNCTION]...")
@click.option("--of", metavar="WHAT", help="Its subject: a NAME, an EXPRESSION, or ACTIVATION,LOSS.")
@click.option("--forward", metavar="FILE::F", help="The function itself, to be differentiated numerically.")
@click.option("--wrt", metavar="SYMBOL", help="The symbol to differentiate by, where --of has several.")
@click.option("-p", "--parameter", "parameters", multiple=True, metavar="NAME=VALUE", help="As in alpha=1/5.")
@click.option(
    "--at-kink",
    type=click.Choice(AT_KINK),
    default="subgradient",
    show_default=True,
    help="What is right on a kink: any value between the slopes, or what a library returns, or a textbook (hinge).",
)
@click.option("--dtype", type=click.Choice(DTYPES), default="float64", show_default=True, help="Its input.")
@click.option("--points", "count", type=click.IntRange(8, 100_000), default=96, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--seconds", type=click.FloatRange(1), default=60.0, show_default=True, help="When to give up.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@click.pass_context
def command(
    context: click.Context,
    /,
    targets: tuple[str, ...],
    forward: str | None,
    of: str | None,
    as_json: bool,  # noqa: FBT001 - click passes a flag so
    **options: Any,
) -> None:
    """Check gradient functions of your own: path/to/file.py::function.

    THIS IMPORTS YOUR FILE, and so runs the code in it. Without ::FUNCTION every function in the file that is marked
    with @symgrad.gradient(of=...) is checked.

    \b
    symgrad check mine.py::softplus_grad --of softplus
    symgrad check mine.py::f_grad --forward mine.py::f
    symgrad check mine.py::delta --of sigmoid,binary_cross_entropy
    symgrad check mine.py::g --of "z*tanh(log(1+exp(z)))"

    The exit status is 0 if all are right, 1 if one is wrong or could not be settled, and 2 if one could not be called
    as it must be, or for a mistake in the command or in the file.
    """  # noqa: D301 - click wants the character itself, which keeps the lines apart
    from symgrad.testing.commands import checked  # noqa: PLC0415 - `symgrad check --help` must not wait for it

    unsaid = {name for name in options if context.get_parameter_source(name) is ParameterSource.DEFAULT}
    with speaking(ENGLISH if as_json else language()):  # programs read English
        found = checked(targets, forward, of, {k: v for k, v in options.items() if k not in unsaid})
    click.echo(json.dumps({"gradients": found}, indent=1, ensure_ascii=False) if as_json else text(found))
    verdicts = {r["verdict"] for r in found}
    if verdicts != {"ok"}:
        sys.stdout.flush()
        raise SystemExit(2 if "error" in verdicts else 1)


def text(records: Sequence[dict[str, Any]]) -> str:
    """The table, then each message."""
    told = (f"{r['function']}: {r['message']}" if r["verdict"] == "error" else r["message"] for r in records)
    return "\n\n".join([table(HEADS, map(cells, records)), *told])


def cells(r: dict[str, Any]) -> tuple[object, ...]:
    """One row."""
    worst = r["worst"]
    numbers = told_apart(worst) if worst else [""] * 3
    return (
        r["function"],
        VERDICTS[r["verdict"]],
        r["points"],
        r["ok"],
        r["wrong"],
        r["unresolved"] + r["floor"],
        *numbers,
    )


def told_apart(worst: dict[str, Any]) -> list[str]:
    """The worst point, what is given there and what is true, with as many digits as tell these two apart."""
    values = [float(worst[k]) for k in ("x", "given", "true")]
    shown = ([f"{v:.{digits}g}" for v in values] for digits in (9, 12, 15, 17))
    return next((s for s in shown if s[1] != s[2]), [f"{v:.9g}" for v in values])
