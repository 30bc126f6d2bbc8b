"""The catalogue's identities: symgrad.prover against sympy.simplify(left - right) == 0 and against .equals().

python benchmarks/prove.py [--count 100] [--limit 10]

Every call runs in a forked child with a hard limit, so that none profits from another's caches. SymPy is told
the domains as far as its symbols can carry them (real, positive); the prover is told them as they are.
"""

from __future__ import annotations

import argparse
import multiprocessing
from collections import Counter
from dataclasses import dataclass
from random import Random
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy import cosh, exp, log, sqrt, tanh
from table import show

from symgrad.core import Definition, PairError, Variable
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.deriver import derivative, output_delta
from symgrad.functions import unfold
from symgrad.functions.symbols import z
from symgrad.prover import prove

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True)
class Identity:
    """left = right wherever both are defined and `given` holds, in plain SymPy: no named functions, no derivatives."""

    name: str
    left: Any
    right: Any
    variables: tuple[Variable, ...]
    given: Any = sp.true


WARM = Identity("square of a sum", (z + exp(z)) ** 2, z**2 + 2 * z * exp(z) + exp(2 * z), (Variable(z),))

# ---- the identities


def textbook() -> Iterator[Identity]:
    """Forms that textbooks print for the same derivative."""
    s, t = 1 / (1 + exp(-z)), (exp(z) - exp(-z)) / (exp(z) + exp(-z))
    forms = {
        "σ' as e/(1+e)²": (s.diff(z), exp(-z) / (1 + exp(-z)) ** 2),
        "σ' = σ(1-σ)": (s.diff(z), s * (1 - s)),
        "σ' = σ(z)σ(-z)": (s.diff(z), s * s.subs(z, -z)),
        "σ' as 1/4 sech²": (s.diff(z), 1 / (4 * cosh(z / 2) ** 2)),
        "σ by tanh": (s, (1 + tanh(z / 2)) / 2),
        "σ(-z) = 1-σ": (s.subs(z, -z), 1 - s),
        "tanh' = 1-tanh²": (t.diff(z), 1 - t**2),
        "tanh' as 4/(e+1/e)²": (t.diff(z), 4 / (exp(z) + exp(-z)) ** 2),
        "tanh' as sech²": (t.diff(z), 1 / cosh(z) ** 2),
        "tanh = 2σ(2z)-1": (t, 2 * s.subs(z, 2 * z) - 1),
        "softplus' = σ": (log(1 + exp(z)).diff(z), s),
        "softplus(z)-softplus(-z) = z": (log(1 + exp(z)) - log(1 + exp(-z)), z),
        "SiLU' by its output": ((z * s).diff(z), z * s + s * (1 - z * s)),
        "squareplus'": (((z + sqrt(z**2 + 4)) / 2).diff(z), (1 + z / sqrt(z**2 + 4)) / 2),
    }
    for name, (left, right) in forms.items():
        yield Identity(name, left, right, (Variable(z),))


def derivatives(definition: Definition) -> Iterator[Identity]:
    """SymPy's derivative of the formula against the printed one, and the formula against its other forms."""
    found, x = derivative(definition), definition.variable
    formula = unfold(definition.of)
    slope = formula.rewrite(sp.Piecewise).diff(x)
    yield Identity(f"{definition.name}'", slope, unfold(found.result), definition.domains, found.claim.given)
    for _, form in definition.rewrites:
        yield Identity(f"{definition.name} rewritten", formula, unfold(form), definition.domains)


def delta(activation: Definition, loss: Definition) -> Iterator[Identity]:
    """The chain rule's product by SymPy against the printed delta, if the pair fits."""
    try:
        found = output_delta(activation, loss)
    except PairError:
        return
    lets = {let.symbol: unfold(let.value) for let in found.lets}
    a, j = (let.symbol for let in found.lets[:2])
    product = lets[j].diff(a).xreplace(lets) * lets[a].diff(activation.variable)
    right, given = unfold(found.result).xreplace(lets), found.claim.given.xreplace(lets)
    yield Identity(found.name, product, right, found.domains, given)


def identities(count: int) -> list[Identity]:
    """A fixed random choice from the whole catalogue: textbook forms, derivatives, and the deltas of all pairs."""
    catalogue = (*ACTIVATIONS.values(), *LOSSES.values())
    found = [*textbook(), *(i for d in catalogue for i in derivatives(d))]
    found += [i for a in ACTIVATIONS.values() for j in LOSSES.values() for i in delta(a, j)]
    return Random(11).sample(found, min(count, len(found)))  # noqa: S311 - a fixed choice


# ---- the contestants


def by_prover(identity: Identity) -> str:
    """Ours."""
    verdict = prove(identity.left, identity.right, variables=identity.variables, assuming=identity.given)
    return "decided" if verdict.status.name in {"PROVED", "PROVED_EXCEPT"} else verdict.status.name.lower()


def by_simplify(identity: Identity) -> str:
    """Decided where the difference simplifies to 0."""
    left, right = told(identity)
    return "decided" if sp.simplify(left - right) == 0 else "undecided"


def by_equals(identity: Identity) -> str:
    """Decided where .equals() says True; None is undecided, False is an error: the identities are true."""
    left, right = told(identity)
    answer = left.equals(right)
    return {True: "decided", False: "called false"}.get(answer, "undecided")


def told(identity: Identity) -> tuple[Any, Any]:
    """Both sides with what SymPy's symbols can carry of the domains."""
    positive = {
        v.symbol: sp.Symbol(v.symbol.name, positive=True)
        for v in identity.variables
        if v.domain.lower is not None and v.domain.lower.is_nonnegative and v.domain.lower_open
    }
    return identity.left.xreplace(positive), identity.right.xreplace(positive)


CONTESTANTS: dict[str, Callable[[Identity], str]] = {
    "symgrad.prove": by_prover,
    "simplify(l - r) == 0": by_simplify,
    "l.equals(r)": by_equals,
}


def limited(contestant: Callable[[Identity], str], identity: Identity, limit: float) -> tuple[str, float]:
    """The answer and its time, from a child that is killed at the limit."""
    here, there = FORK.Pipe(duplex=False)

    def work() -> None:
        contestant(WARM)  # a child's first touch of each page of memory is nobody's time either
        start = perf_counter()
        try:
            answer = contestant(identity)
        except Exception as error:  # noqa: BLE001 - a peer may raise anything; that is its answer
            answer = type(error).__name__
        there.send((answer, perf_counter() - start))

    child = FORK.Process(target=work)
    child.start()
    there.close()
    try:
        return here.recv() if here.poll(limit) else ("time limit", limit)
    except EOFError:
        return "crashed", limit
    finally:
        child.kill()
        child.join()


def main() -> None:
    """Each identity by each contestant, then the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="how many identities; 1000 takes them all")
    parser.add_argument("--limit", type=float, default=10.0, help="seconds for one call")
    parser.add_argument("--list", action="store_true", help="print every answer that is not `decided`")
    options = parser.parse_args()
    chosen = identities(options.count)
    for contestant in CONTESTANTS.values():
        contestant(chosen[0])  # lazy imports are nobody's time
    times: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    answers: dict[str, Counter[str]] = {name: Counter() for name in CONTESTANTS}
    for identity in chosen:
        for name, contestant in CONTESTANTS.items():
            answer, seconds = limited(contestant, identity, options.limit)
            answers[name][answer] += 1
            times[name].append(seconds)
            if options.list and answer != "decided":
                print(f"{name}: {answer}: {identity.name}")
    report(len(chosen), times, answers, options.limit)


def report(count: int, times: dict[str, list[float]], answers: dict[str, Counter[str]], limit: float) -> None:
    """One row a contestant; the ratio is the median over the identities, a time limit counting as the limit."""
    ours = times["symgrad.prove"]
    rows = [
        (
            name,
            f"{answers[name]['decided']}/{count}",
            ", ".join(f"{n} {what}" for what, n in answers[name].items() if what != "decided") or "none",
            f"{1e3 * median(taken):.1f}",
            f"{median(t / o for t, o in zip(taken, ours, strict=True)):.1f}",
            f"{sum(taken):.1f}",
        )
        for name, taken in times.items()
    ]
    head = ("contestant", "decided", "else", "median ms", "median ratio", "total s")
    show(f"{count} true identities, {limit:g} s a call", head, rows)


if __name__ == "__main__":
    main()
