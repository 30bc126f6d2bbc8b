"""How often a right gradient is called wrong, over the whole catalogue on fresh seeds.

The gradients are right to the last digit (Arb's), so every WRONG is a false alarm of the finite differences; with the
factor 1 + 1e-9 every check must be WRONG. `--points N` (100,000) says how many points at least, `--seed S` where the
seeds begin; without it they are drawn anew.
"""

from __future__ import annotations

import argparse
import secrets
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import Rational

from symgrad.checker import check_elementwise, exact_slopes, reference
from symgrad.checker.compiled import compiled
from symgrad.core import Outcome
from symgrad.definitions import ACTIVATIONS, LOSSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from symgrad.checker import Reference

PER_CHECK = 200


def cases() -> Iterator[tuple[str, Reference, Callable[[Any], Any]]]:
    """Every catalogue function at some targets: its name, its exact reference, its NumPy code."""
    for definition in (*ACTIVATIONS.values(), *LOSSES.values()):
        targets = [v.domain.values or (0, Rational(1, 3), 1) for v in definition.variables[1:]]
        for target in targets[0] if targets else (None,):
            known = {} if target is None else {definition.variables[1].symbol: target}
            usual = {p.symbol: p.default for p in definition.parameters}
            f = compiled(definition.applied.xreplace({**known, **usual}), (definition.variable,))
            blank = target == 0 and definition.name in {"kl_divergence", "cross_entropy"}  # 0 log 0, and 0 for all a
            if f is not None and not blank:
                yield f"{definition.name} {known or ''}", reference(definition, values=known), f


def right(of: Reference, x: Any) -> Any:
    """The derivative to the last digit, the right slope on kinks."""
    found = exact_slopes(of, x)
    return np.where(found.kink, found.right, found.estimate)


def main() -> None:
    """Print the outcomes of all points, and in how many checks a relative error of 1e-9 was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    options = parser.parse_args()
    everything, seed, begun = tuple(cases()), options.seed, time.perf_counter()
    outcomes: Counter[str] = Counter()
    seen = 0
    while sum(outcomes.values()) < options.points:
        for name, of, f in everything:
            about: dict[str, Any] = {
                "domain": (of.lower, of.upper),
                "kinks": of.corners,
                "count": PER_CHECK,
                "seed": seed,
            }
            report = check_elementwise(f, lambda x, of=of: right(of, x), **about)
            outcomes.update(p.outcome.value for p in report.findings)
            for point in report.findings:
                if point.outcome is Outcome.WRONG:
                    print("false alarm:", name, point)
        seed += 1
    for name, of, f in everything:
        off = check_elementwise(
            f, lambda x, of=of: right(of, x) * (1 + 1e-9), domain=(of.lower, of.upper), kinks=of.corners
        )
        seen += off.outcome is Outcome.WRONG
        if off.outcome is not Outcome.WRONG:
            print("not seen:", name)
    print(f"seeds {options.seed} to {seed - 1}: {dict(outcomes)}, {time.perf_counter() - begun:.0f} s")
    print(f"a relative error of 1e-9 was seen in {seen} of {len(everything)} functions")


if __name__ == "__main__":
    main()
