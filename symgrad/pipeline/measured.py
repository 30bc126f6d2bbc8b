"""The experiments that a page shows, run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symgrad.core import Shown, SymgradError, UnknownNameError
from symgrad.core.catalogue import nearest
from symgrad.experiments import EXPERIMENTS
from symgrad.experiments.recorded import here_or_recorded
from symgrad.words import message

if TYPE_CHECKING:
    from symgrad.core import Experiment
    from symgrad.experiments import Result
    from symgrad.words import Message


def measured(asked: Experiment) -> Shown:
    """The experiment with its settings; one that can't be run here says why."""
    if asked.name not in EXPERIMENTS:
        raise UnknownNameError("experiment", asked.name, nearest(asked.name, EXPERIMENTS))
    try:
        found, here = here_or_recorded(EXPERIMENTS[asked.name], asked.name, dict(asked.settings))
    except SymgradError as error:
        return Shown(asked.name, refused=error.args[0])
    told = ", ".join(f"{name} {spelled(value)}" for name, value in (*found.settings, *found.versions))
    again = message("{label}: {settings}", label=message(found.label) if here else then(found), settings=told)
    return Shown(found.title, found.heads, found.rows, found.figure(), again, labels=found.labels)


def then(result: Result) -> Message:
    """The label of a result that was not measured on this machine."""
    return message(
        "{label}, recorded with {versions}, because it can't be run here; with the extra `experiments` it is run again",
        label=result.label,
        versions=", ".join(f"{name} {number}" for name, number in result.versions),
    )


def spelled(value: Any) -> str:
    """A setting as one reads it."""
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
