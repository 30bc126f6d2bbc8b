"""From a derivative that is left standing to its result, one named step after another."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from symgrad.core import Derivation, Let, Step, SymgradError, UnknownNameError, Variable
from symgrad.core.catalogue import nearest
from symgrad.definitions.tokens import spelled_out
from symgrad.deriver.indexed.factoring import in_factors, powers_joined, sigmoids_seen
from symgrad.deriver.indexed.moves import step_once
from symgrad.indexed import Expr, Fact, Ref, Tensor, carry_out, contract, expr, mapped
from symgrad.indexed.facts import apply_fact
from symgrad.indexed.normal import expanded
from symgrad.indexed.tensor import reached
from symgrad.rules import RULES
from symgrad.words import clauses, message, sentences

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from symgrad.core import Domain

LIMIT = 200
READABLE = 12  # lines of a chain; a longer one is told in larger steps, with these inside
CALCULUS = frozenset(
    {"linearity", "product", "quotient", "power", "elementwise", "exp", "log", "tanh", "maximum", "entry", "definition"}
)
RULES_ARE_LISTED = message("`symgrad list rules` shows what a step may be called")
SIGNS = {"positive": ">", "nonnegative": "≥"}  # rules that end a chain with a sign
CLOSING = (("powers", powers_joined), ("recognise", sigmoids_seen), ("factor", in_factors))
REWRITING = frozenset({"pick", "simplify", "fact", "combine"})


class EndlessError(SymgradError):
    """A chain of rewritings that does not come to an end."""

    def __init__(self, facts: tuple[Fact, ...]) -> None:
        names = ", ".join(f.name for f in facts)
        super().__init__(
            message(
                "the facts {names} go round in circles; state each so that its right side is the simpler one",
                names=names,
            )
        )


def derivation(
    start: Any,
    *,
    name: str,
    title: str = "",
    facts: Iterable[Fact] = (),
    opening: Iterable[tuple[str, Expr]] = (),
    factored: bool = True,
    domains: Mapping[Tensor, Domain] | None = None,
    lead: str = "",
) -> Derivation:
    """The chain from `start`, which contains derivatives left standing, to where nothing is left to do.

    `facts` are declared (`sums_to(y)`, `one_hot(y)`), definitions to fold back (`definition_of(p)`), and lemmas about
    derivatives, used as soon as they fit. `opening` are first lines `(rule, expression)` that are given.
    """
    known, first = tuple(facts), expr(start)
    steps = [*opened(first, opening)]
    given = [first, *(s.after for s in steps)]  # whatever is written later is a value of these, or a fact's
    steps += rewritten(given[-1], known, factored=factored)
    chain = grouped(tuple(steps))
    return assembled(first, chain, name=name, title=title, facts=known, domains=domains, lead=lead, given=given)


def without(found: Derivation, name: str) -> Derivation:
    """The derivation as it comes out where the fact of this name is not assumed: (sum_k y_k) p_j - y_j.

    Raises UnknownNameError for a fact that the derivation does not have.
    """
    kept = tuple(f for f in found.facts if f.name != name)
    if len(kept) == len(found.facts):
        raise UnknownNameError(message("fact of this derivation"), name, nearest(name, [f.name for f in found.facts]))
    return rederived(found, kept)


def rederived(found: Derivation, kept: tuple[Fact, ...]) -> Derivation:
    """The same derivative derived with other facts; names that stand for a derivative are written out first."""
    value: Any = found.start
    slopes = [t for t in value.tensors if t.body and t.body[1].partials]
    opening = [(s.rule, s.after) for s in found.steps if s.rule in {"layers", "cotangent"}]
    name = f"{found.name}-without"
    return derivation(opened_names(value, slopes), name=name, title=found.title, facts=kept, opening=opening)


def opened_names(value: Expr, names: Collection[Tensor]) -> Expr:
    """The expression with these names replaced by what they stand for, derivatives left standing."""
    return mapped(value, lambda a: a.tensor.at(a.indices) if isinstance(a, Ref) and a.tensor in names else None)


def worked_indexed(
    start: Any, *lines: tuple[Any, ...], name: str, title: str = "", facts: Iterable[Fact] = (), lead: str = ""
) -> Derivation:
    """A derivation by hand: each line `(rule, expression)`, with a note to follow if wanted; the prover settles it.

    The last line may be `("positive", 0)` or `("nonnegative", 0)`: what was found is above 0, or not below.
    """
    before, steps = expr(start), list[Step]()
    for number, (rule, after, *note) in enumerate(lines, 1):
        if rule not in RULES:
            raise UnknownNameError("rule", rule, nearest(rule, RULES), RULES_ARE_LISTED)
        relation = SIGNS.get(rule, "=") if number == len(lines) and not expr(after) else "="
        steps.append(Step(before, expr(after), rule, note=sentences(map(message, note)), relation=relation))
        before = expr(after)
    return assembled(expr(start), tuple(steps), name=name, title=title, facts=tuple(facts), lead=lead)


def assembled(
    start: Expr,
    steps: tuple[Step, ...],
    *,
    name: str,
    title: str = "",
    facts: tuple[Fact, ...] = (),
    domains: Mapping[Tensor, Domain] | None = None,
    lead: str = "",
    given: Iterable[Expr] = (),
) -> Derivation:
    """A derivation with the names and inputs that its lines mention (those `given`, or all), in order of definition."""
    if not steps:
        steps = (Step(start, start, "definition"),)
    mentioned = [*(given or (start, *(s.after for s in steps))), *(side for f in facts for side in (f.left, f.right))]
    tensors = reached(frozenset[Tensor]().union(*(e.tensors for e in mentioned)))
    lets, variables = named_in(tensors)
    if domains:
        variables = tuple(Variable(v.symbol, domains.get(v.symbol, v.domain)) for v in variables)
    return Derivation(name, title, steps, variables, lets, facts=facts, lead=lead)


@lru_cache(maxsize=64)
def named_in(tensors: frozenset[Tensor]) -> tuple[tuple[Let, ...], tuple[Variable, ...]]:
    """The names among some tensors and the inputs; the same for all derivations through one layer.

    Raises SharedNameError where two go by one name.
    """
    require_own_names(tensors)
    inputs = sorted((t for t in tensors if t.body is None), key=lambda t: (t.name, t.token))
    return lets_of(tensors), tuple(map(Variable, inputs))


class SharedNameError(SymgradError):
    """Two things of one derivation that would be printed alike."""


def require_own_names(tensors: Iterable[Tensor]) -> None:
    """Raise SharedNameError where two tensors, two sizes, or a tensor and a size go by one name."""
    owners: dict[str, Any] = {}
    known = list(tensors)
    every: tuple[Any, ...] = (*known, *{d for t in known for d in t.dims})
    for what in every:
        other = owners.setdefault(what.tex or printed(what.name), what)
        if other is not what:
            kind = "tensor" if isinstance(what, Tensor) else "size"
            pair = f"two {kind}s are" if type(other) is type(what) else "a tensor and a size are both"
            raise SharedNameError(
                "{pair} called {name}; give each a name, or a `tex`, of its own", pair=pair, name=what.name
            )


@cache
def printed(name: str) -> str:
    """What a name looks like on a page, as far as it tells names apart."""
    return spelled_out(normalize("NFC", name)).replace("_", "")


def lets_of(tensors: Iterable[Tensor]) -> tuple[Let, ...]:
    """Each name with its value, a name after those that it uses."""
    named = [t for t in tensors if t.body is not None]
    every = sum(1 << t.serial for t in named)
    placed = sorted(named, key=lambda t: ((t.mask & every).bit_count(), t.token))
    return tuple(Let(t, t.body[1]) for t in placed if t.body)


def opened(start: Expr, opening: Iterable[tuple[str, Expr]]) -> Iterable[Step]:
    """The lines that are given."""
    before = start
    for rule, after in opening:
        if after != before:
            yield Step(before, after, rule)
        before = after


def rewritten(value: Expr, facts: tuple[Fact, ...], *, factored: bool = True) -> list[Step]:
    """Every line from here on: derivatives first, then deltas and facts, then the common factor."""
    steps: list[Step] = []
    lemmas = [f for f in facts if f.left.partials]
    others = [f for f in facts if not f.left.partials]
    for _ in range(LIMIT):
        found = next_line(value, lemmas, others)
        if found is None:
            break
        rule, after, note = found
        steps.append(Step(value, after, rule, note=note))
        value = after
    else:
        raise EndlessError(facts)
    for rule, rewriting in CLOSING if factored and (not value.partials or carry_out(value) == value) else ():
        if (better := rewriting(value)) is not value and better != value:
            steps.append(Step(value, better, rule))
            value = better
    return steps


def next_line(value: Expr, lemmas: Iterable[Fact], facts: Iterable[Fact]) -> tuple[str, Expr, str] | None:
    """The next thing to do, or None: lemmas (facts about derivatives), a rule of differentiation, deltas, facts."""
    for fact in lemmas:
        if (found := throughout(value, fact)) is not value:
            return "lemma", found, fact.words or fact.name
    calculus = step_once(value)
    if calculus:
        return *calculus, ""
    for rule, rewriting in (("simplify", expanded), ("pick", contract)):
        if (found := rewriting(value)) is not value and found != value:
            return rule, found, ""
    for fact in facts:
        if (found := throughout(value, fact)) is not value:
            return "fact", found, fact.words or fact.name
    return None


def throughout(value: Expr, fact: Fact) -> Expr:
    """The expression with a fact applied wherever it fits; the same object where it fits nowhere."""
    for _ in range(LIMIT):
        found = apply_fact(value, fact)
        if found is value or found == value:
            return value
        value = found
    raise EndlessError((fact,))


def grouped(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """A chain that can be read: where there are too many lines, runs of one kind become one line."""
    for rule, kinds in (("differentiate", CALCULUS), ("combine", REWRITING)):
        if len(steps) > READABLE:
            steps = gathered(steps, rule, kinds)
    return steps


def gathered(steps: tuple[Step, ...], rule: str, kinds: frozenset[str]) -> tuple[Step, ...]:
    """Each run of steps of these kinds as one step that contains them; the first line stays as it is."""
    found, run = list[Step](), list[Step]()
    for step in (*steps, None):
        if step is not None and step.rule in kinds:
            run.append(step)
            continue
        found += [merged(run, rule)] if len(run) > 1 else run
        run = []
        found += [step] if step is not None else []
    return tuple(found)


def merged(run: list[Step], rule: str) -> Step:
    """A run as one step; the facts that it uses are named."""
    notes = dict.fromkeys(s.note for s in run if s.note)
    return Step(run[0].before, run[-1].after, rule, note=clauses(notes), substeps=tuple(run))
