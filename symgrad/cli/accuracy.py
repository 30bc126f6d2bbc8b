"""`symgrad accuracy NAME`: how many last digits generated NumPy code loses, and where."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from symgrad.cli.options import PATH
from symgrad.cli.progress import progress

if TYPE_CHECKING:
    from pathlib import Path

    from symgrad.checker.certificate import Certificate

DTYPES = ("float16", "bfloat16", "float32", "float64")


@click.command("accuracy")
@click.argument("name")
@click.option("--dtype", type=click.Choice(DTYPES), multiple=True, help="A float format; by default all four.")
@click.option("--order", type=click.Choice(("0", "1", "2")), multiple=True, help="Of the derivative; by default all.")
@click.option("--target", default="1", show_default=True, help="The target y of a loss.")
@click.option("--complete", is_flag=True, help="All 2^32 inputs of float32: a long job.")
@click.option("--resume", type=PATH, metavar="FILE", help="Keep a long job in FILE, and continue it from there.")
@click.option("--json", "as_json", is_flag=True, help="Print the certificates as JSON.")
def command(  # noqa: PLR0917 - as click does
    name: str,
    dtype: tuple[str, ...],
    order: tuple[str, ...],
    target: str,
    complete: bool,  # noqa: FBT001 - as click does
    resume: Path | None,
    as_json: bool,  # noqa: FBT001 - as click does
) -> None:
    """Compare the NumPy code of the entry NAME, and of its derivatives, with exact values.

    float16 and bfloat16 are compared at all 65,536 inputs, float32 and float64 at a sample. The exit status is 1 if
    a NaN, a false infinity or a false zero is found.
    """
    found = long_job(name, order, dtype, target, resume) if complete or resume else trials(name, order, dtype, target)
    text = (
        "[" + ",\n ".join(c.to_json() for c in found) + "]"
        if as_json
        else "\n".join(line for c in found for line in c.lines)
    )
    click.echo(json.dumps(json.loads(text), indent=1, ensure_ascii=False) if as_json else text)
    if any(c.nans or c.infinities or c.zeros for c in found):
        raise SystemExit(1)


def trials(name: str, orders: tuple[str, ...], dtypes: tuple[str, ...], target: str) -> list[Certificate]:
    """The certificates of an entry."""
    from symgrad.core import UnsupportedError  # noqa: PLC0415 - `--help` must not wait
    from symgrad.pipeline.accuracy import quantity  # noqa: PLC0415 - `--help` must not wait

    chosen = [quantity(name, int(n), number(target)) for n in orders or ("0", "1", "2")]
    if not any(q.varies for q in chosen):
        raise UnsupportedError(
            "{chosen} is constant: nothing to lose; ask for --order 0", chosen=", ".join(q.name for q in chosen)
        )
    return [q.certificate(d) for q in chosen if q.varies for d in dtypes or DTYPES]


def long_job(
    name: str, orders: tuple[str, ...], dtypes: tuple[str, ...], target: str, resume: Path | None
) -> list[Certificate]:
    """One certificate over every input."""
    from symgrad.checker.campaign import complete  # noqa: PLC0415 - `--help` must not wait
    from symgrad.core import UnsupportedError  # noqa: PLC0415 - as above
    from symgrad.pipeline.accuracy import quantity  # noqa: PLC0415 - as above

    if len(orders) > 1 or len(dtypes) > 1 or "float64" in dtypes:
        raise UnsupportedError("a complete trial takes one --order and one --dtype, which can't be float64")
    job = quantity(name, int(orders[0]) if orders else 1, number(target)).job(dtypes[0] if dtypes else "float32")
    with progress(f"{job.name} in {job.dtype}") as report:
        return [complete(job, resume=resume, report=lambda done, of: report(done, of, ""))]


def number(text: str) -> object:
    """The target, exact."""
    from symgrad.core import UnsupportedError  # noqa: PLC0415 - as above
    from symgrad.definitions import parse  # noqa: PLC0415 - as above

    value = parse(text)
    if not value.is_number:
        raise UnsupportedError("the target {text} is no number; give one, such as --target 1/4", text=repr(text))
    return value
