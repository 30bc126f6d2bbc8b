"""The code of every indexed derivation of the site, against its result valued by definition in 60 digits."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import mpmath
import numpy as np
import pytest

from symgrad.checker.indexed import TRIED, Floats
from symgrad.core import Derivation, UnsupportedError
from symgrad.document.telling_indexed import sought
from symgrad.indexed import Expr, Index, Tensor
from symgrad.indexed.jets import NoValueError
from symgrad.indexed.numpy_code import Written, numpy_source
from symgrad.indexed.numpy_code.source import identifier
from symgrad.indexed.samples import Sample, space
from symgrad.pipeline.discover import sources
from symgrad.pipeline.load import load

FOLDER = Path(__file__).parent.parent / "derivations"
FILES = ("layers", "recurrent", "backpropagation", "vector_losses", "softmax", "log_likelihood")
POINTS = 2


def unknown(tensor: Tensor, entry: tuple[int, ...], by: Any) -> Any:  # noqa: ARG001 - one function serves for all
    """Some value for a function of which nothing is known, and for its derivatives."""
    return mpmath.mpf(1 + 2 * sum(entry) + 7 * len(by) + 3 * sum(sum(b[1]) for b in by)) / 5


def compared(derivation: Derivation, written: Written, order: tuple[Index, ...], sample: Sample) -> tuple[float, float]:
    """The value of the code and that of the result at a point."""
    exact = sample.evaluation(Floats(), unknown)
    arrays = []
    for t in written.tensors:
        array = np.empty([sample.sizes[d] for d in t.dims])
        for at in np.ndindex(*array.shape):
            array[at] = float(exact.entry(t, at, ()).get(frozenset(), 0))
        arrays.append(array)
    scalars = [float(sample.scalars[q]) for q in written.symbols]
    sizes = {identifier(d.name): sample.sizes[d] for d in written.sizes}
    tried = [TRIED[f.count("_slope")] for f in written.functions]
    functions = [np.vectorize(lambda u, f=f: float(f(u))) for f in tried]
    names: dict[str, Any] = {}
    exec(written.source, names)  # noqa: S102 - our own text, which is what is tested
    with np.errstate(invalid="ignore"):  # entries beside the one that is compared may lie outside a logarithm's domain
        found = np.asarray(names[written.name](*arrays, *scalars, *functions, **sizes))
    return float(found[tuple(sample.at[i] for i in order)]), float(exact.value(derivation.result, sample.at))


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_code_of_every_derivation_has_the_value_of_its_result(name: str) -> None:
    count = 0
    documents = [d for s in sources([FOLDER / f"{name}.py"]) for d in load(s)]
    for derivation in (x for d in documents for x in d.derivations if isinstance(x.start, Expr)):
        asked = sought(derivation)
        free = tuple(sorted(derivation.result.free, key=lambda i: i.name))
        order = (*asked[1], *asked[2]) if asked else free
        try:
            written = numpy_source(derivation.result, order, facts=derivation.facts)
        except UnsupportedError:
            continue
        entries = [t[tuple(Index("q", d) for d in t.dims)] for t in written.tensors]
        where = space((derivation.start, derivation.result, *entries), derivation.facts, {})
        seen = 0
        for sample in where.samples(Random(3)):  # noqa: S311 - the same points in every run
            try:
                found, expected = compared(derivation, written, order, sample)
            except NoValueError:
                continue
            assert abs(found - expected) <= 1e-9 * (1 + abs(expected)), derivation.name
            seen += 1
            if seen == POINTS:
                break
        count += seen > 0
    assert count >= 2
