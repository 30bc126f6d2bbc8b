"""`symgrad accuracy NAME`: how many last digits generated NumPy code loses, and where."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from symgrad.cli.options import PATH
from symgrad.cli.progress import patiently

if TYPE_CHECKING:
    from pathlib import Path

    from symgrad.checker.certificate import Certificate
    from symgrad.pipeline.accuracy import Quantity

DTYPES = ("float16", "bfloat16", "float32", "float64")


@click.command("accuracy")
@click.argument("name")
@click.option("--dtype", type=click.Choice(DTYPES), multiple=True, help="A float format; by default all four.")
@click.option("--order", type=click.Choice(("0", "1", "2")), multiple=True, help="Of the derivative; by default all.")
@click.option("--target", default="1", show_default=True, help="The target y of a loss.")
@click.option("--code", metavar="FILE::FUNCTION", help="A form of your own instead of symgrad's; it is imported.")
@click.option("--complete", is_flag=True, help="All 2^32 inputs of float32: a long job.")
@click.option("--resume", type=PATH, metavar="FILE", help="Keep a long job in FILE, and continue it from there.")
@click.option("--workers", type=click.IntRange(1), help="Processes for a long job; by default one a core.")
@click.option("--json", "as_json", is_flag=True, help="Print the certificates as JSON.")
def command(as_json: bool, complete: bool, resume: Path | None, workers: int | None, **options: Any) -> None:  # noqa: FBT001 - click passes a flag so
    """Compare the NumPy code of the entry NAME, and of its derivatives, with exact values.

    float16 and bfloat16 are compared at all 65,536 inputs, float32 and float64 at a sample. With --code a function of
    your own stands in for symgrad's code; it is called with an array of inputs. The exit status is 1 if a NaN, a false
    infinity or a false zero is found.
    """
    found = long_job(resume, workers, **options) if complete or resume else trials(**options)
    text = (
        json.dumps([json.loads(c.to_json()) for c in found], indent=1, ensure_ascii=False)
        if as_json
        else "\n".join(line for c in found for line in c.lines)
    )
    click.echo(text)
    if any(c.nans or c.infinities or c.zeros for c in found):
        raise SystemExit(1)


def trials(
    name: str, order: tuple[str, ...], dtype: tuple[str, ...], target: str, code: str | None
) -> list[Certificate]:
    """The certificates of an entry."""
    from symgrad.core import UnsupportedError  # noqa: PLC0415 - `--help` must not wait

    if code and len(order) != 1:
        raise UnsupportedError("--code stands for one function; say which with --order 0, 1 or 2")
    chosen = [on_trial(name, n, target, code) for n in order or ("0", "1", "2")]
    if not any(q.varies for q in chosen):
        raise UnsupportedError(
            "{chosen} is constant: nothing to lose; ask for --order 0", chosen=", ".join(q.name for q in chosen)
        )
    return [q.certificate(d) for q in chosen if q.varies for d in dtype or DTYPES]


def on_trial(name: str, order: str, target: str, code: str | None) -> Quantity:
    """An entry's value or derivative, in symgrad's form or the user's."""
    from symgrad.pipeline.accuracy import quantity  # noqa: PLC0415 - `--help` must not wait
    from symgrad.testing.own_code import instead  # noqa: PLC0415 - as above

    found = quantity(name, int(order), number(target))
    return instead(found, code) if code else found


def long_job(
    resume: Path | None,
    workers: int | None,
    *,
    name: str,
    order: tuple[str, ...],
    dtype: tuple[str, ...],
    target: str,
    code: str | None,
) -> list[Certificate]:
    """One certificate over every input."""
    from symgrad.checker.campaign import on_processes  # noqa: PLC0415 - `--help` must not wait
    from symgrad.core import UnsupportedError  # noqa: PLC0415 - as above

    if len(order) > 1 or len(dtype) > 1 or "float64" in dtype:
        raise UnsupportedError("a complete trial takes one --order and one --dtype, which can't be float64")
    chosen = on_trial(name, order[0] if order else "1", target, code)
    job = chosen.job(dtype[0] if dtype else "float32")
    with patiently(f"{job.name} in {job.dtype}") as report:
        return [on_processes(job, resume, lambda done, of: report(done, of, ""), workers)]


def number(text: str) -> object:
    """The target, exact."""
    from symgrad.core import UnsupportedError  # noqa: PLC0415 - as above
    from symgrad.definitions import parse  # noqa: PLC0415 - as above

    value = parse(text)
    if not value.is_number:
        raise UnsupportedError("the target {text} is no number; give one, such as --target 1/4", text=repr(text))
    return value
