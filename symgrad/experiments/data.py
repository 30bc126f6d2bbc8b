"""What networks are trained on: digits of scikit-learn, which ships them, or two spirals made here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.core import UnsupportedError

if TYPE_CHECKING:
    from symgrad.experiments.elementwise import Array

TESTED = 0.2  # of the examples
DATA = ("digits", "spirals")


@dataclass(frozen=True, slots=True)
class Split:
    """Examples to learn from and examples to be asked about; a target is a row with one 1."""

    x: Array
    y: Array
    x_test: Array
    y_test: Array


def split(name: str, seed: int) -> Split:
    """The data of this name, shuffled by the seed; each feature has mean 0, and the features variance 1 together."""
    x, labels = {"digits": digits, "spirals": spirals}[known(name)]()
    x = x - x.mean(0)
    x = x / np.sqrt((x**2).mean())
    order = np.random.default_rng((seed, 3)).permutation(len(x))
    x, y = x[order], np.eye(labels.max() + 1)[labels[order]]
    first = int(TESTED * len(x))
    return Split(x[first:], y[first:], x[:first], y[:first])


def known(name: str) -> str:
    """The name, if there is such data."""
    if name not in DATA:
        raise UnsupportedError(
            "no data is called {name}; choose {data}", name=repr(str(name)[:80]), data=" or ".join(DATA)
        )
    return name


def digits() -> tuple[Array, Any]:
    """1797 handwritten digits of 8 x 8 pixels (E. Alpaydin and C. Kaynak, UCI repository, 1998)."""
    try:
        from sklearn.datasets import load_digits  # noqa: PLC0415 - an extra, loaded where it is used
    except ImportError as error:
        raise UnsupportedError(
            "the digits come with scikit-learn, which is not installed; "
            "pip install 'symgrad[experiments]', or choose the data spirals"
        ) from error
    x, labels = load_digits(return_X_y=True)
    return np.asarray(x, float), np.asarray(labels, int)


def spirals(count: int = 600) -> tuple[Array, Any]:
    """Two spirals in the plane, a class each, with a little noise that is the same in every run."""
    rng = np.random.default_rng(7)
    turn = np.sqrt(rng.uniform(0.05, 1, count))
    labels = np.arange(count) % 2
    angle = 3 * np.pi * turn + np.pi * labels
    points = np.stack([turn * np.cos(angle), turn * np.sin(angle)], 1)
    return points + rng.normal(0, 0.02, points.shape), labels
