"""Every input of a wide format: a long job in pieces that can be stopped, resumed, watched, and shared out."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from collections.abc import Callable
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from dataclasses import dataclass, replace
from functools import reduce
from inspect import getsource
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.checker.accuracy import LIMIT, explained, inside, measured
from symgrad.checker.certificate import Certificate, from_json, joined
from symgrad.checker.formats import doubles, format_named
from symgrad.core import REALS, Domain, SymgradError, UnsupportedError

if TYPE_CHECKING:
    from symgrad.checker.accuracy import Code
    from symgrad.checker.truth import Truth

PIECE = 2**20  # inputs
BLOCK = 2**16  # inputs that are worked on at once: their numbers stay in the cache
WAITING = 3  # pieces for each worker that are handed out ahead
UNTOLD = 200  # workers, of a cluster that does not tell its size
Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Job:
    """What every piece needs; it travels to other processes, so the code must be picklable."""

    name: str
    code: Code
    truth: Truth
    dtype: str
    limit: float = LIMIT
    domain: Domain = REALS
    piece: int = PIECE

    @property
    def pieces(self) -> int:
        """How many there are."""
        return -(-format_named(self.dtype).patterns // self.piece)

    @property
    def key(self) -> str:
        """What a half-finished job must agree on with its continuation."""
        forms = [str(form) for form in self.truth.forms]
        told = [self.name, self.dtype, self.limit, self.piece, str(self.domain), forms, source(self.code)]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def source(code: Code) -> str:
    """What the code says, as far as that can be told: code that was changed meanwhile is another job's."""
    if told := getattr(code, "source", ""):
        return str(told)
    try:
        return getsource(code)
    except (OSError, TypeError):
        return getattr(code, "__qualname__", type(code).__qualname__)


@dataclass(frozen=True, slots=True)
class Progress:
    """Which pieces are done, and what they have shown together."""

    key: str
    done: frozenset[int] = frozenset()
    found: Certificate | None = None


def complete(
    job: Job, *, executor: Executor | None = None, resume: Path | str | None = None, report: Report | None = None
) -> Certificate:
    """The certificate over all inputs of a format.

    Pieces run on `executor`, by default a pool of processes, one a core. `resume` is a file that is kept up to
    date, and continued where it exists. `report` is told how many pieces are done, of how many. What is handed out and
    not begun is withdrawn at a stop.
    """
    resume = None if resume is None else Path(resume)
    if executor is None:
        return on_processes(job, resume, report)
    progress = resumed(job, resume)
    keep(progress, resume)  # what cannot be kept should fail before the work and not after it
    left = [n for n in range(job.pieces) if n not in progress.done]
    ahead = WAITING * getattr(executor, "_max_workers", UNTOLD)
    running: dict[Future[Certificate], int] = {}
    try:
        while left or running:
            while left and len(running) < ahead:
                number = left.pop(0)
                running[executor.submit(piece, job, number)] = number
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                progress = added(progress, running.pop(future), future.result(), job)
            keep(progress, resume)
            if report:
                report(len(progress.done), job.pieces)
    except Exception as error:
        if lost_workers(error):
            raise SymgradError(
                "a process of the pool died, for want of memory perhaps; begin again with fewer workers: what a file "
                "for resuming holds is kept"
            ) from error
        raise
    finally:
        for future in running:
            future.cancel()
    found = progress.found or Certificate(job.name, job.dtype, complete=True, inputs=0, limit=job.limit)
    return explained(replace(found, name=job.name, complete=True), job.code, job.truth)


def on_processes(
    job: Job, resume: Path | str | None = None, report: Report | None = None, workers: int | None = None
) -> Certificate:
    """The same on a pool of processes of its own, which a stop ends at once: what they are at is not waited for."""
    others = active_children()
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=dependent)
    try:
        found = complete(job, executor=pool, resume=resume, report=report)
    except BaseException:
        for child in active_children():
            if child not in others:
                child.kill()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
    return found


def lost_workers(error: Exception) -> bool:
    """Whether processes or a cluster are gone; Dask tries a piece again, and gives up after its fourth worker."""
    return isinstance(error, (BrokenExecutor, CancelledError)) or type(error).__name__ == "KilledWorker"


def dependent() -> None:
    """Leave an interrupt, which a terminal sends to all, to the process that keeps the file; and end when it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=end_with_parent, daemon=True).start()


def end_with_parent() -> None:
    """End this process as soon as the one that began it is gone, even where that was killed."""
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)


def piece(job: Job, number: int) -> Certificate:
    """The certificate over one piece."""
    wanted, first = format_named(job.dtype), number * job.piece
    end = min(first + job.piece, wanted.patterns)
    blocks = (block(job, n, min(n + BLOCK, end)) for n in range(first, end, BLOCK))
    return reduce(lambda left, right: joined(left, right, wanted.patterns >> 9), blocks)


def block(job: Job, first: int, end: int) -> Certificate:
    """The certificate over the inputs from one place to another."""
    wanted, places = format_named(job.dtype), np.arange(first, end, dtype=np.uint64)
    places = places[inside(job.domain, doubles(wanted.numbers(places)))]
    return measured(job.code, job.truth, wanted, places, job.limit)


def added(progress: Progress, number: int, found: Certificate, job: Job) -> Progress:
    """The progress with one piece more."""
    gap = format_named(job.dtype).patterns >> 9
    whole = found if progress.found is None else joined(progress.found, found, gap)
    return replace(progress, done=progress.done | {number}, found=whole)


def resumed(job: Job, path: Path | None) -> Progress:
    """Where a job stopped; a file that another job wrote is refused."""
    if path is None or not path.exists():
        return Progress(job.key)
    try:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        found = None if data["found"] is None else from_json(json.dumps(data["found"]))
        progress = Progress(data["key"], frozenset(data["done"]), found)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnsupportedError(
            "{path} is not a half-finished job; name another file, or remove it", path=path
        ) from error
    if progress.key != job.key:
        raise UnsupportedError("{path} belongs to another job; name another file, or remove it", path=path)
    return progress


def keep(progress: Progress, path: Path | None) -> None:
    """Write the progress whole, so that a stop at any moment leaves a file that can be resumed."""
    if path is None:
        return
    found = None if progress.found is None else json.loads(progress.found.to_json())
    text = json.dumps({"key": progress.key, "done": sorted(progress.done), "found": found})
    beside = path.with_name(path.name + ".part")
    try:
        beside.write_text(text, "utf-8")
        beside.replace(path)
    except OSError as error:
        raise UnsupportedError(
            "{path} can't be written: {error}; mend that, or copy the file elsewhere and resume from there",
            path=path,
            error=error.strerror or error,
        ) from error
