"""Work in other processes, named by text so that the one which asks never loads what it takes."""

from __future__ import annotations

import gc
import os
import signal
import threading
import traceback
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing import active_children, get_context, parent_process
from typing import TYPE_CHECKING, Any, Self

from symgrad.core import SymgradError
from symgrad.words import language, message, speaking

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")  # linear algebra waits for cores that are busy

GARBAGE = (50_000, 20, 100)  # formulas are trees and hold no cycles: to look for some as often as usual takes a twelfth


class WorkError(SymgradError):
    """A piece of work that failed; where it failed is in its notes."""


@dataclass(frozen=True, slots=True)
class Task:
    """A function, as `module:name`, and its arguments; `label` says what a reader would call it.

    Tasks with one `near` rest on the same preparations, so they go to one process where that keeps none waiting. A task
    is worked out in the language that was spoken where it was given.
    """

    function: str
    arguments: tuple[Any, ...]
    label: str = ""
    near: str = ""
    lang: str = field(default_factory=language)


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as text: exceptions of our own don't survive the way between processes."""

    message: str
    trace: str
    mistake: bool  # of the user, who needs no traceback


def perform(task: Task) -> Any:
    """The task's value, or its Failure."""
    module, _, name = task.function.partition(":")
    try:
        with speaking(task.lang):
            return getattr(import_module(module), name)(*task.arguments)
    except SymgradError as error:
        with speaking(task.lang):
            return Failure(str(error), traceback.format_exc(), mistake=True)
    except RecursionError:
        told = message("this nests more deeply than Python goes; try a simpler expression")
        with speaking(task.lang):
            return Failure(str(told), traceback.format_exc(), mistake=True)
    except Exception as error:  # noqa: BLE001 - whatever it is, the process that asked must hear of it
        return Failure(f"{type(error).__name__}: {error}", traceback.format_exc(), mistake=False)


class Worker:
    """One process, and what its tasks were near to."""

    def __init__(self) -> None:
        self.process = ProcessPoolExecutor(1, get_context("spawn"), become_worker)
        self.prepared: set[str] = set()

    def begin(self, task: Task) -> Future[Any]:
        """Give it the task."""
        self.prepared.add(task.near)
        return self.process.submit(perform, task)

    def choice(self, waiting: Sequence[Task], every: Sequence[Worker]) -> Task:
        """The first task that it is prepared for, or that nobody is; else the first."""
        elsewhere = set().union(*(w.prepared for w in every if w is not self)) - self.prepared - {""}
        return next((task for task in waiting if task.near not in elsewhere), waiting[0])


class Crew:
    """Worker processes, started by the first work that is worth it and kept until the block ends."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self.workers: list[Worker] = []
        self.others: set[Any] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Wait for the processes, or end them where the block was left by an error or by Ctrl-C."""
        if self.workers and kind is not None:
            for child in set(active_children()) - self.others:
                child.terminate()
        for worker in self.workers:
            worker.process.shutdown(wait=kind is None, cancel_futures=True)

    def perform(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, Any]]:
        """Each task with its value as it is done; the first failure ends it all. One job stays in this process.

        They are begun in the order in which they stand, as far as those that are near each other allow.
        """
        if self.jobs <= 1:
            for task in tasks:
                yield task, call(task)
            return
        if tasks and not self.workers:
            self.others = set(active_children())
            self.workers = [Worker() for _ in range(self.jobs)]
        waiting, free = list(tasks), list(self.workers)
        running: dict[Future[Any], tuple[Worker, Task]] = {}
        while waiting or running:
            while waiting and free:
                worker = free.pop(0)
                task = worker.choice(waiting, self.workers)
                waiting.remove(task)
                running[worker.begin(task)] = worker, task
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                worker, task = running.pop(future)
                free.append(worker)
                yield task, value_of(task, outcome(future))


def call(task: Task) -> Any:
    """The task's value, worked out in this process."""
    return value_of(task, perform(task))


def outcome(future: Future[Any]) -> Any:
    """What the future holds; a process that died is a failure like any other."""
    try:
        return future.result()
    except BrokenProcessPool:
        return Failure(message("a worker process died (out of memory?); try --jobs 1"), "", mistake=False)


def value_of(task: Task, value: Any) -> Any:
    """The value, or the failure raised as an error that names the task."""
    if not isinstance(value, Failure):
        return value
    told = value.message
    if not value.mistake:
        told = message("an error of symgrad itself, {told}; --debug shows where", told=told)
        told = message("{label}: {told}", label=task.label, told=told) if task.label else told
    error = WorkError(told)
    if value.trace:
        error.add_note(value.trace)
    raise error


def become_worker() -> None:
    """Leave Ctrl-C to the process that asked, end when it does, and take one core: NumPy is not loaded yet."""
    for name in THREADS:
        os.environ.setdefault(name, "1")
    gc.set_threshold(*GARBAGE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, daemon=True).start()


def end_with_parent() -> None:
    """Wait until the process that asked is gone: without it nobody wants the answer."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
