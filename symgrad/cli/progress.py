"""A progress bar for those who watch."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from symgrad.words import message, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def progress(doing: str) -> Iterator[Callable[[int, int, str], None]]:
    """A bar on a terminal, nothing elsewhere; it is told how much is done, of how much, and what is next."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console  # noqa: PLC0415 - for terminals only
    from rich.progress import (  # noqa: PLC0415 - as above
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = TextColumn("{task.description:<32.32}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=None)
        yield lambda done, total, label: bar.update(task, completed=done, total=total, description=label or doing)


@contextmanager
def patiently(doing: str) -> Iterator[Callable[[int, int, str], None]]:
    """The bar of a job of minutes or hours; where nobody watches, a line for each hundredth, for a log."""
    if sys.stderr.isatty():
        with progress(doing) as bar:
            yield bar
        return
    said: list[tuple[float, int]] = []  # when, and how much was done then; first for what was done before

    def line(done: int, total: int, _: str) -> None:
        if said and (done - said[-1][1]) * 100 < total:
            return
        said.append((time.monotonic(), done))
        (began, before), now = said[0], said[-1][0]
        if done > before:
            n = round((now - began) / (done - before) * (total - done) / 60)
            told = message(
                "{doing}: {done} of {total} pieces, {n} minutes left", doing=doing, done=done, total=total, n=n
            )
            click.echo(say(told), err=True)

    yield line


def silent(done: int, total: int, label: str) -> None:
    """Nobody watches."""
    del done, total, label
