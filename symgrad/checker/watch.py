"""One check's clock and notes: a time limit that interrupts, and standard output set aside."""

from __future__ import annotations

import io
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.core import FunctionStateError, FunctionTimeError
from symgrad.words import message

if TYPE_CHECKING:
    from types import TracebackType

# what `signal.signal` calls, where it is there: giving names to its numbers takes a twentieth of a check
SIGNAL = getattr(sys.modules.get("_signal"), "signal", signal.signal)
AGAIN = 0.5  # seconds after which the alarm rings once more, should the function have swallowed it
FLOATS = (FloatingPointError, RuntimeWarning)  # which are switched off, unless a function switches them on


class Aside(io.StringIO):
    """What is printed meanwhile; it stays open where a function closes the standard output."""

    def close(self) -> None:
        """Do nothing."""


class Overdue(BaseException):
    """Raised inside the user's function by the alarm; not an Exception, so that `except Exception` lets it pass."""


@dataclass(slots=True)
class Watch:
    """When the check must end, what it noticed, and the name of the function now running."""

    seconds: float
    end: float
    running: str = "the check"
    noted: dict[str, str] = field(default_factory=dict)
    printed: Aside = field(default_factory=Aside)

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


class Watching:
    """Run a check within a time limit, NumPy's warnings off; what is printed meanwhile is set aside.

    In the main thread of a system with interval timers, a call that runs on is interrupted, as soon as it is
    back in Python code; elsewhere, and where the program has set an alarm of its own, the limit is looked at
    between calls only. It is a class because every check enters it: a generator takes longer.
    """

    __slots__ = ("before", "errors", "seconds", "shown", "watch")

    def __init__(self, seconds: float) -> None:
        self.seconds, self.watch = seconds, Watch(seconds, time.monotonic() + seconds)
        self.before: Any = None
        self.errors = np.errstate(all="ignore")

    def __enter__(self) -> Watch:
        self.errors.__enter__()
        self.shown, sys.stdout = sys.stdout, self.watch.printed
        free = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
        if free and not signal.getitimer(signal.ITIMER_REAL)[0]:
            self.before = (SIGNAL(signal.SIGALRM, ring),)
            try:
                signal.setitimer(signal.ITIMER_REAL, self.seconds, AGAIN)
            except Overdue as rang:  # after so little time that it rings here
                self.__exit__(Overdue, rang, None)
        return self.watch

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.before is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
            SIGNAL(signal.SIGALRM, *self.before)
        sys.stdout = self.shown
        changed = kind is not None and issubclass(kind, FLOATS) and {*np.geterr().values()} != {"ignore"}
        self.errors.__exit__(kind, error, trace)
        if kind is Overdue:
            raise FunctionTimeError(
                self.watch.running,
                message("was still running after {seconds} seconds", seconds=f"{self.seconds:g}"),
                "make it faster, test fewer points, or allow more time with `seconds`",
            ) from None
        if changed:
            raise FunctionStateError(
                "one of the functions",
                message("changed how NumPy handles errors ({error})", error=str(error)),
                "use `with np.errstate(...):` in place of np.seterr",
            ) from error


def ring(_signal: int, _frame: Any) -> None:
    """What the alarm does."""
    raise Overdue
