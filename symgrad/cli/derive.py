"""`symgrad derive`: a derivation in the terminal or in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from symgrad.cli.options import Signed, emit, rendering
from symgrad.words import message, say

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 18.0  # an expression of one's own; what comes from the catalogue is known to end
PATIENT = 60.0
LAYOUTS = ("column", "row-batch", "numerator", "denominator")


def require_one_question(
    what: str | None, activation: str | None, loss: str | None, network: str | None, shapes: tuple[str, ...]
) -> None:
    """Raise UsageError unless the options ask one thing."""
    if sum(asked is not None for asked in (what, activation, network)) != 1:
        raise click.UsageError(say(message("give a NAME or an EXPRESSION, or --loss with --activation or --network")))
    if (loss is None) != (what is not None):
        raise click.UsageError(say(message("--loss goes together with --activation or --network")))
    if shapes and what is None:
        raise click.UsageError(say(message("--shape belongs to an EXPRESSION")))


@click.command("derive", cls=Signed)
@click.argument("what", required=False, metavar="[NAME | EXPRESSION]")
@click.option("--wrt", metavar="SYMBOL", help="Differentiate by this symbol: z, or a parameter such as alpha.")
@click.option("-a", "--activation", metavar="NAME", help="With --loss: the output delta of this pair.")
@click.option("-l", "--loss", metavar="NAME", help="A loss, or `matching` for the one that makes delta = a - y.")
@click.option("--order", type=click.IntRange(1, 2), default=1, show_default=True, help="First or second derivative.")
@click.option("--shape", "shapes", multiple=True, metavar="NAME:DIMS", help="A vector or matrix: w:n, X:m,n.")
@click.option(
    "--network", metavar="LAYERS", help='With --loss: layers in order, as in "linear sigmoid linear softmax".'
)
@click.option("--batch", is_flag=True, help="With --network: several examples at once, one a row of x.")
@click.option(
    "--reduction",
    type=click.Choice(("sum", "mean")),
    help="With --network: what is done with the losses of outputs or examples.",
)
@click.option(
    "--fact",
    "facts",
    multiple=True,
    metavar="EQUATION",
    help="What is assumed of vectors and matrices: 'sum(y) = 1', \"A = A'\", 'one_hot(y)'.",
)
@click.option("--layout", type=click.Choice(LAYOUTS), help="How vectors and Jacobians are laid out in matrix forms.")
@click.option("--shapes", "sizes", is_flag=True, help="Rows and columns below every factor of a matrix form.")
@click.option(
    "--seconds",
    type=click.FloatRange(1),
    show_default="18; 60 for networks and --shape",
    help="When to give up.",
)
@rendering
def command(  # noqa: PLR0917 - click passes them by name
    what: str | None,
    wrt: str | None,
    activation: str | None,
    loss: str | None,
    order: int,
    shapes: tuple[str, ...],
    network: str | None,
    batch: bool,  # noqa: FBT001 - click passes a flag so
    reduction: str | None,
    facts: tuple[str, ...],
    layout: str | None,
    sizes: bool,  # noqa: FBT001 - click passes a flag so
    seconds: float | None,
    form: str,
    detail: str,
    output: Path | None,
    as_json: bool,  # noqa: FBT001 - click passes a flag so
    fragment: bool,  # noqa: FBT001 - as above
    dialect: str,
) -> None:
    """Derive NAME, a pair, or an EXPRESSION of your own; prove every step; check the result numerically.

    \b
    symgrad derive sigmoid
    symgrad derive prelu --wrt alpha
    symgrad derive --activation sigmoid --loss binary_cross_entropy
    symgrad derive "z*tanh(log(1+exp(z)))" --wrt z --format latex
    symgrad derive layer_norm
    symgrad derive --network "linear sigmoid linear softmax" --loss log_likelihood --wrt W1
    symgrad derive --network "conv1d relu residual(conv1d relu) global_average_pool linear" --loss mse --wrt W2
    symgrad derive "sum(log(1 + exp(-y .* (X*w))))" --wrt w --shape X:m,n --shape w:n --shape y:m

    In formulas with --shape, * is the matrix product, .* ./ .^ act entry by entry and ' transposes; their functions
    are sum, mean, tr, diag, norm1, norm2, normF, dot, outer, einsum, softmax, logsumexp, max, min and the catalogue's,
    entry by entry. A name with no size (--shape eps:) is a scalar; --fact "A = A'" is what you know of the names.

    What is not PROVED is said on the last line, on the error stream, with the reason. The exit status is 1 if something
    is REFUTED, PROVED_EXCEPT, a DOMAIN_MISMATCH, or wrong in numbers; it is 0 for UNKNOWN and VACUOUS.
    """  # noqa: D301 - click wants the character itself, which keeps the lines apart
    require_one_question(what, activation, loss, network, shapes)
    if activation is not None and (wrt is not None or order != 1):
        raise click.UsageError(say(message("--wrt and --order belong to a NAME or an EXPRESSION, not to a pair")))
    if network is None and (batch or reduction is not None):
        raise click.UsageError(say(message("--batch and --reduction belong to --network")))
    if facts and network is None and not shapes:
        raise click.UsageError(say(message("--fact belongs to --network, or to an EXPRESSION with --shape")))
    from symgrad.pipeline.asked import Asked  # noqa: PLC0415 - `symgrad derive --help` must not wait for it
    from symgrad.pipeline.limited import limited  # noqa: PLC0415 - as above
    from symgrad.pipeline.workers import Task  # noqa: PLC0415 - as above

    asked = Asked("json" if as_json else form, detail, layout or "", sizes, fragment, dialect)
    if network is not None:
        task = Task(
            "symgrad.pipeline.answers:network", (network, loss, wrt, reduction or "sum", batch, facts, order, asked)
        )
    elif shapes:
        task = Task("symgrad.pipeline.answers:formula", (what, wrt, shapes, order, facts, asked))
    else:
        task = Task("symgrad.pipeline.answers:derivation", (what, wrt, activation, loss, order, asked))
    answer = limited(task, seconds or (PATIENT if network is not None or shapes else SECONDS))
    emit(answer["text"], output)
    if answer["doubt"]:
        click.echo(f"symgrad: {answer['doubt']}", err=True)
    if answer["failed"]:
        raise SystemExit(1)
