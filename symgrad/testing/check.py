"""The tester's door: one line that says whether a gradient is right, and if it is not, what the mistake is."""

from __future__ import annotations

import inspect
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad import checker
from symgrad.checker.calling import callable_one
from symgrad.checker.options import known
from symgrad.checker.watch import Watching
from symgrad.core import FunctionError, FunctionShapeError, FunctionTypeError, Outcome, SymgradError, UnsupportedError
from symgrad.testing.models.model import is_model
from symgrad.testing.result import Elementwise, Parameters, demand
from symgrad.testing.subject import Subject, subject
from symgrad.words import counted, message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from symgrad.checker.watch import Watch
    from symgrad.core.marking import Mark
    from symgrad.testing.diagnosis import Diagnosis
    from symgrad.testing.result import Result

SECONDS = 60.0
FORWARD, GRADIENT = "the function", "the gradient"


def check_gradient(f: Callable[..., Any] | None, grad: Callable[..., Any], **options: Any) -> Elementwise:
    """Assert that `grad` is the derivative of `f`; the options are those of `try_gradient`.

    AssertionError says where it is wrong, by how much, and what the mistake is.
    """
    __tracebackhide__ = True
    result: Elementwise = demand(try_gradient(f, grad, **options))
    return result


@known()
def try_gradient(
    f: Callable[..., Any] | None,
    grad: Callable[..., Any],
    *,
    of: Any = None,
    parameters: Mapping[str, Any] | None = None,
    variable: Any = None,
    domain: Any = None,
    kinks: Sequence[Any] = (),
    at_kink: Any = "subgradient",
    extremes: Any = "note",
    dtype: Any = "float64",
    points: Sequence[float] | None = None,
    count: int = 96,
    seed: int = 0,
    seconds: float = SECONDS,
    diagnosis: bool = True,
) -> Elementwise:
    """How `grad` fares as the derivative of `f`, both functions of NumPy arrays (or of single numbers).

    `of` says what the function is: a catalogue name, an expression (text or SymPy), or a pair (activation, loss)
    for an output delta. The truth is then exact, and `f` may be None. The functions of a loss, or of a pair, are
    called with the target as their second argument. `parameters` gives values to other letters: {"alpha": 0.2}.
    Without `of` the truth is finite differences of `f` with an error bound. There is no tolerance to choose. Overflow
    where squares of the argument overflow is a note, and wrong with extremes="fail". diagnosis=False asks for the
    verdict alone.
    """
    what = None if of is None else subject(of, parameters, variable)
    if what is None and parameters:
        raise UnsupportedError("`parameters` belong to `of`; bind them in your functions, or say what the function is")
    options = {"domain": domain, "kinks": kinks, "at_kink": at_kink, "extremes": extremes}
    options |= {"dtype": dtype, "seed": seed, "seconds": seconds}
    runs = bound(f, grad, what)
    letters = [what.variable.name, *map(str, what.arguments)] if what else ["x"]
    try:
        reports = [
            (at, checker.check_elementwise(f_, g_, reference=ref, points=points, count=count, **options))
            for at, f_, g_, ref, _ in runs
        ]
    except FunctionError as error:
        if isinstance(error.__cause__, TypeError):
            called_rightly((FORWARD, f, letters), (GRADIENT, grad, letters))
        raise
    found = None
    if diagnosis and any(r.outcome is Outcome.WRONG for _, r in reports):

        def look(watch: Watch) -> Diagnosis | None:  # loads all that writes formulas, if it is needed
            explain = import_module("symgrad.testing.explaining").explain
            return explain(f, runs, [r for _, r in reports], what, options, watch, few=points is not None)  # type: ignore[no-any-return]

        found = explained(seconds, look)
    name = named("the gradient of {name}", what.name) if what else named("the gradient {name}", title(grad))
    said = {"of": of, "parameters": parameters, "variable": variable, **options}
    return Elementwise(name, letters[0], tuple(reports), found, tuple(said.items()))


def explained(seconds: float, look: Callable[[Watch], Diagnosis | None]) -> Diagnosis | None:
    """What `look` finds. A diagnosis that fails does not take the verdict's place, but it is said that it failed."""
    try:
        with Watching(seconds) as watch:
            return look(watch)
    except Exception as error:  # noqa: BLE001 - it calls the user's code, which may raise anything
        reason = str(error) if isinstance(error, SymgradError) else f"{type(error).__name__}: {error}"
        says = message("the mistake could not be looked for: {reason}", reason=reason)
        return import_module("symgrad.testing.diagnosis.weigh").Diagnosis((), says)  # type: ignore[no-any-return]


def bound(f: Any, grad: Any, what: Subject | None) -> list[tuple[str, Any, Any, Any, Any]]:
    """The functions of one variable to check: for each choice of the other arguments, those filled in."""
    if what is None:
        return [("", f, grad, None, ())]
    found = []
    for choice, reference in zip(what.choices, what.references, strict=True):
        others = [float(v) for s, v in choice if what.is_variable(s)]
        at = ", ".join(f"{s} = {v}" for s, v in choice if what.is_variable(s))
        found.append((at, filled(f, others), filled(grad, others), reference, choice))
    return found


def called_rightly(*functions: tuple[str, Any, Sequence[str]]) -> None:
    """Refuse a function that cannot be called with so many arguments, by what it is called with."""
    for name, function, letters in functions:
        if isinstance(function, type):
            told = message("is the class {name}", name=function.__name__)
            raise FunctionTypeError(name, told, "hand in an instance of it, or one of its methods")
        if missing := keywords(function):
            told = message("has to be told {names} by keyword", names=", ".join(missing))
            mend = message("bind it: functools.partial(function, {name}=...)", name=missing[0])
            raise FunctionTypeError(name, told, mend)
        takes = positional(function) if function is not None else None
        if takes is not None and not takes[0] <= len(letters) <= takes[1]:
            told = counted("does not take {n} argument", "does not take {n} arguments", len(letters))
            raise FunctionTypeError(name, told, message("it is called with ({letters})", letters=", ".join(letters)))


def filled(function: Any, others: Sequence[float]) -> Any:
    """The function with its other arguments given, as arrays of the type and shape of the first."""
    if function is None or not others:
        return function
    return lambda x: function(x, *(np.full_like(x, v) if isinstance(x, np.ndarray) else type(x)(v) for v in others))


def keywords(function: Any) -> list[str]:
    """The arguments that have no default and can only be given by name."""
    try:
        signature = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in signature if p.kind is p.KEYWORD_ONLY and p.default is p.empty]


def positional(function: Any) -> tuple[float, float] | None:
    """The least and the largest number of positional arguments; None where that cannot be told."""
    try:
        signature = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    plain = [p for p in signature if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
    most = float("inf") if any(p.kind is p.VAR_POSITIONAL for p in signature) else len(plain)
    return sum(p.default is p.empty for p in plain), most


@lru_cache
def named(template: str, name: str) -> str:
    """What is checked, remembered: the same is checked again and again."""
    return message(template, name=name)


def title(function: Any) -> str:
    """The name of the user's function."""
    return str(getattr(function, "__name__", type(function).__name__))


def check_vjp(f: Callable[[Any], Any], vjp: Callable[[Any, Any], Any], x: Any, **options: Any) -> Parameters:
    """Assert that `vjp(x, c)` is the product of the cotangent c with the Jacobian of `f` at x: $Jᵀ c$.

    The options are those of `checker.check_vjp`: cotangents, dtype, seed, seconds.
    """
    __tracebackhide__ = True
    result: Parameters = demand(try_vjp(f, vjp, x, **options))
    return result


@known(checker.check_vjp)
@np.errstate(all="ignore")
def try_vjp(
    f: Callable[[Any], Any], vjp: Callable[[Any, Any], Any], x: Any, *, seed: int = 0, **options: Any
) -> Parameters:
    """How `vjp` fares, without raising."""

    def look(_: Watch) -> Diagnosis | None:
        entries = import_module("symgrad.testing.diagnosis.entries").of_entries(f, vjp, x)
        found = try_gradient(entries[0], entries[1], points=entries[2], seed=seed).diagnosis if entries else None
        named_ = found is not None and found.known and found.names[0] != "factor"  # the sizes may name that
        return found if named_ else of_parameters().diagnose_vjp(f, vjp, x, seed)

    try:
        with shapes_explained(look):
            report = checker.check_vjp(f, vjp, x, seed=seed, **options)
    except FunctionError as error:
        if isinstance(error.__cause__, TypeError):
            called_rightly((FORWARD, f, ["x"]), (GRADIENT, vjp, ["x", "the cotangent"]))
        raise
    found = explained(options.get("seconds", SECONDS), look) if report.outcome is Outcome.WRONG else None
    name = named("the vector-Jacobian product {name}", title(vjp))
    return Parameters(name, report, found, "check_vjp(f, vjp, x")


def of_parameters() -> Any:
    """The diagnosis of many parameters, loaded when there is something wrong."""
    return import_module("symgrad.testing.diagnosis.parameters")


def check_network(loss: Any, grads: Any, params: Any = None, **options: Any) -> Parameters:
    """Assert that `grads` are the derivatives of `loss` by all parameters; the options are those of `try_network`."""
    __tracebackhide__ = True
    result: Parameters = demand(try_network(loss, grads, params, **options))
    return result


@known(checker.check_parameters)
@np.errstate(all="ignore")
def try_network(loss: Any, grads: Any, params: Any = None, *, seed: int = 0, **options: Any) -> Parameters:
    """How `grads(params)` (or the arrays themselves) fare as the derivatives of `loss(params)`.

    `params` are arrays in dicts, lists and tuples. `loss` may be one of the models of `symgrad.testing` instead,
    `Network(...)` for one: then `grads(params, x, y)` is called on it, and its textbook of mistakes is open to the
    diagnosis. Other options: directions, dtype, seconds.
    """
    model = loss if is_model(loss) else None
    if model is not None:
        own = grads
        loss, params = model.value, dict(model.params) if params is None else params

        def grads(p: Any) -> Any:
            return own(p, model.x.copy(), model.y.copy())

    elif params is None and callable_one(loss, "the loss"):
        raise UnsupportedError("hand in the parameters: check_network(loss, grads, params)")
    mine = own if model is not None else None

    def look(_: Watch) -> Diagnosis | None:
        return of_parameters().diagnose_parameters(loss, grads, params, model=model, own=mine)  # type: ignore[no-any-return]

    try:
        with shapes_explained(look):
            report = checker.check_parameters(loss, grads, params, seed=seed, **options)
    except FunctionError as error:
        if isinstance(error.__cause__, TypeError) and model is None:
            called_rightly(("the loss", loss, ["params"]), (GRADIENT, grads if callable(grads) else None, ["params"]))
        raise
    found = explained(options.get("seconds", SECONDS), look) if report.outcome is Outcome.WRONG else None
    name = message("the loss of the model") if model is not None else named("the loss {name}", title(loss))
    return Parameters(name, report, found, "check_network(loss, grads, params")


@contextmanager
def shapes_explained(look: Callable[[Watch], Diagnosis | None]) -> Iterator[None]:
    """An array of the wrong shape is an error that says what it comes from, where the numbers tell."""
    try:
        yield
    except FunctionShapeError as error:
        found = explained(SECONDS, look)
        if found is None or not found.known or found.names[0] in {"shape", "right"}:
            raise
        raise FunctionShapeError(error.name, error.what, found.mend, found.says) from None


def try_marked(function: Any, mark: Mark) -> Result:
    """How a marked function fares: NumPy code, a torch Function or module, or JAX's custom rules."""
    options: dict[str, Any] = {"of": mark.of, "forward": mark.forward, **mark.options}
    for home in ("torch", "jax"):
        if home in libraries(function):
            result: Result = getattr(import_module(f"symgrad.testing.in_{home}"), f"try_{home}")(function, **options)
            return result
    return try_gradient(options.pop("forward"), function, **options)


def libraries(function: Any) -> set[str]:
    """Which packages the class of an object, or a class itself, is made of; a plain function is of none."""
    classes = function.__mro__ if isinstance(function, type) else type(function).__mro__
    return {c.__module__.split(".")[0] for c in classes}
