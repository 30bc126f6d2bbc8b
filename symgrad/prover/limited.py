"""A proof in a worker process that is ended at the limit: a call into C can't be interrupted otherwise."""

from __future__ import annotations

import atexit
import multiprocessing
from typing import TYPE_CHECKING, Any

from sympy import true

from symgrad.core import Status, Verdict
from symgrad.prover.prove import prove

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from symgrad.core import Let, Variable

STARTING = 30.0  # seconds that a new process may take to load SymPy
GRACE = 1.0  # the worker's own limit comes first; it knows the reason better

_WORKERS: list[tuple[BaseProcess, Connection]] = []  # at most one, kept for the next proof


def prove_limited(
    left: Any,
    right: Any,
    *,
    variables: Sequence[Variable] = (),
    lets: Sequence[Let] = (),
    assuming: Any = true,
    seconds: float = 20.0,
) -> Verdict:
    """`prove`, in another process: whatever happens there, the answer comes within the limit."""
    job = (left, right, tuple(variables), tuple(lets), assuming, seconds)
    try:
        _, pipe = _worker()
        pipe.send(job)
        if pipe.poll(seconds + GRACE):
            verdict: Verdict = pipe.recv()
            return verdict
        reason = "the time limit was reached"
    except (EOFError, OSError):
        reason = "the process that worked on the proof ended early; the expression may need too much memory"
    stop()
    return Verdict(Status.UNKNOWN, reason=reason)


def stop() -> None:
    """End the worker, if there is one."""
    while _WORKERS:
        process, pipe = _WORKERS.pop()
        pipe.close()
        process.kill()
        process.join()


def _worker() -> tuple[BaseProcess, Connection]:
    if not _WORKERS or not _WORKERS[0][0].is_alive():
        stop()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        _WORKERS.append((process, ours))
        if not ours.poll(STARTING):
            raise EOFError
        ours.recv()  # it is ready
    return _WORKERS[0]


def _work(pipe: Connection) -> None:
    pipe.send("ready")
    while True:
        try:
            left, right, variables, lets, assuming, seconds = pipe.recv()
        except EOFError:
            return
        pipe.send(prove(left, right, variables=variables, lets=lets, assuming=assuming, seconds=seconds))


atexit.register(stop)
