"""Results that were measured once and are shipped: what a machine without scikit-learn's digits shows instead."""

from __future__ import annotations

import json
import math
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from inspect import signature
from typing import TYPE_CHECKING, Any

from symgrad.core import UnsupportedError
from symgrad.experiments.drawing import Line, Panel
from symgrad.experiments.result import Measured, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

RAN: ContextVar[Mapping[str, tuple[Result, bool]] | None] = ContextVar("RAN", default=None)


def seal(name: str, settings: Any) -> str:
    """An experiment and its settings, in whatever order they were given."""
    return json.dumps([name, dict(settings)], sort_keys=True, default=repr)


@contextmanager
def already_run(found: Mapping[str, tuple[Result, bool]]) -> Iterator[None]:
    """Run none of these experiments again inside; they are known by their seals."""
    token = RAN.set(found)
    try:
        yield
    finally:
        RAN.reset(token)


def here_or_recorded(experiment: Callable[..., Result], name: str, settings: dict[str, Any]) -> tuple[Result, bool]:
    """What an experiment finds on this machine, or found when it was recorded; and whether it was run here.

    Raises what the experiment raises where it can't be run and was not recorded.
    """
    if known := (RAN.get() or {}).get(seal(name, settings)):
        return known
    try:
        return experiment(**settings), True
    except UnsupportedError:
        found = recorded(name, usual(experiment) | settings)
        if found is None:
            raise
        return found, False


def usual(experiment: Callable[..., Result]) -> dict[str, Any]:
    """The settings of an experiment that is told none; those that it works out itself are left out."""
    known = signature(experiment).parameters.values()
    return {p.name: p.default for p in known if p.name != "progress" and p.default != ()}


def recorded(name: str, settings: dict[str, Any]) -> Result | None:
    """The shipped result of an experiment whose settings these are, as far as they are given; None where none is."""
    asked = json.loads(json.dumps(settings))
    for result in shipped():
        known = json.loads(json.dumps(dict(result.settings)))
        if result.name == name and all(known.get(key) == value for key, value in asked.items()):
            return result
    return None


@cache
def shipped() -> tuple[Result, ...]:
    """Every result in the folder `records`, each written by `symgrad experiment ... -o`."""
    found = sorted(files("symgrad.experiments").joinpath("records").iterdir(), key=lambda f: f.name)
    return tuple(from_data(json.loads(f.read_text("utf-8"))) for f in found)


def from_data(data: dict[str, Any]) -> Result:
    """A result as it was before it became JSON."""
    panels = tuple(
        Panel(p["title"], p["across"], p["up"], tuple(Line(**{k: back(v) for k, v in l.items()}) for l in p["lines"]))
        for p in data["panels"]
    )
    return Result(
        data["experiment"],
        data["title"],
        tuple((k, frozen(v)) for k, v in data["settings"].items()),
        tuple(Measured(**m) for m in data["measured"]),
        tuple(data["table"]["heads"]),
        tuple(map(tuple, data["table"]["rows"])),
        panels,
        tuple(data["versions"].items()),
    )


def back(value: Any) -> Any:
    """Numbers of a curve; what is not finite was written as null."""
    return tuple(math.nan if v is None else v for v in value) if isinstance(value, list) else value


def frozen(value: Any) -> Any:
    """A list as the tuple that it was."""
    return tuple(value) if isinstance(value, list) else value
