"""The experiments that a page shows, run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symgrad.core import Shown, SymgradError, UnknownNameError
from symgrad.core.catalogue import nearest
from symgrad.experiments import EXPERIMENTS

if TYPE_CHECKING:
    from symgrad.core import Experiment


def measured(asked: Experiment) -> Shown:
    """The experiment with its settings; one that can't be run here says why."""
    if asked.name not in EXPERIMENTS:
        raise UnknownNameError("experiment", asked.name, nearest(asked.name, EXPERIMENTS))
    try:
        found = EXPERIMENTS[asked.name](**dict(asked.settings))
    except SymgradError as error:
        return Shown(asked.name, refused=str(error))
    told = [f"{name} {spelled(value)}" for name, value in (*found.settings, *found.versions)]
    return Shown(found.title, found.heads, found.rows, found.figure(), f"{found.label}: {', '.join(told)}")


def spelled(value: Any) -> str:
    """A setting as one reads it."""
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
