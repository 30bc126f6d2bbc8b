"""Work with a limit of time: in a process of its own, ended when the time is up, or in this one, interrupted."""

from __future__ import annotations

import ctypes
import multiprocessing
import sys
import threading
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from symgrad.core import UnsupportedError
from symgrad.pipeline.workers import Task, perform, value_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

SECONDS = 18.0  # with what it takes to start, some twenty
SOON = 0.01
T = TypeVar("T")


class TimeIsUp(BaseException):
    """The time limit has been reached: a signal, which no `except Exception` on the way may swallow."""


def given_up(seconds: float) -> UnsupportedError:
    """What a user is told when the time is up."""
    return UnsupportedError(
        "this took longer than {seconds} s and was given up; allow more seconds, or try a simpler expression",
        seconds=f"{seconds:g}",
    )


def in_time(work: Callable[[], T], seconds: float | None = SECONDS) -> T:
    """What `work` returns; UnsupportedError once it has taken longer. None is no limit.

    It is interrupted in this process, so a script without a main guard may call this, and so may any thread.
    Arithmetic in C is interrupted as soon as it returns.
    """
    if seconds is None:
        return work()
    try:
        alarm = Alarm(threading.get_ident(), seconds)
        try:
            return work()
        finally:
            alarm.disarm()
    except TimeIsUp:
        raise given_up(seconds) from None


class Alarm:
    """Raises TimeIsUp in one thread, once, unless it is disarmed before."""

    rung: ClassVar[dict[int, Alarm]] = {}  # the last one that rang in each thread
    watched: ClassVar[bool] = False

    def __init__(self, thread: int, seconds: float) -> None:
        self.thread, self.lock, self.armed = thread, threading.Lock(), True
        watch_destructors()
        self.set(seconds)

    def set(self, seconds: float) -> None:
        """Let it ring after this time."""
        self.timer = threading.Timer(seconds, self.ring)
        self.timer.daemon = True
        self.timer.start()

    def ring(self) -> None:
        """Interrupt the thread at its next line of Python."""
        with self.lock:
            if self.armed:
                Alarm.rung[self.thread] = self
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.thread), ctypes.py_object(TimeIsUp))

    def disarm(self) -> None:
        """Nothing rings after this; what has rung already is raised in here at the latest."""
        self.timer.cancel()
        with self.lock:
            self.armed = False


def watch_destructors() -> None:
    """Let an alarm ring again that rang in a destructor: there Python only reports an exception, and goes on."""
    if Alarm.watched:
        return
    Alarm.watched, report = True, sys.unraisablehook

    def heard(unraisable: Any) -> None:
        if unraisable.exc_type is TimeIsUp:
            Alarm.rung[threading.get_ident()].set(SOON)
        else:
            report(unraisable)

    sys.unraisablehook = heard


def limited(task: Task, seconds: float = SECONDS) -> Any:
    """The task's value; UnsupportedError if it takes longer. Arithmetic in C heeds nothing less than the end."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    worker = context.Process(target=answer, args=(task, there), daemon=True)
    worker.start()
    there.close()
    try:
        if not here.poll(seconds):
            raise given_up(seconds)
        return value_of(task, here.recv())
    except EOFError:
        raise UnsupportedError("this needed more memory than there is; try a simpler expression") from None
    finally:
        worker.kill()
        worker.join()


def answer(task: Task, there: Connection) -> None:
    """Send the task's value, or its failure."""
    there.send(perform(task))
