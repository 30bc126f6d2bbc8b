"""What an experiment found: numbers with their spread, a table, curves, and all that is needed to run it again."""

from __future__ import annotations

import hashlib
import json
import math
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from symgrad.core import UnknownNameError
from symgrad.core.catalogue import nearest
from symgrad.experiments.drawing import Line, Panel, draw
from symgrad.words import message


@dataclass(frozen=True, slots=True)
class Measured:
    """One number: the mean over the seeds, the least and the largest of them, and what theory says if it does."""

    name: str
    value: float
    low: float
    high: float
    theory: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """An experiment that was run: `settings` are the arguments that run it again."""

    name: str
    title: str
    settings: tuple[tuple[str, Any], ...]
    measured: tuple[Measured, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    panels: tuple[Panel, ...]
    versions: tuple[tuple[str, str], ...]

    @property
    def label(self) -> str:
        """A name for its files: the experiment, its first seed, and a digest of settings and versions."""
        seal = hashlib.sha256(repr((self.settings, self.versions)).encode()).hexdigest()[:8]
        return f"{self.name}-seed{dict(self.settings).get('seed', 0)}-{seal}"

    def of(self, name: str) -> Measured:
        """The number of this name."""
        known = {m.name: m for m in self.measured}
        if name not in known:
            raise UnknownNameError(
                message("number of the experiment {name}", name=self.name), name, nearest(name, known)
            )
        return known[name]

    def to_json(self) -> str:
        """Everything but the drawing; a number that is not finite is null."""
        return json.dumps(
            {
                "experiment": self.name,
                "title": self.title,
                "label": self.label,
                "settings": dict(self.settings),
                "versions": dict(self.versions),
                "measured": [as_data(m) for m in self.measured],
                "table": {"heads": self.heads, "rows": self.rows},
                "panels": [{**as_data(p), "lines": [as_data(l) for l in p.lines]} for p in self.panels],
            },
            indent=1,
            ensure_ascii=False,
            allow_nan=False,
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """The words of the curves: titles, axes, legends."""
        texts = (text for p in self.panels for text in (p.title, p.across, p.up, *(l.label for l in p.lines)))
        return tuple(dict.fromkeys(texts))

    def figure(self) -> str:
        """The curves as SVG, the same text for the same numbers."""
        return draw(self.title, self.panels, self.label)


def as_data(value: Any) -> dict[str, Any]:
    """The fields of a small value, each as JSON has it."""
    return {name: plain(getattr(value, name)) for name in value.__slots__ if name != "lines"}


def plain(value: Any) -> Any:
    """Numbers that JSON can write."""
    if isinstance(value, tuple):
        return [plain(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def spread(name: str, values: Any, theory: float | None = None) -> Measured:
    """The mean, the least and the largest of one value a seed."""
    found = np.asarray(values, float)
    return Measured(name, float(found.mean()), float(found.min()), float(found.max()), theory)


def line(label: str, x: Any, values: Any, theory: Any = ()) -> Line:
    """A curve from an array with one row a seed."""
    found = np.asarray(values, float)
    parts = (found.mean(0), found.min(0), found.max(0), np.asarray(theory, float))
    return Line(label, tuple(map(float, x)), *(tuple(p.tolist()) for p in parts))


def versions(**more: str) -> tuple[tuple[str, str], ...]:
    """What the digits may depend on."""
    known = {"symgrad": own_version(), "python": platform.python_version(), "numpy": np.__version__, **more}
    return tuple(known.items())


def own_version() -> str:
    """The version of symgrad, where it is installed."""
    try:
        return version("symgrad")
    except PackageNotFoundError:
        return "unknown"
