"""Work with a hard limit of time: a process of its own, ended when the time is up."""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING, Any

from symgrad.core import UnsupportedError
from symgrad.pipeline.workers import Task, perform, value_of

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

SECONDS = 60.0


def limited(task: Task, seconds: float = SECONDS) -> Any:
    """The task's value; UnsupportedError if it takes longer. Arithmetic in C heeds nothing less than the end."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    worker = context.Process(target=answer, args=(task, there), daemon=True)
    worker.start()
    there.close()
    try:
        if not here.poll(seconds):
            raise UnsupportedError(f"this took longer than {seconds:g} s and was given up; try a simpler expression")
        return value_of(task, here.recv())
    except EOFError:
        raise UnsupportedError("this needed more memory than there is; try a simpler expression") from None
    finally:
        worker.kill()
        worker.join()


def answer(task: Task, there: Connection) -> None:
    """Send the task's value, or its failure."""
    there.send(perform(task))
