"""One check's clock and notes: a time limit that interrupts, and standard output set aside."""

from __future__ import annotations

import io
import signal
import threading
import time
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.core import FunctionTimeError
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterator

AGAIN = 0.5  # seconds after which the alarm rings once more, should the function have swallowed it


class Overdue(BaseException):
    """Raised inside the user's function by the alarm; not an Exception, so that `except Exception` lets it pass."""


@dataclass(slots=True)
class Watch:
    """When the check must end, what it noticed, and the name of the function now running."""

    seconds: float
    end: float
    running: str = "the check"
    noted: dict[str, str] = field(default_factory=dict)
    printed: io.StringIO = field(default_factory=io.StringIO)

    def note(self, topic: str, text: str) -> None:
        """Keep a sentence for the report, the first on its topic."""
        self.noted.setdefault(topic, text)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was noticed, in order."""
        if self.printed.tell():
            told = message("something is printed when the functions are called; the output was set aside")
            self.note("printing", told)
        return tuple(self.noted.values())

    def tick(self, name: str) -> None:
        """Say which function is about to run; refuse when the time is up."""
        self.running = name
        if time.monotonic() > self.end:
            raise Overdue


@contextmanager
def watching(seconds: float) -> Iterator[Watch]:
    """Run a check within a time limit, NumPy's warnings off.

    In the main thread of a system with interval timers, a call that runs on is interrupted, as soon as it is
    back in Python code; elsewhere, and where the program has set an alarm of its own, the limit is looked at
    between calls only. What is printed meanwhile is set aside.
    """
    watch = Watch(seconds, time.monotonic() + seconds)
    try:
        with Alarm(seconds), redirect_stdout(watch.printed), np.errstate(all="ignore"):
            yield watch
    except Overdue:
        raise FunctionTimeError(
            watch.running,
            f"was still running after {seconds:g} seconds",
            "make it faster, test fewer points, or allow more time with `seconds`",
        ) from None


class Alarm:
    """Overdue in the running code after so many seconds, where that can be done. A class is entered faster."""

    __slots__ = ("before", "seconds")

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.before: Any = None

    def __enter__(self) -> None:
        free = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
        if free and not signal.getitimer(signal.ITIMER_REAL)[0]:
            self.before = (signal.signal(signal.SIGALRM, ring),)
            try:
                signal.setitimer(signal.ITIMER_REAL, self.seconds, AGAIN)
            except Overdue:  # after so little time that it rings here
                self.__exit__()
                raise

    def __exit__(self, *error: object) -> None:
        if self.before is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, *self.before)


def ring(_signal: int, _frame: Any) -> None:
    """What the alarm does."""
    raise Overdue
